/*
 * handler_class.h: the class behind handler.h, for the files that bring its methods.
 *
 * The generated base class is a table of methods. Each handler_*.c and info.c holds some of them as
 * static functions and exports one function that enters them into the table, so that the long
 * generated signatures appear once, at their definitions.
 *
 * A handler belongs to one lane. It finds the shared parts in `context` and the request at hand in
 * `call`. Every method returns TRUE with a filled-in result, or FALSE with one exception set.
 *
 * Threading: enter functions run once, in the main thread; methods in the thread of their lane.
 */
#ifndef LARDER_SERVICE_RPC_HANDLER_CLASS_H
#define LARDER_SERVICE_RPC_HANDLER_CLASS_H

#include "larder_rpc_store.h"
#include "service/rpc/error.h"
#include "service/rpc/handler.h"
#include "service/store/store.h"

typedef struct RpcHandler {
    LarderRpcStoreHandler parent;
    RpcContext *context;
    ObsCall *call;
} RpcHandler;

GType rpc_handler_get_type(void);

/* The handler behind the interface that generated code calls. */
static inline RpcHandler *
rpc_handler_of(LarderRpcStoreIf *iface)
{
    return (RpcHandler *)(void *)iface;
}

/* The store of that name, which the call is then counted for. */
bool rpc_handler_store(RpcHandler *self, const gchar *name, Store **ret_store,
                       StoreError *ret_error);

/* Microseconds since the request arrived: server_us of every result. */
int64_t rpc_handler_elapsed_us(const RpcHandler *self);

/* Each enters the methods of its file. */
void rpc_handler_read_enter(LarderRpcStoreHandlerClass *methods);
void rpc_handler_write_enter(LarderRpcStoreHandlerClass *methods);
void rpc_handler_batch_enter(LarderRpcStoreHandlerClass *methods);
void rpc_handler_scan_enter(LarderRpcStoreHandlerClass *methods);
void rpc_handler_unserved_enter(LarderRpcStoreHandlerClass *methods);
void rpc_info_enter(LarderRpcStoreHandlerClass *methods);

/* Whether handler_unserved.c answers this method of the Store service. */
bool rpc_handler_unserved_has(const char *method);

#endif
