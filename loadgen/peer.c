/*
 * peer.c: finds the server and asks what it is. See peer.h.
 */
#include "loadgen/peer.h"

#include "loadgen/peer_target.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ENDPOINTS_MAX = 8, INFO_BYTES_MAX = 16 * 1024 };

/* Waits until the socket can be used for `events`. */
static bool
wait_for(int fd, short events, int64_t timeout_us)
{
    struct pollfd waiting = {.fd = fd, .events = events};
    int ready = 0;
    do {
        ready = poll(&waiting, 1, (int)(timeout_us / 1000));
    } while (ready < 0 && errno == EINTR);
    return ready == 1;
}

int
load_peer_connect(const ClientEndpoint *endpoint, int64_t timeout_us)
{
    const struct sockaddr *address = (const struct sockaddr *)&endpoint->address;
    int fd = socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return -1;
    }
    int one = 1;
    int problem = 0;
    socklen_t size = sizeof problem;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one); /* fails on unix sockets */
    bool connected = connect(fd, address, endpoint->length) == 0;
    if (!connected && errno == EINPROGRESS && wait_for(fd, POLLOUT, timeout_us)) {
        connected = getsockopt(fd, SOL_SOCKET, SO_ERROR, &problem, &size) == 0 && problem == 0;
    }
    if (!connected) {
        (void)close(fd);
        return -1;
    }
    return fd;
}

/* Takes the version out of the reply to the dialect's question, of which a part is enough. */
static BaseStatus
read_version(const LoadDialect *dialect, const char *reply, LoadTargetInfo *info)
{
    const char *found = strstr(reply, dialect->version);
    if (found == NULL) {
        return base_error(BASE_INVALID,
                          "it does not say its version: is it a server of that kind?");
    }
    found += strlen(dialect->version);
    (void)snprintf(info->server, sizeof info->server, "%s %.*s", dialect->engine,
                   (int)strcspn(found, "\r\n"), found);
    return base_ok();
}

static BaseStatus
ask(const LoadDialect *dialect, int fd, int64_t timeout_us, LoadTargetInfo *info)
{
    char reply[INFO_BYTES_MAX + 1];
    size_t len = strlen(dialect->question);
    if (send(fd, dialect->question, len, MSG_NOSIGNAL) != (ssize_t)len ||
        !wait_for(fd, POLLIN, timeout_us)) {
        return base_error(BASE_IO, "no answer in time (--timeout-seconds)");
    }
    ssize_t bytes = recv(fd, reply, INFO_BYTES_MAX, 0);
    reply[bytes < 0 ? 0 : bytes] = '\0';
    return read_version(dialect, reply, info);
}

static void
free_target(LoadTarget *target)
{
    free(target);
}

BaseStatus
load_peer_open(const LoadOptions *options, LoadTarget **ret_target)
{
    static const LoadTargetOps ops = {load_peer_session_new, free_target};
    ClientEndpoint endpoints[ENDPOINTS_MAX];
    size_t count = 0;
    int64_t timeout_us = (int64_t)(options->timeout_seconds * 1e6);
    BaseStatus status = client_address_resolve(&options->address, endpoints, ENDPOINTS_MAX, &count);
    LoadPeerTarget *self = calloc(1, sizeof *self);
    if (self == NULL) {
        return base_error(BASE_NO_MEMORY, "no memory for the target");
    }
    int fd = -1;
    for (size_t i = 0; base_is_ok(status) && i < count && fd < 0; i++) {
        self->endpoint = endpoints[i];
        fd = load_peer_connect(&self->endpoint, timeout_us);
    }
    if (base_is_ok(status) && fd < 0) {
        status = base_error(BASE_IO, "nobody listens there");
    }
    const LoadDialect *dialect =
        options->target_kind == LOAD_TARGET_REDIS ? &load_peer_resp : &load_peer_memcached;
    self->dialect = dialect;
    self->sorted = options->workload->kind == LOAD_SCAN;
    self->target = (LoadTarget){.ops = &ops, .unversioned = true};
    LoadTargetInfo *info = &self->target.info;
    (void)snprintf(info->engine, sizeof info->engine, "%s", dialect->engine);
    (void)snprintf(info->durability, sizeof info->durability, "see its configuration");
    (void)snprintf(info->protocol, sizeof info->protocol, "%s", dialect->protocol);
    if (base_is_ok(status)) {
        status = ask(dialect, fd, timeout_us, info);
    }
    if (fd >= 0) {
        (void)close(fd);
    }
    if (!base_is_ok(status)) {
        free(self);
        return status;
    }
    *ret_target = &self->target;
    return status;
}
