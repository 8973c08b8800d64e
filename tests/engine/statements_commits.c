/*
 * statements_commits.c: EN-101 and on: what commits are.
 */
#include "tests/engine/trial.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { MANY = 3000, QUEUE = 200, SUBMITTERS = 4 };

static void
put_is_read_back(Trial *trial)
{
    EngineRecord record;
    HOLDS(trial_lacks(trial, NULL, "a"));
    int64_t version = trial_put(trial, "a", "1");
    HOLDS(trial_has(trial, NULL, "a", "1"));
    HOLDS(trial_look(trial, "a", &record));
    HOLDS(record.version == version && record.expires_at_ms == 0);
    HOLDS(engine_rig_version(trial_engine(trial)) == version);
}

static void
the_newest_put_wins(Trial *trial)
{
    int64_t first = trial_put(trial, "a", "1");
    int64_t second = trial_put(trial, "a", "22");
    int64_t third = trial_put(trial, "a", "");
    HOLDS(first < second && second < third);
    HOLDS(trial_has(trial, NULL, "a", ""));
}

static void
removed_is_absent(Trial *trial)
{
    int64_t put = trial_put(trial, "a", "1");
    int64_t removed = trial_remove(trial, "a");
    HOLDS(removed > put && trial_lacks(trial, NULL, "a"));
    HOLDS(trial_remove(trial, "never") > removed);
    HOLDS(trial_remove(trial, "a") > removed);
    (void)trial_put(trial, "a", "2");
    HOLDS(trial_has(trial, NULL, "a", "2"));
}

static void
the_empty_key_is_a_key(Trial *trial)
{
    (void)trial_put(trial, "", "nothing");
    (void)trial_put(trial, "a", "1");
    HOLDS(trial_has(trial, NULL, "", "nothing"));
    HOLDS(strcmp(trial_keys(trial, NULL, "", NULL, false).text, " a") == 0 ||
          strcmp(trial_keys(trial, NULL, "", NULL, false).text, "a") == 0);
    (void)trial_remove(trial, "");
    HOLDS(trial_lacks(trial, NULL, "") && trial_has(trial, NULL, "a", "1"));
}

static void
keys_are_bytes(Trial *trial)
{
    static const BaseSlice keys[] = {
        {NULL, 0},         TEXT("\0"),   TEXT("\0\0"),   TEXT("\0\1"),     TEXT("a"),
        TEXT("a\0"),       TEXT("a\0b"), TEXT("ab"),     TEXT("abcdefgh"), TEXT("abcdefgh\0"),
        TEXT("abcdefghi"), TEXT("\xff"), TEXT("\xff\0"), TEXT("\xff\xff"), TEXT("\xff\xff\xff"),
    };
    Engine *engine = trial_engine(trial);
    for (size_t i = COUNT_OF(keys); i > 0; i--) {
        (void)trial_write(trial, engine_rig_put(ENGINE_DATA, keys[i - 1], keys[i - 1]));
    }
    EngineIterator *iterator = trial_iterator(trial, NULL, "", NULL);
    engine_iterator_seek(iterator, NULL);
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        HOLDS(engine_rig_has(engine, NULL, ENGINE_DATA, keys[i], keys[i]));
        HOLDS(iterator->valid && base_slice_equal(iterator->key, keys[i]));
        engine_iterator_next(iterator);
    }
    HOLDS(!iterator->valid);
    engine_iterator_free(iterator);
}

static void
the_largest_records(Trial *trial)
{
    uint8_t *bytes = malloc(trial->rig.value_max);
    HOLDS(bytes != NULL);
    memset(bytes, 0xff, trial->rig.value_max);
    BaseSlice key = base_slice(bytes, trial->rig.key_max);
    BaseSlice value = base_slice(bytes, trial->rig.value_max);
    Engine *engine = trial_engine(trial);
    (void)trial_write(trial, engine_rig_put(ENGINE_DATA, key, value));
    (void)trial_write(trial, engine_rig_put(ENGINE_SYSTEM, key, value));
    HOLDS(engine_rig_has(engine, NULL, ENGINE_DATA, key, value));
    HOLDS(engine_rig_has(engine, NULL, ENGINE_SYSTEM, key, value));
    free(bytes);
}

static void
a_batch_has_one_version(Trial *trial)
{
    EngineMutation mutations[] = {trial_putting("a", "1"), trial_putting("b", "2"),
                                  trial_incrementing("n", 3), trial_removing("none")};
    EngineOutcome outcome = trial_commit(trial, NULL, 0, mutations, COUNT_OF(mutations));
    HOLDS(outcome.kind == ENGINE_APPLIED);
    EngineRecord a;
    EngineRecord b;
    EngineRecord n;
    HOLDS(trial_look(trial, "a", &a) && trial_look(trial, "b", &b) && trial_look(trial, "n", &n));
    HOLDS(a.version == outcome.version && b.version == a.version && n.version == a.version);
}

static void
later_mutations_win(Trial *trial)
{
    (void)trial_put(trial, "x1", "before");
    EngineMutation mutations[] = {
        trial_putting("x1", "a"),       trial_putting("x2", "b"),
        trial_removing_range("x", "y"), trial_putting("x2", "c"),
        trial_putting("x3", "d"),       trial_removing("x3"),
        trial_removing("x4"),           trial_putting("x4", "e"),
        trial_putting("z", "f"),        trial_removing_range("z", NULL),
    };
    EngineOutcome outcome = trial_commit(trial, NULL, 0, mutations, COUNT_OF(mutations));
    HOLDS(outcome.kind == ENGINE_APPLIED);
    HOLDS(strcmp(trial_keys(trial, NULL, "", NULL, false).text, "x2 x4") == 0);
    HOLDS(trial_has(trial, NULL, "x2", "c") && trial_has(trial, NULL, "x4", "e"));
}

static void
put_and_removed_in_one_batch(Trial *trial)
{
    /* Again and again around the same range: the order within a commit decides, nothing else. */
    EngineMutation mutations[] = {
        trial_putting("k", "1"), trial_removing_range("a", "z"),  trial_putting("k", "2"),
        trial_removing("k"),     trial_removing_range("k", "k1"), trial_putting("k", "3"),
    };
    HOLDS(trial_commit(trial, NULL, 0, mutations, 5).kind == ENGINE_APPLIED);
    HOLDS(trial_lacks(trial, NULL, "k"));
    HOLDS(trial_commit(trial, NULL, 0, mutations, 6).kind == ENGINE_APPLIED);
    HOLDS(trial_has(trial, NULL, "k", "3"));
    HOLDS(trial_commit(trial, NULL, 0, mutations, 2).kind == ENGINE_APPLIED);
    HOLDS(trial_lacks(trial, NULL, "k"));
}

static void
a_large_batch_is_whole(Trial *trial)
{
    EngineMutation *mutations = calloc(MANY, sizeof *mutations);
    char(*keys)[16] = calloc(MANY, sizeof *keys);
    HOLDS(mutations != NULL && keys != NULL);
    for (size_t i = 0; i < MANY; i++) {
        (void)snprintf(keys[i], sizeof keys[i], "key%06zu", i * 7919 % MANY);
        mutations[i] = trial_putting(keys[i], keys[i]);
    }
    EngineOutcome outcome = trial_commit(trial, NULL, 0, mutations, MANY);
    HOLDS(outcome.kind == ENGINE_APPLIED);
    for (size_t i = 0; i < MANY; i++) {
        HOLDS(trial_has(trial, NULL, keys[i], keys[i]));
    }
    free(mutations);
    free(keys);
}

static void
a_batch_larger_than_any_buffer(Trial *trial)
{
    enum { VALUES = 40, BYTES = 50000 };
    EngineMutation mutations[VALUES];
    char keys[VALUES][8];
    uint8_t *bytes = malloc(VALUES * BYTES);
    HOLDS(bytes != NULL);
    BaseRand rand = base_rand(1);
    for (size_t i = 0; i < VALUES * BYTES; i++) {
        bytes[i] = (uint8_t)base_rand_next(&rand);
    }
    for (size_t i = 0; i < VALUES; i++) {
        (void)snprintf(keys[i], sizeof keys[i], "k%zu", i);
        mutations[i] = engine_rig_put(ENGINE_DATA, base_slice_text(keys[i]),
                                      base_slice(bytes + i * BYTES, BYTES));
    }
    for (int round = 0; round < 3; round++) {
        HOLDS(trial_commit(trial, NULL, 0, mutations, VALUES).kind == ENGINE_APPLIED);
        for (size_t i = 0; i < VALUES; i++) {
            HOLDS(engine_rig_has(trial_engine(trial), NULL, ENGINE_DATA, mutations[i].key,
                                 mutations[i].value));
        }
    }
    free(bytes);
}

/* Submits QUEUE commits, as one chain or one by one, and waits; how they were answered. */
static void
submit_queue(Trial *trial, EngineRigCommit *commits, EngineMutation *mutations, bool chained)
{
    EngineRigWait wait;
    engine_rig_wait_init(&wait);
    for (size_t i = 0; i < QUEUE; i++) {
        memset(&commits[i], 0, sizeof commits[i]);
        mutations[i] = trial_incrementing("n", 1);
        commits[i].commit.mutations = &mutations[i];
        commits[i].commit.mutation_count = 1;
        engine_rig_commit_init(&commits[i], &wait);
        if (chained && i > 0) {
            commits[i - 1].commit.next = &commits[i].commit;
        }
    }
    for (size_t i = 0; i < (chained ? 1 : QUEUE); i++) {
        engine_commit(trial_engine(trial), &commits[i].commit);
    }
    engine_rig_wait(&wait, QUEUE);
    engine_rig_wait_clear(&wait);
}

static void
a_chain_keeps_its_order(Trial *trial)
{
    EngineRigCommit *commits = calloc(QUEUE, sizeof *commits);
    EngineMutation *mutations = calloc(QUEUE, sizeof *mutations);
    HOLDS(commits != NULL && mutations != NULL);
    submit_queue(trial, commits, mutations, true);
    for (size_t i = 0; i < QUEUE; i++) {
        HOLDS(commits[i].commit.outcome.kind == ENGINE_APPLIED && commits[i].order == i);
        HOLDS(mutations[i].result.number == (int64_t)i + 1);
        HOLDS(i == 0 || commits[i].commit.outcome.version > commits[i - 1].commit.outcome.version);
    }
    free(commits);
    free(mutations);
}

static void
answers_come_in_the_order_of_versions(Trial *trial)
{
    EngineRigCommit *commits = calloc(QUEUE, sizeof *commits);
    EngineMutation *mutations = calloc(QUEUE, sizeof *mutations);
    const EngineRigCommit *answered[QUEUE];
    HOLDS(commits != NULL && mutations != NULL);
    submit_queue(trial, commits, mutations, false);
    for (size_t i = 0; i < QUEUE; i++) {
        answered[commits[i].order] = &commits[i];
    }
    for (size_t i = 0; i < QUEUE; i++) {
        HOLDS(answered[i]->commit.outcome.kind == ENGINE_APPLIED);
        HOLDS(answered[i]->commit.mutations[0].result.number == (int64_t)i + 1);
        HOLDS(i == 0 ||
              answered[i]->commit.outcome.version > answered[i - 1]->commit.outcome.version);
    }
    free(commits);
    free(mutations);
}

/* A commit whose callback submits the next one, so many times. */
typedef struct Relay {
    Engine *engine;
    EngineRigWait *wait;
    EngineMutation mutation;
    EngineCommit commit;
    int left;
} Relay;

static void
pass_on(EngineCommit *answered, const EngineOutcome *outcome)
{
    Relay *relay = answered->user;
    if (outcome->kind == ENGINE_APPLIED && --relay->left > 0) {
        engine_commit(relay->engine, &relay->commit);
        return;
    }
    (void)sem_post(&relay->wait->answered);
}

static void
callbacks_may_submit(Trial *trial)
{
    EngineRigWait wait;
    engine_rig_wait_init(&wait);
    Relay relay = {trial_engine(trial), &wait, trial_incrementing("n", 1), {.done = pass_on}, 100};
    relay.commit.mutations = &relay.mutation;
    relay.commit.mutation_count = 1;
    relay.commit.user = &relay;
    engine_commit(relay.engine, &relay.commit);
    engine_rig_wait(&wait, 1);
    engine_rig_wait_clear(&wait);
    HOLDS(relay.left == 0 && relay.mutation.result.number == 100);
}

static void *
add_many(void *user)
{
    Trial *trial = user;
    for (int i = 0; i < QUEUE; i++) {
        (void)engine_rig_apply(trial_engine(trial), trial_incrementing("n", 1));
    }
    return NULL;
}

static void
increments_of_threads_add_up(Trial *trial)
{
    pthread_t threads[SUBMITTERS];
    for (int i = 0; i < SUBMITTERS; i++) {
        HOLDS(pthread_create(&threads[i], NULL, add_many, trial) == 0);
    }
    for (int i = 0; i < SUBMITTERS; i++) {
        (void)pthread_join(threads[i], NULL);
    }
    EngineMutation last = trial_incrementing("n", 0);
    HOLDS(trial_commit(trial, NULL, 0, &last, 1).kind == ENGINE_APPLIED);
    HOLDS(last.result.number == SUBMITTERS * QUEUE);
}

static void
a_commit_may_only_ask(Trial *trial)
{
    int64_t version = trial_put(trial, "a", "1");
    EngineGuard guard = {.key = TEXT("a"), .checks = ENGINE_CHECK_PRESENT};
    EngineOutcome outcome = trial_commit(trial, &guard, 1, NULL, 0);
    HOLDS(outcome.kind == ENGINE_APPLIED && outcome.version == version);
    guard.checks = ENGINE_CHECK_ABSENT;
    HOLDS(trial_commit(trial, &guard, 1, NULL, 0).kind == ENGINE_NOT_APPLIED);
    HOLDS(engine_rig_version(trial_engine(trial)) == version);
}

static void
keyspaces_are_apart(Trial *trial)
{
    Engine *engine = trial_engine(trial);
    (void)trial_write(trial, engine_rig_put(ENGINE_SYSTEM, TEXT("k"), TEXT("system")));
    HOLDS(trial_lacks(trial, NULL, "k"));
    (void)trial_put(trial, "k", "data");
    HOLDS(engine_rig_has(engine, NULL, ENGINE_SYSTEM, TEXT("k"), TEXT("system")));
    HOLDS(strcmp(trial_keys(trial, NULL, "", NULL, false).text, "k") == 0);
    (void)trial_remove_range(trial, "", NULL);
    HOLDS(trial_lacks(trial, NULL, "k"));
    HOLDS(engine_rig_has(engine, NULL, ENGINE_SYSTEM, TEXT("k"), TEXT("system")));
    (void)trial_put(trial, "k", "data");
    (void)trial_write(trial, engine_rig_remove_range(ENGINE_SYSTEM, TEXT(""), NULL));
    HOLDS(engine_rig_lacks(engine, NULL, ENGINE_SYSTEM, TEXT("k")));
    HOLDS(trial_has(trial, NULL, "k", "data"));
}

static void
one_commit_writes_both_keyspaces(Trial *trial)
{
    Engine *engine = trial_engine(trial);
    EngineMutation mutations[] = {trial_putting("k", "data"),
                                  engine_rig_put(ENGINE_SYSTEM, TEXT("k"), TEXT("system"))};
    EngineGuard guard = {
        .keyspace = ENGINE_SYSTEM, .key = TEXT("k"), .checks = ENGINE_CHECK_ABSENT};
    HOLDS(trial_commit(trial, &guard, 1, mutations, 2).kind == ENGINE_APPLIED);
    HOLDS(trial_has(trial, NULL, "k", "data"));
    HOLDS(engine_rig_has(engine, NULL, ENGINE_SYSTEM, TEXT("k"), TEXT("system")));
    HOLDS(trial_commit(trial, &guard, 1, mutations, 2).kind == ENGINE_NOT_APPLIED);
}

static void
too_late_is_refused(Trial *trial)
{
    EngineRigWait wait;
    engine_rig_wait_init(&wait);
    EngineMutation mutation = trial_putting("a", "1");
    EngineRigCommit commit = {
        .commit = {.mutations = &mutation, .mutation_count = 1, .deadline_us = 1}};
    engine_rig_commit_init(&commit, &wait);
    engine_commit(trial_engine(trial), &commit.commit);
    engine_rig_wait(&wait, 1);
    HOLDS(commit.commit.outcome.kind == ENGINE_REFUSED);
    HOLDS(commit.commit.outcome.refusal == ENGINE_REFUSAL_DEADLINE);
    HOLDS(trial_lacks(trial, NULL, "a"));
    commit.commit.deadline_us = base_clock_monotonic_us(trial->rig.clock) + 1000000;
    engine_commit(trial_engine(trial), &commit.commit);
    engine_rig_wait(&wait, 1);
    engine_rig_wait_clear(&wait);
    HOLDS(commit.commit.outcome.kind == ENGINE_APPLIED && trial_has(trial, NULL, "a", "1"));
}

static void
sync_needs_persistence(Trial *trial)
{
    EngineRigWait wait;
    engine_rig_wait_init(&wait);
    EngineMutation mutation = trial_putting("a", "1");
    EngineRigCommit commit = {.commit = {.mutations = &mutation,
                                         .mutation_count = 1,
                                         .durability = ENGINE_DURABILITY_SYNC}};
    engine_rig_commit_init(&commit, &wait);
    engine_commit(trial_engine(trial), &commit.commit);
    engine_rig_wait(&wait, 1);
    engine_rig_wait_clear(&wait);
    if (trial_can(trial, ENGINE_CAN_PERSIST)) {
        HOLDS(commit.commit.outcome.kind == ENGINE_APPLIED && trial_has(trial, NULL, "a", "1"));
    } else {
        HOLDS(commit.commit.outcome.kind == ENGINE_FAILED && trial_lacks(trial, NULL, "a"));
        HOLDS(commit.commit.outcome.status.code == BASE_UNSUPPORTED);
    }
}

static void
existed_is_told_to_those_who_ask(Trial *trial)
{
    EngineMutation put = trial_putting("a", "1");
    put.want_existed = true;
    HOLDS(trial_commit(trial, NULL, 0, &put, 1).kind == ENGINE_APPLIED && !put.result.existed);
    HOLDS(trial_commit(trial, NULL, 0, &put, 1).kind == ENGINE_APPLIED && put.result.existed);
    EngineMutation blind = trial_putting("a", "2");
    HOLDS(trial_commit(trial, NULL, 0, &blind, 1).kind == ENGINE_APPLIED && !blind.result.existed);
    EngineMutation remove = trial_removing("a");
    HOLDS(trial_commit(trial, NULL, 0, &remove, 1).kind == ENGINE_APPLIED && remove.result.existed);
    HOLDS(trial_commit(trial, NULL, 0, &remove, 1).kind == ENGINE_APPLIED);
    HOLDS(!remove.result.existed);
    remove.want_existed = false;
    (void)trial_put(trial, "a", "3");
    HOLDS(trial_commit(trial, NULL, 0, &remove, 1).kind == ENGINE_APPLIED);
    HOLDS(!remove.result.existed && trial_lacks(trial, NULL, "a"));
}

#define BATCH ENGINE_CAN_BATCH

const Statement engine_statements_of_commits[] = {
    {101, "what is put is read back, with its version", put_is_read_back, 0, 0},
    {102, "the newest put of a key wins, an empty value too", the_newest_put_wins, 0, 0},
    {103, "what is removed is absent; removing what is absent applies", removed_is_absent, 0, 0},
    {104, "the empty key is a key", the_empty_key_is_a_key, 0, 0},
    {105, "keys are any bytes, ordered as bytes", keys_are_bytes, 0, 0},
    {106, "the longest keys and values are stored", the_largest_records, 0, 0},
    {107, "a batch has one version", a_batch_has_one_version, BATCH, 0},
    {108, "later mutations of a batch override earlier ones", later_mutations_win, BATCH, 0},
    {109, "a key may be put and removed often in one batch", put_and_removed_in_one_batch, BATCH,
     0},
    {110, "a batch of thousands is whole", a_large_batch_is_whole, BATCH, 0},
    {111, "a batch may be larger than any buffer", a_batch_larger_than_any_buffer, BATCH, 0},
    {112, "the commits of a chain are sequenced in their order", a_chain_keeps_its_order, 0, 0},
    {113, "outcomes come in the order of versions", answers_come_in_the_order_of_versions, 0, 0},
    {114, "a callback may submit", callbacks_may_submit, 0, 0},
    {115, "increments of several threads add up", increments_of_threads_add_up, 0, 0},
    {116, "a commit without mutations tells whether guards hold", a_commit_may_only_ask, 0, 0},
    {117, "the keyspaces do not know each other", keyspaces_are_apart, 0, 0},
    {118, "one commit may write both keyspaces", one_commit_writes_both_keyspaces, BATCH, 0},
    {119, "a commit past its deadline is refused", too_late_is_refused, 0, 0},
    {120, "sync is accepted if and only if the engine persists", sync_needs_persistence, 0, 0},
    {121, "existed is told to those who ask", existed_is_told_to_those_who_ask, 0, 0},
    {0},
};
