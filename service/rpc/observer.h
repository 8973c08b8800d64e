/*
 * observer.h: those who look at calls, or interfere with them.
 *
 * One mechanism for two uses: the call trace of an operator, and faults on demand in tests. An
 * RpcContext has a list of observers, empty as a rule; then all that a call pays is one load. Every
 * observer of the list sees a call twice:
 *
 *   before   its arguments are there and have their types, and the handler has not run yet. An
 *            observer may take its time, and may demand that the call is not executed, that it is
 *            answered with an exception, that its reply is lost or cut in half, that its connection
 *            closes
 *   after    it is over, and the bytes of its reply are known. Also of calls that were turned down
 *            before anybody was asked, because an argument is wrong
 *
 * Neither sees bytes that are no request, methods that do not exist, and requests that a reactor
 * refused on the spot.
 *
 * The first observer that demands something has its way, and those behind it are not asked.
 *
 * Threading: called by all lanes at once, in the thread of the call, which an observer holds up for
 * as long as it takes. A list is published by an atomic store and never changes afterwards; it and
 * its observers live as long as the lanes.
 */
#ifndef LARDER_SERVICE_RPC_OBSERVER_H
#define LARDER_SERVICE_RPC_OBSERVER_H

#include "service/rpc/methods.h"
#include "service/wire/reply.h"

/* A call, as it came. Borrowed for the length of before() and of after(). */
typedef struct RpcObserved {
    RpcServiceId service;
    const char *method;
    BaseSlice store; /* empty when the method has none, or it is missing; so the next one */
    BaseSlice key;   /* its first: of key, keys, mutations, range or ranges */
    const char *peer;
    int64_t arrival_us; /* monotonic: its last byte was read */
    int64_t start_us;   /* monotonic: a worker took it up */
    size_t request_bytes;
} RpcObserved;

/* What becomes of the reply. */
typedef enum RpcReplyFate {
    RPC_REPLY_SENT,
    RPC_REPLY_LOST,   /* not a byte is sent */
    RPC_REPLY_HALVED, /* only the first half of its bytes */
} RpcReplyFate;

/* What an observer demands. All zero: that the call goes its way. */
typedef struct RpcDemand {
    bool skip;               /* do not execute it; without an exception there is no reply then */
    bool throws;             /* answer with the exception, whatever came of the call */
    WireException exception; /* its texts stay valid until after() */
    RpcReplyFate fate;
    bool close; /* the connection, behind whatever is sent */
} RpcDemand;

/* A call, as it ended. */
typedef struct RpcObservedEnd {
    ObsOutcome outcome; /* as it was answered, or would have been */
    int32_t code;       /* of the exception; 0: none */
    bool executed;      /* the handler did what it was asked for, or may have done so */
    int64_t end_us;     /* monotonic */
    size_t reply_bytes; /* that are sent */
} RpcObservedEnd;

typedef struct RpcObserver RpcObserver;
struct RpcObserver {
    const RpcObserver *next; /* NULL: the last one */
    void *user;
    /* *demand is all zero. May be NULL. */
    void (*before)(void *user, const RpcObserved *call, RpcDemand *demand);
    /* May be NULL. */
    void (*after)(void *user, const RpcObserved *call, const RpcObservedEnd *end);
};

/* Fills in method, store and key of a parsed call. */
void rpc_observer_look(const RpcMethod *method, const WireMessage *message, const WireTape *tape,
                       RpcObserved *ret_call);

/* Asks the observers in their order. */
RpcDemand rpc_observer_before(const RpcObserver *first, const RpcObserved *call);

/* Tells them all. */
void rpc_observer_after(const RpcObserver *first, const RpcObserved *call,
                        const RpcObservedEnd *end);

#endif
