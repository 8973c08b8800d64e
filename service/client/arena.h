/*
 * arena.h: copies that live together: blocks of memory that are given back all at once.
 *
 * Copies do not move, so they can point to one another. An arena that ran out of memory says so by
 * `failed`, once for many copies.
 *
 * Threading: one owner at a time.
 */
#ifndef LARDER_SERVICE_CLIENT_ARENA_H
#define LARDER_SERVICE_CLIENT_ARENA_H

#include <larder/types.h>

typedef struct ClientArenaBlock ClientArenaBlock;

/* All zero: empty. */
typedef struct ClientArena {
    ClientArenaBlock *block; /* that is being filled; the others behind it */
    bool failed;
} ClientArena;

/* Frees everything. */
void client_arena_clear(ClientArena *arena);

/* Drops everything and keeps one block for what comes next. */
void client_arena_reset(ClientArena *arena);

/* Memory for any type; NULL: none. */
void *client_arena_take(ClientArena *arena, size_t size);

/* A copy; its data is followed by a NUL and never NULL unless the arena failed. */
LarderBytes client_arena_bytes(ClientArena *arena, LarderBytes bytes);

/* Copies with all that they point to; NULL for NULL. */
const LarderExpiry *client_arena_expiry(ClientArena *arena, const LarderExpiry *expiry);
const LarderCondition *client_arena_condition(ClientArena *arena, const LarderCondition *condition);
const LarderFence *client_arena_fence(ClientArena *arena, const LarderFence *fence);

#endif
