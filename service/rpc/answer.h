/*
 * answer.h: answers that both lanes give without generated code, in the same words.
 *
 * Each writes one whole reply behind what is in `out`, or nothing when not even that fits; then the
 * connection has to close.
 *
 * Threading: none of its own.
 */
#ifndef LARDER_SERVICE_RPC_ANSWER_H
#define LARDER_SERVICE_RPC_ANSWER_H

#include "service/rpc/lane.h"
#include "service/store/error.h"
#include "service/wire/reply.h"

/* One of the five exceptions. */
RpcVerdict rpc_answer_exception(BaseBuf *out, const WireMessage *message,
                                const WireException *exception);

/* What the store said. REQUIRES: its kind is not WOULD_BLOCK. */
RpcVerdict rpc_answer_error(BaseBuf *out, const WireMessage *message, const StoreError *error);

/* The server has no memory, and nothing happened. */
RpcVerdict rpc_answer_no_memory(BaseBuf *out, const WireMessage *message);

/*
 * The call was executed, and its reply cannot be given, for `code`: it is over reply_bytes_max, or
 * memory is short. `wrote`: the call may have changed something.
 */
RpcVerdict rpc_answer_lost(BaseBuf *out, const WireMessage *message, bool wrote, WireCode code,
                           size_t reply_bytes_max);

#endif
