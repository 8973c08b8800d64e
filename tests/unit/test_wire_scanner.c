/*
 * test_wire_scanner.c: where messages end, in any pieces; what cannot be one; what it waits for.
 */
#include "service/wire/parse.h"
#include "service/wire/scanner.h"
#include "tests/golden/golden.h"

#include <check.h>
#include <stdlib.h>

static const WireLimits LIMITS = {2000, 65536, 1024, 1048576};

static WireVerdict
scan_whole(BaseSlice bytes, const WireLimits *limits, size_t *ret_len)
{
    WireScanner scanner = {0};
    return wire_scanner_step(&scanner, limits, bytes.data, bytes.len, ret_len);
}

/* One byte more with each step. What is left over between steps is never more than one token. */
static WireVerdict
scan_bytewise(BaseSlice bytes, const WireLimits *limits, size_t *ret_len)
{
    enum { HEAD_BYTES_MAX = 77, TOKEN_BYTES_MAX = 14 };
    WireScanner scanner = {0};
    for (size_t len = 0; len <= bytes.len; len++) {
        WireVerdict verdict = wire_scanner_step(&scanner, limits, bytes.data, len, ret_len);
        if (verdict != WIRE_SCAN_MORE) {
            return verdict;
        }
        size_t most = scanner.depth == 0 ? HEAD_BYTES_MAX : TOKEN_BYTES_MAX;
        ck_assert(scanner.done >= len || len - scanner.done <= most);
    }
    return WIRE_SCAN_MORE;
}

static void
check_verdict(const char *hex, WireVerdict wanted, size_t wanted_len, const WireLimits *limits)
{
    BaseBuf buf = BASE_BUF_INIT;
    golden_append_hex(&buf, hex);
    size_t len = 0;
    WireVerdict verdict = scan_whole(base_buf_slice(&buf), limits, &len);
    ck_assert_msg(verdict == wanted, "%s: %d", hex, (int)verdict);
    ck_assert_uint_eq(len, wanted_len);
    len = 0;
    verdict = scan_bytewise(base_buf_slice(&buf), limits, &len);
    ck_assert_msg(verdict == wanted, "%s bytewise: %d", hex, (int)verdict);
    ck_assert_uint_eq(len, wanted_len);
    base_buf_clear(&buf);
}

START_TEST(frames_end_where_they_say)
{
    check_verdict("", WIRE_SCAN_MORE, 0, &LIMITS);
    check_verdict("000000", WIRE_SCAN_MORE, 0, &LIMITS);
    check_verdict("00000000", WIRE_SCAN_CLOSE, 0, &LIMITS);
    check_verdict("00000001", WIRE_SCAN_MORE, 0, &LIMITS);
    check_verdict("00000001 ff", WIRE_SCAN_WHOLE, 5, &LIMITS);
    check_verdict("00000002 ffff 00", WIRE_SCAN_WHOLE, 6, &LIMITS);
    check_verdict("000007cc", WIRE_SCAN_MORE, 0, &LIMITS);
    check_verdict("000007cd", WIRE_SCAN_BAD, 0, &LIMITS);
    check_verdict("03ffffff", WIRE_SCAN_BAD, 0, &LIMITS);
    check_verdict("03fffffc", WIRE_SCAN_BAD, 0, &(WireLimits){SIZE_MAX, 9, 9, 9});
    check_verdict("03fffffb", WIRE_SCAN_MORE, 0, &(WireLimits){SIZE_MAX, 9, 9, 9});
}
END_TEST

START_TEST(other_first_bytes_are_bad)
{
    for (unsigned first = 4; first < 256; first++) {
        uint8_t byte = (uint8_t)first;
        size_t len = 0;
        WireVerdict verdict = scan_whole(base_slice(&byte, 1), &LIMITS, &len);
        ck_assert_int_eq(verdict, first == 0x80 || first == 0x82 ? WIRE_SCAN_MORE : WIRE_SCAN_BAD);
    }
}
END_TEST

#define BINARY  "80010001 00000003 676574 00000007 "
#define COMPACT "8221 07 03 676574 "

START_TEST(unframed_messages_end_with_their_struct)
{
    check_verdict(BINARY "00", WIRE_SCAN_WHOLE, 16, &LIMITS);
    check_verdict(BINARY "00 80010001", WIRE_SCAN_WHOLE, 16, &LIMITS);
    check_verdict(BINARY "0b 0001 00000002 6161 00", WIRE_SCAN_WHOLE, 25, &LIMITS);
    check_verdict(BINARY "0f 0001 0a 00000001 0000000000000000 00", WIRE_SCAN_WHOLE, 32, &LIMITS);
    check_verdict(BINARY "0f 0001 0c 00000002 00 00 00", WIRE_SCAN_WHOLE, 26, &LIMITS);
    check_verdict(BINARY "0d 0001 0b 08 00000001 00000001 61 00000001 00", WIRE_SCAN_WHOLE, 34,
                  &LIMITS);
    check_verdict(BINARY "0b 0001 00000009 6161", WIRE_SCAN_MORE, 0, &LIMITS);
    check_verdict(COMPACT "00", WIRE_SCAN_WHOLE, 8, &LIMITS);
    check_verdict(COMPACT "11 18 02 6161 00 ffff", WIRE_SCAN_WHOLE, 13, &LIMITS);
    check_verdict(COMPACT "1b 00 00", WIRE_SCAN_WHOLE, 10, &LIMITS);
    check_verdict(COMPACT "19 25 00 8001 00", WIRE_SCAN_WHOLE, 13, &LIMITS);
    check_verdict(COMPACT "16 80808080", WIRE_SCAN_MORE, 0, &LIMITS);
}
END_TEST

START_TEST(what_cannot_end_is_bad_at_once)
{
    check_verdict("8002", WIRE_SCAN_MORE, 0, &LIMITS);
    check_verdict("80020001", WIRE_SCAN_BAD, 0, &LIMITS);
    check_verdict("8222", WIRE_SCAN_BAD, 0, &LIMITS);
    check_verdict("80010001 00000041", WIRE_SCAN_BAD, 0, &LIMITS);
    check_verdict(BINARY "05", WIRE_SCAN_BAD, 0, &LIMITS);
    check_verdict(BINARY "0b 0001 ffffffff", WIRE_SCAN_BAD, 0, &LIMITS);
    check_verdict(BINARY "0b 0001 7fffffff", WIRE_SCAN_BAD, 0, &LIMITS);
    /* 16 bytes of header, 7 of the field: 1,977 are left, and the STOP has to fit, too. */
    check_verdict(BINARY "0b 0001 000007b9", WIRE_SCAN_MORE, 0, &LIMITS);
    check_verdict(BINARY "0b 0001 000007ba", WIRE_SCAN_BAD, 0, &LIMITS);
    check_verdict(BINARY "0f 0001 00 00000001", WIRE_SCAN_BAD, 0, &LIMITS);
    check_verdict(BINARY "0f 0001 0b 00000400", WIRE_SCAN_BAD, 0, &LIMITS);
    check_verdict(BINARY "0d 0001 0b 0b 00000200", WIRE_SCAN_BAD, 0, &LIMITS);
    check_verdict(COMPACT "1d", WIRE_SCAN_BAD, 0, &LIMITS);
    check_verdict(COMPACT "18 ffffffff10", WIRE_SCAN_BAD, 0, &LIMITS);
    check_verdict(COMPACT "16 ffffffffffffffffffff", WIRE_SCAN_BAD, 0, &LIMITS);
    check_verdict(COMPACT "19 fc ffffffff07", WIRE_SCAN_BAD, 0, &LIMITS);
    check_verdict(COMPACT "1c 1c 1c 1c 1c 1c 1c 1c 1c 1c 1c 1c 1c 1c 1c 19 17", WIRE_SCAN_BAD, 0,
                  &LIMITS);
    check_verdict(COMPACT "1c 1c 1c 1c 1c 1c 1c 1c 1c 1c 1c 1c 1c 1c 1c", WIRE_SCAN_MORE, 0,
                  &LIMITS);
    check_verdict(COMPACT "1c 1c 1c 1c 1c 1c 1c 1c 1c 1c 1c 1c 1c 1c 1c 1c", WIRE_SCAN_BAD, 0,
                  &LIMITS);
}
END_TEST

/* Streams that go on for ever: each has its verdict once request_bytes_max bytes are there. */
START_TEST(it_never_waits_for_more_than_the_limit)
{
    static const char *const streams[][2] = {
        {BINARY, "0c 0001 00"},
        {BINARY, "08 0001 00000001"},
        {BINARY "0f 0001 0c 00000700", "03 0001 00 00"},
        {BINARY "0f 0001 0b 00000080", "00000020 6161616161616161616161616161616161"},
        {COMPACT, "13 00"},
        {COMPACT, "11"},
        {COMPACT "19 fc f00e", "13 00 00"},
        {"000007cc", "80"},
    };
    for (size_t i = 0; i < sizeof(streams) / sizeof(streams[0]); i++) {
        BaseBuf buf = BASE_BUF_INIT;
        golden_append_hex(&buf, streams[i][0]);
        while (buf.len < LIMITS.request_bytes_max) {
            golden_append_hex(&buf, streams[i][1]);
        }
        size_t len = 0;
        BaseSlice first = base_slice(buf.data, LIMITS.request_bytes_max);
        WireVerdict verdict = scan_bytewise(first, &LIMITS, &len);
        ck_assert_msg(verdict != WIRE_SCAN_MORE, "stream %zu", i);
        ck_assert_int_eq(scan_whole(base_buf_slice(&buf), &LIMITS, &len), verdict);
        base_buf_clear(&buf);
    }
}
END_TEST

/* Pieces of every size, of a long message in both protocols. */
START_TEST(pieces_make_no_difference)
{
    GoldenSet set = golden_load();
    for (size_t i = 0; i < set.count; i++) {
        BaseSlice bytes = set.messages[i].bytes;
        for (size_t piece = 1; piece <= bytes.len && piece < 40; piece++) {
            WireScanner scanner = {0};
            size_t len = 0;
            WireVerdict verdict = WIRE_SCAN_MORE;
            for (size_t have = piece; verdict == WIRE_SCAN_MORE; have += piece) {
                size_t there = have < bytes.len ? have : bytes.len;
                verdict = wire_scanner_step(&scanner, &LIMITS, bytes.data, there, &len);
                ck_assert(verdict != WIRE_SCAN_MORE || there < bytes.len);
            }
            ck_assert_int_eq(verdict, WIRE_SCAN_WHOLE);
            ck_assert_uint_eq(len, bytes.len);
        }
    }
    golden_clear(&set);
}
END_TEST

int
main(void)
{
    TCase *cases = tcase_create("scanner");
    tcase_set_timeout(cases, 120);
    tcase_add_test(cases, frames_end_where_they_say);
    tcase_add_test(cases, other_first_bytes_are_bad);
    tcase_add_test(cases, unframed_messages_end_with_their_struct);
    tcase_add_test(cases, what_cannot_end_is_bad_at_once);
    tcase_add_test(cases, it_never_waits_for_more_than_the_limit);
    tcase_add_test(cases, pieces_make_no_difference);
    Suite *suite = suite_create("wire");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
