/*
 * recovery.h: from the files of a store to its levels, with all that was committed in synced
 * tables.
 *
 * In this order, and nothing is changed before the first two have succeeded for what they read:
 *   1. CURRENT, the manifest, and every table and blob file that it names: there, of the right size
 *      and id. A directory without CURRENT is a new store, unless it has files of one.
 *   2. The segments of the log from its floor on. Their commits go into a memtable, and, whenever
 *      that is full and at the end, from there into tables of level 0, which are synced.
 *   3. A new manifest with the levels that have come out, whose log floor is above every segment,
 *      becomes the current one. Up to here nothing that was there has changed, so a crash or an
 *      error leaves the store as it was.
 *   4. Files that nothing names any more are removed.
 *
 * O-1  What is recovered is a prefix of the order of commits, with all that was reported durable
 *      (N-2), or nothing is recovered and the message says what is damaged: file and offset.
 * O-2  Versions and stamps go on above every commit that was ever acknowledged.
 *
 * Threading: one recovery at a time over a directory that nobody else uses.
 */
#ifndef LARDER_ENGINE_LSM_RECOVERY_H
#define LARDER_ENGINE_LSM_RECOVERY_H

#include "engine/base/clock.h"
#include "engine/lsm/manifest.h"
#include "engine/lsm/tables.h"
#include "engine/table/builder.h"

typedef struct LsmRecoveryArgs {
    const Env *env;
    const char *directory;
    const BaseClock *clock;
    LsmTables *tables;         /* opens them, and owns those of the levels */
    size_t memtable_bytes;     /* that the log's commits may take at a time */
    int64_t table_bytes;       /* of each new table, about */
    TableBuilderOptions table; /* of each new table, but for id and number */
} LsmRecoveryArgs;

/* What an opened store begins with. */
typedef struct LsmRecovery {
    LsmLevels *levels;     /* the caller's; every table is open */
    LsmManifest *manifest; /* the caller's; it begins with these levels */
    bool created;          /* there was no store */
    bool clean;            /* the store had been closed */
    int64_t version;       /* of the last commit */
    int64_t stamp_ms;      /* the highest one */
    uint64_t position;     /* where the log goes on */
    uint64_t segment;      /* that ended there; 0: none */
    uint64_t segment_len;
    int64_t commits;    /* read from the log */
    int64_t torn_bytes; /* of an interrupted write, left out */
    int64_t tables;     /* that were made */
    int64_t leftovers;  /* files that were removed */
    char message[448];  /* on failure, for people: file, offset, what is wrong; may be empty */
} LsmRecovery;

/*
 * Opens the store in a directory, or makes one. BASE_CORRUPTION, BASE_UNSUPPORTED: see the message;
 * other errors are those of reading and writing. On failure there is nothing to give back.
 */
BaseStatus lsm_recovery_run(const LsmRecoveryArgs *args, LsmRecovery *ret_recovery);

#endif
