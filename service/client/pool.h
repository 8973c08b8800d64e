/*
 * pool.h: the connections of a client, lent to one thread at a time.
 *
 * Up to connections_max lines. A line is lent out at once when one is idle (the one that was used
 * last, so that a burst's extra connections grow old and are closed by the server) or when there
 * are fewer than the most; else the thread waits, in the order of arrival, until its deadline. A
 * line that comes back goes to the first that waits, without passing by others.
 *
 * A lent line belongs to its borrower; the pool does not look at it.
 *
 * Threading: borrow and give_back from any thread. One lock; nobody waits for anything while
 * holding it.
 */
#ifndef LARDER_SERVICE_CLIENT_POOL_H
#define LARDER_SERVICE_CLIENT_POOL_H

#include "service/client/link.h"
#include "service/wire/tape.h"

#include <pthread.h>

/* A connection with what is needed to use it. */
typedef struct ClientLine {
    ClientLink link;
    WireTape tape;
    int32_t seqid;            /* of the last call */
    uint64_t opened_before;   /* link.opened_count when it was lent */
    bool open_before;         /* whether it was open then */
    struct ClientLine *below; /* idle: the one that was used before it */
} ClientLine;

/* A thread that waits. */
typedef struct ClientPoolWaiter {
    pthread_cond_t come;
    ClientLine *line; /* that it was given */
    struct ClientPoolWaiter *next;
} ClientPoolWaiter;

typedef struct ClientPool {
    const ClientSettings *settings;
    pthread_mutex_t lock; /* of all below */
    ClientLine *lines;    /* connections_max of them */
    size_t made;          /* those that were ever lent */
    ClientLine *idle;     /* a stack */
    ClientPoolWaiter *first_waiter;
    ClientPoolWaiter *last_waiter;
    uint64_t connects; /* since the beginning */
    size_t open;       /* lines that were open when they were last seen */
} ClientPool;

/* BASE_NO_MEMORY. The settings are borrowed. */
BaseStatus client_pool_init(ClientPool *pool, const ClientSettings *settings);

/* Closes all. REQUIRES: none is lent. */
void client_pool_clear(ClientPool *pool);

/* Lends a line, open or closed. BASE_BUSY: none became free in time. BASE_NO_MEMORY. */
BaseStatus client_pool_borrow(ClientPool *pool, int64_t deadline_us, ClientLine **ret_line);

void client_pool_give_back(ClientPool *pool, ClientLine *line);

/* How many connections are open, and how many were ever made. */
void client_pool_count(ClientPool *pool, size_t *ret_open, uint64_t *ret_connects);

#endif
