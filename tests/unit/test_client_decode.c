/*
 * test_client_decode.c: replies of stock clients' make are read right, and without loss.
 */
#include "service/client/decode.h"
#include "service/wire/writer.h"
#include "tests/golden/golden.h"
#include "tests/golden/rewrite.h"

#include <check.h>
#include <stdlib.h>

enum { SEQID = -2 };

static GoldenSet set;
static WireTape tape;
static BaseBuf buf;
static LarderReply *reply;

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
    free(reply);
    reply = NULL;
}

static LarderMethod
method_named(const char *name)
{
    int number = 0;
    while (strcmp(larder_method_name((LarderMethod)number), name) != 0) {
        number++;
        ck_assert_int_lt(number, LARDER_METHOD_COUNT);
    }
    return (LarderMethod)number;
}

static bool
decode(BaseSlice bytes, LarderMethod method, int32_t seqid)
{
    bool intact = false;
    free(reply);
    reply = client_decode_reply(bytes, &WIRE_LIMITS_DEFAULT, method, seqid, &tape, &intact);
    ck_assert_ptr_nonnull(reply);
    ck_assert_int_eq(reply->method, method);
    rewrite_check(reply);
    return intact;
}

static void
decode_golden(WireProtocol protocol, LarderMethod method, const char *variant)
{
    const GoldenMessage *golden = golden_find(&set, false, protocol, larder_method_service(method),
                                              larder_method_name(method), variant);
    ck_assert(decode(golden->bytes, method, SEQID));
}

static void
assert_text(LarderBytes got, const char *expected)
{
    ck_assert_str_eq(got.data, expected);
    ck_assert_uint_eq(got.size, strlen(expected));
}

static LarderOutcome
outcome_of(const char *variant)
{
    static const char *const names[] = {"",        "invalid",       "elsewhere",
                                        "refused", "indeterminate", "failed"};
    for (int i = LARDER_INVALID_REQUEST; i <= LARDER_FAILED; i++) {
        if (strcmp(variant, names[i]) == 0) {
            return (LarderOutcome)i;
        }
    }
    return LARDER_OK;
}

/* Read and written again, every reply is what it was: nothing is lost. */
START_TEST(every_golden_reply)
{
    bool seen[LARDER_METHOD_COUNT] = {false};
    for (size_t i = 0; i < set.count; i++) {
        const GoldenMessage *golden = &set.messages[i];
        if (golden->request) {
            continue;
        }
        LarderMethod method = method_named(golden->method);
        ck_assert(decode(golden->bytes, method, SEQID));
        ck_assert_int_eq(reply->outcome, outcome_of(golden->variant));
        base_buf_reset(&buf);
        rewrite_reply(&buf, (WireFormat){golden->protocol, false}, SEQID, reply);
        ck_assert_uint_eq(buf.len, golden->bytes.len);
        ck_assert_mem_eq(buf.data, golden->bytes.data, buf.len);
        seen[method] = true;
    }
    for (int i = 0; i < LARDER_METHOD_COUNT; i++) {
        ck_assert_msg(seen[i], "no golden reply of %s", larder_method_name((LarderMethod)i));
    }
}
END_TEST

START_TEST(framed_replies)
{
    for (size_t i = 0; i < set.count; i++) {
        const GoldenMessage *golden = &set.messages[i];
        if (!golden->request) {
            base_buf_reset(&buf);
            golden_append_framed(&buf, golden->bytes);
            ck_assert(decode(base_buf_slice(&buf), method_named(golden->method), SEQID));
            ck_assert_int_eq(reply->outcome, outcome_of(golden->variant));
        }
    }
}
END_TEST

START_TEST(records_and_writes)
{
    for (int i = WIRE_BINARY; i <= WIRE_COMPACT; i++) {
        decode_golden((WireProtocol)i, LARDER_METHOD_GET, "full");
        const LarderGetResult *got = reply->as.get;
        ck_assert(!got->found && got->has_value && got->unchanged);
        ck_assert_uint_eq(got->value.size, 9);
        ck_assert_mem_eq(got->value.data, "\0\xff\3\0\xff\3\0\xff\3", 9);
        ck_assert_int_eq(got->version, -(INT64_C(1) << 62));
        ck_assert_int_eq(got->expires_at_ms, INT64_MAX);
        ck_assert_int_eq(got->full_length, INT64_MIN);
        ck_assert_int_eq(got->topology_epoch, -1);
        decode_golden((WireProtocol)i, LARDER_METHOD_GET, "empty");
        got = reply->as.get;
        ck_assert(!got->found && !got->has_value && got->version == 0);
        assert_text(got->value, "");
        decode_golden((WireProtocol)i, LARDER_METHOD_PUT, "full");
        const LarderWriteResult *put = reply->as.put;
        ck_assert_int_eq(put->reason, LARDER_NOT_APPLIED_TOO_LONG);
        ck_assert(put->has_current_value);
    }
}
END_TEST

START_TEST(lists)
{
    for (int i = WIRE_BINARY; i <= WIRE_COMPACT; i++) {
        decode_golden((WireProtocol)i, LARDER_METHOD_SCAN, "long");
        const LarderScanResult *scan = reply->as.scan;
        ck_assert_uint_eq(scan->items.count, 17);
        for (size_t j = 1; j < scan->items.count; j++) {
            ck_assert(scan->items.items[j].key.data > scan->items.items[j - 1].key.data);
        }
        decode_golden((WireProtocol)i, LARDER_METHOD_BATCH, "full");
        ck_assert_uint_eq(reply->as.batch->numbers.count, 2);
        decode_golden((WireProtocol)i, LARDER_METHOD_SERVER_INFO, "full");
        const LarderServerInfo *info = reply->as.server_info;
        ck_assert_uint_eq(info->stores.count, 2);
        ck_assert_uint_eq(info->stores.items[1].capabilities.count, 2);
        assert_text(info->stores.items[0].name, "t\u00ebxt-4");
        assert_text(info->stores.items[0].capabilities.items[1], "t\u00ebxt-7");
        assert_text(info->methods.items[0], "t\u00ebxt-5");
        decode_golden((WireProtocol)i, LARDER_METHOD_SERVER_INFO, "empty");
        ck_assert_uint_eq(reply->as.server_info->stores.count, 0);
    }
}
END_TEST

START_TEST(maps_and_pointers)
{
    for (int i = WIRE_BINARY; i <= WIRE_COMPACT; i++) {
        decode_golden((WireProtocol)i, LARDER_METHOD_STORE_STATS, "full");
        LarderFigureList figures = reply->as.store_stats->engine_figures;
        ck_assert_uint_eq(figures.count, 2);
        ck_assert_mem_eq(figures.items[1].name.data, "1-", 2);
        decode_golden((WireProtocol)i, LARDER_METHOD_EVENTS, "full");
        LarderTextPairList details = reply->as.events->events.items[1].details;
        ck_assert_uint_eq(details.count, 2);
        ck_assert_mem_eq(details.items[0].name.data, "0-", 2);
        ck_assert_mem_eq(details.items[0].value.data, "t\u00ebxt-", 6);
        decode_golden((WireProtocol)i, LARDER_METHOD_LEASE_GET, "full");
        ck_assert_ptr_nonnull(reply->as.lease_get->lease);
        ck_assert_mem_eq(reply->as.lease_get->lease->name.data, "t\u00ebxt-", 6);
        decode_golden((WireProtocol)i, LARDER_METHOD_LEASE_GET, "empty");
        ck_assert_ptr_null(reply->as.lease_get->lease);
    }
}
END_TEST

START_TEST(exceptions)
{
    for (int i = WIRE_BINARY; i <= WIRE_COMPACT; i++) {
        decode_golden((WireProtocol)i, LARDER_METHOD_GET, "invalid");
        const LarderInvalidRequest *invalid = reply->exception.invalid_request;
        ck_assert_int_eq(reply->outcome, LARDER_INVALID_REQUEST);
        ck_assert_int_eq(reply->code, (int32_t)invalid->code);
        assert_text(reply->message, "t\u00ebxt-3");
        assert_text(invalid->field, "t\u00ebxt-5");
        ck_assert_uint_eq(invalid->details.count, 2);
        decode_golden((WireProtocol)i, LARDER_METHOD_FLUSH, "elsewhere");
        assert_text(reply->exception.not_here->owner, "t\u00ebxt-7");
        decode_golden((WireProtocol)i, LARDER_METHOD_HEALTH, "refused");
        assert_text(reply->exception.refused->scope, "t\u00ebxt-8");
        decode_golden((WireProtocol)i, LARDER_METHOD_GET, "indeterminate");
        ck_assert_uint_eq(reply->exception.indeterminate->request_id.size, 9);
        decode_golden((WireProtocol)i, LARDER_METHOD_GET, "failed");
        ck_assert_int_eq(reply->outcome, LARDER_FAILED);
    }
}
END_TEST

/* Unknown enum values, and every TApplicationException: the goldens of wire hold both. */
START_TEST(values_of_other_contracts)
{
    GoldenSet wire = golden_load();
    size_t unknown = 0;
    for (size_t i = 0; i < wire.count; i++) {
        const GoldenMessage *golden = &wire.messages[i];
        WireMessage message;
        WireError error;
        if (golden->request) {
            continue;
        }
        ck_assert(wire_parse_reply(golden->bytes, &WIRE_LIMITS_DEFAULT, &tape, &message, &error));
        ck_assert(decode(golden->bytes, method_named(golden->method), message.seqid));
        if (strcmp(golden->variant, "unknown") == 0) {
            ck_assert_int_eq(reply->outcome, LARDER_PROTOCOL);
            ck_assert_int_eq(reply->code, 1);
            assert_text(reply->message, "no such method");
            unknown++;
        } else {
            ck_assert_int_eq(reply->outcome, outcome_of(golden->variant));
        }
    }
    ck_assert_uint_eq(unknown, 2 * LARDER_METHOD_COUNT);
    golden_clear(&wire);
}
END_TEST

static BaseSlice
written(LarderMethod method, int16_t kind, int16_t id, int32_t number)
{
    WireWriter writer;
    base_buf_reset(&buf);
    wire_writer_begin(&writer, &buf, (WireFormat){WIRE_COMPACT, true}, 1024);
    wire_writer_message(&writer, WIRE_REPLY, client_schema_methods[method].name, SEQID);
    wire_writer_struct_begin(&writer);
    wire_writer_field(&writer, kind, WIRE_STRUCT);
    wire_writer_struct_begin(&writer);
    if (kind == 0) {
        wire_writer_field_bool(&writer, 1, false);
    }
    wire_writer_field_i32(&writer, id, number);
    wire_writer_struct_end(&writer);
    wire_writer_struct_end(&writer);
    ck_assert(wire_writer_finish(&writer));
    return base_buf_slice(&buf);
}

START_TEST(unknown_enum_values)
{
    static const int32_t unknown[] = {7, 31, 32, 33, -1, INT32_MAX, INT32_MIN};
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
        ck_assert(decode(written(LARDER_METHOD_PUT, 0, 3, unknown[i]), LARDER_METHOD_PUT, SEQID));
        ck_assert_int_eq(reply->as.put->reason, LARDER_NOT_APPLIED_WAS_APPLIED);
        ck_assert(decode(written(LARDER_METHOD_PUT, 5, 1, unknown[i]), LARDER_METHOD_PUT, SEQID));
        ck_assert_int_eq((int)reply->exception.failed->code, 0);
        ck_assert_int_eq(reply->code, unknown[i]);
        ck_assert(decode(written(LARDER_METHOD_SCAN, 0, 3, 0), LARDER_METHOD_PUT, SEQID) == false);
    }
    ck_assert(decode(written(LARDER_METHOD_PUT, 0, 3, 6), LARDER_METHOD_PUT, SEQID));
    ck_assert_int_eq(reply->as.put->reason, LARDER_NOT_APPLIED_TOO_LONG);
}
END_TEST

/* One room serves replies of all sizes, one after the other. */
START_TEST(a_room_is_used_again)
{
    ClientRoom room = {NULL, 0};
    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < set.count; i++) {
            const GoldenMessage *golden = &set.messages[i];
            bool intact = false;
            if (golden->request) {
                continue;
            }
            size_t before = room.size;
            const LarderReply *got =
                client_decode_into(&room, golden->bytes, &WIRE_LIMITS_DEFAULT,
                                   method_named(golden->method), SEQID, &tape, &intact);
            ck_assert(intact && (const void *)got == room.memory);
            ck_assert(round == 0 || room.size == before);
            rewrite_check(got);
            base_buf_reset(&buf);
            rewrite_reply(&buf, (WireFormat){golden->protocol, false}, SEQID, got);
            ck_assert_uint_eq(buf.len, golden->bytes.len);
            ck_assert_mem_eq(buf.data, golden->bytes.data, buf.len);
        }
    }
    client_room_clear(&room);
    ck_assert_ptr_null(room.memory);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("client_decode");
    TCase *tcase = tcase_create("decode");
    tcase_add_checked_fixture(tcase, prepare, tidy);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, every_golden_reply);
    tcase_add_test(tcase, framed_replies);
    tcase_add_test(tcase, records_and_writes);
    tcase_add_test(tcase, lists);
    tcase_add_test(tcase, maps_and_pointers);
    tcase_add_test(tcase, exceptions);
    tcase_add_test(tcase, values_of_other_contracts);
    tcase_add_test(tcase, unknown_enum_values);
    tcase_add_test(tcase, a_room_is_used_again);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
