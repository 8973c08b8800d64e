/*
 * intrinsic.h: how much this machine disturbs a program that does nothing, so that its share of the
 * latencies that are measured on it is known.
 *
 * Two things are measured, half of the time each: the gaps between two looks at the clock of a
 * thread that does nothing else (whatever is longer than a look, some tens of nanoseconds, the
 * machine took away: interrupts, other programs, the hypervisor), and how late a thread wakes that
 * sleeps for a millisecond (what an open loop at a low rate sees).
 *
 * Threading: none of its own.
 */
#ifndef LARDER_LOADGEN_INTRINSIC_H
#define LARDER_LOADGEN_INTRINSIC_H

#include "engine/base/histogram.h"

/* A gap from this length on counts as time that was taken away. */
#define LOAD_INTRINSIC_GAP_NS INT64_C(10000)

typedef struct LoadIntrinsic {
    double seconds;
    BaseHistogram gaps;  /* nanoseconds */
    BaseHistogram wakes; /* nanoseconds behind the time to wake */
    double taken;        /* share of the time that gaps of LOAD_INTRINSIC_GAP_NS and more took */
} LoadIntrinsic;

/* Measures for so long, or until `stop` is set. *ret_it is large. */
void load_intrinsic_measure(double seconds, const _Atomic bool *stop, LoadIntrinsic *ret_it);

#endif
