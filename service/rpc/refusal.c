/*
 * refusal.c: a Refused from nothing but a request's header.
 *
 * The parser reports the header of a message also when what follows is not acceptable. Allowed no
 * values at all, it stops right behind the header: the cost is the same for every request, however
 * long, and nothing is allocated.
 */
#include "service/rpc/refusal.h"

#include "service/rpc/methods.h"
#include "service/wire/reply.h"

/* Reads the header only. False: there is none. */
static bool
read_header(const RpcCall *call, const WireLimits *limits, WireMessage *ret_message)
{
    WireTape tape = WIRE_TAPE_INIT;
    WireLimits door = *limits;
    WireError error;
    door.values_max = 0;
    wire_parse_request(call->input, &door, &tape, ret_message, &error);
    wire_tape_clear(&tape);
    return ret_message->header;
}

/* The row of a method of any service; their names differ. */
static size_t
find_row(BaseSlice method)
{
    size_t row = rpc_methods_count();
    for (int id = 0; id < RPC_SERVICE_COUNT && row == rpc_methods_count(); id++) {
        row = rpc_methods_find((RpcServiceId)id, method);
    }
    return row;
}

static RpcVerdict
answer(const WireMessage *message, bool bad, const RpcRefusal *refusal, BaseBuf *out)
{
    if (message->type == WIRE_ONEWAY) {
        return (RpcVerdict){.close = true, .outcome = OBS_PROTOCOL};
    }
    if (bad) {
        wire_reply_application_error(out, message, WIRE_APPLICATION_PROTOCOL_ERROR,
                                     BASE_SLICE_LITERAL("malformed request"));
        return (RpcVerdict){.close = true, .outcome = OBS_PROTOCOL};
    }
    WireException exception = {
        .kind = WIRE_REFUSED,
        .code = (int32_t)refusal->code,
        .message = base_slice_text(refusal->message),
        .text = base_slice_text(refusal->scope),
        .first = refusal->retry_after_ms,
    };
    bool written = wire_reply_exception(out, message, &exception);
    return (RpcVerdict){.close = !written, .outcome = OBS_REFUSED};
}

RpcVerdict
rpc_refusal_answer(const RpcContext *context, const RpcCall *call, const RpcRefusal *refusal,
                   BaseBuf *out)
{
    const RpcLimits *limits = atomic_load_explicit(&context->limits, memory_order_acquire);
    RpcVerdict verdict = {.close = true, .outcome = OBS_PROTOCOL};
    size_t row = rpc_methods_count();
    WireMessage message;
    if (read_header(call, limits->wire, &message)) {
        row = find_row(message.method);
        verdict = answer(&message, call->bad, refusal, out);
    }
    int64_t took_us = base_clock_monotonic_us(context->clock) - call->arrival_us;
    obs_registry_turned_away(context->obs, row, verdict.outcome, took_us);
    return verdict;
}
