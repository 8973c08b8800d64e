/*
 * command_maintain.c: flush, compact, verify and jobs.
 *
 * The server answers with the number of a job when something takes long; the command then asks for
 * the job until it has ended, unless --no-wait. Ctrl-C ends the command, not the job.
 */
#include "service/cli/command_run.h"

#include "service/cli/call.h"
#include "service/cli/interrupt.h"
#include "service/cli/number.h"
#include "service/cli/report.h"
#include "service/cli/table.h"
#include "service/cli/write_options.h"

#include <inttypes.h>

enum { PAUSE_MS = 500 }; /* between two questions for a job */

static const char *
state_name(LarderJobState state)
{
    static const char *const names[] = {"unknown", "queued", "running",
                                        "done",    "failed", "cancelled"};
    size_t index = (size_t)state;
    return index < sizeof names / sizeof names[0] ? names[index] : names[0];
}

static bool
has_ended(LarderJobState state)
{
    return state != LARDER_JOB_STATE_QUEUED && state != LARDER_JOB_STATE_RUNNING;
}

/* Asks for a job until it has ended. The reply with it; NULL: it cannot be asked for. */
static LarderReply *
wait_for_job(CliCall *call, int64_t id)
{
    for (;;) {
        LarderJobGetArguments arguments = {.job_id = id};
        LarderReply *reply = cli_call_admin(call, LARDER_METHOD_JOB_GET, &arguments);
        if (reply == NULL) {
            return NULL;
        }
        LarderJobInfoList jobs = reply->as.job_get->jobs;
        if (jobs.count == 1 && has_ended(jobs.items[0].state)) {
            return reply;
        }
        larder_reply_free(reply);
        if (jobs.count != 1 || !cli_interrupt_wait(NULL, 0, PAUSE_MS)) {
            (void)cli_call_problem(call, CLI_INTERRUPTED,
                                   "job %" PRId64 " goes on; larder jobs shows it", id);
            return NULL;
        }
    }
}

static CliStatus
tell(CliCall *call, bool done, int64_t job_id)
{
    CliReport report = cli_report_begin(call);
    cli_report_boolean(&report, "done", done);
    if (job_id != 0) {
        cli_report_integer(&report, "job_id", job_id);
    }
    cli_report_end(&report);
    return CLI_OK;
}

/* Waits for a job and tells how it ended. */
static CliStatus
follow(CliCall *call, int64_t id)
{
    cli_call_note(call, "job %" PRId64 " is under way", id);
    LarderReply *reply = wait_for_job(call, id);
    if (reply == NULL) {
        return call->status;
    }
    const LarderJobInfo *job = &reply->as.job_get->jobs.items[0];
    CliStatus status = CLI_OK;
    if (job->state == LARDER_JOB_STATE_DONE) {
        status = tell(call, true, id);
    } else {
        (void)cli_call_problem(call, CLI_FAILED, "job %" PRId64 " %s: %s", id,
                               state_name(job->state),
                               job->message.size == 0 ? "" : job->message.data);
        status = call->status;
    }
    larder_reply_free(reply);
    return status;
}

static CliStatus
finish(CliCall *call, LarderReply *reply, const LarderAdminResult *result)
{
    int64_t id = result->job_id;
    bool done = result->done;
    larder_reply_free(reply);
    if (id != 0 && !cli_call_has(call, CLI_OPTION_NO_WAIT)) {
        return follow(call, id);
    }
    return tell(call, done, id);
}

CliStatus
cli_run_flush(CliCall *call)
{
    LarderFlushArguments arguments = {.store = cli_call_store(call)};
    LarderReply *reply = cli_call_admin(call, LARDER_METHOD_FLUSH, &arguments);
    return reply == NULL ? call->status : finish(call, reply, reply->as.flush);
}

CliStatus
cli_run_compact(CliCall *call)
{
    LarderKeyRange range;
    LarderCompactArguments arguments = {.store = cli_call_store(call), .range = &range};
    if (!cli_range_options(call, &range)) {
        return call->status;
    }
    LarderReply *reply = cli_call_admin(call, LARDER_METHOD_COMPACT, &arguments);
    return reply == NULL ? call->status : finish(call, reply, reply->as.compact);
}

CliStatus
cli_run_verify(CliCall *call)
{
    LarderVerifyArguments arguments = {.store = cli_call_store(call)};
    LarderReply *reply = cli_call_admin(call, LARDER_METHOD_VERIFY, &arguments);
    return reply == NULL ? call->status : finish(call, reply, reply->as.verify);
}

/* -------------------------------------------------------------------------------------- jobs -- */

static bool
print_plain(int64_t number, BaseBuf *into)
{
    return base_buf_printf(into, "%" PRId64, number);
}

static bool
print_end(int64_t ms, BaseBuf *into)
{
    return ms == 0 ? base_buf_printf(into, "-") : cli_number_print_time(ms, into);
}

static void
print_jobs(CliCall *call, LarderJobInfoList jobs)
{
    static const char *const names[] = {">job",    "kind",  "store",  "state",
                                        "started", "ended", "message"};
    CliTable table = cli_table_begin(call, names, 7);
    for (size_t i = 0; i < jobs.count; i++) {
        const LarderJobInfo *job = &jobs.items[i];
        cli_table_number(&table, job->job_id, print_plain);
        cli_table_text(&table, cli_slice(job->kind));
        cli_table_text(&table, cli_slice(job->store));
        cli_table_text(&table, base_slice_text(state_name(job->state)));
        cli_table_number(&table, job->started_at_ms, cli_number_print_time);
        cli_table_number(&table, job->finished_at_ms, print_end);
        cli_table_text(&table, cli_slice(job->message));
    }
    cli_table_end(&table);
}

CliStatus
cli_run_jobs(CliCall *call)
{
    LarderJobListArguments arguments = {NULL};
    LarderReply *reply = cli_call_admin(call, LARDER_METHOD_JOB_LIST, &arguments);
    if (reply == NULL) {
        return call->status;
    }
    LarderJobInfoList jobs = reply->as.job_list->jobs;
    for (size_t i = 0; i < jobs.count && call->json; i++) {
        const LarderJobInfo *job = &jobs.items[i];
        CliReport report = cli_report_begin(call);
        cli_report_integer(&report, "job_id", job->job_id);
        cli_report_text(&report, "kind", cli_slice(job->kind));
        cli_report_text(&report, "store", cli_slice(job->store));
        cli_report_text(&report, "state", base_slice_text(state_name(job->state)));
        cli_report_integer(&report, "started_at_ms", job->started_at_ms);
        cli_report_integer(&report, "finished_at_ms", job->finished_at_ms);
        cli_report_text(&report, "message", cli_slice(job->message));
        cli_report_end(&report);
    }
    if (!call->json) {
        print_jobs(call, jobs);
    }
    larder_reply_free(reply);
    return CLI_OK;
}
