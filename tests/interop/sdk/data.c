/*
 * data.c: checks 1 to 16: one key at a time.
 */
#include "tests/interop/sdk/common.h"

#include <string.h>

static const char *
check_ping(LarderClient *client)
{
    const LarderPingResult *pong = ping(client, BYTES("\x00\xff\x80\nlarder"));
    EXPECT(pong != NULL && is(pong->payload, BYTES("\x00\xff\x80\nlarder")));
    EXPECT(pong->now_ms > INT64_C(1600000000000));
    pong = ping(client, T(""));
    EXPECT(pong != NULL && pong->payload.size == 0);
    return NULL;
}

static const char *
expect_server_info(LarderClient *client, const LarderServerInfoOptions *options)
{
    const LarderServerInfo *info = keep(larder_server_info(client, options))->as.server_info;
    EXPECT(info != NULL && info->api_version == LARDER_API_VERSION);
    EXPECT(info->stores.count == 1 && is(info->stores.items[0].name, S));
    bool limited = false, served = false;
    for (size_t i = 0; i < info->limits.count; i++) {
        const LarderLimitInfo *limit = &info->limits.items[i];
        limited = limited || (is(limit->name, T("value_bytes")) && limit->value == 1048576 &&
                              is(limit->unit, T("bytes")));
    }
    for (size_t i = 0; i < info->methods.count; i++) {
        served = served || is(info->methods.items[i], T("put"));
    }
    EXPECT(limited && served);
    return NULL;
}

static const char *
check_server_info(LarderClient *client)
{
    const LarderServerInfoOptions said = {
        .has_client = true,
        .client = T("interop"),
        .has_api_version = true,
        .api_version = LARDER_API_VERSION,
    };
    const char *wrong = expect_server_info(client, &said);
    return wrong != NULL ? wrong : expect_server_info(client, NULL);
}

static const char *
check_put_and_get(LarderClient *client)
{
    const LarderWriteResult *written = put(client, T("k"), T("v"), NULL);
    EXPECT(written != NULL && written->applied && !written->has_existed && written->version > 0);
    EXPECT(written->reason == LARDER_NOT_APPLIED_WAS_APPLIED);
    const LarderGetResult *got = get(client, T("k"), NULL);
    EXPECT(got != NULL && got->found && is(got->value, T("v")));
    EXPECT(got->version == written->version && got->expires_at_ms == 0 && got->full_length == 1);
    got = get(client, T("none"), NULL);
    EXPECT(got != NULL && !got->found && !got->has_value && got->version == 0);
    return NULL;
}

static const char *
check_empty_options(LarderClient *client)
{
    const LarderWriteResult *written = put(client, T("k"), T("v"), &(LarderPutOptions){0});
    const LarderGetResult *got = get(client, T("k"), &(LarderGetOptions){0});
    EXPECT(written != NULL && got != NULL && got->found && is(got->value, T("v")));
    EXPECT(got->version == written->version);
    const LarderScanResult *page = scan(client, &(LarderKeyRange){0}, &(LarderScanOptions){0});
    EXPECT(page != NULL && page->items.count == 1);
    return NULL;
}

static const char *
check_an_empty_value(LarderClient *client)
{
    const LarderWriteResult *written = put(client, T("k"), T(""), NULL);
    const LarderGetResult *got = get(client, T("k"), NULL);
    EXPECT(written != NULL && written->applied && got != NULL && got->found);
    EXPECT(got->has_value && got->value.size == 0 && got->full_length == 0);
    return NULL;
}

static const char *
check_every_byte(LarderClient *client)
{
    char forwards[256], reversed[256];
    for (int i = 0; i < 256; i++) {
        forwards[i] = (char)(unsigned char)i;
        reversed[i] = (char)(unsigned char)(255 - i);
    }
    const LarderBytes all = larder_bytes(forwards, 256), backwards = larder_bytes(reversed, 256);
    EXPECT(put(client, all, backwards, NULL) != NULL);
    const LarderGetResult *got = get(client, all, NULL);
    EXPECT(got != NULL && is(got->value, backwards));

    const LarderBytes keys[] = {BYTES("\x00"), BYTES("\x00\x00"), all,
                                BYTES("\x7f"), BYTES("\x80"),     BYTES("\xff")};
    for (size_t i = 0; i < COUNT(keys); i++) {
        EXPECT(is(keys[i], all) || put(client, keys[i], keys[i], NULL) != NULL);
    }
    const LarderScanResult *page = scan(client, NULL, NULL);
    EXPECT(page != NULL && page->items.count == COUNT(keys));
    for (size_t i = 0; i < COUNT(keys); i++) {
        const LarderScanItem *item = &page->items.items[i];
        EXPECT(is(item->key, keys[i]));
        EXPECT(is(item->value, is(keys[i], all) ? backwards : keys[i]));
    }
    return NULL;
}

static const char *
check_the_longest_value(LarderClient *client)
{
    const LarderBytes value = pattern(1048576);
    const LarderWriteResult *written = put(client, T("k"), value, NULL);
    EXPECT(written != NULL && written->applied);
    const LarderGetResult *got = get(client, T("k"), NULL);
    EXPECT(got != NULL && is(got->value, value));
    LarderGetOptions slice = {0};
    LARDER_SET(&slice, offset, 1048570);
    LARDER_SET(&slice, length, 100);
    got = get(client, T("k"), &slice);
    EXPECT(got != NULL && is(got->value, larder_bytes(value.data + 1048570, 6)));
    EXPECT(got->full_length == 1048576);
    return NULL;
}

/* Whether the last call was refused because of a size. */
static bool
is_out_of(LarderInvalidCode code, const char *field, int64_t limit, int64_t actual)
{
    return is_invalid(code, field) && last()->exception.invalid_request->limit == limit &&
           last()->exception.invalid_request->actual == actual;
}

static const char *
check_a_value_too_long(LarderClient *client)
{
    EXPECT(put(client, T("k"), pattern(1048577), NULL) == NULL);
    EXPECT(is_out_of(LARDER_INVALID_CODE_OVER_LIMIT, "value", 1048576, 1048577));
    const LarderGetResult *got = get(client, T("k"), NULL);
    EXPECT(got != NULL && !got->found);
    return NULL;
}

static const char *
check_keys_at_their_limits(LarderClient *client)
{
    EXPECT(put(client, pattern(1024), T("v"), NULL) != NULL);
    const LarderGetResult *got = get(client, pattern(1024), NULL);
    EXPECT(got != NULL && is(got->value, T("v")));
    EXPECT(put(client, pattern(1025), T("v"), NULL) == NULL);
    EXPECT(is_out_of(LARDER_INVALID_CODE_OVER_LIMIT, "key", 1024, 1025));
    EXPECT(put(client, T(""), T("v"), NULL) == NULL);
    EXPECT(is_out_of(LARDER_INVALID_CODE_BAD_ARGUMENT, "key", 1, 0));
    return NULL;
}

static const char *
check_conditions(LarderClient *client)
{
    const LarderWriteResult *first = put(client, T("k"), BYTES("\x00\xff"), NULL);
    EXPECT(first != NULL);
    LarderPutOptions unless = {.condition = &absent};
    LARDER_SET(&unless, return_current, true);
    const LarderWriteResult *denied = put(client, T("k"), T("2"), &unless);
    EXPECT(denied != NULL && !denied->applied);
    EXPECT(denied->reason == LARDER_NOT_APPLIED_CONDITION_FAILED);
    EXPECT(denied->current_version == first->version);
    EXPECT(denied->has_current_value && is(denied->current_value, BYTES("\x00\xff")));

    LarderCondition earlier = {0};
    LARDER_SET(&earlier, version_equal, first->version - 1);
    denied = put(client, T("k"), T("2"), &(LarderPutOptions){.condition = &earlier});
    EXPECT(denied != NULL && !denied->applied && !denied->has_current_value);

    LarderCondition holds = present;
    LARDER_SET(&holds, value_equal, BYTES("\x00\xff"));
    LARDER_SET(&holds, version_at_most, first->version);
    const LarderWriteResult *second =
        put(client, T("k"), T("2"), &(LarderPutOptions){.condition = &holds});
    EXPECT(second != NULL && second->applied);
    return NULL;
}

static const char *
check_reading_less(LarderClient *client)
{
    const LarderWriteResult *written = put(client, T("k"), T("value"), NULL);
    EXPECT(written != NULL);
    LarderGetOptions changed = {0}, bare = {0}, slice = {0};
    LARDER_SET(&changed, if_version_not, written->version);
    const LarderGetResult *got = get(client, T("k"), &changed);
    EXPECT(got != NULL && got->unchanged && !got->has_value);
    LARDER_SET(&bare, want_value, false);
    got = get(client, T("k"), &bare);
    EXPECT(got != NULL && got->found && !got->has_value && got->full_length == 5);
    LARDER_SET(&slice, offset, 1);
    LARDER_SET(&slice, length, 3);
    got = get(client, T("k"), &slice);
    EXPECT(got != NULL && is(got->value, T("alu")));
    return NULL;
}

static const LarderWriteResult *
put_expiring(LarderClient *client, const LarderExpiry *expiry)
{
    return put(client, T("k"), T("v"), &(LarderPutOptions){.expiry = expiry});
}

static const LarderWriteResult *
touch(LarderClient *client, const LarderExpiry *expiry)
{
    return keep(larder_touch(client, S, T("k"), expiry, NULL))->as.touch;
}

static int64_t
expires_at(LarderClient *client)
{
    const LarderGetResult *got = get(client, T("k"), NULL);
    return got != NULL && got->found ? got->expires_at_ms : -1;
}

static const char *
check_expiry(LarderClient *client)
{
    const int64_t far = INT64_C(4102444800000);
    const LarderExpiry hour = {.has_ttl_ms = true, .ttl_ms = 3600000};
    const LarderExpiry then = {.has_at_ms = true, .at_ms = far};
    const LarderExpiry past = {.has_at_ms = true, .at_ms = 1};
    const LarderExpiry as_it_is = {.has_keep = true, .keep = true};
    const LarderExpiry never = {0};
    const LarderPingResult *now = ping(client, T(""));
    const LarderWriteResult *written = put_expiring(client, &hour);
    EXPECT(now != NULL && written != NULL && written->expires_at_ms > now->now_ms);
    EXPECT(touch(client, &then) != NULL && expires_at(client) == far);
    EXPECT(put_expiring(client, &as_it_is) != NULL && expires_at(client) == far);
    EXPECT(touch(client, &never) != NULL && expires_at(client) == 0);
    EXPECT(put_expiring(client, &past) != NULL && expires_at(client) == -1);
    const LarderWriteResult *denied = touch(client, &hour);
    EXPECT(denied != NULL && !denied->applied);
    EXPECT(denied->reason == LARDER_NOT_APPLIED_KEY_ABSENT);
    return NULL;
}

static const LarderWriteResult *
remove_key(LarderClient *client, const LarderRemoveOptions *options)
{
    return keep(larder_remove(client, S, T("k"), options))->as.remove;
}

static const char *
check_remove(LarderClient *client)
{
    EXPECT(put(client, T("k"), T("v"), NULL) != NULL);
    const LarderWriteResult *first = remove_key(client, NULL);
    EXPECT(first != NULL && first->applied && first->has_existed && first->existed);
    const LarderWriteResult *again = remove_key(client, NULL);
    EXPECT(again != NULL && again->applied && again->has_existed && !again->existed);
    const LarderWriteResult *blind =
        remove_key(client, &(LarderRemoveOptions){.has_want_existed = true, .want_existed = false});
    EXPECT(blind != NULL && blind->applied && !blind->has_existed);
    const LarderPutOptions curious = {.has_want_existed = true, .want_existed = true};
    for (int existed = 0; existed <= 1; existed++) {
        const LarderWriteResult *written = put(client, T("k"), T("v"), &curious);
        EXPECT(written != NULL && written->applied && written->has_existed);
        EXPECT(written->existed == (existed == 1));
    }
    EXPECT(remove_key(client, NULL) != NULL);
    const LarderWriteResult *denied =
        remove_key(client, &(LarderRemoveOptions){.condition = &present});
    EXPECT(denied != NULL && !denied->applied && denied->has_existed && !denied->existed);
    EXPECT(denied->reason == LARDER_NOT_APPLIED_CONDITION_FAILED);
    return NULL;
}

/* Whether a key has the bytes of this counter. */
static bool
holds(LarderClient *client, const char *key, int64_t number)
{
    const LarderGetResult *got = get(client, T(key), NULL);
    return got != NULL && is(got->value, big_endian(number));
}

static const char *
check_counters(LarderClient *client)
{
    LarderIncrementOptions from_ten = {0}, bounded = {0};
    LARDER_SET(&from_ten, initial, 10);
    LARDER_SET(&bounded, highest, -5);
    const LarderIncrementResult *counted = increment(client, T("n"), 5, &from_ten);
    EXPECT(counted != NULL && counted->number == 15 && holds(client, "n", 15));
    counted = increment(client, T("n"), -20, NULL);
    EXPECT(counted != NULL && counted->number == -5 && holds(client, "n", -5));
    counted = increment(client, T("n"), 1, &bounded);
    EXPECT(counted != NULL && !counted->applied && counted->number == -5);
    EXPECT(counted->reason == LARDER_NOT_APPLIED_OUT_OF_RANGE);
    EXPECT(put(client, T("t"), T("text"), NULL) != NULL);
    counted = increment(client, T("t"), 1, NULL);
    EXPECT(counted != NULL && counted->reason == LARDER_NOT_APPLIED_NOT_A_COUNTER);
    return NULL;
}

static const char *
expect_end(LarderClient *client, const char *key, int64_t end, int64_t step)
{
    const LarderIncrementResult *counted = increment(client, T(key), end, NULL);
    EXPECT(counted != NULL && counted->number == end && holds(client, key, end));
    counted = increment(client, T(key), step, NULL);
    EXPECT(counted != NULL && counted->number == end);
    EXPECT(counted->reason == LARDER_NOT_APPLIED_OUT_OF_RANGE);
    return NULL;
}

static const char *
check_both_ends_of_i64(LarderClient *client)
{
    const char *wrong = expect_end(client, "max", INT64_MAX, 1);
    wrong = wrong != NULL ? wrong : expect_end(client, "min", INT64_MIN, -1);
    EXPECT(wrong == NULL);
    const int64_t big = INT64_C(9007199254740993);
    const LarderIncrementResult *counted = increment(client, T("big"), big, NULL);
    EXPECT(counted != NULL && counted->number == big);
    return NULL;
}

static const LarderAppendResult *
append(LarderClient *client, const char *key, LarderBytes value, const LarderAppendOptions *options)
{
    return keep(larder_append(client, S, T(key), value, options))->as.append;
}

static const char *
check_append(LarderClient *client)
{
    LarderAppendOptions bounded = {0}, existing = {0};
    LARDER_SET(&bounded, max_length, 5);
    LARDER_SET(&existing, create, false);
    const LarderAppendResult *done = append(client, "l", T("one"), NULL);
    EXPECT(done != NULL && done->length == 3);
    done = append(client, "l", BYTES("\x00\xff"), NULL);
    EXPECT(done != NULL && done->length == 5);
    const LarderGetResult *got = get(client, T("l"), NULL);
    EXPECT(got != NULL && is(got->value, BYTES("one\x00\xff")));
    done = append(client, "l", T("!"), &bounded);
    EXPECT(done != NULL && done->reason == LARDER_NOT_APPLIED_TOO_LONG && done->length == 5);
    done = append(client, "none", T("x"), &existing);
    EXPECT(done != NULL && done->reason == LARDER_NOT_APPLIED_KEY_ABSENT);
    return NULL;
}

const Check data_checks[] = {
    {1, "ping", check_ping, NULL},
    {2, "server_info", check_server_info, NULL},
    {3, "put and get", check_put_and_get, NULL},
    {4, "empty options", check_empty_options, NULL},
    {5, "an empty value", check_an_empty_value, NULL},
    {6, "every byte", check_every_byte, NULL},
    {7, "the longest value", check_the_longest_value, NULL},
    {8, "a value too long", check_a_value_too_long, NULL},
    {9, "keys at their limits", check_keys_at_their_limits, NULL},
    {10, "conditions", check_conditions, NULL},
    {11, "reading less", check_reading_less, NULL},
    {12, "expiry", check_expiry, NULL},
    {13, "remove", check_remove, NULL},
    {14, "counters", check_counters, NULL},
    {15, "both ends of i64", check_both_ends_of_i64, NULL},
    {16, "append", check_append, NULL},
    {0, NULL, NULL, NULL},
};
