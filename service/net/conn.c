/*
 * conn.c: the states of a connection. See conn.h.
 */
#include "service/net/conn.h"

#include "engine/base/check.h"
#include "service/net/charge.h"

#include <stdlib.h>
#include <sys/epoll.h>

enum { LINGER_US = 500 * 1000 };

NetConn *
net_conn_new(NetReactor *reactor, const NetConnOrigin *origin)
{
    NetConn *conn = calloc(1, sizeof *conn);
    if (conn == NULL) {
        return NULL;
    }
    conn->watch = NET_WATCH_CONN;
    conn->state = NET_CONN_OPEN;
    conn->wait = NET_CONN_WAIT_BYTES;
    conn->writable = true;
    conn->reactor = reactor;
    conn->link = (NetLink){net_transport_plain(), NULL, origin->fd};
    conn->peer_key = origin->peer_key;
    memcpy(conn->peer, origin->peer, sizeof conn->peer);
    net_list_init(&conn->all);
    net_list_init(&conn->ready);
    net_list_init(&conn->flush);
    net_list_init(&conn->slots);
    atomic_init(&conn->held, 0);
    atomic_init(&conn->choked, false);
    return conn;
}

static int
poll(NetConn *conn, int operation, uint32_t output)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP | EPOLLET | output,
                                .data.ptr = conn};
    return epoll_ctl(conn->reactor->epoll_fd, operation, conn->link.fd, &event);
}

void
net_conn_open(NetConn *conn)
{
    NetReactor *reactor = conn->reactor;
    conn->read_us = reactor->now_us;
    net_gate_init(&conn->gate, reactor->limits.output_bytes_max);
    net_list_append(&reactor->conns, &conn->all);
    if (reactor->callbacks->opened != NULL) {
        reactor->callbacks->opened(reactor->user, conn);
    }
    if (poll(conn, EPOLL_CTL_ADD, 0) != 0) {
        net_conn_kill(conn);
    }
}

void
net_conn_poll_output(NetConn *conn, bool on)
{
    if (conn->polls_output == on) {
        return;
    }
    if (poll(conn, EPOLL_CTL_MOD, on ? EPOLLOUT : 0) != 0) {
        net_conn_broken(conn);
        return;
    }
    conn->polls_output = on;
}

void
net_conn_end_input(NetConn *conn)
{
    if (conn->state == NET_CONN_OPEN) {
        conn->state = NET_CONN_LAST;
        net_conn_make_ready(conn);
    }
}

void
net_conn_end_requests(NetConn *conn)
{
    if (conn->state == NET_CONN_OPEN || conn->state == NET_CONN_LAST) {
        conn->state = NET_CONN_CLOSING;
        net_conn_make_ready(conn);
    }
}

void
net_conn_end_output(NetConn *conn)
{
    BASE_INVARIANT(conn->state == NET_CONN_CLOSING);
    if (conn->ended) {
        net_conn_kill(conn);
        return;
    }
    conn->state = NET_CONN_LINGERING;
    conn->linger_us = conn->reactor->now_us + LINGER_US;
    net_input_clear(&conn->input);
    net_charge_input(conn);
    conn->link.transport->end(&conn->link);
    net_conn_make_ready(conn);
}

/* Lets the owner make replies again. */
static void
tell_drained(NetConn *conn)
{
    const NetCallbacks *callbacks = conn->reactor->callbacks;
    if (callbacks->drained != NULL) {
        callbacks->drained(conn->reactor->user, conn);
    }
}

/* Drops the replies that wait; those under way are dropped when they come. */
static void
drop_finished(NetConn *conn)
{
    NetList *node = conn->slots.next;
    while (node != &conn->slots) {
        NetRequest *request = NET_LIST_ELEMENT(node, NetRequest, slot);
        node = node->next;
        if (request->done) {
            net_conn_release(conn, request);
        }
    }
}

void
net_conn_kill(NetConn *conn)
{
    if (conn->state == NET_CONN_DEAD) {
        return;
    }
    NetReactor *reactor = conn->reactor;
    conn->state = NET_CONN_DEAD;
    conn->link.transport->close(&conn->link);
    net_list_remove(&conn->ready);
    net_list_remove(&conn->flush);
    net_input_clear(&conn->input);
    net_charge_input(conn);
    drop_finished(conn);
    conn->unsent = 0;
    if (net_gate_open(&conn->gate)) {
        tell_drained(conn);
    }
    net_reactor_forget(reactor, conn->peer_key);
    if (conn->slot_count == 0) {
        net_list_remove(&conn->all);
        net_list_append(&reactor->dead, &conn->all);
    }
}

void
net_conn_broken(NetConn *conn)
{
    if (conn->state != NET_CONN_DEAD && conn->slot_count > 0) {
        net_reactor_count(conn->reactor, NET_COUNT_CLOSED_RESET, 1);
    }
    net_conn_kill(conn);
}

void
net_conn_free(NetConn *conn)
{
    BASE_CHECK(conn->state == NET_CONN_DEAD && conn->slot_count == 0);
    BASE_INVARIANT(net_conn_held(conn) == 0);
    net_list_remove(&conn->all);
    if (conn->reactor->callbacks->closed != NULL) {
        conn->reactor->callbacks->closed(conn->reactor->user, conn);
    }
    free(conn);
}

void
net_conn_make_ready(NetConn *conn)
{
    if (conn->state != NET_CONN_DEAD) {
        net_list_remove(&conn->ready);
        net_list_append(&conn->reactor->ready, &conn->ready);
    }
}

void
net_conn_add_up(NetRequest *request, NetConnSum *sum)
{
    sum->slots++;
    sum->requests += request->requests;
    sum->charged += request->charged;
    sum->gated += request->gated;
    net_request_reset(request);
}

void
net_conn_give_back(NetConn *conn, NetList *slots, NetList *last, const NetConnSum *sum)
{
    conn->slot_count -= sum->slots;
    conn->requests -= sum->requests;
    net_request_pool_put(&conn->reactor->pool, slots, last, sum->slots);
    net_charge(conn, sum->charged, 0, 0);
    if (sum->gated != 0 && net_gate_take(&conn->gate, sum->gated)) {
        tell_drained(conn);
    }
}

void
net_conn_release(NetConn *conn, NetRequest *request)
{
    NetConnSum sum = {0, 0, 0, 0};
    NetList alone;
    if (!request->done) {
        conn->pending -= request->requests;
    }
    net_list_init(&alone);
    net_list_remove(&request->slot);
    net_list_append(&alone, &request->slot);
    net_conn_add_up(request, &sum);
    net_conn_give_back(conn, &alone, &request->slot, &sum);
}

void
net_conn_set_user(NetConn *conn, void *user)
{
    conn->user = user;
}

void *
net_conn_user(NetConn *conn)
{
    return conn->user;
}

unsigned
net_conn_reactor(const NetConn *conn)
{
    return conn->reactor->index;
}

bool
net_conn_output_full(NetConn *conn)
{
    return net_gate_is_full(&conn->gate);
}

void
net_conn_share_output(NetConn *conn)
{
    net_gate_share(&conn->gate);
}

const char *
net_conn_peer(const NetConn *conn)
{
    return conn->peer;
}
