/*
 * call.h: one call from its beginning to its reply, over all tries.
 *
 * What clients and channels have in common: the times of a call, its bytes, what is decided after a
 * try, and the finished reply with its trace. They differ in how they wait, which is theirs.
 *
 *   client_call_begin(&call, ...);
 *   for each try: send call's bytes; the reply is client_call_decode(), or made by outcome.h;
 *       client_call_decide() says whether there is another one;
 *   reply = client_call_finish(&call, ...);
 *
 * Threading: one owner at a time.
 */
#ifndef LARDER_SERVICE_CLIENT_CALL_H
#define LARDER_SERVICE_CLIENT_CALL_H

#include "engine/base/buf.h"
#include "service/client/settings.h"
#include "service/wire/tape.h"

typedef struct ClientCall {
    const ClientMethod *method;
    LarderMethod number;
    ClientSafety safety;
    int32_t seqid;   /* that the reply must bear */
    bool unsendable; /* it cannot be encoded, so there is no try to count */
    int64_t started_us;
    int64_t deadline_us; /* of all tries together */
    size_t request_bytes;
    size_t reply_bytes; /* of the last reply; 0: none came */
    ClientRetryState retry;
} ClientCall;

/* Starts the clock. REQUIRES: the method exists. */
void client_call_begin(ClientCall *call, const ClientSettings *settings, LarderMethod number,
                       const void *arguments, int64_t now_us);

/* Appends the bytes of the call. NULL: done; else the reply that says why that is not possible. */
LarderReply *client_call_encode(ClientCall *call, const ClientSettings *settings,
                                const void *arguments, BaseBuf *out);

/*
 * The reply that a message is. *ret_intact: the connection that it came from can be used further.
 * Never NULL.
 */
LarderReply *client_call_decode(ClientCall *call, const ClientSettings *settings, BaseSlice message,
                                WireTape *tape, bool *ret_intact);

/* What follows a try that ended with `reply`, as client_retry_decide(). */
ClientRetryVerdict client_call_decide(ClientCall *call, const ClientSettings *settings,
                                      const LarderReply *reply, ClientRetryBudget *budget,
                                      BaseRand *rand, int64_t now_us, int64_t *ret_pause_us);

/* Completes the last reply, or replaces it by one that settles the call. Never NULL. */
LarderReply *client_call_finish(ClientCall *call, LarderReply *reply, int64_t now_us);

/* What a trace says beside the call and its reply. */
typedef struct ClientCallKeys {
    LarderBytes store;
    LarderBytes key;
} ClientCallKeys;

/* Calls the trace hook, if there is one. */
void client_call_trace(const ClientCall *call, const ClientSettings *settings,
                       const LarderReply *reply, ClientCallKeys keys);

#endif
