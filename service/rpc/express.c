/*
 * express.c: offers, gathered gets, flushes. See express.h; writes are in pending.h, calls of
 * workers in express_call.c.
 */
#include "service/rpc/express_private.h"

#include "service/rpc/shape.h"
#include "service/rpc/ticket_reply.h"
#include "service/store/chain.h"
#include "service/store/set.h"
#include "service/wire/scanner.h"

#include <stdlib.h>

/* What a reactor executes itself; more is for a worker, so that others are not held up. */
enum { INLINE_KEYS = 256, INLINE_ITEMS = 256, INLINE_MUTATIONS = 256 };

/* How often deadlines are looked at. */
#define EXPIRE_US INT64_C(50000)

BaseStatus
rpc_express_new(RpcContext *context, const RpcExpressOwner *owner, RpcExpress **ret_express)
{
    RpcExpress *express = calloc(1, sizeof *express);
    if (express == NULL) {
        return base_error(BASE_NO_MEMORY, "no memory for an express lane");
    }
    express->context = context;
    for (int method = 0; method < RPC_HOT_COUNT; method++) {
        express->rows[method] = rpc_ticket_row((RpcHotMethod)method);
    }
    express->tape = WIRE_TAPE_INIT;
    express->keys = BASE_BUF_INIT;
    express->lookups = BASE_BUF_INIT;
    express->token = BASE_BUF_INIT;
    if (owner != NULL) {
        express->owner = *owner;
    }
    express->run.registry = context->obs;
    rpc_pending_init(&express->pending, context, owner, &express->run);
    express->replies.owner = &express->owner;
    rpc_instant_init(&express->instant, context, &express->owner, &express->run, &express->replies);
    *ret_express = express;
    return base_ok();
}

void
rpc_express_free(RpcExpress *express)
{
    if (express == NULL) {
        return;
    }
    rpc_pending_clear(&express->pending);
    wire_tape_clear(&express->tape);
    base_buf_clear(&express->keys);
    base_buf_clear(&express->lookups);
    base_buf_clear(&express->token);
    free(express);
}

size_t
rpc_express_under_way(const RpcExpress *express)
{
    return atomic_load_explicit(&express->pending.under_way, memory_order_acquire);
}

/* ----------------------------------------------------------------------------------- parsing -- */

/* Whether the lane may have a look at all; with observers it may not. */
static bool
may_look(const RpcContext *context, const RpcCall *call)
{
    return !call->bad && atomic_load_explicit(&context->observers, memory_order_acquire) == NULL;
}

/* Reads the arguments of get, put and remove off the tape; those of others stay there. */
static bool
read_arguments(const RpcHotCall *call, RpcHotMethod method, RpcHotArgs *ret_args)
{
    switch (method) {
    case RPC_HOT_GET:
        return rpc_hot_get(call, &ret_args->store, &ret_args->get);
    case RPC_HOT_PUT:
        return rpc_hot_put(call, &ret_args->store, &ret_args->put);
    case RPC_HOT_REMOVE:
        return rpc_hot_remove(call, &ret_args->store, &ret_args->removal);
    case RPC_HOT_MULTI_GET:
    case RPC_HOT_BATCH:
    case RPC_HOT_BULK_WRITE:
    case RPC_HOT_SCAN:
    case RPC_HOT_COUNT:
        break;
    }
    return true;
}

/*
 * Parses a request onto the tape. False: it is not for this lane. Kept apart, so that usual shapes
 * do not pay for the registers and the room which this needs.
 */
static __attribute__((noinline)) bool
parse(RpcExpress *express, const RpcCall *call, const WireLimits *limits, RpcTicket *ticket,
      RpcHotCall *ret_call, RpcHotArgs *ret_args)
{
    WireMessage message;
    WireError error;
    if (!wire_parse_request(call->input, limits, &express->tape, &message, &error) ||
        message.type != WIRE_CALL || !rpc_ticket_method(message.method, &ticket->method)) {
        return false;
    }
    ticket->row = express->rows[ticket->method];
    ticket->seqid = message.seqid;
    ticket->format = message.format;
    *ret_call = (RpcHotCall){
        .tape = &express->tape, .arguments = message.arguments, .arrival_us = call->arrival_us};
    return read_arguments(ret_call, ticket->method, ret_args);
}

/* All but what the header says. One by one: zeroing it first costs more than all of it. */
static inline void
begin_ticket(RpcTicket *ticket, const RpcCall *call, BaseBuf *out)
{
    ticket->conn = NULL;
    ticket->request = NULL;
    ticket->input = call->input;
    ticket->out = out;
    ticket->before = out->len;
    ticket->store = NULL;
    ticket->series = NULL;
    ticket->arrival_us = call->arrival_us;
}

/* What the header of a usual shape says. */
static inline void
note_shape(const RpcExpress *express, const RpcShape *shape, RpcTicket *ticket)
{
    ticket->method = shape->method;
    ticket->row = express->rows[shape->method];
    ticket->seqid = shape->seqid;
    ticket->format = (WireFormat){WIRE_BINARY, shape->framed};
}

bool
rpc_express_parse(RpcExpress *express, const RpcCall *call, BaseBuf *out, RpcTicket *ret_ticket,
                  RpcHotCall *ret_call, RpcHotArgs *ret_args)
{
    RpcContext *context = express->context;
    const RpcLimits *limits = atomic_load_explicit(&context->limits, memory_order_acquire);
    RpcShape shape;
    if (!may_look(context, call)) {
        return false;
    }
    begin_ticket(ret_ticket, call, out);
    if (rpc_shape_read(call->input, limits->wire, call->arrival_us, true, &shape, ret_args)) {
        note_shape(express, &shape, ret_ticket);
        return true;
    }
    return parse(express, call, limits->wire, ret_ticket, ret_call, ret_args);
}

bool
rpc_express_change_store(RpcExpress *express, BaseSlice name)
{
    Store *store = store_set_find(express->context->stores, name);
    if (store == NULL) {
        return false;
    }
    express->store = store;
    express->store_name = base_slice_text(store_name(store));
    express->series = obs_registry_store(express->context->obs, store_name(store));
    express->store_is_instant = store_chain_is_instant(store);
    return true;
}

/* -------------------------------------------------------------------------------------- gets -- */

/*
 * Whether a reply has to wait: each request was within the limits of its connection when it came,
 * but what is gathered may come to far more together.
 */
static bool
is_held_back(const RpcExpress *express, const RpcTicket *ticket)
{
    return express->owner.held_back(express->owner.user, ticket->request);
}

/* Answers a gathered get. False: the reply does not fit, has to wait, or memory is short. */
static bool
answer_get(RpcExpress *express, ExpressRequest *get, const EngineLookup *lookup, int64_t now_us)
{
    RpcTicket *ticket = &get->ticket;
    const RpcLimits *limits = atomic_load_explicit(&express->context->limits, memory_order_acquire);
    if (!rpc_replies_go_on(&express->replies, ticket) && is_held_back(express, ticket)) {
        return false;
    }
    StoreGetResult result;
    ticket->before = ticket->out->len; /* others may share the output */
    store_get_shape(&get->args.get, lookup, &result);
    if (rpc_ticket_reply_get(ticket, &result, rpc_ticket_elapsed_us(ticket, now_us),
                             limits->reply_bytes_max) != WIRE_OK) {
        return false;
    }
    const ObsEnded ended = rpc_ticket_ended(ticket, OBS_OK, false, now_us);
    obs_run_add(&express->run, &ended);
    rpc_replies_add(&express->replies, ticket);
    return true;
}

/* Hands a get over, and with it what is gathered behind it of its connection. */
static void
detour(RpcExpress *express, const ExpressRequest *get)
{
    rpc_replies_settle(&express->replies);
    get->ticket.conn->detour = true;
    express->owner.hand_over(express->owner.user, get->ticket.request, get->ticket.input);
}

/* Answers gets one by one, because together they need disk, or failed. */
static void
read_singly(RpcExpress *express, StoreRead *read, ExpressRequest *gets, size_t count,
            int64_t now_us)
{
    for (size_t i = 0; i < count; i++) {
        ExpressRequest *get = &gets[i];
        EngineLookup lookup = {.found = false};
        StoreError error;
        if (get->ticket.conn->detour ||
            !store_get_all(read, &get->args.get.key, 1, &lookup, &error) ||
            !answer_get(express, get, &lookup, now_us)) {
            detour(express, get);
        }
    }
}

/* Executes gathered gets of one store. */
static void
read_together(RpcExpress *express, ExpressRequest *gets, size_t count, int64_t now_us)
{
    BaseSlice keys[EXPRESS_GETS_MAX];
    EngineLookup lookups[EXPRESS_GETS_MAX];
    StoreRead read;
    StoreError error;
    if (!store_read_begin(&read, gets[0].ticket.store, STORE_READ_CACHED_ONLY, &error)) {
        for (size_t i = 0; i < count; i++) {
            detour(express, &gets[i]);
        }
        return;
    }
    for (size_t i = 0; i < count; i++) {
        keys[i] = gets[i].args.get.key;
    }
    if (!store_get_all(&read, keys, count, lookups, &error)) {
        read_singly(express, &read, gets, count, now_us);
    } else {
        for (size_t i = 0; i < count; i++) {
            if (gets[i].ticket.conn->detour ||
                !answer_get(express, &gets[i], &lookups[i], now_us)) {
                detour(express, &gets[i]);
            }
        }
    }
    store_read_end(&read);
}

static void
flush_gets(RpcExpress *express, int64_t now_us)
{
    size_t first = 0;
    while (first < express->get_count) {
        size_t end = first + 1;
        while (end < express->get_count &&
               express->gets[end].ticket.store == express->gets[first].ticket.store) {
            end++;
        }
        read_together(express, &express->gets[first], end - first, now_us);
        first = end;
    }
}

/* ----------------------------------------------------------------------------------- flushes -- */

/* Whether nothing is gathered. */
static inline bool
is_empty(const RpcExpress *express)
{
    return express->get_count == 0 && express->instant.count == 0 && express->pending.count == 0;
}

/* The connections of what was gathered may go on. */
static void
forget_gathered(RpcExpress *express)
{
    for (size_t i = 0; i < express->get_count; i++) {
        express->gets[i].ticket.conn->detour = false;
    }
    express->get_count = 0;
    rpc_instant_forget(&express->instant);
}

static void
execute_gathered(RpcExpress *express)
{
    int64_t now_us = base_clock_monotonic_us(express->context->clock);
    flush_gets(express, now_us);
    rpc_instant_flush(&express->instant, now_us);
    rpc_replies_settle(&express->replies);
    rpc_pending_submit(&express->pending, now_us);
    obs_run_settle(&express->run);
}

void
rpc_express_flush(RpcExpress *express)
{
    if (!is_empty(express)) {
        execute_gathered(express);
        forget_gathered(express);
    }
}

void
rpc_express_turn_end(RpcExpress *express)
{
    rpc_express_flush(express);
    if (rpc_express_under_way(express) == 0) {
        return;
    }
    int64_t now_us = base_clock_monotonic_us(express->context->clock);
    if (now_us - express->expired_us >= EXPIRE_US) {
        express->expired_us = now_us;
        rpc_pending_expire(&express->pending, now_us);
    }
}

/* ------------------------------------------------------------------------------------ offers -- */

static bool
is_busy(const RpcExpressConn *conn)
{
    return atomic_load_explicit(&conn->under_way, memory_order_acquire) != 0;
}

/* The deadline of a request whose arguments were read already; NULL: they are on the tape. */
static inline StoreDeadline *
deadline_of(RpcHotMethod method, RpcHotArgs *args)
{
    switch (method) {
    case RPC_HOT_GET:
        return &args->get.deadline;
    case RPC_HOT_PUT:
        return &args->put.options.deadline;
    case RPC_HOT_REMOVE:
        return &args->removal.options.deadline;
    case RPC_HOT_MULTI_GET:
    case RPC_HOT_BATCH:
    case RPC_HOT_BULK_WRITE:
    case RPC_HOT_SCAN:
    case RPC_HOT_COUNT:
        break;
    }
    return NULL;
}

/* The clock is read for the first request that is gathered; the others are held to that time. */
static inline void
tell_time(RpcExpress *express, RpcHotMethod method, RpcHotArgs *args)
{
    StoreDeadline *deadline = deadline_of(method, args);
    if (deadline == NULL) {
        return;
    }
    if (is_empty(express)) {
        express->gathering_us = base_clock_monotonic_us(express->context->clock);
    }
    deadline->now_us = express->gathering_us;
}

static bool
gather_get(RpcExpress *express, ExpressRequest *get)
{
    StoreError error;
    if (!rpc_express_find_store(express, get->args.store, &get->ticket) ||
        !store_get_check(get->ticket.store, &get->args.get, &error)) {
        return false;
    }
    ExpressRequest *place = &express->gets[express->get_count++];
    if (place != get) {
        *place = *get; /* there was a flush in between */
    }
    return true;
}

/* Whether calls of a connection can be gathered. */
static inline bool
may_gather(const RpcExpress *express, const RpcExpressConn *conn, const RpcCall *call)
{
    return conn->gathered == 0 && !is_busy(conn) && may_look(express->context, call);
}

/* Gathers a write that is over before its flush is. */
static inline RpcExpressFate
take_instant(RpcExpress *express, RpcTicket *ticket, const RpcHotArgs *args, bool bare)
{
    bool gathered = rpc_express_find_store(express, args->store, ticket) &&
                    express->store_is_instant && rpc_instant_gather(&express->instant, args, bare);
    return gathered ? RPC_EXPRESS_TAKEN : RPC_EXPRESS_PASSED;
}

/* Gathers a call of a connection of which calls can be gathered. */
static inline RpcExpressFate
gather_one(RpcExpress *express, RpcExpressConn *conn, const RpcCall *call, void *request,
           BaseBuf *out)
{
    const RpcLimits *limits = atomic_load_explicit(&express->context->limits, memory_order_acquire);
    ExpressRequest *at_hand = &express->gets[express->get_count];
    RpcShape shape;
    if (express->get_count == EXPRESS_GETS_MAX || express->instant.count == RPC_INSTANT_MAX) {
        return RPC_EXPRESS_LATER;
    }
    bool writes = express->store_is_instant && rpc_instant_offered(&express->instant);
    if (!rpc_shape_read(call->input, limits->wire, call->arrival_us, writes, &shape,
                        &at_hand->args)) {
        return RPC_EXPRESS_PASSED;
    }
    bool is_get = shape.method == RPC_HOT_GET;
    if (is_get && conn->instant != 0) {
        return RPC_EXPRESS_LATER;
    }
    RpcTicket *ticket = is_get ? &at_hand->ticket : rpc_instant_place(&express->instant);
    begin_ticket(ticket, call, out);
    note_shape(express, &shape, ticket);
    ticket->conn = conn;
    ticket->request = request;
    tell_time(express, ticket->method, &at_hand->args);
    if (!is_get) {
        return take_instant(express, ticket, &at_hand->args, shape.bare);
    }
    return gather_get(express, at_hand) ? RPC_EXPRESS_TAKEN : RPC_EXPRESS_PASSED;
}

RpcExpressFate
rpc_express_gather(RpcExpress *express, RpcExpressConn *conn, const RpcCall *call, void *request,
                   BaseBuf *out)
{
    return may_gather(express, conn, call) ? gather_one(express, conn, call, request, out)
                                           : RPC_EXPRESS_PASSED;
}

unsigned
rpc_express_gather_on(RpcExpress *express, RpcExpressConn *conn, const RpcCall *before,
                      void *request, BaseBuf *out, unsigned max, BaseSlice input, size_t *ret_bytes)
{
    RpcCall call = *before;
    unsigned count = 0;
    size_t bytes = 0;
    while (count < max) {
        size_t len = wire_scanner_whole_frame(input.data + bytes, input.len - bytes);
        call.input = base_slice(input.data + bytes, len);
        if (len == 0 || gather_one(express, conn, &call, request, out) != RPC_EXPRESS_TAKEN) {
            break;
        }
        bytes += len;
        count++;
    }
    *ret_bytes = bytes;
    return count;
}

/* Finds the store of a write. False: it is not there, or not that of the chain at hand. */
static inline bool
find_chain(RpcExpress *express, BaseSlice name, RpcTicket *ticket)
{
    return rpc_express_find_store(express, name, ticket) &&
           rpc_pending_joins(&express->pending, ticket);
}

/* Gathers a batch or a bulk_write. Kept apart like parse(). */
static __attribute__((noinline)) bool
gather_batch(RpcExpress *express, RpcTicket *ticket)
{
    BaseSlice name;
    RpcHotBatch source;
    StoreBatchArgs batch;
    const RpcHotCall *call = &express->on_tape;
    RpcPending *pending = &express->pending;
    if (ticket->method == RPC_HOT_BATCH) {
        return rpc_hot_batch(call, &name, &source, &batch) &&
               batch.mutation_count <= INLINE_MUTATIONS && batch.guard_count <= INLINE_MUTATIONS &&
               find_chain(express, name, ticket) && rpc_pending_batch(pending, ticket, &batch);
    }
    return rpc_hot_bulk_write(call, &name, &source, &batch) &&
           batch.mutation_count <= INLINE_MUTATIONS && find_chain(express, name, ticket) &&
           rpc_pending_bulk(pending, ticket, &batch);
}

static bool
gather_write(RpcExpress *express, const RpcHotArgs *args, RpcTicket *ticket)
{
    RpcPending *pending = &express->pending;
    if (ticket->method == RPC_HOT_PUT) {
        return find_chain(express, args->store, ticket) &&
               rpc_pending_put(pending, ticket, &args->put);
    }
    if (ticket->method == RPC_HOT_REMOVE) {
        return find_chain(express, args->store, ticket) &&
               rpc_pending_remove(pending, ticket, &args->removal);
    }
    return gather_batch(express, ticket);
}

/* A multi_get or a scan is executed at once, if it can be without disk. Kept apart like parse(). */
static __attribute__((noinline)) bool
execute_read(RpcExpress *express, RpcTicket *ticket)
{
    const RpcHotCall *call = &express->on_tape;
    RpcVerdict verdict;
    if (is_held_back(express, ticket)) {
        return false;
    }
    bool done = ticket->method == RPC_HOT_MULTI_GET
                    ? rpc_express_multi_get(express, call, STORE_READ_CACHED_ONLY, INLINE_KEYS,
                                            ticket, &verdict)
                    : rpc_express_scan(express, call, INLINE_ITEMS, ticket, &verdict);
    if (done) {
        express->owner.finish(express->owner.user, ticket->request, verdict.close);
    }
    return done;
}

/*
 * A request that is not gathered goes behind everything that is, of its connection at least: also
 * to the workers, if that is where some of it went.
 */
static RpcExpressFate
after_flush(RpcExpress *express, const RpcExpressConn *conn, RpcExpressFate fate)
{
    bool detour = false;
    if (!is_empty(express)) {
        execute_gathered(express);
        detour = conn->detour;
        forget_gathered(express);
    }
    if (is_busy(conn)) {
        return RPC_EXPRESS_LATER;
    }
    return detour ? RPC_EXPRESS_PASSED : fate;
}

RpcExpressFate
rpc_express_take(RpcExpress *express, RpcExpressConn *conn, const RpcCall *call, void *request,
                 BaseBuf *out)
{
    ExpressRequest *at_hand = &express->gets[express->get_count];
    RpcTicket *ticket = &at_hand->ticket;
    if (is_busy(conn)) {
        return RPC_EXPRESS_LATER;
    }
    if (!rpc_express_parse(express, call, out, ticket, &express->on_tape, &at_hand->args)) {
        return after_flush(express, conn, RPC_EXPRESS_PASSED);
    }
    ticket->conn = conn;
    ticket->request = request;
    bool is_get = ticket->method == RPC_HOT_GET;
    bool is_write =
        !is_get && ticket->method != RPC_HOT_MULTI_GET && ticket->method != RPC_HOT_SCAN;
    bool fits =
        is_get ? express->get_count < EXPRESS_GETS_MAX && conn->gathered == 0 && conn->instant == 0
               : is_write && rpc_pending_fits(&express->pending, conn);
    if (!fits) {
        RpcExpressFate fate = after_flush(express, conn, RPC_EXPRESS_TAKEN);
        if (fate != RPC_EXPRESS_TAKEN) {
            return fate;
        }
    }
    tell_time(express, ticket->method, &at_hand->args);
    bool taken = is_get     ? gather_get(express, at_hand)
                 : is_write ? gather_write(express, &at_hand->args, ticket)
                            : execute_read(express, ticket);
    return taken ? RPC_EXPRESS_TAKEN : after_flush(express, conn, RPC_EXPRESS_PASSED);
}
