/*
 * settings.c: see settings.h.
 */
#include "engine/plugin/rocksdb/settings.h"

enum { COMPRESS_NONE, COMPRESS_ZSTD, COMPRESS_AUTO, COMPRESS_SNAPPY, COMPRESS_LZ4 };

enum {
    KIB = 1 << 10,
    MIB = 1 << 20,
    PLAIN_LEVELS = 2, /* that compression=auto leaves as they are */
    ZSTD_WINDOW_BITS = -14,
    ZSTD_LEVEL = 1,
    LOG_FILES = 4,
    LOG_WARNINGS = 2,
};

const EngineOption rocksdb_settings_options[ROCKSDB_OPTION_COUNT] = {
    [PLUGIN_OPTION_DURABILITY] = PLUGIN_DURABILITY_OPTION("."),
    [PLUGIN_OPTION_SYNC_INTERVAL] = PLUGIN_SYNC_INTERVAL_OPTION,
    [ROCKSDB_OPTION_WRITE_BUFFER] =
        {.name = "write_buffer",
         .type = ENGINE_OPTION_BYTES,
         .preset = 64 * MIB,
         .lowest = 64 * KIB,
         .highest = INT64_C(8) << 30,
         .help = "Bytes of records that are collected in memory before they "
                 "go into a table."},
    [ROCKSDB_OPTION_WRITE_BUFFERS] =
        {.name = "write_buffers",
         .type = ENGINE_OPTION_INTEGER,
         .preset = 4,
         .lowest = 2,
         .highest = 16,
         .help = "Write buffers in memory at most; when all are full, writes "
                 "wait for a flush."},
    [ROCKSDB_OPTION_BLOCK_CACHE] =
        {.name = "block_cache",
         .type = ENGINE_OPTION_BYTES,
         .preset = 256 * MIB,
         .lowest = 0,
         .highest = INT64_C(1) << 46,
         .live = true,
         .help = "Bytes of data blocks kept in memory; indexes and filters of "
                 "tables come on top."},
    [ROCKSDB_OPTION_FILTER_BITS] =
        {.name = "filter_bits",
         .type = ENGINE_OPTION_INTEGER,
         .preset = 10,
         .lowest = 0,
         .highest = 32,
         .help = "Bits a key of the tables' filters, in new tables; 0: none."},
    [ROCKSDB_OPTION_BLOCK_BYTES] = {.name = "block_bytes",
                                    .type = ENGINE_OPTION_BYTES,
                                    .preset = 4 * KIB,
                                    .lowest = 256,
                                    .highest = MIB,
                                    .help = "Bytes of a data block of new tables."},
    [ROCKSDB_OPTION_TABLE_BYTES] = {.name = "table_bytes",
                                    .type = ENGINE_OPTION_BYTES,
                                    .preset = 64 * MIB,
                                    .lowest = 4 * KIB,
                                    .highest = INT64_C(8) << 30,
                                    .help = "Bytes of a new table, about."},
    [ROCKSDB_OPTION_BASE_BYTES] = {.name = "base_bytes",
                                   .type = ENGINE_OPTION_BYTES,
                                   .preset = 256 * MIB,
                                   .lowest = 4 * KIB,
                                   .highest = INT64_C(1) << 40,
                                   .help = "Bytes of the first level below the flushed tables."},
    [ROCKSDB_OPTION_COMPRESSION] =
        {.name = "compression",
         .type = ENGINE_OPTION_CHOICE,
         .preset = COMPRESS_AUTO,
         .lowest = COMPRESS_NONE,
         .highest = COMPRESS_LZ4,
         .choices = "none|zstd|auto|snappy|lz4",
         .help = "Of new tables; auto is zstd, but leaves the first two levels "
                 "as they are."},
    [ROCKSDB_OPTION_COMPACTIONS] = {.name = "compaction_threads",
                                    .type = ENGINE_OPTION_INTEGER,
                                    .preset = 1,
                                    .lowest = 1,
                                    .highest = 64,
                                    .help = "Compactions at a time; flushes have a thread more."},
};

static void
set_compression(rocksdb_options_t *options, int64_t choice)
{
    static const int kinds[] = {
        [COMPRESS_NONE] = rocksdb_no_compression,   [COMPRESS_ZSTD] = rocksdb_zstd_compression,
        [COMPRESS_AUTO] = rocksdb_zstd_compression, [COMPRESS_SNAPPY] = rocksdb_snappy_compression,
        [COMPRESS_LZ4] = rocksdb_lz4_compression,
    };
    int levels[ROCKSDB_LEVELS];
    for (int i = 0; i < ROCKSDB_LEVELS; i++) {
        bool plain = choice == COMPRESS_AUTO && i < PLAIN_LEVELS;
        levels[i] = plain ? rocksdb_no_compression : kinds[choice];
    }
    rocksdb_options_set_compression_per_level(options, levels, ROCKSDB_LEVELS);
    if (choice == COMPRESS_ZSTD || choice == COMPRESS_AUTO) {
        rocksdb_options_set_compression_options(options, ZSTD_WINDOW_BITS, ZSTD_LEVEL, 0, 0);
    }
}

static void
set_tables(rocksdb_options_t *options, const int64_t *values, rocksdb_cache_t *cache)
{
    rocksdb_block_based_table_options_t *tables = rocksdb_block_based_options_create();
    rocksdb_block_based_options_set_block_cache(tables, cache);
    rocksdb_block_based_options_set_block_size(tables, (size_t)values[ROCKSDB_OPTION_BLOCK_BYTES]);
    if (values[ROCKSDB_OPTION_FILTER_BITS] != 0) {
        rocksdb_block_based_options_set_filter_policy(
            tables,
            rocksdb_filterpolicy_create_bloom_full((double)values[ROCKSDB_OPTION_FILTER_BITS]));
    }
    rocksdb_options_set_block_based_table_factory(options, tables);
    rocksdb_block_based_options_destroy(tables);
}

rocksdb_options_t *
rocksdb_settings_make(const int64_t *values, rocksdb_cache_t *cache)
{
    rocksdb_options_t *options = rocksdb_options_create();
    rocksdb_options_set_create_if_missing(options, 1);
    rocksdb_options_set_write_buffer_size(options, (size_t)values[ROCKSDB_OPTION_WRITE_BUFFER]);
    rocksdb_options_set_max_write_buffer_number(options, (int)values[ROCKSDB_OPTION_WRITE_BUFFERS]);
    rocksdb_options_set_target_file_size_base(options,
                                              (uint64_t)values[ROCKSDB_OPTION_TABLE_BYTES]);
    rocksdb_options_set_max_bytes_for_level_base(options,
                                                 (uint64_t)values[ROCKSDB_OPTION_BASE_BYTES]);
    rocksdb_options_set_max_background_jobs(options, (int)values[ROCKSDB_OPTION_COMPACTIONS] + 1);
    rocksdb_options_set_max_open_files(options, -1);
    rocksdb_options_set_stats_dump_period_sec(options, 0);
    rocksdb_options_set_stats_persist_period_sec(options, 0);
    rocksdb_options_set_keep_log_file_num(options, LOG_FILES);
    rocksdb_options_set_info_log_level(options, LOG_WARNINGS);
    rocksdb_options_set_num_levels(options, ROCKSDB_LEVELS);
    set_compression(options, values[ROCKSDB_OPTION_COMPRESSION]);
    set_tables(options, values, cache);
    return options;
}
