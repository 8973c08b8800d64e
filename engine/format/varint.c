/*
 * varint.c: reading numbers of more than one byte. See varint.h.
 */
#include "engine/format/varint.h"

#include <stdbool.h>

const uint8_t *
format_varint_get_long(const uint8_t *at, const uint8_t *end, uint64_t *ret_value)
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
