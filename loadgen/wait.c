/*
 * wait.c: see wait.h. Whether the system has the call is asked with the first wait.
 */
#include "loadgen/wait.h"

#include "loadgen/clock.h"

#include <errno.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdbool.h>

static _Atomic bool is_coarse; /* epoll_pwait2() is not to be had */

static int
wait_coarsely(int epoll, struct epoll_event *events, int max, int64_t wait_ns)
{
    int64_t wait_ms = wait_ns / (LOAD_SECOND_NS / 1000);
    return epoll_wait(epoll, events, max, wait_ms < INT_MAX ? (int)wait_ms : INT_MAX);
}

int
load_wait(int epoll, struct epoll_event *events, int max, int64_t wait_ns)
{
    if (!atomic_load_explicit(&is_coarse, memory_order_relaxed)) {
        struct timespec timeout = {wait_ns / LOAD_SECOND_NS, wait_ns % LOAD_SECOND_NS};
        int count = epoll_pwait2(epoll, events, max, &timeout, NULL);
        if (count >= 0 || (errno != ENOSYS && errno != EPERM)) {
            return count;
        }
        atomic_store_explicit(&is_coarse, true, memory_order_relaxed);
    }
    return wait_coarsely(epoll, events, max, wait_ns);
}
