/*
 * load_generator_bench.c: what the load generator itself costs, per request.
 *
 * usage: load_generator_bench SECONDS
 *
 * Runs larder-load's own code against a small server in another thread, which answers from a table.
 * Its processor time is measured apart, so the figure is that of the generator: drawing, encoding,
 * system calls, decoding, checking every value, recording. The last column is what one core of it
 * could drive; the requests per second that were reached depend on the small server as well.
 *
 * Then the same with a target that does nothing: what is left is the generator without encoding,
 * system calls, decoding and checking. It is to stay below 150 ns for values of 100 bytes.
 */
#include "loadgen/null.h"
#include "loadgen/run.h"
#include "loadgen/socket.h"
#include "tests/responder/responder.h"

#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

typedef struct Case {
    const char *workload;
    int connections;
    int pipeline;
} Case;

static const Case cases[] = {
    {"get", 50, 1}, {"put", 50, 1}, {"get", 50, 16}, {"put", 50, 16}, {"mixed", 50, 128},
};

static double
process_seconds(void)
{
    struct rusage used;
    (void)getrusage(RUSAGE_SELF, &used);
    return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
           (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

static LoadOptions
options_of(const Case *one, const char *target, const char *seconds)
{
    g_autofree char *line = g_strdup_printf(
        "larder-load --target=%s --workload=%s -c %d -p %d --seconds=%s --warmup-seconds=0 "
        "--records=20000",
        target, one->workload, one->connections, one->pipeline, seconds);
    g_auto(GStrv) words = g_strsplit(line, " ", -1);
    g_autofree char **argv = g_memdup2(words, sizeof(char *) * (g_strv_length(words) + 1));
    char **shuffled = argv;
    int argc = (int)g_strv_length(words);
    LoadOptions options;
    char *problem = NULL;
    if (load_options_parse(&argc, &shuffled, &options, &problem) != LOAD_OPTIONS_RUN) {
        (void)fprintf(stderr, "%s\n", problem);
        exit(EXIT_FAILURE);
    }
    return options;
}

/* Runs a case. False: it failed, or a value was wrong. */
static bool
run_case(const Case *one, const char *seconds)
{
    Responder *responder = responder_start(RESPONDER_GOOD, 0);
    g_autofree char *address = g_strdup_printf("unix:%s", responder_path(responder));
    LoadOptions options = options_of(one, address, seconds);
    LoadProgress quiet = load_progress(NULL);
    LoadRunResult *result = load_run_result_new();
    LoadTarget *target = NULL;
    _Atomic bool stop = false;
    double before = process_seconds();
    double before_responder = responder_cpu_seconds(responder);
    bool good = result != NULL && base_is_ok(load_socket_open(&options, &target)) &&
                base_is_ok(load_run(&options, target, &quiet, &stop, result)) &&
                load_counts_wrong(&result->counts) == 0;
    double used =
        process_seconds() - before - (responder_cpu_seconds(responder) - before_responder);
    if (good) {
        double ns = used * 1e9 / (double)result->counts.ended;
        (void)printf("%-6s %4d connections, pipeline %3d  %9.0f requests/s  %6.0f ns each  %9.0f "
                     "requests/s of one core\n",
                     one->workload, one->connections, one->pipeline,
                     (double)load_counts_finished(&result->counts) / result->measured_seconds, ns,
                     1e9 / ns);
    }
    load_target_free(target);
    load_run_result_free(result);
    load_options_clear(&options);
    responder_stop(responder);
    return good;
}

/* The same against nothing. */
static bool
run_null(const Case *one, const char *seconds)
{
    LoadOptions options = options_of(one, "null", seconds);
    LoadProgress quiet = load_progress(NULL);
    LoadRunResult *result = load_run_result_new();
    LoadTarget *target = load_null_open();
    _Atomic bool stop = false;
    double before = process_seconds();
    bool good = result != NULL && target != NULL &&
                base_is_ok(load_run(&options, target, &quiet, &stop, result));
    if (good) {
        (void)printf("%-6s nothing, pipeline %3d  %6.0f ns each\n", one->workload, one->pipeline,
                     (process_seconds() - before) * 1e9 / (double)result->counts.ended);
    }
    load_target_free(target);
    load_run_result_free(result);
    load_options_clear(&options);
    return good;
}

int
main(int argc, char **argv)
{
    const char *seconds = argc > 1 ? argv[1] : "2";
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        if (!run_case(&cases[i], seconds) || !run_null(&cases[i], seconds)) {
            (void)fprintf(stderr, "the run failed\n");
            return EXIT_FAILURE;
        }
    }
    return EXIT_SUCCESS;
}
