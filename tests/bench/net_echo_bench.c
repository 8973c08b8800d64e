/*
 * net_echo_bench.c: requests per second of service/net alone.
 *
 * One reactor echoes frames of 64 bytes that 50 connections send from one client thread, each with
 * a pipeline of 1 or 16 requests, over TCP on loopback and over a unix socket; answered inline, or
 * by a worker thread. Client and server share the machine's cores, so the figures compare with each
 * other and with other servers measured alike, not with figures of other machines. Processor time
 * per request is the steadier of the two figures. The same client against a bare echo loop (read,
 * write, nothing else) gives the ceiling of the system calls.
 *
 * Argument: seconds per case (default 2).
 */
#include "service/net/net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { CONNECTIONS = 50, FRAME = 64, QUEUE = 8192 };

static double seconds = 2;

/* What happens to a request: answered at once, or by the worker. */
typedef struct Echo {
    bool use_worker;
    pthread_mutex_t mutex;
    pthread_cond_t filled;
    NetRequest *queue[QUEUE];
    BaseSlice inputs[QUEUE];
    size_t first;
    size_t queued;
    bool stopping;
} Echo;

static void
fail(const char *what)
{
    perror(what);
    exit(EXIT_FAILURE);
}

static NetScanVerdict
scan(void *user, NetScanState *state, const uint8_t *input, size_t len, size_t *ret_len)
{
    (void)user;
    (void)state;
    (void)input;
    *ret_len = FRAME;
    return len < FRAME ? NET_SCAN_MORE : NET_SCAN_WHOLE;
}

static void
answer(NetRequest *request, BaseSlice input)
{
    (void)base_buf_append_slice(net_request_output(request), input);
    net_request_finish(request, false);
}

static void
take_request(void *user, NetRequest *request, BaseSlice input, bool bad)
{
    (void)bad;
    Echo *echo = user;
    if (!echo->use_worker) {
        answer(request, input);
        return;
    }
    BaseSlice own = net_request_own_input(request);
    (void)pthread_mutex_lock(&echo->mutex);
    size_t at = (echo->first + echo->queued++) % QUEUE;
    echo->queue[at] = request;
    echo->inputs[at] = own;
    (void)pthread_mutex_unlock(&echo->mutex);
}

static void
turn_end(void *user, unsigned reactor)
{
    (void)reactor;
    Echo *echo = user;
    if (echo->use_worker) {
        (void)pthread_cond_signal(&echo->filled);
    }
}

static void *
work(void *argument)
{
    Echo *echo = argument;
    (void)pthread_mutex_lock(&echo->mutex);
    for (;;) {
        while (echo->queued == 0 && !echo->stopping) {
            (void)pthread_cond_wait(&echo->filled, &echo->mutex);
        }
        if (echo->queued == 0) {
            break;
        }
        NetRequest *request = echo->queue[echo->first];
        BaseSlice input = echo->inputs[echo->first];
        echo->first = (echo->first + 1) % QUEUE;
        echo->queued--;
        (void)pthread_mutex_unlock(&echo->mutex);
        answer(request, input);
        (void)pthread_mutex_lock(&echo->mutex);
    }
    (void)pthread_mutex_unlock(&echo->mutex);
    return NULL;
}

static int
connect_to(const char *address)
{
    int fd = -1;
    int result = 0;
    if (strncmp(address, "tcp:", 4) == 0) {
        struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        to.sin_port = htons((uint16_t)strtoul(strrchr(address, ':') + 1, NULL, 10));
        fd = socket(AF_INET, SOCK_STREAM, 0);
        result = connect(fd, (struct sockaddr *)&to, sizeof to);
        int one = 1;
        (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    } else {
        struct sockaddr_un to = {.sun_family = AF_UNIX};
        (void)snprintf(to.sun_path, sizeof to.sun_path, "%s", address + 5);
        fd = socket(AF_UNIX, SOCK_STREAM, 0);
        result = connect(fd, (struct sockaddr *)&to, sizeof to);
    }
    if (result != 0) {
        fail("connect");
    }
    return fd;
}

static int64_t
now_us(void)
{
    return base_clock_monotonic_us(base_clock_real());
}

/* Processor time of client and server together. */
static double
cpu_us(void)
{
    struct timespec used;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return (double)used.tv_sec * 1e6 + (double)used.tv_nsec / 1e3;
}

typedef struct Figures {
    double rate;   /* requests per second */
    double cpu_us; /* processor time per request */
} Figures;

/* Sends a pipeline on each connection, and the next when all its replies have come. */
static Figures
drive(const char *address, size_t depth)
{
    static uint8_t out[FRAME * 64];
    static uint8_t in[sizeof out];
    size_t batch = depth * FRAME;
    size_t waiting[CONNECTIONS];
    int fds[CONNECTIONS];
    int epoll_fd = epoll_create1(0);
    for (uint32_t i = 0; i < CONNECTIONS; i++) {
        fds[i] = connect_to(address);
        struct epoll_event event = {.events = EPOLLIN, .data.u32 = i};
        if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fds[i], &event) != 0 ||
            send(fds[i], out, batch, MSG_NOSIGNAL) != (ssize_t)batch) {
            fail("send");
        }
        waiting[i] = batch;
    }
    uint64_t replies = 0;
    int64_t begin = now_us();
    double cpu_begin = cpu_us();
    int64_t end = begin + (int64_t)(seconds * 1e6);
    while (now_us() < end) {
        struct epoll_event events[CONNECTIONS];
        int count = epoll_wait(epoll_fd, events, CONNECTIONS, 1000);
        for (int k = 0; k < count; k++) {
            uint32_t i = events[k].data.u32;
            ssize_t got = recv(fds[i], in, waiting[i], 0);
            if (got <= 0) {
                fail("recv");
            }
            waiting[i] -= (size_t)got;
            if (waiting[i] == 0) {
                replies += depth;
                waiting[i] = batch;
                if (send(fds[i], out, batch, MSG_NOSIGNAL) != (ssize_t)batch) {
                    fail("send");
                }
            }
        }
    }
    Figures figures = {(double)replies * 1e6 / (double)(now_us() - begin),
                       (cpu_us() - cpu_begin) / (double)(replies + 1)};
    for (int i = 0; i < CONNECTIONS; i++) {
        (void)close(fds[i]);
    }
    (void)close(epoll_fd);
    return figures;
}

static void
measure(const char *address, size_t depth, bool use_worker)
{
    static Echo echo;
    echo = (Echo){.use_worker = use_worker};
    (void)pthread_mutex_init(&echo.mutex, NULL);
    (void)pthread_cond_init(&echo.filled, NULL);
    NetConfig config = {
        .reactors = 1,
        .name = "bench",
        .limits = {.request_bytes_max = 1 << 20,
                   .connections_max = 1000,
                   .connections_per_ip_max = 1000,
                   .pipeline_max = 128,
                   .output_bytes_max = 1 << 20,
                   .in_flight_bytes_max = 1 << 28},
        .callbacks = {.scan = scan, .request = take_request, .turn_end = turn_end},
        .user = &echo,
        .clock = base_clock_real(),
    };
    NetServer *server = NULL;
    char bound[128];
    char message[256];
    if (!base_is_ok(net_server_new(&config, &server)) ||
        !base_is_ok(net_server_listen(server, address, bound, message))) {
        fail("server");
    }
    pthread_t worker;
    if (pthread_create(&worker, NULL, work, &echo) != 0) {
        fail("pthread_create");
    }
    Figures figures = drive(bound, depth);
    NetStats stats;
    net_server_stats(server, &stats);
    (void)printf(
        "%-5.5s %-6s pipeline %2zu: %9.0f requests/s, %6.2f us of processor each, %.1f per write\n",
        bound, use_worker ? "worker" : "inline", depth, figures.rate, figures.cpu_us,
        (double)stats.requests / (double)(stats.writev_calls + 1));
    (void)pthread_mutex_lock(&echo.mutex);
    echo.stopping = true;
    (void)pthread_cond_signal(&echo.filled);
    (void)pthread_mutex_unlock(&echo.mutex);
    (void)pthread_join(worker, NULL);
    net_server_free(server);
}

/* The ceiling: an echo loop that does nothing but system calls. */
typedef struct Bare {
    int listening_fd;
    _Atomic bool stopping;
} Bare;

static void *
run_bare(void *argument)
{
    Bare *bare = argument;
    static uint8_t bytes[64 * 1024];
    int epoll_fd = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = bare->listening_fd};
    (void)epoll_ctl(epoll_fd, EPOLL_CTL_ADD, bare->listening_fd, &event);
    while (!atomic_load(&bare->stopping)) {
        struct epoll_event events[CONNECTIONS + 1];
        int count = epoll_wait(epoll_fd, events, CONNECTIONS + 1, 100);
        for (int i = 0; i < count; i++) {
            int fd = events[i].data.fd;
            if (fd == bare->listening_fd) {
                event.data.fd = accept(fd, NULL, NULL);
                int one = 1;
                (void)setsockopt(event.data.fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
                (void)epoll_ctl(epoll_fd, EPOLL_CTL_ADD, event.data.fd, &event);
                continue;
            }
            ssize_t got = recv(fd, bytes, sizeof bytes, 0);
            if (got <= 0 || send(fd, bytes, (size_t)got, MSG_NOSIGNAL) != got) {
                (void)close(fd);
            }
        }
    }
    (void)close(epoll_fd);
    return NULL;
}

static void
measure_bare(size_t depth)
{
    Bare bare = {.listening_fd = socket(AF_INET, SOCK_STREAM, 0)};
    struct sockaddr_in any = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof any;
    pthread_t thread = 0;
    if (bind(bare.listening_fd, (struct sockaddr *)&any, sizeof any) != 0 ||
        listen(bare.listening_fd, 100) != 0 ||
        getsockname(bare.listening_fd, (struct sockaddr *)&any, &len) != 0 ||
        pthread_create(&thread, NULL, run_bare, &bare) != 0) {
        fail("bare echo");
    }
    char address[64];
    (void)snprintf(address, sizeof address, "tcp:127.0.0.1:%u", ntohs(any.sin_port));
    Figures figures = drive(address, depth);
    (void)printf("%-5.5s %-6s pipeline %2zu: %9.0f requests/s, %6.2f us of processor each\n",
                 address, "bare", depth, figures.rate, figures.cpu_us);
    atomic_store(&bare.stopping, true);
    (void)pthread_join(thread, NULL);
    (void)close(bare.listening_fd);
}

int
main(int argc, char **argv)
{
    if (argc > 1) {
        seconds = strtod(argv[1], NULL);
    }
    char local[64];
    (void)snprintf(local, sizeof local, "unix:/tmp/net_echo_bench.%d", (int)getpid());
    for (size_t depth = 1; depth <= 16; depth *= 16) {
        measure_bare(depth);
        measure("tcp:127.0.0.1:0", depth, false);
        measure("tcp:127.0.0.1:0", depth, true);
        measure(local, depth, false);
    }
    return EXIT_SUCCESS;
}
