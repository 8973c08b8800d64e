/*
 * command_range.c: remove-range, range-info and checksum.
 */
#include "service/cli/command_run.h"

#include "service/cli/call.h"
#include "service/cli/report.h"
#include "service/cli/write_options.h"

#include <inttypes.h>
#include <stdio.h>

CliStatus
cli_run_remove_range(CliCall *call)
{
    CliWriteOptions common;
    LarderKeyRange range;
    if (!cli_range_options(call, &range) || !cli_write_options(call, &common)) {
        return call->status;
    }
    bool bounded = range.has_prefix || range.has_start_key || range.has_stop_key;
    bool dry_run = cli_call_has(call, CLI_OPTION_DRY_RUN);
    if (bounded == cli_call_has(call, CLI_OPTION_EVERYTHING) && !dry_run) {
        (void)cli_call_problem(call, CLI_USAGE, "remove-range: %s",
                               bounded ? "--everything goes without a range"
                                       : "--prefix, --start, --stop, or else --everything");
        return call->status;
    }
    LarderRemoveRangeOptions options = {
        .has_deadline_ms = common.has_deadline_ms,
        .deadline_ms = common.deadline_ms,
        .has_durability = common.has_durability,
        .durability = common.durability,
        .fence = common.has_fence ? &common.fence : NULL,
        .has_request_id = common.has_request_id,
        .request_id = common.request_id,
        .has_dry_run = dry_run,
        .dry_run = true,
    };
    LarderRemoveRangeArguments arguments = {cli_call_store(call), &range, &options};
    LarderReply *reply = cli_call_data(call, LARDER_METHOD_REMOVE_RANGE, &arguments);
    if (reply == NULL) {
        return call->status;
    }
    const LarderRemoveRangeResult *result = reply->as.remove_range;
    CliReport report = cli_report_begin(call);
    cli_report_boolean(&report, "removed", !dry_run);
    cli_report_count(&report, "estimated_keys", result->estimated_keys);
    cli_report_size(&report, "estimated_bytes", result->estimated_bytes);
    if (!dry_run) {
        cli_report_integer(&report, "version", result->version);
    }
    if (result->replayed) {
        cli_report_boolean(&report, "replayed", true);
    }
    cli_report_end(&report);
    larder_reply_free(reply);
    return CLI_OK;
}

static void
print_split_keys(CliCall *call, CliReport *report, LarderBytesList keys)
{
    if (call->json) {
        cli_json_writer_begin_list(&report->json, "split_keys");
        for (size_t i = 0; i < keys.count; i++) {
            cli_json_writer_bytes(&report->json, NULL, cli_slice(keys.items[i]));
        }
        cli_json_writer_end_list(&report->json);
        return;
    }
    for (size_t i = 0; i < keys.count; i++) {
        cli_report_bytes(report, "split key", keys.items[i]);
    }
}

CliStatus
cli_run_range_info(CliCall *call)
{
    const CliOptionValue *values = call->options->values;
    LarderKeyRange range;
    if (!cli_range_options(call, &range)) {
        return call->status;
    }
    LarderRangeInfoOptions options = {
        .has_deadline_ms = values[CLI_OPTION_DEADLINE].set,
        .deadline_ms = values[CLI_OPTION_DEADLINE].number,
        .has_split_bytes = values[CLI_OPTION_SPLIT].set,
        .split_bytes = values[CLI_OPTION_SPLIT].number,
    };
    LarderRangeInfoArguments arguments = {cli_call_store(call), {&range, 1}, &options};
    LarderReply *reply = cli_call_data(call, LARDER_METHOD_RANGE_INFO, &arguments);
    if (reply == NULL) {
        return call->status;
    }
    const LarderRangeInfoResult *result = reply->as.range_info;
    for (size_t i = 0; i < result->infos.count; i++) {
        const LarderRangeInfo *info = &result->infos.items[i];
        CliReport report = cli_report_begin(call);
        cli_report_count(&report, "estimated_keys", info->estimated_keys);
        cli_report_size(&report, "estimated_bytes", info->estimated_bytes);
        cli_report_boolean(&report, "exact", info->exact);
        cli_report_share(&report, "dead_ratio", info->dead_ratio);
        if (options.has_split_bytes) {
            print_split_keys(call, &report, info->split_keys);
        }
        cli_report_integer(&report, "read_version", result->read_version);
        cli_report_end(&report);
    }
    larder_reply_free(reply);
    return CLI_OK;
}

CliStatus
cli_run_checksum(CliCall *call)
{
    const CliOptionValue *values = call->options->values;
    char text[17];
    LarderKeyRange range;
    if (!cli_range_options(call, &range)) {
        return call->status;
    }
    LarderChecksumOptions options = {
        .has_deadline_ms = values[CLI_OPTION_DEADLINE].set,
        .deadline_ms = values[CLI_OPTION_DEADLINE].number,
    };
    LarderChecksumArguments arguments = {cli_call_store(call), &range, &options};
    LarderReply *reply = cli_call_data(call, LARDER_METHOD_CHECKSUM, &arguments);
    if (reply == NULL) {
        return call->status;
    }
    const LarderChecksumResult *result = reply->as.checksum;
    CliReport report = cli_report_begin(call);
    (void)snprintf(text, sizeof text, "%016" PRIx64, (uint64_t)result->checksum);
    cli_report_text(&report, "checksum", base_slice_text(text));
    cli_report_count(&report, "keys", result->keys);
    cli_report_size(&report, "bytes", result->bytes);
    cli_report_integer(&report, "read_version", result->read_version);
    cli_report_end(&report);
    larder_reply_free(reply);
    return CLI_OK;
}
