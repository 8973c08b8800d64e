/*
 * worker.c: a thread with a queue. See worker.h.
 */
#include "engine/plugin/worker.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

struct PluginWorker {
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t posted;
    PluginJob *first; /* [mutex], like the two below */
    PluginJob **last;
    bool stop;
    int64_t interval_ms;
    void (*often)(void *user);
    void *user;
};

static struct timespec
after_ms(int64_t ms)
{
    struct timespec at;
    (void)clock_gettime(CLOCK_MONOTONIC, &at);
    at.tv_sec += (time_t)(ms / 1000);
    at.tv_nsec += (long)(ms % 1000) * 1000000;
    if (at.tv_nsec >= 1000000000) {
        at.tv_sec++;
        at.tv_nsec -= 1000000000;
    }
    return at;
}

static bool
is_past(const struct timespec *at)
{
    struct timespec now = after_ms(0);
    return now.tv_sec > at->tv_sec || (now.tv_sec == at->tv_sec && now.tv_nsec >= at->tv_nsec);
}

/* Waits for a job, for the end, or until it is time. NULL: no job. Holds the mutex. */
static PluginJob *
wait_for_job(PluginWorker *worker, const struct timespec *due)
{
    while (worker->first == NULL && !worker->stop) {
        if (worker->interval_ms == 0) {
            (void)pthread_cond_wait(&worker->posted, &worker->mutex);
        } else if (is_past(due)) {
            return NULL;
        } else {
            (void)pthread_cond_timedwait(&worker->posted, &worker->mutex, due);
        }
    }
    PluginJob *job = worker->first;
    if (job != NULL) {
        worker->first = job->next;
        if (worker->first == NULL) {
            worker->last = &worker->first;
        }
    }
    return job;
}

static void *
work(void *user)
{
    PluginWorker *worker = user;
    struct timespec due = after_ms(worker->interval_ms);
    (void)pthread_mutex_lock(&worker->mutex);
    while (!worker->stop) {
        PluginJob *job = wait_for_job(worker, &due);
        (void)pthread_mutex_unlock(&worker->mutex);
        if (job != NULL) {
            job->run(job);
        }
        if (worker->interval_ms != 0 && is_past(&due)) {
            worker->often(worker->user);
            due = after_ms(worker->interval_ms);
        }
        (void)pthread_mutex_lock(&worker->mutex);
    }
    (void)pthread_mutex_unlock(&worker->mutex);
    return NULL;
}

BaseStatus
plugin_worker_new(int64_t interval_ms, void (*often)(void *user), void *user,
                  PluginWorker **ret_worker)
{
    PluginWorker *worker = calloc(1, sizeof *worker);
    if (worker == NULL) {
        return base_error(BASE_NO_MEMORY, "no memory for a thread");
    }
    pthread_condattr_t attributes;
    (void)pthread_condattr_init(&attributes);
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void)pthread_mutex_init(&worker->mutex, NULL);
    (void)pthread_cond_init(&worker->posted, &attributes);
    (void)pthread_condattr_destroy(&attributes);
    worker->last = &worker->first;
    worker->interval_ms = interval_ms;
    worker->often = often;
    worker->user = user;
    if (pthread_create(&worker->thread, NULL, work, worker) != 0) {
        (void)pthread_cond_destroy(&worker->posted);
        (void)pthread_mutex_destroy(&worker->mutex);
        free(worker);
        return base_error(BASE_NO_MEMORY, "no thread can be started");
    }
    *ret_worker = worker;
    return base_ok();
}

void
plugin_worker_free(PluginWorker *worker)
{
    if (worker == NULL) {
        return;
    }
    (void)pthread_mutex_lock(&worker->mutex);
    worker->stop = true;
    (void)pthread_cond_signal(&worker->posted);
    (void)pthread_mutex_unlock(&worker->mutex);
    (void)pthread_join(worker->thread, NULL);
    (void)pthread_cond_destroy(&worker->posted);
    (void)pthread_mutex_destroy(&worker->mutex);
    free(worker);
}

void
plugin_worker_post(PluginWorker *worker, PluginJob *job)
{
    job->next = NULL;
    (void)pthread_mutex_lock(&worker->mutex);
    *worker->last = job;
    worker->last = &job->next;
    (void)pthread_cond_signal(&worker->posted);
    (void)pthread_mutex_unlock(&worker->mutex);
}
