/*
 * test_loadgen_sweep.c: objectives are read; a sweep finds the knee of a target that is made up;
 * the machine's own jitter is measured.
 */
#include "loadgen/intrinsic.h"
#include "loadgen/sweep.h"

#include <check.h>
#include <glib.h>
#include <math.h>
#include <stdlib.h>

#define MS INT64_C(1000000)

static LoadSweep sweep;

/* The run of a target whose latency leaps over the objective from `capacity` on. */
static LoadRunResult *
run_at(double rate, double capacity, uint64_t unsent)
{
    LoadRunResult *result = load_run_result_new();
    ck_assert_ptr_nonnull(result);
    result->measured_seconds = 1;
    result->counts.finished[LOAD_GET] = 10000;
    result->counts.faults[LOAD_PUT][LOAD_FAULT_UNSENT] = unsent;
    for (int i = 0; i < 100; i++) {
        base_histogram_record(&result->latency[i % 2 == 0 ? LOAD_GET : LOAD_PUT],
                              rate < capacity || i < 90 ? MS : 20 * MS);
    }
    return result;
}

static void
sweep_over(double first, double capacity)
{
    double rate = 0;
    load_sweep_clear(&sweep);
    sweep = (LoadSweep){.objective = {.percent = 99, .limit_ns = 5 * MS}, .knee = -1};
    while ((rate = load_sweep_next(&sweep, first)) > 0) {
        load_sweep_add(&sweep, rate, run_at(rate, capacity, 0));
    }
}

static void
tidy(void)
{
    load_sweep_clear(&sweep);
}

START_TEST(the_knee_is_found)
{
    const double capacities[] = {1500, 123456, 7, 40e6};
    for (size_t i = 0; i < G_N_ELEMENTS(capacities); i++) {
        sweep_over(1000, capacities[i]);
        ck_assert_int_ge(sweep.knee, 0);
        const LoadSweepStep *knee = &sweep.steps[sweep.knee];
        ck_assert(knee->held);
        ck_assert_double_lt(knee->rate, capacities[i]);
        ck_assert_double_gt(knee->rate * LOAD_SWEEP_CLOSE, capacities[i]);
        ck_assert_int_le(knee->value_ns, 5 * MS);
        ck_assert_uint_lt(sweep.count, LOAD_SWEEP_STEPS_MAX);
        /* The run that is kept is the knee's. */
        ck_assert_int_le(base_histogram_percentile(&sweep.best->latency[LOAD_GET], 100), MS * 2);
    }
}
END_TEST

START_TEST(a_target_that_never_holds_or_always)
{
    sweep_over(1000, 0);
    ck_assert_int_eq(sweep.knee, -1);
    ck_assert_uint_gt(sweep.count, 1);
    ck_assert_ptr_nonnull(sweep.best);
    sweep_over(1000, INFINITY);
    ck_assert_int_ge(sweep.knee, 0);
    ck_assert_int_eq(sweep.knee, (int)sweep.count - 1);
}
END_TEST

START_TEST(what_was_not_done_breaks_a_step)
{
    sweep = (LoadSweep){.objective = {.percent = 99, .limit_ns = 5 * MS}, .knee = -1};
    load_sweep_add(&sweep, 10, run_at(10, 1000, 0));
    load_sweep_add(&sweep, 20, run_at(20, 1000, 9));   /* 0.09 % */
    load_sweep_add(&sweep, 40, run_at(40, 1000, 100)); /* 1 % */
    ck_assert(sweep.steps[0].held && sweep.steps[1].held && !sweep.steps[2].held);
    ck_assert_int_eq(sweep.knee, 1);
    ck_assert_double_eq_tol(sweep.steps[2].lost, 100.0 / 10100, 1e-9);
    ck_assert_double_eq_tol(load_sweep_next(&sweep, 10), sqrt(20 * 40), 1e-9);
    /* One that breaks below one that held: the lower bound counts. */
    load_sweep_add(&sweep, 15, run_at(15, 1, 0));
    ck_assert_double_eq_tol(load_sweep_next(&sweep, 10), sqrt(10 * 15), 1e-9);
}
END_TEST

START_TEST(objectives_are_read)
{
    const struct {
        const char *text;
        double percent;
        int64_t limit_ns;
    } good[] = {{"p99<5ms", 99, 5 * MS},
                {"p99.9<250us", 99.9, MS / 4},
                {"max<1.5s", 100, 1500 * MS},
                {"p50<800ns", 50, 800}};
    for (size_t i = 0; i < G_N_ELEMENTS(good); i++) {
        LoadObjective objective;
        ck_assert_ptr_null(load_objective_parse(good[i].text, &objective));
        ck_assert_double_eq(objective.percent, good[i].percent);
        ck_assert_int_eq(objective.limit_ns, good[i].limit_ns);
    }
    const char *const bad[] = {"",         "p99",    "p99<",     "p99<5",   "p0<1ms",
                               "p101<1ms", "99<1ms", "p99>1ms",  "p99<0ms", "p99<2h",
                               "mean<1ms", "p<1ms",  "p99<9999s"};
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        LoadObjective objective;
        g_autofree char *problem = load_objective_parse(bad[i], &objective);
        ck_assert_msg(problem != NULL, "\"%s\" was taken", bad[i]);
        ck_assert_ptr_nonnull(strstr(problem, "must be as p99<5ms"));
    }
}
END_TEST

START_TEST(jitter_is_measured)
{
    static LoadIntrinsic it;
    static _Atomic bool stop = false;
    load_intrinsic_measure(0.04, &stop, &it);
    ck_assert_uint_gt(it.gaps.count, 0);
    ck_assert_uint_gt(it.wakes.count, 0);
    ck_assert_double_ge(it.taken, 0);
    ck_assert_double_le(it.taken, 1);
    /* What was taken is the sum of the long gaps: none is without one. */
    int64_t longest_ns = base_histogram_percentile(&it.gaps, 100);
    ck_assert_int_eq(it.taken > 0, longest_ns >= LOAD_INTRINSIC_GAP_NS);
    stop = true;
    load_intrinsic_measure(3600, &stop, &it); /* returns at once */
    ck_assert_uint_eq(it.gaps.count, 0);
}
END_TEST

int
main(void)
{
    TCase *cases = tcase_create("sweep");
    tcase_set_timeout(cases, 60);
    tcase_add_checked_fixture(cases, NULL, tidy);
    tcase_add_test(cases, the_knee_is_found);
    tcase_add_test(cases, a_target_that_never_holds_or_always);
    tcase_add_test(cases, what_was_not_done_breaks_a_step);
    tcase_add_test(cases, objectives_are_read);
    tcase_add_test(cases, jitter_is_measured);
    Suite *suite = suite_create("loadgen");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
