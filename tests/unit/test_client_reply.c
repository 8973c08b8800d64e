/*
 * test_client_reply.c: replies of stock clients' make are read right; hostile ones are malformed.
 */
#include "engine/base/rand.h"
#include "service/client/reply.h"
#include "service/client/request.h"
#include "service/wire/writer.h"
#include "tests/golden/golden.h"

#include <check.h>
#include <stdlib.h>

static GoldenSet set;
static WireTape tape;
static BaseBuf buf;

static void
prepare(void)
{
    set = golden_load();
    tape = WIRE_TAPE_INIT;
    buf = BASE_BUF_INIT;
}

static void
tidy(void)
{
    golden_clear(&set);
    wire_tape_clear(&tape);
    base_buf_clear(&buf);
}

/* The sequence id that a golden message bears. */
static int32_t
seqid_of(BaseSlice bytes)
{
    WireMessage message;
    WireError error;
    ck_assert(wire_parse_reply(bytes, &WIRE_LIMITS_DEFAULT, &tape, &message, &error));
    return message.seqid;
}

static ClientOutcome
parse(BaseSlice bytes, const char *method, int32_t seqid, ClientReply *ret_reply)
{
    ClientExpected expected = {base_slice_text(method), seqid};
    return client_reply_parse(bytes, &WIRE_LIMITS_DEFAULT, &expected, &tape, ret_reply);
}

/* Parses the golden reply of a method, which must have that outcome. */
static ClientReply
golden_reply(WireProtocol protocol, const char *method, const char *variant, ClientOutcome outcome)
{
    ClientReply reply;
    const GoldenMessage *golden = golden_find(&set, false, protocol, "Store", method, variant);
    ck_assert_int_eq(parse(golden->bytes, method, seqid_of(golden->bytes), &reply), outcome);
    ck_assert_int_eq(reply.outcome, outcome);
    return reply;
}

static void
assert_slice(BaseSlice got, BaseSlice expected)
{
    ck_assert(base_slice_equal(got, expected));
}

START_TEST(get_and_put)
{
    for (int i = WIRE_BINARY; i <= WIRE_COMPACT; i++) {
        ClientReply reply = golden_reply((WireProtocol)i, "get", "success", CLIENT_SUCCESS);
        ClientGetResult got;
        ck_assert(client_reply_get(&reply, &got));
        ck_assert(got.found && got.has_value && !got.unchanged);
        assert_slice(got.value, BASE_SLICE_LITERAL("\0\xff\x08\0\xff\x08\0\xff\x08"));
        ck_assert_int_eq(got.version, -1);
        ck_assert_int_eq(got.expires_at_ms, INT64_C(1) << 40);
        ck_assert_int_eq(got.full_length, -(INT64_C(1) << 62));
        ck_assert_int_eq(got.server_us, INT64_MIN);
        reply = golden_reply((WireProtocol)i, "put", "success", CLIENT_SUCCESS);
        ClientWriteResult put;
        ck_assert(client_reply_put(&reply, &put));
        ck_assert(put.applied && put.has_current_value && !put.existed && !put.replayed);
        ck_assert_int_eq(put.version, -(INT64_C(1) << 62));
        ck_assert_int_eq(put.reason, 127);
        ck_assert_int_eq(put.current_version, INT64_MIN);
        ck_assert_int_eq(put.expires_at_ms, -1);
        ck_assert_int_eq(put.server_us, -1);
    }
}
END_TEST

START_TEST(multi_get)
{
    for (int i = WIRE_BINARY; i <= WIRE_COMPACT; i++) {
        ClientReply reply = golden_reply((WireProtocol)i, "multi_get", "success", CLIENT_SUCCESS);
        ClientMultiGetResult result;
        ClientGetResult item;
        ck_assert(client_reply_multi_get(&reply, &result));
        ck_assert_uint_eq(result.count, 2);
        ck_assert_int_eq(result.read_version, -1);
        ck_assert(client_reply_next_item(&reply, &result, &item));
        ck_assert(!item.found && item.has_value);
        ck_assert_int_eq(item.full_length, INT64_MIN);
        ck_assert(client_reply_next_item(&reply, &result, &item));
        ck_assert(item.found);
        assert_slice(item.value, BASE_SLICE_LITERAL("\0\xff\x12\0\xff\x12\0\xff\x12"));
        ck_assert(!client_reply_next_item(&reply, &result, &item));
        ck_assert_ptr_eq(result.next, result.end);
    }
}
END_TEST

START_TEST(ping_and_server_info)
{
    for (int i = WIRE_BINARY; i <= WIRE_COMPACT; i++) {
        ClientReply reply = golden_reply((WireProtocol)i, "ping", "success", CLIENT_SUCCESS);
        ClientPingResult ping;
        ck_assert(client_reply_ping(&reply, &ping));
        assert_slice(ping.payload, BASE_SLICE_LITERAL("\0\xff\x10"));
        ck_assert_int_eq(ping.now_ms, INT64_C(1) << 40);
        reply = golden_reply((WireProtocol)i, "server_info", "success", CLIENT_SUCCESS);
        ClientServerInfo info;
        ClientStoreInfo store;
        int64_t limit = 0;
        ck_assert(client_reply_server_info(&reply, &info));
        ck_assert_int_eq(info.api_version, 2147483647);
        ck_assert(client_reply_find_store(&reply, &info, base_slice_text("t\u00ebxt-26"), &store));
        assert_slice(store.engine, base_slice_text("t\u00ebxt-27"));
        assert_slice(store.durability, base_slice_text("t\u00ebxt-29"));
        ck_assert(!client_reply_find_store(&reply, &info, base_slice_text("nope"), &store));
        ck_assert(client_reply_find_limit(&reply, &info, base_slice_text("t\u00ebxt-26"), &limit));
        ck_assert_int_eq(limit, INT64_MIN);
        ck_assert(!client_reply_find_limit(&reply, &info, base_slice_text("nope"), &limit));
    }
}
END_TEST

START_TEST(exceptions)
{
    for (int i = WIRE_BINARY; i <= WIRE_COMPACT; i++) {
        WireProtocol protocol = (WireProtocol)i;
        ClientReply r = golden_reply(protocol, "get", "invalid", CLIENT_INVALID_REQUEST);
        ck_assert_int_eq(r.code, 0);
        assert_slice(r.message, base_slice_text("t\u00ebxt-9"));
        assert_slice(r.subject, base_slice_text("t\u00ebxt-11"));
        ck_assert_int_eq(r.first, INT64_MAX);
        ck_assert_int_eq(r.second, INT64_MIN);
        r = golden_reply(protocol, "get", "elsewhere", CLIENT_NOT_HERE);
        ck_assert_int_eq(r.code, 1);
        assert_slice(r.subject, base_slice_text("t\u00ebxt-13"));
        ck_assert_int_eq(r.first, INT64_MAX);
        ck_assert_int_eq(r.second, 0);
        r = golden_reply(protocol, "get", "refused", CLIENT_REFUSED);
        ck_assert_int_eq(r.code, -1);
        assert_slice(r.subject, base_slice_text("t\u00ebxt-14"));
        ck_assert_int_eq(r.first, INT64_MIN);
        r = golden_reply(protocol, "get", "indeterminate", CLIENT_INDETERMINATE);
        assert_slice(r.subject, BASE_SLICE_LITERAL("\0\xff\x0e\0\xff\x0e\0\xff\x0e\0\xff\x0e"));
        r = golden_reply(protocol, "get", "failed", CLIENT_FAILED);
        ck_assert_int_eq(r.code, 128);
        assert_slice(r.message, base_slice_text("t\u00ebxt-13"));
        r = golden_reply(protocol, "get", "unknown", CLIENT_APPLICATION_ERROR);
        ck_assert_int_eq(r.code, 1);
        assert_slice(r.message, base_slice_text("no such method"));
    }
}
END_TEST

START_TEST(answers_to_other_questions_are_malformed)
{
    const GoldenMessage *golden = golden_find(&set, false, WIRE_BINARY, "Store", "get", "success");
    ClientReply reply;
    int32_t seqid = seqid_of(golden->bytes);
    ck_assert_int_eq(parse(golden->bytes, "get", seqid, &reply), CLIENT_SUCCESS);
    ck_assert_int_eq(parse(golden->bytes, "get", seqid + 1, &reply), CLIENT_MALFORMED);
    ck_assert_int_eq(parse(golden->bytes, "put", seqid, &reply), CLIENT_MALFORMED);
    ck_assert_uint_ne(reply.message.len, 0);
    ck_assert_ptr_null(reply.success);
    const GoldenMessage *call = golden_find(&set, true, WIRE_BINARY, "Store", "get", "bare");
    ck_assert_int_eq(parse(call->bytes, "get", seqid, &reply), CLIENT_MALFORMED);
}
END_TEST

START_TEST(no_prefix_and_no_extension_is_a_reply)
{
    for (size_t i = 0; i < set.count; i++) {
        const GoldenMessage *golden = &set.messages[i];
        if (golden->request || strcmp(golden->service, "Store") != 0) {
            continue;
        }
        ClientReply reply;
        int32_t seqid = seqid_of(golden->bytes);
        for (size_t length = 0; length < golden->bytes.len; length++) {
            uint8_t *exact = malloc(length + 1); /* its end is where the sanitizer looks */
            ck_assert_ptr_nonnull(exact);
            memcpy(exact + 1, golden->bytes.data, length);
            BaseSlice part = base_slice(exact + 1, length);
            ck_assert_int_eq(parse(part, golden->method, seqid, &reply), CLIENT_MALFORMED);
            free(exact);
        }
        base_buf_reset(&buf);
        ck_assert(base_buf_append_slice(&buf, golden->bytes));
        ck_assert(base_buf_append_byte(&buf, 0));
        ck_assert_int_eq(parse(base_buf_slice(&buf), golden->method, seqid, &reply),
                         CLIENT_MALFORMED);
    }
}
END_TEST

/* Reads everything that a reply has, in whatever way it can be read. */
static void
read_all(const ClientReply *reply)
{
    ClientGetResult get;
    ClientWriteResult put;
    ClientPingResult ping;
    ClientMultiGetResult multi;
    ClientServerInfo info;
    ClientStoreInfo store;
    int64_t limit = 0;
    if (reply->outcome != CLIENT_SUCCESS) {
        return;
    }
    (void)client_reply_get(reply, &get);
    (void)client_reply_put(reply, &put);
    (void)client_reply_ping(reply, &ping);
    if (client_reply_multi_get(reply, &multi)) {
        while (client_reply_next_item(reply, &multi, &get)) {
        }
    }
    if (client_reply_server_info(reply, &info)) {
        (void)client_reply_find_store(reply, &info, BASE_SLICE_LITERAL("x"), &store);
        (void)client_reply_find_limit(reply, &info, BASE_SLICE_LITERAL("x"), &limit);
    }
}

START_TEST(damaged_replies_do_no_harm)
{
    BaseRand rand = base_rand(7);
    uint64_t survived = 0;
    for (size_t i = 0; i < set.count; i++) {
        const GoldenMessage *golden = &set.messages[i];
        if (golden->request || strcmp(golden->service, "Store") != 0) {
            continue;
        }
        int32_t seqid = seqid_of(golden->bytes);
        for (int round = 0; round < 60; round++) {
            uint8_t *copy = malloc(golden->bytes.len);
            ck_assert_ptr_nonnull(copy);
            memcpy(copy, golden->bytes.data, golden->bytes.len);
            for (uint64_t flips = 1 + base_rand_below(&rand, 3); flips != 0; flips--) {
                copy[base_rand_below(&rand, golden->bytes.len)] = (uint8_t)base_rand_next(&rand);
            }
            ClientReply reply;
            BaseSlice bytes = base_slice(copy, golden->bytes.len);
            survived += parse(bytes, golden->method, seqid, &reply) != CLIENT_MALFORMED;
            read_all(&reply);
            free(copy);
        }
    }
    ck_assert_uint_ne(survived, 0); /* damage within values is not noticed here, and harmless */
}
END_TEST

/* Begins a binary reply to "get" with the seqid 5. */
static WireWriter
begin_reply(void)
{
    WireWriter writer;
    base_buf_reset(&buf);
    wire_writer_begin(&writer, &buf, (WireFormat){WIRE_BINARY, false}, 1000);
    wire_writer_message(&writer, WIRE_REPLY, BASE_SLICE_LITERAL("get"), 5);
    wire_writer_struct_begin(&writer);
    return writer;
}

static ClientOutcome
end_reply(WireWriter *writer, ClientReply *ret_reply)
{
    wire_writer_struct_end(writer);
    ck_assert(wire_writer_finish(writer));
    return parse(base_buf_slice(&buf), "get", 5, ret_reply);
}

static void
add_struct(WireWriter *writer, int16_t id)
{
    wire_writer_field(writer, id, WIRE_STRUCT);
    wire_writer_struct_begin(writer);
    wire_writer_struct_end(writer);
}

START_TEST(a_reply_has_exactly_one_result)
{
    ClientReply reply;
    WireWriter writer = begin_reply();
    ck_assert_int_eq(end_reply(&writer, &reply), CLIENT_MALFORMED);
    writer = begin_reply();
    add_struct(&writer, 0);
    add_struct(&writer, 3);
    ck_assert_int_eq(end_reply(&writer, &reply), CLIENT_MALFORMED);
    writer = begin_reply();
    add_struct(&writer, 6);
    ck_assert_int_eq(end_reply(&writer, &reply), CLIENT_MALFORMED);
    writer = begin_reply();
    add_struct(&writer, -1);
    ck_assert_int_eq(end_reply(&writer, &reply), CLIENT_MALFORMED);
    writer = begin_reply();
    wire_writer_field_i64(&writer, 0, 1);
    ck_assert_int_eq(end_reply(&writer, &reply), CLIENT_MALFORMED);
}
END_TEST

START_TEST(a_result_without_what_it_always_has_is_malformed)
{
    ClientReply reply;
    ClientGetResult get;
    ClientWriteResult put;
    ClientPingResult ping;
    ClientMultiGetResult multi;
    ClientServerInfo info;
    WireWriter writer = begin_reply();
    wire_writer_field(&writer, 0, WIRE_STRUCT);
    wire_writer_struct_begin(&writer);
    wire_writer_field_i64(&writer, 1, 1); /* another type than the contract's: absent */
    wire_writer_struct_end(&writer);
    ck_assert_int_eq(end_reply(&writer, &reply), CLIENT_SUCCESS);
    ck_assert(!client_reply_get(&reply, &get));
    ck_assert(!client_reply_put(&reply, &put));
    ck_assert(!client_reply_ping(&reply, &ping));
    ck_assert(!client_reply_multi_get(&reply, &multi));
    ck_assert(!client_reply_server_info(&reply, &info));
}
END_TEST

START_TEST(unknown_fields_are_skipped)
{
    ClientReply reply;
    ClientGetResult get;
    WireWriter writer = begin_reply();
    wire_writer_field(&writer, 0, WIRE_STRUCT);
    wire_writer_struct_begin(&writer);
    add_struct(&writer, 99);
    wire_writer_field_bool(&writer, 1, true);
    wire_writer_field_bytes(&writer, 40, BASE_SLICE_LITERAL("from the future"));
    wire_writer_field_i64(&writer, 3, 12);
    wire_writer_struct_end(&writer);
    ck_assert_int_eq(end_reply(&writer, &reply), CLIENT_SUCCESS);
    ck_assert(client_reply_get(&reply, &get));
    ck_assert(get.found && !get.has_value);
    ck_assert_int_eq(get.version, 12);
}
END_TEST

START_TEST(outcomes_have_names)
{
    for (int i = 0; i < CLIENT_OUTCOME_COUNT; i++) {
        ck_assert_str_ne(client_outcome_name((ClientOutcome)i), "unknown");
    }
    ck_assert_str_eq(client_outcome_name((ClientOutcome)99), "unknown");
}
END_TEST

int
main(void)
{
    TCase *cases = tcase_create("reply");
    tcase_set_timeout(cases, 60);
    tcase_add_checked_fixture(cases, prepare, tidy);
    tcase_add_test(cases, get_and_put);
    tcase_add_test(cases, multi_get);
    tcase_add_test(cases, ping_and_server_info);
    tcase_add_test(cases, exceptions);
    tcase_add_test(cases, answers_to_other_questions_are_malformed);
    tcase_add_test(cases, no_prefix_and_no_extension_is_a_reply);
    tcase_add_test(cases, damaged_replies_do_no_harm);
    tcase_add_test(cases, a_reply_has_exactly_one_result);
    tcase_add_test(cases, a_result_without_what_it_always_has_is_malformed);
    tcase_add_test(cases, unknown_fields_are_skipped);
    tcase_add_test(cases, outcomes_have_names);
    Suite *suite = suite_create("client");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
