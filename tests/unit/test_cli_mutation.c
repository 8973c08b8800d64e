/*
 * test_cli_mutation.c: lines of a batch or bulk file.
 */
#include "service/cli/mutation.h"

#include <check.h>
#include <stdlib.h>

START_TEST(mutations_are_read)
{
    char problem[256];
    CliMutation *put = cli_mutation_read(
        BASE_SLICE_LITERAL(
            "{\"op\":\"put\",\"key\":\"k\",\"value\":{\"base64\":\"/w==\"},\"ttl_ms\":5,"
            "\"if_version\":3,\"if_value\":\"\\u0041\"}"),
        problem, sizeof problem);
    ck_assert_msg(put != NULL, "%s", problem);
    ck_assert(!put->guard && put->mutation.kind == LARDER_MUTATION_KIND_PUT);
    ck_assert(larder_bytes_equal(put->mutation.key, larder_text("k")));
    ck_assert(put->mutation.has_value &&
              larder_bytes_equal(put->mutation.value, larder_text("\xff")));
    ck_assert(put->mutation.expiry->has_ttl_ms && put->mutation.expiry->ttl_ms == 5);
    ck_assert(put->mutation.condition->has_version_equal);
    ck_assert(larder_bytes_equal(put->mutation.condition->value_equal, larder_text("A")));
    cli_mutation_free(put);
    CliMutation *add = cli_mutation_read(BASE_SLICE_LITERAL("{\"key\":\"n\",\"op\":\"increment\"}"),
                                         problem, sizeof problem);
    ck_assert(add != NULL && add->mutation.has_delta && add->mutation.delta == 1);
    ck_assert_ptr_null(add->mutation.condition);
    cli_mutation_free(add);
    CliMutation *guard =
        cli_mutation_read(BASE_SLICE_LITERAL("{\"op\":\"guard\",\"key\":\"g\",\"if_absent\":true}"),
                          problem, sizeof problem);
    ck_assert(guard != NULL && guard->guard && guard->condition.has_absent &&
              guard->condition.absent);
    cli_mutation_free(guard);
    CliMutation *range = cli_mutation_read(
        BASE_SLICE_LITERAL("{\"op\":\"remove_range\",\"key\":\"a\",\"stop\":\"b\"}"), problem,
        sizeof problem);
    ck_assert(range != NULL && range->mutation.has_stop_key);
    cli_mutation_free(range);
    cli_mutation_free(NULL);
}
END_TEST

START_TEST(mutations_that_make_no_sense_are_not)
{
    static const char *const bad[] = {
        "",
        "{}",
        "{\"op\":\"put\"}",
        "{\"op\":\"put\",\"key\":\"k\"}",
        "{\"op\":\"remove\",\"key\":\"k\",\"value\":\"v\"}",
        "{\"op\":\"remove\",\"key\":\"k\",\"ttl_ms\":1}",
        "{\"op\":\"remove_range\",\"key\":\"k\",\"if_absent\":true}",
        "{\"op\":\"put\",\"key\":\"k\",\"value\":\"v\",\"delta\":1}",
        "{\"op\":\"increment\",\"key\":\"k\",\"delta\":1.5}",
        "{\"op\":\"guard\",\"key\":\"k\"}",
        "{\"op\":\"guard\",\"key\":\"k\",\"if_absent\":false}",
        "{\"op\":\"destroy\",\"key\":\"k\"}",
        "{\"key\":\"k\"}",
        "{\"op\":\"put\",\"op\":\"put\",\"key\":\"k\",\"value\":\"v\"}",
        "{\"op\":\"put\",\"key\":\"k\",\"value\":\"v\",\"ttl_ms\":1,\"keep_ttl\":true}",
        "{\"op\":\"put\",\"key\":\"k\",\"value\":\"v\",\"ttl\":1}",
        "{\"op\":\"put\",\"key\":\"k\",\"value\":\"v\"},",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char problem[256] = "";
        ck_assert_msg(cli_mutation_read(base_slice_text(bad[i]), problem, sizeof problem) == NULL,
                      "%s", bad[i]);
        ck_assert_str_ne(problem, "");
    }
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("cli_mutation");
    TCase *tcase = tcase_create("mutation");
    suite_add_tcase(suite, tcase);
    tcase_set_timeout(tcase, 120);
    tcase_add_test(tcase, mutations_are_read);
    tcase_add_test(tcase, mutations_that_make_no_sense_are_not);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
