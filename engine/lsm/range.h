/*
 * range.h: how much a range of ENGINE_DATA holds, about, and keys that cut it into parts.
 *
 * Estimates come from what is in memory: indexes and properties of the tables, shapes of the
 * memtables. Nothing is read from disk. A range that holds little, all of it in memory, is counted,
 * and the answer is exact.
 *
 * Threading: any thread; inside a read section, or with a reference to the view.
 */
#ifndef LARDER_ENGINE_LSM_RANGE_H
#define LARDER_ENGINE_LSM_RANGE_H

#include "engine/engine.h"
#include "engine/lsm/counters.h"
#include "engine/lsm/view.h"

/* As engine_range_estimate(). BASE_NO_MEMORY. */
BaseStatus lsm_range_estimate(const LsmPoint *point, LsmReadCounters *counters, int64_t now_ms,
                              const EngineRange *range, EngineRangeEstimate *ret_estimate);

/*
 * As engine_range_split(): keys strictly inside the range, ascending, with about `part_bytes` of
 * keys and values between two of them, dead entries included. They need not be keys of records.
 * BASE_NO_MEMORY.
 */
BaseStatus lsm_range_split(const LsmPoint *point, const EngineRange *range, int64_t part_bytes,
                           EngineSplitVisitor *visit, void *user);

#endif
