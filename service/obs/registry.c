/*
 * registry.c: counters of methods and stores, and their text.
 *
 * Stores are kept in an array that only grows: a slot is written under the lock and published with
 * a release store, so looking a store up takes no lock. Series live until the registry is freed.
 *
 * In the text, rows of methods that were never called are left out; one that was called shows all
 * its outcomes, zeros too, so that a first failure is visible as an increase.
 */
#include "service/obs/registry.h"

#include "service/obs/process.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct RegistryStore {
    ObsSeries *series;
    char name[]; /* NUL-terminated */
} RegistryStore;

typedef struct RegistryCollector {
    ObsCollector *collect;
    void *user;
} RegistryCollector;

struct ObsRegistry {
    ObsConfig config;
    int64_t started_ms; /* wall time */
    ObsSeries *methods; /* config.method_count rows, and one for all else */
    _Atomic int64_t in_flight;
    _Atomic uint64_t request_bytes;
    _Atomic uint64_t reply_bytes;
    RegistryCollector collectors[OBS_COLLECTORS_MAX];
    size_t collector_count;
    pthread_mutex_t stores_lock; /* held to add a store */
    _Atomic(RegistryStore *) stores[OBS_STORES_MAX];
};

BaseStatus
obs_registry_new(const ObsConfig *config, ObsRegistry **ret_registry)
{
    ObsRegistry *registry = calloc(1, sizeof *registry);
    ObsSeries *methods = obs_series_new(config->method_count + 1);
    if (registry == NULL || methods == NULL) {
        free(registry);
        obs_series_free(methods);
        return base_error(BASE_NO_MEMORY, "no memory for the metrics");
    }
    registry->config = *config;
    registry->started_ms = base_clock_wall_ms(config->clock);
    registry->methods = methods;
    pthread_mutex_init(&registry->stores_lock, NULL);
    *ret_registry = registry;
    return base_ok();
}

void
obs_registry_free(ObsRegistry *registry)
{
    if (registry == NULL) {
        return;
    }
    for (size_t i = 0; i < OBS_STORES_MAX; i++) {
        RegistryStore *store = atomic_load_explicit(&registry->stores[i], memory_order_acquire);
        if (store != NULL) {
            obs_series_free(store->series);
            free(store);
        }
    }
    obs_series_free(registry->methods);
    pthread_mutex_destroy(&registry->stores_lock);
    free(registry);
}

BaseStatus
obs_registry_add_collector(ObsRegistry *registry, ObsCollector *collect, void *user)
{
    if (registry->collector_count == OBS_COLLECTORS_MAX) {
        return base_error(BASE_NO_MEMORY, "too many collectors of metrics");
    }
    registry->collectors[registry->collector_count++] = (RegistryCollector){collect, user};
    return base_ok();
}

/* --------------------------------------------------------------------------------- recording -- */

size_t
obs_registry_other(const ObsRegistry *registry)
{
    return registry->config.method_count;
}

void
obs_registry_begin(ObsRegistry *registry, uint64_t count)
{
    atomic_fetch_add_explicit(&registry->in_flight, (int64_t)count, memory_order_relaxed);
}

void
obs_registry_ended(ObsRegistry *registry, const ObsEnded *ended)
{
    obs_series_record(registry->methods, ended->row, ended->outcome, ended->us, ended->count);
    if (ended->store_series != NULL) {
        obs_series_record(ended->store_series, ended->row, ended->outcome, ended->us, ended->count);
    }
    atomic_fetch_add_explicit(&registry->request_bytes, ended->request_bytes, memory_order_relaxed);
    atomic_fetch_add_explicit(&registry->reply_bytes, ended->reply_bytes, memory_order_relaxed);
    if (ended->begun != 0) {
        atomic_fetch_sub_explicit(&registry->in_flight, (int64_t)ended->begun,
                                  memory_order_relaxed);
    }
}

void
obs_registry_turned_away(ObsRegistry *registry, size_t row, ObsOutcome outcome, int64_t us)
{
    obs_series_record(registry->methods, row, outcome, us, 1);
}

int64_t
obs_registry_in_flight(const ObsRegistry *registry)
{
    return atomic_load_explicit(&registry->in_flight, memory_order_relaxed);
}

const char *
obs_registry_method(const ObsRegistry *registry, size_t row)
{
    return row < registry->config.method_count ? registry->config.methods[row].name : "";
}

/* ------------------------------------------------------------------------------------ stores -- */

/* The slot that holds the store, or else the first free one; OBS_STORES_MAX: neither. */
static size_t
find_slot(const ObsRegistry *registry, const char *name)
{
    for (size_t i = 0; i < OBS_STORES_MAX; i++) {
        const RegistryStore *store =
            atomic_load_explicit(&registry->stores[i], memory_order_acquire);
        if (store == NULL || strcmp(store->name, name) == 0) {
            return i;
        }
    }
    return OBS_STORES_MAX;
}

static RegistryStore *
store_new(const char *name, size_t rows)
{
    size_t size = strlen(name) + 1;
    RegistryStore *store = malloc(sizeof *store + size);
    ObsSeries *series = obs_series_new(rows);
    if (store == NULL || series == NULL) {
        free(store);
        obs_series_free(series);
        return NULL;
    }
    store->series = series;
    memcpy(store->name, name, size);
    return store;
}

/* Adds a store unless somebody else was faster. */
static ObsSeries *
add_store(ObsRegistry *registry, const char *name)
{
    ObsSeries *series = NULL;
    pthread_mutex_lock(&registry->stores_lock);
    size_t slot = find_slot(registry, name);
    if (slot < OBS_STORES_MAX) {
        RegistryStore *store = atomic_load_explicit(&registry->stores[slot], memory_order_relaxed);
        if (store == NULL) {
            store = store_new(name, registry->config.method_count);
            atomic_store_explicit(&registry->stores[slot], store, memory_order_release);
        }
        series = store == NULL ? NULL : store->series;
    }
    pthread_mutex_unlock(&registry->stores_lock);
    return series;
}

ObsSeries *
obs_registry_store(ObsRegistry *registry, const char *store)
{
    size_t slot = find_slot(registry, store);
    if (slot == OBS_STORES_MAX) {
        return NULL;
    }
    RegistryStore *present = atomic_load_explicit(&registry->stores[slot], memory_order_acquire);
    if (present != NULL && strcmp(present->name, store) == 0) {
        return present->series;
    }
    return add_store(registry, store);
}

/* -------------------------------------------------------------------------------------- text -- */

/* Service and method of a row. */
static void
row_labels(const ObsRegistry *registry, size_t row, ObsLabel ret_labels[2])
{
    bool named = row < registry->config.method_count;
    const char *service = named ? registry->config.methods[row].service : "";
    ret_labels[0] = (ObsLabel){"service", service};
    ret_labels[1] = (ObsLabel){"method", obs_registry_method(registry, row)};
}

static void
write_requests(const ObsRegistry *registry, ObsText *text)
{
    ObsLabel labels[3];
    for (size_t row = 0; row < obs_series_rows(registry->methods); row++) {
        if (obs_series_total(registry->methods, row) == 0) {
            continue;
        }
        row_labels(registry, row, labels);
        for (int outcome = 0; outcome < OBS_OUTCOME_COUNT; outcome++) {
            labels[2] = (ObsLabel){"outcome", obs_outcome_name((ObsOutcome)outcome)};
            uint64_t count = obs_series_count(registry->methods, row, (ObsOutcome)outcome);
            obs_text_integer(text, OBS_REQUESTS, labels, 3, (int64_t)count);
        }
    }
}

static void
write_durations(const ObsRegistry *registry, ObsText *text)
{
    BaseHistogram *histogram = malloc(sizeof *histogram);
    if (histogram == NULL) {
        text->out->failed = true;
        return;
    }
    ObsLabel labels[2];
    for (size_t row = 0; row < obs_series_rows(registry->methods); row++) {
        base_histogram_reset(histogram);
        obs_series_latency(registry->methods, row, histogram);
        if (histogram->count != 0) {
            row_labels(registry, row, labels);
            obs_text_latency(text, OBS_DURATION, labels, 2, histogram);
        }
    }
    free(histogram);
}

static void
write_store(const ObsRegistry *registry, const RegistryStore *store, ObsText *text)
{
    for (size_t row = 0; row < obs_series_rows(store->series); row++) {
        if (obs_series_total(store->series, row) == 0) {
            continue;
        }
        for (int outcome = 0; outcome < OBS_OUTCOME_COUNT; outcome++) {
            ObsLabel labels[] = {
                {"store", store->name},
                {"operation", obs_registry_method(registry, row)},
                {"outcome", obs_outcome_name((ObsOutcome)outcome)},
            };
            uint64_t count = obs_series_count(store->series, row, (ObsOutcome)outcome);
            obs_text_integer(text, OBS_STORE_OPERATIONS, labels, 3, (int64_t)count);
        }
    }
}

static void
write_totals(const ObsRegistry *registry, ObsText *text)
{
    uint64_t requests = atomic_load_explicit(&registry->request_bytes, memory_order_relaxed);
    uint64_t replies = atomic_load_explicit(&registry->reply_bytes, memory_order_relaxed);
    obs_text_integer(text, OBS_IN_FLIGHT, NULL, 0, obs_registry_in_flight(registry));
    obs_text_integer(text, OBS_REQUEST_BYTES, NULL, 0, (int64_t)requests);
    obs_text_integer(text, OBS_REPLY_BYTES, NULL, 0, (int64_t)replies);
}

bool
obs_registry_write(ObsRegistry *registry, BaseBuf *out)
{
    char api_version[16];
    snprintf(api_version, sizeof api_version, "%d", registry->config.api_version);
    ObsLabel build[] = {{"version", registry->config.version}, {"api_version", api_version}};
    ObsText text;
    obs_text_init(&text, out);
    obs_text_integer(&text, OBS_BUILD_INFO, build, 2, 1);
    write_requests(registry, &text);
    write_durations(registry, &text);
    write_totals(registry, &text);
    for (size_t i = 0; i < OBS_STORES_MAX; i++) {
        const RegistryStore *store =
            atomic_load_explicit(&registry->stores[i], memory_order_acquire);
        if (store == NULL) {
            break;
        }
        write_store(registry, store, &text);
    }
    for (size_t i = 0; i < registry->collector_count; i++) {
        registry->collectors[i].collect(registry->collectors[i].user, &text);
    }
    obs_process_write(&text);
    obs_text_number(&text, OBS_START_TIME, NULL, 0, (double)registry->started_ms / 1e3);
    return !out->failed;
}
