/*
 * test_lsm_ingest.c: files of records come into an open store as one commit would: all at once, at
 * one version, seen by guards and increments from then on; or not at all.
 */
#include "engine/lsm/ingest_file.h"

#include "engine/lsm/lsm.h"
#include "engine/table/builder.h"
#include "tests/support/engine_rig.h"

#include <check.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

static EngineRig rig;
static char message[512];

static void
setup(void)
{
    engine_rig_init(&rig, &lsm_class, ENGINE_RIG_MEMORY);
    engine_rig_open(&rig);
}

static void
teardown(void)
{
    engine_rig_clear(&rig);
}

/* ------------------------------------------------------------------------------------- files -- */

typedef struct Text {
    char text[48];
} Text;

static BaseSlice
key_of(Text *space, int number)
{
    (void)snprintf(space->text, sizeof(space->text), "key%06d", number);
    return base_slice_text(space->text);
}

static BaseSlice
value_of(Text *space, int number, const char *from)
{
    (void)snprintf(space->text, sizeof(space->text), "%06d from %s", number, from);
    return base_slice_text(space->text);
}

/* Writes a file of puts, but for one key in ten, which is removed. */
static void
write_file(const char *path, int first, int stop)
{
    LsmIngestFile *file = NULL;
    (void)env_unlink(rig.memory, path);
    ck_assert_int_eq(lsm_ingest_file_new(rig.memory, path, &file).code, BASE_OK);
    for (int i = first; i < stop; i++) {
        Text key;
        Text value;
        BaseStatus status = i % 10 == 9 ? lsm_ingest_file_remove(file, key_of(&key, i))
                                        : lsm_ingest_file_put(file, key_of(&key, i),
                                                              value_of(&value, i, "file"), 0);
        ck_assert_int_eq(status.code, BASE_OK);
    }
    ck_assert_int_eq(lsm_ingest_file_finish(file).code, BASE_OK);
    ck_assert_int_gt((int64_t)lsm_ingest_file_size(file), 0);
    lsm_ingest_file_free(file);
}

static BaseStatus
ingest_one(const char *path, int64_t *ret_version)
{
    return lsm_ingest(rig.engine, &path, 1, false, ret_version, message);
}

static void
put(int number, const char *from)
{
    Text key;
    Text value;
    (void)engine_rig_apply(rig.engine, engine_rig_put(ENGINE_DATA, key_of(&key, number),
                                                      value_of(&value, number, from)));
}

static bool
has(const EngineSnapshot *snapshot, int number, const char *from)
{
    Text key;
    Text value;
    return engine_rig_has(rig.engine, snapshot, ENGINE_DATA, key_of(&key, number),
                          value_of(&value, number, from));
}

static bool
lacks(const EngineSnapshot *snapshot, int number)
{
    Text key;
    return engine_rig_lacks(rig.engine, snapshot, ENGINE_DATA, key_of(&key, number));
}

static void
check_ingested(const EngineSnapshot *snapshot, int first, int stop)
{
    for (int i = first; i < stop; i++) {
        ck_assert(i % 10 == 9 ? lacks(snapshot, i) : has(snapshot, i, "file"));
    }
}

static void
check_files(void)
{
    EngineFilesArgs args = {
        .directory = rig.directory, .env = rig.memory, .clock = &rig.fake.clock};
    BaseStatus status = lsm_class.verify_files(&args);
    ck_assert_msg(status.code == BASE_OK, "%s", args.message);
}

static bool
find_level(void *user, const EngineFile *file)
{
    int *levels = user;
    levels[file->level]++;
    return true;
}

/* ----------------------------------------------------------------------------------- visible -- */

START_TEST(records_come_all_at_once_at_one_version)
{
    int64_t version = 0;
    EngineSnapshot *before = NULL;
    EngineSnapshot *after = NULL;
    put(5, "before");
    put(9, "before");
    put(500, "before");
    write_file("/in", 0, 400);
    ck_assert_int_eq(engine_snapshot_new(rig.engine, &before).code, BASE_OK);
    ck_assert_int_eq(ingest_one("/in", &version).code, BASE_OK);
    ck_assert_int_gt(version, before->version);
    ck_assert_int_eq(engine_rig_version(rig.engine), version);
    ck_assert_int_eq(engine_snapshot_new(rig.engine, &after).code, BASE_OK);
    put(6, "after");
    ck_assert(has(before, 5, "before") && has(before, 9, "before") && lacks(before, 7));
    check_ingested(after, 0, 400);
    ck_assert(has(after, 500, "before") && has(NULL, 500, "before"));
    ck_assert(has(NULL, 6, "after") && has(NULL, 7, "file") && lacks(NULL, 9));
    engine_snapshot_free(before);
    engine_snapshot_free(after);
    engine_rig_reopen(&rig);
    ck_assert(has(NULL, 6, "after") && has(NULL, 7, "file") && has(NULL, 500, "before"));
    engine_rig_close(&rig);
    check_files();
}
END_TEST

START_TEST(what_was_taken_in_is_durable)
{
    int64_t version = 0;
    write_file("/in", 0, 400);
    ck_assert_int_eq(ingest_one("/in", &version).code, BASE_OK);
    ck_assert_int_eq(env_unlink(rig.memory, "/in").code, BASE_OK);
    engine_rig_die(&rig, ENGINE_RIG_SYSTEM, NULL);
    check_files();
    engine_rig_open(&rig);
    check_ingested(NULL, 0, 400);
    Text key;
    ck_assert_int_gt(engine_rig_apply(rig.engine, engine_rig_remove(ENGINE_DATA, key_of(&key, 1))),
                     version);
}
END_TEST

START_TEST(a_linked_file_is_taken_as_it_is)
{
    const char *path = "/in";
    int64_t version = 0;
    write_file("/in", 0, 400);
    ck_assert_int_eq(lsm_ingest(rig.engine, &path, 1, true, &version, message).code, BASE_OK);
    ck_assert_int_eq(env_unlink(rig.memory, "/in").code, BASE_OK);
    engine_rig_die(&rig, ENGINE_RIG_SYSTEM, NULL);
    engine_rig_open(&rig);
    check_ingested(NULL, 0, 400);
}
END_TEST

START_TEST(one_file_comes_again_and_again)
{
    int64_t version = 0;
    write_file("/in", 0, 100);
    for (int i = 0; i < 4; i++) {
        int64_t last = version;
        put(3, "between");
        ck_assert_int_eq(ingest_one("/in", &version).code, BASE_OK);
        ck_assert_int_gt(version, last);
        check_ingested(NULL, 0, 100);
    }
    EngineRange all = {.unbounded = true};
    ck_assert_int_eq(engine_compact(rig.engine, &all).code, BASE_OK);
    check_ingested(NULL, 0, 100);
    engine_rig_close(&rig);
    check_files();
}
END_TEST

START_TEST(files_go_as_low_as_they_can)
{
    int levels[8] = {0};
    int64_t version = 0;
    write_file("/in", 0, 100);
    ck_assert_int_eq(ingest_one("/in", &version).code, BASE_OK);
    write_file("/in", 200, 300);
    ck_assert_int_eq(ingest_one("/in", &version).code, BASE_OK);
    ck_assert_int_eq(engine_files(rig.engine, find_level, levels).code, BASE_OK);
    ck_assert_int_eq(levels[6], 2);
    write_file("/in", 50, 60);
    ck_assert_int_eq(ingest_one("/in", &version).code, BASE_OK);
    memset(levels, 0, sizeof(levels));
    ck_assert_int_eq(engine_files(rig.engine, find_level, levels).code, BASE_OK);
    ck_assert_int_eq(levels[6], 2);
    ck_assert_int_le(levels[0] + levels[5], 1); /* or it is merged by now */
    check_ingested(NULL, 0, 100);
}
END_TEST

/* ----------------------------------------------------------------------------------- refused -- */

static void
check_refused(const char *const *paths, size_t count, BaseCode code, const char *says)
{
    int64_t version = 0;
    int levels[8] = {0};
    int64_t before = engine_rig_version(rig.engine);
    BaseStatus status = lsm_ingest(rig.engine, paths, count, false, &version, message);
    ck_assert_msg(status.code == code, "%s", message);
    ck_assert_msg(strstr(message, says) != NULL, "%s", message);
    ck_assert_int_eq(engine_rig_version(rig.engine), before);
    ck_assert_int_eq(engine_files(rig.engine, find_level, levels).code, BASE_OK);
    for (int i = 0; i < 8; i++) {
        ck_assert_int_eq(levels[i], 0);
    }
    put(1, "after");
}

START_TEST(files_that_overlap_are_refused)
{
    static const char *const PATHS[] = {"/a", "/b"};
    int64_t version = 0;
    write_file("/b", 0, 101);
    write_file("/a", 100, 200);
    check_refused(PATHS, 2, BASE_INVALID, "overlap");
    check_refused(PATHS, 0, BASE_INVALID, "no file");
    write_file("/b", 0, 100);
    ck_assert_int_eq(lsm_ingest(rig.engine, PATHS, 2, false, &version, message).code, BASE_OK);
    check_ingested(NULL, 2, 200);
}
END_TEST

START_TEST(a_damaged_or_missing_file_is_refused)
{
    const char *path = "/in";
    EnvFile *file = NULL;
    check_refused(&path, 1, BASE_NOT_FOUND, "/in");
    write_file("/in", 0, 100);
    ck_assert_int_eq(env_open_file(rig.memory, "/in", ENV_OPEN_WRITE, &file).code, BASE_OK);
    ck_assert_int_eq(env_file_write_at(file, 50, "x", 1).code, BASE_OK);
    env_file_close(file);
    check_refused(&path, 1, BASE_CORRUPTION, "/in");
}
END_TEST

START_TEST(records_that_are_too_long_are_refused)
{
    const char *path = "/in";
    LsmIngestFile *file = NULL;
    BaseBuf value = BASE_BUF_INIT;
    size_t len = rig.value_max + 1;
    ck_assert_ptr_nonnull(base_buf_extend(&value, len));
    memset(value.data, 'v', len);
    ck_assert_int_eq(lsm_ingest_file_new(rig.memory, path, &file).code, BASE_OK);
    ck_assert_int_eq(
        lsm_ingest_file_put(file, BASE_SLICE_LITERAL("a"), base_buf_slice(&value), 0).code,
        BASE_OK);
    ck_assert_int_eq(lsm_ingest_file_finish(file).code, BASE_OK);
    lsm_ingest_file_free(file);
    base_buf_clear(&value);
    check_refused(&path, 1, BASE_INVALID, "longer");
}
END_TEST

/* A table of a store, or of another keyspace. */
START_TEST(other_tables_are_refused)
{
    const char *path = "/in";
    for (int i = 0; i < 3; i++) {
        static const uint8_t KEYS[][2] = {{0, 'a'}, {0, 'a'}, {1, 'a'}};
        TableBuilder *builder = NULL;
        TableSummary summary;
        TableBuilderOptions options = {.block_bytes = 4096, .id = 5, .number = i == 0 ? 7 : 0};
        FormatEntry entry = {.key = base_slice(KEYS[i], 2), .version = i == 1 ? 2 : 1};
        (void)env_unlink(rig.memory, path);
        ck_assert_int_eq(table_builder_new(rig.memory, path, &options, &builder).code, BASE_OK);
        ck_assert_int_eq(table_builder_add(builder, &entry).code, BASE_OK);
        ck_assert_int_eq(table_builder_finish(builder, &summary).code, BASE_OK);
        table_builder_free(builder);
        check_refused(&path, 1, BASE_INVALID, i == 2 ? "keyspace" : "not made");
    }
}
END_TEST

START_TEST(keys_of_a_file_ascend)
{
    LsmIngestFile *file = NULL;
    ck_assert_int_eq(lsm_ingest_file_new(rig.memory, "/in", &file).code, BASE_OK);
    ck_assert_int_eq(lsm_ingest_file_put(file, BASE_SLICE_EMPTY, BASE_SLICE_EMPTY, 0).code,
                     BASE_OK);
    ck_assert_int_eq(lsm_ingest_file_remove(file, BASE_SLICE_LITERAL("b")).code, BASE_OK);
    ck_assert_int_eq(lsm_ingest_file_remove(file, BASE_SLICE_LITERAL("b")).code, BASE_INVALID);
    ck_assert_int_eq(lsm_ingest_file_remove(file, BASE_SLICE_LITERAL("c")).code, BASE_INVALID);
    ck_assert_int_eq(lsm_ingest_file_finish(file).code, BASE_INVALID);
    lsm_ingest_file_free(file);
    ck_assert_int_eq(lsm_ingest_file_new(rig.memory, "/in", &file).code, BASE_EXISTS);
    ck_assert_int_eq(env_unlink(rig.memory, "/in").code, BASE_OK);
    ck_assert_int_eq(lsm_ingest_file_new(rig.memory, "/in", &file).code, BASE_OK);
    ck_assert_int_eq(lsm_ingest_file_finish(file).code, BASE_INVALID);
    lsm_ingest_file_free(file);
}
END_TEST

/* ---------------------------------------------------------------------------------- failures -- */

/* Puts a key that only the files have, if it is absent. Whether that was acknowledged. */
static bool
put_if_absent(int number)
{
    Text key;
    Text value;
    EngineGuard guard = {
        .keyspace = ENGINE_DATA, .key = key_of(&key, number), .checks = ENGINE_CHECK_ABSENT};
    EngineMutation mutation =
        engine_rig_put(ENGINE_DATA, guard.key, value_of(&value, number, "guarded"));
    return engine_rig_commit(rig.engine, &guard, 1, &mutation, 1).kind == ENGINE_APPLIED;
}

START_TEST(a_failure_takes_in_all_or_nothing)
{
    bool done = false;
    for (int64_t fail_at = 0; !done; fail_at++) {
        static const char *const PATHS[] = {"/a", "/b"};
        int64_t version = 0;
        teardown();
        setup();
        put(3, "before");
        write_file("/a", 0, 50);
        write_file("/b", 50, 100);
        fault_env_arm(&rig.fault, fail_at);
        done = lsm_ingest(rig.engine, PATHS, 2, false, &version, message).code == BASE_OK;
        ck_assert(done || message[0] != '\0');
        bool seen = has(NULL, 60, "file");
        ck_assert(seen == done);
        ck_assert(has(NULL, 3, done ? "file" : "before"));
        fault_env_arm(&rig.fault, FAULT_ENV_NEVER);
        bool guarded = put_if_absent(70);
        ck_assert(!done || !guarded);
        BaseRand keep = base_rand((uint64_t)fail_at);
        engine_rig_die(&rig, ENGINE_RIG_SYSTEM, &keep);
        check_files();
        engine_rig_open(&rig);
        seen = has(NULL, 60, "file");
        ck_assert(seen || !done);
        ck_assert_msg(!(seen && guarded), "a guard has missed files that came, step %d",
                      (int)fail_at);
        ck_assert(has(NULL, 3, seen ? "file" : "before"));
        if (seen) {
            check_ingested(NULL, 0, 100);
        }
        ck_assert_int_lt(fail_at, 200);
    }
}
END_TEST

/* ------------------------------------------------------------------------------------ others -- */

enum {
    COUNTERS = 12,
    FILES = 40,
    JUMP = 1000000, /* what each file adds to a counter's place in the count */
};

static atomic_bool stop;

/* Tables are read slowly, so that loads are under way and moments last. */
static EnvOps slow_ops;
static EnvFileOps slow_file_ops;
static const EnvOps *quick_ops;
static const EnvFileOps *quick_file_ops;

static BaseStatus
read_slowly(EnvFile *file, int64_t offset, void *data, size_t len, size_t *ret_len)
{
    (void)usleep(1000);
    return quick_file_ops->read_at(file, offset, data, len, ret_len);
}

static BaseStatus
open_slow_file(const Env *env, const char *path, unsigned how, EnvFile **ret_file)
{
    BaseStatus status = quick_ops->open_file(env, path, how, ret_file);
    const char *end = strrchr(path, '.');
    if (status.code == BASE_OK && end != NULL && strcmp(end, ".sst") == 0) {
        (*ret_file)->ops = &slow_file_ops;
    }
    return status;
}

static void
slow_down(void)
{
    EnvFile *file = NULL;
    quick_ops = rig.fault.env.ops;
    ck_assert_int_eq(
        env_open_file(&rig.fault.env, "/any", ENV_OPEN_WRITE | ENV_OPEN_CREATE, &file).code,
        BASE_OK);
    quick_file_ops = file->ops;
    env_file_close(file);
    slow_file_ops = *quick_file_ops;
    slow_file_ops.read_at = read_slowly;
    slow_ops = *quick_ops;
    slow_ops.open_file = open_slow_file;
    rig.fault.env.ops = &slow_ops;
}

/* Increments counters; none goes back, and each step is of one, but for the files'. */
static void *
count(void *user)
{
    int number = (int)(intptr_t)user;
    int64_t last = 0;
    BaseRand rand = base_rand((uint64_t)number);
    for (bool done = false; !done;) {
        done = atomic_load(&stop);
        (void)usleep(
            (useconds_t)base_rand_below(&rand, 15000)); /* so that some come at each moment */
        Text key;
        EngineMutation add = {.kind = ENGINE_INCREMENT,
                              .key = key_of(&key, number),
                              .delta = 1,
                              .lowest = INT64_MIN,
                              .highest = INT64_MAX};
        EngineOutcome outcome = engine_rig_commit(rig.engine, NULL, 0, &add, 1);
        ck_assert_int_eq(outcome.kind, ENGINE_APPLIED);
        int64_t now = add.result.number;
        bool jumped = now / JUMP > last / JUMP && now % JUMP == 1;
        ck_assert_msg(now == last + 1 || jumped, "%lld behind %lld", (long long)now,
                      (long long)last);
        last = now;
    }
    return (void *)(intptr_t)last;
}

static void
write_counters(int64_t value)
{
    LsmIngestFile *file = NULL;
    (void)env_unlink(rig.memory, "/in");
    ck_assert_int_eq(lsm_ingest_file_new(rig.memory, "/in", &file).code, BASE_OK);
    for (int i = 0; i < COUNTERS; i++) {
        Text key;
        uint8_t bytes[8];
        for (int k = 0; k < 8; k++) {
            bytes[k] = (uint8_t)(value >> (56 - 8 * k));
        }
        ck_assert_int_eq(lsm_ingest_file_put(file, key_of(&key, i), base_slice(bytes, 8), 0).code,
                         BASE_OK);
    }
    ck_assert_int_eq(lsm_ingest_file_finish(file).code, BASE_OK);
    lsm_ingest_file_free(file);
}

/* Nobody counts on from what was before. */
static void
check_counters(int64_t least)
{
    EngineRead read;
    ck_assert_int_eq(engine_read_begin(&read, rig.engine, NULL, 0).code, BASE_OK);
    for (int i = 0; i < COUNTERS; i++) {
        Text key;
        EngineLookup lookup;
        int64_t value = 0;
        ck_assert_int_eq(engine_get(&read, ENGINE_DATA, key_of(&key, i), &lookup).code, BASE_OK);
        ck_assert(lookup.found && lookup.record.value.len == 8);
        for (int k = 0; k < 8; k++) {
            value = value * 256 + lookup.record.value.data[k];
        }
        ck_assert_int_ge(value, least);
    }
    engine_read_end(&read);
}

/* Increments are based on what was taken in, from one moment on, for all keys alike. */
START_TEST(commits_meet_what_was_taken_in)
{
    pthread_t threads[COUNTERS];
    int64_t version = 0;
    engine_rig_close(&rig);
    ck_assert(engine_rig_set(&rig, "block_cache", 0)); /* so that keys are cold */
    ck_assert(engine_rig_set(&rig, "durability", 2));
    ck_assert(engine_rig_set(&rig, "loader_threads", 4));
    slow_down();
    engine_rig_open(&rig);
    atomic_store(&stop, false);
    for (int i = 0; i < COUNTERS; i++) {
        ck_assert_int_eq(pthread_create(&threads[i], NULL, count, (void *)(intptr_t)i), 0);
    }
    for (int i = 1; i <= FILES; i++) {
        write_counters((int64_t)i * JUMP);
        BaseStatus status = ingest_one("/in", &version);
        ck_assert_msg(status.code == BASE_OK, "%s", message);
        check_counters((int64_t)i * JUMP);
        for (int k = 0; k < 20; k++) {
            put(1000 + k, "beside");
        }
    }
    atomic_store(&stop, true);
    for (int i = 0; i < COUNTERS; i++) {
        void *last = NULL;
        ck_assert_int_eq(pthread_join(threads[i], &last), 0);
        ck_assert_int_eq((int64_t)(intptr_t)last / JUMP, FILES);
    }
    engine_rig_close(&rig);
    check_files();
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("lsm_ingest");
    TCase *cases = tcase_create("ingest");
    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_set_timeout(cases, 120);
    tcase_add_test(cases, records_come_all_at_once_at_one_version);
    tcase_add_test(cases, what_was_taken_in_is_durable);
    tcase_add_test(cases, a_linked_file_is_taken_as_it_is);
    tcase_add_test(cases, one_file_comes_again_and_again);
    tcase_add_test(cases, files_go_as_low_as_they_can);
    tcase_add_test(cases, files_that_overlap_are_refused);
    tcase_add_test(cases, a_damaged_or_missing_file_is_refused);
    tcase_add_test(cases, records_that_are_too_long_are_refused);
    tcase_add_test(cases, other_tables_are_refused);
    tcase_add_test(cases, keys_of_a_file_ascend);
    tcase_add_test(cases, a_failure_takes_in_all_or_nothing);
    tcase_add_test(cases, commits_meet_what_was_taken_in);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
