/*
 * arena.c: reserving address space, and bump allocation in it.
 *
 * The mapping is private, anonymous and not counted against swap until it is touched, so its bytes
 * are zeros when they are handed out for the first time, and nothing is handed out twice. Making
 * them present changes none of them, so it needs no agreement with the writer.
 */
#include "engine/lsm/arena.h"

#include <sys/mman.h>
#include <unistd.h>

enum { HUGE_PAGE = 2 << 20 };

/*
 * Address space that begins where a huge page can, if it is longer than one: not every kernel sees
 * to that by itself. MAP_FAILED: there is none.
 */
static uint8_t *
reserve(size_t bytes)
{
    size_t extra = bytes > HUGE_PAGE ? HUGE_PAGE : 0;
    uint8_t *base = mmap(NULL, bytes + extra, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (base == MAP_FAILED || extra == 0) {
        return base;
    }
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t kept = (bytes + page - 1) / page * page;
    size_t before = (HUGE_PAGE - (uintptr_t)base % HUGE_PAGE) % HUGE_PAGE;
    if (before != 0) {
        (void)munmap(base, before);
    }
    (void)munmap(base + before + kept, extra - before);
    return base + before;
}

/*
 * So much is present, or will soon be; when more is wanted follows from it. Near the beginning that
 * is when half of it is used.
 */
static void
set_ahead(LsmArena *arena, size_t ahead)
{
    arena->ahead = ahead;
    if (ahead >= arena->reserved) {
        arena->ahead_at = SIZE_MAX;
    } else {
        arena->ahead_at = ahead < 2 * LSM_ARENA_LEAD ? ahead / 2 : ahead - LSM_ARENA_LEAD;
    }
}

BaseStatus
lsm_arena_init(LsmArena *arena, size_t bytes)
{
    if (bytes > LSM_ARENA_BYTES_MAX) {
        bytes = LSM_ARENA_BYTES_MAX;
    }
    bytes = lsm_arena_round(bytes);
    uint8_t *base = reserve(bytes);
    if (base == MAP_FAILED) {
        return base_error(BASE_NO_MEMORY, "no address space for a memtable");
    }
    /* A hint: without huge pages the arena is slower, and nothing else. */
    (void)madvise(base, bytes, MADV_HUGEPAGE);
    *arena = (LsmArena){.base = base, .reserved = bytes, .used = LSM_ARENA_UNIT};
    set_ahead(arena, LSM_ARENA_PRESENT);
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

LsmArenaPart
lsm_arena_take_ahead(LsmArena *arena)
{
    size_t touched = arena->used / HUGE_PAGE * HUGE_PAGE;
    size_t from = arena->ahead > touched ? arena->ahead : touched;
    size_t left = arena->reserved - from;
    size_t bytes = left < LSM_ARENA_STEP ? left : LSM_ARENA_STEP;
    set_ahead(arena, from + bytes);
    return (LsmArenaPart){from, bytes};
}

/* In small steps, between which whoever changes mappings of the process finds its turn. */
bool
lsm_arena_make_present(const LsmArena *arena, LsmArenaPart part)
{
    size_t stop = part.from + part.bytes;
    bool good = true;
    for (size_t at = part.from; at < stop && good; at += HUGE_PAGE) {
        size_t bytes = stop - at < HUGE_PAGE ? stop - at : HUGE_PAGE;
        good = madvise(arena->base + at, bytes, MADV_POPULATE_WRITE) == 0;
    }
    return good;
}
