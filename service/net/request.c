/*
 * request.c: slots and what the server's owner does with them. See request.h.
 */
#include "service/net/request.h"

#include "engine/base/check.h"
#include "service/net/charge.h"
#include "service/net/outlet.h"

#include <stdlib.h>

enum { POOL_MAX = 1024 }; /* slots that wait in a pool */

void
net_request_pool_init(NetRequestPool *pool)
{
    net_list_init(&pool->free);
    pool->count = 0;
}

/* Takes the first slot out of a pool that has some. */
static NetRequest *
take_first(NetRequestPool *pool)
{
    NetRequest *request = NET_LIST_ELEMENT(pool->free.next, NetRequest, slot);
    net_list_remove(&request->slot);
    pool->count--;
    return request;
}

NetRequest *
net_request_pool_take(NetRequestPool *pool)
{
    if (pool->count != 0) {
        return take_first(pool);
    }
    NetRequest *request = calloc(1, sizeof *request);
    if (request != NULL) {
        net_list_init(&request->slot);
    }
    return request;
}

static inline void
empty(BaseBuf *buf)
{
    if (buf->capacity > NET_REQUEST_KEEP_BYTES) {
        base_buf_clear(buf);
    } else {
        base_buf_reset(buf);
    }
}

void
net_request_reset(NetRequest *request)
{
    empty(&request->output);
    empty(&request->input);
    request->charged = 0;
    request->late = 0;
    request->sent = 0;
    request->gated = 0;
    request->longest = 0;
    request->tail = NULL;
    request->requests = 0;
    request->open = 0;
    request->gathered = false;
    request->done = false;
    request->close = false;
}

static void
destroy_first(NetRequestPool *pool)
{
    NetRequest *request = take_first(pool);
    base_buf_clear(&request->output);
    base_buf_clear(&request->input);
    free(request);
}

void
net_request_pool_put(NetRequestPool *pool, NetList *slots, NetList *last, unsigned count)
{
    net_list_move_first(&pool->free, slots, last);
    pool->count += count;
    while (pool->count > POOL_MAX) {
        destroy_first(pool);
    }
}

void
net_request_pool_clear(NetRequestPool *pool)
{
    while (pool->count != 0) {
        destroy_first(pool);
    }
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

/* Whether its connection holds too much for a full server. */
static __attribute__((cold, noinline)) bool
is_over_allowance(const NetRequest *request)
{
    const NetConn *conn = request->conn;
    bool choked = atomic_load_explicit(&conn->choked, memory_order_relaxed);
    return net_conn_held(conn) + request->output.len >
           net_budget_allowance(conn->reactor->budget, choked);
}

static inline bool
is_over_budget(const NetRequest *request)
{
    return net_budget_is_full(request->conn->reactor->budget) && is_over_allowance(request);
}

bool
net_request_over_budget(const NetRequest *request)
{
    return is_over_budget(request);
}

bool
net_request_held_back(const NetRequest *request)
{
    return net_gate_is_over(&request->conn->gate) || is_over_budget(request);
}

BaseSlice
net_request_own_input(NetRequest *request)
{
    NetConn *conn = request->conn;
    BASE_CHECK(conn->offered == request);
    if (request->input.len != 0) {
        return base_buf_slice(&request->input);
    }
    if (is_over_budget(request)) {
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

/*
 * So many requests of a slot less to wait for, of whose replies the longest is so long; with the
 * last one the slot is answered.
 */
static inline void
answer_some(NetRequest *request, unsigned count, size_t longest)
{
    BASE_INVARIANT(count != 0 && count <= request->open);
    request->open -= count;
    request->longest = longest > request->longest ? longest : request->longest;
    if (request->open == 0) {
        net_outlet_answer(request);
    }
}

/* The request is forgotten: its connection ends before anybody could miss its reply. */
static __attribute__((cold)) void
forget_one(NetRequest *request)
{
    request->close = true;
    request->output.failed = false; /* what was answered is whole */
    answer_some(request, 1, 0);
}

static __attribute__((cold)) bool
copy_input(NetRequest *request, BaseSlice *input)
{
    if (!base_buf_append_slice(&request->input, *input)) {
        return false;
    }
    *input = base_buf_slice(&request->input);
    net_charge_request(request);
    return true;
}

/* REQUIRES: a gathered slot. */
static __attribute__((cold)) NetRequest *
split(NetRequest *request, BaseSlice *input)
{
    NetConn *conn = request->conn;
    NetRequestPool *pool = &conn->reactor->pool;
    bool ends = request->close || conn->state == NET_CONN_DEAD;
    NetRequest *own = ends ? NULL : net_request_pool_take(pool);
    if (own == NULL) {
        forget_one(request);
        return NULL;
    }
    own->conn = conn;
    own->arrival_us = request->arrival_us;
    net_outlet_push(own, request->tail == NULL ? &request->slot : request->tail);
    net_outlet_expect(own, 1);
    if (!copy_input(own, input)) {
        net_conn_release(conn, own);
        forget_one(request);
        return NULL;
    }
    request->tail = &own->slot;
    request->output.failed = false;
    request->requests--;
    conn->requests--;
    conn->pending--;
    answer_some(request, 1, 0);
    return own;
}

NetRequest *
net_request_split(NetRequest *request, BaseSlice *input)
{
    return request->gathered ? split(request, input) : request;
}

/* Half a reply would be taken for a reply. */
static __attribute__((cold, noinline)) void
drop_output(NetRequest *request)
{
    base_buf_clear(&request->output);
    request->close = true;
}

/* The gate counts a reply that the reactor has made in its order. */
static inline size_t
count_reply(NetRequest *request)
{
    size_t len = request->output.len - request->gated;
    net_gate_add_own(&request->conn->gate, len);
    request->gated = request->output.len;
    return len;
}

void
net_request_count(NetRequest *request)
{
    NetConn *conn = request->conn;
    BASE_INVARIANT(!net_reactor_is_current(conn->reactor));
    if (request->output.failed) {
        drop_output(request);
    }
    size_t fresh = request->output.len - request->gated;
    if (fresh != 0) {
        request->gated += fresh;
        net_gate_add(&conn->gate, fresh);
    }
    size_t late = net_request_footprint(request) - request->charged;
    if (late != request->late) {
        net_budget_charge(conn->reactor->budget, (int64_t)late - (int64_t)request->late);
        request->late = late;
    }
}

static inline void
finish(NetRequest *request, bool close, bool in_order)
{
    NetConn *conn = request->conn;
    if (request->gathered && (close || request->output.failed)) {
        forget_one(request);
        return;
    }
    request->close |= close;
    if (request->output.failed) {
        drop_output(request);
    }
    if (!net_reactor_is_current(conn->reactor)) {
        net_request_count(request);
        net_reactor_finish(conn->reactor, request);
        return;
    }
    answer_some(request, 1, in_order ? count_reply(request) : 0);
}

void
net_request_finish(NetRequest *request, bool close)
{
    finish(request, close, false);
}

void
net_request_finish_in_order(NetRequest *request, bool close)
{
    finish(request, close, true);
}

void
net_request_finish_run(NetRequest *request, unsigned count, size_t longest)
{
    BASE_INVARIANT(net_reactor_is_current(request->conn->reactor));
    (void)count_reply(request);
    answer_some(request, count, longest);
}
