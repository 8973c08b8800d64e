/*
 * handler_write.c: put, remove, touch, increment, append and remove_range.
 *
 * The lane is synchronous, so these wait for the outcome of their commit (service/store/call.h), at
 * most until the deadline of the request.
 */
#include "service/rpc/convert.h"
#include "service/rpc/handler_class.h"
#include "service/store/call.h"

/*
 * The members that WriteResult, IncrementResult and AppendResult share by name; the generated types
 * have no base in common.
 */
#define FILL_WRITE_RESULT(result, outcome)                                            \
    do {                                                                              \
        (result)->applied = (outcome)->applied;                                       \
        (result)->version = (outcome)->version;                                       \
        (result)->reason = (LarderRpcNotApplied)(outcome)->reason;                    \
        (result)->current_version = (outcome)->current_version;                       \
        (result)->expires_at_ms = (outcome)->expires_at_ms;                           \
        if ((outcome)->has_current_value) {                                           \
            (result)->current_value = rpc_convert_to_array((outcome)->current_value); \
            (result)->__isset_current_value = TRUE;                                   \
        }                                                                             \
    } while (0)

/* Fills in the result of put, remove or touch and frees `call`. */
static gboolean
return_write(RpcHandler *self, StoreCall *call, LarderRpcWriteResult *result)
{
    FILL_WRITE_RESULT(result, &call->write);
    result->existed = call->write.existed;
    result->__isset_existed = call->write.has_existed;
    result->server_us = rpc_handler_elapsed_us(self);
    store_call_free(call);
    return TRUE;
}

static gboolean
put(LarderRpcStoreIf *iface, LarderRpcWriteResult **ret_result, const gchar *store_name,
    const GByteArray *key, const GByteArray *value, const LarderRpcPutOptions *options, RPC_THROWS)
{
    RpcHandler *self = rpc_handler_of(iface);
    StorePutArgs args = {.key = rpc_convert_bytes(key), .value = rpc_convert_bytes(value)};
    RPC_CONVERT_KEY_OPTIONS(self->call, options, &args.options);
    args.options.has_expiry = options->__isset_expiry != FALSE;
    args.options.expiry = rpc_convert_expiry(options->expiry);
    args.options.has_want_existed = options->__isset_want_existed != FALSE;
    args.options.want_existed = options->want_existed != FALSE;
    Store *store;
    StoreError failure;
    StoreCall *call = rpc_handler_store(self, store_name, &store, &failure)
                          ? store_call_put(store, &args, &failure)
                          : NULL;
    if (call == NULL) {
        return rpc_error_throw(&failure, self->call, RPC_CATCH);
    }
    return return_write(self, call, *ret_result);
}

static gboolean
remove_key(LarderRpcStoreIf *iface, LarderRpcWriteResult **ret_result, const gchar *store_name,
           const GByteArray *key, const LarderRpcRemoveOptions *options, RPC_THROWS)
{
    RpcHandler *self = rpc_handler_of(iface);
    StoreRemoveArgs args = {.key = rpc_convert_bytes(key)};
    RPC_CONVERT_KEY_OPTIONS(self->call, options, &args.options);
    args.options.has_want_existed = options->__isset_want_existed != FALSE;
    args.options.want_existed = options->want_existed != FALSE;
    Store *store;
    StoreError failure;
    StoreCall *call = rpc_handler_store(self, store_name, &store, &failure)
                          ? store_call_remove(store, &args, &failure)
                          : NULL;
    if (call == NULL) {
        return rpc_error_throw(&failure, self->call, RPC_CATCH);
    }
    return return_write(self, call, *ret_result);
}

static gboolean
touch(LarderRpcStoreIf *iface, LarderRpcWriteResult **ret_result, const gchar *store_name,
      const GByteArray *key, const LarderRpcExpiry *expiry, const LarderRpcTouchOptions *options,
      RPC_THROWS)
{
    RpcHandler *self = rpc_handler_of(iface);
    StoreTouchArgs args = {.key = rpc_convert_bytes(key), .expiry = rpc_convert_expiry(expiry)};
    RPC_CONVERT_KEY_OPTIONS(self->call, options, &args.options);
    Store *store;
    StoreError failure;
    StoreCall *call = rpc_handler_store(self, store_name, &store, &failure)
                          ? store_call_touch(store, &args, &failure)
                          : NULL;
    if (call == NULL) {
        return rpc_error_throw(&failure, self->call, RPC_CATCH);
    }
    return return_write(self, call, *ret_result);
}

static StoreIncrementArgs
increment_args(const ObsCall *call, const GByteArray *key, gint64 delta,
               const LarderRpcIncrementOptions *options)
{
    StoreIncrementArgs args = {
        .key = rpc_convert_bytes(key),
        .delta = delta,
        .initial = options->__isset_initial ? options->initial : 0,
        .has_lowest = options->__isset_lowest != FALSE,
        .has_highest = options->__isset_highest != FALSE,
        .lowest = options->lowest,
        .highest = options->highest,
    };
    RPC_CONVERT_KEY_OPTIONS(call, options, &args.options);
    args.options.has_expiry = options->__isset_expiry != FALSE;
    args.options.expiry = rpc_convert_expiry(options->expiry);
    return args;
}

static gboolean
increment(LarderRpcStoreIf *iface, LarderRpcIncrementResult **ret_result, const gchar *store_name,
          const GByteArray *key, const gint64 delta, const LarderRpcIncrementOptions *options,
          RPC_THROWS)
{
    RpcHandler *self = rpc_handler_of(iface);
    StoreIncrementArgs args = increment_args(self->call, key, delta, options);
    LarderRpcIncrementResult *result = *ret_result;
    Store *store;
    StoreError failure;
    StoreCall *call = rpc_handler_store(self, store_name, &store, &failure)
                          ? store_call_increment(store, &args, &failure)
                          : NULL;
    if (call == NULL) {
        return rpc_error_throw(&failure, self->call, RPC_CATCH);
    }
    FILL_WRITE_RESULT(result, &call->write);
    result->number = call->write.number;
    result->server_us = rpc_handler_elapsed_us(self);
    store_call_free(call);
    return TRUE;
}

static StoreAppendArgs
append_args(const ObsCall *call, const GByteArray *key, const GByteArray *value,
            const LarderRpcAppendOptions *options)
{
    StoreAppendArgs args = {
        .key = rpc_convert_bytes(key),
        .value = rpc_convert_bytes(value),
        .without_create = options->__isset_create && !options->create,
        .has_max_length = options->__isset_max_length != FALSE,
        .max_length = options->max_length,
    };
    RPC_CONVERT_KEY_OPTIONS(call, options, &args.options);
    args.options.has_expiry = options->__isset_expiry != FALSE;
    args.options.expiry = rpc_convert_expiry(options->expiry);
    return args;
}

static gboolean
append(LarderRpcStoreIf *iface, LarderRpcAppendResult **ret_result, const gchar *store_name,
       const GByteArray *key, const GByteArray *value, const LarderRpcAppendOptions *options,
       RPC_THROWS)
{
    RpcHandler *self = rpc_handler_of(iface);
    StoreAppendArgs args = append_args(self->call, key, value, options);
    LarderRpcAppendResult *result = *ret_result;
    Store *store;
    StoreError failure;
    StoreCall *call = rpc_handler_store(self, store_name, &store, &failure)
                          ? store_call_append(store, &args, &failure)
                          : NULL;
    if (call == NULL) {
        return rpc_error_throw(&failure, self->call, RPC_CATCH);
    }
    FILL_WRITE_RESULT(result, &call->write);
    result->length = call->write.length;
    result->server_us = rpc_handler_elapsed_us(self);
    store_call_free(call);
    return TRUE;
}

static gboolean
remove_range(LarderRpcStoreIf *iface, LarderRpcRemoveRangeResult **ret_result,
             const gchar *store_name, const LarderRpcKeyRange *range,
             const LarderRpcRemoveRangeOptions *options, RPC_THROWS)
{
    RpcHandler *self = rpc_handler_of(iface);
    StoreRemoveRangeArgs args = {
        .range = rpc_convert_range(range),
        .dry_run = options->__isset_dry_run && options->dry_run,
        .options = RPC_CONVERT_WRITE_OPTIONS(self->call, options),
    };
    Store *store;
    StoreRemoveRangeResult removed;
    StoreError failure;
    if (!rpc_handler_store(self, store_name, &store, &failure) ||
        !store_call_remove_range(store, &args, &removed, &failure)) {
        return rpc_error_throw(&failure, self->call, RPC_CATCH);
    }
    LarderRpcRemoveRangeResult *result = *ret_result;
    result->version = removed.version;
    result->estimated_keys = removed.estimated_keys;
    result->estimated_bytes = removed.estimated_bytes;
    result->server_us = rpc_handler_elapsed_us(self);
    return TRUE;
}

void
rpc_handler_write_enter(LarderRpcStoreHandlerClass *methods)
{
    methods->put = put;
    methods->remove = remove_key;
    methods->touch = touch;
    methods->increment = increment;
    methods->append = append;
    methods->remove_range = remove_range;
}
