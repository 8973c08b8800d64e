/*
 * peer_target.h: what the parts of the target for other servers share.
 *
 * A dialect is what such a server speaks: how an operation is written, and how its reply is read.
 * Replies come in the order of requests.
 */
#ifndef LARDER_LOADGEN_PEER_TARGET_H
#define LARDER_LOADGEN_PEER_TARGET_H

#include "loadgen/options.h"
#include "loadgen/target.h"

typedef enum LoadParsed {
    LOAD_PARSED_WHOLE,
    LOAD_PARSED_PART, /* more bytes are needed; nothing was handed to the driver */
    LOAD_PARSED_WRONG,
} LoadParsed;

/* What a dialect needs of its session. */
typedef struct LoadPeerWork {
    const LoadSessionArgs *args;
    bool sorted;   /* records are members of a sorted set, for SCANs */
    uint8_t *room; /* for a key and a value: LOAD_KEY_BYTES_MAX + 1 and args->value_size */
} LoadPeerWork;

typedef struct LoadDialect {
    const char *engine;
    const char *protocol;
    const char *question; /* what version it has */
    const char *version;  /* stands before that in the reply */
    /* Appends the request that an operation is. False: no memory. */
    bool (*write)(const LoadPeerWork *work, BaseBuf *out, const LoadOp *op);
    /*
     * Reads the reply at *at to an operation: hands its entries to the driver, fills in the rest of
     * the answer and moves *at behind it.
     */
    LoadParsed (*read)(const LoadPeerWork *work, const LoadOp *op, BaseSlice in, size_t *at,
                       LoadAnswer *answer);
} LoadDialect;

extern const LoadDialect load_peer_resp;
extern const LoadDialect load_peer_memcached;

typedef struct LoadPeerTarget {
    LoadTarget target; /* first: it is a target */
    ClientEndpoint endpoint;
    const LoadDialect *dialect;
    bool sorted;
} LoadPeerTarget;

/* Writes the value of a PUT: op->value_size bytes. */
void load_peer_value(const LoadPeerWork *work, const LoadOp *op, uint8_t *out);

/* The line that begins at `at`, without its end. */
LoadParsed load_peer_line(BaseSlice in, size_t at, BaseSlice *ret_line);

/* A connected socket that does not block, or -1. Waits for the connection. */
int load_peer_connect(const ClientEndpoint *endpoint, int64_t timeout_us);

/* A session of such a target; see peer_session.c. */
BaseStatus load_peer_session_new(LoadTarget *target, const LoadSessionArgs *args,
                                 LoadSession **ret_session);

#endif
