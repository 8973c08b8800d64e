/*
 * run.h: a whole run: target, workers, phases, and all that was measured.
 *
 * load_run() makes the workers, has them write the records (unless told not to), then warm up and
 * be measured, and waits for the replies that are under way. Meanwhile it looks at the recorders
 * once a second, keeps the series, and tells the progress.
 *
 * What the generator's own processor time was during the measured time is part of the result: when
 * its threads were busy all the time, the figures show the generator's limits, not the target's.
 *
 * Threading: called once, from the main thread; makes and joins the worker threads itself.
 */
#ifndef LARDER_LOADGEN_RUN_H
#define LARDER_LOADGEN_RUN_H

#include "loadgen/monitor.h"
#include "loadgen/notes.h"
#include "loadgen/options.h"
#include "loadgen/progress.h"
#include "loadgen/recorder.h"
#include "loadgen/target.h"

/* One second of the measured time. */
typedef struct LoadSecond {
    double at;   /* seconds since measuring began, at the end of this one */
    double span; /* its length; the last may be shorter or longer */
    uint64_t finished[LOAD_OP_KIND_COUNT];
    uint64_t faults;
    uint64_t wrong;
    int64_t p50_ns; /* of the latencies recorded in it, all operations */
    int64_t p99_ns;
    int64_t p999_ns;
    int64_t highest_ns;
    char *hdr; /* all latencies recorded in it; see hdr.h; NULL: no memory. Of series: owned */
} LoadSecond;

struct LoadIntrinsic;
struct LoadOverhead;
struct LoadSweep;

typedef struct LoadRunResult {
    LoadTargetInfo target;
    uint32_t run;            /* number of this run, as its values carry it */
    double load_seconds;     /* 0: no load phase */
    double measured_seconds; /* shorter than asked for when stopped early */
    double busy_cores;       /* processor time of this process per second of measuring */
    bool stopped;            /* by a signal */
    LoadFault load_fault;    /* what ended the load phase; NONE: it was completed */
    uint64_t reconnects;
    LoadCounts counts;
    BaseHistogram latency[LOAD_OP_KIND_COUNT]; /* nanoseconds; see recorder.h */
    BaseHistogram service[LOAD_OP_KIND_COUNT]; /* with a rate only */
    int64_t measure_ns;                        /* when measuring began; monotonic clock */
    LoadExpectLog *expect;                 /* is told of all writes; not owned; NULL: nobody is */
    LoadMonitor *monitor;                  /* watches the target; owned; NULL: nobody does */
    const struct LoadIntrinsic *intrinsic; /* borrowed; NULL: not measured */
    const struct LoadOverhead *overhead;   /* borrowed; NULL: not measured */
    const struct LoadSweep *sweep;         /* whose step it is; borrowed; NULL: there is none */
    LoadSecond *series;
    size_t series_count;
    LoadNotes notes;
} LoadRunResult;

/* A result is large: it is allocated. NULL: no memory. */
LoadRunResult *load_run_result_new(void);

/* Takes NULL. */
void load_run_result_free(LoadRunResult *result);

/*
 * Runs. `stop` may be set by a signal handler to end early. A failure means that there was no run:
 * no memory, no threads, no connections. A load phase that was given up is not one: see load_fault.
 */
BaseStatus load_run(const LoadOptions *options, LoadTarget *target, LoadProgress *progress,
                    _Atomic bool *stop, LoadRunResult *result);

#endif
