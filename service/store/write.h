/*
 * write.h: put, remove, touch, increment, append and remove_range, asynchronously.
 *
 * A StoreWrite lives in the caller's memory. Life of a write:
 *   1. The caller sets `done` and `user`.
 *   2. store_write_put() and its siblings check the arguments and fill the write in. Nothing has
 *      happened yet; when they fail, the write may be used again or forgotten.
 *   3. store_write_submit() hands it to the engine. From then on the write and all bytes that the
 *      arguments point at (key, value, condition.value_equal) belong to the store.
 *   4. `done` is called exactly once: perhaps before store_write_submit() returns, in the same
 *      thread, or later in any other thread. It must be short and must not block; it may submit
 *      further writes. It finds the outcome in `succeeded` with `result`, or else in `error`. Views
 *      in the result are valid during `done` only. When it returns, the memory is the caller's
 *      again; `done` may also reuse or free it.
 * No step allocates. Callers that can wait use call.h instead.
 *
 * Deadlines: a write that is not sequenced when its deadline passes is REFUSED DEADLINE. One that
 * is under way then goes on; answering INDETERMINATE DEADLINE to the peer while keeping the write's
 * memory is up to the caller (call.h does it).
 */
#ifndef LARDER_SERVICE_STORE_WRITE_H
#define LARDER_SERVICE_STORE_WRITE_H

#include "service/store/condition.h"
#include "service/store/range.h"

typedef struct StorePutArgs {
    BaseSlice key;
    BaseSlice value;
    StoreWriteOptions options;
} StorePutArgs;

typedef struct StoreRemoveArgs {
    BaseSlice key;
    StoreWriteOptions options;
} StoreRemoveArgs;

typedef struct StoreTouchArgs {
    BaseSlice key;
    StoreExpiry expiry; /* the argument; options.expiry is not used */
    StoreWriteOptions options;
} StoreTouchArgs;

typedef struct StoreIncrementArgs {
    BaseSlice key;
    int64_t delta;
    int64_t initial;
    bool has_lowest;
    bool has_highest;
    int64_t lowest;
    int64_t highest;
    StoreWriteOptions options;
} StoreIncrementArgs;

typedef struct StoreAppendArgs {
    BaseSlice key;
    BaseSlice value;
    bool without_create; /* options.create is false */
    bool has_max_length;
    int64_t max_length; /* 0 to value_bytes_max */
    StoreWriteOptions options;
} StoreAppendArgs;

/* NotApplied of the IDL. */
typedef enum StoreNotApplied {
    STORE_WAS_APPLIED = 0,
    STORE_CONDITION_FAILED = 1,
    STORE_STALE_FENCE = 2,
    STORE_KEY_ABSENT = 3,
    STORE_NOT_A_COUNTER = 4,
    STORE_OUT_OF_RANGE = 5,
    STORE_TOO_LONG = 6,
} StoreNotApplied;

/* WriteResult, IncrementResult and AppendResult of the IDL; fields of other methods are 0. */
typedef struct StoreWriteResult {
    bool applied;
    bool has_existed;       /* it is known: wanted, or no put and no remove, or not applied */
    bool existed;           /* the key was present before */
    bool has_current_value; /* not applied, return_current was set, and the key is present */
    StoreNotApplied reason;
    int64_t version;         /* of the commit; 0 when not applied */
    int64_t current_version; /* when not applied: the key's, 0 if absent; else 0 */
    int64_t expires_at_ms;   /* after the write; 0 for never, and when not applied */
    int64_t number;          /* increment: the counter after the call */
    int64_t length;          /* append: length of the value after the call */
    BaseSlice current_value;
} StoreWriteResult;

typedef struct StoreWrite StoreWrite;

struct StoreWrite {
    /* The caller's. */
    void (*done)(StoreWrite *write);
    void *user;

    /* The outcome, from `done` on. */
    bool succeeded;
    StoreWriteResult result; /* only when it succeeded */
    StoreError error;        /* only when it did not */

    /* Private. */
    Store *store;
    bool return_current;
    EngineCommit commit;
    EngineGuard guard;
    EngineMutation mutation;
};

bool store_write_put(StoreWrite *write, Store *store, const StorePutArgs *args,
                     StoreError *ret_error);
bool store_write_remove(StoreWrite *write, Store *store, const StoreRemoveArgs *args,
                        StoreError *ret_error);
bool store_write_touch(StoreWrite *write, Store *store, const StoreTouchArgs *args,
                       StoreError *ret_error);
bool store_write_increment(StoreWrite *write, Store *store, const StoreIncrementArgs *args,
                           StoreError *ret_error);
bool store_write_append(StoreWrite *write, Store *store, const StoreAppendArgs *args,
                        StoreError *ret_error);

/* Removes every key of a resolved range; of the options deadline and durability apply. */
bool store_write_remove_range(StoreWrite *write, Store *store, const EngineRange *range,
                              const StoreWriteOptions *options, StoreError *ret_error);

/* The monotonic time at which the deadline of a filled-in write passes. */
static inline int64_t
store_write_deadline_us(const StoreWrite *write)
{
    return write->commit.deadline_us;
}

/*
 * Whether a filled-in put or remove depends on what its key has, for which an engine on disk may
 * have to read.
 */
static inline bool
store_write_looks(const StoreWrite *write)
{
    return write->commit.guard_count != 0 || write->mutation.want_existed ||
           write->mutation.expiry == ENGINE_EXPIRES_KEEP;
}

/* Hands a filled-in write to its engine. Several in their order: chain.h. */
void store_write_submit(StoreWrite *write);

#endif
