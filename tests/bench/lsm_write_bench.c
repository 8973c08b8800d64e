/*
 * lsm_write_bench.c: what a commit costs in the durable engine, through engine.h, on a real disk.
 *
 * usage: lsm_write_bench [SECONDS per case] [CASE...]
 *
 * Keys of 16 bytes, values of 100. A case is one thread that puts one record a commit, or a batch,
 * in mode `os`; each line tells nanoseconds per put: processor time of that thread, of the whole
 * process (with flushes and compactions), and wall time. The cases of mode `always` also tell how
 * many puts share a sync; next to them is a plain loop of pwrite and fdatasync of as many bytes on
 * a preallocated file. Files are in a new folder under $TMPDIR or the current one.
 */
#include "engine/base/check.h"
#include "engine/base/rand.h"
#include "engine/env/env.h"
#include "engine/lsm/lsm.h"

#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum {
    KEY_LEN = 16,
    VALUE_LEN = 100,
    OPS_PER_LOOK = 512, /* at the clock */
    BATCH = 100,
    HOT_KEYS = 10000,
    THREADS_MAX = 16,
    SYNC_BYTES = 152, /* a record of the log with one such put */
};

static const double DEFAULT_SECONDS = 2.0;

typedef enum Shape { ASCENDING, SCATTERED, HOT } Shape;

typedef struct Case {
    const char *name;
    int64_t durability; /* LSM_OPTION_DURABILITY */
    Shape shape;
    int64_t write_buffer; /* 0: the preset, with flushes */
    int batch;
    bool existed; /* asks whether the key was there */
    int threads;
} Case;

static const Case CASES[] = {
    {"memory ascending", 2, ASCENDING, INT64_C(2) << 30, 1, false, 1},
    {"memory scattered", 2, SCATTERED, INT64_C(2) << 30, 1, false, 1},
    {"memory hot", 2, HOT, INT64_C(2) << 30, 1, false, 1},
    {"memory hot, existed", 2, HOT, INT64_C(2) << 30, 1, true, 1},
    {"memory batch", 2, SCATTERED, INT64_C(2) << 30, BATCH, false, 1},
    {"store ascending", 2, ASCENDING, 0, 1, false, 1},
    {"store scattered", 2, SCATTERED, 0, 1, false, 1},
    {"store two threads", 2, SCATTERED, 0, 1, false, 2},
    {"always 1", 0, SCATTERED, 0, 1, false, 1},
    {"always 4", 0, SCATTERED, 0, 1, false, 4},
    {"always 16", 0, SCATTERED, 0, 1, false, 16},
};
enum { CASE_COUNT = sizeof(CASES) / sizeof(CASES[0]) };

static char home[4096];
static uint8_t value[VALUE_LEN];
static Engine *engine;
static double seconds;

/* ------------------------------------------------------------------------------------- tools -- */

static double
now_seconds(clockid_t clock)
{
    struct timespec now;
    BASE_CHECK(clock_gettime(clock, &now) == 0);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void
path_of(char *path, const char *name)
{
    BASE_CHECK(base_is_ok(env_join(path, home, name)));
}

static bool
remove_name(void *user, const char *name)
{
    char path[ENV_PATH_MAX];
    BASE_CHECK(base_is_ok(env_join(path, user, name)));
    return base_is_ok(env_unlink(env_posix(), path));
}

static void
remove_store(char *directory)
{
    (void)env_list(env_posix(), directory, remove_name, directory);
    (void)env_remove_directory(env_posix(), directory);
}

static void
open_store(const Case *what, char *directory)
{
    int64_t options[LSM_OPTION_COUNT];
    for (size_t i = 0; i < LSM_OPTION_COUNT; i++) {
        options[i] = lsm_class.options[i].preset;
    }
    options[LSM_OPTION_DURABILITY] = what->durability;
    options[LSM_OPTION_COMPRESSION] = 0;
    if (what->write_buffer != 0) {
        options[LSM_OPTION_WRITE_BUFFER] = what->write_buffer;
    }
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

/* ----------------------------------------------------------------------------------- threads -- */

typedef struct Worker {
    const Case *what;
    uint64_t seed;
    uint64_t puts;
    double cpu;
    pthread_t thread;
    sem_t answered;
    EngineMutation mutations[BATCH];
    char keys[BATCH][KEY_LEN + 8];
} Worker;

static void
note(EngineCommit *commit, const EngineOutcome *outcome)
{
    BASE_CHECK(outcome->kind == ENGINE_APPLIED);
    *(atomic_bool *)commit->user = true;
}

static void
note_and_wake(EngineCommit *commit, const EngineOutcome *outcome)
{
    BASE_CHECK(outcome->kind == ENGINE_APPLIED);
    BASE_CHECK(sem_post(commit->user) == 0);
}

static void
fill_key(Worker *worker, BaseRand *rand, uint64_t index, char *key)
{
    uint64_t number = worker->puts + index;
    switch (worker->what->shape) {
    case ASCENDING:
        break;
    case SCATTERED:
        number = base_rand_next(rand) % 10000000000000000u;
        break;
    case HOT:
        number = base_rand_below(rand, HOT_KEYS);
        break;
    }
    for (int i = KEY_LEN - 1; i >= 0; i--) {
        key[i] = (char)('0' + number % 10);
        number /= 10;
    }
}

/* Submits one commit and waits for it. */
static void
put(Worker *worker, BaseRand *rand)
{
    size_t count = (size_t)worker->what->batch;
    for (size_t i = 0; i < count; i++) {
        fill_key(worker, rand, i, worker->keys[i]);
        worker->mutations[i] = (EngineMutation){.kind = ENGINE_PUT,
                                                .key = base_slice(worker->keys[i], KEY_LEN),
                                                .value = base_slice(value, VALUE_LEN),
                                                .want_existed = worker->what->existed};
    }
    EngineCommit commit = {.mutations = worker->mutations, .mutation_count = count};
    if (worker->what->durability == 0) {
        commit.done = note_and_wake;
        commit.user = &worker->answered;
        engine_commit(engine, &commit);
        while (sem_wait(&worker->answered) != 0) {
        }
    } else {
        atomic_bool answered = false;
        commit.done = note;
        commit.user = &answered;
        engine_commit(engine, &commit);
        while (!atomic_load_explicit(&answered, memory_order_acquire)) {
            (void)sched_yield();
        }
    }
    worker->puts += count;
}

static void *
put_for_a_while(void *argument)
{
    Worker *worker = argument;
    BaseRand rand = base_rand(worker->seed);
    double cpu = now_seconds(CLOCK_THREAD_CPUTIME_ID);
    double end = now_seconds(CLOCK_MONOTONIC) + seconds;
    int per_look = worker->what->durability == 0 ? 1 : OPS_PER_LOOK;
    while (now_seconds(CLOCK_MONOTONIC) < end) {
        for (int i = 0; i < per_look; i += worker->what->batch) {
            put(worker, &rand);
        }
    }
    worker->cpu = now_seconds(CLOCK_THREAD_CPUTIME_ID) - cpu;
    return NULL;
}

/* Looks for the number of syncs of the log. */
static void
note_syncs(void *user, const char *name, int64_t figure)
{
    if (strcmp(name, "wal_syncs") == 0) {
        *(int64_t *)user = figure;
    }
}

static void
run(const Case *what)
{
    static Worker workers[THREADS_MAX];
    char directory[ENV_PATH_MAX];
    path_of(directory, "store");
    open_store(what, directory);
    double cpu = now_seconds(CLOCK_PROCESS_CPUTIME_ID);
    double wall = now_seconds(CLOCK_MONOTONIC);
    for (int i = 0; i < what->threads; i++) {
        workers[i] = (Worker){.what = what, .seed = (uint64_t)i + 1};
        BASE_CHECK(sem_init(&workers[i].answered, 0, 0) == 0);
        BASE_CHECK(pthread_create(&workers[i].thread, NULL, put_for_a_while, &workers[i]) == 0);
    }
    double puts = 0;
    double own = 0;
    for (int i = 0; i < what->threads; i++) {
        BASE_CHECK(pthread_join(workers[i].thread, NULL) == 0);
        puts += (double)workers[i].puts;
        own += workers[i].cpu;
    }
    wall = now_seconds(CLOCK_MONOTONIC) - wall;
    cpu = now_seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    int64_t syncs = 0;
    engine_figures(engine, note_syncs, &syncs);
    (void)printf("%-20s %10.0f %10.0f %10.0f %10.0f puts/s", what->name, own / puts * 1e9,
                 cpu / puts * 1e9, wall / puts * 1e9, puts / wall);
    if (what->durability == 0) {
        (void)printf(", %.1f a sync", puts / (double)syncs);
    }
    (void)printf("\n");
    (void)fflush(stdout);
    engine_close(engine);
    remove_store(directory);
}

/* What the disk takes for a plain loop of writes and syncs. */
static void
run_plain(void)
{
    char path[ENV_PATH_MAX];
    char record[SYNC_BYTES] = {1};
    path_of(path, "plain");
    int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    BASE_CHECK(file >= 0);
    BASE_CHECK(posix_fallocate(file, 0, 64 << 20) == 0);
    BASE_CHECK(fsync(file) == 0);
    double wall = now_seconds(CLOCK_MONOTONIC);
    double end = wall + seconds;
    int64_t syncs = 0;
    while (now_seconds(CLOCK_MONOTONIC) < end) {
        BASE_CHECK(pwrite(file, record, SYNC_BYTES, syncs * SYNC_BYTES) == SYNC_BYTES);
        BASE_CHECK(fdatasync(file) == 0);
        syncs++;
    }
    wall = now_seconds(CLOCK_MONOTONIC) - wall;
    (void)printf("%-20s %10s %10s %10.0f %10.0f syncs/s\n", "plain fdatasync", "", "",
                 wall / (double)syncs * 1e9, (double)syncs / wall);
    BASE_CHECK(close(file) == 0);
    BASE_CHECK(unlink(path) == 0);
}

static bool
is_chosen(const char *name, int argc, char **argv)
{
    for (int i = 2; i < argc; i++) {
        if (strstr(name, argv[i]) != NULL) {
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
    (void)snprintf(home, sizeof(home), "%s/lsm_write_bench.XXXXXX", parent == NULL ? "." : parent);
    BASE_CHECK(mkdtemp(home) != NULL);
    for (size_t i = 0; i < VALUE_LEN; i++) {
        value[i] = (uint8_t)(i * 31);
    }
    (void)printf("%-20s %10s %10s %10s\n", "ns per put", "thread", "process", "wall");
    for (size_t i = 0; i < CASE_COUNT; i++) {
        if (is_chosen(CASES[i].name, argc, argv)) {
            run(&CASES[i]);
        }
    }
    if (is_chosen("plain", argc, argv)) {
        run_plain();
    }
    BASE_CHECK(rmdir(home) == 0);
    return EXIT_SUCCESS;
}
