/*
 * test_lsm_range.c: estimates and splits of ranges: exact where little is asked, near otherwise.
 */
#include "engine/base/epoch.h"
#include "engine/lsm/iterator.h"
#include "engine/lsm/range.h"
#include "tests/support/view_rig.h"

#include <check.h>
#include <stdlib.h>

enum { VIEWS = 20 };

static const EngineRange EVERYTHING = {.unbounded = true};

/* ------------------------------------------------------------------------------ small ranges -- */

static ViewRig rig;

static bool
in_range(const EngineRange *range, BaseSlice key)
{
    return base_slice_compare(range->start, key) <= 0 &&
           (range->unbounded || base_slice_compare(key, range->stop) < 0);
}

static void
check_exact(const EngineRange *range)
{
    EngineRangeEstimate estimate;
    int64_t keys = 0;
    int64_t bytes = 0;
    for (size_t key = 0; key < VIEW_RIG_KEYS; key++) {
        if (in_range(range, rig.keys[key]) && view_rig_is_live(&rig, 0, key, rig.version)) {
            const ViewRigOp *op = view_rig_newest(&rig, 0, key, rig.version);
            keys++;
            bytes += (int64_t)(rig.keys[key].len + op->value_len);
        }
    }
    ck_assert(base_epoch_enter());
    LsmPoint point = lsm_catalog_point(rig.store.catalog);
    BaseStatus status = lsm_range_estimate(&point, rig.counters, VIEW_RIG_NOW_MS, range, &estimate);
    base_epoch_exit();
    ck_assert_int_eq(status.code, BASE_OK);
    ck_assert(estimate.exact);
    ck_assert_int_eq(estimate.keys, keys);
    ck_assert_int_eq(estimate.bytes, bytes);
    ck_assert(estimate.dead_ratio >= 0.0 && estimate.dead_ratio <= 1.0);
}

/* Brings every block into memory. */
static void
read_all(LsmRig *store, LsmReadCounters *counters, int64_t version)
{
    EngineIteratorOptions options = {.range.unbounded = true};
    LsmIteratorArgs args = {.view = lsm_catalog_hold(store->catalog),
                            .version = version,
                            .options = &options,
                            .counters = counters};
    EngineIterator *iterator = NULL;
    ck_assert_int_eq(lsm_iterator_new(&args, &iterator).code, BASE_OK);
    for (lsm_iterator_seek(iterator, NULL); iterator->valid;) {
        lsm_iterator_next(iterator);
    }
    lsm_iterator_free(iterator);
}

static void
check_small_ranges(int seed)
{
    static const ViewRigShape shape = {.removes = 20, .ranges = 8, .expiring = 10};
    view_rig_init(&rig, (uint64_t)seed + 1, &shape);
    /* Everything that a walk may touch: with the oldest version nothing is hidden. */
    for (int64_t version = 1; version <= rig.version; version += 20) {
        read_all(&rig.store, rig.counters, version);
    }
    read_all(&rig.store, rig.counters, rig.version);
    check_exact(&EVERYTHING);
    for (int i = 0; i < 20; i++) {
        EngineRange range = {.start = rig.keys[base_rand_below(&rig.rand, VIEW_RIG_KEYS)],
                             .stop = rig.keys[base_rand_below(&rig.rand, VIEW_RIG_KEYS)],
                             .unbounded = i % 5 == 0};
        check_exact(&range);
    }
    view_rig_clear(&rig);
}

START_TEST(what_is_small_is_counted)
{
    for (int seed = 0; seed < VIEWS; seed++) {
        check_small_ranges(seed);
    }
}
END_TEST

/* ------------------------------------------------------------------------------ large ranges -- */

enum { MANY = 50000 };

static LsmRig store;
static LsmReadCounters counters;

static EngineRangeEstimate
estimate(const EngineRange *range, int64_t version)
{
    EngineRangeEstimate result;
    ck_assert(base_epoch_enter());
    LsmPoint point = {lsm_catalog_view(store.catalog), version};
    ck_assert_int_eq(lsm_range_estimate(&point, &counters, 0, range, &result).code, BASE_OK);
    base_epoch_exit();
    return result;
}

static EngineRange
numbers(LsmRigKey keys[2], int first, int stop)
{
    BaseSlice start = lsm_rig_key(&keys[0], first);
    BaseSlice end = lsm_rig_key(&keys[1], stop);
    return (EngineRange){.start = base_slice(start.data + 1, start.len - 1),
                         .stop = base_slice(end.data + 1, end.len - 1)};
}

static void
expect_near(int64_t value, int64_t wanted)
{
    ck_assert_int_ge(value, wanted - wanted / 20 - 40);
    ck_assert_int_le(value, wanted + wanted / 20 + 40);
}

/* A generation with keys [first, last], and perhaps a removed range before them. */
static void
push(int first, int last, int removed_first, int removed_stop, int64_t version)
{
    LsmGeneration *generation = NULL;
    ck_assert_int_eq(lsm_generation_new(8 << 20, NULL, &generation).code, BASE_OK);
    if (removed_first < removed_stop) {
        LsmRigKey keys[2];
        LsmRangeBuilt built;
        FormatRange range = {lsm_rig_key(&keys[0], removed_first),
                             lsm_rig_key(&keys[1], removed_stop), version};
        ck_assert_int_eq(lsm_range_set_build(&range, &built).code, BASE_OK);
        lsm_range_set_add(&generation->ranges, built);
    }
    for (int number = first; number <= last; number++) {
        LsmRigKey key;
        LsmRigValue value;
        BaseSlice stored = lsm_rig_key(&key, number);
        LsmEntry entry = {.key = stored,
                          .hash = lsm_key_index_hash(stored),
                          .value = lsm_rig_value(&value, number, version),
                          .version = version};
        ck_assert_int_eq(lsm_memtable_reserve(generation->memtable, 1).code, BASE_OK);
        LsmBuilt built = lsm_memtable_build(generation->memtable, &entry);
        lsm_memtable_link(generation->memtable, &built);
    }
    atomic_store(&generation->version_highest, version);
    ck_assert_int_eq(lsm_catalog_push(store.catalog, generation).code, BASE_OK);
    lsm_generation_unref(generation);
}

static void
set_up(void)
{
    lsm_rig_init(&store);
    memset(&counters, 0, sizeof counters);
    (void)lsm_rig_add(&store, &(LsmRigTable){.level = 6, .last = MANY / 2 - 1, .version = 1});
    (void)lsm_rig_add(
        &store, &(LsmRigTable){.level = 6, .first = MANY / 2, .last = MANY - 1, .version = 1});
}

static void
tear_down(void)
{
    lsm_rig_clear(&store);
}

START_TEST(what_is_large_is_estimated)
{
    LsmRigKey keys[2];
    EngineRangeEstimate all = estimate(&EVERYTHING, 1);
    ck_assert(!all.exact);
    ck_assert_int_eq(all.keys, MANY);
    LsmRigValue value;
    int64_t record = 6 + (int64_t)lsm_rig_value(&value, 1, 1).len;
    ck_assert_int_eq(all.bytes, MANY * record);
    ck_assert(all.dead_ratio == 0.0);
    for (int first = 100; first < MANY / 2; first += 4000) {
        EngineRange range = numbers(keys, first, MANY - first / 2);
        EngineRangeEstimate part = estimate(&range, 1);
        expect_near(part.keys, MANY - first / 2 - first);
        expect_near(part.bytes / record, part.keys);
    }
    ck_assert_uint_eq(table_block_cache_stats(store.cache).misses, 0);
}
END_TEST

START_TEST(the_dead_are_taken_off)
{
    push(MANY, MANY + 4999, 10000, 20000, 2);
    EngineRangeEstimate all = estimate(&EVERYTHING, 2);
    ck_assert(!all.exact);
    expect_near(all.keys, MANY + 5000 - 10000);
    ck_assert(all.dead_ratio > 0.17 && all.dead_ratio < 0.19);
    LsmRigKey keys[2];
    EngineRange range = numbers(keys, 12000, 22000);
    EngineRangeEstimate part = estimate(&range, 2);
    expect_near(part.keys, 2000);
    ck_assert(part.dead_ratio > 0.75 && part.dead_ratio < 0.85);
    /* To a reader of before nothing is removed. */
    expect_near(estimate(&range, 1).keys, 10000);
    (void)lsm_rig_add(
        &store,
        &(LsmRigTable){.level = 5, .first = 40000, .last = 49999, .version = 1, .remove = true});
    range = numbers(keys, 30000, MANY);
    part = estimate(&range, 2);
    expect_near(part.keys, 10000);
    ck_assert(part.dead_ratio > 0.3 && part.dead_ratio < 0.36);
}
END_TEST

typedef struct Splits {
    LsmRigKey keys[600];
    size_t count;
    size_t most;
} Splits;

static bool
note_split(void *user, BaseSlice key)
{
    Splits *splits = user;
    LsmRigKey *copy = &splits->keys[splits->count++];
    ck_assert_uint_le(splits->count, 600);
    ck_assert_uint_ge(key.len, 1);
    ck_assert_uint_le(key.len, 6);
    memset(copy->bytes, '0', sizeof copy->bytes);
    memcpy(copy->bytes, key.data, key.len);
    copy->bytes[6] = '\0';
    return splits->count != splits->most;
}

static void
split(const EngineRange *range, int64_t part_bytes, Splits *splits)
{
    ck_assert(base_epoch_enter());
    LsmPoint point = {lsm_catalog_view(store.catalog), 2};
    ck_assert_int_eq(lsm_range_split(&point, range, part_bytes, note_split, splits).code, BASE_OK);
    base_epoch_exit();
}

START_TEST(ranges_are_split_evenly)
{
    push(10000, 19999, 0, 0, 2);
    LsmRigValue value;
    int64_t record = 6 + (int64_t)lsm_rig_value(&value, 1, 1).len;
    static Splits splits;
    splits = (Splits){.count = 0};
    split(&EVERYTHING, 1000 * record, &splits);
    /* 60,000 entries are there, 10,000 of them twice. */
    ck_assert_uint_ge(splits.count, 52);
    ck_assert_uint_le(splits.count, 62);
    long last = 0;
    for (size_t i = 0; i < splits.count; i++) {
        long number = strtol((const char *)splits.keys[i].bytes, NULL, 10);
        long entries = number - last;
        ck_assert_int_gt(number, last);
        ck_assert_int_lt(number, MANY);
        if (number < 10000 || last > 20000) {
            ck_assert_int_ge(entries, 700);
            ck_assert_int_le(entries, 1300);
        } else if (last > 10000 && number < 20000) {
            ck_assert_int_ge(entries, 350);
            ck_assert_int_le(entries, 650);
        }
        last = number;
    }
    ck_assert_uint_eq(table_block_cache_stats(store.cache).misses, 0);
}
END_TEST

START_TEST(splits_stay_in_their_range)
{
    LsmRigKey keys[2];
    static Splits splits;
    EngineRange range = numbers(keys, 12345, 14000);
    splits = (Splits){.count = 0};
    split(&range, 2000, &splits);
    ck_assert_uint_ge(splits.count, 5);
    for (size_t i = 0; i < splits.count; i++) {
        long number = strtol((const char *)splits.keys[i].bytes, NULL, 10);
        ck_assert_int_gt(number, 12345);
        ck_assert_int_lt(number, 14000);
    }
    splits = (Splits){.most = 3};
    split(&range, 2000, &splits);
    ck_assert_uint_eq(splits.count, 3);
    splits = (Splits){.count = 0};
    split(&range, INT64_MAX, &splits);
    ck_assert_uint_eq(splits.count, 0);
    range = numbers(keys, 14000, 12345);
    split(&range, 1, &splits);
    ck_assert_uint_eq(splits.count, 0);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("lsm_range");
    TCase *small = tcase_create("small");
    tcase_set_timeout(small, 120);
    tcase_add_test(small, what_is_small_is_counted);
    suite_add_tcase(suite, small);
    TCase *large = tcase_create("large");
    tcase_set_timeout(large, 120);
    tcase_add_checked_fixture(large, set_up, tear_down);
    tcase_add_test(large, what_is_large_is_estimated);
    tcase_add_test(large, the_dead_are_taken_off);
    tcase_add_test(large, ranges_are_split_evenly);
    tcase_add_test(large, splits_stay_in_their_range);
    suite_add_tcase(suite, large);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
