/*
 * state.c: set-up, limbo and accounts of an open hashmap. See state.h.
 */
#include "engine/hashmap/state.h"

#include "engine/base/check.h"

#include <stdlib.h>

/* Makes the hashes of the two keyspaces independent of each other. */
#define SYSTEM_SEED UINT64_C(0x5bd1e9955bd1e995)

static void
free_record(void *user, BaseEpochItem *item)
{
    HashmapState *state = user;
    HashmapRecord *record = (HashmapRecord *)item;
    hashmap_state_count(&state->counters.memory_bytes, -(int64_t)hashmap_memory_cost(record));
    hashmap_state_count(&state->counters.limbo_records, -1);
    free(record);
}

static void
free_table(void *user, BaseEpochItem *item)
{
    HashmapState *state = user;
    HashmapTable *table = (HashmapTable *)item;
    hashmap_state_count(&state->counters.memory_bytes, -(int64_t)hashmap_memory_cost(table));
    free(table);
}

static unsigned
bits_of(size_t shards)
{
    unsigned bits = 0;
    while ((size_t)1 << bits < shards) {
        bits++;
    }
    return bits;
}

BaseStatus
hashmap_state_init(HashmapState *state, const BaseClock *clock, size_t shards,
                   int64_t memory_budget, int64_t version)
{
    memset(state, 0, sizeof *state);
    state->shard_bits = bits_of(shards);
    size_t size = hashmap_state_shard_count(state) * sizeof *state->shards;
    state->shards = hashmap_memory_alloc_lines(size);
    if (state->shards == NULL) {
        return base_error(BASE_NO_MEMORY, "no memory for the shards");
    }
    memset(state->shards, 0, size);
    state->seeds[ENGINE_DATA] = base_hash_process_seed();
    state->seeds[ENGINE_SYSTEM] = base_hash_process_seed() ^ SYSTEM_SEED;
    atomic_init(&state->memory_budget, memory_budget);
    atomic_init(&state->published, version);
    commit_stamp_init(&state->stamps, clock, 0);
    BASE_CHECK(pthread_mutex_init(&state->mutex, NULL) == 0);
    base_epoch_limbo_init(&state->records, free_record, state);
    base_epoch_limbo_init(&state->tables, free_table, state);
    return base_ok();
}

static void
clear_chain(HashmapRecord *record)
{
    while (record != NULL) {
        HashmapRecord *older = hashmap_record_older(record);
        free(record);
        record = older;
    }
}

void
hashmap_state_clear(HashmapState *state)
{
    base_epoch_limbo_clear(&state->records);
    base_epoch_limbo_clear(&state->tables);
    for (size_t i = 0; i < hashmap_state_shard_count(state); i++) {
        HashmapTable *table = atomic_load_explicit(&state->shards[i].table, memory_order_relaxed);
        if (table == NULL) {
            continue;
        }
        for (size_t at = 0; at < hashmap_table_slot_count(table); at++) {
            clear_chain(
                hashmap_slot_record(atomic_load_explicit(&table->slots[at], memory_order_relaxed)));
        }
        free(table);
    }
    free(state->shards);
    (void)pthread_mutex_destroy(&state->mutex);
}

void
hashmap_state_retire_record(HashmapState *state, HashmapRecord *record)
{
    hashmap_state_count(&state->counters.limbo_records, 1);
    base_epoch_retire(&state->records, &record->item, hashmap_memory_cost(record));
}

void
hashmap_state_retire_table(HashmapState *state, HashmapTable *table)
{
    base_epoch_retire(&state->tables, &table->item, hashmap_memory_cost(table));
}

void
hashmap_state_reclaim(HashmapState *state, size_t budget)
{
    (void)base_epoch_reclaim(&state->records, budget);
    (void)base_epoch_reclaim(&state->tables, budget);
}

bool
hashmap_state_is_tight(const HashmapState *state)
{
    int64_t budget = atomic_load_explicit(&state->memory_budget, memory_order_relaxed);
    int64_t used = atomic_load_explicit(&state->counters.memory_bytes, memory_order_relaxed);
    return budget != 0 && used > budget - budget / 16;
}

bool
hashmap_state_has_room(const HashmapState *state, size_t bytes)
{
    int64_t budget = atomic_load_explicit(&state->memory_budget, memory_order_relaxed);
    int64_t used = atomic_load_explicit(&state->counters.memory_bytes, memory_order_relaxed);
    return budget == 0 || (used <= budget && bytes <= (uint64_t)(budget - used));
}
