/*
 * test_store_call.c: outcomes of engines as errors, deadlines while a commit is under way, and
 * writes that are submitted together.
 */
#include "service/store/chain.h"
#include "tests/support/gated_engine.h"
#include "tests/support/store_fixture.h"

#include <pthread.h>
#include <sched.h>

static Store *gated;

/* A second store, behind the gate. */
static void
setup_gate(void)
{
    gate_register();
    gate_reset();
    gated = fixture_open_store("gated", &gated_class);
    fixture.store = gated;
}

static StoreCall *
put_sync(const char *key, const char *value, int64_t deadline_ms)
{
    StorePutArgs args = {
        .key = base_slice_text(key),
        .value = base_slice_text(value),
        .options = {.durability = 1, .deadline = {.is_set = deadline_ms != 0, .ms = deadline_ms}}};
    return store_call_put(fixture.store, &args, &fixture.error);
}

/* ---------------------------------------------------------------------------------- outcomes -- */

static const struct OutcomeCase {
    EngineOutcome outcome;
    StoreErrorKind kind;
    int code;
} outcome_cases[] = {
    {{.kind = ENGINE_REFUSED, .refusal = ENGINE_REFUSAL_NONE}, 3, STORE_REFUSED_OVERLOAD},
    {{.kind = ENGINE_REFUSED, .refusal = ENGINE_REFUSAL_OVERLOAD}, 3, STORE_REFUSED_OVERLOAD},
    {{.kind = ENGINE_REFUSED, .refusal = ENGINE_REFUSAL_DISK_FULL}, 3, STORE_REFUSED_DISK_FULL},
    {{.kind = ENGINE_REFUSED, .refusal = ENGINE_REFUSAL_MEMORY_FULL}, 3, STORE_REFUSED_MEMORY_FULL},
    {{.kind = ENGINE_REFUSED, .refusal = ENGINE_REFUSAL_CLOSING}, 3, STORE_REFUSED_DRAINING},
    {{.kind = ENGINE_REFUSED, .refusal = ENGINE_REFUSAL_DEADLINE}, 3, STORE_REFUSED_DEADLINE},
    {{.kind = ENGINE_REFUSED, .refusal = ENGINE_REFUSAL_READ_ONLY}, 3, STORE_REFUSED_READ_ONLY},
    {{.kind = ENGINE_UNKNOWN, .status = {BASE_IO, "sync"}},
     4,
     STORE_INDETERMINATE_DURABILITY_UNKNOWN},
    {{.kind = ENGINE_UNKNOWN, .status = {BASE_POISONED, "sync"}},
     4,
     STORE_INDETERMINATE_DURABILITY_UNKNOWN},
    {{.kind = ENGINE_UNKNOWN, .status = {BASE_CLOSED, "lost"}},
     4,
     STORE_INDETERMINATE_ENGINE_UNKNOWN},
    {{.kind = ENGINE_UNKNOWN, .status = {BASE_BUSY, "silent"}},
     4,
     STORE_INDETERMINATE_ENGINE_UNKNOWN},
    {{.kind = ENGINE_FAILED, .status = {BASE_POISONED, "poisoned"}}, 5, STORE_FAILED_POISONED},
    {{.kind = ENGINE_FAILED, .status = {BASE_CORRUPTION, "corrupt"}}, 5, STORE_FAILED_CORRUPTION},
    {{.kind = ENGINE_FAILED, .status = {BASE_IO, "disk"}}, 5, STORE_FAILED_IO_ERROR},
    {{.kind = ENGINE_FAILED, .status = {BASE_NO_MEMORY, "odd"}}, 5, STORE_FAILED_INTERNAL},
    {{.kind = ENGINE_FAILED, .status = {BASE_UNSUPPORTED, "odd"}}, 5, STORE_FAILED_INTERNAL},
};

START_TEST(every_outcome_has_its_error)
{
    setup_gate();
    const struct OutcomeCase *test = &outcome_cases[_i];
    EngineOutcome outcome = test->outcome;
    outcome.retry_after_ms = outcome.kind == ENGINE_REFUSED ? 15 : 0;
    gate_answer(&outcome, 0);
    ck_assert_ptr_null(put_sync("k", "v", 0));
    ck_assert_int_eq(fixture.error.kind, test->kind);
    ck_assert_int_eq(fixture.error.code, test->code);
    ck_assert_ptr_nonnull(strstr(fixture.error.message, "gated"));
    ck_assert_int_eq(fixture.error.retry_after_ms, outcome.retry_after_ms);
    ck_assert_str_eq(fixture.error.scope, test->kind == STORE_ERROR_REFUSED ? "store:gated" : "");
    gate_answer(NULL, 0);
    store_call_free(must(put_sync("k", "v", 0)));
    expect("k", "v");
}
END_TEST

/* --------------------------------------------------------------------------------- deadlines -- */

START_TEST(a_deadline_while_committing_is_indeterminate_and_the_commit_goes_on)
{
    setup_gate();
    char *value = repeat('v', 100000);
    gate_hold();
    ck_assert_ptr_null(put_sync("k", value, 1));
    free(value);
    ck_assert_int_eq(fixture.error.kind, STORE_ERROR_INDETERMINATE);
    ck_assert_int_eq(fixture.error.code, STORE_INDETERMINATE_DEADLINE);
    expect("k", NULL);
    gate_release();
    value = repeat('v', 100000);
    expect("k", value);
    free(value);
}
END_TEST

static void
mutation_at(void *user, size_t index, StoreMutation *ret)
{
    *ret = ((const StoreMutation *)user)[index];
}

START_TEST(a_late_batch_outlives_its_arguments)
{
    setup_gate();
    char *key = repeat('k', 1000);
    StoreMutation *mutations = calloc(2, sizeof *mutations);
    ck_assert_ptr_nonnull(mutations);
    for (size_t i = 0; i < 2; i++) {
        mutations[i] = (StoreMutation){.kind = STORE_MUTATION_PUT,
                                       .key = base_slice(key, 999 + i),
                                       .has_value = true,
                                       .value = base_slice(key, 10),
                                       .has_condition = true,
                                       .condition = {.absent = true}};
    }
    StoreBatchArgs args = {.mutation_count = 2,
                           .mutation_at = mutation_at,
                           .user = mutations,
                           .options = {.deadline = {.is_set = true, .ms = 1}}};
    gate_hold();
    ck_assert_ptr_null(store_call_batch(fixture.store, &args, &fixture.error));
    ck_assert_int_eq(fixture.error.code, STORE_INDETERMINATE_DEADLINE);
    ck_assert_ptr_null(store_call_bulk_write(fixture.store, &args, &fixture.error));
    ck_assert_int_eq(fixture.error.code, STORE_INDETERMINATE_DEADLINE);
    free(mutations);
    free(key);
    gate_release();
    key = repeat('k', 1000);
    expect(key, "kkkkkkkkkk");
    free(key);
}
END_TEST

START_TEST(a_late_refusal_is_dropped)
{
    setup_gate();
    put("k", "old");
    gate_hold();
    StoreRemoveArgs args = {.key = TEXT("k"),
                            .options = {.condition = {.absent = true},
                                        .return_current = true,
                                        .deadline = {.is_set = true, .ms = 1}}};
    ck_assert_ptr_null(store_call_remove(fixture.store, &args, &fixture.error));
    gate_release();
    expect("k", "old");
}
END_TEST

START_TEST(a_deadline_that_has_passed_is_refused_before_anything)
{
    setup_gate();
    StorePutArgs args = {.key = TEXT("k"), .value = TEXT("v")};
    args.options.deadline.arrival_us = base_clock_monotonic_us(&fixture.clock.clock);
    args.options.deadline.is_set = true;
    args.options.deadline.ms = 10;
    base_fake_clock_advance_ms(&fixture.clock, 10);
    ck_assert_ptr_null(store_call_put(fixture.store, &args, &fixture.error));
    expect_refused(STORE_REFUSED_DEADLINE, "server");
    ck_assert_uint_eq(gate_commits(), 0);
}
END_TEST

START_TEST(a_deadline_is_held_against_the_time_that_its_caller_has)
{
    int64_t now_us = base_clock_monotonic_us(&fixture.clock.clock);
    StoreDeadline deadline = {.arrival_us = now_us, .is_set = true, .ms = 10, .now_us = now_us};
    int64_t deadline_us = 0;
    base_fake_clock_advance_ms(&fixture.clock, 20);
    ck_assert(store_deadline_check(fixture.store, &deadline, &deadline_us, &fixture.error));
    ck_assert_int_eq(deadline_us, now_us + 10000);
    deadline.now_us = now_us + 10000;
    ck_assert(!store_deadline_check(fixture.store, &deadline, &deadline_us, &fixture.error));
    expect_refused(STORE_REFUSED_DEADLINE, "server");
}
END_TEST

START_TEST(the_servers_own_limit_refuses_too)
{
    setup_gate();
    StorePutArgs args = {.key = TEXT("k"), .value = TEXT("v")};
    args.options.deadline.arrival_us = base_clock_monotonic_us(&fixture.clock.clock);
    base_fake_clock_advance_ms(&fixture.clock, fixture.limits.deadline_ms_default);
    ck_assert_ptr_null(store_call_put(fixture.store, &args, &fixture.error));
    expect_refused(STORE_REFUSED_DEADLINE, "server");
    ck_assert_uint_eq(gate_commits(), 0);
}
END_TEST

START_TEST(a_commit_that_is_not_sequenced_in_time_is_refused)
{
    setup_gate();
    StoreWrite write = {0};
    StorePutArgs args = {
        .key = TEXT("k"), .value = TEXT("v"), .options = {.deadline = {.is_set = true, .ms = 10}}};
    ck_assert(store_write_put(&write, gated, &args, &fixture.error));
    ck_assert_int_eq(write.commit.deadline_us,
                     base_clock_monotonic_us(&fixture.clock.clock) + 10000);
}
END_TEST

static void *
release_later(void *user)
{
    (void)user;
    while (gate_chains() == 0) {
        (void)sched_yield();
    }
    gate_release();
    return NULL;
}

START_TEST(a_waiter_gets_an_answer_from_another_thread)
{
    setup_gate();
    pthread_t other;
    gate_hold();
    ck_assert_int_eq(pthread_create(&other, NULL, release_later, NULL), 0);
    StoreCall *call = must(put_sync("k", "v", 0));
    ck_assert(call->write.applied);
    store_call_free(call);
    ck_assert_int_eq(pthread_join(other, NULL), 0);
    expect("k", "v");
}
END_TEST

static void *
release_at_close(void *user)
{
    for (int i = 0; i < 1000; i++) { /* time for the set to begin to close; none is needed */
        (void)sched_yield();
    }
    gate_release();
    return user;
}

START_TEST(closing_waits_for_commits_that_were_given_up)
{
    gate_register();
    gate_reset();
    StoreSet *set = store_set_new(fixture.env, &fixture.clock.clock, &fixture.limits);
    StoreSpec spec = {.name = "late", .engine_class = &gated_class, .directory = "/late"};
    ck_assert(store_set_open(set, &spec, &fixture.store, &fixture.error));
    gate_hold();
    ck_assert_ptr_null(put_sync("k", "v", 1));
    ck_assert_int_eq(fixture.error.code, STORE_INDETERMINATE_DEADLINE);
    pthread_t other;
    ck_assert_int_eq(pthread_create(&other, NULL, release_at_close, NULL), 0);
    store_set_close(set);
    ck_assert_int_eq(pthread_join(other, NULL), 0);
}
END_TEST

static void *
put_many(void *user)
{
    for (int i = 0; i < 200; i++) {
        StoreIncrementArgs args = {.key = TEXT("n"), .delta = 1};
        StoreError error;
        StoreCall *call = store_call_increment(fixture.store, &args, &error);
        ck_assert_ptr_nonnull(call);
        store_call_free(call);
    }
    return user;
}

START_TEST(callers_of_many_threads_are_all_answered)
{
    pthread_t threads[4];
    for (size_t i = 0; i < 4; i++) {
        ck_assert_int_eq(pthread_create(&threads[i], NULL, put_many, NULL), 0);
    }
    for (size_t i = 0; i < 4; i++) {
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    }
    StoreIncrementArgs args = {.key = TEXT("n"), .delta = 0};
    StoreCall *call = must(store_call_increment(fixture.store, &args, &fixture.error));
    ck_assert_int_eq(call->write.number, 800);
    store_call_free(call);
}
END_TEST

/* ------------------------------------------------------------------------------ asynchronous -- */

static size_t done_count;
static int64_t done_versions[8];

static void
count_done(StoreWrite *write)
{
    ck_assert(write->succeeded);
    done_versions[done_count++] = write->result.version;
    memset(write, 0xee, sizeof *write); /* the memory is ours again */
}

START_TEST(writes_of_a_chain_go_together_and_in_order)
{
    setup_gate();
    StoreWrite writes[4] = {0};
    static const char *const values[4] = {"1", "2", "3", "4"};
    StoreChain chain = {0};
    for (size_t i = 0; i < 4; i++) {
        writes[i].done = count_done;
        StorePutArgs args = {.key = TEXT("k"), .value = base_slice_text(values[i])};
        ck_assert(store_write_put(&writes[i], gated, &args, &fixture.error));
        store_chain_add_write(&chain, &writes[i]);
    }
    done_count = 0;
    store_chain_submit(&chain);
    store_chain_submit(&chain); /* it is empty now */
    ck_assert_uint_eq(done_count, 4);
    ck_assert_uint_eq(gate_chains(), 1);
    ck_assert_uint_eq(gate_commits(), 4);
    for (size_t i = 1; i < 4; i++) {
        ck_assert_int_lt(done_versions[i - 1], done_versions[i]);
    }
    fixture.store = gated;
    expect("k", "4");
}
END_TEST

static void
check_current(StoreWrite *write)
{
    ck_assert(write->succeeded);
    ck_assert(!write->result.applied);
    ck_assert(base_slice_equal(write->result.current_value, TEXT("present")));
    done_count++;
}

START_TEST(views_of_an_outcome_are_valid_while_it_is_delivered)
{
    put("k", "present");
    StoreWrite write = {.done = check_current};
    StorePutArgs args = {.key = TEXT("k"),
                         .value = TEXT("v"),
                         .options = {.condition = {.absent = true}, .return_current = true}};
    ck_assert(store_write_put(&write, fixture.store, &args, &fixture.error));
    done_count = 0;
    store_write_submit(&write);
    ck_assert_uint_eq(done_count, 1);
}
END_TEST

/* ------------------------------------------------------------------------------ remove_range -- */

static StoreRemoveRangeResult removed;

static bool
remove_range(const StoreRemoveRangeArgs *args)
{
    return store_call_remove_range(fixture.store, args, &removed, &fixture.error);
}

START_TEST(a_range_is_removed_in_one_commit)
{
    put("a", "1");
    put("b1", "22");
    int64_t before = put("b2", "333");
    StoreRemoveRangeArgs args = {.range = {.has_prefix = true, .prefix = TEXT("b")},
                                 .dry_run = true};
    ck_assert(remove_range(&args));
    ck_assert_int_eq(removed.version, 0);
    ck_assert_int_eq(removed.estimated_keys, 2);
    ck_assert_int_eq(removed.estimated_bytes, 9);
    expect("b1", "22");
    args.dry_run = false;
    ck_assert(remove_range(&args));
    ck_assert_int_gt(removed.version, before);
    ck_assert_int_eq(removed.estimated_keys, 2);
    expect("a", "1");
    expect("b1", NULL);
    expect("b2", NULL);
    ck_assert(remove_range(&(StoreRemoveRangeArgs){.dry_run = false}));
    expect("a", NULL);
}
END_TEST

START_TEST(arguments_of_remove_range_are_checked)
{
    StoreRemoveRangeArgs args = {
        .range = {.has_prefix = true, .has_stop_key = true, .stop_key = TEXT("x")}};
    ck_assert(!remove_range(&args));
    expect_invalid(STORE_INVALID_BAD_ARGUMENT, "range.prefix", 0, 0);
    args = (StoreRemoveRangeArgs){.options = {.durability = 1}, .dry_run = true};
    ck_assert(!remove_range(&args));
    expect_invalid(STORE_INVALID_UNSUPPORTED, "options.durability", 0, 0);
    args = (StoreRemoveRangeArgs){.options = {.has_fence = true}};
    ck_assert(!remove_range(&args));
    expect_invalid(STORE_INVALID_UNSUPPORTED, "options.fence", 0, 0);
    store_set_mode(fixture.store, STORE_MODE_READ_ONLY);
    ck_assert(!remove_range(&(StoreRemoveRangeArgs){.dry_run = false}));
    expect_refused(STORE_REFUSED_READ_ONLY, "store:default");
    ck_assert(remove_range(&(StoreRemoveRangeArgs){.dry_run = true}));
}
END_TEST

START_TEST(a_late_remove_range_outlives_its_arguments)
{
    setup_gate();
    put("pre1", "1");
    put("post", "1");
    char *prefix = repeat('p', 1);
    gate_hold();
    StoreRemoveRangeArgs args = {.range = {.has_prefix = true, .prefix = base_slice_text(prefix)},
                                 .options = {.deadline = {.is_set = true, .ms = 1}}};
    ck_assert(!remove_range(&args));
    ck_assert_int_eq(fixture.error.code, STORE_INDETERMINATE_DEADLINE);
    free(prefix);
    gate_release();
    expect("pre1", NULL);
    expect("post", NULL);
}
END_TEST

static void
add_tests(TCase *tests)
{
    tcase_add_loop_test(tests, every_outcome_has_its_error, 0,
                        sizeof outcome_cases / sizeof outcome_cases[0]);
    tcase_add_test(tests, a_deadline_while_committing_is_indeterminate_and_the_commit_goes_on);
    tcase_add_test(tests, a_late_batch_outlives_its_arguments);
    tcase_add_test(tests, a_late_refusal_is_dropped);
    tcase_add_test(tests, a_deadline_that_has_passed_is_refused_before_anything);
    tcase_add_test(tests, a_deadline_is_held_against_the_time_that_its_caller_has);
    tcase_add_test(tests, the_servers_own_limit_refuses_too);
    tcase_add_test(tests, a_commit_that_is_not_sequenced_in_time_is_refused);
    tcase_add_test(tests, a_waiter_gets_an_answer_from_another_thread);
    tcase_add_test(tests, closing_waits_for_commits_that_were_given_up);
    tcase_add_test(tests, callers_of_many_threads_are_all_answered);
    tcase_add_test(tests, writes_of_a_chain_go_together_and_in_order);
    tcase_add_test(tests, views_of_an_outcome_are_valid_while_it_is_delivered);
    tcase_add_test(tests, a_range_is_removed_in_one_commit);
    tcase_add_test(tests, arguments_of_remove_range_are_checked);
    tcase_add_test(tests, a_late_remove_range_outlives_its_arguments);
}

int
main(void)
{
    return fixture_main("store/call", add_tests);
}
