/*
 * lane.h: the generated lane: a request's bytes in, a reply's bytes out.
 *
 * A lane owns all that one worker thread needs to execute calls through the generated code: the
 * tape that a request is parsed onto, the bridge that feeds it to the generated processors, and
 * handler objects. Nothing of it is shared, so lanes run side by side without locks.
 *
 * What a request meets, in this order:
 *   1. bytes that are no request: TApplicationException PROTOCOL_ERROR if the header was readable,
 *      then close
 *   2. a oneway call: TApplicationException INVALID_MESSAGE_TYPE, then close
 *   3. a method that no service here has: TApplicationException UNKNOWN_METHOD
 *   4. an argument missing or of another type: InvalidRequest BAD_ARGUMENT, `field` names it
 *   5. a name that is not UTF-8 or has a NUL byte in it: the same
 *   6. the observers of the context (observer.h), which may take the call over
 *   7. the handler: its result, or one of the five exceptions
 *   8. a reply over reply_bytes_max: InvalidRequest OVER_LIMIT for a method that only reads, else
 *      Indeterminate, because what it did cannot be told
 *   9. no memory for the reply: Refused OVERLOAD or, as above, Indeterminate
 *
 * The reply is appended to `out`, in the protocol and framing of the request. What was in `out`
 * stays.
 *
 * A call is synchronous: a write waits in it for its outcome, so lanes belong on worker threads,
 * never on a reactor. An exception text never repeats bytes of keys or values.
 */
#ifndef LARDER_SERVICE_RPC_LANE_H
#define LARDER_SERVICE_RPC_LANE_H

#include "engine/base/buf.h"
#include "engine/base/status.h"
#include "service/obs/call.h"
#include "service/rpc/context.h"

#include <thrift/c_glib/processor/thrift_processor.h>

typedef struct RpcLane RpcLane;

/* The services of the contract. */
typedef enum RpcServiceId { RPC_STORE, RPC_ADMIN, RPC_OBSERVE, RPC_SERVICE_COUNT } RpcServiceId;

/* A service that a lane serves. */
typedef struct RpcService {
    RpcServiceId id;
    /*
     * A new generated processor with a handler of its own; the caller unrefs it. `call` describes
     * the request at hand during every call of the handler. Runs in rpc_lane_new().
     */
    ThriftProcessor *(*processor_new)(void *user, ObsCall *call);
    void *user;
} RpcService;

/* A request. */
typedef struct RpcCall {
    BaseSlice input;    /* the whole message, with its frame header if it is framed */
    bool bad;           /* the boundary scanner found that it is no request */
    int64_t arrival_us; /* monotonic */
    const char *peer;   /* may be NULL */
} RpcCall;

/* What the connection has to do after the reply in `out` (which may be empty). */
typedef struct RpcVerdict {
    bool close;
    ObsOutcome outcome;
    int32_t code; /* of the exception of the contract; 0: none */
} RpcVerdict;

/*
 * A lane for these services; `context` must outlive it. BASE_NO_MEMORY. Any thread; afterwards the
 * lane belongs to one thread at a time.
 */
BaseStatus rpc_lane_new(RpcContext *context, const RpcService *services, size_t count,
                        RpcLane **ret_lane);

/* Takes NULL. */
void rpc_lane_free(RpcLane *lane);

/* Executes one request and counts it. */
RpcVerdict rpc_lane_call(RpcLane *lane, const RpcCall *call, BaseBuf *out);

#endif
