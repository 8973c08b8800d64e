/*
 * json_reader.h: reads JSON (RFC 8259), token by token.
 *
 *   CliJsonReader reader = cli_json_reader(text);
 *   if (cli_json_reader_enter(&reader)) {
 *       BaseSlice name;
 *       while (cli_json_reader_member(&reader, &name)) {
 *           if (... name ...) cli_json_reader_bytes(&reader, &key);
 *           else cli_json_reader_skip(&reader);
 *       }
 *   }
 *   bool good = cli_json_reader_finish(&reader);
 *   cli_json_reader_clear(&reader);
 *
 * Strict: nothing but JSON is accepted, and strings must be valid UTF-8 without lone surrogates;
 * they may hold U+0000. Nothing recurses, nesting ends at CLI_JSON_DEPTH_MAX, and no more memory is
 * taken than the text is long.
 *
 * The first problem sticks: from then on every call fails, and `problem` says what was wrong. A
 * caller with something to object to sets it with cli_json_reader_object().
 *
 * Strings that are handed out live until the reader is cleared.
 *
 * Threading: one owner at a time.
 */
#ifndef LARDER_SERVICE_CLI_JSON_READER_H
#define LARDER_SERVICE_CLI_JSON_READER_H

#include "engine/base/buf.h"

enum { CLI_JSON_DEPTH_MAX = 32 };

/* What kind of value comes next. */
typedef enum CliJsonKind {
    CLI_JSON_NONE, /* none: the end, or a problem */
    CLI_JSON_OBJECT,
    CLI_JSON_LIST,
    CLI_JSON_TEXT,
    CLI_JSON_NUMBER,
    CLI_JSON_BOOLEAN,
    CLI_JSON_NULL,
} CliJsonKind;

typedef struct CliJsonReader {
    BaseSlice text;
    size_t at;
    unsigned depth;
    uint32_t lists;      /* bit n: the container at depth n + 1 is a list */
    bool first;          /* nothing of the innermost container was read yet */
    const char *problem; /* a constant; NULL: none so far */
    BaseBuf decoded;     /* strings with escapes, and base64; it never moves */
} CliJsonReader;

/* Begins at the front of `text`, which is borrowed. */
CliJsonReader cli_json_reader(BaseSlice text);
void cli_json_reader_clear(CliJsonReader *reader);

/* Whether a line has nothing but white space. */
bool cli_json_is_blank(BaseSlice line);

/* The kind of the value that is next. Call it where a value has to be. */
CliJsonKind cli_json_reader_kind(CliJsonReader *reader);

/* Enters an object. False: there is none. */
bool cli_json_reader_enter(CliJsonReader *reader);

/* The name of the next member, whose value has to be read next; false: the object has ended. */
bool cli_json_reader_member(CliJsonReader *reader, BaseSlice *ret_name);

/* Enters a list, and: whether it has another element, which has to be read next. */
bool cli_json_reader_enter_list(CliJsonReader *reader);
bool cli_json_reader_element(CliJsonReader *reader);

/* Each reads a value of its kind. False: the value is of another kind, or out of range. */
bool cli_json_reader_text(CliJsonReader *reader, BaseSlice *ret_text);
bool cli_json_reader_integer(CliJsonReader *reader, int64_t *ret_number);
bool cli_json_reader_boolean(CliJsonReader *reader, bool *ret_value);

/* Bytes: a string, {"text":"..."} or {"base64":"..."}. */
bool cli_json_reader_bytes(CliJsonReader *reader, BaseSlice *ret_bytes);

/* Reads any value and forgets it. */
bool cli_json_reader_skip(CliJsonReader *reader);

/* Objects to what was read. Returns false; `what` is a constant. */
bool cli_json_reader_object(CliJsonReader *reader, const char *what);

/* True: one value was read whole, nothing but white space follows, nobody objected. */
bool cli_json_reader_finish(CliJsonReader *reader);

#endif
