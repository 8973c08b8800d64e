/*
 * played_peer.h: a channel of the SDK whose server is played by hand, in the test's thread.
 *
 * The peer is a listener whose accepted socket is read and written by the test, so that every
 * order of events can be had: half a reply, a reply that is none, silence, a full socket. Calls
 * note how they ended.
 *
 * Include it from one test program's only source: it holds the one fixture of the program.
 *
 * Threading: one thread.
 */
#ifndef LARDER_TESTS_SUPPORT_PLAYED_PEER_H
#define LARDER_TESTS_SUPPORT_PLAYED_PEER_H

#include "engine/base/buf.h"
#include "service/client/encode.h"
#include "service/wire/parse.h"
#include "tests/support/noted_ends.h"

#include <larder/client.h>

#include <arpa/inet.h>
#include <check.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { PATIENCE_MS = 60 * 1000 };

static int listener;
static int peer;
static char address[64];
static LarderClientOptions options;
static LarderChannel *channel;
static BaseBuf input; /* of the peer */
static WireTape tape;

static inline void
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

static inline void
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

static inline void
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

static inline void
make_channel(void)
{
    LarderProblem problem = {""};
    channel = larder_channel_new(&options, &problem);
    ck_assert_msg(channel != NULL, "%s", problem.message);
}

static inline void
get(intptr_t tag)
{
    ck_assert(
        larder_channel_get(channel, larder_text("s"), larder_text("k"), NULL, note, (void *)tag));
}

static inline void
put(intptr_t tag, const LarderPutOptions *put_options)
{
    ck_assert(larder_channel_put(channel, larder_text("s"), larder_text("k"), larder_text("v"),
                                 put_options, note, (void *)tag));
}

/* Waits until somebody connects to the peer. */
static inline void
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

static inline void
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

static inline bool
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

static inline Call
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

static inline void
send_all(const BaseBuf *bytes, size_t length)
{
    ck_assert_int_eq(send(peer, bytes->data, length, MSG_NOSIGNAL), (ssize_t)length);
}

/* Polls until so many calls have ended. */
static inline void
await_ends(size_t count)
{
    while (end_count < count) {
        ck_assert_uint_gt(larder_channel_pending(channel), 0);
        (void)larder_channel_poll(channel, PATIENCE_MS);
    }
    ck_assert_uint_eq(end_count, count);
}

static const LarderCondition version_seven = {.has_version_equal = true, .version_equal = 7};
static const LarderPutOptions guarded = {.condition = &version_seven};

/* A program's main: runs one case of tests with the fixture around each. */
static inline int
played_peer_main(void (*add_tests)(TCase *cases))
{
    TCase *cases = tcase_create("channel");
    tcase_set_timeout(cases, 240);
    tcase_add_checked_fixture(cases, prepare, tidy);
    add_tests(cases);
    Suite *suite = suite_create("client");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#endif
