/*
 * inspect.c: levels, files and histograms: what an engine tells of its inside.
 *
 * Levels and histograms are made of the engine's figures, whose names say which level or bucket
 * they belong to (engine.h); so any engine that has such figures is shown, and a figure that is
 * missing is 0.
 */
#include "service/admin/error.h"
#include "service/admin/handler.h"
#include "service/store/set.h"

#include <stddef.h>
#include <stdlib.h>

enum {
    LEVELS_MAX = 64,
    ITEMS_PRESET = 1000,
    ITEMS_MAX = 10000,
};

static gboolean
unsupported(const Store *store, const char *what, ObsCall *call, AdminThrows throws)
{
    StoreError failure;
    store_error_invalid(&failure, STORE_INVALID_UNSUPPORTED, "",
                        "%s: store %s is on %s, which has none", what, store_name(store),
                        store_engine(store)->engine_class->name);
    return admin_error_throw(&failure, call, throws);
}

/* ------------------------------------------------------------------------------------ levels -- */

typedef struct Level {
    bool present;
    int64_t files;
    int64_t bytes;
    int64_t bytes_read;
    int64_t bytes_written;
    int64_t bytes_received;
    int64_t filter_hits;
    int64_t filter_misses;
    int64_t filter_false_positives;
    int64_t cache_hits;
    int64_t cache_misses;
} Level;

static const struct {
    const char *name;
    size_t offset; /* of an int64_t in Level */
} level_figures[] = {
    {"files", offsetof(Level, files)},
    {"bytes", offsetof(Level, bytes)},
    {"bytes_read", offsetof(Level, bytes_read)},
    {"bytes_written", offsetof(Level, bytes_written)},
    {"bytes_received", offsetof(Level, bytes_received)},
    {"filter_hits", offsetof(Level, filter_hits)},
    {"filter_misses", offsetof(Level, filter_misses)},
    {"filter_false_positives", offsetof(Level, filter_false_positives)},
    {"cache_hits", offsetof(Level, cache_hits)},
    {"cache_misses", offsetof(Level, cache_misses)},
};

/* Takes a figure called level_N_WHAT; others are left alone. */
static void
take_level(void *user, const char *name, int64_t value)
{
    Level *levels = user;
    if (!g_str_has_prefix(name, "level_")) {
        return;
    }
    char *what;
    unsigned long level = strtoul(name + strlen("level_"), &what, 10);
    if (level >= LEVELS_MAX || what[0] != '_') {
        return;
    }
    levels[level].present = true;
    for (size_t i = 0; i < sizeof level_figures / sizeof level_figures[0]; i++) {
        if (strcmp(what + 1, level_figures[i].name) == 0) {
            memcpy((char *)&levels[level] + level_figures[i].offset, &value, sizeof value);
        }
    }
}

static LarderRpcLevelInfo *
describe_level(int number, const Level *level)
{
    LarderRpcLevelInfo *info = g_object_new(LARDER_RPC_TYPE_LEVEL_INFO, NULL);
    info->level = number;
    info->files = level->files;
    info->bytes = level->bytes;
    info->bytes_read = level->bytes_read;
    info->bytes_written = level->bytes_written;
    info->write_amplification = level->bytes_received == 0
                                    ? 0
                                    : (double)level->bytes_written / (double)level->bytes_received;
    info->filter_hits = level->filter_hits;
    info->filter_misses = level->filter_misses;
    info->filter_false_positives = level->filter_false_positives;
    info->cache_hits = level->cache_hits;
    info->cache_misses = level->cache_misses;
    return info;
}

static gboolean
levels(LarderRpcObserveIf *iface, LarderRpcLevelsResult **ret_result, const gchar *name,
       const LarderRpcObserveOptions *options, ADMIN_THROWS)
{
    AdminObserver *self = admin_observer_of(iface);
    Store *store;
    StoreError failure;
    (void)options;
    if (!store_set_require(self->context->stores, base_slice_text(name), &store, &failure)) {
        return admin_error_throw(&failure, self->call, ADMIN_CATCH);
    }
    Level found[LEVELS_MAX] = {{0}};
    engine_figures(store_engine(store), take_level, found);
    for (int i = 0; i < LEVELS_MAX; i++) {
        if (found[i].present) {
            g_ptr_array_add((*ret_result)->levels, describe_level(i, &found[i]));
        }
    }
    if ((*ret_result)->levels->len == 0) {
        return unsupported(store, "levels", self->call, ADMIN_CATCH);
    }
    (*ret_result)->server_us = admin_elapsed_us(self->context, self->call);
    return TRUE;
}

/* ------------------------------------------------------------------------------------- files -- */

/* Where files go, and how many more. */
typedef struct FileList {
    GPtrArray *files;
    int64_t left;
} FileList;

static GByteArray *
copy_of(BaseSlice bytes)
{
    GByteArray *array = g_byte_array_sized_new((guint)bytes.len);
    return bytes.len == 0 ? array : g_byte_array_append(array, bytes.data, (guint)bytes.len);
}

static bool
take_file(void *user, const EngineFile *file)
{
    FileList *list = user;
    LarderRpcFileInfo *info = g_object_new(LARDER_RPC_TYPE_FILE_INFO, NULL);
    g_clear_pointer(&info->first_key, g_byte_array_unref);
    g_clear_pointer(&info->last_key, g_byte_array_unref);
    info->number = file->number;
    info->level = file->level;
    info->bytes = file->bytes;
    info->first_key = copy_of(file->first_key);
    info->last_key = copy_of(file->last_key);
    info->entries = file->entries;
    info->tombstones = file->tombstones;
    info->created_at_ms = file->made_at_ms;
    g_ptr_array_add(list->files, info);
    list->left--;
    return list->left > 0;
}

static gboolean
files(LarderRpcObserveIf *iface, LarderRpcFilesResult **ret_result, const gchar *name,
      const LarderRpcObserveOptions *options, ADMIN_THROWS)
{
    AdminObserver *self = admin_observer_of(iface);
    int64_t limit = options->__isset_limit_items ? options->limit_items : ITEMS_PRESET;
    Store *store;
    StoreError failure;
    if (limit < 1 || limit > ITEMS_MAX) {
        store_error_range(&failure, "options.limit_items", limit, 1, ITEMS_MAX, "items");
        return admin_error_throw(&failure, self->call, ADMIN_CATCH);
    }
    if (!store_set_require(self->context->stores, base_slice_text(name), &store, &failure)) {
        return admin_error_throw(&failure, self->call, ADMIN_CATCH);
    }
    FileList list = {(*ret_result)->files, limit};
    BaseStatus status = engine_files(store_engine(store), take_file, &list);
    if (status.code == BASE_UNSUPPORTED) {
        return unsupported(store, "files", self->call, ADMIN_CATCH);
    }
    if (!base_is_ok(status)) {
        store_error_status(&failure, status, store_name(store));
        return admin_error_throw(&failure, self->call, ADMIN_CATCH);
    }
    (*ret_result)->server_us = admin_elapsed_us(self->context, self->call);
    return TRUE;
}

/* -------------------------------------------------------------------------------- histograms -- */

/* What is collected: histograms of one store after the other. */
typedef struct HistogramList {
    GPtrArray *histograms;
    const char *prefix;
    const char *store;
} HistogramList;

/* Splits NAME_le_BOUND; the name is `*ret_len` bytes long. False: it is no bucket. */
static bool
split_bucket(const char *figure, size_t *ret_len, int64_t *ret_bound)
{
    const char *mark = g_strrstr(figure, "_le_");
    if (mark == NULL) {
        return false;
    }
    const char *bound = mark + strlen("_le_");
    char *end;
    *ret_len = (size_t)(mark - figure);
    *ret_bound = INT64_MAX - 1;
    if (strcmp(bound, "inf") == 0) {
        return true;
    }
    *ret_bound = strtoll(bound, &end, 10);
    return end != bound && *end == '\0' && *ret_bound >= 0 && *ret_bound < INT64_MAX;
}

static void
take_bucket(void *user, const char *figure, int64_t value)
{
    const HistogramList *list = user;
    size_t len;
    int64_t bound;
    if (!split_bucket(figure, &len, &bound)) {
        return;
    }
    char name[128];
    (void)g_snprintf(name, sizeof name, "%s.%.*s", list->store, (int)len, figure);
    if (!g_str_has_prefix(name, list->prefix)) {
        return;
    }
    LarderRpcHistogramInfo *last =
        list->histograms->len == 0 ? NULL
                                   : g_ptr_array_index(list->histograms, list->histograms->len - 1);
    if (last == NULL || strcmp(last->name, name) != 0) {
        const char *unit = strrchr(name, '_');
        last = g_object_new(LARDER_RPC_TYPE_HISTOGRAM_INFO, NULL);
        last->name = g_strdup(name);
        last->unit = g_strdup(unit == NULL ? "" : unit + 1);
        g_ptr_array_add(list->histograms, last);
    }
    LarderRpcHistogramBucket *bucket = g_object_new(LARDER_RPC_TYPE_HISTOGRAM_BUCKET, NULL);
    guint count = last->buckets->len;
    bucket->lower =
        count == 0
            ? 0
            : ((LarderRpcHistogramBucket *)g_ptr_array_index(last->buckets, count - 1))->upper;
    bucket->upper = bound + 1;
    bucket->count = value;
    g_ptr_array_add(last->buckets, bucket);
}

static gboolean
histograms(LarderRpcObserveIf *iface, LarderRpcHistogramsResult **ret_result, const gchar *prefix,
           const LarderRpcObserveOptions *options, ADMIN_THROWS)
{
    AdminObserver *self = admin_observer_of(iface);
    HistogramList list = {(*ret_result)->histograms, prefix, NULL};
    (void)options;
    (void)invalid;
    for (size_t i = 0; store_set_at(self->context->stores, i) != NULL; i++) {
        const Store *store = store_set_at(self->context->stores, i);
        list.store = store_name(store);
        engine_figures(store_engine(store), take_bucket, &list);
    }
    (*ret_result)->server_us = admin_elapsed_us(self->context, self->call);
    return TRUE;
}

void
admin_inspect_enter(LarderRpcObserveHandlerClass *methods)
{
    methods->levels = levels;
    methods->files = files;
    methods->histograms = histograms;
}
