/*
 * test_client_encode.c: calls of every method are, byte for byte, those of the stock Python client.
 */
#include "service/client/encode.h"
#include "service/client/structure.h"
#include "service/wire/parse.h"
#include "tests/golden/golden.h"

#include <check.h>
#include <stdlib.h>

enum { SEQID = -2 };

static GoldenSet set;
static WireTape tape;
static BaseBuf out;
static BaseBuf wanted;

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
    base_buf_clear(&out);
    base_buf_clear(&wanted);
}

static LarderMethod
method_of(BaseSlice name)
{
    int number = 0;
    while (number < LARDER_METHOD_COUNT &&
           !base_slice_equal(client_schema_methods[number].name, name)) {
        number++;
    }
    ck_assert_int_lt(number, LARDER_METHOD_COUNT);
    return (LarderMethod)number;
}

static void
assert_out(BaseSlice golden)
{
    ck_assert_uint_eq(out.len, golden.len);
    ck_assert_mem_eq(out.data, golden.data, golden.len);
    base_buf_reset(&out);
}

/* The arguments that a golden call holds, read by the schema, in one piece of memory. */
static void *
arguments_of(BaseSlice bytes, LarderMethod *ret_method)
{
    WireMessage message;
    WireError error;
    ck_assert(wire_parse_request(bytes, &WIRE_LIMITS_DEFAULT, &tape, &message, &error));
    *ret_method = method_of(message.method);
    const ClientStruct *structure = client_schema_methods[*ret_method].arguments;
    size_t own = client_structure_block(structure->size);
    size_t beside = client_structure_beside(structure, message.arguments);
    char *memory = malloc(own + beside + bytes.len);
    ck_assert_ptr_nonnull(memory);
    ClientSource source = {&tape, memory + own + beside, memory + own};
    memcpy(source.message, bytes.data, bytes.len);
    ck_assert(client_structure_read(&source, structure, message.arguments, memory));
    return memory;
}

START_TEST(every_golden_call)
{
    bool seen[LARDER_METHOD_COUNT] = {false};
    for (size_t i = 0; i < set.count; i++) {
        const GoldenMessage *golden = &set.messages[i];
        if (!golden->request) {
            continue;
        }
        LarderMethod method;
        void *arguments = arguments_of(golden->bytes, &method);
        WireFormat format = {golden->protocol, false};
        ck_assert_int_eq(client_encode_call(&out, format, SEQID, method, arguments), WIRE_OK);
        assert_out(golden->bytes);
        format.framed = true;
        base_buf_reset(&wanted);
        golden_append_framed(&wanted, golden->bytes);
        ck_assert_int_eq(client_encode_call(&out, format, SEQID, method, arguments), WIRE_OK);
        assert_out(base_buf_slice(&wanted));
        free(arguments);
        seen[method] = true;
    }
    for (int i = 0; i < LARDER_METHOD_COUNT; i++) {
        ck_assert_msg(seen[i], "no golden call of %s", larder_method_name((LarderMethod)i));
    }
}
END_TEST

/* Encodes arguments that were written down in C, in both protocols. */
static void
assert_call(LarderMethod method, const void *arguments, const char *variant)
{
    for (int i = WIRE_BINARY; i <= WIRE_COMPACT; i++) {
        WireFormat format = {(WireProtocol)i, false};
        const GoldenMessage *golden =
            golden_find(&set, true, format.protocol, larder_method_service(method),
                        larder_method_name(method), variant);
        ck_assert_int_eq(client_encode_call(&out, format, SEQID, method, arguments), WIRE_OK);
        assert_out(golden->bytes);
    }
}

START_TEST(reads_with_options)
{
    LarderGetOptions get = {0};
    LARDER_SET(&get, deadline_ms, 250);
    LARDER_SET(&get, snapshot_id, INT64_C(1) << 40);
    LARDER_SET(&get, if_version_not, 77);
    LARDER_SET(&get, want_value, false);
    LARDER_SET(&get, offset, 3);
    LARDER_SET(&get, length, 9);
    assert_call(LARDER_METHOD_GET,
                &(LarderGetArguments){larder_text("s"), larder_bytes("k", 2), &get}, "options");
    LarderMultiGetOptions multi_get = {0};
    LARDER_SET(&multi_get, deadline_ms, 1);
    LARDER_SET(&multi_get, snapshot_id, 2);
    LARDER_SET(&multi_get, limit_bytes, 4096);
    LARDER_SET(&multi_get, want_values, false);
    const LarderBytes keys[] = {larder_text("a"), larder_text(""), larder_text("\xff")};
    assert_call(LARDER_METHOD_MULTI_GET,
                &(LarderMultiGetArguments){larder_text("s"), {keys, 3}, &multi_get}, "options");
}
END_TEST

START_TEST(puts_with_options)
{
    LarderCondition condition = {0};
    LARDER_SET(&condition, absent, true);
    LARDER_SET(&condition, present, true);
    LARDER_SET(&condition, version_equal, 0);
    LARDER_SET(&condition, version_at_most, -1);
    LARDER_SET(&condition, value_equal, larder_text("old"));
    LarderPutOptions options = {.condition = &condition};
    LARDER_SET(&options, deadline_ms, 5000);
    LARDER_SET(&options, return_current, true);
    LarderPutArguments put = {larder_text("s"), larder_text("k"), larder_text("v"), &options};
    assert_call(LARDER_METHOD_PUT, &put, "conditions");

    LarderExpiry expiry = {.has_ttl_ms = true, .ttl_ms = 60000};
    LarderFence fence = {larder_text("leader"), 12};
    options = (LarderPutOptions){.expiry = &expiry, .fence = &fence};
    LARDER_SET(&options, durability, LARDER_DURABILITY_SYNC);
    LARDER_SET(&options, request_id, larder_bytes("\0\1\2\3\4\5\6\7\x8\x9\xa\xb\xc\xd\xe\xf", 16));
    assert_call(LARDER_METHOD_PUT, &put, "strict");

    options = (LarderPutOptions){0};
    LARDER_SET(&options, want_existed, true);
    assert_call(LARDER_METHOD_PUT, &put, "existed");
    LarderRemoveOptions blind = {0};
    LARDER_SET(&blind, want_existed, false);
    LARDER_SET(&blind, return_current, false);
    assert_call(LARDER_METHOD_REMOVE,
                &(LarderRemoveArguments){larder_text("s"), larder_text("k"), &blind}, "blind");
}
END_TEST

START_TEST(batch_of_all_kinds)
{
    LarderExpiry keep = {.has_keep = true, .keep = true};
    LarderCondition version = {.has_version_equal = true, .version_equal = 9};
    const LarderMutation mutations[] = {
        {.kind = LARDER_MUTATION_KIND_INCREMENT,
         .key = larder_text("n"),
         .has_delta = true,
         .delta = -7},
        {.kind = LARDER_MUTATION_KIND_PUT,
         .key = larder_text("k"),
         .has_value = true,
         .value = larder_text("v"),
         .expiry = &keep,
         .condition = &version},
        {.kind = LARDER_MUTATION_KIND_REMOVE_RANGE,
         .key = larder_text("a"),
         .has_stop_key = true,
         .stop_key = larder_text("b")},
    };
    const LarderGuard guard = {larder_text("g"), {.has_present = true, .present = true}};
    LarderBatchOptions options = {0};
    LARDER_SET(&options, guards, ((LarderGuardList){&guard, 1}));
    LARDER_SET(&options, return_current, false);
    assert_call(LARDER_METHOD_BATCH,
                &(LarderBatchArguments){larder_text("s"), {mutations, 3}, &options}, "mixed");
}
END_TEST

/* A struct that is an argument is sent without fields when it is NULL; options are not sent. */
START_TEST(pointers_that_are_null)
{
    assert_call(LARDER_METHOD_SCAN, &(LarderScanArguments){larder_text("s"), NULL, NULL},
                "everything");
    assert_call(LARDER_METHOD_TOUCH,
                &(LarderTouchArguments){larder_text("s"), larder_text("k"), NULL, NULL}, "never");
    LarderServerInfoOptions options = {0};
    LARDER_SET(&options, client, larder_text("test 1"));
    LARDER_SET(&options, api_version, 1);
    assert_call(LARDER_METHOD_SERVER_INFO, &(LarderServerInfoArguments){&options}, "client");
}
END_TEST

/* What cannot be sent leaves the buffer as it was. */
START_TEST(calls_that_cannot_be_sent)
{
    ck_assert(base_buf_append(&out, "before", 6));
    for (int i = WIRE_BINARY; i <= WIRE_COMPACT; i++) {
        WireFormat format = {(WireProtocol)i, true};
        /* Longer than its memory: nothing may read it. */
        LarderPutArguments put = {larder_text("s"), larder_text("k"),
                                  larder_bytes("v", WIRE_FRAME_BYTES_CAP), NULL};
        ck_assert_int_eq(client_encode_call(&out, format, 1, LARDER_METHOD_PUT, &put),
                         WIRE_TOO_LONG);
        put.value.size = SIZE_MAX;
        ck_assert_int_eq(client_encode_call(&out, format, 1, LARDER_METHOD_PUT, &put),
                         WIRE_TOO_LONG);
        const size_t counts[] = {(size_t)INT32_MAX + 1, (size_t)UINT32_MAX + 2, SIZE_MAX};
        for (size_t j = 0; j < sizeof counts / sizeof counts[0]; j++) {
            LarderMultiGetArguments multi_get = {larder_text("s"), {NULL, counts[j]}, NULL};
            LarderBatchArguments batch = {larder_text("s"), {NULL, counts[j]}, NULL};
            ck_assert_int_eq(
                client_encode_call(&out, format, 1, LARDER_METHOD_MULTI_GET, &multi_get),
                WIRE_TOO_LONG);
            ck_assert_int_eq(client_encode_call(&out, format, 1, LARDER_METHOD_BATCH, &batch),
                             WIRE_TOO_LONG);
        }
        for (int j = 0; j < 2; j++) {
            LarderMethod none = j == 0 ? (LarderMethod)LARDER_METHOD_COUNT : (LarderMethod)-1;
            ck_assert_int_eq(client_encode_call(&out, format, 1, none, &put), WIRE_BAD_METHOD);
        }
    }
    ck_assert_uint_eq(out.len, 6);
    ck_assert_mem_eq(out.data, "before", 6);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("client_encode");
    TCase *tcase = tcase_create("encode");
    tcase_add_checked_fixture(tcase, prepare, tidy);
    tcase_add_test(tcase, every_golden_call);
    tcase_add_test(tcase, reads_with_options);
    tcase_add_test(tcase, puts_with_options);
    tcase_add_test(tcase, batch_of_all_kinds);
    tcase_add_test(tcase, pointers_that_are_null);
    tcase_add_test(tcase, calls_that_cannot_be_sent);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
