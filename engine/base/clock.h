/*
 * clock.h: time behind an interface, so that tests decide what time it is.
 *
 * Two kinds of time. Wall time (milliseconds since 1970-01-01 UTC) is what records expire by and
 * what people read; it may step in either direction. Monotonic time (microseconds since an
 * arbitrary moment) measures durations and never goes back.
 *
 * Threading: every function may be called from any thread. A fake clock may be set from any thread.
 */
#ifndef LARDER_ENGINE_BASE_CLOCK_H
#define LARDER_ENGINE_BASE_CLOCK_H

#include <stdatomic.h>
#include <stdint.h>

typedef struct BaseClock BaseClock;

struct BaseClock {
    int64_t (*wall_ms)(const BaseClock *clock);
    int64_t (*monotonic_us)(const BaseClock *clock);
};

static inline int64_t
base_clock_wall_ms(const BaseClock *clock)
{
    return clock->wall_ms(clock);
}

static inline int64_t
base_clock_monotonic_us(const BaseClock *clock)
{
    return clock->monotonic_us(clock);
}

/* The clock of the operating system. It lives for ever. */
const BaseClock *base_clock_real(void);

/* A clock that moves only when it is told to. */
typedef struct BaseFakeClock {
    BaseClock clock; /* first: a fake clock is a clock */
    _Atomic int64_t wall_ms;
    _Atomic int64_t monotonic_us;
} BaseFakeClock;

/* Starts at the given wall time, with monotonic time 1 second. */
void base_fake_clock_init(BaseFakeClock *fake, int64_t wall_ms);

/* Moves both times forward. */
void base_fake_clock_advance_ms(BaseFakeClock *fake, int64_t ms);

/* Steps wall time, in either direction, and leaves monotonic time alone. */
void base_fake_clock_step_wall_ms(BaseFakeClock *fake, int64_t ms);

#endif
