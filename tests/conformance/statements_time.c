/*
 * statements_time.c: C-600 and on: expiry.
 */
#include "engine/engine.h"
#include "tests/conformance/trial.h"

#define TEXT(text)        BASE_SLICE_LITERAL(text)
#define CALL(method, ...) trial_keep(trial, call_##method(trial->target, (Request){__VA_ARGS__}))

enum { HOUR_MS = 3600000, SHORT_MS = 60 };

static void
ttl_counts_from_the_commit(Trial *trial)
{
    BaseSlice key = trial_key(trial, "a");
    int64_t before = trial->now_ms(trial->user);
    Answer *put = CALL(put, .key = key, .value = TEXT("1"), .with_ttl = true, .ttl_ms = HOUR_MS);
    int64_t after = trial->now_ms(trial->user);
    HOLDS(put->applied && put->expires_at_ms >= before + HOUR_MS);
    HOLDS(put->expires_at_ms <= after + HOUR_MS);
    HOLDS(CALL(get, .key = key)->expires_at_ms == put->expires_at_ms);
}

static void
expired_is_absent(Trial *trial)
{
    BaseSlice key = trial_key(trial, "a");
    HOLDS(CALL(put, .key = key, .value = TEXT("1"), .with_ttl = true, .ttl_ms = SHORT_MS)->applied);
    trial->pass_ms(trial->user, SHORT_MS + 20);
    Answer *got = CALL(get, .key = key);
    HOLDS(got->exception == 0 && !got->found && got->version == 0);
    HOLDS(CALL(scan, .with_prefix = true, .prefix = trial_key(trial, ""))->item_count == 0);
    BaseSlice keys[] = {key};
    HOLDS(!CALL(multi_get, .keys = keys, .key_count = 1)->items[0].found);
    HOLDS(CALL(checksum, .with_prefix = true, .prefix = trial_key(trial, ""))->count == 0);
    HOLDS(CALL(put, .key = key, .value = TEXT("2"), .absent = true)->applied);
    HOLDS(trial_value_is(CALL(get, .key = key), TEXT("2")));
}

static void
expired_counts_as_absent_in_writes(Trial *trial)
{
    BaseSlice key = trial_key(trial, "a");
    BaseSlice number = trial_key(trial, "n");
    HOLDS(CALL(put, .key = key, .value = TEXT("1"), .with_ttl = true, .ttl_ms = SHORT_MS)->applied);
    HOLDS(
        CALL(increment, .key = number, .delta = 5, .with_ttl = true, .ttl_ms = SHORT_MS)->applied);
    trial->pass_ms(trial->user, SHORT_MS + 20);
    HOLDS(!CALL(put, .key = key, .value = TEXT("x"), .present = true)->applied);
    HOLDS(!CALL(touch, .key = key, .with_ttl = true, .ttl_ms = HOUR_MS)->applied);
    Answer *removed = CALL(remove, .key = key);
    HOLDS(removed->has_existed && !removed->existed);
    Answer *counted = CALL(increment, .key = number, .delta = 1);
    HOLDS(counted->number == 1 && counted->expires_at_ms == 0);
    HOLDS(CALL(append, .key = key, .value = TEXT("new"))->number == 3);
}

static void
put_without_expiry_never_expires(Trial *trial)
{
    BaseSlice key = trial_key(trial, "a");
    HOLDS(CALL(put, .key = key, .value = TEXT("1"), .with_ttl = true, .ttl_ms = SHORT_MS)->applied);
    HOLDS(CALL(put, .key = key, .value = TEXT("2"))->expires_at_ms == 0);
    trial->pass_ms(trial->user, SHORT_MS + 20);
    HOLDS(trial_value_is(CALL(get, .key = key), TEXT("2")));
}

static void
absolute_expiry(Trial *trial)
{
    BaseSlice key = trial_key(trial, "a");
    int64_t at = trial->now_ms(trial->user) + HOUR_MS;
    Answer *put = CALL(put, .key = key, .value = TEXT("1"), .with_at = true, .at_ms = at);
    HOLDS(put->applied && put->expires_at_ms == at);
    Answer *past = CALL(put, .key = key, .value = TEXT("2"), .with_at = true, .at_ms = 1000);
    HOLDS(past->exception == 0 && past->applied && past->expires_at_ms == 0);
    HOLDS(!CALL(get, .key = key)->found);
}

static void
keep_keeps_the_expiry(Trial *trial)
{
    BaseSlice key = trial_key(trial, "a");
    Answer *put = CALL(put, .key = key, .value = TEXT("1"), .with_ttl = true, .ttl_ms = HOUR_MS);
    Answer *kept = CALL(put, .key = key, .value = TEXT("2"), .keep = true);
    HOLDS(kept->applied && kept->expires_at_ms == put->expires_at_ms);
    Answer *fresh = CALL(put, .key = trial_key(trial, "b"), .value = TEXT("1"), .keep = true);
    HOLDS(fresh->applied && fresh->expires_at_ms == 0);
}

static void
touch_changes_only_the_expiry(Trial *trial)
{
    BaseSlice key = trial_key(trial, "a");
    Answer *put = CALL(put, .key = key, .value = TEXT("1"));
    Answer *touched = CALL(touch, .key = key, .with_ttl = true, .ttl_ms = HOUR_MS);
    HOLDS(touched->applied && touched->existed && touched->expires_at_ms > 0);
    HOLDS(touched->version > put->version);
    Answer *got = CALL(get, .key = key);
    HOLDS(trial_value_is(got, TEXT("1")) && got->expires_at_ms == touched->expires_at_ms);
    Answer *forever = CALL(touch, .key = key);
    HOLDS(forever->applied && forever->expires_at_ms == 0);
    HOLDS(CALL(get, .key = key)->expires_at_ms == 0);
}

const Statement statements_of_time[] = {
    {601, "a relative expiry counts from the commit", ttl_counts_from_the_commit,
     ENGINE_CAN_EXPIRE},
    {602, "an expired record is absent to every read", expired_is_absent, ENGINE_CAN_EXPIRE},
    {603, "an expired record is absent to every write", expired_counts_as_absent_in_writes,
     ENGINE_CAN_EXPIRE},
    {604, "put without an expiry makes a record that never expires",
     put_without_expiry_never_expires, ENGINE_CAN_EXPIRE},
    {605, "an absolute expiry is taken as given; one that has passed removes the key",
     absolute_expiry, ENGINE_CAN_EXPIRE},
    {606, "keep keeps the expiry that the key has", keep_keeps_the_expiry, ENGINE_CAN_EXPIRE},
    {607, "touch changes the expiry and the version, not the value", touch_changes_only_the_expiry,
     ENGINE_CAN_EXPIRE},
    {0, NULL, NULL, 0},
};
