/*
 * escape.c: bytes as people type and read them. See escape.h.
 */
#include "service/cli/escape.h"

#include "engine/base/utf8.h"

static const char base64_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static const char no_memory[] = "there is no memory for it";

static int
hex_value(uint8_t digit)
{
    if (digit >= '0' && digit <= '9') {
        return digit - '0';
    }
    if (digit >= 'a' && digit <= 'f') {
        return digit - 'a' + 10;
    }
    if (digit >= 'A' && digit <= 'F') {
        return digit - 'A' + 10;
    }
    return -1;
}

/* The byte that two digits stand for, -1 for none. */
static int
hex_byte(const uint8_t *digits)
{
    int high = hex_value(digits[0]);
    int low = hex_value(digits[1]);
    return high < 0 || low < 0 ? -1 : high << 4 | low;
}

static bool
decode_hex(BaseSlice text, BaseBuf *into, const char **ret_problem)
{
    if (text.len % 2 != 0) {
        *ret_problem = "hexadecimal needs an even number of digits";
        return false;
    }
    uint8_t *bytes = base_buf_extend(into, text.len / 2);
    if (bytes == NULL && text.len != 0) {
        *ret_problem = no_memory;
        return false;
    }
    for (size_t i = 0; i < text.len / 2; i++) {
        int byte = hex_byte(text.data + 2 * i);
        if (byte < 0) {
            into->len -= text.len / 2;
            *ret_problem = "hexadecimal has the digits 0-9 and a-f only";
            return false;
        }
        bytes[i] = (uint8_t)byte;
    }
    return true;
}

static int
base64_value(uint8_t digit)
{
    if (digit >= 'A' && digit <= 'Z') {
        return digit - 'A';
    }
    if (digit >= 'a' && digit <= 'z') {
        return digit - 'a' + 26;
    }
    if (digit >= '0' && digit <= '9') {
        return digit - '0' + 52;
    }
    return digit == '+' ? 62 : digit == '/' ? 63 : -1;
}

/* Four digits, the last `padding` of them being '='. False: they are none. */
static bool
decode_quartet(const uint8_t *digits, size_t padding, uint8_t *bytes)
{
    uint32_t bits = 0;
    for (size_t i = 0; i < 4; i++) {
        int value = i < 4 - padding ? base64_value(digits[i]) : 0;
        if (value < 0) {
            return false;
        }
        bits = bits << 6 | (uint32_t)value;
    }
    if ((bits & ((1u << 8 * padding) - 1)) != 0) {
        return false; /* bits that no byte takes */
    }
    for (size_t i = 0; i < 3 - padding; i++) {
        bytes[i] = (uint8_t)(bits >> (16 - 8 * i));
    }
    return true;
}

static bool
decode_base64(BaseSlice text, BaseBuf *into, const char **ret_problem)
{
    size_t padding = 0;
    while (padding < 2 && padding < text.len && text.data[text.len - 1 - padding] == '=') {
        padding++;
    }
    if (text.len % 4 != 0) {
        *ret_problem = "base64 needs a multiple of four digits, '=' included";
        return false;
    }
    size_t len = text.len / 4 * 3 - padding;
    uint8_t *bytes = base_buf_extend(into, len);
    if (bytes == NULL && len != 0) {
        *ret_problem = no_memory;
        return false;
    }
    for (size_t i = 0; i < text.len; i += 4) {
        bool last = i + 4 == text.len;
        if (!decode_quartet(text.data + i, last ? padding : 0, bytes + i / 4 * 3)) {
            into->len -= len;
            *ret_problem = "this is not base64";
            return false;
        }
    }
    return true;
}

/* The byte that a backslash and `letter` stand for, -1 for none. */
static int
simple_escape(uint8_t letter)
{
    switch (letter) {
    case 'n':
        return '\n';
    case 't':
        return '\t';
    case 'r':
        return '\r';
    default:
        break;
    }
    bool punctuation = (letter >= ' ' && letter < '0') || (letter > '9' && letter < 'A') ||
                       (letter > 'Z' && letter < 'a') || (letter > 'z' && letter < 0x7f);
    return punctuation ? letter : -1;
}

/* What follows a backslash at `at`; moves `at` behind it. -1: nothing that is known. */
static int
decode_escape(BaseSlice text, size_t *at)
{
    if (*at + 1 >= text.len) {
        return -1;
    }
    uint8_t letter = text.data[*at + 1];
    if (letter == 'x') {
        int byte = *at + 3 < text.len ? hex_byte(text.data + *at + 2) : -1;
        *at += 4;
        return byte;
    }
    *at += 2;
    return simple_escape(letter);
}

static bool
decode_escaped(BaseSlice text, BaseBuf *into, const char **ret_problem)
{
    size_t before = into->len;
    size_t at = 0;
    while (at < text.len) {
        const uint8_t *rest = text.data + at;
        const uint8_t *escape = memchr(rest, '\\', text.len - at);
        size_t plain = escape == NULL ? text.len - at : (size_t)(escape - rest);
        bool fits = base_buf_append(into, rest, plain);
        at += plain;
        if (at < text.len && fits) {
            int byte = decode_escape(text, &at);
            if (byte < 0) {
                into->len = before;
                *ret_problem = "a backslash goes with n, t, r, xHH or a punctuation character";
                return false;
            }
            fits = base_buf_append_byte(into, (uint8_t)byte);
        }
        if (!fits) {
            into->len = before;
            *ret_problem = no_memory;
            return false;
        }
    }
    return true;
}

bool
cli_escape_decode(CliEncoding encoding, BaseSlice text, BaseBuf *into, const char **ret_problem)
{
    switch (encoding) {
    case CLI_HEX:
        return decode_hex(text, into, ret_problem);
    case CLI_BASE64:
        return decode_base64(text, into, ret_problem);
    case CLI_ESCAPED:
        return decode_escaped(text, into, ret_problem);
    case CLI_RAW:
        break;
    }
    *ret_problem = no_memory;
    return base_buf_append_slice(into, text);
}

static bool
encode_hex(BaseSlice bytes, BaseBuf *into)
{
    static const char digits[] = "0123456789abcdef";
    uint8_t *text = base_buf_extend(into, 2 * bytes.len);
    for (size_t i = 0; i < bytes.len && text != NULL; i++) {
        text[2 * i] = (uint8_t)digits[bytes.data[i] >> 4];
        text[2 * i + 1] = (uint8_t)digits[bytes.data[i] & 15];
    }
    return bytes.len == 0 || text != NULL;
}

static bool
encode_base64(BaseSlice bytes, BaseBuf *into)
{
    uint8_t *text = base_buf_extend(into, (bytes.len + 2) / 3 * 4);
    if (text == NULL) {
        return bytes.len == 0;
    }
    for (size_t i = 0; i < bytes.len; i += 3) {
        size_t count = bytes.len - i < 3 ? bytes.len - i : 3;
        uint32_t bits = 0;
        for (size_t j = 0; j < 3; j++) {
            bits = bits << 8 | (j < count ? bytes.data[i + j] : 0u);
        }
        for (size_t j = 0; j < 4; j++) {
            *text++ = j <= count ? (uint8_t)base64_digits[bits >> (18 - 6 * j) & 63] : '=';
        }
    }
    return true;
}

/* One byte that is not shown as it is. */
static bool
escape_byte(uint8_t byte, BaseBuf *into)
{
    switch (byte) {
    case '\n':
        return base_buf_append(into, "\\n", 2);
    case '\t':
        return base_buf_append(into, "\\t", 2);
    case '\r':
        return base_buf_append(into, "\\r", 2);
    case '\\':
        return base_buf_append(into, "\\\\", 2);
    default:
        return base_buf_append(into, "\\x", 2) && encode_hex(base_slice(&byte, 1), into);
    }
}

/* `special`: further ASCII characters that get a backslash. */
static bool
encode_escaped(BaseSlice bytes, const char *special, BaseBuf *into)
{
    size_t at = 0;
    bool fits = true;
    while (at < bytes.len && fits) {
        const uint8_t *here = bytes.data + at;
        uint32_t character = 0;
        size_t len = base_utf8_first(base_slice(here, bytes.len - at), &character);
        if (len == 0 || *here == '\\' || !base_utf8_is_visible(character)) {
            len = len == 0 ? 1 : len;
            for (size_t i = 0; i < len; i++) {
                fits = fits && escape_byte(here[i], into);
            }
        } else {
            bool marked = character < 0x80 && strchr(special, (int)character) != NULL;
            fits =
                (!marked || base_buf_append_byte(into, '\\')) && base_buf_append(into, here, len);
        }
        at += len;
    }
    return fits;
}

bool
cli_escape_encode(CliEncoding encoding, BaseSlice bytes, BaseBuf *into)
{
    switch (encoding) {
    case CLI_HEX:
        return encode_hex(bytes, into);
    case CLI_BASE64:
        return encode_base64(bytes, into);
    case CLI_ESCAPED:
        return encode_escaped(bytes, "", into);
    case CLI_RAW:
        break;
    }
    return base_buf_append_slice(into, bytes);
}

bool
cli_escape_encode_word(BaseSlice bytes, BaseBuf *into)
{
    if (bytes.len == 0) {
        return base_buf_append(into, "\"\"", 2);
    }
    bool marked = memchr("-@#", bytes.data[0], 3) != NULL;
    return (!marked || base_buf_append_byte(into, '\\')) && encode_escaped(bytes, " \"'", into);
}
