/*
 * lsm.h: the durable engine: a log-structured merge tree. DESIGN.md tells how it works.
 *
 * It does all that engine.h names, but for native commits: ordered, durable, snapshots, batches,
 * versions of the whole store, reverse scans, range removes in O(1), expiry, checkpoints.
 *
 * What an acknowledgement means is the option `durability`: `always`, it survives a power cut;
 * `interval`, so does all but the last interval; `os`, it survives the end of the process. A commit
 * with ENGINE_DURABILITY_SYNC survives a power cut in every mode.
 *
 * After the first failed write or sync of the log the store is poisoned: reads go on, commits fail,
 * and it can be closed and opened again. Opening recovers what is on disk or refuses to.
 */
#ifndef LARDER_ENGINE_LSM_LSM_H
#define LARDER_ENGINE_LSM_LSM_H

#include "engine/engine.h"

extern const EngineClass lsm_class;

/*
 * Takes files of records (ingest_file.h) into an open engine of this class, all at once, as one
 * commit; *ret_version is its version. `link`: the files themselves, if the file system can; nobody
 * may change them then. BASE_INVALID, BASE_CORRUPTION: a file is not well; `message` (512 bytes)
 * says which, and nothing has happened.
 */
BaseStatus lsm_ingest(Engine *engine, const char *const *paths, size_t count, bool link,
                      int64_t *ret_version, char *message);

/* Indexes of the options of the class. */
typedef enum LsmOption {
    LSM_OPTION_DURABILITY = 0,     /* always | interval | os: LsmSyncMode */
    LSM_OPTION_SYNC_INTERVAL = 1,  /* ms */
    LSM_OPTION_WRITE_BUFFER = 2,   /* bytes of a memtable */
    LSM_OPTION_WRITE_BUFFERS = 3,  /* memtables at most */
    LSM_OPTION_BLOCK_CACHE = 4,    /* bytes; live */
    LSM_OPTION_FILTER_BITS = 5,    /* a key */
    LSM_OPTION_BLOCK_BYTES = 6,    /* of a data block */
    LSM_OPTION_TABLE_BYTES = 7,    /* of a table */
    LSM_OPTION_BASE_BYTES = 8,     /* of the base level, at most */
    LSM_OPTION_MULTIPLIER = 9,     /* a level to the one above it */
    LSM_OPTION_RUN_TRIGGER = 10,   /* runs of level 0 that start a compaction */
    LSM_OPTION_COMPRESSION = 11,   /* none | zstd | auto */
    LSM_OPTION_COMPACTIONS = 12,   /* threads */
    LSM_OPTION_RATE = 13,          /* bytes a second of compaction; 0: no limit; live */
    LSM_OPTION_RECLAIM_AFTER = 14, /* ms; live */
    LSM_OPTION_LOADERS = 15,       /* threads */
    LSM_OPTION_BLOB_MIN = 16,      /* bytes of a value that goes into a blob file; 0: none does */
    LSM_OPTION_BLOB_DEAD = 17,     /* per cent of a blob file that is dead before the rest moves */
    LSM_OPTION_NICE = 18,          /* how far compaction gives way to other threads */
    LSM_OPTION_COUNT = 19
} LsmOption;

#endif
