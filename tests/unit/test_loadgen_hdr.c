/*
 * test_loadgen_hdr.c: HdrHistogram's formats: golden bytes, there and back, and hostile bytes.
 */
#include "loadgen/hdr.h"

#include "engine/base/rand.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static BaseHistogram histogram;
static BaseHistogram again;

/* 1 twice, 300, 1,000,000: indices 1, 278 and 1780; between them 276 and 1,501 zeros. */
static const uint8_t golden[] = {
    0x1c, 0x84, 0x93, 0x13, 0,    0,    0,    8,
    0,    0,    0,    0,    0,    0,    0,    2,    /* cookie, length, 0, digits */
    0,    0,    0,    0,    0,    0,    0,    1,    /* lowest */
    0,    0,    3,    0xff, 0xff, 0xff, 0xff, 0xff, /* highest: 2^42 - 1 */
    0x3f, 0xf0, 0,    0,    0,    0,    0,    0,    /* 1.0 */
    0x00, 0x04, 0xa7, 0x04, 0x02, 0xb9, 0x17, 0x02,
};

static void
fill_golden(void)
{
    base_histogram_reset(&histogram);
    base_histogram_record(&histogram, 1);
    base_histogram_record(&histogram, 1);
    base_histogram_record(&histogram, 300);
    base_histogram_record(&histogram, 1000000);
}

static void
assert_same_counts(void)
{
    ck_assert_uint_eq(again.count, histogram.count);
    ck_assert_mem_eq(again.counts, histogram.counts, sizeof histogram.counts);
    for (double percent = 0; percent < 100; percent += 7) {
        int64_t wanted = base_histogram_percentile(&histogram, percent);
        ck_assert_int_le(llabs(base_histogram_percentile(&again, percent) - wanted), wanted / 128);
    }
}

START_TEST(the_encoding_is_golden)
{
    fill_golden();
    GByteArray *bytes = load_hdr_encode(&histogram);
    ck_assert_uint_eq(bytes->len, sizeof golden);
    ck_assert_mem_eq(bytes->data, golden, sizeof golden);
    g_byte_array_unref(bytes);
    ck_assert(load_hdr_decode(golden, sizeof golden, &again));
    assert_same_counts();
}
END_TEST

START_TEST(texts_come_back)
{
    BaseRand rand = base_rand(7);
    for (int round = 0; round < 20; round++) {
        base_histogram_reset(&histogram);
        for (int i = 0; i < round * 50; i++) {
            unsigned shift = (unsigned)base_rand_below(&rand, 63);
            base_histogram_record(&histogram, (int64_t)(base_rand_next(&rand) >> 1 >> shift));
        }
        if (round == 19) {
            base_histogram_record(&histogram, INT64_MAX);
        }
        char *text = load_hdr_text(&histogram);
        ck_assert(g_str_has_prefix(text, "HIST"));
        ck_assert(load_hdr_read(text, &again));
        assert_same_counts();
        g_free(text);
    }
}
END_TEST

START_TEST(malformed_bytes_are_refused)
{
    ck_assert(!load_hdr_decode(golden, 39, &again));
    for (size_t size = 0; size < sizeof golden; size++) {
        ck_assert(!load_hdr_decode(golden, size, &again));
        ck_assert_uint_eq(again.count, 0);
    }
    uint8_t bytes[sizeof golden];
    for (size_t i = 0; i < 24; i++) { /* the head but for the highest value */
        memcpy(bytes, golden, sizeof golden);
        bytes[i] ^= 0x40;
        ck_assert(!load_hdr_decode(bytes, sizeof bytes, &again));
    }
    memcpy(bytes, golden, sizeof golden);
    memset(bytes + 40, 0xff, 8); /* a number without an end */
    ck_assert(!load_hdr_decode(bytes, sizeof bytes, &again));
    memcpy(bytes + 40, "\xff\xff\xff\x7f\x02\x02\x02\x02", 8); /* zeros behind the last index */
    ck_assert(!load_hdr_decode(bytes, sizeof bytes, &again));
}
END_TEST

START_TEST(malformed_texts_are_refused)
{
    fill_golden();
    char *text = load_hdr_text(&histogram);
    ck_assert(!load_hdr_read("", &again));
    ck_assert(!load_hdr_read("HISTFAAAA", &again));
    ck_assert(!load_hdr_read("nothing of the kind", &again));
    for (char *at = text; *at != '\0' && *at != '='; at++) {
        char kept = *at;
        *at = kept == 'A' ? 'B' : 'A';
        (void)load_hdr_read(text, &again); /* refused or not: safe; zlib's checksum finds most */
        *at = kept;
    }
    g_free(text);
    text = g_strnfill(LOAD_HDR_TEXT_MAX + 1, 'A');
    ck_assert(!load_hdr_read(text, &again));
    g_free(text);
}
END_TEST

/* Writes percentiles into memory. */
static char *
hgrm(void)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    load_hdr_write_hgrm(out, &histogram);
    ck_assert_int_eq(fclose(out), 0);
    return text;
}

START_TEST(percentiles_are_lines)
{
    fill_golden();
    char *text = hgrm();
    ck_assert_ptr_nonnull(
        strstr(text, "\n      0.000001 0.000000000000          2           1.00\n"));
    ck_assert_ptr_nonnull(strstr(text, "\n      0.000301 0.700000000000          3 "));
    ck_assert_ptr_nonnull(strstr(text, "\n      1.000000 1.000000000000          4\n#[Mean "));
    ck_assert_ptr_nonnull(strstr(text, "Total count    =            4]\n"));
    free(text);
    base_histogram_reset(&histogram);
    text = hgrm();
    ck_assert_ptr_nonnull(strstr(text, "Total count    =            0]\n"));
    free(text);
}
END_TEST

START_TEST(percentiles_of_very_many_values_end)
{
    base_histogram_reset(&histogram);
    histogram.count = UINT64_C(1) << 62;
    histogram.counts[5] = histogram.count - 1;
    histogram.counts[9] = 1;
    histogram.lowest = 5;
    histogram.highest = 9;
    char *text = hgrm();
    ck_assert_ptr_nonnull(strstr(text, "Total count"));
    free(text);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("loadgen/hdr");
    TCase *tcase = tcase_create("hdr");
    tcase_add_test(tcase, the_encoding_is_golden);
    tcase_add_test(tcase, texts_come_back);
    tcase_add_test(tcase, malformed_bytes_are_refused);
    tcase_add_test(tcase, malformed_texts_are_refused);
    tcase_add_test(tcase, percentiles_are_lines);
    tcase_add_test(tcase, percentiles_of_very_many_values_end);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
