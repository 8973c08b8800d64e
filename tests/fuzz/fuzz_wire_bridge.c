/*
 * fuzz_wire_bridge.c: any message that parses, read by generated code through the bridge.
 *
 * A message is read as the arguments (a reply: the result) of the method that it names, or of one
 * that its sequence id picks. When that works it is written through the bridge in both protocols,
 * read back and written once more, with the same length. Leaks and wild accesses are for the
 * sanitizers to find.
 */
#include "engine/base/check.h"
#include "service/wire/bridge.h"
#include "tests/fuzz/fuzz.h"

#include "larder_methods.h"
#include "larder_rpc_larder_types.h"

#include <thrift/c_glib/thrift_struct.h>

enum { WRITTEN_MAX = 64 * 1024 * 1024 - 1 };

typedef struct MethodTypes {
    const char *name;
    GType (*arguments)(void);
    GType (*result)(void);
} MethodTypes;

#define METHOD(Service, service, name)                     \
    {#name, larder_rpc_##service##_##name##_args_get_type, \
     larder_rpc_##service##_##name##_result_get_type},
#define ARGUMENT(id, name, type, presence)
#define END()
static const MethodTypes METHODS[] = {LARDER_METHODS(METHOD, ARGUMENT, END)};

static WireTape tape = {NULL, 0, 0, {NULL, 0}};
static BaseBuf written;
static WireBridge *bridge;

static const MethodTypes *
pick_method(const WireMessage *message)
{
    for (size_t i = 0; i < LARDER_METHOD_COUNT; i++) {
        if (base_slice_equal(message->method, base_slice_text(METHODS[i].name))) {
            return &METHODS[i];
        }
    }
    return &METHODS[(uint32_t)message->seqid % LARDER_METHOD_COUNT];
}

/* NULL when generated code refuses the message. */
static ThriftStruct *
read_object(GType type, const WireMessage *message)
{
    ThriftStruct *object = g_object_new(type, NULL);
    GError *error = NULL;
    wire_bridge_read_struct(bridge, &tape, message->arguments);
    if (thrift_struct_read(object, wire_bridge_protocol(bridge), &error) >= 0) {
        BASE_CHECK(error == NULL && wire_bridge_code(bridge) == WIRE_OK);
        return object;
    }
    BASE_CHECK(error != NULL && wire_bridge_code(bridge) != WIRE_OK);
    g_error_free(error);
    g_object_unref(object);
    return NULL;
}

/* Into `written`; its length. */
static size_t
write_object(ThriftStruct *object, WireFormat format)
{
    WireWriter writer;
    base_buf_reset(&written);
    wire_writer_begin(&writer, &written, format, WRITTEN_MAX);
    wire_writer_message(&writer, WIRE_CALL, BASE_SLICE_LITERAL("x"), 1);
    wire_bridge_write_to(bridge, &writer);
    GError *error = NULL;
    BASE_CHECK(thrift_struct_write(object, wire_bridge_protocol(bridge), &error) >= 0);
    BASE_CHECK(error == NULL && wire_writer_finish(&writer));
    return written.len;
}

static void
check_round_trip(ThriftStruct *object, GType type, WireFormat format)
{
    size_t len = write_object(object, format);
    WireLimits limits = WIRE_LIMITS_DEFAULT;
    limits.request_bytes_max = WRITTEN_MAX;
    limits.values_max = UINT32_MAX;
    WireMessage message;
    WireError error;
    BASE_CHECK(wire_parse_request(base_buf_slice(&written), &limits, &tape, &message, &error));
    ThriftStruct *again = read_object(type, &message);
    BASE_CHECK(again != NULL);
    BASE_CHECK(write_object(again, format) == len);
    g_object_unref(again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (bridge == NULL) {
        bridge = wire_bridge_new();
    }
    WireMessage message;
    WireError error;
    BaseSlice bytes = base_slice(data, size);
    WireLimits limits = {1024 * 1024, 4096, 1024, 65536};
    bool request = wire_parse_request(bytes, &limits, &tape, &message, &error);
    if (!request && !wire_parse_reply(bytes, &limits, &tape, &message, &error)) {
        return 0;
    }
    const MethodTypes *method = pick_method(&message);
    GType type = request ? method->arguments() : method->result();
    ThriftStruct *object = read_object(type, &message);
    if (object != NULL) {
        check_round_trip(object, type, (WireFormat){WIRE_BINARY, false});
        check_round_trip(object, type, (WireFormat){WIRE_COMPACT, true});
        g_object_unref(object);
    }
    wire_bridge_reset(bridge);
    return 0;
}
