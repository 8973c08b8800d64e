/*
 * ticket.c: names and rows of the hot methods, and the end of a call. See ticket.h.
 */
#include "service/rpc/ticket.h"

#include "service/rpc/methods.h"

#include <stdatomic.h>

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

/* The row of a hot method among all methods; found once. */
static size_t
row_of(RpcHotMethod method)
{
    static _Atomic size_t rows[RPC_HOT_COUNT]; /* one more than the row; 0: not looked up yet */
    size_t row = atomic_load_explicit(&rows[method], memory_order_relaxed);
    if (row == 0) {
        row = rpc_methods_find(RPC_STORE, names[method]) + 1;
        atomic_store_explicit(&rows[method], row, memory_order_relaxed);
    }
    return row - 1;
}

ObsEnded
rpc_ticket_ended(const RpcTicket *ticket, ObsOutcome outcome, bool begun, int64_t now_us)
{
    return (ObsEnded){.row = row_of(ticket->method),
                      .outcome = outcome,
                      .us = rpc_ticket_elapsed_us(ticket, now_us),
                      .store_series = ticket->series,
                      .count = 1,
                      .begun = begun,
                      .request_bytes = ticket->input.len,
                      .reply_bytes = ticket->out->len - ticket->before};
}
