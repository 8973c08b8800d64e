/*
 * test_loadgen_ledger.c: every kind of wrong value gets its verdict, and right ones raise no alarm.
 */
#include "loadgen/ledger.h"
#include "loadgen/value.h"

#include <check.h>
#include <stdlib.h>

enum { RUN = 5, SIZE = 64, TOTAL = 10 };

static LoadLedger ledger;
static uint8_t bytes[SIZE];

static void
prepare(void)
{
    ck_assert(load_ledger_init(&ledger, TOTAL, 1, 2, RUN));
}

static void
tidy(void)
{
    load_ledger_clear(&ledger);
}

static LoadOp
begin(LoadOpKind kind, uint64_t record)
{
    LoadOp op = {.kind = kind, .record = record};
    load_ledger_begin(&ledger, &op);
    return op;
}

static LoadVerdict
acknowledge(const LoadOp *op, int64_t version)
{
    LoadAnswer answer = {.version = version};
    return load_ledger_end(&ledger, op, &answer);
}

/* Writes a record and has it acknowledged at a version. */
static void
put(uint64_t record, int64_t version)
{
    LoadOp op = begin(LOAD_PUT, record);
    ck_assert_int_eq(acknowledge(&op, version), LOAD_RIGHT);
}

/* The verdict on a read that found this value at this version. */
static LoadVerdict
found(const LoadOp *op, int64_t version, LoadValueId id)
{
    load_value_write(bytes, SIZE, SIZE, &id);
    LoadAnswer answer = {.found = true, .version = version, .value = base_slice(bytes, SIZE)};
    return load_ledger_end(&ledger, op, &answer);
}

static LoadValueId
written(uint64_t record, uint32_t sequence)
{
    return (LoadValueId){.record = record, .sequence = sequence, .run = RUN, .writer = 1};
}

START_TEST(records_are_shared_out)
{
    LoadLedger other;
    ck_assert_uint_eq(ledger.records, 5);
    ck_assert_uint_eq(load_ledger_record(&ledger, 0), 1);
    ck_assert_uint_eq(load_ledger_record(&ledger, 4), 9);
    ck_assert(load_ledger_init(&other, 11, 0, 3, RUN));
    ck_assert_uint_eq(other.records, 4);
    load_ledger_clear(&other);
    ck_assert(load_ledger_init(&other, 11, 2, 3, RUN));
    ck_assert_uint_eq(other.records, 3);
    ck_assert_uint_eq(load_ledger_record(&other, 2), 8);
    load_ledger_clear(&other);
}
END_TEST

START_TEST(right_values_are_right)
{
    LoadOp before = begin(LOAD_GET, 3);
    LoadAnswer nothing = {.found = false};
    ck_assert_int_eq(load_ledger_end(&ledger, &before, &nothing), LOAD_RIGHT);
    put(3, 10);
    LoadOp read = begin(LOAD_GET, 3);
    ck_assert_int_eq(found(&read, 10, written(3, 1)), LOAD_RIGHT);
    put(3, 20); /* acknowledged while the next read is under way: it may find either */
    ck_assert_int_eq(found(&read, 10, written(3, 1)), LOAD_RIGHT);
    ck_assert_int_eq(found(&read, 20, written(3, 2)), LOAD_RIGHT);
    LoadOp unacknowledged = begin(LOAD_PUT, 3);
    ck_assert_uint_eq(unacknowledged.sequence, 3);
    read = begin(LOAD_GET, 3);
    ck_assert_int_eq(found(&read, 30, written(3, 3)), LOAD_RIGHT);
    ck_assert_int_eq(found(&read, 20, written(3, 2)), LOAD_RIGHT);
}
END_TEST

START_TEST(a_lost_record_is_missing)
{
    LoadAnswer nothing = {.found = false};
    put(5, 10);
    LoadOp read = begin(LOAD_GET, 5);
    ck_assert_int_eq(load_ledger_end(&ledger, &read, &nothing), LOAD_MISSING);
}
END_TEST

START_TEST(an_old_value_is_stale)
{
    put(5, 10);
    put(5, 20);
    LoadOp read = begin(LOAD_GET, 5);
    ck_assert_int_eq(found(&read, 10, written(5, 1)), LOAD_STALE);
    ck_assert_int_eq(found(&read, 19, written(5, 2)), LOAD_STALE);
}
END_TEST

START_TEST(a_value_of_another_key_is_found_out)
{
    put(5, 10);
    LoadOp read = begin(LOAD_GET, 5);
    ck_assert_int_eq(found(&read, 10, written(7, 1)), LOAD_WRONG_KEY);
}
END_TEST

START_TEST(a_value_that_nobody_wrote_is_a_phantom)
{
    put(5, 10);
    LoadOp read = begin(LOAD_GET, 5);
    ck_assert_int_eq(found(&read, 11, written(5, 2)), LOAD_PHANTOM);
    ck_assert_int_eq(found(&read, 11, written(5, 0)), LOAD_PHANTOM);
}
END_TEST

START_TEST(a_value_at_the_version_of_another_is_a_mismatch)
{
    put(5, 10);
    put(5, 20);
    LoadOp read = begin(LOAD_GET, 5);
    ck_assert_int_eq(found(&read, 20, written(5, 1)), LOAD_MISMATCH);
}
END_TEST

START_TEST(values_of_other_runs_are_foreign_once_this_run_wrote)
{
    LoadValueId earlier = written(5, 400);
    earlier.run = RUN + 1;
    LoadOp read = begin(LOAD_GET, 5);
    ck_assert_int_eq(found(&read, 3, earlier), LOAD_RIGHT);
    put(5, 10);
    read = begin(LOAD_GET, 5);
    ck_assert_int_eq(found(&read, 12, earlier), LOAD_FOREIGN);
    ck_assert_int_eq(found(&read, 3, earlier), LOAD_STALE);
}
END_TEST

START_TEST(damaged_values_keep_their_kind)
{
    put(5, 10);
    LoadOp read = begin(LOAD_GET, 5);
    LoadValueId id = written(5, 1);
    load_value_write(bytes, SIZE, SIZE, &id);
    LoadAnswer answer = {.found = true, .version = 10, .value = base_slice(bytes, SIZE - 1)};
    ck_assert_int_eq(load_ledger_end(&ledger, &read, &answer), LOAD_CUT);
    answer.value.len = SIZE;
    bytes[SIZE - 1] ^= 1;
    ck_assert_int_eq(load_ledger_end(&ledger, &read, &answer), LOAD_TORN);
    bytes[0] ^= 1;
    ck_assert_int_eq(load_ledger_end(&ledger, &read, &answer), LOAD_FOREIGN);
    answer.value = BASE_SLICE_EMPTY;
    ck_assert_int_eq(load_ledger_end(&ledger, &read, &answer), LOAD_FOREIGN);
}
END_TEST

START_TEST(versions_of_writes_grow)
{
    LoadOp first = begin(LOAD_PUT, 5);
    LoadOp second = begin(LOAD_PUT, 5); /* under way at the same time: either may come first */
    ck_assert_int_eq(acknowledge(&second, 10), LOAD_RIGHT);
    ck_assert_int_eq(acknowledge(&first, 10), LOAD_OLD_VERSION);
    ck_assert_int_eq(acknowledge(&first, 9), LOAD_RIGHT);
    LoadOp read = begin(LOAD_GET, 5);
    ck_assert_int_eq(found(&read, 10, written(5, 2)), LOAD_RIGHT);
    LoadOp third = begin(LOAD_PUT, 5);
    ck_assert_int_eq(acknowledge(&third, 10), LOAD_OLD_VERSION);
    ck_assert_int_eq(acknowledge(&third, 0), LOAD_OLD_VERSION);
    ck_assert_int_eq(acknowledge(&third, 11), LOAD_RIGHT);
}
END_TEST

START_TEST(verdicts_have_names_and_meanings)
{
    for (int i = 0; i < LOAD_VERDICT_COUNT; i++) {
        ck_assert_ptr_nonnull(load_verdict_name((LoadVerdict)i));
        ck_assert_ptr_nonnull(load_verdict_meaning((LoadVerdict)i));
    }
}
END_TEST

int
main(void)
{
    TCase *cases = tcase_create("ledger");
    tcase_add_checked_fixture(cases, prepare, tidy);
    tcase_add_test(cases, records_are_shared_out);
    tcase_add_test(cases, right_values_are_right);
    tcase_add_test(cases, a_lost_record_is_missing);
    tcase_add_test(cases, an_old_value_is_stale);
    tcase_add_test(cases, a_value_of_another_key_is_found_out);
    tcase_add_test(cases, a_value_that_nobody_wrote_is_a_phantom);
    tcase_add_test(cases, a_value_at_the_version_of_another_is_a_mismatch);
    tcase_add_test(cases, values_of_other_runs_are_foreign_once_this_run_wrote);
    tcase_add_test(cases, damaged_values_keep_their_kind);
    tcase_add_test(cases, versions_of_writes_grow);
    tcase_add_test(cases, verdicts_have_names_and_meanings);
    Suite *suite = suite_create("loadgen");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
