/*
 * key.c: stored keys. See key.h.
 */
#include "engine/plugin/key.h"

#include "engine/plugin/record.h"

#include <stdlib.h>

bool
plugin_key_init(PluginKey *key, EngineKeyspace keyspace, BaseSlice bytes)
{
    size_t len = bytes.len + PLUGIN_RECORD_KEY_HEAD;
    uint8_t *at = key->small;
    key->long_bytes = NULL;
    if (len > sizeof key->small) {
        at = key->long_bytes = malloc(len);
        if (at == NULL) {
            return false;
        }
    }
    at[0] = (uint8_t)keyspace;
    if (bytes.len != 0) {
        memcpy(at + PLUGIN_RECORD_KEY_HEAD, bytes.data, bytes.len);
    }
    key->bytes = base_slice(at, len);
    return true;
}

void
plugin_key_init_end(PluginKey *key, EngineKeyspace keyspace)
{
    key->long_bytes = NULL;
    key->small[0] = (uint8_t)(keyspace + 1);
    key->bytes = base_slice(key->small, PLUGIN_RECORD_KEY_HEAD);
}

bool
plugin_key_init_stop(PluginKey *key, EngineKeyspace keyspace, const EngineRange *range)
{
    if (range->unbounded) {
        plugin_key_init_end(key, keyspace);
        return true;
    }
    return plugin_key_init(key, keyspace, range->stop);
}

void
plugin_key_clear(PluginKey *key)
{
    free(key->long_bytes);
}
