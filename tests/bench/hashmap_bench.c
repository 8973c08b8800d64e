/*
 * hashmap_bench.c: what the hashmap costs per operation and per record, through engine.h.
 *
 * usage: hashmap_bench [SECONDS per case] [RECORDS]
 *
 * Keys of 16 bytes, values of 100, chosen at random; one line per case with nanoseconds of
 * processor time per operation, for each thread. `fill` loads the records in random order and shows
 * the resident memory that each takes, malloc's share and the tables included. One dependent load
 * from as much memory is measured too: a get cannot cost less than two of them.
 */
#include "engine/base/check.h"
#include "engine/base/rand.h"
#include "engine/env/mem.h"
#include "engine/hashmap/hashmap.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum {
    KEY_LEN = 16,
    VALUE_LEN = 100,
    THREADS_MAX = 2,
    OPS_PER_LOOK = 256, /* at the clock */
    SECTION_GETS = 64,
    MULTI_KEYS = 16,
    CHAIN_PUTS = 16,
    SCAN_LIMIT = 50,
    RECORDS = 1000000,
    RECORDS_SHORT = 20000, /* for a run that only proves that it works */
};

static const double DEFAULT_SECONDS = 1.0;
static const double SHORT_SECONDS = 0.2;

static Engine *engine;
static uint64_t record_count;
static double seconds;
static uint8_t value[VALUE_LEN];

/* ------------------------------------------------------------------------------------- tools -- */

/* Processor time of this thread: a machine that is shared disturbs it less than wall time. */
static double
now_seconds(void)
{
    struct timespec now;
    BASE_CHECK(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now) == 0);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static double
resident_bytes(void)
{
    FILE *file = fopen("/proc/self/statm", "r");
    BASE_CHECK(file != NULL);
    unsigned long size = 0;
    unsigned long resident = 0;
    BASE_CHECK(fscanf(file, "%lu %lu", &size, &resident) == 2);
    (void)fclose(file);
    return (double)resident * (double)sysconf(_SC_PAGESIZE);
}

/* The i-th key: scattered, and each once. */
static BaseSlice
key_of(uint64_t i, uint8_t key[KEY_LEN])
{
    BaseRand rand = base_rand(i);
    for (size_t at = 0; at < KEY_LEN; at += sizeof(uint64_t)) {
        uint64_t word = base_rand_next(&rand);
        memcpy(key + at, &word, sizeof word);
    }
    return base_slice(key, KEY_LEN);
}

static void
note(EngineCommit *commit, const EngineOutcome *outcome)
{
    BASE_CHECK(outcome->kind == ENGINE_APPLIED);
    atomic_store_explicit((atomic_bool *)commit->user, true, memory_order_release);
}

static void
put(BaseSlice key)
{
    atomic_bool answered = false;
    EngineMutation mutation = {
        .kind = ENGINE_PUT, .key = key, .value = base_slice(value, sizeof value)};
    EngineCommit commit = {
        .mutations = &mutation, .mutation_count = 1, .done = note, .user = &answered};
    engine_commit(engine, &commit);
    while (!atomic_load_explicit(&answered, memory_order_acquire)) {
    }
}

/* ------------------------------------------------------------------------------------- cases -- */

/* Does about OPS_PER_LOOK operations and returns how many. */
typedef uint64_t CaseRun(BaseRand *rand);

static uint64_t *arena; /* as much memory as the records take */
static size_t arena_words;

/* What the machine takes for one load that depends on the one before, for comparison. */
static uint64_t
run_load(BaseRand *rand)
{
    uint64_t last = 0;
    for (int i = 0; i < OPS_PER_LOOK; i++) {
        last = arena[(base_rand_below(rand, arena_words) + last) % arena_words];
    }
    BASE_CHECK(last <= 1);
    return OPS_PER_LOOK;
}

static uint64_t
run_get(BaseRand *rand)
{
    uint8_t key[KEY_LEN];
    for (int i = 0; i < OPS_PER_LOOK; i++) {
        EngineRead read;
        EngineLookup lookup;
        BASE_CHECK(base_is_ok(engine_read_begin(&read, engine, NULL, 0)));
        (void)engine_get(&read, ENGINE_DATA, key_of(base_rand_below(rand, record_count), key),
                         &lookup);
        BASE_CHECK(lookup.found && lookup.record.value.data[0] == value[0]);
        engine_read_end(&read);
    }
    return OPS_PER_LOOK;
}

static uint64_t
run_get_in_sections(BaseRand *rand)
{
    uint8_t key[KEY_LEN];
    for (int i = 0; i < OPS_PER_LOOK; i += SECTION_GETS) {
        EngineRead read;
        BASE_CHECK(base_is_ok(engine_read_begin(&read, engine, NULL, 0)));
        for (int j = 0; j < SECTION_GETS; j++) {
            EngineLookup lookup;
            (void)engine_get(&read, ENGINE_DATA, key_of(base_rand_below(rand, record_count), key),
                             &lookup);
            BASE_CHECK(lookup.found && lookup.record.value.data[0] == value[0]);
        }
        engine_read_end(&read);
    }
    return OPS_PER_LOOK;
}

static uint64_t
run_get_missing(BaseRand *rand)
{
    uint8_t key[KEY_LEN];
    for (int i = 0; i < OPS_PER_LOOK; i++) {
        EngineRead read;
        EngineLookup lookup;
        BASE_CHECK(base_is_ok(engine_read_begin(&read, engine, NULL, 0)));
        (void)engine_get(&read, ENGINE_DATA,
                         key_of(record_count + base_rand_below(rand, record_count), key), &lookup);
        BASE_CHECK(!lookup.found);
        engine_read_end(&read);
    }
    return OPS_PER_LOOK;
}

static uint64_t
run_multi_get(BaseRand *rand)
{
    uint8_t bytes[MULTI_KEYS][KEY_LEN];
    BaseSlice keys[MULTI_KEYS];
    EngineLookup lookups[MULTI_KEYS];
    for (int i = 0; i < OPS_PER_LOOK; i += MULTI_KEYS) {
        for (int j = 0; j < MULTI_KEYS; j++) {
            keys[j] = key_of(base_rand_below(rand, record_count), bytes[j]);
        }
        EngineRead read;
        int64_t version = 0;
        BASE_CHECK(base_is_ok(engine_read_begin(&read, engine, NULL, 0)));
        (void)engine_multi_get(&read, ENGINE_DATA, keys, MULTI_KEYS, lookups, &version);
        for (int j = 0; j < MULTI_KEYS; j++) {
            BASE_CHECK(lookups[j].found && lookups[j].record.value.data[0] == value[0]);
        }
        engine_read_end(&read);
    }
    return OPS_PER_LOOK;
}

static uint64_t
run_overwrite(BaseRand *rand)
{
    uint8_t key[KEY_LEN];
    for (int i = 0; i < OPS_PER_LOOK; i++) {
        put(key_of(base_rand_below(rand, record_count), key));
    }
    return OPS_PER_LOOK;
}

/* As a server does that gathers the writes of a pipeline. */
static uint64_t
run_overwrite_in_chains(BaseRand *rand)
{
    uint8_t bytes[CHAIN_PUTS][KEY_LEN];
    EngineMutation mutations[CHAIN_PUTS];
    EngineCommit commits[CHAIN_PUTS];
    atomic_bool answered[CHAIN_PUTS];
    for (int i = 0; i < OPS_PER_LOOK; i += CHAIN_PUTS) {
        for (int j = 0; j < CHAIN_PUTS; j++) {
            BaseSlice key = key_of(base_rand_below(rand, record_count), bytes[j]);
            mutations[j] = (EngineMutation){
                .kind = ENGINE_PUT, .key = key, .value = base_slice(value, sizeof value)};
            atomic_init(&answered[j], false);
            commits[j] = (EngineCommit){.mutations = &mutations[j],
                                        .mutation_count = 1,
                                        .done = note,
                                        .user = &answered[j],
                                        .next = j + 1 < CHAIN_PUTS ? &commits[j + 1] : NULL};
        }
        engine_commit(engine, &commits[0]);
        for (int j = 0; j < CHAIN_PUTS; j++) {
            while (!atomic_load_explicit(&answered[j], memory_order_acquire)) {
            }
        }
    }
    return OPS_PER_LOOK;
}

static uint64_t
run_seek(BaseRand *rand)
{
    uint8_t key[KEY_LEN];
    EngineIteratorOptions options = {.range = {.unbounded = true}, .limit_hint = SCAN_LIMIT};
    EngineIterator *iterator = NULL;
    BASE_CHECK(base_is_ok(engine_iterator_new(engine, NULL, &options, &iterator)));
    BaseSlice from = key_of(base_rand_below(rand, record_count), key);
    engine_iterator_seek(iterator, &from);
    for (int i = 0; i < SCAN_LIMIT && iterator->valid; i++) {
        engine_iterator_next(iterator);
    }
    engine_iterator_free(iterator);
    return 1;
}

static uint64_t
run_scan_all(BaseRand *rand)
{
    (void)rand;
    uint64_t count = 0;
    EngineIteratorOptions options = {.range = {.unbounded = true}};
    EngineIterator *iterator = NULL;
    BASE_CHECK(base_is_ok(engine_iterator_new(engine, NULL, &options, &iterator)));
    engine_iterator_seek(iterator, NULL);
    while (iterator->valid) {
        count++;
        engine_iterator_next(iterator);
    }
    engine_iterator_free(iterator);
    BASE_CHECK(count == record_count);
    return count;
}

/* -------------------------------------------------------------------------------- measuring -- */

typedef struct Worker {
    CaseRun *run;
    uint64_t seed;
    double ns_per_op;
} Worker;

static void *
work(void *user)
{
    Worker *worker = user;
    BaseRand rand = base_rand(worker->seed);
    uint64_t ops = 0;
    double start = now_seconds();
    double end = start;
    while (end - start < seconds) {
        ops += worker->run(&rand);
        end = now_seconds();
    }
    worker->ns_per_op = (end - start) * 1e9 / (double)ops;
    return NULL;
}

/* Runs a case in each thread and shows what an operation took. */
static void
measure(const char *name, CaseRun *const runs[], size_t threads)
{
    Worker workers[THREADS_MAX];
    pthread_t handles[THREADS_MAX];
    for (size_t i = 0; i < threads; i++) {
        workers[i] = (Worker){.run = runs[i], .seed = i + 1};
        BASE_CHECK(pthread_create(&handles[i], NULL, work, &workers[i]) == 0);
    }
    printf("%-28s", name);
    for (size_t i = 0; i < threads; i++) {
        BASE_CHECK(pthread_join(handles[i], NULL) == 0);
        printf("%12.1f ns", workers[i].ns_per_op);
    }
    printf("\n");
    (void)fflush(stdout);
}

static void
measure_one(const char *name, CaseRun *run)
{
    measure(name, (CaseRun *[]){run}, 1);
}

static void
measure_two(const char *name, CaseRun *first, CaseRun *second)
{
    measure(name, (CaseRun *[]){first, second}, 2);
}

static void
fill(void)
{
    uint8_t key[KEY_LEN];
    double before = resident_bytes();
    double start = now_seconds();
    for (uint64_t i = 0; i < record_count; i++) {
        put(key_of(i, key));
    }
    double took = now_seconds() - start;
    double resident = resident_bytes() - before;
    EngineStats stats;
    engine_stats(engine, &stats);
    BASE_CHECK(stats.keys == (int64_t)record_count);
    printf("%-28s%12.1f ns\n", "fill", took * 1e9 / (double)record_count);
    printf("%-28s%12.1f bytes resident, %.1f by its own account\n", "  memory per record",
           resident / (double)record_count, (double)stats.memory_bytes / (double)record_count);
}

static void
measure_load(void)
{
    EngineStats stats;
    engine_stats(engine, &stats);
    arena_words = (size_t)stats.memory_bytes / sizeof *arena;
    arena = malloc(arena_words * sizeof *arena);
    BASE_CHECK(arena != NULL);
    for (size_t i = 0; i < arena_words; i++) {
        arena[i] = i & 1;
    }
    measure_one("one load from such memory", run_load);
    free(arena);
}

static void
open_engine(Env *env)
{
    int64_t options[HASHMAP_OPTION_COUNT];
    for (size_t i = 0; i < HASHMAP_OPTION_COUNT; i++) {
        options[i] = hashmap_class.options[i].preset;
    }
    EngineOpenArgs args = {
        .directory = "/",
        .env = env,
        .clock = base_clock_real(),
        .options = options,
        .key_max = KEY_LEN,
        .value_max = VALUE_LEN,
    };
    BASE_CHECK(base_is_ok(hashmap_class.open(&args, &engine)));
}

int
main(int argc, char **argv)
{
    seconds = argc > 1 ? strtod(argv[1], NULL) : DEFAULT_SECONDS;
    record_count = seconds < SHORT_SECONDS ? RECORDS_SHORT : RECORDS;
    if (argc > 2) {
        record_count = strtoull(argv[2], NULL, 10);
    }
    if (record_count == 0) {
        (void)fprintf(stderr, "usage: hashmap_bench [SECONDS per case] [RECORDS]\n");
        return EXIT_FAILURE;
    }
    Env *env = env_mem_new();
    BASE_CHECK(env != NULL);
    open_engine(env);
    printf("%llu records of %d + %d bytes\n", (unsigned long long)record_count, KEY_LEN, VALUE_LEN);
    fill();
    measure_load();
    measure_one("get", run_get);
    measure_one("get, 64 per section", run_get_in_sections);
    measure_one("get, missing", run_get_missing);
    measure_one("multi_get of 16, per key", run_multi_get);
    measure_one("overwrite", run_overwrite);
    measure_one("overwrite in chains of 16", run_overwrite_in_chains);
    measure_two("get | get", run_get, run_get);
    measure_two("overwrite | overwrite", run_overwrite, run_overwrite);
    measure_two("get | overwrite", run_get, run_overwrite);
    measure_two("multi_get | overwrite", run_multi_get, run_overwrite);
    measure_one("seek + 50", run_seek);
    measure_one("scan of all, per record", run_scan_all);
    engine_close(engine);
    env_mem_free(env);
    return EXIT_SUCCESS;
}
