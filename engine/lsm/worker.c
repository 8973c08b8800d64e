/*
 * worker.c: life of a worker, what others ask of it, its figures. The threads are in flusher.c and
 * compactor.c.
 */
#include "engine/lsm/worker_private.h"

#include "engine/lsm/flush.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum {
    PAUSE_FIRST_US = 50 * 1000, /* after a first failure; it doubles */
    PAUSE_MOST_US = 5000 * 1000,
    LOOK_US = 20 * 1000, /* how often wait_idle() looks by itself */
};

static BaseStatus
closed(void)
{
    return base_error(BASE_CLOSED, "the store is being closed");
}

/* -------------------------------------------------------------------- for the threads' files -- */

int64_t
lsm_worker_now_us(void)
{
    return base_clock_monotonic_us(base_clock_real());
}

void
lsm_worker_wait_until(pthread_cond_t *condition, pthread_mutex_t *lock, int64_t until_us)
{
    struct timespec until = {.tv_sec = until_us / 1000000, .tv_nsec = until_us % 1000000 * 1000};
    (void)pthread_cond_timedwait(condition, lock, &until);
}

BaseStatus
lsm_worker_survey(LsmWorker *worker, const LsmLevels *levels, const LsmSnapshotList *snapshots)
{
    LsmSurvey *survey = &worker->survey;
    int64_t now_ms = commit_stamp_now(worker->args.place.stamps);
    survey->state.now_ms = snapshots->oldest_ms < now_ms ? snapshots->oldest_ms : now_ms;
    survey->oldest_snapshot = snapshots->count == 0 ? INT64_MAX : snapshots->versions[0];
    BaseStatus status = lsm_survey_make(survey, levels);
    if (status.code == BASE_OK) {
        lsm_picker_targets(&survey->state, &worker->targets);
    }
    return status;
}

void
lsm_worker_count(LsmLevelWork *level, const LsmJobFigures *figures, int64_t us)
{
    const LsmRewriteCounts *counts = &figures->counts;
    level->jobs++;
    level->us += us;
    level->bytes_read += figures->bytes_read;
    level->bytes_received += figures->bytes_arrived;
    level->bytes_written += counts->bytes_out;
    level->tables_made += figures->tables_made;
    level->tables_moved += figures->tables_moved;
    level->tables_dropped += figures->tables_dropped;
    level->blob_values += counts->blobs.values;
    level->blob_bytes += counts->blobs.bytes;
    level->blob_moved_values += counts->blobs.moved_values;
    level->blob_moved_bytes += counts->blobs.moved_bytes;
    level->entries_in += counts->entries_in;
    level->entries_kept += counts->kept;
    level->entries_shadowed += counts->shadowed;
    level->entries_hidden += counts->hidden;
    level->entries_removed += counts->removes;
}

void
lsm_worker_failed(LsmWorker *worker, LsmRetry *retry, BaseStatus status, const char *message)
{
    retry->count++;
    retry->pause_us = retry->pause_us == 0 ? PAUSE_FIRST_US : retry->pause_us * 2;
    retry->pause_us = retry->pause_us < PAUSE_MOST_US ? retry->pause_us : PAUSE_MOST_US;
    retry->at_us = lsm_worker_now_us() + retry->pause_us;
    worker->stats.failures++;
    worker->stats.last_error = status;
    (void)snprintf(worker->stats.message, sizeof(worker->stats.message), "%s",
                   message[0] != '\0' ? message : status.what);
}

void
lsm_worker_fail(LsmWorker *worker, BaseStatus status)
{
    pthread_mutex_lock(&worker->lock);
    bool first = worker->failure.code == BASE_OK;
    if (first) {
        worker->failure = status;
    }
    pthread_cond_broadcast(&worker->moved);
    pthread_mutex_unlock(&worker->lock);
    if (first) {
        worker->writer.poison(worker->writer.user, status.what);
        worker->writer.deny(worker->writer.user, base_error(BASE_POISONED, status.what));
    }
}

/* -------------------------------------------------------------------------------------- life -- */

static void
init_locks(LsmWorker *worker)
{
    pthread_condattr_t monotonic;
    (void)pthread_condattr_init(&monotonic);
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    (void)pthread_mutex_init(&worker->bell_lock, NULL);
    (void)pthread_cond_init(&worker->bell, &monotonic);
    (void)pthread_mutex_init(&worker->lock, NULL);
    (void)pthread_cond_init(&worker->work, &monotonic);
    (void)pthread_cond_init(&worker->moved, &monotonic);
    (void)pthread_condattr_destroy(&monotonic);
}

BaseStatus
lsm_worker_new(const LsmWorkerArgs *args, LsmWorker **ret_worker)
{
    LsmWorker *worker = calloc(1, sizeof(*worker));
    if (worker == NULL) {
        return base_error(BASE_NO_MEMORY, "no memory for the background work of a store");
    }
    worker->args = *args;
    if (worker->args.compactions > LSM_COMPACTORS_MAX) {
        worker->args.compactions = LSM_COMPACTORS_MAX;
    }
    worker->supply.catalog = args->place.catalog;
    worker->supply.log = args->log;
    worker->survey.state.base_bytes = args->base_bytes;
    worker->survey.state.multiplier = args->multiplier;
    worker->survey.state.run_trigger = args->run_trigger;
    worker->survey.state.reclaim_ms = args->reclaim_ms;
    worker->survey.blob_dead_percent = args->place.blobs.dead_percent;
    worker->feed.limits =
        lsm_price_limits(&(LsmPriceStore){.write_buffer = (double)args->write_buffer,
                                          .generations = (double)args->generations,
                                          .base_bytes = (double)args->base_bytes,
                                          .run_trigger = (double)args->run_trigger});
    atomic_init(&worker->rate, args->rate);
    lsm_pace_set_rate(&worker->limit, args->rate, lsm_worker_now_us());
    worker->failure = base_ok();
    worker->stats.last_error = base_ok();
    init_locks(worker);
    *ret_worker = worker;
    return base_ok();
}

void
lsm_worker_free(LsmWorker *worker)
{
    if (worker == NULL) {
        return;
    }
    lsm_survey_clear(&worker->survey);
    (void)pthread_cond_destroy(&worker->moved);
    (void)pthread_cond_destroy(&worker->work);
    (void)pthread_mutex_destroy(&worker->lock);
    (void)pthread_cond_destroy(&worker->bell);
    (void)pthread_mutex_destroy(&worker->bell_lock);
    free(worker);
}

static void
ring(LsmWorker *worker)
{
    pthread_mutex_lock(&worker->bell_lock);
    atomic_store_explicit(&worker->rung, true, memory_order_release);
    pthread_cond_signal(&worker->bell);
    pthread_mutex_unlock(&worker->bell_lock);
}

/* Ends the flush thread, if it runs, and the first `compactors` of the others. */
static void
end_threads(LsmWorker *worker, bool flusher, size_t compactors)
{
    pthread_mutex_lock(&worker->lock);
    atomic_store_explicit(&worker->stopping, true, memory_order_release);
    pthread_cond_broadcast(&worker->work);
    pthread_cond_broadcast(&worker->moved);
    pthread_mutex_unlock(&worker->lock);
    ring(worker);
    if (flusher) {
        pthread_join(worker->flusher, NULL);
    }
    for (size_t i = 0; i < compactors; i++) {
        pthread_join(worker->compactors[i], NULL);
    }
}

BaseStatus
lsm_worker_start(LsmWorker *worker, const LsmSupplyWriter *writer)
{
    worker->writer = *writer;
    worker->supply.writer = *writer;
    bool flusher = pthread_create(&worker->flusher, NULL, lsm_flusher_run, worker) == 0;
    size_t compactors = 0;
    while (flusher && compactors < worker->args.compactions &&
           pthread_create(&worker->compactors[compactors], NULL, lsm_compactor_run, worker) == 0) {
        compactors++;
    }
    worker->started = flusher && compactors == worker->args.compactions;
    if (!worker->started) {
        end_threads(worker, flusher, compactors);
        return base_error(BASE_NO_MEMORY, "no threads for the background work of a store");
    }
    return base_ok();
}

void
lsm_worker_stop(LsmWorker *worker)
{
    if (!worker->started) {
        return;
    }
    end_threads(worker, true, worker->args.compactions);
    worker->started = false;
    worker->writer.deny(worker->writer.user, closed());
}

void
lsm_worker_wake(LsmWorker *worker)
{
    ring(worker);
}

/* ----------------------------------------------------------------------------------- waiting -- */

/* OK as long as waiting makes sense. Under the lock. */
static BaseStatus
may_wait(const LsmWorker *worker)
{
    if (worker->failure.code != BASE_OK) {
        return worker->failure;
    }
    bool stopping = atomic_load_explicit(&worker->stopping, memory_order_acquire);
    bool interrupted = atomic_load_explicit(&worker->interrupted, memory_order_acquire);
    return stopping || interrupted ? closed() : base_ok();
}

void
lsm_worker_interrupt(LsmWorker *worker)
{
    pthread_mutex_lock(&worker->lock);
    atomic_store_explicit(&worker->interrupted, true, memory_order_release);
    pthread_cond_broadcast(&worker->work);
    pthread_cond_broadcast(&worker->moved);
    pthread_mutex_unlock(&worker->lock);
}

BaseStatus
lsm_worker_wait_flushed(LsmWorker *worker, LsmGeneration *generation)
{
    BaseStatus status = base_ok();
    pthread_mutex_lock(&worker->lock);
    int64_t failures = worker->flush_failures;
    while (lsm_generation_state(generation) != LSM_GENERATION_FLUSHED && status.code == BASE_OK) {
        status = may_wait(worker);
        if (status.code == BASE_OK && failures != worker->flush_failures) {
            status = worker->stats.last_error;
        }
        if (status.code == BASE_OK) {
            (void)pthread_cond_wait(&worker->moved, &worker->lock);
        }
    }
    while (worker->flushing && generation->number >= worker->flushing_from &&
           may_wait(worker).code == BASE_OK) {
        (void)pthread_cond_wait(&worker->moved, &worker->lock);
    }
    pthread_mutex_unlock(&worker->lock);
    return status;
}

bool
lsm_worker_hold(LsmWorker *worker)
{
    pthread_mutex_lock(&worker->lock);
    bool free = worker->stats.running == 0;
    worker->holds += free ? 1 : 0;
    pthread_mutex_unlock(&worker->lock);
    return free;
}

void
lsm_worker_release(LsmWorker *worker)
{
    pthread_mutex_lock(&worker->lock);
    worker->holds--;
    pthread_cond_broadcast(&worker->work);
    pthread_mutex_unlock(&worker->lock);
}

/* Takes a request that is not done out of the queue. Under the lock. */
static void
withdraw(LsmWorker *worker, LsmCompactRequest *request)
{
    LsmCompactRequest **place = &worker->requests;
    while (*place != NULL && *place != request) {
        place = &(*place)->next;
    }
    if (*place == request) {
        *place = request->next;
    }
}

BaseStatus
lsm_worker_compact(LsmWorker *worker, BaseSlice start, BaseSlice stop)
{
    LsmView *view = lsm_catalog_hold(worker->args.place.catalog);
    LsmCompactRequest request = {.descent = lsm_descent(start, stop, view->levels),
                                 .status = base_ok()};
    lsm_view_unref(view);
    pthread_mutex_lock(&worker->lock);
    LsmCompactRequest **last = &worker->requests;
    while (*last != NULL) {
        last = &(*last)->next;
    }
    *last = &request;
    pthread_cond_broadcast(&worker->work);
    while (!request.done && (request.stepping || may_wait(worker).code == BASE_OK)) {
        (void)pthread_cond_wait(&worker->moved, &worker->lock);
    }
    BaseStatus status = request.status;
    if (!request.done) {
        withdraw(worker, &request);
        status = may_wait(worker);
    }
    pthread_mutex_unlock(&worker->lock);
    lsm_descent_clear(&request.descent);
    return status;
}

/* Whether nothing is to be done. Under the lock. */
static bool
is_idle(LsmWorker *worker)
{
    LsmPick pick;
    LsmCompactRequest *request;
    LsmView *view = lsm_catalog_hold(worker->args.place.catalog);
    bool idle = !worker->flushing && worker->stats.running == 0 &&
                lsm_flush_ready(view, INT64_MAX) == 0 && worker->requests == NULL &&
                !lsm_compactor_choose(worker, view, &pick, &request);
    lsm_view_unref(view);
    return idle;
}

BaseStatus
lsm_worker_wait_idle(LsmWorker *worker)
{
    BaseStatus status = base_ok();
    pthread_mutex_lock(&worker->lock);
    int64_t failures = worker->stats.failures;
    while (status.code == BASE_OK && !is_idle(worker)) {
        lsm_worker_wait_until(&worker->moved, &worker->lock, lsm_worker_now_us() + LOOK_US);
        status = may_wait(worker);
        if (status.code == BASE_OK && failures != worker->stats.failures) {
            status = worker->stats.last_error;
        }
    }
    pthread_mutex_unlock(&worker->lock);
    return status;
}

/* ----------------------------------------------------------------------- options and figures -- */

void
lsm_worker_set_rate(LsmWorker *worker, int64_t bytes_per_second)
{
    pthread_mutex_lock(&worker->lock);
    lsm_pace_set_rate(&worker->limit, bytes_per_second, lsm_worker_now_us());
    atomic_store_explicit(&worker->rate, bytes_per_second, memory_order_relaxed);
    pthread_cond_broadcast(&worker->work);
    pthread_mutex_unlock(&worker->lock);
}

void
lsm_worker_set_reclaim(LsmWorker *worker, int64_t reclaim_ms)
{
    pthread_mutex_lock(&worker->lock);
    worker->survey.state.reclaim_ms = reclaim_ms;
    pthread_cond_broadcast(&worker->work);
    pthread_mutex_unlock(&worker->lock);
}

BaseStatus
lsm_worker_status(LsmWorker *worker)
{
    pthread_mutex_lock(&worker->lock);
    BaseStatus status = worker->failure;
    pthread_mutex_unlock(&worker->lock);
    return status;
}

void
lsm_worker_stats(LsmWorker *worker, LsmWorkerStats *ret_stats)
{
    LsmSnapshotList none = {.oldest_ms = INT64_MAX};
    LsmView *view = lsm_catalog_hold(worker->args.place.catalog);
    pthread_mutex_lock(&worker->lock);
    (void)lsm_worker_survey(worker, view->levels, &none);
    *ret_stats = worker->stats;
    ret_stats->targets = worker->targets;
    ret_stats->price = worker->feed.price;
    ret_stats->cause = worker->feed.cause;
    ret_stats->drain = lsm_pace_rate(&worker->drain);
    pthread_mutex_unlock(&worker->lock);
    ret_stats->waiting_flush = (int64_t)lsm_flush_ready(view, INT64_MAX);
    lsm_view_unref(view);
}
