/*
 * test_lsm_run.c: the runs of levels, and finding the table of a key.
 *
 * Random tables; the model is a walk over all of them.
 */
#include "engine/lsm/run.h"

#include "engine/base/rand.h"
#include "engine/lsm/levels.h"

#include <check.h>
#include <stdlib.h>

enum { TABLES = 40, KEY_BYTES = 14, SEEDS = 100 };

typedef struct Tables {
    BaseRand rand;
    size_t prefix; /* bytes that all keys share */
    LsmTable tables[TABLES];
    LsmTable *lists[2][TABLES];
    uint8_t keys[2 * TABLES][KEY_BYTES];
    size_t key_count;
    LsmLevels levels;
} Tables;

static Tables rig;

/* A key of few letters, so that keys often share bytes, words and everything. */
static size_t
random_key(uint8_t *into)
{
    size_t len = rig.prefix + base_rand_below(&rig.rand, KEY_BYTES - rig.prefix + 1);
    memset(into, 'p', rig.prefix);
    for (size_t i = rig.prefix; i < len; i++) {
        static const uint8_t LETTERS[] = {0, 'a', 'b', 255};
        into[i] = LETTERS[base_rand_below(&rig.rand, sizeof(LETTERS))];
    }
    return len;
}

static BaseSlice
new_key(void)
{
    uint8_t *bytes = rig.keys[rig.key_count++];
    return base_slice(bytes, random_key(bytes));
}

static bool
holds(const LsmTable *table, BaseSlice key)
{
    int order = base_slice_compare(key, table->info.largest);
    return base_slice_compare(table->info.smallest, key) <= 0 &&
           (order < 0 || (order == 0 && !table->info.largest_excluded));
}

static bool
ends_before(const LsmTable *table, BaseSlice key)
{
    int order = base_slice_compare(table->info.largest, key);
    return order < 0 || (order == 0 && table->info.largest_excluded);
}

static void
random_table(LsmTable *table)
{
    BaseSlice a = new_key();
    BaseSlice b = new_key();
    bool swapped = base_slice_compare(a, b) > 0;
    table->info.smallest = swapped ? b : a;
    table->info.largest = swapped ? a : b;
    table->info.largest_excluded = !base_slice_equal(a, b) && base_rand_below(&rig.rand, 2) == 0;
    table->info.fragments = base_rand_below(&rig.rand, 8) == 0;
}

static int
compare_slices(const void *a, const void *b)
{
    return base_slice_compare(*(const BaseSlice *)a, *(const BaseSlice *)b);
}

/* Tables of random borders, one behind the other; some touch. */
static size_t
fill_level(LsmTable *tables, LsmTable **list, size_t wanted)
{
    BaseSlice keys[2 * TABLES];
    size_t count = 0;
    for (size_t i = 0; i < 2 * wanted; i++) {
        keys[i] = new_key();
    }
    qsort(keys, 2 * wanted, sizeof(keys[0]), compare_slices);
    for (size_t i = 0; i + 1 < 2 * wanted; i++) {
        bool touch = count > 0 && base_slice_equal(list[count - 1]->info.largest, keys[i]) &&
                     list[count - 1]->info.largest_excluded;
        bool behind = count == 0 || base_slice_compare(list[count - 1]->info.largest, keys[i]) < 0;
        if ((!behind && !touch) || base_slice_equal(keys[i], keys[i + 1])) {
            continue;
        }
        LsmTable *table = &tables[count];
        table->info.smallest = keys[i];
        table->info.largest = keys[i + 1];
        table->info.largest_excluded = base_rand_below(&rig.rand, 2) == 0;
        list[count++] = table;
    }
    return count;
}

static void
setup(int seed)
{
    memset(&rig, 0, sizeof(rig));
    rig.rand = base_rand((uint64_t)seed);
    rig.prefix = base_rand_below(&rig.rand, 6);
}

static void
check_run(const LsmRun *run)
{
    bool any_fragments = false;
    for (size_t i = 0; i < run->count; i++) {
        any_fragments = any_fragments || run->tables[i]->info.fragments != 0;
        if (i > 0) {
            ck_assert(ends_before(run->tables[i - 1], run->tables[i]->info.smallest));
        }
    }
    ck_assert(any_fragments == run->any_fragments);
    for (int i = 0; i < 200; i++) {
        uint8_t bytes[KEY_BYTES];
        BaseSlice key = base_slice(bytes, 0);
        if (i % 2 == 0) {
            key.len = random_key(bytes);
        } else {
            key = i % 4 == 1 ? run->tables[(size_t)i % run->count]->info.largest
                             : run->tables[(size_t)i % run->count]->info.smallest;
        }
        if (i % 7 == 0) {
            key.len = base_rand_below(&rig.rand, key.len + 1);
        }
        size_t place = 0;
        while (place < run->count && ends_before(run->tables[place], key)) {
            place++;
        }
        ck_assert_uint_eq(lsm_run_place(run, key), place);
        LsmTable *expected = NULL;
        for (size_t k = 0; k < run->count; k++) {
            expected = holds(run->tables[k], key) ? run->tables[k] : expected;
        }
        ck_assert_ptr_eq(lsm_run_table(run, key), expected);
    }
}

/* ------------------------------------------------------------------------------------ tests -- */

/* As many runs as the picker counts, of the tables that it puts together, the newest ones first. */
static void
check_level_0(int seed)
{
    LsmRun *runs = NULL;
    size_t count = 0;
    LsmPickTable picks[TABLES];
    LsmPickState state = {.base_bytes = 1, .multiplier = 10, .run_trigger = 4};
    LsmTargets targets;
    setup(seed);
    size_t tables = base_rand_below(&rig.rand, TABLES + 1);
    for (size_t i = 0; i < tables; i++) {
        random_table(&rig.tables[i]);
        rig.lists[0][i] = &rig.tables[i];
        const FormatTable *info = &rig.tables[i].info;
        picks[i] = (LsmPickTable){.smallest = info->smallest,
                                  .largest = info->largest,
                                  .largest_excluded = info->largest_excluded};
    }
    rig.levels.levels[0] = (LsmLevel){.tables = rig.lists[0], .count = tables};
    state.levels[0] = (LsmPickLevel){picks, tables};
    lsm_picker_targets(&state, &targets);
    ck_assert_int_eq(lsm_runs_make(&rig.levels, &runs, &count).code, BASE_OK);
    ck_assert_uint_eq(count, targets.runs);
    size_t at = 0;
    for (size_t i = count; i-- > 0;) {
        bool seen[TABLES] = {false};
        check_run(&runs[i]);
        ck_assert_int_eq(runs[i].level, 0);
        for (size_t k = 0; k < runs[i].count; k++) {
            seen[runs[i].tables[k] - rig.tables] = true;
        }
        for (size_t k = 0; k < runs[i].count; k++) {
            ck_assert(seen[at + k]);
        }
        at += runs[i].count;
    }
    ck_assert_uint_eq(at, tables);
    lsm_runs_clear(runs, count);
}

START_TEST(level_0_is_cut_where_tables_overlap)
{
    for (int seed = 0; seed < SEEDS; seed++) {
        check_level_0(seed);
    }
}
END_TEST

static void
check_level(int seed)
{
    LsmRun *runs = NULL;
    size_t count = 0;
    setup(seed);
    size_t tables = fill_level(rig.tables, rig.lists[0], 1 + base_rand_below(&rig.rand, 15));
    ck_assert_uint_gt(tables, 0);
    LsmTable newer = {.info = rig.tables[0].info};
    LsmTable *newer_list[1] = {&newer};
    rig.levels.levels[0] = (LsmLevel){.tables = newer_list, .count = 1};
    rig.levels.levels[3] = (LsmLevel){.tables = rig.lists[0], .count = tables};
    ck_assert_int_eq(lsm_runs_make(&rig.levels, &runs, &count).code, BASE_OK);
    ck_assert_uint_eq(count, 2);
    ck_assert_int_eq(runs[0].level, 0);
    ck_assert_int_eq(runs[1].level, 3);
    ck_assert_uint_eq(runs[1].count, tables);
    check_run(&runs[0]);
    check_run(&runs[1]);
    lsm_runs_clear(runs, count);
}

START_TEST(a_level_is_one_run_behind_level_0)
{
    for (int seed = 0; seed < SEEDS; seed++) {
        check_level(seed);
    }
}
END_TEST

START_TEST(levels_without_tables_have_no_runs)
{
    LsmRun *runs = NULL;
    size_t count = 7;
    setup(0);
    ck_assert_int_eq(lsm_runs_make(&rig.levels, &runs, &count).code, BASE_OK);
    ck_assert_uint_eq(count, 0);
    lsm_runs_clear(runs, count);
    lsm_runs_clear(NULL, 0);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("lsm_run");
    TCase *runs = tcase_create("runs");
    tcase_set_timeout(runs, 60);
    tcase_add_test(runs, level_0_is_cut_where_tables_overlap);
    tcase_add_test(runs, a_level_is_one_run_behind_level_0);
    tcase_add_test(runs, levels_without_tables_have_no_runs);
    suite_add_tcase(suite, runs);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
