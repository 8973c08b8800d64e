/*
 * progress.h: tells how far a run is: rate, p99, errors, time left.
 *
 * Once a second: on a terminal one line that is written over, otherwise a line each, fit for a log.
 * Everything goes to standard error, so that standard output holds the report alone.
 *
 * Threading: one owner at a time.
 */
#ifndef LARDER_LOADGEN_PROGRESS_H
#define LARDER_LOADGEN_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

typedef enum LoadPhase { LOAD_PHASE_LOAD, LOAD_PHASE_WARMUP, LOAD_PHASE_MEASURE } LoadPhase;

typedef struct LoadProgress {
    FILE *out;     /* NULL: quiet */
    bool terminal; /* out is one */
    bool dirty;    /* a line that is not ended is on the terminal */
} LoadProgress;

/* What to tell. */
typedef struct LoadProgressView {
    LoadPhase phase;
    double rate;     /* operations a second, since the view before */
    int64_t p99_ns;  /* of the same time; 0: unknown */
    uint64_t faults; /* so far */
    uint64_t wrong;  /* so far */
    double done;     /* share of the phase, 0 to 1 */
    double left;     /* seconds to the end of the phase, estimated; negative: unknown */
} LoadProgressView;

/* Looks whether `out` is a terminal; NULL: be quiet. */
LoadProgress load_progress(FILE *out);

void load_progress_show(LoadProgress *progress, const LoadProgressView *view);

/* Ends the line, before something else is written. */
void load_progress_end(LoadProgress *progress);

#endif
