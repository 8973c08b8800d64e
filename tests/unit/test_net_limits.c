/*
 * test_net_limits.c: what slow, silent and hostile peers cost: back-pressure, times, the budget.
 */
#include "service/net/budget.h"
#include "tests/support/net_echo.h"

#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    HEADER = 4,
    MIB = 1024 * 1024,
    PAUSES_MAX = 3000, /* of 10 ms each */
};

static NetLimits limits;

static NetEcho *
start(void)
{
    return net_echo_new("tcp:127.0.0.1:0", &limits, 1, NULL);
}

static void
reset_limits(void)
{
    limits = net_echo_limits();
}

/* Listens on a socket of the file system, too; the address, for net_echo_connect(). */
static void
listen_locally(NetEcho *echo, char address[128])
{
    char path[64];
    (void)snprintf(path, sizeof path, "unix:/tmp/test_net_limits.%d", (int)getpid());
    net_echo_listen(echo, path, address);
}

/* One request and its reply: the server serves. */
static void
check_served(NetEcho *echo)
{
    int fd = net_echo_connect(echo->address);
    net_echo_send(fd, 'w', 9, 100);
    net_echo_expect(fd, 'w', 9, 100);
    close(fd);
}

static bool
holds_replies(NetEcho *echo)
{
    return net_echo_stats(echo).in_flight_bytes > limits.output_bytes_max / 2;
}

/*
 * Not over TCP: with both windows closed its probes come at longer and longer intervals, so that it
 * may be still for a minute although the server reads.
 */
START_TEST(a_client_that_never_reads_is_not_read_either)
{
    limits.output_bytes_max = 256 * 1024;
    NetEcho *echo = start();
    char address[128];
    listen_locally(echo, address);
    int fd = net_echo_connect(address);
    size_t sent = 0;
    uint8_t frame[HEADER + 1000];
    size_t size = net_echo_frame(frame, 'e', 1, 1000);
    /*
     * Sends without an end, partial frames included, until the server has long stopped reading. In
     * a pause with nothing held by the server it was not its turn.
     */
    for (int pause = 0; sent < (size_t)64 * MIB && !(pause >= 30 && holds_replies(echo));) {
        ssize_t part =
            send(fd, frame + sent % size, size - sent % size, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (part > 0) {
            sent += (size_t)part;
            pause = 0;
        } else {
            ck_assert_int_lt(pause, PAUSES_MAX);
            usleep(10000);
            pause++;
        }
    }
    ck_assert_uint_lt(sent, 64 * MIB);
    /* What waits: unsent replies, one turn's requests above the bound, and one read. */
    ck_assert_uint_le(net_echo_stats(echo).in_flight_bytes, limits.output_bytes_max + 512 * 1024);
    check_served(echo);
    /* It reads after all, and everything comes. */
    size_t whole = sent / size;
    for (size_t i = 0; i < whole; i++) {
        net_echo_expect(fd, 'e', 1, 1000);
    }
    close(fd);
    NET_ECHO_AWAIT_EXACTLY(echo, connections, 0);
    NET_ECHO_AWAIT_EXACTLY(echo, in_flight_bytes, 0);
    net_echo_free(echo);
}
END_TEST

START_TEST(a_pipeline_of_large_replies_is_taken_in_steps)
{
    limits.output_bytes_max = 2 * MIB;
    NetEcho *echo = start();
    int fd = net_echo_connect(echo->address);
    char kind = _i == 0 ? 'b' : 'r'; /* at once, or by workers */
    net_echo_send(fd, kind, MIB, 5); /* so that the server knows what to expect */
    net_echo_skip(fd, HEADER + MIB);
    for (int i = 0; i < 100; i++) {
        net_echo_send(fd, kind, MIB, 5);
    }
    NET_ECHO_AWAIT(echo, requests, 2);
    for (int i = 0; i < 100; i++) {
        ck_assert_uint_le(net_echo_stats(echo).in_flight_bytes, 6 * MIB);
        net_echo_skip(fd, HEADER + MIB);
    }
    close(fd);
    net_echo_free(echo);
}
END_TEST

START_TEST(an_idle_connection_is_closed)
{
    limits.idle_ms = 5000;
    NetEcho *echo = start();
    int fd = net_echo_connect(echo->address);
    int busy = net_echo_connect(echo->address);
    net_echo_send(fd, 'e', 1, 10);
    net_echo_expect(fd, 'e', 1, 10);
    net_echo_send(busy, 'h', 1, 10);
    net_echo_await_held(echo, 1);
    net_echo_advance(echo, 4900);
    uint64_t turns = net_echo_stats(echo).turns;
    NET_ECHO_AWAIT(echo, turns, turns + 3);
    ck_assert_uint_eq(net_echo_stats(echo).closed_idle, 0);
    net_echo_advance(echo, 700);
    ck_assert(net_echo_ended(fd));
    NET_ECHO_AWAIT_EXACTLY(echo, closed_idle, 1);
    /* A connection with a request under way is not idle. */
    net_echo_advance(echo, 60000);
    turns = net_echo_stats(echo).turns;
    NET_ECHO_AWAIT(echo, turns, turns + 3);
    net_echo_release(echo);
    net_echo_expect(busy, 'h', 1, 10);
    close(fd);
    close(busy);
    net_echo_free(echo);
}
END_TEST

START_TEST(an_unfinished_request_is_closed_however_it_trickles)
{
    limits.request_ms = 3000;
    limits.request_rate_min = 1000;
    NetEcho *echo = start();
    int fd = net_echo_connect(echo->address);
    uint8_t frame[HEADER + 200];
    (void)net_echo_frame(frame, 'e', 1, 200);
    /* 100 bytes earn it 100 ms more than the 3 s; bytes on the way do not start anew. */
    for (size_t i = 0; i < 100; i++) {
        net_echo_write(fd, frame + i, 1);
        NET_ECHO_AWAIT_EXACTLY(echo, bytes_read, i + 1);
        if (i % 5 == 0) {
            net_echo_advance(echo, 140);
        }
    }
    ck_assert_uint_eq(net_echo_stats(echo).closed_slow_request, 0);
    net_echo_advance(echo, 1000);
    ck_assert(net_echo_ended(fd));
    NET_ECHO_AWAIT_EXACTLY(echo, closed_slow_request, 1);
    close(fd);
    net_echo_free(echo);
}
END_TEST

START_TEST(a_large_request_at_the_minimum_rate_is_in_time)
{
    limits.request_ms = 3000;
    limits.request_rate_min = 1000;
    NetEcho *echo = start();
    int fd = net_echo_connect(echo->address);
    uint8_t *frame = malloc(HEADER + 20000);
    ck_assert_ptr_nonnull(frame);
    size_t size = net_echo_frame(frame, 'e', 1, 20000);
    for (size_t i = 0; i < size; i += 1000) {
        size_t part = size - i < 1000 ? size - i : 1000;
        net_echo_write(fd, frame + i, part);
        NET_ECHO_AWAIT_EXACTLY(echo, bytes_read, i + part);
        net_echo_advance(echo, 1000);
    }
    net_echo_expect(fd, 'e', 1, 20000);
    free(frame);
    close(fd);
    net_echo_free(echo);
}
END_TEST

/* Not over TCP, which keeps write_stall_ms too, by the real clock; nor the test behind this one. */
START_TEST(a_stalled_reader_is_reset)
{
    limits.write_stall_ms = 5000;
    limits.pipeline_max = 64;
    limits.output_bytes_max = 64 * MIB;
    NetEcho *echo = start();
    char address[128];
    listen_locally(echo, address);
    int fd = net_echo_connect(address);
    for (int i = 0; i < 40; i++) {
        net_echo_send(fd, 'b', MIB, 5);
    }
    NET_ECHO_AWAIT(echo, requests, 2);
    uint64_t written = 0;
    uint64_t turns = 0;
    /* Until the socket is full: turns pass that write nothing. */
    do {
        written = net_echo_stats(echo).bytes_written;
        turns = net_echo_stats(echo).turns;
        NET_ECHO_AWAIT(echo, turns, turns + 3);
    } while (written != net_echo_stats(echo).bytes_written);
    net_echo_advance(echo, 4000);
    turns = net_echo_stats(echo).turns;
    NET_ECHO_AWAIT(echo, turns, turns + 3);
    ck_assert_uint_eq(net_echo_stats(echo).closed_write_stall, 0);
    net_echo_advance(echo, 2000);
    NET_ECHO_AWAIT_EXACTLY(echo, closed_write_stall, 1);
    NET_ECHO_AWAIT_EXACTLY(echo, connections, 0);
    NET_ECHO_AWAIT_EXACTLY(echo, in_flight_bytes, 0);
    close(fd);
    net_echo_free(echo);
}
END_TEST

START_TEST(a_reply_that_was_long_in_the_making_is_not_a_stall)
{
    limits.write_stall_ms = 5000;
    NetEcho *echo = start();
    char address[128];
    listen_locally(echo, address);
    int fd = net_echo_connect(address);
    net_echo_send(fd, 'h', 1, 10);
    net_echo_send(fd, 'b', 8 * MIB, 5);
    NET_ECHO_AWAIT_EXACTLY(echo, requests, 2);
    net_echo_advance(echo, 60000);
    uint64_t turns = net_echo_stats(echo).turns;
    NET_ECHO_AWAIT(echo, turns, turns + 2);
    net_echo_release(echo);
    NET_ECHO_AWAIT(echo, bytes_written, 100);
    net_echo_advance(echo, 1000);
    turns = net_echo_stats(echo).turns;
    NET_ECHO_AWAIT(echo, turns, turns + 2);
    net_echo_expect(fd, 'h', 1, 10);
    net_echo_skip(fd, HEADER + 8 * MIB);
    close(fd);
    net_echo_free(echo);
}
END_TEST

START_TEST(connections_over_the_limit_are_refused)
{
    limits.connections_max = 2;
    NetEcho *echo = start();
    int first = net_echo_connect(echo->address);
    int second = net_echo_connect(echo->address);
    NET_ECHO_AWAIT_EXACTLY(echo, accepted, 2);
    int third = net_echo_connect(echo->address);
    ck_assert(net_echo_ended(third));
    ck_assert_uint_eq(net_echo_stats(echo).refused_limit, 1);
    close(third);
    close(first);
    NET_ECHO_AWAIT_EXACTLY(echo, connections, 1);
    check_served(echo);
    close(second);
    net_echo_free(echo);
}
END_TEST

START_TEST(connections_of_one_address_are_limited)
{
    limits.connections_per_ip_max = 2;
    NetEcho *echo = start();
    char address[128];
    listen_locally(echo, address);
    int first = net_echo_connect(echo->address);
    int second = net_echo_connect(echo->address);
    NET_ECHO_AWAIT_EXACTLY(echo, accepted, 2);
    int third = net_echo_connect(echo->address);
    ck_assert(net_echo_ended(third));
    ck_assert_uint_eq(net_echo_stats(echo).refused_ip, 1);
    int local[5];
    for (int i = 0; i < 5; i++) {
        local[i] = net_echo_connect(address);
        net_echo_send(local[i], 'e', 1, 10);
        net_echo_expect(local[i], 'e', 1, 10);
        close(local[i]);
    }
    close(third);
    close(second);
    NET_ECHO_AWAIT_EXACTLY(echo, connections, 1);
    check_served(echo);
    close(first);
    net_echo_free(echo);
}
END_TEST

/* Sends a large request while time passes. True: it was answered, not closed. */
static bool
try_large(NetEcho *echo)
{
    enum { LEN = MIB };
    uint8_t *frame = malloc(HEADER + LEN);
    ck_assert_ptr_nonnull(frame);
    size_t size = net_echo_frame(frame, 'e', 5, LEN);
    int fd = net_echo_connect(echo->address);
    size_t sent = 0;
    size_t got = 0;
    bool open = true;
    while (open && got < size) {
        ssize_t more =
            sent == size ? 0 : send(fd, frame + sent, size - sent, MSG_DONTWAIT | MSG_NOSIGNAL);
        sent += more > 0 ? (size_t)more : 0;
        ssize_t back = recv(fd, frame, LEN, MSG_DONTWAIT);
        got += back > 0 ? (size_t)back : 0;
        open = back != 0 && !(back < 0 && errno != EAGAIN) && !(more < 0 && errno != EAGAIN);
        if (more <= 0 && back <= 0) {
            net_echo_advance(echo, 100);
            usleep(20000);
        }
    }
    free(frame);
    close(fd);
    return got == size;
}

START_TEST(unfinished_requests_cannot_pin_the_budget)
{
    enum { HOSTILE = 40, PART = MIB };
    limits.in_flight_bytes_max = 16 * MIB;
    NetEcho *echo = start();
    int hostile[HOSTILE];
    uint8_t *part = calloc(1, PART);
    ck_assert_ptr_nonnull(part);
    (void)net_echo_frame(part, 'e', 1, 8);
    part[1] = 0x60; /* 6 MiB are announced, and never come */
    for (int i = 0; i < HOSTILE; i++) {
        hostile[i] = net_echo_connect(echo->address);
        for (size_t sent = 0; sent < PART;) {
            ssize_t more = send(hostile[i], part + sent, PART - sent, MSG_DONTWAIT | MSG_NOSIGNAL);
            if (more < 0) {
                break; /* not read any more */
            }
            sent += (size_t)more;
        }
    }
    free(part);
    NET_ECHO_AWAIT(echo, in_flight_bytes, 12 * MIB);
    /* Small requests are served, on new connections too, and never is more held than is allowed. */
    for (int i = 0; i < 20; i++) {
        check_served(echo);
        ck_assert_uint_le(net_echo_stats(echo).in_flight_bytes, 16 * MIB);
    }
    /* As time passes the largest holders go, and large requests have room again. */
    bool served = false;
    for (int i = 0; i < 50 && !served; i++) {
        served = try_large(echo);
        ck_assert_uint_le(net_echo_stats(echo).in_flight_bytes, 16 * MIB);
    }
    ck_assert(served);
    ck_assert_uint_ge(net_echo_stats(echo).closed_budget, 1);
    for (int i = 0; i < HOSTILE; i++) {
        close(hostile[i]);
    }
    net_echo_free(echo);
}
END_TEST

START_TEST(replies_over_the_budget_are_refused)
{
    enum { CLIENTS = 30 };
    limits.in_flight_bytes_max = 16 * MIB;
    limits.output_bytes_max = 64 * MIB;
    NetEcho *echo = start();
    int fds[CLIENTS];
    for (int i = 0; i < CLIENTS; i++) {
        fds[i] = net_echo_connect(echo->address);
    }
    NET_ECHO_AWAIT_EXACTLY(echo, connections, CLIENTS);
    for (int i = 0; i < CLIENTS; i++) {
        for (int k = 0; k < 20; k++) {
            net_echo_send(fds[i], 'r', MIB, 5);
        }
    }
    while (atomic_load(&echo->refused) + atomic_load(&echo->own_input_failures) == 0) {
        usleep(1000);
    }
    /* However slow the workers are, all that is delivered is answered, one way or the other. */
    NetStats before;
    NetStats after = net_echo_stats(echo);
    do {
        before = after;
        NET_ECHO_AWAIT(echo, turns, before.turns + 3);
        after = net_echo_stats(echo);
    } while (after.requests != before.requests || after.requests_in_flight != 0);
    /* Above the maximum at most a reply in the hands of each worker, and the requests. */
    ck_assert_uint_le(net_echo_stats(echo).in_flight_bytes, (16 + 2 * NET_ECHO_WORKERS) * MIB);
    for (int i = 0; i < CLIENTS; i++) {
        close(fds[i]);
    }
    NET_ECHO_AWAIT_EXACTLY(echo, connections, 0);
    NET_ECHO_AWAIT_EXACTLY(echo, in_flight_bytes, 0);
    check_served(echo);
    net_echo_free(echo);
}
END_TEST

/* Others fill the budget and do not read; who reads has all of a pipeline answered. */
START_TEST(who_reads_is_not_refused_for_those_who_do_not)
{
    enum { DEAF = 30, ASKED = 120, REPLY = 1000, LEN = 1000 };
    limits.in_flight_bytes_max = 16 * MIB;
    limits.output_bytes_max = 64 * MIB;
    NetEcho *echo = start();
    int deaf[DEAF];
    int good = net_echo_connect(echo->address);
    for (int i = 0; i < DEAF; i++) {
        deaf[i] = net_echo_connect(echo->address);
    }
    NET_ECHO_AWAIT_EXACTLY(echo, connections, DEAF + 1);
    /* More than a share is read while the budget is calm, and answered while it is full. */
    for (int i = 0; i < ASKED; i++) {
        net_echo_send(good, 'q', REPLY, LEN);
    }
    net_echo_await_held(echo, ASKED);
    for (int round = 0; net_echo_stats(echo).in_flight_bytes < 16 * MIB; round++) {
        ck_assert_int_lt(round, PAUSES_MAX);
        for (int i = 0; i < DEAF && round < 20; i++) {
            net_echo_send(deaf[i], 'r', MIB, 5);
        }
        usleep(10000);
    }
    ck_assert_uint_eq(net_echo_release(echo), ASKED);
    for (int i = 0; i < ASKED; i++) {
        ck_assert_uint_eq(net_echo_skip_frame(good), REPLY); /* a refusal is shorter */
    }
    close(good);
    for (int i = 0; i < DEAF; i++) {
        close(deaf[i]);
    }
    NET_ECHO_AWAIT_EXACTLY(echo, connections, 0);
    net_echo_free(echo);
}
END_TEST

START_TEST(the_budget_has_three_levels)
{
    NetBudget budget;
    net_budget_init(&budget, 16 * MIB);
    ck_assert_int_eq(net_budget_level(&budget), NET_BUDGET_CALM);
    net_budget_charge(&budget, 12 * MIB);
    ck_assert_int_eq(net_budget_level(&budget), NET_BUDGET_CALM);
    net_budget_charge(&budget, 1);
    ck_assert_int_eq(net_budget_level(&budget), NET_BUDGET_TIGHT);
    net_budget_charge(&budget, 4 * MIB);
    ck_assert_int_eq(net_budget_level(&budget), NET_BUDGET_FULL);
    ck_assert_uint_eq(net_budget_share(&budget), 2 * MIB);
    ck_assert_uint_eq(net_budget_allowance(&budget, true), 2 * MIB);
    ck_assert_uint_eq(net_budget_allowance(&budget, false), 16 * MIB);
    atomic_store(&budget.connections, 4);
    ck_assert_uint_eq(net_budget_share(&budget), MIB / 2);
    atomic_store(&budget.connections, 1000000);
    ck_assert_uint_eq(net_budget_share(&budget), 1024);
    net_budget_charge(&budget, -20 * MIB);
    ck_assert_uint_eq(net_budget_used(&budget), 0);
}
END_TEST

int
main(void)
{
    TCase *cases = tcase_create("limits");
    tcase_set_timeout(cases, 120);
    tcase_add_checked_fixture(cases, reset_limits, NULL);
    tcase_add_test(cases, a_client_that_never_reads_is_not_read_either);
    tcase_add_loop_test(cases, a_pipeline_of_large_replies_is_taken_in_steps, 0, 2);
    tcase_add_test(cases, an_idle_connection_is_closed);
    tcase_add_test(cases, an_unfinished_request_is_closed_however_it_trickles);
    tcase_add_test(cases, a_large_request_at_the_minimum_rate_is_in_time);
    tcase_add_test(cases, a_stalled_reader_is_reset);
    tcase_add_test(cases, a_reply_that_was_long_in_the_making_is_not_a_stall);
    tcase_add_test(cases, connections_over_the_limit_are_refused);
    tcase_add_test(cases, connections_of_one_address_are_limited);
    tcase_add_test(cases, unfinished_requests_cannot_pin_the_budget);
    tcase_add_test(cases, replies_over_the_budget_are_refused);
    tcase_add_test(cases, who_reads_is_not_refused_for_those_who_do_not);
    tcase_add_test(cases, the_budget_has_three_levels);
    Suite *suite = suite_create("net");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
