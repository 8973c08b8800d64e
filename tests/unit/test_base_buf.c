/*
 * test_base_buf.c: growing bytes, slices, and the codes of statuses.
 */
#include "engine/base/buf.h"
#include "engine/base/status.h"

#include <check.h>
#include <stdlib.h>

START_TEST(grows_and_keeps_what_was_appended)
{
    BaseBuf buf = BASE_BUF_INIT;
    for (int i = 0; i < 100000; i++) {
        ck_assert(base_buf_append_byte(&buf, (uint8_t)(i * 7)));
    }
    ck_assert_uint_eq(buf.len, 100000);
    for (int i = 0; i < 100000; i++) {
        ck_assert_uint_eq(buf.data[i], (uint8_t)(i * 7));
    }
    base_buf_clear(&buf);
    ck_assert_ptr_null(buf.data);
}
END_TEST

START_TEST(an_impossible_size_fails_and_changes_nothing)
{
    BaseBuf buf = BASE_BUF_INIT;
    ck_assert(base_buf_append(&buf, "kept", 4));
    ck_assert(!base_buf_reserve(&buf, SIZE_MAX - 8));
    ck_assert(buf.failed);
    ck_assert(base_slice_equal(base_buf_slice(&buf), BASE_SLICE_LITERAL("kept")));
    base_buf_clear(&buf);
}
END_TEST

START_TEST(prints_behind_what_is_there)
{
    BaseBuf buf = BASE_BUF_INIT;
    ck_assert(base_buf_append(&buf, "a", 1));
    ck_assert(base_buf_printf(&buf, "%d-%s", 42, "z"));
    ck_assert(base_slice_equal(base_buf_slice(&buf), BASE_SLICE_LITERAL("a42-z")));
    size_t len = 0;
    uint8_t *stolen = base_buf_steal(&buf, &len);
    ck_assert_uint_eq(len, 5);
    ck_assert_ptr_null(buf.data);
    free(stolen);
}
END_TEST

START_TEST(slices_order_as_unsigned_bytes)
{
    ck_assert_int_lt(base_slice_compare(base_slice("\x7f", 1), base_slice("\x80", 1)), 0);
    ck_assert_int_lt(base_slice_compare(BASE_SLICE_LITERAL("ab"), BASE_SLICE_LITERAL("abc")), 0);
    ck_assert_int_eq(base_slice_compare(BASE_SLICE_EMPTY, base_slice("", 0)), 0);
    ck_assert(base_slice_starts_with(BASE_SLICE_LITERAL("abc"), BASE_SLICE_EMPTY));
    ck_assert(!base_slice_starts_with(BASE_SLICE_LITERAL("a"), BASE_SLICE_LITERAL("ab")));
}
END_TEST

START_TEST(every_code_has_a_name)
{
    for (int code = 0; code < BASE_CODE_COUNT; code++) {
        ck_assert_ptr_nonnull(base_code_name((BaseCode)code));
        ck_assert_str_ne(base_code_name((BaseCode)code), "UNKNOWN");
    }
    ck_assert_str_eq(base_code_name((BaseCode)999), "UNKNOWN");
}
END_TEST

int
main(void)
{
    TCase *cases = tcase_create("buf");
    tcase_add_test(cases, grows_and_keeps_what_was_appended);
    tcase_add_test(cases, an_impossible_size_fails_and_changes_nothing);
    tcase_add_test(cases, prints_behind_what_is_there);
    tcase_add_test(cases, slices_order_as_unsigned_bytes);
    tcase_add_test(cases, every_code_has_a_name);
    Suite *suite = suite_create("base");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
