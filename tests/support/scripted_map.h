/*
 * scripted_map.h: the records of the scripted engine: a sorted array of pointers per keyspace.
 *
 * Records never change and are freed with the map's owner, so views of them stay valid; a copy of a
 * map is a snapshot. A test engine needs no more.
 *
 * Threading: none; the engine's mutex protects it.
 */
#ifndef LARDER_TESTS_SUPPORT_SCRIPTED_MAP_H
#define LARDER_TESTS_SUPPORT_SCRIPTED_MAP_H

#include "engine/engine.h"

typedef struct ScriptedRecord {
    struct ScriptedRecord *made_before; /* all records of an engine, for freeing */
    BaseSlice key;
    EngineRecord record;
    uint8_t bytes[]; /* key and value */
} ScriptedRecord;

typedef struct ScriptedMap {
    const ScriptedRecord **items; /* sorted by key */
    size_t count;
} ScriptedMap;

/* A record with copies of key and value, added to the list `made`. NULL: no memory. */
ScriptedRecord *scripted_map_record_new(ScriptedRecord **made, BaseSlice key,
                                        const EngineRecord *record);

/* False: no memory. */
bool scripted_map_copy(ScriptedMap *map, const ScriptedMap *from);

/* Frees the array, not the records. */
void scripted_map_clear(ScriptedMap *map);

/* Index of the first record at or behind a key. */
size_t scripted_map_find(const ScriptedMap *map, BaseSlice key);

/* The record of a key that is live at a time; NULL: none. */
const ScriptedRecord *scripted_map_get(const ScriptedMap *map, BaseSlice key, int64_t now_ms);

/* Adds or replaces. False: no memory. */
bool scripted_map_set(ScriptedMap *map, const ScriptedRecord *record);

/* Removes a key, if it is there. */
void scripted_map_remove(ScriptedMap *map, BaseSlice key);

/* Removes the keys from `start` to before `stop`; NULL: to the last. */
void scripted_map_remove_range(ScriptedMap *map, BaseSlice start, const BaseSlice *stop);

#endif
