/*
 * sweep.h: finds the highest rate at which latencies keep an objective: the knee.
 *
 * A step is a whole run at a rate, open loop, with its own warm-up; only the first one loads the
 * records. A step holds when
 *   - the latency of the objective, over all operations, is within its limit, and
 *   - at most LOAD_SWEEP_LOST of the operations that were due failed or were never sent.
 * From the first rate on, the rate is doubled until a step breaks; then the space between the
 * highest rate that held and the lowest that broke is halved (by ratio) until they are within
 * LOAD_SWEEP_CLOSE of each other. If the first rate breaks, it is halved instead until one holds,
 * LOAD_SWEEP_STEPS_MAX steps at most in all.
 *
 * From the second step on a record that the step has not written yet may have any value of an
 * earlier step; its value is checked for all but that.
 *
 * Threading: called once, from the main thread.
 */
#ifndef LARDER_LOADGEN_SWEEP_H
#define LARDER_LOADGEN_SWEEP_H

#include "loadgen/objective.h"
#include "loadgen/run.h"

#define LOAD_SWEEP_LOST  0.001
#define LOAD_SWEEP_CLOSE 1.05

enum { LOAD_SWEEP_STEPS_MAX = 40 };

typedef struct LoadSweepStep {
    double rate;
    double reached;    /* operations a second that succeeded */
    int64_t value_ns;  /* of the objective */
    double lost;       /* share of the operations that were due */
    double busy_cores; /* of the generator */
    bool held;
} LoadSweepStep;

typedef struct LoadSweep {
    LoadObjective objective;
    LoadSweepStep steps[LOAD_SWEEP_STEPS_MAX];
    unsigned count;
    int knee;            /* the best step that held; -1: none did */
    LoadRunResult *best; /* its run; without one, that of the last step or try; owned */
} LoadSweep;

/* What rate to try after the steps so far; 0: the knee is found, or none. */
double load_sweep_next(const LoadSweep *sweep, double first);

/* Judges a run, and adds it as a step. Takes the run over. */
void load_sweep_add(LoadSweep *sweep, double rate, LoadRunResult *result);

/*
 * Runs all steps, or as many as there were when `stop` was set: a step that it cut short does not
 * count. options->rate is the first rate. A failure means that a step could not be run.
 * The sweep must be all zero; clear it in any case.
 */
BaseStatus load_sweep_run(const LoadOptions *options, LoadTarget *target, LoadProgress *progress,
                          _Atomic bool *stop, LoadSweep *ret_sweep);

/* Takes sweeps that are all zero. */
void load_sweep_clear(LoadSweep *sweep);

#endif
