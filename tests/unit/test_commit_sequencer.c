/*
 * test_commit_sequencer.c: what a commit does, over an immediate backend and over one that
 * persists.
 */
#include "engine/commit/counter.h"
#include "tests/support/sequencer_rig.h"

#include <check.h>
#include <stdlib.h>

static SequencerRig rig;
static RigCommit commit;

/* Every case runs twice: `_i` is the depth of the sequencer. */
static void
begin(int depth)
{
    sequencer_rig_init(&rig, (size_t)depth, 1000);
    rig.fake.automatic = true;
    sequencer_rig_commit(&rig, &commit);
}

static void
end(void)
{
    sequencer_rig_clear(&rig);
}

/* Submits and checks that it was answered once. */
static const EngineOutcome *
run(void)
{
    sequencer_rig_submit(&commit);
    ck_assert_int_eq(commit.answers, 1);
    return &commit.commit.outcome;
}

static const EngineOutcome *
run_applied(void)
{
    const EngineOutcome *outcome = run();
    ck_assert_int_eq(outcome->kind, ENGINE_APPLIED);
    return outcome;
}

static const EngineOutcome *
run_not_applied(EngineReason reason, size_t index)
{
    const EngineOutcome *outcome = run();
    ck_assert_int_eq(outcome->kind, ENGINE_NOT_APPLIED);
    ck_assert_int_eq(outcome->reason, reason);
    ck_assert_uint_eq(outcome->index, index);
    return outcome;
}

static const EngineOutcome *
run_refused(EngineRefusal refusal)
{
    const EngineOutcome *outcome = run();
    ck_assert_int_eq(outcome->kind, ENGINE_REFUSED);
    ck_assert_int_eq(outcome->refusal, refusal);
    return outcome;
}

/* A fresh request. */
static void
again(void)
{
    sequencer_rig_commit(&rig, &commit);
}

static void
set_counter(const char *key, int64_t number)
{
    uint8_t bytes[COMMIT_COUNTER_BYTES];
    commit_counter_format(number, bytes);
    again();
    sequencer_rig_mutate(&commit, ENGINE_PUT, key)->value = base_slice(bytes, sizeof(bytes));
    (void)run_applied();
    again();
}

START_TEST(puts_and_removes)
{
    begin(_i);
    EngineMutation *put = sequencer_rig_put(&commit, "a", "1");
    ck_assert_int_eq(run_applied()->version, 1);
    ck_assert(!put->result.existed);
    ck_assert(sequencer_rig_is(&rig, "a", "1"));
    again();
    put = sequencer_rig_put(&commit, "a", "2");
    ck_assert_int_eq(run_applied()->version, 2);
    ck_assert(put->result.existed);
    again();
    EngineMutation *remove = sequencer_rig_mutate(&commit, ENGINE_REMOVE, "a");
    ck_assert_int_eq(run_applied()->version, 3);
    ck_assert(remove->result.existed);
    ck_assert(sequencer_rig_is(&rig, "a", NULL));
    again();
    remove = sequencer_rig_mutate(&commit, ENGINE_REMOVE, "a");
    ck_assert_int_eq(run_applied()->version, 4);
    ck_assert(!remove->result.existed);
    end();
}
END_TEST

START_TEST(blind_writes_ask_nothing)
{
    begin(_i);
    (void)sequencer_rig_set(&rig, "cold", "1");
    int64_t lookups = rig.fake.lookups;
    EngineMutation *put = sequencer_rig_put(&commit, "cold", "2");
    put->want_existed = false;
    put->expiry = ENGINE_EXPIRES_AFTER;
    put->expiry_ms = 1000;
    (void)run_applied();
    ck_assert(!put->result.existed);
    ck_assert_int_eq(put->result.expires_at_ms, 1001000);
    ck_assert(sequencer_rig_is(&rig, "cold", "2"));
    again();
    EngineMutation *remove = sequencer_rig_mutate(&commit, ENGINE_REMOVE, "cold");
    remove->want_existed = false;
    (void)run_applied();
    ck_assert(!remove->result.existed);
    ck_assert(sequencer_rig_is(&rig, "cold", NULL));
    ck_assert_int_eq(rig.fake.lookups, lookups);
    end();
}
END_TEST

/* Whatever overwrites whatever of the same commit, each key is written once. */
START_TEST(blind_writes_of_one_commit_override_each_other)
{
    begin(_i);
    (void)sequencer_rig_set(&rig, "a", "before");
    sequencer_rig_put(&commit, "a", "1")->want_existed = false;
    sequencer_rig_put(&commit, "b", "2")->want_existed = false;
    sequencer_rig_mutate(&commit, ENGINE_REMOVE, "a")->want_existed = false;
    EngineMutation *last = sequencer_rig_put(&commit, "b", "3");
    (void)run_applied();
    ck_assert(last->result.existed);
    ck_assert(sequencer_rig_is(&rig, "a", NULL));
    ck_assert(sequencer_rig_is(&rig, "b", "3"));
    again();
    sequencer_rig_put(&commit, "a", "4")->want_existed = false;
    sequencer_rig_mutate(&commit, ENGINE_REMOVE_RANGE, "a")->unbounded = true;
    sequencer_rig_put(&commit, "a", "5")->want_existed = false;
    sequencer_rig_mutate(&commit, ENGINE_APPEND, "a")->value = BASE_SLICE_LITERAL("6");
    (void)run_applied();
    ck_assert(sequencer_rig_is(&rig, "a", "56"));
    ck_assert(sequencer_rig_is(&rig, "b", NULL));
    end();
}
END_TEST

START_TEST(to_keep_an_expiry_needs_a_look)
{
    begin(_i);
    EngineMutation *put = sequencer_rig_put(&commit, "a", "1");
    put->expiry = ENGINE_EXPIRES_AT;
    put->expiry_ms = 2000000;
    (void)run_applied();
    again();
    put = sequencer_rig_put(&commit, "a", "2");
    put->expiry = ENGINE_EXPIRES_KEEP;
    put->want_existed = false;
    (void)run_applied();
    ck_assert(!put->result.existed);
    ck_assert_int_eq(put->result.expires_at_ms, 2000000);
    end();
}
END_TEST

START_TEST(keyspaces_are_apart)
{
    begin(_i);
    sequencer_rig_put(&commit, "a", "system")->keyspace = ENGINE_SYSTEM;
    (void)sequencer_rig_put(&commit, "a", "data");
    (void)run_applied();
    ck_assert(sequencer_rig_is(&rig, "a", "data"));
    again();
    sequencer_rig_mutate(&commit, ENGINE_REMOVE_RANGE, "")->unbounded = true;
    (void)run_applied();
    ck_assert(sequencer_rig_is(&rig, "a", NULL));
    ck_assert_ptr_nonnull(fake_backend_get(&rig.fake, ENGINE_SYSTEM, BASE_SLICE_LITERAL("a")));
    end();
}
END_TEST

START_TEST(guards_check_the_state_before)
{
    begin(_i);
    int64_t version = sequencer_rig_set(&rig, "a", "1");
    static const struct {
        const char *key;
        unsigned checks;
        int64_t version; /* added to the version of "a" */
        const char *value;
        bool holds;
    } cases[] = {
        {"a", ENGINE_CHECK_PRESENT, 0, "", true},
        {"a", ENGINE_CHECK_ABSENT, 0, "", false},
        {"b", ENGINE_CHECK_PRESENT, 0, "", false},
        {"b", ENGINE_CHECK_ABSENT, 0, "", true},
        {"a", ENGINE_CHECK_VERSION_EQUAL, 0, "", true},
        {"a", ENGINE_CHECK_VERSION_EQUAL, 1, "", false},
        {"a", ENGINE_CHECK_VERSION_EQUAL, -1, "", false},
        {"b", ENGINE_CHECK_VERSION_EQUAL, -1, "", true},
        {"b", ENGINE_CHECK_VERSION_EQUAL, 0, "", false},
        {"a", ENGINE_CHECK_VERSION_AT_MOST, 0, "", true},
        {"a", ENGINE_CHECK_VERSION_AT_MOST, 1, "", true},
        {"a", ENGINE_CHECK_VERSION_AT_MOST, -1, "", false},
        {"b", ENGINE_CHECK_VERSION_AT_MOST, -1, "", true},
        {"a", ENGINE_CHECK_VALUE_EQUAL, 0, "1", true},
        {"a", ENGINE_CHECK_VALUE_EQUAL, 0, "2", false},
        {"b", ENGINE_CHECK_VALUE_EQUAL, 0, "", false},
        {"a", ENGINE_CHECK_VALUE_EQUAL | ENGINE_CHECK_ABSENT, 0, "1", false},
        {"a", ENGINE_CHECK_PRESENT | ENGINE_CHECK_VERSION_EQUAL | ENGINE_CHECK_VALUE_EQUAL, 0, "1",
         true},
        {"a", 0, 0, "", true},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        again();
        EngineGuard *guard = sequencer_rig_guard(&commit, cases[i].key, cases[i].checks);
        guard->version_equal = version + cases[i].version;
        guard->version_at_most = version + cases[i].version;
        guard->value_equal = base_slice_text(cases[i].value);
        (void)sequencer_rig_put(&commit, "other", "x");
        ck_assert_msg((run()->kind == ENGINE_APPLIED) == cases[i].holds, "case %zu", i);
    }
    end();
}
END_TEST

START_TEST(a_failed_guard_tells_the_state_and_changes_nothing)
{
    begin(_i);
    int64_t version = sequencer_rig_set(&rig, "a", "now");
    (void)sequencer_rig_guard(&commit, "b", ENGINE_CHECK_ABSENT);
    (void)sequencer_rig_guard(&commit, "a", ENGINE_CHECK_ABSENT);
    (void)sequencer_rig_put(&commit, "b", "1");
    const EngineOutcome *outcome = run_not_applied(ENGINE_REASON_GUARD, 1);
    ck_assert_int_eq(outcome->current_version, version);
    ck_assert(outcome->has_current_value);
    ck_assert_str_eq(commit.current, "now");
    ck_assert(sequencer_rig_is(&rig, "b", NULL));
    again();
    commit.commit.want_current_value = false;
    (void)sequencer_rig_guard(&commit, "a", ENGINE_CHECK_ABSENT);
    ck_assert(!run_not_applied(ENGINE_REASON_GUARD, 0)->has_current_value);
    again();
    (void)sequencer_rig_guard(&commit, "none", ENGINE_CHECK_PRESENT);
    outcome = run_not_applied(ENGINE_REASON_GUARD, 0);
    ck_assert_int_eq(outcome->current_version, 0);
    ck_assert(!outcome->has_current_value);
    ck_assert_int_eq(sequencer_rig_set(&rig, "c", "x"), version + 1);
    end();
}
END_TEST

START_TEST(a_batch_sees_itself)
{
    begin(_i);
    set_counter("n", 5);
    (void)sequencer_rig_put(&commit, "a", "1");
    EngineMutation *append = sequencer_rig_mutate(&commit, ENGINE_APPEND, "a");
    append->value = BASE_SLICE_LITERAL("23");
    EngineMutation *first = sequencer_rig_mutate(&commit, ENGINE_INCREMENT, "n");
    first->delta = 2;
    EngineMutation *second = sequencer_rig_mutate(&commit, ENGINE_INCREMENT, "n");
    second->delta = 3;
    int64_t published = rig.fake.published;
    (void)run_applied();
    ck_assert_int_eq(rig.fake.published, published + 1);
    ck_assert_int_eq(append->result.length, 3);
    ck_assert(append->result.existed);
    ck_assert_int_eq(first->result.number, 7);
    ck_assert_int_eq(second->result.number, 10);
    ck_assert(sequencer_rig_is(&rig, "a", "123"));
    again();
    (void)sequencer_rig_put(&commit, "a", "old");
    (void)sequencer_rig_mutate(&commit, ENGINE_REMOVE, "a");
    EngineMutation *touch = sequencer_rig_mutate(&commit, ENGINE_TOUCH, "a");
    const EngineOutcome *outcome = run_not_applied(ENGINE_REASON_KEY_ABSENT, 2);
    ck_assert(!touch->result.existed);
    ck_assert_str_eq(commit.current, "123"); /* the state before the batch */
    ck_assert_int_ne(outcome->current_version, 0);
    again();
    (void)sequencer_rig_put(&commit, "a", "first");
    (void)sequencer_rig_mutate(&commit, ENGINE_REMOVE, "a");
    (void)sequencer_rig_put(&commit, "a", "last");
    (void)run_applied();
    ck_assert(sequencer_rig_is(&rig, "a", "last"));
    end();
}
END_TEST

START_TEST(a_batch_respects_its_ranges)
{
    begin(_i);
    (void)sequencer_rig_set(&rig, "b", "old");
    (void)sequencer_rig_put(&commit, "a", "before");
    EngineMutation *range = sequencer_rig_mutate(&commit, ENGINE_REMOVE_RANGE, "a");
    range->value = BASE_SLICE_LITERAL("c");
    EngineMutation *append = sequencer_rig_mutate(&commit, ENGINE_APPEND, "a");
    append->create = true;
    append->value = BASE_SLICE_LITERAL("after");
    EngineMutation *put = sequencer_rig_put(&commit, "c", "outside");
    (void)run_applied();
    ck_assert(!append->result.existed);
    ck_assert(!put->result.existed);
    ck_assert(sequencer_rig_is(&rig, "a", "after"));
    ck_assert(sequencer_rig_is(&rig, "b", NULL));
    ck_assert(sequencer_rig_is(&rig, "c", "outside"));
    again();
    EngineMutation *empty = sequencer_rig_mutate(&commit, ENGINE_REMOVE_RANGE, "c");
    empty->value = BASE_SLICE_LITERAL("a"); /* holds nothing */
    (void)run_applied();
    ck_assert(sequencer_rig_is(&rig, "a", "after"));
    end();
}
END_TEST

START_TEST(a_large_batch_of_one_key_stays_small)
{
    begin(_i);
    enum { COUNT = 32768 };
    EngineMutation *mutations = calloc(COUNT, sizeof(*mutations));
    ck_assert_ptr_nonnull(mutations);
    for (int i = 0; i < COUNT; i++) {
        mutations[i] = (EngineMutation){.kind = i % 2 == 0 ? ENGINE_INCREMENT : ENGINE_APPEND,
                                        .key = base_slice_text(i % 2 == 0 ? "n" : "a"),
                                        .value = BASE_SLICE_LITERAL("x"),
                                        .create = true,
                                        .delta = 1,
                                        .lowest = INT64_MIN,
                                        .highest = INT64_MAX,
                                        .length_max = SIZE_MAX};
    }
    commit.commit.mutations = mutations;
    commit.commit.mutation_count = 2 * RIG_VALUE_MAX;
    (void)run_applied();
    ck_assert_int_eq(mutations[2 * RIG_VALUE_MAX - 2].result.number, RIG_VALUE_MAX);
    ck_assert_int_eq(mutations[2 * RIG_VALUE_MAX - 1].result.length, RIG_VALUE_MAX);
    again();
    commit.commit.mutations = mutations;
    commit.commit.mutation_count = COUNT;
    (void)run_not_applied(ENGINE_REASON_TOO_LONG, 1);
    free(mutations);
    end();
}
END_TEST

START_TEST(guards_alone_are_applied)
{
    begin(_i);
    int64_t version = sequencer_rig_set(&rig, "a", "1");
    (void)sequencer_rig_guard(&commit, "a", ENGINE_CHECK_PRESENT);
    ck_assert_int_eq(run_applied()->version, version);
    ck_assert_int_eq(sequencer_rig_set(&rig, "b", "1"), version + 1);
    end();
}
END_TEST

START_TEST(a_deadline_that_passed_refuses)
{
    begin(_i);
    int64_t now_us = base_clock_monotonic_us(&rig.clock.clock);
    (void)sequencer_rig_put(&commit, "a", "1");
    commit.commit.deadline_us = now_us - 1;
    (void)run_refused(ENGINE_REFUSAL_DEADLINE);
    ck_assert(sequencer_rig_is(&rig, "a", NULL));
    again();
    (void)sequencer_rig_put(&commit, "a", "1");
    commit.commit.deadline_us = now_us;
    (void)run_applied();
    end();
}
END_TEST

START_TEST(closing_refuses)
{
    begin(_i);
    commit_sequencer_shut(rig.sequencer);
    (void)sequencer_rig_put(&commit, "a", "1");
    (void)run_refused(ENGINE_REFUSAL_CLOSING);
    ck_assert(sequencer_rig_is(&rig, "a", NULL));
    end();
}
END_TEST

START_TEST(a_sync_needs_an_engine_that_persists)
{
    begin(_i);
    (void)sequencer_rig_put(&commit, "a", "1");
    commit.commit.durability = ENGINE_DURABILITY_SYNC;
    const EngineOutcome *outcome = run();
    ck_assert_int_eq(outcome->kind, _i == 0 ? ENGINE_FAILED : ENGINE_APPLIED);
    ck_assert_int_eq(outcome->status.code, _i == 0 ? BASE_UNSUPPORTED : BASE_OK);
    end();
}
END_TEST

START_TEST(a_refusal_of_the_engine_is_told)
{
    begin(_i);
    static const struct {
        BaseCode code;
        EngineOutcomeKind kind;
        EngineRefusal refusal;
    } cases[] = {
        {BASE_NO_MEMORY, ENGINE_REFUSED, ENGINE_REFUSAL_MEMORY_FULL},
        {BASE_NO_SPACE, ENGINE_REFUSED, ENGINE_REFUSAL_DISK_FULL},
        {BASE_BUSY, ENGINE_REFUSED, ENGINE_REFUSAL_OVERLOAD},
        {BASE_CLOSED, ENGINE_REFUSED, ENGINE_REFUSAL_CLOSING},
        {BASE_IO, ENGINE_FAILED, ENGINE_REFUSAL_NONE},
        {BASE_CORRUPTION, ENGINE_FAILED, ENGINE_REFUSAL_NONE},
        {BASE_POISONED, ENGINE_FAILED, ENGINE_REFUSAL_NONE},
    };
    int64_t version = sequencer_rig_set(&rig, "b", "1");
    for (size_t i = 0; i < 2 * sizeof(cases) / sizeof(cases[0]); i++) {
        bool prepare = i % 2 == 0;
        BaseStatus status = base_error(cases[i / 2].code, "made to fail");
        rig.fake.prepare_status = prepare ? status : base_ok();
        rig.fake.lookup_status = prepare ? base_ok() : status;
        rig.fake.retry_after_ms = 77;
        again();
        (void)sequencer_rig_put(&commit, "a", "1");
        (void)sequencer_rig_put(&commit, "b", "2");
        const EngineOutcome *outcome = run();
        ck_assert_int_eq(outcome->kind, cases[i / 2].kind);
        ck_assert_int_eq(outcome->refusal, cases[i / 2].refusal);
        ck_assert_int_eq(outcome->status.code, cases[i / 2].code);
        ck_assert_int_eq(outcome->retry_after_ms,
                         prepare && outcome->kind == ENGINE_REFUSED ? 77 : 0);
    }
    rig.fake.prepare_status = base_ok();
    rig.fake.lookup_status = base_ok();
    ck_assert(sequencer_rig_is(&rig, "a", NULL) && sequencer_rig_is(&rig, "b", "1"));
    ck_assert_int_eq(sequencer_rig_set(&rig, "a", "x"), version + 1);
    end();
}
END_TEST

START_TEST(without_versions_nothing_is_applied)
{
    begin(_i);
    for (int i = 0; i < 1000; i++) {
        (void)sequencer_rig_set(&rig, "a", "x");
    }
    fault_env_arm(&rig.env, 0);
    rig.env.status = base_error(BASE_NO_SPACE, "made to fail");
    (void)sequencer_rig_put(&commit, "a", "y");
    (void)run_refused(ENGINE_REFUSAL_DISK_FULL);
    fault_env_arm(&rig.env, FAULT_ENV_NEVER);
    ck_assert_int_eq(sequencer_rig_set(&rig, "a", "z"), 1001);
    end();
}
END_TEST

/* Over an immediate backend: groups of a chain, and what they cost once. */
enum { CHAIN = COMMIT_GROUP_MAX + 8 };

static RigCommit chain[CHAIN];

static void
link_chain(void)
{
    for (int i = 0; i < CHAIN; i++) {
        sequencer_rig_commit(&rig, &chain[i]);
        chain[i].commit.next = i + 1 < CHAIN ? &chain[i + 1].commit : NULL;
    }
}

START_TEST(a_chain_is_sequenced_in_groups)
{
    begin(0);
    link_chain();
    for (int i = 0; i < CHAIN; i++) {
        /* Every third one needs a lookup. */
        sequencer_rig_put(&chain[i], "a", "1")->want_existed = i % 3 == 0;
    }
    sequencer_rig_submit(&chain[0]);
    for (int i = 0; i < CHAIN; i++) {
        ck_assert_int_eq(chain[i].order, i + 1);
        ck_assert_int_eq(chain[i].commit.outcome.version, i + 1);
        ck_assert_int_eq(chain[i].mutations[0].result.existed, i != 0 && i % 3 == 0);
    }
    ck_assert_int_eq(rig.fake.begun, 2);
    ck_assert_int_eq(rig.fake.hinted, CHAIN - (CHAIN + 2) / 3);
    end();
}
END_TEST

static void
let_time_pass(EngineCommit *first, const EngineOutcome *outcome)
{
    (void)outcome;
    base_fake_clock_advance_ms(&((RigCommit *)first)->rig->clock, 1000);
}

START_TEST(each_group_has_its_time)
{
    begin(0);
    link_chain();
    int64_t now_us = base_clock_monotonic_us(&rig.clock.clock);
    chain[0].commit.done = let_time_pass;
    for (int i = 0; i < CHAIN; i++) {
        EngineMutation *put = sequencer_rig_put(&chain[i], "a", "1");
        put->expiry = ENGINE_EXPIRES_AFTER;
        put->expiry_ms = 500;
        chain[i].commit.deadline_us = i % 2 == 0 ? now_us + 1 : 0;
    }
    sequencer_rig_submit(&chain[0]);
    for (int i = 0; i < CHAIN; i++) {
        bool late = i >= COMMIT_GROUP_MAX;
        bool refused = late && i % 2 == 0;
        ck_assert_int_eq(chain[i].commit.outcome.kind, refused ? ENGINE_REFUSED : ENGINE_APPLIED);
        if (!refused) {
            ck_assert_int_eq(chain[i].mutations[0].result.expires_at_ms, late ? 1001500 : 1000500);
        }
    }
    end();
}
END_TEST

/* The outcomes of a group have their values until they are told, and large ones end it early. */
START_TEST(a_group_keeps_what_its_outcomes_show)
{
    begin(0);
    char text[RIG_VALUE_MAX];
    memset(text, 'v', sizeof text);
    text[sizeof text - 1] = '\0';
    (void)sequencer_rig_set(&rig, "a", text);
    int64_t begun = rig.fake.begun;
    link_chain();
    for (int i = 0; i < CHAIN; i++) {
        (void)sequencer_rig_guard(&chain[i], "a", ENGINE_CHECK_ABSENT);
        (void)sequencer_rig_put(&chain[i], "a", "never");
    }
    sequencer_rig_submit(&chain[0]);
    for (int i = 0; i < CHAIN; i++) {
        ck_assert_int_eq(chain[i].commit.outcome.kind, ENGINE_NOT_APPLIED);
        ck_assert_int_eq(strncmp(chain[i].current, text, sizeof chain[i].current - 1), 0);
    }
    ck_assert_int_gt(rig.fake.begun - begun, 2);
    end();
}
END_TEST

static void
execute_another(EngineCommit *first, const EngineOutcome *outcome)
{
    (void)first;
    (void)outcome;
    ck_assert(!commit_sequencer_execute(rig.sequencer, &chain[CHAIN - 1].commit));
}

START_TEST(a_chain_is_executed_at_once_unless_somebody_leads)
{
    begin(0);
    link_chain();
    for (int i = 0; i < CHAIN; i++) {
        (void)sequencer_rig_put(&chain[i], "a", "1");
    }
    chain[CHAIN - 2].commit.next = NULL;
    void (*done)(EngineCommit *, const EngineOutcome *) = chain[0].commit.done;
    chain[0].commit.done = execute_another; /* from within, so there is a leader */
    ck_assert(commit_sequencer_execute(rig.sequencer, &chain[0].commit));
    ck_assert_int_eq(chain[0].commit.outcome.kind, ENGINE_APPLIED);
    for (int i = 1; i < CHAIN - 1; i++) {
        ck_assert_int_eq(chain[i].order, i);
    }
    ck_assert_int_eq(chain[CHAIN - 1].answers, 0);
    chain[0].commit.done = done;
    ck_assert(commit_sequencer_execute(rig.sequencer, &chain[CHAIN - 1].commit));
    ck_assert_int_eq(chain[CHAIN - 1].commit.outcome.version, CHAIN);
    commit_sequencer_shut(rig.sequencer);
    ck_assert(commit_sequencer_execute(rig.sequencer, &chain[0].commit));
    ck_assert_int_eq(chain[0].commit.outcome.refusal, ENGINE_REFUSAL_CLOSING);
    end();
}
END_TEST

static void
add(TCase *cases, const TTest *test)
{
    tcase_add_loop_test(cases, test, 0, 3); /* depths 0, 1 and 2 */
}

int
main(void)
{
    TCase *cases = tcase_create("sequencer");
    add(cases, puts_and_removes);
    add(cases, blind_writes_ask_nothing);
    add(cases, blind_writes_of_one_commit_override_each_other);
    add(cases, to_keep_an_expiry_needs_a_look);
    add(cases, keyspaces_are_apart);
    add(cases, guards_check_the_state_before);
    add(cases, a_failed_guard_tells_the_state_and_changes_nothing);
    add(cases, a_batch_sees_itself);
    add(cases, a_batch_respects_its_ranges);
    add(cases, a_large_batch_of_one_key_stays_small);
    add(cases, guards_alone_are_applied);
    add(cases, a_deadline_that_passed_refuses);
    add(cases, closing_refuses);
    add(cases, a_sync_needs_an_engine_that_persists);
    add(cases, a_refusal_of_the_engine_is_told);
    add(cases, without_versions_nothing_is_applied);
    tcase_add_test(cases, a_chain_is_sequenced_in_groups);
    tcase_add_test(cases, each_group_has_its_time);
    tcase_add_test(cases, a_group_keeps_what_its_outcomes_show);
    tcase_add_test(cases, a_chain_is_executed_at_once_unless_somebody_leads);
    Suite *suite = suite_create("commit");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
