/*
 * refusal.h: answers that need no lane.
 *
 * A reactor that cannot take a request answers it on the spot: the request's header is read, its
 * arguments are not looked at. Every method declares the five exceptions under the same ids, so
 * a Refused can be written without knowing the method.
 *
 * Threading: plain functions over the caller's memory; the context is only read. Nothing blocks.
 */
#ifndef LARDER_SERVICE_RPC_REFUSAL_H
#define LARDER_SERVICE_RPC_REFUSAL_H

#include "service/rpc/lane.h"

/* Numbers of RefusedCode in the IDL. */
typedef enum RpcRefusalCode {
    RPC_REFUSED_OVERLOAD = 1,
    RPC_REFUSED_DRAINING = 5,
    RPC_REFUSED_DEADLINE = 6,
    RPC_REFUSED_STARTING = 8,
} RpcRefusalCode;

typedef struct RpcRefusal {
    RpcRefusalCode code;
    const char *message;    /* for people */
    int64_t retry_after_ms; /* 0: cannot tell */
    const char *scope;      /* "server", "connection" */
} RpcRefusal;

/*
 * Appends the answer to `out` and counts it: Refused for a call; PROTOCOL_ERROR and close for bytes
 * that are none or when call->bad is set; close without an answer for a oneway message. When memory
 * is short `out` is as it was and the connection has to close.
 */
RpcVerdict rpc_refusal_answer(const RpcContext *context, const RpcCall *call,
                              const RpcRefusal *refusal, BaseBuf *out);

#endif
