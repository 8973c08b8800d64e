/*
 * command_export.c: export.
 *
 * While a page is written, the next one is under way already, so the server and the disk work at
 * the same time. A page that fails for a reason that passes is asked for again, for as long as the
 * patience lasts; what was written before it stays.
 */
#include "service/cli/command_run.h"

#include "engine/base/clock.h"
#include "service/cli/call.h"
#include "service/cli/export_file.h"
#include "service/cli/facts.h"
#include "service/cli/interrupt.h"
#include "service/cli/progress.h"
#include "service/cli/report.h"
#include "service/cli/write_options.h"

#include <inttypes.h>

enum { PAGE_ITEMS = 5000, PAGE_BYTES = 2 << 20, PAUSE_MS_MIN = 20, PAUSE_MS_MAX = 2000 };

typedef struct Export {
    CliCall *call;
    CliExportFile file;
    CliFacts facts;
    CliLink link;
    LarderKeyRange asked; /* the range of the command line */
    LarderKeyRange range; /* what is left of it */
    BaseBuf start;        /* what the range points to */
    BaseBuf stop;
    LarderScanOptions options;
    BaseBuf token;      /* of the page that is asked for */
    LarderReply *reply; /* of the page that was asked for; NULL: under way */
    bool waiting;
    CliProgress progress;
} Export;

/* The first key behind all that begin with `prefix`. Empty: there is none. */
static bool
key_behind(BaseSlice prefix, BaseBuf *into)
{
    while (prefix.len > 0 && prefix.data[prefix.len - 1] == 0xff) {
        prefix.len--;
    }
    if (!base_buf_append_slice(into, prefix)) {
        return false;
    }
    if (prefix.len > 0) {
        into->data[prefix.len - 1]++;
    }
    return true;
}

/* The range behind the last key of an earlier run. */
static bool
narrow(Export *export)
{
    LarderKeyRange *range = &export->range;
    BaseSlice last = base_buf_slice(&export->file.last_key);
    *range = export->asked;
    if (last.len == 0) {
        return true;
    }
    if (range->has_prefix) {
        if (!key_behind(cli_slice(range->prefix), &export->stop)) {
            return false;
        }
        range->has_prefix = false;
        range->has_stop_key = export->stop.len != 0;
        range->stop_key = cli_bytes(base_buf_slice(&export->stop));
    }
    if (!base_buf_append_slice(&export->start, last) || !base_buf_append_byte(&export->start, 0)) {
        return false;
    }
    range->has_start_key = true;
    range->start_key = cli_bytes(base_buf_slice(&export->start));
    return true;
}

static void
take_reply(void *context, LarderReply *reply)
{
    Export *export = context;
    export->reply = reply;
    export->waiting = false;
}

/* Asks for the page of the token. */
static bool
ask(Export *export)
{
    export->options.has_page_token = export->token.len != 0;
    export->options.page_token = cli_bytes(base_buf_slice(&export->token));
    export->waiting = larder_channel_scan(export->link.channel, cli_call_store(export->call),
                                          &export->range, &export->options, take_reply, export);
    return export->waiting || cli_call_problem(export->call, CLI_NO_MEMORY, "there is no memory");
}

/* The page that was asked for; NULL: interrupted. The caller frees it. */
static LarderReply *
await(Export *export)
{
    while (export->waiting) {
        if (!cli_link_turn(&export->link.channel, 1, -1)) {
            export->call->status = CLI_INTERRUPTED;
            return NULL;
        }
    }
    LarderReply *reply = export->reply;
    export->reply = NULL;
    return reply;
}

static bool
may_pass(const LarderReply *reply)
{
    return reply->outcome == LARDER_REFUSED || reply->outcome == LARDER_UNREACHABLE ||
           reply->outcome == LARDER_LOST || reply->outcome == LARDER_INDETERMINATE;
}

/* The page that was asked for, asked for again while that may help. NULL: it was said why not. */
static LarderReply *
await_page(Export *export)
{
    int64_t patience_ms = cli_call_number(export->call, CLI_OPTION_PATIENCE, 60000);
    int64_t pause_ms = PAUSE_MS_MIN;
    int64_t until_us = base_clock_monotonic_us(base_clock_real()) + patience_ms * 1000;
    for (;;) {
        LarderReply *reply = await(export);
        if (reply == NULL || reply->outcome == LARDER_OK) {
            return reply;
        }
        bool patient = base_clock_monotonic_us(base_clock_real()) < until_us;
        if (!may_pass(reply) || !patient) {
            cli_progress_clear(&export->progress);
            cli_call_failed(export->call, reply);
            larder_reply_free(reply);
            return NULL;
        }
        larder_reply_free(reply);
        if (!cli_interrupt_wait(NULL, 0, pause_ms)) {
            export->call->status = CLI_INTERRUPTED;
            return NULL;
        }
        pause_ms = pause_ms * 2 < PAUSE_MS_MAX ? pause_ms * 2 : PAUSE_MS_MAX;
        if (!ask(export)) {
            return NULL;
        }
    }
}

static bool
write_page(Export *export, const LarderScanResult *page)
{
    bool versions = cli_call_has(export->call, CLI_OPTION_WITH_VERSIONS);
    for (size_t i = 0; i < page->items.count; i++) {
        const LarderScanItem *item = &page->items.items[i];
        CliRecord record = {
            .key = cli_slice(item->key),
            .value = cli_slice(item->value),
            .expires_at_ms = item->expires_at_ms,
            .version = versions ? item->version : 0,
        };
        if (!cli_export_file_add(&export->file, &record)) {
            return false;
        }
    }
    return true;
}

/* Writes a page, and asks for the next one before. *ret_more: there is one. */
static bool
handle_page(Export *export, const LarderScanResult *page, bool *ret_more)
{
    *ret_more = page->has_next_token;
    base_buf_reset(&export->token);
    if (page->has_next_token) {
        if (!base_buf_append_slice(&export->token, cli_slice(page->next_token))) {
            return cli_call_problem(export->call, CLI_NO_MEMORY, "there is no memory");
        }
        if (!ask(export)) {
            return false;
        }
        (void)larder_channel_process(export->link.channel); /* it leaves now */
    }
    return write_page(export, page);
}

static bool
transfer(Export *export)
{
    const CliRecordSum *sum = &export->file.sum;
    bool more = ask(export);
    bool good = more;
    while (good && more) {
        LarderReply *reply = await_page(export);
        good = reply != NULL && handle_page(export, reply->as.scan, &more);
        larder_reply_free(reply);
        cli_progress_show(&export->progress, (int64_t)sum->bytes, (int64_t)sum->records);
    }
    return good;
}

/* About how many bytes the range has; -1: the server cannot tell. */
static bool
estimate(Export *export, int64_t *ret_bytes)
{
    LarderRangeInfoArguments arguments = {cli_call_store(export->call), {&export->asked, 1}, NULL};
    LarderReply *reply = cli_call_data(export->call, LARDER_METHOD_RANGE_INFO, &arguments);
    if (reply == NULL) {
        return false;
    }
    LarderRangeInfoList infos = reply->as.range_info->infos;
    *ret_bytes = infos.count == 0 ? -1 : infos.items[0].estimated_bytes;
    larder_reply_free(reply);
    return true;
}

static bool
begin(Export *export, const char *path)
{
    CliCall *call = export->call;
    CliFormat format = (CliFormat)cli_call_number(call, CLI_OPTION_FORMAT, CLI_FORMAT_JSONL);
    LarderClientOptions client;
    LarderProblem problem;
    int64_t total = -1;
    if (!cli_range_options(call, &export->asked) || !cli_facts_ask(call, &export->facts) ||
        !estimate(export, &total) || !cli_export_file_open(&export->file, call, path, format)) {
        return false;
    }
    if (!narrow(export)) {
        return cli_call_problem(call, CLI_NO_MEMORY, "there is no memory");
    }
    if (!cli_call_client_options(call, false, &client)) {
        return false;
    }
    if (!cli_link_prepare(&export->link, &client, &problem)) {
        return cli_call_problem(call, CLI_USAGE, "%s", problem.message);
    }
    int64_t items = export->facts.scan_items < PAGE_ITEMS ? export->facts.scan_items : PAGE_ITEMS;
    int64_t bytes = export->facts.scan_bytes < PAGE_BYTES ? export->facts.scan_bytes : PAGE_BYTES;
    export->options = (LarderScanOptions){
        .has_limit_items = true,
        .limit_items = cli_call_number(call, CLI_OPTION_PAGE_SIZE, items),
        .has_limit_bytes = true,
        .limit_bytes = bytes,
    };
    export->progress =
        cli_progress_begin(call, "exported", total, (int64_t) export->file.sum.bytes);
    return true;
}

/* A store in memory may have been emptied by a restart that nobody else would notice. */
static bool
check_restart(Export *export)
{
    CliFacts now;
    if (export->facts.started_ms == 0) {
        return true;
    }
    if (!cli_facts_ask(export->call, &now)) {
        return false;
    }
    return !cli_facts_lost(&export->facts, &now) ||
           cli_call_problem(export->call, CLI_FAILED,
                            "the server was restarted meanwhile, and the store is in memory: "
                            "the file has only what came before");
}

/* Compares the file with the store. */
static CliStatus
verify(Export *export)
{
    CliCall *call = export->call;
    LarderChecksumArguments arguments = {cli_call_store(call), &export->asked, NULL};
    LarderReply *reply = cli_call_data(call, LARDER_METHOD_CHECKSUM, &arguments);
    if (reply == NULL) {
        return call->status;
    }
    const LarderChecksumResult *store = reply->as.checksum;
    bool same = (uint64_t)store->checksum == cli_record_sum_value(&export->file.sum) &&
                (uint64_t)store->keys == export->file.sum.records;
    larder_reply_free(reply);
    if (!same) {
        (void)cli_call_problem(call, CLI_NEGATIVE,
                               "the store is not what the file says: it was written to meanwhile");
        return CLI_NEGATIVE;
    }
    return CLI_OK;
}

/* On the standard output there is the data: then the figures are a note. */
static void
report(Export *export)
{
    const CliRecordSum *sum = &export->file.sum;
    if (export->file.standard) {
        cli_call_note(export->call, "exported %" PRIu64 " records, %" PRIu64 " bytes", sum->records,
                      sum->bytes);
        return;
    }
    CliReport result = cli_report_begin(export->call);
    cli_report_count(&result, "records", (int64_t)sum->records);
    cli_report_size(&result, "bytes", (int64_t)sum->bytes);
    cli_report_duration_us(&result, "duration_us", cli_progress_elapsed_us(&export->progress));
    cli_report_end(&result);
}

CliStatus
cli_run_export(CliCall *call)
{
    Export export = {.call = call};
    const char *path = cli_call_argument(call, 0);
    bool good = begin(&export, path) && (export.file.complete || transfer(&export)) &&
                check_restart(&export);
    cli_progress_clear(&export.progress);
    good = good && cli_export_file_finish(&export.file);
    CliStatus status = good ? CLI_OK : call->status;
    if (good) {
        report(&export);
    } else if (export.file.file != NULL) {
        (void)cli_export_file_flush(&export.file);
        cli_call_note(call, "--resume goes on behind record %" PRIu64, export.file.sum.records);
    }
    if (good && cli_call_has(call, CLI_OPTION_VERIFY)) {
        status = verify(&export);
    }
    cli_link_close(&export.link);
    larder_reply_free(export.reply);
    cli_export_file_close(&export.file);
    base_buf_clear(&export.start);
    base_buf_clear(&export.stop);
    base_buf_clear(&export.token);
    return status;
}
