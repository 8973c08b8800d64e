/*
 * net_echo.h: a server of length-prefixed frames over service/net, and a client for it, for tests.
 *
 * A frame is a 4-byte big-endian length and as many bytes. The first byte says what the server
 * does:
 *   'e'  echoes the frame at once           'w'  echoes it from one of the worker threads
 *   'h'  holds it until net_echo_release()  'c'  echoes it and closes
 *   'o'  answers with nothing               'b'  answers with as many bytes as the next 4 say
 *   'r'  'b' from a worker, or a refusal ("full") if the server is over its budget
 *   'q'  holds it like 'h', and then answers like 'r'
 *   'g'  gathers it where it can, and echoes it with all that is gathered
 *   's'  gathers it likewise, then splits it off, and echoes it from a worker like all behind it
 *   'a'  gathers it behind the answer to all that is gathered before it
 *   'l'  gathers it, and then has no reply for it, nor for those behind it: the connection closes
 * A length of 0xffffffff makes the connection close silently, one above 64 MiB is bad input,
 * answered with the frame "bad".
 *
 * Client calls wait 30 s at most and end the test when that is not enough.
 */
#ifndef LARDER_TESTS_SUPPORT_NET_ECHO_H
#define LARDER_TESTS_SUPPORT_NET_ECHO_H

#include "engine/base/rand.h"
#include "service/net/net.h"

#include <pthread.h>

enum {
    NET_ECHO_WORKERS = 3,
    NET_ECHO_QUEUE = 65536,
    NET_ECHO_REACTORS = 4, /* that gather */
    NET_ECHO_GATHERED = 64,
};

/* A gathered request. */
typedef struct NetEchoGathered {
    NetRequest *request;
    BaseSlice input;
    bool split; /* it was, or is to be */
    bool lost;  /* its reply was, or is to be */
} NetEchoGathered;

typedef struct NetEcho {
    BaseFakeClock clock;
    NetServer *server;
    char address[128];
    size_t request_bytes_max;
    pthread_mutex_t mutex;
    pthread_cond_t filled;
    pthread_t workers[NET_ECHO_WORKERS];
    bool stopping;
    NetRequest *queue[NET_ECHO_QUEUE]; /* for the workers, taken in random order */
    BaseSlice inputs[NET_ECHO_QUEUE];
    size_t queued;
    BaseRand rand;
    NetRequest *held[NET_ECHO_QUEUE]; /* 'h' */
    BaseSlice held_inputs[NET_ECHO_QUEUE];
    _Atomic size_t held_count;
    NetEchoGathered gathered[NET_ECHO_REACTORS][NET_ECHO_GATHERED];
    size_t gathered_count[NET_ECHO_REACTORS];
    _Atomic unsigned opened;
    _Atomic unsigned closed;
    _Atomic unsigned turns_ended;
    _Atomic unsigned delivered;
    _Atomic unsigned bad;
    _Atomic unsigned refused; /* no budget */
    _Atomic unsigned gathers;
    _Atomic unsigned splits;
    _Atomic unsigned put_off;   /* 'a' */
    _Atomic unsigned forgotten; /* no memory to split */
    _Atomic unsigned own_input_failures;
} NetEcho;

/* Limits that no test meets by accident. */
NetLimits net_echo_limits(void);

/* A server that listens on `address`; free with net_echo_free(). `clock`: NULL for the fake one. */
NetEcho *net_echo_new(const char *address, const NetLimits *limits, unsigned reactors,
                      const BaseClock *clock);

/* Listens on one address more. */
void net_echo_listen(NetEcho *echo, const char *address, char ret_address[128]);

/* Waits until at least `count` requests are held. */
void net_echo_await_held(NetEcho *echo, size_t count);

/* Answers held requests, the newest first. Returns their number. */
uint32_t net_echo_release(NetEcho *echo);

void net_echo_free(NetEcho *echo);

NetStats net_echo_stats(NetEcho *echo);

/* Moves the fake clock far enough for a sweep after `ms`. */
void net_echo_advance(NetEcho *echo, int64_t ms);

/* Waits until the gauge or counter at `offset` of NetStats is at least, or exactly, `value`. */
void net_echo_await(NetEcho *echo, size_t offset, uint64_t value, bool exactly);
#define NET_ECHO_AWAIT(echo, member, value) \
    net_echo_await(echo, offsetof(NetStats, member), value, false)
#define NET_ECHO_AWAIT_EXACTLY(echo, member, value) \
    net_echo_await(echo, offsetof(NetStats, member), value, true)

/* A blocking client socket. */
int net_echo_connect(const char *address);

/* Sends a frame of `len` >= 1 bytes: `kind`, then `number` as 4 big-endian bytes, then filler. */
void net_echo_send(int fd, char kind, uint32_t number, uint32_t len);

/* Writes all. */
void net_echo_write(int fd, const void *data, size_t len);

/* Writes the frame of net_echo_send() to memory; returns its bytes, header included. */
size_t net_echo_frame(uint8_t *memory, char kind, uint32_t number, uint32_t len);

/* Reads the frame that net_echo_send() sent and checks each byte. */
void net_echo_expect(int fd, char kind, uint32_t number, uint32_t len);

/* Reads a frame of these bytes. */
void net_echo_expect_text(int fd, const char *text);

/* Reads and drops `len` bytes. */
void net_echo_skip(int fd, size_t len);

/* Reads and drops a frame; returns how many bytes its header says. */
size_t net_echo_skip_frame(int fd);

/* Waits for the end of the connection: in good order, or with a reset. False: a byte came. */
bool net_echo_ended(int fd);

/* Closes with a reset. */
void net_echo_reset(int fd);

#endif
