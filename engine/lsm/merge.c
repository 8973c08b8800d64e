/*
 * merge.c: best and second best.
 *
 * A turn, from forward to backward or back, moves every source but the current one to the other
 * side of the current entry; the current source holds the entry's bytes meanwhile.
 */
#include "engine/lsm/merge.h"

/* Less than, equal to or greater than 0, as `a` comes before, with or behind `b`. */
static int
compare(const FormatEntry *a, const FormatEntry *b)
{
    int order = base_slice_compare(a->key, b->key);
    if (order != 0) {
        return order;
    }
    return (a->version < b->version) - (a->version > b->version);
}

/* Whether `a` comes before `b` in the direction of the merge. */
static bool
ahead(const LsmMerge *merge, const LsmSource *a, const LsmSource *b)
{
    int order = compare(a->entry, b->entry);
    return merge->backward ? order > 0 : order < 0;
}

/* Finds best and second best among all sources. */
static void
choose(LsmMerge *merge)
{
    LsmSource *best = NULL;
    LsmSource *second = NULL;
    merge->status = base_ok();
    for (size_t i = 0; i < merge->count; i++) {
        LsmSource *source = &merge->sources[i];
        if (!source->valid) {
            if (source->status.code != BASE_OK) {
                merge->status = source->status;
            }
        } else if (best == NULL || ahead(merge, source, best)) {
            second = best;
            best = source;
        } else if (second == NULL || ahead(merge, source, second)) {
            second = source;
        }
    }
    merge->at = best;
    merge->next = second;
    merge->valid = best != NULL && merge->status.code == BASE_OK;
}

/* After the current source has moved. */
static void
rechoose(LsmMerge *merge)
{
    if (merge->at->valid && merge->status.code == BASE_OK &&
        (merge->next == NULL || ahead(merge, merge->at, merge->next))) {
        merge->valid = true;
        return;
    }
    choose(merge);
}

/* Moves all sources but the current one to the other side of the current entry. */
static void
turn(LsmMerge *merge, bool backward)
{
    const FormatEntry *entry = merge->at->entry;
    for (size_t i = 0; i < merge->count; i++) {
        LsmSource *source = &merge->sources[i];
        if (source == merge->at) {
            continue;
        }
        if (backward) {
            lsm_source_seek_before(source, entry->key, entry->version);
        } else {
            lsm_source_seek(source, entry->key, entry->version - 1);
        }
    }
    merge->backward = backward;
    LsmSource *at = merge->at;
    at->valid = false;
    choose(merge);
    at->valid = true;
    merge->next = merge->at;
    merge->at = at;
}

void
lsm_merge_init(LsmMerge *merge, LsmSource *sources, size_t count)
{
    *merge = (LsmMerge){.sources = sources, .count = count, .status = base_ok()};
}

void
lsm_merge_first(LsmMerge *merge)
{
    for (size_t i = 0; i < merge->count; i++) {
        lsm_source_first(&merge->sources[i]);
    }
    merge->backward = false;
    choose(merge);
}

void
lsm_merge_last(LsmMerge *merge)
{
    for (size_t i = 0; i < merge->count; i++) {
        lsm_source_last(&merge->sources[i]);
    }
    merge->backward = true;
    choose(merge);
}

void
lsm_merge_seek(LsmMerge *merge, BaseSlice key, int64_t version)
{
    for (size_t i = 0; i < merge->count; i++) {
        lsm_source_seek(&merge->sources[i], key, version);
    }
    merge->backward = false;
    choose(merge);
}

void
lsm_merge_seek_before(LsmMerge *merge, BaseSlice key, int64_t version)
{
    for (size_t i = 0; i < merge->count; i++) {
        lsm_source_seek_before(&merge->sources[i], key, version);
    }
    merge->backward = true;
    choose(merge);
}

void
lsm_merge_next(LsmMerge *merge)
{
    if (merge->backward) {
        turn(merge, false);
    }
    lsm_source_next(merge->at);
    rechoose(merge);
}

void
lsm_merge_prev(LsmMerge *merge)
{
    if (!merge->backward) {
        turn(merge, true);
    }
    lsm_source_prev(merge->at);
    rechoose(merge);
}
