/*
 * shard.h: one shard: its table, kept large enough, and the accounts of what hangs in it.
 *
 * A table is replaced when its used slots (DEAD ones included) would pass 29/32 of it, by one in
 * which the live ones fill 68 %; after many removes that is a smaller one. Copying a slot costs
 * about a nanosecond and no look at the record, and a shard has one part in a thousand of all keys,
 * so the writer is not held up for long. Replacing happens while a commit is prepared, because it
 * can fail for want of memory and means nothing to readers.
 *
 * Threading: all of it under the publish mutex.
 */
#ifndef LARDER_ENGINE_HASHMAP_SHARD_H
#define LARDER_ENGINE_HASHMAP_SHARD_H

#include "engine/hashmap/state.h"

/* The table, for the holder of the publish mutex; NULL: there is none yet. */
static inline HashmapTable *
hashmap_shard_table(const HashmapShard *shard)
{
    return atomic_load_explicit(&shard->table, memory_order_relaxed);
}

/* The slot of a key; NULL: there is none. `guess` is where it may be (fetch.h), or NULL. */
HashmapSlot *hashmap_shard_find(HashmapPlace place, EngineKeyspace keyspace, BaseSlice key,
                                HashmapSlot *guess);

/* Promises a slot for one more key. False: no memory. */
bool hashmap_shard_reserve(HashmapState *state, HashmapShard *shard);

/* Takes such a promise back. */
void hashmap_shard_unreserve(HashmapShard *shard);

/*
 * Puts a record into the slot of its key, with a link to what was there; a new key takes up a
 * promise, which the caller still gives back. NULL: it was a tombstone for a key that is absent
 * already, and stays the caller's. Otherwise the slot.
 */
HashmapSlot *hashmap_shard_install(HashmapState *state, HashmapPlace place, HashmapRecord *record);

/*
 * The same for a slot that has the key: links the record to what was there. NULL: as above.
 */
HashmapSlot *hashmap_shard_replace(HashmapState *state, HashmapPlace place, HashmapSlot *slot,
                                   HashmapRecord *record);

/* Replaces a table that is much too large; does nothing without memory. */
void hashmap_shard_shrink(HashmapState *state, HashmapShard *shard);

/*
 * Makes a slot DEAD, and retires its record, which has nothing behind it. The caller has stored
 * settled or swept_ms before (I-2, I-3).
 */
void hashmap_shard_erase(HashmapState *state, HashmapShard *shard, HashmapSlot *slot);

/* Sets or clears CHAINED. */
void hashmap_shard_mark(HashmapState *state, HashmapShard *shard, HashmapSlot *slot, bool chained);

#endif
