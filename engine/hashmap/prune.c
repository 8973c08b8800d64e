/*
 * prune.c: cutting out of chains what nobody needs. See prune.h.
 *
 * Walks a chain and the list of snapshots side by side, both from new to old. A version is needed
 * when a snapshot lies between it (included) and the next newer one that stays (excluded). The next
 * newer one that was there before a cut does not matter: had a snapshot been below it, it would
 * have stayed.
 */
#include "engine/hashmap/prune.h"

/* Marks that readers at versions below `version` can miss something in this shard. */
static void
raise_settled(HashmapShard *shard, int64_t version)
{
    if (version > atomic_load_explicit(&shard->settled, memory_order_relaxed)) {
        atomic_store_explicit(&shard->settled, version, memory_order_release);
    }
}

/* The newest snapshot, from `from` on, that is older than `version`. */
static const HashmapSnapshot *
snapshot_below(const HashmapSnapshot *from, int64_t version)
{
    while (from != NULL && from->base.version >= version) {
        from = from->older;
    }
    return from;
}

static bool
is_needed(const HashmapRecord *record, const HashmapSnapshot *below)
{
    if (hashmap_record_is_tombstone(record) && hashmap_chain_older(record) == NULL) {
        return false;
    }
    return below != NULL && below->base.version >= record->version;
}

static void
cut(HashmapState *state, HashmapShard *shard, HashmapRecord *newer, HashmapRecord *older)
{
    raise_settled(shard, newer->version);
    hashmap_chain_set_older(newer, hashmap_chain_older(older));
    hashmap_counter_add(&state->counters.retained, -1);
    hashmap_state_retire_record(state, older);
}

void
hashmap_prune_slot(HashmapState *state, HashmapShard *shard, HashmapSlot *slot,
                   HashmapPruneDepth depth)
{
    HashmapRecord *head = hashmap_slot_record(atomic_load_explicit(slot, memory_order_relaxed));
    if (head == NULL) {
        return;
    }
    const HashmapSnapshot *below = state->newest_snapshot;
    HashmapRecord *newer = head;
    for (;;) {
        HashmapRecord *older = hashmap_chain_older(newer);
        if (older == NULL) {
            break;
        }
        below = snapshot_below(below, newer->version);
        if (!is_needed(older, below)) {
            cut(state, shard, newer, older);
        } else if (depth == HASHMAP_PRUNE_TOP) {
            break;
        } else {
            newer = older;
        }
    }
    bool tombstone = hashmap_record_is_tombstone(head);
    bool chained = hashmap_chain_older(head) != NULL;
    if (tombstone && !chained) {
        raise_settled(shard, head->version);
        hashmap_shard_erase(state, shard, slot);
    } else {
        hashmap_shard_mark(state, shard, slot, chained);
    }
}
