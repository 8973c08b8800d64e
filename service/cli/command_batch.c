/*
 * command_batch.c: batch and bulk.
 *
 * Both read lines of the same form (mutation.h). A batch is one call, whatever its size: the server
 * says if it is too large. A bulk is as many calls as it takes, within the limits of the server,
 * one after the other, and ends at the first that fails, saying which lines it had.
 */
#include "service/cli/command_run.h"

#include "service/cli/call.h"
#include "service/cli/facts.h"
#include "service/cli/mutation.h"
#include "service/cli/report.h"
#include "service/cli/source.h"
#include "service/cli/write_options.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

enum { BATCH_LINES_MAX = 1 << 20, BULK_LINES = 1000, BULK_BYTES = 256 * 1024 };

/* Lines that were read and not sent yet. */
typedef struct Lines {
    CliCall *call;
    const char *path;
    CliSource source;
    uint64_t number;   /* of the last line that was read */
    uint64_t *numbers; /* of each of these */
    CliMutation **items;
    size_t count;
    size_t capacity;
    size_t bytes;      /* of these, more than they need in a request */
    size_t last_bytes; /* of the last of these */
    size_t ranges;     /* of these, remove_range */
} Lines;

/* What became of a bulk so far. */
typedef struct Totals {
    int64_t sent;
    int64_t applied;
    int64_t not_applied;
} Totals;

static bool
open_lines(Lines *lines)
{
    CliCall *call = lines->call;
    if (strcmp(lines->path, "-") == 0 && call->session->input_taken) {
        return cli_call_problem(call, CLI_USAGE, "the commands come from the standard input");
    }
    int trouble = cli_source_open(&lines->source, lines->path);
    if (trouble != 0) {
        errno = trouble;
        return cli_call_problem(call, CLI_FILE, "%s: %m", lines->path);
    }
    return true;
}

static bool
is_range(const CliMutation *mutation)
{
    return mutation->mutation.kind == LARDER_MUTATION_KIND_REMOVE_RANGE;
}

/* Forgets the first lines: all, or all but the last one. */
static void
forget_lines(Lines *lines, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        cli_mutation_free(lines->items[i]);
    }
    bool left = count < lines->count;
    if (left) {
        lines->items[0] = lines->items[count];
        lines->numbers[0] = lines->numbers[count];
    }
    lines->count = left ? 1 : 0;
    lines->bytes = left ? lines->last_bytes : 0;
    lines->ranges = left && is_range(lines->items[0]) ? 1 : 0;
}

static void
close_lines(Lines *lines)
{
    forget_lines(lines, lines->count);
    free(lines->items);
    free(lines->numbers);
    cli_source_close(&lines->source);
}

static bool
make_room(Lines *lines)
{
    if (lines->count < lines->capacity) {
        return true;
    }
    size_t capacity = lines->capacity * 2 + 64;
    CliMutation **items = realloc(lines->items, capacity * sizeof(CliMutation *));
    lines->items = items != NULL ? items : lines->items;
    uint64_t *numbers = realloc(lines->numbers, capacity * sizeof *numbers);
    lines->numbers = numbers != NULL ? numbers : lines->numbers;
    if (items == NULL || numbers == NULL) {
        return cli_call_problem(lines->call, CLI_NO_MEMORY, "there is no memory");
    }
    lines->capacity = capacity;
    return true;
}

static bool
add_line(Lines *lines, BaseSlice text)
{
    char problem[256];
    CliMutation *mutation = cli_mutation_read(text, problem, sizeof problem);
    if (mutation == NULL) {
        return cli_call_problem(lines->call, CLI_FILE, "%s: line %" PRIu64 ", %s", lines->path,
                                lines->number, problem);
    }
    if (!make_room(lines)) {
        cli_mutation_free(mutation);
        return false;
    }
    lines->numbers[lines->count] = lines->number;
    lines->items[lines->count++] = mutation;
    lines->last_bytes = text.len + CLI_FACTS_ITEM_BYTES;
    lines->bytes += lines->last_bytes;
    lines->ranges += is_range(mutation);
    return true;
}

/* Reads lines until there are so many, or so many bytes. *ret_end: there are no more. */
static bool
read_lines(Lines *lines, size_t count, size_t bytes, size_t ranges, bool *ret_end)
{
    while (lines->count < count && lines->bytes < bytes && lines->ranges < ranges) {
        BaseSlice text = BASE_SLICE_EMPTY;
        CliSourceResult result = cli_source_line(&lines->source, &text);
        if (result == CLI_SOURCE_END) {
            *ret_end = true;
            return true;
        }
        if (result == CLI_SOURCE_INTERRUPTED) {
            lines->call->status = CLI_INTERRUPTED;
            return false;
        }
        if (result != CLI_SOURCE_GOOD) {
            errno = lines->source.trouble;
            return cli_call_problem(lines->call, CLI_FILE, "%s: %m", lines->path);
        }
        lines->number++;
        if (!cli_json_is_blank(text) && !add_line(lines, text)) {
            return false;
        }
    }
    return true;
}

/* Sorts guards from mutations. False: no memory. */
static bool
sort_lines(const Lines *lines, LarderGuard *guards, LarderMutation *mutations, size_t *ret_guards,
           size_t *ret_mutations)
{
    if (guards == NULL || mutations == NULL) {
        return cli_call_problem(lines->call, CLI_NO_MEMORY, "there is no memory");
    }
    size_t guard_count = 0;
    size_t mutation_count = 0;
    for (size_t i = 0; i < lines->count; i++) {
        const CliMutation *item = lines->items[i];
        if (item->guard) {
            guards[guard_count++] = (LarderGuard){item->mutation.key, item->condition};
        } else {
            mutations[mutation_count++] = item->mutation;
        }
    }
    *ret_guards = guard_count;
    *ret_mutations = mutation_count;
    return true;
}

/* The line of the i-th guard or mutation. */
static uint64_t
line_of(const Lines *lines, bool guard, int32_t index)
{
    for (size_t i = 0; i < lines->count; i++) {
        if (lines->items[i]->guard == guard && index-- == 0) {
            return lines->numbers[i];
        }
    }
    return 0;
}

static void
report_batch(CliCall *call, const Lines *lines, const LarderBatchResult *result)
{
    CliReport report = cli_report_begin(call);
    cli_report_boolean(&report, "applied", result->applied);
    if (result->applied) {
        cli_report_integer(&report, "version", result->version);
    } else {
        bool guard = result->failed_guard >= 0;
        int32_t index = guard ? result->failed_guard : result->failed_mutation;
        cli_report_text(&report, "reason",
                        base_slice_text(larder_not_applied_name((int32_t)result->reason)));
        cli_report_integer(&report, "line", (int64_t)line_of(lines, guard, index));
        cli_report_integer(&report, "current_version", result->current_version);
    }
    if (result->has_current_value) {
        cli_report_bytes(&report, "current_value", result->current_value);
    }
    if (call->json) {
        cli_json_writer_begin_list(&report.json, "numbers");
        for (size_t i = 0; i < result->numbers.count; i++) {
            cli_json_writer_integer(&report.json, NULL, result->numbers.items[i]);
        }
        cli_json_writer_end_list(&report.json);
    }
    for (size_t i = 0; i < result->numbers.count && !call->json; i++) {
        cli_report_integer(&report, "number", result->numbers.items[i]);
    }
    if (result->replayed) {
        cli_report_boolean(&report, "replayed", true);
    }
    cli_report_end(&report);
}

/* Sends all lines as one batch. */
static CliStatus
send_batch(Lines *lines)
{
    CliCall *call = lines->call;
    CliWriteOptions common;
    LarderGuard *guards = calloc(lines->count + 1, sizeof *guards);
    LarderMutation *mutations = calloc(lines->count + 1, sizeof *mutations);
    size_t guard_count = 0;
    size_t mutation_count = 0;
    LarderReply *reply = NULL;
    if (sort_lines(lines, guards, mutations, &guard_count, &mutation_count) &&
        cli_write_options(call, &common)) {
        LarderBatchOptions options = {
            .has_deadline_ms = common.has_deadline_ms,
            .deadline_ms = common.deadline_ms,
            .has_guards = guard_count != 0,
            .guards = {guards, guard_count},
            .has_durability = common.has_durability,
            .durability = common.durability,
            .fence = common.has_fence ? &common.fence : NULL,
            .has_request_id = common.has_request_id,
            .request_id = common.request_id,
            .has_return_current = common.has_return_current,
            .return_current = common.return_current,
        };
        LarderBatchArguments arguments = {
            cli_call_store(call), {mutations, mutation_count}, &options};
        reply = cli_call_data(call, LARDER_METHOD_BATCH, &arguments);
    }
    CliStatus status = call->status;
    if (reply != NULL) {
        report_batch(call, lines, reply->as.batch);
        status = reply->as.batch->applied ? CLI_OK : CLI_NEGATIVE;
    }
    larder_reply_free(reply);
    free(guards);
    free(mutations);
    return status;
}

CliStatus
cli_run_batch(CliCall *call)
{
    Lines lines = {.call = call, .path = cli_call_argument(call, 0)};
    bool end = false;
    CliStatus status = CLI_FILE;
    if (!open_lines(&lines) || !read_lines(&lines, BATCH_LINES_MAX, SIZE_MAX, SIZE_MAX, &end)) {
        status = call->status;
    } else if (!end) {
        (void)cli_call_problem(call, CLI_FILE, "%s: more than %d lines; bulk takes any number",
                               lines.path, BATCH_LINES_MAX);
    } else {
        status = send_batch(&lines);
    }
    close_lines(&lines);
    return status;
}

/* One that was not applied, as JSON. */
static void
report_item(CliCall *call, uint64_t line, const LarderBulkItem *item)
{
    CliReport report = cli_report_begin(call);
    cli_report_integer(&report, "line", (int64_t)line);
    cli_report_boolean(&report, "applied", false);
    cli_report_text(&report, "reason",
                    base_slice_text(larder_not_applied_name((int32_t)item->reason)));
    cli_report_integer(&report, "current_version", item->current_version);
    cli_report_end(&report);
}

/* Sends the first lines as one call. */
static bool
send_bulk(Lines *lines, size_t count, const LarderBulkWriteOptions *options, Totals *totals)
{
    CliCall *call = lines->call;
    LarderMutation *mutations = calloc(count + 1, sizeof *mutations);
    if (mutations == NULL) {
        return cli_call_problem(call, CLI_NO_MEMORY, "there is no memory");
    }
    for (size_t i = 0; i < count; i++) {
        mutations[i] = lines->items[i]->mutation;
        if (lines->items[i]->guard) {
            free(mutations);
            return cli_call_problem(call, CLI_FILE, "%s: line %" PRIu64 ": a bulk has no guards",
                                    lines->path, lines->numbers[i]);
        }
    }
    LarderBulkWriteArguments arguments = {cli_call_store(call), {mutations, count}, options};
    LarderReply *reply = cli_call_data(call, LARDER_METHOD_BULK_WRITE, &arguments);
    free(mutations);
    if (reply == NULL) {
        cli_call_note(call, "that were lines %" PRIu64 " to %" PRIu64 " of %s", lines->numbers[0],
                      lines->numbers[count - 1], lines->path);
        return false;
    }
    const LarderBulkWriteResult *result = reply->as.bulk_write;
    totals->sent += (int64_t)count;
    totals->applied += result->applied_count;
    totals->not_applied += (int64_t)count - result->applied_count;
    for (size_t i = 0; i < result->items.count && i < count && call->json; i++) {
        if (!result->items.items[i].applied) {
            report_item(call, lines->numbers[i], &result->items.items[i]);
        }
    }
    larder_reply_free(reply);
    return true;
}

/* Reads and sends all lines. A last line that makes a call too large is left for the next one. */
static bool
send_all(Lines *lines, const CliFacts *facts, const LarderBulkWriteOptions *options, Totals *totals)
{
    size_t room = cli_facts_room(facts);
    size_t items =
        facts->bulk_write_items < BULK_LINES ? (size_t)facts->bulk_write_items : BULK_LINES;
    size_t bytes = room < BULK_BYTES ? room : BULK_BYTES;
    bool end = false;
    bool good = true;
    while (good && (!end || lines->count > 0)) {
        good = read_lines(lines, items, bytes, (size_t)facts->range_removes, &end);
        size_t count = lines->bytes > room && lines->count > 1 ? lines->count - 1 : lines->count;
        good = good && (count == 0 || send_bulk(lines, count, options, totals)) &&
               cli_call_flush(lines->call);
        forget_lines(lines, count);
    }
    return good;
}

CliStatus
cli_run_bulk(CliCall *call)
{
    Lines lines = {.call = call, .path = cli_call_argument(call, 0)};
    CliWriteOptions common;
    CliFacts facts;
    Totals totals = {0};
    if (cli_call_has(call, CLI_OPTION_REQUEST_ID)) {
        (void)cli_call_problem(call, CLI_USAGE,
                               "bulk: one request id cannot go with many calls; batch takes one");
        return call->status;
    }
    bool good =
        open_lines(&lines) && cli_write_options(call, &common) && cli_facts_ask(call, &facts);
    LarderBulkWriteOptions options = {0};
    if (good) {
        options.has_deadline_ms = common.has_deadline_ms;
        options.deadline_ms = common.deadline_ms;
        options.has_durability = common.has_durability;
        options.durability = common.durability;
        options.fence = common.has_fence ? &common.fence : NULL;
        good = send_all(&lines, &facts, &options, &totals);
    }
    if (good || totals.sent > 0) {
        CliReport report = cli_report_begin(call);
        cli_report_count(&report, "mutations", totals.sent);
        cli_report_count(&report, "applied", totals.applied);
        cli_report_count(&report, "not_applied", totals.not_applied);
        cli_report_end(&report);
    }
    close_lines(&lines);
    return !good ? call->status : totals.not_applied == 0 ? CLI_OK : CLI_NEGATIVE;
}
