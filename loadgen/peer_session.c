/*
 * peer_session.c: the connections of one worker to another server, on one epoll instance.
 *
 * A turn fills every link that has room, sends, waits, and then serves each link that is ready:
 * read, hand back what was answered, fill up again, send. Replies come in the order of requests, so
 * a link is a ring of operations. What requests and replies look like is the dialect's matter.
 *
 * A link that breaks, or that has had no reply within the timeout, hands back what it had as LOST
 * or TIMEOUT and is connected again at once.
 *
 * Threading: one worker.
 */
#include "loadgen/clock.h"
#include "loadgen/peer_target.h"
#include "loadgen/value.h"
#include "loadgen/wait.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { EVENTS_PER_TURN = 256, READ_BYTES = 64 * 1024, CHECK_NS = 10 * 1000 * 1000 };

typedef struct Link {
    int fd;
    bool watched_for_write;
    LoadOp *ops;  /* ring of args.pipeline places */
    size_t first; /* the oldest one under way */
    size_t count;
    int64_t due_ns; /* when the oldest one must have its reply */
    BaseBuf out;
    size_t sent; /* bytes of `out` that left */
    BaseBuf in;
    size_t read; /* bytes of `in` that were looked at */
} Link;

typedef struct PeerSession {
    LoadSession session; /* first: it is a session */
    const LoadPeerTarget *target;
    LoadSessionArgs args;
    int epoll;
    Link *links;
    size_t pending;
    uint64_t reconnects;
    int64_t next_check_ns;
    LoadPeerWork work;
} PeerSession;

/* --------------------------------------------------------------------------------- requests -- */

void
load_peer_value(const LoadPeerWork *work, const LoadOp *op, uint8_t *out)
{
    LoadValueId id = {op->record, op->sequence, work->args->run, work->args->writer};
    load_value_write(out, op->value_size,
                     load_value_unique(op->value_size, work->args->compression), &id);
}

static void
hand_back(PeerSession *self, const LoadOp *op, LoadFault fault, const char *message, int64_t now_ns)
{
    LoadAnswer answer = {
        .fault = fault, .message = base_slice_text(message), .finished_ns = now_ns};
    self->args.driver->done(self->args.driver, op, &answer);
}

/* Takes one operation from the driver. False: there is none now. */
static bool
take(PeerSession *self, Link *link, int64_t now_ns)
{
    LoadOp op;
    if (!self->args.driver->next(self->args.driver, now_ns, &op)) {
        return false;
    }
    op.started_ns = now_ns;
    if (!self->target->dialect->write(&self->work, &link->out, &op)) {
        hand_back(self, &op, LOAD_FAULT_LOST, "no memory for a request", now_ns);
        return true;
    }
    if (link->count == 0) {
        link->due_ns = now_ns + self->args.timeout_us * 1000;
    }
    link->ops[(link->first + link->count) % self->args.pipeline] = op;
    link->count++;
    self->pending++;
    return true;
}

/* ------------------------------------------------------------------------------------ links -- */

static void
watch(PeerSession *self, Link *link, int operation)
{
    bool write = link->sent < link->out.len;
    if (operation == EPOLL_CTL_MOD && write == link->watched_for_write) {
        return;
    }
    struct epoll_event event = {.events = write ? EPOLLIN | EPOLLOUT : EPOLLIN, .data.ptr = link};
    link->watched_for_write = write;
    (void)epoll_ctl(self->epoll, operation, link->fd, &event);
}

/* Hands back everything a link has under way, and connects it anew. */
static void
restart(PeerSession *self, Link *link, LoadFault fault, int64_t now_ns)
{
    while (link->count != 0) {
        LoadOp op = link->ops[link->first];
        link->first = (link->first + 1) % self->args.pipeline;
        link->count--;
        self->pending--;
        hand_back(self, &op, fault, "the connection broke", now_ns);
    }
    if (link->fd >= 0) {
        (void)close(link->fd);
        self->reconnects++;
    }
    base_buf_reset(&link->out);
    base_buf_reset(&link->in);
    link->sent = 0;
    link->read = 0;
    link->fd = load_peer_connect(&self->target->endpoint, self->args.timeout_us);
    if (link->fd >= 0) {
        watch(self, link, EPOLL_CTL_ADD);
    }
}

static void
send_out(PeerSession *self, Link *link, int64_t now_ns)
{
    while (link->sent < link->out.len) {
        ssize_t bytes =
            send(link->fd, link->out.data + link->sent, link->out.len - link->sent, MSG_NOSIGNAL);
        if (bytes < 0 && errno == EINTR) {
            continue;
        }
        if (bytes < 0 && errno != EAGAIN) {
            restart(self, link, LOAD_FAULT_LOST, now_ns);
            return;
        }
        if (bytes < 0) {
            break;
        }
        link->sent += (size_t)bytes;
    }
    if (link->sent == link->out.len) {
        base_buf_reset(&link->out);
        link->sent = 0;
    }
    watch(self, link, EPOLL_CTL_MOD);
}

/* Fills a link with what there is to do, and sends it. */
static void
fill(PeerSession *self, Link *link, int64_t now_ns)
{
    while (link->fd >= 0 && link->count < self->args.pipeline && take(self, link, now_ns)) {
    }
    if (link->fd >= 0 && link->sent < link->out.len) {
        send_out(self, link, now_ns);
    }
}

/* ---------------------------------------------------------------------------------- replies -- */

LoadParsed
load_peer_line(BaseSlice in, size_t at, BaseSlice *ret_line)
{
    const uint8_t *begin = in.data + at;
    const uint8_t *end = at < in.len ? memchr(begin, '\r', in.len - at) : NULL;
    if (end == NULL || (size_t)(end - in.data) + 2 > in.len) {
        return LOAD_PARSED_PART;
    }
    *ret_line = base_slice(begin, (size_t)(end - begin));
    return end[1] == '\n' && ret_line->len >= 1 ? LOAD_PARSED_WHOLE : LOAD_PARSED_WRONG;
}

/* Hands back what the bytes read so far answer. */
static void
collect(PeerSession *self, Link *link, int64_t now_ns)
{
    LoadParsed parsed = LOAD_PARSED_WHOLE;
    BaseSlice in = base_slice(link->in.data, link->in.len);
    while (link->count != 0) {
        LoadAnswer answer = {.finished_ns = now_ns};
        LoadOp op = link->ops[link->first];
        parsed = self->target->dialect->read(&self->work, &op, in, &link->read, &answer);
        if (parsed != LOAD_PARSED_WHOLE) {
            break;
        }
        link->first = (link->first + 1) % self->args.pipeline;
        link->count--;
        self->pending--;
        link->due_ns = now_ns + self->args.timeout_us * 1000;
        self->args.driver->done(self->args.driver, &op, &answer);
    }
    if (parsed == LOAD_PARSED_WRONG) {
        restart(self, link, LOAD_FAULT_PROTOCOL, now_ns);
        return;
    }
    size_t left = link->in.len - link->read;
    memmove(link->in.data, link->in.data + link->read, left);
    link->in.len = left;
    link->read = 0;
}

static void
serve(PeerSession *self, Link *link, uint32_t events)
{
    if ((events & EPOLLIN) != 0) {
        uint8_t *room =
            base_buf_reserve(&link->in, READ_BYTES) ? link->in.data + link->in.len : NULL;
        ssize_t bytes = room == NULL ? -1 : recv(link->fd, room, READ_BYTES, 0);
        int64_t now_ns = load_clock_ns();
        if (bytes > 0) {
            link->in.len += (size_t)bytes;
            collect(self, link, now_ns);
        } else if (bytes == 0 || (errno != EAGAIN && errno != EINTR)) {
            restart(self, link, LOAD_FAULT_LOST, now_ns);
        }
    } else if ((events & (EPOLLERR | EPOLLHUP)) != 0) {
        restart(self, link, LOAD_FAULT_LOST, load_clock_ns());
    }
    fill(self, link, load_clock_ns());
}

/* ------------------------------------------------------------------------------------ turns -- */

static void
check(PeerSession *self, int64_t now_ns)
{
    self->next_check_ns = now_ns + CHECK_NS;
    for (unsigned i = 0; i < self->args.connections; i++) {
        Link *link = &self->links[i];
        if (link->fd < 0 || (link->count != 0 && now_ns >= link->due_ns)) {
            restart(self, link, LOAD_FAULT_TIMEOUT, now_ns);
        }
    }
}

static void
turn(LoadSession *session, int64_t wait_ns)
{
    PeerSession *self = (PeerSession *)session;
    struct epoll_event events[EVENTS_PER_TURN];
    int64_t now_ns = load_clock_ns();
    if (now_ns >= self->next_check_ns) {
        check(self, now_ns);
    }
    bool room = false;
    for (unsigned i = 0; i < self->args.connections; i++) {
        Link *link = &self->links[i];
        if (link->count < self->args.pipeline) {
            fill(self, link, now_ns);
            room = room || link->count < self->args.pipeline;
        }
    }
    int64_t wait = wait_ns < CHECK_NS ? wait_ns : CHECK_NS;
    if (room) {
        int64_t idle_ns = self->args.driver->idle_ns(self->args.driver, now_ns);
        wait = idle_ns < wait ? idle_ns : wait;
    }
    wait = wait < 0 ? 0 : wait;
    int count = load_wait(self->epoll, events, EVENTS_PER_TURN, wait);
    for (int i = 0; i < count; i++) {
        serve(self, events[i].data.ptr, events[i].events);
    }
}

static size_t
pending(const LoadSession *session)
{
    return ((const PeerSession *)session)->pending;
}

static uint64_t
reconnects(const LoadSession *session)
{
    return ((const PeerSession *)session)->reconnects;
}

/* -------------------------------------------------------------------------- making, freeing -- */

static void
free_session(LoadSession *session)
{
    PeerSession *self = (PeerSession *)session;
    for (unsigned i = 0; self->links != NULL && i < self->args.connections; i++) {
        Link *link = &self->links[i];
        while (link->count != 0) {
            LoadOp op = link->ops[link->first];
            link->first = (link->first + 1) % self->args.pipeline;
            link->count--;
            hand_back(self, &op, LOAD_FAULT_LOST, "the run ended", load_clock_ns());
        }
        if (link->fd >= 0) {
            (void)close(link->fd);
        }
        base_buf_clear(&link->out);
        base_buf_clear(&link->in);
        free(link->ops);
    }
    if (self->epoll >= 0) {
        (void)close(self->epoll);
    }
    free(self->links);
    free(self->work.room);
    free(self);
}

static BaseStatus
make_link(PeerSession *self, Link *link)
{
    link->fd = -1;
    link->ops = calloc(self->args.pipeline, sizeof *link->ops);
    if (link->ops == NULL) {
        return base_error(BASE_NO_MEMORY, "no memory for a connection");
    }
    restart(self, link, LOAD_FAULT_LOST, load_clock_ns());
    return link->fd >= 0 ? base_ok() : base_error(BASE_IO, "cannot connect");
}

BaseStatus
load_peer_session_new(LoadTarget *target, const LoadSessionArgs *args, LoadSession **ret_session)
{
    static const LoadSessionOps ops = {turn, pending, reconnects, free_session};
    PeerSession *self = calloc(1, sizeof *self);
    if (self == NULL) {
        return base_error(BASE_NO_MEMORY, "no memory for a session");
    }
    self->session.ops = &ops;
    self->target = (const LoadPeerTarget *)target;
    self->args = *args;
    self->links = calloc(args->connections, sizeof *self->links);
    self->work = (LoadPeerWork){.args = &self->args,
                                .sorted = self->target->sorted,
                                .room = malloc(LOAD_KEY_BYTES_MAX + 1 + args->value_size)};
    self->epoll = epoll_create1(EPOLL_CLOEXEC);
    BaseStatus status = base_ok();
    if (self->links == NULL || self->work.room == NULL || self->epoll < 0) {
        status = base_error(BASE_NO_MEMORY, "no memory or no file for a session");
    }
    for (unsigned i = 0; self->links != NULL && i < args->connections; i++) {
        self->links[i].fd = -1;
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
