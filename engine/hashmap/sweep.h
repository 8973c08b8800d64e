/*
 * sweep.h: housekeeping: a walk that goes round and round the shards in bounded steps.
 *
 * Two kinds of work, both found by flags in the slots without touching other records:
 *   - after the release of a snapshot, chains are pruned, each shard once;
 *   - records that have expired leave their slots (I-3 of state.c), all the time.
 * Shards that have neither are passed over. Commits take a step now and then, ticks take larger
 * ones, so an idle store frees what has expired as well. Ticks also replace tables that have become
 * much too large.
 *
 * Expired records are swept only by the writer: from the callback of a commit or while publishing
 * one. So nothing that a commit has looked at disappears before it is published.
 *
 * Threading: under the publish mutex.
 */
#ifndef LARDER_ENGINE_HASHMAP_SWEEP_H
#define LARDER_ENGINE_HASHMAP_SWEEP_H

#include "engine/hashmap/state.h"

/* Asks for all chains to be pruned once from now on. */
void hashmap_sweep_request_pruning(HashmapState *state);

/*
 * Looks at up to `slots` slots and does what there is to do at the time now_ms; INT64_MIN: leave
 * expired records alone. Returns how many records it swept.
 */
size_t hashmap_sweep_step(HashmapState *state, size_t slots, int64_t now_ms);

/* Looks at the tables of so many shards, a round of its own. */
void hashmap_sweep_shrink(HashmapState *state, size_t shards);

/* The share of housekeeping that writes do, `ops` just now: a step every 64 operations. */
void hashmap_sweep_after(HashmapState *state, size_t ops, int64_t stamp_ms);

#endif
