/*
 * text.c: the Prometheus text format, from the table in catalog.h.
 *
 * Bounds of latency buckets are kept in microseconds, as they are recorded, with their text in
 * seconds beside them, so that no rounding changes a bound from one scrape to the next.
 */
#include "service/obs/text.h"

#include "engine/base/check.h"

#include <inttypes.h>
#include <math.h>

typedef enum MetricType { COUNTER, GAUGE, HISTOGRAM } MetricType;

typedef struct MetricInfo {
    MetricType type;
    const char *name;
    const char *help;
} MetricInfo;

static const MetricInfo metrics[OBS_METRIC_COUNT] = {
#define METRIC_INFO(id, type, name, help) [OBS_##id] = {type, name, help},
    OBS_CATALOG(METRIC_INFO)
#undef METRIC_INFO
};

typedef struct LatencyBound {
    int64_t us;
    const char *seconds;
} LatencyBound;

static const LatencyBound latency_bounds[] = {
    {25, "2.5e-05"},  {50, "5e-05"},    {100, "0.0001"},  {250, "0.00025"}, {500, "0.0005"},
    {1000, "0.001"},  {2500, "0.0025"}, {5000, "0.005"},  {10000, "0.01"},  {25000, "0.025"},
    {50000, "0.05"},  {100000, "0.1"},  {250000, "0.25"}, {500000, "0.5"},  {1000000, "1"},
    {2500000, "2.5"}, {5000000, "5"},   {10000000, "10"},
};

const char *
obs_text_name(ObsMetric metric)
{
    return metrics[metric].name;
}

const char *
obs_text_type(ObsMetric metric)
{
    static const char *const names[] = {
        [COUNTER] = "counter",
        [GAUGE] = "gauge",
        [HISTOGRAM] = "histogram",
    };
    return names[metrics[metric].type];
}

void
obs_text_init(ObsText *text, BaseBuf *out)
{
    *text = (ObsText){.out = out, .open = -1};
}

/* Writes the head of a metric unless it is the one being written. */
static void
open_metric(ObsText *text, ObsMetric metric)
{
    if (text->open == (int)metric) {
        return;
    }
    BASE_CHECK(!text->closed[metric]);
    if (text->open >= 0) {
        text->closed[text->open] = true;
    }
    text->open = (int)metric;
    base_buf_printf(text->out, "# HELP %s %s\n# TYPE %s %s\n", metrics[metric].name,
                    metrics[metric].help, metrics[metric].name, obs_text_type(metric));
}

static void
append_escaped(BaseBuf *out, const char *value)
{
    for (const char *c = value; *c != '\0'; c++) {
        if (*c == '\n') {
            base_buf_append(out, "\\n", 2);
            continue;
        }
        if (*c == '\\' || *c == '"') {
            base_buf_append_byte(out, '\\');
        }
        base_buf_append_byte(out, (uint8_t)*c);
    }
}

/* Writes name, suffix and labels, with `bound` (may be NULL) as a further label le. */
static void
append_series(ObsText *text, ObsMetric metric, const char *suffix, const ObsLabel *labels,
              size_t count, const char *bound)
{
    BaseBuf *out = text->out;
    BASE_CHECK(count <= OBS_LABELS_MAX);
    open_metric(text, metric);
    base_buf_printf(out, "%s%s", metrics[metric].name, suffix);
    if (count == 0 && bound == NULL) {
        return;
    }
    base_buf_append_byte(out, '{');
    for (size_t i = 0; i < count; i++) {
        base_buf_printf(out, "%s%s=\"", i == 0 ? "" : ",", labels[i].name);
        append_escaped(out, labels[i].value);
        base_buf_append_byte(out, '"');
    }
    if (bound != NULL) {
        base_buf_printf(out, "%sle=\"%s\"", count == 0 ? "" : ",", bound);
    }
    base_buf_append_byte(out, '}');
}

void
obs_text_integer(ObsText *text, ObsMetric metric, const ObsLabel *labels, size_t count,
                 int64_t value)
{
    append_series(text, metric, "", labels, count, NULL);
    base_buf_printf(text->out, " %" PRId64 "\n", value);
}

/* Writes a number as the format wants it: NaN, +Inf and -Inf have names of their own. */
static void
append_number(BaseBuf *out, double value)
{
    if (isnan(value)) {
        base_buf_printf(out, " NaN\n");
    } else if (isinf(value)) {
        base_buf_printf(out, value > 0 ? " +Inf\n" : " -Inf\n");
    } else {
        base_buf_printf(out, " %.15g\n", value);
    }
}

void
obs_text_number(ObsText *text, ObsMetric metric, const ObsLabel *labels, size_t count, double value)
{
    append_series(text, metric, "", labels, count, NULL);
    append_number(text->out, value);
}

void
obs_text_latency(ObsText *text, ObsMetric metric, const ObsLabel *labels, size_t count,
                 const BaseHistogram *microseconds)
{
    BASE_CHECK(metrics[metric].type == HISTOGRAM);
    for (size_t i = 0; i < sizeof latency_bounds / sizeof latency_bounds[0]; i++) {
        append_series(text, metric, "_bucket", labels, count, latency_bounds[i].seconds);
        base_buf_printf(text->out, " %" PRIu64 "\n",
                        base_histogram_count_at_most(microseconds, latency_bounds[i].us));
    }
    append_series(text, metric, "_bucket", labels, count, "+Inf");
    base_buf_printf(text->out, " %" PRIu64 "\n", microseconds->count);
    append_series(text, metric, "_sum", labels, count, NULL);
    append_number(text->out, (double)microseconds->sum / 1e6);
    append_series(text, metric, "_count", labels, count, NULL);
    base_buf_printf(text->out, " %" PRIu64 "\n", microseconds->count);
}
