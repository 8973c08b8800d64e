/*
 * express_private.h: what an express lane consists of, for the files that make it.
 *
 * Threading: the lane's owner.
 */
#ifndef LARDER_SERVICE_RPC_EXPRESS_PRIVATE_H
#define LARDER_SERVICE_RPC_EXPRESS_PRIVATE_H

#include "service/rpc/instant.h"
#include "service/rpc/pending.h"

enum { EXPRESS_GETS_MAX = 64 }; /* gathered at once */

typedef struct ExpressRequest {
    RpcTicket ticket;
    RpcHotArgs args;
} ExpressRequest;

struct RpcExpress {
    RpcContext *context;
    RpcExpressOwner owner;
    uint32_t rows[RPC_HOT_COUNT]; /* of the methods, for tickets */
    WireTape tape;
    RpcHotCall on_tape; /* the request at hand, unless it has a usual shape */
    Store *store;       /* of the last request, its name, ... */
    BaseSlice store_name;
    ObsSeries *series;
    bool store_is_instant; /* its writes may go by `instant` */
    BaseBuf keys;          /* of a multi_get */
    BaseBuf lookups;       /* its answers */
    BaseBuf token;         /* of a scan */
    size_t page;           /* bytes of the last scan's reply, for which room is made at once */
    int64_t expired_us;
    ObsRun run;         /* calls that ended in the flush at hand, */
    RpcReplies replies; /* and replies that were made in it */
    RpcPending pending;
    RpcInstant instant;
    int64_t gathering_us; /* when gathering began; deadlines are held to it */
    size_t get_count;
    ExpressRequest gets[EXPRESS_GETS_MAX + 1]; /* behind those gathered: the request at hand */
};

/*
 * Reads a request: one of the usual shapes as it is, others from the tape. The arguments are in
 * *ret_args for get, put and remove, else still on the tape. False: it is not for this lane.
 */
bool rpc_express_parse(RpcExpress *express, const RpcCall *call, BaseBuf *out,
                       RpcTicket *ret_ticket, RpcHotCall *ret_call, RpcHotArgs *ret_args);

/* Makes the store of that name the last one. False: there is none. */
bool rpc_express_change_store(RpcExpress *express, BaseSlice name);

/* Fills in the store of a ticket, mostly that of the last request. False: there is none. */
static inline bool
rpc_express_find_store(RpcExpress *express, BaseSlice name, RpcTicket *ticket)
{
    if ((express->store == NULL || !base_slice_equal(express->store_name, name)) &&
        !rpc_express_change_store(express, name)) {
        return false;
    }
    ticket->store = express->store;
    ticket->series = express->series;
    return true;
}

/* Executes a multi_get of at most keys_max keys and counts it. False: nothing has happened. */
bool rpc_express_multi_get(RpcExpress *express, const RpcHotCall *call, unsigned flags,
                           size_t keys_max, RpcTicket *ticket, RpcVerdict *ret_verdict);

/* Executes a scan of at most items_max items, if it is brief, and counts it. False: as above. */
bool rpc_express_scan(RpcExpress *express, const RpcHotCall *call, int64_t items_max,
                      RpcTicket *ticket, RpcVerdict *ret_verdict);

#endif
