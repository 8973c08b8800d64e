/*
 * instant.c: gathering and executing. See instant.h.
 *
 * Writes of one store that were gathered one behind the other are one chain, or plain puts one run,
 * whatever their connections: none of them can hold up the others.
 */
#include "service/rpc/instant.h"

#include "service/rpc/ticket_reply.h"
#include "service/store/chain.h"

_Static_assert((int)RPC_INSTANT_MAX <= (int)STORE_PLAIN_MAX, "one call takes all plain puts");

/*
 * Offers for which writes go by pending.h after the engine was busy. A pause is eight times as long
 * as the one before it, and a flush without one makes the next shorter by a sixteenth of what it is
 * above the least: they grow to the most if about one flush in thirty meets a busy engine.
 */
enum { PAUSE_LEAST = 64, PAUSE_MOST = 1 << 20, PAUSE_GROWTH = 8, PAUSE_FADE = 16 };

void
rpc_instant_init(RpcInstant *instant, const RpcContext *context, const RpcExpressOwner *owner,
                 ObsRun *run, RpcReplies *replies)
{
    instant->context = context;
    instant->owner = owner;
    instant->run = run;
    instant->replies = replies;
    instant->pause = 0;
    instant->next_pause = PAUSE_LEAST;
    instant->count = 0;
}

/* -------------------------------------------------------------------------------- completion -- */

/* Ends a write that has its answer. */
static void
settle(RpcInstant *instant, RpcTicket *ticket, RpcVerdict verdict)
{
    const ObsEnded ended = rpc_ticket_ended(ticket, verdict.outcome, false, instant->now_us);
    obs_run_add(instant->run, &ended);
    (void)rpc_replies_go_on(instant->replies, ticket);
    if (!verdict.close && !ticket->out->failed) {
        rpc_replies_add(instant->replies, ticket);
        return;
    }
    rpc_replies_settle(instant->replies);
    ticket->conn->detour = verdict.close;
    instant->owner->finish(instant->owner->user, ticket->request, verdict.close);
}

/* Answers an executed write: with its result, or where there is none as `write` says. */
static void
answer(RpcInstant *instant, RpcTicket *ticket, const StoreWriteResult *result,
       const StoreWrite *write)
{
    ticket->before = ticket->out->len; /* others may share the output */
    if (ticket->conn->detour) {        /* one before it has lost its reply */
        settle(instant, ticket, (RpcVerdict){.close = true, .outcome = OBS_INDETERMINATE});
        return;
    }
    const RpcLimits *limits = atomic_load_explicit(&instant->context->limits, memory_order_acquire);
    int64_t server_us = rpc_ticket_elapsed_us(ticket, instant->now_us);
    size_t bytes_max = limits->reply_bytes_max;
    settle(instant, ticket,
           result != NULL ? rpc_ticket_answer_result(ticket, result, server_us, bytes_max)
                          : rpc_ticket_answer_write(ticket, write, server_us, bytes_max));
}

static void
on_done(StoreWrite *write)
{
    RpcInstantWrite *self =
        (RpcInstantWrite *)((uint8_t *)write - offsetof(RpcInstantWrite, write));
    answer(write->user, &self->ticket, NULL, write);
}

/* --------------------------------------------------------------------------------- gathering -- */

static bool
fill(StoreWrite *write, const RpcTicket *ticket, const RpcHotArgs *args)
{
    StoreError error;
    if (ticket->method == RPC_HOT_PUT) {
        return !args->put.options.return_current &&
               store_write_put(write, ticket->store, &args->put, &error);
    }
    return !args->removal.options.return_current &&
           store_write_remove(write, ticket->store, &args->removal, &error);
}

static bool
gather_write(RpcInstant *instant, size_t index, const RpcHotArgs *args)
{
    RpcInstantWrite *self = &instant->writes[index];
    if (!fill(&self->write, &self->ticket, args)) {
        return false;
    }
    self->plain = false;
    self->write.done = on_done;
    self->write.user = instant;
    return true;
}

static bool
gather_put(RpcInstant *instant, size_t index, const StorePutArgs *args)
{
    RpcInstantWrite *self = &instant->writes[index];
    const Store *store = self->ticket.store;
    self->plain =
        store_plain_is_served(store) && store_plain_check(store, args, &instant->puts[index]);
    return self->plain;
}

bool
rpc_instant_gather(RpcInstant *instant, const RpcHotArgs *args, bool bare)
{
    size_t index = instant->count;
    if (!(bare && gather_put(instant, index, &args->put)) && !gather_write(instant, index, args)) {
        return false;
    }
    instant->writes[index].ticket.conn->instant++;
    instant->count++;
    return true;
}

/* --------------------------------------------------------------------------------- executing -- */

/* Hands over what waits of a chain. */
static __attribute__((cold, noinline)) void
hand_over(RpcInstant *instant, size_t first, size_t end)
{
    rpc_replies_settle(instant->replies);
    for (size_t i = first; i < end; i++) {
        const RpcTicket *ticket = &instant->writes[i].ticket;
        ticket->conn->detour = true;
        instant->owner->hand_over(instant->owner->user, ticket->request, ticket->input);
    }
}

/* Has the next writes go by pending.h. */
static __attribute__((cold, noinline)) void
begin_pause(RpcInstant *instant)
{
    instant->pause = instant->next_pause;
    unsigned next = instant->next_pause * PAUSE_GROWTH;
    instant->next_pause = next < PAUSE_MOST ? next : PAUSE_MOST;
}

static inline void
fade_pause(RpcInstant *instant)
{
    unsigned above = instant->next_pause - PAUSE_LEAST;
    instant->next_pause -= (above + PAUSE_FADE - 1) / PAUSE_FADE;
}

/* What became of some writes. */
typedef enum Executed {
    EXECUTED, /* and answered */
    BUSY,     /* nothing has happened: another thread is at the engine */
    AT_FAULT, /* nothing has happened: something has come to stand against one of them */
} Executed;

static Executed
execute_chain(RpcInstant *instant, size_t first, size_t end)
{
    StoreChain chain = {0};
    for (size_t i = first; i < end; i++) {
        store_chain_add_write(&chain, &instant->writes[i].write);
    }
    return store_chain_submit_now(&chain) ? EXECUTED : BUSY;
}

/* Makes plain puts writes like others. False: something has come to stand against one. */
static __attribute__((cold, noinline)) bool
make_writes(RpcInstant *instant, size_t first, size_t end)
{
    for (size_t i = first; i < end; i++) {
        RpcHotArgs args = rpc_hot_unset;
        args.put.key = instant->puts[i].key;
        args.put.value = instant->puts[i].value;
        args.put.options.deadline.arrival_us = instant->writes[i].ticket.arrival_us;
        args.put.options.deadline.now_us = instant->now_us;
        if (!gather_write(instant, i, &args)) {
            return false;
        }
    }
    return true;
}

static Executed
execute_puts(RpcInstant *instant, size_t first, size_t end)
{
    EnginePut *puts = instant->puts;
    if (!store_plain_put(instant->writes[first].ticket.store, &puts[first], end - first)) {
        return make_writes(instant, first, end) ? execute_chain(instant, first, end) : AT_FAULT;
    }
    for (size_t i = first; i < end; i++) {
        StoreWriteResult result = store_plain_result(&puts[i]);
        answer(instant, &instant->writes[i].ticket, &result, NULL);
    }
    return EXECUTED;
}

/* The end of those that are executed with the first. */
static size_t
chain_end(const RpcInstant *instant, size_t first)
{
    const RpcInstantWrite *head = &instant->writes[first];
    size_t end = first + 1;
    while (end < instant->count && instant->writes[end].ticket.store == head->ticket.store &&
           instant->writes[end].plain == head->plain && !instant->writes[end].ticket.conn->detour) {
        end++;
    }
    return end;
}

/* Executes some writes of one store, all plain or none. */
static Executed
execute(RpcInstant *instant, size_t first, size_t end)
{
    return instant->writes[first].plain ? execute_puts(instant, first, end)
                                        : execute_chain(instant, first, end);
}

void
rpc_instant_flush(RpcInstant *instant, int64_t now_us)
{
    bool busy = false;
    instant->now_us = now_us;
    for (size_t first = 0; first < instant->count;) {
        bool detour = instant->writes[first].ticket.conn->detour;
        size_t end = detour ? first + 1 : chain_end(instant, first);
        Executed executed = detour ? AT_FAULT : execute(instant, first, end);
        if (executed != EXECUTED) {
            hand_over(instant, first, end);
        }
        busy = busy || executed == BUSY;
        first = end;
    }
    if (busy) {
        begin_pause(instant);
    } else if (instant->count != 0) {
        fade_pause(instant);
    }
}

void
rpc_instant_forget(RpcInstant *instant)
{
    for (size_t i = 0; i < instant->count; i++) {
        RpcExpressConn *conn = instant->writes[i].ticket.conn;
        conn->instant = 0;
        conn->detour = false;
    }
    instant->count = 0;
}
