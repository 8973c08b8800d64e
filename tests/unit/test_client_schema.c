/*
 * test_client_schema.c: the tables describe every method, agree with the server's, and have names.
 */
#include "service/client/schema.h"

#include "larder_methods.h"

#include <check.h>
#include <stdlib.h>

/* The methods as the server's generated code lists them. */
#define METHOD(Service, service, name) {#Service, #name},
#define ARGUMENT(id, name, type, presence)
#define END()
static const char *const served[][2] = {LARDER_METHODS(METHOD, ARGUMENT, END)};
#undef METHOD
#undef ARGUMENT
#undef END

enum { SERVED_COUNT = sizeof served / sizeof served[0] };

START_TEST(every_method_is_described)
{
    ck_assert_int_eq(SERVED_COUNT, LARDER_METHOD_COUNT);
    for (int i = 0; i < LARDER_METHOD_COUNT; i++) {
        const ClientMethod *method = client_schema_method((LarderMethod)i);
        ck_assert_str_eq(larder_method_service((LarderMethod)i), served[i][0]);
        ck_assert_str_eq(larder_method_name((LarderMethod)i), served[i][1]);
        ck_assert_uint_eq(method->name.len, strlen(served[i][1]));
        ck_assert_ptr_nonnull(method->arguments);
        ck_assert_ptr_nonnull(method->result);
        ck_assert(method->result->leads);
        ck_assert(method->options == NULL || method->options->optional);
    }
    ck_assert_ptr_null(client_schema_method((LarderMethod)LARDER_METHOD_COUNT));
    ck_assert_ptr_null(client_schema_method((LarderMethod)-1));
}
END_TEST

START_TEST(names)
{
    ck_assert_str_eq(larder_method_name(LARDER_METHOD_MULTI_GET), "multi_get");
    ck_assert_str_eq(larder_method_name((LarderMethod)LARDER_METHOD_COUNT), "unknown");
    ck_assert_str_eq(larder_method_service(LARDER_METHOD_DRAIN), "Admin");
    ck_assert_str_eq(larder_method_service((LarderMethod)-1), "unknown");
    ck_assert_str_eq(larder_not_applied_name(LARDER_NOT_APPLIED_STALE_FENCE), "STALE_FENCE");
    ck_assert_str_eq(larder_not_applied_name(0), "WAS_APPLIED");
    ck_assert_str_eq(larder_not_applied_name(7), "unknown");
    ck_assert_str_eq(larder_refused_code_name(0), "unknown");
    ck_assert_str_eq(larder_refused_code_name(-1), "unknown");
    ck_assert_str_eq(larder_refused_code_name(8), "STARTING");
    ck_assert_str_eq(larder_refused_code_name(INT32_MAX), "unknown");
}
END_TEST

/* A write that passed for a read would be sent twice, so the reads are written down here, too. */
START_TEST(reads_are_those_that_change_nothing)
{
    static const char *const reads[] = {
        "server_info", "get",        "multi_get",     "scan",          "range_info",  "checksum",
        "lease_get",   "lease_list", "snapshot_list", "changes",       "topology",    "locate",
        "ping",        "store_list", "config_plan",   "config_export", "backup_list", "job_get",
        "job_list",    "health",     "metrics",       "store_stats",   "levels",      "files",
        "histograms",  "hot_keys",   "hot_prefixes",  "events",        "slow_log",    "explain",
        "doctor",
    };
    for (int i = 0; i < LARDER_METHOD_COUNT; i++) {
        const ClientMethod *method = &client_schema_methods[i];
        bool expected = false;
        for (size_t j = 0; j < sizeof reads / sizeof reads[0]; j++) {
            expected = expected || strcmp((const char *)method->name.data, reads[j]) == 0;
        }
        ck_assert_msg(method->reads == expected, "%s", (const char *)method->name.data);
    }
}
END_TEST

/* The header's constants are those of the contract that both sides are made from. */
START_TEST(enums_fit_their_members)
{
    ck_assert_uint_eq(sizeof(LarderNotApplied), sizeof(int32_t));
    ck_assert_uint_eq(sizeof(LarderInvalidCode), sizeof(int32_t));
    ck_assert_int_eq(LARDER_API_VERSION, 2);
    ck_assert_int_eq(LARDER_DATA_PORT, 7400);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("client_schema");
    TCase *tcase = tcase_create("schema");
    tcase_add_test(tcase, every_method_is_described);
    tcase_add_test(tcase, names);
    tcase_add_test(tcase, reads_are_those_that_change_nothing);
    tcase_add_test(tcase, enums_fit_their_members);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
