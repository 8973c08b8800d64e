/*
 * table.h: an open-addressing table of slots, each one word.
 *
 *     63        48 47                      4 3   2 1       0
 *     tag, high 16 | pointer to the newest | tag, | EXPIRES | CHAINED
 *                  | record of the key     | low 2|
 *
 * Records are aligned to 16 bytes and their addresses fit into 48 bits, so 20 bits of a word are
 * free. The tag is 18 bits of the key's hash. The tag alone decides the home bucket (tag * buckets
 * / 2^18), and that order does not depend on the size of the table: growing copies words from front
 * to back into a larger table without looking at a key. So growth is cheap, can be by any factor,
 * and tables stay well filled. A bucket is one cache line of 8 slots; probing goes from the home
 * bucket onwards, slot by slot, to the first EMPTY one. A slot whose key went away becomes DEAD:
 * probing goes on over it, and inserting uses it again.
 *
 *   T-1  A key that is present is in exactly one slot, and there is no EMPTY slot between the start
 *        of its home bucket and that slot. It never moves within a table.
 *   T-2  A slot that was ever used is never EMPTY again.
 *   T-3  At least one slot is EMPTY (the shard keeps the table below its limit).
 *
 * CHAINED: the newest record has older versions behind it, or is a tombstone: the pruning has work
 * there. EXPIRES: the newest record has an expiry. With these bits housekeeping finds its work
 * without touching the other records.
 *
 * Threading: slots are written by the holder of the publish mutex and read by everybody, with
 * acquire and release.
 */
#ifndef LARDER_ENGINE_HASHMAP_TABLE_H
#define LARDER_ENGINE_HASHMAP_TABLE_H

#include "engine/hashmap/memory.h"
#include "engine/hashmap/record.h"

typedef _Atomic uint64_t HashmapSlot;

#define HASHMAP_SLOT_EMPTY   UINT64_C(0)
#define HASHMAP_SLOT_DEAD    UINT64_C(1)
#define HASHMAP_SLOT_CHAINED UINT64_C(1)
#define HASHMAP_SLOT_EXPIRES UINT64_C(2)
#define HASHMAP_SLOT_POINTER UINT64_C(0x0000fffffffffff0)
#define HASHMAP_SLOT_TAG     UINT64_C(0xffff00000000000c)

enum {
    HASHMAP_TAG_BITS = 18,
    HASHMAP_BUCKET_SLOTS = HASHMAP_CACHE_LINE / sizeof(uint64_t),
};

_Static_assert(sizeof(void *) == 8, "slots pack 48-bit pointers");

typedef struct HashmapTable {
    BaseEpochItem item;
    size_t bucket_count;
    _Alignas(HASHMAP_CACHE_LINE) HashmapSlot slots[];
} HashmapTable;

static inline bool
hashmap_slot_can_hold(const HashmapRecord *record)
{
    return ((uintptr_t)record & ~HASHMAP_SLOT_POINTER) == 0;
}

/* The record of a word; NULL: EMPTY or DEAD. */
static inline HashmapRecord *
hashmap_slot_record(uint64_t word)
{
    return (HashmapRecord *)(uintptr_t)(word & HASHMAP_SLOT_POINTER);
}

/* Where a word keeps the 18 bits of a tag. */
static inline uint64_t
hashmap_slot_tag(uint32_t tag)
{
    return (uint64_t)(tag >> 2) << 48 | (uint64_t)(tag & 3) << 2;
}

/* A word for a record that becomes the newest of its key; not CHAINED. */
static inline uint64_t
hashmap_slot_word(const HashmapRecord *record, uint64_t tag)
{
    uint64_t word = (uint64_t)(uintptr_t)record | tag;
    return (record->shape & HASHMAP_SHAPE_EXPIRES) != 0 ? word | HASHMAP_SLOT_EXPIRES : word;
}

static inline size_t
hashmap_table_slot_count(const HashmapTable *table)
{
    return table->bucket_count * HASHMAP_BUCKET_SLOTS;
}

/* An empty table; NULL: no memory. Free with free(). */
HashmapTable *hashmap_table_new(size_t bucket_count);

/* `tag` is a tag in its place in a word, here and below. */
static inline size_t
hashmap_table_home(const HashmapTable *table, uint64_t tag)
{
    uint64_t bits = tag >> 48 << 2 | (tag >> 2 & 3);
    return (size_t)((bits * table->bucket_count) >> HASHMAP_TAG_BITS);
}

/* The slot of a key, and the word that it had; NULL: the table does not have the key. */
HashmapSlot *hashmap_table_find(HashmapTable *table, uint64_t tag, EngineKeyspace keyspace,
                                BaseSlice key, uint64_t *ret_word);

/* Whether a slot is one of the table's. */
static inline bool
hashmap_table_has_slot(const HashmapTable *table, const HashmapSlot *slot)
{
    uintptr_t at = (uintptr_t)slot - (uintptr_t)table->slots;
    return at < hashmap_table_slot_count(table) * sizeof *slot;
}

/* The slot for a key that the table does not have. REQUIRES: the publish mutex; T-3 behind it. */
HashmapSlot *hashmap_table_vacancy(HashmapTable *table, uint64_t tag);

/* Copies all records of `from` into `to`, which is empty and has room. Returns their number. */
size_t hashmap_table_copy(HashmapTable *to, HashmapTable *from);

#endif
