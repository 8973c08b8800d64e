/*
 * merge.h: the entries of several sources as one sequence, in entry order, forward and backward.
 *
 * Sources are few (memtables, runs of level 0, one for each level), so the next entry is found by
 * looking at all of them, and the best and the second best are remembered: as long as the source at
 * hand stays before the second best, a step is a step of that source and one comparison.
 *
 * An error of any source ends the merge with that error (L-12).
 *
 * Threading: one owner at a time.
 */
#ifndef LARDER_ENGINE_LSM_MERGE_H
#define LARDER_ENGINE_LSM_MERGE_H

#include "engine/lsm/source.h"

typedef struct LsmMerge {
    LsmSource *sources; /* borrowed */
    size_t count;
    bool valid;
    bool backward;
    BaseStatus status;
    LsmSource *at;   /* the source of the current entry */
    LsmSource *next; /* the best of the others; NULL: there is no other */
} LsmMerge;

/* A merge that stands nowhere. */
void lsm_merge_init(LsmMerge *merge, LsmSource *sources, size_t count);

void lsm_merge_first(LsmMerge *merge);
void lsm_merge_last(LsmMerge *merge);

/* To the first entry at or behind (key, version). `key` is not borrowed from a source. */
void lsm_merge_seek(LsmMerge *merge, BaseSlice key, int64_t version);

/* To the last entry before (key, version). */
void lsm_merge_seek_before(LsmMerge *merge, BaseSlice key, int64_t version);

/* REQUIRES: valid. */
void lsm_merge_next(LsmMerge *merge);
void lsm_merge_prev(LsmMerge *merge);

/* The current entry, borrowed until the next move. REQUIRES: valid. */
static inline const FormatEntry *
lsm_merge_entry(const LsmMerge *merge)
{
    return merge->at->entry;
}

#endif
