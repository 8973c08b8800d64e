/*
 * recorder.h: what a worker measured; written by the worker, read by everybody while it runs.
 *
 * Everything here only grows, so a reader that looks every second gets the figures of the second by
 * subtraction. All updates are relaxed atomics: a reader may see an operation in one figure and not
 * yet in another.
 *
 * Latencies are nanoseconds, of operations that were intended within the measured time: those that
 * succeeded count with the time they took, however late that was; those that timed out, or were due
 * and never sent, with the time they had waited, which is less than they would have taken. Answers
 * of the server that are errors (such as refusals) and operations whose connection was lost are
 * counted as faults and have no latency: a fast refusal is not a fast request.
 *
 * Threading: one writer, any number of readers.
 */
#ifndef LARDER_LOADGEN_RECORDER_H
#define LARDER_LOADGEN_RECORDER_H

#include "engine/base/histogram.h"
#include "loadgen/ledger.h"

typedef struct LoadRecorder {
    BaseSharedHistogram latency[LOAD_OP_KIND_COUNT]; /* from the intended start */
    BaseSharedHistogram service[LOAD_OP_KIND_COUNT]; /* from handing it to the target */
    _Atomic uint64_t finished[LOAD_OP_KIND_COUNT];   /* successes within the measured time */
    _Atomic uint64_t faults[LOAD_OP_KIND_COUNT][LOAD_FAULT_COUNT]; /* of the measured time */
    _Atomic uint64_t entries;                                      /* of finished SCANs */
    _Atomic uint64_t absent;                       /* reads that rightly found nothing */
    _Atomic uint64_t verdicts[LOAD_VERDICT_COUNT]; /* of all phases */
    _Atomic uint64_t ended;          /* operations of all phases, however they ended */
    _Atomic uint64_t loaded;         /* records of the load phase */
    _Atomic uint64_t faults_outside; /* faults before and after the measured time */
} LoadRecorder;

/* A copy of the counters of one or several recorders. */
typedef struct LoadCounts {
    uint64_t finished[LOAD_OP_KIND_COUNT];
    uint64_t faults[LOAD_OP_KIND_COUNT][LOAD_FAULT_COUNT];
    uint64_t entries;
    uint64_t absent;
    uint64_t verdicts[LOAD_VERDICT_COUNT];
    uint64_t ended;
    uint64_t loaded;
    uint64_t faults_outside;
} LoadCounts;

/* Adds a number, cheaply because there is one writer. */
static inline void
load_recorder_add(_Atomic uint64_t *counter, uint64_t number)
{
    uint64_t value = atomic_load_explicit(counter, memory_order_relaxed);
    atomic_store_explicit(counter, value + number, memory_order_relaxed);
}

/* Adds one. */
static inline void
load_recorder_count(_Atomic uint64_t *counter)
{
    load_recorder_add(counter, 1);
}

/* Adds the counters of a recorder to `counts`. */
void load_recorder_add_to(const LoadRecorder *recorder, LoadCounts *counts);

/* Sums for people: all finished operations, faults of the measured time, and wrong verdicts. */
uint64_t load_counts_finished(const LoadCounts *counts);
uint64_t load_counts_faults(const LoadCounts *counts);
uint64_t load_counts_wrong(const LoadCounts *counts);

#endif
