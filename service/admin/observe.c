/*
 * observe.c: health, metrics and store_stats.
 *
 * Nothing here waits for a store or a disk: a server that is in trouble must still be able to say
 * so.
 */
#include "service/admin/error.h"
#include "service/admin/handler.h"
#include "service/store/read.h"
#include "service/store/set.h"

#include <stdio.h>
#include <stdlib.h>

/* ------------------------------------------------------------------------------------ health -- */

struct AdminHealth {
    GPtrArray *checks; /* of LarderRpcHealthCheck */
    bool passed;       /* all of them */
};

void
admin_health_check(AdminHealth *health, const char *name, bool passed, const char *message)
{
    LarderRpcHealthCheck *check = g_object_new(LARDER_RPC_TYPE_HEALTH_CHECK, NULL);
    check->name = g_strdup(name);
    check->passed = passed;
    check->message = g_strdup(message);
    g_ptr_array_add(health->checks, check);
    health->passed = health->passed && passed;
}

static void
check_store(AdminHealth *health, Store *store)
{
    char name[STORE_NAME_MAX + sizeof "store:"];
    StoreRead section;
    StoreError failure;
    snprintf(name, sizeof name, "store:%s", store_name(store));
    if (!store_read_begin(&section, store, STORE_READ_CACHED_ONLY, &failure)) {
        admin_health_check(health, name, false, failure.message);
        return;
    }
    store_read_end(&section);
    BaseStatus status = engine_status(store_engine(store));
    if (!base_is_ok(status)) {
        char message[256];
        snprintf(message, sizeof message, "takes no writes until the server is restarted: %s",
                 status.what);
        admin_health_check(health, name, false, message);
        return;
    }
    bool read_only = store_mode(store) == STORE_MODE_READ_ONLY;
    admin_health_check(health, name, true, read_only ? "serves reads only" : "serves");
}

static gboolean
health(LarderRpcObserveIf *iface, LarderRpcHealthResult **ret_result,
       const LarderRpcObserveOptions *options, ADMIN_THROWS)
{
    AdminObserver *self = admin_observer_of(iface);
    const AdminHooks *hooks = &self->context->hooks;
    LarderRpcHealthResult *result = *ret_result;
    AdminHealth report = {.checks = result->checks, .passed = true};
    (void)options;
    (void)invalid;
    admin_health_check(&report, "process", true, "answers");
    hooks->health(hooks->user, &report);
    for (size_t i = 0; store_set_at(self->context->stores, i) != NULL; i++) {
        check_store(&report, store_set_at(self->context->stores, i));
    }
    result->live = TRUE;
    result->ready = report.passed;
    result->server_us = admin_elapsed_us(self->context, self->call);
    return TRUE;
}

/* ----------------------------------------------------------------------------------- metrics -- */

static gboolean
metrics(LarderRpcObserveIf *iface, LarderRpcMetricsResult **ret_result,
        const LarderRpcObserveOptions *options, ADMIN_THROWS)
{
    AdminObserver *self = admin_observer_of(iface);
    BaseBuf text = BASE_BUF_INIT;
    (void)options;
    (void)invalid;
    if (!obs_registry_write(self->context->obs, &text)) {
        base_buf_clear(&text);
        return admin_error_no_memory(self->call, refused);
    }
    (*ret_result)->text = g_strndup((const gchar *)text.data, text.len);
    base_buf_clear(&text);
    (*ret_result)->server_us = admin_elapsed_us(self->context, self->call);
    return TRUE;
}

/* ------------------------------------------------------------------------------- store_stats -- */

static LarderRpcOperationStats *
describe_operation(const ObsSeries *series, size_t row, const char *name,
                   const BaseHistogram *latency)
{
    LarderRpcOperationStats *stats = g_object_new(LARDER_RPC_TYPE_OPERATION_STATS, NULL);
    uint64_t total = obs_series_total(series, row);
    uint64_t good = obs_series_count(series, row, OBS_OK);
    stats->operation = g_strdup(name);
    stats->count = (gint64)total;
    stats->errors = total > good ? (gint64)(total - good) : 0;
    stats->p50_us = base_histogram_percentile(latency, 50);
    stats->p95_us = base_histogram_percentile(latency, 95);
    stats->p99_us = base_histogram_percentile(latency, 99);
    stats->p999_us = base_histogram_percentile(latency, 99.9);
    stats->max_us = base_histogram_percentile(latency, 100);
    return stats;
}

/* Adds the operations that the store has seen. False: no memory. */
static bool
fill_operations(const AdminContext *context, const char *store, GPtrArray *operations)
{
    const ObsSeries *series = obs_registry_store(context->obs, store);
    BaseHistogram *latency = malloc(sizeof *latency);
    if (series == NULL || latency == NULL) {
        free(latency);
        return series == NULL;
    }
    for (size_t row = 0; row < obs_series_rows(series); row++) {
        if (obs_series_total(series, row) == 0) {
            continue;
        }
        base_histogram_reset(latency);
        obs_series_latency(series, row, latency);
        g_ptr_array_add(
            operations,
            describe_operation(series, row, obs_registry_method(context->obs, row), latency));
    }
    free(latency);
    return true;
}

static void
take_figure(void *user, const char *name, int64_t value)
{
    GHashTable *figures = user;
    gint64 *kept = g_new(gint64, 1);
    *kept = value;
    g_hash_table_insert(figures, g_strdup(name), kept);
}

static void
fill_figures(Store *store, LarderRpcStoreStats *result)
{
    EngineStats stats = {0};
    engine_stats(store_engine(store), &stats);
    result->store = g_strdup(store_name(store));
    result->engine = g_strdup(store_engine(store)->engine_class->name);
    result->keys = stats.keys;
    result->data_bytes = stats.data_bytes;
    result->memory_bytes = stats.memory_bytes;
    result->disk_bytes = stats.disk_bytes;
    result->version = stats.version;
    result->open_snapshots = stats.open_snapshots;
    engine_figures(store_engine(store), take_figure, result->engine_figures);
}

static gboolean
store_stats(LarderRpcObserveIf *iface, LarderRpcStoreStats **ret_result, const gchar *name,
            const LarderRpcObserveOptions *options, ADMIN_THROWS)
{
    AdminObserver *self = admin_observer_of(iface);
    Store *store;
    StoreError failure;
    (void)options;
    if (!store_set_require(self->context->stores, base_slice_text(name), &store, &failure)) {
        return admin_error_invalid(&failure, self->call, invalid);
    }
    if (!fill_operations(self->context, store_name(store), (*ret_result)->operations)) {
        return admin_error_no_memory(self->call, refused);
    }
    fill_figures(store, *ret_result);
    (*ret_result)->server_us = admin_elapsed_us(self->context, self->call);
    return TRUE;
}

void
admin_observe_enter(LarderRpcObserveHandlerClass *methods)
{
    methods->health = health;
    methods->metrics = metrics;
    methods->store_stats = store_stats;
}
