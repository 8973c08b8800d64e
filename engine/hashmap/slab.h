/*
 * slab.h: memory for records: blocks of equal size side by side in large pieces of memory.
 *
 * A million small records in the heap of the C library are scattered over as many pages of memory
 * as they fill, and nearly every access to one misses the processor's table of page addresses. The
 * slab takes its memory in regions of 2 MiB that start at a multiple of 2 MiB, so that the kernel
 * can back each with one huge page. A block has no header: its size tells its class, its address
 * tells its page.
 *
 *     region   2 MiB: a head with the descriptors of its pages, then the blocks of page 0, ...
 *     page     64 KiB of a region: blocks of one class, or free
 *     block    of class c: c * 16 bytes, aligned to 16
 *
 * Blocks of more than 2 KiB, and all of them where the source is the heap, are the C library's.
 *
 * Threading: calls on one slab must not overlap; hashmap_slab_mapped() may be called by anybody.
 */
#ifndef LARDER_ENGINE_HASHMAP_SLAB_H
#define LARDER_ENGINE_HASHMAP_SLAB_H

#include "engine/hashmap/memory.h"

#include <stdatomic.h>

enum {
    HASHMAP_SLAB_STEP = 16, /* sizes of one class */
    HASHMAP_SLAB_BLOCK_MAX = 2048,
    HASHMAP_SLAB_CLASSES = HASHMAP_SLAB_BLOCK_MAX / HASHMAP_SLAB_STEP + 1,
};

/* Where blocks come from. */
typedef enum HashmapSlabSource {
    HASHMAP_SLAB_HEAP,       /* each by itself, so that memory checkers see it come and go */
    HASHMAP_SLAB_PAGES,      /* regions of ordinary pages */
    HASHMAP_SLAB_HUGE_PAGES, /* regions of huge pages, once the slab is not small any more */
} HashmapSlabSource;

/* A place in a list; the first member of what is listed. */
typedef struct HashmapSlabLink HashmapSlabLink;

typedef struct HashmapSlab {
    HashmapSlabSource source;
    HashmapSlabLink *pages[HASHMAP_SLAB_CLASSES]; /* those with room, of each class */
    HashmapSlabLink *regions;                     /* those with a free page */
    void *spare;                                  /* a region that is empty; NULL: none */
    size_t used;                                  /* bytes of blocks that are handed out */
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
hashmap_slab_class(size_t size)
{
    return (size + HASHMAP_SLAB_STEP - 1) / HASHMAP_SLAB_STEP;
}

/* What a block of `size` bytes will take up; about, if it is larger than those of the slab. */
static inline size_t
hashmap_slab_cost_of(size_t size)
{
    return size > HASHMAP_SLAB_BLOCK_MAX ? hashmap_memory_cost_of(size)
                                         : hashmap_slab_class(size) * HASHMAP_SLAB_STEP;
}

/* What a block that was allocated with `size` takes up. */
static inline size_t
hashmap_slab_cost(const void *block, size_t size)
{
    return size > HASHMAP_SLAB_BLOCK_MAX ? hashmap_memory_cost(block) : hashmap_slab_cost_of(size);
}

/* Bytes of the regions, those of free pages and blocks included. */
static inline int64_t
hashmap_slab_mapped(const HashmapSlab *slab)
{
    return atomic_load_explicit(&slab->mapped, memory_order_relaxed);
}

#endif
