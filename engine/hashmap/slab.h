/*
 * slab.h: memory for records, from the heap of the C library or from regions of its own.
 *
 * A million small records in the heap are scattered over as many pages of memory as they fill, and
 * nearly every access to one misses the processor's table of page addresses. A slab of regions
 * takes its memory 2 MiB at a time, from a multiple of 2 MiB on, so that the kernel can back each
 * region with one huge page. A block there has no header: its size tells its class, its address
 * tells its page.
 *
 *     region   2 MiB: a head with the descriptors of its pages, then the blocks of page 0, ...
 *     page     64 KiB of a region: blocks of one class, or free
 *     block    of class c: c * 16 bytes, aligned to 16
 *
 * The price: a page serves one class until its last block is free. Where the sizes of records
 * change while some of every kind stay, pages are left with a few blocks each. So a slab takes no
 * further region while the gaps of those that it has are more than 2 MiB and a quarter of all that
 * its blocks use: what finds no room in a page then is the heap's.
 *
 * From the third one on, regions are made present ahead of need, in huge pages (ahead.h). So a slab
 * that grows has up to one region more than it uses.
 *
 * Blocks of more than 2 KiB are always the heap's.
 *
 * Threading: calls on one slab must not overlap; hashmap_slab_mapped() and hashmap_slab_idle() may
 * be called by anybody. A slab may have a thread of its own, which only makes memory present.
 */
#ifndef LARDER_ENGINE_HASHMAP_SLAB_H
#define LARDER_ENGINE_HASHMAP_SLAB_H

#include "engine/hashmap/ahead.h"
#include "engine/hashmap/memory.h"
#include "engine/hashmap/span.h"

#include <stdatomic.h>

enum {
    HASHMAP_SLAB_STEP = 16, /* sizes of one class */
    HASHMAP_SLAB_BLOCK_MAX = 2048,
    HASHMAP_SLAB_CLASSES = (HASHMAP_SLAB_BLOCK_MAX + HASHMAP_CHUNK_HEADER) / HASHMAP_SLAB_STEP + 2,
};

/* Where blocks come from. */
typedef enum HashmapSlabSource {
    HASHMAP_SLAB_CHECKED, /* the heap, and nothing is kept: memory checkers see every block */
    HASHMAP_SLAB_HEAP,
    HASHMAP_SLAB_REGIONS, /* and the heap */
} HashmapSlabSource;

/* A place in a list; the first member of what is listed. */
typedef struct HashmapSlabLink HashmapSlabLink;

typedef struct HashmapSlab {
    HashmapSlabSource source;
    HashmapSlabLink *pages[HASHMAP_SLAB_CLASSES]; /* those with room, of each class */
    HashmapSlabLink *regions;                     /* those with a free page */
    void *spare;                                  /* a region that is empty; NULL: none */
    HashmapAhead ahead;                           /* and one that is made present */
    HashmapSpan span;                             /* where regions come from */
    size_t header;                                /* bytes that a block costs besides its own */
    int64_t outside;                              /* bytes of blocks that no region had room for */
    _Atomic int64_t used;                         /* bytes of blocks of regions, handed out */
    _Atomic int64_t mapped;                       /* bytes of regions */
} HashmapSlab;

/* An empty slab. */
void hashmap_slab_init(HashmapSlab *slab, HashmapSlabSource source);

/* Gives back what the slab keeps for itself. REQUIRES: every block was freed. */
void hashmap_slab_clear(HashmapSlab *slab);

/* A block of at least `size` bytes, aligned to 16, uninitialised; NULL: no memory. */
void *hashmap_slab_alloc(HashmapSlab *slab, size_t size);

/* Takes back a block that was allocated with a size of the same class as `size`. */
void hashmap_slab_free(HashmapSlab *slab, void *block, size_t size);

/* Gives memory that no block needs back to the system. For a moment without much to do. */
void hashmap_slab_trim(HashmapSlab *slab);

/* The class of a size up to HASHMAP_SLAB_BLOCK_MAX. */
static inline size_t
hashmap_slab_class(const HashmapSlab *slab, size_t size)
{
    return (size + slab->header + HASHMAP_SLAB_STEP - 1) / HASHMAP_SLAB_STEP;
}

/* What a block of `size` bytes will take up; about, if it comes from the heap. */
static inline size_t
hashmap_slab_cost_of(const HashmapSlab *slab, size_t size)
{
    return size > HASHMAP_SLAB_BLOCK_MAX ? hashmap_memory_cost_of(size)
                                         : hashmap_slab_class(slab, size) * HASHMAP_SLAB_STEP;
}

/* Whether a block of a class is none of the regions that such blocks should be of. */
static inline bool
hashmap_slab_is_outside(const HashmapSlab *slab, const void *block)
{
    return slab->source == HASHMAP_SLAB_REGIONS && !hashmap_span_has(&slab->span, block);
}

/* What a block that was allocated with `size` takes up. */
static inline size_t
hashmap_slab_cost(const HashmapSlab *slab, const void *block, size_t size)
{
    if (size > HASHMAP_SLAB_BLOCK_MAX) {
        return hashmap_memory_cost(block);
    }
    size_t extra = hashmap_slab_is_outside(slab, block) ? HASHMAP_CHUNK_STEP : 0;
    return hashmap_slab_cost_of(slab, size) + extra;
}

/* Bytes of the regions, those of free pages and blocks included. */
static inline int64_t
hashmap_slab_mapped(const HashmapSlab *slab)
{
    return atomic_load_explicit(&slab->mapped, memory_order_relaxed);
}

/* Bytes of the regions that no block uses. */
static inline int64_t
hashmap_slab_idle(const HashmapSlab *slab)
{
    return hashmap_slab_mapped(slab) - atomic_load_explicit(&slab->used, memory_order_relaxed);
}

#endif
