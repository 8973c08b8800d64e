/*
 * pending.h: writes of the express lane from the moment they are gathered until they are answered.
 *
 * Gathered writes of one connection are submitted as one chain, and so are of one store. Those of
 * many connections are one chain together, as long as none of them may have to read. A write is
 * answered in the thread in which its commit is; the memory goes back to the reactor through a
 * stack that any thread may push to.
 *
 * A write is WAITING until one of two wins: its completion (DONE), which answers it; or its
 * reactor, when the deadline has passed (LATE), which answers Indeterminate, takes over the bytes
 * that the commit still borrows, and makes it an orphan of its store.
 *
 * Threading: the reactor's, but for completions.
 */
#ifndef LARDER_SERVICE_RPC_PENDING_H
#define LARDER_SERVICE_RPC_PENDING_H

#include "service/obs/run.h"
#include "service/rpc/hot.h"
#include "service/rpc/ticket.h"

enum {
    RPC_PENDING_MAX = 64,    /* gathered at once */
    RPC_PENDING_BLOCKS = 16, /* of memory for batches, kept */
};

typedef struct RpcPendingWrite RpcPendingWrite;

typedef struct RpcPending {
    RpcContext *context;
    RpcExpressOwner owner;
    ObsRun *run; /* counts what ends while submitting, in the reactor's thread */
    RpcPendingWrite *gathered[RPC_PENDING_MAX];
    size_t count;
    RpcPendingWrite *free;
    _Atomic(RpcPendingWrite *) returned; /* by other threads */
    RpcPendingWrite *waiting;            /* submitted; those that are done are taken out later */
    _Atomic size_t under_way;
    StoreBatchBlock *blocks[RPC_PENDING_BLOCKS]; /* for batches to come */
    size_t block_count;
    /* While submitting: */
    int64_t now_us;
    RpcExpressConn *conns_done; /* that have writes which are done, */
    size_t done;                /* and how many writes that are, of all connections */
} RpcPending;

/* What ends while submitting is added to `run`, which the caller settles. */
void rpc_pending_init(RpcPending *pending, RpcContext *context, const RpcExpressOwner *owner,
                      ObsRun *run);

/* REQUIRES: nothing is gathered or under way. */
void rpc_pending_clear(RpcPending *pending);

/*
 * Gathers a write. False: it is for the generated lane (the arguments are at fault, or memory is
 * short); nothing has happened. REQUIRES: room, see rpc_pending_fits().
 */
bool rpc_pending_put(RpcPending *pending, const RpcTicket *ticket, const StorePutArgs *args);
bool rpc_pending_remove(RpcPending *pending, const RpcTicket *ticket, const StoreRemoveArgs *args);
bool rpc_pending_batch(RpcPending *pending, const RpcTicket *ticket, const StoreBatchArgs *args);
bool rpc_pending_bulk(RpcPending *pending, const RpcTicket *ticket, const StoreBatchArgs *args);

/*
 * Whether a write of this connection can be gathered without submitting what is there: there is
 * room, and its chain, if it has begun one, is the last.
 */
bool rpc_pending_fits(const RpcPending *pending, const RpcExpressConn *conn);

/* Whether a write is of the store of what is gathered of its connection, and so of its chain. */
bool rpc_pending_joins(const RpcPending *pending, const RpcTicket *ticket);

/* Submits what is gathered, or hands it over for connections on a detour. */
void rpc_pending_submit(RpcPending *pending, int64_t now_us);

/* Answers what is late. */
void rpc_pending_expire(RpcPending *pending, int64_t now_us);

#endif
