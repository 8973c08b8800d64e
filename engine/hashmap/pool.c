/*
 * pool.c: recycled blocks. See pool.h.
 *
 * The classes are those of the slab. The first word of a kept block leads to the next one.
 */
#include "engine/hashmap/pool.h"

#include "engine/hashmap/counter.h"

#include <stdbool.h>
#include <string.h>

enum {
    KEPT_BYTES = 32 * 1024, /* of each class */
};

/* Unlinks the first block of a class, which has one. */
static void *
unlink_first(HashmapPool *pool, size_t class_index)
{
    void *block = pool->first[class_index];
    memcpy(&pool->first[class_index], block, sizeof(void *));
    pool->count[class_index]--;
    hashmap_counter_add(&pool->bytes, -(int64_t)(class_index * HASHMAP_SLAB_STEP));
    return block;
}

void
hashmap_pool_init(HashmapPool *pool, HashmapSlabSource source)
{
    memset(pool, 0, sizeof *pool);
    hashmap_slab_init(&pool->slab, source);
}

void *
hashmap_pool_take(HashmapPool *pool, size_t size)
{
    size_t class_index = hashmap_slab_class(&pool->slab, size);
    if (size <= HASHMAP_SLAB_BLOCK_MAX && pool->first[class_index] != NULL) {
        return unlink_first(pool, class_index);
    }
    return hashmap_slab_alloc(&pool->slab, size);
}

static bool
is_wanted(const HashmapPool *pool, size_t size)
{
    if (size > HASHMAP_SLAB_BLOCK_MAX || pool->slab.source == HASHMAP_SLAB_CHECKED) {
        return false;
    }
    size_t kept = pool->count[hashmap_slab_class(&pool->slab, size)];
    return (kept + 1) * hashmap_slab_cost_of(&pool->slab, size) <= KEPT_BYTES;
}

void
hashmap_pool_give(HashmapPool *pool, void *block, size_t size)
{
    if (!is_wanted(pool, size)) {
        hashmap_slab_free(&pool->slab, block, size);
        return;
    }
    size_t class_index = hashmap_slab_class(&pool->slab, size);
    memcpy(block, &pool->first[class_index], sizeof(void *));
    pool->first[class_index] = block;
    pool->count[class_index]++;
    hashmap_counter_add(&pool->bytes, (int64_t)hashmap_slab_cost_of(&pool->slab, size));
}

void
hashmap_pool_trim(HashmapPool *pool)
{
    for (size_t i = 0; i < HASHMAP_SLAB_CLASSES; i++) {
        while (pool->first[i] != NULL) {
            hashmap_slab_free(&pool->slab, unlink_first(pool, i),
                              i * HASHMAP_SLAB_STEP - pool->slab.header);
        }
    }
    hashmap_slab_trim(&pool->slab);
}

void
hashmap_pool_clear(HashmapPool *pool)
{
    hashmap_pool_trim(pool);
    hashmap_slab_clear(&pool->slab);
}
