/*
 * utf8.c: whether bytes are UTF-8. See utf8.h.
 *
 * The first byte of a character says how many follow (each 80..BF), and in four cases narrows the
 * second one: E0 and F0 to keep out overlong forms, ED surrogates, F4 what is above U+10FFFF.
 */
#include "service/client/utf8.h"

#include <stdint.h>

/* Bytes of the character that begins with `first`; 0: none does. */
static size_t
character_bytes(uint8_t first)
{
    if (first < 0x80) {
        return 1;
    }
    if (first < 0xC2) {
        return 0;
    }
    return first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0;
}

static bool
second_is_valid(uint8_t first, uint8_t second)
{
    uint8_t lowest = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    uint8_t highest = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    return second >= lowest && second <= highest;
}

static bool
character_is_valid(const uint8_t *bytes, size_t count)
{
    if (count > 1 && !second_is_valid(bytes[0], bytes[1])) {
        return false;
    }
    for (size_t i = 2; i < count; i++) {
        if ((bytes[i] & 0xC0) != 0x80) {
            return false;
        }
    }
    return true;
}

bool
client_utf8_valid(LarderBytes text)
{
    const uint8_t *bytes = (const uint8_t *)text.data;
    size_t at = 0;
    while (at < text.size) {
        size_t count = character_bytes(bytes[at]);
        if (count == 0 || count > text.size - at || !character_is_valid(bytes + at, count)) {
            return false;
        }
        at += count;
    }
    return true;
}
