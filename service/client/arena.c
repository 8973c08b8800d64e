/*
 * arena.c: blocks of copies. See arena.h.
 */
#include "service/client/arena.h"

#include <stdlib.h>

enum { BLOCK_BYTES = 64 * 1024, ALIGNMENT = 16 };

struct ClientArenaBlock {
    ClientArenaBlock *before;
    size_t size; /* of the bytes */
    size_t used;
    _Alignas(ALIGNMENT) char bytes[];
};

void
client_arena_clear(ClientArena *arena)
{
    while (arena->block != NULL) {
        ClientArenaBlock *block = arena->block;
        arena->block = block->before;
        free(block);
    }
    arena->failed = false;
}

void
client_arena_reset(ClientArena *arena)
{
    ClientArenaBlock *kept = arena->block;
    if (kept == NULL || kept->size > BLOCK_BYTES) {
        client_arena_clear(arena);
        return;
    }
    arena->block = kept->before;
    client_arena_clear(arena);
    kept->before = NULL;
    kept->used = 0;
    arena->block = kept;
}

void *
client_arena_take(ClientArena *arena, size_t size)
{
    size_t rounded = (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
    ClientArenaBlock *block = arena->block;
    if (block == NULL || rounded > block->size - block->used) {
        size_t room = rounded > BLOCK_BYTES ? rounded : BLOCK_BYTES;
        block = rounded < size ? NULL : malloc(sizeof *block + room);
        if (block == NULL) {
            arena->failed = true;
            return NULL;
        }
        *block = (ClientArenaBlock){.before = arena->block, .size = room};
        arena->block = block;
    }
    void *taken = block->bytes + block->used;
    block->used += rounded;
    return taken;
}

LarderBytes
client_arena_bytes(ClientArena *arena, LarderBytes bytes)
{
    char *copy = client_arena_take(arena, bytes.size + 1);
    if (copy == NULL) {
        return larder_bytes(NULL, 0);
    }
    if (bytes.size != 0) {
        memcpy(copy, bytes.data, bytes.size);
    }
    copy[bytes.size] = '\0';
    return larder_bytes(copy, bytes.size);
}

const LarderExpiry *
client_arena_expiry(ClientArena *arena, const LarderExpiry *expiry)
{
    LarderExpiry *copy = expiry == NULL ? NULL : client_arena_take(arena, sizeof *copy);
    if (copy != NULL) {
        *copy = *expiry;
    }
    return copy;
}

const LarderCondition *
client_arena_condition(ClientArena *arena, const LarderCondition *condition)
{
    LarderCondition *copy = condition == NULL ? NULL : client_arena_take(arena, sizeof *copy);
    if (copy == NULL) {
        return NULL;
    }
    *copy = *condition;
    if (copy->has_value_equal) {
        copy->value_equal = client_arena_bytes(arena, condition->value_equal);
    }
    return copy;
}

const LarderFence *
client_arena_fence(ClientArena *arena, const LarderFence *fence)
{
    LarderFence *copy = fence == NULL ? NULL : client_arena_take(arena, sizeof *copy);
    if (copy != NULL) {
        *copy = *fence;
        copy->lease = client_arena_bytes(arena, fence->lease);
    }
    return copy;
}
