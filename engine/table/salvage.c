/*
 * salvage.c: a damaged table, block by block. See salvage.h.
 *
 * A block is read and proven as a whole before its first entry is visited, so that no entry of a
 * block that turns out to be damaged gets out.
 */
#include "engine/table/salvage.h"

#include "engine/table/table_private.h"

#include <stdlib.h>

typedef struct Pass {
    const Table *table;
    const TableSalvageVisitor *visitor;
    TableSalvage *result;
    FormatDataCursor cursor;
    BaseBuf last_key; /* empty: no entry yet */
    int64_t last_version;
} Pass;

static BaseStatus
no_memory(void)
{
    return base_error(BASE_NO_MEMORY, "no memory to salvage a table");
}

static BaseStatus
visit_fragments(Pass *pass)
{
    const TableRanges *ranges = &pass->table->ranges;
    int64_t override = pass->table->version_override;
    BaseStatus status = base_ok();
    for (size_t i = 0; i < ranges->count && base_is_ok(status); i++) {
        FormatFragment fragment = ranges->fragments[i];
        if (override != 0) {
            fragment.versions = &override;
            fragment.version_count = 1;
        }
        status = pass->visitor->fragment(pass->visitor->user, &fragment);
    }
    return status;
}

/* Whether the first entry of the block at hand is behind the last one that was visited. */
static bool
fits_order(const Pass *pass, const FormatEntry *first)
{
    int order = base_slice_compare(base_buf_slice(&pass->last_key), first->key);
    return order < 0 || (order == 0 && first->version < pass->last_version);
}

static BaseStatus
remember(Pass *pass, const FormatEntry *entry)
{
    pass->last_version = entry->version;
    base_buf_reset(&pass->last_key);
    return base_buf_append_slice(&pass->last_key, entry->key) ? base_ok() : no_memory();
}

static BaseStatus
visit_entry(Pass *pass, const FormatEntry *found)
{
    FormatEntry entry = *found;
    BaseStatus status = remember(pass, found);
    if (pass->table->version_override != 0) {
        entry.version = pass->table->version_override;
    }
    if (base_is_ok(status)) {
        pass->result->entries++;
        status = pass->visitor->entry(pass->visitor->user, &entry);
    }
    return status;
}

/* Visits a block that was proven by itself; *ret_fits is false when it is out of order. */
static BaseStatus
visit_block(Pass *pass, const FormatDataBlock *block, bool *ret_fits)
{
    BaseStatus status = base_ok();
    format_data_cursor_enter(&pass->cursor, block);
    FormatStep step = format_data_cursor_next(&pass->cursor);
    *ret_fits = step == FORMAT_STEP_ENTRY && fits_order(pass, &pass->cursor.entry);
    while (*ret_fits && step == FORMAT_STEP_ENTRY && base_is_ok(status)) {
        status = visit_entry(pass, &pass->cursor.entry);
        step = format_data_cursor_next(&pass->cursor);
    }
    return step == FORMAT_STEP_NO_MEMORY ? no_memory() : status;
}

static BaseStatus
open_block(BaseSlice raw, FormatDataBlock *ret_block)
{
    BaseStatus status = format_data_block_open(raw, ret_block);
    return base_is_ok(status) ? format_data_block_verify(ret_block) : status;
}

static void
lose_block(Pass *pass, uint32_t ordinal)
{
    pass->result->blocks_lost++;
    pass->result->entries_lost += (int64_t)table_index_entries(&pass->table->index, ordinal);
}

static BaseStatus
salvage_block(Pass *pass, uint32_t ordinal)
{
    const Table *table = pass->table;
    FormatHandle handle = table_index_handle(&table->index, ordinal);
    FormatDataBlock block;
    uint8_t *memory = NULL;
    size_t len = 0;
    bool fits = true;
    BaseStatus status =
        table_file_read_block(&table->file, handle, 0, table->dictionary, &memory, &len);
    if (base_is_ok(status)) {
        status = open_block(base_slice(memory, len), &block);
        if (!base_is_ok(status) && status.code != BASE_NO_MEMORY) {
            (void)table_file_fault(&table->file, handle.offset, handle.size, status);
        }
    }
    if (!base_is_ok(status) && status.code != BASE_NO_MEMORY) {
        lose_block(pass, ordinal);
        free(memory);
        return base_ok();
    }
    if (base_is_ok(status)) {
        status = visit_block(pass, &block, &fits);
    }
    free(memory);
    if (!fits) {
        lose_block(pass, ordinal);
        (void)table_file_fault(&table->file, handle.offset, handle.size,
                               format_corrupt("the entries of a block are out of order"));
    }
    return status;
}

BaseStatus
table_salvage(const TableOptions *options, const TableSalvageVisitor *visitor,
              TableSalvage *ret_salvage)
{
    Table *table = NULL;
    *ret_salvage = (TableSalvage){0};
    BaseStatus status = table_open_damaged(options, &table, &ret_salvage->ranges_lost);
    if (!base_is_ok(status)) {
        return status;
    }
    Pass pass = {.table = table,
                 .visitor = visitor,
                 .result = ret_salvage,
                 .cursor = FORMAT_DATA_CURSOR_INIT,
                 .last_key = BASE_BUF_INIT};
    status = visit_fragments(&pass);
    for (uint32_t i = 0; i < table->index.count && base_is_ok(status); i++) {
        status = salvage_block(&pass, i);
    }
    format_data_cursor_clear(&pass.cursor);
    base_buf_clear(&pass.last_key);
    table_free(table);
    return status;
}
