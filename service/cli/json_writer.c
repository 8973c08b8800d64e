/*
 * json_writer.c: writes JSON on one line. See json_writer.h.
 */
#include "service/cli/json_writer.h"

#include "engine/base/utf8.h"
#include "service/cli/escape.h"

#include <inttypes.h>
#include <math.h>

CliJsonWriter
cli_json_writer(BaseBuf *out)
{
    return (CliJsonWriter){out, false};
}

/* Everything of a character that needs no escape. */
static bool
is_plain(uint8_t byte)
{
    return byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\' && byte != 0x7f;
}

static void
add_character(BaseBuf *out, uint32_t character, BaseSlice bytes)
{
    static const struct {
        uint32_t character;
        const char *escape;
    } shorts[] = {{'\n', "\\n"}, {'\r', "\\r"}, {'\t', "\\t"}, {'"', "\\\""}, {'\\', "\\\\"}};
    for (size_t i = 0; i < sizeof shorts / sizeof shorts[0]; i++) {
        if (shorts[i].character == character) {
            (void)base_buf_append(out, shorts[i].escape, 2);
            return;
        }
    }
    if (character < 0x20 || character == 0x7f) {
        (void)base_buf_printf(out, "\\u%04x", (unsigned)character);
    } else {
        (void)base_buf_append_slice(out, bytes);
    }
}

static void
add_string(BaseBuf *out, BaseSlice text)
{
    (void)base_buf_append_byte(out, '"');
    size_t at = 0;
    while (at < text.len) {
        size_t plain = at;
        while (plain < text.len && is_plain(text.data[plain])) {
            plain++;
        }
        (void)base_buf_append(out, text.data + at, plain - at);
        at = plain;
        if (at == text.len) {
            break;
        }
        uint32_t character = 0;
        size_t len = base_utf8_first(base_slice(text.data + at, text.len - at), &character);
        if (len == 0) {
            (void)base_buf_append(out, "\\ufffd", 6);
            at++;
        } else {
            add_character(out, character, base_slice(text.data + at, len));
            at += len;
        }
    }
    (void)base_buf_append_byte(out, '"');
}

/* The comma and the name that go before a value. */
static void
add_name(CliJsonWriter *json, const char *name)
{
    if (json->comma) {
        (void)base_buf_append_byte(json->out, ',');
    }
    if (name != NULL) {
        add_string(json->out, base_slice_text(name));
        (void)base_buf_append_byte(json->out, ':');
    }
    json->comma = true;
}

static void
open_with(CliJsonWriter *json, const char *name, uint8_t bracket)
{
    add_name(json, name);
    (void)base_buf_append_byte(json->out, bracket);
    json->comma = false;
}

static void
close_with(CliJsonWriter *json, uint8_t bracket)
{
    (void)base_buf_append_byte(json->out, bracket);
    json->comma = true;
}

void
cli_json_writer_begin(CliJsonWriter *json, const char *name)
{
    open_with(json, name, '{');
}

void
cli_json_writer_end(CliJsonWriter *json)
{
    close_with(json, '}');
}

void
cli_json_writer_begin_list(CliJsonWriter *json, const char *name)
{
    open_with(json, name, '[');
}

void
cli_json_writer_end_list(CliJsonWriter *json)
{
    close_with(json, ']');
}

void
cli_json_writer_text(CliJsonWriter *json, const char *name, BaseSlice text)
{
    add_name(json, name);
    add_string(json->out, text);
}

void
cli_json_writer_bytes(CliJsonWriter *json, const char *name, BaseSlice bytes)
{
    cli_json_writer_begin(json, name);
    if (base_utf8_is_valid(bytes)) {
        cli_json_writer_text(json, "text", bytes);
    } else {
        add_name(json, "base64");
        (void)base_buf_append_byte(json->out, '"');
        (void)cli_escape_encode(CLI_BASE64, bytes, json->out);
        (void)base_buf_append_byte(json->out, '"');
    }
    cli_json_writer_end(json);
}

void
cli_json_writer_integer(CliJsonWriter *json, const char *name, int64_t number)
{
    add_name(json, name);
    (void)base_buf_printf(json->out, "%" PRId64, number);
}

void
cli_json_writer_real(CliJsonWriter *json, const char *name, double number)
{
    add_name(json, name);
    if (isfinite(number)) {
        (void)base_buf_printf(json->out, "%.17g", number);
    } else {
        (void)base_buf_append(json->out, "null", 4);
    }
}

void
cli_json_writer_boolean(CliJsonWriter *json, const char *name, bool value)
{
    add_name(json, name);
    (void)base_buf_append_slice(json->out,
                                value ? BASE_SLICE_LITERAL("true") : BASE_SLICE_LITERAL("false"));
}
