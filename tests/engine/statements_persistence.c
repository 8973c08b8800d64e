/*
 * statements_persistence.c: EN-901 and on: what is left after closing, after deaths, in copies.
 *
 * Trials run over files in memory, so a system dies in a microsecond.
 */
#include "tests/engine/trial.h"

#include "engine/base/check.h"

#include <pthread.h>
#include <stdio.h>

/* The mode of the store: what an acknowledgement means. */
static bool
acknowledges_after_sync(const Trial *trial)
{
    return engine_rig_option(&trial->rig, "durability", 0) == 0;
}

static void
die(Trial *trial, EngineRigDeath death)
{
    engine_rig_die(&trial->rig, death, NULL);
    engine_rig_open(&trial->rig);
}

/* A commit that asks for a sync. */
static EngineOutcome
put_synced(Trial *trial, const char *key, const char *value)
{
    EngineRigWait wait;
    engine_rig_wait_init(&wait);
    EngineMutation mutation = trial_putting(key, value);
    EngineRigCommit commit = {.commit = {.mutations = &mutation,
                                         .mutation_count = 1,
                                         .durability = ENGINE_DURABILITY_SYNC}};
    engine_rig_commit_init(&commit, &wait);
    engine_commit(trial_engine(trial), &commit.commit);
    engine_rig_wait(&wait, 1);
    engine_rig_wait_clear(&wait);
    return commit.commit.outcome;
}

static void
closing_loses_nothing(Trial *trial)
{
    int64_t first = trial_put(trial, "a", "1");
    (void)trial_put(trial, "b", "1");
    (void)trial_put(trial, "c", "1");
    (void)trial_remove(trial, "b");
    (void)trial_remove_range(trial, "c", "d");
    (void)trial_write(trial, engine_rig_put(ENGINE_SYSTEM, TEXT("s"), TEXT("system")));
    int64_t last = trial_put_until(trial, "e", "1", ENGINE_RIG_START_MS + 1000);
    for (int i = 0; i < 3; i++) {
        engine_rig_reopen(&trial->rig);
        HOLDS(strcmp(trial_keys(trial, NULL, "", NULL, false).text, "a e") == 0);
        HOLDS(engine_rig_has(trial_engine(trial), NULL, ENGINE_SYSTEM, TEXT("s"), TEXT("system")));
        EngineRecord record;
        HOLDS(trial_look(trial, "a", &record) && record.version == first);
        HOLDS(trial_look(trial, "e", &record) && record.version == last);
        HOLDS(record.expires_at_ms == ENGINE_RIG_START_MS + 1000);
    }
    base_fake_clock_advance_ms(&trial->rig.fake, 1000);
    engine_rig_reopen(&trial->rig);
    HOLDS(strcmp(trial_keys(trial, NULL, "", NULL, false).text, "a") == 0);
}

static void
an_empty_store_opens_again(Trial *trial)
{
    for (int i = 0; i < 3; i++) {
        engine_rig_reopen(&trial->rig);
        HOLDS(trial_keys(trial, NULL, "", NULL, false).text[0] == '\0');
        die(trial, ENGINE_RIG_PROCESS);
        die(trial, ENGINE_RIG_SYSTEM);
    }
    (void)trial_put(trial, "a", "1");
    engine_rig_reopen(&trial->rig);
    HOLDS(trial_has(trial, NULL, "a", "1"));
}

static void
versions_are_never_used_again(Trial *trial)
{
    int64_t last = 0;
    for (int i = 0; i < 6; i++) {
        int64_t version = trial_put(trial, "a", "1");
        HOLDS(version > last);
        last = trial_put(trial, "b", "1");
        if (i % 3 == 0) {
            engine_rig_reopen(&trial->rig);
        } else {
            die(trial, i % 3 == 1 ? ENGINE_RIG_PROCESS : ENGINE_RIG_SYSTEM);
        }
        HOLDS(engine_rig_version(trial_engine(trial)) >= last ||
              trial_can(trial, ENGINE_CAN_PERSIST));
    }
}

static void
what_does_not_persist_is_gone(Trial *trial)
{
    (void)trial_put(trial, "a", "1");
    engine_rig_reopen(&trial->rig);
    HOLDS(trial_lacks(trial, NULL, "a"));
}

static void
a_dead_process_loses_nothing_acknowledged(Trial *trial)
{
    char key[16];
    for (int round = 0; round < 4; round++) {
        for (int i = 0; i < 30; i++) {
            (void)snprintf(key, sizeof key, "k%d-%d", round, i);
            (void)engine_rig_apply(trial_engine(trial), trial_putting(key, "1"));
        }
        trial_settle(trial);
        (void)engine_rig_apply(trial_engine(trial), trial_removing("k0-3"));
        (void)engine_rig_apply(trial_engine(trial), trial_removing_range("k0-5", "k0-6"));
        die(trial, ENGINE_RIG_PROCESS);
        for (int i = 0; i < 30; i++) {
            (void)snprintf(key, sizeof key, "k%d-%d", round, i);
            HOLDS(trial_has(trial, NULL, key, "1") || (round == 0 && (i == 3 || i == 5)));
        }
        HOLDS(trial_lacks(trial, NULL, "k0-3") && trial_lacks(trial, NULL, "k0-5"));
    }
}

static void
a_dead_system_leaves_what_the_mode_says(Trial *trial)
{
    (void)engine_rig_apply(trial_engine(trial), trial_putting("a", "1"));
    (void)engine_rig_apply(trial_engine(trial), trial_putting("b", "1"));
    die(trial, ENGINE_RIG_SYSTEM);
    bool a = trial_has(trial, NULL, "a", "1");
    bool b = trial_has(trial, NULL, "b", "1");
    HOLDS(a || !b); /* no holes */
    HOLDS((a && b) || !acknowledges_after_sync(trial));
}

static void
a_synced_commit_survives_in_every_mode(Trial *trial)
{
    (void)engine_rig_apply(trial_engine(trial), trial_putting("before", "1"));
    HOLDS(put_synced(trial, "a", "1").kind == ENGINE_APPLIED);
    (void)engine_rig_apply(trial_engine(trial), trial_putting("after", "1"));
    die(trial, ENGINE_RIG_SYSTEM);
    HOLDS(trial_has(trial, NULL, "a", "1") && trial_has(trial, NULL, "before", "1"));
}

static void
a_flush_makes_durable(Trial *trial)
{
    (void)engine_rig_apply(trial_engine(trial), trial_putting("a", "1"));
    trial_flush(trial);
    (void)engine_rig_apply(trial_engine(trial), trial_putting("b", "1"));
    die(trial, ENGINE_RIG_SYSTEM);
    HOLDS(trial_has(trial, NULL, "a", "1"));
    trial_flush(trial); /* of nothing */
    trial_flush(trial);
}

static void
what_was_served_once_is_durable(Trial *trial)
{
    (void)engine_rig_apply(trial_engine(trial), trial_putting("a", "1"));
    die(trial, ENGINE_RIG_PROCESS);
    HOLDS(trial_has(trial, NULL, "a", "1"));
    die(trial, ENGINE_RIG_SYSTEM);
    HOLDS(trial_has(trial, NULL, "a", "1"));
}

static void
other_options_open_it_too(Trial *trial)
{
    static const struct {
        const char *name;
        int64_t value;
    } changes[] = {
        {"block_bytes", 300},    {"filter_bits", 0},   {"compression", 1},      {"compression", 0},
        {"table_bytes", 4096},   {"base_bytes", 4096}, {"level_multiplier", 2}, {"run_trigger", 1},
        {"write_buffer", 65536}, {"block_cache", 0},   {"durability", 2},       {"durability", 0},
    };
    char key[16];
    for (size_t i = 0; i < COUNT_OF(changes); i++) {
        for (size_t j = 0; j < 200; j++) {
            (void)snprintf(key, sizeof key, "k%zu", (i * 31 + j) % 500);
            (void)engine_rig_apply(trial_engine(trial), trial_putting(key, key));
        }
        trial_settle(trial);
        (void)engine_rig_set(&trial->rig, changes[i].name, changes[i].value);
        engine_rig_reopen(&trial->rig);
        for (size_t j = 0; j < (i * 31 + 200 < 500 ? i * 31 + 200 : 500); j++) {
            (void)snprintf(key, sizeof key, "k%zu", j);
            HOLDS(trial_has(trial, NULL, key, key));
        }
    }
}

static void
a_store_is_opened_once(Trial *trial)
{
    (void)trial_put(trial, "a", "1");
    Engine *open = trial->rig.engine;
    trial->rig.engine = NULL;
    BaseStatus status = engine_rig_try_open(&trial->rig);
    trial->rig.engine = open;
    HOLDS(status.code == BASE_BUSY);
    HOLDS(trial_has(trial, NULL, "a", "1"));
}

/* ------------------------------------------------------------------------------- checkpoints -- */

/* Opens the copy in home/name in place of the store. */
static void
open_copy(Trial *trial, const char *name)
{
    engine_rig_close(&trial->rig);
    (void)snprintf(trial->rig.directory, sizeof trial->rig.directory, "%s/%s", trial->rig.home,
                   name);
    engine_rig_open(&trial->rig);
}

static BaseStatus
copy_to(Trial *trial, const char *name)
{
    char directory[ENV_PATH_MAX];
    (void)snprintf(directory, sizeof directory, "%s/%s", trial->rig.home, name);
    return trial_engine(trial)->ops->checkpoint(trial_engine(trial), directory);
}

static void
a_checkpoint_is_a_store(Trial *trial)
{
    (void)trial_put(trial, "a", "1");
    trial_flush(trial);
    (void)trial_put(trial, "b", "1");
    (void)trial_put(trial, "c", "1");
    (void)trial_remove_range(trial, "c", "d");
    (void)trial_write(trial, engine_rig_put(ENGINE_SYSTEM, TEXT("s"), TEXT("1")));
    int64_t version = engine_rig_version(trial_engine(trial));
    HOLDS(base_is_ok(copy_to(trial, "copy")));
    (void)trial_put(trial, "later", "1");
    (void)trial_remove(trial, "a");
    trial_compact(trial);
    HOLDS(strcmp(trial_keys(trial, NULL, "", NULL, false).text, "b later") == 0);
    open_copy(trial, "copy");
    HOLDS(strcmp(trial_keys(trial, NULL, "", NULL, false).text, "a b") == 0);
    HOLDS(engine_rig_has(trial_engine(trial), NULL, ENGINE_SYSTEM, TEXT("s"), TEXT("1")));
    HOLDS(trial_put(trial, "d", "1") > version);
    engine_rig_reopen(&trial->rig);
    HOLDS(strcmp(trial_keys(trial, NULL, "", NULL, true).text, "d b a") == 0);
    /* The original is as it was. */
    open_copy(trial, "engine");
    HOLDS(strcmp(trial_keys(trial, NULL, "", NULL, false).text, "b later") == 0);
}

static void
a_checkpoint_is_durable(Trial *trial)
{
    (void)trial_put(trial, "a", "1");
    HOLDS(base_is_ok(copy_to(trial, "copy")));
    engine_rig_die(&trial->rig, ENGINE_RIG_SYSTEM, NULL);
    (void)snprintf(trial->rig.directory, sizeof trial->rig.directory, "%s/copy", trial->rig.home);
    engine_rig_open(&trial->rig);
    HOLDS(trial_has(trial, NULL, "a", "1"));
}

static void
a_checkpoint_overwrites_nothing(Trial *trial)
{
    (void)trial_put(trial, "a", "1");
    HOLDS(base_is_ok(copy_to(trial, "copy")));
    (void)trial_put(trial, "b", "1");
    HOLDS(!base_is_ok(copy_to(trial, "copy")));
    HOLDS(trial_has(trial, NULL, "b", "1"));
    HOLDS(base_is_ok(copy_to(trial, "copy2")));
    open_copy(trial, "copy");
    HOLDS(strcmp(trial_keys(trial, NULL, "", NULL, false).text, "a") == 0);
    open_copy(trial, "copy2");
    HOLDS(strcmp(trial_keys(trial, NULL, "", NULL, false).text, "a b") == 0);
}

typedef struct Counting {
    Trial *trial;
    atomic_bool stop;
} Counting;

/* Two counters, always in one commit; and keys in order. */
static void *
count_on(void *user)
{
    Counting *counting = user;
    char key[24];
    for (int i = 0; !atomic_load(&counting->stop); i++) {
        (void)snprintf(key, sizeof key, "k%09d", i);
        EngineMutation mutations[] = {trial_incrementing("a", 1), trial_incrementing("b", 1),
                                      trial_putting(key, key)};
        EngineOutcome outcome =
            engine_rig_commit(trial_engine(counting->trial), NULL, 0, mutations, 3);
        BASE_CHECK(outcome.kind == ENGINE_APPLIED);
    }
    return NULL;
}

static int64_t
counter(Trial *trial, const char *key)
{
    EngineMutation mutation = trial_incrementing(key, 0);
    EngineOutcome outcome = engine_rig_commit(trial_engine(trial), NULL, 0, &mutation, 1);
    return outcome.kind == ENGINE_APPLIED ? mutation.result.number : -1;
}

static void
checkpoints_under_load_are_whole(Trial *trial)
{
    enum { COPIES = 4 };
    Counting counting = {.trial = trial};
    pthread_t thread;
    HOLDS(pthread_create(&thread, NULL, count_on, &counting) == 0);
    char name[16];
    bool made = true;
    for (int i = 0; i < COPIES; i++) {
        (void)snprintf(name, sizeof name, "copy%d", i);
        made = made && base_is_ok(copy_to(trial, name));
    }
    atomic_store(&counting.stop, true);
    (void)pthread_join(thread, NULL);
    HOLDS(made);
    int64_t before = 0;
    for (int i = 0; i < COPIES; i++) {
        (void)snprintf(name, sizeof name, "copy%d", i);
        open_copy(trial, name);
        int64_t a = counter(trial, "a");
        HOLDS(a == counter(trial, "b") && a >= before);
        before = a;
        /* All keys of the commits that it has, and no other. */
        EngineIterator *iterator = trial_iterator(trial, NULL, "k", NULL);
        int64_t keys = 0;
        for (engine_iterator_seek(iterator, NULL); iterator->valid;
             engine_iterator_next(iterator)) {
            keys++;
        }
        engine_iterator_free(iterator);
        HOLDS(keys == a);
    }
}

#define NEEDS  ENGINE_CAN_PERSIST
#define MORTAL (ENGINE_CAN_PERSIST | TRIAL_NEEDS_OWN_FILES)
#define COPY   (ENGINE_CAN_PERSIST | ENGINE_CAN_CHECKPOINT)

const Statement engine_statements_of_persistence[] = {
    {901, "closing loses nothing", closing_loses_nothing, NEEDS, 0},
    {902, "an empty store opens again", an_empty_store_opens_again, MORTAL, 0},
    {903, "versions are never used again", versions_are_never_used_again, TRIAL_NEEDS_OWN_FILES, 0},
    {904, "what does not persist is gone", what_does_not_persist_is_gone, 0, NEEDS},
    {905, "a dead process loses nothing that was acknowledged",
     a_dead_process_loses_nothing_acknowledged, MORTAL, 0},
    {906, "a dead system leaves a prefix, and what the mode says",
     a_dead_system_leaves_what_the_mode_says, MORTAL, 0},
    {907, "a synced commit survives in every mode, with all before it",
     a_synced_commit_survives_in_every_mode, MORTAL, 0},
    {908, "a flush makes durable", a_flush_makes_durable, MORTAL, 0},
    {909, "what was served once after a death is durable", what_was_served_once_is_durable, MORTAL,
     0},
    {910, "a store opens with other options", other_options_open_it_too, NEEDS, 0},
    {911, "a store is opened once at a time", a_store_is_opened_once, 0, 0},
    {912, "a checkpoint is a store of its own", a_checkpoint_is_a_store, COPY, 0},
    {913, "a checkpoint is durable when it is done", a_checkpoint_is_durable,
     COPY | TRIAL_NEEDS_OWN_FILES, 0},
    {914, "a checkpoint overwrites nothing", a_checkpoint_overwrites_nothing, COPY, 0},
    {915, "checkpoints under load hold whole commits", checkpoints_under_load_are_whole, COPY, 0},
    {0},
};
