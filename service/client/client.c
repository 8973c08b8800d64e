/*
 * client.c: blocking calls on pooled connections. See <larder/client.h>.
 *
 * A call runs in its caller's thread from the beginning to the end:
 *
 *   borrow a line --> find out whether it is still open --> open it if not
 *     --> encode, send, wait for the reply --> give the line back --> decide
 *                         ^                                             |
 *                         +------- sleep, without a line <---- again ---+
 *
 * A line whose call ended without its reply is closed, so a late reply meets nobody. For the same
 * reason a call whose bytes the socket had not all taken by then is UNREACHABLE, not LOST: with
 * the connection gone the server cannot get the rest.
 *
 * One lock guards budget, dice and counters; the pool has its own. Neither is held while waiting.
 */
#include "service/client/arguments.h"
#include "service/client/call.h"
#include "service/client/outcome.h"
#include "service/client/pool.h"

#include "engine/base/check.h"
#include "engine/base/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

enum { TAG = 1 }; /* of the one call of a line */

struct LarderClient {
    ClientSettings settings;
    ClientPool pool;
    pthread_mutex_t lock; /* of all below */
    ClientRetryBudget budget;
    BaseRand rand;
    LarderClientStats stats; /* without what the pool counts */
};

static int64_t
now_us(void)
{
    return base_clock_monotonic_us(base_clock_real());
}

const char *
larder_client_version(void)
{
    return LARDER_VERSION;
}

LarderClient *
larder_client_new(const LarderClientOptions *options, LarderProblem *ret_problem)
{
    LarderClient *client = calloc(1, sizeof *client);
    if (client != NULL && !client_settings_init(&client->settings, options, ret_problem)) {
        free(client);
        return NULL;
    }
    if (client != NULL && !base_is_ok(client_pool_init(&client->pool, &client->settings))) {
        client_settings_clear(&client->settings);
        free(client);
        client = NULL;
    }
    if (client == NULL) {
        client_settings_no_memory(ret_problem);
        return NULL;
    }
    BASE_CHECK(pthread_mutex_init(&client->lock, NULL) == 0);
    int64_t now = now_us();
    client_retry_budget_init(&client->budget, now);
    client->rand = base_rand((uint64_t)now ^ (uint64_t)(uintptr_t)client);
    return client;
}

void
larder_client_free(LarderClient *client)
{
    if (client == NULL) {
        return;
    }
    client_pool_clear(&client->pool);
    client_settings_clear(&client->settings);
    (void)pthread_mutex_destroy(&client->lock);
    free(client);
}

void
larder_client_stats(LarderClient *client, LarderClientStats *ret_stats)
{
    pthread_mutex_lock(&client->lock);
    *ret_stats = client->stats;
    pthread_mutex_unlock(&client->lock);
    client_pool_count(&client->pool, &ret_stats->connections, &ret_stats->connects);
}

/* Waits for the line's socket until the earlier of two times. */
static void
wait_until(ClientLine *line, int64_t until_us, int64_t or_until_us)
{
    int64_t earlier = until_us < or_until_us ? until_us : or_until_us;
    (void)client_connection_wait(line->link.connection, earlier - now_us());
}

/* Makes sure that the line is open. NULL: it is; else the reply of a try that ends here. */
static LarderReply *
open_line(LarderClient *client, ClientCall *call, ClientLine *line)
{
    ClientLink *link = &line->link;
    if (client_connection_state(link->connection) == CLIENT_OPEN && client_link_is_alive(link)) {
        return NULL;
    }
    client_link_open(link, now_us());
    for (;;) {
        ClientState state = client_link_advance(link, now_us());
        if (state == CLIENT_OPEN) {
            return NULL;
        }
        if (state == CLIENT_CLOSED) {
            return client_outcome_reply(call->number, LARDER_UNREACHABLE, "%s: %s",
                                        client->settings.address_text, link->problem.what);
        }
        if (now_us() >= call->deadline_us) {
            client_connection_close(link->connection);
            return client_outcome_reply(call->number, LARDER_UNREACHABLE,
                                        "%s: no connection within the call's time",
                                        client->settings.address_text);
        }
        wait_until(line, call->deadline_us, link->give_up_us);
    }
}

/* The reply to a call that has none: the connection has ended, or its time. */
static LarderReply *
without_reply(LarderClient *client, const ClientCall *call, const ClientEvent *event,
              BaseStatus why)
{
    LarderOutcome outcome = client_outcome_of_loss(why, event->unsent);
    return client_outcome_reply(call->number, outcome, "%s: %s", client->settings.address_text,
                                why.what);
}

/* Waits for the event that ends the call which was sent. */
static LarderReply *
await(LarderClient *client, ClientCall *call, ClientLine *line)
{
    ClientConnection *connection = line->link.connection;
    ClientEvent event;
    (void)client_connection_write(connection);
    for (;;) {
        while (client_connection_next(connection, 0, &event)) {
            if (event.tag != TAG) {
                continue;
            }
            if (event.kind == CLIENT_EVENT_LOST) {
                return without_reply(client, call, &event, client_connection_problem(connection));
            }
            bool intact;
            LarderReply *reply =
                client_call_decode(call, &client->settings, event.message, &line->tape, &intact);
            if (!intact) {
                client_connection_close(connection);
            }
            return reply;
        }
        int64_t left_us = call->deadline_us - now_us();
        if (left_us <= 0) {
            client_connection_break(connection, base_error(BASE_IO, "no reply in time"));
            continue;
        }
        (void)client_connection_wait(connection, left_us);
    }
}

/* One try on a line. Never NULL. */
static LarderReply *
try_on_line(LarderClient *client, ClientCall *call, const void *arguments, ClientLine *line)
{
    ClientConnection *connection = line->link.connection;
    LarderReply *reply = open_line(client, call, line);
    if (reply != NULL) {
        return reply;
    }
    line->seqid = (int32_t)((uint32_t)line->seqid + 1);
    call->seqid = line->seqid;
    reply = client_call_encode(call, &client->settings, arguments,
                               client_connection_output(connection));
    if (reply != NULL) {
        return reply;
    }
    client_connection_sent(connection, TAG, 0);
    reply = await(client, call, line);
    if (client_connection_state(connection) == CLIENT_BROKEN) {
        client_connection_close(connection);
    }
    return reply;
}

/* One try. Never NULL. */
static LarderReply *
try_once(LarderClient *client, ClientCall *call, const void *arguments)
{
    ClientLine *line;
    BaseStatus status = client_pool_borrow(&client->pool, call->deadline_us, &line);
    if (status.code == BASE_NO_MEMORY) {
        return client_outcome_reply(call->number, LARDER_NO_MEMORY, "%s", status.what);
    }
    if (!base_is_ok(status)) {
        return client_outcome_reply(call->number, LARDER_UNREACHABLE, "%s; connections_max is %zu",
                                    status.what, client->settings.connections_max);
    }
    LarderReply *reply = try_on_line(client, call, arguments, line);
    client_pool_give_back(&client->pool, line);
    return reply;
}

static void
sleep_us(int64_t pause_us)
{
    int64_t until_us = now_us() + pause_us;
    const struct timespec until = {
        .tv_sec = (time_t)(until_us / 1000000),
        .tv_nsec = (long)(until_us % 1000000 * 1000),
    };
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR) {
        /* A signal; the time is absolute. */
    }
}

static void
count_call(LarderClient *client, int64_t now)
{
    pthread_mutex_lock(&client->lock);
    client->stats.calls++;
    client_retry_budget_call(&client->budget, &client->settings.retry, now);
    pthread_mutex_unlock(&client->lock);
}

/* Decides about another try, and pauses before it. False: `reply` is the last one. */
static bool
again(LarderClient *client, ClientCall *call, const LarderReply *reply)
{
    int64_t pause_us = 0;
    pthread_mutex_lock(&client->lock);
    ClientRetryVerdict verdict = client_call_decide(call, &client->settings, reply, &client->budget,
                                                    &client->rand, now_us(), &pause_us);
    client->stats.attempts++;
    client->stats.lost += reply->outcome == LARDER_LOST;
    client->stats.retries_denied += verdict == CLIENT_RETRY_UNPAID;
    client->stats.paused_us += pause_us;
    pthread_mutex_unlock(&client->lock);
    if (verdict != CLIENT_RETRY_AGAIN) {
        return false;
    }
    sleep_us(pause_us);
    return true;
}

LarderReply *
larder_client_call(LarderClient *client, LarderMethod method, const void *arguments)
{
    if (client_schema_method(method) == NULL) {
        return client_outcome_reply(method, LARDER_PROTOCOL, "there is no such method");
    }
    ClientCall call;
    client_call_begin(&call, &client->settings, method, arguments, now_us());
    count_call(client, call.started_us);
    LarderReply *reply = try_once(client, &call, arguments);
    while (again(client, &call, reply)) {
        larder_reply_free(reply);
        reply = try_once(client, &call, arguments);
    }
    reply = client_call_finish(&call, reply, now_us());
    const ClientCallKeys keys = {
        client_arguments_store(call.method, arguments),
        client_arguments_key(call.method, arguments),
    };
    client_call_trace(&call, &client->settings, reply, keys);
    return reply;
}
