/*
 * flusher.c: the thread that flushes, makes spares, and sets the price.
 *
 * It sleeps until the bell is rung (worker.h) or a tick is due. In the middle of a flush it looks
 * at the bell with every stride of the rewrite, so a writer never waits for a spare longer than
 * that, and at the price every tenth of a second.
 */
#include "engine/lsm/flush.h"
#include "engine/lsm/worker_private.h"

enum {
    TICK_US = 100 * 1000,       /* while anything moves */
    TICK_IDLE_US = 1000 * 1000, /* otherwise */
    DENY_FROM = 2,              /* failures in a row, before commits are refused for them */
};

/* What the thread keeps for itself. */
typedef struct Flusher {
    LsmWorker *worker;
    LsmRetry spare_retry; /* count and pause under the lock */
    int64_t priced_us;    /* when the price was made */
    double price;         /* that the writer knows */
    double memory;        /* bytes of the generations of the flush under way */
    double bytes;         /* of their keys and values */
    double flushed;       /* of these */
    bool moving;          /* ticks are short */
} Flusher;

/* ------------------------------------------------------------------------------------ spares -- */

static bool
may_try(const LsmRetry *retry)
{
    return retry->at_us == 0 || lsm_worker_now_us() >= retry->at_us;
}

static void
make_spare(Flusher *flusher)
{
    LsmWorker *worker = flusher->worker;
    bool made = true;
    while (made && may_try(&flusher->spare_retry)) {
        BaseStatus status = lsm_supply_make(&worker->supply, &made);
        if (status.code == BASE_OK) {
            flusher->spare_retry = (LsmRetry){0};
        } else if (status.code == BASE_IO) {
            lsm_worker_fail(worker, status);
            return;
        } else {
            pthread_mutex_lock(&worker->lock);
            lsm_worker_failed(worker, &flusher->spare_retry, status, "a spare memtable");
            pthread_mutex_unlock(&worker->lock);
        }
    }
}

/* ------------------------------------------------------------------------------------- price -- */

/* Bytes of memory that wait for their flush, less what the one under way has done. */
static double
backlog(const Flusher *flusher, const LsmView *view)
{
    double bytes = 0;
    for (size_t i = 0; i < view->count; i++) {
        if (lsm_generation_state(view->generations[i]) != LSM_GENERATION_FLUSHED) {
            bytes += (double)lsm_generation_memory(view->generations[i]);
        }
    }
    if (flusher->bytes > 0) {
        bytes -= flusher->memory * flusher->flushed / flusher->bytes;
    }
    return bytes > 0 ? bytes : 0;
}

/* Makes the price anew. Under the lock. */
static void
feed(Flusher *flusher, const LsmView *view)
{
    LsmWorker *worker = flusher->worker;
    LsmPaceFeed *price = &worker->feed;
    LsmSnapshotList none = {.oldest_ms = INT64_MAX};
    int64_t now = lsm_worker_now_us();
    if (price->cause != LSM_PRICE_NOTHING) {
        worker->stats.priced_us[price->cause] += now - flusher->priced_us;
    }
    flusher->priced_us = now;
    if (lsm_worker_survey(worker, view->levels, &none).code != BASE_OK) {
        return; /* the price stays as it is until there is memory */
    }
    LsmPriceInput input = {.debt = (double)worker->targets.debt,
                           .runs = (double)worker->targets.runs,
                           .backlog = backlog(flusher, view),
                           .cost = worker->targets.cost,
                           .drain =
                               lsm_pace_rate(&worker->drain) * (double)worker->args.compactions,
                           .flush = lsm_pace_rate(&worker->flush_rate)};
    lsm_pace_feed(price, &input, now);
    flusher->moving = price->price > 0 || worker->stats.running != 0 ||
                      input.backlog > price->limits.backlog_soft / 2;
}

static void
set_price(Flusher *flusher)
{
    LsmWorker *worker = flusher->worker;
    LsmView *view = lsm_catalog_hold(worker->args.place.catalog);
    pthread_mutex_lock(&worker->lock);
    feed(flusher, view);
    double price = worker->feed.price;
    LsmPriceCause cause = worker->feed.cause;
    pthread_mutex_unlock(&worker->lock);
    lsm_view_unref(view);
    if (price > flusher->price || price < flusher->price) {
        flusher->price = price;
        worker->writer.set_price(worker->writer.user, price, cause);
    }
}

/* ------------------------------------------------------------------------------------- flush -- */

static BaseStatus
pause_flush(void *user, size_t bytes)
{
    Flusher *flusher = user;
    LsmWorker *worker = flusher->worker;
    if (atomic_load_explicit(&worker->stopping, memory_order_acquire)) {
        return base_error(BASE_CLOSED, "the store is being closed");
    }
    flusher->flushed += (double)bytes;
    if (atomic_load_explicit(&worker->rung, memory_order_relaxed) &&
        atomic_exchange_explicit(&worker->rung, false, memory_order_acquire)) {
        make_spare(flusher);
    }
    if (lsm_worker_now_us() - flusher->priced_us >= TICK_US) {
        set_price(flusher);
    }
    return base_ok();
}

/* Counts a flush. Under the lock. */
static void
account(LsmWorker *worker, const Flusher *flusher, const LsmJob *job, int64_t us)
{
    const LsmJobFigures *figures = &job->figures;
    LsmLevelWork *level = &worker->stats.levels[0];
    lsm_worker_count(level, figures, us);
    worker->stats.flushes++;
    worker->stats.flush_us += us;
    worker->stats.flush_bytes += figures->counts.bytes_out;
    lsm_pace_measure(&worker->flush_rate, (int64_t)flusher->memory, us);
    worker->flush_retry = (LsmRetry){0};
}

/* After a flush that failed. */
static void
give_up(Flusher *flusher, const LsmJob *job, BaseStatus status)
{
    LsmWorker *worker = flusher->worker;
    bool final = job->names_lost || status.code == BASE_CORRUPTION ||
                 status.code == BASE_INTERNAL || status.code == BASE_INVALID;
    pthread_mutex_lock(&worker->lock);
    lsm_worker_failed(worker, &worker->flush_retry, status, job->message);
    worker->flush_failures++;
    bool deny = worker->flush_retry.count >= DENY_FROM;
    pthread_mutex_unlock(&worker->lock);
    if (final) {
        lsm_worker_fail(worker, status);
    } else if (deny) {
        worker->writer.deny(worker->writer.user, status);
    }
}

static void
weigh(Flusher *flusher, const LsmView *view, size_t count)
{
    flusher->memory = 0;
    flusher->bytes = 0;
    flusher->flushed = 0;
    for (size_t i = view->count - count; i < view->count; i++) {
        LsmMemtableStats stats;
        lsm_memtable_stats(view->generations[i]->memtable, &stats);
        flusher->memory += (double)lsm_generation_memory(view->generations[i]);
        flusher->bytes += (double)stats.data_bytes;
    }
}

/* Flushes the oldest `count` generations of a view, whose reference it takes over. */
static BaseStatus
flush(Flusher *flusher, LsmView *view, size_t count)
{
    LsmWorker *worker = flusher->worker;
    LsmJob job;
    int64_t begun = lsm_worker_now_us();
    weigh(flusher, view, count);
    BaseStatus status = lsm_job_begin(&job, &worker->args.place, view);
    job.pause = pause_flush;
    job.user = flusher;
    if (status.code == BASE_OK) {
        status = lsm_flush_run(&job, count, worker->args.log);
    }
    if (status.code == BASE_OK) {
        pthread_mutex_lock(&worker->lock);
        account(worker, flusher, &job, lsm_worker_now_us() - begun);
        pthread_mutex_unlock(&worker->lock);
    } else if (status.code != BASE_CLOSED) {
        give_up(flusher, &job, status);
    }
    flusher->bytes = 0;
    lsm_job_end(&job, status);
    return status;
}

/* Flushes what is full. False: there was nothing, or it failed. */
static bool
flush_ready(Flusher *flusher)
{
    LsmWorker *worker = flusher->worker;
    LsmCatalog *catalog = worker->args.place.catalog;
    int64_t visible = atomic_load_explicit(lsm_catalog_visible(catalog), memory_order_acquire);
    LsmView *view = lsm_catalog_hold(catalog);
    size_t count = lsm_flush_ready(view, visible);
    pthread_mutex_lock(&worker->lock);
    bool go = count != 0 && worker->failure.code == BASE_OK && may_try(&worker->flush_retry);
    worker->flushing = go;
    worker->flushing_from = go ? view->generations[view->count - 1]->number : 0;
    pthread_mutex_unlock(&worker->lock);
    if (!go) {
        lsm_view_unref(view);
        return false;
    }
    BaseStatus status = flush(flusher, view, count);
    lsm_catalog_reclaim(catalog);
    pthread_mutex_lock(&worker->lock);
    worker->flushing = false;
    pthread_cond_broadcast(&worker->work);
    pthread_cond_broadcast(&worker->moved);
    pthread_mutex_unlock(&worker->lock);
    return status.code == BASE_OK;
}

/* ------------------------------------------------------------------------------------ thread -- */

/* Waits for the bell or the next tick. Whether the bell was rung. */
static bool
wait_for_bell(const Flusher *flusher)
{
    LsmWorker *worker = flusher->worker;
    int64_t tick = lsm_worker_now_us() + (flusher->moving ? TICK_US : TICK_IDLE_US);
    int64_t retry = worker->flush_retry.at_us;
    int64_t spare = flusher->spare_retry.at_us;
    tick = retry != 0 && retry < tick ? retry : tick;
    tick = spare != 0 && spare < tick ? spare : tick;
    pthread_mutex_lock(&worker->bell_lock);
    bool rung = atomic_exchange_explicit(&worker->rung, false, memory_order_acquire);
    if (!rung && !atomic_load_explicit(&worker->stopping, memory_order_acquire)) {
        lsm_worker_wait_until(&worker->bell, &worker->bell_lock, tick);
        rung = atomic_exchange_explicit(&worker->rung, false, memory_order_acquire);
    }
    pthread_mutex_unlock(&worker->bell_lock);
    return rung;
}

/* Compactors look again, too: the clock may have moved, or a snapshot may have gone. */
static void
pass_on(LsmWorker *worker)
{
    pthread_mutex_lock(&worker->lock);
    pthread_cond_broadcast(&worker->work);
    pthread_cond_broadcast(&worker->moved);
    pthread_mutex_unlock(&worker->lock);
}

void *
lsm_flusher_run(void *user)
{
    Flusher flusher = {.worker = user};
    LsmWorker *worker = user;
    (void)pthread_setname_np(pthread_self(), "larder-flush");
    flusher.priced_us = lsm_worker_now_us();
    while (!atomic_load_explicit(&worker->stopping, memory_order_acquire)) {
        BaseStatus status = lsm_catalog_status(worker->args.place.catalog);
        if (status.code != BASE_OK) {
            lsm_worker_fail(worker, status);
        }
        make_spare(&flusher);
        bool flushed = flush_ready(&flusher);
        set_price(&flusher);
        if (!flushed) {
            lsm_catalog_reclaim(worker->args.place.catalog);
            if (wait_for_bell(&flusher)) {
                pass_on(worker);
            }
        }
    }
    return NULL;
}
