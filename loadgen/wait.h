/*
 * wait.h: waiting for sockets, to the nanosecond where the system can.
 *
 * Threading: none of its own.
 */
#ifndef LARDER_LOADGEN_WAIT_H
#define LARDER_LOADGEN_WAIT_H

#include <stdint.h>
#include <sys/epoll.h>

/*
 * Waits at most `wait_ns`, which is not negative, for events of an epoll, and returns how many
 * there are; 0 or less: none. Uses epoll_pwait2(), which came with Linux 5.11 and which some
 * sandboxes refuse or do not know; there a wait is rounded down to milliseconds, so that nobody is
 * late, and one below that does not wait at all.
 */
int load_wait(int epoll, struct epoll_event *events, int max, int64_t wait_ns);

#endif
