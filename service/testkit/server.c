/*
 * server.c: larder_test_server_*: the real server, with a clock, faults and counters of a test.
 *
 *     network -> service/net -> workers -> rpc/lane --- observers: calls, then faults
 *                                             |
 *                                           store -> engine, by the clock of the test
 *
 * Its files are in memory, so nothing is left behind by a test that ends without a stop, as those
 * that fail under Check do; unless the user names a directory.
 *
 * The configuration is the user's text over presets that suit a test (presets_of), with addresses
 * and the data directory of ours. The first observer sees what the faults behind it made of a call.
 *
 * Stop. First the faults let go of every call that they delay, so that no worker waits; from then
 * on calls are neither executed nor answered, and the server's own stop cuts off what is left.
 *
 * Failure. larder_test_server_start() takes back whatever it did; GLib ends the process when there
 * is no memory for a configuration, which is acceptable in a test.
 */
#include "service/server.h"
#include "engine/env/mem.h"
#include "service/log.h"
#include "service/testkit/calls.h"
#include "service/testkit/clock.h"
#include "service/testkit/faults.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

enum { SERVER_REACTORS = 1, SERVER_WORKERS = 16, SERVER_ADMIN_WORKERS = 2 };

#define ANY_PORT         "tcp:127.0.0.1:0"
#define MEMORY_DIRECTORY "/data"

struct LarderTestServer {
    TestkitClock clock;
    bool has_clock; /* of its own */
    TestkitFaults faults;
    TestkitCalls calls;
    ServerParts parts;
    Env *files; /* in memory; NULL: they are in a directory */
    Server *server;
};

/* Fills in a problem, whose message is cut where it must be. */
__attribute__((format(printf, 2, 3))) static void
tell(LarderProblem *ret_problem, const char *format, ...)
{
    if (ret_problem == NULL) {
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(ret_problem->message, sizeof ret_problem->message, format, arguments);
    va_end(arguments);
}

/* One reactor suffices, and each delayed call occupies a worker. */
static ConfigPresets
presets_of(const LarderTestServerOptions *options)
{
    ConfigPresets presets = {
        .engine = options->engine == NULL ? "hashmap" : options->engine,
        .settings = config_settings_default(),
    };
    presets.settings.reactors = SERVER_REACTORS;
    presets.settings.workers = SERVER_WORKERS;
    presets.settings.admin_workers = SERVER_ADMIN_WORKERS;
    presets.settings.log_level = LOG_ERROR;
    return presets;
}

static Config *
load(const LarderTestServerOptions *options, LarderProblem *ret_problem)
{
    g_autofree char *data = options->unix_path == NULL
                                ? g_strdup(ANY_PORT)
                                : g_strdup_printf("unix:%s", options->unix_path);
    g_autofree char *admin = options->unix_path == NULL
                                 ? g_strdup(ANY_PORT)
                                 : g_strdup_printf("unix:%s.admin", options->unix_path);
    char *listen[] = {data, NULL};
    char *admin_listen[] = {admin, NULL};
    const char *directory = options->directory == NULL ? MEMORY_DIRECTORY : options->directory;
    const ConfigOverrides overrides = {listen, admin_listen, directory};
    const ConfigPresets presets = presets_of(options);
    ConfigReport report;
    config_report_init(&report);
    Config *config = config_load_text("config", options->config, &presets, &overrides, &report);
    if (config == NULL) {
        tell(ret_problem, "%s", (const char *)g_ptr_array_index(report.problems, 0));
    }
    config_report_clear(&report);
    return config;
}

/* Prepares everything but the server itself. */
static LarderTestServer *
server_new(const LarderTestServerOptions *options)
{
    LarderTestServer *server = calloc(1, sizeof *server);
    if (server == NULL) {
        return NULL;
    }
    if (options->directory == NULL) {
        server->files = env_mem_new();
        if (server->files == NULL) {
            free(server);
            return NULL;
        }
    }
    server->parts.env = server->files;
    server->has_clock = options->clock_ms > 0;
    testkit_clock_init(&server->clock, options->clock_ms);
    testkit_faults_init(&server->faults);
    testkit_calls_init(&server->calls);
    server->calls.observer.next = &server->faults.observer;
    server->parts.observer = &server->calls.observer;
    server->parts.clock = server->has_clock ? &server->clock.clock : NULL;
    return server;
}

/* Starts the server with all signals blocked in its threads: they are the test's. */
static bool
start(LarderTestServer *server, Config *config, LarderProblem *ret_problem)
{
    sigset_t all;
    sigset_t before;
    ServerFault fault;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    server->server = server_start(config, &server->parts, &fault);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (server->server == NULL) {
        tell(ret_problem, "%s", fault.message);
    }
    return server->server != NULL;
}

LarderTestServer *
larder_test_server_start(const LarderTestServerOptions *options, LarderProblem *ret_problem)
{
    static const LarderTestServerOptions defaults;
    const LarderTestServerOptions *wanted = options == NULL ? &defaults : options;
    if (wanted->clock_ms < 0) {
        tell(ret_problem, "clock_ms is %lld; it must not be negative", (long long)wanted->clock_ms);
        return NULL;
    }
    LarderTestServer *server = server_new(wanted);
    if (server == NULL) {
        tell(ret_problem, "no memory");
        return NULL;
    }
    Config *config = load(wanted, ret_problem);
    if (config == NULL || !start(server, config, ret_problem)) {
        larder_test_server_stop(server);
        return NULL;
    }
    return server;
}

void
larder_test_server_stop(LarderTestServer *server)
{
    if (server == NULL) {
        return;
    }
    testkit_faults_stop(&server->faults);
    server_stop(server->server);
    testkit_calls_free(&server->calls);
    testkit_faults_free(&server->faults);
    env_mem_free(server->files);
    free(server);
}

const char *
larder_test_server_address(const LarderTestServer *server)
{
    return server_data_address(server->server, 0);
}

const char *
larder_test_server_admin_address(const LarderTestServer *server)
{
    return server_admin_address(server->server, 0);
}

bool
larder_test_server_advance_ms(LarderTestServer *server, int64_t ms)
{
    return server->has_clock && testkit_clock_advance(&server->clock, ms);
}

int64_t
larder_test_server_inject(LarderTestServer *server, const LarderFault *fault)
{
    LarderProblem problem;
    int64_t id = testkit_faults_add(&server->faults, fault, &problem);
    if (id < 0) {
        (void)fprintf(stderr, "larder-test: the fault is not injected: %s\n", problem.message);
    }
    return id;
}

int64_t
larder_test_server_fault_hits(LarderTestServer *server, int64_t id)
{
    return testkit_faults_hits(&server->faults, id);
}

void
larder_test_server_clear_faults(LarderTestServer *server)
{
    testkit_faults_clear(&server->faults);
}

void
larder_test_server_cut(LarderTestServer *server)
{
    server_cut(server->server);
}

void
larder_test_server_drain(LarderTestServer *server)
{
    server_drain_begin(server->server);
}

int64_t
larder_test_server_executed(LarderTestServer *server, const char *method)
{
    return testkit_calls_executed(&server->calls, method);
}

void
larder_test_server_trace(LarderTestServer *server, LarderTestHook *hook, void *context)
{
    testkit_calls_trace(&server->calls, hook, context);
}
