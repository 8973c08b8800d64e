/*
 * report_study.c: what a run found out besides its figures. See report_study.h.
 */
#include "loadgen/report_study.h"

#include "loadgen/figure.h"
#include "loadgen/json_file.h"

static void
print_jitter(FILE *out, const char *name, const BaseHistogram *jitter)
{
    static const double percents[] = {50, 99, 99.9, 100};
    char text[LOAD_FIGURE_BYTES];
    (void)fprintf(out, "%-22s", name);
    for (size_t i = 0; i < sizeof percents / sizeof percents[0]; i++) {
        load_figure_us(text, base_histogram_percentile(jitter, percents[i]));
        (void)fprintf(out, " %10s", text);
    }
    (void)fputc('\n', out);
}

void
load_report_intrinsic_print(FILE *out, const LoadIntrinsic *it)
{
    (void)fprintf(out, "This machine, measured for %.1f s without any load:\n", it->seconds);
    (void)fprintf(out, "%-22s %10s %10s %10s %10s\n", "", "p50 us", "p99 us", "p99.9 us", "max us");
    print_jitter(out, "gap while spinning", &it->gaps);
    print_jitter(out, "late after a sleep", &it->wakes);
    (void)fprintf(out,
                  "  %.2f %% of the time went to gaps of %.0f us and more. Latencies cannot be "
                  "told from\n  the machine's own below these figures.\n\n",
                  it->taken * 100, (double)LOAD_INTRINSIC_GAP_NS / 1000);
}

static void
add_jitter(JsonBuilder *json, const char *name, const BaseHistogram *jitter)
{
    load_json_begin_object(json, name);
    load_json_real(json, "count", (double)jitter->count);
    load_json_real(json, "p50_ns", (double)base_histogram_percentile(jitter, 50));
    load_json_real(json, "p99_ns", (double)base_histogram_percentile(jitter, 99));
    load_json_real(json, "p99.9_ns", (double)base_histogram_percentile(jitter, 99.9));
    load_json_real(json, "max_ns", (double)base_histogram_percentile(jitter, 100));
    json_builder_end_object(json);
}

void
load_report_intrinsic_json(JsonBuilder *json, const LoadIntrinsic *it)
{
    load_json_begin_object(json, "intrinsic");
    load_json_real(json, "seconds", it->seconds);
    load_json_real(json, "taken", it->taken);
    add_jitter(json, "gaps", &it->gaps);
    add_jitter(json, "wakes", &it->wakes);
    json_builder_end_object(json);
}

void
load_report_overhead_print(FILE *out, const LoadOverhead *it)
{
    (void)fprintf(out, "Overhead   %.0f ns of the generator's own for each operation",
                  it->operation_ns);
    (void)fprintf(out, it->check_ns > 0 ? ", %.0f ns to check a value\n" : "\n", it->check_ns);
}

void
load_report_overhead_json(JsonBuilder *json, const LoadOverhead *it)
{
    load_json_begin_object(json, "overhead");
    load_json_real(json, "operation_ns", it->operation_ns);
    load_json_real(json, "check_ns", it->check_ns);
    json_builder_end_object(json);
}

static void
print_step(FILE *out, const LoadOptions *options, const LoadSweepStep *step)
{
    char rate[LOAD_FIGURE_BYTES];
    char reached[LOAD_FIGURE_BYTES];
    char value[LOAD_FIGURE_BYTES];
    bool busy = step->busy_cores > 0.9 * options->threads;
    load_figure_count(rate, (uint64_t)step->rate);
    load_figure_count(reached, (uint64_t)step->reached);
    load_figure_us(value, step->value_ns);
    (void)fprintf(out, "%14s %14s %12s %9.3f  %s%s\n", rate, reached, value, step->lost * 100,
                  step->held ? "held" : "broke", busy ? ", generator busy" : "");
}

void
load_report_sweep_print(FILE *out, const LoadOptions *options, const LoadSweep *sweep)
{
    (void)fprintf(out, "Sweep for %s, %.1f s a step:\n%14s %14s %12s %9s\n",
                  options->study.objective_text, options->seconds, "wanted per s", "reached",
                  "latency us", "lost %");
    for (unsigned i = 0; i < sweep->count; i++) {
        print_step(out, options, &sweep->steps[i]);
    }
    if (sweep->knee < 0) {
        (void)fprintf(out, "No rate held. The last try:\n\n");
        return;
    }
    char rate[LOAD_FIGURE_BYTES];
    load_figure_count(rate, (uint64_t)sweep->steps[sweep->knee].rate);
    (void)fprintf(out, "The knee is at %s requests/s; that step:\n\n", rate);
}

void
load_report_sweep_json(JsonBuilder *json, const LoadOptions *options, const LoadSweep *sweep)
{
    load_json_begin_object(json, "sweep");
    json_builder_set_member_name(json, "objective");
    json_builder_add_string_value(json, options->study.objective_text);
    load_json_real(json, "knee_per_second", sweep->knee < 0 ? 0 : sweep->steps[sweep->knee].rate);
    load_json_begin_array(json, "steps");
    for (unsigned i = 0; i < sweep->count; i++) {
        const LoadSweepStep *step = &sweep->steps[i];
        json_builder_begin_object(json);
        load_json_real(json, "rate", step->rate);
        load_json_real(json, "reached", step->reached);
        load_json_real(json, "value_ns", (double)step->value_ns);
        load_json_real(json, "lost", step->lost);
        load_json_real(json, "generator_cores_busy", step->busy_cores);
        json_builder_set_member_name(json, "held");
        json_builder_add_boolean_value(json, step->held);
        json_builder_end_object(json);
    }
    json_builder_end_array(json);
    json_builder_end_object(json);
}
