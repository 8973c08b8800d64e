/*
 * test_cli_parse.c: command lines, the tables behind them, help.
 */
#include "service/cli/help.h"
#include "service/cli/parse.h"
#include "service/cli/suggest.h"
#include "service/cli/words.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

/* A line that was parsed. */
typedef struct Line {
    CliWords words;
    CliParsed parsed;
    BaseBuf problem;
    bool good;
} Line;

static Line
parse_with(const CliOptions *base, const char *text)
{
    Line line = {.problem = BASE_BUF_INIT};
    const char *problem = NULL;
    ck_assert(cli_words_cut(base_slice_text(text), false, &line.words, &problem));
    line.good = cli_parse(base, line.words.words, line.words.count, &line.parsed, &line.problem);
    ck_assert(base_buf_append_byte(&line.problem, 0));
    ck_assert_int_eq(line.good, line.problem.len == 1);
    return line;
}

static Line
parse(const char *text)
{
    static const CliOptions none;
    return parse_with(&none, text);
}

static void
done(Line *line)
{
    cli_words_clear(&line->words);
    base_buf_clear(&line->problem);
}

/* A good line, as "command store|argument|argument". */
static void
check_good(const CliOptions *base, const char *text, const char *expected)
{
    char shown[256];
    Line line = parse_with(base, text);
    ck_assert_msg(line.good, "%s: %s", text, (const char *)line.problem.data);
    int len = snprintf(shown, sizeof shown, "%s %s", line.parsed.command->name,
                       line.parsed.store != NULL ? line.parsed.store : "-");
    for (size_t i = 0; i < line.parsed.count; i++) {
        len += snprintf(shown + len, sizeof shown - (size_t)len, "|%s", line.parsed.arguments[i]);
    }
    ck_assert_str_eq(shown, expected);
    done(&line);
}

static void
check_bad(const CliOptions *base, const char *text, const char *expected)
{
    Line line = parse_with(base, text);
    ck_assert_msg(!line.good, "%s", text);
    ck_assert_str_eq((const char *)line.problem.data, expected);
    done(&line);
}

static CliOptions
with_store(void)
{
    CliOptions options = {0};
    BaseBuf problem = BASE_BUF_INIT;
    ck_assert(cli_options_set(&options, CLI_OPTION_STORE, "named", &problem));
    return options;
}

START_TEST(commands_and_arguments)
{
    static const CliOptions none;
    check_good(&none, "get default a", "get default|a");
    check_good(&none, "get default a --json", "get default|a");
    check_good(&none, "--json get --long default a", "get default|a");
    check_good(&none, "get default -- --json", "get default|--json");
    check_good(&none, "get -- default -", "get default|-");
    check_good(&none, "put default a -", "put default|a|-");
    check_good(&none, "incr default n -17", "incr default|n|-17");
    check_good(&none, "increment default n", "incr default|n");
    check_good(&none, "rm default a", "remove default|a");
    check_good(&none, "mget default a b c", "mget default|a|b|c");
    check_good(&none, "mget default", "mget default");
    check_good(&none, "info", "info -");
    check_good(&none, "info default", "info -|default");
    check_good(&none, "help", "help -");
    check_good(&none, "help put", "help -|put");
    check_good(&none, "use sessions", "use -|sessions");
}
END_TEST

START_TEST(a_named_store_is_no_argument)
{
    static const CliOptions none;
    CliOptions named = with_store();
    check_good(&named, "get a", "get named|a");
    check_good(&named, "scan", "scan named");
    check_good(&named, "get --store=other a", "get other|a");
    check_good(&none, "--store other get a", "get other|a");
    check_good(&named, "info", "info -");
    check_good(&named, "info other", "info -|other");
    check_good(&named, "use other", "use -|other");
    check_bad(
        &named, "get default a",
        "get: too many arguments; usage: get KEY  (the store is named, so STORE is left out)");
    check_bad(&none, "get --store=a --store=b k", "--store is given twice");
}
END_TEST

START_TEST(watch_leaves_the_rest_to_its_command)
{
    static const CliOptions none;
    check_good(&none, "watch --interval=2s get default a --json", "watch -|get|default|a|--json");
    check_good(&none, "--json watch -- get --x", "watch -|get|--x");
    check_bad(&none, "watch --json", "watch: COMMAND is missing; usage: watch COMMAND...");
}
END_TEST

START_TEST(what_is_wrong_is_said)
{
    static const CliOptions none;
    check_bad(&none, "gte", "there is no command \"gte\"; did you mean get?");
    check_bad(&none, "xyzzy", "there is no command \"xyzzy\"; help lists what there is");
    check_bad(&none, "get", "get: STORE is missing; usage: get STORE KEY");
    check_bad(&none, "get default", "get: KEY is missing; usage: get STORE KEY");
    check_bad(&none, "get default a b", "get: too many arguments; usage: get STORE KEY");
    check_bad(&none, "info x y", "info: too many arguments; usage: info [STORE]");
    check_bad(&none, "limits x", "limits: too many arguments; usage: limits ");
    check_bad(&none, "put d k v --tll=1s", "put: there is no option --tll; did you mean --ttl?");
    check_bad(&none, "get d k --ttl=1s", "get: takes no option --ttl");
    check_bad(&none, "scan d --times=3", "scan: takes no option --times");
    check_bad(&none, "--nothing-like-it", "there is no option --nothing-like-it");
    check_bad(&none, "get d k -x", "get: there is no option -x; behind -- it is an argument");
    check_bad(&none, "get d k -jl", "get: there is no option -jl; behind -- it is an argument");
    check_bad(&none, "get d k --json=yes", "get: --json takes no value");
    check_bad(&none, "get d k --deadline", "get: --deadline needs a value: TIME");
    check_bad(
        &none, "put d k v --ttl=soon",
        "--ttl=soon: must be a time such as 500ms, 10s, 5m, 1h or 2d, from 1 to 31536000000000 ms");
    check_bad(&none, "put d k v --if-version=-1",
              "--if-version=-1: must be a whole number of at least 0");
    check_bad(&none, "scan d --limit=0", "--limit=0: must be a whole number of at least 1");
    check_bad(&none, "scan d --page-size=10001",
              "--page-size=10001: must be a whole number from 1 to 10000");
    check_bad(&none, "ping --size=2K",
              "--size=2K: must be a size such as 100, 64K or 2M from 0 to 1024");
    check_bad(&none, "info --protocol=json", "--protocol=json: must be one of binary|compact");
    check_bad(&none, "info --protocol=bin", "--protocol=bin: must be one of binary|compact");
    check_bad(
        &none, "put d k v --expire-at=never",
        "--expire-at=never: must be 2030-01-31, 2030-01-31T12:00:00Z, or milliseconds since 1970");
}
END_TEST

START_TEST(help_and_version_demand_nothing)
{
    Line line = parse("get --help");
    ck_assert(line.good && line.parsed.command == cli_command_find("get"));
    done(&line);
    line = parse("--version");
    ck_assert(line.good && line.parsed.command == NULL);
    done(&line);
    line = parse("put -h a b c d e");
    ck_assert(line.good);
    done(&line);
}
END_TEST

START_TEST(values_get_their_numbers)
{
    Line line = parse("scan d -n 5 --protocol compact --timeout=1.5s --prefix ''");
    ck_assert(line.good);
    const CliOptions *options = &line.parsed.options;
    ck_assert_int_eq(cli_options_number(options, CLI_OPTION_LIMIT, -1), 5);
    ck_assert_int_eq(cli_options_number(options, CLI_OPTION_PROTOCOL, -1), 1);
    ck_assert_int_eq(cli_options_number(options, CLI_OPTION_TIMEOUT, -1), 1500);
    ck_assert_int_eq(cli_options_number(options, CLI_OPTION_PAGE_SIZE, -1), -1);
    ck_assert_str_eq(cli_options_text(options, CLI_OPTION_PREFIX, "?"), "");
    done(&line);
}
END_TEST

START_TEST(what_is_inherited_may_be_said_again)
{
    CliOptions base = with_store();
    BaseBuf problem = BASE_BUF_INIT;
    ck_assert(cli_options_set(&base, CLI_OPTION_KEEP_GOING, NULL, &problem));
    Line line = parse_with(&base, "get a --store=other --json");
    ck_assert(line.good);
    ck_assert_str_eq(line.parsed.store, "other");
    ck_assert(cli_options_has(&line.parsed.options, CLI_OPTION_JSON));
    ck_assert(!cli_options_has(&base, CLI_OPTION_JSON));
    done(&line);
    base_buf_clear(&problem);
}
END_TEST

START_TEST(the_environment_has_defaults)
{
    CliOptions options;
    BaseBuf problem = BASE_BUF_INIT;
    ck_assert_int_eq(setenv("LARDER_SERVER", "unix:/x", 1), 0);
    ck_assert_int_eq(setenv("LARDER_STORE", "", 1), 0);
    ck_assert_int_eq(unsetenv("LARDER_ADMIN"), 0);
    ck_assert(cli_parse_environment(&options, &problem));
    ck_assert_str_eq(cli_options_text(&options, CLI_OPTION_SERVER, ""), "unix:/x");
    ck_assert(!cli_options_has(&options, CLI_OPTION_STORE));
    ck_assert(!cli_options_has(&options, CLI_OPTION_ADMIN));
}
END_TEST

START_TEST(typing_errors)
{
    const char *best = NULL;
    ck_assert_uint_eq(cli_suggest_distance("", ""), 0);
    ck_assert_uint_eq(cli_suggest_distance("", "abc"), 3);
    ck_assert_uint_eq(cli_suggest_distance("abc", ""), 3);
    ck_assert_uint_eq(cli_suggest_distance("gte", "get"), 1);
    ck_assert_uint_eq(cli_suggest_distance("kitten", "sitting"), 3);
    ck_assert_uint_eq(cli_suggest_distance("ca", "abc"), 3);
    cli_suggest_consider("remov", "remove-range", &best);
    ck_assert_ptr_null(best);
    cli_suggest_consider("remov", "remove", &best);
    ck_assert_str_eq(best, "remove");
    cli_suggest_consider("remov", "remote", &best);
    ck_assert_str_eq(best, "remove");
    char longest[100];
    memset(longest, 'a', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    ck_assert_uint_eq(cli_suggest_distance(longest, "a"), SIZE_MAX);
}
END_TEST

START_TEST(the_tables_are_in_order)
{
    for (unsigned i = 0; i < CLI_OPTION_COUNT; i++) {
        const CliOption *option = cli_option((CliOptionId)i);
        ck_assert_ptr_nonnull(option->name);
        ck_assert_uint_eq(cli_option_find(option->name, strlen(option->name)), i);
        ck_assert_msg((option->value == NULL) == (option->kind == CLI_KIND_FLAG), "%s",
                      option->name);
        ck_assert_msg(option->groups != 0, "%s", option->name);
        if (option->letter != '\0') {
            ck_assert_uint_eq(cli_option_find_letter(option->letter), i);
        }
    }
    ck_assert_uint_eq(cli_option_find("json ", 5), CLI_OPTION_COUNT);
    ck_assert_uint_eq(cli_option_find_letter('\0'), CLI_OPTION_COUNT);
    for (size_t i = 0; cli_command(i) != NULL; i++) {
        const CliCommand *command = cli_command(i);
        ck_assert_ptr_eq(cli_command_find(command->name), command);
        ck_assert(command->alias == NULL || cli_command_find(command->alias) == command);
        ck_assert_ptr_nonnull(command->run);
        ck_assert(command->summary[0] >= 'a' && command->summary[0] <= 'z');
    }
    ck_assert_ptr_null(cli_command_find("larder"));
}
END_TEST

START_TEST(arguments_are_read_from_their_text)
{
    const CliCommand *incr = cli_command_find("incr");
    CliArgument delta = cli_command_argument(incr, 2);
    ck_assert_int_eq(cli_command_argument(incr, 0).kind, CLI_ARGUMENT_STORE);
    ck_assert_int_eq(cli_command_argument(incr, 1).kind, CLI_ARGUMENT_KEY);
    ck_assert_int_eq(delta.kind, CLI_ARGUMENT_OTHER);
    ck_assert_str_eq(delta.name, "DELTA");
    ck_assert(delta.optional && !delta.many);
    ck_assert_int_eq(cli_command_argument(incr, 3).kind, CLI_ARGUMENT_NONE);
    CliArgument keys = cli_command_argument(cli_command_find("mget"), 1);
    ck_assert(keys.many && keys.optional && keys.kind == CLI_ARGUMENT_KEY);
    ck_assert_int_eq(cli_command_argument(cli_command_find("limits"), 0).kind, CLI_ARGUMENT_NONE);
}
END_TEST

static void
check_width(const BaseBuf *text)
{
    size_t width = 0;
    for (size_t i = 0; i < text->len; i++) {
        width = text->data[i] == '\n' ? 0 : width + 1;
        ck_assert_msg(width <= 100, "%.*s", (int)width, (const char *)text->data + i - width + 1);
    }
    ck_assert_int_eq(text->data[text->len - 1], '\n');
}

START_TEST(help_names_everything)
{
    BaseBuf all = BASE_BUF_INIT;
    cli_help_all(&all);
    check_width(&all);
    ck_assert(base_buf_append_byte(&all, 0));
    for (size_t i = 0; cli_command(i) != NULL; i++) {
        const CliCommand *command = cli_command(i);
        BaseBuf one = BASE_BUF_INIT;
        char line[64];
        (void)snprintf(line, sizeof line, "\n  %s ", command->name);
        ck_assert_msg(strstr((const char *)all.data, line) != NULL, "%s", line);
        cli_help_command(command, &one);
        check_width(&one);
        ck_assert(base_buf_append_byte(&one, 0));
        for (unsigned j = 0; j < CLI_OPTION_COUNT; j++) {
            (void)snprintf(line, sizeof line, "--%s", cli_option((CliOptionId)j)->name);
            bool taken = (cli_option((CliOptionId)j)->groups & command->groups) != 0;
            ck_assert(!taken || strstr((const char *)one.data, line) != NULL);
        }
        base_buf_clear(&one);
    }
    base_buf_clear(&all);
}
END_TEST

/* One line of the examples of a command. */
static void
check_example(const CliCommand *command, const char *example, size_t len)
{
    static const CliOptions none;
    char text[128];
    ck_assert_uint_lt(len, sizeof text);
    memcpy(text, example, len);
    text[len] = '\0';
    bool shell = (command->flags & CLI_COMMAND_SHELL) != 0;
    char *own = shell ? text : strstr(text, "larder ");
    ck_assert_ptr_nonnull(own);
    own += shell ? 0 : strlen("larder ");
    static const char *const ends[] = {"  ", " |", " >", " <"}; /* of the part that is ours */
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        char *end = strstr(own, ends[i]);
        if (end != NULL) {
            *end = '\0';
        }
    }
    Line line = parse_with(&none, own);
    ck_assert_msg(line.good, "%s: %s", own, (const char *)line.problem.data);
    done(&line);
}

START_TEST(every_example_is_right)
{
    for (size_t i = 0; cli_command(i) != NULL; i++) {
        const CliCommand *command = cli_command(i);
        bool named = false;
        for (const char *at = command->examples; *at != '\0'; at += strcspn(at, "\n") + 1) {
            check_example(command, at, strcspn(at, "\n"));
            named = named || strstr(at, command->name) != NULL;
        }
        ck_assert_msg(named, "%s", command->name);
    }
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("cli_parse");
    TCase *tcase = tcase_create("parse");
    suite_add_tcase(suite, tcase);
    tcase_add_test(tcase, commands_and_arguments);
    tcase_add_test(tcase, a_named_store_is_no_argument);
    tcase_add_test(tcase, watch_leaves_the_rest_to_its_command);
    tcase_add_test(tcase, what_is_wrong_is_said);
    tcase_add_test(tcase, help_and_version_demand_nothing);
    tcase_add_test(tcase, values_get_their_numbers);
    tcase_add_test(tcase, what_is_inherited_may_be_said_again);
    tcase_add_test(tcase, the_environment_has_defaults);
    tcase_add_test(tcase, typing_errors);
    tcase_add_test(tcase, the_tables_are_in_order);
    tcase_add_test(tcase, arguments_are_read_from_their_text);
    tcase_add_test(tcase, help_names_everything);
    tcase_add_test(tcase, every_example_is_right);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
