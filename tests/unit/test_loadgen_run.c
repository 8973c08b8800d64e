/*
 * test_loadgen_run.c: whole runs against a server that behaves, and against ones that do not.
 */
#include "loadgen/embedded.h"
#include "loadgen/report.h"
#include "loadgen/report_json.h"
#include "loadgen/run.h"
#include "loadgen/socket.h"
#include "tests/responder/responder.h"

#include <check.h>
#include <glib.h>
#include <json-glib/json-glib.h>
#include <stdlib.h>
#include <unistd.h>

static LoadOptions options;
static LoadRunResult *result;
static _Atomic bool stop;

static void
parse(const char *target, const char *words)
{
    g_autofree char *line =
        g_strdup_printf("larder-load --target=%s --records=50 -c 4 %s", target, words);
    g_auto(GStrv) all = g_strsplit(g_strchomp(line), " ", -1);
    int argc = (int)g_strv_length(all);
    g_autofree char **argv = g_memdup2(all, sizeof(char *) * ((size_t)argc + 1));
    char **shuffled = argv;
    char *problem = NULL;
    LoadOptionsResult parsed = load_options_parse(&argc, &shuffled, &options, &problem);
    ck_assert_msg(parsed == LOAD_OPTIONS_RUN, "%s", problem);
}

static void
run_on(LoadTarget *target)
{
    LoadProgress quiet = load_progress(NULL);
    stop = false;
    result = load_run_result_new();
    ck_assert_ptr_nonnull(result);
    BaseStatus status = load_run(&options, target, &quiet, &stop, result);
    ck_assert_msg(base_is_ok(status), "%s", status.what);
    load_target_free(target);
}

/* Runs against a responder. */
static void
run(ResponderFault fault, unsigned every, const char *words)
{
    Responder *responder = responder_start(fault, every);
    g_autofree char *target = g_strdup_printf("unix:%s", responder_path(responder));
    LoadTarget *opened = NULL;
    parse(target, words);
    BaseStatus status = load_socket_open(&options, &opened);
    ck_assert_msg(base_is_ok(status), "%s", status.what);
    run_on(opened);
    responder_stop(responder);
}

static void
tidy(void)
{
    load_run_result_free(result);
    load_options_clear(&options);
    result = NULL;
}

static uint64_t
faults(LoadFault fault)
{
    return result->counts.faults[LOAD_GET][fault] + result->counts.faults[LOAD_PUT][fault];
}

/* The seconds of the series are all of the measured time, one behind the other. */
static void
assert_series(void)
{
    uint64_t finished = 0;
    double end = 0;
    for (size_t i = 0; i < result->series_count; i++) {
        const LoadSecond *second = &result->series[i];
        ck_assert_double_eq_tol(second->at - second->span, end, 1e-6);
        end = second->at;
        for (int kind = 0; kind < LOAD_OP_KIND_COUNT; kind++) {
            finished += second->finished[kind];
        }
    }
    ck_assert_uint_gt(result->series_count, 0);
    ck_assert_uint_eq(finished, load_counts_finished(&result->counts));
    ck_assert_double_ge(end, result->measured_seconds - 0.0101); /* what is nothing is left out */
}

/*
 * All was right, and the histograms hold what was counted. A machine that pauses when the run ends
 * leaves something unsent, which is nobody's fault.
 */
static void
assert_good(void)
{
    ck_assert_int_eq(result->load_fault, LOAD_FAULT_NONE);
    ck_assert_uint_eq(result->counts.loaded, 50);
    ck_assert_uint_eq(load_counts_wrong(&result->counts), 0);
    ck_assert_uint_eq(load_counts_faults(&result->counts), faults(LOAD_FAULT_UNSENT));
    ck_assert_uint_eq(result->counts.absent, 0);
    ck_assert_uint_gt(load_counts_finished(&result->counts), 0);
    assert_series();
    for (int kind = 0; kind < LOAD_OP_KIND_COUNT; kind++) {
        const BaseHistogram *latency = &result->latency[kind];
        ck_assert_int_le(base_histogram_percentile(latency, 50),
                         base_histogram_percentile(latency, 99));
        ck_assert_int_le(base_histogram_percentile(latency, 99),
                         base_histogram_percentile(latency, 100));
    }
}

START_TEST(a_good_server_has_no_errors)
{
    run(RESPONDER_GOOD, 0, "--operations=1000 --pipeline=8");
    assert_good();
    ck_assert_uint_gt(result->counts.verdicts[LOAD_RIGHT], 0);
    ck_assert_uint_gt(result->latency[LOAD_GET].count, 0);
    ck_assert_uint_gt(result->latency[LOAD_PUT].count, 0);
    ck_assert_str_eq(result->target.server, "larderd 0-test");
    ck_assert_str_eq(result->target.engine, "table");
}
END_TEST

START_TEST(threads_and_the_compact_protocol)
{
    run(RESPONDER_GOOD, 0, "--operations=1000 --threads=3 --protocol=compact --pipeline=3");
    assert_good();
}
END_TEST

START_TEST(a_rate_is_kept)
{
    run(RESPONDER_GOOD, 0, "--rate=500 --warmup-seconds=0.05 --seconds=0.4 --threads=2");
    assert_good();
    uint64_t due = result->latency[LOAD_GET].count + result->latency[LOAD_PUT].count;
    ck_assert_uint_ge(due, 199); /* 0.4 s of 500/s, all of which was recorded */
    ck_assert_uint_le(due, 201);
    uint64_t unsent = result->counts.faults[LOAD_GET][LOAD_FAULT_UNSENT];
    ck_assert_uint_eq(result->service[LOAD_GET].count + unsent, result->latency[LOAD_GET].count);
}
END_TEST

/* However soon the last operation is done, or however long the run is. */
START_TEST(a_counted_run_has_a_whole_series)
{
    run(RESPONDER_GOOD, 0, "--operations=20 --workload=get");
    assert_good();
    ck_assert_uint_eq(load_counts_finished(&result->counts), 20);
    tidy();
    run(RESPONDER_GOOD, 0, "--operations=240 --rate=200 --threads=2");
    assert_good();
}
END_TEST

START_TEST(without_loading_absent_records_are_no_error)
{
    run(RESPONDER_GOOD, 0, "--operations=100 --no-load --workload=get");
    ck_assert_uint_eq(load_counts_wrong(&result->counts), 0);
    ck_assert_uint_gt(result->counts.absent, 0);
    ck_assert_uint_eq(result->counts.verdicts[LOAD_RIGHT], 0);
}
END_TEST

/* The verdict for each way of answering wrongly. */
static const struct {
    ResponderFault fault;
    LoadVerdict verdict;
} wrongs[] = {
    {RESPONDER_MISSING, LOAD_MISSING},
    {RESPONDER_FOREIGN, LOAD_FOREIGN},
    {RESPONDER_CUT, LOAD_CUT},
    {RESPONDER_TORN, LOAD_TORN},
    {RESPONDER_WRONG_KEY, LOAD_WRONG_KEY},
    {RESPONDER_STALE, LOAD_STALE},
    {RESPONDER_PHANTOM, LOAD_PHANTOM},
    {RESPONDER_MISMATCH, LOAD_MISMATCH},
    {RESPONDER_OLD_VERSION, LOAD_OLD_VERSION},
};

START_TEST(every_kind_of_wrong_value_is_found)
{
    /* One operation at a time, so that what is stale is certain. */
    run(wrongs[_i].fault, 5, "--operations=1000 -c 1");
    ck_assert_uint_gt(result->counts.verdicts[wrongs[_i].verdict], 0);
    for (int verdict = LOAD_RIGHT + 1; verdict < LOAD_VERDICT_COUNT; verdict++) {
        if (verdict != (int)wrongs[_i].verdict) {
            ck_assert_uint_eq(result->counts.verdicts[verdict], 0);
        }
    }
    ck_assert_str_ne(result->notes.wrongs[wrongs[_i].verdict][0], "");
    ck_assert_uint_eq(load_counts_faults(&result->counts), 0);
}
END_TEST

/* The fault for each way of failing. */
static const struct {
    ResponderFault fault;
    LoadFault counted;
    bool reconnects;
} failures[] = {
    {RESPONDER_REFUSED, LOAD_FAULT_REFUSED, false},
    {RESPONDER_NO_RESULT, LOAD_FAULT_PROTOCOL, true},
    {RESPONDER_GARBAGE, LOAD_FAULT_PROTOCOL, true},
    {RESPONDER_HANG_UP, LOAD_FAULT_LOST, true},
    {RESPONDER_NOT_APPLIED, LOAD_FAULT_NOT_APPLIED, false},
};

START_TEST(every_kind_of_failure_is_counted)
{
    bool put = failures[_i].fault == RESPONDER_NOT_APPLIED;
    run(failures[_i].fault, put ? 53 : 5, "--operations=1000 --pipeline=4");
    ck_assert_uint_gt(faults(failures[_i].counted) + result->counts.faults_outside, 0);
    ck_assert_uint_eq(load_counts_wrong(&result->counts), 0);
    ck_assert_uint_gt(load_counts_finished(&result->counts), 0);
    ck_assert_str_ne(result->notes.faults[failures[_i].counted], "");
    if (failures[_i].reconnects) {
        ck_assert_uint_gt(result->reconnects, 0);
    } else {
        ck_assert_uint_eq(result->reconnects, 0);
    }
}
END_TEST

/* A page that the server says it ended early lacks nothing; one at the range's end does. */
START_TEST(a_page_that_was_cut_short_is_a_fault_and_not_wrong)
{
    static const ResponderFault pages[] = {RESPONDER_SHORT_PAGE, RESPONDER_GOOD};
    run(pages[_i], 0, "--operations=100 --workload=seekrandom --scan-length=10");
    uint64_t cut = result->counts.faults[LOAD_SCAN][LOAD_FAULT_CUT_SHORT];
    uint64_t wrong = load_counts_wrong(&result->counts);
    ck_assert(_i == 0 ? cut > 0 && wrong == 0 : cut == 0 && wrong > 0);
    ck_assert_uint_eq(result->counts.verdicts[LOAD_MISSING], wrong);
}
END_TEST

START_TEST(silence_is_a_timeout_and_counts_as_latency)
{
    run(RESPONDER_SILENT, 20, "--operations=100 --timeout-seconds=0.15 --workload=get -c 1");
    ck_assert_uint_gt(faults(LOAD_FAULT_TIMEOUT), 0);
    ck_assert_int_ge(base_histogram_percentile(&result->latency[LOAD_GET], 100), 150000000);
    ck_assert_uint_gt(result->reconnects, 0);
    ck_assert_uint_eq(load_counts_wrong(&result->counts), 0);
}
END_TEST

START_TEST(text_of_the_peer_is_made_harmless)
{
    run(RESPONDER_REFUSED, 2, "--operations=20");
    ck_assert_str_eq(result->notes.faults[LOAD_FAULT_REFUSED], "too much?");
}
END_TEST

START_TEST(an_engine_runs_without_a_server)
{
    LoadEmbeddedProblem problem;
    LoadTarget *target = NULL;
    parse("embedded:hashmap", "--operations=1000 --threads=2 --pipeline=4");
    BaseStatus status = load_embedded_open(&options, &target, &problem);
    ck_assert_msg(base_is_ok(status), "%s", problem.text);
    run_on(target);
    assert_good();
    ck_assert_str_eq(result->target.server, "embedded");
}
END_TEST

START_TEST(an_unknown_engine_names_the_known_ones)
{
    LoadEmbeddedProblem problem;
    LoadTarget *target = NULL;
    parse("embedded:nope", "");
    ck_assert_int_eq(load_embedded_open(&options, &target, &problem).code, BASE_NOT_FOUND);
    ck_assert_ptr_nonnull(strstr(problem.text, "hashmap"));
}
END_TEST

START_TEST(a_wrong_target_is_told_before_any_load)
{
    LoadTarget *target = NULL;
    parse("unix:/nonexistent/socket", "");
    ck_assert_int_eq(load_socket_open(&options, &target).code, BASE_NOT_FOUND);
    load_options_clear(&options);
    Responder *responder = responder_start(RESPONDER_GOOD, 0);
    g_autofree char *address = g_strdup_printf("unix:%s", responder_path(responder));
    parse(address, "--store=other");
    ck_assert_int_eq(load_socket_open(&options, &target).code, BASE_NOT_FOUND);
    responder_stop(responder);
}
END_TEST

/* The member of an object within objects, by the names on the way. */
static JsonNode *
member(JsonNode *node, const char *path)
{
    g_auto(GStrv) names = g_strsplit(path, "/", -1);
    for (char **name = names; *name != NULL; name++) {
        node = json_object_get_member(json_node_get_object(node), *name);
        ck_assert_msg(node != NULL, "no %s in %s", *name, path);
    }
    return node;
}

START_TEST(the_reports_hold_the_figures)
{
    char path[] = "/tmp/larder-load-test-XXXXXX";
    char *problem = NULL;
    int file = mkstemp(path);
    ck_assert_int_ge(file, 0);
    run(RESPONDER_TORN, 10, "--rate=400 --warmup-seconds=0.05 --seconds=1.5");
    ck_assert(load_report_json_write(path, &options, result, &problem));
    g_autoptr(JsonParser) parser = json_parser_new();
    ck_assert(json_parser_load_from_file(parser, path, NULL));
    JsonNode *root = json_parser_get_root(parser);
    const BaseHistogram *latency = &result->latency[LOAD_GET];
    ck_assert_str_eq(json_node_get_string(member(root, "arrival")), "open");
    ck_assert_int_eq(json_node_get_int(member(root, "operations/get/latency/percentiles_ns/p99")),
                     base_histogram_percentile(latency, 99));
    ck_assert_uint_eq((uint64_t)json_node_get_int(member(root, "verification/torn")),
                      result->counts.verdicts[LOAD_TORN]);
    JsonArray *buckets = json_node_get_array(member(root, "operations/get/latency/buckets"));
    uint64_t sum = 0;
    for (guint i = 0; i < json_array_get_length(buckets); i++) {
        sum += (uint64_t)json_array_get_int_element(json_array_get_array_element(buckets, i), 2);
    }
    ck_assert_uint_eq(sum, latency->count);
    char *table = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&table, &length);
    ck_assert_ptr_nonnull(out);
    load_report_print(out, &options, result);
    ck_assert_int_eq(fclose(out), 0);
    ck_assert_ptr_nonnull(strstr(table, "open loop"));
    ck_assert_ptr_nonnull(strstr(table, "WRONG: "));
    ck_assert_ptr_nonnull(strstr(table, "p99.9 us"));
    free(table);
    (void)close(file);
    (void)unlink(path);
    ck_assert(!load_report_json_write("/nonexistent/file", &options, result, &problem));
    g_free(problem);
}
END_TEST

int
main(void)
{
    TCase *cases = tcase_create("run");
    tcase_set_timeout(cases, 120);
    tcase_add_checked_fixture(cases, NULL, tidy);
    tcase_add_test(cases, a_good_server_has_no_errors);
    tcase_add_test(cases, threads_and_the_compact_protocol);
    tcase_add_test(cases, a_rate_is_kept);
    tcase_add_test(cases, a_counted_run_has_a_whole_series);
    tcase_add_test(cases, without_loading_absent_records_are_no_error);
    tcase_add_loop_test(cases, every_kind_of_wrong_value_is_found, 0, (int)G_N_ELEMENTS(wrongs));
    tcase_add_loop_test(cases, every_kind_of_failure_is_counted, 0, (int)G_N_ELEMENTS(failures));
    tcase_add_loop_test(cases, a_page_that_was_cut_short_is_a_fault_and_not_wrong, 0, 2);
    tcase_add_test(cases, silence_is_a_timeout_and_counts_as_latency);
    tcase_add_test(cases, text_of_the_peer_is_made_harmless);
    tcase_add_test(cases, an_engine_runs_without_a_server);
    tcase_add_test(cases, an_unknown_engine_names_the_known_ones);
    tcase_add_test(cases, a_wrong_target_is_told_before_any_load);
    tcase_add_test(cases, the_reports_hold_the_figures);
    Suite *suite = suite_create("loadgen");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
