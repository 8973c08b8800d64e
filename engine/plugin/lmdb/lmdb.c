/*
 * lmdb.c: LMDB as an engine: a tree of pages in one mapped file, read in place.
 *
 * Reads happen in read transactions alone (view.h), without copying values.
 *
 * Durability. LMDB keeps its file whole over a power cut when each commit syncs its pages before
 * the root that points at them. So with durability=interval commits sync their pages, and only the
 * root is left for later (MDB_NOMETASYNC): they are slower than an interval of other engines, and
 * lose no more. Only with durability=os nothing is synced (MDB_NOSYNC); then a power cut may damage
 * the store as a whole, while the end of the process does no harm. A commit that has to be durable
 * in those modes is done without their flag, for LMDB shows a commit only when all the syncs that
 * belong to it are done: one whose sync fails is never seen.
 *
 * Limits. Keys of 510 bytes; a put is refused when map_bytes are full, and the file never shrinks;
 * room.h says more. Views that are held long keep pages of old versions
 * from being used again. There is no reading of the cache alone: a page that is not in memory is
 * read when it is touched.
 *
 * Threading: as peer.h says.
 */
#include "engine/base/check.h"
#include "engine/plugin/lmdb/clone.h"
#include "engine/plugin/lmdb/cursor.h"
#include "engine/plugin/lmdb/room.h"
#include "engine/plugin/lmdb/view.h"
#include "engine/plugin/plugin.h"
#include "engine/plugin/writer.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    OPTION_MAP_BYTES = PLUGIN_OPTION_OWN,
    OPTION_READERS,
    OPTION_COUNT,
};

enum {
    MODE = 0600,
    KEY_MAX = 510, /* with the byte of the keyspace, what LMDB takes */
};

#define GIB (INT64_C(1) << 30)

/* ---------------------------------------------------------------------------------- batches -- */

static void
begin(PluginPeer *peer)
{
    Lmdb *lmdb = lmdb_of(peer);
    lmdb->batch_error = mdb_txn_begin(lmdb->env, NULL, 0, &lmdb->batch);
    if (lmdb->batch_error != MDB_SUCCESS) {
        lmdb->batch = NULL;
    }
}

static void
put(PluginPeer *peer, BaseSlice key, BaseSlice value)
{
    Lmdb *lmdb = lmdb_of(peer);
    MDB_val name = lmdb_val(key);
    MDB_val data = lmdb_val(value);
    if (lmdb->batch_error == MDB_SUCCESS) {
        lmdb->batch_error = mdb_put(lmdb->batch, lmdb->dbi, &name, &data, 0);
    }
}

static void
remove_key(PluginPeer *peer, BaseSlice key)
{
    Lmdb *lmdb = lmdb_of(peer);
    MDB_val name = lmdb_val(key);
    if (lmdb->batch_error == MDB_SUCCESS) {
        int error = mdb_del(lmdb->batch, lmdb->dbi, &name, NULL);
        lmdb->batch_error = error == MDB_NOTFOUND ? MDB_SUCCESS : error;
    }
}

static int
remove_all(MDB_cursor *cursor, BaseSlice start, BaseSlice stop)
{
    MDB_val key = lmdb_val(start);
    MDB_val value;
    int error = mdb_cursor_get(cursor, &key, &value, MDB_SET_RANGE);
    while (error == MDB_SUCCESS && base_slice_compare(lmdb_slice(key), stop) < 0) {
        error = mdb_cursor_del(cursor, 0);
        if (error == MDB_SUCCESS) {
            error = mdb_cursor_get(cursor, &key, &value, MDB_NEXT);
        }
    }
    return error == MDB_NOTFOUND ? MDB_SUCCESS : error;
}

static void
remove_range(PluginPeer *peer, BaseSlice start, BaseSlice stop)
{
    Lmdb *lmdb = lmdb_of(peer);
    MDB_cursor *cursor = NULL;
    if (lmdb->batch_error == MDB_SUCCESS) {
        lmdb->batch_error = mdb_cursor_open(lmdb->batch, lmdb->dbi, &cursor);
    }
    if (lmdb->batch_error == MDB_SUCCESS) {
        lmdb->batch_error = remove_all(cursor, start, stop);
        mdb_cursor_close(cursor);
    }
}

static void
abandon(PluginPeer *peer)
{
    Lmdb *lmdb = lmdb_of(peer);
    if (lmdb->batch != NULL) {
        mdb_txn_abort(lmdb->batch);
        lmdb->batch = NULL;
    }
}

/* What commits have left unsynced. */
static BaseStatus
sync_rest(PluginPeer *peer)
{
    return lmdb_view_status(mdb_env_sync(lmdb_of(peer)->env, 1));
}

static BaseStatus
commit(PluginPeer *peer, bool sync)
{
    Lmdb *lmdb = lmdb_of(peer);
    if (lmdb->batch_error != MDB_SUCCESS) {
        abandon(peer);
        return lmdb_view_status(lmdb->batch_error);
    }
    if (sync && lmdb->lazy != 0) {
        (void)mdb_env_set_flags(lmdb->env, lmdb->lazy, 0);
    }
    BaseStatus status = lmdb_view_status(mdb_txn_commit(lmdb->batch));
    lmdb->batch = NULL;
    if (sync && lmdb->lazy != 0) {
        (void)mdb_env_set_flags(lmdb->env, lmdb->lazy, 1);
    }
    return status;
}

/* ---------------------------------------------------------------------------------- figures -- */

static void
sizes(PluginPeer *peer, PluginSizes *ret_sizes)
{
    MDB_stat stat;
    MDB_envinfo info;
    (void)mdb_env_stat(lmdb_of(peer)->env, &stat);
    (void)mdb_env_info(lmdb_of(peer)->env, &info);
    /* What is sure to be in memory: the inner pages. */
    ret_sizes->memory_bytes = (int64_t)((stat.ms_branch_pages + 1) * stat.ms_psize);
    ret_sizes->disk_bytes = (int64_t)((info.me_last_pgno + 1) * stat.ms_psize);
}

static void
figures(PluginPeer *peer, EngineFigureVisitor *visit, void *user)
{
    MDB_stat stat;
    MDB_envinfo info;
    (void)mdb_env_stat(lmdb_of(peer)->env, &stat);
    (void)mdb_env_info(lmdb_of(peer)->env, &info);
    visit(user, "entries", (int64_t)stat.ms_entries);
    visit(user, "map_bytes", lmdb_of(peer)->map_bytes);
    visit(user, "tree_depth", (int64_t)stat.ms_depth);
    visit(user, "branch_pages", (int64_t)stat.ms_branch_pages);
    visit(user, "leaf_pages", (int64_t)stat.ms_leaf_pages);
    visit(user, "overflow_pages", (int64_t)stat.ms_overflow_pages);
    visit(user, "readers", (int64_t)info.me_numreaders);
}

static int64_t
entries(PluginPeer *peer)
{
    MDB_stat stat;
    (void)mdb_env_stat(lmdb_of(peer)->env, &stat);
    return (int64_t)stat.ms_entries;
}

/* ------------------------------------------------------------------------- opening and class -- */

static void
close_lmdb(PluginPeer *peer)
{
    Lmdb *lmdb = lmdb_of(peer);
    lmdb_view_drop_kept(lmdb);
    mdb_env_close(lmdb->env);
    (void)pthread_mutex_destroy(&lmdb->mutex);
    free(lmdb);
}

static const PluginPeerOps peer_ops = {
    .close = close_lmdb,
    .begin = begin,
    .put = put,
    .remove = remove_key,
    .remove_range = remove_range,
    .commit = commit,
    .abandon = abandon,
    .sync = sync_rest,
    .view_new = lmdb_view_new,
    .view_free = lmdb_view_free,
    .get = lmdb_view_get,
    .unpin = lmdb_view_unpin,
    .cursor_new = lmdb_cursor_new,
    .cursor_seek = lmdb_cursor_seek,
    .cursor_seek_before = lmdb_cursor_seek_before,
    .cursor_next = lmdb_cursor_next,
    .cursor_prev = lmdb_cursor_prev,
    .cursor_free = lmdb_cursor_free,
    .sizes = sizes,
    .entries = entries,
    .room = lmdb_room_check,
    .checkpoint = lmdb_clone_checkpoint,
    .figures = figures,
};

/* The flag that spares commits a sync; 0: none. */
static unsigned
lazy_of(int64_t durability)
{
    static const unsigned flags[] = {0, MDB_NOMETASYNC, MDB_NOSYNC};
    return flags[durability];
}

static int
open_env(Lmdb *lmdb, const PluginPeerArgs *args)
{
    int error = mdb_env_create(&lmdb->env);
    if (error == MDB_SUCCESS) {
        error = mdb_env_set_mapsize(lmdb->env, (size_t)(lmdb->map_bytes + LMDB_ROOM_RESERVE));
    }
    if (error == MDB_SUCCESS) {
        error = mdb_env_set_maxreaders(lmdb->env, (unsigned)args->options[OPTION_READERS]);
    }
    if (error == MDB_SUCCESS) {
        error =
            mdb_env_open(lmdb->env, args->directory, lmdb->lazy | MDB_NOTLS | MDB_NORDAHEAD, MODE);
    }
    if (error == MDB_SUCCESS) {
        int dead = 0; /* slots of processes that are gone */
        error = mdb_reader_check(lmdb->env, &dead);
    }
    return error == MDB_SUCCESS ? lmdb_view_open_table(lmdb->env, &lmdb->dbi) : error;
}

static BaseStatus
open_peer(const PluginPeerArgs *args, PluginPeer **ret_peer)
{
    Lmdb *lmdb = calloc(1, sizeof *lmdb);
    if (lmdb == NULL) {
        return base_error(BASE_NO_MEMORY, "no memory for LMDB");
    }
    int64_t durability = args->options[PLUGIN_OPTION_DURABILITY];
    lmdb->lazy = lazy_of(durability);
    lmdb->map_bytes = args->options[OPTION_MAP_BYTES];
    int error = open_env(lmdb, args);
    if (error != MDB_SUCCESS) {
        (void)snprintf(args->message, args->message_size, "LMDB cannot open %.300s: %s",
                       args->directory, mdb_strerror(error));
        if (lmdb->env != NULL) {
            mdb_env_close(lmdb->env);
        }
        free(lmdb);
        return lmdb_view_status(error);
    }
    (void)pthread_mutex_init(&lmdb->mutex, NULL);
    BASE_CHECK(mdb_env_get_maxkeysize(lmdb->env) > KEY_MAX);
    lmdb->peer = (PluginPeer){.ops = &peer_ops,
                              .key_max = KEY_MAX + 1,
                              .reads_in_views = true,
                              .commit_syncs = durability != PLUGIN_SYNC_OS};
    *ret_peer = &lmdb->peer;
    return base_ok();
}

static const EngineOption options[OPTION_COUNT] = {
    [PLUGIN_OPTION_DURABILITY] =
        PLUGIN_DURABILITY_OPTION(" (a power cut may then damage the whole store)."),
    [PLUGIN_OPTION_SYNC_INTERVAL] = PLUGIN_SYNC_INTERVAL_OPTION,
    [OPTION_MAP_BYTES] = {.name = "map_bytes",
                          .type = ENGINE_OPTION_BYTES,
                          .preset = 256 * GIB,
                          .lowest = 64 << 20,
                          .highest = 32768 * GIB,
                          .help = "Bytes that records may take; the file grows as they come, to "
                                  "at most 256M more."},
    [OPTION_READERS] = {.name = "readers",
                        .type = ENGINE_OPTION_INTEGER,
                        .preset = 1024,
                        .lowest = 16,
                        .highest = 65536,
                        .help = "Read sections, snapshots and iterators at a time."},
};

static const EngineClass lmdb_class;

static BaseStatus
open_lmdb(EngineOpenArgs *args, Engine **ret_engine)
{
    static const PluginKind kind = {&lmdb_class, open_peer};
    return plugin_open(&kind, args, ret_engine);
}

static const EngineClass lmdb_class = {
    .abi_version = ENGINE_ABI_VERSION,
    .struct_size = sizeof(EngineClass),
    .name = "lmdb",
    .format = 1,
    .key_max = KEY_MAX,
    .summary = "records in LMDB: one mapped file, read in place, one writer",
    .capabilities = ENGINE_CAN_ORDER | ENGINE_CAN_PERSIST | ENGINE_CAN_SNAPSHOT | ENGINE_CAN_BATCH |
                    ENGINE_CAN_STORE_VERSION | ENGINE_CAN_REVERSE | ENGINE_CAN_EXPIRE |
                    ENGINE_CAN_CHECKPOINT,
    .options = options,
    .option_count = OPTION_COUNT,
    .open = open_lmdb,
};

const EngineClass *
larder_engine_module(void)
{
    return &lmdb_class;
}
