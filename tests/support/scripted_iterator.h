/*
 * scripted_iterator.h: iterators of the scripted engine, over a copy of its map.
 *
 * Threading: an iterator belongs to one thread at a time.
 */
#ifndef LARDER_TESTS_SUPPORT_SCRIPTED_ITERATOR_H
#define LARDER_TESTS_SUPPORT_SCRIPTED_ITERATOR_H

#include "tests/support/scripted_map.h"

/* An iterator over `map`, which it takes over on success, as it is at a version and a time. */
BaseStatus scripted_iterator_new(Engine *engine, ScriptedMap map, int64_t version, int64_t now_ms,
                                 const EngineIteratorOptions *options,
                                 EngineIterator **ret_iterator);

/* As in EngineOps. */
void scripted_iterator_seek(EngineIterator *iterator, const BaseSlice *key);
void scripted_iterator_seek_before(EngineIterator *iterator, const BaseSlice *key);
void scripted_iterator_next(EngineIterator *iterator);
void scripted_iterator_prev(EngineIterator *iterator);
void scripted_iterator_free(EngineIterator *iterator);

#endif
