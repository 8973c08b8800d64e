/*
 * management.c: checks 35 to 40: the services Observe and Admin.
 */
#include "tests/interop/c/common.h"

#include <string.h>

#include <larder_rpc_admin.h>
#include <larder_rpc_observe.h>

static LarderRpcObserveIf *
observe_open(void)
{
    ThriftProtocol *protocol = protocol_open("ADMIN");
    return g_object_new(LARDER_RPC_TYPE_OBSERVE_CLIENT, "input_protocol", protocol,
                        "output_protocol", protocol, NULL);
}

static LarderRpcAdminIf *
admin_open(void)
{
    ThriftProtocol *protocol = protocol_open("ADMIN");
    return g_object_new(LARDER_RPC_TYPE_ADMIN_CLIENT, "input_protocol", protocol, "output_protocol",
                        protocol, NULL);
}

static const char *
check_health(LarderRpcStoreIf *store)
{
    (void)store;
    LarderRpcHealthResult *health = NEW(HEALTH_RESULT, NULL);
    EXPECT(CALL(observe, health, observe_open(), health, NEW(OBSERVE_OPTIONS, NULL)));
    EXPECT(health->live && health->ready);
    bool passed = false;
    for (guint i = 0; i < health->checks->len; i++) {
        LarderRpcHealthCheck *one = g_ptr_array_index(health->checks, i);
        passed = passed || (is_string(one->name, "store:default") && one->passed);
    }
    EXPECT(passed);
    return NULL;
}

static const char *
check_metrics(LarderRpcStoreIf *store)
{
    (void)store;
    LarderRpcMetricsResult *metrics = NEW(METRICS_RESULT, NULL);
    EXPECT(CALL(observe, metrics, observe_open(), metrics, NEW(OBSERVE_OPTIONS, NULL)));
    EXPECT(strstr(metrics->text, "\nlarder_build_info") != NULL);
    return NULL;
}

static const char *
check_store_stats(LarderRpcStoreIf *store)
{
    LarderRpcObserveIf *observe = observe_open();
    EXPECT(put(store, text("key"), text("value"), NULL) != NULL);
    LarderRpcStoreStats *stats = NEW(STORE_STATS, NULL);
    EXPECT(CALL(observe, store_stats, observe, stats, S, NEW(OBSERVE_OPTIONS, NULL)));
    EXPECT(is_string(stats->store, S) && is_string(stats->engine, "hashmap"));
    EXPECT(stats->keys == 1 && stats->data_bytes == 8);
    EXPECT(g_hash_table_size(stats->engine_figures) > 0);
    gint64 puts = 0;
    for (guint i = 0; i < stats->operations->len; i++) {
        LarderRpcOperationStats *row = g_ptr_array_index(stats->operations, i);
        puts += is_string(row->operation, "put") ? row->count : 0;
    }
    EXPECT(puts > 0);
    EXPECT(!CALL(observe, store_stats, observe, stats, "unknown", NEW(OBSERVE_OPTIONS, NULL)));
    EXPECT(thrown.invalid != NULL && thrown.invalid->code == LARDER_RPC_INVALID_CODE_UNKNOWN_STORE);
    return NULL;
}

static const char *
expect_store_list(void)
{
    LarderRpcStoreListResult *result = NEW(STORE_LIST_RESULT, NULL);
    EXPECT(CALL(admin, store_list, admin_open(), result, NEW(ADMIN_OPTIONS, NULL)));
    EXPECT(result->stores->len == 1);
    LarderRpcStoreState *only = g_ptr_array_index(result->stores, 0);
    EXPECT(is_string(only->info->name, S) && is_string(only->spec->engine, "hashmap"));
    EXPECT(is_string(only->state, "serving"));
    return NULL;
}

static const char *
expect_jobs(void)
{
    LarderRpcAdminIf *client = admin_open();
    LarderRpcAdminOptions *options = NEW(ADMIN_OPTIONS, NULL);
    LarderRpcAdminResult *verified = NEW(ADMIN_RESULT, NULL);
    LarderRpcJobListResult *list = NEW(JOB_LIST_RESULT, NULL);
    LarderRpcJobListResult *same = NEW(JOB_LIST_RESULT, NULL);
    EXPECT(CALL(admin, verify, client, verified, S, options));
    EXPECT(verified->done && verified->job_id == 0);
    EXPECT(CALL(admin, job_list, client, list, options) && list->jobs->len > 0);
    LarderRpcJobInfo *job = g_ptr_array_index(list->jobs, 0);
    EXPECT(is_string(job->kind, "verify") && is_string(job->store, S));
    EXPECT(job->state == LARDER_RPC_JOB_STATE_DONE);
    EXPECT(CALL(admin, job_get, client, same, job->job_id, options) && same->jobs->len == 1);
    LarderRpcJobInfo *found = g_ptr_array_index(same->jobs, 0);
    EXPECT(found->job_id == job->job_id);
    EXPECT(!CALL(admin, job_get, client, same, 1000000, options));
    EXPECT(thrown.invalid != NULL && thrown.invalid->code == LARDER_RPC_INVALID_CODE_NOT_FOUND);
    EXPECT(is_string(thrown.invalid->field, "job_id"));
    return NULL;
}

static const char *
check_stores_and_jobs(LarderRpcStoreIf *store)
{
    (void)store;
    const char *wrong = expect_store_list();
    return wrong != NULL ? wrong : expect_jobs();
}

/* Leaves a check when the method is served. */
#define EXPECT_UNSERVED(service, method, client, result, ...)                \
    do {                                                                     \
        EXPECT(!CALL(service, method, client, result, __VA_ARGS__));         \
        EXPECT(thrown.invalid != NULL);                                      \
        EXPECT(thrown.invalid->code == LARDER_RPC_INVALID_CODE_UNSUPPORTED); \
        EXPECT(g_str_has_prefix(thrown.invalid->message, #method));          \
    } while (0)

static const char *
check_observe_not_served(LarderRpcStoreIf *store)
{
    (void)store;
    LarderRpcObserveIf *client = observe_open();
    LarderRpcObserveOptions *options = NEW(OBSERVE_OPTIONS, NULL);
    LarderRpcLevelsResult *levels = NEW(LEVELS_RESULT, NULL);
    LarderRpcFilesResult *files = NEW(FILES_RESULT, NULL);
    LarderRpcHotResult *hot = NEW(HOT_RESULT, NULL);
    LarderRpcEventsResult *events = NEW(EVENTS_RESULT, NULL);
    LarderRpcSlowLogResult *slow = NEW(SLOW_LOG_RESULT, NULL);
    LarderRpcExplainResult *steps = NEW(EXPLAIN_RESULT, NULL);
    LarderRpcDoctorResult *findings = NEW(DOCTOR_RESULT, NULL);
    EXPECT_UNSERVED(observe, levels, client, levels, S, options);
    EXPECT_UNSERVED(observe, files, client, files, S, options);
    EXPECT_UNSERVED(observe, hot_keys, client, hot, S, LARDER_RPC_HOT_DIMENSION_BYTES, options);
    EXPECT_UNSERVED(observe, hot_prefixes, client, hot, S, LARDER_RPC_HOT_DIMENSION_MISSES,
                    options);
    EXPECT_UNSERVED(observe, events, client, events, 0, options);
    EXPECT_UNSERVED(observe, slow_log, client, slow, 1000, options);
    EXPECT_UNSERVED(observe, explain, client, steps, S, text("k"), options);
    EXPECT_UNSERVED(observe, doctor, client, findings, options);
    return NULL;
}

static const char *
expect_stores_not_managed(LarderRpcAdminIf *client, LarderRpcAdminOptions *options)
{
    LarderRpcAdminResult *done = NEW(ADMIN_RESULT, NULL);
    LarderRpcConfigPlan *plan = NEW(CONFIG_PLAN, NULL);
    LarderRpcConfigDocument *document = NEW(CONFIG_DOCUMENT, NULL);
    LarderRpcStoreSpec *spec = NEW(STORE_SPEC, "name", "new", "engine", "hashmap", NULL);
    g_autoptr(GHashTable) settings = g_hash_table_new(g_str_hash, g_str_equal);
    g_hash_table_insert(settings, "memory_bytes", "1G");
    EXPECT_UNSERVED(admin, store_create, client, done, spec, options);
    EXPECT_UNSERVED(admin, store_alter, client, done, S, settings, options);
    EXPECT_UNSERVED(admin, store_drop, client, done, S, 0, options);
    EXPECT_UNSERVED(admin, store_recall, client, done, S, "new", options);
    EXPECT_UNSERVED(admin, store_rename, client, done, S, "new", options);
    EXPECT_UNSERVED(admin, config_plan, client, plan, "", options);
    EXPECT_UNSERVED(admin, config_apply, client, done, "", "plan", options);
    EXPECT_UNSERVED(admin, config_export, client, document, options);
    return NULL;
}

static const char *
expect_upkeep_not_served(LarderRpcAdminIf *client, LarderRpcAdminOptions *options)
{
    LarderRpcAdminResult *done = NEW(ADMIN_RESULT, NULL);
    LarderRpcBackupListResult *backups = NEW(BACKUP_LIST_RESULT, NULL);
    EXPECT_UNSERVED(admin, flush, client, done, S, options);
    EXPECT_UNSERVED(admin, compact, client, done, S, everything(), options);
    EXPECT_UNSERVED(admin, backup_create, client, done, S, "/nowhere", 0, options);
    EXPECT_UNSERVED(admin, backup_list, client, backups, S, options);
    EXPECT_UNSERVED(admin, backup_verify, client, done, 1, options);
    EXPECT_UNSERVED(admin, backup_restore, client, done, 1, "new", options);
    EXPECT_UNSERVED(admin, job_cancel, client, done, 1, options);
    EXPECT_UNSERVED(admin, mode_set, client, done, S, LARDER_RPC_STORE_MODE_READ_ONLY, options);
    EXPECT_UNSERVED(admin, shutdown, client, done, options);
    return NULL;
}

static const char *
check_admin_not_served(LarderRpcStoreIf *store)
{
    (void)store;
    LarderRpcAdminIf *client = admin_open();
    LarderRpcAdminOptions *options = NEW(ADMIN_OPTIONS, NULL);
    const char *wrong = expect_stores_not_managed(client, options);
    return wrong != NULL ? wrong : expect_upkeep_not_served(client, options);
}

const Check management_checks[] = {
    {35, "health", check_health},
    {36, "metrics", check_metrics},
    {37, "store_stats", check_store_stats},
    {38, "stores and jobs", check_stores_and_jobs},
    {39, "Observe, not served", check_observe_not_served},
    {40, "Admin, not served", check_admin_not_served},
    {0, NULL, NULL},
};
