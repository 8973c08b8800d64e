/*
 * sweep.c: housekeeping. See sweep.h.
 */
#include "engine/hashmap/sweep.h"

#include "engine/hashmap/prune.h"

enum {
    OPS_PER_STEP = 64,
    SLOTS_PER_STEP = 256,
    PREFETCH_AHEAD = 8,
};

void
hashmap_sweep_request_pruning(HashmapState *state)
{
    /* One more than there are: the walk may be in the middle of a shard. */
    state->sweep.prune_left = hashmap_state_shard_count(state) + 1;
}

static bool
has_work(const HashmapState *state, const HashmapShard *shard, int64_t now_ms)
{
    return (state->sweep.prune_left != 0 && shard->chained != 0) ||
           (now_ms != INT64_MIN && shard->expiring != 0);
}

static void
next_shard(HashmapState *state)
{
    HashmapSweep *sweep = &state->sweep;
    sweep->shard = (sweep->shard + 1) & (hashmap_state_shard_count(state) - 1);
    sweep->slot = 0;
    sweep->table = NULL;
    if (sweep->prune_left != 0) {
        sweep->prune_left--;
    }
}

/* Removes the record of a slot if it has expired for everybody. */
static bool
sweep_slot(HashmapState *state, HashmapShard *shard, HashmapSlot *slot, int64_t now_ms)
{
    const HashmapRecord *record =
        hashmap_slot_record(atomic_load_explicit(slot, memory_order_relaxed));
    if (!hashmap_record_has_expired(record, now_ms) || hashmap_chain_older(record) != NULL) {
        return false;
    }
    if (now_ms > atomic_load_explicit(&state->swept_ms, memory_order_relaxed)) {
        atomic_store_explicit(&state->swept_ms, now_ms, memory_order_release);
    }
    hashmap_shard_erase(state, shard, slot);
    hashmap_counter_add(&state->counters.expired_reclaimed, 1);
    return true;
}

static void
prefetch(HashmapTable *table, size_t at)
{
    if (at < hashmap_table_slot_count(table)) {
        uint64_t word = atomic_load_explicit(&table->slots[at], memory_order_relaxed);
        if ((word & HASHMAP_SLOT_EXPIRES) != 0) {
            __builtin_prefetch(hashmap_slot_record(word));
        }
    }
}

/* Works through one shard from where the walk is. Returns the number of slots it looked at. */
static size_t
sweep_shard(HashmapState *state, HashmapShard *shard, size_t slots, int64_t now_ms,
            size_t *ret_swept)
{
    HashmapSweep *sweep = &state->sweep;
    HashmapTable *table = hashmap_shard_table(shard);
    if (sweep->table != table) {
        sweep->table = table;
        sweep->slot = 0;
    }
    size_t first = sweep->slot;
    size_t count = hashmap_table_slot_count(table);
    while (sweep->slot < count && sweep->slot - first < slots) {
        HashmapSlot *slot = &table->slots[sweep->slot++];
        prefetch(table, sweep->slot + PREFETCH_AHEAD);
        uint64_t word = atomic_load_explicit(slot, memory_order_relaxed);
        if (word == HASHMAP_SLOT_DEAD) {
            continue;
        }
        if ((word & HASHMAP_SLOT_CHAINED) != 0 && sweep->prune_left != 0) {
            hashmap_prune_slot(state, shard, slot, HASHMAP_PRUNE_ALL);
            word = atomic_load_explicit(slot, memory_order_relaxed);
        }
        if ((word & HASHMAP_SLOT_EXPIRES) != 0 && sweep_slot(state, shard, slot, now_ms)) {
            (*ret_swept)++;
        }
    }
    size_t looked = sweep->slot - first;
    if (sweep->slot >= count) {
        next_shard(state);
    }
    return looked;
}

size_t
hashmap_sweep_step(HashmapState *state, size_t slots, int64_t now_ms)
{
    int64_t horizon = hashmap_snapshot_horizon(state);
    int64_t time = now_ms < horizon ? now_ms : horizon;
    size_t swept = 0;
    size_t looked = 0;
    size_t shards = hashmap_state_shard_count(state);
    for (size_t i = 0; i <= shards + 1 && looked < slots; i++) {
        const HashmapCounters *counters = &state->counters;
        if (state->sweep.prune_left == 0 &&
            (now_ms == INT64_MIN ||
             atomic_load_explicit(&counters->expiring, memory_order_relaxed) == 0)) {
            break;
        }
        HashmapShard *shard = &state->shards[state->sweep.shard];
        looked += 1;
        if (has_work(state, shard, now_ms)) {
            looked += sweep_shard(state, shard, slots - looked + 1, time, &swept);
        } else {
            next_shard(state);
        }
    }
    return swept;
}

void
hashmap_sweep_shrink(HashmapState *state, size_t shards)
{
    size_t mask = hashmap_state_shard_count(state) - 1;
    for (size_t i = 0; i < shards && i <= mask; i++) {
        hashmap_shard_shrink(state, &state->shards[state->sweep.shrink_shard]);
        state->sweep.shrink_shard = (state->sweep.shrink_shard + 1) & mask;
    }
}

void
hashmap_sweep_after(HashmapState *state, size_t ops, int64_t stamp_ms)
{
    state->sweep.ops += ops;
    if (state->sweep.ops < OPS_PER_STEP) {
        return;
    }
    state->sweep.ops = 0;
    (void)hashmap_sweep_step(state, SLOTS_PER_STEP, stamp_ms);
}
