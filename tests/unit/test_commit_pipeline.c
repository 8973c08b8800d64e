/*
 * test_commit_pipeline.c: groups on their way to disk: what is seen, published and answered when,
 * and what a failure does.
 */
#include "tests/support/sequencer_rig.h"

#include <check.h>
#include <stdlib.h>

static SequencerRig rig;

static void
set_up(void)
{
    sequencer_rig_init(&rig, 2, 100000);
}

static void
tear_down(void)
{
    sequencer_rig_clear(&rig);
}

static void
put(RigCommit *commit, const char *key, const char *value)
{
    sequencer_rig_commit(&rig, commit);
    (void)sequencer_rig_put(commit, key, value);
    sequencer_rig_submit(commit);
}

/* A request that is applied only if a key has a value now. */
static void
put_if(RigCommit *commit, const char *key, const char *expected, const char *value)
{
    sequencer_rig_commit(&rig, commit);
    sequencer_rig_guard(commit, key, ENGINE_CHECK_VALUE_EQUAL)->value_equal =
        base_slice_text(expected);
    (void)sequencer_rig_put(commit, key, value);
    sequencer_rig_submit(commit);
}

static void
report(size_t index)
{
    fake_backend_report(&rig.fake, index, base_ok());
}

static void
report_failure(size_t index)
{
    fake_backend_report(&rig.fake, index, base_error(BASE_IO, "the disk is gone"));
}

static EngineOutcomeKind
kind_of(const RigCommit *commit)
{
    ck_assert_int_eq(commit->answers, 1);
    return commit->commit.outcome.kind;
}

START_TEST(nothing_shows_before_it_is_durable)
{
    RigCommit a;
    put(&a, "a", "1");
    ck_assert_int_eq(a.answers, 0);
    ck_assert(sequencer_rig_is(&rig, "a", NULL));
    ck_assert_uint_eq(rig.fake.group_count, 1);
    report(0);
    ck_assert_int_eq(kind_of(&a), ENGINE_APPLIED);
    ck_assert(sequencer_rig_is(&rig, "a", "1"));
}
END_TEST

START_TEST(groups_grow_while_the_disk_is_busy)
{
    RigCommit commits[10];
    for (int i = 0; i < 10; i++) {
        put(&commits[i], "a", "1");
    }
    ck_assert_uint_eq(rig.fake.group_count, 2); /* the depth */
    report(0);
    ck_assert_uint_eq(rig.fake.group_count, 2);
    ck_assert_uint_eq(rig.fake.groups[1]->entry_count, 8);
    ck_assert_int_eq(atomic_load(&rig.answered), 1);
    report(0);
    report(0);
    for (int i = 0; i < 10; i++) {
        ck_assert_int_eq(kind_of(&commits[i]), ENGINE_APPLIED);
        ck_assert_int_eq(commits[i].order, i + 1);
        ck_assert_int_eq(commits[i].commit.outcome.version, i + 1);
    }
}
END_TEST

START_TEST(reports_may_come_in_any_order)
{
    RigCommit a;
    RigCommit b;
    put(&a, "a", "1");
    put(&b, "a", "2");
    report(1);
    ck_assert_int_eq(a.answers, 0);
    ck_assert_int_eq(b.answers, 0);
    ck_assert(sequencer_rig_is(&rig, "a", NULL));
    report(0);
    ck_assert_int_eq(a.order, 1);
    ck_assert_int_eq(b.order, 2);
    ck_assert(sequencer_rig_is(&rig, "a", "2"));
}
END_TEST

START_TEST(guards_see_what_is_not_yet_published)
{
    RigCommit a;
    RigCommit b;
    RigCommit c;
    put(&a, "k", "1");
    put_if(&b, "k", "1", "2");
    put_if(&c, "k", "2", "3");
    ck_assert_int_eq(atomic_load(&rig.answered), 0);
    report(0);
    report(0);
    report(0);
    ck_assert_int_eq(kind_of(&a), ENGINE_APPLIED);
    ck_assert_int_eq(kind_of(&b), ENGINE_APPLIED);
    ck_assert_int_eq(kind_of(&c), ENGINE_APPLIED);
    ck_assert(sequencer_rig_is(&rig, "k", "3"));
}
END_TEST

START_TEST(a_failed_guard_waits_for_what_it_saw)
{
    RigCommit a;
    RigCommit b;
    put(&a, "k", "1");
    put_if(&b, "k", "other", "2");
    ck_assert_int_eq(b.answers, 0); /* "1" is not durable yet */
    report(0);
    ck_assert_int_eq(kind_of(&b), ENGINE_NOT_APPLIED);
    ck_assert_int_eq(b.commit.outcome.current_version, a.commit.outcome.version);
    ck_assert_str_eq(b.current, "1");
    ck_assert_int_eq(a.order, 1);
    put_if(&b, "k", "other", "2");
    ck_assert_int_eq(kind_of(&b), ENGINE_NOT_APPLIED); /* at once: all is durable */
}
END_TEST

START_TEST(a_failed_guard_does_not_wait_for_what_comes_later)
{
    RigCommit a;
    RigCommit b;
    RigCommit c;
    RigCommit d;
    put(&a, "k", "1");
    put(&d, "other", "1");
    put_if(&b, "k", "no", "2");
    put(&c, "k", "3");
    report(0);
    ck_assert_int_eq(b.answers, 0); /* "other" came before it */
    report(0);
    ck_assert_int_eq(kind_of(&b), ENGINE_NOT_APPLIED);
    ck_assert_int_eq(c.answers, 0);
    report(0);
    ck_assert_int_eq(kind_of(&c), ENGINE_APPLIED);
}
END_TEST

START_TEST(increments_build_on_each_other)
{
    RigCommit commits[5];
    for (int i = 0; i < 5; i++) {
        sequencer_rig_commit(&rig, &commits[i]);
        sequencer_rig_mutate(&commits[i], ENGINE_INCREMENT, "n")->delta = i + 1;
        sequencer_rig_submit(&commits[i]);
    }
    while (rig.fake.group_count != 0) {
        report(0);
    }
    int64_t sum = 0;
    for (int i = 0; i < 5; i++) {
        sum += i + 1;
        ck_assert_int_eq(commits[i].mutations[0].result.number, sum);
    }
}
END_TEST

START_TEST(an_inherited_value_outlives_where_it_came_from)
{
    char *value = strdup("inherited");
    RigCommit a;
    RigCommit touch;
    RigCommit append;
    put(&a, "k", value);
    sequencer_rig_commit(&rig, &touch);
    (void)sequencer_rig_mutate(&touch, ENGINE_TOUCH, "k");
    sequencer_rig_submit(&touch);
    sequencer_rig_commit(&rig, &append);
    sequencer_rig_mutate(&append, ENGINE_APPEND, "k")->value = BASE_SLICE_LITERAL("+");
    sequencer_rig_submit(&append);
    report(0);
    ck_assert_int_eq(kind_of(&a), ENGINE_APPLIED);
    free(value); /* the first request is over */
    report(0);
    ck_assert_int_eq(kind_of(&touch), ENGINE_APPLIED);
    ck_assert(sequencer_rig_is(&rig, "k", "inherited"));
    report(0);
    ck_assert(sequencer_rig_is(&rig, "k", "inherited+"));
}
END_TEST

START_TEST(a_range_hides_what_is_below_it)
{
    (void)sequencer_rig_set(&rig, "b", "published");
    RigCommit a;
    RigCommit range;
    RigCommit check;
    RigCommit after;
    put(&a, "a", "unpublished");
    sequencer_rig_commit(&rig, &range);
    sequencer_rig_mutate(&range, ENGINE_REMOVE_RANGE, "a")->unbounded = true;
    sequencer_rig_submit(&range);
    put(&after, "a", "later");
    sequencer_rig_commit(&rig, &check);
    (void)sequencer_rig_guard(&check, "b", ENGINE_CHECK_ABSENT);
    sequencer_rig_guard(&check, "a", ENGINE_CHECK_VALUE_EQUAL)->value_equal =
        BASE_SLICE_LITERAL("later");
    sequencer_rig_submit(&check);
    while (rig.fake.group_count != 0) {
        report(0);
    }
    ck_assert_int_eq(kind_of(&check), ENGINE_APPLIED);
    ck_assert(sequencer_rig_is(&rig, "b", NULL));
    ck_assert(sequencer_rig_is(&rig, "a", "later"));
}
END_TEST

START_TEST(a_refused_entry_leaves_no_trace)
{
    RigCommit a;
    RigCommit b;
    RigCommit c;
    put(&a, "k", "1");
    rig.fake.prepare_status = base_error(BASE_NO_SPACE, "full");
    put(&b, "k", "2");
    rig.fake.prepare_status = base_ok();
    put_if(&c, "k", "1", "3");
    report(0);
    report(0);
    ck_assert_int_eq(kind_of(&b), ENGINE_REFUSED);
    ck_assert_int_eq(kind_of(&c), ENGINE_APPLIED);
    ck_assert(a.order < b.order && b.order < c.order);
}
END_TEST

START_TEST(a_sync_marks_its_group)
{
    RigCommit commits[4];
    for (int i = 0; i < 4; i++) {
        sequencer_rig_commit(&rig, &commits[i]);
        (void)sequencer_rig_put(&commits[i], "a", "1");
        commits[i].commit.durability = i == 3 ? ENGINE_DURABILITY_SYNC : ENGINE_DURABILITY_DEFAULT;
        sequencer_rig_submit(&commits[i]);
    }
    ck_assert(!rig.fake.groups[0]->sync);
    report(0);
    ck_assert_uint_eq(rig.fake.groups[1]->entry_count, 2);
    ck_assert(rig.fake.groups[1]->sync);
    report(0);
    report(0);
}
END_TEST

START_TEST(a_failed_persist_poisons)
{
    (void)sequencer_rig_set(&rig, "k", "durable");
    RigCommit first;
    RigCommit second;
    RigCommit third;
    RigCommit guard;
    RigCommit refused;
    RigCommit later;
    put(&first, "a", "1");
    put(&second, "k", "2");
    put(&third, "k", "3");
    put_if(&guard, "k", "no", "4");
    sequencer_rig_commit(&rig, &refused);
    refused.commit.deadline_us = 1;
    sequencer_rig_submit(&refused);
    report(0);
    ck_assert_int_eq(kind_of(&first), ENGINE_APPLIED); /* was durable before */
    report_failure(0);
    ck_assert_int_eq(kind_of(&second), ENGINE_UNKNOWN);
    ck_assert_int_eq(second.commit.outcome.status.code, BASE_POISONED);
    ck_assert_str_eq(second.commit.outcome.status.what, "the disk is gone");
    ck_assert_int_eq(third.answers, 0); /* the disk still has its bytes */
    put(&later, "x", "1");
    report(0); /* durable, but behind one that is lost */
    ck_assert_int_eq(kind_of(&third), ENGINE_UNKNOWN);
    ck_assert_int_eq(kind_of(&guard), ENGINE_UNKNOWN);
    ck_assert_int_eq(kind_of(&refused), ENGINE_REFUSED);
    ck_assert_int_eq(kind_of(&later), ENGINE_FAILED);
    ck_assert_int_eq(later.commit.outcome.status.code, BASE_POISONED);
    ck_assert(sequencer_rig_is(&rig, "k", "durable"));
    ck_assert(sequencer_rig_is(&rig, "a", "1"));
    ck_assert_int_eq(rig.fake.discarded, 2);
    ck_assert_int_eq(commit_sequencer_status(rig.sequencer).code, BASE_POISONED);
    put(&later, "x", "1");
    ck_assert_int_eq(kind_of(&later), ENGINE_FAILED);
}
END_TEST

START_TEST(what_was_never_handed_over_is_dropped_too)
{
    RigCommit commits[4];
    for (int i = 0; i < 4; i++) {
        put(&commits[i], "a", "1");
    }
    report_failure(1); /* the younger of the two that persist */
    ck_assert_int_eq(atomic_load(&rig.answered), 0);
    report(0); /* the error may have meant these bytes */
    for (int i = 0; i < 4; i++) {
        ck_assert_int_eq(kind_of(&commits[i]), ENGINE_UNKNOWN);
        ck_assert_int_eq(commits[i].order, i + 1);
    }
    ck_assert(sequencer_rig_is(&rig, "a", NULL));
    ck_assert_int_eq(rig.fake.discarded, 4);
}
END_TEST

START_TEST(closing_lets_the_sequenced_complete)
{
    RigCommit a;
    RigCommit b;
    put(&a, "a", "1");
    commit_sequencer_shut(rig.sequencer);
    put(&b, "a", "2");
    report(0);
    ck_assert_int_eq(kind_of(&a), ENGINE_APPLIED);
    ck_assert_int_eq(kind_of(&b), ENGINE_REFUSED);
    ck_assert_int_eq(b.commit.outcome.refusal, ENGINE_REFUSAL_CLOSING);
}
END_TEST

/*
 * -------------------------------------------------------------------------------------- chains --
 */

START_TEST(a_chain_keeps_its_order)
{
    RigCommit commits[600];
    for (int i = 0; i < 600; i++) {
        sequencer_rig_commit(&rig, &commits[i]);
        EngineMutation *increment = sequencer_rig_mutate(&commits[i], ENGINE_INCREMENT, "n");
        increment->delta = 1;
        commits[i].commit.next = i == 599 ? NULL : &commits[i + 1].commit;
    }
    rig.fake.automatic = true;
    sequencer_rig_submit(&commits[0]);
    for (int i = 0; i < 600; i++) {
        ck_assert_int_eq(kind_of(&commits[i]), ENGINE_APPLIED);
        ck_assert_int_eq(commits[i].order, i + 1);
        ck_assert_int_eq(commits[i].mutations[0].result.number, i + 1);
    }
    ck_assert_uint_ge(rig.fake.largest, 2);
    ck_assert_uint_le(rig.fake.largest, 256);
}
END_TEST

static RigCommit follow_up;

static void
submit_follow_up(EngineCommit *commit, const EngineOutcome *outcome)
{
    (void)outcome;
    atomic_fetch_add(&((RigCommit *)commit)->answers, 1);
    put(&follow_up, "b", "2");
}

START_TEST(a_callback_may_submit)
{
    RigCommit a;
    sequencer_rig_commit(&rig, &a);
    a.commit.done = submit_follow_up;
    (void)sequencer_rig_put(&a, "a", "1");
    sequencer_rig_submit(&a);
    report(0);
    ck_assert_int_eq(a.answers, 1);
    report(0);
    ck_assert_int_eq(kind_of(&follow_up), ENGINE_APPLIED);
}
END_TEST

static void
free_request(EngineCommit *commit, const EngineOutcome *outcome)
{
    atomic_fetch_add(&((RigCommit *)commit)->rig->answered, (int)outcome->kind + 1);
    free(commit);
}

START_TEST(a_callback_may_free_its_request)
{
    EngineCommit *chain = NULL;
    for (int i = 0; i < 10; i++) {
        RigCommit *commit = malloc(sizeof(*commit));
        ck_assert_ptr_nonnull(commit);
        sequencer_rig_commit(&rig, commit);
        (void)sequencer_rig_put(commit, "a", "1");
        commit->commit.done = free_request;
        commit->commit.next = chain;
        commit->commit.deadline_us = i % 3 == 0 ? 1 : 0;
        chain = &commit->commit;
    }
    commit_sequencer_submit(rig.sequencer, chain);
    while (rig.fake.group_count != 0) {
        report(0);
    }
    ck_assert_int_eq(atomic_load(&rig.answered),
                     6 * (ENGINE_APPLIED + 1) + 4 * (ENGINE_REFUSED + 1));
}
END_TEST

/*
 * ---------------------------------------------------------------------------------- cold keys --
 */

START_TEST(a_cold_key_is_loaded_and_looked_at_anew)
{
    RigCommit cold;
    RigCommit warm;
    sequencer_rig_commit(&rig, &cold);
    (void)sequencer_rig_guard(&cold, "k", ENGINE_CHECK_ABSENT);
    (void)sequencer_rig_put(&cold, "cold1", "x");
    (void)sequencer_rig_put(&cold, "cold2", "x");
    sequencer_rig_mutate(&cold, ENGINE_REMOVE_RANGE, "y")->unbounded = true;
    sequencer_rig_submit(&cold);
    ck_assert_uint_eq(rig.fake.load_count, 1);
    ck_assert_uint_eq(rig.fake.loads[0]->count, 3); /* all its keys at once */
    put(&warm, "k", "overtakes");
    fake_backend_end_load(&rig.fake, 0, base_ok());
    report(0);
    ck_assert_int_eq(kind_of(&cold), ENGINE_NOT_APPLIED); /* "k" came in between */
    ck_assert_int_eq(atomic_load(&rig.fake.loaded), 0);
    ck_assert(sequencer_rig_is(&rig, "cold1", NULL));
    ck_assert(warm.order < cold.order);
}
END_TEST

START_TEST(the_rest_of_a_chain_waits_with_a_cold_key)
{
    RigCommit commits[4];
    static const char *const keys[] = {"a", "cold1", "b", "cold2"};
    for (int i = 0; i < 4; i++) {
        sequencer_rig_commit(&rig, &commits[i]);
        (void)sequencer_rig_put(&commits[i], keys[i], "1");
        commits[i].commit.next = i == 3 ? NULL : &commits[i + 1].commit;
    }
    rig.fake.automatic = true;
    sequencer_rig_submit(&commits[0]);
    ck_assert_int_eq(atomic_load(&rig.answered), 1);
    fake_backend_end_load(&rig.fake, 0, base_ok());
    ck_assert_int_eq(atomic_load(&rig.answered), 3);
    ck_assert_uint_eq(rig.fake.load_count, 1); /* for the last one */
    fake_backend_end_load(&rig.fake, 0, base_ok());
    for (int i = 0; i < 4; i++) {
        ck_assert_int_eq(kind_of(&commits[i]), ENGINE_APPLIED);
        ck_assert_int_eq(commits[i].order, i + 1);
    }
}
END_TEST

/* A request for which the backend has no room at first. */
static void
put_without_room(RigCommit *commit, const char *key, const char *value)
{
    rig.fake.prepare_status = base_error(BASE_WOULD_BLOCK, "no room yet");
    put(commit, key, value);
    rig.fake.prepare_status = base_ok();
}

START_TEST(without_room_a_request_waits_and_is_looked_at_anew)
{
    RigCommit first;
    RigCommit waits;
    RigCommit overtakes;
    put(&first, "a", "1");
    put_without_room(&waits, "k", "2");
    ck_assert_uint_eq(rig.fake.load_count, 1);
    ck_assert_uint_eq(rig.fake.loads[0]->count, 0);
    put_if(&overtakes, "k", "2", "3"); /* does not see what only waits */
    report(0);
    ck_assert_int_eq(kind_of(&first), ENGINE_APPLIED);
    ck_assert_int_eq(kind_of(&overtakes), ENGINE_NOT_APPLIED);
    ck_assert_int_eq(waits.answers, 0);
    fake_backend_end_load(&rig.fake, 0, base_ok());
    report(0);
    ck_assert_int_eq(kind_of(&waits), ENGINE_APPLIED);
    ck_assert(!waits.mutations[0].result.existed);
    ck_assert_int_eq(waits.commit.outcome.version, first.commit.outcome.version + 1);
    ck_assert(sequencer_rig_is(&rig, "k", "2"));
}
END_TEST

START_TEST(the_rest_of_a_chain_waits_for_room_too)
{
    RigCommit commits[4];
    for (int i = 0; i < 4; i++) {
        sequencer_rig_commit(&rig, &commits[i]);
        sequencer_rig_mutate(&commits[i], ENGINE_INCREMENT, "n")->delta = 1;
        commits[i].commit.next = i == 3 ? NULL : &commits[i + 1].commit;
    }
    rig.fake.automatic = true;
    rig.fake.room_every = 2;
    sequencer_rig_submit(&commits[0]);
    while (rig.fake.load_count != 0) {
        ck_assert_uint_eq(rig.fake.load_count, 1);
        fake_backend_end_load(&rig.fake, 0, base_ok());
    }
    ck_assert_int_eq(rig.fake.prepares, 7);
    for (int i = 0; i < 4; i++) {
        ck_assert_int_eq(kind_of(&commits[i]), ENGINE_APPLIED);
        ck_assert_int_eq(commits[i].order, i + 1);
        ck_assert_int_eq(commits[i].mutations[0].result.number, i + 1);
    }
}
END_TEST

START_TEST(room_that_does_not_come_refuses)
{
    RigCommit waits;
    put_without_room(&waits, "a", "1");
    fake_backend_end_load(&rig.fake, 0, base_error(BASE_NO_SPACE, "full"));
    ck_assert_int_eq(kind_of(&waits), ENGINE_REFUSED);
    ck_assert_int_eq(waits.commit.outcome.refusal, ENGINE_REFUSAL_DISK_FULL);
    put_without_room(&waits, "a", "1");
    commit_sequencer_shut(rig.sequencer);
    fake_backend_end_load(&rig.fake, 0, base_ok());
    ck_assert_int_eq(kind_of(&waits), ENGINE_REFUSED);
    ck_assert_int_eq(waits.commit.outcome.refusal, ENGINE_REFUSAL_CLOSING);
    ck_assert(sequencer_rig_is(&rig, "a", NULL));
}
END_TEST

START_TEST(a_commit_waits_for_the_keys_that_it_looks_at)
{
    RigCommit cold;
    sequencer_rig_commit(&rig, &cold);
    (void)sequencer_rig_put(&cold, "cold1", "x");
    sequencer_rig_put(&cold, "cold2", "x")->want_existed = false;
    sequencer_rig_mutate(&cold, ENGINE_REMOVE, "cold3")->want_existed = false;
    sequencer_rig_submit(&cold);
    ck_assert_uint_eq(rig.fake.loads[0]->count, 1);
    ck_assert(base_slice_equal(rig.fake.loads[0]->keys[0].key, BASE_SLICE_LITERAL("cold1")));
    fake_backend_end_load(&rig.fake, 0, base_ok());
    report(0);
    ck_assert_int_eq(kind_of(&cold), ENGINE_APPLIED);
}
END_TEST

START_TEST(a_load_that_fails_fails_its_commit_alone)
{
    RigCommit cold;
    RigCommit next;
    sequencer_rig_commit(&rig, &cold);
    sequencer_rig_commit(&rig, &next);
    (void)sequencer_rig_put(&cold, "cold", "1");
    (void)sequencer_rig_put(&next, "a", "1");
    cold.commit.next = &next.commit;
    sequencer_rig_submit(&cold);
    fake_backend_end_load(&rig.fake, 0, base_error(BASE_CORRUPTION, "bad block"));
    ck_assert_int_eq(kind_of(&cold), ENGINE_FAILED);
    ck_assert_int_eq(cold.commit.outcome.status.code, BASE_CORRUPTION);
    report(0);
    ck_assert_int_eq(kind_of(&next), ENGINE_APPLIED);
}
END_TEST

START_TEST(a_deadline_may_pass_while_a_key_is_loaded)
{
    RigCommit cold;
    sequencer_rig_commit(&rig, &cold);
    (void)sequencer_rig_put(&cold, "cold", "1");
    cold.commit.deadline_us = base_clock_monotonic_us(&rig.clock.clock) + 1000;
    sequencer_rig_submit(&cold);
    base_fake_clock_advance_ms(&rig.clock, 2);
    fake_backend_end_load(&rig.fake, 0, base_ok());
    ck_assert_int_eq(kind_of(&cold), ENGINE_REFUSED);
    ck_assert_int_eq(cold.commit.outcome.refusal, ENGINE_REFUSAL_DEADLINE);
}
END_TEST

START_TEST(the_depth_must_fit_the_backend)
{
    CommitSequencer *sequencer = NULL;
    CommitSequencerArgs args = {.backend = &rig.fake.backend, .depth = 0};
    ck_assert_int_eq(commit_sequencer_new(&args, &sequencer).code, BASE_INVALID);
    args.depth = COMMIT_DEPTH_MAX + 1;
    ck_assert_int_eq(commit_sequencer_new(&args, &sequencer).code, BASE_INVALID);
    ck_assert_ptr_null(sequencer);
    commit_sequencer_free(NULL);
}
END_TEST

int
main(void)
{
    TCase *cases = tcase_create("pipeline");
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_test(cases, nothing_shows_before_it_is_durable);
    tcase_add_test(cases, groups_grow_while_the_disk_is_busy);
    tcase_add_test(cases, reports_may_come_in_any_order);
    tcase_add_test(cases, guards_see_what_is_not_yet_published);
    tcase_add_test(cases, a_failed_guard_waits_for_what_it_saw);
    tcase_add_test(cases, a_failed_guard_does_not_wait_for_what_comes_later);
    tcase_add_test(cases, increments_build_on_each_other);
    tcase_add_test(cases, an_inherited_value_outlives_where_it_came_from);
    tcase_add_test(cases, a_range_hides_what_is_below_it);
    tcase_add_test(cases, a_refused_entry_leaves_no_trace);
    tcase_add_test(cases, a_sync_marks_its_group);
    tcase_add_test(cases, a_failed_persist_poisons);
    tcase_add_test(cases, what_was_never_handed_over_is_dropped_too);
    tcase_add_test(cases, closing_lets_the_sequenced_complete);
    tcase_add_test(cases, a_chain_keeps_its_order);
    tcase_add_test(cases, a_callback_may_submit);
    tcase_add_test(cases, a_callback_may_free_its_request);
    tcase_add_test(cases, a_cold_key_is_loaded_and_looked_at_anew);
    tcase_add_test(cases, the_rest_of_a_chain_waits_with_a_cold_key);
    tcase_add_test(cases, without_room_a_request_waits_and_is_looked_at_anew);
    tcase_add_test(cases, the_rest_of_a_chain_waits_for_room_too);
    tcase_add_test(cases, room_that_does_not_come_refuses);
    tcase_add_test(cases, a_commit_waits_for_the_keys_that_it_looks_at);
    tcase_add_test(cases, a_load_that_fails_fails_its_commit_alone);
    tcase_add_test(cases, a_deadline_may_pass_while_a_key_is_loaded);
    tcase_add_test(cases, the_depth_must_fit_the_backend);
    Suite *suite = suite_create("commit");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
