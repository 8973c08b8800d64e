/*
 * parts.c: structs of requests. See parts.h.
 */
#include "tests/conformance/parts.h"

GByteArray *
parts_bytes_new(BaseSlice slice)
{
    GByteArray *bytes = g_byte_array_new();
    return g_byte_array_append(bytes, slice.data, (guint)slice.len);
}

static void
set_text(gchar **member, const char *text)
{
    g_free(*member);
    *member = g_strdup(text);
}

LarderRpcCondition *
parts_condition_new(const Request *request)
{
    LarderRpcCondition *condition = g_object_new(LARDER_RPC_TYPE_CONDITION, NULL);
    if (request->absent) {
        SET(condition, absent, TRUE);
    }
    if (request->present) {
        SET(condition, present, TRUE);
    }
    if (request->with_version_equal) {
        SET(condition, version_equal, request->version_equal);
    }
    if (request->with_version_at_most) {
        SET(condition, version_at_most, request->version_at_most);
    }
    if (request->with_value_equal) {
        SET_BYTES(condition, value_equal, request->value_equal);
    }
    return condition;
}

LarderRpcExpiry *
parts_expiry_new(const Request *request)
{
    LarderRpcExpiry *expiry = g_object_new(LARDER_RPC_TYPE_EXPIRY, NULL);
    if (request->with_ttl) {
        SET(expiry, ttl_ms, request->ttl_ms);
    }
    if (request->with_at) {
        SET(expiry, at_ms, request->at_ms);
    }
    if (request->keep) {
        SET(expiry, keep, TRUE);
    }
    return expiry;
}

bool
parts_has_expiry(const Request *request)
{
    return request->with_ttl || request->with_at || request->keep;
}

LarderRpcFence *
parts_fence_new(void)
{
    LarderRpcFence *fence = g_object_new(LARDER_RPC_TYPE_FENCE, NULL);
    set_text(&fence->lease, "lease");
    fence->__isset_lease = TRUE;
    SET(fence, token, 1);
    return fence;
}

LarderRpcKeyRange *
parts_range_new(const Request *request)
{
    LarderRpcKeyRange *range = g_object_new(LARDER_RPC_TYPE_KEY_RANGE, NULL);
    if (request->with_start) {
        SET_BYTES(range, start_key, request->start);
    }
    if (request->with_stop) {
        SET_BYTES(range, stop_key, request->stop);
    }
    if (request->with_prefix) {
        SET_BYTES(range, prefix, request->prefix);
    }
    return range;
}

GPtrArray *
list_new(void)
{
    return g_ptr_array_new_with_free_func(g_object_unref);
}

LarderRpcMutation *
mutation_new(LarderRpcMutationKind kind, Request request)
{
    LarderRpcMutation *mutation = g_object_new(LARDER_RPC_TYPE_MUTATION, NULL);
    SET(mutation, kind, kind);
    SET_BYTES(mutation, key, request.key);
    if (kind == LARDER_RPC_MUTATION_KIND_PUT) {
        SET_BYTES(mutation, value, request.value);
    }
    if (request.with_stop) {
        SET_BYTES(mutation, stop_key, request.stop);
    }
    if (kind == LARDER_RPC_MUTATION_KIND_INCREMENT) {
        SET(mutation, delta, request.delta);
    }
    if (parts_has_expiry(&request)) {
        SET_OBJECT(mutation, expiry, parts_expiry_new(&request));
    }
    if (request.absent || request.present || request.with_version_equal ||
        request.with_version_at_most || request.with_value_equal) {
        SET_OBJECT(mutation, condition, parts_condition_new(&request));
    }
    return mutation;
}

LarderRpcGuard *
guard_new(Request request)
{
    LarderRpcGuard *guard = g_object_new(LARDER_RPC_TYPE_GUARD, NULL);
    SET_BYTES(guard, key, request.key);
    SET_OBJECT(guard, condition, parts_condition_new(&request));
    return guard;
}
