/*
 * test_client_channel.c: pipelined calls: their order, their end, who drives them, who is told.
 */
#include "tests/support/played_reply.h"

START_TEST(calls_are_answered_in_order)
{
    make_channel();
    for (intptr_t i = 0; i < 5; i++) {
        get(i);
    }
    ck_assert_uint_eq(larder_channel_pending(channel), 5);
    ck_assert_uint_eq(end_count, 0);
    peer_accept();
    for (int64_t i = 0; i < 5; i++) {
        peer_answers(100 + i);
    }
    await_ends(5);
    for (intptr_t i = 0; i < 5; i++) {
        assert_end((size_t)i, i, LARDER_OK, 1);
        ck_assert_int_eq(ends[i].number, 100 + i);
    }
    ck_assert_uint_eq(larder_channel_pending(channel), 0);
    ck_assert_uint_eq(larder_channel_poll(channel, -1), 0);
}
END_TEST

START_TEST(a_full_channel_refuses)
{
    options.pipeline_max = 2;
    make_channel();
    get(0);
    get(1);
    ck_assert(!larder_channel_get(channel, larder_text("s"), larder_text("k"), NULL, note, NULL));
    ck_assert(!larder_channel_call(channel, (LarderMethod)9999, NULL, note, NULL));
    peer_accept();
    peer_answers(1);
    await_ends(1);
    get(2);
    peer_answers(2);
    peer_answers(3);
    await_ends(3);
    assert_end(2, 2, LARDER_OK, 1);
}
END_TEST

static void
note_and_call(void *context, LarderReply *reply)
{
    intptr_t left = (intptr_t)context;
    note(context, reply);
    ck_assert_uint_eq(larder_channel_poll(channel, -1), 0);
    ck_assert_uint_eq(larder_channel_process(channel), 0);
    if (left != 0) {
        ck_assert(larder_channel_get(channel, larder_text("s"), larder_text("k"), NULL,
                                     note_and_call, (void *)(left - 1)));
    }
}

START_TEST(callbacks_may_call)
{
    make_channel();
    ck_assert(larder_channel_get(channel, larder_text("s"), larder_text("k"), NULL, note_and_call,
                                 (void *)3));
    peer_accept();
    for (int i = 0; i < 4; i++) {
        peer_answers(i);
    }
    await_ends(4);
    ck_assert_int_eq(ends[3].tag, 0);
}
END_TEST

static void
note_and_try_to_call(void *context, LarderReply *reply)
{
    note(context, reply);
    ck_assert(!larder_channel_get(channel, larder_text("s"), larder_text("k"), NULL, note, NULL));
}

START_TEST(free_cancels_wherever_calls_are)
{
    options.retry.pause_ms = PATIENCE_MS / 4;
    options.retry.pause_max_ms = PATIENCE_MS / 4;
    options.pipeline_max = 8;
    make_channel();
    get(1);
    get(2);
    peer_accept();
    peer_throws(WIRE_REFUSED, 0);
    Call call = peer_receive();
    base_buf_clear(&call.bytes);
    while (larder_channel_timeout_ms(channel) > PATIENCE_MS / 4 + 1000) {
        (void)larder_channel_poll(channel, 1);
    }
    ck_assert(larder_channel_get(channel, larder_text("s"), larder_text("k"), NULL,
                                 note_and_try_to_call, (void *)3));
    /* 1 is paused, 2 is sent, 3 is queued. */
    LarderChannel *freed = channel;
    larder_channel_free(freed);
    channel = NULL;
    ck_assert_uint_eq(end_count, 3);
    bool seen[4] = {false};
    for (size_t i = 0; i < 3; i++) {
        ck_assert_int_eq(ends[i].outcome, LARDER_CANCELLED);
        ck_assert(!seen[ends[i].tag]);
        seen[ends[i].tag] = true;
    }
}
END_TEST

/* What an event loop does: it waits for what the channel wants, then lets it work. */
START_TEST(an_event_loop_can_drive_it)
{
    make_channel();
    ck_assert_int_eq(larder_channel_fd(channel), -1);
    ck_assert_int_eq(larder_channel_timeout_ms(channel), -1);
    for (intptr_t i = 0; i < 3; i++) {
        get(i);
    }
    ck_assert_int_eq(larder_channel_timeout_ms(channel), 0);
    int64_t version = 1;
    while (end_count < 3) {
        struct pollfd ready[2] = {{.fd = larder_channel_fd(channel), .events = POLLIN},
                                  {.fd = peer < 0 ? listener : peer, .events = POLLIN}};
        if (larder_channel_wants_write(channel)) {
            ready[0].events |= POLLOUT;
        }
        ck_assert_int_ge(poll(ready, 2, (int)larder_channel_timeout_ms(channel)), 0);
        if (ready[1].revents != 0 && peer < 0) {
            peer = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
            ck_assert_int_ge(peer, 0);
        } else if (ready[1].revents != 0) {
            /* What came at once has to be answered at once: it does not wake this loop again. */
            size_t length;
            do {
                peer_answers(version++);
            } while (whole_frame(&length));
        }
        (void)larder_channel_process(channel);
    }
    for (intptr_t i = 0; i < 3; i++) {
        assert_end((size_t)i, i, LARDER_OK, 1);
    }
    ck_assert(!larder_channel_wants_write(channel));
}
END_TEST

START_TEST(a_name_is_said_once_per_connection)
{
    options.name = "tester 1.0";
    make_channel();
    get(1);
    peer_accept();
    Call call = peer_receive();
    ck_assert(base_slice_equal(call.message.method, BASE_SLICE_LITERAL("server_info")));
    ck_assert_ptr_nonnull(memmem(call.bytes.data, call.bytes.len, "tester 1.0", 10));
    BaseBuf out = BASE_BUF_INIT; /* whatever it is answered */
    ck_assert(wire_reply_application_error(&out, &call.message, WIRE_APPLICATION_UNKNOWN_METHOD,
                                           BASE_SLICE_LITERAL("who?")));
    send_all(&out, out.len);
    base_buf_clear(&out);
    base_buf_clear(&call.bytes);
    peer_answers(1);
    get(2);
    peer_answers(2);
    await_ends(2);
    assert_end(0, 1, LARDER_OK, 1);
    assert_end(1, 2, LARDER_OK, 1);
}
END_TEST

static LarderTrace traces[8];
static char trace_keys[8][16];
static size_t trace_count;

static void
keep_trace(void *context, const LarderTrace *trace)
{
    ck_assert_ptr_eq(context, &trace_count);
    traces[trace_count] = *trace;
    (void)snprintf(trace_keys[trace_count], sizeof trace_keys[0], "%.*s/%.*s",
                   (int)trace->store.size, trace->store.data, (int)trace->key.size,
                   trace->key.data);
    trace_count++;
}

START_TEST(every_call_is_traced)
{
    options.trace = keep_trace;
    options.trace_context = &trace_count;
    make_channel();
    put(1, NULL);
    get(2);
    peer_accept();
    peer_throws(WIRE_REFUSED, 0);
    peer_answers(5);
    peer_answers(6);
    await_ends(2);
    ck_assert_uint_eq(trace_count, 2);
    ck_assert_str_eq(traces[0].method_name, "get");
    ck_assert_str_eq(traces[1].method_name, "put");
    ck_assert_int_eq(traces[1].attempts, 2);
    ck_assert_int_eq(traces[1].outcome, LARDER_OK);
    ck_assert_str_eq(trace_keys[1], "s/k");
    ck_assert_uint_gt(traces[1].request_bytes, 10);
    ck_assert_uint_gt(traces[1].reply_bytes, 10);
    ck_assert_str_eq(traces[1].address, address);
}
END_TEST

START_TEST(compact_works_alike)
{
    options.protocol = LARDER_COMPACT;
    make_channel();
    get(1);
    put(2, NULL);
    peer_accept();
    peer_answers(1);
    peer_answers(2);
    await_ends(2);
    assert_end(0, 1, LARDER_OK, 1);
    assert_end(1, 2, LARDER_OK, 1);
    ck_assert_int_eq(ends[1].number, 2);
}
END_TEST

static void
add_tests(TCase *cases)
{
    tcase_add_test(cases, calls_are_answered_in_order);
    tcase_add_test(cases, a_full_channel_refuses);
    tcase_add_test(cases, callbacks_may_call);
    tcase_add_test(cases, free_cancels_wherever_calls_are);
    tcase_add_test(cases, an_event_loop_can_drive_it);
    tcase_add_test(cases, a_name_is_said_once_per_connection);
    tcase_add_test(cases, every_call_is_traced);
    tcase_add_test(cases, compact_works_alike);
}

int
main(void)
{
    return played_peer_main(add_tests);
}
