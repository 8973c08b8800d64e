/*
 * set.h: the stores of a server, by name.
 *
 * A set is a short array of stores that only grows while it is open; finding a store compares names
 * without a lock. Stores can be added at any time; they are closed together, when nothing uses them
 * any more.
 *
 * Threading: every function but store_set_close() may be called from any thread.
 */
#ifndef LARDER_SERVICE_STORE_SET_H
#define LARDER_SERVICE_STORE_SET_H

#include "service/store/store.h"

#define STORE_SET_MAX 256

typedef struct StoreSet StoreSet;

/* An empty set. `env`, `clock` and `limits` must outlive it. NULL: no memory. */
StoreSet *store_set_new(const struct Env *env, const BaseClock *clock, const StoreLimits *limits);

/*
 * Closes every store and frees the set. Takes NULL. Waits for commits whose callers gave up at
 * their deadline. REQUIRES: no call is under way, every other write was answered, every read
 * section ended.
 */
void store_set_close(StoreSet *set);

/*
 * Opens a store and adds it. INVALID: the name is malformed (BAD_ARGUMENT) or taken
 * (ALREADY_EXISTS), there are STORE_SET_MAX already (OVER_LIMIT), or the engine refuses the
 * directory (its message says what to do). FAILED: the engine cannot open it. The message names the
 * store.
 */
bool store_set_open(StoreSet *set, const StoreSpec *spec, Store **ret_store, StoreError *ret_error);

/* The store of that name; NULL if there is none. */
Store *store_set_find(const StoreSet *set, BaseSlice name);

/* The same, with INVALID UNKNOWN_STORE (field "store") when there is none. */
bool store_set_require(const StoreSet *set, BaseSlice name, Store **ret_store,
                       StoreError *ret_error);

/* The i-th store in the order of opening, from 0; NULL behind the last one. */
Store *store_set_at(const StoreSet *set, size_t index);

/* Housekeeping of every engine; call it about ten times a second, from one thread. */
void store_set_tick(StoreSet *set);

/* Is it 1 to STORE_NAME_MAX bytes of [a-z0-9_-]? */
bool store_name_is_valid(BaseSlice name);

#endif
