/*
 * test_commit_version.c: versions are never used twice, whatever breaks off where.
 */
#include "engine/commit/version.h"
#include "engine/env/mem.h"
#include "tests/support/fault_env.h"

#include <check.h>
#include <stdlib.h>

static Env *mem;
static FaultEnv fault;

static void
set_up(void)
{
    mem = env_mem_new();
    ck_assert_ptr_nonnull(mem);
    ck_assert(base_is_ok(env_make_directory(mem, "/d")));
    ck_assert(base_is_ok(env_sync_directory(mem, "/")));
    fault_env_init(&fault, mem, base_error(BASE_IO, "made to fail"));
}

static void
tear_down(void)
{
    env_mem_free(mem);
}

static CommitVersions *
open_versions(int64_t at_least)
{
    CommitVersions *versions = NULL;
    ck_assert(base_is_ok(commit_version_open(&fault.env, "/d", at_least, &versions)));
    return versions;
}

/* Takes one; -1: there is none. */
static int64_t
take(CommitVersions *versions)
{
    int64_t version = -1;
    if (base_is_ok(commit_version_peek(versions, &version))) {
        commit_version_take(versions, 1);
    }
    return version;
}

static void
write_version_file(const char *text)
{
    bool unsure = false;
    ck_assert(base_is_ok(env_replace_file(mem, "/d", "VERSION", base_slice_text(text), &unsure)));
}

static BaseCode
try_open(void)
{
    CommitVersions *versions = NULL;
    BaseStatus status = commit_version_open(&fault.env, "/d", 0, &versions);
    commit_version_close(versions);
    return status.code;
}

START_TEST(counts_from_one)
{
    CommitVersions *versions = open_versions(0);
    ck_assert_int_eq(commit_version_last(versions), 0);
    int64_t next = 0;
    ck_assert(base_is_ok(commit_version_peek(versions, &next)));
    ck_assert(base_is_ok(commit_version_peek(versions, &next)));
    ck_assert_int_eq(next, 1);
    ck_assert_int_eq(take(versions), 1);
    ck_assert_int_eq(take(versions), 2);
    ck_assert_int_eq(commit_version_last(versions), 2);
    commit_version_close(versions);
}
END_TEST

START_TEST(a_restart_begins_behind_all_that_was_given_out)
{
    CommitVersions *versions = open_versions(0);
    (void)take(versions);
    commit_version_close(versions);
    versions = open_versions(0);
    ck_assert_int_eq(take(versions), COMMIT_VERSION_BLOCK + 1);
    commit_version_close(versions);
    env_mem_crash(mem, NULL);
    versions = open_versions(0);
    ck_assert_int_eq(take(versions), 2 * COMMIT_VERSION_BLOCK + 1);
    commit_version_close(versions);
    versions = open_versions(100 * COMMIT_VERSION_BLOCK);
    ck_assert_int_eq(take(versions), 100 * COMMIT_VERSION_BLOCK + 1);
    commit_version_close(versions);
}
END_TEST

START_TEST(the_file_is_as_documented)
{
    CommitVersions *versions = open_versions(0);
    commit_version_close(versions);
    BaseBuf bytes = BASE_BUF_INIT;
    ck_assert(base_is_ok(env_read_file(mem, "/d/VERSION", 1000, &bytes)));
    ck_assert(base_slice_equal(base_buf_slice(&bytes),
                               BASE_SLICE_LITERAL("larder-version 1\nceiling 4294967296\n"
                                                  "checksum 3bf29f6d4aec5329\n")));
    base_buf_clear(&bytes);
}
END_TEST

START_TEST(a_damaged_file_refuses_to_open)
{
    ck_assert_int_eq(try_open(), BASE_OK);
    BaseBuf bytes = BASE_BUF_INIT;
    ck_assert(base_is_ok(env_read_file(mem, "/d/VERSION", 1000, &bytes)));
    for (size_t i = 0; i < bytes.len; i++) {
        EnvFile *file = NULL;
        uint8_t damaged = bytes.data[i] ^ 1;
        ck_assert(base_is_ok(env_open_file(mem, "/d/VERSION", ENV_OPEN_WRITE, &file)));
        ck_assert(base_is_ok(env_file_write_at(file, (int64_t)i, &damaged, 1)));
        ck_assert_int_eq(try_open(), BASE_CORRUPTION);
        ck_assert(base_is_ok(env_file_write_at(file, (int64_t)i, &bytes.data[i], 1)));
        env_file_close(file);
    }
    for (size_t len = 0; len < bytes.len; len++) {
        bool unsure = false;
        ck_assert(base_is_ok(
            env_replace_file(mem, "/d", "VERSION", base_slice(bytes.data, len), &unsure)));
        ck_assert_int_eq(try_open(), BASE_CORRUPTION);
    }
    base_buf_clear(&bytes);
    char junk[1000];
    memset(junk, '7', sizeof(junk) - 1);
    junk[sizeof(junk) - 1] = '\0';
    write_version_file(junk);
    ck_assert_int_eq(try_open(), BASE_CORRUPTION);
}
END_TEST

static CommitVersions *
open_sized(int64_t block)
{
    CommitVersions *versions = NULL;
    ck_assert(base_is_ok(commit_version_open_sized(&fault.env, "/d", 0, block, &versions)));
    return versions;
}

START_TEST(a_used_up_block_is_followed_by_another)
{
    CommitVersions *versions = open_sized(10);
    for (int64_t version = 1; version <= 35; version++) {
        ck_assert_int_eq(take(versions), version);
    }
    commit_version_close(versions);
    env_mem_crash(mem, NULL);
    versions = open_sized(10);
    ck_assert_int_eq(take(versions), 41);
    commit_version_close(versions);
}
END_TEST

START_TEST(housekeeping_raises_the_ceiling_when_half_of_it_is_used)
{
    CommitVersions *versions = open_sized(10);
    for (int i = 0; i < 6; i++) {
        int64_t steps = atomic_load(&fault.steps);
        ck_assert(base_is_ok(commit_version_refill(versions)));
        ck_assert_int_eq(atomic_load(&fault.steps), steps);
        (void)take(versions);
    }
    ck_assert(base_is_ok(commit_version_refill(versions)));
    fault_env_arm(&fault, 0);
    for (int i = 0; i < 14; i++) {
        ck_assert_int_eq(take(versions), 7 + i);
    }
    ck_assert_int_eq(take(versions), -1);
    commit_version_close(versions);
}
END_TEST

START_TEST(without_a_higher_ceiling_there_are_no_versions)
{
    CommitVersions *versions = open_sized(2);
    ck_assert_int_eq(take(versions), 1);
    ck_assert_int_eq(take(versions), 2);
    fault.status = base_error(BASE_NO_SPACE, "made to fail");
    fault_env_arm(&fault, 0);
    ck_assert_int_eq(take(versions), -1);
    fault_env_arm(&fault, FAULT_ENV_NEVER); /* there is space again */
    ck_assert_int_eq(take(versions), 3);
    ck_assert_int_eq(take(versions), 4);
    fault_env_arm(&fault, 2); /* open and write work, the sync fails */
    ck_assert_int_eq(take(versions), -1);
    fault_env_arm(&fault, FAULT_ENV_NEVER); /* too late: a sync is not repeated */
    ck_assert_int_eq(take(versions), -1);
    commit_version_close(versions);
}
END_TEST

START_TEST(the_numbers_end)
{
    CommitVersions *versions = NULL;
    ck_assert_int_eq(commit_version_open(&fault.env, "/d", INT64_MAX - 5, &versions).code,
                     BASE_INTERNAL);
    ck_assert_ptr_null(versions);
}
END_TEST

/*
 * Opens and takes versions, a few times; the fault comes at one step, then the system crashes.
 * Whatever was given out before must never be given out after. Returns whether the fault did not
 * come at all.
 */
static bool
survives(int64_t fail_at, BaseRand *keep)
{
    int64_t highest = 0;
    fault_env_arm(&fault, fail_at);
    for (int round = 0; round < 3; round++) {
        CommitVersions *versions = NULL;
        if (!base_is_ok(commit_version_open(&fault.env, "/d", 0, &versions))) {
            break;
        }
        for (int i = 0; i < 3; i++) {
            int64_t version = take(versions);
            ck_assert_int_gt(version, highest);
            highest = version;
        }
        commit_version_close(versions);
    }
    bool unharmed = atomic_load(&fault.steps) <= fail_at;
    fault_env_arm(&fault, FAULT_ENV_NEVER);
    env_mem_crash(mem, keep);
    CommitVersions *versions = open_versions(0);
    ck_assert_int_gt(take(versions), highest);
    commit_version_close(versions);
    return unharmed;
}

START_TEST(a_crash_at_any_step_repeats_no_version)
{
    int64_t fail_at = 0;
    while (!survives(fail_at, NULL)) {
        tear_down();
        set_up();
        fail_at++;
    }
    ck_assert_int_ge(fail_at, 15); /* three openings of five steps */
}
END_TEST

START_TEST(whatever_a_crash_keeps_repeats_no_version)
{
    for (uint64_t seed = 0; seed < 50; seed++) {
        BaseRand keep = base_rand(seed);
        for (int64_t fail_at = 0; fail_at < 16; fail_at++) {
            tear_down();
            set_up();
            (void)survives(fail_at, &keep);
        }
    }
}
END_TEST

int
main(void)
{
    TCase *cases = tcase_create("version");
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_test(cases, counts_from_one);
    tcase_add_test(cases, a_restart_begins_behind_all_that_was_given_out);
    tcase_add_test(cases, the_file_is_as_documented);
    tcase_add_test(cases, a_damaged_file_refuses_to_open);
    tcase_add_test(cases, a_used_up_block_is_followed_by_another);
    tcase_add_test(cases, housekeeping_raises_the_ceiling_when_half_of_it_is_used);
    tcase_add_test(cases, without_a_higher_ceiling_there_are_no_versions);
    tcase_add_test(cases, the_numbers_end);
    tcase_add_test(cases, a_crash_at_any_step_repeats_no_version);
    tcase_add_test(cases, whatever_a_crash_keeps_repeats_no_version);
    Suite *suite = suite_create("commit");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
