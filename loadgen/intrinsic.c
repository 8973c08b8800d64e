/*
 * intrinsic.c: how much this machine disturbs a program that does nothing. See intrinsic.h.
 */
#include "loadgen/intrinsic.h"

#include "loadgen/clock.h"

#include <sys/prctl.h>

enum { SLEEP_NS = 1000 * 1000 };

static bool
goes_on(const _Atomic bool *stop, int64_t now_ns, int64_t end_ns)
{
    return now_ns < end_ns && !atomic_load_explicit(stop, memory_order_relaxed);
}

static void
spin(int64_t span_ns, const _Atomic bool *stop, LoadIntrinsic *it)
{
    int64_t begin_ns = load_clock_ns();
    int64_t before_ns = begin_ns;
    int64_t taken_ns = 0;
    while (goes_on(stop, before_ns, begin_ns + span_ns)) {
        int64_t now_ns = load_clock_ns();
        int64_t gap_ns = now_ns - before_ns;
        base_histogram_record(&it->gaps, gap_ns);
        taken_ns += gap_ns >= LOAD_INTRINSIC_GAP_NS ? gap_ns : 0;
        before_ns = now_ns;
    }
    if (before_ns > begin_ns) {
        it->taken = (double)taken_ns / (double)(before_ns - begin_ns);
    }
}

static void
doze(int64_t span_ns, const _Atomic bool *stop, LoadIntrinsic *it)
{
    int64_t begin_ns = load_clock_ns();
    int64_t now_ns = begin_ns;
    (void)prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0); /* as the workers do */
    while (goes_on(stop, now_ns, begin_ns + span_ns)) {
        int64_t due_ns = now_ns + SLEEP_NS;
        struct timespec due = {due_ns / LOAD_SECOND_NS, due_ns % LOAD_SECOND_NS};
        int failed = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL);
        now_ns = load_clock_ns();
        if (failed == 0) {
            base_histogram_record(&it->wakes, now_ns - due_ns);
        }
    }
}

void
load_intrinsic_measure(double seconds, const _Atomic bool *stop, LoadIntrinsic *ret_it)
{
    int64_t half_ns = (int64_t)(seconds / 2 * (double)LOAD_SECOND_NS);
    base_histogram_reset(&ret_it->gaps);
    base_histogram_reset(&ret_it->wakes);
    ret_it->seconds = seconds;
    ret_it->taken = 0;
    spin(half_ns, stop, ret_it);
    doze(half_ns, stop, ret_it);
}
