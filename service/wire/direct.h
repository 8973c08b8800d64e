/*
 * direct.h: fields of the binary protocol stored straight into room of known size, for replies that
 * are written millions of times a second, and numbers taken from bytes that are known to be there.
 *
 * Each function that stores does so at `to` and returns the byte behind. The bytes are those that
 * the writer writes one by one (writer.h); whoever uses these has made room for all of them first.
 *
 * Threading: pure functions.
 */
#ifndef LARDER_SERVICE_WIRE_DIRECT_H
#define LARDER_SERVICE_WIRE_DIRECT_H

#include "service/wire/format.h"

#include <string.h>

/* How many bytes a field takes, header and value. */
enum {
    WIRE_DIRECT_HEAD = 3,
    WIRE_DIRECT_BOOL = WIRE_DIRECT_HEAD + 1,
    WIRE_DIRECT_I32 = WIRE_DIRECT_HEAD + 4,
    WIRE_DIRECT_I64 = WIRE_DIRECT_HEAD + 8,
    WIRE_DIRECT_BYTES = WIRE_DIRECT_HEAD + 4, /* without the bytes */
    WIRE_DIRECT_STOP = 1,
};

static inline uint32_t
wire_direct_load_u32(const uint8_t *from)
{
    uint32_t big;
    memcpy(&big, from, sizeof big);
    return __builtin_bswap32(big);
}

static inline uint64_t
wire_direct_load_u64(const uint8_t *from)
{
    uint64_t big;
    memcpy(&big, from, sizeof big);
    return __builtin_bswap64(big);
}

static inline uint8_t *
wire_direct_u32(uint8_t *to, uint32_t number)
{
    uint32_t big = __builtin_bswap32(number);
    memcpy(to, &big, sizeof big);
    return to + sizeof big;
}

static inline uint8_t *
wire_direct_head(uint8_t *to, int16_t id, WireType type)
{
    to[0] = (uint8_t)type;
    to[1] = (uint8_t)((uint16_t)id >> 8);
    to[2] = (uint8_t)id;
    return to + WIRE_DIRECT_HEAD;
}

static inline uint8_t *
wire_direct_bool(uint8_t *to, int16_t id, bool value)
{
    to = wire_direct_head(to, id, WIRE_BOOL);
    *to = value;
    return to + 1;
}

static inline uint8_t *
wire_direct_i32(uint8_t *to, int16_t id, int32_t value)
{
    return wire_direct_u32(wire_direct_head(to, id, WIRE_I32), (uint32_t)value);
}

static inline uint8_t *
wire_direct_i64(uint8_t *to, int16_t id, int64_t value)
{
    uint64_t big = __builtin_bswap64((uint64_t)value);
    to = wire_direct_head(to, id, WIRE_I64);
    memcpy(to, &big, sizeof big);
    return to + sizeof big;
}

static inline uint8_t *
wire_direct_bytes(uint8_t *to, int16_t id, BaseSlice value)
{
    to = wire_direct_u32(wire_direct_head(to, id, WIRE_BYTES), (uint32_t)value.len);
    if (value.len != 0) {
        memcpy(to, value.data, value.len);
    }
    return to + value.len;
}

static inline uint8_t *
wire_direct_stop(uint8_t *to)
{
    *to = WIRE_STOP;
    return to + WIRE_DIRECT_STOP;
}

#endif
