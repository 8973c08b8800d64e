/*
 * lsm_rewrite_bench.c: what flush and compaction cost: memtables and tables into new tables.
 *
 * usage: lsm_rewrite_bench [SECONDS per case] [RECORDS] [DIRECTORY]
 *
 * Entries of 116 bytes: keys of 16 digits at random, values of 100 bytes, half of them random
 * bytes. Tables of 64 MiB, blocks of 4 KiB, a filter of 10 bits, on a real file system. One line
 * per case with nanoseconds of processor time per entry that goes in, and MB of keys and values a
 * second. `flush` takes a memtable; `merge_N` as many runs of distinct keys, in turns at random;
 * `merge_old` one small run over a large one that it half shadows; `append` two runs of which one
 * lies behind the other; `zstd1` and `zstd3` merge two runs and compress.
 */
#include "engine/base/check.h"
#include "engine/base/rand.h"
#include "engine/lsm/rewrite.h"
#include "engine/lsm/tables.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum {
    KEY_LEN = 1 + 16, /* with the keyspace */
    VALUE_LEN = 100,
    RUNS_MAX = 8,
    RECORDS = 500000,
    RECORDS_SHORT = 20000, /* for a run that only proves that it works */
};

static const double DEFAULT_SECONDS = 1.0;
static const double SHORT_SECONDS = 0.2;

static char directory[] = "/tmp/lsm-rewrite-bench-XXXXXX";
static const char *place = directory;
static uint64_t record_count;
static double seconds;
static int64_t next_file;
static TableBlockCache *cache;
static uint8_t values[64 * 1024]; /* half of it random */

/* A sorted run: a table on disk. */
typedef struct Run {
    LsmTable table;
    LsmTable *list[1];
} Run;

static Run runs[RUNS_MAX];

/* ------------------------------------------------------------------------------------- tools -- */

/* Processor time of this thread: a machine that is shared disturbs it less than wall time. */
static double
now_seconds(void)
{
    struct timespec now;
    BASE_CHECK(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now) == 0);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void
must(BaseStatus status)
{
    BASE_CHECK(base_is_ok(status));
}

static BaseSlice
key_of(uint64_t number, uint8_t key[KEY_LEN + 8])
{
    key[0] = 0;
    (void)snprintf((char *)key + 1, KEY_LEN + 7, "%016" PRIu64, number);
    return base_slice(key, KEY_LEN);
}

static BaseSlice
value_of(uint64_t number)
{
    return base_slice(values + number * 37 % (sizeof values - VALUE_LEN), VALUE_LEN);
}

static void
path_of(int64_t number, char path[ENV_PATH_MAX])
{
    (void)snprintf(path, ENV_PATH_MAX, "%s/%06" PRId64 ".sst", place, number);
}

static int64_t
next_number(void *user)
{
    (void)user;
    return ++next_file;
}

static uint64_t
next_id(void *user)
{
    (void)user;
    return (uint64_t)next_file;
}

/* -------------------------------------------------------------------------------------- runs -- */

/* A memtable with every `step`th number from `first` on, `count` of them, put in at random. */
static LsmMemtable *
fill(uint64_t first, uint64_t step, uint64_t count, int64_t version)
{
    LsmMemtable *memtable = NULL;
    must(lsm_memtable_new(count * 256 + (1 << 20), &memtable));
    uint64_t stride = 0x9E3779B1 | 1;
    while (count % stride == 0) {
        stride += 2;
    }
    for (uint64_t i = 0; i < count; i++) {
        uint8_t key[KEY_LEN + 8];
        uint64_t number = first + step * (i * stride % count);
        BaseSlice stored = key_of(number, key);
        LsmEntry entry = {.key = stored,
                          .hash = lsm_key_index_hash(stored),
                          .kind = LSM_RECORD_PUT,
                          .value = value_of(number),
                          .version = version + (int64_t)i};
        must(lsm_memtable_reserve(memtable, 1));
        LsmBuilt built = lsm_memtable_build(memtable, &entry);
        lsm_memtable_link(memtable, &built);
    }
    return memtable;
}

static void
rewrite(LsmSource *sources, size_t count, int zstd_level, LsmRewrite *ret_rewrite)
{
    LsmMerge merge;
    lsm_merge_init(&merge, sources, count);
    LsmRewriteArgs args = {.env = env_posix(),
                           .directory = place,
                           .merge = &merge,
                           .retention = {.time_ms = 1},
                           .output_level = LSM_LEVELS - 1,
                           .table_bytes = 64 << 20,
                           .table = {.block_bytes = TABLE_BLOCK_BYTES,
                                     .filter_bits = 10,
                                     .pack = zstd_level != 0,
                                     .zstd_level = zstd_level},
                           .next_number = next_number,
                           .next_id = next_id};
    must(lsm_rewrite_run(&args, ret_rewrite));
}

static void
remove_tables(LsmRewrite *made)
{
    for (size_t i = 0; i < made->count; i++) {
        char path[ENV_PATH_MAX];
        path_of(made->tables[i].number, path);
        must(env_unlink(env_posix(), path));
    }
    lsm_rewrite_clear(made);
}

/* Makes run `index`: a table with the given numbers. */
static void
make_run(size_t index, uint64_t first, uint64_t step, uint64_t count, int64_t version)
{
    LsmSource source;
    LsmRewrite made;
    char path[ENV_PATH_MAX];
    Table *table = NULL;
    LsmMemtable *memtable = fill(first, step, count, version);
    lsm_source_init_flush(&source, memtable);
    rewrite(&source, 1, 0, &made);
    BASE_CHECK(made.count == 1);
    path_of(made.tables[0].number, path);
    TableOptions options = {.env = env_posix(), .path = path, .cache = cache};
    must(table_open(&options, &table));
    runs[index].table.info = (FormatTable){.number = made.tables[0].number};
    runs[index].table.reader = table;
    runs[index].list[0] = &runs[index].table;
    lsm_source_clear(&source);
    lsm_memtable_free(memtable);
    lsm_rewrite_clear(&made);
}

static void
clear_runs(size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char path[ENV_PATH_MAX];
        table_free(runs[i].table.reader);
        path_of(runs[i].table.info.number, path);
        must(env_unlink(env_posix(), path));
    }
}

/* ------------------------------------------------------------------------------------- cases -- */

static void
report(const char *name, uint64_t entries, double spent)
{
    double bytes = (double)entries * (KEY_LEN - 1 + VALUE_LEN);
    (void)printf("%-10s %9.1f ns/entry %9.1f MB/s\n", name, spent * 1e9 / (double)entries,
                 bytes / spent / 1e6);
}

/* Rewrites what init() has opened, again and again. */
static void
bench(const char *name, void (*init)(LsmSource *sources, void *user), void *user, size_t count,
      int zstd_level)
{
    uint64_t entries = 0;
    double spent = 0;
    do {
        LsmSource sources[RUNS_MAX];
        LsmRewrite made;
        init(sources, user);
        double begun = now_seconds();
        rewrite(sources, count, zstd_level, &made);
        spent += now_seconds() - begun;
        entries += (uint64_t)made.counts.entries_in;
        for (size_t i = 0; i < count; i++) {
            lsm_source_clear(&sources[i]);
        }
        remove_tables(&made);
    } while (spent < seconds);
    report(name, entries, spent);
}

static void
open_memtable(LsmSource *sources, void *user)
{
    lsm_source_init_flush(&sources[0], user);
}

static void
bench_flush(void)
{
    LsmMemtable *memtable = fill(0, 1, record_count, 1);
    bench("flush", open_memtable, memtable, 1, 0);
    lsm_memtable_free(memtable);
}

static void
open_runs(LsmSource *sources, void *user)
{
    const size_t *count = user;
    for (size_t i = 0; i < *count; i++) {
        lsm_source_init_tables(&sources[i], runs[i].list, 1, TABLE_CACHE_PASS);
    }
}

/* Runs of numbers that differ by `count`: every entry may come from another one. */
static void
bench_merge(const char *name, size_t count, int zstd_level)
{
    for (size_t i = 0; i < count; i++) {
        make_run(i, i, count, record_count / count, 1);
    }
    bench(name, open_runs, &count, count, zstd_level);
    clear_runs(count);
}

static void
bench_merge_old(void)
{
    size_t count = 2;
    make_run(0, 0, 10, record_count / 10, 1);
    make_run(1, 0, 1, record_count, INT32_MAX);
    bench("merge_old", open_runs, &count, count, 0);
    clear_runs(count);
}

static void
bench_append(void)
{
    size_t count = 2;
    make_run(0, 0, 1, record_count / 2, 1);
    make_run(1, record_count / 2, 1, record_count / 2, 1);
    bench("append", open_runs, &count, count, 0);
    clear_runs(count);
}

int
main(int argc, char **argv)
{
    seconds = argc > 1 ? strtod(argv[1], NULL) : DEFAULT_SECONDS;
    record_count = seconds < SHORT_SECONDS ? RECORDS_SHORT : RECORDS;
    record_count = argc > 2 ? strtoull(argv[2], NULL, 10) : record_count;
    BaseRand rand = base_rand(1);
    for (size_t i = 0; i < sizeof values; i++) {
        values[i] = i / 50 % 2 == 0 ? (uint8_t)base_rand_next(&rand) : 'v';
    }
    place = argc > 3 ? argv[3] : mkdtemp(directory);
    cache = table_block_cache_new(1 << 20);
    BASE_CHECK(place != NULL && cache != NULL);
    bench_flush();
    bench_merge("merge_2", 2, 0);
    bench_merge("merge_4", 4, 0);
    bench_merge("merge_8", 8, 0);
    bench_merge_old();
    bench_append();
    bench_merge("zstd1", 2, 1);
    bench_merge("zstd3", 2, 3);
    table_block_cache_free(cache);
    return argc > 3 ? 0 : rmdir(directory);
}
