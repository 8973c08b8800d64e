/*
 * report.c: the table for people. See report.h; loadgen/README.md says how to read it.
 */
#include "loadgen/report.h"

#include "loadgen/clock.h"
#include "loadgen/figure.h"
#include "loadgen/host.h"
#include "loadgen/report_study.h"

#include <inttypes.h>

/* From this share of its threads' time on, the generator counts as saturated. */
#define SATURATED 0.9

const char *
load_report_arrival(const LoadOptions *options)
{
    return options->rate > 0
               ? "open loop: requests are due at a fixed rate, and latency counts from when each "
                 "was due"
               : "closed loop: a request is sent when one was answered, and latency counts from "
                 "sending";
}

double
load_report_start_unix(const LoadRunResult *result)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    double since = (double)(load_clock_ns() - result->measure_ns) / (double)LOAD_SECOND_NS;
    return (double)now.tv_sec + (double)now.tv_nsec / (double)LOAD_SECOND_NS - since;
}

/* What is not as by default. */
static void
print_laws(FILE *out, const LoadOptions *options)
{
    char text[LOAD_CHOOSER_TEXT_BYTES];
    const LoadLaws *laws = &options->laws;
    if (laws->distribution.kind != LOAD_CHOOSER_UNIFORM) {
        load_distribution_write(&laws->distribution, text);
        (void)fprintf(out, "  records drawn by %s\n", text);
    }
    if (laws->ttl_ms != 0) {
        (void)fprintf(out, "  records expire after %g s\n", (double)laws->ttl_ms / 1000);
    }
}

static void
print_head(FILE *out, const LoadOptions *options, const LoadRunResult *result)
{
    char records[LOAD_FIGURE_BYTES];
    load_figure_count(records, (uint64_t)options->records);
    (void)fprintf(out, "larder-load %s   %s: %s, engine %s, durability %s, protocol %s\n",
                  LARDER_VERSION, options->target, result->target.server, result->target.engine,
                  result->target.durability, result->target.protocol);
    (void)fprintf(out, "  %s", options->workload->name);
    if (options->workload->mixed) {
        (void)fprintf(out, " (%d %% gets)", options->get_percent);
    }
    if (load_op_is_walk(options->workload->kind)) {
        (void)fprintf(out, " (%d entries at most)", options->scan_length);
    }
    if (options->laws.mix.count != 0) {
        (void)fprintf(out, " (%s)", options->laws.words.mix);
    }
    (void)fprintf(out, ", %s records, %s keys of %d bytes, values of %s, seed %" PRIu64 "\n",
                  records, load_key_shape_name(options->key_shape), options->key_size,
                  options->laws.words.value_size, options->seed);
    print_laws(out, options);
    for (char **option = options->engine_options; option != NULL && *option != NULL; option++) {
        (void)fprintf(out, "  %s\n", *option);
    }
    (void)fprintf(out, "  %d connection%s, pipeline %d, %d thread%s", options->connections,
                  options->connections == 1 ? "" : "s", options->pipeline, options->threads,
                  options->threads == 1 ? "" : "s");
    if (options->rate > 0) {
        (void)fprintf(out, ", %.0f requests/s wanted (%s)", options->rate,
                      options->laws.words.arrival);
    }
    (void)fprintf(out, "\n  %s\n", load_report_arrival(options));
    (void)fprintf(out, "  %.1f s measured after %.1f s of warm-up%s\n", result->measured_seconds,
                  options->warmup_seconds, result->stopped ? " (stopped early)" : "");
}

static void
print_row(FILE *out, const char *name, uint64_t finished, double seconds,
          const BaseHistogram *latency)
{
    static const double percents[] = {50, 95, 99, 99.9, 100};
    char text[LOAD_FIGURE_BYTES];
    load_figure_count(text, finished);
    (void)fprintf(out, "%-10s %14s", name, text);
    load_figure_count(text, seconds > 0 ? (uint64_t)((double)finished / seconds) : 0);
    (void)fprintf(out, " %12s", text);
    load_figure_us(text, (int64_t)base_histogram_mean(latency));
    (void)fprintf(out, " %10s", text);
    for (size_t i = 0; i < sizeof percents / sizeof percents[0]; i++) {
        load_figure_us(text, base_histogram_percentile(latency, percents[i]));
        (void)fprintf(out, " %10s", text);
    }
    (void)fputc('\n', out);
}

/* One table: of latency, or of service time. */
static void
print_table(FILE *out, const char *title, const LoadRunResult *result,
            const BaseHistogram *histograms)
{
    static BaseHistogram all; /* large, and this is the main thread's alone */
    int kinds = 0;
    base_histogram_reset(&all);
    (void)fprintf(out, "\n%-10s %14s %12s %10s %10s %10s %10s %10s %10s\n", title, "requests",
                  "per s", "mean us", "p50 us", "p95 us", "p99 us", "p99.9 us", "max us");
    for (int kind = 0; kind < LOAD_OP_KIND_COUNT; kind++) {
        if (histograms[kind].count != 0 || result->counts.finished[kind] != 0) {
            print_row(out, load_op_name((LoadOpKind)kind), result->counts.finished[kind],
                      result->measured_seconds, &histograms[kind]);
            base_histogram_add(&all, &histograms[kind]);
            kinds++;
        }
    }
    if (kinds != 1) {
        print_row(out, "all", load_counts_finished(&result->counts), result->measured_seconds,
                  &all);
    }
}

/* Walks: how many entries they met, which is the figure that readseq is about. */
static void
print_entries(FILE *out, const LoadRunResult *result)
{
    char entries[LOAD_FIGURE_BYTES];
    char rate[LOAD_FIGURE_BYTES];
    double seconds = result->measured_seconds;
    load_figure_count(entries, result->counts.entries);
    load_figure_count(rate, seconds > 0 ? (uint64_t)((double)result->counts.entries / seconds) : 0);
    (void)fprintf(out, "%-10s %14s %12s\n", "entries", entries, rate);
}

static void
print_faults(FILE *out, const LoadRunResult *result)
{
    uint64_t faults = load_counts_faults(&result->counts);
    char text[LOAD_FIGURE_BYTES];
    load_figure_count(text, faults);
    (void)fprintf(out, "\nErrors     %s in the measured time\n", faults == 0 ? "none" : text);
    for (int fault = LOAD_FAULT_NONE + 1; fault < LOAD_FAULT_COUNT; fault++) {
        uint64_t count = 0;
        for (int kind = 0; kind < LOAD_OP_KIND_COUNT; kind++) {
            count += result->counts.faults[kind][fault];
        }
        if (count != 0 || result->notes.fault_count[fault] != 0) {
            load_figure_count(text, count);
            (void)fprintf(out, "  %-16s %12s  first: %s\n", load_fault_name((LoadFault)fault), text,
                          result->notes.faults[fault]);
        }
    }
    if (result->counts.faults_outside != 0) {
        load_figure_count(text, result->counts.faults_outside);
        (void)fprintf(out, "  %s more while loading and warming up\n", text);
    }
    if (result->reconnects != 0) {
        (void)fprintf(out, "  connections made again: %" PRIu64 "\n", result->reconnects);
    }
}

static void
print_verdicts(FILE *out, const LoadRunResult *result)
{
    uint64_t wrong = load_counts_wrong(&result->counts);
    char text[LOAD_FIGURE_BYTES];
    load_figure_count(text, result->counts.verdicts[LOAD_RIGHT]);
    (void)fprintf(out, "Values     %s read and right", text);
    if (result->counts.absent != 0) {
        load_figure_count(text, result->counts.absent);
        (void)fprintf(out, ", %s reads of keys that nobody wrote", text);
    }
    load_figure_count(text, wrong);
    (void)fprintf(out, wrong == 0 ? ", none wrong\n" : "; WRONG: %s\n", text);
    for (int verdict = LOAD_RIGHT + 1; verdict < LOAD_VERDICT_COUNT; verdict++) {
        if (result->counts.verdicts[verdict] == 0) {
            continue;
        }
        load_figure_count(text, result->counts.verdicts[verdict]);
        (void)fprintf(out, "  %-12s %12s  %s\n", load_verdict_name((LoadVerdict)verdict), text,
                      load_verdict_meaning((LoadVerdict)verdict));
        for (unsigned i = 0; i < result->notes.wrong_count[verdict]; i++) {
            (void)fprintf(out, "    %s\n", result->notes.wrongs[verdict][i]);
        }
    }
}

static void
print_warnings(FILE *out, const LoadOptions *options, const LoadRunResult *result)
{
    (void)fprintf(out, "Generator  %.2f of %d core%s busy\n", result->busy_cores, options->threads,
                  options->threads == 1 ? "" : "s");
    if (result->busy_cores > SATURATED * options->threads &&
        options->target_kind == LOAD_TARGET_SOCKET) {
        (void)fprintf(out, "  The generator was busy all the time: the target may be able to do "
                           "more, and\n  latencies include waiting in here. Give it more --threads "
                           "or less load.\n");
    }
    double wanted = options->rate * result->measured_seconds;
    if (options->rate > 0 && (double)load_counts_finished(&result->counts) < 0.99 * wanted) {
        (void)fprintf(out, "  The wanted rate was not reached: latencies grow with the length of "
                           "the run.\n");
    }
    if (strstr(load_host_build(), "not optimised") != NULL ||
        strstr(load_host_build(), "sanitizer") != NULL) {
        (void)fprintf(out, "  Not a build to measure with: %s\n", load_host_build());
    }
}

void
load_report_print(FILE *out, const LoadOptions *options, const LoadRunResult *result)
{
    if (result->intrinsic != NULL) {
        load_report_intrinsic_print(out, result->intrinsic);
    }
    if (result->sweep != NULL) {
        load_report_sweep_print(out, options, result->sweep);
    }
    print_head(out, options, result);
    if (result->load_fault != LOAD_FAULT_NONE) {
        (void)fprintf(out, "\nLoading the records was given up: %s: %s\n",
                      load_fault_name(result->load_fault),
                      result->notes.faults[result->load_fault]);
        return;
    }
    print_table(out, "latency", result, result->latency);
    if (result->counts.entries != 0) {
        print_entries(out, result);
    }
    if (options->rate > 0) {
        print_table(out, "service", result, result->service);
    }
    print_faults(out, result);
    print_verdicts(out, result);
    if (result->overhead != NULL) {
        load_report_overhead_print(out, result->overhead);
    }
    print_warnings(out, options, result);
}
