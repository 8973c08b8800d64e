/*
 * test_rpc_methods.c: the table of methods, and finding one by its exact name.
 */
#include "service/rpc/methods.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

START_TEST(every_method_is_found_by_its_own_name_only)
{
    for (size_t row = 0; row < rpc_methods_count(); row++) {
        const RpcMethod *method = rpc_methods_at(row);
        ck_assert_uint_eq(rpc_methods_find(method->service, base_slice_text(method->name)), row);
        ck_assert_str_eq(rpc_methods_labels()[row].name, method->name);
        char longer[80];
        int len = snprintf(longer, sizeof longer, "%s%c", method->name, '\0');
        BaseSlice name = base_slice(longer, (size_t)len);
        ck_assert_uint_eq(rpc_methods_find(method->service, name), rpc_methods_count());
        name.len -= 2;
        ck_assert_uint_eq(rpc_methods_find(method->service, name), rpc_methods_count());
    }
    ck_assert_uint_eq(rpc_methods_find(RPC_STORE, BASE_SLICE_EMPTY), rpc_methods_count());
    ck_assert_uint_eq(rpc_methods_find(RPC_STORE, BASE_SLICE_LITERAL("GET")), rpc_methods_count());
    ck_assert_uint_eq(rpc_methods_find(RPC_ADMIN, BASE_SLICE_LITERAL("get")), rpc_methods_count());
}
END_TEST

START_TEST(services_come_in_order_with_all_their_methods)
{
    size_t counts[RPC_SERVICE_COUNT] = {0};
    for (size_t row = 0; row < rpc_methods_count(); row++) {
        counts[rpc_methods_at(row)->service]++;
        ck_assert(row == 0 || rpc_methods_at(row - 1)->service <= rpc_methods_at(row)->service);
    }
    ck_assert_uint_eq(counts[RPC_STORE], 28);
    ck_assert_uint_eq(counts[RPC_ADMIN], 22);
    ck_assert_uint_eq(counts[RPC_OBSERVE], 12);
    ck_assert_str_eq(rpc_methods_labels()[0].service, "Store");
}
END_TEST

START_TEST(only_options_are_optional)
{
    for (size_t row = 0; row < rpc_methods_count(); row++) {
        for (const RpcArgument *a = rpc_methods_at(row)->arguments; a->id != 0; a++) {
            ck_assert_int_eq(a->required, strcmp(a->name, "options") != 0);
        }
    }
}
END_TEST

/* A method that writes and is taken for a reader would have its lost reply answered wrongly. */
START_TEST(writers_are_known)
{
    static const char *const writers[] = {
        "put",           "remove",        "touch",          "increment",     "append",
        "batch",         "bulk_write",    "remove_range",   "lease_acquire", "lease_renew",
        "lease_release", "snapshot_open", "snapshot_renew", "snapshot_close"};
    size_t found = 0;
    for (size_t row = 0; row < 28; row++) {
        found += rpc_methods_writes(rpc_methods_at(row));
    }
    ck_assert_uint_eq(found, sizeof writers / sizeof writers[0]);
    for (size_t i = 0; i < found; i++) {
        size_t row = rpc_methods_find(RPC_STORE, base_slice_text(writers[i]));
        ck_assert_msg(rpc_methods_writes(rpc_methods_at(row)), "%s", writers[i]);
    }
    size_t health = rpc_methods_find(RPC_OBSERVE, BASE_SLICE_LITERAL("health"));
    ck_assert(!rpc_methods_writes(rpc_methods_at(health)));
    size_t drain = rpc_methods_find(RPC_ADMIN, BASE_SLICE_LITERAL("drain"));
    ck_assert(rpc_methods_writes(rpc_methods_at(drain)));
}
END_TEST

int
main(void)
{
    TCase *cases = tcase_create("methods");
    tcase_add_test(cases, every_method_is_found_by_its_own_name_only);
    tcase_add_test(cases, services_come_in_order_with_all_their_methods);
    tcase_add_test(cases, only_options_are_optional);
    tcase_add_test(cases, writers_are_known);
    Suite *suite = suite_create("rpc");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
