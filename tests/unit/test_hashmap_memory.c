/*
 * test_hashmap_memory.c: running out of memory, by budget and by failing allocations, refuses
 * commits and breaks nothing.
 */
#include "engine/hashmap/memory.h"
#include "engine/hashmap/span.h"
#include "tests/support/hashmap_rig.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define SLICE(text) BASE_SLICE_LITERAL(text)

static HashmapRig rig;

static void
verify(void)
{
    BaseStatus status = rig.engine->ops->verify(rig.engine);
    ck_assert_msg(base_is_ok(status), "%s", status.what);
}

static int64_t
memory_bytes(void)
{
    EngineStats stats;
    engine_stats(rig.engine, &stats);
    return stats.memory_bytes;
}

static EngineOutcome
put(const char *key, BaseSlice value)
{
    EngineMutation mutation = hashmap_rig_put(ENGINE_DATA, base_slice_text(key), value);
    return hashmap_rig_commit(rig.engine, NULL, 0, &mutation, 1);
}

static BaseSlice
filler(void)
{
    static const uint8_t bytes[1000];
    return base_slice(bytes, sizeof bytes);
}

/* Puts until one is refused; how many went in. */
static int
fill_up(void)
{
    char key[32];
    for (int i = 0;; i++) {
        (void)snprintf(key, sizeof key, "k%06d", i);
        EngineOutcome outcome = put(key, filler());
        if (outcome.kind != ENGINE_APPLIED) {
            ck_assert_int_eq(outcome.kind, ENGINE_REFUSED);
            ck_assert_int_eq(outcome.refusal, ENGINE_REFUSAL_MEMORY_FULL);
            return i;
        }
    }
}

static void
count_refusal(EngineCommit *commit, const EngineOutcome *outcome)
{
    *(int *)commit->user += outcome->kind == ENGINE_APPLIED ? 0 : 1;
}

/* Overwrites a key a thousand times, in chains; how many of them were refused. */
static int
overwrite_in_chains(const char *key)
{
    enum { CHAIN = 50 };
    int refused = 0;
    for (int round = 0; round < 20; round++) {
        EngineMutation mutations[CHAIN];
        EngineCommit commits[CHAIN];
        for (int i = 0; i < CHAIN; i++) {
            mutations[i] = hashmap_rig_put(ENGINE_DATA, base_slice_text(key), filler());
            commits[i] = (EngineCommit){.mutations = &mutations[i],
                                        .mutation_count = 1,
                                        .done = count_refusal,
                                        .user = &refused,
                                        .next = i + 1 < CHAIN ? &commits[i + 1] : NULL};
        }
        engine_commit(rig.engine, commits);
    }
    return refused;
}

START_TEST(above_the_budget_puts_are_refused_and_removes_are_not)
{
    enum { BUDGET = 1024 * 1024 };
    hashmap_rig_open(&rig, 8, BUDGET);
    int count = fill_up();
    ck_assert_int_gt(count, 900);
    ck_assert_int_lt(count, 1049);
    ck_assert(hashmap_rig_has(rig.engine, NULL, ENGINE_DATA, SLICE("k000000"), filler()));
    for (int i = 0; i < 10; i++) {
        char key[32];
        (void)snprintf(key, sizeof key, "k%06d", i);
        hashmap_rig_apply(rig.engine, hashmap_rig_remove(ENGINE_DATA, base_slice_text(key)));
    }
    /* Overwriting what is there goes on for ever: the old records are freed in time. */
    for (int i = 0; i < 1000; i++) {
        ck_assert_int_eq(put("k000500", filler()).kind, ENGINE_APPLIED);
    }
    ck_assert_int_eq(overwrite_in_chains("k000500"), 0);
    hashmap_rig_apply(rig.engine, hashmap_rig_remove_range(ENGINE_DATA, SLICE("k"), SLICE("l")));
    hashmap_rig_tick(rig.engine, 3);
    ck_assert_int_eq(put("k", filler()).kind, ENGINE_APPLIED);
    ck_assert_int_lt(memory_bytes(), BUDGET / 10);
    verify();
    hashmap_rig_close(&rig);
}
END_TEST

START_TEST(the_budget_can_be_changed)
{
    hashmap_rig_open(&rig, 8, 256 * 1024);
    int count = fill_up();
    ck_assert(base_is_ok(engine_set_option(rig.engine, HASHMAP_OPTION_MEMORY_BYTES, 512 * 1024)));
    ck_assert_int_gt(fill_up(), count * 3 / 2);
    ck_assert(base_is_ok(engine_set_option(rig.engine, HASHMAP_OPTION_MEMORY_BYTES, 0)));
    ck_assert_int_eq(put("more", filler()).kind, ENGINE_APPLIED);
    ck_assert_int_eq(engine_set_option(rig.engine, HASHMAP_OPTION_SHARDS, 8).code,
                     BASE_UNSUPPORTED);
    hashmap_rig_close(&rig);
}
END_TEST

START_TEST(all_memory_comes_back)
{
    enum { COUNT = 10 * 1000 };
    hashmap_rig_huge_pages = _i == 1;
    hashmap_rig_open(&rig, 8, 0);
    int64_t empty = memory_bytes();
    for (int i = 0; i < COUNT; i++) {
        char key[32];
        (void)snprintf(key, sizeof key, "k%06d", i);
        ck_assert_int_eq(put(key, filler()).kind, ENGINE_APPLIED);
    }
    ck_assert_int_gt(memory_bytes(), empty + COUNT * 1000);
    ck_assert(hashmap_rig_figure(rig.engine, "slab_bytes") >= COUNT * 1000 || _i == 0);
    hashmap_rig_apply(rig.engine, hashmap_rig_remove_range(ENGINE_DATA, SLICE("k"), SLICE("l")));
    hashmap_rig_tick(rig.engine, 3 + COUNT / 1000);
    /* What is left are the smallest tables, and a region while the thread is at it. */
    int64_t tables = 8 * 256;
    ck_assert_int_le(memory_bytes(), empty + tables + (_i == 1 ? HASHMAP_REGION_BYTES : 0));
    while (memory_bytes() > empty + tables) {
        (void)usleep(100);
        hashmap_rig_tick(rig.engine, 1);
    }
    ck_assert_int_eq(hashmap_rig_figure(rig.engine, "slab_bytes"), 0);
    hashmap_rig_close(&rig);
    hashmap_rig_huge_pages = false;
}
END_TEST

/*
 * A commit with every kind of mutation, with its n-th allocation failing, for every n: it is
 * refused as a whole, until the one where nothing fails any more.
 */
START_TEST(a_failed_allocation_refuses_the_whole_commit)
{
    /* With 7 keys it needs a larger table, which stays once it was made; with 5 it does not. */
    static const int key_counts[] = {7, 5};
    static const int failure_counts[] = {7, 6};
    int keys = key_counts[_i];
    hashmap_rig_open(&rig, 1, 0);
    char key[32];
    for (int i = 0; i < keys; i++) {
        (void)snprintf(key, sizeof key, "k%d", i);
        ck_assert_int_eq(put(key, SLICE("old")).kind, ENGINE_APPLIED);
    }
    int64_t memory = memory_bytes();
    EngineOutcome outcome = {.kind = ENGINE_REFUSED};
    int failures = 0;
    while (outcome.kind != ENGINE_APPLIED) {
        EngineMutation mutations[] = {
            hashmap_rig_put(ENGINE_DATA, SLICE("k1"), SLICE("new")),
            hashmap_rig_put(ENGINE_DATA, SLICE("x"), SLICE("new")),
            hashmap_rig_remove(ENGINE_DATA, SLICE("k2")),
            hashmap_rig_remove_range(ENGINE_DATA, SLICE("k3"), SLICE("k6")),
        };
        hashmap_rig_tick(rig.engine, 1); /* no block waits for these records any more */
        hashmap_memory_fail_after(failures);
        outcome = hashmap_rig_commit(rig.engine, NULL, 0, mutations, 4);
        hashmap_memory_fail_after(-1);
        verify();
        if (outcome.kind == ENGINE_APPLIED) {
            break;
        }
        failures++;
        ck_assert_int_eq(outcome.kind, ENGINE_REFUSED);
        ck_assert_int_eq(outcome.refusal, ENGINE_REFUSAL_MEMORY_FULL);
        for (int i = 0; i < keys; i++) {
            (void)snprintf(key, sizeof key, "k%d", i);
            ck_assert(
                hashmap_rig_has(rig.engine, NULL, ENGINE_DATA, base_slice_text(key), SLICE("old")));
        }
        ck_assert(hashmap_rig_lacks(rig.engine, NULL, ENGINE_DATA, SLICE("x")));
    }
    ck_assert_int_eq(failures, failure_counts[_i]);
    ck_assert(hashmap_rig_has(rig.engine, NULL, ENGINE_DATA, SLICE("k1"), SLICE("new")));
    ck_assert(hashmap_rig_lacks(rig.engine, NULL, ENGINE_DATA, SLICE("k4")));
    hashmap_rig_tick(rig.engine, 2);
    ck_assert_int_lt(memory_bytes(), memory + 1024);
    hashmap_rig_close(&rig);
}
END_TEST

START_TEST(ranges_of_one_batch_need_one_tombstone_for_a_key)
{
    enum { KEYS = 500, RANGES = 16 };
    hashmap_rig_open(&rig, 1, 0);
    for (int i = 0; i < KEYS; i++) {
        char key[32];
        (void)snprintf(key, sizeof key, "k%06d", i);
        ck_assert_int_eq(put(key, SLICE("v")).kind, ENGINE_APPLIED);
    }
    EngineMutation mutations[RANGES + 1];
    mutations[0] = hashmap_rig_put(ENGINE_DATA, SLICE("k"), SLICE("v"));
    for (int i = 1; i <= RANGES; i++) {
        mutations[i] = hashmap_rig_remove_range(ENGINE_DATA, SLICE("k"), SLICE("l"));
    }
    /* Beside the tombstones: the record, a larger table, and the lists of tombstones. */
    hashmap_memory_fail_after(KEYS + 1 + 16);
    EngineOutcome outcome = hashmap_rig_commit(rig.engine, NULL, 0, mutations, RANGES + 1);
    hashmap_memory_fail_after(-1);
    ck_assert_int_eq(outcome.kind, ENGINE_APPLIED);
    ck_assert(hashmap_rig_lacks(rig.engine, NULL, ENGINE_DATA, SLICE("k")));
    ck_assert(hashmap_rig_lacks(rig.engine, NULL, ENGINE_DATA, SLICE("k000499")));
    verify();
    hashmap_rig_close(&rig);
}
END_TEST

START_TEST(snapshots_and_iterators_report_that_there_is_no_memory)
{
    hashmap_rig_open(&rig, 1, 0);
    ck_assert_int_eq(put("a", SLICE("v")).kind, ENGINE_APPLIED);
    EngineSnapshot *snapshot = NULL;
    hashmap_memory_fail_after(0);
    ck_assert_int_eq(engine_snapshot_new(rig.engine, &snapshot).code, BASE_NO_MEMORY);
    EngineIteratorOptions options = {.range = {.unbounded = true}};
    EngineIterator *iterator = NULL;
    hashmap_memory_fail_after(0);
    ck_assert_int_eq(engine_iterator_new(rig.engine, NULL, &options, &iterator).code,
                     BASE_NO_MEMORY);
    hashmap_memory_fail_after(1);
    ck_assert(base_is_ok(engine_iterator_new(rig.engine, NULL, &options, &iterator)));
    engine_iterator_seek(iterator, NULL);
    ck_assert(!iterator->valid);
    ck_assert_int_eq(iterator->status.code, BASE_NO_MEMORY);
    hashmap_memory_fail_after(-1);
    engine_iterator_seek(iterator, NULL);
    ck_assert(iterator->valid && base_is_ok(iterator->status));
    engine_iterator_free(iterator);
    hashmap_rig_close(&rig);
}
END_TEST

START_TEST(a_longer_run_that_does_not_fit_is_not_needed)
{
    hashmap_rig_open(&rig, 1, 0);
    for (int i = 0; i < 200; i++) {
        char key[32];
        (void)snprintf(key, sizeof key, "k%06d", i);
        ck_assert_int_eq(put(key, SLICE("v")).kind, ENGINE_APPLIED);
    }
    EngineIteratorOptions options = {.range = {.unbounded = true}};
    EngineIterator *iterator = NULL;
    ck_assert(base_is_ok(engine_iterator_new(rig.engine, NULL, &options, &iterator)));
    int count = 0;
    engine_iterator_seek(iterator, NULL);
    while (iterator->valid) {
        count++;
        hashmap_memory_fail_after(0); /* every run behind the first fails to grow */
        engine_iterator_next(iterator);
        hashmap_memory_fail_after(-1);
    }
    ck_assert(base_is_ok(iterator->status));
    ck_assert_int_eq(count, 200);
    engine_iterator_free(iterator);
    hashmap_rig_close(&rig);
}
END_TEST

int
main(void)
{
    TCase *cases = tcase_create("memory");
    tcase_set_timeout(cases, 120);
    tcase_add_test(cases, above_the_budget_puts_are_refused_and_removes_are_not);
    tcase_add_test(cases, the_budget_can_be_changed);
    tcase_add_loop_test(cases, all_memory_comes_back, 0, 2);
    tcase_add_loop_test(cases, a_failed_allocation_refuses_the_whole_commit, 0, 2);
    tcase_add_test(cases, ranges_of_one_batch_need_one_tombstone_for_a_key);
    tcase_add_test(cases, snapshots_and_iterators_report_that_there_is_no_memory);
    tcase_add_test(cases, a_longer_run_that_does_not_fit_is_not_needed);
    Suite *suite = suite_create("hashmap");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
