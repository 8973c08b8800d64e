/*
 * life_death.c: closing and opening, deaths of process and system at any time, also during the
 * recovery from another one, and checkpoints. See life.h.
 *
 * After a death the store must hold a prefix of the order of commits: the model is compared at the
 * versions of all commits that may have been lost, from new to old, and rewound to the first that
 * fits. It must not lie before what the death had to leave: all that was acknowledged, if only the
 * process died; all that was durable by the mode of the store, if the system did.
 */
#include "tests/engine/life.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* Time never stands before what was seen when a store is opened; see life_do_reopen(). */
static void
catch_up_clock(Life *life)
{
    int64_t wall = base_clock_wall_ms(&life->rig.fake.clock);
    if (wall < life->model.now_ms) {
        base_fake_clock_step_wall_ms(&life->rig.fake, life->model.now_ms - wall);
    }
    life_look_at_clock(life);
}

/* The store is as the model is now, but for the version, which may have gone on. */
static void
settle(Life *life)
{
    int64_t version = engine_rig_version(life->rig.engine);
    LIFE_EXPECT(life, version >= life->model.version);
    life->model.version = version;
    life->acknowledged = version;
    life->settled = false;
    life_note_durable(life);
    life_show_clock(life);
}

static void
note_damage(void *user, const EngineFinding *finding)
{
    Life *life = user;
    if (finding->kind == ENGINE_FINDING_DAMAGE || finding->kind == ENGINE_FINDING_LOSS) {
        (void)fprintf(stderr, "%s at %lld: %s\n", finding->file, (long long)finding->offset,
                      finding->what);
        life_fail(life, __FILE__, __LINE__, "the files are damaged");
    }
}

/* Checks the files of a store that is not open. */
static void
check_files(Life *life)
{
    if (life->rig.engine_class->verify_files == NULL) {
        return;
    }
    EngineFilesArgs args = {.directory = life->rig.directory,
                            .env = &life->rig.fault.env,
                            .clock = life->rig.clock,
                            .report = note_damage,
                            .user = life};
    LIFE_OK(life, engine_verify_directory(&args));
}

void
life_do_reopen(Life *life)
{
    life_tell(life, "reopen\n");
    life_let_go(life);
    engine_rig_close(&life->rig);
    check_files(life);
    catch_up_clock(life);
    if (life_one_in(life, 2)) {
        life_choose_options(life);
    }
    LIFE_OK(life, engine_rig_try_open(&life->rig));
    if (!life_can(life, ENGINE_CAN_PERSIST)) {
        model_forget(&life->model);
    }
    settle(life);
    life_compare(life, life->rig.engine, NULL, model_latest(&life->model));
}

/* ------------------------------------------------------------------------------------ deaths -- */

/* What a store holds, to be compared with many versions of the model. */
typedef struct Found {
    EngineLookup *lookups[ENGINE_KEYSPACE_COUNT];
    EngineRead read; /* holds the views */
} Found;

static void
look_at_all(Life *life, Found *found)
{
    LIFE_OK(life, engine_read_begin(&found->read, life->rig.engine, NULL, 0));
    LIFE_EXPECT(life, found->read.now_ms == life->model.now_ms);
    for (EngineKeyspace keyspace = 0; keyspace < ENGINE_KEYSPACE_COUNT; keyspace++) {
        found->lookups[keyspace] = calloc(life->pool.count, sizeof(EngineLookup));
        LIFE_EXPECT(life, found->lookups[keyspace] != NULL);
        for (size_t i = 0; i < life->pool.count; i++) {
            LIFE_OK(life, engine_get(&found->read, keyspace, life->pool.keys[i],
                                     &found->lookups[keyspace][i]));
        }
    }
}

static bool
fits(const Life *life, const Found *found, int64_t version)
{
    ModelPoint point = {version, life->model.now_ms};
    for (EngineKeyspace keyspace = 0; keyspace < ENGINE_KEYSPACE_COUNT; keyspace++) {
        for (size_t i = 0; i < life->pool.count; i++) {
            const ModelEntry *entry = model_get(&life->model, point, keyspace, i);
            const EngineLookup *lookup = &found->lookups[keyspace][i];
            if (lookup->found != (entry != NULL) ||
                (entry != NULL && !life_same(entry, &lookup->record))) {
                return false;
            }
        }
    }
    return true;
}

/* The version up to which the store has come back; `least`: what it must have at least. */
static int64_t
find_version(Life *life, int64_t least)
{
    Found found;
    look_at_all(life, &found);
    size_t i = life->commit_count;
    while (i > 0 && life->commits[i - 1] > least && !fits(life, &found, life->commits[i - 1])) {
        i--;
    }
    bool some = i > 0 && life->commits[i - 1] > least;
    int64_t version = some ? life->commits[i - 1] : least;
    bool whole = some || fits(life, &found, least);
    engine_read_end(&found.read);
    free(found.lookups[ENGINE_DATA]);
    free(found.lookups[ENGINE_SYSTEM]);
    if (!whole) {
        /* Says where the difference is to what had to be left. */
        life_tell(life, "no prefix of the commits at or above version %" PRId64 " fits\n", least);
        life_compare(life, life->rig.engine, NULL, (ModelPoint){least, life->model.now_ms});
        life_fail(life, __FILE__, __LINE__, "what is left is no prefix of the commits");
    }
    return version;
}

/* Opens the store, sometimes only after deaths during its recovery. */
static void
recover(Life *life, EngineRigDeath death)
{
    for (int i = 0; i < 3 && life_one_in(life, 3); i++) {
        int64_t step = (int64_t)life_below(life, 60);
        fault_env_arm(&life->rig.fault, step);
        BaseStatus status = engine_rig_try_open(&life->rig);
        life_tell(life, "    opening with a death at step %" PRId64 ": %s %s\n", step,
                  base_code_name(status.code), life->rig.message);
        BaseRand keep = life->rand;
        engine_rig_die(&life->rig, death, life_one_in(life, 2) ? NULL : &keep);
        life->deaths++;
    }
    check_files(life);
    BaseStatus status = engine_rig_try_open(&life->rig);
    if (!base_is_ok(status)) {
        life_fail(life, __FILE__, __LINE__, life->rig.message);
    }
}

/* Works while files fail, so that the death comes in the middle of something. */
static void
work_to_death(Life *life)
{
    int64_t steps = (int64_t)life_below(life, 40);
    life_tell(life, "    files fail from step %" PRId64 " on\n", steps);
    life->dying = true;
    fault_env_arm(&life->rig.fault, steps);
    size_t rounds = 1 + life_below(life, 12);
    for (size_t i = 0; i < rounds; i++) {
        life_do_many_commits(life);
    }
    /* What was not acknowledged is not seen, and reads go on. */
    ModelPoint point = {life->acknowledged, life->model.now_ms};
    life_compare(life, life->rig.engine, NULL, point);
}

void
life_do_death(Life *life)
{
    if (!life->habits.crashes) {
        return;
    }
    EngineRigDeath death = life_one_in(life, 3) ? ENGINE_RIG_PROCESS : ENGINE_RIG_SYSTEM;
    life_tell(life, "%s dies\n", death == ENGINE_RIG_PROCESS ? "process" : "system");
    if (life_can(life, ENGINE_CAN_PERSIST) && !life_one_in(life, 3)) {
        work_to_death(life);
    }
    life_let_go(life);
    BaseRand keep = life->rand;
    engine_rig_die(&life->rig, death, life_one_in(life, 2) ? NULL : &keep);
    life->deaths++;
    life->dying = false;
    catch_up_clock(life);
    if (life_one_in(life, 3)) {
        life_choose_options(life);
    }
    recover(life, death);
    if (!life_can(life, ENGINE_CAN_PERSIST)) {
        model_forget(&life->model);
        settle(life);
        return;
    }
    int64_t least = death == ENGINE_RIG_PROCESS ? life->acknowledged : life->durable;
    int64_t version = find_version(life, least);
    life_tell(life, "    back at version %" PRId64 "\n", version);
    model_rewind(&life->model, version);
    life->commit_count = 0;
    settle(life);
    if (life_one_in(life, 3)) {
        /* What was served once is durable. */
        engine_rig_die(&life->rig, ENGINE_RIG_SYSTEM, NULL);
        LIFE_OK(life, engine_rig_try_open(&life->rig));
        settle(life);
    }
    life_compare(life, life->rig.engine, NULL, model_latest(&life->model));
}

/* ------------------------------------------------------------------------------- checkpoints -- */

typedef struct Cleaner {
    const Life *life;
    const char *directory;
    char names[256][64];
    size_t count;
} Cleaner;

static bool
note_name(void *user, const char *name)
{
    Cleaner *cleaner = user;
    LIFE_EXPECT(cleaner->life, cleaner->count < 256);
    (void)snprintf(cleaner->names[cleaner->count++], sizeof cleaner->names[0], "%s", name);
    return true;
}

/* Removes a directory with all that is in it, for good. */
static void
remove_directory(Life *life, const char *directory)
{
    const Env *env = &life->rig.fault.env;
    Cleaner *cleaner = calloc(1, sizeof *cleaner);
    LIFE_EXPECT(life, cleaner != NULL);
    cleaner->life = life;
    LIFE_OK(life, env_list(env, directory, note_name, cleaner));
    for (size_t i = 0; i < cleaner->count; i++) {
        char path[ENV_PATH_MAX];
        LIFE_OK(life, env_join(path, directory, cleaner->names[i]));
        EnvStat found;
        LIFE_OK(life, env_stat(env, path, &found));
        if (found.is_directory) {
            remove_directory(life, path);
        } else {
            LIFE_OK(life, env_unlink(env, path));
        }
    }
    LIFE_OK(life, env_remove_directory(env, directory));
    LIFE_OK(life, env_sync_directory(env, life->rig.home));
    free(cleaner);
}

void
life_do_checkpoint(Life *life)
{
    if (!life_can(life, ENGINE_CAN_CHECKPOINT)) {
        return;
    }
    life_tell(life, "checkpoint\n");
    char directory[ENV_PATH_MAX];
    (void)snprintf(directory, sizeof directory, "%s/copy", life->rig.home);
    LIFE_OK(life, life->rig.engine->ops->checkpoint(life->rig.engine, directory));
    EngineOpenArgs args = {
        .directory = directory,
        .env = &life->rig.fault.env,
        .clock = life->rig.clock,
        .options = life->rig.options,
        .key_max = life->rig.key_max,
        .value_max = life->rig.value_max,
    };
    Engine *copy = NULL;
    BaseStatus status = engine_open(life->rig.engine_class, &args, &copy);
    if (!base_is_ok(status)) {
        life_fail(life, __FILE__, __LINE__, args.message);
    }
    /* The copy takes the time from the clock and from what it holds, not from the original. */
    EngineRead read;
    LIFE_OK(life, engine_read_begin(&read, copy, NULL, 0));
    ModelPoint point = {life->model.version, read.now_ms};
    engine_read_end(&read);
    LIFE_EXPECT(life, point.now_ms <= life->model.now_ms);
    if (point.now_ms == life->model.now_ms) {
        life_compare(life, copy, NULL, point);
    }
    engine_close(copy);
    remove_directory(life, directory);
}
