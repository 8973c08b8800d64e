/*
 * test_store_write.c: put, remove, touch, increment and append: what they do, what they check.
 */
#include "tests/support/gated_engine.h"
#include "tests/support/store_fixture.h"

static StoreWriteResult last; /* without its current value */
static char current[64];      /* its current value; "" without one */

/* Keeps the outcome of a call; false: it failed. */
static bool
take(StoreCall *call)
{
    if (call == NULL) {
        return false;
    }
    last = call->write;
    ck_assert_uint_lt(last.current_value.len, sizeof current);
    memset(current, 0, sizeof current);
    if (last.has_current_value) {
        memcpy(current, last.current_value.data, last.current_value.len);
    }
    last.current_value = BASE_SLICE_EMPTY;
    store_call_free(call);
    return true;
}

static bool
put_with(const char *key, const char *value, StoreWriteOptions options)
{
    StorePutArgs args = {base_slice_text(key), base_slice_text(value), options};
    return take(store_call_put(fixture.store, &args, &fixture.error));
}

static bool
remove_with(const char *key, StoreWriteOptions options)
{
    StoreRemoveArgs args = {base_slice_text(key), options};
    return take(store_call_remove(fixture.store, &args, &fixture.error));
}

static bool
touch_with(const char *key, StoreExpiry expiry, StoreWriteOptions options)
{
    StoreTouchArgs args = {base_slice_text(key), expiry, options};
    return take(store_call_touch(fixture.store, &args, &fixture.error));
}

static bool
increment(const StoreIncrementArgs *args)
{
    return take(store_call_increment(fixture.store, args, &fixture.error));
}

static bool
append(const StoreAppendArgs *args)
{
    return take(store_call_append(fixture.store, args, &fixture.error));
}

static StoreWriteOptions
with_condition(StoreCondition condition)
{
    return (StoreWriteOptions){.condition = condition, .return_current = true};
}

static StoreWriteOptions
with_expiry(StoreExpiry expiry)
{
    return (StoreWriteOptions){.has_expiry = true, .expiry = expiry};
}

/* ------------------------------------------------------------------------------- put, remove -- */

static StoreWriteOptions
with_existed(bool wanted)
{
    return (StoreWriteOptions){.has_want_existed = true, .want_existed = wanted};
}

START_TEST(put_tells_version_and_existence)
{
    ck_assert(put_with("k", "one", with_existed(true)));
    ck_assert(last.applied);
    ck_assert_int_eq(last.reason, STORE_WAS_APPLIED);
    ck_assert(last.has_existed && !last.existed);
    ck_assert_int_gt(last.version, 0);
    ck_assert_int_eq(last.current_version, 0);
    ck_assert_int_eq(last.expires_at_ms, 0);
    int64_t first = last.version;
    ck_assert(put_with("k", "two", with_existed(true)));
    ck_assert(last.has_existed && last.existed);
    ck_assert_int_gt(last.version, first);
    expect("k", "two");
}
END_TEST

START_TEST(remove_applies_to_an_absent_key_too)
{
    ck_assert(remove_with("k", (StoreWriteOptions){0}));
    ck_assert(last.applied);
    ck_assert(last.has_existed && !last.existed);
    put("k", "v");
    ck_assert(remove_with("k", (StoreWriteOptions){0}));
    ck_assert(last.applied);
    ck_assert(last.has_existed && last.existed);
    expect("k", NULL);
    put("k", "v");
    ck_assert(remove_with("k", with_existed(true)));
    ck_assert(last.has_existed && last.existed);
}
END_TEST

/* The engine is not even asked, and nothing is made up in its place. */
START_TEST(existence_is_told_only_to_those_who_ask)
{
    put("k", "v");
    const StoreWriteOptions silent[] = {with_existed(false),
                                        with_condition((StoreCondition){.present = true})};
    for (size_t i = 0; i < 2; i++) {
        ck_assert(put_with("k", "w", silent[i]));
        ck_assert(last.applied && !last.has_existed && !last.existed);
    }
    ck_assert(remove_with("k", with_existed(false)));
    ck_assert(last.applied && !last.has_existed && !last.existed);
    expect("k", NULL);
    StoreWrite write = {0};
    StorePutArgs args = {.key = TEXT("k"), .value = TEXT("v")};
    ck_assert(store_write_put(&write, fixture.store, &args, &fixture.error));
    ck_assert(!write.mutation.want_existed);
    StoreRemoveArgs remove_args = {.key = TEXT("k")};
    ck_assert(store_write_remove(&write, fixture.store, &remove_args, &fixture.error));
    ck_assert(write.mutation.want_existed);
}
END_TEST

/* What a write that was not applied met is known without being asked for. */
START_TEST(existence_is_known_when_a_write_was_not_applied)
{
    ck_assert(put_with("k", "v", with_condition((StoreCondition){.present = true})));
    ck_assert(!last.applied && last.has_existed && !last.existed);
    put("k", "v");
    StoreWriteOptions options = with_condition((StoreCondition){.absent = true});
    options.has_want_existed = true;
    ck_assert(remove_with("k", options));
    ck_assert(!last.applied && last.has_existed && last.existed);
    ck_assert(touch_with("k", (StoreExpiry){0}, (StoreWriteOptions){0}));
    ck_assert(last.applied && last.has_existed && last.existed);
}
END_TEST

/* Stands for the present version of "k" in the cases below. */
#define NOW (INT64_C(1) << 40)

static int64_t
resolve(int64_t number, int64_t version)
{
    return number >= NOW - 1 ? version + (number - NOW) : number;
}

static const struct ConditionCase {
    const char *key;
    StoreCondition condition;
    bool holds;
} condition_cases[] = {
    {"k", {.absent = true}, false},
    {"k", {.present = true}, true},
    {"k", {.has_version_equal = true, .version_equal = NOW}, true},
    {"k", {.has_version_equal = true, .version_equal = NOW + 1}, false},
    {"k", {.has_version_equal = true}, false},
    {"k", {.has_version_at_most = true, .version_at_most = NOW}, true},
    {"k", {.has_version_at_most = true, .version_at_most = NOW - 1}, false},
    {"k", {.has_version_at_most = true}, false},
    {"k", {.has_value_equal = true, .value_equal = TEXT("value")}, true},
    {"k", {.has_value_equal = true, .value_equal = TEXT("valuE")}, false},
    {"k", {.has_value_equal = true}, false},
    {"k", {.present = true, .has_value_equal = true, .value_equal = TEXT("x")}, false},
    {"k",
     {.has_version_equal = true,
      .version_equal = NOW,
      .has_version_at_most = true,
      .version_at_most = NOW},
     true},
    {"new", {.absent = true}, true},
    {"new", {.present = true}, false},
    {"new", {.has_version_equal = true}, true},
    {"new", {.has_version_equal = true, .version_equal = NOW}, false},
    {"new", {.has_version_at_most = true}, true},
    {"new", {.absent = true, .has_version_equal = true, .has_version_at_most = true}, true},
    {"new", {.has_value_equal = true, .value_equal = TEXT("value")}, false},
};

START_TEST(conditions_hold_or_tell_what_is)
{
    const struct ConditionCase *test = &condition_cases[_i];
    bool is_new = strcmp(test->key, "new") == 0;
    int64_t version = put("k", "value");
    StoreCondition condition = test->condition;
    condition.version_equal = resolve(condition.version_equal, version);
    condition.version_at_most = resolve(condition.version_at_most, version);
    ck_assert(put_with(test->key, "other", with_condition(condition)));
    ck_assert_int_eq(last.applied, test->holds);
    expect(test->key, test->holds ? "other" : is_new ? NULL : "value");
    if (!last.applied) {
        ck_assert_int_eq(last.reason, STORE_CONDITION_FAILED);
        ck_assert_int_eq(last.version, 0);
        ck_assert_int_eq(last.existed, !is_new);
        ck_assert_int_eq(last.current_version, is_new ? 0 : version);
        ck_assert_int_eq(last.has_current_value, !is_new);
        ck_assert_str_eq(current, is_new ? "" : "value");
    }
}
END_TEST

START_TEST(the_current_value_is_returned_only_when_asked_for)
{
    int64_t version = put("k", "value");
    StoreWriteOptions options = {.condition = {.absent = true}};
    ck_assert(put_with("k", "x", options));
    ck_assert(!last.applied);
    ck_assert(!last.has_current_value);
    ck_assert_int_eq(last.current_version, version);
    options.return_current = true;
    ck_assert(put_with("k", "x", options));
    ck_assert(last.has_current_value);
    ck_assert_str_eq(current, "value");
    expect("k", "value");
}
END_TEST

START_TEST(contradictory_conditions_are_refused)
{
    const StoreCondition contradictions[] = {
        {.absent = true, .present = true},
        {.absent = true, .has_version_equal = true, .version_equal = 5},
        {.absent = true, .has_value_equal = true},
        {.present = true, .has_version_equal = true},
        {.present = true, .has_version_at_most = true},
        {.has_version_equal = true,
         .version_equal = 5,
         .has_version_at_most = true,
         .version_at_most = 4},
        {.has_version_equal = true, .has_value_equal = true, .value_equal = TEXT("v")},
    };
    for (size_t i = 0; i < sizeof contradictions / sizeof contradictions[0]; i++) {
        ck_assert_msg(!put_with("k", "v", with_condition(contradictions[i])), "case %zu", i);
        expect_invalid(STORE_INVALID_BAD_ARGUMENT, "options.condition", 0, 0);
    }
    ck_assert(!put_with(
        "k", "v",
        with_condition((StoreCondition){.has_version_equal = true, .version_equal = -1})));
    expect_invalid(STORE_INVALID_BAD_ARGUMENT, "options.condition.version_equal", 0, -1);
    ck_assert(!put_with(
        "k", "v",
        with_condition((StoreCondition){.has_version_at_most = true, .version_at_most = -9})));
    expect_invalid(STORE_INVALID_BAD_ARGUMENT, "options.condition.version_at_most", 0, -9);
    char *huge = repeat('x', 1048577);
    ck_assert(!put_with("k", "v",
                        with_condition((StoreCondition){.has_value_equal = true,
                                                        .value_equal = base_slice_text(huge)})));
    expect_invalid(STORE_INVALID_OVER_LIMIT, "options.condition.value_equal", 1048576, 1048577);
    free(huge);
}
END_TEST

START_TEST(sizes_are_checked)
{
    char *key = repeat('k', 1025);
    char *value = repeat('v', 1048577);
    ck_assert(!put_with("", "v", (StoreWriteOptions){0}));
    expect_invalid(STORE_INVALID_BAD_ARGUMENT, "key", 1, 0);
    ck_assert(!put_with(key, "v", (StoreWriteOptions){0}));
    expect_invalid(STORE_INVALID_OVER_LIMIT, "key", 1024, 1025);
    ck_assert(!put_with("k", value, (StoreWriteOptions){0}));
    expect_invalid(STORE_INVALID_OVER_LIMIT, "value", 1048576, 1048577);
    ck_assert(!remove_with(key, (StoreWriteOptions){0}));
    expect_invalid(STORE_INVALID_OVER_LIMIT, "key", 1024, 1025);
    key[1024] = '\0';
    value[1048576] = '\0';
    ck_assert(put_with(key, value, (StoreWriteOptions){0}));
    expect(key, value);
    ck_assert(put_with("empty", "", (StoreWriteOptions){0}));
    expect("empty", "");
    free(key);
    free(value);
}
END_TEST

/* ------------------------------------------------------------------------------------ expiry -- */

START_TEST(a_ttl_counts_from_the_commit)
{
    ck_assert(put_with("k", "v", with_expiry((StoreExpiry){.has_ttl_ms = true, .ttl_ms = 500})));
    ck_assert_int_eq(last.expires_at_ms, FIXTURE_WALL_MS + 500);
    base_fake_clock_advance_ms(&fixture.clock, 499);
    expect("k", "v");
    base_fake_clock_advance_ms(&fixture.clock, 1);
    expect("k", NULL);
}
END_TEST

START_TEST(an_expired_key_is_absent_to_conditions)
{
    ck_assert(put_with("k", "v", with_expiry((StoreExpiry){.has_ttl_ms = true, .ttl_ms = 5})));
    base_fake_clock_advance_ms(&fixture.clock, 5);
    ck_assert(put_with("k", "w", with_condition((StoreCondition){.present = true})));
    ck_assert(!last.applied);
    ck_assert_int_eq(last.current_version, 0);
    StoreWriteOptions absent = with_condition((StoreCondition){.absent = true});
    absent.has_want_existed = true;
    absent.want_existed = true;
    ck_assert(put_with("k", "w", absent));
    ck_assert(last.applied);
    ck_assert(last.has_existed && !last.existed);
}
END_TEST

START_TEST(a_put_without_expiry_never_expires)
{
    ck_assert(put_with("k", "v", with_expiry((StoreExpiry){.has_ttl_ms = true, .ttl_ms = 5})));
    ck_assert(put_with("k", "w", (StoreWriteOptions){0}));
    ck_assert_int_eq(last.expires_at_ms, 0);
    ck_assert(put_with("k", "w", with_expiry((StoreExpiry){0})));
    ck_assert_int_eq(last.expires_at_ms, 0);
}
END_TEST

START_TEST(keep_keeps_the_expiry)
{
    ck_assert(put_with("k", "v", with_expiry((StoreExpiry){.has_ttl_ms = true, .ttl_ms = 500})));
    base_fake_clock_advance_ms(&fixture.clock, 100);
    ck_assert(put_with("k", "w", with_expiry((StoreExpiry){.keep = true})));
    ck_assert_int_eq(last.expires_at_ms, FIXTURE_WALL_MS + 500);
    ck_assert(put_with("new", "w", with_expiry((StoreExpiry){.keep = true})));
    ck_assert_int_eq(last.expires_at_ms, 0);
}
END_TEST

START_TEST(a_time_that_has_passed_removes_the_key)
{
    put("k", "v");
    StoreExpiry past = {.has_at_ms = true, .at_ms = FIXTURE_WALL_MS - 1};
    ck_assert(put_with("k", "w", with_expiry(past)));
    ck_assert(last.applied);
    expect("k", NULL);
    StoreExpiry future = {.has_at_ms = true, .at_ms = FIXTURE_WALL_MS + 7};
    ck_assert(put_with("k", "w", with_expiry(future)));
    ck_assert_int_eq(last.expires_at_ms, FIXTURE_WALL_MS + 7);
}
END_TEST

START_TEST(expiries_are_checked)
{
    StoreExpiry both = {.has_ttl_ms = true, .ttl_ms = 1, .has_at_ms = true, .at_ms = 1};
    ck_assert(!put_with("k", "v", with_expiry(both)));
    expect_invalid(STORE_INVALID_BAD_ARGUMENT, "options.expiry", 0, 0);
    StoreExpiry kept = {.has_ttl_ms = true, .ttl_ms = 1, .keep = true};
    ck_assert(!put_with("k", "v", with_expiry(kept)));
    expect_invalid(STORE_INVALID_BAD_ARGUMENT, "options.expiry", 0, 0);
    ck_assert(!put_with("k", "v", with_expiry((StoreExpiry){.has_ttl_ms = true})));
    expect_invalid(STORE_INVALID_BAD_ARGUMENT, "options.expiry.ttl_ms", 1, 0);
    StoreExpiry longest = {.has_ttl_ms = true, .ttl_ms = 31536000000000};
    ck_assert(put_with("k", "v", with_expiry(longest)));
    longest.ttl_ms++;
    ck_assert(!put_with("k", "v", with_expiry(longest)));
    expect_invalid(STORE_INVALID_OVER_LIMIT, "options.expiry.ttl_ms", 31536000000000,
                   31536000000001);
    ck_assert(!put_with("k", "v", with_expiry((StoreExpiry){.has_at_ms = true, .at_ms = -3})));
    expect_invalid(STORE_INVALID_BAD_ARGUMENT, "options.expiry.at_ms", 1, -3);
    ck_assert(!touch_with("k", (StoreExpiry){.has_ttl_ms = true}, (StoreWriteOptions){0}));
    expect_invalid(STORE_INVALID_BAD_ARGUMENT, "expiry.ttl_ms", 1, 0);
}
END_TEST

START_TEST(touch_changes_expiry_and_version_alone)
{
    int64_t version = put("k", "v");
    StoreExpiry ttl = {.has_ttl_ms = true, .ttl_ms = 100};
    ck_assert(touch_with("k", ttl, (StoreWriteOptions){0}));
    ck_assert(last.applied);
    ck_assert(last.has_existed && last.existed);
    ck_assert_int_gt(last.version, version);
    ck_assert_int_eq(last.expires_at_ms, FIXTURE_WALL_MS + 100);
    expect("k", "v");
    ck_assert(touch_with("k", (StoreExpiry){0}, (StoreWriteOptions){0}));
    ck_assert_int_eq(last.expires_at_ms, 0);
    ck_assert(touch_with("missing", ttl, (StoreWriteOptions){0}));
    ck_assert(!last.applied);
    ck_assert_int_eq(last.reason, STORE_KEY_ABSENT);
    ck_assert_int_eq(last.current_version, 0);
}
END_TEST

/* --------------------------------------------------------------------------------- increment -- */

START_TEST(counters_count)
{
    ck_assert(increment(&(StoreIncrementArgs){.key = TEXT("n"), .delta = 5}));
    ck_assert(last.applied);
    ck_assert_int_eq(last.number, 5);
    ck_assert(increment(&(StoreIncrementArgs){.key = TEXT("n"), .delta = -7, .initial = 100}));
    ck_assert_int_eq(last.number, -2);
    StoreIncrementArgs fresh = {.key = TEXT("m"), .delta = 1, .initial = 100};
    ck_assert(increment(&fresh));
    ck_assert_int_eq(last.number, 101);
    StorePutArgs bytes = {.key = TEXT("n"), .value = base_slice("\0\0\0\0\0\0\1\0", 8)};
    ck_assert(take(store_call_put(fixture.store, &bytes, &fixture.error)));
    ck_assert(increment(&(StoreIncrementArgs){.key = TEXT("n"), .delta = 1}));
    ck_assert_int_eq(last.number, 257);
}
END_TEST

START_TEST(an_increment_keeps_the_expiry_unless_told)
{
    StoreIncrementArgs args = {.key = TEXT("n"), .delta = 1};
    args.options = with_expiry((StoreExpiry){.has_ttl_ms = true, .ttl_ms = 50});
    ck_assert(increment(&args));
    args.options = (StoreWriteOptions){0};
    base_fake_clock_advance_ms(&fixture.clock, 10);
    ck_assert(increment(&args));
    ck_assert_int_eq(last.expires_at_ms, FIXTURE_WALL_MS + 50);
    args.options = with_expiry((StoreExpiry){0});
    ck_assert(increment(&args));
    ck_assert_int_eq(last.expires_at_ms, 0);
}
END_TEST

START_TEST(an_increment_that_is_not_applied_tells_the_counter)
{
    StoreIncrementArgs args = {.key = TEXT("n"), .delta = 5, .has_highest = true, .highest = 8};
    ck_assert(increment(&args));
    int64_t version = last.version;
    ck_assert(increment(&args));
    ck_assert(!last.applied);
    ck_assert_int_eq(last.reason, STORE_OUT_OF_RANGE);
    ck_assert_int_eq(last.number, 5);
    ck_assert_int_eq(last.current_version, version);
    ck_assert(!last.has_current_value);
    args.options = with_condition((StoreCondition){.absent = true});
    ck_assert(increment(&args));
    ck_assert_int_eq(last.reason, STORE_CONDITION_FAILED);
    ck_assert_int_eq(last.number, 5);
    ck_assert(last.has_current_value);
    StoreIncrementArgs low = {.key = TEXT("n"), .delta = -6, .has_lowest = true, .lowest = 0};
    ck_assert(increment(&low));
    ck_assert_int_eq(last.reason, STORE_OUT_OF_RANGE);
    StoreIncrementArgs absent = {
        .key = TEXT("none"), .delta = 1, .initial = 50, .has_highest = true, .highest = 8};
    ck_assert(increment(&absent));
    ck_assert_int_eq(last.reason, STORE_OUT_OF_RANGE);
    ck_assert_int_eq(last.number, 0);
}
END_TEST

START_TEST(an_increment_does_not_wrap_around)
{
    StoreIncrementArgs args = {.key = TEXT("n"), .delta = 1, .initial = INT64_MAX};
    ck_assert(increment(&args));
    ck_assert(!last.applied);
    ck_assert_int_eq(last.reason, STORE_OUT_OF_RANGE);
    expect("n", NULL);
}
END_TEST

START_TEST(an_increment_needs_a_counter)
{
    put("k", "seven b");
    ck_assert(increment(&(StoreIncrementArgs){.key = TEXT("k"), .delta = 1}));
    ck_assert(!last.applied);
    ck_assert_int_eq(last.reason, STORE_NOT_A_COUNTER);
    ck_assert_int_eq(last.number, 0);
    /* Saying so must not cost a copy of the value, which may be long. */
    StoreWrite write;
    const StoreIncrementArgs plain = {.key = TEXT("k"), .delta = 1};
    ck_assert(store_write_increment(&write, fixture.store, &plain, &fixture.error));
    ck_assert(!write.commit.want_current_value);
    StoreIncrementArgs crossed = {
        .key = TEXT("k"), .has_lowest = true, .lowest = 2, .has_highest = true, .highest = 1};
    ck_assert(!increment(&crossed));
    expect_invalid(STORE_INVALID_BAD_ARGUMENT, "options.lowest", 0, 0);
}
END_TEST

/* ------------------------------------------------------------------------------------ append -- */

START_TEST(append_appends_and_creates)
{
    ck_assert(append(&(StoreAppendArgs){.key = TEXT("k"), .value = TEXT("one")}));
    ck_assert(last.applied);
    ck_assert(!last.existed);
    ck_assert_int_eq(last.length, 3);
    ck_assert(append(&(StoreAppendArgs){.key = TEXT("k"), .value = TEXT("two")}));
    ck_assert(last.existed);
    ck_assert_int_eq(last.length, 6);
    expect("k", "onetwo");
}
END_TEST

START_TEST(append_can_leave_an_absent_key_alone)
{
    StoreAppendArgs args = {.key = TEXT("k"), .value = TEXT("v"), .without_create = true};
    ck_assert(append(&args));
    ck_assert(!last.applied);
    ck_assert_int_eq(last.reason, STORE_KEY_ABSENT);
    ck_assert_int_eq(last.length, 0);
    expect("k", NULL);
}
END_TEST

START_TEST(append_has_a_longest_value)
{
    put("k", "1234");
    StoreAppendArgs args = {
        .key = TEXT("k"), .value = TEXT("567"), .has_max_length = true, .max_length = 6};
    ck_assert(append(&args));
    ck_assert(!last.applied);
    ck_assert_int_eq(last.reason, STORE_TOO_LONG);
    ck_assert_int_eq(last.length, 4);
    ck_assert(!last.has_current_value);
    args.max_length = 7;
    ck_assert(append(&args));
    ck_assert(last.applied);
    args.max_length = 1048577;
    ck_assert(!append(&args));
    expect_invalid(STORE_INVALID_OVER_LIMIT, "options.max_length", 1048576, 1048577);
    args.max_length = -1;
    ck_assert(!append(&args));
    expect_invalid(STORE_INVALID_BAD_ARGUMENT, "options.max_length", 0, -1);
}
END_TEST

START_TEST(append_never_outgrows_the_value_limit)
{
    char *value = repeat('v', 1048576);
    put("k", value);
    ck_assert(append(&(StoreAppendArgs){.key = TEXT("k"), .value = TEXT("x")}));
    ck_assert_int_eq(last.reason, STORE_TOO_LONG);
    ck_assert_int_eq(last.length, 1048576);
    free(value);
}
END_TEST

START_TEST(append_under_a_failed_condition_tells_the_length)
{
    put("k", "1234");
    StoreAppendArgs args = {
        .key = TEXT("k"), .value = TEXT("5"), .options = {.condition = {.absent = true}}};
    ck_assert(append(&args));
    ck_assert_int_eq(last.reason, STORE_CONDITION_FAILED);
    ck_assert_int_eq(last.length, 4);
    ck_assert(!last.has_current_value);
}
END_TEST

/* ----------------------------------------------------------------------------------- options -- */

START_TEST(what_is_not_served_is_said)
{
    ck_assert(!put_with("k", "v", (StoreWriteOptions){.has_fence = true}));
    expect_invalid(STORE_INVALID_UNSUPPORTED, "options.fence", 0, 0);
    ck_assert(!put_with("k", "v", (StoreWriteOptions){.has_request_id = true}));
    expect_invalid(STORE_INVALID_UNSUPPORTED, "options.request_id", 0, 0);
    ck_assert(!put_with("k", "v", (StoreWriteOptions){.durability = 1}));
    expect_invalid(STORE_INVALID_UNSUPPORTED, "options.durability", 0, 0);
    ck_assert(!put_with("k", "v", (StoreWriteOptions){.durability = 2}));
    expect_invalid(STORE_INVALID_OVER_LIMIT, "options.durability", 1, 2);
    ck_assert(!put_with("k", "v", (StoreWriteOptions){.durability = -1}));
    expect_invalid(STORE_INVALID_BAD_ARGUMENT, "options.durability", 0, -1);
    expect("k", NULL);
}
END_TEST

START_TEST(a_read_only_store_refuses_writes)
{
    put("k", "v");
    store_set_mode(fixture.store, STORE_MODE_READ_ONLY);
    ck_assert(!put_with("k", "w", (StoreWriteOptions){0}));
    expect_refused(STORE_REFUSED_READ_ONLY, "store:default");
    ck_assert(!remove_with("k", (StoreWriteOptions){0}));
    expect_refused(STORE_REFUSED_READ_ONLY, "store:default");
    ck_assert(!put_with("", "w", (StoreWriteOptions){0}));
    expect_invalid(STORE_INVALID_BAD_ARGUMENT, "key", 1, 0);
    expect("k", "v");
    store_set_mode(fixture.store, STORE_MODE_NORMAL);
    ck_assert(put_with("k", "w", (StoreWriteOptions){0}));
}
END_TEST

START_TEST(an_engine_without_expiry_says_so)
{
    gate_register();
    gate_reset();
    fixture.store = fixture_open_store("meagre", &meagre_class);
    StoreExpiry ttl = {.has_ttl_ms = true, .ttl_ms = 100};
    ck_assert(!put_with("k", "v", with_expiry(ttl)));
    expect_invalid(STORE_INVALID_UNSUPPORTED, "options.expiry", 0, 0);
    ck_assert(put_with("k", "v", with_expiry((StoreExpiry){.keep = true})));
}
END_TEST

static void
add_tests(TCase *tests)
{
    tcase_add_test(tests, put_tells_version_and_existence);
    tcase_add_test(tests, existence_is_told_only_to_those_who_ask);
    tcase_add_test(tests, existence_is_known_when_a_write_was_not_applied);
    tcase_add_test(tests, remove_applies_to_an_absent_key_too);
    tcase_add_loop_test(tests, conditions_hold_or_tell_what_is, 0,
                        sizeof condition_cases / sizeof condition_cases[0]);
    tcase_add_test(tests, the_current_value_is_returned_only_when_asked_for);
    tcase_add_test(tests, contradictory_conditions_are_refused);
    tcase_add_test(tests, sizes_are_checked);
    tcase_add_test(tests, a_ttl_counts_from_the_commit);
    tcase_add_test(tests, an_expired_key_is_absent_to_conditions);
    tcase_add_test(tests, a_put_without_expiry_never_expires);
    tcase_add_test(tests, keep_keeps_the_expiry);
    tcase_add_test(tests, a_time_that_has_passed_removes_the_key);
    tcase_add_test(tests, expiries_are_checked);
    tcase_add_test(tests, touch_changes_expiry_and_version_alone);
    tcase_add_test(tests, counters_count);
    tcase_add_test(tests, an_increment_keeps_the_expiry_unless_told);
    tcase_add_test(tests, an_increment_that_is_not_applied_tells_the_counter);
    tcase_add_test(tests, an_increment_does_not_wrap_around);
    tcase_add_test(tests, an_increment_needs_a_counter);
    tcase_add_test(tests, append_appends_and_creates);
    tcase_add_test(tests, append_can_leave_an_absent_key_alone);
    tcase_add_test(tests, append_has_a_longest_value);
    tcase_add_test(tests, append_never_outgrows_the_value_limit);
    tcase_add_test(tests, append_under_a_failed_condition_tells_the_length);
    tcase_add_test(tests, what_is_not_served_is_said);
    tcase_add_test(tests, a_read_only_store_refuses_writes);
    tcase_add_test(tests, an_engine_without_expiry_says_so);
}

int
main(void)
{
    return fixture_main("store/write", add_tests);
}
