/*
 * key.h: a stored key that is put together for one call, without allocating unless it is long.
 *
 * Threading: plain values.
 */
#ifndef LARDER_ENGINE_PLUGIN_KEY_H
#define LARDER_ENGINE_PLUGIN_KEY_H

#include "engine/engine.h"

typedef struct PluginKey {
    BaseSlice bytes;
    uint8_t *long_bytes; /* NULL: they are in `small` */
    uint8_t small[264];
} PluginKey;

/* The stored form of a key. False: no memory. Clear it in any case. */
bool plugin_key_init(PluginKey *key, EngineKeyspace keyspace, BaseSlice bytes);

/* The first stored key behind all those of a keyspace. */
void plugin_key_init_end(PluginKey *key, EngineKeyspace keyspace);

/* The stored form of the first key behind a range. False: no memory. */
bool plugin_key_init_stop(PluginKey *key, EngineKeyspace keyspace, const EngineRange *range);

void plugin_key_clear(PluginKey *key);

#endif
