/*
 * timers.h: what happens when: a binary heap of times that knows where each one stands.
 *
 * Timers are members of what they are for. The heap has a fixed capacity, so that arming never
 * fails; arming, moving and disarming take O(log n).
 *
 * Threading: one owner at a time.
 */
#ifndef LARDER_SERVICE_CLIENT_TIMERS_H
#define LARDER_SERVICE_CLIENT_TIMERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct ClientTimer {
    int64_t due_us;
    size_t place; /* in the heap, from 1 on; 0: not armed */
} ClientTimer;

typedef struct ClientTimers {
    ClientTimer **heap; /* heap[1] is due first */
    size_t count;
    size_t capacity;
} ClientTimers;

/* False: no memory. */
bool client_timers_init(ClientTimers *timers, size_t capacity);

/* Frees the heap; the timers stay their owners'. */
void client_timers_clear(ClientTimers *timers);

/* Arms a timer, or moves one that is armed. REQUIRES: at most `capacity` are armed. */
void client_timers_arm(ClientTimers *timers, ClientTimer *timer, int64_t due_us);

/* Takes one that may be armed. */
void client_timers_disarm(ClientTimers *timers, ClientTimer *timer);

/* The one that is due first; NULL: none is armed. */
static inline ClientTimer *
client_timers_first(const ClientTimers *timers)
{
    return timers->count == 0 ? NULL : timers->heap[1];
}

#endif
