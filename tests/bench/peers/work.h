/*
 * work.h: the workloads, in the sense of db_bench, over any peer.
 *
 * A store holds records 0 to records - 1. The i-th operation of a thread draws its record from a
 * generator that is seeded with the work's seed and the thread's number, so every peer gets the
 * same keys in the same order; its value is a piece of one pool of bytes, chosen by i and the seed.
 * Reads must get another seed than the writes before them, or they replay their order.
 *
 *   fillseq           puts records in order
 *   fillrandom        puts records drawn at random, some of them twice, some never
 *   overwrite         the same on a store that holds them
 *   fillsync          the same, each synced to the disk
 *   deleterandom      removes records drawn at random
 *   readrandom        gets records drawn at random
 *   multireadrandom   gets PEER_BATCH records drawn at random with one call; an operation is a call
 *   readmissing       gets keys that lie between two records and are in no store
 *   readseq           walks forward from the first entry; an operation is one entry
 *   readreverse       walks backward from the last one
 *   seekrandom        makes an iterator, seeks to a record drawn at random, steps `nexts` times
 *   readwhilewriting  readrandom, while one more thread overwrites as fast as it can
 *   compact           one operation: compacts everything
 *
 * Threading: work_run() makes the threads it needs and joins them.
 */
#ifndef LARDER_TESTS_BENCH_PEERS_WORK_H
#define LARDER_TESTS_BENCH_PEERS_WORK_H

#include "engine/base/histogram.h"
#include "loadgen/keys.h"
#include "tests/bench/peers/gauge.h"
#include "tests/bench/peers/peer.h"

typedef enum WorkKind {
    WORK_FILLSEQ,
    WORK_FILLRANDOM,
    WORK_OVERWRITE,
    WORK_FILLSYNC,
    WORK_DELETERANDOM,
    WORK_READRANDOM,
    WORK_MULTIREADRANDOM,
    WORK_READMISSING,
    WORK_READSEQ,
    WORK_READREVERSE,
    WORK_SEEKRANDOM,
    WORK_READWHILEWRITING,
    WORK_COMPACT,
    WORK_KIND_COUNT,
} WorkKind;

/* The bytes that values are cut from. */
typedef struct WorkValues {
    uint8_t *pool;
    size_t pool_len;
    size_t value_len;
} WorkValues;

typedef struct WorkArgs {
    WorkKind kind;
    const LoadKeys *keys;
    const WorkValues *values;
    uint64_t records;
    int64_t operations; /* of all threads together */
    uint64_t seed;
    int threads;
    int64_t nexts; /* seekrandom */
    bool latency;  /* measure each operation, which costs some 40 ns */
} WorkArgs;

typedef struct WorkResult {
    int64_t operations;
    int64_t writes; /* readwhilewriting: of the writer, meanwhile */
    double seconds;
    double processor_seconds; /* background threads included */
    int64_t written_bytes;
    PeerSink sink;
    BaseHistogram latency; /* nanoseconds; with args->latency */
} WorkResult;

/* The kind of that name; WORK_KIND_COUNT if there is none. */
WorkKind work_kind(const char *name);

/* Values of value_len bytes, of which compression leaves about `ratio`. Exits without memory. */
WorkValues work_values(size_t value_len, double ratio);
void work_values_clear(WorkValues *values);

void work_run(Peer *peer, const WorkArgs *args, WorkResult *ret_result);

#endif
