/*
 * outlet.c: replies in order. See outlet.h.
 */
#include "service/net/outlet.h"

#include "service/net/reactor.h"
#include "service/net/request.h"

static NetRequest *
oldest(const NetConn *conn)
{
    return net_list_is_empty(&conn->slots) ? NULL
                                           : NET_LIST_ELEMENT(conn->slots.next, NetRequest, slot);
}

/* What a reply counts while it waits. */
static size_t
weight(const NetRequest *request)
{
    return sizeof *request + request->output.len;
}

void
net_outlet_push(NetConn *conn, NetRequest *request)
{
    net_list_append(&conn->slots, &request->slot);
    conn->slot_count++;
    conn->pending++;
    net_conn_charge_request(conn, request);
}

static void
drop(NetConn *conn, NetRequest *request)
{
    net_conn_charge_request(conn, request);
    net_conn_release(conn, request);
    if (conn->slot_count == 0) {
        net_list_remove(&conn->all);
        net_list_append(&conn->reactor->dead, &conn->all);
    }
}

void
net_outlet_answer(NetRequest *request)
{
    NetConn *conn = request->conn;
    NetReactor *reactor = conn->reactor;
    net_reactor_count(reactor, NET_COUNT_FINISHED, 1);
    if (conn->state == NET_CONN_DEAD) {
        drop(conn, request);
        return;
    }
    request->done = true;
    conn->pending--;
    net_conn_charge_request(conn, request);
    size_t len = request->output.len;
    size_t faded = conn->reply_peak - conn->reply_peak / 8;
    conn->reply_peak = len > faded ? len : faded;
    conn->unsent += weight(request);
    if (request->close) {
        net_conn_end_requests(conn);
    }
    if (request == oldest(conn) && net_list_is_empty(&conn->flush)) {
        net_list_append(&reactor->flush, &conn->flush);
    }
}

/* Lists the bytes that can leave now. Returns the number of vectors. */
static size_t
gather(const NetConn *conn, struct iovec vectors[NET_WRITE_VECTORS], size_t *ret_bytes)
{
    size_t count = 0;
    size_t bytes = 0;
    for (const NetList *node = conn->slots.next; node != &conn->slots; node = node->next) {
        const NetRequest *request = NET_LIST_ELEMENT(node, NetRequest, slot);
        if (!request->done || count == NET_WRITE_VECTORS) {
            break;
        }
        size_t left = request->output.len - request->sent;
        if (left > 0) {
            vectors[count++] = (struct iovec){request->output.data + request->sent, left};
            bytes += left;
        }
        if (request->close) {
            break;
        }
    }
    *ret_bytes = bytes;
    return count;
}

/* Releases the replies that `bytes` finish. True: the last one of the connection has left. */
static bool
retire(NetConn *conn, size_t bytes)
{
    for (;;) {
        NetRequest *request = oldest(conn);
        if (request == NULL) {
            return conn->state == NET_CONN_CLOSING;
        }
        if (!request->done) {
            return false;
        }
        size_t left = request->output.len - request->sent;
        if (left > bytes) {
            request->sent += bytes;
            return false;
        }
        bytes -= left;
        bool last = request->close;
        conn->unsent -= weight(request);
        net_conn_release(conn, request);
        if (last) {
            return true;
        }
    }
}

static NetIo
write_once(NetConn *conn, size_t *ret_bytes)
{
    NetReactor *reactor = conn->reactor;
    size_t count = gather(conn, reactor->vectors, ret_bytes);
    if (count == 0) {
        return (NetIo){NET_IO_DONE, 0};
    }
    net_reactor_count(reactor, NET_COUNT_WRITEV_CALLS, 1);
    NetIo io = conn->link.transport->write(&conn->link, reactor->vectors, count);
    if (io.kind == NET_IO_DONE) {
        net_reactor_count(reactor, NET_COUNT_BYTES_WRITTEN, io.bytes);
        conn->written_us = reactor->now_us;
    }
    return io;
}

void
net_outlet_flush(NetConn *conn)
{
    if (conn->state == NET_CONN_LINGERING || conn->state == NET_CONN_DEAD || !conn->writable) {
        return;
    }
    size_t wanted = 0;
    NetIo io = write_once(conn, &wanted);
    if (io.kind == NET_IO_BROKEN) {
        net_conn_broken(conn);
        return;
    }
    if (retire(conn, io.bytes)) {
        net_conn_end_output(conn);
        return;
    }
    conn->writable = io.bytes == wanted;
    if (!conn->writable) {
        atomic_store_explicit(&conn->choked, true, memory_order_relaxed);
    }
    if (!conn->writable && !conn->polls_output) {
        conn->written_us = conn->reactor->now_us;
    }
    net_conn_poll_output(conn, !conn->writable);
    if (conn->state == NET_CONN_DEAD) {
        return;
    }
    const NetRequest *next = oldest(conn);
    if (conn->writable && next != NULL && next->done) {
        net_list_append(&conn->reactor->flush, &conn->flush);
    }
    if (conn->wait == NET_CONN_WAIT_ROOM || conn->wait == NET_CONN_WAIT_BUDGET) {
        net_conn_make_ready(conn);
    }
}
