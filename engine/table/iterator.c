/*
 * iterator.c: all entries of a table. See iterator.h.
 */
#include "engine/table/iterator.h"

#include "engine/table/table_private.h"

enum {
    AHEAD_FIRST = 16 * 1024,
    AHEAD_LONGEST = 256 * 1024,
    SEQUENTIAL_BLOCKS = 2, /* so many in sequence are taken for a scan */
    KEYS_KEPT_MAX = 8192,  /* bytes of keys, of each kind, that a resting iterator keeps room for */
};

void
table_iterator_init(TableIterator *iterator, Table *table, unsigned flags)
{
    *iterator = (TableIterator){.table = table,
                                .status = base_ok(),
                                .cursor = FORMAT_DATA_CURSOR_INIT,
                                .flags = flags,
                                .version_override = table->version_override,
                                .expected = UINT32_MAX};
}

void
table_iterator_clear(TableIterator *iterator)
{
    table_block_unpin(iterator->block);
    iterator->block = NULL;
    iterator->valid = false;
    format_data_cursor_clear(&iterator->cursor);
    table_window_clear(&iterator->window);
}

void
table_iterator_rest(TableIterator *iterator)
{
    table_block_unpin(iterator->block);
    iterator->block = NULL;
    iterator->valid = false;
    table_window_clear(&iterator->window);
    const FormatDataCursor *cursor = &iterator->cursor;
    if (cursor->key.capacity + cursor->back.keys.capacity > KEYS_KEPT_MAX) {
        format_data_cursor_clear(&iterator->cursor);
    }
}

void
table_iterator_reset(TableIterator *iterator, Table *table, unsigned flags)
{
    table_block_unpin(iterator->block);
    iterator->block = NULL;
    iterator->table = table;
    iterator->valid = false;
    iterator->status = base_ok();
    iterator->flags = flags;
    iterator->version_override = table->version_override;
    iterator->expected = UINT32_MAX;
    iterator->sequential = 0;
    iterator->window.len = 0;
}

/* ---------------------------------------------------------------------------------- blocks -- */

static void
stop(TableIterator *iterator, BaseStatus status)
{
    iterator->valid = false;
    iterator->status = status;
}

/* How much to read at once, given what was read in sequence so far; 0: just the block. */
static size_t
choose_ahead(const TableIterator *iterator)
{
    if ((iterator->flags & TABLE_CACHE_PASS) != 0) {
        return AHEAD_LONGEST;
    }
    if (iterator->sequential < SEQUENTIAL_BLOCKS || (iterator->flags & TABLE_CACHE_ONLY) != 0) {
        return 0;
    }
    size_t doubled = iterator->window.capacity == 0 ? AHEAD_FIRST : iterator->window.capacity * 2;
    return doubled > AHEAD_LONGEST ? AHEAD_LONGEST : doubled;
}

/* Reads ahead if the block is neither in memory nor in the window, and that is worth it. */
static BaseStatus
fill_window(TableIterator *iterator, uint32_t ordinal)
{
    const Table *table = iterator->table;
    TableWindow *window = &iterator->window;
    if (table_block_cache_peek(&table->slots[ordinal]) != NULL) {
        return base_ok();
    }
    FormatHandle handle = table_index_handle(&table->index, ordinal);
    uint64_t stop_at = handle.offset + handle.size + FORMAT_FRAME_TRAILER_BYTES;
    bool in_window = handle.offset >= window->offset && stop_at <= window->offset + window->len;
    size_t ahead = in_window ? 0 : choose_ahead(iterator);
    uint64_t left = table->data_end - handle.offset;
    ahead = ahead > left ? (size_t)left : ahead;
    if (ahead <= stop_at - handle.offset) {
        return base_ok();
    }
    return table_file_read_window(&table->file, handle.offset, ahead, window);
}

/* Fetches a block and pins it. */
static BaseStatus
fetch(TableIterator *iterator, uint32_t ordinal, TableBlock **ret_block)
{
    BaseStatus status = fill_window(iterator, ordinal);
    if (!base_is_ok(status)) {
        return status;
    }
    if (!base_epoch_enter()) {
        return base_error(BASE_NO_MEMORY, "no memory for a read section");
    }
    status =
        table_block_get(iterator->table, ordinal, iterator->flags, &iterator->window, ret_block);
    if (base_is_ok(status)) {
        table_block_pin(*ret_block);
    }
    base_epoch_exit();
    return status;
}

/* Goes into a block, in front of its first entry. False: it failed, and the iterator says so. */
static bool
enter(TableIterator *iterator, uint32_t ordinal)
{
    iterator->sequential = ordinal == iterator->expected ? iterator->sequential + 1 : 0;
    iterator->expected = ordinal + 1;
    if (iterator->block == NULL || iterator->ordinal != ordinal) {
        TableBlock *block = NULL;
        BaseStatus status = fetch(iterator, ordinal, &block);
        if (!base_is_ok(status)) {
            stop(iterator, status);
            return false;
        }
        table_block_unpin(iterator->block);
        iterator->block = block;
        iterator->ordinal = ordinal;
    }
    format_data_cursor_enter(&iterator->cursor, &iterator->block->data);
    return true;
}

/* Stands on what a step has found. REQUIRES: the step was not to an end. */
static void
settle(TableIterator *iterator, FormatStep step)
{
    if (step == FORMAT_STEP_ENTRY) {
        iterator->valid = true;
        iterator->status = base_ok();
        if (iterator->version_override != 0) {
            iterator->cursor.entry.version = iterator->version_override;
        }
        return;
    }
    if (step == FORMAT_STEP_NO_MEMORY) {
        stop(iterator, base_error(BASE_NO_MEMORY, "no memory for a key"));
        return;
    }
    FormatHandle handle = table_index_handle(&iterator->table->index, iterator->ordinal);
    stop(iterator, table_file_fault(&iterator->table->file, handle.offset, handle.size,
                                    format_corrupt("an entry of a data block makes no sense")));
}

/*
 * Whether the key of the block's first entry is that of the last entry of the block before. Only
 * then it is the separator between the two.
 */
static bool
goes_on(const TableIterator *iterator, BaseSlice first)
{
    const TableIndex *index = &iterator->table->index;
    return iterator->ordinal != 0 &&
           base_slice_equal(table_index_separator(index, iterator->ordinal - 1), first);
}

bool
table_iterator_is_newest(const TableIterator *iterator, const FormatBackEntry *first)
{
    return first->at == iterator->cursor.block.entries && !goes_on(iterator, first->entry.key);
}

bool
table_iterator_restart_has_newer(TableIterator *iterator)
{
    bool has = false;
    if (iterator->cursor.at == iterator->cursor.block.entries) {
        return goes_on(iterator, iterator->cursor.entry.key);
    }
    FormatStep step = format_data_cursor_has_newer(&iterator->cursor, &has);
    if (__builtin_expect(step != FORMAT_STEP_ENTRY, 0)) {
        settle(iterator, step);
        return false;
    }
    return has;
}

/* ----------------------------------------------------------------------------------- moves -- */

/* Fetches from memory what a walk needs first of the block that it comes to next. */
static void
fetch_ahead(const TableIterator *iterator, uint32_t ordinal)
{
    const Table *table = iterator->table;
    if (ordinal < table->index.count) {
        table_block_cache_prefetch(&table->slots[ordinal]);
    }
}

void
table_iterator_next_block(TableIterator *iterator, FormatStep step)
{
    if (step != FORMAT_STEP_END) {
        settle(iterator, step);
    } else if (iterator->ordinal + 1 == iterator->table->index.count) {
        stop(iterator, base_ok());
    } else if (enter(iterator, iterator->ordinal + 1)) {
        fetch_ahead(iterator, iterator->ordinal + 1);
        settle(iterator, format_data_cursor_first(&iterator->cursor));
        iterator->cursor.repeats = iterator->valid && goes_on(iterator, iterator->cursor.entry.key);
    }
}

void
table_iterator_first(TableIterator *iterator)
{
    if (iterator->table->index.count == 0) {
        stop(iterator, base_ok());
    } else if (enter(iterator, 0)) {
        settle(iterator, format_data_cursor_first(&iterator->cursor));
    }
}

void
table_iterator_last(TableIterator *iterator)
{
    uint32_t count = iterator->table->index.count;
    if (count == 0) {
        stop(iterator, base_ok());
    } else if (enter(iterator, count - 1)) {
        settle(iterator, format_data_cursor_last(&iterator->cursor));
    }
}

/* The place of a version in a table all of whose entries count as having another one. */
static int64_t
translate(const TableIterator *iterator, int64_t version)
{
    if (iterator->version_override == 0) {
        return version;
    }
    return version >= iterator->version_override ? INT64_MAX : 0;
}

void
table_iterator_aim(TableIterator *iterator, BaseSlice key)
{
    const Table *table = iterator->table;
    iterator->aimed = table->index.count == 0 ? 0 : table_index_find(&table->index, key);
    if (iterator->aimed < table->index.count) {
        __builtin_prefetch((const void *)&table->slots[iterator->aimed]);
    }
}

void
table_iterator_approach(const TableIterator *iterator)
{
    if (iterator->aimed < iterator->table->index.count) {
        table_block_cache_prefetch(&iterator->table->slots[iterator->aimed]);
    }
}

void
table_iterator_close_in(const TableIterator *iterator, BaseSlice key, int64_t version)
{
    if (iterator->aimed < iterator->table->index.count) {
        const TableBlock *block = table_block_cache_peek(&iterator->table->slots[iterator->aimed]);
        if (block != NULL) {
            format_data_block_prefetch(&block->data, key, version);
        }
    }
}

void
table_iterator_seek_aimed(TableIterator *iterator, BaseSlice key, int64_t version)
{
    uint32_t count = iterator->table->index.count;
    uint32_t ordinal = iterator->aimed;
    if (ordinal == count) {
        iterator->cursor.back.wanted = 0;
        stop(iterator, base_ok());
        return;
    }
    if (!enter(iterator, ordinal)) {
        return;
    }
    version = translate(iterator, version);
    FormatStep step = format_data_cursor_seek(&iterator->cursor, key, version);
    while (step == FORMAT_STEP_END && ++ordinal < count) {
        if (!enter(iterator, ordinal)) {
            return;
        }
        step = format_data_cursor_seek(&iterator->cursor, key, version);
    }
    if (step == FORMAT_STEP_END) {
        stop(iterator, base_ok());
    } else {
        settle(iterator, step);
    }
}

void
table_iterator_seek_before_aimed(TableIterator *iterator, BaseSlice key, int64_t version)
{
    table_iterator_seek_aimed(iterator, key, version);
    if (iterator->valid) {
        table_iterator_prev(iterator);
    } else if (base_is_ok(iterator->status)) {
        table_iterator_last(iterator);
    }
}

void
table_iterator_seek(TableIterator *iterator, BaseSlice key, int64_t version)
{
    table_iterator_aim(iterator, key);
    table_iterator_seek_aimed(iterator, key, version);
}

void
table_iterator_seek_before(TableIterator *iterator, BaseSlice key, int64_t version)
{
    table_iterator_aim(iterator, key);
    table_iterator_seek_before_aimed(iterator, key, version);
}

BaseSlice
table_iterator_block_end(const TableIterator *iterator)
{
    return table_index_separator(&iterator->table->index, iterator->ordinal);
}

void
table_iterator_stand(TableIterator *iterator, const uint8_t *at, BaseSlice key)
{
    settle(iterator, format_data_cursor_stand(&iterator->cursor, at, key));
}

void
table_iterator_prev_block(TableIterator *iterator, FormatStep step)
{
    if (step != FORMAT_STEP_END) {
        settle(iterator, step);
    } else if (iterator->ordinal == 0) {
        stop(iterator, base_ok());
    } else if (enter(iterator, iterator->ordinal - 1)) {
        fetch_ahead(iterator, iterator->ordinal - 1); /* of the first: none */
        settle(iterator, format_data_cursor_last(&iterator->cursor));
    }
}
