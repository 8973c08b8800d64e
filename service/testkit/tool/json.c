/*
 * json.c: see json.h.
 *
 * A cursor goes over the text once. Every function returns false after it has noted the problem
 * together with the byte at which it stands.
 */
#include "service/testkit/tool/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct Cursor {
    ToolJson *json;
    const char *start;
    const char *at;
    const char *end;
} Cursor;

void
tool_json_complain(ToolJson *json, const char *format, ...)
{
    if (json->problem[0] != '\0') {
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(json->problem, sizeof json->problem, format, arguments);
    va_end(arguments);
}

static bool
fail(const Cursor *cursor, const char *what)
{
    tool_json_complain(cursor->json, "%s (at byte %zu)", what,
                       (size_t)(cursor->at - cursor->start));
    return false;
}

static void
skip_blanks(Cursor *cursor)
{
    while (cursor->at < cursor->end && strchr(" \t\r\n", *cursor->at) != NULL &&
           *cursor->at != '\0') {
        cursor->at++;
    }
}

/* Skips blanks and, if it comes next, a character. */
static bool
accept(Cursor *cursor, char wanted)
{
    skip_blanks(cursor);
    if (cursor->at == cursor->end || *cursor->at != wanted) {
        return false;
    }
    cursor->at++;
    return true;
}

/* ------------------------------------------------------------------------------------- texts -- */

/* The four digits behind \u. */
static bool
read_unit(Cursor *cursor, gunichar *ret_unit)
{
    gunichar unit = 0;
    for (int i = 0; i < 4; i++, cursor->at++) {
        if (cursor->at == cursor->end || !g_ascii_isxdigit(*cursor->at)) {
            return fail(cursor, "\\u needs four hexadecimal digits");
        }
        unit = unit << 4 | (gunichar)g_ascii_xdigit_value(*cursor->at);
    }
    *ret_unit = unit;
    return true;
}

static bool
read_unicode(Cursor *cursor, GString *out)
{
    gunichar high = 0;
    gunichar low = 0;
    if (!read_unit(cursor, &high)) {
        return false;
    }
    if (high >= 0xd800 && high < 0xdc00) {
        if (cursor->end - cursor->at < 2 || cursor->at[0] != '\\' || cursor->at[1] != 'u') {
            return fail(cursor, "half of a surrogate pair");
        }
        cursor->at += 2;
        if (!read_unit(cursor, &low)) {
            return false;
        }
        high = low >= 0xdc00 && low < 0xe000 ? 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00)
                                             : low;
        if (high < 0x10000) {
            return fail(cursor, "half of a surrogate pair");
        }
    }
    if (high >= 0xdc00 && high < 0xe000) {
        return fail(cursor, "half of a surrogate pair");
    }
    g_string_append_unichar(out, high);
    return true;
}

/* What follows a backslash. */
static bool
read_escape(Cursor *cursor, GString *out)
{
    static const char letters[] = "\"\\/bfnrt";
    static const char meanings[] = "\"\\/\b\f\n\r\t";
    if (cursor->at == cursor->end) {
        return fail(cursor, "the text does not end");
    }
    char letter = *cursor->at;
    const char *found = letter == '\0' ? NULL : strchr(letters, letter);
    if (letter != 'u' && found == NULL) {
        return fail(cursor, "an escape that does not exist");
    }
    cursor->at++;
    if (letter == 'u') {
        return read_unicode(cursor, out);
    }
    g_string_append_c(out, meanings[found - letters]);
    return true;
}

/* A text, whose opening quote was read. */
static bool
read_text(Cursor *cursor, GString *out)
{
    while (cursor->at < cursor->end) {
        char byte = *cursor->at;
        if ((unsigned char)byte < 0x20) {
            return fail(cursor, "a control character in a text");
        }
        cursor->at++;
        if (byte == '"') {
            return true;
        }
        if (byte != '\\') {
            g_string_append_c(out, byte);
        } else if (!read_escape(cursor, out)) {
            return false;
        }
    }
    return fail(cursor, "the text does not end");
}

/* ------------------------------------------------------------------------------------ values -- */

static bool
read_number(Cursor *cursor, ToolJsonField *field)
{
    const char *digits = cursor->at + (*cursor->at == '-');
    const char *stop = digits;
    while (stop < cursor->end && g_ascii_isdigit(*stop)) {
        stop++;
    }
    if (stop == digits || (stop - digits > 1 && *digits == '0')) {
        return fail(cursor, "a value has to be a text, an integer, true, false or null");
    }
    if (stop < cursor->end && strchr(".eE", *stop) != NULL && *stop != '\0') {
        return fail(cursor, "a number with a fraction or an exponent");
    }
    g_autofree char *text = g_strndup(cursor->at, (gsize)(stop - cursor->at));
    if (!g_ascii_string_to_signed(text, 10, INT64_MIN, INT64_MAX, &field->number, NULL)) {
        return fail(cursor, "a number that does not fit into 64 bits");
    }
    cursor->at = stop;
    field->type = TOOL_JSON_NUMBER;
    return true;
}

static bool
read_value(Cursor *cursor, ToolJsonField *field)
{
    static const struct {
        const char *word;
        ToolJsonType type;
        int64_t number;
    } words[] = {{"true", TOOL_JSON_BOOLEAN, 1},
                 {"false", TOOL_JSON_BOOLEAN, 0},
                 {"null", TOOL_JSON_NULL, 0}};
    if (accept(cursor, '"')) {
        field->type = TOOL_JSON_TEXT;
        field->text = g_string_new(NULL);
        return read_text(cursor, field->text);
    }
    size_t left = (size_t)(cursor->end - cursor->at);
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
        size_t len = strlen(words[i].word);
        if (left >= len && memcmp(cursor->at, words[i].word, len) == 0) {
            cursor->at += len;
            field->type = words[i].type;
            field->number = words[i].number;
            return true;
        }
    }
    if (left == 0) {
        return fail(cursor, "a value is missing");
    }
    return read_number(cursor, field);
}

static ToolJsonField *
find(const ToolJson *json, const char *name)
{
    for (size_t i = 0; i < json->count; i++) {
        if (strcmp(json->fields[i].name, name) == 0) {
            return (ToolJsonField *)&json->fields[i];
        }
    }
    return NULL;
}

static bool
read_field(Cursor *cursor)
{
    ToolJson *json = cursor->json;
    if (json->count == TOOL_JSON_FIELDS_MAX) {
        return fail(cursor, "too many fields");
    }
    if (!accept(cursor, '"')) {
        return fail(cursor, "the name of a field is missing");
    }
    g_autoptr(GString) name = g_string_new(NULL);
    if (!read_text(cursor, name)) {
        return false;
    }
    if (find(json, name->str) != NULL || strlen(name->str) != name->len) {
        return fail(cursor, "a field that is there already, or whose name has a NUL");
    }
    ToolJsonField *field = &json->fields[json->count++];
    *field = (ToolJsonField){.name = g_strdup(name->str)};
    return accept(cursor, ':') ? read_value(cursor, field) : fail(cursor, "a colon is missing");
}

static bool
read_fields(Cursor *cursor)
{
    if (accept(cursor, '}')) {
        return true;
    }
    do {
        if (!read_field(cursor)) {
            return false;
        }
    } while (accept(cursor, ','));
    return accept(cursor, '}') || fail(cursor, "a comma or the closing brace is missing");
}

bool
tool_json_read(ToolJson *json, const char *text, size_t len)
{
    *json = (ToolJson){.count = 0};
    Cursor cursor = {json, text, text, text + len};
    if (!g_utf8_validate_len(text, len, &cursor.at)) {
        return fail(&cursor, "not UTF-8");
    }
    cursor.at = text;
    if (!accept(&cursor, '{')) {
        return fail(&cursor, "a command is an object: {\"command\": ...}");
    }
    if (!read_fields(&cursor)) {
        return false;
    }
    skip_blanks(&cursor);
    return cursor.at == cursor.end || fail(&cursor, "something behind the object");
}

void
tool_json_clear(ToolJson *json)
{
    for (size_t i = 0; i < json->count; i++) {
        g_free(json->fields[i].name);
        if (json->fields[i].text != NULL) {
            (void)g_string_free(json->fields[i].text, TRUE);
        }
    }
    json->count = 0;
}

/* ------------------------------------------------------------------------------------ taking -- */

/* The field if it has a value of the type; NULL otherwise, with a problem if it has another one. */
static const ToolJsonField *
take(ToolJson *json, const char *name, ToolJsonType type, const char *what)
{
    ToolJsonField *field = find(json, name);
    if (field == NULL) {
        return NULL;
    }
    field->taken = true;
    if (field->type == type) {
        return field;
    }
    if (field->type != TOOL_JSON_NULL) {
        tool_json_complain(json, "%s has to be %s", name, what);
    }
    return NULL;
}

const GString *
tool_json_take_text(ToolJson *json, const char *name)
{
    const ToolJsonField *field = take(json, name, TOOL_JSON_TEXT, "a text");
    return field == NULL ? NULL : field->text;
}

int64_t
tool_json_take_number(ToolJson *json, const char *name, int64_t absent)
{
    const ToolJsonField *field = take(json, name, TOOL_JSON_NUMBER, "an integer");
    return field == NULL ? absent : field->number;
}

bool
tool_json_take_boolean(ToolJson *json, const char *name, bool absent)
{
    const ToolJsonField *field = take(json, name, TOOL_JSON_BOOLEAN, "true or false");
    return field == NULL ? absent : field->number != 0;
}

bool
tool_json_is_number(const ToolJson *json, const char *name)
{
    const ToolJsonField *field = find(json, name);
    return field != NULL && field->type == TOOL_JSON_NUMBER;
}

bool
tool_json_is_done(ToolJson *json)
{
    for (size_t i = 0; i < json->count; i++) {
        if (!json->fields[i].taken) {
            tool_json_complain(json, "there is no field \"%s\" here", json->fields[i].name);
        }
    }
    return json->problem[0] == '\0';
}

/* ----------------------------------------------------------------------------------- writing -- */

void
tool_json_write_text(GString *out, const char *text, size_t len)
{
    g_autofree char *valid = g_utf8_make_valid(len == 0 ? "" : text, (gssize)len);
    g_string_append_c(out, '"');
    for (const char *at = valid; *at != '\0'; at++) {
        if (*at == '"' || *at == '\\') {
            g_string_append_c(out, '\\');
        }
        if ((unsigned char)*at < 0x20) {
            g_string_append_printf(out, "\\u%04x", (unsigned)*at);
        } else {
            g_string_append_c(out, *at);
        }
    }
    g_string_append_c(out, '"');
}

void
tool_json_write_bytes(GString *out, const void *data, size_t len)
{
    g_autofree char *text = g_base64_encode(len == 0 ? (const guchar *)"" : data, len);
    g_string_append_printf(out, "\"%s\"", text);
}
