/*
 * test_net_drain.c: a server that stops: what was complete is answered, then connections end.
 */
#include "tests/support/net_echo.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static NetEcho *echo;

static void
start(void)
{
    NetLimits limits = net_echo_limits();
    echo = net_echo_new("tcp:127.0.0.1:0", &limits, 2, NULL);
}

static void
stop(void)
{
    net_echo_free(echo);
}

START_TEST(idle_connections_end)
{
    int fds[10];
    for (int i = 0; i < 10; i++) {
        fds[i] = net_echo_connect(echo->address);
    }
    NET_ECHO_AWAIT_EXACTLY(echo, connections, 10);
    net_server_drain(echo->server);
    for (int i = 0; i < 10; i++) {
        ck_assert(net_echo_ended(fds[i]));
        close(fds[i]);
    }
    NET_ECHO_AWAIT_EXACTLY(echo, connections, 0);
}
END_TEST

START_TEST(requests_under_way_are_answered)
{
    int fd = net_echo_connect(echo->address);
    for (uint32_t i = 0; i < 30; i++) {
        net_echo_send(fd, 'h', i, 100);
    }
    net_echo_await_held(echo, 30);
    net_echo_write(fd, "\0\0\0", 3); /* and one is not complete */
    net_server_drain(echo->server);
    net_echo_release(echo);
    for (uint32_t i = 0; i < 30; i++) {
        net_echo_expect(fd, 'h', i, 100);
    }
    ck_assert(net_echo_ended(fd));
    close(fd);
    NET_ECHO_AWAIT_EXACTLY(echo, connections, 0);
}
END_TEST

START_TEST(requests_that_wait_for_room_are_answered)
{
    NetLimits limits = net_echo_limits();
    limits.pipeline_max = 4;
    net_server_set_limits(echo->server, &limits);
    int fd = net_echo_connect(echo->address);
    uint8_t frames[30 * 32];
    size_t len = 0;
    for (uint32_t i = 0; i < 30; i++) {
        len += net_echo_frame(frames + len, 'h', i, 28);
    }
    net_echo_write(fd, frames, len);
    NET_ECHO_AWAIT_EXACTLY(echo, bytes_read, len);
    net_echo_await_held(echo, 4);
    uint64_t turns = net_echo_stats(echo).turns;
    NET_ECHO_AWAIT(echo, turns, turns + 3);
    ck_assert_uint_eq(net_echo_stats(echo).requests, 4);
    net_server_drain(echo->server);
    for (uint32_t answered = 0; answered < 30;) {
        net_echo_await_held(echo, 1);
        uint32_t more = net_echo_release(echo);
        for (uint32_t i = answered; i < answered + more; i++) {
            net_echo_expect(fd, 'h', i, 28);
        }
        answered += more;
    }
    ck_assert(net_echo_ended(fd));
    close(fd);
}
END_TEST

START_TEST(later_requests_are_not_taken)
{
    int fd = net_echo_connect(echo->address);
    net_echo_send(fd, 'h', 1, 100);
    net_echo_await_held(echo, 1);
    net_server_drain(echo->server);
    uint64_t turns = net_echo_stats(echo).turns;
    NET_ECHO_AWAIT(echo, turns, turns + 4);
    net_echo_send(fd, 'e', 2, 100);
    net_echo_release(echo);
    net_echo_expect(fd, 'h', 1, 100);
    ck_assert(net_echo_ended(fd));
    ck_assert_uint_eq(net_echo_stats(echo).requests, 1);
    close(fd);
}
END_TEST

START_TEST(nobody_is_accepted)
{
    int fd = net_echo_connect(echo->address);
    NET_ECHO_AWAIT_EXACTLY(echo, connections, 1);
    net_server_drain(echo->server);
    ck_assert(net_echo_ended(fd));
    close(fd);
    NET_ECHO_AWAIT_EXACTLY(echo, connections, 0);
    char bound[128];
    char message[256];
    BaseStatus status = net_server_listen(echo->server, "tcp:127.0.0.1:0", bound, message);
    ck_assert_int_eq(status.code, BASE_CLOSED);
    ck_assert(strstr(message, "draining") != NULL);
    ck_assert_uint_eq(net_echo_stats(echo).accepted, 1);
}
END_TEST

START_TEST(a_stalled_reader_does_not_hold_up_the_drain_for_ever)
{
    int fd = net_echo_connect(echo->address);
    net_echo_send(fd, 'b', 32 * 1024 * 1024, 5);
    NET_ECHO_AWAIT(echo, bytes_written, 1);
    net_server_drain(echo->server);
    for (int i = 0; i < 3000 && net_echo_stats(echo).connections > 0; i++) {
        net_echo_advance(echo, 1000);
        usleep(10000);
    }
    ck_assert_uint_eq(net_echo_stats(echo).connections, 0);
    ck_assert_uint_eq(net_echo_stats(echo).closed_write_stall, 1);
    close(fd);
}
END_TEST

START_TEST(draining_twice_is_draining_once)
{
    int fd = net_echo_connect(echo->address);
    net_echo_send(fd, 'e', 1, 10);
    net_echo_expect(fd, 'e', 1, 10);
    net_server_drain(echo->server);
    net_server_drain(echo->server);
    ck_assert(net_echo_ended(fd));
    close(fd);
    NET_ECHO_AWAIT_EXACTLY(echo, connections, 0);
}
END_TEST

int
main(void)
{
    TCase *cases = tcase_create("drain");
    tcase_set_timeout(cases, 120);
    tcase_add_checked_fixture(cases, start, stop);
    tcase_add_test(cases, idle_connections_end);
    tcase_add_test(cases, requests_under_way_are_answered);
    tcase_add_test(cases, requests_that_wait_for_room_are_answered);
    tcase_add_test(cases, later_requests_are_not_taken);
    tcase_add_test(cases, nobody_is_accepted);
    tcase_add_test(cases, a_stalled_reader_does_not_hold_up_the_drain_for_ever);
    tcase_add_test(cases, draining_twice_is_draining_once);
    Suite *suite = suite_create("net");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
