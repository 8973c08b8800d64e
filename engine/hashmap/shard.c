/*
 * shard.c: tables that grow, and what hangs in them. See shard.h.
 */
#include "engine/hashmap/shard.h"

#include <stdlib.h>

/* The most slots of a table that may be used; at least one stays EMPTY (T-3). */
static size_t
limit_of(size_t bucket_count)
{
    size_t slots = bucket_count * HASHMAP_BUCKET_SLOTS;
    return slots - slots / 32 * 3 - 1;
}

/* Buckets for `keys` keys and a third more. */
static size_t
buckets_for(size_t keys)
{
    size_t buckets = keys / 3 * 4 / HASHMAP_BUCKET_SLOTS + 1;
    while (limit_of(buckets) <= keys + keys / 3) {
        buckets += buckets / 16 + 1;
    }
    return buckets;
}

static bool
replace_table(HashmapState *state, HashmapShard *shard, size_t buckets)
{
    HashmapTable *table = hashmap_table_new(buckets);
    if (table == NULL) {
        return false;
    }
    HashmapCounters *counters = &state->counters;
    hashmap_counter_add(&counters->memory_bytes, (int64_t)hashmap_memory_cost(table));
    hashmap_counter_add(&counters->slots, (int64_t)hashmap_table_slot_count(table));
    HashmapTable *before = hashmap_shard_table(shard);
    if (before != NULL) {
        shard->used = hashmap_table_copy(table, before);
        hashmap_counter_add(&counters->slots, -(int64_t)hashmap_table_slot_count(before));
        hashmap_counter_add(&counters->resizes, 1);
        if (state->sweep.table == before) {
            state->sweep.table = NULL; /* its place in this shard means nothing any more */
        }
    }
    atomic_store_explicit(&shard->table, table, memory_order_release);
    if (before != NULL) {
        hashmap_state_retire_table(state, before);
    }
    return true;
}

/* Whether a slot of the table, whatever it held when it was guessed, has the key. */
static bool
has_key(HashmapTable *table, HashmapSlot *slot, EngineKeyspace keyspace, BaseSlice key)
{
    if (!hashmap_table_has_slot(table, slot)) {
        return false;
    }
    const HashmapRecord *record =
        hashmap_slot_record(atomic_load_explicit(slot, memory_order_relaxed));
    return record != NULL && hashmap_record_has_key(record, keyspace, key);
}

HashmapSlot *
hashmap_shard_find(HashmapPlace place, EngineKeyspace keyspace, BaseSlice key, HashmapSlot *guess)
{
    HashmapTable *table = hashmap_shard_table(place.shard);
    uint64_t word = 0;
    if (table != NULL && has_key(table, guess, keyspace, key)) {
        return guess;
    }
    return table == NULL ? NULL : hashmap_table_find(table, place.tag, keyspace, key, &word);
}

bool
hashmap_shard_reserve(HashmapState *state, HashmapShard *shard)
{
    HashmapTable *table = hashmap_shard_table(shard);
    size_t needed = shard->reserved + 1;
    if (table == NULL || shard->used + needed > limit_of(table->bucket_count)) {
        if (!replace_table(state, shard, buckets_for(shard->live + needed))) {
            return false;
        }
    }
    shard->reserved++;
    return true;
}

void
hashmap_shard_unreserve(HashmapShard *shard)
{
    shard->reserved--;
}

void
hashmap_shard_shrink(HashmapState *state, HashmapShard *shard)
{
    HashmapTable *table = hashmap_shard_table(shard);
    if (table == NULL || shard->reserved != 0) {
        return;
    }
    size_t buckets = buckets_for(shard->live);
    if (buckets * 2 < table->bucket_count) {
        (void)replace_table(state, shard, buckets);
    }
}

/* Adds a newest record to the figures, or takes it out: `sign` is 1 or -1. */
static void
account(HashmapCounters *counters, const HashmapRecord *record, int64_t sign)
{
    if (hashmap_record_is_tombstone(record)) {
        hashmap_counter_add(&counters->tombstones, sign);
    } else if (hashmap_record_keyspace(record) == ENGINE_SYSTEM) {
        hashmap_counter_add(&counters->system_keys, sign);
    } else {
        size_t bytes = hashmap_record_key(record).len + hashmap_record_value(record).len;
        hashmap_counter_add(&counters->keys, sign);
        hashmap_counter_add(&counters->data_bytes, sign * (int64_t)bytes);
    }
}

/* Follows that a newest record gives way to another one of its key. */
static void
account_change(HashmapCounters *counters, const HashmapRecord *before, const HashmapRecord *after)
{
    uint32_t flags = HASHMAP_SHAPE_TOMBSTONE | HASHMAP_SHAPE_SYSTEM;
    if (((before->shape | after->shape) & flags) != 0) {
        account(counters, before, -1);
        account(counters, after, 1);
        return;
    }
    size_t old = hashmap_record_value(before).len;
    size_t new = hashmap_record_value(after).len;
    if (old != new) {
        hashmap_counter_add(&counters->data_bytes, (int64_t) new - (int64_t)old);
    }
}

/* Stores a word in a slot and follows its flags. */
static void
store_word(HashmapState *state, HashmapShard *shard, HashmapSlot *slot, uint64_t word)
{
    uint64_t before = atomic_load_explicit(slot, memory_order_relaxed);
    if (before == HASHMAP_SLOT_DEAD) {
        before = HASHMAP_SLOT_EMPTY;
    }
    uint64_t flags = word == HASHMAP_SLOT_DEAD ? 0 : word;
    if (((before ^ flags) & HASHMAP_SLOT_CHAINED) != 0) {
        bool set = (flags & HASHMAP_SLOT_CHAINED) != 0;
        shard->chained += set ? 1 : (size_t)-1;
        hashmap_counter_add(&state->counters.chained, set ? 1 : -1);
    }
    if (((before ^ flags) & HASHMAP_SLOT_EXPIRES) != 0) {
        bool set = (flags & HASHMAP_SLOT_EXPIRES) != 0;
        shard->expiring += set ? 1 : (size_t)-1;
        hashmap_counter_add(&state->counters.expiring, set ? 1 : -1);
    }
    atomic_store_explicit(slot, word, memory_order_release);
}

static HashmapSlot *
install_new(HashmapState *state, HashmapPlace place, HashmapRecord *record)
{
    HashmapShard *shard = place.shard;
    HashmapSlot *slot = hashmap_table_vacancy(hashmap_shard_table(shard), place.tag);
    if (atomic_load_explicit(slot, memory_order_relaxed) == HASHMAP_SLOT_EMPTY) {
        shard->used++;
    }
    shard->live++;
    account(&state->counters, record, 1);
    store_word(state, shard, slot, hashmap_slot_word(record, place.tag));
    return slot;
}

HashmapSlot *
hashmap_shard_install(HashmapState *state, HashmapPlace place, HashmapRecord *record)
{
    HashmapSlot *slot = hashmap_shard_find(place, hashmap_record_keyspace(record),
                                           hashmap_record_key(record), NULL);
    if (slot != NULL) {
        return hashmap_shard_replace(state, place, slot, record);
    }
    return hashmap_record_is_tombstone(record) ? NULL : install_new(state, place, record);
}

HashmapSlot *
hashmap_shard_replace(HashmapState *state, HashmapPlace place, HashmapSlot *slot,
                      HashmapRecord *record)
{
    uint64_t word = atomic_load_explicit(slot, memory_order_relaxed);
    HashmapRecord *before = hashmap_slot_record(word);
    if (hashmap_record_is_tombstone(record) && hashmap_record_is_tombstone(before)) {
        return NULL;
    }
    hashmap_chain_set_older(record, before);
    account_change(&state->counters, before, record);
    hashmap_counter_add(&state->counters.retained, 1);
    uint64_t chained = word & HASHMAP_SLOT_CHAINED;
    store_word(state, place.shard, slot, hashmap_slot_word(record, place.tag) | chained);
    return slot;
}

void
hashmap_shard_erase(HashmapState *state, HashmapShard *shard, HashmapSlot *slot)
{
    uint64_t word = atomic_load_explicit(slot, memory_order_relaxed);
    HashmapRecord *record = hashmap_slot_record(word);
    account(&state->counters, record, -1);
    store_word(state, shard, slot, HASHMAP_SLOT_DEAD);
    shard->live--;
    hashmap_state_retire_record(state, record);
}

void
hashmap_shard_mark(HashmapState *state, HashmapShard *shard, HashmapSlot *slot, bool chained)
{
    uint64_t word = atomic_load_explicit(slot, memory_order_relaxed);
    uint64_t wanted = word & ~HASHMAP_SLOT_CHAINED;
    if (chained) {
        wanted |= HASHMAP_SLOT_CHAINED;
    }
    if (wanted != word) {
        store_word(state, shard, slot, wanted);
    }
}
