/*
 * test_sdk_bulk.c: batches and bulk writes: what fits is sent, what does not is named, nothing is
 * sent twice.
 */
#include <larder/bulk.h>
#include <larder/check.h>

#include <stdio.h>
#include <stdlib.h>

enum { PATIENCE_MS = 60 * 1000 };

static const char *const small_limits = "[limits]\n"
                                        "request_bytes = 64K\n"
                                        "value_bytes = 8K\n"
                                        "key_bytes = 32\n"
                                        "batch_items = 10\n"
                                        "bulk_write_items = 100\n"
                                        "range_removes = 2\n";

static LarderBatch *batch;
static LarderBulk *bulk;

static void
prepare(void)
{
    larder_fixture.server_options.config = small_limits;
    larder_fixture.client_options = (LarderClientOptions){
        .timeout_ms = PATIENCE_MS, .retry = {.pause_ms = 1, .pause_max_ms = 4}};
    larder_fixture_setup();
    batch = larder_batch_new(larder_fixture.client, larder_text("default"));
    bulk = larder_bulk_new(larder_fixture.client, larder_text("default"), NULL);
    ck_assert(batch != NULL && bulk != NULL);
}

static void
tidy(void)
{
    larder_batch_free(batch);
    larder_bulk_free(bulk);
    larder_fixture_teardown();
}

/* Instead of those of prepare(). */
static void
use_limits(const char *limits)
{
    tidy();
    larder_fixture.server_options.config = limits;
    larder_fixture_setup();
    batch = larder_batch_new(larder_fixture.client, larder_text("default"));
    bulk = larder_bulk_new(larder_fixture.client, larder_text("default"), NULL);
    ck_assert(batch != NULL && bulk != NULL);
}

static LarderBytes
numbered(int number)
{
    static char key[16];
    (void)snprintf(key, sizeof key, "k%06d", number);
    return larder_text(key);
}

static LarderBytes
zeros(size_t size)
{
    static const char bytes[64 * 1024];
    ck_assert_uint_le(size, sizeof bytes);
    return larder_bytes(bytes, size);
}

START_TEST(a_batch_is_applied_together)
{
    const LarderCondition absent = {.has_absent = true, .absent = true};
    ck_assert(larder_batch_put(batch, larder_text("a"), larder_text("1"), NULL));
    ck_assert(larder_batch_increment(batch, larder_text("n"), 5, NULL));
    ck_assert(larder_batch_remove(batch, larder_text("b")));
    ck_assert(larder_batch_remove_range(batch, larder_text("x"), larder_text("z")));
    ck_assert(larder_batch_guard(batch, larder_text("a"), &absent));
    ck_assert_uint_eq(larder_batch_count(batch), 4);
    ck_assert_str_eq(larder_batch_problem(batch), "");
    LarderReply *reply = larder_batch_commit(batch, NULL);
    larder_assert_applied(reply);
    ck_assert_uint_eq(reply->as.batch->numbers.count, 1);
    ck_assert_int_eq(reply->as.batch->numbers.items[0], 5);
    larder_reply_free(reply);
    larder_assert_value(larder_fixture.client, "default", larder_text("a"), larder_text("1"));
    /* The same once more: its guard does not hold any more. */
    reply = larder_batch_commit(batch, NULL);
    larder_assert_not_applied(reply);
    ck_assert_int_eq(reply->as.batch->failed_guard, 0);
    larder_reply_free(reply);
    larder_batch_clear(batch);
    ck_assert_uint_eq(larder_batch_count(batch), 0);
    reply = larder_batch_commit(batch, NULL);
    larder_assert_ok(reply);
    larder_reply_free(reply);
}
END_TEST

static void
assert_problem(bool added, const char *word)
{
    ck_assert(!added);
    ck_assert_msg(strstr(larder_batch_problem(batch), word) != NULL, "%s",
                  larder_batch_problem(batch));
}

START_TEST(what_does_not_fit_a_batch_is_named)
{
    const LarderMutation no_value = {.kind = LARDER_MUTATION_KIND_PUT, .key = larder_text("a")};
    const LarderMutation no_delta = {.kind = LARDER_MUTATION_KIND_INCREMENT,
                                     .key = larder_text("a")};
    const LarderMutation no_kind = {.kind = (LarderMutationKind)77, .key = larder_text("a")};
    const LarderCondition none = {.has_absent = false};
    assert_problem(larder_batch_put(batch, zeros(33), zeros(1), NULL), "key_bytes");
    assert_problem(larder_batch_put(batch, larder_text("a"), zeros(9000), NULL), "value_bytes");
    assert_problem(larder_batch_put(batch, zeros(0), zeros(1), NULL), "key");
    assert_problem(larder_batch_add(batch, &no_value), "value");
    assert_problem(larder_batch_add(batch, &no_delta), "delta");
    assert_problem(larder_batch_add(batch, &no_kind), "kind");
    assert_problem(larder_batch_guard(batch, zeros(33), &none), "key_bytes");
    assert_problem(larder_batch_guard(batch, zeros(0), &none), "empty");
    ck_assert_uint_eq(larder_batch_count(batch), 0);
    for (int i = 0; i < 7; i++) {
        ck_assert(larder_batch_put(batch, numbered(i), zeros(8100), NULL));
    }
    assert_problem(larder_batch_put(batch, numbered(7), zeros(8100), NULL), "request_bytes");
    ck_assert(larder_batch_remove_range(batch, larder_text("a"), larder_text("b")));
    ck_assert(larder_batch_remove_range(batch, larder_text("c"), larder_text("d")));
    assert_problem(larder_batch_remove_range(batch, larder_text("e"), larder_text("f")),
                   "range_removes");
    ck_assert(larder_batch_remove(batch, larder_text("a")));
    assert_problem(larder_batch_remove(batch, larder_text("b")), "batch_items");
    ck_assert_uint_eq(larder_batch_count(batch), 10);
    LarderReply *reply = larder_batch_commit(batch, NULL);
    larder_assert_applied(reply);
    larder_reply_free(reply);
}
END_TEST

START_TEST(a_guard_may_have_no_condition)
{
    const LarderCondition present = {.has_present = true, .present = true};
    ck_assert(larder_batch_guard(batch, larder_text("a"), NULL));
    ck_assert(larder_batch_put(batch, larder_text("b"), larder_text("v"), NULL));
    LarderReply *reply = larder_batch_commit(batch, NULL);
    larder_assert_applied(reply);
    larder_reply_free(reply);
    ck_assert(larder_batch_guard(batch, larder_text("a"), &present));
    reply = larder_batch_commit(batch, NULL);
    larder_assert_not_applied(reply);
    ck_assert_int_eq(reply->as.batch->failed_guard, 1);
    larder_reply_free(reply);
}
END_TEST

START_TEST(guards_are_counted)
{
    for (int i = 0; i < 10; i++) {
        ck_assert(larder_batch_guard(batch, numbered(i), NULL));
    }
    assert_problem(larder_batch_guard(batch, numbered(10), NULL), "batch_items");
    LarderReply *reply = larder_batch_commit(batch, NULL);
    larder_assert_applied(reply);
    larder_reply_free(reply);
}
END_TEST

static void
assert_bulk_stats(int64_t sent, int64_t applied, int64_t calls)
{
    LarderBulkStats stats;
    larder_bulk_stats(bulk, &stats);
    ck_assert_int_eq(stats.sent, sent);
    ck_assert_int_eq(stats.applied, applied);
    ck_assert_int_eq(stats.not_applied, sent - applied);
    ck_assert_int_eq(stats.calls, calls);
}

START_TEST(a_bulk_write_is_split_by_items)
{
    for (int i = 0; i < 1050; i++) {
        ck_assert_ptr_null(larder_bulk_put(bulk, numbered(i), larder_text("v")));
    }
    ck_assert_ptr_null(larder_bulk_flush(bulk));
    assert_bulk_stats(1050, 1050, 11);
    larder_assert_executed(larder_fixture.server, "bulk_write", 11);
    for (int i = 0; i < 1050; i++) {
        ck_assert_ptr_null(larder_bulk_remove(bulk, numbered(i)));
    }
    ck_assert_ptr_null(larder_bulk_flush(bulk));
    ck_assert_ptr_null(larder_bulk_flush(bulk));
    assert_bulk_stats(2100, 2100, 22);
    larder_assert_executed(larder_fixture.server, "server_info", 1);
}
END_TEST

START_TEST(a_bulk_write_is_split_by_bytes)
{
    for (int i = 0; i < 100; i++) {
        ck_assert_ptr_null(larder_bulk_put(bulk, numbered(i), zeros((size_t)i * 80)));
    }
    ck_assert_ptr_null(larder_bulk_flush(bulk));
    LarderBulkStats stats;
    larder_bulk_stats(bulk, &stats);
    ck_assert_int_eq(stats.applied, 100);
    /* 396,000 bytes of values in calls of 64 KiB. */
    ck_assert_int_ge(stats.calls, 7);
    ck_assert_int_le(stats.calls, 8);
}
END_TEST

START_TEST(a_bulk_write_is_split_by_range_removes)
{
    const LarderMutation range = {.kind = LARDER_MUTATION_KIND_REMOVE_RANGE,
                                  .key = larder_text("a"),
                                  .has_stop_key = true,
                                  .stop_key = larder_text("b")};
    for (int i = 0; i < 5; i++) {
        ck_assert_ptr_null(larder_bulk_add(bulk, &range));
        ck_assert_ptr_null(larder_bulk_put(bulk, numbered(i), larder_text("v")));
    }
    ck_assert_ptr_null(larder_bulk_flush(bulk));
    assert_bulk_stats(10, 10, 3);
}
END_TEST

/* Items that are within the limit of items can be more values than the server's parser takes. */
START_TEST(a_bulk_write_is_split_by_values)
{
    use_limits("[limits]\nrequest_values = 65536\n");
    const LarderExpiry expiry = {.has_ttl_ms = true, .ttl_ms = 1000000};
    const LarderCondition condition = {
        .has_absent = true, .absent = true, .has_version_at_most = true};
    const LarderMutation put = {.kind = LARDER_MUTATION_KIND_PUT,
                                .key = larder_text("a"),
                                .has_value = true,
                                .expiry = &expiry,
                                .condition = &condition};
    for (int i = 0; i < 20000; i++) {
        ck_assert_ptr_null(larder_bulk_add(bulk, &put));
    }
    ck_assert_ptr_null(larder_bulk_flush(bulk));
    assert_bulk_stats(20000, 1, 3);
}
END_TEST

/* Bytes are judged before they are sent: a call that was built is one that the server takes. */
START_TEST(full_calls_are_within_the_limits)
{
    const LarderCondition long_one = {.has_absent = true,
                                      .absent = true,
                                      .has_present = true,
                                      .present = false,
                                      .has_version_at_most = true,
                                      .version_at_most = INT64_MAX};
    const LarderExpiry expiry = {.has_ttl_ms = true, .ttl_ms = 1000000};
    for (int i = 0; i < 5000; i++) {
        const LarderMutation mutation = {
            .kind = LARDER_MUTATION_KIND_PUT,
            .key = numbered(i),
            .has_value = true,
            .value = zeros((size_t)(i * 7919 % 3000)),
            .expiry = i % 3 == 0 ? &expiry : NULL,
            .condition = i % 2 == 0 ? &long_one : NULL,
        };
        const LarderReply *failed = larder_bulk_add(bulk, &mutation);
        char text[1024];
        ck_assert_msg(failed == NULL, "%d: %s", i,
                      failed == NULL ? "" : larder_test_describe(failed, text, sizeof text));
    }
    ck_assert_ptr_null(larder_bulk_flush(bulk));
    LarderBulkStats stats;
    larder_bulk_stats(bulk, &stats);
    ck_assert_int_eq(stats.sent, 5000);
}
END_TEST

START_TEST(conditions_that_fail_are_counted)
{
    const LarderCondition absent = {.has_absent = true, .absent = true};
    for (int i = 0; i < 10; i++) {
        const LarderMutation put = {.kind = LARDER_MUTATION_KIND_PUT,
                                    .key = numbered(i % 4),
                                    .has_value = true,
                                    .value = larder_text("v"),
                                    .condition = &absent};
        ck_assert_ptr_null(larder_bulk_add(bulk, &put));
    }
    ck_assert_ptr_null(larder_bulk_flush(bulk));
    assert_bulk_stats(10, 4, 1);
}
END_TEST

START_TEST(what_an_earlier_try_may_have_applied_is_counted)
{
    const LarderFault lost = {
        .kind = LARDER_FAULT_EXECUTE_CLOSE, .method = "bulk_write", .times = 1};
    const LarderCondition absent = {.has_absent = true, .absent = true};
    ck_assert_int_gt(larder_test_server_inject(larder_fixture.server, &lost), 0);
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 5; i++) {
            const LarderMutation put = {.kind = LARDER_MUTATION_KIND_PUT,
                                        .key = numbered(i),
                                        .has_value = true,
                                        .value = larder_text("v"),
                                        .condition = &absent};
            ck_assert_ptr_null(larder_bulk_add(bulk, &put));
        }
        ck_assert_ptr_null(larder_bulk_flush(bulk));
    }
    LarderBulkStats stats;
    larder_bulk_stats(bulk, &stats);
    ck_assert_int_eq(stats.not_applied, 10);
    ck_assert_int_eq(stats.uncertain, 5);
}
END_TEST

START_TEST(what_can_never_be_sent_is_not_added)
{
    larder_assert_exception(larder_bulk_put(bulk, zeros(33), larder_text("v")),
                            LARDER_INVALID_REQUEST, LARDER_INVALID_CODE_OVER_LIMIT);
    larder_assert_exception(larder_bulk_remove(bulk, zeros(0)), LARDER_INVALID_REQUEST,
                            LARDER_INVALID_CODE_BAD_ARGUMENT);
    ck_assert_ptr_null(larder_bulk_put(bulk, larder_text("good"), larder_text("v")));
    ck_assert_ptr_null(larder_bulk_flush(bulk));
    assert_bulk_stats(1, 1, 1);
}
END_TEST

/* A call that fails stays with what is added meanwhile, and is sent when it can be. */
START_TEST(a_failed_call_is_kept)
{
    const LarderFault fault = {.kind = LARDER_FAULT_EXCEPTION,
                               .method = "bulk_write",
                               .skip = 2,
                               .outcome = LARDER_REFUSED};
    ck_assert_int_gt(larder_test_server_inject(larder_fixture.server, &fault), 0);
    int failures = 0;
    for (int i = 0; i < 500; i++) {
        failures += larder_bulk_put(bulk, numbered(i), larder_text("v")) != NULL;
    }
    ck_assert_int_ge(failures, 1);
    larder_assert_outcome(larder_bulk_flush(bulk), LARDER_REFUSED);
    assert_bulk_stats(200, 200, 2);
    larder_test_server_clear_faults(larder_fixture.server);
    ck_assert_ptr_null(larder_bulk_flush(bulk));
    assert_bulk_stats(500, 500, 5);
    larder_assert_executed(larder_fixture.server, "bulk_write", 5);
}
END_TEST

START_TEST(a_request_id_is_not_used_for_many_calls)
{
    LarderBulkWriteOptions options = {.has_request_id = true,
                                      .request_id = larder_text("0123456789abcdef")};
    LarderBulk *other = larder_bulk_new(larder_fixture.client, larder_text("default"), &options);
    for (int i = 0; i < 150; i++) {
        ck_assert_ptr_null(larder_bulk_put(other, numbered(i), larder_text("v")));
    }
    ck_assert_ptr_null(larder_bulk_flush(other));
    larder_bulk_free(other);
    larder_bulk_free(NULL);
    larder_batch_free(NULL);
}
END_TEST

int
main(void)
{
    TCase *cases = tcase_create("bulk");
    tcase_set_timeout(cases, 300);
    tcase_add_checked_fixture(cases, prepare, tidy);
    tcase_add_test(cases, a_batch_is_applied_together);
    tcase_add_test(cases, what_does_not_fit_a_batch_is_named);
    tcase_add_test(cases, a_guard_may_have_no_condition);
    tcase_add_test(cases, guards_are_counted);
    tcase_add_test(cases, a_bulk_write_is_split_by_items);
    tcase_add_test(cases, a_bulk_write_is_split_by_bytes);
    tcase_add_test(cases, a_bulk_write_is_split_by_range_removes);
    tcase_add_test(cases, a_bulk_write_is_split_by_values);
    tcase_add_test(cases, full_calls_are_within_the_limits);
    tcase_add_test(cases, conditions_that_fail_are_counted);
    tcase_add_test(cases, what_an_earlier_try_may_have_applied_is_counted);
    tcase_add_test(cases, what_can_never_be_sent_is_not_added);
    tcase_add_test(cases, a_failed_call_is_kept);
    tcase_add_test(cases, a_request_id_is_not_used_for_many_calls);
    Suite *suite = suite_create("sdk");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
