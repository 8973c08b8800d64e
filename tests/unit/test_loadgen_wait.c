/*
 * test_loadgen_wait.c: waits where the system has epoll_pwait2(), and where it has not.
 *
 * The linker puts the two calls below in the place of the system's (--wrap).
 */
#include "loadgen/wait.h"

#include <check.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <time.h>

enum { EPOLL = 77, MAX = 5 };

static int fine_error; /* of epoll_pwait2(); 0: it works */
static int fine_calls;
static struct timespec fine_timeout;
static int coarse_calls;
static int coarse_ms;

int __wrap_epoll_pwait2(int epoll, struct epoll_event *events, int max,
                        const struct timespec *timeout, const void *mask);
int __wrap_epoll_wait(int epoll, struct epoll_event *events, int max, int timeout);

int
__wrap_epoll_pwait2(int epoll, struct epoll_event *events, int max, const struct timespec *timeout,
                    const void *mask)
{
    ck_assert(epoll == EPOLL && events != NULL && max == MAX && mask == NULL);
    fine_calls++;
    fine_timeout = *timeout;
    errno = fine_error;
    return fine_error == 0 ? 3 : -1;
}

int
__wrap_epoll_wait(int epoll, struct epoll_event *events, int max, int timeout)
{
    ck_assert(epoll == EPOLL && events != NULL && max == MAX);
    coarse_calls++;
    coarse_ms = timeout;
    return 2;
}

static int
wait_for(int64_t wait_ns)
{
    struct epoll_event events[MAX];
    return load_wait(EPOLL, events, MAX, wait_ns);
}

START_TEST(waits_to_the_nanosecond)
{
    ck_assert_int_eq(wait_for(INT64_C(2000000003)), 3);
    ck_assert_int_eq(fine_timeout.tv_sec, 2);
    ck_assert_int_eq(fine_timeout.tv_nsec, 3);
    fine_error = EINTR;
    ck_assert_int_eq(wait_for(1), -1);
    ck_assert_int_eq(coarse_calls, 0);
}
END_TEST

START_TEST(waits_coarsely_where_the_call_is_refused)
{
    fine_error = _i == 0 ? ENOSYS : EPERM;
    ck_assert_int_eq(wait_for(INT64_C(1999999)), 2);
    ck_assert_int_eq(coarse_ms, 1);
    ck_assert_int_eq(wait_for(INT64_C(999999)), 2);
    ck_assert_int_eq(coarse_ms, 0);
    ck_assert_int_eq(wait_for(INT64_MAX), 2);
    ck_assert_int_eq(coarse_ms, INT_MAX);
    ck_assert_int_eq(fine_calls, 1); /* it is not asked again */
    ck_assert_int_eq(coarse_calls, 3);
}
END_TEST

int
main(void)
{
    TCase *cases = tcase_create("wait");
    tcase_add_test(cases, waits_to_the_nanosecond);
    tcase_add_loop_test(cases, waits_coarsely_where_the_call_is_refused, 0, 2);
    Suite *suite = suite_create("loadgen");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
