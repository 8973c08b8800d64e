/*
 * store.h: an open store: all parts put together, in the order in which they need each other.
 *
 * Opening: block cache, tables, recovery (recovery.h), versions, catalog; then the way of a write,
 * writer, log, loader, worker, sequencer; then the threads of the worker start. An error on the way
 * takes down what is there. Closing goes the other way: threads that work in the background end,
 * the log is synced and the manifest told where it ends (CLEAN_END), and everything is given back;
 * nothing is flushed, so closing is quick and opening reads the log.
 *
 * Reads. A read section is an epoch section; inside it a point (view and version) is taken first,
 * and then the time, so that what a job has dropped from the view as expired has expired for the
 * read too. A snapshot, likewise, takes its time after it was entered into the list.
 *
 * Poisoned. After a failed write or sync of the log, or of the manifest, nothing is written any
 * more; status() says why. Reads go on. Closing then notes no clean end.
 *
 * Threading: open and close by one thread; the rest from any thread.
 */
#ifndef LARDER_ENGINE_LSM_STORE_H
#define LARDER_ENGINE_LSM_STORE_H

#include "engine/commit/version.h"
#include "engine/lsm/damage.h"
#include "engine/lsm/recovery.h"
#include "engine/lsm/settings.h"
#include "engine/lsm/worker.h"
#include "engine/lsm/writer.h"

typedef struct LsmStore {
    const Env *env;
    const BaseClock *clock;
    char *directory;
    LsmSettings settings;
    _Atomic int64_t block_cache_bytes; /* live */
    LsmRecovery recovered;             /* levels and manifest are the catalog's */
    int64_t open_us;                   /* what opening took */
    LsmDamage damage;
    LsmSnapshots snapshots;
    CommitStamps stamps;
    LsmReadCounters reads;   /* of the store's users */
    LsmReadCounters lookups; /* of the writer and the loader */
    TableBlockCache *cache;
    LsmTables *tables;
    CommitVersions *versions;
    LsmCatalog *catalog;
    LsmWriter *writer;
    LsmLog *log;
    LsmLoader *loader;
    LsmWorker *worker;
    CommitSequencer *sequencer;
    pthread_mutex_t ingesting; /* one at a time; see ingest.h */
    _Atomic bool interrupted;
} LsmStore;

/*
 * Opens the store in args->directory into memory that is all zeros. On failure args->message says
 * why, and there is nothing to close.
 */
BaseStatus lsm_store_open(LsmStore *store, EngineOpenArgs *args);

/* REQUIRES: every commit was answered; no read section, snapshot or iterator is left. */
void lsm_store_close(LsmStore *store);

/* OK, or why writes fail until the store is opened again. */
BaseStatus lsm_store_status(LsmStore *store);

/* Submits a chain of commits. */
void lsm_store_submit(LsmStore *store, EngineCommit *chain);

/* As engine_interrupt(). */
void lsm_store_interrupt(LsmStore *store);

/* Moves what is in memory into tables, and waits for it. */
BaseStatus lsm_store_flush(LsmStore *store);

/* Merges the tables of a range of the data, with what is in memory, and waits for it. */
BaseStatus lsm_store_compact(LsmStore *store, const EngineRange *range);

/* Makes a checkpoint (checkpoint.h) with all that was answered before. */
BaseStatus lsm_store_checkpoint(LsmStore *store, const char *target);

/* Reads every table that is live now, and checks it. Others go on meanwhile. */
BaseStatus lsm_store_verify(LsmStore *store);

#endif
