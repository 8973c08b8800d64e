/*
 * varint.c: reading numbers of more than one byte. See varint.h.
 *
 * Where eight bytes can be read, which is everywhere but at the end of a block, a number of up to
 * eight bytes is taken as one word: the first byte without a top bit ends it, and its groups of
 * seven bits are pushed together in three steps. Versions take two to four bytes each, so this is
 * on the way of every entry that is read.
 */
#include "engine/format/varint.h"

#include "engine/format/fixed.h"

#include <stdbool.h>

/* Byte by byte, for what is longer or near the end. */
static const uint8_t *
get_slowly(const uint8_t *at, const uint8_t *end, uint64_t *ret_value)
{
    uint64_t value = 0;
    for (unsigned shift = 0; at < end && shift < 64; shift += 7) {
        uint64_t byte = *at++;
        value |= (byte & 0x7f) << shift;
        if (byte < 0x80) {
            bool longer_than_needed = byte == 0 && shift != 0;
            bool too_large = shift == 63 && byte > 1;
            if (longer_than_needed || too_large) {
                return NULL;
            }
            *ret_value = value;
            return at;
        }
    }
    return NULL;
}

/* Eight groups of seven bits, one in each byte, as one number. */
static uint64_t
push_together(uint64_t word)
{
    word = (word & 0x007f007f007f007f) | ((word & 0x7f007f007f007f00) >> 1);
    word = (word & 0x00003fff00003fff) | ((word & 0x3fff00003fff0000) >> 2);
    return (word & 0x000000000fffffff) | ((word & 0x0fffffff00000000) >> 4);
}

const uint8_t *
format_varint_get_long(const uint8_t *at, const uint8_t *end, uint64_t *ret_value)
{
    uint64_t word = 0;
    uint64_t ends = 0;
    if (end - at >= (ptrdiff_t)sizeof word) {
        word = format_fixed_get64(at);
        ends = ~word & 0x8080808080808080;
    }
    if (ends == 0) {
        return get_slowly(at, end, ret_value);
    }
    unsigned bits = (unsigned)__builtin_ctzll(ends) + 1; /* 8 for each byte of the number */
    word &= UINT64_MAX >> (64 - bits);
    if (word >> (bits - 8) == 0 && bits != 8) {
        return NULL; /* longer than needed */
    }
    *ret_value = push_together(word);
    return at + bits / 8;
}
