/*
 * intake.c: reading, finding and delivering requests. See intake.h.
 */
#include "service/net/intake.h"

#include "engine/base/check.h"
#include "service/net/charge.h"
#include "service/net/outlet.h"

enum { RUN_REQUESTS_MAX = 256 }; /* of a connection, at once */

static bool
takes_requests(const NetConn *conn)
{
    return conn->state == NET_CONN_OPEN || conn->state == NET_CONN_LAST;
}

/* Whether the replies of a connection leave room for one more. */
static inline bool
has_room(const NetConn *conn)
{
    if (conn->slot_count == 0) {
        return true;
    }
    const NetLimits *limits = &conn->reactor->limits;
    size_t expected = conn->unsent + conn->pending * conn->reply_peak;
    return conn->requests < limits->pipeline_max && expected < limits->output_bytes_max;
}

/* Whether the budget leaves room for more of a connection. */
static inline bool
has_budget(const NetConn *conn)
{
    const NetBudget *budget = conn->reactor->budget;
    return net_budget_is_calm(budget) || net_conn_held(conn) < net_budget_share(budget);
}

static void
wait_for_budget(NetConn *conn)
{
    conn->wait = NET_CONN_WAIT_BUDGET;
    net_list_remove(&conn->ready);
    net_list_append(&conn->reactor->starved, &conn->ready);
}

/* Whether the owner of the socket may be given more; if not, `wait` says what for. */
static inline bool
may_take(NetConn *conn)
{
    if (!has_room(conn)) {
        conn->wait = NET_CONN_WAIT_ROOM;
        return false;
    }
    if (!has_budget(conn)) {
        wait_for_budget(conn);
        return false;
    }
    return true;
}

/* A slot for a request that has come; NULL: no memory, and the connection ends. */
static NetRequest *
new_slot(NetConn *conn)
{
    NetRequest *request = net_request_pool_take(&conn->reactor->pool);
    if (request == NULL) {
        net_conn_end_requests(conn);
        return NULL;
    }
    request->conn = conn;
    request->arrival_us = conn->read_us;
    return request;
}

/* Gives back a slot of no request; takes NULL. */
static void
drop_slot(const NetConn *conn, NetRequest *slot)
{
    if (slot != NULL) {
        NetList slots;
        net_list_init(&slots);
        net_list_append(&slots, &slot->slot);
        net_request_pool_put(&conn->reactor->pool, &slots, &slot->slot, 1);
    }
}

/* A slot waits for the replies of requests that have come. */
static inline void
expect(NetConn *conn, NetRequest *slot, unsigned count)
{
    net_outlet_expect(slot, count);
    conn->request_began_us = 0;
    conn->reactor->delivered += count;
    net_reactor_count(conn->reactor, NET_COUNT_REQUESTS, count);
}

/* Delivers the request at the head of the input; `fresh`: it is in the reactor's read buffer. */
static void
deliver_one(NetConn *conn, NetRequest *request, BaseSlice input, bool fresh, bool bad)
{
    NetReactor *reactor = conn->reactor;
    request->close = bad;
    conn->gathers = false;
    conn->gathering = NULL;
    net_outlet_push(request, conn->slots.previous);
    expect(conn, request, 1);
    conn->offered = request;
    conn->offered_input = input;
    conn->offered_fresh = fresh;
    conn->offered_stolen = false;
    reactor->callbacks->request(reactor->user, request, input, bad);
    conn->offered = NULL;
}

/*
 * The slot that one more request can share, if its replies are to fit into what a slot keeps. NULL:
 * it takes a new one.
 */
static inline NetRequest *
slot_to_share(const NetConn *conn)
{
    NetRequest *slot = conn->gathering;
    bool fits = slot != NULL && (slot->requests + 1) * conn->reply_peak <= NET_REQUEST_KEEP_BYTES;
    return fits ? slot : NULL;
}

/*
 * How many requests may come together, of at most `most`, if `shared` takes them, or with NULL a
 * slot of their own. One may in any case: may_take() was asked for it.
 */
static inline unsigned
run_max(const NetConn *conn, const NetRequest *shared, unsigned most)
{
    const NetReactor *reactor = conn->reactor;
    const NetLimits *limits = &reactor->limits;
    size_t max = NET_GATHERED_MAX - reactor->gathered;
    size_t room = limits->pipeline_max - conn->requests;
    max = max < most ? max : most;
    max = max < room ? max : room;
    if (conn->reply_peak != 0) {
        size_t inside = shared == NULL ? 0 : shared->requests;
        size_t fit = NET_REQUEST_KEEP_BYTES / conn->reply_peak - inside;
        max = max < fit ? max : fit;
        size_t expected = conn->unsent + (conn->pending + max) * conn->reply_peak;
        max = expected < limits->output_bytes_max ? max : 1;
    }
    return max == 0 ? 1 : (unsigned)max;
}

/*
 * Gathers what gather() says in a slot that others share, or else in *slot; NULL: a new one. What
 * is not used of these is left in *slot.
 */
static inline NetGathering
gather_once(NetConn *conn, BaseSlice input, NetRun offered, NetRun *ret_run, NetRequest **slot)
{
    NetReactor *reactor = conn->reactor;
    NetRequest *shared = slot_to_share(conn);
    if (shared == NULL && *slot == NULL) {
        *slot = new_slot(conn);
    }
    NetRequest *taker = shared == NULL ? *slot : shared;
    if (taker == NULL) {
        return NET_GATHER_NOT;
    }
    unsigned max = run_max(conn, shared, offered.count);
    NetRun run = {max, offered.bytes};
    NetGathering gathering = reactor->callbacks->gather(reactor->user, taker, input, &run);
    if (gathering != NET_GATHER_TAKEN) {
        return gathering;
    }
    BASE_CHECK(run.count >= 1 && run.count <= max && run.bytes >= offered.bytes &&
               run.bytes <= input.len);
    *ret_run = run;
    if (shared == NULL) {
        taker->gathered = true;
        conn->gathering = taker;
        net_outlet_push(taker, conn->slots.previous);
        *slot = NULL;
    }
    expect(conn, taker, run.count);
    reactor->gathered += run.count;
    return NET_GATHER_TAKEN;
}

/* Has everything answered that is gathered. False: that was the end of the connection. */
static inline bool
answer_gathered(NetConn *conn)
{
    net_reactor_answer(conn->reactor);
    return takes_requests(conn);
}

/*
 * Gathers the request at the head of the input, `offered.bytes` long, and some behind it, at most
 * offered.count in all; or drops it with its connection. False: nobody wants to gather it;
 * *ret_unused is a slot that was made in vain, or NULL.
 */
static inline bool
gather(NetConn *conn, BaseSlice input, NetRun offered, NetRun *ret_run, NetRequest **ret_unused)
{
    NetReactor *reactor = conn->reactor;
    *ret_unused = NULL;
    if (reactor->gathered == NET_GATHERED_MAX && !answer_gathered(conn)) {
        return true;
    }
    NetGathering gathering = gather_once(conn, input, offered, ret_run, ret_unused);
    if (gathering == NET_GATHER_LATER) {
        if (!answer_gathered(conn)) {
            drop_slot(conn, *ret_unused);
            return true;
        }
        gathering = gather_once(conn, input, offered, ret_run, ret_unused);
    }
    return gathering == NET_GATHER_TAKEN;
}

/*
 * Takes the request at the head of the input, `offered.bytes` long, the way that fits, and maybe
 * some behind it, at most offered.count in all. Returns what was taken. See deliver_one().
 */
static NetRun
offer(NetConn *conn, BaseSlice input, NetRun offered, bool fresh, bool bad)
{
    NetRequest *slot = NULL;
    NetRun run = {1, offered.bytes};
    if (conn->gathers && !bad && gather(conn, input, offered, &run, &slot)) {
        return run;
    }
    if (slot == NULL) {
        slot = new_slot(conn);
    }
    if (slot != NULL) {
        deliver_one(conn, slot, base_slice(input.data, offered.bytes), fresh, bad);
    }
    return run;
}

/* Looks for the end of the request at the head of `rest`, within the limits. */
static NetScanVerdict
scan(NetConn *conn, BaseSlice rest, size_t *ret_len)
{
    NetReactor *reactor = conn->reactor;
    size_t max = reactor->limits.request_bytes_max;
    size_t len = 0;
    NetScanVerdict verdict =
        reactor->callbacks->scan(reactor->user, &conn->scan, rest.data, rest.len, &len);
    if (verdict == NET_SCAN_WHOLE) {
        BASE_CHECK(len >= 1 && len <= rest.len);
        *ret_len = len;
        return len > max ? NET_SCAN_BAD : NET_SCAN_WHOLE;
    }
    return verdict == NET_SCAN_MORE && rest.len >= max ? NET_SCAN_BAD : verdict;
}

/* Acts on a verdict that ends the connection. */
static void
refuse(NetConn *conn, NetScanVerdict verdict, BaseSlice rest, bool fresh)
{
    net_reactor_count(conn->reactor, NET_COUNT_CLOSED_BAD, 1);
    if (verdict == NET_SCAN_BAD) {
        (void)offer(conn, rest, (NetRun){1, rest.len}, fresh, true);
    }
    net_conn_end_requests(conn);
}

/*
 * Delivers requests from `fresh`, which are bytes in the read buffer, or with NULL from the
 * connection's input, until `wait` says why it stopped or the connection takes no more.
 */
static void
deliver(NetConn *conn, BaseSlice *fresh)
{
    for (unsigned count = 0; takes_requests(conn);) {
        BaseSlice rest = fresh != NULL ? *fresh : net_input_slice(&conn->input);
        if (rest.len == 0) {
            conn->wait = NET_CONN_WAIT_BYTES;
            return;
        }
        if (count == RUN_REQUESTS_MAX) {
            conn->wait = NET_CONN_WAIT_TURN;
            return;
        }
        if (!may_take(conn)) {
            return;
        }
        size_t len = 0;
        NetScanVerdict verdict = scan(conn, rest, &len);
        if (verdict == NET_SCAN_MORE) {
            conn->wait = NET_CONN_WAIT_BYTES;
            if (conn->request_began_us == 0) {
                conn->request_began_us = conn->reactor->now_us;
            }
            return;
        }
        if (verdict != NET_SCAN_WHOLE) {
            refuse(conn, verdict, rest, fresh != NULL);
            return;
        }
        NetRun offered = {RUN_REQUESTS_MAX - count, len};
        NetRun run = offer(conn, rest, offered, fresh != NULL, false);
        if (fresh != NULL) {
            *fresh = base_slice(rest.data + run.bytes, rest.len - run.bytes);
        } else if (!conn->offered_stolen) {
            net_input_consume(&conn->input, run.bytes);
        }
        conn->offered_stolen = false;
        count += run.count;
    }
}

/* How much one read may bring. */
static size_t
read_room(const NetConn *conn)
{
    const NetBudget *budget = conn->reactor->budget;
    if (net_budget_is_calm(budget)) {
        return NET_READ_BYTES;
    }
    size_t share = net_budget_share(budget);
    size_t held = net_conn_held(conn);
    size_t room = held < share ? share - held : 1;
    return room < NET_READ_BYTES ? room : NET_READ_BYTES;
}

/*
 * Reads once: behind what waits in the input as far as its storage goes, and into the read buffer.
 * On NET_IO_DONE the bytes of the input are in place, and ret_fresh are those in the read buffer.
 */
static NetIo
read_once(NetConn *conn, BaseSlice *ret_fresh)
{
    NetReactor *reactor = conn->reactor;
    BaseBuf *buf = &conn->input.buf;
    net_input_compact(&conn->input);
    size_t room = read_room(conn);
    size_t spare = buf->len == 0 ? 0 : buf->capacity - buf->len;
    uint8_t *space = net_reactor_read_space(reactor);
    spare = spare < room ? spare : room;
    struct iovec vectors[2] = {
        {.iov_base = spare == 0 ? NULL : buf->data + buf->len, .iov_len = spare},
        {.iov_base = space, .iov_len = room}};
    size_t first = spare == 0 ? 1 : 0;
    NetIo io = conn->link.transport->read(&conn->link, vectors + first, 2 - first);
    if (io.kind == NET_IO_DONE) {
        size_t kept = io.bytes < spare ? io.bytes : spare;
        buf->len += kept;
        *ret_fresh = base_slice(space, io.bytes - kept);
        reactor->read_bytes += ret_fresh->len;
        conn->readable = conn->end_announced || io.bytes == spare + room;
    }
    return io;
}

/* Takes bytes that were read: delivers from where they are, and keeps what is left over. */
static void
take(NetConn *conn, BaseSlice fresh)
{
    const NetReactor *reactor = conn->reactor;
    bool straight = net_input_len(&conn->input) == 0;
    if (straight) {
        conn->gathers = reactor->callbacks->gather != NULL && net_budget_is_calm(reactor->budget);
        deliver(conn, &fresh);
        conn->gathers = false;
    }
    if (takes_requests(conn) && !net_input_append(&conn->input, fresh.data, fresh.len)) {
        net_conn_kill(conn);
        return;
    }
    net_charge_input(conn);
    if (!straight) {
        deliver(conn, NULL);
    }
}

static void
read_and_take(NetConn *conn)
{
    NetReactor *reactor = conn->reactor;
    BaseSlice fresh = BASE_SLICE_EMPTY;
    NetIo io = read_once(conn, &fresh);
    switch (io.kind) {
    case NET_IO_DONE:
        net_reactor_count(reactor, NET_COUNT_BYTES_READ, io.bytes);
        conn->read_us = reactor->now_us;
        take(conn, fresh);
        return;
    case NET_IO_BLOCKED:
        conn->readable = false;
        return;
    case NET_IO_END:
        conn->readable = false;
        conn->ended = true;
        net_conn_end_input(conn);
        return;
    case NET_IO_BROKEN:
        net_conn_broken(conn);
        return;
    }
}

static void
take_requests(NetConn *conn)
{
    if (conn->wait != NET_CONN_WAIT_BYTES) {
        bool starved = conn->wait != NET_CONN_WAIT_TURN;
        deliver(conn, NULL);
        if (starved && conn->wait == NET_CONN_WAIT_BYTES && conn->request_began_us != 0) {
            conn->request_began_us = conn->reactor->now_us;
        }
    }
    if (conn->state == NET_CONN_OPEN && conn->wait == NET_CONN_WAIT_BYTES && conn->readable &&
        may_take(conn)) {
        read_and_take(conn);
    }
    if (!takes_requests(conn)) {
        return;
    }
    net_charge_input(conn);
    bool more = conn->wait == NET_CONN_WAIT_BYTES && conn->readable;
    if (conn->state == NET_CONN_LAST && conn->wait == NET_CONN_WAIT_BYTES) {
        net_conn_end_requests(conn);
    } else if (more || conn->wait == NET_CONN_WAIT_TURN) {
        net_conn_make_ready(conn);
    }
}

/* Throws away what the peer sends, until it ends. */
static void
linger(NetConn *conn)
{
    if (!conn->readable) {
        return;
    }
    struct iovec vector = {net_reactor_read_space(conn->reactor), NET_READ_BYTES};
    NetIo io = conn->link.transport->read(&conn->link, &vector, 1);
    if (io.kind == NET_IO_END || io.kind == NET_IO_BROKEN) {
        net_conn_kill(conn);
        return;
    }
    conn->readable = io.kind == NET_IO_DONE && (conn->end_announced || io.bytes == NET_READ_BYTES);
    if (conn->readable) {
        net_conn_make_ready(conn);
    }
}

void
net_intake_run(NetConn *conn)
{
    if (takes_requests(conn)) {
        take_requests(conn);
    }
    if (conn->state == NET_CONN_CLOSING) {
        net_input_clear(&conn->input);
        net_charge_input(conn);
        if (conn->slot_count == 0) {
            net_conn_end_output(conn);
        }
    } else if (conn->state == NET_CONN_LINGERING) {
        linger(conn);
    }
}
