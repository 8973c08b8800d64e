/*
 * iterator.h: walks over live records.
 *
 * An iterator looks at a moment, its own or that of a snapshot, through a cursor of the peer. It
 * stays within its range, which includes its keyspace, and steps over records that have expired. A
 * stretch is what the cursor has taken ahead.
 *
 * Threading: as engine.h says.
 */
#ifndef LARDER_ENGINE_PLUGIN_ITERATOR_H
#define LARDER_ENGINE_PLUGIN_ITERATOR_H

#include "engine/engine.h"

/* Functions of EngineOps. */
BaseStatus plugin_iterator_new(Engine *engine, const EngineSnapshot *snapshot,
                               const EngineIteratorOptions *options, EngineIterator **ret_iterator);
void plugin_iterator_seek(EngineIterator *iterator, const BaseSlice *key);
void plugin_iterator_seek_before(EngineIterator *iterator, const BaseSlice *key);
void plugin_iterator_next(EngineIterator *iterator);
void plugin_iterator_prev(EngineIterator *iterator);
size_t plugin_iterator_stretch(EngineIterator *iterator, EngineEntry *ret_entries, size_t max);
void plugin_iterator_free(EngineIterator *iterator);

#endif
