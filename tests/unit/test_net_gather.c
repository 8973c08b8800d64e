/*
 * test_net_gather.c: requests that share a slot: their order, what is split off, limits, and the
 * ends of connections.
 *
 * The linker puts the calloc() below in the place of the library's (--wrap): on reactors it fails
 * when a test wants it to, and so slots are not to be had.
 */
#include "service/net/reactor.h"
#include "tests/support/net_echo.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { HEADER = 4, FRAMES_MAX = 1 << 20 };

static NetEcho *echo;
static uint8_t frames[FRAMES_MAX];
static _Atomic bool reactors_have_no_memory;

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);

void *
__wrap_calloc(size_t count, size_t size)
{
    bool fails = net_reactor_current != NULL && atomic_load(&reactors_have_no_memory);
    return fails ? NULL : __real_calloc(count, size);
}

static void
start(void)
{
    NetLimits limits = net_echo_limits();
    echo = net_echo_new("tcp:127.0.0.1:0", &limits, 2, NULL);
}

static void
restart(const NetLimits *limits)
{
    net_echo_free(echo);
    echo = net_echo_new("tcp:127.0.0.1:0", limits, 1, NULL);
}

static void
stop(void)
{
    atomic_store(&reactors_have_no_memory, false);
    net_echo_free(echo);
}

/* Writes frames of these kinds, all of `len` bytes and numbered from 0, at once. */
static void
send_kinds(int fd, const char *kinds, uint32_t len)
{
    size_t bytes = 0;
    for (uint32_t i = 0; kinds[i] != '\0'; i++) {
        ck_assert_uint_le(bytes + HEADER + len, sizeof frames);
        bytes += net_echo_frame(frames + bytes, kinds[i], i, len);
    }
    net_echo_write(fd, frames, bytes);
}

static void
expect_kinds(int fd, const char *kinds, uint32_t len)
{
    for (uint32_t i = 0; kinds[i] != '\0'; i++) {
        net_echo_expect(fd, kinds[i], i, len);
    }
}

/* The connection ends, and nothing of it is left. */
static void
expect_nothing_left(int fd)
{
    close(fd);
    NET_ECHO_AWAIT_EXACTLY(echo, connections, 0);
    NET_ECHO_AWAIT_EXACTLY(echo, in_flight_bytes, 0);
    NET_ECHO_AWAIT_EXACTLY(echo, requests_in_flight, 0);
}

START_TEST(a_pipeline_shares_slots)
{
    const char *kinds = "gggggggggggggggg";
    int fd = net_echo_connect(echo->address);
    send_kinds(fd, kinds, 50);
    expect_kinds(fd, kinds, 50);
    ck_assert_uint_eq(atomic_load(&echo->gathers), 16);
    NET_ECHO_AWAIT_EXACTLY(echo, requests, 16);
    NET_ECHO_AWAIT_EXACTLY(echo, bytes_written, 16 * (HEADER + 50));
    expect_nothing_left(fd);
}
END_TEST

START_TEST(other_requests_keep_their_place)
{
    static const char *const rows[] = {"gge", "egg",      "ggwgg", "gehgw", "gggggggwe", "wg",
                                       "gga", "gaaaggga", "asga",  "ghag",  "gcg"};
    for (size_t i = 0; i + 1 < sizeof rows / sizeof rows[0]; i++) {
        int fd = net_echo_connect(echo->address);
        send_kinds(fd, rows[i], 30);
        if (strchr(rows[i], 'h') != NULL) {
            net_echo_await_held(echo, 1);
            net_echo_release(echo);
        }
        expect_kinds(fd, rows[i], 30);
        expect_nothing_left(fd);
    }
    int fd = net_echo_connect(echo->address);
    send_kinds(fd, "gcg", 30);
    expect_kinds(fd, "gc", 30);
    ck_assert(net_echo_ended(fd));
    expect_nothing_left(fd);
}
END_TEST

START_TEST(what_is_split_off_keeps_its_place)
{
    static const char *const rows[] = {"s",    "sg",    "gs",      "ggsgg",
                                       "ssss", "ggsge", "gsgwgsg", "sggggggge"};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int fd = net_echo_connect(echo->address);
        send_kinds(fd, rows[i], 30);
        expect_kinds(fd, rows[i], 30);
        expect_nothing_left(fd);
    }
    ck_assert_uint_ge(atomic_load(&echo->splits), 1 + 2 + 1 + 3 + 4 + 2 + 2 + 8);
}
END_TEST

/* What is to be gathered behind an answer shares no slot with what is in it. */
START_TEST(what_is_put_off_is_gathered_then)
{
    int fd = net_echo_connect(echo->address);
    send_kinds(fd, "gggaggag", 40);
    expect_kinds(fd, "gggaggag", 40);
    ck_assert_uint_eq(atomic_load(&echo->gathers), 8);
    ck_assert_uint_eq(atomic_load(&echo->put_off), 2);
    NET_ECHO_AWAIT_EXACTLY(echo, requests, 8);
    expect_nothing_left(fd);
}
END_TEST

START_TEST(a_connection_ends_behind_what_was_answered_before_a_lost_reply)
{
    static const char *const rows[] = {"l", "gl", "gggl", "gglgg", "ggglgegg", "glaag", "lll"};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char before[16] = "";
        (void)strncat(before, rows[i], strcspn(rows[i], "l"));
        int fd = net_echo_connect(echo->address);
        send_kinds(fd, rows[i], 40);
        expect_kinds(fd, before, 40);
        ck_assert(net_echo_ended(fd));
        expect_nothing_left(fd);
    }
    /* What was put off until its connection had ended was dropped. */
    ck_assert_uint_eq(atomic_load(&echo->gathers), 1 + 2 + 4 + 5 + 5 + 2 + 3);
}
END_TEST

/* Frames of all kinds and sizes, cut into pieces anywhere, on several connections at once. */
START_TEST(random_pipelines_come_back_in_order)
{
    enum { CONNECTIONS = 6, COUNT = 120, ROUNDS = 60 };
    static const char kinds[] = "gggggggggggggasew";
    BaseRand rand = base_rand(7);
    int fds[CONNECTIONS];
    for (int c = 0; c < CONNECTIONS; c++) {
        fds[c] = net_echo_connect(echo->address);
    }
    for (int round = 0; round < ROUNDS; round++) {
        char kind[CONNECTIONS][COUNT];
        uint32_t len[CONNECTIONS][COUNT];
        size_t count = 1 + base_rand_below(&rand, COUNT);
        for (int c = 0; c < CONNECTIONS; c++) {
            size_t bytes = 0;
            for (uint32_t i = 0; i < count; i++) {
                kind[c][i] = kinds[base_rand_below(&rand, sizeof kinds - 1)];
                len[c][i] = 5 + (uint32_t)base_rand_below(
                                    &rand, base_rand_below(&rand, 20) == 0 ? 6000 : 80);
                bytes += net_echo_frame(frames + bytes, kind[c][i], i, len[c][i]);
            }
            size_t cut = base_rand_below(&rand, bytes);
            net_echo_write(fds[c], frames, cut);
            net_echo_write(fds[c], frames + cut, bytes - cut);
        }
        for (int c = 0; c < CONNECTIONS; c++) {
            for (uint32_t i = 0; i < count; i++) {
                net_echo_expect(fds[c], kind[c][i], i, len[c][i]);
            }
        }
    }
    ck_assert_uint_gt(atomic_load(&echo->gathers), 1000);
    ck_assert_uint_gt(atomic_load(&echo->splits), 100);
    for (int c = 0; c < CONNECTIONS; c++) {
        close(fds[c]);
    }
    NET_ECHO_AWAIT_EXACTLY(echo, in_flight_bytes, 0);
}
END_TEST

/* More requests than a connection may have unanswered, each of them counts. */
START_TEST(shared_slots_count_each_request)
{
    enum { COUNT = 100, MAX = 8 };
    NetLimits limits = net_echo_limits();
    limits.pipeline_max = MAX;
    restart(&limits);
    char kinds[COUNT + 1];
    memset(kinds, 'g', COUNT);
    kinds[COUNT] = '\0';
    int fd = net_echo_connect(echo->address);
    net_echo_send(fd, 'h', 0, 20);
    net_echo_await_held(echo, 1);
    send_kinds(fd, kinds, 20);
    NET_ECHO_AWAIT(echo, requests, MAX);
    ck_assert_uint_eq(atomic_load(&echo->delivered), MAX);
    ck_assert_uint_eq(atomic_load(&echo->gathers), MAX - 1);
    net_echo_release(echo);
    net_echo_expect(fd, 'h', 0, 20);
    expect_kinds(fd, kinds, 20);
    expect_nothing_left(fd);
}
END_TEST

/* Not over TCP, as in test_net_limits.c: closed windows are probed more and more seldom. */
START_TEST(a_peer_that_does_not_read_is_owed_no_more_than_the_limit)
{
    enum { COUNT = 1000, LEN = 1000, WRITES_MAX = 100, OUTPUT_MAX = 100000 };
    NetLimits limits = net_echo_limits();
    limits.output_bytes_max = OUTPUT_MAX;
    limits.pipeline_max = COUNT; /* not what bounds it */
    restart(&limits);
    size_t bytes = 0;
    for (uint32_t i = 0; i < COUNT; i++) {
        bytes += net_echo_frame(frames + bytes, 'g', i, LEN);
    }
    char path[64];
    char address[128];
    (void)snprintf(path, sizeof path, "unix:/tmp/test_net_gather.%d", (int)getpid());
    net_echo_listen(echo, path, address);
    int fd = net_echo_connect(address);
    size_t sent = 0;
    /* Until the server owes that much and has long stopped reading; before, it was not its turn. */
    for (int pause = 0; pause < 30 || net_echo_stats(echo).in_flight_bytes < OUTPUT_MAX;) {
        size_t at = sent % bytes;
        ssize_t part = send(fd, frames + at, bytes - at, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (part > 0) {
            sent += (size_t)part;
            pause = 0;
            ck_assert_uint_lt(sent, WRITES_MAX * bytes);
        } else {
            usleep(1000);
            pause++;
        }
    }
    ck_assert_uint_le(net_echo_stats(echo).in_flight_bytes, OUTPUT_MAX + 3 * NET_READ_BYTES);
    net_echo_reset(fd);
    NET_ECHO_AWAIT_EXACTLY(echo, connections, 0);
    NET_ECHO_AWAIT_EXACTLY(echo, in_flight_bytes, 0);
}
END_TEST

/* Peers that go away while workers have what was split off. */
START_TEST(a_reset_leaves_nothing_behind)
{
    for (int round = 0; round < 200; round++) {
        int fd = net_echo_connect(echo->address);
        send_kinds(fd, round % 2 == 0 ? "gggsgggggw" : "gggggggsss", 200);
        net_echo_reset(fd);
    }
    NET_ECHO_AWAIT_EXACTLY(echo, connections, 0);
    NET_ECHO_AWAIT_EXACTLY(echo, in_flight_bytes, 0);
    NET_ECHO_AWAIT_EXACTLY(echo, requests_in_flight, 0);
}
END_TEST

/* What was answered before leaves; the connection ends where a reply would be missing. */
START_TEST(without_memory_to_split_the_connection_ends_behind_what_was_answered)
{
    NetLimits limits = net_echo_limits();
    restart(&limits);
    int fd = net_echo_connect(echo->address);
    net_echo_send(fd, 'e', 0, 20); /* so that there is one slot */
    net_echo_expect(fd, 'e', 0, 20);
    atomic_store(&reactors_have_no_memory, true);
    send_kinds(fd, "gggsgg", 30);
    expect_kinds(fd, "ggg", 30);
    ck_assert(net_echo_ended(fd));
    atomic_store(&reactors_have_no_memory, false);
    ck_assert_uint_eq(atomic_load(&echo->forgotten), 3);
    expect_nothing_left(fd);
}
END_TEST

int
main(void)
{
    TCase *cases = tcase_create("gather");
    tcase_add_checked_fixture(cases, start, stop);
    tcase_set_timeout(cases, 240);
    tcase_add_test(cases, a_pipeline_shares_slots);
    tcase_add_test(cases, other_requests_keep_their_place);
    tcase_add_test(cases, what_is_split_off_keeps_its_place);
    tcase_add_test(cases, what_is_put_off_is_gathered_then);
    tcase_add_test(cases, a_connection_ends_behind_what_was_answered_before_a_lost_reply);
    tcase_add_test(cases, random_pipelines_come_back_in_order);
    tcase_add_test(cases, shared_slots_count_each_request);
    tcase_add_test(cases, a_peer_that_does_not_read_is_owed_no_more_than_the_limit);
    tcase_add_test(cases, a_reset_leaves_nothing_behind);
    tcase_add_test(cases, without_memory_to_split_the_connection_ends_behind_what_was_answered);
    Suite *suite = suite_create("net");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
