/*
 * room.h: whether commits that are under way fit into the map.
 *
 * LMDB tells that its map is full in the middle of a batch, when it is too late to refuse anything.
 * So there are two bounds. Puts are refused when the pages that cannot be used again, with what is
 * to be put, would be more than `map_bytes`. And the map itself is ROOM_RESERVE larger: room for
 * what the commits under way may need at the worst, and for removes in a store that takes no more
 * puts. A commit that might need more than is left of it is refused, whatever it does.
 *
 * The worst is reckoned so: each operation touches a path from root to leaf, which is copied, and
 * splits or merges all of it; a path is assumed two levels deeper than it is, and nothing is copied
 * twice. Values that have pages of their own need them in a row, and are assumed to find none among
 * the free ones. The list of free pages is written anew as a whole.
 *
 * A page can be used again by the commits that come two and more behind the one that has freed it,
 * unless a reader that began before holds it back. For puts it counts as free at once, or a store
 * that was emptied would never take another one. LMDB's lists of free pages and of readers are read
 * for that, only when the file has about grown to map_bytes; once for each commit, because readers
 * that come cannot take pages away, and again before anything is refused.
 *
 * Threading: one call at a time; a thread that commits may run beside it.
 */
#ifndef LARDER_ENGINE_PLUGIN_LMDB_ROOM_H
#define LARDER_ENGINE_PLUGIN_LMDB_ROOM_H

#include "engine/plugin/lmdb/view.h"

#define LMDB_ROOM_RESERVE (INT64_C(256) << 20)

/* Function of PluginPeerOps. BASE_NO_SPACE: which bound, and what can be done. */
BaseStatus lmdb_room_check(PluginPeer *peer, const PluginNeed *need, bool grows);

#endif
