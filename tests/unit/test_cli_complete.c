/*
 * test_cli_complete.c: what the word at the cursor may become, without a server.
 */
#include "service/cli/complete.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

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

/* What the end of a line may become, joined by '|', without asking a server. */
static const char *
complete(const char *line)
{
    static char joined[4096];
    CliSession session = {.options = {{{0}}}};
    CliCompletion completion;
    size_t len = 0;
    BaseBuf problem = BASE_BUF_INIT;
    ck_assert(cli_options_set(&session.options, CLI_OPTION_SERVER, "unix:/nowhere", &problem));
    cli_complete(&session, base_slice_text(line), &completion);
    const char *word = (const char *)completion.text.data;
    joined[0] = '\0';
    for (size_t i = 0; i < completion.count; i++, word += strlen(word) + 1) {
        len += (size_t)snprintf(joined + len, sizeof joined - len, i == 0 ? "%s" : "|%s", word);
    }
    cli_completion_clear(&completion);
    return joined;
}

START_TEST(commands_options_and_choices_are_completed)
{
    ck_assert_str_eq(complete("re"), "remove|remove-range");
    ck_assert_str_eq(complete("help ch"), "checksum");
    ck_assert_str_eq(complete("watch --interval 2 rem"), "remove|remove-range");
    ck_assert_str_eq(complete("watch get d k --no-v"), "--no-value");
    ck_assert_str_eq(complete("scan d --re"), "--reverse");
    ck_assert_str_eq(complete("get d k --if"), "--if-version-not=");
    ck_assert_str_eq(complete("export d f --format="), "--format=jsonl|--format=raw");
    ck_assert_str_eq(complete("export d f --format r"), "raw");
    ck_assert_str_eq(complete("--pro"), "--protocol=");
    ck_assert_str_eq(complete("--json inf"), "info");
    ck_assert_str_eq(complete("xyzzy"), "");
    ck_assert_str_eq(complete("limits "), "");
    ck_assert_str_eq(complete("put d k v"), "");
    ck_assert_str_eq(complete("get d k"), ""); /* nobody answers */
    ck_assert_str_eq(complete("get d"), "");
}
END_TEST

START_TEST(files_are_completed)
{
    char line[160];
    char expected[160];
    write_file("");
    (void)snprintf(line, sizeof line, "import d %s/no", folder);
    ck_assert_str_eq(complete(line), path);
    (void)snprintf(line, sizeof line, "put d k @%s/n", folder);
    (void)snprintf(expected, sizeof expected, "@%s", path);
    ck_assert_str_eq(complete(line), expected);
    (void)snprintf(line, sizeof line, "mget d --from=%s/n", folder);
    (void)snprintf(expected, sizeof expected, "--from=%s", path);
    ck_assert_str_eq(complete(line), expected);
    (void)snprintf(line, sizeof line, "import d %s/*", folder);
    ck_assert_str_eq(complete(line), "");
}
END_TEST

static size_t
common_of(const char *const *words, size_t count)
{
    CliCompletion completion = {.text = BASE_BUF_INIT, .count = count};
    for (size_t i = 0; i < count; i++) {
        ck_assert(base_buf_append(&completion.text, words[i], strlen(words[i]) + 1));
    }
    size_t common = cli_completion_common(&completion);
    cli_completion_clear(&completion);
    return common;
}

START_TEST(what_words_have_in_common_ends_between_characters)
{
    static const char *const plain[] = {"user:1", "user:2", "user:10"};
    static const char *const hex[] = {"a\\x01", "a\\x02"};
    static const char *const blank[] = {"a\\ b", "a\\\"b"};
    static const char *const umlauts[] = {"a\xc3\xbc", "a\xc3\xa4"};
    static const char *const one[] = {"whole\\x01"};
    ck_assert_uint_eq(common_of(plain, 3), 5);
    ck_assert_uint_eq(common_of(hex, 2), 1);
    ck_assert_uint_eq(common_of(blank, 2), 1);
    ck_assert_uint_eq(common_of(umlauts, 2), 1);
    ck_assert_uint_eq(common_of(one, 1), 9);
    ck_assert_uint_eq(common_of(NULL, 0), 0);
    char file[64]; /* as long as its memory, and no escape at its end although it looks like one */
    memset(file, 'a', sizeof file);
    memcpy(file + 61, "\\x", 3);
    const char *const files[] = {file};
    ck_assert_uint_eq(common_of(files, 1), 61);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("cli_complete");
    TCase *tcase = tcase_create("complete");
    suite_add_tcase(suite, tcase);
    tcase_set_timeout(tcase, 120);
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, commands_options_and_choices_are_completed);
    tcase_add_test(tcase, files_are_completed);
    tcase_add_test(tcase, what_words_have_in_common_ends_between_characters);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
