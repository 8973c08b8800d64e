/*
 * builder.c: writes a table. See builder.h; the order of its parts is that of FORMAT.md.
 *
 * A data block's separator depends on the first key of the next one, so a block is entered into the
 * index when that key comes, or at the end.
 */
#include "engine/table/builder.h"

#include "engine/base/check.h"
#include "engine/format/blob_file.h"
#include "engine/format/decode.h"
#include "engine/format/encode.h"
#include "engine/format/filter.h"
#include "engine/format/footer.h"
#include "engine/format/index_block.h"
#include "engine/format/key.h"
#include "engine/format/range_block.h"
#include "engine/table/trial.h"
#include "engine/table/writer.h"

#include <stdlib.h>

enum { GROUP_BYTES = 512 }; /* of data blocks, about */

/* A data block that is written and not yet in the index. */
typedef struct PendingBlock {
    uint32_t size;
    uint64_t entries; /* 0: there is none */
} PendingBlock;

struct TableBuilder {
    TableWriter writer;
    TableBuilderOptions options;
    FormatPacker *packer; /* NULL: nothing is packed */
    TableTrial trial;     /* with packer */
    FormatDataBuilder data;
    FormatIndexBuilder index;
    FormatRangeBuilder ranges;
    PendingBlock pending;
    BaseBuf raw; /* a block before it is stored */
    BaseBuf separator;
    BaseBuf hashes; /* uint64_t, of each key */
    BaseBuf last_key;
    int64_t last_version;
    BaseBuf first_key;
    BaseBuf first_start; /* of the fragments */
    BaseBuf last_stop;
    BaseBuf dictionary;
    BaseBuf uses; /* FormatBlobUse, by number */
    BaseBuf use_records;
    FormatProperties properties;
    BaseStatus status; /* the first failure */
};

static const char NO_MEMORY[] = "no memory for building a table";

static BaseStatus
fail(TableBuilder *builder, BaseCode code, const char *what)
{
    if (base_is_ok(builder->status)) {
        builder->status = base_error(code, what);
    }
    return builder->status;
}

BaseStatus
table_builder_new(const Env *env, const char *path, const TableBuilderOptions *options,
                  TableBuilder **ret_builder)
{
    TableBuilder *builder = calloc(1, sizeof *builder);
    if (builder == NULL) {
        return base_error(BASE_NO_MEMORY, NO_MEMORY);
    }
    builder->options = *options;
    builder->status = base_ok();
    builder->data = FORMAT_DATA_BUILDER_INIT;
    if (options->interval != 0) {
        BASE_CHECK(options->interval <= FORMAT_RESTART_INTERVAL_MAX);
        builder->data.interval = options->interval;
    }
    bool memory = true;
    if (options->pack) {
        memory = base_buf_append_slice(&builder->dictionary, options->dictionary);
        builder->packer =
            memory ? format_packer_new(options->zstd_level, options->dictionary) : NULL;
        memory = builder->packer != NULL;
    }
    BaseStatus status = memory ? table_writer_open(env, path, &builder->writer)
                               : base_error(BASE_NO_MEMORY, NO_MEMORY);
    if (!base_is_ok(status)) {
        table_builder_free(builder);
        return status;
    }
    *ret_builder = builder;
    return base_ok();
}

void
table_builder_free(TableBuilder *builder)
{
    if (builder == NULL) {
        return;
    }
    table_writer_close(&builder->writer);
    format_packer_free(builder->packer);
    format_data_builder_clear(&builder->data);
    format_index_builder_clear(&builder->index);
    format_range_builder_clear(&builder->ranges);
    base_buf_clear(&builder->raw);
    base_buf_clear(&builder->separator);
    base_buf_clear(&builder->hashes);
    base_buf_clear(&builder->last_key);
    base_buf_clear(&builder->first_key);
    base_buf_clear(&builder->first_start);
    base_buf_clear(&builder->last_stop);
    base_buf_clear(&builder->dictionary);
    base_buf_clear(&builder->uses);
    base_buf_clear(&builder->use_records);
    free(builder);
}

/* ------------------------------------------------------------------------------ properties -- */

static void
widen(int64_t value, int64_t *lowest, int64_t *highest)
{
    if (*lowest == 0 || value < *lowest) {
        *lowest = value;
    }
    if (value > *highest) {
        *highest = value;
    }
}

/* Counts a value that lies in a blob file. False: the reference makes no sense. */
static bool
note_blob(TableBuilder *builder, BaseSlice value)
{
    FormatBlobReference reference;
    if (!base_is_ok(format_blob_reference_decode(value, &reference))) {
        return false;
    }
    builder->properties.blob_entries++;
    uint64_t bytes = (uint64_t)reference.handle.size + FORMAT_FRAME_TRAILER_BYTES;
    FormatBlobUse *uses = (FormatBlobUse *)(void *)builder->uses.data;
    size_t count = builder->uses.len / sizeof *uses;
    size_t at = 0;
    while (at < count && uses[at].number < reference.number) {
        at++;
    }
    if (at < count && uses[at].number == reference.number) {
        uses[at].entries++;
        uses[at].bytes += bytes;
        return true;
    }
    if (base_buf_extend(&builder->uses, sizeof *uses) == NULL) {
        (void)fail(builder, BASE_NO_MEMORY, NO_MEMORY);
        return true;
    }
    uses = (FormatBlobUse *)(void *)builder->uses.data;
    memmove(uses + at + 1, uses + at, (count - at) * sizeof *uses);
    uses[at] = (FormatBlobUse){reference.number, 1, bytes};
    return true;
}

static void
note_entry(TableBuilder *builder, const FormatEntry *entry)
{
    FormatProperties *properties = &builder->properties;
    properties->entries++;
    properties->removes += entry->kind == FORMAT_REMOVE;
    properties->key_bytes += (int64_t)entry->key.len;
    properties->value_bytes += (int64_t)entry->value.len;
    widen(entry->version, &properties->version_min, &properties->version_max);
    if (entry->expires_at_ms != 0) {
        properties->expiring++;
        widen(entry->expires_at_ms, &properties->expiry_min, &properties->expiry_max);
    }
}

/* --------------------------------------------------------------------------------- entries -- */

/* Stores `raw` at the end of the file. */
static FormatHandle
store(TableBuilder *builder, FormatPacker *packer, BaseSlice raw)
{
    FormatHandle handle = {.offset = table_writer_offset(&builder->writer)};
    if (!format_frame_append(&builder->writer.buffer, packer, raw, builder->options.id,
                             handle.offset, &handle.size)) {
        (void)fail(builder, BASE_NO_MEMORY, NO_MEMORY);
    }
    BaseStatus status = table_writer_flush_full(&builder->writer);
    if (!base_is_ok(status)) {
        (void)fail(builder, status.code, status.what);
    }
    return handle;
}

/*
 * How many entries of that size a group should have: a lookup waits for all lines of a group, so a
 * group is bounded by its bytes.
 */
static size_t
choose_interval(size_t block_bytes, size_t entries)
{
    size_t interval = GROUP_BYTES * entries / block_bytes;
    if (interval > FORMAT_RESTART_INTERVAL_MAX) {
        return FORMAT_RESTART_INTERVAL_MAX;
    }
    return interval == 0 ? 1 : interval;
}

/* Stores the bytes of a data block, packed if that is worth a try and pays. */
static uint32_t
store_data(TableBuilder *builder, BaseSlice raw)
{
    if (builder->packer == NULL || !table_trial_begin(&builder->trial)) {
        return store(builder, NULL, raw).size;
    }
    uint32_t size = store(builder, builder->packer, raw).size;
    table_trial_note(&builder->trial, size < raw.len);
    return size;
}

/* Ends the data block at hand, if there is one. */
static void
cut_block(TableBuilder *builder)
{
    if (builder->data.count == 0) {
        return;
    }
    builder->pending.entries = builder->data.count;
    base_buf_reset(&builder->raw);
    if (!format_data_builder_finish(&builder->data, &builder->raw)) {
        (void)fail(builder, BASE_NO_MEMORY, NO_MEMORY);
        return;
    }
    builder->properties.data_blocks++;
    builder->properties.data_bytes += (int64_t)builder->raw.len;
    builder->pending.size = store_data(builder, base_buf_slice(&builder->raw));
    if (builder->options.interval == 0) {
        builder->data.interval =
            choose_interval(builder->raw.len, (size_t)builder->pending.entries);
    }
}

/* Enters the pending block into the index. */
static void
index_block(TableBuilder *builder, BaseSlice separator)
{
    if (!format_index_builder_add(&builder->index, separator, builder->pending.size,
                                  builder->pending.entries)) {
        (void)fail(builder, BASE_NO_MEMORY, NO_MEMORY);
    }
    builder->pending.entries = 0;
}

/* A new block begins with `key`: the one before can be entered into the index. */
static void
index_pending(TableBuilder *builder, BaseSlice key, bool same_key)
{
    BaseSlice last = base_buf_slice(&builder->last_key);
    if (same_key) {
        index_block(builder, last);
    } else if (format_key_separate(last, key, &builder->separator)) {
        index_block(builder, base_buf_slice(&builder->separator));
    } else {
        (void)fail(builder, BASE_NO_MEMORY, NO_MEMORY);
    }
}

/* What is wrong with an entry by itself; NULL: nothing. */
static const char *
find_wrong(const FormatEntry *entry)
{
    if (entry->key.len == 0 || entry->key.len > FORMAT_KEY_BYTES_MAX) {
        return "a key is empty or too long for a table";
    }
    if (entry->value.len > FORMAT_VALUE_BYTES_MAX) {
        return "a value is too long for a table";
    }
    if (entry->version <= 0 || entry->expires_at_ms < 0 ||
        (entry->kind == FORMAT_REMOVE && (entry->value.len != 0 || entry->expires_at_ms != 0))) {
        return "an entry of a table makes no sense";
    }
    return NULL;
}

/* Whether a key that shares `shared` bytes with the last one is behind it. */
static bool
is_behind_last(const TableBuilder *builder, BaseSlice key, size_t shared)
{
    const BaseBuf *last = &builder->last_key;
    return shared == last->len ? key.len > shared
                               : key.len > shared && key.data[shared] > last->data[shared];
}

static void
remember_key(TableBuilder *builder, BaseSlice key)
{
    uint64_t hash = format_key_hash(key);
    if (builder->options.filter_bits != 0) {
        (void)base_buf_append(&builder->hashes, &hash, sizeof hash);
    }
    if (builder->properties.entries == 0) {
        (void)base_buf_append_slice(&builder->first_key, key);
    }
    base_buf_reset(&builder->last_key);
    (void)base_buf_append_slice(&builder->last_key, key);
    if (builder->hashes.failed || builder->first_key.failed || builder->last_key.failed) {
        (void)fail(builder, BASE_NO_MEMORY, NO_MEMORY);
    }
}

BaseStatus
table_builder_add(TableBuilder *builder, const FormatEntry *entry)
{
    if (!base_is_ok(builder->status)) {
        return builder->status;
    }
    const char *wrong = find_wrong(entry);
    if (wrong != NULL) {
        return fail(builder, BASE_INVALID, wrong);
    }
    bool first = builder->properties.entries == 0;
    size_t shared = format_key_shared(base_buf_slice(&builder->last_key), entry->key);
    bool same_key = !first && shared == entry->key.len && shared == builder->last_key.len;
    bool in_order = first || (same_key ? entry->version < builder->last_version
                                       : is_behind_last(builder, entry->key, shared));
    if (!in_order) {
        return fail(builder, BASE_INVALID, "entries of a table must come in order");
    }
    if (builder->pending.entries != 0) {
        index_pending(builder, entry->key, same_key);
    }
    if (entry->kind == FORMAT_BLOB && !note_blob(builder, entry->value)) {
        return fail(builder, BASE_INVALID, "a blob reference makes no sense");
    }
    if (!same_key) {
        remember_key(builder, entry->key);
    }
    note_entry(builder, entry);
    builder->last_version = entry->version;
    if (!format_data_builder_add(&builder->data, entry, shared)) {
        return fail(builder, BASE_NO_MEMORY, NO_MEMORY);
    }
    if (format_data_builder_size(&builder->data) >= builder->options.block_bytes) {
        cut_block(builder);
    }
    return builder->status;
}

BaseStatus
table_builder_add_fragment(TableBuilder *builder, const FormatFragment *fragment)
{
    if (!base_is_ok(builder->status)) {
        return builder->status;
    }
    BaseSlice last_stop = base_buf_slice(&builder->last_stop);
    if (fragment->version_count == 0 || fragment->start.len == 0 ||
        fragment->stop.len > FORMAT_KEY_BYTES_MAX || fragment->start.len > FORMAT_KEY_BYTES_MAX ||
        base_slice_compare(fragment->start, fragment->stop) >= 0 ||
        base_slice_compare(last_stop, fragment->start) > 0) {
        return fail(builder, BASE_INVALID, "fragments of a table must come in order");
    }
    for (size_t i = 0; i < fragment->version_count; i++) {
        if (fragment->versions[i] <= 0 ||
            (i > 0 && fragment->versions[i] >= fragment->versions[i - 1])) {
            return fail(builder, BASE_INVALID, "versions of a fragment must descend");
        }
        widen(fragment->versions[i], &builder->properties.version_min,
              &builder->properties.version_max);
    }
    if (builder->properties.fragments++ == 0) {
        (void)base_buf_append_slice(&builder->first_start, fragment->start);
    }
    base_buf_reset(&builder->last_stop);
    if (builder->first_start.failed ||
        !base_buf_append_slice(&builder->last_stop, fragment->stop) ||
        !format_range_builder_add(&builder->ranges, fragment)) {
        return fail(builder, BASE_NO_MEMORY, NO_MEMORY);
    }
    return builder->status;
}

uint64_t
table_builder_size(const TableBuilder *builder)
{
    uint64_t filter = builder->hashes.len / sizeof(uint64_t) * builder->options.filter_bits / 8;
    return table_writer_offset(&builder->writer) + format_data_builder_size(&builder->data) +
           builder->index.records.len + builder->ranges.pieces.len + builder->ranges.versions.len +
           filter + FORMAT_FOOTER_BYTES;
}

/* ------------------------------------------------------------------------------------- end -- */

static FormatHandle
store_ranges(TableBuilder *builder)
{
    base_buf_reset(&builder->raw);
    if (builder->ranges.count == 0) {
        return (FormatHandle){0};
    }
    if (!format_range_builder_finish(&builder->ranges, &builder->raw)) {
        (void)fail(builder, BASE_NO_MEMORY, NO_MEMORY);
    }
    return store(builder, NULL, base_buf_slice(&builder->raw));
}

static FormatHandle
store_filter(TableBuilder *builder)
{
    size_t count = builder->hashes.len / sizeof(uint64_t);
    base_buf_reset(&builder->raw);
    if (count == 0) {
        return (FormatHandle){0};
    }
    if (!format_filter_build((const uint64_t *)(const void *)builder->hashes.data, count,
                             builder->options.filter_bits, &builder->raw)) {
        (void)fail(builder, BASE_NO_MEMORY, NO_MEMORY);
    }
    return store(builder, NULL, base_buf_slice(&builder->raw));
}

static FormatHandle
store_index(TableBuilder *builder)
{
    base_buf_reset(&builder->raw);
    if (builder->index.count == 0) {
        return (FormatHandle){0};
    }
    if (!format_index_builder_finish(&builder->index, &builder->raw)) {
        (void)fail(builder, BASE_NO_MEMORY, NO_MEMORY);
    }
    return store(builder, NULL, base_buf_slice(&builder->raw));
}

/* Whether the fragments reach behind the last key. */
static bool
ends_with_range(const TableBuilder *builder)
{
    return base_slice_compare(base_buf_slice(&builder->last_stop),
                              base_buf_slice(&builder->last_key)) > 0;
}

/* The first key of entries and fragments. */
static BaseSlice
smallest(const TableBuilder *builder)
{
    BaseSlice key = base_buf_slice(&builder->first_key);
    BaseSlice start = base_buf_slice(&builder->first_start);
    if (builder->ranges.count == 0) {
        return key;
    }
    bool start_first = builder->properties.entries == 0 || base_slice_compare(start, key) < 0;
    return start_first ? start : key;
}

static FormatHandle
store_properties(TableBuilder *builder)
{
    FormatProperties *properties = &builder->properties;
    const TableBuilderOptions *options = &builder->options;
    const FormatBlobUse *uses = (const FormatBlobUse *)(const void *)builder->uses.data;
    size_t use_count = builder->uses.len / sizeof *uses;
    for (size_t i = 0; i < use_count; i++) {
        format_blob_uses_add(&builder->use_records, &uses[i]);
    }
    properties->smallest = smallest(builder);
    properties->largest = ends_with_range(builder) ? base_buf_slice(&builder->last_stop)
                                                   : base_buf_slice(&builder->last_key);
    properties->blobs = (FormatBlobUses){base_buf_slice(&builder->use_records), use_count};
    properties->made_at_ms = options->made_at_ms;
    properties->program = options->program;
    properties->level = options->level;
    properties->filter_bits = (int64_t)options->filter_bits;
    properties->stamp_max = options->stamp_max;
    properties->number = options->number;
    properties->snapshots = options->snapshots;
    base_buf_reset(&builder->raw);
    if (builder->use_records.failed || !format_properties_encode(&builder->raw, properties)) {
        (void)fail(builder, BASE_NO_MEMORY, NO_MEMORY);
    }
    return store(builder, NULL, base_buf_slice(&builder->raw));
}

/* Writes everything behind the data blocks. */
static void
store_rest(TableBuilder *builder)
{
    FormatFooter footer = {.id = builder->options.id};
    if (builder->dictionary.len != 0) {
        footer.dictionary = store(builder, NULL, base_buf_slice(&builder->dictionary));
    }
    footer.ranges = store_ranges(builder);
    footer.filter = store_filter(builder);
    footer.index = store_index(builder);
    footer.properties = store_properties(builder);
    footer.flags = ends_with_range(builder) ? FORMAT_FOOTER_LARGEST_EXCLUDED : 0;
    if (!format_footer_encode(&builder->writer.buffer, &footer)) {
        (void)fail(builder, BASE_NO_MEMORY, NO_MEMORY);
    }
}

BaseStatus
table_builder_finish(TableBuilder *builder, TableSummary *ret_summary)
{
    if (builder->properties.entries == 0 && builder->ranges.count == 0) {
        return fail(builder, BASE_INVALID, "a table must have entries or fragments");
    }
    cut_block(builder);
    if (builder->pending.entries != 0) {
        index_block(builder, base_buf_slice(&builder->last_key));
    }
    store_rest(builder);
    if (!base_is_ok(builder->status)) {
        return builder->status;
    }
    BaseStatus status = table_writer_finish(&builder->writer);
    if (!base_is_ok(status)) {
        return fail(builder, status.code, status.what);
    }
    *ret_summary = (TableSummary){.properties = builder->properties,
                                  .id = builder->options.id,
                                  .size = table_writer_offset(&builder->writer),
                                  .largest_excluded = ends_with_range(builder)};
    return base_ok();
}
