/*
 * write.c: put, remove, touch, increment, append and remove_range, asynchronously. See write.h.
 *
 * Each method fills in one commit of one mutation, with one guard when there is a condition. Checks
 * come in an order that serves the caller: first what is wrong with the call (INVALID), then what
 * stands against it now (REFUSED).
 *
 * Whether a key existed is asked of the engine only when the call wants to know, because an engine
 * on disk may have to read for it.
 *
 * append reports how long the value is when it is not applied, so its commit always asks for the
 * current value; that is handed out only when return_current was set.
 */
#include "service/store/write.h"

#include "service/store/check.h"
#include "service/store/outcome.h"

/* Whether an applied mutation tells that the key was present before it. */
static bool
tells_existence(const EngineMutation *mutation)
{
    switch (mutation->kind) {
    case ENGINE_PUT:
    case ENGINE_REMOVE:
        return mutation->want_existed;
    case ENGINE_REMOVE_RANGE:
        return false;
    case ENGINE_TOUCH:
    case ENGINE_INCREMENT:
    case ENGINE_APPEND:
        break;
    }
    return true;
}

static void
write_done(EngineCommit *commit, const EngineOutcome *outcome)
{
    StoreWrite *write = commit->user;
    const EngineMutation *mutation = &write->mutation;
    write->succeeded = store_outcome_check(write->store, outcome, &write->error);
    if (write->succeeded) {
        StoreWriteResult *result = &write->result;
        bool applied = outcome->kind == ENGINE_APPLIED;
        *result = (StoreWriteResult){.applied = applied, .reason = store_outcome_reason(outcome)};
        if (applied) {
            result->version = outcome->version;
            result->has_existed = tells_existence(mutation);
            result->existed = result->has_existed && mutation->result.existed;
            result->expires_at_ms = mutation->result.expires_at_ms;
            result->length = mutation->kind == ENGINE_APPEND ? mutation->result.length : 0;
        } else {
            result->current_version = outcome->current_version;
            result->has_existed = true;
            result->existed = outcome->current_version != 0;
            result->has_current_value = write->return_current && outcome->has_current_value;
            if (result->has_current_value) {
                result->current_value = outcome->current_value;
            }
            if (mutation->kind == ENGINE_APPEND && outcome->has_current_value) {
                result->length = (int64_t)outcome->current_value.len;
            }
        }
        if (mutation->kind == ENGINE_INCREMENT) {
            result->number = store_outcome_number(mutation, outcome);
        }
    }
    write->done(write);
}

/* Empties the private part, field by field: what the engine writes first needs no zeros. */
static void
begin(StoreWrite *write, Store *store, EngineMutationKind kind, BaseSlice key)
{
    write->store = store;
    write->return_current = false;
    EngineMutation *mutation = &write->mutation;
    mutation->kind = kind;
    mutation->keyspace = ENGINE_DATA;
    mutation->key = key;
    mutation->value = BASE_SLICE_EMPTY;
    mutation->unbounded = false;
    mutation->create = false;
    mutation->want_existed = false;
    mutation->expiry = ENGINE_EXPIRES_NEVER;
    mutation->expiry_ms = 0;
    mutation->delta = 0;
    mutation->initial = 0;
    mutation->lowest = INT64_MIN;
    mutation->highest = INT64_MAX;
    mutation->length_max = 0;
    memset(&mutation->result, 0, sizeof mutation->result);
    EngineCommit *commit = &write->commit;
    commit->guards = NULL;
    commit->guard_count = 0;
    commit->mutations = mutation;
    commit->mutation_count = 1;
    commit->durability = ENGINE_DURABILITY_DEFAULT;
    commit->want_current_value = false;
    commit->deadline_us = 0;
    commit->done = write_done;
    commit->user = write;
    commit->next = NULL;
}

/* Checks the key and the options of a method on one key, and fills in what follows from them. */
static bool
fill_options(StoreWrite *write, const StoreWriteOptions *options, StoreError *ret_error)
{
    const Store *store = write->store;
    BaseSlice key = write->mutation.key;
    if (!store_check_key(store, key, STORE_PLACE_ARGUMENT, "key", ret_error)) {
        return false;
    }
    if (store_condition_asks(&options->condition)) {
        write->guard = (EngineGuard){.key = key, .keyspace = ENGINE_DATA};
        if (!store_check_condition(store, &options->condition, STORE_PLACE_OPTIONS, &write->guard,
                                   ret_error)) {
            return false;
        }
        write->commit.guards = &write->guard;
        write->commit.guard_count = 1;
    }
    if (!store_check_options(store, options, &write->commit, ret_error)) {
        return false;
    }
    EngineMutationKind kind = write->mutation.kind;
    write->return_current = options->return_current;
    write->commit.want_current_value = options->return_current || kind == ENGINE_APPEND;
    return store_check_writable(store, ret_error);
}

/* The expiry option; `absent` is what its absence means. */
static bool
fill_expiry(StoreWrite *write, const StoreWriteOptions *options, EngineExpiryKind absent,
            StoreError *ret_error)
{
    if (!options->has_expiry) {
        write->mutation.expiry = absent;
        return true;
    }
    return store_check_expiry(write->store, &options->expiry, STORE_PLACE_OPTIONS, &write->mutation,
                              ret_error);
}

bool
store_write_put(StoreWrite *write, Store *store, const StorePutArgs *args, StoreError *ret_error)
{
    begin(write, store, ENGINE_PUT, args->key);
    write->mutation.value = args->value;
    write->mutation.want_existed = args->options.has_want_existed && args->options.want_existed;
    return store_check_value(store, args->value, STORE_PLACE_ARGUMENT, "value", ret_error) &&
           fill_expiry(write, &args->options, ENGINE_EXPIRES_NEVER, ret_error) &&
           fill_options(write, &args->options, ret_error);
}

bool
store_write_remove(StoreWrite *write, Store *store, const StoreRemoveArgs *args,
                   StoreError *ret_error)
{
    begin(write, store, ENGINE_REMOVE, args->key);
    write->mutation.want_existed = !args->options.has_want_existed || args->options.want_existed;
    return fill_options(write, &args->options, ret_error);
}

bool
store_write_touch(StoreWrite *write, Store *store, const StoreTouchArgs *args,
                  StoreError *ret_error)
{
    begin(write, store, ENGINE_TOUCH, args->key);
    return store_check_expiry(store, &args->expiry, STORE_PLACE_ARGUMENT, &write->mutation,
                              ret_error) &&
           fill_options(write, &args->options, ret_error);
}

bool
store_write_increment(StoreWrite *write, Store *store, const StoreIncrementArgs *args,
                      StoreError *ret_error)
{
    begin(write, store, ENGINE_INCREMENT, args->key);
    EngineMutation *mutation = &write->mutation;
    mutation->delta = args->delta;
    mutation->initial = args->initial;
    mutation->lowest = args->has_lowest ? args->lowest : INT64_MIN;
    mutation->highest = args->has_highest ? args->highest : INT64_MAX;
    if (mutation->lowest > mutation->highest) {
        return store_check_bad(STORE_PLACE_OPTIONS, "lowest", "is above options.highest",
                               ret_error);
    }
    return fill_expiry(write, &args->options, ENGINE_EXPIRES_KEEP, ret_error) &&
           fill_options(write, &args->options, ret_error);
}

bool
store_write_append(StoreWrite *write, Store *store, const StoreAppendArgs *args,
                   StoreError *ret_error)
{
    begin(write, store, ENGINE_APPEND, args->key);
    int64_t value_max = store_limits(store)->value_bytes_max;
    int64_t length_max = args->has_max_length ? args->max_length : value_max;
    write->mutation.value = args->value;
    write->mutation.create = !args->without_create;
    write->mutation.length_max = (size_t)length_max;
    return store_check_value(store, args->value, STORE_PLACE_ARGUMENT, "value", ret_error) &&
           store_check_range(length_max, 0, value_max, STORE_PLACE_OPTIONS, "max_length", "bytes",
                             ret_error) &&
           fill_expiry(write, &args->options, ENGINE_EXPIRES_KEEP, ret_error) &&
           fill_options(write, &args->options, ret_error);
}

bool
store_write_remove_range(StoreWrite *write, Store *store, const EngineRange *range,
                         const StoreWriteOptions *options, StoreError *ret_error)
{
    begin(write, store, ENGINE_REMOVE_RANGE, range->start);
    write->mutation.value = range->stop;
    write->mutation.unbounded = range->unbounded;
    return store_check_options(store, options, &write->commit, ret_error) &&
           store_check_writable(store, ret_error);
}

void
store_write_submit(StoreWrite *write)
{
    write->commit.next = NULL;
    engine_commit(store_engine(write->store), &write->commit);
}
