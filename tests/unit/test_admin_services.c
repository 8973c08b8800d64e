/*
 * test_admin_services.c: health, metrics, store_stats, store_list, drain, and what is not served.
 */
#include "larder_methods.h"
#include "service/store/call.h"
#include "tests/support/prometheus.h"
#include "tests/support/scripted_engine.h"
#include "tests/unit/admin_rig.h"

static LarderRpcHealthResult *
ask_health(Rig *rig)
{
    Thrown thrown = {0};
    LarderRpcHealthResult *result = g_object_new(LARDER_RPC_TYPE_HEALTH_RESULT, NULL);
    ck_assert(
        larder_rpc_observe_client_send_health(rig->observe_client, rig->no_options, &thrown.error));
    serve(rig, rig->observe, "health");
    ck_assert(larder_rpc_observe_client_recv_health(rig->observe_client, &result, INTO(&thrown)));
    return result;
}

static const LarderRpcHealthCheck *
find_check(const LarderRpcHealthResult *health, const char *name)
{
    for (guint i = 0; i < health->checks->len; i++) {
        const LarderRpcHealthCheck *check = g_ptr_array_index(health->checks, i);
        if (strcmp(check->name, name) == 0) {
            return check;
        }
    }
    ck_abort_msg("no check %s", name);
}

START_TEST(health_is_live_and_ready_when_every_check_passes)
{
    Rig *rig = rig_new();
    LarderRpcHealthResult *health = ask_health(rig);
    ck_assert(health->live && health->ready);
    ck_assert_uint_eq(health->checks->len, 4);
    ck_assert(find_check(health, "process")->passed);
    ck_assert(find_check(health, "store:default")->passed);
    ck_assert(find_check(health, "store:second")->passed);
    ck_assert_str_eq(find_check(health, "listeners")->message, "2 of 2");
    ck_assert_int_ge(health->server_us, 0);
    g_object_unref(health);
    rig->world.listening = false;
    health = ask_health(rig);
    ck_assert(health->live && !health->ready);
    ck_assert(!find_check(health, "listeners")->passed);
    g_object_unref(health);
    rig_free(rig);
}
END_TEST

/* A store that takes no writes any more is named, with the reason; its neighbour is fine. */
START_TEST(health_names_a_poisoned_store)
{
    Rig *rig = rig_new();
    rig_open(rig, "third", &scripted_class, "/third");
    Store *third = store_set_find(rig->stores, BASE_SLICE_LITERAL("third"));
    LarderRpcHealthResult *health = ask_health(rig);
    ck_assert(health->ready && find_check(health, "store:third")->passed);
    g_object_unref(health);
    StorePutArgs args = {.key = BASE_SLICE_LITERAL("!poison:k"), .value = BASE_SLICE_EMPTY};
    StoreError error;
    ck_assert_ptr_null(store_call_put(third, &args, &error));
    ck_assert_int_eq(error.code, STORE_FAILED_POISONED);
    health = ask_health(rig);
    const LarderRpcHealthCheck *check = find_check(health, "store:third");
    ck_assert(health->live && !health->ready);
    ck_assert(!check->passed && find_check(health, "store:default")->passed);
    ck_assert_str_eq(check->message,
                     "takes no writes until the server is restarted: the script says so");
    g_object_unref(health);
    Thrown thrown = {0};
    LarderRpcStoreListResult *list = g_object_new(LARDER_RPC_TYPE_STORE_LIST_RESULT, NULL);
    ck_assert(larder_rpc_admin_client_send_store_list(rig->admin_client, rig->no_admin_options,
                                                      &thrown.error));
    serve(rig, rig->admin, "store_list");
    ck_assert(larder_rpc_admin_client_recv_store_list(rig->admin_client, &list, INTO(&thrown)));
    const LarderRpcStoreState *state = g_ptr_array_index(list->stores, 2);
    ck_assert_str_eq(state->state, "poisoned");
    g_object_unref(list);
    rig_free(rig);
}
END_TEST

START_TEST(metrics_are_valid_and_complete)
{
    Rig *rig = rig_new();
    Thrown thrown = {0};
    char message[256];
    double value = 0;
    const ObsEnded ended = {.row = 1,
                            .outcome = OBS_OK,
                            .us = 100,
                            .store_series = obs_registry_store(rig->obs, "second"),
                            .count = 1,
                            .request_bytes = 1,
                            .reply_bytes = 1};
    obs_registry_ended(rig->obs, &ended);
    LarderRpcMetricsResult *result = g_object_new(LARDER_RPC_TYPE_METRICS_RESULT, NULL);
    ck_assert(larder_rpc_observe_client_send_metrics(rig->observe_client, rig->no_options,
                                                     &thrown.error));
    serve(rig, rig->observe, "metrics");
    ck_assert(larder_rpc_observe_client_recv_metrics(rig->observe_client, &result, INTO(&thrown)));
    ck_assert_msg(prometheus_check(result->text, message), "%s", message);
    ck_assert(prometheus_value(result->text, "larder_store_keys{store=\"default\"}", &value));
    ck_assert(value == 0);
    ck_assert(
        prometheus_value(result->text, "larder_store_memory_bytes{store=\"second\"}", &value));
    ck_assert(prometheus_value(result->text,
                               "larder_store_operations_total{store=\"second\",operation=\"put\","
                               "outcome=\"ok\"}",
                               &value));
    ck_assert(value == 1);
    g_object_unref(result);
    rig_free(rig);
}
END_TEST

START_TEST(store_stats_have_percentiles)
{
    Rig *rig = rig_new();
    Thrown thrown = {0};
    ObsSeries *series = obs_registry_store(rig->obs, "default");
    for (int64_t us = 1; us <= 100; us++) {
        obs_series_record(series, 0, us <= 98 ? OBS_OK : OBS_REFUSED, us, 1);
    }
    LarderRpcStoreStats *stats = g_object_new(LARDER_RPC_TYPE_STORE_STATS, NULL);
    ck_assert(larder_rpc_observe_client_send_store_stats(rig->observe_client, "default",
                                                         rig->no_options, &thrown.error));
    serve(rig, rig->observe, "store_stats");
    ck_assert(
        larder_rpc_observe_client_recv_store_stats(rig->observe_client, &stats, INTO(&thrown)));
    ck_assert_str_eq(stats->store, "default");
    ck_assert_str_eq(stats->engine, "hashmap");
    ck_assert_uint_eq(stats->operations->len, 1);
    const LarderRpcOperationStats *get = g_ptr_array_index(stats->operations, 0);
    ck_assert_str_eq(get->operation, "get");
    ck_assert_int_eq(get->count, 100);
    ck_assert_int_eq(get->errors, 2);
    ck_assert_int_eq(get->p50_us, 50);
    ck_assert_int_eq(get->p95_us, 95);
    ck_assert_int_eq(get->p99_us, 99);
    ck_assert_int_eq(get->p999_us, 100);
    ck_assert_int_eq(get->max_us, 100);
    ck_assert_uint_gt(g_hash_table_size(stats->engine_figures), 0);
    g_object_unref(stats);
    stats = g_object_new(LARDER_RPC_TYPE_STORE_STATS, NULL);
    ck_assert(larder_rpc_observe_client_send_store_stats(rig->observe_client, "none",
                                                         rig->no_options, &thrown.error));
    serve(rig, rig->observe, "store_stats");
    ck_assert(
        !larder_rpc_observe_client_recv_store_stats(rig->observe_client, &stats, INTO(&thrown)));
    ck_assert_ptr_nonnull(thrown.invalid);
    ck_assert_int_eq(thrown.invalid->code, LARDER_RPC_INVALID_CODE_UNKNOWN_STORE);
    ck_assert_str_eq(thrown.invalid->field, "store");
    ck_assert_int_eq(rig->call.outcome, OBS_INVALID);
    g_object_unref(stats);
    thrown_clear(&thrown);
    rig_free(rig);
}
END_TEST

START_TEST(store_list_shows_mode_and_engine)
{
    Rig *rig = rig_new();
    Thrown thrown = {0};
    store_set_mode(store_set_find(rig->stores, BASE_SLICE_LITERAL("second")), STORE_MODE_READ_ONLY);
    LarderRpcStoreListResult *list = g_object_new(LARDER_RPC_TYPE_STORE_LIST_RESULT, NULL);
    ck_assert(larder_rpc_admin_client_send_store_list(rig->admin_client, rig->no_admin_options,
                                                      &thrown.error));
    serve(rig, rig->admin, "store_list");
    ck_assert(larder_rpc_admin_client_recv_store_list(rig->admin_client, &list, INTO(&thrown)));
    ck_assert_uint_eq(list->stores->len, 2);
    const LarderRpcStoreState *first = g_ptr_array_index(list->stores, 0);
    ck_assert_str_eq(first->info->name, "default");
    ck_assert_str_eq(first->info->engine, "hashmap");
    ck_assert_str_eq(first->info->durability, "none");
    ck_assert_str_eq(first->spec->name, "default");
    ck_assert_str_eq(first->state, "serving");
    const LarderRpcStoreState *second = g_ptr_array_index(list->stores, 1);
    ck_assert_str_eq(second->state, "read_only");
    ck_assert_int_eq(second->info->generation, 2);
    g_object_unref(list);
    rig_free(rig);
}
END_TEST

/* Drains; FALSE when an exception was thrown. */
static gboolean
drain(Rig *rig, gint64 wait_ms, const LarderRpcAdminOptions *options, LarderRpcDrainResult *result,
      Thrown *thrown)
{
    ck_assert(
        larder_rpc_admin_client_send_drain(rig->admin_client, wait_ms, options, &thrown->error));
    serve(rig, rig->admin, "drain");
    return larder_rpc_admin_client_recv_drain(rig->admin_client, &result, INTO(thrown));
}

START_TEST(drain_waits_for_what_is_in_flight)
{
    Rig *rig = rig_new();
    Thrown thrown = {0};
    rig->world.busy_looks = 3;
    rig->world.connections = 7;
    LarderRpcDrainResult *result = g_object_new(LARDER_RPC_TYPE_DRAIN_RESULT, NULL);
    ck_assert(drain(rig, 60000, rig->no_admin_options, result, &thrown));
    ck_assert(result->drained);
    ck_assert_int_eq(result->in_flight, 0);
    ck_assert_int_eq(result->connections, 7);
    ck_assert_int_eq(rig->world.drains, 1);
    ck_assert_int_eq(rig->world.looks, 4);
    g_object_unref(result);
    rig_free(rig);
}
END_TEST

START_TEST(drain_gives_up_at_its_time)
{
    Rig *rig = rig_new();
    Thrown thrown = {0};
    rig->world.busy_looks = INT64_MAX;
    LarderRpcAdminOptions *hurried =
        g_object_new(LARDER_RPC_TYPE_ADMIN_OPTIONS, "deadline_ms", (gint64)1, NULL);
    LarderRpcDrainResult *result = g_object_new(LARDER_RPC_TYPE_DRAIN_RESULT, NULL);
    ck_assert(drain(rig, 0, rig->no_admin_options, result, &thrown));
    ck_assert(!result->drained);
    ck_assert_int_eq(result->in_flight, 2);
    ck_assert_int_eq(rig->world.looks, 1);
    ck_assert(drain(rig, 60000, hurried, result, &thrown));
    ck_assert(!result->drained);
    ck_assert_int_eq(rig->world.drains, 2);
    g_object_unref(result);
    g_object_unref(hurried);
    rig_free(rig);
}
END_TEST

START_TEST(a_dry_drain_only_looks)
{
    Rig *rig = rig_new();
    Thrown thrown = {0};
    rig->world.busy_looks = INT64_MAX;
    LarderRpcAdminOptions *dry = g_object_new(LARDER_RPC_TYPE_ADMIN_OPTIONS, "dry_run", TRUE, NULL);
    LarderRpcDrainResult *result = g_object_new(LARDER_RPC_TYPE_DRAIN_RESULT, NULL);
    ck_assert(drain(rig, 60000, dry, result, &thrown));
    ck_assert(!result->drained);
    ck_assert_int_eq(rig->world.drains, 0);
    ck_assert_int_eq(rig->world.looks, 1);
    g_object_unref(result);
    g_object_unref(dry);
    rig_free(rig);
}
END_TEST

START_TEST(drain_checks_its_arguments)
{
    static const struct {
        gint64 wait_ms;
        const char *option; /* set to `value`; NULL: none */
        gint64 value;
        const char *field;
    } cases[] = {
        {-1, NULL, 0, "wait_ms"},
        {60001, NULL, 0, "wait_ms"},
        {0, "deadline_ms", 0, "options.deadline_ms"},
        {0, "deadline_ms", 3600001, "options.deadline_ms"},
    };
    Rig *rig = rig_new();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        Thrown thrown = {0};
        LarderRpcAdminOptions *options = g_object_new(LARDER_RPC_TYPE_ADMIN_OPTIONS, NULL);
        if (cases[i].option != NULL) {
            g_object_set(options, cases[i].option, cases[i].value, NULL);
        }
        LarderRpcDrainResult *result = g_object_new(LARDER_RPC_TYPE_DRAIN_RESULT, NULL);
        ck_assert(!drain(rig, cases[i].wait_ms, options, result, &thrown));
        ck_assert_ptr_nonnull(thrown.invalid);
        ck_assert_str_eq(thrown.invalid->field, cases[i].field);
        g_object_unref(result);
        g_object_unref(options);
        thrown_clear(&thrown);
    }
    char note[258];
    memset(note, 'n', sizeof note - 1);
    note[sizeof note - 1] = '\0';
    Thrown thrown = {0};
    LarderRpcAdminOptions *options =
        g_object_new(LARDER_RPC_TYPE_ADMIN_OPTIONS, "note", note, NULL);
    LarderRpcDrainResult *result = g_object_new(LARDER_RPC_TYPE_DRAIN_RESULT, NULL);
    ck_assert(!drain(rig, 0, options, result, &thrown));
    ck_assert_str_eq(thrown.invalid->field, "options.note");
    ck_assert_int_eq(rig->world.drains, 0);
    g_object_unref(result);
    g_object_unref(options);
    thrown_clear(&thrown);
    rig_free(rig);
}
END_TEST

/* Sends a call without any argument. */
static void
send_bare(Rig *rig, const char *method)
{
    GError *error = NULL;
    ck_assert_int_ge(thrift_protocol_write_message_begin(rig->to_server, method, T_CALL, 1, &error),
                     0);
    ck_assert_int_ge(thrift_protocol_write_struct_begin(rig->to_server, "args", &error), 0);
    ck_assert_int_ge(thrift_protocol_write_field_stop(rig->to_server, &error), 0);
}

/* Reads a reply that must be InvalidRequest UNSUPPORTED. */
static void
expect_unsupported(Rig *rig, const char *method)
{
    LarderRpcInvalidRequest *invalid = g_object_new(LARDER_RPC_TYPE_INVALID_REQUEST, NULL);
    GError *error = NULL;
    gchar *name = NULL;
    ThriftMessageType type;
    ThriftType field_type;
    gint32 seqid;
    gint16 field;
    ck_assert_int_ge(
        thrift_protocol_read_message_begin(rig->to_client, &name, &type, &seqid, &error), 0);
    ck_assert_int_eq(type, T_REPLY);
    ck_assert_str_eq(name, method);
    g_free(name);
    ck_assert_int_ge(thrift_protocol_read_struct_begin(rig->to_client, &name, &error), 0);
    ck_assert_int_ge(
        thrift_protocol_read_field_begin(rig->to_client, &name, &field_type, &field, &error), 0);
    ck_assert_int_eq(field, 1);
    ck_assert_int_ge(thrift_struct_read(THRIFT_STRUCT(invalid), rig->to_client, &error), 0);
    ck_assert_int_eq(invalid->code, LARDER_RPC_INVALID_CODE_UNSUPPORTED);
    ck_assert_ptr_nonnull(strstr(invalid->message, method));
    ck_assert_int_ge(
        thrift_protocol_read_field_begin(rig->to_client, &name, &field_type, &field, &error), 0);
    ck_assert_int_eq(field_type, T_STOP);
    ck_assert_int_eq(rig->call.outcome, OBS_INVALID);
    g_object_unref(invalid);
}

START_TEST(all_other_methods_are_unsupported)
{
    static const struct {
        const char *service;
        const char *method;
    } all[] = {
#define METHOD(Service, service, name) {#service, #name},
#define ARGUMENT(id, name, type, presence)
#define END()
        LARDER_METHODS(METHOD, ARGUMENT, END)
#undef METHOD
#undef ARGUMENT
#undef END
    };
    static const char *const served =
        " store_list drain flush compact verify job_get job_list health metrics store_stats levels "
        "files histograms ";
    Rig *rig = rig_new();
    int count = 0;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        char word[64];
        snprintf(word, sizeof word, " %s ", all[i].method);
        if (strcmp(all[i].service, "store") == 0 || strstr(served, word) != NULL) {
            continue;
        }
        send_bare(rig, all[i].method);
        serve(rig, strcmp(all[i].service, "admin") == 0 ? rig->admin : rig->observe, all[i].method);
        expect_unsupported(rig, all[i].method);
        count++;
    }
    ck_assert_int_eq(count, 22 + 12 - 13);
    rig_free(rig);
}
END_TEST

int
main(void)
{
    TCase *cases = tcase_create("services");
    tcase_add_test(cases, health_is_live_and_ready_when_every_check_passes);
    tcase_add_test(cases, health_names_a_poisoned_store);
    tcase_add_test(cases, metrics_are_valid_and_complete);
    tcase_add_test(cases, store_stats_have_percentiles);
    tcase_add_test(cases, store_list_shows_mode_and_engine);
    tcase_add_test(cases, drain_waits_for_what_is_in_flight);
    tcase_add_test(cases, drain_gives_up_at_its_time);
    tcase_add_test(cases, a_dry_drain_only_looks);
    tcase_add_test(cases, drain_checks_its_arguments);
    tcase_add_test(cases, all_other_methods_are_unsupported);
    tcase_set_timeout(cases, 120);
    Suite *suite = suite_create("admin");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
