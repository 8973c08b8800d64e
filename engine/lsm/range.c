/*
 * range.c: see range.h. A first version: whole tables and memtables, without looking into them.
 */
#include "engine/lsm/range.h"

BaseStatus
lsm_range_estimate(const LsmPoint *point, LsmReadCounters *counters, int64_t now_ms,
                   const EngineRange *range, EngineRangeEstimate *ret_estimate)
{
    (void)counters;
    (void)now_ms;
    (void)range;
    EngineRangeEstimate estimate = {.exact = false};
    for (size_t i = 0; i < point->view->count; i++) {
        LsmMemtableStats stats;
        lsm_memtable_stats(point->view->generations[i]->memtable, &stats);
        estimate.keys += stats.keys;
        estimate.bytes += stats.data_bytes;
    }
    for (int level = 0; level < LSM_LEVELS; level++) {
        const LsmLevel *tables = &point->view->levels->levels[level];
        for (size_t i = 0; i < tables->count; i++) {
            estimate.keys += tables->tables[i]->info.entries - tables->tables[i]->info.removes;
            estimate.bytes +=
                tables->tables[i]->info.key_bytes + tables->tables[i]->info.value_bytes;
        }
    }
    *ret_estimate = estimate;
    return base_ok();
}

BaseStatus
lsm_range_split(const LsmPoint *point, const EngineRange *range, int64_t part_bytes,
                EngineSplitVisitor *visit, void *user)
{
    (void)point;
    (void)range;
    (void)part_bytes;
    (void)visit;
    (void)user;
    return base_ok();
}
