/*
 * gate.h: holds back the making of replies that a peer does not take.
 *
 * Reading stops when a connection has much to send (intake.h), but requests that were read before
 * are in the owner's hands, and each may turn into a reply of megabytes. So the owner asks the gate
 * before it executes the next request of a connection, and waits for `drained` when the gate is
 * full: a peer that never reads costs output_bytes_max and one reply, however much it has asked
 * for. (The owner may ask once for several small replies; then it is so much more.)
 *
 * Only replies that other threads finish are counted, and those of the reactor for which its owner
 * says so (not refusals, which may be ahead of their turn). They are executed in order, so a reply
 * that is counted never waits for a request that the gate holds back, and a full gate always opens
 * again: when the peer takes what is sent, or when it is gone.
 *
 * The reactor makes and sends most replies by itself. It counts those apart, in plain memory, and
 * shares the sum before it hands a request of the connection to another thread: until then nobody
 * else asks. Completions in other threads add to the backlog themselves.
 *
 * No wake-up is lost: is_full() first says that somebody waits and then looks at the backlog again;
 * take() first lowers the backlog and then looks whether somebody waits. All four accesses are
 * sequentially consistent, so one of the two sees the other. Whoever waits has seen only what was
 * shared.
 *
 * Threading: net_gate_add() and net_gate_is_full() from any thread; the rest on the reactor's.
 */
#ifndef LARDER_SERVICE_NET_GATE_H
#define LARDER_SERVICE_NET_GATE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct NetGate {
    size_t max;             /* constant once there are requests */
    size_t own;             /* of replies that only the reactor knows of; */
    _Atomic size_t backlog; /* of the others */
    _Atomic bool awaited;   /* somebody was told that it is full */
    _Atomic bool gone;      /* the peer; nothing is held back any more */
} NetGate;

void net_gate_init(NetGate *gate, size_t max);

/* A reply of so many bytes waits to be sent. */
void net_gate_add(NetGate *gate, size_t bytes);

/* The same of a reply of the reactor, which only the reactor needs to know of yet. */
static inline void
net_gate_add_own(NetGate *gate, size_t bytes)
{
    gate->own += bytes;
}

/* Lets other threads know of all replies. */
void net_gate_share(NetGate *gate);

/* Whether the reactor is to make no more replies for now. Nobody is told when that is over. */
static inline bool
net_gate_is_over(const NetGate *gate)
{
    size_t backlog = atomic_load_explicit(&gate->backlog, memory_order_relaxed);
    return gate->own + backlog >= gate->max &&
           !atomic_load_explicit(&gate->gone, memory_order_relaxed);
}

/* Whether to make no more replies for now. After true, take() or open() answers true some time. */
bool net_gate_is_full(NetGate *gate);

/* So many bytes have left, or were dropped. True: whoever waits has to be told to go on. */
bool net_gate_take(NetGate *gate, size_t bytes);

/* The peer is gone. True: whoever waits has to be told to go on. */
bool net_gate_open(NetGate *gate);

#endif
