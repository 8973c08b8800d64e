/*
 * table.c: an open-addressing table. See table.h.
 */
#include "engine/hashmap/table.h"

#include "engine/base/check.h"

HashmapTable *
hashmap_table_new(size_t bucket_count)
{
    size_t size = sizeof(HashmapTable) + bucket_count * HASHMAP_CACHE_LINE;
    HashmapTable *table = hashmap_memory_alloc_lines(size);
    if (table == NULL) {
        return NULL;
    }
    memset(table, 0, size);
    table->bucket_count = bucket_count;
    return table;
}

HashmapSlot *
hashmap_table_find(HashmapTable *table, uint64_t tag, EngineKeyspace keyspace, BaseSlice key,
                   uint64_t *ret_word)
{
    size_t bucket = hashmap_table_home(table, tag);
    for (size_t probed = 0; probed < table->bucket_count; probed++) {
        HashmapSlot *slots = &table->slots[bucket * HASHMAP_BUCKET_SLOTS];
        for (size_t i = 0; i < HASHMAP_BUCKET_SLOTS; i++) {
            uint64_t word = atomic_load_explicit(&slots[i], memory_order_acquire);
            if (word == HASHMAP_SLOT_EMPTY) {
                return NULL;
            }
            if (((word ^ tag) & HASHMAP_SLOT_TAG) != 0) {
                continue;
            }
            const HashmapRecord *record = hashmap_slot_record(word);
            if (record != NULL && hashmap_record_has_key(record, keyspace, key)) {
                *ret_word = word;
                return &slots[i];
            }
        }
        bucket = bucket + 1 == table->bucket_count ? 0 : bucket + 1;
    }
    return NULL;
}

HashmapSlot *
hashmap_table_vacancy(HashmapTable *table, uint64_t tag)
{
    size_t count = hashmap_table_slot_count(table);
    size_t at = hashmap_table_home(table, tag) * HASHMAP_BUCKET_SLOTS;
    for (size_t probed = 0;; probed++) {
        BASE_CHECK(probed < count); /* room was reserved */
        uint64_t word = atomic_load_explicit(&table->slots[at], memory_order_relaxed);
        if (hashmap_slot_record(word) == NULL) {
            return &table->slots[at];
        }
        at = at + 1 == count ? 0 : at + 1;
    }
}

size_t
hashmap_table_copy(HashmapTable *to, HashmapTable *from)
{
    size_t copied = 0;
    size_t count = hashmap_table_slot_count(from);
    for (size_t i = 0; i < count; i++) {
        uint64_t word = atomic_load_explicit(&from->slots[i], memory_order_relaxed);
        if (hashmap_slot_record(word) != NULL) {
            HashmapSlot *slot = hashmap_table_vacancy(to, word & HASHMAP_SLOT_TAG);
            atomic_store_explicit(slot, word, memory_order_relaxed);
            copied++;
        }
    }
    return copied;
}
