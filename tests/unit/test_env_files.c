/*
 * test_env_files.c: the calls of env.h, the same cases over the real file system and the one in
 * memory.
 */
#include "engine/env/env.h"
#include "engine/env/mem.h"

#include <check.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static const Env *env;
static Env *mem;
static char root[64];

static void
set_up_mem(void)
{
    mem = env_mem_new();
    ck_assert_ptr_nonnull(mem);
    env = mem;
    (void)snprintf(root, sizeof(root), "/work");
    ck_assert(base_is_ok(env_make_directory(env, root)));
}

static void
tear_down_mem(void)
{
    env_mem_free(mem);
}

static void
set_up_posix(void)
{
    env = env_posix();
    (void)snprintf(root, sizeof(root), "/tmp/larder-env-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(root));
}

static void
tear_down_posix(void)
{
    char command[128];
    (void)snprintf(command, sizeof(command), "rm -rf '%s'", root);
    ck_assert_int_eq(system(command), 0);
}

/* A path in the directory of the test; a few may be in use at once. */
static const char *
at(const char *name)
{
    static char paths[4][ENV_PATH_MAX];
    static int turn;
    char *path = paths[turn++ % 4];
    ck_assert(base_is_ok(env_join(path, root, name)));
    return path;
}

static void
ck_ok(BaseStatus status)
{
    ck_assert_msg(base_is_ok(status), "%s: %s", base_code_name(status.code), status.what);
}

static EnvFile *
open_file(const char *name, unsigned how)
{
    EnvFile *file = NULL;
    ck_ok(env_open_file(env, at(name), how, &file));
    return file;
}

static void
write_file(const char *name, const char *text)
{
    EnvFile *file = open_file(name, ENV_OPEN_WRITE | ENV_OPEN_CREATE | ENV_OPEN_TRUNCATE);
    ck_ok(env_file_write_at(file, 0, text, strlen(text)));
    env_file_close(file);
}

static void
ck_file(const char *name, const char *text)
{
    BaseBuf bytes = BASE_BUF_INIT;
    ck_ok(env_read_file(env, at(name), 1000000, &bytes));
    ck_assert(base_slice_equal(base_buf_slice(&bytes), base_slice_text(text)));
    base_buf_clear(&bytes);
}

static BaseCode
try_open(const char *name, unsigned how)
{
    EnvFile *file = NULL;
    BaseStatus status = env_open_file(env, at(name), how, &file);
    env_file_close(file);
    return status.code;
}

START_TEST(reads_what_was_written)
{
    EnvFile *file = open_file("a", ENV_OPEN_WRITE | ENV_OPEN_CREATE);
    ck_ok(env_file_write_at(file, 0, "hello world", 11));
    ck_ok(env_file_write_at(file, 6, "there", 5));
    char bytes[32];
    size_t len = 0;
    ck_ok(env_file_read_at(file, 0, bytes, sizeof(bytes), &len));
    ck_assert_uint_eq(len, 11);
    ck_assert_mem_eq(bytes, "hello there", 11);
    ck_ok(env_file_read_at(file, 6, bytes, 3, &len));
    ck_assert_uint_eq(len, 3);
    ck_assert_mem_eq(bytes, "the", 3);
    ck_ok(env_file_read_at(file, 100, bytes, 3, &len));
    ck_assert_uint_eq(len, 0);
    env_file_close(file);
}
END_TEST

START_TEST(a_gap_reads_as_zeros)
{
    EnvFile *file = open_file("a", ENV_OPEN_WRITE | ENV_OPEN_CREATE);
    ck_ok(env_file_write_at(file, 5, "x", 1));
    char bytes[8] = "yyyyyyy";
    size_t len = 0;
    ck_ok(env_file_read_at(file, 0, bytes, 8, &len));
    ck_assert_uint_eq(len, 6);
    ck_assert_mem_eq(bytes, "\0\0\0\0\0x", 6);
    env_file_close(file);
}
END_TEST

START_TEST(lengths_change)
{
    EnvFile *file = open_file("a", ENV_OPEN_WRITE | ENV_OPEN_CREATE);
    int64_t size = -1;
    ck_ok(env_file_write_at(file, 0, "0123456789", 10));
    ck_ok(env_file_truncate(file, 4));
    ck_ok(env_file_size(file, &size));
    ck_assert_int_eq(size, 4);
    ck_ok(env_file_truncate(file, 6));
    char bytes[8];
    size_t len = 0;
    ck_ok(env_file_read_at(file, 0, bytes, 8, &len));
    ck_assert_uint_eq(len, 6);
    ck_assert_mem_eq(bytes, "0123\0\0", 6);
    ck_ok(env_file_preallocate(file, 8192));
    ck_ok(env_file_size(file, &size));
    ck_assert_int_eq(size, 8192);
    ck_ok(env_file_preallocate(file, 100));
    ck_ok(env_file_size(file, &size));
    ck_assert_int_eq(size, 8192);
    ck_ok(env_file_sync(file));
    env_file_close(file);
}
END_TEST

START_TEST(opening_follows_its_flags)
{
    ck_assert_int_eq(try_open("a", ENV_OPEN_READ), BASE_NOT_FOUND);
    ck_assert_int_eq(try_open("a", ENV_OPEN_WRITE), BASE_NOT_FOUND);
    ck_assert_int_eq(try_open("no/a", ENV_OPEN_WRITE | ENV_OPEN_CREATE), BASE_NOT_FOUND);
    ck_assert_int_eq(try_open("a", ENV_OPEN_WRITE | ENV_OPEN_CREATE | ENV_OPEN_EXCLUSIVE), BASE_OK);
    ck_assert_int_eq(try_open("a", ENV_OPEN_WRITE | ENV_OPEN_CREATE | ENV_OPEN_EXCLUSIVE),
                     BASE_EXISTS);
    write_file("a", "text");
    ck_assert_int_eq(try_open("a", ENV_OPEN_WRITE | ENV_OPEN_CREATE), BASE_OK);
    ck_file("a", "text");
    ck_assert_int_eq(try_open("a", ENV_OPEN_WRITE | ENV_OPEN_TRUNCATE), BASE_OK);
    ck_file("a", "");
    ck_ok(env_make_directory(env, at("d")));
    ck_assert_int_eq(try_open("d", ENV_OPEN_READ), BASE_INVALID);
    ck_assert_int_eq(try_open("d", ENV_OPEN_WRITE), BASE_INVALID);
}
END_TEST

START_TEST(a_handle_for_reading_does_not_write)
{
    write_file("a", "text");
    EnvFile *file = open_file("a", ENV_OPEN_READ);
    ck_assert_int_eq(env_file_write_at(file, 0, "x", 1).code, BASE_IO);
    env_file_close(file);
    ck_file("a", "text");
}
END_TEST

START_TEST(a_rename_replaces)
{
    write_file("a", "new");
    write_file("b", "old");
    EnvFile *old = open_file("b", ENV_OPEN_READ);
    ck_ok(env_rename(env, at("a"), at("b")));
    ck_file("b", "new");
    ck_assert_int_eq(try_open("a", ENV_OPEN_READ), BASE_NOT_FOUND);
    char bytes[8];
    size_t len = 0;
    ck_ok(env_file_read_at(old, 0, bytes, 8, &len));
    ck_assert_mem_eq(bytes, "old", 3);
    env_file_close(old);
    ck_assert_int_eq(env_rename(env, at("missing"), at("b")).code, BASE_NOT_FOUND);
    ck_ok(env_make_directory(env, at("d")));
    ck_assert_int_eq(env_rename(env, at("b"), at("d/b")).code, BASE_INVALID);
    ck_assert_int_eq(env_rename(env, at("b"), at("d")).code, BASE_INVALID);
    ck_file("b", "new");
}
END_TEST

START_TEST(a_linked_file_has_two_names)
{
    write_file("a", "text");
    ck_ok(env_make_directory(env, at("d")));
    ck_ok(env_link(env, at("a"), at("d/b")));
    ck_file("d/b", "text");
    EnvFile *file = open_file("d/b", ENV_OPEN_WRITE);
    ck_ok(env_file_write_at(file, 0, "next", 4));
    env_file_close(file);
    ck_file("a", "next");
    ck_ok(env_unlink(env, at("a")));
    ck_file("d/b", "next");
    ck_assert_int_eq(try_open("a", ENV_OPEN_READ), BASE_NOT_FOUND);
    write_file("a", "other");
    ck_assert_int_eq(env_link(env, at("a"), at("d/b")).code, BASE_EXISTS);
    ck_assert_int_eq(env_link(env, at("a"), at("a")).code, BASE_EXISTS);
    ck_assert_int_eq(env_link(env, at("missing"), at("c")).code, BASE_NOT_FOUND);
    ck_assert_int_eq(env_link(env, at("a"), at("no/c")).code, BASE_NOT_FOUND);
    ck_assert_int_eq(env_link(env, at("d"), at("e")).code, BASE_UNSUPPORTED);
    ck_file("d/b", "next");
}
END_TEST

START_TEST(names_come_and_go)
{
    write_file("a", "text");
    EnvFile *file = open_file("a", ENV_OPEN_READ);
    ck_ok(env_unlink(env, at("a")));
    ck_assert_int_eq(env_unlink(env, at("a")).code, BASE_NOT_FOUND);
    int64_t size = 0;
    ck_ok(env_file_size(file, &size));
    ck_assert_int_eq(size, 4);
    env_file_close(file);
    ck_ok(env_make_directory(env, at("d")));
    ck_assert_int_eq(env_make_directory(env, at("d")).code, BASE_EXISTS);
    ck_assert_int_eq(env_make_directory(env, at("no/d")).code, BASE_NOT_FOUND);
    ck_assert_int_eq(env_unlink(env, at("d")).code, BASE_INVALID);
    write_file("d/x", "");
    ck_assert_int_eq(env_remove_directory(env, at("d")).code, BASE_INVALID);
    ck_assert_int_eq(env_remove_directory(env, at("d/x")).code, BASE_NOT_FOUND);
    ck_ok(env_unlink(env, at("d/x")));
    ck_ok(env_remove_directory(env, at("d")));
    EnvStat found;
    ck_assert_int_eq(env_stat(env, at("d"), &found).code, BASE_NOT_FOUND);
}
END_TEST

START_TEST(stat_tells_files_from_directories)
{
    write_file("a", "12345");
    ck_ok(env_make_directory(env, at("d")));
    EnvStat found;
    ck_ok(env_stat(env, at("a"), &found));
    ck_assert(!found.is_directory);
    ck_assert_int_eq(found.size, 5);
    ck_ok(env_stat(env, at("d"), &found));
    ck_assert(found.is_directory);
    ck_assert_int_eq(found.size, 0);
}
END_TEST

static bool
note_name(void *user, const char *name)
{
    unsigned *seen = user;
    ck_assert_uint_eq(strlen(name), 1);
    *seen |= 1u << (name[0] - 'a');
    return true;
}

static bool
stop_at_once(void *user, const char *name)
{
    (void)name;
    (*(int *)user)++;
    return false;
}

START_TEST(lists_names)
{
    write_file("a", "");
    write_file("b", "");
    ck_ok(env_make_directory(env, at("c")));
    unsigned seen = 0;
    ck_ok(env_list(env, root, note_name, &seen));
    ck_assert_uint_eq(seen, 7);
    int visits = 0;
    ck_ok(env_list(env, root, stop_at_once, &visits));
    ck_assert_int_eq(visits, 1);
    ck_assert_int_eq(env_list(env, at("no"), note_name, &seen).code, BASE_NOT_FOUND);
    ck_assert_int_eq(env_list(env, at("a"), note_name, &seen).code, BASE_NOT_FOUND);
}
END_TEST

START_TEST(directories_sync)
{
    ck_ok(env_sync_directory(env, root));
    write_file("a", "");
    ck_assert_int_eq(env_sync_directory(env, at("a")).code, BASE_NOT_FOUND);
    ck_assert_int_eq(env_sync_directory(env, at("no")).code, BASE_NOT_FOUND);
}
END_TEST

START_TEST(a_lock_excludes_a_second_holder)
{
    EnvLock *lock = NULL;
    EnvLock *second = NULL;
    ck_ok(env_lock(env, at("LOCK"), &lock));
    ck_assert_int_eq(env_lock(env, at("LOCK"), &second).code, BASE_BUSY);
    ck_assert_ptr_null(second);
    env_unlock(env, lock);
    ck_ok(env_lock(env, at("LOCK"), &second));
    env_unlock(env, second);
    env_unlock(env, NULL);
}
END_TEST

START_TEST(replacing_a_file_leaves_the_old_or_the_new)
{
    bool unsure = true;
    ck_ok(env_replace_file(env, root, "f", BASE_SLICE_LITERAL("one"), &unsure));
    ck_assert(!unsure);
    ck_file("f", "one");
    ck_ok(env_replace_file(env, root, "f", BASE_SLICE_LITERAL("two, longer"), &unsure));
    ck_file("f", "two, longer");
    ck_assert_int_eq(try_open("f.tmp", ENV_OPEN_READ), BASE_NOT_FOUND);
    BaseBuf bytes = BASE_BUF_INIT;
    ck_assert_int_eq(env_read_file(env, at("f"), 3, &bytes).code, BASE_INVALID);
    ck_assert_int_eq(env_read_file(env, at("none"), 3, &bytes).code, BASE_NOT_FOUND);
    base_buf_clear(&bytes);
}
END_TEST

START_TEST(overlong_paths_are_refused)
{
    static char name[ENV_PATH_MAX + 10];
    memset(name, 'x', sizeof(name) - 1);
    char path[ENV_PATH_MAX];
    bool unsure = false;
    ck_assert_int_eq(env_join(path, root, name).code, BASE_INVALID);
    ck_assert_int_eq(env_replace_file(env, root, name, BASE_SLICE_EMPTY, &unsure).code,
                     BASE_INVALID);
}
END_TEST

static void *
write_stripes(void *argument)
{
    EnvFile *file = argument;
    static atomic_int next;
    char text[64];
    int id = atomic_fetch_add(&next, 1) % 4;
    memset(text, 'a' + id, sizeof(text));
    for (int i = 0; i < 100; i++) {
        ck_ok(env_file_write_at(file, (i * 4 + id) * 64, text, sizeof(text)));
    }
    return NULL;
}

START_TEST(threads_share_a_handle)
{
    EnvFile *file = open_file("a", ENV_OPEN_WRITE | ENV_OPEN_CREATE);
    pthread_t threads[4];
    for (int i = 0; i < 4; i++) {
        ck_assert_int_eq(pthread_create(&threads[i], NULL, write_stripes, file), 0);
    }
    for (int i = 0; i < 4; i++) {
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    }
    for (int i = 0; i < 400; i++) {
        char text[64];
        size_t len = 0;
        ck_ok(env_file_read_at(file, i * 64, text, sizeof(text), &len));
        ck_assert_int_eq(text[0], 'a' + i % 4);
        ck_assert_int_eq(text[63], 'a' + i % 4);
    }
    env_file_close(file);
}
END_TEST

/* ------------------------------------------------------------------------- posix only -- */

START_TEST(a_lock_ends_with_its_process)
{
    int ready[2];
    ck_assert_int_eq(pipe(ready), 0);
    pid_t child = fork();
    if (child == 0) {
        EnvLock *lock = NULL;
        char answer = base_is_ok(env_lock(env, at("LOCK"), &lock)) ? 'y' : 'n';
        (void)!write(ready[1], &answer, 1);
        (void)pause();
        _exit(0);
    }
    char answer = 0;
    ck_assert_int_eq(read(ready[0], &answer, 1), 1);
    ck_assert_int_eq(answer, 'y');
    EnvLock *lock = NULL;
    ck_assert_int_eq(env_lock(env, at("LOCK"), &lock).code, BASE_BUSY);
    ck_assert_int_eq(kill(child, SIGKILL), 0);
    ck_assert_int_eq(waitpid(child, NULL, 0), child);
    ck_ok(env_lock(env, at("LOCK"), &lock));
    env_unlock(env, lock);
    (void)close(ready[0]);
    (void)close(ready[1]);
}
END_TEST

START_TEST(descriptors_are_not_inherited)
{
    int before = open("/dev/null", O_RDONLY | O_CLOEXEC);
    (void)close(before); /* the number that the next one gets */
    EnvFile *file = open_file("a", ENV_OPEN_WRITE | ENV_OPEN_CREATE);
    ck_assert_int_ne(fcntl(before, F_GETFD) & FD_CLOEXEC, 0);
    env_file_close(file);
    EnvLock *lock = NULL;
    ck_ok(env_lock(env, at("LOCK"), &lock));
    ck_assert_int_ne(fcntl(before, F_GETFD) & FD_CLOEXEC, 0);
    env_unlock(env, lock);
}
END_TEST

START_TEST(a_failed_sync_is_final)
{
    int before = open("/dev/null", O_RDONLY | O_CLOEXEC);
    (void)close(before); /* the number that the next one gets */
    EnvFile *file = open_file("a", ENV_OPEN_WRITE | ENV_OPEN_CREATE);
    int ends[2];
    ck_assert_int_eq(pipe(ends), 0);
    int kept = dup(before);
    ck_assert_int_ge(dup2(ends[1], before), 0); /* a pipe cannot be synced */
    ck_assert_int_ne(env_file_sync(file).code, BASE_OK);
    ck_assert_int_ge(dup2(kept, before), 0); /* the file again, which could */
    ck_assert_int_eq(env_file_sync(file).code, BASE_POISONED);
    env_file_close(file);
    (void)close(kept);
    (void)close(ends[0]);
    (void)close(ends[1]);
}
END_TEST

START_TEST(a_full_disk_is_told)
{
    EnvFile *file = NULL;
    ck_ok(env_open_file(env, "/dev/full", ENV_OPEN_WRITE, &file));
    ck_assert_int_eq(env_file_write_at(file, 0, "x", 1).code, BASE_NO_SPACE);
    env_file_close(file);
}
END_TEST

START_TEST(a_window_is_the_file)
{
    enum { UNIT = ENV_WINDOW_UNIT };
    EnvFile *file = open_file("a", ENV_OPEN_WRITE | ENV_OPEN_CREATE);
    uint8_t *window = NULL;
    char text[6] = "";
    size_t len = 0;
    if (env_file_preallocate(file, 4 * UNIT).code == BASE_OK &&
        env_file_window(file, UNIT, 2 * UNIT, &window).code == BASE_OK) {
        memcpy(window + 10, "hello", 5);
        ck_ok(env_file_read_at(file, UNIT + 10, text, 5, &len));
        ck_assert_str_eq(text, "hello");
        ck_ok(env_file_write_at(file, 2 * UNIT, "world", 5));
        ck_assert_mem_eq(window + UNIT, "world", 5);
        ck_ok(env_file_sync(file));
        uint8_t *first = window;
        ck_ok(env_file_window(file, 0, UNIT, &window));
        memcpy(window + UNIT - 5, "above", 5);
        memcpy(first + 20, "again", 5); /* the one before the last is open */
        ck_assert_int_eq(env_file_window(file, 8 * UNIT, UNIT, &first).code, BASE_UNSUPPORTED);
        ck_ok(env_file_window(file, 3 * UNIT, UNIT, &first));
        memcpy(first, "third", 5);
        memcpy(window, "under", 5);
        env_file_close(file);
        file = open_file("a", ENV_OPEN_READ);
        static const struct {
            int64_t at;
            const char *text;
        } EXPECTED[] = {{0, "under"},         {UNIT - 5, "above"}, {UNIT + 10, "hello"},
                        {UNIT + 20, "again"}, {2 * UNIT, "world"}, {3 * UNIT, "third"}};
        for (size_t i = 0; i < sizeof(EXPECTED) / sizeof(EXPECTED[0]); i++) {
            ck_ok(env_file_read_at(file, EXPECTED[i].at, text, 5, &len));
            ck_assert_str_eq(text, EXPECTED[i].text);
        }
    }
    env_file_close(file);
}
END_TEST

static void
add_common(TCase *cases)
{
    tcase_add_test(cases, reads_what_was_written);
    tcase_add_test(cases, a_gap_reads_as_zeros);
    tcase_add_test(cases, lengths_change);
    tcase_add_test(cases, opening_follows_its_flags);
    tcase_add_test(cases, a_handle_for_reading_does_not_write);
    tcase_add_test(cases, a_rename_replaces);
    tcase_add_test(cases, a_linked_file_has_two_names);
    tcase_add_test(cases, names_come_and_go);
    tcase_add_test(cases, stat_tells_files_from_directories);
    tcase_add_test(cases, lists_names);
    tcase_add_test(cases, directories_sync);
    tcase_add_test(cases, a_lock_excludes_a_second_holder);
    tcase_add_test(cases, replacing_a_file_leaves_the_old_or_the_new);
    tcase_add_test(cases, overlong_paths_are_refused);
    tcase_add_test(cases, threads_share_a_handle);
}

int
main(void)
{
    TCase *posix = tcase_create("posix");
    tcase_add_checked_fixture(posix, set_up_posix, tear_down_posix);
    add_common(posix);
    tcase_add_test(posix, a_lock_ends_with_its_process);
    tcase_add_test(posix, descriptors_are_not_inherited);
    tcase_add_test(posix, a_failed_sync_is_final);
    tcase_add_test(posix, a_full_disk_is_told);
    tcase_add_test(posix, a_window_is_the_file);
    TCase *memory = tcase_create("memory");
    tcase_add_checked_fixture(memory, set_up_mem, tear_down_mem);
    add_common(memory);
    Suite *suite = suite_create("env");
    suite_add_tcase(suite, posix);
    suite_add_tcase(suite, memory);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
