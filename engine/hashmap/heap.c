/*
 * heap.c: a bounded heap of records. See heap.h.
 */
#include "engine/hashmap/heap.h"

#include "engine/hashmap/memory.h"

#include <stdlib.h>

static HashmapHeapEntry
entry_of(const HashmapRecord *record)
{
    BaseSlice key = hashmap_record_key(record);
    uint64_t prefix = 0;
    if (key.len != 0) {
        memcpy(&prefix, key.data, key.len < sizeof prefix ? key.len : sizeof prefix);
    }
    return (HashmapHeapEntry){__builtin_bswap64(prefix), record};
}

/* Whether `a` comes before `b` in the order that is wanted. */
static bool
comes_before(const HashmapHeap *heap, const HashmapHeapEntry *a, const HashmapHeapEntry *b)
{
    if (a->prefix != b->prefix) {
        return (a->prefix < b->prefix) != heap->last;
    }
    int order = base_slice_compare(hashmap_record_key(a->record), hashmap_record_key(b->record));
    return heap->last ? order > 0 : order < 0;
}

bool
hashmap_heap_reset(HashmapHeap *heap, size_t limit, bool last)
{
    heap->count = 0;
    heap->last = last;
    if (limit > heap->capacity) {
        HashmapHeapEntry *entries = hashmap_memory_alloc(limit * sizeof *entries);
        if (entries == NULL) {
            return false;
        }
        free(heap->entries);
        heap->entries = entries;
        heap->capacity = limit;
    }
    heap->limit = limit;
    return true;
}

void
hashmap_heap_clear(HashmapHeap *heap)
{
    free(heap->entries);
    *heap = (HashmapHeap){.entries = NULL};
}

static void
sift_up(HashmapHeap *heap, size_t at, HashmapHeapEntry entry)
{
    while (at > 0) {
        size_t parent = (at - 1) / 2;
        if (!comes_before(heap, &heap->entries[parent], &entry)) {
            break;
        }
        heap->entries[at] = heap->entries[parent];
        at = parent;
    }
    heap->entries[at] = entry;
}

static void
sift_down(HashmapHeap *heap, size_t count, HashmapHeapEntry entry)
{
    size_t at = 0;
    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= count) {
            break;
        }
        if (child + 1 < count &&
            comes_before(heap, &heap->entries[child], &heap->entries[child + 1])) {
            child++;
        }
        if (!comes_before(heap, &entry, &heap->entries[child])) {
            break;
        }
        heap->entries[at] = heap->entries[child];
        at = child;
    }
    heap->entries[at] = entry;
}

bool
hashmap_heap_wants(const HashmapHeap *heap, const HashmapRecord *record)
{
    if (heap->count < heap->limit) {
        return true;
    }
    HashmapHeapEntry entry = entry_of(record);
    return comes_before(heap, &entry, &heap->entries[0]);
}

void
hashmap_heap_push(HashmapHeap *heap, const HashmapRecord *record)
{
    HashmapHeapEntry entry = entry_of(record);
    if (heap->count < heap->limit) {
        sift_up(heap, heap->count++, entry);
    } else {
        sift_down(heap, heap->count, entry);
    }
}

void
hashmap_heap_sort(HashmapHeap *heap)
{
    for (size_t left = heap->count; left > 1; left--) {
        HashmapHeapEntry top = heap->entries[0];
        sift_down(heap, left - 1, heap->entries[left - 1]);
        heap->entries[left - 1] = top;
    }
}
