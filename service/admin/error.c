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
