/*
 * test_lsm_blobs.c: large values in files of their own: they come back, are not copied by
 * compaction, go when they are dead, and stay as long as somebody may read them.
 */
#include "engine/lsm/lsm.h"
#include "tests/support/engine_rig.h"
#include "tests/support/lsm_files.h"
#include "tests/support/numbered.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    KEYS = 20,
    LARGE = 5000,
    SMALL = 100,
};

static EngineRig rig;
static LsmFindings findings;

static void
set_up(void)
{
    engine_rig_init(&rig, &lsm_class, ENGINE_RIG_MEMORY);
    ck_assert(engine_rig_set(&rig, "blob_min_bytes", 1000));
    ck_assert(engine_rig_set(&rig, "compression", 0));
    engine_rig_open(&rig);
}

static void
tear_down(void)
{
    engine_rig_clear(&rig);
}

/* ------------------------------------------------------------------------------------ values -- */

/* The value of a key as it was written in a round: bytes that differ in all of them. */
static BaseSlice
value_of(int key, int round, size_t len, uint8_t bytes[LARGE])
{
    BaseRand rand = base_rand((uint64_t)key * 1000 + (uint64_t)round);
    for (size_t i = 0; i < len; i++) {
        bytes[i] = (uint8_t)base_rand_next(&rand);
    }
    return base_slice(bytes, len);
}

static void
put(int key, int round, size_t len)
{
    char text[16];
    uint8_t bytes[LARGE];
    EngineMutation mutation =
        engine_rig_put(ENGINE_DATA, numbered_key(key, text), value_of(key, round, len, bytes));
    ck_assert_int_eq(engine_rig_commit(rig.engine, NULL, 0, &mutation, 1).kind, ENGINE_APPLIED);
}

static void
put_many(int first, int count, int round, size_t len)
{
    for (int key = first; key < first + count; key++) {
        put(key, round, len);
    }
}

static void
expect_in(Engine *engine, const EngineSnapshot *snapshot, int key, int round, size_t len)
{
    char text[16];
    uint8_t bytes[LARGE];
    EngineRead read;
    EngineLookup lookup;
    ck_assert_int_eq(engine_read_begin(&read, engine, snapshot, 0).code, BASE_OK);
    ck_assert_int_eq(engine_get(&read, ENGINE_DATA, numbered_key(key, text), &lookup).code,
                     BASE_OK);
    ck_assert(lookup.found);
    ck_assert(base_slice_equal(lookup.record.value, value_of(key, round, len, bytes)));
    engine_read_end(&read);
}

static void
expect(int key, int round, size_t len)
{
    expect_in(rig.engine, NULL, key, round, len);
}

static void
expect_many(int first, int count, int round, size_t len)
{
    for (int key = first; key < first + count; key++) {
        expect(key, round, len);
    }
}

static int64_t
figure(const char *name)
{
    return numbered_figure(rig.engine, name);
}

static void
flush(void)
{
    ck_assert_int_eq(engine_flush(rig.engine).code, BASE_OK);
}

static void
compact(void)
{
    EngineRange all = {.unbounded = true};
    ck_assert_int_eq(engine_compact(rig.engine, &all).code, BASE_OK);
    engine_tick(rig.engine);
}

/* ------------------------------------------------------------------------------------- files -- */

typedef struct Files {
    int count;
    char last[ENV_PATH_MAX];
} Files;

static bool
note_blob(void *user, const char *name)
{
    Files *files = user;
    if (format_file_name_read(name).kind == FORMAT_FILE_BLOB) {
        files->count++;
        (void)snprintf(files->last, sizeof(files->last), "%.32s", name);
    }
    return true;
}

/* Blob files in the directory, as the file system has them. */
static Files
blob_files(void)
{
    Files files = {0};
    ck_assert_int_eq(env_list(rig.memory, rig.directory, note_blob, &files).code, BASE_OK);
    return files;
}

static void
flip_byte(const char *name, int64_t offset)
{
    char path[ENV_PATH_MAX];
    EnvFile *file = NULL;
    uint8_t byte = 0;
    size_t len = 0;
    ck_assert_int_eq(env_join(path, rig.directory, name).code, BASE_OK);
    ck_assert_int_eq(env_open_file(rig.memory, path, ENV_OPEN_WRITE, &file).code, BASE_OK);
    ck_assert_int_eq(env_file_read_at(file, offset, &byte, 1, &len).code, BASE_OK);
    byte ^= 1;
    ck_assert_int_eq(env_file_write_at(file, offset, &byte, 1).code, BASE_OK);
    env_file_close(file);
}

static BaseCode
work_on_files(BaseStatus (*work)(EngineFilesArgs *args))
{
    EngineFilesArgs args = {.directory = rig.directory,
                            .env = &rig.fault.env,
                            .clock = &rig.fake.clock,
                            .report = lsm_findings_add,
                            .user = &findings};
    memset(&findings, 0, sizeof(findings));
    return work(&args).code;
}

/* ------------------------------------------------------------------------------------- tests -- */

START_TEST(large_values_are_kept_apart_and_come_back)
{
    put_many(0, KEYS, 1, LARGE);
    put_many(KEYS, KEYS, 1, SMALL);
    flush();
    ck_assert_int_eq(figure("blob_values_written"), KEYS);
    ck_assert_int_eq(figure("blob_values"), KEYS);
    ck_assert_int_gt(figure("blob_bytes"), KEYS * LARGE);
    ck_assert_int_lt(numbered_level_figure(rig.engine, 0, "bytes"), KEYS * LARGE / 4);
    expect_many(0, KEYS, 1, LARGE);
    expect_many(KEYS, KEYS, 1, SMALL);
    engine_rig_reopen(&rig);
    expect_many(0, KEYS, 1, LARGE);
    ck_assert_int_eq(engine_verify(rig.engine).code, BASE_OK);
}
END_TEST

START_TEST(iterators_and_many_gets_show_them)
{
    put_many(0, KEYS, 1, LARGE);
    flush();
    BaseSlice keys[KEYS];
    char texts[KEYS][16];
    EngineLookup lookups[KEYS];
    EngineRead read;
    int64_t version;
    uint8_t bytes[LARGE];
    for (int i = 0; i < KEYS; i++) {
        keys[i] = numbered_key(i, texts[i]);
    }
    ck_assert_int_eq(engine_read_begin(&read, rig.engine, NULL, 0).code, BASE_OK);
    ck_assert_int_eq(engine_multi_get(&read, ENGINE_DATA, keys, KEYS, lookups, &version).code,
                     BASE_OK);
    for (int i = 0; i < KEYS; i++) {
        ck_assert(base_slice_equal(lookups[i].record.value, value_of(i, 1, LARGE, bytes)));
    }
    engine_read_end(&read);
    EngineIterator *iterator;
    EngineIteratorOptions options = {.range = {.unbounded = true}};
    ck_assert_int_eq(engine_iterator_new(rig.engine, NULL, &options, &iterator).code, BASE_OK);
    engine_iterator_seek(iterator, NULL);
    for (int i = 0; i < KEYS; i++, engine_iterator_next(iterator)) {
        ck_assert(iterator->valid);
        ck_assert(base_slice_equal(iterator->record.value, value_of(i, 1, LARGE, bytes)));
    }
    engine_iterator_seek_before(iterator, NULL);
    for (int i = KEYS - 1; i >= 0; i--, engine_iterator_prev(iterator)) {
        ck_assert(iterator->valid);
        ck_assert(base_slice_equal(iterator->record.value, value_of(i, 1, LARGE, bytes)));
    }
    engine_iterator_free(iterator);
}
END_TEST

START_TEST(what_is_not_in_memory_would_block)
{
    char text[16];
    EngineRead read;
    EngineLookup lookup;
    put(0, 1, LARGE);
    flush();
    for (int round = 0; round < 2; round++) {
        ck_assert_int_eq(engine_read_begin(&read, rig.engine, NULL, ENGINE_READ_CACHED_ONLY).code,
                         BASE_OK);
        BaseStatus status = engine_get(&read, ENGINE_DATA, numbered_key(0, text), &lookup);
        engine_read_end(&read);
        ck_assert_int_eq(status.code, round == 0 ? BASE_WOULD_BLOCK : BASE_OK);
        expect(0, 1, LARGE);
    }
}
END_TEST

START_TEST(compaction_carries_references_only)
{
    put_many(0, KEYS, 1, LARGE);
    flush();
    put_many(KEYS / 2, KEYS, 1, SMALL);
    flush();
    put_many(KEYS / 2, KEYS / 2, 2, LARGE);
    flush();
    ck_assert(engine_rig_set(&rig, "blob_dead_percent", 100));
    engine_rig_reopen(&rig);
    compact();
    ck_assert_int_eq(figure("blob_bytes_written"), 0);
    ck_assert_int_eq(figure("blob_values_moved"), 0);
    ck_assert_int_lt(numbered_level_figure(rig.engine, 6, "bytes_written"), LARGE * 2);
    ck_assert_int_eq(figure("blob_values"), KEYS);
    ck_assert_int_gt(figure("blob_dead_values"), 0);
    expect_many(0, KEYS / 2, 1, LARGE);
    expect_many(KEYS / 2, KEYS / 2, 2, LARGE);
}
END_TEST

START_TEST(a_file_goes_with_its_last_live_value)
{
    put_many(0, KEYS, 1, LARGE);
    flush();
    Files old = blob_files();
    ck_assert_int_eq(old.count, 2); /* of 64 KiB each, about */
    put_many(0, KEYS, 2, LARGE);
    compact();
    ck_assert_int_eq(figure("blob_values"), KEYS);
    ck_assert_int_eq(figure("blob_dead_values"), 0);
    ck_assert_int_eq(figure("blob_values_moved"), 0);
    ck_assert_int_eq(blob_files().count, 2);
    ck_assert_str_ne(blob_files().last, old.last);
    engine_rig_reopen(&rig);
    expect_many(0, KEYS, 2, LARGE);
    EngineMutation all = engine_rig_remove_range(ENGINE_DATA, BASE_SLICE_EMPTY, NULL);
    ck_assert_int_eq(engine_rig_commit(rig.engine, NULL, 0, &all, 1).kind, ENGINE_APPLIED);
    compact();
    ck_assert_int_eq(figure("blob_files"), 0);
    ck_assert_int_eq(blob_files().count, 0);
}
END_TEST

START_TEST(what_is_alive_of_a_stale_file_moves)
{
    put_many(0, 10, 1, LARGE);
    flush();
    Files old = blob_files();
    ck_assert_int_eq(old.count, 1);
    put_many(0, 7, 2, LARGE);
    compact(); /* counts the dead */
    compact(); /* moves the rest, unless the picker has done so */
    ck_assert_int_eq(figure("blob_values_moved"), 3);
    ck_assert_int_eq(figure("blob_dead_bytes"), 0);
    ck_assert_int_eq(figure("blob_values"), 10);
    Files left = blob_files();
    ck_assert_int_eq(left.count, 2);
    expect_many(0, 7, 2, LARGE);
    expect_many(7, 3, 1, LARGE);
    ck_assert_int_eq(engine_verify(rig.engine).code, BASE_OK);
}
END_TEST

START_TEST(few_large_values_make_few_files)
{
    enum { FLUSHES = 10, LEN = 1200 };
    for (int i = 0; i < FLUSHES; i++) {
        put(i, 1, LEN);
        put(KEYS, i, SMALL); /* so that the tables overlap, and do not move as they are */
        put(0, i, SMALL);
        flush();
    }
    put(0, 1, LEN);
    compact();
    ck_assert_int_eq(figure("blob_values"), FLUSHES);
    ck_assert_int_le(blob_files().count, 3);
    expect_many(0, FLUSHES, 1, LEN);
}
END_TEST

START_TEST(values_come_back_into_tables_when_they_are_not_kept_apart_any_more)
{
    put_many(0, 10, 1, LARGE);
    flush();
    put_many(0, 5, 2, LARGE);
    ck_assert(engine_rig_set(&rig, "blob_min_bytes", 0));
    engine_rig_reopen(&rig);
    compact();
    compact();
    ck_assert_int_eq(figure("blob_files"), 0);
    expect_many(0, 5, 2, LARGE);
    expect_many(5, 5, 1, LARGE);
    ck_assert(engine_rig_set(&rig, "blob_min_bytes", 1000));
    engine_rig_reopen(&rig);
    put_many(0, 1, 3, SMALL);
    compact();
    ck_assert_int_eq(figure("blob_values"), 9);
    expect_many(1, 4, 2, LARGE);
}
END_TEST

START_TEST(readers_keep_what_they_may_read)
{
    put_many(0, 10, 1, LARGE);
    flush();
    EngineIterator *iterator;
    EngineSnapshot *snapshot;
    uint8_t bytes[LARGE];
    EngineIteratorOptions options = {.range = {.unbounded = true}};
    ck_assert_int_eq(engine_iterator_new(rig.engine, NULL, &options, &iterator).code, BASE_OK);
    ck_assert_int_eq(engine_snapshot_new(rig.engine, &snapshot).code, BASE_OK);
    put_many(0, 10, 2, LARGE);
    compact();
    for (int key = 0; key < 10; key++) {
        expect_in(rig.engine, snapshot, key, 1, LARGE);
    }
    engine_snapshot_free(snapshot);
    compact();
    ck_assert_int_eq(figure("blob_values"), 10);
    ck_assert_int_eq(blob_files().count, 2); /* the iterator's, and the new one */
    engine_iterator_seek(iterator, NULL);
    for (int i = 0; i < 10; i++, engine_iterator_next(iterator)) {
        ck_assert(iterator->valid);
        ck_assert(base_slice_equal(iterator->record.value, value_of(i, 1, LARGE, bytes)));
    }
    engine_iterator_free(iterator);
    engine_tick(rig.engine);
    engine_tick(rig.engine);
    ck_assert_int_eq(blob_files().count, 1);
}
END_TEST

START_TEST(damage_to_a_value_is_its_own)
{
    char text[16];
    EngineRead read;
    EngineLookup lookup;
    put_many(0, 10, 1, LARGE);
    flush();
    Files files = blob_files();
    flip_byte(files.last, 32 + 8 * (LARGE + 5) + 10); /* in the ninth value */
    ck_assert_int_eq(engine_read_begin(&read, rig.engine, NULL, 0).code, BASE_OK);
    ck_assert_int_eq(engine_get(&read, ENGINE_DATA, numbered_key(8, text), &lookup).code,
                     BASE_CORRUPTION);
    engine_read_end(&read);
    ck_assert_int_gt(figure("damage_reports"), 0);
    ck_assert_int_eq(engine_verify(rig.engine).code, BASE_CORRUPTION);
    put_many(0, 7, 2, LARGE);
    compact();
    compact();
    ck_assert_int_eq(figure("damaged_files"), 0); /* compaction goes on */
    ck_assert_int_eq(figure("blob_values"), 10);
    expect_many(0, 7, 2, LARGE);
    expect(7, 1, LARGE);
    expect(9, 1, LARGE);
    engine_rig_close(&rig);
    ck_assert_int_eq(work_on_files(engine_verify_directory), BASE_CORRUPTION);
    ck_assert(lsm_findings_has(&findings, ENGINE_FINDING_DAMAGE, files.last));
}
END_TEST

START_TEST(a_missing_or_cut_file_is_refused_by_name)
{
    char path[ENV_PATH_MAX];
    put_many(0, 10, 1, LARGE);
    flush();
    Files files = blob_files();
    engine_rig_close(&rig);
    flip_byte(files.last, 10);
    ck_assert_int_eq(engine_rig_try_open(&rig).code, BASE_CORRUPTION);
    ck_assert_msg(strstr(rig.message, files.last) != NULL, "%s", rig.message);
    flip_byte(files.last, 10);
    ck_assert_int_eq(env_join(path, rig.directory, files.last).code, BASE_OK);
    ck_assert_int_eq(env_unlink(rig.memory, path).code, BASE_OK);
    ck_assert_int_eq(engine_rig_try_open(&rig).code, BASE_CORRUPTION);
    ck_assert_msg(strstr(rig.message, files.last) != NULL, "%s", rig.message);
    ck_assert_int_eq(work_on_files(engine_verify_directory), BASE_CORRUPTION);
    ck_assert_int_eq(work_on_files(engine_repair_directory), BASE_OK);
    ck_assert(lsm_findings_has(&findings, ENGINE_FINDING_LOSS, files.last));
    engine_rig_open(&rig);
    ck_assert(!numbered_is_there(rig.engine, 3));
}
END_TEST

START_TEST(a_store_without_manifest_gets_its_large_values_back)
{
    char path[ENV_PATH_MAX];
    put_many(0, 10, 1, LARGE);
    flush();
    put_many(5, 10, 2, LARGE);
    put_many(20, 5, 2, SMALL);
    flush();
    engine_rig_close(&rig);
    LsmSavedFiles *saved = calloc(1, sizeof(*saved));
    lsm_files_save(saved, rig.memory, rig.directory);
    for (size_t i = 0; i < saved->count; i++) {
        if (saved->files[i].kind == FORMAT_FILE_MANIFEST ||
            saved->files[i].kind == FORMAT_FILE_CURRENT) {
            ck_assert_int_eq(env_join(path, rig.directory, saved->files[i].name).code, BASE_OK);
            ck_assert_int_eq(env_unlink(rig.memory, path).code, BASE_OK);
        }
    }
    lsm_files_clear(saved);
    free(saved);
    ck_assert_int_eq(work_on_files(engine_repair_directory), BASE_OK);
    ck_assert_int_eq(work_on_files(engine_verify_directory), BASE_OK);
    engine_rig_open(&rig);
    expect_many(0, 5, 1, LARGE);
    expect_many(5, 10, 2, LARGE);
    expect_many(20, 5, 2, SMALL);
    compact();
    expect_many(0, 5, 1, LARGE);
    expect_many(5, 10, 2, LARGE);
}
END_TEST

START_TEST(a_checkpoint_has_them)
{
    char target[ENV_PATH_MAX];
    put_many(0, 10, 1, LARGE);
    flush();
    put_many(0, 5, 2, LARGE);
    (void)snprintf(target, sizeof(target), "%s/copy", rig.home);
    ck_assert_int_eq(rig.engine->ops->checkpoint(rig.engine, target).code, BASE_OK);
    put_many(0, 10, 3, LARGE);
    compact();
    EngineOpenArgs args = {.directory = target,
                           .env = &rig.fault.env,
                           .clock = rig.clock,
                           .options = rig.options,
                           .key_max = rig.key_max,
                           .value_max = rig.value_max};
    Engine *copy = NULL;
    ck_assert_int_eq(engine_open(&lsm_class, &args, &copy).code, BASE_OK);
    for (int key = 0; key < 10; key++) {
        expect_in(copy, NULL, key, key < 5 ? 2 : 1, LARGE);
    }
    ck_assert_int_eq(engine_verify(copy).code, BASE_OK);
    engine_close(copy);
}
END_TEST

START_TEST(a_guard_reads_them)
{
    uint8_t bytes[LARGE];
    char text[16];
    put(0, 1, LARGE);
    flush();
    for (int round = 0; round < 2; round++) { /* the second finds another value */
        EngineGuard guard = {.keyspace = ENGINE_DATA,
                             .key = numbered_key(0, text),
                             .checks = ENGINE_CHECK_VALUE_EQUAL,
                             .value_equal = value_of(0, 1, LARGE, bytes)};
        uint8_t next[LARGE];
        char again[16];
        EngineMutation mutation =
            engine_rig_put(ENGINE_DATA, numbered_key(0, again), value_of(0, 2, LARGE, next));
        EngineOutcome outcome = engine_rig_commit(rig.engine, &guard, 1, &mutation, 1);
        ck_assert_int_eq(outcome.kind, round == 0 ? ENGINE_APPLIED : ENGINE_NOT_APPLIED);
    }
    expect(0, 2, LARGE);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("lsm_blobs");
    TCase *blobs = tcase_create("blobs");
    tcase_add_checked_fixture(blobs, set_up, tear_down);
    tcase_set_timeout(blobs, 60);
    tcase_add_test(blobs, large_values_are_kept_apart_and_come_back);
    tcase_add_test(blobs, iterators_and_many_gets_show_them);
    tcase_add_test(blobs, what_is_not_in_memory_would_block);
    tcase_add_test(blobs, compaction_carries_references_only);
    tcase_add_test(blobs, a_file_goes_with_its_last_live_value);
    tcase_add_test(blobs, what_is_alive_of_a_stale_file_moves);
    tcase_add_test(blobs, few_large_values_make_few_files);
    tcase_add_test(blobs, values_come_back_into_tables_when_they_are_not_kept_apart_any_more);
    tcase_add_test(blobs, readers_keep_what_they_may_read);
    tcase_add_test(blobs, damage_to_a_value_is_its_own);
    tcase_add_test(blobs, a_missing_or_cut_file_is_refused_by_name);
    tcase_add_test(blobs, a_store_without_manifest_gets_its_large_values_back);
    tcase_add_test(blobs, a_checkpoint_has_them);
    tcase_add_test(blobs, a_guard_reads_them);
    suite_add_tcase(suite, blobs);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
