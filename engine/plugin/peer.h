/*
 * peer.h: what a store of another project supplies to become an engine: sorted bytes, batches that
 * are applied whole, views of one moment, and walks both ways. The rest of this folder makes
 * records, versions, expiry, guards, snapshots and ranges of it.
 *
 * Keys and values here are stored ones: record.h says what is in them. Keys order as bytes.
 *
 * Batches. begin, then put, remove and remove_range in order, then commit or abandon: one at a
 * time, in one thread. An error in between is kept by the peer and told by commit, which ends the
 * batch in any case; after an error nothing of it is visible.
 * A batch becomes visible as a whole, not before commit and not after it has returned.
 *
 * Views. A view shows the peer as it was at one moment, for as long as it is held. NULL in place of
 * a view means: as it is now. A peer with `reads_in_views` has no such reads and is never asked.
 * Several threads may read through a shared view at a time, and one through any other.
 *
 * What is read stays where it is until it is let go: a PluginPin by unpin, the entry of a cursor,
 * and those ahead of it, by the peer's next move of it.
 *
 * Threading: batches as said; everything else from any thread, at the same time, but for close. A
 * cursor belongs to one thread at a time.
 */
#ifndef LARDER_ENGINE_PLUGIN_PEER_H
#define LARDER_ENGINE_PLUGIN_PEER_H

#include "engine/engine.h"

#include <stdatomic.h>

typedef struct PluginPeer PluginPeer;

/* A value that was read. */
typedef struct PluginPin {
    bool found;
    BaseSlice value;
    void *handle; /* NULL: nothing to let go */
} PluginPin;

typedef struct PluginEntry {
    BaseSlice key;
    BaseSlice value;
} PluginEntry;

/*
 * A walk. Peers embed it as their first field.
 *
 * A peer whose moves have a price of their own, as a lock, may take a run of entries with one move,
 * and show those behind the first as `ahead`; a peer that does not leaves that 0. Whoever walks
 * moves by plugin_cursor_move(), which asks the peer only for what is not ahead: the peer's own
 * moves see a cursor that has nothing ahead, or that is to turn round.
 */
typedef struct PluginCursor {
    PluginPeer *peer;
    bool valid;
    bool back;         /* where the run goes */
    BaseStatus status; /* why it is not valid; OK: the end */
    BaseSlice key;
    BaseSlice value;
    const PluginEntry *ahead; /* of the run, behind the entry that is shown */
    size_t ahead_count;
} PluginCursor;

/* Figures that a peer knows of itself, about; 0: it cannot tell. */
typedef struct PluginSizes {
    int64_t memory_bytes;
    int64_t disk_bytes;
} PluginSizes;

/* What commits that are under way may bring. */
typedef struct PluginNeed {
    size_t puts;
    size_t removes;
    size_t ranges; /* removed */
    size_t bytes;  /* of keys and values that are put */
} PluginNeed;

typedef struct PluginPeerOps {
    void (*close)(PluginPeer *peer);

    void (*begin)(PluginPeer *peer);
    void (*put)(PluginPeer *peer, BaseSlice key, BaseSlice value);
    void (*remove)(PluginPeer *peer, BaseSlice key);
    /* Every key of [start, stop), those of the same batch included. */
    void (*remove_range)(PluginPeer *peer, BaseSlice start, BaseSlice stop);
    /* With `sync` it returns when the batch and all before it are durable. */
    BaseStatus (*commit)(PluginPeer *peer, bool sync);
    void (*abandon)(PluginPeer *peer);
    /* Makes durable what was committed before. */
    BaseStatus (*sync)(PluginPeer *peer);

    /* `shared`: several threads may use it at a time. */
    BaseStatus (*view_new)(PluginPeer *peer, bool shared, void **ret_view);
    void (*view_free)(PluginPeer *peer, void *view);

    /* `cached_only`: BASE_WOULD_BLOCK instead of reading a file, where the peer can tell. */
    BaseStatus (*get)(PluginPeer *peer, void *view, BaseSlice key, bool cached_only,
                      PluginPin *ret_pin);
    void (*unpin)(PluginPeer *peer, void *handle);

    /* `expected`: about how many entries a walk takes behind a seek; 0: unknown. */
    BaseStatus (*cursor_new)(PluginPeer *peer, void *view, bool cached_only, size_t expected,
                             PluginCursor **ret_cursor);
    void (*cursor_seek)(PluginCursor *cursor, BaseSlice key);        /* first at or behind it */
    void (*cursor_seek_before)(PluginCursor *cursor, BaseSlice key); /* last before it */
    void (*cursor_next)(PluginCursor *cursor);                       /* REQUIRES: valid */
    void (*cursor_prev)(PluginCursor *cursor);                       /* REQUIRES: valid */
    void (*cursor_free)(PluginCursor *cursor);

    void (*sizes)(PluginPeer *peer, PluginSizes *ret_sizes);

    /* About how many keys are stored, without a walk; NULL: it cannot tell. */
    int64_t (*entries)(PluginPeer *peer);
    /* About how many bytes the keys of [start, stop) take; NULL: it cannot tell. */
    int64_t (*range_bytes)(PluginPeer *peer, BaseSlice start, BaseSlice stop);
    /* Whether the batches to come have room for all this, however it falls; `grows`: the commit in
       hand, the last one in it, puts something. NULL: always. */
    BaseStatus (*room)(PluginPeer *peer, const PluginNeed *need, bool grows);
    /* As in EngineOps. NULL: sync does for flush; the others are not there. */
    BaseStatus (*flush)(PluginPeer *peer);
    BaseStatus (*compact)(PluginPeer *peer, BaseSlice start, BaseSlice stop);
    /* Makes a copy in a directory that does not exist, as the peer is now, and durable. */
    BaseStatus (*checkpoint)(PluginPeer *peer, const char *directory);
    /* Lets those three end soon; `interrupted` is set already. NULL: they look at that, or are
       done in pieces. */
    void (*interrupt)(PluginPeer *peer);
    BaseStatus (*set_option)(PluginPeer *peer, size_t index, int64_t value);
    void (*figures)(PluginPeer *peer, EngineFigureVisitor *visit, void *user);
} PluginPeerOps;

/* Peers embed it as their first field. */
struct PluginPeer {
    const PluginPeerOps *ops;
    size_t key_max;      /* longest stored key; 0: any */
    bool reads_in_views; /* there is no reading without a view */
    bool commit_syncs;   /* commit waits for the disk even without `sync` */
    /* Compaction cannot be interrupted, so it is asked for in pieces of about so many bytes; 0: it
       can. REQUIRES: range_bytes, if it is not 0. */
    int64_t compact_piece;
    atomic_bool interrupted; /* the store is about to be closed: what takes long ends */
};

/* OK, or BASE_CLOSED for a peer that is interrupted. */
static inline BaseStatus
plugin_peer_go_on(const PluginPeer *peer)
{
    return atomic_load_explicit(&peer->interrupted, memory_order_relaxed)
               ? base_error(BASE_CLOSED, "the store is closing")
               : base_ok();
}

/* Shows the next entry in a direction. REQUIRES: the cursor is valid. */
static inline void
plugin_cursor_move(PluginCursor *cursor, bool back)
{
    if (cursor->ahead_count != 0 && cursor->back == back) {
        cursor->key = cursor->ahead->key;
        cursor->value = cursor->ahead->value;
        cursor->ahead++;
        cursor->ahead_count--;
        return;
    }
    if (back) {
        cursor->peer->ops->cursor_prev(cursor);
    } else {
        cursor->peer->ops->cursor_next(cursor);
    }
}

/* What a peer is opened with. */
typedef struct PluginPeerArgs {
    const char *directory;  /* of the peer alone; exists */
    const int64_t *options; /* of the class */
    size_t key_max;         /* longest stored key that is wanted */
    char *message;          /* on failure: why, for people */
    size_t message_size;
} PluginPeerArgs;

#endif
