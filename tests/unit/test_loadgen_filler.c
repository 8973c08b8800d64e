/*
 * test_loadgen_filler.c: fillers are checked byte by byte, never repeat, and stay what they were.
 */
#include "loadgen/filler.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { SIZE = 9000 }; /* more than two stretches of one key */

static uint8_t bytes[SIZE];

START_TEST(what_was_written_is_recognized)
{
    static const size_t sizes[] = {0, 1, 7, 31, 32, 33, 60, 960, 4095, 4096, 4097, 8192, SIZE};
    static const size_t uniques[] = {1, 3, 100, 4096, 5000, SIZE, SIZE * 2};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        for (size_t k = 0; k < sizeof uniques / sizeof uniques[0]; k++) {
            uint8_t *exact = malloc(sizes[i] + 1); /* its end is where the sanitizer looks */
            ck_assert_ptr_nonnull(exact);
            load_filler_write(exact + 1, sizes[i], uniques[k], 77);
            ck_assert(load_filler_is(exact + 1, sizes[i], uniques[k], 77));
            ck_assert(sizes[i] == 0 || !load_filler_is(exact + 1, sizes[i], 0, 77));
            free(exact);
        }
    }
}
END_TEST

START_TEST(every_flipped_bit_is_seen)
{
    static const size_t uniques[] = {100, SIZE};
    for (size_t k = 0; k < sizeof uniques / sizeof uniques[0]; k++) {
        load_filler_write(bytes, SIZE, uniques[k], 5);
        for (size_t bit = 0; bit < SIZE * 8; bit += 7) {
            bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
            ck_assert(!load_filler_is(bytes, SIZE, uniques[k], 5));
            bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        }
        ck_assert(load_filler_is(bytes, SIZE, uniques[k], 5));
    }
}
END_TEST

START_TEST(stretches_of_two_writes_are_seen)
{
    static uint8_t other[SIZE];
    load_filler_write(other, SIZE, SIZE, 2);
    for (size_t at = 0; at + 8 <= SIZE; at += 8) {
        load_filler_write(bytes, SIZE, SIZE, 1);
        memcpy(bytes + at, other + at, 8);
        ck_assert(!load_filler_is(bytes, SIZE, SIZE, 1));
    }
}
END_TEST

START_TEST(nothing_can_be_shortened)
{
    enum { VALUES = 200, VALUE = 100 };
    static uint8_t values[VALUES * VALUE];
    static uint8_t packed[2 * sizeof values];
    uLongf length = sizeof packed;
    for (size_t i = 0; i < VALUES; i++) {
        load_filler_write(values + i * VALUE, VALUE, VALUE, i);
    }
    ck_assert_int_eq(compress2(packed, &length, values, sizeof values, 9), Z_OK);
    ck_assert_uint_ge(length, sizeof values);
    length = sizeof packed;
    load_filler_write(bytes, SIZE, SIZE, 9);
    ck_assert_int_eq(compress2(packed, &length, bytes, SIZE, 9), Z_OK);
    ck_assert_uint_ge(length, SIZE);
}
END_TEST

START_TEST(what_repeats_can_be_shortened)
{
    uint8_t packed[SIZE];
    uLongf length = sizeof packed;
    load_filler_write(bytes, SIZE, SIZE / 2, 9);
    ck_assert_mem_eq(bytes, bytes + SIZE / 2, SIZE / 2);
    ck_assert_int_eq(compress2(packed, &length, bytes, SIZE, 9), Z_OK);
    ck_assert_uint_lt(length, SIZE / 2 + 200);
}
END_TEST

START_TEST(bytes_are_the_same_for_ever)
{
    /* Values of earlier runs are checked by later ones: --no-load, verify. */
    static const uint8_t first[] = {0xea, 0xde, 0x12, 0xed, 0x48, 0x85, 0x6d, 0x78,
                                    0xa6, 0x2d, 0xc4, 0xe2, 0x04, 0xa9, 0x16, 0xdd};
    load_filler_write(bytes, 16, 16, 1);
    ck_assert_mem_eq(bytes, first, 16);
}
END_TEST

int
main(void)
{
    TCase *cases = tcase_create("filler");
    tcase_set_timeout(cases, 60);
    tcase_add_test(cases, what_was_written_is_recognized);
    tcase_add_test(cases, every_flipped_bit_is_seen);
    tcase_add_test(cases, stretches_of_two_writes_are_seen);
    tcase_add_test(cases, nothing_can_be_shortened);
    tcase_add_test(cases, what_repeats_can_be_shortened);
    tcase_add_test(cases, bytes_are_the_same_for_ever);
    Suite *suite = suite_create("loadgen");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
