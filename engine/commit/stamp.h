/*
 * stamp.h: time that never goes back.
 *
 * A stamp is wall time in milliseconds, except that it is never below a stamp that was given out
 * before: when the clock steps back, stamps stand still until the clock has caught up. Commits and
 * reads take theirs from the same source, so a record that one reader saw expire stays expired for
 * all.
 *
 * Threading: every function may be called from any thread. Lock-free: an atomic maximum.
 */
#ifndef LARDER_ENGINE_COMMIT_STAMP_H
#define LARDER_ENGINE_COMMIT_STAMP_H

#include "engine/base/clock.h"

#include <stdatomic.h>
#include <stdint.h>

typedef struct CommitStamps {
    const BaseClock *clock;
    _Atomic int64_t highest;
} CommitStamps;

/* Starts at `at_least` (a durable engine: the highest stamp that it has stored) or the clock. */
void commit_stamp_init(CommitStamps *stamps, const BaseClock *clock, int64_t at_least);

/* The time now: the highest of the clock and all that anybody was told or told us. */
int64_t commit_stamp_now(CommitStamps *stamps);

/*
 * Raises the time to at least `stamp_ms`, a stamp that comes from elsewhere or a reading of the
 * clock that is a little old, and returns the time.
 */
int64_t commit_stamp_observe(CommitStamps *stamps, int64_t stamp_ms);

#endif
