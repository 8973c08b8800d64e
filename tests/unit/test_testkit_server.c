/*
 * test_testkit_server.c: test servers begin and end, stand beside each other, have clocks, are cut
 * and drained, and say what they did.
 */
#include <larder/check.h>

#include <dirent.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define NOW_MS INT64_C(1700000000000)

static char folder[64]; /* of a test: the working directory, and TMPDIR */

static void
make_folder(void)
{
    (void)snprintf(folder, sizeof folder, "/tmp/test-testkit-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_int_eq(setenv("TMPDIR", folder, 1), 0);
    ck_assert_int_eq(chdir(folder), 0);
    larder_fixture = (LarderFixture){.client_options = {.retry = {.attempts_max = 1}}};
}

static int
entries(void)
{
    int count = -2; /* . and .. */
    DIR *directory = opendir(folder);
    ck_assert_ptr_nonnull(directory);
    while (readdir(directory) != NULL) {
        count++;
    }
    (void)closedir(directory);
    return count;
}

/* Everything is to be gone. */
static void
remove_folder(void)
{
    ck_assert_int_eq(rmdir(folder), 0);
}

static LarderReply *
put_ttl(LarderClient *client, const char *key, int64_t ttl_ms)
{
    LarderExpiry expiry = {0};
    LarderPutOptions options = {.expiry = &expiry};
    LARDER_SET(&expiry, ttl_ms, ttl_ms);
    return larder_put(client, larder_text("default"), larder_text(key), larder_text("v"), &options);
}

static void
put(LarderClient *client, const char *store, const char *value)
{
    LarderReply *reply =
        larder_put(client, larder_text(store), larder_text("k"), larder_text(value), NULL);
    larder_assert_applied(reply);
    larder_reply_free(reply);
}

START_TEST(starts_and_stops_and_leaves_nothing)
{
    for (int i = 0; i < 10; i++) {
        larder_fixture_start(&larder_fixture);
        put(larder_fixture.client, "default", "v");
        larder_fixture_stop(&larder_fixture);
        ck_assert_int_eq(entries(), 0);
    }
    larder_test_server_stop(NULL);
}
END_TEST

START_TEST(several_know_nothing_of_each_other)
{
    LarderFixture other = {0};
    larder_fixture_start(&larder_fixture);
    larder_fixture_start(&other);
    ck_assert_str_ne(larder_test_server_address(larder_fixture.server),
                     larder_test_server_address(other.server));
    const LarderFault fault = {.kind = LARDER_FAULT_EXCEPTION, .outcome = LARDER_FAILED};
    larder_test_server_inject(larder_fixture.server, &fault);
    LarderReply *reply = larder_ping(larder_fixture.client, larder_text(""));
    larder_assert_outcome(reply, LARDER_FAILED);
    larder_reply_free(reply);
    put(other.client, "default", "v");
    larder_assert_executed(larder_fixture.server, NULL, 0);
    larder_assert_executed(other.server, NULL, 1);
    larder_fixture_stop(&larder_fixture);
    larder_assert_value(other.client, "default", larder_text("k"), larder_text("v"));
    larder_fixture_stop(&other);
}
END_TEST

START_TEST(a_unix_socket_is_used_again_and_again)
{
    char path[128];
    char expected[160];
    (void)snprintf(path, sizeof path, "%s/socket", folder);
    (void)snprintf(expected, sizeof expected, "unix:%s", path);
    larder_fixture.server_options.unix_path = path;
    for (int i = 0; i < 3; i++) {
        larder_fixture_start(&larder_fixture);
        ck_assert_str_eq(larder_test_server_address(larder_fixture.server), expected);
        larder_assert_absent(larder_fixture.client, "default", larder_text("k"));
        put(larder_fixture.client, "default", "v");
        larder_fixture_stop(&larder_fixture);
    }
    (void)unlink(path);
    (void)snprintf(expected, sizeof expected, "%s.admin", path);
    (void)unlink(expected);
}
END_TEST

START_TEST(management_is_served)
{
    LarderProblem problem;
    larder_fixture_start(&larder_fixture);
    LarderClientOptions options = {.address =
                                       larder_test_server_admin_address(larder_fixture.server)};
    LarderClient *admin = larder_client_new(&options, &problem);
    LarderReply *reply = larder_health(admin, NULL);
    larder_assert_ok(reply);
    ck_assert(reply->as.health->ready);
    larder_reply_free(reply);
    larder_assert_executed(larder_fixture.server, "health", 1);
    larder_assert_executed(larder_fixture.server, NULL, 0);
    ck_assert_int_eq(larder_test_server_executed(larder_fixture.server, "no_such_method"), -1);
    larder_client_free(admin);
    larder_fixture_stop(&larder_fixture);
}
END_TEST

START_TEST(a_clock_of_its_own)
{
    larder_fixture.server_options.clock_ms = NOW_MS;
    larder_fixture_start(&larder_fixture);
    LarderReply *reply = put_ttl(larder_fixture.client, "k", 1000);
    larder_assert_applied(reply);
    ck_assert_int_eq(reply->as.put->expires_at_ms, NOW_MS + 1000);
    larder_reply_free(reply);
    ck_assert(larder_test_server_advance_ms(larder_fixture.server, 999));
    larder_assert_value(larder_fixture.client, "default", larder_text("k"), larder_text("v"));
    ck_assert(larder_test_server_advance_ms(larder_fixture.server, 1));
    larder_assert_absent(larder_fixture.client, "default", larder_text("k"));
    ck_assert(larder_test_server_advance_ms(larder_fixture.server, -5000));
    larder_assert_absent(larder_fixture.client, "default", larder_text("k"));
    ck_assert(!larder_test_server_advance_ms(larder_fixture.server, -NOW_MS));
    ck_assert(!larder_test_server_advance_ms(larder_fixture.server, INT64_MAX));
    larder_fixture_stop(&larder_fixture);
}
END_TEST

START_TEST(the_real_clock_is_not_moved)
{
    larder_fixture_start(&larder_fixture);
    ck_assert(!larder_test_server_advance_ms(larder_fixture.server, 1));
    larder_fixture_stop(&larder_fixture);
}
END_TEST

START_TEST(a_configuration_adds_stores_and_limits)
{
    larder_fixture.server_options.config =
        "[limits]\nvalue_bytes=100\n[store \"sessions\"]\nengine=hashmap\n";
    larder_fixture_start(&larder_fixture);
    put(larder_fixture.client, "default", "v");
    put(larder_fixture.client, "sessions", "v");
    char value[101] = {0};
    LarderReply *reply = larder_put(larder_fixture.client, larder_text("default"), larder_text("k"),
                                    larder_bytes(value, sizeof value), NULL);
    larder_assert_exception(reply, LARDER_INVALID_REQUEST, LARDER_INVALID_CODE_OVER_LIMIT);
    larder_reply_free(reply);
    larder_fixture_stop(&larder_fixture);
    larder_fixture.server_options.config = "[store \"default\"]\nengine=hashmap\nshards=4\n";
    larder_fixture_start(&larder_fixture);
    put(larder_fixture.client, "default", "v");
    larder_fixture_stop(&larder_fixture);
}
END_TEST

/* It does not start, and says this. */
static void
expect_problem(const LarderTestServerOptions *options, const char *message)
{
    LarderProblem problem = {""};
    ck_assert_ptr_null(larder_test_server_start(options, &problem));
    ck_assert_msg(strstr(problem.message, message) != NULL, "%s", problem.message);
    ck_assert_ptr_null(larder_test_server_start(options, NULL));
    ck_assert_int_eq(entries(), 0);
}

START_TEST(what_is_wrong_is_told)
{
    expect_problem(&(LarderTestServerOptions){.engine = "nosuch"}, "there is no \"nosuch\"");
    expect_problem(&(LarderTestServerOptions){.config = "[limits]\nx=1\n"},
                   "config:2: [limits] has no setting \"x\"");
    expect_problem(&(LarderTestServerOptions){.config = "\xff"}, "not UTF-8");
    expect_problem(&(LarderTestServerOptions){.unix_path = "/nowhere/socket"},
                   "cannot listen on unix:/nowhere/socket");
    expect_problem(&(LarderTestServerOptions){.clock_ms = -1}, "clock_ms is -1");
    expect_problem(&(LarderTestServerOptions){.directory = "/dev/null"}, "/dev/null");
}
END_TEST

START_TEST(a_directory_of_ones_own_stays)
{
    char path[128];
    struct stat found;
    (void)snprintf(path, sizeof path, "%s/data", folder);
    larder_fixture.server_options.directory = path;
    larder_fixture_start(&larder_fixture);
    LarderProblem problem = {""};
    ck_assert_ptr_null(larder_test_server_start(&larder_fixture.server_options, &problem));
    ck_assert_ptr_nonnull(strstr(problem.message, "in use by another server"));
    larder_fixture_stop(&larder_fixture);
    ck_assert_int_eq(stat(path, &found), 0);
    char command[192];
    (void)snprintf(command, sizeof command, "rm -r '%s'", path);
    ck_assert_int_eq(system(command), 0);
}
END_TEST

START_TEST(a_cut_closes_connections_and_no_more)
{
    larder_fixture_start(&larder_fixture);
    for (int i = 0; i < 5; i++) {
        put(larder_fixture.client, "default", "v");
        larder_test_server_cut(larder_fixture.server);
    }
    larder_assert_executed(larder_fixture.server, "put", 5);
    LarderClientStats stats;
    larder_client_stats(larder_fixture.client, &stats);
    ck_assert_uint_ge(stats.connects, 5);
    larder_fixture_stop(&larder_fixture);
}
END_TEST

START_TEST(a_drain_lets_nobody_in)
{
    larder_fixture_start(&larder_fixture);
    put(larder_fixture.client, "default", "v");
    larder_test_server_drain(larder_fixture.server);
    larder_test_server_drain(larder_fixture.server);
    LarderOutcome outcome = LARDER_OK;
    while (outcome == LARDER_OK || outcome == LARDER_LOST) {
        LarderReply *reply = larder_ping(larder_fixture.client, larder_text(""));
        outcome = reply->outcome;
        larder_reply_free(reply);
    }
    ck_assert_int_eq(outcome, LARDER_UNREACHABLE);
    larder_fixture_stop(&larder_fixture);
}
END_TEST

/* What a hook saw of the calls. */
typedef struct Seen {
    _Atomic int count; /* after what it counts */
    char keys[8][16];
    LarderTestCall last; /* its texts are gone */
} Seen;

static void
see(void *context, const LarderTestCall *call)
{
    Seen *seen = context;
    ck_assert_int_lt(seen->count, 8);
    (void)snprintf(seen->keys[seen->count], sizeof seen->keys[0], "%.*s", (int)call->key.size,
                   call->key.data == NULL ? "" : call->key.data);
    ck_assert(strncmp(call->peer, "tcp:127.0.0.1:", 14) == 0);
    seen->last = *call;
    seen->count++;
}

START_TEST(a_hook_sees_every_call_before_its_reply_leaves)
{
    Seen seen = {.count = 0};
    larder_fixture_start(&larder_fixture);
    put(larder_fixture.client, "default", "v");
    larder_test_server_trace(larder_fixture.server, see, &seen);
    put(larder_fixture.client, "default", "v");
    ck_assert_int_eq(seen.count, 1);
    ck_assert_str_eq(seen.keys[0], "k");
    ck_assert_str_eq(seen.last.method, "put");
    ck_assert_int_eq(seen.last.outcome, LARDER_OK);
    ck_assert(seen.last.executed);
    ck_assert_int_ge(seen.last.duration_us, seen.last.queue_us);
    ck_assert_uint_gt(seen.last.reply_bytes, 10);
    const LarderFault fault = {.kind = LARDER_FAULT_NO_REPLY, .times = 1};
    larder_test_server_inject(larder_fixture.server, &fault);
    LarderGetOptions options = {0};
    LARDER_SET(&options, deadline_ms, 2000);
    larder_reply_free(
        larder_get(larder_fixture.client, larder_text("default"), larder_text("lost"), &options));
    while (seen.count < 2) {
        (void)sched_yield(); /* the server may come to the call only now that its time is over */
    }
    ck_assert_int_eq(seen.count, 2);
    ck_assert_str_eq(seen.keys[1], "lost");
    ck_assert(!seen.last.executed);
    ck_assert_uint_eq(seen.last.reply_bytes, 0);
    LarderReply *reply =
        larder_get(larder_fixture.client, larder_text("nosuch"), larder_text("x"), NULL);
    larder_assert_outcome(reply, LARDER_INVALID_REQUEST);
    larder_reply_free(reply);
    ck_assert_int_eq(seen.last.code, LARDER_INVALID_CODE_UNKNOWN_STORE);
    ck_assert(!seen.last.executed);
    larder_test_server_trace(larder_fixture.server, NULL, NULL);
    put(larder_fixture.client, "default", "v");
    ck_assert_int_eq(seen.count, 3);
    larder_fixture_stop(&larder_fixture);
}
END_TEST

enum { CALLERS = 4, CALLS = 200 };

static void *
call_on(void *data)
{
    (void)data;
    for (int i = 0; i < CALLS; i++) {
        larder_reply_free(larder_ping(larder_fixture.client, larder_text("")));
    }
    return NULL;
}

static void
count(void *context, const LarderTestCall *call)
{
    (void)call;
    ++*(int *)context; /* one at a time */
}

START_TEST(everything_at_once)
{
    pthread_t callers[CALLERS];
    int counted = 0;
    larder_fixture.client_options.retry = (LarderRetry){0};
    larder_fixture.server_options.clock_ms = NOW_MS;
    larder_fixture_start(&larder_fixture);
    LarderTestServer *server = larder_fixture.server;
    for (int i = 0; i < CALLERS; i++) {
        ck_assert_int_eq(pthread_create(&callers[i], NULL, call_on, NULL), 0);
    }
    for (int i = 0; i < 30; i++) {
        const LarderFault fault = {
            .kind = (LarderFaultKind)(i % 8), .outcome = LARDER_REFUSED, .delay_ms = 1, .times = 1};
        const LarderFault no_reply = {.kind = LARDER_FAULT_DELAY, .times = 1};
        bool loses =
            fault.kind == LARDER_FAULT_NO_REPLY || fault.kind == LARDER_FAULT_EXECUTE_NO_REPLY;
        larder_test_server_inject(server, loses ? &no_reply : &fault);
        larder_test_server_trace(server, i % 2 == 0 ? count : NULL, &counted);
        ck_assert(larder_test_server_advance_ms(server, 1));
        if (i % 10 == 9) {
            larder_test_server_cut(server);
            larder_test_server_clear_faults(server);
        }
    }
    larder_test_server_trace(server, NULL, NULL);
    for (int i = 0; i < CALLERS; i++) {
        (void)pthread_join(callers[i], NULL);
    }
    ck_assert_int_gt(larder_test_server_executed(server, "ping"), CALLERS * CALLS / 2);
    larder_fixture_stop(&larder_fixture);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("testkit");
    TCase *cases = tcase_create("server");
    tcase_set_timeout(cases, 120);
    tcase_add_checked_fixture(cases, make_folder, remove_folder);
    tcase_add_test(cases, starts_and_stops_and_leaves_nothing);
    tcase_add_test(cases, several_know_nothing_of_each_other);
    tcase_add_test(cases, a_unix_socket_is_used_again_and_again);
    tcase_add_test(cases, management_is_served);
    tcase_add_test(cases, a_clock_of_its_own);
    tcase_add_test(cases, the_real_clock_is_not_moved);
    tcase_add_test(cases, a_configuration_adds_stores_and_limits);
    tcase_add_test(cases, what_is_wrong_is_told);
    tcase_add_test(cases, a_directory_of_ones_own_stays);
    tcase_add_test(cases, a_cut_closes_connections_and_no_more);
    tcase_add_test(cases, a_drain_lets_nobody_in);
    tcase_add_test(cases, a_hook_sees_every_call_before_its_reply_leaves);
    tcase_add_test(cases, everything_at_once);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
