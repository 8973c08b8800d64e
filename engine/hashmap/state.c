/*
 * state.c: set-up, limbo and accounts of an open hashmap; and, as it concerns all parts, why
 * readers need no lock.
 *
 * Keys are spread over shards by the top bits of their hash; each shard has one table (shard.h).
 * The newest record of a key hangs in a slot; older versions follow by their links. There is one
 * writer at a time, the leader of the sequencer. It publishes a commit of version V in three steps:
 *     install   each record goes into its slot, with a link to the one that it replaces;
 *     publish   `published` := V;
 *     settle    what nobody needs any more is cut out of the chains and retired; a tombstone
 *               without anything behind it leaves its slot DEAD and is retired too.
 * All of this, taking and releasing snapshots, and the sweeps of housekeeping hold the publish
 * mutex; the writer holds it for a group of commits, each of which takes the three steps, or for a
 * run of puts, which take them together: `published` goes from before the first version of the run
 * to its last. A reader holds no lock: inside an epoch section it loads P := published, then the
 * table of the shard, then the slot, then walks the chain to the first record of version <= P.
 *
 * What holds at every moment (versions are those of one key):
 *
 *   I-1  A chain has its versions in falling order (equal ones only within one commit, the later
 *        change first), and everything with a version <= published was installed before that value
 *        of published was stored.
 *   I-2  A record r with the next newer n in its chain is cut only when published >= n.version and
 *        no open snapshot s has r.version <= s < n.version; or when r is a tombstone at the end.
 *        Cutting stores `settled` >= n.version in the shard first, then the link over r, then
 *        retires r. A tombstone t that leaves its slot stores `settled` >= t.version first.
 *   I-3  An expired record leaves its slot by a sweep at time T >= its expiry only when it is alone
 *        in its chain and T is not above the time of the sequencer and not above the time of any
 *        open snapshot. The sweep stores `swept_ms` >= T first.
 *   I-4  A table that is replaced stays as it was when its successor, which has all its records,
 *        was stored in the shard.
 *
 * A reader that found its record r with r.version <= P in the slot itself is right at P: by I-1 all
 * up to P was installed before, so r was the newest of them when the slot was loaded, whatever came
 * later.
 *
 * A reader that walked a chain, or found no slot, may have missed what it needed because that was
 * cut. By I-2 every cut that can matter at P was preceded by settled := something above P, and the
 * reader has acquired the word that the cut released: it sees settled > P and knows
 * (lookup.c). If it sees settled <= P, the answer is right at P. A retired record has an
 * odd link, so a reader that was standing on it knows as well; when it starts over it does not find
 * it again (acquire again).
 *
 * A single get needs less: it is linearizable. If no slot has the key, then at some moment during
 * the call the key was absent: it was when P was loaded, or it was removed or swept since. (A key
 * that is removed and comes back elsewhere in the table was absent in between.) A chain whose
 * settled moved is read again at the new P: some commit has made progress meanwhile.
 *
 * A multi-get loads P once, asks for each key whether the answer is certain, and for the time
 * whether swept_ms is not above it. If not it tries again, at last with a snapshot. A reader at a
 * snapshot s needs no check: by I-2 what it sees is never cut while the snapshot is open, by I-3
 * nothing is swept that it still sees alive; it only starts over at odd links, each time because a
 * commit or a release has made progress.
 *
 * Batches: all records of a commit have the same version, so each reader sees all or none, by P.
 *
 * Memory: records and tables are freed by epochs, so whatever a reader reaches in a section stays
 * allocated. The writer itself leads inside a section; it renews it when it reclaims, at the end of
 * publishing or of a group, where no view that it was given is in use any more.
 */
#include "engine/hashmap/state.h"

#include "engine/base/check.h"

#include <stdlib.h>

/* Makes the hashes of the two keyspaces independent of each other. */
#define SYSTEM_SEED UINT64_C(0x5bd1e9955bd1e995)

static void
count_cost(HashmapState *state, const HashmapRecord *record, size_t size, int64_t sign)
{
    int64_t cost = (int64_t)hashmap_slab_cost(&state->pool.slab, record, size);
    hashmap_counter_add(&state->counters.memory_bytes, sign * cost);
}

HashmapRecord *
hashmap_state_new_record(HashmapState *state, const HashmapRecordSpec *spec, size_t size)
{
    HashmapRecord *record = hashmap_record_new(&state->pool, spec, size);
    if (record != NULL) {
        count_cost(state, record, size, 1);
    }
    return record;
}

void
hashmap_state_drop_record(HashmapState *state, HashmapRecord *record)
{
    size_t size = hashmap_record_extent(record);
    count_cost(state, record, size, -1);
    hashmap_pool_give(&state->pool, record, size);
}

static void
free_record(void *user, BaseEpochItem *item)
{
    HashmapState *state = user;
    hashmap_counter_add(&state->counters.limbo_records, -1);
    hashmap_state_drop_record(state, (HashmapRecord *)item);
}

static void
free_table(void *user, BaseEpochItem *item)
{
    HashmapState *state = user;
    HashmapTable *table = (HashmapTable *)item;
    hashmap_counter_add(&state->counters.memory_bytes, -(int64_t)hashmap_memory_cost(table));
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
                   int64_t memory_budget, HashmapSlabSource source, int64_t version)
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
    hashmap_pool_init(&state->pool, source);
    base_epoch_limbo_init(&state->records, free_record, state);
    base_epoch_limbo_init(&state->tables, free_table, state);
    return base_ok();
}

static void
clear_chain(HashmapPool *pool, HashmapRecord *record)
{
    while (record != NULL) {
        HashmapRecord *older = hashmap_chain_older(record);
        hashmap_pool_give(pool, record, hashmap_record_extent(record));
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
            uint64_t word = atomic_load_explicit(&table->slots[at], memory_order_relaxed);
            clear_chain(&state->pool, hashmap_slot_record(word));
        }
        free(table);
    }
    hashmap_pool_clear(&state->pool);
    free(state->shards);
    (void)pthread_mutex_destroy(&state->mutex);
}

void
hashmap_state_retire_record(HashmapState *state, HashmapRecord *record)
{
    hashmap_counter_add(&state->counters.limbo_records, 1);
    base_epoch_retire(&state->records, &record->item, hashmap_record_extent(record));
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
