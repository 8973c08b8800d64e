/*
 * plot_throughput.c: operations a second over time, and what the target did. See plot.h.
 *
 * All panels share all scales, so that heights and widths can be compared: the rate is linear, on
 * the left; the 99th percentile of each second is logarithmic, on the right, dashed. An event is
 * known when it was over and how long it took, and is drawn as a box from its begin to its end;
 * what took the time of several threads may be drawn longer than it was, and no event is drawn
 * narrower than EVENT_PIXELS.
 */
#include "loadgen/axis.h"
#include "loadgen/plot.h"
#include "loadgen/svg.h"

#include <math.h>

enum {
    WIDTH = 900,
    LEFT = 96,
    RIGHT = 828,
    HEAD = 64,
    PANEL = 250, /* from one panel to the next */
    CURVE_TOP = 30,
    CURVE_BOTTOM = 160,
    LANES = 174, /* the first lane of events */
    LANE = 18,
    FOOT = 32,
};

#define EVENT_PIXELS 1.5

/* What all panels share. */
typedef struct Scale {
    double rate;    /* the highest */
    double seconds; /* the longest */
    double p99_low; /* nanoseconds, above 0 */
    double p99_high;
    bool latencies; /* any is known */
} Scale;

typedef enum Curve { RATE, P99 } Curve;

static double
value_of(const LoadInterval *interval, Curve curve)
{
    if (curve == P99) {
        return interval->p99_ns;
    }
    return interval->span > 0 ? interval->finished / interval->span : 0;
}

/* A line at the height of each interval; it is broken where nothing is known. */
static void
draw_curve(LoadSvg *svg, const LoadReport *report, const LoadAxis *across, const LoadAxis *up,
           Curve curve)
{
    const char *classes = curve == RATE ? "series s0" : "series s1";
    bool begun = false;
    for (size_t i = 0; i < report->interval_count; i++) {
        const LoadInterval *interval = &report->intervals[i];
        double value = value_of(interval, curve);
        if (interval->span <= 0 || (curve == P99 && value <= 0)) {
            if (begun) {
                load_svg_path_end(svg, classes);
            }
            begun = false;
            continue;
        }
        double y = load_axis_place(up, value);
        double from = load_axis_place(across, interval->at - interval->span);
        if (begun) {
            load_svg_path_to(svg, from, y);
        } else {
            load_svg_path_begin(svg, from, y);
        }
        load_svg_path_to(svg, load_axis_place(across, interval->at), y);
        begun = true;
    }
    if (begun) {
        load_svg_path_end(svg, classes);
    }
}

static void
draw_lanes(LoadSvg *svg, const LoadReport *report, const LoadAxis *across, double top)
{
    for (int kind = 0; kind < LOAD_EVENT_KIND_COUNT; kind++) {
        double y = top + LANES + kind * LANE;
        load_svg_line(svg, LEFT, y + LANE - 2, RIGHT, y + LANE - 2, "grid");
        load_svg_text(svg, LEFT - 10, y + 12, "end note", load_event_name((LoadEventKind)kind));
    }
    for (size_t i = 0; i < report->event_count; i++) {
        const LoadEvent *event = &report->events[i];
        char classes[] = "event0";
        classes[sizeof classes - 2] = (char)('0' + event->kind);
        double to = load_axis_place(across, event->at);
        double from = load_axis_place(across, event->at - event->seconds);
        double width = fmax(to - from, EVENT_PIXELS);
        load_svg_box(svg, to - width, top + LANES + (int)event->kind * LANE + 3, width, LANE - 7,
                     classes);
    }
}

static void
draw_rates(LoadSvg *svg, const LoadReport *report, const LoadAxis *across, double highest,
           double top)
{
    LoadAxis up = load_axis_linear(highest, top + CURVE_BOTTOM, top + CURVE_TOP);
    for (size_t i = 0; i < up.tick_count; i++) {
        char label[LOAD_AXIS_LABEL_BYTES];
        double y = load_axis_place(&up, up.ticks[i]);
        load_axis_label_count(up.ticks[i], label);
        load_svg_line(svg, LEFT, y, RIGHT, y, i == 0 ? "axis" : "grid");
        load_svg_text(svg, LEFT - 10, y + 4, "end", label);
    }
    draw_curve(svg, report, across, &up, RATE);
}

static void
draw_latencies(LoadSvg *svg, const LoadReport *report, const LoadAxis *across, const Scale *scale,
               double top)
{
    LoadAxis up =
        load_axis_logarithmic(scale->p99_low, scale->p99_high, top + CURVE_BOTTOM, top + CURVE_TOP);
    for (size_t i = 0; i < up.tick_count; i++) {
        char label[LOAD_AXIS_LABEL_BYTES];
        load_axis_label_ns(up.ticks[i], label);
        load_svg_text(svg, RIGHT + 10, load_axis_place(&up, up.ticks[i]) + 4, "note", label);
    }
    draw_curve(svg, report, across, &up, P99);
}

static void
draw_panel(LoadSvg *svg, const LoadReport *report, const LoadAxis *across, const Scale *scale,
           double top)
{
    g_autofree char *name = load_plot_name(report);
    g_autofree char *setting = load_plot_setting(report);
    g_autofree char *words = g_strdup_printf("%s: %s", name, setting);
    load_svg_text(svg, LEFT, top + 16, "", words);
    for (size_t i = 0; i < across->tick_count; i++) {
        double x = load_axis_place(across, across->ticks[i]);
        load_svg_line(svg, x, top + CURVE_BOTTOM, x, top + CURVE_BOTTOM + 5, "axis");
    }
    draw_rates(svg, report, across, scale->rate, top);
    if (scale->latencies) {
        draw_latencies(svg, report, across, scale, top);
    }
    if (report->observed) {
        draw_lanes(svg, report, across, top);
    } else {
        load_svg_text(svg, LEFT, top + LANES + LANE, "note",
                      "what the target did is not known: it was not asked (--admin)");
    }
}

static void
draw_seconds(LoadSvg *svg, const LoadAxis *across, double y)
{
    for (size_t i = 0; i < across->tick_count; i++) {
        char label[LOAD_AXIS_LABEL_BYTES];
        (void)g_snprintf(label, sizeof label, "%g s", across->ticks[i]);
        load_svg_text(svg, load_axis_place(across, across->ticks[i]), y, "middle", label);
    }
}

/* An axis over the measured time, which it does not exceed: ticks at round numbers within it. */
static LoadAxis
time_axis(double seconds)
{
    LoadAxis axis = load_axis_linear(seconds, LEFT, RIGHT);
    axis.high = seconds;
    while (axis.tick_count > 1 && axis.ticks[axis.tick_count - 1] > seconds) {
        axis.tick_count--;
    }
    return axis;
}

static Scale
find_scale(LoadReport *const *reports, size_t count)
{
    Scale scale = {.rate = 1, .seconds = 0.1, .p99_low = INFINITY};
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < reports[i]->interval_count; k++) {
            const LoadInterval *interval = &reports[i]->intervals[k];
            scale.rate = fmax(scale.rate, value_of(interval, RATE));
            scale.seconds = fmax(scale.seconds, interval->at);
            if (interval->p99_ns > 0) {
                scale.p99_low = fmin(scale.p99_low, interval->p99_ns);
                scale.p99_high = fmax(scale.p99_high, interval->p99_ns);
                scale.latencies = true;
            }
        }
    }
    return scale;
}

bool
load_plot_throughput(LoadReport *const *reports, size_t count, const char *path, char **ret_problem)
{
    Scale scale = find_scale(reports, count);
    LoadAxis across = time_axis(scale.seconds);
    int height = HEAD + (int)count * PANEL + FOOT;
    LoadSvg svg = load_svg(WIDTH, height, "Throughput over time, as measured by larder-load");
    load_svg_text(&svg, LEFT, 32, "title", "Throughput over time");
    load_svg_text(&svg, LEFT, 54, "note",
                  "operations a second (left, line), 99th percentile of the latency in each second "
                  "(right, dashes), and what the target did");
    for (size_t i = 0; i < count; i++) {
        draw_panel(&svg, reports[i], &across, &scale, HEAD + (double)i * PANEL);
    }
    draw_seconds(&svg, &across, HEAD + (double)count * PANEL);
    return load_svg_write(&svg, path, ret_problem);
}
