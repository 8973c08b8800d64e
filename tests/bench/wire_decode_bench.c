/*
 * wire_decode_bench.c: what decoding a request of many items costs per item.
 *
 * usage: wire_decode_bench [SECONDS per case]
 *
 * For multi_get (16-byte keys) and bulk_write (16-byte keys, 100-byte values, one in four with an
 * expiry) of 1,000, 5,000 and 20,000 items, in both protocols: nanoseconds of processor time per
 * item of the parser alone, and of parser, bridge and generated code together, in the best round.
 * When the figures of a row are about equal, decoding is linear.
 */
#include "engine/base/check.h"
#include "service/wire/bridge.h"

#include "larder_rpc_larder_types.h"

#include <stdio.h>
#include <stdlib.h>
#include <thrift/c_glib/thrift_struct.h>
#include <time.h>

enum { REQUEST_MAX = 32 * 1024 * 1024 };

static const double DEFAULT_SECONDS = 0.5;

static const uint32_t COUNTS[] = {1000, 5000, 20000};
enum { COUNT_COUNT = sizeof(COUNTS) / sizeof(COUNTS[0]) };

typedef struct Request {
    const char *name;
    void (*write_items)(WireWriter *writer, uint32_t count);
    GType (*arguments)(void);
} Request;

static BaseSlice
key_of(uint32_t i, char room[17])
{
    int len = snprintf(room, 17, "%016u", i);
    return base_slice(room, (size_t)len);
}

static void
write_keys(WireWriter *writer, uint32_t count)
{
    char room[17];
    wire_writer_list(writer, WIRE_BYTES, count);
    for (uint32_t i = 0; i < count; i++) {
        wire_writer_bytes(writer, key_of(i, room));
    }
}

static void
write_mutations(WireWriter *writer, uint32_t count)
{
    static const uint8_t value[100];
    char room[17];
    wire_writer_list(writer, WIRE_STRUCT, count);
    for (uint32_t i = 0; i < count; i++) {
        wire_writer_struct_begin(writer);
        wire_writer_field_i32(writer, 1, 1);
        wire_writer_field_bytes(writer, 2, key_of(i, room));
        wire_writer_field_bytes(writer, 3, base_slice(value, sizeof(value)));
        if (i % 4 == 0) {
            wire_writer_field(writer, 6, WIRE_STRUCT);
            wire_writer_struct_begin(writer);
            wire_writer_field_i64(writer, 1, 60000);
            wire_writer_struct_end(writer);
        }
        wire_writer_struct_end(writer);
    }
}

static const Request REQUESTS[] = {
    {"multi_get", write_keys, larder_rpc_store_multi_get_args_get_type},
    {"bulk_write", write_mutations, larder_rpc_store_bulk_write_args_get_type},
};

static void
write_request(const Request *request, WireProtocol protocol, uint32_t count, BaseBuf *out)
{
    WireWriter writer;
    wire_writer_begin(&writer, out, (WireFormat){protocol, true}, REQUEST_MAX);
    wire_writer_message(&writer, WIRE_CALL, base_slice_text(request->name), 1);
    wire_writer_struct_begin(&writer);
    wire_writer_field_bytes(&writer, 1, BASE_SLICE_LITERAL("default"));
    wire_writer_field(&writer, 2, WIRE_LIST);
    request->write_items(&writer, count);
    wire_writer_struct_end(&writer);
    BASE_CHECK(wire_writer_finish(&writer));
}

typedef struct Decoder {
    WireLimits limits;
    WireTape tape;
    WireMessage message;
    WireBridge *bridge;
} Decoder;

static void
parse(Decoder *decoder, BaseSlice bytes)
{
    WireError error;
    BASE_CHECK(
        wire_parse_request(bytes, &decoder->limits, &decoder->tape, &decoder->message, &error));
}

static void
read_object(Decoder *decoder, GType type)
{
    ThriftStruct *object = g_object_new(type, NULL);
    wire_bridge_read_struct(decoder->bridge, &decoder->tape, decoder->message.arguments);
    BASE_CHECK(thrift_struct_read(object, wire_bridge_protocol(decoder->bridge), NULL) >= 0);
    g_object_unref(object);
}

/* Nanoseconds that this thread has computed, whatever else the machine does. */
static int64_t
spent_ns(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Nanoseconds of the fastest of the rounds that fit into the time. */
static int64_t
measure(Decoder *decoder, BaseSlice bytes, GType type, bool generated, double seconds)
{
    int64_t best = INT64_MAX;
    int64_t begin = spent_ns();
    int64_t end = begin;
    do {
        int64_t start = end;
        parse(decoder, bytes);
        if (generated) {
            read_object(decoder, type);
        }
        end = spent_ns();
        best = end - start < best ? end - start : best;
    } while ((double)(end - begin) < seconds * 1e9);
    return best;
}

static void
print_row(Decoder *decoder, const Request *request, WireProtocol protocol, bool generated,
          double seconds)
{
    (void)printf("%-11s %-8s %-10s", request->name, protocol == WIRE_BINARY ? "binary" : "compact",
                 generated ? "generated" : "parser");
    for (int i = 0; i < COUNT_COUNT; i++) {
        BaseBuf bytes = BASE_BUF_INIT;
        write_request(request, protocol, COUNTS[i], &bytes);
        int64_t spent =
            measure(decoder, base_buf_slice(&bytes), request->arguments(), generated, seconds);
        (void)printf(" %10.1f", (double)spent / COUNTS[i]);
        base_buf_clear(&bytes);
    }
    (void)printf("\n");
}

int
main(int argc, char **argv)
{
    double seconds = argc > 1 ? strtod(argv[1], NULL) : DEFAULT_SECONDS;
    if (!(seconds > 0)) {
        (void)fprintf(stderr, "usage: wire_decode_bench [SECONDS]\n");
        return 64;
    }
    Decoder decoder = {.limits = WIRE_LIMITS_DEFAULT, .tape = WIRE_TAPE_INIT};
    decoder.limits.request_bytes_max = REQUEST_MAX;
    decoder.bridge = wire_bridge_new();
    (void)printf("ns per item%20s %10u %10u %10u\n", "", COUNTS[0], COUNTS[1], COUNTS[2]);
    for (size_t r = 0; r < sizeof(REQUESTS) / sizeof(REQUESTS[0]); r++) {
        for (int protocol = 0; protocol < 2; protocol++) {
            print_row(&decoder, &REQUESTS[r], (WireProtocol)protocol, false, seconds);
            print_row(&decoder, &REQUESTS[r], (WireProtocol)protocol, true, seconds);
        }
    }
    g_object_unref(decoder.bridge);
    wire_tape_clear(&decoder.tape);
    return EXIT_SUCCESS;
}
