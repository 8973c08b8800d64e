/*
 * command_server.c: info, stores, limits and ping.
 */
#include "service/cli/command_run.h"

#include "engine/base/histogram.h"
#include "service/cli/call.h"
#include "service/cli/interrupt.h"
#include "service/cli/number.h"
#include "service/cli/report.h"
#include "service/cli/table.h"

#include <inttypes.h>
#include <stdlib.h>

static LarderReply *
ask_server_info(CliCall *call)
{
    LarderServerInfoOptions options = {.has_api_version = true, .api_version = LARDER_API_VERSION};
    LarderServerInfoArguments arguments = {&options};
    return cli_call_data(call, LARDER_METHOD_SERVER_INFO, &arguments);
}

CliStatus
cli_run_info(CliCall *call)
{
    const char *store = cli_call_argument(call, 0);
    if (store != NULL) {
        return cli_info_store(call, store);
    }
    LarderReply *reply = ask_server_info(call);
    if (reply == NULL) {
        return call->status;
    }
    const LarderServerInfo *info = reply->as.server_info;
    LarderBytes *names = calloc(info->stores.count + 1, sizeof *names);
    CliReport report = cli_report_begin(call);
    cli_report_text(&report, "server_version", cli_slice(info->server_version));
    cli_report_integer(&report, "api_version", info->api_version);
    cli_report_text(&report, "client_version", base_slice_text(larder_client_version()));
    cli_report_duration_ms(&report, "uptime_ms", info->uptime_ms);
    cli_report_time_ms(&report, "now_ms", info->now_ms, "unknown");
    cli_report_integer(&report, "topology_epoch", info->topology_epoch);
    for (size_t i = 0; names != NULL && i < info->stores.count; i++) {
        names[i] = info->stores.items[i].name;
    }
    cli_report_texts(&report, "stores",
                     (LarderBytesList){names, names == NULL ? 0 : info->stores.count});
    cli_report_texts(&report, "methods", info->methods);
    cli_report_end(&report);
    free(names);
    larder_reply_free(reply);
    return CLI_OK;
}

/* Texts with blanks between them, in one cell. */
static void
add_joined(CliTable *table, LarderBytesList texts)
{
    BaseBuf joined = BASE_BUF_INIT;
    for (size_t i = 0; i < texts.count; i++) {
        (void)base_buf_append(&joined, " ", i == 0 ? 0 : 1);
        (void)base_buf_append_slice(&joined, cli_slice(texts.items[i]));
    }
    cli_table_text(table, base_buf_slice(&joined));
    base_buf_clear(&joined);
}

static bool
print_plain(int64_t number, BaseBuf *into)
{
    return base_buf_printf(into, "%" PRId64, number);
}

static void
print_stores(CliCall *call, LarderStoreInfoList stores)
{
    static const char *const names[] = {"store", "engine", "durability", ">generation",
                                        "capabilities"};
    CliTable table = cli_table_begin(call, names, 5);
    for (size_t i = 0; i < stores.count; i++) {
        const LarderStoreInfo *store = &stores.items[i];
        cli_table_text(&table, cli_slice(store->name));
        cli_table_text(&table, cli_slice(store->engine));
        cli_table_text(&table, cli_slice(store->durability));
        cli_table_number(&table, store->generation, print_plain);
        add_joined(&table, store->capabilities);
    }
    cli_table_end(&table);
}

CliStatus
cli_run_stores(CliCall *call)
{
    LarderReply *reply = ask_server_info(call);
    if (reply == NULL) {
        return call->status;
    }
    LarderStoreInfoList stores = reply->as.server_info->stores;
    for (size_t i = 0; i < stores.count && call->json; i++) {
        const LarderStoreInfo *store = &stores.items[i];
        CliReport report = cli_report_begin(call);
        cli_report_text(&report, "store", cli_slice(store->name));
        cli_report_text(&report, "engine", cli_slice(store->engine));
        cli_report_text(&report, "durability", cli_slice(store->durability));
        cli_report_integer(&report, "generation", store->generation);
        cli_report_texts(&report, "capabilities", store->capabilities);
        cli_report_end(&report);
    }
    if (!call->json) {
        print_stores(call, stores);
    }
    larder_reply_free(reply);
    return CLI_OK;
}

static void
print_limits(CliCall *call, LarderLimitInfoList limits)
{
    static const char *const names[] = {"limit", ">value", "unit", "reason"};
    CliTable table = cli_table_begin(call, names, 4);
    for (size_t i = 0; i < limits.count; i++) {
        const LarderLimitInfo *limit = &limits.items[i];
        cli_table_text(&table, cli_slice(limit->name));
        cli_table_number(&table, limit->value, cli_number_print_count);
        cli_table_text(&table, cli_slice(limit->unit));
        cli_table_text(&table, cli_slice(limit->reason));
    }
    cli_table_end(&table);
}

CliStatus
cli_run_limits(CliCall *call)
{
    LarderReply *reply = ask_server_info(call);
    if (reply == NULL) {
        return call->status;
    }
    LarderLimitInfoList limits = reply->as.server_info->limits;
    for (size_t i = 0; i < limits.count && call->json; i++) {
        const LarderLimitInfo *limit = &limits.items[i];
        CliReport report = cli_report_begin(call);
        cli_report_text(&report, "limit", cli_slice(limit->name));
        cli_report_integer(&report, "value", limit->value);
        cli_report_text(&report, "unit", cli_slice(limit->unit));
        cli_report_text(&report, "reason", cli_slice(limit->reason));
        cli_report_end(&report);
    }
    if (!call->json) {
        print_limits(call, limits);
    }
    larder_reply_free(reply);
    return CLI_OK;
}

static void
report_pings(CliCall *call, const BaseHistogram *histogram)
{
    CliReport report = cli_report_begin(call);
    cli_report_count(&report, "pings", (int64_t)histogram->count);
    cli_report_duration_us(&report, "lowest_us", histogram->lowest);
    cli_report_duration_us(&report, "p50_us", base_histogram_percentile(histogram, 50));
    cli_report_duration_us(&report, "p95_us", base_histogram_percentile(histogram, 95));
    cli_report_duration_us(&report, "p99_us", base_histogram_percentile(histogram, 99));
    cli_report_duration_us(&report, "p999_us", base_histogram_percentile(histogram, 99.9));
    cli_report_duration_us(&report, "highest_us", histogram->highest);
    cli_report_end(&report);
}

/* One ping. False: it failed. */
static bool
ping_once(CliCall *call, LarderBytes payload, BaseHistogram *histogram)
{
    LarderPingArguments arguments = {payload};
    LarderReply *reply = cli_call_data(call, LARDER_METHOD_PING, &arguments);
    if (reply == NULL) {
        return false;
    }
    base_histogram_record(histogram, reply->duration_us);
    CliReport report = cli_report_begin(call);
    if (call->json) {
        cli_report_duration_us(&report, "duration_us", reply->duration_us);
        cli_report_duration_us(&report, "server_us", reply->as.ping->server_us);
        cli_report_time_ms(&report, "now_ms", reply->as.ping->now_ms, "unknown");
    } else {
        (void)cli_number_print_duration_us(reply->duration_us, &call->text);
        cli_call_print(call, "  (");
        (void)cli_number_print_duration_us(reply->as.ping->server_us, &call->text);
        cli_call_print(call, " at the server, whose clock says ");
        (void)cli_number_print_time(reply->as.ping->now_ms, &call->text);
        cli_call_print(call, ")\n");
    }
    cli_report_end(&report);
    larder_reply_free(reply);
    return cli_call_flush(call);
}

CliStatus
cli_run_ping(CliCall *call)
{
    bool repeated = cli_call_has(call, CLI_OPTION_TIMES) || cli_call_has(call, CLI_OPTION_INTERVAL);
    int64_t times = cli_call_number(call, CLI_OPTION_TIMES, repeated ? INT64_MAX : 1);
    int64_t interval = cli_call_number(call, CLI_OPTION_INTERVAL, 1000);
    size_t size = (size_t)cli_call_number(call, CLI_OPTION_SIZE, 0);
    char payload[1024];
    memset(payload, '.', sizeof payload);
    BaseHistogram *histogram = calloc(1, sizeof *histogram);
    if (histogram == NULL) {
        (void)cli_call_problem(call, CLI_NO_MEMORY, "there is no memory");
        return call->status;
    }
    bool good = true;
    for (int64_t i = 0; i < times && good && !cli_interrupt_pending(); i++) {
        if (i != 0 && !cli_interrupt_wait(NULL, 0, interval)) {
            break;
        }
        good = ping_once(call, larder_bytes(payload, size), histogram);
    }
    if (repeated && histogram->count > 0) {
        report_pings(call, histogram);
    }
    free(histogram);
    return good ? CLI_OK : call->status;
}
