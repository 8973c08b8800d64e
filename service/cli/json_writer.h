/*
 * json_writer.h: writes JSON on one line.
 *
 * Objects and lists nest; members go into an object by name, elements into a list with the name
 * NULL. Bytes become {"text":"..."} when they are valid UTF-8 and {"base64":"..."} otherwise, so
 * that any JSON parser gets them back exactly; see json_reader.h for the way back.
 *
 * Running out of memory shows as `failed` of the buffer, once, at the end.
 *
 * Threading: one owner at a time.
 */
#ifndef LARDER_SERVICE_CLI_JSON_WRITER_H
#define LARDER_SERVICE_CLI_JSON_WRITER_H

#include "engine/base/buf.h"

typedef struct CliJsonWriter {
    BaseBuf *out;
    bool comma; /* something stands before the next member */
} CliJsonWriter;

/* Begins behind what `out` holds. */
CliJsonWriter cli_json_writer(BaseBuf *out);

void cli_json_writer_begin(CliJsonWriter *json, const char *name);
void cli_json_writer_end(CliJsonWriter *json);
void cli_json_writer_begin_list(CliJsonWriter *json, const char *name);
void cli_json_writer_end_list(CliJsonWriter *json);

/* A string. What is not valid UTF-8 in it becomes U+FFFD. */
void cli_json_writer_text(CliJsonWriter *json, const char *name, BaseSlice text);

/* An object with the member "text" or "base64". */
void cli_json_writer_bytes(CliJsonWriter *json, const char *name, BaseSlice bytes);

void cli_json_writer_integer(CliJsonWriter *json, const char *name, int64_t number);
void cli_json_writer_real(CliJsonWriter *json, const char *name, double number);
void cli_json_writer_boolean(CliJsonWriter *json, const char *name, bool value);

#endif
