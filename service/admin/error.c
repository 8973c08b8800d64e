/*
 * error.c: exception objects. Generated code does not expect NULL texts, so all are filled in.
 */
#include "service/admin/error.h"

#include "engine/base/check.h"

gboolean
admin_error_invalid(const StoreError *error, ObsCall *call, LarderRpcInvalidRequest **ret_invalid)
{
    BASE_CHECK(error->kind == STORE_ERROR_INVALID);
    LarderRpcInvalidRequest *invalid = g_object_new(LARDER_RPC_TYPE_INVALID_REQUEST, NULL);
    invalid->code = (LarderRpcInvalidCode)error->code;
    invalid->message = g_strdup(error->message);
    invalid->field = g_strdup(error->field);
    invalid->limit = error->limit;
    invalid->actual = error->actual;
    call->outcome = OBS_INVALID;
    call->code = error->code;
    *ret_invalid = invalid;
    return FALSE;
}

gboolean
admin_error_throw(const StoreError *error, ObsCall *call, AdminThrows throws)
{
    call->code = error->code;
    switch (error->kind) {
    case STORE_ERROR_INVALID:
        return admin_error_invalid(error, call, throws.invalid);
    case STORE_ERROR_REFUSED:
        call->outcome = OBS_REFUSED;
        *throws.refused = g_object_new(LARDER_RPC_TYPE_REFUSED, NULL);
        (*throws.refused)->code = (LarderRpcRefusedCode)error->code;
        (*throws.refused)->message = g_strdup(error->message);
        (*throws.refused)->retry_after_ms = error->retry_after_ms;
        (*throws.refused)->scope = g_strdup(error->scope);
        return FALSE;
    case STORE_ERROR_INDETERMINATE:
        call->outcome = OBS_INDETERMINATE;
        *throws.indeterminate = g_object_new(LARDER_RPC_TYPE_INDETERMINATE, NULL);
        (*throws.indeterminate)->code = (LarderRpcIndeterminateCode)error->code;
        (*throws.indeterminate)->message = g_strdup(error->message);
        (*throws.indeterminate)->request_id = g_byte_array_new();
        return FALSE;
    case STORE_ERROR_FAILED:
    case STORE_ERROR_NOT_HERE:
    case STORE_ERROR_WOULD_BLOCK:
        break;
    }
    bool failed = error->kind == STORE_ERROR_FAILED;
    call->outcome = OBS_FAILED;
    call->code = failed ? error->code : (int)STORE_FAILED_INTERNAL;
    *throws.failed = g_object_new(LARDER_RPC_TYPE_FAILED, NULL);
    (*throws.failed)->code = (LarderRpcFailedCode)call->code;
    (*throws.failed)->message = g_strdup(error->message);
    return FALSE;
}

gboolean
admin_error_unsupported(ObsCall *call, LarderRpcInvalidRequest **ret_invalid)
{
    StoreError error;
    store_error_invalid(&error, STORE_INVALID_UNSUPPORTED, "", "%s is not served here",
                        call->method);
    return admin_error_invalid(&error, call, ret_invalid);
}

gboolean
admin_error_no_memory(ObsCall *call, LarderRpcRefused **ret_refused)
{
    LarderRpcRefused *refused = g_object_new(LARDER_RPC_TYPE_REFUSED, NULL);
    refused->code = LARDER_RPC_REFUSED_CODE_OVERLOAD;
    refused->message = g_strdup("the server is short of memory");
    refused->scope = g_strdup("server");
    call->outcome = OBS_REFUSED;
    call->code = LARDER_RPC_REFUSED_CODE_OVERLOAD;
    *ret_refused = refused;
    return FALSE;
}
