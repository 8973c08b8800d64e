/*
 * iterator.h: records in key order, out of tables that have none.
 *
 * An iterator reads at a snapshot, its own or one that it was given. It keeps a run: the next k
 * records in the direction of travel, found by walking all shards with a bounded heap (heap.h).
 * Moving within the run costs nothing; leaving it walks again, with k four times as large. So a
 * seek costs O(n), and reading on to the end of m records O(n log m) and 16 bytes for each record
 * of the run.
 *
 * The run points at the records themselves: whatever is visible and alive at an open snapshot stays
 * (I-2 and I-3 of state.c), without an epoch section.
 *
 * A record that is delivered counts as examined; so does a dead one that was met in the range while
 * a run was collected and lay before what the run had gathered so far. The latter is about: one may
 * be counted again by a later walk, and housekeeping may have taken it away before.
 */
#ifndef LARDER_ENGINE_HASHMAP_ITERATOR_H
#define LARDER_ENGINE_HASHMAP_ITERATOR_H

#include "engine/hashmap/snapshot.h"

/* As engine_iterator_new(). BASE_NO_MEMORY. */
BaseStatus hashmap_iterator_new(HashmapState *state, Engine *engine, const EngineSnapshot *snapshot,
                                const EngineIteratorOptions *options,
                                EngineIterator **ret_iterator);

/* The moves of EngineOps. */
void hashmap_iterator_seek(EngineIterator *iterator, const BaseSlice *key);
void hashmap_iterator_seek_before(EngineIterator *iterator, const BaseSlice *key);
void hashmap_iterator_next(EngineIterator *iterator);
void hashmap_iterator_prev(EngineIterator *iterator);
void hashmap_iterator_free(EngineIterator *iterator);

#endif
