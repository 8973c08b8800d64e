/*
 * recorded.c: keys that were recorded somewhere. See recorded.h.
 */
#include "loadgen/recorded.h"

#include "engine/base/hash.h"
#include "loadgen/keys.h"

#include <glib.h>
#include <string.h>

static guint
hash_key(gconstpointer key)
{
    return (guint)base_hash(*(const BaseSlice *)key, 0);
}

static gboolean
equal_keys(gconstpointer left, gconstpointer right)
{
    return base_slice_equal(*(const BaseSlice *)left, *(const BaseSlice *)right);
}

/* Keeps a line: in the trace, and as a record if its key is new. */
static void
keep(LoadRecorded *recorded, GHashTable *numbers, BaseSlice key)
{
    gpointer number = NULL;
    if (!g_hash_table_lookup_extended(numbers, &key, NULL, &number)) {
        number = GUINT_TO_POINTER(recorded->key_count);
        recorded->keys[recorded->key_count] = key;
        g_hash_table_insert(numbers, &recorded->keys[recorded->key_count], number);
        recorded->key_count++;
        recorded->longest = key.len > recorded->longest ? key.len : recorded->longest;
    }
    recorded->trace[recorded->trace_count++] = GPOINTER_TO_UINT(number);
}

static size_t
count_lines(const char *bytes, size_t size)
{
    size_t lines = 1;
    const char *end = bytes + size;
    for (const char *at = bytes; (at = memchr(at, '\n', (size_t)(end - at))) != NULL; at++) {
        lines++;
    }
    return lines;
}

static char *
read_lines(const char *path, size_t size, LoadRecorded *recorded)
{
    size_t lines = count_lines(recorded->bytes, size);
    if (lines > LOAD_RECORDED_LINES_MAX) {
        return g_strdup_printf("--keys=%s: must have at most %d lines", path,
                               LOAD_RECORDED_LINES_MAX);
    }
    recorded->keys = g_new(BaseSlice, lines);
    recorded->trace = g_new(uint32_t, lines);
    g_autoptr(GHashTable) numbers = g_hash_table_new(hash_key, equal_keys);
    const char *end = recorded->bytes + size;
    size_t number = 1;
    for (const char *at = recorded->bytes; at < end; number++) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        size_t len = (size_t)((stop == NULL ? end : stop) - at);
        if (len > LOAD_KEY_BYTES_MAX) {
            return g_strdup_printf("--keys=%s: line %zu: a key of %zu bytes; must have at most %d",
                                   path, number, len, LOAD_KEY_BYTES_MAX);
        }
        if (len != 0) {
            keep(recorded, numbers, base_slice(at, len));
        }
        at += len + 1;
    }
    return recorded->key_count != 0 ? NULL : g_strdup_printf("--keys=%s: has no key", path);
}

char *
load_recorded_read(const char *path, LoadRecorded **ret_recorded)
{
    g_autoptr(GError) error = NULL;
    LoadRecorded *recorded = g_new0(LoadRecorded, 1);
    size_t size = 0;
    char *problem = NULL;
    if (!g_file_get_contents(path, &recorded->bytes, &size, &error)) {
        problem = g_strdup_printf("--keys: %s", error->message);
    } else {
        problem = read_lines(path, size, recorded);
    }
    if (problem != NULL) {
        load_recorded_free(recorded);
        return problem;
    }
    *ret_recorded = recorded;
    return NULL;
}

void
load_recorded_free(LoadRecorded *recorded)
{
    if (recorded != NULL) {
        g_free(recorded->bytes);
        g_free(recorded->keys);
        g_free(recorded->trace);
        g_free(recorded);
    }
}
