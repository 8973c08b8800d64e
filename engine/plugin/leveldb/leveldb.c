/*
 * leveldb.c: LevelDB as an engine, through leveldb/c.h.
 *
 * What its interface does not have, and what is done instead:
 *   removing a range    the batch removes key by key what is stored and what the batch has put
 *                       before: O(n) in time and memory
 *   syncing the log     an empty batch with sync; what was written to an earlier log file, which
 *                       LevelDB has left behind unsynced, is covered only when it is in a table. So
 *                       after a power cut with durability=interval or os more may be missing than
 *                       the end: not a prefix of the commits
 *   reading the cache   there is no such thing: a read that should not wait for a file may do so
 *   flushing            the log is synced; a memtable becomes a table when it is full
 *   checkpoints         none
 *   breaking off        a compaction cannot be; it is done in pieces of COMPACT_PIECE
 *
 * A value is copied when it is read. Reads verify checksums, which is not LevelDB's preset; with
 * durability=always compaction and recovery do, too. With the other modes they do not, because the
 * end of a log may rightly be garbled after a power cut, and LevelDB would refuse to open it.
 *
 * Threading: as peer.h says.
 */
#include "engine/base/buf.h"
#include "engine/plugin/leveldb/cursor.h"
#include "engine/plugin/plugin.h"
#include "engine/plugin/writer.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    OPTION_WRITE_BUFFER = PLUGIN_OPTION_OWN,
    OPTION_BLOCK_CACHE,
    OPTION_FILTER_BITS,
    OPTION_BLOCK_BYTES,
    OPTION_TABLE_BYTES,
    OPTION_COMPRESSION,
    OPTION_OPEN_FILES,
    OPTION_COUNT,
};

enum { KIB = 1 << 10, MIB = 1 << 20, COMPACT_PIECE = 128 * MIB };

/* Bytes that the log has beside keys and values. */
enum { LOG_BATCH = 19, LOG_PUT = 4, LOG_REMOVE = 2 };

/* ---------------------------------------------------------------------------------- batches -- */

static void
begin(PluginPeer *peer)
{
    leveldb_writebatch_clear(leveldb_of(peer)->batch);
    leveldb_of(peer)->batch_status = base_ok();
    leveldb_of(peer)->batch_bytes = LOG_BATCH;
}

static void
put(PluginPeer *peer, BaseSlice key, BaseSlice value)
{
    leveldb_writebatch_put(leveldb_of(peer)->batch, leveldb_text(key), key.len, leveldb_text(value),
                           value.len);
    leveldb_of(peer)->batch_bytes += LOG_PUT + key.len + value.len;
}

static void
remove_key(PluginPeer *peer, BaseSlice key)
{
    leveldb_of(peer)->batch_bytes += LOG_REMOVE + key.len;
    leveldb_writebatch_delete(leveldb_of(peer)->batch, leveldb_text(key), key.len);
}

/* Keys of a range that the batch has put, one after the other, each behind its length. */
typedef struct PutKeys {
    BaseSlice start;
    BaseSlice stop;
    BaseBuf keys;
    bool failed;
} PutKeys;

static void
note_put(void *user, const char *key, size_t len, const char *value, size_t value_len)
{
    (void)value;
    (void)value_len;
    PutKeys *put_keys = user;
    BaseSlice name = base_slice(key, len);
    if (base_slice_compare(name, put_keys->start) >= 0 &&
        base_slice_compare(name, put_keys->stop) < 0) {
        put_keys->failed |= !base_buf_append(&put_keys->keys, &len, sizeof len) ||
                            !base_buf_append_slice(&put_keys->keys, name);
    }
}

static void
note_removed(void *user, const char *key, size_t len)
{
    (void)user;
    (void)key;
    (void)len;
}

static void
remove_put(Leveldb *leveldb, BaseSlice start, BaseSlice stop)
{
    PutKeys put_keys = {.start = start, .stop = stop, .keys = BASE_BUF_INIT};
    leveldb_writebatch_iterate(leveldb->batch, &put_keys, note_put, note_removed);
    for (size_t at = 0; at < put_keys.keys.len;) {
        size_t len = 0;
        memcpy(&len, put_keys.keys.data + at, sizeof len);
        at += sizeof len;
        leveldb_writebatch_delete(leveldb->batch, (const char *)put_keys.keys.data + at, len);
        at += len;
    }
    if (put_keys.failed) {
        leveldb->batch_status = base_error(BASE_NO_MEMORY, "no memory to remove a range");
    }
    base_buf_clear(&put_keys.keys);
}

static void
remove_range(PluginPeer *peer, BaseSlice start, BaseSlice stop)
{
    Leveldb *leveldb = leveldb_of(peer);
    remove_put(leveldb, start, stop);
    leveldb_iterator_t *iterator = leveldb_create_iterator(leveldb->db, leveldb->read);
    for (leveldb_iter_seek(iterator, leveldb_text(start), start.len); leveldb_iter_valid(iterator);
         leveldb_iter_next(iterator)) {
        size_t len = 0;
        const char *key = leveldb_iter_key(iterator, &len);
        if (base_slice_compare(base_slice(key, len), stop) >= 0) {
            break;
        }
        leveldb_writebatch_delete(leveldb->batch, key, len);
    }
    char *error = NULL;
    leveldb_iter_get_error(iterator, &error);
    leveldb_iter_destroy(iterator);
    BaseStatus status = leveldb_cursor_status(error);
    leveldb->batch_status = base_is_ok(status) ? leveldb->batch_status : status;
}

static void
abandon(PluginPeer *peer)
{
    leveldb_writebatch_clear(leveldb_of(peer)->batch);
}

static BaseStatus
write_batch(Leveldb *leveldb, bool sync)
{
    char *error = NULL;
    leveldb_write(leveldb->db, sync ? leveldb->write_sync : leveldb->write, leveldb->batch, &error);
    return leveldb_cursor_status(error);
}

static BaseStatus
commit(PluginPeer *peer, bool sync)
{
    Leveldb *leveldb = leveldb_of(peer);
    BaseStatus status = leveldb->batch_status;
    status = base_is_ok(status) ? write_batch(leveldb, sync) : status;
    leveldb_writebatch_clear(leveldb->batch);
    (void)atomic_fetch_add_explicit(&leveldb->wal_bytes, (int64_t)leveldb->batch_bytes,
                                    memory_order_relaxed);
    return status;
}

static BaseStatus
sync_log(PluginPeer *peer)
{
    Leveldb *leveldb = leveldb_of(peer);
    leveldb_writebatch_t *empty = leveldb_writebatch_create();
    char *error = NULL;
    leveldb_write(leveldb->db, leveldb->write_sync, empty, &error);
    leveldb_writebatch_destroy(empty);
    return leveldb_cursor_status(error);
}

/* ------------------------------------------------------------------------------------- reads -- */

static BaseStatus
view_new(PluginPeer *peer, bool shared, void **ret_view)
{
    (void)shared;
    *ret_view = (void *)(uintptr_t)leveldb_create_snapshot(leveldb_of(peer)->db);
    return base_ok();
}

static void
view_free(PluginPeer *peer, void *view)
{
    leveldb_release_snapshot(leveldb_of(peer)->db, view);
}

static BaseStatus
get(PluginPeer *peer, void *view, BaseSlice key, bool cached_only, PluginPin *ret_pin)
{
    (void)cached_only;
    Leveldb *leveldb = leveldb_of(peer);
    leveldb_readoptions_t *options = view == NULL ? leveldb->read : leveldb_cursor_options(view);
    char *error = NULL;
    size_t len = 0;
    char *value = leveldb_get(leveldb->db, options, leveldb_text(key), key.len, &len, &error);
    if (view != NULL) {
        leveldb_readoptions_destroy(options);
    }
    *ret_pin = (PluginPin){value != NULL, base_slice(value, len), value};
    return leveldb_cursor_status(error);
}

static void
unpin(PluginPeer *peer, void *handle)
{
    (void)peer;
    leveldb_free(handle);
}

/* ----------------------------------------------------------------------- figures, compaction -- */

static int64_t
range_bytes(PluginPeer *peer, BaseSlice start, BaseSlice stop)
{
    const char *first = leveldb_text(start);
    const char *last = leveldb_text(stop);
    uint64_t bytes = 0;
    leveldb_approximate_sizes(leveldb_of(peer)->db, 1, &first, &start.len, &last, &stop.len,
                              &bytes);
    return (int64_t)bytes;
}

/* A property that is a number; 0: there is none. */
static int64_t
property(Leveldb *leveldb, const char *name)
{
    char *text = leveldb_property_value(leveldb->db, name);
    int64_t value = text == NULL ? 0 : strtoll(text, NULL, 10);
    leveldb_free(text);
    return value;
}

static void
sizes(PluginPeer *peer, PluginSizes *ret_sizes)
{
    static const uint8_t after_all[] = {0xff};
    ret_sizes->memory_bytes = property(leveldb_of(peer), "leveldb.approximate-memory-usage");
    /* The log, which the sizes of ranges do not count, is about as long as the memtable. */
    ret_sizes->disk_bytes =
        range_bytes(peer, BASE_SLICE_LITERAL(""), base_slice(after_all, sizeof after_all)) +
        ret_sizes->memory_bytes;
}

static void
figures(PluginPeer *peer, EngineFigureVisitor *visit, void *user)
{
    enum { LEVELS = 7 };
    Leveldb *leveldb = leveldb_of(peer);
    leveldb_messages_visit(&leveldb->messages, visit, user);
    visit(user, "wal_bytes", atomic_load_explicit(&leveldb->wal_bytes, memory_order_relaxed));
    for (int level = 0; level < LEVELS; level++) {
        char property_name[64];
        char name[32];
        (void)snprintf(property_name, sizeof property_name, "leveldb.num-files-at-level%d", level);
        (void)snprintf(name, sizeof name, "level_%d_files", level);
        visit(user, name, property(leveldb, property_name));
    }
}

static BaseStatus
compact(PluginPeer *peer, BaseSlice start, BaseSlice stop)
{
    leveldb_compact_range(leveldb_of(peer)->db, leveldb_text(start), start.len, leveldb_text(stop),
                          stop.len);
    return base_ok();
}

/* ------------------------------------------------------------------------- opening and class -- */

static void
close_leveldb(PluginPeer *peer)
{
    Leveldb *leveldb = leveldb_of(peer);
    if (leveldb->db != NULL) {
        leveldb_close(leveldb->db);
    }
    leveldb_writebatch_destroy(leveldb->batch);
    leveldb_readoptions_destroy(leveldb->read);
    leveldb_writeoptions_destroy(leveldb->write);
    leveldb_writeoptions_destroy(leveldb->write_sync);
    leveldb_options_destroy(leveldb->options);
    leveldb_cache_destroy(leveldb->cache);
    if (leveldb->filter != NULL) {
        leveldb_filterpolicy_destroy(leveldb->filter);
    }
    leveldb_messages_clear(&leveldb->messages);
    free(leveldb);
}

static const PluginPeerOps peer_ops = {
    .close = close_leveldb,
    .begin = begin,
    .put = put,
    .remove = remove_key,
    .remove_range = remove_range,
    .commit = commit,
    .abandon = abandon,
    .sync = sync_log,
    .view_new = view_new,
    .view_free = view_free,
    .get = get,
    .unpin = unpin,
    .cursor_new = leveldb_cursor_new,
    .cursor_seek = leveldb_cursor_seek,
    .cursor_seek_before = leveldb_cursor_seek_before,
    .cursor_next = leveldb_cursor_next,
    .cursor_prev = leveldb_cursor_prev,
    .cursor_free = leveldb_cursor_free,
    .sizes = sizes,
    .range_bytes = range_bytes,
    .compact = compact,
    .figures = figures,
};

static void
set_options(Leveldb *leveldb, const int64_t *values)
{
    static const int compressions[] = {leveldb_no_compression, leveldb_snappy_compression,
                                       leveldb_snappy_compression};
    leveldb_options_t *options = leveldb_options_create();
    leveldb->options = options;
    leveldb->cache = leveldb_cache_create_lru((size_t)values[OPTION_BLOCK_CACHE]);
    leveldb_options_set_create_if_missing(options, 1);
    leveldb_options_set_paranoid_checks(options,
                                        values[PLUGIN_OPTION_DURABILITY] == PLUGIN_SYNC_ALWAYS);
    leveldb_options_set_write_buffer_size(options, (size_t)values[OPTION_WRITE_BUFFER]);
    leveldb_options_set_cache(options, leveldb->cache);
    leveldb_options_set_block_size(options, (size_t)values[OPTION_BLOCK_BYTES]);
    leveldb_options_set_max_file_size(options, (size_t)values[OPTION_TABLE_BYTES]);
    leveldb_options_set_compression(options, compressions[values[OPTION_COMPRESSION]]);
    leveldb_options_set_max_open_files(options, (int)values[OPTION_OPEN_FILES]);
    if (values[OPTION_FILTER_BITS] != 0) {
        leveldb->filter = leveldb_filterpolicy_create_bloom((int)values[OPTION_FILTER_BITS]);
        leveldb_options_set_filter_policy(options, leveldb->filter);
    }
    leveldb->read = leveldb_readoptions_create();
    leveldb_readoptions_set_verify_checksums(leveldb->read, 1);
    leveldb->write = leveldb_writeoptions_create();
    leveldb->write_sync = leveldb_writeoptions_create();
    leveldb_writeoptions_set_sync(leveldb->write_sync, 1);
    leveldb->batch = leveldb_writebatch_create();
}

static BaseStatus
open_peer(const PluginPeerArgs *args, PluginPeer **ret_peer)
{
    Leveldb *leveldb = calloc(1, sizeof *leveldb);
    if (leveldb == NULL) {
        return base_error(BASE_NO_MEMORY, "no memory for LevelDB");
    }
    leveldb->peer.ops = &peer_ops;
    leveldb->peer.compact_piece = COMPACT_PIECE;
    set_options(leveldb, args->options);
    if (!leveldb_messages_init(&leveldb->messages, args->directory)) {
        close_leveldb(&leveldb->peer);
        return base_error(BASE_NO_MEMORY, "no memory for LevelDB");
    }
    char *error = NULL;
    leveldb->db = leveldb_open(leveldb->options, args->directory, &error);
    if (error != NULL) {
        (void)snprintf(args->message, args->message_size, "LevelDB cannot open %.200s: %.250s",
                       args->directory, error);
        leveldb->db = NULL;
        close_leveldb(&leveldb->peer);
        return leveldb_cursor_status(error);
    }
    *ret_peer = &leveldb->peer;
    return base_ok();
}

static const EngineOption options[OPTION_COUNT] = {
    [PLUGIN_OPTION_DURABILITY] = PLUGIN_DURABILITY_OPTION("."),
    [PLUGIN_OPTION_SYNC_INTERVAL] = PLUGIN_SYNC_INTERVAL_OPTION,
    [OPTION_WRITE_BUFFER] = {.name = "write_buffer",
                             .type = ENGINE_OPTION_BYTES,
                             .preset = 64 * MIB,
                             .lowest = 64 * KIB,
                             .highest = INT64_C(1) << 30,
                             .help = "Bytes of records that are collected in memory before they "
                                     "go into a table."},
    [OPTION_BLOCK_CACHE] = {.name = "block_cache",
                            .type = ENGINE_OPTION_BYTES,
                            .preset = 256 * MIB,
                            .lowest = 0,
                            .highest = INT64_C(1) << 46,
                            .help = "Bytes of data blocks kept in memory."},
    [OPTION_FILTER_BITS] = {.name = "filter_bits",
                            .type = ENGINE_OPTION_INTEGER,
                            .preset = 10,
                            .lowest = 0,
                            .highest = 32,
                            .help = "Bits a key of the tables' filters; 0: none."},
    [OPTION_BLOCK_BYTES] = {.name = "block_bytes",
                            .type = ENGINE_OPTION_BYTES,
                            .preset = 4 * KIB,
                            .lowest = 256,
                            .highest = MIB,
                            .help = "Bytes of a data block of new tables."},
    [OPTION_TABLE_BYTES] = {.name = "table_bytes",
                            .type = ENGINE_OPTION_BYTES,
                            .preset = 2 * MIB,
                            .lowest = 4 * KIB,
                            .highest = INT64_C(1) << 30,
                            .help = "Bytes of a new table, about; LevelDB makes them no smaller "
                                    "than 1M."},
    [OPTION_COMPRESSION] = {.name = "compression",
                            .type = ENGINE_OPTION_CHOICE,
                            .preset = 2,
                            .lowest = 0,
                            .highest = 2,
                            .choices = "none|snappy|auto",
                            .help = "Of new tables; auto is snappy."},
    [OPTION_OPEN_FILES] = {.name = "open_files",
                           .type = ENGINE_OPTION_INTEGER,
                           .preset = 1000,
                           .lowest = 74,
                           .highest = 50000,
                           .help = "Files that it holds open at most."},
};

static const EngineClass leveldb_class;

static BaseStatus
open_leveldb(EngineOpenArgs *args, Engine **ret_engine)
{
    static const PluginKind kind = {&leveldb_class, open_peer};
    return plugin_open(&kind, args, ret_engine);
}

static const EngineClass leveldb_class = {
    .abi_version = ENGINE_ABI_VERSION,
    .struct_size = sizeof(EngineClass),
    .name = "leveldb",
    .format = 1,
    .summary = "records in LevelDB: sorted tables, one background thread",
    .capabilities = ENGINE_CAN_ORDER | ENGINE_CAN_PERSIST | ENGINE_CAN_SNAPSHOT | ENGINE_CAN_BATCH |
                    ENGINE_CAN_STORE_VERSION | ENGINE_CAN_REVERSE | ENGINE_CAN_EXPIRE,
    .options = options,
    .option_count = OPTION_COUNT,
    .open = open_leveldb,
};

const EngineClass *
larder_engine_module(void)
{
    return &leveldb_class;
}
