/*
 * dispatch.c: offers, backlogs, and the end. See dispatch.h.
 *
 * Stopping. A reactor says that it is in a turn before it asks whether the server stops. So
 * dispatch_settle(), which first says that it does and then looks, either sees the turn and waits
 * for its end, or the reactor takes nothing more.
 */
#include "service/dispatch.h"

#include "service/backlog.h"
#include "service/rpc/express.h"

#include <stdlib.h>
#include <unistd.h>

enum { SETTLE_LOOK_US = 200 };

struct DispatchConn {
    LanesConn *queue;
    RpcExpressConn express;
    Backlog backlog;
    DispatchConn *next_waiting; /* of those with a backlog */
    bool waiting;               /* on that list */
};

/* What a reactor has for itself. */
typedef struct DispatchReactor {
    _Alignas(64) RpcExpress *express; /* NULL: there is no express lane */
    DispatchConn *waiting;
    _Atomic bool in_turn; /* requests may have been taken since the last end of a turn */
} DispatchReactor;

struct Dispatch {
    DispatchArgs args;
    _Atomic bool stopping;
    DispatchReactor *reactors;
};

/*
 * Inline for those that are offered: one for each request. Tasks are handed on by value up to where
 * one is kept, so that the task at hand need not be in memory.
 */
static inline RpcCall
call_of(LanesTask task)
{
    NetRequest *request = task.request;
    return (RpcCall){.input = task.input,
                     .bad = task.bad,
                     .arrival_us = net_request_arrival_us(request),
                     .peer = net_conn_peer(net_request_conn(request))};
}

RpcCall
dispatch_call(const LanesTask *task)
{
    return call_of(*task);
}

/* ----------------------------------------------------------------------------- connections -- */

DispatchConn *
dispatch_conn_new(void)
{
    DispatchConn *conn = calloc(1, sizeof *conn);
    if (conn == NULL) {
        return NULL;
    }
    conn->queue = lanes_conn_new();
    if (conn->queue == NULL) {
        free(conn);
        return NULL;
    }
    return conn;
}

void
dispatch_conn_end(Dispatch *dispatch, DispatchConn *conn, unsigned reactor)
{
    if (conn == NULL) {
        return;
    }
    DispatchConn **place = &dispatch->reactors[reactor].waiting;
    while (conn->waiting && *place != conn) {
        place = &(*place)->next_waiting;
    }
    if (conn->waiting) {
        *place = conn->next_waiting;
    }
    lanes_conn_end(conn->queue);
    backlog_clear(&conn->backlog);
    free(conn);
}

LanesConn *
dispatch_conn_queue(const DispatchConn *conn)
{
    return conn->queue;
}

/* ------------------------------------------------------------------------------------ ways -- */

/* Queues a request for the workers. */
static void
enqueue(Dispatch *dispatch, DispatchConn *conn, unsigned reactor, LanesTask task)
{
    net_conn_share_output(net_request_conn(task.request));
    if (!lanes_submit(dispatch->args.lanes, conn->queue, reactor, &task)) {
        dispatch->args.refuse(dispatch->args.user, &task);
    }
}

/* Puts a request behind those that wait for a write of their connection. */
static void
postpone(Dispatch *dispatch, DispatchConn *conn, unsigned reactor, LanesTask task)
{
    DispatchReactor *own = &dispatch->reactors[reactor];
    if (!backlog_push(&conn->backlog, &task)) {
        dispatch->args.refuse(dispatch->args.user, &task);
        return;
    }
    if (!conn->waiting) {
        conn->waiting = true;
        conn->next_waiting = own->waiting;
        own->waiting = conn;
    }
}

static RpcExpressFate
offer(DispatchReactor *reactor, DispatchConn *conn, LanesTask task)
{
    if (reactor->express == NULL) {
        return RPC_EXPRESS_PASSED;
    }
    RpcCall call = call_of(task);
    return rpc_express_take(reactor->express, &conn->express, &call, task.request,
                            net_request_output(task.request));
}

static void
begin_turn(DispatchReactor *reactor)
{
    if (!atomic_load_explicit(&reactor->in_turn, memory_order_relaxed)) {
        atomic_store(&reactor->in_turn, true);
    }
}

bool
dispatch_request(Dispatch *dispatch, DispatchConn *conn, unsigned reactor, LanesTask task)
{
    DispatchReactor *own = &dispatch->reactors[reactor];
    begin_turn(own);
    if (atomic_load(&dispatch->stopping)) {
        return false;
    }
    if (conn->backlog.count != 0) {
        postpone(dispatch, conn, reactor, task);
        return true;
    }
    if (!lanes_conn_idle(conn->queue)) {
        enqueue(dispatch, conn, reactor, task);
        return true;
    }
    switch (offer(own, conn, task)) {
    case RPC_EXPRESS_TAKEN:
        break;
    case RPC_EXPRESS_LATER:
        postpone(dispatch, conn, reactor, task);
        break;
    case RPC_EXPRESS_PASSED:
        enqueue(dispatch, conn, reactor, task);
        break;
    }
    return true;
}

NetGathering
dispatch_gather(Dispatch *dispatch, DispatchConn *conn, unsigned reactor, NetRequest *request,
                BaseSlice input, NetRun *run)
{
    DispatchReactor *own = &dispatch->reactors[reactor];
    if (own->express == NULL || conn->backlog.count != 0 || !lanes_conn_idle(conn->queue)) {
        return NET_GATHER_NOT;
    }
    begin_turn(own);
    if (atomic_load(&dispatch->stopping)) {
        return NET_GATHER_NOT;
    }
    RpcCall call =
        call_of((LanesTask){.request = request, .input = base_slice(input.data, run->bytes)});
    BaseBuf *out = net_request_output(request);
    BaseSlice behind = base_slice(input.data + run->bytes, input.len - run->bytes);
    size_t bytes = 0;
    switch (rpc_express_gather(own->express, &conn->express, &call, request, out)) {
    case RPC_EXPRESS_TAKEN:
        run->count = 1 + rpc_express_gather_on(own->express, &conn->express, &call, request, out,
                                               run->count - 1, behind, &bytes);
        run->bytes += bytes;
        return NET_GATHER_TAKEN;
    case RPC_EXPRESS_LATER:
        return NET_GATHER_LATER;
    case RPC_EXPRESS_PASSED:
        break;
    }
    return NET_GATHER_NOT;
}

void
dispatch_answer(Dispatch *dispatch, unsigned reactor)
{
    rpc_express_flush(dispatch->reactors[reactor].express);
}

/* -------------------------------------------------------------------------------- backlogs -- */

/* Moves on what waits of a connection. False: all of it still waits. */
static bool
advance(Dispatch *dispatch, DispatchConn *conn, unsigned reactor)
{
    bool some = false;
    while (conn->backlog.count != 0) {
        LanesTask task = *backlog_head(&conn->backlog);
        RpcExpressFate fate = RPC_EXPRESS_PASSED;
        if (lanes_conn_idle(conn->queue)) {
            fate = offer(&dispatch->reactors[reactor], conn, task);
        }
        if (fate == RPC_EXPRESS_LATER) {
            break;
        }
        backlog_pop(&conn->backlog);
        some = true;
        if (fate == RPC_EXPRESS_PASSED) {
            enqueue(dispatch, conn, reactor, task);
        }
    }
    return some;
}

/* Looks at every backlog. True: something went on. */
static bool
advance_all(Dispatch *dispatch, unsigned reactor)
{
    bool some = false;
    DispatchConn **place = &dispatch->reactors[reactor].waiting;
    while (*place != NULL) {
        DispatchConn *conn = *place;
        some = advance(dispatch, conn, reactor) || some;
        if (conn->backlog.count == 0) {
            conn->waiting = false;
            *place = conn->next_waiting;
        } else {
            place = &conn->next_waiting;
        }
    }
    return some;
}

void
dispatch_turn_end(Dispatch *dispatch, unsigned reactor)
{
    DispatchReactor *own = &dispatch->reactors[reactor];
    if (own->express == NULL) {
        return;
    }
    if (own->waiting != NULL) {
        begin_turn(own);
    }
    do {
        rpc_express_turn_end(own->express);
    } while (own->waiting != NULL && !atomic_load(&dispatch->stopping) &&
             advance_all(dispatch, reactor));
    if (atomic_load_explicit(&own->in_turn, memory_order_relaxed)) {
        atomic_store(&own->in_turn, false);
    }
}

/* --------------------------------------------------------------------------- express lane -- */

static void
finish_express(void *user, void *request, bool close)
{
    (void)user;
    net_request_finish_in_order(request, close);
}

static void
finish_express_run(void *user, void *request, unsigned count, size_t longest)
{
    (void)user;
    net_request_finish_run(request, count, longest);
}

static bool
hold_back_express(void *user, void *request)
{
    (void)user;
    return net_request_held_back(request);
}

static void
hand_over_express(void *user, void *request, BaseSlice input)
{
    NetConn *conn = net_request_conn(request);
    LanesTask task = {.request = net_request_split(request, &input)};
    task.input = input;
    if (task.request != NULL) {
        enqueue(user, net_conn_user(conn), net_conn_reactor(conn), task);
    }
}

static void
keep_express_input(void *user, void *request, BaseBuf *into)
{
    (void)user;
    net_request_keep_input(request, into);
}

/* ---------------------------------------------------------------------------- life cycle -- */

BaseStatus
dispatch_new(const DispatchArgs *args, Dispatch **ret_dispatch)
{
    Dispatch *dispatch = calloc(1, sizeof *dispatch);
    size_t bytes = args->reactors * sizeof(DispatchReactor);
    DispatchReactor *reactors = aligned_alloc(_Alignof(DispatchReactor), bytes);
    if (dispatch == NULL || reactors == NULL) {
        free(dispatch);
        free(reactors);
        return base_error(BASE_NO_MEMORY, "no memory for reactors");
    }
    memset(reactors, 0, bytes);
    dispatch->args = *args;
    dispatch->reactors = reactors;
    const RpcExpressOwner owner = {finish_express,    finish_express_run, hand_over_express,
                                   hold_back_express, keep_express_input, dispatch};
    BaseStatus status = base_ok();
    for (unsigned i = 0; args->express && i < args->reactors && base_is_ok(status); i++) {
        status = rpc_express_new(args->context, &owner, &reactors[i].express);
    }
    if (!base_is_ok(status)) {
        dispatch_free(dispatch);
        return status;
    }
    *ret_dispatch = dispatch;
    return base_ok();
}

void
dispatch_settle(Dispatch *dispatch)
{
    atomic_store(&dispatch->stopping, true);
    for (unsigned i = 0; i < dispatch->args.reactors; i++) {
        const DispatchReactor *reactor = &dispatch->reactors[i];
        while (reactor->express != NULL &&
               (atomic_load(&reactor->in_turn) || rpc_express_under_way(reactor->express) != 0)) {
            (void)usleep(SETTLE_LOOK_US);
        }
    }
}

void
dispatch_free(Dispatch *dispatch)
{
    if (dispatch == NULL) {
        return;
    }
    for (unsigned i = 0; i < dispatch->args.reactors; i++) {
        rpc_express_free(dispatch->reactors[i].express);
    }
    free(dispatch->reactors);
    free(dispatch);
}
