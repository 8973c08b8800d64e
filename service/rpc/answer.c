/*
 * answer.c: exceptions straight to bytes. See answer.h.
 *
 * A reply that cannot be given is told apart by what the method may have done: nothing was lost
 * when it only reads, so the caller is told to ask for less; a method that writes has run, so the
 * answer is Indeterminate, never a refusal.
 */
#include "service/rpc/answer.h"

#include "engine/base/check.h"

#include <stdio.h>

RpcVerdict
rpc_answer_exception(BaseBuf *out, const WireMessage *message, const WireException *exception)
{
    static const ObsOutcome outcomes[] = {
        [WIRE_INVALID_REQUEST] = OBS_INVALID, [WIRE_NOT_HERE] = OBS_NOT_HERE,
        [WIRE_REFUSED] = OBS_REFUSED,         [WIRE_INDETERMINATE] = OBS_INDETERMINATE,
        [WIRE_FAILED] = OBS_FAILED,
    };
    bool written = wire_reply_exception(out, message, exception);
    return (RpcVerdict){
        .close = !written, .outcome = outcomes[exception->kind], .code = exception->code};
}

RpcVerdict
rpc_answer_error(BaseBuf *out, const WireMessage *message, const StoreError *error)
{
    BASE_INVARIANT(error->kind != STORE_ERROR_WOULD_BLOCK);
    WireException exception = {
        .kind = (WireExceptionKind)error->kind,
        .code = error->code,
        .message = base_slice_text(error->message),
    };
    if (error->kind == STORE_ERROR_INVALID) {
        exception.text = base_slice_text(error->field);
        exception.first = error->limit;
        exception.second = error->actual;
    } else if (error->kind == STORE_ERROR_REFUSED) {
        exception.text = base_slice_text(error->scope);
        exception.first = error->retry_after_ms;
    }
    return rpc_answer_exception(out, message, &exception);
}

RpcVerdict
rpc_answer_no_memory(BaseBuf *out, const WireMessage *message)
{
    WireException exception = {
        .kind = WIRE_REFUSED,
        .code = STORE_REFUSED_OVERLOAD,
        .message = BASE_SLICE_LITERAL("the server is short of memory"),
        .text = BASE_SLICE_LITERAL("server"),
    };
    return rpc_answer_exception(out, message, &exception);
}

RpcVerdict
rpc_answer_lost(BaseBuf *out, const WireMessage *message, bool wrote, WireCode code,
                size_t reply_bytes_max)
{
    char text[160];
    if (!wrote && code == WIRE_NO_MEMORY) {
        return rpc_answer_no_memory(out, message);
    }
    (void)snprintf(text, sizeof text,
                   wrote
                       ? "the call was executed, but its reply is over %zu bytes or memory is short"
                       : "the reply is over %zu bytes: ask for less at once",
                   reply_bytes_max);
    WireException exception = {
        .kind = wrote ? WIRE_INDETERMINATE : WIRE_INVALID_REQUEST,
        .code = wrote ? (int)STORE_INDETERMINATE_ENGINE_UNKNOWN : (int)STORE_INVALID_OVER_LIMIT,
        .message = base_slice_text(text),
        .first = wrote ? 0 : (int64_t)reply_bytes_max,
    };
    return rpc_answer_exception(out, message, &exception);
}
