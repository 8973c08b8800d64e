/*
 * sizes.c: how long the values of writes are. See sizes.h.
 */
#include "loadgen/sizes.h"

#include "loadgen/call_text.h"
#include "loadgen/value.h"

#include <glib.h>
#include <math.h>

#define PI 3.14159265358979323846

/* Standard deviations from the mean that a normal size is cut at, so that it has a greatest one. */
#define NORMAL_SPAN 8

enum { PARETO_MOST = 1024 * 1024 };

static const char histogram_prefix[] = "histogram:";

static double
fit(double size, double least, double most)
{
    return size < least ? least : size > most ? most : size;
}

/* -------------------------------------------------------------------------------- histogram -- */

/* Reads a line. False: it is not of the form. An empty one has weight 0. */
static bool
read_line(char *line, uint64_t *ret_size, double *ret_weight)
{
    char *comment = strchr(line, '#');
    if (comment != NULL) {
        *comment = '\0';
    }
    g_strstrip(line);
    *ret_weight = 0;
    if (*line == '\0') {
        return true;
    }
    char *end = NULL;
    *ret_size = g_ascii_strtoull(line, &end, 10);
    if (end == line || !g_ascii_isspace(*end) || *ret_size < LOAD_VALUE_BYTES_MIN ||
        *ret_size > LOAD_VALUE_BYTES_MAX) {
        return false;
    }
    char *behind = NULL;
    *ret_weight = g_ascii_strtod(end, &behind);
    return behind != end && *behind == '\0' && *ret_weight > 0 && *ret_weight <= 1e18;
}

static char *
read_bins(const char *path, char *const *lines, LoadSizes *sizes)
{
    double sum = 0;
    for (size_t i = 0; lines[i] != NULL; i++) {
        uint64_t size = 0;
        double weight = 0;
        g_autofree char *line = g_strdup(lines[i]);
        if (!read_line(line, &size, &weight)) {
            return g_strdup_printf("--value-size: %s:%zu: \"%s\": must be a size from %d to %d and "
                                   "a weight above 0",
                                   path, i + 1, lines[i], LOAD_VALUE_BYTES_MIN,
                                   LOAD_VALUE_BYTES_MAX);
        }
        if (weight > 0) {
            sum += weight;
            sizes->bins[sizes->bin_count++] = (LoadSizesBin){sum, size};
            sizes->least = size < sizes->least ? size : sizes->least;
            sizes->most = size > sizes->most ? size : sizes->most;
        }
    }
    for (size_t i = 0; i < sizes->bin_count; i++) {
        sizes->bins[i].until /= sum;
    }
    return sizes->bin_count != 0
               ? NULL
               : g_strdup_printf("--value-size: %s: has no line \"SIZE WEIGHT\"", path);
}

static char *
read_histogram(const char *path, LoadSizes *sizes)
{
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;
    if (!g_file_get_contents(path, &text, NULL, &error)) {
        return g_strdup_printf("--value-size: %s", error->message);
    }
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    *sizes = (LoadSizes){.kind = LOAD_SIZES_HISTOGRAM,
                         .least = SIZE_MAX,
                         .bins = g_new0(LoadSizesBin, g_strv_length(lines))};
    char *problem = read_bins(path, lines, sizes);
    if (problem != NULL) {
        load_sizes_clear(sizes);
    }
    return problem;
}

/* ------------------------------------------------------------------------------------ words -- */

/* Reads a plain number. False: it is none, or out of range. */
static bool
read_fixed(const char *text, LoadSizes *sizes)
{
    char *end = NULL;
    uint64_t size = g_ascii_strtoull(text, &end, 10);
    sizes->least = size;
    sizes->most = size;
    return g_ascii_isdigit(*text) && *end == '\0' && size >= LOAD_VALUE_BYTES_MIN &&
           size <= LOAD_VALUE_BYTES_MAX;
}

static bool
read_call(const LoadCallText *call, LoadSizes *sizes)
{
    static const double lowest = LOAD_VALUE_BYTES_MIN;
    static const double highest = LOAD_VALUE_BYTES_MAX;
    const double *numbers = call->numbers;
    sizes->first = numbers[0];
    sizes->second = numbers[1];
    if (load_call_is(call, "uniform", 2, 2, (double[]){lowest, numbers[0]},
                     (double[]){highest, highest})) {
        sizes->kind = LOAD_SIZES_UNIFORM;
        sizes->least = (size_t)numbers[0];
        sizes->most = (size_t)numbers[1];
        return true;
    }
    if (load_call_is(call, "normal", 2, 2, (double[]){lowest, 0}, (double[]){highest, highest})) {
        sizes->kind = LOAD_SIZES_NORMAL;
        double span = NORMAL_SPAN * numbers[1];
        sizes->least = (size_t)fit(round(numbers[0] - span), lowest, highest);
        sizes->most = (size_t)fit(round(numbers[0] + span), lowest, highest);
        return true;
    }
    if (load_call_is(call, "pareto", 2, 3, (double[]){lowest, 0.1, numbers[0]},
                     (double[]){highest, 100, highest})) {
        sizes->kind = LOAD_SIZES_PARETO;
        sizes->least = (size_t)numbers[0];
        sizes->most = (size_t)(call->count == 3 ? numbers[2] : fmax(numbers[0], PARETO_MOST));
        return true;
    }
    return false;
}

char *
load_sizes_parse(const char *text, LoadSizes *ret_sizes)
{
    *ret_sizes = (LoadSizes){.kind = LOAD_SIZES_FIXED};
    if (g_str_has_prefix(text, histogram_prefix)) {
        return read_histogram(text + strlen(histogram_prefix), ret_sizes);
    }
    LoadCallText call;
    if (read_fixed(text, ret_sizes) ||
        (load_call_text(text, strlen(text), &call) && read_call(&call, ret_sizes))) {
        return NULL;
    }
    return g_strdup_printf("--value-size=%s: must be N, uniform(A..B), normal(MEAN,SD), "
                           "pareto(MIN,SHAPE), pareto(MIN,SHAPE,MAX) or histogram:FILE, with sizes "
                           "from %d to %d bytes and SHAPE from 0.1 to 100",
                           text, LOAD_VALUE_BYTES_MIN, LOAD_VALUE_BYTES_MAX);
}

void
load_sizes_clear(LoadSizes *sizes)
{
    g_free(sizes->bins);
    *sizes = (LoadSizes){.bins = NULL};
}

/* ------------------------------------------------------------------------------------ draws -- */

static double
draw_part(BaseRand *rand)
{
    return (double)(base_rand_next(rand) >> 11) * 0x1p-53;
}

/* Box and Muller's: one of the two normal numbers that two uniform ones give. */
static double
draw_normal(BaseRand *rand)
{
    double far = sqrt(-2 * log(1 - draw_part(rand)));
    return far * cos(2 * PI * draw_part(rand));
}

static size_t
draw_bin(const LoadSizes *sizes, BaseRand *rand)
{
    double at = draw_part(rand);
    size_t low = 0;
    size_t high = sizes->bin_count - 1;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (at < sizes->bins[middle].until) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return sizes->bins[low].size;
}

size_t
load_sizes_draw(const LoadSizes *sizes, BaseRand *rand)
{
    double size = 0;
    switch (sizes->kind) {
    case LOAD_SIZES_FIXED:
        return sizes->most;
    case LOAD_SIZES_UNIFORM:
        return sizes->least + base_rand_below(rand, sizes->most - sizes->least + 1);
    case LOAD_SIZES_HISTOGRAM:
        return draw_bin(sizes, rand);
    case LOAD_SIZES_NORMAL:
        size = round(sizes->first + sizes->second * draw_normal(rand));
        break;
    case LOAD_SIZES_PARETO:
        size = floor(sizes->first * pow(1 - draw_part(rand), -1 / sizes->second));
        break;
    }
    return (size_t)fit(size, (double)sizes->least, (double)sizes->most);
}
