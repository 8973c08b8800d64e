/*
 * rocksdb.c: RocksDB as an engine, through rocksdb/c.h.
 *
 * Everything is native: batches with removed ranges (O(1)), snapshots, a sync of the log, flush,
 * compaction, checkpoints, gets from the block cache alone. Values stay pinned in the block cache
 * or the memtable while they are looked at, without a copy. settings.h has the options.
 *
 * Walks are not asked to keep to the block cache: with 7.8.3 such an iterator was seen to show an
 * end where there were entries, as if all were well. That fits a bug which was fixed later (pull
 * request 11786): it forgets that a level could not be read when a removed range makes it seek
 * again. So a walk that must not read is always refused, and comes again as one that may.
 *
 * When RocksDB stalls writes, so does the thread that commits.
 *
 * Threading: as peer.h says.
 */
#include "engine/plugin/plugin.h"
#include "engine/plugin/rocksdb/figures.h"
#include "engine/plugin/rocksdb/settings.h"
#include "engine/plugin/text.h"

#include <stdio.h>
#include <stdlib.h>

enum { READ_CACHE_ONLY = 1 /* kBlockCacheTier */ };

typedef struct Rocksdb {
    PluginPeer peer; /* first: it is one */
    rocksdb_t *db;
    rocksdb_options_t *options;
    rocksdb_cache_t *cache;
    rocksdb_readoptions_t *read;
    rocksdb_readoptions_t *read_cached;
    rocksdb_writeoptions_t *write;
    rocksdb_writeoptions_t *write_sync;
    rocksdb_flushoptions_t *flush;
    rocksdb_writebatch_t *batch;
} Rocksdb;

typedef struct View {
    const rocksdb_snapshot_t *snapshot;
    rocksdb_readoptions_t *read;
    rocksdb_readoptions_t *read_cached;
} View;

typedef struct Cursor {
    PluginCursor base;            /* first: it is one */
    rocksdb_iterator_t *iterator; /* NULL: it must not read */
} Cursor;

static Rocksdb *
rocksdb_of(PluginPeer *peer)
{
    return (Rocksdb *)peer;
}

static const char *
text_of(BaseSlice bytes)
{
    return (const char *)bytes.data;
}

/* The status of a call; frees the text. The interface tells kinds of errors by the text alone. */
static BaseStatus
status_of(char *error)
{
    static const struct {
        const char *begin;
        BaseCode code;
    } kinds[] = {
        {"Result incomplete", BASE_WOULD_BLOCK},
        {"Corruption", BASE_CORRUPTION},
        {"IO error: No space left", BASE_NO_SPACE},
        {"Shutdown in progress", BASE_CLOSED},
    };
    if (error == NULL) {
        return base_ok();
    }
    BaseCode code = BASE_IO;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (strncmp(error, kinds[i].begin, strlen(kinds[i].begin)) == 0) {
            code = kinds[i].code;
        }
    }
    BaseStatus status = code == BASE_WOULD_BLOCK
                            ? base_error(code, "the block cache does not have it")
                            : base_error(code, plugin_text_keep(error));
    rocksdb_free(error);
    return status;
}

/* ---------------------------------------------------------------------------------- batches -- */

static void
begin(PluginPeer *peer)
{
    rocksdb_writebatch_clear(rocksdb_of(peer)->batch);
}

static void
put(PluginPeer *peer, BaseSlice key, BaseSlice value)
{
    rocksdb_writebatch_put(rocksdb_of(peer)->batch, text_of(key), key.len, text_of(value),
                           value.len);
}

static void
remove_key(PluginPeer *peer, BaseSlice key)
{
    rocksdb_writebatch_delete(rocksdb_of(peer)->batch, text_of(key), key.len);
}

static void
remove_range(PluginPeer *peer, BaseSlice start, BaseSlice stop)
{
    rocksdb_writebatch_delete_range(rocksdb_of(peer)->batch, text_of(start), start.len,
                                    text_of(stop), stop.len);
}

static BaseStatus
commit(PluginPeer *peer, bool sync)
{
    Rocksdb *rocksdb = rocksdb_of(peer);
    char *error = NULL;
    rocksdb_write(rocksdb->db, sync ? rocksdb->write_sync : rocksdb->write, rocksdb->batch, &error);
    rocksdb_writebatch_clear(rocksdb->batch);
    return status_of(error);
}

static BaseStatus
sync_log(PluginPeer *peer)
{
    char *error = NULL;
    rocksdb_flush_wal(rocksdb_of(peer)->db, 1, &error);
    return status_of(error);
}

/* ------------------------------------------------------------------------------------- reads -- */

/* Options for a read; `snapshot` NULL: as it is now. */
static rocksdb_readoptions_t *
options_for(const rocksdb_snapshot_t *snapshot, bool cached_only)
{
    rocksdb_readoptions_t *options = rocksdb_readoptions_create();
    if (snapshot != NULL) {
        rocksdb_readoptions_set_snapshot(options, snapshot);
    }
    if (cached_only) {
        rocksdb_readoptions_set_read_tier(options, READ_CACHE_ONLY);
    }
    return options;
}

static BaseStatus
view_new(PluginPeer *peer, bool shared, void **ret_view)
{
    (void)shared;
    View *view = malloc(sizeof *view);
    if (view == NULL) {
        return base_error(BASE_NO_MEMORY, "no memory for a snapshot");
    }
    view->snapshot = rocksdb_create_snapshot(rocksdb_of(peer)->db);
    view->read = options_for(view->snapshot, false);
    view->read_cached = options_for(view->snapshot, true);
    *ret_view = view;
    return base_ok();
}

static void
view_free(PluginPeer *peer, void *what)
{
    View *view = what;
    rocksdb_readoptions_destroy(view->read);
    rocksdb_readoptions_destroy(view->read_cached);
    rocksdb_release_snapshot(rocksdb_of(peer)->db, view->snapshot);
    free(view);
}

static BaseStatus
get(PluginPeer *peer, void *what, BaseSlice key, bool cached_only, PluginPin *ret_pin)
{
    Rocksdb *rocksdb = rocksdb_of(peer);
    const View *view = what;
    const rocksdb_readoptions_t *options = cached_only ? rocksdb->read_cached : rocksdb->read;
    if (view != NULL) {
        options = cached_only ? view->read_cached : view->read;
    }
    char *error = NULL;
    rocksdb_pinnableslice_t *pinned =
        rocksdb_get_pinned(rocksdb->db, options, text_of(key), key.len, &error);
    *ret_pin = (PluginPin){.found = pinned != NULL, .handle = pinned};
    if (pinned != NULL) {
        ret_pin->value.data =
            (const uint8_t *)rocksdb_pinnableslice_value(pinned, &ret_pin->value.len);
    }
    return status_of(error);
}

static void
unpin(PluginPeer *peer, void *handle)
{
    (void)peer;
    rocksdb_pinnableslice_destroy(handle);
}

static BaseStatus
cursor_new(PluginPeer *peer, void *what, bool cached_only, size_t expected,
           PluginCursor **ret_cursor)
{
    (void)expected;
    const View *view = what;
    Cursor *cursor = calloc(1, sizeof *cursor);
    if (cursor == NULL) {
        return base_error(BASE_NO_MEMORY, "no memory for a cursor");
    }
    cursor->base.peer = peer;
    cursor->base.status = base_ok();
    if (!cached_only) {
        cursor->iterator = rocksdb_create_iterator(rocksdb_of(peer)->db, view->read);
    }
    *ret_cursor = &cursor->base;
    return base_ok();
}

/* Shows where the iterator is. */
static void
show(PluginCursor *base)
{
    Cursor *cursor = (Cursor *)base;
    base->valid = rocksdb_iter_valid(cursor->iterator) != 0;
    if (!base->valid) {
        char *error = NULL;
        rocksdb_iter_get_error(cursor->iterator, &error);
        base->status = status_of(error);
        return;
    }
    base->key.data = (const uint8_t *)rocksdb_iter_key(cursor->iterator, &base->key.len);
    base->value.data = (const uint8_t *)rocksdb_iter_value(cursor->iterator, &base->value.len);
}

static void
refuse(PluginCursor *base)
{
    base->valid = false;
    base->status = base_error(BASE_WOULD_BLOCK, "walks may have to read");
}

static void
cursor_seek(PluginCursor *base, BaseSlice key)
{
    rocksdb_iterator_t *iterator = ((Cursor *)base)->iterator;
    if (iterator == NULL) {
        refuse(base);
        return;
    }
    rocksdb_iter_seek(iterator, text_of(key), key.len);
    show(base);
}

static void
cursor_seek_before(PluginCursor *base, BaseSlice key)
{
    rocksdb_iterator_t *iterator = ((Cursor *)base)->iterator;
    if (iterator == NULL) {
        refuse(base);
        return;
    }
    rocksdb_iter_seek_for_prev(iterator, text_of(key), key.len);
    if (rocksdb_iter_valid(iterator)) {
        BaseSlice at = BASE_SLICE_EMPTY;
        at.data = (const uint8_t *)rocksdb_iter_key(iterator, &at.len);
        if (base_slice_equal(at, key)) {
            rocksdb_iter_prev(iterator);
        }
    }
    show(base);
}

static void
cursor_next(PluginCursor *base)
{
    rocksdb_iter_next(((Cursor *)base)->iterator);
    show(base);
}

static void
cursor_prev(PluginCursor *base)
{
    rocksdb_iter_prev(((Cursor *)base)->iterator);
    show(base);
}

static void
cursor_free(PluginCursor *base)
{
    rocksdb_iterator_t *iterator = ((Cursor *)base)->iterator;
    if (iterator != NULL) {
        rocksdb_iter_destroy(iterator);
    }
    free(base);
}

/* ---------------------------------------------------------------------- figures, maintenance -- */

static int64_t
range_bytes(PluginPeer *peer, BaseSlice start, BaseSlice stop)
{
    const char *first = text_of(start);
    const char *last = text_of(stop);
    uint64_t bytes = 0;
    char *error = NULL;
    rocksdb_approximate_sizes(rocksdb_of(peer)->db, 1, &first, &start.len, &last, &stop.len, &bytes,
                              &error);
    rocksdb_free(error);
    return (int64_t)bytes;
}

static int64_t
entries(PluginPeer *peer)
{
    return rocksdb_figures_property(rocksdb_of(peer)->db, "rocksdb.estimate-num-keys");
}

static void
sizes(PluginPeer *peer, PluginSizes *ret_sizes)
{
    rocksdb_t *db = rocksdb_of(peer)->db;
    int64_t memtables = rocksdb_figures_property(db, "rocksdb.cur-size-all-mem-tables");
    ret_sizes->memory_bytes = memtables +
                              rocksdb_figures_property(db, "rocksdb.estimate-table-readers-mem") +
                              (int64_t)rocksdb_cache_get_usage(rocksdb_of(peer)->cache);
    /* The log, which is no table, is about as long as the memtables. */
    ret_sizes->disk_bytes =
        rocksdb_figures_property(db, "rocksdb.total-sst-files-size") + memtables;
}

static void
figures(PluginPeer *peer, EngineFigureVisitor *visit, void *user)
{
    rocksdb_figures_visit(rocksdb_of(peer)->db, visit, user);
}

static BaseStatus
flush(PluginPeer *peer)
{
    Rocksdb *rocksdb = rocksdb_of(peer);
    char *error = NULL;
    rocksdb_flush(rocksdb->db, rocksdb->flush, &error);
    return status_of(error);
}

static BaseStatus
compact(PluginPeer *peer, BaseSlice start, BaseSlice stop)
{
    rocksdb_compact_range(rocksdb_of(peer)->db, text_of(start), start.len, text_of(stop), stop.len);
    return plugin_peer_go_on(peer);
}

/* A compaction that was asked for ends within a block or two, and none begins any more. */
static void
interrupt(PluginPeer *peer)
{
    rocksdb_disable_manual_compaction(rocksdb_of(peer)->db);
}

static BaseStatus
checkpoint(PluginPeer *peer, const char *directory)
{
    char *error = NULL;
    rocksdb_checkpoint_t *object = rocksdb_checkpoint_object_create(rocksdb_of(peer)->db, &error);
    if (error != NULL) {
        return status_of(error);
    }
    rocksdb_checkpoint_create(object, directory, 0, &error);
    rocksdb_checkpoint_object_destroy(object);
    return status_of(error);
}

static BaseStatus
set_option(PluginPeer *peer, size_t index, int64_t value)
{
    if (index != ROCKSDB_OPTION_BLOCK_CACHE) {
        return base_error(BASE_UNSUPPORTED, "this option takes effect when the store is reopened");
    }
    rocksdb_cache_set_capacity(rocksdb_of(peer)->cache, (size_t)value);
    return base_ok();
}

/* ------------------------------------------------------------------------- opening and class -- */

static void
close_rocksdb(PluginPeer *peer)
{
    Rocksdb *rocksdb = rocksdb_of(peer);
    if (rocksdb->db != NULL) {
        rocksdb_close(rocksdb->db);
    }
    rocksdb_writebatch_destroy(rocksdb->batch);
    rocksdb_readoptions_destroy(rocksdb->read);
    rocksdb_readoptions_destroy(rocksdb->read_cached);
    rocksdb_writeoptions_destroy(rocksdb->write);
    rocksdb_writeoptions_destroy(rocksdb->write_sync);
    rocksdb_flushoptions_destroy(rocksdb->flush);
    rocksdb_options_destroy(rocksdb->options);
    rocksdb_cache_destroy(rocksdb->cache);
    free(rocksdb);
}

static const PluginPeerOps peer_ops = {
    .close = close_rocksdb,
    .begin = begin,
    .put = put,
    .remove = remove_key,
    .remove_range = remove_range,
    .commit = commit,
    .abandon = begin,
    .sync = sync_log,
    .view_new = view_new,
    .view_free = view_free,
    .get = get,
    .unpin = unpin,
    .cursor_new = cursor_new,
    .cursor_seek = cursor_seek,
    .cursor_seek_before = cursor_seek_before,
    .cursor_next = cursor_next,
    .cursor_prev = cursor_prev,
    .cursor_free = cursor_free,
    .sizes = sizes,
    .entries = entries,
    .range_bytes = range_bytes,
    .flush = flush,
    .compact = compact,
    .checkpoint = checkpoint,
    .interrupt = interrupt,
    .set_option = set_option,
    .figures = figures,
};

static void
set_handles(Rocksdb *rocksdb, const int64_t *values)
{
    rocksdb->cache = rocksdb_cache_create_lru((size_t)values[ROCKSDB_OPTION_BLOCK_CACHE]);
    rocksdb->options = rocksdb_settings_make(values, rocksdb->cache);
    rocksdb->read = options_for(NULL, false);
    rocksdb->read_cached = options_for(NULL, true);
    rocksdb->write = rocksdb_writeoptions_create();
    rocksdb->write_sync = rocksdb_writeoptions_create();
    rocksdb_writeoptions_set_sync(rocksdb->write_sync, 1);
    rocksdb->flush = rocksdb_flushoptions_create();
    rocksdb->batch = rocksdb_writebatch_create();
}

static BaseStatus
open_peer(const PluginPeerArgs *args, PluginPeer **ret_peer)
{
    Rocksdb *rocksdb = calloc(1, sizeof *rocksdb);
    if (rocksdb == NULL) {
        return base_error(BASE_NO_MEMORY, "no memory for RocksDB");
    }
    rocksdb->peer.ops = &peer_ops;
    set_handles(rocksdb, args->options);
    char *error = NULL;
    rocksdb->db = rocksdb_open(rocksdb->options, args->directory, &error);
    if (error != NULL) {
        (void)snprintf(args->message, args->message_size, "RocksDB cannot open %.200s: %.250s",
                       args->directory, error);
        rocksdb->db = NULL;
        close_rocksdb(&rocksdb->peer);
        return status_of(error);
    }
    *ret_peer = &rocksdb->peer;
    return base_ok();
}

static const EngineClass rocksdb_class;

static BaseStatus
open_rocksdb(EngineOpenArgs *args, Engine **ret_engine)
{
    static const PluginKind kind = {&rocksdb_class, open_peer};
    return plugin_open(&kind, args, ret_engine);
}

static const EngineClass rocksdb_class = {
    .abi_version = ENGINE_ABI_VERSION,
    .struct_size = sizeof(EngineClass),
    .name = "rocksdb",
    .format = 1,
    .summary = "records in RocksDB: sorted tables, compacted in the background",
    .capabilities = ENGINE_CAN_ORDER | ENGINE_CAN_PERSIST | ENGINE_CAN_SNAPSHOT | ENGINE_CAN_BATCH |
                    ENGINE_CAN_STORE_VERSION | ENGINE_CAN_REVERSE | ENGINE_CAN_FAST_RANGE |
                    ENGINE_CAN_EXPIRE | ENGINE_CAN_CHECKPOINT,
    .options = rocksdb_settings_options,
    .option_count = ROCKSDB_OPTION_COUNT,
    .open = open_rocksdb,
};

const EngineClass *
larder_engine_module(void)
{
    return &rocksdb_class;
}
