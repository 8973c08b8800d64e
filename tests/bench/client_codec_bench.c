/*
 * client_codec_bench.c: what encoding calls and decoding replies costs the client.
 *
 * usage: client_codec_bench [SECONDS per case]
 *
 * For get and put (16-byte keys, 100-byte values) and multi_get of 100 keys, in both protocols:
 * nanoseconds of processor time per call, in the best round of CALLS calls:
 *
 *   encode  arguments to bytes
 *   parse   bytes to tape, which is the floor of what follows
 *   decode  bytes to a reply in memory of its own, freed
 *   room    bytes to a reply in memory that is used again
 */
#include "engine/base/check.h"
#include "service/client/decode.h"
#include "service/client/encode.h"
#include "service/client/structure.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { CALLS = 256, KEYS = 100, KEY_BYTES = 16, VALUE_BYTES = 100, SEQID = 7 };

static const double DEFAULT_SECONDS = 0.3;

typedef struct Case {
    const char *name;
    LarderMethod method;
    const void *arguments;
    const void *result;
} Case;

typedef struct Bench {
    WireFormat format;
    const Case *subject;
    BaseBuf call;
    BaseBuf reply;
    WireTape tape;
    ClientRoom room;
    WireLimits limits;
} Bench;

static void
encode(Bench *bench)
{
    base_buf_reset(&bench->call);
    BASE_CHECK(client_encode_call(&bench->call, bench->format, SEQID, bench->subject->method,
                                  bench->subject->arguments) == WIRE_OK);
}

static void
parse(Bench *bench)
{
    WireMessage message;
    WireError error;
    BASE_CHECK(wire_parse_reply(base_buf_slice(&bench->reply), &bench->limits, &bench->tape,
                                &message, &error));
}

static void
decode(Bench *bench)
{
    bool intact = false;
    LarderReply *reply = client_decode_reply(base_buf_slice(&bench->reply), &bench->limits,
                                             bench->subject->method, SEQID, &bench->tape, &intact);
    BASE_CHECK(reply != NULL && reply->outcome == LARDER_OK);
    free(reply);
}

static void
decode_into_room(Bench *bench)
{
    bool intact = false;
    const LarderReply *reply =
        client_decode_into(&bench->room, base_buf_slice(&bench->reply), &bench->limits,
                           bench->subject->method, SEQID, &bench->tape, &intact);
    BASE_CHECK(reply != NULL && reply->outcome == LARDER_OK);
}

/* Writes the reply as a server would. */
static void
write_reply(Bench *bench)
{
    const ClientMethod *method = client_schema_method(bench->subject->method);
    WireWriter writer;
    base_buf_reset(&bench->reply);
    wire_writer_begin(&writer, &bench->reply, bench->format, WIRE_FRAME_BYTES_CAP);
    wire_writer_message(&writer, WIRE_REPLY, method->name, SEQID);
    wire_writer_struct_begin(&writer);
    wire_writer_field(&writer, 0, WIRE_STRUCT);
    client_structure_write(&writer, method->result, bench->subject->result);
    wire_writer_struct_end(&writer);
    BASE_CHECK(wire_writer_finish(&writer));
}

/* Nanoseconds that this thread has computed, whatever else the machine does. */
static int64_t
spent_ns(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Nanoseconds per call in the fastest of the rounds that fit into the time. */
static double
measure(Bench *bench, void (*step)(Bench *bench), double seconds)
{
    int64_t best = INT64_MAX;
    int64_t begin = spent_ns();
    int64_t end = begin;
    do {
        int64_t start = end;
        for (int i = 0; i < CALLS; i++) {
            step(bench);
        }
        end = spent_ns();
        best = end - start < best ? end - start : best;
    } while ((double)(end - begin) < seconds * 1e9);
    return (double)best / CALLS;
}

static void
run(const Case *subject, WireProtocol protocol, double seconds)
{
    Bench bench = {.format = {protocol, true}, .subject = subject, .limits = WIRE_LIMITS_DEFAULT};
    write_reply(&bench);
    (void)printf("%-10s %-8s %10.1f", subject->name, protocol == WIRE_BINARY ? "binary" : "compact",
                 measure(&bench, encode, seconds));
    (void)printf(" %10.1f", measure(&bench, parse, seconds));
    (void)printf(" %10.1f", measure(&bench, decode, seconds));
    (void)printf(" %10.1f\n", measure(&bench, decode_into_room, seconds));
    base_buf_clear(&bench.call);
    base_buf_clear(&bench.reply);
    wire_tape_clear(&bench.tape);
    client_room_clear(&bench.room);
}

int
main(int argc, char **argv)
{
    double seconds = argc > 1 ? strtod(argv[1], NULL) : DEFAULT_SECONDS;
    if (!(seconds > 0)) {
        (void)fprintf(stderr, "usage: client_codec_bench [SECONDS]\n");
        return 64;
    }
    static const char key[KEY_BYTES + 1] = "0123456789abcdef";
    static char value[VALUE_BYTES];
    LarderBytes keys[KEYS];
    LarderGetItem items[KEYS];
    LarderBytes some = larder_bytes(value, VALUE_BYTES);
    for (int i = 0; i < KEYS; i++) {
        keys[i] = larder_bytes(key, KEY_BYTES);
        items[i] = (LarderGetItem){.found = true,
                                   .has_value = true,
                                   .value = some,
                                   .version = 1000000 + i,
                                   .full_length = VALUE_BYTES};
    }
    LarderBytes store = larder_text("default");
    const LarderGetArguments get = {store, keys[0], NULL};
    const LarderPutArguments put = {store, keys[0], some, NULL};
    const LarderMultiGetArguments multi_get = {store, {keys, KEYS}, NULL};
    const LarderGetResult got = {
        .found = true, .has_value = true, .value = some, .version = 1000000, .full_length = 100};
    const LarderWriteResult written = {.applied = true, .version = 1000000};
    const LarderMultiGetResult all = {.items = {items, KEYS}, .read_version = 1000000};
    const Case cases[] = {
        {"get", LARDER_METHOD_GET, &get, &got},
        {"put", LARDER_METHOD_PUT, &put, &written},
        {"multi_get", LARDER_METHOD_MULTI_GET, &multi_get, &all},
    };
    (void)printf("ns per call %7s %10s %10s %10s %10s\n", "", "encode", "parse", "decode", "room");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        run(&cases[i], WIRE_BINARY, seconds);
        run(&cases[i], WIRE_COMPACT, seconds);
    }
    return EXIT_SUCCESS;
}
