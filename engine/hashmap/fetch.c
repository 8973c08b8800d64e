/*
 * fetch.c: prefetching for many keys. See fetch.h.
 *
 * A prefetch never faults, but a table's and a slot's words are loaded for real: the epoch section
 * keeps the tables, and no address is computed from an empty slot.
 */
#include "engine/hashmap/fetch.h"

/* Fetches the bucket that a key should be in, and the next: it has what found no room there. */
static HashmapSlot *
fetch_bucket(HashmapTable *table, uint64_t tag)
{
    HashmapSlot *bucket = &table->slots[hashmap_table_home(table, tag) * HASHMAP_BUCKET_SLOTS];
    __builtin_prefetch((const void *)bucket);
    __builtin_prefetch((const void *)(bucket + HASHMAP_BUCKET_SLOTS));
    return bucket;
}

static HashmapSlot *
next_bucket(HashmapTable *table, HashmapSlot *bucket)
{
    HashmapSlot *next = bucket + HASHMAP_BUCKET_SLOTS;
    return hashmap_table_has_slot(table, next) ? next : table->slots;
}

/*
 * Fetches the first record from a bucket on that has the tag of the key, and returns its slot;
 * another one with that tag is rare. The caller will soon want the value, too, which is behind the
 * key: two more lines hold a small one.
 */
static HashmapSlot *
fetch_record(HashmapTable *table, HashmapSlot *bucket, uint64_t tag)
{
    for (size_t probed = 0; probed < table->bucket_count; probed++) {
        uint64_t word = HASHMAP_SLOT_EMPTY;
        for (size_t i = 0; i < HASHMAP_BUCKET_SLOTS; i++) {
            word = atomic_load_explicit(&bucket[i], memory_order_relaxed);
            const uint8_t *record = (const uint8_t *)hashmap_slot_record(word);
            /* An empty slot looks like one with tag 0. */
            if (((word ^ tag) & HASHMAP_SLOT_TAG) == 0 && record != NULL) {
                __builtin_prefetch(record);
                __builtin_prefetch(record + HASHMAP_CACHE_LINE);
                __builtin_prefetch(record + 2 * (size_t)HASHMAP_CACHE_LINE);
                return &bucket[i];
            }
        }
        if (word == HASHMAP_SLOT_EMPTY) {
            break; /* nothing was ever put further on */
        }
        bucket = next_bucket(table, bucket);
    }
    return NULL;
}

void
hashmap_fetch(const HashmapPlace *places, size_t count, HashmapSlot **ret_slots)
{
    HashmapTable *tables[HASHMAP_FETCH_MAX];
    for (size_t i = 0; i < count; i++) {
        __builtin_prefetch(places[i].shard);
    }
    for (size_t i = 0; i < count; i++) {
        tables[i] = atomic_load_explicit(&places[i].shard->table, memory_order_acquire);
        __builtin_prefetch(tables[i]);
    }
    for (size_t i = 0; i < count; i++) {
        ret_slots[i] = tables[i] == NULL ? NULL : fetch_bucket(tables[i], places[i].tag);
    }
    for (size_t i = 0; i < count; i++) {
        ret_slots[i] =
            ret_slots[i] == NULL ? NULL : fetch_record(tables[i], ret_slots[i], places[i].tag);
    }
}
