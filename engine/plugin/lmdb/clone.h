/*
 * clone.h: a copy of an LMDB store while it serves.
 *
 * LMDB's own copying cannot be broken off. So all entries of one view are appended to a new store,
 * in their order, CLONE_BYTES a transaction, which packs its pages full; what is not synced on the
 * way is synced in the end. A copy that fails leaves files behind, for the caller to remove.
 *
 * Threading: from any thread.
 */
#ifndef LARDER_ENGINE_PLUGIN_LMDB_CLONE_H
#define LARDER_ENGINE_PLUGIN_LMDB_CLONE_H

#include "engine/plugin/lmdb/view.h"

/* Function of PluginPeerOps. BASE_CLOSED: the peer was interrupted. */
BaseStatus lmdb_clone_checkpoint(PluginPeer *peer, const char *directory);

#endif
