/*
 * table_bench.c: what tables cost: building, point reads, seeks, scans, through engine/table.
 *
 * usage: table_bench [SECONDS per case] [RECORDS]
 *
 * Keys of 16 bytes in three shapes (numbers in binary, in 16 digits, and as "user" with digits),
 * values of 100 bytes, blocks of 4 KiB, a filter of 10 bits, a cache that holds all but in the case
 * `get_cold`. One line per case with nanoseconds of processor time per operation; `build` also in
 * MB of keys and values a second. Half of the numbers are in the table; misses ask for the others.
 */
#include "engine/base/check.h"
#include "engine/base/rand.h"
#include "engine/table/builder.h"
#include "engine/table/iterator.h"
#include "engine/table/table.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum {
    KEY_LEN = 1 + 16, /* with the keyspace */
    VALUE_LEN = 100,
    OPS_PER_LOOK = 256, /* at the clock */
    RECORDS = 500000,
    RECORDS_SHORT = 20000, /* for a run that only proves that it works */
    SCAN_STEPS = 50,
    MULTI_KEYS = 16,
};

static const double DEFAULT_SECONDS = 1.0;
static const double SHORT_SECONDS = 0.2;

typedef enum KeyShape {
    SHAPE_BINARY,
    SHAPE_DIGITS,
    SHAPE_USER,
    SHAPE_COUNT,
} KeyShape;

static const char *const shape_names[] = {"binary", "digits", "user"};

static char directory[] = "/tmp/table-bench-XXXXXX";
static char path[64];
static uint64_t record_count;
static double seconds;
static KeyShape shape;
static Table *table;
static TableBlockCache *cache;
static TableIterator iterator;
static uint8_t values[64 * 1024]; /* half of it random */

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

/* The key of a number, in this run's shape. Even numbers are in the table. */
static BaseSlice
key_of(uint64_t number, uint8_t key[KEY_LEN + 8])
{
    key[0] = 0;
    if (shape == SHAPE_BINARY) {
        uint64_t word = htobe64(number);
        memset(key + 1, '0', 16);
        memcpy(key + 1, &word, sizeof word);
    } else {
        (void)snprintf((char *)key + 1, KEY_LEN + 7,
                       shape == SHAPE_DIGITS ? "%016" PRIu64 : "user%012" PRIu64, number);
    }
    return base_slice(key, KEY_LEN);
}

static BaseSlice
value_of(uint64_t number)
{
    return base_slice(values + number * 37 % (sizeof values - VALUE_LEN), VALUE_LEN);
}

static void
build(bool pack)
{
    TableBuilderOptions options = {.block_bytes = TABLE_BLOCK_BYTES,
                                   .filter_bits = 10,
                                   .pack = pack,
                                   .zstd_level = 1,
                                   .id = 1};
    TableBuilder *builder = NULL;
    TableSummary summary;
    (void)env_unlink(env_posix(), path);
    must(table_builder_new(env_posix(), path, &options, &builder));
    for (uint64_t i = 0; i < record_count; i++) {
        uint8_t key[KEY_LEN + 8];
        FormatEntry entry = {
            .key = key_of(2 * i, key), .value = value_of(i), .version = 1 + (int64_t)(i % 1000)};
        must(table_builder_add(builder, &entry));
    }
    must(table_builder_finish(builder, &summary));
    table_builder_free(builder);
}

static void
bench_build(bool pack)
{
    double start = now_seconds();
    double spent = 0;
    uint64_t rounds = 0;
    do {
        build(pack);
        rounds++;
        spent = now_seconds() - start;
    } while (spent < seconds);
    double bytes = (double)(rounds * record_count) * (KEY_LEN + VALUE_LEN);
    (void)printf("%-8s %-14s %9.1f ns/op %9.1f MB/s\n", shape_names[shape],
                 pack ? "build_zstd1" : "build", spent * 1e9 / (double)(rounds * record_count),
                 bytes / spent / 1e6);
}

static void
open_table(size_t cache_bytes)
{
    cache = table_block_cache_new(cache_bytes);
    TableOptions options = {.env = env_posix(), .path = path, .cache = cache};
    BASE_CHECK(cache != NULL);
    must(table_open(&options, &table));
    table_iterator_init(&iterator, table, 0);
}

static void
close_table(void)
{
    table_iterator_clear(&iterator);
    table_free(table);
    table_block_cache_free(cache);
}

/* ------------------------------------------------------------------------------------- cases -- */

/* Does about OPS_PER_LOOK operations and returns how many. */
typedef uint64_t CaseRun(BaseRand *rand);

static uint64_t consumed; /* so that nothing is left out */

/* What making a key and hashing it takes, for comparison. */
static uint64_t
run_key(BaseRand *rand)
{
    uint8_t key[KEY_LEN + 8];
    for (int i = 0; i < OPS_PER_LOOK; i++) {
        consumed += format_key_hash(key_of(base_rand_below(rand, 2 * record_count), key));
    }
    return OPS_PER_LOOK;
}

/* A get in a read section of its own; a number that is even is there. */
static void
get(uint64_t number)
{
    uint8_t key[KEY_LEN + 8];
    BaseSlice stored = key_of(number, key);
    TableFound found;
    TableView view;
    BASE_CHECK(base_epoch_enter());
    must(table_get(table, stored, format_key_hash(stored), INT64_MAX, 0, &found, &view));
    BASE_CHECK((found == TABLE_FOUND) == (number % 2 == 0));
    if (found == TABLE_FOUND) {
        consumed += view.entry.value.data[0];
    }
    base_epoch_exit();
}

static uint64_t
run_get(BaseRand *rand)
{
    for (int i = 0; i < OPS_PER_LOOK; i++) {
        get(2 * base_rand_below(rand, record_count));
    }
    return OPS_PER_LOOK;
}

static uint64_t
run_get_missing(BaseRand *rand)
{
    for (int i = 0; i < OPS_PER_LOOK; i++) {
        get(2 * base_rand_below(rand, record_count) + 1);
    }
    return OPS_PER_LOOK;
}

static uint64_t
run_multi_get(BaseRand *rand)
{
    uint8_t keys[MULTI_KEYS][KEY_LEN + 8];
    TableLookup lookups[MULTI_KEYS];
    for (int i = 0; i < OPS_PER_LOOK; i += MULTI_KEYS) {
        uint64_t number = base_rand_below(rand, record_count - MULTI_KEYS);
        for (uint64_t j = 0; j < MULTI_KEYS; j++) {
            lookups[j].table = table;
            lookups[j].key = key_of(2 * (number + j), keys[j]);
            lookups[j].hash = format_key_hash(lookups[j].key);
        }
        size_t done = 0;
        BASE_CHECK(base_epoch_enter());
        must(table_multi_get(lookups, MULTI_KEYS, INT64_MAX, 0, &done));
        BASE_CHECK(lookups[MULTI_KEYS - 1].found == TABLE_FOUND);
        base_epoch_exit();
    }
    return OPS_PER_LOOK;
}

/* The same for keys that have nothing to do with each other. */
static uint64_t
run_multi_get_random(BaseRand *rand)
{
    uint8_t keys[MULTI_KEYS][KEY_LEN + 8];
    TableLookup lookups[MULTI_KEYS];
    for (int i = 0; i < OPS_PER_LOOK; i += MULTI_KEYS) {
        for (uint64_t j = 0; j < MULTI_KEYS; j++) {
            lookups[j].table = table;
            lookups[j].key = key_of(2 * base_rand_below(rand, record_count), keys[j]);
            lookups[j].hash = format_key_hash(lookups[j].key);
        }
        size_t done = 0;
        BASE_CHECK(base_epoch_enter());
        must(table_multi_get(lookups, MULTI_KEYS, INT64_MAX, 0, &done));
        for (uint64_t j = 0; j < MULTI_KEYS; j++) {
            BASE_CHECK(lookups[j].found == TABLE_FOUND);
            consumed += lookups[j].view.entry.value.data[0];
        }
        base_epoch_exit();
    }
    return OPS_PER_LOOK;
}

static void
seek(BaseRand *rand)
{
    uint8_t key[KEY_LEN + 8];
    uint64_t number = base_rand_below(rand, 2 * record_count - 2);
    table_iterator_seek(&iterator, key_of(number, key), INT64_MAX);
    BASE_CHECK(iterator.valid);
}

static uint64_t
run_seek(BaseRand *rand)
{
    for (int i = 0; i < OPS_PER_LOOK; i++) {
        seek(rand);
    }
    return OPS_PER_LOOK;
}

static uint64_t
run_seek_scan(BaseRand *rand)
{
    for (int i = 0; i < OPS_PER_LOOK; i++) {
        seek(rand);
        for (int j = 0; j < SCAN_STEPS && iterator.valid; j++) {
            consumed += table_iterator_entry(&iterator)->value.data[0];
            table_iterator_next(&iterator);
        }
    }
    return OPS_PER_LOOK;
}

static uint64_t
run_next(BaseRand *rand)
{
    seek(rand);
    uint64_t steps = 0;
    for (; iterator.valid && steps < 100000; steps++) {
        consumed += table_iterator_entry(&iterator)->value.data[0];
        table_iterator_next(&iterator);
    }
    return steps;
}

static uint64_t
run_prev(BaseRand *rand)
{
    seek(rand);
    uint64_t steps = 0;
    for (; iterator.valid && steps < 100000; steps++) {
        consumed += table_iterator_entry(&iterator)->value.data[0];
        table_iterator_prev(&iterator);
    }
    return steps;
}

static void
bench(const char *name, CaseRun *run)
{
    BaseRand rand = base_rand(1);
    for (int i = 0; i < 100; i++) {
        (void)run(&rand);
    }
    uint64_t ops = 0;
    double start = now_seconds();
    double spent = 0;
    do {
        ops += run(&rand);
        spent = now_seconds() - start;
    } while (spent < seconds);
    (void)printf("%-8s %-14s %9.1f ns/op\n", shape_names[shape], name, spent * 1e9 / (double)ops);
}

static void
bench_shape(void)
{
    bench_build(true);
    bench_build(false);
    open_table(SIZE_MAX / 2);
    for (table_iterator_first(&iterator); iterator.valid;) {
        table_iterator_next(&iterator);
    }
    bench("key", run_key);
    bench("get", run_get);
    bench("get_missing", run_get_missing);
    bench("multi_get_near", run_multi_get);
    bench("multi_get_far", run_multi_get_random);
    bench("seek", run_seek);
    bench("seek_50_next", run_seek_scan);
    bench("next", run_next);
    bench("prev", run_prev);
    close_table();
    open_table(1 << 20);
    bench("get_cold", run_get);
    close_table();
}

int
main(int argc, char **argv)
{
    seconds = argc > 1 ? strtod(argv[1], NULL) : DEFAULT_SECONDS;
    record_count = seconds < SHORT_SECONDS ? RECORDS_SHORT : RECORDS;
    if (argc > 2) {
        record_count = strtoull(argv[2], NULL, 10);
    }
    BaseRand rand = base_rand(7);
    for (size_t i = 0; i < sizeof values; i++) {
        values[i] = i % 100 < 50 ? (uint8_t)base_rand_next(&rand) : (uint8_t)'v';
    }
    BASE_CHECK(mkdtemp(directory) != NULL);
    (void)snprintf(path, sizeof path, "%s/000001.sst", directory);
    for (shape = SHAPE_BINARY; shape < SHAPE_COUNT; shape++) {
        bench_shape();
    }
    (void)env_unlink(env_posix(), path);
    BASE_CHECK(rmdir(directory) == 0);
    return consumed == 0;
}
