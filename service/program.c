/*
 * program.c: from the command line to the exit status.
 *
 * Signals are blocked in all threads and waited for in this one, so nothing ever happens in a
 * signal handler.
 */
#include "service/program.h"

#include "service/log.h"
#include "service/offline.h"
#include "service/options.h"
#include "service/server.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PROGRAM_STEP_MS = 10 };

/* Blocks the signals that are waited for. Before the first thread: they inherit it. */
static sigset_t
block_signals(void)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    (void)sigaction(SIGPIPE, &ignore, NULL);
    sigset_t waited_for;
    (void)sigemptyset(&waited_for);
    (void)sigaddset(&waited_for, SIGTERM);
    (void)sigaddset(&waited_for, SIGINT);
    (void)sigaddset(&waited_for, SIGHUP);
    (void)pthread_sigmask(SIG_BLOCK, &waited_for, NULL);
    return waited_for;
}

/* The next signal within so many milliseconds, or 0; -1: waits for ever. */
static int
next_signal(const sigset_t *waited_for, int timeout_ms)
{
    const struct timespec timeout = {timeout_ms / 1000, (timeout_ms % 1000) * 1000000L};
    for (;;) {
        int number = timeout_ms < 0 ? sigwaitinfo(waited_for, NULL)
                                    : sigtimedwait(waited_for, NULL, &timeout);
        if (number > 0) {
            return number;
        }
        if (errno != EINTR) {
            return 0;
        }
    }
}

static void
reload(Server *server, const Options *options)
{
    if (options->config == NULL) {
        log_line(LOG_WARNING, "reload: there is no configuration file to load");
        (void)dprintf(STDERR_FILENO, "not reloaded\n");
        return;
    }
    ConfigReport report;
    config_report_init(&report);
    const ConfigOverrides overrides = options_overrides(options);
    Config *config = config_load(options->config, &overrides, &report);
    if (config != NULL) {
        server_reload(server, config);
        (void)dprintf(STDERR_FILENO, "reloaded\n");
    } else {
        config_report_write(&report, STDERR_FILENO);
        log_line(LOG_ERROR, "reload: the configuration is wrong; everything stays as it is");
        (void)dprintf(STDERR_FILENO, "not reloaded\n");
    }
    config_report_clear(&report);
}

/* Waits until requests under way are finished, the time is up, or somebody insists. */
static void
drain(Server *server, const sigset_t *waited_for)
{
    const BaseClock *clock = base_clock_real();
    int64_t time_ms = server_drain_ms(server);
    int64_t end_us = base_clock_monotonic_us(clock) + time_ms * 1000;
    log_line(LOG_INFO, "draining: requests under way have %lld ms to finish", (long long)time_ms);
    server_drain_begin(server);
    while (!server_is_drained(server)) {
        if (base_clock_monotonic_us(clock) >= end_us) {
            log_line(LOG_WARNING, "the time to drain is over; what is left is cut off");
            return;
        }
        int number = next_signal(waited_for, PROGRAM_STEP_MS);
        if (number == SIGTERM || number == SIGINT) {
            log_line(LOG_WARNING, "told to stop again; what is left is cut off");
            return;
        }
    }
}

/* Tells whoever started the program where it can be reached. */
static void
announce(const Server *server)
{
    const char *address;
    for (size_t i = 0; (address = server_data_address(server, i)) != NULL; i++) {
        (void)dprintf(STDERR_FILENO, "listening data %s\n", address);
    }
    for (size_t i = 0; (address = server_admin_address(server, i)) != NULL; i++) {
        (void)dprintf(STDERR_FILENO, "listening admin %s\n", address);
    }
    (void)dprintf(STDERR_FILENO, "ready\n");
}

static int
serve(Config *config, const Options *options, const ServerParts *parts)
{
    sigset_t waited_for = block_signals();
    (void)umask(077);
    ServerFault fault;
    Server *server = server_start(config, parts, &fault);
    if (server == NULL) {
        log_line(LOG_ERROR, "%s", fault.message);
        return fault.exit_status;
    }
    announce(server);
    for (;;) {
        int number = next_signal(&waited_for, -1);
        if (number == SIGTERM || number == SIGINT) {
            break;
        }
        if (number == SIGHUP) {
            reload(server, options);
        }
    }
    drain(server, &waited_for);
    server_stop(server);
    log_line(LOG_INFO, "stopped");
    return PROGRAM_OK;
}

static int
check(const Config *config, const Options *options)
{
    if (options->print_config) {
        g_autofree char *text = config_print(config);
        (void)fputs(text, stdout);
    } else {
        (void)printf("%s: ok\n", options->config == NULL ? "defaults" : options->config);
    }
    return fflush(stdout) == 0 ? PROGRAM_OK : PROGRAM_IO;
}

static int
work_offline(const Options *options, const ServerParts *parts)
{
    const Env *env = parts == NULL || parts->env == NULL ? env_posix() : parts->env;
    (void)umask(077);
    ProgramExit status = options->verify != NULL ? offline_verify(env, options->verify)
                                                 : offline_repair(env, options->repair);
    return (int)status;
}

static int
run(const Options *options, const ServerParts *parts)
{
    if (options->version) {
        (void)printf("larderd %s\n", LARDER_VERSION);
        return PROGRAM_OK;
    }
    if (options->verify != NULL || options->repair != NULL) {
        return work_offline(options, parts);
    }
    ConfigReport report;
    config_report_init(&report);
    const ConfigOverrides overrides = options_overrides(options);
    Config *config = config_load(options->config, &overrides, &report);
    config_report_write(&report, STDERR_FILENO);
    config_report_clear(&report);
    if (config == NULL) {
        return PROGRAM_CONFIG;
    }
    if (options->check_config || options->print_config) {
        int status = check(config, options);
        config_free(config);
        return status;
    }
    return serve(config, options, parts);
}

int
program_main(int argc, char **argv, const ServerParts *parts)
{
    log_init();
    Options options;
    char *problem = NULL;
    if (!options_parse(argc, argv, &options, &problem)) {
        (void)fprintf(stderr, "larderd: %s; larderd --help explains\n", problem);
        g_free(problem);
        return PROGRAM_USAGE;
    }
    int status = run(&options, parts);
    options_clear(&options);
    return status;
}
