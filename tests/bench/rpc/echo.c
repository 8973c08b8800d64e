/*
 * echo.c: what the sockets of this machine allow: frames in, frames out, and nothing in between.
 *
 *   rpc_echo serve ADDRESS REQUEST REPLY
 *   rpc_echo load ADDRESS CONNECTIONS PIPELINE REQUEST REPLY SECONDS
 *   rpc_echo SECONDS                     both in one process, to see that it works
 *
 * An address is a port of loopback, or with a slash in it the path of a local socket.
 *
 * The server counts bytes: for every REQUEST that it has read it sends REPLY, in one write for all
 * that one read brought. The client keeps PIPELINE requests under way on each of its connections,
 * and prints replies per second. Both are one thread with one epoll instance. Nobody
 * can answer requests of these sizes through epoll and sockets with less work, so a server's rate
 * beside this one is the share of the machine that it makes use of.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { EVENTS = 256, ROOM = 256 * 1024, FILES_MAX = 4096 };

/* A connection: what it takes in, and what it sends for each of these. */
typedef struct Peer {
    int fd;
    size_t in;   /* bytes of an incomplete frame */
    size_t owed; /* bytes to send */
    bool watched_for_write;
} Peer;

typedef struct Side {
    int epoll;
    size_t in_frame;
    size_t out_frame;
    uint64_t frames; /* that came in */
} Side;

static Peer peers[FILES_MAX];               /* by their sockets */
static _Thread_local uint8_t room[2][ROOM]; /* what is read, and zeros to send */

static void
fail(const char *what)
{
    perror(what);
    exit(EXIT_FAILURE);
}

typedef union Address {
    struct sockaddr any;
    struct sockaddr_in port;
    struct sockaddr_un path;
} Address;

static Address
address_of(const char *text)
{
    Address address = {.path = {.sun_family = AF_UNIX}};
    if (strchr(text, '/') != NULL) {
        (void)snprintf(address.path.sun_path, sizeof address.path.sun_path, "%s", text);
        return address;
    }
    return (Address){.port = {.sin_family = AF_INET,
                              .sin_port = htons((uint16_t)strtoul(text, NULL, 10)),
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK)}};
}

static socklen_t
address_size(const Address *address)
{
    return address->any.sa_family == AF_UNIX ? sizeof address->path : sizeof address->port;
}

static double
now(void)
{
    struct timespec time;
    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void
watch(const Side *side, Peer *peer, int operation)
{
    bool write = peer->owed != 0;
    if (operation == EPOLL_CTL_MOD && write == peer->watched_for_write) {
        return;
    }
    struct epoll_event event = {.events = write ? EPOLLIN | EPOLLOUT : EPOLLIN, .data.ptr = peer};
    peer->watched_for_write = write;
    if (epoll_ctl(side->epoll, operation, peer->fd, &event) != 0) {
        fail("epoll_ctl");
    }
}

static Peer *
add_peer(const Side *side, int fd)
{
    int one = 1;
    if (fd < 0 || fd >= FILES_MAX) {
        fail("socket");
    }
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    Peer *peer = &peers[fd];
    *peer = (Peer){.fd = fd};
    watch(side, peer, EPOLL_CTL_ADD);
    return peer;
}

/* Sends what is owed, as far as it goes. */
static void
send_owed(const Side *side, Peer *peer)
{
    while (peer->owed != 0) {
        size_t piece = peer->owed < ROOM ? peer->owed : ROOM;
        ssize_t sent = send(peer->fd, room[1], piece, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0) {
            break; /* full, or gone, which the next read tells */
        }
        peer->owed -= (size_t)sent;
    }
    watch(side, peer, EPOLL_CTL_MOD);
}

/* Reads once. False: the connection is over. */
static bool
serve_peer(Side *side, Peer *peer, uint32_t events)
{
    if ((events & ~(uint32_t)EPOLLOUT) != 0) {
        ssize_t got = recv(peer->fd, room[0], ROOM, MSG_DONTWAIT);
        if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) {
            (void)close(peer->fd);
            return false;
        }
        peer->in += got < 0 ? 0 : (size_t)got;
        side->frames += peer->in / side->in_frame;
        peer->owed += peer->in / side->in_frame * side->out_frame;
        peer->in %= side->in_frame;
    }
    send_owed(side, peer);
    return true;
}

static Side
side_of(size_t in_frame, size_t out_frame)
{
    Side side = {.epoll = epoll_create1(0), .in_frame = in_frame, .out_frame = out_frame};
    if (side.epoll < 0 || in_frame == 0) {
        fail("epoll_create1");
    }
    return side;
}

/* A listening socket; port 0: any. */
static int
listen_on(const char *text)
{
    Address address = address_of(text);
    int one = 1;
    int fd = socket(address.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK, 0);
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(fd, &address.any, address_size(&address)) != 0 || listen(fd, 512) != 0) {
        fail("listen");
    }
    return fd;
}

/* Serves for ever. */
static void
serve(int listener, size_t request, size_t reply)
{
    Side side = side_of(request, reply);
    struct epoll_event event = {.events = EPOLLIN}; /* its data is NULL: the listener */
    (void)epoll_ctl(side.epoll, EPOLL_CTL_ADD, listener, &event);
    for (;;) {
        struct epoll_event events[EVENTS];
        int count = epoll_wait(side.epoll, events, EVENTS, -1);
        for (int i = 0; i < count; i++) {
            if (events[i].data.ptr != NULL) {
                (void)serve_peer(&side, events[i].data.ptr, events[i].events);
                continue;
            }
            int fd = accept(listener, NULL, NULL);
            if (fd >= 0) {
                (void)add_peer(&side, fd);
            }
        }
    }
}

/* Replies per second. */
static double
load(const char *text, int connections, size_t pipeline, size_t request, size_t reply,
     double seconds)
{
    Address address = address_of(text);
    Side side = side_of(reply, request);
    for (int i = 0; i < connections; i++) {
        int fd = socket(address.any.sa_family, SOCK_STREAM, 0);
        if (connect(fd, &address.any, address_size(&address)) != 0) {
            fail("connect");
        }
        Peer *peer = add_peer(&side, fd);
        peer->owed = pipeline * request;
        send_owed(&side, peer);
    }
    double begun = now();
    double ended = begun;
    /* A server that comes late is waited for a while. */
    while (ended - begun < seconds || (side.frames == 0 && ended - begun < seconds + 10)) {
        struct epoll_event events[EVENTS];
        int count = epoll_wait(side.epoll, events, EVENTS, 100);
        for (int i = 0; i < count; i++) {
            if (!serve_peer(&side, events[i].data.ptr, events[i].events)) {
                fail("the server closed a connection");
            }
        }
        ended = now();
    }
    return (double)side.frames / (ended - begun);
}

static void *
serve_thread(void *listener)
{
    serve(*(int *)listener, 60, 150);
    return NULL;
}

/* Both sides at once. */
static int
try_out(double seconds)
{
    int listener = listen_on("0");
    struct sockaddr_in address;
    socklen_t size = sizeof address;
    pthread_t thread;
    char port[8];
    (void)getsockname(listener, (struct sockaddr *)&address, &size);
    (void)snprintf(port, sizeof port, "%u", ntohs(address.sin_port));
    if (pthread_create(&thread, NULL, serve_thread, &listener) != 0) {
        fail("pthread_create");
    }
    (void)pthread_detach(thread);
    double rate = load(port, 50, 16, 60, 150, seconds);
    (void)printf("%.0f\n", rate);
    return rate > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static size_t
number(const char *text)
{
    return (size_t)strtoul(text, NULL, 10);
}

int
main(int argc, char **argv)
{
    if (argc == 5 && strcmp(argv[1], "serve") == 0) {
        serve(listen_on(argv[2]), number(argv[3]), number(argv[4]));
    }
    if (argc == 8 && strcmp(argv[1], "load") == 0) {
        (void)printf("%.0f\n", load(argv[2], (int)number(argv[3]), number(argv[4]), number(argv[5]),
                                    number(argv[6]), strtod(argv[7], NULL)));
        return EXIT_SUCCESS;
    }
    if (argc == 2) {
        return try_out(strtod(argv[1], NULL));
    }
    (void)fprintf(stderr,
                  "usage: rpc_echo serve ADDRESS REQUEST REPLY\n"
                  "       rpc_echo load ADDRESS CONNECTIONS PIPELINE REQUEST REPLY SECONDS\n"
                  "       rpc_echo SECONDS\n");
    return 64;
}
