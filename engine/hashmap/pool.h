/*
 * pool.h: a few freed blocks of each small size, kept for the next record of that size.
 *
 * Overwriting frees a record for each one that it makes. The heap would merge the freed block with
 * its neighbours and split it again, which touches memory that is long out of the cache; the pool
 * hands the same warm blocks round. It holds 32 KiB of each size at most, and ticks empty it.
 *
 * Threading: under the publish mutex; `bytes` may be read by anybody.
 */
#ifndef LARDER_ENGINE_HASHMAP_POOL_H
#define LARDER_ENGINE_HASHMAP_POOL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    HASHMAP_POOL_STEP = 16, /* sizes of one class */
    HASHMAP_POOL_CLASSES = 64,
};

typedef struct HashmapPool {
    void *first[HASHMAP_POOL_CLASSES];
    uint16_t count[HASHMAP_POOL_CLASSES];
    _Atomic int64_t bytes; /* what the blocks cost (memory.h) */
} HashmapPool;

/*
 * A block of at least `size` bytes that the caller now owns, and that costs what
 * hashmap_memory_cost_of() says; NULL: the pool has none.
 */
void *hashmap_pool_take(HashmapPool *pool, size_t size);

/* Offers a block that costs `cost` (memory.h). False: not wanted, it stays the caller's. */
bool hashmap_pool_give(HashmapPool *pool, void *block, size_t cost);

/* Frees all blocks. */
void hashmap_pool_clear(HashmapPool *pool);

#endif
