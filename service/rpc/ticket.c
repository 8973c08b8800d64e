/*
 * ticket.c: names and rows of the hot methods. See ticket.h.
 */
#include "service/rpc/ticket.h"

#include "service/rpc/methods.h"

static const BaseSlice names[RPC_HOT_COUNT] = {
    [RPC_HOT_GET] = {(const uint8_t *)"get", 3},
    [RPC_HOT_MULTI_GET] = {(const uint8_t *)"multi_get", 9},
    [RPC_HOT_PUT] = {(const uint8_t *)"put", 3},
    [RPC_HOT_REMOVE] = {(const uint8_t *)"remove", 6},
    [RPC_HOT_BATCH] = {(const uint8_t *)"batch", 5},
    [RPC_HOT_BULK_WRITE] = {(const uint8_t *)"bulk_write", 10},
    [RPC_HOT_SCAN] = {(const uint8_t *)"scan", 4},
};

bool
rpc_ticket_method(BaseSlice name, RpcHotMethod *ret_method)
{
    for (int i = 0; i < RPC_HOT_COUNT; i++) {
        if (base_slice_equal(names[i], name)) {
            *ret_method = (RpcHotMethod)i;
            return true;
        }
    }
    return false;
}

WireMessage
rpc_ticket_message(const RpcTicket *ticket)
{
    return (WireMessage){.header = true,
                         .format = ticket->format,
                         .type = WIRE_CALL,
                         .seqid = ticket->seqid,
                         .method = names[ticket->method]};
}

uint32_t
rpc_ticket_row(RpcHotMethod method)
{
    return (uint32_t)rpc_methods_find(RPC_STORE, names[method]);
}
