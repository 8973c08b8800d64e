/*
 * settings.h: the options of the engine, and what they make of RocksDB.
 *
 * Names and presets are those of the engine lsm where both mean the same. What is not set here is
 * as RocksDB has it: levels that grow tenfold, level 0 triggers 4, 20 and 36, an LRU cache,
 * checksums verified, index and filter blocks beside the cache.
 *
 * Threading: pure.
 */
#ifndef LARDER_ENGINE_PLUGIN_ROCKSDB_SETTINGS_H
#define LARDER_ENGINE_PLUGIN_ROCKSDB_SETTINGS_H

#include "engine/plugin/plugin.h"

#include <rocksdb/c.h>

/* Levels of the tree. */
enum { ROCKSDB_LEVELS = 7 };

enum {
    ROCKSDB_OPTION_WRITE_BUFFER = PLUGIN_OPTION_OWN,
    ROCKSDB_OPTION_WRITE_BUFFERS,
    ROCKSDB_OPTION_BLOCK_CACHE,
    ROCKSDB_OPTION_FILTER_BITS,
    ROCKSDB_OPTION_BLOCK_BYTES,
    ROCKSDB_OPTION_TABLE_BYTES,
    ROCKSDB_OPTION_BASE_BYTES,
    ROCKSDB_OPTION_COMPRESSION,
    ROCKSDB_OPTION_COMPACTIONS,
    ROCKSDB_OPTION_COUNT,
};

extern const EngineOption rocksdb_settings_options[ROCKSDB_OPTION_COUNT];

/* The options for opening, which the caller destroys. `cache` must outlive the store. */
rocksdb_options_t *rocksdb_settings_make(const int64_t *values, rocksdb_cache_t *cache);

#endif
