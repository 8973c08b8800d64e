/*
 * test_net_cut.c: connections that are cut, and a server that goes on.
 */
#include "tests/support/net_echo.h"

#include <check.h>
#include <stdlib.h>
#include <unistd.h>

enum { PEERS = 12 };

static NetEcho *echo;

static void
start(void)
{
    NetLimits limits = net_echo_limits();
    echo = net_echo_new("tcp:127.0.0.1:0", &limits, 3, NULL);
}

static void
stop(void)
{
    net_echo_free(echo);
}

START_TEST(idle_connections_are_closed_before_it_returns)
{
    int fds[PEERS];
    for (int i = 0; i < PEERS; i++) {
        fds[i] = net_echo_connect(echo->address);
    }
    /* Not the gauge, which has them before their reactors do: a cut takes those of reactors. */
    while (atomic_load(&echo->opened) != PEERS) {
        usleep(1000);
    }
    net_server_cut(echo->server);
    ck_assert_uint_eq(net_echo_stats(echo).connections, 0);
    for (int i = 0; i < PEERS; i++) {
        ck_assert(net_echo_ended(fds[i]));
        close(fds[i]);
    }
    NET_ECHO_AWAIT_EXACTLY(echo, connections, 0);
    ck_assert_uint_eq(atomic_load(&echo->opened), PEERS);
}
END_TEST

START_TEST(replies_of_what_was_under_way_are_dropped)
{
    int fd = net_echo_connect(echo->address);
    for (uint32_t i = 0; i < 10; i++) {
        net_echo_send(fd, 'h', i, 100);
    }
    net_echo_await_held(echo, 10);
    net_server_cut(echo->server);
    ck_assert(net_echo_ended(fd));
    close(fd);
    ck_assert_uint_eq(atomic_load(&echo->closed), 0);
    net_echo_release(echo);
    NET_ECHO_AWAIT_EXACTLY(echo, requests_in_flight, 0);
    NET_ECHO_AWAIT_EXACTLY(echo, in_flight_bytes, 0);
}
END_TEST

START_TEST(new_connections_are_served)
{
    for (uint32_t round = 0; round < 20; round++) {
        int fd = net_echo_connect(echo->address);
        net_echo_send(fd, 'w', round, 50);
        net_echo_expect(fd, 'w', round, 50);
        net_echo_send(fd, 'e', round, 70);
        net_server_cut(echo->server);
        close(fd);
    }
    int fd = net_echo_connect(echo->address);
    net_echo_send(fd, 'e', 7, 50);
    net_echo_expect(fd, 'e', 7, 50);
    close(fd);
}
END_TEST

static void *
cut_often(void *argument)
{
    for (int i = 0; i < 50; i++) {
        net_server_cut(argument);
    }
    return NULL;
}

START_TEST(several_may_cut_at_once)
{
    pthread_t threads[3];
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(pthread_create(&threads[i], NULL, cut_often, echo->server), 0);
    }
    for (int i = 0; i < 50; i++) {
        close(net_echo_connect(echo->address));
    }
    for (int i = 0; i < 3; i++) {
        (void)pthread_join(threads[i], NULL);
    }
    NET_ECHO_AWAIT_EXACTLY(echo, connections, 0);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("net");
    TCase *cases = tcase_create("cut");
    tcase_set_timeout(cases, 120);
    tcase_add_checked_fixture(cases, start, stop);
    tcase_add_test(cases, idle_connections_are_closed_before_it_returns);
    tcase_add_test(cases, replies_of_what_was_under_way_are_dropped);
    tcase_add_test(cases, new_connections_are_served);
    tcase_add_test(cases, several_may_cut_at_once);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
