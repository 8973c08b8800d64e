/*
 * shape_twin.h: a message through the recogniser of usual shapes and through the strict parser.
 *
 * What is recognised must parse, and mean the same; aborts when it does not (rpc/shape.h, S-1).
 *
 * Threading: none of its own.
 */
#ifndef LARDER_TESTS_SUPPORT_SHAPE_TWIN_H
#define LARDER_TESTS_SUPPORT_SHAPE_TWIN_H

#include "engine/base/check.h"
#include "service/rpc/shape.h"

enum { SHAPE_TWIN_ARRIVAL_US = 123456 };

static inline void
shape_twin_deadline(const StoreDeadline *a, const StoreDeadline *b)
{
    BASE_CHECK(a->arrival_us == b->arrival_us && a->is_set == b->is_set && a->ms == b->ms);
}

/* The same bytes, not only equal ones. */
static inline void
shape_twin_slice(BaseSlice a, BaseSlice b)
{
    BASE_CHECK(a.data == b.data && a.len == b.len);
}

static inline void
shape_twin_get(const StoreGetArgs *a, const StoreGetArgs *b)
{
    shape_twin_slice(a->key, b->key);
    shape_twin_deadline(&a->deadline, &b->deadline);
    BASE_CHECK(!a->has_snapshot_id && !b->has_snapshot_id);
    BASE_CHECK(a->has_if_version_not == b->has_if_version_not &&
               a->if_version_not == b->if_version_not);
    BASE_CHECK(a->without_value == b->without_value);
    BASE_CHECK(a->offset == b->offset && a->has_length == b->has_length && a->length == b->length);
}

static inline bool
shape_twin_has_condition(const StoreCondition *c)
{
    return c->absent || c->present || c->has_version_equal || c->has_version_at_most ||
           c->has_value_equal;
}

static inline void
shape_twin_options(const StoreWriteOptions *a, const StoreWriteOptions *b)
{
    shape_twin_deadline(&a->deadline, &b->deadline);
    BASE_CHECK(!shape_twin_has_condition(&a->condition));
    BASE_CHECK(!shape_twin_has_condition(&b->condition));
    BASE_CHECK(a->has_expiry == b->has_expiry && a->expiry.has_ttl_ms == b->expiry.has_ttl_ms &&
               a->expiry.has_at_ms == b->expiry.has_at_ms && a->expiry.keep == b->expiry.keep &&
               a->expiry.ttl_ms == b->expiry.ttl_ms && a->expiry.at_ms == b->expiry.at_ms);
    BASE_CHECK(a->durability == b->durability);
    BASE_CHECK(!a->has_fence && !b->has_fence && !a->has_request_id && !b->has_request_id);
    BASE_CHECK(a->return_current == b->return_current);
    BASE_CHECK(a->has_want_existed == b->has_want_existed && a->want_existed == b->want_existed);
}

/* A put that is told to be bare asks for nothing. */
static inline void
shape_twin_bare(const StoreWriteOptions *options)
{
    BASE_CHECK(!options->deadline.is_set && !options->has_expiry && options->durability == 0);
    BASE_CHECK(!options->return_current && !options->has_want_existed);
}

/* Compares what both have read; `call` is on its tape. */
static inline void
shape_twin_arguments(RpcHotMethod method, const RpcHotArgs *args, const RpcHotCall *call)
{
    RpcHotArgs twin;
    switch (method) {
    case RPC_HOT_GET:
        BASE_CHECK(rpc_hot_get(call, &twin.store, &twin.get));
        shape_twin_get(&args->get, &twin.get);
        break;
    case RPC_HOT_PUT:
        BASE_CHECK(rpc_hot_put(call, &twin.store, &twin.put));
        shape_twin_slice(args->put.key, twin.put.key);
        shape_twin_slice(args->put.value, twin.put.value);
        shape_twin_options(&args->put.options, &twin.put.options);
        break;
    case RPC_HOT_REMOVE:
        BASE_CHECK(rpc_hot_remove(call, &twin.store, &twin.removal));
        shape_twin_slice(args->removal.key, twin.removal.key);
        shape_twin_options(&args->removal.options, &twin.removal.options);
        break;
    default:
        BASE_CHECK(false);
    }
    shape_twin_slice(args->store, twin.store);
}

/* Whether the message is recognised; then it has been compared. `tape` is overwritten. */
static inline bool
shape_twin_check(BaseSlice message, const WireLimits *limits, WireTape *tape)
{
    RpcShape shape;
    RpcHotArgs args;
    RpcShape get_shape;
    RpcHotArgs get_args;
    bool is_get =
        rpc_shape_read(message, limits, SHAPE_TWIN_ARRIVAL_US, false, &get_shape, &get_args);
    if (!rpc_shape_read(message, limits, SHAPE_TWIN_ARRIVAL_US, true, &shape, &args)) {
        BASE_CHECK(!is_get);
        return false;
    }
    if (shape.bare) {
        BASE_CHECK(shape.method == RPC_HOT_PUT);
        shape_twin_bare(&args.put.options);
    }
    BASE_CHECK(is_get == (shape.method == RPC_HOT_GET));
    if (is_get) {
        BASE_CHECK(get_shape.seqid == shape.seqid && get_shape.framed == shape.framed);
        shape_twin_slice(get_args.store, args.store);
        shape_twin_get(&get_args.get, &args.get);
    }
    WireMessage parsed;
    WireError error;
    RpcHotMethod method;
    BASE_CHECK(wire_parse_request(message, limits, tape, &parsed, &error));
    BASE_CHECK(parsed.type == WIRE_CALL && parsed.seqid == shape.seqid);
    BASE_CHECK(parsed.format.protocol == WIRE_BINARY && parsed.format.framed == shape.framed);
    BASE_CHECK(rpc_ticket_method(parsed.method, &method) && method == shape.method);
    RpcHotCall call = {
        .tape = tape, .arguments = parsed.arguments, .arrival_us = SHAPE_TWIN_ARRIVAL_US};
    shape_twin_arguments(shape.method, &args, &call);
    return true;
}

#endif
