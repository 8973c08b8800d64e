/*
 * test_lsm_retention.c: what readers see of a key before and after entries are dropped.
 *
 * The model is the definition: for random histories, snapshots and removed ranges, every reader
 * that may exist must see the same through what was kept, with and without an older level below.
 */
#include "engine/base/rand.h"
#include "engine/lsm/retention.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

enum { ENTRIES_MAX = 12, FRAGMENTS_MAX = 3, SNAPSHOTS_MAX = 4, VERSIONS = 40, ROUNDS = 50000 };

typedef struct Entry {
    int64_t version;
    bool remove;
    int64_t expires_at_ms;
} Entry;

typedef struct History {
    Entry entries[ENTRIES_MAX]; /* from new to old */
    size_t count;
    int64_t fragments[FRAGMENTS_MAX];
    size_t fragment_count;
    int64_t snapshots[SNAPSHOTS_MAX];
    size_t snapshot_count;
    int64_t time_ms; /* of the earliest reader */
    bool bottom;
    bool below; /* an older level has the key, at version 0 */
} History;

/* What a reader sees: a version; -1: nothing in these entries, so it looks further down. */
static int64_t
see(const History *history, const Entry *entries, size_t count, int64_t at, int64_t time_ms)
{
    int64_t hidden = 0;
    for (size_t i = 0; i < history->fragment_count; i++) {
        if (history->fragments[i] <= at && history->fragments[i] > hidden) {
            hidden = history->fragments[i];
        }
    }
    for (size_t i = 0; i < count; i++) {
        if (entries[i].version <= at) {
            bool expired = entries[i].expires_at_ms != 0 && entries[i].expires_at_ms <= time_ms;
            bool absent = entries[i].remove || expired || entries[i].version < hidden;
            return absent ? 0 : entries[i].version;
        }
    }
    if (hidden != 0) {
        return 0;
    }
    return history->below ? -1 : 0;
}

static int64_t
lowest_above(const History *history, int64_t version)
{
    int64_t lowest = 0;
    for (size_t i = 0; i < history->fragment_count; i++) {
        int64_t fragment = history->fragments[i];
        if (fragment > version && (lowest == 0 || fragment < lowest)) {
            lowest = fragment;
        }
    }
    return lowest;
}

static size_t
keep(const History *history, Entry *ret_kept)
{
    LsmRetention retention = {history->snapshots, history->snapshot_count, history->time_ms};
    LsmKeyHistory state = {0};
    size_t kept = 0;
    for (size_t i = 0; i < history->count; i++) {
        Entry entry = history->entries[i];
        LsmFate fate =
            lsm_retention_judge(&retention, &state,
                                &(LsmCandidate){.version = entry.version,
                                                .remove = entry.remove,
                                                .expires_at_ms = entry.expires_at_ms,
                                                .hidden_by = lowest_above(history, entry.version),
                                                .bottom = history->bottom});
        entry.remove = entry.remove || fate == LSM_KEEP_AS_REMOVE;
        if (fate == LSM_KEEP || fate == LSM_KEEP_AS_REMOVE) {
            ret_kept[kept++] = entry;
        }
    }
    return kept;
}

static bool
chance(BaseRand *rand, uint64_t in)
{
    return base_rand_below(rand, in) == 0;
}

static History
random_history(BaseRand *rand)
{
    History history = {.time_ms = 100, .bottom = chance(rand, 2)};
    history.below = !history.bottom && chance(rand, 2);
    for (int64_t version = VERSIONS; version > 0; version--) {
        if (chance(rand, 5) && history.count < ENTRIES_MAX) {
            history.entries[history.count++] =
                (Entry){version, chance(rand, 3),
                        chance(rand, 3) ? (int64_t)(50 + base_rand_below(rand, 100)) : 0};
        }
        if (chance(rand, 20) && history.fragment_count < FRAGMENTS_MAX) {
            history.fragments[history.fragment_count++] = version;
        }
    }
    for (int64_t version = 1; version < VERSIONS; version++) {
        if (chance(rand, 12) && history.snapshot_count < SNAPSHOTS_MAX) {
            history.snapshots[history.snapshot_count++] = version;
        }
    }
    return history;
}

START_TEST(every_reader_sees_the_same_as_before)
{
    const char *text = getenv("LARDER_SEED");
    BaseRand rand = base_rand(text != NULL ? strtoull(text, NULL, 10) : 99);
    size_t dropped = 0;
    for (int round = 0; round < ROUNDS; round++) {
        History history = random_history(&rand);
        Entry kept[ENTRIES_MAX];
        size_t count = keep(&history, kept);
        dropped += history.count - count;
        for (size_t i = 0; i <= history.snapshot_count; i++) {
            int64_t at = i < history.snapshot_count ? history.snapshots[i] : VERSIONS + 1;
            for (int64_t time = history.time_ms; time < 160; time += 10) {
                ck_assert_int_eq(see(&history, kept, count, at, time),
                                 see(&history, history.entries, history.count, at, time));
            }
        }
    }
    ck_assert_uint_gt(dropped, ROUNDS);
}
END_TEST

/* The fate of one entry behind another, without snapshots. */
static LsmFate
judge_alone(LsmCandidate candidate)
{
    LsmRetention retention = {.time_ms = 100};
    LsmKeyHistory state = {0};
    return lsm_retention_judge(&retention, &state, &candidate);
}

START_TEST(each_rule_drops_what_it_says)
{
    ck_assert_int_eq(judge_alone((LsmCandidate){.version = 5}), LSM_KEEP);
    ck_assert_int_eq(judge_alone((LsmCandidate){.version = 5, .hidden_by = 6}), LSM_DROP_HIDDEN);
    ck_assert_int_eq(judge_alone((LsmCandidate){.version = 5, .remove = true}), LSM_KEEP);
    ck_assert_int_eq(judge_alone((LsmCandidate){.version = 5, .remove = true, .bottom = true}),
                     LSM_DROP_REMOVE);
    ck_assert_int_eq(judge_alone((LsmCandidate){.version = 5, .expires_at_ms = 100}),
                     LSM_KEEP_AS_REMOVE);
    ck_assert_int_eq(judge_alone((LsmCandidate){.version = 5, .expires_at_ms = 101}), LSM_KEEP);
    ck_assert_int_eq(judge_alone((LsmCandidate){.version = 5, .expires_at_ms = 9, .bottom = true}),
                     LSM_DROP_REMOVE);
}
END_TEST

START_TEST(a_snapshot_keeps_what_it_sees)
{
    int64_t snapshots[] = {10, 20};
    LsmRetention retention = {snapshots, 2, 100};
    LsmKeyHistory state = {0};
    static const struct {
        int64_t version;
        LsmFate fate;
    } EXPECTED[] = {{25, LSM_KEEP},          {21, LSM_DROP_SHADOWED}, {20, LSM_KEEP},
                    {11, LSM_DROP_SHADOWED}, {10, LSM_KEEP},          {9, LSM_DROP_SHADOWED}};
    for (size_t i = 0; i < sizeof(EXPECTED) / sizeof(EXPECTED[0]); i++) {
        LsmCandidate candidate = {.version = EXPECTED[i].version};
        ck_assert_int_eq(lsm_retention_judge(&retention, &state, &candidate), EXPECTED[i].fate);
    }
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("lsm_retention");
    TCase *rules = tcase_create("rules");
    tcase_set_timeout(rules, 120);
    tcase_add_test(rules, every_reader_sees_the_same_as_before);
    tcase_add_test(rules, each_rule_drops_what_it_says);
    tcase_add_test(rules, a_snapshot_keeps_what_it_sees);
    suite_add_tcase(suite, rules);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
