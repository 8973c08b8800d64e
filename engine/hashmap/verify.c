/*
 * verify.c: checking what must hold. See verify.h.
 */
#include "engine/hashmap/verify.h"

#include "engine/hashmap/lookup.h"
#include "engine/hashmap/shard.h"

typedef struct Found {
    size_t live;
    size_t used;
    size_t chained;
    size_t expiring;
} Found;

static BaseStatus
damaged(const char *what)
{
    return base_error(BASE_CORRUPTION, what);
}

static BaseStatus
verify_chain(const HashmapState *state, const HashmapRecord *head)
{
    int64_t published = atomic_load_explicit(&state->published, memory_order_relaxed);
    if (head->version > published) {
        return damaged("a record is newer than the latest commit");
    }
    for (const HashmapRecord *newer = head;;) {
        uintptr_t link = atomic_load_explicit(&newer->item.link, memory_order_relaxed);
        if ((link & 1) != 0) {
            return damaged("a retired record is still linked");
        }
        if (link == 0) {
            return base_ok();
        }
        const HashmapRecord *older = (const HashmapRecord *)link;
        if (older->version >= newer->version) {
            return damaged("the versions of a key do not fall");
        }
        if (!hashmap_record_has_key(older, hashmap_record_keyspace(head),
                                    hashmap_record_key(head))) {
            return damaged("a chain mixes keys");
        }
        newer = older;
    }
}

/* Whether probing for the key of a slot ends at this slot, and the word says what the record is. */
static BaseStatus
verify_slot(HashmapState *state, const HashmapShard *shard, HashmapTable *table, size_t at)
{
    uint64_t word = atomic_load_explicit(&table->slots[at], memory_order_relaxed);
    const HashmapRecord *head = hashmap_slot_record(word);
    HashmapKey key =
        hashmap_lookup_key(state, hashmap_record_keyspace(head), hashmap_record_key(head));
    HashmapPlace place = hashmap_state_place(state, key.hash);
    if (place.shard != shard || place.tag != (word & HASHMAP_SLOT_TAG)) {
        return damaged("a key is in a slot of another hash");
    }
    uint64_t found = 0;
    if (hashmap_table_find(table, place.tag, key.keyspace, key.bytes, &found) !=
        &table->slots[at]) {
        return damaged("a key cannot be found, or is there twice");
    }
    bool expires = (head->shape & HASHMAP_SHAPE_EXPIRES) != 0;
    bool chained = hashmap_chain_older(head) != NULL;
    if (expires != ((word & HASHMAP_SLOT_EXPIRES) != 0) ||
        chained != ((word & HASHMAP_SLOT_CHAINED) != 0)) {
        return damaged("the flags of a slot are wrong");
    }
    return verify_chain(state, head);
}

static BaseStatus
verify_shard(HashmapState *state, const HashmapShard *shard)
{
    HashmapTable *table = hashmap_shard_table(shard);
    if (table == NULL) {
        return shard->used == 0 ? base_ok() : damaged("a shard without a table has keys");
    }
    Found found = {0};
    for (size_t at = 0; at < hashmap_table_slot_count(table); at++) {
        uint64_t word = atomic_load_explicit(&table->slots[at], memory_order_relaxed);
        found.used += word != HASHMAP_SLOT_EMPTY;
        if (hashmap_slot_record(word) == NULL) {
            continue;
        }
        found.live++;
        found.chained += (word & HASHMAP_SLOT_CHAINED) != 0;
        found.expiring += (word & HASHMAP_SLOT_EXPIRES) != 0;
        BaseStatus status = verify_slot(state, shard, table, at);
        if (!base_is_ok(status)) {
            return status;
        }
    }
    if (found.live != shard->live || found.used != shard->used || found.chained != shard->chained ||
        found.expiring != shard->expiring) {
        return damaged("the accounts of a shard are wrong");
    }
    if (found.used == hashmap_table_slot_count(table)) {
        return damaged("a table has no empty slot");
    }
    return base_ok();
}

BaseStatus
hashmap_verify(HashmapState *state)
{
    BaseStatus status = base_ok();
    for (size_t i = 0; base_is_ok(status) && i < hashmap_state_shard_count(state); i++) {
        (void)pthread_mutex_lock(&state->mutex);
        status = verify_shard(state, &state->shards[i]);
        (void)pthread_mutex_unlock(&state->mutex);
    }
    return status;
}
