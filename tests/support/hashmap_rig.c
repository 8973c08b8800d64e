/*
 * hashmap_rig.c: an open hashmap for tests. See hashmap_rig.h.
 */
#include "tests/support/hashmap_rig.h"

#include "engine/base/check.h"
#include "engine/env/mem.h"

#include <errno.h>
#include <semaphore.h>

static void
open_engine(HashmapRig *rig)
{
    EngineOpenArgs args = {
        .directory = "/engine",
        .env = rig->env,
        .clock = &rig->clock.clock,
        .options = rig->options,
        .key_max = 1024,
        .value_max = 64 * 1024,
    };
    BASE_CHECK(base_is_ok(hashmap_class.open(&args, &rig->engine)));
}

bool hashmap_rig_huge_pages = false;

void
hashmap_rig_open(HashmapRig *rig, int64_t shards, int64_t memory_bytes)
{
    rig->env = env_mem_new();
    BASE_CHECK(rig->env != NULL);
    BASE_CHECK(base_is_ok(env_make_directory(rig->env, "/engine")));
    base_fake_clock_init(&rig->clock, HASHMAP_RIG_START_MS);
    rig->options[HASHMAP_OPTION_MEMORY_BYTES] = memory_bytes;
    rig->options[HASHMAP_OPTION_SHARDS] = shards;
    rig->options[HASHMAP_OPTION_HUGE_PAGES] = hashmap_rig_huge_pages ? 1 : 0;
    open_engine(rig);
}

void
hashmap_rig_reopen(HashmapRig *rig)
{
    engine_close(rig->engine);
    open_engine(rig);
}

void
hashmap_rig_close(HashmapRig *rig)
{
    engine_close(rig->engine);
    env_mem_free(rig->env);
}

static void
wake(EngineCommit *commit, const EngineOutcome *outcome)
{
    (void)outcome;
    BASE_CHECK(sem_post(commit->user) == 0);
}

EngineOutcome
hashmap_rig_commit(Engine *engine, const EngineGuard *guards, size_t guard_count,
                   EngineMutation *mutations, size_t mutation_count)
{
    sem_t answered;
    BASE_CHECK(sem_init(&answered, 0, 0) == 0);
    EngineCommit commit = {.guards = guards,
                           .guard_count = guard_count,
                           .mutations = mutations,
                           .mutation_count = mutation_count,
                           .done = wake,
                           .user = &answered};
    engine_commit(engine, &commit);
    while (sem_wait(&answered) != 0) {
        BASE_CHECK(errno == EINTR);
    }
    BASE_CHECK(sem_destroy(&answered) == 0);
    return commit.outcome;
}

EngineMutation
hashmap_rig_put(EngineKeyspace keyspace, BaseSlice key, BaseSlice value)
{
    return (EngineMutation){.kind = ENGINE_PUT, .keyspace = keyspace, .key = key, .value = value};
}

EngineMutation
hashmap_rig_remove(EngineKeyspace keyspace, BaseSlice key)
{
    return (EngineMutation){.kind = ENGINE_REMOVE, .keyspace = keyspace, .key = key};
}

EngineMutation
hashmap_rig_remove_range(EngineKeyspace keyspace, BaseSlice start, BaseSlice stop)
{
    return (EngineMutation){
        .kind = ENGINE_REMOVE_RANGE, .keyspace = keyspace, .key = start, .value = stop};
}

int64_t
hashmap_rig_apply(Engine *engine, EngineMutation mutation)
{
    EngineOutcome outcome = hashmap_rig_commit(engine, NULL, 0, &mutation, 1);
    BASE_CHECK(outcome.kind == ENGINE_APPLIED);
    return outcome.version;
}

bool
hashmap_rig_has(Engine *engine, const EngineSnapshot *snapshot, EngineKeyspace keyspace,
                BaseSlice key, BaseSlice value)
{
    EngineRead read;
    EngineLookup lookup;
    BASE_CHECK(base_is_ok(engine_read_begin(&read, engine, snapshot, 0)));
    BASE_CHECK(base_is_ok(engine_get(&read, keyspace, key, &lookup)));
    bool has = lookup.found && base_slice_equal(lookup.record.value, value);
    engine_read_end(&read);
    return has;
}

bool
hashmap_rig_lacks(Engine *engine, const EngineSnapshot *snapshot, EngineKeyspace keyspace,
                  BaseSlice key)
{
    EngineRead read;
    EngineLookup lookup;
    BASE_CHECK(base_is_ok(engine_read_begin(&read, engine, snapshot, 0)));
    BASE_CHECK(base_is_ok(engine_get(&read, keyspace, key, &lookup)));
    engine_read_end(&read);
    return !lookup.found;
}

typedef struct Wanted {
    const char *name;
    int64_t value;
} Wanted;

static void
pick(void *user, const char *name, int64_t value)
{
    Wanted *wanted = user;
    if (strcmp(wanted->name, name) == 0) {
        wanted->value = value;
    }
}

int64_t
hashmap_rig_figure(Engine *engine, const char *name)
{
    Wanted wanted = {name, -1};
    engine_figures(engine, pick, &wanted);
    return wanted.value;
}

void
hashmap_rig_tick(Engine *engine, int count)
{
    for (int i = 0; i < count; i++) {
        engine_tick(engine);
    }
}
