/*
 * input.h: received bytes of a connection that are not yet delivered.
 *
 * Most requests never come here: they are delivered straight from the reactor's read buffer. What
 * stays is the beginning of a request whose rest has not arrived, or requests that must wait.
 * Storage grows with received bytes, never with announced ones, and goes back when nothing is left,
 * so an idle connection holds at most 512 bytes of it.
 *
 * Cost. Growing doubles; consuming moves the beginning forward; the rest moves to the front only
 * when more is read, which is when it holds no complete request: so each byte moves once, and
 * handling n bytes costs O(n), however they arrive.
 *
 * Threading: one owner at a time.
 */
#ifndef LARDER_SERVICE_NET_INPUT_H
#define LARDER_SERVICE_NET_INPUT_H

#include "engine/base/buf.h"

/* buf.data[begin, buf.len) waits. */
typedef struct NetInput {
    BaseBuf buf;
    size_t begin;
} NetInput;

static inline size_t
net_input_len(const NetInput *input)
{
    return input->buf.len - input->begin;
}

/* What waits, borrowed until the next change. */
static inline BaseSlice
net_input_slice(const NetInput *input)
{
    return input->buf.data == NULL
               ? BASE_SLICE_EMPTY
               : base_slice(input->buf.data + input->begin, net_input_len(input));
}

/* Moves what waits to the front of the storage. */
void net_input_compact(NetInput *input);

/* Appends. False: no memory. */
bool net_input_append(NetInput *input, const void *data, size_t len);

/* Forgets the first `len` bytes; with the last of them goes the storage, unless it is small. */
void net_input_consume(NetInput *input, size_t len);

/* Forgets all. */
void net_input_clear(NetInput *input);

/*
 * Hands the first `len` bytes over with their storage, without copying them; the rest is copied.
 * False: not worth it (they are few, or fewer than the rest, or not at the front) or no memory. On
 * success ret_bytes, which must own nothing, holds them.
 */
bool net_input_steal(NetInput *input, size_t len, BaseBuf *ret_bytes);

#endif
