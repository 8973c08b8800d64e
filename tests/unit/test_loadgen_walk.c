/*
 * test_loadgen_walk.c: the verdicts K-1 to K-4 on entries of walks.
 */
#include "loadgen/walk.h"

#include <check.h>
#include <stdlib.h>

enum { SIZE = 60, RUN = 9, RECORDS = 100 };

static LoadKeys keys;
static LoadWalk walk;
static uint8_t key[LOAD_KEY_BYTES_MAX];
static uint8_t value[SIZE];
static LoadOp op;

static void
start(LoadKeyShape shape, bool reverse, uint64_t record, bool complete)
{
    keys = load_keys(shape, BASE_SLICE_LITERAL("k"), 16);
    walk = (LoadWalk){.keys = &keys, .total = RECORDS, .run = RUN, .complete = complete};
    op = (LoadOp){.kind = LOAD_SCAN, .record = record, .walk = 10, .reverse = reverse};
}

/* The verdict on the entry of that index with the key of one record and the value of another. */
static LoadVerdict
met_other(uint32_t index, uint64_t key_record, uint64_t value_record, uint32_t run)
{
    LoadValueId id = {.record = value_record, .sequence = 1, .run = run};
    load_keys_write(&keys, key_record, key);
    load_value_write(value, SIZE, SIZE, &id);
    LoadEntry entry = {index, base_slice(key, keys.size), base_slice(value, SIZE)};
    return load_walk_entry(&walk, &op, &entry);
}

static LoadVerdict
met(uint32_t index, uint64_t record)
{
    return met_other(index, record, record, RUN);
}

START_TEST(a_good_walk_is_right_both_ways)
{
    start(LOAD_KEY_DECIMAL, false, 95, true);
    for (uint32_t i = 0; i < 5; i++) {
        ck_assert_int_eq(met(i, 95 + i), LOAD_RIGHT);
    }
    ck_assert_int_eq(load_walk_end(&walk, &op, 5), LOAD_RIGHT); /* there are no more */
    start(LOAD_KEY_BINARY, true, 3, true);
    for (uint32_t i = 0; i < 3; i++) {
        ck_assert_int_eq(met(i, 2 - i), LOAD_RIGHT);
    }
    ck_assert_int_eq(load_walk_end(&walk, &op, 3), LOAD_RIGHT);
}
END_TEST

START_TEST(a_walk_that_leaves_out_records_is_found)
{
    start(LOAD_KEY_DECIMAL, false, 20, true);
    ck_assert_int_eq(met(0, 21), LOAD_MISSING);
    ck_assert_int_eq(met(1, 22), LOAD_RIGHT);
    ck_assert_int_eq(met(2, 24), LOAD_MISSING);
    ck_assert_int_eq(load_walk_end(&walk, &op, 9), LOAD_MISSING);
    ck_assert_int_eq(load_walk_end(&walk, &op, 10), LOAD_RIGHT);
    start(LOAD_KEY_DECIMAL, true, 20, true);
    ck_assert_int_eq(met(0, 19), LOAD_RIGHT);
    ck_assert_int_eq(met(1, 17), LOAD_MISSING);
    start(LOAD_KEY_DECIMAL, false, 20, false); /* not all were written: gaps are no error */
    ck_assert_int_eq(met(0, 22), LOAD_RIGHT);
    ck_assert_int_eq(load_walk_end(&walk, &op, 0), LOAD_RIGHT);
}
END_TEST

START_TEST(an_entry_out_of_order_is_found)
{
    start(LOAD_KEY_DECIMAL, false, 20, false);
    ck_assert_int_eq(met(0, 19), LOAD_MISPLACED);
    ck_assert_int_eq(met(0, 20), LOAD_RIGHT);
    ck_assert_int_eq(met(1, 20), LOAD_MISPLACED); /* twice */
    ck_assert_int_eq(met(2, 25), LOAD_RIGHT);
    ck_assert_int_eq(met(3, 23), LOAD_MISPLACED);
    start(LOAD_KEY_DECIMAL, true, 20, false);
    ck_assert_int_eq(met(0, 20), LOAD_MISPLACED); /* it begins before it */
    ck_assert_int_eq(met(0, 19), LOAD_RIGHT);
    ck_assert_int_eq(met(1, 21), LOAD_MISPLACED);
}
END_TEST

/* The entry before is one by its key, whatever was found of it. */
START_TEST(the_order_is_known_behind_a_wrong_entry)
{
    start(LOAD_KEY_DECIMAL, false, 20, false);
    ck_assert_int_eq(met(0, 22), LOAD_RIGHT);
    ck_assert_int_eq(met_other(1, 30, 23, RUN), LOAD_WRONG_KEY);
    ck_assert_int_eq(met(2, 25), LOAD_MISPLACED);
    ck_assert_int_eq(met(3, 26), LOAD_RIGHT);
    ck_assert_int_eq(met_other(4, 27, 90, RUN), LOAD_WRONG_KEY);
    ck_assert_int_eq(met(5, 28), LOAD_RIGHT);
    start(LOAD_KEY_BINARY, true, 20, false);
    ck_assert_int_eq(met(0, 19), LOAD_RIGHT);
    ck_assert_int_eq(met_other(1, 10, 18, RUN), LOAD_WRONG_KEY);
    ck_assert_int_eq(met(2, 11), LOAD_MISPLACED);
    ck_assert_int_eq(met(3, 9), LOAD_RIGHT);
}
END_TEST

/* Keys of records one behind the other, with carries, are those of the records all the same. */
START_TEST(long_walks_know_each_key)
{
    for (LoadKeyShape shape = LOAD_KEY_DECIMAL; shape <= LOAD_KEY_BINARY; shape++) {
        start(shape, false, 0, false);
        for (uint32_t i = 0; i < 12000; i++) {
            ck_assert_int_eq(met(i, i), LOAD_RIGHT);
        }
        for (uint32_t i = 0; i < 12000; i++) {
            ck_assert_int_eq(met_other(i, i + 1, i, RUN), LOAD_WRONG_KEY);
        }
        start(shape, true, 12000, false);
        for (uint32_t i = 0; i < 12000; i++) {
            ck_assert_int_eq(met(i, 11999 - i), LOAD_RIGHT);
        }
    }
}
END_TEST

START_TEST(values_are_judged_without_a_ledger)
{
    start(LOAD_KEY_DECIMAL, false, 20, true);
    ck_assert_int_eq(met_other(0, 20, 21, RUN), LOAD_WRONG_KEY);
    ck_assert_int_eq(met_other(0, 20, 20, RUN + 1), LOAD_FOREIGN);
    LoadEntry entry = {0, base_slice(key, keys.size), base_slice(value, SIZE)};
    value[SIZE - 1] ^= 1;
    ck_assert_int_eq(load_walk_entry(&walk, &op, &entry), LOAD_TORN);
    entry.value.len--;
    ck_assert_int_eq(load_walk_entry(&walk, &op, &entry), LOAD_CUT);
    start(LOAD_KEY_DECIMAL, false, 20, false);
    ck_assert_int_eq(met_other(0, 20, 20, RUN + 1), LOAD_RIGHT); /* of an earlier run */
}
END_TEST

START_TEST(scattered_keys_need_only_their_own_order)
{
    uint8_t other[16];
    start(LOAD_KEY_SCATTERED, false, 20, true);
    load_keys_write(&keys, 20, key);
    for (uint64_t record = 0; record < RECORDS; record++) {
        load_keys_write(&keys, record, other);
        load_keys_write(&keys, 20, key);
        bool behind = memcmp(other, key, sizeof other) >= 0;
        ck_assert_int_eq(met(0, record), behind ? LOAD_RIGHT : LOAD_MISPLACED);
    }
    ck_assert_int_eq(load_walk_end(&walk, &op, 0), LOAD_RIGHT);
}
END_TEST

/* The verdict on what a multi_get found for its i-th key. */
static LoadVerdict
member(uint32_t index, uint64_t record, uint32_t run)
{
    LoadValueId id = {.record = record, .sequence = 1, .run = run};
    load_value_write(value, SIZE, SIZE, &id);
    LoadEntry entry = {index, BASE_SLICE_EMPTY, base_slice(value, SIZE)};
    return load_walk_entry(&walk, &op, &entry);
}

START_TEST(members_of_a_multi_get_are_those_that_were_asked_for)
{
    start(LOAD_KEY_DECIMAL, false, 95, true);
    op.kind = LOAD_MULTI_GET;
    op.total = RECORDS;
    ck_assert_uint_eq(load_op_member(&op, 0), 95);
    ck_assert_uint_eq(load_op_member(&op, 1), 5); /* ten apart, and around the end */
    ck_assert_int_eq(member(0, 95, RUN), LOAD_RIGHT);
    ck_assert_int_eq(member(1, 5, RUN), LOAD_RIGHT);
    ck_assert_int_eq(member(1, 95, RUN), LOAD_WRONG_KEY);
    ck_assert_int_eq(member(1, 5, RUN + 1), LOAD_FOREIGN);
    ck_assert_int_eq(load_walk_end(&walk, &op, 10), LOAD_RIGHT);
    ck_assert_int_eq(load_walk_end(&walk, &op, 9), LOAD_MISSING);
    value[SIZE - 1] ^= 1;
    LoadEntry torn = {0, BASE_SLICE_EMPTY, base_slice(value, SIZE)};
    ck_assert_int_eq(load_walk_entry(&walk, &op, &torn), LOAD_TORN);
}
END_TEST

int
main(void)
{
    TCase *cases = tcase_create("walk");
    tcase_add_test(cases, a_good_walk_is_right_both_ways);
    tcase_add_test(cases, a_walk_that_leaves_out_records_is_found);
    tcase_add_test(cases, an_entry_out_of_order_is_found);
    tcase_add_test(cases, the_order_is_known_behind_a_wrong_entry);
    tcase_add_test(cases, long_walks_know_each_key);
    tcase_add_test(cases, values_are_judged_without_a_ledger);
    tcase_add_test(cases, scattered_keys_need_only_their_own_order);
    tcase_add_test(cases, members_of_a_multi_get_are_those_that_were_asked_for);
    Suite *suite = suite_create("loadgen");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
