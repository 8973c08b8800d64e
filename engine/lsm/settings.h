/*
 * settings.h: the options of the class as the parts of a store take them.
 *
 * Threading: pure; plain values.
 */
#ifndef LARDER_ENGINE_LSM_SETTINGS_H
#define LARDER_ENGINE_LSM_SETTINGS_H

#include "engine/lsm/job.h"
#include "engine/lsm/log.h"
#include "engine/lsm/lsm.h"

typedef struct LsmSettings {
    LsmSyncMode durability;
    int64_t sync_interval_ms;
    size_t write_buffer;
    size_t write_buffers;
    size_t block_cache;
    unsigned filter_bits;
    size_t block_bytes;
    int64_t table_bytes;
    int64_t base_bytes;
    int64_t multiplier;
    size_t run_trigger;
    LsmCompression compression;
    size_t compaction_threads;
    int compaction_nice;
    int64_t compaction_rate; /* bytes a second; 0: no limit */
    int64_t reclaim_after_ms;
    size_t loader_threads;
    size_t blob_min_bytes; /* 0: no value is separated */
    unsigned blob_dead_percent;
    size_t key_max;
    size_t value_max;
} LsmSettings;

/* The options of the class, by LsmOption. */
extern const EngineOption lsm_settings_options[LSM_OPTION_COUNT];

/* Reads the values of a store that is being opened. */
LsmSettings lsm_settings_read(const EngineOpenArgs *args);

#endif
