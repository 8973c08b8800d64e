/*
 * lookup.c: finding records without a lock. See lookup.h, and state.c for why it is right.
 */
#include "engine/hashmap/lookup.h"

#include "engine/hashmap/fetch.h"

enum {
    /* Attempts of a multi-get at the latest version before it takes a snapshot. */
    TRIES = 4,
    /* Keys whose buckets are fetched together. */
    BATCH = 16,
};

/* What became of a walk. */
typedef enum Certainty {
    CERTAIN,   /* whatever was cut since */
    NO_SLOT,   /* right if nothing was cut, or if it need not be at that very version */
    WALKED,    /* right if nothing was cut */
    MUST_RETRY /* the walk ran into a retired record */
} Certainty;

static HashmapRecord *
find_head(HashmapShard *shard, uint64_t tag, const HashmapKey *key)
{
    HashmapTable *table = atomic_load_explicit(&shard->table, memory_order_acquire);
    uint64_t word = 0;
    if (table == NULL || hashmap_table_find(table, tag, key->keyspace, key->bytes, &word) == NULL) {
        return NULL;
    }
    return hashmap_slot_record(word);
}

static Certainty
walk(HashmapPlace place, int64_t version, const HashmapKey *key, const HashmapRecord **ret_record)
{
    const HashmapRecord *head = find_head(place.shard, place.tag, key);
    if (head == NULL) {
        *ret_record = NULL;
        return NO_SLOT;
    }
    bool retired = false;
    const HashmapRecord *record = hashmap_chain_visible(head, version, &retired);
    if (retired) {
        return MUST_RETRY;
    }
    bool absent = record == NULL || hashmap_record_is_tombstone(record);
    *ret_record = absent ? NULL : record;
    return record == head ? CERTAIN : WALKED;
}

static bool
nothing_cut(const HashmapShard *shard, int64_t version)
{
    return atomic_load_explicit(&shard->settled, memory_order_acquire) <= version;
}

const HashmapRecord *
hashmap_lookup_latest(HashmapState *state, const HashmapKey *key)
{
    HashmapPlace place = hashmap_state_place(state, key->hash);
    for (;;) {
        int64_t version = atomic_load_explicit(&state->published, memory_order_acquire);
        const HashmapRecord *record = NULL;
        Certainty certainty = walk(place, version, key, &record);
        if (certainty == CERTAIN || certainty == NO_SLOT) {
            return record;
        }
        if (certainty == WALKED && nothing_cut(place.shard, version)) {
            return record;
        }
    }
}

const HashmapRecord *
hashmap_lookup_at(HashmapState *state, int64_t version, const HashmapKey *key)
{
    HashmapPlace place = hashmap_state_place(state, key->hash);
    const HashmapRecord *record = NULL;
    while (walk(place, version, key, &record) == MUST_RETRY) {
    }
    return record;
}

bool
hashmap_lookup_try(HashmapState *state, int64_t version, const HashmapKey *key,
                   const HashmapRecord **ret_record)
{
    HashmapPlace place = hashmap_state_place(state, key->hash);
    const HashmapRecord *record = NULL;
    Certainty certainty = walk(place, version, key, &record);
    if (certainty == MUST_RETRY || (certainty != CERTAIN && !nothing_cut(place.shard, version))) {
        return false;
    }
    *ret_record = record;
    return true;
}

HashmapRecord *
hashmap_lookup_head(HashmapState *state, const HashmapKey *key)
{
    HashmapPlace place = hashmap_state_place(state, key->hash);
    return find_head(place.shard, place.tag, key);
}

EngineLookup
hashmap_lookup_answer(const HashmapRecord *record, int64_t now_ms)
{
    EngineLookup lookup = {.found = false};
    if (record != NULL && hashmap_record_is_live(record, now_ms)) {
        lookup.found = true;
        lookup.record = hashmap_record_view(record);
    }
    return lookup;
}

/* Hashes keys and has what they will need fetched. */
static void
prepare_batch(const HashmapState *state, EngineKeyspace keyspace, const BaseSlice *keys,
              size_t count, HashmapKey *batch)
{
    uint64_t hashes[BATCH];
    HashmapSlot *slots[BATCH];
    for (size_t i = 0; i < count; i++) {
        batch[i] = hashmap_lookup_key(state, keyspace, keys[i]);
        hashes[i] = batch[i].hash;
    }
    hashmap_fetch(state, hashes, count, slots);
}

/* At `version`; false: too late for one of the keys. With a snapshot it is never too late. */
static bool
look_up_all(HashmapState *state, bool is_snapshot, int64_t version, EngineKeyspace keyspace,
            const BaseSlice *keys, size_t count, int64_t now_ms, EngineLookup *ret_lookups)
{
    HashmapKey batch[BATCH];
    for (size_t from = 0; from < count; from += BATCH) {
        size_t size = count - from < BATCH ? count - from : BATCH;
        prepare_batch(state, keyspace, keys + from, size, batch);
        for (size_t i = 0; i < size; i++) {
            const HashmapRecord *record = NULL;
            if (is_snapshot) {
                record = hashmap_lookup_at(state, version, &batch[i]);
            } else if (!hashmap_lookup_try(state, version, &batch[i], &record)) {
                return false;
            }
            ret_lookups[from + i] = hashmap_lookup_answer(record, now_ms);
        }
    }
    return true;
}

void
hashmap_lookup_many(HashmapState *state, const EngineSnapshot *snapshot, EngineKeyspace keyspace,
                    const BaseSlice *keys, size_t count, int64_t *now_ms, EngineLookup *ret_lookups,
                    int64_t *ret_version)
{
    if (snapshot != NULL) {
        (void)look_up_all(state, true, snapshot->version, keyspace, keys, count, *now_ms,
                          ret_lookups);
        *ret_version = snapshot->version;
        return;
    }
    for (int i = 0; i < TRIES; i++) {
        int64_t version = atomic_load_explicit(&state->published, memory_order_acquire);
        if (look_up_all(state, false, version, keyspace, keys, count, *now_ms, ret_lookups) &&
            atomic_load_explicit(&state->swept_ms, memory_order_acquire) <= *now_ms) {
            *ret_version = version;
            return;
        }
        (void)atomic_fetch_add_explicit(&state->counters.read_retries, 1, memory_order_relaxed);
        *now_ms = commit_stamp_now(&state->stamps);
    }
    HashmapSnapshot own;
    hashmap_snapshot_open(state, NULL, &own);
    *now_ms = own.base.stamp_ms;
    (void)look_up_all(state, true, own.base.version, keyspace, keys, count, *now_ms, ret_lookups);
    *ret_version = own.base.version;
    hashmap_snapshot_close(state, &own);
}
