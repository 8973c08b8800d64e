/*
 * compactor.c: the threads that compact.
 *
 * Under the lock a thread looks at the levels and chooses: tables that a removed range has emptied,
 * what somebody has asked for, what the picker proposes. A request goes before the picker, unless
 * level 0 has twice the runs that it should have; while it waits for another job, nothing else
 * begins, so that it is not overtaken for ever. What it waits for and nobody works at is damaged,
 * and is left out.
 */
#include "engine/lsm/compaction.h"
#include "engine/lsm/covered.h"
#include "engine/lsm/worker_private.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
    TICK_US = 1000 * 1000, /* after which a thread looks again, told or not */
    URGENT_RUNS = 2,       /* times the trigger */
};

/* ---------------------------------------------------------------------------------- choosing -- */

static void
finish_request(LsmWorker *worker, BaseStatus status)
{
    LsmCompactRequest *request = worker->requests;
    worker->requests = request->next;
    request->done = true;
    if (request->status.code == BASE_OK) {
        request->status = status;
    }
    pthread_cond_broadcast(&worker->moved);
}

/* What the first request needs next, if anything. False: nothing else should begin. */
static bool
step_request(LsmWorker *worker, const LsmLevels *levels, LsmPick *ret_pick)
{
    LsmCompactRequest *request = worker->requests;
    *ret_pick = (LsmPick){.reason = LSM_PICK_NOTHING};
    while (request != NULL && !request->stepping) {
        LsmPick pick;
        LsmDescentStep step = lsm_descent_next(&request->descent, levels, &worker->survey, &pick);
        if (step == LSM_DESCENT_PICK) {
            *ret_pick = pick;
            return true;
        }
        if (step == LSM_DESCENT_WAIT && worker->stats.running != 0) {
            return false;
        }
        if (step == LSM_DESCENT_WAIT) {
            request->status = base_error(BASE_CORRUPTION, "a table of the range is damaged");
            step = lsm_descent_pass(&request->descent, levels, &pick).code == BASE_OK
                       ? LSM_DESCENT_WAIT
                       : LSM_DESCENT_DONE;
        }
        if (step == LSM_DESCENT_DONE) {
            finish_request(worker, base_ok());
            request = worker->requests;
        }
    }
    return true;
}

static LsmPick
choose(LsmWorker *worker, const LsmLevels *levels, const LsmSnapshotList *snapshots,
       LsmCompactRequest **ret_request)
{
    *ret_request = NULL;
    LsmPick pick = lsm_covered_pick(levels, &worker->survey, snapshots);
    if (pick.reason != LSM_PICK_NOTHING) {
        return pick;
    }
    if (worker->requests != NULL &&
        worker->targets.runs >= URGENT_RUNS * worker->args.run_trigger) {
        pick = lsm_picker_pick_runs(&worker->survey.state, LSM_PICK_RUNS);
        if (pick.reason != LSM_PICK_NOTHING) {
            return pick;
        }
    }
    bool others = step_request(worker, levels, &pick);
    if (pick.reason != LSM_PICK_NOTHING) {
        *ret_request = worker->requests;
        return pick;
    }
    return others ? lsm_picker_pick(&worker->survey.state) : pick;
}

bool
lsm_compactor_choose(LsmWorker *worker, const LsmView *view, LsmPick *ret_pick,
                     LsmCompactRequest **ret_request)
{
    LsmSnapshotList snapshots;
    if (worker->holds != 0 ||
        lsm_snapshots_list(worker->args.place.snapshots, &snapshots).code != BASE_OK) {
        return false;
    }
    BaseStatus status = lsm_worker_survey(worker, view->levels, &snapshots);
    if (status.code == BASE_OK) {
        *ret_pick = choose(worker, view->levels, &snapshots, ret_request);
    }
    free(snapshots.versions);
    return status.code == BASE_OK && ret_pick->reason != LSM_PICK_NOTHING;
}

/* ----------------------------------------------------------------------------------- working -- */

/* What a job's pauses know of it. */
typedef struct Pause {
    LsmWorker *worker;
    bool requested; /* somebody waits for it */
} Pause;

/* Whether a job is not worth going on with. */
static bool
is_vain(const Pause *pause)
{
    const LsmWorker *worker = pause->worker;
    return atomic_load_explicit(&worker->stopping, memory_order_acquire) ||
           (pause->requested && atomic_load_explicit(&worker->interrupted, memory_order_acquire));
}

static BaseStatus
pause_compaction(void *user, size_t bytes)
{
    const Pause *pause = user;
    LsmWorker *worker = pause->worker;
    if (is_vain(pause)) {
        return base_error(BASE_CLOSED, "the store is being closed");
    }
    int64_t rate = atomic_load_explicit(&worker->rate, memory_order_relaxed);
    if (rate == 0) {
        return base_ok();
    }
    pthread_mutex_lock(&worker->lock);
    int64_t now = lsm_worker_now_us();
    int64_t until = now + lsm_pace_take(&worker->limit, (int64_t)bytes, now);
    while (now < until && rate == atomic_load_explicit(&worker->rate, memory_order_relaxed) &&
           !is_vain(pause)) {
        lsm_worker_wait_until(&worker->work, &worker->lock, until);
        now = lsm_worker_now_us();
    }
    pthread_mutex_unlock(&worker->lock);
    return base_ok();
}

/*
 * What is dead in new tables of the last level is there because a snapshot keeps it. Under the
 * lock.
 */
static void
settle(LsmWorker *worker, const LsmJob *job, const LsmPick *pick)
{
    if (job->snapshots.count == 0 || pick->output_level != LSM_LEVELS - 1) {
        return;
    }
    LsmView *view = lsm_catalog_hold(worker->args.place.catalog);
    for (size_t i = 0; i < job->made.count; i++) {
        int level;
        LsmTable *table = lsm_levels_find(view->levels, job->made.tables[i].number, &level);
        if (table != NULL) {
            table->settled = job->snapshots.versions[0];
        }
    }
    lsm_view_unref(view);
}

/* Under the lock. */
static void
account(LsmWorker *worker, const LsmJob *job, const LsmPick *pick, int64_t us)
{
    lsm_worker_count(&worker->stats.levels[pick->output_level], &job->figures, us);
    worker->stats.picks[pick->reason]++;
    if (!pick->move && !pick->drop) {
        worker->stats.compactions++;
        worker->stats.compaction_us += us;
        lsm_pace_measure(&worker->drain, job->figures.counts.bytes_out, us);
    }
    worker->compact_retry = (LsmRetry){0};
    settle(worker, job, pick);
}

/* Damaged inputs stay busy for ever, so nobody takes them again. Under the lock. */
static void
leave_alone(LsmWorker *worker, const LsmJob *job, const LsmPick *pick, LsmTable *damaged)
{
    if (damaged != NULL) {
        damaged->busy = true;
        worker->stats.damaged++;
    } else {
        lsm_compaction_mark(job->view->levels, pick, true);
        worker->stats.damaged += (int64_t)(pick->inputs.count + pick->overlap.count);
    }
}

/* After a job that failed. Under the lock. */
static void
give_up(LsmWorker *worker, const LsmJob *job, const LsmPick *pick, LsmTable *damaged,
        BaseStatus status)
{
    if (status.code == BASE_CORRUPTION || status.code == BASE_INVALID ||
        status.code == BASE_INTERNAL) {
        leave_alone(worker, job, pick, damaged);
        LsmRetry none = {0};
        lsm_worker_failed(worker, &none, status, job->message);
    } else {
        lsm_worker_failed(worker, &worker->compact_retry, status, job->message);
    }
}

/* Counts a job, whose inputs are free again. Under the lock. */
static void
settle_up(LsmWorker *worker, const LsmJob *job, const LsmPick *pick, LsmTable *damaged,
          BaseStatus status, int64_t us)
{
    lsm_compaction_mark(job->view->levels, pick, false);
    if (status.code == BASE_OK) {
        account(worker, job, pick, us);
    } else if (status.code != BASE_CLOSED) {
        give_up(worker, job, pick, damaged, status);
    }
    pthread_cond_broadcast(&worker->work);
}

/* A job is over, and has let go of its view. Under the lock. */
static void
end_job(LsmWorker *worker, LsmCompactRequest *request, BaseStatus status)
{
    worker->stats.running--;
    if (request != NULL) {
        request->stepping = false;
    }
    if (request != NULL && status.code != BASE_OK) {
        finish_request(worker, status);
    }
    pthread_cond_broadcast(&worker->work);
    pthread_cond_broadcast(&worker->moved);
}

/* Carries out a pick. Under the lock, which is given up meanwhile. Takes the view over. */
static void
work(LsmWorker *worker, LsmView *view, const LsmPick *pick, LsmCompactRequest *request)
{
    LsmJob job;
    LsmTable *damaged = NULL;
    Pause pause = {worker, request != NULL};
    lsm_compaction_mark(view->levels, pick, true);
    worker->stats.running++;
    if (request != NULL) {
        request->stepping = true;
    }
    pthread_mutex_unlock(&worker->lock);
    int64_t begun = lsm_worker_now_us();
    BaseStatus status = lsm_job_begin(&job, &worker->args.place, view);
    job.pause = pause_compaction;
    job.user = &pause;
    if (status.code == BASE_OK) {
        status = lsm_compaction_run(&job, pick, &damaged);
    }
    pthread_mutex_lock(&worker->lock);
    settle_up(worker, &job, pick, damaged, status, lsm_worker_now_us() - begun);
    BaseStatus step = status;
    if (request != NULL && status.code == BASE_OK) {
        step = lsm_descent_pass(&request->descent, view->levels, pick);
    }
    pthread_mutex_unlock(&worker->lock);
    if (job.names_lost) {
        lsm_worker_fail(worker, status);
    }
    lsm_job_end(&job, status);
    lsm_catalog_reclaim(worker->args.place.catalog);
    pthread_mutex_lock(&worker->lock);
    end_job(worker, request, step);
}

/* ------------------------------------------------------------------------------------ thread -- */

static bool
may_work(const LsmWorker *worker)
{
    return worker->failure.code == BASE_OK &&
           (worker->compact_retry.at_us == 0 || worker->compact_retry.at_us <= lsm_worker_now_us());
}

/*
 * Lets commits and flushes go first where processors are short. It is a matter of latency alone, so
 * a system that will not have it is no error.
 */
static void
give_way(int nice)
{
    id_t thread = (id_t)gettid();
    errno = 0;
    int now = getpriority(PRIO_PROCESS, thread);
    if (nice != 0 && errno == 0) {
        (void)setpriority(PRIO_PROCESS, thread, now + nice);
    }
}

void *
lsm_compactor_run(void *user)
{
    LsmWorker *worker = user;
    (void)pthread_setname_np(pthread_self(), "larder-compact");
    give_way(worker->args.nice);
    pthread_mutex_lock(&worker->lock);
    while (!atomic_load_explicit(&worker->stopping, memory_order_acquire)) {
        LsmPick pick;
        LsmCompactRequest *request;
        LsmView *view = lsm_catalog_hold(worker->args.place.catalog);
        if (may_work(worker) && lsm_compactor_choose(worker, view, &pick, &request)) {
            work(worker, view, &pick, request);
            continue;
        }
        lsm_view_unref(view);
        int64_t until = lsm_worker_now_us() + TICK_US;
        int64_t retry = worker->compact_retry.at_us;
        lsm_worker_wait_until(&worker->work, &worker->lock,
                              retry != 0 && retry < until ? retry : until);
    }
    pthread_mutex_unlock(&worker->lock);
    return NULL;
}
