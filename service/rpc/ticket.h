/*
 * ticket.h: what is needed to answer a request of the express lane, now or later.
 *
 * Threading: one owner at a time.
 */
#ifndef LARDER_SERVICE_RPC_TICKET_H
#define LARDER_SERVICE_RPC_TICKET_H

#include "service/rpc/express.h"
#include "service/store/store.h"
#include "service/wire/reply.h"

/* The hot methods. */
typedef enum RpcHotMethod {
    RPC_HOT_GET,
    RPC_HOT_MULTI_GET,
    RPC_HOT_PUT,
    RPC_HOT_REMOVE,
    RPC_HOT_BATCH,
    RPC_HOT_BULK_WRITE,
    RPC_HOT_SCAN,
    RPC_HOT_COUNT
} RpcHotMethod;

typedef struct RpcTicket {
    RpcExpressConn *conn; /* NULL on workers, like `request` */
    void *request;
    BaseSlice input;
    BaseBuf *out;
    size_t before; /* bytes in `out` before the reply */
    Store *store;
    ObsSeries *series; /* of the store */
    int64_t arrival_us;
    int32_t seqid;
    WireFormat format;
    RpcHotMethod method;
    uint32_t row; /* of the method, among all of them */
} RpcTicket;

/* The method of that name. False: it is not hot. */
bool rpc_ticket_method(BaseSlice name, RpcHotMethod *ret_method);

/* The row of a hot method among all methods (methods.h). */
uint32_t rpc_ticket_row(RpcHotMethod method);

/* The message that the reply answers; it borrows nothing of the request. */
WireMessage rpc_ticket_message(const RpcTicket *ticket);

/* Microseconds since the arrival. */
static inline int64_t
rpc_ticket_elapsed_us(const RpcTicket *ticket, int64_t now_us)
{
    return now_us - ticket->arrival_us;
}

/*
 * The end of a call whose reply is in its output, as the counters want it; `begun`: its begin was
 * told to obs_registry_begin().
 */
static inline ObsEnded
rpc_ticket_ended(const RpcTicket *ticket, ObsOutcome outcome, bool begun, int64_t now_us)
{
    return (ObsEnded){.row = ticket->row,
                      .outcome = outcome,
                      .us = rpc_ticket_elapsed_us(ticket, now_us),
                      .store_series = ticket->series,
                      .count = 1,
                      .begun = begun,
                      .request_bytes = ticket->input.len,
                      .reply_bytes = ticket->out->len - ticket->before};
}

#endif
