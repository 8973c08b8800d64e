/*
 * prune.h: cutting out of a chain what no reader can need (I-2 of state.c).
 *
 * Threading: under the publish mutex.
 */
#ifndef LARDER_ENGINE_HASHMAP_PRUNE_H
#define LARDER_ENGINE_HASHMAP_PRUNE_H

#include "engine/hashmap/shard.h"
#include "engine/hashmap/snapshot.h"

/* How far down a chain to look. */
typedef enum HashmapPruneDepth {
    HASHMAP_PRUNE_TOP, /* to the first older version that is needed: behind a commit that is all there
                          can be, whatever the length of the chain */
    HASHMAP_PRUNE_ALL, /* to the end: behind the release of a snapshot */
} HashmapPruneDepth;

/*
 * Prunes the chain of a slot and retires what it cut; a tombstone with nothing behind it goes too.
 * REQUIRES: everything in the chain is published.
 */
void hashmap_prune_slot(HashmapState *state, HashmapShard *shard, HashmapSlot *slot,
                        HashmapPruneDepth depth);

#endif
