/*
 * test_cli_resume.c: notes of an import, and when they are written.
 */
#include "service/cli/checkpoint.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

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

static void
write_file(const char *text)
{
    FILE *file = fopen(path, "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_ge(fputs(text, file), 0);
    ck_assert_int_eq(fclose(file), 0);
}

START_TEST(a_note_comes_back)
{
    CliResume note = {.server = "tcp:\"h\":1",
                      .store = "d",
                      .position = UINT64_C(1) << 40,
                      .hash = UINT64_MAX - 5,
                      .records = 17,
                      .server_started_ms = 9};
    CliResume back;
    ck_assert_int_eq(cli_resume_read(path, &back).code, BASE_NOT_FOUND);
    ck_assert(base_is_ok(cli_resume_write(path, &note)));
    ck_assert(base_is_ok(cli_resume_read(path, &back)));
    ck_assert_str_eq(back.server, note.server);
    ck_assert_str_eq(back.store, note.store);
    ck_assert_uint_eq(back.position, note.position);
    ck_assert_uint_eq(back.hash, note.hash);
    ck_assert_uint_eq(back.records, note.records);
    ck_assert_int_eq(back.server_started_ms, 9);
    ck_assert(base_is_ok(cli_resume_remove(path)));
    ck_assert(base_is_ok(cli_resume_remove(path)));
    ck_assert_int_ne(access(path, F_OK), 0);
}
END_TEST

START_TEST(what_is_no_note_is_not_taken_for_one)
{
    static const char *const texts[] = {
        "",
        "{}",
        "[]",
        "{\"larder_import\":1}",
        "{\"larder_import\":2,\"server\":\"a\",\"store\":\"b\",\"position\":1,\"hash\":1,"
        "\"records\":1,"
        "\"server_started_ms\":0}",
        "{\"larder_import\":1,\"server\":\"a\",\"store\":\"b\",\"position\":1,\"hash\":1,"
        "\"records\":1}",
        "{\"larder_import\":1,\"server\":7,\"store\":\"b\",\"position\":1,\"hash\":1,\"records\":1,"
        "\"server_started_ms\":0}",
        "{\"larder_import\":1,\"server\":\"a\",\"store\":\"b\",\"position\":1,\"hash\":1,"
        "\"records\":1,"
        "\"server_started_ms\":0",
    };
    CliResume back;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        write_file(texts[i]);
        ck_assert_msg(cli_resume_read(path, &back).code == BASE_CORRUPTION, "%s", texts[i]);
    }
}
END_TEST

START_TEST(only_what_was_answered_is_noted)
{
    static CliCheckpoint checkpoint;
    CliResume back;
    checkpoint = (CliCheckpoint){.path = path};
    ck_assert(!cli_checkpoint_wants(&checkpoint, 1000));
    ck_assert(cli_checkpoint_wants(&checkpoint, 1 << 20));
    cli_checkpoint_mark(&checkpoint, 1 << 20, 11, 100);
    ck_assert(!cli_checkpoint_wants(&checkpoint, (1 << 20) + 1));
    cli_checkpoint_mark(&checkpoint, 2 << 20, 22, 200);
    ck_assert(base_is_ok(cli_checkpoint_reach(&checkpoint, 100, true))); /* 100 is under way */
    ck_assert_int_eq(cli_resume_read(path, &back).code, BASE_NOT_FOUND);
    ck_assert(base_is_ok(cli_checkpoint_reach(&checkpoint, 101, true)));
    ck_assert(base_is_ok(cli_resume_read(path, &back)));
    ck_assert_uint_eq(back.position, 1 << 20);
    ck_assert_uint_eq(back.hash, 11);
    ck_assert_uint_eq(back.records, 100);
    ck_assert(base_is_ok(cli_checkpoint_reach(&checkpoint, UINT64_MAX, false))); /* not so soon */
    ck_assert(base_is_ok(cli_resume_read(path, &back)));
    ck_assert_uint_eq(back.records, 100);
    ck_assert(base_is_ok(cli_checkpoint_reach(&checkpoint, UINT64_MAX, true)));
    ck_assert(base_is_ok(cli_resume_read(path, &back)));
    ck_assert_uint_eq(back.records, 200);
}
END_TEST

START_TEST(marks_are_bounded)
{
    static CliCheckpoint checkpoint;
    checkpoint = (CliCheckpoint){.path = path};
    uint64_t position = 0;
    for (uint64_t i = 0; i < 1000; i++) {
        position += 1 << 20;
        if (cli_checkpoint_wants(&checkpoint, position)) {
            cli_checkpoint_mark(&checkpoint, position, i, i);
        }
    }
    ck_assert_uint_eq(checkpoint.count, CLI_CHECKPOINTS);
    ck_assert(base_is_ok(cli_checkpoint_reach(&checkpoint, 10, true)));
    ck_assert_uint_eq(checkpoint.note.records, 9);
    ck_assert(cli_checkpoint_wants(&checkpoint, position));
    checkpoint.path = NULL;
    ck_assert(!cli_checkpoint_wants(&checkpoint, position << 1));
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("cli_resume");
    TCase *tcase = tcase_create("resume");
    suite_add_tcase(suite, tcase);
    tcase_set_timeout(tcase, 120);
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, a_note_comes_back);
    tcase_add_test(tcase, what_is_no_note_is_not_taken_for_one);
    tcase_add_test(tcase, only_what_was_answered_is_noted);
    tcase_add_test(tcase, marks_are_bounded);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
