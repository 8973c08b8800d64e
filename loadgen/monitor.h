/*
 * monitor.h: watches the target from the side while a run goes on.
 *
 * A thread of its own reads the figures of the target every LOAD_MONITOR_PERIOD_NS and once more
 * when it is stopped. It keeps few of them of every reading, and all of three readings: the first,
 * the last one before measuring began, and the last one. So a run has server statistics before and
 * after, and a series that shows stalls, flushes and compactions with the resolution of a period.
 *
 * The thread asks a server over a connection of its own: it waits when the server does, and the
 * load does not wait with it, but for the first reading, which comes before all load.
 *
 * Threading: load_monitor_measure() from any thread; the others from one thread, results after
 * load_monitor_stop().
 */
#ifndef LARDER_LOADGEN_MONITOR_H
#define LARDER_LOADGEN_MONITOR_H

#include "loadgen/vitals.h"

#include <glib.h>

#define LOAD_MONITOR_PERIOD_NS ((int64_t)200 * 1000 * 1000)

typedef struct LoadMonitor LoadMonitor;

/* What is kept of every reading. Counters since the engine was opened, where not said otherwise. */
typedef struct LoadSample {
    int64_t at_ns; /* when the figures were there */
    int64_t stall_us;
    int64_t flushes;
    int64_t flush_us;
    int64_t flush_bytes;
    int64_t compactions;
    int64_t compaction_us;
    int64_t pending_bytes; /* that compactions have still to write, now */
    int64_t disk_bytes;    /* now */
    int64_t memory_bytes;  /* now */
} LoadSample;

/* A figure of a whole reading. */
typedef struct LoadFigure {
    char *name;
    int64_t value;
} LoadFigure;

/* The moment of a whole reading. */
typedef enum LoadReading {
    LOAD_READING_FIRST,
    LOAD_READING_BEFORE, /* the last one at or before the beginning of the measured time */
    LOAD_READING_AFTER,
    LOAD_READING_COUNT,
} LoadReading;

/* Reads, and starts watching. NULL: the target tells nothing, or the system gives no thread. */
LoadMonitor *load_monitor_start(const LoadOptions *options, LoadTarget *target);

/* Measuring begins at that time of the monotonic clock. Takes NULL. */
void load_monitor_measure(LoadMonitor *monitor, int64_t from_ns);

/* Reads for the last time and ends the thread. Stopping twice is fine. Takes NULL. */
void load_monitor_stop(LoadMonitor *monitor);

/* Stops and frees. Takes NULL. */
void load_monitor_free(LoadMonitor *monitor);

/* A whole reading in order of names: an array of LoadFigure, empty if there was none. Borrowed. */
const GArray *load_monitor_reading(const LoadMonitor *monitor, LoadReading reading);

/* All samples in order of time: an array of LoadSample. Borrowed. */
const GArray *load_monitor_samples(const LoadMonitor *monitor);

/* Why the target did not answer when it was asked last; NULL: it did. */
const char *load_monitor_problem(const LoadMonitor *monitor);

#endif
