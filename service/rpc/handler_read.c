/*
 * handler_read.c: get, multi_get and checksum.
 *
 * Values are copied out of the engine within the read section: generated code wants arrays of its
 * own.
 */
#include "service/rpc/convert.h"
#include "service/rpc/handler_class.h"
#include "service/store/checksum.h"
#include "service/store/read.h"

/* --------------------------------------------------------------------------------------- get -- */

static StoreGetArgs
get_args(const ObsCall *call, const GByteArray *key, const LarderRpcGetOptions *options)
{
    return (StoreGetArgs){
        .key = rpc_convert_bytes(key),
        .deadline = rpc_convert_deadline(call, options->__isset_deadline_ms, options->deadline_ms),
        .has_snapshot_id = options->__isset_snapshot_id != FALSE,
        .snapshot_id = options->snapshot_id,
        .has_if_version_not = options->__isset_if_version_not != FALSE,
        .if_version_not = options->if_version_not,
        .without_value = options->__isset_want_value && !options->want_value,
        .offset = options->__isset_offset ? options->offset : 0,
        .has_length = options->__isset_length != FALSE,
        .length = options->length,
    };
}

static void
fill_get_result(LarderRpcGetResult *result, const StoreGetResult *found)
{
    result->found = found->found;
    result->version = found->version;
    result->expires_at_ms = found->expires_at_ms;
    result->full_length = found->full_length;
    result->unchanged = found->unchanged;
    if (found->has_value) {
        result->value = rpc_convert_to_array(found->value);
        result->__isset_value = TRUE;
    }
}

static bool
read_key(RpcHandler *self, const gchar *name, const StoreGetArgs *args, LarderRpcGetResult *result,
         StoreError *ret_error)
{
    Store *store;
    StoreRead section;
    StoreGetResult found;
    if (!rpc_handler_store(self, name, &store, ret_error) ||
        !store_read_begin(&section, store, 0, ret_error)) {
        return false;
    }
    bool done = store_get(&section, args, &found, ret_error);
    if (done) {
        fill_get_result(result, &found);
    }
    store_read_end(&section);
    return done;
}

static gboolean
get(LarderRpcStoreIf *iface, LarderRpcGetResult **ret_result, const gchar *store,
    const GByteArray *key, const LarderRpcGetOptions *options, RPC_THROWS)
{
    RpcHandler *self = rpc_handler_of(iface);
    StoreGetArgs args = get_args(self->call, key, options);
    StoreError failure;
    if (!read_key(self, store, &args, *ret_result, &failure)) {
        return rpc_error_throw(&failure, self->call, RPC_CATCH);
    }
    (*ret_result)->server_us = rpc_handler_elapsed_us(self);
    return TRUE;
}

/* --------------------------------------------------------------------------------- multi_get -- */

/* Appends a view of each key to `slices`. */
static bool
gather_keys(const GPtrArray *keys, BaseBuf *slices, StoreError *ret_error)
{
    for (guint i = 0; i < keys->len; i++) {
        BaseSlice view = rpc_convert_bytes(g_ptr_array_index(keys, i));
        if (!base_buf_append(slices, &view, sizeof view)) {
            return store_error_refused(ret_error, STORE_REFUSED_MEMORY_FULL, NULL, 0,
                                       "no memory for %u keys", keys->len);
        }
    }
    return true;
}

static void
fill_get_items(LarderRpcMultiGetResult *result, const StoreMultiGetResult *found,
               bool without_values)
{
    for (size_t i = 0; i < found->count; i++) {
        const EngineLookup *lookup = &found->items[i];
        LarderRpcGetItem *item = g_object_new(LARDER_RPC_TYPE_GET_ITEM, NULL);
        if (lookup->found) {
            item->found = TRUE;
            item->version = lookup->record.version;
            item->expires_at_ms = lookup->record.expires_at_ms;
            item->full_length = (gint64)lookup->record.value.len;
        }
        if (lookup->found && !without_values) {
            item->value = rpc_convert_to_array(lookup->record.value);
            item->__isset_value = TRUE;
        }
        g_ptr_array_add(result->items, item);
    }
    result->read_version = found->read_version;
}

static bool
read_keys(RpcHandler *self, const gchar *name, const StoreMultiGetArgs *args,
          LarderRpcMultiGetResult *result, StoreError *ret_error)
{
    Store *store;
    StoreRead section;
    StoreMultiGetResult found;
    BaseBuf scratch = BASE_BUF_INIT;
    if (!rpc_handler_store(self, name, &store, ret_error) ||
        !store_read_begin(&section, store, 0, ret_error)) {
        return false;
    }
    bool done = store_multi_get(&section, args, &scratch, &found, ret_error);
    if (done) {
        fill_get_items(result, &found, args->without_values);
    }
    store_read_end(&section);
    base_buf_clear(&scratch);
    return done;
}

static gboolean
multi_get(LarderRpcStoreIf *iface, LarderRpcMultiGetResult **ret_result, const gchar *store,
          const GPtrArray *keys, const LarderRpcMultiGetOptions *options, RPC_THROWS)
{
    RpcHandler *self = rpc_handler_of(iface);
    BaseBuf slices = BASE_BUF_INIT;
    StoreError failure;
    bool done = gather_keys(keys, &slices, &failure);
    if (done) {
        StoreMultiGetArgs args = {
            .keys = (const BaseSlice *)(const void *)slices.data,
            .count = keys->len,
            .deadline = rpc_convert_deadline(self->call, options->__isset_deadline_ms,
                                             options->deadline_ms),
            .has_snapshot_id = options->__isset_snapshot_id != FALSE,
            .snapshot_id = options->snapshot_id,
            .has_limit_bytes = options->__isset_limit_bytes != FALSE,
            .limit_bytes = options->limit_bytes,
            .without_values = options->__isset_want_values && !options->want_values,
        };
        done = read_keys(self, store, &args, *ret_result, &failure);
    }
    base_buf_clear(&slices);
    if (!done) {
        return rpc_error_throw(&failure, self->call, RPC_CATCH);
    }
    (*ret_result)->server_us = rpc_handler_elapsed_us(self);
    return TRUE;
}

/* ---------------------------------------------------------------------------------- checksum -- */

static gboolean
checksum(LarderRpcStoreIf *iface, LarderRpcChecksumResult **ret_result, const gchar *store_name,
         const LarderRpcKeyRange *range, const LarderRpcChecksumOptions *options, RPC_THROWS)
{
    RpcHandler *self = rpc_handler_of(iface);
    StoreChecksumArgs args = {
        .range = rpc_convert_range(range),
        .deadline =
            rpc_convert_deadline(self->call, options->__isset_deadline_ms, options->deadline_ms),
        .has_snapshot_id = options->__isset_snapshot_id != FALSE,
        .snapshot_id = options->snapshot_id,
        .kind = options->__isset_kind ? (int)options->kind : STORE_CHECKSUM_XXH3_RECORDS,
    };
    Store *store;
    StoreChecksumResult sum;
    StoreError failure;
    if (!rpc_handler_store(self, store_name, &store, &failure) ||
        !store_checksum(store, &args, &sum, &failure)) {
        return rpc_error_throw(&failure, self->call, RPC_CATCH);
    }
    LarderRpcChecksumResult *result = *ret_result;
    result->checksum = sum.checksum;
    result->keys = sum.keys;
    result->bytes = sum.bytes;
    result->read_version = sum.read_version;
    result->server_us = rpc_handler_elapsed_us(self);
    return TRUE;
}

void
rpc_handler_read_enter(LarderRpcStoreHandlerClass *methods)
{
    methods->get = get;
    methods->multi_get = multi_get;
    methods->checksum = checksum;
}
