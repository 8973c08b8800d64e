/*
 * shape.c: calls of which every token is as expected (service/wire/expect.h). See shape.h.
 */
#include "service/rpc/shape.h"

#include "service/wire/expect.h"

enum {
    /* More values than any shape puts on a tape. */
    VALUES_MAX = 16,
    /* Version, type, length of the name, a name of at least three letters, sequence id. */
    HEAD_MIN = 15,
};

#define CALL_OF_3_LETTERS UINT64_C(0x8001000100000003)
#define CALL_OF_6_LETTERS UINT64_C(0x8001000100000006)

static inline void
take_i64(WireExpect *reader, unsigned id, bool *ret_has, int64_t *ret_number)
{
    *ret_has = wire_expect_i64(reader, id, ret_number);
}

/* Whether the arguments end here, or else go on with a struct of options. */
static inline bool
has_options(WireExpect *reader, unsigned id)
{
    return wire_expect_left(reader) != 1 && wire_expect_head(reader, WIRE_STRUCT, id, 1);
}

static bool
read_get_options(WireExpect *reader, StoreGetArgs *args)
{
    bool has = false;
    bool want_value = true;
    take_i64(reader, 1, &args->deadline.is_set, &args->deadline.ms);
    take_i64(reader, 3, &args->has_if_version_not, &args->if_version_not);
    (void)wire_expect_bool(reader, 4, &want_value);
    take_i64(reader, 5, &has, &args->offset);
    take_i64(reader, 6, &args->has_length, &args->length);
    args->without_value = !want_value;
    return wire_expect_stop(reader);
}

static bool
read_expiry(WireExpect *reader, StoreExpiry *expiry)
{
    take_i64(reader, 1, &expiry->has_ttl_ms, &expiry->ttl_ms);
    take_i64(reader, 2, &expiry->has_at_ms, &expiry->at_ms);
    return wire_expect_stop(reader);
}

static bool
read_write_options(WireExpect *reader, bool may_expire, StoreWriteOptions *options)
{
    take_i64(reader, 1, &options->deadline.is_set, &options->deadline.ms);
    if (may_expire && wire_expect_head(reader, WIRE_STRUCT, 3, 1)) {
        options->has_expiry = true;
        if (!read_expiry(reader, &options->expiry)) {
            return false;
        }
    }
    (void)wire_expect_i32(reader, 4, &options->durability);
    (void)wire_expect_bool(reader, 7, &options->return_current);
    options->has_want_existed = wire_expect_bool(reader, 8, &options->want_existed);
    return wire_expect_stop(reader);
}

/* -------------------------------------------------------------------------------- arguments -- */

static bool
read_get(WireExpect *reader, int64_t arrival_us, RpcHotArgs *args)
{
    args->get = rpc_hot_unset.get;
    args->get.deadline.arrival_us = arrival_us;
    return wire_expect_bytes(reader, 1, &args->store) &&
           wire_expect_bytes(reader, 2, &args->get.key) &&
           (!has_options(reader, 3) || read_get_options(reader, &args->get));
}

static bool
read_put(WireExpect *reader, int64_t arrival_us, RpcShape *shape, RpcHotArgs *args)
{
    args->put = rpc_hot_unset.put;
    args->put.options.deadline.arrival_us = arrival_us;
    if (!wire_expect_bytes(reader, 1, &args->store) ||
        !wire_expect_bytes(reader, 2, &args->put.key) ||
        !wire_expect_bytes(reader, 3, &args->put.value)) {
        return false;
    }
    if (!has_options(reader, 4)) {
        shape->bare = true;
        return true;
    }
    shape->bare = wire_expect_left(reader) != 0 && *reader->at == WIRE_STOP;
    return read_write_options(reader, true, &args->put.options);
}

static bool
read_remove(WireExpect *reader, int64_t arrival_us, RpcHotArgs *args)
{
    args->removal = rpc_hot_unset.removal;
    args->removal.options.deadline.arrival_us = arrival_us;
    return wire_expect_bytes(reader, 1, &args->store) &&
           wire_expect_bytes(reader, 2, &args->removal.key) &&
           (!has_options(reader, 3) || read_write_options(reader, false, &args->removal.options));
}

/* ---------------------------------------------------------------------------------- message -- */

/* Takes the frame header, if there is one. */
static inline bool
take_frame(WireExpect *reader, RpcShape *shape)
{
    shape->framed = reader->at[0] <= WIRE_FRAME_BYTES_CAP >> 24;
    if (!shape->framed) {
        return true;
    }
    uint32_t frame = wire_direct_load_u32(reader->at);
    reader->at += WIRE_FRAME_HEADER_BYTES;
    return frame == wire_expect_left(reader);
}

/* Version, type, name and sequence id. REQUIRES: HEAD_MIN bytes. */
static inline bool
take_message(WireExpect *reader, RpcShape *shape)
{
    uint64_t head = wire_direct_load_u64(reader->at);
    uint32_t name = wire_direct_load_u32(reader->at + 8);
    unsigned letters = 3;
    if (head == CALL_OF_3_LETTERS && name >> 8 == ('g' << 16 | 'e' << 8 | 't')) {
        shape->method = RPC_HOT_GET;
    } else if (head == CALL_OF_3_LETTERS && name >> 8 == ('p' << 16 | 'u' << 8 | 't')) {
        shape->method = RPC_HOT_PUT;
    } else if (head == CALL_OF_6_LETTERS && wire_expect_left(reader) >= HEAD_MIN + 3 &&
               memcmp(reader->at + 8, "remove", 6) == 0) {
        shape->method = RPC_HOT_REMOVE;
        letters = 6;
    } else {
        return false;
    }
    shape->seqid = (int32_t)wire_direct_load_u32(reader->at + 8 + letters);
    reader->at += 8 + letters + sizeof shape->seqid;
    return true;
}

/* All before the arguments. */
static inline bool
take_head(BaseSlice message, const WireLimits *limits, WireExpect *ret_reader, RpcShape *ret_shape)
{
    if (message.len < WIRE_FRAME_HEADER_BYTES + HEAD_MIN ||
        message.len > limits->request_bytes_max || limits->values_max < VALUES_MAX) {
        return false;
    }
    *ret_reader = (WireExpect){message.data, message.data + message.len};
    return take_frame(ret_reader, ret_shape) && take_message(ret_reader, ret_shape);
}

/* Whether nothing but the end of the arguments is left. */
static inline bool
is_at_end(const WireExpect *reader)
{
    return wire_expect_left(reader) == 1 && *reader->at == WIRE_STOP;
}

bool
rpc_shape_read(BaseSlice message, const WireLimits *limits, int64_t arrival_us, bool writes,
               RpcShape *ret_shape, RpcHotArgs *ret_args)
{
    WireExpect reader;
    if (!take_head(message, limits, &reader, ret_shape)) {
        return false;
    }
    bool known = false;
    ret_shape->bare = false;
    if (ret_shape->method == RPC_HOT_GET) {
        known = read_get(&reader, arrival_us, ret_args);
    } else if (writes) {
        known = ret_shape->method == RPC_HOT_PUT
                    ? read_put(&reader, arrival_us, ret_shape, ret_args)
                    : read_remove(&reader, arrival_us, ret_args);
    }
    return known && is_at_end(&reader);
}
