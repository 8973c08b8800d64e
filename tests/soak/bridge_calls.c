/*
 * bridge_calls.c: calls down the generated lane by the million, with memory that must stay flat.
 *
 * usage: soak_bridge_calls COUNT
 *
 * Parses golden requests of several methods, in both protocols, and has the generated processor
 * answer them through one bridge: successes, exceptions of the contract, errors that are none, and
 * malformed requests of which generated code gives up in the middle. After a warm-up the resident
 * memory may grow by the slack below, whatever the count; a leak of a single byte per call shows
 * from five million calls on.
 */
#include "service/wire/bridge.h"
#include "tests/golden/golden.h"
#include "tests/golden/handler.h"
#include "tests/support/sanitized.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Shorter runs are for tools that look for leaks themselves, and use memory of their own. */
enum { FLAT_FROM_CALLS = 100000, WARM_UP_CALLS = 20000, REPLY_MAX = 1024 * 1024 };
/* Of the allocator, and of sanitizers, which keep what was freed for a while. */
enum { SLACK_KIB = (SANITIZED ? 512 : 4) * 1024 };

typedef struct Lane {
    ThriftProcessor *processor;
    WireBridge *bridge;
    WireTape tape;
    BaseBuf out;
} Lane;

/* Requests that parse, and that generated code cannot read. */
static const char *const UNREADABLE[] = {
    "80010001 00000003 676574 00000001 0b 0002 00000001 61 0b 0001 00000002 ff00 00",
    "80010001 00000009 6d756c74695f676574 00000001 0f 0002 08 00000001 00000001 00",
    "80010001 00000005 6261746368 00000001 0f 0002 0c 00000002 0b 0002 00000001 61 00"
    "0b 0003 00000001 61 0c 0007 0a 0001 0000000000000001 00 00"
    "0c 0003 0f 0002 0b 00000001 00000000 00 00",
};

static long
resident_kib(void)
{
    FILE *file = fopen("/proc/self/statm", "re");
    long whole = 0;
    long resident = 0;
    if (file == NULL || fscanf(file, "%ld %ld", &whole, &resident) != 2) {
        abort();
    }
    (void)fclose(file);
    return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

/* True when the processor answered. */
static bool
call(Lane *lane, BaseSlice request)
{
    WireMessage message;
    WireError parse_error;
    if (!wire_parse_request(request, &WIRE_LIMITS_DEFAULT, &lane->tape, &message, &parse_error)) {
        abort();
    }
    WireWriter writer;
    base_buf_reset(&lane->out);
    wire_bridge_read_from(lane->bridge, &lane->tape, &message);
    wire_writer_begin(&writer, &lane->out, message.format, REPLY_MAX);
    wire_bridge_write_to(lane->bridge, &writer);
    ThriftProtocol *protocol = wire_bridge_protocol(lane->bridge);
    GError *error = NULL;
    bool done = thrift_processor_process(lane->processor, protocol, protocol, &error);
    if (done != (error == NULL)) {
        abort();
    }
    g_clear_error(&error);
    if (done) {
        done = wire_writer_finish(&writer);
    } else {
        wire_writer_rollback(&writer);
    }
    wire_bridge_reset(lane->bridge);
    return done;
}

/* The requests of the methods that the handler has, and those that are unreadable. */
static GoldenMessage *
gather_requests(const GoldenSet *set, BaseBuf *unreadable, size_t *ret_count)
{
    static const char *const methods[] = {"get",   "multi_get",  "put",       "remove",
                                          "batch", "bulk_write", "range_info"};
    enum { METHOD_COUNT = 7, UNREADABLE_COUNT = 3 };
    GoldenMessage *requests = calloc(4 * METHOD_COUNT + UNREADABLE_COUNT, sizeof(*requests));
    if (requests == NULL) {
        abort();
    }
    size_t count = 0;
    for (int i = 0; i < METHOD_COUNT; i++) {
        for (int protocol = 0; protocol < 2; protocol++) {
            requests[count++] =
                *golden_find(set, true, (WireProtocol)protocol, "Store", methods[i], "bare");
            requests[count++] =
                *golden_find(set, true, (WireProtocol)protocol, "Store", methods[i], "full");
        }
    }
    for (int i = 0; i < UNREADABLE_COUNT; i++) {
        golden_append_hex(&unreadable[i], UNREADABLE[i]);
        requests[count++].bytes = base_buf_slice(&unreadable[i]);
    }
    *ret_count = count;
    return requests;
}

static int
soak(Lane *lane, const GoldenMessage *requests, size_t request_count, unsigned long calls)
{
    unsigned long answered = 0;
    for (unsigned long i = 0; i < WARM_UP_CALLS && i < calls; i++) {
        (void)call(lane, requests[i % request_count].bytes);
    }
    long before = resident_kib();
    for (unsigned long i = 0; i < calls; i++) {
        answered += call(lane, requests[i % request_count].bytes);
    }
    long grown = resident_kib() - before;
    (void)printf("%lu calls, %lu answered, resident memory grew by %ld KiB\n", calls, answered,
                 grown);
    bool flat = calls < FLAT_FROM_CALLS || grown <= SLACK_KIB;
    return answered > 0 && flat ? EXIT_SUCCESS : EXIT_FAILURE;
}

int
main(int argc, char **argv)
{
    unsigned long calls = argc == 2 ? strtoul(argv[1], NULL, 10) : 0;
    if (calls == 0) {
        (void)fprintf(stderr, "usage: soak_bridge_calls COUNT\n");
        return 64;
    }
    GoldenSet set = golden_load();
    BaseBuf unreadable[3] = {BASE_BUF_INIT, BASE_BUF_INIT, BASE_BUF_INIT};
    size_t count = 0;
    GoldenMessage *requests = gather_requests(&set, unreadable, &count);
    Lane lane = {golden_processor_new(), wire_bridge_new(), WIRE_TAPE_INIT, BASE_BUF_INIT};
    int status = soak(&lane, requests, count, calls);
    g_object_unref(lane.processor);
    g_object_unref(lane.bridge);
    wire_tape_clear(&lane.tape);
    base_buf_clear(&lane.out);
    for (int i = 0; i < 3; i++) {
        base_buf_clear(&unreadable[i]);
    }
    free(requests);
    golden_clear(&set);
    return status;
}
