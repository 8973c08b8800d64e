/*
 * range.c: parts of the key space, and what they hold. See range.h.
 */
#include "service/store/range.h"

#include "service/store/check.h"

#include <stdio.h>
#include <stdlib.h>

/* --------------------------------------------------------------------------------- resolving -- */

static bool
check_bound(const Store *store, BaseSlice bound, int64_t extra, const char *field, const char *name,
            StoreError *ret_error)
{
    int64_t limit = store_limits(store)->key_bytes_max + extra;
    if ((int64_t)bound.len <= limit) {
        return true;
    }
    char dotted[STORE_FIELD_SIZE];
    (void)snprintf(dotted, sizeof dotted, "%s.%s", field, name);
    return store_error_range(ret_error, dotted, (int64_t)bound.len, 0, limit, "bytes");
}

static bool
resolve_prefix(const Store *store, BaseSlice prefix, StoreRange *range, StoreError *ret_error)
{
    size_t len = prefix.len;
    while (len > 0 && prefix.data[len - 1] == 0xff) {
        len--;
    }
    range->range.start = prefix;
    range->range.unbounded = len == 0;
    if (len == 0) {
        return true;
    }
    range->owned = malloc(len);
    if (range->owned == NULL) {
        return store_error_refused(ret_error, STORE_REFUSED_MEMORY_FULL, NULL, 0,
                                   "store %s: no memory for the range", store_name(store));
    }
    memcpy(range->owned, prefix.data, len);
    range->owned[len - 1]++;
    range->range.stop = base_slice(range->owned, len);
    return true;
}

bool
store_range_resolve(const Store *store, const StoreKeyRange *key_range, const char *field,
                    StoreRange *ret_range, StoreError *ret_error)
{
    const StoreKeyRange *from = key_range;
    if (from->has_prefix && (from->has_start_key || from->has_stop_key)) {
        char dotted[STORE_FIELD_SIZE];
        (void)snprintf(dotted, sizeof dotted, "%s.prefix", field);
        return store_error_invalid(ret_error, STORE_INVALID_BAD_ARGUMENT, dotted,
                                   "%s excludes start_key and stop_key", dotted);
    }
    StoreRange range = {.owned = NULL};
    if (from->has_prefix) {
        if (!check_bound(store, from->prefix, 0, field, "prefix", ret_error) ||
            !resolve_prefix(store, from->prefix, &range, ret_error)) {
            return false;
        }
        *ret_range = range;
        return true;
    }
    BaseSlice start = from->has_start_key ? from->start_key : BASE_SLICE_EMPTY;
    BaseSlice stop = from->has_stop_key ? from->stop_key : BASE_SLICE_EMPTY;
    if (!check_bound(store, start, 1, field, "start_key", ret_error) ||
        !check_bound(store, stop, 1, field, "stop_key", ret_error)) {
        return false;
    }
    range.range = store_range_between(start, from->has_stop_key, stop);
    *ret_range = range;
    return true;
}

EngineRange
store_range_between(BaseSlice start, bool has_stop, BaseSlice stop)
{
    bool crossed = has_stop && base_slice_compare(start, stop) > 0;
    return (EngineRange){.start = start, .stop = crossed ? start : stop, .unbounded = !has_stop};
}

void
store_range_clear(StoreRange *range)
{
    free(range->owned);
    range->owned = NULL;
}

bool
store_range_contains(const EngineRange *range, BaseSlice key)
{
    return base_slice_compare(key, range->start) >= 0 &&
           (range->unbounded || base_slice_compare(key, range->stop) < 0);
}

/* -------------------------------------------------------------------------------- range_info -- */

/* State of one range_info while it visits split keys. */
typedef struct Splits {
    const StoreRangeInfoVisitor *visitor;
    size_t index; /* of the range */
    int64_t left; /* split keys that may still come */
    bool over;    /* there were more */
    bool no_memory;
} Splits;

static bool
visit_split(void *user, BaseSlice key)
{
    Splits *splits = user;
    if (splits->left == 0) {
        splits->over = true;
        return false;
    }
    splits->left--;
    splits->no_memory = !splits->visitor->split(splits->visitor->user, splits->index, key);
    return !splits->no_memory;
}

static bool
visitor_failed(const Store *store, StoreError *ret_error)
{
    return store_error_refused(ret_error, STORE_REFUSED_MEMORY_FULL, NULL, 0,
                               "store %s: no memory for the reply", store_name(store));
}

static bool
describe_splits(Store *store, const EngineRange *range, int64_t split_bytes, Splits *splits,
                StoreError *ret_error)
{
    BaseStatus status =
        engine_range_split(store_engine(store), range, split_bytes, visit_split, splits);
    if (!base_is_ok(status)) {
        return store_error_status(ret_error, status, store_name(store));
    }
    if (splits->no_memory) {
        return visitor_failed(store, ret_error);
    }
    if (splits->over) {
        int64_t limit = store_limits(store)->split_keys_max;
        (void)store_error_invalid(ret_error, STORE_INVALID_OVER_LIMIT, "options.split_bytes",
                                  "options.split_bytes of %lld gives more than %lld split keys; "
                                  "ask for larger parts",
                                  (long long)split_bytes, (long long)limit);
        ret_error->limit = limit;
        ret_error->actual = limit + 1;
        return false;
    }
    return true;
}

static bool
describe_range(Store *store, const StoreRangeInfoArgs *args, size_t index, Splits *splits,
               StoreError *ret_error)
{
    char field[STORE_FIELD_SIZE];
    store_place_field(store_place_element("ranges", index), "", field);
    StoreRange range;
    if (!store_range_resolve(store, &args->ranges[index], field, &range, ret_error)) {
        return false;
    }
    EngineRangeEstimate estimate = {0};
    splits->index = index;
    bool good = true;
    BaseStatus status = engine_range_estimate(store_engine(store), &range.range, &estimate);
    if (!base_is_ok(status)) {
        good = store_error_status(ret_error, status, store_name(store));
    } else if (!splits->visitor->range(splits->visitor->user, index, &estimate)) {
        good = visitor_failed(store, ret_error);
    } else if (args->has_split_bytes) {
        good = describe_splits(store, &range.range, args->split_bytes, splits, ret_error);
    }
    store_range_clear(&range);
    return good;
}

bool
store_range_info(Store *store, const StoreRangeInfoArgs *args, const StoreRangeInfoVisitor *visitor,
                 int64_t *ret_read_version, StoreError *ret_error)
{
    const StoreLimits *limits = store_limits(store);
    int64_t deadline_us = 0;
    if (!store_check_range((int64_t)args->count, 0, limits->ranges_max, STORE_PLACE_ARGUMENT,
                           "ranges", "ranges", ret_error) ||
        (args->has_split_bytes &&
         !store_check_range(args->split_bytes, 1, INT64_MAX, STORE_PLACE_OPTIONS, "split_bytes",
                            "bytes", ret_error)) ||
        !store_deadline_check(store, &args->deadline, &deadline_us, ret_error)) {
        return false;
    }
    EngineStats stats = {0};
    engine_stats(store_engine(store), &stats);
    Splits splits = {.visitor = visitor, .left = limits->split_keys_max};
    for (size_t i = 0; i < args->count; i++) {
        if (!store_deadline_left(store, deadline_us, ret_error) ||
            !describe_range(store, args, i, &splits, ret_error)) {
            return false;
        }
    }
    *ret_read_version = stats.version;
    return true;
}
