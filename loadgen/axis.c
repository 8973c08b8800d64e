/*
 * axis.c: scales, ticks and labels. See axis.h.
 */
#include "loadgen/axis.h"

#include <math.h>
#include <stdio.h>

enum { LINEAR_TICKS = 6, LOGARITHMIC_TICKS = 10 };

/* The smallest of 1, 2, 5 times a power of ten that is at least `number`. */
static double
round_up(double number)
{
    double power = pow(10, floor(log10(number)));
    static const double steps[] = {1, 2, 5, 10};
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        if (steps[i] * power >= number * (1 - 1e-9)) {
            return steps[i] * power;
        }
    }
    return 10 * power;
}

/* The largest of them that is at most `number`. */
static double
round_down(double number)
{
    double power = pow(10, floor(log10(number) + 1e-9));
    return number >= 5 * power * (1 - 1e-9)   ? 5 * power
           : number >= 2 * power * (1 - 1e-9) ? 2 * power
                                              : power;
}

LoadAxis
load_axis_linear(double highest, double from, double to)
{
    double step = round_up((highest > 0 ? highest : 1) / LINEAR_TICKS);
    LoadAxis axis = {.from = from, .to = to};
    while (axis.tick_count < LOAD_AXIS_TICKS_MAX) {
        double tick = step * (double)axis.tick_count;
        axis.ticks[axis.tick_count++] = tick;
        axis.high = tick;
        if (tick >= highest && tick > 0) {
            break;
        }
    }
    return axis;
}

LoadAxis
load_axis_logarithmic(double lowest, double highest, double from, double to)
{
    LoadAxis axis = {
        .logarithmic = true,
        .low = round_down(lowest),
        .high = round_up(highest),
        .from = from,
        .to = to,
    };
    if (axis.high <= axis.low) {
        axis.high = axis.low * 10;
    }
    bool powers_only = log10(axis.high / axis.low) * 3 > LOGARITHMIC_TICKS;
    double tick = axis.low;
    while (tick <= axis.high * (1 + 1e-9) && axis.tick_count < LOAD_AXIS_TICKS_MAX) {
        double decades = log10(tick);
        if (!powers_only || fabs(decades - round(decades)) < 1e-6) {
            axis.ticks[axis.tick_count++] = tick;
        }
        tick = round_up(tick * 1.5);
    }
    return axis;
}

double
load_axis_place(const LoadAxis *axis, double value)
{
    double bounded = fmin(fmax(value, axis->low), axis->high);
    double share = axis->logarithmic ? log10(bounded / axis->low) / log10(axis->high / axis->low)
                                     : (bounded - axis->low) / (axis->high - axis->low);
    return axis->from + share * (axis->to - axis->from);
}

void
load_axis_label_ns(double ns, char out[LOAD_AXIS_LABEL_BYTES])
{
    static const struct {
        double ns;
        const char *unit;
    } units[] = {{1e9, "s"}, {1e6, "ms"}, {1e3, "\xc2\xb5s"}, {1, "ns"}};
    size_t i = 0;
    while (i < 3 && ns < units[i].ns * (1 - 1e-9)) {
        i++;
    }
    (void)snprintf(out, LOAD_AXIS_LABEL_BYTES, "%.4g %s", ns / units[i].ns, units[i].unit);
}

void
load_axis_label_count(double number, char out[LOAD_AXIS_LABEL_BYTES])
{
    if (number >= 1e6) {
        (void)snprintf(out, LOAD_AXIS_LABEL_BYTES, "%.4g M", number / 1e6);
    } else if (number >= 9999.5) { /* which four digits round up */
        (void)snprintf(out, LOAD_AXIS_LABEL_BYTES, "%.4g k", number / 1e3);
    } else {
        (void)snprintf(out, LOAD_AXIS_LABEL_BYTES, "%.4g", number);
    }
}
