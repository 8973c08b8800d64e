/*
 * test_loadgen_script.c: mixes are read and drawn by their shares; what a worker does of one.
 *
 * Shares are held against the binomial distribution: four standard deviations about the mean, with
 * a fixed seed.
 */
#include "loadgen/worker.h"

#include <check.h>
#include <glib.h>
#include <math.h>
#include <stdlib.h>

enum { DRAWS = 20000, RECORDS = 100 };

static LoadNotes notes;
static _Atomic bool stop;
static LoadPlan plan;
static LoadKeys keys;
static LoadWorker worker;

/* A worker, one of `workers`, that does what a mix says. */
static void
start(const char *mix, const char *distribution, uint32_t workers)
{
    stop = false;
    load_notes_init(&notes);
    keys = load_keys(LOAD_KEY_DECIMAL, BASE_SLICE_LITERAL("k"), 12);
    plan = (LoadPlan){.workload = load_workload_find("mix"),
                      .keys = &keys,
                      .sizes = {.kind = LOAD_SIZES_FIXED, .least = 50, .most = 50},
                      .seed = 1,
                      .loads = true,
                      .notes = &notes,
                      .stop = &stop};
    g_autofree char *problem = load_mix_parse(mix, &plan.mix);
    ck_assert_msg(problem == NULL, "%s", problem);
    ck_assert_ptr_null(load_distribution_parse("d", distribution, &plan.distribution));
    ck_assert(base_is_ok(load_worker_init(&worker, &plan, RECORDS, 0, workers, 9)));
    worker.schedule = (LoadSchedule){.start_ns = 0, .measure_ns = 0, .end_ns = INT64_MAX};
}

static void
tidy(void)
{
    load_worker_clear(&worker);
    load_notes_clear(&notes);
}

static LoadOp
next(int64_t now_ns)
{
    LoadOp op;
    ck_assert(worker.driver.next(&worker.driver, now_ns, &op));
    op.started_ns = now_ns;
    return op;
}

static void
done(const LoadOp *op, LoadAnswer answer)
{
    worker.driver.done(&worker.driver, op, &answer);
}

static LoadCounts
counts(void)
{
    LoadCounts sum = {.ended = 0};
    load_recorder_add_to(worker.recorder, &sum);
    return sum;
}

static void
assert_share(unsigned seen, double share)
{
    ck_assert_double_eq_tol(seen, DRAWS * share, 4 * sqrt(DRAWS * share * (1 - share)));
}

START_TEST(shares_are_kept)
{
    unsigned seen[LOAD_OP_KIND_COUNT] = {0};
    LoadMix mix;
    BaseRand rand = base_rand(1);
    ck_assert_ptr_null(load_mix_parse("get:50,put:15.5,insert:5,remove:4.5,rmw:5,scan(10..100):5,"
                                      "multi_get(7):5,batch(2..3):10",
                                      &mix));
    for (int i = 0; i < DRAWS; i++) {
        seen[load_mix_draw(&mix, &rand)->kind]++;
    }
    assert_share(seen[LOAD_GET], 0.5);
    assert_share(seen[LOAD_PUT], 0.155);
    assert_share(seen[LOAD_INSERT], 0.05);
    assert_share(seen[LOAD_REMOVE], 0.045);
    assert_share(seen[LOAD_RMW], 0.05);
    assert_share(seen[LOAD_SCAN], 0.05);
    assert_share(seen[LOAD_MULTI_GET], 0.05);
    assert_share(seen[LOAD_BATCH], 0.1);
    ck_assert_double_eq_tol(load_mix_share(&mix, LOAD_PUT), 0.155, 1e-12);
    ck_assert_uint_eq(load_mix_longest(&mix, LOAD_SCAN), 100);
    ck_assert_uint_eq(load_mix_longest(&mix, LOAD_COMPACT), 0);
}
END_TEST

START_TEST(lengths_are_uniform)
{
    unsigned seen[5] = {0};
    LoadMix mix;
    BaseRand rand = base_rand(1);
    ck_assert_ptr_null(load_mix_parse("scan(1..4):1", &mix));
    for (int i = 0; i < DRAWS; i++) {
        seen[load_mix_length(&mix.parts[0], &rand) % 5]++;
    }
    for (int length = 1; length <= 4; length++) {
        assert_share(seen[length], 0.25);
    }
}
END_TEST

/* What is wrong, and a part of what is said about it. */
static const struct {
    const char *text;
    const char *message;
} wrongs[] = {
    {"", "needs a part"},
    {"get", "\"get\": needs a weight"},
    {"get:0", "\"get:0\": the weight must be a number above 0, up to 1000000000"},
    {"get:80,put:-1", "\"put:-1\": the weight"},
    {"get:80,,put:1", "\"\": needs"},
    {"read:1", "\"read\": must be one of get put"},
    {"get(1):1", "\"get(1)\": get has no length"},
    {"scan:1", "\"scan\": must be scan(N) or scan(A..B), whole numbers from 1 to 10000"},
    {"scan(0..5):1", "from 1 to 10000"},
    {"scan(5..1):1", "from 1 to 10000"},
    {"scan(1.5):1", "whole numbers"},
    {"batch(1001):1", "batch(N) or batch(A..B), whole numbers from 1 to 1000"},
    {"multi_get(1..2..3):1", "from 1 to 10000"},
    {"scan(1..2:1", "must be one of"},
    {"get:1,get:1,get:1,get:1,get:1,get:1,get:1,get:1,get:1,get:1,get:1,get:1,get:1,get:1,get:1,"
     "get:1,get:1",
     "more than 16 parts"},
};

START_TEST(a_wrong_mix_names_part_and_limit)
{
    LoadMix mix;
    g_autofree char *problem = load_mix_parse(wrongs[_i].text, &mix);
    ck_assert_msg(problem != NULL, "\"%s\" was taken", wrongs[_i].text);
    ck_assert_msg(strstr(problem, wrongs[_i].message) != NULL, "%s", problem);
    ck_assert(g_str_has_prefix(problem, "--mix: "));
}
END_TEST

START_TEST(a_read_modify_write_is_one_operation)
{
    start("rmw:1", "uniform", 1);
    LoadOp read = next(100);
    ck_assert_int_eq(read.kind, LOAD_GET);
    done(&read, (LoadAnswer){.found = false, .finished_ns = 150});
    ck_assert_uint_eq(counts().finished[LOAD_RMW], 0);
    ck_assert_int_eq(worker.driver.idle_ns(&worker.driver, 150), 0);
    LoadOp write = next(200);
    ck_assert_int_eq(write.kind, LOAD_PUT);
    ck_assert_int_eq(write.row, LOAD_RMW);
    ck_assert_uint_eq(write.record, read.record);
    ck_assert_uint_eq(write.sequence, 1);
    ck_assert_uint_eq(write.value_size, 50);
    done(&write, (LoadAnswer){.version = 1, .finished_ns = 350});
    LoadCounts sum = counts();
    ck_assert_uint_eq(sum.finished[LOAD_RMW], 1);
    ck_assert_uint_eq(load_counts_finished(&sum), 1);
    ck_assert_uint_eq(sum.ended, 1);
    BaseHistogram latency = {.count = 0};
    load_worker_settle(&worker);
    base_shared_histogram_add_to(&worker.recorder->latency[LOAD_RMW], &latency);
    ck_assert_uint_eq(latency.count, 1);
    ck_assert_int_eq(latency.highest, 250); /* from the read to the end of the write */
    LoadOp failing = next(400);
    done(&failing, (LoadAnswer){.fault = LOAD_FAULT_REFUSED, .finished_ns = 401});
    ck_assert_uint_eq(counts().faults[LOAD_RMW][LOAD_FAULT_REFUSED], 1);
    ck_assert_int_eq(next(500).kind, LOAD_GET); /* no write follows a read that failed */
}
END_TEST

START_TEST(the_write_of_a_read_modify_write_goes_behind_the_end)
{
    start("rmw:1", "uniform", 1);
    worker.schedule.end_ns = 1000;
    LoadOp read = next(999);
    done(&read, (LoadAnswer){.finished_ns = 1500});
    LoadOp write = next(1500);
    ck_assert_int_eq(write.row, LOAD_RMW);
    LoadOp none;
    ck_assert(!worker.driver.next(&worker.driver, 1500, &none));
}
END_TEST

START_TEST(inserts_are_read_when_they_exist)
{
    start("insert:1", "latest", 3); /* it has 34 records: 0, 3, ..., 99 */
    LoadOp first = next(1);
    LoadOp second = next(2);
    ck_assert_uint_eq(first.record, 102);
    ck_assert_uint_eq(second.record, 105);
    ck_assert_int_eq(first.row, LOAD_INSERT);
    ck_assert_int_eq(first.kind, LOAD_PUT);
    ck_assert_uint_eq(first.sequence, 1);
    done(&second, (LoadAnswer){.version = 2, .finished_ns = 3});
    ck_assert_uint_eq(worker.script.frontier.settled, 34);
    done(&first, (LoadAnswer){.fault = LOAD_FAULT_REFUSED, .finished_ns = 3});
    ck_assert_uint_eq(worker.script.frontier.settled, 36);
    ck_assert_uint_eq(counts().finished[LOAD_INSERT], 1);
    ck_assert_uint_eq(counts().faults[LOAD_INSERT][LOAD_FAULT_REFUSED], 1);
    /* The one that exists must be found, the one that was refused need not. */
    LoadOp read = {.kind = LOAD_GET, .row = LOAD_GET, .record = 105};
    load_ledger_begin(&worker.ledger, &read);
    done(&read, (LoadAnswer){.found = false, .finished_ns = 4});
    ck_assert_uint_eq(counts().verdicts[LOAD_MISSING], 1);
    read.record = 102;
    load_ledger_begin(&worker.ledger, &read);
    done(&read, (LoadAnswer){.found = false, .finished_ns = 4});
    ck_assert_uint_eq(counts().verdicts[LOAD_MISSING], 1);
}
END_TEST

START_TEST(reads_do_not_run_ahead_of_inserts)
{
    start("insert:50,get:50", "latest", 1);
    unsigned new_ones = 0;
    for (int i = 0; i < 2000; i++) {
        LoadOp op = next(i);
        bool ahead = op.row == LOAD_GET && op.record >= worker.script.frontier.settled;
        ck_assert(!ahead);
        new_ones += op.row == LOAD_GET && op.record >= RECORDS;
        done(&op, (LoadAnswer){.version = i + 1, .finished_ns = i + 1});
    }
    ck_assert_uint_gt(new_ones, 500);
}
END_TEST

START_TEST(a_batch_has_distinct_members)
{
    start("batch(60):1", "zipfian", 1);
    bool seen[RECORDS] = {false};
    LoadOp op = next(1);
    ck_assert_int_eq(op.kind, LOAD_BATCH);
    ck_assert_uint_eq(op.part_count, 60);
    for (uint32_t i = 0; i < op.part_count; i++) {
        ck_assert(!seen[op.parts[i].record]);
        seen[op.parts[i].record] = true;
        ck_assert_uint_eq(op.parts[i].sequence, 1);
        ck_assert_uint_eq(op.parts[i].value_size, 50);
    }
    uint64_t record = op.parts[7].record;
    done(&op, (LoadAnswer){.version = 5, .entries = 60, .finished_ns = 2});
    LoadCounts sum = counts();
    ck_assert_uint_eq(load_counts_wrong(&sum), 0);
    ck_assert_uint_eq(counts().entries, 60);
    ck_assert_int_eq(worker.ledger.entries[record].version, 5);
    /* A version that does not grow is noticed, once for each member. */
    op = next(3);
    done(&op, (LoadAnswer){.version = 5, .entries = 60, .finished_ns = 4});
    ck_assert_uint_gt(counts().verdicts[LOAD_OLD_VERSION], 0);
    tidy();
    start("batch(500):1", "uniform", 1); /* more than there are: all */
    op = next(1);
    ck_assert_uint_eq(op.part_count, RECORDS);
    done(&op, (LoadAnswer){.version = 1, .finished_ns = 2});
}
END_TEST

START_TEST(what_expires_may_be_absent)
{
    for (int expires = 0; expires < 2; expires++) {
        start("put:1", "uniform", 1);
        plan.expires = expires == 1;
        load_worker_clear(&worker);
        ck_assert(base_is_ok(load_worker_init(&worker, &plan, RECORDS, 0, 1, 9)));
        worker.schedule.end_ns = INT64_MAX;
        LoadOp op = next(1);
        done(&op, (LoadAnswer){.version = 1, .finished_ns = 2});
        LoadOp read = {.kind = LOAD_GET, .record = op.record};
        load_ledger_begin(&worker.ledger, &read);
        done(&read, (LoadAnswer){.found = false, .finished_ns = 3});
        ck_assert_uint_eq(counts().verdicts[LOAD_MISSING], expires == 0);
        if (expires == 0) {
            tidy();
        }
    }
}
END_TEST

START_TEST(ycsb_is_as_it_is_specified)
{
    static const struct {
        const char *name;
        LoadOpKind main;
        double share;
        LoadOpKind other;
        const char *distribution;
    } all[] = {
        {"ycsb-a", LOAD_GET, 0.5, LOAD_PUT, "zipfian"},
        {"ycsb-b", LOAD_GET, 0.95, LOAD_PUT, "zipfian"},
        {"ycsb-c", LOAD_GET, 1, LOAD_PUT, "zipfian"},
        {"ycsb-d", LOAD_GET, 0.95, LOAD_INSERT, "latest"},
        {"ycsb-e", LOAD_SCAN, 0.95, LOAD_INSERT, "zipfian"},
        {"ycsb-f", LOAD_GET, 0.5, LOAD_RMW, "zipfian"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(all); i++) {
        const LoadWorkload *workload = load_workload_find(all[i].name);
        LoadMix mix;
        ck_assert_ptr_nonnull(workload);
        ck_assert_ptr_null(load_mix_parse(workload->mix, &mix));
        ck_assert_double_eq_tol(load_mix_share(&mix, all[i].main), all[i].share, 1e-12);
        ck_assert_double_eq_tol(load_mix_share(&mix, all[i].other), 1 - all[i].share, 1e-12);
        ck_assert_str_eq(workload->distribution, all[i].distribution);
        ck_assert(load_mix_longest(&mix, LOAD_SCAN) == (i == 4 ? 100 : 0));
    }
}
END_TEST

int
main(void)
{
    TCase *mixes = tcase_create("mixes");
    TCase *cases = tcase_create("script");
    tcase_set_timeout(mixes, 60);
    tcase_add_test(mixes, shares_are_kept);
    tcase_add_test(mixes, lengths_are_uniform);
    tcase_add_loop_test(mixes, a_wrong_mix_names_part_and_limit, 0, (int)G_N_ELEMENTS(wrongs));
    tcase_add_test(mixes, ycsb_is_as_it_is_specified);
    tcase_set_timeout(cases, 60);
    tcase_add_checked_fixture(cases, NULL, tidy);
    tcase_add_test(cases, a_read_modify_write_is_one_operation);
    tcase_add_test(cases, the_write_of_a_read_modify_write_goes_behind_the_end);
    tcase_add_test(cases, inserts_are_read_when_they_exist);
    tcase_add_test(cases, reads_do_not_run_ahead_of_inserts);
    tcase_add_test(cases, a_batch_has_distinct_members);
    tcase_add_test(cases, what_expires_may_be_absent);
    Suite *suite = suite_create("loadgen");
    suite_add_tcase(suite, mixes);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
