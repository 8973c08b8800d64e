/*
 * intake.h: the input side of a connection: reading, finding requests, delivering them.
 *
 * One run of a connection, at most once per turn:
 *   1. deliver what already waits in its input;
 *   2. if nothing complete is left there: read once, at most a read buffer, and deliver that.
 * A run delivers at most 256 requests, so a connection with an endless pipeline shares its reactor
 * evenly. Whole requests are delivered from the reactor's read buffer, only what is left over is
 * copied.
 *
 * Requests in the read buffer are offered to be gathered first: those need neither a slot of their
 * own nor a copy of their bytes, and come several at once, as many of those that stand together as
 * the limits below leave room for. What stands in a read behind one that is not gathered would
 * mostly have to wait for it, and is not offered. In a tight budget nothing is.
 *
 * Before each request, or several, and each read, `may_take` asks whether the connection may have
 * more:
 *   - fewer than pipeline_max requests whose replies have not left;
 *   - unsent replies, plus the largest reply of late for each request under way, below
 *     output_bytes_max. The estimate keeps a client that pipelines large reads from being owed
 *     pipeline_max large replies;
 *   - in a tight budget, less held than its share (budget.h).
 * The answer "no" is not an event to poll for: the connection waits for its own replies to leave,
 * or on the reactor's list of starved connections, and the socket is simply not read. The sockets
 * are watched edge-triggered, so not reading costs no system call; `readable` remembers that there
 * is more.
 *
 * The clock of an incomplete request (request_began_us) starts with its first byte, and again when
 * reading goes on after a wait that the peer did not choose.
 *
 * Threading: the reactor's thread.
 */
#ifndef LARDER_SERVICE_NET_INTAKE_H
#define LARDER_SERVICE_NET_INTAKE_H

#include "service/net/conn.h"

/* Runs a connection that is ready. It may be dead afterwards. */
void net_intake_run(NetConn *conn);

#endif
