/*
 * json_file.h: a JSON document as a file.
 *
 * Threading: none of its own.
 */
#ifndef LARDER_LOADGEN_JSON_FILE_H
#define LARDER_LOADGEN_JSON_FILE_H

#include <json-glib/json-glib.h>
#include <stdbool.h>

/* Writes what was built. False: *ret_problem says why not; free it with g_free(). */
bool load_json_file_write(const char *path, JsonBuilder *json, char **ret_problem);

/* Members of the object that is being built. */
void load_json_number(JsonBuilder *json, const char *name, int64_t value);
void load_json_real(JsonBuilder *json, const char *name, double value);
void load_json_text(JsonBuilder *json, const char *name, const char *value);
void load_json_truth(JsonBuilder *json, const char *name, bool value);

/* A member that is an object or an array, to be ended as json-glib ends it. */
void load_json_begin_object(JsonBuilder *json, const char *name);
void load_json_begin_array(JsonBuilder *json, const char *name);

#endif
