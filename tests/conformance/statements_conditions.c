/*
 * statements_conditions.c: C-200 and on: conditions of single-key writes.
 */
#include "tests/conformance/trial.h"

#define TEXT(text)        BASE_SLICE_LITERAL(text)
#define CALL(method, ...) trial_keep(trial, call_##method(trial->target, (Request){__VA_ARGS__}))

enum { CONDITION_FAILED = 1, KEY_ABSENT = 3 };

static void
absent_creates_once(Trial *trial)
{
    BaseSlice key = trial_key(trial, "a");
    Answer *first = CALL(put, .key = key, .value = TEXT("1"), .absent = true);
    HOLDS(first->applied);
    Answer *second = CALL(put, .key = key, .value = TEXT("2"), .absent = true);
    HOLDS(second->exception == 0 && !second->applied && second->reason == CONDITION_FAILED);
    HOLDS(second->version == 0 && second->current_version == first->version);
    HOLDS(trial_value_is(CALL(get, .key = key), TEXT("1")));
    HOLDS(CALL(remove, .key = key)->applied);
    HOLDS(CALL(put, .key = key, .value = TEXT("3"), .absent = true)->applied);
}

static void
present_updates_only(Trial *trial)
{
    BaseSlice key = trial_key(trial, "a");
    Answer *missing = CALL(put, .key = key, .value = TEXT("1"), .present = true);
    HOLDS(!missing->applied && missing->current_version == 0);
    HOLDS(!CALL(get, .key = key)->found);
    HOLDS(CALL(put, .key = key, .value = TEXT("1"))->applied);
    HOLDS(CALL(put, .key = key, .value = TEXT("2"), .present = true)->applied);
}

static void
version_equal_is_compare_and_set(Trial *trial)
{
    BaseSlice key = trial_key(trial, "a");
    Answer *first = CALL(put, .key = key, .value = TEXT("1"));
    Answer *stale = CALL(put, .key = key, .value = TEXT("x"), .with_version_equal = true,
                         .version_equal = first->version - 1);
    HOLDS(!stale->applied && stale->current_version == first->version);
    Answer *second = CALL(put, .key = key, .value = TEXT("2"), .with_version_equal = true,
                          .version_equal = first->version);
    HOLDS(second->applied);
    HOLDS(!CALL(put, .key = key, .value = TEXT("x"), .with_version_equal = true,
                .version_equal = first->version)
               ->applied);
    HOLDS(trial_value_is(CALL(get, .key = key), TEXT("2")));
}

static void
version_zero_means_absent(Trial *trial)
{
    BaseSlice key = trial_key(trial, "a");
    HOLDS(CALL(put, .key = key, .value = TEXT("1"), .with_version_equal = true)->applied);
    HOLDS(!CALL(put, .key = key, .value = TEXT("2"), .with_version_equal = true)->applied);
}

static void
version_at_most(Trial *trial)
{
    BaseSlice key = trial_key(trial, "a");
    HOLDS(CALL(put, .key = key, .value = TEXT("1"), .with_version_at_most = true)->applied);
    Answer *second = CALL(put, .key = key, .value = TEXT("2"));
    HOLDS(!CALL(put, .key = key, .value = TEXT("x"), .with_version_at_most = true,
                .version_at_most = second->version - 1)
               ->applied);
    HOLDS(CALL(put, .key = key, .value = TEXT("3"), .with_version_at_most = true,
               .version_at_most = second->version)
              ->applied);
}

static void
value_equal(Trial *trial)
{
    BaseSlice key = trial_key(trial, "a");
    HOLDS(!CALL(put, .key = key, .value = TEXT("x"), .with_value_equal = true)->applied);
    HOLDS(CALL(put, .key = key, .value = TEXT("1"))->applied);
    HOLDS(!CALL(put, .key = key, .value = TEXT("x"), .with_value_equal = true,
                .value_equal = TEXT("11"))
               ->applied);
    HOLDS(
        CALL(put, .key = key, .value = TEXT(""), .with_value_equal = true, .value_equal = TEXT("1"))
            ->applied);
    HOLDS(
        CALL(put, .key = key, .value = TEXT("2"), .with_value_equal = true, .value_equal = TEXT(""))
            ->applied);
}

static void
all_of_a_condition_must_hold(Trial *trial)
{
    BaseSlice key = trial_key(trial, "a");
    Answer *put = CALL(put, .key = key, .value = TEXT("1"));
    HOLDS(!CALL(put, .key = key, .value = TEXT("x"), .present = true, .with_version_equal = true,
                .version_equal = put->version, .with_value_equal = true, .value_equal = TEXT("2"))
               ->applied);
    HOLDS(CALL(put, .key = key, .value = TEXT("2"), .present = true, .with_version_equal = true,
               .version_equal = put->version, .with_value_equal = true, .value_equal = TEXT("1"))
              ->applied);
}

static void
current_value_on_request(Trial *trial)
{
    BaseSlice key = trial_key(trial, "a");
    HOLDS(CALL(put, .key = key, .value = TEXT("mine"))->applied);
    Answer *quiet = CALL(put, .key = key, .value = TEXT("x"), .absent = true);
    HOLDS(!quiet->applied && !quiet->has_value);
    Answer *told =
        CALL(put, .key = key, .value = TEXT("x"), .absent = true, .return_current = true);
    HOLDS(!told->applied && trial_value_is(told, TEXT("mine")));
    Answer *none =
        CALL(put, .key = trial_key(trial, "absent"), .present = true, .return_current = true);
    HOLDS(!none->applied && !none->has_value && none->current_version == 0);
}

static void
remove_under_condition(Trial *trial)
{
    BaseSlice key = trial_key(trial, "a");
    Answer *put = CALL(put, .key = key, .value = TEXT("1"));
    HOLDS(!CALL(remove, .key = key, .with_version_equal = true, .version_equal = 1)->applied);
    HOLDS(CALL(get, .key = key)->found);
    HOLDS(!CALL(remove, .key = key, .with_value_equal = true, .value_equal = TEXT("2"))->applied);
    HOLDS(CALL(remove, .key = key, .with_version_equal = true, .version_equal = put->version)
              ->applied);
    HOLDS(!CALL(remove, .key = key, .present = true)->applied);
}

static void
touch_needs_the_key(Trial *trial)
{
    Answer *touched =
        CALL(touch, .key = trial_key(trial, "absent"), .with_ttl = true, .ttl_ms = 1000);
    HOLDS(touched->exception == 0 && !touched->applied && touched->reason == KEY_ABSENT);
}

static void
failed_condition_changes_nothing(Trial *trial)
{
    BaseSlice key = trial_key(trial, "a");
    Answer *put = CALL(put, .key = key, .value = TEXT("1"), .with_ttl = true, .ttl_ms = 3600000);
    HOLDS(!CALL(put, .key = key, .value = TEXT("x"), .absent = true)->applied);
    HOLDS(!CALL(touch, .key = key, .with_version_equal = true, .with_ttl = true, .ttl_ms = 1)
               ->applied);
    HOLDS(!CALL(append, .key = key, .value = TEXT("x"), .with_version_equal = true)->applied);
    HOLDS(!CALL(increment, .key = key, .delta = 1, .with_version_equal = true)->applied);
    Answer *got = CALL(get, .key = key);
    HOLDS(trial_value_is(got, TEXT("1")) && got->version == put->version);
    HOLDS(got->expires_at_ms == put->expires_at_ms);
}

const Statement statements_of_conditions[] = {
    {201, "absent: creates a key once, also after it was removed", absent_creates_once, 0},
    {202, "present: updates a key that is there, creates none", present_updates_only, 0},
    {203, "version_equal: one of two writers that read the same version wins",
     version_equal_is_compare_and_set, 0},
    {204, "version_equal 0: the key must be absent", version_zero_means_absent, 0},
    {205, "version_at_most: passes up to that version; absent counts as 0", version_at_most, 0},
    {206, "value_equal: the key must be present with exactly that value", value_equal, 0},
    {207, "everything that a condition sets must hold", all_of_a_condition_must_hold, 0},
    {208, "a failed condition tells the current version, and the value on request",
     current_value_on_request, 0},
    {209, "remove obeys its condition", remove_under_condition, 0},
    {210, "touch of an absent key is not applied, for KEY_ABSENT", touch_needs_the_key, 0},
    {211, "a failed condition changes nothing", failed_condition_changes_nothing, 0},
    {0, NULL, NULL, 0},
};
