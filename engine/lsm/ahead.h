/*
 * ahead.h: the thread that makes memory of memtables present before the writer comes to it.
 *
 * Only the last request counts: a thread that is late has nothing to gain from older ones. What it
 * does not do in time, or what this system cannot do, the writer's first touch does, as ever.
 *
 * Threading: follow() by one thread at a time, which may not overlap start() or stop().
 */
#ifndef LARDER_ENGINE_LSM_AHEAD_H
#define LARDER_ENGINE_LSM_AHEAD_H

#include "engine/lsm/generation.h"

#include <pthread.h>

typedef struct LsmAhead {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t work;
    LsmGeneration *generation; /* whose part is wanted, a reference; NULL: nothing is. The lock's */
    LsmArenaPart part;         /* the lock's */
    bool stopping;             /* the lock's */
    bool started;              /* constant */
} LsmAhead;

/* Starts the thread if there is something to do for memtables of so many bytes. It may fail. */
void lsm_ahead_start(LsmAhead *ahead, size_t bytes);

/* Ends it, when it is done with what it is at: some milliseconds. Takes one that is all zeros. */
void lsm_ahead_stop(LsmAhead *ahead);

/* For follow(). */
void lsm_ahead_ask(LsmAhead *ahead, LsmGeneration *generation);

/* The writer has taken memory of a generation. */
static inline void
lsm_ahead_follow(LsmAhead *ahead, LsmGeneration *generation)
{
    if (lsm_memtable_wants_ahead(generation->memtable)) {
        lsm_ahead_ask(ahead, generation);
    }
}

#endif
