/*
 * snapshot.h: points in history that are kept readable.
 *
 * Open snapshots form a list in order of version. Taking one is a few instructions under the
 * publish mutex, so it never falls into the middle of a commit. While it is open, prune.h keeps for
 * it what is overwritten. Releasing it asks housekeeping to prune all shards, in bounded steps.
 *
 * Threading: every function may be called from any thread; the list is under the publish mutex.
 */
#ifndef LARDER_ENGINE_HASHMAP_SNAPSHOT_H
#define LARDER_ENGINE_HASHMAP_SNAPSHOT_H

#include "engine/hashmap/state.h"

struct HashmapSnapshot {
    EngineSnapshot base; /* constant while open */
    HashmapSnapshot *newer;
    HashmapSnapshot *older;
};

/* Fixes the latest version in `snapshot`, whose memory stays the caller's; notes `engine` in it. */
void hashmap_snapshot_open(HashmapState *state, Engine *engine, HashmapSnapshot *snapshot);

void hashmap_snapshot_close(HashmapState *state, HashmapSnapshot *snapshot);

/*
 * The highest time at which nothing that has expired is still seen alive by an open snapshot;
 * INT64_MAX without snapshots. REQUIRES: the publish mutex.
 */
int64_t hashmap_snapshot_horizon(const HashmapState *state);

#endif
