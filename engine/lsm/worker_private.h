/*
 * worker_private.h: what the threads of a worker share: for worker.c, flusher.c and compactor.c.
 *
 * Threading: fields are under `lock`, but for those that say otherwise. Nothing that belongs to the
 * writer is called under it, and no file is touched.
 */
#ifndef LARDER_ENGINE_LSM_WORKER_PRIVATE_H
#define LARDER_ENGINE_LSM_WORKER_PRIVATE_H

#include "engine/lsm/descent.h"
#include "engine/lsm/worker.h"

#define LSM_COMPACTORS_MAX 32

/* Work that failed and will be tried again. */
typedef struct LsmRetry {
    int64_t at_us;    /* not before; 0: nothing has failed */
    int64_t pause_us; /* before the last try */
    int64_t count;    /* failures, one behind the other */
} LsmRetry;

/* Somebody waits for compact(). */
typedef struct LsmCompactRequest {
    struct LsmCompactRequest *next;
    LsmDescent descent;
    bool stepping; /* a job of it is under way */
    bool done;
    BaseStatus status;
} LsmCompactRequest;

struct LsmWorker {
    LsmWorkerArgs args; /* constant */
    LsmSupply supply;   /* the flush thread's */
    LsmSupplyWriter writer;
    _Atomic bool stopping;
    _Atomic bool interrupted; /* nobody may wait any more */
    _Atomic int64_t rate;
    bool started; /* of whoever starts and stops */
    pthread_t flusher;
    pthread_t compactors[LSM_COMPACTORS_MAX];

    pthread_mutex_t bell_lock; /* innermost */
    pthread_cond_t bell;
    _Atomic bool rung; /* set under bell_lock */

    pthread_mutex_t lock; /* rank 1 */
    pthread_cond_t work;  /* compactors wait */
    pthread_cond_t moved; /* whoever waits for something to end */
    BaseStatus failure;   /* final */
    LsmSurvey survey;
    LsmTargets targets;
    LsmPaceLimit limit;
    LsmPaceRate drain;
    LsmPaceRate flush_rate;
    LsmPaceFeed feed;
    LsmCompactRequest *requests; /* the first is being served */
    size_t holds;                /* who wants no compaction to begin */
    LsmRetry flush_retry;
    LsmRetry compact_retry;
    bool flushing;
    uint64_t flushing_from; /* number of the oldest generation, while flushing */
    int64_t flush_failures;
    LsmWorkerStats stats;
};

/* Time for pauses and rates: the operating system's, as waiting is. */
int64_t lsm_worker_now_us(void);

/* Waits for a condition until a time; 0: for ever. Under the lock that goes with it. */
void lsm_worker_wait_until(pthread_cond_t *condition, pthread_mutex_t *lock, int64_t until_us);

/* Looks at levels: survey and targets. Under the lock. */
BaseStatus lsm_worker_survey(LsmWorker *worker, const LsmLevels *levels,
                             const LsmSnapshotList *snapshots);

/* Adds what a job did to the figures of a level. */
void lsm_worker_count(LsmLevelWork *level, const LsmJobFigures *figures, int64_t us);

/* Notes a failure that is tried again. Under the lock. */
void lsm_worker_failed(LsmWorker *worker, LsmRetry *retry, BaseStatus status, const char *message);

/* What to do next, marked busy, over `view`. Under the lock. False: nothing. */
bool lsm_compactor_choose(LsmWorker *worker, const LsmView *view, LsmPick *ret_pick,
                          LsmCompactRequest **ret_request);

/* The threads. */
void *lsm_flusher_run(void *user);
void *lsm_compactor_run(void *user);

#endif
