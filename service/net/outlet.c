/*
 * outlet.c: replies in order. See outlet.h.
 */
#include "service/net/outlet.h"

#include "engine/base/check.h"
#include "service/net/charge.h"

enum { COPY_MAX = 1024 }; /* bytes that are copied rather than given to the system as a piece */

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
net_outlet_push(NetRequest *request, NetList *behind)
{
    net_list_append(behind->next, &request->slot);
    request->conn->slot_count++;
}

static void
drop(NetConn *conn, NetRequest *request)
{
    net_charge_request(request);
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
    net_reactor_count(reactor, NET_COUNT_FINISHED, request->requests);
    if (conn->state == NET_CONN_DEAD) {
        drop(conn, request);
        return;
    }
    size_t len = request->output.len;
    if (request->gathered) {
        len = request->longest;
        conn->gathering = conn->gathering == request ? NULL : conn->gathering;
    }
    request->done = true;
    conn->pending -= request->requests;
    net_charge_request(request);
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

/* What one write sends. */
typedef struct NetLoad {
    struct iovec *vectors; /* NET_WRITE_VECTORS */
    size_t count;
    uint8_t *copies; /* NET_READ_BYTES */
    size_t copied;
    size_t bytes; /* of all vectors */
} NetLoad;

static void
load_vector(NetLoad *load, uint8_t *data, size_t len)
{
    load->vectors[load->count++] = (struct iovec){data, len};
    load->bytes += len;
}

/* A small piece goes behind the copy of the one before it. */
static void
load_copy(NetLoad *load, const uint8_t *data, size_t len)
{
    uint8_t *copy = load->copies + load->copied;
    memcpy(copy, data, len);
    load->copied += len;
    struct iovec *last = load->count == 0 ? NULL : &load->vectors[load->count - 1];
    if (last != NULL && (uint8_t *)last->iov_base + last->iov_len == copy) {
        last->iov_len += len;
        load->bytes += len;
        return;
    }
    load_vector(load, copy, len);
}

/* Gathers what can leave now. */
static void
gather(const NetConn *conn, NetLoad *load)
{
    for (const NetList *node = conn->slots.next; node != &conn->slots; node = node->next) {
        const NetRequest *request = NET_LIST_ELEMENT(node, NetRequest, slot);
        if (!request->done || load->count == NET_WRITE_VECTORS) {
            return;
        }
        size_t left = request->output.len - request->sent;
        if (left > COPY_MAX || left > NET_READ_BYTES - load->copied) {
            load_vector(load, request->output.data + request->sent, left);
        } else if (left > 0) {
            load_copy(load, request->output.data + request->sent, left);
        }
        if (request->close) {
            return;
        }
    }
}

/* Releases the replies that `bytes` finish. True: the last one of the connection has left. */
static bool
retire(NetConn *conn, size_t bytes)
{
    NetConnSum sum = {0, 0, 0, 0};
    NetList *last = &conn->slots;
    bool closes = false;
    while (last->next != &conn->slots && !closes) {
        NetRequest *request = NET_LIST_ELEMENT(last->next, NetRequest, slot);
        if (!request->done) {
            break;
        }
        size_t left = request->output.len - request->sent;
        if (left > bytes) {
            request->sent += bytes;
            break;
        }
        bytes -= left;
        closes = request->close;
        conn->unsent -= weight(request);
        net_conn_add_up(request, &sum);
        last = last->next;
    }
    if (sum.slots != 0) {
        net_conn_give_back(conn, &conn->slots, last, &sum);
    }
    return closes || (net_list_is_empty(&conn->slots) && conn->state == NET_CONN_CLOSING);
}

static NetIo
write_once(NetConn *conn, size_t *ret_bytes)
{
    NetReactor *reactor = conn->reactor;
    BASE_INVARIANT(reactor->gathered == 0); /* nobody needs what was read */
    NetLoad load = {.vectors = reactor->vectors, .copies = reactor->scratch};
    gather(conn, &load);
    *ret_bytes = load.bytes;
    if (load.count == 0) {
        return (NetIo){NET_IO_DONE, 0};
    }
    net_reactor_count(reactor, NET_COUNT_WRITEV_CALLS, 1);
    NetIo io = conn->link.transport->write(&conn->link, load.vectors, load.count);
    if (io.kind == NET_IO_DONE) {
        net_reactor_count(reactor, NET_COUNT_BYTES_WRITTEN, io.bytes);
        conn->written_us = reactor->now_us;
    }
    return io;
}

/* The socket takes no more bytes, or all of them again. False: the connection is dead. */
static bool
watch_output(NetConn *conn)
{
    if (!conn->writable) {
        conn->written_us = conn->reactor->now_us;
    }
    net_conn_poll_output(conn, !conn->writable);
    return conn->state != NET_CONN_DEAD;
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
    if (conn->polls_output == conn->writable && !watch_output(conn)) {
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
