/*
 * outlet.h: the output side of a connection: replies in order, and writing them.
 *
 * Slots stand in the order of their requests. A reply leaves when it is finished and all before it
 * have left. Finished replies of a turn are written together, with one system call per connection,
 * at the end of the turn. A slot with `close` is the last that is written: what stands behind it is
 * dropped.
 *
 * Small replies are copied together, into the read buffer of the reactor, which nobody needs while
 * replies are written: the system takes one piece of a few KiB for less than many small ones, and a
 * copy of 100 bytes is a few instructions. Large replies are given to it where they are, and so are
 * those of a gathered slot, which stand together already.
 *
 * `unsent` counts a reply that waits with its slot, so that very many tiny replies are not free.
 *
 * Threading: the reactor's thread.
 */
#ifndef LARDER_SERVICE_NET_OUTLET_H
#define LARDER_SERVICE_NET_OUTLET_H

#include "service/net/conn.h"
#include "service/net/request.h"

/* Adds a slot to its connection, behind another one or the head of the list. */
void net_outlet_push(NetRequest *request, NetList *behind);

/* So many more replies will be in a slot. */
static inline void
net_outlet_expect(NetRequest *request, unsigned count)
{
    request->requests += count;
    request->open += count;
    request->conn->requests += count;
    request->conn->pending += count;
}

/* Takes a finished request. If the connection is dead, the reply is dropped. */
void net_outlet_answer(NetRequest *request);

/* Writes what can leave. The connection may be dead afterwards. */
void net_outlet_flush(NetConn *conn);

#endif
