/*
 * tuple_format.h: the bytes of keys made of typed parts, for the writer and the reader.
 *
 * Each part begins with a byte that says its type, and the types of integers also their length, so
 * that a longer positive number sorts behind a shorter one and a negative one in front of it.
 *
 *   texts, bytes   as they are, with 00 as 01 01 and 01 as 01 02, then 00. The end is lower than
 *                  any other byte, so "a" sorts before "a\0", and no encoding begins another one.
 *   integers       the fewest low bytes of the two's complement that tell it among the numbers of
 *                  its sign: -256..-1 have one byte, -65536..-257 two, 0 none.
 *   doubles        the eight bytes of IEEE 754, all bits of a negative one inverted, the sign bit
 *                  of others set.
 *   tuples         their parts, then 00.
 *
 * docs/formats.md says the same for people who write a codec in another language.
 */
#ifndef LARDER_SERVICE_CLIENT_TUPLE_FORMAT_H
#define LARDER_SERVICE_CLIENT_TUPLE_FORMAT_H

#include <stdint.h>

enum {
    TUPLE_TAG_END = 0x00, /* of text, bytes and tuples */
    TUPLE_ESCAPE = 0x01,
    TUPLE_ESCAPED_00 = 0x01,
    TUPLE_ESCAPED_01 = 0x02,
    TUPLE_TAG_TENANT = 0x03,
    TUPLE_TAG_NULL = 0x05,
    TUPLE_TAG_FALSE = 0x08,
    TUPLE_TAG_TRUE = 0x09,
    TUPLE_TAG_INTEGER_LOWEST = 0x10, /* eight bytes, negative */
    TUPLE_TAG_ZERO = 0x18,
    TUPLE_TAG_INTEGER_HIGHEST = 0x20, /* eight bytes, positive */
    TUPLE_TAG_DOUBLE = 0x28,
    TUPLE_TAG_UUID = 0x30,
    TUPLE_TAG_TEXT = 0x38,
    TUPLE_TAG_BYTES = 0x40,
    TUPLE_TAG_OPEN = 0x48,
};

enum { TUPLE_NUMBER_BYTES = 8, TUPLE_UUID_BYTES = 16 };

#define TUPLE_SIGN_BIT      (UINT64_C(1) << 63)
#define TUPLE_CANONICAL_NAN UINT64_C(0x7FF8000000000000)
#define TUPLE_INFINITY_BITS UINT64_C(0x7FF0000000000000)

/* How many bytes an integer takes behind its type. */
static inline unsigned
client_tuple_integer_bytes(int64_t value)
{
    uint64_t magnitude = value < 0 ? ~(uint64_t)value : (uint64_t)value;
    unsigned count = value < 0 ? 1 : 0;
    while (count < TUPLE_NUMBER_BYTES && magnitude >> (8 * count) != 0) {
        count++;
    }
    return count;
}

#endif
