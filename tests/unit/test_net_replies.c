/*
 * test_net_replies.c: requests find their replies: order, pipelines, large frames, ends of
 * connections.
 */
#include "tests/support/net_echo.h"

#include <check.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { HEADER = 4 };

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

START_TEST(answers_one_request)
{
    int fd = net_echo_connect(echo->address);
    net_echo_send(fd, 'e', 7, 100);
    net_echo_expect(fd, 'e', 7, 100);
    close(fd);
    NET_ECHO_AWAIT_EXACTLY(echo, connections, 0);
    NetStats stats = net_echo_stats(echo);
    ck_assert_uint_eq(stats.accepted, 1);
    ck_assert_uint_eq(stats.requests, 1);
    ck_assert_uint_eq(stats.bytes_read, HEADER + 100);
    ck_assert_uint_eq(stats.bytes_written, HEADER + 100);
    ck_assert_uint_eq(stats.in_flight_bytes, 0);
    ck_assert_uint_ge(atomic_load(&echo->turns_ended), 1);
}
END_TEST

START_TEST(replies_keep_the_order_of_requests)
{
    int fd = net_echo_connect(echo->address);
    for (uint32_t round = 0; round < 20; round++) {
        for (uint32_t i = 0; i < 128; i++) {
            net_echo_send(fd, i % 3 == 0 ? 'e' : 'w', round * 128 + i, 5 + i);
        }
        for (uint32_t i = 0; i < 128; i++) {
            net_echo_expect(fd, i % 3 == 0 ? 'e' : 'w', round * 128 + i, 5 + i);
        }
    }
    close(fd);
}
END_TEST

START_TEST(held_requests_are_answered_newest_first_and_still_leave_in_order)
{
    int fd = net_echo_connect(echo->address);
    for (uint32_t i = 0; i < 50; i++) {
        net_echo_send(fd, 'h', i, 20);
    }
    net_echo_await_held(echo, 50);
    net_echo_release(echo);
    for (uint32_t i = 0; i < 50; i++) {
        net_echo_expect(fd, 'h', i, 20);
    }
    close(fd);
}
END_TEST

/* Replies that are copied together, some that are not, and more than copies have room for. */
START_TEST(small_replies_that_leave_together_stay_whole)
{
    enum { COUNT = 120 };
    int fd = net_echo_connect(echo->address);
    for (uint32_t i = 0; i < COUNT; i++) {
        net_echo_send(fd, 'h', i, i % 40 == 7 ? 5000 : 500 + i * 4);
    }
    net_echo_await_held(echo, COUNT);
    net_echo_release(echo);
    for (uint32_t i = 0; i < COUNT; i++) {
        net_echo_expect(fd, 'h', i, i % 40 == 7 ? 5000 : 500 + i * 4);
    }
    NET_ECHO_AWAIT_EXACTLY(echo, in_flight_bytes, 0);
    close(fd);
}
END_TEST

START_TEST(a_pipeline_costs_one_write_per_turn)
{
    enum { COUNT = 100, LEN = 16 };
    uint8_t frames[COUNT * (HEADER + LEN)];
    size_t len = 0;
    for (uint32_t i = 0; i < COUNT; i++) {
        len += net_echo_frame(frames + len, 'e', i, LEN);
    }
    int fd = net_echo_connect(echo->address);
    net_echo_write(fd, frames, len);
    for (uint32_t i = 0; i < COUNT; i++) {
        net_echo_expect(fd, 'e', i, LEN);
    }
    ck_assert_uint_le(net_echo_stats(echo).writev_calls, atomic_load(&echo->turns_ended));
    close(fd);
}
END_TEST

/* Much more than is delivered before what is answered is sent, so some is sent early. */
START_TEST(each_of_many_pipelines_costs_one_write)
{
    enum { CONNECTIONS = 40, COUNT = 20, LEN = 16 };
    int fds[CONNECTIONS];
    for (int c = 0; c < CONNECTIONS; c++) {
        fds[c] = net_echo_connect(echo->address);
    }
    for (uint32_t c = 0; c < CONNECTIONS; c++) {
        uint8_t frames[COUNT * (HEADER + LEN)];
        size_t len = 0;
        for (uint32_t i = 0; i < COUNT; i++) {
            len += net_echo_frame(frames + len, 'e', c * COUNT + i, LEN);
        }
        net_echo_write(fds[c], frames, len);
    }
    for (uint32_t c = 0; c < CONNECTIONS; c++) {
        for (uint32_t i = 0; i < COUNT; i++) {
            net_echo_expect(fds[c], 'e', c * COUNT + i, LEN);
        }
        close(fds[c]);
    }
    ck_assert_uint_eq(net_echo_stats(echo).writev_calls, CONNECTIONS);
}
END_TEST

/* Sends `count` frames from a thread of its own, so that neither side waits for the other. */
typedef struct Sender {
    int fd;
    uint32_t count;
    uint32_t len;
    char kind;
} Sender;

static void *
send_frames(void *argument)
{
    const Sender *sender = argument;
    for (uint32_t i = 0; i < sender->count; i++) {
        net_echo_send(sender->fd, sender->kind, i, sender->len);
    }
    return NULL;
}

START_TEST(a_pipeline_deeper_than_the_limit_goes_through)
{
    int fd = net_echo_connect(echo->address);
    Sender sender = {fd, 3000, 300, 'w'};
    pthread_t thread;
    ck_assert_int_eq(pthread_create(&thread, NULL, send_frames, &sender), 0);
    for (uint32_t i = 0; i < sender.count; i++) {
        net_echo_expect(fd, 'w', i, 300);
    }
    pthread_join(thread, NULL);
    close(fd);
}
END_TEST

START_TEST(a_pipeline_depth_of_one_works)
{
    NetLimits limits = net_echo_limits();
    limits.pipeline_max = 1;
    net_server_set_limits(echo->server, &limits);
    int fd = net_echo_connect(echo->address);
    for (uint32_t i = 0; i < 100; i++) {
        net_echo_send(fd, i % 2 == 0 ? 'e' : 'w', i, 10);
    }
    for (uint32_t i = 0; i < 100; i++) {
        net_echo_expect(fd, i % 2 == 0 ? 'e' : 'w', i, 10);
    }
    close(fd);
}
END_TEST

START_TEST(large_frames_arrive_whole)
{
    int fd = net_echo_connect(echo->address);
    Sender sender = {fd, 6, 3 * 1024 * 1024 + 17, _i == 0 ? 'e' : 'w'};
    pthread_t thread;
    ck_assert_int_eq(pthread_create(&thread, NULL, send_frames, &sender), 0);
    for (uint32_t i = 0; i < sender.count; i++) {
        net_echo_expect(fd, sender.kind, i, sender.len);
    }
    pthread_join(thread, NULL);
    close(fd);
    NET_ECHO_AWAIT_EXACTLY(echo, connections, 0);
    NET_ECHO_AWAIT_EXACTLY(echo, in_flight_bytes, 0); /* settled at the end of that turn */
}
END_TEST

START_TEST(large_and_small_frames_mix)
{
    int fd = net_echo_connect(echo->address);
    for (uint32_t round = 0; round < 10; round++) {
        net_echo_send(fd, 'w', 1, 5);
        net_echo_send(fd, 'w', 2, 200000);
        net_echo_send(fd, 'e', 3, 6);
        net_echo_send(fd, 'w', 4, 70000);
        net_echo_expect(fd, 'w', 1, 5);
        net_echo_expect(fd, 'w', 2, 200000);
        net_echo_expect(fd, 'e', 3, 6);
        net_echo_expect(fd, 'w', 4, 70000);
    }
    close(fd);
}
END_TEST

START_TEST(a_byte_at_a_time_is_enough)
{
    uint8_t frames[2 * 64];
    size_t len = net_echo_frame(frames, 'e', 1, 50);
    len += net_echo_frame(frames + len, 'w', 2, 50);
    int fd = net_echo_connect(echo->address);
    for (size_t i = 0; i < len; i++) {
        net_echo_write(fd, frames + i, 1);
    }
    net_echo_expect(fd, 'e', 1, 50);
    net_echo_expect(fd, 'w', 2, 50);
    close(fd);
}
END_TEST

START_TEST(an_empty_reply_is_none)
{
    int fd = net_echo_connect(echo->address);
    for (uint32_t i = 0; i < 1000; i++) {
        net_echo_send(fd, 'o', i, 9);
    }
    net_echo_send(fd, 'e', 5, 9);
    net_echo_expect(fd, 'e', 5, 9);
    close(fd);
}
END_TEST

START_TEST(a_closing_reply_is_the_last)
{
    int fd = net_echo_connect(echo->address);
    net_echo_send(fd, 'h', 1, 10);
    net_echo_send(fd, 'c', 2, 10);
    net_echo_send(fd, 'e', 3, 10);
    net_echo_await_held(echo, 1);
    net_echo_release(echo);
    net_echo_expect(fd, 'h', 1, 10);
    net_echo_expect(fd, 'c', 2, 10);
    ck_assert(net_echo_ended(fd));
    close(fd);
    NET_ECHO_AWAIT_EXACTLY(echo, connections, 0);
}
END_TEST

START_TEST(the_last_reply_survives_unread_input)
{
    int fd = net_echo_connect(echo->address);
    uint8_t *junk = calloc(1, 500000);
    ck_assert_ptr_nonnull(junk);
    uint8_t huge[4] = {0x7f, 0xff, 0xff, 0xff};
    net_echo_write(fd, huge, sizeof huge);
    net_echo_write(fd, junk, 500000);
    free(junk);
    net_echo_expect_text(fd, "bad");
    ck_assert_int_eq(recv(fd, huge, 1, 0), 0); /* an end in good order, not a reset */
    close(fd);
    NET_ECHO_AWAIT_EXACTLY(echo, connections, 0);
    ck_assert_uint_eq(net_echo_stats(echo).closed_bad, 1);
    ck_assert_uint_eq(atomic_load(&echo->bad), 1);
}
END_TEST

START_TEST(a_lingering_connection_does_not_wait_for_its_peer)
{
    int fd = net_echo_connect(echo->address);
    net_echo_send(fd, 'c', 1, 10);
    net_echo_expect(fd, 'c', 1, 10);
    ck_assert(net_echo_ended(fd));
    net_echo_advance(echo, 1500);
    NET_ECHO_AWAIT_EXACTLY(echo, connections, 0);
    close(fd);
}
END_TEST

START_TEST(a_request_that_is_too_long_is_bad)
{
    NetLimits limits = net_echo_limits();
    limits.request_bytes_max = 1000;
    net_server_set_limits(echo->server, &limits);
    int fd = net_echo_connect(echo->address);
    net_echo_send(fd, 'e', 1, 1000 - HEADER);
    net_echo_expect(fd, 'e', 1, 1000 - HEADER);
    net_echo_send(fd, 'e', 1, 1001 - HEADER);
    net_echo_expect_text(fd, "bad");
    ck_assert(net_echo_ended(fd));
    close(fd);
}
END_TEST

START_TEST(a_scan_may_close_without_an_answer)
{
    int fd = net_echo_connect(echo->address);
    net_echo_send(fd, 'w', 1, 10);
    uint8_t end[4] = {0xff, 0xff, 0xff, 0xff};
    net_echo_write(fd, end, sizeof end);
    net_echo_expect(fd, 'w', 1, 10);
    ck_assert(net_echo_ended(fd));
    close(fd);
}
END_TEST

START_TEST(a_half_closed_client_gets_its_replies)
{
    int fd = net_echo_connect(echo->address);
    for (uint32_t i = 0; i < 300; i++) {
        net_echo_send(fd, i % 2 == 0 ? 'w' : 'e', i, 500);
    }
    net_echo_write(fd, "\0\0", 2); /* a request that never ends */
    ck_assert_int_eq(shutdown(fd, SHUT_WR), 0);
    for (uint32_t i = 0; i < 300; i++) {
        net_echo_expect(fd, i % 2 == 0 ? 'w' : 'e', i, 500);
    }
    ck_assert(net_echo_ended(fd));
    close(fd);
    NET_ECHO_AWAIT_EXACTLY(echo, connections, 0);
}
END_TEST

START_TEST(a_half_closed_client_gets_held_replies)
{
    int fd = net_echo_connect(echo->address);
    net_echo_send(fd, 'h', 1, 500);
    ck_assert_int_eq(shutdown(fd, SHUT_WR), 0);
    net_echo_await_held(echo, 1);
    net_echo_release(echo);
    net_echo_expect(fd, 'h', 1, 500);
    ck_assert(net_echo_ended(fd));
    close(fd);
}
END_TEST

START_TEST(oneway_requests_of_a_client_that_closed_arrive)
{
    int fd = net_echo_connect(echo->address);
    for (uint32_t i = 0; i < 100; i++) {
        net_echo_send(fd, 'o', i, 50);
    }
    close(fd);
    NET_ECHO_AWAIT_EXACTLY(echo, requests, 100);
    NET_ECHO_AWAIT_EXACTLY(echo, connections, 0);
}
END_TEST

START_TEST(replies_to_a_client_that_reset_are_dropped)
{
    int fd = net_echo_connect(echo->address);
    for (uint32_t i = 0; i < 20; i++) {
        net_echo_send(fd, 'h', i, 30000);
    }
    net_echo_await_held(echo, 20);
    net_echo_reset(fd);
    NET_ECHO_AWAIT_EXACTLY(echo, connections, 0);
    ck_assert_uint_eq(net_echo_stats(echo).closed_reset, 1);
    ck_assert_uint_eq(atomic_load(&echo->closed), 0);
    net_echo_release(echo);
    NET_ECHO_AWAIT_EXACTLY(echo, requests_in_flight, 0);
    NET_ECHO_AWAIT_EXACTLY(echo, in_flight_bytes, 0);
}
END_TEST

START_TEST(freeing_with_requests_under_way_drops_them)
{
    int fd = net_echo_connect(echo->address);
    int other = net_echo_connect(echo->address);
    for (uint32_t i = 0; i < 20; i++) {
        net_echo_send(fd, 'h', i, 30000);
        net_echo_send(other, 'h', i, 10);
    }
    net_echo_await_held(echo, 40);
    net_echo_reset(other);
    NET_ECHO_AWAIT_EXACTLY(echo, connections, 1);
    close(fd);
}
END_TEST

START_TEST(a_busy_connection_does_not_starve_another)
{
    NetLimits limits = net_echo_limits();
    limits.pipeline_max = 100000; /* so that it is not this that makes it pause */
    NetEcho *one = net_echo_new("tcp:127.0.0.1:0", &limits, 1, NULL);
    int busy = net_echo_connect(one->address);
    int calm = net_echo_connect(one->address);
    enum { COUNT = 60000, LEN = 8 };
    uint8_t *frames = malloc(COUNT * (HEADER + LEN));
    ck_assert_ptr_nonnull(frames);
    size_t len = 0;
    for (uint32_t i = 0; i < COUNT; i++) {
        len += net_echo_frame(frames + len, 'o', i, LEN);
    }
    net_echo_write(busy, frames, len);
    free(frames);
    net_echo_send(calm, 'e', 1, 10);
    net_echo_expect(calm, 'e', 1, 10);
    NET_ECHO_AWAIT_EXACTLY(one, requests, COUNT + 1);
    /* No turn took more than one run's requests of each. */
    ck_assert_uint_ge(atomic_load(&one->turns_ended), COUNT / 512);
    close(busy);
    close(calm);
    net_echo_free(one);
}
END_TEST

int
main(void)
{
    TCase *cases = tcase_create("replies");
    tcase_set_timeout(cases, 120);
    tcase_add_checked_fixture(cases, start, stop);
    tcase_add_test(cases, answers_one_request);
    tcase_add_test(cases, replies_keep_the_order_of_requests);
    tcase_add_test(cases, held_requests_are_answered_newest_first_and_still_leave_in_order);
    tcase_add_test(cases, small_replies_that_leave_together_stay_whole);
    tcase_add_test(cases, a_pipeline_costs_one_write_per_turn);
    tcase_add_test(cases, each_of_many_pipelines_costs_one_write);
    tcase_add_test(cases, a_pipeline_deeper_than_the_limit_goes_through);
    tcase_add_test(cases, a_pipeline_depth_of_one_works);
    tcase_add_loop_test(cases, large_frames_arrive_whole, 0, 2);
    tcase_add_test(cases, large_and_small_frames_mix);
    tcase_add_test(cases, a_byte_at_a_time_is_enough);
    tcase_add_test(cases, an_empty_reply_is_none);
    tcase_add_test(cases, a_closing_reply_is_the_last);
    tcase_add_test(cases, the_last_reply_survives_unread_input);
    tcase_add_test(cases, a_lingering_connection_does_not_wait_for_its_peer);
    tcase_add_test(cases, a_request_that_is_too_long_is_bad);
    tcase_add_test(cases, a_scan_may_close_without_an_answer);
    tcase_add_test(cases, a_half_closed_client_gets_its_replies);
    tcase_add_test(cases, a_half_closed_client_gets_held_replies);
    tcase_add_test(cases, oneway_requests_of_a_client_that_closed_arrive);
    tcase_add_test(cases, replies_to_a_client_that_reset_are_dropped);
    tcase_add_test(cases, freeing_with_requests_under_way_drops_them);
    tcase_add_test(cases, a_busy_connection_does_not_starve_another);
    Suite *suite = suite_create("net");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
