/*
 * call.c: one call over all its tries. See call.h.
 */
#include "service/client/call.h"

#include "service/client/arguments.h"
#include "service/client/decode.h"
#include "service/client/encode.h"
#include "service/client/outcome.h"

void
client_call_begin(ClientCall *call, const ClientSettings *settings, LarderMethod number,
                  const void *arguments, int64_t now_us)
{
    const ClientMethod *method = client_schema_method(number);
    int64_t timeout_us = settings->timeout_us;
    int64_t deadline_ms = client_arguments_deadline_ms(method, arguments);
    if (deadline_ms > 0 && deadline_ms < timeout_us / 1000) {
        timeout_us = deadline_ms * 1000;
    }
    *call = (ClientCall){
        .method = method,
        .number = number,
        .safety = client_retry_safety(method, number, arguments, timeout_us),
        .started_us = now_us,
        .deadline_us = now_us + timeout_us,
    };
}

LarderReply *
client_call_encode(ClientCall *call, const ClientSettings *settings, const void *arguments,
                   BaseBuf *out)
{
    size_t before = out->len;
    WireCode code = client_encode_call(out, settings->format, call->seqid, call->number, arguments);
    if (code == WIRE_OK) {
        call->request_bytes = out->len - before;
        return NULL;
    }
    call->unsendable = true;
    if (code == WIRE_NO_MEMORY) {
        return client_outcome_reply(call->number, LARDER_NO_MEMORY, "no memory for the call");
    }
    const ClientFlaw flaw = {
        .code = LARDER_INVALID_CODE_BAD_ARGUMENT,
        .field = "arguments",
        .what = "longer than the frames that any server takes",
    };
    return client_outcome_invalid(call->number, &flaw);
}

LarderReply *
client_call_decode(ClientCall *call, const ClientSettings *settings, BaseSlice message,
                   WireTape *tape, bool *ret_intact)
{
    *ret_intact = true;
    call->reply_bytes = message.len;
    LarderReply *reply = client_decode_reply(message, &settings->limits, call->number, call->seqid,
                                             tape, ret_intact);
    if (reply == NULL) {
        return client_outcome_reply(call->number, LARDER_NO_MEMORY, "no memory for the reply");
    }
    return reply;
}

ClientRetryVerdict
client_call_decide(ClientCall *call, const ClientSettings *settings, const LarderReply *reply,
                   ClientRetryBudget *budget, BaseRand *rand, int64_t now_us, int64_t *ret_pause_us)
{
    if (call->unsendable) {
        return CLIENT_RETRY_FINAL;
    }
    ClientRetryEnd end = {
        .outcome = reply->outcome,
        .in_part = call->number == LARDER_METHOD_BULK_WRITE,
        .left_us = call->deadline_us - now_us,
    };
    if (reply->outcome == LARDER_REFUSED) {
        int64_t wait_ms = reply->exception.refused->retry_after_ms;
        int64_t longest_ms = settings->timeout_us / 1000 + 1;
        wait_ms = wait_ms < 0 ? 0 : wait_ms;
        end.retry_after_us = 1000 * (wait_ms < longest_ms ? wait_ms : longest_ms);
    }
    return client_retry_decide(&settings->retry, call->safety, &end, &call->retry, budget, rand,
                               ret_pause_us);
}

LarderReply *
client_call_finish(ClientCall *call, LarderReply *reply, int64_t now_us)
{
    LarderOutcome outcome = client_retry_settle(&call->retry, reply->outcome);
    if (outcome != reply->outcome) {
        LarderReply *settled = client_outcome_reply(
            call->number, outcome, "a try got no certain answer, and the last one was %s: %.*s",
            larder_outcome_name(reply->outcome), (int)reply->message.size, reply->message.data);
        larder_reply_free(reply);
        reply = settled;
    }
    if (!client_outcome_is_constant(reply)) {
        bool first_answer = call->safety == CLIENT_SAFETY_IDENTIFIED && outcome == LARDER_OK;
        reply->attempts = call->retry.attempts;
        reply->uncertain = call->retry.uncertain && !first_answer;
        reply->duration_us = now_us - call->started_us;
    }
    return reply;
}

void
client_call_trace(const ClientCall *call, const ClientSettings *settings, const LarderReply *reply,
                  ClientCallKeys keys)
{
    if (settings->trace == NULL) {
        return;
    }
    const LarderTrace trace = {
        .method = call->number,
        .method_name = (const char *)call->method->name.data,
        .store = keys.store,
        .key = keys.key,
        .outcome = reply->outcome,
        .code = reply->code,
        .attempts = reply->attempts,
        .duration_us = reply->duration_us,
        .request_bytes = call->request_bytes,
        .reply_bytes = call->reply_bytes,
        .address = settings->address_text,
    };
    settings->trace(settings->trace_context, &trace);
}
