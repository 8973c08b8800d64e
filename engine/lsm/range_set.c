/*
 * range_set.c: a list that grows at its head, and an index of its tail.
 *
 * An index knows the newest range that it holds; a reader takes the index first and then walks the
 * list down to that range, so it misses nothing: the list is at least as new as the index. Without
 * memory for a new index the old one stays, and reads walk a longer list.
 */
#include "engine/lsm/range_set.h"

#include <stdlib.h>

/* Ranges beside an index that may be walked in any case. */
#define FRESH_MIN 16

struct LsmRangeNode {
    LsmRangeNode *older;
    FormatRange range;
    uint8_t bytes[];
};

struct LsmRangeIndex {
    LsmRangeIndex *older;
    const LsmRangeNode *newest; /* the newest range in here */
    FormatFragment *fragments;
    size_t count;
    size_t capacity;
    int64_t *versions; /* of all fragments, one behind the other */
    size_t version_count;
    size_t version_capacity;
};

/* ------------------------------------------------------------------------------------- index -- */

static void
index_free(LsmRangeIndex *index)
{
    if (index != NULL) {
        free(index->fragments);
        free(index->versions);
        free(index);
    }
}

/* Makes room for one item more, doubling. */
static bool
make_room(void **items, size_t item_bytes, size_t *capacity, size_t needed)
{
    if (needed <= *capacity) {
        return true;
    }
    size_t grown = *capacity < 32 ? 64 : *capacity * 2;
    grown = grown < needed ? needed : grown;
    void *memory = realloc(*items, grown * item_bytes);
    if (memory == NULL) {
        return false;
    }
    *items = memory;
    *capacity = grown;
    return true;
}

/* Copies a fragment; keys are borrowed from ranges of the set, which stay. */
static bool
index_add(void *user, const FormatFragment *fragment)
{
    LsmRangeIndex *index = user;
    void *fragments = index->fragments;
    void *versions = index->versions;
    bool room = make_room(&fragments, sizeof(FormatFragment), &index->capacity, index->count + 1);
    index->fragments = fragments;
    room = room && make_room(&versions, sizeof(int64_t), &index->version_capacity,
                             index->version_count + fragment->version_count);
    index->versions = versions;
    if (!room) {
        return false;
    }
    index->fragments[index->count++] = *fragment;
    memcpy(&index->versions[index->version_count], fragment->versions,
           fragment->version_count * sizeof(int64_t));
    index->version_count += fragment->version_count;
    return true;
}

/* All versions lie where they stay: lets each fragment point at its own. */
static void
index_settle(LsmRangeIndex *index)
{
    const int64_t *at = index->versions;
    for (size_t i = 0; i < index->count; i++) {
        index->fragments[i].versions = at;
        at += index->fragments[i].version_count;
    }
}

/* An index of every range of the set; NULL: no memory. */
static LsmRangeIndex *
index_new(const LsmRangeSet *set)
{
    const LsmRangeNode *newest = atomic_load_explicit(&set->newest, memory_order_relaxed);
    FormatRange *ranges = calloc(set->count, sizeof(*ranges));
    LsmRangeIndex *index = calloc(1, sizeof(*index));
    BaseStatus status = base_error(BASE_NO_MEMORY, "no memory for an index of ranges");
    if (ranges != NULL && index != NULL) {
        size_t count = 0;
        for (const LsmRangeNode *node = newest; node != NULL; node = node->older) {
            ranges[count++] = node->range;
        }
        FormatReadVersions readers = {.all = true};
        index->newest = newest;
        status = format_fragments_visit(ranges, count, &readers, index_add, index);
    }
    free(ranges);
    if (status.code != BASE_OK) {
        index_free(index);
        return NULL;
    }
    index_settle(index);
    return index;
}

static int64_t
index_covering(const LsmRangeIndex *index, BaseSlice key, int64_t version)
{
    size_t low = 0;
    size_t high = index->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (base_slice_compare(index->fragments[middle].stop, key) <= 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low == index->count || base_slice_compare(index->fragments[low].start, key) > 0) {
        return 0;
    }
    const FormatFragment *fragment = &index->fragments[low];
    for (size_t i = 0; i < fragment->version_count; i++) {
        if (fragment->versions[i] <= version) {
            return fragment->versions[i];
        }
    }
    return 0;
}

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
        index_free(index);
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

static size_t
index_memory(const LsmRangeIndex *index)
{
    return sizeof(*index) + index->capacity * sizeof(FormatFragment) +
           index->version_capacity * sizeof(int64_t);
}

size_t
lsm_range_set_memory(const LsmRangeSet *set)
{
    return atomic_load_explicit(&set->memory, memory_order_relaxed);
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
    if (set->fresh <= FRESH_MIN || set->fresh * 4 <= set->count) {
        return;
    }
    LsmRangeIndex *index = index_new(set);
    if (index != NULL) {
        index->older = atomic_load_explicit(&set->index, memory_order_relaxed);
        atomic_store_explicit(&set->index, index, memory_order_release);
        set->fresh = 0;
        grow(set, index_memory(index));
    }
}

static bool
covers(const FormatRange *range, BaseSlice key)
{
    return base_slice_compare(range->start, key) <= 0 && base_slice_compare(key, range->stop) < 0;
}

int64_t
lsm_range_set_covering(const LsmRangeSet *set, BaseSlice key, int64_t version)
{
    const LsmRangeIndex *index = atomic_load_explicit(&set->index, memory_order_acquire);
    const LsmRangeNode *last = index == NULL ? NULL : index->newest;
    const LsmRangeNode *node = atomic_load_explicit(&set->newest, memory_order_acquire);
    for (; node != last; node = node->older) {
        if (node->range.version <= version && covers(&node->range, key)) {
            return node->range.version; /* the list goes from new to old, the index is older */
        }
    }
    return index == NULL ? 0 : index_covering(index, key, version);
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
