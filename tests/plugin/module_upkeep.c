/*
 * module_upkeep.c: what an engine in a module does beside reads and writes.
 *
 * usage: module_upkeep CLASS
 *
 *     expired records are removed by ticks, in both keyspaces, and nothing else is
 *     a checkpoint leaves a directory that is somebody's as it was
 *     what is interrupted ends, and what comes later does not begin
 *     statistics of a store that is larger than what is walked for them are about right
 *     flushes and compactions are counted (where there are any)
 *     a walk, either way, shows nothing behind a block that cannot be read, and says so (where
 *     there are checksums)
 */
#include "tests/support/engine_rig.h"

#include "engine/base/check.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { RECORDS = 3000, LIFE_MS = 5000, MANY = 45000, PER_COMMIT = 1000 };

static BaseSlice
key_of(char text[16], int i)
{
    (void)snprintf(text, 16, "key%06d", i);
    return base_slice_text(text);
}

static void
put_expiring(EngineRig *rig, EngineKeyspace keyspace, int i, int64_t after_ms)
{
    char text[16];
    EngineMutation put = engine_rig_put(keyspace, key_of(text, i), BASE_SLICE_LITERAL("value"));
    put.expiry = after_ms == 0 ? ENGINE_EXPIRES_NEVER : ENGINE_EXPIRES_AFTER;
    put.expiry_ms = after_ms;
    (void)engine_rig_apply(rig->engine, put);
}

/* Ticks until so many records were reclaimed. A test that hangs here has failed. */
static void
tick_until_reclaimed(EngineRig *rig, int64_t count)
{
    const struct timespec pause = {.tv_nsec = 1000000};
    while (engine_rig_figure(rig->engine, "expired_reclaimed") < count) {
        engine_tick(rig->engine);
        (void)nanosleep(&pause, NULL);
    }
}

/* Entries of a keyspace that a walk comes across, expired ones included; the live ones too. */
static int64_t
count(EngineRig *rig, EngineKeyspace keyspace, int64_t *ret_live)
{
    const EngineIteratorOptions options = {.keyspace = keyspace, .range.unbounded = true};
    EngineIterator *iterator = NULL;
    BASE_CHECK(base_is_ok(engine_iterator_new(rig->engine, NULL, &options, &iterator)));
    *ret_live = 0;
    for (engine_iterator_seek(iterator, NULL); iterator->valid; engine_iterator_next(iterator)) {
        ++*ret_live;
    }
    BASE_CHECK(base_is_ok(iterator->status));
    int64_t examined = iterator->stats.examined;
    engine_iterator_free(iterator);
    return examined;
}

static void
check_sweep(EngineRig *rig)
{
    for (int i = 0; i < RECORDS; i++) {
        put_expiring(rig, ENGINE_DATA, i, i % 3 == 0 ? 0 : i % 3 * (int64_t)LIFE_MS);
    }
    put_expiring(rig, ENGINE_SYSTEM, 1, LIFE_MS);
    put_expiring(rig, ENGINE_SYSTEM, 2, 0);
    int64_t version = engine_rig_version(rig->engine);
    int64_t live = 0;
    base_fake_clock_advance_ms(&rig->fake, LIFE_MS);
    BASE_CHECK(count(rig, ENGINE_DATA, &live) == RECORDS && live == RECORDS / 3 * 2);
    tick_until_reclaimed(rig, RECORDS / 3 + 1);
    BASE_CHECK(count(rig, ENGINE_DATA, &live) == live && live == RECORDS / 3 * 2);
    BASE_CHECK(count(rig, ENGINE_SYSTEM, &live) == 1 && live == 1);
    /* What is put behind a pass is found by the next one; a snapshot keeps what it sees. */
    EngineSnapshot *snapshot = NULL;
    BASE_CHECK(base_is_ok(engine_snapshot_new(rig->engine, &snapshot)));
    base_fake_clock_advance_ms(&rig->fake, LIFE_MS);
    tick_until_reclaimed(rig, RECORDS / 3 * 2 + 1);
    BASE_CHECK(count(rig, ENGINE_DATA, &live) == live && live == RECORDS / 3);
    BASE_CHECK(engine_rig_has(rig->engine, snapshot, ENGINE_DATA, BASE_SLICE_LITERAL("key000002"),
                              BASE_SLICE_LITERAL("value")));
    engine_snapshot_free(snapshot);
    BASE_CHECK(engine_rig_version(rig->engine) == version);
    engine_rig_reopen(rig);
    BASE_CHECK(count(rig, ENGINE_DATA, &live) == live && live == RECORDS / 3);
}

static void
check_stranger(EngineRig *rig)
{
    char directory[ENV_PATH_MAX];
    char path[ENV_PATH_MAX + 16];
    (void)snprintf(directory, sizeof directory, "%s/somebody", rig->home);
    BASE_CHECK(mkdir(directory, 0700) == 0);
    (void)snprintf(path, sizeof path, "%s/letter", directory);
    FILE *letter = fopen(path, "w");
    BASE_CHECK(letter != NULL && fclose(letter) == 0);
    BASE_CHECK(engine_checkpoint(rig->engine, directory).code == BASE_EXISTS);
    BASE_CHECK(access(path, F_OK) == 0 && unlink(path) == 0);
    BASE_CHECK(rmdir(directory) == 0); /* nothing else is there */
}

static void
put_many(EngineRig *rig)
{
    static EngineMutation mutations[PER_COMMIT];
    static char keys[PER_COMMIT][16];
    for (int i = 0; i < MANY; i++) {
        int at = i % PER_COMMIT;
        mutations[at] = engine_rig_put(ENGINE_DATA, key_of(keys[at], i), BASE_SLICE_LITERAL("vv"));
        if (at + 1 == PER_COMMIT) {
            BASE_CHECK(engine_rig_commit(rig->engine, NULL, 0, mutations, PER_COMMIT).kind ==
                       ENGINE_APPLIED);
        }
    }
}

static void
check_statistics(EngineRig *rig)
{
    EngineStats stats;
    put_many(rig);
    /* What is in a memtable, RocksDB tells by a few steps in a skip list: off by twice and more. */
    BASE_CHECK(base_is_ok(engine_flush(rig->engine)));
    engine_stats(rig->engine, &stats);
    BASE_CHECK(stats.keys > MANY / 2 && stats.keys < MANY * 2);
    BASE_CHECK(stats.data_bytes > MANY * 11 / 2 && stats.data_bytes < MANY * 22);
}

static bool
count_split(void *user, BaseSlice key)
{
    (void)key;
    ++*(int *)user;
    return true;
}

static void
check_interrupt(EngineRig *rig)
{
    const EngineRange all = {.unbounded = true};
    const EngineOps *ops = rig->engine->ops;
    char directory[ENV_PATH_MAX];
    EngineRangeEstimate estimate;
    int splits = 0;
    (void)snprintf(directory, sizeof directory, "%s/copy", rig->home);
    if (ops->compact != NULL) {
        BASE_CHECK(base_is_ok(engine_compact(rig->engine, &all)));
    }
    if (ops->checkpoint != NULL) {
        BASE_CHECK(base_is_ok(engine_checkpoint(rig->engine, directory)));
    }
    (void)snprintf(directory, sizeof directory, "%s/later", rig->home);
    engine_interrupt(rig->engine);
    BASE_CHECK(engine_flush(rig->engine).code == BASE_CLOSED);
    BASE_CHECK(engine_verify(rig->engine).code == BASE_CLOSED);
    BASE_CHECK(ops->compact == NULL || engine_compact(rig->engine, &all).code == BASE_CLOSED);
    BASE_CHECK(ops->checkpoint == NULL ||
               engine_checkpoint(rig->engine, directory).code == BASE_CLOSED);
    BASE_CHECK(access(directory, F_OK) != 0);
    BASE_CHECK(engine_range_estimate(rig->engine, &all, &estimate).code == BASE_CLOSED);
    BASE_CHECK(engine_range_split(rig->engine, &all, 1000, count_split, &splits).code ==
               BASE_CLOSED);
    put_expiring(rig, ENGINE_DATA, 0, 0); /* commits and reads go on until it is closed */
}

/* Spoils a byte in the middle of each table of the store; how many. */
static int
spoil_tables(const EngineRig *rig)
{
    char path[ENV_PATH_MAX + 300];
    int spoiled = 0;
    (void)snprintf(path, sizeof path, "%s/db", rig->directory);
    DIR *directory = opendir(path);
    BASE_CHECK(directory != NULL);
    for (const struct dirent *entry = readdir(directory); entry != NULL;
         entry = readdir(directory)) {
        const char *dot = strrchr(entry->d_name, '.');
        if (dot == NULL || (strcmp(dot, ".ldb") != 0 && strcmp(dot, ".sst") != 0)) {
            continue;
        }
        (void)snprintf(path, sizeof path, "%s/db/%s", rig->directory, entry->d_name);
        FILE *file = fopen(path, "r+");
        BASE_CHECK(file != NULL && fseek(file, 0, SEEK_END) == 0);
        BASE_CHECK(fseek(file, ftell(file) / 2, SEEK_SET) == 0);
        int byte = fgetc(file);
        BASE_CHECK(fseek(file, -1, SEEK_CUR) == 0 && fputc(byte ^ 0x55, file) != EOF);
        BASE_CHECK(fclose(file) == 0);
        spoiled++;
    }
    (void)closedir(directory);
    return spoiled;
}

static void
check_gap(EngineRig *rig)
{
    const EngineRange all = {.unbounded = true};
    char text[16];
    put_many(rig);
    BASE_CHECK(base_is_ok(engine_flush(rig->engine)));
    BASE_CHECK(base_is_ok(engine_compact(rig->engine, &all)));
    BASE_CHECK(engine_rig_figure(rig->engine, "flushes") > 0);
    BASE_CHECK(engine_rig_figure(rig->engine, "compactions") > 0);
    engine_rig_close(rig);
    BASE_CHECK(spoil_tables(rig) > 0);
    engine_rig_open(rig);
    const EngineIteratorOptions options = {.keyspace = ENGINE_DATA, .range = all};
    EngineIterator *iterator = NULL;
    BASE_CHECK(base_is_ok(engine_iterator_new(rig->engine, NULL, &options, &iterator)));
    int at = 0;
    for (engine_iterator_seek(iterator, NULL); iterator->valid; engine_iterator_next(iterator)) {
        BASE_CHECK(base_slice_equal(iterator->key, key_of(text, at++)));
    }
    BASE_CHECK(at > 0 && at < MANY && iterator->status.code == BASE_CORRUPTION);
    engine_iterator_free(iterator);
    BASE_CHECK(base_is_ok(engine_iterator_new(rig->engine, NULL, &options, &iterator)));
    for (at = MANY, engine_iterator_seek_before(iterator, NULL); iterator->valid;
         engine_iterator_prev(iterator)) {
        BASE_CHECK(base_slice_equal(iterator->key, key_of(text, --at)));
    }
    BASE_CHECK(at > 0 && at < MANY && iterator->status.code == BASE_CORRUPTION);
    engine_iterator_free(iterator);
}

int
main(int argc, char **argv)
{
    char why[512];
    const EngineClass *engine_class = NULL;
    if (argc != 2 || !base_is_ok(engine_class_load(argv[1], NULL, why, &engine_class))) {
        (void)fprintf(stderr, "usage: module_upkeep CLASS: %s\n", argc == 2 ? why : "");
        return EXIT_FAILURE;
    }
    EngineRig rig;
    engine_rig_init(&rig, engine_class, engine_rig_files(engine_class));
    BASE_CHECK(engine_rig_set(&rig, "durability", 2));
    engine_rig_open(&rig);
    check_sweep(&rig);
    if (rig.engine->ops->checkpoint != NULL) {
        check_stranger(&rig);
    }
    check_statistics(&rig);
    check_interrupt(&rig);
    engine_rig_reopen(&rig);
    if (rig.engine->ops->compact != NULL) {
        check_gap(&rig);
    }
    engine_rig_clear(&rig);
    return EXIT_SUCCESS;
}
