/*
 * lsm_blob_bench.c: what keeping large values apart costs and brings, through engine.h, on a real
 * disk.
 *
 * usage: lsm_blob_bench [SECONDS per case, about] [CASE...]
 *
 * A store of records of 100 bytes, some of which are large: 1 % of 256 KiB in the first two cases,
 * in the others so many that they make up 90 % of the bytes. It is filled in random order, then
 * overwritten at random twice, as fast as it takes, while another thread reads small records; then
 * it is left to itself until nothing is left to do, and walked through once. Each size is run
 * without and with separation of values of that size. A line tells: user megabytes a second; write
 * and space amplification (of the files to the live data); microseconds of small reads meanwhile,
 * median and 99th percentile; megabytes a second of the walk; and microseconds of a get of a large
 * value. Buffers are small (8 MiB), so that a short run compacts much. Files are in a new folder
 * under $TMPDIR or the current one.
 */
#include "engine/base/check.h"
#include "engine/base/histogram.h"
#include "engine/base/rand.h"
#include "engine/env/env.h"
#include "engine/lsm/lsm.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum {
    MIB = 1 << 20,
    SMALL = 100,
    LARGE_MAX = 256 << 10,
    BYTES_PER_SECOND = 24 << 20, /* live data of a case, for each second asked for */
    ROUNDS = 2,
    LARGE_GETS = 2000,
    PERCENT_SHARE = 90,
};

static const double DEFAULT_SECONDS = 4.0;

typedef struct Case {
    const char *name;
    size_t large;
    size_t one_in; /* records that are large; 0: 90 % of the bytes */
    int64_t min;   /* blob_min_bytes */
} Case;

static const Case CASES[] = {
    {"1% 256K", LARGE_MAX, 100, 0}, {"1% 256K apart", LARGE_MAX, 100, 16 << 10},
    {"1K", 1 << 10, 0, 0},          {"1K apart", 1 << 10, 0, 1 << 10},
    {"4K", 4 << 10, 0, 0},          {"4K apart", 4 << 10, 0, 4 << 10},
    {"16K", 16 << 10, 0, 0},        {"16K apart", 16 << 10, 0, 16 << 10},
    {"64K", 64 << 10, 0, 0},        {"64K apart", 64 << 10, 0, 64 << 10},
};
enum { CASE_COUNT = sizeof(CASES) / sizeof(CASES[0]) };

/* A case under way. */
typedef struct Run {
    const Case *what;
    size_t one_in;
    uint64_t keys;
    int64_t bytes; /* that were put */
    int64_t live;  /* bytes of all records */
    atomic_bool over;
    BaseHistogram reads;
} Run;

static char home[4096];
static uint8_t noise[LARGE_MAX + 4096];
static Engine *engine;
static double seconds;

static double
now(void)
{
    struct timespec time;
    BASE_CHECK(clock_gettime(CLOCK_MONOTONIC, &time) == 0);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

/* ------------------------------------------------------------------------------------- store -- */

static bool
remove_name(void *user, const char *name)
{
    char path[ENV_PATH_MAX];
    BASE_CHECK(base_is_ok(env_join(path, user, name)));
    return base_is_ok(env_unlink(env_posix(), path));
}

static void
open_store(const Case *what, char *directory)
{
    int64_t options[LSM_OPTION_COUNT];
    for (size_t i = 0; i < LSM_OPTION_COUNT; i++) {
        options[i] = lsm_class.options[i].preset;
    }
    options[LSM_OPTION_DURABILITY] = 2;
    options[LSM_OPTION_COMPRESSION] = 0;
    options[LSM_OPTION_WRITE_BUFFER] = 8 * MIB;
    options[LSM_OPTION_TABLE_BYTES] = 8 * MIB;
    options[LSM_OPTION_BASE_BYTES] = 16 * MIB;
    options[LSM_OPTION_BLOCK_CACHE] = 16 * MIB;
    options[LSM_OPTION_BLOB_MIN] = what->min;
    EngineOpenArgs args = {.directory = directory,
                           .env = env_posix(),
                           .clock = base_clock_real(),
                           .options = options,
                           .key_max = 1024,
                           .value_max = 1 << 20};
    if (!base_is_ok(engine_open(&lsm_class, &args, &engine))) {
        (void)fprintf(stderr, "%s\n", args.message);
        exit(EXIT_FAILURE);
    }
}

typedef struct Figure {
    const char *name;
    int64_t value;
} Figure;

static void
note_figure(void *user, const char *name, int64_t value)
{
    Figure *figure = user;
    if (strcmp(name, figure->name) == 0) {
        figure->value = value;
    }
}

static int64_t
figure(const char *name)
{
    Figure wanted = {.name = name};
    engine_figures(engine, note_figure, &wanted);
    return wanted.value;
}

/* Waits until nothing has been written for a while. */
static void
wait_idle(void)
{
    BASE_CHECK(base_is_ok(engine_flush(engine)));
    for (int calm = 0; calm < 20;) {
        (void)nanosleep(&(struct timespec){.tv_nsec = 20 * 1000 * 1000}, NULL);
        calm = figure("jobs_running") == 0 && figure("flush_waiting") == 0 ? calm + 1 : 0;
        engine_tick(engine);
    }
}

/* ----------------------------------------------------------------------------------- records -- */

static bool
is_large(const Run *run, uint64_t key)
{
    return key * UINT64_C(0x9E3779B97F4A7C15) >> 32 < (UINT64_C(1) << 32) / run->one_in;
}

static BaseSlice
key_of(uint64_t number, char text[24])
{
    int len = snprintf(text, 24, "%016llu", (unsigned long long)number);
    return base_slice(text, (size_t)len);
}

static void
note_done(EngineCommit *commit, const EngineOutcome *outcome)
{
    BASE_CHECK(outcome->kind == ENGINE_APPLIED);
    atomic_store_explicit((atomic_bool *)commit->user, true, memory_order_release);
}

static void
put(Run *run, uint64_t number, uint64_t seed)
{
    char text[24];
    size_t len = is_large(run, number) ? run->what->large : SMALL;
    EngineMutation mutation = {.kind = ENGINE_PUT,
                               .key = key_of(number, text),
                               .value = base_slice(noise + seed % 4096, len)};
    atomic_bool done = false;
    EngineCommit commit = {
        .mutations = &mutation, .mutation_count = 1, .done = note_done, .user = &done};
    engine_commit(engine, &commit);
    while (!atomic_load_explicit(&done, memory_order_acquire)) {
        (void)sched_yield();
    }
    run->bytes += (int64_t)(mutation.key.len + len);
}

/* Seconds that a get took. */
static double
get(uint64_t number)
{
    char text[24];
    EngineRead read;
    EngineLookup lookup;
    double begun = now();
    BASE_CHECK(base_is_ok(engine_read_begin(&read, engine, NULL, 0)));
    BASE_CHECK(base_is_ok(engine_get(&read, ENGINE_DATA, key_of(number, text), &lookup)));
    engine_read_end(&read);
    return now() - begun;
}

/* Reads small records now and then: twenty thousand a second at most. */
static void *
read_small(void *user)
{
    Run *run = user;
    BaseRand rand = base_rand(7);
    while (!atomic_load(&run->over)) {
        uint64_t number = base_rand_below(&rand, run->keys);
        if (!is_large(run, number)) {
            base_histogram_record(&run->reads, (int64_t)(get(number) * 1e6));
        }
        (void)nanosleep(&(struct timespec){.tv_nsec = 50 * 1000}, NULL);
    }
    return NULL;
}

static double
time_large_gets(const Run *run)
{
    BaseRand rand = base_rand(9);
    double spent = 0;
    int count = 0;
    for (int i = 0; i < LARGE_GETS * 100 && count < LARGE_GETS; i++) {
        uint64_t number = base_rand_below(&rand, run->keys);
        if (is_large(run, number)) {
            spent += get(number);
            count++;
        }
    }
    return count == 0 ? 0 : spent / count;
}

/* Walks through everything; returns seconds. */
static double
time_walk(void)
{
    EngineIterator *iterator;
    EngineIteratorOptions options = {.range = {.unbounded = true}, .limit_hint = SIZE_MAX};
    double begun = now();
    BASE_CHECK(base_is_ok(engine_iterator_new(engine, NULL, &options, &iterator)));
    for (engine_iterator_seek(iterator, NULL); iterator->valid; engine_iterator_next(iterator)) {
    }
    BASE_CHECK(base_is_ok(iterator->status));
    engine_iterator_free(iterator);
    return now() - begun;
}

/* ------------------------------------------------------------------------------------- cases -- */

/* How many records are large, and how many there are. */
static void
size_up(Run *run)
{
    const Case *what = run->what;
    double share = PERCENT_SHARE / 100.0;
    run->one_in = what->one_in;
    if (run->one_in == 0) {
        run->one_in = (size_t)((double)what->large * (1 - share) / (SMALL * share)) + 1;
    }
    double record = 16 + SMALL + (double)what->large / (double)run->one_in;
    run->keys = (uint64_t)(seconds * BYTES_PER_SECOND / record) + 100;
    for (uint64_t key = 0; key < run->keys; key++) {
        run->live += (int64_t)(16 + (is_large(run, key) ? what->large : SMALL));
    }
}

/* Fills the store, and overwrites it. */
static void
write_all(Run *run)
{
    BaseRand rand = base_rand(3);
    uint64_t prime = 1000003; /* no divisor of the number of keys: a random order, about */
    uint64_t step = run->keys % prime == 0 ? 1 : prime;
    for (uint64_t i = 0; i < run->keys; i++) {
        put(run, i * step % run->keys, i);
    }
    for (uint64_t i = 0; i < ROUNDS * run->keys; i++) {
        put(run, base_rand_below(&rand, run->keys), i * 7);
    }
}

static void
run_case(const Case *what)
{
    char directory[ENV_PATH_MAX];
    static Run run;
    pthread_t reader;
    memset(&run, 0, sizeof(run));
    run.what = what;
    base_histogram_reset(&run.reads);
    size_up(&run);
    BASE_CHECK(base_is_ok(env_join(directory, home, "store")));
    open_store(what, directory);
    BASE_CHECK(pthread_create(&reader, NULL, read_small, &run) == 0);
    double spent = now();
    write_all(&run);
    spent = now() - spent;
    atomic_store(&run.over, true);
    BASE_CHECK(pthread_join(reader, NULL) == 0);
    wait_idle();
    EngineStats stats;
    engine_stats(engine, &stats);
    double held = (double)(stats.disk_bytes - figure("wal_segment_bytes"));
    double large = time_large_gets(&run);
    double walk = time_walk();
    (void)printf("%-16s %8.1f %8.2f %8.2f %8lld %8lld %8.0f %8.1f\n", what->name,
                 (double)run.bytes / MIB / spent,
                 (double)figure("write_amplification_percent") / 100, held / (double)run.live,
                 (long long)base_histogram_percentile(&run.reads, 50),
                 (long long)base_histogram_percentile(&run.reads, 99),
                 (double)run.live / MIB / walk, large * 1e6);
    (void)fflush(stdout);
    engine_close(engine);
    (void)env_list(env_posix(), directory, remove_name, directory);
    (void)env_remove_directory(env_posix(), directory);
}

static bool
is_chosen(const char *name, int argc, char **argv)
{
    for (int i = 2; i < argc; i++) {
        if (strncmp(name, argv[i], strlen(argv[i])) == 0) {
            return true;
        }
    }
    return argc <= 2;
}

int
main(int argc, char **argv)
{
    const char *parent = getenv("TMPDIR");
    seconds = argc > 1 ? strtod(argv[1], NULL) : DEFAULT_SECONDS;
    (void)snprintf(home, sizeof(home), "%s/lsm_blob_bench.XXXXXX", parent == NULL ? "." : parent);
    BASE_CHECK(mkdtemp(home) != NULL);
    BaseRand rand = base_rand(1);
    for (size_t i = 0; i < sizeof(noise); i++) {
        noise[i] = (uint8_t)base_rand_next(&rand);
    }
    (void)printf("%-16s %8s %8s %8s %8s %8s %8s %8s\n", "large values", "MiB/s", "write a",
                 "space a", "p50 us", "p99 us", "walk", "large us");
    for (size_t i = 0; i < CASE_COUNT; i++) {
        if (is_chosen(CASES[i].name, argc, argv)) {
            run_case(&CASES[i]);
        }
    }
    BASE_CHECK(rmdir(home) == 0);
    return EXIT_SUCCESS;
}
