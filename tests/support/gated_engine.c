/*
 * gated_engine.c: an engine over the hashmap whose commits wait, or end, as a test says. See
 * gated_engine.h.
 */
#include "tests/support/gated_engine.h"

#include "engine/base/check.h"
#include "engine/hashmap/hashmap.h"

#include <pthread.h>
#include <stdlib.h>

#define WAITING_MAX 64

typedef struct Gated {
    Engine engine; /* first */
    EngineOps ops;
    Engine *inside;
} Gated;

/* A chain that waits for the gate. */
typedef struct Waiting {
    Engine *inside;
    EngineCommit *chain;
} Waiting;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct Gate {
    bool held;
    Waiting waiting[WAITING_MAX];
    size_t waiting_count;
    size_t commits;
    size_t chains;
    bool answers;
    size_t answers_after;
    EngineOutcome answer;
    BaseStatus read_status;
} gate;

/* Hands a chain to the engine inside, which is in memory and cannot sync. */
static void
pass_on(Engine *inside, EngineCommit *chain)
{
    for (EngineCommit *commit = chain; commit != NULL; commit = commit->next) {
        commit->durability = ENGINE_DURABILITY_DEFAULT;
    }
    engine_commit(inside, chain);
}

/* -------------------------------------------------------------------------------------- gate -- */

void
gate_register(void)
{
    if (engine_class_find(gated_class.name) == NULL) {
        BASE_CHECK(base_is_ok(engine_class_register(&gated_class)));
        BASE_CHECK(base_is_ok(engine_class_register(&meagre_class)));
        BASE_CHECK(base_is_ok(engine_class_register(&instant_class)));
    }
}

void
gate_reset(void)
{
    (void)pthread_mutex_lock(&lock);
    BASE_CHECK(gate.waiting_count == 0);
    gate = (struct Gate){.read_status = base_ok()};
    (void)pthread_mutex_unlock(&lock);
}

void
gate_hold(void)
{
    (void)pthread_mutex_lock(&lock);
    gate.held = true;
    (void)pthread_mutex_unlock(&lock);
}

void
gate_release(void)
{
    Waiting waiting[WAITING_MAX];
    (void)pthread_mutex_lock(&lock);
    size_t count = gate.waiting_count;
    memcpy(waiting, gate.waiting, count * sizeof waiting[0]);
    gate.waiting_count = 0;
    gate.held = false;
    (void)pthread_mutex_unlock(&lock);
    for (size_t i = 0; i < count; i++) {
        pass_on(waiting[i].inside, waiting[i].chain);
    }
}

size_t
gate_commits(void)
{
    (void)pthread_mutex_lock(&lock);
    size_t count = gate.commits;
    (void)pthread_mutex_unlock(&lock);
    return count;
}

size_t
gate_chains(void)
{
    (void)pthread_mutex_lock(&lock);
    size_t count = gate.chains;
    (void)pthread_mutex_unlock(&lock);
    return count;
}

void
gate_answer(const EngineOutcome *outcome, size_t after)
{
    (void)pthread_mutex_lock(&lock);
    gate.answers = outcome != NULL;
    gate.answers_after = gate.commits + after;
    if (outcome != NULL) {
        gate.answer = *outcome;
    }
    (void)pthread_mutex_unlock(&lock);
}

void
gate_fail_reads(BaseStatus status)
{
    (void)pthread_mutex_lock(&lock);
    gate.read_status = status;
    (void)pthread_mutex_unlock(&lock);
}

/* ------------------------------------------------------------------------------------ engine -- */

static Engine *
inside(Engine *engine)
{
    return ((Gated *)engine)->inside;
}

/* Sends one commit on, or answers it. */
static void
commit_one(Engine *engine, EngineCommit *commit)
{
    (void)pthread_mutex_lock(&lock);
    bool answered = gate.answers && gate.commits >= gate.answers_after;
    EngineOutcome outcome = gate.answer;
    gate.commits++;
    (void)pthread_mutex_unlock(&lock);
    commit->next = NULL;
    if (answered) {
        commit->done(commit, &outcome);
    } else {
        pass_on(inside(engine), commit);
    }
}

static void
gated_commit(Engine *engine, EngineCommit *chain)
{
    (void)pthread_mutex_lock(&lock);
    gate.chains++;
    bool held = gate.held;
    if (held) {
        BASE_CHECK(gate.waiting_count < WAITING_MAX);
        gate.waiting[gate.waiting_count++] = (Waiting){inside(engine), chain};
    }
    (void)pthread_mutex_unlock(&lock);
    while (!held && chain != NULL) {
        EngineCommit *next = chain->next;
        commit_one(engine, chain);
        chain = next;
    }
}

static bool
gated_commit_now(Engine *engine, EngineCommit *chain)
{
    (void)pthread_mutex_lock(&lock);
    bool held = gate.held;
    (void)pthread_mutex_unlock(&lock);
    if (!held) {
        gated_commit(engine, chain);
    }
    return !held;
}

/* What the gate answers itself goes the longer way. */
static bool
gated_put_now(Engine *engine, EnginePut *puts, size_t count)
{
    (void)pthread_mutex_lock(&lock);
    bool passes = !gate.held && !gate.answers;
    if (passes) {
        gate.commits += count;
        gate.chains++;
    }
    (void)pthread_mutex_unlock(&lock);
    return passes && engine_put_now(inside(engine), puts, count);
}

static void
gated_close(Engine *engine)
{
    engine_close(inside(engine));
    free(engine);
}

static BaseStatus
gated_read_begin(EngineRead *read)
{
    (void)pthread_mutex_lock(&lock);
    BaseStatus status = gate.read_status;
    (void)pthread_mutex_unlock(&lock);
    if (!base_is_ok(status)) {
        return status;
    }
    return engine_read_begin(read, inside(read->engine), read->snapshot, read->flags);
}

static BaseStatus
gated_snapshot_new(Engine *engine, EngineSnapshot **ret_snapshot)
{
    return engine_snapshot_new(inside(engine), ret_snapshot);
}

static BaseStatus
gated_iterator_new(Engine *engine, const EngineSnapshot *snapshot,
                   const EngineIteratorOptions *options, EngineIterator **ret_iterator)
{
    return engine_iterator_new(inside(engine), snapshot, options, ret_iterator);
}

static void
gated_stats(Engine *engine, EngineStats *ret_stats)
{
    engine_stats(inside(engine), ret_stats);
}

static BaseStatus
gated_range_estimate(Engine *engine, const EngineRange *range, EngineRangeEstimate *ret_estimate)
{
    return engine_range_estimate(inside(engine), range, ret_estimate);
}

static BaseStatus
gated_range_split(Engine *engine, const EngineRange *range, int64_t part_bytes,
                  EngineSplitVisitor *visit, void *user)
{
    return engine_range_split(inside(engine), range, part_bytes, visit, user);
}

/* Views, snapshots and iterators name the engine inside; the rest is never reached. */
static const EngineOps gated_ops = {
    .close = gated_close,
    .commit = gated_commit,
    .read_begin = gated_read_begin,
    .snapshot_new = gated_snapshot_new,
    .iterator_new = gated_iterator_new,
    .stats = gated_stats,
    .range_estimate = gated_range_estimate,
    .range_split = gated_range_split,
};

static BaseStatus
open_gated(EngineOpenArgs *args, const EngineClass *engine_class, Engine **ret_engine)
{
    int64_t presets[HASHMAP_OPTION_COUNT];
    for (size_t i = 0; i < HASHMAP_OPTION_COUNT; i++) {
        presets[i] = hashmap_class.options[i].preset;
    }
    Gated *gated = calloc(1, sizeof *gated);
    if (gated == NULL) {
        return base_error(BASE_NO_MEMORY, "no memory for a gated engine");
    }
    EngineOpenArgs inside_args = *args;
    inside_args.options = presets;
    BaseStatus status = hashmap_class.open(&inside_args, &gated->inside);
    if (!base_is_ok(status)) {
        free(gated);
        return status;
    }
    gated->ops = gated_ops;
    gated->ops.commit_now = engine_class == &instant_class ? gated_commit_now : NULL;
    gated->ops.put_now = engine_class == &instant_class ? gated_put_now : NULL;
    gated->engine = (Engine){&gated->ops, engine_class};
    *ret_engine = &gated->engine;
    return base_ok();
}

static BaseStatus
gated_open(EngineOpenArgs *args, Engine **ret_engine)
{
    return open_gated(args, &gated_class, ret_engine);
}

static BaseStatus
meagre_open(EngineOpenArgs *args, Engine **ret_engine)
{
    return open_gated(args, &meagre_class, ret_engine);
}

static BaseStatus
instant_open(EngineOpenArgs *args, Engine **ret_engine)
{
    return open_gated(args, &instant_class, ret_engine);
}

static const EngineOption gated_options[] = {
    {.name = "durability",
     .type = ENGINE_OPTION_CHOICE,
     .preset = 1,
     .highest = 2,
     .choices = "always|interval|os",
     .help = "When a write is acknowledged."},
};

const EngineClass gated_class = {
    .abi_version = ENGINE_ABI_VERSION,
    .struct_size = sizeof(EngineClass),
    .name = "gated",
    .format = 1,
    .summary = "hashmap behind a gate",
    .capabilities = ENGINE_CAN_PERSIST | ENGINE_CAN_SNAPSHOT | ENGINE_CAN_BATCH |
                    ENGINE_CAN_STORE_VERSION | ENGINE_CAN_EXPIRE,
    .options = gated_options,
    .option_count = 1,
    .open = gated_open,
};

const EngineClass meagre_class = {
    .abi_version = ENGINE_ABI_VERSION,
    .struct_size = sizeof(EngineClass),
    .name = "meagre",
    .format = 1,
    .summary = "hashmap that claims nothing",
    .open = meagre_open,
};

const EngineClass instant_class = {
    .abi_version = ENGINE_ABI_VERSION,
    .struct_size = sizeof(EngineClass),
    .name = "instant",
    .format = 1,
    .summary = "hashmap that may be busy",
    .capabilities = ENGINE_CAN_SNAPSHOT | ENGINE_CAN_BATCH | ENGINE_CAN_STORE_VERSION,
    .open = instant_open,
};
