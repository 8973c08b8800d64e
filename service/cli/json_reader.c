/*
 * json_reader.c: reads JSON, token by token. See json_reader.h.
 *
 * A string without escapes is a slice of the text. The others are decoded into one buffer, and what
 * base64 stands for goes there too, perhaps behind its own digits if they had escapes. That is less
 * than twice the text, for which there is room from the start: so the buffer never moves under the
 * slices handed out.
 */
#include "service/cli/json_reader.h"

#include "engine/base/utf8.h"
#include "service/cli/escape.h"
#include "service/cli/number.h"

static const char broken_string[] =
    "a string does not end, or has a control character that is not escaped";

CliJsonReader
cli_json_reader(BaseSlice text)
{
    BaseSlice some = text.len == 0 ? BASE_SLICE_LITERAL("") : text;
    return (CliJsonReader){.text = some, .decoded = BASE_BUF_INIT};
}

void
cli_json_reader_clear(CliJsonReader *reader)
{
    base_buf_clear(&reader->decoded);
}

bool
cli_json_reader_object(CliJsonReader *reader, const char *what)
{
    if (reader->problem == NULL) {
        reader->problem = what;
    }
    return false;
}

static bool
is_space(uint8_t byte)
{
    return memchr(" \t\r\n", byte, 4) != NULL;
}

bool
cli_json_is_blank(BaseSlice line)
{
    size_t at = 0;
    while (at < line.len && is_space(line.data[at])) {
        at++;
    }
    return at == line.len;
}

static void
skip_space(CliJsonReader *reader)
{
    while (reader->at < reader->text.len && is_space(reader->text.data[reader->at])) {
        reader->at++;
    }
}

/* The next byte behind white space; 0: there is none, or a problem. */
static uint8_t
look(CliJsonReader *reader)
{
    skip_space(reader);
    bool there = reader->problem == NULL && reader->at < reader->text.len;
    return there ? reader->text.data[reader->at] : 0;
}

static bool
take(CliJsonReader *reader, uint8_t mark)
{
    if (look(reader) != mark) {
        return false;
    }
    reader->at++;
    return true;
}

CliJsonKind
cli_json_reader_kind(CliJsonReader *reader)
{
    uint8_t next = look(reader);
    switch (next) {
    case '{':
        return CLI_JSON_OBJECT;
    case '[':
        return CLI_JSON_LIST;
    case '"':
        return CLI_JSON_TEXT;
    case 't':
    case 'f':
        return CLI_JSON_BOOLEAN;
    case 'n':
        return CLI_JSON_NULL;
    default:
        return next == '-' || (next >= '0' && next <= '9') ? CLI_JSON_NUMBER : CLI_JSON_NONE;
    }
}

static bool
enter(CliJsonReader *reader, bool list)
{
    if (!take(reader, list ? '[' : '{')) {
        return cli_json_reader_object(reader, list ? "a list is needed" : "an object is needed");
    }
    if (reader->depth == CLI_JSON_DEPTH_MAX) {
        return cli_json_reader_object(reader, "it is nested too deeply");
    }
    uint32_t bit = UINT32_C(1) << reader->depth++;
    reader->lists = list ? reader->lists | bit : reader->lists & ~bit;
    reader->first = true;
    return true;
}

bool
cli_json_reader_enter(CliJsonReader *reader)
{
    return enter(reader, false);
}

bool
cli_json_reader_enter_list(CliJsonReader *reader)
{
    return enter(reader, true);
}

/* Whether the innermost container goes on; takes its comma, or its end. */
static bool
goes_on(CliJsonReader *reader, uint8_t end)
{
    if (reader->problem != NULL) {
        return false;
    }
    bool first = reader->first;
    reader->first = false;
    if (take(reader, end)) {
        reader->depth--;
        return false;
    }
    if (!first && !take(reader, ',')) {
        return cli_json_reader_object(reader, "a comma is missing");
    }
    return true;
}

/* Four hexadecimal digits. -1: there are none. */
static int32_t
read_unit(CliJsonReader *reader)
{
    if (reader->text.len - reader->at < 4) {
        return -1;
    }
    uint8_t bytes[2];
    BaseBuf into = {bytes, 0, sizeof bytes, false};
    const char *problem = NULL;
    BaseSlice digits = base_slice(reader->text.data + reader->at, 4);
    if (!cli_escape_decode(CLI_HEX, digits, &into, &problem)) {
        return -1;
    }
    reader->at += 4;
    return bytes[0] << 8 | bytes[1];
}

/* What follows "\u": one unit, or two that make a character together. */
static bool
read_unicode(CliJsonReader *reader)
{
    int32_t unit = read_unit(reader);
    uint32_t character = (uint32_t)unit;
    if (unit >= 0xd800 && unit <= 0xdbff) {
        bool pair = reader->text.len - reader->at >= 2 &&
                    memcmp(reader->text.data + reader->at, "\\u", 2) == 0;
        reader->at += pair ? 2 : 0;
        int32_t low = pair ? read_unit(reader) : -1;
        if (low < 0xdc00 || low > 0xdfff) {
            return cli_json_reader_object(reader, "a surrogate is alone");
        }
        character = 0x10000 + ((character - 0xd800) << 10) + ((uint32_t)low - 0xdc00);
    } else if (unit < 0 || (unit >= 0xdc00 && unit <= 0xdfff)) {
        return cli_json_reader_object(reader, "\\u needs four digits of a character");
    }
    return base_utf8_append(&reader->decoded, character);
}

static bool
read_escape(CliJsonReader *reader)
{
    static const char letters[] = "\"\\/bfnrt";
    static const char meanings[] = "\"\\/\b\f\n\r\t";
    uint8_t letter = reader->at < reader->text.len ? reader->text.data[reader->at++] : 0;
    if (letter == 'u') {
        return read_unicode(reader);
    }
    const char *known = letter == 0 ? NULL : strchr(letters, letter);
    if (known == NULL) {
        return cli_json_reader_object(reader, "this escape is unknown");
    }
    return base_buf_append_byte(&reader->decoded, (uint8_t)meanings[known - letters]);
}

/* Makes room for all that will ever be decoded. False: no memory. */
static bool
make_room(CliJsonReader *reader)
{
    return base_buf_reserve(&reader->decoded, 2 * reader->text.len - reader->decoded.len) ||
           cli_json_reader_object(reader, "there is no memory for it");
}

/* A string with escapes, decoded. `at` is at its first byte. */
static bool
read_decoded(CliJsonReader *reader, BaseSlice *ret_text)
{
    if (!make_room(reader)) {
        return false;
    }
    size_t begin = reader->decoded.len;
    while (reader->problem == NULL && reader->at < reader->text.len) {
        uint8_t byte = reader->text.data[reader->at++];
        if (byte == '"') {
            *ret_text = base_slice(reader->decoded.data + begin, reader->decoded.len - begin);
            return true;
        }
        if (byte < 0x20) {
            break;
        }
        if (byte == '\\') {
            (void)read_escape(reader);
        } else {
            (void)base_buf_append_byte(&reader->decoded, byte);
        }
    }
    return cli_json_reader_object(reader, broken_string);
}

/* Length of the string at `at` up to its end or its first escape; SIZE_MAX: it is broken. */
static size_t
plain_length(const CliJsonReader *reader)
{
    for (size_t i = reader->at; i < reader->text.len; i++) {
        uint8_t byte = reader->text.data[i];
        if (byte == '"' || byte == '\\') {
            return i - reader->at;
        }
        if (byte < 0x20) {
            break;
        }
    }
    return SIZE_MAX;
}

bool
cli_json_reader_text(CliJsonReader *reader, BaseSlice *ret_text)
{
    if (!take(reader, '"')) {
        return cli_json_reader_object(reader, "a string is needed");
    }
    size_t plain = plain_length(reader);
    if (plain == SIZE_MAX) {
        return cli_json_reader_object(reader, broken_string);
    }
    BaseSlice text = base_slice(reader->text.data + reader->at, plain);
    if (text.data[plain] == '"') {
        reader->at += plain + 1;
    } else if (!read_decoded(reader, &text)) {
        return false;
    }
    if (!base_utf8_is_valid(text)) {
        return cli_json_reader_object(reader, "a string is not valid UTF-8");
    }
    *ret_text = text;
    return true;
}

bool
cli_json_reader_member(CliJsonReader *reader, BaseSlice *ret_name)
{
    if (!goes_on(reader, '}') || !cli_json_reader_text(reader, ret_name)) {
        return false;
    }
    return take(reader, ':') || cli_json_reader_object(reader, "a colon is missing");
}

bool
cli_json_reader_element(CliJsonReader *reader)
{
    return goes_on(reader, ']');
}

/* The text of a number, checked against the grammar; NULL-terminated in `ret_digits`. */
static bool
read_number(CliJsonReader *reader, char ret_digits[32], bool *ret_whole)
{
    static const char digits[] = "0123456789";
    (void)look(reader);
    BaseSlice rest = base_slice(reader->text.data + reader->at, reader->text.len - reader->at);
    char text[32];
    size_t len = 0;
    while (len < rest.len && len + 1 < sizeof text && rest.data[len] != 0 &&
           strchr("+-.eE0123456789", rest.data[len]) != NULL) {
        text[len] = (char)rest.data[len];
        len++;
    }
    text[len] = '\0';
    const char *at = *text == '-' ? text + 1 : text;
    size_t whole = strspn(at, digits);
    bool good = whole > 0 && (*at != '0' || whole == 1);
    at += whole;
    *ret_whole = *at == '\0';
    if (*at == '.') {
        size_t fraction = strspn(at + 1, digits);
        good = good && fraction > 0;
        at += 1 + fraction;
    }
    if (*at == 'e' || *at == 'E') {
        at += at[1] == '+' || at[1] == '-' ? 2 : 1;
        size_t exponent = strspn(at, digits);
        good = good && exponent > 0;
        at += exponent;
    }
    if (!good || *at != '\0' || len + 1 == sizeof text) {
        return cli_json_reader_object(reader, "a number is malformed or too long");
    }
    memcpy(ret_digits, text, len + 1);
    reader->at += len;
    return true;
}

bool
cli_json_reader_integer(CliJsonReader *reader, int64_t *ret_number)
{
    char digits[32];
    bool whole = false;
    if (cli_json_reader_kind(reader) != CLI_JSON_NUMBER) {
        return cli_json_reader_object(reader, "a number is needed");
    }
    if (!read_number(reader, digits, &whole)) {
        return false;
    }
    return (whole && cli_number_integer(digits, ret_number)) ||
           cli_json_reader_object(reader, "a whole number of 64 bits is needed");
}

static bool
take_word(CliJsonReader *reader, const char *word)
{
    BaseSlice rest = base_slice(reader->text.data + reader->at, reader->text.len - reader->at);
    if (!base_slice_starts_with(rest, base_slice_text(word))) {
        return false;
    }
    reader->at += strlen(word);
    return true;
}

bool
cli_json_reader_boolean(CliJsonReader *reader, bool *ret_value)
{
    if (cli_json_reader_kind(reader) != CLI_JSON_BOOLEAN) {
        return cli_json_reader_object(reader, "true or false is needed");
    }
    bool value = take_word(reader, "true");
    if (!value && !take_word(reader, "false")) {
        return cli_json_reader_object(reader, "true or false is needed");
    }
    *ret_value = value;
    return true;
}

bool
cli_json_reader_bytes(CliJsonReader *reader, BaseSlice *ret_bytes)
{
    if (cli_json_reader_kind(reader) == CLI_JSON_TEXT) {
        return cli_json_reader_text(reader, ret_bytes);
    }
    if (cli_json_reader_kind(reader) != CLI_JSON_OBJECT) {
        return cli_json_reader_object(reader, "a string, or an object with text or base64");
    }
    BaseSlice name = BASE_SLICE_EMPTY;
    BaseSlice text = BASE_SLICE_EMPTY;
    if (!cli_json_reader_enter(reader) || !cli_json_reader_member(reader, &name) ||
        !cli_json_reader_text(reader, &text)) {
        return cli_json_reader_object(reader, "bytes need a member text or base64");
    }
    bool plain = base_slice_equal(name, BASE_SLICE_LITERAL("text"));
    bool coded = base_slice_equal(name, BASE_SLICE_LITERAL("base64"));
    BaseSlice extra = BASE_SLICE_EMPTY;
    if ((!plain && !coded) || cli_json_reader_member(reader, &extra)) {
        return cli_json_reader_object(reader, "bytes have one member: text or base64");
    }
    if (reader->problem != NULL) {
        return false;
    }
    if (plain) {
        *ret_bytes = text;
        return true;
    }
    const char *problem = NULL;
    if (!make_room(reader)) {
        return false;
    }
    size_t begin = reader->decoded.len;
    if (!cli_escape_decode(CLI_BASE64, text, &reader->decoded, &problem)) {
        return cli_json_reader_object(reader, problem);
    }
    *ret_bytes = base_slice(reader->decoded.data + begin, reader->decoded.len - begin);
    return true;
}

/* One scalar, or the opening of a container. */
static bool
skip_one(CliJsonReader *reader)
{
    BaseSlice text = BASE_SLICE_EMPTY;
    char digits[32];
    bool value = false;
    switch (cli_json_reader_kind(reader)) {
    case CLI_JSON_OBJECT:
        return cli_json_reader_enter(reader);
    case CLI_JSON_LIST:
        return cli_json_reader_enter_list(reader);
    case CLI_JSON_TEXT:
        return cli_json_reader_text(reader, &text);
    case CLI_JSON_NUMBER:
        return read_number(reader, digits, &value);
    case CLI_JSON_BOOLEAN:
        return cli_json_reader_boolean(reader, &value);
    case CLI_JSON_NULL:
        return take_word(reader, "null") || cli_json_reader_object(reader, "a value is needed");
    case CLI_JSON_NONE:
        break;
    }
    return cli_json_reader_object(reader, "a value is needed");
}

bool
cli_json_reader_skip(CliJsonReader *reader)
{
    unsigned outside = reader->depth;
    if (!skip_one(reader)) {
        return false;
    }
    while (reader->depth > outside && reader->problem == NULL) {
        BaseSlice name = BASE_SLICE_EMPTY;
        bool list = (reader->lists >> (reader->depth - 1) & 1) != 0;
        if (list ? cli_json_reader_element(reader) : cli_json_reader_member(reader, &name)) {
            (void)skip_one(reader);
        }
    }
    return reader->problem == NULL;
}

bool
cli_json_reader_finish(CliJsonReader *reader)
{
    skip_space(reader);
    if (reader->depth != 0 || reader->at != reader->text.len) {
        return cli_json_reader_object(reader, "something follows the value, or it does not end");
    }
    return reader->problem == NULL;
}
