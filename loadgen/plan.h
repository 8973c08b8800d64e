/*
 * plan.h: what all workers of a run have in common, and when a run does what.
 *
 * Threading: constant while workers run, but for `notes` and `stop`, which any thread may use.
 */
#ifndef LARDER_LOADGEN_PLAN_H
#define LARDER_LOADGEN_PLAN_H

#include "loadgen/arrival.h"
#include "loadgen/chooser.h"
#include "loadgen/keys.h"
#include "loadgen/mix.h"
#include "loadgen/notes.h"
#include "loadgen/sizes.h"
#include "loadgen/workload.h"

/* Nanoseconds of the monotonic clock. */
typedef struct LoadSchedule {
    int64_t start_ns;
    int64_t measure_ns; /* warm-up ends, measuring begins */
    int64_t end_ns;     /* measuring ends */
} LoadSchedule;

typedef struct LoadPlan {
    const LoadWorkload *workload;
    const LoadKeys *keys;
    unsigned get_percent; /* of a mixed workload */
    LoadMix mix;          /* without parts: the workload says it all */
    LoadDistribution distribution;
    LoadSizes sizes;          /* of values; the bins are the caller's */
    uint32_t walk;            /* SCAN, MULTI_GET: entries of one, without a mix */
    double rate;              /* operations a second of one worker; 0: closed loop */
    LoadArrivalLaw arrival;   /* with a rate */
    uint64_t operations;      /* of one worker, at least; 0: not counted */
    uint64_t operations_rest; /* so many workers do one more */
    uint64_t seed;
    bool loads;   /* the run writes all records first */
    bool expires; /* records expire */
    bool spread;  /* records are on several servers */
    LoadNotes *notes;
    _Atomic bool *stop; /* set: end early */
} LoadPlan;

#endif
