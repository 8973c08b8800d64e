/*
 * test_cli_difference.c: lines that went and lines that came.
 */
#include "service/cli/difference.h"

#include <check.h>
#include <stdlib.h>

static void
show(void *user, bool came, BaseSlice line)
{
    (void)base_buf_printf(user, "%c%.*s|", came ? '+' : '-', (int)line.len,
                          (const char *)line.data);
}

static void
check_difference(const char *before, const char *after, const char *expected)
{
    BaseBuf text = BASE_BUF_INIT;
    ck_assert(cli_difference(base_slice_text(before), base_slice_text(after), show, &text));
    ck_assert(base_buf_append_byte(&text, 0));
    ck_assert_str_eq((const char *)text.data, expected);
    base_buf_clear(&text);
}

START_TEST(lines_that_went_and_came)
{
    check_difference("", "", "");
    check_difference("a\nb\n", "a\nb\n", "");
    check_difference("a\nb\n", "b\na\n", "");
    check_difference("a\nb\nc\n", "a\nx\nc\ny\n", "-b|+x|+y|");
    check_difference("a\na\n", "a\n", "-a|");
    check_difference("a\n", "a\na\na\n", "+a|+a|");
    check_difference("", "b\na", "+b|+a|");
    check_difference("b\na\n", "", "-b|-a|");
    check_difference("a\n\n", "a\n", "-|");
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("cli_difference");
    TCase *tcase = tcase_create("difference");
    suite_add_tcase(suite, tcase);
    tcase_set_timeout(tcase, 120);
    tcase_add_test(tcase, lines_that_went_and_came);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
