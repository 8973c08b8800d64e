/*
 * error.c: StoreError to exception objects.
 *
 * Generated code writes every field of an exception, set or not, and does not expect NULL texts; so
 * all of them are filled in. `details` stays the empty map that the object is born with.
 */
#include "service/rpc/error.h"

#include <glib.h>

static void
throw_invalid(const StoreError *error, LarderRpcInvalidRequest **ret_exception)
{
    LarderRpcInvalidRequest *exception = g_object_new(LARDER_RPC_TYPE_INVALID_REQUEST, NULL);
    exception->code = (LarderRpcInvalidCode)error->code;
    exception->message = g_strdup(error->message);
    exception->field = g_strdup(error->field);
    exception->limit = error->limit;
    exception->actual = error->actual;
    *ret_exception = exception;
}

static void
throw_not_here(const StoreError *error, LarderRpcNotHere **ret_exception)
{
    LarderRpcNotHere *exception = g_object_new(LARDER_RPC_TYPE_NOT_HERE, NULL);
    exception->code = (LarderRpcNotHereCode)error->code;
    exception->message = g_strdup(error->message);
    exception->owner = g_strdup("");
    *ret_exception = exception;
}

static void
throw_refused(const StoreError *error, LarderRpcRefused **ret_exception)
{
    LarderRpcRefused *exception = g_object_new(LARDER_RPC_TYPE_REFUSED, NULL);
    exception->code = (LarderRpcRefusedCode)error->code;
    exception->message = g_strdup(error->message);
    exception->retry_after_ms = error->retry_after_ms;
    exception->scope = g_strdup(error->scope);
    *ret_exception = exception;
}

static void
throw_indeterminate(const StoreError *error, LarderRpcIndeterminate **ret_exception)
{
    LarderRpcIndeterminate *exception = g_object_new(LARDER_RPC_TYPE_INDETERMINATE, NULL);
    exception->code = (LarderRpcIndeterminateCode)error->code;
    exception->message = g_strdup(error->message);
    exception->request_id = g_byte_array_new();
    *ret_exception = exception;
}

static void
throw_failed(int code, const char *message, LarderRpcFailed **ret_exception)
{
    LarderRpcFailed *exception = g_object_new(LARDER_RPC_TYPE_FAILED, NULL);
    exception->code = (LarderRpcFailedCode)code;
    exception->message = g_strdup(message);
    *ret_exception = exception;
}

gboolean
rpc_error_throw(const StoreError *error, ObsCall *call, RpcThrows throws)
{
    call->code = error->code;
    switch (error->kind) {
    case STORE_ERROR_INVALID:
        call->outcome = OBS_INVALID;
        throw_invalid(error, throws.invalid);
        return FALSE;
    case STORE_ERROR_NOT_HERE:
        call->outcome = OBS_NOT_HERE;
        throw_not_here(error, throws.elsewhere);
        return FALSE;
    case STORE_ERROR_REFUSED:
        call->outcome = OBS_REFUSED;
        throw_refused(error, throws.refused);
        return FALSE;
    case STORE_ERROR_INDETERMINATE:
        call->outcome = OBS_INDETERMINATE;
        throw_indeterminate(error, throws.indeterminate);
        return FALSE;
    case STORE_ERROR_FAILED:
        call->outcome = OBS_FAILED;
        throw_failed(error->code, error->message, throws.failed);
        return FALSE;
    case STORE_ERROR_WOULD_BLOCK:
        break; /* only for readers that asked not to block, which handlers never do */
    }
    call->outcome = OBS_FAILED;
    call->code = STORE_FAILED_INTERNAL;
    throw_failed(STORE_FAILED_INTERNAL, "the store gave no reason", throws.failed);
    return FALSE;
}

gboolean
rpc_error_unsupported(ObsCall *call, RpcThrows throws)
{
    StoreError error;
    store_error_invalid(&error, STORE_INVALID_UNSUPPORTED, "", "%s is not served here",
                        call->method);
    return rpc_error_throw(&error, call, throws);
}
