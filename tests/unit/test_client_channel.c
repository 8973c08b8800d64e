/*
 * test_client_channel.c: pipelined calls against a peer that is played by hand, in this thread.
 *
 * The peer is a listener whose accepted socket is read and written by the test, so that every
 * order of events can be had: half a reply, a reply that is none, silence, a full socket.
 */
#include "engine/base/buf.h"
#include "service/client/encode.h"
#include "service/wire/parse.h"
#include "service/wire/reply.h"

#include <larder/client.h>

#include <arpa/inet.h>
#include <check.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { PATIENCE_MS = 60 * 1000, ENDS_MAX = 4096 };

static int listener;
static int peer;
static char address[64];
static LarderClientOptions options;
static LarderChannel *channel;
static BaseBuf input; /* of the peer */
static WireTape tape;

/* How calls have ended, in that order. */
typedef struct End {
    intptr_t tag;
    LarderOutcome outcome;
    int attempts;
    bool uncertain;
    int64_t number; /* version of a get or put */
    char message[128];
} End;

static End ends[ENDS_MAX];
static size_t end_count;

static void
note(void *context, LarderReply *reply)
{
    ck_assert_uint_lt(end_count, ENDS_MAX);
    End *end = &ends[end_count++];
    *end = (End){.tag = (intptr_t)context, .outcome = reply->outcome, .attempts = reply->attempts};
    end->uncertain = reply->uncertain;
    (void)snprintf(end->message, sizeof end->message, "%.*s", (int)reply->message.size,
                   reply->message.size == 0 ? "" : reply->message.data);
    if (reply->outcome == LARDER_OK) {
        end->number =
            reply->method == LARDER_METHOD_GET ? reply->as.get->version : reply->as.put->version;
    }
    larder_reply_free(reply);
}

static void
listen_again(uint16_t port)
{
    int on = 1;
    struct sockaddr_in name = {
        .sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}, .sin_port = htons(port)};
    socklen_t length = sizeof name;
    listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_ge(listener, 0);
    ck_assert_int_eq(setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on), 0);
    ck_assert_int_eq(bind(listener, (struct sockaddr *)&name, sizeof name), 0);
    ck_assert_int_eq(listen(listener, 8), 0);
    ck_assert_int_eq(getsockname(listener, (struct sockaddr *)&name, &length), 0);
    (void)snprintf(address, sizeof address, "tcp:127.0.0.1:%d", ntohs(name.sin_port));
}

static void
prepare(void)
{
    peer = -1;
    channel = NULL;
    end_count = 0;
    listen_again(0);
    options = (LarderClientOptions){
        .address = address,
        .timeout_ms = PATIENCE_MS,
        .retry = {.pause_ms = 1, .pause_max_ms = 2},
    };
}

static void
tidy(void)
{
    larder_channel_free(channel);
    base_buf_clear(&input);
    wire_tape_clear(&tape);
    if (listener >= 0) {
        (void)close(listener);
    }
    if (peer >= 0) {
        (void)close(peer);
    }
}

static void
make_channel(void)
{
    LarderProblem problem = {""};
    channel = larder_channel_new(&options, &problem);
    ck_assert_msg(channel != NULL, "%s", problem.message);
}

static void
get(intptr_t tag)
{
    ck_assert(
        larder_channel_get(channel, larder_text("s"), larder_text("k"), NULL, note, (void *)tag));
}

static void
put(intptr_t tag, const LarderPutOptions *put_options)
{
    ck_assert(larder_channel_put(channel, larder_text("s"), larder_text("k"), larder_text("v"),
                                 put_options, note, (void *)tag));
}

/* Waits until somebody connects to the peer. */
static void
peer_accept(void)
{
    struct pollfd ready = {.fd = listener, .events = POLLIN};
    while (poll(&ready, 1, 0) == 0) {
        (void)larder_channel_poll(channel, 1);
    }
    if (peer >= 0) {
        (void)close(peer);
    }
    base_buf_reset(&input);
    peer = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    ck_assert_int_ge(peer, 0);
}

static void
peer_close(void)
{
    (void)close(peer);
    peer = -1;
}

/* The next call that the peer receives. */
typedef struct Call {
    WireMessage message;
    BaseBuf bytes;
} Call;

static bool
whole_frame(size_t *ret_length)
{
    if (input.len < WIRE_FRAME_HEADER_BYTES) {
        return false;
    }
    const uint8_t *at = input.data;
    *ret_length = WIRE_FRAME_HEADER_BYTES +
                  ((size_t)at[0] << 24 | (size_t)at[1] << 16 | (size_t)at[2] << 8 | at[3]);
    return input.len >= *ret_length;
}

static Call
peer_receive(void)
{
    Call call = {.bytes = BASE_BUF_INIT};
    size_t length = 0;
    while (!whole_frame(&length)) {
        (void)larder_channel_poll(channel, 1);
        ck_assert(base_buf_reserve(&input, 65536));
        ssize_t count = recv(peer, input.data + input.len, 65536, 0);
        input.len += count > 0 ? (size_t)count : 0;
    }
    ck_assert(base_buf_append(&call.bytes, input.data, length));
    memmove(input.data, input.data + length, input.len - length);
    input.len -= length;
    WireError error;
    ck_assert(wire_parse_request(base_buf_slice(&call.bytes), &WIRE_LIMITS_DEFAULT, &tape,
                                 &call.message, &error));
    return call;
}

static void
send_all(const BaseBuf *bytes, size_t length)
{
    ck_assert_int_eq(send(peer, bytes->data, length, MSG_NOSIGNAL), (ssize_t)length);
}

/* The bytes of a good reply: get and put both have a bool in field 1; version is 3 or 2. */
static BaseBuf
good_reply(Call *call, int64_t version)
{
    BaseBuf out = BASE_BUF_INIT;
    WireWriter writer;
    bool is_get = base_slice_equal(call->message.method, BASE_SLICE_LITERAL("get"));
    wire_reply_begin(&writer, &out, &call->message, 1000);
    wire_writer_field(&writer, 0, WIRE_STRUCT);
    wire_writer_struct_begin(&writer);
    wire_writer_field_bool(&writer, 1, true);
    wire_writer_field_i64(&writer, is_get ? 3 : 2, version);
    wire_writer_struct_end(&writer);
    ck_assert(wire_reply_end(&writer));
    base_buf_clear(&call->bytes);
    return out;
}

static void
peer_answers(int64_t version)
{
    Call call = peer_receive();
    BaseBuf out = good_reply(&call, version);
    send_all(&out, out.len);
    base_buf_clear(&out);
}

static void
peer_throws(WireExceptionKind kind, int64_t retry_after_ms)
{
    Call call = peer_receive();
    BaseBuf out = BASE_BUF_INIT;
    WireException exception = {.kind = kind,
                               .code = 1,
                               .message = BASE_SLICE_LITERAL("not now"),
                               .text = BASE_SLICE_LITERAL("server"),
                               .first = retry_after_ms};
    ck_assert(wire_reply_exception(&out, &call.message, &exception));
    send_all(&out, out.len);
    base_buf_clear(&out);
    base_buf_clear(&call.bytes);
}

/* Polls until so many calls have ended. */
static void
await_ends(size_t count)
{
    while (end_count < count) {
        ck_assert_uint_gt(larder_channel_pending(channel), 0);
        (void)larder_channel_poll(channel, PATIENCE_MS);
    }
    ck_assert_uint_eq(end_count, count);
}

static void
assert_end(size_t index, intptr_t tag, LarderOutcome outcome, int attempts)
{
    const End *end = &ends[index];
    ck_assert_msg(end->tag == tag && end->outcome == outcome && end->attempts == attempts,
                  "end %zu: tag %ld, %s after %d: %s", index, (long)end->tag,
                  larder_outcome_name(end->outcome), end->attempts, end->message);
}

static const LarderCondition version_seven = {.has_version_equal = true, .version_equal = 7};
static const LarderPutOptions guarded = {.condition = &version_seven};

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

START_TEST(a_server_that_comes_late_is_found)
{
    long port = strtol(strrchr(address, ':') + 1, NULL, 10);
    (void)close(listener);
    options.retry = (LarderRetry){.attempts_max = 1000000, .pause_ms = 1, .budget_percent = -1};
    make_channel();
    put(1, NULL);
    while (larder_channel_poll(channel, 5) != 0 || end_count != 0) {
        ck_abort_msg("it ended");
    }
    listen_again((uint16_t)port);
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
    const LarderPutOptions soon = {.has_deadline_ms = true, .deadline_ms = 500};
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
    const LarderPutOptions soon = {.has_deadline_ms = true, .deadline_ms = 500};
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
    const LarderPutOptions soon = {.has_deadline_ms = true, .deadline_ms = 500};
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

int
main(void)
{
    TCase *cases = tcase_create("channel");
    tcase_set_timeout(cases, 240);
    tcase_add_checked_fixture(cases, prepare, tidy);
    tcase_add_test(cases, calls_are_answered_in_order);
    tcase_add_test(cases, a_full_channel_refuses);
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
    tcase_add_test(cases, callbacks_may_call);
    tcase_add_test(cases, free_cancels_wherever_calls_are);
    tcase_add_test(cases, an_event_loop_can_drive_it);
    tcase_add_test(cases, a_name_is_said_once_per_connection);
    tcase_add_test(cases, every_call_is_traced);
    tcase_add_test(cases, compact_works_alike);
    Suite *suite = suite_create("client");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
