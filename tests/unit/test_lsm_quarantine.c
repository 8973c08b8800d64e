/*
 * test_lsm_quarantine.c: a file that is put aside is always there under one of its names, and
 * nothing in the quarantine is ever overwritten.
 */
#include "engine/lsm/quarantine.h"

#include "engine/env/mem.h"
#include "tests/support/fault_env.h"
#include "tests/support/lsm_files.h"

#include <check.h>

#define DIRECTORY "/store"
#define ASIDE     "/store/quarantine"

static Env *memory;
static FaultEnv fault;
static LsmQuarantine quarantine;

static void
setup(void)
{
    memory = env_mem_new();
    ck_assert_ptr_nonnull(memory);
    fault_env_init(&fault, memory, base_error(BASE_IO, "as the test wants it"));
    ck_assert_int_eq(env_make_directory(memory, DIRECTORY).code, BASE_OK);
    ck_assert_int_eq(env_sync_directory(memory, "/").code, BASE_OK);
    lsm_quarantine_init(&quarantine, &fault.env, DIRECTORY);
}

static void
teardown(void)
{
    lsm_quarantine_clear(&quarantine);
    env_mem_free(memory);
}

static void
write_file(const char *name, const char *text)
{
    lsm_files_write(memory, DIRECTORY, name, base_slice_text(text));
    ck_assert_int_eq(env_sync_directory(memory, DIRECTORY).code, BASE_OK);
}

static bool
holds(const char *directory, const char *name, const char *text)
{
    char path[ENV_PATH_MAX];
    BaseBuf bytes = BASE_BUF_INIT;
    ck_assert_int_eq(env_join(path, directory, name).code, BASE_OK);
    bool same = env_read_file(memory, path, 100, &bytes).code == BASE_OK &&
                base_slice_equal(base_buf_slice(&bytes), base_slice_text(text));
    base_buf_clear(&bytes);
    return same;
}

static void
add(const char *name, bool replaced)
{
    ck_assert_int_eq(lsm_quarantine_add(&quarantine, name, replaced).code, BASE_OK);
}

static BaseCode
put_aside(void)
{
    BaseStatus status = lsm_quarantine_keep(&quarantine);
    return status.code == BASE_OK ? lsm_quarantine_remove(&quarantine).code : status.code;
}

START_TEST(files_move_and_replaced_ones_stay)
{
    write_file("a", "first");
    write_file("b", "second");
    add("a", false);
    add("b", true);
    add("a", true); /* it is noted already */
    add("missing", false);
    ck_assert_int_eq(put_aside(), BASE_OK);
    env_mem_crash(memory, NULL);
    ck_assert(holds(ASIDE, "a", "first") && !lsm_files_exist(memory, DIRECTORY, "a"));
    ck_assert(holds(ASIDE, "b", "second") && holds(DIRECTORY, "b", "second"));
    ck_assert(!lsm_files_exist(memory, ASIDE, "missing"));
}
END_TEST

START_TEST(nothing_in_it_is_overwritten)
{
    for (int i = 0; i < 3; i++) {
        static const char *const TEXTS[] = {"one", "two", "three"};
        write_file("a", TEXTS[i]);
        add("a", false);
        ck_assert_int_eq(put_aside(), BASE_OK);
        lsm_quarantine_clear(&quarantine);
        lsm_quarantine_init(&quarantine, &fault.env, DIRECTORY);
    }
    ck_assert(holds(ASIDE, "a", "one") && holds(ASIDE, "a.1", "two") &&
              holds(ASIDE, "a.2", "three"));
}
END_TEST

START_TEST(what_is_kept_is_not_kept_again)
{
    write_file("a", "first");
    write_file("b", "second");
    add("a", false);
    ck_assert_int_eq(lsm_quarantine_keep(&quarantine).code, BASE_OK);
    add("b", false);
    ck_assert_int_eq(put_aside(), BASE_OK);
    ck_assert(holds(ASIDE, "a", "first") && holds(ASIDE, "b", "second"));
    ck_assert(!lsm_files_exist(memory, ASIDE, "a.1"));
}
END_TEST

START_TEST(a_file_always_has_a_name)
{
    bool done = false;
    for (int64_t fail_at = 0; !done; fail_at++) {
        teardown();
        setup();
        write_file("a", "first");
        add("a", false);
        fault_env_arm(&fault, fail_at);
        done = put_aside() == BASE_OK;
        BaseRand keep = base_rand((uint64_t)fail_at);
        env_mem_crash(memory, &keep);
        ck_assert(holds(DIRECTORY, "a", "first") || holds(ASIDE, "a", "first"));
        ck_assert_int_lt(fail_at, 20);
    }
    ck_assert(holds(ASIDE, "a", "first"));
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("lsm_quarantine");
    TCase *cases = tcase_create("quarantine");
    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_add_test(cases, files_move_and_replaced_ones_stay);
    tcase_add_test(cases, nothing_in_it_is_overwritten);
    tcase_add_test(cases, what_is_kept_is_not_kept_again);
    tcase_add_test(cases, a_file_always_has_a_name);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
