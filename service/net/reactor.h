/*
 * reactor.h: one thread that serves its share of the connections, in turns.
 *
 * A turn:
 *   1. wait for events, unless there is work left; note which connections became readable or
 *      writable; accept (the first reactor watches the listeners);
 *   2. welcome new connections, collect requests that other threads finished; begin a drain, or
 *      cut connections, if somebody asked for it;
 *   3. run each ready connection once: read, find requests, deliver them (intake.h), until 2048
 *      requests are delivered; after every 64, have what is gathered answered, and write for those
 *      connections whose requests are all answered by then, so that slots and their bytes are used
 *      again while caches have them;
 *   4. `answer`, `turn_end`; collect what was finished meanwhile;
 *   5. write: one system call for each connection with replies (outlet.h);
 *   6. every half second: close what exceeded its time (sweep.h);
 *   7. free dead connections, settle the budget.
 * Work that a turn leaves over (more to read, more to deliver) waits in `ready` for the next one,
 * behind what the others bring, so a busy connection cannot starve its neighbours.
 *
 * Finished requests and new connections reach the reactor on two stacks that any thread may push
 * to. A pusher wakes the reactor only if it sleeps: the reactor sets `asleep` before it looks at
 * the stacks a last time, the pusher looks at `asleep` after its push, all sequentially consistent,
 * so one of the two sees the other. The eventfd is watched edge-triggered and therefore never read.
 *
 * Sockets are edge-triggered too: measured with tests/bench/net_echo_bench.c that takes 1 to 4 %
 * less processor time per request than level-triggered, and not reading costs no system call.
 *
 * Time. `now_us` is the clock at the turn's start, once for all that the turn does: what is read in
 * it was there before, and waits for its turn from then on. Waits are real time, at most 100 ms
 * while there are connections; all decisions are by the clock, so a test may set it.
 *
 * Invariants:
 *   I-1  A connection is in `conns` from opening until it is freed, or in `dead` on the way there.
 *   I-2  Connections die in steps 1 to 6 and are freed in step 7: no event, list or caller of a
 *        turn points at freed memory.
 *   I-3  The reactor sleeps only with `ready` and `flush` and both stacks empty.
 *   I-4  Gathered requests are in the first `read_bytes` of `scratch`; nothing is read or copied to
 *        there before they are answered.
 */
#ifndef LARDER_SERVICE_NET_REACTOR_H
#define LARDER_SERVICE_NET_REACTOR_H

#include "service/net/budget.h"
#include "service/net/conn.h"
#include "service/net/request.h"

#include <pthread.h>

enum {
    NET_READ_BYTES = 64 * 1024, /* most that one read brings */
    NET_WRITE_VECTORS = 512,    /* most pieces that one write takes */
    NET_GATHERED_MAX = 64,      /* requests that wait for their answer together */
    NET_LEDGER_MAX = 64 * 1024, /* bytes that may be unsettled within a turn */
};

typedef struct NetServer NetServer;

/* What a reactor counts. Connections and bytes held are the server's. */
typedef enum NetCount {
    NET_COUNT_ACCEPTED,
    NET_COUNT_REFUSED_LIMIT,
    NET_COUNT_REFUSED_IP,
    NET_COUNT_ACCEPT_ERRORS,
    NET_COUNT_CLOSED_IDLE,
    NET_COUNT_CLOSED_SLOW_REQUEST,
    NET_COUNT_CLOSED_WRITE_STALL,
    NET_COUNT_CLOSED_BAD,
    NET_COUNT_CLOSED_BUDGET,
    NET_COUNT_CLOSED_RESET,
    NET_COUNT_REQUESTS,
    NET_COUNT_FINISHED,
    NET_COUNT_BYTES_READ,
    NET_COUNT_BYTES_WRITTEN,
    NET_COUNT_TURNS,
    NET_COUNT_WRITEV_CALLS,
    NET_COUNTS
} NetCount;

struct NetReactor {
    NetServer *server;
    const NetCallbacks *callbacks;
    void *user;
    const BaseClock *clock;
    NetBudget *budget;
    unsigned index;
    pthread_t thread;
    bool started;
    int epoll_fd;
    int wake_fd;
    NetWatch wake_watch;

    /* From any thread. */
    _Atomic bool asleep;
    _Atomic bool stop_wanted;
    _Atomic bool drain_wanted;
    _Atomic uint64_t cut_wanted;  /* number of the last cut that was asked for, */
    uint64_t cut_done;            /* and of the last one done; guarded by the server's mutex */
    NetRequest *_Atomic finished; /* stack, newest first */
    NetConn *_Atomic arrivals;    /* stack, newest first */
    _Atomic uint64_t counts[NET_COUNTS];

    /* Of the reactor's thread. */
    NetLimits limits;
    unsigned limits_version;
    int64_t now_us;
    int64_t swept_us;
    bool was_tight; /* at the last sweep */
    bool draining;
    uint64_t cut_seen;
    unsigned delivered; /* requests of this turn */
    int64_t ledger;     /* bytes not yet settled with the budget */
    NetList conns;
    NetList ready;   /* to be run */
    NetList starved; /* to be run when the budget has room */
    NetList flush;   /* have replies to send */
    NetList dead;    /* to be freed */
    NetRequestPool pool;
    uint8_t *scratch;  /* 2 * NET_READ_BYTES: what is read, and copies of what is written */
    size_t read_bytes; /* of it that gathered requests may be in */
    unsigned gathered; /* requests that are not answered */
    struct iovec vectors[NET_WRITE_VECTORS];
};

/* Prepares a reactor and starts its thread. On failure join and clear it all the same. */
BaseStatus net_reactor_start(NetReactor *reactor, NetServer *server, unsigned index);

/* Lets the thread end, which kills its connections. */
void net_reactor_stop(NetReactor *reactor);

/* Waits for the end of the thread. REQUIRES: stopped. */
void net_reactor_join(NetReactor *reactor);

/* Frees everything. REQUIRES: all reactors of the server are joined. */
void net_reactor_clear(NetReactor *reactor);

/* From any thread: all connections end in good order. */
void net_reactor_drain(NetReactor *reactor);

/* From any thread: all connections are closed; net_server_note_cut() tells when. */
void net_reactor_cut(NetReactor *reactor, uint64_t number);

/* From any thread: a connection for this reactor. */
void net_reactor_welcome(NetReactor *reactor, NetConn *conn);

/* From any thread but the reactor's: a request is finished. */
void net_reactor_finish(NetReactor *reactor, NetRequest *request);

/* From any thread: makes the reactor look at its flags. */
void net_reactor_wake(NetReactor *reactor);

/* The reactor of the calling thread; NULL in other threads. */
extern _Thread_local const NetReactor *net_reactor_current;

/* Whether the calling thread is the reactor's. */
static inline bool
net_reactor_is_current(const NetReactor *reactor)
{
    return net_reactor_current == reactor;
}

/* Adds to a count. The reactor's thread. */
static inline void
net_reactor_count(NetReactor *reactor, NetCount which, uint64_t more)
{
    /* Only this thread writes: no locked instruction needed. */
    uint64_t count = atomic_load_explicit(&reactor->counts[which], memory_order_relaxed);
    atomic_store_explicit(&reactor->counts[which], count + more, memory_order_relaxed);
}

/* Has all gathered requests answered. The reactor's thread. */
static inline void
net_reactor_answer(NetReactor *reactor)
{
    if (reactor->gathered != 0) {
        reactor->callbacks->answer(reactor->user, reactor->index);
        reactor->gathered = 0;
    }
}

/* Where to read NET_READ_BYTES to: behind gathered requests. The reactor's thread. */
static inline uint8_t *
net_reactor_read_space(NetReactor *reactor)
{
    if (reactor->read_bytes > NET_READ_BYTES) {
        net_reactor_answer(reactor);
    }
    if (reactor->gathered == 0) {
        reactor->read_bytes = 0;
    }
    return reactor->scratch + reactor->read_bytes;
}

/* Makes what was charged visible to all. The reactor's thread. */
void net_reactor_settle(NetReactor *reactor);

/* Charges the budget, by and by. The reactor's thread. */
static inline void
net_reactor_charge(NetReactor *reactor, int64_t bytes)
{
    reactor->ledger += bytes;
    if (reactor->ledger > NET_LEDGER_MAX || reactor->ledger < -NET_LEDGER_MAX) {
        net_reactor_settle(reactor);
    }
}

/* A connection is no longer open. The reactor's thread. */
void net_reactor_forget(NetReactor *reactor, NetPeerKey peer_key);

#endif
