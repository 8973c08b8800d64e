/*
 * range_index.h: removed ranges of a span of versions, for finding the newest one that covers a
 * key.
 *
 * An index has disjoint pieces in order, each with the newest version of the ranges that cover it;
 * so a search is binary and finds one version, however many ranges lie on top of each other. A
 * reader whose version is in the middle of the index's span must not see that version, perhaps; it
 * asks the smaller indexes that this one was made of, and at last the ranges themselves. So an
 * index is a tree over time:
 *
 *     rank 2                  [1 .. 256]
 *     rank 1      [1 .. 64] [65 .. 128] [129 .. 192] [193 .. 256]
 *     rank 0   [1 .. 16] ...
 *
 * and takes memory n log n for n ranges, where pieces with all their versions would take n^2 for
 * ranges that all begin at one key.
 *
 * Threading: immutable once it is made.
 */
#ifndef LARDER_ENGINE_LSM_RANGE_INDEX_H
#define LARDER_ENGINE_LSM_RANGE_INDEX_H

#include "engine/format/fragments.h"
#include "engine/lsm/span.h"

enum { LSM_RANGE_INDEX_FANOUT = 4 };

/* A range in a list from new to old. */
typedef struct LsmRangeNode {
    struct LsmRangeNode *older;
    FormatRange range;
    uint8_t bytes[];
} LsmRangeNode;

typedef struct LsmRangeIndex {
    struct LsmRangeIndex *older; /* of ranges before these; not part of this tree */
    struct LsmRangeIndex *parts[LSM_RANGE_INDEX_FANOUT]; /* rank above 0; from new to old */
    const LsmRangeNode *newest;                          /* of its ranges */
    const LsmRangeNode *end;                             /* the first one behind them; NULL: none */
    size_t size;
    unsigned rank;
    int64_t version_min;
    int64_t version_max;
    size_t piece_count;
    FormatRange *pieces; /* keys are borrowed from the ranges */
} LsmRangeIndex;

/* An index of rank 0 over the newest `size` ranges of a list. NULL: no memory. */
LsmRangeIndex *lsm_range_index_new(const LsmRangeNode *newest, size_t size);

/*
 * The index of LSM_RANGE_INDEX_FANOUT indexes of one rank, of which `newest` is the first of a
 * chain of `older`; they become its parts. NULL: no memory.
 */
LsmRangeIndex *lsm_range_index_join(LsmRangeIndex *newest);

/* Frees an index with its parts. */
void lsm_range_index_free(LsmRangeIndex *index);

/* Bytes of memory, without its parts. */
size_t lsm_range_index_memory(const LsmRangeIndex *index);

/*
 * The newest version at or below `version` of a range that covers `key`; 0: none. Narrows `span`,
 * which has the key, to keys for which the answer is the same; it may be NULL.
 */
int64_t lsm_range_index_find(const LsmRangeIndex *index, BaseSlice key, int64_t version,
                             LsmSpan *span);

/* The same for the ranges of a list before `end`, one by one. */
int64_t lsm_range_index_walk(const LsmRangeNode *newest, const LsmRangeNode *end, BaseSlice key,
                             int64_t version, LsmSpan *span);

#endif
