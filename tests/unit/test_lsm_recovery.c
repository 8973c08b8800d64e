/*
 * test_lsm_recovery.c: whatever happened to the files of a store, opening it finds a prefix of what
 * was committed, with all that was durable, or refuses and says where the damage is.
 */
#include "engine/env/mem.h"
#include "tests/support/recovery_rig.h"

#include <check.h>
#include <stdio.h>

enum { FILE_MAX = 1 << 20 };

static RecoveryRig rig;

static void
set_up(void)
{
    recovery_rig_init(&rig, 1);
}

static void
tear_down(void)
{
    recovery_rig_clear(&rig);
}

/* ------------------------------------------------------------------------------------- tests -- */

START_TEST(a_new_store_is_empty_and_stays)
{
    recovery_rig_open(&rig);
    ck_assert(rig.recovery.created);
    ck_assert_int_eq(rig.recovery.version, 0);
    uint64_t id = rig.recovery.levels->state.store_id;
    ck_assert_uint_ne(id, 0);
    recovery_rig_leave(&rig);
    recovery_rig_open(&rig);
    ck_assert(!rig.recovery.created);
    ck_assert(!rig.recovery.clean);
    ck_assert_uint_eq(rig.recovery.levels->state.store_id, id);
    recovery_rig_leave(&rig);
}
END_TEST

/* Sessions that are closed or left, one after the other: nothing is lost, numbers only grow. */
START_TEST(every_session_finds_all_of_the_ones_before)
{
    rig.rand = base_rand((uint64_t)_i + 1);
    int64_t last_file = 0;
    for (int session = 0; session < 6; session++) {
        bool clean = base_rand_below(&rig.rand, 2) == 0;
        recovery_rig_open(&rig);
        recovery_rig_check(&rig);
        ck_assert_uint_eq(recovery_rig_commits_at(&rig, rig.recovery.version), rig.commit_count);
        ck_assert_int_eq(rig.recovery.version, rig.version);
        ck_assert_int_eq(rig.recovery.stamp_ms, session == 0 ? 0 : rig.stamp_ms);
        ck_assert_int_gt(rig.next_file, last_file);
        last_file = rig.next_file;
        recovery_rig_write(&rig, 1 + base_rand_below(&rig.rand, 100));
        if (clean) {
            recovery_rig_close(&rig);
        } else {
            recovery_rig_leave(&rig);
        }
    }
    recovery_rig_open(&rig);
    recovery_rig_check(&rig);
    recovery_rig_leave(&rig);
    recovery_rig_open(&rig); /* nothing came: versions and stamps stand */
    ck_assert_int_eq(rig.recovery.commits, 0);
    ck_assert_int_eq(rig.recovery.version, rig.version);
    ck_assert_int_eq(rig.recovery.stamp_ms, rig.stamp_ms);
    recovery_rig_check(&rig);
    recovery_rig_leave(&rig);
}
END_TEST

START_TEST(a_log_larger_than_memory_goes_into_several_tables)
{
    rig.rand = base_rand((uint64_t)_i + 1);
    rig.value_len = 3000;
    recovery_rig_open(&rig);
    recovery_rig_write(&rig, 200);
    recovery_rig_close(&rig);
    recovery_rig_open(&rig);
    ck_assert(rig.recovery.clean);
    ck_assert_int_eq(rig.recovery.commits, 200);
    ck_assert_int_gt(rig.recovery.tables, 3);
    recovery_rig_check(&rig);
    recovery_rig_leave(&rig);
    recovery_rig_open(&rig);
    ck_assert_int_eq(rig.recovery.tables, 0);
    recovery_rig_check(&rig);
    recovery_rig_leave(&rig);
}
END_TEST

/* A system crash leaves any mixture of what was not synced. */
START_TEST(a_crash_leaves_a_prefix)
{
    rig.rand = base_rand((uint64_t)_i + 1);
    for (int session = 0; session < 5; session++) {
        recovery_rig_open(&rig);
        recovery_rig_check(&rig);
        recovery_rig_forget_lost(&rig);
        recovery_rig_write(&rig, 1 + base_rand_below(&rig.rand, 60));
        BaseRand keep = base_rand(base_rand_next(&rig.rand));
        env_mem_crash(rig.mem, base_rand_below(&rig.rand, 3) == 0 ? NULL : &keep);
        recovery_rig_leave(&rig);
        rig.version += 100; /* versions of lost commits are not used again */
    }
    recovery_rig_open(&rig);
    recovery_rig_check(&rig);
    recovery_rig_leave(&rig);
}
END_TEST

/* Recovery fails at every step, with and without a crash behind it, and is then done again. */
START_TEST(recovery_may_fail_or_crash_at_every_step)
{
    bool crash = _i % 2 == 0;
    rig.rand = base_rand((uint64_t)_i / 2 + 1);
    rig.value_len = 2000;
    recovery_rig_open(&rig);
    recovery_rig_write(&rig, 40);
    recovery_rig_close(&rig);
    recovery_rig_open(&rig);
    recovery_rig_check(&rig);
    recovery_rig_write(&rig, 60);
    recovery_rig_sync(&rig);
    recovery_rig_leave(&rig);
    int64_t step = 0;
    for (;; step++) {
        fault_env_arm(&rig.env, step);
        BaseStatus status = recovery_rig_try_open(&rig);
        fault_env_arm(&rig.env, FAULT_ENV_NEVER);
        if (status.code == BASE_OK) {
            break; /* the last steps remove leftovers, and may fail */
        }
        ck_assert_int_eq(status.code, BASE_IO);
        if (crash) {
            BaseRand keep = base_rand((uint64_t)step);
            env_mem_crash(rig.mem, step % 3 == 0 ? NULL : &keep);
        }
        if (step % 4 == 0) {
            recovery_rig_open(&rig);
            recovery_rig_check(&rig);
            recovery_rig_write(&rig, 30);
            recovery_rig_sync(&rig);
            recovery_rig_leave(&rig);
        }
    }
    ck_assert_int_gt(step, 10);
    recovery_rig_check(&rig);
    recovery_rig_leave(&rig);
}
END_TEST

/* A failure that surely changed nothing leaves no files behind. */
START_TEST(a_refused_opening_leaves_the_files_as_they_were)
{
    rig.value_len = 3000;
    recovery_rig_open(&rig);
    recovery_rig_write(&rig, 100);
    recovery_rig_close(&rig);
    RecoveryNames before = recovery_rig_names(&rig);
    FormatFileName segment = recovery_rig_file(&rig, FORMAT_FILE_LOG, -1);
    char path[64];
    recovery_rig_path(segment, path);
    recovery_rig_flip_byte(&rig, path, 200);
    ck_assert_int_eq(recovery_rig_try_open(&rig).code, BASE_CORRUPTION);
    RecoveryNames after = recovery_rig_names(&rig);
    ck_assert_uint_eq(before.count, after.count);
    for (size_t i = 0; i < before.count; i++) {
        ck_assert(recovery_rig_has_name(&after, before.names[i]));
    }
    recovery_rig_flip_byte(&rig, path, 200);
    recovery_rig_open(&rig);
    recovery_rig_check(&rig);
    recovery_rig_leave(&rig);
}
END_TEST

START_TEST(a_damaged_log_is_refused_with_file_and_offset)
{
    char path[64];
    char place[96];
    recovery_rig_open(&rig);
    recovery_rig_write(&rig, 100);
    recovery_rig_sync(&rig);
    recovery_rig_write(&rig, 2);
    recovery_rig_close(&rig);
    FormatFileName segment = recovery_rig_file(&rig, FORMAT_FILE_LOG, 0);
    recovery_rig_path(segment, path);
    recovery_rig_flip_byte(&rig, path, 100);
    ck_assert_int_eq(recovery_rig_try_open(&rig).code, BASE_CORRUPTION);
    (void)snprintf(place, sizeof(place), "%s at byte 72", path + 1);
    ck_assert_msg(strstr(rig.recovery.message, place) != NULL, "%s", rig.recovery.message);
    recovery_rig_flip_byte(&rig, path, 100);
    ck_assert_int_eq(env_unlink(rig.mem, path).code, BASE_OK);
    ck_assert_int_eq(recovery_rig_try_open(&rig).code, BASE_CORRUPTION);
    ck_assert_msg(strstr(rig.recovery.message, path + 1) != NULL, "%s", rig.recovery.message);
}
END_TEST

START_TEST(a_missing_or_damaged_file_is_refused_by_name)
{
    static const FormatFileKind kinds[] = {FORMAT_FILE_TABLE, FORMAT_FILE_MANIFEST};
    char path[64];
    BaseBuf bytes = BASE_BUF_INIT;
    recovery_rig_open(&rig);
    recovery_rig_write(&rig, 50);
    recovery_rig_close(&rig);
    recovery_rig_open(&rig);
    recovery_rig_write(&rig, 50);
    recovery_rig_close(&rig);
    for (size_t i = 0; i < 2; i++) {
        FormatFileName file = recovery_rig_file(&rig, kinds[i], -1);
        recovery_rig_path(file, path);
        base_buf_reset(&bytes);
        ck_assert_int_eq(env_read_file(rig.mem, path, FILE_MAX, &bytes).code, BASE_OK);
        ck_assert_int_eq(env_unlink(rig.mem, path).code, BASE_OK);
        ck_assert_int_eq(recovery_rig_try_open(&rig).code, BASE_CORRUPTION);
        ck_assert_msg(strstr(rig.recovery.message, path + 1) != NULL, "%s", rig.recovery.message);
        recovery_rig_write_file(&rig, path, base_slice(bytes.data, bytes.len - 1));
        BaseStatus status = recovery_rig_try_open(&rig);
        if (kinds[i] == FORMAT_FILE_TABLE) {
            ck_assert_int_eq(status.code, BASE_CORRUPTION);
            ck_assert(strstr(rig.recovery.message, path + 1) != NULL);
            recovery_rig_write_file(&rig, path, base_buf_slice(&bytes));
        } else if (status.code == BASE_OK) {
            recovery_rig_leave(&rig); /* the manifest's last record, the clean end, looks torn */
        }
    }
    base_buf_clear(&bytes);
    ck_assert_int_eq(env_unlink(rig.mem, "/CURRENT").code, BASE_OK);
    ck_assert_int_eq(recovery_rig_try_open(&rig).code, BASE_CORRUPTION);
    ck_assert(strstr(rig.recovery.message, "CURRENT") != NULL);
}
END_TEST

START_TEST(files_that_nothing_names_are_removed)
{
    recovery_rig_open(&rig);
    recovery_rig_write(&rig, 50);
    recovery_rig_leave(&rig);
    recovery_rig_write_file(&rig, "/000900.sst", BASE_SLICE_LITERAL("half a table"));
    recovery_rig_write_file(&rig, "/000901.blob", BASE_SLICE_LITERAL("half a blob file"));
    recovery_rig_write_file(&rig, "/MANIFEST-000902", BASE_SLICE_LITERAL("half a manifest"));
    recovery_rig_write_file(&rig, "/000903.tmp", BASE_SLICE_LITERAL("anything"));
    recovery_rig_write_file(&rig, "/notes.txt", BASE_SLICE_LITERAL("not ours"));
    recovery_rig_write_file(&rig, "/VERSION", BASE_SLICE_LITERAL("of another module"));
    ck_assert_int_eq(env_make_directory(rig.mem, "/quarantine").code, BASE_OK);
    recovery_rig_open(&rig);
    recovery_rig_check(&rig);
    RecoveryNames names = recovery_rig_names(&rig);
    ck_assert(!recovery_rig_has_name(&names, "000900.sst"));
    ck_assert(!recovery_rig_has_name(&names, "000901.blob"));
    ck_assert(!recovery_rig_has_name(&names, "MANIFEST-000902"));
    ck_assert(!recovery_rig_has_name(&names, "000903.tmp"));
    ck_assert(recovery_rig_has_name(&names, "notes.txt"));
    ck_assert(recovery_rig_has_name(&names, "VERSION"));
    ck_assert(recovery_rig_has_name(&names, "quarantine"));
    ck_assert_int_gt(rig.recovery.leftovers, 4); /* with the old manifest and the log */
    ck_assert_int_gt(rig.next_file, 903);
    recovery_rig_leave(&rig);
}
END_TEST

START_TEST(leftovers_make_room_for_recovery)
{
    rig.env.status = base_error(BASE_NO_SPACE, "a planned full disk");
    recovery_rig_open(&rig);
    recovery_rig_write(&rig, 50);
    recovery_rig_sync(&rig);
    recovery_rig_leave(&rig);
    recovery_rig_open(&rig);
    recovery_rig_write(&rig, 50);
    recovery_rig_close(&rig);
    fault_env_plan(&rig.env, FAULT_SPACE, 0, 1);
    ck_assert_int_eq(recovery_rig_try_open(&rig).code, BASE_NO_SPACE);
    recovery_rig_write_file(&rig, "/000900.sst", BASE_SLICE_LITERAL("half a table"));
    fault_env_plan(&rig.env, FAULT_SPACE, 0, 1);
    recovery_rig_open(&rig);
    recovery_rig_check(&rig);
    recovery_rig_leave(&rig);
    fault_env_arm(&rig.env, FAULT_ENV_NEVER);
    recovery_rig_open(&rig);
    recovery_rig_check(&rig);
    recovery_rig_leave(&rig);
}
END_TEST

static void
add_tests(TCase *tests)
{
    tcase_add_test(tests, a_new_store_is_empty_and_stays);
    tcase_add_loop_test(tests, every_session_finds_all_of_the_ones_before, 0, 20);
    tcase_add_loop_test(tests, a_log_larger_than_memory_goes_into_several_tables, 0, 4);
    tcase_add_loop_test(tests, a_crash_leaves_a_prefix, 0, 60);
    tcase_add_loop_test(tests, recovery_may_fail_or_crash_at_every_step, 0, 6);
    tcase_add_test(tests, a_refused_opening_leaves_the_files_as_they_were);
    tcase_add_test(tests, a_damaged_log_is_refused_with_file_and_offset);
    tcase_add_test(tests, a_missing_or_damaged_file_is_refused_by_name);
    tcase_add_test(tests, files_that_nothing_names_are_removed);
    tcase_add_test(tests, leftovers_make_room_for_recovery);
}

int
main(void)
{
    Suite *suite = suite_create("lsm_recovery");
    TCase *tests = tcase_create("recovery");
    tcase_set_timeout(tests, 120);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    add_tests(tests);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
