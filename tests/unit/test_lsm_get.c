/*
 * test_lsm_get.c: gets of one key and of many, in random views, against the list of operations.
 */
#include "engine/base/epoch.h"
#include "engine/format/blob_file.h"
#include "engine/lsm/get.h"
#include "engine/lsm/stored.h"
#include "engine/lsm/value.h"
#include "tests/support/view_rig.h"

#include <check.h>
#include <stdlib.h>

enum {
    VIEWS = 24,
    VERSIONS = 12, /* that are read at in each view */
    MANY = 100,
};

static ViewRig rig;

static const ViewRigShape shapes[] = {
    {.removes = 20},
    {.removes = 10, .expiring = 30, .ranges = 10},
    {.removes = 10, .ranges = 30, .narrow_ranges = true, .ingested = 50},
    {.ranges = 20, .ingested = 30, .expiring = 10, .tables_only = true, .value_max = 700},
};

static const size_t SHAPES = sizeof shapes / sizeof shapes[0];

/* What a get must say. */
static LsmFoundKind
expected_kind(const ViewRigOp *op)
{
    if (op == NULL) {
        return LSM_FOUND_NOTHING;
    }
    return op->kind == VIEW_RIG_PUT      ? LSM_FOUND_VALUE
           : op->kind == VIEW_RIG_REMOVE ? LSM_FOUND_REMOVED
                                         : LSM_FOUND_HIDDEN;
}

static void
expect_found(const LsmFound *found, unsigned keyspace, size_t key, int64_t version)
{
    const ViewRigOp *op =
        key == VIEW_RIG_KEYS ? NULL : view_rig_newest(&rig, keyspace, key, version);
    ck_assert_int_eq(found->kind, expected_kind(op));
    ck_assert_int_eq(found->version, op == NULL ? 0 : op->version);
    if (found->kind == LSM_FOUND_VALUE) {
        ck_assert_int_eq(found->expires_at_ms, op->expires_at_ms);
        ck_assert(view_rig_is_value(op, found->value));
        ck_assert_int_eq(lsm_found_is_live(found, VIEW_RIG_NOW_MS),
                         view_rig_is_live(&rig, keyspace, key, version));
    }
}

/* The stored key of an index; for VIEW_RIG_KEYS of the empty key, which nothing touches. */
static BaseSlice
stored_key(LsmStored *stored, unsigned keyspace, size_t key)
{
    BaseSlice plain = key == VIEW_RIG_KEYS ? BASE_SLICE_EMPTY : rig.keys[key];
    ck_assert_int_eq(lsm_stored_init(stored, keyspace, plain).code, BASE_OK);
    return stored->key;
}

static int64_t
random_version(int i)
{
    return i == 0 ? rig.version : (int64_t)base_rand_below(&rig.rand, (uint64_t)rig.version + 1);
}

static LsmPoint
point_at(int64_t version)
{
    LsmPoint point = lsm_catalog_point(rig.store.catalog);
    ck_assert_int_eq(point.version, rig.version);
    point.version = version;
    return point;
}

static LsmReadStats
stats_now(void)
{
    LsmReadStats stats;
    lsm_counters_read(rig.counters, &stats);
    return stats;
}

/* ----------------------------------------------------------------------------------- one key -- */

static void
check_version(int64_t version)
{
    LsmStored stored;
    LsmFound found;
    ck_assert(base_epoch_enter());
    LsmPoint point = point_at(version);
    for (size_t key = 0; key <= VIEW_RIG_KEYS; key++) {
        for (unsigned keyspace = 0; keyspace < 2; keyspace++) {
            BaseSlice wanted = stored_key(&stored, keyspace, key);
            ck_assert_int_eq(lsm_get(&point, rig.counters, wanted, 0, &found).code, BASE_OK);
            expect_found(&found, keyspace, key, version);
        }
    }
    base_epoch_exit();
}

static void
check_gets(int seed)
{
    view_rig_init(&rig, (uint64_t)seed + 1, &shapes[(size_t)seed % SHAPES]);
    for (int i = 0; i < VERSIONS; i++) {
        check_version(random_version(i));
    }
    ck_assert_int_eq(stats_now().get_keys, VERSIONS * 2 * (VIEW_RIG_KEYS + 1));
    view_rig_clear(&rig);
}

START_TEST(a_get_says_what_the_list_says)
{
    for (int seed = 0; seed < VIEWS; seed++) {
        check_gets(seed);
    }
}
END_TEST

/* --------------------------------------------------------------------------------- many keys -- */

static void
check_many(size_t count, int64_t version)
{
    LsmStored *stored = calloc(MANY, sizeof *stored);
    BaseSlice wanted[MANY];
    size_t keys[MANY];
    unsigned keyspaces[MANY];
    LsmFound found[MANY];
    bool sorted = base_rand_below(&rig.rand, 2) == 0;
    for (size_t i = 0; i < count; i++) {
        keys[i] =
            sorted ? i * VIEW_RIG_KEYS / count : base_rand_below(&rig.rand, VIEW_RIG_KEYS + 1);
        keyspaces[i] = !sorted && base_rand_below(&rig.rand, 4) == 0;
        wanted[i] = stored_key(&stored[i], keyspaces[i], keys[i]);
    }
    ck_assert(base_epoch_enter());
    LsmPoint point = point_at(version);
    ck_assert_int_eq(lsm_multi_get(&point, rig.counters, wanted, count, 0, found).code, BASE_OK);
    for (size_t i = 0; i < count; i++) {
        expect_found(&found[i], keyspaces[i], keys[i], version);
    }
    base_epoch_exit();
    free(stored);
}

static void
check_many_gets(int seed)
{
    view_rig_init(&rig, (uint64_t)seed + 1, &shapes[(size_t)seed % SHAPES]);
    int64_t keys = 0;
    for (int i = 0; i < 10 * VERSIONS; i++) {
        size_t count = base_rand_below(&rig.rand, MANY + 1);
        check_many(count, random_version(i));
        keys += (int64_t)count;
    }
    LsmReadStats stats = stats_now();
    ck_assert_int_eq(stats.get_keys, keys);
    ck_assert_int_eq(stats.get_batches, 10 * VERSIONS);
    view_rig_clear(&rig);
}

START_TEST(many_keys_are_as_one_by_one)
{
    for (int seed = 0; seed < VIEWS; seed++) {
        check_many_gets(seed);
    }
}
END_TEST

/* ---------------------------------------------------------------------------------- counters -- */

static void
check_counters(int seed)
{
    static const ViewRigShape shape = {.removes = 20, .ranges = 10};
    view_rig_init(&rig, (uint64_t)seed + 100, &shape);
    LsmStored stored;
    LsmFound found;
    int64_t values = 0;
    ck_assert(base_epoch_enter());
    LsmPoint point = point_at(rig.version);
    for (size_t key = 0; key < VIEW_RIG_KEYS; key++) {
        LsmReadStats before = stats_now();
        ck_assert_int_eq(lsm_get(&point, rig.counters, stored_key(&stored, 0, key), 0, &found).code,
                         BASE_OK);
        LsmReadStats after = stats_now();
        values += found.kind == LSM_FOUND_VALUE;
        bool memory = after.get_memory != before.get_memory;
        bool known = found.kind != LSM_FOUND_NOTHING;
        int64_t decided = 0;
        int64_t asked = 0;
        for (int level = 0; level < LSM_LEVELS; level++) {
            const LsmLevelReads *reads = &after.levels[level];
            decided += reads->found + reads->hidden - before.levels[level].found -
                       before.levels[level].hidden;
            asked += reads->asked - before.levels[level].asked;
        }
        ck_assert_int_eq(decided, known && !memory);
        ck_assert_int_le(asked, memory ? 0 : (int64_t)point.view->levels->run_count);
    }
    base_epoch_exit();
    ck_assert_int_eq(stats_now().get_found, values);
    view_rig_clear(&rig);
}

START_TEST(every_question_is_counted)
{
    for (int seed = 0; seed < 10; seed++) {
        check_counters(seed);
    }
}
END_TEST

/* ------------------------------------------------------------------------------- from memory -- */

static void
check_memory(int seed)
{
    view_rig_init(&rig, (uint64_t)seed + 1, &shapes[(size_t)seed % SHAPES]);
    LsmStored stored;
    LsmFound found;
    int64_t refused = 0;
    ck_assert(base_epoch_enter());
    LsmPoint point = point_at(rig.version);
    for (size_t key = 0; key < VIEW_RIG_KEYS; key++) {
        BaseSlice wanted = stored_key(&stored, 0, key);
        BaseStatus status = lsm_get(&point, rig.counters, wanted, TABLE_CACHE_ONLY, &found);
        if (status.code != BASE_OK) {
            ck_assert_int_eq(status.code, BASE_WOULD_BLOCK);
            status = lsm_multi_get(&point, rig.counters, &wanted, 1, TABLE_CACHE_ONLY, &found);
            ck_assert_int_eq(status.code, BASE_WOULD_BLOCK);
            refused += 2;
            ck_assert_int_eq(lsm_get(&point, rig.counters, wanted, 0, &found).code, BASE_OK);
            status = lsm_get(&point, rig.counters, wanted, TABLE_CACHE_ONLY, &found);
            ck_assert_int_eq(status.code, BASE_OK);
        }
        expect_found(&found, 0, key, rig.version);
    }
    base_epoch_exit();
    ck_assert_int_eq(stats_now().get_would_block, refused);
    ck_assert(refused != 0 || !rig.shape.tables_only);
    view_rig_clear(&rig);
}

START_TEST(nothing_is_read_when_only_memory_is_asked)
{
    for (int seed = 0; seed < 10; seed++) {
        check_memory(seed);
    }
}
END_TEST

/* ------------------------------------------------------------------------------------ errors -- */

static void
check_damage(int seed)
{
    static const ViewRigShape shape = {.removes = 10, .ranges = 5, .tables_only = true};
    view_rig_init(&rig, (uint64_t)seed + 1, &shape);
    view_rig_damage(&rig);
    LsmStored stored;
    LsmFound found;
    size_t failed = 0;
    ck_assert(base_epoch_enter());
    LsmPoint point = point_at(rig.version);
    for (size_t key = 0; key < VIEW_RIG_KEYS; key++) {
        for (unsigned keyspace = 0; keyspace < 2; keyspace++) {
            BaseSlice wanted = stored_key(&stored, keyspace, key);
            BaseStatus status = lsm_get(&point, rig.counters, wanted, 0, &found);
            LsmFound same;
            BaseStatus again = lsm_multi_get(&point, rig.counters, &wanted, 1, 0, &same);
            ck_assert_int_eq(again.code, status.code);
            if (status.code == BASE_OK) {
                expect_found(&found, keyspace, key, rig.version);
            } else {
                ck_assert_int_eq(status.code, BASE_CORRUPTION);
                failed++;
            }
        }
    }
    base_epoch_exit();
    LsmReadStats stats = stats_now();
    int64_t counted = 0;
    for (int level = 0; level < LSM_LEVELS; level++) {
        counted += stats.levels[level].failed;
    }
    ck_assert_int_eq(counted, 2 * (int64_t)failed);
    ck_assert_uint_eq(atomic_load(&rig.store.faults), 2 * failed);
    view_rig_clear(&rig);
}

START_TEST(damage_is_an_error_and_never_an_answer)
{
    for (int seed = 0; seed < 10; seed++) {
        check_damage(seed);
    }
}
END_TEST

START_TEST(a_reference_without_its_blob_file_is_damage)
{
    LsmLevels none = {0};
    BaseBuf reference = BASE_BUF_INIT;
    format_blob_reference_encode(
        &reference, &(FormatBlobReference){.number = 7, .handle = {32, 100}, .value_len = 100});
    FormatEntry entry = {.kind = FORMAT_BLOB, .value = base_buf_slice(&reference)};
    BaseSlice value;
    TableBlock *block = NULL;
    ck_assert_int_eq(lsm_value_open(&entry, &none, 0, &block, &value).code, BASE_CORRUPTION);
    entry.value.len--;
    ck_assert_int_eq(lsm_value_open(&entry, &none, 0, &block, &value).code, BASE_CORRUPTION);
    base_buf_clear(&reference);
}
END_TEST

START_TEST(long_keys_are_stored_too)
{
    uint8_t bytes[1000];
    memset(bytes, 'k', sizeof bytes);
    for (size_t len = 250; len < 260; len++) {
        LsmStored stored;
        ck_assert_int_eq(lsm_stored_init(&stored, 1, base_slice(bytes, len)).code, BASE_OK);
        ck_assert_uint_eq(stored.key.len, len + 1);
        ck_assert_uint_eq(stored.key.data[0], 1);
        ck_assert(base_slice_equal(lsm_stored_user_key(stored.key), base_slice(bytes, len)));
        ck_assert_int_eq(stored.on_heap != NULL, len >= LSM_STORED_INLINE);
        lsm_stored_clear(&stored);
    }
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("lsm_get");
    TCase *get = tcase_create("get");
    tcase_set_timeout(get, 120);
    tcase_add_test(get, a_get_says_what_the_list_says);
    tcase_add_test(get, many_keys_are_as_one_by_one);
    tcase_add_test(get, every_question_is_counted);
    tcase_add_test(get, nothing_is_read_when_only_memory_is_asked);
    tcase_add_test(get, damage_is_an_error_and_never_an_answer);
    tcase_add_test(get, a_reference_without_its_blob_file_is_damage);
    tcase_add_test(get, long_keys_are_stored_too);
    suite_add_tcase(suite, get);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
