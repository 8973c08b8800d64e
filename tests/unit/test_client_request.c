/*
 * test_client_request.c: requests are, byte for byte, those of the stock Python client.
 */
#include "service/client/request.h"
#include "service/wire/parse.h"
#include "tests/golden/client/requests.h"
#include "tests/golden/golden.h"

#include <check.h>
#include <stdlib.h>

enum { SEQID = -2 };

static BaseBuf out;
static BaseBuf wanted;

static ClientHead
head(WireProtocol protocol, int32_t seqid)
{
    return (ClientHead){{protocol, false}, seqid};
}

static void
assert_bytes(BaseSlice golden)
{
    ck_assert_uint_eq(out.len, golden.len);
    ck_assert_mem_eq(out.data, golden.data, golden.len);
    base_buf_reset(&out);
}

static void
assert_hex(const char *hex)
{
    base_buf_reset(&wanted);
    golden_append_hex(&wanted, hex);
    assert_bytes(base_buf_slice(&wanted));
}

/* Encodes what a golden request holds, found by parsing it. */
static bool
encode_like(const WireTape *tape, const WireMessage *message)
{
    ClientHead same = {message->format, message->seqid};
    const WireValue *first = wire_tape_field(message->arguments, 1, WIRE_BYTES);
    if (base_slice_equal(message->method, CLIENT_METHOD_SERVER_INFO)) {
        return false; /* without options the C client never calls it */
    }
    BaseSlice a = wire_tape_bytes(tape, first);
    if (base_slice_equal(message->method, CLIENT_METHOD_PING)) {
        return client_request_ping(&out, same, a);
    }
    if (base_slice_equal(message->method, CLIENT_METHOD_MULTI_GET)) {
        const WireValue *list = wire_tape_field(message->arguments, 2, WIRE_LIST);
        BaseSlice keys[8];
        uint32_t count = 0;
        for (const WireValue *v = wire_tape_first(list); v != wire_tape_end(list);
             v = wire_tape_next(v)) {
            keys[count++] = wire_tape_bytes(tape, v);
        }
        return client_request_multi_get(&out, same, a, keys, count, NULL);
    }
    BaseSlice key = wire_tape_bytes(tape, wire_tape_field(message->arguments, 2, WIRE_BYTES));
    if (base_slice_equal(message->method, CLIENT_METHOD_GET)) {
        return client_request_get(&out, same, a, key, NULL);
    }
    BaseSlice value = wire_tape_bytes(tape, wire_tape_field(message->arguments, 3, WIRE_BYTES));
    return client_request_put(&out, same, a, key, value, NULL);
}

START_TEST(calls_without_options)
{
    static const char *const methods[] = {"get", "multi_get", "put", "ping"};
    GoldenSet set = golden_load();
    WireTape tape = WIRE_TAPE_INIT;
    for (int protocol = WIRE_BINARY; protocol <= WIRE_COMPACT; protocol++) {
        for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
            const GoldenMessage *golden =
                golden_find(&set, true, (WireProtocol)protocol, "Store", methods[i], "bare");
            WireMessage message;
            WireError error;
            ck_assert(
                wire_parse_request(golden->bytes, &WIRE_LIMITS_DEFAULT, &tape, &message, &error));
            ck_assert(encode_like(&tape, &message));
            assert_bytes(golden->bytes);
        }
    }
    wire_tape_clear(&tape);
    golden_clear(&set);
}
END_TEST

static void
get_cases(WireProtocol protocol, const char *get_all, const char *multi_all, const char *multi_none)
{
    ClientGetOptions get = {.deadline_ms = 250,
                            .snapshot_id = INT64_C(1) << 40,
                            .if_version_not = 77,
                            .no_value = true,
                            .offset = 3,
                            .length = 9};
    ClientMultiGetOptions multi = {
        .deadline_ms = 1, .snapshot_id = 2, .limit_bytes = 4096, .no_values = true};
    const BaseSlice keys[] = {BASE_SLICE_LITERAL("a"), BASE_SLICE_EMPTY,
                              BASE_SLICE_LITERAL("\xff")};
    BaseSlice store = BASE_SLICE_LITERAL("s");
    ck_assert(
        client_request_get(&out, head(protocol, SEQID), store, BASE_SLICE_LITERAL("k\0"), &get));
    assert_hex(get_all);
    ck_assert(client_request_multi_get(&out, head(protocol, SEQID), store, keys, 3, &multi));
    assert_hex(multi_all);
    ck_assert(client_request_multi_get(&out, head(protocol, SEQID), store, NULL, 0, NULL));
    assert_hex(multi_none);
}

START_TEST(reads_with_options)
{
    get_cases(WIRE_BINARY, BINARY_GET_ALL, BINARY_MULTI_GET_ALL, BINARY_MULTI_GET_NONE);
    get_cases(WIRE_COMPACT, COMPACT_GET_ALL, COMPACT_MULTI_GET_ALL, COMPACT_MULTI_GET_NONE);
}
END_TEST

static void
put_case(WireProtocol protocol, BaseSlice value, const ClientPutOptions *options, const char *hex)
{
    ck_assert(client_request_put(&out, head(protocol, SEQID), BASE_SLICE_LITERAL("s"),
                                 BASE_SLICE_LITERAL("k"), value, options));
    assert_hex(hex);
}

START_TEST(puts_with_options)
{
    BaseSlice v = BASE_SLICE_LITERAL("v");
    ClientPutOptions conditions = {
        .deadline_ms = 5000,
        .condition = {CLIENT_CHECK_ABSENT | CLIENT_CHECK_PRESENT | CLIENT_CHECK_VERSION_EQUAL |
                          CLIENT_CHECK_VERSION_AT_MOST | CLIENT_CHECK_VALUE_EQUAL,
                      0, -1, BASE_SLICE_LITERAL("old")},
        .return_current = true,
    };
    ClientPutOptions strict = {
        .expiry = CLIENT_EXPIRES_AFTER,
        .expiry_ms = 60000,
        .sync = true,
        .fence_lease = BASE_SLICE_LITERAL("leader"),
        .fence_token = 12,
        .request_id = BASE_SLICE_LITERAL("\0\1\2\3\4\5\6\7\x8\x9\xa\xb\xc\xd\xe\xf"),
    };
    ClientPutOptions at = {.expiry = CLIENT_EXPIRES_AT, .expiry_ms = INT64_C(1) << 41};
    ClientPutOptions keep = {.expiry = CLIENT_EXPIRES_KEEP};
    put_case(WIRE_BINARY, v, &conditions, BINARY_PUT_CONDITIONS);
    put_case(WIRE_COMPACT, v, &conditions, COMPACT_PUT_CONDITIONS);
    put_case(WIRE_BINARY, v, &strict, BINARY_PUT_AFTER_SYNC_FENCE_ID);
    put_case(WIRE_COMPACT, v, &strict, COMPACT_PUT_AFTER_SYNC_FENCE_ID);
    put_case(WIRE_BINARY, BASE_SLICE_EMPTY, &at, BINARY_PUT_AT);
    put_case(WIRE_COMPACT, BASE_SLICE_EMPTY, &at, COMPACT_PUT_AT);
    put_case(WIRE_BINARY, v, &keep, BINARY_PUT_KEEP);
    put_case(WIRE_COMPACT, v, &keep, COMPACT_PUT_KEEP);
}
END_TEST

START_TEST(server_info_says_who_asks)
{
    BaseSlice name = BASE_SLICE_LITERAL("test 1");
    ck_assert(client_request_server_info(&out, head(WIRE_BINARY, SEQID), name, 1));
    assert_hex(BINARY_SERVER_INFO);
    ck_assert(client_request_server_info(&out, head(WIRE_COMPACT, SEQID), name, 1));
    assert_hex(COMPACT_SERVER_INFO);
}
END_TEST

START_TEST(frames_are_appended_behind_what_is_there)
{
    BaseSlice store = BASE_SLICE_LITERAL("s");
    ClientHead framed = {{WIRE_BINARY, true}, SEQID};
    ck_assert(base_buf_append(&out, "x", 1));
    ck_assert(client_request_multi_get(&out, framed, store, NULL, 0, NULL));
    base_buf_reset(&wanted);
    ck_assert(base_buf_append(&wanted, "x", 1));
    BaseBuf message = BASE_BUF_INIT;
    golden_append_hex(&message, BINARY_MULTI_GET_NONE);
    golden_append_framed(&wanted, base_buf_slice(&message));
    assert_bytes(base_buf_slice(&wanted));
    base_buf_clear(&message);
}
END_TEST

START_TEST(what_no_frame_can_hold_is_not_written)
{
    size_t size = WIRE_FRAME_BYTES_CAP;
    uint8_t *value = calloc(1, size);
    ck_assert_ptr_nonnull(value);
    ck_assert(base_buf_append(&out, "kept", 4));
    ck_assert(!client_request_put(&out, head(WIRE_BINARY, 1), BASE_SLICE_EMPTY, BASE_SLICE_EMPTY,
                                  base_slice(value, size), NULL));
    assert_bytes(BASE_SLICE_LITERAL("kept"));
    free(value);
}
END_TEST

static void
tidy(void)
{
    base_buf_clear(&out);
    base_buf_clear(&wanted);
}

int
main(void)
{
    TCase *cases = tcase_create("request");
    tcase_add_checked_fixture(cases, NULL, tidy);
    tcase_add_test(cases, calls_without_options);
    tcase_add_test(cases, reads_with_options);
    tcase_add_test(cases, puts_with_options);
    tcase_add_test(cases, server_info_says_who_asks);
    tcase_add_test(cases, frames_are_appended_behind_what_is_there);
    tcase_add_test(cases, what_no_frame_can_hold_is_not_written);
    Suite *suite = suite_create("client");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
