/*
 * peer_leveldb.c: LevelDB as a peer, through leveldb/c.h. See peer.h.
 *
 * Its C interface copies the value of a get into memory of its own; that belongs to the price of
 * using it. Checksums are verified, which is not its preset. It has two write buffers, levels of
 * 10 MB and one background thread, and none of that can be set. It compresses with Snappy only.
 *
 * Threading: as peer.h says.
 */
#include "tests/bench/peers/peer.h"

#include <leveldb/c.h>
#include <stdio.h>
#include <stdlib.h>

enum { OPEN_FILES = 10000 };

typedef struct LevelPeer {
    Peer peer; /* first: it is a peer */
    leveldb_t *db;
    leveldb_options_t *options;
    leveldb_cache_t *cache;
    leveldb_filterpolicy_t *filter;
    leveldb_readoptions_t *read;
    leveldb_writeoptions_t *write;
    leveldb_writeoptions_t *write_sync;
} LevelPeer;

static void
must(char *error, const char *what)
{
    if (error != NULL) {
        peer_fail(what, error);
    }
}

static void
level_put(Peer *peer, BaseSlice key, BaseSlice value, bool sync)
{
    LevelPeer *self = (LevelPeer *)peer;
    char *error = NULL;
    leveldb_put(self->db, sync ? self->write_sync : self->write, (const char *)key.data, key.len,
                (const char *)value.data, value.len, &error);
    must(error, "put");
}

static void
level_remove(Peer *peer, BaseSlice key)
{
    LevelPeer *self = (LevelPeer *)peer;
    char *error = NULL;
    leveldb_delete(self->db, self->write, (const char *)key.data, key.len, &error);
    must(error, "delete");
}

static void
get_with(LevelPeer *self, const leveldb_readoptions_t *options, BaseSlice key, PeerSink *sink)
{
    char *error = NULL;
    size_t len = 0;
    char *value = leveldb_get(self->db, options, (const char *)key.data, key.len, &len, &error);
    must(error, "get");
    if (value != NULL) {
        peer_sink_take(sink, value, len);
        leveldb_free(value);
    }
}

static void
level_get(Peer *peer, BaseSlice key, PeerSink *sink)
{
    LevelPeer *self = (LevelPeer *)peer;
    get_with(self, self->read, key, sink);
}

static void
level_multi_get(Peer *peer, const BaseSlice *keys, size_t count, PeerSink *sink)
{
    LevelPeer *self = (LevelPeer *)peer;
    const leveldb_snapshot_t *snapshot = leveldb_create_snapshot(self->db);
    leveldb_readoptions_t *options = leveldb_readoptions_create();
    leveldb_readoptions_set_verify_checksums(options, 1);
    leveldb_readoptions_set_snapshot(options, snapshot);
    for (size_t i = 0; i < count; i++) {
        get_with(self, options, keys[i], sink);
    }
    leveldb_readoptions_destroy(options);
    leveldb_release_snapshot(self->db, snapshot);
}

static void
level_scan(Peer *peer, const BaseSlice *start, bool reverse, int64_t limit, PeerSink *sink)
{
    LevelPeer *self = (LevelPeer *)peer;
    leveldb_iterator_t *iterator = leveldb_create_iterator(self->db, self->read);
    if (reverse) {
        leveldb_iter_seek_to_last(iterator);
    } else if (start == NULL) {
        leveldb_iter_seek_to_first(iterator);
    } else {
        leveldb_iter_seek(iterator, (const char *)start->data, start->len);
    }
    for (int64_t i = 0; i < limit && leveldb_iter_valid(iterator); i++) {
        size_t len = 0;
        const char *value = leveldb_iter_value(iterator, &len);
        peer_sink_take(sink, value, len);
        if (i + 1 == limit) {
            break;
        }
        if (reverse) {
            leveldb_iter_prev(iterator);
        } else {
            leveldb_iter_next(iterator);
        }
    }
    char *error = NULL;
    leveldb_iter_get_error(iterator, &error);
    must(error, "iterator");
    leveldb_iter_destroy(iterator);
}

static void
level_compact(Peer *peer)
{
    leveldb_compact_range(((LevelPeer *)peer)->db, NULL, 0, NULL, 0);
}

/* It has no way to ask. */
static bool
level_is_busy(Peer *peer)
{
    (void)peer;
    return false;
}

static char *
level_levels(Peer *peer)
{
    return leveldb_property_value(((LevelPeer *)peer)->db, "leveldb.stats");
}

static void
level_close(Peer *peer)
{
    LevelPeer *self = (LevelPeer *)peer;
    leveldb_close(self->db);
    leveldb_readoptions_destroy(self->read);
    leveldb_writeoptions_destroy(self->write);
    leveldb_writeoptions_destroy(self->write_sync);
    leveldb_options_destroy(self->options);
    leveldb_cache_destroy(self->cache);
    leveldb_filterpolicy_destroy(self->filter);
    free(self);
}

static void
set_options(LevelPeer *self, const PeerSettings *settings)
{
    leveldb_options_t *options = leveldb_options_create();
    self->options = options;
    self->cache = leveldb_cache_create_lru((size_t)settings->block_cache);
    self->filter = leveldb_filterpolicy_create_bloom((int)settings->filter_bits);
    leveldb_options_set_create_if_missing(options, 1);
    leveldb_options_set_write_buffer_size(options, (size_t)settings->write_buffer);
    leveldb_options_set_max_file_size(options, (size_t)settings->table_bytes);
    leveldb_options_set_max_open_files(options, OPEN_FILES);
    leveldb_options_set_compression(options, leveldb_no_compression);
    leveldb_options_set_cache(options, self->cache);
    leveldb_options_set_filter_policy(options, self->filter);
}

Peer *
peer_leveldb_open(const PeerSettings *settings)
{
    static const PeerOps ops = {
        .close = level_close,
        .put = level_put,
        .remove = level_remove,
        .get = level_get,
        .multi_get = level_multi_get,
        .scan = level_scan,
        .compact = level_compact,
        .is_busy = level_is_busy,
        .levels = level_levels,
    };
    if (settings->zstd) {
        peer_fail("leveldb", "it cannot compress with zstd");
    }
    LevelPeer *self = calloc(1, sizeof *self);
    if (self == NULL) {
        peer_fail("leveldb", "no memory");
    }
    self->peer.ops = &ops;
    set_options(self, settings);
    self->read = leveldb_readoptions_create();
    leveldb_readoptions_set_verify_checksums(self->read, 1);
    self->write = leveldb_writeoptions_create();
    self->write_sync = leveldb_writeoptions_create();
    leveldb_writeoptions_set_sync(self->write_sync, 1);
    char *error = NULL;
    self->db = leveldb_open(self->options, settings->directory, &error);
    must(error, "open");
    return &self->peer;
}
