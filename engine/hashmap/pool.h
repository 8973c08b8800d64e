/*
 * pool.h: the memory of records: a few freed blocks of each small size, kept for the next record of
 * that size, before a slab.
 *
 * Overwriting frees a record for each one that it makes. The slab would hand out another block,
 * which is long out of the cache; the pool hands the same warm ones round. It holds 32 KiB of each
 * size at most, and ticks empty it.
 *
 * Threading: under the publish mutex; `bytes` may be read by anybody.
 */
#ifndef LARDER_ENGINE_HASHMAP_POOL_H
#define LARDER_ENGINE_HASHMAP_POOL_H

#include "engine/hashmap/slab.h"

typedef struct HashmapPool {
    void *first[HASHMAP_SLAB_CLASSES];
    uint16_t count[HASHMAP_SLAB_CLASSES];
    _Atomic int64_t bytes; /* what the kept blocks take up */
    HashmapSlab slab;
} HashmapPool;

/* An empty pool before an empty slab. */
void hashmap_pool_init(HashmapPool *pool, HashmapSlabSource source);

/* A block of at least `size` bytes, aligned to 16, uninitialised; NULL: no memory. */
void *hashmap_pool_take(HashmapPool *pool, size_t size);

/* Takes back a block that was taken with a size of the same class as `size`. */
void hashmap_pool_give(HashmapPool *pool, void *block, size_t size);

/* Gives memory that no block needs back to the system. */
void hashmap_pool_trim(HashmapPool *pool);

/* Gives all memory back. REQUIRES: every block was given back. */
void hashmap_pool_clear(HashmapPool *pool);

#endif
