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

BaseStatus
table_block_unpack(const FormatFrame *frame, const FormatDictionary *dictionary, TableBlock **block)
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
        status = table_block_unpack(&frame, table->dictionary, block);
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

/* The block of a key, given that of the lookup before, which is likely to be near. */
static uint32_t
find_near(const TableLookup *before, uint32_t ordinal, const TableLookup *lookup)
{
    const TableIndex *index = &lookup->table->index;
    bool near = before != NULL && before->table == lookup->table && ordinal < index->count &&
                base_slice_compare(before->key, lookup->key) <= 0 &&
                base_slice_compare(lookup->key, table_index_separator(index, ordinal)) <= 0;
    return near ? ordinal : table_index_find(index, lookup->key);
}

/* Asks filters and indexes; ordinals[i] is the block to search, or NO_BLOCK. */
static void
locate(TableLookup *lookups, size_t count, int64_t version, uint32_t ordinals[BATCH])
{
    const TableLookup *before = NULL;
    uint32_t ordinal = 0;
    for (size_t i = 0; i < count; i++) {
        TableLookup *lookup = &lookups[i];
        const Table *table = lookup->table;
        int64_t translated = version;
        ordinals[i] = NO_BLOCK;
        lookup->found = TABLE_FILTERED;
        if (!format_filter_may_hold(&table->filter, lookup->hash)) {
            continue;
        }
        lookup->found = TABLE_ABSENT;
        if (table->index.count == 0 || !table_translate_version(table, &translated)) {
            continue;
        }
        ordinal = find_near(before, ordinal, lookup);
        before = lookup;
        if (ordinal < table->index.count) {
            ordinals[i] = ordinal;
            __builtin_prefetch((const void *)&table->slots[ordinal]);
        }
    }
}

/*
 * Of the blocks that are in memory, fetches where a search begins, of all of them at once, and then
 * the entries that it will end with.
 */
static void
fetch(const TableLookup *lookups, size_t count, int64_t version, const uint32_t ordinals[BATCH])
{
    for (size_t i = 0; i < count; i++) {
        if (ordinals[i] != NO_BLOCK) {
            table_block_cache_prefetch(&lookups[i].table->slots[ordinals[i]]);
        }
    }
    for (size_t i = 0; i < count; i++) {
        const TableBlock *block = NULL;
        if (ordinals[i] != NO_BLOCK) {
            block = table_block_cache_peek(&lookups[i].table->slots[ordinals[i]]);
        }
        if (block != NULL) {
            format_data_block_prefetch(&block->data, lookups[i].key, version);
        }
    }
}

/* As table_multi_get(), for a batch. */
static BaseStatus
get_batch(TableLookup *lookups, size_t count, int64_t version, unsigned flags, size_t *done)
{
    uint32_t ordinals[BATCH];
    locate(lookups, count, version, ordinals);
    fetch(lookups, count, version, ordinals);
    for (size_t i = 0; i < count; i++) {
        TableLookup *lookup = &lookups[i];
        int64_t translated = version;
        if (ordinals[i] != NO_BLOCK) {
            (void)table_translate_version(lookup->table, &translated);
            BaseStatus status = find_from(lookup->table, ordinals[i], lookup->key, translated,
                                          flags, &lookup->found, &lookup->view);
            if (!base_is_ok(status)) {
                return status;
            }
        }
        ++*done;
    }
    return base_ok();
}

BaseStatus
table_multi_get(TableLookup *lookups, size_t count, int64_t version, unsigned flags,
                size_t *ret_done)
{
    *ret_done = 0;
    for (size_t i = 0; i < count; i++) {
        table_prefetch(lookups[i].table, lookups[i].hash);
    }
    BaseStatus status = base_ok();
    for (size_t i = 0; i < count && base_is_ok(status); i += BATCH) {
        size_t batch = count - i < BATCH ? count - i : BATCH;
        status = get_batch(lookups + i, batch, version, flags, ret_done);
    }
    return status;
}
