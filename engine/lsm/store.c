/*
 * store.c: see store.h.
 */
#include "engine/lsm/store.h"

#include "engine/base/check.h"
#include "engine/commit/outcome.h"
#include "engine/lsm/checkpoint.h"
#include "engine/lsm/reports.h"
#include "engine/lsm/unique.h"

#include <stdio.h>
#include <stdlib.h>

static BaseStatus
no_memory(void)
{
    return base_error(BASE_NO_MEMORY, "no memory for a store");
}

/* ------------------------------------------------------------------------- writer and worker -- */

static void
need(void *user)
{
    LsmStore *store = user;
    lsm_worker_wake(store->worker);
}

static size_t
wants(void *user)
{
    return lsm_writer_wants(user);
}

static void
offer(void *user, LsmGeneration *spare)
{
    lsm_writer_offer(user, spare);
}

static void
deny(void *user, BaseStatus status)
{
    lsm_writer_deny(user, status);
}

static void
set_price(void *user, double ns_per_byte, LsmPriceCause cause)
{
    lsm_writer_set_price(user, ns_per_byte, cause);
}

static void
poison(void *user, const char *what)
{
    lsm_writer_poison(user, what);
}

/* ----------------------------------------------------------------------------------- opening -- */

static BaseStatus
open_files(LsmStore *store)
{
    store->cache = table_block_cache_new(store->settings.block_cache);
    if (store->cache == NULL) {
        return no_memory();
    }
    LsmTablesArgs tables = {.env = store->env,
                            .directory = store->directory,
                            .cache = store->cache,
                            .reporter = lsm_damage_reporter(&store->damage)};
    return lsm_tables_new(&tables, &store->tables);
}

static LsmJobPlace
job_place(LsmStore *store)
{
    const LsmSettings *settings = &store->settings;
    return (LsmJobPlace){.env = store->env,
                         .directory = store->directory,
                         .catalog = store->catalog,
                         .snapshots = &store->snapshots,
                         .stamps = &store->stamps,
                         .table_bytes = settings->table_bytes,
                         .block_bytes = settings->block_bytes,
                         .filter_bits = settings->filter_bits,
                         .compression = settings->compression,
                         .blobs = {.min_bytes = settings->blob_min_bytes,
                                   .file_bytes = settings->table_bytes,
                                   .dead_percent = settings->blob_dead_percent,
                                   .pack = settings->compression != LSM_COMPRESSION_NONE,
                                   .zstd_level = 1},
                         .program = BASE_SLICE_LITERAL("larder " LARDER_VERSION)};
}

/* Puts what recovery has to say, with the place of the damage, into the message for people. */
static void
explain_recovery(LsmStore *store, EngineOpenArgs *args, BaseStatus status)
{
    char damage[LSM_DAMAGE_TEXT_BYTES];
    const char *text = store->recovered.message[0] != '\0' ? store->recovered.message : status.what;
    if (status.code == BASE_CORRUPTION && lsm_damage_read(&store->damage, damage) != 0) {
        text = damage;
    }
    (void)snprintf(args->message, sizeof(args->message), "cannot open the store in %.200s: %.280s",
                   store->directory, text);
}

static BaseStatus
recover(LsmStore *store, EngineOpenArgs *args)
{
    LsmJobPlace place = job_place(store);
    LsmRecoveryArgs recovery = {.env = store->env,
                                .directory = store->directory,
                                .clock = store->clock,
                                .tables = store->tables,
                                .memtable_bytes = store->settings.write_buffer,
                                .table_bytes = store->settings.table_bytes,
                                .table = lsm_job_table_options(&place, 0)};
    LsmRecovery *recovered = &store->recovered;
    BaseStatus status = lsm_recovery_run(&recovery, recovered);
    if (status.code != BASE_OK) {
        explain_recovery(store, args, status);
        return status;
    }
    commit_stamp_observe(&store->stamps, recovered->stamp_ms);
    status =
        commit_version_open(store->env, store->directory, recovered->version, &store->versions);
    LsmCatalogArgs catalog = {.env = store->env,
                              .directory = store->directory,
                              .tables = store->tables,
                              .levels = recovered->levels,
                              .manifest = recovered->manifest};
    if (status.code == BASE_OK) {
        catalog.visible = commit_version_last(store->versions);
        status = lsm_catalog_new(&catalog, &store->catalog);
    }
    if (status.code != BASE_OK) {
        lsm_manifest_free(recovered->manifest);
        lsm_levels_unref(recovered->levels);
    }
    recovered->manifest = NULL;
    recovered->levels = NULL;
    return status;
}

static BaseStatus
open_log(LsmStore *store)
{
    const LsmRecovery *recovered = &store->recovered;
    LsmLogArgs log = {.env = store->env,
                      .directory = store->directory,
                      .clock = store->clock,
                      .mode = store->settings.durability,
                      .interval_ms = store->settings.sync_interval_ms,
                      .position = recovered->position,
                      .previous = recovered->segment,
                      .previous_len = recovered->segment_len,
                      .id_seed = lsm_unique_id(),
                      .report = lsm_writer_persisted,
                      .user = store->writer};
    return lsm_log_new(&log, &store->log);
}

static BaseStatus
open_worker(LsmStore *store)
{
    const LsmSettings *settings = &store->settings;
    LsmWorkerArgs worker = {.place = job_place(store),
                            .log = store->log,
                            .write_buffer = settings->write_buffer,
                            .generations = settings->write_buffers,
                            .base_bytes = settings->base_bytes,
                            .multiplier = settings->multiplier,
                            .run_trigger = settings->run_trigger,
                            .reclaim_ms = settings->reclaim_after_ms,
                            .rate = settings->compaction_rate,
                            .compactions = settings->compaction_threads,
                            .nice = settings->compaction_nice};
    return lsm_worker_new(&worker, &store->worker);
}

static BaseStatus
open_writers(LsmStore *store)
{
    LsmWriterArgs writer = {.catalog = store->catalog,
                            .counters = &store->lookups,
                            .write_buffer = store->settings.write_buffer,
                            .generations_max = store->settings.write_buffers,
                            .need = need,
                            .user = store};
    BaseStatus status = lsm_writer_new(&writer, &store->writer);
    if (status.code == BASE_OK) {
        status = open_log(store);
    }
    if (status.code == BASE_OK) {
        LsmLoaderArgs loader = {.catalog = store->catalog,
                                .counters = &store->lookups,
                                .threads = store->settings.loader_threads,
                                .loaded = lsm_writer_loaded,
                                .user = store->writer};
        status = lsm_loader_new(&loader, &store->loader);
    }
    if (status.code == BASE_OK) {
        status = open_worker(store);
    }
    return status;
}

static BaseStatus
open_sequencer(LsmStore *store)
{
    CommitSequencerArgs sequencer = {.backend = lsm_writer_backend(store->writer),
                                     .clock = store->clock,
                                     .stamps = &store->stamps,
                                     .versions = store->versions,
                                     .value_max = store->settings.value_max,
                                     .can_persist = true,
                                     .depth = LSM_REPORTS_MAX};
    BaseStatus status = commit_sequencer_new(&sequencer, &store->sequencer);
    if (status.code != BASE_OK) {
        return status;
    }
    lsm_writer_connect(store->writer, store->log, store->loader, store->sequencer);
    LsmSupplyWriter supply = {.user = store->writer,
                              .wants = wants,
                              .segment_bytes = lsm_writer_segment_bytes,
                              .offer = offer,
                              .deny = deny,
                              .set_price = set_price,
                              .poison = poison};
    return lsm_worker_start(store->worker, &supply);
}

static BaseStatus
open_parts(LsmStore *store, EngineOpenArgs *args)
{
    BaseStatus status = open_files(store);
    if (status.code == BASE_OK) {
        status = recover(store, args);
    }
    if (status.code == BASE_OK) {
        status = open_writers(store);
    }
    return status.code == BASE_OK ? open_sequencer(store) : status;
}

BaseStatus
lsm_store_open(LsmStore *store, EngineOpenArgs *args)
{
    int64_t begun = base_clock_monotonic_us(args->clock);
    store->env = args->env;
    store->clock = args->clock;
    store->settings = lsm_settings_read(args);
    store->directory = strdup(args->directory);
    if (store->directory == NULL) {
        return no_memory();
    }
    atomic_init(&store->block_cache_bytes, (int64_t)store->settings.block_cache);
    lsm_damage_init(&store->damage);
    lsm_snapshots_init(&store->snapshots);
    (void)pthread_mutex_init(&store->ingesting, NULL);
    commit_stamp_init(&store->stamps, args->clock, 0);
    BaseStatus status = open_parts(store, args);
    if (status.code != BASE_OK) {
        if (args->message[0] == '\0') {
            (void)snprintf(args->message, sizeof(args->message),
                           "cannot open the store in %.200s: %s", store->directory, status.what);
        }
        lsm_store_close(store);
        return status;
    }
    store->open_us = base_clock_monotonic_us(args->clock) - begun;
    return base_ok();
}

/* ----------------------------------------------------------------------------------- closing -- */

/* Tells the manifest where the log ends, so that a missing end is damage and not a torn one. */
static void
note_end(LsmStore *store)
{
    LsmLogStats log;
    char message[256];
    BaseBuf edits = BASE_BUF_INIT;
    if (lsm_store_status(store).code != BASE_OK || lsm_log_sync(store->log).code != BASE_OK) {
        return;
    }
    lsm_log_stats(store->log, &log);
    FormatEdit end = {.tag = FORMAT_EDIT_CLEAN_END};
    end.clean_end.segment = (int64_t)log.segment;
    end.clean_end.len = (int64_t)log.segment_len;
    if (log.segment != 0 && format_manifest_edit_encode(&edits, &end)) {
        (void)lsm_catalog_install(store->catalog, base_buf_slice(&edits), NULL, 0, message);
        lsm_log_trim(store->log);
    }
    base_buf_clear(&edits);
}

/* The segments of generations in memory went with the log, and stay on disk. */
static void
forget_segments(LsmStore *store)
{
    LsmView *view = lsm_catalog_hold(store->catalog);
    for (size_t i = 0; i < view->count; i++) {
        view->generations[i]->segment = NULL;
    }
    lsm_view_unref(view);
}

void
lsm_store_close(LsmStore *store)
{
    if (store->worker != NULL) {
        lsm_worker_stop(store->worker);
    }
    if (store->sequencer != NULL) {
        commit_sequencer_free(store->sequencer);
        store->sequencer = NULL;
        note_end(store);
    }
    lsm_worker_free(store->worker);
    lsm_loader_free(store->loader);
    lsm_writer_free(store->writer);
    lsm_log_free(store->log);
    if (store->catalog != NULL) {
        forget_segments(store);
    }
    lsm_catalog_free(store->catalog);
    commit_version_close(store->versions);
    lsm_tables_free(store->tables);
    table_block_cache_free(store->cache);
    lsm_snapshots_clear(&store->snapshots);
    (void)pthread_mutex_destroy(&store->ingesting);
    lsm_damage_clear(&store->damage);
    free(store->directory);
}

/* ----------------------------------------------------------------------------------- serving -- */

BaseStatus
lsm_store_status(LsmStore *store)
{
    BaseStatus status = lsm_log_status(store->log);
    if (status.code == BASE_OK) {
        status = lsm_catalog_status(store->catalog);
    }
    if (status.code == BASE_OK) {
        status = lsm_worker_status(store->worker);
    }
    return status.code == BASE_OK ? status : base_error(BASE_POISONED, status.what);
}

void
lsm_store_submit(LsmStore *store, EngineCommit *chain)
{
    if (base_epoch_enter()) {
        commit_sequencer_submit(store->sequencer, chain);
        base_epoch_exit();
        return;
    }
    while (chain != NULL) {
        EngineCommit *next = chain->next;
        chain->outcome =
            commit_outcome_error(base_error(BASE_NO_MEMORY, "no memory for a read section"), 0);
        chain->done(chain, &chain->outcome);
        chain = next;
    }
}

void
lsm_store_interrupt(LsmStore *store)
{
    atomic_store(&store->interrupted, true);
    lsm_worker_interrupt(store->worker);
}

/* OK, or why flush, compact and verify are not begun any more. */
static BaseStatus
may_wait(const LsmStore *store)
{
    return atomic_load(&store->interrupted)
               ? base_error(BASE_CLOSED, "the store is about to be closed")
               : base_ok();
}

/* A commit without mutations that seals the active generation. */
typedef struct Seal {
    EngineCommit commit;
    LsmStore *store;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool done;
    BaseStatus status;
    LsmGeneration *generation; /* the newest one that waits for its flush; a reference, or NULL */
} Seal;

/* Runs in the leader of the sequencer, which is inside a read section. */
static void
seal(EngineCommit *commit, const EngineOutcome *outcome)
{
    Seal *request = commit->user;
    if (outcome->kind == ENGINE_APPLIED) {
        lsm_writer_seal(request->store->writer);
        const LsmView *view = lsm_catalog_view(request->store->catalog);
        for (size_t i = 0; i < view->count && request->generation == NULL; i++) {
            if (lsm_generation_state(view->generations[i]) != LSM_GENERATION_ACTIVE) {
                request->generation = lsm_generation_ref(view->generations[i]);
            }
        }
    }
    (void)pthread_mutex_lock(&request->lock);
    request->status = outcome->kind == ENGINE_APPLIED ? base_ok() : outcome->status;
    request->done = true;
    (void)pthread_cond_signal(&request->changed);
    (void)pthread_mutex_unlock(&request->lock);
}

BaseStatus
lsm_store_flush(LsmStore *store)
{
    BaseStatus status = may_wait(store);
    if (status.code != BASE_OK) {
        return status;
    }
    Seal request = {.store = store};
    request.commit = (EngineCommit){.done = seal, .user = &request};
    (void)pthread_mutex_init(&request.lock, NULL);
    (void)pthread_cond_init(&request.changed, NULL);
    lsm_store_submit(store, &request.commit);
    (void)pthread_mutex_lock(&request.lock);
    while (!request.done) {
        (void)pthread_cond_wait(&request.changed, &request.lock);
    }
    status = request.status;
    (void)pthread_mutex_unlock(&request.lock);
    (void)pthread_cond_destroy(&request.changed);
    (void)pthread_mutex_destroy(&request.lock);
    if (request.generation != NULL) {
        status = lsm_worker_wait_flushed(store->worker, request.generation);
        lsm_generation_unref(request.generation);
    }
    return status;
}

/* Stored keys for the ends of a range; an empty stop is the end of everything. */
static bool
store_range(const EngineRange *range, BaseBuf *start, BaseBuf *stop)
{
    if (range->start.len == 0 && range->unbounded) {
        return true; /* with the system's records */
    }
    if (!base_buf_append_byte(start, ENGINE_DATA) || !base_buf_append_slice(start, range->start)) {
        return false;
    }
    if (range->unbounded) {
        return base_buf_append_byte(stop, ENGINE_DATA + 1);
    }
    return base_buf_append_byte(stop, ENGINE_DATA) && base_buf_append_slice(stop, range->stop);
}

BaseStatus
lsm_store_compact(LsmStore *store, const EngineRange *range)
{
    BaseBuf start = BASE_BUF_INIT;
    BaseBuf stop = BASE_BUF_INIT;
    BaseStatus status = store_range(range, &start, &stop) ? lsm_store_flush(store) : no_memory();
    if (status.code == BASE_OK) {
        status = lsm_worker_compact(store->worker, base_buf_slice(&start), base_buf_slice(&stop));
    }
    base_buf_clear(&start);
    base_buf_clear(&stop);
    return status;
}

static BaseStatus
pause_checkpoint(void *user)
{
    return may_wait(user);
}

BaseStatus
lsm_store_checkpoint(LsmStore *store, const char *target)
{
    char message[LSM_CHECKPOINT_MESSAGE_BYTES];
    LsmCheckpointArgs args = {.env = store->env,
                              .directory = store->directory,
                              .catalog = store->catalog,
                              .pause = pause_checkpoint,
                              .user = store};
    BaseStatus status = lsm_store_flush(store);
    return status.code == BASE_OK ? lsm_checkpoint_run(&args, target, message) : status;
}

BaseStatus
lsm_store_verify(LsmStore *store)
{
    LsmView *view = lsm_catalog_hold(store->catalog);
    BaseStatus worst = base_ok();
    for (int level = 0; level < LSM_LEVELS; level++) {
        const LsmLevel *tables = &view->levels->levels[level];
        for (size_t i = 0; i < tables->count && may_wait(store).code == BASE_OK; i++) {
            BaseStatus status = table_verify(lsm_table_reader(tables->tables[i]));
            worst = worst.code == BASE_OK ? status : worst;
        }
    }
    for (size_t i = 0; i < view->levels->blob_count && may_wait(store).code == BASE_OK; i++) {
        BaseStatus status = table_blob_file_verify(lsm_blob_reader(&view->levels->blobs[i]));
        worst = worst.code == BASE_OK ? status : worst;
    }
    lsm_view_unref(view);
    return worst.code == BASE_OK ? may_wait(store) : worst;
}
