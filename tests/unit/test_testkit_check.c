/*
 * test_testkit_check.c: fixtures and assertions for users, those that do not hold above all.
 *
 * Assertions that have to fail are run as a suite of their own, whose messages are looked at.
 */
#include <larder/check.h>

#include <stdlib.h>

static LarderBytes
store(void)
{
    return larder_text("default");
}

static LarderReply *
put(const char *key, const char *value)
{
    return larder_put(larder_fixture.client, store(), larder_text(key), larder_text(value), NULL);
}

/* A put that is only applied to an absent key. */
static LarderReply *
create(const char *key)
{
    LarderCondition absent = {0};
    LarderPutOptions options = {.condition = &absent};
    LARDER_SET(&absent, absent, true);
    return larder_put(larder_fixture.client, store(), larder_text(key), larder_text("v"), &options);
}

static LarderReply *
refuse(void)
{
    const LarderFault fault = {.kind = LARDER_FAULT_EXCEPTION,
                               .outcome = LARDER_REFUSED,
                               .code = LARDER_REFUSED_CODE_QUOTA,
                               .retry_after_ms = 5};
    larder_test_server_inject(larder_fixture.server, &fault);
    LarderReply *reply = put("k", "v");
    larder_test_server_clear_faults(larder_fixture.server);
    return reply;
}

START_TEST(what_holds)
{
    LarderReply *reply = create("k");
    larder_assert_ok(reply);
    larder_assert_applied(reply);
    larder_reply_free(reply);
    reply = create("k");
    larder_assert_ok(reply);
    larder_assert_not_applied(reply);
    larder_reply_free(reply);
    reply = refuse();
    larder_assert_outcome(reply, LARDER_REFUSED);
    larder_assert_exception(reply, LARDER_REFUSED, LARDER_REFUSED_CODE_QUOTA);
    larder_reply_free(reply);
    larder_assert_value(larder_fixture.client, "default", larder_text("k"), larder_text("v"));
    larder_assert_absent(larder_fixture.client, "default", larder_text("other"));
    larder_assert_executed(larder_fixture.server, "put", 2);
}
END_TEST

/* ------------------------------------------------------------------------ what does not hold -- */

START_TEST(fails_outcome)
{
    larder_assert_ok(refuse());
}
END_TEST

START_TEST(fails_exception)
{
    larder_assert_exception(refuse(), LARDER_REFUSED, LARDER_REFUSED_CODE_OVERLOAD);
}
END_TEST

START_TEST(fails_applied)
{
    larder_reply_free(put("k", "v"));
    larder_assert_applied(create("k"));
}
END_TEST

START_TEST(fails_not_applied)
{
    larder_assert_not_applied(create("k"));
}
END_TEST

START_TEST(fails_value)
{
    larder_reply_free(put("k", "a\"\n\xff"));
    larder_assert_value(larder_fixture.client, "default", larder_text("k"), larder_text("v"));
}
END_TEST

START_TEST(fails_value_of_nothing)
{
    larder_assert_value(larder_fixture.client, "default", larder_text("k"), larder_text(""));
}
END_TEST

START_TEST(fails_absent)
{
    larder_reply_free(put("k", "v"));
    larder_assert_absent(larder_fixture.client, "nosuch", larder_text("k"));
}
END_TEST

START_TEST(fails_fixture)
{
    LarderFixture broken = {.server_options = {.engine = "nosuch"}};
    larder_fixture_start(&broken);
}
END_TEST

/* The messages that have to be there, in the order of the tests. */
static const char *const expected[] = {
    "expected ok, but put: refused code=2 (QUOTA) \"a fault that the test has injected\" "
    "retry_after_ms=5 (1 attempt, ",
    "expected refused code=1, but put: refused code=2 (QUOTA)",
    "expected to be applied, but put: ok applied=false version=0 reason=CONDITION_FAILED "
    "current_version=",
    "expected not to be applied, but put: ok applied=true version=",
    "expected larder_text(\"k\") to have the value larder_text(\"v\"), but get: ok found=true",
    "but get: ok found=false version=0",
    "to be absent, but get: invalid_request code=3 (UNKNOWN_STORE)",
    "no test server: engine: there is no \"nosuch\"",
};

enum { EXPECTED = sizeof expected / sizeof expected[0] };

START_TEST(what_does_not_hold_shows_the_whole_reply)
{
    Suite *suite = suite_create("failing");
    TCase *cases = tcase_create("failing");
    tcase_set_timeout(cases, 60);
    tcase_add_checked_fixture(cases, larder_fixture_setup, larder_fixture_teardown);
    tcase_add_test(cases, fails_outcome);
    tcase_add_test(cases, fails_exception);
    tcase_add_test(cases, fails_applied);
    tcase_add_test(cases, fails_not_applied);
    tcase_add_test(cases, fails_value);
    tcase_add_test(cases, fails_value_of_nothing);
    tcase_add_test(cases, fails_absent);
    tcase_add_test(cases, fails_fixture);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_set_fork_status(runner, CK_FORK);
    srunner_run_all(runner, CK_SILENT);
    ck_assert_int_eq(srunner_ntests_failed(runner), EXPECTED);
    TestResult **failures = srunner_failures(runner);
    for (int i = 0; i < EXPECTED; i++) {
        const char *message = tr_msg(failures[i]);
        ck_assert_msg(strstr(message, expected[i]) != NULL, "%s", message);
        ck_assert_ptr_nonnull(
            strstr(tr_lfile(failures[i]), i == EXPECTED - 1 ? "check.h" : "test"));
    }
    free(failures);
    srunner_free(runner);
}
END_TEST

/* ------------------------------------------------------------------------------ descriptions -- */

/* What a reply, which is freed, is described as. */
static const char *
describe(LarderReply *reply)
{
    static char text[LARDER_CHECK_TEXT_SIZE];
    (void)larder_test_describe(reply, text, sizeof text);
    larder_reply_free(reply);
    return text;
}

static void
expect(LarderReply *reply, const char *part)
{
    const char *text = describe(reply);
    ck_assert_msg(strstr(text, part) != NULL, "%s", text);
}

START_TEST(replies_in_words)
{
    LarderClient *client = larder_fixture.client;
    const LarderBytes keys[] = {larder_text("k"), larder_text("absent")};
    const LarderBytesList list = {keys, 2};
    LarderMutation changes[] = {
        {.kind = LARDER_MUTATION_KIND_REMOVE, .key = larder_text("x")},
        {.kind = LARDER_MUTATION_KIND_INCREMENT, .key = larder_text("k"), .has_delta = true},
    };
    const LarderMutationList mutations = {changes, 2};
    const LarderKeyRange all = {0};
    larder_reply_free(put("k", "a\"\\\n\xff"));
    expect(larder_get(client, store(), keys[0], NULL),
           " value=\"a\\x22\\x5c\\x0a\\xff\" (1 attempt");
    expect(larder_multi_get(client, store(), list, NULL), "items=2 [0: found=true");
    expect(larder_multi_get(client, store(), list, NULL), " [1: found=false version=0]");
    expect(larder_append(client, store(), keys[0], keys[1], NULL), " length=11 ");
    expect(larder_increment(client, store(), keys[1], 5, NULL), "applied=true");
    expect(larder_increment(client, store(), keys[1], 5, NULL), " number=10 ");
    expect(larder_increment(client, store(), keys[0], 5, NULL), "reason=NOT_A_COUNTER");
    expect(larder_batch(client, store(), mutations, NULL), "failed_mutation=1 ");
    expect(larder_bulk_write(client, store(), mutations, NULL),
           "items=2 applied_count=1 [1: NOT_A_COUNTER]");
    expect(larder_scan(client, store(), &all, NULL), "items=2 count=2 stop_reason=");
    expect(larder_scan(client, store(), &all, NULL), " [ key=\"absent\" value=\"\\x00");
    expect(larder_remove(client, store(), keys[0], NULL), "remove: ok applied=true");
    expect(larder_ping(client, larder_text("x")), "ping: ok (1 attempt, ");
    expect(larder_get(client, larder_text("X"), keys[0], NULL), "field=\"store\"");
}
END_TEST

START_TEST(descriptions_are_cut)
{
    char value[500];
    memset(value, 'v', sizeof value);
    larder_reply_free(larder_put(larder_fixture.client, store(), larder_text("k"),
                                 larder_bytes(value, sizeof value), NULL));
    LarderReply *reply = larder_get(larder_fixture.client, store(), larder_text("k"), NULL);
    char whole[LARDER_CHECK_TEXT_SIZE];
    (void)larder_test_describe(reply, whole, sizeof whole);
    ck_assert_ptr_nonnull(strstr(whole, "vvv\"... (500 bytes)"));
    for (size_t size = 1; size < strlen(whole) + 3; size++) {
        char text[LARDER_CHECK_TEXT_SIZE];
        memset(text, '#', sizeof text);
        (void)larder_test_describe(reply, text, size);
        size_t len = size - 1 < strlen(whole) ? size - 1 : strlen(whole);
        ck_assert_uint_eq(strlen(text), len);
        ck_assert_mem_eq(text, whole, len);
        ck_assert_int_eq(text[size], '#');
    }
    larder_reply_free(reply);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("testkit");
    TCase *cases = tcase_create("check");
    larder_fixture.client_options.retry.attempts_max = 1;
    tcase_set_timeout(cases, 120);
    tcase_add_checked_fixture(cases, larder_fixture_setup, larder_fixture_teardown);
    tcase_add_test(cases, what_holds);
    tcase_add_test(cases, replies_in_words);
    tcase_add_test(cases, descriptions_are_cut);
    suite_add_tcase(suite, cases);
    TCase *failing = tcase_create("failing");
    tcase_set_timeout(failing, 120);
    tcase_add_test(failing, what_does_not_hold_shows_the_whole_reply);
    suite_add_tcase(suite, failing);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
