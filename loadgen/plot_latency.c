/*
 * plot_latency.c: latency by percentile. See plot.h.
 *
 * The horizontal axis is the number of operations of which one is slower, 1 / (1 - share), so that
 * 90 %, 99 %, 99.9 % are equally far apart. A curve has a step for every bucket of the histogram
 * and ends at the slowest operation; steps that would be shorter than MERGE_PIXELS are drawn as
 * one, which nobody can see.
 */
#include "loadgen/axis.h"
#include "loadgen/plot.h"
#include "loadgen/svg.h"

#include <math.h>
#include <string.h>

enum {
    WIDTH = 900,
    LEFT = 84,
    RIGHT = 872,
    LEGEND = 82, /* its first line */
    LEGEND_ROW = 20,
    PLOT = 388, /* height of the plot alone */
    FOOT = 58,
    NINES_MAX = 9,
};

#define MERGE_PIXELS 0.4

/* The number of operations of which `above` are slower; at least one counts as slower. */
static double
one_in(uint64_t count, uint64_t above)
{
    return (double)count / (double)(above == 0 ? 1 : above);
}

static void
draw_shares(LoadSvg *svg, const LoadAxis *across, const LoadAxis *up)
{
    static const char *const labels[NINES_MAX + 1] = {
        "0",        "90 %",      "99 %",       "99.9 %",      "99.99 %",
        "99.999 %", "99.9999 %", "99.99999 %", "99.999999 %", "99.9999999 %"};
    for (int nines = 0; nines <= NINES_MAX && pow(10, nines) <= across->high * 1.0001; nines++) {
        double x = load_axis_place(across, pow(10, nines));
        load_svg_line(svg, x, up->to, x, up->from, "grid");
        load_svg_text(svg, x, up->from + 20, "middle", labels[nines]);
    }
    load_svg_text(svg, (LEFT + RIGHT) / 2.0, up->from + 44, "middle note",
                  "share of operations that were at most as slow");
}

static void
draw_latencies(LoadSvg *svg, const LoadAxis *up)
{
    for (size_t i = 0; i < up->tick_count; i++) {
        char label[LOAD_AXIS_LABEL_BYTES];
        double y = load_axis_place(up, up->ticks[i]);
        load_axis_label_ns(up->ticks[i], label);
        load_svg_line(svg, LEFT, y, RIGHT, y, "grid");
        load_svg_text(svg, LEFT - 10, y + 4, "end", label);
    }
}

static void
draw_curve(LoadSvg *svg, const LoadAxis *across, const LoadAxis *up, const BaseHistogram *histogram,
           const char *classes)
{
    size_t cursor = 0;
    uint64_t seen = 0;
    double x = load_axis_place(across, 1);
    double y = load_axis_place(up, (double)histogram->lowest);
    double drawn_x = x;
    BaseHistogramBucket bucket;
    load_svg_path_begin(svg, x, y);
    while (base_histogram_next(histogram, &cursor, &bucket)) {
        double middle = ((double)bucket.lowest + (double)bucket.highest) / 2;
        y = load_axis_place(up, fmin(middle, (double)histogram->highest));
        seen += bucket.count;
        double next_x = load_axis_place(across, one_in(histogram->count, histogram->count - seen));
        if (next_x - drawn_x >= MERGE_PIXELS || seen == histogram->count) {
            load_svg_path_to(svg, x, y);
            load_svg_path_to(svg, next_x, y);
            drawn_x = next_x;
        }
        x = next_x;
    }
    load_svg_path_to(svg, x, load_axis_place(up, (double)histogram->highest));
    load_svg_path_end(svg, classes);
}

/* Above the plot, where it hides nothing. */
static void
draw_legend(LoadSvg *svg, LoadReport *const *reports, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        double y = LEGEND + (double)i * LEGEND_ROW;
        char classes[] = "series s0";
        char rate[LOAD_AXIS_LABEL_BYTES];
        classes[sizeof classes - 2] = (char)('0' + i);
        g_autofree char *name = load_plot_name(reports[i]);
        g_autofree char *setting = load_plot_setting(reports[i]);
        load_axis_label_count(reports[i]->per_second, rate);
        g_autofree char *words = g_strdup_printf("%s: %s, %s/s", name, setting, rate);
        load_svg_line(svg, LEFT, y - 4, LEFT + 34, y - 4, classes);
        load_svg_text(svg, LEFT + 44, y, "", words);
    }
}

/* What latency counts from. */
static const char *
meaning(LoadReport *const *reports, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        if (strcmp(reports[i]->arrival, reports[0]->arrival) != 0) {
            return "open loop: latency counts from when a request was due; closed loop: from "
                   "sending";
        }
    }
    return reports[0]->latency_meaning;
}

/* The lowest and highest latency and the largest count of all reports. */
static void
find_bounds(LoadReport *const *reports, size_t count, BaseHistogram *ret_bounds)
{
    *ret_bounds = (BaseHistogram){.count = 10, .lowest = INT64_MAX, .highest = 1};
    for (size_t i = 0; i < count; i++) {
        const BaseHistogram *one = reports[i]->latency;
        if (one->count != 0) {
            ret_bounds->count = MAX(ret_bounds->count, one->count);
            ret_bounds->lowest = MIN(ret_bounds->lowest, MAX(one->lowest, 1));
            ret_bounds->highest = MAX(ret_bounds->highest, one->highest);
        }
    }
    ret_bounds->lowest = MIN(ret_bounds->lowest, ret_bounds->highest);
}

bool
load_plot_latency(LoadReport *const *reports, size_t count, const char *path, char **ret_problem)
{
    g_autofree BaseHistogram *bounds = g_new(BaseHistogram, 1);
    find_bounds(reports, count, bounds);
    int top = LEGEND + (int)count * LEGEND_ROW;
    LoadAxis up =
        load_axis_logarithmic((double)bounds->lowest, (double)bounds->highest, top + PLOT, top);
    LoadAxis across = {.logarithmic = true,
                       .low = 1,
                       .high = fmin((double)bounds->count, pow(10, NINES_MAX)),
                       .from = LEFT,
                       .to = RIGHT};
    LoadSvg svg =
        load_svg(WIDTH, top + PLOT + FOOT, "Latency by percentile, as measured by larder-load");
    load_svg_text(&svg, LEFT, 32, "title", "Latency by percentile");
    load_svg_text(&svg, LEFT, 54, "note", meaning(reports, count));
    draw_shares(&svg, &across, &up);
    draw_latencies(&svg, &up);
    for (size_t i = count; i-- != 0;) {
        char classes[] = "series s0";
        classes[sizeof classes - 2] = (char)('0' + i);
        if (reports[i]->latency->count != 0) {
            draw_curve(&svg, &across, &up, reports[i]->latency, classes);
        }
    }
    load_svg_line(&svg, LEFT, up.to, LEFT, up.from, "axis");
    load_svg_line(&svg, LEFT, up.from, RIGHT, up.from, "axis");
    draw_legend(&svg, reports, count);
    return load_svg_write(&svg, path, ret_problem);
}
