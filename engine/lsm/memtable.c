/*
 * memtable.c: records in an arena under a tree for each keyspace and one hash index.
 *
 * A key's node is published in two places, the index and its tree, after its first record: a reader
 * that comes by either of them finds a chain. The chain's head is replaced by a release store, and
 * records never change, so a reader that walks it sees whole records. Records above the reader's
 * version are passed over.
 *
 * Two entries of a new key may be built before the first of them is linked; each then has a node of
 * its own, and linking the second one uses the node of the first.
 */
#include "engine/lsm/memtable.h"

#include "engine/base/check.h"

#include <stdlib.h>

struct LsmMemtable {
    LsmArena arena;
    LsmTree trees[LSM_MEMTABLE_KEYSPACES];
    LsmKeyIndex index;
    size_t unlinked;    /* entries that are built, and neither linked nor dropped; the writer's */
    size_t keys_before; /* keys when the first of them, or one before it, was built; the writer's */
    struct {
        _Atomic int64_t entries;
        _Atomic int64_t removes;
        _Atomic int64_t data_bytes;
        _Atomic int64_t memory_bytes;
        _Atomic int64_t version_lowest;
        _Atomic int64_t version_highest;
        _Atomic int64_t keys;
    } stats; /* written by the writer alone */
};

static LsmTreeKey *
key_node(const LsmMemtable *memtable, LsmRef ref)
{
    return lsm_arena_at(&memtable->arena, ref);
}

static const LsmRecord *
record_at(const LsmMemtable *memtable, LsmRef ref)
{
    return ref == 0 ? NULL : lsm_arena_at(&memtable->arena, ref);
}

static size_t
key_bytes(size_t len)
{
    return lsm_arena_round(sizeof(LsmTreeKey) + len);
}

static size_t
record_bytes(size_t value_len)
{
    return lsm_arena_round(sizeof(LsmRecord) + value_len);
}

BaseStatus
lsm_memtable_new(size_t bytes, LsmMemtable **ret_memtable)
{
    LsmMemtable *memtable = calloc(1, sizeof(*memtable));
    if (memtable == NULL) {
        return base_error(BASE_NO_MEMORY, "no memory for a memtable");
    }
    BaseStatus status = lsm_arena_init(&memtable->arena, bytes);
    if (status.code == BASE_OK) {
        status = lsm_key_index_init(&memtable->index, &memtable->arena);
    }
    for (size_t i = 0; i < LSM_MEMTABLE_KEYSPACES && status.code == BASE_OK; i++) {
        if (!lsm_tree_init(&memtable->trees[i], &memtable->arena)) {
            status = base_error(BASE_INVALID, "a memtable needs more room than that");
        }
    }
    if (status.code != BASE_OK) {
        lsm_memtable_free(memtable);
        return status;
    }
    *ret_memtable = memtable;
    return base_ok();
}

void
lsm_memtable_free(LsmMemtable *memtable)
{
    if (memtable != NULL) {
        lsm_key_index_clear(&memtable->index);
        lsm_arena_clear(&memtable->arena);
        free(memtable);
    }
}

/* What linking so many entries takes at most, whichever tree gets them. */
static size_t
link_bytes(const LsmMemtable *memtable, size_t count)
{
    if (count <= 1) {
        size_t first = lsm_tree_insert_bytes(&memtable->trees[0], count);
        size_t second = lsm_tree_insert_bytes(&memtable->trees[1], count);
        return first > second ? first : second;
    }
    return lsm_tree_insert_bytes(&memtable->trees[0], count) +
           lsm_tree_insert_bytes(&memtable->trees[1], count);
}

size_t
lsm_memtable_data_bytes(size_t key_len, size_t value_len)
{
    return key_bytes(key_len) + record_bytes(value_len);
}

size_t
lsm_memtable_entry_bytes(const LsmMemtable *memtable, size_t key_len, size_t value_len)
{
    return lsm_memtable_data_bytes(key_len, value_len) + link_bytes(memtable, 1);
}

size_t
lsm_memtable_room(const LsmMemtable *memtable)
{
    size_t room = lsm_arena_room(&memtable->arena);
    size_t pending = link_bytes(memtable, memtable->unlinked);
    return room > pending ? room - pending : 0;
}

/* The same, bounded by the sizes that the trees can have at most: less near an empty tree. */
static size_t
link_bytes_exact(const LsmMemtable *memtable, size_t count)
{
    size_t bytes = 0;
    for (int i = 0; i < LSM_MEMTABLE_KEYSPACES; i++) {
        const LsmTree *tree = &memtable->trees[i];
        bytes += lsm_tree_bytes_max(tree->keys + count) - tree->bytes;
    }
    return bytes;
}

bool
lsm_memtable_fits(const LsmMemtable *memtable, size_t count, size_t bytes)
{
    size_t room = lsm_arena_room(&memtable->arena);
    size_t links = memtable->unlinked + count;
    size_t plenty = links * (memtable->trees[0].one + memtable->trees[1].one);
    if (bytes <= room && plenty <= room - bytes) {
        return true;
    }
    return bytes <= room && (link_bytes(memtable, links) <= room - bytes ||
                             link_bytes_exact(memtable, links) <= room - bytes);
}

size_t
lsm_memtable_bytes_for(size_t count, size_t bytes)
{
    return LSM_ARENA_UNIT + LSM_MEMTABLE_KEYSPACES * lsm_tree_bytes_max(count) + bytes;
}

size_t
lsm_memtable_capacity(const LsmMemtable *memtable)
{
    return memtable->arena.reserved;
}

BaseStatus
lsm_memtable_reserve(LsmMemtable *memtable, size_t count)
{
    return lsm_key_index_reserve(&memtable->index, memtable->unlinked + count);
}

bool
lsm_memtable_wants_ahead(const LsmMemtable *memtable)
{
    return lsm_arena_wants_ahead(&memtable->arena);
}

LsmArenaPart
lsm_memtable_take_ahead(LsmMemtable *memtable)
{
    return lsm_arena_take_ahead(&memtable->arena);
}

bool
lsm_memtable_make_present(const LsmMemtable *memtable, LsmArenaPart part)
{
    return lsm_arena_make_present(&memtable->arena, part);
}

void
lsm_memtable_warm(const LsmMemtable *memtable)
{
    lsm_key_index_warm(&memtable->index);
}

LsmBuilt
lsm_memtable_build(LsmMemtable *memtable, const LsmEntry *entry)
{
    LsmBuilt built = {.hash = entry->hash};
    if (memtable->unlinked == 0) {
        memtable->keys_before = memtable->index.count;
    }
    built.key = lsm_key_index_find(&memtable->index, entry->hash, entry->key);
    if (built.key == 0) {
        built.key = lsm_arena_take(&memtable->arena, sizeof(LsmTreeKey) + entry->key.len);
        BASE_CHECK(built.key != 0);
        LsmTreeKey *key = key_node(memtable, built.key);
        key->size = (uint32_t)entry->key.len;
        memcpy(key->bytes, entry->key.data, entry->key.len);
    }
    built.record = lsm_arena_take(&memtable->arena, sizeof(LsmRecord) + entry->value.len);
    BASE_CHECK(built.record != 0);
    LsmRecord *record = lsm_arena_at(&memtable->arena, built.record);
    record->value_size = (uint32_t)entry->value.len;
    record->version = entry->version;
    record->expires_at_ms = entry->expires_at_ms;
    record->kind = (uint8_t)entry->kind;
    if (entry->value.len != 0) {
        memcpy(record->value, entry->value.data, entry->value.len);
    }
    memtable->unlinked++;
    return built;
}

void
lsm_memtable_drop(LsmMemtable *memtable, const LsmBuilt *built)
{
    (void)built;
    memtable->unlinked--;
}

static void
add(_Atomic int64_t *figure, int64_t amount)
{
    int64_t value = atomic_load_explicit(figure, memory_order_relaxed);
    atomic_store_explicit(figure, value + amount, memory_order_relaxed);
}

static void
add_up(LsmMemtable *memtable, const LsmTreeKey *key, const LsmRecord *record)
{
    add(&memtable->stats.entries, 1);
    add(&memtable->stats.removes, record->kind == LSM_RECORD_REMOVE);
    add(&memtable->stats.data_bytes, (int64_t)key->size + record->value_size);
    if (atomic_load_explicit(&memtable->stats.version_highest, memory_order_relaxed) == 0) {
        atomic_store_explicit(&memtable->stats.version_lowest, record->version,
                              memory_order_relaxed);
    }
    atomic_store_explicit(&memtable->stats.version_highest, record->version, memory_order_relaxed);
    atomic_store_explicit(&memtable->stats.keys, (int64_t)memtable->index.count,
                          memory_order_relaxed);
    atomic_store_explicit(&memtable->stats.memory_bytes,
                          (int64_t)(memtable->arena.used + memtable->index.bytes),
                          memory_order_relaxed);
}

void
lsm_memtable_link(LsmMemtable *memtable, const LsmBuilt *built)
{
    LsmRecord *record = lsm_arena_at(&memtable->arena, built->record);
    LsmRef ref = built->key;
    LsmTreeKey *key = key_node(memtable, ref);
    if (atomic_load_explicit(&key->newest, memory_order_relaxed) == 0 &&
        memtable->index.count != memtable->keys_before) {
        /* Not linked by itself, but perhaps meanwhile by an entry that was built beside it. */
        LsmRef linked = lsm_key_index_find(&memtable->index, built->hash, lsm_tree_key_bytes(key));
        ref = linked != 0 ? linked : ref;
        key = key_node(memtable, ref);
    }
    LsmRef newest = atomic_load_explicit(&key->newest, memory_order_relaxed);
    record->older = newest;
    atomic_store_explicit(&key->newest, built->record, memory_order_release);
    if (newest == 0) {
        BASE_CHECK(key->bytes[0] < LSM_MEMTABLE_KEYSPACES);
        lsm_tree_insert(&memtable->trees[key->bytes[0]], ref);
        lsm_key_index_insert(&memtable->index, built->hash, ref);
    }
    memtable->unlinked--;
    add_up(memtable, key, record);
}

const LsmRecord *
lsm_memtable_get(const LsmMemtable *memtable, BaseSlice key, uint64_t hash, int64_t version)
{
    LsmRef ref = lsm_key_index_find(&memtable->index, hash, key);
    return ref == 0 ? NULL
                    : lsm_memtable_key_record(&memtable->arena, key_node(memtable, ref), version);
}

void
lsm_memtable_prefetch(const LsmMemtable *memtable, uint64_t hash)
{
    lsm_key_index_prefetch(&memtable->index, hash);
}

const LsmRecord *
lsm_memtable_older(const LsmMemtable *memtable, const LsmRecord *record)
{
    return record_at(memtable, record->older);
}

void
lsm_memtable_stats(const LsmMemtable *memtable, LsmMemtableStats *ret_stats)
{
    *ret_stats = (LsmMemtableStats){
        .entries = atomic_load_explicit(&memtable->stats.entries, memory_order_relaxed),
        .keys = atomic_load_explicit(&memtable->stats.keys, memory_order_relaxed),
        .removes = atomic_load_explicit(&memtable->stats.removes, memory_order_relaxed),
        .data_bytes = atomic_load_explicit(&memtable->stats.data_bytes, memory_order_relaxed),
        .memory_bytes = atomic_load_explicit(&memtable->stats.memory_bytes, memory_order_relaxed),
        .version_lowest =
            atomic_load_explicit(&memtable->stats.version_lowest, memory_order_relaxed),
        .version_highest =
            atomic_load_explicit(&memtable->stats.version_highest, memory_order_relaxed),
    };
}

void
lsm_memtable_cursor_init(LsmMemtableCursor *cursor, const LsmMemtable *memtable, unsigned keyspace)
{
    cursor->memtable = memtable;
    lsm_tree_cursor_init(&cursor->place, &memtable->trees[keyspace]);
}

const LsmRecord *
lsm_memtable_cursor_record(const LsmMemtableCursor *cursor, int64_t version)
{
    return lsm_memtable_key_record(&cursor->memtable->arena, lsm_tree_cursor_key(&cursor->place),
                                   version);
}

/* First a key is asked for and, when that has come, its record. */
void
lsm_memtable_cursor_fetch_ahead(const LsmMemtableCursor *cursor)
{
    enum { KEYS_AHEAD = 12, RECORDS_AHEAD = 6, LINE = 64, LINES = 3 };
    const LsmTreeCursor *place = &cursor->place;
    lsm_tree_cursor_fetch(place, KEYS_AHEAD);
    if (place->position + RECORDS_AHEAD < place->count) {
        const LsmArena *arena = place->tree->arena;
        const LsmTreeKey *key = lsm_arena_at(arena, place->keys[place->position + RECORDS_AHEAD]);
        const uint8_t *record =
            lsm_arena_at(arena, atomic_load_explicit(&key->newest, memory_order_relaxed));
        for (int line = 0; line < LINES; line++) {
            __builtin_prefetch(record + (ptrdiff_t)line * LINE);
        }
    }
}
