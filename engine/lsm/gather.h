/*
 * gather.h: when a sync of the log is worth waiting for more commits.
 *
 * Whoever waits for a sync can do nothing else, and mostly writes again once it has an answer.
 * Begun at once, the next sync covers only those that came during the last one, and those that it
 * answered have to wait for the one after it: two syncs for what one could do. So a sync waits for
 * as many commits as the last one covered and left together, but for one in eight, which may have
 * come to its end; at most as long as the last sync took, and never beyond 5 ms. Where they do not
 * come back, with writers that come and go on their own, waiting is in vain: then 1, 2, 4, up to 64
 * syncs are made without.
 *
 * Threading: under the log's lock.
 */
#ifndef LARDER_ENGINE_LSM_GATHER_H
#define LARDER_ENGINE_LSM_GATHER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Starts as zeros. */
typedef struct LsmGather {
    size_t waiting;   /* commits for the next sync */
    size_t covered;   /* commits of the last sync */
    size_t wanted;    /* commits that the next one waits for; 0: it does not wait */
    int64_t until_us; /* and for how long */
    unsigned pause;   /* syncs to make without waiting, for the last time that was in vain */
    unsigned left;    /* of them, still to be made */
} LsmGather;

/* So many commits wait for a sync. */
void lsm_gather_add(LsmGather *gather, size_t commits);

/* A sync begins, for all that wait. */
void lsm_gather_begin(LsmGather *gather);

/* It has ended. Times are monotonic, in microseconds. */
void lsm_gather_end(LsmGather *gather, int64_t begun_us, int64_t ended_us);

/* Until when the next sync waits if no more commits come; 0: it need not. */
int64_t lsm_gather_until(const LsmGather *gather);

#endif
