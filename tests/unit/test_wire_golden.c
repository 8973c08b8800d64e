/*
 * test_wire_golden.c: messages of stock clients, every method in both protocols, framed and not.
 */
#include "service/wire/parse.h"
#include "service/wire/scanner.h"
#include "tests/golden/golden.h"

#include <check.h>
#include <stdlib.h>

static GoldenSet set;
static WireTape tape;

static bool
parse(bool request, BaseSlice bytes, WireMessage *ret_message, WireError *ret_error)
{
    return request ? wire_parse_request(bytes, &WIRE_LIMITS_DEFAULT, &tape, ret_message, ret_error)
                   : wire_parse_reply(bytes, &WIRE_LIMITS_DEFAULT, &tape, ret_message, ret_error);
}

START_TEST(all_parse_as_what_they_are)
{
    WireMessage message;
    WireError error;
    for (size_t i = 0; i < set.count; i++) {
        const GoldenMessage *golden = &set.messages[i];
        ck_assert(parse(golden->request, golden->bytes, &message, &error));
        ck_assert_int_eq(message.format.protocol, golden->protocol);
        ck_assert(!message.format.framed);
        ck_assert(base_slice_equal(message.method, base_slice_text(golden->method)));
        bool unknown = strcmp(golden->variant, "unknown") == 0;
        ck_assert_int_eq(message.type, golden->request ? WIRE_CALL
                                       : unknown       ? WIRE_EXCEPTION
                                                       : WIRE_REPLY);
        ck_assert(!parse(!golden->request, golden->bytes, &message, &error));
        ck_assert_int_eq(error.code, WIRE_BAD_MESSAGE_TYPE);
    }
}
END_TEST

/* Both protocols hold the same values: the tapes differ in offsets only. */
START_TEST(both_protocols_give_the_same_tape)
{
    WireTape other = WIRE_TAPE_INIT;
    WireMessage message;
    WireError error;
    for (size_t i = 0; i < set.count / 2; i++) {
        const GoldenMessage *binary = &set.messages[i];
        const GoldenMessage *compact = &set.messages[set.count / 2 + i];
        ck_assert(parse(compact->request, compact->bytes, &message, &error));
        WireTape swap = other;
        other = tape;
        tape = swap;
        int32_t seqid = message.seqid;
        ck_assert(parse(binary->request, binary->bytes, &message, &error));
        ck_assert_int_eq(message.seqid, seqid);
        ck_assert_uint_eq(tape.count, other.count);
        for (uint32_t v = 0; v < tape.count; v++) {
            const WireValue *a = &tape.values[v];
            const WireValue *b = &other.values[v];
            ck_assert(a->id == b->id && a->type == b->type && a->span == b->span);
            if (a->type == WIRE_BYTES) {
                ck_assert(base_slice_equal(wire_tape_bytes(&tape, a), wire_tape_bytes(&other, b)));
            } else {
                ck_assert_int_eq(a->number, b->number);
            }
        }
    }
    wire_tape_clear(&other);
}
END_TEST

static void
check_cut(const GoldenMessage *golden, size_t len)
{
    WireMessage message;
    WireError error;
    BaseSlice cut = base_slice(golden->bytes.data, len);
    ck_assert(!parse(golden->request, cut, &message, &error));
    ck_assert(error.code == WIRE_TRUNCATED || error.code == WIRE_BAD_LENGTH);
    WireScanner scanner = {0};
    size_t end = 0;
    ck_assert_int_eq(wire_scanner_step(&scanner, &WIRE_LIMITS_DEFAULT, cut.data, cut.len, &end),
                     WIRE_SCAN_MORE);
}

START_TEST(every_cut_is_noticed)
{
    for (size_t i = 0; i < set.count; i++) {
        for (size_t len = 0; len < set.messages[i].bytes.len; len++) {
            check_cut(&set.messages[i], len);
        }
    }
}
END_TEST

START_TEST(every_byte_behind_is_noticed)
{
    WireMessage message;
    WireError error;
    for (size_t i = 0; i < set.count; i++) {
        const GoldenMessage *golden = &set.messages[i];
        BaseBuf longer = BASE_BUF_INIT;
        ck_assert(base_buf_append_slice(&longer, golden->bytes));
        ck_assert(base_buf_append_byte(&longer, 0));
        ck_assert(!parse(golden->request, base_buf_slice(&longer), &message, &error));
        ck_assert_int_eq(error.code, WIRE_TRAILING);
        ck_assert_uint_eq(error.offset, golden->bytes.len);
        base_buf_clear(&longer);
    }
}
END_TEST

START_TEST(frames_change_nothing_but_offsets)
{
    WireMessage message;
    WireError error;
    for (size_t i = 0; i < set.count; i++) {
        const GoldenMessage *golden = &set.messages[i];
        BaseBuf framed = BASE_BUF_INIT;
        golden_append_framed(&framed, golden->bytes);
        WireScanner scanner = {0};
        size_t end = 0;
        ck_assert_int_eq(
            wire_scanner_step(&scanner, &WIRE_LIMITS_DEFAULT, framed.data, framed.len, &end),
            WIRE_SCAN_WHOLE);
        ck_assert_uint_eq(end, framed.len);
        ck_assert(parse(golden->request, base_buf_slice(&framed), &message, &error));
        ck_assert(message.format.framed);
        ck_assert(base_slice_equal(message.method, base_slice_text(golden->method)));
        base_buf_clear(&framed);
    }
}
END_TEST

int
main(void)
{
    set = golden_load();
    TCase *cases = tcase_create("golden");
    tcase_set_timeout(cases, 120);
    tcase_add_test(cases, all_parse_as_what_they_are);
    tcase_add_test(cases, both_protocols_give_the_same_tape);
    tcase_add_test(cases, every_cut_is_noticed);
    tcase_add_test(cases, every_byte_behind_is_noticed);
    tcase_add_test(cases, frames_change_nothing_but_offsets);
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
