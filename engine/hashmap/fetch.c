/*
 * fetch.c: prefetching for many keys. See fetch.h.
 *
 * A prefetch never faults, but a table's and a slot's words are loaded for real: the epoch section
 * keeps the tables, and no address is computed from an empty slot.
 */
#include "engine/hashmap/fetch.h"

/* The table of a place and where its bucket is; fetches the bucket. */
static HashmapSlot *
fetch_bucket(HashmapTable *table, uint64_t tag)
{
    HashmapSlot *bucket = &table->slots[hashmap_table_home(table, tag) * HASHMAP_BUCKET_SLOTS];
    __builtin_prefetch((const void *)bucket);
    return bucket;
}

/*
 * Fetches the records in a bucket that have the tag of the key; mostly there is just one. The
 * caller will soon want the value, too, which is behind the key: two more lines hold a small one.
 */
static void
fetch_records(HashmapSlot *bucket, uint64_t tag)
{
    for (size_t i = 0; i < HASHMAP_BUCKET_SLOTS; i++) {
        uint64_t word = atomic_load_explicit(&bucket[i], memory_order_relaxed);
        const uint8_t *record = (const uint8_t *)hashmap_slot_record(word);
        /* An empty slot looks like one with tag 0. */
        if (record != NULL && ((word ^ tag) & HASHMAP_SLOT_TAG) == 0) {
            __builtin_prefetch(record);
            __builtin_prefetch(record + HASHMAP_CACHE_LINE);
            __builtin_prefetch(record + 2 * (size_t)HASHMAP_CACHE_LINE);
        }
    }
}

void
hashmap_fetch(const HashmapState *state, const uint64_t *hashes, size_t count)
{
    HashmapPlace places[HASHMAP_FETCH_MAX];
    HashmapTable *tables[HASHMAP_FETCH_MAX];
    HashmapSlot *buckets[HASHMAP_FETCH_MAX];
    for (size_t i = 0; i < count; i++) {
        places[i] = hashmap_state_place(state, hashes[i]);
        __builtin_prefetch(places[i].shard);
    }
    for (size_t i = 0; i < count; i++) {
        tables[i] = atomic_load_explicit(&places[i].shard->table, memory_order_acquire);
        __builtin_prefetch(tables[i]);
    }
    for (size_t i = 0; i < count; i++) {
        buckets[i] = tables[i] == NULL ? NULL : fetch_bucket(tables[i], places[i].tag);
    }
    for (size_t i = 0; i < count; i++) {
        if (buckets[i] != NULL) {
            fetch_records(buckets[i], places[i].tag);
        }
    }
}
