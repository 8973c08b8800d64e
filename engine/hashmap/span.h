/*
 * span.h: a range of addresses that belongs to one slab, in regions of 2 MiB.
 *
 * Only addresses are reserved, for as much as the machine has memory: a region has memory from when
 * it is taken until it is given back. So a look at its address tells whether a block is of a
 * region, and the kernel can back each region with one huge page.
 *
 * Threading: calls on one span must not overlap.
 */
#ifndef LARDER_ENGINE_HASHMAP_SPAN_H
#define LARDER_ENGINE_HASHMAP_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    HASHMAP_REGION_BYTES = 2 * 1024 * 1024,
};

/* Starts as zeros, and reserves its addresses when the first region is wanted. */
typedef struct HashmapSpan {
    uintptr_t first;      /* where region 0 begins, a multiple of its size */
    size_t bytes;         /* of all regions; 0: nothing is reserved */
    uint64_t *taken;      /* a bit for each region */
    size_t lowest;        /* no word before this one has a region to give */
    void *mapping;        /* what munmap() wants to know: it begins a little before region 0 */
    size_t mapping_bytes; /* and ends a little behind the last one */
    bool refused;         /* the system did not give the addresses; it is not asked again */
} HashmapSpan;

/* An uninitialised region; NULL: no memory, or no addresses. */
void *hashmap_span_take(HashmapSpan *span);

/* Gives a region, and its memory, back. */
void hashmap_span_give(HashmapSpan *span, void *region);

/* Gives everything back; the span is as it was at first. */
void hashmap_span_clear(HashmapSpan *span);

/* Whether `block` lies in a region. */
static inline bool
hashmap_span_has(const HashmapSpan *span, const void *block)
{
    return (uintptr_t)block - span->first < span->bytes;
}

#endif
