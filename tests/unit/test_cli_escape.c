/*
 * test_cli_escape.c: bytes as people type and read them, and the words of a line.
 */
#include "engine/base/rand.h"
#include "engine/base/utf8.h"
#include "service/cli/escape.h"
#include "service/cli/words.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

static const CliEncoding encodings[] = {CLI_ESCAPED, CLI_HEX, CLI_BASE64, CLI_RAW};

static void
check_back(CliEncoding encoding, BaseSlice bytes)
{
    BaseBuf text = BASE_BUF_INIT;
    BaseBuf back = BASE_BUF_INIT;
    const char *problem = "";
    ck_assert(cli_escape_encode(encoding, bytes, &text));
    ck_assert_msg(cli_escape_decode(encoding, base_buf_slice(&text), &back, &problem), "%s",
                  problem);
    ck_assert(base_slice_equal(base_buf_slice(&back), bytes));
    base_buf_clear(&text);
    base_buf_clear(&back);
}

START_TEST(every_byte_comes_back_alone_and_between_others)
{
    for (unsigned byte = 0; byte < 256; byte++) {
        uint8_t bytes[3] = {'x', (uint8_t)byte, 'A'};
        for (size_t i = 0; i < sizeof encodings / sizeof encodings[0]; i++) {
            check_back(encodings[i], base_slice(bytes + 1, 1));
            check_back(encodings[i], base_slice(bytes, 3));
        }
    }
    for (size_t i = 0; i < sizeof encodings / sizeof encodings[0]; i++) {
        check_back(encodings[i], BASE_SLICE_EMPTY);
    }
}
END_TEST

/* Bytes that often are the front of a character. */
static size_t
random_bytes(BaseRand *rand, uint8_t *bytes, size_t max)
{
    static const uint8_t liked[] = {'\\', '"',  '\'', ' ',  '#',  '-',  '@',  'n',
                                    'x',  '\n', 0,    0xff, 0xc3, 0xbc, 0xe2, 0x82,
                                    0xac, 0xf0, 0x9f, 0x98, 0x80, 0xed, 0xa0};
    size_t len = base_rand_below(rand, max);
    for (size_t i = 0; i < len; i++) {
        bytes[i] = base_rand_below(rand, 3) == 0 ? (uint8_t)base_rand_next(rand)
                                                 : liked[base_rand_below(rand, sizeof liked)];
    }
    return len;
}

START_TEST(random_bytes_come_back)
{
    BaseRand rand = base_rand(17);
    uint8_t bytes[64];
    for (int i = 0; i < 5000; i++) {
        size_t len = random_bytes(&rand, bytes, sizeof bytes);
        for (size_t j = 0; j < sizeof encodings / sizeof encodings[0]; j++) {
            check_back(encodings[j], base_slice(bytes, len));
        }
    }
}
END_TEST

START_TEST(escaped_text_is_one_visible_line_of_utf8)
{
    BaseRand rand = base_rand(18);
    uint8_t bytes[64];
    for (int i = 0; i < 5000; i++) {
        BaseBuf text = BASE_BUF_INIT;
        size_t len = random_bytes(&rand, bytes, sizeof bytes);
        ck_assert(cli_escape_encode(CLI_ESCAPED, base_slice(bytes, len), &text));
        for (BaseSlice rest = base_buf_slice(&text); rest.len != 0;) {
            uint32_t character = 0;
            size_t used = base_utf8_first(rest, &character);
            ck_assert_uint_ne(used, 0);
            ck_assert(base_utf8_is_visible(character));
            rest = base_slice(rest.data + used, rest.len - used);
        }
        base_buf_clear(&text);
    }
}
END_TEST

static void
check_text(const char *bytes, const char *expected)
{
    BaseBuf text = BASE_BUF_INIT;
    ck_assert(cli_escape_encode(CLI_ESCAPED, base_slice_text(bytes), &text));
    ck_assert(base_buf_append_byte(&text, 0));
    ck_assert_str_eq((const char *)text.data, expected);
    base_buf_clear(&text);
}

START_TEST(what_people_see)
{
    check_text("plain, with \"quotes\" and 'blanks'", "plain, with \"quotes\" and 'blanks'");
    check_text("a\nb\tc\rd\\e", "a\\nb\\tc\\rd\\\\e");
    check_text("\x01\x7f\x1b[31m", "\\x01\\x7f\\x1b[31m");
    check_text("gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80",
               "gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80");
    check_text("\xc2\x9b", "\\xc2\\x9b");                   /* a control character of eight bits */
    check_text("\xe2\x80\xae", "\\xe2\\x80\\xae");          /* turns the direction around */
    check_text("\xed\xa0\x80", "\\xed\\xa0\\x80");          /* a surrogate */
    check_text("\xc0\xaf", "\\xc0\\xaf");                   /* too long a form */
    check_text("\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"); /* beyond the last character */
    check_text("cut \xe2\x82", "cut \\xe2\\x82");
}
END_TEST

START_TEST(escapes_that_people_type)
{
    static const struct {
        const char *text;
        const char *bytes; /* NULL: wrong */
    } cases[] = {
        {"\\@file", "@file"},
        {"\\-", "-"},
        {"\\ \\\"\\'", " \"'"},
        {"\\x41\\x4a\\x4A", "AJJ"},
        {"a\\nb", "a\nb"},
        {"\\", NULL},
        {"\\x4", NULL},
        {"\\xg0", NULL},
        {"\\q", NULL},
        {"\\0", NULL},
        {"ok\\", NULL},
        {"\\\xc3\xbc", NULL},
        {"\\x", NULL},
        {"\\N", NULL},
        {"\\[\\]\\{\\}\\~", "[]{}~"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        BaseBuf bytes = BASE_BUF_INIT;
        const char *problem = NULL;
        ck_assert(base_buf_append(&bytes, "kept", 4));
        bool good =
            cli_escape_decode(CLI_ESCAPED, base_slice_text(cases[i].text), &bytes, &problem);
        ck_assert_msg(good == (cases[i].bytes != NULL), "%s", cases[i].text);
        BaseSlice added = base_slice(bytes.data + 4, bytes.len - 4);
        ck_assert(base_slice_equal(added, base_slice_text(good ? cases[i].bytes : "")));
        ck_assert(good || problem != NULL);
        base_buf_clear(&bytes);
    }
}
END_TEST

START_TEST(hexadecimal_and_base64_are_read_strictly)
{
    static const char *const hex[] = {"0", "0g", "00 ", "0x00", "abc"};
    static const char *const base64[] = {
        "A",    "AA",   "AAA",  "A===",   "====", "AA==AAAA",  "AA=A",
        "AB==", "AAB=", "AA A", "AAAA\n", "AA-_", "A\xc3\xbc="};
    BaseBuf bytes = BASE_BUF_INIT;
    const char *problem = NULL;
    for (size_t i = 0; i < sizeof hex / sizeof hex[0]; i++) {
        ck_assert_msg(!cli_escape_decode(CLI_HEX, base_slice_text(hex[i]), &bytes, &problem), "%s",
                      hex[i]);
    }
    for (size_t i = 0; i < sizeof base64 / sizeof base64[0]; i++) {
        ck_assert_msg(!cli_escape_decode(CLI_BASE64, base_slice_text(base64[i]), &bytes, &problem),
                      "%s", base64[i]);
    }
    ck_assert_uint_eq(bytes.len, 0);
    ck_assert(cli_escape_decode(CLI_BASE64, BASE_SLICE_LITERAL("/+8="), &bytes, &problem));
    ck_assert(cli_escape_decode(CLI_HEX, BASE_SLICE_LITERAL("aBcD"), &bytes, &problem));
    ck_assert(base_slice_equal(base_buf_slice(&bytes), BASE_SLICE_LITERAL("\xff\xef\xab\xcd")));
    base_buf_clear(&bytes);
}
END_TEST

START_TEST(every_word_survives_a_line)
{
    BaseRand rand = base_rand(19);
    uint8_t bytes[48];
    for (int i = 0; i < 5000; i++) {
        BaseBuf line = BASE_BUF_INIT;
        BaseBuf back = BASE_BUF_INIT;
        CliWords words;
        const char *problem = "";
        size_t len = random_bytes(&rand, bytes, sizeof bytes);
        ck_assert(base_buf_append(&line, "get  ", 5));
        ck_assert(cli_escape_encode_word(base_slice(bytes, len), &line));
        ck_assert(base_buf_append(&line, " # rest", 7));
        ck_assert_msg(cli_words_cut(base_buf_slice(&line), false, &words, &problem), "%s", problem);
        ck_assert_uint_eq(words.count, 2);
        ck_assert(cli_escape_decode(CLI_ESCAPED, base_slice_text(words.words[1]), &back, &problem));
        ck_assert(base_slice_equal(base_buf_slice(&back), base_slice(bytes, len)));
        ck_assert(words.words[1][0] != '-' && words.words[1][0] != '@');
        cli_words_clear(&words);
        base_buf_clear(&line);
        base_buf_clear(&back);
    }
}
END_TEST

/* The words of a line, joined by '|'; what is wrong with it, in brackets. */
static const char *
cut(const char *line)
{
    static char joined[256];
    CliWords words;
    const char *problem = NULL;
    if (!cli_words_cut(base_slice_text(line), false, &words, &problem)) {
        (void)snprintf(joined, sizeof joined, "(%s)", problem);
        return joined;
    }
    size_t len = 0;
    joined[0] = '\0';
    for (size_t i = 0; i < words.count; i++) {
        len += (size_t)snprintf(joined + len, sizeof joined - len, i == 0 ? "%s" : "|%s",
                                words.words[i]);
    }
    ck_assert_ptr_null(words.words[words.count]);
    cli_words_clear(&words);
    return joined;
}

START_TEST(lines_are_cut_into_words)
{
    ck_assert_str_eq(cut(""), "");
    ck_assert_str_eq(cut("  \t "), "");
    ck_assert_str_eq(cut("# all of it"), "");
    ck_assert_str_eq(cut("get default a"), "get|default|a");
    ck_assert_str_eq(cut(" get\tdefault  a\r\n"), "get|default|a");
    ck_assert_str_eq(cut("put d 'a b' \"c  d\" # said"), "put|d|a b|c  d");
    ck_assert_str_eq(cut("put d a#b ''"), "put|d|a#b|");
    ck_assert_str_eq(cut("a'b c'd\"e\"f"), "ab cdef");
    ck_assert_str_eq(cut("a\\ b \\\" 'it\\'s' \"\\\\\""), "a\\ b|\\\"|it\\'s|\\\\");
    ck_assert_str_eq(cut("'a\\nb'"), "a\\nb");
    ck_assert_str_eq(cut("'a"), "(a quote is not closed)");
    ck_assert_str_eq(cut("a\\"), "a\\");
}
END_TEST

START_TEST(an_unfinished_line_says_where_its_last_word_began)
{
    static const struct {
        const char *line;
        const char *last;
        size_t start;
        bool open;
    } cases[] = {
        {"get def", "def", 4, true},   {"get def ", "def", 4, false}, {"get 'a b", "a b", 4, true},
        {"get x\\ ", "x\\ ", 4, true}, {"g", "g", 0, true},           {"get a # c", "a", 4, false},
        {"get \"a\"b", "ab", 4, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        CliWords words;
        const char *problem = NULL;
        ck_assert(cli_words_cut(base_slice_text(cases[i].line), true, &words, &problem));
        ck_assert_str_eq(words.words[words.count - 1], cases[i].last);
        ck_assert_uint_eq(words.last_start, cases[i].start);
        ck_assert_int_eq(words.open, cases[i].open);
        cli_words_clear(&words);
    }
}
END_TEST

START_TEST(lines_have_limits)
{
    BaseBuf line = BASE_BUF_INIT;
    CliWords words;
    const char *problem = NULL;
    for (int i = 0; i < CLI_WORDS_MAX; i++) {
        ck_assert(base_buf_append(&line, "a ", 2));
    }
    ck_assert(cli_words_cut(base_buf_slice(&line), false, &words, &problem));
    cli_words_clear(&words);
    ck_assert(base_buf_append(&line, "a", 1));
    ck_assert(!cli_words_cut(base_buf_slice(&line), false, &words, &problem));
    ck_assert(!cli_words_cut(base_slice("a\0b", 3), false, &words, &problem));
    base_buf_clear(&line);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("cli_escape");
    TCase *tcase = tcase_create("escape");
    suite_add_tcase(suite, tcase);
    tcase_set_timeout(tcase, 120);
    tcase_add_test(tcase, every_byte_comes_back_alone_and_between_others);
    tcase_add_test(tcase, random_bytes_come_back);
    tcase_add_test(tcase, escaped_text_is_one_visible_line_of_utf8);
    tcase_add_test(tcase, what_people_see);
    tcase_add_test(tcase, escapes_that_people_type);
    tcase_add_test(tcase, hexadecimal_and_base64_are_read_strictly);
    tcase_add_test(tcase, every_word_survives_a_line);
    tcase_add_test(tcase, lines_are_cut_into_words);
    tcase_add_test(tcase, an_unfinished_line_says_where_its_last_word_began);
    tcase_add_test(tcase, lines_have_limits);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
