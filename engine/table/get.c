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
    uint32_t ordinal;
} Load;

/* Replaces a block that was read by one with its unpacked bytes. */
static BaseStatus
unpack_block(const FormatFrame *frame, const FormatDictionary *dictionary, TableBlock **block)
{
    TableBlock *unpacked = table_block_new(frame->raw_len);
    if (unpacked == NULL) {
        return base_error(BASE_NO_MEMORY, "no memory for a block");
    }
    BaseStatus status = format_frame_unpack(frame, dictionary, unpacked->memory);
    if (!base_is_ok(status)) {
        table_block_free(unpacked);
        return status;
    }
    table_block_free(*block);
    *block = unpacked;
    return base_ok();
}

/* Checks a block whose stored bytes were read, and unpacks it. */
static BaseStatus
open_block(const Table *table, FormatHandle handle, TableBlock **block)
{
    FormatFrame frame;
    BaseSlice stored =
        base_slice((*block)->memory, (size_t)handle.size + FORMAT_FRAME_TRAILER_BYTES);
    BaseStatus status = format_frame_open(stored, table->file.id, handle.offset, &frame);
    if (base_is_ok(status) && frame.codec != FORMAT_CODEC_NONE) {
        status = unpack_block(&frame, table->dictionary, block);
    }
    if (!base_is_ok(status)) {
        return status;
    }
    return format_data_block_open(base_slice((*block)->memory, frame.raw_len), &(*block)->data);
}

/* Lets the header have the prefix of all keys. */
static void
copy_prefix(TableBlock *block)
{
    if (block->data.prefix_len <= sizeof block->prefix) {
        memcpy(block->prefix, block->data.prefix, block->data.prefix_len);
        block->data.prefix = block->prefix;
    }
}

static BaseStatus
load_block(void *user, TableBlock **ret_block)
{
    const Load *load = user;
    const TableFile *file = &load->table->file;
    FormatHandle handle = table_index_handle(&load->table->index, load->ordinal);
    size_t stored_len = (size_t)handle.size + FORMAT_FRAME_TRAILER_BYTES;
    TableBlock *block = table_block_new(stored_len);
    if (block == NULL) {
        return base_error(BASE_NO_MEMORY, "no memory for a block");
    }
    BaseStatus status =
        table_file_read_through(file, load->window, handle.offset, block->memory, stored_len);
    if (!base_is_ok(status)) {
        table_block_free(block);
        return status;
    }
    status = open_block(load->table, handle, &block);
    if (!base_is_ok(status)) {
        table_block_free(block);
        return status.code == BASE_NO_MEMORY
                   ? status
                   : table_file_fault(file, handle.offset, stored_len, status);
    }
    copy_prefix(block);
    *ret_block = block;
    return base_ok();
}

BaseStatus
table_block_get(Table *table, uint32_t ordinal, unsigned flags, const TableWindow *window,
                TableBlock **ret_block)
{
    Load load = {table, window, ordinal};
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

void
table_prefetch(const Table *table, uint64_t hash)
{
    if (table->filter.lines != 0) {
        format_filter_prefetch(&table->filter, hash);
    }
}

/* ------------------------------------------------------------------------------- many gets -- */

/* Keys whose blocks are fetched together. */
enum { BATCH = 16 };

static const uint32_t NO_BLOCK = UINT32_MAX;

/* The block of `key`, given that of the key before, which is likely to be near. */
static uint32_t
find_near(const TableIndex *index, uint32_t ordinal, BaseSlice before, BaseSlice key)
{
    bool near = ordinal < index->count && before.len != 0 && base_slice_compare(before, key) <= 0 &&
                base_slice_compare(key, table_index_separator(index, ordinal)) <= 0;
    return near ? ordinal : table_index_find(index, key);
}

/*
 * Asks filter and index for some keys. Of the blocks that are in memory it fetches first where a
 * search begins, of all of them at once, and then the entries that it will end with.
 */
static void
locate(const Table *table, TableLookup *lookups, size_t count, int64_t version,
       uint32_t ordinals[BATCH])
{
    uint32_t ordinal = 0;
    BaseSlice before = BASE_SLICE_EMPTY;
    for (size_t i = 0; i < count; i++) {
        ordinals[i] = NO_BLOCK;
        lookups[i].found = TABLE_FILTERED;
        if (!format_filter_may_hold(&table->filter, lookups[i].hash)) {
            continue;
        }
        lookups[i].found = TABLE_ABSENT;
        ordinal = find_near(&table->index, ordinal, before, lookups[i].key);
        before = lookups[i].key;
        if (ordinal < table->index.count) {
            ordinals[i] = ordinal;
            table_block_cache_prefetch(&table->slots[ordinal]);
        }
    }
    for (size_t i = 0; i < count; i++) {
        const TableBlock *block =
            ordinals[i] == NO_BLOCK ? NULL : table_block_cache_peek(&table->slots[ordinals[i]]);
        if (block != NULL) {
            format_data_block_prefetch(&block->data, lookups[i].key, version);
        }
    }
}

/* As table_multi_get(), for a batch. */
static BaseStatus
get_batch(Table *table, TableLookup *lookups, size_t count, int64_t version, unsigned flags,
          size_t *done)
{
    uint32_t ordinals[BATCH];
    locate(table, lookups, count, version, ordinals);
    for (size_t i = 0; i < count; i++) {
        if (ordinals[i] != NO_BLOCK) {
            BaseStatus status = find_from(table, ordinals[i], lookups[i].key, version, flags,
                                          &lookups[i].found, &lookups[i].view);
            if (!base_is_ok(status)) {
                return status;
            }
        }
        ++*done;
    }
    return base_ok();
}

BaseStatus
table_multi_get(Table *table, TableLookup *lookups, size_t count, int64_t version, unsigned flags,
                size_t *ret_done)
{
    *ret_done = 0;
    if (table->index.count == 0 || !table_translate_version(table, &version)) {
        for (; *ret_done < count; ++*ret_done) {
            lookups[*ret_done].found = TABLE_ABSENT;
        }
        return base_ok();
    }
    for (size_t i = 0; i < count && table->filter.lines != 0; i++) {
        format_filter_prefetch(&table->filter, lookups[i].hash);
    }
    BaseStatus status = base_ok();
    for (size_t i = 0; i < count && base_is_ok(status); i += BATCH) {
        size_t batch = count - i < BATCH ? count - i : BATCH;
        status = get_batch(table, lookups + i, batch, version, flags, ret_done);
    }
    return status;
}
