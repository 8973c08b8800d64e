/*
 * data_block.h: reads a data block: point lookup, seek, next, prev.
 *
 * A FormatDataBlock is where the parts of a block lie; it is made once when the block is read from
 * disk and borrows its bytes. A FormatDataCursor stands on an entry and has its key put together.
 *
 * Searching. The words of the restarts (the eight bytes of their keys behind the prefix that all
 * keys of the block share) are searched without touching the entries. Then the entries of a group
 * are looked at, without putting keys together: while all keys so far were before the target, it is
 * enough to know how many bytes the last of them shares with the target (`match`):
 *
 *     shared > match   the key differs from the target where the last one did: still before it
 *     shared < match   the key differs from the last one earlier than the target does: behind it
 *     shared = match   the bytes stored here, compared with the target behind `match`, decide
 *
 * (A restart shares nothing by decree. The search ends at the first one that it meets, which is
 * not before the target.)
 *
 * Nothing is trusted: an entry that does not fit ends the walk with FORMAT_STEP_CORRUPT. Order and
 * counts are not proven by reading; format_data_block_verify() proves everything.
 *
 * Threading: a block is immutable and may be read from any thread; a cursor has one owner.
 */
#ifndef LARDER_ENGINE_FORMAT_DATA_BLOCK_H
#define LARDER_ENGINE_FORMAT_DATA_BLOCK_H

#include "engine/base/buf.h"
#include "engine/base/status.h"
#include "engine/format/data_back.h"
#include "engine/format/data_builder.h"
#include "engine/format/entry.h"
#include "engine/format/fixed.h"

enum {
    FORMAT_DATA_RESTART_BYTES = 12, /* a word and an offset */
    FORMAT_DATA_TAIL_BYTES = 20,
};

typedef struct FormatDataBlock {
    const uint8_t *entries;
    const uint8_t *words;  /* u64 x restarts, at any alignment; entries end here */
    const uint8_t *prefix; /* that all keys share */
    int64_t version_base;
    uint16_t prefix_len;
    uint16_t interval; /* entries of a group */
    uint32_t restarts;
    uint32_t count;
} FormatDataBlock;

/* Where the i-th restart begins, from the start of the block. */
static inline uint32_t
format_data_block_offset(const FormatDataBlock *block, uint32_t i)
{
    const uint8_t *offsets = block->words + (size_t)block->restarts * sizeof(uint64_t);
    return format_fixed_get32(offsets + (size_t)i * sizeof(uint32_t));
}

static inline const uint8_t *
format_data_block_restart(const FormatDataBlock *block, uint32_t i)
{
    return block->entries + format_data_block_offset(block, i);
}

/* Whether a version can be that much above the base. */
static inline bool
format_data_block_has_version(const FormatDataBlock *block, uint64_t delta)
{
    return delta <= (uint64_t)(INT64_MAX - block->version_base);
}

/* Where the parts of a block lie. BASE_CORRUPTION: it is none. */
BaseStatus format_data_block_open(BaseSlice bytes, FormatDataBlock *ret_block);

/* Proves that the bytes are what the builder makes of some entries. */
BaseStatus format_data_block_verify(const FormatDataBlock *block);

typedef enum FormatFind {
    FORMAT_FIND_ENTRY,   /* the entry that was asked for */
    FORMAT_FIND_ABSENT,  /* the block has none, and none can follow */
    FORMAT_FIND_BEYOND,  /* the block has none; the next block may */
    FORMAT_FIND_CORRUPT, /* the block makes no sense */
} FormatFind;

/*
 * The newest entry of `key` at or below `version`. The value is borrowed from the block, the key
 * from the caller.
 */
FormatFind format_data_block_find(const FormatDataBlock *block, BaseSlice key, int64_t version,
                                  FormatEntry *ret_entry);

/* Fetches from memory what format_data_block_find() will read for that key. A hint. */
void format_data_block_prefetch(const FormatDataBlock *block, BaseSlice key, int64_t version);

/* A place in a block. `entry` counts only after a step that returned FORMAT_STEP_ENTRY. */
typedef struct FormatDataCursor {
    FormatDataBlock block;
    const uint8_t *at;   /* the current entry */
    const uint8_t *next; /* the byte behind it */
    FormatEntry entry;   /* its key is borrowed from `key` */
    bool repeats;        /* its key is that of the entry before; at a restart only next() tells */
    BaseBuf key;
    FormatDataBack back; /* entries before the current one, if they are of it */
} FormatDataCursor;

#define FORMAT_DATA_CURSOR_INIT ((FormatDataCursor){.block = {0}})

/* Frees what it holds. */
void format_data_cursor_clear(FormatDataCursor *cursor);

/* Enters a block, in front of its first entry. The block's bytes must outlive the stay. */
void format_data_cursor_enter(FormatDataCursor *cursor, const FormatDataBlock *block);

/* The first entry, or the last one. */
FormatStep format_data_cursor_first(FormatDataCursor *cursor);
FormatStep format_data_cursor_last(FormatDataCursor *cursor);

/*
 * The first entry at or behind (key, version) in entry order. `key` must not be borrowed from the
 * cursor.
 */
FormatStep format_data_cursor_seek(FormatDataCursor *cursor, BaseSlice key, int64_t version);

/* The last entry before (key, version) in entry order. */
FormatStep format_data_cursor_seek_before(FormatDataCursor *cursor, BaseSlice key, int64_t version);

/* The entry before the current one. REQUIRES: a current entry. */
FormatStep format_data_cursor_prev(FormatDataCursor *cursor);

/*
 * The entries before the current one that are at hand; *ret_count: how many. Their views stay valid
 * until the cursor moves from the first of them, or elsewhere. REQUIRES: a current entry.
 */
static inline const FormatBackEntry *
format_data_cursor_back(const FormatDataCursor *cursor, size_t *ret_count)
{
    *ret_count = cursor->back.of == cursor->at ? cursor->back.count : 0;
    return format_data_back_entries(&cursor->back);
}

/* Makes the i-th of those the current entry. */
void format_data_cursor_go_back(FormatDataCursor *cursor, size_t i);

/*
 * Whether the entry before the current one, in this block, has the same key, so that it is a newer
 * one of it. Costs little where prev() comes next. REQUIRES: a current entry. FORMAT_STEP_ENTRY:
 * *ret_has is the answer.
 */
FormatStep format_data_cursor_has_newer(FormatDataCursor *cursor, bool *ret_has);

/* Whether the current entry begins a group, or may. */
static inline bool
format_data_cursor_at_restart(const FormatDataCursor *cursor)
{
    return cursor->at[0] == 0;
}

/* Makes room for a key. FORMAT_STEP_CORRUPT: no key is that long. */
FormatStep format_data_cursor_grow(FormatDataCursor *cursor, size_t key_len);

/* Makes the entry that begins at `at` the current one; the key holds that of the entry before. */
static inline FormatStep
format_data_cursor_take(FormatDataCursor *cursor, const uint8_t *at)
{
    FormatEntryHead head;
    const uint8_t *next = format_entry_read(at, cursor->block.words, &head);
    if (__builtin_expect(next == NULL || head.shared > cursor->key.len ||
                             !format_data_block_has_version(&cursor->block, head.version_delta),
                         0)) {
        return FORMAT_STEP_CORRUPT;
    }
    cursor->repeats = format_entry_repeats(&head, base_buf_slice(&cursor->key));
    size_t key_len = head.shared + head.unshared;
    if (__builtin_expect(key_len - 1 >= cursor->key.capacity, 0)) { /* 0 is no length */
        FormatStep step = format_data_cursor_grow(cursor, key_len);
        if (step != FORMAT_STEP_ENTRY) {
            return step;
        }
    }
    memcpy(cursor->key.data + head.shared, head.suffix, head.unshared);
    cursor->key.len = key_len;
    cursor->at = at;
    cursor->next = next;
    cursor->entry = (FormatEntry){
        .key = base_slice(cursor->key.data, key_len),
        .value = base_slice(head.value, head.value_len),
        .version = cursor->block.version_base + (int64_t)head.version_delta,
        .expires_at_ms = head.expires_at_ms,
        .kind = head.kind,
    };
    return FORMAT_STEP_ENTRY;
}

/* The entry behind the current one, or the first one right after entering. */
static inline FormatStep
format_data_cursor_next(FormatDataCursor *cursor)
{
    if (cursor->next == cursor->block.words) {
        return FORMAT_STEP_END;
    }
    return format_data_cursor_take(cursor, cursor->next);
}

/*
 * Makes an entry that was looked at ahead (data_peek.h), and does not repeat, the current one;
 * `key` is its key, not borrowed from the cursor. REQUIRES: the cursor's key has room for it.
 */
FormatStep format_data_cursor_stand(FormatDataCursor *cursor, const uint8_t *at, BaseSlice key);

#endif
