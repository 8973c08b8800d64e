/*
 * statements_ranges.c: EN-701 and on: removed ranges, estimates, splits.
 */
#include "tests/engine/trial.h"

#include <stdio.h>

static void
put_letters(Trial *trial, const char *value)
{
    for (char c = 'a'; c <= 'j'; c++) {
        (void)trial_put(trial, (char[]){c, 0}, value);
    }
}

static bool
keys_are(Trial *trial, const char *keys)
{
    return strcmp(trial_keys(trial, NULL, "", NULL, false).text, keys) == 0;
}

static void
start_is_in_stop_is_not(Trial *trial)
{
    put_letters(trial, "1");
    (void)trial_remove_range(trial, "b", "d");
    HOLDS(keys_are(trial, "a d e f g h i j"));
    HOLDS(trial_lacks(trial, NULL, "b") && trial_lacks(trial, NULL, "c"));
    (void)trial_remove_range(trial, "ee", "ff");
    HOLDS(keys_are(trial, "a d e g h i j"));
    (void)trial_remove_range(trial, "h", NULL);
    HOLDS(keys_are(trial, "a d e g"));
    (void)trial_remove_range(trial, "", "d");
    HOLDS(keys_are(trial, "d e g"));
    (void)trial_remove_range(trial, "", NULL);
    HOLDS(keys_are(trial, ""));
}

static void
empty_ranges_remove_nothing(Trial *trial)
{
    put_letters(trial, "1");
    (void)trial_remove_range(trial, "c", "c");
    (void)trial_remove_range(trial, "", "");
    (void)trial_remove_range(trial, "e", "b");
    (void)trial_remove_range(trial, "k", NULL);
    HOLDS(keys_are(trial, "a b c d e f g h i j"));
}

static void
ranges_touch_and_nest(Trial *trial)
{
    put_letters(trial, "1");
    (void)trial_remove_range(trial, "b", "c");
    (void)trial_remove_range(trial, "c", "d");
    (void)trial_remove_range(trial, "f", "i");
    (void)trial_put(trial, "g", "2");
    (void)trial_remove_range(trial, "g", "g\x01");
    (void)trial_put(trial, "h", "2");
    (void)trial_remove_range(trial, "e", "h");
    HOLDS(keys_are(trial, "a d h i j"));
    (void)trial_put(trial, "b", "3");
    (void)trial_remove_range(trial, "a", "b");
    HOLDS(keys_are(trial, "b d h i j"));
    trial_compact(trial);
    HOLDS(keys_are(trial, "b d h i j"));
    HOLDS(trial_has(trial, NULL, "b", "3") && trial_has(trial, NULL, "h", "2"));
}

static void
puts_behind_a_range_are_seen(Trial *trial)
{
    put_letters(trial, "1");
    (void)trial_remove_range(trial, "", NULL);
    put_letters(trial, "2");
    HOLDS(trial_has(trial, NULL, "e", "2"));
    HOLDS(keys_are(trial, "a b c d e f g h i j"));
    (void)trial_remove_range(trial, "e", "f");
    HOLDS(trial_lacks(trial, NULL, "e") && trial_has(trial, NULL, "f", "2"));
}

static void
prefixes_are_ranges(Trial *trial)
{
    static const char *const keys[] = {"a", "ab", "abc", "abd", "ac", "b"};
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        (void)trial_put(trial, keys[i], "1");
    }
    (void)trial_remove_range(trial, "ab", "ac");
    HOLDS(keys_are(trial, "a ac b"));
    Engine *engine = trial_engine(trial);
    BaseSlice edge = TEXT("\xff\xff");
    (void)trial_write(trial, engine_rig_put(ENGINE_DATA, edge, TEXT("1")));
    (void)trial_write(trial, engine_rig_put(ENGINE_DATA, TEXT("\xff"), TEXT("1")));
    (void)trial_write(trial, engine_rig_remove_range(ENGINE_DATA, TEXT("\xff"), &edge));
    HOLDS(engine_rig_lacks(engine, NULL, ENGINE_DATA, TEXT("\xff")));
    HOLDS(engine_rig_has(engine, NULL, ENGINE_DATA, edge, TEXT("1")));
    (void)trial_write(trial, engine_rig_remove_range(ENGINE_DATA, TEXT("\xff"), NULL));
    HOLDS(engine_rig_lacks(engine, NULL, ENGINE_DATA, edge));
}

static void
a_range_hides_what_is_in_older_files(Trial *trial)
{
    /* Old data below, the range above it, and nothing of the range comes back on the way down. */
    put_letters(trial, "1");
    trial_compact(trial);
    (void)trial_remove_range(trial, "c", "h");
    trial_flush(trial);
    HOLDS(keys_are(trial, "a b h i j"));
    (void)trial_put(trial, "d", "2");
    trial_flush(trial);
    HOLDS(keys_are(trial, "a b d h i j"));
    trial_compact(trial);
    HOLDS(keys_are(trial, "a b d h i j") && trial_has(trial, NULL, "d", "2"));
    (void)trial_put(trial, "e", "3");
    trial_compact(trial);
    HOLDS(keys_are(trial, "a b d e h i j"));
}

static void
many_ranges(Trial *trial)
{
    Engine *engine = trial_engine(trial);
    char start[16];
    char stop[16];
    for (int i = 0; i < 300; i++) {
        (void)snprintf(start, sizeof start, "k%04d", i);
        (void)engine_rig_apply(engine, trial_putting(start, "1"));
    }
    for (int i = 0; i < 300; i += 3) {
        (void)snprintf(start, sizeof start, "k%04d", i);
        (void)snprintf(stop, sizeof stop, "k%04d", i + 2);
        (void)engine_rig_apply(engine, trial_removing_range(start, stop));
    }
    trial_settle(trial);
    for (int i = 0; i < 300; i++) {
        (void)snprintf(start, sizeof start, "k%04d", i);
        HOLDS(i % 3 == 2 ? trial_has(trial, NULL, start, "1") : trial_lacks(trial, NULL, start));
    }
    EngineIterator *iterator = trial_iterator(trial, NULL, "", NULL);
    int count = 0;
    for (engine_iterator_seek(iterator, NULL); iterator->valid; engine_iterator_next(iterator)) {
        count++;
    }
    HOLDS(base_is_ok(iterator->status) && count == 100);
    engine_iterator_free(iterator);
}

/* ---------------------------------------------------------------------- estimates and splits -- */

enum { RECORDS = 3000, VALUE_BYTES = 90 };

static void
put_records(Trial *trial)
{
    char key[16];
    uint8_t value[VALUE_BYTES];
    BaseRand rand = base_rand(3);
    for (size_t i = 0; i < RECORDS; i++) {
        (void)snprintf(key, sizeof key, "key%07zu", i);
        for (size_t j = 0; j < sizeof value; j++) {
            value[j] = (uint8_t)base_rand_next(&rand);
        }
        (void)engine_rig_apply(
            trial_engine(trial),
            engine_rig_put(ENGINE_DATA, base_slice_text(key), base_slice(value, sizeof value)));
    }
    trial_settle(trial);
}

static void
estimates_are_near(Trial *trial)
{
    put_records(trial);
    EngineRangeEstimate estimate;
    EngineRange all = {.unbounded = true};
    HOLDS(base_is_ok(engine_range_estimate(trial_engine(trial), &all, &estimate)));
    HOLDS(estimate.keys > RECORDS / 2 && estimate.keys < RECORDS * 2);
    HOLDS(estimate.bytes > RECORDS * 50 && estimate.bytes < RECORDS * 200);
    HOLDS(!estimate.exact || (estimate.keys == RECORDS && estimate.bytes == RECORDS * 100));
    HOLDS(estimate.dead_ratio >= 0.0 && estimate.dead_ratio < 0.5);
    EngineRange third = {TEXT("key0001000"), TEXT("key0002000"), false};
    HOLDS(base_is_ok(engine_range_estimate(trial_engine(trial), &third, &estimate)));
    HOLDS(estimate.keys > RECORDS / 6 && estimate.keys < RECORDS * 2 / 3);
    EngineRange none = {TEXT("x"), TEXT("y"), false};
    HOLDS(base_is_ok(engine_range_estimate(trial_engine(trial), &none, &estimate)));
    HOLDS(estimate.keys < RECORDS / 10);
    EngineRange inverted = {TEXT("key0002000"), TEXT("key0001000"), false};
    HOLDS(base_is_ok(engine_range_estimate(trial_engine(trial), &inverted, &estimate)));
    HOLDS(estimate.keys == 0 && estimate.bytes == 0);
}

typedef struct Parts {
    char last[32];
    bool ascending;
    int count;
    int limit;
} Parts;

static bool
note_part(void *user, BaseSlice key)
{
    Parts *parts = user;
    BaseSlice last = base_slice_text(parts->last);
    parts->ascending = parts->ascending && base_slice_compare(key, last) > 0;
    (void)snprintf(parts->last, sizeof parts->last, "%.*s", (int)key.len, (const char *)key.data);
    return ++parts->count < parts->limit;
}

static void
splits_cut_into_parts(Trial *trial)
{
    put_records(trial);
    EngineRange range = {TEXT("key0000100"), TEXT("key0002900"), false};
    Parts parts = {.last = "key0000099", .ascending = true, .limit = 1000};
    /* 280,000 bytes in parts of 28,000: about 9 cuts. */
    HOLDS(base_is_ok(engine_range_split(trial_engine(trial), &range, 28000, note_part, &parts)));
    HOLDS(parts.ascending && parts.count >= 4 && parts.count <= 20);
    HOLDS(strcmp(parts.last, "key0002900") < 0);
    Parts few = {.ascending = true, .limit = 2};
    HOLDS(base_is_ok(engine_range_split(trial_engine(trial), &range, 28000, note_part, &few)));
    HOLDS(few.count == 2);
    Parts whole = {.ascending = true, .limit = 1000};
    HOLDS(
        base_is_ok(engine_range_split(trial_engine(trial), &range, 1000000000, note_part, &whole)));
    HOLDS(whole.count == 0);
}

const Statement engine_statements_of_ranges[] = {
    {701, "a range removes its start and not its stop", start_is_in_stop_is_not, 0, 0},
    {702, "empty ranges remove nothing", empty_ranges_remove_nothing, 0, 0},
    {703, "ranges touch, overlap and nest", ranges_touch_and_nest, 0, 0},
    {704, "what is put behind a range is seen", puts_behind_a_range_are_seen, 0, 0},
    {705, "prefixes and the last keys are ranges", prefixes_are_ranges, 0, 0},
    {706, "a range hides what older files hold, for ever", a_range_hides_what_is_in_older_files, 0,
     0},
    {707, "hundreds of ranges", many_ranges, 0, 0},
    {708, "estimates are near, exact ones right", estimates_are_near, 0, 0},
    {709, "splits cut a range into parts of about the size", splits_cut_into_parts, 0, 0},
    {0},
};
