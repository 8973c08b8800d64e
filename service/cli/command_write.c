/*
 * command_write.c: put, remove, touch, incr and append.
 */
#include "service/cli/command_run.h"

#include "service/cli/call.h"
#include "service/cli/number.h"
#include "service/cli/report.h"
#include "service/cli/write_options.h"

#include <inttypes.h>

/* The options that put, remove, touch, increment and append have in common. */
#define COMMON_OPTIONS(common)                                                        \
    .has_deadline_ms = (common).has_deadline_ms, .deadline_ms = (common).deadline_ms, \
    .condition = (common).has_condition ? &(common).condition : NULL,                 \
    .has_durability = (common).has_durability, .durability = (common).durability,     \
    .fence = (common).has_fence ? &(common).fence : NULL,                             \
    .has_request_id = (common).has_request_id, .request_id = (common).request_id,     \
    .has_return_current = (common).has_return_current, .return_current = (common).return_current

#define EXPIRY_OPTION(common) .expiry = (common).has_expiry ? &(common).expiry : NULL

/* What the results of all of them have in common. */
typedef struct Outcome {
    bool applied;
    int64_t version;
    LarderNotApplied reason;
    int64_t current_version;
    bool has_current_value;
    LarderBytes current_value;
    int64_t expires_at_ms;
    bool replayed;
    bool uncertain;
} Outcome;

#define OUTCOME(result, reply)                                                                    \
    ((Outcome){(result)->applied, (result)->version, (result)->reason, (result)->current_version, \
               (result)->has_current_value, (result)->current_value, (result)->expires_at_ms,     \
               (result)->replayed, (reply)->uncertain})

/* A number that a result has besides, for JSON. */
typedef struct Extra {
    const char *name; /* NULL: none */
    int64_t number;
} Extra;

static void
print_json(CliCall *call, const Outcome *outcome, const bool *existed, Extra extra)
{
    CliReport report = cli_report_begin(call);
    cli_report_boolean(&report, "applied", outcome->applied);
    if (outcome->applied) {
        cli_report_integer(&report, "version", outcome->version);
        cli_report_integer(&report, "expires_at_ms", outcome->expires_at_ms);
    } else {
        cli_report_text(&report, "reason",
                        base_slice_text(larder_not_applied_name((int32_t)outcome->reason)));
        cli_report_integer(&report, "current_version", outcome->current_version);
    }
    if (outcome->has_current_value) {
        cli_report_bytes(&report, "current_value", outcome->current_value);
    }
    if (existed != NULL) {
        cli_report_boolean(&report, "existed", *existed);
    }
    if (extra.name != NULL) {
        cli_report_integer(&report, extra.name, extra.number);
    }
    if (outcome->replayed) {
        cli_report_boolean(&report, "replayed", true);
    }
    if (outcome->uncertain) {
        cli_report_boolean(&report, "uncertain", true);
    }
    cli_report_end(&report);
}

/* Why a write was not applied, for people. */
static void
print_refusal(CliCall *call, const Outcome *outcome)
{
    static const char *const reasons[] = {
        [LARDER_NOT_APPLIED_WAS_APPLIED] = "for no known reason",
        [LARDER_NOT_APPLIED_CONDITION_FAILED] = "the condition does not hold",
        [LARDER_NOT_APPLIED_STALE_FENCE] = "the token of the fence is stale",
        [LARDER_NOT_APPLIED_KEY_ABSENT] = "there is no such key",
        [LARDER_NOT_APPLIED_NOT_A_COUNTER] = "the value is no counter",
        [LARDER_NOT_APPLIED_OUT_OF_RANGE] = "the sum would be out of range",
        [LARDER_NOT_APPLIED_TOO_LONG] = "the value would be too long",
    };
    size_t reason = (size_t)outcome->reason;
    const char *text = reason < sizeof reasons / sizeof reasons[0] ? reasons[reason] : reasons[0];
    BaseBuf version = BASE_BUF_INIT;
    if (outcome->current_version != 0) {
        (void)base_buf_printf(&version, "; its version is %" PRId64, outcome->current_version);
    }
    (void)cli_call_problem(call, CLI_NEGATIVE, "not applied: %s%.*s%s", text, (int)version.len,
                           (const char *)version.data, outcome->replayed ? " (replayed)" : "");
    base_buf_clear(&version);
    if (outcome->has_current_value) {
        cli_call_print_bytes(call, CLI_PLAIN, outcome->current_value);
        (void)base_buf_append(&call->text, "\n", call->out == CLI_RAW ? 0 : 1);
    }
}

/* Prints an outcome; `done` is what people see when it was applied, and is freed. */
static CliStatus
finish(CliCall *call, LarderReply *reply, const Outcome *outcome, const bool *existed, Extra extra,
       BaseBuf *done)
{
    if (call->json) {
        print_json(call, outcome, existed, extra);
    } else if (outcome->applied) {
        (void)base_buf_append_slice(&call->text, base_buf_slice(done));
        cli_call_print(call, "%s\n", outcome->replayed ? " (replayed)" : "");
    } else {
        print_refusal(call, outcome);
    }
    CliStatus status = outcome->applied ? CLI_OK : CLI_NEGATIVE;
    base_buf_clear(done);
    larder_reply_free(reply);
    return status;
}

/* "version 17, expires 2030-01-31T12:00:00Z". */
static void
describe(BaseBuf *into, const LarderWriteResult *result, const char *more)
{
    (void)base_buf_printf(into, "version %" PRId64, result->version);
    if (result->expires_at_ms != 0) {
        (void)base_buf_append(into, ", expires ", 10);
        (void)cli_number_print_time(result->expires_at_ms, into);
    }
    (void)base_buf_printf(into, "%s", more);
}

static CliStatus
finish_write(CliCall *call, LarderReply *reply, const LarderWriteResult *result, const char *more)
{
    BaseBuf done = BASE_BUF_INIT;
    Outcome outcome = OUTCOME(result, reply);
    bool existed = result->existed;
    describe(&done, result, more);
    return finish(call, reply, &outcome, result->has_existed ? &existed : NULL, (Extra){NULL, 0},
                  &done);
}

CliStatus
cli_run_put(CliCall *call)
{
    CliWriteOptions common;
    LarderPutArguments arguments = {.store = cli_call_store(call)};
    if (!cli_call_bytes(call, "KEY", cli_call_argument(call, 0), &arguments.key) ||
        !cli_call_value(call, cli_call_argument(call, 1), &arguments.value) ||
        !cli_write_options(call, &common)) {
        return call->status;
    }
    LarderPutOptions options = {COMMON_OPTIONS(common), EXPIRY_OPTION(common),
                                .has_want_existed = cli_call_has(call, CLI_OPTION_EXISTED),
                                .want_existed = true};
    arguments.options = &options;
    LarderReply *reply = cli_call_data(call, LARDER_METHOD_PUT, &arguments);
    if (reply == NULL) {
        return call->status;
    }
    const LarderWriteResult *result = reply->as.put;
    const char *more = !result->has_existed ? ""
                       : result->existed    ? "; it was there"
                                            : "; it is new";
    return finish_write(call, reply, result, more);
}

CliStatus
cli_run_remove(CliCall *call)
{
    CliWriteOptions common;
    LarderRemoveArguments arguments = {.store = cli_call_store(call)};
    if (!cli_call_bytes(call, "KEY", cli_call_argument(call, 0), &arguments.key) ||
        !cli_write_options(call, &common)) {
        return call->status;
    }
    LarderRemoveOptions options = {COMMON_OPTIONS(common),
                                   .has_want_existed = cli_call_has(call, CLI_OPTION_BLIND),
                                   .want_existed = false};
    arguments.options = &options;
    LarderReply *reply = cli_call_data(call, LARDER_METHOD_REMOVE, &arguments);
    if (reply == NULL) {
        return call->status;
    }
    const LarderWriteResult *result = reply->as.remove;
    bool missed = result->has_existed && !result->existed;
    return finish_write(call, reply, result, missed ? "; it was not there" : "");
}

CliStatus
cli_run_touch(CliCall *call)
{
    CliWriteOptions common;
    LarderTouchArguments arguments = {.store = cli_call_store(call)};
    if (!cli_call_bytes(call, "KEY", cli_call_argument(call, 0), &arguments.key) ||
        !cli_write_options(call, &common)) {
        return call->status;
    }
    if (!common.has_expiry) {
        (void)cli_call_problem(call, CLI_USAGE, "touch: one of --ttl, --expire-at and --no-ttl");
        return call->status;
    }
    LarderTouchOptions options = {COMMON_OPTIONS(common)};
    arguments.expiry = &common.expiry;
    arguments.options = &options;
    LarderReply *reply = cli_call_data(call, LARDER_METHOD_TOUCH, &arguments);
    return reply == NULL ? call->status : finish_write(call, reply, reply->as.touch, "");
}

CliStatus
cli_run_incr(CliCall *call)
{
    const CliOptionValue *values = call->options->values;
    const char *delta = cli_call_argument(call, 1);
    CliWriteOptions common;
    LarderIncrementArguments arguments = {.store = cli_call_store(call), .delta = 1};
    if (delta != NULL && !cli_number_integer(delta, &arguments.delta)) {
        (void)cli_call_problem(call, CLI_USAGE, "incr: DELTA %s is no whole number of 64 bits",
                               delta);
        return call->status;
    }
    if (!cli_call_bytes(call, "KEY", cli_call_argument(call, 0), &arguments.key) ||
        !cli_write_options(call, &common)) {
        return call->status;
    }
    LarderIncrementOptions options = {
        COMMON_OPTIONS(common),
        EXPIRY_OPTION(common),
        .has_initial = values[CLI_OPTION_INITIAL].set,
        .initial = values[CLI_OPTION_INITIAL].number,
        .has_lowest = values[CLI_OPTION_LOWEST].set,
        .lowest = values[CLI_OPTION_LOWEST].number,
        .has_highest = values[CLI_OPTION_HIGHEST].set,
        .highest = values[CLI_OPTION_HIGHEST].number,
    };
    arguments.options = &options;
    LarderReply *reply = cli_call_data(call, LARDER_METHOD_INCREMENT, &arguments);
    if (reply == NULL) {
        return call->status;
    }
    const LarderIncrementResult *result = reply->as.increment;
    BaseBuf done = BASE_BUF_INIT;
    Outcome outcome = OUTCOME(result, reply);
    (void)base_buf_printf(&done, "%" PRId64, result->number);
    return finish(call, reply, &outcome, NULL, (Extra){"number", result->number}, &done);
}

CliStatus
cli_run_append(CliCall *call)
{
    const CliOptionValue *values = call->options->values;
    CliWriteOptions common;
    LarderAppendArguments arguments = {.store = cli_call_store(call)};
    if (!cli_call_bytes(call, "KEY", cli_call_argument(call, 0), &arguments.key) ||
        !cli_call_value(call, cli_call_argument(call, 1), &arguments.value) ||
        !cli_write_options(call, &common)) {
        return call->status;
    }
    LarderAppendOptions options = {
        COMMON_OPTIONS(common),
        EXPIRY_OPTION(common),
        .has_create = values[CLI_OPTION_NO_CREATE].set,
        .create = false,
        .has_max_length = values[CLI_OPTION_MAX_LENGTH].set,
        .max_length = values[CLI_OPTION_MAX_LENGTH].number,
    };
    arguments.options = &options;
    LarderReply *reply = cli_call_data(call, LARDER_METHOD_APPEND, &arguments);
    if (reply == NULL) {
        return call->status;
    }
    const LarderAppendResult *result = reply->as.append;
    BaseBuf done = BASE_BUF_INIT;
    Outcome outcome = OUTCOME(result, reply);
    (void)base_buf_printf(&done, "%" PRId64, result->length);
    return finish(call, reply, &outcome, NULL, (Extra){"length", result->length}, &done);
}
