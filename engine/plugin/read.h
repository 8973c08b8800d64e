/*
 * read.h: read sections and snapshots.
 *
 * A section keeps what it has read until it ends: the pins of the peer, and its own view if the
 * peer reads in views only. The words of EngineRead: 0 the view, 1 the first pin, 2 a list of
 * further ones.
 *
 * Threading: as engine.h says.
 */
#ifndef LARDER_ENGINE_PLUGIN_READ_H
#define LARDER_ENGINE_PLUGIN_READ_H

#include "engine/engine.h"

/* Functions of EngineOps. */
BaseStatus plugin_read_begin(EngineRead *read);
void plugin_read_end(EngineRead *read);
BaseStatus plugin_read_get(EngineRead *read, EngineKeyspace keyspace, BaseSlice key,
                           EngineLookup *ret_lookup);
BaseStatus plugin_read_multi_get(EngineRead *read, EngineKeyspace keyspace, const BaseSlice *keys,
                                 size_t count, EngineLookup *ret_lookups, int64_t *ret_version);
BaseStatus plugin_read_snapshot_new(Engine *engine, EngineSnapshot **ret_snapshot);
void plugin_read_snapshot_free(EngineSnapshot *snapshot);

/* The view of a snapshot; NULL for NULL. */
void *plugin_read_view(const EngineSnapshot *snapshot);

#endif
