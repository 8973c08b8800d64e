/*
 * test_wire_reply.c: replies without generated code are what stock servers write.
 */
#include "service/wire/reply.h"
#include "tests/golden/golden.h"

#include "larder_methods.h"

#include <check.h>
#include <stdlib.h>

static GoldenSet set;
static WireTape tape;

/* Where each kind keeps its particulars; 0 for those that it lacks. */
static const struct {
    const char *variant;
    WireExceptionKind kind;
    int16_t text;
    int16_t first;
    int16_t second;
} KINDS[] = {
    {"invalid", WIRE_INVALID_REQUEST, 4, 5, 6}, {"elsewhere", WIRE_NOT_HERE, 5, 4, 6},
    {"refused", WIRE_REFUSED, 5, 4, 0},         {"indeterminate", WIRE_INDETERMINATE, 4, 0, 0},
    {"failed", WIRE_FAILED, 0, 0, 0},
};
enum { KIND_COUNT = sizeof(KINDS) / sizeof(KINDS[0]) };

static BaseSlice
bytes_of(const WireValue *exception, int16_t id)
{
    const WireValue *value = wire_tape_field(exception, id, WIRE_BYTES);
    return value == NULL ? BASE_SLICE_EMPTY : wire_tape_bytes(&tape, value);
}

static int64_t
number_of(const WireValue *exception, int16_t id)
{
    const WireValue *value = wire_tape_field(exception, id, WIRE_I64);
    return value == NULL ? 0 : value->number;
}

/* Takes a golden exception apart, writes it anew, and wants the same bytes. */
static void
check_exception(const GoldenMessage *golden, int kind, bool framed)
{
    WireMessage message;
    WireError error;
    ck_assert(wire_parse_reply(golden->bytes, &WIRE_LIMITS_DEFAULT, &tape, &message, &error));
    const WireValue *value =
        wire_tape_field(message.arguments, (int16_t)KINDS[kind].kind, WIRE_STRUCT);
    ck_assert_ptr_nonnull(value);
    const WireValue *details = wire_tape_field(value, 3, WIRE_MAP);
    WireDetail detail = {wire_tape_bytes(&tape, details + 1), wire_tape_bytes(&tape, details + 2)};
    WireException exception = {
        .kind = KINDS[kind].kind,
        .code = (int32_t)wire_tape_field(value, 1, WIRE_I32)->number,
        .message = bytes_of(value, 2),
        .details = &detail,
        .detail_count = 1,
        .text = bytes_of(value, KINDS[kind].text),
        .first = number_of(value, KINDS[kind].first),
        .second = number_of(value, KINDS[kind].second),
    };
    message.format.framed = framed;
    BaseBuf out = BASE_BUF_INIT;
    ck_assert(wire_reply_exception(&out, &message, &exception));
    BaseBuf wanted = BASE_BUF_INIT;
    if (framed) {
        golden_append_framed(&wanted, golden->bytes);
    } else {
        ck_assert(base_buf_append_slice(&wanted, golden->bytes));
    }
    ck_assert(base_slice_equal(base_buf_slice(&out), base_buf_slice(&wanted)));
    base_buf_clear(&wanted);
    base_buf_clear(&out);
}

START_TEST(the_five_exceptions_of_every_method)
{
    int checked = 0;
    for (size_t i = 0; i < set.count; i++) {
        for (int kind = 0; kind < KIND_COUNT; kind++) {
            if (!set.messages[i].request &&
                strcmp(set.messages[i].variant, KINDS[kind].variant) == 0) {
                check_exception(&set.messages[i], kind, false);
                check_exception(&set.messages[i], kind, true);
                checked++;
            }
        }
    }
    ck_assert_int_eq(checked, 2 * 5 * LARDER_METHOD_COUNT);
}
END_TEST

START_TEST(the_application_error_of_every_method)
{
    for (size_t i = 0; i < set.count; i++) {
        const GoldenMessage *golden = &set.messages[i];
        if (strcmp(golden->variant, "unknown") != 0) {
            continue;
        }
        WireMessage message;
        WireError error;
        ck_assert(wire_parse_reply(golden->bytes, &WIRE_LIMITS_DEFAULT, &tape, &message, &error));
        BaseBuf out = BASE_BUF_INIT;
        ck_assert(wire_reply_application_error(&out, &message, WIRE_APPLICATION_UNKNOWN_METHOD,
                                               BASE_SLICE_LITERAL("no such method")));
        ck_assert(base_slice_equal(base_buf_slice(&out), golden->bytes));
        base_buf_clear(&out);
    }
}
END_TEST

static WireMessage
call_of(WireMessageType type)
{
    return (WireMessage){.header = true,
                         .format = {WIRE_BINARY, true},
                         .type = type,
                         .seqid = 3,
                         .method = BASE_SLICE_LITERAL("get")};
}

START_TEST(oneway_is_not_answered)
{
    WireMessage call = call_of(WIRE_ONEWAY);
    BaseBuf out = BASE_BUF_INIT;
    ck_assert(wire_reply_exception(&out, &call, &(WireException){.kind = WIRE_FAILED}));
    ck_assert(wire_reply_application_error(&out, &call, WIRE_APPLICATION_UNKNOWN,
                                           BASE_SLICE_LITERAL("x")));
    ck_assert_uint_eq(out.len, 0);
    base_buf_clear(&out);
}
END_TEST

START_TEST(an_enormous_exception_leaves_nothing)
{
    WireMessage call = call_of(WIRE_CALL);
    BaseBuf out = BASE_BUF_INIT;
    char *text = calloc(1, 2 * 1024 * 1024);
    WireException exception = {.kind = WIRE_FAILED, .message = base_slice(text, 2 * 1024 * 1024)};
    ck_assert(!wire_reply_exception(&out, &call, &exception));
    ck_assert_uint_eq(out.len, 0);
    exception.message.len = 1024;
    ck_assert(wire_reply_exception(&out, &call, &exception));
    free(text);
    base_buf_clear(&out);
}
END_TEST

START_TEST(a_result_is_written_between_begin_and_end)
{
    WireMessage call = call_of(WIRE_CALL);
    BaseBuf out = BASE_BUF_INIT;
    WireWriter writer;
    wire_reply_begin(&writer, &out, &call, 100);
    wire_writer_field_i64(&writer, 0, 42);
    ck_assert(wire_reply_end(&writer));
    WireMessage reply;
    WireError error;
    ck_assert(wire_parse_reply(base_buf_slice(&out), &WIRE_LIMITS_DEFAULT, &tape, &reply, &error));
    ck_assert_int_eq(reply.type, WIRE_REPLY);
    ck_assert_int_eq(reply.seqid, 3);
    ck_assert_int_eq(wire_tape_field(reply.arguments, 0, WIRE_I64)->number, 42);
    wire_reply_begin(&writer, &out, &call, 20);
    wire_writer_field_i64(&writer, 0, 42);
    size_t before = writer.start;
    ck_assert(!wire_reply_end(&writer));
    ck_assert_int_eq(writer.code, WIRE_TOO_LONG);
    ck_assert_uint_eq(out.len, before);
    base_buf_clear(&out);
}
END_TEST

int
main(void)
{
    set = golden_load();
    TCase *cases = tcase_create("reply");
    tcase_add_test(cases, the_five_exceptions_of_every_method);
    tcase_add_test(cases, the_application_error_of_every_method);
    tcase_add_test(cases, oneway_is_not_answered);
    tcase_add_test(cases, an_enormous_exception_leaves_nothing);
    tcase_add_test(cases, a_result_is_written_between_begin_and_end);
    Suite *suite = suite_create("wire");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    wire_tape_clear(&tape);
    golden_clear(&set);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
