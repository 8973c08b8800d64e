/*
 * test_obs_registry.c: counting, and the text that a scraper reads.
 */
#include "service/obs/registry.h"
#include "tests/support/prometheus.h"

#include <check.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

static const ObsMethod methods[] = {{"Store", "get"}, {"Store", "put"}, {"Admin", "drain"}};

static BaseFakeClock fake;

static ObsRegistry *
make_registry(void)
{
    base_fake_clock_init(&fake, 1500000000250);
    ObsConfig config = {
        .version = "1.2.3",
        .api_version = 1,
        .methods = methods,
        .method_count = 3,
        .clock = &fake.clock,
    };
    ObsRegistry *registry = NULL;
    ck_assert(base_is_ok(obs_registry_new(&config, &registry)));
    return registry;
}

/* The text, checked and NUL-terminated; the caller frees it. */
static char *
scrape(ObsRegistry *registry)
{
    BaseBuf out = BASE_BUF_INIT;
    char message[256];
    ck_assert(obs_registry_write(registry, &out));
    ck_assert(base_buf_append_byte(&out, 0));
    ck_assert_msg(prometheus_check((char *)out.data, message), "%s\n%s", message, out.data);
    size_t len;
    return (char *)base_buf_steal(&out, &len);
}

/* One call that had begun. */
static void
end_call(ObsRegistry *registry, size_t row, ObsOutcome outcome, int64_t us, size_t request_bytes,
         size_t reply_bytes, ObsSeries *store_series)
{
    const ObsEnded ended = {row, outcome, us, store_series, 1, 1, request_bytes, reply_bytes};
    obs_registry_ended(registry, &ended);
}

static double
value_of(const char *text, const char *series)
{
    double value = 0;
    ck_assert_msg(prometheus_value(text, series, &value), "no %s in\n%s", series, text);
    return value;
}

START_TEST(a_fresh_registry_shows_the_process)
{
    ObsRegistry *registry = make_registry();
    char *text = scrape(registry);
    ck_assert(value_of(text, "larder_build_info{version=\"1.2.3\",api_version=\"1\"}") == 1);
    ck_assert(value_of(text, "process_start_time_seconds") == 1500000000.25);
    ck_assert(value_of(text, "process_open_fds") >= 3);
    ck_assert(value_of(text, "process_threads") >= 1);
    ck_assert(value_of(text, "process_resident_memory_bytes") > 100000);
    ck_assert(value_of(text, "process_cpu_seconds_total") >= 0);
    ck_assert(value_of(text, "larder_rpc_in_flight") == 0);
    free(text);
    obs_registry_free(registry);
}
END_TEST

START_TEST(requests_are_counted_by_method_and_outcome)
{
    ObsRegistry *registry = make_registry();
    obs_registry_begin(registry, 1);
    ck_assert_int_eq(obs_registry_in_flight(registry), 1);
    end_call(registry, 0, OBS_OK, 40, 10, 100, NULL);
    obs_registry_begin(registry, 1);
    end_call(registry, 0, OBS_INVALID, 2000000, 20, 200, NULL);
    obs_registry_turned_away(registry, obs_registry_other(registry), OBS_PROTOCOL, 1);
    ck_assert_int_eq(obs_registry_in_flight(registry), 0);
    char *text = scrape(registry);
#define GET "service=\"Store\",method=\"get\""
    ck_assert(value_of(text, "larder_rpc_requests_total{" GET ",outcome=\"ok\"}") == 1);
    ck_assert(value_of(text, "larder_rpc_requests_total{" GET ",outcome=\"invalid\"}") == 1);
    ck_assert(value_of(text, "larder_rpc_requests_total{" GET ",outcome=\"failed\"}") == 0);
    ck_assert(
        value_of(text,
                 "larder_rpc_requests_total{service=\"\",method=\"\",outcome=\"protocol\"}") == 1);
    ck_assert(value_of(text, "larder_rpc_request_duration_seconds_count{" GET "}") == 2);
    ck_assert(value_of(text, "larder_rpc_request_duration_seconds_sum{" GET "}") == 2.00004);
    ck_assert(
        value_of(text, "larder_rpc_request_duration_seconds_bucket{" GET ",le=\"2.5e-05\"}") == 0);
    ck_assert(value_of(text, "larder_rpc_request_duration_seconds_bucket{" GET ",le=\"5e-05\"}") ==
              1);
    ck_assert(value_of(text, "larder_rpc_request_duration_seconds_bucket{" GET ",le=\"1\"}") == 1);
    ck_assert(value_of(text, "larder_rpc_request_duration_seconds_bucket{" GET ",le=\"2.5\"}") ==
              2);
    ck_assert(value_of(text, "larder_rpc_request_bytes_total") == 30);
    ck_assert(value_of(text, "larder_rpc_reply_bytes_total") == 300);
    double none;
    ck_assert(!prometheus_value(
        text, "larder_rpc_requests_total{service=\"Store\",method=\"put\",outcome=\"ok\"}", &none));
    free(text);
    obs_registry_free(registry);
}
END_TEST

START_TEST(stores_have_series_of_their_own)
{
    ObsRegistry *registry = make_registry();
    ObsSeries *a = obs_registry_store(registry, "a");
    ObsSeries *b = obs_registry_store(registry, "b");
    ck_assert_ptr_nonnull(a);
    ck_assert_ptr_ne(a, b);
    ck_assert_ptr_eq(a, obs_registry_store(registry, "a"));
    obs_registry_begin(registry, 1);
    end_call(registry, 1, OBS_REFUSED, 5, 1, 1, b);
    ck_assert_uint_eq(obs_series_total(a, 1), 0);
    ck_assert_uint_eq(obs_series_count(b, 1, OBS_REFUSED), 1);
    char *text = scrape(registry);
    ck_assert(value_of(text, "larder_store_operations_total{store=\"b\",operation=\"put\","
                             "outcome=\"refused\"}") == 1);
    free(text);
    obs_registry_free(registry);
}
END_TEST

START_TEST(stores_beyond_the_limit_go_uncounted)
{
    ObsRegistry *registry = make_registry();
    char name[32];
    for (int i = 0; i < OBS_STORES_MAX; i++) {
        snprintf(name, sizeof name, "store%d", i);
        ck_assert_ptr_nonnull(obs_registry_store(registry, name));
    }
    ck_assert_ptr_null(obs_registry_store(registry, "one-more"));
    ck_assert_ptr_nonnull(obs_registry_store(registry, "store255"));
    obs_registry_free(registry);
}
END_TEST

static void
collect_connections(void *user, ObsText *text)
{
    int *calls = user;
    *calls += 1;
    ObsLabel label = {"listener", "da\\ta\"\n"};
    obs_text_integer(text, OBS_CONNECTIONS, &label, 1, 7);
    label.value = "admin";
    obs_text_integer(text, OBS_CONNECTIONS, &label, 1, INT64_MIN);
    obs_text_number(text, OBS_QUEUE_DEPTH, NULL, 0, 0.5);
}

START_TEST(collectors_add_metrics_and_labels_are_escaped)
{
    ObsRegistry *registry = make_registry();
    int calls = 0;
    ck_assert(base_is_ok(obs_registry_add_collector(registry, collect_connections, &calls)));
    char *text = scrape(registry);
    ck_assert_int_eq(calls, 1);
    ck_assert(value_of(text, "larder_connections{listener=\"da\\\\ta\\\"\\n\"}") == 7);
    ck_assert(value_of(text, "larder_queue_depth") == 0.5);
    ck_assert_ptr_nonnull(strstr(text, "# TYPE larder_connections gauge\n"));
    free(text);
    for (int i = 1; i < OBS_COLLECTORS_MAX; i++) {
        ck_assert(base_is_ok(obs_registry_add_collector(registry, collect_connections, &calls)));
    }
    ck_assert_int_eq(obs_registry_add_collector(registry, collect_connections, &calls).code,
                     BASE_NO_MEMORY);
    obs_registry_free(registry);
}
END_TEST

START_TEST(every_metric_follows_the_conventions)
{
    for (int metric = 0; metric < OBS_METRIC_COUNT; metric++) {
        const char *name = obs_text_name((ObsMetric)metric);
        size_t len = strlen(name);
        ck_assert_msg(strncmp(name, "larder_", 7) == 0 || strncmp(name, "process_", 8) == 0, "%s",
                      name);
        bool total = len > 6 && strcmp(name + len - 6, "_total") == 0;
        ck_assert_msg(total == (strcmp(obs_text_type((ObsMetric)metric), "counter") == 0), "%s",
                      name);
    }
}
END_TEST

START_TEST(odd_numbers_have_names)
{
    BaseBuf out = BASE_BUF_INIT;
    ObsText text;
    obs_text_init(&text, &out);
    volatile double zero = 0;
    obs_text_number(&text, OBS_MAX_FDS, NULL, 0, 1 / zero);
    obs_text_number(&text, OBS_OPEN_FDS, NULL, 0, -1 / zero);
    obs_text_number(&text, OBS_QUEUE_DEPTH, NULL, 0, zero / zero);
    ck_assert(base_buf_append_byte(&out, 0));
    ck_assert_ptr_nonnull(strstr((char *)out.data, "process_max_fds +Inf\n"));
    ck_assert_ptr_nonnull(strstr((char *)out.data, "process_open_fds -Inf\n"));
    ck_assert_ptr_nonnull(strstr((char *)out.data, "larder_queue_depth NaN\n"));
    base_buf_clear(&out);
}
END_TEST

START_TEST(a_metric_that_was_left_must_not_come_back)
{
    BaseBuf out = BASE_BUF_INIT;
    ObsText text;
    obs_text_init(&text, &out);
    obs_text_integer(&text, OBS_CONNECTIONS, NULL, 0, 1);
    obs_text_integer(&text, OBS_ACCEPTED, NULL, 0, 1);
    obs_text_integer(&text, OBS_CONNECTIONS, NULL, 0, 1);
}
END_TEST

START_TEST(the_checker_finds_faults)
{
    static const char *const bad[] = {
        "a 1\n",
        "# HELP a x\na 1\n",
        "# HELP a x\n# TYPE a gauge\na 1",
        "# HELP a x\n# TYPE a gauge\na one\n",
        "# HELP a x\n# TYPE a gauge\na 1\na 2\n",
        "# HELP a x\n# TYPE a gauge\nb 1\n",
        "# HELP a x\n# TYPE a gauge\na{l=\"\\x\"} 1\n",
        "# HELP a x\n# TYPE a gauge\na{l=\"x} 1\n",
        "# HELP a x\n# TYPE a counter\na -1\n",
        "# HELP a x\n# TYPE a gauge\n# HELP a x\n",
        "# HELP h x\n# TYPE h histogram\nh_bucket{le=\"1\"} 2\nh_bucket{le=\"+Inf\"} 1\n",
        "# HELP h x\n# TYPE h histogram\nh_bucket{le=\"+Inf\"} 1\nh_sum 1\nh_count 2\n",
        "# HELP h x\n# TYPE h histogram\nh_bucket{le=\"1\"} 2\nh_sum 1\nh_count 2\n",
    };
    char message[256];
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        ck_assert_msg(!prometheus_check(bad[i], message), "%s", bad[i]);
    }
    ck_assert(prometheus_check("# HELP h x\n# TYPE h histogram\nh_bucket{le=\"1\"} 1\n"
                               "h_bucket{le=\"+Inf\"} 2\nh_sum 1\nh_count 2\n",
                               message));
}
END_TEST

enum { RECORDERS = 12, RECORDINGS = 20000 };

static void *
record_many(void *user)
{
    ObsRegistry *registry = user;
    ObsSeries *series = obs_registry_store(registry, "shared");
    for (int i = 0; i < RECORDINGS; i++) {
        obs_registry_begin(registry, 1);
        end_call(registry, (size_t)(i % 3), i % 10 == 0 ? OBS_FAILED : OBS_OK, i, 1, 2, series);
    }
    return NULL;
}

START_TEST(recording_from_many_threads_loses_nothing)
{
    ObsRegistry *registry = make_registry();
    pthread_t threads[RECORDERS];
    for (int i = 0; i < RECORDERS; i++) {
        ck_assert_int_eq(pthread_create(&threads[i], NULL, record_many, registry), 0);
    }
    for (int i = 0; i < 5; i++) {
        free(scrape(registry));
    }
    for (int i = 0; i < RECORDERS; i++) {
        pthread_join(threads[i], NULL);
    }
    ObsSeries *series = obs_registry_store(registry, "shared");
    uint64_t total = 0;
    uint64_t failed = 0;
    BaseHistogram *histogram = calloc(1, sizeof *histogram);
    for (size_t row = 0; row < 3; row++) {
        total += obs_series_total(series, row);
        failed += obs_series_count(series, row, OBS_FAILED);
        obs_series_latency(series, row, histogram);
    }
    ck_assert_uint_eq(total, RECORDERS * RECORDINGS);
    ck_assert_uint_eq(failed, RECORDERS * RECORDINGS / 10);
    ck_assert_uint_eq(histogram->count, RECORDERS * RECORDINGS);
    ck_assert_int_eq(histogram->highest, RECORDINGS - 1);
    ck_assert_int_eq(obs_registry_in_flight(registry), 0);
    free(histogram);
    obs_registry_free(registry);
}
END_TEST

START_TEST(rows_and_outcomes_that_do_not_exist_are_ignored)
{
    ObsSeries *series = obs_series_new(1);
    obs_series_record(series, 1, OBS_OK, 1, 1);
    obs_series_record(series, 0, OBS_OUTCOME_COUNT, 1, 1);
    ck_assert_uint_eq(obs_series_total(series, 0), 0);
    ck_assert_uint_eq(obs_series_count(series, 7, OBS_OK), 0);
    ck_assert_uint_eq(obs_series_rows(series), 1);
    ck_assert_ptr_null(obs_series_new(SIZE_MAX / 64));
    ck_assert_str_eq(obs_outcome_name((ObsOutcome)99), "unknown");
    obs_series_free(series);
    obs_series_free(NULL);
}
END_TEST

int
main(void)
{
    TCase *cases = tcase_create("registry");
    tcase_add_test(cases, a_fresh_registry_shows_the_process);
    tcase_add_test(cases, requests_are_counted_by_method_and_outcome);
    tcase_add_test(cases, stores_have_series_of_their_own);
    tcase_add_test(cases, stores_beyond_the_limit_go_uncounted);
    tcase_add_test(cases, collectors_add_metrics_and_labels_are_escaped);
    tcase_add_test(cases, every_metric_follows_the_conventions);
    tcase_add_test(cases, odd_numbers_have_names);
    tcase_add_test_raise_signal(cases, a_metric_that_was_left_must_not_come_back, SIGABRT);
    tcase_add_test(cases, the_checker_finds_faults);
    tcase_add_test(cases, recording_from_many_threads_loses_nothing);
    tcase_add_test(cases, rows_and_outcomes_that_do_not_exist_are_ignored);
    tcase_set_timeout(cases, 60);
    Suite *suite = suite_create("obs");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
