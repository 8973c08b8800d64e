/*
 * recorder.c: sums over what workers measured. See recorder.h.
 */
#include "loadgen/recorder.h"

static uint64_t
get(const _Atomic uint64_t *counter)
{
    return atomic_load_explicit(counter, memory_order_relaxed);
}

void
load_recorder_add_to(const LoadRecorder *recorder, LoadCounts *counts)
{
    for (int kind = 0; kind < LOAD_OP_KIND_COUNT; kind++) {
        counts->finished[kind] += get(&recorder->finished[kind]);
        for (int fault = 0; fault < LOAD_FAULT_COUNT; fault++) {
            counts->faults[kind][fault] += get(&recorder->faults[kind][fault]);
        }
    }
    for (int verdict = 0; verdict < LOAD_VERDICT_COUNT; verdict++) {
        counts->verdicts[verdict] += get(&recorder->verdicts[verdict]);
    }
    counts->entries += get(&recorder->entries);
    counts->absent += get(&recorder->absent);
    counts->ended += get(&recorder->ended);
    counts->loaded += get(&recorder->loaded);
    counts->faults_outside += get(&recorder->faults_outside);
}

uint64_t
load_counts_finished(const LoadCounts *counts)
{
    uint64_t sum = 0;
    for (int kind = 0; kind < LOAD_OP_KIND_COUNT; kind++) {
        sum += counts->finished[kind];
    }
    return sum;
}

uint64_t
load_counts_faults(const LoadCounts *counts)
{
    uint64_t sum = 0;
    for (int kind = 0; kind < LOAD_OP_KIND_COUNT; kind++) {
        for (int fault = LOAD_FAULT_NONE + 1; fault < LOAD_FAULT_COUNT; fault++) {
            sum += counts->faults[kind][fault];
        }
    }
    return sum;
}

uint64_t
load_counts_wrong(const LoadCounts *counts)
{
    uint64_t sum = 0;
    for (int verdict = LOAD_RIGHT + 1; verdict < LOAD_VERDICT_COUNT; verdict++) {
        sum += counts->verdicts[verdict];
    }
    return sum;
}
