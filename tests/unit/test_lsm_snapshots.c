/*
 * test_lsm_snapshots.c: the list that jobs keep to, and that nothing slips between a snapshot and a
 * job.
 */
#include "engine/lsm/snapshots.h"

#include <check.h>
#include <stdbool.h>
#include <stdlib.h>

static void
expect_list(LsmSnapshots *snapshots, const int64_t *versions, size_t count, int64_t oldest_ms)
{
    LsmSnapshotList list;
    ck_assert_int_eq(lsm_snapshots_list(snapshots, &list).code, BASE_OK);
    ck_assert_uint_eq(list.count, count);
    for (size_t i = 0; i < count; i++) {
        ck_assert_int_eq(list.versions[i], versions[i]);
    }
    ck_assert_int_eq(list.oldest_ms, oldest_ms);
    free(list.versions);
}

START_TEST(lists_each_version_once)
{
    LsmSnapshots snapshots;
    LsmSnapshot taken[4];
    _Atomic int64_t visible = 5;
    BaseFakeClock clock;
    CommitStamps stamps;
    base_fake_clock_init(&clock, 90);
    commit_stamp_init(&stamps, &clock.clock, 0);
    lsm_snapshots_init(&snapshots);
    expect_list(&snapshots, NULL, 0, INT64_MAX);
    lsm_snapshots_open(&snapshots, &visible, &stamps, &taken[0]);
    base_fake_clock_advance_ms(&clock, 10);
    lsm_snapshots_open(&snapshots, &visible, &stamps, &taken[1]);
    base_fake_clock_step_wall_ms(&clock, -50);
    visible = 7;
    lsm_snapshots_open(&snapshots, &visible, &stamps, &taken[2]);
    visible = 9;
    lsm_snapshots_open(&snapshots, &visible, &stamps, &taken[3]);
    expect_list(&snapshots, (int64_t[]){5, 7, 9}, 3, 90);
    lsm_snapshots_close(&snapshots, &taken[1]);
    lsm_snapshots_close(&snapshots, &taken[2]);
    expect_list(&snapshots, (int64_t[]){5, 9}, 2, 90);
    ck_assert_uint_eq(lsm_snapshots_count(&snapshots), 2);
    lsm_snapshots_close(&snapshots, &taken[0]);
    expect_list(&snapshots, (int64_t[]){9}, 1, 100);
    lsm_snapshots_close(&snapshots, &taken[3]);
    expect_list(&snapshots, NULL, 0, INT64_MAX);
    lsm_snapshots_clear(&snapshots);
}
END_TEST

typedef struct Race {
    LsmSnapshots snapshots;
    CommitStamps stamps;
    _Atomic int64_t visible;
    _Atomic int64_t dropped; /* versions up to this one are gone, but for what the list had */
    _Atomic bool done;
} Race;

/* A job that keeps what its list names drops what was visible before it took the list. */
static void *
run_jobs(void *user)
{
    Race *race = user;
    while (!atomic_load(&race->done)) {
        LsmSnapshotList list;
        int64_t visible = atomic_load(&race->visible);
        ck_assert_int_eq(lsm_snapshots_list(&race->snapshots, &list).code, BASE_OK);
        int64_t limit = list.count != 0 && list.versions[0] < visible ? list.versions[0] : visible;
        free(list.versions);
        if (limit > atomic_load(&race->dropped)) {
            atomic_store(&race->dropped, limit);
        }
        atomic_fetch_add(&race->visible, 1);
    }
    return NULL;
}

START_TEST(no_snapshot_is_overtaken_by_a_job)
{
    Race race = {.visible = 1};
    pthread_t thread;
    commit_stamp_init(&race.stamps, base_clock_real(), 0);
    lsm_snapshots_init(&race.snapshots);
    ck_assert_int_eq(pthread_create(&thread, NULL, run_jobs, &race), 0);
    for (int i = 0; i < 20000; i++) {
        LsmSnapshot snapshot;
        lsm_snapshots_open(&race.snapshots, &race.visible, &race.stamps, &snapshot);
        ck_assert_int_le(atomic_load(&race.dropped), snapshot.version);
        lsm_snapshots_close(&race.snapshots, &snapshot);
    }
    atomic_store(&race.done, true);
    pthread_join(thread, NULL);
    lsm_snapshots_clear(&race.snapshots);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("lsm_snapshots");
    TCase *list = tcase_create("list");
    tcase_set_timeout(list, 120);
    tcase_add_test(list, lists_each_version_once);
    tcase_add_test(list, no_snapshot_is_overtaken_by_a_job);
    suite_add_tcase(suite, list);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
