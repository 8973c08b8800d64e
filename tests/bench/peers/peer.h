/*
 * peer.h: what is compared: a store behind the few calls that the workloads make.
 *
 * The interface is as thin as a comparison allows: one call for a point operation, one for a whole
 * walk, so that the loop over entries is each peer's own and nothing but its API is measured. What
 * is read goes into a sink, which looks at every value; two peers that hold the same data leave the
 * same sums in it.
 *
 * Any failure ends the program: a benchmark that goes on after an error measures something else.
 *
 * Threading: all calls but open and close from any thread; a sink belongs to one.
 */
#ifndef LARDER_TESTS_BENCH_PEERS_PEER_H
#define LARDER_TESTS_BENCH_PEERS_PEER_H

#include "engine/base/slice.h"

/* Of address space, for stores that map their file: more than any run needs. */
#define PEER_MAP_BYTES (INT64_C(8) << 30)

/* Keys of a multi_get. */
enum { PEER_BATCH = 16 };

/* What all peers have in common. Sizes are bytes. */
typedef struct PeerSettings {
    const char *directory; /* of this store alone; made and removed by the peer's owner */
    int64_t write_buffer;
    int64_t write_buffers; /* in memory at a time, where it can be chosen */
    int64_t block_cache;
    int64_t table_bytes; /* target size of a table */
    int64_t base_bytes;  /* target size of the first level below 0, where it can be chosen */
    int64_t filter_bits; /* per key */
    bool zstd;           /* level 1 in all levels; else nothing is compressed */
    char *const *engine_options; /* Larder: further "name=value", ended by NULL; or NULL */
} PeerSettings;

/* Sums over what was read. */
typedef struct PeerSink {
    int64_t found;
    int64_t bytes;   /* of values */
    uint64_t digest; /* sum of the first words of the values, whatever their order */
} PeerSink;

typedef struct Peer Peer;

typedef struct PeerOps {
    void (*close)(Peer *peer);
    void (*put)(Peer *peer, BaseSlice key, BaseSlice value, bool sync);
    void (*remove)(Peer *peer, BaseSlice key);
    void (*get)(Peer *peer, BaseSlice key, PeerSink *sink);
    /* PEER_BATCH keys at most, read at one moment. */
    void (*multi_get)(Peer *peer, const BaseSlice *keys, size_t count, PeerSink *sink);
    /* With an iterator of its own: up to `limit` entries from `start` on (NULL: from the end that
       the direction begins at). `start` goes forward only. */
    void (*scan)(Peer *peer, const BaseSlice *start, bool reverse, int64_t limit, PeerSink *sink);
    void (*compact)(Peer *peer); /* everything, to the end */
    bool (*is_busy)(Peer *peer); /* whether it says that background work is left */
    char *(*levels)(Peer *peer); /* one line about its shape; the caller frees it */
} PeerOps;

struct Peer {
    const PeerOps *ops;
};

/* Opens the store of that name, which is made when it is not there: "rocksdb", "leveldb", "lmdb" by
   their own interfaces; "lsm", "eng:rocksdb" or another class of engine through engine.h. NULL:
   this program was built without it. */
Peer *peer_open(const char *name, const PeerSettings *settings);

/* Says what went wrong and ends the program. */
_Noreturn void peer_fail(const char *what, const char *why);

/* The peers; for peer_open(). */
Peer *peer_larder_open(const char *engine, const PeerSettings *settings);
Peer *peer_rocksdb_open(const PeerSettings *settings);
Peer *peer_leveldb_open(const PeerSettings *settings);
Peer *peer_lmdb_open(const PeerSettings *settings);

/* Takes a value in. */
static inline void
peer_sink_take(PeerSink *sink, const void *value, size_t len)
{
    uint64_t word = 0;
    memcpy(&word, value, len < sizeof word ? len : sizeof word);
    sink->found++;
    sink->bytes += (int64_t)len;
    sink->digest += word;
}

#endif
