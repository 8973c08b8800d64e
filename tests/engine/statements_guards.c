/*
 * statements_guards.c: EN-201 and on: conditions of commits.
 */
#include "tests/engine/trial.h"

static EngineGuard
guard_of(const char *key, unsigned checks)
{
    return (EngineGuard){.key = base_slice_text(key), .checks = checks};
}

/* What becomes of a commit with these guards that touches another key. */
static EngineOutcome
try_guards(Trial *trial, const EngineGuard *guards, size_t count)
{
    EngineMutation mutation = trial_putting("other", "x");
    return trial_commit(trial, guards, count, &mutation, 1);
}

static bool
passes(Trial *trial, EngineGuard guard)
{
    return try_guards(trial, &guard, 1).kind == ENGINE_APPLIED;
}

static bool
stopped(Trial *trial, EngineGuard guard)
{
    EngineOutcome outcome = try_guards(trial, &guard, 1);
    return outcome.kind == ENGINE_NOT_APPLIED && outcome.reason == ENGINE_REASON_GUARD &&
           outcome.index == 0;
}

static void
absent_and_present(Trial *trial)
{
    HOLDS(passes(trial, guard_of("a", ENGINE_CHECK_ABSENT)));
    HOLDS(stopped(trial, guard_of("a", ENGINE_CHECK_PRESENT)));
    (void)trial_put(trial, "a", "");
    HOLDS(stopped(trial, guard_of("a", ENGINE_CHECK_ABSENT)));
    HOLDS(passes(trial, guard_of("a", ENGINE_CHECK_PRESENT)));
    (void)trial_remove(trial, "a");
    HOLDS(passes(trial, guard_of("a", ENGINE_CHECK_ABSENT)));
    HOLDS(stopped(trial, guard_of("a", ENGINE_CHECK_PRESENT)));
}

static void
versions(Trial *trial)
{
    EngineGuard equal = guard_of("a", ENGINE_CHECK_VERSION_EQUAL);
    EngineGuard at_most = guard_of("a", ENGINE_CHECK_VERSION_AT_MOST);
    HOLDS(passes(trial, equal) && passes(trial, at_most));
    int64_t version = trial_put(trial, "a", "1");
    HOLDS(stopped(trial, equal) && stopped(trial, at_most));
    equal.version_equal = version;
    at_most.version_at_most = version;
    HOLDS(passes(trial, equal) && passes(trial, at_most));
    at_most.version_at_most = version - 1;
    HOLDS(stopped(trial, at_most));
    at_most.version_at_most = version + 100;
    HOLDS(passes(trial, at_most));
    (void)trial_put(trial, "a", "1");
    HOLDS(stopped(trial, equal));
}

static void
values(Trial *trial)
{
    EngineGuard equal = guard_of("a", ENGINE_CHECK_VALUE_EQUAL);
    HOLDS(stopped(trial, equal)); /* an absent key has no value, not an empty one */
    (void)trial_put(trial, "a", "");
    HOLDS(passes(trial, equal));
    (void)trial_put(trial, "a", "1");
    HOLDS(stopped(trial, equal));
    equal.value_equal = TEXT("1");
    HOLDS(passes(trial, equal));
    equal.value_equal = TEXT("11");
    HOLDS(stopped(trial, equal));
}

static void
all_of_a_guard(Trial *trial)
{
    int64_t version = trial_put(trial, "a", "1");
    EngineGuard guard = guard_of("a", ENGINE_CHECK_PRESENT | ENGINE_CHECK_VERSION_EQUAL |
                                          ENGINE_CHECK_VERSION_AT_MOST | ENGINE_CHECK_VALUE_EQUAL);
    guard.version_equal = version;
    guard.version_at_most = version;
    guard.value_equal = TEXT("1");
    HOLDS(passes(trial, guard));
    guard.value_equal = TEXT("2");
    HOLDS(stopped(trial, guard));
    guard.value_equal = TEXT("1");
    guard.version_at_most = version - 1;
    HOLDS(stopped(trial, guard));
    HOLDS(stopped(trial, guard_of("a", ENGINE_CHECK_PRESENT | ENGINE_CHECK_ABSENT)));
}

static void
all_guards_of_a_commit(Trial *trial)
{
    (void)trial_put(trial, "b", "1");
    EngineGuard guards[] = {guard_of("a", ENGINE_CHECK_ABSENT), guard_of("b", ENGINE_CHECK_PRESENT),
                            guard_of("b", ENGINE_CHECK_ABSENT),
                            guard_of("c", ENGINE_CHECK_PRESENT)};
    HOLDS(try_guards(trial, guards, 2).kind == ENGINE_APPLIED);
    EngineOutcome outcome = try_guards(trial, guards, 4);
    HOLDS(outcome.kind == ENGINE_NOT_APPLIED && outcome.index == 2);
}

static void
the_state_before(Trial *trial)
{
    EngineGuard guard = guard_of("a", ENGINE_CHECK_ABSENT);
    EngineMutation put = trial_putting("a", "1");
    HOLDS(trial_commit(trial, &guard, 1, &put, 1).kind == ENGINE_APPLIED);
    HOLDS(trial_commit(trial, &guard, 1, &put, 1).kind == ENGINE_NOT_APPLIED);
    EngineMutation remove = trial_removing("a");
    HOLDS(trial_commit(trial, &guard, 1, &remove, 1).kind == ENGINE_NOT_APPLIED);
}

static void
a_failed_guard_changes_nothing(Trial *trial)
{
    int64_t version = trial_put(trial, "a", "1");
    EngineGuard guard = guard_of("a", ENGINE_CHECK_ABSENT);
    EngineMutation mutations[] = {trial_putting("a", "2"), trial_putting("b", "2"),
                                  trial_removing_range("", NULL)};
    EngineOutcome outcome =
        trial_commit(trial, &guard, 1, mutations, trial_can(trial, ENGINE_CAN_BATCH) ? 3 : 1);
    HOLDS(outcome.kind == ENGINE_NOT_APPLIED);
    HOLDS(trial_has(trial, NULL, "a", "1") && trial_lacks(trial, NULL, "b"));
    HOLDS(engine_rig_version(trial_engine(trial)) == version);
}

static void
the_current_state_is_told(Trial *trial)
{
    int64_t version = trial_put(trial, "a", "current");
    EngineGuard guard = guard_of("a", ENGINE_CHECK_ABSENT);
    EngineMutation mutation = trial_putting("a", "2");
    EngineRigWait wait;
    engine_rig_wait_init(&wait);
    EngineRigCommit commit = {.commit = {.guards = &guard,
                                         .guard_count = 1,
                                         .mutations = &mutation,
                                         .mutation_count = 1,
                                         .want_current_value = true}};
    engine_rig_commit_init(&commit, &wait);
    engine_commit(trial_engine(trial), &commit.commit);
    engine_rig_wait(&wait, 1);
    engine_rig_wait_clear(&wait);
    const EngineOutcome *outcome = &commit.commit.outcome;
    HOLDS(outcome->kind == ENGINE_NOT_APPLIED && outcome->current_version == version);
    HOLDS(outcome->has_current_value);
    HOLDS(base_slice_equal(outcome->current_value, TEXT("current")));
    base_buf_clear(&commit.current);
    EngineOutcome unasked = trial_commit(trial, &guard, 1, &mutation, 1);
    HOLDS(unasked.current_version == version && !unasked.has_current_value);
    guard = guard_of("none", ENGINE_CHECK_PRESENT);
    HOLDS(trial_commit(trial, &guard, 1, &mutation, 1).current_version == 0);
}

static void
guards_know_keyspaces(Trial *trial)
{
    (void)trial_write(trial, engine_rig_put(ENGINE_SYSTEM, TEXT("a"), TEXT("1")));
    EngineGuard guard = guard_of("a", ENGINE_CHECK_PRESENT);
    HOLDS(stopped(trial, guard));
    guard.keyspace = ENGINE_SYSTEM;
    HOLDS(passes(trial, guard));
}

static void
expired_is_absent_to_guards(Trial *trial)
{
    (void)trial_put_until(trial, "a", "1", ENGINE_RIG_START_MS + 100);
    base_fake_clock_advance_ms(&trial->rig.fake, 99);
    HOLDS(passes(trial, guard_of("a", ENGINE_CHECK_PRESENT)));
    base_fake_clock_advance_ms(&trial->rig.fake, 1);
    HOLDS(stopped(trial, guard_of("a", ENGINE_CHECK_PRESENT)));
    HOLDS(passes(trial, guard_of("a", ENGINE_CHECK_ABSENT)));
    HOLDS(passes(trial, guard_of("a", ENGINE_CHECK_VERSION_EQUAL)));
}

static void
removed_by_range_is_absent_to_guards(Trial *trial)
{
    (void)trial_put(trial, "a", "1");
    (void)trial_remove_range(trial, "a", "b");
    HOLDS(stopped(trial, guard_of("a", ENGINE_CHECK_PRESENT)));
    HOLDS(passes(trial, guard_of("a", ENGINE_CHECK_ABSENT)));
    HOLDS(passes(trial, guard_of("a", ENGINE_CHECK_VERSION_EQUAL)));
}

static void
guards_see_earlier_commits_of_the_chain(Trial *trial)
{
    EngineRigWait wait;
    engine_rig_wait_init(&wait);
    EngineGuard guard = guard_of("a", ENGINE_CHECK_ABSENT);
    EngineMutation mutations[] = {trial_putting("a", "1"), trial_putting("a", "2"),
                                  trial_removing_range("a", "b"), trial_putting("a", "3")};
    EngineRigCommit commits[4];
    for (size_t i = 0; i < 4; i++) {
        commits[i] = (EngineRigCommit){.commit = {.guards = &guard,
                                                  .guard_count = i == 2 ? 0 : 1,
                                                  .mutations = &mutations[i],
                                                  .mutation_count = 1,
                                                  .next = i < 3 ? &commits[i + 1].commit : NULL}};
        engine_rig_commit_init(&commits[i], &wait);
    }
    engine_commit(trial_engine(trial), &commits[0].commit);
    engine_rig_wait(&wait, 4);
    engine_rig_wait_clear(&wait);
    HOLDS(commits[0].commit.outcome.kind == ENGINE_APPLIED);
    HOLDS(commits[1].commit.outcome.kind == ENGINE_NOT_APPLIED);
    HOLDS(commits[1].commit.outcome.current_version == commits[0].commit.outcome.version);
    HOLDS(commits[2].commit.outcome.kind == ENGINE_APPLIED);
    HOLDS(commits[3].commit.outcome.kind == ENGINE_APPLIED);
    HOLDS(trial_has(trial, NULL, "a", "3"));
}

const Statement engine_statements_of_guards[] = {
    {201, "absent and present", absent_and_present, 0, 0},
    {202, "versions equal and at most; an absent key has version 0", versions, 0, 0},
    {203, "values equal; an absent key equals no value", values, 0, 0},
    {204, "all checks of a guard must hold", all_of_a_guard, 0, 0},
    {205, "all guards must hold; the first that does not is named", all_guards_of_a_commit, 0, 0},
    {206, "a guard sees the state before its commit", the_state_before, 0, 0},
    {207, "a failed guard changes nothing", a_failed_guard_changes_nothing, 0, 0},
    {208, "the state of the key at fault is told", the_current_state_is_told, 0, 0},
    {209, "guards know keyspaces", guards_know_keyspaces, 0, 0},
    {210, "an expired key is absent to guards", expired_is_absent_to_guards, ENGINE_CAN_EXPIRE, 0},
    {211, "a key removed by a range is absent to guards", removed_by_range_is_absent_to_guards, 0,
     0},
    {212, "guards see the commits before theirs", guards_see_earlier_commits_of_the_chain, 0, 0},
    {0},
};
