/*
 * server_reload.c: what changes while a server runs, and what has to wait.
 *
 * A reload compares the new configuration with the one in force, value by value. What is LIVE is
 * taken over; everything else stays as it is and is named in the log, so that nobody believes in
 * a change that did not happen. The configuration in force is always what server->config says.
 *
 * Limits are one set: mixed of new LIVE ones and old START ones they have to agree as well, else
 * none of them changes. Lanes look at the published limits once per request, so a request sees
 * one set; replaced sets are kept, because a request may still look at them. The call trace is a
 * list of observers that is published in the same way.
 */
#include "service/server_state.h"

#include "engine/option.h"
#include "service/lanes.h"
#include "service/log.h"
#include "service/program.h"

#include <stdlib.h>
#include <string.h>

bool
server_publish_limits(Server *server)
{
    ServerLimits *limits = calloc(1, sizeof *limits);
    if (limits == NULL) {
        return false;
    }
    const Limits *values = &server->config->limits;
    limits->wire = limits_for_wire(values);
    limits_for_rpc(values, limits->table);
    limits->rpc = (RpcLimits){.table = limits->table,
                              .count = LIMITS_COUNT,
                              .wire = &limits->wire,
                              .reply_bytes_max = (size_t)values->reply_bytes,
                              .ping_bytes_max = (size_t)values->ping_bytes,
                              .client_bytes_max = (size_t)values->client_bytes};
    limits->older = server->limits;
    server->limits = limits;
    atomic_store_explicit(&server->rpc.limits, &limits->rpc, memory_order_release);
    return true;
}

void
server_set_trace(Server *server)
{
    const ConfigSettings *settings = &server->config->settings;
    BaseStatus status =
        trace_set(server->trace, (TraceMode)settings->trace, settings->trace_slow_ms);
    if (!base_is_ok(status)) {
        log_line(LOG_ERROR, "the call trace stays as it is: %s", status.what);
    }
    atomic_store_explicit(&server->rpc.observers, trace_observers(server->trace),
                          memory_order_release);
}

/* Logs that a value changes, or that it has to wait. */
static void
tell(const EngineOption *option, const char *where, int64_t before, int64_t after, bool live)
{
    char old_text[ENGINE_OPTION_TEXT_SIZE];
    char new_text[ENGINE_OPTION_TEXT_SIZE];
    engine_option_print(option, before, old_text);
    engine_option_print(option, after, new_text);
    if (live) {
        log_line(LOG_INFO, "reload: %s %s is now %s; it was %s", where, option->name, new_text,
                 old_text);
    } else {
        log_line(LOG_WARNING, "reload: %s %s stays %s; it becomes %s at a restart", where,
                 option->name, old_text, new_text);
    }
}

static void
tell_text(const char *key, const char *before, const char *after)
{
    if (strcmp(before, after) != 0) {
        log_line(LOG_WARNING, "reload: [server] %s stays %s; it becomes %s at a restart", key,
                 before, after);
    }
}

static void
tell_list(const char *key, char **before, char **after)
{
    g_autofree char *old_text = g_strjoinv(";", before);
    g_autofree char *new_text = g_strjoinv(";", after);
    tell_text(key, old_text, new_text);
}

static void
reload_limits(Server *server, const Config *config)
{
    Limits mixed = server->config->limits;
    bool changed = false;
    for (size_t i = 0; i < LIMITS_COUNT; i++) {
        int64_t wanted = limits_get(&config->limits, i);
        if (limits_option(i)->live && wanted != limits_get(&mixed, i)) {
            *limits_at(&mixed, i) = wanted;
            changed = true;
        }
    }
    LimitsClash clashes[LIMITS_CLASHES_MAX];
    size_t count = limits_check(&mixed, clashes);
    for (size_t i = 0; i < count; i++) {
        log_line(LOG_ERROR, "reload: all limits stay as they are, because of %s: %s",
                 clashes[i].name, clashes[i].message);
    }
    for (size_t i = 0; count == 0 && i < LIMITS_COUNT; i++) {
        int64_t before = limits_get(&server->config->limits, i);
        int64_t wanted = limits_get(&config->limits, i);
        if (wanted != before) {
            tell(limits_option(i), "[limits]", before, wanted, limits_option(i)->live);
        }
    }
    if (count > 0 || !changed) {
        return;
    }
    Limits before = server->config->limits;
    server->config->limits = mixed;
    if (!server_publish_limits(server)) {
        server->config->limits = before;
        log_line(LOG_ERROR, "reload: no memory; all limits stay as they are");
        return;
    }
    endpoint_set_limits(server->data_endpoint, &mixed);
    if (server->admin_endpoint != NULL) {
        endpoint_set_limits(server->admin_endpoint, &mixed);
    }
}

/* Gives an endpoint (NULL: none) as many workers as the configuration says. */
static void
set_workers(Endpoint *endpoint, const char *name, unsigned workers)
{
    BaseStatus status = endpoint == NULL ? base_ok() : endpoint_set_workers(endpoint, workers);
    if (!base_is_ok(status)) {
        log_line(LOG_ERROR, "reload: the %s endpoint keeps its workers: %s", name, status.what);
    }
}

static void
reload_settings(Server *server, const Config *config)
{
    ConfigSettings *settings = &server->config->settings;
    for (size_t i = 0; i < CONFIG_SETTINGS_COUNT; i++) {
        const EngineOption *option = config_setting_option(i);
        int64_t before = config_setting_get(settings, i);
        int64_t wanted = config_setting_get(&config->settings, i);
        if (wanted == before) {
            continue;
        }
        tell(option, "[server]", before, wanted, option->live);
        if (option->live) {
            *config_setting_at(settings, i) = wanted;
        }
    }
    log_set_level((LogLevel)settings->log_level);
    server_set_trace(server);
    set_workers(server->data_endpoint, "data",
                server_threads(settings->workers, 2, SERVER_WORKERS_LEAST));
    set_workers(server->admin_endpoint, "admin", server_threads(settings->admin_workers, 1, 1));
}

static void
reload_option(const Server *server, const ConfigStore *store, size_t i, int64_t wanted)
{
    const EngineOption *option = &store->engine_class->options[i];
    g_autofree char *where = g_strdup_printf("[store \"%s\"]", store->name);
    const Store *open = store_set_find(server->stores, base_slice_text(store->name));
    BaseStatus status = option->live ? engine_set_option(store_engine(open), i, wanted)
                                     : base_error(BASE_UNSUPPORTED, "");
    tell(option, where, store->options[i], wanted, base_is_ok(status));
    if (base_is_ok(status)) {
        store->options[i] = wanted;
    } else if (status.what[0] != '\0') {
        log_line(LOG_WARNING, "reload: %s %s: %s", where, option->name, status.what);
    }
}

/* Takes a store of the new configuration over; it keeps its place in that one. */
static void
add_store(Server *server, const ConfigStore *wanted)
{
    ServerFault fault;
    if (!server_open_store(server, wanted, &fault)) {
        log_line(LOG_ERROR, "reload: a new store could not be opened: %s", fault.message);
        return;
    }
    config_store_copy(server->config, wanted);
}

static void
reload_stores(Server *server, const Config *config)
{
    for (guint s = 0; s < config->stores->len; s++) {
        const ConfigStore *wanted = g_ptr_array_index(config->stores, s);
        const ConfigStore *store = config_store_find(server->config, wanted->name);
        if (store == NULL) {
            add_store(server, wanted);
            continue;
        }
        if (store->engine_class != wanted->engine_class) {
            log_line(LOG_ERROR,
                     "reload: store \"%s\" stays on %s: its data would not be found on %s",
                     store->name, store->engine_class->name, wanted->engine_class->name);
            continue;
        }
        for (size_t i = 0; i < store->engine_class->option_count; i++) {
            if (store->options[i] != wanted->options[i]) {
                reload_option(server, store, i, wanted->options[i]);
            }
        }
    }
    for (guint s = 0; s < server->config->stores->len; s++) {
        const ConfigStore *store = g_ptr_array_index(server->config->stores, s);
        if (config_store_find(config, store->name) == NULL) {
            log_line(LOG_WARNING, "reload: store \"%s\" stays open until a restart", store->name);
        }
    }
}

void
server_reload(Server *server, Config *config)
{
    tell_list("listen", server->config->listen, config->listen);
    tell_list("admin_listen", server->config->admin_listen, config->admin_listen);
    tell_text("data_dir", server->config->data_dir, config->data_dir);
    reload_settings(server, config);
    reload_limits(server, config);
    reload_stores(server, config);
    config_free(config);
}
