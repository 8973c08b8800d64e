/*
 * clock.c: the clock of the operating system, and one that tests control. See clock.h.
 */
#include "engine/base/clock.h"

#include <time.h>

static int64_t
real_wall_ms(const BaseClock *clock)
{
    (void)clock;
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t
real_monotonic_us(const BaseClock *clock)
{
    (void)clock;
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

const BaseClock *
base_clock_real(void)
{
    static const BaseClock real = {real_wall_ms, real_monotonic_us};
    return &real;
}

static int64_t
fake_wall_ms(const BaseClock *clock)
{
    return atomic_load(&((const BaseFakeClock *)clock)->wall_ms);
}

static int64_t
fake_monotonic_us(const BaseClock *clock)
{
    return atomic_load(&((const BaseFakeClock *)clock)->monotonic_us);
}

void
base_fake_clock_init(BaseFakeClock *fake, int64_t wall_ms)
{
    fake->clock = (BaseClock){fake_wall_ms, fake_monotonic_us};
    atomic_init(&fake->wall_ms, wall_ms);
    atomic_init(&fake->monotonic_us, 1000000);
}

void
base_fake_clock_advance_ms(BaseFakeClock *fake, int64_t ms)
{
    atomic_fetch_add(&fake->wall_ms, ms);
    atomic_fetch_add(&fake->monotonic_us, ms * 1000);
}

void
base_fake_clock_step_wall_ms(BaseFakeClock *fake, int64_t ms)
{
    atomic_fetch_add(&fake->wall_ms, ms);
}
