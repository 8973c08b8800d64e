/*
 * rewrite.c: one pass over a merge.
 *
 * Two lists of fragments are made of the removed ranges: `full`, with every version, says which
 * entries are hidden; `thin`, less what no reader can tell apart and what has nothing left to hide,
 * goes into the new tables. Keys ascend, so the places in both lists, and in each level below, only
 * move on.
 */
#include "engine/lsm/rewrite.h"

#include "engine/format/file_name.h"

#include <stdlib.h>

/* Fragments with bytes of their own. */
typedef struct Fragments {
    FormatFragment *items;
    size_t count;
    size_t capacity;
} Fragments;

typedef struct Pass {
    const LsmRewriteArgs *args;
    LsmRewrite *result;
    Fragments full;
    Fragments thin;
    size_t full_at;
    size_t below_at[LSM_LEVELS]; /* first table of a level that does not end before the key */
    size_t border;               /* below_at of the next level when the last entry was kept */
    LsmKeyHistory history;
    BaseBuf key;           /* of the last entry that was judged */
    bool bottom;           /* for that key */
    int64_t hidden_from;   /* index into full: the fragment of that key, -1: none */
    TableBuilder *builder; /* the table being written; NULL: none */
    int64_t number;
    uint64_t id;
    BaseBuf low;   /* where the table being written begins, as far as fragments go */
    bool low_open; /* it takes fragments from the first one on */
    size_t stride; /* bytes that came in since the last pause */
    LsmBlobSink sink;
} Pass;

static BaseStatus
no_memory(void)
{
    return base_error(BASE_NO_MEMORY, "no memory for rewriting tables");
}

/* --------------------------------------------------------------------------------- fragments -- */

static bool
keep_fragment(void *user, const FormatFragment *fragment)
{
    Fragments *list = user;
    if (list->count == list->capacity) {
        size_t capacity = list->capacity == 0 ? 16 : list->capacity * 2;
        FormatFragment *items = realloc(list->items, capacity * sizeof(*items));
        if (items == NULL) {
            return false;
        }
        list->items = items;
        list->capacity = capacity;
    }
    size_t versions = fragment->version_count * sizeof(int64_t);
    uint8_t *memory = malloc(versions + fragment->start.len + fragment->stop.len);
    if (memory == NULL) {
        return false;
    }
    memcpy(memory, fragment->versions, versions);
    memcpy(memory + versions, fragment->start.data, fragment->start.len);
    memcpy(memory + versions + fragment->start.len, fragment->stop.data, fragment->stop.len);
    list->items[list->count++] = (FormatFragment){
        .start = base_slice(memory + versions, fragment->start.len),
        .stop = base_slice(memory + versions + fragment->start.len, fragment->stop.len),
        .versions = (const int64_t *)(const void *)memory,
        .version_count = fragment->version_count,
    };
    return true;
}

static void
clear_fragments(Fragments *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free((void *)(uintptr_t)list->items[i].versions);
    }
    free(list->items);
    *list = (Fragments){0};
}

static BaseStatus
make_fragments(const LsmRewriteArgs *args, bool all, Fragments *list)
{
    FormatReadVersions readers = {.all = all,
                                  .snapshots = args->retention.snapshots,
                                  .snapshot_count = args->retention.snapshot_count};
    if (args->range_count == 0) {
        return base_ok();
    }
    BaseStatus status =
        format_fragments_visit(args->ranges, args->range_count, &readers, keep_fragment, list);
    return status.code == BASE_CLOSED ? no_memory() : status;
}

/*
 * Whether level 0, into which the outputs go, has tables: which of them are older, and overlap, is
 * not looked at. Removes that a flush keeps for nothing go with the next compaction.
 */
static bool
joins_others(const LsmRewriteArgs *args)
{
    return args->output_level == 0 && args->levels != NULL && args->levels->levels[0].count != 0;
}

/* Whether a table below the outputs has a key of [start, stop). */
static bool
anything_below(const LsmRewriteArgs *args, BaseSlice start, BaseSlice stop)
{
    if (joins_others(args)) {
        return true;
    }
    for (int l = args->output_level + 1; args->levels != NULL && l < LSM_LEVELS; l++) {
        const LsmLevel *level = &args->levels->levels[l];
        for (size_t i = 0; i < level->count; i++) {
            const FormatTable *table = &level->tables[i]->info;
            if (base_slice_compare(table->smallest, stop) < 0 &&
                base_slice_compare(table->largest, start) >= 0) {
                return true;
            }
        }
    }
    return false;
}

/* Takes away the versions that nothing older can be left for. */
static void
trim_thin(Pass *pass)
{
    const LsmRewriteArgs *args = pass->args;
    size_t kept = 0;
    for (size_t i = 0; i < pass->thin.count; i++) {
        FormatFragment *fragment = &pass->thin.items[i];
        int64_t oldest = fragment->versions[fragment->version_count - 1];
        if (lsm_retention_stripe(&args->retention, oldest) == 0 &&
            !anything_below(args, fragment->start, fragment->stop)) {
            fragment->version_count--;
        }
        if (fragment->version_count == 0) {
            free((void *)(uintptr_t)fragment->versions);
        } else {
            pass->thin.items[kept++] = *fragment;
        }
    }
    pass->thin.count = kept;
}

/* The lowest version above `version` of a fragment over the key at hand; 0: none. */
static int64_t
hidden_by(const Pass *pass, int64_t version)
{
    if (pass->hidden_from < 0) {
        return 0;
    }
    const FormatFragment *fragment = &pass->full.items[pass->hidden_from];
    int64_t lowest = 0;
    for (size_t i = 0; i < fragment->version_count && fragment->versions[i] > version; i++) {
        lowest = fragment->versions[i];
    }
    return lowest;
}

/* ------------------------------------------------------------------------------------ tables -- */

static BaseStatus
begin_table(Pass *pass)
{
    const LsmRewriteArgs *args = pass->args;
    char name[FORMAT_FILE_NAME_BYTES];
    char path[ENV_PATH_MAX];
    pass->number = args->next_number(args->user);
    pass->id = args->next_id(args->user);
    format_file_name_write((FormatFileName){FORMAT_FILE_TABLE, (uint64_t)pass->number}, name);
    TableBuilderOptions options = args->table;
    options.number = pass->number;
    options.id = pass->id;
    options.level = args->output_level;
    options.snapshots = (int64_t)args->retention.snapshot_count;
    BaseStatus status = env_join(path, args->directory, name);
    return status.code == BASE_OK ? table_builder_new(args->env, path, &options, &pass->builder)
                                  : status;
}

/* Adds the parts of the fragments in [low, stop), or from low on, to the table. */
static BaseStatus
add_fragments(Pass *pass, const BaseSlice *stop)
{
    BaseSlice low = base_buf_slice(&pass->low);
    BaseStatus status = base_ok();
    for (size_t i = 0; i < pass->thin.count && status.code == BASE_OK; i++) {
        FormatFragment part = pass->thin.items[i];
        if (!pass->low_open && base_slice_compare(part.start, low) < 0) {
            part.start = low;
        }
        if (stop != NULL && base_slice_compare(*stop, part.stop) < 0) {
            part.stop = *stop;
        }
        if (base_slice_compare(part.start, part.stop) < 0) {
            status = table_builder_add_fragment(pass->builder, &part);
        }
    }
    return status;
}

/* Whether any fragment reaches into what the table being written covers. */
static bool
fragments_left(const Pass *pass)
{
    for (size_t i = 0; i < pass->thin.count; i++) {
        if (pass->low_open ||
            base_slice_compare(base_buf_slice(&pass->low), pass->thin.items[i].stop) < 0) {
            return true;
        }
    }
    return false;
}

static BaseSlice
copy_to(uint8_t **place, BaseSlice bytes)
{
    BaseSlice copy = base_slice(*place, bytes.len);
    if (bytes.len != 0) {
        memcpy(*place, bytes.data, bytes.len);
    }
    *place += bytes.len;
    return copy;
}

/* Lists a finished table, with its keys in memory of its own. */
static BaseStatus
list_table(Pass *pass, const TableSummary *summary)
{
    const FormatProperties *from = &summary->properties;
    LsmRewrite *result = pass->result;
    size_t bytes = from->smallest.len + from->largest.len + from->blobs.bytes.len;
    FormatTable *tables = realloc(result->tables, (result->count + 1) * sizeof(*tables));
    if (tables == NULL) {
        return no_memory();
    }
    result->tables = tables;
    uint8_t *memory = malloc(bytes);
    if (memory == NULL) {
        return no_memory();
    }
    FormatTable *table = &tables[result->count++];
    *table = (FormatTable){
        .level = pass->args->output_level,
        .number = pass->number,
        .id = summary->id,
        .size = (int64_t)summary->size,
        .largest_excluded = summary->largest_excluded,
        .version_min = from->version_min,
        .version_max = from->version_max,
        .entries = from->entries,
        .removes = from->removes,
        .fragments = from->fragments,
        .expiring = from->expiring,
        .expiry_min = from->expiry_min,
        .expiry_max = from->expiry_max,
        .key_bytes = from->key_bytes,
        .value_bytes = from->value_bytes,
        .made_at_ms = from->made_at_ms,
    };
    table->smallest = copy_to(&memory, from->smallest);
    table->largest = copy_to(&memory, from->largest);
    table->blobs = (FormatBlobUses){copy_to(&memory, from->blobs.bytes), from->blobs.count};
    result->counts.bytes_out += table->size;
    return base_ok();
}

/* Ends the table being written at `stop`, the first key of the next one, or at the end. */
static BaseStatus
end_table(Pass *pass, const BaseSlice *stop)
{
    TableSummary summary;
    BaseStatus status = add_fragments(pass, stop);
    if (status.code == BASE_OK) {
        status = table_builder_finish(pass->builder, &summary);
    }
    if (status.code == BASE_OK) {
        status = list_table(pass, &summary);
    }
    table_builder_free(pass->builder);
    pass->builder = NULL;
    pass->low_open = false;
    base_buf_reset(&pass->low);
    if (stop != NULL && !base_buf_append_slice(&pass->low, *stop)) {
        return no_memory();
    }
    return status;
}

/* ----------------------------------------------------------------------------------- entries -- */

/* Moves the places in lists and levels on to a new key. */
static BaseStatus
begin_key(Pass *pass, BaseSlice key)
{
    const LsmRewriteArgs *args = pass->args;
    base_buf_reset(&pass->key);
    if (!base_buf_append_slice(&pass->key, key)) {
        return no_memory();
    }
    pass->history = (LsmKeyHistory){0};
    pass->bottom = !joins_others(args);
    for (int l = args->output_level + 1; args->levels != NULL && l < LSM_LEVELS; l++) {
        const LsmLevel *level = &args->levels->levels[l];
        size_t *at = &pass->below_at[l];
        while (*at < level->count &&
               base_slice_compare(level->tables[*at]->info.largest, key) < 0) {
            (*at)++;
        }
        if (*at < level->count && base_slice_compare(level->tables[*at]->info.smallest, key) <= 0) {
            pass->bottom = false;
        }
    }
    while (pass->full_at < pass->full.count &&
           base_slice_compare(pass->full.items[pass->full_at].stop, key) <= 0) {
        pass->full_at++;
    }
    bool within = pass->full_at < pass->full.count &&
                  base_slice_compare(pass->full.items[pass->full_at].start, key) <= 0;
    pass->hidden_from = within ? (int64_t)pass->full_at : -1;
    return base_ok();
}

/* Whether the table being written should end before a new key. */
static bool
is_full(const Pass *pass)
{
    const LsmRewriteArgs *args = pass->args;
    uint64_t size = table_builder_size(pass->builder);
    if (size >= (uint64_t)args->table_bytes) {
        return true;
    }
    int next = args->output_level + 1;
    return next < LSM_LEVELS && size >= (uint64_t)args->table_bytes / 2 &&
           pass->below_at[next] != pass->border;
}

static BaseStatus
keep_entry(Pass *pass, const FormatEntry *entry, bool new_key, LsmFate fate)
{
    BaseStatus status = base_ok();
    if (pass->builder != NULL && new_key && is_full(pass)) {
        status = end_table(pass, &entry->key);
    }
    if (status.code == BASE_OK && pass->builder == NULL) {
        status = begin_table(pass);
    }
    if (status.code != BASE_OK) {
        return status;
    }
    FormatEntry kept = *entry;
    if (fate == LSM_KEEP_AS_REMOVE) {
        kept.kind = FORMAT_REMOVE;
        kept.value = BASE_SLICE_EMPTY;
        kept.expires_at_ms = 0;
    }
    int64_t moved = pass->sink.counts.moved_bytes;
    status = lsm_blob_sink_pass(&pass->sink, &kept);
    if (status.code != BASE_OK) {
        return status;
    }
    pass->stride += (size_t)(pass->sink.counts.moved_bytes - moved);
    int next = pass->args->output_level + 1;
    pass->border = next < LSM_LEVELS ? pass->below_at[next] : 0;
    pass->result->counts.kept++;
    return table_builder_add(pass->builder, &kept);
}

static BaseStatus
take_entry(Pass *pass, const FormatEntry *entry, bool *new_key)
{
    LsmRewriteCounts *counts = &pass->result->counts;
    BaseStatus status = base_ok();
    if (counts->entries_in == 0 || !base_slice_equal(base_buf_slice(&pass->key), entry->key)) {
        *new_key = true;
        status = begin_key(pass, entry->key);
    }
    if (status.code != BASE_OK) {
        return status;
    }
    counts->entries_in++;
    LsmFate fate = lsm_retention_judge(&pass->args->retention, &pass->history,
                                       &(LsmCandidate){.version = entry->version,
                                                       .remove = entry->kind == FORMAT_REMOVE,
                                                       .expires_at_ms = entry->expires_at_ms,
                                                       .hidden_by = hidden_by(pass, entry->version),
                                                       .bottom = pass->bottom});
    switch (fate) {
    case LSM_DROP_SHADOWED:
        counts->shadowed++;
        return base_ok();
    case LSM_DROP_HIDDEN:
        counts->hidden++;
        return base_ok();
    case LSM_DROP_REMOVE:
        counts->removes++;
        return base_ok();
    default:
        status = keep_entry(pass, entry, *new_key, fate);
        *new_key = false;
        return status;
    }
}

/* Counts what came in, and pauses when it is time to. */
static BaseStatus
stride(Pass *pass, const FormatEntry *entry)
{
    pass->stride += entry->key.len + entry->value.len;
    if (pass->stride < LSM_REWRITE_STRIDE || pass->args->pause == NULL) {
        return base_ok();
    }
    size_t bytes = pass->stride;
    pass->stride = 0;
    return pass->args->pause(pass->args->user, bytes);
}

static BaseStatus
take_entries(Pass *pass)
{
    const LsmRewriteArgs *args = pass->args;
    BaseStatus status = base_ok();
    bool new_key = true; /* no entry of the key at hand was kept yet */
    lsm_merge_first(args->merge);
    while (args->merge->valid && status.code == BASE_OK) {
        const FormatEntry *entry = lsm_merge_entry(args->merge);
        status = take_entry(pass, entry, &new_key);
        if (status.code == BASE_OK) {
            status = stride(pass, entry);
        }
        if (status.code == BASE_OK) {
            lsm_merge_next(args->merge);
        }
    }
    return status.code != BASE_OK ? status : args->merge->status;
}

/* A sink for the large values of a pass. */
static void
begin_sink(Pass *pass)
{
    const LsmRewriteArgs *args = pass->args;
    lsm_blob_sink_init(&pass->sink, &(LsmBlobSinkArgs){.env = args->env,
                                                       .directory = args->directory,
                                                       .policy = &args->blobs,
                                                       .levels = args->levels,
                                                       .next_number = args->next_number,
                                                       .next_id = args->next_id,
                                                       .user = args->user});
}

/* Completes the last blob file; the result takes over what was made. */
static BaseStatus
end_sink(Pass *pass)
{
    LsmRewrite *result = pass->result;
    BaseStatus status = lsm_blob_sink_finish(&pass->sink);
    result->blobs = pass->sink.files;
    result->blob_count = pass->sink.count;
    result->counts.blobs = pass->sink.counts;
    result->counts.bytes_out += pass->sink.counts.bytes;
    pass->sink.files = NULL;
    return status;
}

BaseStatus
lsm_rewrite_run(const LsmRewriteArgs *args, LsmRewrite *ret_rewrite)
{
    *ret_rewrite = (LsmRewrite){0};
    Pass pass = {.args = args, .result = ret_rewrite, .hidden_from = -1, .low_open = true};
    begin_sink(&pass);
    BaseStatus status = make_fragments(args, true, &pass.full);
    if (status.code == BASE_OK) {
        status = make_fragments(args, false, &pass.thin);
    }
    if (status.code == BASE_OK) {
        trim_thin(&pass);
        status = take_entries(&pass);
    }
    if (status.code == BASE_OK && pass.builder == NULL && fragments_left(&pass)) {
        status = begin_table(&pass);
    }
    if (status.code == BASE_OK && pass.builder != NULL) {
        status = end_table(&pass, NULL);
    }
    if (status.code == BASE_OK) {
        status = end_sink(&pass);
    }
    table_builder_free(pass.builder);
    lsm_blob_sink_clear(&pass.sink);
    clear_fragments(&pass.full);
    clear_fragments(&pass.thin);
    base_buf_clear(&pass.key);
    base_buf_clear(&pass.low);
    if (status.code != BASE_OK) {
        lsm_rewrite_clear(ret_rewrite);
    }
    return status;
}

void
lsm_rewrite_clear(LsmRewrite *rewrite)
{
    for (size_t i = 0; i < rewrite->count; i++) {
        free((void *)(uintptr_t)rewrite->tables[i].smallest.data);
    }
    free(rewrite->tables);
    free(rewrite->blobs);
    *rewrite = (LsmRewrite){0};
}
