/*
 * lane.c: parse, check, dispatch, and an honest answer whatever happens.
 *
 * The generated code is entered only with a message whose required arguments are all there with
 * their right types and whose names are valid text, because it tells neither apart from defaults.
 * What it writes goes through a WireWriter with the reply limit: either the whole reply is in `out`
 * afterwards or none of it, and then the lane says why in its place.
 *
 * Observers are asked between the checks and the generated code, and told in the very end. Without
 * any, a call pays the load of a pointer for them.
 *
 * Threading: one thread per lane; see lane.h.
 */
#include "service/rpc/lane.h"

#include "service/rpc/answer.h"
#include "service/rpc/methods.h"
#include "service/rpc/observer.h"
#include "service/wire/bridge.h"

#include <glib.h>

#include <stdio.h>
#include <stdlib.h>

/* Numbers of the IDL that the lane itself answers with. */
enum {
    INVALID_BAD_ARGUMENT = 1,
    FAILED_INTERNAL = 1,
};

/* Values of tape that a lane keeps between requests: 1 MiB. */
enum { TAPE_VALUES_KEPT = 65536 };

struct RpcLane {
    RpcContext *context;
    ThriftProcessor *processors[RPC_SERVICE_COUNT]; /* NULL: not served here */
    WireBridge *bridge;
    WireTape tape;
    ObsCall call; /* shared with the handlers */
};

/* One request on its way through the lane. */
typedef struct LaneTurn {
    RpcLane *lane;
    const RpcLimits *limits;
    const RpcCall *call;
    BaseBuf *out;
    WireMessage message;
    size_t row;              /* in rpc_methods; its end when there is no such method */
    const RpcMethod *method; /* NULL likewise */
    const RpcObserver *observers;
    RpcObserved seen; /* with observers, once there is a method */
    bool executed;    /* the handler has not turned the call down */
} LaneTurn;

BaseStatus
rpc_lane_new(RpcContext *context, const RpcService *services, size_t count, RpcLane **ret_lane)
{
    RpcLane *lane = calloc(1, sizeof *lane);
    if (lane == NULL) {
        return base_error(BASE_NO_MEMORY, "no memory for a lane");
    }
    lane->context = context;
    lane->bridge = wire_bridge_new();
    lane->tape = WIRE_TAPE_INIT;
    for (size_t i = 0; i < count; i++) {
        lane->processors[services[i].id] = services[i].processor_new(services[i].user, &lane->call);
    }
    *ret_lane = lane;
    return base_ok();
}

void
rpc_lane_free(RpcLane *lane)
{
    if (lane == NULL) {
        return;
    }
    for (size_t i = 0; i < RPC_SERVICE_COUNT; i++) {
        if (lane->processors[i] != NULL) {
            g_object_unref(lane->processors[i]);
        }
    }
    g_object_unref(lane->bridge);
    wire_tape_clear(&lane->tape);
    free(lane);
}

/* ----------------------------------------------------------------------------------- answers -- */

/* `field` may be "": the fault is somewhere within an argument. */
static RpcVerdict
answer_bad_argument(LaneTurn *turn, const char *field, const char *fault)
{
    char message[160];
    snprintf(message, sizeof message, "%s%s%s", field, field[0] == '\0' ? "" : ": ", fault);
    WireException exception = {
        .kind = WIRE_INVALID_REQUEST,
        .code = INVALID_BAD_ARGUMENT,
        .message = base_slice_text(message),
        .text = base_slice_text(field),
    };
    return rpc_answer_exception(turn->out, &turn->message, &exception);
}

/* Answers a message that is at fault itself. */
static RpcVerdict
answer_protocol(LaneTurn *turn, WireApplicationCode code, const char *text, bool stay)
{
    bool written =
        wire_reply_application_error(turn->out, &turn->message, code, base_slice_text(text));
    return (RpcVerdict){.close = !stay || !written, .outcome = OBS_PROTOCOL};
}

static RpcVerdict
answer_malformed(LaneTurn *turn, WireError error)
{
    char text[128];
    if (!turn->message.header) {
        return (RpcVerdict){.close = true, .outcome = OBS_PROTOCOL};
    }
    if (error.code == WIRE_NO_MEMORY) {
        return rpc_answer_no_memory(turn->out, &turn->message);
    }
    snprintf(text, sizeof text, "malformed request: %s (at byte %zu)",
             wire_format_explain(error.code), error.offset);
    return answer_protocol(turn, WIRE_APPLICATION_PROTOCOL_ERROR, text, false);
}

/* ------------------------------------------------------------------------------------ checks -- */

/* The row of the method among the services of this lane. */
static void
find_method(LaneTurn *turn)
{
    turn->row = rpc_methods_count();
    turn->method = NULL;
    for (unsigned id = 0; id < RPC_SERVICE_COUNT && turn->method == NULL; id++) {
        if (turn->lane->processors[id] == NULL) {
            continue;
        }
        size_t row = rpc_methods_find((RpcServiceId)id, turn->message.method);
        if (row < rpc_methods_count()) {
            turn->row = row;
            turn->method = rpc_methods_at(row);
        }
    }
}

/* Why an argument cannot be used; NULL: it can. */
static const char *
argument_fault(const LaneTurn *turn, const RpcArgument *argument)
{
    const WireTape *tape = &turn->lane->tape;
    const WireValue *value =
        wire_tape_field(turn->message.arguments, argument->id, (WireType)argument->type);
    if (value == NULL) {
        return argument->required ? "the argument is missing or has another type" : NULL;
    }
    if (argument->type == WIRE_LIST && value->count != 0 &&
        wire_tape_element_type(value) != rpc_methods_element(argument)) {
        return "the elements of a list argument have another type";
    }
    if (argument->type == WIRE_BYTES && rpc_methods_is_name(argument)) {
        BaseSlice text = wire_tape_bytes(tape, value);
        if (!g_utf8_validate_len((const char *)text.data, text.len, NULL)) {
            return "a name is not UTF-8 or has a NUL byte in it";
        }
    }
    return NULL;
}

/* ---------------------------------------------------------------------------------- dispatch -- */

/* The generated code gave up. */
static RpcVerdict
answer_gave_up(LaneTurn *turn, WireCode code)
{
    if (code == WIRE_TOO_LONG || code == WIRE_NO_MEMORY) {
        return rpc_answer_lost(turn->out, &turn->message, rpc_methods_writes(turn->method), code,
                               turn->limits->reply_bytes_max);
    }
    if (code == WIRE_BAD_TEXT || code == WIRE_BAD_TYPE) {
        return answer_bad_argument(turn, "",
                                   code == WIRE_BAD_TEXT
                                       ? "a text within an argument is not UTF-8 or has a NUL in it"
                                       : "a value within an argument has another type");
    }
    WireException exception = {
        .kind = WIRE_FAILED,
        .code = FAILED_INTERNAL,
        .message = BASE_SLICE_LITERAL("the request could not be processed"),
    };
    return rpc_answer_exception(turn->out, &turn->message, &exception);
}

static RpcVerdict
dispatch(LaneTurn *turn)
{
    RpcLane *lane = turn->lane;
    ThriftProtocol *protocol = wire_bridge_protocol(lane->bridge);
    WireWriter writer;
    GError *error = NULL;
    wire_writer_begin(&writer, turn->out, turn->message.format, turn->limits->reply_bytes_max);
    wire_bridge_read_from(lane->bridge, &lane->tape, &turn->message);
    wire_bridge_write_to(lane->bridge, &writer);
    bool done = thrift_processor_process(lane->processors[turn->method->service], protocol,
                                         protocol, &error) != FALSE;
    WireCode code = wire_bridge_code(lane->bridge);
    if (code == WIRE_OK) {
        code = writer.code;
    }
    wire_bridge_reset(lane->bridge);
    g_clear_error(&error);
    if (done && wire_writer_finish(&writer)) {
        return (RpcVerdict){.outcome = lane->call.outcome, .code = lane->call.code};
    }
    if (done) {
        code = writer.code;
    } else {
        wire_writer_rollback(&writer);
    }
    return answer_gave_up(turn, code);
}

/* -------------------------------------------------------------------------------- observers -- */

/* Whether a handler that answered like this did what it was asked for, or may have. */
static bool
was_executed(ObsOutcome outcome)
{
    return outcome == OBS_OK || outcome == OBS_INDETERMINATE || outcome == OBS_FAILED;
}

/* Takes the reply back and does with it what an observer demands. */
static RpcVerdict
obey(LaneTurn *turn, const RpcDemand *demand, size_t before, RpcVerdict verdict)
{
    BaseBuf *out = turn->out;
    if (demand->throws) {
        out->len = before;
        verdict = rpc_answer_exception(out, &turn->message, &demand->exception);
    }
    if (demand->fate == RPC_REPLY_LOST) {
        out->len = before;
    } else if (demand->fate == RPC_REPLY_HALVED) {
        out->len = before + (out->len - before) / 2;
    }
    verdict.close = verdict.close || demand->close;
    return verdict;
}

static RpcVerdict
dispatch_observed(LaneTurn *turn)
{
    size_t before = turn->out->len;
    RpcVerdict verdict = {.outcome = OBS_OK};
    RpcDemand demand = rpc_observer_before(turn->observers, &turn->seen);
    if (!demand.skip) {
        verdict = dispatch(turn);
        turn->executed = was_executed(verdict.outcome);
    }
    return obey(turn, &demand, before, verdict);
}

/* Notes the call for the observers. */
static void
look(LaneTurn *turn)
{
    const RpcCall *call = turn->call;
    turn->seen = (RpcObserved){
        .peer = turn->lane->call.peer,
        .arrival_us = call->arrival_us,
        .start_us = base_clock_monotonic_us(turn->lane->context->clock),
        .request_bytes = call->input.len,
    };
    rpc_observer_look(turn->method, &turn->message, &turn->lane->tape, &turn->seen);
}

static void
tell(const LaneTurn *turn, const RpcVerdict *verdict, int64_t end_us, size_t reply_bytes)
{
    const RpcObservedEnd end = {
        .outcome = verdict->outcome,
        .code = verdict->code,
        .executed = turn->executed,
        .end_us = end_us,
        .reply_bytes = reply_bytes,
    };
    rpc_observer_after(turn->observers, &turn->seen, &end);
}

/* ---------------------------------------------------------------------------------- requests -- */

/* Parses the request and answers it. */
static RpcVerdict
execute(LaneTurn *turn)
{
    WireError error = {.code = WIRE_OK};
    RpcLane *lane = turn->lane;
    bool parsed = wire_parse_request(turn->call->input, turn->limits->wire, &lane->tape,
                                     &turn->message, &error);
    if (turn->message.header) {
        find_method(turn);
    }
    if (!parsed) {
        return answer_malformed(turn, error);
    }
    if (turn->message.type == WIRE_ONEWAY) {
        /* No method of ours is oneway; the peer speaks another contract and has to be told. */
        turn->message.type = WIRE_CALL;
        return answer_protocol(turn, WIRE_APPLICATION_INVALID_MESSAGE_TYPE,
                               "no method of this service is oneway", false);
    }
    if (turn->call->bad) {
        return answer_protocol(turn, WIRE_APPLICATION_PROTOCOL_ERROR, "malformed request", false);
    }
    if (turn->method == NULL) {
        return answer_protocol(turn, WIRE_APPLICATION_UNKNOWN_METHOD,
                               "no service on this listener has that method", true);
    }
    if (turn->observers != NULL) {
        look(turn);
    }
    for (const RpcArgument *argument = turn->method->arguments; argument->id != 0; argument++) {
        const char *fault = argument_fault(turn, argument);
        if (fault != NULL) {
            return answer_bad_argument(turn, argument->name, fault);
        }
    }
    lane->call.method = turn->method->name;
    return turn->observers == NULL ? dispatch(turn) : dispatch_observed(turn);
}

RpcVerdict
rpc_lane_call(RpcLane *lane, const RpcCall *call, BaseBuf *out)
{
    RpcContext *context = lane->context;
    LaneTurn turn = {
        .lane = lane,
        .limits = atomic_load_explicit(&context->limits, memory_order_acquire),
        .call = call,
        .out = out,
        .row = rpc_methods_count(),
        .observers = atomic_load_explicit(&context->observers, memory_order_acquire),
    };
    size_t before = out->len;
    lane->call = (ObsCall){
        .method = "",
        .peer = call->peer == NULL ? "" : call->peer,
        .arrival_us = call->arrival_us,
        .outcome = OBS_OK,
    };
    obs_registry_begin(context->obs, 1);
    RpcVerdict verdict = execute(&turn);
    int64_t end_us = base_clock_monotonic_us(context->clock);
    size_t reply_bytes = out->len - before;
    const ObsEnded ended = {.row = turn.row,
                            .outcome = verdict.outcome,
                            .us = end_us - call->arrival_us,
                            .store_series = lane->call.store_series,
                            .count = 1,
                            .begun = 1,
                            .request_bytes = call->input.len,
                            .reply_bytes = reply_bytes};
    obs_registry_ended(context->obs, &ended);
    if (turn.seen.method != NULL) {
        tell(&turn, &verdict, end_us, reply_bytes);
    }
    wire_tape_trim(&lane->tape, TAPE_VALUES_KEPT);
    return verdict;
}
