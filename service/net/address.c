/*
 * address.c: addresses and listening sockets. See address.h.
 */
#include "service/net/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BACKLOG = 4096, MESSAGE_BYTES = 256, UNIX_MODE = 0660 };

typedef struct sockaddr_storage AnyAddress;

/* A failure with its explanation for people. */
__attribute__((format(printf, 3, 4))) static BaseStatus
fail(BaseStatus status, char *message, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)vsnprintf(message, MESSAGE_BYTES, format, args);
    va_end(args);
    return status;
}

/* A system call failed with `error` (an errno). */
static BaseStatus
fail_system(int error, char *message, const char *address, const char *what)
{
    char buffer[96];
    const char *reason = strerror_r(error, buffer, sizeof buffer);
    BaseStatus status = error == EADDRINUSE
                            ? base_error(BASE_BUSY, "the address is in use")
                            : base_error(BASE_IO, "the system refused a listening socket");
    return fail(status, message, "%s: %s: %s", address, what, reason);
}

static const struct sockaddr_in *
as_v4(const struct sockaddr *address)
{
    return (const struct sockaddr_in *)(const void *)address;
}

static const struct sockaddr_in6 *
as_v6(const struct sockaddr *address)
{
    return (const struct sockaddr_in6 *)(const void *)address;
}

/* Writes an internet or unix address as text. */
static void
print_address(const struct sockaddr *address, char *text, size_t size)
{
    char ip[INET6_ADDRSTRLEN] = "";
    if (address->sa_family == AF_INET) {
        (void)inet_ntop(AF_INET, &as_v4(address)->sin_addr, ip, sizeof ip);
        (void)snprintf(text, size, "tcp:%s:%u", ip, ntohs(as_v4(address)->sin_port));
    } else if (address->sa_family == AF_INET6) {
        const struct in6_addr *addr = &as_v6(address)->sin6_addr;
        unsigned port = ntohs(as_v6(address)->sin6_port);
        if (IN6_IS_ADDR_V4MAPPED(addr)) {
            (void)inet_ntop(AF_INET, addr->s6_addr + 12, ip, sizeof ip);
            (void)snprintf(text, size, "tcp:%s:%u", ip, port);
        } else {
            (void)inet_ntop(AF_INET6, addr, ip, sizeof ip);
            (void)snprintf(text, size, "tcp:[%s]:%u", ip, port);
        }
    } else {
        const struct sockaddr_un *un = (const struct sockaddr_un *)(const void *)address;
        (void)snprintf(text, size, "unix:%.*s", (int)sizeof un->sun_path, un->sun_path);
    }
}

/* Names what a socket is bound to. False: it cannot be told. */
static bool
print_bound(int fd, char *text, size_t size)
{
    AnyAddress bound;
    memset(&bound, 0, sizeof bound);
    socklen_t len = sizeof bound;
    if (getsockname(fd, (struct sockaddr *)&bound, &len) != 0) {
        return false;
    }
    print_address((struct sockaddr *)&bound, text, size);
    return true;
}

/* Takes "HOST:PORT" or "[HOST]:PORT" apart. */
static bool
split_host(const char *rest, char host[256], unsigned *ret_port)
{
    bool bracket = rest[0] == '[';
    const char *end = bracket ? strstr(rest, "]:") : strrchr(rest, ':');
    const char *begin = rest + (bracket ? 1 : 0);
    if (end == NULL || end == begin || end - begin >= 256) {
        return false;
    }
    const char *digits = end + (bracket ? 2 : 1);
    char *stop = NULL;
    errno = 0;
    unsigned long port = strtoul(digits, &stop, 10);
    if (digits[0] < '0' || digits[0] > '9' || *stop != '\0' || errno != 0 || port > 65535) {
        return false;
    }
    memcpy(host, begin, (size_t)(end - begin));
    host[end - begin] = '\0';
    *ret_port = (unsigned)port;
    return bracket || strchr(host, ':') == NULL;
}

/* A bound and listening socket, or -1 with errno. `port` 0 lets the system choose. */
static int
listen_at(const struct addrinfo *info, unsigned port)
{
    int fd = socket(info->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return -1;
    }
    AnyAddress address;
    memcpy(&address, info->ai_addr, info->ai_addrlen);
    int one = 1;
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (info->ai_family == AF_INET6) {
        (void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one);
        ((struct sockaddr_in6 *)(void *)&address)->sin6_port = htons((uint16_t)port);
    } else {
        ((struct sockaddr_in *)(void *)&address)->sin_port = htons((uint16_t)port);
    }
    if (bind(fd, (struct sockaddr *)&address, info->ai_addrlen) != 0 || listen(fd, BACKLOG) != 0) {
        int error = errno;
        (void)close(fd);
        errno = error;
        return -1;
    }
    return fd;
}

static unsigned
port_of(int fd)
{
    AnyAddress bound;
    memset(&bound, 0, sizeof bound);
    socklen_t len = sizeof bound;
    if (getsockname(fd, (struct sockaddr *)&bound, &len) != 0) {
        return 0;
    }
    const struct sockaddr *address = (const struct sockaddr *)&bound;
    return address->sa_family == AF_INET ? ntohs(as_v4(address)->sin_port)
                                         : ntohs(as_v6(address)->sin6_port);
}

/* Whether a resolved address came earlier in its list. */
static bool
is_repeated(const struct addrinfo *list, const struct addrinfo *info)
{
    for (const struct addrinfo *other = list; other != info; other = other->ai_next) {
        if (other->ai_addrlen == info->ai_addrlen &&
            memcmp(other->ai_addr, info->ai_addr, info->ai_addrlen) == 0) {
            return true;
        }
    }
    return false;
}

/*
 * Listens at each resolved address that this machine has. An address that is in use fails the
 * whole: to be reachable by half of a name's addresses would surprise.
 */
static int
listen_at_all(const struct addrinfo *list, unsigned port, NetSockets *sockets)
{
    int error = EADDRNOTAVAIL;
    for (const struct addrinfo *info = list;
         info != NULL && sockets->count < NET_ADDRESS_SOCKETS_MAX; info = info->ai_next) {
        if ((info->ai_family != AF_INET && info->ai_family != AF_INET6) ||
            is_repeated(list, info)) {
            continue;
        }
        int fd = listen_at(info, port);
        if (fd >= 0) {
            sockets->fds[sockets->count++] = fd;
            port = port != 0 ? port : port_of(fd);
            continue;
        }
        error = errno;
        if (error != EADDRNOTAVAIL && error != EAFNOSUPPORT) {
            return error;
        }
    }
    return sockets->count > 0 ? 0 : error;
}

static BaseStatus
listen_tcp(const char *address, NetSockets *sockets, char *message)
{
    char host[256];
    unsigned port = 0;
    if (!split_host(address + strlen("tcp:"), host, &port)) {
        return fail(base_error(BASE_INVALID, "not an address"), message,
                    "%s: expected tcp:HOST:PORT, an IPv6 address in brackets", address);
    }
    struct addrinfo hints = {.ai_flags = AI_PASSIVE, .ai_socktype = SOCK_STREAM};
    struct addrinfo *list = NULL;
    int resolved = getaddrinfo(host, NULL, &hints, &list);
    if (resolved != 0) {
        return fail(base_error(BASE_INVALID, "the host is not known"), message, "%s: %s", address,
                    gai_strerror(resolved));
    }
    int error = listen_at_all(list, port, sockets);
    freeaddrinfo(list);
    return error == 0 ? base_ok() : fail_system(error, message, address, "cannot listen");
}

/* Whether the file is a socket that nobody listens on. */
static bool
is_stale(const struct sockaddr_un *un)
{
    struct stat status;
    if (lstat(un->sun_path, &status) != 0 || !S_ISSOCK(status.st_mode)) {
        return false;
    }
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return false;
    }
    bool refused =
        connect(fd, (const struct sockaddr *)un, sizeof *un) != 0 && errno == ECONNREFUSED;
    (void)close(fd);
    return refused;
}

static int
bind_unix(int fd, const struct sockaddr_un *un)
{
    const struct sockaddr *address = (const struct sockaddr *)un;
    (void)fchmod(fd, UNIX_MODE);
    if (bind(fd, address, sizeof *un) == 0) {
        return 0;
    }
    if (errno != EADDRINUSE) {
        return -1;
    }
    if (!is_stale(un) || unlink(un->sun_path) != 0) {
        errno = EADDRINUSE;
        return -1;
    }
    return bind(fd, address, sizeof *un);
}

static BaseStatus
listen_unix(const char *address, NetSockets *sockets, char *message)
{
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    const char *path = address + strlen("unix:");
    if (path[0] == '\0' || strlen(path) >= sizeof un.sun_path) {
        return fail(base_error(BASE_INVALID, "not an address"), message,
                    "%s: a socket path has 1 to %zu bytes", address, sizeof un.sun_path - 1);
    }
    memcpy(un.sun_path, path, strlen(path) + 1);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return fail_system(errno, message, address, "socket");
    }
    sockets->fds[sockets->count++] = fd;
    struct stat status;
    if (bind_unix(fd, &un) != 0) {
        return fail_system(errno, message, address, "cannot bind");
    }
    if (chmod(path, UNIX_MODE) != 0 || listen(fd, BACKLOG) != 0 || stat(path, &status) != 0) {
        return fail_system(errno, message, address, "cannot listen");
    }
    memcpy(sockets->path, un.sun_path, sizeof sockets->path);
    sockets->device = status.st_dev;
    sockets->inode = status.st_ino;
    return base_ok();
}

static BaseStatus
listen_inherited(const char *address, NetSockets *sockets, char *message)
{
    const char *digits = address + strlen("fd:");
    char *stop = NULL;
    errno = 0;
    long fd = strtol(digits, &stop, 10);
    int listening = 0;
    socklen_t len = sizeof listening;
    if (digits[0] < '0' || digits[0] > '9' || *stop != '\0' || errno != 0 || fd > INT32_MAX ||
        getsockopt((int)fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &len) != 0 || listening == 0) {
        return fail(base_error(BASE_INVALID, "not an address"), message,
                    "%s: not the descriptor of a listening socket", address);
    }
    int flags = fcntl((int)fd, F_GETFL);
    if (flags < 0 || fcntl((int)fd, F_SETFL, flags | O_NONBLOCK) != 0 ||
        fcntl((int)fd, F_SETFD, FD_CLOEXEC) != 0) {
        return fail_system(errno, message, address, "fcntl");
    }
    sockets->fds[sockets->count++] = (int)fd;
    return base_ok();
}

static BaseStatus
listen_any(const char *address, NetSockets *sockets, char *message)
{
    if (strncmp(address, "tcp:", 4) == 0) {
        return listen_tcp(address, sockets, message);
    }
    if (strncmp(address, "unix:", 5) == 0) {
        return listen_unix(address, sockets, message);
    }
    if (strncmp(address, "fd:", 3) == 0) {
        return listen_inherited(address, sockets, message);
    }
    return fail(base_error(BASE_INVALID, "not an address"), message,
                "%s: expected tcp:HOST:PORT, unix:PATH or fd:N", address);
}

BaseStatus
net_address_listen(const char *address, NetSockets *ret_sockets, char message[256])
{
    NetSockets sockets;
    memset(&sockets, 0, sizeof sockets);
    BaseStatus status = listen_any(address, &sockets, message);
    if (base_is_ok(status) && !print_bound(sockets.fds[0], sockets.text, sizeof sockets.text)) {
        status = fail_system(errno, message, address, "getsockname");
    }
    if (!base_is_ok(status)) {
        net_address_close(&sockets);
        return status;
    }
    *ret_sockets = sockets;
    return status;
}

void
net_address_close(NetSockets *sockets)
{
    struct stat status;
    if (sockets->path[0] != '\0' && lstat(sockets->path, &status) == 0 &&
        status.st_dev == sockets->device && status.st_ino == sockets->inode) {
        (void)unlink(sockets->path);
    }
    sockets->path[0] = '\0';
    for (unsigned i = 0; i < sockets->count; i++) {
        (void)close(sockets->fds[i]);
    }
    sockets->count = 0;
}

void
net_address_describe_peer(int fd, const struct sockaddr *address, NetConnOrigin *ret_origin)
{
    ret_origin->fd = fd;
    ret_origin->peer_key = net_peer_key(address);
    char *text = ret_origin->peer;
    size_t size = sizeof ret_origin->peer;
    if (address->sa_family != AF_UNIX) {
        print_address(address, text, size);
        return;
    }
    struct ucred peer = {.pid = -1, .uid = (uid_t)-1};
    socklen_t len = sizeof peer;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0) {
        (void)snprintf(text, size, "unix:pid=%ld,uid=%lu", (long)peer.pid, (unsigned long)peer.uid);
    } else {
        (void)snprintf(text, size, "unix:unknown");
    }
}
