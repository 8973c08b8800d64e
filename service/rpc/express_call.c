/*
 * express_call.c: one request, start to end, in the thread of a worker. See express.h.
 *
 * Reads may go to disk here, and writes wait for their outcome. Whatever a store does not accept is
 * left to the generated lane, which finds the same, as long as nothing has happened; what a commit
 * came to is answered here.
 */
#include "service/rpc/express_private.h"

#include "service/rpc/answer.h"
#include "service/rpc/ticket_reply.h"
#include "service/store/call.h"

/* One call on its way. */
typedef struct ExpressTurn {
    RpcExpress *express;
    const RpcHotCall *hot;
    const RpcHotArgs *args; /* get, put, remove */
    RpcTicket *ticket;
    const RpcLimits *limits;
    WireMessage message;
    WireWriter writer;
    RpcVerdict verdict;
} ExpressTurn;

static ExpressTurn
turn_of(RpcExpress *express, const RpcHotCall *hot, const RpcHotArgs *args, RpcTicket *ticket)
{
    return (ExpressTurn){
        .express = express,
        .hot = hot,
        .args = args,
        .ticket = ticket,
        .limits = atomic_load_explicit(&express->context->limits, memory_order_acquire),
        .message = rpc_ticket_message(ticket),
        .verdict = {.outcome = OBS_OK},
    };
}

static void
begin_reply(ExpressTurn *turn)
{
    wire_reply_begin(&turn->writer, turn->ticket->out, &turn->message,
                     turn->limits->reply_bytes_max);
}

static int64_t
elapsed_us(const ExpressTurn *turn)
{
    return rpc_ticket_elapsed_us(turn->ticket,
                                 base_clock_monotonic_us(turn->express->context->clock));
}

/* Counts a call that was executed. */
static void
count(const ExpressTurn *turn)
{
    RpcContext *context = turn->express->context;
    const ObsEnded ended = rpc_ticket_ended(turn->ticket, turn->verdict.outcome, false,
                                            base_clock_monotonic_us(context->clock));
    obs_registry_ended(context->obs, &ended);
}

/* ------------------------------------------------------------------------------------- reads -- */

static bool
call_get(ExpressTurn *turn)
{
    StoreRead read;
    StoreGetResult result;
    StoreError error;
    if (!rpc_express_find_store(turn->express, turn->args->store, turn->ticket) ||
        !store_read_begin(&read, turn->ticket->store, 0, &error)) {
        return false;
    }
    bool done = store_get(&read, &turn->args->get, &result, &error);
    if (done) {
        done = rpc_ticket_reply_get(turn->ticket, &result, elapsed_us(turn),
                                    turn->limits->reply_bytes_max) == WIRE_OK;
    }
    store_read_end(&read);
    return done;
}

bool
rpc_express_multi_get(RpcExpress *express, const RpcHotCall *call, unsigned flags, size_t keys_max,
                      RpcTicket *ticket, RpcVerdict *ret_verdict)
{
    ExpressTurn turn = turn_of(express, call, NULL, ticket);
    BaseSlice name;
    StoreMultiGetArgs args;
    StoreRead read;
    StoreMultiGetResult result;
    StoreError error;
    if (!rpc_hot_multi_get(call, &express->keys, &name, &args) || args.count > keys_max ||
        !rpc_express_find_store(express, name, ticket) ||
        !store_read_begin(&read, ticket->store, flags, &error)) {
        return false;
    }
    bool done = store_multi_get(&read, &args, &express->lookups, &result, &error);
    if (done) {
        begin_reply(&turn);
        rpc_hot_reply_multi_get(&turn.writer, &result, args.without_values, elapsed_us(&turn));
        done = wire_reply_end(&turn.writer);
    }
    store_read_end(&read);
    if (done) {
        count(&turn);
        *ret_verdict = turn.verdict;
    }
    return done;
}

/* Room that is made for a page before its length is known, at most. */
#define PAGE_BYTES_MAX 65536

static bool
write_items(void *user, const StoreScanItems *items)
{
    WireWriter *writer = user;
    rpc_hot_reply_scan_items(writer, items);
    return wire_writer_ok(writer);
}

/* Answers a scan of at most items_max items. */
static bool
scan(ExpressTurn *turn, bool brief, int64_t items_max)
{
    BaseSlice name;
    StoreScanArgs args;
    StoreScanResult page;
    StoreError error;
    BaseBuf *token = &turn->express->token;
    if (!rpc_hot_scan(turn->hot, &name, &args) || args.limit_items > items_max ||
        !rpc_express_find_store(turn->express, name, turn->ticket)) {
        return false;
    }
    args.brief = brief;
    (void)base_buf_reserve(turn->ticket->out, turn->express->page);
    begin_reply(turn);
    size_t mark = rpc_hot_reply_scan_begin(&turn->writer);
    if (!store_scan(turn->ticket->store, &args, write_items, &turn->writer, token, &page, &error)) {
        wire_writer_rollback(&turn->writer);
        return false;
    }
    uint32_t items = args.count_only ? 0 : (uint32_t)page.count;
    rpc_hot_reply_scan_end(&turn->writer, mark, items, &page, base_buf_slice(token),
                           elapsed_us(turn));
    size_t length = wire_writer_length(&turn->writer);
    turn->express->page = length < PAGE_BYTES_MAX ? length : PAGE_BYTES_MAX;
    return wire_reply_end(&turn->writer);
}

static bool
call_scan(ExpressTurn *turn)
{
    return scan(turn, false, INT64_MAX);
}

bool
rpc_express_scan(RpcExpress *express, const RpcHotCall *call, int64_t items_max, RpcTicket *ticket,
                 RpcVerdict *ret_verdict)
{
    ExpressTurn turn = turn_of(express, call, NULL, ticket);
    if (!scan(&turn, true, items_max)) {
        return false;
    }
    count(&turn);
    *ret_verdict = turn.verdict;
    return true;
}

/* ------------------------------------------------------------------------------------ writes -- */

/* Whether nothing has happened yet, and the other lane may look into it. */
static bool
is_untouched(const StoreError *error)
{
    return error->kind == STORE_ERROR_INVALID;
}

/* Writes the result of a batch. */
static WireCode
write_batch(ExpressTurn *turn, const StoreCall *call, int64_t server_us)
{
    begin_reply(turn);
    if (turn->ticket->method == RPC_HOT_BATCH) {
        rpc_hot_reply_batch(&turn->writer, &call->batch, server_us);
    } else {
        rpc_hot_reply_bulk(&turn->writer, &call->bulk, server_us);
    }
    return wire_reply_end(&turn->writer) ? WIRE_OK : turn->writer.code;
}

static void
write_result(ExpressTurn *turn, const StoreCall *call)
{
    const RpcTicket *ticket = turn->ticket;
    int64_t server_us = elapsed_us(turn);
    size_t bytes_max = turn->limits->reply_bytes_max;
    bool is_batch = ticket->method == RPC_HOT_BATCH || ticket->method == RPC_HOT_BULK_WRITE;
    WireCode code = is_batch ? write_batch(turn, call, server_us)
                             : rpc_ticket_reply_write(ticket, &call->write, server_us, bytes_max);
    if (code != WIRE_OK) {
        turn->verdict = rpc_answer_lost(ticket->out, &turn->message, true, code, bytes_max);
    }
}

/* Answers a write with its outcome, and frees it. NULL: it failed. */
static bool
finish_write(ExpressTurn *turn, StoreCall *call, const StoreError *error)
{
    if (call != NULL) {
        write_result(turn, call);
        store_call_free(call);
        return true;
    }
    if (is_untouched(error)) {
        return false;
    }
    turn->verdict = rpc_answer_error(turn->ticket->out, &turn->message, error);
    return true;
}

static bool
call_put(ExpressTurn *turn)
{
    StoreError error;
    return rpc_express_find_store(turn->express, turn->args->store, turn->ticket) &&
           finish_write(turn, store_call_put(turn->ticket->store, &turn->args->put, &error),
                        &error);
}

static bool
call_remove(ExpressTurn *turn)
{
    StoreError error;
    return rpc_express_find_store(turn->express, turn->args->store, turn->ticket) &&
           finish_write(turn, store_call_remove(turn->ticket->store, &turn->args->removal, &error),
                        &error);
}

static bool
call_batch(ExpressTurn *turn)
{
    BaseSlice name;
    RpcHotBatch source;
    StoreBatchArgs args;
    StoreError error;
    return rpc_hot_batch(turn->hot, &name, &source, &args) &&
           rpc_express_find_store(turn->express, name, turn->ticket) &&
           finish_write(turn, store_call_batch(turn->ticket->store, &args, &error), &error);
}

static bool
call_bulk_write(ExpressTurn *turn)
{
    BaseSlice name;
    RpcHotBatch source;
    StoreBatchArgs args;
    StoreError error;
    return rpc_hot_bulk_write(turn->hot, &name, &source, &args) &&
           rpc_express_find_store(turn->express, name, turn->ticket) &&
           finish_write(turn, store_call_bulk_write(turn->ticket->store, &args, &error), &error);
}

/* ------------------------------------------------------------------------------------- calls -- */

bool
rpc_express_call(RpcExpress *express, const RpcCall *call, BaseBuf *out, RpcVerdict *ret_verdict)
{
    static bool (*const methods[RPC_HOT_COUNT])(ExpressTurn *) = {
        [RPC_HOT_GET] = call_get,
        [RPC_HOT_PUT] = call_put,
        [RPC_HOT_REMOVE] = call_remove,
        [RPC_HOT_BATCH] = call_batch,
        [RPC_HOT_BULK_WRITE] = call_bulk_write,
        [RPC_HOT_SCAN] = call_scan,
    };
    RpcTicket ticket;
    RpcHotCall hot;
    RpcHotArgs args;
    if (!rpc_express_parse(express, call, out, &ticket, &hot, &args)) {
        return false;
    }
    if (ticket.method == RPC_HOT_MULTI_GET) {
        return rpc_express_multi_get(express, &hot, 0, SIZE_MAX, &ticket, ret_verdict);
    }
    ExpressTurn turn = turn_of(express, &hot, &args, &ticket);
    if (!methods[ticket.method](&turn)) {
        return false;
    }
    count(&turn);
    *ret_verdict = turn.verdict;
    return true;
}
