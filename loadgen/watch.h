/*
 * watch.h: looks at the recorders while a run goes on, and keeps the series.
 *
 * Recorders only grow; a watch remembers what it saw and tells the difference.
 *
 * Threading: one owner at a time.
 */
#ifndef LARDER_LOADGEN_WATCH_H
#define LARDER_LOADGEN_WATCH_H

#include "loadgen/recorder.h"
#include "loadgen/run.h"
#include "loadgen/worker.h"

typedef struct LoadWatch {
    const LoadWorker *workers;
    unsigned count;
    int64_t seen_ns;
    LoadCounts seen;
    BaseHistogram *seen_latency; /* all operations */
    BaseHistogram *now_latency;
} LoadWatch;

/* What happened since the look before. */
typedef struct LoadGlance {
    LoadSecond second; /* but for `at` */
    uint64_t ended;    /* operations of all phases */
    LoadCounts totals;
    const BaseHistogram *latency; /* borrowed until the next look */
} LoadGlance;

/* Watches workers that must outlive it. False: no memory. */
bool load_watch_init(LoadWatch *watch, const LoadWorker *workers, unsigned count);

/* Takes watches that are all zero. */
void load_watch_clear(LoadWatch *watch);

/*
 * A phase begins: the next difference counts from now on; figures of the measured time, of which
 * there is one phase, count from its beginning, however late this call is.
 */
void load_watch_start(LoadWatch *watch, int64_t now_ns);

/* Looks, and has the next difference count from here. */
void load_watch_look(LoadWatch *watch, int64_t now_ns, LoadGlance *ret_glance);

#endif
