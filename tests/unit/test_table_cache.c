/*
 * test_table_cache.c: the block cache keeps its budget (B-1 to B-3), counts exactly, loads each
 * block once, and stands readers that come and go while everything is being evicted.
 */
#include "tests/support/table_rig.h"

#include <check.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    KEYS = 4000,
    VALUE_BYTES = 100,
};

static TableRig rig;
static Table *table;

static BaseSlice
key_of(size_t i, char key[16])
{
    int len = snprintf(key, 16, "%ckey-%06zu", 0, i);
    return base_slice(key, (size_t)len);
}

/* The value of a key: its number, over and over. */
static BaseSlice
value_of(size_t i, uint8_t value[VALUE_BYTES])
{
    for (size_t at = 0; at < VALUE_BYTES; at++) {
        value[at] = (uint8_t)(i >> (at % 2 * 8));
    }
    return base_slice(value, VALUE_BYTES);
}

static void
ck_ok(BaseStatus status)
{
    ck_assert_msg(base_is_ok(status), "%s: %s", base_code_name(status.code), status.what);
}

/* A table of about a hundred blocks, and a cache for some of them. */
static void
begin(size_t cache_bytes)
{
    table_rig_init(&rig, cache_bytes);
    TableBuilderOptions options = table_rig_options(4096);
    TableBuilder *builder = NULL;
    TableSummary summary;
    ck_ok(table_builder_new(rig.env, TABLE_RIG_PATH, &options, &builder));
    for (size_t i = 0; i < KEYS; i++) {
        char key[16];
        uint8_t value[VALUE_BYTES];
        FormatEntry entry = {.key = key_of(i, key), .value = value_of(i, value), .version = 1};
        ck_ok(table_builder_add(builder, &entry));
    }
    ck_ok(table_builder_finish(builder, &summary));
    table_builder_free(builder);
    table = table_rig_open(&rig);
}

static void
end(void)
{
    table_free(table);
    TableCacheStats stats = table_block_cache_stats(rig.cache);
    ck_assert_uint_eq(stats.blocks, 0);
    ck_assert_uint_eq(stats.bytes, 0);
    table_rig_clear(&rig);
}

/* Gets a key inside the caller's section. */
static BaseStatus
get_view(size_t i, unsigned flags, TableView *ret_view)
{
    char key[16];
    TableFound found = TABLE_ABSENT;
    BaseSlice stored = key_of(i, key);
    BaseStatus status =
        table_get(table, stored, format_key_hash(stored), 1, flags, &found, ret_view);
    if (base_is_ok(status)) {
        uint8_t value[VALUE_BYTES];
        ck_assert_int_eq(found, TABLE_FOUND);
        ck_assert(base_slice_equal(ret_view->entry.value, value_of(i, value)));
    }
    return status;
}

static BaseStatus
get(size_t i, unsigned flags)
{
    TableView view;
    ck_assert(base_epoch_enter());
    BaseStatus status = get_view(i, flags, &view);
    base_epoch_exit();
    return status;
}

START_TEST(counts_are_exact)
{
    begin(1 << 20);
    size_t blocks = (size_t)table_properties(table)->data_blocks;
    ck_assert_int_eq(get(0, TABLE_CACHE_ONLY).code, BASE_WOULD_BLOCK);
    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < KEYS; i++) {
            ck_ok(get(i, 0));
        }
    }
    ck_ok(get(0, TABLE_CACHE_ONLY));
    TableCacheStats stats = table_block_cache_stats(rig.cache);
    ck_assert_uint_eq(stats.misses, blocks);
    ck_assert_uint_eq(stats.blocks, blocks);
    ck_assert_uint_eq(stats.hits, 2 * KEYS - blocks + 1);
    ck_assert_uint_eq(stats.would_block, 1);
    ck_assert_uint_eq(stats.evictions, 0);
    ck_assert_uint_eq(stats.passed, 0);
    end();
}
END_TEST

START_TEST(groups_are_counted_apart)
{
    begin(1 << 20);
    ck_ok(get(0, 0));
    ck_ok(get(KEYS - 1, 3 * TABLE_CACHE_GROUP));
    for (int i = 0; i < 5; i++) {
        ck_ok(get(0, 3 * TABLE_CACHE_GROUP));
    }
    TableCacheGroupStats none = table_block_cache_group_stats(rig.cache, 0);
    TableCacheGroupStats third = table_block_cache_group_stats(rig.cache, 3);
    ck_assert_uint_eq(none.misses, 1);
    ck_assert_uint_eq(none.hits, 0);
    ck_assert_uint_eq(third.misses, 1);
    ck_assert_uint_eq(third.hits, 5);
    TableCacheStats all = table_block_cache_stats(rig.cache);
    ck_assert_uint_eq(all.misses, 2);
    ck_assert_uint_eq(all.hits, 5);
    end();
}
END_TEST

START_TEST(bytes_stay_within_the_budget)
{
    enum { BUDGET = 64 * 1024 };
    begin(BUDGET);
    BaseRand rng = base_rand(3);
    for (int i = 0; i < 20000; i++) {
        ck_ok(get(base_rand_below(&rng, KEYS), i % 3 == 0 ? TABLE_CACHE_COLD : 0));
        TableCacheStats stats = table_block_cache_stats(rig.cache);
        ck_assert_uint_le(stats.bytes, BUDGET);
        ck_assert_uint_le(stats.limbo, 130); /* reclaimed every 64 */
    }
    TableCacheStats stats = table_block_cache_stats(rig.cache);
    ck_assert_uint_gt(stats.bytes, BUDGET / 2);
    ck_assert_uint_eq(stats.misses, stats.evictions + stats.blocks);
    table_block_cache_set_budget(rig.cache, 0);
    ck_assert_uint_eq(table_block_cache_stats(rig.cache).bytes, 0);
    ck_ok(get(7, 0));
    ck_assert_uint_eq(table_block_cache_stats(rig.cache).bytes, 0);
    end();
}
END_TEST

START_TEST(pinned_blocks_stay)
{
    enum { BUDGET = 40 * 1024, PINS = 50 };
    begin(BUDGET);
    TableView views[PINS];
    for (size_t i = 0; i < PINS; i++) {
        ck_assert(base_epoch_enter());
        ck_ok(get_view(i * (KEYS / PINS), 0, &views[i]));
        table_block_pin(views[i].block);
        base_epoch_exit();
    }
    ck_assert_uint_gt(table_block_cache_stats(rig.cache).bytes, BUDGET);
    for (size_t i = 0; i < KEYS; i++) {
        ck_ok(get(i, 0));
    }
    for (size_t i = 0; i < PINS; i++) {
        uint8_t value[VALUE_BYTES];
        ck_assert(base_slice_equal(views[i].entry.value, value_of(i * (KEYS / PINS), value)));
        table_block_unpin(views[i].block);
    }
    for (size_t i = 0; i < KEYS; i++) {
        ck_ok(get(i, 0));
    }
    ck_assert_uint_le(table_block_cache_stats(rig.cache).bytes, BUDGET);
    end();
}
END_TEST

START_TEST(a_section_keeps_what_it_has_seen)
{
    begin(64 * 1024);
    TableView views[200];
    ck_assert(base_epoch_enter());
    for (size_t i = 0; i < 200; i++) {
        ck_ok(get_view(i * (KEYS / 200), 0, &views[i]));
    }
    for (size_t i = 0; i < 200; i++) {
        uint8_t value[VALUE_BYTES];
        ck_assert(base_slice_equal(views[i].entry.value, value_of(i * (KEYS / 200), value)));
    }
    /* One that is evicted already can be pinned all the same. */
    table_block_pin(views[0].block);
    base_epoch_exit();
    for (int i = 0; i < 10; i++) {
        table_block_cache_reclaim(rig.cache);
    }
    ck_assert_uint_eq(table_block_cache_stats(rig.cache).limbo, 0);
    uint8_t value[VALUE_BYTES];
    ck_assert(base_slice_equal(views[0].entry.value, value_of(0, value)));
    table_block_unpin(views[0].block);
    end();
}
END_TEST

START_TEST(large_blocks_and_streams_pass_by)
{
    begin(8 * 1024); /* a block is more than an eighth of it */
    for (size_t i = 0; i < KEYS; i += 100) {
        ck_ok(get(i, 0));
    }
    TableCacheStats stats = table_block_cache_stats(rig.cache);
    ck_assert_uint_eq(stats.blocks, 0);
    ck_assert_uint_eq(stats.passed, stats.misses);
    table_block_cache_set_budget(rig.cache, 1 << 20);
    TableIterator iterator;
    size_t count = 0;
    table_iterator_init(&iterator, table, TABLE_CACHE_PASS);
    for (table_iterator_first(&iterator); iterator.valid; table_iterator_next(&iterator)) {
        count++;
    }
    ck_assert_uint_eq(count, KEYS);
    table_iterator_clear(&iterator);
    ck_assert_uint_eq(table_block_cache_stats(rig.cache).blocks, 0);
    end();
}
END_TEST

START_TEST(scans_do_not_drive_out_what_is_used)
{
    begin(160 * 1024);
    for (int round = 0; round < 4; round++) {
        for (size_t i = 0; i < KEYS / 10; i++) {
            ck_ok(get(i, 0));
        }
    }
    TableIterator iterator;
    table_iterator_init(&iterator, table, TABLE_CACHE_COLD);
    for (int round = 0; round < 6; round++) {
        table_iterator_first(&iterator);
        while (iterator.valid) {
            table_iterator_next(&iterator);
        }
    }
    table_iterator_clear(&iterator);
    for (size_t i = 0; i < KEYS / 10; i++) {
        ck_ok(get(i, TABLE_CACHE_ONLY));
    }
    end();
}
END_TEST

START_TEST(cached_only_iterators_say_so)
{
    begin(1 << 20);
    TableIterator iterator;
    char key[16];
    table_iterator_init(&iterator, table, TABLE_CACHE_ONLY);
    table_iterator_first(&iterator);
    ck_assert(!iterator.valid);
    ck_assert_int_eq(iterator.status.code, BASE_WOULD_BLOCK);
    ck_ok(get(0, 0));
    table_iterator_seek(&iterator, key_of(0, key), 1);
    ck_assert(iterator.valid);
    while (iterator.valid) {
        table_iterator_next(&iterator);
    }
    ck_assert_int_eq(iterator.status.code, BASE_WOULD_BLOCK);
    table_iterator_clear(&iterator);
    end();
}
END_TEST

/* --------------------------------------------------------------------------------- threads -- */

enum {
    THREADS = 4,
    THREAD_READS = 6000,
};

static void *
read_randomly(void *user)
{
    BaseRand rng = base_rand((uint64_t)(uintptr_t)user);
    TableBlock *held = NULL;
    TableIterator iterator;
    table_iterator_init(&iterator, table, 0);
    for (int i = 0; i < THREAD_READS; i++) {
        size_t at = base_rand_below(&rng, KEYS);
        TableView view;
        ck_assert(base_epoch_enter());
        ck_ok(get_view(at, 0, &view));
        if (i % 16 == 0) {
            table_block_pin(view.block);
            table_block_unpin(held);
            held = view.block;
        }
        base_epoch_exit();
        if (i % 8 == 0) {
            char key[16];
            uint8_t value[VALUE_BYTES];
            table_iterator_seek(&iterator, key_of(at, key), 1);
            for (int j = 0; j < 50 && iterator.valid; j++, at++) {
                ck_assert(
                    base_slice_equal(table_iterator_entry(&iterator)->value, value_of(at, value)));
                table_iterator_next(&iterator);
            }
            ck_ok(iterator.status);
        }
    }
    table_iterator_clear(&iterator);
    table_block_unpin(held);
    return NULL;
}

static void
run_threads(size_t cache_bytes)
{
    begin(cache_bytes);
    pthread_t threads[THREADS];
    for (size_t i = 0; i < THREADS; i++) {
        ck_assert_int_eq(pthread_create(&threads[i], NULL, read_randomly, (void *)(i + 1)), 0);
    }
    for (int i = 0; i < 200; i++) {
        TableCacheStats stats = table_block_cache_stats(rig.cache);
        /* Each thread pins two blocks at most. */
        ck_assert_uint_le(stats.bytes, cache_bytes + 2 * THREADS * 5000);
        (void)sched_yield();
    }
    for (size_t i = 0; i < THREADS; i++) {
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    }
    TableCacheStats stats = table_block_cache_stats(rig.cache);
    ck_assert_uint_eq(stats.misses, stats.evictions + stats.blocks + stats.passed);
    end();
}

START_TEST(readers_share_a_tiny_cache)
{
    run_threads(64 * 1024);
}
END_TEST

START_TEST(readers_share_a_large_cache)
{
    run_threads(4 << 20);
}
END_TEST

int
main(void)
{
    TCase *cases = tcase_create("cache");
    tcase_set_timeout(cases, 120);
    tcase_add_test(cases, counts_are_exact);
    tcase_add_test(cases, groups_are_counted_apart);
    tcase_add_test(cases, bytes_stay_within_the_budget);
    tcase_add_test(cases, pinned_blocks_stay);
    tcase_add_test(cases, a_section_keeps_what_it_has_seen);
    tcase_add_test(cases, large_blocks_and_streams_pass_by);
    tcase_add_test(cases, scans_do_not_drive_out_what_is_used);
    tcase_add_test(cases, cached_only_iterators_say_so);
    tcase_add_test(cases, readers_share_a_tiny_cache);
    tcase_add_test(cases, readers_share_a_large_cache);
    Suite *suite = suite_create("table");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
