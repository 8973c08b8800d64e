/*
 * data.c: checks 1 to 16: one key at a time.
 */
#include "tests/interop/c/common.h"

#include <string.h>

static const char *
check_ping(LarderRpcStoreIf *store)
{
    LarderRpcPingResult *result = ping(store, BYTES("\x00\xff\x80\nlarder"));
    EXPECT(result != NULL && is(result->payload, BYTES("\x00\xff\x80\nlarder")));
    EXPECT(result->now_ms > G_GINT64_CONSTANT(1600000000000));
    result = ping(store, text(""));
    EXPECT(result != NULL && is_text(result->payload, ""));
    return NULL;
}

static const char *
expect_server_info(LarderRpcStoreIf *store, LarderRpcServerInfoOptions *options)
{
    LarderRpcServerInfo *info = NEW(SERVER_INFO, NULL);
    EXPECT(CALL(store, server_info, store, info, options));
    EXPECT(info->api_version == LARDER_RPC_API_VERSION && info->stores->len == 1);
    LarderRpcStoreInfo *only = g_ptr_array_index(info->stores, 0);
    EXPECT(is_string(only->name, S));
    bool found = false;
    for (guint i = 0; i < info->limits->len; i++) {
        LarderRpcLimitInfo *limit = g_ptr_array_index(info->limits, i);
        found = found || (is_string(limit->name, "value_bytes") && limit->value == 1048576 &&
                          is_string(limit->unit, "bytes"));
    }
    EXPECT(found);
    EXPECT(g_ptr_array_find_with_equal_func(info->methods, "put", g_str_equal, NULL));
    return NULL;
}

static const char *
check_server_info(LarderRpcStoreIf *store)
{
    LarderRpcServerInfoOptions *said =
        NEW(SERVER_INFO_OPTIONS, "client", "interop", "api_version", LARDER_RPC_API_VERSION, NULL);
    const char *wrong = expect_server_info(store, said);
    return wrong != NULL ? wrong : expect_server_info(store, NEW(SERVER_INFO_OPTIONS, NULL));
}

static const char *
check_put_and_get(LarderRpcStoreIf *store)
{
    LarderRpcWriteResult *written = put(store, text("k"), text("v"), NULL);
    EXPECT(written != NULL && written->applied && !written->__isset_existed &&
           written->version > 0);
    EXPECT(written->reason == LARDER_RPC_NOT_APPLIED_WAS_APPLIED);
    LarderRpcGetResult *got = get(store, text("k"), NULL);
    EXPECT(got != NULL && got->found && is_text(got->value, "v"));
    EXPECT(got->version == written->version && got->expires_at_ms == 0 && got->full_length == 1);
    got = get(store, text("none"), NULL);
    EXPECT(got != NULL && !got->found && !got->__isset_value && got->version == 0);
    return NULL;
}

static const char *
check_empty_options(LarderRpcStoreIf *store)
{
    LarderRpcWriteResult *written = put(store, text("k"), text("v"), NEW(PUT_OPTIONS, NULL));
    LarderRpcGetResult *got = get(store, text("k"), NEW(GET_OPTIONS, NULL));
    EXPECT(written != NULL && got != NULL && got->found && is_text(got->value, "v"));
    EXPECT(got->version == written->version);
    LarderRpcScanResult *page = scan(store, everything(), NEW(SCAN_OPTIONS, NULL));
    EXPECT(page != NULL && page->items->len == 1);
    return NULL;
}

static const char *
check_an_empty_value(LarderRpcStoreIf *store)
{
    LarderRpcWriteResult *written = put(store, text("k"), text(""), NULL);
    LarderRpcGetResult *got = get(store, text("k"), NULL);
    EXPECT(written != NULL && written->applied && got != NULL && got->found);
    EXPECT(got->__isset_value && is_text(got->value, "") && got->full_length == 0);
    return NULL;
}

static const char *
check_every_byte(LarderRpcStoreIf *store)
{
    GByteArray *all = pattern(256);
    GByteArray *backwards = pattern(256);
    for (guint i = 0; i < all->len; i++) {
        all->data[i] = (guint8)i;
        backwards->data[i] = (guint8)(255 - i);
    }
    EXPECT(put(store, all, backwards, NULL) != NULL);
    LarderRpcGetResult *got = get(store, all, NULL);
    EXPECT(got != NULL && is(got->value, backwards));

    GByteArray *keys[] = {BYTES("\x00"), BYTES("\x00\x00"), all,
                          BYTES("\x7f"), BYTES("\x80"),     BYTES("\xff")};
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
        EXPECT(keys[i] == all || put(store, keys[i], keys[i], NULL) != NULL);
    }
    LarderRpcScanResult *page = scan(store, everything(), NULL);
    EXPECT(page != NULL && page->items->len == G_N_ELEMENTS(keys));
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
        LarderRpcScanItem *item = g_ptr_array_index(page->items, i);
        EXPECT(is(item->key, keys[i]) && is(item->value, keys[i] == all ? backwards : keys[i]));
    }
    return NULL;
}

static const char *
check_the_longest_value(LarderRpcStoreIf *store)
{
    GByteArray *value = pattern(1048576);
    LarderRpcWriteResult *written = put(store, text("k"), value, NULL);
    EXPECT(written != NULL && written->applied);
    LarderRpcGetResult *got = get(store, text("k"), NULL);
    EXPECT(got != NULL && is(got->value, value));
    got = get(store, text("k"),
              NEW(GET_OPTIONS, "offset", (gint64)1048570, "length", (gint64)100, NULL));
    EXPECT(got != NULL && is(got->value, pool_bytes(value->data + 1048570, 6)));
    EXPECT(got->full_length == 1048576);
    return NULL;
}

/* Whether the latest call was refused as over a limit, or below the lowest value. */
static bool
is_out_of(LarderRpcInvalidCode code, const char *field, gint64 limit, gint64 actual)
{
    const LarderRpcInvalidRequest *invalid = thrown.invalid;
    return invalid != NULL && invalid->code == code && is_string(invalid->field, field) &&
           invalid->limit == limit && invalid->actual == actual;
}

static const char *
check_a_value_too_long(LarderRpcStoreIf *store)
{
    EXPECT(put(store, text("k"), pattern(1048577), NULL) == NULL);
    EXPECT(is_out_of(LARDER_RPC_INVALID_CODE_OVER_LIMIT, "value", 1048576, 1048577));
    LarderRpcGetResult *got = get(store, text("k"), NULL);
    EXPECT(got != NULL && !got->found);
    return NULL;
}

static const char *
check_keys_at_their_limits(LarderRpcStoreIf *store)
{
    EXPECT(put(store, pattern(1024), text("v"), NULL) != NULL);
    LarderRpcGetResult *got = get(store, pattern(1024), NULL);
    EXPECT(got != NULL && is_text(got->value, "v"));
    EXPECT(put(store, pattern(1025), text("v"), NULL) == NULL);
    EXPECT(is_out_of(LARDER_RPC_INVALID_CODE_OVER_LIMIT, "key", 1024, 1025));
    EXPECT(put(store, text(""), text("v"), NULL) == NULL);
    EXPECT(is_out_of(LARDER_RPC_INVALID_CODE_BAD_ARGUMENT, "key", 1, 0));
    return NULL;
}

static const char *
check_conditions(LarderRpcStoreIf *store)
{
    LarderRpcWriteResult *first = put(store, text("k"), BYTES("\x00\xff"), NULL);
    EXPECT(first != NULL);
    LarderRpcCondition *absent = NEW(CONDITION, "absent", TRUE, NULL);
    LarderRpcWriteResult *denied = put(store, text("k"), text("2"), put_under(absent, true));
    EXPECT(denied != NULL && !denied->applied);
    EXPECT(denied->reason == LARDER_RPC_NOT_APPLIED_CONDITION_FAILED);
    EXPECT(denied->current_version == first->version);
    EXPECT(is(denied->current_value, BYTES("\x00\xff")));

    LarderRpcCondition *earlier = NEW(CONDITION, "version_equal", first->version - 1, NULL);
    denied = put(store, text("k"), text("2"), put_under(earlier, false));
    EXPECT(denied != NULL && !denied->applied && !denied->__isset_current_value);

    LarderRpcCondition *holds = NEW(CONDITION, "value_equal", BYTES("\x00\xff"), "present", TRUE,
                                    "version_at_most", first->version, NULL);
    LarderRpcWriteResult *second = put(store, text("k"), text("2"), put_under(holds, false));
    EXPECT(second != NULL && second->applied);
    return NULL;
}

static const char *
check_reading_less(LarderRpcStoreIf *store)
{
    LarderRpcWriteResult *written = put(store, text("k"), text("value"), NULL);
    EXPECT(written != NULL);
    LarderRpcGetResult *got =
        get(store, text("k"), NEW(GET_OPTIONS, "if_version_not", written->version, NULL));
    EXPECT(got != NULL && got->unchanged && !got->__isset_value);
    got = get(store, text("k"), NEW(GET_OPTIONS, "want_value", FALSE, NULL));
    EXPECT(got != NULL && got->found && !got->__isset_value && got->full_length == 5);
    got = get(store, text("k"), NEW(GET_OPTIONS, "offset", (gint64)1, "length", (gint64)3, NULL));
    EXPECT(got != NULL && is_text(got->value, "alu"));
    return NULL;
}

static LarderRpcWriteResult *
put_expiring(LarderRpcStoreIf *store, LarderRpcExpiry *expiry)
{
    return put(store, text("k"), text("v"), NEW(PUT_OPTIONS, "expiry", expiry, NULL));
}

static LarderRpcWriteResult *
touch(LarderRpcStoreIf *store, LarderRpcExpiry *expiry)
{
    LarderRpcTouchOptions *options = NEW(TOUCH_OPTIONS, NULL);
    LarderRpcWriteResult *result = NEW(WRITE_RESULT, NULL);
    return CALL(store, touch, store, result, S, text("k"), expiry, options) ? result : NULL;
}

static gint64
expires_at(LarderRpcStoreIf *store)
{
    LarderRpcGetResult *got = get(store, text("k"), NULL);
    return got != NULL && got->found ? got->expires_at_ms : -1;
}

static const char *
check_expiry(LarderRpcStoreIf *store)
{
    const gint64 far = G_GINT64_CONSTANT(4102444800000);
    LarderRpcPingResult *now = ping(store, text(""));
    LarderRpcWriteResult *written =
        put_expiring(store, NEW(EXPIRY, "ttl_ms", (gint64)3600000, NULL));
    EXPECT(now != NULL && written != NULL && written->expires_at_ms > now->now_ms);
    EXPECT(touch(store, NEW(EXPIRY, "at_ms", far, NULL)) != NULL && expires_at(store) == far);
    EXPECT(put_expiring(store, NEW(EXPIRY, "keep", TRUE, NULL)) != NULL);
    EXPECT(expires_at(store) == far);
    EXPECT(touch(store, NEW(EXPIRY, NULL)) != NULL && expires_at(store) == 0);
    EXPECT(put_expiring(store, NEW(EXPIRY, "at_ms", (gint64)1, NULL)) != NULL);
    EXPECT(expires_at(store) == -1);
    LarderRpcWriteResult *denied = touch(store, NEW(EXPIRY, "ttl_ms", (gint64)1000, NULL));
    EXPECT(denied != NULL && !denied->applied);
    EXPECT(denied->reason == LARDER_RPC_NOT_APPLIED_KEY_ABSENT);
    return NULL;
}

static LarderRpcWriteResult *
remove_key(LarderRpcStoreIf *store, LarderRpcRemoveOptions *options)
{
    LarderRpcWriteResult *result = NEW(WRITE_RESULT, NULL);
    return CALL(store, remove, store, result, S, text("k"), options) ? result : NULL;
}

static const char *
check_remove(LarderRpcStoreIf *store)
{
    EXPECT(put(store, text("k"), text("v"), NULL) != NULL);
    LarderRpcWriteResult *first = remove_key(store, NEW(REMOVE_OPTIONS, NULL));
    EXPECT(first != NULL && first->applied && first->__isset_existed && first->existed);
    LarderRpcWriteResult *again = remove_key(store, NEW(REMOVE_OPTIONS, NULL));
    EXPECT(again != NULL && again->applied && again->__isset_existed && !again->existed);
    LarderRpcWriteResult *blind =
        remove_key(store, NEW(REMOVE_OPTIONS, "want_existed", FALSE, NULL));
    EXPECT(blind != NULL && blind->applied && !blind->__isset_existed);
    for (gboolean existed = FALSE; existed <= TRUE; existed++) {
        LarderRpcWriteResult *written =
            put(store, text("k"), text("v"), NEW(PUT_OPTIONS, "want_existed", TRUE, NULL));
        EXPECT(written != NULL && written->applied);
        EXPECT(written->__isset_existed && written->existed == existed);
    }
    EXPECT(remove_key(store, NEW(REMOVE_OPTIONS, NULL)) != NULL);
    LarderRpcCondition *present = NEW(CONDITION, "present", TRUE, NULL);
    LarderRpcWriteResult *denied =
        remove_key(store, NEW(REMOVE_OPTIONS, "condition", present, NULL));
    EXPECT(denied != NULL && !denied->applied && denied->__isset_existed && !denied->existed);
    EXPECT(denied->reason == LARDER_RPC_NOT_APPLIED_CONDITION_FAILED);
    return NULL;
}

/* Whether a key has the bytes of this counter. */
static bool
holds(LarderRpcStoreIf *store, const char *key, gint64 number)
{
    LarderRpcGetResult *got = get(store, text(key), NULL);
    return got != NULL && is(got->value, big_endian(number));
}

static const char *
check_counters(LarderRpcStoreIf *store)
{
    GByteArray *n = text("n");
    LarderRpcIncrementResult *counted =
        increment(store, n, 5, NEW(INCREMENT_OPTIONS, "initial", (gint64)10, NULL));
    EXPECT(counted != NULL && counted->number == 15 && holds(store, "n", 15));
    counted = increment(store, n, -20, NULL);
    EXPECT(counted != NULL && counted->number == -5 && holds(store, "n", -5));
    counted = increment(store, n, 1, NEW(INCREMENT_OPTIONS, "highest", (gint64)-5, NULL));
    EXPECT(counted != NULL && !counted->applied && counted->number == -5);
    EXPECT(counted->reason == LARDER_RPC_NOT_APPLIED_OUT_OF_RANGE);
    EXPECT(put(store, text("t"), text("text"), NULL) != NULL);
    counted = increment(store, text("t"), 1, NULL);
    EXPECT(counted != NULL && counted->reason == LARDER_RPC_NOT_APPLIED_NOT_A_COUNTER);
    return NULL;
}

static const char *
expect_end(LarderRpcStoreIf *store, const char *key, gint64 end, gint64 step)
{
    LarderRpcIncrementResult *counted = increment(store, text(key), end, NULL);
    EXPECT(counted != NULL && counted->number == end && holds(store, key, end));
    counted = increment(store, text(key), step, NULL);
    EXPECT(counted != NULL && counted->number == end);
    EXPECT(counted->reason == LARDER_RPC_NOT_APPLIED_OUT_OF_RANGE);
    return NULL;
}

static const char *
check_both_ends_of_i64(LarderRpcStoreIf *store)
{
    const char *wrong = expect_end(store, "max", G_MAXINT64, 1);
    wrong = wrong != NULL ? wrong : expect_end(store, "min", G_MININT64, -1);
    EXPECT(wrong == NULL);
    const gint64 big = G_GINT64_CONSTANT(9007199254740993);
    LarderRpcIncrementResult *counted = increment(store, text("big"), big, NULL);
    EXPECT(counted != NULL && counted->number == big);
    return NULL;
}

static LarderRpcAppendResult *
append(LarderRpcStoreIf *store, const char *key, GByteArray *value, LarderRpcAppendOptions *options)
{
    LarderRpcAppendResult *result = NEW(APPEND_RESULT, NULL);
    return CALL(store, append, store, result, S, text(key), value, options) ? result : NULL;
}

static const char *
check_append(LarderRpcStoreIf *store)
{
    LarderRpcAppendResult *done = append(store, "l", text("one"), NEW(APPEND_OPTIONS, NULL));
    EXPECT(done != NULL && done->length == 3);
    done = append(store, "l", BYTES("\x00\xff"), NEW(APPEND_OPTIONS, NULL));
    EXPECT(done != NULL && done->length == 5);
    LarderRpcGetResult *got = get(store, text("l"), NULL);
    EXPECT(got != NULL && is(got->value, BYTES("one\x00\xff")));
    done = append(store, "l", text("!"), NEW(APPEND_OPTIONS, "max_length", (gint64)5, NULL));
    EXPECT(done != NULL && done->reason == LARDER_RPC_NOT_APPLIED_TOO_LONG && done->length == 5);
    done = append(store, "none", text("x"), NEW(APPEND_OPTIONS, "create", FALSE, NULL));
    EXPECT(done != NULL && done->reason == LARDER_RPC_NOT_APPLIED_KEY_ABSENT);
    return NULL;
}

const Check data_checks[] = {
    {1, "ping", check_ping},
    {2, "server_info", check_server_info},
    {3, "put and get", check_put_and_get},
    {4, "empty options", check_empty_options},
    {5, "an empty value", check_an_empty_value},
    {6, "every byte", check_every_byte},
    {7, "the longest value", check_the_longest_value},
    {8, "a value too long", check_a_value_too_long},
    {9, "keys at their limits", check_keys_at_their_limits},
    {10, "conditions", check_conditions},
    {11, "reading less", check_reading_less},
    {12, "expiry", check_expiry},
    {13, "remove", check_remove},
    {14, "counters", check_counters},
    {15, "both ends of i64", check_both_ends_of_i64},
    {16, "append", check_append},
    {0, NULL, NULL},
};
