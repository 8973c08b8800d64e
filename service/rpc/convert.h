/*
 * convert.h: between objects of generated code and the plain structs of service/store.
 *
 * Generated objects tell an absent member from one with its default value by a flag of their own,
 * __isset_NAME; only that flag is looked at. Views borrow from the objects and live as long as
 * they do.
 *
 * Threading: none of its own.
 */
#ifndef LARDER_SERVICE_RPC_CONVERT_H
#define LARDER_SERVICE_RPC_CONVERT_H

#include "larder_rpc_larder_types.h"
#include "service/obs/call.h"
#include "service/store/range.h"
#include "service/store/write.h"

/* The bytes of an array; NULL is empty. */
BaseSlice rpc_convert_bytes(const GByteArray *bytes);

/* A copy of bytes as an array of its own; never NULL. */
GByteArray *rpc_convert_to_array(BaseSlice bytes);

/* A budget that counts from the arrival of the call. */
StoreDeadline rpc_convert_deadline(const ObsCall *call, gboolean is_set, gint64 deadline_ms);

StoreCondition rpc_convert_condition(const LarderRpcCondition *condition);
StoreExpiry rpc_convert_expiry(const LarderRpcExpiry *expiry);
StoreKeyRange rpc_convert_range(const LarderRpcKeyRange *range);

/*
 * What the options of all writes have in common, whatever their generated type: deadline,
 * durability, fence and request id. The generated types share no base, only the names of their
 * members.
 */
#define RPC_CONVERT_WRITE_OPTIONS(call, options)                                                  \
    ((StoreWriteOptions){                                                                         \
        .deadline =                                                                               \
            rpc_convert_deadline((call), (options)->__isset_deadline_ms, (options)->deadline_ms), \
        .durability = (options)->__isset_durability ? (int)(options)->durability : 0,             \
        .has_fence = (options)->__isset_fence != FALSE,                                           \
        .has_request_id = (options)->__isset_request_id != FALSE,                                 \
    })

/* The same with the members that writes of one key have besides: condition and return_current. */
#define RPC_CONVERT_KEY_OPTIONS(call, options, ret)                                             \
    do {                                                                                        \
        *(ret) = RPC_CONVERT_WRITE_OPTIONS(call, options);                                      \
        (ret)->return_current = (options)->__isset_return_current && (options)->return_current; \
        if ((options)->__isset_condition) {                                                     \
            (ret)->condition = rpc_convert_condition((options)->condition);                     \
        }                                                                                       \
    } while (0)

#endif
