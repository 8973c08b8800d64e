/*
 * scripted_map.c: records of the scripted engine. See scripted_map.h.
 */
#include "tests/support/scripted_map.h"

#include <stdlib.h>

ScriptedRecord *
scripted_map_record_new(ScriptedRecord **made, BaseSlice key, const EngineRecord *record)
{
    ScriptedRecord *copy = malloc(sizeof(*copy) + key.len + record->value.len);
    if (copy == NULL) {
        return NULL;
    }
    if (key.len != 0) {
        memcpy(copy->bytes, key.data, key.len);
    }
    if (record->value.len != 0) {
        memcpy(copy->bytes + key.len, record->value.data, record->value.len);
    }
    copy->key = base_slice(copy->bytes, key.len);
    copy->record = *record;
    copy->record.value = base_slice(copy->bytes + key.len, record->value.len);
    copy->made_before = *made;
    *made = copy;
    return copy;
}

bool
scripted_map_copy(ScriptedMap *map, const ScriptedMap *from)
{
    const ScriptedRecord **items = malloc((from->count + 1) * sizeof(*items));
    if (items == NULL) {
        return false;
    }
    if (from->count != 0) {
        memcpy(items, from->items, from->count * sizeof(*items));
    }
    *map = (ScriptedMap){items, from->count};
    return true;
}

void
scripted_map_clear(ScriptedMap *map)
{
    free(map->items);
    *map = (ScriptedMap){NULL, 0};
}

size_t
scripted_map_find(const ScriptedMap *map, BaseSlice key)
{
    size_t low = 0;
    size_t high = map->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (base_slice_compare(map->items[middle]->key, key) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

const ScriptedRecord *
scripted_map_get(const ScriptedMap *map, BaseSlice key, int64_t now_ms)
{
    size_t index = scripted_map_find(map, key);
    if (index == map->count || !base_slice_equal(map->items[index]->key, key)) {
        return NULL;
    }
    int64_t expires_at_ms = map->items[index]->record.expires_at_ms;
    return expires_at_ms == 0 || expires_at_ms > now_ms ? map->items[index] : NULL;
}

bool
scripted_map_set(ScriptedMap *map, const ScriptedRecord *record)
{
    size_t index = scripted_map_find(map, record->key);
    if (index < map->count && base_slice_equal(map->items[index]->key, record->key)) {
        map->items[index] = record;
        return true;
    }
    const ScriptedRecord **items = realloc(map->items, (map->count + 1) * sizeof(*items));
    if (items == NULL) {
        return false;
    }
    map->items = items;
    memmove(items + index + 1, items + index, (map->count - index) * sizeof(*items));
    items[index] = record;
    map->count++;
    return true;
}

static void
cut(ScriptedMap *map, size_t from, size_t to)
{
    memmove(map->items + from, map->items + to, (map->count - to) * sizeof(*map->items));
    map->count -= to - from;
}

void
scripted_map_remove(ScriptedMap *map, BaseSlice key)
{
    size_t index = scripted_map_find(map, key);
    if (index < map->count && base_slice_equal(map->items[index]->key, key)) {
        cut(map, index, index + 1);
    }
}

void
scripted_map_remove_range(ScriptedMap *map, BaseSlice start, const BaseSlice *stop)
{
    size_t from = scripted_map_find(map, start);
    size_t to = stop == NULL ? map->count : scripted_map_find(map, *stop);
    if (from < to) {
        cut(map, from, to);
    }
}
