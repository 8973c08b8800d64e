/*
 * clock.c: see clock.h.
 */
#include "service/testkit/clock.h"

static int64_t
wall_ms(const BaseClock *clock)
{
    const TestkitClock *self = (const TestkitClock *)(const void *)clock;
    return atomic_load_explicit(&self->wall_ms, memory_order_acquire);
}

static int64_t
monotonic_us(const BaseClock *clock)
{
    (void)clock;
    return base_clock_monotonic_us(base_clock_real());
}

void
testkit_clock_init(TestkitClock *clock, int64_t wall)
{
    clock->clock = (BaseClock){wall_ms, monotonic_us};
    atomic_init(&clock->wall_ms, wall);
}

bool
testkit_clock_advance(TestkitClock *clock, int64_t ms)
{
    int64_t before = atomic_load_explicit(&clock->wall_ms, memory_order_relaxed);
    int64_t after = 0;
    do {
        if (__builtin_add_overflow(before, ms, &after) || after < 0) {
            return false;
        }
    } while (!atomic_compare_exchange_weak_explicit(&clock->wall_ms, &before, after,
                                                    memory_order_acq_rel, memory_order_relaxed));
    return true;
}
