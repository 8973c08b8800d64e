/*
 * test_lsm_iterator_store.c: iterators over stores that are made for them: what removed ranges
 * and stretches spare a walk, and what writers add beside it.
 */
#include "engine/lsm/iterator.h"
#include "tests/support/lsm_rig.h"
#include "tests/support/run_out.h"

#include <check.h>
#include <pthread.h>
#include <stdlib.h>

static EngineIterator *
open_store(LsmRig *store, LsmReadCounters *counters, int64_t version)
{
    EngineIterator *iterator = NULL;
    EngineIteratorOptions options = {.range.unbounded = true};
    LsmIteratorArgs args = {.view = lsm_catalog_hold(store->catalog),
                            .version = version,
                            .options = &options,
                            .counters = counters};
    ck_assert_int_eq(lsm_iterator_new(&args, &iterator).code, BASE_OK);
    return iterator;
}

/* ---------------------------------------------------------------------------- removed ranges -- */

enum { LAST = 99999 };

static void
remove_range(LsmRig *store, int first, int stop, int64_t version)
{
    LsmGeneration *generation = NULL;
    LsmRigKey keys[2];
    LsmRangeBuilt built;
    FormatRange range = {lsm_rig_key(&keys[0], first), lsm_rig_key(&keys[1], stop), version};
    ck_assert_int_eq(lsm_generation_new(1 << 20, NULL, &generation).code, BASE_OK);
    ck_assert_int_eq(lsm_range_set_build(&range, &built).code, BASE_OK);
    lsm_range_set_add(&generation->ranges, built);
    ck_assert_int_eq(lsm_catalog_push(store->catalog, generation).code, BASE_OK);
    lsm_generation_unref(generation);
}

static void
expect_number(const EngineIterator *iterator, int number)
{
    LsmRigKey key;
    ck_assert(iterator->valid);
    BaseSlice stored = lsm_rig_key(&key, number);
    ck_assert(base_slice_equal(iterator->key, base_slice(stored.data + 1, stored.len - 1)));
}

/* Removed ranges are passed by seeks: of a hundred thousand hidden keys hardly any is read. */
START_TEST(removed_ranges_are_not_walked_through)
{
    static LsmReadCounters counters;
    LsmRig store;
    lsm_rig_init(&store);
    (void)lsm_rig_add(&store, &(LsmRigTable){.level = 6, .first = 0, .last = LAST, .version = 1});
    remove_range(&store, 10, 50000, 2);
    remove_range(&store, 40000, 99990, 3);
    EngineIterator *iterator = open_store(&store, &counters, 3);
    LsmRigKey key;
    BaseSlice inside = lsm_rig_key(&key, 20000);
    inside = base_slice(inside.data + 1, inside.len - 1);
    lsm_iterator_seek(iterator, &inside);
    expect_number(iterator, 99990);
    ck_assert_int_eq(iterator->stats.examined, 1);
    lsm_iterator_seek(iterator, NULL);
    for (int i = 0; i < 10; i++) {
        expect_number(iterator, i);
        lsm_iterator_next(iterator);
    }
    expect_number(iterator, 99990);
    lsm_iterator_prev(iterator);
    expect_number(iterator, 9);
    lsm_iterator_seek_before(iterator, &inside);
    expect_number(iterator, 9);
    ck_assert_int_le(iterator->stats.examined, 100);
    ck_assert_int_ge(iterator->stats.tombstones, 8);
    lsm_iterator_free(iterator);
    ck_assert_uint_le(table_block_cache_stats(store.cache).misses, 20);
    LsmReadStats stats;
    lsm_counters_read(&counters, &stats);
    ck_assert_int_ge(stats.scan_skips, 3);
    ck_assert_int_eq(stats.scan_hidden, stats.scan_tombstones);
    /* A reader of before sees them all. */
    iterator = open_store(&store, &counters, 1);
    int seen = 0;
    for (lsm_iterator_seek(iterator, NULL); iterator->valid; lsm_iterator_next(iterator)) {
        expect_number(iterator, seen++);
    }
    ck_assert_int_eq(seen, LAST + 1);
    lsm_iterator_free(iterator);
    lsm_rig_clear(&store);
}
END_TEST

/* --------------------------------------------------------------------------------- stretches -- */

enum { WALKED = 20000, OVERWRITTEN = 5000, STRETCH_MAX = 64 };

/* Walks from end to end in stretches, and returns how many there were. */
static size_t
count_stretches(EngineIterator *iterator, bool backward)
{
    EngineEntry entries[STRETCH_MAX];
    size_t stretches = 0;
    int number = backward ? WALKED - 1 : 0;
    (backward ? lsm_iterator_seek_before : lsm_iterator_seek)(iterator, NULL);
    while (iterator->valid) {
        size_t count = lsm_iterator_stretch(iterator, entries, STRETCH_MAX);
        for (size_t i = 0; i < count; i++) {
            LsmRigKey key;
            LsmRigValue value;
            BaseSlice stored = lsm_rig_key(&key, number);
            int64_t version = number < OVERWRITTEN ? 2 : 1;
            bool same =
                base_slice_equal(entries[i].key, base_slice(stored.data + 1, stored.len - 1)) &&
                entries[i].record.version == version &&
                base_slice_equal(entries[i].record.value, lsm_rig_value(&value, number, version));
            ck_assert_msg(same, "record %d is another one", number);
            number += backward ? -1 : 1;
        }
        stretches++;
        (backward ? lsm_iterator_prev : lsm_iterator_next)(iterator);
    }
    ck_assert_int_eq(iterator->status.code, BASE_OK);
    ck_assert_int_eq(number, backward ? -1 : WALKED);
    ck_assert_int_eq(iterator->stats.examined, WALKED);
    return stretches;
}

/* Where a source alone has the next keys, a walk takes a dozen and more at once, both ways. */
START_TEST(walks_take_long_stretches)
{
    static LsmReadCounters counters;
    LsmRig store;
    lsm_rig_init(&store);
    (void)lsm_rig_add(&store,
                      &(LsmRigTable){.level = 6, .first = 0, .last = WALKED - 1, .version = 1});
    (void)lsm_rig_add(
        &store, &(LsmRigTable){.level = 5, .first = 0, .last = OVERWRITTEN - 1, .version = 2});
    for (int backward = 0; backward < 2; backward++) {
        EngineIterator *iterator = open_store(&store, &counters, 2);
        size_t stretches = count_stretches(iterator, backward != 0);
        ck_assert_uint_le(stretches, OVERWRITTEN + (WALKED - OVERWRITTEN) / 12);
        lsm_iterator_free(iterator);
    }
    lsm_rig_clear(&store);
}
END_TEST

/* ----------------------------------------------------------------------------------- writers -- */

enum { GROWN = 2000 };

/* Links every key once more, again and again, with higher versions. */
static void *
overwrite(void *user)
{
    LsmGeneration *generation = user;
    for (int i = 0; i < GROWN; i++) {
        LsmRigKey key;
        LsmRigValue value;
        int64_t version = 1 + i;
        BaseSlice stored = lsm_rig_key(&key, i * 7 % 500);
        LsmEntry entry = {.key = stored,
                          .hash = lsm_key_index_hash(stored),
                          .value = lsm_rig_value(&value, i * 7 % 500, version),
                          .version = version};
        ck_assert_int_eq(lsm_memtable_reserve(generation->memtable, 1).code, BASE_OK);
        LsmBuilt built = lsm_memtable_build(generation->memtable, &entry);
        lsm_memtable_link(generation->memtable, &built);
        if (i % 50 == 0) {
            LsmRigKey keys[2];
            FormatRange range = {lsm_rig_key(&keys[0], i % 400), lsm_rig_key(&keys[1], 450),
                                 version};
            LsmRangeBuilt removed;
            ck_assert_int_eq(lsm_range_set_build(&range, &removed).code, BASE_OK);
            lsm_range_set_add(&generation->ranges, removed);
        }
        atomic_store(&generation->version_highest, version);
    }
    return NULL;
}

/* A reader at version v sees the first v entries and ranges, though more are coming. */
START_TEST(what_is_written_meanwhile_is_not_seen)
{
    static LsmReadCounters counters;
    LsmRig store;
    LsmGeneration *generation = NULL;
    pthread_t writer;
    lsm_rig_init(&store);
    ck_assert_int_eq(lsm_generation_new(4 << 20, NULL, &generation).code, BASE_OK);
    ck_assert_int_eq(lsm_catalog_push(store.catalog, generation).code, BASE_OK);
    ck_assert_int_eq(pthread_create(&writer, NULL, overwrite, generation), 0);
    int64_t version = 0;
    while (version < GROWN) {
        version = atomic_load(&generation->version_highest);
        size_t seen[2];
        for (int backward = 0; backward < 2; backward++) {
            EngineIterator *iterator = open_store(&store, &counters, version);
            seen[backward] = run_out(iterator, backward != 0);
            ck_assert_int_eq(iterator->status.code, BASE_OK);
            ck_assert_int_eq(iterator->stats.examined,
                             (int64_t)seen[backward] + iterator->stats.tombstones);
            lsm_iterator_free(iterator);
        }
        ck_assert_uint_eq(seen[0], seen[1]);
    }
    ck_assert_int_eq(pthread_join(writer, NULL), 0);
    lsm_generation_unref(generation);
    lsm_rig_clear(&store);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("lsm_iterator_store");
    TCase *cases = tcase_create("store");
    tcase_set_timeout(cases, 120);
    tcase_add_test(cases, removed_ranges_are_not_walked_through);
    tcase_add_test(cases, walks_take_long_stretches);
    tcase_add_test(cases, what_is_written_meanwhile_is_not_seen);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
