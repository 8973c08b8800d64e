/*
 * json.h: the little JSON that a line of commands needs.
 *
 * Read: one flat object, whose values are texts, integers and booleans:
 *
 *     {"command": "inject", "kind": "delay", "delay_ms": 20}
 *
 * It is read strictly: UTF-8, no name twice, no number with a fraction, no nesting, nothing behind
 * it; null is a value that is not there. At most TOOL_JSON_FIELDS_MAX fields. Written: texts with
 * what JSON wants escaped, bytes as base64.
 *
 * Fields are taken one by one by those who know them; what nobody took is an error, so a misspelt
 * field is told instead of ignored.
 *
 * Threading: one owner at a time. Uses GLib's aborting allocator.
 */
#ifndef LARDER_SERVICE_TESTKIT_TOOL_JSON_H
#define LARDER_SERVICE_TESTKIT_TOOL_JSON_H

#include <glib.h>

#include <stdbool.h>
#include <stdint.h>

enum { TOOL_JSON_FIELDS_MAX = 16, TOOL_JSON_PROBLEM_SIZE = 256 };

typedef enum ToolJsonType {
    TOOL_JSON_NULL,
    TOOL_JSON_TEXT,
    TOOL_JSON_NUMBER,
    TOOL_JSON_BOOLEAN,
} ToolJsonType;

typedef struct ToolJsonField {
    char *name;
    ToolJsonType type;
    GString *text;  /* TEXT: may hold NUL */
    int64_t number; /* NUMBER; BOOLEAN: 0 or 1 */
    bool taken;
} ToolJsonField;

typedef struct ToolJson {
    ToolJsonField fields[TOOL_JSON_FIELDS_MAX];
    size_t count;
    char problem[TOOL_JSON_PROBLEM_SIZE]; /* the first thing that is wrong; "": nothing */
} ToolJson;

/* Reads `len` bytes. False: `problem` says what is wrong, and where. To be cleared in any case. */
bool tool_json_read(ToolJson *json, const char *text, size_t len);

void tool_json_clear(ToolJson *json);

/*
 * Take a field. Absent or null: NULL, or `absent`. Of another type: the same, with a problem. What
 * is returned lives as long as `json`.
 */
const GString *tool_json_take_text(ToolJson *json, const char *name);
int64_t tool_json_take_number(ToolJson *json, const char *name, int64_t absent);
bool tool_json_take_boolean(ToolJson *json, const char *name, bool absent);

/* Whether a field is there and is no text. */
bool tool_json_is_number(const ToolJson *json, const char *name);

/* Notes a problem unless there is one already. */
void tool_json_complain(ToolJson *json, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Whether there is no problem, and every field was taken; else `problem` says so. */
bool tool_json_is_done(ToolJson *json);

/* Appends a text in quotes. Bytes that are not UTF-8 become U+FFFD. */
void tool_json_write_text(GString *out, const char *text, size_t len);

/* Appends bytes in quotes, as base64. */
void tool_json_write_bytes(GString *out, const void *data, size_t len);

#endif
