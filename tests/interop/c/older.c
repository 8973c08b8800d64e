/*
 * older.c: a C client of an older contract meets the server of today. CHECKS.md, 61 to 64.
 */
#include "tests/interop/c/common.h"

static const char *
check_results_with_more_fields(LarderRpcStoreIf *store)
{
    LarderRpcWriteResult *written = put(store, text("k"), text("v"), NULL);
    LarderRpcGetResult *got = get(store, text("k"), NULL);
    EXPECT(written != NULL && written->applied && got != NULL && got->found);
    EXPECT(is_text(got->value, "v") && got->version == written->version);
    LarderRpcServerInfo *info = NEW(SERVER_INFO, NULL);
    EXPECT(CALL(store, server_info, store, info, NEW(SERVER_INFO_OPTIONS, NULL)));
    EXPECT(info->api_version == 2 && info->stores->len == 1);
    LarderRpcStoreInfo *only = g_ptr_array_index(info->stores, 0);
    EXPECT(is_string(only->name, S));
    return NULL;
}

static const char *
check_reasons_not_yet_invented(LarderRpcStoreIf *store)
{
    LarderRpcIncrementResult *denied =
        increment(store, text("n"), 1, NEW(INCREMENT_OPTIONS, "highest", (gint64)0, NULL));
    EXPECT(denied != NULL && !denied->applied && (int)denied->reason == 5);
    return NULL;
}

static const char *
check_pages_that_end_in_an_unknown_way(LarderRpcStoreIf *store)
{
    EXPECT(put(store, text("a"), text("1"), NULL) != NULL);
    EXPECT(put(store, text("b"), text("2"), NULL) != NULL);
    LarderRpcScanOptions *options = NEW(SCAN_OPTIONS, "limit_items", (gint64)1, NULL);
    LarderRpcScanResult *page = scan(store, everything(), options);
    EXPECT(page != NULL && page->items->len == 1 && (int)page->stop_reason == 2);
    LarderRpcScanItem *item = g_ptr_array_index(page->items, 0);
    EXPECT(is_text(item->key, "a"));
    g_object_set(options, "page_token", page->next_token, NULL);
    page = scan(store, everything(), options);
    EXPECT(page != NULL && page->items->len == 1);
    item = g_ptr_array_index(page->items, 0);
    EXPECT(is_text(item->key, "b") && page->stop_reason == LARDER_RPC_STOP_REASON_RANGE_END);
    return NULL;
}

static const char *
check_exceptions_with_more_fields(LarderRpcStoreIf *scripted)
{
    EXPECT(put(scripted, text("!refuse-memory_full!retry-200ms:a"), text("v"), NULL) == NULL);
    EXPECT(thrown.refused != NULL && (int)thrown.refused->code == 4);
    EXPECT(thrown.refused->retry_after_ms == 200);
    LarderRpcWriteResult *plain = put(scripted, text("plain"), text("v"), NULL);
    EXPECT(plain != NULL && plain->applied);
    return NULL;
}

int
main(void)
{
    static const Check checks[] = {
        {61, "results with more fields", check_results_with_more_fields},
        {62, "reasons not yet invented", check_reasons_not_yet_invented},
        {63, "pages that end in an unknown way", check_pages_that_end_in_an_unknown_way},
        {0, NULL, NULL},
    };
    static const Check scripted_checks[] = {
        {64, "exceptions with more fields", check_exceptions_with_more_fields},
        {0, NULL, NULL},
    };
    int failed = run(store_open("DATA"), checks) + run(store_open("SCRIPTED"), scripted_checks);
    return failed == 0 ? 0 : 1;
}
