/*
 * iterator.h: all entries of a table in entry order, forward and backward.
 *
 * This is the internal view: every version of every key, removes included. What is visible is
 * decided above.
 *
 * An iterator pins the block that it stands in, so it may live across read sections; it enters one
 * by itself to fetch a block. It holds no reference to the table: the owner keeps the table open.
 *
 * After each move `valid` says whether there is a current entry. When it is false, `status` tells
 * the end (OK) from an error, and the iterator must be positioned anew. A key to seek must not be
 * borrowed from the iterator itself.
 *
 * Reading ahead. When blocks are taken one behind the other and are not in memory, stretches that
 * grow from 16 KiB to 256 KiB are read at once. A streaming iterator (for compaction) begins with
 * the longest, and what it reads does not enter the cache.
 *
 * Threading: one owner at a time.
 */
#ifndef LARDER_ENGINE_TABLE_ITERATOR_H
#define LARDER_ENGINE_TABLE_ITERATOR_H

#include "engine/table/table.h"

typedef struct TableIterator {
    Table *table;
    bool valid;
    BaseStatus status;
    FormatDataCursor cursor;
    TableBlock *block; /* pinned; NULL: none */
    uint32_t ordinal;  /* of that block */
    uint32_t aimed;    /* the block that a seek begins in; see aim() */
    unsigned flags;
    int64_t version_override;
    uint32_t expected;   /* the block that would make the accesses sequential */
    uint32_t sequential; /* blocks taken in sequence */
    TableWindow window;
} TableIterator;

/*
 * An iterator that stands nowhere. `flags`: TableCacheFlag bits. With TABLE_CACHE_ONLY a block that
 * is not in memory ends a move with BASE_WOULD_BLOCK.
 */
void table_iterator_init(TableIterator *iterator, Table *table, unsigned flags);

/* Gives back what it holds. Takes one that stands nowhere. */
void table_iterator_clear(TableIterator *iterator);

/* Lets one that was used stand nowhere in a table, as if new; its buffers stay. */
void table_iterator_reset(TableIterator *iterator, Table *table, unsigned flags);

/* Gives back the block that it stands in, and memory; but small buffers stay. */
void table_iterator_rest(TableIterator *iterator);

/* To the first or the last entry. */
void table_iterator_first(TableIterator *iterator);
void table_iterator_last(TableIterator *iterator);

/* To the first entry at or behind (key, version) in entry order. */
void table_iterator_seek(TableIterator *iterator, BaseSlice key, int64_t version);

/* To the last entry before (key, version) in entry order. */
void table_iterator_seek_before(TableIterator *iterator, BaseSlice key, int64_t version);

/*
 * A seek in steps, for whoever seeks in many tables: between them, the memory that the next one
 * needs is fetched. aim() finds the block in which the seek begins, approach() fetches where a
 * search in it starts, close_in() the entries. All are hints but for aim(), which must come before
 * seek_aimed() with the same key. approach() and close_in() are called inside a read section.
 */
void table_iterator_aim(TableIterator *iterator, BaseSlice key);
void table_iterator_approach(const TableIterator *iterator);
void table_iterator_close_in(const TableIterator *iterator, BaseSlice key, int64_t version);
void table_iterator_seek_aimed(TableIterator *iterator, BaseSlice key, int64_t version);
void table_iterator_seek_before_aimed(TableIterator *iterator, BaseSlice key, int64_t version);

/* What a move does when the step within the block has not found an entry. */
void table_iterator_next_block(TableIterator *iterator, FormatStep step);
void table_iterator_prev_block(TableIterator *iterator, FormatStep step);

/* To the entry before. REQUIRES: valid. */
static inline void
table_iterator_prev(TableIterator *iterator)
{
    FormatStep step = format_data_cursor_prev(&iterator->cursor);
    if (__builtin_expect(step != FORMAT_STEP_ENTRY, 0)) {
        table_iterator_prev_block(iterator, step);
    } else if (__builtin_expect(iterator->version_override != 0, 0)) {
        iterator->cursor.entry.version = iterator->version_override;
    }
}

/* To the entry behind. REQUIRES: valid. */
static inline void
table_iterator_next(TableIterator *iterator)
{
    FormatStep step = format_data_cursor_next(&iterator->cursor);
    if (__builtin_expect(step != FORMAT_STEP_ENTRY, 0)) {
        table_iterator_next_block(iterator, step);
    } else if (__builtin_expect(iterator->version_override != 0, 0)) {
        iterator->cursor.entry.version = iterator->version_override;
    }
}

/*
 * After next(): whether the current entry has the key of the one before, so that it is an older one
 * of it. REQUIRES: valid.
 */
static inline bool
table_iterator_repeats(const TableIterator *iterator)
{
    return iterator->cursor.repeats;
}

/*
 * Whether the entry before the current one has the same key, so that it is a newer one. An error
 * ends the iterator. REQUIRES: valid.
 */
bool table_iterator_restart_has_newer(TableIterator *iterator);

static inline bool
table_iterator_has_newer(TableIterator *iterator)
{
    return format_data_cursor_at_restart(&iterator->cursor)
               ? table_iterator_restart_has_newer(iterator)
               : iterator->cursor.repeats;
}

/* The current entry, borrowed until the next move. REQUIRES: valid. */
static inline const FormatEntry *
table_iterator_entry(const TableIterator *iterator)
{
    return &iterator->cursor.entry;
}

/* A key that no key of the block at hand is behind. REQUIRES: valid. */
BaseSlice table_iterator_block_end(const TableIterator *iterator);

/* The version of an entry of the block at hand, which the block has as `delta` above its base. */
static inline int64_t
table_iterator_version(const TableIterator *iterator, uint64_t delta)
{
    return iterator->version_override != 0 ? iterator->version_override
                                           : iterator->cursor.block.version_base + (int64_t)delta;
}

/* The version of an entry that the block's cursor has read. */
static inline int64_t
table_iterator_version_of(const TableIterator *iterator, const FormatEntry *entry)
{
    return iterator->version_override != 0 ? iterator->version_override : entry->version;
}

/*
 * Whether it is known that the first one of the entries that format_data_cursor_back() shows is the
 * newest of its key. REQUIRES: valid, and there are some.
 */
bool table_iterator_is_newest(const TableIterator *iterator, const FormatBackEntry *first);

/* To the i-th of those entries. REQUIRES: valid. */
static inline void
table_iterator_go_back(TableIterator *iterator, size_t i)
{
    format_data_cursor_go_back(&iterator->cursor, i);
    iterator->cursor.entry.version = table_iterator_version_of(iterator, &iterator->cursor.entry);
}

/*
 * To an entry of the block at hand that was found by looking ahead (format/data_peek.h); `key` is
 * its key, not borrowed from the iterator. REQUIRES: valid; the cursor's key has room for it.
 */
void table_iterator_stand(TableIterator *iterator, const uint8_t *at, BaseSlice key);

/*
 * Keeps the current entry's value beyond the next move: the caller gives the pin back with
 * table_block_unpin(). REQUIRES: valid.
 */
static inline TableBlock *
table_iterator_pin(TableIterator *iterator)
{
    table_block_pin(iterator->block);
    return iterator->block;
}

#endif
