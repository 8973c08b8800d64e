/*
 * net.h: sockets in, requests out; replies in, sockets out.
 *
 * A NetServer owns listeners, connections and reactor threads. It knows bytes and the boundaries of
 * requests, not what they mean: the owner plugs in callbacks. `scan` finds the end of the
 * request at the head of a connection's input; `request` receives each complete request together
 * with a NetRequest, the slot for its reply. Slots are answered in any order and from any thread
 * with net_request_finish(); replies leave in the order in which the requests came. An owner that
 * answers many small requests on the reactor may gather them: those of a connection share a slot.
 *
 * Threads. Each connection belongs to one reactor. Callbacks run on that reactor's thread and must
 * not block. `turn_end` runs once at the end of each turn of a reactor, after its `request` calls
 * and after what other threads had finished by then: the place to submit what the turn gathered,
 * and to go on with what waited. net_request_finish() may be called from any thread.
 *
 * Bounds. NetLimits bounds everything that a peer can make grow. A peer that is slow, silent or
 * hostile costs itself its connection, and costs others nothing: reading from a connection stops
 * while it has limits.pipeline_max requests unanswered or limits.output_bytes_max reply bytes
 * unsent.
 */
#ifndef LARDER_SERVICE_NET_NET_H
#define LARDER_SERVICE_NET_NET_H

#include "engine/base/buf.h"
#include "engine/base/clock.h"
#include "engine/base/status.h"
#include "service/net/callbacks.h"
#include "service/net/limits.h"
#include "service/net/stats.h"

typedef struct NetServer NetServer;

typedef struct NetConfig {
    unsigned reactors; /* threads; at least 1 */
    const char *name;  /* of the threads; 8 characters of it are used */
    NetLimits limits;
    NetCallbacks callbacks;
    void *user;
    const BaseClock *clock;
} NetConfig;

/*
 * A server without listeners; its reactors run. `config` is copied, what it points at must outlive
 * the server. BASE_IO, BASE_NO_MEMORY.
 */
BaseStatus net_server_new(const NetConfig *config, NetServer **ret_server);

/*
 * Listens on an address: "tcp:HOST:PORT" (HOST a name, an IPv4 address, or an IPv6 address in
 * brackets; PORT 0 picks a free one), "unix:PATH" (mode 0660; a stale socket file is replaced, a
 * live one is not), or "fd:N" (an inherited listening socket). On success ret_address holds what is
 * listened on ("tcp:127.0.0.1:7400"); on failure `message` says why. Both are NUL-terminated.
 */
BaseStatus net_server_listen(NetServer *server, const char *address, char ret_address[128],
                             char message[256]);

/* New limits apply to what happens from now on. From any thread. */
void net_server_set_limits(NetServer *server, const NetLimits *limits);

/*
 * Stops accepting, and lets connections finish: each is read once more, requests that are complete
 * then are answered, and it closes. What lies behind that read (64 KiB at least), or arrives later,
 * is not looked at: such a request is neither executed nor answered. Returns at once;
 * NetStats.connections becomes 0 when all is done. From any thread.
 */
void net_server_drain(NetServer *server);

/*
 * Closes every connection as it is, whatever it has under way; listeners go on accepting. What was
 * delivered is still to be finished, and its replies are dropped. Returns when all are closed, but
 * perhaps for some of which nothing was read yet. From any thread but a reactor's; not while the
 * server is freed.
 */
void net_server_cut(NetServer *server);

/* What happened so far, and what is open now; not of one instant. From any thread. */
void net_server_stats(NetServer *server, NetStats *ret_stats);

/*
 * Closes everything and joins the reactors. REQUIRES: no net_request_finish() comes after it; the
 * owner has answered, or drops with it, every request. `closed` is called for what was open. Takes
 * NULL.
 */
void net_server_free(NetServer *server);

/*
 * Whether the peer of a connection leaves output_bytes_max or more of its replies unread. Ask
 * before executing a request whose reply may be long: after true, execute nothing more for this
 * connection until `drained`, which may come before this call returns. From any thread, while one
 * of its requests is not finished. What the reactor itself has answered counts once it is shared.
 */
bool net_conn_output_full(NetConn *conn);

/*
 * Lets other threads know what the reactor has answered. On the reactor, before it hands them a
 * request of the connection.
 */
void net_conn_share_output(NetConn *conn);

/* The connection of a request. */
NetConn *net_request_conn(NetRequest *request);

/* When its last byte was there: the start of the turn that read it; microseconds, monotonic. */
int64_t net_request_arrival_us(const NetRequest *request);

/*
 * The input of a request, kept valid until it is finished. Only during `request`. An empty slice
 * with data == NULL: no memory; then answer with a refusal.
 */
BaseSlice net_request_own_input(NetRequest *request);

/*
 * Gives the oldest gathered request of a slot that is not answered a slot of its own, behind the
 * answered ones, and a copy of its input, which *input is at first. Whoever splits one off splits
 * off all behind it. A request that was not gathered is answered as it is. NULL: no memory; the
 * request is forgotten, and the connection ends behind what was answered. On the reactor.
 */
NetRequest *net_request_split(NetRequest *request, BaseSlice *input);

/*
 * Moves the input that net_request_own_input() kept into `into`, which is empty; the bytes stay
 * where they are in memory. For whoever still needs them when the request is finished. On the
 * reactor.
 */
void net_request_keep_input(NetRequest *request, BaseBuf *into);

/* Where to write the reply before finishing; owned by the request. Left empty: no reply. */
BaseBuf *net_request_output(NetRequest *request);

/*
 * Whether the server holds in_flight_bytes_max, and this connection, with what is written to the
 * output of this request so far, more than it may then (budget.h). Then answer with a refusal: ask
 * before making a reply that may be large, and again when it is made. From any thread, before the
 * finish.
 */
bool net_request_over_budget(const NetRequest *request);

/*
 * Whether the reactor should make no reply to this request for now: the peer leaves as much unread
 * as net_conn_output_full() says, shared or not, or the request is over the budget. On the reactor.
 */
bool net_request_held_back(const NetRequest *request);

/*
 * Counts a reply that is whole for net_conn_output_full() and the budget, which its finish would do
 * otherwise: for whoever lets another thread go on with the connection before it. Not on the
 * reactor; nothing is written to the output after it.
 */
void net_request_count(NetRequest *request);

/*
 * Answers a request; exactly once, from any thread. `close`: the connection closes after this reply
 * and takes no more requests. The request must not be touched afterwards. One that shares its slot
 * is finished on the reactor; with `close` neither it nor what comes behind it has a reply.
 */
void net_request_finish(NetRequest *request, bool close);

/*
 * The same for a reply that was made in the order of the requests: net_conn_output_full() counts
 * it, if the reactor itself has made it, too; those of other threads are counted anyway.
 */
void net_request_finish_in_order(NetRequest *request, bool close);

/*
 * The same for `count` requests of a slot, one if it is not shared, whose replies are whole and in
 * its output; `longest` is the length of the longest. On the reactor. That the output has failed
 * since, for the reply to another one, does not matter.
 */
void net_request_finish_run(NetRequest *request, unsigned count, size_t longest);

/* A word of the owner's on a connection; NULL at first. Only on its reactor's thread. */
void net_conn_set_user(NetConn *conn, void *user);
void *net_conn_user(NetConn *conn);

/* The reactor that a connection belongs to, from 0. */
unsigned net_conn_reactor(const NetConn *conn);

/* "tcp:10.0.0.7:51022" or "unix:pid=123,uid=0"; lives as long as the connection. */
const char *net_conn_peer(const NetConn *conn);

#endif
