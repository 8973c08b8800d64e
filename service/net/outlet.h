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
 * copy of 100 bytes is a few instructions. Large replies are given to it where they are.
 *
 * `unsent` counts a reply that waits with its slot, so that very many tiny replies are not free.
 *
 * Threading: the reactor's thread.
 */
#ifndef LARDER_SERVICE_NET_OUTLET_H
#define LARDER_SERVICE_NET_OUTLET_H

#include "service/net/conn.h"

/* Adds the slot of a new request at the end. */
void net_outlet_push(NetConn *conn, NetRequest *request);

/* Takes a finished request. If the connection is dead, the reply is dropped. */
void net_outlet_answer(NetRequest *request);

/* Writes what can leave. The connection may be dead afterwards. */
void net_outlet_flush(NetConn *conn);

#endif
