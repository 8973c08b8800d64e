/*
 * verify.h: checking what must hold in memory: T-1 to T-3 of table.h, I-1 and I-2 of state.c, and
 * that the accounts agree with what is there.
 *
 * Threading: may be called from any thread. Holds the publish mutex shard by shard.
 */
#ifndef LARDER_ENGINE_HASHMAP_VERIFY_H
#define LARDER_ENGINE_HASHMAP_VERIFY_H

#include "engine/hashmap/state.h"

/* BASE_CORRUPTION: something does not hold; the text says what. */
BaseStatus hashmap_verify(HashmapState *state);

#endif
