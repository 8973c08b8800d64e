/*
 * request.c: slots and what the server's owner does with them. See request.h.
 */
#include "service/net/request.h"

#include "engine/base/check.h"
#include "service/net/charge.h"
#include "service/net/outlet.h"

#include <stdlib.h>

enum {
    POOL_MAX = 1024,  /* slots that wait in a pool */
    KEEP_BYTES = 4096 /* storage of a buffer that a waiting slot keeps */
};

NetRequest *
net_request_pool_take(NetRequestPool *pool)
{
    NetRequest *request = pool->free;
    if (request == NULL) {
        request = calloc(1, sizeof *request);
        if (request != NULL) {
            net_list_init(&request->slot);
        }
        return request;
    }
    pool->free = request->finished_next;
    pool->count--;
    return request;
}

static void
empty(BaseBuf *buf)
{
    if (buf->capacity > KEEP_BYTES) {
        base_buf_clear(buf);
    } else {
        base_buf_reset(buf);
    }
}

static void
destroy(NetRequest *request)
{
    base_buf_clear(&request->output);
    base_buf_clear(&request->input);
    free(request);
}

void
net_request_pool_put(NetRequestPool *pool, NetRequest *request)
{
    BASE_INVARIANT(net_list_is_empty(&request->slot));
    if (pool->count >= POOL_MAX) {
        destroy(request);
        return;
    }
    empty(&request->output);
    empty(&request->input);
    request->conn = NULL;
    request->charged = 0;
    request->late = 0;
    request->sent = 0;
    request->gated = 0;
    request->done = false;
    request->close = false;
    request->finished_next = pool->free;
    pool->free = request;
    pool->count++;
}

void
net_request_pool_clear(NetRequestPool *pool)
{
    while (pool->free != NULL) {
        NetRequest *request = pool->free;
        pool->free = request->finished_next;
        destroy(request);
    }
    pool->count = 0;
}

NetConn *
net_request_conn(NetRequest *request)
{
    return request->conn;
}

int64_t
net_request_arrival_us(const NetRequest *request)
{
    return request->arrival_us;
}

BaseBuf *
net_request_output(NetRequest *request)
{
    return &request->output;
}

bool
net_request_over_budget(const NetRequest *request)
{
    const NetConn *conn = request->conn;
    const NetBudget *budget = conn->reactor->budget;
    if (!net_budget_is_full(budget)) {
        return false;
    }
    bool choked = atomic_load_explicit(&conn->choked, memory_order_relaxed);
    return net_conn_held(conn) + request->output.len > net_budget_allowance(budget, choked);
}

bool
net_request_held_back(const NetRequest *request)
{
    return net_gate_is_over(&request->conn->gate) || net_request_over_budget(request);
}

BaseSlice
net_request_own_input(NetRequest *request)
{
    NetConn *conn = request->conn;
    BASE_CHECK(conn->offered == request);
    if (request->input.len != 0) {
        return base_buf_slice(&request->input);
    }
    if (net_request_over_budget(request)) {
        return BASE_SLICE_EMPTY;
    }
    BaseSlice input = conn->offered_input;
    BaseBuf stolen = BASE_BUF_INIT;
    if (!conn->offered_fresh && net_input_steal(&conn->input, input.len, &stolen)) {
        base_buf_clear(&request->input);
        request->input = stolen;
        conn->offered_stolen = true;
        net_charge_input(conn);
    } else if (!base_buf_append_slice(&request->input, input)) {
        base_buf_reset(&request->input);
        return BASE_SLICE_EMPTY;
    }
    net_charge_request(request);
    return base_buf_slice(&request->input);
}

void
net_request_keep_input(NetRequest *request, BaseBuf *into)
{
    base_buf_clear(into);
    *into = request->input;
    request->input = BASE_BUF_INIT;
}

void
net_request_count_reply(NetRequest *request)
{
    if (net_reactor_is_current(request->conn->reactor)) {
        request->gated = request->output.len;
        net_gate_add_own(&request->conn->gate, request->gated);
    }
}

void
net_request_finish(NetRequest *request, bool close)
{
    NetReactor *reactor = request->conn->reactor;
    request->close |= close;
    if (request->output.failed) {
        /* Half a reply would be taken for a reply. */
        base_buf_clear(&request->output);
        request->close = true;
    }
    if (net_reactor_is_current(reactor)) {
        net_outlet_answer(request);
    } else {
        request->gated = request->output.len;
        net_gate_add(&request->conn->gate, request->gated);
        net_reactor_finish(reactor, request);
    }
}
