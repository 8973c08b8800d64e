/*
 * statements_mutations.c: EN-301 and on: counters, appends, touches.
 */
#include "engine/commit/counter.h"
#include "tests/engine/trial.h"

enum { MANY = 1000 };

static EngineMutation
appending(const char *key, const char *bytes)
{
    return (EngineMutation){.kind = ENGINE_APPEND,
                            .key = base_slice_text(key),
                            .value = base_slice_text(bytes),
                            .create = true,
                            .length_max = SIZE_MAX};
}

static EngineMutation
touching(const char *key, int64_t expires_at_ms)
{
    return (EngineMutation){.kind = ENGINE_TOUCH,
                            .key = base_slice_text(key),
                            .expiry = expires_at_ms == 0 ? ENGINE_EXPIRES_NEVER : ENGINE_EXPIRES_AT,
                            .expiry_ms = expires_at_ms};
}

static bool
fails_for(Trial *trial, EngineMutation mutation, EngineReason reason)
{
    EngineOutcome outcome = trial_commit(trial, NULL, 0, &mutation, 1);
    return outcome.kind == ENGINE_NOT_APPLIED && outcome.reason == reason && outcome.index == 0;
}

/* Applies an increment; the sum. */
static int64_t
add(Trial *trial, EngineMutation mutation)
{
    return trial_commit(trial, NULL, 0, &mutation, 1).kind == ENGINE_APPLIED
               ? mutation.result.number
               : INT64_MIN;
}

static void
counters_count(Trial *trial)
{
    EngineMutation mutation = trial_incrementing("n", 5);
    mutation.initial = 100;
    HOLDS(add(trial, mutation) == 105);
    HOLDS(add(trial, mutation) == 110);
    mutation.delta = -200;
    HOLDS(add(trial, mutation) == -90);
    uint8_t bytes[COMMIT_COUNTER_BYTES];
    commit_counter_format(-90, bytes);
    HOLDS(engine_rig_has(trial_engine(trial), NULL, ENGINE_DATA, TEXT("n"),
                         base_slice(bytes, sizeof bytes)));
}

static void
only_counters_count(Trial *trial)
{
    (void)trial_put(trial, "text", "1234567");
    HOLDS(fails_for(trial, trial_incrementing("text", 1), ENGINE_REASON_NOT_A_COUNTER));
    (void)trial_put(trial, "text", "12345678");
    EngineMutation mutation = trial_incrementing("text", 1);
    HOLDS(trial_commit(trial, NULL, 0, &mutation, 1).kind == ENGINE_APPLIED);
}

static void
counters_have_bounds(Trial *trial)
{
    EngineMutation mutation = trial_incrementing("n", 10);
    mutation.lowest = -5;
    mutation.highest = 20;
    HOLDS(add(trial, mutation) == 10 && add(trial, mutation) == 20);
    HOLDS(fails_for(trial, mutation, ENGINE_REASON_OUT_OF_RANGE));
    mutation.delta = -26;
    HOLDS(fails_for(trial, mutation, ENGINE_REASON_OUT_OF_RANGE));
    mutation.delta = -25;
    HOLDS(add(trial, mutation) == -5);
    HOLDS(add(trial, trial_incrementing("m", INT64_MAX)) == INT64_MAX);
    HOLDS(fails_for(trial, trial_incrementing("m", 1), ENGINE_REASON_OUT_OF_RANGE));
    HOLDS(add(trial, trial_incrementing("m", 0)) == INT64_MAX);
}

static void
appends_append(Trial *trial)
{
    EngineMutation mutation = appending("a", "one");
    HOLDS(trial_commit(trial, NULL, 0, &mutation, 1).kind == ENGINE_APPLIED);
    HOLDS(mutation.result.length == 3);
    mutation = appending("a", "two");
    HOLDS(trial_commit(trial, NULL, 0, &mutation, 1).kind == ENGINE_APPLIED);
    HOLDS(mutation.result.length == 6 && trial_has(trial, NULL, "a", "onetwo"));
    mutation.create = false;
    mutation.key = TEXT("none");
    HOLDS(fails_for(trial, mutation, ENGINE_REASON_KEY_ABSENT));
}

static void
appends_have_a_limit(Trial *trial)
{
    (void)trial_put(trial, "a", "123456");
    EngineMutation mutation = appending("a", "789");
    mutation.length_max = 8;
    HOLDS(fails_for(trial, mutation, ENGINE_REASON_TOO_LONG));
    HOLDS(trial_has(trial, NULL, "a", "123456"));
    mutation.length_max = 9;
    HOLDS(trial_commit(trial, NULL, 0, &mutation, 1).kind == ENGINE_APPLIED);
}

static void
a_touch_changes_the_expiry_alone(Trial *trial)
{
    int64_t at = ENGINE_RIG_START_MS + 1000;
    int64_t version = trial_put(trial, "a", "value");
    EngineMutation mutation = touching("a", at);
    EngineOutcome outcome = trial_commit(trial, NULL, 0, &mutation, 1);
    HOLDS(outcome.kind == ENGINE_APPLIED && outcome.version > version);
    HOLDS(mutation.result.expires_at_ms == at);
    EngineRecord record;
    HOLDS(trial_has(trial, NULL, "a", "value") && trial_look(trial, "a", &record));
    HOLDS(record.expires_at_ms == at && record.version == outcome.version);
    mutation = touching("a", 0);
    HOLDS(trial_commit(trial, NULL, 0, &mutation, 1).kind == ENGINE_APPLIED);
    base_fake_clock_advance_ms(&trial->rig.fake, 2000);
    HOLDS(trial_has(trial, NULL, "a", "value"));
    HOLDS(fails_for(trial, touching("none", 0), ENGINE_REASON_KEY_ABSENT));
    (void)trial_remove(trial, "a");
    HOLDS(fails_for(trial, touching("a", 0), ENGINE_REASON_KEY_ABSENT));
}

static void
many_of_one_key_in_one_batch(Trial *trial)
{
    static EngineMutation mutations[2 * MANY];
    for (size_t i = 0; i < MANY; i++) {
        mutations[2 * i] = trial_incrementing("n", 1);
        mutations[2 * i + 1] = appending("a", "x");
    }
    HOLDS(trial_commit(trial, NULL, 0, mutations, 2 * MANY).kind == ENGINE_APPLIED);
    HOLDS(mutations[2 * MANY - 2].result.number == MANY);
    HOLDS(mutations[2 * MANY - 1].result.length == MANY);
}

static void
a_failed_mutation_undoes_its_batch(Trial *trial)
{
    (void)trial_put(trial, "a", "1");
    int64_t version = trial_put(trial, "text", "no counter");
    EngineMutation mutations[] = {trial_putting("a", "2"),       trial_removing_range("a", "z"),
                                  trial_putting("b", "2"),       trial_putting("text", "12345678"),
                                  trial_putting("text", "none"), trial_incrementing("text", 1)};
    EngineOutcome outcome = trial_commit(trial, NULL, 0, mutations, COUNT_OF(mutations));
    HOLDS(outcome.kind == ENGINE_NOT_APPLIED && outcome.reason == ENGINE_REASON_NOT_A_COUNTER);
    HOLDS(outcome.index == 5 && outcome.current_version == version);
    HOLDS(trial_has(trial, NULL, "a", "1") && trial_lacks(trial, NULL, "b"));
    HOLDS(trial_has(trial, NULL, "text", "no counter"));
}

static void
mutations_see_ranges_of_their_batch(Trial *trial)
{
    (void)trial_put(trial, "a", "old");
    HOLDS(add(trial, trial_incrementing("n", 7)) == 7);
    EngineMutation mutations[] = {trial_removing_range("", NULL), appending("a", "new"),
                                  trial_incrementing("n", 1)};
    HOLDS(trial_commit(trial, NULL, 0, mutations, 3).kind == ENGINE_APPLIED);
    HOLDS(trial_has(trial, NULL, "a", "new") && mutations[2].result.number == 1);
}

static void
mutations_see_ranges_of_other_commits(Trial *trial)
{
    (void)trial_put(trial, "a", "old");
    HOLDS(add(trial, trial_incrementing("n", 7)) == 7);
    (void)trial_remove_range(trial, "", NULL);
    EngineMutation append = appending("a", "new");
    HOLDS(trial_commit(trial, NULL, 0, &append, 1).kind == ENGINE_APPLIED);
    HOLDS(trial_has(trial, NULL, "a", "new"));
    HOLDS(add(trial, trial_incrementing("n", 1)) == 1);
}

const Statement engine_statements_of_mutations[] = {
    {301, "counters count, from their initial value", counters_count, 0, 0},
    {302, "only what is a counter counts", only_counters_count, 0, 0},
    {303, "counters stay within bounds", counters_have_bounds, 0, 0},
    {304, "appends append, and create only if told to", appends_append, 0, 0},
    {305, "appends have a limit", appends_have_a_limit, 0, 0},
    {306, "a touch changes the expiry alone, and needs the key", a_touch_changes_the_expiry_alone,
     ENGINE_CAN_EXPIRE, 0},
    {307, "a batch may change one key a thousand times", many_of_one_key_in_one_batch,
     ENGINE_CAN_BATCH, 0},
    {308, "a failed mutation undoes its batch", a_failed_mutation_undoes_its_batch,
     ENGINE_CAN_BATCH, 0},
    {309, "mutations see ranges removed before in their batch", mutations_see_ranges_of_their_batch,
     ENGINE_CAN_BATCH, 0},
    {310, "mutations see ranges removed by other commits", mutations_see_ranges_of_other_commits, 0,
     0},
    {0},
};
