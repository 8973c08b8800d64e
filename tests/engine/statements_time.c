/*
 * statements_time.c: EN-801 and on: expiry, and clocks that step.
 */
#include "tests/engine/trial.h"

#include <stdio.h>

#define START ENGINE_RIG_START_MS

static void
pass(Trial *trial, int64_t ms)
{
    base_fake_clock_advance_ms(&trial->rig.fake, ms);
}

static EngineMutation
putting(const char *key, EngineExpiryKind expiry, int64_t expiry_ms)
{
    EngineMutation mutation = trial_putting(key, "v");
    mutation.expiry = expiry;
    mutation.expiry_ms = expiry_ms;
    return mutation;
}

static void
absent_at_the_millisecond(Trial *trial)
{
    (void)trial_put_until(trial, "a", "1", START + 100);
    (void)trial_put(trial, "b", "1");
    pass(trial, 99);
    HOLDS(trial_has(trial, NULL, "a", "1"));
    HOLDS(strcmp(trial_keys(trial, NULL, "", NULL, false).text, "a b") == 0);
    pass(trial, 1);
    HOLDS(trial_lacks(trial, NULL, "a"));
    HOLDS(strcmp(trial_keys(trial, NULL, "", NULL, false).text, "b") == 0);
    HOLDS(strcmp(trial_keys(trial, NULL, "", NULL, true).text, "b") == 0);
}

static void
relative_to_the_commit(Trial *trial)
{
    pass(trial, 50);
    EngineMutation mutation = putting("a", ENGINE_EXPIRES_AFTER, 100);
    HOLDS(trial_commit(trial, NULL, 0, &mutation, 1).kind == ENGINE_APPLIED);
    HOLDS(mutation.result.expires_at_ms == START + 150);
    EngineRecord record;
    HOLDS(trial_look(trial, "a", &record) && record.expires_at_ms == START + 150);
    mutation = putting("b", ENGINE_EXPIRES_AFTER, INT64_MAX);
    HOLDS(trial_commit(trial, NULL, 0, &mutation, 1).kind == ENGINE_APPLIED);
    HOLDS(trial_look(trial, "b", &record) && record.expires_at_ms == INT64_MAX);
}

static void
a_past_expiry_removes(Trial *trial)
{
    static const int64_t times[] = {START, START - 1, 1, 0, -5, INT64_MIN};
    for (size_t i = 0; i < COUNT_OF(times); i++) {
        (void)trial_put(trial, "a", "old");
        EngineMutation mutation = putting("a", ENGINE_EXPIRES_AT, times[i]);
        HOLDS(trial_commit(trial, NULL, 0, &mutation, 1).kind == ENGINE_APPLIED);
        HOLDS(mutation.result.expires_at_ms == 0 && trial_lacks(trial, NULL, "a"));
        (void)trial_put(trial, "a", "old");
        mutation = putting("a", ENGINE_EXPIRES_AFTER, -(int64_t)i);
        HOLDS(trial_commit(trial, NULL, 0, &mutation, 1).kind == ENGINE_APPLIED);
        HOLDS(trial_lacks(trial, NULL, "a"));
    }
}

static void
keep_keeps(Trial *trial)
{
    (void)trial_put_until(trial, "a", "1", START + 100);
    EngineMutation keep = putting("a", ENGINE_EXPIRES_KEEP, 0);
    HOLDS(trial_commit(trial, NULL, 0, &keep, 1).kind == ENGINE_APPLIED);
    HOLDS(keep.result.expires_at_ms == START + 100);
    EngineMutation fresh = putting("new", ENGINE_EXPIRES_KEEP, 0);
    HOLDS(trial_commit(trial, NULL, 0, &fresh, 1).kind == ENGINE_APPLIED);
    HOLDS(fresh.result.expires_at_ms == 0);
    pass(trial, 100);
    HOLDS(trial_lacks(trial, NULL, "a") && trial_has(trial, NULL, "new", "v"));
    /* What has expired has no expiry to keep. */
    HOLDS(trial_commit(trial, NULL, 0, &keep, 1).kind == ENGINE_APPLIED);
    HOLDS(keep.result.expires_at_ms == 0);
    pass(trial, 100000);
    HOLDS(trial_has(trial, NULL, "a", "v"));
}

static void
a_put_without_expiry_stays(Trial *trial)
{
    (void)trial_put_until(trial, "a", "1", START + 100);
    (void)trial_put(trial, "a", "2");
    pass(trial, 1000);
    trial_compact(trial);
    HOLDS(trial_has(trial, NULL, "a", "2"));
}

static void
an_expired_version_hides_older_ones(Trial *trial)
{
    (void)trial_put(trial, "a", "for ever");
    trial_compact(trial);
    (void)trial_put_until(trial, "a", "for a while", START + 100);
    trial_flush(trial);
    pass(trial, 100);
    HOLDS(trial_lacks(trial, NULL, "a"));
    trial_compact(trial);
    HOLDS(trial_lacks(trial, NULL, "a"));
    (void)trial_put(trial, "b", "1");
    trial_compact(trial);
    HOLDS(trial_lacks(trial, NULL, "a"));
    for (int i = 0; i < 20; i++) {
        engine_tick(trial_engine(trial));
    }
    HOLDS(strcmp(trial_keys(trial, NULL, "", NULL, false).text, "b") == 0);
}

static void
a_clock_that_steps_back_resurrects_nothing(Trial *trial)
{
    (void)trial_put_until(trial, "a", "1", START + 100);
    pass(trial, 100);
    HOLDS(trial_lacks(trial, NULL, "a"));
    base_fake_clock_step_wall_ms(&trial->rig.fake, -50000);
    HOLDS(trial_lacks(trial, NULL, "a"));
    EngineSnapshot *snapshot = trial_snapshot(trial);
    HOLDS(trial_lacks(trial, snapshot, "a") && snapshot->stamp_ms >= START + 100);
    engine_snapshot_free(snapshot);
    EngineMutation mutation = putting("b", ENGINE_EXPIRES_AFTER, 10);
    HOLDS(trial_commit(trial, NULL, 0, &mutation, 1).kind == ENGINE_APPLIED);
    HOLDS(mutation.result.expires_at_ms == START + 110);
}

static void
expired_is_absent_to_mutations(Trial *trial)
{
    EngineMutation count = trial_incrementing("n", 5);
    count.expiry = ENGINE_EXPIRES_AFTER;
    count.expiry_ms = 100;
    HOLDS(trial_commit(trial, NULL, 0, &count, 1).kind == ENGINE_APPLIED);
    (void)trial_put_until(trial, "a", "old", START + 100);
    pass(trial, 100);
    count.expiry = ENGINE_EXPIRES_NEVER;
    HOLDS(trial_commit(trial, NULL, 0, &count, 1).kind == ENGINE_APPLIED);
    HOLDS(count.result.number == 5);
    EngineMutation append = {.kind = ENGINE_APPEND,
                             .key = TEXT("a"),
                             .value = TEXT("new"),
                             .create = true,
                             .length_max = 100};
    HOLDS(trial_commit(trial, NULL, 0, &append, 1).kind == ENGINE_APPLIED);
    HOLDS(append.result.length == 3 && trial_has(trial, NULL, "a", "new"));
    (void)trial_put_until(trial, "b", "old", START + 200);
    pass(trial, 100);
    EngineMutation remove = trial_removing("b");
    HOLDS(trial_commit(trial, NULL, 0, &remove, 1).kind == ENGINE_APPLIED);
    HOLDS(!remove.result.existed);
}

static void
thousands_expire(Trial *trial)
{
    char key[16];
    for (int i = 0; i < 2000; i++) {
        (void)snprintf(key, sizeof key, "k%05d", i);
        EngineMutation mutation = putting(key, ENGINE_EXPIRES_AT, START + 100 + i % 10);
        (void)engine_rig_apply(trial_engine(trial), mutation);
    }
    trial_settle(trial);
    pass(trial, 105);
    EngineIterator *iterator = trial_iterator(trial, NULL, "", NULL);
    int count = 0;
    for (engine_iterator_seek(iterator, NULL); iterator->valid; engine_iterator_next(iterator)) {
        count++;
    }
    HOLDS(base_is_ok(iterator->status) && count == 800);
    engine_iterator_free(iterator);
    pass(trial, 100);
    HOLDS(trial_keys(trial, NULL, "", NULL, false).text[0] == '\0');
    trial_compact(trial);
    for (int i = 0; i < 50; i++) {
        engine_tick(trial_engine(trial));
    }
    EngineStats stats;
    engine_stats(trial_engine(trial), &stats);
    HOLDS(stats.keys < 200);
}

const Statement engine_statements_of_time[] = {
    {801, "a record is absent at the millisecond of its expiry", absent_at_the_millisecond,
     ENGINE_CAN_EXPIRE, 0},
    {802, "a relative expiry counts from the stamp of its commit", relative_to_the_commit,
     ENGINE_CAN_EXPIRE, 0},
    {803, "an expiry that has passed removes", a_past_expiry_removes, ENGINE_CAN_EXPIRE, 0},
    {804, "keep keeps the expiry", keep_keeps, ENGINE_CAN_EXPIRE, 0},
    {805, "a put without expiry stays", a_put_without_expiry_stays, ENGINE_CAN_EXPIRE, 0},
    {806, "an expired version hides older ones for ever", an_expired_version_hides_older_ones,
     ENGINE_CAN_EXPIRE, 0},
    {807, "a clock that steps back resurrects nothing", a_clock_that_steps_back_resurrects_nothing,
     ENGINE_CAN_EXPIRE | ENGINE_CAN_SNAPSHOT, 0},
    {808, "an expired key is absent to mutations", expired_is_absent_to_mutations,
     ENGINE_CAN_EXPIRE, 0},
    {809, "thousands expire", thousands_expire, ENGINE_CAN_EXPIRE, 0},
    {0},
};
