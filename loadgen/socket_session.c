/*
 * socket_session.c: the connections of one worker, on one epoll instance.
 *
 * A turn fills connections that have room, sends, waits, and then serves each connection that is
 * ready as a whole: read, hand back the answers, fill up again, send. So the time between an
 * operation's intended start and its bytes leaving is that of encoding one connection's share, and
 * all replies that one read brought get the time at which that read returned.
 *
 * Connections with room wait in a queue, each at most once. A connection takes one operation at a
 * time from the queue's head, so that a slow open loop spreads over all of them; one whose replies
 * have just come takes as many as there are.
 *
 * Deadlines are looked at when the wait ends, at most every CHECK_NS. A connection that broke, or
 * on which no request has got a reply in time, is made again after RECONNECT_NS, for ever.
 *
 * Threading: one worker.
 */
#include "loadgen/clock.h"
#include "loadgen/options.h"
#include "loadgen/socket_calls.h"
#include "loadgen/wait.h"
#include "service/client/connection.h"
#include "service/client/decode.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

enum {
    EVENTS_PER_TURN = 256,
    CHECK_NS = 10 * 1000 * 1000,
    RECONNECT_NS = 100 * 1000 * 1000,
    REPLY_BYTES_SPARE = 64 * 1024, /* for a reply, beyond its value */
    ENTRY_BYTES_SPARE = 128,       /* for an entry of a scan, beyond key and value */
};

typedef struct Link {
    ClientConnection *connection;
    LoadOp *ops;  /* ring of args.pipeline places; the tag of a request is its place */
    size_t place; /* for the next operation */
    bool queued;  /* in the session's queue of links with room */
    bool watched_for_write;
    int64_t reconnect_ns; /* when to connect again; 0: it is connected */
} Link;

typedef struct SocketSession {
    LoadSession session; /* first: it is a session */
    const LoadSocketTarget *target;
    const ClientEndpoint *endpoint;
    LoadSessionArgs args;
    int epoll;
    Link *links;
    size_t *queue; /* ring of indexes of links with room */
    size_t queue_head;
    size_t queue_count;
    size_t pending;
    uint64_t reconnects;
    int64_t next_check_ns;
    WireTape tape;
    WireLimits limits;
    ClientRoom room; /* for the reply that is looked at */
    LoadSocketCalls calls;
} SocketSession;

/* ------------------------------------------------------------------------------------ queue -- */

static void
enqueue(SocketSession *self, Link *link)
{
    if (link->queued || client_connection_room(link->connection) == 0) {
        return;
    }
    size_t at = (self->queue_head + self->queue_count) % self->args.connections;
    self->queue[at] = (size_t)(link - self->links);
    self->queue_count++;
    link->queued = true;
}

static Link *
dequeue(SocketSession *self)
{
    Link *link = &self->links[self->queue[self->queue_head]];
    self->queue_head = (self->queue_head + 1) % self->args.connections;
    self->queue_count--;
    link->queued = false;
    return link;
}

/* ---------------------------------------------------------------------------------- sending -- */

static void
hand_back(SocketSession *self, const LoadOp *op, LoadFault fault, BaseSlice message,
          int64_t finished_ns)
{
    LoadAnswer answer = {.fault = fault, .message = message, .finished_ns = finished_ns};
    self->args.driver->done(self->args.driver, op, &answer);
}

/* Takes one operation from the driver onto a link with room. False: there is none now. */
static bool
take(SocketSession *self, Link *link, int64_t now_ns)
{
    LoadOp *op = &link->ops[link->place];
    if (!self->args.driver->next(self->args.driver, now_ns, op)) {
        return false;
    }
    op->started_ns = now_ns;
    if (!load_socket_calls_write(&self->calls, client_connection_output(link->connection),
                                 client_connection_seqid(link->connection), op)) {
        hand_back(self, op, LOAD_FAULT_LOST, BASE_SLICE_LITERAL("no memory for a request"), now_ns);
        return true;
    }
    client_connection_sent(link->connection, link->place, now_ns / 1000 + self->args.timeout_us);
    link->place = link->place + 1 == self->args.pipeline ? 0 : link->place + 1;
    self->pending++;
    return true;
}

/* Has epoll watch for what the connection waits for. */
static void
watch(SocketSession *self, Link *link, int operation)
{
    bool write = client_connection_wants_write(link->connection);
    if (operation == EPOLL_CTL_MOD && write == link->watched_for_write) {
        return;
    }
    struct epoll_event event = {.events = write ? EPOLLIN | EPOLLOUT : EPOLLIN, .data.ptr = link};
    link->watched_for_write = write;
    if (epoll_ctl(self->epoll, operation, client_connection_socket(link->connection), &event) !=
        0) {
        client_connection_break(link->connection, base_error(BASE_IO, "epoll_ctl failed"));
    }
}

static void settle(SocketSession *self, Link *link, int64_t now_ns);

static void
send_out(SocketSession *self, Link *link, int64_t now_ns)
{
    (void)client_connection_write(link->connection);
    if (client_connection_state(link->connection) == CLIENT_BROKEN) {
        settle(self, link, now_ns);
        return;
    }
    watch(self, link, EPOLL_CTL_MOD);
}

/* -------------------------------------------------------------------------------- receiving -- */

static BaseSlice
text_of(const char *text)
{
    return base_slice_text(text);
}

static LoadFault
fault_of(LarderOutcome outcome)
{
    switch (outcome) {
    case LARDER_OK:
        return LOAD_FAULT_NONE;
    case LARDER_INVALID_REQUEST:
        return LOAD_FAULT_INVALID_REQUEST;
    case LARDER_NOT_HERE:
        return LOAD_FAULT_NOT_HERE;
    case LARDER_REFUSED:
        return LOAD_FAULT_REFUSED;
    case LARDER_INDETERMINATE:
        return LOAD_FAULT_INDETERMINATE;
    case LARDER_FAILED:
        return LOAD_FAULT_FAILED;
    default:
        return LOAD_FAULT_PROTOCOL;
    }
}

/* Hands the entries of a walk to the driver. */
static void
read_entries(SocketSession *self, const LoadOp *op, const LarderScanItemList *items)
{
    for (size_t i = 0; i < items->count; i++) {
        const LarderScanItem *item = &items->items[i];
        LoadEntry entry = {(uint32_t)i, base_slice(item->key.data, item->key.size),
                           base_slice(item->value.data, item->value.size)};
        self->args.driver->entry(self->args.driver, op, &entry);
    }
}

/* Hands what was found by a MULTI_GET to the driver; how many that were. */
static uint32_t
read_items(SocketSession *self, const LoadOp *op, const LarderGetItemList *items)
{
    uint32_t found = 0;
    for (size_t i = 0; i < items->count && i < op->walk; i++) {
        const LarderGetItem *item = &items->items[i];
        if (item->found) {
            LoadEntry entry = {(uint32_t)i, BASE_SLICE_EMPTY,
                               base_slice(item->value.data, item->value.size)};
            self->args.driver->entry(self->args.driver, op, &entry);
            found++;
        }
    }
    return found;
}

/* A page that the server ended early, as it says, lacks nothing; it is less work, though. */
static void
read_page(SocketSession *self, const LoadOp *op, const LarderScanResult *page, LoadAnswer *answer)
{
    answer->entries = (uint32_t)page->items.count;
    read_entries(self, op, &page->items);
    if (answer->entries < op->walk && (page->stop_reason == LARDER_STOP_REASON_LIMIT_TIME ||
                                       page->stop_reason == LARDER_STOP_REASON_LIMIT_EXAMINED)) {
        answer->fault = LOAD_FAULT_CUT_SHORT;
        answer->message = text_of("the server ended a page before it had all items");
    }
}

static void
read_result(SocketSession *self, const LoadOp *op, const LarderReply *reply, LoadAnswer *answer)
{
    if (op->kind == LOAD_SCAN) {
        read_page(self, op, reply->as.scan, answer);
        return;
    }
    if (op->kind == LOAD_MULTI_GET) {
        answer->entries = read_items(self, op, &reply->as.multi_get->items);
        return;
    }
    if (op->kind == LOAD_GET) {
        const LarderGetResult *got = reply->as.get;
        answer->found = got->found;
        answer->value = base_slice(got->value.data, got->value.size);
        answer->version = got->version;
        if (got->found && !got->has_value) {
            answer->fault = LOAD_FAULT_PROTOCOL;
            answer->message = text_of("a record without the value that was asked for");
        }
        return;
    }
    bool applied = true;
    if (op->kind == LOAD_BATCH) {
        applied = reply->as.batch->applied;
        answer->version = reply->as.batch->version;
        answer->entries = op->part_count;
    } else {
        const LarderWriteResult *written =
            op->kind == LOAD_REMOVE ? reply->as.remove : reply->as.put;
        applied = written->applied;
        answer->version = written->version;
    }
    if (!applied) {
        answer->fault = LOAD_FAULT_NOT_APPLIED;
        answer->message = text_of("a write without a condition was not applied");
    }
}

/* Decodes a reply and hands the operation back. False: the connection is of no use any more. */
static bool
answer_reply(SocketSession *self, const LoadOp *op, const ClientEvent *event, int64_t now_ns)
{
    bool intact = false;
    const LarderReply *reply =
        client_decode_into(&self->room, event->message, &self->limits,
                           load_socket_calls_method(op->kind), event->seqid, &self->tape, &intact);
    if (reply == NULL) {
        hand_back(self, op, LOAD_FAULT_LOST, text_of("no memory for a reply"), now_ns);
        return intact;
    }
    LoadAnswer answer = {.fault = fault_of(reply->outcome),
                         .message = base_slice(reply->message.data, reply->message.size),
                         .finished_ns = now_ns};
    if (reply->outcome == LARDER_OK) {
        read_result(self, op, reply, &answer);
    }
    self->args.driver->done(self->args.driver, op, &answer);
    return intact;
}

/* Hands back every operation of a link that has ended. */
static void
collect(SocketSession *self, Link *link, int64_t now_ns)
{
    ClientEvent event;
    while (client_connection_next(link->connection, now_ns / 1000, &event)) {
        const LoadOp *op = &link->ops[event.tag];
        self->pending--;
        if (event.kind == CLIENT_EVENT_TIMEOUT) {
            hand_back(self, op, LOAD_FAULT_TIMEOUT, text_of("no reply in time"), now_ns);
        } else if (event.kind == CLIENT_EVENT_LOST) {
            hand_back(self, op, LOAD_FAULT_LOST,
                      text_of(client_connection_problem(link->connection).what), now_ns);
        } else if (!answer_reply(self, op, &event, now_ns)) {
            client_connection_break(link->connection, base_error(BASE_INVALID, "a bad reply"));
        }
    }
}

/* Fetches what is lost with a broken link, and has it made again later. */
static void
settle(SocketSession *self, Link *link, int64_t now_ns)
{
    collect(self, link, now_ns);
    client_connection_close(link->connection);
    link->place = 0;
    link->watched_for_write = false;
    link->reconnect_ns = now_ns + RECONNECT_NS;
}

/* Serves a link that is ready. */
static void
serve(SocketSession *self, Link *link, uint32_t events)
{
    bool more = true;
    int64_t now_ns = 0;
    if ((events & ~(uint32_t)EPOLLOUT) == 0) {
        send_out(self, link, load_clock_ns());
        return;
    }
    while (more && client_connection_state(link->connection) != CLIENT_BROKEN) {
        (void)client_connection_read(link->connection, &more);
        now_ns = load_clock_ns();
        collect(self, link, now_ns);
    }
    if (client_connection_state(link->connection) == CLIENT_BROKEN) {
        settle(self, link, now_ns);
        return;
    }
    while (client_connection_room(link->connection) != 0 && take(self, link, now_ns)) {
    }
    enqueue(self, link);
    send_out(self, link, now_ns);
}

/* ------------------------------------------------------------------------------------- turn -- */

static BaseStatus
connect_link(SocketSession *self, Link *link)
{
    BaseStatus status = client_connection_connect(link->connection, self->endpoint);
    if (base_is_ok(status)) {
        watch(self, link, EPOLL_CTL_ADD);
        status = client_connection_problem(link->connection);
    }
    return status;
}

/* A link on which every place waits for a reply that is overdue will not move again. */
static void
break_if_stuck(Link *link)
{
    if (client_connection_room(link->connection) == 0 &&
        client_connection_pending(link->connection) == 0) {
        client_connection_break(link->connection, base_error(BASE_IO, "no replies in time"));
    }
}

/* Every CHECK_NS: requests that timed out, and links to make again. */
static void
check(SocketSession *self, int64_t now_ns)
{
    self->next_check_ns = now_ns + CHECK_NS;
    for (unsigned i = 0; i < self->args.connections; i++) {
        Link *link = &self->links[i];
        if (link->reconnect_ns == 0) {
            collect(self, link, now_ns);
            break_if_stuck(link);
            if (client_connection_state(link->connection) == CLIENT_BROKEN) {
                settle(self, link, now_ns);
            }
            enqueue(self, link);
        } else if (link->reconnect_ns <= now_ns) {
            link->reconnect_ns = 0;
            self->reconnects++;
            if (!base_is_ok(connect_link(self, link))) {
                settle(self, link, now_ns);
            }
            enqueue(self, link);
        }
    }
}

/* Gives operations that are due to the links with room, one each, round and round. */
static void
fill(SocketSession *self, int64_t now_ns)
{
    while (self->queue_count != 0) {
        Link *link = dequeue(self);
        if (client_connection_room(link->connection) == 0) {
            continue; /* it broke while it was queued */
        }
        bool taken = take(self, link, now_ns);
        enqueue(self, link);
        if (!taken) {
            return;
        }
        if (client_connection_room(link->connection) == 0) {
            send_out(self, link, now_ns);
        }
    }
}

/* Sends what fill() encoded for links that still have room. */
static void
flush(SocketSession *self, int64_t now_ns)
{
    for (size_t i = 0; i < self->queue_count; i++) {
        Link *link = &self->links[self->queue[(self->queue_head + i) % self->args.connections]];
        if (!link->watched_for_write && client_connection_output(link->connection)->len != 0) {
            send_out(self, link, now_ns);
        }
    }
}

/* How long this turn may wait. */
static int64_t
wait_of(SocketSession *self, int64_t wait_ns, int64_t now_ns)
{
    int64_t wait = wait_ns < CHECK_NS ? wait_ns : CHECK_NS;
    if (self->queue_count != 0) {
        int64_t idle_ns = self->args.driver->idle_ns(self->args.driver, now_ns);
        wait = idle_ns < wait ? idle_ns : wait;
    }
    return wait < 0 ? 0 : wait;
}

static void
turn(LoadSession *session, int64_t wait_ns)
{
    SocketSession *self = (SocketSession *)session;
    struct epoll_event events[EVENTS_PER_TURN];
    int64_t now_ns = load_clock_ns();
    if (now_ns >= self->next_check_ns) {
        check(self, now_ns);
    }
    if (self->queue_count != 0) {
        fill(self, now_ns);
        flush(self, now_ns);
        now_ns = load_clock_ns();
    }
    int64_t wait = wait_of(self, wait_ns, now_ns);
    int count = load_wait(self->epoll, events, EVENTS_PER_TURN, wait);
    for (int i = 0; i < count; i++) {
        serve(self, events[i].data.ptr, events[i].events);
    }
}

static size_t
pending(const LoadSession *session)
{
    return ((const SocketSession *)session)->pending;
}

static uint64_t
reconnects(const LoadSession *session)
{
    return ((const SocketSession *)session)->reconnects;
}

/* -------------------------------------------------------------------------- making, freeing -- */

static void
free_session(LoadSession *session)
{
    SocketSession *self = (SocketSession *)session;
    for (unsigned i = 0; self->links != NULL && i < self->args.connections; i++) {
        Link *link = &self->links[i];
        if (link->connection != NULL && link->reconnect_ns == 0) {
            client_connection_break(link->connection, base_error(BASE_CLOSED, "the run ended"));
            collect(self, link, load_clock_ns());
        }
        client_connection_free(link->connection);
        free(link->ops);
    }
    if (self->epoll >= 0) {
        (void)close(self->epoll);
    }
    wire_tape_clear(&self->tape);
    client_room_clear(&self->room);
    free(self->links);
    free(self->queue);
    load_socket_calls_clear(&self->calls);
    free(self);
}

/* Makes link i and waits until it is connected. */
static BaseStatus
make_link(SocketSession *self, Link *link)
{
    link->ops = calloc(self->args.pipeline, sizeof *link->ops);
    if (link->ops == NULL) {
        return base_error(BASE_NO_MEMORY, "no memory for a connection");
    }
    BaseStatus status = client_connection_new(self->args.pipeline, self->limits.request_bytes_max,
                                              &link->connection);
    if (base_is_ok(status)) {
        status = connect_link(self, link);
    }
    int64_t end_us = load_clock_ns() / 1000 + self->args.timeout_us;
    while (base_is_ok(status) && client_connection_state(link->connection) == CLIENT_CONNECTING) {
        int64_t left_us = end_us - load_clock_ns() / 1000;
        status = left_us > 0 ? client_connection_wait(link->connection, left_us)
                             : base_error(BASE_IO, "no connection in time (--timeout-seconds)");
    }
    if (base_is_ok(status)) {
        watch(self, link, EPOLL_CTL_MOD);
        enqueue(self, link);
    }
    return status;
}

BaseStatus
load_socket_session_new(LoadTarget *target, const LoadSessionArgs *args, LoadSession **ret_session)
{
    static const LoadSessionOps ops = {turn, pending, reconnects, free_session};
    SocketSession *self = calloc(1, sizeof *self);
    if (self == NULL) {
        return base_error(BASE_NO_MEMORY, "no memory for a session");
    }
    self->session.ops = &ops;
    self->target = (const LoadSocketTarget *)target;
    self->endpoint = &self->target->endpoints[args->writer % self->target->count];
    self->args = *args;
    self->limits = WIRE_LIMITS_DEFAULT;
    self->limits.request_bytes_max =
        args->value_size + REPLY_BYTES_SPARE +
        args->walk * (args->keys->size + args->value_size + ENTRY_BYTES_SPARE);
    self->links = calloc(args->connections, sizeof *self->links);
    self->queue = calloc(args->connections, sizeof *self->queue);
    bool calls_made = load_socket_calls_init(&self->calls, self->target, &self->args);
    self->epoll = epoll_create1(EPOLL_CLOEXEC);
    BaseStatus status = base_ok();
    if (self->links == NULL || self->queue == NULL || !calls_made) {
        status = base_error(BASE_NO_MEMORY, "no memory for a session");
    } else if (self->epoll < 0) {
        status = base_error(BASE_BUSY, "too many open files");
    }
    for (unsigned i = 0; base_is_ok(status) && i < args->connections; i++) {
        status = make_link(self, &self->links[i]);
    }
    if (!base_is_ok(status)) {
        free_session(&self->session);
        return status;
    }
    *ret_session = &self->session;
    return status;
}
