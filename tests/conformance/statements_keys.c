/*
 * statements_keys.c: C-100 and on: what put, get, remove and multi_get promise.
 */
#include "engine/engine.h"
#include "tests/conformance/trial.h"

#define TEXT(text)        BASE_SLICE_LITERAL(text)
#define CALL(method, ...) trial_keep(trial, call_##method(trial->target, (Request){__VA_ARGS__}))

static void
get_of_absent_key_is_a_miss(Trial *trial)
{
    Answer *got = CALL(get, .key = trial_key(trial, "absent"));
    HOLDS(got->exception == 0);
    HOLDS(!got->found && !got->has_value && got->version == 0 && got->expires_at_ms == 0);
}

static void
get_returns_what_was_put(Trial *trial)
{
    BaseSlice key = trial_key(trial, "a");
    Answer *put = CALL(put, .key = key, .value = TEXT("one"));
    HOLDS(put->exception == 0 && put->applied && put->version > 0 && put->reason == 0);
    Answer *got = CALL(get, .key = key);
    HOLDS(got->found && trial_value_is(got, TEXT("one")) && got->full_length == 3);
    HOLDS(got->version == put->version && got->expires_at_ms == 0);
}

static void
put_replaces(Trial *trial)
{
    BaseSlice key = trial_key(trial, "a");
    Answer *first = CALL(put, .key = key, .value = TEXT("one"));
    Answer *second = CALL(put, .key = key, .value = TEXT("second"));
    HOLDS(second->version > first->version);
    HOLDS(trial_value_is(CALL(get, .key = key), TEXT("second")));
}

static void
any_byte_is_allowed(Trial *trial)
{
    uint8_t every[256];
    for (size_t i = 0; i < sizeof every; i++) {
        every[i] = (uint8_t)i;
    }
    uint8_t key_bytes[300] = "C-104/";
    for (size_t i = 0; i < sizeof every; i++) {
        key_bytes[6 + i] = (uint8_t)(255 - i);
    }
    BaseSlice key = base_slice(key_bytes, 6 + sizeof every);
    Answer *put = CALL(put, .key = key, .value = base_slice(every, sizeof every));
    HOLDS(put->applied);
    HOLDS(trial_value_is(CALL(get, .key = key), base_slice(every, sizeof every)));
    /* One byte less is another key. */
    HOLDS(!CALL(get, .key = base_slice(key_bytes, 5 + sizeof every))->found);
}

static void
empty_value_is_a_value(Trial *trial)
{
    BaseSlice key = trial_key(trial, "empty");
    HOLDS(CALL(put, .key = key)->applied);
    Answer *got = CALL(get, .key = key);
    HOLDS(got->found && got->has_value && got->value->len == 0 && got->full_length == 0);
}

static void
largest_key_and_value_fit(Trial *trial)
{
    static uint8_t key_bytes[1024] = "C-106/";
    static uint8_t value[1048576];
    for (size_t i = 0; i < sizeof value; i++) {
        value[i] = (uint8_t)(i * 31 + i / 256);
    }
    BaseSlice key = base_slice(key_bytes, sizeof key_bytes);
    HOLDS(CALL(put, .key = key, .value = base_slice(value, sizeof value))->applied);
    HOLDS(trial_value_is(CALL(get, .key = key), base_slice(value, sizeof value)));
    HOLDS(CALL(remove, .key = key)->applied);
}

static void
remove_makes_absent(Trial *trial)
{
    BaseSlice key = trial_key(trial, "a");
    Answer *put = CALL(put, .key = key, .value = TEXT("one"));
    Answer *removed = CALL(remove, .key = key);
    HOLDS(removed->applied && removed->has_existed && removed->existed);
    HOLDS(removed->version > put->version);
    HOLDS(!CALL(get, .key = key)->found);
}

static void
remove_of_absent_is_applied(Trial *trial)
{
    Answer *removed = CALL(remove, .key = trial_key(trial, "absent"));
    HOLDS(removed->exception == 0 && removed->applied && removed->has_existed && !removed->existed);
    HOLDS(removed->version > 0);
}

#define WANTED   .with_want_existed = true, .want_existed = true
#define UNWANTED .with_want_existed = true, .want_existed = false

static void
put_says_whether_the_key_existed(Trial *trial)
{
    BaseSlice key = trial_key(trial, "a");
    Answer *first = CALL(put, .key = key, .value = TEXT("one"), WANTED);
    HOLDS(first->applied && first->has_existed && !first->existed);
    Answer *second = CALL(put, .key = key, .value = TEXT("two"), WANTED);
    HOLDS(second->applied && second->has_existed && second->existed);
    HOLDS(CALL(remove, .key = key)->applied);
    Answer *third = CALL(put, .key = key, .value = TEXT("three"), WANTED, .absent = true);
    HOLDS(third->applied && third->has_existed && !third->existed);
}

static void
existed_is_absent_when_not_wanted(Trial *trial)
{
    BaseSlice key = trial_key(trial, "a");
    HOLDS(!CALL(put, .key = key, .value = TEXT("one"))->has_existed);
    HOLDS(!CALL(put, .key = key, .value = TEXT("two"), UNWANTED)->has_existed);
    Answer *removed = CALL(remove, .key = key, UNWANTED);
    HOLDS(removed->applied && !removed->has_existed);
    HOLDS(!CALL(get, .key = key)->found);
}

static void
existed_is_known_when_not_applied(Trial *trial)
{
    BaseSlice key = trial_key(trial, "a");
    Answer *absent = CALL(put, .key = key, .value = TEXT("x"), .present = true);
    HOLDS(!absent->applied && absent->has_existed && !absent->existed);
    HOLDS(CALL(put, .key = key, .value = TEXT("one"))->applied);
    Answer *present = CALL(put, .key = key, .value = TEXT("x"), .absent = true);
    HOLDS(!present->applied && present->has_existed && present->existed);
    Answer *kept = CALL(remove, .key = key, .with_version_equal = true, UNWANTED);
    HOLDS(!kept->applied && kept->has_existed && kept->existed);
}

static void
versions_grow_over_all_keys(Trial *trial)
{
    int64_t last = 0;
    for (int i = 0; i < 20; i++) {
        char name[16];
        (void)g_snprintf(name, sizeof name, "%d", i % 3);
        Answer *put = i % 4 == 3 ? CALL(remove, .key = trial_key(trial, name))
                                 : CALL(put, .key = trial_key(trial, name), .value = TEXT("v"));
        HOLDS(put->applied && put->version > last);
        last = put->version;
    }
}

static void
get_unchanged_sends_no_value(Trial *trial)
{
    BaseSlice key = trial_key(trial, "a");
    Answer *put = CALL(put, .key = key, .value = TEXT("one"));
    Answer *same =
        CALL(get, .key = key, .with_if_version_not = true, .if_version_not = put->version);
    HOLDS(same->found && same->unchanged && !same->has_value && same->version == put->version);
    Answer *other =
        CALL(get, .key = key, .with_if_version_not = true, .if_version_not = put->version + 1);
    HOLDS(other->found && !other->unchanged && trial_value_is(other, TEXT("one")));
    Answer *absent = CALL(get, .key = trial_key(trial, "absent"), .with_if_version_not = true);
    HOLDS(!absent->found && absent->exception == 0);
}

static void
get_without_value(Trial *trial)
{
    BaseSlice key = trial_key(trial, "a");
    HOLDS(CALL(put, .key = key, .value = TEXT("12345"))->applied);
    Answer *got = CALL(get, .key = key, .without_value = true);
    HOLDS(got->found && !got->has_value && got->full_length == 5 && got->version > 0);
}

static void
get_returns_slices(Trial *trial)
{
    BaseSlice key = trial_key(trial, "a");
    HOLDS(CALL(put, .key = key, .value = TEXT("0123456789"))->applied);
    Answer *middle =
        CALL(get, .key = key, .with_offset = true, .offset = 3, .with_length = true, .length = 4);
    HOLDS(trial_value_is(middle, TEXT("3456")) && middle->full_length == 10);
    HOLDS(trial_value_is(CALL(get, .key = key, .with_offset = true, .offset = 8), TEXT("89")));
    Answer *over =
        CALL(get, .key = key, .with_offset = true, .offset = 8, .with_length = true, .length = 100);
    HOLDS(trial_value_is(over, TEXT("89")));
    Answer *behind = CALL(get, .key = key, .with_offset = true, .offset = 11);
    HOLDS(behind->found && behind->has_value && behind->value->len == 0);
    HOLDS(behind->full_length == 10);
}

static void
multi_get_is_positional(Trial *trial)
{
    BaseSlice a = trial_key(trial, "a");
    BaseSlice b = trial_key(trial, "b");
    BaseSlice absent = trial_key(trial, "absent");
    HOLDS(CALL(put, .key = a, .value = TEXT("A"))->applied);
    HOLDS(CALL(put, .key = b, .value = TEXT("B"))->applied);
    BaseSlice keys[] = {b, absent, a, b};
    Answer *got = CALL(multi_get, .keys = keys, .key_count = 4);
    HOLDS(got->exception == 0 && got->item_count == 4 && got->read_version > 0);
    HOLDS(got->items[0].found && got->items[0].value->data[0] == 'B');
    HOLDS(!got->items[1].found && !got->items[1].has_value && got->items[1].version == 0);
    HOLDS(got->items[2].found && got->items[2].value->data[0] == 'A');
    HOLDS(got->items[3].found && got->items[3].version == got->items[0].version);
    HOLDS(got->read_version >= got->items[0].version);
}

static void
multi_get_stops_at_limit_bytes(Trial *trial)
{
    BaseSlice key = trial_key(trial, "a");
    HOLDS(CALL(put, .key = key, .value = TEXT("0123456789"))->applied);
    BaseSlice keys[50];
    for (size_t i = 0; i < 50; i++) {
        keys[i] = key;
    }
    Answer *got = CALL(multi_get, .keys = keys, .key_count = 50, .limit_bytes = 100);
    HOLDS(got->exception == 0 && got->item_count >= 1 && got->item_count < 50);
    HOLDS(got->items[got->item_count - 1].found);
    Answer *none = CALL(multi_get, .keys = keys, .key_count = 0);
    HOLDS(none->exception == 0 && none->item_count == 0);
}

static void
multi_get_without_values(Trial *trial)
{
    BaseSlice key = trial_key(trial, "a");
    HOLDS(CALL(put, .key = key, .value = TEXT("0123456789"))->applied);
    Answer *got = CALL(multi_get, .keys = &key, .key_count = 1, .without_value = true);
    HOLDS(got->item_count == 1 && got->items[0].found && !got->items[0].has_value);
    HOLDS(got->items[0].full_length == 10);
}

const Statement statements_of_keys[] = {
    {101, "get of an absent key is a miss with version 0, not an error",
     get_of_absent_key_is_a_miss, 0},
    {102, "get returns the value and the version that put reported", get_returns_what_was_put, 0},
    {103, "put replaces, and has a higher version", put_replaces, 0},
    {104, "keys and values may hold any byte", any_byte_is_allowed, 0},
    {105, "an empty value is a value", empty_value_is_a_value, 0},
    {106, "a key of 1,024 bytes and a value of 1,048,576 bytes fit", largest_key_and_value_fit,
     TRIAL_NEEDS_LONG_KEYS},
    {107, "remove makes a key absent and says that it existed", remove_makes_absent, 0},
    {108, "remove of an absent key is applied and says so", remove_of_absent_is_applied, 0},
    {109, "versions grow from commit to commit over all keys of a store",
     versions_grow_over_all_keys, ENGINE_CAN_STORE_VERSION},
    {110, "get with if_version_not sends no value for that version", get_unchanged_sends_no_value,
     0},
    {111, "get with want_value=false sends the length without the value", get_without_value, 0},
    {112, "get returns the slice that offset and length name, and the full length",
     get_returns_slices, 0},
    {113, "multi_get answers by position, misses and repeated keys included",
     multi_get_is_positional, 0},
    {114, "multi_get stops at limit_bytes with at least one answer", multi_get_stops_at_limit_bytes,
     0},
    {115, "multi_get with want_values=false sends lengths without values", multi_get_without_values,
     0},
    {116, "put with want_existed says whether the key existed", put_says_whether_the_key_existed,
     0},
    {117, "put without want_existed, and remove with want_existed=false, do not say it",
     existed_is_absent_when_not_wanted, 0},
    {118, "a write that was not applied says whether the key existed, asked or not",
     existed_is_known_when_not_applied, 0},
    {0, NULL, NULL, 0},
};
