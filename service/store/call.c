/*
 * call.c: writes for callers that can wait. See call.h.
 *
 * A Waiter holds the write, copies of the bytes that it borrows, and the outcome. It has two
 * references, the caller's and the commit's; who drops the last one frees it. So it does not matter
 * whether the engine answers before or after the caller has given up.
 *
 *   caller   fill in, copy, submit, wait -> answered: hands the Waiter out as the StoreCall
 *                                        -> deadline: orphans it and drops its reference
 *   commit   done: keeps what is valid only now, marks it answered, drops its reference
 *
 * An orphan keeps its store from being closed (store.h) until it is answered. The caller waits in
 * real time for what the store's clock says is left.
 */
#include "service/store/call.h"

#include "service/store/check.h"
#include "service/store/own.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

typedef struct Waiter {
    StoreCall call; /* first: what the caller gets */
    StoreWrite write;
    StoreBatch batch;
    uint8_t *bytes;   /* what `write` borrows */
    uint8_t *current; /* what the result's current value points at */
    _Atomic int references;
    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t changed;
    bool orphaned; /* the caller has given up */
    bool answered;
    bool succeeded;
    StoreError error;
} Waiter;

/* -------------------------------------------------------------------------------------- life -- */

static bool
no_memory(const Store *store, StoreError *ret_error)
{
    return store_error_refused(ret_error, STORE_REFUSED_MEMORY_FULL, NULL, 0,
                               "store %s: no memory for the write", store_name(store));
}

/* A waiter with the caller's reference; NULL: no memory, and *ret_error says so. */
static Waiter *
new_waiter(const Store *store, StoreError *ret_error)
{
    Waiter *waiter = calloc(1, sizeof *waiter);
    if (waiter == NULL) {
        (void)no_memory(store, ret_error);
        return NULL;
    }
    pthread_condattr_t attributes;
    (void)pthread_condattr_init(&attributes);
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&waiter->changed, &attributes);
    (void)pthread_condattr_destroy(&attributes);
    (void)pthread_mutex_init(&waiter->lock, NULL);
    atomic_init(&waiter->references, 1);
    return waiter;
}

static void
drop(Waiter *waiter)
{
    if (atomic_fetch_sub_explicit(&waiter->references, 1, memory_order_acq_rel) != 1) {
        return;
    }
    if (waiter->batch.block != NULL) {
        store_batch_clear(&waiter->batch);
    }
    store_batch_block_free(waiter->batch.spare);
    (void)pthread_cond_destroy(&waiter->changed);
    (void)pthread_mutex_destroy(&waiter->lock);
    free(waiter->bytes);
    free(waiter->current);
    free(waiter);
}

void
store_call_free(StoreCall *call)
{
    if (call != NULL) {
        drop((Waiter *)call);
    }
}

/* ----------------------------------------------------------------------------------- answers -- */

/* Makes *value point at a copy that lives as long as the waiter. False: no memory. */
static bool
keep(Waiter *waiter, BaseSlice *value)
{
    waiter->current = malloc(value->len + 1);
    if (waiter->current == NULL) {
        return false;
    }
    if (value->len != 0) {
        memcpy(waiter->current, value->data, value->len);
    }
    value->data = waiter->current;
    return true;
}

/* The commit's last act. */
static void
answer(Waiter *waiter, Store *store, bool succeeded, const StoreError *error)
{
    (void)pthread_mutex_lock(&waiter->lock);
    waiter->answered = true;
    waiter->succeeded = succeeded;
    if (!succeeded) {
        waiter->error = *error;
    }
    bool orphaned = waiter->orphaned;
    (void)pthread_cond_signal(&waiter->changed);
    (void)pthread_mutex_unlock(&waiter->lock);
    drop(waiter);
    if (orphaned) {
        store_orphan_remove(store); /* last: the store may be closed now */
    }
}

static void
write_done(StoreWrite *write)
{
    Waiter *waiter = write->user;
    bool succeeded = write->succeeded;
    if (succeeded) {
        waiter->call.write = write->result;
        if (write->result.has_current_value && !keep(waiter, &waiter->call.write.current_value)) {
            succeeded = no_memory(write->store, &write->error);
        }
    }
    answer(waiter, write->store, succeeded, &write->error);
}

static void
batch_done(StoreBatch *batch)
{
    Waiter *waiter = batch->user;
    bool succeeded = batch->succeeded;
    if (succeeded) {
        waiter->call.batch = batch->result;
        waiter->call.bulk = batch->bulk;
        if (batch->result.has_current_value && !keep(waiter, &waiter->call.batch.current_value)) {
            succeeded = no_memory(batch->store, &batch->error);
        }
    }
    answer(waiter, batch->store, succeeded, &batch->error);
}

/* ----------------------------------------------------------------------------------- waiting -- */

/* The real monotonic time at which deadline_us of the store's clock is reached. */
static struct timespec
real_deadline(const Store *store, int64_t deadline_us)
{
    int64_t left_us = deadline_us - base_clock_monotonic_us(store_clock(store));
    int64_t at_us = base_clock_monotonic_us(base_clock_real()) + (left_us > 0 ? left_us : 0);
    return (struct timespec){.tv_sec = (time_t)(at_us / 1000000),
                             .tv_nsec = (long)(at_us % 1000000) * 1000};
}

/* Waits for the answer; gives the caller's reference up unless it is a result. */
static StoreCall *
await(Waiter *waiter, Store *store, int64_t deadline_us, StoreError *ret_error)
{
    struct timespec until = real_deadline(store, deadline_us);
    int waited = 0;
    (void)pthread_mutex_lock(&waiter->lock);
    while (!waiter->answered && waited != ETIMEDOUT) {
        waited = pthread_cond_timedwait(&waiter->changed, &waiter->lock, &until);
    }
    bool answered = waiter->answered;
    bool succeeded = answered && waiter->succeeded;
    if (answered && !succeeded) {
        *ret_error = waiter->error;
    }
    if (!answered) {
        waiter->orphaned = true;
        store_orphan_add(store);
    }
    (void)pthread_mutex_unlock(&waiter->lock);
    if (succeeded) {
        return &waiter->call;
    }
    if (!answered) {
        (void)store_error_indeterminate(ret_error, STORE_INDETERMINATE_DEADLINE,
                                        "store %s: the deadline passed while the commit was under "
                                        "way; it may still be applied",
                                        store_name(store));
    }
    drop(waiter);
    return NULL;
}

/* ----------------------------------------------------------------------------------- one key -- */

/* Runs a write; not `filled`: there is none, *ret_error is set, and `waiter` may be NULL. */
static StoreCall *
run(Waiter *waiter, Store *store, bool filled, StoreError *ret_error)
{
    if (!filled) {
        store_call_free((StoreCall *)waiter);
        return NULL;
    }
    StoreWrite *write = &waiter->write;
    if (!store_own(&write->guard, write->commit.guard_count, &write->mutation, 1, &waiter->bytes)) {
        (void)no_memory(store, ret_error);
        drop(waiter);
        return NULL;
    }
    int64_t deadline_us = write->commit.deadline_us;
    write->done = write_done;
    write->user = waiter;
    atomic_store_explicit(&waiter->references, 2, memory_order_relaxed);
    store_write_submit(write);
    return await(waiter, store, deadline_us, ret_error);
}

StoreCall *
store_call_put(Store *store, const StorePutArgs *args, StoreError *ret_error)
{
    Waiter *waiter = new_waiter(store, ret_error);
    bool filled = waiter != NULL && store_write_put(&waiter->write, store, args, ret_error);
    return run(waiter, store, filled, ret_error);
}

StoreCall *
store_call_remove(Store *store, const StoreRemoveArgs *args, StoreError *ret_error)
{
    Waiter *waiter = new_waiter(store, ret_error);
    bool filled = waiter != NULL && store_write_remove(&waiter->write, store, args, ret_error);
    return run(waiter, store, filled, ret_error);
}

StoreCall *
store_call_touch(Store *store, const StoreTouchArgs *args, StoreError *ret_error)
{
    Waiter *waiter = new_waiter(store, ret_error);
    bool filled = waiter != NULL && store_write_touch(&waiter->write, store, args, ret_error);
    return run(waiter, store, filled, ret_error);
}

StoreCall *
store_call_increment(Store *store, const StoreIncrementArgs *args, StoreError *ret_error)
{
    Waiter *waiter = new_waiter(store, ret_error);
    bool filled = waiter != NULL && store_write_increment(&waiter->write, store, args, ret_error);
    return run(waiter, store, filled, ret_error);
}

StoreCall *
store_call_append(Store *store, const StoreAppendArgs *args, StoreError *ret_error)
{
    Waiter *waiter = new_waiter(store, ret_error);
    bool filled = waiter != NULL && store_write_append(&waiter->write, store, args, ret_error);
    return run(waiter, store, filled, ret_error);
}

/* --------------------------------------------------------------------------------- many keys -- */

typedef bool FillBatch(StoreBatch *batch, Store *store, const StoreBatchArgs *args,
                       StoreError *ret_error);

static StoreCall *
run_batch(Store *store, const StoreBatchArgs *args, FillBatch *fill, StoreError *ret_error)
{
    Waiter *waiter = new_waiter(store, ret_error);
    if (waiter == NULL) {
        return NULL;
    }
    StoreBatch *batch = &waiter->batch;
    if (!fill(batch, store, args, ret_error)) {
        drop(waiter);
        return NULL;
    }
    if (!store_batch_own(batch)) {
        (void)no_memory(store, ret_error);
        drop(waiter);
        return NULL;
    }
    int64_t deadline_us = batch->deadline_us;
    batch->done = batch_done;
    batch->user = waiter;
    atomic_store_explicit(&waiter->references, 2, memory_order_relaxed);
    store_batch_submit(batch);
    return await(waiter, store, deadline_us, ret_error);
}

StoreCall *
store_call_batch(Store *store, const StoreBatchArgs *args, StoreError *ret_error)
{
    return run_batch(store, args, store_batch_fill, ret_error);
}

StoreCall *
store_call_bulk_write(Store *store, const StoreBatchArgs *args, StoreError *ret_error)
{
    return run_batch(store, args, store_batch_fill_bulk, ret_error);
}

/* ------------------------------------------------------------------------------ remove_range -- */

static bool
remove_resolved(Store *store, const EngineRange *range, const StoreWriteOptions *options,
                int64_t *ret_version, StoreError *ret_error)
{
    Waiter *waiter = new_waiter(store, ret_error);
    bool filled = waiter != NULL &&
                  store_write_remove_range(&waiter->write, store, range, options, ret_error);
    StoreCall *call = run(waiter, store, filled, ret_error);
    if (call == NULL) {
        return false;
    }
    *ret_version = call->write.version;
    store_call_free(call);
    return true;
}

bool
store_call_remove_range(Store *store, const StoreRemoveRangeArgs *args,
                        StoreRemoveRangeResult *ret_result, StoreError *ret_error)
{
    StoreRange range;
    EngineCommit checked = {.mutation_count = 0};
    if (!store_range_resolve(store, &args->range, "range", &range, ret_error)) {
        return false;
    }
    StoreRemoveRangeResult result = {0};
    EngineRangeEstimate estimate = {0};
    bool good = store_check_options(store, &args->options, &checked, ret_error);
    if (good) {
        BaseStatus status = engine_range_estimate(store_engine(store), &range.range, &estimate);
        good = base_is_ok(status) || store_error_status(ret_error, status, store_name(store));
        result.estimated_keys = estimate.keys;
        result.estimated_bytes = estimate.bytes;
    }
    if (good && !args->dry_run) {
        good = remove_resolved(store, &range.range, &args->options, &result.version, ret_error);
    }
    store_range_clear(&range);
    if (good) {
        *ret_result = result;
    }
    return good;
}
