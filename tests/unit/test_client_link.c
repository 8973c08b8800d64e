/*
 * test_client_link.c: opening a connection when addresses lead nowhere.
 *
 * An address that does not answer is that of a listener whose queue of new connections is full: the
 * kernel drops what else comes. Times are the test's own.
 */
#include "service/client/link.h"

#include <arpa/inet.h>
#include <check.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SECOND_US = 1000 * 1000, FILLERS_MAX = 16, PATIENCE_MS = 60 * 1000 };

static ClientSettings settings;
static ClientLink link_;
static int silent;
static int answering;
static int fillers[FILLERS_MAX];
static size_t filler_count;

static ClientEndpoint
listen_on_any(int backlog, int *ret_listener)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t length = sizeof address;
    ClientEndpoint endpoint = {.length = sizeof address};
    *ret_listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_ge(*ret_listener, 0);
    ck_assert_int_eq(bind(*ret_listener, (struct sockaddr *)&address, sizeof address), 0);
    ck_assert_int_eq(listen(*ret_listener, backlog), 0);
    ck_assert_int_eq(getsockname(*ret_listener, (struct sockaddr *)&address, &length), 0);
    memcpy(&endpoint.address, &address, sizeof address);
    return endpoint;
}

/* Connects until a connection stays under way. */
static void
fill(const ClientEndpoint *endpoint)
{
    for (filler_count = 0; filler_count < FILLERS_MAX;) {
        int filler = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        ck_assert_int_ge(filler, 0);
        fillers[filler_count++] = filler;
        (void)connect(filler, (const struct sockaddr *)&endpoint->address, endpoint->length);
        struct pollfd connected = {.fd = filler, .events = POLLOUT};
        if (poll(&connected, 1, 200) == 0) {
            return;
        }
    }
    ck_abort_msg("the listener takes any number of connections");
}

static void
prepare(void)
{
    settings = (ClientSettings){.connect_timeout_us = 9 * SECOND_US, .reply_bytes_max = 1000};
    ck_assert(base_is_ok(client_link_init(&link_, &settings, 1)));
    link_.endpoints[0] = listen_on_any(0, &silent);
    link_.endpoints[1] = link_.endpoints[0];
    link_.endpoints[2] = listen_on_any(8, &answering);
    fill(&link_.endpoints[0]);
}

static void
tidy(void)
{
    client_link_clear(&link_);
    for (size_t i = 0; i < filler_count; i++) {
        (void)close(fillers[i]);
    }
    (void)close(silent);
    (void)close(answering);
}

START_TEST(silent_addresses_have_a_share_of_the_time)
{
    link_.endpoint_count = 3;
    client_link_begin(&link_, 0);
    ck_assert_int_eq(client_link_advance(&link_, 3 * SECOND_US - 1), CLIENT_CONNECTING);
    ck_assert_uint_eq(link_.endpoint, 0);
    ck_assert_int_eq(client_link_advance(&link_, 3 * SECOND_US), CLIENT_CONNECTING);
    ck_assert_uint_eq(link_.endpoint, 1);
    ck_assert_int_eq(client_link_advance(&link_, 6 * SECOND_US - 1), CLIENT_CONNECTING);
    ck_assert_uint_eq(link_.endpoint, 1);
    ClientState state = client_link_advance(&link_, 6 * SECOND_US);
    if (state == CLIENT_CONNECTING) {
        struct pollfd connected = {.fd = client_connection_socket(link_.connection)};
        connected.events = POLLOUT;
        ck_assert_int_eq(poll(&connected, 1, PATIENCE_MS), 1);
        state = client_link_advance(&link_, 6 * SECOND_US);
    }
    ck_assert_int_eq(state, CLIENT_OPEN);
    ck_assert_uint_eq(link_.endpoint, 2);
}
END_TEST

START_TEST(all_together_have_the_whole_time)
{
    link_.endpoint_count = 2;
    client_link_begin(&link_, 0);
    ck_assert_int_eq(client_link_advance(&link_, 9 * SECOND_US / 2), CLIENT_CONNECTING);
    ck_assert_int_eq(client_link_advance(&link_, 9 * SECOND_US - 1), CLIENT_CONNECTING);
    ck_assert_int_eq(client_link_advance(&link_, 9 * SECOND_US), CLIENT_CLOSED);
    ck_assert_str_eq(link_.problem.what, "no connection within connect_timeout_ms");
}
END_TEST

static void
count_end(void *context, LarderReply *reply)
{
    ck_assert_int_eq(reply->outcome, LARDER_UNREACHABLE);
    ++*(int *)context;
    larder_reply_free(reply);
}

/* In an event loop: with nothing to connect for any more, the loop can sleep. */
START_TEST(a_channel_gives_up_what_nobody_waits_for)
{
    char address[64];
    struct sockaddr_in in;
    int ended = 0;
    memcpy(&in, &link_.endpoints[0].address, sizeof in);
    (void)snprintf(address, sizeof address, "tcp:127.0.0.1:%d", ntohs(in.sin_port));
    const LarderClientOptions options = {
        .address = address, .timeout_ms = 5, .connect_timeout_ms = 20};
    LarderChannel *channel = larder_channel_new(&options, NULL);
    ck_assert(
        larder_channel_get(channel, larder_text("s"), larder_text("k"), NULL, count_end, &ended));
    for (int i = 0; i < PATIENCE_MS && larder_channel_timeout_ms(channel) >= 0; i++) {
        (void)larder_channel_process(channel);
        (void)poll(NULL, 0, 1);
    }
    ck_assert_int_eq(ended, 1);
    ck_assert_int_eq(larder_channel_timeout_ms(channel), -1);
    ck_assert_int_eq(larder_channel_fd(channel), -1);
    larder_channel_free(channel);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("client");
    TCase *tcase = tcase_create("link");
    tcase_set_timeout(tcase, 120);
    tcase_add_checked_fixture(tcase, prepare, tidy);
    tcase_add_test(tcase, silent_addresses_have_a_share_of_the_time);
    tcase_add_test(tcase, all_together_have_the_whole_time);
    tcase_add_test(tcase, a_channel_gives_up_what_nobody_waits_for);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
