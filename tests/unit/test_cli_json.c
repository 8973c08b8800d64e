/*
 * test_cli_json.c: JSON that is written comes back, and nothing but JSON is read.
 */
#include "engine/base/rand.h"
#include "service/cli/json_reader.h"
#include "service/cli/json_writer.h"

#include <check.h>
#include <math.h>
#include <stdlib.h>

static bool
is_json(BaseSlice text)
{
    CliJsonReader reader = cli_json_reader(text);
    bool good = cli_json_reader_skip(&reader);
    good = cli_json_reader_finish(&reader) && good;
    ck_assert_int_eq(good, reader.problem == NULL);
    cli_json_reader_clear(&reader);
    return good;
}

START_TEST(what_is_json)
{
    static const char *const good[] = {
        "{}",
        "[]",
        "\"\"",
        "0",
        "-0",
        "17",
        "1.5",
        "-1e5",
        "1E+5",
        "0.0e-0",
        "true",
        "false",
        "null",
        " \t\r\n[ 1 , {\"a\" : [ ] } ]\n",
        "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
        "\"\\u00fc\\ud83d\\ude00\"",
        "{\"\":\"\"}",
        "{\"a\":1,\"a\":2}",
        "[[[[]]]]",
        "\"\\u0000\"",
        "\"\x7f\"",
    };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        ck_assert_msg(is_json(base_slice_text(good[i])), "%s", good[i]);
    }
}
END_TEST

START_TEST(what_is_not)
{
    static const char *const bad[] = {
        "",
        " ",
        "{",
        "}",
        "[",
        "]",
        "[1,]",
        "[,1]",
        "[1 2]",
        "{,}",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{\"a\" 1}",
        "{a:1}",
        "{'a':1}",
        "[1]]",
        "[1}",
        "{\"a\":1]",
        "01",
        "-",
        "+1",
        ".5",
        "1.",
        "1e",
        "1e+",
        "0x1",
        "--1",
        "1-",
        "NaN",
        "tru",
        "nul",
        "truefalse",
        "True",
        "\"",
        "\"a",
        "\"\\\"",
        "\"\\x41\"",
        "\"\\u12\"",
        "\"\\u123g\"",
        "\"\\ud800\"",
        "\"\\udc00\"",
        "\"\\ud800\\u0041\"",
        "\"\\ud800x\"",
        "\"\n\"",
        "\"\t\"",
        "\"a\\\nb\"",
        "\"\\\"\t\"",
        "\"\xff\"",
        "\"\xc3\"",
        "\"\\n\xc3\"",
        "\"\xed\xa0\x80\"",
        "1 2",
        "{} {}",
        "// no\n1",
        "123456789012345678901234567890123",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        ck_assert_msg(!is_json(base_slice_text(bad[i])), "%s", bad[i]);
    }
    ck_assert(!is_json(base_slice("\"a\0b\"", 5)));
    ck_assert(!is_json(base_slice("1\0", 2)));
}
END_TEST

START_TEST(nesting_ends_somewhere)
{
    char text[2 * CLI_JSON_DEPTH_MAX + 2];
    memset(text, '[', CLI_JSON_DEPTH_MAX);
    memset(text + CLI_JSON_DEPTH_MAX, ']', CLI_JSON_DEPTH_MAX);
    ck_assert(is_json(base_slice(text, 2 * CLI_JSON_DEPTH_MAX)));
    memset(text, '[', CLI_JSON_DEPTH_MAX + 1);
    memset(text + CLI_JSON_DEPTH_MAX + 1, ']', CLI_JSON_DEPTH_MAX + 1);
    ck_assert(!is_json(base_slice(text, sizeof text)));
}
END_TEST

static void
check_bytes_come_back(BaseSlice bytes)
{
    BaseBuf text = BASE_BUF_INIT;
    BaseSlice name = BASE_SLICE_EMPTY;
    BaseSlice back = BASE_SLICE_EMPTY;
    CliJsonWriter json = cli_json_writer(&text);
    cli_json_writer_begin(&json, NULL);
    cli_json_writer_bytes(&json, "bytes", bytes);
    cli_json_writer_end(&json);
    ck_assert(!text.failed);
    CliJsonReader reader = cli_json_reader(base_buf_slice(&text));
    ck_assert(cli_json_reader_enter(&reader));
    ck_assert(cli_json_reader_member(&reader, &name));
    ck_assert(base_slice_equal(name, BASE_SLICE_LITERAL("bytes")));
    ck_assert(cli_json_reader_bytes(&reader, &back));
    ck_assert(base_slice_equal(back, bytes));
    ck_assert(!cli_json_reader_member(&reader, &name));
    ck_assert(cli_json_reader_finish(&reader));
    ck_assert_ptr_null(memchr(text.data, '\n', text.len));
    cli_json_reader_clear(&reader);
    base_buf_clear(&text);
}

START_TEST(all_bytes_come_back)
{
    BaseRand rand = base_rand(20);
    uint8_t bytes[300];
    check_bytes_come_back(BASE_SLICE_EMPTY);
    for (unsigned i = 0; i < 256; i++) {
        bytes[i] = (uint8_t)i;
        check_bytes_come_back(base_slice(bytes + i, 1));
    }
    check_bytes_come_back(base_slice(bytes, 256));
    check_bytes_come_back(base_slice(bytes, 128));
    for (int i = 0; i < 1000; i++) {
        size_t len = base_rand_below(&rand, sizeof bytes);
        uint64_t below = base_rand_below(&rand, 2) == 0 ? 128 : 256;
        for (size_t j = 0; j < len; j++) {
            bytes[j] = (uint8_t)base_rand_below(&rand, below);
        }
        check_bytes_come_back(base_slice(bytes, len));
    }
}
END_TEST

START_TEST(what_is_written)
{
    BaseBuf text = BASE_BUF_INIT;
    CliJsonWriter json = cli_json_writer(&text);
    cli_json_writer_begin(&json, NULL);
    cli_json_writer_integer(&json, "lowest", INT64_MIN);
    cli_json_writer_begin_list(&json, "list");
    cli_json_writer_boolean(&json, NULL, true);
    cli_json_writer_boolean(&json, NULL, false);
    cli_json_writer_real(&json, NULL, 0.5);
    cli_json_writer_real(&json, NULL, NAN);
    cli_json_writer_begin(&json, NULL);
    cli_json_writer_end(&json);
    cli_json_writer_end_list(&json);
    cli_json_writer_text(&json, "t", BASE_SLICE_LITERAL("\"\\\n\x01\x7f\xc3\xbc\xff"));
    cli_json_writer_bytes(&json, "b", BASE_SLICE_LITERAL("\xff"));
    cli_json_writer_end(&json);
    ck_assert(base_buf_append_byte(&text, 0));
    ck_assert_str_eq(
        (const char *)text.data,
        "{\"lowest\":-9223372036854775808,\"list\":[true,false,0.5,null,{}],"
        "\"t\":\"\\\"\\\\\\n\\u0001\\u007f\xc3\xbc\\ufffd\",\"b\":{\"base64\":\"/w==\"}}");
    base_buf_clear(&text);
}
END_TEST

/* Reads text as an integer. */
static bool
read_integer(const char *text, int64_t *ret_number)
{
    CliJsonReader reader = cli_json_reader(base_slice_text(text));
    bool good = cli_json_reader_integer(&reader, ret_number) && cli_json_reader_finish(&reader);
    cli_json_reader_clear(&reader);
    return good;
}

START_TEST(integers_are_whole_and_have_64_bits)
{
    int64_t number = 0;
    ck_assert(read_integer("9223372036854775807", &number) && number == INT64_MAX);
    ck_assert(read_integer("-9223372036854775808", &number) && number == INT64_MIN);
    ck_assert(read_integer("-0", &number) && number == 0);
    ck_assert(!read_integer("9223372036854775808", &number));
    ck_assert(!read_integer("1.0", &number));
    ck_assert(!read_integer("1e3", &number));
    ck_assert(!read_integer("\"1\"", &number));
    ck_assert(!read_integer("true", &number));
}
END_TEST

/* Reads text as bytes. */
static bool
read_bytes(const char *text, const char *expected)
{
    BaseSlice bytes = BASE_SLICE_EMPTY;
    CliJsonReader reader = cli_json_reader(base_slice_text(text));
    bool good = cli_json_reader_bytes(&reader, &bytes) && cli_json_reader_finish(&reader);
    ck_assert(!good || base_slice_equal(bytes, base_slice_text(expected)));
    cli_json_reader_clear(&reader);
    return good;
}

START_TEST(bytes_have_three_forms)
{
    ck_assert(read_bytes("\"a\\u0041\"", "aA"));
    ck_assert(read_bytes("{\"text\":\"a\"}", "a"));
    ck_assert(read_bytes(" { \"base64\" : \"YQ==\" } ", "a"));
    ck_assert(read_bytes("{\"base64\":\"\\u0059Q==\"}", "a"));
    ck_assert(!read_bytes("{}", ""));
    ck_assert(!read_bytes("{\"base64\":\"YQ\"}", ""));
    ck_assert(!read_bytes("{\"text\":\"a\",\"base64\":\"YQ==\"}", ""));
    ck_assert(!read_bytes("{\"hex\":\"61\"}", ""));
    ck_assert(!read_bytes("{\"text\":{\"text\":\"a\"}}", ""));
    ck_assert(!read_bytes("{\"text\":\"a\"", ""));
    ck_assert(!read_bytes("17", ""));
    ck_assert(!read_bytes("[\"a\"]", ""));
}
END_TEST

/* A member whose base64 is written with escapes comes behind one that was decoded before. */
static void
check_escaped_base64(size_t quartets)
{
    BaseBuf text = BASE_BUF_INIT;
    BaseSlice name = BASE_SLICE_EMPTY;
    BaseSlice first = BASE_SLICE_EMPTY;
    BaseSlice second = BASE_SLICE_EMPTY;
    ck_assert(base_buf_printf(&text, "{\"a\":\"\\u0041b\",\"b\":{\"base64\":\"\\u0041QID"));
    for (size_t i = 1; i < quartets; i++) {
        ck_assert(base_buf_append(&text, "AQID", 4));
    }
    ck_assert(base_buf_append(&text, "\"}}", 3));
    CliJsonReader reader = cli_json_reader(base_buf_slice(&text));
    ck_assert(cli_json_reader_enter(&reader) && cli_json_reader_member(&reader, &name));
    ck_assert(cli_json_reader_text(&reader, &first) && cli_json_reader_member(&reader, &name));
    ck_assert(cli_json_reader_bytes(&reader, &second));
    ck_assert(!cli_json_reader_member(&reader, &name) && cli_json_reader_finish(&reader));
    ck_assert(base_slice_equal(first, BASE_SLICE_LITERAL("Ab")));
    ck_assert_uint_eq(second.len, 3 * quartets);
    bool right = true; /* one assertion: each costs more than all of this */
    for (size_t i = 0; i < second.len; i++) {
        right = right && second.data[i] == i % 3 + 1;
    }
    ck_assert(right);
    cli_json_reader_clear(&reader);
    base_buf_clear(&text);
}

START_TEST(what_was_read_does_not_move)
{
    for (size_t quartets = 1; quartets < 3000; quartets += 1 + quartets / 20) {
        check_escaped_base64(quartets);
    }
}
END_TEST

START_TEST(what_is_blank)
{
    ck_assert(cli_json_is_blank(BASE_SLICE_LITERAL("")));
    ck_assert(cli_json_is_blank(BASE_SLICE_LITERAL(" \t\r")));
    ck_assert(!cli_json_is_blank(BASE_SLICE_LITERAL(" {")));
    ck_assert(!cli_json_is_blank(base_slice("\0", 1)));
}
END_TEST

START_TEST(the_first_problem_sticks)
{
    CliJsonReader reader = cli_json_reader(BASE_SLICE_LITERAL("{\"a\":1,\"b\":2}"));
    BaseSlice name = BASE_SLICE_EMPTY;
    BaseSlice text = BASE_SLICE_EMPTY;
    ck_assert(cli_json_reader_enter(&reader));
    ck_assert(cli_json_reader_member(&reader, &name));
    ck_assert(!cli_json_reader_text(&reader, &text));
    const char *problem = reader.problem;
    ck_assert_ptr_nonnull(problem);
    ck_assert(!cli_json_reader_skip(&reader));
    ck_assert(!cli_json_reader_member(&reader, &name));
    ck_assert(!cli_json_reader_finish(&reader));
    ck_assert(!cli_json_reader_object(&reader, "something else"));
    ck_assert_str_eq(reader.problem, problem);
    cli_json_reader_clear(&reader);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("cli_json");
    TCase *tcase = tcase_create("json");
    suite_add_tcase(suite, tcase);
    tcase_set_timeout(tcase, 120);
    tcase_add_test(tcase, what_is_json);
    tcase_add_test(tcase, what_is_not);
    tcase_add_test(tcase, nesting_ends_somewhere);
    tcase_add_test(tcase, all_bytes_come_back);
    tcase_add_test(tcase, what_is_written);
    tcase_add_test(tcase, integers_are_whole_and_have_64_bits);
    tcase_add_test(tcase, bytes_have_three_forms);
    tcase_add_test(tcase, what_was_read_does_not_move);
    tcase_add_test(tcase, what_is_blank);
    tcase_add_test(tcase, the_first_problem_sticks);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
