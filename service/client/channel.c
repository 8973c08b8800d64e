/*
 * channel.c: pipelined calls on one connection. See <larder/client.h>.
 *
 * Where a call is (slot.h keeps it):
 *
 *     larder_channel_call()
 *            |
 *            v        room on an open link            reply, loss
 *         QUEUED ------------------------> SENT ----------------------> ended: callback
 *            ^  \ no connection              | \ again                      ^  ^
 *            |   \----------------------> PAUSED <---/                      |  |
 *            |                               |      deadline of any ---------  |
 *            +------ when its time comes ----+      free: CANCELLED -----------+
 *
 * Each call that has not ended has a timer: PAUSED ones for the next try, all others for their
 * deadline. When a SENT call's deadline passes, its callback is called but the call itself stays,
 * ABANDONED, until its reply has come or the connection has ended, because replies are paired up
 * by their order.
 *
 * A link on which an abandoned request waits and nothing has come since that was sent is silent:
 * no call is sent on it until something comes. When only abandoned requests are left on it, it is
 * given up. So a server that is merely slow is waited for, and one that is gone is left.
 *
 * At most BACKLOG_BYTES lie in the connection's output; what waits behind them has certainly not
 * been sent and ends as UNREACHABLE.
 *
 * Callbacks run with the channel in order and may queue calls; poll(), process() and free() within
 * them do nothing.
 *
 * Invariants: C-1 a call is in the timers if and only if it has a callback that was not called.
 * C-2 `pending` is their number. C-3 `sent` + `abandoned` calls are on the connection.
 */
#include "service/client/link.h"
#include "service/client/outcome.h"
#include "service/client/slot.h"

#include "engine/base/clock.h"

#include <poll.h>
#include <stdlib.h>

enum {
    BACKLOG_BYTES = 256 * 1024,
    READS_PER_TURN = 16,
    POLL_MS_MAX = 60 * 1000,
};

struct LarderChannel {
    ClientSettings settings;
    ClientLink link;
    WireTape tape;
    ClientTimers timers;
    ClientSlots slots;
    size_t pending;
    size_t sent;
    size_t abandoned;
    size_t ended;        /* in this poll(), process() or free() */
    int64_t received_us; /* when a reply last came */
    bool silent;
    bool inside; /* poll(), process() or free() runs */
    bool closing;
    int32_t seqid;
    ClientRetryBudget budget;
    BaseRand rand;
};

static int64_t
now_us(void)
{
    return base_clock_monotonic_us(base_clock_real());
}

static LarderChannel *
make(const LarderClientOptions *options, LarderProblem *ret_problem)
{
    LarderChannel *channel = calloc(1, sizeof *channel);
    if (channel == NULL) {
        client_settings_no_memory(ret_problem);
        return NULL;
    }
    if (!client_settings_init(&channel->settings, options, ret_problem)) {
        free(channel);
        return NULL;
    }
    channel->tape = WIRE_TAPE_INIT;
    size_t most = channel->settings.pipeline_max;
    if (!client_timers_init(&channel->timers, most) ||
        !base_is_ok(client_link_init(&channel->link, &channel->settings, most))) {
        client_timers_clear(&channel->timers);
        client_settings_clear(&channel->settings);
        free(channel);
        client_settings_no_memory(ret_problem);
        return NULL;
    }
    return channel;
}

LarderChannel *
larder_channel_new(const LarderClientOptions *options, LarderProblem *ret_problem)
{
    LarderChannel *channel = make(options, ret_problem);
    if (channel != NULL) {
        int64_t now = now_us();
        client_retry_budget_init(&channel->budget, now);
        channel->rand = base_rand((uint64_t)now ^ (uint64_t)(uintptr_t)channel);
    }
    return channel;
}

bool
larder_channel_call(LarderChannel *channel, LarderMethod method, const void *arguments,
                    LarderCallback *callback, void *context)
{
    bool full = channel->pending == channel->settings.pipeline_max;
    if (full || channel->closing || client_schema_method(method) == NULL) {
        return false;
    }
    ClientSlot *slot = client_slot_take(&channel->slots);
    if (slot == NULL) {
        return false;
    }
    int64_t now = now_us();
    client_call_begin(&slot->call, &channel->settings, method, arguments, now);
    client_retry_budget_call(&channel->budget, &channel->settings.retry, now);
    channel->seqid = (int32_t)((uint32_t)channel->seqid + 1);
    slot->call.seqid = channel->seqid;
    slot->callback = callback;
    slot->context = context;
    client_slot_encode(slot, &channel->settings, arguments);
    if (slot->doom == NULL) {
        client_slot_enqueue(&channel->slots, slot);
        client_timers_arm(&channel->timers, &slot->timer, slot->call.deadline_us);
    } else {
        slot->place = CLIENT_PLACE_PAUSED;
        client_timers_arm(&channel->timers, &slot->timer, now + 1); /* at the next turn */
    }
    channel->pending++;
    return true;
}

size_t
larder_channel_pending(const LarderChannel *channel)
{
    return channel->pending;
}

/* Ends a call: its callback is called. What is still on the connection stays, abandoned. */
static void
finish(LarderChannel *channel, ClientSlot *slot, LarderReply *reply)
{
    LarderCallback *callback = slot->callback;
    void *context = slot->context;
    reply = client_call_finish(&slot->call, reply, now_us());
    client_call_trace(&slot->call, &channel->settings, reply, client_slot_keys(slot));
    client_timers_disarm(&channel->timers, &slot->timer);
    channel->pending--;
    channel->ended++;
    slot->callback = NULL;
    if (slot->place == CLIENT_PLACE_SENT) {
        channel->sent--;
        channel->abandoned++;
    } else {
        client_slot_recycle(&channel->slots, slot);
    }
    callback(context, reply);
}

/* A try has ended: another one later, or the end of the call. */
static void
end_try(LarderChannel *channel, ClientSlot *slot, LarderReply *reply)
{
    int64_t pause_us = 0;
    int64_t now = now_us();
    ClientRetryVerdict verdict = client_call_decide(
        &slot->call, &channel->settings, reply, &channel->budget, &channel->rand, now, &pause_us);
    if (verdict != CLIENT_RETRY_AGAIN) {
        finish(channel, slot, reply);
        return;
    }
    larder_reply_free(reply);
    slot->place = CLIENT_PLACE_PAUSED;
    client_timers_arm(&channel->timers, &slot->timer, now + pause_us);
}

static LarderReply *
no_reply(const LarderChannel *channel, const ClientSlot *slot, LarderOutcome outcome,
         const char *what)
{
    return client_outcome_reply(slot->call.number, outcome, "%s: %s",
                                channel->settings.address_text, what);
}

/* The end of a request on the connection; `oldest`: of those that the end of it takes along. */
static void
handle_event(LarderChannel *channel, const ClientEvent *event, bool oldest)
{
    ClientConnection *connection = channel->link.connection;
    ClientSlot *slot = (ClientSlot *)(uintptr_t)event->tag; /* NULL: the introduction */
    if (event->kind == CLIENT_EVENT_REPLY) {
        channel->received_us = now_us();
        channel->silent = false;
    }
    if (slot == NULL) {
        return;
    }
    if (slot->callback == NULL) {
        channel->abandoned--;
        client_slot_recycle(&channel->slots, slot);
        return;
    }
    channel->sent--;
    slot->place = CLIENT_PLACE_NONE;
    if (event->kind != CLIENT_EVENT_REPLY) {
        BaseStatus why = client_connection_problem(connection);
        LarderOutcome outcome = client_outcome_of_loss(why, event->unsent);
        outcome = outcome == LARDER_PROTOCOL && !oldest ? LARDER_LOST : outcome;
        end_try(channel, slot, no_reply(channel, slot, outcome, why.what));
        return;
    }
    bool intact;
    LarderReply *reply = client_call_decode(&slot->call, &channel->settings, event->message,
                                            &channel->tape, &intact);
    if (!intact) {
        client_connection_break(connection, base_error(BASE_CLOSED, "closed after a bad reply"));
    }
    end_try(channel, slot, reply);
}

/* Handles what has come, or the end of the connection. */
static void
dispatch(LarderChannel *channel)
{
    ClientConnection *connection = channel->link.connection;
    ClientEvent event;
    bool oldest = true;
    while (client_connection_next(connection, 0, &event)) {
        handle_event(channel, &event, oldest);
        oldest = oldest && event.kind == CLIENT_EVENT_REPLY;
    }
    if (client_connection_state(connection) == CLIENT_BROKEN) {
        client_connection_close(connection);
        channel->silent = false;
    }
}

/* A timer's time has come. */
static void
expire(LarderChannel *channel, ClientSlot *slot)
{
    if (slot->doom != NULL) {
        LarderReply *reply = slot->doom;
        slot->doom = NULL;
        finish(channel, slot, reply);
        return;
    }
    switch (slot->place) {
    case CLIENT_PLACE_PAUSED:
        client_timers_arm(&channel->timers, &slot->timer, slot->call.deadline_us);
        client_slot_enqueue(&channel->slots, slot);
        return;
    case CLIENT_PLACE_QUEUED:
        client_slot_dequeue(&channel->slots, slot);
        end_try(channel, slot, no_reply(channel, slot, LARDER_UNREACHABLE, "not sent in time"));
        return;
    default:
        channel->silent = channel->silent || channel->received_us < slot->sent_us;
        end_try(channel, slot, no_reply(channel, slot, LARDER_LOST, "no reply in time"));
    }
}

static void
expire_all(LarderChannel *channel)
{
    int64_t now = now_us();
    ClientTimer *due = client_timers_first(&channel->timers);
    while (due != NULL && due->due_us <= now) {
        expire(channel, (ClientSlot *)due);
        due = client_timers_first(&channel->timers);
    }
    if (channel->silent && channel->sent == 0) {
        client_connection_break(channel->link.connection,
                                base_error(BASE_IO, "the server has fallen silent"));
        dispatch(channel);
    }
}

/* There is no connection: every call that waits for one has had a try. */
static void
fail_queue(LarderChannel *channel)
{
    ClientSlot *slot = channel->slots.first;
    channel->slots.first = NULL;
    channel->slots.last = NULL;
    while (slot != NULL) {
        ClientSlot *next = slot->next;
        slot->place = CLIENT_PLACE_NONE;
        end_try(channel, slot,
                no_reply(channel, slot, LARDER_UNREACHABLE, channel->link.problem.what));
        slot = next;
    }
}

/* Whether there is an open connection for the queue now. */
static bool
be_open(LarderChannel *channel)
{
    ClientLink *link = &channel->link;
    ClientState state = client_connection_state(link->connection);
    bool idle = channel->sent + channel->abandoned == 0;
    if (state == CLIENT_OPEN && (!idle || client_link_is_alive(link))) {
        return true;
    }
    if (client_connection_state(link->connection) == CLIENT_CLOSED) {
        client_link_open(link, now_us());
    }
    state = client_link_advance(link, now_us());
    if (state == CLIENT_CLOSED) {
        fail_queue(channel);
    }
    return state == CLIENT_OPEN;
}

/* Whether the connection takes a call of the queue. */
static bool
can_send(const LarderChannel *channel)
{
    const ClientConnection *connection = channel->link.connection;
    return channel->slots.first != NULL && !channel->silent &&
           client_connection_room(connection) != 0 &&
           client_connection_backlog(connection) < BACKLOG_BYTES;
}

static void
send_queue(LarderChannel *channel)
{
    ClientConnection *connection = channel->link.connection;
    /* A connection that is under way is seen to its end also when its calls have given up. */
    bool connecting = client_connection_state(connection) == CLIENT_CONNECTING;
    if ((channel->slots.first == NULL && !connecting) || !be_open(channel)) {
        return;
    }
    int64_t now = now_us();
    while (can_send(channel)) {
        ClientSlot *slot = channel->slots.first;
        client_slot_dequeue(&channel->slots, slot);
        if (!base_buf_append_slice(client_connection_output(connection),
                                   client_slot_request(slot))) {
            finish(channel, slot, client_outcome_no_memory(slot->call.number));
            continue;
        }
        slot->place = CLIENT_PLACE_SENT;
        slot->sent_us = now;
        channel->sent++;
        client_connection_sent(connection, (uint64_t)(uintptr_t)slot, 0);
    }
    (void)client_connection_write(connection);
    dispatch(channel);
}

/* All that needs no waiting and no reading. */
static void
turn(LarderChannel *channel)
{
    expire_all(channel);
    send_queue(channel);
}

/* The earliest time at which something is to be done without the socket; INT64_MAX: none. */
static int64_t
next_time(const LarderChannel *channel)
{
    const ClientTimer *timer = client_timers_first(&channel->timers);
    int64_t next = timer == NULL ? INT64_MAX : timer->due_us;
    if (client_connection_state(channel->link.connection) == CLIENT_CONNECTING &&
        channel->link.give_up_us < next) {
        next = channel->link.give_up_us;
    }
    return next;
}

/* Milliseconds from now to a time, rounded up. */
static int64_t
until_ms(int64_t time_us)
{
    int64_t left_us = time_us - now_us();
    return left_us <= 0 ? 0 : left_us / 1000 + (left_us % 1000 != 0);
}

/* Waits for the socket until a time, then receives. */
static void
receive_until(LarderChannel *channel, int64_t time_us)
{
    int64_t next_us = next_time(channel);
    int64_t wait_ms = until_ms(next_us < time_us ? next_us : time_us);
    wait_ms = wait_ms < POLL_MS_MAX ? wait_ms : POLL_MS_MAX;
    if (client_connection_socket(channel->link.connection) < 0) {
        (void)poll(NULL, 0, (int)wait_ms);
    } else if (client_connection_state(channel->link.connection) == CLIENT_OPEN) {
        (void)client_connection_wait(channel->link.connection, wait_ms * 1000);
        dispatch(channel);
    } else {
        struct pollfd ready = {.fd = client_connection_socket(channel->link.connection)};
        ready.events = POLLOUT;
        (void)poll(&ready, 1, (int)wait_ms);
    }
}

size_t
larder_channel_poll(LarderChannel *channel, int64_t timeout_ms)
{
    if (channel->inside || channel->pending == 0) {
        return 0;
    }
    int64_t now = now_us();
    bool endless = timeout_ms < 0 || timeout_ms > (INT64_MAX - now) / 1000;
    int64_t until_us = endless ? INT64_MAX : now + timeout_ms * 1000;
    channel->inside = true;
    channel->ended = 0;
    turn(channel);
    while (channel->ended == 0 && channel->pending != 0) {
        receive_until(channel, until_us);
        turn(channel);
        if (now_us() >= until_us) {
            break;
        }
    }
    channel->inside = false;
    return channel->ended;
}

size_t
larder_channel_process(LarderChannel *channel)
{
    if (channel->inside) {
        return 0;
    }
    channel->inside = true;
    channel->ended = 0;
    bool more = client_connection_state(channel->link.connection) == CLIENT_OPEN;
    for (int i = 0; more && i < READS_PER_TURN; i++) {
        (void)client_connection_read(channel->link.connection, &more);
        dispatch(channel);
    }
    turn(channel);
    if (client_connection_state(channel->link.connection) == CLIENT_OPEN) {
        (void)client_connection_write(channel->link.connection);
        dispatch(channel);
    }
    channel->inside = false;
    return channel->ended;
}

int
larder_channel_fd(const LarderChannel *channel)
{
    return client_connection_socket(channel->link.connection);
}

bool
larder_channel_wants_write(const LarderChannel *channel)
{
    return client_connection_wants_write(channel->link.connection) || can_send(channel);
}

int64_t
larder_channel_timeout_ms(const LarderChannel *channel)
{
    ClientState state = client_connection_state(channel->link.connection);
    if (channel->slots.first != NULL && state == CLIENT_CLOSED) {
        return 0; /* to begin to connect */
    }
    int64_t next_us = next_time(channel);
    return next_us == INT64_MAX ? -1 : until_ms(next_us);
}

void
larder_channel_free(LarderChannel *channel)
{
    if (channel == NULL) {
        return;
    }
    channel->closing = true;
    channel->inside = true;
    for (ClientTimer *i = client_timers_first(&channel->timers); i != NULL;
         i = client_timers_first(&channel->timers)) {
        ClientSlot *slot = (ClientSlot *)i;
        larder_reply_free(slot->doom);
        finish(channel, slot,
               client_outcome_reply(slot->call.number, LARDER_CANCELLED, "the channel was freed"));
    }
    client_slots_clear(&channel->slots);
    client_link_clear(&channel->link);
    client_timers_clear(&channel->timers);
    wire_tape_clear(&channel->tape);
    client_settings_clear(&channel->settings);
    free(channel);
}
