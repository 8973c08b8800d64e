/*
 * range.h: what a range of ENGINE_DATA holds, exactly, by walking all of it at a snapshot. O(n).
 *
 * Threading: may be called from any thread.
 */
#ifndef LARDER_ENGINE_HASHMAP_RANGE_H
#define LARDER_ENGINE_HASHMAP_RANGE_H

#include "engine/hashmap/state.h"

/* As engine_range_estimate(). */
BaseStatus hashmap_range_estimate(HashmapState *state, Engine *engine, const EngineRange *range,
                                  EngineRangeEstimate *ret_estimate);

/* As engine_range_split(): reads the range in key order, O(n log n). */
BaseStatus hashmap_range_split(HashmapState *state, Engine *engine, const EngineRange *range,
                               int64_t part_bytes, EngineSplitVisitor *visit, void *user);

#endif
