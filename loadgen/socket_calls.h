/*
 * socket_calls.h: operations as calls of the contract.
 *
 * Threading: one session's.
 */
#ifndef LARDER_LOADGEN_SOCKET_CALLS_H
#define LARDER_LOADGEN_SOCKET_CALLS_H

#include "loadgen/socket_target.h"
#include "service/client/schema.h"

typedef struct LoadSocketCalls {
    const LoadSocketTarget *target;
    const LoadSessionArgs *args;
    LarderBytes *keys;         /* of a MULTI_GET: args->walk */
    uint8_t *key_bytes;        /* that they point to */
    LarderMutation *mutations; /* of a BATCH: args->batch */
    uint8_t *value;            /* of a PUT: args->value_size; of a BATCH: for each, with its key */
    LarderExpiry expiry;       /* of what is put; without a time: it never expires */
    uint8_t key[LOAD_KEY_BYTES_MAX + 1];
} LoadSocketCalls;

/* `target` and `args` must outlive it. False: no memory; then it can still be cleared. */
bool load_socket_calls_init(LoadSocketCalls *self, const LoadSocketTarget *target,
                            const LoadSessionArgs *args);

void load_socket_calls_clear(LoadSocketCalls *self);

/* Appends the call that an operation is. False: no memory. */
bool load_socket_calls_write(LoadSocketCalls *self, BaseBuf *out, int32_t seqid, const LoadOp *op);

/* The method that operations of a kind call. */
LarderMethod load_socket_calls_method(LoadOpKind kind);

#endif
