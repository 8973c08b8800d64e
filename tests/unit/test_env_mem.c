/*
 * test_env_mem.c: what a crash leaves of the file system in memory (E-2 to E-5 of env.h).
 */
#include "engine/env/mem.h"

#include <check.h>
#include <stdlib.h>

static Env *env;

static void
set_up(void)
{
    env = env_mem_new();
    ck_assert_ptr_nonnull(env);
}

static void
tear_down(void)
{
    env_mem_free(env);
}

static void
ck_ok(BaseStatus status)
{
    ck_assert_msg(base_is_ok(status), "%s: %s", base_code_name(status.code), status.what);
}

static void
write_file(const char *path, const char *text, bool sync)
{
    EnvFile *file = NULL;
    ck_ok(env_open_file(env, path, ENV_OPEN_WRITE | ENV_OPEN_CREATE, &file));
    ck_ok(env_file_write_at(file, 0, text, strlen(text)));
    if (sync) {
        ck_ok(env_file_sync(file));
    }
    env_file_close(file);
}

static bool
exists(const char *path)
{
    EnvStat found;
    return base_is_ok(env_stat(env, path, &found));
}

static bool
file_is(const char *path, const char *text)
{
    BaseBuf bytes = BASE_BUF_INIT;
    bool equal = base_is_ok(env_read_file(env, path, 1000, &bytes)) &&
                 base_slice_equal(base_buf_slice(&bytes), base_slice_text(text));
    base_buf_clear(&bytes);
    return equal;
}

START_TEST(a_name_that_was_not_synced_is_lost)
{
    write_file("/a", "bytes", true);
    env_mem_crash(env, NULL);
    ck_assert(!exists("/a"));
}
END_TEST

START_TEST(bytes_that_were_not_synced_are_lost)
{
    write_file("/a", "first", true);
    ck_ok(env_sync_directory(env, "/"));
    write_file("/a", "other and longer", false);
    ck_assert(file_is("/a", "other and longer"));
    env_mem_crash(env, NULL);
    ck_assert(file_is("/a", "first"));
    write_file("/b", "never synced", false);
    ck_ok(env_sync_directory(env, "/"));
    env_mem_crash(env, NULL);
    ck_assert(file_is("/b", ""));
}
END_TEST

START_TEST(a_directory_needs_the_one_above)
{
    ck_ok(env_make_directory(env, "/d"));
    write_file("/d/a", "bytes", true);
    ck_ok(env_sync_directory(env, "/d"));
    env_mem_crash(env, NULL);
    ck_assert(!exists("/d"));
    ck_ok(env_make_directory(env, "/d"));
    write_file("/d/a", "bytes", true);
    ck_ok(env_sync_directory(env, "/d"));
    ck_ok(env_sync_directory(env, "/"));
    env_mem_crash(env, NULL);
    ck_assert(file_is("/d/a", "bytes"));
}
END_TEST

START_TEST(renames_and_removals_need_a_sync_too)
{
    write_file("/a", "a", true);
    write_file("/b", "b", true);
    ck_ok(env_sync_directory(env, "/"));
    ck_ok(env_rename(env, "/a", "/c"));
    ck_ok(env_unlink(env, "/b"));
    ck_assert(!exists("/a") && !exists("/b") && exists("/c"));
    env_mem_crash(env, NULL);
    ck_assert(file_is("/a", "a") && file_is("/b", "b") && !exists("/c"));
    ck_ok(env_rename(env, "/a", "/b"));
    ck_ok(env_sync_directory(env, "/"));
    env_mem_crash(env, NULL);
    ck_assert(!exists("/a") && file_is("/b", "a"));
}
END_TEST

START_TEST(a_link_needs_a_sync_of_its_directory_alone)
{
    ck_ok(env_make_directory(env, "/d"));
    ck_ok(env_sync_directory(env, "/"));
    write_file("/a", "bytes", true);
    ck_ok(env_sync_directory(env, "/"));
    ck_ok(env_link(env, "/a", "/d/b"));
    env_mem_crash(env, NULL);
    ck_assert(file_is("/a", "bytes") && !exists("/d/b"));
    ck_ok(env_link(env, "/a", "/d/b"));
    ck_ok(env_sync_directory(env, "/d"));
    ck_ok(env_unlink(env, "/a"));
    ck_ok(env_sync_directory(env, "/"));
    env_mem_crash(env, NULL);
    ck_assert(!exists("/a") && file_is("/d/b", "bytes"));
}
END_TEST

START_TEST(lengths_need_a_sync)
{
    write_file("/a", "0123456789", true);
    ck_ok(env_sync_directory(env, "/"));
    EnvFile *file = NULL;
    ck_ok(env_open_file(env, "/a", ENV_OPEN_WRITE, &file));
    ck_ok(env_file_truncate(file, 3));
    env_file_close(file);
    env_mem_crash(env, NULL);
    ck_assert(file_is("/a", "0123456789"));
    ck_ok(env_open_file(env, "/a", ENV_OPEN_WRITE, &file));
    ck_ok(env_file_truncate(file, 3));
    ck_ok(env_file_truncate(file, 5));
    ck_ok(env_file_sync(file));
    env_file_close(file);
    env_mem_crash(env, NULL);
    EnvStat found;
    ck_ok(env_stat(env, "/a", &found));
    ck_assert_int_eq(found.size, 5);
    ck_assert(!file_is("/a", "01234"));
}
END_TEST

START_TEST(handles_and_locks_die_in_a_crash)
{
    EnvFile *file = NULL;
    EnvLock *lock = NULL;
    EnvLock *after = NULL;
    ck_ok(env_open_file(env, "/a", ENV_OPEN_WRITE | ENV_OPEN_CREATE, &file));
    ck_ok(env_lock(env, "/LOCK", &lock));
    ck_ok(env_sync_directory(env, "/"));
    env_mem_crash(env, NULL);
    char byte = 0;
    size_t len = 0;
    int64_t size = 0;
    ck_assert_int_eq(env_file_write_at(file, 0, "x", 1).code, BASE_IO);
    ck_assert_int_eq(env_file_read_at(file, 0, &byte, 1, &len).code, BASE_IO);
    ck_assert_int_eq(env_file_sync(file).code, BASE_IO);
    ck_assert_int_eq(env_file_size(file, &size).code, BASE_IO);
    ck_assert_int_eq(env_file_truncate(file, 0).code, BASE_IO);
    ck_assert_int_eq(env_file_preallocate(file, 1).code, BASE_IO);
    env_file_close(file);
    ck_ok(env_lock(env, "/LOCK", &after));
    env_unlock(env, lock); /* of before: must not free the new one */
    EnvLock *second = NULL;
    ck_assert_int_eq(env_lock(env, "/LOCK", &second).code, BASE_BUSY);
    env_unlock(env, after);
}
END_TEST

START_TEST(what_nothing_leads_to_is_given_up)
{
    EnvFile *held = NULL;
    write_file("/held", "still read", true);
    write_file("/comes-back", "after a crash", true);
    write_file("/gone", "for good", false);
    ck_ok(env_sync_directory(env, "/"));
    ck_ok(env_open_file(env, "/held", ENV_OPEN_READ, &held));
    ck_ok(env_unlink(env, "/held"));
    ck_ok(env_unlink(env, "/gone"));
    ck_ok(env_sync_directory(env, "/"));
    ck_ok(env_unlink(env, "/comes-back"));
    env_mem_tidy(env);
    char text[16] = "";
    size_t len = 0;
    ck_ok(env_file_read_at(held, 0, text, 10, &len));
    ck_assert_str_eq(text, "still read");
    env_mem_crash(env, NULL);
    ck_assert(file_is("/comes-back", "after a crash") && !exists("/held") && !exists("/gone"));
    ck_assert_int_eq(env_file_read_at(held, 0, text, 10, &len).code, BASE_IO);
    env_file_close(held);
    env_mem_tidy(env);
    ck_assert(file_is("/comes-back", "after a crash"));
}
END_TEST

START_TEST(some_of_what_was_not_synced_may_survive)
{
    bool kept_new = false;
    bool kept_old = false;
    bool mixed = false;
    for (uint64_t seed = 0; seed < 200; seed++) {
        BaseRand rand = base_rand(seed);
        char old[2048];
        char new[2048];
        memset(old, 'o', sizeof(old));
        memset(new, 'n', sizeof(new));
        EnvFile *file = NULL;
        ck_ok(env_open_file(env, "/a", ENV_OPEN_WRITE | ENV_OPEN_CREATE, &file));
        ck_ok(env_file_write_at(file, 0, old, sizeof(old)));
        ck_ok(env_file_sync(file));
        ck_ok(env_sync_directory(env, "/"));
        ck_ok(env_file_write_at(file, 0, new, sizeof(new)));
        env_file_close(file);
        env_mem_crash(env, &rand);
        BaseBuf bytes = BASE_BUF_INIT;
        ck_ok(env_read_file(env, "/a", sizeof(old), &bytes));
        ck_assert_uint_eq(bytes.len, sizeof(old));
        int sectors_new = 0;
        for (int sector = 0; sector < 4; sector++) {
            const uint8_t *first = bytes.data + sector * 512;
            sectors_new += first[0] == 'n';
            ck_assert_int_eq(memcmp(first, first[0] == 'n' ? new : old, 512), 0);
        }
        kept_new = kept_new || sectors_new == 4;
        kept_old = kept_old || sectors_new == 0;
        mixed = mixed || (sectors_new > 0 && sectors_new < 4);
        base_buf_clear(&bytes);
    }
    ck_assert(kept_new && kept_old && mixed);
}
END_TEST

START_TEST(of_the_changes_of_names_a_prefix_survives)
{
    unsigned seen = 0;
    for (uint64_t seed = 0; seed < 200; seed++) {
        BaseRand rand = base_rand(seed);
        ck_ok(env_make_directory(env, "/d"));
        ck_ok(env_sync_directory(env, "/"));
        write_file("/d/a", "", true);
        ck_ok(env_rename(env, "/d/a", "/d/b"));
        write_file("/d/c", "", true);
        env_mem_crash(env, &rand);
        bool a = exists("/d/a");
        bool b = exists("/d/b");
        bool c = exists("/d/c");
        ck_assert(!(a && b));
        ck_assert(!c || b);
        seen |= 1u << (a * 1 + b * 2 + c * 4);
        if (a) {
            ck_ok(env_unlink(env, "/d/a"));
        }
        if (b) {
            ck_ok(env_unlink(env, "/d/b"));
        }
        if (c) {
            ck_ok(env_unlink(env, "/d/c"));
        }
        ck_ok(env_sync_directory(env, "/d"));
        ck_ok(env_remove_directory(env, "/d"));
    }
    ck_assert_uint_eq(seen, 1u << 0 | 1u << 1 | 1u << 2 | 1u << 6);
}
END_TEST

int
main(void)
{
    TCase *cases = tcase_create("mem");
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_test(cases, a_name_that_was_not_synced_is_lost);
    tcase_add_test(cases, bytes_that_were_not_synced_are_lost);
    tcase_add_test(cases, a_directory_needs_the_one_above);
    tcase_add_test(cases, renames_and_removals_need_a_sync_too);
    tcase_add_test(cases, a_link_needs_a_sync_of_its_directory_alone);
    tcase_add_test(cases, lengths_need_a_sync);
    tcase_add_test(cases, handles_and_locks_die_in_a_crash);
    tcase_add_test(cases, some_of_what_was_not_synced_may_survive);
    tcase_add_test(cases, what_nothing_leads_to_is_given_up);
    tcase_add_test(cases, of_the_changes_of_names_a_prefix_survives);
    Suite *suite = suite_create("env");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
