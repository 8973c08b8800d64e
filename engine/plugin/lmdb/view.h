/*
 * view.h: read transactions of LMDB as views.
 *
 * A shared view may be read by several threads, a transaction of LMDB may not, so those have a
 * mutex; a view that is not shared goes without, for it costs a third of a step. Those that were
 * used are kept for the next reader, reset, so that a read need not register anew. Values
 * are not copied: they lie in the map until the view is let go.
 *
 * Threading: as engine/plugin/peer.h says.
 */
#ifndef LARDER_ENGINE_PLUGIN_LMDB_VIEW_H
#define LARDER_ENGINE_PLUGIN_LMDB_VIEW_H

#include "engine/plugin/peer.h"

#include <lmdb.h>
#include <pthread.h>

typedef struct LmdbView {
    MDB_txn *txn;
    bool shared;
    pthread_mutex_t mutex; /* shared: around every use of txn */
    struct LmdbView *next; /* among those that are kept */
} LmdbView;

/* Free pages after a commit; see room.c. */
typedef struct LmdbFree {
    size_t commit;
    size_t all;
    size_t soon;   /* no reader holds them back from the second commit after it */
    size_t usable; /* by the next one */
} LmdbFree;

/* The open peer. */
typedef struct Lmdb {
    PluginPeer peer; /* first: it is one */
    MDB_env *env;
    MDB_dbi dbi;
    unsigned lazy;     /* flags of LMDB that spare commits a sync */
    int64_t map_bytes; /* as configured; the map is larger */
    LmdbFree free;     /* room.c's */
    MDB_txn *batch;    /* NULL: none, or it could not begin */
    int batch_error;
    pthread_mutex_t mutex; /* around the two below */
    LmdbView *kept;
    size_t kept_count;
} Lmdb;

static inline Lmdb *
lmdb_of(PluginPeer *peer)
{
    return (Lmdb *)peer;
}

static inline MDB_val
lmdb_val(BaseSlice bytes)
{
    return (MDB_val){bytes.len, (void *)(uintptr_t)bytes.data};
}

static inline BaseSlice
lmdb_slice(MDB_val value)
{
    return base_slice(value.mv_data, value.mv_size);
}

/* Around every use of a view. */
static inline void
lmdb_view_lock(LmdbView *view)
{
    if (view->shared) {
        (void)pthread_mutex_lock(&view->mutex);
    }
}

static inline void
lmdb_view_unlock(LmdbView *view)
{
    if (view->shared) {
        (void)pthread_mutex_unlock(&view->mutex);
    }
}

/* What an error of LMDB, or of the system, means. */
BaseStatus lmdb_view_status(int error);

/* Opens the only table of a store. An error of LMDB. */
int lmdb_view_open_table(MDB_env *env, MDB_dbi *ret_dbi);

/* Ends the transactions that are kept. */
void lmdb_view_drop_kept(Lmdb *lmdb);

/* Functions of PluginPeerOps. */
BaseStatus lmdb_view_new(PluginPeer *peer, bool shared, void **ret_view);
void lmdb_view_free(PluginPeer *peer, void *view);
BaseStatus lmdb_view_get(PluginPeer *peer, void *view, BaseSlice key, bool cached_only,
                         PluginPin *ret_pin);
void lmdb_view_unpin(PluginPeer *peer, void *handle);

#endif
