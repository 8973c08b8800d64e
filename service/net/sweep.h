/*
 * sweep.h: closing connections that exceeded their time, and the largest holders of a tight budget.
 *
 * Every half second by the clock a reactor looks at each of its connections once: exact timers
 * would cost more and gain nothing at these limits. A connection is closed when
 *   idle          it has no request, complete or not, no reply, and moved no byte for idle_ms;
 *   slow request  an incomplete request is older than request_ms plus its bytes at
 *                 request_rate_min, while we would have read more of it;
 *   write stall   replies wait and the socket took no byte for write_stall_ms; it is reset, so that
 *                 the system, too, forgets what it holds for the peer;
 *   lingering     half a second is over (conn.h).
 *
 * Budget. When it was tight at two sweeps in a row, those connections that hold most unfinished
 * input and unsent output, more than their share and for longer than a second, are closed, the
 * largest first, at most 64 in a sweep, until half of the maximum is free: so those that waited
 * have room to finish before the next ones are chosen.
 *
 * Threading: the reactor's thread.
 */
#ifndef LARDER_SERVICE_NET_SWEEP_H
#define LARDER_SERVICE_NET_SWEEP_H

#include "service/net/reactor.h"

/* Sweeps if half a second has passed since the last time. */
void net_sweep_if_due(NetReactor *reactor);

#endif
