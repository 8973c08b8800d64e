/*
 * address.c: "tcp:HOST:PORT" and "unix:PATH". See address.h.
 */
#include "service/client/address.h"

#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

_Static_assert(sizeof(((ClientAddress *)0)->path) == sizeof(((struct sockaddr_un *)0)->sun_path),
               "a path that parses can be connected to");

/* 1 to 65535 in decimal, without sign or leading zeros. */
static bool
port_is_valid(const char *port)
{
    size_t digits = strspn(port, "0123456789");
    if (digits == 0 || digits > 5 || port[digits] != '\0' || port[0] == '0') {
        return false;
    }
    return strtol(port, NULL, 10) <= 65535;
}

static BaseStatus
parse_unix(const char *path, ClientAddress *ret_address)
{
    ClientAddress address = {.kind = CLIENT_UNIX};
    size_t length = strlen(path);
    if (length == 0) {
        return base_error(BASE_INVALID, "unix: needs a path, as in unix:/run/larder.sock");
    }
    if (length >= sizeof address.path) {
        return base_error(BASE_INVALID, "the path of a unix socket has at most 107 bytes");
    }
    memcpy(address.path, path, length + 1);
    *ret_address = address;
    return base_ok();
}

/* Splits HOST:PORT at the last colon and takes the brackets off. */
static BaseStatus
parse_tcp(const char *text, ClientAddress *ret_address)
{
    ClientAddress address = {.kind = CLIENT_TCP};
    const char *colon = strrchr(text, ':');
    if (colon == NULL || !port_is_valid(colon + 1)) {
        return base_error(BASE_INVALID,
                          "tcp: needs a port of 1 to 65535, as in tcp:127.0.0.1:7400");
    }
    size_t length = (size_t)(colon - text);
    const char *host = text;
    if (length >= 2 && host[0] == '[' && host[length - 1] == ']') {
        host++;
        length -= 2;
    } else if (memchr(host, ':', length) != NULL) {
        return base_error(BASE_INVALID, "an IPv6 address is written in brackets: tcp:[::1]:7400");
    }
    if (length == 0 || length >= sizeof address.host) {
        return base_error(BASE_INVALID, "tcp: needs a host of 1 to 255 bytes");
    }
    memcpy(address.host, host, length);
    memcpy(address.port, colon + 1, strlen(colon + 1) + 1);
    *ret_address = address;
    return base_ok();
}

BaseStatus
client_address_parse(const char *text, ClientAddress *ret_address)
{
    if (strncmp(text, "unix:", 5) == 0) {
        return parse_unix(text + 5, ret_address);
    }
    if (strncmp(text, "tcp:", 4) == 0) {
        return parse_tcp(text + 4, ret_address);
    }
    return base_error(BASE_INVALID, "an address is tcp:HOST:PORT or unix:PATH");
}

static ClientEndpoint
unix_endpoint(const char *path)
{
    ClientEndpoint endpoint = {.length = sizeof(struct sockaddr_un)};
    struct sockaddr_un unix_address = {.sun_family = AF_UNIX};
    memcpy(unix_address.sun_path, path, strlen(path) + 1);
    memcpy(&endpoint.address, &unix_address, sizeof unix_address);
    return endpoint;
}

BaseStatus
client_address_resolve(const ClientAddress *address, ClientEndpoint *endpoints, size_t capacity,
                       size_t *ret_count)
{
    if (address->kind == CLIENT_UNIX) {
        endpoints[0] = unix_endpoint(address->path);
        *ret_count = 1;
        return base_ok();
    }
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    hints.ai_flags = AI_ADDRCONFIG | AI_NUMERICSERV;
    struct addrinfo *found = NULL;
    int error = getaddrinfo(address->host, address->port, &hints, &found);
    if (error == EAI_MEMORY) {
        return base_error(BASE_NO_MEMORY, "no memory to resolve the host");
    }
    if (error != 0) {
        return base_error(BASE_NOT_FOUND, "the host is not known");
    }
    size_t count = 0;
    for (struct addrinfo *i = found; i != NULL && count < capacity; i = i->ai_next) {
        if (i->ai_addrlen <= sizeof endpoints[count].address) {
            endpoints[count].length = i->ai_addrlen;
            memcpy(&endpoints[count].address, i->ai_addr, i->ai_addrlen);
            count++;
        }
    }
    freeaddrinfo(found);
    if (count == 0) {
        return base_error(BASE_NOT_FOUND, "the host has no address");
    }
    *ret_count = count;
    return base_ok();
}
