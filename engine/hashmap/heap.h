/*
 * heap.h: the k records that come first in key order (or last), out of many that are offered.
 *
 * A heap bounded to k entries, with the entry that would go first from the wanted ones on top. An
 * entry carries the first 8 bytes of its key as a number, so that most comparisons touch nothing
 * but the heap. Offering n records in random order costs O(n + k log(n/k) log k); an offer that
 * cannot win costs one comparison. Sorting turns the array into the answer, in place.
 *
 * Threading: one owner at a time. The records must stay as long as the heap is used.
 */
#ifndef LARDER_ENGINE_HASHMAP_HEAP_H
#define LARDER_ENGINE_HASHMAP_HEAP_H

#include "engine/hashmap/record.h"

typedef struct HashmapHeapEntry {
    uint64_t prefix; /* of the key, big-endian, padded with zeros */
    const HashmapRecord *record;
} HashmapHeapEntry;

typedef struct HashmapHeap {
    HashmapHeapEntry *entries;
    size_t count;
    size_t capacity; /* of `entries` */
    size_t limit;    /* k; at least 1, at most capacity */
    bool last;       /* keep the last in key order instead of the first */
} HashmapHeap;

/* Makes room for `limit` entries, and empties it. False: no memory; then it keeps its old limit. */
bool hashmap_heap_reset(HashmapHeap *heap, size_t limit, bool last);

/* Frees the storage. */
void hashmap_heap_clear(HashmapHeap *heap);

/* Whether a record would be taken. */
bool hashmap_heap_wants(const HashmapHeap *heap, const HashmapRecord *record);

/* Takes a record that it wants; one that is there may fall out. */
void hashmap_heap_push(HashmapHeap *heap, const HashmapRecord *record);

/* Sorts: rising keys, or falling ones with `last`. After that only reset and clear are allowed. */
void hashmap_heap_sort(HashmapHeap *heap);

#endif
