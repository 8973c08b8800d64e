/*
 * varint.h: numbers of variable length: 7 bits a byte, low bits first, the top bit says that more
 * follow.
 *
 * Only the shortest form is accepted, so every number has one encoding and a decoder accepts
 * exactly what the encoder writes. Most numbers in the files are below 16,384 and take the inlined
 * way.
 *
 * Threading: pure functions.
 */
#ifndef LARDER_ENGINE_FORMAT_VARINT_H
#define LARDER_ENGINE_FORMAT_VARINT_H

#include <stddef.h>
#include <stdint.h>

enum { FORMAT_VARINT_MAX = 10 }; /* bytes */

/* How many bytes `value` takes. */
static inline size_t
format_varint_len(uint64_t value)
{
    unsigned top_bit = 63u - (unsigned)__builtin_clzll(value | 1u);
    return top_bit / 7u + 1u;
}

/* Writes to `at`, which has room for FORMAT_VARINT_MAX bytes; returns the byte behind. */
static inline uint8_t *
format_varint_put(uint8_t *at, uint64_t value)
{
    while (value >= 0x80) {
        *at++ = (uint8_t)(value | 0x80);
        value >>= 7;
    }
    *at++ = (uint8_t)value;
    return at;
}

/* As format_varint_get(), for numbers of any length. */
const uint8_t *format_varint_get_long(const uint8_t *at, const uint8_t *end, uint64_t *ret_value);

/* Reads from [at, end); returns the byte behind. NULL: no number begins here. */
static inline const uint8_t *
format_varint_get(const uint8_t *at, const uint8_t *end, uint64_t *ret_value)
{
    if (__builtin_expect(at < end && *at < 0x80, 1)) {
        *ret_value = *at;
        return at + 1;
    }
    if (end - at >= 2 && at[1] < 0x80 && at[1] != 0) {
        *ret_value = (*at & 0x7fu) | (uint64_t)at[1] << 7;
        return at + 2;
    }
    return format_varint_get_long(at, end, ret_value);
}

/* Signed numbers as unsigned ones: 0, -1, 1, -2 become 0, 1, 2, 3. */
static inline uint64_t
format_varint_zigzag(int64_t value)
{
    return ((uint64_t)value << 1) ^ (value < 0 ? UINT64_MAX : 0);
}

static inline int64_t
format_varint_unzigzag(uint64_t word)
{
    return (int64_t)((word >> 1) ^ ((word & 1) != 0 ? UINT64_MAX : 0));
}

#endif
