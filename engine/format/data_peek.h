/*
 * data_peek.h: looks ahead in a data block from where a cursor stands, while the cursor stays.
 *
 * Keys are not put together: whoever looks ahead keeps them, and tells of each entry's key when the
 * next one is to be looked at. What makes no sense ends the look ahead, and the cursor will find it
 * when it gets there. format_data_cursor_stand() takes the cursor to an entry that was seen.
 *
 * Threading: the cursor's owner.
 */
#ifndef LARDER_ENGINE_FORMAT_DATA_PEEK_H
#define LARDER_ENGINE_FORMAT_DATA_PEEK_H

#include "engine/format/data_block.h"

typedef struct FormatDataPeek {
    const FormatDataBlock *block;
    const uint8_t *at; /* the entry looked at */
    const uint8_t *next;
    FormatEntryHead head;
    bool repeats; /* its key is the one before */
} FormatDataPeek;

/* Begins with the entry behind the current one. REQUIRES: a current entry. */
static inline FormatDataPeek
format_data_peek(const FormatDataCursor *cursor)
{
    return (FormatDataPeek){.block = &cursor->block, .next = cursor->next};
}

/*
 * Looks at the next entry; `before` is the key of the one before it. False: there is none, or it
 * makes no sense, which a step to it will say.
 */
static inline bool
format_data_peek_next(FormatDataPeek *peek, BaseSlice before)
{
    const FormatDataBlock *block = peek->block;
    FormatEntryHead *head = &peek->head;
    if (peek->next == block->words) {
        return false;
    }
    peek->at = peek->next;
    peek->next = format_entry_read(peek->at, block->words, head);
    if (__builtin_expect(peek->next == NULL || head->shared > before.len ||
                             head->shared + head->unshared == 0 ||
                             !format_data_block_has_version(block, head->version_delta),
                         0)) {
        return false;
    }
    peek->repeats = format_entry_repeats(head, before);
    return true;
}

#endif
