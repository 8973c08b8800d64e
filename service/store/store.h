/*
 * store.h: one named store: an engine with the state that the service keeps about it.
 *
 * A Store is opened and owned by a StoreSet (set.h) and lives until the set is closed, so a pointer
 * to one may be kept as long as the set is open. The operations on a store are in read.h, write.h,
 * batch.h, scan.h, range.h, checksum.h (which never wait for commits) and call.h (which do).
 *
 * Threading: every function may be called from any thread.
 */
#ifndef LARDER_SERVICE_STORE_STORE_H
#define LARDER_SERVICE_STORE_STORE_H

#include "engine/engine.h"
#include "service/store/error.h"
#include "service/store/limits.h"

/* StoreMode of the IDL. */
typedef enum StoreMode {
    STORE_MODE_NORMAL = 1,
    STORE_MODE_BULK = 2,
    STORE_MODE_READ_ONLY = 3, /* writes are REFUSED READ_ONLY */
} StoreMode;

typedef struct Store Store;

/* What to open. Everything is borrowed during the call, except the class, which lives for ever. */
typedef struct StoreSpec {
    const char *name;
    const EngineClass *engine_class;
    const int64_t *options; /* values of engine_class->options, in their order; NULL: the presets */
    const char *directory;  /* of this store alone; created when it does not exist */
    StoreMode mode;         /* 0: normal */
} StoreSpec;

/*
 * Opens a store; store_set_open() is what servers call. `env`, `clock` and `limits` must outlive
 * it. INVALID: the engine refuses the directory or an option; FAILED or REFUSED: it cannot open it.
 */
bool store_open(const StoreSpec *spec, const struct Env *env, const BaseClock *clock,
                const StoreLimits *limits, Store **ret_store, StoreError *ret_error);

/*
 * Waits for the orphans of the store and closes it. Takes NULL. REQUIRES: no call is under way,
 * every other write was answered, every read has ended.
 */
void store_close(Store *store);

/*
 * An orphan is a commit whose caller has given up (call.h). The engine still has it, so the store
 * cannot be closed before it is answered.
 */
void store_orphan_add(Store *store);
void store_orphan_remove(Store *store);

/* The name; lives as long as the store. */
const char *store_name(const Store *store);

Engine *store_engine(const Store *store);
const BaseClock *store_clock(const Store *store);
const StoreLimits *store_limits(const Store *store);

StoreMode store_mode(const Store *store);

/* Changes the mode and counts the generation up, when it differs. Writes under way go on. */
void store_set_mode(Store *store, StoreMode mode);

/* Counts up when the settings of the store change; starts at 1. */
int64_t store_generation(const Store *store);

/* "none" for engines that keep nothing over a restart, else "always", "interval" or "os". */
const char *store_durability(const Store *store);

/* Name of the i-th thing that the store can do ("ordered"), from 0; NULL behind the last one. */
const char *store_capability_at(const Store *store, size_t index);

/*
 * When a call must be done: a budget that counts from the arrival of its request. Zeroed: the
 * server's own limit, counted from now.
 */
typedef struct StoreDeadline {
    int64_t arrival_us; /* monotonic time of the store's clock; 0: now */
    bool is_set;        /* the request named a budget */
    int64_t ms;         /* that budget; is checked: options.deadline_ms */
    int64_t now_us;     /* of that clock, by a caller who has just read it; 0: it is read */
} StoreDeadline;

/*
 * The monotonic time at which the budget is spent. INVALID: it is out of range. REFUSED DEADLINE:
 * it is spent already.
 */
bool store_deadline_check(const Store *store, const StoreDeadline *deadline,
                          int64_t *ret_deadline_us, StoreError *ret_error);

/* The same for whom only the answer matters. */
bool store_deadline_is_open(const Store *store, const StoreDeadline *deadline,
                            StoreError *ret_error);

/* Is there time left before deadline_us? Else REFUSED DEADLINE: for reads, which change nothing. */
bool store_deadline_left(const Store *store, int64_t deadline_us, StoreError *ret_error);

#endif
