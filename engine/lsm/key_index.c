/*
 * key_index.c: open addressing with one writer and readers without locks.
 *
 * A slot goes from 0 to its final value once, by a release store after the key's bytes are written,
 * so whoever sees the slot sees the key. A probe that meets 0 ends: keys are never removed, so
 * nothing can lie behind.
 */
#include "engine/lsm/key_index.h"

enum {
    FIRST_BITS_MIN = 10,
    FIRST_BITS_MAX = 24,
    ARENA_BYTES_OF_SLOT = 64, /* a key with a record of 100 bytes takes about 170 */
};

struct LsmKeyTable {
    LsmArena arena; /* that it lies in */
    LsmKeyTable *older;
    unsigned bits; /* 2^bits slots */
    _Atomic uint32_t slots[];
};

static size_t
slot_count(const LsmKeyTable *table)
{
    return (size_t)1 << table->bits;
}

static size_t
table_bytes(const LsmKeyTable *table)
{
    return sizeof(*table) + slot_count(table) * sizeof(table->slots[0]);
}

static LsmKeyTable *
table_new(unsigned bits, LsmKeyTable *older)
{
    LsmArena arena;
    size_t bytes = sizeof(LsmKeyTable) + ((size_t)4 << bits);
    if (lsm_arena_init(&arena, LSM_ARENA_UNIT + bytes).code != BASE_OK) {
        return NULL;
    }
    LsmKeyTable *table = lsm_arena_at(&arena, lsm_arena_take(&arena, bytes));
    table->arena = arena;
    table->bits = bits;
    table->older = older;
    return table;
}

static void
table_free(LsmKeyTable *table)
{
    LsmArena arena = table->arena;
    lsm_arena_clear(&arena);
}

static uint32_t
ref_mask(const LsmKeyIndex *index)
{
    return index->ref_bits >= 32 ? UINT32_MAX : ((uint32_t)1 << index->ref_bits) - 1;
}

/* The part of a hash that is kept in a slot: its low bits, which choose no place. */
static uint32_t
slot_of(const LsmKeyIndex *index, uint64_t hash, LsmRef key)
{
    return ((uint32_t)hash & ~ref_mask(index)) | key;
}

static size_t
place_of(const LsmKeyTable *table, uint64_t hash)
{
    return (size_t)(hash >> (64 - table->bits));
}

static void
table_insert(LsmKeyTable *table, uint64_t hash, uint32_t slot)
{
    size_t mask = slot_count(table) - 1;
    size_t place = place_of(table, hash);
    while (atomic_load_explicit(&table->slots[place], memory_order_relaxed) != 0) {
        place = (place + 1) & mask;
    }
    atomic_store_explicit(&table->slots[place], slot, memory_order_release);
}

/* The next larger table with every key of the one before. */
static BaseStatus
grow(LsmKeyIndex *index, LsmKeyTable *old, unsigned bits)
{
    LsmKeyTable *table = table_new(bits, old);
    if (table == NULL) {
        return base_error(BASE_NO_MEMORY, "no memory for the index of a memtable");
    }
    index->bytes += table_bytes(table);
    for (size_t i = 0; i < slot_count(old); i++) {
        uint32_t slot = atomic_load_explicit(&old->slots[i], memory_order_relaxed);
        if (slot != 0) {
            LsmRef ref = slot & ref_mask(index);
            const LsmTreeKey *key = lsm_arena_at(index->arena, ref);
            table_insert(table, lsm_key_index_hash(lsm_tree_key_bytes(key)), slot);
        }
    }
    atomic_store_explicit(&index->table, table, memory_order_release);
    return base_ok();
}

static unsigned
first_bits(const LsmArena *arena)
{
    unsigned bits = FIRST_BITS_MIN;
    while (bits < FIRST_BITS_MAX && arena->reserved / ARENA_BYTES_OF_SLOT > (size_t)1 << bits) {
        bits++;
    }
    return bits;
}

BaseStatus
lsm_key_index_init(LsmKeyIndex *index, const LsmArena *arena)
{
    unsigned bits = 1;
    while (bits < 32 && arena->reserved / LSM_ARENA_UNIT > (size_t)1 << bits) {
        bits++;
    }
    LsmKeyTable *table = table_new(first_bits(arena), NULL);
    if (table == NULL) {
        return base_error(BASE_NO_MEMORY, "no memory for the index of a memtable");
    }
    *index = (LsmKeyIndex){.arena = arena, .ref_bits = bits, .bytes = table_bytes(table)};
    atomic_init(&index->table, table);
    return base_ok();
}

void
lsm_key_index_clear(LsmKeyIndex *index)
{
    LsmKeyTable *table = atomic_load_explicit(&index->table, memory_order_relaxed);
    while (table != NULL) {
        LsmKeyTable *older = table->older;
        table_free(table);
        table = older;
    }
    *index = (LsmKeyIndex){0};
}

void
lsm_key_index_warm(const LsmKeyIndex *index)
{
    const LsmKeyTable *table = atomic_load_explicit(&index->table, memory_order_relaxed);
    LsmArenaPart all = {.bytes = table->arena.reserved};
    (void)lsm_arena_make_present(&table->arena, all);
}

BaseStatus
lsm_key_index_reserve(LsmKeyIndex *index, size_t extra)
{
    LsmKeyTable *table = atomic_load_explicit(&index->table, memory_order_relaxed);
    unsigned bits = table->bits;
    while (index->count + extra > ((size_t)1 << bits) / 5 * 3) {
        bits++;
    }
    return bits == table->bits ? base_ok() : grow(index, table, bits);
}

void
lsm_key_index_insert(LsmKeyIndex *index, uint64_t hash, LsmRef key)
{
    LsmKeyTable *table = atomic_load_explicit(&index->table, memory_order_relaxed);
    table_insert(table, hash, slot_of(index, hash, key));
    index->count++;
}

LsmRef
lsm_key_index_find(const LsmKeyIndex *index, uint64_t hash, BaseSlice bytes)
{
    const LsmKeyTable *table = atomic_load_explicit(&index->table, memory_order_acquire);
    uint32_t refs = ref_mask(index);
    size_t mask = slot_count(table) - 1;
    for (size_t place = place_of(table, hash);; place = (place + 1) & mask) {
        uint32_t slot = atomic_load_explicit(&table->slots[place], memory_order_acquire);
        if (slot == 0) {
            return 0;
        }
        if (((slot ^ (uint32_t)hash) & ~refs) == 0) {
            const LsmTreeKey *key = lsm_arena_at(index->arena, slot & refs);
            if (base_slice_equal(lsm_tree_key_bytes(key), bytes)) {
                return slot & refs;
            }
        }
    }
}

void
lsm_key_index_prefetch(const LsmKeyIndex *index, uint64_t hash)
{
    const LsmKeyTable *table = atomic_load_explicit(&index->table, memory_order_acquire);
    __builtin_prefetch((const void *)&table->slots[place_of(table, hash)]);
}
