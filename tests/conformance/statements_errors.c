/*
 * statements_errors.c: C-700 and on: what invalid requests are told.
 */
#include "engine/engine.h"
#include "tests/conformance/trial.h"

#include <string.h>

#define TEXT(text)        BASE_SLICE_LITERAL(text)
#define CALL(method, ...) trial_keep(trial, call_##method(trial->target, (Request){__VA_ARGS__}))

enum { BAD_ARGUMENT = 1, OVER_LIMIT = 2, UNKNOWN_STORE = 3, UNSUPPORTED = 4 };

/* Whether it is InvalidRequest with this code, a message, and a field that begins so. */
static bool
is_invalid(const Answer *answer, int code, const char *field)
{
    return answer->exception == 1 && answer->code == code && answer->message[0] != '\0' &&
           g_str_has_prefix(answer->field, field);
}

static void
unknown_stores_are_named(Trial *trial)
{
    Answer *got = CALL(get, .store = "no-such-store", .key = TEXT("k"));
    HOLDS(is_invalid(got, UNKNOWN_STORE, "store"));
    HOLDS(strstr(got->message, "no-such-store") != NULL);
    HOLDS(
        is_invalid(CALL(put, .store = "no-such-store", .key = TEXT("k")), UNKNOWN_STORE, "store"));
    HOLDS(is_invalid(CALL(scan, .store = ""), UNKNOWN_STORE, "store"));
}

static void
keys_are_bounded(Trial *trial)
{
    static uint8_t bytes[1025] = "C-702/";
    BaseSlice long_key = base_slice(bytes, sizeof bytes);
    Answer *put = CALL(put, .key = long_key);
    HOLDS(is_invalid(put, OVER_LIMIT, "key") && put->limit == 1024 && put->actual == 1025);
    HOLDS(is_invalid(CALL(get, .key = long_key), OVER_LIMIT, "key"));
    HOLDS(is_invalid(CALL(remove, .key = long_key), OVER_LIMIT, "key"));
    HOLDS(is_invalid(CALL(put, .value = TEXT("v")), BAD_ARGUMENT, "key"));
    BaseSlice keys[] = {TEXT("C-702/a"), long_key};
    HOLDS(is_invalid(CALL(multi_get, .keys = keys, .key_count = 2), OVER_LIMIT, "keys"));
}

static void
values_are_bounded(Trial *trial)
{
    static uint8_t bytes[1048577];
    Answer *put = CALL(put, .key = trial_key(trial, "a"), .value = base_slice(bytes, sizeof bytes));
    HOLDS(is_invalid(put, OVER_LIMIT, "value") && put->limit == 1048576);
    HOLDS(put->actual == 1048577);
    HOLDS(!CALL(get, .key = trial_key(trial, "a"))->found);
}

static void
contradictions_are_refused(Trial *trial)
{
    BaseSlice key = trial_key(trial, "a");
    HOLDS(is_invalid(CALL(put, .key = key, .with_ttl = true, .ttl_ms = 1, .keep = true),
                     BAD_ARGUMENT, "options.expiry"));
    HOLDS(is_invalid(CALL(put, .key = key, .absent = true, .present = true), BAD_ARGUMENT,
                     "options.condition"));
    HOLDS(is_invalid(CALL(scan, .with_prefix = true, .prefix = key, .with_start = true),
                     BAD_ARGUMENT, "range"));
    HOLDS(!CALL(get, .key = key)->found);
}

static void
options_have_ranges(Trial *trial)
{
    BaseSlice key = trial_key(trial, "a");
    HOLDS(CALL(put, .key = key, .with_ttl = true, .ttl_ms = 0)->exception == 1);
    HOLDS(CALL(put, .key = key, .with_ttl = true, .ttl_ms = -5)->exception == 1);
    HOLDS(CALL(put, .key = key, .with_ttl = true, .ttl_ms = INT64_MAX)->exception == 1);
    HOLDS(CALL(put, .key = key, .with_deadline = true, .deadline_ms = -1)->exception == 1);
    HOLDS(CALL(get, .key = key, .with_offset = true, .offset = -1)->exception == 1);
    HOLDS(CALL(get, .key = key, .with_length = true, .length = -1)->exception == 1);
    HOLDS(CALL(scan, .limit_items = 10001)->exception == 1);
    HOLDS(CALL(scan, .limit_items = -1)->exception == 1);
    HOLDS(CALL(scan, .limit_bytes = 16777217)->exception == 1);
    HOLDS(!CALL(get, .key = key)->found);
}

static void
unserved_options_are_refused(Trial *trial)
{
    BaseSlice key = trial_key(trial, "a");
    HOLDS(is_invalid(CALL(put, .key = key, .with_fence = true), UNSUPPORTED, "options.fence"));
    HOLDS(is_invalid(CALL(put, .key = key, .with_request_id = true), UNSUPPORTED,
                     "options.request_id"));
    HOLDS(is_invalid(CALL(get, .key = key, .with_snapshot = true), UNSUPPORTED,
                     "options.snapshot_id"));
    HOLDS(!CALL(get, .key = key)->found);
}

static void
memory_engines_refuse_sync(Trial *trial)
{
    Answer *put = CALL(put, .key = trial_key(trial, "a"), .sync = true);
    if ((trial->capabilities & ENGINE_CAN_PERSIST) != 0) {
        HOLDS(put->applied);
    } else {
        HOLDS(is_invalid(put, UNSUPPORTED, "options.durability"));
    }
}

static void
batches_are_bounded(Trial *trial)
{
    BaseSlice key = trial_key(trial, "a");
    GPtrArray *mutations = list_new();
    for (int i = 0; i < 32769; i++) {
        g_ptr_array_add(mutations,
                        mutation_new(LARDER_RPC_MUTATION_KIND_REMOVE, (Request){.key = key}));
    }
    Answer *batch = CALL(batch, .mutations = mutations);
    HOLDS(is_invalid(batch, OVER_LIMIT, "mutations"));
    HOLDS(batch->limit == 32768 && batch->actual == 32769);
}

const Statement statements_of_errors[] = {
    {701, "an unknown store is InvalidRequest UNKNOWN_STORE and is named", unknown_stores_are_named,
     0},
    {702, "a key is 1 to 1,024 bytes; the answer names field, limit and value", keys_are_bounded,
     0},
    {703, "a value is up to 1,048,576 bytes; the answer names field, limit and value",
     values_are_bounded, 0},
    {704, "options that contradict each other are refused, not guessed at",
     contradictions_are_refused, 0},
    {705, "options outside of their range are refused", options_have_ranges, 0},
    {706, "options that are not served are refused, never ignored", unserved_options_are_refused,
     0},
    {707, "an engine that keeps nothing refuses durability SYNC", memory_engines_refuse_sync, 0},
    {708, "a batch has at most 32,768 mutations", batches_are_bounded, 0},
    {0, NULL, NULL, 0},
};
