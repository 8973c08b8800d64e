/*
 * test_client_hostile.c: what no server of the contract sends is refused, and harms nobody.
 *
 * Messages lie in memory of exactly their size, so that the address sanitizer sees a byte too many.
 */
#include "engine/base/rand.h"
#include "service/client/decode.h"
#include "service/wire/reply.h"
#include "service/wire/writer.h"
#include "tests/golden/golden.h"
#include "tests/golden/rewrite.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

enum { SEQID = -2 };

static GoldenSet set;
static WireTape tape;
static BaseBuf buf;

static void
prepare(void)
{
    set = golden_load_client();
}

static void
tidy(void)
{
    golden_clear(&set);
    wire_tape_clear(&tape);
    base_buf_clear(&buf);
}

static LarderMethod
method_of(const GoldenMessage *golden)
{
    int number = 0;
    while (strcmp(larder_method_name((LarderMethod)number), golden->method) != 0) {
        number++;
        ck_assert_int_lt(number, LARDER_METHOD_COUNT);
    }
    return (LarderMethod)number;
}

/* Decodes a copy and returns the outcome. */
static LarderOutcome
outcome_of(BaseSlice bytes, LarderMethod method, bool *ret_intact)
{
    uint8_t *copy = malloc(bytes.len == 0 ? 1 : bytes.len);
    ck_assert_ptr_nonnull(copy);
    memcpy(copy, bytes.data, bytes.len);
    LarderReply *reply = client_decode_reply(base_slice(copy, bytes.len), &WIRE_LIMITS_DEFAULT,
                                             method, SEQID, &tape, ret_intact);
    free(copy);
    ck_assert_ptr_nonnull(reply);
    rewrite_check(reply);
    LarderOutcome outcome = reply->outcome;
    free(reply);
    return outcome;
}

/* A reply that is refused, and whose connection is of no use any more. */
static void
assert_refused(BaseSlice bytes, LarderMethod method)
{
    bool intact = true;
    ck_assert_int_eq(outcome_of(bytes, method, &intact), LARDER_PROTOCOL);
    ck_assert(!intact);
}

START_TEST(cut_anywhere)
{
    for (size_t i = 0; i < set.count; i++) {
        const GoldenMessage *golden = &set.messages[i];
        /* The long ones have nothing that the full ones lack. */
        if (golden->request || strcmp(golden->variant, "long") == 0) {
            continue;
        }
        for (size_t len = 0; len < golden->bytes.len; len++) {
            assert_refused(base_slice(golden->bytes.data, len), method_of(golden));
        }
    }
}
END_TEST

START_TEST(replies_to_other_calls)
{
    for (size_t i = 0; i < set.count; i++) {
        const GoldenMessage *golden = &set.messages[i];
        bool intact = true;
        if (golden->request) {
            assert_refused(golden->bytes, method_of(golden));
            continue;
        }
        LarderMethod method = method_of(golden);
        assert_refused(golden->bytes, (LarderMethod)((method + 1) % LARDER_METHOD_COUNT));
        LarderReply *reply = client_decode_reply(golden->bytes, &WIRE_LIMITS_DEFAULT, method,
                                                 SEQID + 1, &tape, &intact);
        ck_assert_int_eq(reply->outcome, LARDER_PROTOCOL);
        ck_assert(!intact);
        free(reply);
    }
}
END_TEST

/* ------------------------------------------------------------------ replies written by hand -- */

static void
begin_result(WireWriter *writer, WireProtocol protocol, LarderMethod method)
{
    base_buf_reset(&buf);
    wire_writer_begin(writer, &buf, (WireFormat){protocol, false}, 4096);
    wire_writer_message(writer, WIRE_REPLY, client_schema_methods[method].name, SEQID);
    wire_writer_struct_begin(writer);
}

static BaseSlice
end_result(WireWriter *writer)
{
    wire_writer_struct_end(writer);
    ck_assert(wire_writer_finish(writer));
    return base_buf_slice(&buf);
}

/* A field of a type with some value: containers of one element, which is `element`. */
static void
write_field(WireWriter *writer, int16_t id, WireType type, WireType element)
{
    wire_writer_field(writer, id, type);
    switch (type) {
    case WIRE_BOOL:
        wire_writer_bool(writer, true);
        break;
    case WIRE_BYTE:
        wire_writer_byte(writer, 1);
        break;
    case WIRE_I16:
        wire_writer_i16(writer, 1);
        break;
    case WIRE_I32:
        wire_writer_i32(writer, 1);
        break;
    case WIRE_I64:
        wire_writer_i64(writer, 1);
        break;
    case WIRE_DOUBLE:
        wire_writer_double(writer, 1);
        break;
    case WIRE_BYTES:
        wire_writer_bytes(writer, BASE_SLICE_LITERAL("text"));
        break;
    case WIRE_STRUCT:
        wire_writer_struct_begin(writer);
        wire_writer_struct_end(writer);
        break;
    case WIRE_LIST:
        wire_writer_list(writer, element, 1);
        element == WIRE_I64 ? wire_writer_i64(writer, 1)
                            : wire_writer_bytes(writer, BASE_SLICE_EMPTY);
        break;
    default:
        wire_writer_map(writer, WIRE_BYTES, element, 1);
        wire_writer_bytes(writer, BASE_SLICE_EMPTY);
        element == WIRE_I64 ? wire_writer_i64(writer, 1)
                            : wire_writer_bytes(writer, BASE_SLICE_EMPTY);
        break;
    }
}

/* What a kind is on the wire. Lists of structs have no element type that write_field() writes. */
static bool
is_right(ClientKind kind, WireType type, WireType element)
{
    switch (kind) {
    case CLIENT_BOOL:
        return type == WIRE_BOOL;
    case CLIENT_I32:
    case CLIENT_ENUM:
        return type == WIRE_I32;
    case CLIENT_I64:
        return type == WIRE_I64;
    case CLIENT_DOUBLE:
        return type == WIRE_DOUBLE;
    case CLIENT_BYTES:
        return type == WIRE_BYTES;
    case CLIENT_STRUCT:
    case CLIENT_POINTER:
        return type == WIRE_STRUCT;
    case CLIENT_BYTES_LIST:
    case CLIENT_TEXT_MAP:
        return type == (kind == CLIENT_BYTES_LIST ? WIRE_LIST : WIRE_MAP) && element == WIRE_BYTES;
    case CLIENT_I64_LIST:
    case CLIENT_FIGURE_MAP:
        return type == (kind == CLIENT_I64_LIST ? WIRE_LIST : WIRE_MAP) && element == WIRE_I64;
    default:
        return false;
    }
}

/* A result, or exception, with one field of every type that it must not have. */
static void
check_types(WireProtocol protocol, LarderMethod method, int16_t kind, const ClientStruct *structure)
{
    static const WireType types[] = {WIRE_BOOL,   WIRE_BYTE,  WIRE_I16,    WIRE_I32,  WIRE_I64,
                                     WIRE_DOUBLE, WIRE_BYTES, WIRE_STRUCT, WIRE_LIST, WIRE_MAP};
    static const WireType elements[] = {WIRE_BYTES, WIRE_I64};
    for (int16_t id = 1; id <= structure->id_max; id++) {
        for (size_t i = 0; i < 2 * sizeof types / sizeof types[0]; i++) {
            ClientKind field = (ClientKind)structure->fields[id].kind;
            if (field == CLIENT_NO_FIELD || is_right(field, types[i / 2], elements[i % 2])) {
                continue;
            }
            WireWriter writer;
            begin_result(&writer, protocol, method);
            wire_writer_field(&writer, kind, WIRE_STRUCT);
            wire_writer_struct_begin(&writer);
            write_field(&writer, id, types[i / 2], elements[i % 2]);
            wire_writer_struct_end(&writer);
            assert_refused(end_result(&writer), method);
        }
    }
}

START_TEST(fields_of_other_types)
{
    for (int i = WIRE_BINARY; i <= WIRE_COMPACT; i++) {
        for (int method = 0; method < LARDER_METHOD_COUNT; method++) {
            check_types((WireProtocol)i, (LarderMethod)method, 0,
                        client_schema_methods[method].result);
        }
        for (int16_t kind = 1; kind <= CLIENT_EXCEPTION_COUNT; kind++) {
            check_types((WireProtocol)i, LARDER_METHOD_PUT, kind, client_schema_exceptions[kind]);
        }
    }
}
END_TEST

/* Fields that the contract does not have are skipped, whatever they hold. */
START_TEST(unknown_fields)
{
    static const int16_t ids[] = {-1, 0, 16, 31, 32, 33, 63, 64, 255, 256, 1000, INT16_MAX};
    for (int i = WIRE_BINARY; i <= WIRE_COMPACT; i++) {
        WireWriter writer;
        bool intact = false;
        begin_result(&writer, (WireProtocol)i, LARDER_METHOD_PUT);
        wire_writer_field(&writer, 0, WIRE_STRUCT);
        wire_writer_struct_begin(&writer);
        for (size_t j = 0; j < sizeof ids / sizeof ids[0]; j++) {
            write_field(&writer, ids[j], j % 2 == 0 ? WIRE_MAP : WIRE_BYTES, WIRE_BYTES);
        }
        wire_writer_field_bool(&writer, 1, true);
        wire_writer_struct_end(&writer);
        ck_assert_int_eq(outcome_of(end_result(&writer), LARDER_METHOD_PUT, &intact), LARDER_OK);
        ck_assert(intact);
    }
}
END_TEST

/* A result that lacks what it always has; one of no kind, of several; a field that comes twice. */
START_TEST(results_that_say_nothing)
{
    for (int i = WIRE_BINARY; i <= WIRE_COMPACT; i++) {
        WireWriter writer;
        for (int method = 0; method < LARDER_METHOD_COUNT; method++) {
            begin_result(&writer, (WireProtocol)i, (LarderMethod)method);
            write_field(&writer, 0, WIRE_STRUCT, WIRE_STOP);
            assert_refused(end_result(&writer), (LarderMethod)method);
        }
        begin_result(&writer, (WireProtocol)i, LARDER_METHOD_PUT);
        assert_refused(end_result(&writer), LARDER_METHOD_PUT);
        static const int16_t kinds[] = {-1, 6, 7, 255, 256};
        for (size_t j = 0; j < sizeof kinds / sizeof kinds[0]; j++) {
            begin_result(&writer, (WireProtocol)i, LARDER_METHOD_PUT);
            write_field(&writer, kinds[j], WIRE_STRUCT, WIRE_STOP);
            assert_refused(end_result(&writer), LARDER_METHOD_PUT);
        }
        for (int16_t kind = 0; kind <= CLIENT_EXCEPTION_COUNT; kind++) {
            begin_result(&writer, (WireProtocol)i, LARDER_METHOD_PUT);
            write_field(&writer, kind, kind % 2 == 0 ? WIRE_I64 : WIRE_LIST, WIRE_BYTES);
            assert_refused(end_result(&writer), LARDER_METHOD_PUT);
        }
        begin_result(&writer, (WireProtocol)i, LARDER_METHOD_PUT);
        write_field(&writer, 1, WIRE_STRUCT, WIRE_STOP);
        write_field(&writer, 2, WIRE_STRUCT, WIRE_STOP);
        assert_refused(end_result(&writer), LARDER_METHOD_PUT);
        begin_result(&writer, (WireProtocol)i, LARDER_METHOD_PUT);
        wire_writer_field(&writer, 0, WIRE_STRUCT);
        wire_writer_struct_begin(&writer);
        wire_writer_field_bool(&writer, 1, true);
        wire_writer_field_i64(&writer, 2, 1);
        wire_writer_field_i64(&writer, 2, 1);
        wire_writer_struct_end(&writer);
        assert_refused(end_result(&writer), LARDER_METHOD_PUT);
    }
}
END_TEST

/* Exceptions say something by their kind alone; what they lack is empty. */
START_TEST(exceptions_without_fields)
{
    for (int16_t kind = 1; kind <= CLIENT_EXCEPTION_COUNT; kind++) {
        WireWriter writer;
        bool intact = false;
        begin_result(&writer, WIRE_BINARY, LARDER_METHOD_PUT);
        write_field(&writer, kind, WIRE_STRUCT, WIRE_STOP);
        ck_assert_int_eq(outcome_of(end_result(&writer), LARDER_METHOD_PUT, &intact), kind);
        ck_assert(intact);
    }
}
END_TEST

/* Lists that declare more than there is, or other elements; empty ones may declare any. */
START_TEST(declared_counts)
{
    static const uint32_t counts[] = {1, 2, 65536, 65537, INT32_MAX};
    for (int i = WIRE_BINARY; i <= WIRE_COMPACT; i++) {
        for (size_t j = 0; j < sizeof counts / sizeof counts[0]; j++) {
            WireWriter writer;
            begin_result(&writer, (WireProtocol)i, LARDER_METHOD_MULTI_GET);
            wire_writer_field(&writer, 0, WIRE_STRUCT);
            wire_writer_struct_begin(&writer);
            wire_writer_field(&writer, 1, WIRE_LIST);
            wire_writer_list(&writer, WIRE_STRUCT, counts[j]);
            wire_writer_struct_end(&writer);
            assert_refused(end_result(&writer), LARDER_METHOD_MULTI_GET);
        }
        for (int element = WIRE_BYTES; element <= WIRE_STRUCT; element++) {
            WireWriter writer;
            bool intact = false;
            begin_result(&writer, (WireProtocol)i, LARDER_METHOD_MULTI_GET);
            wire_writer_field(&writer, 0, WIRE_STRUCT);
            wire_writer_struct_begin(&writer);
            wire_writer_field(&writer, 1, WIRE_LIST);
            wire_writer_list(&writer, (WireType)element, 0);
            wire_writer_struct_end(&writer);
            ck_assert_int_eq(outcome_of(end_result(&writer), LARDER_METHOD_MULTI_GET, &intact),
                             LARDER_OK);
        }
    }
}
END_TEST

START_TEST(application_exceptions)
{
    static const WireApplicationCode codes[] = {
        WIRE_APPLICATION_UNKNOWN,
        WIRE_APPLICATION_UNKNOWN_METHOD,
        WIRE_APPLICATION_PROTOCOL_ERROR,
    };
    WireWriter writer;
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        bool intact = false;
        base_buf_reset(&buf);
        wire_writer_begin(&writer, &buf, (WireFormat){WIRE_BINARY, true}, 4096);
        wire_writer_message(&writer, WIRE_EXCEPTION, BASE_SLICE_LITERAL("get"), SEQID);
        wire_writer_struct_begin(&writer);
        wire_writer_field_i32(&writer, 2, (int32_t)codes[i]);
        ck_assert_int_eq(outcome_of(end_result(&writer), LARDER_METHOD_GET, &intact),
                         LARDER_PROTOCOL);
        ck_assert(intact == (codes[i] == WIRE_APPLICATION_UNKNOWN_METHOD));
    }
    base_buf_reset(&buf);
    wire_writer_begin(&writer, &buf, (WireFormat){WIRE_BINARY, true}, 4096);
    wire_writer_message(&writer, WIRE_EXCEPTION, BASE_SLICE_LITERAL("put"), SEQID);
    wire_writer_struct_begin(&writer);
    assert_refused(end_result(&writer), LARDER_METHOD_GET);
}
END_TEST

static uint64_t
seed(void)
{
    const char *text = getenv("LARDER_SEED");
    uint64_t value = text == NULL ? 20240229 : strtoull(text, NULL, 10);
    (void)printf("LARDER_SEED=%llu\n", (unsigned long long)value);
    return value;
}

/* Bytes changed at random: whatever comes out holds what rewrite_check() checks. */
START_TEST(random_bytes)
{
    BaseRand rand = base_rand(seed());
    for (int round = 0; round < 20000; round++) {
        const GoldenMessage *golden = &set.messages[base_rand_next(&rand) % set.count];
        if (golden->request) {
            continue;
        }
        base_buf_reset(&buf);
        ck_assert(base_buf_append_slice(&buf, golden->bytes));
        for (uint64_t left = 1 + base_rand_next(&rand) % 4; left > 0; left--) {
            buf.data[base_rand_next(&rand) % buf.len] = (uint8_t)base_rand_next(&rand);
        }
        bool intact = false;
        LarderOutcome outcome = outcome_of(base_buf_slice(&buf), method_of(golden), &intact);
        ck_assert(intact || outcome == LARDER_PROTOCOL);
    }
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("client_hostile");
    TCase *tcase = tcase_create("hostile");
    tcase_add_checked_fixture(tcase, prepare, tidy);
    tcase_set_timeout(tcase, 120);
    tcase_add_test(tcase, cut_anywhere);
    tcase_add_test(tcase, replies_to_other_calls);
    tcase_add_test(tcase, fields_of_other_types);
    tcase_add_test(tcase, unknown_fields);
    tcase_add_test(tcase, results_that_say_nothing);
    tcase_add_test(tcase, exceptions_without_fields);
    tcase_add_test(tcase, declared_counts);
    tcase_add_test(tcase, application_exceptions);
    tcase_add_test(tcase, random_bytes);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
