/*
 * address.h: addresses as text, listening sockets from them, and names of peers.
 *
 * The forms are those of net_server_listen(). A unix socket gets mode 0660 before anybody can
 * connect: the mode is set on the socket before it is bound, and once more on the file, because the
 * umask takes part in the first. A socket file that exists is replaced only if connecting to it is
 * refused, so the file of a running server stays. (Two servers that start at the same moment on one
 * stale path may both find it stale; the later one wins the path.)
 *
 * Threading: any thread.
 */
#ifndef LARDER_SERVICE_NET_ADDRESS_H
#define LARDER_SERVICE_NET_ADDRESS_H

#include "engine/base/status.h"
#include "service/net/conn.h"

#include <sys/socket.h>
#include <sys/types.h>
#include <sys/un.h>

enum { NET_ADDRESS_SOCKETS_MAX = 8 };

/* Listening sockets of one address. */
typedef struct NetSockets {
    int fds[NET_ADDRESS_SOCKETS_MAX];
    unsigned count;
    char text[128]; /* the address, with the port that was found */
    char path[sizeof(((struct sockaddr_un *)0)->sun_path)]; /* of a unix socket we made, else "" */
    dev_t device;                                           /* of that file */
    ino_t inode;
} NetSockets;

/* Listens. On failure `message` says why. Statuses as net_server_listen(). */
BaseStatus net_address_listen(const char *address, NetSockets *ret_sockets, char message[256]);

/* Closes the sockets, and removes the file of a unix socket if it is still theirs. */
void net_address_close(NetSockets *sockets);

/* Says who is at the other end of an accepted socket. `address` is what accept() told. */
void net_address_describe_peer(int fd, const struct sockaddr *address, NetConnOrigin *ret_origin);

#endif
