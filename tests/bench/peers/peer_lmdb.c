/*
 * peer_lmdb.c: LMDB as a peer, through lmdb.h. See peer.h.
 *
 * A put is a transaction that is not synced, unless it has to be; then all is synced behind it.
 * Read transactions are kept and renewed, which is how LMDB reads fastest. It has no cache, no
 * filters and nothing to compact.
 *
 * Threading: as peer.h says; the kept transactions have a mutex.
 */
#include "tests/bench/peers/peer.h"

#include <lmdb.h>
#include <pthread.h>
#include <stdlib.h>

enum { MODE = 0600, READERS = 256, KEPT_MAX = 64 };

typedef struct LmdbPeer {
    Peer peer; /* first: it is a peer */
    MDB_env *env;
    MDB_dbi table;
    pthread_mutex_t mutex; /* around the two below */
    MDB_txn *kept[KEPT_MAX];
    size_t kept_count;
} LmdbPeer;

static void
must(int error, const char *what)
{
    if (error != MDB_SUCCESS) {
        peer_fail(what, mdb_strerror(error));
    }
}

static MDB_val
val(BaseSlice bytes)
{
    return (MDB_val){bytes.len, (void *)(uintptr_t)bytes.data};
}

/* ----------------------------------------------------------------------------------- writes -- */

static MDB_txn *
begin(LmdbPeer *self)
{
    MDB_txn *txn = NULL;
    must(mdb_txn_begin(self->env, NULL, 0, &txn), "begin");
    return txn;
}

static void
lmdb_put(Peer *peer, BaseSlice key, BaseSlice value, bool sync)
{
    LmdbPeer *self = (LmdbPeer *)peer;
    MDB_val name = val(key);
    MDB_val data = val(value);
    MDB_txn *txn = begin(self);
    must(mdb_put(txn, self->table, &name, &data, 0), "put");
    must(mdb_txn_commit(txn), "commit");
    if (sync) {
        must(mdb_env_sync(self->env, 1), "sync");
    }
}

static void
lmdb_remove(Peer *peer, BaseSlice key)
{
    LmdbPeer *self = (LmdbPeer *)peer;
    MDB_val name = val(key);
    MDB_txn *txn = begin(self);
    int error = mdb_del(txn, self->table, &name, NULL);
    must(error == MDB_NOTFOUND ? MDB_SUCCESS : error, "delete");
    must(mdb_txn_commit(txn), "commit");
}

/* ------------------------------------------------------------------------------------ reads -- */

static MDB_txn *
read_begin(LmdbPeer *self)
{
    MDB_txn *txn = NULL;
    (void)pthread_mutex_lock(&self->mutex);
    if (self->kept_count != 0) {
        txn = self->kept[--self->kept_count];
    }
    (void)pthread_mutex_unlock(&self->mutex);
    must(txn == NULL ? mdb_txn_begin(self->env, NULL, MDB_RDONLY, &txn) : mdb_txn_renew(txn),
         "read");
    return txn;
}

static void
read_end(LmdbPeer *self, MDB_txn *txn)
{
    mdb_txn_reset(txn);
    (void)pthread_mutex_lock(&self->mutex);
    bool keep = self->kept_count < KEPT_MAX;
    if (keep) {
        self->kept[self->kept_count++] = txn;
    }
    (void)pthread_mutex_unlock(&self->mutex);
    if (!keep) {
        mdb_txn_abort(txn);
    }
}

static void
lmdb_multi_get(Peer *peer, const BaseSlice *keys, size_t count, PeerSink *sink)
{
    LmdbPeer *self = (LmdbPeer *)peer;
    MDB_txn *txn = read_begin(self);
    for (size_t i = 0; i < count; i++) {
        MDB_val name = val(keys[i]);
        MDB_val value = {0, NULL};
        int error = mdb_get(txn, self->table, &name, &value);
        if (error == MDB_SUCCESS) {
            peer_sink_take(sink, value.mv_data, value.mv_size);
        }
        must(error == MDB_NOTFOUND ? MDB_SUCCESS : error, "get");
    }
    read_end(self, txn);
}

static void
lmdb_get(Peer *peer, BaseSlice key, PeerSink *sink)
{
    lmdb_multi_get(peer, &key, 1, sink);
}

static void
lmdb_scan(Peer *peer, const BaseSlice *start, bool reverse, int64_t limit, PeerSink *sink)
{
    LmdbPeer *self = (LmdbPeer *)peer;
    MDB_txn *txn = read_begin(self);
    MDB_cursor *cursor = NULL;
    MDB_val key = start == NULL ? (MDB_val){0, NULL} : val(*start);
    MDB_val value = {0, NULL};
    must(mdb_cursor_open(txn, self->table, &cursor), "cursor");
    MDB_cursor_op first = start == NULL ? MDB_FIRST : MDB_SET_RANGE;
    int error = mdb_cursor_get(cursor, &key, &value, reverse ? MDB_LAST : first);
    for (int64_t i = 0; i < limit && error == MDB_SUCCESS; i++) {
        peer_sink_take(sink, value.mv_data, value.mv_size);
        if (i + 1 == limit) {
            break;
        }
        error = mdb_cursor_get(cursor, &key, &value, reverse ? MDB_PREV : MDB_NEXT);
    }
    must(error == MDB_NOTFOUND ? MDB_SUCCESS : error, "walk");
    mdb_cursor_close(cursor);
    read_end(self, txn);
}

/* --------------------------------------------------------------------------- what it has not -- */

static void
lmdb_compact(Peer *peer)
{
    (void)peer;
}

static bool
lmdb_is_busy(Peer *peer)
{
    (void)peer;
    return false;
}

static char *
lmdb_levels(Peer *peer)
{
    (void)peer;
    return NULL;
}

/* ---------------------------------------------------------------------------------- opening -- */

static void
lmdb_close(Peer *peer)
{
    LmdbPeer *self = (LmdbPeer *)peer;
    while (self->kept_count != 0) {
        mdb_txn_abort(self->kept[--self->kept_count]);
    }
    mdb_env_close(self->env);
    (void)pthread_mutex_destroy(&self->mutex);
    free(self);
}

Peer *
peer_lmdb_open(const PeerSettings *settings)
{
    static const PeerOps ops = {
        .close = lmdb_close,
        .put = lmdb_put,
        .remove = lmdb_remove,
        .get = lmdb_get,
        .multi_get = lmdb_multi_get,
        .scan = lmdb_scan,
        .compact = lmdb_compact,
        .is_busy = lmdb_is_busy,
        .levels = lmdb_levels,
    };
    LmdbPeer *self = calloc(1, sizeof *self);
    if (self == NULL) {
        peer_fail("lmdb", "no memory");
    }
    self->peer.ops = &ops;
    (void)pthread_mutex_init(&self->mutex, NULL);
    must(mdb_env_create(&self->env), "create");
    must(mdb_env_set_mapsize(self->env, (size_t)PEER_MAP_BYTES), "map");
    must(mdb_env_set_maxreaders(self->env, READERS), "readers");
    must(mdb_env_open(self->env, settings->directory, MDB_NOSYNC | MDB_NOTLS | MDB_NORDAHEAD, MODE),
         "open");
    MDB_txn *txn = begin(self);
    must(mdb_dbi_open(txn, NULL, 0, &self->table), "table");
    must(mdb_txn_commit(txn), "commit");
    return &self->peer;
}
