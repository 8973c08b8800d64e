/*
 * stand_ins.c: checks 51 to 56: servers of an older and of a newer contract.
 */
#include "tests/interop/c/common.h"

#include <thrift/c_glib/thrift_application_exception.h>

static const char *
check_an_older_server(LarderRpcStoreIf *older)
{
    LarderRpcServerInfo *info = NEW(SERVER_INFO, NULL);
    EXPECT(CALL(store, server_info, older, info, NEW(SERVER_INFO_OPTIONS, NULL)));
    EXPECT(info->api_version == 1 && (info->limits == NULL || info->limits->len == 0));
    LarderRpcWriteResult *written = put(older, text("k"), text("v"), NULL);
    LarderRpcGetResult *got = get(older, text("k"), NULL);
    EXPECT(written != NULL && written->applied && got != NULL && got->found);
    EXPECT(is_text(got->value, "v") && got->full_length == 0 && !got->__isset_full_length);
    return NULL;
}

static const char *
check_an_older_server_skips_options(LarderRpcStoreIf *older)
{
    EXPECT(put(older, text("k"), text("v"), NULL) != NULL);
    LarderRpcCondition *absent = NEW(CONDITION, "absent", TRUE, NULL);
    LarderRpcWriteResult *denied = put(older, text("k"), text("v"), put_under(absent, true));
    EXPECT(denied != NULL && !denied->applied);
    EXPECT(denied->reason == LARDER_RPC_NOT_APPLIED_CONDITION_FAILED);
    return NULL;
}

static const char *
check_an_older_server_lacks_a_method(LarderRpcStoreIf *older)
{
    LarderRpcRangeInfoResult *result = NEW(RANGE_INFO_RESULT, NULL);
    EXPECT(!CALL(store, range_info, older, result, S, list(everything(), NULL),
                 NEW(RANGE_INFO_OPTIONS, NULL)));
    EXPECT(thrown_is_application(THRIFT_APPLICATION_EXCEPTION_ERROR_UNKNOWN_METHOD));
    LarderRpcPingResult *still = ping(older, text("still"));
    EXPECT(still != NULL && is_text(still->payload, "still"));
    return NULL;
}

static const char *
check_a_newer_server_sends_more_fields(LarderRpcStoreIf *newer)
{
    LarderRpcWriteResult *written = put(newer, text("k"), text("v"), NULL);
    LarderRpcGetResult *got = get(newer, text("k"), NULL);
    EXPECT(written != NULL && got != NULL && got->found);
    EXPECT(is_text(got->value, "v") && got->version == written->version);
    return NULL;
}

static const char *
check_a_newer_server_sends_new_values(LarderRpcStoreIf *newer)
{
    LarderRpcWriteResult *denied = put(newer, text("!moon:a"), text("v"), NULL);
    EXPECT(denied != NULL && !denied->applied && (int)denied->reason == 90);
    EXPECT(put(newer, text("k"), text("v"), NULL) != NULL);
    LarderRpcScanResult *page = scan(newer, prefix_range("k"), NULL);
    EXPECT(page != NULL && page->items->len == 1 && (int)page->stop_reason == 90);
    return NULL;
}

static const char *
check_a_newer_server_refuses_in_a_new_way(LarderRpcStoreIf *newer)
{
    EXPECT(put(newer, text("!warm:a"), text("v"), NULL) == NULL && thrown.refused != NULL);
    EXPECT((int)thrown.refused->code == 90 && thrown.refused->retry_after_ms == 90);
    EXPECT(is_string(thrown.refused->scope, "server"));
    return NULL;
}

const Check older_server_checks[] = {
    {51, "an older server", check_an_older_server},
    {52, "an older server skips options", check_an_older_server_skips_options},
    {53, "an older server lacks a method", check_an_older_server_lacks_a_method},
    {0, NULL, NULL},
};

const Check newer_server_checks[] = {
    {54, "a newer server sends more fields", check_a_newer_server_sends_more_fields},
    {55, "a newer server sends new values", check_a_newer_server_sends_new_values},
    {56, "a newer server refuses in a new way", check_a_newer_server_refuses_in_a_new_way},
    {0, NULL, NULL},
};
