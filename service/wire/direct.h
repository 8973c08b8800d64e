/*
 * direct.h: fields of the binary protocol stored straight into room of known size, for replies that
 * are written millions of times a second, and numbers taken from bytes that are known to be there.
 *
 * Each function that stores does so at `to` and returns the byte behind. The bytes are those that
 * the writer writes one by one (writer.h); whoever uses these has made room for all of them first.
 * Headers are stored together with the first byte of the value.
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
wire_direct_u64(uint8_t *to, uint64_t number)
{
    uint64_t big = __builtin_bswap64(number);
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

/* The same with the byte behind the header, in one store. */
static inline void
wire_direct_head_and(uint8_t *to, int16_t id, WireType type, uint8_t next)
{
    (void)wire_direct_u32(to, (uint32_t)type << 24 | (uint32_t)(uint16_t)id << 8 | next);
}

static inline uint8_t *
wire_direct_bool(uint8_t *to, int16_t id, bool value)
{
    wire_direct_head_and(to, id, WIRE_BOOL, value);
    return to + WIRE_DIRECT_BOOL;
}

static inline uint8_t *
wire_direct_i32(uint8_t *to, int16_t id, int32_t value)
{
    wire_direct_head_and(to, id, WIRE_I32, 0);
    return wire_direct_u32(to + WIRE_DIRECT_HEAD, (uint32_t)value);
}

static inline uint8_t *
wire_direct_i64(uint8_t *to, int16_t id, int64_t value)
{
    wire_direct_head_and(to, id, WIRE_I64, 0);
    return wire_direct_u64(to + WIRE_DIRECT_HEAD, (uint64_t)value);
}

/* Copies without a call what is as short as most keys are. */
static inline void
wire_direct_copy(uint8_t *to, const uint8_t *from, size_t len)
{
    enum { WORD = 8, WORDS = 16 };
    if (len - WORDS <= WORDS) {
        memcpy(to, from, WORDS);
        memcpy(to + len - WORDS, from + len - WORDS, WORDS);
    } else if (len - WORD < WORD) {
        memcpy(to, from, WORD);
        memcpy(to + len - WORD, from + len - WORD, WORD);
    } else if (len != 0) {
        memcpy(to, from, len);
    }
}

/* The same for what is mostly shorter than a word, as names are. */
static inline void
wire_direct_copy_name(uint8_t *to, const uint8_t *from, size_t len)
{
    enum { HALF = 4, SHORT = 3 };
    if (len - HALF <= HALF) {
        memcpy(to, from, HALF);
        memcpy(to + len - HALF, from + len - HALF, HALF);
    } else if (len == SHORT) {
        memcpy(to, from, SHORT);
    } else {
        wire_direct_copy(to, from, len);
    }
}

static inline uint8_t *
wire_direct_bytes(uint8_t *to, int16_t id, BaseSlice value)
{
    wire_direct_head_and(to, id, WIRE_BYTES, 0);
    to = wire_direct_u32(to + WIRE_DIRECT_HEAD, (uint32_t)value.len);
    wire_direct_copy(to, value.data, value.len);
    return to + value.len;
}

static inline uint8_t *
wire_direct_stop(uint8_t *to)
{
    *to = WIRE_STOP;
    return to + WIRE_DIRECT_STOP;
}

#endif
