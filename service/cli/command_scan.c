/*
 * command_scan.c: scan.
 *
 * Page after page, each printed before the next one is asked for, until there are as many records
 * as wanted or the range has ended. A page may end early for the server's own reasons; that shows
 * nowhere.
 */
#include "service/cli/command_run.h"

#include "service/cli/call.h"
#include "service/cli/number.h"
#include "service/cli/report.h"
#include "service/cli/write_options.h"

#include <inttypes.h>

typedef struct Scan {
    CliCall *call;
    LarderKeyRange range;
    LarderScanOptions options;
    BaseBuf token; /* of the next page */
    int64_t page_size;
    int64_t left; /* records that are still wanted */
    int64_t count;
} Scan;

static void
print_json(CliCall *call, const LarderScanItem *item)
{
    CliJsonWriter json = cli_json_writer(&call->text);
    cli_json_writer_begin(&json, NULL);
    cli_json_writer_bytes(&json, "key", cli_slice(item->key));
    if (item->has_value) {
        cli_json_writer_bytes(&json, "value", cli_slice(item->value));
    }
    cli_json_writer_integer(&json, "expires_at_ms", item->expires_at_ms);
    cli_json_writer_integer(&json, "version", item->version);
    cli_json_writer_integer(&json, "length", item->full_length);
    cli_json_writer_end(&json);
    (void)base_buf_append_byte(&call->text, '\n');
}

static void
print_item(CliCall *call, const LarderScanItem *item)
{
    if (call->json) {
        print_json(call, item);
        return;
    }
    cli_call_print_bytes(call, CLI_KEY, item->key);
    if (cli_call_has(call, CLI_OPTION_LONG)) {
        cli_call_print(call, "\t%" PRId64 "\t%" PRId64 "\t%" PRId64, item->version,
                       item->expires_at_ms, item->full_length);
    }
    if (item->has_value) {
        (void)base_buf_append_byte(&call->text, '\t');
        cli_call_print_bytes(call, CLI_PLAIN, item->value);
    }
    (void)base_buf_append_byte(&call->text, '\n');
}

/* Reads and prints a page. False: it failed. *ret_more: there is another one. */
static bool
scan_page(Scan *scan, bool *ret_more)
{
    CliCall *call = scan->call;
    LarderScanArguments arguments = {
        .store = cli_call_store(call), .range = &scan->range, .options = &scan->options};
    scan->options.limit_items = scan->left < scan->page_size ? scan->left : scan->page_size;
    scan->options.has_page_token = scan->token.len != 0;
    scan->options.page_token = cli_bytes(base_buf_slice(&scan->token));
    LarderReply *reply = cli_call_data(call, LARDER_METHOD_SCAN, &arguments);
    if (reply == NULL) {
        return false;
    }
    const LarderScanResult *result = reply->as.scan;
    for (size_t i = 0; i < result->items.count; i++) {
        print_item(call, &result->items.items[i]);
    }
    scan->count += result->count;
    scan->left -= (int64_t)result->items.count;
    base_buf_reset(&scan->token);
    *ret_more = result->has_next_token;
    bool good = base_buf_append_slice(&scan->token, cli_slice(result->next_token));
    larder_reply_free(reply);
    if (!good) {
        return cli_call_problem(call, CLI_NO_MEMORY, "there is no memory");
    }
    return cli_call_flush(call);
}

static bool
prepare(Scan *scan)
{
    CliCall *call = scan->call;
    const CliOptionValue *values = call->options->values;
    const char *token = cli_options_text(call->options, CLI_OPTION_TOKEN, NULL);
    const char *problem = NULL;
    if (values[CLI_OPTION_ALL].set && values[CLI_OPTION_LIMIT].set) {
        return cli_call_problem(call, CLI_USAGE, "--all and --limit exclude each other");
    }
    if (token != NULL &&
        !cli_escape_decode(CLI_BASE64, base_slice_text(token), &scan->token, &problem)) {
        return cli_call_problem(call, CLI_USAGE, "--token=%s: %s", token, problem);
    }
    bool endless = values[CLI_OPTION_ALL].set || values[CLI_OPTION_COUNT_ONLY].set;
    scan->left = endless ? INT64_MAX : cli_call_number(call, CLI_OPTION_LIMIT, 1000);
    scan->page_size = cli_call_number(call, CLI_OPTION_PAGE_SIZE, 1000);
    scan->options = (LarderScanOptions){
        .has_deadline_ms = values[CLI_OPTION_DEADLINE].set,
        .deadline_ms = values[CLI_OPTION_DEADLINE].number,
        .has_reverse = values[CLI_OPTION_REVERSE].set,
        .reverse = true,
        .has_keys_only = values[CLI_OPTION_KEYS_ONLY].set,
        .keys_only = true,
        .has_count_only = values[CLI_OPTION_COUNT_ONLY].set,
        .count_only = true,
        .has_limit_items = true,
    };
    return cli_range_options(call, &scan->range);
}

static void
print_count(Scan *scan)
{
    if (scan->call->json) {
        CliReport report = cli_report_begin(scan->call);
        cli_report_integer(&report, "count", scan->count);
        cli_report_end(&report);
    } else {
        cli_call_print(scan->call, "%" PRId64 "\n", scan->count);
    }
}

/* How to get the rest. */
static void
note_more(Scan *scan)
{
    BaseBuf token = BASE_BUF_INIT;
    (void)cli_escape_encode(CLI_BASE64, base_buf_slice(&scan->token), &token);
    cli_call_note(scan->call, "there is more: --all, or --token=%.*s", (int)token.len,
                  (const char *)token.data);
    base_buf_clear(&token);
}

CliStatus
cli_run_scan(CliCall *call)
{
    Scan scan = {.call = call, .token = BASE_BUF_INIT};
    bool good = prepare(&scan);
    bool more = good;
    while (more && good && scan.left > 0) {
        good = scan_page(&scan, &more);
    }
    if (good && scan.options.has_count_only) {
        print_count(&scan);
    } else if (good && more) {
        note_more(&scan);
    }
    base_buf_clear(&scan.token);
    return good ? CLI_OK : call->status;
}
