/*
 * writer_rig.c: the writer of the durable engine in memory. See writer_rig.h.
 */
#include "tests/support/writer_rig.h"

#include "engine/base/check.h"
#include "engine/lsm/section.h"
#include "engine/lsm/stored.h"
#include "engine/lsm/supply.h"

#include <sched.h>
#include <stdlib.h>

enum {
    BUFFER_BYTES = 64 << 10,
    GENERATIONS = 4,
    DEPTH = 2,
    CACHE_BYTES = 1 << 20,
    TABLE_BYTES = 8 << 10,
    BLOCK_BYTES = 256,
};

static void
must(BaseStatus status)
{
    BASE_CHECK(base_is_ok(status));
}

/* ------------------------------------------------------------------------------------- life -- */

static void
count_need(void *user)
{
    WriterRig *rig = user;
    atomic_fetch_add(&rig->needs, 1);
}

static void
open_log(WriterRig *rig)
{
    LsmLogArgs args = {.env = &rig->store.fault.env,
                       .directory = LSM_RIG_DIRECTORY,
                       .clock = &rig->clock.clock,
                       .mode = rig->options.mode,
                       .interval_ms = 1,
                       .id_seed = 1,
                       .report = lsm_writer_persisted,
                       .user = rig->writer};
    must(lsm_log_new(&args, &rig->log));
}

static void
open_writer(WriterRig *rig)
{
    LsmWriterArgs writer = {.catalog = rig->store.catalog,
                            .counters = &rig->counters,
                            .write_buffer = rig->options.write_buffer,
                            .generations_max = rig->options.generations_max,
                            .need = count_need,
                            .user = rig};
    must(lsm_writer_new(&writer, &rig->writer));
    open_log(rig);
    LsmLoaderArgs loader = {.catalog = rig->store.catalog,
                            .counters = &rig->counters,
                            .threads = 2,
                            .loaded = lsm_writer_loaded,
                            .user = rig->writer};
    must(lsm_loader_new(&loader, &rig->loader));
    CommitSequencerArgs sequencer = {.backend = lsm_writer_backend(rig->writer),
                                     .clock = &rig->clock.clock,
                                     .stamps = &rig->stamps,
                                     .versions = rig->versions,
                                     .value_max = WRITER_RIG_VALUE_MAX,
                                     .can_persist = true,
                                     .depth = rig->options.depth};
    must(commit_sequencer_new(&sequencer, &rig->sequencer));
    lsm_writer_connect(rig->writer, rig->log, rig->loader, rig->sequencer);
}

static WriterRigOptions
with_presets(const WriterRigOptions *options)
{
    WriterRigOptions all = *options;
    all.write_buffer = all.write_buffer == 0 ? BUFFER_BYTES : all.write_buffer;
    all.generations_max = all.generations_max == 0 ? GENERATIONS : all.generations_max;
    all.depth = all.depth == 0 ? DEPTH : all.depth;
    all.cache_bytes = all.cache_bytes == 0 ? CACHE_BYTES : all.cache_bytes;
    return all;
}

void
writer_rig_init(WriterRig *rig, const WriterRigOptions *options)
{
    memset(rig, 0, sizeof(*rig));
    rig->options = with_presets(options);
    lsm_rig_init(&rig->store);
    table_block_cache_set_budget(rig->store.cache, rig->options.cache_bytes);
    base_fake_clock_init(&rig->clock, WRITER_RIG_START_MS);
    commit_stamp_init(&rig->stamps, &rig->clock.clock, 0);
    lsm_snapshots_init(&rig->snapshots);
    must(commit_version_open(&rig->store.fault.env, LSM_RIG_DIRECTORY, 0, &rig->versions));
    rig->first = commit_version_last(rig->versions) + 1;
    open_writer(rig);
}

/* The segments of generations in memory went with the log. */
static void
forget_segments(const WriterRig *rig)
{
    LsmView *view = lsm_catalog_hold(rig->store.catalog);
    for (size_t i = 0; i < view->count; i++) {
        view->generations[i]->segment = NULL;
    }
    lsm_view_unref(view);
}

void
writer_rig_close(WriterRig *rig)
{
    if (rig->sequencer == NULL) {
        return;
    }
    commit_sequencer_shut(rig->sequencer);
    lsm_writer_deny(rig->writer, base_error(BASE_CLOSED, "the test is over"));
    commit_sequencer_free(rig->sequencer);
    rig->sequencer = NULL;
    lsm_loader_free(rig->loader);
    lsm_writer_free(rig->writer);
    lsm_log_free(rig->log);
    forget_segments(rig);
    commit_version_close(rig->versions);
    lsm_snapshots_clear(&rig->snapshots);
    lsm_rig_close(&rig->store);
}

void
writer_rig_clear(WriterRig *rig)
{
    writer_rig_close(rig);
    lsm_rig_clear(&rig->store);
}

/* ------------------------------------------------------------------------ spares and flushes -- */

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

void
writer_rig_supply(WriterRig *rig)
{
    LsmSupply supply = {.catalog = rig->store.catalog,
                        .log = rig->log,
                        .writer = {.user = rig->writer,
                                   .wants = wants,
                                   .segment_bytes = lsm_writer_segment_bytes,
                                   .offer = offer,
                                   .deny = deny}};
    bool made;
    (void)lsm_supply_make(&supply, &made);
}

size_t
writer_rig_flush(WriterRig *rig)
{
    LsmJobPlace place = {.env = &rig->store.fault.env,
                         .directory = LSM_RIG_DIRECTORY,
                         .catalog = rig->store.catalog,
                         .snapshots = &rig->snapshots,
                         .stamps = &rig->stamps,
                         .table_bytes = TABLE_BYTES,
                         .block_bytes = BLOCK_BYTES,
                         .filter_bits = 10,
                         .program = BASE_SLICE_LITERAL("larder test")};
    LsmView *view = lsm_catalog_hold(rig->store.catalog);
    size_t count = lsm_flush_ready(view, atomic_load(lsm_catalog_visible(rig->store.catalog)));
    if (count == 0) {
        lsm_view_unref(view);
        return 0;
    }
    LsmJob job;
    BaseStatus status = lsm_job_begin(&job, &place, view);
    if (base_is_ok(status)) {
        status = lsm_flush_run(&job, count, rig->log);
    }
    lsm_job_end(&job, status);
    must(status);
    lsm_catalog_reclaim(rig->store.catalog);
    return count;
}

static void
seal(EngineCommit *commit, const EngineOutcome *outcome)
{
    WriterRigCommit *request = (WriterRigCommit *)commit;
    BASE_CHECK(outcome->kind == ENGINE_APPLIED);
    lsm_writer_seal(request->rig->writer);
    atomic_fetch_add(&request->answers, 1);
}

void
writer_rig_seal(WriterRig *rig)
{
    WriterRigCommit request;
    writer_rig_commit(rig, &request);
    request.commit.done = seal;
    writer_rig_submit(&request);
    writer_rig_wait(&request);
}

/* ---------------------------------------------------------------------------------- requests -- */

static void
note_answer(EngineCommit *commit, const EngineOutcome *outcome)
{
    WriterRigCommit *request = (WriterRigCommit *)commit;
    BASE_CHECK(outcome == &commit->outcome);
    request->order = atomic_fetch_add(&request->rig->answered, 1) + 1;
    atomic_fetch_add(&request->answers, 1);
}

void
writer_rig_commit(WriterRig *rig, WriterRigCommit *commit)
{
    memset(commit, 0, sizeof(*commit));
    commit->rig = rig;
    commit->commit.guards = commit->guards;
    commit->commit.mutations = commit->mutations;
    commit->commit.done = note_answer;
}

EngineMutation *
writer_rig_mutate(WriterRigCommit *commit, EngineMutationKind kind, BaseSlice key)
{
    BASE_CHECK(commit->commit.mutation_count < 32);
    EngineMutation *mutation = &commit->mutations[commit->commit.mutation_count++];
    *mutation = (EngineMutation){.kind = kind,
                                 .key = key,
                                 .lowest = INT64_MIN,
                                 .highest = INT64_MAX,
                                 .length_max = SIZE_MAX};
    return mutation;
}

EngineMutation *
writer_rig_put(WriterRigCommit *commit, BaseSlice key, BaseSlice value)
{
    EngineMutation *mutation = writer_rig_mutate(commit, ENGINE_PUT, key);
    mutation->value = value;
    return mutation;
}

EngineMutation *
writer_rig_remove_range(WriterRigCommit *commit, const char *start, const char *stop)
{
    EngineMutation *mutation =
        writer_rig_mutate(commit, ENGINE_REMOVE_RANGE, base_slice_text(start));
    mutation->unbounded = stop == NULL;
    mutation->value = stop == NULL ? BASE_SLICE_EMPTY : base_slice_text(stop);
    return mutation;
}

EngineGuard *
writer_rig_guard(WriterRigCommit *commit, BaseSlice key, unsigned checks)
{
    BASE_CHECK(commit->commit.guard_count < 4);
    EngineGuard *guard = &commit->guards[commit->commit.guard_count++];
    *guard = (EngineGuard){.key = key, .checks = checks};
    return guard;
}

void
writer_rig_submit(WriterRigCommit *commit)
{
    lsm_section_enter();
    commit_sequencer_submit(commit->rig->sequencer, &commit->commit);
    base_epoch_exit();
}

void
writer_rig_wait(WriterRigCommit *commit)
{
    while (atomic_load(&commit->answers) == 0) {
        (void)sched_yield();
    }
}

int64_t
writer_rig_set(WriterRig *rig, const char *key, const char *value)
{
    WriterRigCommit commit;
    writer_rig_commit(rig, &commit);
    (void)writer_rig_put(&commit, base_slice_text(key), base_slice_text(value));
    writer_rig_submit(&commit);
    writer_rig_supply(rig);
    writer_rig_wait(&commit);
    BASE_CHECK(commit.commit.outcome.kind == ENGINE_APPLIED);
    return commit.commit.outcome.version;
}

bool
writer_rig_get(WriterRig *rig, EngineKeyspace keyspace, BaseSlice key, EngineRecord *ret)
{
    LsmStored stored;
    LsmFound found;
    must(lsm_stored_init(&stored, (unsigned)keyspace, key));
    lsm_section_enter();
    LsmPoint point = lsm_catalog_point(rig->store.catalog);
    must(lsm_get(&point, &rig->counters, stored.key, 0, &found));
    bool live = lsm_found_is_live(&found, commit_stamp_now(&rig->stamps));
    if (live) {
        uint8_t *copy = malloc(found.value.len + 1);
        BASE_CHECK(copy != NULL);
        if (found.value.len != 0) {
            memcpy(copy, found.value.data, found.value.len);
        }
        *ret =
            (EngineRecord){base_slice(copy, found.value.len), found.version, found.expires_at_ms};
    }
    base_epoch_exit();
    lsm_stored_clear(&stored);
    return live;
}

bool
writer_rig_is(WriterRig *rig, const char *key, const char *value)
{
    EngineRecord record;
    if (!writer_rig_get(rig, ENGINE_DATA, base_slice_text(key), &record)) {
        return value == NULL;
    }
    bool same = value != NULL && base_slice_equal(record.value, base_slice_text(value));
    free((void *)(uintptr_t)record.value.data);
    return same;
}

LsmGeneration *
writer_rig_generation(WriterRig *rig, size_t index)
{
    LsmView *view = lsm_catalog_hold(rig->store.catalog);
    LsmGeneration *generation = index < view->count ? view->generations[index] : NULL;
    lsm_view_unref(view);
    return generation;
}
