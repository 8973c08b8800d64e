/*
 * test_lsm_engine.c: damage that is named, failures of the disk, after which reads go on and the
 * store can be opened again, and maintenance beside everything else.
 */
#include "engine/lsm/log.h"
#include "engine/lsm/lsm.h"
#include "tests/support/engine_rig.h"
#include "tests/support/numbered.h"

#include <check.h>
#include <pthread.h>
#include <stdio.h>

enum { PATH_BYTES = ENV_PATH_MAX + 64 };

static EngineRig rig;

static void
set_up(void)
{
    engine_rig_init(&rig, &lsm_class, ENGINE_RIG_MEMORY);
}

static void
tear_down(void)
{
    engine_rig_clear(&rig);
}

/* ------------------------------------------------------------------------------------ damage -- */

typedef struct Found {
    char path[PATH_BYTES];
    const char *suffix;
} Found;

static bool
note_path(void *user, const char *name)
{
    Found *found = user;
    size_t len = strlen(name);
    size_t suffix = strlen(found->suffix);
    if (len > suffix && strcmp(name + len - suffix, found->suffix) == 0) {
        (void)snprintf(found->path, sizeof(found->path), "%s/%.32s", rig.directory, name);
    }
    return true;
}

/* A file of the store by the end of its name. */
static Found
find_file(const char *suffix)
{
    Found found = {.suffix = suffix};
    ck_assert_int_eq(env_list(rig.memory, rig.directory, note_path, &found).code, BASE_OK);
    ck_assert_str_ne(found.path, "");
    return found;
}

static void
flip_byte(const char *path, int64_t offset)
{
    EnvFile *file = NULL;
    uint8_t byte = 0;
    size_t len = 0;
    ck_assert_int_eq(env_open_file(rig.memory, path, ENV_OPEN_WRITE, &file).code, BASE_OK);
    ck_assert_int_eq(env_file_read_at(file, offset, &byte, 1, &len).code, BASE_OK);
    if (len == 1) {
        byte ^= 1;
        ck_assert_int_eq(env_file_write_at(file, offset, &byte, 1).code, BASE_OK);
    }
    env_file_close(file);
}

START_TEST(damage_to_a_table_is_found_and_named)
{
    engine_rig_open(&rig);
    numbered_put_many(rig.engine, 0, 500, 100);
    ck_assert_int_eq(engine_flush(rig.engine).code, BASE_OK);
    ck_assert_int_eq(engine_verify(rig.engine).code, BASE_OK);
    ck_assert_int_eq(numbered_figure(rig.engine, "damage_reports"), 0);
    Found table = find_file(".sst");
    flip_byte(table.path, 100);
    ck_assert_int_eq(engine_verify(rig.engine).code, BASE_CORRUPTION);
    ck_assert_int_gt(numbered_figure(rig.engine, "damage_reports"), 0);
    engine_rig_close(&rig);
    flip_byte(table.path, 100);
    EnvStat stat;
    ck_assert_int_eq(env_stat(rig.memory, table.path, &stat).code, BASE_OK);
    flip_byte(table.path, stat.size - 20); /* in the footer */
    ck_assert_int_eq(engine_rig_try_open(&rig).code, BASE_CORRUPTION);
    const char *name = strrchr(table.path, '/') + 1;
    ck_assert_msg(strstr(rig.message, name) != NULL, "%s", rig.message);
    ck_assert_msg(strstr(rig.message, "at byte") != NULL, "%s", rig.message);
    flip_byte(table.path, stat.size - 20);
    engine_rig_open(&rig);
    ck_assert(numbered_is_there(rig.engine, 499));
}
END_TEST

START_TEST(damage_to_the_log_is_refused_and_named)
{
    engine_rig_open(&rig);
    numbered_put_many(rig.engine, 0, 100, 100);
    engine_rig_close(&rig);
    Found log = find_file(".wal");
    flip_byte(log.path, 1000);
    ck_assert_int_eq(engine_rig_try_open(&rig).code, BASE_CORRUPTION);
    const char *name = strrchr(log.path, '/') + 1;
    ck_assert_msg(strstr(rig.message, name) != NULL, "%s", rig.message);
    ck_assert_msg(strstr(rig.message, "at byte") != NULL, "%s", rig.message);
    flip_byte(log.path, 1000);
    engine_rig_open(&rig);
    ck_assert(numbered_is_there(rig.engine, 99));
}
END_TEST

/* Names of the store's files, each with its terminator. */
static bool
add_name(void *user, const char *name)
{
    return base_buf_append(user, name, strlen(name) + 1);
}

/* The n-th file of the directory, counted round. */
static void
choose_file(uint64_t n, char path[PATH_BYTES])
{
    BaseBuf names = BASE_BUF_INIT;
    ck_assert_int_eq(env_list(rig.memory, rig.directory, add_name, &names).code, BASE_OK);
    size_t at = 0;
    for (uint64_t i = 0; i < n % 7; i++) {
        at += strlen((const char *)names.data + at) + 1;
        at = at < names.len ? at : 0;
    }
    (void)snprintf(path, PATH_BYTES, "%s/%.32s", rig.directory, (const char *)names.data + at);
    base_buf_clear(&names);
}

/* A value is what was put, or an error says that it is damaged. */
static void
read_all(int count)
{
    EngineRead read;
    ck_assert_int_eq(engine_read_begin(&read, rig.engine, NULL, 0).code, BASE_OK);
    for (int i = 0; i < count; i++) {
        char text[16];
        EngineLookup lookup;
        BaseStatus status = engine_get(&read, ENGINE_DATA, numbered_key(i, text), &lookup);
        ck_assert(status.code == BASE_CORRUPTION || (status.code == BASE_OK && lookup.found));
    }
    engine_read_end(&read);
}

START_TEST(any_flipped_byte_is_noticed_or_harmless)
{
    enum { KEYS = 300 };
    BaseRand rand = base_rand((uint64_t)_i + 1);
    engine_rig_open(&rig);
    numbered_put_many(rig.engine, 0, KEYS, 50);
    ck_assert_int_eq(engine_flush(rig.engine).code, BASE_OK);
    for (int round = 0; round < 40; round++) {
        char path[PATH_BYTES];
        EnvStat stat;
        numbered_put_many(rig.engine, 0, 20, 50);
        engine_rig_close(&rig);
        choose_file(base_rand_next(&rand), path);
        ck_assert_int_eq(env_stat(rig.memory, path, &stat).code, BASE_OK);
        int64_t offset = stat.size == 0 ? 0 : (int64_t)base_rand_below(&rand, (uint64_t)stat.size);
        flip_byte(path, offset);
        if (engine_rig_try_open(&rig).code != BASE_OK) {
            ck_assert_str_ne(rig.message, "");
            flip_byte(path, offset);
            engine_rig_open(&rig);
        } else {
            read_all(KEYS);
            (void)engine_verify(rig.engine);
            engine_rig_close(&rig);
            if (env_stat(rig.memory, path, &stat).code == BASE_OK) {
                flip_byte(path, offset);
            }
            engine_rig_open(&rig);
        }
        read_all(KEYS);
        ck_assert_int_eq(engine_verify(rig.engine).code, BASE_OK);
    }
}
END_TEST

START_TEST(a_second_opening_is_refused)
{
    engine_rig_open(&rig);
    Engine *first = rig.engine;
    rig.engine = NULL;
    ck_assert_int_eq(engine_rig_try_open(&rig).code, BASE_BUSY);
    ck_assert_msg(strstr(rig.message, "in use") != NULL, "%s", rig.message);
    rig.engine = first;
    numbered_put_many(rig.engine, 0, 1, 1);
}
END_TEST

/* ---------------------------------------------------------------------------------- failures -- */

/* Reads go on, writes fail, and all that was acknowledged is there after opening it again. */
static void
check_poisoned(int acknowledged)
{
    EngineOutcome outcome = numbered_put(rig.engine, acknowledged + 100, 10);
    ck_assert_int_eq(outcome.kind, ENGINE_FAILED);
    ck_assert_int_eq(outcome.status.code, BASE_POISONED);
    ck_assert_int_eq(engine_status(rig.engine).code, BASE_POISONED);
    for (int i = 0; i < acknowledged; i++) {
        ck_assert(numbered_is_there(rig.engine, i));
    }
    ck_assert(!numbered_is_there(rig.engine, acknowledged + 100));
    ck_assert_int_ne(engine_flush(rig.engine).code, BASE_OK);
    fault_env_arm(&rig.fault, FAULT_ENV_NEVER);
    engine_rig_reopen(&rig);
    ck_assert_int_eq(numbered_figure(rig.engine, "recovery_clean"), 0);
    ck_assert_int_eq(engine_status(rig.engine).code, BASE_OK);
    for (int i = 0; i < acknowledged; i++) {
        ck_assert(numbered_is_there(rig.engine, i));
    }
    ck_assert(!numbered_is_there(rig.engine, acknowledged + 100));
    numbered_put_many(rig.engine, 0, 10, 10);
}

START_TEST(a_failed_sync_of_the_log_poisons)
{
    engine_rig_open(&rig);
    numbered_put_many(rig.engine, 0, 100, 100);
    fault_env_plan(&rig.fault, FAULT_SYNC, 0, 1);
    EngineOutcome outcome = numbered_put(rig.engine, 100, 10);
    ck_assert_int_eq(outcome.kind, ENGINE_UNKNOWN);
    check_poisoned(100);
}
END_TEST

START_TEST(a_failed_write_of_the_log_poisons)
{
    (void)engine_rig_set(&rig, "durability", _i);
    engine_rig_open(&rig);
    numbered_put_many(rig.engine, 0, 100, 100);
    fault_env_plan(&rig.fault, FAULT_WRITE, 0, 1);
    EngineOutcome outcome = numbered_put(rig.engine, 100, 10);
    ck_assert_int_eq(outcome.kind, ENGINE_UNKNOWN);
    check_poisoned(100);
}
END_TEST

START_TEST(a_failed_sync_of_the_manifest_poisons)
{
    engine_rig_open(&rig);
    numbered_put_many(rig.engine, 0, 100, 100);
    /* The table, and then the manifest. */
    fault_env_plan(&rig.fault, FAULT_SYNC, 1, 1);
    ck_assert_int_ne(engine_flush(rig.engine).code, BASE_OK);
    ck_assert_int_eq(engine_status(rig.engine).code, BASE_POISONED);
    while (numbered_put(rig.engine, 99, 100).kind == ENGINE_APPLIED) {
        /* The writer hears of it a moment later. */
    }
    check_poisoned(100);
}
END_TEST

START_TEST(a_failed_sync_of_a_table_is_tried_again)
{
    engine_rig_open(&rig);
    numbered_put_many(rig.engine, 0, 100, 100);
    fault_env_plan(&rig.fault, FAULT_SYNC, 0, 1);
    while (engine_flush(rig.engine).code != BASE_OK) {
        ck_assert_int_eq(engine_status(rig.engine).code, BASE_OK);
    }
    ck_assert_int_ge(numbered_figure(rig.engine, "jobs_failed"), 1);
    for (int i = 0; i < 100; i++) {
        ck_assert(numbered_is_there(rig.engine, i));
    }
}
END_TEST

/* Every write of a file fails for want of room, until there is some again. */
START_TEST(a_full_disk_refuses_and_recovers)
{
    rig.fault.status = base_error(BASE_NO_SPACE, "a planned full disk");
    engine_rig_open(&rig);
    numbered_put_many(rig.engine, 0, 100, 100);
    fault_env_plan(&rig.fault, FAULT_OPEN | FAULT_LENGTH, 0, INT64_MAX);
    int i = 100;
    EngineOutcome outcome = numbered_put(rig.engine, i, 4000);
    while (outcome.kind == ENGINE_APPLIED && i < 1000) {
        outcome = numbered_put(rig.engine, ++i, 4000);
    }
    ck_assert_int_eq(outcome.kind, ENGINE_REFUSED);
    ck_assert_int_eq(outcome.refusal, ENGINE_REFUSAL_DISK_FULL);
    ck_assert(!numbered_is_there(rig.engine, i));
    ck_assert(numbered_is_there(rig.engine, i - 1));
    ck_assert_int_eq(engine_status(rig.engine).code, BASE_OK);
    fault_env_arm(&rig.fault, FAULT_ENV_NEVER);
    do {
        outcome = numbered_put(rig.engine, i, 4000);
    } while (outcome.kind == ENGINE_REFUSED);
    ck_assert_int_eq(outcome.kind, ENGINE_APPLIED);
    engine_rig_reopen(&rig);
    for (int k = 0; k <= i; k++) {
        ck_assert(numbered_is_there(rig.engine, k));
    }
}
END_TEST

/* Opening fails at every step, and then succeeds with all that was there. */
START_TEST(opening_may_fail_at_every_step)
{
    engine_rig_open(&rig);
    numbered_put_many(rig.engine, 0, 50, 100);
    engine_rig_close(&rig);
    int64_t step = 0;
    for (;; step++) {
        fault_env_arm(&rig.fault, step);
        if (engine_rig_try_open(&rig).code == BASE_OK) {
            break;
        }
        ck_assert_str_ne(rig.message, "");
        if (step % 5 == 0) {
            fault_env_arm(&rig.fault, FAULT_ENV_NEVER);
            engine_rig_open(&rig);
            ck_assert(numbered_is_there(rig.engine, 0) && numbered_is_there(rig.engine, 49));
            numbered_put_many(rig.engine, 0, 1, 100);
            engine_rig_close(&rig);
        }
    }
    ck_assert_int_gt(step, 10);
    fault_env_arm(&rig.fault, FAULT_ENV_NEVER);
    engine_rig_reopen(&rig);
    ck_assert(numbered_is_there(rig.engine, 0) && numbered_is_there(rig.engine, 49));
}
END_TEST

/* ----------------------------------------------------------------------------------- threads -- */

typedef struct Crowd {
    atomic_bool stop;
    atomic_int next;
} Crowd;

static void *
write_all_the_time(void *user)
{
    Crowd *crowd = user;
    char text[16];
    while (!atomic_load(&crowd->stop)) {
        int i = atomic_fetch_add(&crowd->next, 1) % 500;
        EngineMutation mutation =
            engine_rig_put(ENGINE_DATA, numbered_key(i, text), base_slice(text, 16));
        ck_assert_int_eq(engine_rig_commit(rig.engine, NULL, 0, &mutation, 1).kind, ENGINE_APPLIED);
    }
    return NULL;
}

static void
pass_figure(void *user, const char *name, int64_t value)
{
    (void)user;
    ck_assert_msg(value >= 0, "%s is %lld", name, (long long)value);
}

static bool
pass_file(void *user, const EngineFile *file)
{
    (void)user;
    return file->bytes > 0;
}

static void *
look_all_the_time(void *user)
{
    Crowd *crowd = user;
    while (!atomic_load(&crowd->stop)) {
        EngineStats stats;
        engine_stats(rig.engine, &stats);
        engine_figures(rig.engine, pass_figure, NULL);
        ck_assert_int_eq(engine_files(rig.engine, pass_file, NULL).code, BASE_OK);
        ck_assert_int_eq(engine_status(rig.engine).code, BASE_OK);
        ck_assert_int_eq(engine_verify(rig.engine).code, BASE_OK);
        engine_tick(rig.engine);
    }
    return NULL;
}

START_TEST(maintenance_goes_on_beside_everything_else)
{
    enum { THREADS = 3, ROUNDS = 15 };
    pthread_t threads[THREADS];
    Crowd crowd = {.stop = false};
    (void)engine_rig_set(&rig, "durability", LSM_SYNC_OS);
    engine_rig_open(&rig);
    numbered_put_many(rig.engine, 0, 500, 16);
    for (int i = 0; i < THREADS; i++) {
        ck_assert_int_eq(pthread_create(&threads[i], NULL,
                                        i == 0 ? look_all_the_time : write_all_the_time, &crowd),
                         0);
    }
    EngineRange everything = {.unbounded = true};
    for (int round = 0; round < ROUNDS; round++) {
        ck_assert_int_eq(engine_flush(rig.engine).code, BASE_OK);
        ck_assert_int_eq(engine_compact(rig.engine, &everything).code, BASE_OK);
    }
    atomic_store(&crowd.stop, true);
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
    }
    engine_rig_reopen(&rig);
    for (int i = 0; i < 500; i++) {
        ck_assert(numbered_is_there(rig.engine, i));
    }
}
END_TEST

START_TEST(what_is_interrupted_ends)
{
    EngineRange everything = {.unbounded = true};
    engine_rig_open(&rig);
    numbered_put_many(rig.engine, 0, 100, 100);
    engine_interrupt(rig.engine);
    ck_assert_int_eq(engine_flush(rig.engine).code, BASE_CLOSED);
    ck_assert_int_eq(engine_compact(rig.engine, &everything).code, BASE_CLOSED);
    ck_assert_int_eq(engine_verify(rig.engine).code, BASE_CLOSED);
    numbered_put_many(rig.engine, 100, 10, 100);
    ck_assert(numbered_is_there(rig.engine, 109));
}
END_TEST

static TCase *
new_case(Suite *suite, const char *name)
{
    TCase *tests = tcase_create(name);
    tcase_set_timeout(tests, 120);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    suite_add_tcase(suite, tests);
    return tests;
}

int
main(void)
{
    Suite *suite = suite_create("lsm_engine");
    TCase *damage = new_case(suite, "damage");
    tcase_add_test(damage, damage_to_a_table_is_found_and_named);
    tcase_add_test(damage, damage_to_the_log_is_refused_and_named);
    tcase_add_loop_test(damage, any_flipped_byte_is_noticed_or_harmless, 0, 5);
    tcase_add_test(damage, a_second_opening_is_refused);
    TCase *failures = new_case(suite, "failures");
    tcase_add_test(failures, a_failed_sync_of_the_log_poisons);
    tcase_add_loop_test(failures, a_failed_write_of_the_log_poisons, 0, 3);
    tcase_add_test(failures, a_failed_sync_of_the_manifest_poisons);
    tcase_add_test(failures, a_failed_sync_of_a_table_is_tried_again);
    tcase_add_test(failures, a_full_disk_refuses_and_recovers);
    tcase_add_test(failures, opening_may_fail_at_every_step);
    TCase *threads = new_case(suite, "threads");
    tcase_add_test(threads, maintenance_goes_on_beside_everything_else);
    tcase_add_test(threads, what_is_interrupted_ends);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
