/*
 * memory.c: allocations of the hashmap. See memory.h.
 *
 * The countdown of the tests is read with one relaxed load per allocation, and is negative always
 * but in a test.
 */
#include "engine/hashmap/memory.h"

#include <malloc.h>
#include <stdatomic.h>
#include <stdlib.h>

static _Atomic int64_t countdown = -1;

bool
hashmap_memory_fails(void)
{
    if (atomic_load_explicit(&countdown, memory_order_relaxed) < 0) {
        return false;
    }
    return atomic_fetch_sub(&countdown, 1) == 0;
}

void *
hashmap_memory_alloc(size_t size)
{
    return hashmap_memory_fails() ? NULL : malloc(size);
}

void *
hashmap_memory_alloc_lines(size_t size)
{
    return hashmap_memory_fails() ? NULL : aligned_alloc(HASHMAP_CACHE_LINE, size);
}

size_t
hashmap_memory_cost(const void *block)
{
    /* The block is not changed; the C library forgot to say so in the type. */
    return malloc_usable_size((void *)(uintptr_t)block) + HASHMAP_CHUNK_HEADER;
}

void
hashmap_memory_fail_after(int64_t count)
{
    atomic_store(&countdown, count);
}
