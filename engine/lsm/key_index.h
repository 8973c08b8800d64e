/*
 * key_index.h: the hash index of a memtable: from a key's hash to its node in the arena.
 *
 * Open addressing with linear probing over 32-bit slots. A slot is a reference and, in the bits
 * that references of this arena cannot reach, a part of the hash, so that most misses end without
 * touching a key. One writer inserts; nothing is removed. When the table is three fifths full, one
 * of twice the size takes its place, and the old one is kept for readers that are still in it until
 * the index is cleared. Growing takes long, so the first table is made for as many keys as the
 * arena takes of ordinary records. Tables are searched at random; so each is an arena, for its huge
 * pages.
 *
 * A reader that goes on in an old table misses keys that were inserted later; it asks for a version
 * that was visible before it began, and those keys are newer.
 *
 * Threading: insert by one thread at a time; find by any.
 */
#ifndef LARDER_ENGINE_LSM_KEY_INDEX_H
#define LARDER_ENGINE_LSM_KEY_INDEX_H

#include "engine/base/hash.h"
#include "engine/lsm/tree.h"

typedef struct LsmKeyTable LsmKeyTable;

typedef struct LsmKeyIndex {
    const LsmArena *arena;
    unsigned ref_bits; /* that references of the arena need */
    size_t count;      /* keys; the writer's */
    size_t bytes;      /* of all tables; the writer's */
    _Atomic(LsmKeyTable *) table;
} LsmKeyIndex;

/*
 * The hash of a key. Seeded for this process: a peer must not be able to choose keys that collide,
 * which the hash of the filters, being part of a format, cannot prevent.
 */
static inline uint64_t
lsm_key_index_hash(BaseSlice key)
{
    return base_hash(key, base_hash_process_seed());
}

/* An empty index over keys in `arena`. BASE_NO_MEMORY. */
BaseStatus lsm_key_index_init(LsmKeyIndex *index, const LsmArena *arena);

/* Takes an index that is all zeros. */
void lsm_key_index_clear(LsmKeyIndex *index);

/* Makes the memory of a new index present, so that no insert has to wait for it. A hint. */
void lsm_key_index_warm(const LsmKeyIndex *index);

/* Makes sure that `extra` more keys can be inserted. BASE_NO_MEMORY: nothing changed. */
BaseStatus lsm_key_index_reserve(LsmKeyIndex *index, size_t extra);

/* Inserts a key that is not there. REQUIRES: reserved. */
void lsm_key_index_insert(LsmKeyIndex *index, uint64_t hash, LsmRef key);

/* The key with these bytes; 0: none. */
LsmRef lsm_key_index_find(const LsmKeyIndex *index, uint64_t hash, BaseSlice bytes);

/* Fetches from memory where the search for a key of that hash begins. A hint. */
void lsm_key_index_prefetch(const LsmKeyIndex *index, uint64_t hash);

#endif
