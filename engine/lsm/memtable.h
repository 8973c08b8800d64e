/*
 * memtable.h: the newest entries of a store, in memory.
 *
 * A memtable takes entries in two steps. build() writes a record into the arena, where nobody finds
 * it yet; link() makes it the newest version of its key and cannot fail. Or drop() gives it up, and
 * its bytes stay unused. Records are linked in the order of their versions.
 *
 * Keys are stored keys (engine/format): their first byte is the keyspace, and each keyspace has a
 * tree of its own, so that the other one's keys do not shorten the prefix that its keys share.
 *
 * Threading: one writer (build, link, room). Reads from any thread, for versions that were visible
 * before they began; what they return lives as long as the memtable.
 */
#ifndef LARDER_ENGINE_LSM_MEMTABLE_H
#define LARDER_ENGINE_LSM_MEMTABLE_H

#include "engine/lsm/key_index.h"

#define LSM_MEMTABLE_KEYSPACES 2

typedef enum LsmRecordKind {
    LSM_RECORD_PUT = 0,
    LSM_RECORD_REMOVE = 1,
} LsmRecordKind;

/* One version of a key in the arena. */
typedef struct LsmRecord {
    LsmRef older; /* the version before; 0: none in this memtable */
    uint32_t value_size;
    int64_t version;
    int64_t expires_at_ms; /* PUT: 0 for never */
    uint8_t kind;          /* LsmRecordKind */
    uint8_t value[];
} LsmRecord;

static inline BaseSlice
lsm_record_value(const LsmRecord *record)
{
    return base_slice(record->value, record->value_size);
}

/* An entry to build. */
typedef struct LsmEntry {
    BaseSlice key; /* stored key */
    uint64_t hash; /* lsm_key_index_hash() of it */
    LsmRecordKind kind;
    BaseSlice value;
    int64_t version;
    int64_t expires_at_ms;
} LsmEntry;

/* What build() made, for link(). */
typedef struct LsmBuilt {
    LsmRef key; /* a node of its own, or one that is linked */
    LsmRef record;
    uint64_t hash;
} LsmBuilt;

typedef struct LsmMemtable LsmMemtable;

/* A memtable with `bytes` of room for keys, values and indexes. BASE_NO_MEMORY. */
BaseStatus lsm_memtable_new(size_t bytes, LsmMemtable **ret_memtable);

/* REQUIRES: nobody reads it. Takes NULL. */
void lsm_memtable_free(LsmMemtable *memtable);

/* The most that an entry of these sizes takes from the arena, new nodes of the tree included. */
size_t lsm_memtable_entry_bytes(const LsmMemtable *memtable, size_t key_len, size_t value_len);

/* Bytes of the arena that are left, without what linking the entries built so far may take. */
size_t lsm_memtable_room(const LsmMemtable *memtable);

/* Bytes of the arena that an entry of these sizes takes by itself, without the tree. */
size_t lsm_memtable_data_bytes(size_t key_len, size_t value_len);

/* Whether `count` entries, `bytes` by themselves, fit beside what is built already. */
bool lsm_memtable_fits(const LsmMemtable *memtable, size_t count, size_t bytes);

/* The size of a new memtable into which they fit. */
size_t lsm_memtable_bytes_for(size_t count, size_t bytes);

/* The size that it was made with. */
size_t lsm_memtable_capacity(const LsmMemtable *memtable);

/*
 * Makes sure that `count` entries can be built and linked beside those that are built already.
 * BASE_NO_MEMORY: nothing changed.
 */
BaseStatus lsm_memtable_reserve(LsmMemtable *memtable, size_t count);

/*
 * Memory ahead of the writer (arena.h): whether a part is wanted, which one, and making it
 * present, which any thread may do as long as the memtable lives. False: it cannot be done here.
 */
bool lsm_memtable_wants_ahead(const LsmMemtable *memtable);
LsmArenaPart lsm_memtable_take_ahead(LsmMemtable *memtable);
bool lsm_memtable_make_present(const LsmMemtable *memtable, LsmArenaPart part);

/* Makes the index of a new memtable present, all of which is touched soon. A hint. */
void lsm_memtable_warm(const LsmMemtable *memtable);

/* Writes an entry where nobody finds it. REQUIRES: reserved; room for its entry_bytes(). */
LsmBuilt lsm_memtable_build(LsmMemtable *memtable, const LsmEntry *entry);

/* Makes a built entry the newest version of its key. REQUIRES: versions ascend. */
void lsm_memtable_link(LsmMemtable *memtable, const LsmBuilt *built);

/* Gives up an entry that was built. */
void lsm_memtable_drop(LsmMemtable *memtable, const LsmBuilt *built);

/* The newest record of a key at or below `version`; NULL: none. */
const LsmRecord *lsm_memtable_get(const LsmMemtable *memtable, BaseSlice key, uint64_t hash,
                                  int64_t version);

/* Fetches from memory what a get of a key with that hash begins with. A hint. */
void lsm_memtable_prefetch(const LsmMemtable *memtable, uint64_t hash);

/* The record behind the next older one; NULL: none. */
const LsmRecord *lsm_memtable_older(const LsmMemtable *memtable, const LsmRecord *record);

/* What it holds. Exact for the writer and when nothing is written any more. */
typedef struct LsmMemtableStats {
    int64_t entries;
    int64_t keys;
    int64_t removes;
    int64_t data_bytes;   /* of keys and values, each version counted */
    int64_t memory_bytes; /* used, indexes included */
    int64_t version_lowest;
    int64_t version_highest; /* 0: empty */
} LsmMemtableStats;

void lsm_memtable_stats(const LsmMemtable *memtable, LsmMemtableStats *ret_stats);

/* A place among the keys of one keyspace, in order; see tree.h for what it shows. */
typedef struct LsmMemtableCursor {
    const LsmMemtable *memtable;
    LsmTreeCursor place;
} LsmMemtableCursor;

void lsm_memtable_cursor_init(LsmMemtableCursor *cursor, const LsmMemtable *memtable,
                              unsigned keyspace);

static inline bool
lsm_memtable_cursor_valid(const LsmMemtableCursor *cursor)
{
    return lsm_tree_cursor_valid(&cursor->place);
}

/* REQUIRES: valid. */
static inline BaseSlice
lsm_memtable_cursor_key(const LsmMemtableCursor *cursor)
{
    return lsm_tree_key_bytes(lsm_tree_cursor_key(&cursor->place));
}

/*
 * Asks for the memory that moves forward will need soon: a walk goes through the arena in the order
 * of keys, which is at random. A hint, for before each move of a long walk.
 */
void lsm_memtable_cursor_fetch_ahead(const LsmMemtableCursor *cursor);

/* The newest record of a key of the same tree at or below `version`; NULL: none. */
static inline const LsmRecord *
lsm_memtable_key_record(const LsmArena *arena, const LsmTreeKey *key, int64_t version)
{
    LsmRef ref = atomic_load_explicit(&key->newest, memory_order_acquire);
    while (ref != 0) {
        const LsmRecord *record = (const LsmRecord *)lsm_arena_at(arena, ref);
        if (record->version <= version) {
            return record;
        }
        ref = record->older;
    }
    return NULL;
}

/* The newest record of the key at hand at or below `version`; NULL: none. REQUIRES: valid. */
const LsmRecord *lsm_memtable_cursor_record(const LsmMemtableCursor *cursor, int64_t version);

#endif
