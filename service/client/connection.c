/*
 * connection.c: a pipelined connection. See connection.h for the contract.
 *
 * Requests that wait for a reply stand in a ring, oldest first. `expired` of them, at the head,
 * have ended in TIMEOUT already and wait only for their replies to be swallowed.
 *
 * Input is one buffer: bytes up to `taken` have been handed out as replies. It is moved to the
 * front when a read needs the room, which happens at most once per read, so the work is linear in
 * the bytes.
 *
 * Invariants: I-1 expired <= pending <= pending_max. I-2 taken <= input.len. I-3 a socket is open
 * if and only if the state is CONNECTING or OPEN.
 */
#include "service/client/connection.h"

#include "engine/base/check.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    READ_BYTES = 64 * 1024,
    FRAME_HEADER_BYTES = 4,
};

typedef struct Pending {
    uint64_t tag;
    int64_t deadline_us;
    uint64_t end; /* position behind its last byte in all output */
    int32_t seqid;
} Pending;

struct ClientConnection {
    ClientState state;
    int socket;
    BaseStatus problem;
    BaseBuf output;
    size_t written; /* bytes of output that the socket took */
    uint64_t gone;  /* bytes that it took of all output since the connect */
    BaseBuf input;
    size_t taken;
    size_t reply_bytes_max;
    Pending *ring;
    size_t pending_max;
    size_t head; /* index of the oldest */
    size_t pending;
    size_t expired;
    int32_t seqid;
};

BaseStatus
client_connection_new(size_t pending_max, size_t reply_bytes_max, ClientConnection **ret_connection)
{
    ClientConnection *connection = calloc(1, sizeof *connection);
    Pending *ring = calloc(pending_max, sizeof *ring);
    if (connection == NULL || ring == NULL) {
        free(ring);
        free(connection);
        return base_error(BASE_NO_MEMORY, "no memory for a connection");
    }
    connection->socket = -1;
    connection->problem = base_ok();
    connection->reply_bytes_max = reply_bytes_max;
    connection->ring = ring;
    connection->pending_max = pending_max;
    *ret_connection = connection;
    return base_ok();
}

void
client_connection_free(ClientConnection *connection)
{
    if (connection == NULL) {
        return;
    }
    client_connection_close(connection);
    base_buf_clear(&connection->output);
    base_buf_clear(&connection->input);
    free(connection->ring);
    free(connection);
}

static void
close_socket(ClientConnection *connection)
{
    if (connection->socket >= 0) {
        (void)close(connection->socket);
        connection->socket = -1;
    }
}

void
client_connection_break(ClientConnection *connection, BaseStatus why)
{
    if (connection->state == CLIENT_BROKEN || connection->state == CLIENT_CLOSED) {
        return;
    }
    close_socket(connection);
    connection->state = CLIENT_BROKEN;
    connection->problem = why;
}

void
client_connection_close(ClientConnection *connection)
{
    close_socket(connection);
    connection->state = CLIENT_CLOSED;
    connection->problem = base_ok();
    base_buf_reset(&connection->output);
    base_buf_reset(&connection->input);
    connection->written = 0;
    connection->gone = 0;
    connection->taken = 0;
    connection->head = 0;
    connection->pending = 0;
    connection->expired = 0;
}

/* A status for the errno of a socket call. */
static BaseStatus
status_of(int error)
{
    switch (error) {
    case ECONNREFUSED:
        return base_error(BASE_IO, "connection refused");
    case ECONNRESET:
    case EPIPE:
        return base_error(BASE_CLOSED, "connection reset by the server");
    case ENOENT:
        return base_error(BASE_NOT_FOUND, "no such socket");
    case EACCES:
    case EPERM:
        return base_error(BASE_IO, "permission denied");
    case ETIMEDOUT:
        return base_error(BASE_IO, "connection timed out");
    case EHOSTUNREACH:
    case ENETUNREACH:
        return base_error(BASE_IO, "host or network is unreachable");
    case EMFILE:
    case ENFILE:
        return base_error(BASE_BUSY, "too many open files");
    case EAGAIN:
        return base_error(BASE_BUSY, "the server's queue of new connections is full");
    case EADDRNOTAVAIL:
        return base_error(BASE_BUSY, "no free local port");
    default:
        return base_error(BASE_IO, "socket error");
    }
}

static bool
is_retry(int error)
{
    return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

BaseStatus
client_connection_connect(ClientConnection *connection, const ClientEndpoint *endpoint)
{
    BASE_CHECK(connection->state == CLIENT_CLOSED);
    int family = endpoint->address.ss_family;
    int made = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (made < 0) {
        return status_of(errno);
    }
    if (family != AF_UNIX) {
        int on = 1;
        (void)setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    int result = connect(made, (const struct sockaddr *)&endpoint->address, endpoint->length);
    if (result != 0 && errno != EINPROGRESS && errno != EINTR) {
        BaseStatus status = status_of(errno);
        (void)close(made);
        return status;
    }
    connection->socket = made;
    connection->state = result == 0 ? CLIENT_OPEN : CLIENT_CONNECTING;
    return base_ok();
}

ClientState
client_connection_state(const ClientConnection *connection)
{
    return connection->state;
}

BaseStatus
client_connection_problem(const ClientConnection *connection)
{
    return connection->problem;
}

int
client_connection_socket(const ClientConnection *connection)
{
    return connection->socket;
}

bool
client_connection_wants_write(const ClientConnection *connection)
{
    return connection->state == CLIENT_CONNECTING || connection->written < connection->output.len;
}

size_t
client_connection_room(const ClientConnection *connection)
{
    bool usable = connection->state == CLIENT_OPEN || connection->state == CLIENT_CONNECTING;
    return usable ? connection->pending_max - connection->pending : 0;
}

size_t
client_connection_pending(const ClientConnection *connection)
{
    return connection->pending - connection->expired;
}

size_t
client_connection_backlog(const ClientConnection *connection)
{
    return connection->output.len - connection->written;
}

static void
trim(BaseBuf *buf, size_t bytes)
{
    if (buf->len == 0 && buf->capacity > bytes) {
        base_buf_clear(buf);
    }
}

void
client_connection_trim(ClientConnection *connection, size_t bytes)
{
    if (connection->taken == connection->input.len) {
        base_buf_reset(&connection->input);
        connection->taken = 0;
    }
    trim(&connection->input, bytes);
    trim(&connection->output, bytes);
}

BaseBuf *
client_connection_output(ClientConnection *connection)
{
    return &connection->output;
}

int32_t
client_connection_seqid(const ClientConnection *connection)
{
    return connection->seqid;
}

static Pending *
pending_at(const ClientConnection *connection, size_t index)
{
    size_t at = connection->head + index;
    return &connection->ring[at >= connection->pending_max ? at - connection->pending_max : at];
}

void
client_connection_sent(ClientConnection *connection, uint64_t tag, int64_t deadline_us)
{
    BASE_CHECK(connection->pending < connection->pending_max);
    uint64_t end = connection->gone + client_connection_backlog(connection);
    *pending_at(connection, connection->pending) =
        (Pending){tag, deadline_us, end, connection->seqid};
    connection->pending++;
    connection->seqid = (int32_t)((uint32_t)connection->seqid + 1);
}

static Pending
pop_pending(ClientConnection *connection)
{
    Pending oldest = connection->ring[connection->head];
    connection->head = connection->head + 1 == connection->pending_max ? 0 : connection->head + 1;
    connection->pending--;
    return oldest;
}

static BaseStatus
broken(ClientConnection *connection, BaseStatus why)
{
    client_connection_break(connection, why);
    return connection->problem;
}

/* Learns how a connect that was under way ended. True: it is open. */
static bool
finish_connect(ClientConnection *connection)
{
    struct pollfd ready = {.fd = connection->socket, .events = POLLOUT};
    if (poll(&ready, 1, 0) <= 0) {
        return false;
    }
    int error = 0;
    socklen_t length = sizeof error;
    if (getsockopt(connection->socket, SOL_SOCKET, SO_ERROR, &error, &length) != 0) {
        error = errno;
    }
    if (error != 0) {
        client_connection_break(connection, status_of(error));
        return false;
    }
    connection->state = CLIENT_OPEN;
    return true;
}

/* False: there is nothing to move now; the status to return is the connection's problem. */
static bool
is_open(ClientConnection *connection)
{
    if (connection->state == CLIENT_CONNECTING) {
        return finish_connect(connection);
    }
    return connection->state == CLIENT_OPEN;
}

/* Moves what is left of the output to the front, once that costs no more than was written. */
static void
compact_output(ClientConnection *connection)
{
    BaseBuf *output = &connection->output;
    size_t left = output->len - connection->written;
    if (left > connection->written) {
        return;
    }
    if (left != 0) {
        memmove(output->data, output->data + connection->written, left);
    }
    output->len = left;
    output->failed = false;
    connection->written = 0;
}

BaseStatus
client_connection_write(ClientConnection *connection)
{
    if (!is_open(connection)) {
        return connection->problem;
    }
    while (connection->written < connection->output.len) {
        ssize_t sent =
            send(connection->socket, connection->output.data + connection->written,
                 connection->output.len - connection->written, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno == EINTR) {
            continue;
        }
        if (sent < 0 && !is_retry(errno)) {
            return broken(connection, status_of(errno));
        }
        if (sent < 0) {
            break;
        }
        connection->written += (size_t)sent;
        connection->gone += (size_t)sent;
    }
    compact_output(connection);
    return base_ok();
}

/* The length of the first frame in the input, header included; 0 while the header is not there. */
static size_t
frame_length(const ClientConnection *connection)
{
    if (connection->input.len - connection->taken < FRAME_HEADER_BYTES) {
        return 0;
    }
    const uint8_t *at = connection->input.data + connection->taken;
    uint32_t length = (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
    return (size_t)length + FRAME_HEADER_BYTES;
}

/* Moves what is left of the input to the front and makes room behind it. */
static bool
make_room(ClientConnection *connection, size_t *ret_room)
{
    BaseBuf *input = &connection->input;
    if (connection->taken != 0) {
        memmove(input->data, input->data + connection->taken, input->len - connection->taken);
        input->len -= connection->taken;
        connection->taken = 0;
    }
    size_t wanted = READ_BYTES;
    size_t frame = frame_length(connection);
    if (frame > input->len + wanted && frame <= connection->reply_bytes_max) {
        /* Grow with what has come, not at once to what the header claims. */
        size_t missing = frame - input->len;
        wanted = missing < input->len ? missing : input->len;
        wanted = wanted < READ_BYTES ? READ_BYTES : wanted;
    }
    *ret_room = wanted;
    return base_buf_reserve(input, wanted);
}

BaseStatus
client_connection_read(ClientConnection *connection, bool *ret_more)
{
    if (ret_more != NULL) {
        *ret_more = false;
    }
    if (!is_open(connection)) {
        return connection->problem;
    }
    size_t room = 0;
    if (!make_room(connection, &room)) {
        return broken(connection, base_error(BASE_NO_MEMORY, "no memory for a reply"));
    }
    BaseBuf *input = &connection->input;
    ssize_t received;
    do {
        received = recv(connection->socket, input->data + input->len, room, MSG_DONTWAIT);
    } while (received < 0 && errno == EINTR);
    if (received < 0) {
        return is_retry(errno) ? base_ok() : broken(connection, status_of(errno));
    }
    if (received == 0) {
        return broken(connection, base_error(BASE_CLOSED, "connection closed by the server"));
    }
    input->len += (size_t)received;
    if (ret_more != NULL) {
        *ret_more = (size_t)received == room;
    }
    return base_ok();
}

/* The next whole reply of the input. False: there is none, or it broke the connection. */
static bool
take_reply(ClientConnection *connection, BaseSlice *ret_message)
{
    size_t length = frame_length(connection);
    if (length == 0) {
        return false;
    }
    if (length > connection->reply_bytes_max || length == FRAME_HEADER_BYTES) {
        bool empty = length == FRAME_HEADER_BYTES;
        client_connection_break(
            connection, base_error(BASE_INVALID, empty ? "a reply without bytes"
                                                       : "a reply longer than may be received"));
        return false;
    }
    if (length > connection->input.len - connection->taken) {
        return false;
    }
    if (connection->pending == 0) {
        client_connection_break(connection,
                                base_error(BASE_INVALID, "a reply that nobody asked for"));
        return false;
    }
    *ret_message = base_slice(connection->input.data + connection->taken, length);
    connection->taken += length;
    return true;
}

/* The next reply that somebody waits for. */
static bool
next_reply(ClientConnection *connection, ClientEvent *ret_event)
{
    BaseSlice message;
    while (take_reply(connection, &message)) {
        Pending oldest = pop_pending(connection);
        if (connection->expired != 0) {
            connection->expired--;
            continue;
        }
        *ret_event = (ClientEvent){
            .kind = CLIENT_EVENT_REPLY,
            .tag = oldest.tag,
            .seqid = oldest.seqid,
            .message = message,
        };
        return true;
    }
    return false;
}

static bool
next_timeout(ClientConnection *connection, int64_t now_us, ClientEvent *ret_event)
{
    if (connection->expired == connection->pending) {
        return false;
    }
    const Pending *oldest = pending_at(connection, connection->expired);
    if (oldest->deadline_us == 0 || oldest->deadline_us > now_us) {
        return false;
    }
    connection->expired++;
    *ret_event =
        (ClientEvent){.kind = CLIENT_EVENT_TIMEOUT, .tag = oldest->tag, .seqid = oldest->seqid};
    return true;
}

static bool
next_lost(ClientConnection *connection, ClientEvent *ret_event)
{
    while (connection->pending != 0) {
        Pending oldest = pop_pending(connection);
        if (connection->expired != 0) {
            connection->expired--;
            continue;
        }
        *ret_event = (ClientEvent){
            .kind = CLIENT_EVENT_LOST,
            .tag = oldest.tag,
            .seqid = oldest.seqid,
            .unsent = oldest.end > connection->gone,
        };
        return true;
    }
    return false;
}

bool
client_connection_next(ClientConnection *connection, int64_t now_us, ClientEvent *ret_event)
{
    if (next_reply(connection, ret_event)) {
        return true;
    }
    if (connection->state == CLIENT_BROKEN) {
        return next_lost(connection, ret_event);
    }
    return next_timeout(connection, now_us, ret_event);
}

BaseStatus
client_connection_wait(ClientConnection *connection, int64_t timeout_us)
{
    struct pollfd ready = {.fd = connection->socket, .events = POLLIN};
    if (client_connection_wants_write(connection)) {
        ready.events |= POLLOUT;
    }
    if (connection->socket < 0) {
        return connection->problem;
    }
    int64_t timeout_ms = timeout_us <= 0 ? 0 : (timeout_us + 999) / 1000;
    int count = poll(&ready, 1, timeout_ms > 60000 ? 60000 : (int)timeout_ms);
    if (count <= 0) {
        return base_ok();
    }
    BaseStatus status = client_connection_write(connection);
    if (base_is_ok(status) && (ready.revents & ~POLLOUT) != 0) {
        status = client_connection_read(connection, NULL);
    }
    return status;
}
