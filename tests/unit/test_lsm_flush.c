/*
 * test_lsm_flush.c: what is flushed reads as before, survives a crash, and nothing is lost when a
 * flush breaks off anywhere.
 */
#include "tests/support/job_rig.h"

#include <check.h>

static JobRig rig;

static void
setup(void)
{
    job_rig_init(&rig, 1);
}

static void
teardown(void)
{
    job_rig_clear(&rig);
}

static const LsmStoreState *
state(const LsmView *view)
{
    return &view->levels->state;
}

START_TEST(readers_see_the_same_as_before)
{
    rig.rand = base_rand((uint64_t)_i + 1);
    for (int round = 0; round < 6; round++) {
        for (int i = 0; i < 250; i++) {
            ck_assert(job_rig_random(&rig));
            if (i % 60 == 0 && rig.open_count < JOB_RIG_SNAPSHOTS) {
                job_rig_snapshot(&rig);
            }
            if (i % 90 == 0) {
                (void)job_rig_seal(&rig);
            }
        }
        if (rig.open_count > 3) {
            job_rig_release(&rig, base_rand_below(&rig.rand, rig.open_count));
        }
        base_fake_clock_advance_ms(&rig.clock, 300);
        job_rig_check(&rig);
        ck_assert_int_eq(job_rig_flush(&rig).code, BASE_OK);
        job_rig_check(&rig);
    }
    (void)job_rig_seal(&rig);
    ck_assert_int_eq(job_rig_flush(&rig).code, BASE_OK);
    ck_assert_int_eq(job_rig_sums(&rig).tables, job_rig_files(&rig));
    job_rig_crash(&rig);
    ck_assert_int_eq((int64_t)(rig.ops.len / sizeof(JobRigOp)), 1500);
    job_rig_check(&rig);
}
END_TEST

START_TEST(several_generations_are_flushed_as_one)
{
    for (int version = 1; version <= 3; version++) {
        for (int key = 0; key < 20; key++) {
            ck_assert(job_rig_put(&rig, key, 0));
        }
        (void)job_rig_seal(&rig);
    }
    ck_assert(job_rig_put(&rig, 30, 0));
    LsmView *view = lsm_catalog_hold(rig.store.catalog);
    ck_assert_uint_eq(view->count, 4);
    ck_assert_uint_eq(lsm_flush_ready(view, INT64_MAX), 3);
    ck_assert_uint_eq(lsm_flush_ready(view, 40), 2);
    uint64_t left = view->generations[0]->number;
    ck_assert_int_eq(job_rig_flush(&rig).code, BASE_OK);
    for (size_t i = 1; i < view->count; i++) {
        ck_assert_int_eq(lsm_generation_state(view->generations[i]), LSM_GENERATION_FLUSHED);
    }
    lsm_view_unref(view);
    ck_assert_int_eq(rig.last.counts.entries_in, 60);
    ck_assert_int_eq(rig.last.counts.kept, 20);
    ck_assert_int_eq(rig.last.counts.shadowed, 40);
    view = lsm_catalog_hold(rig.store.catalog);
    ck_assert_uint_eq(view->count, 1);
    ck_assert_int_eq(state(view)->log_floor, (int64_t)left);
    ck_assert_int_eq(state(view)->last_version, 60);
    ck_assert_int_eq(state(view)->last_stamp_ms, JOB_RIG_START_MS);
    lsm_view_unref(view);
    job_rig_check(&rig);
}
END_TEST

START_TEST(an_empty_generation_leaves_no_table)
{
    ck_assert(job_rig_put(&rig, 1, 0));
    (void)job_rig_seal(&rig);
    ck_assert(job_rig_remove(&rig, 1));
    uint64_t number = job_rig_seal(&rig)->number;
    ck_assert_int_eq(job_rig_flush(&rig).code, BASE_OK);
    ck_assert_int_eq(job_rig_sums(&rig).tables, 0);
    ck_assert_int_eq(rig.last.counts.removes, 1);
    LsmView *view = lsm_catalog_hold(rig.store.catalog);
    ck_assert_uint_eq(view->count, 0);
    ck_assert_int_eq(state(view)->log_floor, (int64_t)number + 1);
    lsm_view_unref(view);
    job_rig_check(&rig);
    job_rig_crash(&rig);
    job_rig_check(&rig);
}
END_TEST

START_TEST(removes_are_dated_and_orders_leave_room)
{
    ck_assert(job_rig_put(&rig, 1, 0));
    (void)job_rig_seal(&rig);
    ck_assert_int_eq(job_rig_flush(&rig).code, BASE_OK);
    base_fake_clock_advance_ms(&rig.clock, 50);
    ck_assert(job_rig_remove(&rig, 1));
    (void)job_rig_seal(&rig);
    ck_assert_int_eq(job_rig_flush(&rig).code, BASE_OK);
    LsmView *view = lsm_catalog_hold(rig.store.catalog);
    const LsmLevel *level = &view->levels->levels[0];
    ck_assert_uint_eq(level->count, 2);
    ck_assert_int_eq(level->tables[0]->info.oldest_remove_ms, 0);
    ck_assert_int_eq(level->tables[1]->info.oldest_remove_ms, JOB_RIG_START_MS + 50);
    ck_assert_int_ge(level->tables[1]->info.order - level->tables[0]->info.order, LSM_FLUSH_ORDERS);
    ck_assert_int_gt(lsm_flush_order(view->levels), level->tables[1]->info.order);
    lsm_view_unref(view);
}
END_TEST

/* Fills two generations that overlap, with removed ranges and a snapshot between. */
static void
fill(void)
{
    for (int i = 0; i < 120; i++) {
        ck_assert(job_rig_random(&rig));
    }
    (void)job_rig_seal(&rig);
    job_rig_snapshot(&rig);
    for (int i = 0; i < 120; i++) {
        ck_assert(job_rig_random(&rig));
    }
    (void)job_rig_seal(&rig);
}

/* Fails at each step in turn, a while, and tries again. */
static void
break_off(unsigned kinds, BaseCode code)
{
    int failures = 0;
    for (int64_t step = 0; failures == step; step++) {
        job_rig_clear(&rig);
        job_rig_init(&rig, 7);
        fill();
        rig.store.fault.status = base_error(code, "as the test wants it");
        fault_env_plan(&rig.store.fault, kinds, step, 1);
        BaseStatus status = job_rig_flush(&rig);
        fault_env_arm(&rig.store.fault, FAULT_ENV_NEVER);
        failures += !base_is_ok(status);
        job_rig_check(&rig);
        if (!base_is_ok(status) && base_is_ok(lsm_catalog_status(rig.store.catalog))) {
            ck_assert_int_eq(status.code, code);
            ck_assert_int_eq(job_rig_files(&rig), 0);
            ck_assert_int_eq(job_rig_flush(&rig).code, BASE_OK);
        }
        job_rig_check(&rig);
        bool final = !base_is_ok(lsm_catalog_status(rig.store.catalog));
        job_rig_crash(&rig);
        ck_assert(final || rig.ops.len == 240 * sizeof(JobRigOp));
        job_rig_check(&rig);
    }
    ck_assert_int_gt(failures, 2);
}

START_TEST(a_full_disk_at_any_step_loses_nothing)
{
    break_off(FAULT_SPACE, BASE_NO_SPACE);
}
END_TEST

START_TEST(a_failed_sync_at_any_step_loses_nothing)
{
    break_off(FAULT_SYNC, BASE_IO);
}
END_TEST

START_TEST(a_directory_that_cannot_be_synced_is_told)
{
    LsmJob job;
    fill();
    LsmView *view = lsm_catalog_hold(rig.store.catalog);
    fault_env_plan(&rig.store.fault, FAULT_SYNC_DIRECTORY, 0, 1);
    ck_assert_int_eq(lsm_job_begin(&job, &rig.place, view).code, BASE_OK);
    BaseStatus status = lsm_flush_run(&job, 2, rig.log);
    ck_assert_int_eq(status.code, BASE_IO);
    ck_assert(job.names_lost);
    lsm_job_end(&job, status);
    job_rig_check(&rig);
}
END_TEST

static BaseStatus
stop_at_once(void *user, size_t bytes)
{
    size_t *seen = user;
    *seen += bytes;
    return base_error(BASE_CLOSED, "as the test wants it");
}

START_TEST(a_flush_that_is_given_up_leaves_nothing)
{
    LsmJob job;
    size_t seen = 0;
    rig.buffer = 8 << 20;
    rig.value_bytes = 2000;
    for (int i = 0; i < 400; i++) {
        ck_assert(job_rig_put(&rig, i % JOB_RIG_KEYS, 0));
    }
    (void)job_rig_seal(&rig);
    LsmView *view = lsm_catalog_hold(rig.store.catalog);
    ck_assert_int_eq(lsm_job_begin(&job, &rig.place, view).code, BASE_OK);
    job.pause = stop_at_once;
    job.user = &seen;
    BaseStatus status = lsm_flush_run(&job, 1, rig.log);
    ck_assert_int_eq(status.code, BASE_CLOSED);
    ck_assert_uint_ge(seen, LSM_REWRITE_STRIDE);
    lsm_job_end(&job, status);
    ck_assert_int_eq(job_rig_files(&rig), 0);
    job_rig_check(&rig);
    ck_assert_int_eq(job_rig_flush(&rig).code, BASE_OK);
    job_rig_check(&rig);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("lsm_flush");
    TCase *flush = tcase_create("flush");
    tcase_set_timeout(flush, 120);
    tcase_add_checked_fixture(flush, setup, teardown);
    tcase_add_loop_test(flush, readers_see_the_same_as_before, 0, 6);
    tcase_add_test(flush, several_generations_are_flushed_as_one);
    tcase_add_test(flush, an_empty_generation_leaves_no_table);
    tcase_add_test(flush, removes_are_dated_and_orders_leave_room);
    tcase_add_test(flush, a_full_disk_at_any_step_loses_nothing);
    tcase_add_test(flush, a_failed_sync_at_any_step_loses_nothing);
    tcase_add_test(flush, a_directory_that_cannot_be_synced_is_told);
    tcase_add_test(flush, a_flush_that_is_given_up_leaves_nothing);
    suite_add_tcase(suite, flush);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
