/*
 * test_lsm_commits.c: sequencer, writer, loader, log and flush together: random commits beside a
 * model, and many threads at once.
 *
 * Generations are tiny, so groups go over several of them, commits wait for spares, and some are
 * larger than a generation. What was flushed is read from tables whose blocks are not kept, so that
 * nearly every look at an older key is a load.
 *
 * Outcomes are delivered in the order of sequencing. So the model takes each request in the
 * callback of its commit, whichever thread that is, and says what should have become of it.
 */
#include "engine/base/rand.h"
#include "engine/commit/counter.h"
#include "tests/support/scripted_commit.h"
#include "tests/support/writer_rig.h"

#include <check.h>
#include <sched.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>

enum { KEYS = 150, COMMITS = 1500, MUTATIONS = 12, OUTSTANDING = 24, LONG_VALUE = 20000 };

static WriterRig rig;
static ScriptedStore model;
static BaseRand randomness;
static uint8_t filler[LONG_VALUE];

/* A request with room for its values, and a copy of it for the model. */
typedef struct Try {
    WriterRigCommit request; /* first: it is one */
    WriterRigCommit expected;
    char keys[MUTATIONS + 4][8];
    uint8_t numbers[MUTATIONS][COMMIT_COUNTER_BYTES];
} Try;

static unsigned seen_kinds;
static unsigned seen_reasons;

static unsigned
below(unsigned bound)
{
    return (unsigned)base_rand_below(&randomness, bound);
}

/* ---------------------------------------------------------------------------------- requests -- */

static BaseSlice
random_key(char text[8])
{
    (void)snprintf(text, 8, "k%03u", below(KEYS));
    return base_slice_text(text);
}

static BaseSlice
random_value(uint8_t number[COMMIT_COUNTER_BYTES])
{
    if (below(3) == 0) {
        commit_counter_format((int64_t)below(20), number);
        return base_slice(number, COMMIT_COUNTER_BYTES);
    }
    size_t len = below(100) == 0 ? LONG_VALUE - below(10000) : below(300);
    return base_slice(filler + below(LONG_VALUE - (unsigned)len + 1), len);
}

static void
add_guard(Try *try, size_t index)
{
    static const unsigned checks[] = {ENGINE_CHECK_ABSENT, ENGINE_CHECK_PRESENT,
                                      ENGINE_CHECK_VERSION_AT_MOST, ENGINE_CHECK_VALUE_EQUAL};
    EngineGuard *guard =
        writer_rig_guard(&try->request, random_key(try->keys[MUTATIONS + index]), checks[below(4)]);
    guard->version_at_most = rig.first + (int64_t)below(COMMITS);
    guard->value_equal = BASE_SLICE_LITERAL("\0\0\0\0\0\0\0\5");
}

static void
add_mutation(Try *try, size_t index)
{
    static const EngineMutationKind kinds[] = {ENGINE_PUT,       ENGINE_PUT,   ENGINE_PUT,
                                               ENGINE_PUT,       ENGINE_TOUCH, ENGINE_REMOVE,
                                               ENGINE_INCREMENT, ENGINE_APPEND};
    bool range = below(25) == 0;
    EngineMutation *mutation = writer_rig_mutate(
        &try->request, range ? ENGINE_REMOVE_RANGE : kinds[below(8)], random_key(try->keys[index]));
    mutation->keyspace = below(8) == 0 ? ENGINE_SYSTEM : ENGINE_DATA;
    mutation->value = random_value(try->numbers[index]);
    mutation->want_existed = below(2) == 0;
    mutation->create = below(2) == 0;
    mutation->delta = (int64_t)below(9) - 4;
    mutation->initial = 5;
    mutation->length_max = 300;
    mutation->expiry = (EngineExpiryKind)(below(3) == 0 ? below(4) : ENGINE_EXPIRES_NEVER);
    mutation->expiry_ms = (int64_t)below(400) - 5;
    if (mutation->expiry == ENGINE_EXPIRES_AT) {
        mutation->expiry_ms += base_clock_wall_ms(&rig.clock.clock);
    }
    if (range) {
        mutation->unbounded = below(20) == 0;
        (void)snprintf((char *)try->numbers[index], COMMIT_COUNTER_BYTES, "k%03u", below(KEYS + 1));
        mutation->value = base_slice(try->numbers[index], 4);
    }
}

static void
make_random(Try *try)
{
    writer_rig_commit(&rig, &try->request);
    size_t guards = below(6) == 0 ? 1 + below(3) : 0;
    for (size_t i = 0; i < guards; i++) {
        add_guard(try, i);
    }
    size_t mutations = below(3) == 0 ? below(MUTATIONS + 1) : 1;
    for (size_t i = 0; i < mutations; i++) {
        add_mutation(try, i);
    }
    try->request.commit.durability =
        below(40) == 0 ? ENGINE_DURABILITY_SYNC : ENGINE_DURABILITY_DEFAULT;
    try->expected = try->request;
    try->expected.commit.guards = try->expected.guards;
    try->expected.commit.mutations = try->expected.mutations;
}

/* ---------------------------------------------------------------------------------- outcomes -- */

static void
check_results(const Try *try)
{
    for (size_t i = 0; i < try->request.commit.mutation_count; i++) {
        const EngineMutation *got = &try->request.mutations[i];
        const EngineMutation *want = &try->expected.mutations[i];
        ck_assert_int_eq(got->result.existed, want->result.existed);
        ck_assert_int_eq(got->result.expires_at_ms, want->result.expires_at_ms);
        ck_assert_int_eq(got->result.number, want->result.number);
        ck_assert_int_eq(got->result.length, want->result.length);
    }
}

/* The callback of a commit: what the model says of it. */
static void
compare(EngineCommit *commit, const EngineOutcome *got)
{
    Try *try = (Try *)commit;
    int64_t before = model.version;
    EngineOutcome want = scripted_commit_apply(&model, &try->expected.commit);
    if (want.kind == ENGINE_APPLIED && commit->mutation_count == 0) {
        model.version = before; /* guards alone take no version */
        want.version = before;
    }
    ck_assert_int_eq(got->kind, want.kind);
    ck_assert_int_eq(got->version, want.version);
    ck_assert_int_eq(got->reason, want.reason);
    ck_assert_uint_eq(got->index, want.index);
    ck_assert_int_eq(got->current_version, want.current_version);
    if (got->kind == ENGINE_APPLIED) {
        check_results(try);
    }
    seen_kinds |= 1u << got->kind;
    seen_reasons |= 1u << got->reason;
    try->request.order = atomic_fetch_add(&rig.answered, 1) + 1;
    atomic_fetch_add(&try->request.answers, 1);
}

static void
check_key(EngineKeyspace keyspace, unsigned number)
{
    char text[8];
    (void)snprintf(text, 8, "k%03u", number);
    BaseSlice key = base_slice_text(text);
    EngineRecord record;
    bool found = writer_rig_get(&rig, keyspace, key, &record);
    const ScriptedRecord *want =
        scripted_map_get(&model.maps[keyspace], key, commit_stamp_now(&rig.stamps));
    ck_assert_int_eq(found, want != NULL);
    if (found) {
        ck_assert_int_eq(record.version, want->record.version);
        ck_assert_int_eq(record.expires_at_ms, want->record.expires_at_ms);
        ck_assert(base_slice_equal(record.value, want->record.value));
        free((void *)(uintptr_t)record.value.data);
    }
}

/* --------------------------------------------------------------------------------- the model -- */

static void
begin_model(int seed)
{
    randomness = base_rand(0x5eedu + (uint64_t)seed);
    for (size_t i = 0; i < LONG_VALUE; i++) {
        filler[i] = (uint8_t)below(256);
    }
    writer_rig_init(&rig, &(WriterRigOptions){.mode = (LsmSyncMode)(seed % 3),
                                              .write_buffer = 12000,
                                              .generations_max = 3 + (size_t)seed % 3,
                                              .depth = 1 + (size_t)seed % 4,
                                              .cache_bytes = seed % 2 == 0 ? 1 : 1 << 20});
    model = (ScriptedStore){.value_max = WRITER_RIG_VALUE_MAX, .version = rig.first - 1};
    commit_stamp_init(&model.stamps, &rig.clock.clock, 0);
}

static void
end_model(void)
{
    for (int i = 0; i < ENGINE_KEYSPACE_COUNT; i++) {
        scripted_map_clear(&model.maps[i]);
    }
    while (model.made != NULL) {
        ScriptedRecord *record = model.made;
        model.made = record->made_before;
        free(record);
    }
    writer_rig_clear(&rig);
}

/* Does what background work would do, until at most `most` requests are unanswered. */
static void
work_until(int submitted, int most)
{
    while (submitted - atomic_load(&rig.answered) > most) {
        writer_rig_supply(&rig);
        (void)writer_rig_flush(&rig);
        (void)sched_yield();
    }
}

START_TEST(random_commits_agree_with_the_model)
{
    begin_model(_i);
    Try *tries = calloc(COMMITS, sizeof(*tries));
    ck_assert_ptr_nonnull(tries);
    for (int i = 0; i < COMMITS; i++) {
        make_random(&tries[i]);
        tries[i].request.commit.done = compare;
        writer_rig_submit(&tries[i].request);
        if (below(8) == 0) {
            work_until(i + 1, (int)below(OUTSTANDING));
        }
        if (below(60) == 0) {
            work_until(i + 1, 0);
            check_key(ENGINE_DATA, below(KEYS));
            base_fake_clock_step_wall_ms(&rig.clock, (int64_t)below(80) - 20);
            lsm_writer_set_price(rig.writer, below(4) == 0 ? 20 : 0, LSM_PRICE_DEBT);
        }
        if (below(200) == 0) {
            writer_rig_seal(&rig);
        }
    }
    work_until(COMMITS, 0);
    for (unsigned i = 0; i < KEYS; i++) {
        check_key(ENGINE_DATA, i);
        check_key(ENGINE_SYSTEM, i);
    }
    LsmWriterStats stats;
    lsm_writer_stats(rig.writer, &stats);
    ck_assert_int_gt(stats.generations, 10);
    ck_assert_int_gt(stats.waits, 0);
    ck_assert(_i % 2 != 0 || stats.loads > 50);
    ck_assert_uint_eq(seen_kinds, 1u << ENGINE_APPLIED | 1u << ENGINE_NOT_APPLIED);
    ck_assert_uint_eq(seen_reasons, 0x5b); /* guard, absent, no counter, too long, and none */
    free(tries);
    end_model();
}
END_TEST

/* ----------------------------------------------------------------------------------- threads -- */

enum { SUBMITTERS = 4, ROUNDS = 250 };

static atomic_bool finished;

static void *
keep_going(void *argument)
{
    (void)argument;
    BaseRand rand = base_rand(3);
    while (!atomic_load(&finished)) {
        writer_rig_supply(&rig);
        if (base_rand_below(&rand, 3) == 0) {
            (void)writer_rig_flush(&rig);
        }
        lsm_writer_set_price(rig.writer, base_rand_below(&rand, 4) == 0 ? 50 : 0, LSM_PRICE_DEBT);
        (void)sched_yield();
    }
    return NULL;
}

/* A chain of two requests, and a signal when both are answered. */
typedef struct Pair {
    WriterRigCommit add;
    WriterRigCommit check;
    sem_t answered;
} Pair;

static void
wake(EngineCommit *commit, const EngineOutcome *outcome)
{
    (void)outcome;
    Pair *pair = commit->user;
    ck_assert_int_eq(sem_post(&pair->answered), 0);
}

/* Adds to a counter of all and to an own one, which the second request checks. */
static void
ask(Pair *pair, BaseSlice own, int64_t round, BaseRand *rand)
{
    uint8_t expected[COMMIT_COUNTER_BYTES];
    commit_counter_format(round, expected);
    writer_rig_commit(&rig, &pair->add);
    writer_rig_commit(&rig, &pair->check);
    writer_rig_mutate(&pair->add, ENGINE_INCREMENT, BASE_SLICE_LITERAL("all"))->delta = 1;
    writer_rig_mutate(&pair->add, ENGINE_INCREMENT, own)->delta = 1;
    size_t len = base_rand_below(rand, 50) == 0 ? 15000 : base_rand_below(rand, 200);
    (void)writer_rig_put(&pair->add, BASE_SLICE_LITERAL("x"), base_slice(filler, len));
    if (base_rand_below(rand, 10) == 0) {
        (void)writer_rig_remove_range(&pair->add, "x", NULL);
    }
    writer_rig_guard(&pair->check, own, ENGINE_CHECK_VALUE_EQUAL)->value_equal =
        base_slice(expected, sizeof(expected));
    pair->add.commit.next = &pair->check.commit;
    pair->add.commit.done = wake;
    pair->check.commit.done = wake;
    pair->add.commit.user = pair;
    pair->check.commit.user = pair;
    writer_rig_submit(&pair->add);
    for (int i = 0; i < 2; i++) {
        while (sem_wait(&pair->answered) != 0) {
        }
    }
}

static void *
submit_pairs(void *argument)
{
    char name[8];
    BaseRand rand = base_rand((uintptr_t)argument);
    (void)snprintf(name, sizeof(name), "own%u", (unsigned)(uintptr_t)argument);
    Pair *pair = calloc(1, sizeof(*pair));
    ck_assert_ptr_nonnull(pair);
    ck_assert_int_eq(sem_init(&pair->answered, 0, 0), 0);
    int64_t version = 0;
    for (int64_t round = 1; round <= ROUNDS; round++) {
        ask(pair, base_slice_text(name), round, &rand);
        ck_assert_int_eq(pair->add.commit.outcome.kind, ENGINE_APPLIED);
        ck_assert_int_eq(pair->add.mutations[1].result.number, round);
        ck_assert_int_gt(pair->add.commit.outcome.version, version);
        ck_assert_int_eq(pair->check.commit.outcome.kind, ENGINE_APPLIED);
        version = pair->add.commit.outcome.version;
    }
    ck_assert_int_eq(sem_destroy(&pair->answered), 0);
    free(pair);
    return NULL;
}

/* Reads while all of that goes on: the counters never go back. */
static void *
watch(void *argument)
{
    (void)argument;
    int64_t highest = 0;
    while (!atomic_load(&finished)) {
        EngineRecord record;
        int64_t number = 0;
        if (writer_rig_get(&rig, ENGINE_DATA, BASE_SLICE_LITERAL("all"), &record)) {
            ck_assert(commit_counter_parse(record.value, &number));
            free((void *)(uintptr_t)record.value.data);
        }
        ck_assert_int_ge(number, highest);
        highest = number;
    }
    return NULL;
}

START_TEST(threads_take_turns)
{
    pthread_t submitters[SUBMITTERS];
    pthread_t background;
    pthread_t watcher;
    atomic_store(&finished, false);
    writer_rig_init(&rig, &(WriterRigOptions){.mode = (LsmSyncMode)_i,
                                              .write_buffer = 12000,
                                              .depth = 1 + (size_t)_i,
                                              .cache_bytes = 1});
    ck_assert_int_eq(pthread_create(&background, NULL, keep_going, NULL), 0);
    ck_assert_int_eq(pthread_create(&watcher, NULL, watch, NULL), 0);
    for (uintptr_t i = 0; i < SUBMITTERS; i++) {
        ck_assert_int_eq(pthread_create(&submitters[i], NULL, submit_pairs, (void *)i), 0);
    }
    for (int i = 0; i < SUBMITTERS; i++) {
        ck_assert_int_eq(pthread_join(submitters[i], NULL), 0);
    }
    atomic_store(&finished, true);
    ck_assert_int_eq(pthread_join(background, NULL), 0);
    ck_assert_int_eq(pthread_join(watcher, NULL), 0);
    EngineRecord record;
    int64_t all = 0;
    ck_assert(writer_rig_get(&rig, ENGINE_DATA, BASE_SLICE_LITERAL("all"), &record));
    ck_assert(commit_counter_parse(record.value, &all));
    ck_assert_int_eq(all, SUBMITTERS * ROUNDS);
    free((void *)(uintptr_t)record.value.data);
    writer_rig_clear(&rig);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("lsm_commits");
    TCase *cases = tcase_create("commits");
    tcase_set_timeout(cases, 120);
    tcase_add_loop_test(cases, random_commits_agree_with_the_model, 0, 6);
    tcase_add_loop_test(cases, threads_take_turns, 0, 3);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
