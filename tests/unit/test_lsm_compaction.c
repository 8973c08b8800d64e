/*
 * test_lsm_compaction.c: whatever is compacted, moved, dropped or taken down, readers see the same
 * as before, at every snapshot; what is dead goes; what is damaged or breaks off does no harm.
 */
#include "engine/lsm/covered.h"
#include "tests/support/job_rig.h"

#include <check.h>
#include <stdlib.h>

#define LAST (LSM_LEVELS - 1)

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

static void
flush(void)
{
    (void)job_rig_seal(&rig);
    ck_assert_int_eq(job_rig_flush(&rig).code, BASE_OK);
}

/* Puts keys [first, stop), each of the given step. */
static void
put_range(int first, int stop, int step)
{
    for (int key = first; key < stop; key += step) {
        ck_assert(job_rig_put(&rig, key, 0));
    }
}

/* Everything in the last level, without anything dead. */
static void
fill_last_level(void)
{
    put_range(0, JOB_RIG_KEYS, 1);
    flush();
    job_rig_descend(&rig, 0, JOB_RIG_KEYS);
    JobRigSums sums = job_rig_sums(&rig);
    ck_assert_int_eq(sums.levels[LAST], sums.tables);
    ck_assert_int_gt(sums.tables, 2);
}

/* --------------------------------------------------------------------------------- at random -- */

static void
random_job(void)
{
    LsmPickReason reason;
    switch (base_rand_below(&rig.rand, 8)) {
    case 0:
        flush();
        break;
    case 1:
        (void)job_rig_drop_covered(&rig);
        break;
    case 2: {
        int start = (int)base_rand_below(&rig.rand, JOB_RIG_KEYS);
        job_rig_descend(&rig, start, start + (int)base_rand_below(&rig.rand, JOB_RIG_KEYS));
        break;
    }
    default:
        ck_assert_int_eq(job_rig_flush(&rig).code, BASE_OK);
        ck_assert_int_eq(job_rig_compact(&rig, &reason).code, BASE_OK);
    }
}

START_TEST(readers_see_the_same_as_before)
{
    rig.rand = base_rand((uint64_t)_i + 1);
    rig.buffer = 32 << 10;
    rig.value_bytes = _i % 2 == 0 ? 40 : 600;
    rig.place.compression = (LsmCompression)(_i % 3);
    rig.picking.reclaim_ms = 2000;
    for (int round = 0; round < 60; round++) {
        for (int i = 0; i < 60; i++) {
            ck_assert(job_rig_random(&rig));
        }
        if (base_rand_below(&rig.rand, 4) == 0 && rig.open_count < JOB_RIG_SNAPSHOTS) {
            job_rig_snapshot(&rig);
        }
        if (base_rand_below(&rig.rand, 4) == 0 && rig.open_count > 0) {
            job_rig_release(&rig, base_rand_below(&rig.rand, rig.open_count));
        }
        base_fake_clock_advance_ms(&rig.clock, (int64_t)base_rand_below(&rig.rand, 400));
        random_job();
        job_rig_check(&rig);
    }
    flush();
    (void)job_rig_settle(&rig);
    job_rig_check(&rig);
    ck_assert_int_eq(job_rig_sums(&rig).tables, job_rig_files(&rig));
    job_rig_crash(&rig);
    job_rig_check(&rig);
}
END_TEST

/* ----------------------------------------------------------------------------- what it costs -- */

START_TEST(ascending_keys_are_never_written_again)
{
    int64_t bytes = 0;
    rig.value_bytes = 400;
    for (int key = 0; key < JOB_RIG_KEYS; key += 10) {
        put_range(key, key + 10, 1);
        flush();
        bytes += rig.last.counts.bytes_out;
        LsmPickReason reason;
        do {
            ck_assert_int_eq(job_rig_compact(&rig, &reason).code, BASE_OK);
            ck_assert_int_eq(reason == LSM_PICK_NOTHING ? 0 : rig.last.counts.bytes_out, 0);
        } while (reason != LSM_PICK_NOTHING);
    }
    JobRigSums sums = job_rig_sums(&rig);
    ck_assert_int_eq(sums.bytes, bytes);
    ck_assert_int_gt(sums.levels[LAST] + sums.levels[LAST - 1], 10);
    job_rig_check(&rig);
    job_rig_crash(&rig);
    job_rig_check(&rig);
}
END_TEST

START_TEST(a_descent_moves_what_is_not_in_its_way)
{
    put_range(0, 100, 1);
    flush();
    put_range(200, 300, 1);
    flush();
    int64_t bytes = job_rig_sums(&rig).bytes;
    job_rig_descend(&rig, 150, JOB_RIG_KEYS);
    JobRigSums sums = job_rig_sums(&rig);
    ck_assert_int_eq(sums.bytes, bytes);
    ck_assert_int_gt(sums.levels[LAST], 0);
    job_rig_check(&rig);
}
END_TEST

START_TEST(every_byte_and_entry_is_accounted_for)
{
    LsmPickReason reason;
    for (int round = 0; round < 4; round++) {
        put_range(round, 100, 2);
        flush();
    }
    JobRigSums before = job_rig_sums(&rig);
    ck_assert_int_eq(before.levels[0], before.tables);
    ck_assert_int_eq(job_rig_compact(&rig, &reason).code, BASE_OK);
    ck_assert_int_eq(reason, LSM_PICK_RUNS);
    ck_assert(rig.last.tables_moved != 0); /* the first run has nothing in its way */
    ck_assert_int_eq(rig.last.counts.entries_in, 0);
    put_range(0, 100, 1);
    flush();
    before = job_rig_sums(&rig);
    ck_assert_int_eq(job_rig_compact(&rig, &reason).code, BASE_OK);
    JobRigSums after = job_rig_sums(&rig);
    const LsmRewriteCounts *counts = &rig.last.counts;
    ck_assert_int_eq(rig.last.bytes_read, before.bytes);
    ck_assert_int_lt(rig.last.bytes_arrived, before.bytes);
    ck_assert_int_eq(counts->bytes_out, after.bytes);
    ck_assert_int_eq(counts->entries_in, before.entries);
    ck_assert_int_eq(counts->kept, after.entries);
    ck_assert_int_eq(counts->shadowed, before.entries - after.entries);
    ck_assert_int_eq(after.entries, 100);
}
END_TEST

/* ------------------------------------------------------------------------------ what is dead -- */

START_TEST(removes_go_when_they_are_due)
{
    fill_last_level();
    rig.picking.reclaim_ms = 5000;
    for (int key = 0; key < JOB_RIG_KEYS; key += 3) {
        ck_assert(job_rig_remove(&rig, key));
    }
    flush();
    ck_assert_int_eq(job_rig_settle(&rig), 0);
    ck_assert_int_eq(job_rig_sums(&rig).removes, JOB_RIG_KEYS / 3);
    base_fake_clock_advance_ms(&rig.clock, 4999);
    ck_assert_int_eq(job_rig_settle(&rig), 0);
    base_fake_clock_advance_ms(&rig.clock, 1);
    ck_assert_int_gt(job_rig_settle(&rig), 0);
    ck_assert_int_eq(job_rig_sums(&rig).removes, 0);
    ck_assert_int_eq(job_rig_sums(&rig).entries, JOB_RIG_KEYS * 2 / 3);
    job_rig_check(&rig);
}
END_TEST

START_TEST(expired_records_go_when_they_are_due)
{
    rig.picking.reclaim_ms = 5000;
    for (int key = 0; key < JOB_RIG_KEYS; key++) {
        ck_assert(job_rig_put(&rig, key, key % 4 == 0 ? JOB_RIG_START_MS + 1000 : 0));
    }
    flush();
    job_rig_descend(&rig, 0, JOB_RIG_KEYS);
    ck_assert_int_eq(job_rig_sums(&rig).entries, JOB_RIG_KEYS);
    base_fake_clock_advance_ms(&rig.clock, 1001);
    ck_assert_int_eq(job_rig_settle(&rig), 0);
    base_fake_clock_advance_ms(&rig.clock, 5000);
    ck_assert_int_gt(job_rig_settle(&rig), 0);
    ck_assert_int_eq(job_rig_sums(&rig).entries, JOB_RIG_KEYS * 3 / 4);
    job_rig_check(&rig);
}
END_TEST

START_TEST(tables_that_are_mostly_dead_go_at_once)
{
    for (int key = 0; key < JOB_RIG_KEYS; key++) {
        ck_assert(job_rig_put(&rig, key, key % 4 != 0 ? JOB_RIG_START_MS + 1000 : 0));
    }
    flush();
    job_rig_descend(&rig, 0, JOB_RIG_KEYS);
    ck_assert_int_eq(job_rig_settle(&rig), 0);
    base_fake_clock_advance_ms(&rig.clock, 1000);
    ck_assert_int_gt(job_rig_settle(&rig), 0);
    ck_assert_int_eq(job_rig_sums(&rig).entries, JOB_RIG_KEYS / 4);
    job_rig_check(&rig);
}
END_TEST

START_TEST(what_a_snapshot_keeps_is_tried_once)
{
    fill_last_level();
    job_rig_snapshot(&rig);
    for (int key = 0; key < JOB_RIG_KEYS; key++) {
        ck_assert(job_rig_remove(&rig, key));
    }
    flush();
    job_rig_descend(&rig, 0, JOB_RIG_KEYS);
    ck_assert_int_eq(job_rig_sums(&rig).entries, 2 * JOB_RIG_KEYS);
    rig.picking.reclaim_ms = 1000;
    base_fake_clock_advance_ms(&rig.clock, 5000);
    ck_assert_int_eq(job_rig_settle(&rig), 0);
    job_rig_check(&rig);
    job_rig_release(&rig, 0);
    ck_assert_int_gt(job_rig_settle(&rig), 0);
    ck_assert_int_eq(job_rig_sums(&rig).tables, 0);
    job_rig_check(&rig);
}
END_TEST

START_TEST(a_descent_leaves_out_what_snapshots_have_kept)
{
    fill_last_level();
    job_rig_snapshot(&rig);
    put_range(0, JOB_RIG_KEYS, 1);
    flush();
    job_rig_descend(&rig, 0, JOB_RIG_KEYS);
    ck_assert_int_eq(job_rig_sums(&rig).entries, 2 * JOB_RIG_KEYS);
    job_rig_descend(&rig, 0, JOB_RIG_KEYS);
    ck_assert_int_eq(job_rig_sums(&rig).entries, 2 * JOB_RIG_KEYS);
    job_rig_release(&rig, 0);
    job_rig_descend(&rig, 0, JOB_RIG_KEYS);
    ck_assert_int_eq(job_rig_sums(&rig).entries, JOB_RIG_KEYS);
    JobRigSums before = job_rig_sums(&rig);
    int64_t files = job_rig_files(&rig);
    job_rig_descend(&rig, 0, JOB_RIG_KEYS);
    ck_assert_int_eq(job_rig_sums(&rig).bytes, before.bytes);
    ck_assert_int_eq(job_rig_files(&rig), files);
    job_rig_check(&rig);
}
END_TEST

/* ---------------------------------------------------------------------------- removed ranges -- */

START_TEST(a_removed_range_drops_whole_tables_unread)
{
    fill_last_level();
    JobRigSums before = job_rig_sums(&rig);
    ck_assert(job_rig_remove_range(&rig, 0, JOB_RIG_KEYS - 1));
    flush();
    ck_assert_int_ge(job_rig_drop_covered(&rig), before.tables - 1);
    ck_assert_int_eq(rig.last.bytes_read, 0);
    ck_assert_int_lt(job_rig_sums(&rig).bytes, before.bytes / 2);
    job_rig_check(&rig);
    rig.picking.reclaim_ms = 1000;
    base_fake_clock_advance_ms(&rig.clock, 1000);
    ck_assert_int_gt(job_rig_settle(&rig), 0);
    JobRigSums after = job_rig_sums(&rig);
    ck_assert_int_eq(after.fragments, 0);
    ck_assert_int_eq(after.entries, 1);
    job_rig_check(&rig);
}
END_TEST

START_TEST(a_snapshot_keeps_what_a_range_covers)
{
    fill_last_level();
    JobRigSums before = job_rig_sums(&rig);
    job_rig_snapshot(&rig);
    ck_assert(job_rig_remove_range(&rig, 0, JOB_RIG_KEYS));
    flush();
    ck_assert_int_eq(job_rig_drop_covered(&rig), 0);
    job_rig_check(&rig);
    job_rig_release(&rig, 0);
    ck_assert_int_eq(job_rig_drop_covered(&rig), before.tables);
    job_rig_check(&rig);
}
END_TEST

START_TEST(ranges_side_by_side_cover_together)
{
    fill_last_level();
    JobRigSums before = job_rig_sums(&rig);
    for (int key = 0; key < JOB_RIG_KEYS; key += 10) {
        ck_assert(job_rig_remove_range(&rig, key, key + 10));
    }
    ck_assert(job_rig_put(&rig, 5, 0));
    flush();
    ck_assert_int_eq(job_rig_drop_covered(&rig), before.tables);
    job_rig_check(&rig);
}
END_TEST

START_TEST(a_gap_or_an_older_range_covers_nothing)
{
    ck_assert(job_rig_remove_range(&rig, 0, JOB_RIG_KEYS));
    put_range(0, 100, 1);
    flush();
    put_range(0, 100, 1);
    flush();
    job_rig_descend(&rig, 0, JOB_RIG_KEYS);
    int64_t tables = job_rig_sums(&rig).tables;
    for (int key = 0; key < 100; key += 10) {
        ck_assert(job_rig_remove_range(&rig, key, key + 9));
    }
    flush();
    ck_assert_int_lt(job_rig_drop_covered(&rig), tables);
    job_rig_check(&rig);
}
END_TEST

/* ------------------------------------------------------------------------- merges in level 0 -- */

START_TEST(new_runs_are_merged_behind_busy_ones)
{
    LsmSurvey survey;
    for (int round = 0; round < 7; round++) {
        put_range(0, 60, 1);
        flush();
    }
    LsmView *view = job_rig_survey(&rig, &survey);
    view->levels->levels[0].tables[0]->busy = true;
    ck_assert_int_eq(lsm_survey_make(&survey, view->levels).code, BASE_OK);
    LsmPick pick = lsm_picker_pick(&survey.state);
    ck_assert_int_eq(pick.reason, LSM_PICK_RUNS);
    ck_assert_int_eq(pick.output_level, 0);
    ck_assert_uint_eq(pick.inputs.first, 1);
    lsm_survey_clear(&survey);
    put_range(0, 60, 2);
    flush(); /* while the merge is under way */
    LsmTable *first = view->levels->levels[0].tables[0];
    ck_assert_int_eq(job_rig_run(&rig, lsm_view_ref(view), &pick).code, BASE_OK);
    first->busy = false;
    lsm_view_unref(view);
    view = lsm_catalog_hold(rig.store.catalog);
    const LsmLevel *level = &view->levels->levels[0];
    ck_assert_ptr_eq(level->tables[0], first);
    for (size_t i = 1; i < level->count; i++) {
        ck_assert_int_gt(level->tables[i]->info.order, level->tables[i - 1]->info.order);
    }
    lsm_view_unref(view);
    job_rig_check(&rig);
    (void)job_rig_settle(&rig);
    job_rig_check(&rig);
}
END_TEST

/* ------------------------------------------------------------------------------------ errors -- */

static void
two_levels(void)
{
    fill_last_level();
    job_rig_snapshot(&rig);
    for (int round = 0; round < 4; round++) {
        for (int i = 0; i < 60; i++) {
            ck_assert(job_rig_random(&rig));
        }
        flush();
    }
}

static void
break_off(unsigned kinds, BaseCode code)
{
    int failures = 0;
    for (int64_t step = 0; failures == step; step++) {
        LsmPickReason reason;
        job_rig_clear(&rig);
        job_rig_init(&rig, 3);
        two_levels();
        int64_t files = job_rig_files(&rig);
        rig.store.fault.status = base_error(code, "as the test wants it");
        fault_env_plan(&rig.store.fault, kinds, step, 1);
        BaseStatus status = job_rig_compact(&rig, &reason);
        fault_env_arm(&rig.store.fault, FAULT_ENV_NEVER);
        failures += !base_is_ok(status);
        job_rig_check(&rig);
        if (!base_is_ok(status) && base_is_ok(lsm_catalog_status(rig.store.catalog))) {
            ck_assert_int_eq(status.code, code);
            ck_assert_int_eq(job_rig_files(&rig), files);
            (void)job_rig_settle(&rig);
            job_rig_check(&rig);
        }
        size_t ops = rig.ops.len;
        job_rig_crash(&rig);
        ck_assert_uint_eq(rig.ops.len, ops);
        job_rig_check(&rig);
    }
    ck_assert_int_gt(failures, 5);
}

START_TEST(a_full_disk_at_any_step_does_no_harm)
{
    break_off(FAULT_SPACE, BASE_NO_SPACE);
}
END_TEST

START_TEST(a_failed_sync_at_any_step_does_no_harm)
{
    break_off(FAULT_SYNC, BASE_IO);
}
END_TEST

START_TEST(a_read_that_fails_at_any_step_does_no_harm)
{
    break_off(FAULT_READ, BASE_IO);
}
END_TEST

/* Turns over a byte of the first data block of a table's file. */
static void
damage(int64_t number)
{
    char name[FORMAT_FILE_NAME_BYTES];
    char path[ENV_PATH_MAX];
    EnvFile *file;
    uint8_t byte;
    size_t len;
    format_file_name_write((FormatFileName){FORMAT_FILE_TABLE, (uint64_t)number}, name);
    ck_assert_int_eq(env_join(path, LSM_RIG_DIRECTORY, name).code, BASE_OK);
    ck_assert_int_eq(env_open_file(rig.store.memory, path, ENV_OPEN_WRITE, &file).code, BASE_OK);
    ck_assert_int_eq(env_file_read_at(file, 100, &byte, 1, &len).code, BASE_OK);
    byte ^= 0x40;
    ck_assert_int_eq(env_file_write_at(file, 100, &byte, 1).code, BASE_OK);
    env_file_close(file);
}

START_TEST(a_damaged_input_is_named)
{
    LsmJob job;
    LsmSurvey survey;
    LsmTable *damaged;
    two_levels();
    LsmView *view = job_rig_survey(&rig, &survey);
    LsmPick pick = lsm_picker_pick(&survey.state);
    lsm_survey_clear(&survey);
    ck_assert_uint_gt(pick.overlap.count, 1);
    LsmTable *table =
        view->levels->levels[pick.output_level].tables[pick.overlap.first + pick.overlap.count - 1];
    damage(table->info.number);
    ck_assert_int_eq(lsm_job_begin(&job, &rig.place, lsm_view_ref(view)).code, BASE_OK);
    BaseStatus status = lsm_compaction_run(&job, &pick, &damaged);
    ck_assert_int_eq(status.code, BASE_CORRUPTION);
    ck_assert_ptr_eq(damaged, table);
    lsm_job_end(&job, status);
    lsm_view_unref(view);
    ck_assert_int_eq(job_rig_sums(&rig).tables, job_rig_files(&rig));
}
END_TEST

START_TEST(inputs_that_are_not_visible_yet_wait)
{
    LsmPickReason reason;
    two_levels();
    _Atomic int64_t *visible = lsm_catalog_visible(rig.store.catalog);
    int64_t version = atomic_load(visible);
    atomic_store(visible, version - 1);
    ck_assert_int_eq(job_rig_compact(&rig, &reason).code, BASE_BUSY);
    atomic_store(visible, version);
    ck_assert_int_eq(job_rig_compact(&rig, &reason).code, BASE_OK);
    job_rig_check(&rig);
}
END_TEST

START_TEST(entries_that_are_missing_are_noticed)
{
    LsmPickReason reason;
    two_levels();
    LsmView *view = lsm_catalog_hold(rig.store.catalog);
    LsmTable *table = view->levels->levels[0].tables[0];
    table->info.entries++;
    int64_t files = job_rig_files(&rig);
    ck_assert_int_eq(job_rig_compact(&rig, &reason).code, BASE_CORRUPTION);
    ck_assert_int_eq(job_rig_files(&rig), files);
    table->info.entries--;
    lsm_view_unref(view);
    job_rig_check(&rig);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("lsm_compaction");
    TCase *compaction = tcase_create("compaction");
    tcase_set_timeout(compaction, 240);
    tcase_add_checked_fixture(compaction, setup, teardown);
    tcase_add_loop_test(compaction, readers_see_the_same_as_before, 0, 8);
    tcase_add_test(compaction, ascending_keys_are_never_written_again);
    tcase_add_test(compaction, a_descent_moves_what_is_not_in_its_way);
    tcase_add_test(compaction, every_byte_and_entry_is_accounted_for);
    tcase_add_test(compaction, removes_go_when_they_are_due);
    tcase_add_test(compaction, expired_records_go_when_they_are_due);
    tcase_add_test(compaction, tables_that_are_mostly_dead_go_at_once);
    tcase_add_test(compaction, what_a_snapshot_keeps_is_tried_once);
    tcase_add_test(compaction, a_descent_leaves_out_what_snapshots_have_kept);
    tcase_add_test(compaction, a_removed_range_drops_whole_tables_unread);
    tcase_add_test(compaction, a_snapshot_keeps_what_a_range_covers);
    tcase_add_test(compaction, ranges_side_by_side_cover_together);
    tcase_add_test(compaction, a_gap_or_an_older_range_covers_nothing);
    tcase_add_test(compaction, new_runs_are_merged_behind_busy_ones);
    tcase_add_test(compaction, a_full_disk_at_any_step_does_no_harm);
    tcase_add_test(compaction, a_failed_sync_at_any_step_does_no_harm);
    tcase_add_test(compaction, a_read_that_fails_at_any_step_does_no_harm);
    tcase_add_test(compaction, a_damaged_input_is_named);
    tcase_add_test(compaction, inputs_that_are_not_visible_yet_wait);
    tcase_add_test(compaction, entries_that_are_missing_are_noticed);
    suite_add_tcase(suite, compaction);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
