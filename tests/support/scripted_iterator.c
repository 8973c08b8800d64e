/*
 * scripted_iterator.c: iterators of the scripted engine. See scripted_iterator.h.
 *
 * The range is a part [low, high) of the sorted array. Expired records are passed over; a record
 * whose key has a script for reads ends the walk with its error.
 */
#include "tests/support/scripted_iterator.h"

#include "tests/support/scripted_script.h"

#include <stdlib.h>

typedef struct ScriptedIterator {
    EngineIterator iterator; /* first: it is an iterator */
    EngineKeyspace keyspace;
    ScriptedMap map;
    size_t low;
    size_t high;
    size_t index; /* of the current entry, when valid */
} ScriptedIterator;

BaseStatus
scripted_iterator_new(Engine *engine, ScriptedMap map, int64_t version, int64_t now_ms,
                      const EngineIteratorOptions *options, EngineIterator **ret_iterator)
{
    ScriptedIterator *scripted = calloc(1, sizeof(*scripted));
    if (scripted == NULL) {
        return base_error(BASE_NO_MEMORY, "no memory for an iterator");
    }
    const EngineRange *range = &options->range;
    scripted->iterator.engine = engine;
    scripted->iterator.read_version = version;
    scripted->iterator.now_ms = now_ms;
    scripted->iterator.status = base_ok();
    scripted->keyspace = options->keyspace;
    scripted->map = map;
    scripted->low = scripted_map_find(&map, range->start);
    scripted->high = range->unbounded ? map.count : scripted_map_find(&map, range->stop);
    if (scripted->high < scripted->low) {
        scripted->high = scripted->low;
    }
    *ret_iterator = &scripted->iterator;
    return base_ok();
}

/* Stands on the entry at `index` if it is live. */
static bool
stand_on(ScriptedIterator *scripted, size_t index)
{
    EngineIterator *iterator = &scripted->iterator;
    const ScriptedRecord *found = scripted->map.items[index];
    iterator->stats.examined++;
    if (found->record.expires_at_ms != 0 && found->record.expires_at_ms <= iterator->now_ms) {
        iterator->stats.expired++;
        return false;
    }
    scripted->index = index;
    iterator->key = found->key;
    iterator->record = found->record;
    if (scripted->keyspace == ENGINE_DATA) {
        iterator->status = scripted_script_parse(found->key).read_status;
    }
    iterator->valid = base_is_ok(iterator->status);
    return true;
}

/* Moves to the first live entry in [index, high). */
static void
go_forward(ScriptedIterator *scripted, size_t index)
{
    scripted->iterator.valid = false;
    scripted->iterator.status = base_ok();
    while (index < scripted->high && !stand_on(scripted, index)) {
        index++;
    }
}

/* Moves to the last live entry in [low, end). */
static void
go_back(ScriptedIterator *scripted, size_t end)
{
    scripted->iterator.valid = false;
    scripted->iterator.status = base_ok();
    while (end > scripted->low && !stand_on(scripted, end - 1)) {
        end--;
    }
}

void
scripted_iterator_seek(EngineIterator *iterator, const BaseSlice *key)
{
    ScriptedIterator *scripted = (ScriptedIterator *)iterator;
    size_t index = key == NULL ? 0 : scripted_map_find(&scripted->map, *key);
    go_forward(scripted, index > scripted->low ? index : scripted->low);
}

void
scripted_iterator_seek_before(EngineIterator *iterator, const BaseSlice *key)
{
    ScriptedIterator *scripted = (ScriptedIterator *)iterator;
    size_t end = key == NULL ? scripted->high : scripted_map_find(&scripted->map, *key);
    go_back(scripted, end < scripted->high ? end : scripted->high);
}

void
scripted_iterator_next(EngineIterator *iterator)
{
    ScriptedIterator *scripted = (ScriptedIterator *)iterator;
    go_forward(scripted, scripted->index + 1);
}

void
scripted_iterator_prev(EngineIterator *iterator)
{
    ScriptedIterator *scripted = (ScriptedIterator *)iterator;
    go_back(scripted, scripted->index);
}

void
scripted_iterator_free(EngineIterator *iterator)
{
    ScriptedIterator *scripted = (ScriptedIterator *)iterator;
    scripted_map_clear(&scripted->map);
    free(scripted);
}
