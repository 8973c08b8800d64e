/*
 * call.h: writes for callers that can wait.
 *
 * Each function checks its arguments, copies every byte that it needs, submits the write and waits
 * for its outcome, at most until its deadline. When the deadline passes while the commit is under
 * way, it returns INDETERMINATE DEADLINE at once: the copies belong to the commit and are freed
 * when the engine answers, so the caller's arguments may die. That is what the one allocation of a
 * call is for.
 *
 * On success a call returns its outcome, which the caller frees with store_call_free(); on failure
 * it returns NULL and *ret_error says why. Blocks the thread; never use it on a reactor or in
 * `done`.
 */
#ifndef LARDER_SERVICE_STORE_CALL_H
#define LARDER_SERVICE_STORE_CALL_H

#include "service/store/batch.h"
#include "service/store/range.h"
#include "service/store/write.h"

/* RemoveRangeResult of the IDL. */
typedef struct StoreRemoveRangeResult {
    int64_t version; /* 0 with dry_run */
    int64_t estimated_keys;
    int64_t estimated_bytes;
} StoreRemoveRangeResult;

/* The outcome of a call. Only the result of its method is filled in; views are valid until it is
 * freed. */
typedef struct StoreCall {
    StoreWriteResult write; /* put, remove, touch, increment, append */
    StoreBatchResult batch;
    StoreBulkResult bulk;
} StoreCall;

StoreCall *store_call_put(Store *store, const StorePutArgs *args, StoreError *ret_error);
StoreCall *store_call_remove(Store *store, const StoreRemoveArgs *args, StoreError *ret_error);
StoreCall *store_call_touch(Store *store, const StoreTouchArgs *args, StoreError *ret_error);
StoreCall *store_call_increment(Store *store, const StoreIncrementArgs *args,
                                StoreError *ret_error);
StoreCall *store_call_append(Store *store, const StoreAppendArgs *args, StoreError *ret_error);
StoreCall *store_call_batch(Store *store, const StoreBatchArgs *args, StoreError *ret_error);
StoreCall *store_call_bulk_write(Store *store, const StoreBatchArgs *args, StoreError *ret_error);

/* Takes NULL. */
void store_call_free(StoreCall *call);

typedef struct StoreRemoveRangeArgs {
    StoreKeyRange range;
    bool dry_run;
    StoreWriteOptions options; /* deadline, durability, fence, request id */
} StoreRemoveRangeArgs;

/* Estimates what a range holds and, unless dry_run is set, removes it in one commit. */
bool store_call_remove_range(Store *store, const StoreRemoveRangeArgs *args,
                             StoreRemoveRangeResult *ret_result, StoreError *ret_error);

#endif
