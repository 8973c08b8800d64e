/*
 * read.h: get and multi_get.
 *
 * A read section (StoreRead) brackets reads of one store; the values that they return are views
 * into the engine that stay valid until the section ends: encode them into the reply, then end it.
 * A section belongs to its thread and must be short. Nothing is allocated, except by multi_get in
 * the caller's reusable scratch buffer.
 *
 * Each get sees the newest version that is visible when it is called, also in a section that is
 * already open; only the time by which records expire is that of the beginning. So one section may
 * serve all the reads of a reactor's turn.
 */
#ifndef LARDER_SERVICE_STORE_READ_H
#define LARDER_SERVICE_STORE_READ_H

#include "engine/base/buf.h"
#include "service/store/store.h"

typedef enum StoreReadFlag {
    /* Fail with STORE_ERROR_WOULD_BLOCK instead of reading disk: for reactors. */
    STORE_READ_CACHED_ONLY = 1 << 0,
} StoreReadFlag;

typedef struct StoreRead {
    Store *store;
    EngineRead engine_read;
} StoreRead;

/* Begins a section. On success it must be ended by the same thread. */
bool store_read_begin(StoreRead *ret_read, Store *store, unsigned flags, StoreError *ret_error);
void store_read_end(StoreRead *read);

/* Zeroed with a key: all defaults. */
typedef struct StoreGetArgs {
    BaseSlice key;
    StoreDeadline deadline;
    bool has_snapshot_id; /* INVALID UNSUPPORTED */
    int64_t snapshot_id;
    bool has_if_version_not;
    int64_t if_version_not;
    bool without_value; /* options.want_value is false */
    int64_t offset;
    bool has_length;
    int64_t length;
} StoreGetArgs;

typedef struct StoreGetResult {
    bool found;
    bool unchanged;  /* the key has version if_version_not; an absent key has version 0 */
    bool has_value;  /* false: not found, unchanged or not wanted */
    BaseSlice value; /* the slice asked for; empty when offset is behind the end */
    int64_t version;
    int64_t expires_at_ms;
    int64_t full_length; /* of the whole value, whenever the key was found */
} StoreGetResult;

bool store_get(StoreRead *read, const StoreGetArgs *args, StoreGetResult *ret_result,
               StoreError *ret_error);

/*
 * The parts of store_get(), for who reads many keys at once. store_get_check() judges the
 * arguments; store_get_all() looks keys up, and store_get_shape() makes the result of what was
 * found.
 */
bool store_get_check(const Store *store, const StoreGetArgs *args, StoreError *ret_error);
bool store_get_all(StoreRead *read, const BaseSlice *keys, size_t count, EngineLookup *ret_lookups,
                   StoreError *ret_error);

/* The part of a value that was asked for. */
static inline BaseSlice
store_get_part(BaseSlice value, const StoreGetArgs *args)
{
    size_t offset = (uint64_t)args->offset < value.len ? (size_t)args->offset : value.len;
    size_t len = value.len - offset;
    if (args->has_length && (uint64_t)args->length < len) {
        len = (size_t)args->length;
    }
    return len == 0 ? BASE_SLICE_EMPTY : base_slice(value.data + offset, len);
}

/* The result of what was found. Inline, like the above: one for each get. */
static inline void
store_get_shape(const StoreGetArgs *args, const EngineLookup *lookup, StoreGetResult *ret_result)
{
    bool found = lookup->found;
    int64_t version = found ? lookup->record.version : 0;
    bool unchanged = args->has_if_version_not && args->if_version_not == version;
    ret_result->found = found;
    ret_result->unchanged = unchanged;
    ret_result->has_value = found && !unchanged && !args->without_value;
    ret_result->value =
        ret_result->has_value ? store_get_part(lookup->record.value, args) : BASE_SLICE_EMPTY;
    ret_result->version = version;
    ret_result->expires_at_ms = found ? lookup->record.expires_at_ms : 0;
    ret_result->full_length = found ? (int64_t)lookup->record.value.len : 0;
}

typedef struct StoreMultiGetArgs {
    const BaseSlice *keys;
    size_t count;
    StoreDeadline deadline;
    bool has_snapshot_id; /* INVALID UNSUPPORTED */
    int64_t snapshot_id;
    bool has_limit_bytes;
    int64_t limit_bytes; /* at least 1 */
    bool without_values; /* options.want_values is false */
} StoreMultiGetArgs;

/*
 * The count is that of the keys, or less, but at least 1, when the bytes of keys and values reached
 * limit_bytes or the reply limit. The full_length of an item is its record.value.len.
 */
typedef struct StoreMultiGetResult {
    const EngineLookup *items; /* in scratch; items[i] answers keys[i] */
    size_t count;
    int64_t read_version; /* all of them were read at this one */
} StoreMultiGetResult;

/*
 * Reads many keys at one version. `scratch` is overwritten and holds the items; reuse it from call
 * to call. Do not hand out values when args->without_values is set.
 */
bool store_multi_get(StoreRead *read, const StoreMultiGetArgs *args, BaseBuf *scratch,
                     StoreMultiGetResult *ret_result, StoreError *ret_error);

#endif
