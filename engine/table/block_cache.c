/*
 * block_cache.c: data blocks in memory. See block_cache.h.
 *
 * Pins and freeing. `pins` counts who holds a block beyond read sections, and has a flag, DETACHED,
 * that says that the block is in no ring (any more). Leaving its ring, a block goes into the
 * limbo, which itself holds a pin and gives it back when no section can see the block any more.
 * Whoever gives the last pin of a detached block back frees it. So a pin that was taken inside a
 * section always holds: either the block is in the ring with a pin, and is not evicted, or it left
 * it and the limbo's pin goes only after the section.
 *
 *     in the ring     0 pins, or more         hand: 0 -> DETACHED | 1, by compare and swap
 *     left it         DETACHED | 1 + others   limbo and others give back
 *     gone            DETACHED | 0            freed by who made it so
 *
 * A block that never enters the ring starts as DETACHED | 1 and goes into the limbo at once.
 *
 * A slot is changed to LOADING by compare and swap, by any thread; everything else is done to slots
 * under the mutex. The load itself runs without it.
 */
#include "engine/table/block_cache.h"

#include "engine/base/check.h"
#include "engine/base/tally.h"

#include <pthread.h>
#include <stdlib.h>

enum {
    EMPTY = 0,
    LOADING = 1,
    HEAT_START = 1,
    HEAT_MAX = 3,
    LARGE_PART = 8,     /* of the budget */
    HEAP_OVERHEAD = 16, /* the heap's own, for an allocation */
    RECLAIM_AT_ONCE = 64,
    BLOCK_BYTES_MAX = 1 << 30,
};

static const uint32_t DETACHED = UINT32_C(1) << 31;

enum {
    TALLY_HITS,
    TALLY_MISSES,
    TALLY_WOULD_BLOCK,
    TALLY_WAITS,
    TALLY_EVICTIONS,
    TALLY_PASSED,
};

/* Blocks in the order in which the hand looks at them. */
typedef struct Ring {
    TableBlock *hand; /* the next candidate; NULL: the ring is empty */
    size_t blocks;
} Ring;

struct TableBlockCache {
    BaseTally tallies[TABLE_CACHE_GROUPS]; /* what has no group is in the first */
    pthread_mutex_t mutex;
    pthread_cond_t loaded; /* a slot is no longer LOADING */

    /* All below is the mutex's. */
    unsigned waiters;
    Ring used;
    Ring scanned;
    size_t bytes; /* in both */
    size_t budget;
    BaseEpochLimbo limbo;
};

/* Counts for the group that flags name. */
static void
count(TableBlockCache *cache, unsigned flags, unsigned what)
{
    base_tally_add(&cache->tallies[flags / TABLE_CACHE_GROUP % TABLE_CACHE_GROUPS], what, 1);
}

/* What all groups have counted. */
static uint64_t
sum(const TableBlockCache *cache, unsigned what)
{
    uint64_t all = 0;
    for (size_t group = 0; group < TABLE_CACHE_GROUPS; group++) {
        all += base_tally_sum(&cache->tallies[group], what);
    }
    return all;
}

/* ---------------------------------------------------------------------------------- blocks -- */

TableBlock *
table_block_new(size_t len)
{
    if (len > BLOCK_BYTES_MAX) {
        return NULL;
    }
    size_t mask = _Alignof(TableBlock) - 1;
    size_t before = (len + mask) & ~mask;
    uint8_t *memory = aligned_alloc(_Alignof(TableBlock), before + sizeof(TableBlock));
    if (memory == NULL) {
        return NULL;
    }
    TableBlock *block = (TableBlock *)(void *)(memory + before);
    memset(block, 0, sizeof *block);
    block->memory = memory;
    block->charge = (uint32_t)(before + sizeof *block + HEAP_OVERHEAD);
    return block;
}

void
table_block_free(TableBlock *block)
{
    if (block != NULL) {
        free(block->memory);
    }
}

void
table_block_unpin(TableBlock *block)
{
    if (block == NULL) {
        return;
    }
    uint32_t before = atomic_fetch_sub_explicit(&block->pins, 1, memory_order_acq_rel);
    BASE_INVARIANT((before & ~DETACHED) != 0);
    if (before == (DETACHED | 1)) {
        table_block_free(block);
    }
}

/* No section can see the block any more. */
static void
leave_limbo(void *user, BaseEpochItem *item)
{
    (void)user;
    table_block_unpin((TableBlock *)(void *)((uint8_t *)item - offsetof(TableBlock, item)));
}

static void
warm(TableBlock *block)
{
    uint8_t heat = atomic_load_explicit(&block->heat, memory_order_relaxed);
    if (heat < HEAT_MAX) {
        atomic_store_explicit(&block->heat, (uint8_t)(heat + 1), memory_order_relaxed);
    }
}

/* ------------------------------------------------------------------------------------ ring -- */

static Ring *
ring_of(TableBlockCache *cache, const TableBlock *block)
{
    return block->cold ? &cache->scanned : &cache->used;
}

/* Puts a block before the hand of its ring: the last to be looked at. */
static void
link_block(TableBlockCache *cache, TableBlock *block)
{
    Ring *ring = ring_of(cache, block);
    if (ring->hand == NULL) {
        block->ring_next = block;
        block->ring_prev = block;
        ring->hand = block;
    } else {
        block->ring_next = ring->hand;
        block->ring_prev = ring->hand->ring_prev;
        block->ring_prev->ring_next = block;
        block->ring_next->ring_prev = block;
    }
    ring->blocks++;
    cache->bytes += block->charge;
}

static void
unlink_block(TableBlockCache *cache, TableBlock *block)
{
    Ring *ring = ring_of(cache, block);
    if (block->ring_next == block) {
        ring->hand = NULL;
    } else {
        block->ring_prev->ring_next = block->ring_next;
        block->ring_next->ring_prev = block->ring_prev;
        if (ring->hand == block) {
            ring->hand = block->ring_next;
        }
    }
    block->ring_next = NULL;
    block->ring_prev = NULL;
    ring->blocks--;
    cache->bytes -= block->charge;
}

static void
retire(TableBlockCache *cache, TableBlock *block)
{
    base_epoch_retire(&cache->limbo, &block->item, block->charge);
    if (base_epoch_reclaim_due(&cache->limbo)) {
        (void)base_epoch_reclaim(&cache->limbo, RECLAIM_AT_ONCE);
    }
}

/* A block of a scan that is used otherwise, too, joins the others. */
static void
promote(TableBlockCache *cache, TableBlock *block)
{
    unlink_block(cache, block);
    block->cold = false;
    link_block(cache, block);
}

/* Looks at the block under the hand and evicts it if it has no heat and no pin. */
static bool
evict_at_hand(TableBlockCache *cache, Ring *ring)
{
    TableBlock *block = ring->hand;
    uint8_t heat = atomic_load_explicit(&block->heat, memory_order_relaxed);
    uint32_t none = 0;
    if (heat > 0 && block->cold) {
        promote(cache, block);
        return false;
    }
    if (heat > 0) {
        atomic_store_explicit(&block->heat, (uint8_t)(heat - 1), memory_order_relaxed);
    } else if (atomic_compare_exchange_strong_explicit(
                   &block->pins, &none, DETACHED | 1, memory_order_acquire, memory_order_relaxed)) {
        unlink_block(cache, block);
        atomic_store_explicit(block->slot, EMPTY, memory_order_release);
        retire(cache, block);
        base_tally_add(&cache->tallies[0], TALLY_EVICTIONS, 1);
        return true;
    }
    ring->hand = block->ring_next;
    return false;
}

/* Evicts blocks of a ring until there is room for `charge` bytes, or the rest is pinned. */
static void
make_room_in(TableBlockCache *cache, Ring *ring, size_t charge)
{
    size_t steps = (HEAT_MAX + 1) * ring->blocks + 1;
    while (cache->bytes + charge > cache->budget && ring->hand != NULL && steps > 0) {
        steps = evict_at_hand(cache, ring) ? steps : steps - 1;
    }
}

/* B-1. */
static void
make_room(TableBlockCache *cache, size_t charge)
{
    make_room_in(cache, &cache->scanned, charge);
    make_room_in(cache, &cache->used, charge);
}

/* --------------------------------------------------------------------------------- loading -- */

/* Ends the state LOADING of a slot. REQUIRES: the mutex. */
static void
settle(TableBlockCache *cache, TableSlot *slot, uintptr_t state)
{
    atomic_store_explicit(slot, state, memory_order_release);
    if (cache->waiters > 0) {
        (void)pthread_cond_broadcast(&cache->loaded);
    }
}

/* Puts a block that was just loaded into its slot, unless it may not stay (B-2). */
static void
enter(TableBlockCache *cache, TableSlot *slot, TableBlock *block, unsigned flags)
{
    (void)pthread_mutex_lock(&cache->mutex);
    bool stays = (flags & TABLE_CACHE_PASS) == 0 && block->charge <= cache->budget / LARGE_PART;
    block->cold = (flags & TABLE_CACHE_COLD) != 0;
    block->slot = slot;
    atomic_init(&block->heat, block->cold ? 0 : HEAT_START);
    atomic_init(&block->pins, stays ? 0 : DETACHED | 1);
    if (stays) {
        make_room(cache, block->charge);
        link_block(cache, block);
        settle(cache, slot, (uintptr_t)block);
    } else {
        settle(cache, slot, EMPTY);
        retire(cache, block);
        base_tally_add(&cache->tallies[0], TALLY_PASSED, 1);
    }
    (void)pthread_mutex_unlock(&cache->mutex);
}

/* Waits until a slot is no longer LOADING; returns what it is then. */
static uintptr_t
await(TableBlockCache *cache, TableSlot *slot)
{
    base_tally_add(&cache->tallies[0], TALLY_WAITS, 1);
    (void)pthread_mutex_lock(&cache->mutex);
    cache->waiters++;
    uintptr_t state = atomic_load_explicit(slot, memory_order_acquire);
    while (state == LOADING) {
        (void)pthread_cond_wait(&cache->loaded, &cache->mutex);
        state = atomic_load_explicit(slot, memory_order_acquire);
    }
    cache->waiters--;
    (void)pthread_mutex_unlock(&cache->mutex);
    return state;
}

/* Loads the block of a slot that this thread has set to LOADING. */
static BaseStatus
load_slot(TableBlockCache *cache, TableSlot *slot, unsigned flags, TableBlockLoad *load, void *user,
          TableBlock **ret_block)
{
    TableBlock *block = NULL;
    count(cache, flags, TALLY_MISSES);
    BaseStatus status = load(user, &block);
    if (!base_is_ok(status)) {
        (void)pthread_mutex_lock(&cache->mutex);
        settle(cache, slot, EMPTY);
        (void)pthread_mutex_unlock(&cache->mutex);
        return status;
    }
    enter(cache, slot, block, flags);
    *ret_block = block;
    return base_ok();
}

/* The slow half of table_block_cache_get(). */
static BaseStatus
get_missing(TableBlockCache *cache, TableSlot *slot, unsigned flags, TableBlockLoad *load,
            void *user, TableBlock **ret_block)
{
    if ((flags & TABLE_CACHE_ONLY) != 0) {
        count(cache, flags, TALLY_WOULD_BLOCK);
        return base_error(BASE_WOULD_BLOCK, "a block of a table is not in memory");
    }
    for (;;) {
        uintptr_t state = EMPTY;
        if (atomic_compare_exchange_strong_explicit(slot, &state, LOADING, memory_order_acquire,
                                                    memory_order_acquire)) {
            return load_slot(cache, slot, flags, load, user, ret_block);
        }
        if (state == LOADING) {
            state = await(cache, slot);
        }
        if (state > LOADING) {
            *ret_block = (TableBlock *)state;
            count(cache, flags, TALLY_HITS);
            return base_ok();
        }
    }
}

BaseStatus
table_block_cache_get(TableBlockCache *cache, TableSlot *slot, unsigned flags, TableBlockLoad *load,
                      void *user, TableBlock **ret_block)
{
    BASE_INVARIANT(base_epoch_inside());
    uintptr_t state = atomic_load_explicit(slot, memory_order_acquire);
    if (state <= LOADING) {
        return get_missing(cache, slot, flags, load, user, ret_block);
    }
    TableBlock *block = (TableBlock *)state;
    table_block_cache_prefetch(slot);
    if ((flags & (TABLE_CACHE_COLD | TABLE_CACHE_PASS)) == 0) {
        warm(block);
    }
    count(cache, flags, TALLY_HITS);
    *ret_block = block;
    return base_ok();
}

/* ----------------------------------------------------------------------------------- cache -- */

TableBlockCache *
table_block_cache_new(size_t budget_bytes)
{
    TableBlockCache *cache = aligned_alloc(_Alignof(TableBlockCache), sizeof *cache);
    if (cache == NULL) {
        return NULL;
    }
    memset(cache, 0, sizeof *cache);
    cache->budget = budget_bytes;
    base_epoch_limbo_init(&cache->limbo, leave_limbo, NULL);
    bool mutex = pthread_mutex_init(&cache->mutex, NULL) == 0;
    bool loaded = pthread_cond_init(&cache->loaded, NULL) == 0;
    BASE_CHECK(mutex && loaded); /* never fail here */
    return cache;
}

void
table_block_cache_free(TableBlockCache *cache)
{
    if (cache == NULL) {
        return;
    }
    BASE_CHECK(cache->used.hand == NULL && cache->scanned.hand == NULL);
    base_epoch_limbo_clear(&cache->limbo);
    (void)pthread_cond_destroy(&cache->loaded);
    (void)pthread_mutex_destroy(&cache->mutex);
    free(cache);
}

void
table_block_cache_set_budget(TableBlockCache *cache, size_t budget_bytes)
{
    (void)pthread_mutex_lock(&cache->mutex);
    cache->budget = budget_bytes;
    make_room(cache, 0);
    (void)pthread_mutex_unlock(&cache->mutex);
}

void
table_block_cache_drop(TableBlockCache *cache, TableSlot *slots, size_t count)
{
    (void)pthread_mutex_lock(&cache->mutex);
    for (size_t i = 0; i < count; i++) {
        uintptr_t state = atomic_load_explicit(&slots[i], memory_order_relaxed);
        BASE_CHECK(state != LOADING);
        if (state != EMPTY) {
            TableBlock *block = (TableBlock *)state;
            BASE_CHECK(atomic_load_explicit(&block->pins, memory_order_acquire) == 0);
            unlink_block(cache, block);
            table_block_free(block);
        }
    }
    (void)pthread_mutex_unlock(&cache->mutex);
}

void
table_block_cache_reclaim(TableBlockCache *cache)
{
    (void)pthread_mutex_lock(&cache->mutex);
    (void)base_epoch_reclaim(&cache->limbo, RECLAIM_AT_ONCE);
    (void)pthread_mutex_unlock(&cache->mutex);
}

TableCacheStats
table_block_cache_stats(TableBlockCache *cache)
{
    TableCacheStats stats = {.hits = sum(cache, TALLY_HITS),
                             .misses = sum(cache, TALLY_MISSES),
                             .would_block = sum(cache, TALLY_WOULD_BLOCK),
                             .waits = base_tally_sum(&cache->tallies[0], TALLY_WAITS),
                             .evictions = base_tally_sum(&cache->tallies[0], TALLY_EVICTIONS),
                             .passed = base_tally_sum(&cache->tallies[0], TALLY_PASSED)};
    (void)pthread_mutex_lock(&cache->mutex);
    stats.blocks = cache->used.blocks + cache->scanned.blocks;
    stats.bytes = cache->bytes;
    stats.limbo = base_epoch_limbo_count(&cache->limbo);
    (void)pthread_mutex_unlock(&cache->mutex);
    return stats;
}

TableCacheGroupStats
table_block_cache_group_stats(const TableBlockCache *cache, unsigned group)
{
    const BaseTally *tally = &cache->tallies[group];
    return (TableCacheGroupStats){.hits = base_tally_sum(tally, TALLY_HITS),
                                  .misses = base_tally_sum(tally, TALLY_MISSES)};
}
