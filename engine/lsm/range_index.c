/*
 * range_index.c: pieces by laying newer ones over older ones. See range_index.h.
 */
#include "engine/lsm/range_index.h"

#include <stdlib.h>

/* ----------------------------------------------------------------------------------- overlay -- */

/* Pieces in order; `out` has room for all that is added. */
typedef struct Pieces {
    FormatRange *out;
    size_t count;
} Pieces;

/* Adds a piece; one that goes on where the last one ends, with its version, is joined to it. */
static void
add(Pieces *pieces, BaseSlice start, BaseSlice stop, int64_t version)
{
    FormatRange *last = pieces->count == 0 ? NULL : &pieces->out[pieces->count - 1];
    if (last != NULL && last->version == version && base_slice_equal(last->stop, start)) {
        last->stop = stop;
        return;
    }
    pieces->out[pieces->count++] = (FormatRange){.start = start, .stop = stop, .version = version};
}

/*
 * Lays `upper` over `lower`: where both have a piece, that of `upper` counts. `from` is where what
 * is left of the lower piece at hand begins.
 */
static size_t
overlay(const FormatRange *upper, size_t upper_count, const FormatRange *lower, size_t lower_count,
        FormatRange *out)
{
    Pieces pieces = {.out = out};
    size_t u = 0;
    size_t l = 0;
    BaseSlice from = lower_count == 0 ? BASE_SLICE_EMPTY : lower[0].start;
    while (u < upper_count || l < lower_count) {
        bool over =
            u < upper_count && (l == lower_count || base_slice_compare(upper[u].start, from) <= 0);
        if (over) {
            const FormatRange *piece = &upper[u++];
            add(&pieces, piece->start, piece->stop, piece->version);
            while (l < lower_count && base_slice_compare(lower[l].stop, piece->stop) <= 0) {
                l++;
                from = l < lower_count ? lower[l].start : from;
            }
            if (l < lower_count && base_slice_compare(from, piece->stop) < 0) {
                from = piece->stop;
            }
            continue;
        }
        const FormatRange *piece = &lower[l];
        bool cut = u < upper_count && base_slice_compare(upper[u].start, piece->stop) < 0;
        add(&pieces, from, cut ? upper[u].start : piece->stop, piece->version);
        if (cut) {
            from = upper[u].start;
        } else {
            l++;
            from = l < lower_count ? lower[l].start : from;
        }
    }
    return pieces.count;
}

/* ------------------------------------------------------------------------------------ making -- */

/* Each range has two borders, so n of them have less than 2n pieces. */
static size_t
pieces_max(size_t size)
{
    return 2 * size;
}

/* An index without pieces, with room for them, and a second room to work in. */
static LsmRangeIndex *
index_alloc(const LsmRangeNode *newest, size_t size, FormatRange **ret_work)
{
    LsmRangeIndex *index = calloc(1, sizeof(*index));
    FormatRange *work = calloc(pieces_max(size), sizeof(*work));
    if (index != NULL) {
        *index = (LsmRangeIndex){.newest = newest, .size = size};
        index->pieces = calloc(pieces_max(size), sizeof(*index->pieces));
    }
    if (index == NULL || work == NULL || index->pieces == NULL) {
        lsm_range_index_free(index);
        free(work);
        return NULL;
    }
    *ret_work = work;
    return index;
}

/* Lays what the index has so far over older pieces. */
static void
put_under(LsmRangeIndex *index, const FormatRange *lower, size_t count, FormatRange **work)
{
    size_t made = overlay(index->pieces, index->piece_count, lower, count, *work);
    FormatRange *before = index->pieces;
    index->pieces = *work;
    index->piece_count = made;
    *work = before;
}

/* Gives memory back that pieces do not need. */
static void
settle(LsmRangeIndex *index, FormatRange *work)
{
    free(work);
    size_t count = index->piece_count == 0 ? 1 : index->piece_count;
    FormatRange *shrunk = realloc(index->pieces, count * sizeof(*shrunk));
    index->pieces = shrunk != NULL ? shrunk : index->pieces;
}

LsmRangeIndex *
lsm_range_index_new(const LsmRangeNode *newest, size_t size)
{
    FormatRange *work = NULL;
    LsmRangeIndex *index = index_alloc(newest, size, &work);
    if (index == NULL) {
        return NULL;
    }
    index->version_max = newest->range.version;
    for (size_t i = 0; i < size; i++, newest = newest->older) {
        index->version_min = newest->range.version;
        if (base_slice_compare(newest->range.start, newest->range.stop) < 0) {
            put_under(index, &newest->range, 1, &work);
        }
    }
    index->end = newest;
    settle(index, work);
    return index;
}

LsmRangeIndex *
lsm_range_index_join(LsmRangeIndex *newest)
{
    LsmRangeIndex *parts[LSM_RANGE_INDEX_FANOUT];
    size_t size = 0;
    LsmRangeIndex *part = newest;
    for (size_t i = 0; i < LSM_RANGE_INDEX_FANOUT; i++, part = part->older) {
        parts[i] = part;
        size += part->size;
    }
    FormatRange *work = NULL;
    LsmRangeIndex *index = index_alloc(newest->newest, size, &work);
    if (index == NULL) {
        return NULL;
    }
    index->older = part;
    index->rank = newest->rank + 1;
    index->version_max = newest->version_max;
    for (size_t i = 0; i < LSM_RANGE_INDEX_FANOUT; i++) {
        index->parts[i] = parts[i];
        index->version_min = parts[i]->version_min;
        put_under(index, parts[i]->pieces, parts[i]->piece_count, &work);
    }
    settle(index, work);
    return index;
}

void
lsm_range_index_free(LsmRangeIndex *index)
{
    if (index == NULL) {
        return;
    }
    for (size_t i = 0; i < LSM_RANGE_INDEX_FANOUT; i++) {
        lsm_range_index_free(index->parts[i]);
    }
    free(index->pieces);
    free(index);
}

size_t
lsm_range_index_memory(const LsmRangeIndex *index)
{
    return sizeof(*index) + index->piece_count * sizeof(*index->pieces);
}

/* ----------------------------------------------------------------------------------- finding -- */

/* Takes off a span what is not on the key's side of a range that does not cover it. */
static void
keep_side(const FormatRange *range, BaseSlice key, LsmSpan *span)
{
    if (span == NULL) {
        return;
    }
    if (base_slice_compare(key, range->start) < 0) {
        lsm_span_lower_stop(span, range->start);
    } else {
        lsm_span_raise_start(span, range->stop);
    }
}

static int64_t
keep_inside(const FormatRange *range, LsmSpan *span)
{
    if (span != NULL) {
        lsm_span_raise_start(span, range->start);
        lsm_span_lower_stop(span, range->stop);
    }
    return range->version;
}

int64_t
lsm_range_index_walk(const LsmRangeNode *newest, const LsmRangeNode *end, BaseSlice key,
                     int64_t version, LsmSpan *span)
{
    for (const LsmRangeNode *node = newest; node != end; node = node->older) {
        const FormatRange *range = &node->range;
        if (range->version > version) {
            continue;
        }
        if (base_slice_compare(range->start, key) <= 0 &&
            base_slice_compare(key, range->stop) < 0) {
            return keep_inside(range, span);
        }
        keep_side(range, key, span);
    }
    return 0;
}

static int64_t
find_piece(const LsmRangeIndex *index, BaseSlice key, LsmSpan *span)
{
    size_t low = 0;
    size_t high = index->piece_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (base_slice_compare(index->pieces[middle].stop, key) <= 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low != 0) {
        keep_side(&index->pieces[low - 1], key, span);
    }
    if (low == index->piece_count) {
        return 0;
    }
    if (base_slice_compare(index->pieces[low].start, key) <= 0) {
        return keep_inside(&index->pieces[low], span);
    }
    keep_side(&index->pieces[low], key, span);
    return 0;
}

int64_t
lsm_range_index_find(const LsmRangeIndex *index, BaseSlice key, int64_t version, LsmSpan *span)
{
    if (index->version_min > version) {
        return 0;
    }
    if (index->version_max <= version) {
        return find_piece(index, key, span);
    }
    if (index->rank == 0) {
        return lsm_range_index_walk(index->newest, index->end, key, version, span);
    }
    int64_t covering = 0;
    for (size_t i = 0; i < LSM_RANGE_INDEX_FANOUT && covering == 0; i++) {
        covering = lsm_range_index_find(index->parts[i], key, version, span);
    }
    return covering;
}
