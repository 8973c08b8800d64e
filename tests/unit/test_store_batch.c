/*
 * test_store_batch.c: batch is all or nothing, bulk_write is one by one; both answer by index.
 */
#include "tests/support/gated_engine.h"
#include "tests/support/store_fixture.h"

/* A request as arrays, which the store takes one by one. */
typedef struct Request {
    const StoreMutation *mutations;
    const StoreGuard *guards;
    size_t next_mutation; /* proves that each is taken once, in order */
    size_t next_guard;
} Request;

static void
mutation_at(void *user, size_t index, StoreMutation *ret)
{
    Request *request = user;
    ck_assert_uint_eq(index, request->next_mutation++);
    *ret = request->mutations[index];
}

static void
guard_at(void *user, size_t index, StoreGuard *ret)
{
    Request *request = user;
    ck_assert_uint_eq(index, request->next_guard++);
    *ret = request->guards[index];
}

static StoreCall *call; /* the last outcome, until the next */

static bool
batch_with(const StoreMutation *mutations, size_t count, const StoreGuard *guards,
           size_t guard_count, StoreWriteOptions options)
{
    Request request = {mutations, guards, 0, 0};
    StoreBatchArgs args = {count, guard_count, mutation_at, guard_at, &request, options};
    store_call_free(call);
    call = store_call_batch(fixture.store, &args, &fixture.error);
    return call != NULL;
}

static bool
batch(const StoreMutation *mutations, size_t count)
{
    return batch_with(mutations, count, NULL, 0, (StoreWriteOptions){0});
}

static bool
bulk_with(const StoreMutation *mutations, size_t count, StoreWriteOptions options)
{
    Request request = {mutations, NULL, 0, 0};
    StoreBatchArgs args = {count, 0, mutation_at, NULL, &request, options};
    store_call_free(call);
    call = store_call_bulk_write(fixture.store, &args, &fixture.error);
    return call != NULL;
}

static bool
bulk(const StoreMutation *mutations, size_t count)
{
    return bulk_with(mutations, count, (StoreWriteOptions){0});
}

static void
forget(void)
{
    store_call_free(call);
    call = NULL;
}

#define PUT(k, v)                                                                       \
    {                                                                                   \
        .kind = STORE_MUTATION_PUT, .key = TEXT(k), .has_value = true, .value = TEXT(v) \
    }
#define REMOVE(k)                                     \
    {                                                 \
        .kind = STORE_MUTATION_REMOVE, .key = TEXT(k) \
    }
#define INCREMENT(k, n)                                                                   \
    {                                                                                     \
        .kind = STORE_MUTATION_INCREMENT, .key = TEXT(k), .has_delta = true, .delta = (n) \
    }

/* ------------------------------------------------------------------------------------- batch -- */

START_TEST(a_batch_applies_together_at_one_version)
{
    put("b", "old");
    const StoreMutation mutations[] = {PUT("a", "1"),     REMOVE("b"),   INCREMENT("n", 4),
                                       INCREMENT("n", 3), PUT("a", "2"), INCREMENT("m", -1)};
    ck_assert(batch(mutations, 6));
    const StoreBatchResult *result = &call->batch;
    ck_assert(result->applied);
    ck_assert_int_eq(result->reason, STORE_WAS_APPLIED);
    ck_assert_int_eq(result->failed_guard, -1);
    ck_assert_int_eq(result->failed_mutation, -1);
    ck_assert_uint_eq(result->number_count, 3);
    ck_assert_int_eq(result->numbers[0], 4);
    ck_assert_int_eq(result->numbers[1], 7);
    ck_assert_int_eq(result->numbers[2], -1);
    expect("a", "2");
    expect("b", NULL);
    StoreRead read;
    StoreGetResult got;
    ck_assert(store_read_begin(&read, fixture.store, 0, &fixture.error));
    ck_assert(store_get(&read, &(StoreGetArgs){.key = TEXT("n")}, &got, &fixture.error));
    ck_assert_int_eq(got.version, result->version);
    ck_assert(base_slice_equal(got.value, base_slice("\0\0\0\0\0\0\0\7", 8)));
    ck_assert(store_get(&read, &(StoreGetArgs){.key = TEXT("a")}, &got, &fixture.error));
    ck_assert_int_eq(got.version, result->version);
    store_read_end(&read);
    forget();
}
END_TEST

START_TEST(guards_see_the_state_before_the_batch)
{
    int64_t version = put("g", "guarded");
    StoreGuard guards[] = {
        {.key = TEXT("g"), .condition = {.has_version_equal = true, .version_equal = version}},
        {.key = TEXT("a"), .condition = {.absent = true}},
    };
    const StoreMutation mutations[] = {PUT("g", "changed"), PUT("a", "1")};
    StoreWriteOptions options = {.return_current = true};
    ck_assert(batch_with(mutations, 2, guards, 2, options));
    ck_assert(call->batch.applied);
    ck_assert(batch_with(mutations, 2, guards, 2, options));
    ck_assert(!call->batch.applied);
    ck_assert_int_eq(call->batch.reason, STORE_CONDITION_FAILED);
    ck_assert_int_eq(call->batch.failed_guard, 0);
    ck_assert_int_eq(call->batch.failed_mutation, -1);
    ck_assert_int_gt(call->batch.current_version, version);
    ck_assert(call->batch.has_current_value);
    ck_assert(base_slice_equal(call->batch.current_value, TEXT("changed")));
    ck_assert_int_eq(call->batch.version, 0);
    ck_assert_uint_eq(call->batch.number_count, 0);
    ck_assert(batch_with(mutations, 2, guards + 1, 1, (StoreWriteOptions){0}));
    ck_assert_int_eq(call->batch.failed_guard, 0);
    ck_assert(!call->batch.has_current_value);
    forget();
}
END_TEST

START_TEST(a_failed_condition_names_its_mutation)
{
    put("there", "1");
    StoreGuard guards[] = {{.key = TEXT("there"), .condition = {.present = true}}};
    StoreMutation mutations[] = {PUT("a", "1"), PUT("b", "1"), PUT("c", "1"), PUT("there", "2")};
    mutations[1].has_condition = true; /* without any demand: always holds */
    mutations[2].has_condition = true;
    mutations[2].condition.absent = true;
    mutations[3].has_condition = true;
    mutations[3].condition.absent = true;
    ck_assert(batch_with(mutations, 4, guards, 1, (StoreWriteOptions){.return_current = true}));
    ck_assert(!call->batch.applied);
    ck_assert_int_eq(call->batch.reason, STORE_CONDITION_FAILED);
    ck_assert_int_eq(call->batch.failed_guard, -1);
    ck_assert_int_eq(call->batch.failed_mutation, 3);
    ck_assert(base_slice_equal(call->batch.current_value, TEXT("1")));
    expect("a", NULL);
    expect("c", NULL);
    forget();
}
END_TEST

START_TEST(a_counter_that_is_none_names_its_mutation)
{
    put("text", "hello");
    const StoreMutation mutations[] = {PUT("a", "1"), INCREMENT("text", 1)};
    ck_assert(batch(mutations, 2));
    ck_assert(!call->batch.applied);
    ck_assert_int_eq(call->batch.reason, STORE_NOT_A_COUNTER);
    ck_assert_int_eq(call->batch.failed_mutation, 1);
    expect("a", NULL);
    forget();
}
END_TEST

START_TEST(later_mutations_win_over_removed_ranges)
{
    put("a", "1");
    put("b", "1");
    put("c", "1");
    const StoreMutation mutations[] = {
        PUT("b2", "gone"),
        {.kind = STORE_MUTATION_REMOVE_RANGE,
         .key = TEXT("b"),
         .has_stop_key = true,
         .stop_key = TEXT("c")},
        PUT("b3", "stays"),
    };
    ck_assert(batch(mutations, 3));
    ck_assert(call->batch.applied);
    expect("a", "1");
    expect("b", NULL);
    expect("b2", NULL);
    expect("b3", "stays");
    expect("c", "1");
    forget();
}
END_TEST

START_TEST(a_removed_range_can_be_open_empty_or_the_wrong_way_round)
{
    put("a", "1");
    put("b", "1");
    StoreMutation range = {.kind = STORE_MUTATION_REMOVE_RANGE,
                           .key = TEXT("b"),
                           .has_stop_key = true,
                           .stop_key = TEXT("a")};
    ck_assert(batch(&range, 1));
    ck_assert(call->batch.applied);
    expect("a", "1");
    range.key = BASE_SLICE_EMPTY;
    range.stop_key = BASE_SLICE_EMPTY;
    ck_assert(batch(&range, 1));
    expect("a", "1");
    range.has_stop_key = false;
    ck_assert(batch(&range, 1));
    expect("a", NULL);
    expect("b", NULL);
    forget();
}
END_TEST

START_TEST(an_empty_batch_checks_its_guards)
{
    StoreGuard guard = {.key = TEXT("a"), .condition = {.absent = true}};
    ck_assert(batch_with(NULL, 0, &guard, 1, (StoreWriteOptions){0}));
    ck_assert(call->batch.applied);
    put("a", "1");
    ck_assert(batch_with(NULL, 0, &guard, 1, (StoreWriteOptions){0}));
    ck_assert(!call->batch.applied);
    ck_assert_int_eq(call->batch.failed_guard, 0);
    ck_assert(batch(NULL, 0));
    ck_assert(call->batch.applied);
    forget();
}
END_TEST

START_TEST(increments_keep_the_expiry_and_puts_do_not)
{
    StoreMutation mutations[] = {INCREMENT("n", 1), PUT("p", "1")};
    mutations[0].has_expiry = true;
    mutations[0].expiry = (StoreExpiry){.has_ttl_ms = true, .ttl_ms = 10};
    mutations[1].has_expiry = true;
    mutations[1].expiry = mutations[0].expiry;
    ck_assert(batch(mutations, 2));
    mutations[0].has_expiry = false;
    mutations[1].has_expiry = false;
    ck_assert(batch(mutations, 2));
    base_fake_clock_advance_ms(&fixture.clock, 10);
    expect("n", NULL);
    expect("p", "1");
    forget();
}
END_TEST

static void
reject(StoreMutation mutation, StoreInvalidCode code, const char *field, int64_t limit,
       int64_t actual)
{
    const StoreMutation mutations[] = {PUT("first", "1"), mutation};
    ck_assert_msg(!batch(mutations, 2), "%s", field);
    expect_invalid(code, field, limit, actual);
    ck_assert_msg(!bulk(mutations, 2), "%s", field);
    expect_invalid(code, field, limit, actual);
    expect("first", NULL);
}

START_TEST(mutations_are_checked)
{
    char *long_key = repeat('k', 1026);
    StoreMutation good = PUT("k", "v");
    StoreMutation bad = good;
    bad.kind = 0;
    reject(bad, STORE_INVALID_BAD_ARGUMENT, "mutations[1].kind", 1, 0);
    bad.kind = 5;
    reject(bad, STORE_INVALID_OVER_LIMIT, "mutations[1].kind", 4, 5);
    bad = good;
    bad.key = BASE_SLICE_EMPTY;
    reject(bad, STORE_INVALID_BAD_ARGUMENT, "mutations[1].key", 1, 0);
    bad = good;
    bad.has_value = false;
    reject(bad, STORE_INVALID_BAD_ARGUMENT, "mutations[1].value", 0, 0);
    bad = good;
    bad.has_delta = true;
    reject(bad, STORE_INVALID_BAD_ARGUMENT, "mutations[1].delta", 0, 0);
    bad = good;
    bad.has_stop_key = true;
    reject(bad, STORE_INVALID_BAD_ARGUMENT, "mutations[1].stop_key", 0, 0);
    bad = (StoreMutation)INCREMENT("k", 1);
    bad.has_delta = false;
    reject(bad, STORE_INVALID_BAD_ARGUMENT, "mutations[1].delta", 0, 0);
    bad = (StoreMutation)REMOVE("k");
    bad.has_expiry = true;
    reject(bad, STORE_INVALID_BAD_ARGUMENT, "mutations[1].expiry", 0, 0);
    bad = good;
    bad.has_expiry = true;
    bad.expiry = (StoreExpiry){.has_ttl_ms = true, .ttl_ms = -1};
    reject(bad, STORE_INVALID_BAD_ARGUMENT, "mutations[1].expiry.ttl_ms", 1, -1);
    bad = good;
    bad.has_condition = true;
    bad.condition = (StoreCondition){.absent = true, .present = true};
    reject(bad, STORE_INVALID_BAD_ARGUMENT, "mutations[1].condition", 0, 0);
    bad = (StoreMutation){.kind = STORE_MUTATION_REMOVE_RANGE, .key = base_slice(long_key, 1026)};
    reject(bad, STORE_INVALID_OVER_LIMIT, "mutations[1].key", 1025, 1026);
    bad.key = BASE_SLICE_EMPTY;
    bad.has_condition = true;
    bad.condition.present = true;
    reject(bad, STORE_INVALID_BAD_ARGUMENT, "mutations[1].key", 1, 0);
    StoreGuard guard = {.key = BASE_SLICE_EMPTY};
    ck_assert(!batch_with(&good, 1, &guard, 1, (StoreWriteOptions){0}));
    expect_invalid(STORE_INVALID_BAD_ARGUMENT, "options.guards[0].key", 1, 0);
    guard = (StoreGuard){.key = TEXT("k"),
                         .condition = {.has_version_equal = true, .version_equal = -1}};
    ck_assert(!batch_with(&good, 1, &guard, 1, (StoreWriteOptions){0}));
    expect_invalid(STORE_INVALID_BAD_ARGUMENT, "options.guards[0].condition.version_equal", 0, -1);
    free(long_key);
    forget();
}
END_TEST

START_TEST(counts_are_checked)
{
    ck_assert(!batch(NULL, 32769));
    expect_invalid(STORE_INVALID_OVER_LIMIT, "mutations", 32768, 32769);
    ck_assert(!bulk(NULL, 32769));
    expect_invalid(STORE_INVALID_OVER_LIMIT, "mutations", 32768, 32769);
    ck_assert(!batch_with(NULL, 0, NULL, 32769, (StoreWriteOptions){0}));
    expect_invalid(STORE_INVALID_OVER_LIMIT, "options.guards", 32768, 32769);
}
END_TEST

START_TEST(range_removes_are_counted)
{
    StoreMutation ranges[17];
    for (size_t i = 0; i < 17; i++) {
        ranges[i] = (StoreMutation){.kind = STORE_MUTATION_REMOVE_RANGE,
                                    .key = BASE_SLICE_LITERAL("x"),
                                    .has_stop_key = true,
                                    .stop_key = BASE_SLICE_LITERAL("y")};
    }
    ck_assert(batch(ranges, 16));
    forget();
    ck_assert(!batch(ranges, 17));
    expect_invalid(STORE_INVALID_OVER_LIMIT, "mutations", 16, 17);
    ck_assert(!bulk(ranges, 17));
    expect_invalid(STORE_INVALID_OVER_LIMIT, "mutations", 16, 17);
}
END_TEST

START_TEST(options_are_checked)
{
    const StoreMutation good = PUT("k", "v");
    ck_assert(!batch_with(&good, 1, NULL, 0, (StoreWriteOptions){.has_fence = true}));
    expect_invalid(STORE_INVALID_UNSUPPORTED, "options.fence", 0, 0);
    ck_assert(!bulk_with(&good, 1, (StoreWriteOptions){.has_request_id = true}));
    expect_invalid(STORE_INVALID_UNSUPPORTED, "options.request_id", 0, 0);
    ck_assert(!bulk_with(&good, 1, (StoreWriteOptions){.durability = 1}));
    expect_invalid(STORE_INVALID_UNSUPPORTED, "options.durability", 0, 0);
    store_set_mode(fixture.store, STORE_MODE_READ_ONLY);
    ck_assert(!batch(&good, 1));
    expect_refused(STORE_REFUSED_READ_ONLY, "store:default");
    ck_assert(!bulk(&good, 1));
    expect_refused(STORE_REFUSED_READ_ONLY, "store:default");
    forget();
}
END_TEST

START_TEST(an_engine_of_single_keys_takes_single_mutations)
{
    gate_register();
    gate_reset();
    fixture.store = fixture_open_store("meagre", &meagre_class);
    const StoreMutation two[] = {PUT("a", "1"), PUT("b", "1")};
    ck_assert(!batch(two, 2));
    expect_invalid(STORE_INVALID_UNSUPPORTED, "mutations", 0, 0);
    ck_assert(batch(two, 1));
    ck_assert(call->batch.applied);
    ck_assert(bulk(two, 2));
    ck_assert_int_eq(call->bulk.applied_count, 2);
    forget();
}
END_TEST

START_TEST(the_largest_batch_applies)
{
    enum { COUNT = 32768 };
    StoreMutation *mutations = calloc(COUNT, sizeof *mutations);
    char(*keys)[8] = calloc(COUNT, sizeof *keys);
    ck_assert(mutations != NULL && keys != NULL);
    for (size_t i = 0; i < COUNT; i++) {
        (void)snprintf(keys[i], sizeof keys[i], "%05zu", i);
        mutations[i] = (StoreMutation){.kind = STORE_MUTATION_PUT,
                                       .key = base_slice_text(keys[i]),
                                       .has_value = true,
                                       .value = base_slice_text(keys[i]),
                                       .has_condition = true,
                                       .condition = {.absent = true}};
    }
    ck_assert(batch(mutations, COUNT));
    ck_assert(call->batch.applied);
    expect("32767", "32767");
    ck_assert(bulk(mutations, COUNT));
    ck_assert_int_eq(call->bulk.applied_count, 0);
    ck_assert_uint_eq(call->bulk.count, COUNT);
    ck_assert_int_eq(call->bulk.items[COUNT - 1].reason, STORE_CONDITION_FAILED);
    free(mutations);
    free(keys);
    forget();
}
END_TEST

/* -------------------------------------------------------------------------------- bulk_write -- */

START_TEST(bulk_items_are_independent_and_in_order)
{
    put("text", "hello");
    int64_t version = put("b", "old");
    StoreMutation mutations[] = {PUT("a", "1"),     PUT("b", "new"),    INCREMENT("text", 1),
                                 INCREMENT("n", 2), INCREMENT("n", 3),  PUT("a", "2"),
                                 REMOVE("missing"), INCREMENT("n", 100)};
    mutations[1].has_condition = true;
    mutations[1].condition.absent = true;
    mutations[7].has_condition = true;
    mutations[7].condition.absent = true;
    ck_assert(bulk(mutations, 8));
    const StoreBulkResult *result = &call->bulk;
    ck_assert_uint_eq(result->count, 8);
    ck_assert_int_eq(result->applied_count, 5);
    ck_assert(result->items[0].applied);
    ck_assert(!result->items[1].applied);
    ck_assert_int_eq(result->items[1].reason, STORE_CONDITION_FAILED);
    ck_assert_int_eq(result->items[1].current_version, version);
    ck_assert_int_eq(result->items[1].version, 0);
    ck_assert_int_eq(result->items[2].reason, STORE_NOT_A_COUNTER);
    ck_assert_int_eq(result->items[3].number, 2);
    ck_assert_int_eq(result->items[4].number, 5);
    ck_assert_int_gt(result->items[4].version, result->items[3].version);
    ck_assert_int_gt(result->items[5].version, result->items[4].version);
    ck_assert(result->items[6].applied);
    ck_assert_int_eq(result->items[7].reason, STORE_CONDITION_FAILED);
    ck_assert_int_eq(result->items[7].number, 5);
    ck_assert_int_eq(result->version, result->items[6].version);
    expect("a", "2");
    expect("b", "old");
    forget();
}
END_TEST

START_TEST(an_empty_bulk_write_is_a_result)
{
    ck_assert(bulk(NULL, 0));
    ck_assert_uint_eq(call->bulk.count, 0);
    ck_assert_int_eq(call->bulk.applied_count, 0);
    ck_assert_int_eq(call->bulk.version, 0);
    forget();
}
END_TEST

START_TEST(a_bulk_write_is_one_chain)
{
    gate_register();
    gate_reset();
    fixture.store = fixture_open_store("gated", &gated_class);
    const StoreMutation mutations[] = {PUT("a", "1"), PUT("b", "1"), PUT("c", "1")};
    ck_assert(bulk_with(mutations, 3, (StoreWriteOptions){.durability = 1}));
    ck_assert_uint_eq(gate_chains(), 1);
    ck_assert_uint_eq(gate_commits(), 3);
    forget();
}
END_TEST

START_TEST(a_bulk_write_fails_by_its_worst_commit)
{
    gate_register();
    gate_reset();
    fixture.store = fixture_open_store("gated", &gated_class);
    const StoreMutation mutations[] = {PUT("a", "1"), PUT("b", "1"), PUT("c", "1")};
    EngineOutcome outcome = {.kind = ENGINE_REFUSED,
                             .refusal = ENGINE_REFUSAL_DISK_FULL,
                             .retry_after_ms = 70,
                             .status = base_error(BASE_NO_SPACE, "no room")};
    gate_answer(&outcome, 2);
    ck_assert(!bulk(mutations, 3));
    expect_refused(STORE_REFUSED_DISK_FULL, "store:gated");
    ck_assert_int_eq(fixture.error.retry_after_ms, 70);
    ck_assert_ptr_nonnull(strstr(fixture.error.message, "no room"));
    expect("b", "1");
    expect("c", NULL);
    outcome = (EngineOutcome){.kind = ENGINE_UNKNOWN, .status = base_error(BASE_IO, "sync failed")};
    gate_answer(&outcome, 1);
    ck_assert(!bulk(mutations, 3));
    ck_assert_int_eq(fixture.error.kind, STORE_ERROR_INDETERMINATE);
    ck_assert_int_eq(fixture.error.code, STORE_INDETERMINATE_DURABILITY_UNKNOWN);
    forget();
}
END_TEST

static void
add_tests(TCase *tests)
{
    tcase_add_test(tests, a_batch_applies_together_at_one_version);
    tcase_add_test(tests, guards_see_the_state_before_the_batch);
    tcase_add_test(tests, a_failed_condition_names_its_mutation);
    tcase_add_test(tests, a_counter_that_is_none_names_its_mutation);
    tcase_add_test(tests, later_mutations_win_over_removed_ranges);
    tcase_add_test(tests, a_removed_range_can_be_open_empty_or_the_wrong_way_round);
    tcase_add_test(tests, an_empty_batch_checks_its_guards);
    tcase_add_test(tests, increments_keep_the_expiry_and_puts_do_not);
    tcase_add_test(tests, mutations_are_checked);
    tcase_add_test(tests, counts_are_checked);
    tcase_add_test(tests, range_removes_are_counted);
    tcase_add_test(tests, options_are_checked);
    tcase_add_test(tests, an_engine_of_single_keys_takes_single_mutations);
    tcase_add_test(tests, the_largest_batch_applies);
    tcase_add_test(tests, bulk_items_are_independent_and_in_order);
    tcase_add_test(tests, an_empty_bulk_write_is_a_result);
    tcase_add_test(tests, a_bulk_write_is_one_chain);
    tcase_add_test(tests, a_bulk_write_fails_by_its_worst_commit);
}

int
main(void)
{
    return fixture_main("store/batch", add_tests);
}
