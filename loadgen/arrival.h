/*
 * arrival.h: when the operations of an open loop are due.
 *
 *   constant                evenly spaced
 *   poisson                 independent of each other: gaps are exponentially distributed, as those
 *                           of many users who do not know of each other
 *   bursty(ON,OFF)          evenly spaced for ON seconds, then none for OFF seconds, and so on
 *   sine(PERIOD,AMPLITUDE)  the rate swings about its mean by a share of AMPLITUDE, as between day
 *                           and night; it begins at the mean, rising
 *
 * The mean rate is the same for all. Every due time is a function of the one before it and of the
 * seed, never of the target: what is late stays due when it was due.
 *
 * The worker's share of the operations has its own due times; those of several workers interleave.
 *
 * Threading: one owner at a time.
 */
#ifndef LARDER_LOADGEN_ARRIVAL_H
#define LARDER_LOADGEN_ARRIVAL_H

#include "engine/base/rand.h"

enum { LOAD_ARRIVAL_TEXT_BYTES = 64 };

typedef enum LoadArrivalKind {
    LOAD_ARRIVAL_CONSTANT,
    LOAD_ARRIVAL_POISSON,
    LOAD_ARRIVAL_BURSTY,
    LOAD_ARRIVAL_SINE,
} LoadArrivalKind;

/* What is wanted. */
typedef struct LoadArrivalLaw {
    LoadArrivalKind kind;
    double first;  /* BURSTY: seconds on; SINE: seconds of a period */
    double second; /* BURSTY: seconds off; SINE: amplitude, 0 to 1 */
} LoadArrivalLaw;

typedef struct LoadArrival {
    LoadArrivalLaw law;
    double rate;  /* operations a second of this worker */
    double count; /* how many operations of a mean rate were due before the next: its place */
    double due;   /* seconds from the start to the next */
    BaseRand rand;
} LoadArrival;

/*
 * Reads the words above. NULL, or what is wrong and allowed, naming --arrival; the caller frees it
 * with g_free().
 */
char *load_arrival_parse(const char *text, LoadArrivalLaw *ret_law);

/* The same words, for reports. */
void load_arrival_write(const LoadArrivalLaw *law, char out[LOAD_ARRIVAL_TEXT_BYTES]);

/* The arrivals of worker `index` of `workers`, at `rate` a second of its own, above 0. */
LoadArrival load_arrival(const LoadArrivalLaw *law, double rate, uint32_t index, uint32_t workers,
                         uint64_t seed);

/* Nanoseconds from the start until the next operation is due. */
static inline int64_t
load_arrival_due_ns(const LoadArrival *arrival)
{
    return (int64_t)(arrival->due * 1e9 + 0.5);
}

/* Goes on to the operation behind it. */
void load_arrival_next(LoadArrival *arrival);

#endif
