/*
 * test_server_limits.c: the table of limits agrees with itself, with the layers and with its
 * checks.
 */
#include "service/limits.h"

#include <check.h>
#include <stdlib.h>

START_TEST(every_row_is_sound)
{
    Limits limits = limits_default();
    for (size_t i = 0; i < LIMITS_COUNT; i++) {
        const EngineOption *option = limits_option(i);
        ck_assert_str_ne(option->name, "");
        ck_assert_str_ne(option->help, "");
        ck_assert_str_ne(limits_unit(i), "");
        ck_assert_int_ge(option->preset, option->lowest);
        ck_assert_int_le(option->preset, option->highest);
        ck_assert_int_eq(limits_get(&limits, i), option->preset);
        ck_assert_int_eq(limits_is_fixed(i), option->lowest == option->highest);
        for (size_t j = 0; j < i; j++) {
            ck_assert_str_ne(option->name, limits_option(j)->name);
        }
    }
}
END_TEST

START_TEST(defaults_are_those_of_the_contract)
{
    Limits limits = limits_default();
    StoreLimits store = limits_for_store(&limits);
    StoreLimits contract = STORE_LIMITS_PRESET;
    ck_assert_int_eq(store.key_bytes_max, contract.key_bytes_max);
    ck_assert_int_eq(store.value_bytes_max, contract.value_bytes_max);
    ck_assert_int_eq(store.batch_items_max, contract.batch_items_max);
    ck_assert_int_eq(store.bulk_items_max, contract.bulk_items_max);
    ck_assert_int_eq(store.range_removes_max, contract.range_removes_max);
    ck_assert_int_eq(store.multi_get_items_max, contract.multi_get_items_max);
    ck_assert_int_eq(store.scan_items_max, contract.scan_items_max);
    ck_assert_int_eq(store.scan_bytes_max, contract.scan_bytes_max);
    ck_assert_int_eq(store.scan_examined_max, contract.scan_examined_max);
    ck_assert_int_eq(store.scan_ms_max, contract.scan_ms_max);
    ck_assert_int_eq(store.ranges_max, contract.ranges_max);
    ck_assert_int_eq(store.ping_bytes_max, contract.ping_bytes_max);
    ck_assert_int_eq(store.deadline_ms_max, contract.deadline_ms_max);
}
END_TEST

START_TEST(each_layer_gets_its_part)
{
    Limits limits = limits_default();
    limits.request_bytes = 111111;
    limits.connections = 22;
    limits.write_stall_ms = 3333;
    limits.request_values = 444444;
    NetLimits net = limits_for_net(&limits);
    WireLimits wire = limits_for_wire(&limits);
    ck_assert_uint_eq(net.request_bytes_max, 111111);
    ck_assert_uint_eq(net.connections_max, 22);
    ck_assert_uint_eq(net.write_stall_ms, 3333);
    ck_assert_uint_eq(wire.request_bytes_max, 111111);
    ck_assert_uint_eq(wire.values_max, 444444);
    RpcLimit list[LIMITS_COUNT];
    limits_for_rpc(&limits, list);
    ck_assert_str_eq(list[0].name, "request_bytes");
    ck_assert_int_eq(list[0].value, 111111);
    ck_assert_str_eq(list[0].unit, "bytes");
}
END_TEST

/* The limit that limits_check() names, when it names one only. */
static const char *
only_clash(const Limits *limits)
{
    LimitsClash clashes[LIMITS_CLASHES_MAX];
    ck_assert_uint_eq(limits_check(limits, clashes), 1);
    ck_assert_str_ne(clashes[0].message, "");
    return clashes[0].name;
}

START_TEST(finds_limits_that_contradict_each_other)
{
    Limits limits = limits_default();
    LimitsClash clashes[LIMITS_CLASHES_MAX];
    ck_assert_uint_eq(limits_check(&limits, clashes), 0);

    limits.value_bytes = limits.request_bytes - limits.key_bytes;
    ck_assert_str_eq(only_clash(&limits), "value_bytes");
    limits = limits_default();
    limits.value_bytes = limits.request_bytes - limits.key_bytes - 4 * LIMITS_KIB;
    ck_assert_uint_eq(limits_check(&limits, clashes), 0);

    limits = limits_default();
    limits.scan_bytes = limits.reply_bytes;
    ck_assert_str_eq(only_clash(&limits), "scan_bytes");
    limits = limits_default();
    limits.multi_get_bytes = limits.reply_bytes;
    ck_assert_str_eq(only_clash(&limits), "multi_get_bytes");
    limits = limits_default();
    limits.bulk_write_items = limits.container_items + 1;
    ck_assert_str_eq(only_clash(&limits), "bulk_write_items");
    limits = limits_default();
    limits.connections_per_ip = limits.connections + 1;
    ck_assert_str_eq(only_clash(&limits), "connections_per_ip");
    limits = limits_default();
    limits.in_flight_bytes = limits.reply_bytes;
    ck_assert_str_eq(only_clash(&limits), "in_flight_bytes");
    limits = limits_default();
    limits.container_items = limits.request_values + 1;
    ck_assert_str_eq(only_clash(&limits), "container_items");
}
END_TEST

START_TEST(reports_all_contradictions_and_no_more_than_fit)
{
    Limits limits = limits_default();
    for (size_t i = 0; i < LIMITS_COUNT; i++) {
        const EngineOption *option = limits_option(i);
        *limits_at(&limits, i) = i % 2 == 0 ? option->highest : option->lowest;
    }
    LimitsClash clashes[LIMITS_CLASHES_MAX];
    size_t count = limits_check(&limits, clashes);
    ck_assert_uint_ge(count, 2);
    ck_assert_uint_le(count, LIMITS_CLASHES_MAX);
}
END_TEST

int
main(void)
{
    TCase *cases = tcase_create("limits");
    tcase_add_test(cases, every_row_is_sound);
    tcase_add_test(cases, defaults_are_those_of_the_contract);
    tcase_add_test(cases, each_layer_gets_its_part);
    tcase_add_test(cases, finds_limits_that_contradict_each_other);
    tcase_add_test(cases, reports_all_contradictions_and_no_more_than_fit);
    Suite *suite = suite_create("server");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
