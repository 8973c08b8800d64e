/*
 * engine_rig.c: an open engine of any class for tests. See engine_rig.h.
 */
#include "tests/support/engine_rig.h"

#include "engine/base/check.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* How small things are, by the names of options. Classes have those that they have. */
static const struct {
    const char *name;
    int64_t value;
} small[] = {
    {"write_buffer", 256 * 1024}, {"block_cache", 256 * 1024}, {"table_bytes", 64 * 1024},
    {"base_bytes", 256 * 1024},   {"block_bytes", 1024},       {"shards", 16},
};

/* ------------------------------------------------------------------------- files and options -- */

static void
make_home(EngineRig *rig)
{
    if (rig->files == ENGINE_RIG_MEMORY) {
        rig->memory = env_mem_new();
        BASE_CHECK(rig->memory != NULL);
        (void)snprintf(rig->home, sizeof rig->home, "/rig");
        BASE_CHECK(base_is_ok(env_make_directory(rig->memory, rig->home)));
        BASE_CHECK(base_is_ok(env_sync_directory(rig->memory, "/")));
    } else {
        const char *temporary = getenv("TMPDIR");
        (void)snprintf(rig->home, sizeof rig->home, "%s/larder-rig-XXXXXX",
                       temporary == NULL ? "/tmp" : temporary);
        BASE_CHECK(mkdtemp(rig->home) != NULL);
    }
    (void)snprintf(rig->directory, sizeof rig->directory, "%s/engine", rig->home);
}

EngineRigFiles
engine_rig_files(const EngineClass *engine_class)
{
    return engine_class_file(engine_class) == NULL ? ENGINE_RIG_MEMORY : ENGINE_RIG_DISK;
}

void
engine_rig_init(EngineRig *rig, const EngineClass *engine_class, EngineRigFiles files)
{
    memset(rig, 0, sizeof *rig);
    rig->engine_class = engine_class;
    rig->files = files;
    make_home(rig);
    fault_env_init(&rig->fault, files == ENGINE_RIG_MEMORY ? rig->memory : env_posix(),
                   base_error(BASE_IO, "a planned fault"));
    base_fake_clock_init(&rig->fake, ENGINE_RIG_START_MS);
    rig->clock = &rig->fake.clock;
    rig->key_max = 1024;
    if (engine_class->key_max != 0 && engine_class->key_max < rig->key_max) {
        rig->key_max = engine_class->key_max;
    }
    rig->value_max = 1024 * 1024;
    BASE_CHECK(engine_class->option_count <= ENGINE_RIG_OPTIONS_MAX);
    for (size_t i = 0; i < engine_class->option_count; i++) {
        rig->options[i] = engine_class->options[i].preset;
    }
    for (size_t i = 0; i < sizeof small / sizeof small[0]; i++) {
        (void)engine_rig_set(rig, small[i].name, small[i].value);
    }
}

static int
remove_one(const char *path, const struct stat *status, int kind, struct FTW *place)
{
    (void)status;
    (void)kind;
    (void)place;
    return remove(path);
}

void
engine_rig_clear(EngineRig *rig)
{
    engine_close(rig->engine);
    rig->engine = NULL;
    if (rig->files == ENGINE_RIG_MEMORY) {
        env_mem_free(rig->memory);
    } else {
        (void)nftw(rig->home, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    }
}

size_t
engine_rig_option_index(const EngineClass *engine_class, const char *name)
{
    size_t index = 0;
    while (index < engine_class->option_count &&
           strcmp(engine_class->options[index].name, name) != 0) {
        index++;
    }
    return index;
}

bool
engine_rig_set(EngineRig *rig, const char *name, int64_t value)
{
    size_t index = engine_rig_option_index(rig->engine_class, name);
    if (index == rig->engine_class->option_count) {
        return false;
    }
    const EngineOption *option = &rig->engine_class->options[index];
    BASE_CHECK(option->type == ENGINE_OPTION_CHOICE || option->type == ENGINE_OPTION_BOOLEAN ||
               value >= option->lowest);
    rig->options[index] = value;
    return true;
}

int64_t
engine_rig_option(const EngineRig *rig, const char *name, int64_t missing)
{
    size_t index = engine_rig_option_index(rig->engine_class, name);
    return index == rig->engine_class->option_count ? missing : rig->options[index];
}

/* ---------------------------------------------------------------------------- life and death -- */

BaseStatus
engine_rig_try_open(EngineRig *rig)
{
    EngineOpenArgs args = {
        .directory = rig->directory,
        .env = &rig->fault.env,
        .clock = rig->clock,
        .options = rig->options,
        .key_max = rig->key_max,
        .value_max = rig->value_max,
    };
    BASE_CHECK(rig->engine == NULL);
    Engine *engine = NULL;
    BaseStatus status = engine_open(rig->engine_class, &args, &engine);
    if (base_is_ok(status)) {
        rig->engine = engine;
    }
    memcpy(rig->message, args.message, sizeof rig->message);
    return status;
}

void
engine_rig_open(EngineRig *rig)
{
    BaseStatus status = engine_rig_try_open(rig);
    if (!base_is_ok(status)) {
        (void)fprintf(stderr, "cannot open: %s: %s\n", status.what, rig->message);
    }
    BASE_CHECK(base_is_ok(status));
}

void
engine_rig_close(EngineRig *rig)
{
    engine_close(rig->engine);
    rig->engine = NULL;
    if (rig->files == ENGINE_RIG_MEMORY) {
        env_mem_tidy(rig->memory);
    }
}

void
engine_rig_reopen(EngineRig *rig)
{
    engine_rig_close(rig);
    engine_rig_open(rig);
}

void
engine_rig_freeze(EngineRig *rig)
{
    fault_env_freeze(&rig->fault);
}

void
engine_rig_die(EngineRig *rig, EngineRigDeath death, BaseRand *keep)
{
    engine_rig_freeze(rig);
    if (death == ENGINE_RIG_SYSTEM) {
        BASE_CHECK(rig->files == ENGINE_RIG_MEMORY);
        env_mem_crash(rig->memory, keep);
    }
    engine_rig_close(rig);
    fault_env_thaw(&rig->fault);
}

/* ----------------------------------------------------------------------------------- commits -- */

void
engine_rig_wait_init(EngineRigWait *wait)
{
    BASE_CHECK(sem_init(&wait->answered, 0, 0) == 0);
    atomic_init(&wait->order, 0);
}

void
engine_rig_wait(EngineRigWait *wait, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        while (sem_wait(&wait->answered) != 0) {
            BASE_CHECK(errno == EINTR);
        }
    }
}

void
engine_rig_wait_clear(EngineRigWait *wait)
{
    BASE_CHECK(sem_destroy(&wait->answered) == 0);
}

static void
note(EngineCommit *answered, const EngineOutcome *outcome)
{
    EngineRigCommit *commit = answered->user;
    if (outcome->has_current_value) {
        BASE_CHECK(base_buf_append_slice(&commit->current, outcome->current_value));
        commit->commit.outcome.current_value = base_buf_slice(&commit->current);
    }
    commit->order = atomic_fetch_add(&commit->wait->order, 1);
    BASE_CHECK(sem_post(&commit->wait->answered) == 0);
}

void
engine_rig_commit_init(EngineRigCommit *commit, EngineRigWait *wait)
{
    commit->wait = wait;
    commit->current = BASE_BUF_INIT;
    commit->commit.done = note;
    commit->commit.user = commit;
}

EngineOutcome
engine_rig_commit(Engine *engine, const EngineGuard *guards, size_t guard_count,
                  EngineMutation *mutations, size_t mutation_count)
{
    EngineRigWait wait;
    engine_rig_wait_init(&wait);
    EngineRigCommit commit;
    do {
        commit.commit = (EngineCommit){.guards = guards,
                                       .guard_count = guard_count,
                                       .mutations = mutations,
                                       .mutation_count = mutation_count};
        engine_rig_commit_init(&commit, &wait);
        engine_commit(engine, &commit.commit);
        engine_rig_wait(&wait, 1);
    } while (commit.commit.outcome.kind == ENGINE_REFUSED &&
             commit.commit.outcome.refusal == ENGINE_REFUSAL_OVERLOAD && usleep(1000) == 0);
    engine_rig_wait_clear(&wait);
    return commit.commit.outcome;
}

EngineMutation
engine_rig_put(EngineKeyspace keyspace, BaseSlice key, BaseSlice value)
{
    return (EngineMutation){.kind = ENGINE_PUT, .keyspace = keyspace, .key = key, .value = value};
}

EngineMutation
engine_rig_remove(EngineKeyspace keyspace, BaseSlice key)
{
    return (EngineMutation){
        .kind = ENGINE_REMOVE, .keyspace = keyspace, .key = key, .want_existed = true};
}

EngineMutation
engine_rig_remove_range(EngineKeyspace keyspace, BaseSlice start, const BaseSlice *stop)
{
    return (EngineMutation){.kind = ENGINE_REMOVE_RANGE,
                            .keyspace = keyspace,
                            .key = start,
                            .value = stop == NULL ? BASE_SLICE_EMPTY : *stop,
                            .unbounded = stop == NULL};
}

int64_t
engine_rig_apply(Engine *engine, EngineMutation mutation)
{
    EngineOutcome outcome = engine_rig_commit(engine, NULL, 0, &mutation, 1);
    if (outcome.kind != ENGINE_APPLIED) {
        (void)fprintf(stderr, "outcome %d: %s\n", (int)outcome.kind, outcome.status.what);
    }
    BASE_CHECK(outcome.kind == ENGINE_APPLIED);
    return outcome.version;
}

/* ------------------------------------------------------------------------------------- reads -- */

/* Looks a key up; the value is compared with *value unless that is NULL. */
static bool
look_up(Engine *engine, const EngineSnapshot *snapshot, EngineKeyspace keyspace, BaseSlice key,
        const BaseSlice *value)
{
    EngineRead read;
    EngineLookup lookup;
    BASE_CHECK(base_is_ok(engine_read_begin(&read, engine, snapshot, 0)));
    BASE_CHECK(base_is_ok(engine_get(&read, keyspace, key, &lookup)));
    bool found = lookup.found && (value == NULL || base_slice_equal(lookup.record.value, *value));
    engine_read_end(&read);
    return found;
}

bool
engine_rig_has(Engine *engine, const EngineSnapshot *snapshot, EngineKeyspace keyspace,
               BaseSlice key, BaseSlice value)
{
    return look_up(engine, snapshot, keyspace, key, &value);
}

bool
engine_rig_lacks(Engine *engine, const EngineSnapshot *snapshot, EngineKeyspace keyspace,
                 BaseSlice key)
{
    return !look_up(engine, snapshot, keyspace, key, NULL);
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
engine_rig_figure(Engine *engine, const char *name)
{
    Wanted wanted = {name, -1};
    engine_figures(engine, pick, &wanted);
    return wanted.value;
}

int64_t
engine_rig_version(Engine *engine)
{
    EngineStats stats;
    engine_stats(engine, &stats);
    return stats.version;
}
