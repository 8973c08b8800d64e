/*
 * test_store_error.c: errors name the field, the value and the limit, and never overflow.
 */
#include "service/store/error.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

START_TEST(a_value_over_its_range_is_over_limit_and_names_everything)
{
    StoreError error;
    ck_assert(!store_error_range(&error, "options.limit_items", 10001, 1, 10000, "items"));
    ck_assert_int_eq(error.kind, STORE_ERROR_INVALID);
    ck_assert_int_eq(error.code, STORE_INVALID_OVER_LIMIT);
    ck_assert_str_eq(error.field, "options.limit_items");
    ck_assert_int_eq(error.limit, 10000);
    ck_assert_int_eq(error.actual, 10001);
    ck_assert_str_eq(error.message, "options.limit_items is 10001 items; allowed are 1 to 10000");
}
END_TEST

START_TEST(a_value_below_its_range_is_a_bad_argument)
{
    StoreError error;
    ck_assert(!store_error_range(&error, "key", 0, 1, 1024, "bytes"));
    ck_assert_int_eq(error.code, STORE_INVALID_BAD_ARGUMENT);
    ck_assert_int_eq(error.limit, 1);
    ck_assert_int_eq(error.actual, 0);
    ck_assert_str_eq(error.message, "key is 0 bytes; allowed are 1 to 1024");
    ck_assert(!store_error_range(&error, "options.offset", -5, 0, INT64_MAX, ""));
    ck_assert_int_eq(error.code, STORE_INVALID_BAD_ARGUMENT);
    ck_assert_str_eq(error.message, "options.offset is -5; it must be at least 0");
}
END_TEST

START_TEST(kinds_are_the_field_ids_of_the_exceptions)
{
    StoreError error;
    ck_assert(!store_error_refused(&error, STORE_REFUSED_OVERLOAD, "s1", 25, "busy"));
    ck_assert_int_eq(error.kind, 3);
    ck_assert_int_eq(error.retry_after_ms, 25);
    ck_assert_str_eq(error.scope, "store:s1");
    ck_assert(!store_error_refused(&error, STORE_REFUSED_DRAINING, NULL, 0, "going"));
    ck_assert_str_eq(error.scope, "server");
    ck_assert(!store_error_indeterminate(&error, STORE_INDETERMINATE_DEADLINE, "late"));
    ck_assert_int_eq(error.kind, 4);
    ck_assert_str_eq(error.scope, "");
    ck_assert(!store_error_failed(&error, STORE_FAILED_CORRUPTION, "bad %s", "block"));
    ck_assert_int_eq(error.kind, 5);
    ck_assert_str_eq(error.message, "bad block");
}
END_TEST

START_TEST(every_status_of_an_engine_has_its_error)
{
    static const struct {
        BaseCode status;
        StoreErrorKind kind;
        int code;
    } cases[] = {
        {BASE_INVALID, STORE_ERROR_FAILED, STORE_FAILED_INTERNAL},
        {BASE_UNSUPPORTED, STORE_ERROR_INVALID, STORE_INVALID_UNSUPPORTED},
        {BASE_NOT_FOUND, STORE_ERROR_FAILED, STORE_FAILED_INTERNAL},
        {BASE_EXISTS, STORE_ERROR_FAILED, STORE_FAILED_INTERNAL},
        {BASE_NO_MEMORY, STORE_ERROR_REFUSED, STORE_REFUSED_MEMORY_FULL},
        {BASE_NO_SPACE, STORE_ERROR_REFUSED, STORE_REFUSED_DISK_FULL},
        {BASE_WOULD_BLOCK, STORE_ERROR_WOULD_BLOCK, 0},
        {BASE_BUSY, STORE_ERROR_REFUSED, STORE_REFUSED_OVERLOAD},
        {BASE_IO, STORE_ERROR_FAILED, STORE_FAILED_IO_ERROR},
        {BASE_CORRUPTION, STORE_ERROR_FAILED, STORE_FAILED_CORRUPTION},
        {BASE_POISONED, STORE_ERROR_FAILED, STORE_FAILED_POISONED},
        {BASE_CLOSED, STORE_ERROR_REFUSED, STORE_REFUSED_DRAINING},
        {BASE_INTERNAL, STORE_ERROR_FAILED, STORE_FAILED_INTERNAL},
    };
    ck_assert_uint_eq(sizeof cases / sizeof cases[0], BASE_CODE_COUNT - 1);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        StoreError error;
        ck_assert(!store_error_status(&error, base_error(cases[i].status, "the reason"), "s1"));
        ck_assert_int_eq(error.kind, cases[i].kind);
        ck_assert_int_eq(error.code, cases[i].code);
        ck_assert_ptr_nonnull(strstr(error.message, "s1"));
        ck_assert_ptr_nonnull(strstr(error.message, "the reason"));
    }
}
END_TEST

START_TEST(long_texts_are_cut_and_terminated)
{
    char text[2000];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    StoreError error;
    ck_assert(!store_error_invalid(&error, STORE_INVALID_BAD_ARGUMENT, text, "%s", text));
    ck_assert_uint_eq(strlen(error.field), sizeof error.field - 1);
    ck_assert_uint_eq(strlen(error.message), sizeof error.message - 1);
}
END_TEST

START_TEST(bytes_of_a_peer_are_quoted)
{
    char quoted[300];
    store_error_quote(base_slice("a\"\\\n\0\xff z", 8), quoted, sizeof quoted);
    ck_assert_str_eq(quoted, "a\\x22\\x5c\\x0a\\x00\\xff z");
    char small[6];
    store_error_quote(BASE_SLICE_LITERAL("abcdefgh"), small, sizeof small);
    ck_assert_uint_lt(strlen(small), sizeof small);
    uint8_t long_bytes[1000] = {0};
    store_error_quote(base_slice(long_bytes, sizeof long_bytes), quoted, sizeof quoted);
    ck_assert_uint_eq(strlen(quoted), 256);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("store/error");
    TCase *tests = tcase_create("error");
    tcase_add_test(tests, a_value_over_its_range_is_over_limit_and_names_everything);
    tcase_add_test(tests, a_value_below_its_range_is_a_bad_argument);
    tcase_add_test(tests, kinds_are_the_field_ids_of_the_exceptions);
    tcase_add_test(tests, every_status_of_an_engine_has_its_error);
    tcase_add_test(tests, long_texts_are_cut_and_terminated);
    tcase_add_test(tests, bytes_of_a_peer_are_quoted);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
