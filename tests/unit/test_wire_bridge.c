/*
 * test_wire_bridge.c: generated code over the bridge: what it reads and writes, and how it fails.
 */
#include "service/wire/bridge.h"
#include "service/wire/reply.h"
#include "tests/golden/golden.h"
#include "tests/golden/handler.h"

#include <check.h>
#include <stdlib.h>
#include <thrift/c_glib/protocol/thrift_binary_protocol.h>
#include <thrift/c_glib/protocol/thrift_compact_protocol.h>
#include <thrift/c_glib/thrift_struct.h>
#include <thrift/c_glib/transport/thrift_memory_buffer.h>

enum { REPLY_MAX = 1024 * 1024 };

static GoldenSet set;
static WireTape tape;
static WireMessage message;
static WireBridge *bridge;
static BaseBuf out = BASE_BUF_INIT;

static void
parse(bool request, BaseSlice bytes)
{
    WireError error;
    bool fine = request ? wire_parse_request(bytes, &WIRE_LIMITS_DEFAULT, &tape, &message, &error)
                        : wire_parse_reply(bytes, &WIRE_LIMITS_DEFAULT, &tape, &message, &error);
    ck_assert(fine);
}

/* Reads the arguments (or the result) on the tape into an object of a generated type. */
static bool
read_object(GType type, ThriftStruct **ret_object, GError **error)
{
    *ret_object = g_object_new(type, NULL);
    wire_bridge_read_struct(bridge, &tape, message.arguments);
    return thrift_struct_read(*ret_object, wire_bridge_protocol(bridge), error) >= 0;
}

static void
write_object(ThriftStruct *object)
{
    WireWriter writer;
    base_buf_reset(&out);
    wire_writer_begin(&writer, &out, message.format, REPLY_MAX);
    wire_writer_message(&writer, message.type, message.method, message.seqid);
    wire_bridge_write_to(bridge, &writer);
    GError *error = NULL;
    ck_assert_int_ge(thrift_struct_write(object, wire_bridge_protocol(bridge), &error), 0);
    ck_assert_ptr_null(error);
    ck_assert(wire_writer_finish(&writer));
}

START_TEST(every_struct_of_every_method_round_trips)
{
    for (size_t i = 0; i < set.count; i++) {
        const GoldenMessage *golden = &set.messages[i];
        if (strcmp(golden->variant, "unknown") == 0) {
            continue;
        }
        parse(golden->request, golden->bytes);
        GType type = golden->request ? golden_arguments_type(golden->service, golden->method)
                                     : golden_result_type(golden->service, golden->method);
        ThriftStruct *object = NULL;
        GError *error = NULL;
        ck_assert(read_object(type, &object, &error));
        ck_assert_ptr_null(error);
        write_object(object);
        /* Generated code writes `options` always, stock Python not when it is absent. */
        if (strcmp(golden->variant, "bare") != 0) {
            ck_assert_msg(base_slice_equal(base_buf_slice(&out), golden->bytes), "%s %s %s",
                          golden->service, golden->method, golden->variant);
        }
        g_object_unref(object);
    }
}
END_TEST

/*
 * What the library's own protocols write for an object, borrowed until the next call. They live as
 * long as the program, because the library does not free all of them.
 */
static const GByteArray *
write_by_library(ThriftStruct *object, WireProtocol protocol)
{
    static ThriftMemoryBuffer *buffer;
    static ThriftProtocol *protocols[2];
    if (buffer == NULL) {
        buffer = g_object_new(THRIFT_TYPE_MEMORY_BUFFER, "buf_size", 65536, NULL);
        protocols[WIRE_BINARY] =
            g_object_new(THRIFT_TYPE_BINARY_PROTOCOL, "transport", buffer, NULL);
        protocols[WIRE_COMPACT] =
            g_object_new(THRIFT_TYPE_COMPACT_PROTOCOL, "transport", buffer, NULL);
    }
    g_byte_array_set_size(buffer->buf, 0);
    ck_assert_int_ge(thrift_struct_write(object, protocols[protocol], NULL), 0);
    return buffer->buf;
}

START_TEST(the_library_writes_the_same_bytes)
{
    for (size_t i = 0; i < set.count; i++) {
        const GoldenMessage *golden = &set.messages[i];
        if (strcmp(golden->variant, "unknown") == 0) {
            continue;
        }
        parse(golden->request, golden->bytes);
        GType type = golden->request ? golden_arguments_type(golden->service, golden->method)
                                     : golden_result_type(golden->service, golden->method);
        ThriftStruct *object = NULL;
        ck_assert(read_object(type, &object, NULL));
        write_object(object);
        const GByteArray *stock = write_by_library(object, golden->protocol);
        ck_assert_uint_gt(out.len, stock->len);
        ck_assert_mem_eq(out.data + out.len - stock->len, stock->data, stock->len);
        g_object_unref(object);
    }
}
END_TEST

static void
parse_hex(const char *hex)
{
    static BaseBuf buf = BASE_BUF_INIT;
    base_buf_reset(&buf);
    golden_append_hex(&buf, hex);
    parse(true, base_buf_slice(&buf));
}

#define HEAD "80010001 00000001 78 00000000 "

/* Reading these arguments of a method fails with a GError and this code. */
static void
check_failure(const char *service, const char *method, const char *hex, WireCode code)
{
    parse_hex(hex);
    GError *error = NULL;
    ThriftStruct *object = NULL;
    ck_assert_msg(!read_object(golden_arguments_type(service, method), &object, &error), "%s", hex);
    ck_assert_ptr_nonnull(error);
    ck_assert_uint_eq(error->domain, THRIFT_PROTOCOL_ERROR);
    ck_assert_int_eq(wire_bridge_code(bridge), code);
    g_error_free(error);
    g_object_unref(object);
    /* Callers that do not want the GError get none. */
    ck_assert(!read_object(golden_arguments_type(service, method), &object, NULL));
    g_object_unref(object);
}

START_TEST(text_must_be_utf8_without_nul)
{
    check_failure("Store", "get", HEAD "0b 0001 00000003 610062 00", WIRE_BAD_TEXT);
    check_failure("Store", "get", HEAD "0b 0001 00000001 00 00", WIRE_BAD_TEXT);
    check_failure("Store", "get", HEAD "0b 0001 00000002 c328 00", WIRE_BAD_TEXT);
    check_failure("Store", "get", HEAD "0b 0001 00000003 eda080 00", WIRE_BAD_TEXT);
    check_failure("Admin", "store_alter",
                  HEAD "0d 0002 0b 0b 00000002 00000001 61 00000001 62 00000001 ff 00000001 61 00",
                  WIRE_BAD_TEXT);
    check_failure("Admin", "store_alter", HEAD "0d 0002 0b 0b 00000001 00000001 61 00000001 00 00",
                  WIRE_BAD_TEXT);
}
END_TEST

START_TEST(elements_must_have_the_type_of_the_contract)
{
    check_failure("Store", "multi_get", HEAD "0f 0002 08 00000001 00000001 00", WIRE_BAD_TYPE);
    check_failure("Store", "batch", HEAD "0f 0002 0b 00000001 00000000 00", WIRE_BAD_TYPE);
    check_failure("Store", "batch",
                  HEAD "0f 0002 0c 00000001 00 0c 0003 0f 0002 08 00000001 00000001 00 00",
                  WIRE_BAD_TYPE);
}
END_TEST

START_TEST(unknown_fields_and_other_types_are_skipped)
{
    /* An unknown struct, a set and a map of lists; the key as a list; then the store. */
    parse_hex(HEAD
              "0c 0063 0c 0001 0f 0001 0c 00000002 00 02 0001 01 00 00 00"
              "0e 0064 0a 00000001 0000000000000001 0d 0065 08 0f 00000001 00000001 0b 00000000"
              "0f 0002 0b 00000001 00000001 61 0b 0001 00000001 73 00");
    GError *error = NULL;
    ThriftStruct *object = NULL;
    ck_assert(read_object(golden_arguments_type("Store", "get"), &object, &error));
    gchar *store = NULL;
    GByteArray *key = NULL;
    g_object_get(object, "store", &store, "key", &key, NULL);
    ck_assert_str_eq(store, "s");
    ck_assert_ptr_null(key);
    g_free(store);
    g_object_unref(object);
}
END_TEST

START_TEST(a_struct_may_be_left_in_the_middle)
{
    parse_hex(HEAD "0c 0001 08 0001 00000001 00 08 0002 00000007 00");
    ThriftProtocol *protocol = wire_bridge_protocol(bridge);
    gchar *name = NULL;
    ThriftType type = T_STOP;
    gint16 id = 0;
    wire_bridge_read_struct(bridge, &tape, message.arguments);
    ck_assert_int_eq(thrift_protocol_read_struct_begin(protocol, &name, NULL), 0);
    ck_assert_int_eq(thrift_protocol_read_struct_begin(protocol, &name, NULL), 0);
    ck_assert_int_eq(thrift_protocol_read_struct_end(protocol, NULL), 0);
    ck_assert_int_eq(thrift_protocol_read_field_begin(protocol, &name, &type, &id, NULL), 0);
    ck_assert_int_eq(id, 2);
    ck_assert_int_eq(thrift_protocol_read_struct_end(protocol, NULL), 0);
    ck_assert_int_eq(thrift_protocol_read_struct_end(protocol, NULL), -1);
}
END_TEST

START_TEST(binaries_keep_every_byte)
{
    parse_hex(HEAD "0b 0002 00000003 00ff00 00");
    ThriftStruct *object = NULL;
    ck_assert(read_object(golden_arguments_type("Store", "get"), &object, NULL));
    GByteArray *key = NULL;
    g_object_get(object, "key", &key, NULL);
    ck_assert_uint_eq(key->len, 3);
    ck_assert_mem_eq(key->data, "\0\xff\0", 3);
    g_byte_array_unref(key);
    g_object_unref(object);
}
END_TEST

/* A call through the generated processor; false when it fails, with the bridge's code. */
static bool
process(ThriftProcessor *processor, const GoldenMessage *golden, size_t reply_max)
{
    parse(true, golden->bytes);
    WireWriter writer;
    base_buf_reset(&out);
    wire_bridge_read_from(bridge, &tape, &message);
    wire_writer_begin(&writer, &out, message.format, reply_max);
    wire_bridge_write_to(bridge, &writer);
    GError *error = NULL;
    ThriftProtocol *protocol = wire_bridge_protocol(bridge);
    bool done = thrift_processor_process(processor, protocol, protocol, &error);
    ck_assert_int_eq(done, error == NULL);
    g_clear_error(&error);
    if (!done) {
        wire_writer_rollback(&writer);
        return false;
    }
    return wire_writer_finish(&writer);
}

/* The answer is a result struct with this field and no other. */
static void
check_reply(ThriftProcessor *processor, WireProtocol protocol, const char *method, int16_t field)
{
    const GoldenMessage *golden = golden_find(&set, true, protocol, "Store", method, "full");
    ck_assert(process(processor, golden, REPLY_MAX));
    parse(false, base_buf_slice(&out));
    ck_assert_int_eq(message.type, WIRE_REPLY);
    ck_assert(base_slice_equal(message.method, base_slice_text(method)));
    ck_assert_uint_eq(message.arguments->count, 1);
    ck_assert_ptr_nonnull(wire_tape_field(message.arguments, field, WIRE_STRUCT));
}

START_TEST(a_processor_answers_through_the_bridge)
{
    ThriftProcessor *processor = golden_processor_new();
    for (int protocol = WIRE_BINARY; protocol <= WIRE_COMPACT; protocol++) {
        check_reply(processor, (WireProtocol)protocol, "get", 0);
        check_reply(processor, (WireProtocol)protocol, "multi_get", 0);
        check_reply(processor, (WireProtocol)protocol, "batch", 0);
        check_reply(processor, (WireProtocol)protocol, "range_info", 0);
        check_reply(processor, (WireProtocol)protocol, "put", WIRE_INVALID_REQUEST);
        check_reply(processor, (WireProtocol)protocol, "remove", WIRE_REFUSED);
    }
    g_object_unref(processor);
}
END_TEST

/* It is for the caller to answer, who can tell it from a malformed request by the bridge's code. */
START_TEST(an_error_of_a_handler_is_returned)
{
    ThriftProcessor *processor = golden_processor_new();
    const GoldenMessage *golden =
        golden_find(&set, true, WIRE_BINARY, "Store", "bulk_write", "full");
    ck_assert(!process(processor, golden, REPLY_MAX));
    ck_assert_int_eq(wire_bridge_code(bridge), WIRE_OK);
    ck_assert_uint_eq(out.len, 0);
    g_object_unref(processor);
}
END_TEST

START_TEST(a_reply_over_its_limit_fails_and_leaves_nothing)
{
    ThriftProcessor *processor = golden_processor_new();
    const GoldenMessage *golden =
        golden_find(&set, true, WIRE_BINARY, "Store", "multi_get", "full");
    ck_assert(process(processor, golden, REPLY_MAX));
    size_t whole = out.len;
    for (size_t limit = 0; limit <= whole; limit++) {
        bool done = process(processor, golden, limit);
        ck_assert_int_eq(done, limit == whole);
        ck_assert(done || out.len == 0);
        ck_assert_int_eq(wire_bridge_code(bridge), done ? WIRE_OK : WIRE_TOO_LONG);
    }
    g_object_unref(processor);
}
END_TEST

START_TEST(a_bridge_without_a_message_fails_in_order)
{
    wire_bridge_reset(bridge);
    gchar *name = NULL;
    ThriftMessageType type;
    gint32 seqid = 0;
    GError *error = NULL;
    ck_assert_int_eq(thrift_protocol_read_message_begin(wire_bridge_protocol(bridge), &name, &type,
                                                        &seqid, &error),
                     -1);
    ck_assert_ptr_nonnull(error);
    g_clear_error(&error);
    gint64 number = 0;
    ck_assert_int_eq(thrift_protocol_read_i64(wire_bridge_protocol(bridge), &number, &error), -1);
    ck_assert_ptr_nonnull(error);
    g_clear_error(&error);
    ThriftTransport *transport = wire_bridge_protocol(bridge)->transport;
    ck_assert(thrift_transport_is_open(transport));
    ck_assert(thrift_transport_flush(transport, &error));
    ck_assert_int_eq(thrift_transport_read(transport, &number, sizeof(number), &error), -1);
    ck_assert_ptr_nonnull(error);
    g_clear_error(&error);
    ck_assert(!thrift_transport_write(transport, &number, sizeof(number), &error));
    ck_assert_ptr_nonnull(error);
    g_clear_error(&error);
}
END_TEST

int
main(void)
{
    set = golden_load();
    bridge = wire_bridge_new();
    TCase *cases = tcase_create("bridge");
    tcase_add_test(cases, every_struct_of_every_method_round_trips);
    tcase_add_test(cases, the_library_writes_the_same_bytes);
    tcase_add_test(cases, text_must_be_utf8_without_nul);
    tcase_add_test(cases, elements_must_have_the_type_of_the_contract);
    tcase_add_test(cases, unknown_fields_and_other_types_are_skipped);
    tcase_add_test(cases, a_struct_may_be_left_in_the_middle);
    tcase_add_test(cases, binaries_keep_every_byte);
    tcase_add_test(cases, a_processor_answers_through_the_bridge);
    tcase_add_test(cases, an_error_of_a_handler_is_returned);
    tcase_add_test(cases, a_reply_over_its_limit_fails_and_leaves_nothing);
    tcase_add_test(cases, a_bridge_without_a_message_fails_in_order);
    Suite *suite = suite_create("wire");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    g_object_unref(bridge);
    wire_tape_clear(&tape);
    base_buf_clear(&out);
    golden_clear(&set);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
