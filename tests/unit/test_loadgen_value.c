/*
 * test_loadgen_value.c: keys never collide; every damage to a value is found and told apart.
 */
#include "engine/base/rand.h"
#include "loadgen/keys.h"
#include "loadgen/value.h"

#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { SIZE = 300 };

static uint8_t value[SIZE];
static uint8_t second[SIZE];
static const LoadValueId id = {.record = 42, .sequence = 7, .run = 99, .writer = 3};

static LoadValueState
state_of(const uint8_t *bytes, size_t length)
{
    LoadValueId ignored;
    uint8_t *exact = malloc(length + 1); /* its end is where the sanitizer looks */
    ck_assert_ptr_nonnull(exact);
    memcpy(exact + 1, bytes, length);
    LoadValueState state = load_value_read(base_slice(exact + 1, length), &ignored);
    free(exact);
    return state;
}

START_TEST(a_value_of_any_size_says_who_wrote_it)
{
    for (size_t size = LOAD_VALUE_BYTES_MIN; size <= SIZE; size++) {
        LoadValueId got = {.record = 0};
        load_value_write(value, size, size, &id);
        ck_assert_int_eq(load_value_read(base_slice(value, size), &got), LOAD_VALUE_WHOLE);
        ck_assert_uint_eq(got.record, 42);
        ck_assert_uint_eq(got.sequence, 7);
        ck_assert_uint_eq(got.run, 99);
        ck_assert_uint_eq(got.writer, 3);
    }
}
END_TEST

START_TEST(every_flipped_bit_is_found)
{
    load_value_write(value, SIZE, SIZE, &id);
    for (size_t bit = 0; bit < SIZE * 8; bit++) {
        value[bit / 8] ^= (uint8_t)(1u << bit % 8);
        LoadValueState state = state_of(value, SIZE);
        LoadValueState wanted = bit < 4 * 8                     ? LOAD_VALUE_FOREIGN
                                : bit >= 24 * 8 && bit < 28 * 8 ? LOAD_VALUE_CUT
                                                                : LOAD_VALUE_TORN;
        ck_assert_msg(state == wanted || (bit >= 28 * 8 && bit < 32 * 8), "bit %zu", bit);
        ck_assert_int_ne(state, LOAD_VALUE_WHOLE);
        value[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
}
END_TEST

START_TEST(every_cut_and_every_extension_is_found)
{
    load_value_write(value, SIZE, SIZE, &id);
    for (size_t length = 0; length < SIZE; length++) {
        ck_assert_int_eq(state_of(value, length), length < 4 ? LOAD_VALUE_FOREIGN : LOAD_VALUE_CUT);
    }
    load_value_write(value, SIZE - 1, SIZE - 1, &id);
    ck_assert_int_eq(state_of(value, SIZE), LOAD_VALUE_CUT);
}
END_TEST

START_TEST(every_mixture_of_two_writes_is_found)
{
    LoadValueId next = id;
    next.sequence++;
    load_value_write(second, SIZE, SIZE, &next);
    for (size_t at = 17; at < SIZE; at++) { /* what differs first is the sequence, at 16 */
        load_value_write(value, SIZE, SIZE, &id);
        memcpy(value + at, second + at, SIZE - at);
        ck_assert_int_eq(state_of(value, SIZE), LOAD_VALUE_TORN);
    }
    load_value_write(value, SIZE, SIZE, &id);
    memcpy(value, second, 16); /* the same in both: no mixture */
    ck_assert_int_eq(state_of(value, SIZE), LOAD_VALUE_WHOLE);
}
END_TEST

START_TEST(bytes_of_others_are_foreign)
{
    BaseRand rand = base_rand(5);
    for (int round = 0; round < 1000; round++) {
        for (size_t i = 0; i < SIZE; i++) {
            value[i] = (uint8_t)base_rand_next(&rand);
        }
        ck_assert_int_eq(state_of(value, base_rand_below(&rand, SIZE)), LOAD_VALUE_FOREIGN);
    }
}
END_TEST

START_TEST(different_writes_have_different_filler)
{
    LoadValueId other = id;
    load_value_write(value, SIZE, SIZE, &id);
    other.record++;
    load_value_write(second, SIZE, SIZE, &other);
    ck_assert_mem_ne(value + LOAD_VALUE_BYTES_MIN, second + LOAD_VALUE_BYTES_MIN, 64);
    other = id;
    other.sequence++;
    load_value_write(second, SIZE, SIZE, &other);
    ck_assert_mem_ne(value + LOAD_VALUE_BYTES_MIN, second + LOAD_VALUE_BYTES_MIN, 64);
}
END_TEST

static int
compare_keys(const void *a, const void *b)
{
    return memcmp(a, b, 12);
}

START_TEST(keys_are_numbers_of_fixed_width)
{
    LoadKeys keys = load_keys(LOAD_KEY_DECIMAL, BASE_SLICE_LITERAL("user:"), 12);
    uint8_t key[12];
    load_keys_write(&keys, 0, key);
    ck_assert_mem_eq(key, "user:0000000", 12);
    load_keys_write(&keys, 9876543, key);
    ck_assert_mem_eq(key, "user:9876543", 12);
    load_keys_write(&keys, 120, key);
    ck_assert_mem_eq(key, "user:0000120", 12);
    keys = load_keys(LOAD_KEY_DECIMAL, BASE_SLICE_EMPTY, 1);
    load_keys_write(&keys, 9, key);
    ck_assert_mem_eq(key, "9", 1);
}
END_TEST

/* Of any number and width, and of the number behind it. */
START_TEST(keys_are_numbers_as_printf_writes_them)
{
    enum { WIDTH_MAX = 45 };
    BaseRand rand = base_rand(11);
    uint8_t key[3 + WIDTH_MAX];
    char expected[sizeof key + 1];
    for (unsigned round = 0; round < 20000; round++) {
        uint64_t number = base_rand_next(&rand) >> base_rand_below(&rand, 64);
        number = round % 3 == 0 ? UINT64_MAX - number : number;
        int width = snprintf(NULL, 0, "%" PRIu64, number);
        width += (int)base_rand_below(&rand, (uint64_t)(WIDTH_MAX - width));
        size_t size = 3 + (size_t)width;
        LoadKeys keys = load_keys(LOAD_KEY_DECIMAL, BASE_SLICE_LITERAL("key"), size);
        (void)snprintf(expected, sizeof expected, "key%0*" PRIu64, width, number);
        ck_assert_mem_eq(load_keys_write(&keys, number, key).data, expected, size);
        load_keys_write(&keys, number - 1, key);
        ck_assert(number == 0 ||
                  memcmp(load_keys_write_next(&keys, number, key).data, expected, size) == 0);
    }
}
END_TEST

START_TEST(the_least_key_size_holds_every_number)
{
    ck_assert_uint_eq(load_keys_size_min(LOAD_KEY_DECIMAL, BASE_SLICE_EMPTY, 1), 1);
    ck_assert_uint_eq(load_keys_size_min(LOAD_KEY_DECIMAL, BASE_SLICE_EMPTY, 10), 1);
    ck_assert_uint_eq(load_keys_size_min(LOAD_KEY_DECIMAL, BASE_SLICE_EMPTY, 11), 2);
    ck_assert_uint_eq(load_keys_size_min(LOAD_KEY_DECIMAL, BASE_SLICE_LITERAL("key"), 1000000), 9);
    ck_assert_uint_eq(load_keys_size_min(LOAD_KEY_DECIMAL, BASE_SLICE_LITERAL("key"), 1000001), 10);
}
END_TEST

START_TEST(keys_of_the_other_shapes)
{
    enum { RECORDS = 100000 };
    static uint8_t seen[RECORDS][12];
    uint8_t key[17];
    LoadKeys keys = load_keys(LOAD_KEY_BINARY, BASE_SLICE_LITERAL("k"), 12);
    load_keys_write(&keys, 0x0102, key);
    ck_assert_mem_eq(key,
                     "k\0\0\0\0\0\0\1\2"
                     "000",
                     12);
    BaseSlice near = load_keys_write_near(&keys, 0x0102, true, key);
    ck_assert(base_slice_equal(near, base_slice("k\0\0\0\0\0\0\1\2"
                                                "000.",
                                                13)));
    ck_assert_uint_eq(load_keys_size_min(LOAD_KEY_BINARY, BASE_SLICE_LITERAL("k"), 9), 9);
    ck_assert_uint_eq(load_keys_size_min(LOAD_KEY_SCATTERED, BASE_SLICE_LITERAL("k"), 9), 13);
    keys = load_keys(LOAD_KEY_SCATTERED, BASE_SLICE_EMPTY, 12);
    for (uint64_t i = 0; i < RECORDS; i++) {
        load_keys_write(&keys, i, seen[i]);
    }
    ck_assert_mem_ne(seen[1], seen[2], 4); /* neighbours are far apart */
    qsort(seen, RECORDS, sizeof seen[0], compare_keys);
    for (int i = 1; i < RECORDS; i++) {
        ck_assert_mem_ne(seen[i - 1], seen[i], sizeof seen[0]);
    }
}
END_TEST

START_TEST(values_repeat_as_much_as_wanted)
{
    enum { LONG = 1040 };
    uint8_t bytes[LONG];
    LoadValueId got;
    ck_assert_uint_eq(load_value_unique(LONG, 0.5), 480);
    ck_assert_uint_eq(load_value_unique(100, 0.1), 1);
    load_value_write(bytes, LONG, 100, &id);
    for (size_t i = LOAD_VALUE_BYTES_MIN + 100; i < LONG; i++) {
        ck_assert_uint_eq(bytes[i], bytes[i - 100]);
    }
    ck_assert_mem_ne(bytes + 40, bytes + 90, 50);
    ck_assert_int_eq(load_value_read(base_slice(bytes, LONG), &got), LOAD_VALUE_WHOLE);
    load_value_write(bytes, LONG, LONG, &id);
    ck_assert_mem_ne(bytes + 40, bytes + 140, 100);
}
END_TEST

int
main(void)
{
    TCase *cases = tcase_create("value");
    tcase_add_test(cases, a_value_of_any_size_says_who_wrote_it);
    tcase_add_test(cases, every_flipped_bit_is_found);
    tcase_add_test(cases, every_cut_and_every_extension_is_found);
    tcase_add_test(cases, every_mixture_of_two_writes_is_found);
    tcase_add_test(cases, bytes_of_others_are_foreign);
    tcase_add_test(cases, different_writes_have_different_filler);
    tcase_add_test(cases, keys_are_numbers_of_fixed_width);
    tcase_add_test(cases, keys_are_numbers_as_printf_writes_them);
    tcase_add_test(cases, the_least_key_size_holds_every_number);
    tcase_add_test(cases, keys_of_the_other_shapes);
    tcase_add_test(cases, values_repeat_as_much_as_wanted);
    Suite *suite = suite_create("loadgen");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
