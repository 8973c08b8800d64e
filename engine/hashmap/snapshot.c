/*
 * snapshot.c: opening and closing snapshots. See snapshot.h.
 */
#include "engine/hashmap/snapshot.h"

#include "engine/hashmap/sweep.h"

/* Slots that a release prunes at once; housekeeping does the rest. */
enum {
    RELEASE_SLOTS = 4096,
};

void
hashmap_snapshot_open(HashmapState *state, Engine *engine, HashmapSnapshot *snapshot)
{
    (void)pthread_mutex_lock(&state->mutex);
    snapshot->base.engine = engine;
    snapshot->base.version = atomic_load_explicit(&state->published, memory_order_relaxed);
    snapshot->base.stamp_ms = commit_stamp_now(&state->stamps);
    snapshot->newer = NULL;
    snapshot->older = state->newest_snapshot;
    if (snapshot->older != NULL) {
        snapshot->older->newer = snapshot;
    } else {
        state->oldest_snapshot = snapshot;
    }
    state->newest_snapshot = snapshot;
    hashmap_counter_add(&state->counters.open_snapshots, 1);
    (void)pthread_mutex_unlock(&state->mutex);
}

static void
unlink_snapshot(HashmapState *state, HashmapSnapshot *snapshot)
{
    if (snapshot->newer != NULL) {
        snapshot->newer->older = snapshot->older;
    } else {
        state->newest_snapshot = snapshot->older;
    }
    if (snapshot->older != NULL) {
        snapshot->older->newer = snapshot->newer;
    } else {
        state->oldest_snapshot = snapshot->newer;
    }
}

void
hashmap_snapshot_close(HashmapState *state, HashmapSnapshot *snapshot)
{
    (void)pthread_mutex_lock(&state->mutex);
    unlink_snapshot(state, snapshot);
    hashmap_counter_add(&state->counters.open_snapshots, -1);
    if (atomic_load_explicit(&state->counters.chained, memory_order_relaxed) != 0) {
        hashmap_sweep_request_pruning(state);
        hashmap_sweep_step(state, RELEASE_SLOTS, INT64_MIN);
    }
    (void)pthread_mutex_unlock(&state->mutex);
}

int64_t
hashmap_snapshot_horizon(const HashmapState *state)
{
    /* Times do not fall from one snapshot to the next: the oldest has the lowest. */
    const HashmapSnapshot *oldest = state->oldest_snapshot;
    return oldest == NULL ? INT64_MAX : oldest->base.stamp_ms;
}
