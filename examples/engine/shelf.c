/*
 * shelf.c: a whole engine of Larder in one file, as a sample: records in memory, in a sorted array.
 *
 * Writes go through the sequencer (engine/commit), which resolves guards, increments, appends and
 * expiries; what is left for the engine is to look keys up, to reserve memory, and to publish. It
 * keeps nothing, so its backend is an immediate one: a commit is published as soon as it is
 * sequenced.
 *
 * Reads copy what they find. So the lock is held for one operation only, and what was read lives
 * until its section ends, whatever is written meanwhile. A walk looks its place up anew at every
 * move; it does not stay at one version, and the engine does not claim to (no ENGINE_CAN_SNAPSHOT).
 *
 * Threading: a lock for readers and the one writer. The writer needs none to look things up.
 */
#include "engine/commit/sequencer.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

/* A record of either keyspace; its key and value lie behind it. */
typedef struct Record {
    EngineKeyspace keyspace;
    BaseSlice key;
    EngineRecord record;
    uint8_t bytes[];
} Record;

typedef struct Shelf {
    Engine engine; /* first: it is one */
    CommitBackend backend;
    CommitVersions *versions;
    CommitStamps stamps;
    CommitSequencer *sequencer;
    pthread_rwlock_t lock; /* around the four below */
    Record **records;      /* ascending by keyspace and key */
    size_t count;
    size_t capacity;
    int64_t version;
} Shelf;

static Shelf *
shelf_of(Engine *engine)
{
    return (Shelf *)engine;
}

static Shelf *
shelf_of_backend(CommitBackend *backend)
{
    return (Shelf *)(void *)((char *)backend - offsetof(Shelf, backend));
}

/* ---------------------------------------------------------------------------------- records -- */

static Record *
record_new(EngineKeyspace keyspace, BaseSlice key, const EngineRecord *from)
{
    Record *record = malloc(sizeof *record + key.len + from->value.len);
    if (record == NULL) {
        return NULL;
    }
    *record = (Record){.keyspace = keyspace, .record = *from};
    if (key.len != 0) {
        memcpy(record->bytes, key.data, key.len);
    }
    if (from->value.len != 0) {
        memcpy(record->bytes + key.len, from->value.data, from->value.len);
    }
    record->key = base_slice(record->bytes, key.len);
    record->record.value = base_slice(record->bytes + key.len, from->value.len);
    return record;
}

static bool
is_live(const Record *record, int64_t now_ms)
{
    int64_t expiry = record->record.expires_at_ms;
    return expiry == 0 || expiry > now_ms;
}

/* The place of the first record at or behind a key. */
static size_t
place_of(const Shelf *shelf, EngineKeyspace keyspace, BaseSlice key)
{
    size_t low = 0;
    size_t high = shelf->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const Record *record = shelf->records[middle];
        bool before = record->keyspace != keyspace ? record->keyspace < keyspace
                                                   : base_slice_compare(record->key, key) < 0;
        low = before ? middle + 1 : low;
        high = before ? high : middle;
    }
    return low;
}

static Record *
find(const Shelf *shelf, EngineKeyspace keyspace, BaseSlice key)
{
    size_t place = place_of(shelf, keyspace, key);
    Record *record = place < shelf->count ? shelf->records[place] : NULL;
    return record != NULL && record->keyspace == keyspace && base_slice_equal(record->key, key)
               ? record
               : NULL;
}

/* ---------------------------------------------------------------------------------- commits -- */

static BaseStatus
lookup(CommitBackend *backend, EngineKeyspace keyspace, BaseSlice key, uintptr_t hint[2],
       EngineLookup *ret_lookup)
{
    (void)hint;
    const Record *record = find(shelf_of_backend(backend), keyspace, key);
    *ret_lookup = (EngineLookup){.found = record != NULL};
    if (record != NULL) {
        ret_lookup->record = record->record;
    }
    return base_ok();
}

static bool
reserve_places(Shelf *shelf, size_t count)
{
    if (shelf->count + count <= shelf->capacity) {
        return true;
    }
    size_t capacity = 2 * shelf->capacity + count;
    (void)pthread_rwlock_wrlock(&shelf->lock);
    Record **records = realloc(shelf->records, capacity * sizeof *records);
    if (records != NULL) {
        shelf->records = records;
        shelf->capacity = capacity;
    }
    (void)pthread_rwlock_unlock(&shelf->lock);
    return records != NULL;
}

static BaseStatus
prepare(CommitBackend *backend, CommitEntry *entry)
{
    bool reserved = reserve_places(shelf_of_backend(backend), entry->op_count);
    size_t made = 0;
    for (; reserved && made < entry->op_count; made++) {
        CommitOp *op = &entry->ops[made];
        const EngineRecord record = {op->value, op->version, op->expires_at_ms};
        if (op->kind == COMMIT_PUT) {
            op->backend_private = record_new(op->keyspace, op->key, &record);
            reserved = op->backend_private != NULL;
        }
    }
    if (reserved) {
        return base_ok();
    }
    for (size_t i = 0; i < made; i++) {
        free(entry->ops[i].backend_private);
        entry->ops[i].backend_private = NULL;
    }
    return base_error(BASE_NO_MEMORY, "no memory for a record");
}

/* Takes the records of [from, to) away. */
static void
take_away(Shelf *shelf, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        free(shelf->records[i]);
    }
    if (to != from) {
        memmove(&shelf->records[from], &shelf->records[to],
                (shelf->count - to) * sizeof *shelf->records);
        shelf->count -= to - from;
    }
}

static void
apply(Shelf *shelf, const CommitOp *op)
{
    size_t from = place_of(shelf, op->keyspace, op->key);
    if (op->kind == COMMIT_REMOVE_RANGE) {
        size_t to = op->unbounded
                        ? place_of(shelf, (EngineKeyspace)(op->keyspace + 1), BASE_SLICE_EMPTY)
                        : place_of(shelf, op->keyspace, op->value);
        take_away(shelf, from, to > from ? to : from);
        return;
    }
    if (find(shelf, op->keyspace, op->key) != NULL) {
        take_away(shelf, from, from + 1);
    }
    if (op->kind == COMMIT_PUT) {
        memmove(&shelf->records[from + 1], &shelf->records[from],
                (shelf->count - from) * sizeof *shelf->records);
        shelf->records[from] = op->backend_private;
        shelf->count++;
    }
}

static void
publish(CommitBackend *backend, CommitEntry *entry)
{
    Shelf *shelf = shelf_of_backend(backend);
    (void)pthread_rwlock_wrlock(&shelf->lock);
    for (size_t i = 0; i < entry->op_count; i++) {
        apply(shelf, &entry->ops[i]);
    }
    shelf->version = entry->version;
    (void)pthread_rwlock_unlock(&shelf->lock);
}

static void
op_commit(Engine *engine, EngineCommit *chain)
{
    commit_sequencer_submit(shelf_of(engine)->sequencer, chain);
}

/* ------------------------------------------------------------------------------------ reads -- */

/* A copy that a read section has made; the words of EngineRead begin with the newest. */
typedef struct Copy {
    struct Copy *older;
    Record *record;
} Copy;

static BaseStatus
op_read_begin(EngineRead *read)
{
    read->now_ms = commit_stamp_now(&shelf_of(read->engine)->stamps);
    read->engine_private[0] = 0;
    return base_ok();
}

static void
op_read_end(EngineRead *read)
{
    for (Copy *copy = (Copy *)read->engine_private[0]; copy != NULL;) {
        Copy *older = copy->older;
        free(copy->record);
        free(copy);
        copy = older;
    }
}

/* Copies a live record into the section. REQUIRES: the lock is held. */
static BaseStatus
copy_out(EngineRead *read, const Record *record, EngineLookup *ret_lookup)
{
    *ret_lookup = (EngineLookup){.found = false};
    if (record == NULL || !is_live(record, read->now_ms)) {
        return base_ok();
    }
    Copy *copy = malloc(sizeof *copy);
    Record *same = record_new(record->keyspace, record->key, &record->record);
    if (copy == NULL || same == NULL) {
        free(copy);
        free(same);
        return base_error(BASE_NO_MEMORY, "no memory to read a record");
    }
    *copy = (Copy){(Copy *)read->engine_private[0], same};
    read->engine_private[0] = (uintptr_t)copy;
    *ret_lookup = (EngineLookup){true, same->record};
    return base_ok();
}

static BaseStatus
op_multi_get(EngineRead *read, EngineKeyspace keyspace, const BaseSlice *keys, size_t count,
             EngineLookup *ret_lookups, int64_t *ret_version)
{
    Shelf *shelf = shelf_of(read->engine);
    BaseStatus status = base_ok();
    (void)pthread_rwlock_rdlock(&shelf->lock);
    *ret_version = shelf->version;
    for (size_t i = 0; i < count && base_is_ok(status); i++) {
        status = copy_out(read, find(shelf, keyspace, keys[i]), &ret_lookups[i]);
    }
    (void)pthread_rwlock_unlock(&shelf->lock);
    return status;
}

static BaseStatus
op_get(EngineRead *read, EngineKeyspace keyspace, BaseSlice key, EngineLookup *ret_lookup)
{
    int64_t version = 0;
    return op_multi_get(read, keyspace, &key, 1, ret_lookup, &version);
}

static BaseStatus
op_snapshot_new(Engine *engine, EngineSnapshot **ret_snapshot)
{
    (void)engine;
    (void)ret_snapshot;
    return base_error(BASE_UNSUPPORTED, "this engine has no snapshots");
}

static void
op_snapshot_free(EngineSnapshot *snapshot)
{
    (void)snapshot;
}

/* ------------------------------------------------------------------------------------ walks -- */

typedef struct Walk {
    EngineIterator base; /* first: it is one */
    EngineIteratorOptions options;
    Record *current; /* a copy */
} Walk;

static BaseStatus
op_iterator_new(Engine *engine, const EngineSnapshot *snapshot,
                const EngineIteratorOptions *options, EngineIterator **ret_iterator)
{
    (void)snapshot;
    Shelf *shelf = shelf_of(engine);
    Walk *walk = calloc(1, sizeof *walk);
    if (walk == NULL) {
        return base_error(BASE_NO_MEMORY, "no memory for an iterator");
    }
    (void)pthread_rwlock_rdlock(&shelf->lock);
    walk->base = (EngineIterator){.engine = engine,
                                  .read_version = shelf->version,
                                  .now_ms = commit_stamp_now(&shelf->stamps),
                                  .status = base_ok()};
    (void)pthread_rwlock_unlock(&shelf->lock);
    walk->options = *options;
    *ret_iterator = &walk->base;
    return base_ok();
}

static void
op_iterator_free(EngineIterator *base)
{
    free(((Walk *)base)->current);
    free(base);
}

static bool
is_within(const Walk *walk, const Record *record)
{
    const EngineRange *range = &walk->options.range;
    return record->keyspace == walk->options.keyspace &&
           base_slice_compare(record->key, range->start) >= 0 &&
           (range->unbounded || base_slice_compare(record->key, range->stop) < 0);
}

/* Shows the first live record of the range from a place on, in steps of 1 or -1. */
static void
show(Walk *walk, const Shelf *shelf, size_t place, int step)
{
    const Record *record = place < shelf->count ? shelf->records[place] : NULL;
    while (record != NULL && is_within(walk, record) && !is_live(record, walk->base.now_ms)) {
        walk->base.stats.examined++;
        walk->base.stats.expired++;
        place += (size_t)step; /* one before the first is behind the last */
        record = place < shelf->count ? shelf->records[place] : NULL;
    }
    Record *same = NULL;
    if (record != NULL && is_within(walk, record)) {
        same = record_new(record->keyspace, record->key, &record->record);
        walk->base.status =
            same != NULL ? base_ok() : base_error(BASE_NO_MEMORY, "no memory to read a record");
        walk->base.stats.examined++;
    }
    free(walk->current);
    walk->current = same;
    walk->base.valid = same != NULL;
    if (same != NULL) {
        walk->base.key = same->key;
        walk->base.record = same->record;
    }
}

/* Goes to the first record at or behind a key, and `offset` further. */
static void
go(EngineIterator *base, BaseSlice key, int offset, int step)
{
    Walk *walk = (Walk *)base;
    Shelf *shelf = shelf_of(base->engine);
    (void)pthread_rwlock_rdlock(&shelf->lock);
    size_t place = place_of(shelf, walk->options.keyspace, key);
    show(walk, shelf, place + (size_t)offset, step);
    (void)pthread_rwlock_unlock(&shelf->lock);
}

static void
op_iterator_seek(EngineIterator *base, const BaseSlice *key)
{
    BaseSlice start = ((Walk *)base)->options.range.start;
    go(base, key != NULL && base_slice_compare(*key, start) > 0 ? *key : start, 0, 1);
}

static void
op_iterator_seek_before(EngineIterator *base, const BaseSlice *key)
{
    Walk *walk = (Walk *)base;
    const EngineRange *range = &walk->options.range;
    if (key != NULL && (range->unbounded || base_slice_compare(*key, range->stop) < 0)) {
        go(base, *key, -1, -1);
    } else if (!range->unbounded) {
        go(base, range->stop, -1, -1);
    } else {
        Shelf *shelf = shelf_of(base->engine);
        (void)pthread_rwlock_rdlock(&shelf->lock);
        EngineKeyspace next = (EngineKeyspace)(walk->options.keyspace + 1);
        show(walk, shelf, place_of(shelf, next, BASE_SLICE_EMPTY) - 1, -1);
        (void)pthread_rwlock_unlock(&shelf->lock);
    }
}

static void
op_iterator_next(EngineIterator *base)
{
    Shelf *shelf = shelf_of(base->engine);
    (void)pthread_rwlock_rdlock(&shelf->lock);
    Walk *walk = (Walk *)base;
    size_t place = place_of(shelf, walk->options.keyspace, base->key);
    bool is_there = find(shelf, walk->options.keyspace, base->key) != NULL;
    show(walk, shelf, place + (is_there ? 1 : 0), 1);
    (void)pthread_rwlock_unlock(&shelf->lock);
}

static void
op_iterator_prev(EngineIterator *base)
{
    go(base, base->key, -1, -1);
}

/* ---------------------------------------------------------------------------------- figures -- */

static void
op_stats(Engine *engine, EngineStats *ret_stats)
{
    Shelf *shelf = shelf_of(engine);
    *ret_stats = (EngineStats){0};
    (void)pthread_rwlock_rdlock(&shelf->lock);
    ret_stats->version = shelf->version;
    ret_stats->memory_bytes = (int64_t)(sizeof *shelf + shelf->capacity * sizeof(Record *));
    for (size_t i = 0; i < shelf->count; i++) {
        int64_t bytes = (int64_t)(shelf->records[i]->key.len + shelf->records[i]->record.value.len);
        bool is_data = shelf->records[i]->keyspace == ENGINE_DATA;
        ret_stats->keys += is_data;
        ret_stats->data_bytes += is_data ? bytes : 0;
        ret_stats->memory_bytes += bytes + (int64_t)sizeof(Record);
    }
    (void)pthread_rwlock_unlock(&shelf->lock);
}

static BaseStatus
op_range_split(Engine *engine, const EngineRange *range, int64_t part_bytes,
               EngineSplitVisitor *visit, void *user)
{
    const EngineIteratorOptions options = {.keyspace = ENGINE_DATA, .range = *range};
    EngineIterator *iterator = NULL;
    BaseStatus status = op_iterator_new(engine, NULL, &options, &iterator);
    if (!base_is_ok(status)) {
        return status;
    }
    int64_t part = 0;
    for (op_iterator_seek(iterator, NULL); iterator->valid; op_iterator_next(iterator)) {
        if (part >= part_bytes) {
            part = 0;
            if (!visit(user, iterator->key)) {
                break;
            }
        }
        part += (int64_t)(iterator->key.len + iterator->record.value.len);
    }
    status = iterator->status;
    op_iterator_free(iterator);
    return status;
}

static BaseStatus
op_range_estimate(Engine *engine, const EngineRange *range, EngineRangeEstimate *ret_estimate)
{
    const EngineIteratorOptions options = {.keyspace = ENGINE_DATA, .range = *range};
    EngineIterator *iterator = NULL;
    BaseStatus status = op_iterator_new(engine, NULL, &options, &iterator);
    if (!base_is_ok(status)) {
        return status;
    }
    *ret_estimate = (EngineRangeEstimate){.exact = true};
    for (op_iterator_seek(iterator, NULL); iterator->valid; op_iterator_next(iterator)) {
        ret_estimate->keys++;
        ret_estimate->bytes += (int64_t)(iterator->key.len + iterator->record.value.len);
    }
    status = iterator->status;
    op_iterator_free(iterator);
    return status;
}

/* ------------------------------------------------------------------------ opening and class -- */

static void
op_close(Engine *engine)
{
    Shelf *shelf = shelf_of(engine);
    commit_sequencer_free(shelf->sequencer);
    commit_version_close(shelf->versions);
    take_away(shelf, 0, shelf->count);
    free(shelf->records);
    (void)pthread_rwlock_destroy(&shelf->lock);
    free(shelf);
}

static const EngineOps shelf_ops = {
    .close = op_close,
    .commit = op_commit,
    .read_begin = op_read_begin,
    .read_end = op_read_end,
    .get = op_get,
    .multi_get = op_multi_get,
    .snapshot_new = op_snapshot_new,
    .snapshot_free = op_snapshot_free,
    .iterator_new = op_iterator_new,
    .iterator_seek = op_iterator_seek,
    .iterator_seek_before = op_iterator_seek_before,
    .iterator_next = op_iterator_next,
    .iterator_prev = op_iterator_prev,
    .iterator_free = op_iterator_free,
    .stats = op_stats,
    .range_estimate = op_range_estimate,
    .range_split = op_range_split,
};

static const EngineClass shelf_class;

static BaseStatus
open_shelf(EngineOpenArgs *args, Engine **ret_engine)
{
    static const CommitBackendOps backend_ops = {
        .lookup = lookup, .prepare = prepare, .publish = publish};
    Shelf *shelf = calloc(1, sizeof *shelf);
    if (shelf == NULL) {
        return base_error(BASE_NO_MEMORY, "no memory for the engine");
    }
    shelf->engine = (Engine){&shelf_ops, &shelf_class};
    shelf->backend.ops = &backend_ops;
    (void)pthread_rwlock_init(&shelf->lock, NULL);
    commit_stamp_init(&shelf->stamps, args->clock, 0);
    BaseStatus status = commit_version_open(args->env, args->directory, 0, &shelf->versions);
    if (base_is_ok(status)) {
        shelf->version = commit_version_last(shelf->versions);
        const CommitSequencerArgs sequencer_args = {.backend = &shelf->backend,
                                                    .clock = args->clock,
                                                    .stamps = &shelf->stamps,
                                                    .versions = shelf->versions,
                                                    .value_max = args->value_max};
        status = commit_sequencer_new(&sequencer_args, &shelf->sequencer);
    }
    if (!base_is_ok(status)) {
        op_close(&shelf->engine);
        return status;
    }
    *ret_engine = &shelf->engine;
    return status;
}

static const EngineClass shelf_class = {
    .abi_version = ENGINE_ABI_VERSION,
    .struct_size = sizeof(EngineClass),
    .name = "shelf",
    .format = 1,
    .summary = "a sample: records in memory, in one sorted array",
    .capabilities = ENGINE_CAN_ORDER | ENGINE_CAN_BATCH | ENGINE_CAN_STORE_VERSION |
                    ENGINE_CAN_REVERSE | ENGINE_CAN_EXPIRE,
    .open = open_shelf,
};

const EngineClass *
larder_engine_module(void)
{
    return &shelf_class;
}
