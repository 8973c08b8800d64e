/*
 * test_store_plain.c: puts without options: what stands against one, and that they are puts.
 */
#include "service/store/plain.h"
#include "tests/support/gated_engine.h"
#include "tests/support/store_fixture.h"

static StorePutArgs
a_put(size_t key_len, size_t value_len)
{
    static const uint8_t bytes[1 << 21];
    ck_assert_uint_le(key_len, sizeof bytes);
    ck_assert_uint_le(value_len, sizeof bytes);
    return (StorePutArgs){.key = base_slice(bytes, key_len), .value = base_slice(bytes, value_len)};
}

static bool
passes(size_t key_len, size_t value_len)
{
    StorePutArgs args = a_put(key_len, value_len);
    EnginePut put;
    return store_plain_check(fixture.store, &args, &put);
}

START_TEST(lengths_are_checked)
{
    fixture.limits.key_bytes_max = 100;
    fixture.limits.value_bytes_max = 1000;
    ck_assert(passes(1, 0) && passes(100, 1000));
    ck_assert(!passes(0, 0) && !passes(101, 0) && !passes(1, 1001));
}
END_TEST

START_TEST(a_store_that_is_only_read_takes_none)
{
    store_set_mode(fixture.store, STORE_MODE_READ_ONLY);
    ck_assert(!passes(1, 1));
}
END_TEST

START_TEST(a_deadline_that_has_passed_stands_against_it)
{
    StorePutArgs args = a_put(1, 1);
    int64_t now_us = base_clock_monotonic_us(&fixture.clock.clock);
    args.options.deadline.now_us = now_us;
    args.options.deadline.arrival_us = now_us - fixture.limits.deadline_ms_default * 1000 + 1;
    EnginePut put;
    ck_assert(store_plain_check(fixture.store, &args, &put));
    ck_assert_int_eq(put.deadline_us, now_us + 1);
    ck_assert(store_plain_put(fixture.store, &put, 1));
    base_fake_clock_advance_ms(&fixture.clock, 1);
    ck_assert(!store_plain_put(fixture.store, &put, 1)); /* it has passed meanwhile */
    args.options.deadline.arrival_us--;
    ck_assert(!store_plain_check(fixture.store, &args, &put));
}
END_TEST

START_TEST(puts_are_executed_in_their_order)
{
    EnginePut puts[] = {{.key = TEXT("a"), .value = TEXT("1")},
                        {.key = TEXT("a"), .value = TEXT("2")}};
    ck_assert(store_plain_is_served(fixture.store));
    ck_assert(store_plain_put(fixture.store, puts, 2));
    ck_assert_int_eq(puts[1].version, puts[0].version + 1);
    StoreWriteResult result = store_plain_result(&puts[1]);
    ck_assert(result.applied && result.reason == STORE_WAS_APPLIED && !result.has_existed);
    ck_assert_int_eq(result.version, puts[1].version);
    ck_assert_int_eq(result.expires_at_ms, 0);
}
END_TEST

START_TEST(an_engine_without_the_shorter_way_takes_none)
{
    gate_register();
    gate_reset();
    Store *store = fixture_open_store("other", &gated_class);
    EnginePut put = {.key = TEXT("a"), .value = TEXT("1")};
    ck_assert(!store_plain_is_served(store));
    ck_assert(!store_plain_put(store, &put, 1));
    ck_assert_uint_eq(gate_commits(), 0);
}
END_TEST

static void
add_tests(TCase *tests)
{
    tcase_add_test(tests, lengths_are_checked);
    tcase_add_test(tests, a_store_that_is_only_read_takes_none);
    tcase_add_test(tests, a_deadline_that_has_passed_stands_against_it);
    tcase_add_test(tests, puts_are_executed_in_their_order);
    tcase_add_test(tests, an_engine_without_the_shorter_way_takes_none);
}

int
main(void)
{
    return fixture_main("store/plain", add_tests);
}
