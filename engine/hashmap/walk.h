/*
 * walk.h: visiting every record that is visible at a version, in no order. O(n).
 *
 * Goes through the shards one by one, each in an epoch section of its own, with the records ahead
 * already on their way into the cache.
 *
 * Threading: may be called from any thread, without a lock.
 */
#ifndef LARDER_ENGINE_HASHMAP_WALK_H
#define LARDER_ENGINE_HASHMAP_WALK_H

#include "engine/hashmap/state.h"

/* Receives a record, dead ones included; it is valid during the call. False stops the walk. */
typedef bool HashmapVisit(void *user, const HashmapRecord *record);

/*
 * Visits what is visible at `version`: the one of an open snapshot, or INT64_MAX for the newest
 * records (under the publish mutex only). BASE_NO_MEMORY: no epoch section could be begun.
 */
BaseStatus hashmap_walk(HashmapState *state, int64_t version, HashmapVisit *visit, void *user);

/* Whether a key is in a range. */
bool hashmap_walk_in_range(const EngineRange *range, BaseSlice key);

#endif
