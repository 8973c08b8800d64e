/*
 * arena.h: memory for what the sequencer makes of requests: entries, operations, resolved values.
 *
 * Allocation moves a pointer through a chunk; everything is freed at once. The first chunk is part
 * of the arena's owner's budget and is kept over resets, so small commits allocate nothing.
 *
 * Threading: one owner at a time.
 */
#ifndef LARDER_ENGINE_COMMIT_ARENA_H
#define LARDER_ENGINE_COMMIT_ARENA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes of the chunk that is kept. */
#define COMMIT_ARENA_FIRST 16384

typedef struct CommitArenaChunk CommitArenaChunk;

typedef struct CommitArena {
    uint8_t *next; /* free bytes of the newest chunk are [next, end) */
    uint8_t *end;
    CommitArenaChunk *newest; /* linked to older ones */
    CommitArenaChunk *first;  /* kept */
} CommitArena;

/* False: no memory. */
bool commit_arena_init(CommitArena *arena);

/* Frees all of it; takes an arena that is all zeros. */
void commit_arena_clear(CommitArena *arena);

/* Takes back everything that was allocated. */
void commit_arena_reset(CommitArena *arena);

void *commit_arena_grow(CommitArena *arena, size_t size);

/*
 * Aligned for any type, not initialized; NULL: no memory. `size` 0 gives a pointer that is not
 * NULL.
 */
static inline void *
commit_arena_alloc(CommitArena *arena, size_t size)
{
    size_t rounded = (size + 15) & ~(size_t)15;
    if (rounded < size || (size_t)(arena->end - arena->next) < rounded) {
        return commit_arena_grow(arena, size);
    }
    void *memory = arena->next;
    arena->next += rounded;
    return memory;
}

#endif
