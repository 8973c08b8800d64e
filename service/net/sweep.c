/*
 * sweep.c: time limits and relief for the budget. See sweep.h.
 */
#include "service/net/sweep.h"

#include <sys/socket.h>

enum {
    SWEEP_US = 500 * 1000,
    EVICT_AGE_US = 1000 * 1000,
    EVICT_MAX = 64, /* in one sweep */
};

static int64_t
later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static bool
is_idle_too_long(const NetConn *conn, const NetLimits *limits, int64_t now_us)
{
    return limits->idle_ms != 0 && conn->slot_count == 0 && conn->wait == NET_CONN_WAIT_BYTES &&
           conn->request_began_us == 0 &&
           now_us - later(conn->read_us, conn->written_us) > (int64_t)limits->idle_ms * 1000;
}

static bool
is_request_too_slow(const NetConn *conn, const NetLimits *limits, int64_t now_us)
{
    if (limits->request_ms == 0 || conn->request_began_us == 0 ||
        conn->wait != NET_CONN_WAIT_BYTES) {
        return false;
    }
    int64_t allowed_us = (int64_t)limits->request_ms * 1000;
    if (limits->request_rate_min != 0) {
        allowed_us += (int64_t)(net_input_len(&conn->input) * 1000000 / limits->request_rate_min);
    }
    return now_us - conn->request_began_us > allowed_us;
}

static bool
is_write_stalled(const NetConn *conn, const NetLimits *limits, int64_t now_us)
{
    return limits->write_stall_ms != 0 && !conn->writable &&
           now_us - conn->written_us > (int64_t)limits->write_stall_ms * 1000;
}

static void
close_counted(NetConn *conn, NetCount count)
{
    net_reactor_count(conn->reactor, count, 1);
    net_conn_kill(conn);
}

/* Closes with a reset: neither we nor the system keep bytes for the peer. */
static void
reset_counted(NetConn *conn, NetCount count)
{
    struct linger none = {.l_onoff = 1, .l_linger = 0};
    (void)setsockopt(conn->link.fd, SOL_SOCKET, SO_LINGER, &none, sizeof none);
    close_counted(conn, count);
}

static void
check_times(NetConn *conn)
{
    NetReactor *reactor = conn->reactor;
    const NetLimits *limits = &reactor->limits;
    int64_t now_us = reactor->now_us;
    switch (conn->state) {
    case NET_CONN_OPEN:
        if (is_idle_too_long(conn, limits, now_us)) {
            close_counted(conn, NET_COUNT_CLOSED_IDLE);
            return;
        }
        if (is_request_too_slow(conn, limits, now_us)) {
            close_counted(conn, NET_COUNT_CLOSED_SLOW_REQUEST);
            return;
        }
        break;
    case NET_CONN_LAST:
    case NET_CONN_CLOSING:
        break;
    case NET_CONN_LINGERING:
        if (now_us >= conn->linger_us) {
            net_conn_kill(conn);
        }
        return;
    case NET_CONN_DEAD:
        return;
    }
    if (is_write_stalled(conn, limits, now_us)) {
        reset_counted(conn, NET_COUNT_CLOSED_WRITE_STALL);
    }
}

/* Since when a connection holds what closing it would free. */
static int64_t
holding_since_us(const NetConn *conn)
{
    if (conn->request_began_us != 0) {
        return conn->request_began_us;
    }
    return conn->writable ? conn->read_us : conn->written_us;
}

/* Bytes that closing the connection would free; 0: it holds little, or not for long. */
static size_t
evictable(const NetConn *conn, size_t share)
{
    if (conn->state == NET_CONN_DEAD) {
        return 0;
    }
    size_t bytes = conn->input.buf.len + conn->unsent;
    bool old = conn->reactor->now_us - holding_since_us(conn) >= EVICT_AGE_US;
    return old && bytes >= share ? bytes : 0;
}

static NetConn *
largest(NetReactor *reactor, size_t share)
{
    NetConn *found = NULL;
    size_t most = 0;
    for (NetList *node = reactor->conns.next; node != &reactor->conns; node = node->next) {
        NetConn *conn = NET_LIST_ELEMENT(node, NetConn, all);
        size_t bytes = evictable(conn, share);
        if (bytes > most) {
            most = bytes;
            found = conn;
        }
    }
    return found;
}

static void
relieve_budget(NetReactor *reactor)
{
    NetBudget *budget = reactor->budget;
    bool tight = net_budget_level(budget) != NET_BUDGET_CALM;
    if (tight && reactor->was_tight) {
        size_t goal = reactor->limits.in_flight_bytes_max / 2;
        for (int i = 0; i < EVICT_MAX && net_budget_used(budget) > goal; i++) {
            NetConn *conn = largest(reactor, net_budget_share(budget));
            if (conn == NULL) {
                break;
            }
            reset_counted(conn, NET_COUNT_CLOSED_BUDGET);
            net_reactor_settle(reactor);
        }
    }
    reactor->was_tight = tight;
    /* What is held below the share may have changed without an event. */
    net_list_splice(&reactor->ready, &reactor->starved);
}

void
net_sweep_if_due(NetReactor *reactor)
{
    if (reactor->now_us - reactor->swept_us < SWEEP_US) {
        return;
    }
    reactor->swept_us = reactor->now_us;
    NetList *next = NULL;
    for (NetList *node = reactor->conns.next; node != &reactor->conns; node = next) {
        next = node->next;
        check_times(NET_LIST_ELEMENT(node, NetConn, all));
    }
    relieve_budget(reactor);
}
