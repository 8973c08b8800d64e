/*
 * net_echo.c: an echo server and client for tests. See net_echo.h.
 */
#include "tests/support/net_echo.h"

#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { HEADER = 4, PATIENCE_S = 30, FRAME_MAX = 64 * 1024 * 1024 };

static uint32_t
get_u32(const uint8_t *bytes)
{
    uint32_t value = 0;
    memcpy(&value, bytes, sizeof value);
    return ntohl(value);
}

static void
put_u32(uint8_t *bytes, uint32_t value)
{
    value = htonl(value);
    memcpy(bytes, &value, sizeof value);
}

static NetScanVerdict
verdict_of(const uint8_t *input, size_t len, size_t *ret_len)
{
    if (len < HEADER) {
        return NET_SCAN_MORE;
    }
    uint32_t body = get_u32(input);
    if (body == 0xffffffffu) {
        return NET_SCAN_CLOSE;
    }
    if (body > FRAME_MAX) {
        return NET_SCAN_BAD;
    }
    if (len - HEADER < body) {
        return NET_SCAN_MORE;
    }
    *ret_len = HEADER + body;
    return NET_SCAN_WHOLE;
}

static NetScanVerdict
scan(void *user, NetScanState *state, const uint8_t *input, size_t len, size_t *ret_len)
{
    (void)user;
    /* The state carries the length seen so far: it must come back as it was left. */
    size_t seen = 0;
    memcpy(&seen, state->bytes, sizeof seen);
    ck_assert_uint_ge(len, seen);
    memcpy(state->bytes, &len, sizeof len);
    NetScanVerdict verdict = verdict_of(input, len, ret_len);
    if (verdict != NET_SCAN_MORE) {
        memset(state->bytes, 0, sizeof len);
    }
    return verdict;
}

static void
answer_text(NetRequest *request, const char *text)
{
    uint8_t header[HEADER];
    put_u32(header, (uint32_t)strlen(text));
    (void)base_buf_append(net_request_output(request), header, HEADER);
    (void)base_buf_append(net_request_output(request), text, strlen(text));
    net_request_finish(request, false);
}

static void
answer(NetEcho *echo, NetRequest *request, BaseSlice input)
{
    BaseBuf *output = net_request_output(request);
    char kind = input.len > HEADER ? (char)input.data[HEADER] : 'e';
    if ((kind == 'b' || kind == 'r' || kind == 'q') && input.len >= HEADER + 5) {
        uint32_t size = get_u32(input.data + HEADER + 1);
        uint8_t header[HEADER];
        put_u32(header, size);
        (void)base_buf_append(output, header, HEADER);
        uint8_t *room = base_buf_extend(output, size);
        ck_assert_ptr_nonnull(room);
        memset(room, 'x', size);
        if (kind != 'b' && net_request_over_budget(request)) {
            atomic_fetch_add(&echo->refused, 1);
            base_buf_clear(output);
            answer_text(request, "full");
            return;
        }
    } else if (kind != 'o') {
        (void)base_buf_append_slice(output, input);
    }
    net_request_finish(request, kind == 'c');
}

static void
enqueue(NetEcho *echo, NetRequest *request, BaseSlice input, bool hold)
{
    pthread_mutex_lock(&echo->mutex);
    size_t at = hold ? atomic_load(&echo->held_count) : echo->queued;
    ck_assert_uint_lt(at, NET_ECHO_QUEUE);
    if (hold) {
        echo->held[at] = request;
        echo->held_inputs[at] = input;
        atomic_store(&echo->held_count, at + 1);
    } else {
        echo->queue[at] = request;
        echo->inputs[at] = input;
        echo->queued++;
    }
    pthread_cond_signal(&echo->filled);
    pthread_mutex_unlock(&echo->mutex);
}

static void
take_request(void *user, NetRequest *request, BaseSlice input, bool bad)
{
    NetEcho *echo = user;
    atomic_fetch_add(&echo->delivered, 1);
    ck_assert_ptr_eq(net_conn_user(net_request_conn(request)), echo);
    if (bad) {
        atomic_fetch_add(&echo->bad, 1);
        answer_text(request, "bad");
        return;
    }
    char kind = input.len > HEADER ? (char)input.data[HEADER] : 'e';
    if (kind != 'w' && kind != 'h' && kind != 'r' && kind != 'q') {
        answer(echo, request, input);
        return;
    }
    BaseSlice own = net_request_own_input(request);
    if (own.data == NULL) {
        atomic_fetch_add(&echo->own_input_failures, 1);
        answer_text(request, "full");
        return;
    }
    ck_assert(base_slice_equal(own, input));
    enqueue(echo, request, own, kind == 'h' || kind == 'q');
}

static NetGathering
gather_one(NetEcho *echo, NetRequest *request, BaseSlice input)
{
    unsigned reactor = net_conn_reactor(net_request_conn(request));
    char kind = input.len > HEADER ? (char)input.data[HEADER] : 'e';
    if (strchr("gsal", kind) == NULL || reactor >= NET_ECHO_REACTORS) {
        return NET_GATHER_NOT;
    }
    if (kind == 'a' && echo->gathered_count[reactor] != 0) {
        return NET_GATHER_LATER;
    }
    size_t at = echo->gathered_count[reactor]++;
    ck_assert_uint_lt(at, NET_ECHO_GATHERED);
    echo->gathered[reactor][at] = (NetEchoGathered){request, input, kind == 's', kind == 'l'};
    atomic_fetch_add(&echo->delivered, 1);
    atomic_fetch_add(&echo->gathers, 1);
    return NET_GATHER_TAKEN;
}

static NetGathering
gather(void *user, NetRequest *request, BaseSlice input, NetRun *run)
{
    NetEcho *echo = user;
    unsigned max = run->count;
    NetGathering gathering = gather_one(echo, request, base_slice(input.data, run->bytes));
    if (gathering != NET_GATHER_TAKEN) {
        atomic_fetch_add(&echo->put_off, gathering == NET_GATHER_LATER);
        return gathering;
    }
    run->count = 1;
    while (run->count < max && input.len - run->bytes > HEADER) {
        const uint8_t *next = input.data + run->bytes;
        size_t len = HEADER + (size_t)get_u32(next);
        if (len > input.len - run->bytes || len > echo->request_bytes_max ||
            gather_one(echo, request, base_slice(next, len)) != NET_GATHER_TAKEN) {
            break;
        }
        run->count++;
        run->bytes += len;
    }
    return NET_GATHER_TAKEN;
}

static void
split(NetEcho *echo, const NetEchoGathered *gathered)
{
    BaseSlice input = gathered->input;
    NetRequest *own = net_request_split(gathered->request, &input);
    if (own == NULL) {
        atomic_fetch_add(&echo->forgotten, 1);
        return;
    }
    ck_assert(own != gathered->request && input.data != gathered->input.data);
    ck_assert(base_slice_equal(input, gathered->input));
    atomic_fetch_add(&echo->splits, 1);
    enqueue(echo, own, input, false);
}

/* Replies to a slot that were not told of yet. */
typedef struct Told {
    NetRequest *request;
    unsigned count;
    size_t longest;
} Told;

static void
tell(Told *told)
{
    if (told->count != 0) {
        net_request_finish_run(told->request, told->count, told->longest);
    }
    *told = (Told){NULL, 0, 0};
}

/* Answers a gathered request; what can be is told together. */
static void
answer_one(const NetEchoGathered *gathered, Told *told)
{
    if (gathered->lost || gathered->request != told->request) {
        tell(told);
    }
    if (gathered->lost) {
        net_request_finish_in_order(gathered->request, true);
        return;
    }
    (void)base_buf_append_slice(net_request_output(gathered->request), gathered->input);
    told->request = gathered->request;
    told->count++;
    told->longest = gathered->input.len > told->longest ? gathered->input.len : told->longest;
}

static void
answer_gathered(void *user, unsigned reactor)
{
    NetEcho *echo = user;
    Told told = {NULL, 0, 0};
    NetEchoGathered *all = echo->gathered[reactor];
    size_t count = echo->gathered_count[reactor];
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < i; j++) {
            bool same = net_request_conn(all[j].request) == net_request_conn(all[i].request);
            all[i].split = all[i].split || (same && all[j].split);
            all[i].lost = all[i].lost || (same && all[j].lost);
        }
        if (all[i].split) {
            tell(&told);
            split(echo, &all[i]);
        } else {
            answer_one(&all[i], &told);
        }
    }
    tell(&told);
    echo->gathered_count[reactor] = 0;
}

static void
turn_end(void *user, unsigned reactor)
{
    (void)reactor;
    atomic_fetch_add(&((NetEcho *)user)->turns_ended, 1);
}

static void
opened(void *user, NetConn *conn)
{
    ck_assert_ptr_null(net_conn_user(conn));
    net_conn_set_user(conn, user);
    atomic_fetch_add(&((NetEcho *)user)->opened, 1);
}

static void
closed(void *user, NetConn *conn)
{
    ck_assert_ptr_eq(net_conn_user(conn), user);
    atomic_fetch_add(&((NetEcho *)user)->closed, 1);
}

static void *
work(void *argument)
{
    NetEcho *echo = argument;
    pthread_mutex_lock(&echo->mutex);
    for (;;) {
        while (echo->queued == 0 && !echo->stopping) {
            pthread_cond_wait(&echo->filled, &echo->mutex);
        }
        if (echo->queued == 0) {
            break;
        }
        size_t at = base_rand_below(&echo->rand, echo->queued);
        NetRequest *request = echo->queue[at];
        BaseSlice input = echo->inputs[at];
        echo->queued--;
        echo->queue[at] = echo->queue[echo->queued];
        echo->inputs[at] = echo->inputs[echo->queued];
        pthread_mutex_unlock(&echo->mutex);
        answer(echo, request, input);
        pthread_mutex_lock(&echo->mutex);
    }
    pthread_mutex_unlock(&echo->mutex);
    return NULL;
}

NetLimits
net_echo_limits(void)
{
    return (NetLimits){
        .request_bytes_max = 8 * 1024 * 1024,
        .connections_max = 20000,
        .connections_per_ip_max = 20000,
        .pipeline_max = 128,
        .output_bytes_max = 1024 * 1024,
        .in_flight_bytes_max = 256 * 1024 * 1024,
        .idle_ms = 300000,
        .request_ms = 10000,
        .request_rate_min = 1024,
        .write_stall_ms = 30000,
    };
}

void
net_echo_listen(NetEcho *echo, const char *address, char ret_address[128])
{
    char message[256] = "";
    BaseStatus status = net_server_listen(echo->server, address, ret_address, message);
    ck_assert_msg(base_is_ok(status), "%s", message);
}

NetEcho *
net_echo_new(const char *address, const NetLimits *limits, unsigned reactors,
             const BaseClock *clock)
{
    NetEcho *echo = calloc(1, sizeof *echo);
    ck_assert_ptr_nonnull(echo);
    base_fake_clock_init(&echo->clock, 1000);
    echo->rand = base_rand(42);
    echo->request_bytes_max = limits->request_bytes_max;
    pthread_mutex_init(&echo->mutex, NULL);
    pthread_cond_init(&echo->filled, NULL);
    NetConfig config = {
        .reactors = reactors,
        .name = "echo",
        .limits = *limits,
        .callbacks = {.scan = scan,
                      .request = take_request,
                      .gather = gather,
                      .answer = answer_gathered,
                      .turn_end = turn_end,
                      .opened = opened,
                      .closed = closed},
        .user = echo,
        .clock = clock != NULL ? clock : &echo->clock.clock,
    };
    ck_assert(base_is_ok(net_server_new(&config, &echo->server)));
    net_echo_listen(echo, address, echo->address);
    for (int i = 0; i < NET_ECHO_WORKERS; i++) {
        ck_assert_int_eq(pthread_create(&echo->workers[i], NULL, work, echo), 0);
    }
    return echo;
}

void
net_echo_await_held(NetEcho *echo, size_t count)
{
    for (int i = 0; i < PATIENCE_S * 500; i++) {
        if (atomic_load(&echo->held_count) >= count) {
            return;
        }
        usleep(2000);
    }
    ck_abort_msg("%zu requests are held instead of %zu", atomic_load(&echo->held_count), count);
}

uint32_t
net_echo_release(NetEcho *echo)
{
    pthread_mutex_lock(&echo->mutex);
    size_t count = atomic_load(&echo->held_count);
    for (size_t i = count; i-- > 0;) {
        answer(echo, echo->held[i], echo->held_inputs[i]);
    }
    atomic_store(&echo->held_count, 0);
    pthread_mutex_unlock(&echo->mutex);
    return (uint32_t)count;
}

void
net_echo_free(NetEcho *echo)
{
    pthread_mutex_lock(&echo->mutex);
    echo->stopping = true;
    pthread_cond_broadcast(&echo->filled);
    pthread_mutex_unlock(&echo->mutex);
    for (int i = 0; i < NET_ECHO_WORKERS; i++) {
        pthread_join(echo->workers[i], NULL);
    }
    net_server_free(echo->server);
    ck_assert_uint_eq(atomic_load(&echo->opened), atomic_load(&echo->closed));
    pthread_cond_destroy(&echo->filled);
    pthread_mutex_destroy(&echo->mutex);
    free(echo);
}

NetStats
net_echo_stats(NetEcho *echo)
{
    NetStats stats;
    net_server_stats(echo->server, &stats);
    return stats;
}

void
net_echo_advance(NetEcho *echo, int64_t ms)
{
    base_fake_clock_advance_ms(&echo->clock, ms);
}

void
net_echo_await(NetEcho *echo, size_t offset, uint64_t value, bool exactly)
{
    uint64_t now = 0;
    for (int i = 0; i < PATIENCE_S * 500; i++) {
        NetStats stats = net_echo_stats(echo);
        memcpy(&now, (const char *)&stats + offset, sizeof now);
        if (exactly ? now == value : now >= value) {
            return;
        }
        usleep(2000);
    }
    ck_abort_msg("a statistic stays at %llu instead of %llu", (unsigned long long)now,
                 (unsigned long long)value);
}

static int
connect_tcp(const char *rest)
{
    char host[128];
    const char *colon = strrchr(rest, ':');
    const char *begin = rest[0] == '[' ? rest + 1 : rest;
    const char *end = rest[0] == '[' ? colon - 1 : colon;
    memcpy(host, begin, (size_t)(end - begin));
    host[end - begin] = '\0';
    struct addrinfo hints = {.ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_STREAM};
    struct addrinfo *info = NULL;
    ck_assert_int_eq(getaddrinfo(host, colon + 1, &hints, &info), 0);
    int fd = socket(info->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(connect(fd, info->ai_addr, info->ai_addrlen), 0);
    freeaddrinfo(info);
    int one = 1;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return fd;
}

int
net_echo_connect(const char *address)
{
    int fd = -1;
    if (strncmp(address, "tcp:", 4) == 0) {
        fd = connect_tcp(address + 4);
    } else {
        struct sockaddr_un un = {.sun_family = AF_UNIX};
        ck_assert_uint_lt(strlen(address + 5), sizeof un.sun_path);
        (void)snprintf(un.sun_path, sizeof un.sun_path, "%s", address + 5);
        fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        ck_assert_int_ge(fd, 0);
        ck_assert_int_eq(connect(fd, (struct sockaddr *)&un, sizeof un), 0);
    }
    struct timeval patience = {.tv_sec = PATIENCE_S};
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    return fd;
}

void
net_echo_write(int fd, const void *data, size_t len)
{
    const uint8_t *at = data;
    while (len > 0) {
        ssize_t sent = send(fd, at, len, MSG_NOSIGNAL);
        ck_assert_msg(sent > 0, "send: %m");
        at += sent;
        len -= (size_t)sent;
    }
}

size_t
net_echo_frame(uint8_t *memory, char kind, uint32_t number, uint32_t len)
{
    put_u32(memory, len);
    for (uint32_t i = 0; i < len; i++) {
        memory[HEADER + i] = (uint8_t)(number + i * 31);
    }
    memory[HEADER] = (uint8_t)kind;
    if (len >= 5) {
        put_u32(memory + HEADER + 1, number);
    }
    return HEADER + len;
}

void
net_echo_send(int fd, char kind, uint32_t number, uint32_t len)
{
    uint8_t *frame = malloc(HEADER + len);
    ck_assert_ptr_nonnull(frame);
    net_echo_write(fd, frame, net_echo_frame(frame, kind, number, len));
    free(frame);
}

static void
read_all(int fd, uint8_t *memory, size_t len)
{
    while (len > 0) {
        ssize_t got = recv(fd, memory, len, 0);
        ck_assert_msg(got > 0, "recv: %s%m", got == 0 ? "the connection ended; " : "");
        memory += got;
        len -= (size_t)got;
    }
}

void
net_echo_expect(int fd, char kind, uint32_t number, uint32_t len)
{
    uint8_t *wanted = malloc(HEADER + len);
    uint8_t *got = malloc(HEADER + len);
    ck_assert(wanted != NULL && got != NULL);
    (void)net_echo_frame(wanted, kind, number, len);
    read_all(fd, got, HEADER + len);
    ck_assert_int_eq(memcmp(wanted, got, HEADER + len), 0);
    free(wanted);
    free(got);
}

void
net_echo_expect_text(int fd, const char *text)
{
    uint8_t got[64];
    read_all(fd, got, HEADER + strlen(text));
    ck_assert_uint_eq(get_u32(got), strlen(text));
    ck_assert_int_eq(memcmp(got + HEADER, text, strlen(text)), 0);
}

void
net_echo_skip(int fd, size_t len)
{
    static _Thread_local uint8_t sink[64 * 1024];
    while (len > 0) {
        size_t part = len < sizeof sink ? len : sizeof sink;
        read_all(fd, sink, part);
        len -= part;
    }
}

size_t
net_echo_skip_frame(int fd)
{
    uint8_t header[HEADER];
    read_all(fd, header, HEADER);
    net_echo_skip(fd, get_u32(header));
    return get_u32(header);
}

bool
net_echo_ended(int fd)
{
    uint8_t byte = 0;
    ssize_t got = recv(fd, &byte, 1, 0);
    ck_assert_msg(got >= 0 || errno == ECONNRESET || errno == EPIPE, "recv: %m");
    return got <= 0;
}

void
net_echo_reset(int fd)
{
    struct linger none = {.l_onoff = 1, .l_linger = 0};
    (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof none);
    (void)close(fd);
}
