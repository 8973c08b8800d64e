/*
 * statements_counters.c: C-300 and on: increment and append.
 */
#include "tests/conformance/trial.h"

#define TEXT(text)        BASE_SLICE_LITERAL(text)
#define CALL(method, ...) trial_keep(trial, call_##method(trial->target, (Request){__VA_ARGS__}))

enum { KEY_ABSENT = 3, NOT_A_COUNTER = 4, OUT_OF_RANGE = 5, TOO_LONG = 6 };

static void
increment_counts(Trial *trial)
{
    BaseSlice key = trial_key(trial, "n");
    Answer *first = CALL(increment, .key = key, .delta = 5);
    HOLDS(first->applied && first->number == 5 && first->version > 0);
    Answer *second = CALL(increment, .key = key, .delta = -7);
    HOLDS(second->applied && second->number == -2 && second->version > first->version);
    HOLDS(CALL(increment, .key = key)->number == -2);
}

static void
counters_are_big_endian(Trial *trial)
{
    BaseSlice key = trial_key(trial, "n");
    HOLDS(CALL(increment, .key = key, .delta = 258)->applied);
    HOLDS(trial_value_is(CALL(get, .key = key), base_slice("\0\0\0\0\0\0\1\2", 8)));
    BaseSlice minus_one = base_slice("\xff\xff\xff\xff\xff\xff\xff\xff", 8);
    HOLDS(CALL(put, .key = key, .value = minus_one)->applied);
    HOLDS(CALL(increment, .key = key, .delta = 1)->number == 0);
}

static void
increment_starts_at_initial(Trial *trial)
{
    BaseSlice key = trial_key(trial, "n");
    Answer *made = CALL(increment, .key = key, .delta = 1, .with_initial = true, .initial = 100);
    HOLDS(made->applied && made->number == 101);
    Answer *next = CALL(increment, .key = key, .delta = 1, .with_initial = true, .initial = 100);
    HOLDS(next->number == 102);
}

static void
other_values_are_no_counters(Trial *trial)
{
    BaseSlice key = trial_key(trial, "n");
    Answer *put = CALL(put, .key = key, .value = TEXT("1234567"));
    Answer *refused = CALL(increment, .key = key, .delta = 1);
    HOLDS(refused->exception == 0 && !refused->applied && refused->reason == NOT_A_COUNTER);
    HOLDS(refused->current_version == put->version);
    HOLDS(trial_value_is(CALL(get, .key = key), TEXT("1234567")));
}

static void
increment_keeps_its_bounds(Trial *trial)
{
    BaseSlice key = trial_key(trial, "n");
    HOLDS(CALL(increment, .key = key, .delta = 5)->applied);
    Answer *low =
        CALL(increment, .key = key, .delta = -6, .with_bounds = true, .lowest = 0, .highest = 10);
    HOLDS(!low->applied && low->reason == OUT_OF_RANGE && low->number == 5);
    HOLDS(!CALL(increment, .key = key, .delta = 6, .with_bounds = true, .lowest = 0, .highest = 10)
               ->applied);
    HOLDS(CALL(increment, .key = key, .delta = 5, .with_bounds = true, .lowest = 0, .highest = 10)
              ->number == 10);
}

static void
increment_never_wraps(Trial *trial)
{
    BaseSlice key = trial_key(trial, "n");
    HOLDS(CALL(increment, .key = key, .delta = INT64_MAX)->number == INT64_MAX);
    Answer *over = CALL(increment, .key = key, .delta = 1);
    HOLDS(!over->applied && over->reason == OUT_OF_RANGE && over->number == INT64_MAX);
    HOLDS(CALL(increment, .key = key, .delta = INT64_MIN)->number == -1);
    HOLDS(CALL(increment, .key = key, .delta = INT64_MIN)->reason == OUT_OF_RANGE);
}

static void
append_appends(Trial *trial)
{
    BaseSlice key = trial_key(trial, "s");
    Answer *first = CALL(append, .key = key, .value = TEXT("ab"));
    HOLDS(first->applied && first->number == 2);
    Answer *second = CALL(append, .key = key, .value = TEXT("cde"));
    HOLDS(second->applied && second->number == 5 && second->version > first->version);
    HOLDS(trial_value_is(CALL(get, .key = key), TEXT("abcde")));
}

static void
append_can_refuse_to_create(Trial *trial)
{
    BaseSlice key = trial_key(trial, "s");
    Answer *refused = CALL(append, .key = key, .value = TEXT("ab"), .no_create = true);
    HOLDS(!refused->applied && refused->reason == KEY_ABSENT);
    HOLDS(!CALL(get, .key = key)->found);
}

static void
append_keeps_max_length(Trial *trial)
{
    BaseSlice key = trial_key(trial, "s");
    HOLDS(CALL(append, .key = key, .value = TEXT("12345"))->applied);
    Answer *over =
        CALL(append, .key = key, .value = TEXT("678"), .with_max_length = true, .max_length = 7);
    HOLDS(!over->applied && over->reason == TOO_LONG && over->number == 5);
    HOLDS(CALL(append, .key = key, .value = TEXT("67"), .with_max_length = true, .max_length = 7)
              ->number == 7);
}

static void
increment_and_append_keep_expiry(Trial *trial)
{
    BaseSlice number = trial_key(trial, "n");
    BaseSlice text = trial_key(trial, "s");
    Answer *made = CALL(increment, .key = number, .delta = 1, .with_ttl = true, .ttl_ms = 3600000);
    HOLDS(made->expires_at_ms > 0);
    HOLDS(CALL(increment, .key = number, .delta = 1)->expires_at_ms == made->expires_at_ms);
    Answer *put = CALL(put, .key = text, .value = TEXT("a"), .with_ttl = true, .ttl_ms = 3600000);
    HOLDS(CALL(append, .key = text, .value = TEXT("b"))->expires_at_ms == put->expires_at_ms);
    HOLDS(CALL(get, .key = text)->expires_at_ms == put->expires_at_ms);
}

const Statement statements_of_counters[] = {
    {301, "increment adds and returns the sum; an absent key counts as 0", increment_counts, 0},
    {302, "a counter is 8 bytes, signed, big-endian, for put and get too", counters_are_big_endian,
     0},
    {303, "increment starts an absent key at `initial`", increment_starts_at_initial, 0},
    {304, "increment of another value is not applied, for NOT_A_COUNTER",
     other_values_are_no_counters, 0},
    {305, "increment stays within lowest and highest", increment_keeps_its_bounds, 0},
    {306, "increment never wraps around", increment_never_wraps, 0},
    {307, "append appends and returns the length", append_appends, 0},
    {308, "append with create=false creates nothing", append_can_refuse_to_create, 0},
    {309, "append stays within max_length", append_keeps_max_length, 0},
    {310, "increment and append keep the expiry unless told otherwise",
     increment_and_append_keep_expiry, 0},
    {0, NULL, NULL, 0},
};
