/*
 * server.c: starts and stops what a server is made of.
 *
 * The start goes from the inside to the outside: data directory, stores, services, endpoints,
 * listeners, housekeeping. Nobody can call before everything is there. server_stop() takes the
 * same steps back, each one leaving alone what was never reached, so it also cleans up after a
 * start that failed half-way.
 *
 *     data directory   DIR/LOCK         held while the server runs: one server at a time
 *                      DIR/stores/NAME  of each store; its engine's alone
 *
 * Threads: main (starts, stops, reloads), the reactors and workers of two endpoints, and the
 * housekeeper, which ticks the stores ten times a second.
 */
#include "service/server_state.h"

#include "service/lanes.h"
#include "service/log.h"
#include "service/program.h"
#include "service/rpc/handler.h"
#include "service/rpc/methods.h"
#include "service/rpc/types.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
    SERVER_TICK_MS = 100,
    SERVER_GOODBYE_MS = 1000,
    SERVER_STEP_MS = 5,
    /* Beside those of connections: listeners, files of the stores, the standard streams. */
    SERVER_FILES_OWN = 256,
};

bool
server_fault(ServerFault *ret_fault, int exit_status, const char *format, ...)
{
    ret_fault->exit_status = exit_status;
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(ret_fault->message, sizeof ret_fault->message, format, arguments);
    va_end(arguments);
    return false;
}

unsigned
server_threads(int64_t setting, unsigned per_processor, unsigned least)
{
    if (setting > 0) {
        return (unsigned)setting;
    }
    cpu_set_t processors;
    bool known = sched_getaffinity(0, sizeof processors, &processors) == 0;
    unsigned count = known ? (unsigned)CPU_COUNT(&processors) : 1;
    return MIN(MAX(count * per_processor, least), LANES_WORKERS_MAX);
}

/* --------------------------------------------------------------------------- data directory -- */

/* Makes a directory and those above it; one that is there is fine. */
static BaseStatus
make_directories(const Env *env, const char *path)
{
    char part[ENV_PATH_MAX];
    size_t len = strlen(path);
    for (size_t end = 1; end <= len; end++) {
        if (path[end] != '/' && path[end] != '\0') {
            continue;
        }
        (void)snprintf(part, sizeof part, "%.*s", (int)end, path);
        BaseStatus status = env_make_directory(env, part);
        if (!base_is_ok(status) && status.code != BASE_EXISTS) {
            return status;
        }
    }
    EnvStat found;
    BaseStatus status = env_stat(env, path, &found);
    return base_is_ok(status) && !found.is_directory
               ? base_error(BASE_INVALID, "it is not a directory")
               : status;
}

static bool
open_data_directory(Server *server, ServerFault *ret_fault)
{
    const Env *env = server->env;
    const char *path = server->config->data_dir;
    char lock_path[ENV_PATH_MAX];
    BaseStatus status = env_join(server->stores_path, path, "stores");
    if (base_is_ok(status)) {
        status = env_join(lock_path, path, "LOCK");
    }
    if (base_is_ok(status)) {
        status = make_directories(env, server->stores_path);
    }
    if (base_is_ok(status)) {
        status = env_lock(env, lock_path, &server->lock);
    }
    if (status.code == BASE_BUSY) {
        return server_fault(ret_fault, PROGRAM_UNAVAILABLE,
                            "the data directory \"%s\" is in use by another server; stop that one, "
                            "or choose another directory with --data-dir",
                            path);
    }
    if (base_is_ok(status)) {
        status = env_sync_directory(env, path);
    }
    return base_is_ok(status) ||
           server_fault(ret_fault, PROGRAM_IO, "cannot use the data directory \"%s\": %s", path,
                        status.what);
}

/* ----------------------------------------------------------------------------------- stores -- */

static int
exit_status_of(const StoreError *error)
{
    switch (error->kind) {
    case STORE_ERROR_INVALID:
        return PROGRAM_CONFIG;
    case STORE_ERROR_REFUSED:
        return PROGRAM_UNAVAILABLE;
    case STORE_ERROR_FAILED:
        return error->code == STORE_FAILED_CORRUPTION ? PROGRAM_CORRUPT
               : error->code == STORE_FAILED_INTERNAL ? PROGRAM_INTERNAL
                                                      : PROGRAM_IO;
    case STORE_ERROR_NOT_HERE:
    case STORE_ERROR_INDETERMINATE:
    case STORE_ERROR_WOULD_BLOCK:
        break;
    }
    return PROGRAM_INTERNAL;
}

bool
server_open_store(Server *server, const ConfigStore *store, ServerFault *ret_fault)
{
    char directory[ENV_PATH_MAX];
    BaseStatus status = env_join(directory, server->stores_path, store->name);
    if (!base_is_ok(status)) {
        return server_fault(ret_fault, PROGRAM_CONFIG, "store \"%s\": %s", store->name,
                            status.what);
    }
    const StoreSpec spec = {.name = store->name,
                            .engine_class = store->engine_class,
                            .options = store->options,
                            .directory = directory};
    Store *opened = NULL;
    StoreError error = {0};
    if (!store_set_open(server->stores, &spec, &opened, &error)) {
        return server_fault(ret_fault, exit_status_of(&error), "%s", error.message);
    }
    log_line(LOG_INFO, "store \"%s\" is open on %s", store->name, store->engine_class->name);
    return true;
}

static bool
open_stores(Server *server, ServerFault *ret_fault)
{
    server->store_limits = limits_for_store(&server->config->limits);
    server->stores = store_set_new(server->env, server->clock, &server->store_limits);
    if (server->stores == NULL) {
        return server_fault(ret_fault, PROGRAM_OS, "no memory for the stores");
    }
    const GPtrArray *stores = server->config->stores;
    for (guint i = 0; i < stores->len; i++) {
        if (!server_open_store(server, g_ptr_array_index(stores, i), ret_fault)) {
            return false;
        }
    }
    return true;
}

/* --------------------------------------------------------------------------------- services -- */

static bool
start_services(Server *server, const ServerParts *parts, ServerFault *ret_fault)
{
    const ObsConfig obs = {.version = LARDER_VERSION,
                           .api_version = rpc_methods_api_version(),
                           .methods = rpc_methods_labels(),
                           .method_count = rpc_methods_count(),
                           .clock = server->clock};
    server->trace = trace_new(parts == NULL ? NULL : parts->observer);
    if (!base_is_ok(obs_registry_new(&obs, &server->obs)) || server->trace == NULL ||
        !server_publish_limits(server)) {
        return server_fault(ret_fault, PROGRAM_OS, "no memory for the services");
    }
    server->rpc.stores = server->stores;
    server->rpc.version = LARDER_VERSION;
    server->rpc.clock = server->clock;
    server->rpc.obs = server->obs;
    server->rpc.started_us = base_clock_monotonic_us(server->clock);
    server_set_trace(server);
    server->admin = (AdminContext){
        .stores = server->stores,
        .obs = server->obs,
        .jobs = admin_jobs_new(server->clock),
        .clock = server->clock,
        .hooks = {server, server_watch_health, server_watch_drain, server_watch_load},
    };
    if (server->admin.jobs == NULL) {
        return server_fault(ret_fault, PROGRAM_OS, "no memory for the services");
    }
    (void)obs_registry_add_collector(server->obs, admin_collect_stores, &server->admin);
    (void)obs_registry_add_collector(server->obs, server_watch_collect, server);
    rpc_types_init();
    admin_init();
    return true;
}

/* -------------------------------------------------------------------------------- endpoints -- */

static bool
listen_all(Endpoint *endpoint, char **addresses, GPtrArray *listening, ServerFault *ret_fault)
{
    for (guint i = 0; addresses[i] != NULL; i++) {
        char address[128];
        char message[256];
        BaseStatus status = endpoint_listen(endpoint, addresses[i], address, message);
        if (!base_is_ok(status)) {
            return server_fault(ret_fault, PROGRAM_UNAVAILABLE, "cannot listen on %s: %s",
                                addresses[i], message);
        }
        g_ptr_array_add(listening, g_strdup(address));
    }
    return true;
}

static bool
start_data(Server *server, ServerFault *ret_fault)
{
    const ConfigSettings *settings = &server->config->settings;
    EndpointConfig config = {
        .name = "data",
        .reactors = server_threads(settings->reactors, 1, 1),
        .workers = server_threads(settings->workers, 2, SERVER_WORKERS_LEAST),
        .limits = &server->config->limits,
        .context = &server->rpc,
        .services = {rpc_handler_service(&server->rpc)},
        .service_count = 1,
        .express = settings->express_lane != 0,
        .clock = server->clock,
    };
    BaseStatus status = endpoint_new(&config, &server->data_endpoint);
    if (!base_is_ok(status)) {
        return server_fault(ret_fault, PROGRAM_OS, "cannot start the data endpoint: %s",
                            status.what);
    }
    return listen_all(server->data_endpoint, server->config->listen, server->data_addresses,
                      ret_fault);
}

static bool
start_admin(Server *server, ServerFault *ret_fault)
{
    if (server->config->admin_listen[0] == NULL) {
        return true;
    }
    EndpointConfig config = {
        .name = "admin",
        .reactors = 1,
        .workers = server_threads(server->config->settings.admin_workers, 1, 1),
        .limits = &server->config->limits,
        .context = &server->rpc,
        .services = {{RPC_ADMIN, admin_processor_new, &server->admin},
                     {RPC_OBSERVE, admin_observe_processor_new, &server->admin}},
        .service_count = 2,
        .clock = server->clock,
    };
    BaseStatus status = endpoint_new(&config, &server->admin_endpoint);
    if (!base_is_ok(status)) {
        return server_fault(ret_fault, PROGRAM_OS, "cannot start the admin endpoint: %s",
                            status.what);
    }
    return listen_all(server->admin_endpoint, server->config->admin_listen, server->admin_addresses,
                      ret_fault);
}

/* Connections are files: raises what the system lets us have, and tells when that is too little. */
static void
reserve_files(const Config *config)
{
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) != 0) {
        return;
    }
    rlim_t wanted = (rlim_t)config->limits.connections * 2 + SERVER_FILES_OWN;
    if (files.rlim_cur < wanted) {
        files.rlim_cur = MIN(wanted, files.rlim_max);
        (void)setrlimit(RLIMIT_NOFILE, &files);
    }
    if (files.rlim_cur < wanted) {
        log_line(LOG_WARNING,
                 "the system allows %llu open files; %lld data and as many admin connections may "
                 "need %llu",
                 (unsigned long long)files.rlim_cur, (long long)config->limits.connections,
                 (unsigned long long)wanted);
    }
}

/* ----------------------------------------------------------------------------- housekeeping -- */

static void *
keep_house(void *data)
{
    Server *server = data;
    (void)pthread_mutex_lock(&server->housekeeper_lock);
    while (!server->housekeeper_ends) {
        (void)pthread_mutex_unlock(&server->housekeeper_lock);
        store_set_tick(server->stores);
        struct timespec until;
        (void)clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_nsec += SERVER_TICK_MS * 1000000L;
        until.tv_sec += until.tv_nsec / 1000000000L;
        until.tv_nsec %= 1000000000L;
        (void)pthread_mutex_lock(&server->housekeeper_lock);
        if (!server->housekeeper_ends) {
            (void)pthread_cond_clockwait(&server->housekeeper_wake, &server->housekeeper_lock,
                                         CLOCK_MONOTONIC, &until);
        }
    }
    (void)pthread_mutex_unlock(&server->housekeeper_lock);
    return NULL;
}

static bool
start_housekeeper(Server *server, ServerFault *ret_fault)
{
    if (pthread_create(&server->housekeeper, NULL, keep_house, server) != 0) {
        return server_fault(ret_fault, PROGRAM_OS, "cannot start the housekeeping thread");
    }
    (void)pthread_setname_np(server->housekeeper, "housekeeper");
    server->housekeeping = true;
    return true;
}

static void
stop_housekeeper(Server *server)
{
    if (!server->housekeeping) {
        return;
    }
    (void)pthread_mutex_lock(&server->housekeeper_lock);
    server->housekeeper_ends = true;
    (void)pthread_cond_signal(&server->housekeeper_wake);
    (void)pthread_mutex_unlock(&server->housekeeper_lock);
    (void)pthread_join(server->housekeeper, NULL);
}

/* ------------------------------------------------------------------------------- life cycle -- */

Server *
server_start(Config *config, const ServerParts *parts, ServerFault *ret_fault)
{
    Server *server = calloc(1, sizeof *server);
    if (server == NULL) {
        config_free(config);
        (void)server_fault(ret_fault, PROGRAM_OS, "no memory");
        return NULL;
    }
    server->config = config;
    server->clock = parts == NULL || parts->clock == NULL ? base_clock_real() : parts->clock;
    server->env = parts == NULL || parts->env == NULL ? env_posix() : parts->env;
    server->data_addresses = g_ptr_array_new_with_free_func(g_free);
    server->admin_addresses = g_ptr_array_new_with_free_func(g_free);
    (void)pthread_mutex_init(&server->housekeeper_lock, NULL);
    (void)pthread_cond_init(&server->housekeeper_wake, NULL);
    log_set_level((LogLevel)config->settings.log_level);
    reserve_files(config);
    if (!open_data_directory(server, ret_fault) || !open_stores(server, ret_fault) ||
        !start_services(server, parts, ret_fault) || !start_data(server, ret_fault) ||
        !start_admin(server, ret_fault) || !start_housekeeper(server, ret_fault)) {
        server_stop(server);
        return NULL;
    }
    return server;
}

static const char *
address_at(const GPtrArray *addresses, size_t i)
{
    return i < addresses->len ? g_ptr_array_index(addresses, i) : NULL;
}

const char *
server_data_address(const Server *server, size_t i)
{
    return address_at(server->data_addresses, i);
}

const char *
server_admin_address(const Server *server, size_t i)
{
    return address_at(server->admin_addresses, i);
}

void
server_drain_begin(Server *server)
{
    atomic_store_explicit(&server->draining, true, memory_order_relaxed);
    endpoint_drain(server->data_endpoint);
}

void
server_cut(Server *server)
{
    endpoint_cut(server->data_endpoint);
}

bool
server_is_drained(const Server *server)
{
    EndpointStats stats;
    endpoint_stats(server->data_endpoint, &stats);
    return stats.net.connections == 0;
}

int64_t
server_drain_ms(const Server *server)
{
    return server->config->settings.drain_ms;
}

/* Lets answers to management leave, for a moment: "drained" is one of them. */
static void
finish_admin(Server *server)
{
    if (server->admin_endpoint == NULL) {
        return;
    }
    endpoint_drain(server->admin_endpoint);
    EndpointStats stats;
    for (int waited = 0; waited < SERVER_GOODBYE_MS; waited += SERVER_STEP_MS) {
        endpoint_stats(server->admin_endpoint, &stats);
        if (stats.net.connections == 0) {
            return;
        }
        (void)usleep(SERVER_STEP_MS * 1000);
    }
}

static void
free_limits(ServerLimits *limits)
{
    while (limits != NULL) {
        ServerLimits *older = limits->older;
        free(limits);
        limits = older;
    }
}

void
server_stop(Server *server)
{
    if (server == NULL) {
        return;
    }
    atomic_store_explicit(&server->stopping, true, memory_order_relaxed);
    stop_housekeeper(server);
    admin_jobs_end(server->admin.jobs);
    /* Management asks for figures of the data endpoint, so it goes first. */
    finish_admin(server);
    endpoint_free(server->admin_endpoint);
    endpoint_free(server->data_endpoint);
    admin_jobs_free(server->admin.jobs);
    trace_free(server->trace);
    obs_registry_free(server->obs);
    free_limits(server->limits);
    store_set_close(server->stores);
    env_unlock(server->env, server->lock);
    (void)pthread_cond_destroy(&server->housekeeper_wake);
    (void)pthread_mutex_destroy(&server->housekeeper_lock);
    g_ptr_array_unref(server->data_addresses);
    g_ptr_array_unref(server->admin_addresses);
    config_free(server->config);
    free(server);
}
