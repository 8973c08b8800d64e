/*
 * test_sdk_threads.c: many threads on one client, restarts under them, thousands of pipelined
 * calls.
 *
 * Restarts are on the same unix socket. The store is in memory, so a restart forgets it: what is
 * looked at is that every call ends, with an outcome that makes sense, and that calls succeed
 * again.
 */
#include <larder/check.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { THREADS = 8, CALLS = 100, RESTARTS = 4, PIPELINED = 5000, PATIENCE_MS = 60 * 1000 };

static char folder[64];
static char path[96];
static char address[128];
static LarderTestServer *server;
static LarderClient *client;

static void
start_server(void)
{
    LarderProblem problem = {""};
    const LarderTestServerOptions options = {.unix_path = path};
    server = larder_test_server_start(&options, &problem);
    ck_assert_msg(server != NULL, "%s", problem.message);
}

static LarderClientOptions
client_options(void)
{
    return (LarderClientOptions){
        .address = address,
        .timeout_ms = PATIENCE_MS,
        .connections_max = 3,
        .retry = {.pause_ms = 1, .pause_max_ms = 5},
    };
}

static void
prepare(void)
{
    (void)snprintf(folder, sizeof folder, "/tmp/larder-sdk-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    (void)snprintf(path, sizeof path, "%s/sock", folder);
    (void)snprintf(address, sizeof address, "unix:%s", path);
    start_server();
    const LarderClientOptions options = client_options();
    client = larder_client_new(&options, NULL);
    ck_assert_ptr_nonnull(client);
}

static void
tidy(void)
{
    larder_client_free(client);
    larder_test_server_stop(server);
    (void)rmdir(folder);
}

static void
run_threads(void *(*function)(void *), pthread_t threads[THREADS])
{
    for (intptr_t i = 0; i < THREADS; i++) {
        ck_assert_int_eq(pthread_create(&threads[i], NULL, function, (void *)i), 0);
    }
}

static void
join_threads(pthread_t threads[THREADS])
{
    for (int i = 0; i < THREADS; i++) {
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    }
}

static void *
write_and_read(void *argument)
{
    for (int i = 0; i < CALLS; i++) {
        char key[32];
        (void)snprintf(key, sizeof key, "t%d:%d", (int)(intptr_t)argument, i);
        LarderReply *put =
            larder_put(client, larder_text("default"), larder_text(key), larder_text(key), NULL);
        larder_assert_applied(put);
        larder_reply_free(put);
        larder_assert_value(client, "default", larder_text(key), larder_text(key));
    }
    return NULL;
}

START_TEST(threads_share_few_connections)
{
    pthread_t threads[THREADS];
    LarderClientStats stats;
    run_threads(write_and_read, threads);
    join_threads(threads);
    larder_client_stats(client, &stats);
    ck_assert_uint_eq(stats.calls, 2 * THREADS * CALLS);
    ck_assert_uint_eq(stats.attempts, 2 * THREADS * CALLS);
    ck_assert_uint_le(stats.connects, 3);
    ck_assert_uint_eq(stats.connections, stats.connects);
    larder_assert_executed(server, "put", THREADS * CALLS);
}
END_TEST

static void *
call_slowly(void *unused)
{
    (void)unused;
    LarderReply *reply = larder_get(client, larder_text("default"), larder_text("slow"), NULL);
    larder_assert_ok(reply);
    ck_assert_int_eq(reply->attempts, 2);
    larder_reply_free(reply);
    return NULL;
}

/* With every connection taken, a call that cannot wait for one ends, and was not executed. */
START_TEST(a_call_waits_for_a_connection_only_so_long)
{
    pthread_t slow[3];
    const LarderFault fault = {.kind = LARDER_FAULT_NO_REPLY, .key_prefix = larder_text("slow")};
    int64_t id = larder_test_server_inject(server, &fault);
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(pthread_create(&slow[i], NULL, call_slowly, NULL), 0);
    }
    while (larder_test_server_fault_hits(server, id) < 3) {
        const struct timespec pause = {.tv_nsec = 1000 * 1000};
        (void)nanosleep(&pause, NULL);
    }
    const LarderPutOptions soon = {.has_deadline_ms = true, .deadline_ms = 10};
    LarderReply *reply =
        larder_put(client, larder_text("default"), larder_text("k"), larder_text("v"), &soon);
    larder_assert_outcome(reply, LARDER_UNREACHABLE);
    ck_assert_ptr_nonnull(strstr(reply->message.data, "connections_max"));
    larder_reply_free(reply);
    /* One that can wait gets the first that comes back, now that those calls are cut off. */
    larder_test_server_clear_faults(server);
    larder_test_server_cut(server);
    reply = larder_put(client, larder_text("default"), larder_text("k"), larder_text("v"), NULL);
    larder_assert_applied(reply);
    larder_reply_free(reply);
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(pthread_join(slow[i], NULL), 0);
    }
    larder_assert_executed(server, "put", 1);
}
END_TEST

static _Atomic bool done;
static _Atomic int64_t good;

/* Calls until it is told to stop. */
static void *
hammer(void *argument)
{
    bool writes = (intptr_t)argument % 2 == 0;
    while (!atomic_load(&done)) {
        LarderReply *reply =
            writes ? larder_put(client, larder_text("default"), larder_text("k"), larder_text("v"),
                                NULL)
                   : larder_get(client, larder_text("default"), larder_text("k"), NULL);
        switch (reply->outcome) {
        case LARDER_OK:
            atomic_fetch_add(&good, 1);
            break;
        case LARDER_UNREACHABLE:
        case LARDER_LOST:
        case LARDER_REFUSED:
            break;
        default:
            larder_assert_ok(reply);
        }
        larder_reply_free(reply);
    }
    return NULL;
}

/* Waits until so many calls more have succeeded. */
static void
await_good(int64_t more)
{
    int64_t target = atomic_load(&good) + more;
    while (atomic_load(&good) < target) {
        const struct timespec pause = {.tv_nsec = 1000 * 1000};
        (void)nanosleep(&pause, NULL);
    }
}

START_TEST(threads_survive_restarts)
{
    pthread_t threads[THREADS];
    run_threads(hammer, threads);
    for (int i = 0; i < RESTARTS; i++) {
        await_good(50);
        larder_test_server_stop(server);
        const struct timespec pause = {.tv_nsec = 20 * 1000 * 1000};
        (void)nanosleep(&pause, NULL);
        start_server();
    }
    await_good(50);
    atomic_store(&done, true);
    join_threads(threads);
}
END_TEST

static void
keep(void *context, LarderReply *reply)
{
    *(LarderReply **)context = reply;
}

START_TEST(a_channel_finds_the_server_again)
{
    const LarderClientOptions options = client_options();
    LarderChannel *channel = larder_channel_new(&options, NULL);
    for (int i = 0; i < RESTARTS; i++) {
        LarderReply *reply = NULL;
        ck_assert(larder_channel_ping(channel, larder_text("hello"), keep, &reply));
        while (reply == NULL) {
            (void)larder_channel_poll(channel, -1);
        }
        larder_assert_ok(reply);
        ck_assert_int_eq(reply->attempts, 1);
        larder_reply_free(reply);
        larder_test_server_stop(server);
        start_server();
    }
    larder_channel_free(channel);
}
END_TEST

/* Reads as fast as it can, every reply bringing about the next call. */
typedef struct Stream {
    LarderChannel *channel;
    int next;
    int answered;
    int wrong;
} Stream;

typedef struct StreamCall {
    Stream *stream;
    int number;
} StreamCall;

static StreamCall stream_calls[PIPELINED];

static void end_stream_call(void *context, LarderReply *reply);

static void
fill_stream(Stream *stream)
{
    while (stream->next < PIPELINED) {
        char payload[16];
        StreamCall *call = &stream_calls[stream->next];
        *call = (StreamCall){stream, stream->next};
        (void)snprintf(payload, sizeof payload, "%d", stream->next);
        if (!larder_channel_ping(stream->channel, larder_text(payload), end_stream_call, call)) {
            break;
        }
        stream->next++;
    }
}

static void
end_stream_call(void *context, LarderReply *reply)
{
    StreamCall *call = context;
    char payload[16];
    (void)snprintf(payload, sizeof payload, "%d", call->number);
    call->stream->wrong += reply->outcome != LARDER_OK ||
                           !larder_bytes_equal(reply->as.ping->payload, larder_text(payload));
    call->stream->answered++;
    larder_reply_free(reply);
    fill_stream(call->stream);
}

START_TEST(thousands_of_calls_are_pipelined)
{
    LarderClientOptions options = client_options();
    options.protocol = _i == 0 ? LARDER_BINARY : LARDER_COMPACT;
    Stream stream = {.channel = larder_channel_new(&options, NULL)};
    ck_assert_ptr_nonnull(stream.channel);
    fill_stream(&stream);
    ck_assert_uint_eq(larder_channel_pending(stream.channel), 1024);
    while (larder_channel_pending(stream.channel) != 0) {
        (void)larder_channel_poll(stream.channel, -1);
    }
    ck_assert_int_eq(stream.answered, PIPELINED);
    ck_assert_int_eq(stream.wrong, 0);
    larder_assert_executed(server, "ping", PIPELINED);
    larder_channel_free(stream.channel);
}
END_TEST

static _Atomic int traced;

static void
count_trace(void *context, const LarderTrace *trace)
{
    (void)context;
    ck_assert_str_eq(trace->address, address);
    atomic_fetch_add(&traced, trace->outcome == LARDER_OK);
}

static void *
ping(void *argument)
{
    for (int i = 0; i < CALLS; i++) {
        larder_reply_free(larder_ping(argument, larder_text("x")));
    }
    return NULL;
}

START_TEST(the_trace_is_called_in_every_thread)
{
    pthread_t threads[THREADS];
    LarderClientOptions options = client_options();
    options.trace = count_trace;
    options.name = "test_sdk_threads";
    LarderClient *traced_client = larder_client_new(&options, NULL);
    for (int i = 0; i < THREADS; i++) {
        ck_assert_int_eq(pthread_create(&threads[i], NULL, ping, traced_client), 0);
    }
    join_threads(threads);
    larder_client_free(traced_client);
    ck_assert_int_eq(atomic_load(&traced), THREADS * CALLS);
}
END_TEST

int
main(void)
{
    TCase *cases = tcase_create("threads");
    tcase_set_timeout(cases, 300);
    tcase_add_checked_fixture(cases, prepare, tidy);
    tcase_add_test(cases, threads_share_few_connections);
    tcase_add_test(cases, a_call_waits_for_a_connection_only_so_long);
    tcase_add_test(cases, threads_survive_restarts);
    tcase_add_test(cases, a_channel_finds_the_server_again);
    tcase_add_loop_test(cases, thousands_of_calls_are_pipelined, 0, 2);
    tcase_add_test(cases, the_trace_is_called_in_every_thread);
    Suite *suite = suite_create("sdk");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
