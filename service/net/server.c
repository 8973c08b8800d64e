/*
 * server.c: reactors and listeners together. See net.h and server.h.
 */
#include "service/net/server.h"

#include "service/net/address.h"
#include "service/net/listener.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* One net_server_listen(): lives as long as the server, closed or not. */
typedef struct Address {
    struct Address *next;
    NetSockets sockets;
    NetListener listeners[NET_ADDRESS_SOCKETS_MAX];
} Address;

struct NetServer {
    NetCallbacks callbacks;
    void *user;
    const BaseClock *clock;
    char name[9];
    NetBudget budget;
    NetPeerCount peers;

    pthread_mutex_t mutex;
    NetLimits limits;
    bool draining;
    Address *addresses;
    uint64_t cuts; /* that were asked for */
    pthread_cond_t cut;
    _Atomic unsigned limits_version;

    /* Of the acceptor's thread. */
    int reserve_fd;
    int paused; /* listeners */
    unsigned next_reactor;

    unsigned reactor_count;
    NetReactor *reactors;
};

void
net_server_attach(NetServer *server, NetReactor *reactor)
{
    reactor->server = server;
    reactor->callbacks = &server->callbacks;
    reactor->user = server->user;
    reactor->clock = server->clock;
    reactor->budget = &server->budget;
    reactor->epoll_fd = -1;
    reactor->wake_fd = -1;
    net_server_refresh_limits(server, &reactor->limits_version, &reactor->limits);
}

const char *
net_server_name(const NetServer *server)
{
    return server->name;
}

NetReactor *
net_server_acceptor(NetServer *server)
{
    return &server->reactors[0];
}

void
net_server_refresh_limits(NetServer *server, unsigned *version, NetLimits *limits)
{
    unsigned now = atomic_load(&server->limits_version);
    if (now == *version) {
        return;
    }
    (void)pthread_mutex_lock(&server->mutex);
    *limits = server->limits;
    (void)pthread_mutex_unlock(&server->mutex);
    *version = now;
}

static size_t
at_least_one(size_t value)
{
    return value == 0 ? 1 : value;
}

void
net_server_set_limits(NetServer *server, const NetLimits *limits)
{
    NetLimits sane = *limits;
    sane.request_bytes_max = at_least_one(sane.request_bytes_max);
    sane.connections_max = (unsigned)at_least_one(sane.connections_max);
    sane.connections_per_ip_max = (unsigned)at_least_one(sane.connections_per_ip_max);
    sane.pipeline_max = (unsigned)at_least_one(sane.pipeline_max);
    sane.output_bytes_max = at_least_one(sane.output_bytes_max);
    sane.in_flight_bytes_max = at_least_one(sane.in_flight_bytes_max);
    (void)pthread_mutex_lock(&server->mutex);
    server->limits = sane;
    (void)pthread_mutex_unlock(&server->mutex);
    net_budget_set_max(&server->budget, sane.in_flight_bytes_max);
    (void)atomic_fetch_add(&server->limits_version, 1);
}

static int
open_reserve(void)
{
    return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

BaseStatus
net_server_new(const NetConfig *config, NetServer **ret_server)
{
    NetServer *server = calloc(1, sizeof *server);
    unsigned count = (unsigned)at_least_one(config->reactors);
    NetReactor *reactors = calloc(count, sizeof *reactors);
    if (server == NULL || reactors == NULL) {
        free(server);
        free(reactors);
        return base_error(BASE_NO_MEMORY, "no memory for a server");
    }
    server->callbacks = config->callbacks;
    server->user = config->user;
    server->clock = config->clock;
    (void)snprintf(server->name, sizeof server->name, "%s", config->name);
    net_budget_init(&server->budget, 1);
    net_peer_count_init(&server->peers);
    (void)pthread_mutex_init(&server->mutex, NULL);
    (void)pthread_cond_init(&server->cut, NULL);
    net_server_set_limits(server, &config->limits);
    server->reserve_fd = open_reserve();
    server->reactors = reactors;
    BaseStatus status = base_ok();
    while (base_is_ok(status) && server->reactor_count < count) {
        status = net_reactor_start(&reactors[server->reactor_count], server, server->reactor_count);
        server->reactor_count++;
    }
    if (!base_is_ok(status)) {
        net_server_free(server);
        return status;
    }
    *ret_server = server;
    return status;
}

/* Watches the sockets of an address and adds it to the server. */
static bool
add_address_locked(NetServer *server, Address *address)
{
    for (unsigned i = 0; i < address->sockets.count; i++) {
        address->listeners[i] =
            (NetListener){NET_WATCH_LISTENER, server, address->sockets.fds[i], 0};
    }
    address->next = server->addresses;
    server->addresses = address;
    for (unsigned i = 0; i < address->sockets.count; i++) {
        if (!net_listener_watch(&address->listeners[i])) {
            return false;
        }
    }
    return true;
}

BaseStatus
net_server_listen(NetServer *server, const char *text, char ret_address[128], char message[256])
{
    Address *address = calloc(1, sizeof *address);
    if (address == NULL) {
        (void)snprintf(message, 256, "no memory");
        return base_error(BASE_NO_MEMORY, "no memory for a listener");
    }
    BaseStatus status = net_address_listen(text, &address->sockets, message);
    if (!base_is_ok(status)) {
        free(address);
        return status;
    }
    (void)pthread_mutex_lock(&server->mutex);
    bool draining = server->draining;
    bool added = !draining && add_address_locked(server, address);
    if (added) {
        memcpy(ret_address, address->sockets.text, sizeof address->sockets.text);
    }
    (void)pthread_mutex_unlock(&server->mutex);
    if (draining) {
        net_address_close(&address->sockets);
        free(address);
        (void)snprintf(message, 256, "%s: the server is draining", text);
        return base_error(BASE_CLOSED, "the server is draining");
    }
    if (!added) {
        /* Its sockets may be in the acceptor's hands: it stays, and goes with the server. */
        (void)snprintf(message, 256, "%s: cannot be watched", text);
        return base_error(BASE_IO, "epoll refused a listening socket");
    }
    return base_ok();
}

void
net_server_drain(NetServer *server)
{
    (void)pthread_mutex_lock(&server->mutex);
    server->draining = true;
    (void)pthread_mutex_unlock(&server->mutex);
    for (unsigned i = 0; i < server->reactor_count; i++) {
        net_reactor_drain(&server->reactors[i]);
    }
}

void
net_server_cut(NetServer *server)
{
    (void)pthread_mutex_lock(&server->mutex);
    uint64_t number = ++server->cuts;
    for (unsigned i = 0; i < server->reactor_count; i++) {
        net_reactor_cut(&server->reactors[i], number);
    }
    for (unsigned i = 0; i < server->reactor_count; i++) {
        while (server->reactors[i].cut_done < number) {
            (void)pthread_cond_wait(&server->cut, &server->mutex);
        }
    }
    (void)pthread_mutex_unlock(&server->mutex);
}

void
net_server_note_cut(NetServer *server, NetReactor *reactor, uint64_t number)
{
    (void)pthread_mutex_lock(&server->mutex);
    reactor->cut_done = number;
    (void)pthread_cond_broadcast(&server->cut);
    (void)pthread_mutex_unlock(&server->mutex);
}

void
net_server_close_listeners(NetServer *server)
{
    (void)pthread_mutex_lock(&server->mutex);
    for (Address *address = server->addresses; address != NULL; address = address->next) {
        for (unsigned i = 0; i < address->sockets.count; i++) {
            address->listeners[i].fd = -1;
        }
        net_address_close(&address->sockets);
    }
    (void)pthread_mutex_unlock(&server->mutex);
}

void
net_server_count_paused(NetServer *server, int more)
{
    server->paused += more;
}

bool
net_server_has_paused_listener(const NetServer *server)
{
    return server->paused > 0;
}

void
net_server_resume_listeners(NetServer *server)
{
    if (server->paused == 0) {
        return;
    }
    (void)pthread_mutex_lock(&server->mutex);
    for (Address *address = server->addresses; address != NULL; address = address->next) {
        for (unsigned i = 0; i < NET_ADDRESS_SOCKETS_MAX; i++) {
            net_listener_resume(&address->listeners[i]);
        }
    }
    (void)pthread_mutex_unlock(&server->mutex);
}

bool
net_server_shed(NetServer *server, int listening_fd)
{
    if (server->reserve_fd >= 0) {
        (void)close(server->reserve_fd);
    }
    int fd = accept4(listening_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
        (void)close(fd);
    }
    server->reserve_fd = open_reserve();
    return fd >= 0;
}

NetReactor *
net_server_admit(NetServer *server, NetPeerKey peer_key, NetCount *ret_refusal)
{
    NetReactor *acceptor = net_server_acceptor(server);
    const NetLimits *limits = &acceptor->limits;
    NetBudget *budget = &server->budget;
    if (atomic_load(&budget->connections) >= limits->connections_max) {
        *ret_refusal = NET_COUNT_REFUSED_LIMIT;
        return NULL;
    }
    if (!net_peer_count_enter(&server->peers, peer_key, limits->connections_per_ip_max)) {
        *ret_refusal = NET_COUNT_REFUSED_IP;
        return NULL;
    }
    (void)atomic_fetch_add(&budget->connections, 1);
    unsigned chosen = server->next_reactor;
    server->next_reactor = (chosen + 1) % server->reactor_count;
    return &server->reactors[chosen];
}

void
net_server_forget(NetServer *server, NetPeerKey peer_key)
{
    net_peer_count_leave(&server->peers, peer_key);
    (void)atomic_fetch_sub(&server->budget.connections, 1);
}

void
net_server_stats(NetServer *server, NetStats *ret_stats)
{
    uint64_t sums[NET_COUNTS] = {0};
    for (unsigned i = 0; i < server->reactor_count; i++) {
        for (int which = 0; which < NET_COUNTS; which++) {
            sums[which] +=
                atomic_load_explicit(&server->reactors[i].counts[which], memory_order_relaxed);
        }
    }
    uint64_t delivered = sums[NET_COUNT_REQUESTS];
    uint64_t finished = sums[NET_COUNT_FINISHED];
    *ret_stats = (NetStats){
        .connections = atomic_load(&server->budget.connections),
        .accepted = sums[NET_COUNT_ACCEPTED],
        .refused_limit = sums[NET_COUNT_REFUSED_LIMIT],
        .refused_ip = sums[NET_COUNT_REFUSED_IP],
        .accept_errors = sums[NET_COUNT_ACCEPT_ERRORS],
        .closed_idle = sums[NET_COUNT_CLOSED_IDLE],
        .closed_slow_request = sums[NET_COUNT_CLOSED_SLOW_REQUEST],
        .closed_write_stall = sums[NET_COUNT_CLOSED_WRITE_STALL],
        .closed_bad = sums[NET_COUNT_CLOSED_BAD],
        .closed_budget = sums[NET_COUNT_CLOSED_BUDGET],
        .closed_reset = sums[NET_COUNT_CLOSED_RESET],
        .requests = delivered,
        .requests_in_flight = delivered > finished ? delivered - finished : 0,
        .bytes_read = sums[NET_COUNT_BYTES_READ],
        .bytes_written = sums[NET_COUNT_BYTES_WRITTEN],
        .in_flight_bytes = net_budget_used(&server->budget),
        .turns = sums[NET_COUNT_TURNS],
        .writev_calls = sums[NET_COUNT_WRITEV_CALLS],
    };
}

void
net_server_free(NetServer *server)
{
    if (server == NULL) {
        return;
    }
    for (unsigned i = 0; i < server->reactor_count; i++) {
        net_reactor_stop(&server->reactors[i]);
    }
    for (unsigned i = 0; i < server->reactor_count; i++) {
        net_reactor_join(&server->reactors[i]);
    }
    for (unsigned i = 0; i < server->reactor_count; i++) {
        net_reactor_clear(&server->reactors[i]);
    }
    while (server->addresses != NULL) {
        Address *address = server->addresses;
        server->addresses = address->next;
        net_address_close(&address->sockets);
        free(address);
    }
    if (server->reserve_fd >= 0) {
        (void)close(server->reserve_fd);
    }
    net_peer_count_clear(&server->peers);
    (void)pthread_cond_destroy(&server->cut);
    (void)pthread_mutex_destroy(&server->mutex);
    free(server->reactors);
    free(server);
}
