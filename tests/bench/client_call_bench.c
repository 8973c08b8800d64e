/*
 * client_call_bench.c: what the SDK's runtime adds to a call.
 *
 * Gets of one record of 100 bytes from a server in the same process, over a unix socket: by hand on
 * a raw connection with the same codec, by LarderClient and by LarderChannel; one at a time and 64
 * pipelined. Client and server share the machine's cores, so the calls per second compare with each
 * other only. Processor time of the calling thread per call is the steadier figure: the difference
 * to the raw connection is what pooling, deadlines, retries and owned replies cost. The cases take
 * turns, and the best of five is shown, which other work on the machine disturbs least.
 *
 * Argument: seconds per case (default 2).
 */
#include "service/client/connection.h"
#include "service/client/decode.h"
#include "service/client/encode.h"

#include <larder/test_server.h>

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { DEPTH = 64, SLICE = 1000, ROUNDS = 5 };

static double seconds = 2;
static char address[128];
static const LarderGetArguments get_arguments = {
    {"default", 7}, {"some key of a record", 20}, NULL};

static void
fail(const char *what)
{
    (void)fprintf(stderr, "%s\n", what);
    exit(EXIT_FAILURE);
}

static double
clock_seconds(clockid_t clock)
{
    struct timespec now;
    (void)clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* The best of a case so far. */
typedef struct Figures {
    const char *name;
    double per_second;
    double cpu_us;
} Figures;

/* Runs slices of SLICE calls for a while. */
static void
measure(Figures *best, int (*slice)(void *), void *context)
{
    (void)slice(context);
    double began = clock_seconds(CLOCK_MONOTONIC);
    double used = clock_seconds(CLOCK_THREAD_CPUTIME_ID);
    long calls = 0;
    double passed = 0;
    while (passed < seconds / ROUNDS) {
        calls += slice(context);
        passed = clock_seconds(CLOCK_MONOTONIC) - began;
    }
    used = clock_seconds(CLOCK_THREAD_CPUTIME_ID) - used;
    double per_second = (double)calls / passed;
    double cpu_us = used * 1e6 / (double)calls;
    best->per_second = per_second > best->per_second ? per_second : best->per_second;
    best->cpu_us = best->cpu_us == 0 || cpu_us < best->cpu_us ? cpu_us : best->cpu_us;
}

/* ----------------------------------------------------------------------------------- by hand -- */

typedef struct Raw {
    ClientConnection *connection;
    WireTape tape;
    ClientRoom room;
    WireLimits limits;
    int depth;
} Raw;

static void
raw_send(Raw *raw)
{
    const WireFormat format = {WIRE_BINARY, true};
    WireCode code = client_encode_call(client_connection_output(raw->connection), format,
                                       client_connection_seqid(raw->connection), LARDER_METHOD_GET,
                                       &get_arguments);
    if (code != WIRE_OK) {
        fail("raw: cannot encode");
    }
    client_connection_sent(raw->connection, 1, 0);
}

static int
raw_receive(Raw *raw)
{
    ClientEvent event;
    int received = 0;
    while (client_connection_next(raw->connection, 0, &event)) {
        bool intact = false;
        const LarderReply *reply =
            event.kind == CLIENT_EVENT_REPLY
                ? client_decode_into(&raw->room, event.message, &raw->limits, LARDER_METHOD_GET,
                                     event.seqid, &raw->tape, &intact)
                : NULL;
        if (reply == NULL || reply->outcome != LARDER_OK || !reply->as.get->found) {
            fail("raw: a call failed");
        }
        received++;
    }
    return received;
}

static int
raw_slice(void *context)
{
    Raw *raw = context;
    int received = 0;
    int sent = 0;
    while (received < SLICE) {
        while (sent < SLICE && sent - received < raw->depth) {
            raw_send(raw);
            sent++;
        }
        (void)client_connection_write(raw->connection);
        (void)client_connection_wait(raw->connection, 10 * 1000 * 1000);
        received += raw_receive(raw);
    }
    return received;
}

static void
measure_raw(Figures *best, int depth)
{
    Raw raw = {.tape = WIRE_TAPE_INIT, .limits = WIRE_LIMITS_DEFAULT, .depth = depth};
    ClientAddress where;
    ClientEndpoint endpoint;
    size_t count;
    if (!base_is_ok(client_address_parse(address, &where)) ||
        !base_is_ok(client_address_resolve(&where, &endpoint, 1, &count)) ||
        !base_is_ok(client_connection_new(DEPTH, 1 << 20, &raw.connection)) ||
        !base_is_ok(client_connection_connect(raw.connection, &endpoint))) {
        fail("raw: cannot connect");
    }
    measure(best, raw_slice, &raw);
    client_connection_free(raw.connection);
    client_room_clear(&raw.room);
    wire_tape_clear(&raw.tape);
}

/* ----------------------------------------------------------------------------------- the SDK -- */

static int
client_slice(void *context)
{
    for (int i = 0; i < SLICE; i++) {
        LarderReply *reply = larder_client_call(context, LARDER_METHOD_GET, &get_arguments);
        if (reply->outcome != LARDER_OK || !reply->as.get->found) {
            fail("client: a call failed");
        }
        larder_reply_free(reply);
    }
    return SLICE;
}

static void
count_good(void *context, LarderReply *reply)
{
    *(int *)context += reply->outcome == LARDER_OK;
    larder_reply_free(reply);
}

static int
channel_slice(void *context)
{
    LarderChannel *channel = context;
    int good = 0;
    int sent = 0;
    while (sent < SLICE || larder_channel_pending(channel) != 0) {
        while (sent < SLICE &&
               larder_channel_call(channel, LARDER_METHOD_GET, &get_arguments, count_good, &good)) {
            sent++;
        }
        (void)larder_channel_poll(channel, -1);
    }
    if (good != SLICE) {
        fail("channel: a call failed");
    }
    return SLICE;
}

static void
measure_channel(Figures *best, size_t depth)
{
    const LarderClientOptions options = {.address = address, .pipeline_max = depth};
    LarderChannel *channel = larder_channel_new(&options, NULL);
    if (channel == NULL) {
        fail("no channel");
    }
    measure(best, channel_slice, channel);
    larder_channel_free(channel);
}

int
main(int argc, char **argv)
{
    seconds = argc > 1 ? strtod(argv[1], NULL) : seconds;
    char path[64];
    (void)snprintf(path, sizeof path, "/tmp/larder-bench-%ld.sock", (long)getpid());
    (void)snprintf(address, sizeof address, "unix:%s", path);
    LarderProblem problem = {""};
    const LarderTestServerOptions server_options = {.unix_path = path};
    LarderTestServer *server = larder_test_server_start(&server_options, &problem);
    const LarderClientOptions options = {.address = address};
    LarderClient *client = larder_client_new(&options, &problem);
    if (server == NULL || client == NULL) {
        fail(problem.message);
    }
    static const char value[100];
    larder_reply_free(larder_put(client, get_arguments.store, get_arguments.key,
                                 larder_bytes(value, sizeof value), NULL));
    Figures figures[] = {
        {.name = "raw connection, 1 at a time"}, {.name = "LarderClient"},
        {.name = "LarderChannel, 1 at a time"},  {.name = "raw connection, 64"},
        {.name = "LarderChannel, 64"},
    };
    for (int i = 0; i < ROUNDS; i++) {
        measure_raw(&figures[0], 1);
        measure(&figures[1], client_slice, client);
        measure_channel(&figures[2], 1);
        measure_raw(&figures[3], DEPTH);
        measure_channel(&figures[4], DEPTH);
    }
    for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++) {
        (void)printf("%-28s %9.0f calls/s   %6.2f us of the caller's processor per call\n",
                     figures[i].name, figures[i].per_second, figures[i].cpu_us);
    }
    larder_client_free(client);
    larder_test_server_stop(server);
    return EXIT_SUCCESS;
}
