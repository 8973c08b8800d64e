/*
 * clock.h: a clock whose wall time a test moves.
 *
 * Wall time, by which records expire, stands still unless it is moved. Monotonic time is the real
 * one: deadlines, timeouts of connections and the ends of connections depend on it, and would hang
 * or fire at random if it stood still or jumped.
 *
 * Threading: from any thread.
 */
#ifndef LARDER_SERVICE_TESTKIT_CLOCK_H
#define LARDER_SERVICE_TESTKIT_CLOCK_H

#include "engine/base/clock.h"

#include <stdbool.h>

typedef struct TestkitClock {
    BaseClock clock; /* first: it is a clock */
    _Atomic int64_t wall_ms;
} TestkitClock;

void testkit_clock_init(TestkitClock *clock, int64_t wall_ms);

/* Moves wall time. False: it would be before 1970, or beyond all numbers; it stays. */
bool testkit_clock_advance(TestkitClock *clock, int64_t ms);

#endif
