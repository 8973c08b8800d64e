/*
 * arena.h: one block of address space that fills up and is given back as a whole.
 *
 * The space is reserved at once and becomes memory as it is touched, so a large arena that stays
 * empty costs nothing. Huge pages are asked for: a memtable is walked at random, and with small
 * pages every step would also miss the TLB.
 *
 * A reference is a number of 8-byte units from the start, 32 bits wide, so an arena can have 32 GiB
 * and indexes need half the space of pointers. Reference 0 is nobody's.
 *
 * Threading: one writer allocates. Any thread may follow a reference that it got through an atomic
 * with acquire order.
 */
#ifndef LARDER_ENGINE_LSM_ARENA_H
#define LARDER_ENGINE_LSM_ARENA_H

#include "engine/base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LSM_ARENA_UNIT      8
#define LSM_ARENA_BYTES_MAX ((size_t)32 << 30)

typedef uint32_t LsmRef;

typedef struct LsmArena {
    uint8_t *base;
    size_t reserved; /* bytes of address space */
    size_t used;     /* bytes handed out, the first unit included */
} LsmArena;

/* Reserves `bytes`, at most LSM_ARENA_BYTES_MAX. BASE_NO_MEMORY. */
BaseStatus lsm_arena_init(LsmArena *arena, size_t bytes);

/* Gives everything back. Takes an arena that is all zeros. */
void lsm_arena_clear(LsmArena *arena);

/* `bytes` of zeros, aligned to a unit. 0: no room. */
LsmRef lsm_arena_take(LsmArena *arena, size_t bytes);

static inline size_t
lsm_arena_round(size_t bytes)
{
    return (bytes + LSM_ARENA_UNIT - 1) & ~(size_t)(LSM_ARENA_UNIT - 1);
}

/* Bytes that can still be taken. */
static inline size_t
lsm_arena_room(const LsmArena *arena)
{
    return arena->reserved - arena->used;
}

static inline void *
lsm_arena_at(const LsmArena *arena, LsmRef ref)
{
    return arena->base + (size_t)ref * LSM_ARENA_UNIT;
}

#endif
