/*
 * view.c: see view.h.
 */
#include "engine/plugin/lmdb/view.h"

#include "engine/plugin/text.h"

#include <errno.h>
#include <stdlib.h>

enum { VIEWS_KEPT = 64 };

BaseStatus
lmdb_view_status(int error)
{
    switch (error) {
    case MDB_SUCCESS:
        return base_ok();
    case MDB_MAP_FULL:
        return base_error(BASE_NO_SPACE, "the map of LMDB is full: open it with more map_bytes");
    case MDB_READERS_FULL:
        return base_error(BASE_BUSY, "all reader slots of LMDB are taken: see option readers");
    case ENOSPC:
        return base_error(BASE_NO_SPACE, "the disk is full");
    case ENOMEM:
        return base_error(BASE_NO_MEMORY, "no memory for LMDB");
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_INVALID:
        return base_error(BASE_CORRUPTION, mdb_strerror(error));
    default:
        return base_error(BASE_IO, plugin_text_keep(mdb_strerror(error)));
    }
}

int
lmdb_view_open_table(MDB_env *env, MDB_dbi *ret_dbi)
{
    MDB_txn *txn = NULL;
    int error = mdb_txn_begin(env, NULL, 0, &txn);
    if (error != MDB_SUCCESS) {
        return error;
    }
    error = mdb_dbi_open(txn, NULL, 0, ret_dbi);
    if (error != MDB_SUCCESS) {
        mdb_txn_abort(txn);
        return error;
    }
    return mdb_txn_commit(txn);
}

static LmdbView *
take_kept(Lmdb *lmdb)
{
    (void)pthread_mutex_lock(&lmdb->mutex);
    LmdbView *view = lmdb->kept;
    if (view != NULL) {
        lmdb->kept = view->next;
        lmdb->kept_count--;
    }
    (void)pthread_mutex_unlock(&lmdb->mutex);
    return view;
}

static void
destroy_view(LmdbView *view)
{
    mdb_txn_abort(view->txn);
    (void)pthread_mutex_destroy(&view->mutex);
    free(view);
}

void
lmdb_view_drop_kept(Lmdb *lmdb)
{
    LmdbView *view;
    while ((view = take_kept(lmdb)) != NULL) {
        destroy_view(view);
    }
}

BaseStatus
lmdb_view_new(PluginPeer *peer, bool shared, void **ret_view)
{
    Lmdb *lmdb = lmdb_of(peer);
    LmdbView *view = take_kept(lmdb);
    if (view != NULL) {
        int error = mdb_txn_renew(view->txn);
        if (error != MDB_SUCCESS) {
            destroy_view(view);
            return lmdb_view_status(error);
        }
        view->shared = shared;
        *ret_view = view;
        return base_ok();
    }
    view = malloc(sizeof *view);
    if (view == NULL) {
        return base_error(BASE_NO_MEMORY, "no memory for a read transaction");
    }
    int error = mdb_txn_begin(lmdb->env, NULL, MDB_RDONLY, &view->txn);
    if (error != MDB_SUCCESS) {
        free(view);
        return lmdb_view_status(error);
    }
    view->shared = shared;
    (void)pthread_mutex_init(&view->mutex, NULL);
    *ret_view = view;
    return base_ok();
}

void
lmdb_view_free(PluginPeer *peer, void *what)
{
    Lmdb *lmdb = lmdb_of(peer);
    LmdbView *view = what;
    mdb_txn_reset(view->txn);
    (void)pthread_mutex_lock(&lmdb->mutex);
    bool keep = lmdb->kept_count < VIEWS_KEPT;
    if (keep) {
        view->next = lmdb->kept;
        lmdb->kept = view;
        lmdb->kept_count++;
    }
    (void)pthread_mutex_unlock(&lmdb->mutex);
    if (!keep) {
        destroy_view(view);
    }
}

BaseStatus
lmdb_view_get(PluginPeer *peer, void *what, BaseSlice key, bool cached_only, PluginPin *ret_pin)
{
    (void)cached_only;
    LmdbView *view = what;
    MDB_val name = lmdb_val(key);
    MDB_val value;
    lmdb_view_lock(view);
    int error = mdb_get(view->txn, lmdb_of(peer)->dbi, &name, &value);
    lmdb_view_unlock(view);
    *ret_pin = (PluginPin){.found = error == MDB_SUCCESS};
    if (error == MDB_SUCCESS) {
        ret_pin->value = lmdb_slice(value);
    }
    return error == MDB_NOTFOUND ? base_ok() : lmdb_view_status(error);
}

void
lmdb_view_unpin(PluginPeer *peer, void *handle)
{
    (void)peer;
    (void)handle; /* values belong to their view */
}
