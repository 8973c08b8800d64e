/*
 * work.c: the workloads. See work.h.
 *
 * All threads wait at a barrier, so that making them is not measured; the time ends when the last
 * one is done.
 */
#include "tests/bench/peers/work.h"

#include "engine/base/rand.h"
#include "loadgen/clock.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    POOL_BYTES = 1 << 20,
    THREADS_MAX = 64,
    SEED_STEP = 1000003, /* between the seeds of two threads */
    VALUE_STEP = 7919,   /* between the first values of two seeds */
};

typedef struct Hand {
    Peer *peer;
    const WorkArgs *args;
    BaseRand rand;
    int64_t operations;
    uint64_t value_at; /* number of the next value */
    PeerSink sink;
    BaseHistogram *latency; /* NULL: not wanted */
    pthread_barrier_t *barrier;
    _Atomic bool *over; /* of the writer of readwhilewriting */
    int64_t writes;
    uint8_t key[LOAD_KEY_BYTES_MAX + 1];
} Hand;

WorkKind
work_kind(const char *name)
{
    static const char *const names[WORK_KIND_COUNT] = {
        [WORK_FILLSEQ] = "fillseq",
        [WORK_FILLRANDOM] = "fillrandom",
        [WORK_OVERWRITE] = "overwrite",
        [WORK_FILLSYNC] = "fillsync",
        [WORK_DELETERANDOM] = "deleterandom",
        [WORK_READRANDOM] = "readrandom",
        [WORK_MULTIREADRANDOM] = "multireadrandom",
        [WORK_READMISSING] = "readmissing",
        [WORK_READSEQ] = "readseq",
        [WORK_READREVERSE] = "readreverse",
        [WORK_SEEKRANDOM] = "seekrandom",
        [WORK_READWHILEWRITING] = "readwhilewriting",
        [WORK_COMPACT] = "compact",
    };
    int kind = 0;
    while (kind < WORK_KIND_COUNT && strcmp(names[kind], name) != 0) {
        kind++;
    }
    return (WorkKind)kind;
}

/* ----------------------------------------------------------------------------------- values -- */

WorkValues
work_values(size_t value_len, double ratio)
{
    BaseRand rand = base_rand(301);
    size_t pieces = POOL_BYTES / value_len + 1;
    WorkValues values = {
        .pool = malloc(pieces * value_len), .pool_len = pieces * value_len, .value_len = value_len};
    if (values.pool == NULL) {
        peer_fail("values", "no memory");
    }
    size_t unique = (size_t)((double)value_len * ratio);
    unique = unique < 1 ? 1 : unique;
    for (size_t piece = 0; piece < pieces; piece++) {
        uint8_t *value = values.pool + piece * value_len;
        for (size_t i = 0; i < value_len; i++) {
            value[i] = i < unique ? (uint8_t)base_rand_next(&rand) : value[i - unique];
        }
    }
    return values;
}

void
work_values_clear(WorkValues *values)
{
    free(values->pool);
    *values = (WorkValues){.pool = NULL};
}

/* ------------------------------------------------------------------------------- operations -- */

static BaseSlice
next_value(Hand *hand)
{
    const WorkValues *values = hand->args->values;
    size_t pieces = values->pool_len / values->value_len;
    size_t piece = (size_t)(hand->value_at++ % pieces);
    return base_slice(values->pool + piece * values->value_len, values->value_len);
}

static BaseSlice
key_of(Hand *hand, uint64_t record)
{
    load_keys_write(hand->args->keys, record, hand->key);
    return base_slice(hand->key, hand->args->keys->size);
}

static BaseSlice
drawn_key(Hand *hand)
{
    return key_of(hand, base_rand_below(&hand->rand, hand->args->records));
}

static void
read_many(Hand *hand)
{
    uint8_t bytes[PEER_BATCH][LOAD_KEY_BYTES_MAX];
    BaseSlice keys[PEER_BATCH];
    for (size_t i = 0; i < PEER_BATCH; i++) {
        BaseSlice key = drawn_key(hand);
        memcpy(bytes[i], key.data, key.len);
        keys[i] = base_slice(bytes[i], key.len);
    }
    hand->peer->ops->multi_get(hand->peer, keys, PEER_BATCH, &hand->sink);
}

/* One operation; `i` counts those of this thread. */
static void
operate(Hand *hand, int64_t i)
{
    Peer *peer = hand->peer;
    BaseSlice key;
    switch (hand->args->kind) {
    case WORK_FILLSEQ:
        peer->ops->put(peer, key_of(hand, (uint64_t)i), next_value(hand), false);
        return;
    case WORK_FILLRANDOM:
    case WORK_OVERWRITE:
        peer->ops->put(peer, drawn_key(hand), next_value(hand), false);
        return;
    case WORK_FILLSYNC:
        peer->ops->put(peer, drawn_key(hand), next_value(hand), true);
        return;
    case WORK_DELETERANDOM:
        peer->ops->remove(peer, drawn_key(hand));
        return;
    case WORK_READRANDOM:
    case WORK_READWHILEWRITING:
        peer->ops->get(peer, drawn_key(hand), &hand->sink);
        return;
    case WORK_MULTIREADRANDOM:
        read_many(hand);
        return;
    case WORK_READMISSING:
        key = drawn_key(hand);
        hand->key[key.len] = '.';
        peer->ops->get(peer, base_slice(key.data, key.len + 1), &hand->sink);
        return;
    case WORK_SEEKRANDOM:
        key = drawn_key(hand);
        peer->ops->scan(peer, &key, false, 1 + hand->args->nexts, &hand->sink);
        return;
    case WORK_READSEQ:
    case WORK_READREVERSE:
    case WORK_COMPACT:
    case WORK_KIND_COUNT:
        break;
    }
}

/* What is one call for many operations. False: it is not of that kind. */
static bool
operate_as_a_whole(Hand *hand)
{
    Peer *peer = hand->peer;
    switch (hand->args->kind) {
    case WORK_READSEQ:
        peer->ops->scan(peer, NULL, false, hand->operations, &hand->sink);
        return true;
    case WORK_READREVERSE:
        peer->ops->scan(peer, NULL, true, hand->operations, &hand->sink);
        return true;
    case WORK_COMPACT:
        peer->ops->compact(peer);
        return true;
    default:
        return false;
    }
}

static void
operate_timed(Hand *hand)
{
    int64_t before_ns = load_clock_ns();
    for (int64_t i = 0; i < hand->operations; i++) {
        operate(hand, i);
        int64_t after_ns = load_clock_ns();
        base_histogram_record(hand->latency, after_ns - before_ns);
        before_ns = after_ns;
    }
}

static void *
work(void *argument)
{
    Hand *hand = argument;
    (void)pthread_barrier_wait(hand->barrier);
    if (operate_as_a_whole(hand)) {
        return NULL;
    }
    if (hand->latency != NULL) {
        operate_timed(hand);
        return NULL;
    }
    for (int64_t i = 0; i < hand->operations; i++) {
        operate(hand, i);
    }
    return NULL;
}

/* Overwrites until the readers are done. */
static void *
write_meanwhile(void *argument)
{
    Hand *hand = argument;
    (void)pthread_barrier_wait(hand->barrier);
    while (!atomic_load_explicit(hand->over, memory_order_relaxed)) {
        hand->peer->ops->put(hand->peer, drawn_key(hand), next_value(hand), false);
        hand->writes++;
    }
    return NULL;
}

/* ---------------------------------------------------------------------------------- threads -- */

static void
start_thread(pthread_t *ret_thread, void *(*run)(void *), Hand *hand)
{
    if (pthread_create(ret_thread, NULL, run, hand) != 0) {
        peer_fail("threads", "the system gives no more");
    }
}

static void
set_up(Hand *hand, Peer *peer, const WorkArgs *args, unsigned index)
{
    uint64_t seed = args->seed + (uint64_t)index * SEED_STEP;
    *hand = (Hand){
        .peer = peer,
        .args = args,
        .rand = base_rand(seed * SEED_STEP),
        .value_at = seed * VALUE_STEP,
        .operations = args->operations / args->threads,
    };
    if (args->latency) {
        hand->latency = calloc(1, sizeof *hand->latency);
    }
}

/* Adds up what a thread did, and lets it go. */
static void
add_up(Hand *hand, WorkResult *result)
{
    result->operations += hand->args->kind == WORK_COMPACT ? 1
                          : hand->args->kind == WORK_READSEQ || hand->args->kind == WORK_READREVERSE
                              ? hand->sink.found
                              : hand->operations;
    result->sink.found += hand->sink.found;
    result->sink.bytes += hand->sink.bytes;
    result->sink.digest += hand->sink.digest;
    if (hand->latency != NULL) {
        base_histogram_add(&result->latency, hand->latency);
        free(hand->latency);
    }
}

void
work_run(Peer *peer, const WorkArgs *args, WorkResult *ret_result)
{
    static Hand hands[THREADS_MAX + 1];
    pthread_t threads[THREADS_MAX + 1];
    pthread_barrier_t barrier;
    _Atomic bool over = false;
    unsigned count = (unsigned)args->threads;
    unsigned writers = args->kind == WORK_READWHILEWRITING ? 1 : 0;
    if (count < 1 || count > THREADS_MAX) {
        peer_fail("threads", "must be from 1 to 64");
    }
    (void)pthread_barrier_init(&barrier, NULL, count + writers + 1);
    for (unsigned i = 0; i < count + writers; i++) {
        set_up(&hands[i], peer, args, i);
        hands[i].barrier = &barrier;
        hands[i].over = &over;
        start_thread(&threads[i], i < count ? work : write_meanwhile, &hands[i]);
    }
    Gauge before = gauge_read();
    (void)pthread_barrier_wait(&barrier);
    *ret_result = (WorkResult){.operations = 0};
    for (unsigned i = 0; i < count; i++) {
        (void)pthread_join(threads[i], NULL);
    }
    Gauge after = gauge_read();
    atomic_store_explicit(&over, true, memory_order_relaxed);
    for (unsigned i = 0; i < writers; i++) {
        (void)pthread_join(threads[count + i], NULL);
        ret_result->writes += hands[count + i].writes;
    }
    for (unsigned i = 0; i < count; i++) {
        add_up(&hands[i], ret_result);
    }
    ret_result->seconds = after.seconds - before.seconds;
    ret_result->processor_seconds = after.processor_seconds - before.processor_seconds;
    ret_result->written_bytes = after.written_bytes - before.written_bytes;
    (void)pthread_barrier_destroy(&barrier);
}
