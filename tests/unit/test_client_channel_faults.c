/*
 * test_client_channel_faults.c: pipelined calls that are refused, lost, late, or answered with
 * garbage: which are made again, and how the others end.
 */
#include "tests/support/played_reply.h"

/* Real time: a call is to reach the peer within it on a busy machine, too. */
static const LarderPutOptions soon = {.has_deadline_ms = true, .deadline_ms = 2000};

START_TEST(refused_calls_are_made_again)
{
    make_channel();
    put(1, NULL);
    get(2);
    peer_accept();
    peer_throws(WIRE_REFUSED, 0);
    peer_answers(20);
    await_ends(1);
    peer_throws(WIRE_REFUSED, 1);
    peer_answers(10);
    await_ends(2);
    assert_end(0, 2, LARDER_OK, 1);
    assert_end(1, 1, LARDER_OK, 3);
    ck_assert(!ends[1].uncertain);
}
END_TEST

START_TEST(tries_end)
{
    make_channel();
    get(1);
    peer_accept();
    for (int i = 0; i < 4; i++) {
        peer_throws(WIRE_REFUSED, 0);
    }
    await_ends(1);
    assert_end(0, 1, LARDER_REFUSED, 4);
    ck_assert_str_eq(ends[0].message, "not now");
}
END_TEST

START_TEST(a_retry_that_cannot_be_in_time_is_none)
{
    make_channel();
    get(1);
    peer_accept();
    peer_throws(WIRE_REFUSED, 3600 * 1000);
    await_ends(1);
    assert_end(0, 1, LARDER_REFUSED, 1);
}
END_TEST

START_TEST(exceptions_reach_the_caller)
{
    make_channel();
    static const WireExceptionKind kinds[] = {WIRE_INVALID_REQUEST, WIRE_NOT_HERE, WIRE_FAILED,
                                              WIRE_INDETERMINATE};
    static const LarderOutcome outcomes[] = {LARDER_INVALID_REQUEST, LARDER_NOT_HERE, LARDER_FAILED,
                                             LARDER_INDETERMINATE};
    for (intptr_t i = 0; i < 4; i++) {
        put(i, NULL);
        if (i == 0) {
            peer_accept();
        }
        peer_throws(kinds[i], 0);
        await_ends((size_t)i + 1);
        assert_end((size_t)i, i, outcomes[i], 1);
    }
}
END_TEST

/* The peer hangs up on a read, a plain write and a guarded one, that it has received. */
START_TEST(lost_calls_are_made_again_if_that_is_safe)
{
    make_channel();
    get(1);
    put(2, NULL);
    put(3, &guarded);
    peer_accept();
    for (int i = 0; i < 3; i++) {
        Call call = peer_receive();
        base_buf_clear(&call.bytes);
    }
    peer_close();
    await_ends(1);
    assert_end(0, 2, LARDER_LOST, 1);
    peer_accept();
    peer_answers(11);
    peer_answers(12);
    await_ends(3);
    for (size_t i = 1; i < 3; i++) {
        ck_assert_int_eq(ends[i].outcome, LARDER_OK);
        ck_assert_int_eq(ends[i].attempts, 2);
        ck_assert(ends[i].uncertain == (ends[i].tag == 3));
    }
}
END_TEST

START_TEST(a_lost_write_does_not_end_as_refused)
{
    options.retry.attempts_max = 2;
    make_channel();
    put(1, &guarded);
    peer_accept();
    Call call = peer_receive();
    base_buf_clear(&call.bytes);
    peer_close();
    peer_accept();
    peer_throws(WIRE_REFUSED, 0);
    await_ends(1);
    assert_end(0, 1, LARDER_LOST, 2);
    ck_assert(ends[0].uncertain);
    ck_assert_ptr_nonnull(strstr(ends[0].message, "refused"));
}
END_TEST

START_TEST(half_a_reply_is_none)
{
    make_channel();
    put(1, NULL);
    peer_accept();
    Call call = peer_receive();
    BaseBuf out = good_reply(&call, 1);
    send_all(&out, out.len / 2);
    base_buf_clear(&out);
    (void)larder_channel_poll(channel, 10);
    ck_assert_uint_eq(end_count, 0);
    peer_close();
    await_ends(1);
    assert_end(0, 1, LARDER_LOST, 1);
}
END_TEST

START_TEST(a_reply_to_another_call_breaks_the_connection)
{
    make_channel();
    put(1, NULL);
    put(2, NULL);
    peer_accept();
    Call call = peer_receive();
    call.message.seqid++;
    BaseBuf out = good_reply(&call, 1);
    send_all(&out, out.len);
    base_buf_clear(&out);
    await_ends(2);
    assert_end(0, 1, LARDER_PROTOCOL, 1);
    ck_assert_int_eq(ends[1].tag, 2);
    ck_assert(ends[1].outcome == LARDER_LOST || ends[1].outcome == LARDER_UNREACHABLE);
    get(3);
    peer_accept();
    peer_answers(3);
    await_ends(3);
    assert_end(2, 3, LARDER_OK, 1);
}
END_TEST

START_TEST(an_application_exception_leaves_the_connection)
{
    make_channel();
    get(1);
    get(2);
    peer_accept();
    Call call = peer_receive();
    BaseBuf out = BASE_BUF_INIT;
    ck_assert(wire_reply_application_error(&out, &call.message, WIRE_APPLICATION_UNKNOWN_METHOD,
                                           BASE_SLICE_LITERAL("what?")));
    send_all(&out, out.len);
    base_buf_clear(&out);
    base_buf_clear(&call.bytes);
    peer_answers(2);
    await_ends(2);
    assert_end(0, 1, LARDER_PROTOCOL, 1);
    assert_end(1, 2, LARDER_OK, 1);
}
END_TEST

START_TEST(a_reply_over_the_limit_is_not_asked_for_again)
{
    options.reply_bytes_max = 100;
    make_channel();
    get(1);
    peer_accept();
    Call call = peer_receive();
    base_buf_clear(&call.bytes);
    ck_assert_int_eq(send(peer, "\0\0\1\0", 4, MSG_NOSIGNAL), 4);
    await_ends(1);
    assert_end(0, 1, LARDER_PROTOCOL, 1);
    ck_assert_ptr_nonnull(strstr(ends[0].message, "longer"));
}
END_TEST

START_TEST(garbage_breaks_the_connection)
{
    options.retry.attempts_max = 1;
    make_channel();
    put(1, NULL);
    get(2);
    peer_accept();
    Call call = peer_receive();
    base_buf_clear(&call.bytes);
    ck_assert_int_eq(send(peer, "\x7f\xff\xff\xffno", 6, MSG_NOSIGNAL), 6);
    await_ends(2);
    assert_end(0, 1, LARDER_PROTOCOL, 1);
    assert_end(1, 2, LARDER_LOST, 1);
}
END_TEST

/* Nobody listens: the calls were never executed, writes or not, and are tried again. */
START_TEST(without_a_server_calls_are_unreachable)
{
    (void)close(listener);
    listener = -1;
    make_channel();
    put(1, NULL);
    get(2);
    await_ends(2);
    for (size_t i = 0; i < 2; i++) {
        ck_assert_int_eq(ends[i].outcome, LARDER_UNREACHABLE);
        ck_assert_int_eq(ends[i].attempts, 4);
        ck_assert_ptr_nonnull(strstr(ends[i].message, "refused"));
        ck_assert_ptr_nonnull(strstr(ends[i].message, address));
    }
}
END_TEST

/* A port that refuses, and that nobody else is given, until somebody listens. */
static void
hold_port(void)
{
    struct sockaddr_in name = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t length = sizeof name;
    (void)close(listener);
    listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_ge(listener, 0);
    ck_assert_int_eq(bind(listener, (struct sockaddr *)&name, length), 0);
    ck_assert_int_eq(getsockname(listener, (struct sockaddr *)&name, &length), 0);
    (void)snprintf(address, sizeof address, "tcp:127.0.0.1:%d", ntohs(name.sin_port));
}

START_TEST(a_server_that_comes_late_is_found)
{
    hold_port();
    options.retry = (LarderRetry){.attempts_max = 1000000, .pause_ms = 1, .budget_percent = -1};
    make_channel();
    put(1, NULL);
    ck_assert_uint_eq(larder_channel_poll(channel, 50), 0);
    ck_assert_int_eq(listen(listener, 8), 0);
    peer_accept();
    peer_answers(5);
    await_ends(1);
    ck_assert_int_eq(ends[0].outcome, LARDER_OK);
    ck_assert_int_gt(ends[0].attempts, 1);
}
END_TEST

START_TEST(an_idle_connection_that_ended_is_replaced)
{
    make_channel();
    get(1);
    peer_accept();
    peer_answers(1);
    await_ends(1);
    peer_close();
    put(2, NULL); /* a write that could not be tried again once it was sent */
    peer_accept();
    peer_answers(2);
    await_ends(2);
    assert_end(1, 2, LARDER_OK, 1);
}
END_TEST

START_TEST(a_call_has_its_time)
{
    make_channel();
    put(1, &soon);
    peer_accept();
    Call call = peer_receive();
    await_ends(1);
    assert_end(0, 1, LARDER_LOST, 1);
    /* Nothing has come: the connection is given up, and the next call has another one. */
    get(2);
    peer_accept();
    peer_answers(2);
    await_ends(2);
    assert_end(1, 2, LARDER_OK, 1);
    base_buf_clear(&call.bytes);
}
END_TEST

START_TEST(a_late_reply_meets_nobody)
{
    make_channel();
    get(0);
    put(1, &soon);
    get(2);
    peer_accept();
    Call calls[3] = {peer_receive(), peer_receive(), peer_receive()};
    await_ends(1);
    assert_end(0, 1, LARDER_LOST, 1);
    get(3);
    (void)larder_channel_poll(channel, 5); /* the link is silent: 3 is not sent */
    for (int i = 0; i < 3; i++) {
        BaseBuf out = good_reply(&calls[i], 10 + i);
        send_all(&out, out.len);
        base_buf_clear(&out);
    }
    await_ends(3);
    assert_end(1, 0, LARDER_OK, 1);
    assert_end(2, 2, LARDER_OK, 1);
    ck_assert_int_eq(ends[2].number, 12);
    peer_answers(13);
    await_ends(4);
    assert_end(3, 3, LARDER_OK, 1);
}
END_TEST

START_TEST(what_was_never_sent_was_never_executed)
{
    enum { BIG = 8 * 1024 * 1024 };
    make_channel();
    char *value = calloc(1, BIG);
    ck_assert_ptr_nonnull(value);
    options.retry.attempts_max = 1;
    larder_channel_free(channel);
    make_channel();
    /* The socket takes a part of the first one; the second one stays behind it. */
    ck_assert(larder_channel_put(channel, larder_text("s"), larder_text("k"),
                                 larder_bytes(value, BIG), NULL, note, (void *)1));
    put(2, NULL);
    peer_accept();
    (void)larder_channel_poll(channel, 10);
    (void)close(listener);
    listener = -1;
    peer_close();
    await_ends(2);
    free(value);
    assert_end(0, 1, LARDER_UNREACHABLE, 1);
    assert_end(1, 2, LARDER_UNREACHABLE, 1);
}
END_TEST

/* Behind a peer that does not read: what waits its turn is not given to the socket's queue. */
START_TEST(what_waits_behind_others_can_still_be_taken_back)
{
    enum { COUNT = 64, SIZE = 256 * 1024 };
    options.retry.attempts_max = 1;
    make_channel();
    char *value = calloc(1, SIZE);
    ck_assert_ptr_nonnull(value);
    for (intptr_t i = 0; i < COUNT; i++) {
        ck_assert(larder_channel_put(channel, larder_text("s"), larder_text("k"),
                                     larder_bytes(value, SIZE), &soon, note, (void *)i));
    }
    free(value);
    peer_accept();
    (void)close(listener); /* once it is given up, there is no other connection to be had */
    listener = -1;
    await_ends(COUNT);
    for (size_t i = 0; i < COUNT; i++) {
        bool last = ends[i].tag == COUNT - 1;
        ck_assert(ends[i].outcome == LARDER_UNREACHABLE ||
                  (ends[i].outcome == LARDER_LOST && !last));
    }
}
END_TEST

static void
add_tests(TCase *cases)
{
    tcase_add_test(cases, refused_calls_are_made_again);
    tcase_add_test(cases, tries_end);
    tcase_add_test(cases, a_retry_that_cannot_be_in_time_is_none);
    tcase_add_test(cases, exceptions_reach_the_caller);
    tcase_add_test(cases, lost_calls_are_made_again_if_that_is_safe);
    tcase_add_test(cases, a_lost_write_does_not_end_as_refused);
    tcase_add_test(cases, half_a_reply_is_none);
    tcase_add_test(cases, a_reply_to_another_call_breaks_the_connection);
    tcase_add_test(cases, an_application_exception_leaves_the_connection);
    tcase_add_test(cases, a_reply_over_the_limit_is_not_asked_for_again);
    tcase_add_test(cases, garbage_breaks_the_connection);
    tcase_add_test(cases, without_a_server_calls_are_unreachable);
    tcase_add_test(cases, a_server_that_comes_late_is_found);
    tcase_add_test(cases, an_idle_connection_that_ended_is_replaced);
    tcase_add_test(cases, a_call_has_its_time);
    tcase_add_test(cases, a_late_reply_meets_nobody);
    tcase_add_test(cases, what_was_never_sent_was_never_executed);
    tcase_add_test(cases, what_waits_behind_others_can_still_be_taken_back);
}

int
main(void)
{
    return played_peer_main(add_tests);
}
