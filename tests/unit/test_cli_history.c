/*
 * test_cli_history.c: what of a session is written to a file, and who may read it.
 */
#include "service/cli/history.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static char folder[32];
static char path[64];

static void
set_up(void)
{
    (void)snprintf(folder, sizeof folder, "/tmp/test_cli_resume.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    (void)snprintf(path, sizeof path, "%s/note", folder);
}

static void
tear_down(void)
{
    char command[64];
    (void)snprintf(command, sizeof command, "rm -rf %s", folder);
    ck_assert_int_eq(system(command), 0);
}

START_TEST(secrets_are_not_kept)
{
    static const struct {
        const char *line;
        bool keep;
    } cases[] = {
        {"get default a", true},
        {"put default a secret", false},
        {" get default a", false},
        {"append default a more", false},
        {"--json put default a", false},
        {"watch put default a b", false},
        {"remove d a --if-value=s", false},
        {"remove d a --if-version=1", true},
        {"", false},
        {"# note", false},
        {"get 'open", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ck_assert_msg(cli_history_may_keep(base_slice_text(cases[i].line)) == cases[i].keep, "%s",
                      cases[i].line);
    }
}
END_TEST

START_TEST(the_history_is_its_owners_and_bounded)
{
    CliHistory history;
    BaseBuf text = BASE_BUF_INIT;
    struct stat stat_of;
    (void)snprintf(path, sizeof path, "%s/deep/er/history", folder);
    ck_assert_int_eq(setenv("LARDER_HISTFILE", path, 1), 0);
    cli_history_open(&history, &text);
    ck_assert_int_ge(history.fd, 0);
    ck_assert_uint_eq(text.len, 0);
    for (int i = 0; i < 2 * CLI_HISTORY_LINES + 10; i++) {
        char line[32];
        (void)snprintf(line, sizeof line, "get default %d", i);
        cli_history_add(&history, base_slice_text(line));
    }
    cli_history_add(&history, BASE_SLICE_LITERAL("put default a secret"));
    cli_history_close(&history);
    ck_assert_int_eq(chmod(path, 0666), 0);
    cli_history_open(&history, &text);
    cli_history_close(&history);
    ck_assert_int_eq(stat(path, &stat_of), 0);
    ck_assert_int_eq(stat_of.st_mode & 0777, 0600);
    ck_assert(base_buf_append_byte(&text, 0));
    char *all = (char *)text.data;
    ck_assert_msg(strncmp(all, "get default 1010\n", 17) == 0, "%.20s", all);
    ck_assert_ptr_null(strstr(all, "secret"));
    ck_assert_int_eq(stat_of.st_size, (off_t)text.len - 1); /* it was cut */
    base_buf_clear(&text);
    ck_assert_int_eq(setenv("LARDER_HISTFILE", "", 1), 0);
    cli_history_open(&history, &text);
    ck_assert_int_eq(history.fd, -1);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("cli_history");
    TCase *tcase = tcase_create("history");
    suite_add_tcase(suite, tcase);
    tcase_set_timeout(tcase, 120);
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, secrets_are_not_kept);
    tcase_add_test(tcase, the_history_is_its_owners_and_bounded);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
