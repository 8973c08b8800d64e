/*
 * test_sdk_faults.c: what a call ends with when the server, or the way to it, fails.
 *
 * Each fault meets a read, a plain write and a guarded one, blocking and pipelined. What the server
 * executed is counted there.
 */
#include <larder/check.h>

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { PATIENCE_MS = 60 * 1000, IMPATIENCE_MS = 1000 };

static LarderChannel *channel;
static LarderReply *latest; /* that the channel gave */

static void
prepare_for(int64_t timeout_ms)
{
    larder_fixture.client_options =
        (LarderClientOptions){.timeout_ms = timeout_ms,
                              .retry = {.pause_ms = 1, .pause_max_ms = 4, .budget_percent = -1}};
    larder_fixture_setup();
    LarderClientOptions options = larder_fixture.client_options;
    options.address = larder_test_server_address(larder_fixture.server);
    channel = larder_channel_new(&options, NULL);
    ck_assert_ptr_nonnull(channel);
}

static void
prepare(void)
{
    prepare_for(PATIENCE_MS);
}

/* The server is told no deadline: it executes what has reached it, however late. */
static void
prepare_impatient(void)
{
    prepare_for(IMPATIENCE_MS);
}

static void
tidy(void)
{
    larder_channel_free(channel);
    larder_fixture_teardown();
}

static void
keep(void *context, LarderReply *reply)
{
    (void)context;
    ck_assert_ptr_null(latest);
    latest = reply;
}

static LarderReply *
take_latest(void)
{
    while (latest == NULL) {
        (void)larder_channel_poll(channel, -1);
    }
    LarderReply *reply = latest;
    latest = NULL;
    return reply;
}

static const LarderCondition when_absent = {.has_absent = true, .absent = true};

/* The calls that are tried, each blocking or by the channel. */
typedef enum CallKind { CALL_READ, CALL_PLAIN, CALL_GUARDED, CALL_KINDS } CallKind;

static LarderReply *
make_call(CallKind kind, bool blocking)
{
    const LarderBytes store = larder_text("default");
    const LarderBytes key = larder_text("a");
    const LarderBytes value = larder_text("v");
    const LarderPutOptions put = {.condition = kind == CALL_GUARDED ? &when_absent : NULL};
    if (blocking) {
        return kind == CALL_READ ? larder_get(larder_fixture.client, store, key, NULL)
                                 : larder_put(larder_fixture.client, store, key, value, &put);
    }
    bool queued = kind == CALL_READ
                      ? larder_channel_get(channel, store, key, NULL, keep, NULL)
                      : larder_channel_put(channel, store, key, value, &put, keep, NULL);
    ck_assert(queued);
    return take_latest();
}

/* What a fault, met once, makes of a call of each kind. */
typedef struct Case {
    LarderFault fault;
    LarderOutcome outcomes[CALL_KINDS];
    int attempts[CALL_KINDS];
    bool executed; /* by the try that met the fault */
} Case;

static const Case cases_once[] = {
    {
        {.kind = LARDER_FAULT_EXCEPTION, .outcome = LARDER_REFUSED, .retry_after_ms = 3},
        {LARDER_OK, LARDER_OK, LARDER_OK},
        {2, 2, 2},
        false,
    },
    {
        {.kind = LARDER_FAULT_EXCEPTION, .outcome = LARDER_INDETERMINATE},
        {LARDER_OK, LARDER_INDETERMINATE, LARDER_OK},
        {2, 1, 2},
        false,
    },
    {
        {.kind = LARDER_FAULT_EXECUTE_THEN_EXCEPTION, .outcome = LARDER_INDETERMINATE},
        {LARDER_OK, LARDER_INDETERMINATE, LARDER_OK},
        {2, 1, 2},
        true,
    },
    {
        {.kind = LARDER_FAULT_EXCEPTION, .outcome = LARDER_FAILED},
        {LARDER_FAILED, LARDER_FAILED, LARDER_FAILED},
        {1, 1, 1},
        false,
    },
    {
        {.kind = LARDER_FAULT_EXCEPTION, .outcome = LARDER_NOT_HERE},
        {LARDER_NOT_HERE, LARDER_NOT_HERE, LARDER_NOT_HERE},
        {1, 1, 1},
        false,
    },
    {
        {.kind = LARDER_FAULT_EXCEPTION, .outcome = LARDER_INVALID_REQUEST},
        {LARDER_INVALID_REQUEST, LARDER_INVALID_REQUEST, LARDER_INVALID_REQUEST},
        {1, 1, 1},
        false,
    },
    {
        {.kind = LARDER_FAULT_CLOSE},
        {LARDER_OK, LARDER_LOST, LARDER_OK},
        {2, 1, 2},
        false,
    },
    {
        {.kind = LARDER_FAULT_EXECUTE_CLOSE},
        {LARDER_OK, LARDER_LOST, LARDER_OK},
        {2, 1, 2},
        true,
    },
    {
        {.kind = LARDER_FAULT_HALF_REPLY},
        {LARDER_OK, LARDER_LOST, LARDER_OK},
        {2, 1, 2},
        true,
    },
    {
        {.kind = LARDER_FAULT_DELAY, .delay_ms = 30},
        {LARDER_OK, LARDER_OK, LARDER_OK},
        {1, 1, 1},
        false,
    },
};

enum { CASES_ONCE = sizeof cases_once / sizeof cases_once[0] };

static void
assert_case(const Case *expected, CallKind kind, bool blocking)
{
    char text[1024];
    LarderFault fault = expected->fault;
    fault.times = 1;
    ck_assert_int_gt(larder_test_server_inject(larder_fixture.server, &fault), 0);
    LarderReply *reply = make_call(kind, blocking);
    (void)larder_test_describe(reply, text, sizeof text);
    ck_assert_msg(reply->outcome == expected->outcomes[kind], "fault %d, call %d: %s",
                  (int)fault.kind, (int)kind, text);
    ck_assert_msg(reply->attempts == expected->attempts[kind], "fault %d, call %d: %d attempts",
                  (int)fault.kind, (int)kind, reply->attempts);
    bool unsure = kind == CALL_GUARDED && reply->attempts == 2 && fault.outcome != LARDER_REFUSED;
    ck_assert(reply->uncertain == unsure);
    /* The second try of a guarded write finds what the first one did, if it did. */
    if (kind == CALL_GUARDED && reply->outcome == LARDER_OK) {
        ck_assert(reply->as.put->applied != expected->executed);
    }
    larder_reply_free(reply);
    int64_t applied = kind == CALL_READ ? 0 : expected->executed;
    applied = expected->outcomes[kind] == LARDER_OK && kind != CALL_READ ? 1 : applied;
    LarderReply *read =
        larder_get(larder_fixture.client, larder_text("default"), larder_text("a"), NULL);
    larder_assert_ok(read);
    ck_assert_int_eq(read->as.get->found, applied);
    larder_reply_free(read);
    larder_reply_free(
        larder_remove(larder_fixture.client, larder_text("default"), larder_text("a"), NULL));
}

START_TEST(every_fault_once)
{
    for (int i = 0; i < CASES_ONCE; i++) {
        for (int kind = 0; kind < CALL_KINDS; kind++) {
            assert_case(&cases_once[i], (CallKind)kind, _i == 0);
        }
    }
}
END_TEST

/* Replies that never come: the call's time ends it; a write is executed at most once. */
static void
assert_silence(CallKind kind, bool executes, bool blocking)
{
    const LarderFault fault = {
        .kind = executes ? LARDER_FAULT_EXECUTE_NO_REPLY : LARDER_FAULT_NO_REPLY, .times = 1};
    LarderTestServer *server = larder_fixture.server;
    int64_t expected = larder_test_server_executed(server, "put") + (executes && kind != CALL_READ);
    int64_t id = larder_test_server_inject(server, &fault);
    LarderReply *reply = make_call(kind, blocking);
    larder_assert_outcome(reply, LARDER_LOST);
    ck_assert_int_eq(reply->attempts, 1);
    larder_reply_free(reply);
    /* The server may come to the call only now; the fault is not to meet the next one. */
    while (larder_test_server_fault_hits(server, id) == 0 ||
           larder_test_server_executed(server, "put") < expected) {
        (void)sched_yield();
    }
    reply = make_call(CALL_READ, blocking);
    larder_assert_ok(reply);
    ck_assert_int_eq(reply->attempts, 1);
    larder_reply_free(reply);
    larder_assert_executed(server, "put", expected);
}

START_TEST(silence_ends_with_the_time)
{
    for (int kind = 0; kind < CALL_KINDS; kind++) {
        assert_silence((CallKind)kind, false, _i == 0);
        assert_silence((CallKind)kind, true, _i == 0);
    }
}
END_TEST

START_TEST(refusals_without_end_end)
{
    const LarderFault fault = {
        .kind = LARDER_FAULT_EXCEPTION, .outcome = LARDER_REFUSED, .code = 1, .retry_after_ms = 1};
    int64_t id = larder_test_server_inject(larder_fixture.server, &fault);
    LarderReply *reply = make_call(CALL_PLAIN, _i == 0);
    larder_assert_exception(reply, LARDER_REFUSED, LARDER_REFUSED_CODE_OVERLOAD);
    ck_assert_int_eq(reply->attempts, 4);
    ck_assert_int_eq(reply->exception.refused->retry_after_ms, 1);
    ck_assert_uint_gt(reply->message.size, 0);
    larder_reply_free(reply);
    ck_assert_int_eq(larder_test_server_fault_hits(larder_fixture.server, id), 4);
    larder_assert_executed(larder_fixture.server, NULL, 0);
}
END_TEST

/* A lost write whose next tries are refused may have been executed, and the reply says so. */
START_TEST(doubt_outlives_refusals)
{
    const LarderFault lost = {.kind = LARDER_FAULT_EXECUTE_CLOSE, .times = 1};
    const LarderFault refused = {.kind = LARDER_FAULT_EXCEPTION, .outcome = LARDER_REFUSED};
    (void)larder_test_server_inject(larder_fixture.server, &lost);
    (void)larder_test_server_inject(larder_fixture.server, &refused);
    LarderReply *reply = make_call(CALL_GUARDED, _i == 0);
    larder_assert_outcome(reply, LARDER_LOST);
    ck_assert(reply->uncertain);
    ck_assert_int_eq(reply->attempts, 4);
    ck_assert_ptr_null(reply->exception.any);
    larder_reply_free(reply);
    larder_test_server_clear_faults(larder_fixture.server);
    larder_assert_value(larder_fixture.client, "default", larder_text("a"), larder_text("v"));
    larder_assert_executed(larder_fixture.server, "put", 1);
}
END_TEST

START_TEST(a_bulk_write_is_not_repeated_on_refusal)
{
    const LarderFault fault = {
        .kind = LARDER_FAULT_EXECUTE_THEN_EXCEPTION, .outcome = LARDER_REFUSED, .times = 1};
    int64_t id = larder_test_server_inject(larder_fixture.server, &fault);
    const LarderMutation add = {.kind = LARDER_MUTATION_KIND_INCREMENT,
                                .key = larder_text("n"),
                                .has_delta = true,
                                .delta = 1};
    LarderReply *reply = larder_bulk_write(larder_fixture.client, larder_text("default"),
                                           (LarderMutationList){&add, 1}, NULL);
    larder_assert_outcome(reply, LARDER_REFUSED);
    ck_assert_int_eq(reply->attempts, 1);
    larder_reply_free(reply);
    ck_assert_int_eq(larder_test_server_fault_hits(larder_fixture.server, id), 1);
    larder_assert_executed(larder_fixture.server, "bulk_write", 1);
}
END_TEST

/* A part of a refused bulk write may have been applied, so a second try may find its own work. */
START_TEST(a_guarded_bulk_write_that_was_refused_is_uncertain)
{
    const LarderFault fault = {
        .kind = LARDER_FAULT_EXECUTE_THEN_EXCEPTION, .outcome = LARDER_REFUSED, .times = 1};
    const LarderMutation put = {.kind = LARDER_MUTATION_KIND_PUT,
                                .key = larder_text("a"),
                                .has_value = true,
                                .value = larder_text("v"),
                                .condition = &when_absent};
    (void)larder_test_server_inject(larder_fixture.server, &fault);
    LarderReply *reply = larder_bulk_write(larder_fixture.client, larder_text("default"),
                                           (LarderMutationList){&put, 1}, NULL);
    larder_assert_not_applied(reply);
    ck_assert_int_eq(reply->attempts, 2);
    ck_assert(reply->uncertain);
    larder_reply_free(reply);
}
END_TEST

/* A marker that is gone before the call has ended keeps nothing from being applied twice. */
START_TEST(a_batch_behind_a_marker_that_expires_is_not_repeated)
{
    const LarderFault lost = {.kind = LARDER_FAULT_EXECUTE_CLOSE, .method = "batch", .times = 1};
    const LarderExpiry expiries[] = {{.has_at_ms = true, .at_ms = 1},
                                     {.has_ttl_ms = true, .ttl_ms = PATIENCE_MS - 1},
                                     {.has_ttl_ms = true, .ttl_ms = PATIENCE_MS}};
    const LarderMutation mutations[] = {{.kind = LARDER_MUTATION_KIND_PUT,
                                         .key = larder_text("marker"),
                                         .has_value = true,
                                         .expiry = &expiries[_i],
                                         .condition = &when_absent},
                                        {.kind = LARDER_MUTATION_KIND_INCREMENT,
                                         .key = larder_text("n"),
                                         .has_delta = true,
                                         .delta = 1}};
    (void)larder_test_server_inject(larder_fixture.server, &lost);
    LarderReply *reply = larder_batch(larder_fixture.client, larder_text("default"),
                                      (LarderMutationList){mutations, 2}, NULL);
    ck_assert_int_eq(reply->attempts, _i == 2 ? 2 : 1);
    larder_assert_outcome(reply, _i == 2 ? LARDER_OK : LARDER_LOST);
    larder_reply_free(reply);
    larder_assert_value(larder_fixture.client, "default", larder_text("n"),
                        larder_bytes("\0\0\0\0\0\0\0\1", 8));
}
END_TEST

/* The server closes a connection behind a call that it cannot read: the next call must not be lost
   with it. */
START_TEST(a_call_that_is_too_long_costs_no_other)
{
    enum { SIZE = 5 * 1024 * 1024, ROUNDS = 30 };
    char *zeros = calloc(1, SIZE);
    ck_assert_ptr_nonnull(zeros);
    for (int i = 0; i < ROUNDS; i++) {
        LarderReply *reply = larder_put(larder_fixture.client, larder_text("default"),
                                        larder_text("a"), larder_bytes(zeros, SIZE), NULL);
        larder_assert_outcome(reply, LARDER_PROTOCOL);
        larder_reply_free(reply);
        reply = larder_put(larder_fixture.client, larder_text("default"), larder_text("a"),
                           larder_text("v"), NULL);
        larder_assert_applied(reply);
        larder_reply_free(reply);
    }
    free(zeros);
}
END_TEST

START_TEST(a_call_that_no_server_takes_is_not_tried)
{
    enum { SIZE = 65 * 1024 * 1024 };
    const LarderBytes store = larder_text("default");
    const LarderBytes key = larder_text("a");
    char *zeros = calloc(1, SIZE);
    ck_assert_ptr_nonnull(zeros);
    const LarderBytes value = larder_bytes(zeros, SIZE);
    bool blocking = _i == 0;
    ck_assert(blocking || larder_channel_put(channel, store, key, value, NULL, keep, NULL));
    LarderReply *reply =
        blocking ? larder_put(larder_fixture.client, store, key, value, NULL) : take_latest();
    free(zeros);
    larder_assert_outcome(reply, LARDER_INVALID_REQUEST);
    ck_assert_int_eq(reply->attempts, 0);
    larder_reply_free(reply);
}
END_TEST

/* Idle connections that are cut are found before they are used: nothing is lost. */
START_TEST(cut_connections_are_replaced)
{
    for (int i = 0; i < 20; i++) {
        LarderReply *reply = make_call(CALL_PLAIN, i % 2 == 0);
        larder_assert_applied(reply);
        ck_assert_int_eq(reply->attempts, 1);
        larder_reply_free(reply);
        larder_test_server_cut(larder_fixture.server);
    }
    larder_assert_executed(larder_fixture.server, "put", 20);
    LarderClientStats stats;
    larder_client_stats(larder_fixture.client, &stats);
    ck_assert_uint_eq(stats.calls, 10);
    ck_assert_uint_eq(stats.attempts, 10);
    ck_assert_uint_eq(stats.connects, 10);
    ck_assert_uint_eq(stats.lost, 0);
}
END_TEST

/* A drain lets calls end that have begun. After that nothing is executed. */
START_TEST(a_drained_server_is_unreachable)
{
    larder_reply_free(make_call(CALL_READ, true));
    larder_test_server_drain(larder_fixture.server);
    int64_t applied = 0;
    LarderReply *reply = make_call(CALL_PLAIN, _i == 0);
    while (reply->outcome == LARDER_OK) {
        applied++;
        larder_reply_free(reply);
        reply = make_call(CALL_PLAIN, _i == 0);
    }
    ck_assert_int_ne(larder_outcome_executed(reply->outcome), LARDER_YES);
    larder_reply_free(reply);
    larder_assert_executed(larder_fixture.server, "put", applied);
}
END_TEST

START_TEST(the_budget_bounds_retries)
{
    LarderClientOptions options = larder_fixture.client_options;
    options.address = larder_test_server_address(larder_fixture.server);
    options.retry.attempts_max = 2;
    options.retry.budget_percent = 10;
    struct timespec begin;
    struct timespec end;
    (void)clock_gettime(CLOCK_MONOTONIC, &begin);
    LarderClient *client = larder_client_new(&options, NULL);
    const LarderFault fault = {.kind = LARDER_FAULT_EXCEPTION, .outcome = LARDER_REFUSED};
    int64_t id = larder_test_server_inject(larder_fixture.server, &fault);
    enum { CALLS = 300 };
    for (int i = 0; i < CALLS; i++) {
        larder_reply_free(larder_get(client, larder_text("default"), larder_text("a"), NULL));
    }
    (void)clock_gettime(CLOCK_MONOTONIC, &end);
    LarderClientStats stats;
    larder_client_stats(client, &stats);
    int64_t hits = larder_test_server_fault_hits(larder_fixture.server, id);
    ck_assert_int_eq((int64_t)stats.attempts, hits);
    ck_assert_int_ge(hits, CALLS + 10);
    /* Ten are free, thirty are paid by the calls, and time pays one a second. */
    ck_assert_int_le(hits, CALLS + 10 + CALLS / 10 + (end.tv_sec - begin.tv_sec));
    ck_assert_int_eq((int64_t)stats.retries_denied, 2 * CALLS - hits);
    larder_client_free(client);
}
END_TEST

int
main(void)
{
    TCase *cases = tcase_create("faults");
    tcase_set_timeout(cases, 300);
    tcase_add_checked_fixture(cases, prepare, tidy);
    tcase_add_loop_test(cases, every_fault_once, 0, 2);
    tcase_add_loop_test(cases, refusals_without_end_end, 0, 2);
    tcase_add_loop_test(cases, doubt_outlives_refusals, 0, 2);
    tcase_add_test(cases, a_bulk_write_is_not_repeated_on_refusal);
    tcase_add_test(cases, a_guarded_bulk_write_that_was_refused_is_uncertain);
    tcase_add_loop_test(cases, a_batch_behind_a_marker_that_expires_is_not_repeated, 0, 3);
    tcase_add_test(cases, a_call_that_is_too_long_costs_no_other);
    tcase_add_loop_test(cases, a_call_that_no_server_takes_is_not_tried, 0, 2);
    tcase_add_test(cases, cut_connections_are_replaced);
    tcase_add_loop_test(cases, a_drained_server_is_unreachable, 0, 2);
    tcase_add_test(cases, the_budget_bounds_retries);
    TCase *silence = tcase_create("silence");
    tcase_set_timeout(silence, 300);
    tcase_add_checked_fixture(silence, prepare_impatient, tidy);
    tcase_add_loop_test(silence, silence_ends_with_the_time, 0, 2);
    Suite *suite = suite_create("sdk");
    suite_add_tcase(suite, cases);
    suite_add_tcase(suite, silence);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
