/*
 * test_sdk_memory.c: every allocation of the SDK fails once, and then every one from there on.
 *
 * A tour through the whole SDK is made again and again; in the n-th round its n-th allocation
 * fails, until a round has fewer. Calls must end, each once, with a reply; nothing may crash, and
 * the sanitizers and valgrind see what leaks. Allocations are counted in the touring thread only:
 * the server in this process goes on as ever. The linker puts the functions below in the place of
 * malloc() and its like (--wrap).
 */
#include <larder/bulk.h>
#include <larder/check.h>
#include <larder/scan.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS_MAX = 5000 };

static _Thread_local long countdown; /* allocations until the failure; 0: none fails */
static _Thread_local bool for_ever;  /* all that follow fail, too */
static _Thread_local bool failed;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void *__real_reallocarray(void *memory, size_t count, size_t size);
char *__real_strdup(const char *text);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);
void *__wrap_reallocarray(void *memory, size_t count, size_t size);
char *__wrap_strdup(const char *text);

static bool
fails(void)
{
    if (countdown == 0 || (countdown > 1 && --countdown > 0)) {
        return false;
    }
    failed = true;
    countdown = for_ever ? 1 : 0;
    return true;
}

void *
__wrap_malloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}

void *
__wrap_calloc(size_t count, size_t size)
{
    return fails() ? NULL : __real_calloc(count, size);
}

void *
__wrap_realloc(void *memory, size_t size)
{
    return fails() ? NULL : __real_realloc(memory, size);
}

void *
__wrap_reallocarray(void *memory, size_t count, size_t size)
{
    return fails() ? NULL : __real_reallocarray(memory, count, size);
}

char *
__wrap_strdup(const char *text)
{
    return fails() ? NULL : __real_strdup(text);
}

/* As ck_assert(), which allocates also when the condition holds. */
static void
require(bool holds, const char *what)
{
    if (!holds) {
        countdown = 0;
        ck_abort_msg("%s", what);
    }
}

static int pending;

/* An end that want of memory explains: none for the connection, for what it received, or else. */
static void
assert_explained(const LarderReply *reply)
{
    LarderOutcome outcome = reply->outcome;
    require(outcome == LARDER_OK || failed, "a call failed with memory");
    require(outcome == LARDER_OK || outcome == LARDER_NO_MEMORY || outcome == LARDER_UNREACHABLE ||
                outcome == LARDER_LOST,
            larder_outcome_name(outcome));
}

static void
end_call(void *context, LarderReply *reply)
{
    (void)context;
    pending--;
    if (reply->outcome != LARDER_CANCELLED) {
        assert_explained(reply);
    }
    larder_reply_free(reply);
}

static void
tour_calls(LarderClient *client)
{
    LarderBytes store = larder_text("default");
    LarderReply *reply = larder_put(client, store, larder_text("k"), larder_text("v"), NULL);
    assert_explained(reply);
    larder_reply_free(reply);
    reply = larder_get(client, store, larder_text("k"), NULL);
    assert_explained(reply);
    larder_reply_free(reply);
}

static void
tour_builders(LarderClient *client)
{
    const LarderCondition condition = {.has_value_equal = true, .value_equal = larder_text("v")};
    const LarderExpiry expiry = {.has_ttl_ms = true, .ttl_ms = 1000000};
    LarderBatch *batch = larder_batch_new(client, larder_text("default"));
    if (batch != NULL) {
        (void)larder_batch_guard(batch, larder_text("k"), &condition);
        (void)larder_batch_put(batch, larder_text("b"), larder_text("v"), &expiry);
        LarderReply *reply = larder_batch_commit(batch, NULL);
        assert_explained(reply);
        larder_reply_free(reply);
    }
    larder_batch_free(batch);
    LarderBulk *bulk = larder_bulk_new(client, larder_text("default"), NULL);
    for (int i = 0; bulk != NULL && i < 200; i++) {
        char key[16];
        (void)snprintf(key, sizeof key, "s%d", i);
        const LarderReply *problem = larder_bulk_put(bulk, larder_text(key), larder_text("v"));
        require(problem == NULL || failed, "a bulk write failed with memory");
    }
    if (bulk != NULL) {
        const LarderReply *problem = larder_bulk_flush(bulk);
        require(problem == NULL || failed, "a bulk write failed with memory");
    }
    larder_bulk_free(bulk);
}

static void
tour_scan(LarderClient *client)
{
    const LarderScanOptions options = {.has_limit_items = true, .limit_items = 80};
    LarderScan *scan = larder_scan_new(client, larder_text("default"), NULL, &options);
    if (scan == NULL) {
        return;
    }
    while (larder_scan_next(scan) != NULL) {
        /* All of them. */
    }
    if (larder_scan_problem(scan) != NULL) {
        assert_explained(larder_scan_problem(scan));
    }
    larder_scan_free(scan);
}

static void
tour_channel(const LarderClientOptions *options)
{
    LarderChannel *channel = larder_channel_new(options, NULL);
    if (channel == NULL) {
        return;
    }
    for (int i = 0; i < 5; i++) {
        pending += larder_channel_get(channel, larder_text("default"), larder_text("k"), NULL,
                                      end_call, NULL);
    }
    while (larder_channel_pending(channel) > 2) {
        (void)larder_channel_poll(channel, -1);
    }
    larder_channel_free(channel);
    require(pending == 0, "a call did not end");
}

/* One round. */
static void
tour(void)
{
    LarderClientOptions options = {
        .address = larder_test_server_address(larder_fixture.server),
        .timeout_ms = 20000,
        .name = "tour",
        .retry = {.attempts_max = 2, .pause_ms = 1, .pause_max_ms = 1, .budget_percent = -1},
    };
    LarderClient *client = larder_client_new(&options, NULL);
    if (client != NULL) {
        tour_calls(client);
        tour_builders(client);
        tour_scan(client);
    }
    larder_client_free(client);
    tour_channel(&options);
}

static void
run(bool all_that_follow)
{
    long round = 0;
    do {
        round++;
        require(round < ROUNDS_MAX, "a round always fails");
        failed = false;
        for_ever = all_that_follow;
        countdown = round;
        tour();
        countdown = 0;
    } while (failed);
    ck_assert_int_gt(round, 40);
}

START_TEST(one_allocation_fails)
{
    run(false);
}
END_TEST

START_TEST(allocations_fail_from_there_on)
{
    run(true);
}
END_TEST

int
main(void)
{
    TCase *cases = tcase_create("memory");
    tcase_set_timeout(cases, 300);
    tcase_add_checked_fixture(cases, larder_fixture_setup, larder_fixture_teardown);
    tcase_add_test(cases, one_allocation_fails);
    tcase_add_test(cases, allocations_fail_from_there_on);
    Suite *suite = suite_create("sdk");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
