/*
 * jobs.h: operations on stores that take long: flush, compact and verify.
 *
 * A job runs in a thread of its own, so that it holds no worker of the admin listener; few run at
 * once. Whoever starts one waits for it as long as it likes and may ask for it later by its number.
 * The last ADMIN_JOBS_KEPT jobs are remembered. Numbers start at 1 with the server.
 *
 * Ending: admin_jobs_end() interrupts the engines whose jobs run and waits for these; nothing
 * starts after it. It comes before the stores are closed.
 *
 * Threading: any thread. One mutex, held for a few instructions.
 */
#ifndef LARDER_SERVICE_ADMIN_JOBS_H
#define LARDER_SERVICE_ADMIN_JOBS_H

#include "service/store/store.h"

enum {
    ADMIN_JOBS_KEPT = 64,
    ADMIN_JOBS_RUNNING = 4, /* at once */
};

typedef struct AdminJobs AdminJobs;

typedef enum AdminJobKind {
    ADMIN_JOB_FLUSH,
    ADMIN_JOB_COMPACT,
    ADMIN_JOB_VERIFY,
} AdminJobKind;

/* What is known of a job. */
typedef struct AdminJob {
    int64_t id; /* 0: there is no such job */
    AdminJobKind kind;
    Store *store;
    bool finished;
    BaseStatus status; /* once it is finished */
    int64_t started_at_ms;
    int64_t finished_at_ms; /* 0: it runs */
} AdminJob;

/* `clock` must outlive it. NULL: no memory. */
AdminJobs *admin_jobs_new(const BaseClock *clock);

/* Nothing runs or starts any more when it returns. Takes NULL; again is harmless. */
void admin_jobs_end(AdminJobs *jobs);

/* REQUIRES: admin_jobs_end(). Takes NULL. */
void admin_jobs_free(AdminJobs *jobs);

/* "flush", "compact" or "verify". */
const char *admin_job_name(AdminJobKind kind);

/*
 * Starts a job; `range` is that of a compaction, and is copied. INVALID UNSUPPORTED: the engine
 * cannot; REFUSED: too many run, memory is short, or the server ends. On success the number.
 */
bool admin_jobs_start(AdminJobs *jobs, AdminJobKind kind, Store *store, const EngineRange *range,
                      int64_t *ret_id, StoreError *ret_error);

/* Waits at most so long for the end of a job, and tells what is known of it then. */
AdminJob admin_jobs_wait(AdminJobs *jobs, int64_t id, int64_t wait_ms);

/* What is known of a job. */
AdminJob admin_jobs_find(AdminJobs *jobs, int64_t id);

/* The jobs that are remembered, from new to old. Returns how many. */
size_t admin_jobs_list(AdminJobs *jobs, AdminJob ret_jobs[ADMIN_JOBS_KEPT]);

#endif
