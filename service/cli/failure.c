/*
 * failure.c: what to tell about a call that did not succeed. See failure.h.
 */
#include "service/cli/failure.h"

#include "service/cli/escape.h"
#include "service/cli/json_writer.h"

#include <inttypes.h>

CliStatus
cli_failure_status(LarderOutcome outcome)
{
    switch (outcome) {
    case LARDER_OK:
        return CLI_OK;
    case LARDER_INVALID_REQUEST:
        return CLI_INVALID;
    case LARDER_NOT_HERE:
        return CLI_NOT_HERE;
    case LARDER_REFUSED:
        return CLI_REFUSED;
    case LARDER_INDETERMINATE:
        return CLI_INDETERMINATE;
    case LARDER_FAILED:
        return CLI_FAILED;
    case LARDER_UNREACHABLE:
        return CLI_UNREACHABLE;
    case LARDER_LOST:
        return CLI_LOST;
    case LARDER_PROTOCOL:
        return CLI_PROTOCOL;
    case LARDER_NO_MEMORY:
        return CLI_NO_MEMORY;
    case LARDER_CANCELLED:
        return CLI_INTERRUPTED;
    }
    return CLI_PROTOCOL;
}

/* The name of the code of an exception; NULL: it has none. */
static const char *
code_name(const LarderReply *reply)
{
    switch (reply->outcome) {
    case LARDER_INVALID_REQUEST:
        return larder_invalid_code_name(reply->code);
    case LARDER_NOT_HERE:
        return larder_not_here_code_name(reply->code);
    case LARDER_REFUSED:
        return larder_refused_code_name(reply->code);
    case LARDER_INDETERMINATE:
        return larder_indeterminate_code_name(reply->code);
    case LARDER_FAILED:
        return larder_failed_code_name(reply->code);
    default:
        return NULL;
    }
}

static BaseSlice
slice_of(LarderBytes bytes)
{
    return base_slice(bytes.data, bytes.size);
}

void
cli_failure_text(const LarderReply *reply, BaseBuf *into)
{
    const char *code = code_name(reply);
    for (const char *at = larder_outcome_name(reply->outcome); *at != '\0'; at++) {
        (void)base_buf_append_byte(into, *at == '_' ? ' ' : (uint8_t)*at);
    }
    if (code != NULL) {
        (void)base_buf_printf(into, " (%s)", code);
    }
    (void)base_buf_append(into, ": ", 2);
    (void)cli_escape_encode(CLI_ESCAPED, slice_of(reply->message), into);
    if (reply->outcome == LARDER_NOT_HERE && reply->exception.not_here->owner.size != 0) {
        (void)base_buf_append(into, "; the owner is ", 15);
        (void)cli_escape_encode(CLI_ESCAPED, slice_of(reply->exception.not_here->owner), into);
    }
    if (reply->outcome == LARDER_REFUSED && reply->exception.refused->retry_after_ms > 0) {
        (void)base_buf_printf(into, "; try again in %" PRId64 " ms",
                              reply->exception.refused->retry_after_ms);
    }
    if (reply->attempts > 1) {
        (void)base_buf_printf(into, " (after %d tries)", reply->attempts);
    }
}

static void
add_details(CliJsonWriter *json, LarderTextPairList details)
{
    if (details.count == 0) {
        return;
    }
    cli_json_writer_begin(json, "details");
    for (size_t i = 0; i < details.count; i++) {
        LarderBytes name = details.items[i].name; /* a NUL follows it */
        cli_json_writer_text(json, name.size == 0 ? "" : name.data,
                             slice_of(details.items[i].value));
    }
    cli_json_writer_end(json);
}

static void
add_exception(CliJsonWriter *json, const LarderReply *reply)
{
    LarderException exception = reply->exception;
    switch (reply->outcome) {
    case LARDER_INVALID_REQUEST:
        cli_json_writer_text(json, "field", slice_of(exception.invalid_request->field));
        cli_json_writer_integer(json, "limit", exception.invalid_request->limit);
        cli_json_writer_integer(json, "actual", exception.invalid_request->actual);
        add_details(json, exception.invalid_request->details);
        break;
    case LARDER_NOT_HERE:
        cli_json_writer_text(json, "owner", slice_of(exception.not_here->owner));
        cli_json_writer_integer(json, "epoch", exception.not_here->epoch);
        add_details(json, exception.not_here->details);
        break;
    case LARDER_REFUSED:
        cli_json_writer_integer(json, "retry_after_ms", exception.refused->retry_after_ms);
        cli_json_writer_text(json, "scope", slice_of(exception.refused->scope));
        add_details(json, exception.refused->details);
        break;
    case LARDER_INDETERMINATE:
        add_details(json, exception.indeterminate->details);
        break;
    case LARDER_FAILED:
        add_details(json, exception.failed->details);
        break;
    default:
        break;
    }
}

void
cli_failure_json(const LarderReply *reply, BaseBuf *into)
{
    static const char *const executed[] = {"no", "yes", "maybe"};
    CliJsonWriter json = cli_json_writer(into);
    const char *code = code_name(reply);
    cli_json_writer_begin(&json, NULL);
    cli_json_writer_begin(&json, "error");
    cli_json_writer_text(&json, "outcome", base_slice_text(larder_outcome_name(reply->outcome)));
    if (code != NULL) {
        cli_json_writer_text(&json, "code", base_slice_text(code));
    }
    cli_json_writer_text(&json, "message", slice_of(reply->message));
    cli_json_writer_text(&json, "executed",
                         base_slice_text(executed[larder_outcome_executed(reply->outcome)]));
    add_exception(&json, reply);
    cli_json_writer_integer(&json, "attempts", reply->attempts);
    cli_json_writer_end(&json);
    cli_json_writer_end(&json);
    (void)base_buf_append_byte(into, '\n');
}
