/*
 * handler_batch.c: batch and bulk_write.
 *
 * The store takes mutations and guards one by one from the objects that generated code has made, so
 * there is no array of converted ones in between.
 */
#include "service/rpc/convert.h"
#include "service/rpc/handler_class.h"
#include "service/store/call.h"

/* What the store takes its mutations and guards from. */
typedef struct BatchSource {
    const GPtrArray *mutations;
    const GPtrArray *guards; /* NULL: none */
} BatchSource;

static void
mutation_at(void *user, size_t index, StoreMutation *ret_mutation)
{
    const BatchSource *source = user;
    const LarderRpcMutation *mutation = g_ptr_array_index(source->mutations, index);
    *ret_mutation = (StoreMutation){
        .kind = mutation->__isset_kind ? (int)mutation->kind : 0,
        .key = rpc_convert_bytes(mutation->key),
        .has_value = mutation->__isset_value != FALSE,
        .has_stop_key = mutation->__isset_stop_key != FALSE,
        .has_delta = mutation->__isset_delta != FALSE,
        .has_expiry = mutation->__isset_expiry != FALSE,
        .has_condition = mutation->__isset_condition != FALSE,
        .value = rpc_convert_bytes(mutation->value),
        .stop_key = rpc_convert_bytes(mutation->stop_key),
        .delta = mutation->delta,
        .expiry = rpc_convert_expiry(mutation->expiry),
        .condition = rpc_convert_condition(mutation->condition),
    };
}

static void
guard_at(void *user, size_t index, StoreGuard *ret_guard)
{
    const BatchSource *source = user;
    const LarderRpcGuard *guard = g_ptr_array_index(source->guards, index);
    *ret_guard = (StoreGuard){
        .key = rpc_convert_bytes(guard->key),
        .condition = rpc_convert_condition(guard->condition),
    };
}

static void
fill_batch_result(LarderRpcBatchResult *result, const StoreBatchResult *outcome)
{
    result->applied = outcome->applied;
    result->version = outcome->version;
    result->reason = (LarderRpcNotApplied)outcome->reason;
    result->failed_guard = outcome->failed_guard;
    result->failed_mutation = outcome->failed_mutation;
    result->current_version = outcome->current_version;
    if (outcome->has_current_value) {
        result->current_value = rpc_convert_to_array(outcome->current_value);
        result->__isset_current_value = TRUE;
    }
    if (outcome->number_count != 0) {
        g_array_append_vals(result->numbers, outcome->numbers, (guint)outcome->number_count);
    }
}

static gboolean
batch(LarderRpcStoreIf *iface, LarderRpcBatchResult **ret_result, const gchar *store_name,
      const GPtrArray *mutations, const LarderRpcBatchOptions *options, RPC_THROWS)
{
    RpcHandler *self = rpc_handler_of(iface);
    BatchSource source = {mutations, options->__isset_guards ? options->guards : NULL};
    StoreBatchArgs args = {
        .mutation_count = mutations->len,
        .guard_count = source.guards == NULL ? 0 : source.guards->len,
        .mutation_at = mutation_at,
        .guard_at = guard_at,
        .user = &source,
        .options = RPC_CONVERT_WRITE_OPTIONS(self->call, options),
    };
    args.options.return_current = options->__isset_return_current && options->return_current;
    Store *store;
    StoreError failure;
    StoreCall *call = rpc_handler_store(self, store_name, &store, &failure)
                          ? store_call_batch(store, &args, &failure)
                          : NULL;
    if (call == NULL) {
        return rpc_error_throw(&failure, self->call, RPC_CATCH);
    }
    fill_batch_result(*ret_result, &call->batch);
    (*ret_result)->server_us = rpc_handler_elapsed_us(self);
    store_call_free(call);
    return TRUE;
}

static void
fill_bulk_result(LarderRpcBulkWriteResult *result, const StoreBulkResult *outcome)
{
    for (size_t i = 0; i < outcome->count; i++) {
        const StoreBulkItem *from = &outcome->items[i];
        LarderRpcBulkItem *item = g_object_new(LARDER_RPC_TYPE_BULK_ITEM, NULL);
        item->applied = from->applied;
        item->version = from->version;
        item->reason = (LarderRpcNotApplied)from->reason;
        item->current_version = from->current_version;
        item->number = from->number;
        g_ptr_array_add(result->items, item);
    }
    result->applied_count = outcome->applied_count;
    result->version = outcome->version;
}

static gboolean
bulk_write(LarderRpcStoreIf *iface, LarderRpcBulkWriteResult **ret_result, const gchar *store_name,
           const GPtrArray *mutations, const LarderRpcBulkWriteOptions *options, RPC_THROWS)
{
    RpcHandler *self = rpc_handler_of(iface);
    BatchSource source = {mutations, NULL};
    StoreBatchArgs args = {
        .mutation_count = mutations->len,
        .mutation_at = mutation_at,
        .user = &source,
        .options = RPC_CONVERT_WRITE_OPTIONS(self->call, options),
    };
    Store *store;
    StoreError failure;
    StoreCall *call = rpc_handler_store(self, store_name, &store, &failure)
                          ? store_call_bulk_write(store, &args, &failure)
                          : NULL;
    if (call == NULL) {
        return rpc_error_throw(&failure, self->call, RPC_CATCH);
    }
    fill_bulk_result(*ret_result, &call->bulk);
    (*ret_result)->server_us = rpc_handler_elapsed_us(self);
    store_call_free(call);
    return TRUE;
}

void
rpc_handler_batch_enter(LarderRpcStoreHandlerClass *methods)
{
    methods->batch = batch;
    methods->bulk_write = bulk_write;
}
