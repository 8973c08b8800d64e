/*
 * publish.c: the writer. See publish.h, and state.c for the steps.
 *
 * How the words of an operation are used:
 *   backend_hint     PUT and REMOVE, up to prepare: the hash of the key, and HASH_KNOWN, perhaps
 *                    with the slot where the key probably is; zeros when nobody has looked. From
 *                    prepare on: the hash, and for a PUT the slot that has the key (0: none, and
 *                    one is promised). From install on: the slot (0: nothing was installed) and
 *                    the shard.
 *                    REMOVE_RANGE: the one before it in the entry, and nothing.
 *   backend_private  the record of a PUT or REMOVE; the Doomed of a REMOVE_RANGE.
 *
 * A slot that prepare has found serves install too, unless a later operation of the entry has
 * replaced the table meanwhile. It still has the key: tombstones leave their slots when the whole
 * entry is installed, not before.
 *
 * The puts of a run (engine/commit/run.h) that are of one key are chained like those of commits
 * that came one behind the other, and pruned when all of them are published.
 */
#include "engine/hashmap/publish.h"

#include "engine/hashmap/fetch.h"
#include "engine/hashmap/lookup.h"
#include "engine/hashmap/prune.h"
#include "engine/hashmap/sweep.h"
#include "engine/hashmap/walk.h"

#include <stdlib.h>

enum {
    /* Retired objects that are freed at most behind one commit. */
    RECLAIM_BUDGET = 256,
    DOOMED_FIRST = 64,
    /* Slots are aligned, so their lowest bit is free. */
    HASH_KNOWN = 1,
};

/* The tombstones of a remove of a range. */
typedef struct Doomed {
    size_t count;
    size_t capacity;
    HashmapRecord *records[]; /* NULL: was not installed */
} Doomed;

static HashmapState *
state_of(CommitBackend *backend)
{
    return ((HashmapPublisher *)backend)->state;
}

/* REQUIRES: no view that lookup has returned is in use. */
static void
reclaim_if(HashmapState *state, bool due)
{
    if (due) {
        base_epoch_refresh();
        hashmap_state_reclaim(state, RECLAIM_BUDGET);
    }
}

static BaseStatus
lookup(CommitBackend *backend, EngineKeyspace keyspace, BaseSlice bytes, uintptr_t hint[2],
       EngineLookup *ret_lookup)
{
    HashmapState *state = state_of(backend);
    HashmapKey key = hashmap_lookup_key(state, keyspace, bytes);
    hint[0] = key.hash;
    hint[1] = HASH_KNOWN;
    const HashmapRecord *record = hashmap_lookup_head(state, &key);
    *ret_lookup = hashmap_lookup_answer(record, INT64_MIN);
    return base_ok();
}

/* ------------------------------------------------------------------------------------ group -- */

/* Keys to fetch for, and where to leave what is known of them then. */
typedef struct Fetch {
    size_t count;
    uint64_t hashes[HASHMAP_FETCH_MAX];
    HashmapPlace places[HASHMAP_FETCH_MAX];
    uintptr_t *hints[HASHMAP_FETCH_MAX];
} Fetch;

static void
add_fetch(Fetch *fetch, const HashmapState *state, uint64_t hash, uintptr_t hint[2])
{
    fetch->hashes[fetch->count] = hash;
    fetch->places[fetch->count] = hashmap_state_place(state, hash);
    fetch->hints[fetch->count++] = hint;
}

static void
run_fetch(const Fetch *fetch)
{
    HashmapSlot *slots[HASHMAP_FETCH_MAX];
    hashmap_fetch(fetch->places, fetch->count, slots);
    for (size_t i = 0; i < fetch->count; i++) {
        fetch->hints[i][0] = fetch->hashes[i];
        fetch->hints[i][1] = (uintptr_t)slots[i] | HASH_KNOWN;
    }
}

/* Takes the lock for a group, and fetches what its keys will touch. */
static void
begin(CommitBackend *backend, EngineCommit *chain, size_t most)
{
    HashmapState *state = state_of(backend);
    Fetch fetch;
    fetch.count = 0;
    EngineCommit *commit = chain;
    for (size_t i = 0; i < most && commit != NULL; i++, commit = commit->next) {
        const EngineMutation *mutation = commit->mutations;
        commit_hint(commit)[1] = 0;
        if (commit->mutation_count != 0 && fetch.count < HASHMAP_FETCH_MAX) {
            add_fetch(&fetch, state, hashmap_state_hash(state, mutation->keyspace, mutation->key),
                      commit_hint(commit));
        }
    }
    run_fetch(&fetch);
    (void)pthread_mutex_lock(&state->mutex);
}

/* Gives the lock back. */
static void
end(CommitBackend *backend)
{
    HashmapState *state = state_of(backend);
    reclaim_if(state,
               base_epoch_reclaim_due(&state->records) || base_epoch_reclaim_due(&state->tables));
    (void)pthread_mutex_unlock(&state->mutex);
}

/* ---------------------------------------------------------------------------------- prepare -- */

static HashmapKey
key_of(const HashmapState *state, const CommitOp *op)
{
    if (op->backend_hint[1] != 0) {
        return (HashmapKey){op->keyspace, op->key, op->backend_hint[0]};
    }
    return hashmap_lookup_key(state, op->keyspace, op->key);
}

static BaseStatus
no_memory(void)
{
    return base_error(BASE_NO_MEMORY, "no memory for the record");
}

static BaseStatus
prepare_put(HashmapState *state, CommitOp *op)
{
    HashmapRecordSpec spec = {.keyspace = op->keyspace,
                              .key = op->key,
                              .value = op->value,
                              .version = op->version,
                              .expires_at_ms = op->expires_at_ms};
    size_t size = hashmap_record_size(&spec);
    if (size == 0) {
        return base_error(BASE_INVALID, "the key or the value is longer than this engine can keep");
    }
    if (!hashmap_state_has_room(state, hashmap_slab_cost_of(&state->pool.slab, size))) {
        return base_error(BASE_NO_MEMORY, "the memory budget of the store is used up");
    }
    HashmapKey key = key_of(state, op);
    HashmapPlace place = hashmap_state_place(state, key.hash);
    HashmapSlot *guess = (HashmapSlot *)(op->backend_hint[1] & ~(uintptr_t)HASH_KNOWN);
    HashmapSlot *slot = hashmap_shard_find(place, op->keyspace, op->key, guess);
    if (slot == NULL && !hashmap_shard_reserve(state, place.shard)) {
        return no_memory();
    }
    HashmapRecord *record = hashmap_state_new_record(state, &spec, size);
    if (record == NULL) {
        if (slot == NULL) {
            hashmap_shard_unreserve(place.shard);
        }
        return no_memory();
    }
    op->backend_private = record;
    op->backend_hint[0] = key.hash;
    op->backend_hint[1] = (uintptr_t)slot;
    return base_ok();
}

static HashmapRecord *
new_tombstone(HashmapState *state, EngineKeyspace keyspace, BaseSlice key, int64_t version)
{
    HashmapRecordSpec spec = {
        .keyspace = keyspace, .key = key, .version = version, .tombstone = true};
    return hashmap_state_new_record(state, &spec, hashmap_record_size(&spec));
}

static const CommitOp *
earlier_range(const CommitOp *range)
{
    return (const CommitOp *)range->backend_hint[0];
}

/* `range`: the last REMOVE_RANGE before this operation, here and below; NULL: none. */
static BaseStatus
prepare_remove(HashmapState *state, CommitOp *op, const CommitOp *range)
{
    HashmapKey key = key_of(state, op);
    op->backend_hint[0] = key.hash;
    op->backend_hint[1] = 0;
    /* The entry itself may have put the key, but only with a range between: else it is one op. */
    if (hashmap_lookup_head(state, &key) == NULL && range == NULL) {
        return base_ok();
    }
    HashmapRecord *record = new_tombstone(state, op->keyspace, op->key, op->version);
    if (record == NULL) {
        return no_memory();
    }
    op->backend_private = record;
    return base_ok();
}

typedef struct Collection {
    HashmapState *state;
    EngineKeyspace keyspace;
    EngineRange range;
    int64_t version;
    const CommitOp *earlier; /* the range before this one in the entry; NULL: none */
    Doomed *doomed;
    bool failed;
} Collection;

static bool
grow(Collection *collection)
{
    Doomed *doomed = collection->doomed;
    size_t capacity = doomed == NULL ? DOOMED_FIRST : doomed->capacity * 2;
    Doomed *larger = hashmap_memory_alloc(sizeof *larger + capacity * sizeof(HashmapRecord *));
    if (larger == NULL) {
        return false;
    }
    larger->count = 0;
    if (doomed != NULL) {
        larger->count = doomed->count;
        memcpy(larger->records, doomed->records, doomed->count * sizeof(HashmapRecord *));
        free(doomed);
    }
    larger->capacity = capacity;
    collection->doomed = larger;
    return true;
}

/*
 * Whether an earlier range, one behind `put` unless that is NULL, has removed the key already. A
 * tombstone for each range would multiply what one entry takes up.
 */
static bool
is_removed_before(const Collection *collection, BaseSlice key, const CommitOp *put)
{
    const CommitOp *op = collection->earlier;
    for (; op != NULL && (put == NULL || op > put); op = earlier_range(op)) {
        EngineRange range = {op->key, op->value, op->unbounded};
        if (op->keyspace == collection->keyspace && hashmap_walk_in_range(&range, key)) {
            return true;
        }
    }
    return false;
}

/* Adds a tombstone if the range removes the key, which `put` has put (NULL: an earlier commit). */
static bool
collect_key(Collection *collection, EngineKeyspace keyspace, BaseSlice key, const CommitOp *put)
{
    if (keyspace != collection->keyspace || !hashmap_walk_in_range(&collection->range, key) ||
        is_removed_before(collection, key, put)) {
        return true;
    }
    Doomed *doomed = collection->doomed;
    if ((doomed == NULL || doomed->count == doomed->capacity) && !grow(collection)) {
        return false;
    }
    HashmapRecord *record = new_tombstone(collection->state, keyspace, key, collection->version);
    if (record == NULL) {
        return false;
    }
    doomed = collection->doomed;
    doomed->records[doomed->count++] = record;
    return true;
}

static bool
collect_record(void *user, const HashmapRecord *record)
{
    Collection *collection = user;
    if (hashmap_record_is_tombstone(record)) {
        return true;
    }
    collection->failed =
        !collect_key(collection, hashmap_record_keyspace(record), hashmap_record_key(record), NULL);
    return !collection->failed;
}

static BaseStatus
prepare_remove_range(HashmapState *state, CommitEntry *entry, size_t index, const CommitOp *range)
{
    CommitOp *op = &entry->ops[index];
    op->backend_hint[0] = (uintptr_t)range;
    Collection collection = {.state = state,
                             .keyspace = op->keyspace,
                             .range = {op->key, op->value, op->unbounded},
                             .version = op->version,
                             .earlier = range};
    BaseStatus status = hashmap_walk(state, INT64_MAX, collect_record, &collection);
    for (size_t i = 0; i < index && base_is_ok(status) && !collection.failed; i++) {
        const CommitOp *before = &entry->ops[i];
        if (before->kind == COMMIT_PUT) {
            collection.failed = !collect_key(&collection, before->keyspace, before->key, before);
        }
    }
    op->backend_private = collection.doomed;
    return collection.failed ? no_memory() : status;
}

static BaseStatus
prepare_op(HashmapState *state, CommitEntry *entry, size_t index, const CommitOp *range)
{
    switch (entry->ops[index].kind) {
    case COMMIT_PUT:
        return prepare_put(state, &entry->ops[index]);
    case COMMIT_REMOVE:
        return prepare_remove(state, &entry->ops[index], range);
    case COMMIT_REMOVE_RANGE:
        return prepare_remove_range(state, entry, index, range);
    }
    return base_error(BASE_INTERNAL, "an operation of an unknown kind");
}

/* Takes back what was prepared for an operation, perhaps in part. */
static void
undo_op(HashmapState *state, CommitOp *op)
{
    if (op->backend_private == NULL) {
        return;
    }
    if (op->kind == COMMIT_REMOVE_RANGE) {
        Doomed *doomed = op->backend_private;
        for (size_t i = 0; i < doomed->count; i++) {
            hashmap_state_drop_record(state, doomed->records[i]);
        }
        free(doomed);
    } else {
        if (op->kind == COMMIT_PUT && op->backend_hint[1] == 0) {
            hashmap_shard_unreserve(hashmap_state_place(state, op->backend_hint[0]).shard);
        }
        hashmap_state_drop_record(state, op->backend_private);
    }
    op->backend_private = NULL;
}

/* Fetches what the next operations of an entry will touch. */
static void
fetch_ops(const HashmapState *state, CommitEntry *entry, size_t from)
{
    Fetch fetch;
    fetch.count = 0;
    for (size_t i = from; i < entry->op_count && fetch.count < HASHMAP_FETCH_MAX; i++) {
        CommitOp *op = &entry->ops[i];
        if (op->kind != COMMIT_REMOVE_RANGE) {
            add_fetch(&fetch, state, key_of(state, op).hash, op->backend_hint);
        }
    }
    run_fetch(&fetch);
}

static BaseStatus
prepare(CommitBackend *backend, CommitEntry *entry)
{
    HashmapState *state = state_of(backend);
    const CommitOp *range = NULL;
    for (size_t i = 0; i < entry->op_count; i++) {
        if (i % HASHMAP_FETCH_MAX == 0 && entry->op_count > 1) {
            fetch_ops(state, entry, i);
        }
        BaseStatus status = prepare_op(state, entry, i, range);
        if (!base_is_ok(status)) {
            for (size_t j = 0; j <= i; j++) {
                undo_op(state, &entry->ops[j]);
            }
            return status;
        }
        if (entry->ops[i].kind == COMMIT_REMOVE_RANGE) {
            range = &entry->ops[i];
        }
    }
    return base_ok();
}

/* ---------------------------------------------------------------------------------- publish -- */

static void
install_doomed(HashmapState *state, Doomed *doomed)
{
    for (size_t i = 0; i < doomed->count; i++) {
        HashmapRecord *record = doomed->records[i];
        HashmapKey key =
            hashmap_lookup_key(state, hashmap_record_keyspace(record), hashmap_record_key(record));
        HashmapPlace place = hashmap_state_place(state, key.hash);
        if (hashmap_shard_install(state, place, record) == NULL) {
            hashmap_state_drop_record(state, record);
            doomed->records[i] = NULL;
        }
    }
}

static void
install_op(HashmapState *state, CommitOp *op)
{
    if (op->backend_private == NULL) {
        return;
    }
    if (op->kind == COMMIT_REMOVE_RANGE) {
        install_doomed(state, op->backend_private);
        return;
    }
    HashmapPlace place = hashmap_state_place(state, op->backend_hint[0]);
    HashmapSlot *found = (HashmapSlot *)op->backend_hint[1];
    HashmapSlot *slot = NULL;
    if (found != NULL && hashmap_table_has_slot(hashmap_shard_table(place.shard), found)) {
        slot = hashmap_shard_replace(state, place, found, op->backend_private);
    } else {
        slot = hashmap_shard_install(state, place, op->backend_private);
    }
    if (slot == NULL) {
        hashmap_state_drop_record(state, op->backend_private);
    }
    if (op->kind == COMMIT_PUT && found == NULL) {
        hashmap_shard_unreserve(place.shard);
    }
    op->backend_hint[0] = (uintptr_t)slot;
    op->backend_hint[1] = (uintptr_t)place.shard;
}

static void
settle_doomed(HashmapState *state, Doomed *doomed)
{
    for (size_t i = 0; i < doomed->count; i++) {
        const HashmapRecord *record = doomed->records[i];
        if (record == NULL) {
            continue;
        }
        EngineKeyspace keyspace = hashmap_record_keyspace(record);
        HashmapKey key = hashmap_lookup_key(state, keyspace, hashmap_record_key(record));
        HashmapPlace place = hashmap_state_place(state, key.hash);
        uint64_t word = 0;
        HashmapSlot *slot = hashmap_table_find(hashmap_shard_table(place.shard), place.tag,
                                               keyspace, key.bytes, &word);
        if (slot != NULL) {
            hashmap_prune_slot(state, place.shard, slot, HASHMAP_PRUNE_TOP);
        }
    }
    free(doomed);
}

static void
settle_op(HashmapState *state, CommitOp *op)
{
    if (op->backend_private == NULL) {
        return;
    }
    if (op->kind == COMMIT_REMOVE_RANGE) {
        settle_doomed(state, op->backend_private);
    } else if (op->backend_hint[0] != 0) {
        hashmap_prune_slot(state, (HashmapShard *)op->backend_hint[1],
                           (HashmapSlot *)op->backend_hint[0], HASHMAP_PRUNE_TOP);
    }
}

static void
publish(CommitBackend *backend, CommitEntry *entry)
{
    HashmapState *state = state_of(backend);
    for (size_t i = 0; i < entry->op_count; i++) {
        install_op(state, &entry->ops[i]);
    }
    atomic_store_explicit(&state->published, entry->version, memory_order_release);
    for (size_t i = 0; i < entry->op_count; i++) {
        settle_op(state, &entry->ops[i]);
    }
    hashmap_sweep_after(state, entry->op_count, entry->stamp_ms);
    reclaim_if(state, hashmap_state_is_tight(state));
}

void
hashmap_publish_init(HashmapPublisher *publisher, HashmapState *state)
{
    static const CommitBackendOps ops = {
        .begin = begin, .end = end, .lookup = lookup, .prepare = prepare, .publish = publish};
    publisher->backend.ops = &ops;
    publisher->state = state;
}
