/*
 * get.c: point reads of a table. See table.h.
 *
 * The entries of one key may go on from one data block into the next: then the block that the index
 * names says that nothing of it follows within itself (FORMAT_FIND_BEYOND), and the next one is
 * asked.
 */
#include "engine/table/table_private.h"

#include <stdlib.h>

/* ---------------------------------------------------------------------------------- blocks -- */

/* What loading a block needs to know. */
typedef struct Load {
    const Table *table;
    const TableWindow *window;
    FormatHandle handle;
} Load;

/* Unpacks a stored block that lies at the end of `stored` into a new block. */
static BaseStatus
unpack_block(const Load *load, const FormatFrame *frame, uint8_t **memory, size_t *len)
{
    *len = TABLE_BLOCK_LEAD + frame->raw_len;
    *memory = malloc(*len);
    if (*memory == NULL) {
        return base_error(BASE_NO_MEMORY, "no memory for a block");
    }
    return format_frame_unpack(frame, load->table->dictionary, *memory + TABLE_BLOCK_LEAD);
}

/* Checks a stored block that was read behind TABLE_BLOCK_LEAD bytes of *memory; unpacks it. */
static BaseStatus
open_block(const Load *load, size_t stored_len, uint8_t **memory, size_t *len)
{
    FormatFrame frame;
    BaseSlice stored = base_slice(*memory + TABLE_BLOCK_LEAD, stored_len);
    BaseStatus status =
        format_frame_open(stored, load->table->file.id, load->handle.offset, &frame);
    if (base_is_ok(status) && frame.codec != FORMAT_CODEC_NONE) {
        uint8_t *packed = *memory;
        status = unpack_block(load, &frame, memory, len);
        free(packed);
    }
    if (!base_is_ok(status)) {
        return status;
    }
    TableBlock *block = (TableBlock *)(void *)*memory;
    return format_data_block_open(base_slice(*memory + TABLE_BLOCK_LEAD, frame.raw_len),
                                  &block->data);
}

static BaseStatus
load_block(void *user, TableBlock **ret_block, size_t *ret_charge)
{
    const Load *load = user;
    const TableFile *file = &load->table->file;
    size_t stored_len = (size_t)load->handle.size + FORMAT_FRAME_TRAILER_BYTES;
    size_t len = TABLE_BLOCK_LEAD + stored_len;
    uint8_t *memory = malloc(len);
    if (memory == NULL) {
        return base_error(BASE_NO_MEMORY, "no memory for a block");
    }
    BaseStatus status = table_file_read_through(file, load->window, load->handle.offset,
                                                memory + TABLE_BLOCK_LEAD, stored_len);
    if (!base_is_ok(status)) {
        free(memory);
        return status;
    }
    status = open_block(load, stored_len, &memory, &len);
    if (!base_is_ok(status)) {
        free(memory);
        return status.code == BASE_NO_MEMORY
                   ? status
                   : table_file_fault(file, load->handle.offset, stored_len, status);
    }
    *ret_block = (TableBlock *)(void *)memory;
    *ret_charge = len;
    return base_ok();
}

BaseStatus
table_block_get(Table *table, uint32_t ordinal, unsigned flags, const TableWindow *window,
                TableBlock **ret_block)
{
    Load load = {table, window, table_index_handle(&table->index, ordinal)};
    return table_block_cache_get(table->cache, &table->slots[ordinal], flags, load_block, &load,
                                 ret_block);
}

/* ------------------------------------------------------------------------------------ gets -- */

/* Reports a data block whose check was good and whose contents make no sense. */
static BaseStatus
report_block(const Table *table, uint32_t ordinal)
{
    FormatHandle handle = table_index_handle(&table->index, ordinal);
    return table_file_fault(&table->file, handle.offset, handle.size,
                            format_corrupt("an entry of a data block makes no sense"));
}

/* Looks for a key from a data block on. */
static BaseStatus
find_from(Table *table, uint32_t ordinal, BaseSlice key, int64_t version, unsigned flags,
          TableFound *ret_found, TableView *ret_view)
{
    for (; ordinal < table->index.count; ordinal++) {
        TableBlock *block = NULL;
        BaseStatus status = table_block_get(table, ordinal, flags, NULL, &block);
        if (!base_is_ok(status)) {
            return status;
        }
        FormatEntry entry;
        FormatFind find = format_data_block_find(&block->data, key, version, &entry);
        if (find == FORMAT_FIND_BEYOND) {
            continue;
        }
        if (find == FORMAT_FIND_CORRUPT) {
            return report_block(table, ordinal);
        }
        *ret_found = find == FORMAT_FIND_ENTRY ? TABLE_FOUND : TABLE_ABSENT;
        if (find == FORMAT_FIND_ENTRY) {
            if (table->version_override != 0) {
                entry.version = table->version_override;
            }
            *ret_view = (TableView){entry, block};
        }
        return base_ok();
    }
    *ret_found = TABLE_ABSENT;
    return base_ok();
}

BaseStatus
table_get(Table *table, BaseSlice key, uint64_t hash, int64_t version, unsigned flags,
          TableFound *ret_found, TableView *ret_view)
{
    if (!format_filter_may_hold(&table->filter, hash)) {
        *ret_found = TABLE_FILTERED;
        return base_ok();
    }
    if (table->index.count == 0 || !table_translate_version(table, &version)) {
        *ret_found = TABLE_ABSENT;
        return base_ok();
    }
    uint32_t ordinal = table_index_find(&table->index, key);
    return find_from(table, ordinal, key, version, flags, ret_found, ret_view);
}

/* Whether `key` belongs into the block of `ordinal`, given that it is behind the one before. */
static bool
is_block_of(const TableIndex *index, uint32_t ordinal, BaseSlice key)
{
    return ordinal < index->count &&
           base_slice_compare(key, table_index_separator(index, ordinal)) <= 0;
}

BaseStatus
table_multi_get(Table *table, TableLookup *lookups, size_t count, int64_t version, unsigned flags,
                size_t *ret_done)
{
    bool shows = table_translate_version(table, &version) && table->index.count != 0;
    for (size_t i = 0; i < count && table->filter.lines != 0; i++) {
        format_filter_prefetch(&table->filter, lookups[i].hash);
    }
    uint32_t ordinal = 0;
    const TableLookup *before = NULL; /* the last one that the index was asked for */
    *ret_done = 0;
    for (size_t i = 0; i < count; i++, (*ret_done)++) {
        TableLookup *lookup = &lookups[i];
        if (!format_filter_may_hold(&table->filter, lookup->hash) || !shows) {
            lookup->found = shows ? TABLE_FILTERED : TABLE_ABSENT;
            continue;
        }
        bool near = before != NULL && base_slice_compare(before->key, lookup->key) <= 0 &&
                    is_block_of(&table->index, ordinal, lookup->key);
        if (!near) {
            ordinal = table_index_find(&table->index, lookup->key);
        }
        before = lookup;
        BaseStatus status =
            find_from(table, ordinal, lookup->key, version, flags, &lookup->found, &lookup->view);
        if (!base_is_ok(status)) {
            return status;
        }
    }
    return base_ok();
}
