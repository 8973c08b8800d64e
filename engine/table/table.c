/*
 * table.c: opens tables and answers questions that need no data blocks. See table.h.
 */
#include "engine/table/table_private.h"

#include <stdlib.h>

static const char NO_MEMORY[] = "no memory for a table";

/* ------------------------------------------------------------------------------------ open -- */

static BaseStatus
read_footer(Table *table, const TableOptions *options)
{
    if (options->expect && table->file.size != options->size) {
        return table_file_fault(&table->file, 0, table->file.size,
                                format_corrupt("a table does not have its size"));
    }
    uint64_t size = table->file.size;
    uint64_t at = size < FORMAT_FOOTER_BYTES ? 0 : size - FORMAT_FOOTER_BYTES;
    uint8_t bytes[FORMAT_FOOTER_BYTES];
    BaseStatus status = base_ok();
    if (size >= FORMAT_FOOTER_BYTES) {
        status = table_file_read(&table->file, at, bytes, sizeof bytes);
        if (!base_is_ok(status)) {
            return status;
        }
    }
    status = format_footer_decode(base_slice(bytes, (size_t)(size - at)), size, &table->footer,
                                  &table->data_end);
    if (base_is_ok(status) && options->expect && table->footer.id != options->id) {
        status = format_corrupt("a table is another one than it should be");
    }
    if (!base_is_ok(status)) {
        return table_file_fault(&table->file, at, size - at, status);
    }
    table->file.id = table->footer.id;
    return base_ok();
}

/* Reads a part into memory of its own, `lead` bytes behind its start. */
static BaseStatus
read_part(Table *table, FormatHandle handle, size_t lead, uint8_t **ret_memory, BaseSlice *ret_part)
{
    size_t len = 0;
    BaseStatus status = table_file_read_block(&table->file, handle, lead, NULL, ret_memory, &len);
    if (base_is_ok(status)) {
        *ret_part = base_slice(*ret_memory + lead, len);
    }
    return status;
}

/* Reports a part that was read well and makes no sense. */
static BaseStatus
judge_part(const Table *table, FormatHandle handle, BaseStatus status)
{
    bool fine = base_is_ok(status) || status.code == BASE_NO_MEMORY;
    return fine ? status : table_file_fault(&table->file, handle.offset, handle.size, status);
}

static BaseStatus
read_properties(Table *table)
{
    BaseSlice part;
    FormatHandle handle = table->footer.properties;
    BaseStatus status = read_part(table, handle, 0, &table->properties_memory, &part);
    if (!base_is_ok(status)) {
        return status;
    }
    status = format_properties_decode(part, &table->properties);
    const FormatProperties *properties = &table->properties;
    bool has_index = table->footer.index.size != 0;
    bool has_ranges = table->footer.ranges.size != 0;
    if (base_is_ok(status) &&
        (has_index != (properties->entries != 0) || has_ranges != (properties->fragments != 0) ||
         properties->smallest.len == 0 || properties->largest.len == 0)) {
        status = format_corrupt("the properties of a table do not fit its parts");
    }
    return judge_part(table, handle, status);
}

static BaseStatus
read_index(Table *table)
{
    FormatHandle handle = table->footer.index;
    if (handle.size == 0) {
        return table->data_end == 0
                   ? base_ok()
                   : judge_part(table, handle, format_corrupt("a table has no index"));
    }
    uint8_t *memory = NULL;
    BaseSlice part;
    BaseStatus status = read_part(table, handle, 0, &memory, &part);
    if (!base_is_ok(status)) {
        return status;
    }
    status = table_index_open(part, table->data_end, &table->index);
    free(memory);
    if (!base_is_ok(status)) {
        return judge_part(table, handle, status);
    }
    table->slots = calloc(table->index.count, sizeof *table->slots);
    return table->slots != NULL ? base_ok() : base_error(BASE_NO_MEMORY, NO_MEMORY);
}

static BaseStatus
read_filter(Table *table)
{
    FormatHandle handle = table->footer.filter;
    if (handle.size == 0) {
        return base_ok();
    }
    /* So that lines of the filter are lines of the cache. */
    size_t lead = FORMAT_FILTER_LINE_BYTES - FORMAT_FILTER_HEAD_BYTES;
    BaseSlice part;
    BaseStatus status = read_part(table, handle, lead, &table->filter_memory, &part);
    if (!base_is_ok(status)) {
        return status;
    }
    return judge_part(table, handle, format_filter_open(part, &table->filter));
}

static BaseStatus
read_ranges(Table *table)
{
    FormatHandle handle = table->footer.ranges;
    if (handle.size == 0) {
        return base_ok();
    }
    uint8_t *memory = NULL;
    BaseSlice part;
    BaseStatus status = read_part(table, handle, 0, &memory, &part);
    if (!base_is_ok(status)) {
        return status;
    }
    status = table_ranges_open(part, &table->ranges);
    free(memory);
    return judge_part(table, handle, status);
}

static BaseStatus
read_dictionary(Table *table)
{
    FormatHandle handle = table->footer.dictionary;
    if (handle.size == 0) {
        return base_ok();
    }
    uint8_t *memory = NULL;
    BaseSlice part;
    BaseStatus status = read_part(table, handle, 0, &memory, &part);
    if (!base_is_ok(status)) {
        return status;
    }
    table->dictionary = format_dictionary_new(part);
    free(memory);
    return table->dictionary != NULL ? base_ok() : base_error(BASE_NO_MEMORY, NO_MEMORY);
}

/* Reads all parts of a table. */
static BaseStatus
read_parts(Table *table, const TableOptions *options)
{
    BaseStatus status = read_footer(table, options);
    BaseStatus (*const readers[])(Table * table) = {read_properties, read_index, read_filter,
                                                    read_ranges, read_dictionary};
    for (size_t i = 0; base_is_ok(status) && i < sizeof readers / sizeof *readers; i++) {
        status = readers[i](table);
    }
    return status;
}

/* Whether a part that may be missing is not there: damage that was reported. */
static bool
is_lost(BaseStatus *status)
{
    bool lost = !base_is_ok(*status) && status->code != BASE_NO_MEMORY;
    *status = lost ? base_ok() : *status;
    return lost;
}

/* Reads the parts of a damaged table: footer and index; of the others, those that can be read. */
static BaseStatus
read_parts_left(Table *table, const TableOptions *options, bool *ret_ranges_lost)
{
    if (options->expect && table->file.size > options->size) {
        table->file.size = options->size; /* what is behind is not the table's */
    }
    BaseStatus status = read_footer(table, options);
    if (base_is_ok(status)) {
        status = read_index(table);
    }
    if (base_is_ok(status)) {
        status = read_properties(table);
        if (is_lost(&status)) {
            table->properties = (FormatProperties){0};
        }
    }
    if (base_is_ok(status)) {
        status = read_ranges(table);
        *ret_ranges_lost = is_lost(&status);
        if (*ret_ranges_lost) {
            table_ranges_clear(&table->ranges);
        }
    }
    if (base_is_ok(status)) {
        status = read_dictionary(table);
        (void)is_lost(&status); /* blocks that need it are lost */
    }
    return status;
}

static BaseStatus
open_table(const TableOptions *options, bool damaged, Table **ret_table, bool *ret_ranges_lost)
{
    Table *table = calloc(1, sizeof *table);
    if (table == NULL) {
        return base_error(BASE_NO_MEMORY, NO_MEMORY);
    }
    table->cache = options->cache;
    table->version_override = options->version_override;
    BaseStatus status =
        table_file_open(options->env, options->path, options->reporter, &table->file);
    if (!base_is_ok(status)) {
        free(table);
        return status;
    }
    status =
        damaged ? read_parts_left(table, options, ret_ranges_lost) : read_parts(table, options);
    if (!base_is_ok(status)) {
        table_free(table);
        return status;
    }
    *ret_table = table;
    return base_ok();
}

BaseStatus
table_open(const TableOptions *options, Table **ret_table)
{
    bool ranges_lost;
    return open_table(options, false, ret_table, &ranges_lost);
}

BaseStatus
table_open_damaged(const TableOptions *options, Table **ret_table, bool *ret_ranges_lost)
{
    *ret_ranges_lost = false;
    return open_table(options, true, ret_table, ret_ranges_lost);
}

void
table_free(Table *table)
{
    if (table == NULL) {
        return;
    }
    if (table->slots != NULL) {
        table_block_cache_drop(table->cache, table->slots, table->index.count);
    }
    table_index_clear(&table->index);
    table_ranges_clear(&table->ranges);
    format_dictionary_free(table->dictionary);
    table_file_close(&table->file);
    free(table->slots);
    free(table->filter_memory);
    free(table->properties_memory);
    free(table);
}

/* --------------------------------------------------------------------------------- figures -- */

const FormatProperties *
table_properties(const Table *table)
{
    return &table->properties;
}

uint64_t
table_id(const Table *table)
{
    return table->footer.id;
}

uint64_t
table_size(const Table *table)
{
    return table->file.size;
}

bool
table_largest_excluded(const Table *table)
{
    return (table->footer.flags & FORMAT_FOOTER_LARGEST_EXCLUDED) != 0;
}

size_t
table_memory(const Table *table)
{
    const TableIndex *index = &table->index;
    size_t per_block = sizeof *index->words + sizeof *index->offsets +
                       sizeof *index->entries_before + sizeof *index->separator_starts +
                       sizeof *table->slots;
    size_t separators = index->count == 0 ? 0 : index->separator_starts[index->count];
    return sizeof *table + index->count * per_block + separators + table->footer.filter.size +
           table->footer.properties.size + table->ranges.keys.capacity +
           table->ranges.versions.capacity + table->ranges.count * sizeof *table->ranges.fragments;
}

const TableRanges *
table_ranges(const Table *table)
{
    return &table->ranges;
}

int64_t
table_covering(const Table *table, BaseSlice key, int64_t version)
{
    if (table->ranges.count == 0 || !table_translate_version(table, &version)) {
        return 0;
    }
    int64_t covering = table_ranges_covering(&table->ranges, key, version);
    return covering != 0 && table->version_override != 0 ? table->version_override : covering;
}

uint64_t
table_bytes_before(const Table *table, BaseSlice key)
{
    return table->index.count == 0 ? 0 : table->index.offsets[table_index_find(&table->index, key)];
}

uint64_t
table_entries_before(const Table *table, BaseSlice key)
{
    return table->index.count == 0
               ? 0
               : table->index.entries_before[table_index_find(&table->index, key)];
}

void
table_split(const Table *table, uint64_t part_bytes, TableSplitVisitor *visit, void *user)
{
    const TableIndex *index = &table->index;
    uint64_t part_start = 0;
    for (uint32_t i = 0; i + 1 < index->count; i++) {
        if (index->offsets[i + 1] - part_start >= part_bytes) {
            part_start = index->offsets[i + 1];
            if (!visit(user, table_index_separator(index, i))) {
                return;
            }
        }
    }
}
