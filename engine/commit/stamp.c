/*
 * stamp.c: an atomic maximum over the clock. See stamp.h.
 */
#include "engine/commit/stamp.h"

void
commit_stamp_init(CommitStamps *stamps, const BaseClock *clock, int64_t at_least)
{
    stamps->clock = clock;
    atomic_init(&stamps->highest, at_least);
}

/* Raises the highest to at least `stamp_ms` and returns it. */
static int64_t
raise_to(CommitStamps *stamps, int64_t stamp_ms)
{
    int64_t highest = atomic_load_explicit(&stamps->highest, memory_order_acquire);
    while (highest < stamp_ms) {
        if (atomic_compare_exchange_weak_explicit(&stamps->highest, &highest, stamp_ms,
                                                  memory_order_acq_rel, memory_order_acquire)) {
            return stamp_ms;
        }
    }
    return highest;
}

int64_t
commit_stamp_now(CommitStamps *stamps)
{
    return raise_to(stamps, base_clock_wall_ms(stamps->clock));
}

int64_t
commit_stamp_observe(CommitStamps *stamps, int64_t stamp_ms)
{
    return raise_to(stamps, stamp_ms);
}
