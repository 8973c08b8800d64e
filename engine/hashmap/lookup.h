/*
 * lookup.h: finding records without a lock. state.c proves it.
 *
 * Threading: every function may be called from any thread, inside an epoch section; what it returns
 * is valid until the section ends. Tombstones are not returned, expired records are: the caller
 * knows its time.
 */
#ifndef LARDER_ENGINE_HASHMAP_LOOKUP_H
#define LARDER_ENGINE_HASHMAP_LOOKUP_H

#include "engine/hashmap/snapshot.h"

/* A key and its hash. */
typedef struct HashmapKey {
    EngineKeyspace keyspace;
    BaseSlice bytes;
    uint64_t hash;
} HashmapKey;

static inline HashmapKey
hashmap_lookup_key(const HashmapState *state, EngineKeyspace keyspace, BaseSlice bytes)
{
    return (HashmapKey){keyspace, bytes, hashmap_state_hash(state, keyspace, bytes)};
}

/* The newest published record of a key; NULL: it is absent. Linearizable. */
const HashmapRecord *hashmap_lookup_latest(HashmapState *state, const HashmapKey *key);

/* The record of a key that an open snapshot sees; NULL: none. */
const HashmapRecord *hashmap_lookup_at(HashmapState *state, int64_t version, const HashmapKey *key);

/*
 * The record of a key newer than all commits, for the writer: what the slot has, tombstones
 * included; NULL: no slot has the key.
 */
HashmapRecord *hashmap_lookup_head(HashmapState *state, const HashmapKey *key);

/*
 * All keys at one version; the latest of them when `snapshot` is NULL. *now_ms is the time of the
 * reader; it grows if records that were alive then have been swept meanwhile.
 */
void hashmap_lookup_many(HashmapState *state, const EngineSnapshot *snapshot,
                         EngineKeyspace keyspace, const BaseSlice *keys, size_t count,
                         int64_t *now_ms, EngineLookup *ret_lookups, int64_t *ret_version);

/* The answer for a reader at now_ms; `record` may be NULL. */
static inline EngineLookup
hashmap_lookup_answer(const HashmapRecord *record, int64_t now_ms)
{
    EngineLookup lookup = {.found = false};
    if (record != NULL && hashmap_record_is_live(record, now_ms)) {
        lookup.found = true;
        lookup.record = hashmap_record_view(record);
    }
    return lookup;
}

#endif
