/*
 * endpoint.c: ties a NetServer to lanes, and both to rpc.
 *
 * A request that cannot be queued is Refused on the spot, which keeps a full queue cheap. Such an
 * answer may be ready before those of earlier requests of its connection; net sends it in its turn,
 * and it changed nothing, so the order of effects holds.
 *
 * Bytes that are no request take the same way as requests: the worker writes the error, in order,
 * and ends the connection; what came behind them is dropped.
 *
 * Teardown mirrors the start: workers stop first, and writes under way are waited for, so that
 * nobody answers any more; then net closes the connections and ends the reactors; then the queues
 * can go.
 */
#include "service/endpoint.h"

#include "service/dispatch.h"
#include "service/log.h"
#include "service/rpc/express.h"
#include "service/rpc/refusal.h"
#include "service/wire/scanner.h"

#include <inttypes.h>
#include <stdlib.h>

/* What a refused client is told to wait, ms. */
enum { ENDPOINT_RETRY_MS = 100, ENDPOINT_RETRY_STOPPING_MS = 1000 };

/* What a worker has for itself. */
typedef struct EndpointWorker {
    RpcLane *lane;
    RpcExpress *express; /* NULL likewise */
} EndpointWorker;

struct Endpoint {
    EndpointConfig config;
    NetServer *net;
    Lanes *lanes;
    Dispatch *dispatch;
    LogRate malformed;
    _Atomic bool stopping;
    _Atomic uint64_t refused_queue;
    _Atomic uint64_t refused_budget;
    _Atomic uint64_t refused_stopping;
};

/* Counts malformed bytes in the log; the metrics have the exact number. */
static void
note_malformed(Endpoint *endpoint, const char *peer)
{
    uint64_t untold = 0;
    if (log_rate_allows(&endpoint->malformed, endpoint->config.clock, &untold)) {
        log_line(LOG_WARNING,
                 "%s: %s sent bytes that are no request; its connection is closed (%" PRIu64
                 " more like it before)",
                 endpoint->config.name, peer, untold);
    }
}

/* -------------------------------------------------------------------------------- reactors -- */

static NetScanVerdict
on_scan(void *user, NetScanState *state, const uint8_t *input, size_t len, size_t *ret_len)
{
    const Endpoint *endpoint = user;
    const RpcLimits *limits =
        atomic_load_explicit(&endpoint->config.context->limits, memory_order_acquire);
    WireScanner *scanner = (WireScanner *)(void *)state->bytes;
    WireVerdict verdict = wire_scanner_step(scanner, limits->wire, input, len, ret_len);
    if (verdict != WIRE_SCAN_MORE) {
        wire_scanner_reset(scanner);
    }
    switch (verdict) {
    case WIRE_SCAN_MORE:
        return NET_SCAN_MORE;
    case WIRE_SCAN_WHOLE:
        return NET_SCAN_WHOLE;
    case WIRE_SCAN_BAD:
        return NET_SCAN_BAD;
    case WIRE_SCAN_CLOSE:
        return NET_SCAN_CLOSE;
    }
    return NET_SCAN_BAD;
}

/* Makes the answer to a request that is not executed; true: its connection ends. */
static bool
refuse(const Endpoint *endpoint, const LanesTask *task, const RpcRefusal *refusal)
{
    RpcCall call = dispatch_call(task);
    BaseBuf *out = net_request_output(task->request);
    RpcVerdict verdict = rpc_refusal_answer(endpoint->config.context, &call, refusal, out);
    return verdict.close || task->bad;
}

static void
refuse_overload(Endpoint *endpoint, LanesTask task)
{
    static const RpcRefusal stopping = {RPC_REFUSED_DRAINING, "the server is stopping",
                                        ENDPOINT_RETRY_STOPPING_MS, "server"};
    static const RpcRefusal overload = {RPC_REFUSED_OVERLOAD,
                                        "more requests are waiting than the server accepts",
                                        ENDPOINT_RETRY_MS, "server"};
    bool is_stopping = atomic_load(&endpoint->stopping);
    (void)atomic_fetch_add_explicit(is_stopping ? &endpoint->refused_stopping
                                                : &endpoint->refused_queue,
                                    1, memory_order_relaxed);
    net_request_finish(task.request, refuse(endpoint, &task, is_stopping ? &stopping : &overload));
}

/* The same for one whose connection holds too much while the server is full. */
static bool
refuse_over_budget(Endpoint *endpoint, const LanesTask *task)
{
    static const RpcRefusal budget = {RPC_REFUSED_OVERLOAD,
                                      "the server holds as many bytes for connections as it may",
                                      ENDPOINT_RETRY_MS, "server"};
    (void)atomic_fetch_add_explicit(&endpoint->refused_budget, 1, memory_order_relaxed);
    return refuse(endpoint, task, &budget);
}

static void
on_request(void *user, NetRequest *request, BaseSlice input, bool bad)
{
    Endpoint *endpoint = user;
    NetConn *conn = net_request_conn(request);
    DispatchConn *own = net_conn_user(conn);
    BaseSlice owned = net_request_own_input(request);
    LanesTask task = {.request = request, .input = owned.data == NULL ? input : owned, .bad = bad};
    if (owned.data == NULL && net_request_over_budget(request)) {
        net_request_finish(request, refuse_over_budget(endpoint, &task));
        return;
    }
    if (own == NULL || owned.data == NULL ||
        !dispatch_request(endpoint->dispatch, own, net_conn_reactor(conn), task)) {
        refuse_overload(endpoint, task);
    }
}

static NetGathering
on_gather(void *user, NetRequest *request, BaseSlice input, NetRun *run)
{
    Endpoint *endpoint = user;
    NetConn *conn = net_request_conn(request);
    DispatchConn *own = net_conn_user(conn);
    return own == NULL ? NET_GATHER_NOT
                       : dispatch_gather(endpoint->dispatch, own, net_conn_reactor(conn), request,
                                         input, run);
}

static void
on_answer(void *user, unsigned reactor)
{
    const Endpoint *endpoint = user;
    dispatch_answer(endpoint->dispatch, reactor);
}

static void
on_turn_end(void *user, unsigned reactor)
{
    Endpoint *endpoint = user;
    dispatch_turn_end(endpoint->dispatch, reactor);
    lanes_turn_end(endpoint->lanes, reactor);
}

static void
on_drained(void *user, NetConn *conn)
{
    Endpoint *endpoint = user;
    lanes_resume(endpoint->lanes, dispatch_conn_queue(net_conn_user(conn)));
}

/* Without memory of its own a connection is refused request by request. */
static void
on_opened(void *user, NetConn *conn)
{
    (void)user;
    net_conn_set_user(conn, dispatch_conn_new());
}

static void
on_closed(void *user, NetConn *conn)
{
    Endpoint *endpoint = user;
    dispatch_conn_end(endpoint->dispatch, net_conn_user(conn), net_conn_reactor(conn));
}

/* --------------------------------------------------------------------------------- workers -- */

static void
on_worker_free(void *user, void *state)
{
    EndpointWorker *worker = state;
    (void)user;
    rpc_lane_free(worker->lane);
    rpc_express_free(worker->express);
    free(worker);
}

static void *
on_worker_new(void *user)
{
    const Endpoint *endpoint = user;
    EndpointWorker *worker = calloc(1, sizeof *worker);
    if (worker == NULL) {
        return NULL;
    }
    BaseStatus status = rpc_lane_new(endpoint->config.context, endpoint->config.services,
                                     endpoint->config.service_count, &worker->lane);
    if (base_is_ok(status) && endpoint->config.express) {
        status = rpc_express_new(endpoint->config.context, NULL, &worker->express);
    }
    if (!base_is_ok(status)) {
        on_worker_free(user, worker);
        return NULL;
    }
    return worker;
}

static bool
on_may_execute(void *user, const LanesTask *task)
{
    (void)user;
    return !net_conn_output_full(net_request_conn(task->request));
}

/* In the express lane if it can be. */
static RpcVerdict
call_lane(EndpointWorker *worker, const RpcCall *call, BaseBuf *out)
{
    RpcVerdict verdict;
    if (worker->express != NULL && rpc_express_call(worker->express, call, out, &verdict)) {
        return verdict;
    }
    return rpc_lane_call(worker->lane, call, out);
}

/* Makes the answer to a request; true: its connection ends. */
static bool
execute(Endpoint *endpoint, EndpointWorker *worker, const LanesTask *task)
{
    RpcCall call = dispatch_call(task);
    RpcVerdict verdict = call_lane(worker, &call, net_request_output(task->request));
    bool close = verdict.close || task->bad;
    if (close && verdict.outcome == OBS_PROTOCOL) {
        note_malformed(endpoint, call.peer);
    }
    return close;
}

static bool
on_execute(void *user, void *worker, const LanesTask *task)
{
    Endpoint *endpoint = user;
    bool close = net_request_over_budget(task->request) ? refuse_over_budget(endpoint, task)
                                                        : execute(endpoint, worker, task);
    net_request_count(task->request);
    return close;
}

static void
on_finish(void *user, const LanesTask *task, bool ends)
{
    (void)user;
    net_request_finish(task->request, ends);
}

/* ------------------------------------------------------------------------------- life cycle -- */

static BaseStatus
start_lanes(Endpoint *endpoint, const EndpointConfig *config)
{
    const LanesConfig lanes = {
        .name = config->name,
        .reactors = config->reactors,
        .workers = config->workers,
        .queue_max = (size_t)config->limits->queue_requests,
        .callbacks = {on_worker_new, on_worker_free, on_may_execute, on_execute, on_finish},
        .user = endpoint,
    };
    return lanes_new(&lanes, &endpoint->lanes);
}

static void
on_unqueued(void *user, const LanesTask *task)
{
    refuse_overload(user, *task);
}

static BaseStatus
start_dispatch(Endpoint *endpoint, const EndpointConfig *config)
{
    const DispatchArgs args = {
        .context = config->context,
        .reactors = config->reactors,
        .express = config->express,
        .lanes = endpoint->lanes,
        .refuse = on_unqueued,
        .user = endpoint,
    };
    return dispatch_new(&args, &endpoint->dispatch);
}

static BaseStatus
start_net(Endpoint *endpoint, const EndpointConfig *config)
{
    const NetConfig net = {
        .reactors = config->reactors,
        .name = config->name,
        .limits = limits_for_net(config->limits),
        .callbacks = {.scan = on_scan,
                      .request = on_request,
                      .gather = on_gather,
                      .answer = on_answer,
                      .turn_end = on_turn_end,
                      .drained = on_drained,
                      .opened = on_opened,
                      .closed = on_closed},
        .user = endpoint,
        .clock = config->clock,
    };
    return net_server_new(&net, &endpoint->net);
}

BaseStatus
endpoint_new(const EndpointConfig *config, Endpoint **ret_endpoint)
{
    Endpoint *endpoint = calloc(1, sizeof *endpoint);
    if (endpoint == NULL) {
        return base_error(BASE_NO_MEMORY, "no memory for an endpoint");
    }
    endpoint->config = *config;
    endpoint->config.limits = NULL;
    BaseStatus status = start_lanes(endpoint, config);
    if (base_is_ok(status)) {
        status = start_dispatch(endpoint, config);
    }
    if (base_is_ok(status)) {
        status = start_net(endpoint, config);
    }
    if (!base_is_ok(status)) {
        endpoint_free(endpoint);
        return status;
    }
    *ret_endpoint = endpoint;
    return base_ok();
}

BaseStatus
endpoint_listen(Endpoint *endpoint, const char *address, char ret_address[128], char message[256])
{
    return net_server_listen(endpoint->net, address, ret_address, message);
}

void
endpoint_set_limits(Endpoint *endpoint, const Limits *limits)
{
    NetLimits net = limits_for_net(limits);
    net_server_set_limits(endpoint->net, &net);
    lanes_set_queue_max(endpoint->lanes, (size_t)limits->queue_requests);
}

BaseStatus
endpoint_set_workers(Endpoint *endpoint, unsigned workers)
{
    return lanes_set_workers(endpoint->lanes, workers);
}

void
endpoint_drain(Endpoint *endpoint)
{
    net_server_drain(endpoint->net);
}

void
endpoint_cut(Endpoint *endpoint)
{
    net_server_cut(endpoint->net);
}

void
endpoint_stats(const Endpoint *endpoint, EndpointStats *ret_stats)
{
    net_server_stats(endpoint->net, &ret_stats->net);
    ret_stats->queued = lanes_queued(endpoint->lanes);
    ret_stats->refused_queue = atomic_load_explicit(&endpoint->refused_queue, memory_order_relaxed);
    ret_stats->refused_budget =
        atomic_load_explicit(&endpoint->refused_budget, memory_order_relaxed);
    ret_stats->refused_stopping =
        atomic_load_explicit(&endpoint->refused_stopping, memory_order_relaxed);
}

void
endpoint_free(Endpoint *endpoint)
{
    if (endpoint == NULL) {
        return;
    }
    atomic_store(&endpoint->stopping, true);
    if (endpoint->lanes != NULL) {
        lanes_stop(endpoint->lanes);
    }
    if (endpoint->net != NULL) {
        dispatch_settle(endpoint->dispatch);
    }
    net_server_free(endpoint->net);
    lanes_free(endpoint->lanes);
    dispatch_free(endpoint->dispatch);
    free(endpoint);
}
