/*
 * walk.c: visiting every visible record. See walk.h.
 */
#include "engine/hashmap/walk.h"

#include "engine/hashmap/lookup.h"

enum {
    PREFETCH_AHEAD = 16,
};

/* What of this slot is visible; NULL: nothing. */
static const HashmapRecord *
visible_in_slot(HashmapState *state, const HashmapRecord *head, int64_t version)
{
    bool retired = false;
    const HashmapRecord *record = hashmap_chain_visible(head, version, &retired);
    if (!retired) {
        return record;
    }
    EngineKeyspace keyspace = hashmap_record_keyspace(head);
    HashmapKey key = hashmap_lookup_key(state, keyspace, hashmap_record_key(head));
    return hashmap_lookup_at(state, version, &key);
}

static void
prefetch(HashmapTable *table, size_t at)
{
    if (at < hashmap_table_slot_count(table)) {
        uint64_t word = atomic_load_explicit(&table->slots[at], memory_order_relaxed);
        __builtin_prefetch(hashmap_slot_record(word));
    }
}

static bool
walk_table(HashmapState *state, HashmapTable *table, int64_t version, HashmapVisit *visit,
           void *user)
{
    size_t count = hashmap_table_slot_count(table);
    for (size_t i = 0; i < count; i++) {
        prefetch(table, i + PREFETCH_AHEAD);
        uint64_t word = atomic_load_explicit(&table->slots[i], memory_order_acquire);
        const HashmapRecord *head = hashmap_slot_record(word);
        if (head == NULL) {
            continue;
        }
        const HashmapRecord *record = visible_in_slot(state, head, version);
        if (record != NULL && !visit(user, record)) {
            return false;
        }
    }
    return true;
}

BaseStatus
hashmap_walk(HashmapState *state, int64_t version, HashmapVisit *visit, void *user)
{
    bool more = true;
    for (size_t i = 0; more && i < hashmap_state_shard_count(state); i++) {
        if (!base_epoch_enter()) {
            return base_error(BASE_NO_MEMORY, "no memory for a read section");
        }
        HashmapTable *table = atomic_load_explicit(&state->shards[i].table, memory_order_acquire);
        if (table != NULL) {
            more = walk_table(state, table, version, visit, user);
        }
        base_epoch_exit();
    }
    return base_ok();
}

bool
hashmap_walk_in_range(const EngineRange *range, BaseSlice key)
{
    return base_slice_compare(key, range->start) >= 0 &&
           (range->unbounded || base_slice_compare(key, range->stop) < 0);
}
