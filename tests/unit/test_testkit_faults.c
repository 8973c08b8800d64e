/*
 * test_testkit_faults.c: every fault, as the C client sees it, and whether the call was executed.
 */
#include <larder/check.h>

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

static const LarderOutcome exceptions[] = {LARDER_INVALID_REQUEST, LARDER_NOT_HERE, LARDER_REFUSED,
                                           LARDER_INDETERMINATE, LARDER_FAILED};

enum { EXCEPTIONS = sizeof exceptions / sizeof exceptions[0] };

/* One try of each call: what the server does is to be seen, not what the client makes of it. */
static void
setup(void)
{
    larder_fixture.client_options =
        (LarderClientOptions){.timeout_ms = 60000, .retry = {.attempts_max = 1}};
    larder_fixture_setup();
}

static LarderReply *
put(const char *key)
{
    return larder_put(larder_fixture.client, larder_text("default"), larder_text(key),
                      larder_text("value"), NULL);
}

static LarderReply *
get(const char *key)
{
    return larder_get(larder_fixture.client, larder_text("default"), larder_text(key), NULL);
}

static int64_t
inject(LarderFault fault)
{
    int64_t id = larder_test_server_inject(larder_fixture.server, &fault);
    ck_assert_int_gt(id, 0);
    return id;
}

static int64_t
hits(int64_t id)
{
    return larder_test_server_fault_hits(larder_fixture.server, id);
}

static void
expect(LarderReply *reply, LarderOutcome outcome)
{
    larder_assert_outcome(reply, outcome);
    larder_reply_free(reply);
}

START_TEST(exceptions_in_place_of_calls)
{
    for (int i = 0; i < EXCEPTIONS; i++) {
        int64_t id = inject((LarderFault){
            .kind = LARDER_FAULT_EXCEPTION, .outcome = exceptions[i], .code = 2, .times = 1});
        LarderReply *reply = put("k");
        larder_assert_exception(reply, exceptions[i], 2);
        ck_assert_ptr_nonnull(reply->exception.any);
        ck_assert_ptr_nonnull(strstr(reply->message.data, "injected"));
        larder_reply_free(reply);
        ck_assert_int_eq(hits(id), 1);
    }
    larder_assert_executed(larder_fixture.server, NULL, 0);
    larder_assert_absent(larder_fixture.client, "default", larder_text("k"));
}
END_TEST

START_TEST(exceptions_after_calls)
{
    for (int i = 0; i < EXCEPTIONS; i++) {
        char key[2] = {(char)('a' + i), '\0'};
        inject((LarderFault){
            .kind = LARDER_FAULT_EXECUTE_THEN_EXCEPTION, .outcome = exceptions[i], .times = 1});
        LarderReply *reply = put(key);
        larder_assert_exception(reply, exceptions[i], 1);
        larder_reply_free(reply);
        larder_assert_executed(larder_fixture.server, "put", i + 1);
        larder_assert_value(larder_fixture.client, "default", larder_text(key),
                            larder_text("value"));
    }
}
END_TEST

START_TEST(what_an_exception_carries)
{
    inject((LarderFault){.kind = LARDER_FAULT_EXCEPTION,
                         .outcome = LARDER_REFUSED,
                         .code = LARDER_REFUSED_CODE_DRAINING,
                         .retry_after_ms = 1234});
    LarderReply *reply = get("k");
    larder_assert_exception(reply, LARDER_REFUSED, LARDER_REFUSED_CODE_DRAINING);
    ck_assert_int_eq(reply->exception.refused->retry_after_ms, 1234);
    ck_assert(larder_bytes_equal(reply->exception.refused->scope, larder_text("server")));
    larder_reply_free(reply);
}
END_TEST

/* A call whose reply does not come: the connection closes, or the time of the call is over. */
static void
lose(LarderFaultKind kind, int64_t executed)
{
    const char *key = kind == LARDER_FAULT_HALF_REPLY ? "half" : "none";
    int64_t before = larder_test_server_executed(larder_fixture.server, "put");
    int64_t id = inject((LarderFault){.kind = kind, .method = "put", .times = 1});
    LarderPutOptions options = {0};
    LARDER_SET(&options, deadline_ms, 2000);
    LarderReply *reply = larder_put(larder_fixture.client, larder_text("default"), larder_text(key),
                                    larder_text("value"), &options);
    larder_assert_outcome(reply, LARDER_LOST);
    larder_reply_free(reply);
    /* The server may come to the call only now that its time is over. */
    while (hits(id) == 0 ||
           larder_test_server_executed(larder_fixture.server, "put") - before < executed) {
        (void)sched_yield();
    }
    expect(get(key), LARDER_OK);
    ck_assert_int_eq(hits(id), 1);
    ck_assert_int_eq(larder_test_server_executed(larder_fixture.server, "put") - before, executed);
}

START_TEST(replies_that_never_come)
{
    lose(LARDER_FAULT_NO_REPLY, 0);
    larder_assert_absent(larder_fixture.client, "default", larder_text("none"));
    lose(LARDER_FAULT_EXECUTE_NO_REPLY, 1);
    larder_assert_value(larder_fixture.client, "default", larder_text("none"),
                        larder_text("value"));
}
END_TEST

START_TEST(connections_that_close)
{
    lose(LARDER_FAULT_CLOSE, 0);
    larder_assert_absent(larder_fixture.client, "default", larder_text("none"));
    lose(LARDER_FAULT_EXECUTE_CLOSE, 1);
    larder_assert_value(larder_fixture.client, "default", larder_text("none"),
                        larder_text("value"));
    lose(LARDER_FAULT_HALF_REPLY, 1);
    larder_assert_value(larder_fixture.client, "default", larder_text("half"),
                        larder_text("value"));
}
END_TEST

START_TEST(delays)
{
    inject((LarderFault){.kind = LARDER_FAULT_DELAY, .delay_ms = 60, .times = 1});
    LarderReply *reply = put("k");
    larder_assert_applied(reply);
    ck_assert_int_ge(reply->duration_us, 60000);
    larder_reply_free(reply);
    inject((LarderFault){
        .kind = LARDER_FAULT_EXCEPTION, .outcome = LARDER_FAILED, .delay_ms = 60, .times = 1});
    reply = put("k");
    larder_assert_outcome(reply, LARDER_FAILED);
    ck_assert_int_ge(reply->duration_us, 60000);
    larder_reply_free(reply);
}
END_TEST

START_TEST(the_first_that_fits_meets_a_call)
{
    int64_t other = inject((LarderFault){.kind = LARDER_FAULT_EXCEPTION,
                                         .outcome = LARDER_FAILED,
                                         .key_prefix = larder_text("other")});
    int64_t skips = inject((LarderFault){.kind = LARDER_FAULT_EXCEPTION,
                                         .outcome = LARDER_REFUSED,
                                         .method = "get",
                                         .skip = 2,
                                         .times = 1});
    int64_t last = inject((LarderFault){
        .kind = LARDER_FAULT_EXCEPTION, .outcome = LARDER_NOT_HERE, .method = "get", .skip = 1});
    expect(get("k"), LARDER_OK);
    expect(get("k"), LARDER_NOT_HERE);
    expect(get("k"), LARDER_REFUSED);
    expect(get("k"), LARDER_NOT_HERE);
    expect(get("other key"), LARDER_FAILED);
    expect(put("othe"), LARDER_OK);
    ck_assert_int_eq(hits(other), 1);
    ck_assert_int_eq(hits(skips), 1);
    ck_assert_int_eq(hits(last), 2);
    larder_test_server_clear_faults(larder_fixture.server);
    ck_assert_int_eq(hits(last), -1);
    expect(get("other key"), LARDER_OK);
}
END_TEST

START_TEST(first_keys_of_all_kinds)
{
    LarderClient *client = larder_fixture.client;
    LarderBytes store = larder_text("default");
    const LarderBytes keys[] = {larder_text("bad"), larder_text("good")};
    const LarderBytesList list = {keys, 2};
    const LarderMutation mutation = {.kind = LARDER_MUTATION_KIND_REMOVE, .key = keys[0]};
    const LarderMutationList mutations = {&mutation, 1};
    LarderKeyRange start = {0};
    LarderKeyRange prefix = {0};
    LARDER_SET(&start, start_key, keys[0]);
    LARDER_SET(&prefix, prefix, keys[0]);
    inject((LarderFault){.kind = LARDER_FAULT_EXCEPTION,
                         .outcome = LARDER_NOT_HERE,
                         .key_prefix = larder_text("bad")});
    expect(larder_multi_get(client, store, list, NULL), LARDER_NOT_HERE);
    expect(larder_batch(client, store, mutations, NULL), LARDER_NOT_HERE);
    expect(larder_bulk_write(client, store, mutations, NULL), LARDER_NOT_HERE);
    expect(larder_scan(client, store, &start, NULL), LARDER_NOT_HERE);
    expect(larder_scan(client, store, &prefix, NULL), LARDER_NOT_HERE);
    expect(larder_remove(client, store, keys[0], NULL), LARDER_NOT_HERE);
    expect(larder_remove(client, store, keys[1], NULL), LARDER_OK);
    expect(larder_ping(client, larder_text("bad")), LARDER_OK);
}
END_TEST

START_TEST(faults_that_make_no_sense)
{
    const LarderFault wrong[] = {
        {.kind = (LarderFaultKind)8},
        {.method = "no_such_method"},
        {.skip = -1},
        {.times = -1},
        {.retry_after_ms = -1},
        {.delay_ms = -1},
        {.delay_ms = 3600001},
        {.kind = LARDER_FAULT_EXCEPTION},
        {.kind = LARDER_FAULT_EXCEPTION, .outcome = LARDER_UNREACHABLE},
        {.kind = LARDER_FAULT_EXECUTE_THEN_EXCEPTION, .outcome = LARDER_NOT_HERE, .code = 3},
        {.kind = LARDER_FAULT_EXCEPTION, .outcome = LARDER_FAILED, .code = -1},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        ck_assert_int_eq(larder_test_server_inject(larder_fixture.server, &wrong[i]), -1);
    }
    expect(put("k"), LARDER_OK);
    ck_assert_int_eq(hits(1), -1);
}
END_TEST

/* Calls until the server is gone. */
static void *
call_on(void *data)
{
    LarderReply *reply = put(data);
    LarderOutcome *outcome = malloc(sizeof *outcome);
    *outcome = reply->outcome;
    larder_reply_free(reply);
    return outcome;
}

START_TEST(a_stop_ends_delays)
{
    static const char *const keys[] = {"a", "b", "c", "d"};
    enum { CALLERS = 4 };
    pthread_t callers[CALLERS];
    int64_t id = inject((LarderFault){.kind = LARDER_FAULT_DELAY, .delay_ms = 3600000});
    for (int i = 0; i < CALLERS; i++) {
        ck_assert_int_eq(pthread_create(&callers[i], NULL, call_on, (void *)(uintptr_t)keys[i]), 0);
    }
    while (hits(id) < CALLERS) {
        (void)sched_yield();
    }
    larder_assert_executed(larder_fixture.server, NULL, 0);
    larder_test_server_stop(larder_fixture.server);
    larder_fixture.server = NULL;
    for (int i = 0; i < CALLERS; i++) {
        void *outcome = NULL;
        (void)pthread_join(callers[i], &outcome);
        ck_assert_int_eq(*(LarderOutcome *)outcome, LARDER_LOST);
        free(outcome);
    }
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("testkit");
    TCase *cases = tcase_create("faults");
    tcase_set_timeout(cases, 120);
    tcase_add_checked_fixture(cases, setup, larder_fixture_teardown);
    tcase_add_test(cases, exceptions_in_place_of_calls);
    tcase_add_test(cases, exceptions_after_calls);
    tcase_add_test(cases, what_an_exception_carries);
    tcase_add_test(cases, replies_that_never_come);
    tcase_add_test(cases, connections_that_close);
    tcase_add_test(cases, delays);
    tcase_add_test(cases, the_first_that_fits_meets_a_call);
    tcase_add_test(cases, first_keys_of_all_kinds);
    tcase_add_test(cases, faults_that_make_no_sense);
    tcase_add_test(cases, a_stop_ends_delays);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
