/*
 * instant.c: gathering and executing. See instant.h.
 *
 * Writes of one store that were gathered one behind the other are one chain, whatever their
 * connections: none of them can hold up the others.
 */
#include "service/rpc/instant.h"

#include "service/rpc/ticket_reply.h"
#include "service/store/chain.h"

/*
 * Offers for which writes go by pending.h after the engine was busy. A pause is eight times as long
 * as the one before it, and a flush without one makes the next shorter by a sixteenth of what it is
 * above the least: they grow to the most if about one flush in thirty meets a busy engine.
 */
enum { PAUSE_LEAST = 64, PAUSE_MOST = 1 << 20, PAUSE_GROWTH = 8, PAUSE_FADE = 16 };

void
rpc_instant_init(RpcInstant *instant, const RpcContext *context, const RpcExpressOwner *owner,
                 ObsRun *run)
{
    instant->context = context;
    instant->owner = owner;
    instant->run = run;
    instant->pause = 0;
    instant->next_pause = PAUSE_LEAST;
    instant->count = 0;
}

/* -------------------------------------------------------------------------------- completion -- */

static RpcVerdict
answer(const RpcInstant *instant, RpcTicket *ticket, const StoreWrite *write)
{
    if (ticket->conn->detour) { /* one before it has lost its reply */
        return (RpcVerdict){.close = true, .outcome = OBS_INDETERMINATE};
    }
    const RpcLimits *limits = atomic_load_explicit(&instant->context->limits, memory_order_acquire);
    int64_t server_us = rpc_ticket_elapsed_us(ticket, instant->now_us);
    return rpc_ticket_answer_write(ticket, write, server_us, limits->reply_bytes_max);
}

static void
on_done(StoreWrite *write)
{
    RpcInstant *instant = write->user;
    RpcInstantWrite *self =
        (RpcInstantWrite *)((uint8_t *)write - offsetof(RpcInstantWrite, write));
    RpcTicket *ticket = &self->ticket;
    ticket->before = ticket->out->len; /* others may share the output */
    RpcVerdict verdict = answer(instant, ticket, write);
    const ObsEnded ended = rpc_ticket_ended(ticket, verdict.outcome, false, instant->now_us);
    obs_run_add(instant->run, &ended);
    ticket->conn->detour = verdict.close;
    instant->owner->finish(instant->owner->user, ticket->request, verdict.close);
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

bool
rpc_instant_gather(RpcInstant *instant, const RpcHotArgs *args)
{
    RpcInstantWrite *self = &instant->writes[instant->count];
    const RpcTicket *ticket = &self->ticket;
    if (!fill(&self->write, ticket, args)) {
        return false;
    }
    self->write.done = on_done;
    self->write.user = instant;
    ticket->conn->instant++;
    instant->count++;
    return true;
}

/* --------------------------------------------------------------------------------- executing -- */

/* Hands over what waits of a chain. */
static __attribute__((cold, noinline)) void
hand_over(RpcInstant *instant, size_t first, size_t end)
{
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

/* Executes some writes as one chain. False: the engine is busy, and nothing has happened. */
static bool
execute(RpcInstant *instant, size_t first, size_t end)
{
    StoreChain chain = {0};
    for (size_t i = first; i < end; i++) {
        store_chain_add_write(&chain, &instant->writes[i].write);
    }
    return store_chain_submit_now(&chain);
}

/* The end of those that make one chain with the first. */
static size_t
chain_end(const RpcInstant *instant, size_t first)
{
    const Store *store = instant->writes[first].ticket.store;
    size_t end = first + 1;
    while (end < instant->count && instant->writes[end].ticket.store == store &&
           !instant->writes[end].ticket.conn->detour) {
        end++;
    }
    return end;
}

void
rpc_instant_flush(RpcInstant *instant, int64_t now_us)
{
    instant->now_us = now_us;
    for (size_t first = 0; first < instant->count;) {
        bool detour = instant->writes[first].ticket.conn->detour;
        size_t end = detour ? first + 1 : chain_end(instant, first);
        if (detour) {
            hand_over(instant, first, end);
        } else if (execute(instant, first, end)) {
            fade_pause(instant);
        } else {
            begin_pause(instant);
            hand_over(instant, first, end);
        }
        first = end;
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
