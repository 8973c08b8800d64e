/*
 * range_set.c: a list that grows at its head, and indexes of its tail.
 *
 * Each index covers ranges right before those of the index ahead of it. Whenever FRESH_MAX ranges
 * have come, they get an index of their own; and when as many indexes of one rank follow each other
 * as an index has parts, they are joined, so their number stays logarithmic.
 *
 * A reader takes the first index, then the head of the list, and walks the list down to the newest
 * range of the index, so it misses nothing: the list is at least as new as the index. Indexes that
 * were joined stay as parts of the new one, so a reader that came by them goes on. Without memory
 * for an index reads walk a longer list, or more indexes.
 */
#include "engine/lsm/range_set.h"

#include <stdlib.h>

/* Ranges that are not in an index yet. */
#define FRESH_MAX 16

/* --------------------------------------------------------------------------------------- set -- */

void
lsm_range_set_init(LsmRangeSet *set)
{
    *set = (LsmRangeSet){.count = 0};
}

void
lsm_range_set_clear(LsmRangeSet *set)
{
    LsmRangeIndex *index = atomic_load_explicit(&set->index, memory_order_relaxed);
    while (index != NULL) {
        LsmRangeIndex *older = index->older;
        lsm_range_index_free(index);
        index = older;
    }
    LsmRangeNode *node = atomic_load_explicit(&set->newest, memory_order_relaxed);
    while (node != NULL) {
        LsmRangeNode *older = node->older;
        free(node);
        node = older;
    }
    lsm_range_set_init(set);
}

BaseStatus
lsm_range_set_build(const FormatRange *range, LsmRangeBuilt *ret_built)
{
    LsmRangeNode *node = calloc(1, sizeof(*node) + range->start.len + range->stop.len);
    if (node == NULL) {
        return base_error(BASE_NO_MEMORY, "no memory for a removed range");
    }
    memcpy(node->bytes, range->start.data, range->start.len);
    memcpy(node->bytes + range->start.len, range->stop.data, range->stop.len);
    node->range = (FormatRange){
        .start = base_slice(node->bytes, range->start.len),
        .stop = base_slice(node->bytes + range->start.len, range->stop.len),
        .version = range->version,
    };
    ret_built->node = node;
    return base_ok();
}

void
lsm_range_set_drop(LsmRangeBuilt built)
{
    free(built.node);
}

/* The writer's: notes that the set has grown. */
static void
grow(LsmRangeSet *set, size_t bytes)
{
    size_t memory = atomic_load_explicit(&set->memory, memory_order_relaxed);
    atomic_store_explicit(&set->memory, memory + bytes, memory_order_relaxed);
}

size_t
lsm_range_set_memory(const LsmRangeSet *set)
{
    return atomic_load_explicit(&set->memory, memory_order_relaxed);
}

/* Whether the newest indexes are as many of one rank as an index has parts. */
static bool
can_join(const LsmRangeIndex *newest)
{
    const LsmRangeIndex *index = newest;
    for (int i = 0; i < LSM_RANGE_INDEX_FANOUT; i++, index = index->older) {
        if (index == NULL || index->rank != newest->rank) {
            return false;
        }
    }
    return true;
}

/* Indexes the fresh ranges. */
static void
make_index(LsmRangeSet *set)
{
    const LsmRangeNode *newest = atomic_load_explicit(&set->newest, memory_order_relaxed);
    LsmRangeIndex *index = lsm_range_index_new(newest, set->fresh);
    if (index == NULL) {
        return;
    }
    index->older = atomic_load_explicit(&set->index, memory_order_relaxed);
    set->fresh = 0;
    grow(set, lsm_range_index_memory(index));
    while (can_join(index)) {
        LsmRangeIndex *joined = lsm_range_index_join(index);
        if (joined == NULL) {
            break;
        }
        grow(set, lsm_range_index_memory(joined));
        index = joined;
    }
    atomic_store_explicit(&set->index, index, memory_order_release);
}

void
lsm_range_set_add(LsmRangeSet *set, LsmRangeBuilt built)
{
    const FormatRange *range = &built.node->range;
    grow(set, sizeof(*built.node) + range->start.len + range->stop.len);
    built.node->older = atomic_load_explicit(&set->newest, memory_order_relaxed);
    atomic_store_explicit(&set->newest, built.node, memory_order_release);
    set->count++;
    set->fresh++;
    if (set->fresh >= FRESH_MAX) {
        make_index(set);
    }
}

static int64_t
find(const LsmRangeSet *set, BaseSlice key, int64_t version, LsmSpan *span)
{
    const LsmRangeIndex *index = atomic_load_explicit(&set->index, memory_order_acquire);
    const LsmRangeNode *last = index == NULL ? NULL : index->newest;
    const LsmRangeNode *newest = atomic_load_explicit(&set->newest, memory_order_acquire);
    int64_t covering = lsm_range_index_walk(newest, last, key, version, span);
    for (; index != NULL && covering == 0; index = index->older) {
        covering = lsm_range_index_find(index, key, version, span);
    }
    return covering;
}

int64_t
lsm_range_set_covering(const LsmRangeSet *set, BaseSlice key, int64_t version)
{
    return find(set, key, version, NULL);
}

int64_t
lsm_range_set_span(const LsmRangeSet *set, BaseSlice key, int64_t version, LsmSpan *span)
{
    return find(set, key, version, span);
}

void
lsm_range_set_visit(const LsmRangeSet *set, int64_t version, LsmRangeVisitor *visit, void *user)
{
    const LsmRangeNode *node = atomic_load_explicit(&set->newest, memory_order_acquire);
    for (; node != NULL; node = node->older) {
        if (node->range.version <= version && !visit(user, &node->range)) {
            return;
        }
    }
}
