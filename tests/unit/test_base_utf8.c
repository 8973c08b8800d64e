/*
 * test_base_utf8.c: every character there and back, and what is none.
 */
#include "engine/base/utf8.h"

#include <check.h>
#include <stdlib.h>

static bool
is_surrogate(uint32_t character)
{
    return character >= 0xd800 && character <= 0xdfff;
}

/* Whether a character is what it should be when it is read again. */
static bool
comes_back(uint32_t character, BaseBuf *text)
{
    base_buf_reset(text);
    if (!base_utf8_append(text, character)) {
        return false;
    }
    uint32_t read = 0;
    size_t len = base_utf8_first(base_buf_slice(text), &read);
    bool valid = base_utf8_is_valid(base_buf_slice(text));
    return is_surrogate(character) ? len == 0 && !valid
                                   : len == text->len && valid && read == character;
}

START_TEST(every_character_comes_back)
{
    BaseBuf text = BASE_BUF_INIT;
    for (uint32_t character = 0; character <= 0x10ffff; character++) {
        if (!comes_back(character, &text)) { /* Check takes its time for every assertion */
            ck_abort_msg("U+%04X", (unsigned)character);
        }
    }
    base_buf_clear(&text);
}
END_TEST

START_TEST(what_is_no_text)
{
    static const char *const wrong[] = {
        "\x80",         "\xbf",         "\xc0\x80", "\xc1\xbf",         "\xe0\x9f\xbf",
        "\xed\xa0\x80", "\xed\xbf\xbf", "\xf5",     "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80",
        "\xc3",         "\xe2\x82",     "\xc3\x28", "\xe2\x82\x28",     "\xf0\x9f\x98",
        "\xff",         "\xfe",         "a\xc3",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        ck_assert(!base_utf8_is_valid(base_slice_text(wrong[i])));
    }
    uint32_t character;
    ck_assert_uint_eq(base_utf8_first(BASE_SLICE_EMPTY, &character), 0);
    ck_assert(base_utf8_is_valid(BASE_SLICE_EMPTY));
    ck_assert(base_utf8_is_valid(base_slice("a\0b", 3)));
}
END_TEST

START_TEST(what_is_visible)
{
    static const uint32_t visible[] = {' ', '~', 0xe9, 0x20ac, 0x1f600};
    static const uint32_t hidden[] = {0, '\n', 0x1b, 0x7f, 0x9b, 0x200b, 0x202e, 0x2028, 0xfeff};
    for (size_t i = 0; i < sizeof visible / sizeof visible[0]; i++) {
        ck_assert(base_utf8_is_visible(visible[i]));
    }
    for (size_t i = 0; i < sizeof hidden / sizeof hidden[0]; i++) {
        ck_assert(!base_utf8_is_visible(hidden[i]));
    }
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("base_utf8");
    TCase *tcase = tcase_create("utf8");
    tcase_add_test(tcase, every_character_comes_back);
    tcase_add_test(tcase, what_is_no_text);
    tcase_add_test(tcase, what_is_visible);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
