/*
 * decode.c: replies out of bytes. See decode.h, and usual_reply.h for those of hot calls.
 *
 * A reply's memory, in this order: the LarderReply, the struct of the result or exception, what
 * lies beside it, the copy of the message. Its size is known before it is taken.
 *
 * A result struct on the wire holds exactly one field: 0 for success, 1 to 5 for the exceptions.
 * Fields with other ids cannot come from a server of this contract, so they make a reply PROTOCOL,
 * not future-proof.
 */
#include "service/client/decode.h"

#include "service/client/structure.h"
#include "service/client/usual_reply.h"

/* Ids that all exceptions of the contract share, and those of a TApplicationException. */
enum {
    EXCEPTION_CODE = 1,
    EXCEPTION_MESSAGE = 2,
    APPLICATION_MESSAGE = 1,
    APPLICATION_TYPE = 2,
    APPLICATION_UNKNOWN_METHOD = 1,
};

/* A reply with the method set, followed by `more` bytes. NULL: no memory. */
static LarderReply *
reply_new(ClientRoom *room, LarderMethod method, LarderOutcome outcome, size_t more)
{
    LarderReply *reply = client_room_take(room, client_structure_block(sizeof *reply) + more);
    if (reply != NULL) {
        *reply = (LarderReply){.outcome = outcome, .method = method, .message = {"", 0}};
    }
    return reply;
}

static char *
behind(LarderReply *reply)
{
    return (char *)reply + client_structure_block(sizeof *reply);
}

/* `problem` lives as long as the program. */
static LarderReply *
protocol_reply(ClientRoom *room, LarderMethod method, const char *problem)
{
    LarderReply *reply = reply_new(room, method, LARDER_PROTOCOL, 0);
    if (reply != NULL) {
        reply->message = larder_text(problem);
    }
    return reply;
}

/* A TApplicationException: the server did not understand the call. */
static LarderReply *
application_reply(ClientRoom *room, LarderMethod method, const WireTape *tape,
                  const WireValue *exception, bool *ret_intact)
{
    const WireValue *text = wire_tape_field(exception, APPLICATION_MESSAGE, WIRE_BYTES);
    const WireValue *type = wire_tape_field(exception, APPLICATION_TYPE, WIRE_I32);
    BaseSlice message = text == NULL ? BASE_SLICE_EMPTY : wire_tape_bytes(tape, text);
    LarderReply *reply = reply_new(room, method, LARDER_PROTOCOL, message.len + 1);
    if (reply == NULL) {
        return NULL;
    }
    char *copy = behind(reply);
    if (message.len != 0) {
        memcpy(copy, message.data, message.len);
    }
    copy[message.len] = '\0';
    reply->message = larder_bytes(copy, message.len);
    reply->code = type == NULL ? 0 : (int32_t)type->number;
    *ret_intact = reply->code == APPLICATION_UNKNOWN_METHOD;
    return reply;
}

/* Sets what every exception has. */
static void
describe_exception(LarderReply *reply, const ClientStruct *structure, const WireValue *value)
{
    const WireValue *code = wire_tape_field(value, EXCEPTION_CODE, WIRE_I32);
    const char *memory = reply->exception.any;
    memcpy(&reply->message, memory + structure->fields[EXCEPTION_MESSAGE].offset,
           sizeof reply->message);
    reply->code = code == NULL ? 0 : (int32_t)code->number;
}

/* The reply with the one field of the result struct. */
static LarderReply *
declared_reply(ClientRoom *room, LarderMethod method, const WireTape *tape, const WireValue *value,
               bool *ret_intact)
{
    const ClientStruct *structure =
        value->id == 0 ? client_schema_methods[method].result : client_schema_exceptions[value->id];
    size_t own = client_structure_block(structure->size);
    size_t beside = client_structure_beside(structure, value);
    LarderReply *reply =
        reply_new(room, method, (LarderOutcome)value->id, own + beside + tape->message.len);
    if (reply == NULL) {
        return NULL;
    }
    char *memory = behind(reply);
    ClientSource source = {tape, memory + own + beside, memory + own};
    memcpy(source.message, tape->message.data, tape->message.len);
    if (!client_structure_read(&source, structure, value, memory)) {
        *ret_intact = false;
        reply->outcome = LARDER_PROTOCOL;
        reply->message = larder_text("a reply that does not follow the contract");
    } else if (value->id == 0) {
        reply->as.any = memory;
    } else {
        reply->exception.any = memory;
        describe_exception(reply, structure, value);
    }
    return reply;
}

/* What is wrong with the result struct; NULL: nothing. */
static const char *
result_problem(const WireValue *result)
{
    if (result->count != 1) {
        return result->count == 0 ? "a reply without a result" : "a reply with several results";
    }
    const WireValue *field = wire_tape_first(result);
    bool known =
        field->type == WIRE_STRUCT && field->id >= 0 && field->id <= CLIENT_EXCEPTION_COUNT;
    return known ? NULL : "a reply with an unknown kind of result";
}

static const char *
problem_of(const WireMessage *parsed, LarderMethod method, int32_t seqid)
{
    if (parsed->seqid != seqid) {
        return "a reply with another sequence id than its request";
    }
    if (!base_slice_equal(parsed->method, client_schema_methods[method].name)) {
        return "a reply to another method";
    }
    return parsed->type == WIRE_EXCEPTION ? NULL : result_problem(parsed->arguments);
}

LarderReply *
client_decode_parsed(ClientRoom *room, BaseSlice message, const WireLimits *limits,
                     LarderMethod method, int32_t seqid, WireTape *tape, bool *ret_intact)
{
    WireMessage parsed;
    WireError error;
    *ret_intact = false;
    if (!wire_parse_reply(message, limits, tape, &parsed, &error)) {
        return error.code == WIRE_NO_MEMORY
                   ? NULL
                   : protocol_reply(room, method, wire_format_explain(error.code));
    }
    const char *problem = problem_of(&parsed, method, seqid);
    if (problem != NULL) {
        return protocol_reply(room, method, problem);
    }
    *ret_intact = true;
    if (parsed.type == WIRE_EXCEPTION) {
        return application_reply(room, method, tape, parsed.arguments, ret_intact);
    }
    return declared_reply(room, method, tape, wire_tape_first(parsed.arguments), ret_intact);
}

LarderReply *
client_decode_into(ClientRoom *room, BaseSlice message, const WireLimits *limits,
                   LarderMethod method, int32_t seqid, WireTape *tape, bool *ret_intact)
{
    LarderReply *reply = client_usual_reply(room, message, limits, method, seqid);
    *ret_intact = true;
    return reply != NULL
               ? reply
               : client_decode_parsed(room, message, limits, method, seqid, tape, ret_intact);
}

LarderReply *
client_decode_reply(BaseSlice message, const WireLimits *limits, LarderMethod method, int32_t seqid,
                    WireTape *tape, bool *ret_intact)
{
    return client_decode_into(NULL, message, limits, method, seqid, tape, ret_intact);
}
