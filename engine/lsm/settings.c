/*
 * settings.c: see settings.h.
 */
#include "engine/lsm/settings.h"

#include "engine/table/builder.h"

enum {
    KIB = 1 << 10,
    MIB = 1 << 20,
    HOUR_MS = 3600 * 1000,
};

const EngineOption lsm_settings_options[LSM_OPTION_COUNT] = {
    [LSM_OPTION_DURABILITY] = {.name = "durability",
                               .type = ENGINE_OPTION_CHOICE,
                               .preset = LSM_SYNC_ALWAYS,
                               .lowest = LSM_SYNC_ALWAYS,
                               .highest = LSM_SYNC_OS,
                               .choices = "always|interval|os",
                               .help = "What an acknowledged write survives: always, a power cut; "
                                       "interval, so do all but those of the last sync_interval; "
                                       "os, the end of the process."},
    [LSM_OPTION_SYNC_INTERVAL] = {.name = "sync_interval",
                                  .type = ENGINE_OPTION_DURATION,
                                  .preset = 100,
                                  .lowest = 1,
                                  .highest = HOUR_MS,
                                  .help = "With durability=interval: the longest time between a "
                                          "write and its sync."},
    [LSM_OPTION_WRITE_BUFFER] = {.name = "write_buffer",
                                 .type = ENGINE_OPTION_BYTES,
                                 .preset = 64 * MIB,
                                 .lowest = 64 * KIB,
                                 .highest = INT64_C(8) << 30,
                                 .help = "Bytes of records that are collected in memory before "
                                         "they go into a table; a segment of the log is as large."},
    [LSM_OPTION_WRITE_BUFFERS] = {.name = "write_buffers",
                                  .type = ENGINE_OPTION_INTEGER,
                                  .preset = 4,
                                  .lowest = 2,
                                  .highest = 16,
                                  .help = "Write buffers in memory at most; when all are full, "
                                          "writes wait for a flush."},
    [LSM_OPTION_BLOCK_CACHE] = {.name = "block_cache",
                                .type = ENGINE_OPTION_BYTES,
                                .preset = 256 * MIB,
                                .lowest = 0,
                                .highest = INT64_C(1) << 46,
                                .live = true,
                                .help = "Bytes of data blocks kept in memory; indexes and filters "
                                        "of tables come on top."},
    [LSM_OPTION_FILTER_BITS] = {.name = "filter_bits",
                                .type = ENGINE_OPTION_INTEGER,
                                .preset = 10,
                                .lowest = 0,
                                .highest = 32,
                                .help = "Bits a key of the tables' filters, in new tables; 0: "
                                        "none."},
    [LSM_OPTION_BLOCK_BYTES] = {.name = "block_bytes",
                                .type = ENGINE_OPTION_BYTES,
                                .preset = TABLE_BLOCK_BYTES,
                                .lowest = 256,
                                .highest = 4 * MIB,
                                .help = "Bytes of a data block, in new tables, before "
                                        "compression."},
    [LSM_OPTION_TABLE_BYTES] = {.name = "table_bytes",
                                .type = ENGINE_OPTION_BYTES,
                                .preset = 64 * MIB,
                                .lowest = 4 * KIB,
                                .highest = INT64_C(64) << 30,
                                .help = "Bytes of a table, about, in levels below the first."},
    [LSM_OPTION_BASE_BYTES] = {.name = "base_bytes",
                               .type = ENGINE_OPTION_BYTES,
                               .preset = 256 * MIB,
                               .lowest = 4 * KIB,
                               .highest = INT64_C(1) << 46,
                               .help = "Bytes of the level that flushed tables are merged into, at "
                                       "most."},
    [LSM_OPTION_MULTIPLIER] = {.name = "level_multiplier",
                               .type = ENGINE_OPTION_INTEGER,
                               .preset = 10,
                               .lowest = 2,
                               .highest = 100,
                               .help = "How many times larger a level is than the one above it."},
    [LSM_OPTION_RUN_TRIGGER] = {.name = "run_trigger",
                                .type = ENGINE_OPTION_INTEGER,
                                .preset = 4,
                                .lowest = 1,
                                .highest = 64,
                                .help = "Runs of flushed tables that start a compaction."},
    [LSM_OPTION_COMPRESSION] = {.name = "compression",
                                .type = ENGINE_OPTION_CHOICE,
                                .preset = LSM_COMPRESSION_AUTO,
                                .lowest = LSM_COMPRESSION_NONE,
                                .highest = LSM_COMPRESSION_AUTO,
                                .choices = "none|zstd|auto",
                                .help = "Of new tables; auto leaves the first two levels as they "
                                        "are."},
    [LSM_OPTION_COMPACTIONS] = {.name = "compaction_threads",
                                .type = ENGINE_OPTION_INTEGER,
                                .preset = 1,
                                .lowest = 1,
                                .highest = 16,
                                .help = "Threads that merge tables; one more flushes."},
    [LSM_OPTION_RATE] = {.name = "compaction_rate",
                         .type = ENGINE_OPTION_BYTES,
                         .preset = 0,
                         .lowest = 0,
                         .highest = INT64_C(1) << 46,
                         .live = true,
                         .help = "Bytes a second that compaction writes at most; 0: no limit."},
    [LSM_OPTION_RECLAIM_AFTER] = {.name = "reclaim_after",
                                  .type = ENGINE_OPTION_DURATION,
                                  .preset = HOUR_MS,
                                  .lowest = 0,
                                  .highest = INT64_C(10000) * HOUR_MS,
                                  .live = true,
                                  .help = "How long removed and expired records may wait for "
                                          "their disk space to be reclaimed."},
    [LSM_OPTION_LOADERS] = {.name = "loader_threads",
                            .type = ENGINE_OPTION_INTEGER,
                            .preset = 2,
                            .lowest = 1,
                            .highest = 64,
                            .help = "Threads that read records from disk for guards and increments "
                                    "of writes."},
    [LSM_OPTION_BLOB_MIN] = {.name = "blob_min_bytes",
                             .type = ENGINE_OPTION_BYTES,
                             .preset = 16 * KIB,
                             .lowest = 0,
                             .highest = INT64_C(1) << 30,
                             .help = "Values of so many bytes or more are kept in files of their "
                                     "own, so that compaction does not copy them; 0: none are."},
    [LSM_OPTION_BLOB_DEAD] = {.name = "blob_dead_percent",
                              .type = ENGINE_OPTION_INTEGER,
                              .preset = 50,
                              .lowest = 1,
                              .highest = 100,
                              .help = "How much of a file of large values may be dead before the "
                                      "rest is moved and the file removed."},
    [LSM_OPTION_NICE] = {.name = "compaction_nice",
                         .type = ENGINE_OPTION_INTEGER,
                         .preset = 5,
                         .lowest = 0,
                         .highest = 19,
                         .help = "How far threads that merge tables give way to others where "
                                 "processors are short, as nice(1) says it; 0: not at all."},
};

LsmSettings
lsm_settings_read(const EngineOpenArgs *args)
{
    const int64_t *options = args->options;
    return (LsmSettings){
        .durability = (LsmSyncMode)options[LSM_OPTION_DURABILITY],
        .sync_interval_ms = options[LSM_OPTION_SYNC_INTERVAL],
        .write_buffer = (size_t)options[LSM_OPTION_WRITE_BUFFER],
        .write_buffers = (size_t)options[LSM_OPTION_WRITE_BUFFERS],
        .block_cache = (size_t)options[LSM_OPTION_BLOCK_CACHE],
        .filter_bits = (unsigned)options[LSM_OPTION_FILTER_BITS],
        .block_bytes = (size_t)options[LSM_OPTION_BLOCK_BYTES],
        .table_bytes = options[LSM_OPTION_TABLE_BYTES],
        .base_bytes = options[LSM_OPTION_BASE_BYTES],
        .multiplier = options[LSM_OPTION_MULTIPLIER],
        .run_trigger = (size_t)options[LSM_OPTION_RUN_TRIGGER],
        .compression = (LsmCompression)options[LSM_OPTION_COMPRESSION],
        .compaction_threads = (size_t)options[LSM_OPTION_COMPACTIONS],
        .compaction_nice = (int)options[LSM_OPTION_NICE],
        .compaction_rate = options[LSM_OPTION_RATE],
        .reclaim_after_ms = options[LSM_OPTION_RECLAIM_AFTER],
        .loader_threads = (size_t)options[LSM_OPTION_LOADERS],
        .blob_min_bytes = (size_t)options[LSM_OPTION_BLOB_MIN],
        .blob_dead_percent = (unsigned)options[LSM_OPTION_BLOB_DEAD],
        .key_max = args->key_max,
        .value_max = args->value_max,
    };
}
