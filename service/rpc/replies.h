/*
 * replies.h: replies that were made one behind the other, finished together.
 *
 * Requests that were gathered of one connection share a slot of net, and so their replies stand one
 * behind the other in its output. To tell the owner once for all of them costs less than once for
 * each. When it is RPC_REPLIES_BYTES long or more, it is told before there is another one: the
 * owner counts what a connection holds, and says by that when it is too much.
 *
 * Invariant: whoever looks at the slot of a request, or hands it over, has settled before.
 *
 * Threading: the reactor's.
 */
#ifndef LARDER_SERVICE_RPC_REPLIES_H
#define LARDER_SERVICE_RPC_REPLIES_H

#include "service/rpc/ticket.h"

enum { RPC_REPLIES_BYTES = 4096 };

typedef struct RpcReplies {
    const RpcExpressOwner *owner;
    void *request; /* one of them; */
    unsigned count;
    size_t bytes;   /* of all of them */
    size_t longest; /* of one of them */
} RpcReplies;

/* Tells the owner of what was made. */
static inline void
rpc_replies_settle(RpcReplies *replies)
{
    if (replies->count != 0) {
        unsigned count = replies->count;
        replies->count = 0;
        replies->owner->finish_run(replies->owner->user, replies->request, count, replies->longest);
    }
}

/*
 * Whether the next reply is one more of those at hand; if not, they are settled, and the owner can
 * be asked whether to make it.
 */
static inline bool
rpc_replies_go_on(RpcReplies *replies, const RpcTicket *ticket)
{
    if (replies->count != 0 && replies->request == ticket->request &&
        replies->bytes < RPC_REPLIES_BYTES) {
        return true;
    }
    rpc_replies_settle(replies);
    return false;
}

/* Adds the reply to a ticket, whole and in its output. REQUIRES: rpc_replies_go_on() was asked. */
static inline void
rpc_replies_add(RpcReplies *replies, const RpcTicket *ticket)
{
    size_t len = ticket->out->len - ticket->before;
    if (replies->count == 0) {
        replies->request = ticket->request;
        replies->bytes = 0;
        replies->longest = 0;
    }
    replies->count++;
    replies->bytes += len;
    replies->longest = len > replies->longest ? len : replies->longest;
}

#endif
