/*
 * bootstrap.h: how sure the ratio of two measurements is.
 *
 * A side is a row of units: pieces of time with their histogram and how many operations a second
 * they finished. A bootstrap draws as many units as there are from the same side, with
 * replacement, in blocks of neighbours (because what happens in one second goes on in the next),
 * computes the ratio of both sides, and does so LOAD_BOOTSTRAP_DRAWS times; the interval holds 95 %
 * of these ratios. Draws are from a generator with a fixed seed, so that the same files always give
 * the same answer.
 *
 * What units do not show, no interval shows: units of one run know nothing of how runs differ.
 *
 * Threading: one owner.
 */
#ifndef LARDER_LOADGEN_BOOTSTRAP_H
#define LARDER_LOADGEN_BOOTSTRAP_H

#include "engine/base/histogram.h"

#include <glib.h>

enum {
    LOAD_BOOTSTRAP_DRAWS = 2000,
    LOAD_BOOTSTRAP_UNITS_MAX = 240, /* of a side; more pieces of time are put together */
};

typedef struct LoadSide {
    GPtrArray *units;    /* private */
    size_t block;        /* units that are drawn together */
    BaseHistogram *work; /* private */
} LoadSide;

/* What is compared. */
typedef struct LoadQuestion {
    bool throughput; /* operations a second; else a percentile of the latency */
    double percent;
} LoadQuestion;

typedef struct LoadRatio {
    double a; /* of all units of a side: operations a second, or nanoseconds */
    double b;
    double ratio; /* b / a */
    double low;   /* 95 % of the drawn ratios are between these */
    double high;
    bool known; /* false: a side has too few operations for this percentile, or none */
} LoadRatio;

/* An empty side. */
LoadSide load_side(void);

void load_side_clear(LoadSide *side);

/* Adds a unit: `seconds` long, with its operations and their latencies, which are copied. */
void load_side_add(LoadSide *side, double seconds, double finished, const BaseHistogram *latency);

/*
 * Ends adding: puts neighbours together when there are too many, and chooses the length of blocks:
 * the cube root of the number of units; 1 when units are whole runs.
 */
void load_side_ready(LoadSide *side, bool runs);

/* Both sides must be ready and have units. */
LoadRatio load_bootstrap(LoadSide *a, LoadSide *b, const LoadQuestion *question);

#endif
