/*
 * statements_snapshots.c: EN-501 and on: points in the history of a store.
 */
#include "tests/engine/trial.h"

#include <stdio.h>

enum { SNAPSHOTS = 40 };

static void
a_snapshot_sees_its_version(Trial *trial)
{
    (void)trial_put(trial, "a", "1");
    int64_t version = trial_put(trial, "gone", "1");
    EngineSnapshot *snapshot = trial_snapshot(trial);
    HOLDS(snapshot->version == version);
    (void)trial_put(trial, "a", "2");
    (void)trial_remove(trial, "gone");
    (void)trial_put(trial, "new", "1");
    trial_compact(trial);
    HOLDS(trial_has(trial, snapshot, "a", "1") && trial_has(trial, snapshot, "gone", "1"));
    HOLDS(trial_lacks(trial, snapshot, "new"));
    HOLDS(trial_has(trial, NULL, "a", "2") && trial_lacks(trial, NULL, "gone"));
    HOLDS(strcmp(trial_keys(trial, snapshot, "", NULL, false).text, "a gone") == 0);
    HOLDS(strcmp(trial_keys(trial, snapshot, "", NULL, true).text, "gone a") == 0);
    HOLDS(strcmp(trial_keys(trial, NULL, "", NULL, false).text, "a new") == 0);
    engine_snapshot_free(snapshot);
}

static void
many_snapshots_of_one_key(Trial *trial)
{
    EngineSnapshot *snapshots[SNAPSHOTS];
    char value[16];
    for (int i = 0; i < SNAPSHOTS; i++) {
        (void)snprintf(value, sizeof value, "%d", i);
        (void)trial_put(trial, "a", "between");
        (void)trial_put(trial, "a", value);
        snapshots[i] = trial_snapshot(trial);
    }
    (void)trial_remove(trial, "a");
    for (int pass = 0; pass < 2; pass++) {
        for (int i = 0; i < SNAPSHOTS; i++) {
            (void)snprintf(value, sizeof value, "%d", i);
            HOLDS(trial_has(trial, snapshots[i], "a", value));
        }
        trial_compact(trial);
    }
    /* Freed in no order; those that are left see what they saw. */
    for (int i = 0; i < SNAPSHOTS; i++) {
        int index = i * 7 % SNAPSHOTS;
        (void)snprintf(value, sizeof value, "%d", index);
        HOLDS(trial_has(trial, snapshots[index], "a", value));
        engine_snapshot_free(snapshots[index]);
        if (i % 10 == 5) {
            trial_compact(trial);
        }
    }
    HOLDS(trial_lacks(trial, NULL, "a"));
}

static void
a_snapshot_of_nothing(Trial *trial)
{
    EngineSnapshot *snapshot = trial_snapshot(trial);
    (void)trial_put(trial, "a", "1");
    trial_compact(trial);
    HOLDS(trial_lacks(trial, snapshot, "a"));
    HOLDS(trial_keys(trial, snapshot, "", NULL, false).text[0] == '\0');
    engine_snapshot_free(snapshot);
}

static void
ranges_spare_snapshots(Trial *trial)
{
    (void)trial_put(trial, "a", "1");
    (void)trial_put(trial, "b", "1");
    (void)trial_put(trial, "c", "1");
    EngineSnapshot *first = trial_snapshot(trial);
    (void)trial_remove_range(trial, "b", "c");
    EngineSnapshot *second = trial_snapshot(trial);
    (void)trial_put(trial, "b", "2");
    EngineSnapshot *third = trial_snapshot(trial);
    (void)trial_remove_range(trial, "", NULL);
    trial_compact(trial);
    HOLDS(strcmp(trial_keys(trial, first, "", NULL, false).text, "a b c") == 0);
    HOLDS(strcmp(trial_keys(trial, second, "", NULL, true).text, "c a") == 0);
    HOLDS(trial_has(trial, third, "b", "2") && trial_has(trial, first, "b", "1"));
    HOLDS(trial_lacks(trial, second, "b") && trial_lacks(trial, NULL, "b"));
    engine_snapshot_free(first);
    trial_compact(trial);
    HOLDS(trial_lacks(trial, second, "b") && trial_has(trial, third, "b", "2"));
    engine_snapshot_free(third);
    trial_compact(trial);
    HOLDS(strcmp(trial_keys(trial, second, "", NULL, false).text, "a c") == 0);
    engine_snapshot_free(second);
    trial_compact(trial);
    HOLDS(trial_keys(trial, NULL, "", NULL, false).text[0] == '\0');
}

static void
open_snapshots_are_counted(Trial *trial)
{
    EngineStats stats;
    EngineSnapshot *first = trial_snapshot(trial);
    EngineSnapshot *second = trial_snapshot(trial);
    engine_stats(trial_engine(trial), &stats);
    HOLDS(stats.open_snapshots == 2);
    engine_snapshot_free(first);
    engine_snapshot_free(second);
    engine_stats(trial_engine(trial), &stats);
    HOLDS(stats.open_snapshots == 0);
}

static void
the_time_of_a_snapshot_stands_still(Trial *trial)
{
    (void)trial_put_until(trial, "a", "1", ENGINE_RIG_START_MS + 100);
    EngineSnapshot *snapshot = trial_snapshot(trial);
    base_fake_clock_advance_ms(&trial->rig.fake, 100000);
    HOLDS(trial_lacks(trial, NULL, "a"));
    trial_compact(trial);
    for (int i = 0; i < 20; i++) {
        engine_tick(trial_engine(trial));
    }
    HOLDS(snapshot->stamp_ms == ENGINE_RIG_START_MS);
    HOLDS(trial_has(trial, snapshot, "a", "1"));
    HOLDS(strcmp(trial_keys(trial, snapshot, "", NULL, false).text, "a") == 0);
    EngineRead read;
    HOLDS(base_is_ok(engine_read_begin(&read, trial_engine(trial), snapshot, 0)));
    HOLDS(read.now_ms == ENGINE_RIG_START_MS);
    engine_read_end(&read);
    engine_snapshot_free(snapshot);
    trial_compact(trial);
    HOLDS(trial_lacks(trial, NULL, "a"));
}

static void
versions_between_snapshots(Trial *trial)
{
    /* An older version that a newer one hides stays hidden when it is all that is left to merge. */
    (void)trial_put(trial, "a", "old");
    trial_compact(trial);
    EngineSnapshot *snapshot = trial_snapshot(trial);
    (void)trial_remove(trial, "a");
    trial_flush(trial);
    (void)trial_put(trial, "a", "new");
    trial_flush(trial);
    (void)trial_remove(trial, "a");
    trial_compact(trial);
    HOLDS(trial_has(trial, snapshot, "a", "old") && trial_lacks(trial, NULL, "a"));
    engine_snapshot_free(snapshot);
    trial_compact(trial);
    HOLDS(trial_lacks(trial, NULL, "a"));
    (void)trial_put(trial, "b", "1");
    trial_compact(trial);
    HOLDS(strcmp(trial_keys(trial, NULL, "", NULL, false).text, "b") == 0);
}

#define NEEDS ENGINE_CAN_SNAPSHOT

const Statement engine_statements_of_snapshots[] = {
    {501, "a snapshot sees its version, whatever comes", a_snapshot_sees_its_version, NEEDS, 0},
    {502, "many snapshots see many versions of a key", many_snapshots_of_one_key, NEEDS, 0},
    {503, "a snapshot of an empty store is empty", a_snapshot_of_nothing, NEEDS, 0},
    {504, "removed ranges spare snapshots", ranges_spare_snapshots, NEEDS, 0},
    {505, "open snapshots are counted", open_snapshots_are_counted, NEEDS, 0},
    {506, "the time of a snapshot stands still", the_time_of_a_snapshot_stands_still,
     NEEDS | ENGINE_CAN_EXPIRE, 0},
    {507, "what was removed does not come back when a snapshot goes", versions_between_snapshots,
     NEEDS, 0},
    {0},
};
