/*
 * piece.h: compaction in pieces, for a peer that cannot break one off.
 *
 * A piece ends at a key that is found by bisection: of all byte strings between its start and the
 * end of the range, not only of keys that are there, until the peer says that about as many bytes
 * are before it as a piece shall have. That costs some tens of estimates and reads no records. When
 * estimates do not help, the piece is what is left.
 *
 * Threading: from any thread.
 */
#ifndef LARDER_ENGINE_PLUGIN_PIECE_H
#define LARDER_ENGINE_PLUGIN_PIECE_H

#include "engine/plugin/peer.h"

/* As PluginPeerOps.compact, and BASE_CLOSED when the peer is interrupted on the way. */
BaseStatus plugin_piece_compact(PluginPeer *peer, BaseSlice start, BaseSlice stop);

#endif
