/*
 * shape.c: tokens that are as expected, or else none. See shape.h.
 *
 * Header and length of a BYTES field are compared and taken with one load of eight bytes, which are
 * always there: seven of the field, and at least the STOP of the arguments.
 */
#include "service/rpc/shape.h"

#include "service/wire/direct.h"

enum {
    /* More values than any shape puts on a tape. */
    VALUES_MAX = 16,
    /* Version, type, length of the name, a name of at least three letters, sequence id. */
    HEAD_MIN = 15,
    FIELD_HEAD = 3,
    BYTES_HEAD = FIELD_HEAD + 4,
};

#define CALL_OF_3_LETTERS UINT64_C(0x8001000100000003)
#define CALL_OF_6_LETTERS UINT64_C(0x8001000100000006)

typedef struct Reader {
    const uint8_t *at;
    const uint8_t *end;
} Reader;

static inline size_t
left(const Reader *reader)
{
    return (size_t)(reader->end - reader->at);
}

/* Type and id of a field, as the three bytes before its value. */
static inline uint32_t
field_head(WireType type, unsigned id)
{
    return (uint32_t)type << 16 | id;
}

/* Takes the header of a field whose value has `bytes` bytes, if it is next and all of it there. */
static inline bool
take_head(Reader *reader, WireType type, unsigned id, size_t bytes)
{
    if (left(reader) < FIELD_HEAD + bytes ||
        wire_direct_load_u32(reader->at) >> 8 != field_head(type, id)) {
        return false;
    }
    reader->at += FIELD_HEAD;
    return true;
}

static inline bool
take_bytes(Reader *reader, unsigned id, BaseSlice *ret_bytes)
{
    if (left(reader) < sizeof(uint64_t)) {
        return false;
    }
    uint64_t word = wire_direct_load_u64(reader->at);
    uint32_t len = (uint32_t)(word >> 8);
    if (word >> 40 != field_head(WIRE_BYTES, id) || len > left(reader) - BYTES_HEAD) {
        return false;
    }
    *ret_bytes = base_slice(reader->at + BYTES_HEAD, len);
    reader->at += BYTES_HEAD + len;
    return true;
}

/* -------------------------------------------------------------- options, each there or not -- */

static inline void
take_i64(Reader *reader, unsigned id, bool *ret_has, int64_t *ret_number)
{
    if (take_head(reader, WIRE_I64, id, sizeof *ret_number)) {
        *ret_has = true;
        *ret_number = (int64_t)wire_direct_load_u64(reader->at);
        reader->at += sizeof *ret_number;
    }
}

static inline void
take_i32(Reader *reader, unsigned id, int *ret_number)
{
    if (take_head(reader, WIRE_I32, id, sizeof(int32_t))) {
        *ret_number = (int32_t)wire_direct_load_u32(reader->at);
        reader->at += sizeof(int32_t);
    }
}

/* A byte that is neither 0 nor 1 is left where it is, where no STOP is seen then. */
static inline bool
take_flag(Reader *reader, unsigned id, bool *ret_flag)
{
    if (left(reader) <= FIELD_HEAD || reader->at[FIELD_HEAD] > 1 ||
        !take_head(reader, WIRE_BOOL, id, 1)) {
        return false;
    }
    *ret_flag = *reader->at++ != 0;
    return true;
}

static inline bool
take_stop(Reader *reader)
{
    return left(reader) != 0 && *reader->at++ == WIRE_STOP;
}

/* Whether the arguments end here, or else go on with a struct of options. */
static inline bool
has_options(Reader *reader, unsigned id)
{
    return left(reader) != 1 && take_head(reader, WIRE_STRUCT, id, 1);
}

static bool
read_get_options(Reader *reader, StoreGetArgs *args)
{
    bool has = false;
    bool want_value = true;
    take_i64(reader, 1, &args->deadline.is_set, &args->deadline.ms);
    take_i64(reader, 3, &args->has_if_version_not, &args->if_version_not);
    (void)take_flag(reader, 4, &want_value);
    take_i64(reader, 5, &has, &args->offset);
    take_i64(reader, 6, &args->has_length, &args->length);
    args->without_value = !want_value;
    return take_stop(reader);
}

static bool
read_expiry(Reader *reader, StoreExpiry *expiry)
{
    take_i64(reader, 1, &expiry->has_ttl_ms, &expiry->ttl_ms);
    take_i64(reader, 2, &expiry->has_at_ms, &expiry->at_ms);
    return take_stop(reader);
}

static bool
read_write_options(Reader *reader, bool may_expire, StoreWriteOptions *options)
{
    take_i64(reader, 1, &options->deadline.is_set, &options->deadline.ms);
    if (may_expire && take_head(reader, WIRE_STRUCT, 3, 1)) {
        options->has_expiry = true;
        if (!read_expiry(reader, &options->expiry)) {
            return false;
        }
    }
    take_i32(reader, 4, &options->durability);
    (void)take_flag(reader, 7, &options->return_current);
    options->has_want_existed = take_flag(reader, 8, &options->want_existed);
    return take_stop(reader);
}

/* -------------------------------------------------------------------------------- arguments -- */

static bool
read_get(Reader *reader, int64_t arrival_us, RpcHotArgs *args)
{
    args->get = rpc_hot_unset.get;
    args->get.deadline.arrival_us = arrival_us;
    return take_bytes(reader, 1, &args->store) && take_bytes(reader, 2, &args->get.key) &&
           (!has_options(reader, 3) || read_get_options(reader, &args->get));
}

static bool
read_put(Reader *reader, int64_t arrival_us, RpcHotArgs *args)
{
    args->put = rpc_hot_unset.put;
    args->put.options.deadline.arrival_us = arrival_us;
    return take_bytes(reader, 1, &args->store) && take_bytes(reader, 2, &args->put.key) &&
           take_bytes(reader, 3, &args->put.value) &&
           (!has_options(reader, 4) || read_write_options(reader, true, &args->put.options));
}

static bool
read_remove(Reader *reader, int64_t arrival_us, RpcHotArgs *args)
{
    args->removal = rpc_hot_unset.removal;
    args->removal.options.deadline.arrival_us = arrival_us;
    return take_bytes(reader, 1, &args->store) && take_bytes(reader, 2, &args->removal.key) &&
           (!has_options(reader, 3) || read_write_options(reader, false, &args->removal.options));
}

/* ---------------------------------------------------------------------------------- message -- */

/* Takes the frame header, if there is one. */
static inline bool
take_frame(Reader *reader, RpcShape *shape)
{
    shape->framed = reader->at[0] <= WIRE_FRAME_BYTES_CAP >> 24;
    if (!shape->framed) {
        return true;
    }
    uint32_t frame = wire_direct_load_u32(reader->at);
    reader->at += WIRE_FRAME_HEADER_BYTES;
    return frame == left(reader);
}

/* Version, type, name and sequence id. REQUIRES: HEAD_MIN bytes. */
static inline bool
take_message(Reader *reader, RpcShape *shape)
{
    uint64_t head = wire_direct_load_u64(reader->at);
    uint32_t name = wire_direct_load_u32(reader->at + 8);
    unsigned letters = 3;
    if (head == CALL_OF_3_LETTERS && name >> 8 == ('g' << 16 | 'e' << 8 | 't')) {
        shape->method = RPC_HOT_GET;
    } else if (head == CALL_OF_3_LETTERS && name >> 8 == ('p' << 16 | 'u' << 8 | 't')) {
        shape->method = RPC_HOT_PUT;
    } else if (head == CALL_OF_6_LETTERS && left(reader) >= HEAD_MIN + 3 &&
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

bool
rpc_shape_read(BaseSlice message, const WireLimits *limits, int64_t arrival_us, RpcShape *ret_shape,
               RpcHotArgs *ret_args)
{
    if (message.len < WIRE_FRAME_HEADER_BYTES + HEAD_MIN ||
        message.len > limits->request_bytes_max || limits->values_max < VALUES_MAX) {
        return false;
    }
    Reader reader = {message.data, message.data + message.len};
    if (!take_frame(&reader, ret_shape) || !take_message(&reader, ret_shape)) {
        return false;
    }
    bool known = ret_shape->method == RPC_HOT_GET   ? read_get(&reader, arrival_us, ret_args)
                 : ret_shape->method == RPC_HOT_PUT ? read_put(&reader, arrival_us, ret_args)
                                                    : read_remove(&reader, arrival_us, ret_args);
    return known && left(&reader) == 1 && *reader.at == WIRE_STOP;
}
