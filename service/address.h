/*
 * address.h: addresses to listen on, as the configuration writes them.
 *
 *   tcp:HOST:PORT   HOST is a name, an IPv4 address, or an IPv6 address in brackets; PORT 0: any
 *   free one
 *   unix:PATH       a socket file
 *   fd:N            a listening socket that was inherited
 *
 * Traffic is not encrypted, so an address that other machines can reach is dangerous; whether one
 * is local is judged without asking a name server: 127.0.0.0/8, ::1, "localhost", and unix
 * sockets are.
 *
 * Threading: plain values.
 */
#ifndef LARDER_SERVICE_ADDRESS_H
#define LARDER_SERVICE_ADDRESS_H

#include <stdbool.h>

typedef enum AddressKind { ADDRESS_TCP, ADDRESS_UNIX, ADDRESS_FD } AddressKind;

typedef struct Address {
    AddressKind kind;
    char host[256]; /* TCP: without brackets */
    unsigned port;  /* TCP */
    char path[108]; /* UNIX: as long as the operating system takes */
    int fd;         /* FD */
} Address;

/* Reads an address. False: *ret_problem, a constant, says what is wrong. */
bool address_parse(const char *text, Address *ret_address, const char **ret_problem);

/* Whether only this machine can reach it. An fd is looked at; what is no socket is not local. */
bool address_is_local(const Address *address);

/* Whether both name the same place. Port 0 is a new one every time, so it is never the same. */
bool address_is_same(const Address *a, const Address *b);

/* Whether IPv6 loopback works on this machine. */
bool address_has_loopback6(void);

#endif
