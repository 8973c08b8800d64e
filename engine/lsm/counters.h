/*
 * counters.h: what reads have done since the store was opened, exactly, by level.
 *
 * Every thread adds to a row of its own (engine/base/tally.h), so counting costs a few plain
 * additions a read and nothing is lost. A sum is at least what was added before it was asked for.
 *
 * Whenever a get asks a table for a key, one of five things happens, and is counted for the level:
 * the filter says no; there is an entry; a removed range hides the key; nothing is there, which is
 * a false positive if there is a filter; or a block could not be read.
 *
 * Threading: any thread. Zero bytes are a start.
 */
#ifndef LARDER_ENGINE_LSM_COUNTERS_H
#define LARDER_ENGINE_LSM_COUNTERS_H

#include "engine/base/tally.h"
#include "engine/lsm/picker.h"
#include "engine/table/block_cache.h"

/* Of gets. A key of a multi_get is a get. */
typedef enum LsmGetCounter {
    LSM_GET_KEYS = 0,    /* asked for */
    LSM_GET_FOUND,       /* there was a value; it may have expired */
    LSM_GET_MEMORY,      /* a memtable, or a range removed in its time, had the answer */
    LSM_GET_WOULD_BLOCK, /* a block was not in memory, and only those were asked for */
    LSM_GET_BATCHES,     /* calls of multi_get */
} LsmGetCounter;

/* Of iterators. */
typedef enum LsmScanCounter {
    LSM_SCAN_OPENED = 0,
    LSM_SCAN_SEEKS,
    LSM_SCAN_EXAMINED, /* the sums of EngineIteratorStats */
    LSM_SCAN_TOMBSTONES,
    LSM_SCAN_EXPIRED,
    LSM_SCAN_HIDDEN, /* among the tombstones: keys that a removed range hides */
    LSM_SCAN_SKIPS,  /* seeks behind the end of a removed range, in place of steps */
} LsmScanCounter;

/* Of a level. */
typedef enum LsmLevelCounter {
    LSM_LEVEL_FILTERED = 0, /* the filter said that the key is not there */
    LSM_LEVEL_FOUND,        /* there was an entry: a put or a remove */
    LSM_LEVEL_HIDDEN,       /* a removed range of the table hides the key */
    LSM_LEVEL_MISSED,       /* nothing was there, though the filter let it pass */
    LSM_LEVEL_FAILED,       /* a block could not be read, or not without waiting */
    LSM_LEVEL_SEEKS,        /* of iterators, in a table */
} LsmLevelCounter;

/* The flag with which readers of a level are counted by the block cache. */
static inline unsigned
lsm_counters_cache_group(int level)
{
    return TABLE_CACHE_GROUP * ((unsigned)level + 1);
}

typedef struct LsmReadCounters {
    BaseTally gets;
    BaseTally scans;
    BaseTally levels[LSM_LEVELS];
} LsmReadCounters;

static inline void
lsm_counters_get(LsmReadCounters *counters, LsmGetCounter counter, uint64_t amount)
{
    base_tally_add(&counters->gets, counter, amount);
}

static inline void
lsm_counters_scan(LsmReadCounters *counters, LsmScanCounter counter, uint64_t amount)
{
    if (amount != 0) { /* of most, an iterator has nothing to add */
        base_tally_add(&counters->scans, counter, amount);
    }
}

static inline void
lsm_counters_level(LsmReadCounters *counters, int level, LsmLevelCounter counter, uint64_t amount)
{
    base_tally_add(&counters->levels[level], counter, amount);
}

/* The sums. */
typedef struct LsmLevelReads {
    int64_t asked; /* the sum of the next five */
    int64_t filtered;
    int64_t found;
    int64_t hidden;
    int64_t missed;
    int64_t failed;
    int64_t seeks;
} LsmLevelReads;

typedef struct LsmReadStats {
    int64_t get_keys;
    int64_t get_found;
    int64_t get_memory;
    int64_t get_would_block;
    int64_t get_batches;
    int64_t scan_opened;
    int64_t scan_seeks;
    int64_t scan_examined;
    int64_t scan_tombstones;
    int64_t scan_expired;
    int64_t scan_hidden;
    int64_t scan_skips;
    LsmLevelReads levels[LSM_LEVELS];
} LsmReadStats;

void lsm_counters_read(const LsmReadCounters *counters, LsmReadStats *ret_stats);

#endif
