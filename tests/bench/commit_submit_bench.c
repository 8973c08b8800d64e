/*
 * commit_submit_bench.c: what the sequencer itself costs, over a backend that does nothing.
 *
 * usage: commit_submit_bench [SECONDS per case]
 *
 * Prints nanoseconds per commit of one put: from one thread, and from 2 and 4 threads that each
 * wait for their outcome before they submit again. A stamp, and so a reading of the clock, is part
 * of it; the clock alone is printed for comparison. Compare rows of one run only.
 */
#include "engine/base/check.h"
#include "engine/commit/sequencer.h"
#include "engine/env/mem.h"

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

enum { ROUND = 1000, THREADS_MAX = 4 };

typedef struct Bench {
    CommitSequencer *sequencer;
    double seconds;
    atomic_llong commits;
} Bench;

static BaseStatus
null_lookup(CommitBackend *backend, EngineKeyspace keyspace, BaseSlice key, uintptr_t hint[2],
            EngineLookup *ret_lookup)
{
    (void)backend, (void)keyspace, (void)key, (void)hint;
    ret_lookup->found = false;
    return base_ok();
}

static BaseStatus
null_prepare(CommitBackend *backend, CommitEntry *entry)
{
    (void)backend, (void)entry;
    return base_ok();
}

static void
null_publish(CommitBackend *backend, CommitEntry *entry)
{
    (void)backend, (void)entry;
}

static void
note_answer(EngineCommit *commit, const EngineOutcome *outcome)
{
    BASE_CHECK(outcome->kind == ENGINE_APPLIED);
    atomic_store_explicit((atomic_int *)commit->user, 1, memory_order_release);
}

static int64_t
now_us(void)
{
    return base_clock_monotonic_us(base_clock_real());
}

static void
put_once(CommitSequencer *sequencer)
{
    atomic_int answered = 0;
    EngineMutation put = {.kind = ENGINE_PUT,
                          .key = BASE_SLICE_LITERAL("key-000000000001"),
                          .value = BASE_SLICE_LITERAL("value")};
    EngineCommit commit = {
        .mutations = &put, .mutation_count = 1, .done = note_answer, .user = &answered};
    commit_sequencer_submit(sequencer, &commit);
    while (atomic_load_explicit(&answered, memory_order_acquire) == 0) {
        (void)sched_yield();
    }
}

static void *
submit_for_a_while(void *argument)
{
    Bench *bench = argument;
    int64_t end_us = now_us() + (int64_t)(bench->seconds * 1e6);
    while (now_us() < end_us) {
        for (int i = 0; i < ROUND; i++) {
            put_once(bench->sequencer);
        }
        atomic_fetch_add(&bench->commits, ROUND);
    }
    return NULL;
}

static void
run(Bench *bench, int threads)
{
    pthread_t ids[THREADS_MAX];
    atomic_store(&bench->commits, 0);
    int64_t start_us = now_us();
    for (int i = 0; i < threads; i++) {
        BASE_CHECK(pthread_create(&ids[i], NULL, submit_for_a_while, bench) == 0);
    }
    for (int i = 0; i < threads; i++) {
        BASE_CHECK(pthread_join(ids[i], NULL) == 0);
    }
    double ns = (double)(now_us() - start_us) * 1e3 / (double)atomic_load(&bench->commits);
    (void)printf("%d thread%s %8.1f ns per commit\n", threads, threads == 1 ? " " : "s", ns);
}

static void
run_clock(double seconds)
{
    int64_t readings = 0;
    int64_t start_us = now_us();
    int64_t end_us = start_us + (int64_t)(seconds * 1e6);
    while (now_us() < end_us) {
        for (int i = 0; i < ROUND; i++) {
            (void)base_clock_wall_ms(base_clock_real());
        }
        readings += ROUND;
    }
    double ns = (double)(now_us() - start_us) * 1e3 / (double)readings;
    (void)printf("the clock %8.1f ns per reading\n", ns);
}

int
main(int argc, char **argv)
{
    static const CommitBackendOps ops = {
        .lookup = null_lookup, .prepare = null_prepare, .publish = null_publish};
    CommitBackend backend = {&ops};
    CommitStamps stamps;
    CommitVersions *versions = NULL;
    Bench bench = {.seconds = 1.0};
    if (argc > 1) {
        char *end = NULL;
        bench.seconds = strtod(argv[1], &end);
        BASE_CHECK(end != argv[1] && *end == '\0');
    }
    Env *env = env_mem_new();
    BASE_CHECK(env != NULL && base_is_ok(commit_version_open(env, "/", 0, &versions)));
    commit_stamp_init(&stamps, base_clock_real(), 0);
    const CommitSequencerArgs args = {.backend = &backend,
                                      .clock = base_clock_real(),
                                      .stamps = &stamps,
                                      .versions = versions,
                                      .value_max = 1024};
    BASE_CHECK(base_is_ok(commit_sequencer_new(&args, &bench.sequencer)));
    run_clock(bench.seconds);
    for (int threads = 1; threads <= THREADS_MAX; threads *= 2) {
        run(&bench, threads);
    }
    commit_sequencer_free(bench.sequencer);
    commit_version_close(versions);
    env_mem_free(env);
    return EXIT_SUCCESS;
}
