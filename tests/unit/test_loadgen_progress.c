/*
 * test_loadgen_progress.c: one line that is written over on a terminal, a line each elsewhere.
 */
#include "loadgen/progress.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static char *text;

/* Shows two views, the second one without p99 and time left; leaves in `text` what was written. */
static void
show(bool terminal)
{
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    LoadProgress progress = load_progress(out);
    ck_assert(!progress.terminal);
    progress.terminal = terminal;
    LoadProgressView view = {
        .phase = LOAD_PHASE_MEASURE,
        .rate = 1234567,
        .p99_ns = 1500,
        .faults = 3,
        .wrong = 2,
        .done = 0.25,
        .left = 7.6,
    };
    load_progress_show(&progress, &view);
    view.p99_ns = 0;
    view.left = -1;
    load_progress_show(&progress, &view);
    load_progress_end(&progress);
    load_progress_end(&progress); /* ended already: nothing more */
    ck_assert_int_eq(fclose(out), 0);
}

static void
teardown(void)
{
    free(text);
}

START_TEST(lines_of_a_log)
{
    show(false);
    ck_assert_str_eq(text,
                     "measure  25 %    1,234,567/s  p99       1.5 us  errors 3  wrong 2  left 8 s\n"
                     "measure  25 %    1,234,567/s  p99         - us  errors 3  wrong 2  left ?\n");
}
END_TEST

START_TEST(one_line_of_a_terminal)
{
    show(true);
    ck_assert(strncmp(text, "\rmeasure  25 %", 14) == 0);
    ck_assert_ptr_null(strchr(text, '\n'));
    ck_assert_str_eq(text + strlen(text) - 4, "\r\033[K"); /* nothing is left behind */
}
END_TEST

START_TEST(quiet_says_nothing)
{
    LoadProgress progress = load_progress(NULL);
    LoadProgressView view = {.phase = LOAD_PHASE_LOAD};
    load_progress_show(&progress, &view);
    load_progress_end(&progress);
    ck_assert_ptr_null(progress.out);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("loadgen/progress");
    TCase *tcase = tcase_create("progress");
    tcase_add_checked_fixture(tcase, NULL, teardown);
    tcase_add_test(tcase, lines_of_a_log);
    tcase_add_test(tcase, one_line_of_a_terminal);
    tcase_add_test(tcase, quiet_says_nothing);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
