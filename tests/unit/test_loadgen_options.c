/*
 * test_loadgen_options.c: the command line: defaults, ranges in messages, contradictions; and
 * figures.
 */
#include "loadgen/figure.h"
#include "loadgen/options.h"

#include <check.h>
#include <glib.h>
#include <stdlib.h>

static LoadOptions options;
static char *problem;

/* Parses words that are separated by blanks. */
static LoadOptionsResult
parse(const char *words)
{
    g_autofree char *line = g_strdup_printf("larder-load %s", words);
    g_auto(GStrv) all = g_strsplit(g_strchomp(line), " ", -1);
    int argc = (int)g_strv_length(all);
    g_autofree char **argv = g_memdup2(all, sizeof(char *) * ((size_t)argc + 1));
    char **shuffled = argv; /* GOption moves the pointers about */
    load_options_clear(&options);
    g_clear_pointer(&problem, g_free);
    return load_options_parse(&argc, &shuffled, &options, &problem);
}

static void
tidy(void)
{
    load_options_clear(&options);
    g_clear_pointer(&problem, g_free);
}

/* It is wrong, and the message has these words. */
static void
assert_wrong(const char *words, const char *message)
{
    ck_assert_int_eq(parse(words), LOAD_OPTIONS_WRONG);
    ck_assert_ptr_nonnull(problem);
    ck_assert_msg(strstr(problem, message) != NULL, "\"%s\" says: %s", words, problem);
}

START_TEST(defaults)
{
    ck_assert_int_eq(parse(""), LOAD_OPTIONS_RUN);
    ck_assert_str_eq(options.target, "tcp:127.0.0.1:7400");
    ck_assert_int_eq(options.target_kind, LOAD_TARGET_SOCKET);
    ck_assert_str_eq(options.address.port, "7400");
    ck_assert_str_eq(options.store, "default");
    ck_assert_int_eq(options.get_percent, 50);
    ck_assert_int_eq(options.connections, 50);
    ck_assert_int_eq(options.pipeline, 1);
    ck_assert_int_eq(options.records, 1000000);
    ck_assert_int_eq(options.protocol, WIRE_BINARY);
    ck_assert(options.load);
    ck_assert_double_eq(options.rate, 0);
    ck_assert_ptr_null(options.json);
}
END_TEST

START_TEST(everything_can_be_set)
{
    ck_assert_int_eq(parse("--target=unix:/a --store=x --workload=mixed --get-percent=95 -c 7 -p 9 "
                           "--threads=3 -n 12 --key-size=20 --key-prefix=k: --value-size=40 "
                           "--seconds=1.5 --warmup-seconds=0 --timeout-seconds=0.5 --rate=1e4 "
                           "--seed=77 --protocol=compact --no-load --json=out -q"),
                     LOAD_OPTIONS_RUN);
    ck_assert_str_eq(options.address.path, "/a");
    ck_assert_int_eq(options.get_percent, 95);
    ck_assert_int_eq(options.connections, 7);
    ck_assert_int_eq(options.pipeline, 9);
    ck_assert_int_eq(options.threads, 3);
    ck_assert_int_eq(options.records, 12);
    ck_assert_double_eq(options.seconds, 1.5);
    ck_assert_double_eq(options.rate, 10000);
    ck_assert_uint_eq(options.seed, 77);
    ck_assert_int_eq(options.protocol, WIRE_COMPACT);
    ck_assert(!options.load && options.quiet);
    ck_assert_int_eq(parse("--workload=get"), LOAD_OPTIONS_RUN);
    ck_assert_int_eq(options.get_percent, 100);
    ck_assert_int_eq(parse("--workload=put"), LOAD_OPTIONS_RUN);
    ck_assert_int_eq(options.get_percent, 0);
}
END_TEST

START_TEST(workloads_have_presets_of_their_own)
{
    ck_assert_int_eq(parse("--workload=fillseq --records=700"), LOAD_OPTIONS_RUN);
    ck_assert_int_eq(options.operations, 700);
    ck_assert_double_eq(options.warmup_seconds, 0);
    ck_assert(!options.load);
    ck_assert_int_eq(parse("--workload=fillrandom --seconds=3"), LOAD_OPTIONS_RUN);
    ck_assert_int_eq(options.operations, 0);
    ck_assert_int_eq(parse("--workload=get --operations=9"), LOAD_OPTIONS_RUN);
    ck_assert_double_eq(options.warmup_seconds, 0);
    ck_assert_int_eq(parse("--workload=get --operations=9 --warmup-seconds=1"), LOAD_OPTIONS_RUN);
    ck_assert_double_eq(options.warmup_seconds, 1);
    ck_assert_int_eq(parse("--workload=readseq"), LOAD_OPTIONS_RUN);
    ck_assert_int_eq(options.scan_length, 1000);
    ck_assert(options.load);
    ck_assert_int_eq(parse("--workload=seekrandom --scan-length=51"), LOAD_OPTIONS_RUN);
    ck_assert_int_eq(options.scan_length, 51);
    ck_assert_int_eq(parse("--target=embedded:hashmap --workload=compact"), LOAD_OPTIONS_RUN);
    ck_assert_int_eq(options.operations, 1);
    ck_assert_int_eq(parse("-t embedded:x --engine-option=a=1 --engine-option=b=2"),
                     LOAD_OPTIONS_RUN);
    ck_assert_str_eq(options.engine_options[1], "b=2");
    ck_assert_int_eq(parse("--key-shape=scattered --compression-ratio=0.5"), LOAD_OPTIONS_RUN);
    ck_assert_int_eq(options.key_shape, LOAD_KEY_SCATTERED);
    ck_assert_double_eq(options.compression_ratio, 0.5);
}
END_TEST

START_TEST(an_embedded_target_has_a_thread_per_connection)
{
    ck_assert_int_eq(parse("--target=embedded:hashmap --threads=3"), LOAD_OPTIONS_RUN);
    ck_assert_int_eq(options.target_kind, LOAD_TARGET_EMBEDDED);
    ck_assert_str_eq(options.engine, "hashmap");
    ck_assert_int_eq(options.connections, 3);
}
END_TEST

START_TEST(messages_name_the_range)
{
    assert_wrong("--connections=0", "--connections=0: must be a number from 1 to 10000");
    assert_wrong("--connections=ten", "from 1 to 10000");
    assert_wrong("--connections=", "from 1 to 10000");
    assert_wrong("--pipeline=4097", "from 1 to 4096");
    assert_wrong("--threads=257", "from 1 to 256");
    assert_wrong("--records=0", "from 1 to 10000000000");
    assert_wrong("--records=99999999999999999999", "from 1 to 10000000000");
    assert_wrong("--key-size=1025", "from 1 to 1024");
    assert_wrong("--value-size=39", "from 40 to 67108864");
    assert_wrong("--seconds=0", "from 0.1 to 1000000");
    assert_wrong("--seconds=nan", "from 0.1 to 1000000");
    assert_wrong("--warmup-seconds=-1", "from 0 to 1000000");
    assert_wrong("--rate=-1", "from 0 to 100000000");
    assert_wrong("--seed=-1", "from 0 to");
    assert_wrong("--workload=mixed --get-percent=101", "from 0 to 100");
    assert_wrong("--operations=0", "from 1 to 1000000000000");
    assert_wrong("--workload=readseq --scan-length=10001", "from 1 to 10000");
    assert_wrong("--compression-ratio=0", "from 0.01 to 1");
    assert_wrong("--key-shape=round", "decimal, binary or scattered");
}
END_TEST

START_TEST(contradictions_are_told)
{
    assert_wrong("--key-size=8", "must be from 9 to 1024");
    assert_wrong("--threads=51", "from 1 to 50, the number of connections");
    assert_wrong("--records=2 --threads=3", "from 1 to 2, the number of records");
    assert_wrong("--workload=get --get-percent=5", "--workload=mixed");
    assert_wrong("--load --no-load", "exclude");
    assert_wrong("--workload=scan", "must be one of get put mixed multi_get fillseq");
    assert_wrong("--operations=5 --seconds=1", "does not go with --seconds");
    assert_wrong("--workload=fillseq --warmup-seconds=1", "does not go with fillseq");
    assert_wrong("--workload=fillseq --load", "does not go with fillseq");
    assert_wrong("--workload=readwhilewriting", "must be at least 2");
    assert_wrong("--workload=readwhilewriting --threads=2 --operations=9", "does not go with");
    assert_wrong("--workload=compact", "embedded:ENGINE only");
    assert_wrong("--workload=get --scan-length=5", "readseq");
    assert_wrong("--workload=readseq --scan-length=10000 --value-size=1000", "a reply would be");
    assert_wrong("--key-shape=binary --key-size=10", "from 11 to 1024");
    assert_wrong("--engine-option=a=b", "embedded:ENGINE only");
    assert_wrong("--protocol=json", "binary or compact");
    assert_wrong("--target=http://x", "tcp:HOST:PORT, unix:PATH, embedded:ENGINE");
    assert_wrong("--target=redis:", "redis:tcp:HOST:PORT");
    assert_wrong("--target=memcached:tcp:localhost:1 --workload=readseq", "no such operation");
    assert_wrong("--target=embedded:", "needs an engine");
    assert_wrong("--no-such-option", "no-such-option");
    assert_wrong("word", "\"word\" is no option");
}
END_TEST

static void
assert_count(uint64_t count, const char *wanted)
{
    char text[LOAD_FIGURE_BYTES];
    load_figure_count(text, count);
    ck_assert_str_eq(text, wanted);
}

static void
assert_us(int64_t ns, const char *wanted)
{
    char text[LOAD_FIGURE_BYTES];
    load_figure_us(text, ns);
    ck_assert_str_eq(text, wanted);
}

START_TEST(figures_are_readable)
{
    assert_count(0, "0");
    assert_count(999, "999");
    assert_count(1000, "1,000");
    assert_count(1234567, "1,234,567");
    assert_count(UINT64_MAX, "18,446,744,073,709,551,615");
    assert_us(0, "0.0");
    assert_us(1234, "1.2");
    assert_us(999949, "999.9");
    assert_us(1000000, "1,000");
    assert_us(12345678900, "12,345,679");
    assert_us(INT64_MAX, "9,223,372,036,854,776");
}
END_TEST

int
main(void)
{
    TCase *cases = tcase_create("options");
    tcase_add_checked_fixture(cases, NULL, tidy);
    tcase_add_test(cases, defaults);
    tcase_add_test(cases, everything_can_be_set);
    tcase_add_test(cases, workloads_have_presets_of_their_own);
    tcase_add_test(cases, an_embedded_target_has_a_thread_per_connection);
    tcase_add_test(cases, messages_name_the_range);
    tcase_add_test(cases, contradictions_are_told);
    tcase_add_test(cases, figures_are_readable);
    Suite *suite = suite_create("loadgen");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
