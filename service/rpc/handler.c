/*
 * handler.c: registers the class of the Store handler and makes one per lane.
 *
 * Methods are in handler_read.c, handler_write.c, handler_batch.c, handler_scan.c, info.c and
 * handler_unserved.c; rpc_handler_class_init() proves that together they are all of the service, so
 * that a method added to the contract cannot be forgotten.
 *
 * The class adds no properties: whoever makes a handler fills in its members.
 */
#include "service/rpc/handler_class.h"

#include "engine/base/check.h"
#include "service/store/set.h"

typedef struct RpcHandlerClass {
    LarderRpcStoreHandlerClass parent;
} RpcHandlerClass;

G_DEFINE_TYPE(RpcHandler, rpc_handler, LARDER_RPC_TYPE_STORE_HANDLER)

/* Methods of the service in the generated class: all of its members behind the GObjectClass. */
enum {
    METHOD_COUNT =
        (sizeof(LarderRpcStoreHandlerClass) - sizeof(GObjectClass)) / sizeof(void (*)(void)),
};

static void
rpc_handler_class_init(RpcHandlerClass *handler_class)
{
    LarderRpcStoreHandlerClass *methods = &handler_class->parent;
    rpc_handler_read_enter(methods);
    rpc_handler_write_enter(methods);
    rpc_handler_batch_enter(methods);
    rpc_handler_scan_enter(methods);
    rpc_handler_unserved_enter(methods);
    rpc_info_enter(methods);
    void *entries[METHOD_COUNT];
    memcpy(entries, (const char *)methods + sizeof(GObjectClass), sizeof entries);
    for (size_t i = 0; i < METHOD_COUNT; i++) {
        BASE_CHECK(entries[i] != NULL);
    }
}

static void
rpc_handler_init(RpcHandler *self)
{
    (void)self;
}

static ThriftProcessor *
processor_new(void *user, ObsCall *call)
{
    RpcHandler *handler = g_object_new(rpc_handler_get_type(), NULL);
    handler->context = user;
    handler->call = call;
    ThriftProcessor *processor =
        g_object_new(LARDER_RPC_TYPE_STORE_PROCESSOR, "handler", handler, NULL);
    g_object_unref(handler);
    return processor;
}

RpcService
rpc_handler_service(RpcContext *context)
{
    return (RpcService){.id = RPC_STORE, .processor_new = processor_new, .user = context};
}

bool
rpc_handler_store(RpcHandler *self, const gchar *name, Store **ret_store, StoreError *ret_error)
{
    if (!store_set_require(self->context->stores, base_slice_text(name), ret_store, ret_error)) {
        return false;
    }
    self->call->store_series = obs_registry_store(self->context->obs, store_name(*ret_store));
    return true;
}

int64_t
rpc_handler_elapsed_us(const RpcHandler *self)
{
    return base_clock_monotonic_us(self->context->clock) - self->call->arrival_us;
}
