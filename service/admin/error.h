/*
 * error.h: exceptions that Admin and Observe throw.
 *
 * ADMIN_THROWS declares the last six parameters that every generated method has, ADMIN_CATCH hands
 * them on. NotHere is never thrown here.
 *
 * Threading: none of its own.
 */
#ifndef LARDER_SERVICE_ADMIN_ERROR_H
#define LARDER_SERVICE_ADMIN_ERROR_H

#include "larder_rpc_larder_types.h"
#include "service/obs/call.h"
#include "service/store/error.h"

#define ADMIN_THROWS                                                                         \
    LarderRpcInvalidRequest **invalid, LarderRpcNotHere **elsewhere __attribute__((unused)), \
        LarderRpcRefused **refused __attribute__((unused)),                                  \
        LarderRpcIndeterminate **indeterminate __attribute__((unused)),                      \
        LarderRpcFailed **failed __attribute__((unused)), GError **error __attribute__((unused))

/* Where a method puts what it throws. */
typedef struct AdminThrows {
    LarderRpcInvalidRequest **invalid;
    LarderRpcRefused **refused;
    LarderRpcIndeterminate **indeterminate;
    LarderRpcFailed **failed;
} AdminThrows;

#define ADMIN_CATCH ((AdminThrows){invalid, refused, indeterminate, failed})

/* Throws an error of any kind and notes it in `call`. Always FALSE, for a method to return. */
gboolean admin_error_throw(const StoreError *error, ObsCall *call, AdminThrows throws);

/* Throws an error of kind INVALID and notes it in `call`. Always FALSE, for a method to return. */
gboolean admin_error_invalid(const StoreError *error, ObsCall *call,
                             LarderRpcInvalidRequest **ret_invalid);

/* Throws InvalidRequest UNSUPPORTED, naming the method of `call`. Always FALSE. */
gboolean admin_error_unsupported(ObsCall *call, LarderRpcInvalidRequest **ret_invalid);

/* Throws Refused OVERLOAD: memory is short. Always FALSE. */
gboolean admin_error_no_memory(ObsCall *call, LarderRpcRefused **ret_refused);

#endif
