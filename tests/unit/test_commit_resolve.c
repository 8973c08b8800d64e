/*
 * test_commit_resolve.c: counters, appends, touches and expiries, over an immediate backend and
 * over one that persists.
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

static int64_t
expiry_of(const char *key)
{
    const EngineRecord *record = fake_backend_get(&rig.fake, ENGINE_DATA, base_slice_text(key));
    return record == NULL ? -1 : record->expires_at_ms;
}

START_TEST(increments)
{
    begin(_i);
    EngineMutation *increment = sequencer_rig_mutate(&commit, ENGINE_INCREMENT, "n");
    increment->initial = 10;
    increment->delta = -3;
    (void)run_applied();
    ck_assert_int_eq(increment->result.number, 7);
    ck_assert(!increment->result.existed);
    const EngineRecord *record = fake_backend_get(&rig.fake, ENGINE_DATA, BASE_SLICE_LITERAL("n"));
    ck_assert(base_slice_equal(record->value, base_slice("\0\0\0\0\0\0\0\x07", 8)));
    again();
    increment = sequencer_rig_mutate(&commit, ENGINE_INCREMENT, "n");
    increment->initial = 1000;
    increment->delta = -8;
    (void)run_applied();
    ck_assert_int_eq(increment->result.number, -1);
    record = fake_backend_get(&rig.fake, ENGINE_DATA, BASE_SLICE_LITERAL("n"));
    ck_assert(base_slice_equal(record->value, base_slice("\xff\xff\xff\xff\xff\xff\xff\xff", 8)));
    end();
}
END_TEST

START_TEST(increments_have_bounds)
{
    begin(_i);
    static const struct {
        int64_t now, delta, lowest, highest;
        bool fits;
    } cases[] = {
        {INT64_MAX, 1, INT64_MIN, INT64_MAX, false},
        {INT64_MAX, 0, INT64_MIN, INT64_MAX, true},
        {INT64_MIN, -1, INT64_MIN, INT64_MAX, false},
        {INT64_MIN, 1, INT64_MIN, INT64_MAX, true},
        {5, 5, 0, 10, true},
        {5, 6, 0, 10, false},
        {5, -5, 0, 10, true},
        {5, -6, 0, 10, false},
        {INT64_MIN, INT64_MAX, INT64_MIN, -1, true},
        {20, -5, 0, 10, false},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        set_counter("n", cases[i].now);
        EngineMutation *increment = sequencer_rig_mutate(&commit, ENGINE_INCREMENT, "n");
        increment->delta = cases[i].delta;
        increment->lowest = cases[i].lowest;
        increment->highest = cases[i].highest;
        if (cases[i].fits) {
            (void)run_applied();
            ck_assert_int_eq(increment->result.number, cases[i].now + cases[i].delta);
        } else {
            ck_assert_int_eq(run_not_applied(ENGINE_REASON_OUT_OF_RANGE, 0)->current_number,
                             cases[i].now);
        }
    }
    end();
}
END_TEST

START_TEST(an_increment_needs_a_counter)
{
    begin(_i);
    int64_t version = sequencer_rig_set(&rig, "a", "1234567");
    (void)sequencer_rig_put(&commit, "other", "x");
    (void)sequencer_rig_mutate(&commit, ENGINE_INCREMENT, "a");
    const EngineOutcome *outcome = run_not_applied(ENGINE_REASON_NOT_A_COUNTER, 1);
    ck_assert_int_eq(outcome->current_version, version);
    ck_assert_str_eq(commit.current, "1234567");
    ck_assert_int_eq(outcome->current_number, 0);
    ck_assert(sequencer_rig_is(&rig, "other", NULL));
    end();
}
END_TEST

START_TEST(appends)
{
    begin(_i);
    EngineMutation *append = sequencer_rig_mutate(&commit, ENGINE_APPEND, "a");
    append->value = BASE_SLICE_LITERAL("one");
    ck_assert_int_eq(run_not_applied(ENGINE_REASON_KEY_ABSENT, 0)->current_version, 0);
    again();
    append = sequencer_rig_mutate(&commit, ENGINE_APPEND, "a");
    append->value = BASE_SLICE_LITERAL("one");
    append->create = true;
    (void)run_applied();
    ck_assert_int_eq(append->result.length, 3);
    ck_assert(!append->result.existed);
    again();
    append = sequencer_rig_mutate(&commit, ENGINE_APPEND, "a");
    append->value = BASE_SLICE_LITERAL("two");
    (void)run_applied();
    ck_assert_int_eq(append->result.length, 6);
    ck_assert(append->result.existed);
    ck_assert(sequencer_rig_is(&rig, "a", "onetwo"));
    again();
    append = sequencer_rig_mutate(&commit, ENGINE_APPEND, "a");
    append->value = BASE_SLICE_LITERAL("three");
    append->length_max = 10;
    (void)run_not_applied(ENGINE_REASON_TOO_LONG, 0);
    ck_assert_int_eq(append->result.length, 6);
    again();
    append = sequencer_rig_mutate(&commit, ENGINE_APPEND, "a");
    append->value = BASE_SLICE_LITERAL("four");
    append->length_max = 10;
    (void)run_applied();
    ck_assert(sequencer_rig_is(&rig, "a", "onetwofour"));
    end();
}
END_TEST

START_TEST(an_append_stays_within_the_engine)
{
    begin(_i);
    static char text[RIG_VALUE_MAX + 1];
    memset(text, 'x', RIG_VALUE_MAX);
    (void)sequencer_rig_set(&rig, "a", text + 1);
    EngineMutation *append = sequencer_rig_mutate(&commit, ENGINE_APPEND, "a");
    append->value = BASE_SLICE_LITERAL("ab");
    (void)run_not_applied(ENGINE_REASON_TOO_LONG, 0);
    again();
    append = sequencer_rig_mutate(&commit, ENGINE_APPEND, "a");
    append->value = BASE_SLICE_LITERAL("a");
    (void)run_applied();
    ck_assert_int_eq(append->result.length, RIG_VALUE_MAX);
    end();
}
END_TEST

START_TEST(expiries)
{
    begin(_i);
    EngineMutation *put = sequencer_rig_put(&commit, "a", "1");
    put->expiry = ENGINE_EXPIRES_AFTER;
    put->expiry_ms = 500;
    (void)run_applied();
    ck_assert_int_eq(put->result.expires_at_ms, 1000500);
    ck_assert_int_eq(expiry_of("a"), 1000500);
    again();
    put = sequencer_rig_put(&commit, "a", "2");
    put->expiry = ENGINE_EXPIRES_KEEP;
    (void)run_applied();
    ck_assert_int_eq(expiry_of("a"), 1000500);
    again();
    put = sequencer_rig_put(&commit, "a", "3");
    put->expiry = ENGINE_EXPIRES_AT;
    put->expiry_ms = 1000001;
    (void)run_applied();
    ck_assert_int_eq(expiry_of("a"), 1000001);
    again();
    (void)sequencer_rig_put(&commit, "a", "4");
    (void)run_applied();
    ck_assert_int_eq(expiry_of("a"), 0);
    again();
    put = sequencer_rig_put(&commit, "new", "1");
    put->expiry = ENGINE_EXPIRES_KEEP;
    (void)run_applied();
    ck_assert_int_eq(expiry_of("new"), 0);
    again();
    put = sequencer_rig_put(&commit, "far", "1");
    put->expiry = ENGINE_EXPIRES_AFTER;
    put->expiry_ms = INT64_MAX;
    (void)run_applied();
    ck_assert_int_eq(expiry_of("far"), INT64_MAX);
    end();
}
END_TEST

START_TEST(a_time_that_has_passed_makes_the_key_absent)
{
    begin(_i);
    static const EngineMutationKind kinds[] = {ENGINE_PUT, ENGINE_TOUCH, ENGINE_APPEND,
                                               ENGINE_INCREMENT};
    for (size_t i = 0; i < 4; i++) {
        set_counter("a", 1);
        EngineMutation *mutation = sequencer_rig_mutate(&commit, kinds[i], "a");
        mutation->expiry = ENGINE_EXPIRES_AT;
        mutation->expiry_ms = 1000000;
        int64_t version = run_applied()->version;
        ck_assert(mutation->result.existed);
        ck_assert_int_eq(mutation->result.expires_at_ms, 0);
        ck_assert(sequencer_rig_is(&rig, "a", NULL));
        ck_assert_int_eq(sequencer_rig_set(&rig, "b", "x"), version + 1);
    }
    end();
}
END_TEST

START_TEST(an_expired_key_is_absent)
{
    begin(_i);
    EngineMutation *put = sequencer_rig_put(&commit, "a", "1");
    put->expiry = ENGINE_EXPIRES_AFTER;
    put->expiry_ms = 10;
    (void)run_applied();
    base_fake_clock_advance_ms(&rig.clock, 9);
    again();
    (void)sequencer_rig_guard(&commit, "a", ENGINE_CHECK_PRESENT);
    (void)run_applied();
    base_fake_clock_advance_ms(&rig.clock, 1);
    again();
    (void)sequencer_rig_guard(&commit, "a", ENGINE_CHECK_PRESENT);
    ck_assert_int_eq(run_not_applied(ENGINE_REASON_GUARD, 0)->current_version, 0);
    base_fake_clock_step_wall_ms(&rig.clock, -100); /* stays expired */
    again();
    (void)sequencer_rig_mutate(&commit, ENGINE_TOUCH, "a");
    (void)run_not_applied(ENGINE_REASON_KEY_ABSENT, 0);
    again();
    put = sequencer_rig_put(&commit, "a", "2");
    put->expiry = ENGINE_EXPIRES_KEEP;
    (void)run_applied();
    ck_assert(!put->result.existed);
    ck_assert_int_eq(expiry_of("a"), 0);
    end();
}
END_TEST

START_TEST(a_touch_changes_expiry_and_version)
{
    begin(_i);
    int64_t version = sequencer_rig_set(&rig, "a", "value");
    EngineMutation *touch = sequencer_rig_mutate(&commit, ENGINE_TOUCH, "a");
    touch->expiry = ENGINE_EXPIRES_AFTER;
    touch->expiry_ms = 5;
    ck_assert_int_eq(run_applied()->version, version + 1);
    ck_assert(touch->result.existed);
    ck_assert_int_eq(touch->result.expires_at_ms, 1000005);
    ck_assert(sequencer_rig_is(&rig, "a", "value"));
    ck_assert_int_eq(expiry_of("a"), 1000005);
    again();
    (void)sequencer_rig_mutate(&commit, ENGINE_TOUCH, "none");
    (void)run_not_applied(ENGINE_REASON_KEY_ABSENT, 0);
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
    TCase *cases = tcase_create("resolve");
    add(cases, increments);
    add(cases, increments_have_bounds);
    add(cases, an_increment_needs_a_counter);
    add(cases, appends);
    add(cases, an_append_stays_within_the_engine);
    add(cases, expiries);
    add(cases, a_time_that_has_passed_makes_the_key_absent);
    add(cases, an_expired_key_is_absent);
    add(cases, a_touch_changes_expiry_and_version);
    Suite *suite = suite_create("commit");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
