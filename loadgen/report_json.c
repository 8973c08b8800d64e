/*
 * report_json.c: the result of a run as JSON. See report_json.h.
 */
#include "loadgen/report_json.h"

#include "loadgen/clock.h"
#include "loadgen/host.h"
#include "loadgen/json_file.h"
#include "loadgen/report.h"
#include "loadgen/report_study.h"

#include <json-glib/json-glib.h>

/* The command line, so that a run can be repeated; empty when the system does not tell. */
static void
add_command(JsonBuilder *json)
{
    g_autofree char *words = NULL;
    gsize length = 0;
    load_json_begin_array(json, "command");
    if (g_file_get_contents("/proc/self/cmdline", &words, &length, NULL)) {
        for (gsize at = 0; at < length; at += strlen(words + at) + 1) {
            g_autofree char *word = g_utf8_make_valid(words + at, -1);
            json_builder_add_string_value(json, word);
        }
    }
    json_builder_end_array(json);
}

static void
add_host(JsonBuilder *json)
{
    LoadHost host = load_host();
    load_json_text(json, "time", host.time);
    load_json_begin_object(json, "host");
    load_json_text(json, "name", host.name);
    load_json_text(json, "system", host.system);
    load_json_text(json, "processor", host.processor);
    load_json_number(json, "cores", host.cores);
    load_json_number(json, "memory_bytes", host.memory_bytes);
    json_builder_end_object(json);
    load_json_text(json, "build", load_host_build());
}

static void
add_config(JsonBuilder *json, const LoadOptions *options)
{
    load_json_begin_object(json, "config");
    load_json_text(json, "target", options->target);
    load_json_text(json, "store", options->store);
    load_json_text(json, "admin", options->admin == NULL ? "" : options->admin);
    load_json_text(json, "workload", options->workload->name);
    load_json_number(json, "get_percent", options->get_percent);
    load_json_number(json, "connections", options->connections);
    load_json_number(json, "pipeline", options->pipeline);
    load_json_number(json, "threads", options->threads);
    load_json_number(json, "records", options->records);
    load_json_number(json, "key_size", options->key_size);
    load_json_text(json, "key_shape", load_key_shape_name(options->key_shape));
    load_json_text(json, "key_prefix", options->key_prefix);
    load_json_number(json, "value_size", options->value_size);
    load_json_text(json, "value_sizes", options->laws.words.value_size);
    load_json_text(json, "mix", options->laws.mix.count == 0 ? "" : options->laws.words.mix);
    load_json_text(json, "distribution", options->laws.words.distribution);
    load_json_text(json, "arrivals", options->laws.words.arrival);
    load_json_number(json, "ttl_ms", options->laws.ttl_ms);
    load_json_real(json, "compression_ratio", options->compression_ratio);
    load_json_number(json, "scan_length", options->scan_length);
    load_json_number(json, "operations", options->operations);
    load_json_real(json, "seconds", options->seconds);
    load_json_real(json, "warmup_seconds", options->warmup_seconds);
    load_json_real(json, "timeout_seconds", options->timeout_seconds);
    load_json_real(json, "rate", options->rate);
    load_json_number(json, "seed", (int64_t)options->seed);
    load_json_text(json, "protocol", options->protocol == WIRE_BINARY ? "binary" : "compact");
    load_json_truth(json, "load", options->load);
    load_json_begin_array(json, "engine_options");
    for (char **option = options->engine_options; option != NULL && *option != NULL; option++) {
        json_builder_add_string_value(json, *option);
    }
    json_builder_end_array(json);
    json_builder_end_object(json);
}

static void
add_target(JsonBuilder *json, const LoadTargetInfo *target)
{
    load_json_begin_object(json, "target");
    load_json_text(json, "server", target->server);
    load_json_text(json, "engine", target->engine);
    load_json_text(json, "durability", target->durability);
    load_json_text(json, "protocol", target->protocol);
    json_builder_end_object(json);
}

/* Gets and puts are always told, other operations when there were any. */
static bool
is_told(const LoadRunResult *result, int kind)
{
    uint64_t happened = result->latency[kind].count + result->counts.finished[kind];
    for (int fault = 0; fault < LOAD_FAULT_COUNT; fault++) {
        happened += result->counts.faults[kind][fault];
    }
    return kind == LOAD_GET || kind == LOAD_PUT || happened != 0;
}

static void
add_buckets(JsonBuilder *json, const BaseHistogram *histogram)
{
    size_t cursor = 0;
    BaseHistogramBucket bucket;
    load_json_begin_array(json, "buckets");
    while (base_histogram_next(histogram, &cursor, &bucket)) {
        json_builder_begin_array(json);
        json_builder_add_int_value(json, bucket.lowest);
        json_builder_add_int_value(json, bucket.highest);
        json_builder_add_int_value(json, (int64_t)bucket.count);
        json_builder_end_array(json);
    }
    json_builder_end_array(json);
}

static void
add_histogram(JsonBuilder *json, const char *name, const BaseHistogram *histogram)
{
    static const struct {
        const char *name;
        double percent;
    } percentiles[] = {{"p50", 50}, {"p75", 75},     {"p90", 90},       {"p95", 95},
                       {"p99", 99}, {"p99.9", 99.9}, {"p99.99", 99.99}, {"max", 100}};
    load_json_begin_object(json, name);
    load_json_number(json, "count", (int64_t)histogram->count);
    load_json_real(json, "mean_ns", base_histogram_mean(histogram));
    load_json_number(json, "min_ns", histogram->count == 0 ? 0 : histogram->lowest);
    load_json_begin_object(json, "percentiles_ns");
    for (size_t i = 0; i < G_N_ELEMENTS(percentiles); i++) {
        load_json_number(json, percentiles[i].name,
                         base_histogram_percentile(histogram, percentiles[i].percent));
    }
    json_builder_end_object(json);
    add_buckets(json, histogram);
    json_builder_end_object(json);
}

static void
add_operations(JsonBuilder *json, const LoadOptions *options, const LoadRunResult *result)
{
    double seconds = result->measured_seconds;
    load_json_begin_object(json, "operations");
    for (int kind = 0; kind < LOAD_OP_KIND_COUNT; kind++) {
        uint64_t finished = result->counts.finished[kind];
        if (!is_told(result, kind)) {
            continue;
        }
        load_json_begin_object(json, load_op_name((LoadOpKind)kind));
        load_json_number(json, "finished", (int64_t)finished);
        load_json_real(json, "per_second", seconds > 0 ? (double)finished / seconds : 0);
        load_json_begin_object(json, "faults");
        for (int fault = LOAD_FAULT_NONE + 1; fault < LOAD_FAULT_COUNT; fault++) {
            load_json_number(json, load_fault_name((LoadFault)fault),
                             (int64_t)result->counts.faults[kind][fault]);
        }
        json_builder_end_object(json);
        add_histogram(json, "latency", &result->latency[kind]);
        if (options->rate > 0) {
            add_histogram(json, "service", &result->service[kind]);
        }
        json_builder_end_object(json);
    }
    json_builder_end_object(json);
}

static void
add_series(JsonBuilder *json, const LoadRunResult *result)
{
    load_json_begin_array(json, "series");
    for (size_t i = 0; i < result->series_count; i++) {
        const LoadSecond *second = &result->series[i];
        json_builder_begin_object(json);
        load_json_real(json, "at_seconds", second->at);
        load_json_real(json, "span_seconds", second->span);
        for (int kind = 0; kind < LOAD_OP_KIND_COUNT; kind++) {
            if (is_told(result, kind)) {
                load_json_number(json, load_op_name((LoadOpKind)kind),
                                 (int64_t)second->finished[kind]);
            }
        }
        load_json_number(json, "faults", (int64_t)second->faults);
        load_json_number(json, "wrong", (int64_t)second->wrong);
        load_json_number(json, "p50_ns", second->p50_ns);
        load_json_number(json, "p99_ns", second->p99_ns);
        load_json_number(json, "p99.9_ns", second->p999_ns);
        load_json_number(json, "max_ns", second->highest_ns);
        load_json_text(json, "latency_hdr", second->hdr == NULL ? "" : second->hdr);
        json_builder_end_object(json);
    }
    json_builder_end_array(json);
}

/* ----------------------------------------------------------------------------------- target -- */

static void
add_reading(JsonBuilder *json, const char *name, const GArray *reading)
{
    load_json_begin_object(json, name);
    for (guint i = 0; i < reading->len; i++) {
        const LoadFigure *figure = &g_array_index(reading, LoadFigure, i);
        load_json_number(json, figure->name, figure->value);
    }
    json_builder_end_object(json);
}

/* What happened between two samples, if anything did. */
static void
add_event(JsonBuilder *json, const char *kind, double at, int64_t count, int64_t busy_us,
          int64_t bytes)
{
    if (count <= 0 && busy_us <= 0) {
        return;
    }
    json_builder_begin_object(json);
    load_json_text(json, "kind", kind);
    load_json_real(json, "at_seconds", at);
    load_json_number(json, "count", count);
    load_json_number(json, "busy_us", busy_us);
    load_json_number(json, "bytes", bytes);
    json_builder_end_object(json);
}

static double
since_measuring(const LoadRunResult *result, int64_t at_ns)
{
    return (double)(at_ns - result->measure_ns) / (double)LOAD_SECOND_NS;
}

/* What the target did within the measured time, as seen at the end of each period. */
static void
add_events(JsonBuilder *json, const LoadRunResult *result, const GArray *samples)
{
    load_json_begin_array(json, "events");
    for (guint i = 1; i < samples->len; i++) {
        const LoadSample *from = &g_array_index(samples, LoadSample, i - 1);
        const LoadSample *to = &g_array_index(samples, LoadSample, i);
        double at = since_measuring(result, to->at_ns);
        if (at < 0 || since_measuring(result, from->at_ns) > result->measured_seconds) {
            continue;
        }
        add_event(json, "stall", at, 0, to->stall_us - from->stall_us, 0);
        add_event(json, "flush", at, to->flushes - from->flushes, to->flush_us - from->flush_us,
                  to->flush_bytes - from->flush_bytes);
        add_event(json, "compaction", at, to->compactions - from->compactions,
                  to->compaction_us - from->compaction_us, 0);
    }
    json_builder_end_array(json);
}

static void
add_samples(JsonBuilder *json, const LoadRunResult *result, const GArray *samples)
{
    load_json_begin_array(json, "samples");
    for (guint i = 0; i < samples->len; i++) {
        const LoadSample *sample = &g_array_index(samples, LoadSample, i);
        json_builder_begin_object(json);
        load_json_real(json, "at_seconds", since_measuring(result, sample->at_ns));
        load_json_number(json, "stall_us", sample->stall_us);
        load_json_number(json, "flushes", sample->flushes);
        load_json_number(json, "flush_bytes", sample->flush_bytes);
        load_json_number(json, "compactions", sample->compactions);
        load_json_number(json, "pending_bytes", sample->pending_bytes);
        load_json_number(json, "disk_bytes", sample->disk_bytes);
        load_json_number(json, "memory_bytes", sample->memory_bytes);
        json_builder_end_object(json);
    }
    json_builder_end_array(json);
}

static void
add_server(JsonBuilder *json, const LoadRunResult *result)
{
    const LoadMonitor *monitor = result->monitor;
    load_json_begin_object(json, "server");
    load_json_truth(json, "observed", monitor != NULL);
    if (monitor != NULL) {
        const char *problem = load_monitor_problem(monitor);
        load_json_text(json, "problem", problem == NULL ? "" : problem);
        add_reading(json, "first", load_monitor_reading(monitor, LOAD_READING_FIRST));
        add_reading(json, "before", load_monitor_reading(monitor, LOAD_READING_BEFORE));
        add_reading(json, "after", load_monitor_reading(monitor, LOAD_READING_AFTER));
        add_samples(json, result, load_monitor_samples(monitor));
        add_events(json, result, load_monitor_samples(monitor));
    }
    json_builder_end_object(json);
}

static void
add_verification(JsonBuilder *json, const LoadRunResult *result)
{
    load_json_begin_object(json, "verification");
    load_json_number(json, "absent", (int64_t)result->counts.absent);
    for (int verdict = LOAD_RIGHT; verdict < LOAD_VERDICT_COUNT; verdict++) {
        load_json_number(json, load_verdict_name((LoadVerdict)verdict),
                         (int64_t)result->counts.verdicts[verdict]);
    }
    load_json_number(json, "wrong", (int64_t)load_counts_wrong(&result->counts));
    json_builder_end_object(json);
}

static void
add_result(JsonBuilder *json, const LoadRunResult *result)
{
    load_json_begin_object(json, "result");
    load_json_number(json, "run", result->run);
    load_json_real(json, "load_seconds", result->load_seconds);
    load_json_text(json, "load_fault", load_fault_name(result->load_fault));
    load_json_number(json, "loaded", (int64_t)result->counts.loaded);
    load_json_real(json, "measured_from_unix", load_report_start_unix(result));
    load_json_real(json, "measured_seconds", result->measured_seconds);
    load_json_truth(json, "stopped", result->stopped);
    load_json_number(json, "finished", (int64_t)load_counts_finished(&result->counts));
    load_json_number(json, "entries", (int64_t)result->counts.entries);
    load_json_number(json, "faults", (int64_t)load_counts_faults(&result->counts));
    load_json_number(json, "faults_outside", (int64_t)result->counts.faults_outside);
    load_json_number(json, "reconnects", (int64_t)result->reconnects);
    load_json_real(json, "generator_cores_busy", result->busy_cores);
    json_builder_end_object(json);
}

bool
load_report_json_write(const char *path, const LoadOptions *options, const LoadRunResult *result,
                       char **ret_problem)
{
    g_autoptr(JsonBuilder) json = json_builder_new();
    json_builder_begin_object(json);
    load_json_number(json, "format", LOAD_REPORT_FORMAT);
    load_json_text(json, "program", "larder-load");
    load_json_text(json, "version", LARDER_VERSION);
    add_command(json);
    add_host(json);
    add_target(json, &result->target);
    add_config(json, options);
    load_json_text(json, "arrival", options->rate > 0 ? "open" : "closed");
    load_json_text(json, "latency_meaning", load_report_arrival(options));
    if (result->intrinsic != NULL) {
        load_report_intrinsic_json(json, result->intrinsic);
    }
    if (result->overhead != NULL) {
        load_report_overhead_json(json, result->overhead);
    }
    if (result->sweep != NULL) {
        load_report_sweep_json(json, options, result->sweep);
    }
    add_result(json, result);
    add_verification(json, result);
    add_series(json, result);
    add_server(json, result);
    add_operations(json, options, result);
    json_builder_end_object(json);
    return load_json_file_write(path, json, ret_problem);
}
