/*
 * hashmap.c: the engine's face: the class, opening and closing, and the functions of EngineOps,
 * which hand over to the parts. See hashmap.h for what it is and state.c for how it works.
 *
 * Whoever submits commits is inside an epoch section meanwhile, because it may come to lead the
 * sequencer, and then holds views of records (publish.h).
 *
 * A tick sweeps as the writer: it submits a commit without mutations, and sweeps in its callback.
 * So a sweep never comes between what a commit has looked at and its publishing.
 */
#include "engine/hashmap/hashmap.h"

#include "engine/commit/outcome.h"
#include "engine/hashmap/iterator.h"
#include "engine/hashmap/lookup.h"
#include "engine/hashmap/publish.h"
#include "engine/hashmap/range.h"
#include "engine/hashmap/sweep.h"
#include "engine/hashmap/verify.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    SHARDS_PRESET = 1024,
    SHARDS_MAX = 65536,
    TICK_STEP_SLOTS = 1024,
    TICK_STEPS = 4,      /* that a tick does in any case */
    TICK_STEPS_MAX = 64, /* while much of what it sees has expired */
    TICK_SHRINK_SHARDS = 64,
    TICK_RECLAIM = 1024,
};

/* Memory checkers see the blocks of the heap only. */
#ifdef LARDER_DEBUG_CHECKS
enum { HUGE_PAGES_PRESET = 0 };
#else
enum { HUGE_PAGES_PRESET = 1 };
#endif

typedef struct Hashmap {
    Engine engine; /* first: it is one */
    HashmapState state;
    HashmapPublisher publisher;
    CommitVersions *versions;
    CommitSequencer *sequencer;
    EngineCommit tick; /* without mutations */
    atomic_bool ticking;
} Hashmap;

static const EngineOption options[HASHMAP_OPTION_COUNT] = {
    [HASHMAP_OPTION_MEMORY_BYTES] = {.name = "memory_bytes",
                                     .type = ENGINE_OPTION_BYTES,
                                     .preset = 0,
                                     .lowest = 0,
                                     .highest = INT64_MAX,
                                     .live = true,
                                     .help = "Memory for records and tables, in bytes; above it "
                                             "puts are refused. 0: unlimited."},
    [HASHMAP_OPTION_SHARDS] = {.name = "shards",
                               .type = ENGINE_OPTION_INTEGER,
                               .preset = SHARDS_PRESET,
                               .lowest = 1,
                               .highest = SHARDS_MAX,
                               .help = "Number of tables, rounded up to a power of two; one for "
                                       "every 1,000 to 100,000 keys is right."},
    [HASHMAP_OPTION_HUGE_PAGES] = {.name = "huge_pages",
                                   .type = ENGINE_OPTION_BOOLEAN,
                                   .preset = HUGE_PAGES_PRESET,
                                   .lowest = 0,
                                   .highest = 1,
                                   .help = "Records in regions of 2 MiB, for which the kernel is "
                                           "asked for huge pages; false: in the heap of the C "
                                           "library, a little slower. slab_bytes tells what the "
                                           "regions take."},
};

static Hashmap *
hashmap_of(Engine *engine)
{
    return (Hashmap *)engine;
}

/* -------------------------------------------------------------------------- commits and time -- */

static void
op_commit(Engine *engine, EngineCommit *chain)
{
    if (base_epoch_enter()) {
        commit_sequencer_submit(hashmap_of(engine)->sequencer, chain);
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

static bool
op_commit_now(Engine *engine, EngineCommit *chain)
{
    if (!base_epoch_enter()) {
        return false;
    }
    bool executed = commit_sequencer_execute(hashmap_of(engine)->sequencer, chain);
    base_epoch_exit();
    return executed;
}

static bool
op_put_now(Engine *engine, EnginePut *puts, size_t count)
{
    /* Short of memory the old records of each commit must be freed before the next one. */
    if (hashmap_state_is_tight(&hashmap_of(engine)->state) || !base_epoch_enter()) {
        return false;
    }
    bool executed = commit_sequencer_put(hashmap_of(engine)->sequencer, puts, count);
    base_epoch_exit();
    return executed;
}

/* Runs in the leader of the sequencer, between two commits. */
static void
tick_as_writer(EngineCommit *commit, const EngineOutcome *outcome)
{
    Hashmap *hashmap = commit->user;
    HashmapState *state = &hashmap->state;
    int64_t now_ms = outcome->kind == ENGINE_APPLIED ? commit_stamp_now(&state->stamps) : INT64_MIN;
    for (int i = 0; i < TICK_STEPS_MAX; i++) {
        (void)pthread_mutex_lock(&state->mutex);
        size_t swept = hashmap_sweep_step(state, TICK_STEP_SLOTS, now_ms);
        hashmap_state_reclaim(state, TICK_RECLAIM);
        (void)pthread_mutex_unlock(&state->mutex);
        if (i >= TICK_STEPS && swept < TICK_STEP_SLOTS / 8) {
            break;
        }
    }
    (void)pthread_mutex_lock(&state->mutex);
    hashmap_sweep_shrink(state, TICK_SHRINK_SHARDS);
    hashmap_pool_trim(&state->pool);
    (void)pthread_mutex_unlock(&state->mutex);
    atomic_store(&hashmap->ticking, false);
}

static void
op_tick(Engine *engine)
{
    Hashmap *hashmap = hashmap_of(engine);
    /* A failure shows when the block of versions is used up; until then it is nobody's concern. */
    (void)commit_version_refill(hashmap->versions);
    if (atomic_exchange(&hashmap->ticking, true)) {
        return;
    }
    hashmap->tick = (EngineCommit){.done = tick_as_writer, .user = hashmap};
    op_commit(engine, &hashmap->tick);
}

/* ------------------------------------------------------------------------------------- reads -- */

static BaseStatus
op_read_begin(EngineRead *read)
{
    if (!base_epoch_enter()) {
        return base_error(BASE_NO_MEMORY, "no memory for a read section");
    }
    read->now_ms = read->snapshot != NULL
                       ? read->snapshot->stamp_ms
                       : commit_stamp_now(&hashmap_of(read->engine)->state.stamps);
    return base_ok();
}

static void
op_read_end(EngineRead *read)
{
    (void)read;
    base_epoch_exit();
}

static BaseStatus
op_get(EngineRead *read, EngineKeyspace keyspace, BaseSlice bytes, EngineLookup *ret_lookup)
{
    HashmapState *state = &hashmap_of(read->engine)->state;
    HashmapKey key = hashmap_lookup_key(state, keyspace, bytes);
    const HashmapRecord *record = read->snapshot != NULL
                                      ? hashmap_lookup_at(state, read->snapshot->version, &key)
                                      : hashmap_lookup_latest(state, &key);
    *ret_lookup = hashmap_lookup_answer(record, read->now_ms);
    return base_ok();
}

static BaseStatus
op_multi_get(EngineRead *read, EngineKeyspace keyspace, const BaseSlice *keys, size_t count,
             EngineLookup *ret_lookups, int64_t *ret_version)
{
    hashmap_lookup_many(&hashmap_of(read->engine)->state, read->snapshot, keyspace, keys, count,
                        &read->now_ms, ret_lookups, ret_version);
    return base_ok();
}

static BaseStatus
op_snapshot_new(Engine *engine, EngineSnapshot **ret_snapshot)
{
    HashmapSnapshot *snapshot = hashmap_memory_alloc(sizeof *snapshot);
    if (snapshot == NULL) {
        return base_error(BASE_NO_MEMORY, "no memory for a snapshot");
    }
    hashmap_snapshot_open(&hashmap_of(engine)->state, engine, snapshot);
    *ret_snapshot = &snapshot->base;
    return base_ok();
}

static void
op_snapshot_free(EngineSnapshot *base)
{
    HashmapSnapshot *snapshot = (HashmapSnapshot *)base;
    hashmap_snapshot_close(&hashmap_of(base->engine)->state, snapshot);
    free(snapshot);
}

static BaseStatus
op_iterator_new(Engine *engine, const EngineSnapshot *snapshot,
                const EngineIteratorOptions *iterator_options, EngineIterator **ret_iterator)
{
    return hashmap_iterator_new(&hashmap_of(engine)->state, engine, snapshot, iterator_options,
                                ret_iterator);
}

/* ----------------------------------------------------------------------------------- figures -- */

static int64_t
figure(const _Atomic int64_t *counter)
{
    return atomic_load_explicit(counter, memory_order_relaxed);
}

static void
op_stats(Engine *engine, EngineStats *ret_stats)
{
    const HashmapState *state = &hashmap_of(engine)->state;
    size_t shards = hashmap_state_shard_count(state) * sizeof(HashmapShard);
    *ret_stats = (EngineStats){
        .keys = figure(&state->counters.keys),
        .data_bytes = figure(&state->counters.data_bytes),
        .memory_bytes = figure(&state->counters.memory_bytes) + figure(&state->pool.bytes) +
                        hashmap_slab_idle(&state->pool.slab) + (int64_t)shards,
        .version = atomic_load_explicit(&state->published, memory_order_acquire),
        .open_snapshots = figure(&state->counters.open_snapshots),
    };
}

static void
op_figures(Engine *engine, EngineFigureVisitor *visit, void *user)
{
    const HashmapCounters *counters = &hashmap_of(engine)->state.counters;
    visit(user, "system_keys", figure(&counters->system_keys));
    visit(user, "expiring_keys", figure(&counters->expiring));
    visit(user, "expired_reclaimed", figure(&counters->expired_reclaimed));
    visit(user, "tombstones", figure(&counters->tombstones));
    visit(user, "retained_versions", figure(&counters->retained));
    visit(user, "limbo_records", figure(&counters->limbo_records));
    visit(user, "table_slots", figure(&counters->slots));
    visit(user, "table_resizes", figure(&counters->resizes));
    visit(user, "slab_bytes", hashmap_slab_mapped(&hashmap_of(engine)->state.pool.slab));
    visit(user, "read_retries", figure(&counters->read_retries));
}

static BaseStatus
op_range_estimate(Engine *engine, const EngineRange *range, EngineRangeEstimate *ret_estimate)
{
    return hashmap_range_estimate(&hashmap_of(engine)->state, engine, range, ret_estimate);
}

static BaseStatus
op_range_split(Engine *engine, const EngineRange *range, int64_t part_bytes,
               EngineSplitVisitor *visit, void *user)
{
    return hashmap_range_split(&hashmap_of(engine)->state, engine, range, part_bytes, visit, user);
}

static BaseStatus
op_set_option(Engine *engine, size_t index, int64_t value)
{
    if (index != HASHMAP_OPTION_MEMORY_BYTES || value < 0) {
        return base_error(BASE_INVALID, "no such option, or a value out of its range");
    }
    atomic_store(&hashmap_of(engine)->state.memory_budget, value);
    return base_ok();
}

static BaseStatus
op_verify(Engine *engine)
{
    return hashmap_verify(&hashmap_of(engine)->state);
}

/* ----------------------------------------------------------------------- opening and closing -- */

static void
op_close(Engine *engine)
{
    Hashmap *hashmap = hashmap_of(engine);
    commit_sequencer_free(hashmap->sequencer);
    commit_version_close(hashmap->versions);
    hashmap_state_clear(&hashmap->state);
    free(hashmap);
}

static const EngineOps ops = {
    .close = op_close,
    .commit = op_commit,
    .commit_now = op_commit_now,
    .put_now = op_put_now,
    .read_begin = op_read_begin,
    .read_end = op_read_end,
    .get = op_get,
    .multi_get = op_multi_get,
    .snapshot_new = op_snapshot_new,
    .snapshot_free = op_snapshot_free,
    .iterator_new = op_iterator_new,
    .iterator_seek = hashmap_iterator_seek,
    .iterator_seek_before = hashmap_iterator_seek_before,
    .iterator_next = hashmap_iterator_next,
    .iterator_prev = hashmap_iterator_prev,
    .iterator_free = hashmap_iterator_free,
    .stats = op_stats,
    .figures = op_figures,
    .range_estimate = op_range_estimate,
    .range_split = op_range_split,
    .set_option = op_set_option,
    .tick = op_tick,
    .verify = op_verify,
};

/* Where memory for records comes from. */
static HashmapSlabSource
record_source(const EngineOpenArgs *args)
{
    if (args->options[HASHMAP_OPTION_HUGE_PAGES] != 0) {
        return HASHMAP_SLAB_REGIONS;
    }
#ifdef LARDER_DEBUG_CHECKS
    return HASHMAP_SLAB_CHECKED;
#else
    return HASHMAP_SLAB_HEAP;
#endif
}

/* Fills in a hashmap that has its versions. On failure the caller still closes those. */
static BaseStatus
open_parts(Hashmap *hashmap, const EngineOpenArgs *args)
{
    BaseStatus status = hashmap_state_init(
        &hashmap->state, args->clock, (size_t)args->options[HASHMAP_OPTION_SHARDS],
        args->options[HASHMAP_OPTION_MEMORY_BYTES], record_source(args),
        commit_version_last(hashmap->versions));
    if (!base_is_ok(status)) {
        return status;
    }
    hashmap_publish_init(&hashmap->publisher, &hashmap->state);
    CommitSequencerArgs sequencer_args = {
        .backend = &hashmap->publisher.backend,
        .clock = args->clock,
        .stamps = &hashmap->state.stamps,
        .versions = hashmap->versions,
        .value_max = args->value_max,
    };
    status = commit_sequencer_new(&sequencer_args, &hashmap->sequencer);
    if (!base_is_ok(status)) {
        hashmap_state_clear(&hashmap->state);
    }
    return status;
}

static BaseStatus
open_hashmap(EngineOpenArgs *args, Engine **ret_engine)
{
    Hashmap *hashmap = aligned_alloc(_Alignof(Hashmap), sizeof *hashmap);
    if (hashmap == NULL) {
        return base_error(BASE_NO_MEMORY, "no memory for the engine");
    }
    memset(hashmap, 0, sizeof *hashmap);
    hashmap->engine = (Engine){&ops, &hashmap_class};
    BaseStatus status = commit_version_open(args->env, args->directory, 0, &hashmap->versions);
    if (base_is_ok(status)) {
        status = open_parts(hashmap, args);
    }
    if (!base_is_ok(status)) {
        (void)snprintf(args->message, sizeof args->message, "cannot open the hashmap in %s: %s",
                       args->directory, status.what);
        commit_version_close(hashmap->versions);
        free(hashmap);
        return status;
    }
    *ret_engine = &hashmap->engine;
    return base_ok();
}

const EngineClass hashmap_class = {
    .abi_version = ENGINE_ABI_VERSION,
    .struct_size = sizeof(EngineClass),
    .name = "hashmap",
    .format = 1,
    .summary = "records in memory, found by hash; nothing survives a restart",
    .capabilities = ENGINE_CAN_SNAPSHOT | ENGINE_CAN_BATCH | ENGINE_CAN_STORE_VERSION |
                    ENGINE_CAN_REVERSE | ENGINE_CAN_EXPIRE,
    .options = options,
    .option_count = HASHMAP_OPTION_COUNT,
    .open = open_hashmap,
};
