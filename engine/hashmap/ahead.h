/*
 * ahead.h: the thread that has the kernel make a region present before a record comes to it.
 *
 * Memory is cleared when it is first touched: a huge page takes 0.2 ms, and 6 ms on a virtual
 * machine whose host had to find the memory first. The writer does not wait for that. The thread
 * touches the region itself: a request to populate it (MADV_POPULATE_WRITE) would keep whoever maps
 * memory or changes a mapping waiting all the while, and a page fault does not (since Linux 6.4).
 *
 * One region at a time.
 *
 * Threading: calls on one must not overlap.
 */
#ifndef LARDER_ENGINE_HASHMAP_AHEAD_H
#define LARDER_ENGINE_HASHMAP_AHEAD_H

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>

/* Starts as zeros. */
typedef struct HashmapAhead {
    pthread_t thread;
    sem_t work;
    void *region;      /* asked for, and not collected yet; NULL: none */
    bool started;      /* the thread runs: from the first request on */
    atomic_bool busy;  /* it is at the region */
    atomic_bool ended; /* it is to end */
} HashmapAhead;

/*
 * Asks for a region, in huge pages if the kernel has any to give; the first time starts the thread.
 * REQUIRES: none is asked for. false: there is no thread, nothing was asked.
 */
bool hashmap_ahead_ask(HashmapAhead *ahead, void *region);

/* The region that was asked for, the caller's again; NULL: none, or the thread is at it. */
void *hashmap_ahead_collect(HashmapAhead *ahead);

/* Ends the thread, when it is done with what it is at, and collects. Takes zeros as well. */
void *hashmap_ahead_stop(HashmapAhead *ahead);

#endif
