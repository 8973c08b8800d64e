/*
 * block_cache.h: data blocks in memory, within a budget of bytes.
 *
 * A table has a slot for each of its data blocks; a cached block hangs in its slot, so a hit is one
 * load: no hash, no lock, no counting of references. A read section (engine/base/epoch.h) keeps
 * what is found in a slot alive until it ends; what must live longer is pinned.
 *
 * Which blocks go. Cached blocks form a ring with a hand (CLOCK). A hit raises the heat of a block,
 * to 3 at most; the hand lowers it as it passes, and evicts what has none left. A block starts with
 * a heat of 1, behind the hand. Blocks of scans form a second ring, whose blocks go first, in the
 * order in which they came; one that was hit by a read that is no scan moves over to the first ring
 * instead. So a scan drives out nothing but what scans have brought.
 *
 * Bounds:
 *   B-1  Bytes in the rings are at most the budget, unless more than that is pinned.
 *   B-2  A block that takes more than an eighth of the budget is never put into a ring. It lives as
 *        long as the section or the pin that it was read for.
 *   B-3  Evicted blocks are freed when the sections that may see them have ended, and pinned ones
 *        when the last pin goes.
 *
 * Loading. A slot is empty, being loaded, or full. The first thread that finds it empty loads it;
 * others wait for that one. A failed load leaves it empty, and each waiting thread tries for
 * itself.
 *
 * Threading: any thread. The mutex is taken on misses only. Every block that is not pinned is used
 * inside the read section in which it was got.
 */
#ifndef LARDER_ENGINE_TABLE_BLOCK_CACHE_H
#define LARDER_ENGINE_TABLE_BLOCK_CACHE_H

#include "engine/base/epoch.h"
#include "engine/base/status.h"
#include "engine/format/data_block.h"

typedef struct TableBlockCache TableBlockCache;

/* Empty, being loaded, or the address of a block. Zero bytes are an empty one. */
typedef _Atomic uintptr_t TableSlot;

enum { TABLE_PREFIX_BYTES = 30 };

/*
 * A data block in memory, in one allocation with its bytes. It lies right behind them: a search
 * begins in their tail, so the two can be fetched at once. Waiting for memory is most of what a get
 * costs; so what it needs of the header lies together, with a copy of the keys' common prefix,
 * which would be far away at the other end of the block.
 */
typedef struct TableBlock {
    _Alignas(64) FormatDataBlock data;
    _Atomic uint32_t pins; /* and whether it left the ring; see block_cache.c */
    uint32_t charge;       /* bytes of the allocation */
    _Atomic uint8_t heat;
    bool cold;                          /* which ring; like the fields of the ring the mutex's */
    uint8_t prefix[TABLE_PREFIX_BYTES]; /* a copy of the prefix of all keys, if it fits */
    BaseEpochItem item;
    TableSlot *slot;
    struct TableBlock *ring_next; /* NULL: in no ring */
    struct TableBlock *ring_prev;
    uint8_t *memory; /* the allocation */
} TableBlock;

_Static_assert(sizeof(TableBlock) == 128, "a block's header takes two cache lines");

/*
 * Allocates a block behind room for `len` bytes; `memory` and `charge` are set. NULL: no memory.
 * Free it with table_block_free().
 */
TableBlock *table_block_new(size_t len);

/* REQUIRES: the block was never given to a cache. Takes NULL. */
void table_block_free(TableBlock *block);

/* Reads a block from disk into what table_block_new() gave, and opens it: `data`. */
typedef BaseStatus TableBlockLoad(void *user, TableBlock **ret_block);

typedef enum TableCacheFlag {
    TABLE_CACHE_ONLY = 1 << 0,  /* BASE_WOULD_BLOCK instead of loading */
    TABLE_CACHE_COLD = 1 << 1,  /* for a scan: among the next to be evicted */
    TABLE_CACHE_PASS = 1 << 2,  /* what is loaded does not enter the cache */
    TABLE_CACHE_GROUP = 1 << 8, /* times a group: the readers that this one is counted with */
} TableCacheFlag;

enum { TABLE_CACHE_GROUPS = 8 }; /* 0: whoever says nothing */

typedef struct TableCacheStats {
    uint64_t hits;
    uint64_t misses; /* loads, failed ones included */
    uint64_t would_block;
    uint64_t waits; /* for another thread's load; counted as hits or misses, too */
    uint64_t evictions;
    uint64_t passed; /* loads that were not put into a ring */
    uint64_t blocks; /* now, in the rings */
    uint64_t bytes;  /* now, in the rings */
    uint64_t limbo;  /* blocks that left the rings and may still be seen, about */
} TableCacheStats;

/* NULL: no memory. */
TableBlockCache *table_block_cache_new(size_t budget_bytes);

/* REQUIRES: all slots were dropped, all pins given back, no read section. Takes NULL. */
void table_block_cache_free(TableBlockCache *cache);

/* Changes the budget; what is too much goes at once. */
void table_block_cache_set_budget(TableBlockCache *cache, size_t budget_bytes);

/*
 * The block of a slot, loaded if need be. REQUIRES: inside a read section; the block is good until
 * it ends. Errors: those of the load, and BASE_WOULD_BLOCK.
 */
BaseStatus table_block_cache_get(TableBlockCache *cache, TableSlot *slot, unsigned flags,
                                 TableBlockLoad *load, void *user, TableBlock **ret_block);

/*
 * Fetches from memory what a search in the block of a slot begins with: the header, and the tail of
 * the block's bytes right before it. A hint; does nothing when the block is not cached.
 */
static inline void
table_block_cache_prefetch(const TableSlot *slot)
{
    enum { CACHE_LINE = 64 };
    uintptr_t block = atomic_load_explicit(slot, memory_order_relaxed);
    __builtin_prefetch((const void *)block);
    __builtin_prefetch((const void *)(block + CACHE_LINE));
    __builtin_prefetch((const void *)(block - CACHE_LINE));
    __builtin_prefetch((const void *)(block - 2 * CACHE_LINE));
}

/* The block of a slot if it is cached, else NULL. REQUIRES: inside a read section. */
static inline const TableBlock *
table_block_cache_peek(const TableSlot *slot)
{
    uintptr_t state = atomic_load_explicit(slot, memory_order_acquire);
    return state > 1 ? (const TableBlock *)state : NULL; /* 1: being loaded */
}

/* Keeps a block beyond the section. REQUIRES: inside the section in which it was got. */
static inline void
table_block_pin(TableBlock *block)
{
    (void)atomic_fetch_add_explicit(&block->pins, 1, memory_order_relaxed);
}

/* Gives a pin back. Takes NULL. */
void table_block_unpin(TableBlock *block);

/*
 * Empties the slots of a table that is being closed. REQUIRES: nobody can get or load its blocks
 * any more; no section and no pin holds one.
 */
void table_block_cache_drop(TableBlockCache *cache, TableSlot *slots, size_t count);

/* Frees evicted blocks that nobody can see any more: housekeeping, for when there are no misses. */
void table_block_cache_reclaim(TableBlockCache *cache);

TableCacheStats table_block_cache_stats(TableBlockCache *cache);

/* How a group of readers has fared. */
typedef struct TableCacheGroupStats {
    uint64_t hits;
    uint64_t misses;
} TableCacheGroupStats;

/* REQUIRES: group < TABLE_CACHE_GROUPS. */
TableCacheGroupStats table_block_cache_group_stats(const TableBlockCache *cache, unsigned group);

#endif
