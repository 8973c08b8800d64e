/*
 * command_admin.c: stats, health, metrics and drain: what the admin port answers.
 */
#include "service/cli/command_run.h"

#include "service/cli/call.h"
#include "service/cli/figures.h"
#include "service/cli/number.h"
#include "service/cli/report.h"
#include "service/cli/table.h"

static void
add_operations_json(CliReport *report, LarderOperationStatsList operations)
{
    CliJsonWriter *json = &report->json;
    cli_json_writer_begin_list(json, "operations");
    for (size_t i = 0; i < operations.count; i++) {
        const LarderOperationStats *operation = &operations.items[i];
        cli_json_writer_begin(json, NULL);
        cli_json_writer_text(json, "operation", cli_slice(operation->operation));
        cli_json_writer_integer(json, "count", operation->count);
        cli_json_writer_integer(json, "errors", operation->errors);
        cli_json_writer_integer(json, "p50_us", operation->p50_us);
        cli_json_writer_integer(json, "p95_us", operation->p95_us);
        cli_json_writer_integer(json, "p99_us", operation->p99_us);
        cli_json_writer_integer(json, "p999_us", operation->p999_us);
        cli_json_writer_integer(json, "max_us", operation->max_us);
        cli_json_writer_end(json);
    }
    cli_json_writer_end_list(json);
}

static void
print_operations(CliCall *call, LarderOperationStatsList operations)
{
    static const char *const names[] = {"operation", ">count", ">errors", ">p50",
                                        ">p95",      ">p99",   ">p99.9",  ">max"};
    CliTable table = cli_table_begin(call, names, 8);
    cli_call_print(call, "\n");
    for (size_t i = 0; i < operations.count; i++) {
        const LarderOperationStats *operation = &operations.items[i];
        const int64_t times[] = {operation->p50_us, operation->p95_us, operation->p99_us,
                                 operation->p999_us, operation->max_us};
        cli_table_text(&table, cli_slice(operation->operation));
        cli_table_number(&table, operation->count, cli_number_print_count);
        cli_table_number(&table, operation->errors, cli_number_print_count);
        for (size_t j = 0; j < sizeof times / sizeof times[0]; j++) {
            cli_table_number(&table, times[j], cli_number_print_duration_us);
        }
    }
    cli_table_end(&table);
}

static void
print_figures(CliCall *call, LarderFigureList figures)
{
    static const char *const names[] = {"engine figure", ">value"};
    CliTable table = cli_table_begin(call, names, 2);
    cli_call_print(call, "\n");
    for (size_t i = 0; i < figures.count; i++) {
        cli_table_text(&table, cli_slice(figures.items[i].name));
        cli_table_number(&table, figures.items[i].value, cli_number_print_count);
    }
    cli_table_end(&table);
}

static void
add_figures_json(CliReport *report, LarderFigureList figures)
{
    CliJsonWriter *json = &report->json;
    cli_json_writer_begin(json, "engine_figures");
    for (size_t i = 0; i < figures.count; i++) {
        LarderBytes name = figures.items[i].name; /* a NUL follows it */
        cli_json_writer_integer(json, name.size == 0 ? "" : name.data, figures.items[i].value);
    }
    cli_json_writer_end(json);
}

CliStatus
cli_run_stats(CliCall *call)
{
    LarderStoreStatsArguments arguments = {.store = cli_call_store(call)};
    LarderReply *reply = cli_call_admin(call, LARDER_METHOD_STORE_STATS, &arguments);
    if (reply == NULL) {
        return call->status;
    }
    const LarderStoreStats *stats = reply->as.store_stats;
    LarderFigureList figures;
    if (!cli_figures_sort(call, stats->engine_figures, &figures)) {
        larder_reply_free(reply);
        return call->status;
    }
    CliReport report = cli_report_begin(call);
    cli_report_text(&report, "store", cli_slice(stats->store));
    cli_report_text(&report, "engine", cli_slice(stats->engine));
    cli_report_count(&report, "keys", stats->keys);
    cli_report_size(&report, "data_bytes", stats->data_bytes);
    cli_report_size(&report, "memory_bytes", stats->memory_bytes);
    cli_report_size(&report, "disk_bytes", stats->disk_bytes);
    cli_report_integer(&report, "version", stats->version);
    cli_report_count(&report, "open_snapshots", stats->open_snapshots);
    if (call->json) {
        add_operations_json(&report, stats->operations);
        add_figures_json(&report, figures);
    }
    cli_report_end(&report);
    if (!call->json) {
        print_operations(call, stats->operations);
        print_figures(call, figures);
    }
    larder_reply_free(reply);
    return CLI_OK;
}

static void
print_checks(CliCall *call, LarderHealthCheckList checks)
{
    for (size_t i = 0; i < checks.count; i++) {
        const LarderHealthCheck *check = &checks.items[i];
        cli_call_style(call, check->passed ? CLI_GOOD : CLI_BAD);
        cli_call_print(call, "%-6s", check->passed ? "passed" : "failed");
        cli_call_style(call, CLI_PLAIN);
        cli_call_print(call, "  ");
        (void)cli_escape_encode(CLI_ESCAPED, cli_slice(check->name), &call->text);
        cli_call_print(call, check->message.size == 0 ? "" : ": ");
        (void)cli_escape_encode(CLI_ESCAPED, cli_slice(check->message), &call->text);
        cli_call_print(call, "\n");
    }
}

CliStatus
cli_run_health(CliCall *call)
{
    LarderHealthArguments arguments = {NULL};
    LarderReply *reply = cli_call_admin(call, LARDER_METHOD_HEALTH, &arguments);
    if (reply == NULL) {
        return call->status;
    }
    const LarderHealthResult *health = reply->as.health;
    CliReport report = cli_report_begin(call);
    cli_report_boolean(&report, "live", health->live);
    cli_report_boolean(&report, "ready", health->ready);
    if (call->json) {
        cli_json_writer_begin_list(&report.json, "checks");
        for (size_t i = 0; i < health->checks.count; i++) {
            const LarderHealthCheck *check = &health->checks.items[i];
            cli_json_writer_begin(&report.json, NULL);
            cli_json_writer_text(&report.json, "name", cli_slice(check->name));
            cli_json_writer_boolean(&report.json, "passed", check->passed);
            cli_json_writer_text(&report.json, "message", cli_slice(check->message));
            cli_json_writer_end(&report.json);
        }
        cli_json_writer_end_list(&report.json);
    } else {
        print_checks(call, health->checks);
    }
    cli_report_end(&report);
    CliStatus status = health->live && health->ready ? CLI_OK : CLI_NEGATIVE;
    larder_reply_free(reply);
    return status;
}

CliStatus
cli_run_metrics(CliCall *call)
{
    LarderMetricsArguments arguments = {NULL};
    LarderReply *reply = cli_call_admin(call, LARDER_METHOD_METRICS, &arguments);
    if (reply == NULL) {
        return call->status;
    }
    BaseSlice text = cli_slice(reply->as.metrics->text);
    if (call->json) {
        CliReport report = cli_report_begin(call);
        cli_report_text(&report, "text", text);
        cli_report_end(&report);
    } else {
        (void)base_buf_append_slice(&call->text, text);
    }
    larder_reply_free(reply);
    return CLI_OK;
}

CliStatus
cli_run_drain(CliCall *call)
{
    LarderDrainArguments arguments = {.wait_ms = cli_call_number(call, CLI_OPTION_WAIT, 10000)};
    LarderReply *reply = cli_call_admin(call, LARDER_METHOD_DRAIN, &arguments);
    if (reply == NULL) {
        return call->status;
    }
    const LarderDrainResult *result = reply->as.drain;
    CliReport report = cli_report_begin(call);
    cli_report_boolean(&report, "drained", result->drained);
    cli_report_count(&report, "in_flight", result->in_flight);
    cli_report_count(&report, "connections", result->connections);
    cli_report_end(&report);
    CliStatus status = result->drained ? CLI_OK : CLI_NEGATIVE;
    larder_reply_free(reply);
    return status;
}
