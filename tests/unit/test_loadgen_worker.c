/*
 * test_loadgen_worker.c: what is drawn when, and what is counted, under a clock of the test's own.
 *
 * The worker's driver is called as a session would call it, with made-up times.
 */
#include "loadgen/worker.h"

#include <check.h>
#include <stdlib.h>

#define MS INT64_C(1000000)

static LoadNotes notes;
static _Atomic bool stop;
static LoadPlan plan;
static LoadKeys keys;
static LoadWorker worker;
static BaseHistogram histogram;

/* Worker `index` of `workers` that run a workload. */
static void
start_workload(const char *workload, uint64_t records, uint32_t index, uint32_t workers)
{
    stop = false;
    load_notes_init(&notes);
    keys = load_keys(LOAD_KEY_DECIMAL, BASE_SLICE_LITERAL("k"), 8);
    plan.workload = load_workload_find(workload);
    plan.keys = &keys;
    plan.seed = 1;
    plan.notes = &notes;
    plan.stop = &stop;
    ck_assert_ptr_nonnull(plan.workload);
    ck_assert(base_is_ok(load_worker_init(&worker, &plan, records, index, workers, 9)));
    worker.schedule = (LoadSchedule){.start_ns = 0, .measure_ns = 0, .end_ns = 10000 * MS};
    base_histogram_reset(&histogram);
}

static void
start(double rate, unsigned get_percent, uint64_t records)
{
    plan = (LoadPlan){.get_percent = get_percent, .rate = rate};
    start_workload("mixed", records, 0, 1);
}

static void
tidy(void)
{
    load_worker_clear(&worker);
    load_notes_clear(&notes);
    plan = (LoadPlan){.rate = 0};
}

static bool
next(int64_t now_ns, LoadOp *ret_op)
{
    bool taken = worker.driver.next(&worker.driver, now_ns, ret_op);
    if (taken) {
        ret_op->started_ns = now_ns;
    }
    return taken;
}

static void
done(const LoadOp *op, LoadFault fault, int64_t version, int64_t finished_ns)
{
    LoadAnswer answer = {.fault = fault,
                         .message = BASE_SLICE_LITERAL("why"),
                         .version = version,
                         .finished_ns = finished_ns};
    worker.driver.done(&worker.driver, op, &answer);
}

static LoadCounts
counts(void)
{
    LoadCounts sum = {.ended = 0};
    load_recorder_add_to(worker.recorder, &sum);
    return sum;
}

/* A target that takes a millisecond per operation, one at a time, and once stands for 100 ms. */
static void
drive_with_pause(void)
{
    LoadOp op;
    int64_t now_ns = 0;
    bool paused = false;
    while (now_ns < worker.schedule.end_ns) {
        if (!next(now_ns, &op)) {
            now_ns += worker.driver.idle_ns(&worker.driver, now_ns);
            continue;
        }
        now_ns += MS;
        if (!paused && now_ns >= 5000 * MS) {
            paused = true;
            now_ns += 100 * MS;
        }
        done(&op, LOAD_FAULT_NONE, 0, now_ns);
    }
    load_worker_settle(&worker);
    base_shared_histogram_add_to(&worker.recorder->latency[LOAD_GET], &histogram);
}

START_TEST(a_pause_shows_at_a_rate)
{
    start(500, 100, 10);
    drive_with_pause();
    ck_assert_int_ge(base_histogram_percentile(&histogram, 99.9), 80 * MS);
    ck_assert_int_ge(base_histogram_percentile(&histogram, 99), 40 * MS);
    ck_assert_int_le(base_histogram_percentile(&histogram, 50), 2 * MS);
    /* Service time does not show it, which is why both are reported. */
    base_histogram_reset(&histogram);
    base_shared_histogram_add_to(&worker.recorder->service[LOAD_GET], &histogram);
    ck_assert_int_le(base_histogram_percentile(&histogram, 99.9), 2 * MS);
    ck_assert_int_ge(base_histogram_percentile(&histogram, 100), 100 * MS);
}
END_TEST

START_TEST(a_pause_hides_in_a_closed_loop)
{
    start(0, 100, 10);
    drive_with_pause();
    ck_assert_int_le(base_histogram_percentile(&histogram, 99.9), 2 * MS);
    ck_assert_int_ge(base_histogram_percentile(&histogram, 100), 100 * MS);
    base_histogram_reset(&histogram);
    base_shared_histogram_add_to(&worker.recorder->service[LOAD_GET], &histogram);
    ck_assert_uint_eq(histogram.count, 0);
}
END_TEST

START_TEST(a_rate_has_fixed_times)
{
    LoadOp op;
    start(1000, 100, 10);
    ck_assert(next(0, &op));
    ck_assert_int_eq(op.intended_ns, 0);
    ck_assert(!next(MS - 1, &op));
    ck_assert_int_eq(worker.driver.idle_ns(&worker.driver, MS / 4), MS - MS / 4);
    ck_assert(next(MS, &op));
    ck_assert_int_eq(op.intended_ns, MS);
    for (int64_t k = 2; k <= 7; k++) { /* behind: all that was due comes at once */
        ck_assert_int_eq(worker.driver.idle_ns(&worker.driver, 7 * MS), 0);
        ck_assert(next(7 * MS, &op));
        ck_assert_int_eq(op.intended_ns, k * MS);
        ck_assert_int_eq(op.started_ns, 7 * MS);
    }
    ck_assert(!next(7 * MS, &op));
    /* What was due before the end is still sent for a moment. */
    int64_t end_ns = worker.schedule.end_ns;
    ck_assert(next(end_ns, &op));
    ck_assert_int_eq(op.intended_ns, 8 * MS);
    ck_assert(!next(end_ns + 100 * MS, &op));
}
END_TEST

static size_t
nothing_pending(const LoadSession *session)
{
    (void)session;
    return 0;
}

START_TEST(what_was_never_sent_is_counted_with_its_wait)
{
    start(1000, 100, 10);
    LoadSchedule past = {.start_ns = 0, .measure_ns = 200 * MS, .end_ns = 1000 * MS};
    LoadOp op;
    worker.schedule = past;
    ck_assert(next(0, &op));
    done(&op, LOAD_FAULT_NONE, 0, MS);
    /* The schedule is over: nothing is sent, and 800 operations of the measured time were due. */
    LoadSession idle = {.ops = &(const LoadSessionOps){.pending = nothing_pending}};
    worker.session = &idle;
    load_worker_run(&worker, &past);
    worker.session = NULL;
    LoadCounts sum = counts();
    ck_assert_uint_eq(sum.faults[LOAD_GET][LOAD_FAULT_UNSENT], 800);
    load_worker_settle(&worker);
    base_shared_histogram_add_to(&worker.recorder->latency[LOAD_GET], &histogram);
    ck_assert_uint_eq(histogram.count, 800);
    ck_assert_int_eq(base_histogram_percentile(&histogram, 100), 800 * MS);
    ck_assert_uint_eq(sum.finished[LOAD_GET], 0);
}
END_TEST

START_TEST(warm_up_is_not_measured)
{
    LoadOp op;
    start(0, 100, 10);
    worker.schedule.measure_ns = 100 * MS;
    ck_assert(next(99 * MS, &op));
    done(&op, LOAD_FAULT_NONE, 0, 101 * MS); /* intended in the warm-up, finished behind it */
    ck_assert(next(99 * MS, &op));
    done(&op, LOAD_FAULT_REFUSED, 0, 101 * MS);
    LoadCounts sum = counts();
    load_worker_settle(&worker);
    base_shared_histogram_add_to(&worker.recorder->latency[LOAD_GET], &histogram);
    ck_assert_uint_eq(histogram.count, 0);
    ck_assert_uint_eq(sum.finished[LOAD_GET], 1);
    ck_assert_uint_eq(load_counts_faults(&sum), 0);
    ck_assert_uint_eq(sum.faults_outside, 1);
    ck_assert_uint_eq(sum.ended, 2);
}
END_TEST

START_TEST(slow_ones_at_the_end_are_not_left_out)
{
    LoadOp op;
    start(0, 100, 10);
    ck_assert(next(9999 * MS, &op));
    done(&op, LOAD_FAULT_NONE, 0, 15000 * MS);
    ck_assert(next(9999 * MS, &op));
    done(&op, LOAD_FAULT_TIMEOUT, 0, 19999 * MS);
    ck_assert(next(9999 * MS, &op));
    done(&op, LOAD_FAULT_REFUSED, 0, 10000 * MS); /* fast, and no success: no latency */
    LoadCounts sum = counts();
    load_worker_settle(&worker);
    base_shared_histogram_add_to(&worker.recorder->latency[LOAD_GET], &histogram);
    ck_assert_uint_eq(histogram.count, 2);
    ck_assert_int_eq(base_histogram_percentile(&histogram, 100), 10000 * MS);
    ck_assert_uint_eq(sum.finished[LOAD_GET], 0); /* throughput: only what finished in time */
    ck_assert_uint_eq(sum.faults[LOAD_GET][LOAD_FAULT_TIMEOUT], 1);
    ck_assert_uint_eq(sum.faults[LOAD_GET][LOAD_FAULT_REFUSED], 1);
    ck_assert_str_eq(notes.faults[LOAD_FAULT_REFUSED], "why");
}
END_TEST

START_TEST(the_mix_and_the_keys_follow_the_seed)
{
    enum { DRAWS = 10000 };
    static LoadOp first[DRAWS];
    LoadOp op;
    unsigned gets = 0;
    unsigned low = 0;
    start(0, 80, 100);
    for (int i = 0; i < DRAWS; i++) {
        ck_assert(next(i, &first[i]));
        gets += first[i].kind == LOAD_GET;
        low += first[i].record < 50;
        ck_assert_uint_lt(first[i].record, 100);
    }
    ck_assert_uint_ge(gets, 7800);
    ck_assert_uint_le(gets, 8200);
    ck_assert_uint_ge(low, 4750);
    ck_assert_uint_le(low, 5250);
    tidy();
    start(1e9, 80, 100); /* other arrival, same sequence */
    for (int i = 0; i < DRAWS; i++) {
        ck_assert(next(9000 * MS, &op));
        ck_assert_int_eq(op.kind, first[i].kind);
        ck_assert_uint_eq(op.record, first[i].record);
    }
}
END_TEST

START_TEST(loading_writes_each_record_once_and_again_what_failed)
{
    LoadOp ops[5];
    LoadOp op;
    start(0, 100, 5);
    worker.loading = true;
    for (uint64_t i = 0; i < 5; i++) {
        ck_assert(next(0, &ops[i]));
        ck_assert_int_eq(ops[i].kind, LOAD_PUT);
        ck_assert_uint_eq(ops[i].record, i);
    }
    ck_assert(!next(0, &op));
    done(&ops[0], LOAD_FAULT_NONE, 1, 1);
    done(&ops[1], LOAD_FAULT_REFUSED, 0, 1);
    done(&ops[2], LOAD_FAULT_LOST, 0, 1);
    ck_assert(next(0, &op));
    ck_assert_uint_eq(op.record, 2);
    done(&op, LOAD_FAULT_NONE, 2, 1);
    ck_assert(next(0, &op));
    ck_assert_uint_eq(op.record, 1);
    ck_assert_uint_eq(op.sequence, 2);
    done(&op, LOAD_FAULT_NONE, 3, 1);
    ck_assert_uint_eq(counts().loaded, 3);
    ck_assert_int_eq(worker.load_fault, LOAD_FAULT_NONE);
    done(&ops[3], LOAD_FAULT_FAILED, 0, 1);
    ck_assert_int_eq(worker.load_fault, LOAD_FAULT_FAILED);
    ck_assert_uint_eq(counts().verdicts[LOAD_RIGHT], 0); /* only reads are counted as right */
}
END_TEST

START_TEST(loading_is_given_up_after_many_refusals)
{
    LoadOp op;
    start(0, 100, 1);
    worker.loading = true;
    for (int i = 0; i <= LOAD_RETRIES_MAX; i++) {
        ck_assert(next(0, &op));
        done(&op, LOAD_FAULT_REFUSED, 0, 1);
    }
    ck_assert(!next(0, &op));
    ck_assert_int_eq(worker.load_fault, LOAD_FAULT_REFUSED);
}
END_TEST

START_TEST(stop_ends_drawing)
{
    LoadOp op;
    start(0, 100, 5);
    ck_assert(next(0, &op));
    stop = true;
    ck_assert(!next(0, &op));
}
END_TEST

START_TEST(in_order_every_record_comes_once)
{
    LoadOp op;
    plan.operations = 3;
    plan.operations_rest = 1;
    start_workload("fillseq", 10, 0, 3); /* it has 4 of them: 0, 3, 6, 9 */
    for (uint64_t i = 0; i < 4; i++) {
        ck_assert(next(0, &op));
        ck_assert_int_eq(op.kind, LOAD_PUT);
        ck_assert_uint_eq(op.record, 3 * i);
    }
    ck_assert(!next(0, &op)); /* a counted run is over by its operations */
}
END_TEST

START_TEST(a_run_that_waits_for_its_start_begins_nothing)
{
    LoadOp op;
    start(0, 100, 5);
    worker.schedule.start_ns = 10 * MS;
    ck_assert(!next(9 * MS, &op));
    ck_assert_int_eq(worker.driver.idle_ns(&worker.driver, 9 * MS), MS);
    ck_assert(next(10 * MS, &op));
    ck_assert_int_eq(op.intended_ns, 10 * MS);
}
END_TEST

START_TEST(walks_follow_each_other)
{
    LoadOp op;
    plan.walk = 4;
    start_workload("readseq", 10, 1, 2);
    const uint64_t forward[] = {5, 9, 3}; /* the second worker begins in the middle */
    for (int i = 0; i < 3; i++) {
        ck_assert(next(0, &op));
        ck_assert_int_eq(op.kind, LOAD_SCAN);
        ck_assert_uint_eq(op.record, forward[i]);
        ck_assert_uint_eq(op.walk, 4);
        ck_assert(!op.reverse);
    }
    tidy();
    plan.walk = 4;
    start_workload("readreverse", 10, 0, 1);
    const uint64_t backward[] = {10, 6, 2, 8};
    for (int i = 0; i < 4; i++) {
        ck_assert(next(0, &op));
        ck_assert_uint_eq(op.record, backward[i]);
        ck_assert(op.reverse);
    }
}
END_TEST

START_TEST(one_writes_while_the_others_read)
{
    LoadOp op;
    plan.loads = true;
    start_workload("readwhilewriting", 10, 0, 2);
    ck_assert_uint_eq(worker.ledger.records, 10);
    ck_assert(next(0, &op));
    ck_assert_int_eq(op.kind, LOAD_PUT);
    tidy();
    plan.loads = true;
    start_workload("readwhilewriting", 10, 1, 2);
    ck_assert_uint_eq(worker.ledger.records, 10);
    worker.loading = true;
    ck_assert(!next(0, &op)); /* the writer loads for all */
    worker.loading = false;
    ck_assert(next(0, &op));
    ck_assert_int_eq(op.kind, LOAD_GET);
    done(&op, LOAD_FAULT_NONE, 0, 1);
    ck_assert_uint_eq(counts().verdicts[LOAD_MISSING], 1); /* all were loaded */
}
END_TEST

START_TEST(keys_of_nobody_are_not_found)
{
    LoadOp op;
    plan.loads = true;
    start_workload("readmissing", 10, 0, 1);
    ck_assert(next(0, &op));
    ck_assert(op.missing);
    done(&op, LOAD_FAULT_NONE, 0, 1);
    ck_assert_uint_eq(counts().absent, 1);
    ck_assert(next(0, &op));
    LoadAnswer answer = {.found = true, .version = 5};
    worker.driver.done(&worker.driver, &op, &answer);
    ck_assert_uint_eq(counts().verdicts[LOAD_PHANTOM], 1);
}
END_TEST

int
main(void)
{
    TCase *cases = tcase_create("worker");
    tcase_set_timeout(cases, 60);
    tcase_add_checked_fixture(cases, NULL, tidy);
    tcase_add_test(cases, a_pause_shows_at_a_rate);
    tcase_add_test(cases, a_pause_hides_in_a_closed_loop);
    tcase_add_test(cases, a_rate_has_fixed_times);
    tcase_add_test(cases, what_was_never_sent_is_counted_with_its_wait);
    tcase_add_test(cases, warm_up_is_not_measured);
    tcase_add_test(cases, slow_ones_at_the_end_are_not_left_out);
    tcase_add_test(cases, the_mix_and_the_keys_follow_the_seed);
    tcase_add_test(cases, loading_writes_each_record_once_and_again_what_failed);
    tcase_add_test(cases, loading_is_given_up_after_many_refusals);
    tcase_add_test(cases, stop_ends_drawing);
    tcase_add_test(cases, in_order_every_record_comes_once);
    tcase_add_test(cases, a_run_that_waits_for_its_start_begins_nothing);
    tcase_add_test(cases, walks_follow_each_other);
    tcase_add_test(cases, one_writes_while_the_others_read);
    tcase_add_test(cases, keys_of_nobody_are_not_found);
    Suite *suite = suite_create("loadgen");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
