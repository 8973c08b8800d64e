/*
 * main.c: larder-load. Parses, opens the target, runs, reports; see loadgen/README.md.
 */
#include "loadgen/compare.h"
#include "loadgen/embedded.h"
#include "loadgen/expect_log.h"
#include "loadgen/intrinsic.h"
#include "loadgen/null.h"
#include "loadgen/options.h"
#include "loadgen/overhead.h"
#include "loadgen/peer.h"
#include "loadgen/plot.h"
#include "loadgen/report.h"
#include "loadgen/report_hdr.h"
#include "loadgen/report_json.h"
#include "loadgen/run.h"
#include "loadgen/socket.h"
#include "loadgen/sweep.h"
#include "loadgen/verify.h"

#include <glib.h>
#include <signal.h>

enum {
    EXIT_WRONG_VALUES = 1,
    EXIT_NOTHING_DONE = 2,
    EXIT_USAGE = 64,
    EXIT_UNAVAILABLE = 69,
    EXIT_SOFTWARE = 70,
    EXIT_CANNOT_CREATE = 73,
};

static _Atomic bool stop;

/* The first signal ends the run early, with a report; the second ends the program. */
static void
on_signal(int number)
{
    (void)number;
    atomic_store_explicit(&stop, true, memory_order_relaxed);
}

static void
set_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
    (void)sigaction(SIGPIPE, &ignore, NULL);
}

static bool
open_target(const LoadOptions *options, LoadTarget **ret_target)
{
    if (options->target_kind == LOAD_TARGET_EMBEDDED) {
        LoadEmbeddedProblem problem;
        if (base_is_ok(load_embedded_open(options, ret_target, &problem))) {
            return true;
        }
        g_printerr("larder-load: %s: %s\n", options->target, problem.text);
        return false;
    }
    if (options->target_kind == LOAD_TARGET_NULL) {
        *ret_target = load_null_open();
        return *ret_target != NULL;
    }
    BaseStatus status = options->target_kind == LOAD_TARGET_SOCKET
                            ? load_socket_open(options, ret_target)
                            : load_peer_open(options, ret_target);
    if (base_is_ok(status)) {
        return true;
    }
    g_printerr("larder-load: %s, store %s: %s\n", options->target, options->store, status.what);
    return false;
}

static int
exit_status(const LoadRunResult *result)
{
    if (load_counts_wrong(&result->counts) != 0) {
        return EXIT_WRONG_VALUES;
    }
    return load_counts_finished(&result->counts) == 0 ? EXIT_NOTHING_DONE : EXIT_SUCCESS;
}

static bool
write_files(const LoadOptions *options, const LoadRunResult *result, char **ret_problem)
{
    return (options->json == NULL ||
            load_report_json_write(options->json, options, result, ret_problem)) &&
           (options->hgrm == NULL || load_report_hgrm_write(options->hgrm, result, ret_problem)) &&
           (options->hlog == NULL || load_report_hlog_write(options->hlog, result, ret_problem));
}

static int
report(const LoadOptions *options, const LoadRunResult *result)
{
    load_report_print(stdout, options, result);
    char *problem = NULL;
    if (!write_files(options, result, &problem)) {
        g_printerr("larder-load: %s\n", problem);
        g_free(problem);
        return EXIT_CANNOT_CREATE;
    }
    return exit_status(result);
}

/* Makes the expected-state file, if there is to be one. */
static bool
open_expect(const LoadOptions *options, LoadRunResult *result)
{
    char *problem = NULL;
    if (options->expect == NULL) {
        return true;
    }
    result->expect = load_expect_log_open(options->expect, &stop, &problem);
    if (result->expect == NULL) {
        g_printerr("larder-load: %s\n", problem);
        g_free(problem);
    }
    return result->expect != NULL;
}

/* Closes it. Returns the exit status of the run, or that the file is useless. */
static int
close_expect(LoadRunResult *result, int status)
{
    g_autofree char *problem = load_expect_log_close(result->expect);
    result->expect = NULL;
    if (problem != NULL) {
        g_printerr("larder-load: %s\n", problem);
        return EXIT_CANNOT_CREATE;
    }
    return status;
}

/* A run that could not be run. */
static int
complain(const LoadOptions *options, BaseStatus status)
{
    g_printerr("larder-load: %s: %s\n", options->target, status.what);
    return status.code == BASE_NO_MEMORY ? EXIT_SOFTWARE : EXIT_UNAVAILABLE;
}

/* What is found out before the target is opened. Pointers: NULL, if it was not. */
typedef struct Before {
    const LoadIntrinsic *intrinsic;
    const LoadOverhead *overhead;
} Before;

/* One run, and its report. */
static int
run_once(const LoadOptions *options, LoadTarget *target, LoadProgress *progress,
         const Before *before)
{
    LoadRunResult *result = load_run_result_new();
    if (result == NULL) {
        return EXIT_SOFTWARE;
    }
    result->intrinsic = before->intrinsic;
    result->overhead = before->overhead;
    LoadOverhead own;
    int status = EXIT_CANNOT_CREATE;
    if (open_expect(options, result)) {
        result->monitor = load_monitor_start(options, target);
        BaseStatus ran = load_run(options, target, progress, &stop, result);
        load_monitor_stop(result->monitor);
        if (options->target_kind == LOAD_TARGET_NULL && before->overhead != NULL) {
            own = (LoadOverhead){load_overhead_operation_ns(result), before->overhead->check_ns};
            result->overhead = &own;
        }
        status = base_is_ok(ran) ? report(options, result) : complain(options, ran);
        status = close_expect(result, status);
    }
    load_run_result_free(result);
    return status;
}

/* A sweep, and the report of its knee. */
static int
run_sweep(const LoadOptions *options, LoadTarget *target, LoadProgress *progress,
          const Before *before)
{
    LoadSweep sweep = {.count = 0};
    BaseStatus ran = load_sweep_run(options, target, progress, &stop, &sweep);
    int status = EXIT_NOTHING_DONE;
    if (!base_is_ok(ran)) {
        status = complain(options, ran);
    } else if (sweep.best != NULL) {
        LoadOptions step = *options;
        step.rate = sweep.count == 0
                        ? options->rate
                        : sweep.steps[sweep.knee < 0 ? sweep.count - 1 : (unsigned)sweep.knee].rate;
        sweep.best->intrinsic = before->intrinsic;
        sweep.best->overhead = before->overhead;
        sweep.best->sweep = &sweep;
        status = report(&step, sweep.best);
    }
    load_sweep_clear(&sweep);
    return status;
}

/* A run that writes its expected state is no measurement: what the generator costs is no matter. */
static Before
find_out_before(const LoadOptions *options)
{
    static LoadIntrinsic intrinsic; /* large */
    static LoadOverhead overhead;
    Before before = {NULL, NULL};
    if (options->study.intrinsic) {
        load_intrinsic_measure(LOAD_STUDY_INTRINSIC_SECONDS, &stop, &intrinsic);
        before.intrinsic = &intrinsic;
    }
    if (options->expect == NULL && load_overhead_measure(options, &overhead)) {
        before.overhead = &overhead;
    }
    return before;
}

static int
run(const LoadOptions *options)
{
    LoadTarget *target = NULL;
    Before before = find_out_before(options);
    if (!open_target(options, &target)) {
        return EXIT_UNAVAILABLE;
    }
    LoadProgress progress = load_progress(options->quiet ? NULL : stderr);
    int status = options->study.sweep ? run_sweep(options, target, &progress, &before)
                                      : run_once(options, target, &progress, &before);
    load_target_free(target);
    return status;
}

int
main(int argc, char **argv)
{
    if (argc > 1 && g_str_equal(argv[1], "compare")) {
        return load_compare_main(argc - 1, argv + 1);
    }
    if (argc > 1 && g_str_equal(argv[1], "verify")) {
        return load_verify_main(argc - 1, argv + 1);
    }
    if (argc > 1 && g_str_equal(argv[1], "plot")) {
        return load_plot_main(argc - 1, argv + 1);
    }
    LoadOptions options;
    char *problem = NULL;
    switch (load_options_parse(&argc, &argv, &options, &problem)) {
    case LOAD_OPTIONS_DONE:
        return EXIT_SUCCESS;
    case LOAD_OPTIONS_WRONG:
        g_printerr("larder-load: %s\nlarder-load --help explains the options.\n", problem);
        g_free(problem);
        return EXIT_USAGE;
    case LOAD_OPTIONS_RUN:
        break;
    }
    set_signals();
    int status = run(&options);
    load_options_clear(&options);
    return status;
}
