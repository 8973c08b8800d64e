/*
 * writer.c: prepare, persist, publish. See writer.h.
 *
 * What the leader alone uses needs no lock: the active generation, the one whose segment the log
 * writes to, the buffer for records. What others share with it is in `room` (its own lock) or
 * atomic. References: `active` and the journal's generation hold one each; an entry that is pending
 * needs none, because its generation stays in the view until it was FULL.
 */
#include "engine/lsm/writer.h"

#include "engine/base/check.h"
#include "engine/lsm/ahead.h"
#include "engine/lsm/demand.h"
#include "engine/lsm/journal.h"
#include "engine/lsm/operation.h"
#include "engine/lsm/room.h"
#include "engine/lsm/section.h"

#include <stdlib.h>

enum {
    REFRESH_COMMITS = 256,  /* after which the leader's read section begins anew */
    DENIAL_RETRY_MS = 1000, /* what a refused caller is told */
    KEY_SPACE = LSM_DEMAND_KEY_MAX + 1,
};

struct LsmWriter {
    CommitBackend backend; /* first: it is one */
    LsmWriterArgs args;
    LsmLog *log;
    LsmLoader *loader;
    CommitSequencer *sequencer;
    _Atomic int64_t *visible;
    LsmRoom room;
    _Atomic(const char *) poison;
    LsmJournal journal;
    LsmAhead ahead;

    /* The leader's. */
    LsmGeneration *active; /* NULL: the next commit begins one */
    size_t needed;         /* bytes for the commit that was told to wait for room */
    uint8_t *keys;         /* space for two stored keys */

    /* Written by the leader. */
    struct {
        _Atomic int64_t commits;
        _Atomic int64_t operations;
        _Atomic int64_t bytes;
        _Atomic int64_t generations;
        _Atomic int64_t waits;
        _Atomic int64_t wait_us;
        _Atomic int64_t denials;
        _Atomic int64_t loads;
    } stats;
};

static LsmWriter *
writer_of(CommitBackend *backend)
{
    return (LsmWriter *)backend;
}

/* Adds to a figure that the leader alone writes. */
static void
add(_Atomic int64_t *figure, int64_t amount)
{
    int64_t value = atomic_load_explicit(figure, memory_order_relaxed);
    atomic_store_explicit(figure, value + amount, memory_order_relaxed);
}

/* A stored key in space `slot`, 0 or 1. REQUIRES: not too long. */
static BaseSlice
stored_key(const LsmWriter *writer, unsigned slot, EngineKeyspace keyspace, BaseSlice key)
{
    uint8_t *bytes = writer->keys + (size_t)slot * KEY_SPACE;
    bytes[0] = (uint8_t)keyspace;
    if (key.len != 0) {
        memcpy(bytes + 1, key.data, key.len);
    }
    return base_slice(bytes, key.len + 1);
}

static FormatRange
stored_range(const LsmWriter *writer, const CommitOp *op)
{
    unsigned behind = (unsigned)op->keyspace + 1;
    BaseSlice stop = op->unbounded ? stored_key(writer, 1, (EngineKeyspace)behind, BASE_SLICE_EMPTY)
                                   : stored_key(writer, 1, op->keyspace, op->value);
    return (FormatRange){.start = stored_key(writer, 0, op->keyspace, op->key),
                         .stop = stop,
                         .version = op->version};
}

/* ---------------------------------------------------------------------------------- reading -- */

static BaseStatus
lookup(CommitBackend *backend, EngineKeyspace keyspace, BaseSlice key, uintptr_t hint[2],
       EngineLookup *ret_lookup)
{
    (void)hint;
    LsmWriter *writer = writer_of(backend);
    if (key.len > LSM_DEMAND_KEY_MAX) {
        return base_error(BASE_INVALID, "a key is longer than this engine can keep");
    }
    BaseSlice stored = stored_key(writer, 0, keyspace, key);
    if (lsm_loader_any(writer->loader) && lsm_loader_find(writer->loader, stored, ret_lookup)) {
        return base_ok();
    }
    LsmPoint point = lsm_catalog_point(writer->args.catalog);
    LsmFound found;
    BaseStatus status = lsm_get(&point, writer->args.counters, stored, TABLE_CACHE_ONLY, &found);
    if (base_is_ok(status)) {
        ret_lookup->found = found.kind == LSM_FOUND_VALUE;
        ret_lookup->record = (EngineRecord){found.value, found.version, found.expires_at_ms};
    }
    return status;
}

static void
load(CommitBackend *backend, CommitLoad *load)
{
    LsmWriter *writer = writer_of(backend);
    if (load->count != 0) {
        add(&writer->stats.loads, 1);
        lsm_loader_load(writer->loader, load);
        return;
    }
    add(&writer->stats.waits, 1);
    lsm_room_wait(&writer->room, load, writer->needed);
    writer->args.need(writer->args.user);
}

static void
unload(CommitBackend *backend, CommitLoad *load)
{
    LsmWriter *writer = writer_of(backend);
    if (load->count != 0) {
        lsm_loader_unload(writer->loader, load);
        return;
    }
    add(&writer->stats.wait_us, lsm_room_leave(&writer->room, load));
}

/* ------------------------------------------------------------------------------ generations -- */

/* Nothing will be linked in it any more. */
static void
close_generation(LsmWriter *writer, LsmGeneration *generation)
{
    lsm_generation_set_state(generation, LSM_GENERATION_FULL);
    writer->args.need(writer->args.user);
}

/* The active generation takes no further commit. */
static void
seal_active(LsmWriter *writer)
{
    LsmGeneration *generation = writer->active;
    if (generation == NULL) {
        return;
    }
    writer->active = NULL;
    lsm_generation_set_state(generation, LSM_GENERATION_SEALED);
    if (generation->pending == 0) {
        close_generation(writer, generation);
    }
    lsm_generation_unref(generation);
}

/* An entry of the generation is neither pending nor will it be looked at again. */
static void
let_go(LsmWriter *writer, LsmGeneration *generation)
{
    generation->pending--;
    if (generation->pending == 0 && lsm_generation_state(generation) == LSM_GENERATION_SEALED) {
        close_generation(writer, generation);
    }
}

/* Removes a spare that nobody has written to. */
static void
discard_spare(LsmWriter *writer, LsmGeneration *spare)
{
    if (spare != NULL) {
        lsm_log_segment_discard(writer->log, spare->segment);
        spare->segment = NULL;
        lsm_generation_unref(spare);
    }
}

/* The spare becomes the active generation. */
static BaseStatus
begin_generation(LsmWriter *writer, CommitEntry *entry, const LsmDemand *demand)
{
    BaseStatus status = base_ok();
    size_t bytes = lsm_demand_generation(demand);
    LsmGeneration *spare = lsm_room_take(&writer->room, bytes, &status);
    if (spare == NULL) {
        writer->needed = bytes;
        if (status.code != BASE_WOULD_BLOCK) {
            entry->retry_after_ms = DENIAL_RETRY_MS;
            add(&writer->stats.denials, 1);
        }
        return status;
    }
    lsm_generation_set_state(spare, LSM_GENERATION_ACTIVE);
    status = lsm_catalog_push(writer->args.catalog, spare);
    if (!base_is_ok(status)) {
        lsm_generation_set_state(spare, LSM_GENERATION_SPARE);
        discard_spare(writer, lsm_room_offer(&writer->room, spare));
        return status;
    }
    seal_active(writer);
    writer->active = spare;
    add(&writer->stats.generations, 1);
    writer->args.need(writer->args.user);
    return base_ok();
}

/* ---------------------------------------------------------------------------------- prepare -- */

/* Frees the ranges that were copied for an entry. */
static void
drop_ranges(const CommitEntry *entry)
{
    for (size_t i = 0; i < entry->op_count; i++) {
        const CommitOp *op = &entry->ops[i];
        if (lsm_operation_is_range(op) && op->backend_private != NULL) {
            lsm_range_set_drop(lsm_operation_range(op));
        }
    }
}

static BaseStatus
copy_ranges(const LsmWriter *writer, CommitEntry *entry)
{
    for (size_t i = 0; i < entry->op_count; i++) {
        CommitOp *op = &entry->ops[i];
        if (lsm_operation_is_range(op)) {
            FormatRange range = stored_range(writer, op);
            LsmRangeBuilt built;
            BaseStatus status = lsm_range_set_build(&range, &built);
            if (!base_is_ok(status)) {
                return status;
            }
            op->backend_private = built.node;
        }
    }
    return base_ok();
}

/* Reserves in the active generation; *ret_fits is false when it has no room. */
static BaseStatus
reserve_active(const LsmWriter *writer, const LsmDemand *demand, bool *ret_fits)
{
    LsmGeneration *active = writer->active;
    *ret_fits = false;
    if (active == NULL || !lsm_memtable_fits(active->memtable, demand->points, demand->bytes)) {
        return base_ok();
    }
    BaseStatus status = lsm_memtable_reserve(active->memtable, demand->points);
    if (base_is_ok(status)) {
        *ret_fits = lsm_log_segment_reserve(active->segment, demand->log_bytes);
    }
    return status;
}

static BaseStatus
reserve(LsmWriter *writer, CommitEntry *entry, const LsmDemand *demand)
{
    bool fits = false;
    BaseStatus status = lsm_journal_reserve(&writer->journal, demand->log_bytes);
    if (base_is_ok(status)) {
        status = reserve_active(writer, demand, &fits);
    }
    if (!base_is_ok(status) || fits) {
        return status;
    }
    status = begin_generation(writer, entry, demand);
    if (base_is_ok(status)) {
        status = reserve_active(writer, demand, &fits);
    }
    BASE_CHECK(fits || !base_is_ok(status)); /* a spare is as large as it was wanted */
    return status;
}

static void
build_points(const LsmWriter *writer, CommitEntry *entry)
{
    LsmMemtable *memtable = writer->active->memtable;
    for (size_t i = 0; i < entry->op_count; i++) {
        CommitOp *op = &entry->ops[i];
        if (lsm_operation_is_range(op) || lsm_operation_is_dropped(op)) {
            continue;
        }
        BaseSlice stored = stored_key(writer, 0, op->keyspace, op->key);
        const LsmEntry record = {
            .key = stored,
            .hash = lsm_key_index_hash(stored),
            .kind = op->kind == COMMIT_PUT ? LSM_RECORD_PUT : LSM_RECORD_REMOVE,
            .value = op->value,
            .version = op->version,
            .expires_at_ms = op->expires_at_ms,
        };
        lsm_operation_set_built(op, lsm_memtable_build(memtable, &record));
    }
}

static BaseStatus
prepare(CommitBackend *backend, CommitEntry *entry)
{
    LsmWriter *writer = writer_of(backend);
    const char *poison = atomic_load_explicit(&writer->poison, memory_order_relaxed);
    if (poison != NULL) {
        return base_error(BASE_POISONED, poison);
    }
    if (atomic_load_explicit(&writer->room.held, memory_order_acquire)) {
        writer->needed = 0;
        return base_error(BASE_WOULD_BLOCK, "writing is held for a moment");
    }
    LsmDemand demand;
    BaseStatus status = lsm_demand_count(entry, &demand);
    if (base_is_ok(status) && demand.ranges != 0) {
        status = copy_ranges(writer, entry);
    }
    if (base_is_ok(status)) {
        status = reserve(writer, entry, &demand);
    }
    if (!base_is_ok(status)) {
        drop_ranges(entry);
        return status;
    }
    build_points(writer, entry);
    lsm_ahead_follow(&writer->ahead, writer->active);
    entry->backend_private = writer->active;
    writer->active->pending++;
    lsm_journal_claim(&writer->journal, demand.log_bytes);
    return base_ok();
}

static void
persist(CommitBackend *backend, CommitGroup *group)
{
    lsm_journal_write(&writer_of(backend)->journal, group);
}

/* ---------------------------------------------------------------------------------- publish -- */

/* Tells the loader of an operation that was linked. */
static void
tell_loader(const LsmWriter *writer, LsmGeneration *generation, const CommitOp *op)
{
    if (lsm_operation_is_range(op)) {
        FormatRange range = stored_range(writer, op);
        lsm_loader_range(writer->loader, &range);
        return;
    }
    BaseSlice stored = stored_key(writer, 0, op->keyspace, op->key);
    const LsmRecord *record =
        lsm_memtable_get(generation->memtable, stored, lsm_operation_built(op).hash, op->version);
    lsm_loader_point(writer->loader, stored, generation, record);
}

static void
link_operation(LsmGeneration *generation, const CommitOp *op)
{
    if (lsm_operation_is_range(op)) {
        lsm_range_set_add(&generation->ranges, lsm_operation_range(op));
    } else {
        LsmBuilt built = lsm_operation_built(op);
        lsm_memtable_link(generation->memtable, &built);
    }
}

/* Links what is kept of an entry. Returns the bytes of keys and values, dropped ones included. */
static int64_t
link_entry(LsmWriter *writer, const CommitEntry *entry)
{
    LsmGeneration *generation = lsm_operation_generation(entry);
    bool loaded = lsm_loader_any(writer->loader);
    int64_t bytes = 0;
    for (size_t i = 0; i < entry->op_count; i++) {
        const CommitOp *op = &entry->ops[i];
        bytes += (int64_t)(op->key.len + op->value.len);
        if (lsm_operation_is_dropped(op)) {
            continue;
        }
        link_operation(generation, op);
        if (loaded) {
            tell_loader(writer, generation, op);
        }
    }
    return bytes;
}

static void
publish(CommitBackend *backend, CommitEntry *entry)
{
    LsmWriter *writer = writer_of(backend);
    LsmGeneration *generation = lsm_operation_generation(entry);
    add(&writer->stats.bytes, link_entry(writer, entry));
    atomic_store_explicit(&generation->version_highest, entry->version, memory_order_relaxed);
    atomic_store_explicit(&generation->stamp_highest, entry->stamp_ms, memory_order_relaxed);
    atomic_store_explicit(writer->visible, entry->version, memory_order_release);
    let_go(writer, generation);
    add(&writer->stats.operations, (int64_t)entry->op_count);
    add(&writer->stats.commits, 1);
    if (atomic_load_explicit(&writer->stats.commits, memory_order_relaxed) % REFRESH_COMMITS == 0) {
        base_epoch_refresh();
    }
}

static void
discard(CommitBackend *backend, CommitEntry *entry)
{
    LsmWriter *writer = writer_of(backend);
    LsmGeneration *generation = lsm_operation_generation(entry);
    drop_ranges(entry);
    for (size_t i = 0; i < entry->op_count; i++) {
        const CommitOp *op = &entry->ops[i];
        if (!lsm_operation_is_range(op) && !lsm_operation_is_dropped(op)) {
            LsmBuilt built = lsm_operation_built(op);
            lsm_memtable_drop(generation->memtable, &built);
        }
    }
    let_go(writer, generation);
}

/* ---------------------------------------------------------------------- from other threads -- */

void
lsm_writer_persisted(void *user, CommitGroup *group, BaseStatus status)
{
    LsmWriter *writer = user;
    lsm_section_enter();
    if (!base_is_ok(status)) {
        lsm_writer_poison(writer, status.what);
    }
    commit_sequencer_persisted(writer->sequencer, group, status);
    base_epoch_exit();
}

void
lsm_writer_loaded(void *user, CommitLoad *load, BaseStatus status)
{
    LsmWriter *writer = user;
    lsm_section_enter();
    commit_sequencer_loaded(writer->sequencer, load, status);
    base_epoch_exit();
}

size_t
lsm_writer_wants(LsmWriter *writer)
{
    size_t bytes = lsm_room_wants(&writer->room);
    if (bytes == 0) {
        return 0;
    }
    LsmView *view = lsm_catalog_hold(writer->args.catalog);
    bool allowed = view->count < writer->args.generations_max;
    lsm_view_unref(view);
    return allowed ? bytes : 0;
}

size_t
lsm_writer_segment_bytes(size_t bytes)
{
    return bytes + bytes / 2;
}

void
lsm_writer_offer(LsmWriter *writer, LsmGeneration *spare)
{
    lsm_section_enter();
    discard_spare(writer, lsm_room_offer(&writer->room, spare));
    base_epoch_exit();
}

void
lsm_writer_deny(LsmWriter *writer, BaseStatus status)
{
    lsm_section_enter();
    lsm_room_deny(&writer->room, status);
    base_epoch_exit();
}

void
lsm_writer_seal(LsmWriter *writer)
{
    LsmGeneration *active = writer->active;
    if (active != NULL && (active->pending != 0 || !lsm_generation_is_empty(active))) {
        seal_active(writer);
    }
}

void
lsm_writer_hold(LsmWriter *writer, bool held)
{
    lsm_section_enter();
    lsm_room_hold(&writer->room, held);
    base_epoch_exit();
}

void
lsm_writer_set_price(LsmWriter *writer, double ns_per_byte, LsmPriceCause cause)
{
    lsm_journal_set_price(&writer->journal, ns_per_byte, cause);
}

void
lsm_writer_poison(LsmWriter *writer, const char *what)
{
    const char *none = NULL;
    (void)atomic_compare_exchange_strong(&writer->poison, &none, what);
    lsm_section_enter();
    lsm_room_break(&writer->room);
    base_epoch_exit();
}

void
lsm_writer_stats(const LsmWriter *writer, LsmWriterStats *ret_stats)
{
    *ret_stats = (LsmWriterStats){
        .commits = atomic_load_explicit(&writer->stats.commits, memory_order_relaxed),
        .operations = atomic_load_explicit(&writer->stats.operations, memory_order_relaxed),
        .bytes = atomic_load_explicit(&writer->stats.bytes, memory_order_relaxed),
        .groups = atomic_load_explicit(&writer->journal.groups, memory_order_relaxed),
        .generations = atomic_load_explicit(&writer->stats.generations, memory_order_relaxed),
        .waits = atomic_load_explicit(&writer->stats.waits, memory_order_relaxed),
        .wait_us = atomic_load_explicit(&writer->stats.wait_us, memory_order_relaxed),
        .denials = atomic_load_explicit(&writer->stats.denials, memory_order_relaxed),
        .delays = atomic_load_explicit(&writer->journal.delays, memory_order_relaxed),
        .loads = atomic_load_explicit(&writer->stats.loads, memory_order_relaxed),
    };
    for (int cause = 0; cause < LSM_PRICE_CAUSES; cause++) {
        ret_stats->delay_us[cause] =
            atomic_load_explicit(&writer->journal.delay_us[cause], memory_order_relaxed);
    }
}

/* ------------------------------------------------------------------------------------- life -- */

BaseStatus
lsm_writer_new(const LsmWriterArgs *args, LsmWriter **ret_writer)
{
    static const CommitBackendOps ops = {.lookup = lookup,
                                         .load = load,
                                         .unload = unload,
                                         .prepare = prepare,
                                         .persist = persist,
                                         .publish = publish,
                                         .discard = discard};
    LsmWriter *writer = calloc(1, sizeof(*writer));
    uint8_t *keys = malloc((size_t)2 * KEY_SPACE);
    if (writer == NULL || keys == NULL) {
        free(writer);
        free(keys);
        return base_error(BASE_NO_MEMORY, "no memory for the writer of a store");
    }
    writer->backend.ops = &ops;
    writer->args = *args;
    writer->keys = keys;
    writer->visible = lsm_catalog_visible(args->catalog);
    lsm_journal_init(&writer->journal, atomic_load(writer->visible));
    lsm_room_init(&writer->room, args->write_buffer, lsm_writer_loaded, writer);
    lsm_ahead_start(&writer->ahead, args->write_buffer);
    *ret_writer = writer;
    return base_ok();
}

void
lsm_writer_connect(LsmWriter *writer, LsmLog *log, LsmLoader *loader, CommitSequencer *sequencer)
{
    writer->log = log;
    writer->journal.log = log;
    writer->loader = loader;
    writer->sequencer = sequencer;
}

void
lsm_writer_free(LsmWriter *writer)
{
    if (writer == NULL) {
        return;
    }
    lsm_ahead_stop(&writer->ahead);
    discard_spare(writer, lsm_room_empty(&writer->room));
    lsm_room_clear(&writer->room);
    lsm_journal_clear(&writer->journal, writer->args.catalog);
    lsm_generation_unref(writer->active);
    free(writer->keys);
    free(writer);
}

CommitBackend *
lsm_writer_backend(LsmWriter *writer)
{
    return &writer->backend;
}
