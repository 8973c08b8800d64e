/*
 * key_pool.h: the keys of a random life, sorted; and bytes near them, for borders and seeks.
 *
 * Pools are made to be unpleasant: the empty key, keys that begin each other, runs of 0x00 and
 * 0xff, keys that agree in their first 8 or 300 bytes, keys of the greatest length.
 *
 * Threading: immutable once made.
 */
#ifndef LARDER_TESTS_ENGINE_KEY_POOL_H
#define LARDER_TESTS_ENGINE_KEY_POOL_H

#include "engine/base/buf.h"
#include "engine/base/rand.h"

#define KEY_POOL_KEY_MAX 1024

typedef struct KeyPool {
    BaseSlice *keys; /* ascending, each once */
    size_t count;
    BaseBuf bytes;
} KeyPool;

/* About `count` keys, at least 1, of up to key_max bytes. The caller clears it. */
KeyPool key_pool_make(BaseRand *rand, size_t count, size_t key_max);

void key_pool_clear(KeyPool *pool);

/* The index of the first key at or behind `key`; count: none. */
size_t key_pool_place(const KeyPool *pool, BaseSlice key);

/*
 * A key of the pool or bytes next to one: cut short, made longer, its last byte moved. `into` holds
 * them, and has KEY_POOL_KEY_MAX + 1 bytes.
 */
BaseSlice key_pool_near(const KeyPool *pool, BaseRand *rand, uint8_t *into);

#endif
