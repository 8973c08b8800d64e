/*
 * report_read.h: a report that was written as JSON, read back to be plotted and compared.
 *
 * Files may come from anywhere: sizes and numbers are checked, and what is wrong is told with the
 * name of the file and of the field. Fields that nobody asks for may be anything.
 *
 * Threading: constant after it was read.
 */
#ifndef LARDER_LOADGEN_REPORT_READ_H
#define LARDER_LOADGEN_REPORT_READ_H

#include "engine/base/histogram.h"

#include <glib.h>
#include <json-glib/json-glib.h>

enum {
    LOAD_REPORT_BYTES_MAX = 512 * 1024 * 1024,
    LOAD_REPORT_SERIES_MAX = 1000 * 1000,
};

typedef enum LoadEventKind {
    LOAD_EVENT_STALL,
    LOAD_EVENT_FLUSH,
    LOAD_EVENT_COMPACTION,
    LOAD_EVENT_KIND_COUNT,
} LoadEventKind;

/* Something that the target did, seen at the end of a period. */
typedef struct LoadEvent {
    LoadEventKind kind;
    double at;      /* seconds since measuring began */
    double seconds; /* that it took, all of its kind together */
} LoadEvent;

/* An interval of the measured time. */
typedef struct LoadInterval {
    double at; /* its end, in seconds since measuring began */
    double span;
    double finished; /* operations of all kinds */
    double p99_ns;
    const char *hdr; /* its histogram, as hdr.h reads it; "": none */
} LoadInterval;

typedef struct LoadReport {
    char *path;
    const char *arrival; /* "open" or "closed" */
    const char *latency_meaning;
    bool observed;          /* the target was asked what it did */
    JsonNode *root;         /* everything, to look further */
    JsonObject *config;     /* of root */
    BaseHistogram *latency; /* of all operations */
    double per_second;      /* operations of all kinds */
    double measured_seconds;
    LoadInterval *intervals;
    size_t interval_count;
    LoadEvent *events;
    size_t event_count;
} LoadReport;

/* "flush". Never NULL. */
const char *load_event_name(LoadEventKind kind);

/* Reads a file. NULL: *ret_problem says what is wrong; free it with g_free(). */
LoadReport *load_report_read(const char *path, char **ret_problem);

/* Takes NULL. */
void load_report_free(LoadReport *report);

/* A string of the report, "target.engine" for instance; "" when it has none. Borrowed. */
const char *load_report_text(const LoadReport *report, const char *object, const char *name);

#endif
