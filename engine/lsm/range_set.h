/*
 * range_set.h: the removed ranges of a memtable.
 *
 * Adding one costs what copying its two keys costs, and over a long time a logarithm. Readers look
 * at the few ranges that came last, one by one, and search a few indexes (range_index.h) of the
 * others.
 *
 * A reader passes over ranges above its version, so it may find any mixture of old indexes and new
 * ranges. Everything stays until the set is cleared.
 *
 * Threading: one writer; readers from any thread, without locks.
 */
#ifndef LARDER_ENGINE_LSM_RANGE_SET_H
#define LARDER_ENGINE_LSM_RANGE_SET_H

#include "engine/base/status.h"
#include "engine/lsm/range_index.h"

#include <stdatomic.h>

typedef struct LsmRangeSet {
    _Atomic(LsmRangeNode *) newest; /* ranges, from new to old */
    _Atomic(LsmRangeIndex *) index; /* of all but the fresh ones, from new to old */
    size_t count;                   /* the writer's */
    size_t fresh;                   /* ranges that are in no index; the writer's */
    _Atomic size_t memory;          /* bytes of ranges and indexes; written by the writer */
} LsmRangeSet;

void lsm_range_set_init(LsmRangeSet *set);

/* REQUIRES: nobody reads it. */
void lsm_range_set_clear(LsmRangeSet *set);

/* A range that was copied and waits to be added. */
typedef struct LsmRangeBuilt {
    LsmRangeNode *node;
} LsmRangeBuilt;

/* Copies a range of stored keys. BASE_NO_MEMORY. An empty one is fine. */
BaseStatus lsm_range_set_build(const FormatRange *range, LsmRangeBuilt *ret_built);

/* Frees a range that will not be added. */
void lsm_range_set_drop(LsmRangeBuilt built);

/* Adds a range, which cannot fail. REQUIRES: versions ascend. */
void lsm_range_set_add(LsmRangeSet *set, LsmRangeBuilt built);

/* The newest version at or below `version` of a range that covers `key`; 0: none. */
int64_t lsm_range_set_covering(const LsmRangeSet *set, BaseSlice key, int64_t version);

/* The same, and narrows `span`, which has the key, to keys for which the answer is no other. */
int64_t lsm_range_set_span(const LsmRangeSet *set, BaseSlice key, int64_t version, LsmSpan *span);

/* Whether there is any range. */
static inline bool
lsm_range_set_any(const LsmRangeSet *set)
{
    return atomic_load_explicit(&set->newest, memory_order_acquire) != NULL;
}

/* Bytes of memory that it uses. Any thread. */
size_t lsm_range_set_memory(const LsmRangeSet *set);

/* Receives a range, which lives as long as the set; false stops. */
typedef bool LsmRangeVisitor(void *user, const FormatRange *range);

/* Visits all ranges at or below `version`, from new to old. */
void lsm_range_set_visit(const LsmRangeSet *set, int64_t version, LsmRangeVisitor *visit,
                         void *user);

#endif
