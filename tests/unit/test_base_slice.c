/*
 * test_base_slice.c: slices of every short length are equal when all of their bytes are.
 */
#include "engine/base/slice.h"

#include <check.h>
#include <stdlib.h>

enum { LENGTH_MAX = 40 };

START_TEST(equal_slices_have_all_bytes_in_common)
{
    uint8_t left[LENGTH_MAX + 1];
    uint8_t right[LENGTH_MAX + 1];
    for (size_t i = 0; i < sizeof left; i++) {
        left[i] = (uint8_t)(i * 7 + 3);
        right[i] = left[i];
    }
    for (size_t len = 0; len <= LENGTH_MAX; len++) {
        BaseSlice a = base_slice(left, len);
        ck_assert(base_slice_equal(a, base_slice(right, len)));
        ck_assert(!base_slice_equal(a, base_slice(right, len + 1)));
        for (size_t at = 0; at < len; at++) {
            right[at] ^= 0x80;
            ck_assert(!base_slice_equal(a, base_slice(right, len)));
            right[at] ^= 0x80;
        }
    }
    ck_assert(base_slice_equal(BASE_SLICE_EMPTY, base_slice(left, 0)));
}
END_TEST

int
main(void)
{
    TCase *cases = tcase_create("slice");
    tcase_set_timeout(cases, 120);
    tcase_add_test(cases, equal_slices_have_all_bytes_in_common);
    Suite *suite = suite_create("base");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
