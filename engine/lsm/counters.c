/*
 * counters.c: the sums of what all threads have counted. See counters.h.
 */
#include "engine/lsm/counters.h"

static int64_t
sum(const BaseTally *tally, unsigned counter)
{
    return (int64_t)base_tally_sum(tally, counter);
}

static LsmLevelReads
read_level(const BaseTally *level)
{
    LsmLevelReads reads = {.filtered = sum(level, LSM_LEVEL_FILTERED),
                           .found = sum(level, LSM_LEVEL_FOUND),
                           .hidden = sum(level, LSM_LEVEL_HIDDEN),
                           .missed = sum(level, LSM_LEVEL_MISSED),
                           .failed = sum(level, LSM_LEVEL_FAILED),
                           .seeks = sum(level, LSM_LEVEL_SEEKS)};
    reads.asked = reads.filtered + reads.found + reads.hidden + reads.missed + reads.failed;
    return reads;
}

void
lsm_counters_read(const LsmReadCounters *counters, LsmReadStats *ret_stats)
{
    const BaseTally *gets = &counters->gets;
    const BaseTally *scans = &counters->scans;
    *ret_stats = (LsmReadStats){.get_keys = sum(gets, LSM_GET_KEYS),
                                .get_found = sum(gets, LSM_GET_FOUND),
                                .get_memory = sum(gets, LSM_GET_MEMORY),
                                .get_would_block = sum(gets, LSM_GET_WOULD_BLOCK),
                                .get_batches = sum(gets, LSM_GET_BATCHES),
                                .scan_opened = sum(scans, LSM_SCAN_OPENED),
                                .scan_seeks = sum(scans, LSM_SCAN_SEEKS),
                                .scan_examined = sum(scans, LSM_SCAN_EXAMINED),
                                .scan_tombstones = sum(scans, LSM_SCAN_TOMBSTONES),
                                .scan_expired = sum(scans, LSM_SCAN_EXPIRED),
                                .scan_hidden = sum(scans, LSM_SCAN_HIDDEN),
                                .scan_skips = sum(scans, LSM_SCAN_SKIPS)};
    for (int level = 0; level < LSM_LEVELS; level++) {
        ret_stats->levels[level] = read_level(&counters->levels[level]);
    }
}
