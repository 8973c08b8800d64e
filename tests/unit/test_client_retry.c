/*
 * test_client_retry.c: the table of retries, pauses and their budget.
 */
#include "service/client/retry.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

enum { SECOND = 1000 * 1000, SAFETIES = CLIENT_SAFETY_PIECEMEAL + 1 };

static ClientRetryPolicy policy;
static ClientRetryBudget budget;
static BaseRand dice;
static uint64_t seed;

static void
prepare(void)
{
    policy = (ClientRetryPolicy){
        .attempts_max = 4,
        .pause_us = 10000,
        .pause_max_us = SECOND,
        .budget_percent = 10,
    };
    client_retry_budget_init(&budget, 0);
    dice = base_rand(seed);
}

/* What follows the first try of a call that has a minute. */
static ClientRetryVerdict
verdict_of(LarderOutcome outcome, ClientSafety safety)
{
    ClientRetryState state = {.attempts = 0};
    ClientRetryEnd end = {.outcome = outcome, .left_us = 60 * SECOND};
    int64_t pause_us;
    client_retry_budget_init(&budget, 0);
    return client_retry_decide(&policy, safety, &end, &state, &budget, &dice, &pause_us);
}

/* One row of the table: the outcome, and for each safety whether it is tried again. */
typedef struct Row {
    LarderOutcome outcome;
    bool again[SAFETIES];
} Row;

START_TEST(the_table_is_as_documented)
{
    /* READ, IDENTIFIED, GUARDED, PLAIN, PIECEMEAL */
    static const Row rows[] = {
        {LARDER_OK, {false, false, false, false, false}},
        {LARDER_INVALID_REQUEST, {false, false, false, false, false}},
        {LARDER_NOT_HERE, {false, false, false, false, false}},
        {LARDER_REFUSED, {true, true, true, true, false}},
        {LARDER_INDETERMINATE, {true, true, true, false, false}},
        {LARDER_FAILED, {false, false, false, false, false}},
        {LARDER_UNREACHABLE, {true, true, true, true, true}},
        {LARDER_LOST, {true, true, true, false, false}},
        {LARDER_PROTOCOL, {false, false, false, false, false}},
        {LARDER_NO_MEMORY, {false, false, false, false, false}},
        {LARDER_CANCELLED, {false, false, false, false, false}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        for (int safety = 0; safety < SAFETIES; safety++) {
            ClientRetryVerdict got = verdict_of(rows[i].outcome, (ClientSafety)safety);
            ClientRetryVerdict expected =
                rows[i].again[safety] ? CLIENT_RETRY_AGAIN : CLIENT_RETRY_FINAL;
            ck_assert_msg(got == expected, "%s, safety %d: %d",
                          larder_outcome_name(rows[i].outcome), safety, (int)got);
        }
    }
}
END_TEST

START_TEST(tries_are_counted)
{
    ClientRetryState state = {.attempts = 0};
    ClientRetryEnd end = {.outcome = LARDER_REFUSED, .left_us = 60 * SECOND};
    int64_t pause_us;
    for (int i = 1; i < policy.attempts_max; i++) {
        ck_assert_int_eq(client_retry_decide(&policy, CLIENT_SAFETY_READ, &end, &state, &budget,
                                             &dice, &pause_us),
                         CLIENT_RETRY_AGAIN);
        ck_assert_int_eq(state.attempts, i);
    }
    ck_assert_int_eq(
        client_retry_decide(&policy, CLIENT_SAFETY_READ, &end, &state, &budget, &dice, &pause_us),
        CLIENT_RETRY_EXHAUSTED);
    ck_assert_int_eq(state.attempts, policy.attempts_max);
}
END_TEST

START_TEST(pauses_grow_at_random_to_their_most)
{
    policy.attempts_max = 1000000;
    policy.budget_percent = -1;
    int64_t longest = 0;
    int64_t shortest = INT64_MAX;
    for (int call = 0; call < 200; call++) {
        ClientRetryState state = {.attempts = 0};
        ClientRetryEnd end = {.outcome = LARDER_UNREACHABLE, .left_us = INT64_MAX / 4};
        int64_t before = policy.pause_us;
        for (int i = 0; i < 20; i++) {
            int64_t pause_us = -1;
            ck_assert_int_eq(client_retry_decide(&policy, CLIENT_SAFETY_PLAIN, &end, &state,
                                                 &budget, &dice, &pause_us),
                             CLIENT_RETRY_AGAIN);
            ck_assert_int_ge(pause_us, policy.pause_us);
            ck_assert_int_le(pause_us, policy.pause_max_us);
            ck_assert_int_le(pause_us, 3 * before);
            before = pause_us;
            longest = pause_us > longest ? pause_us : longest;
            shortest = pause_us < shortest ? pause_us : shortest;
        }
    }
    ck_assert_int_gt(longest, policy.pause_max_us / 2);
    ck_assert_int_lt(shortest, 2 * policy.pause_us);
}
END_TEST

START_TEST(the_server_says_when)
{
    ClientRetryState state = {.attempts = 0};
    ClientRetryEnd end = {
        .outcome = LARDER_REFUSED, .retry_after_us = 5 * SECOND, .left_us = 60 * SECOND};
    int64_t pause_us = 0;
    ck_assert_int_eq(
        client_retry_decide(&policy, CLIENT_SAFETY_PLAIN, &end, &state, &budget, &dice, &pause_us),
        CLIENT_RETRY_AGAIN);
    ck_assert_int_ge(pause_us, 5 * SECOND + policy.pause_us);
    ck_assert_int_le(pause_us, 5 * SECOND + 3 * policy.pause_us);
    /* What the server asked for does not make the next random pause longer. */
    end.retry_after_us = 0;
    ck_assert_int_eq(
        client_retry_decide(&policy, CLIENT_SAFETY_PLAIN, &end, &state, &budget, &dice, &pause_us),
        CLIENT_RETRY_AGAIN);
    ck_assert_int_le(pause_us, 9 * policy.pause_us);
}
END_TEST

START_TEST(a_retry_that_would_come_too_late_is_none)
{
    ClientRetryState state = {.attempts = 0};
    int64_t pause_us;
    ClientRetryEnd end = {.outcome = LARDER_REFUSED, .left_us = policy.pause_us};
    int64_t balance = budget.balance;
    ck_assert_int_eq(
        client_retry_decide(&policy, CLIENT_SAFETY_READ, &end, &state, &budget, &dice, &pause_us),
        CLIENT_RETRY_LATE);
    end.left_us = -5;
    ck_assert_int_eq(
        client_retry_decide(&policy, CLIENT_SAFETY_READ, &end, &state, &budget, &dice, &pause_us),
        CLIENT_RETRY_LATE);
    end = (ClientRetryEnd){LARDER_REFUSED, false, 2 * SECOND, 2 * SECOND};
    ck_assert_int_eq(
        client_retry_decide(&policy, CLIENT_SAFETY_READ, &end, &state, &budget, &dice, &pause_us),
        CLIENT_RETRY_LATE);
    ck_assert_int_eq(budget.balance, balance);
}
END_TEST

/* How many of `calls` calls, which all fail at the same time, are tried again. */
static int
retries_of(int calls, int64_t now_us)
{
    int retries = 0;
    for (int i = 0; i < calls; i++) {
        ClientRetryState state = {.attempts = 0};
        ClientRetryEnd end = {.outcome = LARDER_UNREACHABLE, .left_us = 60 * SECOND};
        int64_t pause_us;
        client_retry_budget_call(&budget, &policy, now_us);
        ClientRetryVerdict verdict = client_retry_decide(&policy, CLIENT_SAFETY_READ, &end, &state,
                                                         &budget, &dice, &pause_us);
        ck_assert(verdict == CLIENT_RETRY_AGAIN || verdict == CLIENT_RETRY_UNPAID);
        retries += verdict == CLIENT_RETRY_AGAIN;
    }
    return retries;
}

START_TEST(ten_retries_are_free_then_calls_pay)
{
    ck_assert_int_eq(retries_of(10, 0), 10);
    int retries = retries_of(10000, 0);
    ck_assert_int_ge(retries, 1000);
    ck_assert_int_le(retries, 1002);
}
END_TEST

START_TEST(time_pays_for_those_who_seldom_call)
{
    policy.budget_percent = 0;
    ck_assert_int_eq(retries_of(20, 0), 10);
    ck_assert_int_eq(retries_of(5, SECOND / 2), 0);
    ck_assert_int_eq(retries_of(5, 3 * SECOND), 3);
    ck_assert_int_eq(retries_of(50, 3600LL * SECOND), 10);
    /* A clock that stands still or goes back pays nothing. */
    ck_assert_int_eq(retries_of(5, 3599LL * SECOND), 0);
}
END_TEST

START_TEST(savings_are_bounded)
{
    policy.budget_percent = 100;
    for (int i = 0; i < 100000; i++) {
        client_retry_budget_call(&budget, &policy, i);
    }
    policy.budget_percent = 0;
    ck_assert_int_eq(retries_of(1000, 100000), 100);
}
END_TEST

START_TEST(without_a_budget_all_are_paid)
{
    policy.budget_percent = -1;
    ck_assert_int_eq(retries_of(5000, 0), 5000);
}
END_TEST

/* A first try with `outcome`, then the last one with `last`; what is reported. */
static LarderOutcome
settled(ClientSafety safety, LarderOutcome outcome, LarderOutcome last, bool *ret_uncertain)
{
    ClientRetryState state = {.attempts = 0};
    ClientRetryEnd end = {.outcome = outcome, .left_us = 60 * SECOND};
    int64_t pause_us;
    client_retry_budget_init(&budget, 0);
    ck_assert_int_eq(client_retry_decide(&policy, safety, &end, &state, &budget, &dice, &pause_us),
                     CLIENT_RETRY_AGAIN);
    *ret_uncertain = state.uncertain;
    return client_retry_settle(&state, last);
}

START_TEST(a_lost_write_is_never_reported_as_not_executed)
{
    bool uncertain;
    static const LarderOutcome unsure[] = {LARDER_LOST, LARDER_INDETERMINATE};
    for (size_t i = 0; i < 2; i++) {
        ck_assert_int_eq(settled(CLIENT_SAFETY_GUARDED, unsure[i], LARDER_REFUSED, &uncertain),
                         LARDER_LOST);
        ck_assert(uncertain);
        ck_assert_int_eq(
            settled(CLIENT_SAFETY_IDENTIFIED, unsure[i], LARDER_UNREACHABLE, &uncertain),
            LARDER_LOST);
        ck_assert(uncertain);
        ck_assert_int_eq(settled(CLIENT_SAFETY_GUARDED, unsure[i], LARDER_NOT_HERE, &uncertain),
                         LARDER_LOST);
        ck_assert_int_eq(
            settled(CLIENT_SAFETY_IDENTIFIED, unsure[i], LARDER_INVALID_REQUEST, &uncertain),
            LARDER_LOST);
        ck_assert_int_eq(settled(CLIENT_SAFETY_GUARDED, unsure[i], LARDER_OK, &uncertain),
                         LARDER_OK);
    }
    ck_assert_int_eq(settled(CLIENT_SAFETY_READ, LARDER_LOST, LARDER_REFUSED, &uncertain),
                     LARDER_REFUSED);
    ck_assert(!uncertain);
    ck_assert_int_eq(settled(CLIENT_SAFETY_PLAIN, LARDER_REFUSED, LARDER_UNREACHABLE, &uncertain),
                     LARDER_UNREACHABLE);
    ck_assert(!uncertain);
}
END_TEST

/* The safety of a put under a condition, with an id or without. */
static ClientSafety
put_safety(const LarderCondition *condition, const char *request_id)
{
    LarderPutOptions options = {.condition = condition};
    if (request_id != NULL) {
        LARDER_SET(&options, request_id, larder_text(request_id));
    }
    const LarderPutArguments arguments = {larder_text("s"), larder_text("k"), larder_text("v"),
                                          &options};
    return client_retry_safety(client_schema_method(LARDER_METHOD_PUT), LARDER_METHOD_PUT,
                               &arguments, SECOND);
}

START_TEST(the_safety_of_a_call_is_in_its_arguments)
{
    const LarderCondition version = {.has_version_equal = true, .version_equal = 7};
    const LarderCondition absent = {.has_absent = true, .absent = true};
    const LarderCondition present = {.has_present = true, .present = true};
    const LarderCondition at_most = {.has_version_at_most = true, .version_at_most = 7};
    ck_assert_int_eq(put_safety(NULL, NULL), CLIENT_SAFETY_PLAIN);
    ck_assert_int_eq(put_safety(&version, NULL), CLIENT_SAFETY_GUARDED);
    ck_assert_int_eq(put_safety(&absent, NULL), CLIENT_SAFETY_GUARDED);
    ck_assert_int_eq(put_safety(&present, NULL), CLIENT_SAFETY_PLAIN);
    ck_assert_int_eq(put_safety(&at_most, NULL), CLIENT_SAFETY_PLAIN);
    ck_assert_int_eq(put_safety(NULL, "0123456789abcdef"), CLIENT_SAFETY_IDENTIFIED);
    const LarderGetArguments get = {larder_text("s"), larder_text("k"), NULL};
    ck_assert_int_eq(client_retry_safety(client_schema_method(LARDER_METHOD_GET), LARDER_METHOD_GET,
                                         &get, SECOND),
                     CLIENT_SAFETY_READ);
    const LarderBulkWriteArguments bulk = {
        .store = larder_text("s"),
        .mutations = {&(const LarderMutation){.kind = LARDER_MUTATION_KIND_REMOVE}, 1},
    };
    ck_assert_int_eq(client_retry_safety(client_schema_method(LARDER_METHOD_BULK_WRITE),
                                         LARDER_METHOD_BULK_WRITE, &bulk, SECOND),
                     CLIENT_SAFETY_PIECEMEAL);
}
END_TEST

int
main(void)
{
    const char *text = getenv("LARDER_SEED");
    seed = text == NULL ? 1 : strtoull(text, NULL, 10);
    (void)printf("LARDER_SEED=%llu\n", (unsigned long long)seed);
    (void)fflush(stdout);
    TCase *cases = tcase_create("retry");
    tcase_add_checked_fixture(cases, prepare, NULL);
    tcase_add_test(cases, the_table_is_as_documented);
    tcase_add_test(cases, tries_are_counted);
    tcase_add_test(cases, pauses_grow_at_random_to_their_most);
    tcase_add_test(cases, the_server_says_when);
    tcase_add_test(cases, a_retry_that_would_come_too_late_is_none);
    tcase_add_test(cases, ten_retries_are_free_then_calls_pay);
    tcase_add_test(cases, time_pays_for_those_who_seldom_call);
    tcase_add_test(cases, savings_are_bounded);
    tcase_add_test(cases, without_a_budget_all_are_paid);
    tcase_add_test(cases, a_lost_write_is_never_reported_as_not_executed);
    tcase_add_test(cases, the_safety_of_a_call_is_in_its_arguments);
    Suite *suite = suite_create("client");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
