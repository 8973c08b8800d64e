/*
 * connection.h: one connection to a server: non-blocking, pipelined, with deadlines.
 *
 * The caller owns the event loop. It encodes framed requests at the end of the connection's output,
 * announces each with client_connection_sent(), and moves bytes with write and read when the socket
 * is ready. Replies come in the order of the requests; client_connection_next() pairs them up:
 *
 *   BaseBuf *out = client_connection_output(c);
 *   int32_t seqid = client_connection_seqid(c);
 *   if (client_encode_call(out, format, seqid, LARDER_METHOD_GET, &arguments) == WIRE_OK) {
 *       client_connection_sent(c, tag, now_us + timeout_us);
 *   }
 *   client_connection_write(c);
 *   ... when readable: client_connection_read(c);
 *   while (client_connection_next(c, now_us, &event)) { ... }
 *
 * Every request that was announced ends in exactly one event: REPLY; TIMEOUT, when its deadline
 * passed (its reply is swallowed when it comes after all; until then it takes up its place among
 * the unanswered ones); or LOST, when the connection ended before. What the server did with a
 * request that ended in TIMEOUT or LOST is unknown, unless `unsent` is set: then the socket never
 * took all of its bytes, so the server cannot have executed it.
 *
 * Deadlines are observed in the order of the requests: none expires before those that were sent
 * earlier. Give the requests of one connection deadlines that do not decrease, or none, and keep
 * time elsewhere.
 *
 * Bounds: requests without a reply (pending_max), bytes of a reply (reply_bytes_max). Output grows
 * with what the caller encodes. Memory is taken by new() and by growth to the longest reply, and
 * given back by free().
 *
 * States: CLOSED, CONNECTING, OPEN, BROKEN. A broken connection has delivered an error and waits,
 * until its pending requests have been fetched as LOST, for close() and perhaps another connect().
 *
 * Threading: one owner at a time. Times are microseconds of the monotonic clock.
 */
#ifndef LARDER_SERVICE_CLIENT_CONNECTION_H
#define LARDER_SERVICE_CLIENT_CONNECTION_H

#include "engine/base/buf.h"
#include "service/client/address.h"

typedef struct ClientConnection ClientConnection;

typedef enum ClientState {
    CLIENT_CLOSED,
    CLIENT_CONNECTING,
    CLIENT_OPEN,
    CLIENT_BROKEN,
} ClientState;

typedef enum ClientEventKind {
    CLIENT_EVENT_REPLY,
    CLIENT_EVENT_TIMEOUT,
    CLIENT_EVENT_LOST,
} ClientEventKind;

/* The end of one request. */
typedef struct ClientEvent {
    ClientEventKind kind;
    uint64_t tag;      /* the caller's own, from client_connection_sent() */
    int32_t seqid;     /* that the request was sent with */
    BaseSlice message; /* REPLY: whole, frame header included; valid until the next read or close */
    bool unsent;       /* LOST: the socket did not take all of it */
} ClientEvent;

/* A closed connection. BASE_NO_MEMORY. pending_max: at least 1. */
BaseStatus client_connection_new(size_t pending_max, size_t reply_bytes_max,
                                 ClientConnection **ret_connection);

/* Closes and frees; takes NULL. */
void client_connection_free(ClientConnection *connection);

/*
 * Starts to connect a CLOSED connection; then it is CONNECTING or OPEN. A refusal may be known at
 * once or turn up in write() or read(). BASE_IO, BASE_NOT_FOUND (no such socket), BASE_BUSY (out of
 * descriptors).
 */
BaseStatus client_connection_connect(ClientConnection *connection, const ClientEndpoint *endpoint);

/* Drops socket, input, output and pending requests: CLOSED. */
void client_connection_close(ClientConnection *connection);

ClientState client_connection_state(const ClientConnection *connection);

/*
 * What broke a BROKEN connection. BASE_INVALID: the bytes that the oldest pending request was
 * answered with.
 */
BaseStatus client_connection_problem(const ClientConnection *connection);

/* The descriptor to wait on; -1 when there is none. */
int client_connection_socket(const ClientConnection *connection);

/* Whether to wait until the socket can be written: it is connecting, or output is left. */
bool client_connection_wants_write(const ClientConnection *connection);

/* How many more requests may be sent before a reply is fetched. 0 unless OPEN or CONNECTING. */
size_t client_connection_room(const ClientConnection *connection);

/* Requests that have not ended in an event. */
size_t client_connection_pending(const ClientConnection *connection);

/* Bytes of output that the socket has not taken. */
size_t client_connection_backlog(const ClientConnection *connection);

/* Gives back storage that exceeds `bytes` of a buffer without contents, after a large message. */
void client_connection_trim(ClientConnection *connection, size_t bytes);

/* Where to encode the next request, behind what is there. */
BaseBuf *client_connection_output(ClientConnection *connection);

/* The sequence id for the next request. */
int32_t client_connection_seqid(const ClientConnection *connection);

/* Announces the request that was just encoded. deadline_us 0: none. REQUIRES: room. */
void client_connection_sent(ClientConnection *connection, uint64_t tag, int64_t deadline_us);

/* Sends what the socket takes. An error breaks the connection and is returned. */
BaseStatus client_connection_write(ClientConnection *connection);

/*
 * Receives what is there, up to a bounded amount; *ret_more (may be NULL) says that there may be
 * more. Fetch all events before reading again. The end of the stream or an error breaks the
 * connection and is returned.
 */
BaseStatus client_connection_read(ClientConnection *connection, bool *ret_more);

/*
 * Fetches the next event. False: none now. Bytes that cannot be a reply break the connection: then
 * the requests end as LOST and client_connection_problem() explains.
 */
bool client_connection_next(ClientConnection *connection, int64_t now_us, ClientEvent *ret_event);

/* Breaks the connection for a reason of the caller's, such as a malformed reply. */
void client_connection_break(ClientConnection *connection, BaseStatus why);

/* Waits up to timeout_us for the socket, then writes and reads; for those without an event loop. */
BaseStatus client_connection_wait(ClientConnection *connection, int64_t timeout_us);

#endif
