/*
 * test_client_connection.c: pairing, deadlines and ends of a connection, against a scripted peer.
 *
 * The peer is in this thread: a listener of the test whose accepted socket is read and written by
 * hand.
 */
#include "service/client/connection.h"

#include <arpa/inet.h>
#include <check.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

enum { ROOM = 4, REPLY_MAX = 1000, PATIENCE_US = 60 * 1000 * 1000 };

static int listener;
static int peer;
static ClientConnection *connection;
static ClientEndpoint endpoint;

static void
prepare(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t length = sizeof address;
    peer = -1;
    listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_ge(listener, 0);
    ck_assert_int_eq(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
    ck_assert_int_eq(listen(listener, 8), 0);
    ck_assert_int_eq(getsockname(listener, (struct sockaddr *)&address, &length), 0);
    memcpy(&endpoint.address, &address, sizeof address);
    endpoint.length = sizeof address;
    ck_assert(base_is_ok(client_connection_new(ROOM, REPLY_MAX, &connection)));
}

static void
tidy(void)
{
    client_connection_free(connection);
    (void)close(listener);
    if (peer >= 0) {
        (void)close(peer);
    }
}

/* Connects and accepts. */
static void
open_both(void)
{
    ck_assert(base_is_ok(client_connection_connect(connection, &endpoint)));
    peer = accept(listener, NULL, NULL);
    ck_assert_int_ge(peer, 0);
    while (client_connection_state(connection) == CLIENT_CONNECTING) {
        ck_assert(base_is_ok(client_connection_wait(connection, PATIENCE_US)));
    }
    ck_assert_int_eq(client_connection_state(connection), CLIENT_OPEN);
}

static void
send_request(uint64_t tag, int64_t deadline_us)
{
    ck_assert(base_buf_append(client_connection_output(connection), "ask", 3));
    client_connection_sent(connection, tag, deadline_us);
}

/* The peer sends a frame of this text. */
static void
peer_sends(const char *text)
{
    uint8_t frame[64] = {0, 0, 0, (uint8_t)strlen(text)};
    memcpy(frame + 4, text, strlen(text));
    ck_assert_int_eq(write(peer, frame, strlen(text) + 4), (ssize_t)strlen(text) + 4);
}

/* Waits for the next event at a time that passes no deadline but those given. */
static ClientEvent
next_event(int64_t now_us)
{
    ClientEvent event;
    while (!client_connection_next(connection, now_us, &event)) {
        BaseStatus status = client_connection_wait(connection, PATIENCE_US);
        ck_assert(base_is_ok(status) || client_connection_state(connection) == CLIENT_BROKEN);
    }
    return event;
}

static void
assert_reply(uint64_t tag, const char *text)
{
    ClientEvent event = next_event(0);
    ck_assert_int_eq(event.kind, CLIENT_EVENT_REPLY);
    ck_assert_uint_eq(event.tag, tag);
    ck_assert_uint_eq(event.message.len, strlen(text) + 4);
    ck_assert_mem_eq(event.message.data + 4, text, strlen(text));
}

START_TEST(replies_pair_up_in_order)
{
    open_both();
    send_request(10, 0);
    send_request(11, 0);
    ck_assert_uint_eq(client_connection_room(connection), ROOM - 2);
    ck_assert(base_is_ok(client_connection_write(connection)));
    char got[6];
    ck_assert_int_eq(recv(peer, got, 6, MSG_WAITALL), 6);
    ck_assert_mem_eq(got, "askask", 6);
    peer_sends("one");
    peer_sends("two");
    assert_reply(10, "one");
    assert_reply(11, "two");
    ck_assert_uint_eq(client_connection_pending(connection), 0);
    ck_assert_int_eq(client_connection_seqid(connection), 2);
}
END_TEST

START_TEST(a_reply_may_come_byte_by_byte)
{
    open_both();
    send_request(1, 0);
    static const uint8_t frame[] = {0, 0, 0, 2, 'h', 'i'};
    ClientEvent event;
    for (size_t i = 0; i < sizeof frame; i++) {
        ck_assert(!client_connection_next(connection, 0, &event));
        ck_assert_int_eq(write(peer, frame + i, 1), 1);
        ck_assert(base_is_ok(client_connection_wait(connection, PATIENCE_US)));
    }
    assert_reply(1, "hi");
}
END_TEST

START_TEST(the_ring_goes_round)
{
    open_both();
    for (uint64_t i = 0; i < 50; i++) {
        send_request(2 * i, 0);
        send_request(2 * i + 1, 0);
        peer_sends("a");
        peer_sends("b");
        assert_reply(2 * i, "a");
        assert_reply(2 * i + 1, "b");
        ck_assert_uint_eq(client_connection_room(connection), ROOM);
    }
}
END_TEST

START_TEST(a_late_reply_is_swallowed)
{
    open_both();
    send_request(1, 1000);
    send_request(2, 2000);
    ClientEvent event;
    ck_assert(!client_connection_next(connection, 999, &event));
    ck_assert(client_connection_next(connection, 1000, &event));
    ck_assert_int_eq(event.kind, CLIENT_EVENT_TIMEOUT);
    ck_assert_uint_eq(event.tag, 1);
    ck_assert(!client_connection_next(connection, 1000, &event));
    ck_assert_uint_eq(client_connection_pending(connection), 1);
    ck_assert_uint_eq(client_connection_room(connection), ROOM - 2);
    peer_sends("late");
    peer_sends("second");
    assert_reply(2, "second");
    ck_assert_uint_eq(client_connection_room(connection), ROOM);
}
END_TEST

START_TEST(each_request_ends_once_when_the_peer_leaves)
{
    open_both();
    send_request(1, 1000);
    send_request(2, 0);
    send_request(3, 0);
    ClientEvent event;
    ck_assert(client_connection_next(connection, 1000, &event));
    ck_assert_int_eq(event.kind, CLIENT_EVENT_TIMEOUT);
    peer_sends("swallowed");
    peer_sends("last");
    ck_assert_int_eq(shutdown(peer, SHUT_WR), 0);
    assert_reply(2, "last");
    event = next_event(1000);
    ck_assert_int_eq(event.kind, CLIENT_EVENT_LOST);
    ck_assert_uint_eq(event.tag, 3);
    ck_assert(!client_connection_next(connection, 1000, &event));
    ck_assert_int_eq(client_connection_state(connection), CLIENT_BROKEN);
    ck_assert_str_ne(client_connection_problem(connection).what, "");
    ck_assert_uint_eq(client_connection_room(connection), 0);
    client_connection_close(connection);
    (void)close(peer);
    open_both();
    send_request(4, 0);
    peer_sends("again");
    assert_reply(4, "again");
}
END_TEST

/* The peer sends bytes that no server sends: the connection breaks and the request is lost. */
static void
assert_breaks(const void *bytes, size_t length)
{
    open_both();
    send_request(1, 0);
    ck_assert_int_eq(write(peer, bytes, length), (ssize_t)length);
    ClientEvent event = next_event(0);
    ck_assert_int_eq(event.kind, CLIENT_EVENT_LOST);
    ck_assert_int_eq(client_connection_problem(connection).code, BASE_INVALID);
}

START_TEST(a_frame_over_the_limit_breaks)
{
    assert_breaks("\x7f\xff\xff\xff....", 8);
}
END_TEST

START_TEST(an_empty_frame_breaks)
{
    assert_breaks("\0\0\0\0", 4);
}
END_TEST

START_TEST(an_unasked_reply_breaks)
{
    ClientEvent event;
    open_both();
    peer_sends("hello");
    ck_assert(base_is_ok(client_connection_wait(connection, PATIENCE_US)));
    ck_assert(!client_connection_next(connection, 0, &event));
    ck_assert_int_eq(client_connection_state(connection), CLIENT_BROKEN);
    ck_assert_int_eq(client_connection_problem(connection).code, BASE_INVALID);
}
END_TEST

START_TEST(a_refusal_is_an_error)
{
    (void)close(listener);
    listener = -1;
    BaseStatus status = client_connection_connect(connection, &endpoint);
    while (base_is_ok(status)) {
        status = client_connection_wait(connection, PATIENCE_US);
    }
    ck_assert_int_eq(status.code, BASE_IO);
    ck_assert_str_eq(status.what, "connection refused");
}
END_TEST

START_TEST(output_that_does_not_fit_waits)
{
    enum { MANY = 8 * 1024 * 1024 };
    open_both();
    BaseBuf *out = client_connection_output(connection);
    uint8_t *room = base_buf_extend(out, MANY);
    ck_assert_ptr_nonnull(room);
    for (size_t i = 0; i < MANY; i++) {
        room[i] = (uint8_t)(i * 31 >> 8);
    }
    client_connection_sent(connection, 1, 0);
    ck_assert(base_is_ok(client_connection_write(connection)));
    ck_assert(client_connection_wants_write(connection));
    static uint8_t got[65536];
    size_t seen = 0;
    size_t wrong = 0;
    while (seen < MANY) {
        ck_assert(base_is_ok(client_connection_write(connection)));
        ssize_t count = recv(peer, got, sizeof got, 0);
        ck_assert_int_gt(count, 0);
        for (ssize_t i = 0; i < count; i++, seen++) {
            wrong += got[i] != (uint8_t)(seen * 31 >> 8);
        }
    }
    ck_assert_uint_eq(wrong, 0);
    ck_assert(!client_connection_wants_write(connection));
}
END_TEST

START_TEST(a_lost_request_says_whether_it_was_sent)
{
    enum { MANY = 8 * 1024 * 1024 };
    open_both();
    send_request(1, 0);
    ck_assert(base_is_ok(client_connection_write(connection)));
    ck_assert_ptr_nonnull(base_buf_extend(client_connection_output(connection), MANY));
    client_connection_sent(connection, 2, 0);
    ck_assert(base_is_ok(client_connection_write(connection)));
    ck_assert_uint_gt(client_connection_backlog(connection), 0);
    client_connection_break(connection, base_error(BASE_CLOSED, "cut"));
    ClientEvent event = next_event(0);
    ck_assert_int_eq(event.kind, CLIENT_EVENT_LOST);
    ck_assert(!event.unsent);
    event = next_event(0);
    ck_assert_uint_eq(event.tag, 2);
    ck_assert(event.unsent);
}
END_TEST

/* Output that never runs empty does not pile up: what the socket took is given back. */
START_TEST(output_keeps_to_its_backlog)
{
    enum { PIECE = 64 * 1024, ROUNDS = 2000 };
    static uint8_t got[PIECE];
    open_both();
    BaseBuf *out = client_connection_output(connection);
    while (client_connection_backlog(connection) < 4 * PIECE) {
        ck_assert_ptr_nonnull(base_buf_extend(out, PIECE));
        ck_assert(base_is_ok(client_connection_write(connection)));
    }
    for (int i = 0; i < ROUNDS; i++) {
        ssize_t count = recv(peer, got, sizeof got, 0);
        ck_assert_int_gt(count, 0);
        ck_assert_ptr_nonnull(base_buf_extend(out, (size_t)count));
        ck_assert(base_is_ok(client_connection_write(connection)));
    }
    ck_assert_uint_lt(out->capacity, 64 * PIECE);
}
END_TEST

int
main(void)
{
    TCase *cases = tcase_create("connection");
    tcase_set_timeout(cases, 240);
    tcase_add_checked_fixture(cases, prepare, tidy);
    tcase_add_test(cases, replies_pair_up_in_order);
    tcase_add_test(cases, a_reply_may_come_byte_by_byte);
    tcase_add_test(cases, the_ring_goes_round);
    tcase_add_test(cases, a_late_reply_is_swallowed);
    tcase_add_test(cases, each_request_ends_once_when_the_peer_leaves);
    tcase_add_test(cases, a_frame_over_the_limit_breaks);
    tcase_add_test(cases, an_empty_frame_breaks);
    tcase_add_test(cases, an_unasked_reply_breaks);
    tcase_add_test(cases, a_refusal_is_an_error);
    tcase_add_test(cases, output_that_does_not_fit_waits);
    tcase_add_test(cases, a_lost_request_says_whether_it_was_sent);
    tcase_add_test(cases, output_keeps_to_its_backlog);
    Suite *suite = suite_create("client");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
