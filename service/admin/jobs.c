/*
 * jobs.c: threads for long operations. See jobs.h.
 *
 * The slots form a ring: a new job takes the oldest slot whose job has finished. As many slots as
 * jobs are remembered and few jobs run at once, so there always is one. A thread that has finished
 * is joined when its slot is taken again, or in the end.
 */
#include "service/admin/jobs.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct Slot {
    AdminJobs *jobs;
    AdminJob job; /* id 0: the slot was never used */
    pthread_t thread;
    EngineRange range; /* of `bytes` */
    uint8_t *bytes;
} Slot;

struct AdminJobs {
    const BaseClock *clock;
    pthread_mutex_t mutex;
    pthread_cond_t finished;
    Slot slots[ADMIN_JOBS_KEPT];
    int64_t last_id;
    size_t running;
    bool ending;
};

static void
lock(AdminJobs *jobs)
{
    (void)pthread_mutex_lock(&jobs->mutex);
}

static void
unlock(AdminJobs *jobs)
{
    (void)pthread_mutex_unlock(&jobs->mutex);
}

const char *
admin_job_name(AdminJobKind kind)
{
    static const char *const names[] = {"flush", "compact", "verify"};
    return names[kind];
}

AdminJobs *
admin_jobs_new(const BaseClock *clock)
{
    AdminJobs *jobs = calloc(1, sizeof *jobs);
    if (jobs == NULL) {
        return NULL;
    }
    jobs->clock = clock;
    pthread_condattr_t monotonic;
    (void)pthread_condattr_init(&monotonic);
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    (void)pthread_mutex_init(&jobs->mutex, NULL);
    (void)pthread_cond_init(&jobs->finished, &monotonic);
    (void)pthread_condattr_destroy(&monotonic);
    for (size_t i = 0; i < ADMIN_JOBS_KEPT; i++) {
        jobs->slots[i].jobs = jobs;
        jobs->slots[i].job.finished = true;
    }
    return jobs;
}

/* Joins the thread of a finished job and gives up what it had. The slot is nobody else's. */
static void
clear_slot(Slot *slot)
{
    if (slot->job.id != 0) {
        (void)pthread_join(slot->thread, NULL);
    }
    free(slot->bytes);
    slot->bytes = NULL;
}

void
admin_jobs_end(AdminJobs *jobs)
{
    if (jobs == NULL) {
        return;
    }
    lock(jobs);
    jobs->ending = true;
    for (size_t i = 0; i < ADMIN_JOBS_KEPT; i++) {
        const AdminJob *job = &jobs->slots[i].job;
        if (!job->finished) {
            engine_interrupt(store_engine(job->store));
        }
    }
    while (jobs->running > 0) {
        (void)pthread_cond_wait(&jobs->finished, &jobs->mutex);
    }
    unlock(jobs);
}

void
admin_jobs_free(AdminJobs *jobs)
{
    if (jobs == NULL) {
        return;
    }
    for (size_t i = 0; i < ADMIN_JOBS_KEPT; i++) {
        clear_slot(&jobs->slots[i]);
    }
    (void)pthread_cond_destroy(&jobs->finished);
    (void)pthread_mutex_destroy(&jobs->mutex);
    free(jobs);
}

/* ----------------------------------------------------------------------------------- running -- */

static BaseStatus
carry_out(const Slot *slot)
{
    Engine *engine = store_engine(slot->job.store);
    switch (slot->job.kind) {
    case ADMIN_JOB_FLUSH:
        return engine_flush(engine);
    case ADMIN_JOB_COMPACT:
        return engine_compact(engine, &slot->range);
    case ADMIN_JOB_VERIFY:
        break;
    }
    return engine_verify(engine);
}

static void *
job_main(void *user)
{
    Slot *slot = user;
    AdminJobs *jobs = slot->jobs;
    (void)pthread_setname_np(pthread_self(), "admin-job");
    BaseStatus status = carry_out(slot);
    lock(jobs);
    slot->job.status = status;
    slot->job.finished_at_ms = base_clock_wall_ms(jobs->clock);
    slot->job.finished = true;
    jobs->running--;
    (void)pthread_cond_broadcast(&jobs->finished);
    unlock(jobs);
    return NULL;
}

static bool
engine_does(const Store *store, AdminJobKind kind)
{
    const EngineOps *ops = store_engine(store)->ops;
    return kind == ADMIN_JOB_FLUSH     ? ops->flush != NULL
           : kind == ADMIN_JOB_COMPACT ? ops->compact != NULL
                                       : ops->verify != NULL;
}

/* The slot whose job is the oldest one that has finished. */
static Slot *
oldest_slot(AdminJobs *jobs)
{
    Slot *oldest = NULL;
    for (size_t i = 0; i < ADMIN_JOBS_KEPT; i++) {
        Slot *slot = &jobs->slots[i];
        if (slot->job.finished && (oldest == NULL || slot->job.id < oldest->job.id)) {
            oldest = slot;
        }
    }
    return oldest;
}

/* Copies a slice to *cursor, and moves that behind it. */
static BaseSlice
copy_slice(BaseSlice from, uint8_t **cursor)
{
    BaseSlice copy = base_slice(*cursor, from.len);
    if (from.len != 0) {
        memcpy(*cursor, from.data, from.len);
    }
    *cursor += from.len;
    return copy;
}

static bool
copy_range(Slot *slot, const EngineRange *range)
{
    slot->bytes = malloc(range->start.len + range->stop.len + 1);
    if (slot->bytes == NULL) {
        return false;
    }
    uint8_t *cursor = slot->bytes;
    slot->range = (EngineRange){.start = copy_slice(range->start, &cursor),
                                .stop = copy_slice(range->stop, &cursor),
                                .unbounded = range->unbounded};
    return true;
}

/* Starts the thread of a new job. False: it could not be. The lock is held. */
static bool
launch(AdminJobs *jobs, AdminJobKind kind, Store *store, const EngineRange *range)
{
    static const EngineRange everything = {.unbounded = true};
    Slot *slot = oldest_slot(jobs);
    clear_slot(slot);
    slot->job = (AdminJob){.finished = true};
    if (!copy_range(slot, range == NULL ? &everything : range)) {
        return false;
    }
    slot->job = (AdminJob){.id = jobs->last_id + 1,
                           .kind = kind,
                           .store = store,
                           .status = base_ok(),
                           .started_at_ms = base_clock_wall_ms(jobs->clock)};
    if (pthread_create(&slot->thread, NULL, job_main, slot) != 0) {
        slot->job = (AdminJob){.finished = true};
        return false;
    }
    jobs->last_id++;
    jobs->running++;
    return true;
}

bool
admin_jobs_start(AdminJobs *jobs, AdminJobKind kind, Store *store, const EngineRange *range,
                 int64_t *ret_id, StoreError *ret_error)
{
    const char *name = store_name(store);
    if (!engine_does(store, kind)) {
        return store_error_invalid(ret_error, STORE_INVALID_UNSUPPORTED, "",
                                   "%s: store %s is on %s, where there is nothing to %s",
                                   admin_job_name(kind), name,
                                   store_engine(store)->engine_class->name, admin_job_name(kind));
    }
    lock(jobs);
    bool ending = jobs->ending;
    bool full = jobs->running >= ADMIN_JOBS_RUNNING;
    bool started = !ending && !full && launch(jobs, kind, store, range);
    *ret_id = jobs->last_id;
    unlock(jobs);
    if (ending) {
        return store_error_refused(ret_error, STORE_REFUSED_DRAINING, NULL, 0,
                                   "the server is about to end");
    }
    if (full) {
        return store_error_refused(ret_error, STORE_REFUSED_OVERLOAD, NULL, 1000,
                                   "%d jobs are running; no more at once", ADMIN_JOBS_RUNNING);
    }
    return started || store_error_refused(ret_error, STORE_REFUSED_OVERLOAD, NULL, 1000,
                                          "no memory or thread for the job");
}

/* ------------------------------------------------------------------------------------ asking -- */

/* The lock is held. */
static AdminJob
look(const AdminJobs *jobs, int64_t id)
{
    for (size_t i = 0; id != 0 && i < ADMIN_JOBS_KEPT; i++) {
        if (jobs->slots[i].job.id == id) {
            return jobs->slots[i].job;
        }
    }
    return (AdminJob){0};
}

AdminJob
admin_jobs_wait(AdminJobs *jobs, int64_t id, int64_t wait_ms)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += (time_t)(wait_ms / 1000);
    until.tv_nsec += (long)(wait_ms % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    lock(jobs);
    AdminJob job = look(jobs, id);
    int failed = 0;
    while (job.id != 0 && !job.finished && failed != ETIMEDOUT) {
        failed = pthread_cond_timedwait(&jobs->finished, &jobs->mutex, &until);
        job = look(jobs, id);
    }
    unlock(jobs);
    return job;
}

AdminJob
admin_jobs_find(AdminJobs *jobs, int64_t id)
{
    lock(jobs);
    AdminJob job = look(jobs, id);
    unlock(jobs);
    return job;
}

static int
newer_first(const void *left, const void *right)
{
    int64_t a = ((const AdminJob *)left)->id;
    int64_t b = ((const AdminJob *)right)->id;
    return a < b ? 1 : a > b ? -1 : 0;
}

size_t
admin_jobs_list(AdminJobs *jobs, AdminJob ret_jobs[ADMIN_JOBS_KEPT])
{
    size_t count = 0;
    lock(jobs);
    for (size_t i = 0; i < ADMIN_JOBS_KEPT; i++) {
        if (jobs->slots[i].job.id != 0) {
            ret_jobs[count++] = jobs->slots[i].job;
        }
    }
    unlock(jobs);
    qsort(ret_jobs, count, sizeof ret_jobs[0], newer_first);
    return count;
}
