/*
 * test_lsm_catalog.c: what is installed is durable and visible, whole, or did not happen; readers
 * never miss a commit that is visible.
 *
 * Changes break off at every step of the file system, for ever or for a while, and then the system
 * crashes. A writer, a flushing thread and readers run against each other: each commit is one key,
 * so a reader knows what must be in its view.
 */
#include "engine/base/epoch.h"
#include "tests/support/lsm_rig.h"

#include <check.h>
#include <pthread.h>
#include <sched.h>

static LsmRig rig;

static void
setup(void)
{
    lsm_rig_init(&rig);
}

static void
teardown(void)
{
    lsm_rig_clear(&rig);
}

static BaseCode
install(BaseBuf *edits)
{
    char message[256];
    BaseStatus status = lsm_catalog_install(rig.catalog, base_buf_slice(edits), NULL, 0, message);
    base_buf_reset(edits);
    return status.code;
}

/* The version of a key in the current view's levels. */
static int64_t
find(int number)
{
    LsmView *view = lsm_catalog_hold(rig.catalog);
    int64_t version = lsm_rig_find(view->levels, number);
    lsm_view_unref(view);
    return version;
}

static LsmCatalogStats
stats(void)
{
    LsmCatalogStats got;
    lsm_catalog_stats(rig.catalog, &got);
    return got;
}

/* -------------------------------------------------------------------------------- installing -- */

START_TEST(what_is_installed_is_visible_and_durable)
{
    BaseBuf edits = BASE_BUF_INIT;
    int64_t first = lsm_rig_add(&rig, &(LsmRigTable){.level = 1, .last = 9, .version = 1});
    (void)lsm_rig_build(&rig, &(LsmRigTable){.first = 5, .last = 7, .version = 2}, &edits);
    (void)lsm_rig_build(&rig, &(LsmRigTable){.first = 6, .last = 6, .version = 3}, &edits);
    ck_assert_int_eq(install(&edits), BASE_OK);
    for (int round = 0; round < 2; round++) {
        ck_assert_int_eq(find(4), 1);
        ck_assert_int_eq(find(5), 2);
        ck_assert_int_eq(find(6), 3);
        ck_assert_int_eq(find(10), 0);
        ck_assert_int_gt(lsm_catalog_number(rig.catalog), first + 2);
        lsm_rig_reopen(&rig, true);
    }
    ck_assert_int_eq(atomic_load(lsm_catalog_visible(rig.catalog)), 3);
    base_buf_clear(&edits);
}
END_TEST

START_TEST(edits_that_do_not_fit_change_nothing)
{
    char message[256];
    BaseBuf edits = BASE_BUF_INIT;
    (void)lsm_rig_add(&rig, &(LsmRigTable){.level = 1, .last = 9, .version = 1});
    LsmCatalogStats before = stats();
    (void)lsm_rig_build(&rig, &(LsmRigTable){.level = 1, .first = 5, .last = 12, .version = 2},
                        &edits);
    BaseStatus status = lsm_catalog_install(rig.catalog, base_buf_slice(&edits), NULL, 0, message);
    ck_assert_int_eq(status.code, BASE_CORRUPTION);
    ck_assert_ptr_nonnull(strstr(message, "overlap"));
    ck_assert_int_eq(stats().edits, before.edits);
    ck_assert_int_eq(stats().manifest_bytes, before.manifest_bytes);
    ck_assert_int_eq(lsm_catalog_status(rig.catalog).code, BASE_OK);
    ck_assert_int_eq(find(5), 1);
    ck_assert_int_eq(find(12), 0);
    base_buf_clear(&edits);
}
END_TEST

static BaseStatus
move_down(void *user, const LsmLevels *levels, BaseBuf *edits)
{
    const int64_t *number = user;
    int level;
    const LsmTable *table = lsm_levels_find(levels, *number, &level);
    FormatEdit add = {.tag = FORMAT_EDIT_ADD_TABLE, .add_table = table->info};
    add.add_table.level = level == LSM_LEVELS - 1 ? 1 : level + 1;
    lsm_rig_drop(edits, level, *number);
    ck_assert(format_manifest_edit_encode(edits, &add));
    return base_ok();
}

static BaseCode
move(int64_t number)
{
    char message[256];
    return lsm_catalog_change(rig.catalog, move_down, &number, NULL, 0, message).code;
}

static BaseStatus
change_mind(void *user, const LsmLevels *levels, BaseBuf *edits)
{
    (void)user;
    (void)levels;
    (void)edits;
    return base_error(BASE_CLOSED, "not now");
}

START_TEST(a_change_sees_the_levels_and_may_be_given_up)
{
    char message[256];
    int level;
    int64_t number = lsm_rig_add(&rig, &(LsmRigTable){.level = 1, .last = 9, .version = 1});
    ck_assert_int_eq(move(number), BASE_OK);
    LsmCatalogStats before = stats();
    ck_assert_int_eq(lsm_catalog_change(rig.catalog, change_mind, NULL, NULL, 0, message).code,
                     BASE_CLOSED);
    ck_assert_int_eq(stats().edits, before.edits);
    LsmView *view = lsm_catalog_hold(rig.catalog);
    ck_assert_ptr_nonnull(lsm_levels_find(view->levels, number, &level));
    ck_assert_int_eq(level, 2);
    lsm_view_unref(view);
}
END_TEST

/* --------------------------------------------------------------------------------- failures -- */

/* Whatever step fails: before or after, and the file of a table that may count stays. */
START_TEST(a_failed_change_is_not_seen_and_costs_no_file)
{
    bool done = false;
    for (int64_t fail_at = 0; !done; fail_at++) {
        BaseBuf edits = BASE_BUF_INIT;
        lsm_rig_clear(&rig);
        lsm_rig_init(&rig);
        int64_t old = lsm_rig_add(&rig, &(LsmRigTable){.level = 1, .last = 9, .version = 1});
        int64_t new =
            lsm_rig_build(&rig, &(LsmRigTable){.level = 1, .last = 9, .version = 2}, &edits);
        lsm_rig_drop(&edits, 1, old);
        fault_env_arm(&rig.fault, fail_at);
        done = install(&edits) == BASE_OK;
        ck_assert_int_eq(find(5), done ? 2 : 1);
        if (!done) {
            lsm_catalog_reclaim(rig.catalog);
            ck_assert(lsm_rig_has(&rig, FORMAT_FILE_TABLE, old));
            ck_assert(lsm_rig_has(&rig, FORMAT_FILE_TABLE, new));
            ck_assert_int_ne(lsm_catalog_status(rig.catalog).code, BASE_OK);
            fault_env_arm(&rig.fault, FAULT_ENV_NEVER);
            ck_assert_int_ne(move(old), BASE_OK);
        }
        lsm_rig_reopen(&rig, true);
        int64_t version = find(5);
        ck_assert(done ? version == 2 : version == 1 || version == 2);
        base_buf_clear(&edits);
        ck_assert_int_lt(fail_at, 50);
    }
}
END_TEST

START_TEST(a_full_disk_costs_one_change)
{
    BaseBuf edits = BASE_BUF_INIT;
    int64_t old = lsm_rig_add(&rig, &(LsmRigTable){.level = 1, .last = 9, .version = 1});
    rig.fault.status = base_error(BASE_NO_SPACE, "full");
    for (int i = 0; i < 3; i++) {
        fault_env_plan(&rig.fault, FAULT_WRITE, 0, 1);
        ck_assert_int_eq(move(old), BASE_NO_SPACE);
        ck_assert_int_eq(lsm_catalog_status(rig.catalog).code, BASE_OK);
        ck_assert_int_eq(move(old), BASE_OK);
    }
    lsm_rig_reopen(&rig, true);
    ck_assert_int_eq(find(5), 1);
    base_buf_clear(&edits);
}
END_TEST

/* ------------------------------------------------------------------------------ the manifest -- */

static void
move_until_rewritten(int64_t number)
{
    LsmCatalogStats before = stats();
    while (stats().manifests == before.manifests) {
        ck_assert_int_eq(move(number), BASE_OK);
        ck_assert_int_lt(stats().edits - before.edits, 10000);
    }
}

START_TEST(a_long_manifest_is_written_anew)
{
    int64_t number = lsm_rig_add(&rig, &(LsmRigTable){.level = 1, .last = 9, .version = 1});
    LsmCatalogStats before = stats();
    move_until_rewritten(number);
    LsmCatalogStats after = stats();
    ck_assert_int_eq(after.manifests, before.manifests + 1);
    ck_assert_uint_gt(after.manifest_number, before.manifest_number);
    ck_assert_int_lt(after.manifest_bytes, 1024);
    ck_assert(!lsm_rig_has(&rig, FORMAT_FILE_MANIFEST, (int64_t)before.manifest_number));
    ck_assert(lsm_rig_has(&rig, FORMAT_FILE_MANIFEST, (int64_t)after.manifest_number));
    lsm_rig_reopen(&rig, true);
    ck_assert_int_eq(find(5), 1);
    ck_assert_int_eq(move(number), BASE_OK);
}
END_TEST

/* Moves the table until the next change writes the manifest anew. */
static void
grow_manifest(int64_t number, int64_t first_bytes)
{
    while (stats().manifest_bytes <= 2 * first_bytes + (64 << 10)) {
        ck_assert_int_eq(move(number), BASE_OK);
    }
}

/* Where the table is now. */
static int
level_of(int64_t number)
{
    int level = -1;
    LsmView *view = lsm_catalog_hold(rig.catalog);
    (void)lsm_levels_find(view->levels, number, &level);
    lsm_view_unref(view);
    return level;
}

START_TEST(a_new_manifest_that_fails_leaves_the_old_one_or_ends_all)
{
    bool done = false;
    int survived = 0;
    int ended = 0;
    for (int64_t fail_at = 0; !done; fail_at++) {
        lsm_rig_clear(&rig);
        lsm_rig_init(&rig);
        int64_t first_bytes = stats().manifest_bytes;
        int64_t number = lsm_rig_add(&rig, &(LsmRigTable){.level = 1, .last = 9, .version = 1});
        grow_manifest(number, first_bytes);
        int before = level_of(number);
        int64_t manifests = stats().manifests;
        fault_env_plan(&rig.fault, FAULT_CHANGES, fail_at, 1);
        BaseCode code = move(number);
        bool failed = lsm_catalog_status(rig.catalog).code != BASE_OK;
        done = stats().manifests != manifests;
        ck_assert(failed == (code != BASE_OK));
        survived += !failed;
        ended += failed;
        int after = level_of(number);
        ck_assert(failed ? after == before : after != before);
        fault_env_arm(&rig.fault, FAULT_ENV_NEVER);
        lsm_rig_reopen(&rig, true);
        ck_assert(level_of(number) == after || (failed && level_of(number) != after));
        ck_assert_int_eq(find(5), 1);
        ck_assert_int_lt(fail_at, 50);
    }
    ck_assert_int_gt(survived, 3);
    ck_assert_int_gt(ended, 0);
}
END_TEST

/* ------------------------------------------------------------------------------- generations -- */

static LsmGeneration *
new_generation(void)
{
    LsmGeneration *generation = NULL;
    ck_assert_int_eq(lsm_generation_new(1 << 20, NULL, &generation).code, BASE_OK);
    return generation;
}

static void
put(LsmGeneration *generation, int number, int64_t version)
{
    LsmRigKey key;
    LsmRigValue value;
    LsmEntry entry = {.key = lsm_rig_key(&key, number),
                      .value = lsm_rig_value(&value, number, version),
                      .version = version};
    entry.hash = lsm_key_index_hash(entry.key);
    ck_assert_int_eq(lsm_memtable_reserve(generation->memtable, 1).code, BASE_OK);
    LsmBuilt built = lsm_memtable_build(generation->memtable, &entry);
    lsm_memtable_link(generation->memtable, &built);
    atomic_store(&generation->version_highest, version);
}

START_TEST(generations_come_first_and_go_last)
{
    LsmGeneration *made[LSM_GENERATIONS_MAX + 1];
    char message[256];
    for (size_t i = 0; i < LSM_GENERATIONS_MAX; i++) {
        made[i] = new_generation();
        ck_assert_int_eq(lsm_catalog_push(rig.catalog, made[i]).code, BASE_OK);
        lsm_generation_unref(made[i]);
    }
    made[LSM_GENERATIONS_MAX] = new_generation();
    ck_assert_int_eq(lsm_catalog_push(rig.catalog, made[LSM_GENERATIONS_MAX]).code, BASE_BUSY);
    lsm_generation_unref(made[LSM_GENERATIONS_MAX]);
    LsmView *view = lsm_catalog_hold(rig.catalog);
    ck_assert_uint_eq(view->count, LSM_GENERATIONS_MAX);
    ck_assert_ptr_eq(view->generations[0], made[LSM_GENERATIONS_MAX - 1]);
    LsmGeneration *flushed[2] = {made[0], made[1]};
    BaseSlice nothing = BASE_SLICE_EMPTY;
    ck_assert_int_eq(lsm_catalog_install(rig.catalog, nothing, flushed, 2, message).code, BASE_OK);
    lsm_catalog_reclaim(rig.catalog);
    ck_assert(lsm_generation_is_empty(made[0])); /* the view that we hold has it */
    lsm_view_unref(view);
    view = lsm_catalog_hold(rig.catalog);
    ck_assert_uint_eq(view->count, LSM_GENERATIONS_MAX - 2);
    ck_assert_ptr_eq(view->generations[view->count - 1], made[2]);
    lsm_view_unref(view);
}
END_TEST

/* ---------------------------------------------------------------------------------- threads -- */

enum {
    COMMITS = 2000,
    PER_GENERATION = 50,
    READERS = 2,
};

static _Atomic bool written;

/* Commit n puts key n; each generation takes a number of them. */
static void *
write_all(void *user)
{
    (void)user;
    LsmGeneration *active = NULL;
    for (int commit = 1; commit <= COMMITS; commit++) {
        if (commit % PER_GENERATION == 1) {
            LsmGeneration *next = new_generation();
            while (lsm_catalog_push(rig.catalog, next).code == BASE_BUSY) {
                sched_yield();
            }
            if (active != NULL) {
                lsm_generation_set_state(active, LSM_GENERATION_FULL);
            }
            active = next;
            lsm_generation_unref(next);
        }
        put(active, commit, commit);
        atomic_store_explicit(lsm_catalog_visible(rig.catalog), commit, memory_order_release);
    }
    lsm_generation_set_state(active, LSM_GENERATION_FULL);
    atomic_store(&written, true);
    return NULL;
}

/* Writes the oldest generation into a table; false: it is not full. */
static bool
flush_oldest(void)
{
    char message[256];
    BaseBuf edits = BASE_BUF_INIT;
    LsmView *view = lsm_catalog_hold(rig.catalog);
    LsmGeneration *oldest = view->count == 0 ? NULL : view->generations[view->count - 1];
    bool full = oldest != NULL && lsm_generation_state(oldest) == LSM_GENERATION_FULL;
    if (full) {
        int64_t version = atomic_load(&oldest->version_highest);
        LsmRigTable table = {.level = 1 + (int)(version / PER_GENERATION % 2),
                             .first = (int)version - PER_GENERATION + 1,
                             .last = (int)version,
                             .version = version,
                             .ascending = true};
        (void)lsm_rig_build(&rig, &table, &edits);
        ck_assert_int_eq(
            lsm_catalog_install(rig.catalog, base_buf_slice(&edits), &oldest, 1, message).code,
            BASE_OK);
    }
    lsm_view_unref(view);
    base_buf_clear(&edits);
    return full;
}

static void *
flush_all(void *user)
{
    (void)user;
    for (;;) {
        bool last = atomic_load(&written);
        bool flushed = flush_oldest();
        lsm_catalog_reclaim(rig.catalog);
        if (last && !flushed) {
            return NULL;
        }
        if (!flushed) {
            sched_yield();
        }
    }
}

static int64_t
find_in(const LsmView *view, int number, int64_t version)
{
    LsmRigKey key;
    BaseSlice slice = lsm_rig_key(&key, number);
    for (size_t i = 0; i < view->count; i++) {
        const LsmRecord *found = lsm_memtable_get(view->generations[i]->memtable, slice,
                                                  lsm_key_index_hash(slice), version);
        if (found != NULL) {
            return found->version;
        }
    }
    return lsm_rig_find(view->levels, number);
}

static void *
read_all(void *user)
{
    BaseRand rand = base_rand((uintptr_t)user);
    int64_t last = 0;
    while (last < COMMITS) {
        ck_assert(base_epoch_enter());
        LsmPoint point = lsm_catalog_point(rig.catalog);
        ck_assert_int_ge(point.version, last);
        last = point.version;
        for (int i = 0; i < 10 && last > 0; i++) {
            int64_t behind = i % 2 == 0 ? 5 : last;
            int64_t number = last - (int64_t)base_rand_below(&rand, (uint64_t)behind);
            number = number < 1 ? 1 : number;
            ck_assert_int_eq(find_in(point.view, (int)number, last), number);
        }
        base_epoch_exit();
        sched_yield();
    }
    return NULL;
}

START_TEST(no_reader_misses_what_is_visible)
{
    pthread_t threads[READERS + 2];
    atomic_store(&written, false);
    ck_assert_int_eq(pthread_create(&threads[0], NULL, write_all, NULL), 0);
    ck_assert_int_eq(pthread_create(&threads[1], NULL, flush_all, NULL), 0);
    for (uintptr_t i = 0; i < READERS; i++) {
        ck_assert_int_eq(pthread_create(&threads[2 + i], NULL, read_all, (void *)(i + 1)), 0);
    }
    for (size_t i = 0; i < READERS + 2; i++) {
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    }
    LsmView *view = lsm_catalog_hold(rig.catalog);
    ck_assert_uint_eq(view->count, 0);
    lsm_view_unref(view);
    lsm_rig_reopen(&rig, true);
    for (int number = 1; number <= COMMITS; number++) {
        ck_assert_int_eq(find(number), number);
    }
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("lsm_catalog");
    TCase *catalog = tcase_create("catalog");
    tcase_add_checked_fixture(catalog, setup, teardown);
    tcase_set_timeout(catalog, 120);
    tcase_add_test(catalog, what_is_installed_is_visible_and_durable);
    tcase_add_test(catalog, edits_that_do_not_fit_change_nothing);
    tcase_add_test(catalog, a_change_sees_the_levels_and_may_be_given_up);
    tcase_add_test(catalog, a_failed_change_is_not_seen_and_costs_no_file);
    tcase_add_test(catalog, a_full_disk_costs_one_change);
    tcase_add_test(catalog, a_long_manifest_is_written_anew);
    tcase_add_test(catalog, a_new_manifest_that_fails_leaves_the_old_one_or_ends_all);
    tcase_add_test(catalog, generations_come_first_and_go_last);
    tcase_add_test(catalog, no_reader_misses_what_is_visible);
    suite_add_tcase(suite, catalog);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
