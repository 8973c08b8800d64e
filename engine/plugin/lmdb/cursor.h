/*
 * cursor.h: walks through a view of LMDB, in runs of entries.
 *
 * A cursor takes a run of entries with one call, under one lock where the view is shared, and shows
 * them one by one. They are not copied: they lie in the map, and stay there as long as the view is
 * held. A run has as many entries as are expected, or else a quarter of what came before it, up to
 * RUN_MAX, so that little is read in vain. To turn round within a run, the cursor seeks the entry
 * that is shown.
 *
 * Threading: as engine/plugin/peer.h says.
 */
#ifndef LARDER_ENGINE_PLUGIN_LMDB_CURSOR_H
#define LARDER_ENGINE_PLUGIN_LMDB_CURSOR_H

#include "engine/plugin/lmdb/view.h"

/* Functions of PluginPeerOps. */
BaseStatus lmdb_cursor_new(PluginPeer *peer, void *view, bool cached_only, size_t expected,
                           PluginCursor **ret_cursor);
void lmdb_cursor_seek(PluginCursor *cursor, BaseSlice key);
void lmdb_cursor_seek_before(PluginCursor *cursor, BaseSlice key);
void lmdb_cursor_next(PluginCursor *cursor);
void lmdb_cursor_prev(PluginCursor *cursor);
void lmdb_cursor_free(PluginCursor *cursor);

#endif
