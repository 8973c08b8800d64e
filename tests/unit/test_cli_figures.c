/*
 * test_cli_figures.c: figures of an engine, found by their names.
 */
#include "service/cli/figures.h"

#include <check.h>
#include <stdlib.h>

#define FIGURE(name, value)                 \
    {                                       \
        {(name), sizeof(name) - 1}, (value) \
    }

static CliCall call;
static LarderFigureList sorted;

static void
sort(const LarderFigure *figures, size_t count)
{
    ck_assert(cli_figures_sort(&call, (LarderFigureList){figures, count}, &sorted));
    ck_assert_uint_eq(sorted.count, count);
}

/* What cli_call_alloc() keeps: a list, each block pointing to the next. */
static void
tear_down(void)
{
    while (call.blocks != NULL) {
        void *block = call.blocks;
        call.blocks = *(void **)block;
        free(block);
    }
}

START_TEST(numbers_in_names_sort_by_their_value)
{
    static const LarderFigure figures[] = {
        FIGURE("t_us_le_inf", 1),   FIGURE("level_10_files", 2), FIGURE("t_us_le_1023", 3),
        FIGURE("level_9_files", 4), FIGURE("t_us_le_127", 5),    FIGURE("alpha", 6),
    };
    static const int64_t order[] = {6, 4, 2, 5, 3, 1};
    sort(figures, 6);
    for (size_t i = 0; i < 6; i++) {
        ck_assert_int_eq(sorted.items[i].value, order[i]);
    }
    sort(NULL, 0);
}
END_TEST

START_TEST(figures_are_found_by_name_and_level)
{
    static const LarderFigure figures[] = {
        FIGURE("files", 1),   FIGURE("level_1_files", 2), FIGURE("level_12_files", 3),
        FIGURE("level_3", 4), FIGURE("level_4_", 5),
    };
    int64_t value = 0;
    sort(figures, 5);
    ck_assert(cli_figures_find(sorted, "files", &value));
    ck_assert_int_eq(value, 1);
    ck_assert(!cli_figures_find(sorted, "file", &value));
    ck_assert_int_eq(cli_figures_get(sorted, "none"), 0);
    ck_assert_int_eq(cli_figures_get_level(sorted, 12, "files"), 3);
    ck_assert_int_eq(cli_figures_get_level(sorted, 2, "files"), 0);
    ck_assert(!cli_figures_find_level(sorted, 1, "bytes", &value));
    ck_assert(cli_figures_has_level(sorted, 1) && cli_figures_has_level(sorted, 12));
    ck_assert(!cli_figures_has_level(sorted, 2) && !cli_figures_has_level(sorted, 3));
    ck_assert(!cli_figures_has_level(sorted, 4));
}
END_TEST

static void
expect(size_t *cursor, const char *histogram, int64_t below, int64_t bound, int64_t count)
{
    CliBucket bucket;
    ck_assert(cli_figures_next_bucket(sorted, cursor, &bucket));
    ck_assert(base_slice_equal(cli_slice(bucket.histogram), base_slice_text(histogram)));
    ck_assert_int_eq(bucket.below, below);
    ck_assert_int_eq(bucket.bound, bound);
    ck_assert_int_eq(bucket.count, count);
}

START_TEST(buckets_come_in_order)
{
    static const LarderFigure figures[] = {
        FIGURE("b_us_le_inf", 7), FIGURE("b_us_le_100", 1),  FIGURE("a_le_b_le_5", 2),
        FIGURE("b_us_le_20", 3),  FIGURE("b_us_le_many", 4), FIGURE("le_5", 5),
        FIGURE("b_us_le_", 6),
    };
    CliBucket bucket;
    size_t cursor = 0;
    sort(figures, 7);
    expect(&cursor, "a_le_b", -1, 5, 2);
    expect(&cursor, "b_us", -1, 20, 3);
    expect(&cursor, "b_us", 20, 100, 1);
    expect(&cursor, "b_us", 100, INT64_MAX, 7);
    ck_assert(!cli_figures_next_bucket(sorted, &cursor, &bucket));
}
END_TEST

int
main(void)
{
    TCase *cases = tcase_create("figures");
    tcase_add_checked_fixture(cases, NULL, tear_down);
    tcase_add_test(cases, numbers_in_names_sort_by_their_value);
    tcase_add_test(cases, figures_are_found_by_name_and_level);
    tcase_add_test(cases, buckets_come_in_order);
    Suite *suite = suite_create("cli_figures");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
