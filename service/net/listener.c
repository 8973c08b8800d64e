/*
 * listener.c: accepting connections. See listener.h.
 */
#include "service/net/listener.h"

#include "service/net/reactor.h"
#include "service/net/server.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <unistd.h>

enum {
    ACCEPTS_MAX = 64, /* of one socket and turn */
    PAUSE_US = 100 * 1000,
    KEEPALIVE_IDLE_S = 60,
    KEEPALIVE_INTERVAL_S = 15,
    KEEPALIVE_PROBES = 4,
};

static bool
poll(NetListener *listener, int operation, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = listener};
    int epoll_fd = net_server_acceptor(listener->server)->epoll_fd;
    return epoll_ctl(epoll_fd, operation, listener->fd, &event) == 0;
}

bool
net_listener_watch(NetListener *listener)
{
    return poll(listener, EPOLL_CTL_ADD, EPOLLIN);
}

static void
pause_accepting(NetListener *listener)
{
    if (listener->resume_us == 0 && poll(listener, EPOLL_CTL_MOD, 0)) {
        listener->resume_us = net_server_acceptor(listener->server)->now_us + PAUSE_US;
        net_server_count_paused(listener->server, 1);
    }
}

void
net_listener_resume(NetListener *listener)
{
    if (listener->resume_us == 0 ||
        net_server_acceptor(listener->server)->now_us < listener->resume_us) {
        return;
    }
    if (listener->fd < 0 || poll(listener, EPOLL_CTL_MOD, EPOLLIN)) {
        listener->resume_us = 0;
        net_server_count_paused(listener->server, -1);
    }
}

static void
set_option(int fd, int level, int option, int value)
{
    (void)setsockopt(fd, level, option, &value, sizeof value);
}

static void
configure(int fd, const NetLimits *limits)
{
    set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
    set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, KEEPALIVE_IDLE_S);
    set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, KEEPALIVE_INTERVAL_S);
    set_option(fd, IPPROTO_TCP, TCP_KEEPCNT, KEEPALIVE_PROBES);
    if (limits->write_stall_ms != 0 && limits->write_stall_ms <= INT32_MAX) {
        set_option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, (int)limits->write_stall_ms);
    }
}

/* Takes an accepted socket into the server, or closes it. */
static void
admit(NetListener *listener, int fd, const struct sockaddr *address)
{
    NetReactor *acceptor = net_server_acceptor(listener->server);
    NetConnOrigin origin;
    net_address_describe_peer(fd, address, &origin);
    NetCount refusal = NET_COUNT_REFUSED_LIMIT;
    NetReactor *reactor = net_server_admit(listener->server, origin.peer_key, &refusal);
    if (reactor == NULL) {
        net_reactor_count(acceptor, refusal, 1);
        (void)close(fd);
        return;
    }
    NetConn *conn = net_conn_new(reactor, &origin);
    if (conn == NULL) {
        net_server_forget(listener->server, origin.peer_key);
        net_reactor_count(acceptor, NET_COUNT_ACCEPT_ERRORS, 1);
        (void)close(fd);
        return;
    }
    if (address->sa_family != AF_UNIX) {
        configure(fd, &acceptor->limits);
    }
    net_reactor_count(acceptor, NET_COUNT_ACCEPTED, 1);
    net_reactor_welcome(reactor, conn);
}

/* Whether the failed accept concerns only the one connection, or none. */
static bool
is_passing(int error)
{
    switch (error) {
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
    case EBADF:
    case EINVAL:
        return false;
    default:
        return true;
    }
}

void
net_listener_accept(NetListener *listener)
{
    bool short_of_resources = false;
    for (int i = 0; i < ACCEPTS_MAX && listener->fd >= 0; i++) {
        struct sockaddr_storage address = {.ss_family = AF_UNIX};
        socklen_t len = sizeof address;
        int fd =
            accept4(listener->fd, (struct sockaddr *)&address, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) {
            admit(listener, fd, (struct sockaddr *)&address);
            continue;
        }
        int error = errno;
        if (error == EAGAIN || error == EWOULDBLOCK) {
            break;
        }
        if (is_passing(error)) {
            continue;
        }
        net_reactor_count(net_server_acceptor(listener->server), NET_COUNT_ACCEPT_ERRORS, 1);
        short_of_resources = true;
        if ((error != EMFILE && error != ENFILE) ||
            !net_server_shed(listener->server, listener->fd)) {
            break;
        }
    }
    if (short_of_resources) {
        pause_accepting(listener);
    }
}
