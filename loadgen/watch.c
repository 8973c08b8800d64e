/*
 * watch.c: looks at the recorders. See watch.h.
 *
 * The histogram of a span is the difference of two copies of the cumulative one, bucket by bucket;
 * its highest value is known to the width of a bucket.
 */
#include "loadgen/watch.h"

#include "loadgen/clock.h"

#include <stdlib.h>
#include <string.h>

bool
load_watch_init(LoadWatch *watch, const LoadWorker *workers, unsigned count)
{
    *watch = (LoadWatch){
        .workers = workers,
        .count = count,
        .seen_latency = calloc(1, sizeof *watch->seen_latency),
        .now_latency = calloc(1, sizeof *watch->now_latency),
    };
    if (watch->seen_latency == NULL || watch->now_latency == NULL) {
        load_watch_clear(watch);
        return false;
    }
    return true;
}

void
load_watch_clear(LoadWatch *watch)
{
    free(watch->seen_latency);
    free(watch->now_latency);
    *watch = (LoadWatch){.workers = NULL};
}

static void
read_recorders(LoadWatch *watch, LoadCounts *counts)
{
    base_histogram_reset(watch->now_latency);
    for (unsigned i = 0; i < watch->count; i++) {
        const LoadRecorder *recorder = watch->workers[i].recorder;
        load_recorder_add_to(recorder, counts);
        for (int kind = 0; kind < LOAD_OP_KIND_COUNT; kind++) {
            base_shared_histogram_add_to(&recorder->latency[kind], watch->now_latency);
        }
    }
}

/* Makes what is current the state that the next difference counts from. */
static void
remember(LoadWatch *watch, int64_t now_ns, const LoadCounts *counts)
{
    BaseHistogram *free_one = watch->seen_latency;
    watch->seen_latency = watch->now_latency;
    watch->now_latency = free_one;
    watch->seen = *counts;
    watch->seen_ns = now_ns;
}

void
load_watch_start(LoadWatch *watch, int64_t now_ns)
{
    LoadCounts counts = {.ended = 0};
    read_recorders(watch, &counts);
    /* Workers do not wait for this look: what they have measured by now is new, too. */
    base_histogram_reset(watch->now_latency);
    memset(counts.finished, 0, sizeof counts.finished);
    memset(counts.faults, 0, sizeof counts.faults);
    remember(watch, now_ns, &counts);
}

void
load_watch_look(LoadWatch *watch, int64_t now_ns, LoadGlance *ret_glance)
{
    LoadCounts counts = {.ended = 0};
    read_recorders(watch, &counts);
    base_histogram_subtract(watch->seen_latency, watch->now_latency);
    *ret_glance = (LoadGlance){
        .latency = watch->seen_latency,
        .totals = counts,
        .ended = counts.ended - watch->seen.ended,
        .second =
            {
                .span = (double)(now_ns - watch->seen_ns) / (double)LOAD_SECOND_NS,
                .faults = load_counts_faults(&counts) - load_counts_faults(&watch->seen),
                .wrong = load_counts_wrong(&counts) - load_counts_wrong(&watch->seen),
                .p50_ns = base_histogram_percentile(watch->seen_latency, 50),
                .p99_ns = base_histogram_percentile(watch->seen_latency, 99),
                .p999_ns = base_histogram_percentile(watch->seen_latency, 99.9),
                .highest_ns = base_histogram_percentile(watch->seen_latency, 100),
            },
    };
    for (int kind = 0; kind < LOAD_OP_KIND_COUNT; kind++) {
        ret_glance->second.finished[kind] = counts.finished[kind] - watch->seen.finished[kind];
    }
    remember(watch, now_ns, &counts);
}
