/*
 * redis.c: finds the server and asks what it is. See redis.h.
 */
#include "loadgen/redis.h"

#include "loadgen/redis_target.h"

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
load_redis_connect(const ClientEndpoint *endpoint, int64_t timeout_us)
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

/* Takes redis_version out of the reply to INFO, of which a part is enough. */
static BaseStatus
read_version(const char *reply, LoadTargetInfo *info)
{
    const char *found = strstr(reply, "redis_version:");
    if (found == NULL) {
        return base_error(BASE_INVALID, "it does not answer INFO: is it a Redis server?");
    }
    found += strlen("redis_version:");
    (void)snprintf(info->server, sizeof info->server, "redis %.*s", (int)strcspn(found, "\r\n"),
                   found);
    return base_ok();
}

static BaseStatus
ask(int fd, int64_t timeout_us, LoadTargetInfo *info)
{
    static const char question[] = "INFO server\r\n";
    char reply[INFO_BYTES_MAX + 1];
    if (send(fd, question, sizeof question - 1, MSG_NOSIGNAL) != sizeof question - 1 ||
        !wait_for(fd, POLLIN, timeout_us)) {
        return base_error(BASE_IO, "no answer in time (--timeout-seconds)");
    }
    ssize_t bytes = recv(fd, reply, INFO_BYTES_MAX, 0);
    reply[bytes < 0 ? 0 : bytes] = '\0';
    return read_version(reply, info);
}

static void
free_target(LoadTarget *target)
{
    free(target);
}

BaseStatus
load_redis_open(const LoadOptions *options, LoadTarget **ret_target)
{
    static const LoadTargetOps ops = {load_redis_session_new, free_target};
    ClientEndpoint endpoints[ENDPOINTS_MAX];
    size_t count = 0;
    int64_t timeout_us = (int64_t)(options->timeout_seconds * 1e6);
    BaseStatus status = client_address_resolve(&options->address, endpoints, ENDPOINTS_MAX, &count);
    LoadRedisTarget *self = calloc(1, sizeof *self);
    if (self == NULL) {
        return base_error(BASE_NO_MEMORY, "no memory for the target");
    }
    int fd = -1;
    for (size_t i = 0; base_is_ok(status) && i < count && fd < 0; i++) {
        self->endpoint = endpoints[i];
        fd = load_redis_connect(&self->endpoint, timeout_us);
    }
    if (base_is_ok(status) && fd < 0) {
        status = base_error(BASE_IO, "nobody listens there");
    }
    self->target = (LoadTarget){
        .ops = &ops,
        .unversioned = true,
        .info = {.engine = "redis", .durability = "see its configuration", .protocol = "RESP2"}};
    if (base_is_ok(status)) {
        status = ask(fd, timeout_us, &self->target.info);
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
