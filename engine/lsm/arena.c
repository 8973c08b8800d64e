/*
 * arena.c: reserving address space, and bump allocation in it.
 *
 * The mapping is private, anonymous and not counted against swap until it is touched, so its bytes
 * are zeros when they are handed out for the first time, and nothing is handed out twice.
 */
#include "engine/lsm/arena.h"

#include <sys/mman.h>

BaseStatus
lsm_arena_init(LsmArena *arena, size_t bytes)
{
    if (bytes > LSM_ARENA_BYTES_MAX) {
        bytes = LSM_ARENA_BYTES_MAX;
    }
    bytes = lsm_arena_round(bytes);
    void *base = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (base == MAP_FAILED) {
        return base_error(BASE_NO_MEMORY, "no address space for a memtable");
    }
    /* A hint: without huge pages the arena is slower, and nothing else. */
    (void)madvise(base, bytes, MADV_HUGEPAGE);
    *arena = (LsmArena){.base = base, .reserved = bytes, .used = LSM_ARENA_UNIT};
    return base_ok();
}

void
lsm_arena_clear(LsmArena *arena)
{
    if (arena->base != NULL) {
        munmap(arena->base, arena->reserved);
    }
    *arena = (LsmArena){0};
}

LsmRef
lsm_arena_take(LsmArena *arena, size_t bytes)
{
    bytes = lsm_arena_round(bytes);
    if (bytes > lsm_arena_room(arena)) {
        return 0;
    }
    LsmRef ref = (LsmRef)(arena->used / LSM_ARENA_UNIT);
    arena->used += bytes;
    return ref;
}
