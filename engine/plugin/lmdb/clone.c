/*
 * clone.c: see clone.h.
 */
#include "engine/plugin/lmdb/clone.h"

#include "engine/plugin/lmdb/cursor.h"

#include <errno.h>
#include <sys/stat.h>

enum { MODE = 0600, CLONE_BYTES = 16 << 20 };

/* Appends entries from where the cursor is, up to about CLONE_BYTES of them. */
static BaseStatus
append_some(PluginCursor *cursor, MDB_env *env, MDB_dbi dbi)
{
    MDB_txn *txn = NULL;
    size_t bytes = 0;
    int error = mdb_txn_begin(env, NULL, 0, &txn);
    if (error != MDB_SUCCESS) {
        return lmdb_view_status(error);
    }
    while (error == MDB_SUCCESS && cursor->valid && bytes < CLONE_BYTES) {
        MDB_val key = lmdb_val(cursor->key);
        MDB_val value = lmdb_val(cursor->value);
        bytes += key.mv_size + value.mv_size;
        error = mdb_put(txn, dbi, &key, &value, MDB_APPEND);
        plugin_cursor_move(cursor, false);
    }
    if (error != MDB_SUCCESS) {
        mdb_txn_abort(txn);
        return lmdb_view_status(error);
    }
    return lmdb_view_status(mdb_txn_commit(txn));
}

static BaseStatus
append_all(PluginPeer *peer, PluginCursor *cursor, MDB_env *env, MDB_dbi dbi)
{
    static const uint8_t first = 0;
    lmdb_cursor_seek(cursor, base_slice(&first, sizeof first));
    BaseStatus status = plugin_peer_go_on(peer);
    while (base_is_ok(status) && cursor->valid) {
        status = append_some(cursor, env, dbi);
        status = base_is_ok(status) ? plugin_peer_go_on(peer) : status;
    }
    status = base_is_ok(status) ? cursor->status : status;
    return base_is_ok(status) ? lmdb_view_status(mdb_env_sync(env, 1)) : status;
}

static BaseStatus
append_view(PluginPeer *peer, MDB_env *env, MDB_dbi dbi)
{
    void *view = NULL;
    PluginCursor *cursor = NULL;
    BaseStatus status = lmdb_view_new(peer, false, &view);
    if (!base_is_ok(status)) {
        return status;
    }
    status = lmdb_cursor_new(peer, view, false, SIZE_MAX, &cursor);
    if (base_is_ok(status)) {
        status = append_all(peer, cursor, env, dbi);
        lmdb_cursor_free(cursor);
    }
    lmdb_view_free(peer, view);
    return status;
}

BaseStatus
lmdb_clone_checkpoint(PluginPeer *peer, const char *directory)
{
    MDB_envinfo info;
    MDB_env *env = NULL;
    MDB_dbi dbi = 0;
    if (mkdir(directory, MODE | S_IXUSR) != 0) {
        return lmdb_view_status(errno);
    }
    (void)mdb_env_info(lmdb_of(peer)->env, &info);
    int error = mdb_env_create(&env);
    if (error != MDB_SUCCESS) {
        return lmdb_view_status(error);
    }
    error = mdb_env_set_mapsize(env, info.me_mapsize);
    if (error == MDB_SUCCESS) {
        error = mdb_env_open(env, directory, MDB_NOSYNC | MDB_NOTLS, MODE);
    }
    if (error == MDB_SUCCESS) {
        error = lmdb_view_open_table(env, &dbi);
    }
    BaseStatus status =
        error == MDB_SUCCESS ? append_view(peer, env, dbi) : lmdb_view_status(error);
    mdb_env_close(env);
    return status;
}
