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
find_head(HashmapPlace place, const HashmapKey *key)
{
    HashmapTable *table = atomic_load_explicit(&place.shard->table, memory_order_acquire);
    uint64_t word = 0;
    if (table == NULL ||
        hashmap_table_find(table, place.tag, key->keyspace, key->bytes, &word) == NULL) {
        return NULL;
    }
    return hashmap_slot_record(word);
}

/* Tries a slot first that was seen in this epoch section, after the version was loaded. */
static HashmapRecord *
find_head_near(HashmapPlace place, const HashmapKey *key, HashmapSlot *guess)
{
    if (guess != NULL) {
        uint64_t word = atomic_load_explicit(guess, memory_order_acquire);
        HashmapRecord *record = hashmap_slot_record(word);
        if (record != NULL && hashmap_record_has_key(record, key->keyspace, key->bytes)) {
            return record;
        }
    }
    return find_head(place, key);
}

/* What is visible at `version` of the versions of a key, of which `head` is the newest. */
static Certainty
walk(const HashmapRecord *head, int64_t version, const HashmapRecord **ret_record)
{
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
        Certainty certainty = walk(find_head(place, key), version, &record);
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
    while (walk(find_head(place, key), version, &record) == MUST_RETRY) {
    }
    return record;
}

HashmapRecord *
hashmap_lookup_head(HashmapState *state, const HashmapKey *key)
{
    HashmapPlace place = hashmap_state_place(state, key->hash);
    return find_head(place, key);
}

/* Keys of a multi-get, where they belong, and the slots where they probably are. */
typedef struct Batch {
    HashmapKey keys[BATCH];
    HashmapPlace places[BATCH];
    HashmapSlot *slots[BATCH];
} Batch;

/* Hashes keys and has what they will need fetched. */
static void
prepare_batch(const HashmapState *state, EngineKeyspace keyspace, const BaseSlice *keys,
              size_t count, Batch *batch)
{
    for (size_t i = 0; i < count; i++) {
        batch->keys[i] = hashmap_lookup_key(state, keyspace, keys[i]);
        batch->places[i] = hashmap_state_place(state, batch->keys[i].hash);
    }
    hashmap_fetch(batch->places, count, batch->slots);
}

/*
 * The record of a key of a batch at a version that was the latest before it was prepared. False:
 * too late, it may have been cut.
 */
static bool
look_up_latest(const Batch *batch, size_t i, int64_t version, const HashmapRecord **ret_record)
{
    HashmapPlace place = batch->places[i];
    const HashmapRecord *head = find_head_near(place, &batch->keys[i], batch->slots[i]);
    Certainty certainty = walk(head, version, ret_record);
    return certainty == CERTAIN || (certainty != MUST_RETRY && nothing_cut(place.shard, version));
}

/* At `version`; false: too late for one of the keys. With a snapshot it is never too late. */
static bool
look_up_all(HashmapState *state, bool is_snapshot, int64_t version, EngineKeyspace keyspace,
            const BaseSlice *keys, size_t count, int64_t now_ms, EngineLookup *ret_lookups)
{
    Batch batch;
    for (size_t from = 0; from < count; from += BATCH) {
        size_t size = count - from < BATCH ? count - from : BATCH;
        prepare_batch(state, keyspace, keys + from, size, &batch);
        for (size_t i = 0; i < size; i++) {
            const HashmapRecord *record = NULL;
            if (is_snapshot) {
                record = hashmap_lookup_at(state, version, &batch.keys[i]);
            } else if (!look_up_latest(&batch, i, version, &record)) {
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
