/*
 * utf8.c: which bytes are text. See utf8.h.
 */
#include "engine/base/utf8.h"

/* The two-, three- and four-byte forms: length, and the smallest number that needs it. */
static size_t
form_of(uint8_t first, uint32_t *ret_bits, uint32_t *ret_lowest)
{
    if (first >= 0xc2 && first <= 0xdf) {
        *ret_bits = first & 0x1fu;
        *ret_lowest = 0x80;
        return 2;
    }
    if (first >= 0xe0 && first <= 0xef) {
        *ret_bits = first & 0x0fu;
        *ret_lowest = 0x800;
        return 3;
    }
    if (first >= 0xf0 && first <= 0xf4) {
        *ret_bits = first & 0x07u;
        *ret_lowest = 0x10000;
        return 4;
    }
    return 0;
}

size_t
base_utf8_first(BaseSlice bytes, uint32_t *ret_character)
{
    if (bytes.len == 0) {
        return 0;
    }
    if (bytes.data[0] < 0x80) {
        *ret_character = bytes.data[0];
        return 1;
    }
    uint32_t character = 0;
    uint32_t lowest = 0;
    size_t len = form_of(bytes.data[0], &character, &lowest);
    if (len == 0 || len > bytes.len) {
        return 0;
    }
    for (size_t i = 1; i < len; i++) {
        if ((bytes.data[i] & 0xc0) != 0x80) {
            return 0;
        }
        character = character << 6 | (bytes.data[i] & 0x3fu);
    }
    bool surrogate = character >= 0xd800 && character <= 0xdfff;
    if (character < lowest || character > 0x10ffff || surrogate) {
        return 0;
    }
    *ret_character = character;
    return len;
}

bool
base_utf8_is_valid(BaseSlice bytes)
{
    while (bytes.len != 0) {
        uint32_t character = 0;
        size_t len = base_utf8_first(bytes, &character);
        if (len == 0) {
            return false;
        }
        bytes = base_slice(bytes.data + len, bytes.len - len);
    }
    return true;
}

bool
base_utf8_is_visible(uint32_t character)
{
    static const struct {
        uint32_t first;
        uint32_t last;
    } hidden[] = {
        {0x00, 0x1f},     {0x7f, 0x9f},     {0xad, 0xad},     {0x061c, 0x061c},
        {0x200b, 0x200f}, {0x2028, 0x202e}, {0x2060, 0x206f}, {0xe000, 0xf8ff},
        {0xfeff, 0xfeff}, {0xfff0, 0xfffb}, {0xfffe, 0xffff}, {0xe0000, UINT32_MAX},
    };
    for (size_t i = 0; i < sizeof hidden / sizeof hidden[0]; i++) {
        if (character >= hidden[i].first && character <= hidden[i].last) {
            return false;
        }
    }
    return true;
}

bool
base_utf8_append(BaseBuf *into, uint32_t character)
{
    uint8_t bytes[4];
    size_t len = 0;
    if (character < 0x80) {
        bytes[len++] = (uint8_t)character;
    } else if (character < 0x800) {
        bytes[len++] = (uint8_t)(0xc0 | character >> 6);
    } else if (character < 0x10000) {
        bytes[len++] = (uint8_t)(0xe0 | character >> 12);
        bytes[len++] = (uint8_t)(0x80 | (character >> 6 & 0x3f));
    } else {
        bytes[len++] = (uint8_t)(0xf0 | character >> 18);
        bytes[len++] = (uint8_t)(0x80 | (character >> 12 & 0x3f));
        bytes[len++] = (uint8_t)(0x80 | (character >> 6 & 0x3f));
    }
    if (character >= 0x80) {
        bytes[len++] = (uint8_t)(0x80 | (character & 0x3f));
    }
    return base_buf_append(into, bytes, len);
}
