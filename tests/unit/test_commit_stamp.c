/*
 * test_commit_stamp.c: time that never goes back.
 */
#include "engine/commit/stamp.h"

#include <check.h>
#include <pthread.h>
#include <stdlib.h>

START_TEST(follows_the_clock_forward_only)
{
    BaseFakeClock clock;
    CommitStamps stamps;
    base_fake_clock_init(&clock, 1000);
    commit_stamp_init(&stamps, &clock.clock, 0);
    ck_assert_int_eq(commit_stamp_now(&stamps), 1000);
    base_fake_clock_advance_ms(&clock, 5);
    ck_assert_int_eq(commit_stamp_now(&stamps), 1005);
    base_fake_clock_step_wall_ms(&clock, -500);
    ck_assert_int_eq(commit_stamp_now(&stamps), 1005);
    base_fake_clock_step_wall_ms(&clock, 501);
    ck_assert_int_eq(commit_stamp_now(&stamps), 1006);
}
END_TEST

START_TEST(starts_and_goes_on_behind_what_others_saw)
{
    BaseFakeClock clock;
    CommitStamps stamps;
    base_fake_clock_init(&clock, 1000);
    commit_stamp_init(&stamps, &clock.clock, 3000);
    ck_assert_int_eq(commit_stamp_now(&stamps), 3000);
    commit_stamp_observe(&stamps, 4000);
    ck_assert_int_eq(commit_stamp_now(&stamps), 4000);
    commit_stamp_observe(&stamps, 10);
    ck_assert_int_eq(commit_stamp_now(&stamps), 4000);
}
END_TEST

typedef struct Race {
    BaseFakeClock clock;
    CommitStamps stamps;
} Race;

static void *
take_stamps(void *argument)
{
    Race *race = argument;
    int64_t last = 0;
    for (int i = 0; i < 20000; i++) {
        int64_t now = commit_stamp_now(&race->stamps);
        ck_assert_int_ge(now, last);
        last = now;
        base_fake_clock_step_wall_ms(&race->clock, i % 3 == 0 ? -2 : 2);
    }
    return NULL;
}

START_TEST(never_goes_back_for_any_thread)
{
    Race race;
    pthread_t threads[3];
    base_fake_clock_init(&race.clock, 1000);
    commit_stamp_init(&race.stamps, &race.clock.clock, 0);
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(pthread_create(&threads[i], NULL, take_stamps, &race), 0);
    }
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    }
}
END_TEST

int
main(void)
{
    TCase *cases = tcase_create("stamp");
    tcase_add_test(cases, follows_the_clock_forward_only);
    tcase_add_test(cases, starts_and_goes_on_behind_what_others_saw);
    tcase_add_test(cases, never_goes_back_for_any_thread);
    Suite *suite = suite_create("commit");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
