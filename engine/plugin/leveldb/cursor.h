/*
 * cursor.h: walks over LevelDB, and what all of this module reads with.
 *
 * LevelDB's iterator steps over a block that it cannot read and stands on a key behind it; only its
 * status tells that something is missing. Asking for that asks all tables of the iterator, which is
 * a good part of the price of a step. So a cursor that is moved on in one direction takes a run of
 * entries at a time, and asks once for all of them before it shows the first: what is shown is
 * never behind a gap. A run has as many entries as are expected, or else a quarter of what
 * came before it, up to RUN_MAX, so that little is read in vain; it ends early when RUN_BYTES are
 * copied, or at a long value. All but its last entry are copied, and on the last one the iterator
 * stands, unless it has come to the end: a cursor that has just been placed for a walk of unknown
 * length, or that shows long values, copies nothing. To turn round within a run, the iterator seeks
 * the entry that is shown.
 *
 * Threading: as engine/plugin/peer.h says.
 */
#ifndef LARDER_ENGINE_PLUGIN_LEVELDB_CURSOR_H
#define LARDER_ENGINE_PLUGIN_LEVELDB_CURSOR_H

#include "engine/plugin/leveldb/messages.h"
#include "engine/plugin/peer.h"

#include <leveldb/c.h>

/* The open peer. */
typedef struct Leveldb {
    PluginPeer peer; /* first: it is one */
    leveldb_t *db;
    leveldb_options_t *options;
    leveldb_cache_t *cache;
    leveldb_filterpolicy_t *filter;
    leveldb_readoptions_t *read;
    leveldb_writeoptions_t *write;
    leveldb_writeoptions_t *write_sync;
    leveldb_writebatch_t *batch;
    BaseStatus batch_status;
    size_t batch_bytes;        /* that the batch adds to the log, about */
    _Atomic int64_t wal_bytes; /* that all have added */
    LeveldbMessages messages;
} Leveldb;

static inline Leveldb *
leveldb_of(PluginPeer *peer)
{
    return (Leveldb *)peer;
}

static inline const char *
leveldb_text(BaseSlice bytes)
{
    return (const char *)bytes.data;
}

/* The status of a call; frees the text. LevelDB tells kinds of errors by the text alone. */
BaseStatus leveldb_cursor_status(char *error);

/* Options for a read in a view; the caller destroys them. */
leveldb_readoptions_t *leveldb_cursor_options(void *view);

/* Functions of PluginPeerOps. */
BaseStatus leveldb_cursor_new(PluginPeer *peer, void *view, bool cached_only, size_t expected,
                              PluginCursor **ret_cursor);
void leveldb_cursor_seek(PluginCursor *cursor, BaseSlice key);
void leveldb_cursor_seek_before(PluginCursor *cursor, BaseSlice key);
void leveldb_cursor_next(PluginCursor *cursor);
void leveldb_cursor_prev(PluginCursor *cursor);
void leveldb_cursor_free(PluginCursor *cursor);

#endif
