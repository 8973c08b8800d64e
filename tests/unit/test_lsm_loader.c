/*
 * test_lsm_loader.c: keys that are read aside stay true while others change them.
 */
#include "engine/lsm/loader.h"
#include "engine/lsm/section.h"
#include "tests/support/lsm_rig.h"

#include <check.h>
#include <sched.h>

enum { KEYS = 100 };

static LsmRig store;
static LsmReadCounters counters;
static LsmLoader *loader;
static atomic_int loaded_count;
static BaseStatus loaded_status;

static void
note_loaded(void *user, CommitLoad *load, BaseStatus status)
{
    (void)load;
    ck_assert_ptr_null(user);
    loaded_status = status;
    atomic_fetch_add(&loaded_count, 1);
}

/* A store with keys 0 to KEYS - 1 in a table, at version 5, but for every other one. */
static void
begin(void)
{
    lsm_rig_init(&store);
    (void)lsm_rig_add(&store, &(LsmRigTable){.last = KEYS - 1, .step = 2, .version = 5});
    atomic_store(lsm_catalog_visible(store.catalog), 5);
    LsmLoaderArgs args = {
        .catalog = store.catalog, .counters = &counters, .threads = 2, .loaded = note_loaded};
    ck_assert_int_eq(lsm_loader_new(&args, &loader).code, BASE_OK);
    atomic_store(&loaded_count, 0);
    lsm_section_enter();
}

static void
end(void)
{
    base_epoch_exit();
    lsm_loader_free(loader);
    lsm_rig_clear(&store);
}

/* A load of numbered keys. */
typedef struct Request {
    CommitLoad load;
    struct CommitLoadKey keys[KEYS];
    LsmRigKey names[KEYS];
} Request;

static void
start(Request *request, int first, int count)
{
    for (int i = 0; i < count; i++) {
        BaseSlice stored = lsm_rig_key(&request->names[i], first + i);
        request->keys[i] =
            (struct CommitLoadKey){ENGINE_DATA, base_slice(stored.data + 1, stored.len - 1)};
    }
    request->load = (CommitLoad){.keys = request->keys, .count = (size_t)count};
    lsm_loader_load(loader, &request->load);
}

static void
wait_for(int loads)
{
    while (atomic_load(&loaded_count) < loads) {
        (void)sched_yield();
    }
    ck_assert_int_eq(loaded_status.code, BASE_OK);
}

/* Whether a loaded key has this version; 0: is absent. */
static bool
has(int number, int64_t version)
{
    LsmRigKey name;
    EngineLookup lookup;
    ck_assert(lsm_loader_find(loader, lsm_rig_key(&name, number), &lookup));
    return version == 0 ? !lookup.found : lookup.found && lookup.record.version == version;
}

static bool
is_loaded(int number)
{
    LsmRigKey name;
    EngineLookup lookup;
    return lsm_loader_find(loader, lsm_rig_key(&name, number), &lookup);
}

/* Publishes an entry in a generation. */
static void
publish(LsmGeneration *generation, int number, LsmRecordKind kind, int64_t version)
{
    LsmRigKey name;
    BaseSlice key = lsm_rig_key(&name, number);
    uint64_t hash = lsm_key_index_hash(key);
    ck_assert_int_eq(lsm_memtable_reserve(generation->memtable, 1).code, BASE_OK);
    LsmBuilt built =
        lsm_memtable_build(generation->memtable,
                           &(LsmEntry){.key = key, .hash = hash, .kind = kind, .version = version});
    lsm_memtable_link(generation->memtable, &built);
    lsm_loader_point(loader, key, generation,
                     lsm_memtable_get(generation->memtable, key, hash, version));
    atomic_store(lsm_catalog_visible(store.catalog), version);
}

static void
publish_range(LsmGeneration *generation, int first, int stop, int64_t version)
{
    LsmRigKey names[2];
    LsmRangeBuilt built;
    FormatRange range = {lsm_rig_key(&names[0], first), lsm_rig_key(&names[1], stop), version};
    ck_assert_int_eq(lsm_range_set_build(&range, &built).code, BASE_OK);
    lsm_range_set_add(&generation->ranges, built);
    atomic_store(lsm_catalog_visible(store.catalog), version);
    lsm_loader_range(loader, &range);
}

START_TEST(what_is_loaded_is_found)
{
    begin();
    Request request;
    ck_assert(!lsm_loader_any(loader));
    start(&request, 0, KEYS);
    ck_assert(lsm_loader_any(loader));
    wait_for(1);
    for (int i = 0; i < KEYS; i++) {
        ck_assert(has(i, i % 2 == 0 ? 5 : 0));
    }
    LsmRigKey name;
    LsmRigValue value;
    EngineLookup lookup;
    ck_assert(lsm_loader_find(loader, lsm_rig_key(&name, 42), &lookup));
    ck_assert(base_slice_equal(lookup.record.value, lsm_rig_value(&value, 42, 5)));
    ck_assert(!is_loaded(KEYS));
    lsm_loader_unload(loader, &request.load);
    ck_assert(!is_loaded(42));
    ck_assert(!lsm_loader_any(loader));
    LsmLoaderStats stats;
    lsm_loader_stats(loader, &stats);
    ck_assert_int_eq(stats.loads, 1);
    ck_assert_int_eq(stats.keys, KEYS);
    ck_assert_int_eq(stats.waiting, 0);
    end();
}
END_TEST

/* It does not matter whether the reading thread came before or after what is published. */
START_TEST(the_newest_of_read_and_published_counts)
{
    begin();
    LsmGeneration *generation = NULL;
    ck_assert_int_eq(lsm_generation_new(1 << 16, NULL, &generation).code, BASE_OK);
    ck_assert_int_eq(lsm_catalog_push(store.catalog, generation).code, BASE_OK);
    Request first;
    Request second;
    start(&first, 0, 10);
    publish(generation, 1, LSM_RECORD_PUT, 10);
    publish(generation, 2, LSM_RECORD_REMOVE, 11);
    publish_range(generation, 4, 6, 12);
    wait_for(1);
    publish(generation, 4, LSM_RECORD_PUT, 13);
    publish(generation, 8, LSM_RECORD_PUT, 14);
    publish_range(generation, 8, 9, 14); /* of the same commit, before it */
    start(&second, 0, 10);
    wait_for(2);
    ck_assert(has(0, 5) && has(1, 10) && has(2, 0) && has(3, 0));
    ck_assert(has(4, 13) && has(5, 0) && has(6, 5) && has(8, 14));
    publish_range(generation, 0, 100, 20);
    for (int i = 0; i < 10; i++) {
        ck_assert(has(i, 0));
    }
    publish(generation, 9, LSM_RECORD_PUT, 21);
    ck_assert(has(9, 21));
    lsm_generation_unref(generation);
    lsm_loader_unload(loader, &first.load);
    ck_assert(has(9, 21));
    lsm_loader_unload(loader, &second.load);
    ck_assert(!lsm_loader_any(loader));
    end();
}
END_TEST

START_TEST(a_failed_read_fails_its_load)
{
    begin();
    fault_env_plan(&store.fault, FAULT_READ, 0, FAULT_ENV_NEVER);
    Request request;
    start(&request, 0, 50);
    while (atomic_load(&loaded_count) == 0) {
        (void)sched_yield();
    }
    ck_assert_int_eq(loaded_status.code, BASE_IO);
    ck_assert(!is_loaded(0));
    lsm_loader_unload(loader, &request.load);
    fault_env_arm(&store.fault, FAULT_ENV_NEVER);
    start(&request, 0, 50);
    wait_for(2);
    ck_assert(has(0, 5));
    lsm_loader_unload(loader, &request.load);
    end();
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("lsm_loader");
    TCase *cases = tcase_create("loader");
    tcase_add_test(cases, what_is_loaded_is_found);
    tcase_add_loop_test(cases, the_newest_of_read_and_published_counts, 0, 50);
    tcase_add_test(cases, a_failed_read_fails_its_load);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
