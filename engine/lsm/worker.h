/*
 * worker.h: the background threads of a store: flushes, spares and compactions, in the order that
 * serves readers and writers best.
 *
 * One thread flushes. It also makes the spares of the writer, in the middle of a flush if need be,
 * and tells the writer the price. It waits for nothing but the disk, so a flush never waits for a
 * compaction. Other threads compact: each takes, under the lock, what the picker proposes, marks
 * the inputs busy (L-7), and works without the lock. What somebody has asked for by compact() goes
 * before what the picker proposes, but for level 0 when it is far over its trigger.
 *
 * Errors. A lack (disk, memory, open files) or a failed read or write ends a job without a trace;
 * it is tried again after a pause that grows to five seconds, is counted, and shown. A failed sync
 * of a new table does the same, with another file. A damaged input is left alone from then on, with
 * whatever overlaps it. When the manifest or the directory could not be synced the worker stops for
 * good and poisons the writer; reads go on.
 *
 * Threading: any thread. Lock: rank 1, see DESIGN.md.
 */
#ifndef LARDER_ENGINE_LSM_WORKER_H
#define LARDER_ENGINE_LSM_WORKER_H

#include "engine/lsm/compaction.h"
#include "engine/lsm/pace.h"
#include "engine/lsm/supply.h"

typedef struct LsmWorker LsmWorker;

/* Borrowed, and must outlive the worker. */
typedef struct LsmWorkerArgs {
    LsmJobPlace place;
    LsmLog *log;
    size_t write_buffer; /* bytes of a generation as a rule */
    size_t generations;  /* in memory at most */
    int64_t base_bytes;
    int64_t multiplier;
    size_t run_trigger;
    int64_t reclaim_ms; /* age at which dead entries force a compaction */
    int64_t rate;       /* of compaction, bytes a second; 0: no limit */
    size_t compactions; /* threads */
    int nice;           /* by which the priority of those is lower */
} LsmWorkerArgs;

/* The threads do not run yet. BASE_NO_MEMORY. */
BaseStatus lsm_worker_new(const LsmWorkerArgs *args, LsmWorker **ret_worker);

/* REQUIRES: stopped, or never started. Takes NULL. */
void lsm_worker_free(LsmWorker *worker);

/* Starts the threads. On failure none runs. */
BaseStatus lsm_worker_start(LsmWorker *worker, const LsmSupplyWriter *writer);

/*
 * Ends the threads: jobs under way are given up, waiting calls end with BASE_CLOSED, and so does
 * whatever waits for a spare. Nothing is flushed. May be called twice.
 */
void lsm_worker_stop(LsmWorker *worker);

/*
 * From now on wait_flushed(), compact() and wait_idle() end soon with BASE_CLOSED, those under way
 * too; a compaction that somebody waits for is given up. Everything else goes on.
 */
void lsm_worker_interrupt(LsmWorker *worker);

/* A spare is wanted, or a generation became FULL (LsmWriterArgs.need). Quick; takes no lock. */
void lsm_worker_wake(LsmWorker *worker);

/*
 * Waits until a generation, of which the caller holds a reference, is flushed, and the flush is
 * counted and over. The error of a flush that has failed meanwhile.
 */
BaseStatus lsm_worker_wait_flushed(LsmWorker *worker, LsmGeneration *generation);

/*
 * Moves every table that overlaps the range, which is of stored keys, down to the last level, and
 * rewrites those that hold anything dead; an empty stop is the end. Waits for it, and until it has
 * let go of the files that it freed. What is only in memory is not touched: flush first.
 */
BaseStatus lsm_worker_compact(LsmWorker *worker, BaseSlice start, BaseSlice stop);

/* Waits until there is nothing to flush, and the picker proposes nothing. For tests and benches. */
BaseStatus lsm_worker_wait_idle(LsmWorker *worker);

/* Options that change while the store is open. */
void lsm_worker_set_rate(LsmWorker *worker, int64_t bytes_per_second);
void lsm_worker_set_reclaim(LsmWorker *worker, int64_t reclaim_ms);

/* OK, or the error that stopped it for good. */
BaseStatus lsm_worker_status(LsmWorker *worker);

/* Stops all work for good, and poisons the writer: what is on disk is not known any more. */
void lsm_worker_fail(LsmWorker *worker, BaseStatus status);

/*
 * Lets no compaction begin until lsm_worker_release(). False, and nothing is held: one is under
 * way. Flushes go on.
 */
bool lsm_worker_hold(LsmWorker *worker);
void lsm_worker_release(LsmWorker *worker);

/* ----------------------------------------------------------------------------------- figures -- */

/* What jobs whose outputs are in a level have done. */
typedef struct LsmLevelWork {
    int64_t jobs;
    int64_t us;
    int64_t bytes_read;     /* of tables */
    int64_t bytes_received; /* from above: bytes of the inputs, or of keys and values in memory */
    int64_t bytes_written;  /* of tables and blob files */
    int64_t tables_made;
    int64_t tables_moved;      /* came as they were */
    int64_t tables_dropped;    /* of this level, unread, because a removed range covers them */
    int64_t blob_values;       /* large values that went into new blob files, and */
    int64_t blob_bytes;        /* the bytes of those files */
    int64_t blob_moved_values; /* those that came out of stale blob files, and */
    int64_t blob_moved_bytes;  /* the bytes that they took there */
    int64_t entries_in;
    int64_t entries_kept;
    int64_t entries_shadowed; /* dropped: R-1 of retention.h */
    int64_t entries_hidden;   /* */
    int64_t entries_removed;  /* */
} LsmLevelWork;

typedef struct LsmWorkerStats {
    LsmLevelWork levels[LSM_LEVELS]; /* level 0: flushes, and merges within it */
    LsmTargets targets;              /* as they are now */
    int64_t flushes;
    int64_t flush_us;
    int64_t flush_bytes; /* of the tables and blob files made */
    int64_t compactions; /* merges; moves and drops are counted with their level */
    int64_t compaction_us;
    int64_t picks[LSM_PICK_REASONS];     /* jobs by reason */
    int64_t running;                     /* jobs under way */
    int64_t waiting_flush;               /* generations that are FULL */
    int64_t failures;                    /* jobs that failed and were tried again */
    int64_t damaged;                     /* tables that are left alone */
    LsmPriceCause cause;                 /* of the price */
    double price;                        /* nanoseconds a byte, now */
    double drain;                        /* bytes a second of compaction */
    int64_t priced_us[LSM_PRICE_CAUSES]; /* time with a price, by cause */
    BaseStatus last_error;               /* OK: there was none */
    char message[LSM_JOB_MESSAGE_BYTES]; /* about it, may be empty */
} LsmWorkerStats;

void lsm_worker_stats(LsmWorker *worker, LsmWorkerStats *ret_stats);

#endif
