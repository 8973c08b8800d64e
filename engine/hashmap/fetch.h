/*
 * fetch.h: brings what many keys are going to touch into the cache, all of it at the same time.
 *
 * To find a key takes a chain of loads, each of which may miss the cache: the shard, the head of
 * its table, the bucket, the record. One key after the other waits for four misses each; here each
 * step is taken for all keys before the next one, so their misses overlap.
 *
 * Threading: inside an epoch section. It reads only, and what it reads may be old: nothing depends
 * on it.
 */
#ifndef LARDER_ENGINE_HASHMAP_FETCH_H
#define LARDER_ENGINE_HASHMAP_FETCH_H

#include "engine/hashmap/state.h"

/* Keys that are fetched together; more would push each other out of the nearest cache. */
#define HASHMAP_FETCH_MAX 32

/*
 * Fetches for the places of `count` keys, HASHMAP_FETCH_MAX at most. ret_slots[i] is where the key
 * probably is: a slot of the table of that moment, or NULL. Whoever uses it looks at its record
 * anew, inside the same epoch section.
 */
void hashmap_fetch(const HashmapPlace *places, size_t count, HashmapSlot **ret_slots);

#endif
