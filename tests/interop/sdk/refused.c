/*
 * refused.c: checks 27 to 40: what larderd refuses, and its services Observe and Admin.
 */
#include "tests/interop/sdk/common.h"

#include <string.h>

static const char by_hand[] = "the SDK writes no message by hand";
enum { UNKNOWN_METHOD = 1 }; /* of TApplicationException */

static const char *
check_invalid_request(LarderClient *client)
{
    (void)keep(larder_get(client, T("unknown"), T("k"), NULL));
    EXPECT(is_invalid(LARDER_INVALID_CODE_UNKNOWN_STORE, "store"));
    const LarderInvalidRequest *invalid = last()->exception.invalid_request;
    EXPECT(invalid->message.size > 0 && invalid->details.count == 0);
    EXPECT(invalid->limit == 0 && invalid->actual == 0);
    return NULL;
}

static const char *
check_names_in_other_scripts(LarderClient *client)
{
    (void)keep(larder_get(client, T("vorr\xc3\xa4te"), T("k"), NULL));
    EXPECT(is_invalid(LARDER_INVALID_CODE_UNKNOWN_STORE, "store"));
    EXPECT(strstr(last()->message.data, "\\xc3\\xa4") != NULL);
    return NULL;
}

static const char *
check_bad_arguments(LarderClient *client)
{
    LarderScanOptions damaged = {0};
    LARDER_SET(&damaged, page_token, T("xxx"));
    EXPECT(scan(client, NULL, &damaged) == NULL);
    EXPECT(is_invalid(LARDER_INVALID_CODE_BAD_TOKEN, "options.page_token"));

    const LarderFence fence = {T("lease"), 1};
    const LarderExpiry never = {.has_ttl_ms = true, .ttl_ms = 0};
    const struct {
        LarderInvalidCode code;
        const char *field;
        LarderPutOptions options;
    } bad[] = {
        {LARDER_INVALID_CODE_UNSUPPORTED,
         "options.durability",
         {.has_durability = true, .durability = LARDER_DURABILITY_SYNC}},
        {LARDER_INVALID_CODE_UNSUPPORTED,
         "options.request_id",
         {.has_request_id = true, .request_id = pattern(16)}},
        {LARDER_INVALID_CODE_UNSUPPORTED, "options.fence", {.fence = &fence}},
        {LARDER_INVALID_CODE_BAD_ARGUMENT, "options.expiry.ttl_ms", {.expiry = &never}},
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        EXPECT(put(client, T("k"), T("v"), &bad[i].options) == NULL);
        EXPECT(is_invalid(bad[i].code, bad[i].field));
    }
    return NULL;
}

/* Leaves a check when the method is served. */
#define EXPECT_UNSERVED(method, ...)                      \
    do {                                                  \
        (void)keep(larder_##method(client, __VA_ARGS__)); \
        EXPECT(is_unserved(#method));                     \
    } while (0)

static const char *
check_methods_that_are_not_served(LarderClient *client)
{
    EXPECT_UNSERVED(lease_acquire, S, T("lease"), T("me"), 1000, NULL);
    EXPECT_UNSERVED(lease_renew, S, T("lease"), 1, NULL);
    EXPECT_UNSERVED(lease_release, S, T("lease"), 1, NULL);
    EXPECT_UNSERVED(lease_get, S, T("lease"), NULL);
    EXPECT_UNSERVED(lease_list, S, T(""), NULL);
    EXPECT_UNSERVED(snapshot_open, S, 1000, NULL);
    EXPECT_UNSERVED(snapshot_renew, S, 1, 1000, NULL);
    EXPECT_UNSERVED(snapshot_close, S, 1, NULL);
    EXPECT_UNSERVED(snapshot_list, S, NULL);
    EXPECT_UNSERVED(changes, S, 0, NULL);
    EXPECT_UNSERVED(topology, NULL);
    EXPECT_UNSERVED(locate, S, T("k"), NULL);
    EXPECT_UNSERVED(authenticate, T("id"), BYTES("\x00secret"));
    return NULL;
}

static const char *
check_an_unknown_method(LarderClient *client)
{
    const LarderReply *reply = keep(larder_health(client, NULL));
    EXPECT(reply->outcome == LARDER_PROTOCOL && reply->code == UNKNOWN_METHOD);
    const LarderPingResult *still = ping(client, T("still"));
    EXPECT(still != NULL && is(still->payload, T("still")));
    return NULL;
}

static const char *
check_health(LarderClient *client)
{
    (void)client;
    LarderClient *management = client_of("ADMIN");
    const LarderHealthResult *health = keep(larder_health(management, NULL))->as.health;
    larder_client_free(management);
    EXPECT(health != NULL && health->live && health->ready);
    bool passed = false;
    for (size_t i = 0; i < health->checks.count; i++) {
        const LarderHealthCheck *one = &health->checks.items[i];
        passed = passed || (is(one->name, T("store:default")) && one->passed);
    }
    EXPECT(passed);
    return NULL;
}

static const char *
check_metrics(LarderClient *client)
{
    (void)client;
    LarderClient *management = client_of("ADMIN");
    const LarderMetricsResult *metrics = keep(larder_metrics(management, NULL))->as.metrics;
    larder_client_free(management);
    EXPECT(metrics != NULL && strstr(metrics->text.data, "\nlarder_build_info") != NULL);
    return NULL;
}

static const char *
check_store_stats(LarderClient *client)
{
    EXPECT(put(client, T("key"), T("value"), NULL) != NULL);
    LarderClient *management = client_of("ADMIN");
    const LarderStoreStats *stats = keep(larder_store_stats(management, S, NULL))->as.store_stats;
    (void)keep(larder_store_stats(management, T("unknown"), NULL));
    larder_client_free(management);
    EXPECT(is_invalid(LARDER_INVALID_CODE_UNKNOWN_STORE, "store"));
    EXPECT(stats != NULL && is(stats->store, S) && is(stats->engine, T("hashmap")));
    EXPECT(stats->keys == 1 && stats->data_bytes == 8 && stats->engine_figures.count > 0);
    int64_t puts = 0;
    for (size_t i = 0; i < stats->operations.count; i++) {
        const LarderOperationStats *row = &stats->operations.items[i];
        puts += is(row->operation, T("put")) ? row->count : 0;
    }
    EXPECT(puts > 0);
    return NULL;
}

static const char *
expect_jobs(LarderClient *management)
{
    const LarderAdminResult *done = keep(larder_verify(management, S, NULL))->as.verify;
    EXPECT(done != NULL && done->done && done->job_id == 0);
    const LarderJobListResult *list = keep(larder_job_list(management, NULL))->as.job_list;
    EXPECT(list != NULL && list->jobs.count > 0);
    const LarderJobInfo *job = &list->jobs.items[0];
    EXPECT(is(job->kind, T("verify")) && is(job->store, S));
    EXPECT(job->state == LARDER_JOB_STATE_DONE);
    const LarderJobListResult *same =
        keep(larder_job_get(management, job->job_id, NULL))->as.job_get;
    EXPECT(same != NULL && same->jobs.count == 1);
    EXPECT(same->jobs.items[0].job_id == job->job_id);
    (void)keep(larder_job_get(management, 1000000, NULL));
    EXPECT(is_invalid(LARDER_INVALID_CODE_NOT_FOUND, "job_id"));
    return NULL;
}

static const char *
check_stores_and_jobs(LarderClient *client)
{
    (void)client;
    LarderClient *management = client_of("ADMIN");
    const LarderStoreListResult *list = keep(larder_store_list(management, NULL))->as.store_list;
    const char *wrong = expect_jobs(management);
    larder_client_free(management);
    EXPECT(list != NULL && list->stores.count == 1);
    const LarderStoreState *only = &list->stores.items[0];
    EXPECT(is(only->info.name, S) && is(only->spec.engine, T("hashmap")));
    EXPECT(is(only->state, T("serving")));
    return wrong;
}

static const char *
expect_observe_not_served(LarderClient *client)
{
    EXPECT_UNSERVED(levels, S, NULL);
    EXPECT_UNSERVED(files, S, NULL);
    EXPECT_UNSERVED(hot_keys, S, LARDER_HOT_DIMENSION_BYTES, NULL);
    EXPECT_UNSERVED(hot_prefixes, S, LARDER_HOT_DIMENSION_MISSES, NULL);
    EXPECT_UNSERVED(events, 0, NULL);
    EXPECT_UNSERVED(slow_log, 1000, NULL);
    EXPECT_UNSERVED(explain, S, T("k"), NULL);
    EXPECT_UNSERVED(doctor, NULL);
    return NULL;
}

static const char *
expect_admin_not_served(LarderClient *client)
{
    const LarderTextPair setting = {T("memory_bytes"), T("1G")};
    const LarderTextPairList settings = {&setting, 1};
    const LarderStoreSpec spec = {.name = T("new"), .engine = T("hashmap")};
    EXPECT_UNSERVED(store_create, &spec, NULL);
    EXPECT_UNSERVED(store_alter, S, settings, NULL);
    EXPECT_UNSERVED(store_drop, S, 0, NULL);
    EXPECT_UNSERVED(store_recall, S, T("new"), NULL);
    EXPECT_UNSERVED(store_rename, S, T("new"), NULL);
    EXPECT_UNSERVED(config_plan, T(""), NULL);
    EXPECT_UNSERVED(config_apply, T(""), T("plan"), NULL);
    EXPECT_UNSERVED(config_export, NULL);
    EXPECT_UNSERVED(flush, S, NULL);
    EXPECT_UNSERVED(compact, S, NULL, NULL);
    EXPECT_UNSERVED(backup_create, S, T("/nowhere"), 0, NULL);
    EXPECT_UNSERVED(backup_list, S, NULL);
    EXPECT_UNSERVED(backup_verify, 1, NULL);
    EXPECT_UNSERVED(backup_restore, 1, T("new"), NULL);
    EXPECT_UNSERVED(job_cancel, 1, NULL);
    EXPECT_UNSERVED(mode_set, S, LARDER_STORE_MODE_READ_ONLY, NULL);
    EXPECT_UNSERVED(shutdown, NULL);
    return NULL;
}

static const char *
check_observe_not_served(LarderClient *client)
{
    (void)client;
    LarderClient *management = client_of("ADMIN");
    const char *wrong = expect_observe_not_served(management);
    larder_client_free(management);
    return wrong;
}

static const char *
check_admin_not_served(LarderClient *client)
{
    (void)client;
    LarderClient *management = client_of("ADMIN");
    const char *wrong = expect_admin_not_served(management);
    larder_client_free(management);
    return wrong;
}

const Check refused_checks[] = {
    {27, "InvalidRequest", check_invalid_request, NULL},
    {28, "names in other scripts", check_names_in_other_scripts, NULL},
    {29, "bad arguments", check_bad_arguments, NULL},
    {30, "methods that are not served", check_methods_that_are_not_served, NULL},
    {31, "an unknown method", check_an_unknown_method, NULL},
    {32, "a missing argument", NULL, by_hand},
    {33, "fields from elsewhere", NULL, by_hand},
    {34, "sequence ids", NULL, by_hand},
    {35, "health", check_health, NULL},
    {36, "metrics", check_metrics, NULL},
    {37, "store_stats", check_store_stats, NULL},
    {38, "stores and jobs", check_stores_and_jobs, NULL},
    {39, "Observe, not served", check_observe_not_served, NULL},
    {40, "Admin, not served", check_admin_not_served, NULL},
    {0, NULL, NULL, NULL},
};
