/*
 * test_base_tally.c: nothing that threads add at once is lost, however many there are.
 */
#include "engine/base/tally.h"

#include <check.h>
#include <pthread.h>
#include <stdlib.h>

enum {
    THREADS = 24, /* more than there are rows */
    ADDITIONS = 20000,
};

static BaseTally tally;

static void *
add_some(void *user)
{
    for (int i = 0; i < ADDITIONS; i++) {
        base_tally_add(&tally, 0, 1);
        base_tally_add(&tally, 7, 3);
    }
    return user;
}

static void
run_threads(void)
{
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++) {
        ck_assert_int_eq(pthread_create(&threads[i], NULL, add_some, NULL), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    }
}

START_TEST(sums_are_exact)
{
    for (uint64_t round = 1; round <= 3; round++) {
        run_threads();
        ck_assert_uint_eq(base_tally_sum(&tally, 0), round * THREADS * ADDITIONS);
        ck_assert_uint_eq(base_tally_sum(&tally, 7), round * THREADS * ADDITIONS * 3);
        ck_assert_uint_eq(base_tally_sum(&tally, 1), 0);
    }
}
END_TEST

int
main(void)
{
    TCase *cases = tcase_create("tally");
    tcase_set_timeout(cases, 120);
    tcase_add_test(cases, sums_are_exact);
    Suite *suite = suite_create("base");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
