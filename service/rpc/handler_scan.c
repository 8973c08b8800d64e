/*
 * handler_scan.c: scan and range_info.
 *
 * The store hands out records; each becomes an object of the reply.
 */
#include "service/rpc/convert.h"
#include "service/rpc/handler_class.h"
#include "service/store/scan.h"

/* -------------------------------------------------------------------------------------- scan -- */

static LarderRpcScanItem *
new_item(const EngineEntry *from, bool without_value)
{
    LarderRpcScanItem *item = g_object_new(LARDER_RPC_TYPE_SCAN_ITEM, NULL);
    item->key = rpc_convert_to_array(from->key);
    if (!without_value) {
        item->value = rpc_convert_to_array(from->record.value);
        item->__isset_value = TRUE;
    }
    item->version = from->record.version;
    item->expires_at_ms = from->record.expires_at_ms;
    item->full_length = (gint64)from->record.value.len;
    return item;
}

static bool
take_items(void *user, const StoreScanItems *from)
{
    GPtrArray *items = user;
    for (size_t i = 0; i < from->count; i++) {
        g_ptr_array_add(items, new_item(&from->list[i], from->without_values));
    }
    return true;
}

static StoreScanArgs
scan_args(const ObsCall *call, const LarderRpcKeyRange *range, const LarderRpcScanOptions *options)
{
    StoreScanArgs args = STORE_SCAN_ARGS_INIT;
    args.range = rpc_convert_range(range);
    args.deadline = rpc_convert_deadline(call, options->__isset_deadline_ms, options->deadline_ms);
    args.has_snapshot_id = options->__isset_snapshot_id != FALSE;
    args.snapshot_id = options->snapshot_id;
    args.reverse = options->__isset_reverse && options->reverse;
    args.keys_only = options->__isset_keys_only && options->keys_only;
    args.count_only = options->__isset_count_only && options->count_only;
    if (options->__isset_limit_items) {
        args.limit_items = options->limit_items;
    }
    if (options->__isset_limit_bytes) {
        args.limit_bytes = options->limit_bytes;
    }
    if (options->__isset_limit_examined) {
        args.limit_examined = options->limit_examined;
    }
    if (options->__isset_limit_ms) {
        args.limit_ms = options->limit_ms;
    }
    args.has_page_token = options->__isset_page_token != FALSE;
    args.page_token = rpc_convert_bytes(options->page_token);
    return args;
}

static void
fill_scan_result(LarderRpcScanResult *result, const StoreScanResult *page, BaseSlice next_token)
{
    if (page->has_next_token) {
        result->next_token = rpc_convert_to_array(next_token);
        result->__isset_next_token = TRUE;
    }
    result->stop_reason = (LarderRpcStopReason)page->stop_reason;
    result->count = page->count;
    result->examined = page->examined;
    result->tombstones = page->tombstones;
    result->expired = page->expired;
    result->read_version = page->read_version;
}

static gboolean
scan(LarderRpcStoreIf *iface, LarderRpcScanResult **ret_result, const gchar *store_name,
     const LarderRpcKeyRange *range, const LarderRpcScanOptions *options, RPC_THROWS)
{
    RpcHandler *self = rpc_handler_of(iface);
    StoreScanArgs args = scan_args(self->call, range, options);
    BaseBuf next_token = BASE_BUF_INIT;
    Store *store;
    StoreScanResult page;
    StoreError failure;
    bool done =
        rpc_handler_store(self, store_name, &store, &failure) &&
        store_scan(store, &args, take_items, (*ret_result)->items, &next_token, &page, &failure);
    if (done) {
        fill_scan_result(*ret_result, &page, base_buf_slice(&next_token));
    }
    base_buf_clear(&next_token);
    if (!done) {
        return rpc_error_throw(&failure, self->call, RPC_CATCH);
    }
    (*ret_result)->server_us = rpc_handler_elapsed_us(self);
    return TRUE;
}

/* -------------------------------------------------------------------------------- range_info -- */

static bool
take_range(void *user, size_t index, const EngineRangeEstimate *estimate)
{
    GPtrArray *infos = user;
    LarderRpcRangeInfo *info = g_object_new(LARDER_RPC_TYPE_RANGE_INFO, NULL);
    (void)index;
    info->estimated_keys = estimate->keys;
    info->estimated_bytes = estimate->bytes;
    info->exact = estimate->exact;
    info->dead_ratio = estimate->dead_ratio;
    g_ptr_array_add(infos, info);
    return true;
}

static bool
take_split(void *user, size_t index, BaseSlice key)
{
    const GPtrArray *infos = user;
    LarderRpcRangeInfo *info = g_ptr_array_index(infos, index);
    g_ptr_array_add(info->split_keys, rpc_convert_to_array(key));
    return true;
}

/* Appends the ranges as the store wants them. */
static bool
gather_ranges(const GPtrArray *ranges, BaseBuf *gathered, StoreError *ret_error)
{
    for (guint i = 0; i < ranges->len; i++) {
        StoreKeyRange range = rpc_convert_range(g_ptr_array_index(ranges, i));
        if (!base_buf_append(gathered, &range, sizeof range)) {
            return store_error_refused(ret_error, STORE_REFUSED_MEMORY_FULL, NULL, 0,
                                       "no memory for %u ranges", ranges->len);
        }
    }
    return true;
}

static gboolean
range_info(LarderRpcStoreIf *iface, LarderRpcRangeInfoResult **ret_result, const gchar *store_name,
           const GPtrArray *ranges, const LarderRpcRangeInfoOptions *options, RPC_THROWS)
{
    RpcHandler *self = rpc_handler_of(iface);
    StoreRangeInfoVisitor visitor = {take_range, take_split, (*ret_result)->infos};
    BaseBuf gathered = BASE_BUF_INIT;
    Store *store;
    StoreError failure;
    bool done = gather_ranges(ranges, &gathered, &failure) &&
                rpc_handler_store(self, store_name, &store, &failure);
    if (done) {
        StoreRangeInfoArgs args = {
            .ranges = (const StoreKeyRange *)(const void *)gathered.data,
            .count = ranges->len,
            .has_split_bytes = options->__isset_split_bytes != FALSE,
            .split_bytes = options->split_bytes,
            .deadline = rpc_convert_deadline(self->call, options->__isset_deadline_ms,
                                             options->deadline_ms),
        };
        done = store_range_info(store, &args, &visitor, &(*ret_result)->read_version, &failure);
    }
    base_buf_clear(&gathered);
    if (!done) {
        return rpc_error_throw(&failure, self->call, RPC_CATCH);
    }
    (*ret_result)->server_us = rpc_handler_elapsed_us(self);
    return TRUE;
}

void
rpc_handler_scan_enter(LarderRpcStoreHandlerClass *methods)
{
    methods->scan = scan;
    methods->range_info = range_info;
}
