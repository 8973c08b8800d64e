/*
 * timers.c: a binary heap. See timers.h.
 *
 * Invariants: T-1 heap[i]->place == i for 1 <= i <= count. T-2 heap[i / 2] is not due after
 * heap[i].
 */
#include "service/client/timers.h"

#include "engine/base/check.h"

#include <stdlib.h>

bool
client_timers_init(ClientTimers *timers, size_t capacity)
{
    *timers = (ClientTimers){.capacity = capacity};
    timers->heap = calloc(capacity + 1, sizeof *timers->heap);
    return timers->heap != NULL;
}

void
client_timers_clear(ClientTimers *timers)
{
    free(timers->heap);
    *timers = (ClientTimers){.heap = NULL};
}

static void
put(ClientTimers *timers, ClientTimer *timer, size_t place)
{
    timers->heap[place] = timer;
    timer->place = place;
}

/* Moves a timer to where it belongs, from an empty place on. */
static void
settle(ClientTimers *timers, ClientTimer *timer, size_t place)
{
    while (place > 1 && timers->heap[place / 2]->due_us > timer->due_us) {
        put(timers, timers->heap[place / 2], place);
        place /= 2;
    }
    for (;;) {
        size_t child = 2 * place;
        if (child > timers->count) {
            break;
        }
        if (child < timers->count &&
            timers->heap[child + 1]->due_us < timers->heap[child]->due_us) {
            child++;
        }
        if (timers->heap[child]->due_us >= timer->due_us) {
            break;
        }
        put(timers, timers->heap[child], place);
        place = child;
    }
    put(timers, timer, place);
}

void
client_timers_arm(ClientTimers *timers, ClientTimer *timer, int64_t due_us)
{
    timer->due_us = due_us;
    if (timer->place == 0) {
        BASE_CHECK(timers->count < timers->capacity);
        timers->count++;
        timer->place = timers->count;
    }
    settle(timers, timer, timer->place);
}

void
client_timers_disarm(ClientTimers *timers, ClientTimer *timer)
{
    size_t place = timer->place;
    if (place == 0) {
        return;
    }
    timer->place = 0;
    ClientTimer *last = timers->heap[timers->count];
    timers->count--;
    if (last != timer) {
        settle(timers, last, place);
    }
}
