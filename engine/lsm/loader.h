/*
 * loader.h: brings cold keys to the sequencer.
 *
 * The leader of the sequencer never reads a file. A commit that needs a key whose block is not
 * cached waits aside, while a small pool of threads reads all keys that it names and copies what
 * they find. From load() to unload() the loader answers for these keys.
 *
 * Meanwhile other commits may change them. So publish() notes every published operation on a loaded
 * key, range removes included: the newest record by its place in the memtable, whose generation is
 * held, and the newest range by its version. An answer is whatever has the highest version, so it
 * does not matter which commits the reading thread has seen.
 *
 * O-1  After a load was reported OK, and until unload(), find() answers for each of its keys with
 *      the newest published state; unless expire() has been called since the load began.
 *
 * Threading: load, unload, find and publish are for the leader of the sequencer, inside a read
 * section.
 */
#ifndef LARDER_ENGINE_LSM_LOADER_H
#define LARDER_ENGINE_LSM_LOADER_H

#include "engine/commit/backend.h"
#include "engine/lsm/catalog.h"
#include "engine/lsm/get.h"

typedef struct LsmLoader LsmLoader;

/* Borrowed, and must outlive the loader. */
typedef struct LsmLoaderArgs {
    LsmCatalog *catalog;
    LsmReadCounters *counters;                                       /* of its reads */
    size_t threads;                                                  /* at least 1 */
    void (*loaded)(void *user, CommitLoad *load, BaseStatus status); /* lsm_writer_loaded() */
    void *user;
} LsmLoaderArgs;

/* Starts the threads. BASE_NO_MEMORY. */
BaseStatus lsm_loader_new(const LsmLoaderArgs *args, LsmLoader **ret_loader);

/* REQUIRES: every load was unloaded. Ends the threads. Takes NULL. */
void lsm_loader_free(LsmLoader *loader);

/* As in backend.h: ends with loaded(), in a thread of the loader; without memory at once. */
void lsm_loader_load(LsmLoader *loader, CommitLoad *load);
void lsm_loader_unload(LsmLoader *loader, CommitLoad *load);

/* Whether a key is loaded; then its newest published state, as lookup gives it. */
bool lsm_loader_find(LsmLoader *loader, BaseSlice stored, EngineLookup *ret_lookup);

/* An operation was published: a record of `stored` in the memtable of `generation`. */
void lsm_loader_point(LsmLoader *loader, BaseSlice stored, LsmGeneration *generation,
                      const LsmRecord *record);

/* The same for a removed range of stored keys. */
void lsm_loader_range(LsmLoader *loader, const FormatRange *range);

/*
 * What is below all commits was replaced, past publish(): loads of before answer nothing any more,
 * so that their commits wait anew. For the leader.
 */
void lsm_loader_expire(LsmLoader *loader);

/* Whether anything is loaded: when it is not, find, point and range need not be called. */
bool lsm_loader_any(const LsmLoader *loader);

typedef struct LsmLoaderStats {
    int64_t loads;
    int64_t keys;    /* read for them */
    int64_t waiting; /* loads that are not reported yet */
} LsmLoaderStats;

void lsm_loader_stats(LsmLoader *loader, LsmLoaderStats *ret_stats);

#endif
