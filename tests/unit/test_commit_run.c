/*
 * test_commit_run.c: runs of puts: all of a run or none, and the versions that they take.
 */
#include "tests/support/sequencer_rig.h"

#include <check.h>
#include <stdlib.h>

static SequencerRig rig;

static EnginePut
a_put(const char *key, const char *value)
{
    return (EnginePut){.key = base_slice_text(key), .value = base_slice_text(value)};
}

static void
put_from_within(EngineCommit *first, const EngineOutcome *outcome)
{
    EnginePut put = a_put("b", "2");
    (void)first;
    (void)outcome;
    ck_assert(!commit_sequencer_put(rig.sequencer, &put, 1));
}

START_TEST(a_run_of_puts_is_executed_at_once_unless_somebody_leads)
{
    sequencer_rig_init(&rig, 0, 1000);
    rig.fake.automatic = true;
    EnginePut puts[] = {a_put("a", "1"), a_put("b", "1"), a_put("a", "2")};
    ck_assert(commit_sequencer_put(rig.sequencer, puts, 3));
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(puts[i].version, 1 + i);
    }
    ck_assert(sequencer_rig_is(&rig, "a", "2") && sequencer_rig_is(&rig, "b", "1"));
    RigCommit commit;
    sequencer_rig_commit(&rig, &commit);
    (void)sequencer_rig_put(&commit, "a", "3");
    commit.commit.done = put_from_within; /* so there is a leader */
    sequencer_rig_submit(&commit);
    ck_assert(sequencer_rig_is(&rig, "b", "1"));
    ck_assert(commit_sequencer_put(rig.sequencer, puts, 1));
    ck_assert_int_eq(puts[0].version, 5);
    commit_sequencer_shut(rig.sequencer);
    ck_assert(!commit_sequencer_put(rig.sequencer, puts, 1));
    rig.answered = 1;
    sequencer_rig_clear(&rig);
}
END_TEST

START_TEST(what_stands_against_a_put_stands_against_its_run)
{
    sequencer_rig_init(&rig, 0, 4); /* versions at a time */
    rig.fake.automatic = true;
    EnginePut puts[] = {a_put("a", "1"), a_put("b", "1"), a_put("c", "1")};
    rig.fake.prepare_status = base_error(BASE_NO_MEMORY, "a test says so");
    ck_assert(!commit_sequencer_put(rig.sequencer, puts, 3));
    rig.fake.prepare_status = base_ok();
    puts[1].deadline_us = base_clock_monotonic_us(&rig.clock.clock) - 1;
    ck_assert(!commit_sequencer_put(rig.sequencer, puts, 3));
    puts[1].deadline_us = base_clock_monotonic_us(&rig.clock.clock) + 1;
    ck_assert(commit_sequencer_put(rig.sequencer, puts, 3));
    ck_assert_int_eq(puts[2].version, 3);
    ck_assert(!commit_sequencer_put(rig.sequencer, puts, 2)); /* these would wait for the disk */
    ck_assert_int_eq(sequencer_rig_set(&rig, "a", "2"), 4);
    ck_assert_int_eq(sequencer_rig_set(&rig, "a", "3"), 5);
    ck_assert(commit_sequencer_put(rig.sequencer, puts, 3));
    ck_assert_int_eq(puts[2].version, 8);
    sequencer_rig_clear(&rig);
}
END_TEST

int
main(void)
{
    TCase *cases = tcase_create("run");
    tcase_add_test(cases, a_run_of_puts_is_executed_at_once_unless_somebody_leads);
    tcase_add_test(cases, what_stands_against_a_put_stands_against_its_run);
    Suite *suite = suite_create("commit");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
