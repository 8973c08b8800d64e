/*
 * test_rpc_convert.c: absent members, members with their default value, and no bytes at all.
 */
#include "service/rpc/convert.h"
#include "tests/unit/rpc_rig.h"

START_TEST(no_array_is_no_bytes)
{
    ck_assert_uint_eq(rpc_convert_bytes(NULL).len, 0);
    GByteArray *array = rpc_convert_to_array(BASE_SLICE_EMPTY);
    ck_assert_ptr_nonnull(array);
    ck_assert_uint_eq(array->len, 0);
    ck_assert_uint_eq(rpc_convert_bytes(array).len, 0);
    g_byte_array_unref(array);
    array = rpc_convert_to_array(base_slice("\0\xff", 2));
    ck_assert(base_slice_equal(rpc_convert_bytes(array), base_slice("\0\xff", 2)));
    g_byte_array_unref(array);
}
END_TEST

START_TEST(a_condition_of_nothing_always_holds)
{
    LarderRpcCondition *condition = g_object_new(LARDER_RPC_TYPE_CONDITION, NULL);
    StoreCondition converted = rpc_convert_condition(condition);
    ck_assert(!converted.absent && !converted.present && !converted.has_version_equal &&
              !converted.has_version_at_most && !converted.has_value_equal);
    g_object_set(condition, "absent", FALSE, "present", FALSE, NULL);
    converted = rpc_convert_condition(condition);
    ck_assert(!converted.absent && !converted.present);
    g_object_set(condition, "version_equal", (gint64)0, "version_at_most", (gint64)0, NULL);
    converted = rpc_convert_condition(condition);
    ck_assert(converted.has_version_equal && converted.has_version_at_most);
    ck_assert_int_eq(converted.version_equal, 0);
    g_object_unref(condition);
}
END_TEST

START_TEST(an_empty_value_can_be_demanded)
{
    GByteArray *nothing = g_byte_array_new();
    LarderRpcCondition *condition =
        g_object_new(LARDER_RPC_TYPE_CONDITION, "value_equal", nothing, NULL);
    StoreCondition converted = rpc_convert_condition(condition);
    ck_assert(converted.has_value_equal);
    ck_assert_uint_eq(converted.value_equal.len, 0);
    g_object_unref(condition);
    g_byte_array_unref(nothing);
}
END_TEST

START_TEST(an_expiry_knows_what_is_set)
{
    LarderRpcExpiry *expiry = g_object_new(LARDER_RPC_TYPE_EXPIRY, "keep", FALSE, NULL);
    StoreExpiry converted = rpc_convert_expiry(expiry);
    ck_assert(!converted.has_ttl_ms && !converted.has_at_ms && !converted.keep);
    g_object_set(expiry, "keep", TRUE, "ttl_ms", (gint64)-5, NULL);
    converted = rpc_convert_expiry(expiry);
    ck_assert(converted.has_ttl_ms && !converted.has_at_ms && converted.keep);
    ck_assert_int_eq(converted.ttl_ms, -5);
    g_object_unref(expiry);
}
END_TEST

START_TEST(a_range_tells_empty_from_absent)
{
    GByteArray *nothing = g_byte_array_new();
    LarderRpcKeyRange *range = g_object_new(LARDER_RPC_TYPE_KEY_RANGE, "stop_key", nothing, NULL);
    StoreKeyRange converted = rpc_convert_range(range);
    ck_assert(!converted.has_start_key && converted.has_stop_key && !converted.has_prefix);
    ck_assert_uint_eq(converted.stop_key.len, 0);
    g_object_unref(range);
    g_byte_array_unref(nothing);
}
END_TEST

START_TEST(a_deadline_counts_from_the_arrival)
{
    ObsCall call = {.arrival_us = 1234};
    StoreDeadline deadline = rpc_convert_deadline(&call, FALSE, 0);
    ck_assert(!deadline.is_set);
    ck_assert_int_eq(deadline.arrival_us, 1234);
    deadline = rpc_convert_deadline(&call, TRUE, 0);
    ck_assert(deadline.is_set);
    ck_assert_int_eq(deadline.ms, 0);
}
END_TEST

int
main(void)
{
    TCase *cases = tcase_create("convert");
    tcase_add_test(cases, no_array_is_no_bytes);
    tcase_add_test(cases, a_condition_of_nothing_always_holds);
    tcase_add_test(cases, an_empty_value_can_be_demanded);
    tcase_add_test(cases, an_expiry_knows_what_is_set);
    tcase_add_test(cases, a_range_tells_empty_from_absent);
    tcase_add_test(cases, a_deadline_counts_from_the_arrival);
    return rig_run("rpc", cases);
}
