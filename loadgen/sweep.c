/*
 * sweep.c: finds the highest rate at which latencies keep an objective. See sweep.h.
 */
#include "loadgen/sweep.h"

#include <math.h>

#define RATE_MAX 1e8
#define RATE_MIN 1.0

/* The highest rate that held below every rate that broke, and the lowest that broke; 0: none. */
static void
find_bounds(const LoadSweep *sweep, double *ret_held, double *ret_broke)
{
    *ret_held = 0;
    *ret_broke = 0;
    for (unsigned i = 0; i < sweep->count; i++) {
        const LoadSweepStep *step = &sweep->steps[i];
        if (!step->held && (*ret_broke <= 0 || step->rate < *ret_broke)) {
            *ret_broke = step->rate;
        }
    }
    for (unsigned i = 0; i < sweep->count; i++) {
        const LoadSweepStep *step = &sweep->steps[i];
        bool below = *ret_broke <= 0 || step->rate < *ret_broke;
        if (step->held && below && step->rate > *ret_held) {
            *ret_held = step->rate;
        }
    }
}

double
load_sweep_next(const LoadSweep *sweep, double first)
{
    double held = 0;
    double broke = 0;
    if (sweep->count == 0) {
        return first;
    }
    if (sweep->count == LOAD_SWEEP_STEPS_MAX) {
        return 0;
    }
    find_bounds(sweep, &held, &broke);
    if (broke <= 0) {
        return held * 2 <= RATE_MAX ? held * 2 : 0;
    }
    if (held <= 0) {
        return broke / 2 >= RATE_MIN ? broke / 2 : 0;
    }
    return broke / held > LOAD_SWEEP_CLOSE ? sqrt(held * broke) : 0;
}

static LoadSweepStep
judge(const LoadSweep *sweep, double rate, const LoadRunResult *result)
{
    static BaseHistogram all; /* large, and this is the main thread's alone */
    base_histogram_reset(&all);
    for (int kind = 0; kind < LOAD_OP_KIND_COUNT; kind++) {
        base_histogram_add(&all, &result->latency[kind]);
    }
    uint64_t finished = load_counts_finished(&result->counts);
    uint64_t faults = load_counts_faults(&result->counts);
    uint64_t due = finished + faults;
    LoadSweepStep step = {
        .rate = rate,
        .value_ns = load_objective_value(&sweep->objective, &all),
        .lost = due == 0 ? 1 : (double)faults / (double)due,
        .busy_cores = result->busy_cores,
    };
    if (result->measured_seconds > 0) {
        step.reached = (double)finished / result->measured_seconds;
    }
    step.held = step.value_ns <= sweep->objective.limit_ns && step.lost <= LOAD_SWEEP_LOST;
    return step;
}

void
load_sweep_add(LoadSweep *sweep, double rate, LoadRunResult *result)
{
    double held = 0;
    double broke = 0;
    LoadSweepStep *step = &sweep->steps[sweep->count++];
    *step = judge(sweep, rate, result);
    find_bounds(sweep, &held, &broke);
    bool best = step->held && step->rate >= held;
    if (best || sweep->knee < 0) {
        load_run_result_free(sweep->best);
        sweep->best = result;
    } else {
        load_run_result_free(result);
    }
    sweep->knee = best ? (int)sweep->count - 1 : sweep->knee;
}

BaseStatus
load_sweep_run(const LoadOptions *options, LoadTarget *target, LoadProgress *progress,
               _Atomic bool *stop, LoadSweep *ret_sweep)
{
    LoadOptions step = *options; /* borrows all it points to */
    BaseStatus status = base_ok();
    ret_sweep->objective = options->study.objective;
    ret_sweep->knee = -1;
    while (base_is_ok(status) && !atomic_load_explicit(stop, memory_order_relaxed) &&
           (step.rate = load_sweep_next(ret_sweep, options->rate)) > 0) {
        LoadRunResult *result = load_run_result_new();
        if (result == NULL) {
            return base_error(BASE_NO_MEMORY, "no memory for a result");
        }
        result->monitor = load_monitor_start(&step, target);
        status = load_run(&step, target, progress, stop, result);
        load_monitor_stop(result->monitor);
        bool whole = base_is_ok(status) && result->load_fault == LOAD_FAULT_NONE;
        if (whole && result->stopped && ret_sweep->best != NULL) {
            load_run_result_free(result); /* a part of a step tells nothing */
            return status;
        }
        if (!whole || result->stopped) {
            load_run_result_free(ret_sweep->best);
            ret_sweep->best = result;
            return status;
        }
        load_sweep_add(ret_sweep, step.rate, result);
        step.load = false;
    }
    return status;
}

void
load_sweep_clear(LoadSweep *sweep)
{
    load_run_result_free(sweep->best);
    sweep->best = NULL;
}
