/*
 * request.h: slots: a delivered request and the place of its reply.
 *
 * A slot lives from the delivery of its request until its reply has been handed to the socket, or
 * dropped. It has an owner at each moment:
 *
 *   pool --take--> reactor --`request`--> the server's owner --finish--> reactor --sent--> pool
 *
 * On the reactor's own thread a finish hands the slot over at once; from another thread it travels
 * on the reactor's stack of finished requests (reactor.h). Slots keep small storage between uses,
 * so a steady stream of small requests allocates nothing.
 *
 * A slot of gathered requests is one for several of a connection, whose replies stand one behind
 * the other in its output: what is done once for each slot is done once for all of them. It takes
 * more of them until another slot comes behind it, its last request is answered, or its replies
 * would need more storage than a slot keeps. A request that turns out to be for another thread is
 * split off, and so are all behind it.
 *
 * Invariants:
 *   I-1  `slot` is in its connection's list from delivery to release, in the order of delivery. A
 *        connection is not freed while that list has elements: so a slot's connection is always
 *        there, even if its socket is not.
 *   I-2  Between `request` and finish, only the server's owner touches `output` and the bytes of
 *        `input`.
 *
 * Threading: the pool and slots outside the owner's hands belong to the reactor's thread.
 */
#ifndef LARDER_SERVICE_NET_REQUEST_H
#define LARDER_SERVICE_NET_REQUEST_H

#include "service/net/list.h"
#include "service/net/net.h"

struct NetRequest {
    NetConn *conn;
    NetList slot;              /* in NetConn.slots, or in the pool */
    NetRequest *finished_next; /* on the reactor's stack of finished requests */
    BaseBuf output;            /* the reply */
    BaseBuf input;             /* what net_request_own_input() keeps */
    int64_t arrival_us;
    size_t charged; /* bytes that the connection and the budget count for it */
    size_t late;  /* bytes that a finishing thread gave to the budget, not yet to the connection */
    size_t sent;  /* bytes of output that left */
    size_t gated; /* bytes of output that its connection's gate counts */
    size_t longest;    /* of the replies of a gathered slot */
    NetList *tail;     /* where the next one that is split off goes behind; NULL: behind this one */
    unsigned requests; /* that it stands for; 0: all were split off */
    unsigned open;     /* those of them that are not finished */
    bool gathered;
    bool done;  /* finished, and known to the reactor */
    bool close; /* the connection ends with this reply */
};

enum { NET_REQUEST_KEEP_BYTES = 4096 }; /* storage of a buffer that a waiting slot keeps */

/* Slots that wait for their next use, those of the last write first. */
typedef struct NetRequestPool {
    NetList free;
    unsigned count;
} NetRequestPool;

void net_request_pool_init(NetRequestPool *pool);

/* A slot in no list, of no request yet; NULL: no memory. */
NetRequest *net_request_pool_take(NetRequestPool *pool);

/* Makes a slot as good as new, but for small storage, which it keeps. */
void net_request_reset(NetRequest *request);

/* Takes the first `count` slots of a list, at least one, up to `last`. REQUIRES: they are reset. */
void net_request_pool_put(NetRequestPool *pool, NetList *slots, NetList *last, unsigned count);

void net_request_pool_clear(NetRequestPool *pool);

/* What a slot holds: itself and its bytes. */
static inline size_t
net_request_footprint(const NetRequest *request)
{
    return sizeof *request + request->output.len + request->input.len;
}

#endif
