/*
 * json_file.c: a JSON document as a file. See json_file.h.
 */
#include "loadgen/json_file.h"

bool
load_json_file_write(const char *path, JsonBuilder *json, char **ret_problem)
{
    g_autoptr(JsonGenerator) generator = json_generator_new();
    g_autoptr(GError) error = NULL;
    JsonNode *root = json_builder_get_root(json);
    json_generator_set_root(generator, root);
    json_node_unref(root);
    if (!json_generator_to_file(generator, path, &error)) {
        *ret_problem = g_strdup(error->message);
        return false;
    }
    return true;
}

void
load_json_number(JsonBuilder *json, const char *name, int64_t value)
{
    json_builder_set_member_name(json, name);
    json_builder_add_int_value(json, value);
}

void
load_json_real(JsonBuilder *json, const char *name, double value)
{
    json_builder_set_member_name(json, name);
    json_builder_add_double_value(json, value);
}

void
load_json_text(JsonBuilder *json, const char *name, const char *value)
{
    json_builder_set_member_name(json, name);
    json_builder_add_string_value(json, value);
}

void
load_json_truth(JsonBuilder *json, const char *name, bool value)
{
    json_builder_set_member_name(json, name);
    json_builder_add_boolean_value(json, value);
}

void
load_json_begin_object(JsonBuilder *json, const char *name)
{
    json_builder_set_member_name(json, name);
    json_builder_begin_object(json);
}

void
load_json_begin_array(JsonBuilder *json, const char *name)
{
    json_builder_set_member_name(json, name);
    json_builder_begin_array(json);
}
