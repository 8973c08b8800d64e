/*
 * lsm.c: the engine's face: the class, and the functions of EngineOps, which hand over to the parts
 * of the store. See lsm.h for what it is and DESIGN.md for how it works.
 *
 * A read section's engine_private holds where it reads: the view and the version. A section at a
 * snapshot reads the current view, too, since what a snapshot sees is kept as long as it is open.
 */
#include "engine/lsm/lsm.h"

#include "engine/lsm/figures.h"
#include "engine/lsm/ingest.h"
#include "engine/lsm/iterator.h"
#include "engine/lsm/range.h"
#include "engine/lsm/repair.h"
#include "engine/lsm/stored.h"
#include "engine/lsm/verify.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct Lsm {
    Engine engine; /* first: it is one */
    LsmStore store;
} Lsm;

typedef struct Snapshot {
    EngineSnapshot base; /* first: it is one */
    LsmSnapshot entry;
} Snapshot;

static LsmStore *
store_of(Engine *engine)
{
    return &((Lsm *)engine)->store;
}

static BaseStatus
no_memory(void)
{
    return base_error(BASE_NO_MEMORY, "no memory for a read");
}

static void
op_commit(Engine *engine, EngineCommit *chain)
{
    lsm_store_submit(store_of(engine), chain);
}

/* ------------------------------------------------------------------------------------ reads -- */

/* Where a section reads. */
enum { READ_VIEW = 0, READ_VERSION = 1 };

static LsmPoint
point_of(const EngineRead *read)
{
    return (LsmPoint){.view = (const LsmView *)read->engine_private[READ_VIEW],
                      .version = (int64_t)read->engine_private[READ_VERSION]};
}

static unsigned
cache_flags(const EngineRead *read)
{
    return (read->flags & ENGINE_READ_CACHED_ONLY) != 0 ? TABLE_CACHE_ONLY : 0;
}

static BaseStatus
op_read_begin(EngineRead *read)
{
    LsmStore *store = store_of(read->engine);
    if (!base_epoch_enter()) {
        return base_error(BASE_NO_MEMORY, "no memory for a read section");
    }
    LsmPoint point = lsm_catalog_point(store->catalog);
    const EngineSnapshot *snapshot = read->snapshot;
    int64_t version = snapshot != NULL ? snapshot->version : point.version;
    read->engine_private[READ_VIEW] = (uintptr_t)point.view;
    read->engine_private[READ_VERSION] = (uintptr_t)version;
    read->now_ms = snapshot != NULL ? snapshot->stamp_ms : commit_stamp_now(&store->stamps);
    return base_ok();
}

static void
op_read_end(EngineRead *read)
{
    (void)read;
    base_epoch_exit();
}

static EngineLookup
answer(const LsmFound *found, int64_t now_ms)
{
    if (!lsm_found_is_live(found, now_ms)) {
        return (EngineLookup){.found = false};
    }
    return (EngineLookup){.found = true,
                          .record = {.value = found->value,
                                     .version = found->version,
                                     .expires_at_ms = found->expires_at_ms}};
}

static BaseStatus
op_get(EngineRead *read, EngineKeyspace keyspace, BaseSlice key, EngineLookup *ret_lookup)
{
    LsmStored stored;
    LsmFound found;
    LsmPoint point = point_of(read);
    BaseStatus status = lsm_stored_init(&stored, keyspace, key);
    if (status.code != BASE_OK) {
        return status;
    }
    status = lsm_get(&point, &store_of(read->engine)->reads, stored.key, cache_flags(read), &found);
    lsm_stored_clear(&stored);
    if (status.code == BASE_OK) {
        *ret_lookup = answer(&found, read->now_ms);
    }
    return status;
}

/* Stored keys and answers of many keys, in one piece of memory. */
typedef struct Many {
    LsmFound *found;
    BaseSlice *stored;
    uint8_t *bytes;
} Many;

static BaseStatus
many_init(Many *many, EngineKeyspace keyspace, const BaseSlice *keys, size_t count)
{
    size_t bytes = 0;
    for (size_t i = 0; i < count; i++) {
        bytes += keys[i].len + 1;
    }
    many->found = malloc(count * (sizeof(LsmFound) + sizeof(BaseSlice)) + bytes);
    if (many->found == NULL) {
        return no_memory();
    }
    many->stored = (BaseSlice *)(many->found + count);
    many->bytes = (uint8_t *)(many->stored + count);
    uint8_t *at = many->bytes;
    for (size_t i = 0; i < count; i++) {
        at[0] = (uint8_t)keyspace;
        if (keys[i].len != 0) {
            memcpy(at + 1, keys[i].data, keys[i].len);
        }
        many->stored[i] = base_slice(at, keys[i].len + 1);
        at += keys[i].len + 1;
    }
    return base_ok();
}

static BaseStatus
op_multi_get(EngineRead *read, EngineKeyspace keyspace, const BaseSlice *keys, size_t count,
             EngineLookup *ret_lookups, int64_t *ret_version)
{
    Many many;
    LsmPoint point = point_of(read);
    *ret_version = point.version;
    if (count == 0) {
        return base_ok();
    }
    BaseStatus status = many_init(&many, keyspace, keys, count);
    if (status.code != BASE_OK) {
        return status;
    }
    status = lsm_multi_get(&point, &store_of(read->engine)->reads, many.stored, count,
                           cache_flags(read), many.found);
    for (size_t i = 0; i < count && status.code == BASE_OK; i++) {
        ret_lookups[i] = answer(&many.found[i], read->now_ms);
    }
    free(many.found);
    return status;
}

/* ------------------------------------------------------------------ snapshots and iterators -- */

static BaseStatus
op_snapshot_new(Engine *engine, EngineSnapshot **ret_snapshot)
{
    LsmStore *store = store_of(engine);
    Snapshot *snapshot = malloc(sizeof(*snapshot));
    if (snapshot == NULL) {
        return base_error(BASE_NO_MEMORY, "no memory for a snapshot");
    }
    lsm_snapshots_open(&store->snapshots, lsm_catalog_visible(store->catalog), &store->stamps,
                       &snapshot->entry);
    snapshot->base = (EngineSnapshot){
        .engine = engine, .version = snapshot->entry.version, .stamp_ms = snapshot->entry.stamp_ms};
    *ret_snapshot = &snapshot->base;
    return base_ok();
}

static void
op_snapshot_free(EngineSnapshot *base)
{
    Snapshot *snapshot = (Snapshot *)base;
    lsm_snapshots_close(&store_of(base->engine)->snapshots, &snapshot->entry);
    free(snapshot);
}

static BaseStatus
op_iterator_new(Engine *engine, const EngineSnapshot *snapshot,
                const EngineIteratorOptions *options, EngineIterator **ret_iterator)
{
    LsmStore *store = store_of(engine);
    if (!base_epoch_enter()) {
        return base_error(BASE_NO_MEMORY, "no memory for a read section");
    }
    LsmPoint point = lsm_catalog_point(store->catalog);
    LsmView *view = lsm_view_ref((LsmView *)(uintptr_t)point.view);
    base_epoch_exit();
    LsmIteratorArgs args = {.engine = engine,
                            .view = view,
                            .version = snapshot != NULL ? snapshot->version : point.version,
                            .now_ms = snapshot != NULL ? snapshot->stamp_ms
                                                       : commit_stamp_now(&store->stamps),
                            .options = options,
                            .counters = &store->reads};
    BaseStatus status = lsm_iterator_new(&args, ret_iterator);
    if (status.code != BASE_OK) {
        lsm_view_unref(view);
    }
    return status;
}

/* --------------------------------------------------------------------------------- estimates -- */

static BaseStatus
op_range_estimate(Engine *engine, const EngineRange *range, EngineRangeEstimate *ret_estimate)
{
    LsmStore *store = store_of(engine);
    if (!base_epoch_enter()) {
        return no_memory();
    }
    LsmPoint point = lsm_catalog_point(store->catalog);
    int64_t now_ms = commit_stamp_now(&store->stamps);
    BaseStatus status = lsm_range_estimate(&point, &store->reads, now_ms, range, ret_estimate);
    base_epoch_exit();
    return status;
}

static BaseStatus
op_range_split(Engine *engine, const EngineRange *range, int64_t part_bytes,
               EngineSplitVisitor *visit, void *user)
{
    LsmStore *store = store_of(engine);
    LsmView *view = lsm_catalog_hold(store->catalog);
    LsmPoint point = {
        .view = view,
        .version = atomic_load_explicit(lsm_catalog_visible(store->catalog), memory_order_acquire)};
    BaseStatus status = lsm_range_split(&point, range, part_bytes, visit, user);
    lsm_view_unref(view);
    return status;
}

/* ------------------------------------------------------------------------------ housekeeping -- */

static void
op_stats(Engine *engine, EngineStats *ret_stats)
{
    lsm_figures_stats(store_of(engine), ret_stats);
}

static void
op_figures(Engine *engine, EngineFigureVisitor *visit, void *user)
{
    lsm_figures_visit(store_of(engine), visit, user);
}

static BaseStatus
op_files(Engine *engine, EngineFileVisitor *visit, void *user)
{
    return lsm_figures_files(store_of(engine), visit, user);
}

static BaseStatus
op_set_option(Engine *engine, size_t index, int64_t value)
{
    LsmStore *store = store_of(engine);
    if (index >= LSM_OPTION_COUNT || value < lsm_settings_options[index].lowest ||
        value > lsm_settings_options[index].highest) {
        return base_error(BASE_INVALID, "no such option, or a value out of its range");
    }
    switch (index) {
    case LSM_OPTION_BLOCK_CACHE:
        atomic_store(&store->block_cache_bytes, value);
        table_block_cache_set_budget(store->cache, (size_t)value);
        break;
    case LSM_OPTION_RATE:
        lsm_worker_set_rate(store->worker, value);
        break;
    case LSM_OPTION_RECLAIM_AFTER:
        lsm_worker_set_reclaim(store->worker, value);
        break;
    default:
        return base_error(BASE_UNSUPPORTED, "this option takes effect when the store is reopened");
    }
    return base_ok();
}

static void
op_tick(Engine *engine)
{
    LsmStore *store = store_of(engine);
    /* A failure shows when the block of versions is used up; until then it is nobody's concern. */
    (void)commit_version_refill(store->versions);
    table_block_cache_reclaim(store->cache);
    lsm_catalog_reclaim(store->catalog);
}

static BaseStatus
op_flush(Engine *engine)
{
    return lsm_store_flush(store_of(engine));
}

static BaseStatus
op_compact(Engine *engine, const EngineRange *range)
{
    return lsm_store_compact(store_of(engine), range);
}

static BaseStatus
op_checkpoint(Engine *engine, const char *directory)
{
    return lsm_store_checkpoint(store_of(engine), directory);
}

BaseStatus
lsm_ingest(Engine *engine, const char *const *paths, size_t count, bool link, int64_t *ret_version,
           char *message)
{
    LsmIngestFiles files = {.paths = paths, .count = count, .link = link};
    return lsm_ingest_run(store_of(engine), &files, ret_version, message);
}

static BaseStatus
op_verify(Engine *engine)
{
    return lsm_store_verify(store_of(engine));
}

static void
op_interrupt(Engine *engine)
{
    lsm_store_interrupt(store_of(engine));
}

static BaseStatus
op_status(Engine *engine)
{
    return lsm_store_status(store_of(engine));
}

/* ----------------------------------------------------------------------- opening and closing -- */

static void
op_close(Engine *engine)
{
    lsm_store_close(store_of(engine));
    free(engine);
}

static const EngineOps ops = {
    .close = op_close,
    .commit = op_commit,
    .read_begin = op_read_begin,
    .read_end = op_read_end,
    .get = op_get,
    .multi_get = op_multi_get,
    .snapshot_new = op_snapshot_new,
    .snapshot_free = op_snapshot_free,
    .iterator_new = op_iterator_new,
    .iterator_seek = lsm_iterator_seek,
    .iterator_seek_before = lsm_iterator_seek_before,
    .iterator_next = lsm_iterator_next,
    .iterator_prev = lsm_iterator_prev,
    .iterator_stretch = lsm_iterator_stretch,
    .iterator_free = lsm_iterator_free,
    .stats = op_stats,
    .figures = op_figures,
    .files = op_files,
    .range_estimate = op_range_estimate,
    .range_split = op_range_split,
    .set_option = op_set_option,
    .tick = op_tick,
    .flush = op_flush,
    .compact = op_compact,
    .checkpoint = op_checkpoint,
    .verify = op_verify,
    .status = op_status,
    .interrupt = op_interrupt,
};

static BaseStatus
open_lsm(EngineOpenArgs *args, Engine **ret_engine)
{
    Lsm *lsm = aligned_alloc(_Alignof(Lsm), sizeof(*lsm));
    if (lsm == NULL) {
        return base_error(BASE_NO_MEMORY, "no memory for the engine");
    }
    memset(lsm, 0, sizeof(*lsm));
    lsm->engine = (Engine){&ops, &lsm_class};
    BaseStatus status = lsm_store_open(&lsm->store, args);
    if (status.code != BASE_OK) {
        free(lsm);
        return status;
    }
    *ret_engine = &lsm->engine;
    return base_ok();
}

const EngineClass lsm_class = {
    .abi_version = ENGINE_ABI_VERSION,
    .struct_size = sizeof(EngineClass),
    .name = "lsm",
    .format = 1,
    .summary = "durable records on disk, ordered, in a log-structured merge tree",
    .capabilities = ENGINE_CAN_ORDER | ENGINE_CAN_PERSIST | ENGINE_CAN_SNAPSHOT | ENGINE_CAN_BATCH |
                    ENGINE_CAN_STORE_VERSION | ENGINE_CAN_REVERSE | ENGINE_CAN_FAST_RANGE |
                    ENGINE_CAN_EXPIRE | ENGINE_CAN_CHECKPOINT | ENGINE_CAN_BRIEF_WALK,
    .options = lsm_settings_options,
    .option_count = LSM_OPTION_COUNT,
    .open = open_lsm,
    .verify_files = lsm_verify_directory,
    .repair_files = lsm_repair_directory,
};
