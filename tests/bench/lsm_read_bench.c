/*
 * lsm_read_bench.c: what reads of a view cost: gets, seeks, scans, through engine/lsm.
 *
 * usage: lsm_read_bench [SECONDS per case] [RECORDS] [SHAPE] [CASE]
 *
 * Keys of 16 bytes (a number in binary and zeros), values of 100 bytes, blocks of 4 KiB, filters of
 * 10 bits, a cache that holds everything. Two shapes of a view: `flat` has all records in tables of
 * the last level, as after a compaction; `tall` has a tenth of them once more in the level above,
 * and three runs of level 0 and a memtable with an eightieth each, as random writes leave a store.
 * `holed` is `tall` with a thousand removed ranges, of a key that nobody asks for each, in the
 * memtable. One line per case with nanoseconds of processor time per operation.
 */
#include "engine/base/check.h"
#include "engine/base/rand.h"
#include "engine/format/key.h"
#include "engine/lsm/get.h"
#include "engine/lsm/iterator.h"
#include "engine/lsm/stored.h"
#include "engine/lsm/tables.h"
#include "engine/table/builder.h"

#include <endian.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum {
    KEY_LEN = 16, /* of a user */
    VALUE_LEN = 100,
    OPS_PER_LOOK = 256, /* at the clock */
    RECORDS = 5000000,
    RECORDS_SHORT = 20000, /* for a run that only proves that it works */
    TABLE_BYTES = 64 << 20,
    SCAN_STEPS = 50,
    MULTI_KEYS = 32,
    HOLES = 1000,
    RUNS = 3,
    PATH_BYTES = 96,
};

static const double DEFAULT_SECONDS = 1.0;
static const double SHORT_SECONDS = 0.2;

typedef enum Shape { SHAPE_FLAT, SHAPE_TALL, SHAPE_HOLED, SHAPE_COUNT } Shape;

static const char *const shape_names[] = {"flat", "tall", "holed"};

static char directory[] = "/tmp/lsm-read-bench-XXXXXX";
static uint64_t record_count;
static double seconds;
static const char *only_case;
static Shape shape;
static TableBlockCache *cache;
static LsmTables *tables;
static LsmLevels *levels;
static LsmView *view;
static LsmReadCounters counters;
static int64_t next_number;
static int64_t last_version;
static uint8_t values[64 * 1024];
static EngineIterator *iterator;

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
    if (!base_is_ok(status)) {
        (void)fprintf(stderr, "lsm_read_bench: %s\n", status.what);
        abort();
    }
}

/* The key of a number, as users have it. */
static BaseSlice
key_of(uint64_t number, uint8_t key[KEY_LEN + 1])
{
    uint64_t word = htobe64(number);
    memset(key, '0', KEY_LEN + 1);
    memcpy(key, &word, sizeof word);
    return base_slice(key, KEY_LEN);
}

static BaseSlice
value_of(uint64_t number)
{
    return base_slice(values + number * 37 % (sizeof values - VALUE_LEN), VALUE_LEN);
}

/* Whether a record is in one of the sources that hold about one of `share` records. */
static bool
is_chosen(uint64_t number, uint64_t source, uint64_t share)
{
    uint64_t mixed =
        (number + source * UINT64_C(0x9e3779b97f4a7c15)) * UINT64_C(0xff51afd7ed558ccd);
    return (mixed >> 20) % share == 0;
}

/* ---------------------------------------------------------------------------------- building -- */

static void
path_of(int64_t number, char path[PATH_BYTES])
{
    (void)snprintf(path, PATH_BYTES, "%s/%06" PRId64 ".sst", directory, number);
}

static TableBuilder *
begin_table(int64_t *ret_number)
{
    char path[PATH_BYTES];
    *ret_number = ++next_number;
    TableBuilderOptions options = {
        .block_bytes = TABLE_BLOCK_BYTES, .filter_bits = 10, .id = (uint64_t)*ret_number};
    TableBuilder *builder = NULL;
    path_of(*ret_number, path);
    must(table_builder_new(env_posix(), path, &options, &builder));
    return builder;
}

/* Completes a table and adds it to the levels. */
static void
end_table(TableBuilder *builder, int level, int64_t number)
{
    TableSummary summary;
    char message[256];
    BaseBuf edits = BASE_BUF_INIT;
    LsmLevels *after = NULL;
    must(table_builder_finish(builder, &summary));
    FormatEdit next = {.tag = FORMAT_EDIT_NEXT_FILE, .number = number + 1};
    FormatEdit last = {.tag = FORMAT_EDIT_LAST};
    last.last.version = last_version;
    FormatEdit add = {.tag = FORMAT_EDIT_ADD_TABLE};
    add.add_table = (FormatTable){.level = level,
                                  .number = number,
                                  .id = summary.id,
                                  .size = (int64_t)summary.size,
                                  .order = level == 0 ? number : 0,
                                  .smallest = summary.properties.smallest,
                                  .largest = summary.properties.largest,
                                  .version_min = summary.properties.version_min,
                                  .version_max = summary.properties.version_max,
                                  .entries = summary.properties.entries,
                                  .key_bytes = summary.properties.key_bytes,
                                  .value_bytes = summary.properties.value_bytes};
    BASE_CHECK(format_manifest_edit_encode(&edits, &next));
    BASE_CHECK(format_manifest_edit_encode(&edits, &last));
    BASE_CHECK(format_manifest_edit_encode(&edits, &add));
    must(lsm_levels_apply(levels, base_buf_slice(&edits), message, &after));
    lsm_levels_unref(levels);
    levels = after;
    table_builder_free(builder);
    base_buf_clear(&edits);
}

/* Writes one of `share` records into tables of a level. */
static void
build_run(int level, uint64_t source, uint64_t share)
{
    TableBuilder *builder = NULL;
    int64_t number = 0;
    last_version++;
    for (uint64_t i = 0; i < record_count; i++) {
        LsmStored stored;
        uint8_t key[KEY_LEN + 1];
        if (share != 1 && !is_chosen(i, source, share)) {
            continue;
        }
        builder = builder == NULL ? begin_table(&number) : builder;
        must(lsm_stored_init(&stored, ENGINE_DATA, key_of(i, key)));
        FormatEntry entry = {.key = stored.key, .value = value_of(i), .version = last_version};
        must(table_builder_add(builder, &entry));
        if (table_builder_size(builder) >= TABLE_BYTES) {
            end_table(builder, level, number);
            builder = NULL;
        }
    }
    if (builder != NULL) {
        end_table(builder, level, number);
    }
}

static void
fill_generation(LsmGeneration *generation, uint64_t share)
{
    for (uint64_t i = 0; i < record_count; i++) {
        uint64_t number = i * 7919 % record_count; /* in no order */
        LsmStored stored;
        uint8_t key[KEY_LEN + 1];
        if (!is_chosen(number, 9, share)) {
            continue;
        }
        must(lsm_stored_init(&stored, ENGINE_DATA, key_of(number, key)));
        LsmEntry entry = {.key = stored.key,
                          .hash = lsm_key_index_hash(stored.key),
                          .value = value_of(number),
                          .version = ++last_version};
        must(lsm_memtable_reserve(generation->memtable, 1));
        LsmBuilt built = lsm_memtable_build(generation->memtable, &entry);
        lsm_memtable_link(generation->memtable, &built);
    }
}

/* Removes ranges between the records. */
static void
make_holes(LsmGeneration *generation)
{
    for (uint64_t i = 0; i < HOLES; i++) {
        LsmStored start;
        LsmStored stop;
        uint8_t key[KEY_LEN + 1];
        BaseSlice low = key_of(i * (record_count / HOLES), key);
        key[KEY_LEN] = '1';
        must(lsm_stored_init(&start, ENGINE_DATA, base_slice(low.data, KEY_LEN + 1)));
        key[KEY_LEN] = '2';
        must(lsm_stored_init(&stop, ENGINE_DATA, base_slice(low.data, KEY_LEN + 1)));
        FormatRange range = {start.key, stop.key, ++last_version};
        LsmRangeBuilt built;
        must(lsm_range_set_build(&range, &built));
        lsm_range_set_add(&generation->ranges, built);
    }
}

static void
open_view(void)
{
    LsmTablesArgs args = {.env = env_posix(), .directory = directory, .cache = cache};
    LsmGeneration *generation = NULL;
    char message[384];
    must(lsm_tables_new(&args, &tables));
    must(lsm_levels_new(lsm_tables_owner(tables), &levels));
    build_run(LSM_LEVELS - 1, 0, 1);
    must(lsm_generation_new(64 << 20, NULL, &generation));
    if (shape != SHAPE_FLAT) {
        build_run(LSM_LEVELS - 2, 1, 10);
        for (uint64_t run = 0; run < RUNS; run++) {
            build_run(0, 2 + run, 80);
        }
        fill_generation(generation, 80);
    }
    if (shape == SHAPE_HOLED) {
        make_holes(generation);
    }
    generation->version_highest = shape == SHAPE_FLAT ? 0 : last_version;
    must(lsm_tables_open(tables, levels, message));
    must(lsm_view_new(levels, &generation, 1, &view));
    lsm_generation_unref(generation);
}

static void
close_view(void)
{
    lsm_view_unref(view);
    lsm_levels_unref(levels);
    lsm_tables_free(tables);
    for (; next_number > 0; next_number--) {
        char path[PATH_BYTES];
        path_of(next_number, path);
        must(env_unlink(env_posix(), path));
    }
}

static EngineIterator *
open_iterator(void)
{
    EngineIteratorOptions options = {.range.unbounded = true};
    LsmIteratorArgs args = {.view = lsm_view_ref(view),
                            .version = last_version,
                            .options = &options,
                            .counters = &counters};
    EngineIterator *opened = NULL;
    must(lsm_iterator_new(&args, &opened));
    return opened;
}

/* ------------------------------------------------------------------------------------- cases -- */

/* Does about OPS_PER_LOOK operations and returns how many. */
typedef uint64_t CaseRun(BaseRand *rand);

static uint64_t consumed; /* so that nothing is left out */

static void
get(uint64_t number, bool missing)
{
    LsmPoint point = {view, last_version};
    LsmStored stored;
    LsmFound found;
    uint8_t key[KEY_LEN + 1];
    BASE_CHECK(base_epoch_enter());
    BaseSlice plain = key_of(number, key);
    must(lsm_stored_init(&stored, ENGINE_DATA, base_slice(plain.data, plain.len + missing)));
    must(lsm_get(&point, &counters, stored.key, 0, &found));
    BASE_CHECK((found.kind == LSM_FOUND_VALUE) == !missing);
    consumed += missing ? 1 : found.value.data[0];
    lsm_stored_clear(&stored);
    base_epoch_exit();
}

static uint64_t
run_get(BaseRand *rand)
{
    for (int i = 0; i < OPS_PER_LOOK; i++) {
        get(base_rand_below(rand, record_count), false);
    }
    return OPS_PER_LOOK;
}

static uint64_t
run_get_missing(BaseRand *rand)
{
    for (int i = 0; i < OPS_PER_LOOK; i++) {
        get(base_rand_below(rand, record_count), true);
    }
    return OPS_PER_LOOK;
}

static uint64_t
run_multi_get(BaseRand *rand)
{
    LsmPoint point = {view, last_version};
    LsmStored stored[MULTI_KEYS];
    BaseSlice keys[MULTI_KEYS];
    LsmFound found[MULTI_KEYS];
    for (int i = 0; i < OPS_PER_LOOK; i += MULTI_KEYS) {
        for (int j = 0; j < MULTI_KEYS; j++) {
            uint8_t key[KEY_LEN + 1];
            must(lsm_stored_init(&stored[j], ENGINE_DATA,
                                 key_of(base_rand_below(rand, record_count), key)));
            keys[j] = stored[j].key;
        }
        BASE_CHECK(base_epoch_enter());
        must(lsm_multi_get(&point, &counters, keys, MULTI_KEYS, 0, found));
        for (int j = 0; j < MULTI_KEYS; j++) {
            BASE_CHECK(found[j].kind == LSM_FOUND_VALUE);
            consumed += found[j].value.data[0];
        }
        base_epoch_exit();
    }
    return OPS_PER_LOOK;
}

static void
seek(EngineIterator *any, BaseRand *rand)
{
    uint8_t key[KEY_LEN + 1];
    BaseSlice wanted = key_of(base_rand_below(rand, record_count), key);
    lsm_iterator_seek(any, &wanted);
    BASE_CHECK(any->valid);
    consumed += any->record.value.data[0];
}

static uint64_t
run_open(BaseRand *rand)
{
    (void)rand;
    for (int i = 0; i < OPS_PER_LOOK; i++) {
        EngineIterator *opened = open_iterator();
        consumed += opened->valid + 1;
        lsm_iterator_free(opened);
    }
    return OPS_PER_LOOK;
}

static uint64_t
run_seek(BaseRand *rand)
{
    for (int i = 0; i < OPS_PER_LOOK; i++) {
        seek(iterator, rand);
    }
    return OPS_PER_LOOK;
}

static uint64_t
run_open_seek(BaseRand *rand)
{
    for (int i = 0; i < OPS_PER_LOOK; i++) {
        EngineIterator *opened = open_iterator();
        seek(opened, rand);
        lsm_iterator_free(opened);
    }
    return OPS_PER_LOOK;
}

static uint64_t
run_seek_before(BaseRand *rand)
{
    for (int i = 0; i < OPS_PER_LOOK; i++) {
        uint8_t key[KEY_LEN + 1];
        BaseSlice wanted = key_of(1 + base_rand_below(rand, record_count - 1), key);
        lsm_iterator_seek_before(iterator, &wanted);
        BASE_CHECK(iterator->valid);
        consumed += iterator->record.value.data[0];
    }
    return OPS_PER_LOOK;
}

static uint64_t
run_seek_scan(BaseRand *rand)
{
    for (int i = 0; i < OPS_PER_LOOK; i++) {
        EngineIterator *opened = open_iterator();
        seek(opened, rand);
        for (int j = 0; j < SCAN_STEPS && opened->valid; j++) {
            consumed += opened->record.value.data[0];
            lsm_iterator_next(opened);
        }
        lsm_iterator_free(opened);
    }
    return OPS_PER_LOOK;
}

static uint64_t
run_walk(BaseRand *rand, void (*move)(EngineIterator *))
{
    seek(iterator, rand);
    uint64_t steps = 0;
    for (; iterator->valid && steps < 100000; steps++) {
        consumed += iterator->record.value.data[0];
        move(iterator);
    }
    return steps;
}

static uint64_t
run_next(BaseRand *rand)
{
    return run_walk(rand, lsm_iterator_next);
}

static uint64_t
run_prev(BaseRand *rand)
{
    return run_walk(rand, lsm_iterator_prev);
}

static void
bench(const char *name, CaseRun *run)
{
    if (only_case != NULL && strcmp(only_case, name) != 0) {
        return;
    }
    BaseRand rand = base_rand(1);
    uint64_t ops = 0;
    double start = now_seconds();
    double spent = 0;
    do {
        ops += run(&rand);
        spent = now_seconds() - start;
    } while (spent < seconds);
    (void)printf("%-6s %-14s %9.1f ns/op\n", shape_names[shape], name, spent * 1e9 / (double)ops);
    (void)fflush(stdout);
}

static void
bench_shape(void)
{
    open_view();
    iterator = open_iterator();
    for (lsm_iterator_seek(iterator, NULL); iterator->valid; lsm_iterator_next(iterator)) {
        consumed++;
    }
    bench("get", run_get);
    bench("get_missing", run_get_missing);
    bench("multi_get", run_multi_get);
    bench("open", run_open);
    bench("seek", run_seek);
    bench("open_seek", run_open_seek);
    bench("seek_before", run_seek_before);
    bench("seek_50_next", run_seek_scan);
    bench("next", run_next);
    bench("prev", run_prev);
    lsm_iterator_free(iterator);
    close_view();
}

int
main(int argc, char **argv)
{
    seconds = argc > 1 ? strtod(argv[1], NULL) : DEFAULT_SECONDS;
    record_count = seconds < SHORT_SECONDS ? RECORDS_SHORT : RECORDS;
    if (argc > 2 && strtoull(argv[2], NULL, 10) > HOLES) {
        record_count = strtoull(argv[2], NULL, 10);
    }
    only_case = argc > 4 ? argv[4] : NULL;
    BaseRand rand = base_rand(7);
    for (size_t i = 0; i < sizeof values; i++) {
        values[i] = i % 100 < 50 ? (uint8_t)base_rand_next(&rand) : (uint8_t)'v';
    }
    cache = table_block_cache_new(SIZE_MAX / 2);
    BASE_CHECK(cache != NULL && mkdtemp(directory) != NULL);
    for (shape = SHAPE_FLAT; shape < SHAPE_COUNT; shape++) {
        if (argc <= 3 || strcmp(argv[3], shape_names[shape]) == 0) {
            bench_shape();
        }
    }
    table_block_cache_free(cache);
    BASE_CHECK(rmdir(directory) == 0);
    return consumed == 0;
}
