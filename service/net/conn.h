/*
 * conn.h: one connection: its state, its ends, and what it holds.
 *
 *                 peer ends, drain           nothing complete left
 *        OPEN ------------------------> LAST ----------------------+
 *          |                              |                        v
 *          +------------------------------+--------------------> CLOSING
 *            a closing reply, bad input, scan says close           |
 *                                                                  | last reply left
 *            (any) --reset, timeout, over budget--+                v
 *                                                 |            LINGERING
 *                                                 v                |
 *                                               DEAD <-------------+
 *                               the peer ends or has ended, or half a second passed
 *
 *   OPEN       reads, delivers, answers.
 *   LAST       reads no more; delivers the complete requests that it has, and answers.
 *   CLOSING    delivers no more; answers.
 *   LINGERING  the sending side is shut down; what the peer still sends is thrown away. Closing
 *              with unread input would make the system reset the connection, and the peer might
 *              lose the last replies.
 *   DEAD       the socket is closed. The object stays until the last of its requests is finished:
 *              these replies are dropped.
 *
 * Within OPEN and LAST the input side (intake.h) waits for one of four things, NetConnWait.
 *
 * Invariants:
 *   I-1  The socket is open in every state but DEAD.
 *   I-2  An object is freed in a turn's last step only, DEAD, with no slots and in no list but
 *        `all`: no pointer to it from this turn's events, lists or callers is left.
 *   I-3  `held` is the input's bytes and `charged` of all slots; it is part of the budget.
 *
 * Threading: the reactor's thread, except net_conn_new() and the constant fields `reactor` and
 * `peer`.
 */
#ifndef LARDER_SERVICE_NET_CONN_H
#define LARDER_SERVICE_NET_CONN_H

#include "service/net/gate.h"
#include "service/net/input.h"
#include "service/net/list.h"
#include "service/net/net.h"
#include "service/net/peer_count.h"
#include "service/net/transport.h"
#include "service/net/watch.h"

typedef struct NetReactor NetReactor;

typedef enum NetConnState {
    NET_CONN_OPEN,
    NET_CONN_LAST,
    NET_CONN_CLOSING,
    NET_CONN_LINGERING,
    NET_CONN_DEAD,
} NetConnState;

typedef enum NetConnWait {
    NET_CONN_WAIT_BYTES,  /* the input holds no complete request */
    NET_CONN_WAIT_TURN,   /* others first; it goes on in the next turn */
    NET_CONN_WAIT_ROOM,   /* for replies of its own to leave */
    NET_CONN_WAIT_BUDGET, /* for the server to hold less */
} NetConnWait;

struct NetConn {
    NetWatch watch; /* first */
    NetConnState state;
    NetConnWait wait;
    bool readable;      /* reading may bring something */
    bool writable;      /* writing may move something */
    bool end_announced; /* an end of input is somewhere behind what is unread */
    bool ended;         /* and was read */
    bool polls_output;  /* epoll tells when it is writable */
    NetReactor *reactor;
    NetLink link;
    NetList all;           /* in NetReactor.conns or .dead */
    NetList ready;         /* in NetReactor.ready or .starved: to be run */
    NetList flush;         /* in NetReactor.flush: has a reply to send */
    NetConn *arrival_next; /* on the way to its reactor */
    void *user;

    NetInput input;
    size_t input_charged;
    int64_t request_began_us; /* the first bytes of an incomplete request came; 0: there is none */
    NetRequest *offered;      /* the request in the `request` callback ... */
    BaseSlice offered_input;  /* ... its bytes, ... */
    bool offered_fresh;       /* ... which are in the reactor's read buffer, else in `input`, ... */
    bool offered_stolen;      /* ... and were taken from there */
    bool gathers;             /* all of the read at hand so far were gathered, and may be on */
    NetRequest *gathering;    /* the newest slot, while it takes more requests */

    NetList slots;       /* of requests, oldest first */
    unsigned slot_count; /* their number */
    unsigned requests;   /* that they stand for */
    unsigned pending;    /* those not finished */
    size_t unsent;       /* reply bytes that wait, the slots of small ones included */
    size_t reply_peak;   /* the largest reply of late */

    int64_t read_us;    /* bytes came */
    int64_t written_us; /* bytes left, or the socket began to take none */
    int64_t linger_us;  /* LINGERING ends */
    NetGate gate;
    _Atomic size_t held;
    _Atomic bool choked; /* not writable, for any thread to see */
    NetPeerKey peer_key;
    char peer[64];
    NetScanState scan;
};

/* What an accepted socket is. */
typedef struct NetConnOrigin {
    int fd;
    NetPeerKey peer_key;
    char peer[64];
} NetConnOrigin;

/* Slots that are taken out, and what they had counted. */
typedef struct NetConnSum {
    unsigned slots;
    unsigned requests;
    size_t charged;
    size_t gated;
} NetConnSum;

/* A connection, not yet known to its reactor. Takes the socket on success. NULL: no memory. */
NetConn *net_conn_new(NetReactor *reactor, const NetConnOrigin *origin);

/* Joins its reactor, on the reactor's thread. */
void net_conn_open(NetConn *conn);

/* Takes no more bytes: OPEN becomes LAST. */
void net_conn_end_input(NetConn *conn);

/* Takes no more requests: OPEN and LAST become CLOSING. May be called while input is looked at. */
void net_conn_end_requests(NetConn *conn);

/* The last reply has left: becomes LINGERING, or DEAD if the peer has ended. */
void net_conn_end_output(NetConn *conn);

/* Becomes DEAD. */
void net_conn_kill(NetConn *conn);

/* Becomes DEAD because the peer is gone. */
void net_conn_broken(NetConn *conn);

/* REQUIRES: DEAD. Frees it once it has no slots. */
void net_conn_free(NetConn *conn);

/* To be run: in this turn if its runs have not begun, else in the next. */
void net_conn_make_ready(NetConn *conn);

/* Lets epoll tell when the socket takes bytes again, or not. Costs a system call if that is new. */
void net_conn_poll_output(NetConn *conn, bool on);

/* Bytes that the connection holds; charge.h counts them. From any thread. */
static inline size_t
net_conn_held(const NetConn *conn)
{
    return atomic_load_explicit(&conn->held, memory_order_relaxed);
}

/* Adds a slot to a sum, and resets it. */
void net_conn_add_up(NetRequest *request, NetConnSum *sum);

/*
 * Puts the first slots of a list, up to `last`, into the pool, and gives back what they had
 * counted. REQUIRES: the sum is that of these slots of the connection.
 */
void net_conn_give_back(NetConn *conn, NetList *slots, NetList *last, const NetConnSum *sum);

/* Takes a slot out and gives it back. */
void net_conn_release(NetConn *conn, NetRequest *request);

#endif
