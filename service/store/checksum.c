/*
 * checksum.c: one number for the contents of a range. See checksum.h.
 *
 * The time is looked at every TIME_RECORDS records or TIME_BYTES bytes, whichever comes first.
 */
#include "service/store/checksum.h"

#include "engine/base/hash.h"
#include "service/store/check.h"

#define TIME_RECORDS 64
#define TIME_BYTES   262144

/* The `bytes` lowest bytes of a number, little-endian. */
static void
fold_number(BaseHashStream *stream, uint64_t number, size_t bytes)
{
    uint8_t raw[8];
    for (size_t i = 0; i < bytes; i++) {
        raw[i] = (uint8_t)(number >> (8 * i));
    }
    base_hash_stream_update(stream, base_slice(raw, bytes));
}

static void
fold_record(BaseHashStream *stream, BaseSlice key, const EngineRecord *record)
{
    fold_number(stream, key.len, 4);
    base_hash_stream_update(stream, key);
    fold_number(stream, record->value.len, 4);
    base_hash_stream_update(stream, record->value);
    fold_number(stream, (uint64_t)record->expires_at_ms, 8);
}

static bool
fold_all(Store *store, EngineIterator *it, int64_t deadline_us, StoreChecksumResult *result,
         StoreError *ret_error)
{
    BaseHashStream stream;
    base_hash_stream_init(&stream, 0);
    int64_t time_bytes = 0;
    for (engine_iterator_seek(it, NULL); it->valid; engine_iterator_next(it)) {
        fold_record(&stream, it->key, &it->record);
        int64_t bytes = (int64_t)(it->key.len + it->record.value.len);
        result->keys++;
        result->bytes += bytes;
        time_bytes += bytes;
        if (result->keys % TIME_RECORDS != 0 && time_bytes < TIME_BYTES) {
            continue;
        }
        time_bytes = 0;
        if (!store_deadline_left(store, deadline_us, ret_error)) {
            return false;
        }
    }
    if (!base_is_ok(it->status)) {
        return store_error_status(ret_error, it->status, store_name(store));
    }
    result->checksum = (int64_t)base_hash_stream_value(&stream);
    result->read_version = it->read_version;
    return true;
}

bool
store_checksum(Store *store, const StoreChecksumArgs *args, StoreChecksumResult *ret_result,
               StoreError *ret_error)
{
    int64_t deadline_us = 0;
    StoreRange range;
    if (!store_check_range(args->kind, STORE_CHECKSUM_XXH3_RECORDS, STORE_CHECKSUM_XXH3_RECORDS,
                           STORE_PLACE_OPTIONS, "kind", "", ret_error) ||
        !store_check_no_snapshot(store, args->has_snapshot_id, ret_error) ||
        !store_deadline_check(store, &args->deadline, &deadline_us, ret_error) ||
        !store_range_resolve(store, &args->range, "range", &range, ret_error)) {
        return false;
    }
    EngineIteratorOptions options = {.keyspace = ENGINE_DATA, .range = range.range};
    EngineIterator *iterator = NULL;
    StoreChecksumResult result = {0};
    BaseStatus status = engine_iterator_new(store_engine(store), NULL, &options, &iterator);
    bool good = base_is_ok(status) ? fold_all(store, iterator, deadline_us, &result, ret_error)
                                   : store_error_status(ret_error, status, store_name(store));
    engine_iterator_free(iterator);
    store_range_clear(&range);
    if (good) {
        *ret_result = result;
    }
    return good;
}
