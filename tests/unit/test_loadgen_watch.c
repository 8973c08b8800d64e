/*
 * test_loadgen_watch.c: what a watch tells of a phase, however late it begins to look.
 */
#include "loadgen/watch.h"

#include <check.h>
#include <stdlib.h>

enum { SECOND_NS = 1000 * 1000 * 1000 };

static LoadRecorder *recorder;
static LoadWorker worker;
static LoadWatch watch;
static LoadGlance glance;

static void
setup(void)
{
    recorder = calloc(1, sizeof *recorder);
    ck_assert_ptr_nonnull(recorder);
    worker = (LoadWorker){.recorder = recorder};
    ck_assert(load_watch_init(&watch, &worker, 1));
}

static void
teardown(void)
{
    load_watch_clear(&watch);
    free(recorder);
}

/* A put within the measured time. */
static void
measure(int64_t latency_ns)
{
    base_shared_histogram_record(&recorder->latency[LOAD_PUT], latency_ns);
    load_recorder_count(&recorder->finished[LOAD_PUT]);
    load_recorder_count(&recorder->ended);
}

START_TEST(what_is_measured_before_the_first_look_counts)
{
    load_recorder_count(&recorder->ended); /* of the warm-up */
    measure(1000);
    load_recorder_count(&recorder->faults[LOAD_PUT][LOAD_FAULT_UNSENT]);
    load_watch_start(&watch, 0);
    measure(2000);
    load_watch_look(&watch, SECOND_NS, &glance);
    ck_assert_uint_eq(glance.second.finished[LOAD_PUT], 2);
    ck_assert_uint_eq(glance.second.faults, 1);
    ck_assert_uint_eq(glance.latency->count, 2);
    ck_assert_uint_eq(glance.ended, 1);
}
END_TEST

START_TEST(each_look_tells_what_is_new)
{
    load_watch_start(&watch, 0);
    measure(1000);
    load_watch_look(&watch, SECOND_NS, &glance);
    measure(3000);
    measure(3000);
    load_watch_look(&watch, (int64_t)3 * SECOND_NS, &glance);
    ck_assert_uint_eq(glance.second.finished[LOAD_PUT], 2);
    ck_assert_uint_eq(glance.latency->count, 2);
    ck_assert(glance.second.span > 1.9 && glance.second.span < 2.1);
    ck_assert_int_ge(glance.second.p50_ns, 2900);
    ck_assert_uint_eq(glance.totals.finished[LOAD_PUT], 3);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("loadgen");
    TCase *looks = tcase_create("looks");
    tcase_add_checked_fixture(looks, setup, teardown);
    tcase_add_test(looks, what_is_measured_before_the_first_look_counts);
    tcase_add_test(looks, each_look_tells_what_is_new);
    suite_add_tcase(suite, looks);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
