/*
 * test_net_listeners.c: addresses of all kinds, peers by name, and accepting without descriptors.
 */
#include "service/net/address.h"
#include "service/net/peer_count.h"
#include "tests/support/net_echo.h"

#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static NetEcho *echo;
static char path[64];
static char unix_address[80];

static void
start(void)
{
    NetLimits limits = net_echo_limits();
    echo = net_echo_new("tcp:127.0.0.1:0", &limits, 2, NULL);
    (void)snprintf(path, sizeof path, "/tmp/test_net_listeners.%d", (int)getpid());
    (void)snprintf(unix_address, sizeof unix_address, "unix:%s", path);
    (void)unlink(path);
}

static void
stop(void)
{
    net_echo_free(echo);
}

static void
check_served(const char *address)
{
    int fd = net_echo_connect(address);
    net_echo_send(fd, 'e', 3, 30);
    net_echo_expect(fd, 'e', 3, 30);
    close(fd);
}

static BaseCode
listen_code(const char *address)
{
    char bound[128];
    char message[256] = "";
    BaseStatus status = net_server_listen(echo->server, address, bound, message);
    ck_assert(base_is_ok(status) || strstr(message, address) != NULL);
    return status.code;
}

START_TEST(internet_addresses)
{
    static const struct {
        const char *text;
        const char *bound;
    } cases[] = {
        {"tcp:127.0.0.1:0", "tcp:127.0.0.1:"},
        {"tcp:[::1]:0", "tcp:[::1]:"},
        {"tcp:[127.0.0.1]:0", "tcp:127.0.0.1:"},
    };
    char bound[128];
    net_echo_listen(echo, cases[_i].text, bound);
    ck_assert_msg(strncmp(bound, cases[_i].bound, strlen(cases[_i].bound)) == 0, "%s", bound);
    ck_assert_str_ne(strrchr(bound, ':'), ":0");
    check_served(bound);
}
END_TEST

/* A bare root file system has no /etc/hosts, and then no name is known at all. */
static bool
names_are_known(void)
{
    struct addrinfo *found = NULL;
    if (getaddrinfo("localhost", NULL, NULL, &found) != 0) {
        printf("this machine does not know localhost: not tried\n");
        return false;
    }
    freeaddrinfo(found);
    return true;
}

START_TEST(a_name_is_listened_on_at_all_its_addresses)
{
    if (!names_are_known()) {
        return;
    }
    char bound[128];
    char other[128];
    net_echo_listen(echo, "tcp:localhost:0", bound);
    check_served(bound);
    const char *port = strrchr(bound, ':');
    (void)snprintf(other, sizeof other, "tcp:127.0.0.1%s", port);
    check_served(other);
}
END_TEST

START_TEST(wrong_addresses_say_so)
{
    static const char *const wrong[] = {
        "",
        "tcp",
        "tcp:",
        "tcp:127.0.0.1",
        "tcp:127.0.0.1:",
        "tcp::1",
        "tcp:::1:80",
        "tcp:1.2.3.4:x",
        "tcp:1.2.3.4:65536",
        "tcp:[::1:80",
        "tcp:h o:1",
        "tcp:1.2.3.4: 1",
        "udp:1.2.3.4:1",
        "unix:",
        "fd:",
        "fd:x",
        "fd:-1",
        "fd:99999",
        "fd:99999999999999999999",
        "tcp:no-such-host.invalid:80",
        "unix:/"
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
        "aaaaaaaaaaaaaaaaaaaaa",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        ck_assert_msg(listen_code(wrong[i]) == BASE_INVALID, "%s", wrong[i]);
    }
    ck_assert_int_eq(listen_code("unix:/no/such/folder/socket"), BASE_IO);
    ck_assert_int_eq(listen_code(echo->address), BASE_BUSY);
}
END_TEST

START_TEST(peers_have_names)
{
    /* The echo server checks its connections; here the form of their names. */
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(51022)};
    ck_assert_int_eq(inet_pton(AF_INET, "10.0.0.7", &v4.sin_addr), 1);
    struct sockaddr_in6 mapped = {.sin6_family = AF_INET6, .sin6_port = htons(51022)};
    ck_assert_int_eq(inet_pton(AF_INET6, "::ffff:10.0.0.7", &mapped.sin6_addr), 1);
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(9)};
    ck_assert_int_eq(inet_pton(AF_INET6, "2001:db8::1", &v6.sin6_addr), 1);
    NetConnOrigin origin;
    net_address_describe_peer(-1, (struct sockaddr *)&v4, &origin);
    ck_assert_str_eq(origin.peer, "tcp:10.0.0.7:51022");
    NetPeerKey key = origin.peer_key;
    net_address_describe_peer(-1, (struct sockaddr *)&mapped, &origin);
    ck_assert_str_eq(origin.peer, "tcp:10.0.0.7:51022");
    ck_assert_int_eq(memcmp(&key, &origin.peer_key, sizeof key), 0);
    net_address_describe_peer(-1, (struct sockaddr *)&v6, &origin);
    ck_assert_str_eq(origin.peer, "tcp:[2001:db8::1]:9");
    int pair[2];
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    struct sockaddr un = {.sa_family = AF_UNIX};
    char expected[64];
    (void)snprintf(expected, sizeof expected, "unix:pid=%d,uid=%u", (int)getpid(), getuid());
    net_address_describe_peer(pair[0], &un, &origin);
    ck_assert_str_eq(origin.peer, expected);
    close(pair[0]);
    close(pair[1]);
}
END_TEST

START_TEST(a_unix_socket_has_its_mode_and_goes_with_the_server)
{
    char bound[128];
    mode_t before = umask(077);
    net_echo_listen(echo, unix_address, bound);
    (void)umask(before);
    ck_assert_str_eq(bound, unix_address);
    struct stat status;
    ck_assert_int_eq(lstat(path, &status), 0);
    ck_assert_uint_eq(status.st_mode & 07777, 0660);
    check_served(bound);
    net_server_drain(echo->server);
    for (int i = 0; i < 3000 && access(path, F_OK) == 0; i++) {
        usleep(10000);
    }
    ck_assert_int_ne(access(path, F_OK), 0);
}
END_TEST

/* A socket file whose server is gone. */
static void
leave_stale_socket(void)
{
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    (void)snprintf(un.sun_path, sizeof un.sun_path, "%s", path);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&un, sizeof un), 0);
    close(fd);
}

START_TEST(a_stale_socket_is_replaced)
{
    leave_stale_socket();
    char bound[128];
    net_echo_listen(echo, unix_address, bound);
    check_served(bound);
}
END_TEST

START_TEST(a_live_socket_is_not_replaced)
{
    char bound[128];
    net_echo_listen(echo, unix_address, bound);
    ck_assert_int_eq(listen_code(unix_address), BASE_BUSY);
    check_served(bound);
}
END_TEST

START_TEST(other_files_are_not_replaced)
{
    int fd = open(path, O_CREAT | O_WRONLY, 0600);
    ck_assert_int_ge(fd, 0);
    close(fd);
    ck_assert_int_eq(listen_code(unix_address), BASE_BUSY);
    ck_assert_int_eq(access(path, F_OK), 0);
    (void)unlink(path);
}
END_TEST

START_TEST(the_file_of_a_successor_stays)
{
    char bound[128];
    net_echo_listen(echo, unix_address, bound);
    (void)unlink(path);
    leave_stale_socket();
    int fd = net_echo_connect(echo->address);
    NET_ECHO_AWAIT_EXACTLY(echo, connections, 1);
    net_server_drain(echo->server);
    ck_assert(net_echo_ended(fd));
    close(fd);
    NET_ECHO_AWAIT_EXACTLY(echo, connections, 0);
    ck_assert_int_eq(access(path, F_OK), 0);
    (void)unlink(path);
}
END_TEST

START_TEST(an_inherited_socket_is_used)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in any = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&any, sizeof any), 0);
    char text[32];
    char bound[128];
    (void)snprintf(text, sizeof text, "fd:%d", fd);
    ck_assert_int_eq(listen_code(text), BASE_INVALID); /* it does not listen yet */
    ck_assert_int_eq(listen(fd, 10), 0);
    net_echo_listen(echo, text, bound);
    ck_assert_int_eq(strncmp(bound, "tcp:127.0.0.1:", 14), 0);
    ck_assert_int_eq(fcntl(fd, F_GETFD), FD_CLOEXEC);
    check_served(bound);
}
END_TEST

START_TEST(running_out_of_descriptors_is_survived)
{
    enum { SPARE = 8, CLIENTS = 40 };
    int clients[CLIENTS];
    int probe = open("/dev/null", O_RDONLY);
    close(probe);
    struct rlimit before;
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &before), 0);
    /* The clients' descriptors come out of the same table: they are opened first, unconnected. */
    for (int i = 0; i < CLIENTS; i++) {
        clients[i] = socket(AF_INET, SOCK_STREAM, 0);
        ck_assert_int_ge(clients[i], 0);
    }
    struct rlimit tight = before;
    tight.rlim_cur = (rlim_t)(clients[CLIENTS - 1] + 1 + SPARE);
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &tight), 0);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    to.sin_port = htons((uint16_t)strtoul(strrchr(echo->address, ':') + 1, NULL, 10));
    for (int i = 0; i < CLIENTS; i++) {
        ck_assert_int_eq(connect(clients[i], (struct sockaddr *)&to, sizeof to), 0);
    }
    /*
     * Accepting pauses after each shortage, of which there is one more when nobody waits any more:
     * time has to pass until the last client was seen to.
     */
    uint8_t byte = 0;
    for (int i = 0; i < 3000 && recv(clients[CLIENTS - 1], &byte, 1, MSG_DONTWAIT) < 0; i++) {
        ck_assert_int_eq(errno, EAGAIN);
        net_echo_advance(echo, 200);
        usleep(10000);
    }
    ck_assert_uint_ge(net_echo_stats(echo).accept_errors, CLIENTS - SPARE);
    /* Those that were accepted are served, the others were closed. */
    net_echo_send(clients[0], 'e', 1, 10);
    net_echo_expect(clients[0], 'e', 1, 10);
    ck_assert(net_echo_ended(clients[CLIENTS - 1]));
    for (int i = 0; i < CLIENTS; i++) {
        close(clients[i]);
    }
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &before), 0);
    net_echo_advance(echo, 200);
    check_served(echo->address);
}
END_TEST

static NetPeerKey
key_of(const char *text)
{
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
    if (inet_pton(AF_INET6, text, &v6.sin6_addr) == 1) {
        return net_peer_key((struct sockaddr *)&v6);
    }
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    ck_assert_int_eq(inet_pton(AF_INET, text, &v4.sin_addr), 1);
    return net_peer_key((struct sockaddr *)&v4);
}

START_TEST(peers_are_counted_by_address_or_network)
{
    NetPeerCount count;
    net_peer_count_init(&count);
    ck_assert(net_peer_count_enter(&count, key_of("10.0.0.1"), 2));
    ck_assert(net_peer_count_enter(&count, key_of("::ffff:10.0.0.1"), 2));
    ck_assert(!net_peer_count_enter(&count, key_of("10.0.0.1"), 2));
    ck_assert(net_peer_count_enter(&count, key_of("10.0.0.2"), 2));
    net_peer_count_leave(&count, key_of("10.0.0.1"));
    ck_assert(net_peer_count_enter(&count, key_of("10.0.0.1"), 2));
    ck_assert(net_peer_count_enter(&count, key_of("2001:db8:0:1::1"), 1));
    ck_assert(!net_peer_count_enter(&count, key_of("2001:db8:0:1:ffff::2"), 1));
    ck_assert(net_peer_count_enter(&count, key_of("2001:db8:0:2::1"), 1));
    ck_assert(net_peer_count_enter(&count, key_of("::1"), 1));
    ck_assert(!net_peer_count_enter(&count, key_of("::1"), 1));
    NetPeerKey none = {{0}};
    for (int i = 0; i < 10; i++) {
        ck_assert(net_peer_count_enter(&count, none, 1));
    }
    net_peer_count_clear(&count);
}
END_TEST

int
main(void)
{
    TCase *cases = tcase_create("listeners");
    tcase_set_timeout(cases, 120);
    tcase_add_checked_fixture(cases, start, stop);
    tcase_add_loop_test(cases, internet_addresses, 0, 3);
    tcase_add_test(cases, a_name_is_listened_on_at_all_its_addresses);
    tcase_add_test(cases, wrong_addresses_say_so);
    tcase_add_test(cases, peers_have_names);
    tcase_add_test(cases, a_unix_socket_has_its_mode_and_goes_with_the_server);
    tcase_add_test(cases, a_stale_socket_is_replaced);
    tcase_add_test(cases, a_live_socket_is_not_replaced);
    tcase_add_test(cases, other_files_are_not_replaced);
    tcase_add_test(cases, the_file_of_a_successor_stays);
    tcase_add_test(cases, an_inherited_socket_is_used);
    tcase_add_test(cases, running_out_of_descriptors_is_survived);
    tcase_add_test(cases, peers_are_counted_by_address_or_network);
    Suite *suite = suite_create("net");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
