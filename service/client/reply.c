/*
 * reply.c: sorts replies and reads the exceptions. See reply.h; results are read in result.c.
 *
 * A result struct holds exactly one field: 0 for success, 1 to 5 for the exceptions. Fields with
 * other ids cannot come from a server of this contract, so they make a reply malformed, not
 * future-proof.
 */
#include "service/client/reply.h"

/* Field ids of the exception structs that differ from kind to kind; 0: it has no such field. */
typedef struct ExceptionShape {
    int16_t subject;
    int16_t first;
    int16_t second;
} ExceptionShape;

static const ExceptionShape shapes[] = {
    [CLIENT_INVALID_REQUEST] = {4, 5, 6}, [CLIENT_NOT_HERE] = {5, 4, 6},
    [CLIENT_REFUSED] = {5, 4, 0},         [CLIENT_INDETERMINATE] = {4, 0, 0},
    [CLIENT_FAILED] = {0, 0, 0},
};

const char *
client_outcome_name(ClientOutcome outcome)
{
    static const char *const names[CLIENT_OUTCOME_COUNT] = {
        [CLIENT_SUCCESS] = "success",
        [CLIENT_INVALID_REQUEST] = "invalid_request",
        [CLIENT_NOT_HERE] = "not_here",
        [CLIENT_REFUSED] = "refused",
        [CLIENT_INDETERMINATE] = "indeterminate",
        [CLIENT_FAILED] = "failed",
        [CLIENT_APPLICATION_ERROR] = "application_error",
        [CLIENT_MALFORMED] = "malformed",
    };
    return (unsigned)outcome < CLIENT_OUTCOME_COUNT ? names[outcome] : "unknown";
}

static ClientOutcome
malformed(ClientReply *reply, const char *why)
{
    reply->outcome = CLIENT_MALFORMED;
    reply->success = NULL;
    reply->message = base_slice_text(why);
    return CLIENT_MALFORMED;
}

static BaseSlice
text_field(const WireTape *tape, const WireValue *structure, int16_t id)
{
    const WireValue *value = wire_tape_field(structure, id, WIRE_BYTES);
    return value == NULL ? BASE_SLICE_EMPTY : wire_tape_bytes(tape, value);
}

static int64_t
number_field(const WireValue *structure, int16_t id)
{
    const WireValue *value = wire_tape_field(structure, id, WIRE_I64);
    return value == NULL ? 0 : value->number;
}

static int32_t
code_field(const WireValue *structure, int16_t id)
{
    const WireValue *value = wire_tape_field(structure, id, WIRE_I32);
    return value == NULL ? 0 : (int32_t)value->number;
}

/* A TApplicationException: 1 is its message, 2 its type. */
static ClientOutcome
application_error(ClientReply *reply, const WireValue *exception)
{
    reply->outcome = CLIENT_APPLICATION_ERROR;
    reply->message = text_field(reply->tape, exception, 1);
    reply->code = code_field(exception, 2);
    return CLIENT_APPLICATION_ERROR;
}

static ClientOutcome
declared_exception(ClientReply *reply, const WireValue *exception)
{
    ExceptionShape shape = shapes[exception->id];
    reply->outcome = (ClientOutcome)exception->id;
    reply->code = code_field(exception, 1);
    reply->message = text_field(reply->tape, exception, 2);
    if (shape.subject != 0) {
        reply->subject = text_field(reply->tape, exception, shape.subject);
    }
    if (shape.first != 0) {
        reply->first = number_field(exception, shape.first);
    }
    if (shape.second != 0) {
        reply->second = number_field(exception, shape.second);
    }
    return reply->outcome;
}

static ClientOutcome
sort(ClientReply *reply, const WireValue *result)
{
    if (result->count != 1) {
        return malformed(reply, result->count == 0 ? "a reply without a result"
                                                   : "a reply with several results");
    }
    const WireValue *field = wire_tape_first(result);
    if (field->type != WIRE_STRUCT || field->id < 0 || field->id > CLIENT_FAILED) {
        return malformed(reply, "a reply with an unknown kind of result");
    }
    if (field->id != 0) {
        return declared_exception(reply, field);
    }
    reply->success = field;
    return CLIENT_SUCCESS;
}

ClientOutcome
client_reply_parse(BaseSlice message, const WireLimits *limits, const ClientExpected *expected,
                   WireTape *tape, ClientReply *ret_reply)
{
    WireMessage parsed;
    WireError error;
    *ret_reply = (ClientReply){.outcome = CLIENT_SUCCESS, .tape = tape};
    if (!wire_parse_reply(message, limits, tape, &parsed, &error)) {
        return malformed(ret_reply, wire_format_explain(error.code));
    }
    if (parsed.seqid != expected->seqid) {
        return malformed(ret_reply, "a reply with another sequence id than its request");
    }
    if (!base_slice_equal(parsed.method, expected->method)) {
        return malformed(ret_reply, "a reply to another method");
    }
    if (parsed.type == WIRE_EXCEPTION) {
        return application_error(ret_reply, parsed.arguments);
    }
    return sort(ret_reply, parsed.arguments);
}
