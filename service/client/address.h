/*
 * address.h: where a server listens, as people write it.
 *
 *   tcp:HOST:PORT     HOST is a name, an IPv4 address or an IPv6 address in brackets:
 *   tcp:[::1]:7400 unix:PATH         a stream socket in the file system
 *
 * Parsing looks only at the text. Resolving may ask the name service and then blocks.
 *
 * Threading: plain values.
 */
#ifndef LARDER_SERVICE_CLIENT_ADDRESS_H
#define LARDER_SERVICE_CLIENT_ADDRESS_H

#include "engine/base/status.h"

#include <stddef.h>
#include <sys/socket.h>

typedef enum ClientAddressKind { CLIENT_TCP, CLIENT_UNIX } ClientAddressKind;

typedef struct ClientAddress {
    ClientAddressKind kind;
    char host[256]; /* TCP: without brackets */
    char port[8];   /* TCP: decimal, 1 to 65535 */
    char path[108]; /* UNIX */
} ClientAddress;

/* One socket address that an address stands for. */
typedef struct ClientEndpoint {
    struct sockaddr_storage address;
    socklen_t length;
} ClientEndpoint;

/* Reads an address. BASE_INVALID: what is wrong with it, for people. */
BaseStatus client_address_parse(const char *text, ClientAddress *ret_address);

/*
 * Finds up to `capacity` endpoints, best first; at least one on success. BASE_NOT_FOUND: no such
 * host. Blocks while the name service answers.
 */
BaseStatus client_address_resolve(const ClientAddress *address, ClientEndpoint *endpoints,
                                  size_t capacity, size_t *ret_count);

#endif
