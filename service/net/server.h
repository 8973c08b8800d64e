/*
 * server.h: what the reactors and listeners of a NetServer share.
 *
 * Threading: `mutex` guards `limits`, `draining`, `addresses` and what is told of cuts. Reactors
 * read the limits through a copy of their own, which they renew when `limits_version` moved.
 * Connections and bytes are counted in `budget`, connections per address in `peers`, both for any
 * thread.
 */
#ifndef LARDER_SERVICE_NET_SERVER_H
#define LARDER_SERVICE_NET_SERVER_H

#include "service/net/reactor.h"

/* Fills what a reactor takes from its server. */
void net_server_attach(NetServer *server, NetReactor *reactor);

/* Of the threads. */
const char *net_server_name(const NetServer *server);

/* The reactor that accepts. */
NetReactor *net_server_acceptor(NetServer *server);

/* Renews a copy of the limits if it is old. */
void net_server_refresh_limits(NetServer *server, unsigned *version, NetLimits *limits);

/*
 * Counts a connection in and chooses its reactor. NULL: it is over a limit, and ret_refusal says
 * which; untouched otherwise. The acceptor's thread.
 */
NetReactor *net_server_admit(NetServer *server, NetPeerKey peer_key, NetCount *ret_refusal);

/* Counts a connection out. From any thread. */
void net_server_forget(NetServer *server, NetPeerKey peer_key);

/*
 * Accepts a connection with the reserve descriptor and closes it. False: there is no reserve, or
 * nothing was accepted. The acceptor's thread.
 */
bool net_server_shed(NetServer *server, int listening_fd);

/* Listeners that wait before they accept again: count, ask, resume. The acceptor's thread. */
void net_server_count_paused(NetServer *server, int more);
bool net_server_has_paused_listener(const NetServer *server);
void net_server_resume_listeners(NetServer *server);

/* Closes all listening sockets. The acceptor's thread. */
void net_server_close_listeners(NetServer *server);

/* Tells net_server_cut() that a reactor has done its part. The reactor's thread. */
void net_server_note_cut(NetServer *server, NetReactor *reactor, uint64_t number);

#endif
