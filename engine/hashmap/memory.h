/*
 * memory.h: allocations of the hashmap, with their real cost, and a way to make them fail in tests.
 *
 * Threading: every function may be called from any thread.
 */
#ifndef LARDER_ENGINE_HASHMAP_MEMORY_H
#define LARDER_ENGINE_HASHMAP_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Alignment of tables, and the size of their buckets. */
#define HASHMAP_CACHE_LINE 64

/* Of the C library's heap: what a block takes besides its bytes, and the unit of its size. */
enum {
    HASHMAP_CHUNK_HEADER = sizeof(size_t),
    HASHMAP_CHUNK_STEP = 16,
};

/* Uninitialised memory, aligned to 16 bytes; NULL: there is none. The caller frees with free(). */
void *hashmap_memory_alloc(size_t size);

/* The same, aligned to a cache line; `size` is a multiple of one. */
void *hashmap_memory_alloc_lines(size_t size);

/* What a block takes from the heap: what malloc rounded its size up to, and malloc's own header. */
size_t hashmap_memory_cost(const void *block);

/* What a block of `size` bytes will about cost. */
static inline size_t
hashmap_memory_cost_of(size_t size)
{
    return (size + HASHMAP_CHUNK_HEADER + HASHMAP_CHUNK_STEP - 1) / HASHMAP_CHUNK_STEP *
           HASHMAP_CHUNK_STEP;
}

/*
 * Counts an allocation that is made otherwise than by the functions above; true: a test wants it to
 * fail.
 */
bool hashmap_memory_fails(void);

/*
 * For tests: `count` further allocations succeed, then one fails, and those behind it succeed
 * again. Negative: none fails.
 */
void hashmap_memory_fail_after(int64_t count);

#endif
