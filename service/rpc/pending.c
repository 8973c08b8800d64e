/*
 * pending.c: pools, chains, completions, deadlines. See pending.h.
 *
 * All gathered writes of a connection are one chain (service/store/chain.h): what an engine sets
 * aside, to read for it, nothing of its connection overtakes. A chain costs as much as several
 * writes, and what its keys need is fetched together; so connections share one, unless a write may
 * have to read, for which others must not wait.
 *
 * A batch needs a block of memory for its mutations (store/batch.h). Those of batches that are done
 * are kept for the next ones, some, and none that is very large.
 *
 * While the reactor submits, most completions come in its own thread: a thread-local pointer tells
 * them so. They are at home then. They give the memory straight back, use the time that was read
 * once for all, and are counted together: in the run of the lane, and as done of their connection
 * once the chain is submitted. Nothing atomic is needed for each of them, because a write can
 * become LATE in no other thread either.
 */
#include "service/rpc/pending.h"

#include "engine/base/check.h"
#include "service/rpc/answer.h"
#include "service/rpc/ticket_reply.h"
#include "service/store/chain.h"

#include <stdlib.h>

/* Mutations that a block which is kept may have room for. */
enum { BLOCK_ROOM = 256 };

typedef enum PendingState {
    PENDING_WAITING,
    PENDING_DONE,
    PENDING_LATE,
} PendingState;

struct RpcPendingWrite {
    union {
        StoreWrite write; /* put, remove */
        StoreBatch batch; /* batch, bulk_write */
    };
    RpcTicket ticket;
    RpcPending *home;
    RpcPendingWrite *next;    /* free or returned */
    RpcPendingWrite *waiting; /* the list of submitted ones */
    RpcPendingWrite **waiting_place;
    int64_t deadline_us;
    _Atomic int state;
    BaseBuf kept; /* LATE: the bytes of the request */
};

/* The reactor whose submit this thread is in. */
static _Thread_local RpcPending *submitting;

/* -------------------------------------------------------------------------------------- pool -- */

static bool
is_batch(const RpcPendingWrite *write)
{
    return write->ticket.method == RPC_HOT_BATCH || write->ticket.method == RPC_HOT_BULK_WRITE;
}

static void
take_out(RpcPendingWrite *write)
{
    if (write->waiting_place != NULL) {
        *write->waiting_place = write->waiting;
        if (write->waiting != NULL) {
            write->waiting->waiting_place = write->waiting_place;
        }
        write->waiting_place = NULL;
    }
}

/* Keeps the memory of a batch for the next one, unless there is enough of it. */
static void
keep_block(RpcPending *pending, StoreBatchBlock *block)
{
    if (block == NULL) {
        return;
    }
    if (pending->block_count == RPC_PENDING_BLOCKS || store_batch_block_room(block) > BLOCK_ROOM) {
        store_batch_block_free(block);
        return;
    }
    pending->blocks[pending->block_count++] = block;
}

static void
recycle(RpcPending *pending, RpcPendingWrite *write)
{
    take_out(write);
    if (is_batch(write)) {
        keep_block(pending, write->batch.block == NULL ? write->batch.spare
                                                       : store_batch_release(&write->batch));
    }
    base_buf_clear(&write->kept);
    write->next = pending->free;
    pending->free = write;
}

/* Takes back what other threads have returned. */
static void
collect(RpcPending *pending)
{
    if (atomic_load_explicit(&pending->returned, memory_order_relaxed) == NULL) {
        return;
    }
    RpcPendingWrite *write =
        atomic_exchange_explicit(&pending->returned, NULL, memory_order_acquire);
    while (write != NULL) {
        RpcPendingWrite *next = write->next;
        recycle(pending, write);
        write = next;
    }
}

static RpcPendingWrite *
obtain(RpcPending *pending, const RpcTicket *ticket)
{
    RpcPendingWrite *write = pending->free;
    if (write != NULL) {
        pending->free = write->next;
    } else {
        write = calloc(1, sizeof *write);
        if (write == NULL) {
            return NULL;
        }
        write->home = pending;
        write->kept = BASE_BUF_INIT;
    }
    write->ticket = *ticket;
    if (is_batch(write)) {
        bool some = pending->block_count != 0;
        write->batch.block = NULL;
        write->batch.spare = some ? pending->blocks[--pending->block_count] : NULL;
    }
    atomic_store_explicit(&write->state, PENDING_WAITING, memory_order_relaxed);
    return write;
}

/*
 * Back to the reactor, from the thread of the completion. Counted down last: whoever sees nothing
 * under way may free everything that a completion uses, the server with its reactors included.
 */
static void
give_back(RpcPendingWrite *write, bool at_home)
{
    RpcPending *pending = write->home;
    if (at_home) {
        recycle(pending, write);
        pending->done++;
        return;
    }
    RpcPendingWrite *newest = atomic_load_explicit(&pending->returned, memory_order_relaxed);
    do {
        write->next = newest;
    } while (!atomic_compare_exchange_weak_explicit(&pending->returned, &newest, write,
                                                    memory_order_release, memory_order_relaxed));
    (void)atomic_fetch_sub_explicit(&pending->under_way, 1, memory_order_release);
}

void
rpc_pending_init(RpcPending *pending, RpcContext *context, const RpcExpressOwner *owner,
                 ObsRun *run)
{
    *pending = (RpcPending){.context = context, .run = run};
    if (owner != NULL) {
        pending->owner = *owner;
    }
}

void
rpc_pending_clear(RpcPending *pending)
{
    BASE_CHECK(pending->count == 0 && atomic_load(&pending->under_way) == 0);
    collect(pending);
    while (pending->free != NULL) {
        RpcPendingWrite *next = pending->free->next;
        free(pending->free);
        pending->free = next;
    }
    while (pending->block_count != 0) {
        store_batch_block_free(pending->blocks[--pending->block_count]);
    }
}

/* -------------------------------------------------------------------------------- completion -- */

/* Writes the result of a batch. */
static WireCode
reply_batch(const RpcPendingWrite *write, int64_t server_us, size_t bytes_max)
{
    const RpcTicket *ticket = &write->ticket;
    WireMessage message = rpc_ticket_message(ticket);
    WireWriter writer;
    wire_reply_begin(&writer, ticket->out, &message, bytes_max);
    if (ticket->method == RPC_HOT_BATCH) {
        rpc_hot_reply_batch(&writer, &write->batch.result, server_us);
    } else {
        rpc_hot_reply_bulk(&writer, &write->batch.bulk, server_us);
    }
    return wire_reply_end(&writer) ? WIRE_OK : writer.code;
}

static RpcVerdict
answer_batch(const RpcPendingWrite *write, int64_t server_us, size_t bytes_max)
{
    const RpcTicket *ticket = &write->ticket;
    WireMessage message = rpc_ticket_message(ticket);
    if (!write->batch.succeeded) {
        return rpc_answer_error(ticket->out, &message, &write->batch.error);
    }
    WireCode code = reply_batch(write, server_us, bytes_max);
    return code == WIRE_OK ? (RpcVerdict){.outcome = OBS_OK}
                           : rpc_answer_lost(ticket->out, &message, true, code, bytes_max);
}

/* Counts a write that is answered, and lets its connection go on. */
static void
count_answered(RpcPendingWrite *write, bool at_home, ObsOutcome outcome, int64_t now_us)
{
    RpcPending *pending = write->home;
    RpcExpressConn *conn = write->ticket.conn;
    const ObsEnded ended = rpc_ticket_ended(&write->ticket, outcome, true, now_us);
    if (!at_home) {
        obs_registry_ended(pending->context->obs, &ended);
        (void)atomic_fetch_sub_explicit(&conn->under_way, 1, memory_order_release);
        return;
    }
    obs_run_add(pending->run, &ended);
    if (conn->done++ == 0) {
        conn->next_done = pending->conns_done;
        pending->conns_done = conn;
    }
}

static void
answer(RpcPendingWrite *write, bool at_home)
{
    RpcPending *pending = write->home;
    const RpcTicket *ticket = &write->ticket;
    const RpcLimits *limits = atomic_load_explicit(&pending->context->limits, memory_order_acquire);
    int64_t now_us = at_home ? pending->now_us : base_clock_monotonic_us(pending->context->clock);
    int64_t server_us = rpc_ticket_elapsed_us(ticket, now_us);
    size_t bytes_max = limits->reply_bytes_max;
    RpcVerdict verdict = is_batch(write)
                             ? answer_batch(write, server_us, bytes_max)
                             : rpc_ticket_answer_write(ticket, &write->write, server_us, bytes_max);
    count_answered(write, at_home, verdict.outcome, now_us);
    pending->owner.finish(pending->owner.user, ticket->request, verdict.close);
}

/* Makes a write DONE. False: it was late. */
static bool
claim(RpcPendingWrite *write, bool at_home)
{
    int before = PENDING_WAITING;
    if (!at_home) {
        return atomic_compare_exchange_strong(&write->state, &before, PENDING_DONE);
    }
    if (atomic_load_explicit(&write->state, memory_order_relaxed) != PENDING_WAITING) {
        return false;
    }
    atomic_store_explicit(&write->state, PENDING_DONE, memory_order_relaxed);
    return true;
}

/* The commit is answered: so is the request, unless that was done when it was late. */
static void
complete(RpcPendingWrite *write)
{
    bool at_home = submitting == write->home;
    Store *orphan_of = NULL;
    if (claim(write, at_home)) {
        answer(write, at_home);
    } else {
        orphan_of = write->ticket.store;
    }
    give_back(write, at_home);
    if (orphan_of != NULL) {
        store_orphan_remove(orphan_of); /* last: the store may be closed now */
    }
}

static void
write_done(StoreWrite *write)
{
    complete(write->user);
}

static void
batch_done(StoreBatch *batch)
{
    complete(batch->user);
}

/* --------------------------------------------------------------------------------- gathering -- */

bool
rpc_pending_joins(const RpcPending *pending, const RpcTicket *ticket)
{
    return ticket->conn->gathered == 0 ||
           pending->gathered[pending->count - 1]->ticket.store == ticket->store;
}

bool
rpc_pending_fits(const RpcPending *pending, const RpcExpressConn *conn)
{
    return pending->count < RPC_PENDING_MAX &&
           (conn->gathered == 0 || pending->gathered[pending->count - 1]->ticket.conn == conn);
}

/* Adds a write that is filled in, or gives its memory back. */
static bool
gather(RpcPending *pending, RpcPendingWrite *write, bool filled, int64_t deadline_us)
{
    if (!filled) {
        recycle(pending, write);
        return false;
    }
    RpcExpressConn *conn = write->ticket.conn;
    write->deadline_us = deadline_us;
    conn->looks = conn->looks || is_batch(write) || store_write_looks(&write->write);
    conn->gathered++;
    pending->gathered[pending->count++] = write;
    return true;
}

bool
rpc_pending_put(RpcPending *pending, const RpcTicket *ticket, const StorePutArgs *args)
{
    StoreError error;
    RpcPendingWrite *write = obtain(pending, ticket);
    if (write == NULL) {
        return false;
    }
    write->write.done = write_done;
    write->write.user = write;
    bool filled = store_write_put(&write->write, ticket->store, args, &error);
    return gather(pending, write, filled, store_write_deadline_us(&write->write));
}

bool
rpc_pending_remove(RpcPending *pending, const RpcTicket *ticket, const StoreRemoveArgs *args)
{
    StoreError error;
    RpcPendingWrite *write = obtain(pending, ticket);
    if (write == NULL) {
        return false;
    }
    write->write.done = write_done;
    write->write.user = write;
    bool filled = store_write_remove(&write->write, ticket->store, args, &error);
    return gather(pending, write, filled, store_write_deadline_us(&write->write));
}

bool
rpc_pending_batch(RpcPending *pending, const RpcTicket *ticket, const StoreBatchArgs *args)
{
    StoreError error;
    RpcPendingWrite *write = obtain(pending, ticket);
    if (write == NULL) {
        return false;
    }
    write->batch.done = batch_done;
    write->batch.user = write;
    bool filled = store_batch_fill(&write->batch, ticket->store, args, &error);
    return gather(pending, write, filled, write->batch.deadline_us);
}

bool
rpc_pending_bulk(RpcPending *pending, const RpcTicket *ticket, const StoreBatchArgs *args)
{
    StoreError error;
    RpcPendingWrite *write = obtain(pending, ticket);
    if (write == NULL) {
        return false;
    }
    write->batch.done = batch_done;
    write->batch.user = write;
    bool filled = store_batch_fill_bulk(&write->batch, ticket->store, args, &error);
    return gather(pending, write, filled, write->batch.deadline_us);
}

/* -------------------------------------------------------------------------------- submitting -- */

/* How many of the gathered writes, from `first` on, are of one connection. */
static size_t
run_from(const RpcPending *pending, size_t first)
{
    const RpcExpressConn *conn = pending->gathered[first]->ticket.conn;
    size_t count = 1;
    while (first + count < pending->count &&
           pending->gathered[first + count]->ticket.conn == conn) {
        count++;
    }
    return count;
}

/* Whether the run that begins with a write can be in a chain with those of other connections. */
static bool
is_sociable(const RpcTicket *ticket, const Store *store)
{
    return ticket->store == store && !ticket->conn->looks && !ticket->conn->detour;
}

/* How many of the gathered writes, from `first` on, make one chain. */
static size_t
chain_from(const RpcPending *pending, size_t first)
{
    const Store *store = pending->gathered[first]->ticket.store;
    size_t count = 0;
    do {
        count += run_from(pending, first + count);
    } while (is_sociable(&pending->gathered[first]->ticket, store) &&
             first + count < pending->count &&
             is_sociable(&pending->gathered[first + count]->ticket, store));
    return count;
}

/* Those of a chain that are not done yet are watched for their deadline. */
static void
watch(RpcPending *pending, size_t first, size_t count)
{
    for (size_t i = first; i < first + count; i++) {
        RpcPendingWrite *write = pending->gathered[i];
        if (atomic_load_explicit(&write->state, memory_order_relaxed) != PENDING_WAITING) {
            continue;
        }
        write->waiting = pending->waiting;
        write->waiting_place = &pending->waiting;
        if (write->waiting != NULL) {
            write->waiting->waiting_place = &write->waiting;
        }
        pending->waiting = write;
    }
}

/* Counts down what was done in this thread while a chain was submitted. */
static void
count_done(RpcPending *pending)
{
    while (pending->conns_done != NULL) {
        RpcExpressConn *conn = pending->conns_done;
        pending->conns_done = conn->next_done;
        unsigned done = conn->done;
        conn->done = 0;
        (void)atomic_fetch_sub_explicit(&conn->under_way, done, memory_order_release);
    }
    if (pending->done != 0) {
        (void)atomic_fetch_sub_explicit(&pending->under_way, pending->done, memory_order_release);
        pending->done = 0;
    }
}

/* The gathered writes of a connection become writes under way. */
static void
begin_run(RpcPending *pending, size_t first, size_t count)
{
    RpcExpressConn *conn = pending->gathered[first]->ticket.conn;
    (void)atomic_fetch_add_explicit(&conn->under_way, (unsigned)count, memory_order_relaxed);
    conn->gathered -= (unsigned)count;
    conn->looks = false;
}

static void
submit_chain(RpcPending *pending, size_t first, size_t count)
{
    for (size_t i = first; i < first + count;) {
        size_t run = run_from(pending, i);
        begin_run(pending, i, run);
        i += run;
    }
    (void)atomic_fetch_add_explicit(&pending->under_way, count, memory_order_relaxed);
    obs_registry_begin(pending->context->obs, count);
    StoreChain chain = {0};
    for (size_t i = first; i < first + count; i++) {
        RpcPendingWrite *write = pending->gathered[i];
        if (is_batch(write)) {
            store_chain_add_batch(&chain, &write->batch);
        } else {
            store_chain_add_write(&chain, &write->write);
        }
    }
    store_chain_submit(&chain);
    count_done(pending);
    watch(pending, first, count);
}

/* Hands a run over to the workers, unexecuted. */
static void
hand_over_run(RpcPending *pending, size_t first, size_t count)
{
    for (size_t i = first; i < first + count; i++) {
        RpcPendingWrite *write = pending->gathered[i];
        RpcTicket ticket = write->ticket;
        ticket.conn->gathered--;
        ticket.conn->looks = false;
        recycle(pending, write);
        pending->owner.hand_over(pending->owner.user, ticket.request, ticket.input);
    }
}

void
rpc_pending_submit(RpcPending *pending, int64_t now_us)
{
    pending->now_us = now_us;
    submitting = pending;
    for (size_t first = 0; first < pending->count;) {
        size_t count = 0;
        if (pending->gathered[first]->ticket.conn->detour) {
            count = run_from(pending, first);
            hand_over_run(pending, first, count);
        } else {
            count = chain_from(pending, first);
            submit_chain(pending, first, count);
        }
        first += count;
    }
    submitting = NULL;
    pending->count = 0;
    collect(pending);
}

/* -------------------------------------------------------------------------------- deadlines -- */

/* The deadline of a write has passed while its commit is under way. */
static void
give_up(RpcPendingWrite *write, int64_t now_us)
{
    int before = PENDING_WAITING;
    RpcPending *pending = write->home;
    const RpcTicket *ticket = &write->ticket;
    take_out(write);
    store_orphan_add(ticket->store);
    if (!atomic_compare_exchange_strong(&write->state, &before, PENDING_LATE)) {
        store_orphan_remove(ticket->store); /* it is being answered just now */
        return;
    }
    /* The write may be returned from here on; it is not used again before it is collected. */
    RpcTicket late = *ticket;
    pending->owner.keep_input(pending->owner.user, late.request, &write->kept);
    StoreError error;
    (void)store_error_indeterminate(&error, STORE_INDETERMINATE_DEADLINE,
                                    "store %s: the deadline passed while the commit was under "
                                    "way; it may still be applied",
                                    store_name(late.store));
    WireMessage message = rpc_ticket_message(&late);
    RpcVerdict verdict = rpc_answer_error(late.out, &message, &error);
    const ObsEnded ended = rpc_ticket_ended(&late, verdict.outcome, true, now_us);
    obs_registry_ended(pending->context->obs, &ended);
    (void)atomic_fetch_sub_explicit(&late.conn->under_way, 1, memory_order_release);
    pending->owner.finish(pending->owner.user, late.request, verdict.close);
}

void
rpc_pending_expire(RpcPending *pending, int64_t now_us)
{
    collect(pending);
    RpcPendingWrite *next = NULL;
    for (RpcPendingWrite *write = pending->waiting; write != NULL; write = next) {
        next = write->waiting;
        if (atomic_load_explicit(&write->state, memory_order_relaxed) == PENDING_WAITING &&
            now_us >= write->deadline_us) {
            give_up(write, now_us);
        }
    }
}
