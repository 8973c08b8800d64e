/*
 * arena.h: one block of address space that fills up and is given back as a whole.
 *
 * The space is reserved at once and becomes memory as it is touched, so a large arena that stays
 * empty costs nothing. Huge pages are asked for: a memtable is walked at random, and with small
 * pages every step would also miss the TLB.
 *
 * The first touch of a huge page takes the time to clear it, 200 us, and milliseconds when memory
 * has to be put together for it. So an arena says when its next part is to be made present, and
 * some other thread does it (ahead.h). Where there are huge pages, at most LSM_ARENA_LEAD +
 * LSM_ARENA_STEP bytes are present that nobody has taken, and fewer near its beginning: a store
 * that is hardly written to needs little.
 *
 * A reference is a number of 8-byte units from the start, 32 bits wide, so an arena can have 32 GiB
 * and indexes need half the space of pointers. Reference 0 is nobody's.
 *
 * Threading: one writer allocates, and takes parts. Any thread may follow a reference that it got
 * through an atomic with acquire order.
 */
#ifndef LARDER_ENGINE_LSM_ARENA_H
#define LARDER_ENGINE_LSM_ARENA_H

#include "engine/base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LSM_ARENA_UNIT      8
#define LSM_ARENA_BYTES_MAX ((size_t)32 << 30)

/*
 * Bytes that are present to begin with, because whoever makes an arena touches its first huge page;
 * that are made present at a time; and that are left when the next are wanted.
 */
#define LSM_ARENA_PRESENT ((size_t)2 << 20)
#define LSM_ARENA_STEP    ((size_t)4 << 20)
#define LSM_ARENA_LEAD    ((size_t)4 << 20)

typedef uint32_t LsmRef;

typedef struct LsmArena {
    uint8_t *base;
    size_t reserved; /* bytes of address space */
    size_t used;     /* bytes handed out, the first unit included */
    size_t ahead;    /* bytes that are present, or will soon be; the writer's */
    size_t ahead_at; /* bytes used from which on more are wanted; the writer's */
} LsmArena;

/* A part of an arena. */
typedef struct LsmArenaPart {
    size_t from;
    size_t bytes;
} LsmArenaPart;

/* Reserves `bytes`, at most LSM_ARENA_BYTES_MAX. BASE_NO_MEMORY. */
BaseStatus lsm_arena_init(LsmArena *arena, size_t bytes);

/* Gives everything back. Takes an arena that is all zeros. */
void lsm_arena_clear(LsmArena *arena);

/* `bytes` of zeros, aligned to a unit. 0: no room. */
LsmRef lsm_arena_take(LsmArena *arena, size_t bytes);

/* The part that is to be made present next. REQUIRES: wants_ahead(). */
LsmArenaPart lsm_arena_take_ahead(LsmArena *arena);

/*
 * Makes memory of a part, whoever writes there meanwhile. False: it becomes memory as it is
 * touched. For any thread; takes as long as it takes to clear it. REQUIRES: the part begins at a
 * page, as those of take_ahead() do.
 */
bool lsm_arena_make_present(const LsmArena *arena, LsmArenaPart part);

/* Whether enough is used that the next part should be made present. */
static inline bool
lsm_arena_wants_ahead(const LsmArena *arena)
{
    return arena->used >= arena->ahead_at;
}

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
