/*
 * test_cli_number.c: numbers, durations, sizes and times as people type and read them; progress.
 */
#include "service/cli/number.h"
#include "service/cli/progress.h"
#include "service/cli/write_options.h"

#include <check.h>
#include <stdlib.h>

typedef struct Case {
    const char *text;
    int64_t number; /* -1: it is none */
} Case;

static void
check_all(const Case *cases, size_t count, bool (*read)(const char *, int64_t *))
{
    for (size_t i = 0; i < count; i++) {
        int64_t number = -1;
        bool good = read(cases[i].text, &number);
        ck_assert_msg(good == (cases[i].number != -1), "%s", cases[i].text);
        ck_assert_msg(number == cases[i].number, "%s", cases[i].text);
    }
}

START_TEST(durations)
{
    static const Case cases[] = {
        {"500ms", 500},
        {"10s", 10000},
        {"5m", 300000},
        {"1h", 3600000},
        {"2d", 172800000},
        {"7", 7000},
        {"1.5h", 5400000},
        {"0.25s", 250},
        {"0", 0},
        {"1.9999ms", 1},
        {"1000000000000ms", 1000000000000},
        {"106751991167d", INT64_C(9223372036828800000)},
        {"106751991168d", -1},
        {"", -1},
        {"s", -1},
        {"-1s", -1},
        {"1 s", -1},
        {"1w", -1},
        {"1.s", -1},
        {".5s", -1},
        {"1e3s", -1},
        {"1S", -1},
        {"99999999999999999999s", -1},
        {"1.5.5s", -1},
        {"1sx", -1},
    };
    check_all(cases, sizeof cases / sizeof cases[0], cli_number_duration_ms);
}
END_TEST

START_TEST(sizes)
{
    static const Case cases[] = {
        {"0", 0},
        {"100", 100},
        {"64K", 65536},
        {"1.5M", 1572864},
        {"2G", INT64_C(2) << 30},
        {"1T", INT64_C(1) << 40},
        {"8388608T", -1},
        {"8388607T", INT64_C(8388607) << 40},
        {"1k", -1},
        {"1KB", -1},
        {"", -1},
        {"-1", -1},
        {"K", -1},
        {"9223372036854775807", INT64_MAX},
        {"9223372036854775808", -1},
    };
    check_all(cases, sizeof cases / sizeof cases[0], cli_number_size);
}
END_TEST

START_TEST(times)
{
    static const Case cases[] = {
        {"1970-01-01", 0},
        {"1893456000000", INT64_C(1893456000000)},
        {"0", 0},
        {"2030-01-01T00:00:00Z", INT64_C(1893456000000)},
        {"2030-01-01 00:00:01Z", INT64_C(1893456001000)},
        {"2024-02-29", INT64_C(1709164800000)},
        {"2023-02-29", -1},
        {"2030-13-01", -1},
        {"2030-00-01", -1},
        {"2030-01-32", -1},
        {"2030-01-01T24:00:00Z", -1},
        {"2030-01-01T00:60:00Z", -1},
        {"2030-01-01T00:00:00", -1},
        {"2030-1-1", -1},
        {"2030-01-01T", -1},
        {"2030-01-01x", -1},
        {"", -1},
        {"tomorrow", -1},
        {"99999999999999999999", -1},
    };
    check_all(cases, sizeof cases / sizeof cases[0], cli_number_time_ms);
}
END_TEST

static void
check_printed(bool (*print)(int64_t, BaseBuf *), int64_t number, const char *expected)
{
    BaseBuf text = BASE_BUF_INIT;
    ck_assert(print(number, &text) && base_buf_append_byte(&text, 0));
    ck_assert_str_eq((const char *)text.data, expected);
    base_buf_clear(&text);
}

START_TEST(what_people_read)
{
    check_printed(cli_number_print_time, INT64_C(1893456000000), "2030-01-01T00:00:00Z");
    check_printed(cli_number_print_time, INT64_C(1893456000007), "2030-01-01T00:00:00.007Z");
    check_printed(cli_number_print_time, -1, "1969-12-31T23:59:59.999Z");
    check_printed(cli_number_print_time, INT64_MAX, "292278994-08-17T07:12:55.807Z");
    check_printed(cli_number_print_duration_us, 0, "0 us");
    check_printed(cli_number_print_duration_us, 999, "999 us");
    check_printed(cli_number_print_duration_us, 1500, "1.5 ms");
    check_printed(cli_number_print_duration_us, 999499, "999 ms");
    check_printed(cli_number_print_duration_us, 999500, "1 s");
    check_printed(cli_number_print_duration_us, 1250000, "1.25 s");
    check_printed(cli_number_print_duration_us, 125000000, "2m 5s");
    check_printed(cli_number_print_duration_us, INT64_C(7260000000), "2h 1m");
    check_printed(cli_number_print_duration_us, INT64_C(90000000000), "1d 1h");
    check_printed(cli_number_print_size, 0, "0 B");
    check_printed(cli_number_print_size, 1023, "1023 B");
    check_printed(cli_number_print_size, 1024, "1.00 KiB");
    check_printed(cli_number_print_size, 1048575, "1.00 MiB");
    check_printed(cli_number_print_size, INT64_MAX, "8.00 EiB");
    check_printed(cli_number_print_count, 0, "0");
    check_printed(cli_number_print_count, 999, "999");
    check_printed(cli_number_print_count, 1000, "1,000");
    check_printed(cli_number_print_count, -1234567, "-1,234,567");
    check_printed(cli_number_print_count, -123, "-123");
}
END_TEST

START_TEST(request_ids)
{
    static const uint8_t expected[16] = {0x01, 0x8f, 0, 0, 0, 0, 0x7a, 0xbc,
                                         0x9d, 0xef, 1, 2, 3, 4, 5,    6};
    static const char *const wrong[] = {
        "",
        "018f0000-0000-7abc-9def-01020304050",
        "018f0000-0000-7abc-9def-0102030405067",
        "018f00000000-7abc-9def-010203040506-",
        "018f0000x0000-7abc-9def-010203040506",
        "018f0000-0000-7abc-9def-01020304050g",
        "018f000000007abc9def010203040506",
        "new",
    };
    uint8_t uuid[16];
    uint8_t other[16];
    ck_assert(cli_uuid_parse("018f0000-0000-7abc-9DEF-010203040506", uuid));
    ck_assert_mem_eq(uuid, expected, 16);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        ck_assert_msg(!cli_uuid_parse(wrong[i], uuid), "%s", wrong[i]);
    }
    ck_assert(cli_uuid_make(INT64_C(0x018f12345678), uuid));
    ck_assert(cli_uuid_make(INT64_C(0x018f12345678), other));
    ck_assert_mem_eq(uuid, "\x01\x8f\x12\x34\x56\x78", 6);
    ck_assert_uint_eq(uuid[6] >> 4, 7);
    ck_assert_uint_eq(uuid[8] >> 6, 2);
    ck_assert_mem_ne(uuid, other, 16);
}
END_TEST

static void
check_line(const CliProgress *progress, int64_t bytes, int64_t elapsed_us, size_t columns,
           const char *expected)
{
    BaseBuf line = BASE_BUF_INIT;
    cli_progress_line(progress, bytes, 1234, elapsed_us, columns, &line);
    ck_assert(base_buf_append_byte(&line, 0));
    ck_assert_str_eq((const char *)line.data, expected);
    base_buf_clear(&line);
}

START_TEST(progress_is_a_line)
{
    CliProgress progress = {.what = "imported", .total = 10 << 20, .begun_at = 0};
    check_line(&progress, 5 << 20, 1000000, 79,
               "imported  50%  [########........]  5.00 MiB, 1,234 records  5.00 MiB/s  ETA 2 s");
    check_line(&progress, 0, 0, 79,
               "imported   0%  [..............................]  0 B, 1,234 records");
    check_line(&progress, 5 << 20, 1000000, 20,
               "imported  50%  5.00 MiB, 1,234 records  5.00 MiB/s  ETA 2 s");
    check_line(&progress, 11 << 20, 1000000, 0,
               "imported 100%  11.00 MiB, 1,234 records  11.00 MiB/s");
    progress.begun_at = 4 << 20;
    check_line(&progress, 5 << 20, 1000000, 0,
               "imported  50%  5.00 MiB, 1,234 records  1.00 MiB/s  ETA 6 s");
    progress = (CliProgress){.what = "imported", .total = -1};
    check_line(&progress, 5 << 20, 2000000, 79, "imported  5.00 MiB, 1,234 records  2.50 MiB/s");
    progress.total = 0;
    check_line(&progress, 0, 1, 79, "imported  0 B, 1,234 records");
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("cli_number");
    TCase *tcase = tcase_create("number");
    suite_add_tcase(suite, tcase);
    tcase_add_test(tcase, durations);
    tcase_add_test(tcase, sizes);
    tcase_add_test(tcase, times);
    tcase_add_test(tcase, what_people_read);
    tcase_add_test(tcase, request_ids);
    tcase_add_test(tcase, progress_is_a_line);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
