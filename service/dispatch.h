/*
 * dispatch.h: which way a request goes, so that those of a connection keep their order.
 *
 * The requests of a connection are in at most one of three places: the express lane of its reactor,
 * the queue of the workers (lanes), or the backlog, where they wait for a write of the connection
 * that is under way. While a worker has something to do for it, or something is queued, all that
 * comes is queued too; while something is in the backlog, all that comes goes there; else the
 * express lane is asked. What waits in backlogs is looked at in the end of each turn, because the
 * end of a write wakes the reactor.
 *
 * The word that net keeps for a connection (net_conn_user) is its DispatchConn.
 *
 * Threading: each function belongs to the thread of the reactor that it names; new, settle and free
 * to the owner.
 */
#ifndef LARDER_SERVICE_DISPATCH_H
#define LARDER_SERVICE_DISPATCH_H

#include "service/lanes.h"
#include "service/net/net.h"
#include "service/rpc/lane.h"

typedef struct Dispatch Dispatch;
typedef struct DispatchConn DispatchConn; /* what is known of a connection */

typedef struct DispatchArgs {
    RpcContext *context;
    unsigned reactors;
    bool express; /* there is an express lane */
    Lanes *lanes;
    /* Answers a request that cannot be queued. */
    void (*refuse)(void *user, const LanesTask *task);
    void *user;
} DispatchArgs;

/* BASE_NO_MEMORY. */
BaseStatus dispatch_new(const DispatchArgs *args, Dispatch **ret_dispatch);

/* REQUIRES: settled, and every connection ended. Takes NULL. */
void dispatch_free(Dispatch *dispatch);

/* A new connection. NULL: no memory. */
DispatchConn *dispatch_conn_new(void);

/* It is gone: each of its requests was answered, or nobody answers any more. Takes NULL. */
void dispatch_conn_end(Dispatch *dispatch, DispatchConn *conn, unsigned reactor);

/* Its queue, for lanes_resume(). */
LanesConn *dispatch_conn_queue(const DispatchConn *conn);

/*
 * Takes a request, whose bytes are its own. False: nothing is taken any more, because the server
 * stops.
 */
bool dispatch_request(Dispatch *dispatch, DispatchConn *conn, unsigned reactor, LanesTask task);

/* Gathers requests, see NetCallbacks.gather; dispatch_answer() executes all that is gathered. */
NetGathering dispatch_gather(Dispatch *dispatch, DispatchConn *conn, unsigned reactor,
                             NetRequest *request, BaseSlice input, NetRun *run);
void dispatch_answer(Dispatch *dispatch, unsigned reactor);

/* The end of a turn. */
void dispatch_turn_end(Dispatch *dispatch, unsigned reactor);

/* From now on no request is taken; waits until no write is under way. */
void dispatch_settle(Dispatch *dispatch);

/* The call that a task is. */
RpcCall dispatch_call(const LanesTask *task);

#endif
