/*
 * transport.h: how the bytes of a connection travel: plain, and later inside TLS.
 *
 * A link is a non-blocking socket with the transport that speaks on it. Reading and writing say how
 * far they came; "blocked" means that the reactor calls again when the socket is ready.
 *
 * Threading: a link belongs to the reactor of its connection.
 */
#ifndef LARDER_SERVICE_NET_TRANSPORT_H
#define LARDER_SERVICE_NET_TRANSPORT_H

#include <stddef.h>
#include <sys/uio.h>

typedef enum NetIoKind {
    NET_IO_DONE,    /* `bytes` were moved, at least 1 */
    NET_IO_BLOCKED, /* nothing moved; wait for the socket */
    NET_IO_END,     /* the peer sends no more (reading only) */
    NET_IO_BROKEN,  /* the connection is gone */
} NetIoKind;

typedef struct NetIo {
    NetIoKind kind;
    size_t bytes;
} NetIo;

typedef struct NetTransport NetTransport;

typedef struct NetLink {
    const NetTransport *transport;
    void *state; /* the transport's own */
    int fd;
} NetLink;

struct NetTransport {
    /* Moves bytes; fewer than the vectors hold means that more will come only after a wait. */
    NetIo (*read)(NetLink *link, const struct iovec *vectors, size_t count);
    NetIo (*write)(NetLink *link, const struct iovec *vectors, size_t count);
    /* Tells the peer that nothing more is sent. */
    void (*end)(NetLink *link);
    /* Closes the socket and frees the state. */
    void (*close)(NetLink *link);
};

/* Bytes as they are. */
const NetTransport *net_transport_plain(void);

#endif
