/*
 * axis.h: one direction of a plot: where a value goes, and which values get a tick and a label.
 *
 * Linear axes begin at 0 and end at the next round number; their ticks are 1, 2 or 5 times a power
 * of ten apart. Logarithmic ones begin and end at 1, 2 or 5 times a power of ten, and have ticks at
 * all of these, or at the powers alone when there are many.
 *
 * Threading: plain values.
 */
#ifndef LARDER_LOADGEN_AXIS_H
#define LARDER_LOADGEN_AXIS_H

#include <stdbool.h>
#include <stddef.h>

enum { LOAD_AXIS_TICKS_MAX = 32, LOAD_AXIS_LABEL_BYTES = 24 };

typedef struct LoadAxis {
    bool logarithmic;
    double low; /* value at `from` */
    double high;
    double from; /* position of `low`, in the units of the plot */
    double to;
    double ticks[LOAD_AXIS_TICKS_MAX]; /* values */
    size_t tick_count;
} LoadAxis;

/* An axis from 0 to at least `highest`, which is positive. */
LoadAxis load_axis_linear(double highest, double from, double to);

/* An axis from at most `lowest` to at least `highest`; both are positive. */
LoadAxis load_axis_logarithmic(double lowest, double highest, double from, double to);

/* The position of a value, within the axis. */
double load_axis_place(const LoadAxis *axis, double value);

/* A duration as people read it: "500 ns", "20 us", "1 s". */
void load_axis_label_ns(double ns, char out[LOAD_AXIS_LABEL_BYTES]);

/* A number as people read it: "250", "20 k", "1.5 M". */
void load_axis_label_count(double number, char out[LOAD_AXIS_LABEL_BYTES]);

#endif
