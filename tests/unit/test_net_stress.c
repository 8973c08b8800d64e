/*
 * test_net_stress.c: many clients at once, well-behaved and not, against several reactors and
 * workers.
 */
#include "tests/support/net_echo.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { HEADER = 4, CLIENTS = 8 };

static uint64_t
seed(void)
{
    const char *text = getenv("LARDER_SEED");
    uint64_t value = text != NULL ? strtoull(text, NULL, 10) : (uint64_t)getpid() * 2654435761u;
    (void)printf("LARDER_SEED=%llu\n", (unsigned long long)value);
    return value;
}

typedef struct Client {
    NetEcho *echo;
    uint64_t seed;
    const char *address;
    int rounds;
} Client;

/* A burst of requests and all their replies. */
static void
burst(int fd, BaseRand *rand)
{
    static const char kinds[] = {'e', 'w', 'o'};
    char kind[60];
    uint32_t len[60];
    uint32_t count = 1 + (uint32_t)base_rand_below(rand, 60);
    for (uint32_t i = 0; i < count; i++) {
        kind[i] = kinds[base_rand_below(rand, sizeof kinds)];
        len[i] = 1 + (uint32_t)base_rand_below(rand, base_rand_below(rand, 20) == 0 ? 50000 : 300);
        net_echo_send(fd, kind[i], i, len[i]);
    }
    for (uint32_t i = 0; i < count; i++) {
        if (kind[i] != 'o') {
            net_echo_expect(fd, kind[i], i, len[i]);
        }
    }
}

/* Goes away in the worst moments: with requests under way, a partial request, unread replies. */
static void
misbehave(int fd, BaseRand *rand)
{
    uint32_t count = (uint32_t)base_rand_below(rand, 100);
    for (uint32_t i = 0; i < count; i++) {
        net_echo_send(fd, base_rand_below(rand, 2) == 0 ? 'w' : 'e', i, 500);
    }
    uint8_t part[HEADER + 100];
    (void)net_echo_frame(part, 'w', 1, 100);
    net_echo_write(fd, part, base_rand_below(rand, sizeof part));
}

static void *
run_client(void *argument)
{
    Client *client = argument;
    BaseRand rand = base_rand(client->seed);
    for (int round = 0; round < client->rounds; round++) {
        int fd = net_echo_connect(client->address);
        switch (base_rand_below(&rand, 4)) {
        case 0:
            misbehave(fd, &rand);
            net_echo_reset(fd);
            break;
        case 1:
            misbehave(fd, &rand);
            close(fd);
            break;
        case 2:
            burst(fd, &rand);
            ck_assert_int_eq(shutdown(fd, SHUT_WR), 0);
            ck_assert(net_echo_ended(fd));
            close(fd);
            break;
        default:
            burst(fd, &rand);
            burst(fd, &rand);
            close(fd);
            break;
        }
    }
    return NULL;
}

START_TEST(mixed_clients)
{
    NetLimits limits = net_echo_limits();
    limits.pipeline_max = 32;
    limits.output_bytes_max = 100000;
    NetEcho *echo = net_echo_new("tcp:127.0.0.1:0", &limits, 3, base_clock_real());
    char local[128];
    char text[80];
    (void)snprintf(text, sizeof text, "unix:/tmp/test_net_stress.%d", (int)getpid());
    net_echo_listen(echo, text, local);
    uint64_t base = seed();
    Client clients[CLIENTS];
    pthread_t threads[CLIENTS];
    for (int i = 0; i < CLIENTS; i++) {
        const char *address = i % 2 == 0 ? echo->address : local;
        clients[i] = (Client){echo, base + (uint64_t)i, address, 60};
        ck_assert_int_eq(pthread_create(&threads[i], NULL, run_client, &clients[i]), 0);
    }
    for (int i = 0; i < CLIENTS; i++) {
        pthread_join(threads[i], NULL);
    }
    /* The last ones may have come and gone before anybody accepts them. */
    NET_ECHO_AWAIT_EXACTLY(echo, accepted, CLIENTS * 60);
    NET_ECHO_AWAIT_EXACTLY(echo, connections, 0);
    NET_ECHO_AWAIT_EXACTLY(echo, requests_in_flight, 0);
    NET_ECHO_AWAIT_EXACTLY(echo, in_flight_bytes, 0);
    net_echo_free(echo);
}
END_TEST

START_TEST(a_storm_of_connections)
{
    struct rlimit files;
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &files), 0);
    files.rlim_cur = files.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &files);
    /* Both ends are ours; a few descriptors are everybody's. */
    rlim_t room = files.rlim_cur < 200 ? 50 : (files.rlim_cur - 100) / 2;
    int count = room < 10000 ? (int)room : 9900;
    int *fds = calloc((size_t)count, sizeof *fds);
    ck_assert_ptr_nonnull(fds);
    NetLimits limits = net_echo_limits();
    char text[80];
    (void)snprintf(text, sizeof text, "unix:/tmp/test_net_storm.%d", (int)getpid());
    NetEcho *echo = net_echo_new(text, &limits, 2, base_clock_real());
    for (int i = 0; i < count; i++) {
        fds[i] = net_echo_connect(echo->address);
        net_echo_send(fds[i], 'w', (uint32_t)i, 20);
    }
    for (int i = 0; i < count; i++) {
        net_echo_expect(fds[i], 'w', (uint32_t)i, 20);
    }
    ck_assert_uint_eq(net_echo_stats(echo).connections, (uint64_t)count);
    for (int i = 0; i < count; i++) {
        close(fds[i]);
    }
    NET_ECHO_AWAIT_EXACTLY(echo, connections, 0);
    free(fds);
    net_echo_free(echo);
}
END_TEST

static void *
change_limits(void *argument)
{
    NetEcho *echo = argument;
    BaseRand rand = base_rand(7);
    for (int i = 0; i < 300; i++) {
        NetLimits limits = net_echo_limits();
        limits.pipeline_max = 1 + (unsigned)base_rand_below(&rand, 64);
        limits.output_bytes_max = 1 + base_rand_below(&rand, 200000);
        limits.in_flight_bytes_max = 64 * 1024 * 1024 + base_rand_below(&rand, 1024 * 1024);
        net_server_set_limits(echo->server, &limits);
        (void)net_echo_stats(echo);
        usleep(1000);
    }
    return NULL;
}

START_TEST(limits_change_and_a_drain_comes_under_load)
{
    NetLimits limits = net_echo_limits();
    NetEcho *echo = net_echo_new("tcp:127.0.0.1:0", &limits, 2, base_clock_real());
    pthread_t changer;
    pthread_t thread;
    Client client = {echo, seed(), echo->address, 40};
    ck_assert_int_eq(pthread_create(&changer, NULL, change_limits, echo), 0);
    ck_assert_int_eq(pthread_create(&thread, NULL, run_client, &client), 0);
    pthread_join(thread, NULL);
    int fds[50];
    for (int i = 0; i < 50; i++) {
        fds[i] = net_echo_connect(echo->address);
        net_echo_send(fds[i], 'w', (uint32_t)i, 2000);
    }
    /* What was read when the drain comes is answered; the others end without an answer. */
    NET_ECHO_AWAIT(echo, accepted, 40 + 50);
    net_server_drain(echo->server);
    for (int i = 0; i < 50; i++) {
        uint8_t reply[HEADER + 2000];
        ssize_t got = recv(fds[i], reply, sizeof reply, MSG_WAITALL);
        ck_assert(got <= 0 || got == (ssize_t)sizeof reply);
        close(fds[i]);
    }
    pthread_join(changer, NULL);
    NET_ECHO_AWAIT_EXACTLY(echo, connections, 0);
    net_echo_free(echo);
}
END_TEST

int
main(void)
{
    TCase *cases = tcase_create("stress");
    tcase_set_timeout(cases, 300);
    tcase_add_test(cases, mixed_clients);
    tcase_add_test(cases, a_storm_of_connections);
    tcase_add_test(cases, limits_change_and_a_drain_comes_under_load);
    Suite *suite = suite_create("net");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
