/*
 * test_client_arguments.c: what calls say of themselves, and which writes may be sent twice.
 */
#include "service/client/arguments.h"

#include <check.h>
#include <stdlib.h>

enum { CALL_MS = 1000 };

static const ClientMethod *
of(LarderMethod method)
{
    return client_schema_method(method);
}

static void
assert_text(LarderBytes got, const char *expected)
{
    ck_assert_uint_eq(got.size, strlen(expected));
    ck_assert_mem_eq(got.data, expected, got.size);
}

START_TEST(stores)
{
    const LarderGetArguments get = {larder_text("s"), larder_text("k"), NULL};
    const LarderModeSetArguments mode = {larder_text("m"), LARDER_STORE_MODE_BULK, NULL};
    const LarderPingArguments ping = {larder_text("payload")};
    assert_text(client_arguments_store(of(LARDER_METHOD_GET), &get), "s");
    assert_text(client_arguments_store(of(LARDER_METHOD_MODE_SET), &mode), "m");
    assert_text(client_arguments_store(of(LARDER_METHOD_PING), &ping), "");
}
END_TEST

START_TEST(keys)
{
    const LarderBytes s = larder_text("s");
    const LarderBytes two[] = {larder_text("a"), larder_text("b")};
    LarderGetArguments get = {s, larder_text("k"), NULL};
    LarderMultiGetArguments multi_get = {s, {two, 2}, NULL};
    assert_text(client_arguments_key(of(LARDER_METHOD_GET), &get), "k");
    assert_text(client_arguments_key(of(LARDER_METHOD_MULTI_GET), &multi_get), "a");
    multi_get.keys.count = 0;
    assert_text(client_arguments_key(of(LARDER_METHOD_MULTI_GET), &multi_get), "");
    const LarderMutation mutation = {.kind = LARDER_MUTATION_KIND_PUT, .key = larder_text("m")};
    LarderBatchArguments batch = {s, {&mutation, 1}, NULL};
    assert_text(client_arguments_key(of(LARDER_METHOD_BATCH), &batch), "m");
    batch.mutations.count = 0;
    assert_text(client_arguments_key(of(LARDER_METHOD_BATCH), &batch), "");
}
END_TEST

START_TEST(ranges)
{
    LarderKeyRange range = {0};
    LarderScanArguments scan = {larder_text("s"), &range, NULL};
    assert_text(client_arguments_key(of(LARDER_METHOD_SCAN), &scan), "");
    LARDER_SET(&range, start_key, larder_text("from"));
    assert_text(client_arguments_key(of(LARDER_METHOD_SCAN), &scan), "from");
    LARDER_SET(&range, prefix, larder_text("p:"));
    assert_text(client_arguments_key(of(LARDER_METHOD_SCAN), &scan), "p:");
    scan.range = NULL;
    assert_text(client_arguments_key(of(LARDER_METHOD_SCAN), &scan), "");
    LarderRangeInfoArguments info = {larder_text("s"), {&range, 1}, NULL};
    assert_text(client_arguments_key(of(LARDER_METHOD_RANGE_INFO), &info), "p:");
    info.ranges.count = 0;
    assert_text(client_arguments_key(of(LARDER_METHOD_RANGE_INFO), &info), "");
}
END_TEST

START_TEST(options_of_a_call)
{
    LarderPutOptions options = {0};
    LarderPutArguments put = {larder_text("s"), larder_text("k"), larder_text("v"), NULL};
    const LarderPingArguments ping = {larder_text("")};
    const ClientMethod *method = of(LARDER_METHOD_PUT);
    ck_assert_int_eq(client_arguments_deadline_ms(method, &put), 0);
    ck_assert_uint_eq(client_arguments_request_id(method, &put).size, 0);
    put.options = &options;
    options.deadline_ms = 9; /* without has_deadline_ms: not set */
    ck_assert_int_eq(client_arguments_deadline_ms(method, &put), 0);
    LARDER_SET(&options, deadline_ms, 250);
    LARDER_SET(&options, request_id, larder_text("0123456789abcdef"));
    ck_assert_int_eq(client_arguments_deadline_ms(method, &put), 250);
    assert_text(client_arguments_request_id(method, &put), "0123456789abcdef");
    ck_assert_int_eq(client_arguments_deadline_ms(of(LARDER_METHOD_PING), &ping), 0);
    ck_assert_uint_eq(client_arguments_request_id(of(LARDER_METHOD_PING), &ping).size, 0);
}
END_TEST

/* ------------------------------------------------------------------------- self-limiting -- */

/* Conditions to choose from. */
typedef enum Wanted {
    NONE,
    EMPTY,
    ABSENT,
    NOT_ABSENT,
    PRESENT,
    VERSION,
    ZERO,
    AT_MOST,
    SAME,
    OTHER
} Wanted;

/* SAME is about the value that the tests write. */
static const LarderCondition *
condition(Wanted wanted)
{
    static const LarderCondition conditions[] = {
        [EMPTY] = {.has_absent = false},
        [ABSENT] = {.has_absent = true, .absent = true},
        [NOT_ABSENT] = {.has_absent = true, .absent = false},
        [PRESENT] = {.has_present = true, .present = true},
        [VERSION] = {.has_version_equal = true, .version_equal = 7},
        [ZERO] = {.has_version_equal = true, .version_equal = 0},
        [AT_MOST] = {.has_version_at_most = true, .version_at_most = 7},
        [SAME] = {.has_value_equal = true, .value_equal = {"v", 1}},
        [OTHER] = {.has_value_equal = true, .value_equal = {"w", 1}},
    };
    return wanted == NONE ? NULL : &conditions[wanted];
}

static bool
put_is_limited(Wanted wanted)
{
    LarderPutOptions options = {.condition = condition(wanted)};
    LarderPutArguments put = {larder_text("s"), larder_text("k"), larder_text("v"), &options};
    return client_arguments_self_limiting(of(LARDER_METHOD_PUT), &put, CALL_MS);
}

START_TEST(conditions_of_a_put)
{
    static const struct {
        Wanted wanted;
        bool limited;
    } cases[] = {{NONE, false},    {EMPTY, false},  {ABSENT, true}, {NOT_ABSENT, false},
                 {PRESENT, false}, {VERSION, true}, {ZERO, true},   {AT_MOST, false},
                 {SAME, false},    {OTHER, true}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ck_assert_msg(put_is_limited(cases[i].wanted) == cases[i].limited, "case %zu", i);
    }
    LarderPutArguments put = {larder_text("s"), larder_text("k"), larder_text("v"), NULL};
    ck_assert(!client_arguments_self_limiting(of(LARDER_METHOD_PUT), &put, CALL_MS));
}
END_TEST

static bool
remove_is_limited(Wanted wanted)
{
    LarderRemoveOptions options = {.condition = condition(wanted)};
    LarderRemoveArguments arguments = {larder_text("s"), larder_text("k"), &options};
    return client_arguments_self_limiting(of(LARDER_METHOD_REMOVE), &arguments, CALL_MS);
}

static bool
touch_is_limited(Wanted wanted)
{
    LarderTouchOptions options = {.condition = condition(wanted)};
    LarderTouchArguments arguments = {larder_text("s"), larder_text("k"), NULL, &options};
    return client_arguments_self_limiting(of(LARDER_METHOD_TOUCH), &arguments, CALL_MS);
}

static bool
increment_is_limited(Wanted wanted, int64_t delta)
{
    LarderIncrementOptions options = {.condition = condition(wanted)};
    LarderIncrementArguments arguments = {larder_text("s"), larder_text("k"), delta, &options};
    return client_arguments_self_limiting(of(LARDER_METHOD_INCREMENT), &arguments, CALL_MS);
}

static bool
append_is_limited(Wanted wanted, const char *added)
{
    LarderAppendOptions options = {.condition = condition(wanted)};
    LarderAppendArguments arguments = {larder_text("s"), larder_text("k"), larder_text(added),
                                       &options};
    return client_arguments_self_limiting(of(LARDER_METHOD_APPEND), &arguments, CALL_MS);
}

START_TEST(conditions_of_other_writes)
{
    ck_assert(remove_is_limited(VERSION));
    ck_assert(remove_is_limited(SAME));
    ck_assert(!remove_is_limited(ABSENT)); /* it is absent afterwards, too */
    ck_assert(!remove_is_limited(ZERO));
    ck_assert(touch_is_limited(VERSION));
    ck_assert(!touch_is_limited(SAME));
    ck_assert(!touch_is_limited(PRESENT));
    ck_assert(increment_is_limited(SAME, 1));
    ck_assert(!increment_is_limited(SAME, 0));
    ck_assert(increment_is_limited(VERSION, 0));
    ck_assert(!increment_is_limited(PRESENT, 1));
    ck_assert(append_is_limited(SAME, "x"));
    ck_assert(!append_is_limited(SAME, ""));
    ck_assert(append_is_limited(ABSENT, "x"));
    /* Nothing limits a range, and a lease has request ids only. */
    LarderRemoveRangeArguments range = {larder_text("s"), NULL, NULL};
    ck_assert(!client_arguments_self_limiting(of(LARDER_METHOD_REMOVE_RANGE), &range, CALL_MS));
}
END_TEST

static LarderMutation
mutation(LarderMutationKind kind, const char *key, Wanted wanted)
{
    return (LarderMutation){.kind = kind,
                            .key = larder_text(key),
                            .has_value = true,
                            .value = larder_text("v"),
                            .has_delta = true,
                            .delta = 1,
                            .condition = condition(wanted)};
}

static bool
batch_is_limited(const LarderMutation *items, size_t count, const LarderGuard *guard)
{
    LarderBatchOptions options = {.has_guards = guard != NULL, .guards = {guard, guard != NULL}};
    LarderBatchArguments batch = {larder_text("s"), {items, count}, &options};
    return client_arguments_self_limiting(of(LARDER_METHOD_BATCH), &batch, CALL_MS);
}

START_TEST(batches)
{
    const LarderMutationKind put = LARDER_MUTATION_KIND_PUT;
    const LarderMutation free_put = mutation(put, "k", NONE);
    LarderGuard guard = {larder_text("k"), *condition(VERSION)};
    ck_assert(!batch_is_limited(&free_put, 1, NULL));
    ck_assert(!batch_is_limited(NULL, 0, &guard));
    ck_assert(batch_is_limited(&free_put, 1, &guard));
    guard.key = larder_text("other"); /* the batch does not write it, so it holds afterwards */
    ck_assert(!batch_is_limited(&free_put, 1, &guard));
    guard = (LarderGuard){larder_text("k"), *condition(ABSENT)};
    ck_assert(batch_is_limited(&free_put, 1, &guard));

    /* One condition limits all, but its key must be left changed. */
    const LarderMutation one[] = {mutation(put, "a", NONE), mutation(put, "b", ABSENT)};
    ck_assert(batch_is_limited(one, 2, NULL));
    const LarderMutation undone[] = {mutation(put, "b", ABSENT),
                                     mutation(LARDER_MUTATION_KIND_REMOVE, "b", NONE)};
    ck_assert(!batch_is_limited(undone, 2, NULL));
    const LarderMutation swept[] = {mutation(put, "b", ABSENT),
                                    mutation(LARDER_MUTATION_KIND_REMOVE_RANGE, "a", NONE)};
    ck_assert(!batch_is_limited(swept, 2, NULL));
    const LarderMutation versioned[] = {mutation(put, "b", VERSION),
                                        mutation(LARDER_MUTATION_KIND_REMOVE, "b", NONE)};
    ck_assert(batch_is_limited(versioned, 2, NULL));
    const LarderMutation range = mutation(LARDER_MUTATION_KIND_REMOVE_RANGE, "a", VERSION);
    ck_assert(!batch_is_limited(&range, 1, NULL));
    LarderMutation marker = mutation(put, "b", ABSENT);
    LarderExpiry expiry = {.has_ttl_ms = true, .ttl_ms = CALL_MS};
    marker.expiry = &expiry;
    ck_assert(batch_is_limited(&marker, 1, NULL));
    expiry.ttl_ms = CALL_MS - 1; /* the key may be absent again */
    ck_assert(!batch_is_limited(&marker, 1, NULL));
    expiry = (LarderExpiry){.has_at_ms = true, .at_ms = INT64_MAX};
    ck_assert(!batch_is_limited(&marker, 1, NULL));
    expiry = (LarderExpiry){.has_keep = true, .keep = true};
    ck_assert(batch_is_limited(&marker, 1, NULL));
    const LarderMutation counter = mutation(LARDER_MUTATION_KIND_INCREMENT, "n", SAME);
    ck_assert(batch_is_limited(&counter, 1, NULL));
}
END_TEST

START_TEST(bulk_writes)
{
    LarderMutation items[2] = {mutation(LARDER_MUTATION_KIND_PUT, "a", ABSENT),
                               mutation(LARDER_MUTATION_KIND_PUT, "b", VERSION)};
    LarderBulkWriteArguments bulk = {larder_text("s"), {items, 2}, NULL};
    const ClientMethod *method = of(LARDER_METHOD_BULK_WRITE);
    ck_assert(client_arguments_self_limiting(method, &bulk, CALL_MS));
    items[1].condition = NULL;
    ck_assert(!client_arguments_self_limiting(method, &bulk, CALL_MS));
}
END_TEST

/* With more keys than it is worth comparing the answer is no, at once. */
START_TEST(large_calls)
{
    enum { COUNT = 32768 };
    LarderMutation *items = calloc(COUNT, sizeof *items);
    ck_assert_ptr_nonnull(items);
    for (size_t i = 0; i < COUNT; i++) {
        items[i] = mutation(LARDER_MUTATION_KIND_PUT, "k", ABSENT);
        items[i].key = larder_bytes(&items[i].kind, i % 4);
    }
    LarderBulkWriteArguments bulk = {larder_text("s"), {items, COUNT}, NULL};
    ck_assert(!client_arguments_self_limiting(of(LARDER_METHOD_BULK_WRITE), &bulk, CALL_MS));
    ck_assert(!batch_is_limited(items, COUNT, NULL));
    for (size_t i = 0; i < COUNT; i++) {
        items[i].condition = condition(VERSION);
    }
    ck_assert(client_arguments_self_limiting(of(LARDER_METHOD_BULK_WRITE), &bulk, CALL_MS));
    free(items);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("client_arguments");
    TCase *tcase = tcase_create("arguments");
    tcase_add_test(tcase, stores);
    tcase_add_test(tcase, keys);
    tcase_add_test(tcase, ranges);
    tcase_add_test(tcase, options_of_a_call);
    tcase_add_test(tcase, conditions_of_a_put);
    tcase_add_test(tcase, conditions_of_other_writes);
    tcase_add_test(tcase, batches);
    tcase_add_test(tcase, bulk_writes);
    tcase_add_test(tcase, large_calls);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
