/*
 * test_lsm_checkpoint.c: a checkpoint is the whole store or nothing that anybody would open, and
 * neither of the two stores feels what becomes of the other.
 *
 * Every step of making one fails, and crashes, once. The engine above, with commits under way, is
 * checked in test_lsm_engine.c and tests/engine.
 */
#include "engine/lsm/checkpoint.h"

#include "engine/commit/version.h"
#include "tests/support/lsm_rig.h"

#include <check.h>
#include <stdio.h>

#define TARGET "/copy"

static LsmRig rig;
static char message[LSM_CHECKPOINT_MESSAGE_BYTES];

static void
put_file(const char *path, const char *text)
{
    EnvFile *file = NULL;
    ck_assert_int_eq(env_open_file(rig.memory, path, ENV_OPEN_WRITE | ENV_OPEN_CREATE, &file).code,
                     BASE_OK);
    ck_assert_int_eq(env_file_write_at(file, 0, text, strlen(text)).code, BASE_OK);
    ck_assert_int_eq(env_file_sync(file).code, BASE_OK);
    env_file_close(file);
}

static bool
exists(const char *path)
{
    EnvStat stat;
    return env_stat(rig.memory, path, &stat).code == BASE_OK;
}

static void
setup(void)
{
    lsm_rig_init(&rig);
    put_file(LSM_RIG_DIRECTORY "/ENGINE", "whose it is");
    (void)lsm_rig_add(&rig, &(LsmRigTable){.level = 2, .last = 99, .version = 1});
    (void)lsm_rig_add(&rig, &(LsmRigTable){.level = 1, .first = 50, .last = 60, .version = 2});
    (void)lsm_rig_add(&rig, &(LsmRigTable){.first = 55, .last = 55, .version = 3});
    ck_assert_int_eq(env_sync_directory(rig.memory, rig.directory).code, BASE_OK);
}

static void
teardown(void)
{
    lsm_rig_clear(&rig);
}

static BaseCode
checkpoint(void)
{
    LsmCheckpointArgs args = {
        .env = &rig.fault.env, .directory = LSM_RIG_DIRECTORY, .catalog = rig.catalog};
    return lsm_checkpoint_run(&args, TARGET, message).code;
}

static int64_t
find(int number)
{
    LsmView *view = lsm_catalog_hold(rig.catalog);
    int64_t version = lsm_rig_find(view->levels, number);
    lsm_view_unref(view);
    return version;
}

static void
check_records(void)
{
    for (int number = 0; number <= 100; number++) {
        int64_t version = number > 99 ? 0 : number == 55 ? 3 : number >= 50 && number <= 60 ? 2 : 1;
        ck_assert_int_eq(find(number), version);
    }
}

static void
open_copy(bool crash)
{
    rig.directory = TARGET;
    lsm_rig_reopen(&rig, crash);
}

START_TEST(a_checkpoint_is_a_store)
{
    ck_assert_int_eq(checkpoint(), BASE_OK);
    open_copy(true);
    check_records();
    ck_assert(exists(TARGET "/ENGINE") && exists(TARGET "/VERSION"));
    ck_assert_int_eq(atomic_load(lsm_catalog_visible(rig.catalog)), 3);
    CommitVersions *versions = NULL;
    ck_assert_int_eq(commit_version_open(rig.memory, TARGET, 3, &versions).code, BASE_OK);
    ck_assert_int_ge(commit_version_last(versions), COMMIT_VERSION_BLOCK);
    commit_version_close(versions);
}
END_TEST

START_TEST(each_store_lives_on_alone)
{
    BaseBuf edits = BASE_BUF_INIT;
    char text[256];
    ck_assert_int_eq(checkpoint(), BASE_OK);
    LsmView *view = lsm_catalog_hold(rig.catalog);
    for (int level = 0; level < 3; level++) {
        lsm_rig_drop(&edits, level, view->levels->levels[level].tables[0]->info.number);
    }
    lsm_view_unref(view);
    ck_assert_int_eq(lsm_catalog_install(rig.catalog, base_buf_slice(&edits), NULL, 0, text).code,
                     BASE_OK);
    lsm_catalog_reclaim(rig.catalog);
    ck_assert_int_eq(find(55), 0);
    (void)lsm_rig_add(&rig, &(LsmRigTable){.level = 1, .last = 99, .version = 9});
    open_copy(false);
    check_records();
    int64_t number = lsm_rig_add(&rig, &(LsmRigTable){.level = 4, .last = 9, .version = 4});
    ck_assert_int_gt(number, 4);
    rig.directory = LSM_RIG_DIRECTORY;
    lsm_rig_reopen(&rig, false);
    ck_assert_int_eq(find(55), 9);
    base_buf_clear(&edits);
}
END_TEST

START_TEST(only_new_and_empty_directories_are_taken)
{
    EnvLock *lock = NULL;
    ck_assert_int_eq(env_make_directory(rig.memory, TARGET).code, BASE_OK);
    put_file(TARGET "/precious", "bytes");
    ck_assert_int_eq(checkpoint(), BASE_EXISTS);
    ck_assert_ptr_nonnull(strstr(message, "not empty"));
    ck_assert(exists(TARGET "/precious") && !exists(TARGET "/CURRENT"));
    ck_assert_int_eq(env_unlink(rig.memory, TARGET "/precious").code, BASE_OK);
    ck_assert_int_eq(env_lock(rig.memory, TARGET "/LOCK", &lock).code, BASE_OK);
    ck_assert_int_eq(checkpoint(), BASE_BUSY);
    env_unlock(rig.memory, lock);
    ck_assert_int_eq(checkpoint(), BASE_OK);
    ck_assert_int_eq(checkpoint(), BASE_EXISTS);
    open_copy(false);
    check_records();
}
END_TEST

START_TEST(the_directory_above_must_be_there)
{
    LsmCheckpointArgs args = {
        .env = rig.memory, .directory = LSM_RIG_DIRECTORY, .catalog = rig.catalog};
    ck_assert_int_eq(lsm_checkpoint_run(&args, "/no/copy", message).code, BASE_NOT_FOUND);
    ck_assert_ptr_nonnull(strstr(message, "/no/copy"));
    put_file("/file", "bytes");
    ck_assert_int_ne(lsm_checkpoint_run(&args, "/file", message).code, BASE_OK);
    ck_assert(exists("/file"));
}
END_TEST

/* Fails from step `fail_at` on; true: it did not come to that. */
static bool
break_off(int64_t fail_at, bool crash)
{
    fault_env_arm(&rig.fault, fail_at);
    BaseCode code = checkpoint();
    fault_env_arm(&rig.fault, FAULT_ENV_NEVER);
    if (code != BASE_OK) {
        ck_assert_int_ne(message[0], '\0');
    }
    if (crash) {
        BaseRand keep = base_rand((uint64_t)fail_at);
        env_mem_crash(rig.memory, &keep);
    }
    return code == BASE_OK;
}

START_TEST(a_crash_leaves_all_or_nothing_that_opens)
{
    int kept = 0;
    bool done = false;
    for (int64_t fail_at = 0; !done; fail_at++) {
        teardown();
        setup();
        done = break_off(fail_at, true);
        ck_assert(!done || exists(TARGET "/ENGINE"));
        if (exists(TARGET "/ENGINE")) {
            open_copy(false);
            check_records();
            kept++;
        }
        rig.directory = LSM_RIG_DIRECTORY;
        lsm_rig_reopen(&rig, false);
        check_records();
        ck_assert_int_lt(fail_at, 100);
    }
    ck_assert_int_gt(kept, 0);
}
END_TEST

/* The same, but whatever comes after the step that fails works again. */
START_TEST(a_failure_is_cleaned_up)
{
    bool done = false;
    for (int64_t fail_at = 0; !done; fail_at++) {
        teardown();
        setup();
        fault_env_plan(&rig.fault, FAULT_CHANGES, fail_at, 1);
        done = checkpoint() == BASE_OK;
        ck_assert(done || !exists(TARGET));
        fault_env_arm(&rig.fault, FAULT_ENV_NEVER);
        ck_assert_int_eq(checkpoint(), done ? BASE_EXISTS : BASE_OK);
        open_copy(true);
        check_records();
        ck_assert_int_lt(fail_at, 100);
    }
}
END_TEST

static BaseStatus
refuse_link(const Env *env, const char *path, const char *to)
{
    (void)env;
    (void)path;
    (void)to;
    return base_error(BASE_UNSUPPORTED, "as the test wants it");
}

START_TEST(without_links_files_are_copied)
{
    EnvOps ops = *rig.fault.env.ops;
    ops.link = refuse_link;
    rig.fault.env.ops = &ops;
    (void)lsm_rig_add(&rig, &(LsmRigTable){.level = 3, .first = 100, .last = 60000, .version = 4});
    ck_assert_int_eq(checkpoint(), BASE_OK);
    open_copy(true);
    ck_assert_int_eq(find(55), 3);
    ck_assert_int_eq(find(60000), 4);
    fault_env_init(&rig.fault, rig.memory, base_error(BASE_IO, "as the test wants it"));
    ck_assert_int_eq(find(59999), 4);
}
END_TEST

static BaseStatus
stop_at_second(void *user)
{
    return ++*(int *)user == 2 ? base_error(BASE_CLOSED, "the store is closing") : base_ok();
}

START_TEST(it_can_be_given_up)
{
    int calls = 0;
    LsmCheckpointArgs args = {.env = rig.memory,
                              .directory = LSM_RIG_DIRECTORY,
                              .catalog = rig.catalog,
                              .pause = stop_at_second,
                              .user = &calls};
    ck_assert_int_eq(lsm_checkpoint_run(&args, TARGET, message).code, BASE_CLOSED);
    ck_assert(!exists(TARGET));
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("lsm_checkpoint");
    TCase *checkpoint_case = tcase_create("checkpoint");
    tcase_add_checked_fixture(checkpoint_case, setup, teardown);
    tcase_set_timeout(checkpoint_case, 60);
    tcase_add_test(checkpoint_case, a_checkpoint_is_a_store);
    tcase_add_test(checkpoint_case, each_store_lives_on_alone);
    tcase_add_test(checkpoint_case, only_new_and_empty_directories_are_taken);
    tcase_add_test(checkpoint_case, the_directory_above_must_be_there);
    tcase_add_test(checkpoint_case, a_crash_leaves_all_or_nothing_that_opens);
    tcase_add_test(checkpoint_case, a_failure_is_cleaned_up);
    tcase_add_test(checkpoint_case, without_links_files_are_copied);
    tcase_add_test(checkpoint_case, it_can_be_given_up);
    suite_add_tcase(suite, checkpoint_case);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
