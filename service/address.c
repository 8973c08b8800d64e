/*
 * address.c: takes addresses apart and judges how far they reach.
 */
#include "service/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* A decimal number of at most `highest`, and nothing else. */
static bool
parse_number(const char *text, unsigned highest, unsigned *ret_number)
{
    unsigned number = 0;
    for (const char *digit = text; *digit != '\0'; digit++) {
        if (*digit < '0' || *digit > '9') {
            return false;
        }
        number = number * 10 + (unsigned)(*digit - '0');
        if (number > highest) {
            return false;
        }
    }
    *ret_number = number;
    return *text != '\0';
}

static bool
copy_text(const char *text, size_t len, char *ret_copy, size_t size)
{
    if (len == 0 || len >= size) {
        return false;
    }
    memcpy(ret_copy, text, len);
    ret_copy[len] = '\0';
    return true;
}

static bool
parse_tcp(const char *text, Address *address, const char **ret_problem)
{
    const char *colon = strrchr(text, ':');
    if (colon == NULL || !parse_number(colon + 1, 65535, &address->port)) {
        *ret_problem = "needs a port from 0 to 65535: tcp:HOST:PORT";
        return false;
    }
    size_t len = (size_t)(colon - text);
    bool brackets = len >= 2 && text[0] == '[' && text[len - 1] == ']';
    if (brackets) {
        text++;
        len -= 2;
    }
    if (!copy_text(text, len, address->host, sizeof address->host)) {
        *ret_problem = "needs a host: tcp:HOST:PORT";
        return false;
    }
    struct in6_addr ignored;
    if (brackets && inet_pton(AF_INET6, address->host, &ignored) != 1) {
        *ret_problem = "has no IPv6 address within the brackets";
        return false;
    }
    if (!brackets && strchr(address->host, ':') != NULL) {
        *ret_problem = "needs brackets around an IPv6 address: tcp:[::1]:PORT";
        return false;
    }
    return true;
}

bool
address_parse(const char *text, Address *ret_address, const char **ret_problem)
{
    Address address = {0};
    if (strncmp(text, "tcp:", 4) == 0) {
        address.kind = ADDRESS_TCP;
        if (!parse_tcp(text + 4, &address, ret_problem)) {
            return false;
        }
    } else if (strncmp(text, "unix:", 5) == 0) {
        address.kind = ADDRESS_UNIX;
        if (!copy_text(text + 5, strlen(text + 5), address.path, sizeof address.path)) {
            *ret_problem = "needs a path of 1 to 107 bytes: unix:PATH";
            return false;
        }
    } else if (strncmp(text, "fd:", 3) == 0) {
        address.kind = ADDRESS_FD;
        unsigned fd = 0;
        if (!parse_number(text + 3, 65535, &fd)) {
            *ret_problem = "needs the number of a file descriptor: fd:N";
            return false;
        }
        address.fd = (int)fd;
    } else {
        *ret_problem = "is neither tcp:HOST:PORT, unix:PATH nor fd:N";
        return false;
    }
    *ret_address = address;
    return true;
}

static bool
is_local_v4(const struct in_addr *address)
{
    return ntohl(address->s_addr) >> 24 == 127;
}

static bool
is_local_fd(int fd)
{
    struct sockaddr_storage storage = {0};
    socklen_t len = sizeof storage;
    if (getsockname(fd, (struct sockaddr *)&storage, &len) != 0) {
        return false;
    }
    if (storage.ss_family == AF_INET) {
        return is_local_v4(&((const struct sockaddr_in *)&storage)->sin_addr);
    }
    if (storage.ss_family == AF_INET6) {
        return IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)&storage)->sin6_addr);
    }
    return storage.ss_family == AF_UNIX;
}

bool
address_is_local(const Address *address)
{
    if (address->kind == ADDRESS_UNIX) {
        return true;
    }
    if (address->kind == ADDRESS_FD) {
        return is_local_fd(address->fd);
    }
    struct in_addr v4;
    struct in6_addr v6;
    if (inet_pton(AF_INET, address->host, &v4) == 1) {
        return is_local_v4(&v4);
    }
    if (inet_pton(AF_INET6, address->host, &v6) == 1) {
        return IN6_IS_ADDR_LOOPBACK(&v6);
    }
    return strcmp(address->host, "localhost") == 0;
}

bool
address_is_same(const Address *a, const Address *b)
{
    if (a->kind != b->kind) {
        return false;
    }
    switch (a->kind) {
    case ADDRESS_TCP:
        return a->port != 0 && a->port == b->port && strcmp(a->host, b->host) == 0;
    case ADDRESS_UNIX:
        return strcmp(a->path, b->path) == 0;
    case ADDRESS_FD:
        return a->fd == b->fd;
    }
    return false;
}

bool
address_has_loopback6(void)
{
    int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return false;
    }
    struct sockaddr_in6 any_port = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    bool works = bind(fd, (const struct sockaddr *)&any_port, sizeof any_port) == 0;
    (void)close(fd);
    return works;
}
