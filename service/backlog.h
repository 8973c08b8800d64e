/*
 * backlog.h: requests of a connection that wait, on their reactor, for a write of it that is under
 * way.
 *
 * A ring that grows by doubling and keeps its storage; net bounds how many requests a connection
 * can have, and so its size.
 *
 * Threading: the connection's reactor.
 */
#ifndef LARDER_SERVICE_BACKLOG_H
#define LARDER_SERVICE_BACKLOG_H

#include "service/lanes.h"

/* Zeroed: empty. */
typedef struct Backlog {
    LanesTask *ring;
    size_t capacity; /* 0 or a power of 2 */
    size_t first;    /* index of the oldest, before masking */
    size_t count;
} Backlog;

/* Frees the storage. */
void backlog_clear(Backlog *backlog);

/* Adds a request behind the others. False: no memory. */
bool backlog_push(Backlog *backlog, const LanesTask *task);

/* The oldest one. REQUIRES: there is one. */
const LanesTask *backlog_head(const Backlog *backlog);

/* Takes the oldest one out. REQUIRES: there is one. */
void backlog_pop(Backlog *backlog);

#endif
