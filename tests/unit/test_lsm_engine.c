/*
 * test_lsm_engine.c: what is the durable engine's own: options, figures that add up, damage that is
 * named, and failures of the disk, after which reads go on and the store can be opened again.
 */
#include "engine/lsm/log.h"
#include "engine/lsm/lsm.h"
#include "tests/support/engine_rig.h"

#include <check.h>
#include <pthread.h>
#include <stdio.h>

enum { PATH_BYTES = ENV_PATH_MAX + 64, NAMES_MAX = 512 };

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

static BaseSlice
key_of(int i, char text[16])
{
    (void)snprintf(text, 16, "key%06d", i);
    return base_slice_text(text);
}

/* One put of a value of so many bytes. */
static EngineOutcome
put(int i, size_t bytes)
{
    static const uint8_t zeros[1 << 16];
    char text[16];
    EngineMutation mutation =
        engine_rig_put(ENGINE_DATA, key_of(i, text), base_slice(zeros, bytes));
    return engine_rig_commit(rig.engine, NULL, 0, &mutation, 1);
}

static void
put_many(int first, int count, size_t bytes)
{
    for (int i = first; i < first + count; i++) {
        ck_assert_int_eq(put(i, bytes).kind, ENGINE_APPLIED);
    }
}

static bool
is_there(int i)
{
    char text[16];
    return !engine_rig_lacks(rig.engine, NULL, ENGINE_DATA, key_of(i, text));
}

static int64_t
figure(const char *name)
{
    int64_t value = engine_rig_figure(rig.engine, name);
    ck_assert_msg(value != -1, "no figure %s", name);
    return value;
}

static int64_t
level_figure(int level, const char *what)
{
    char name[64];
    (void)snprintf(name, sizeof(name), "level_%d_%s", level, what);
    return figure(name);
}

/* ----------------------------------------------------------------------------------- options -- */

START_TEST(options_are_sound)
{
    ck_assert_uint_eq(lsm_class.option_count, LSM_OPTION_COUNT);
    for (size_t i = 0; i < lsm_class.option_count; i++) {
        const EngineOption *option = &lsm_class.options[i];
        ck_assert_ptr_nonnull(option->name);
        ck_assert_ptr_nonnull(option->help);
        ck_assert_int_le(option->lowest, option->preset);
        ck_assert_int_le(option->preset, option->highest);
    }
    ck_assert_str_eq(lsm_class.options[LSM_OPTION_RECLAIM_AFTER].name, "reclaim_after");
    ck_assert_str_eq(lsm_class.options[LSM_OPTION_LOADERS].name, "loader_threads");
}
END_TEST

START_TEST(live_options_change_and_others_do_not)
{
    engine_rig_open(&rig);
    ck_assert_int_eq(engine_set_option(rig.engine, LSM_OPTION_BLOCK_CACHE, 12345).code, BASE_OK);
    ck_assert_int_eq(figure("cache_bytes_max"), 12345);
    ck_assert_int_eq(engine_set_option(rig.engine, LSM_OPTION_RATE, 1 << 20).code, BASE_OK);
    ck_assert_int_eq(engine_set_option(rig.engine, LSM_OPTION_RECLAIM_AFTER, 5).code, BASE_OK);
    ck_assert_int_eq(engine_set_option(rig.engine, LSM_OPTION_RATE, -1).code, BASE_INVALID);
    ck_assert_int_eq(engine_set_option(rig.engine, LSM_OPTION_TABLE_BYTES, 1 << 20).code,
                     BASE_UNSUPPORTED);
}
END_TEST

START_TEST(every_option_opens_at_its_ends)
{
    for (size_t i = 0; i < lsm_class.option_count; i++) {
        const EngineOption *option = &lsm_class.options[i];
        bool is_size = option->type == ENGINE_OPTION_BYTES;
        int64_t ends[] = {option->lowest, is_size ? option->preset : option->highest};
        int64_t before = rig.options[i];
        for (size_t e = 0; e < 2; e++) {
            rig.options[i] = ends[e];
            engine_rig_open(&rig);
            put_many((int)i * 10, 10, 100);
            ck_assert_int_eq(engine_flush(rig.engine).code, BASE_OK);
            ck_assert(is_there((int)i * 10));
            engine_rig_close(&rig);
        }
        rig.options[i] = before;
    }
}
END_TEST

/* ----------------------------------------------------------------------------------- figures -- */

typedef struct Seen {
    char names[NAMES_MAX][64];
    size_t count;
} Seen;

static void
note_name(void *user, const char *name, int64_t value)
{
    Seen *seen = user;
    ck_assert_msg(value >= 0, "%s is %lld", name, (long long)value);
    for (size_t i = 0; i < seen->count; i++) {
        ck_assert_str_ne(seen->names[i], name);
    }
    ck_assert_uint_lt(seen->count, NAMES_MAX);
    ck_assert_uint_lt(strlen(name), 64);
    (void)snprintf(seen->names[seen->count++], 64, "%s", name);
}

START_TEST(each_figure_has_a_name_of_its_own)
{
    static Seen seen;
    seen.count = 0;
    engine_rig_open(&rig);
    put_many(0, 100, 100);
    engine_figures(rig.engine, note_name, &seen);
    ck_assert_uint_gt(seen.count, 100);
}
END_TEST

/* Sums over the levels of what a flush, gets and a compaction have done. */
START_TEST(figures_add_up)
{
    enum { KEYS = 2000, BYTES = 100, KEY_BYTES = 9 };
    engine_rig_open(&rig);
    put_many(0, KEYS, BYTES);
    ck_assert_int_eq(figure("commits"), KEYS);
    ck_assert_int_eq(figure("user_bytes"), KEYS * (BYTES + KEY_BYTES));
    ck_assert_int_ge(figure("wal_bytes"), KEYS * (BYTES + KEY_BYTES));
    ck_assert_int_gt(figure("wal_syncs"), 0);
    int64_t syncs = figure("wal_sync_us_le_inf");
    for (int bits = 5; bits <= 24; bits++) {
        char name[32];
        (void)snprintf(name, sizeof(name), "wal_sync_us_le_%d", (1 << bits) - 1);
        syncs += figure(name);
    }
    ck_assert_int_eq(syncs, figure("wal_syncs"));
    EngineRange everything = {.unbounded = true};
    ck_assert_int_eq(engine_flush(rig.engine).code, BASE_OK);
    ck_assert_int_eq(engine_compact(rig.engine, &everything).code, BASE_OK);
    ck_assert_int_gt(figure("flush_bytes"), 0);
    ck_assert_int_eq(figure("entries"), KEYS);
    ck_assert_int_ge(figure("memtables_begun"), figure("flushes"));
    for (int i = 0; i < KEYS; i += 2) {
        ck_assert(is_there(i));
    }
    for (int i = KEYS; i < 2 * KEYS; i += 2) {
        ck_assert(!is_there(i));
    }
    ck_assert_int_eq(figure("get_keys"), KEYS);
    ck_assert_int_eq(figure("get_found"), KEYS / 2);
    int64_t files = 0;
    for (int level = 0; level < 7; level++) {
        int64_t gets = level_figure(level, "gets");
        ck_assert_int_eq(gets, level_figure(level, "filter_hits") + level_figure(level, "found") +
                                   level_figure(level, "filter_false_positives"));
        ck_assert_int_eq(level_figure(level, "table_reads"),
                         level_figure(level, "found") +
                             level_figure(level, "filter_false_positives"));
        files += level_figure(level, "files");
    }
    ck_assert_int_eq(files, figure("files"));
    ck_assert_int_gt(files, 0);
    ck_assert_int_gt(figure("cache_hits") + figure("cache_misses"), 0);
}
END_TEST

static bool
note_file(void *user, const EngineFile *file)
{
    int64_t *sums = user;
    ck_assert_int_gt(file->number, 0);
    ck_assert_int_le(base_slice_compare(file->first_key, file->last_key), 0);
    sums[0]++;
    sums[1] += file->bytes;
    sums[2] += file->entries;
    return true;
}

START_TEST(files_are_those_of_the_figures)
{
    int64_t sums[3] = {0};
    EngineStats stats;
    engine_rig_open(&rig);
    put_many(0, 3000, 100);
    ck_assert_int_eq(engine_flush(rig.engine).code, BASE_OK);
    ck_assert_int_eq(engine_files(rig.engine, note_file, sums).code, BASE_OK);
    ck_assert_int_eq(sums[0], figure("files"));
    ck_assert_int_eq(sums[2], 3000);
    engine_stats(rig.engine, &stats);
    ck_assert_int_gt(stats.disk_bytes, sums[1]);
    ck_assert_int_gt(stats.memory_bytes, 0);
    ck_assert_int_eq(stats.version, engine_rig_version(rig.engine));
}
END_TEST

START_TEST(recovery_tells_what_it_did)
{
    engine_rig_open(&rig);
    put_many(0, 50, 100);
    engine_rig_reopen(&rig);
    ck_assert_int_eq(figure("recovery_clean"), 1);
    ck_assert_int_eq(figure("recovery_commits"), 50);
    put_many(0, 20, 100);
    engine_rig_die(&rig, ENGINE_RIG_PROCESS, NULL);
    engine_rig_open(&rig);
    ck_assert_int_eq(figure("recovery_clean"), 0);
    ck_assert_int_eq(figure("recovery_commits"), 20);
    engine_rig_reopen(&rig);
    ck_assert_int_eq(figure("recovery_commits"), 0);
    for (int i = 0; i < 50; i++) {
        ck_assert(is_there(i));
    }
}
END_TEST

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
    byte ^= 1;
    ck_assert_int_eq(env_file_write_at(file, offset, &byte, 1).code, BASE_OK);
    env_file_close(file);
}

START_TEST(damage_to_a_table_is_found_and_named)
{
    engine_rig_open(&rig);
    put_many(0, 500, 100);
    ck_assert_int_eq(engine_flush(rig.engine).code, BASE_OK);
    ck_assert_int_eq(engine_verify(rig.engine).code, BASE_OK);
    ck_assert_int_eq(figure("damage_reports"), 0);
    Found table = find_file(".sst");
    flip_byte(table.path, 100);
    ck_assert_int_eq(engine_verify(rig.engine).code, BASE_CORRUPTION);
    ck_assert_int_gt(figure("damage_reports"), 0);
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
    ck_assert(is_there(499));
}
END_TEST

START_TEST(damage_to_the_log_is_refused_and_named)
{
    engine_rig_open(&rig);
    put_many(0, 100, 100);
    engine_rig_close(&rig);
    Found log = find_file(".wal");
    flip_byte(log.path, 1000);
    ck_assert_int_eq(engine_rig_try_open(&rig).code, BASE_CORRUPTION);
    const char *name = strrchr(log.path, '/') + 1;
    ck_assert_msg(strstr(rig.message, name) != NULL, "%s", rig.message);
    ck_assert_msg(strstr(rig.message, "at byte") != NULL, "%s", rig.message);
    flip_byte(log.path, 1000);
    engine_rig_open(&rig);
    ck_assert(is_there(99));
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
    put_many(0, 1, 1);
}
END_TEST

/* ---------------------------------------------------------------------------------- failures -- */

/* Reads go on, writes fail, and all that was acknowledged is there after opening it again. */
static void
check_poisoned(int acknowledged)
{
    EngineOutcome outcome = put(acknowledged + 100, 10);
    ck_assert_int_eq(outcome.kind, ENGINE_FAILED);
    ck_assert_int_eq(outcome.status.code, BASE_POISONED);
    ck_assert_int_eq(engine_status(rig.engine).code, BASE_POISONED);
    for (int i = 0; i < acknowledged; i++) {
        ck_assert(is_there(i));
    }
    ck_assert(!is_there(acknowledged + 100));
    ck_assert_int_ne(engine_flush(rig.engine).code, BASE_OK);
    fault_env_arm(&rig.fault, FAULT_ENV_NEVER);
    engine_rig_reopen(&rig);
    ck_assert_int_eq(figure("recovery_clean"), 0);
    ck_assert_int_eq(engine_status(rig.engine).code, BASE_OK);
    for (int i = 0; i < acknowledged; i++) {
        ck_assert(is_there(i));
    }
    ck_assert(!is_there(acknowledged + 100));
    put_many(0, 10, 10);
}

START_TEST(a_failed_sync_of_the_log_poisons)
{
    engine_rig_open(&rig);
    put_many(0, 100, 100);
    fault_env_plan(&rig.fault, FAULT_SYNC, 0, 1);
    EngineOutcome outcome = put(100, 10);
    ck_assert_int_eq(outcome.kind, ENGINE_UNKNOWN);
    check_poisoned(100);
}
END_TEST

START_TEST(a_failed_write_of_the_log_poisons)
{
    (void)engine_rig_set(&rig, "durability", _i);
    engine_rig_open(&rig);
    put_many(0, 100, 100);
    fault_env_plan(&rig.fault, FAULT_WRITE, 0, 1);
    EngineOutcome outcome = put(100, 10);
    ck_assert_int_eq(outcome.kind, ENGINE_UNKNOWN);
    check_poisoned(100);
}
END_TEST

START_TEST(a_failed_sync_of_the_manifest_poisons)
{
    engine_rig_open(&rig);
    put_many(0, 100, 100);
    /* The table, and then the manifest. */
    fault_env_plan(&rig.fault, FAULT_SYNC, 1, 1);
    ck_assert_int_ne(engine_flush(rig.engine).code, BASE_OK);
    ck_assert_int_eq(engine_status(rig.engine).code, BASE_POISONED);
    while (put(99, 100).kind == ENGINE_APPLIED) {
        /* The writer hears of it a moment later. */
    }
    check_poisoned(100);
}
END_TEST

START_TEST(a_failed_sync_of_a_table_is_tried_again)
{
    engine_rig_open(&rig);
    put_many(0, 100, 100);
    fault_env_plan(&rig.fault, FAULT_SYNC, 0, 1);
    ck_assert_int_ne(engine_flush(rig.engine).code, BASE_OK);
    ck_assert_int_eq(engine_status(rig.engine).code, BASE_OK);
    put_many(100, 1, 100);
    while (engine_flush(rig.engine).code != BASE_OK) {
    }
    ck_assert_int_ge(figure("jobs_failed"), 1);
    for (int i = 0; i < 101; i++) {
        ck_assert(is_there(i));
    }
}
END_TEST

/* Every write of a file fails for want of room, until there is some again. */
START_TEST(a_full_disk_refuses_and_recovers)
{
    rig.fault.status = base_error(BASE_NO_SPACE, "a planned full disk");
    engine_rig_open(&rig);
    put_many(0, 100, 100);
    fault_env_plan(&rig.fault, FAULT_OPEN | FAULT_LENGTH, 0, INT64_MAX);
    int i = 100;
    EngineOutcome outcome = put(i, 4000);
    while (outcome.kind == ENGINE_APPLIED && i < 1000) {
        outcome = put(++i, 4000);
    }
    ck_assert_int_eq(outcome.kind, ENGINE_REFUSED);
    ck_assert_int_eq(outcome.refusal, ENGINE_REFUSAL_DISK_FULL);
    ck_assert(!is_there(i));
    ck_assert(is_there(i - 1));
    ck_assert_int_eq(engine_status(rig.engine).code, BASE_OK);
    fault_env_arm(&rig.fault, FAULT_ENV_NEVER);
    do {
        outcome = put(i, 4000);
    } while (outcome.kind == ENGINE_REFUSED);
    ck_assert_int_eq(outcome.kind, ENGINE_APPLIED);
    engine_rig_reopen(&rig);
    for (int k = 0; k <= i; k++) {
        ck_assert(is_there(k));
    }
}
END_TEST

/* Opening fails at every step, and then succeeds with all that was there. */
START_TEST(opening_may_fail_at_every_step)
{
    engine_rig_open(&rig);
    put_many(0, 50, 100);
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
            ck_assert(is_there(0) && is_there(49));
            put_many(0, 1, 100);
            engine_rig_close(&rig);
        }
    }
    ck_assert_int_gt(step, 10);
    fault_env_arm(&rig.fault, FAULT_ENV_NEVER);
    engine_rig_reopen(&rig);
    ck_assert(is_there(0) && is_there(49));
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
            engine_rig_put(ENGINE_DATA, key_of(i, text), base_slice(text, 16));
        ck_assert_int_eq(engine_rig_commit(rig.engine, NULL, 0, &mutation, 1).kind, ENGINE_APPLIED);
    }
    return NULL;
}

static void *
look_all_the_time(void *user)
{
    Crowd *crowd = user;
    static Seen seen;
    while (!atomic_load(&crowd->stop)) {
        EngineStats stats;
        int64_t sums[3] = {0};
        seen.count = 0;
        engine_stats(rig.engine, &stats);
        engine_figures(rig.engine, note_name, &seen);
        ck_assert_int_eq(engine_files(rig.engine, note_file, sums).code, BASE_OK);
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
    put_many(0, 500, 16);
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
        ck_assert(is_there(i));
    }
}
END_TEST

START_TEST(what_is_interrupted_ends)
{
    EngineRange everything = {.unbounded = true};
    engine_rig_open(&rig);
    put_many(0, 100, 100);
    engine_interrupt(rig.engine);
    ck_assert_int_eq(engine_flush(rig.engine).code, BASE_CLOSED);
    ck_assert_int_eq(engine_compact(rig.engine, &everything).code, BASE_CLOSED);
    ck_assert_int_eq(engine_verify(rig.engine).code, BASE_CLOSED);
    put_many(100, 10, 100);
    ck_assert(is_there(109));
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
    TCase *shows = new_case(suite, "shows");
    tcase_add_test(shows, options_are_sound);
    tcase_add_test(shows, live_options_change_and_others_do_not);
    tcase_add_test(shows, every_option_opens_at_its_ends);
    tcase_add_test(shows, each_figure_has_a_name_of_its_own);
    tcase_add_test(shows, figures_add_up);
    tcase_add_test(shows, files_are_those_of_the_figures);
    tcase_add_test(shows, recovery_tells_what_it_did);
    TCase *damage = new_case(suite, "damage");
    tcase_add_test(damage, damage_to_a_table_is_found_and_named);
    tcase_add_test(damage, damage_to_the_log_is_refused_and_named);
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
