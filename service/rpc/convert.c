/*
 * convert.c: the parts that several methods share. See convert.h.
 */
#include "service/rpc/convert.h"

BaseSlice
rpc_convert_bytes(const GByteArray *bytes)
{
    return bytes == NULL ? BASE_SLICE_EMPTY : base_slice(bytes->data, bytes->len);
}

GByteArray *
rpc_convert_to_array(BaseSlice bytes)
{
    /* Lengths fit: values are bounded by a frame, which is shorter than 64 MiB. */
    GByteArray *array = g_byte_array_sized_new((guint)bytes.len);
    if (bytes.len != 0) {
        g_byte_array_append(array, bytes.data, (guint)bytes.len);
    }
    return array;
}

StoreDeadline
rpc_convert_deadline(const ObsCall *call, gboolean is_set, gint64 deadline_ms)
{
    return (StoreDeadline){
        .arrival_us = call->arrival_us,
        .is_set = is_set != FALSE,
        .ms = deadline_ms,
    };
}

StoreCondition
rpc_convert_condition(const LarderRpcCondition *condition)
{
    return (StoreCondition){
        .absent = condition->__isset_absent && condition->absent,
        .present = condition->__isset_present && condition->present,
        .has_version_equal = condition->__isset_version_equal != FALSE,
        .has_version_at_most = condition->__isset_version_at_most != FALSE,
        .has_value_equal = condition->__isset_value_equal != FALSE,
        .version_equal = condition->version_equal,
        .version_at_most = condition->version_at_most,
        .value_equal = rpc_convert_bytes(condition->value_equal),
    };
}

StoreExpiry
rpc_convert_expiry(const LarderRpcExpiry *expiry)
{
    return (StoreExpiry){
        .has_ttl_ms = expiry->__isset_ttl_ms != FALSE,
        .has_at_ms = expiry->__isset_at_ms != FALSE,
        .keep = expiry->__isset_keep && expiry->keep,
        .ttl_ms = expiry->ttl_ms,
        .at_ms = expiry->at_ms,
    };
}

StoreKeyRange
rpc_convert_range(const LarderRpcKeyRange *range)
{
    return (StoreKeyRange){
        .has_start_key = range->__isset_start_key != FALSE,
        .has_stop_key = range->__isset_stop_key != FALSE,
        .has_prefix = range->__isset_prefix != FALSE,
        .start_key = rpc_convert_bytes(range->start_key),
        .stop_key = rpc_convert_bytes(range->stop_key),
        .prefix = rpc_convert_bytes(range->prefix),
    };
}
