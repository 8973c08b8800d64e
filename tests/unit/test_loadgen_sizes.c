/*
 * test_loadgen_sizes.c: sizes of values follow the laws that sizes.h states.
 *
 * Sizes are whole numbers, so the test of Kolmogorov and Smirnov compares, at every whole size, the
 * share of draws at or below it with what the law says: the greatest distance times the root of the
 * number of draws exceeds 2.3 at most once in about 20,000 times. Seeds are fixed.
 */
#include "loadgen/sizes.h"

#include <check.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

enum { DRAWS = 100000, SIZE_MAX_SEEN = 5000 };

static unsigned seen[SIZE_MAX_SEEN + 1];

static LoadSizes
sizes_of(const char *text)
{
    LoadSizes sizes;
    g_autofree char *problem = load_sizes_parse(text, &sizes);
    ck_assert_msg(problem == NULL, "%s", problem);
    return sizes;
}

typedef double Law(double size);

/* The share of sizes at or below each. */
static double
uniform_law(double size)
{
    return size < 100 ? 0 : size > 399 ? 1 : (size - 99) / 300;
}

static double
normal_law(double size)
{
    return size < 40 ? 0 : 0.5 * erfc((1000 - size - 0.5) / (200 * sqrt(2)));
}

static double
pareto_law(double size)
{
    return size < 100 ? 0 : size >= 5000 ? 1 : 1 - pow(100 / (size + 1), 1.5);
}

static double
distance(const char *text, Law *law)
{
    LoadSizes sizes = sizes_of(text);
    BaseRand rand = base_rand(3);
    unsigned outside = 0;
    memset(seen, 0, sizeof seen);
    for (int i = 0; i < DRAWS; i++) {
        size_t size = load_sizes_draw(&sizes, &rand);
        outside += size < sizes.least || size > sizes.most || size > SIZE_MAX_SEEN;
        seen[size <= SIZE_MAX_SEEN ? size : 0]++;
    }
    ck_assert_uint_eq(outside, 0);
    double farthest = 0;
    unsigned below = 0;
    for (int size = 0; size <= SIZE_MAX_SEEN; size++) {
        below += seen[size];
        farthest = fmax(farthest, fabs(law(size) - (double)below / DRAWS));
    }
    load_sizes_clear(&sizes);
    return farthest * sqrt(DRAWS);
}

START_TEST(sizes_follow_their_law)
{
    ck_assert_double_lt(distance("uniform(100..399)", uniform_law), 2.3);
    ck_assert_double_gt(distance("uniform(100..405)", uniform_law), 2.3);
    ck_assert_double_lt(distance("normal(1000,200)", normal_law), 2.3);
    ck_assert_double_gt(distance("normal(1000,210)", normal_law), 2.3);
    ck_assert_double_lt(distance("pareto(100,1.5,5000)", pareto_law), 2.3);
    ck_assert_double_gt(distance("pareto(100,1.6,5000)", pareto_law), 2.3);
}
END_TEST

START_TEST(fixed_is_fixed)
{
    LoadSizes sizes = sizes_of("100");
    BaseRand rand = base_rand(1);
    ck_assert_uint_eq(load_sizes_draw(&sizes, &rand), 100);
    ck_assert_uint_eq(sizes.least, 100);
    ck_assert_uint_eq(sizes.most, 100);
}
END_TEST

static char *
write_file(const char *text)
{
    char *path = g_build_filename(g_get_tmp_dir(), "larder-sizes-XXXXXX", NULL);
    int file = g_mkstemp(path);
    ck_assert_int_ge(file, 0);
    ck_assert(close(file) == 0 && g_file_set_contents(path, text, -1, NULL));
    return path;
}

START_TEST(a_histogram_is_drawn_by_weight)
{
    g_autofree char *path = write_file("# seen in production\n100 1\n200 2.5\n\n4000 6.5 # big\n");
    g_autofree char *text = g_strdup_printf("histogram:%s", path);
    LoadSizes sizes = sizes_of(text);
    BaseRand rand = base_rand(1);
    memset(seen, 0, sizeof seen);
    for (int i = 0; i < DRAWS; i++) {
        seen[load_sizes_draw(&sizes, &rand) % (SIZE_MAX_SEEN + 1)]++;
    }
    /* Four standard deviations of a binomial number about its mean. */
    ck_assert_double_eq_tol(seen[100], DRAWS * 0.1, 4 * sqrt(DRAWS * 0.1 * 0.9));
    ck_assert_double_eq_tol(seen[200], DRAWS * 0.25, 4 * sqrt(DRAWS * 0.25 * 0.75));
    ck_assert_uint_eq(seen[100] + seen[200] + seen[4000], DRAWS);
    ck_assert_uint_eq(sizes.least, 100);
    ck_assert_uint_eq(sizes.most, 4000);
    load_sizes_clear(&sizes);
    (void)g_unlink(path);
}
END_TEST

START_TEST(a_wrong_histogram_names_its_line)
{
    const char *const texts[] = {"100 1\n39 1\n", "100 1\n200\n", "100 1\n200 0\n", "100 1\nx 1\n",
                                 "100 1\n100 1 1\n"};
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        LoadSizes sizes;
        g_autofree char *path = write_file(texts[i]);
        g_autofree char *text = g_strdup_printf("histogram:%s", path);
        g_autofree char *problem = load_sizes_parse(text, &sizes);
        ck_assert_msg(problem != NULL, "\"%s\" was taken", texts[i]);
        ck_assert_ptr_nonnull(strstr(problem, ":2: "));
        (void)g_unlink(path);
    }
    LoadSizes sizes;
    g_autofree char *empty = write_file("# nothing\n");
    g_autofree char *text = g_strdup_printf("histogram:%s", empty);
    g_autofree char *problem = load_sizes_parse(text, &sizes);
    ck_assert_ptr_nonnull(strstr(problem, "SIZE WEIGHT"));
    (void)g_unlink(empty);
    g_autofree char *absent = load_sizes_parse("histogram:/nonexistent", &sizes);
    ck_assert_ptr_nonnull(strstr(absent, "/nonexistent"));
}
END_TEST

START_TEST(wrong_words_name_the_limits)
{
    const char *const bad[] = {"",
                               "39",
                               "67108865",
                               "1k",
                               "uniform(100)",
                               "uniform(200..100)",
                               "normal(10,1)",
                               "normal(100)",
                               "pareto(100,0)",
                               "pareto(100,1,50)",
                               "histogram"};
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        LoadSizes sizes;
        g_autofree char *problem = load_sizes_parse(bad[i], &sizes);
        ck_assert_msg(problem != NULL, "\"%s\" was taken", bad[i]);
        ck_assert_ptr_nonnull(strstr(problem, "from 40 to 67108864"));
    }
}
END_TEST

int
main(void)
{
    TCase *cases = tcase_create("sizes");
    tcase_set_timeout(cases, 60);
    tcase_add_test(cases, sizes_follow_their_law);
    tcase_add_test(cases, fixed_is_fixed);
    tcase_add_test(cases, a_histogram_is_drawn_by_weight);
    tcase_add_test(cases, a_wrong_histogram_names_its_line);
    tcase_add_test(cases, wrong_words_name_the_limits);
    Suite *suite = suite_create("loadgen");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
