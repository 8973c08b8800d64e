/*
 * arena.c: chunks of memory. See arena.h.
 */
#include "engine/commit/arena.h"

#include <stdlib.h>

struct CommitArenaChunk {
    CommitArenaChunk *older;
    size_t size;
    _Alignas(16) uint8_t bytes[];
};

/* Makes a chunk of at least `size` bytes the newest. */
static bool
add_chunk(CommitArena *arena, size_t size)
{
    if (size > SIZE_MAX - sizeof(CommitArenaChunk)) {
        return false;
    }
    CommitArenaChunk *chunk = malloc(sizeof(*chunk) + size);
    if (chunk == NULL) {
        return false;
    }
    chunk->older = arena->newest;
    chunk->size = size;
    arena->newest = chunk;
    arena->next = chunk->bytes;
    arena->end = chunk->bytes + size;
    return true;
}

bool
commit_arena_init(CommitArena *arena)
{
    *arena = (CommitArena){NULL, NULL, NULL, NULL};
    if (!add_chunk(arena, COMMIT_ARENA_FIRST)) {
        return false;
    }
    arena->first = arena->newest;
    return true;
}

void
commit_arena_clear(CommitArena *arena)
{
    while (arena->newest != NULL) {
        CommitArenaChunk *chunk = arena->newest;
        arena->newest = chunk->older;
        free(chunk);
    }
    *arena = (CommitArena){NULL, NULL, NULL, NULL};
}

void
commit_arena_reset(CommitArena *arena)
{
    while (arena->newest != arena->first) {
        CommitArenaChunk *chunk = arena->newest;
        arena->newest = chunk->older;
        free(chunk);
    }
    arena->next = arena->first->bytes;
    arena->end = arena->first->bytes + arena->first->size;
}

void *
commit_arena_grow(CommitArena *arena, size_t size)
{
    if (size > SIZE_MAX - 15) {
        return NULL;
    }
    size_t rounded = (size + 15) & ~(size_t)15;
    size_t chunk = rounded > COMMIT_ARENA_FIRST ? rounded : COMMIT_ARENA_FIRST;
    if (!add_chunk(arena, chunk)) {
        return NULL;
    }
    void *memory = arena->next;
    arena->next += rounded;
    return memory;
}
