/*
 * peer_rocksdb.c: RocksDB as a peer, through rocksdb/c.h. See peer.h.
 *
 * Gets are pinned, so no value is copied. Checksums are verified. Settings that are not set here
 * are those of RocksDB 7.8: blocks of 4 KiB, format 5 with XXH3, an LRU cache, index and filter
 * outside of it, level 0 triggers 4, 20 and 36, one thread for flushes and one for compactions.
 *
 * Threading: as peer.h says.
 */
#include "tests/bench/peers/peer.h"

#include <rocksdb/c.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    BACKGROUND_JOBS = 2,
    MULTIPLIER = 10,
    RUN_TRIGGER = 4,
    RUNS_SLOW = 20,
    RUNS_STOP = 36,
    ZSTD_WINDOW_BITS = -14, /* RocksDB's own preset */
};

typedef struct RocksPeer {
    Peer peer; /* first: it is a peer */
    rocksdb_t *db;
    rocksdb_options_t *options;
    rocksdb_cache_t *cache;
    rocksdb_readoptions_t *read;
    rocksdb_writeoptions_t *write;
    rocksdb_writeoptions_t *write_sync;
} RocksPeer;

static void
must(char *error, const char *what)
{
    if (error != NULL) {
        peer_fail(what, error);
    }
}

static void
rocks_put(Peer *peer, BaseSlice key, BaseSlice value, bool sync)
{
    RocksPeer *self = (RocksPeer *)peer;
    char *error = NULL;
    rocksdb_put(self->db, sync ? self->write_sync : self->write, (const char *)key.data, key.len,
                (const char *)value.data, value.len, &error);
    must(error, "put");
}

static void
rocks_remove(Peer *peer, BaseSlice key)
{
    RocksPeer *self = (RocksPeer *)peer;
    char *error = NULL;
    rocksdb_delete(self->db, self->write, (const char *)key.data, key.len, &error);
    must(error, "delete");
}

static void
rocks_get(Peer *peer, BaseSlice key, PeerSink *sink)
{
    RocksPeer *self = (RocksPeer *)peer;
    char *error = NULL;
    rocksdb_pinnableslice_t *pinned =
        rocksdb_get_pinned(self->db, self->read, (const char *)key.data, key.len, &error);
    must(error, "get");
    if (pinned != NULL) {
        size_t len = 0;
        const char *value = rocksdb_pinnableslice_value(pinned, &len);
        peer_sink_take(sink, value, len);
        rocksdb_pinnableslice_destroy(pinned);
    }
}

/* MultiGet, which copies values; what pins them demands a store that was opened another way. */
static void
rocks_multi_get(Peer *peer, const BaseSlice *keys, size_t count, PeerSink *sink)
{
    RocksPeer *self = (RocksPeer *)peer;
    const char *names[PEER_BATCH] = {NULL};
    size_t lens[PEER_BATCH] = {0};
    char *values[PEER_BATCH];
    size_t value_lens[PEER_BATCH];
    char *errors[PEER_BATCH];
    for (size_t i = 0; i < count; i++) {
        names[i] = (const char *)keys[i].data;
        lens[i] = keys[i].len;
    }
    rocksdb_multi_get(self->db, self->read, count, names, lens, values, value_lens, errors);
    for (size_t i = 0; i < count; i++) {
        must(errors[i], "multi_get");
        if (values[i] != NULL) {
            peer_sink_take(sink, values[i], value_lens[i]);
            rocksdb_free(values[i]);
        }
    }
}

static void
rocks_scan(Peer *peer, const BaseSlice *start, bool reverse, int64_t limit, PeerSink *sink)
{
    RocksPeer *self = (RocksPeer *)peer;
    rocksdb_iterator_t *iterator = rocksdb_create_iterator(self->db, self->read);
    if (reverse) {
        rocksdb_iter_seek_to_last(iterator);
    } else if (start == NULL) {
        rocksdb_iter_seek_to_first(iterator);
    } else {
        rocksdb_iter_seek(iterator, (const char *)start->data, start->len);
    }
    for (int64_t i = 0; i < limit && rocksdb_iter_valid(iterator); i++) {
        size_t len = 0;
        const char *value = rocksdb_iter_value(iterator, &len);
        peer_sink_take(sink, value, len);
        if (i + 1 == limit) {
            break;
        }
        if (reverse) {
            rocksdb_iter_prev(iterator);
        } else {
            rocksdb_iter_next(iterator);
        }
    }
    char *error = NULL;
    rocksdb_iter_get_error(iterator, &error);
    must(error, "iterator");
    rocksdb_iter_destroy(iterator);
}

static void
rocks_compact(Peer *peer)
{
    RocksPeer *self = (RocksPeer *)peer;
    rocksdb_compact_range(self->db, NULL, 0, NULL, 0);
}

static bool
rocks_is_busy(Peer *peer)
{
    static const char *const properties[] = {
        "rocksdb.compaction-pending", "rocksdb.mem-table-flush-pending",
        "rocksdb.num-running-compactions", "rocksdb.num-running-flushes"};
    RocksPeer *self = (RocksPeer *)peer;
    for (size_t i = 0; i < sizeof properties / sizeof properties[0]; i++) {
        uint64_t value = 0;
        if (rocksdb_property_int(self->db, properties[i], &value) == 0 && value != 0) {
            return true;
        }
    }
    return false;
}

static char *
rocks_levels(Peer *peer)
{
    return rocksdb_property_value(((RocksPeer *)peer)->db, "rocksdb.levelstats");
}

static void
rocks_close(Peer *peer)
{
    RocksPeer *self = (RocksPeer *)peer;
    rocksdb_close(self->db);
    rocksdb_readoptions_destroy(self->read);
    rocksdb_writeoptions_destroy(self->write);
    rocksdb_writeoptions_destroy(self->write_sync);
    rocksdb_options_destroy(self->options);
    rocksdb_cache_destroy(self->cache);
    free(self);
}

static void
set_tables(RocksPeer *self, const PeerSettings *settings)
{
    rocksdb_block_based_table_options_t *tables = rocksdb_block_based_options_create();
    self->cache = rocksdb_cache_create_lru((size_t)settings->block_cache);
    rocksdb_block_based_options_set_block_cache(tables, self->cache);
    rocksdb_block_based_options_set_filter_policy(
        tables, rocksdb_filterpolicy_create_bloom_full((double)settings->filter_bits));
    rocksdb_options_set_block_based_table_factory(self->options, tables);
    rocksdb_block_based_options_destroy(tables);
}

static void
set_options(RocksPeer *self, const PeerSettings *settings)
{
    rocksdb_options_t *options = rocksdb_options_create();
    self->options = options;
    rocksdb_options_set_create_if_missing(options, 1);
    rocksdb_options_set_write_buffer_size(options, (size_t)settings->write_buffer);
    rocksdb_options_set_max_write_buffer_number(options, (int)settings->write_buffers);
    rocksdb_options_set_target_file_size_base(options, (uint64_t)settings->table_bytes);
    rocksdb_options_set_max_bytes_for_level_base(options, (uint64_t)settings->base_bytes);
    rocksdb_options_set_max_bytes_for_level_multiplier(options, MULTIPLIER);
    rocksdb_options_set_level0_file_num_compaction_trigger(options, RUN_TRIGGER);
    rocksdb_options_set_level0_slowdown_writes_trigger(options, RUNS_SLOW);
    rocksdb_options_set_level0_stop_writes_trigger(options, RUNS_STOP);
    rocksdb_options_set_max_background_jobs(options, BACKGROUND_JOBS);
    rocksdb_options_set_max_open_files(options, -1);
    rocksdb_options_set_stats_dump_period_sec(options, 0);
    rocksdb_options_set_stats_persist_period_sec(options, 0);
    if (settings->zstd) {
        rocksdb_options_set_compression(options, rocksdb_zstd_compression);
        rocksdb_options_set_compression_options(options, ZSTD_WINDOW_BITS, 1, 0, 0);
    } else {
        rocksdb_options_set_compression(options, rocksdb_no_compression);
    }
    set_tables(self, settings);
}

Peer *
peer_rocksdb_open(const PeerSettings *settings)
{
    static const PeerOps ops = {
        .close = rocks_close,
        .put = rocks_put,
        .remove = rocks_remove,
        .get = rocks_get,
        .multi_get = rocks_multi_get,
        .scan = rocks_scan,
        .compact = rocks_compact,
        .is_busy = rocks_is_busy,
        .levels = rocks_levels,
    };
    RocksPeer *self = calloc(1, sizeof *self);
    if (self == NULL) {
        peer_fail("rocksdb", "no memory");
    }
    self->peer.ops = &ops;
    set_options(self, settings);
    self->read = rocksdb_readoptions_create();
    rocksdb_readoptions_set_verify_checksums(self->read, 1);
    self->write = rocksdb_writeoptions_create();
    self->write_sync = rocksdb_writeoptions_create();
    rocksdb_writeoptions_set_sync(self->write_sync, 1);
    char *error = NULL;
    self->db = rocksdb_open(self->options, settings->directory, &error);
    must(error, "open");
    return &self->peer;
}
