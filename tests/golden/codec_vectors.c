/*
 * codec_vectors.c: reads vectors.json by json-glib. See codec_vectors.h.
 */
#include "tests/golden/codec_vectors.h"

#include "engine/base/check.h"

#include <stdio.h>
#include <stdlib.h>

static JsonParser *parser;

static JsonObject *
load(void)
{
    if (parser == NULL) {
        const char *path = getenv("LARDER_VECTORS");
        GError *error = NULL;
        parser = json_parser_new();
        if (!json_parser_load_from_file(parser, path != NULL ? path : CODEC_VECTORS, &error)) {
            (void)fprintf(stderr, "vectors: %s\n", error->message);
            exit(EXIT_FAILURE);
        }
    }
    return json_node_get_object(json_parser_get_root(parser));
}

unsigned
codec_vectors_visit(const char *section, const char *list, CodecVectorsVisit *visit, void *context)
{
    JsonObject *lists = json_object_get_object_member(load(), section);
    JsonArray *rows = json_object_get_array_member(lists, list);
    unsigned count = json_array_get_length(rows);
    for (unsigned i = 0; i < count; i++) {
        visit(json_array_get_object_element(rows, i), context);
    }
    return count;
}

void
codec_vectors_clear(void)
{
    g_clear_object(&parser);
}

const char *
codec_vectors_text(JsonObject *row, const char *member)
{
    return json_object_has_member(row, member) ? json_object_get_string_member(row, member) : NULL;
}

LarderBytes
codec_vectors_bytes(JsonObject *row, const char *member)
{
    const char *text = codec_vectors_text(row, member);
    size_t size = text == NULL ? 0 : strlen(text) / 2;
    char *bytes = g_malloc(size + 1);
    for (size_t i = 0; i < size; i++) {
        int high = g_ascii_xdigit_value(text[2 * i]);
        int low = g_ascii_xdigit_value(text[2 * i + 1]);
        BASE_CHECK(high >= 0 && low >= 0);
        bytes[i] = (char)(high * 16 + low);
    }
    return larder_bytes(bytes, size);
}

LarderBytes
codec_vectors_text_or_hex(JsonObject *row, const char *member)
{
    const char *text = codec_vectors_text(row, member);
    if (text != NULL) {
        return larder_text(g_strdup(text));
    }
    char hex[64];
    (void)g_snprintf(hex, sizeof hex, "%s_hex", member);
    return codec_vectors_bytes(row, hex);
}
