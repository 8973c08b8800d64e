/*
 * test_client_address.c: addresses as people write them, good and bad.
 */
#include "service/client/address.h"

#include <check.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

START_TEST(reads_what_is_right)
{
    ClientAddress address;
    ck_assert(base_is_ok(client_address_parse("tcp:127.0.0.1:7400", &address)));
    ck_assert_int_eq(address.kind, CLIENT_TCP);
    ck_assert_str_eq(address.host, "127.0.0.1");
    ck_assert_str_eq(address.port, "7400");
    ck_assert(base_is_ok(client_address_parse("tcp:[::1]:65535", &address)));
    ck_assert_str_eq(address.host, "::1");
    ck_assert(base_is_ok(client_address_parse("tcp:store.example:1", &address)));
    ck_assert_str_eq(address.host, "store.example");
    ck_assert(base_is_ok(client_address_parse("unix:/run/a:b.sock", &address)));
    ck_assert_int_eq(address.kind, CLIENT_UNIX);
    ck_assert_str_eq(address.path, "/run/a:b.sock");
}
END_TEST

START_TEST(refuses_what_is_wrong)
{
    static const char *const wrong[] = {
        "",
        "7400",
        "tcp:",
        "tcp:host",
        "tcp:host:",
        "tcp::7400",
        "tcp:host:0",
        "tcp:host:01",
        "tcp:host:65536",
        "tcp:host:7400x",
        "tcp:host:-1",
        "tcp:::1:74",
        "tcp:[]:7400",
        "unix:",
        "http:host:80",
        "tcp:host: 7400",
    };
    ClientAddress address;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        BaseStatus status = client_address_parse(wrong[i], &address);
        ck_assert_msg(status.code == BASE_INVALID, "accepted \"%s\"", wrong[i]);
        ck_assert_str_ne(status.what, "");
    }
}
END_TEST

START_TEST(bounds_host_and_path)
{
    ClientAddress address;
    char text[512] = "unix:";
    memset(text + 5, 'p', 107);
    text[5 + 107] = '\0';
    ck_assert(base_is_ok(client_address_parse(text, &address)));
    text[5 + 107] = 'p';
    text[5 + 108] = '\0';
    ck_assert(!base_is_ok(client_address_parse(text, &address)));
    memcpy(text, "tcp:", 4);
    memset(text + 4, 'h', 256);
    memcpy(text + 4 + 256, ":1", 3);
    ck_assert(!base_is_ok(client_address_parse(text, &address)));
    memcpy(text + 4 + 255, ":1", 3);
    ck_assert(base_is_ok(client_address_parse(text, &address)));
}
END_TEST

START_TEST(resolves_without_a_name_service)
{
    ClientAddress address;
    ClientEndpoint endpoints[4];
    size_t count = 0;
    ck_assert(base_is_ok(client_address_parse("tcp:127.0.0.1:7400", &address)));
    ck_assert(base_is_ok(client_address_resolve(&address, endpoints, 4, &count)));
    ck_assert_uint_eq(count, 1);
    ck_assert_int_eq(endpoints[0].address.ss_family, AF_INET);
    struct sockaddr_in found;
    memcpy(&found, &endpoints[0].address, sizeof found);
    ck_assert_uint_eq(ntohs(found.sin_port), 7400);
    ck_assert_uint_eq(ntohl(found.sin_addr.s_addr), INADDR_LOOPBACK);
    ck_assert(base_is_ok(client_address_parse("unix:/a/b", &address)));
    ck_assert(base_is_ok(client_address_resolve(&address, endpoints, 4, &count)));
    struct sockaddr_un path;
    memcpy(&path, &endpoints[0].address, sizeof path);
    ck_assert_str_eq(path.sun_path, "/a/b");
}
END_TEST

int
main(void)
{
    TCase *cases = tcase_create("address");
    tcase_add_test(cases, reads_what_is_right);
    tcase_add_test(cases, refuses_what_is_wrong);
    tcase_add_test(cases, bounds_host_and_path);
    tcase_add_test(cases, resolves_without_a_name_service);
    Suite *suite = suite_create("client");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
