/*
 * maintain.c: flush, compact, verify, job_get and job_list.
 *
 * The first three start a job (jobs.h) and wait a little for its end, so that a short one is over
 * when its call is. One that goes on is named by its number; the worker is free again.
 */
#include "service/admin/error.h"
#include "service/admin/handler.h"
#include "service/admin/options.h"
#include "service/store/range.h"
#include "service/store/set.h"

enum {
    WAIT_MS = 1000,      /* when the call names no budget */
    WAIT_MS_MAX = 10000, /* a worker is not held longer */
};

/* What a call asks for. */
typedef struct Wish {
    AdminJobKind kind;
    const gchar *store;
    const LarderRpcKeyRange *range; /* NULL: everything */
    const LarderRpcAdminOptions *options;
} Wish;

static BaseSlice
slice_of(const GByteArray *bytes)
{
    return bytes == NULL ? BASE_SLICE_EMPTY : base_slice(bytes->data, bytes->len);
}

static bool
resolve_range(const Store *store, const LarderRpcKeyRange *range, StoreRange *ret_range,
              StoreError *ret_error)
{
    StoreKeyRange keys = {0};
    if (range != NULL) {
        keys = (StoreKeyRange){
            .has_start_key = range->__isset_start_key != FALSE,
            .has_stop_key = range->__isset_stop_key != FALSE,
            .has_prefix = range->__isset_prefix != FALSE,
            .start_key = slice_of(range->start_key),
            .stop_key = slice_of(range->stop_key),
            .prefix = slice_of(range->prefix),
        };
    }
    return store_range_resolve(store, &keys, "range", ret_range, ret_error);
}

static void
add_step(LarderRpcAdminResult *result, AdminJobKind kind, const char *store)
{
    static const char *const steps[] = {
        [ADMIN_JOB_FLUSH] = "write what is only in memory to the files of store %s",
        [ADMIN_JOB_COMPACT] = "merge files of store %s",
        [ADMIN_JOB_VERIFY] = "read every file of store %s and check it",
    };
    char step[128];
    (void)g_snprintf(step, sizeof step, steps[kind], store);
    g_ptr_array_add(result->steps, g_strdup(step));
}

/* Starts the job of a wish and waits a little. False: *ret_error says why it failed. */
static bool
carry_out(AdminHandler *self, const Wish *wish, Store *store, LarderRpcAdminResult *result,
          StoreError *ret_error)
{
    AdminJobs *jobs = self->context->jobs;
    StoreRange range;
    int64_t id = 0;
    if (!resolve_range(store, wish->range, &range, ret_error)) {
        return false;
    }
    bool started = admin_jobs_start(jobs, wish->kind, store, &range.range, &id, ret_error);
    store_range_clear(&range);
    if (!started) {
        return false;
    }
    AdminJob job =
        admin_jobs_wait(jobs, id, admin_options_budget_ms(wish->options, WAIT_MS, WAIT_MS_MAX));
    if (job.finished && !base_is_ok(job.status)) {
        return store_error_status(ret_error, job.status, store_name(store));
    }
    result->done = job.finished;
    result->job_id = job.finished ? 0 : id;
    return true;
}

static gboolean
grant(LarderRpcAdminIf *iface, const Wish *wish, LarderRpcAdminResult *result, AdminThrows throws)
{
    AdminHandler *self = admin_handler_of(iface);
    Store *store;
    StoreError failure;
    if (!admin_options_check(wish->options, &failure) ||
        !store_set_require(self->context->stores, base_slice_text(wish->store), &store, &failure) ||
        !admin_options_check_generation(wish->options, store, &failure)) {
        return admin_error_throw(&failure, self->call, throws);
    }
    if (!admin_options_dry_run(wish->options) && !carry_out(self, wish, store, result, &failure)) {
        return admin_error_throw(&failure, self->call, throws);
    }
    add_step(result, wish->kind, store_name(store));
    result->generation = store_generation(store);
    result->server_us = admin_elapsed_us(self->context, self->call);
    return TRUE;
}

static gboolean
flush(LarderRpcAdminIf *iface, LarderRpcAdminResult **ret_result, const gchar *store,
      const LarderRpcAdminOptions *options, ADMIN_THROWS)
{
    const Wish wish = {ADMIN_JOB_FLUSH, store, NULL, options};
    return grant(iface, &wish, *ret_result, ADMIN_CATCH);
}

static gboolean
compact(LarderRpcAdminIf *iface, LarderRpcAdminResult **ret_result, const gchar *store,
        const LarderRpcKeyRange *range, const LarderRpcAdminOptions *options, ADMIN_THROWS)
{
    const Wish wish = {ADMIN_JOB_COMPACT, store, range, options};
    return grant(iface, &wish, *ret_result, ADMIN_CATCH);
}

static gboolean
verify(LarderRpcAdminIf *iface, LarderRpcAdminResult **ret_result, const gchar *store,
       const LarderRpcAdminOptions *options, ADMIN_THROWS)
{
    const Wish wish = {ADMIN_JOB_VERIFY, store, NULL, options};
    return grant(iface, &wish, *ret_result, ADMIN_CATCH);
}

/* -------------------------------------------------------------------------------------- jobs -- */

static LarderRpcJobState
state_of(const AdminJob *job)
{
    if (!job->finished) {
        return LARDER_RPC_JOB_STATE_RUNNING;
    }
    if (base_is_ok(job->status)) {
        return LARDER_RPC_JOB_STATE_DONE;
    }
    return job->status.code == BASE_CLOSED ? LARDER_RPC_JOB_STATE_CANCELLED
                                           : LARDER_RPC_JOB_STATE_FAILED;
}

static LarderRpcJobInfo *
describe(const AdminJob *job)
{
    LarderRpcJobInfo *info = g_object_new(LARDER_RPC_TYPE_JOB_INFO, NULL);
    info->job_id = job->id;
    info->kind = g_strdup(admin_job_name(job->kind));
    info->store = g_strdup(store_name(job->store));
    info->state = state_of(job);
    info->progress = job->finished && base_is_ok(job->status) ? 1.0 : 0.0;
    info->message = g_strdup(job->finished ? job->status.what : "");
    info->started_at_ms = job->started_at_ms;
    info->finished_at_ms = job->finished_at_ms;
    return info;
}

static gboolean
job_get(LarderRpcAdminIf *iface, LarderRpcJobListResult **ret_result, const gint64 job_id,
        const LarderRpcAdminOptions *options, ADMIN_THROWS)
{
    AdminHandler *self = admin_handler_of(iface);
    StoreError failure;
    if (!admin_options_check(options, &failure)) {
        return admin_error_throw(&failure, self->call, ADMIN_CATCH);
    }
    AdminJob job = admin_jobs_find(self->context->jobs, job_id);
    if (job.id == 0) {
        store_error_invalid(&failure, STORE_INVALID_NOT_FOUND, "job_id",
                            "there is no job %lld, or it was long ago", (long long)job_id);
        return admin_error_throw(&failure, self->call, ADMIN_CATCH);
    }
    g_ptr_array_add((*ret_result)->jobs, describe(&job));
    (*ret_result)->server_us = admin_elapsed_us(self->context, self->call);
    return TRUE;
}

static gboolean
job_list(LarderRpcAdminIf *iface, LarderRpcJobListResult **ret_result,
         const LarderRpcAdminOptions *options, ADMIN_THROWS)
{
    AdminHandler *self = admin_handler_of(iface);
    StoreError failure;
    if (!admin_options_check(options, &failure)) {
        return admin_error_throw(&failure, self->call, ADMIN_CATCH);
    }
    AdminJob jobs[ADMIN_JOBS_KEPT];
    size_t count = admin_jobs_list(self->context->jobs, jobs);
    for (size_t i = 0; i < count; i++) {
        g_ptr_array_add((*ret_result)->jobs, describe(&jobs[i]));
    }
    (*ret_result)->server_us = admin_elapsed_us(self->context, self->call);
    return TRUE;
}

void
admin_maintain_enter(LarderRpcAdminHandlerClass *methods)
{
    methods->flush = flush;
    methods->compact = compact;
    methods->verify = verify;
    methods->job_get = job_get;
    methods->job_list = job_list;
}
