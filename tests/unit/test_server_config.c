/*
 * test_server_config.c: values, lines, suggestions, whole files, and printing as the inverse of
 * loading.
 */
#include "engine/option.h"
#include "service/address.h"
#include "service/config.h"
#include "service/config_file.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const EngineOption test_bytes = {"size", ENGINE_OPTION_BYTES, 0, 0, INT64_MAX, NULL, true,
                                        "x"};
static const EngineOption test_duration = {
    "time", ENGINE_OPTION_DURATION, 0, 0, INT64_MAX, NULL, true, "x"};
static const EngineOption test_integer = {
    "number", ENGINE_OPTION_INTEGER, 0, INT64_MIN, INT64_MAX, NULL, true, "x"};
static const EngineOption test_boolean = {"switch", ENGINE_OPTION_BOOLEAN, 0, 0, 1, NULL, true,
                                          "x"};
static const EngineOption test_choice = {"choice", ENGINE_OPTION_CHOICE, 0,    0,
                                         2,        "none|zstd|lz",       true, "x"};

static int64_t
parsed(const EngineOption *option, const char *text)
{
    int64_t value = -99;
    ck_assert_msg(engine_option_parse(option, text, &value), "%s is refused", text);
    return value;
}

static void
refused(const EngineOption *option, const char *text)
{
    int64_t value = -99;
    ck_assert_msg(!engine_option_parse(option, text, &value), "%s is taken", text);
    ck_assert_int_eq(value, -99);
}

START_TEST(reads_values)
{
    ck_assert_int_eq(parsed(&test_bytes, "64K"), 65536);
    ck_assert_int_eq(parsed(&test_bytes, "3M"), 3145728);
    ck_assert_int_eq(parsed(&test_bytes, "1G"), 1073741824);
    ck_assert_int_eq(parsed(&test_bytes, "17"), 17);
    ck_assert_int_eq(parsed(&test_duration, "250ms"), 250);
    ck_assert_int_eq(parsed(&test_duration, "30s"), 30000);
    ck_assert_int_eq(parsed(&test_duration, "2m"), 120000);
    ck_assert_int_eq(parsed(&test_duration, "1h"), 3600000);
    ck_assert_int_eq(parsed(&test_integer, "-7"), -7);
    ck_assert_int_eq(parsed(&test_integer, "9223372036854775807"), INT64_MAX);
    ck_assert_int_eq(parsed(&test_integer, "-9223372036854775808"), INT64_MIN);
    ck_assert_int_eq(parsed(&test_boolean, "true"), 1);
    ck_assert_int_eq(parsed(&test_boolean, "false"), 0);
    ck_assert_int_eq(parsed(&test_choice, "zstd"), 1);
    ck_assert_int_eq(parsed(&test_choice, "lz"), 2);
}
END_TEST

START_TEST(refuses_what_is_no_value)
{
    static const char *const numbers[] = {
        "",    "-",    "x",    "1 K",  "1k", "1KB",
        "1.5", "+1",   "0x10", "1e3",  "K",  "9223372036854775808",
        "1,0", "12s ", " 12",  "1--2", "ms"};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        refused(&test_bytes, numbers[i]);
        refused(&test_integer, numbers[i]);
    }
    refused(&test_bytes, "9223372036854775807K");
    refused(&test_bytes, "1s");
    refused(&test_duration, "1K");
    refused(&test_integer, "1K");
    refused(&test_bytes, "-1");
    refused(&test_boolean, "1");
    refused(&test_boolean, "yes");
    refused(&test_choice, "zst");
    refused(&test_choice, "none|zstd");
    refused(&test_choice, "");
    const EngineOption narrow = {"narrow", ENGINE_OPTION_BYTES, 2048, 1024, 4096, NULL, true, "x"};
    refused(&narrow, "1023");
    refused(&narrow, "4097");
    ck_assert_int_eq(parsed(&narrow, "4K"), 4096);
}
END_TEST

START_TEST(writes_what_it_reads)
{
    static const int64_t values[] = {0,     1,       999,        1000,    1023,        1024,
                                     60000, 3600000, 1073741824, 1048577, 86400000000, INT64_MAX};
    const EngineOption *const options[] = {&test_bytes, &test_duration, &test_integer};
    for (size_t o = 0; o < 3; o++) {
        for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
            char text[ENGINE_OPTION_TEXT_SIZE];
            engine_option_print(options[o], values[i], text);
            ck_assert_int_eq(parsed(options[o], text), values[i]);
        }
    }
    char text[ENGINE_OPTION_TEXT_SIZE];
    engine_option_print(&test_duration, 90000, text);
    ck_assert_str_eq(text, "90s");
    engine_option_print(&test_bytes, 65536, text);
    ck_assert_str_eq(text, "64K");
    engine_option_print(&test_choice, 2, text);
    ck_assert_str_eq(text, "lz");
    engine_option_print(&test_boolean, 1, text);
    ck_assert_str_eq(text, "true");
    char legal[ENGINE_OPTION_LEGAL_SIZE];
    engine_option_legal(&test_choice, legal);
    ck_assert_str_eq(legal, "none, zstd or lz");
}
END_TEST

/* All problems of a configuration text, one per line; "" when it loads. */
static char *
problems_of(const char *text, const ConfigOverrides *overrides, Config **ret_config)
{
    static const ConfigOverrides none = {NULL, NULL, NULL};
    char path[] = "/tmp/test_server_config.XXXXXX";
    int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    close(fd);
    ck_assert(g_file_set_contents(path, text, -1, NULL));
    ConfigReport report;
    config_report_init(&report);
    Config *config = config_load(path, overrides == NULL ? &none : overrides, &report);
    ck_assert_int_eq(config == NULL, !config_report_is_empty(&report));
    GString *all = g_string_new(NULL);
    for (guint i = 0; i < report.problems->len; i++) {
        const char *problem = g_ptr_array_index(report.problems, i);
        ck_assert(g_str_has_prefix(problem, path) || g_str_has_prefix(problem, "--"));
        const char *rest = g_str_has_prefix(problem, path) ? problem + strlen(path) : problem;
        g_string_append_printf(all, "%s\n", rest);
    }
    config_report_clear(&report);
    (void)unlink(path);
    if (ret_config != NULL) {
        *ret_config = config;
    } else {
        config_free(config);
    }
    return g_string_free(all, FALSE);
}

/* Expects that the problems of a text contain `expected`. */
static void
expect(const char *text, const char *expected)
{
    g_autofree char *problems = problems_of(text, NULL, NULL);
    ck_assert_msg(strstr(problems, expected) != NULL, "no \"%s\" in:\n%s", expected, problems);
}

START_TEST(names_the_line_of_every_problem)
{
    expect("\n[server]\n# comment\nreactors = many\n", ":4: [server] reactors: \"many\" is not a "
                                                       "number from 0 to 64");
    expect("[limits]\nkey_bytes=128K\n",
           ":2: [limits] key_bytes: \"128K\" is not bytes (suffixes K, M, G) from 16 to 64K");
    expect("[server]\nlog_level=loud\n",
           ":2: [server] log_level: \"loud\" is not error, warning, info or debug");
    expect("[server]\nreactor=1\n", ":2: [server] has no setting \"reactor\" (did you mean "
                                    "\"reactors\"?)");
    expect("[server]\nbanana=1\n", ":2: [server] has no setting \"banana\"\n");
    expect("[limits]\ndepth=16\n", ":2: [limits] has no setting \"depth\"");
    expect("[sever]\n", ":1: there is no section [sever] (did you mean \"server\"?)");
    expect("[server]\nworkers=2\nworkers=3\n", ":3: [server] workers is already on line 2");
    expect("[server]\n[limits]\n[server]\n", ":3: section [server] is already on line 1");
    expect("workers=2\n", ":1: \"workers\" stands before the first [section]");
    expect("[server]\nworkers\n", ":2: neither [section], key=value nor a comment");
    expect("[server\n", ":1: not a section: \"[server\"");
    expect("[store \"a\"]\n", ":1: [store \"a\"] needs engine=NAME; there are: ");
    expect("[store \"a\"]\nengine=hashmop\n",
           ":2: [store \"a\"] engine: there is no \"hashmop\" (did you mean \"hashmap\"?)");
    expect("[store \"A\"]\nengine=hashmap\n", ":1: [store \"A\"]: the name of a store is 1 to 64");
    expect("[store \"\"]\nengine=hashmap\n", ":1: [store \"\"]: the name of a store is 1 to 64");
    expect("[store \"a\"]\nengine=hashmap\nx=1\n", ":3: [store \"a\"] has no setting \"x\"");
    expect("[server]\nlisten=\n", ":2: [server] listen: needs at least one address");
    expect("[server]\nlisten=tcp:0.0.0.0:1\n",
           ":2: [server] listen: \"tcp:0.0.0.0:1\" can be reached from other machines");
    expect("[server]\nadmin_listen=tcp:localhost\n",
           ":2: [server] admin_listen: \"tcp:localhost\" needs a port");
    expect("[server]\nlisten=tcp:127.0.0.1:7401\n", "is listened on already");
    expect("[limits]\nvalue_bytes=8M\n",
           ":2: [limits] value_bytes: a put of such a value with the longest key needs "
           "request_bytes of at least ");
    expect("[server]\ndata_dir=\n", ":2: [server] data_dir: needs the path");
}
END_TEST

START_TEST(reports_everything_at_once)
{
    g_autofree char *problems = problems_of("[server]\nreactors=x\nnonsense\n[limits]\nidle_ms=1\n"
                                            "[what]\n[store \"s\"]\nengine=none\n",
                                            NULL, NULL);
    g_auto(GStrv) lines = g_strsplit(g_strchomp(problems), "\n", -1);
    ck_assert_uint_eq(g_strv_length(lines), 5);
    static const char *const beginnings[] = {":3: ", ":2: ", ":5: ", ":6: ", ":8: "};
    for (int i = 0; i < 5; i++) {
        ck_assert_msg(g_str_has_prefix(lines[i], beginnings[i]), "%s", lines[i]);
    }
}
END_TEST

START_TEST(refuses_bytes_that_are_no_text)
{
    expect("[server]\nworkers=\xff\n", ":2: not UTF-8 text");
    ConfigReport report;
    config_report_init(&report);
    const char with_nul[] = "[server]\nworkers=1\0\n";
    ck_assert_ptr_null(config_file_parse("f", with_nul, sizeof with_nul - 1, &report));
    ck_assert(!config_report_is_empty(&report));
    const ConfigOverrides none = {NULL, NULL, NULL};
    ck_assert_ptr_null(config_load("/does/not/exist", &none, &report));
    config_report_clear(&report);
}
END_TEST

START_TEST(loads_what_the_file_says)
{
    Config *config = NULL;
    g_autofree char *problems =
        problems_of("[server]\nlisten = tcp:[::1]:0 ; unix:/tmp/a b.sock ;\nadmin_listen=\n"
                    "data_dir=/tmp/x y\nworkers=7\nlog_level=debug\ndrain_ms=2m\n"
                    "[limits]\nidle_ms = 1h\n"
                    "[store \"one\"]\nengine=hashmap\n[store \"two-2\"]\nengine = hashmap\n",
                    NULL, &config);
    ck_assert_str_eq(problems, "");
    ck_assert_uint_eq(g_strv_length(config->listen), 2);
    ck_assert_str_eq(config->listen[1], "unix:/tmp/a b.sock");
    ck_assert_ptr_null(config->admin_listen[0]);
    ck_assert_str_eq(config->data_dir, "/tmp/x y");
    ck_assert_int_eq(config->settings.workers, 7);
    ck_assert_int_eq(config->settings.log_level, 3);
    ck_assert_int_eq(config->settings.drain_ms, 120000);
    ck_assert_int_eq(config->limits.idle_ms, 3600000);
    ck_assert_uint_eq(config->stores->len, 2);
    ck_assert_ptr_nonnull(config_store_find(config, "two-2"));
    ck_assert_ptr_null(config_store_find(config, "default"));
    config_free(config);
}
END_TEST

START_TEST(the_command_line_wins)
{
    Config *config = NULL;
    char *listen[] = {(char *)"tcp:127.0.0.1:0", NULL};
    const ConfigOverrides overrides = {listen, NULL, "/tmp/elsewhere"};
    g_autofree char *problems =
        problems_of("[server]\nlisten=tcp:0.0.0.0:1\ndata_dir=/tmp/x\n", &overrides, &config);
    ck_assert_str_eq(problems, "");
    ck_assert_str_eq(config->listen[0], "tcp:127.0.0.1:0");
    ck_assert_str_eq(config->data_dir, "/tmp/elsewhere");
    config_free(config);

    char *open[] = {(char *)"tcp:10.0.0.1:7400", NULL};
    const ConfigOverrides dangerous = {open, NULL, NULL};
    g_autofree char *refusal = problems_of("[server]\n", &dangerous, NULL);
    ck_assert(g_str_has_prefix(refusal, "--listen: \"tcp:10.0.0.1:7400\" can be reached"));
    g_autofree char *allowed = problems_of("[server]\ninsecure_plaintext=true\n", &dangerous, NULL);
    ck_assert_str_eq(allowed, "");
}
END_TEST

/* Prints a configuration, loads that, prints again. */
static void
expect_round_trip(const char *text)
{
    Config *config = NULL;
    g_autofree char *problems = problems_of(text, NULL, &config);
    ck_assert_str_eq(problems, "");
    g_autofree char *printed = config_print(config);
    Config *again = NULL;
    g_autofree char *more_problems = problems_of(printed, NULL, &again);
    ck_assert_str_eq(more_problems, "");
    g_autofree char *printed_again = config_print(again);
    ck_assert_str_eq(printed_again, printed);
    ck_assert_str_eq(again->data_dir, config->data_dir);
    ck_assert_uint_eq(again->stores->len, config->stores->len);
    ck_assert_mem_eq(&again->limits, &config->limits, sizeof config->limits);
    ck_assert_mem_eq(&again->settings, &config->settings, sizeof config->settings);
    ck_assert(
        g_strv_equal((const char *const *)again->listen, (const char *const *)config->listen));
    config_free(config);
    config_free(again);
}

START_TEST(what_is_printed_loads_again)
{
    expect_round_trip("");
    expect_round_trip("[server]\nlisten=unix:/tmp/a\\;b;tcp:[::1]:0\nadmin_listen=\n"
                      "data_dir=\\s/tmp/with\\tblanks\\\\and more\nlog_level=error\n"
                      "[limits]\nrequest_bytes=67108863\nkey_bytes=64K\nrequest_rate=1M\n"
                      "[store \"b\"]\nengine=hashmap\n[store \"a\"]\nengine=hashmap\n");
}
END_TEST

START_TEST(judges_addresses)
{
    static const struct {
        const char *text;
        bool valid;
        bool local;
    } addresses[] = {
        {"tcp:127.0.0.1:7400", true, true},
        {"tcp:127.9.9.9:0", true, true},
        {"tcp:localhost:1", true, true},
        {"tcp:[::1]:65535", true, true},
        {"tcp:0.0.0.0:1", true, false},
        {"tcp:[::]:1", true, false},
        {"tcp:example.org:1", true, false},
        {"tcp:127.0.0.1.example.org:1", true, false},
        {"unix:/tmp/x", true, true},
        {"fd:9999", true, false},
        {"tcp:127.0.0.1:65536", false, 0},
        {"tcp:127.0.0.1", false, 0},
        {"tcp::1", false, 0},
        {"tcp:::1:1", false, 0},
        {"tcp:[x]:1", false, 0},
        {"tcp:h:1x", false, 0},
        {"unix:", false, 0},
        {"fd:-1", false, 0},
        {"fd:", false, 0},
        {"udp:h:1", false, 0},
        {"", false, 0},
    };
    for (size_t i = 0; i < sizeof addresses / sizeof addresses[0]; i++) {
        Address address;
        const char *problem = NULL;
        bool valid = address_parse(addresses[i].text, &address, &problem);
        ck_assert_msg(valid == addresses[i].valid, "%s", addresses[i].text);
        ck_assert_msg(!valid || address_is_local(&address) == addresses[i].local, "%s",
                      addresses[i].text);
        ck_assert(valid || problem != NULL);
    }
}
END_TEST

int
main(void)
{
    TCase *cases = tcase_create("config");
    tcase_add_test(cases, reads_values);
    tcase_add_test(cases, refuses_what_is_no_value);
    tcase_add_test(cases, writes_what_it_reads);
    tcase_add_test(cases, names_the_line_of_every_problem);
    tcase_add_test(cases, reports_everything_at_once);
    tcase_add_test(cases, refuses_bytes_that_are_no_text);
    tcase_add_test(cases, loads_what_the_file_says);
    tcase_add_test(cases, the_command_line_wins);
    tcase_add_test(cases, what_is_printed_loads_again);
    tcase_add_test(cases, judges_addresses);
    Suite *suite = suite_create("server");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
