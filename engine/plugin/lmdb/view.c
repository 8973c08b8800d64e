/*
 * view.c: see view.h.
 */
#include "engine/plugin/lmdb/view.h"

#include "engine/plugin/text.h"

#include <errno.h>
#include <stdlib.h>

enum { VIEWS_KEPT = 64 };

typedef struct Cursor {
    PluginCursor base; /* first: it is one */
    LmdbView *view;
    MDB_cursor *cursor;
} Cursor;

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

/* ------------------------------------------------------------------------------------ views -- */

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
lmdb_view_new(PluginPeer *peer, void **ret_view)
{
    Lmdb *lmdb = lmdb_of(peer);
    LmdbView *view = take_kept(lmdb);
    if (view != NULL) {
        int error = mdb_txn_renew(view->txn);
        if (error != MDB_SUCCESS) {
            destroy_view(view);
            return lmdb_view_status(error);
        }
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
    (void)pthread_mutex_lock(&view->mutex);
    int error = mdb_get(view->txn, lmdb_of(peer)->dbi, &name, &value);
    (void)pthread_mutex_unlock(&view->mutex);
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

/* ---------------------------------------------------------------------------------- cursors -- */

BaseStatus
lmdb_view_cursor_new(PluginPeer *peer, void *what, bool cached_only, PluginCursor **ret_cursor)
{
    (void)cached_only;
    LmdbView *view = what;
    Cursor *cursor = calloc(1, sizeof *cursor);
    if (cursor == NULL) {
        return base_error(BASE_NO_MEMORY, "no memory for a cursor");
    }
    cursor->base.peer = peer;
    cursor->base.status = base_ok();
    cursor->view = view;
    (void)pthread_mutex_lock(&view->mutex);
    int error = mdb_cursor_open(view->txn, lmdb_of(peer)->dbi, &cursor->cursor);
    (void)pthread_mutex_unlock(&view->mutex);
    if (error != MDB_SUCCESS) {
        free(cursor);
        return lmdb_view_status(error);
    }
    *ret_cursor = &cursor->base;
    return base_ok();
}

/* Moves; REQUIRES: the view's mutex is held. */
static int
move(Cursor *cursor, MDB_val *key, MDB_cursor_op op)
{
    MDB_val value = {0, NULL};
    int error = mdb_cursor_get(cursor->cursor, key, &value, op);
    cursor->base.valid = error == MDB_SUCCESS;
    cursor->base.status = error == MDB_NOTFOUND ? base_ok() : lmdb_view_status(error);
    if (error == MDB_SUCCESS) {
        cursor->base.key = lmdb_slice(*key);
        cursor->base.value = lmdb_slice(value);
    }
    return error;
}

static void
move_locked(PluginCursor *base, MDB_val key, MDB_cursor_op op)
{
    Cursor *cursor = (Cursor *)base;
    (void)pthread_mutex_lock(&cursor->view->mutex);
    (void)move(cursor, &key, op);
    (void)pthread_mutex_unlock(&cursor->view->mutex);
}

void
lmdb_view_cursor_seek(PluginCursor *base, BaseSlice wanted)
{
    move_locked(base, lmdb_val(wanted), MDB_SET_RANGE);
}

void
lmdb_view_cursor_seek_before(PluginCursor *base, BaseSlice wanted)
{
    Cursor *cursor = (Cursor *)base;
    MDB_val key = lmdb_val(wanted);
    (void)pthread_mutex_lock(&cursor->view->mutex);
    int error = move(cursor, &key, MDB_SET_RANGE);
    if (error == MDB_SUCCESS || error == MDB_NOTFOUND) {
        (void)move(cursor, &key, error == MDB_SUCCESS ? MDB_PREV : MDB_LAST);
    }
    (void)pthread_mutex_unlock(&cursor->view->mutex);
}

void
lmdb_view_cursor_next(PluginCursor *base)
{
    move_locked(base, (MDB_val){0, NULL}, MDB_NEXT);
}

void
lmdb_view_cursor_prev(PluginCursor *base)
{
    move_locked(base, (MDB_val){0, NULL}, MDB_PREV);
}

void
lmdb_view_cursor_free(PluginCursor *base)
{
    Cursor *cursor = (Cursor *)base;
    (void)pthread_mutex_lock(&cursor->view->mutex);
    mdb_cursor_close(cursor->cursor);
    (void)pthread_mutex_unlock(&cursor->view->mutex);
    free(cursor);
}
