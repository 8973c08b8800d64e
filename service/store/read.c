/*
 * read.c: get and multi_get. See read.h.
 */
#include "service/store/read.h"

#include "service/store/check.h"

bool
store_read_begin(StoreRead *ret_read, Store *store, unsigned flags, StoreError *ret_error)
{
    unsigned engine_flags = (flags & STORE_READ_CACHED_ONLY) != 0 ? ENGINE_READ_CACHED_ONLY : 0u;
    BaseStatus status =
        engine_read_begin(&ret_read->engine_read, store_engine(store), NULL, engine_flags);
    if (!base_is_ok(status)) {
        return store_error_status(ret_error, status, store_name(store));
    }
    ret_read->store = store;
    return true;
}

void
store_read_end(StoreRead *read)
{
    engine_read_end(&read->engine_read);
}

/* --------------------------------------------------------------------------------------- get -- */

bool
store_get_check(const Store *store, const StoreGetArgs *args, StoreError *ret_error)
{
    if (!store_check_key(store, args->key, STORE_PLACE_ARGUMENT, "key", ret_error) ||
        !store_check_no_snapshot(store, args->has_snapshot_id, ret_error) ||
        !store_check_range(args->offset, 0, INT64_MAX, STORE_PLACE_OPTIONS, "offset", "bytes",
                           ret_error)) {
        return false;
    }
    if (args->has_length && !store_check_range(args->length, 0, INT64_MAX, STORE_PLACE_OPTIONS,
                                               "length", "bytes", ret_error)) {
        return false;
    }
    if (args->has_if_version_not &&
        !store_check_range(args->if_version_not, 0, INT64_MAX, STORE_PLACE_OPTIONS,
                           "if_version_not", "", ret_error)) {
        return false;
    }
    return store_deadline_is_open(store, &args->deadline, ret_error);
}

bool
store_get_all(StoreRead *read, const BaseSlice *keys, size_t count, EngineLookup *ret_lookups,
              StoreError *ret_error)
{
    int64_t version = 0;
    BaseStatus status =
        count == 1
            ? engine_get(&read->engine_read, ENGINE_DATA, keys[0], ret_lookups)
            : engine_multi_get(&read->engine_read, ENGINE_DATA, keys, count, ret_lookups, &version);
    return base_is_ok(status) || store_error_status(ret_error, status, store_name(read->store));
}

bool
store_get(StoreRead *read, const StoreGetArgs *args, StoreGetResult *ret_result,
          StoreError *ret_error)
{
    EngineLookup lookup = {.found = false};
    if (!store_get_check(read->store, args, ret_error) ||
        !store_get_all(read, &args->key, 1, &lookup, ret_error)) {
        return false;
    }
    store_get_shape(args, &lookup, ret_result);
    return true;
}

/* --------------------------------------------------------------------------------- multi_get -- */

static bool
check_multi_get(const Store *store, const StoreMultiGetArgs *args, StoreError *ret_error)
{
    if (!store_check_range((int64_t)args->count, 0, store_limits(store)->multi_get_items_max,
                           STORE_PLACE_ARGUMENT, "keys", "items", ret_error) ||
        !store_check_no_snapshot(store, args->has_snapshot_id, ret_error)) {
        return false;
    }
    if (args->has_limit_bytes &&
        !store_check_range(args->limit_bytes, 1, INT64_MAX, STORE_PLACE_OPTIONS, "limit_bytes",
                           "bytes", ret_error)) {
        return false;
    }
    for (size_t i = 0; i < args->count; i++) {
        if (!store_check_key(store, args->keys[i], store_place_element("keys", i), "", ret_error)) {
            return false;
        }
    }
    return store_deadline_is_open(store, &args->deadline, ret_error);
}

/* How many items fit into the limit; at least one. */
static size_t
count_within(const StoreMultiGetArgs *args, const EngineLookup *items, int64_t limit_bytes)
{
    int64_t bytes = 0;
    for (size_t i = 0; i < args->count; i++) {
        bytes += (int64_t)args->keys[i].len;
        if (items[i].found && !args->without_values) {
            bytes += (int64_t)items[i].record.value.len;
        }
        if (bytes > limit_bytes && i > 0) {
            return i;
        }
    }
    return args->count;
}

bool
store_multi_get(StoreRead *read, const StoreMultiGetArgs *args, BaseBuf *scratch,
                StoreMultiGetResult *ret_result, StoreError *ret_error)
{
    const Store *store = read->store;
    if (!check_multi_get(store, args, ret_error)) {
        return false;
    }
    base_buf_reset(scratch);
    EngineLookup *items = (EngineLookup *)(void *)base_buf_extend(
        scratch, (args->count + 1) * sizeof(EngineLookup)); /* never nothing */
    if (items == NULL) {
        return store_error_refused(ret_error, STORE_REFUSED_MEMORY_FULL, NULL, 0,
                                   "store %s: no memory for %zu answers", store_name(store),
                                   args->count);
    }
    StoreMultiGetResult result = {.items = items};
    BaseStatus status = engine_multi_get(&read->engine_read, ENGINE_DATA, args->keys, args->count,
                                         items, &result.read_version);
    if (!base_is_ok(status)) {
        return store_error_status(ret_error, status, store_name(store));
    }
    int64_t limit_bytes = store_limits(store)->reply_bytes_max;
    if (args->has_limit_bytes && args->limit_bytes < limit_bytes) {
        limit_bytes = args->limit_bytes;
    }
    result.count = count_within(args, items, limit_bytes);
    *ret_result = result;
    return true;
}
