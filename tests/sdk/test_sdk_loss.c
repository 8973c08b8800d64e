/*
 * test_sdk_loss.c: no write is ever applied twice by a retry, whatever is lost on the way.
 *
 * Every write appends a token of its own to a value, so that the value tells how often it was
 * applied. Meanwhile a thread of chaos makes the server execute and not answer, answer by halves,
 * refuse, be indeterminate, and cuts connections. In the end each token is held against what its
 * write was answered:
 *
 *   any answer                                  at most once
 *   applied                                     once
 *   not applied, and certain of it              never
 *   an outcome that says "not executed"         never
 *
 * LARDER_SEED chooses the chaos.
 */
#include <larder/check.h>

#include "engine/base/rand.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum {
    WRITERS = 4, /* threads that share a client */
    WRITES = 250,
    PIPELINED = 500,
    PIPELINE = 16,
    LOGS = WRITERS + 1, /* the last one is the channel's */
    TOKENS_MAX = 1000,
    DEADLINE_MS = 400,
};

/* What the write of a token was answered. */
typedef enum Verdict { VERDICT_NONE, VERDICT_APPLIED, VERDICT_NOT_APPLIED, VERDICT_MAYBE } Verdict;

static Verdict verdicts[LOGS][TOKENS_MAX];
static _Atomic int retried;
static _Atomic int unsure;
static _Atomic bool done;
static uint64_t seed;

static Verdict
verdict_of(const LarderReply *reply)
{
    atomic_fetch_add(&retried, reply->attempts > 1);
    atomic_fetch_add(&unsure, reply->uncertain);
    if (reply->outcome == LARDER_OK && reply->as.append->applied) {
        return VERDICT_APPLIED;
    }
    if (reply->outcome == LARDER_OK) {
        return reply->uncertain ? VERDICT_MAYBE : VERDICT_NOT_APPLIED;
    }
    bool denies = larder_outcome_executed(reply->outcome) == LARDER_NO;
    return denies ? VERDICT_NOT_APPLIED : VERDICT_MAYBE;
}

static void
pause_us(int64_t us)
{
    const struct timespec pause = {.tv_nsec = (long)(us * 1000)};
    (void)nanosleep(&pause, NULL);
}

static LarderFault
random_fault(BaseRand *dice)
{
    static const LarderFault kinds[] = {
        {.kind = LARDER_FAULT_EXECUTE_CLOSE},
        {.kind = LARDER_FAULT_CLOSE},
        {.kind = LARDER_FAULT_HALF_REPLY},
        {.kind = LARDER_FAULT_EXECUTE_NO_REPLY},
        {.kind = LARDER_FAULT_EXECUTE_THEN_EXCEPTION, .outcome = LARDER_INDETERMINATE},
        {.kind = LARDER_FAULT_EXCEPTION, .outcome = LARDER_INDETERMINATE},
        {.kind = LARDER_FAULT_EXCEPTION, .outcome = LARDER_REFUSED, .retry_after_ms = 1},
        {.kind = LARDER_FAULT_DELAY, .delay_ms = 2},
    };
    LarderFault fault = kinds[base_rand_below(dice, sizeof kinds / sizeof kinds[0])];
    fault.skip = (int64_t)base_rand_below(dice, 4);
    fault.times = 1;
    return fault;
}

static void *
make_chaos(void *unused)
{
    (void)unused;
    BaseRand dice = base_rand(seed);
    while (!atomic_load(&done)) {
        const LarderFault fault = random_fault(&dice);
        (void)larder_test_server_inject(larder_fixture.server, &fault);
        if (base_rand_below(&dice, 20) == 0) {
            larder_test_server_cut(larder_fixture.server);
        }
        if (base_rand_below(&dice, 50) == 0) {
            larder_test_server_clear_faults(larder_fixture.server);
        }
        pause_us(200 + (int64_t)base_rand_below(&dice, 2000));
    }
    return NULL;
}

/* Appends `token` if the log has this version; as it is, when guarded. */
static LarderReply *
append_token(LarderBytes log, int token, const int64_t *version)
{
    char text[16];
    LarderCondition condition = {.has_version_equal = true};
    LarderAppendOptions options = {.has_deadline_ms = true, .deadline_ms = DEADLINE_MS};
    if (version != NULL) {
        condition.version_equal = *version;
        options.condition = &condition;
    }
    (void)snprintf(text, sizeof text, "%d;", token);
    return larder_append(larder_fixture.client, larder_text("default"), log, larder_text(text),
                         &options);
}

/* The version of a log; tries until it is known. */
static int64_t
version_of(LarderBytes log)
{
    const LarderGetOptions options = {.has_deadline_ms = true,
                                      .deadline_ms = DEADLINE_MS,
                                      .has_want_value = true,
                                      .want_value = false};
    for (;;) {
        LarderReply *reply =
            larder_get(larder_fixture.client, larder_text("default"), log, &options);
        bool known = reply->outcome == LARDER_OK;
        int64_t version = known ? reply->as.get->version : 0;
        larder_reply_free(reply);
        if (known) {
            return version;
        }
    }
}

static void *
write_tokens(void *argument)
{
    int writer = (int)(intptr_t)argument;
    char name[16];
    (void)snprintf(name, sizeof name, "log%d", writer);
    LarderBytes log = larder_text(name);
    for (int token = 0; token < WRITES; token++) {
        int64_t version = version_of(log);
        bool guarded = token % 4 != 0;
        LarderReply *reply = append_token(log, token, guarded ? &version : NULL);
        verdicts[writer][token] = verdict_of(reply);
        larder_reply_free(reply);
    }
    return NULL;
}

static void
note_verdict(void *context, LarderReply *reply)
{
    *(Verdict *)context = verdict_of(reply);
    larder_reply_free(reply);
}

/* The channel's writes: not guarded, many at a time. */
static void *
pipeline_tokens(void *unused)
{
    (void)unused;
    LarderClientOptions options = larder_fixture.client_options;
    options.address = larder_test_server_address(larder_fixture.server);
    options.pipeline_max = PIPELINE;
    LarderChannel *channel = larder_channel_new(&options, NULL);
    ck_assert_ptr_nonnull(channel);
    const LarderAppendOptions limited = {.has_deadline_ms = true, .deadline_ms = DEADLINE_MS};
    for (int token = 0; token < PIPELINED; token++) {
        char text[16];
        (void)snprintf(text, sizeof text, "%d;", token);
        while (!larder_channel_append(channel, larder_text("default"), larder_text("log4"),
                                      larder_text(text), &limited, note_verdict,
                                      &verdicts[WRITERS][token])) {
            (void)larder_channel_poll(channel, -1);
        }
    }
    while (larder_channel_pending(channel) != 0) {
        (void)larder_channel_poll(channel, -1);
    }
    larder_channel_free(channel);
    return NULL;
}

/* Counts the tokens of a log. */
static void
count_tokens(int log, int counts[TOKENS_MAX])
{
    char name[16];
    (void)snprintf(name, sizeof name, "log%d", log);
    LarderReply *reply =
        larder_get(larder_fixture.client, larder_text("default"), larder_text(name), NULL);
    larder_assert_ok(reply);
    const char *at = reply->as.get->value.data;
    const char *end = at + reply->as.get->value.size;
    while (at < end) {
        char *behind;
        long token = strtol(at, &behind, 10);
        ck_assert(token >= 0 && token < TOKENS_MAX && *behind == ';');
        counts[token]++;
        at = behind + 1;
    }
    larder_reply_free(reply);
}

static void
assert_log(int log, int writes)
{
    int counts[TOKENS_MAX] = {0};
    count_tokens(log, counts);
    for (int i = 0; i < writes; i++) {
        Verdict verdict = verdicts[log][i];
        ck_assert_int_ne(verdict, VERDICT_NONE);
        ck_assert_msg(counts[i] <= 1, "token %d of log %d: %d times", i, log, counts[i]);
        ck_assert_msg(verdict != VERDICT_APPLIED || counts[i] == 1,
                      "token %d of log %d was applied, but is not there", i, log);
        ck_assert_msg(verdict != VERDICT_NOT_APPLIED || counts[i] == 0,
                      "token %d of log %d was not applied, but is there", i, log);
    }
}

START_TEST(no_write_is_applied_twice)
{
    pthread_t writers[WRITERS];
    pthread_t pipeliner;
    pthread_t chaos;
    /*
     * Chaos may be late: all may be written before its thread has its first turn. The first write
     * of a log is not guarded and not made again, so one of the others meets this, too.
     */
    const LarderFault lost = {.kind = LARDER_FAULT_EXECUTE_CLOSE,
                              .method = "append",
                              .key_prefix = larder_text("log0"),
                              .times = 4};
    ck_assert_int_gt(larder_test_server_inject(larder_fixture.server, &lost), 0);
    ck_assert_int_eq(pthread_create(&chaos, NULL, make_chaos, NULL), 0);
    for (intptr_t i = 0; i < WRITERS; i++) {
        ck_assert_int_eq(pthread_create(&writers[i], NULL, write_tokens, (void *)i), 0);
    }
    ck_assert_int_eq(pthread_create(&pipeliner, NULL, pipeline_tokens, NULL), 0);
    for (int i = 0; i < WRITERS; i++) {
        ck_assert_int_eq(pthread_join(writers[i], NULL), 0);
    }
    ck_assert_int_eq(pthread_join(pipeliner, NULL), 0);
    atomic_store(&done, true);
    ck_assert_int_eq(pthread_join(chaos, NULL), 0);
    larder_test_server_clear_faults(larder_fixture.server);
    for (int i = 0; i < WRITERS; i++) {
        assert_log(i, WRITES);
    }
    assert_log(WRITERS, PIPELINED);
    /* The chaos was one. */
    ck_assert_int_gt(atomic_load(&retried), 0);
    ck_assert_int_gt(atomic_load(&unsure), 0);
}
END_TEST

int
main(void)
{
    const char *text = getenv("LARDER_SEED");
    seed = text == NULL ? (uint64_t)time(NULL) : strtoull(text, NULL, 10);
    (void)printf("LARDER_SEED=%llu\n", (unsigned long long)seed);
    (void)fflush(stdout);
    larder_fixture.client_options = (LarderClientOptions){
        .timeout_ms = 5000,
        .retry = {.attempts_max = 6, .pause_ms = 1, .pause_max_ms = 5, .budget_percent = -1},
    };
    TCase *cases = tcase_create("loss");
    tcase_set_timeout(cases, 300);
    tcase_add_checked_fixture(cases, larder_fixture_setup, larder_fixture_teardown);
    tcase_add_test(cases, no_write_is_applied_twice);
    Suite *suite = suite_create("sdk");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
