/*
 * prune.h: cutting out of a chain what no reader can need (I-2 of state.c).
 *
 * Threading: under the publish mutex.
 */
#ifndef LARDER_ENGINE_HASHMAP_PRUNE_H
#define LARDER_ENGINE_HASHMAP_PRUNE_H

#include "engine/hashmap/shard.h"
#include "engine/hashmap/snapshot.h"

/*
 * How far down a chain to look: to the first older version that is needed, which behind a commit is
 * all there can be; or, behind the release of a snapshot, to the end.
 */
typedef enum HashmapPruneDepth {
    HASHMAP_PRUNE_TOP,
    HASHMAP_PRUNE_ALL,
} HashmapPruneDepth;

/*
 * Prunes the chain of a slot and retires what it cut; a tombstone with nothing behind it goes too.
 * REQUIRES: everything in the chain is published.
 */
void hashmap_prune_slot(HashmapState *state, HashmapShard *shard, HashmapSlot *slot,
                        HashmapPruneDepth depth);

#endif
