/*
 * test_loadgen_overhead.c: what the generator costs is measured for any settings, and is not 0.
 */
#include "loadgen/overhead.h"

#include <check.h>
#include <glib.h>
#include <stdlib.h>

/* Options as from a command line. */
static LoadOptions
options_of(const char *line)
{
    LoadOptions options;
    char *problem = NULL;
    int argc = 0;
    char **argv = NULL;
    ck_assert(g_shell_parse_argv(line, &argc, &argv, NULL));
    char **words = g_memdup2(argv, sizeof *argv * ((size_t)argc + 1));
    ck_assert_msg(load_options_parse(&argc, &words, &options, &problem) == LOAD_OPTIONS_RUN, "%s",
                  problem);
    g_free(words);
    g_strfreev(argv);
    return options;
}

static LoadOverhead
overhead_of(const char *line)
{
    LoadOverhead it;
    LoadOptions options = options_of(line);
    ck_assert(load_overhead_measure(&options, &it));
    load_options_clear(&options);
    return it;
}

START_TEST(every_workload_has_an_overhead)
{
    static const char *const lines[] = {
        "larder-load -w get -n 1000",
        "larder-load -w ycsb-d -n 1000 --threads=2 -c 4 --rate=1000",
        "larder-load --mix=scan(1..10):1,batch(1..3):1,rmw:1 -n 1000 --operations=3",
        "larder-load -t embedded:lsm -w compact -n 1000",
        "larder-load -w readwhilewriting --threads=2 -n 9000000000",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
        LoadOverhead it = overhead_of(lines[i]);
        ck_assert_double_gt(it.operation_ns, 1);
        ck_assert_double_gt(it.check_ns, 1);
    }
}
END_TEST

START_TEST(values_of_any_size_are_checked)
{
    ck_assert_double_gt(overhead_of("larder-load -n 10 --value-size=40").check_ns, 1);
    double large = overhead_of("larder-load -n 10 --value-size=8000000 -w get").check_ns;
    ck_assert_double_gt(large, overhead_of("larder-load -n 10 -w get").check_ns);
}
END_TEST

START_TEST(without_a_target_the_run_tells)
{
    LoadOverhead it = overhead_of("larder-load -t null -n 1000");
    ck_assert_double_eq(it.operation_ns, 0);
    ck_assert_double_gt(it.check_ns, 1);
    LoadRunResult *result = load_run_result_new();
    ck_assert_ptr_nonnull(result);
    ck_assert_double_eq(load_overhead_operation_ns(result), 0);
    result->busy_cores = 0.5;
    result->measured_seconds = 2;
    result->counts.finished[LOAD_GET] = 10000000;
    ck_assert_double_eq_tol(load_overhead_operation_ns(result), 100, 1e-9);
    load_run_result_free(result);
}
END_TEST

int
main(void)
{
    TCase *cases = tcase_create("overhead");
    tcase_set_timeout(cases, 120);
    tcase_add_test(cases, every_workload_has_an_overhead);
    tcase_add_test(cases, values_of_any_size_are_checked);
    tcase_add_test(cases, without_a_target_the_run_tells);
    Suite *suite = suite_create("loadgen");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
