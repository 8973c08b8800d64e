/*
 * tally.h: counters that many threads add to at once, exact and cheap.
 *
 * A tally has eight counters. Each of up to 15 threads at a time has a row of its own, on a cache
 * line that no other thread writes, so adding is a plain load and store; further threads share a
 * last row with atomic additions. Reading sums the rows: nothing is lost, and a sum is at least
 * what was added before it was asked for. Rows are handed on when threads exit.
 *
 * Zero bytes are a start. Threading: any thread.
 */
#ifndef LARDER_ENGINE_BASE_TALLY_H
#define LARDER_ENGINE_BASE_TALLY_H

#include <stdatomic.h>
#include <stdint.h>

enum {
    BASE_TALLY_ROWS = 16,
    BASE_TALLY_COUNTERS = 8,
};

typedef struct BaseTally {
    struct {
        _Alignas(64) _Atomic uint64_t counters[BASE_TALLY_COUNTERS];
    } rows[BASE_TALLY_ROWS];
} BaseTally;

/* Adds to a counter. Never fails, never waits. */
void base_tally_add(BaseTally *tally, unsigned counter, uint64_t amount);

/* What all threads have added. */
uint64_t base_tally_sum(const BaseTally *tally, unsigned counter);

#endif
