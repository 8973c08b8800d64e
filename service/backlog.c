/*
 * backlog.c: a ring of requests. See backlog.h.
 */
#include "service/backlog.h"

#include <stdlib.h>

enum { CAPACITY_MIN = 8 };

void
backlog_clear(Backlog *backlog)
{
    free(backlog->ring);
    *backlog = (Backlog){0};
}

static bool
grow(Backlog *backlog)
{
    size_t capacity = backlog->capacity == 0 ? CAPACITY_MIN : backlog->capacity * 2;
    LanesTask *ring = calloc(capacity, sizeof *ring);
    if (ring == NULL) {
        return false;
    }
    for (size_t i = 0; i < backlog->count; i++) {
        ring[i] = backlog->ring[(backlog->first + i) & (backlog->capacity - 1)];
    }
    free(backlog->ring);
    backlog->ring = ring;
    backlog->capacity = capacity;
    backlog->first = 0;
    return true;
}

bool
backlog_push(Backlog *backlog, const LanesTask *task)
{
    if (backlog->count == backlog->capacity && !grow(backlog)) {
        return false;
    }
    backlog->ring[(backlog->first + backlog->count) & (backlog->capacity - 1)] = *task;
    backlog->count++;
    return true;
}

const LanesTask *
backlog_head(const Backlog *backlog)
{
    return &backlog->ring[backlog->first & (backlog->capacity - 1)];
}

void
backlog_pop(Backlog *backlog)
{
    backlog->first++;
    backlog->count--;
}
