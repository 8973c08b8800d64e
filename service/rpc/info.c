/*
 * info.c: server_info and ping: what the server says of itself.
 */
#include "larder_rpc_larder_types.h"
#include "service/rpc/convert.h"
#include "service/rpc/handler_class.h"
#include "service/rpc/methods.h"
#include "service/store/set.h"

enum { DEADLINE_MS_MAX = 3600000 };

static LarderRpcStoreInfo *
describe_store(const Store *store)
{
    LarderRpcStoreInfo *info = g_object_new(LARDER_RPC_TYPE_STORE_INFO, NULL);
    info->name = g_strdup(store_name(store));
    info->engine = g_strdup(store_engine(store)->engine_class->name);
    for (size_t i = 0; store_capability_at(store, i) != NULL; i++) {
        g_ptr_array_add(info->capabilities, g_strdup(store_capability_at(store, i)));
    }
    info->durability = g_strdup(store_durability(store));
    info->generation = store_generation(store);
    return info;
}

static LarderRpcLimitInfo *
describe_limit(const RpcLimit *limit)
{
    LarderRpcLimitInfo *info = g_object_new(LARDER_RPC_TYPE_LIMIT_INFO, NULL);
    info->name = g_strdup(limit->name);
    info->value = limit->value;
    info->unit = g_strdup(limit->unit);
    info->reason = g_strdup(limit->reason);
    return info;
}

static void
fill_info(const RpcContext *context, LarderRpcServerInfo *info)
{
    const RpcLimits *limits = atomic_load_explicit(&context->limits, memory_order_acquire);
    info->api_version = LARDER_RPC_API_VERSION;
    info->server_version = g_strdup(context->version);
    for (size_t i = 0; store_set_at(context->stores, i) != NULL; i++) {
        g_ptr_array_add(info->stores, describe_store(store_set_at(context->stores, i)));
    }
    for (size_t i = 0; i < limits->count; i++) {
        g_ptr_array_add(info->limits, describe_limit(&limits->table[i]));
    }
    for (size_t row = 0; row < rpc_methods_count(); row++) {
        const RpcMethod *method = rpc_methods_at(row);
        if (method->service == RPC_STORE && !rpc_handler_unserved_has(method->name)) {
            g_ptr_array_add(info->methods, g_strdup(method->name));
        }
    }
    int64_t up_us = base_clock_monotonic_us(context->clock) - context->started_us;
    info->uptime_ms = up_us / 1000;
    info->now_ms = base_clock_wall_ms(context->clock);
}

static bool
check_info_options(const RpcContext *context, const LarderRpcServerInfoOptions *options,
                   StoreError *ret_error)
{
    const RpcLimits *limits = atomic_load_explicit(&context->limits, memory_order_acquire);
    if (options->__isset_deadline_ms &&
        (options->deadline_ms < 1 || options->deadline_ms > DEADLINE_MS_MAX)) {
        return store_error_range(ret_error, "options.deadline_ms", options->deadline_ms, 1,
                                 DEADLINE_MS_MAX, "ms");
    }
    size_t client_bytes = options->__isset_client ? strlen(options->client) : 0;
    if (client_bytes > limits->client_bytes_max) {
        return store_error_range(ret_error, "options.client", (int64_t)client_bytes, 0,
                                 (int64_t)limits->client_bytes_max, "bytes");
    }
    return true;
}

static gboolean
server_info(LarderRpcStoreIf *iface, LarderRpcServerInfo **ret_result,
            const LarderRpcServerInfoOptions *options, RPC_THROWS)
{
    RpcHandler *self = rpc_handler_of(iface);
    StoreError failure;
    if (!check_info_options(self->context, options, &failure)) {
        return rpc_error_throw(&failure, self->call, RPC_CATCH);
    }
    fill_info(self->context, *ret_result);
    (*ret_result)->server_us = rpc_handler_elapsed_us(self);
    return TRUE;
}

static gboolean
ping(LarderRpcStoreIf *iface, LarderRpcPingResult **ret_result, const GByteArray *payload,
     RPC_THROWS)
{
    RpcHandler *self = rpc_handler_of(iface);
    const RpcLimits *limits = atomic_load_explicit(&self->context->limits, memory_order_acquire);
    BaseSlice bytes = rpc_convert_bytes(payload);
    StoreError failure;
    if (bytes.len > limits->ping_bytes_max) {
        store_error_range(&failure, "payload", (int64_t)bytes.len, 0,
                          (int64_t)limits->ping_bytes_max, "bytes");
        return rpc_error_throw(&failure, self->call, RPC_CATCH);
    }
    LarderRpcPingResult *result = *ret_result;
    result->payload = rpc_convert_to_array(bytes);
    result->now_ms = base_clock_wall_ms(self->context->clock);
    result->server_us = rpc_handler_elapsed_us(self);
    return TRUE;
}

void
rpc_info_enter(LarderRpcStoreHandlerClass *methods)
{
    methods->server_info = server_info;
    methods->ping = ping;
}
