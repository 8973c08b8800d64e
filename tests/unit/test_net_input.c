/*
 * test_net_input.c: received bytes that wait, and what an idle connection costs.
 */
#include "service/net/conn.h"
#include "service/net/input.h"

#include <check.h>
#include <stdlib.h>

static NetInput
filled(size_t len)
{
    NetInput input = {BASE_BUF_INIT, 0};
    for (size_t i = 0; i < len; i++) {
        uint8_t byte = (uint8_t)(i * 7);
        ck_assert(net_input_append(&input, &byte, 1));
    }
    return input;
}

static void
check_bytes(BaseSlice bytes, size_t from, size_t len)
{
    ck_assert_uint_eq(bytes.len, len);
    for (size_t i = 0; i < len; i++) {
        ck_assert_uint_eq(bytes.data[i], (uint8_t)((from + i) * 7));
    }
}

START_TEST(consumes_from_the_front)
{
    NetInput input = filled(5000);
    net_input_consume(&input, 1000);
    check_bytes(net_input_slice(&input), 1000, 4000);
    net_input_consume(&input, 3999);
    net_input_compact(&input);
    check_bytes(net_input_slice(&input), 4999, 1);
    ck_assert_uint_eq(input.begin, 0);
    net_input_clear(&input);
}
END_TEST

START_TEST(large_storage_goes_with_the_last_byte_and_small_storage_stays)
{
    NetInput input = filled(5000);
    net_input_consume(&input, 5000);
    ck_assert_ptr_null(input.buf.data);
    ck_assert_uint_eq(net_input_slice(&input).len, 0);
    ck_assert(net_input_append(&input, "abc", 3));
    net_input_consume(&input, 3);
    ck_assert_ptr_nonnull(input.buf.data);
    ck_assert_uint_le(input.buf.capacity, 512);
    ck_assert_uint_eq(net_input_len(&input), 0);
    net_input_clear(&input);
}
END_TEST

START_TEST(steals_large_requests_with_their_storage)
{
    NetInput input = filled(100000);
    const uint8_t *storage = input.buf.data;
    BaseBuf bytes = BASE_BUF_INIT;
    ck_assert(net_input_steal(&input, 90000, &bytes));
    ck_assert_ptr_eq(bytes.data, storage);
    check_bytes(base_buf_slice(&bytes), 0, 90000);
    check_bytes(net_input_slice(&input), 90000, 10000);
    base_buf_clear(&bytes);
    ck_assert(net_input_steal(&input, 10000, &bytes) == false);
    net_input_clear(&input);
}
END_TEST

START_TEST(does_not_steal_what_is_not_worth_it)
{
    NetInput input = filled(100000);
    BaseBuf bytes = BASE_BUF_INIT;
    ck_assert(!net_input_steal(&input, 100, &bytes));
    ck_assert(!net_input_steal(&input, 40000, &bytes));
    net_input_consume(&input, 1);
    ck_assert(!net_input_steal(&input, 99999, &bytes));
    ck_assert_ptr_null(bytes.data);
    check_bytes(net_input_slice(&input), 1, 99999);
    net_input_clear(&input);
}
END_TEST

START_TEST(an_idle_connection_is_small)
{
    ck_assert_uint_le(sizeof(NetConn) + 512, 2048);
}
END_TEST

int
main(void)
{
    TCase *cases = tcase_create("input");
    tcase_add_test(cases, consumes_from_the_front);
    tcase_add_test(cases, large_storage_goes_with_the_last_byte_and_small_storage_stays);
    tcase_add_test(cases, steals_large_requests_with_their_storage);
    tcase_add_test(cases, does_not_steal_what_is_not_worth_it);
    tcase_add_test(cases, an_idle_connection_is_small);
    Suite *suite = suite_create("net");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
