/*
 * clock.h: the load generator's clock: monotonic nanoseconds, always the operating system's.
 */
#ifndef LARDER_LOADGEN_CLOCK_H
#define LARDER_LOADGEN_CLOCK_H

#include <stdint.h>
#include <time.h>

#define LOAD_SECOND_NS ((int64_t)1000000000)

static inline int64_t
load_clock_ns(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * LOAD_SECOND_NS + now.tv_nsec;
}

#endif
