/*
 * test_lsm_gather.c: a sync waits for writers that come back, and hardly ever for those that do
 * not.
 */
#include "engine/lsm/gather.h"

#include <check.h>

enum { SYNC_US = 200 };

/* A sync of what waits, during which `during` more commits come. Returns when it has ended. */
static int64_t
sync_once(LsmGather *gather, int64_t begun_us, size_t during)
{
    lsm_gather_begin(gather);
    lsm_gather_add(gather, during);
    lsm_gather_end(gather, begun_us, begun_us + SYNC_US);
    return begun_us + SYNC_US;
}

START_TEST(it_waits_for_those_that_were_answered)
{
    LsmGather gather = {0};
    lsm_gather_add(&gather, 10);
    int64_t ended = sync_once(&gather, 1000, 40);
    ck_assert_int_eq(lsm_gather_until(&gather), ended + SYNC_US);
    lsm_gather_add(&gather, 3);
    ck_assert_int_eq(lsm_gather_until(&gather), ended + SYNC_US);
    lsm_gather_add(&gather, 1); /* 44 of 50: all but one in eight */
    ck_assert_int_eq(lsm_gather_until(&gather), 0);
    (void)sync_once(&gather, ended, 0);
    ck_assert_uint_eq(gather.covered, 44);
    ck_assert_uint_eq(gather.pause, 0);
}
END_TEST

START_TEST(a_lone_writer_never_waits)
{
    LsmGather gather = {0};
    int64_t now = 0;
    for (int i = 0; i < 100; i++) {
        lsm_gather_add(&gather, 1);
        ck_assert_int_eq(lsm_gather_until(&gather), 0);
        now = sync_once(&gather, now, 0);
        ck_assert_int_eq(lsm_gather_until(&gather), 0);
    }
}
END_TEST

START_TEST(two_that_take_turns_come_together)
{
    LsmGather gather = {0};
    lsm_gather_add(&gather, 1);
    int64_t ended = sync_once(&gather, 0, 1);
    ck_assert_int_ne(lsm_gather_until(&gather), 0);
    lsm_gather_add(&gather, 1);
    ck_assert_int_eq(lsm_gather_until(&gather), 0);
    (void)sync_once(&gather, ended, 0);
    ck_assert_uint_eq(gather.covered, 2);
}
END_TEST

START_TEST(a_disk_that_hung_is_not_waited_for_again)
{
    LsmGather gather = {0};
    lsm_gather_add(&gather, 3);
    lsm_gather_begin(&gather);
    lsm_gather_end(&gather, 0, 2000000);
    ck_assert_int_eq(lsm_gather_until(&gather), 2000000 + 5000);
}
END_TEST

/* Writers that come on their own: ten during a sync, and no more for having been answered. */
START_TEST(waiting_in_vain_gets_rare)
{
    LsmGather gather = {0};
    int64_t now = 0;
    int waits = 0;
    lsm_gather_add(&gather, 10);
    for (int i = 0; i < 1000; i++) {
        now = sync_once(&gather, now, 10);
        waits += lsm_gather_until(&gather) != 0;
    }
    ck_assert_int_ge(waits, 1000 / 65);
    ck_assert_int_le(waits, 1000 / 65 + 7);
}
END_TEST

START_TEST(once_is_enough_to_wait_again)
{
    LsmGather gather = {0};
    int64_t now = 0;
    lsm_gather_add(&gather, 10);
    for (int i = 0; i < 300; i++) {
        now = sync_once(&gather, now, 10);
    }
    while (lsm_gather_until(&gather) == 0) {
        now = sync_once(&gather, now, 10);
    }
    lsm_gather_add(&gather, 10); /* those that were answered, this time */
    ck_assert_int_eq(lsm_gather_until(&gather), 0);
    (void)sync_once(&gather, now, 0);
    ck_assert_int_ne(lsm_gather_until(&gather), 0);
}
END_TEST

int
main(void)
{
    TCase *cases = tcase_create("gather");
    tcase_add_test(cases, it_waits_for_those_that_were_answered);
    tcase_add_test(cases, a_lone_writer_never_waits);
    tcase_add_test(cases, two_that_take_turns_come_together);
    tcase_add_test(cases, a_disk_that_hung_is_not_waited_for_again);
    tcase_add_test(cases, waiting_in_vain_gets_rare);
    tcase_add_test(cases, once_is_enough_to_wait_again);
    Suite *suite = suite_create("lsm_gather");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
