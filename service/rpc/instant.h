/*
 * instant.h: puts and removes that are over before the flush that executes them is.
 *
 * An engine that keeps nothing on disk need not wait for anything to commit: unless another thread
 * is at it just then, it executes a chain within the call (engine_commit_now()). So writes to it
 * can be gathered like gets, where they were read: none is ever under way, none can be late, and
 * none needs memory of its own that outlives the flush. What pending.h does for other writes, and
 * most of what that costs, falls away. Puts without options go a shorter way still where the engine
 * has one (service/store/plain.h), and the longer one when that fails.
 *
 * When another thread is at it, the writes are handed over to the workers, which can wait, and for
 * a while writes are gathered by pending.h: a short while when it happens once in a thousand times,
 * as it does with an engine that sweeps now and then, and ever longer when it goes on. So whoever
 * shares an engine with others that write to it all the time gains nothing here, and loses nothing.
 *
 * Invariants:
 *   I-1  A write is answered, or handed over unexecuted, before rpc_instant_flush() returns.
 *   I-2  Writes of a connection are executed, and answered, in the order in which they were
 *        gathered. Once one of them is handed over, or has lost its reply, `detour` of the
 *        connection is set, and the others are handed over, or go without a reply, too.
 *
 * Threading: the reactor's.
 */
#ifndef LARDER_SERVICE_RPC_INSTANT_H
#define LARDER_SERVICE_RPC_INSTANT_H

#include "service/obs/run.h"
#include "service/rpc/hot.h"
#include "service/rpc/replies.h"
#include "service/store/plain.h"

enum { RPC_INSTANT_MAX = 32 }; /* gathered at once: more would not stay in the first-level cache */

typedef struct RpcInstant RpcInstant;

/* A gathered write. */
typedef struct RpcInstantWrite {
    RpcTicket ticket;
    bool plain; /* it is in `puts` of RpcInstant; `write` is not filled in */
    StoreWrite write;
} RpcInstantWrite;

struct RpcInstant {
    const RpcContext *context;
    const RpcExpressOwner *owner;
    ObsRun *run;
    RpcReplies *replies;
    unsigned pause;      /* offers until writes are gathered again */
    unsigned next_pause; /* when the engine is busy once more */
    size_t count;
    int64_t now_us; /* of the flush at hand */
    RpcInstantWrite writes[RPC_INSTANT_MAX];
    EnginePut puts[RPC_INSTANT_MAX];
};

/* All is borrowed. What ends in a flush goes to `run` and `replies`, which the caller settles. */
void rpc_instant_init(RpcInstant *instant, const RpcContext *context, const RpcExpressOwner *owner,
                      ObsRun *run, RpcReplies *replies);

/* Counts an offer. True: writes are gathered at the moment. */
static inline bool
rpc_instant_offered(RpcInstant *instant)
{
    return instant->pause == 0 || --instant->pause == 0;
}

/* Where the ticket of the next write goes. REQUIRES: fewer than RPC_INSTANT_MAX are gathered. */
static inline RpcTicket *
rpc_instant_place(RpcInstant *instant)
{
    return &instant->writes[instant->count].ticket;
}

/*
 * Gathers a put or remove, whose ticket is in its place; `bare`: a put of which no option is set.
 * False: it is for pending.h, or at fault; nothing has happened. REQUIRES: store_chain_is_instant()
 * of its store.
 */
bool rpc_instant_gather(RpcInstant *instant, const RpcHotArgs *args, bool bare);

/* Executes what is gathered, and answers it or hands it over. */
void rpc_instant_flush(RpcInstant *instant, int64_t now_us);

/* Forgets what was gathered, and the detours of its connections. REQUIRES: it was flushed. */
void rpc_instant_forget(RpcInstant *instant);

#endif
