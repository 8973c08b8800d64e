/*
 * pool.c: recycled blocks. See pool.h.
 *
 * A class is what a block costs, in steps of 16: one of class c costs c * 16 bytes, and has room
 * for all sizes that cost so much or less. The first word of a block in the pool links to the next
 * one. In builds with expensive checks the pool takes nothing, so that sanitizers see every block
 * come and go.
 */
#include "engine/hashmap/pool.h"

#include "engine/hashmap/memory.h"

#include <stdlib.h>
#include <string.h>

#ifdef LARDER_DEBUG_CHECKS
enum {
    CLASS_BYTES = 0,
};
#else
enum {
    CLASS_BYTES = 32 * 1024,
};
#endif

static void
add_bytes(HashmapPool *pool, int64_t change)
{
    int64_t before = atomic_load_explicit(&pool->bytes, memory_order_relaxed);
    atomic_store_explicit(&pool->bytes, before + change, memory_order_relaxed);
}

/* Unlinks the first block of a class, which has one. */
static void *
unlink_first(HashmapPool *pool, size_t class_index)
{
    void *block = pool->first[class_index];
    memcpy(&pool->first[class_index], block, sizeof(void *));
    pool->count[class_index]--;
    add_bytes(pool, -(int64_t)(class_index * HASHMAP_POOL_STEP));
    return block;
}

void *
hashmap_pool_take(HashmapPool *pool, size_t size)
{
    size_t class_index = hashmap_memory_cost_of(size) / HASHMAP_POOL_STEP;
    if (class_index >= HASHMAP_POOL_CLASSES || pool->first[class_index] == NULL) {
        return NULL;
    }
    return unlink_first(pool, class_index);
}

bool
hashmap_pool_give(HashmapPool *pool, void *block, size_t cost)
{
    size_t class_index = cost / HASHMAP_POOL_STEP;
    if (class_index >= HASHMAP_POOL_CLASSES || pool->count[class_index] >= CLASS_BYTES / cost) {
        return false;
    }
    memcpy(block, &pool->first[class_index], sizeof(void *));
    pool->first[class_index] = block;
    pool->count[class_index]++;
    add_bytes(pool, (int64_t)cost);
    return true;
}

void
hashmap_pool_clear(HashmapPool *pool)
{
    for (size_t i = 0; i < HASHMAP_POOL_CLASSES; i++) {
        while (pool->first[i] != NULL) {
            free(unlink_first(pool, i));
        }
    }
}
