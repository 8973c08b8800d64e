/*
 * error.h: exceptions of the contract as objects that generated code sends.
 *
 * Every generated method has the same six last parameters, one per exception and a GError that we
 * never use. RPC_THROWS declares them and RPC_CATCH gathers them, so a method reads
 *
 *     static gboolean
 *     get(LarderRpcStoreIf *iface, ..., RPC_THROWS)
 *     {
 *         ...
 *         return rpc_error_throw(&failure, self->call, RPC_CATCH);
 *     }
 *
 * Threading: none of its own.
 */
#ifndef LARDER_SERVICE_RPC_ERROR_H
#define LARDER_SERVICE_RPC_ERROR_H

#include "larder_rpc_larder_types.h"
#include "service/obs/call.h"
#include "service/store/error.h"

/* Where a method puts the exception that it throws. */
typedef struct RpcThrows {
    LarderRpcInvalidRequest **invalid;
    LarderRpcNotHere **elsewhere;
    LarderRpcRefused **refused;
    LarderRpcIndeterminate **indeterminate;
    LarderRpcFailed **failed;
} RpcThrows;

#define RPC_THROWS                                                                               \
    LarderRpcInvalidRequest **invalid, LarderRpcNotHere **elsewhere, LarderRpcRefused **refused, \
        LarderRpcIndeterminate **indeterminate, LarderRpcFailed **failed,                        \
        GError **error __attribute__((unused))

#define RPC_CATCH ((RpcThrows){invalid, elsewhere, refused, indeterminate, failed})

/* Throws what `error` says and notes it in `call`. Always FALSE, so that a method can return it. */
gboolean rpc_error_throw(const StoreError *error, ObsCall *call, RpcThrows throws);

/* Throws InvalidRequest UNSUPPORTED, naming the method of `call`. Always FALSE. */
gboolean rpc_error_unsupported(ObsCall *call, RpcThrows throws);

#endif
