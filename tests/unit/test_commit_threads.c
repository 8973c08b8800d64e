/*
 * test_commit_threads.c: many threads submit at once, over an immediate backend and over one whose
 * groups other threads make durable in any order. Run it with the thread sanitizer.
 */
#include "engine/base/rand.h"
#include "engine/commit/counter.h"
#include "tests/support/sequencer_rig.h"

#include <check.h>
#include <semaphore.h>
#include <stdlib.h>
#include <unistd.h>

#define SUBMITTERS 4
#define ROUNDS     1500

static SequencerRig rig;
static atomic_bool finished;

/*
 * ------------------------------------------------------------------------------------- backends --
 */

/* Takes a group out of the list at random; NULL: everything is finished. */
static CommitGroup *
take_group(BaseRand *rand)
{
    FakeBackend *fake = &rig.fake;
    CommitGroup *group = NULL;
    ck_assert_int_eq(pthread_mutex_lock(&fake->mutex), 0);
    while (fake->group_count == 0 && !atomic_load(&finished)) {
        ck_assert_int_eq(pthread_cond_wait(&fake->changed, &fake->mutex), 0);
    }
    if (fake->group_count != 0) {
        size_t index = (size_t)base_rand_below(rand, fake->group_count);
        group = fake->groups[index];
        fake->groups[index] = fake->groups[--fake->group_count];
    }
    ck_assert_int_eq(pthread_mutex_unlock(&fake->mutex), 0);
    return group;
}

static void *
make_durable(void *argument)
{
    BaseRand rand = base_rand((uintptr_t)argument);
    CommitGroup *group = take_group(&rand);
    while (group != NULL) {
        commit_sequencer_persisted(rig.sequencer, group, base_ok());
        group = take_group(&rand);
    }
    return NULL;
}

static void *
bring_to_memory(void *argument)
{
    (void)argument;
    FakeBackend *fake = &rig.fake;
    ck_assert_int_eq(pthread_mutex_lock(&fake->mutex), 0);
    while (!atomic_load(&finished)) {
        if (fake->load_count == 0) {
            ck_assert_int_eq(pthread_cond_wait(&fake->changed, &fake->mutex), 0);
            continue;
        }
        ck_assert_int_eq(pthread_mutex_unlock(&fake->mutex), 0);
        fake_backend_end_load(fake, 0, base_ok());
        ck_assert_int_eq(pthread_mutex_lock(&fake->mutex), 0);
    }
    ck_assert_int_eq(pthread_mutex_unlock(&fake->mutex), 0);
    return NULL;
}

/*
 * ----------------------------------------------------------------------------------- submitters --
 */

/* A chain of two requests, and a signal when both are answered. */
typedef struct Pair {
    RigCommit add;   /* to a counter of all threads, and to one of this thread */
    RigCommit check; /* that the own counter is what `add` has made of it */
    sem_t answered;
} Pair;

static void
wake(EngineCommit *commit, const EngineOutcome *outcome)
{
    (void)outcome;
    Pair *pair = commit->user;
    ck_assert_int_eq(sem_post(&pair->answered), 0);
}

static void
ask(Pair *pair, const char *own, const uint8_t expected[COMMIT_COUNTER_BYTES])
{
    sequencer_rig_commit(&rig, &pair->add);
    sequencer_rig_commit(&rig, &pair->check);
    sequencer_rig_mutate(&pair->add, ENGINE_INCREMENT, "all")->delta = 1;
    sequencer_rig_mutate(&pair->add, ENGINE_INCREMENT, own)->delta = 1;
    sequencer_rig_guard(&pair->check, own, ENGINE_CHECK_VALUE_EQUAL)->value_equal =
        base_slice(expected, COMMIT_COUNTER_BYTES);
    pair->add.commit.next = &pair->check.commit;
    pair->add.commit.done = wake;
    pair->check.commit.done = wake;
    pair->add.commit.user = pair;
    pair->check.commit.user = pair;
    sequencer_rig_submit(&pair->add);
    for (int i = 0; i < 2; i++) {
        while (sem_wait(&pair->answered) != 0) {
        }
    }
}

static void *
submit_pairs(void *argument)
{
    static const char *const keys[SUBMITTERS] = {"own1", "own2", "cold3", "own4"};
    const char *own = keys[(uintptr_t)argument];
    Pair *pair = calloc(1, sizeof(*pair));
    ck_assert_ptr_nonnull(pair);
    ck_assert_int_eq(sem_init(&pair->answered, 0, 0), 0);
    int64_t version = 0;
    int64_t all = 0;
    for (int64_t i = 1; i <= ROUNDS; i++) {
        uint8_t expected[COMMIT_COUNTER_BYTES];
        commit_counter_format(i, expected);
        ask(pair, own, expected);
        ck_assert_int_eq(pair->add.commit.outcome.kind, ENGINE_APPLIED);
        ck_assert_int_eq(pair->add.mutations[1].result.number, i);
        ck_assert_int_gt(pair->add.mutations[0].result.number, all);
        ck_assert_int_gt(pair->add.commit.outcome.version, version);
        ck_assert_int_eq(pair->check.commit.outcome.kind, ENGINE_APPLIED);
        ck_assert_int_ge(pair->check.commit.outcome.version, pair->add.commit.outcome.version);
        all = pair->add.mutations[0].result.number;
        version = pair->add.commit.outcome.version;
    }
    ck_assert_int_eq(sem_destroy(&pair->answered), 0);
    free(pair);
    return NULL;
}

static void
finish(void)
{
    ck_assert_int_eq(pthread_mutex_lock(&rig.fake.mutex), 0);
    atomic_store(&finished, true);
    ck_assert_int_eq(pthread_cond_broadcast(&rig.fake.changed), 0);
    ck_assert_int_eq(pthread_mutex_unlock(&rig.fake.mutex), 0);
}

START_TEST(threads_take_turns)
{
    pthread_t submitters[SUBMITTERS];
    pthread_t helpers[3];
    sequencer_rig_init(&rig, (size_t)_i, 1000);
    rig.fake.room_every = _i < 2 ? 0 : 5;
    ck_assert_int_eq(pthread_create(&helpers[0], NULL, make_durable, (void *)1), 0);
    ck_assert_int_eq(pthread_create(&helpers[1], NULL, make_durable, (void *)2), 0);
    ck_assert_int_eq(pthread_create(&helpers[2], NULL, bring_to_memory, NULL), 0);
    for (uintptr_t i = 0; i < SUBMITTERS; i++) {
        ck_assert_int_eq(pthread_create(&submitters[i], NULL, submit_pairs, (void *)i), 0);
    }
    for (int i = 0; i < SUBMITTERS; i++) {
        ck_assert_int_eq(pthread_join(submitters[i], NULL), 0);
    }
    finish();
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(pthread_join(helpers[i], NULL), 0);
    }
    int64_t all = 0;
    const EngineRecord *record =
        fake_backend_get(&rig.fake, ENGINE_DATA, BASE_SLICE_LITERAL("all"));
    ck_assert_ptr_nonnull(record);
    ck_assert(commit_counter_parse(record->value, &all));
    ck_assert_int_eq(all, SUBMITTERS * ROUNDS);
    sequencer_rig_clear(&rig);
}
END_TEST

/*
 * ---------------------------------------------------------------------------------- handing over
 * --
 */

#define CHAIN 3000

static pthread_t first_leader;
static sem_t come_by;
static atomic_int led_by_other;

/*
 * Once the leader has done its share, calls the other thread and slows down until it is relieved.
 */
static void
note_leader(EngineCommit *commit, const EngineOutcome *outcome)
{
    (void)outcome;
    RigCommit *request = (RigCommit *)commit;
    int order = atomic_fetch_add(&rig.answered, 1) + 1;
    request->order = order;
    if (!pthread_equal(pthread_self(), first_leader)) {
        atomic_fetch_add(&led_by_other, 1);
    } else if (order > COMMIT_LEAD_MAX + 100) {
        ck_assert_int_eq(sem_post(&come_by), 0);
        (void)usleep(10 * 1000);
    }
}

static void *
come_by_once(void *argument)
{
    while (sem_wait(&come_by) != 0) {
    }
    sequencer_rig_submit(argument);
    return NULL;
}

START_TEST(a_leader_that_led_long_enough_is_relieved)
{
    static RigCommit chain[CHAIN];
    static RigCommit visitor;
    pthread_t other;
    sequencer_rig_init(&rig, 0, 100000);
    ck_assert_int_eq(sem_init(&come_by, 0, 0), 0);
    first_leader = pthread_self();
    for (int i = 0; i < CHAIN; i++) {
        sequencer_rig_commit(&rig, &chain[i]);
        (void)sequencer_rig_put(&chain[i], "a", "1");
        chain[i].commit.done = note_leader;
        chain[i].commit.next = i == CHAIN - 1 ? NULL : &chain[i + 1].commit;
    }
    sequencer_rig_commit(&rig, &visitor);
    (void)sequencer_rig_put(&visitor, "b", "1");
    ck_assert_int_eq(pthread_create(&other, NULL, come_by_once, &visitor), 0);
    sequencer_rig_submit(&chain[0]);
    ck_assert_int_eq(pthread_join(other, NULL), 0);
    for (int i = 0; i < CHAIN; i++) {
        ck_assert_int_eq(chain[i].order, i + 1);
    }
    ck_assert_int_eq(visitor.answers, 1);
    ck_assert_int_gt(atomic_load(&led_by_other), 0);
    ck_assert_int_eq(sem_destroy(&come_by), 0);
    sequencer_rig_clear(&rig);
}
END_TEST

int
main(void)
{
    TCase *cases = tcase_create("threads");
    tcase_set_timeout(cases, 120);
    tcase_add_loop_test(cases, threads_take_turns, 0, 4);
    tcase_add_test(cases, a_leader_that_led_long_enough_is_relieved);
    Suite *suite = suite_create("commit");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
