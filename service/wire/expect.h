/*
 * expect.h: fields of the binary protocol taken where they are expected, for messages that nearly
 * always look the same: calls at the server (service/rpc/shape.h), replies in the SDK
 * (service/client/usual_reply.h).
 *
 * Each function takes a token if it is the next one and all of it is there; otherwise it answers
 * false. What is false here is no error: the caller gives the message to the strict parser
 * (parse.h), which is the judge. A field that may be missing can be asked for: unless it is there
 * as expected, the reader stays where it is.
 *
 * Header and length of a BYTES field are compared and taken with one load of eight bytes. They are
 * always there: seven are the field's, and at least a STOP follows it.
 *
 * Threading: one owner at a time.
 */
#ifndef LARDER_SERVICE_WIRE_EXPECT_H
#define LARDER_SERVICE_WIRE_EXPECT_H

#include "engine/base/slice.h"
#include "service/wire/direct.h"

typedef struct WireExpect {
    const uint8_t *at;
    const uint8_t *end;
} WireExpect;

/* Bytes that were not taken yet. */
static inline size_t
wire_expect_left(const WireExpect *reader)
{
    return (size_t)(reader->end - reader->at);
}

/* Type and id of a field, as the three bytes before its value. */
static inline uint32_t
wire_expect_field(WireType type, unsigned id)
{
    return (uint32_t)type << 16 | id;
}

/* Whether the header of a field stands here; a byte behind it is there. */
static inline bool
wire_expect_is_head(const uint8_t *at, WireType type, unsigned id)
{
    return wire_direct_load_u32(at) >> 8 == wire_expect_field(type, id);
}

/* Takes the header of a field of whose value at least `bytes` bytes are there; 1 or more. */
static inline bool
wire_expect_head(WireExpect *reader, WireType type, unsigned id, size_t bytes)
{
    if (wire_expect_left(reader) < WIRE_DIRECT_HEAD + bytes ||
        !wire_expect_is_head(reader->at, type, id)) {
        return false;
    }
    reader->at += WIRE_DIRECT_HEAD;
    return true;
}

static inline bool
wire_expect_i32(WireExpect *reader, unsigned id, int32_t *ret_number)
{
    if (!wire_expect_head(reader, WIRE_I32, id, sizeof *ret_number)) {
        return false;
    }
    *ret_number = (int32_t)wire_direct_load_u32(reader->at);
    reader->at += sizeof *ret_number;
    return true;
}

static inline bool
wire_expect_i64(WireExpect *reader, unsigned id, int64_t *ret_number)
{
    if (!wire_expect_head(reader, WIRE_I64, id, sizeof *ret_number)) {
        return false;
    }
    *ret_number = (int64_t)wire_direct_load_u64(reader->at);
    reader->at += sizeof *ret_number;
    return true;
}

/* Three numbers with ids one behind the other, and what ends the struct. */
static inline bool
wire_expect_three_i64(WireExpect *reader, unsigned id, int64_t *ret_first, int64_t *ret_second,
                      int64_t *ret_third)
{
    if (wire_expect_left(reader) < 3 * WIRE_DIRECT_I64 + WIRE_DIRECT_STOP) {
        return false;
    }
    const uint8_t *at = reader->at;
    const uint8_t *second = at + WIRE_DIRECT_I64;
    const uint8_t *third = second + WIRE_DIRECT_I64;
    if (!wire_expect_is_head(at, WIRE_I64, id) || !wire_expect_is_head(second, WIRE_I64, id + 1) ||
        !wire_expect_is_head(third, WIRE_I64, id + 2) || third[WIRE_DIRECT_I64] != WIRE_STOP) {
        return false;
    }
    *ret_first = (int64_t)wire_direct_load_u64(at + WIRE_DIRECT_HEAD);
    *ret_second = (int64_t)wire_direct_load_u64(second + WIRE_DIRECT_HEAD);
    *ret_third = (int64_t)wire_direct_load_u64(third + WIRE_DIRECT_HEAD);
    reader->at = third + WIRE_DIRECT_I64 + WIRE_DIRECT_STOP;
    return true;
}

/* A byte that is neither 0 nor 1 is not as expected. */
static inline bool
wire_expect_bool(WireExpect *reader, unsigned id, bool *ret_flag)
{
    if (wire_expect_left(reader) <= WIRE_DIRECT_HEAD || reader->at[WIRE_DIRECT_HEAD] > 1 ||
        !wire_expect_head(reader, WIRE_BOOL, id, 1)) {
        return false;
    }
    *ret_flag = *reader->at++ != 0;
    return true;
}

/* The bytes are borrowed from the message; at least one more byte follows them. */
static inline bool
wire_expect_bytes(WireExpect *reader, unsigned id, BaseSlice *ret_bytes)
{
    if (wire_expect_left(reader) < sizeof(uint64_t)) {
        return false;
    }
    uint64_t word = wire_direct_load_u64(reader->at);
    uint32_t len = (uint32_t)(word >> 8);
    if (word >> 40 != wire_expect_field(WIRE_BYTES, id) ||
        len >= wire_expect_left(reader) - WIRE_DIRECT_BYTES) {
        return false;
    }
    *ret_bytes = base_slice(reader->at + WIRE_DIRECT_BYTES, len);
    reader->at += WIRE_DIRECT_BYTES + len;
    return true;
}

/* What ends a struct. It is taken whatever it is. */
static inline bool
wire_expect_stop(WireExpect *reader)
{
    return wire_expect_left(reader) != 0 && *reader->at++ == WIRE_STOP;
}

#endif
