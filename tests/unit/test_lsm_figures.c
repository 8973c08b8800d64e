/*
 * test_lsm_figures.c: options of the durable engine and figures that add up.
 */
#include "engine/lsm/lsm.h"
#include "tests/support/engine_rig.h"
#include "tests/support/numbered.h"

#include <check.h>
#include <stdio.h>

enum { NAMES_MAX = 512 };

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
    ck_assert_str_eq(lsm_class.options[LSM_OPTION_LOADERS].name, "loader_threads");
}
END_TEST

START_TEST(live_options_change_and_others_do_not)
{
    engine_rig_open(&rig);
    ck_assert_int_eq(engine_set_option(rig.engine, LSM_OPTION_BLOCK_CACHE, 12345).code, BASE_OK);
    ck_assert_int_eq(numbered_figure(rig.engine, "cache_bytes_max"), 12345);
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
            numbered_put_many(rig.engine, (int)i * 10, 10, 100);
            ck_assert_int_eq(engine_flush(rig.engine).code, BASE_OK);
            ck_assert(numbered_is_there(rig.engine, (int)i * 10));
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
    numbered_put_many(rig.engine, 0, 100, 100);
    engine_figures(rig.engine, note_name, &seen);
    ck_assert_uint_gt(seen.count, 100);
}
END_TEST

/* Sums over the levels of what a flush, gets and a compaction have done. */
START_TEST(figures_add_up)
{
    enum { KEYS = 2000, BYTES = 100, KEY_BYTES = 9 };
    engine_rig_open(&rig);
    numbered_put_many(rig.engine, 0, KEYS, BYTES);
    ck_assert_int_eq(numbered_figure(rig.engine, "commits"), KEYS);
    ck_assert_int_eq(numbered_figure(rig.engine, "user_bytes"), KEYS * (BYTES + KEY_BYTES));
    ck_assert_int_ge(numbered_figure(rig.engine, "wal_bytes"), KEYS * (BYTES + KEY_BYTES));
    ck_assert_int_gt(numbered_figure(rig.engine, "wal_syncs"), 0);
    int64_t syncs = numbered_figure(rig.engine, "wal_sync_us_le_inf");
    for (int bits = 5; bits <= 24; bits++) {
        char name[32];
        (void)snprintf(name, sizeof(name), "wal_sync_us_le_%d", (1 << bits) - 1);
        syncs += numbered_figure(rig.engine, name);
    }
    ck_assert_int_eq(syncs, numbered_figure(rig.engine, "wal_syncs"));
    EngineRange everything = {.unbounded = true};
    ck_assert_int_eq(engine_flush(rig.engine).code, BASE_OK);
    ck_assert_int_eq(engine_compact(rig.engine, &everything).code, BASE_OK);
    ck_assert_int_gt(numbered_figure(rig.engine, "flush_bytes"), 0);
    ck_assert_int_eq(numbered_figure(rig.engine, "entries"), KEYS);
    ck_assert_int_ge(numbered_figure(rig.engine, "memtables_begun"),
                     numbered_figure(rig.engine, "flushes"));
    for (int i = 0; i < KEYS; i += 2) {
        ck_assert(numbered_is_there(rig.engine, i));
    }
    for (int i = KEYS; i < 2 * KEYS; i += 2) {
        ck_assert(!numbered_is_there(rig.engine, i));
    }
    ck_assert_int_eq(numbered_figure(rig.engine, "get_keys"), KEYS);
    ck_assert_int_eq(numbered_figure(rig.engine, "get_found"), KEYS / 2);
    int64_t files = 0;
    int64_t table_reads = 0;
    int64_t blocks = 0;
    for (int level = 0; level < 7; level++) {
        int64_t gets = numbered_level_figure(rig.engine, level, "gets");
        ck_assert_int_eq(gets,
                         numbered_level_figure(rig.engine, level, "filter_hits") +
                             numbered_level_figure(rig.engine, level, "found") +
                             numbered_level_figure(rig.engine, level, "filter_false_positives"));
        ck_assert_int_eq(numbered_level_figure(rig.engine, level, "table_reads"),
                         numbered_level_figure(rig.engine, level, "found") +
                             numbered_level_figure(rig.engine, level, "filter_false_positives"));
        files += numbered_level_figure(rig.engine, level, "files");
        table_reads += numbered_level_figure(rig.engine, level, "table_reads");
        blocks += numbered_level_figure(rig.engine, level, "cache_hits") +
                  numbered_level_figure(rig.engine, level, "cache_misses");
    }
    ck_assert_int_eq(files, numbered_figure(rig.engine, "files"));
    ck_assert_int_gt(files, 0);
    ck_assert_int_gt(table_reads, 0);
    ck_assert_int_eq(blocks, table_reads); /* a get reads one block of a table */
    ck_assert_int_eq(blocks, numbered_figure(rig.engine, "cache_hits") +
                                 numbered_figure(rig.engine, "cache_misses"));
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
    numbered_put_many(rig.engine, 0, 3000, 100);
    ck_assert_int_eq(engine_flush(rig.engine).code, BASE_OK);
    ck_assert_int_eq(engine_files(rig.engine, note_file, sums).code, BASE_OK);
    ck_assert_int_eq(sums[0], numbered_figure(rig.engine, "files"));
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
    numbered_put_many(rig.engine, 0, 50, 100);
    engine_rig_reopen(&rig);
    ck_assert_int_eq(numbered_figure(rig.engine, "recovery_clean"), 1);
    ck_assert_int_eq(numbered_figure(rig.engine, "recovery_commits"), 50);
    numbered_put_many(rig.engine, 0, 20, 100);
    engine_rig_die(&rig, ENGINE_RIG_PROCESS, NULL);
    engine_rig_open(&rig);
    ck_assert_int_eq(numbered_figure(rig.engine, "recovery_clean"), 0);
    ck_assert_int_eq(numbered_figure(rig.engine, "recovery_commits"), 20);
    engine_rig_reopen(&rig);
    ck_assert_int_eq(numbered_figure(rig.engine, "recovery_commits"), 0);
    for (int i = 0; i < 50; i++) {
        ck_assert(numbered_is_there(rig.engine, i));
    }
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
    Suite *suite = suite_create("lsm_figures");
    TCase *shows = new_case(suite, "shows");
    tcase_add_test(shows, options_are_sound);
    tcase_add_test(shows, live_options_change_and_others_do_not);
    tcase_add_test(shows, every_option_opens_at_its_ends);
    tcase_add_test(shows, each_figure_has_a_name_of_its_own);
    tcase_add_test(shows, figures_add_up);
    tcase_add_test(shows, files_are_those_of_the_figures);
    tcase_add_test(shows, recovery_tells_what_it_did);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
