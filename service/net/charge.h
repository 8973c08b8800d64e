/*
 * charge.h: counts the bytes that a connection holds, for itself and for the budget.
 *
 * What a connection holds (NetConn.held) is the bytes of its input and the footprint of each of its
 * slots: the slot, its copy of the request, its reply. Whoever changes one of these brings the
 * count up to date with a function of this file; so the sums are exact at any time, at the price of
 * a few additions in memory that is at hand anyway. The budget gets what was added up in the
 * reactor's ledger (reactor.h), because other threads look at it.
 *
 * Slots that leave together, because one write has sent their replies, are taken off as one sum.
 *
 * Threading: the reactor's thread.
 */
#ifndef LARDER_SERVICE_NET_CHARGE_H
#define LARDER_SERVICE_NET_CHARGE_H

#include "service/net/conn.h"
#include "service/net/reactor.h"
#include "service/net/request.h"

/* `before` bytes have become `after`; the budget has `settled` of what was added already. */
static inline void
net_charge(NetConn *conn, size_t before, size_t after, size_t settled)
{
    size_t held = net_conn_held(conn) - before + after;
    atomic_store_explicit(&conn->held, held, memory_order_relaxed);
    net_reactor_charge(conn->reactor, (int64_t)after - (int64_t)before - (int64_t)settled);
}

/* The input has grown or shrunk. */
static inline void
net_charge_input(NetConn *conn)
{
    size_t now = conn->input.buf.len;
    if (conn->input_charged != now) {
        net_charge(conn, conn->input_charged, now, 0);
        conn->input_charged = now;
    }
}

/* A slot has got its request or its reply; from the first of them on it counts itself, too. */
static inline void
net_charge_request(NetRequest *request)
{
    size_t now = net_request_footprint(request);
    net_charge(request->conn, request->charged, now, request->late);
    request->charged = now;
    request->late = 0;
}

#endif
