/*
 * many.c: checks 17 to 26: several keys, or several calls, at once.
 */
#include "tests/interop/c/common.h"

#include <string.h>

static LarderRpcBatchResult *
batch(LarderRpcStoreIf *store, GPtrArray *mutations, LarderRpcBatchOptions *options)
{
    LarderRpcBatchOptions *given = options != NULL ? options : NEW(BATCH_OPTIONS, NULL);
    LarderRpcBatchResult *result = NEW(BATCH_RESULT, NULL);
    return CALL(store, batch, store, result, S, mutations, given) ? result : NULL;
}

static const char *
check_batch(LarderRpcStoreIf *store)
{
    EXPECT(put(store, text("old"), text("1"), NULL) != NULL);
    LarderRpcCondition *present = NEW(CONDITION, "present", TRUE, NULL);
    LarderRpcCondition *absent = NEW(CONDITION, "absent", TRUE, NULL);
    GPtrArray *guards = list(NEW(GUARD, "key", text("old"), "condition", present, NULL),
                             NEW(GUARD, "key", text("new"), "condition", absent, NULL), NULL);
    GPtrArray *mutations =
        list(put_of(text("new"), text("2"), NULL), increment_of(text("n"), 7),
             NEW(MUTATION, "kind", LARDER_RPC_MUTATION_KIND_REMOVE, "key", text("old"), NULL),
             NEW(MUTATION, "kind", LARDER_RPC_MUTATION_KIND_REMOVE_RANGE, "key", text("x"),
                 "stop_key", text("y"), NULL),
             NULL);
    LarderRpcBatchOptions *options = NEW(BATCH_OPTIONS, "guards", guards, NULL);
    LarderRpcBatchResult *done = batch(store, mutations, options);
    EXPECT(done != NULL && done->applied && done->version > 0);
    EXPECT(done->numbers->len == 1 && g_array_index(done->numbers, gint64, 0) == 7);
    EXPECT(done->failed_guard == -1 && done->failed_mutation == -1);
    LarderRpcGetResult *got = get(store, text("new"), NULL);
    EXPECT(got != NULL && got->version == done->version);
    got = get(store, text("old"), NULL);
    EXPECT(got != NULL && !got->found);

    LarderRpcBatchResult *denied = batch(store, mutations, options);
    EXPECT(denied != NULL && !denied->applied && denied->failed_guard == 0);
    EXPECT(denied->reason == LARDER_RPC_NOT_APPLIED_CONDITION_FAILED);
    denied = batch(
        store,
        list(put_of(text("a"), text("1"), NULL), put_of(text("new"), text("3"), absent), NULL),
        NULL);
    EXPECT(denied != NULL && !denied->applied && denied->failed_mutation == 1);
    got = get(store, text("a"), NULL);
    EXPECT(got != NULL && !got->found);
    return NULL;
}

static const char *
check_bulk_write(LarderRpcStoreIf *store)
{
    LarderRpcCondition *absent = NEW(CONDITION, "absent", TRUE, NULL);
    LarderRpcBulkWriteResult *done = bulk_write(store, list(put_of(text("a"), text("1"), NULL),
                                                            put_of(text("a"), text("2"), absent),
                                                            increment_of(text("n"), 3), NULL));
    EXPECT(done != NULL && done->items->len == 3 && done->applied_count == 2);
    LarderRpcBulkItem *first = g_ptr_array_index(done->items, 0);
    LarderRpcBulkItem *second = g_ptr_array_index(done->items, 1);
    LarderRpcBulkItem *third = g_ptr_array_index(done->items, 2);
    EXPECT(first->applied && !second->applied && third->applied && third->number == 3);
    EXPECT(second->reason == LARDER_RPC_NOT_APPLIED_CONDITION_FAILED);
    EXPECT(second->current_version == first->version);
    return NULL;
}

static LarderRpcMultiGetResult *
multi_get(LarderRpcStoreIf *store, GPtrArray *keys, LarderRpcMultiGetOptions *options)
{
    LarderRpcMultiGetOptions *given = options != NULL ? options : NEW(MULTI_GET_OPTIONS, NULL);
    LarderRpcMultiGetResult *result = NEW(MULTI_GET_RESULT, NULL);
    return CALL(store, multi_get, store, result, S, keys, given) ? result : NULL;
}

static const char *
check_multi_get(LarderRpcStoreIf *store)
{
    EXPECT(put(store, text("a"), text("1"), NULL) != NULL);
    EXPECT(put(store, text("b"), text(""), NULL) != NULL);
    GPtrArray *keys = list(text("b"), text("none"), text("a"), text("a"), NULL);
    const char *values[] = {"", NULL, "1", "1"};
    LarderRpcMultiGetResult *got = multi_get(store, keys, NULL);
    EXPECT(got != NULL && got->items->len == 4);
    for (guint i = 0; i < 4; i++) {
        LarderRpcGetItem *item = g_ptr_array_index(got->items, i);
        EXPECT(item->found == (values[i] != NULL) && item->__isset_value == item->found);
        EXPECT(values[i] == NULL || is_text(item->value, values[i]));
    }
    got = multi_get(store, keys, NEW(MULTI_GET_OPTIONS, "want_values", FALSE, NULL));
    EXPECT(got != NULL && got->items->len == 4);
    for (guint i = 0; i < 4; i++) {
        LarderRpcGetItem *item = g_ptr_array_index(got->items, i);
        EXPECT(!item->__isset_value && item->full_length == (i < 2 ? 0 : 1));
    }
    got = multi_get(store, list_new(), NULL);
    EXPECT(got != NULL && got->items->len == 0);
    return NULL;
}

/* Whether a page has these keys, from number `first` on in steps of 1 or -1. */
static bool
has_keys(const LarderRpcScanResult *page, int first, int step, guint count)
{
    bool same = page->items->len == count;
    for (guint i = 0; same && i < count; i++) {
        LarderRpcScanItem *item = g_ptr_array_index(page->items, i);
        GByteArray *key = numbered("a", first + step * (int)i, 2);
        same = is(item->key, key) && (!item->__isset_value || is(item->value, key));
    }
    return same;
}

static const char *
expect_pages(LarderRpcStoreIf *store)
{
    LarderRpcScanOptions *options = NEW(SCAN_OPTIONS, "limit_items", (gint64)4, NULL);
    for (int first = 0; first < 8; first += 4) {
        LarderRpcScanResult *page = scan(store, prefix_range("a"), options);
        EXPECT(page != NULL && has_keys(page, first, 1, 4) && page->__isset_next_token);
        EXPECT(page->stop_reason == LARDER_RPC_STOP_REASON_LIMIT_ITEMS);
        g_object_set(options, "page_token", page->next_token, NULL);
    }
    LarderRpcScanResult *page = scan(store, prefix_range("a"), options);
    EXPECT(page != NULL && has_keys(page, 8, 1, 2) && !page->__isset_next_token);
    EXPECT(page->stop_reason == LARDER_RPC_STOP_REASON_RANGE_END);
    return NULL;
}

static const char *
check_scan(LarderRpcStoreIf *store)
{
    GPtrArray *mutations = list(put_of(text("b00"), text("b00"), NULL), NULL);
    for (int i = 0; i < 10; i++) {
        GByteArray *key = numbered("a", i, 2);
        g_ptr_array_add(mutations, put_of(key, key, NULL));
    }
    EXPECT(bulk_write(store, mutations) != NULL);
    const char *wrong = expect_pages(store);
    EXPECT(wrong == NULL);
    LarderRpcScanResult *page =
        scan(store, NEW(KEY_RANGE, "start_key", text("a05"), "stop_key", text("b00"), NULL),
             NEW(SCAN_OPTIONS, "reverse", TRUE, NULL));
    EXPECT(page != NULL && has_keys(page, 9, -1, 5));
    page = scan(store, everything(), NEW(SCAN_OPTIONS, "keys_only", TRUE, NULL));
    EXPECT(page != NULL && page->items->len == 11);
    for (guint i = 0; i < page->items->len; i++) {
        LarderRpcScanItem *item = g_ptr_array_index(page->items, i);
        EXPECT(!item->__isset_value && item->full_length == 3);
    }
    page = scan(store, everything(), NEW(SCAN_OPTIONS, "count_only", TRUE, NULL));
    EXPECT(page != NULL && page->items->len == 0 && page->count == 11);
    return NULL;
}

static const char *
check_range_info(LarderRpcStoreIf *store)
{
    GPtrArray *mutations = list_new();
    for (int i = 0; i < 100; i++) {
        g_ptr_array_add(mutations, put_of(numbered("k", i, 2), pattern(1000), NULL));
    }
    EXPECT(bulk_write(store, mutations) != NULL);
    LarderRpcRangeInfoOptions *options =
        NEW(RANGE_INFO_OPTIONS, "split_bytes", (gint64)10000, NULL);
    LarderRpcRangeInfoResult *result = NEW(RANGE_INFO_RESULT, NULL);
    GPtrArray *ranges = list(everything(), prefix_range("none"), NULL);
    EXPECT(CALL(store, range_info, store, result, S, ranges, options));
    EXPECT(result->infos->len == 2);
    LarderRpcRangeInfo *info = g_ptr_array_index(result->infos, 0);
    EXPECT(info->estimated_keys > 0 && info->split_keys->len > 0);
    for (guint i = 1; i < info->split_keys->len; i++) {
        GByteArray *before = g_ptr_array_index(info->split_keys, i - 1);
        GByteArray *after = g_ptr_array_index(info->split_keys, i);
        EXPECT(memcmp(before->data, after->data, MIN(before->len, after->len)) < 0);
    }
    EXPECT(info->dead_ratio >= 0.0 && info->dead_ratio <= 1.0);
    return NULL;
}

static LarderRpcChecksumResult *
checksum_with(LarderRpcStoreIf *store, const char *value)
{
    LarderRpcChecksumOptions *options = NEW(CHECKSUM_OPTIONS, NULL);
    LarderRpcChecksumResult *result = NEW(CHECKSUM_RESULT, NULL);
    return put(store, text("key"), text(value), NULL) != NULL &&
                   CALL(store, checksum, store, result, S, everything(), options)
               ? result
               : NULL;
}

static const char *
check_checksum(LarderRpcStoreIf *store)
{
    LarderRpcChecksumResult *first = checksum_with(store, "value");
    LarderRpcChecksumResult *other = checksum_with(store, "other");
    LarderRpcChecksumResult *again = checksum_with(store, "value");
    EXPECT(first != NULL && other != NULL && again != NULL);
    EXPECT(first->keys == 1 && first->bytes == 8);
    EXPECT(first->checksum == again->checksum && first->checksum != other->checksum);
    return NULL;
}

static gint64
count_keys(LarderRpcStoreIf *store)
{
    LarderRpcScanResult *page =
        scan(store, everything(), NEW(SCAN_OPTIONS, "count_only", TRUE, NULL));
    return page != NULL ? page->count : -1;
}

static const char *
check_remove_range(LarderRpcStoreIf *store)
{
    EXPECT(bulk_write(store,
                      list(put_of(text("a0"), text("v"), NULL), put_of(text("a1"), text("v"), NULL),
                           put_of(text("b0"), text("v"), NULL), NULL)) != NULL);
    LarderRpcRemoveRangeResult *done =
        remove_range(store, prefix_range("a"), NEW(REMOVE_RANGE_OPTIONS, "dry_run", TRUE, NULL));
    EXPECT(done != NULL && done->version == 0 && count_keys(store) == 3);
    done = remove_range(store, prefix_range("a"), NULL);
    EXPECT(done != NULL && done->version > 0 && count_keys(store) == 1);
    return NULL;
}

static const char *
check_many_at_once(LarderRpcStoreIf *store)
{
    GPtrArray *puts = list_new(), *increments = list_new(), *falling = list_new();
    for (int i = 0; i < 2000; i++) {
        GByteArray *key = numbered("key", i, 5);
        g_ptr_array_add(puts, put_of(key, key, NULL));
        g_ptr_array_add(increments, increment_of(numbered("n", i, 5), 1));
        g_ptr_array_add(falling, numbered("key", 1999 - i, 5));
    }
    LarderRpcBulkWriteResult *written = bulk_write(store, puts);
    EXPECT(written != NULL && written->applied_count == 2000);
    LarderRpcBatchResult *counted = batch(store, increments, NULL);
    EXPECT(counted != NULL && counted->numbers->len == 2000);
    LarderRpcMultiGetResult *got = multi_get(store, falling, NULL);
    EXPECT(got != NULL && got->items->len == 2000);
    LarderRpcScanResult *page =
        scan(store, prefix_range("key"), NEW(SCAN_OPTIONS, "limit_items", (gint64)10000, NULL));
    EXPECT(page != NULL && page->items->len == 2000);
    for (guint i = 0; i < 2000; i++) {
        EXPECT(g_array_index(counted->numbers, gint64, i) == 1);
        LarderRpcGetItem *item = g_ptr_array_index(got->items, i);
        EXPECT(is(item->value, g_ptr_array_index(falling, i)));
        LarderRpcScanItem *scanned = g_ptr_array_index(page->items, i);
        EXPECT(is(scanned->key, g_ptr_array_index(falling, 1999 - i)));
    }
    return NULL;
}

static const char *
check_too_many_at_once(LarderRpcStoreIf *store)
{
    GPtrArray *keys = list_new();
    GByteArray *key = text("x");
    for (int i = 0; i < 32769; i++) {
        g_ptr_array_add(keys, key);
    }
    EXPECT(multi_get(store, keys, NULL) == NULL && thrown.invalid != NULL);
    EXPECT(thrown.invalid->code == LARDER_RPC_INVALID_CODE_OVER_LIMIT);
    EXPECT(is_string(thrown.invalid->field, "keys"));
    EXPECT(thrown.invalid->limit == 32768 && thrown.invalid->actual == 32769);
    return NULL;
}

static const char *
check_pipelining(LarderRpcStoreIf *store)
{
    LarderRpcPutOptions *put_options = NEW(PUT_OPTIONS, NULL);
    LarderRpcIncrementOptions *options = NEW(INCREMENT_OPTIONS, NULL);
    thrown_clear();
    for (int i = 0; i < 50; i++) {
        EXPECT(larder_rpc_store_client_send_put(store, S, text("same"), numbered("", i, 1),
                                                put_options, &thrown.error));
        EXPECT(
            larder_rpc_store_client_send_increment(store, S, text("n"), 1, options, &thrown.error));
    }
    gint64 version = 0;
    for (int i = 0; i < 50; i++) {
        LarderRpcWriteResult *written = NEW(WRITE_RESULT, NULL);
        LarderRpcIncrementResult *counted = NEW(INCREMENT_RESULT, NULL);
        EXPECT(larder_rpc_store_client_recv_put(store, &written, THROWN));
        EXPECT(larder_rpc_store_client_recv_increment(store, &counted, THROWN));
        EXPECT(written->version > version && counted->number == i + 1);
        version = written->version;
    }
    LarderRpcGetResult *got = get(store, text("same"), NULL);
    EXPECT(got != NULL && is_text(got->value, "49"));
    return NULL;
}

const Check many_checks[] = {
    {17, "batch", check_batch},
    {18, "bulk_write", check_bulk_write},
    {19, "multi_get", check_multi_get},
    {20, "scan", check_scan},
    {21, "range_info", check_range_info},
    {22, "checksum", check_checksum},
    {23, "remove_range", check_remove_range},
    {24, "many at once", check_many_at_once},
    {25, "too many at once", check_too_many_at_once},
    {26, "pipelining", check_pipelining},
    {0, NULL, NULL},
};
