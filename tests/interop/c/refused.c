/*
 * refused.c: checks 27 to 31: calls that larderd refuses.
 */
#include "tests/interop/c/common.h"

#include <string.h>
#include <thrift/c_glib/thrift_application_exception.h>

#include <larder_rpc_observe.h>

/* Reads a key of a store that does not exist; false: it was refused as that. */
static bool
get_in(LarderRpcStoreIf *store, const char *name)
{
    LarderRpcGetOptions *options = NEW(GET_OPTIONS, NULL);
    LarderRpcGetResult *result = NEW(GET_RESULT, NULL);
    return CALL(store, get, store, result, name, text("k"), options) || thrown.invalid == NULL ||
           thrown.invalid->code != LARDER_RPC_INVALID_CODE_UNKNOWN_STORE ||
           !is_string(thrown.invalid->field, "store");
}

static const char *
check_invalid_request(LarderRpcStoreIf *store)
{
    EXPECT(!get_in(store, "unknown"));
    EXPECT(!is_string(thrown.invalid->message, ""));
    EXPECT(g_hash_table_size(thrown.invalid->details) == 0);
    EXPECT(thrown.invalid->limit == 0 && thrown.invalid->actual == 0);
    return NULL;
}

static const char *
check_names_in_other_scripts(LarderRpcStoreIf *store)
{
    EXPECT(!get_in(store, "vorr\xc3\xa4te"));
    EXPECT(strstr(thrown.invalid->message, "\\xc3\\xa4") != NULL);
    return NULL;
}

static const char *
expect_bad_option(LarderRpcStoreIf *store, LarderRpcInvalidCode code, const char *field,
                  LarderRpcPutOptions *options)
{
    EXPECT(put(store, text("k"), text("v"), options) == NULL && thrown.invalid != NULL);
    EXPECT(thrown.invalid->code == code && is_string(thrown.invalid->field, field));
    return NULL;
}

static const char *
check_bad_arguments(LarderRpcStoreIf *store)
{
    EXPECT(scan(store, everything(), NEW(SCAN_OPTIONS, "page_token", text("xxx"), NULL)) == NULL);
    EXPECT(thrown.invalid != NULL && thrown.invalid->code == LARDER_RPC_INVALID_CODE_BAD_TOKEN);
    EXPECT(is_string(thrown.invalid->field, "options.page_token"));

    const LarderRpcInvalidCode unsupported = LARDER_RPC_INVALID_CODE_UNSUPPORTED;
    const char *wrong =
        expect_bad_option(store, unsupported, "options.durability",
                          NEW(PUT_OPTIONS, "durability", LARDER_RPC_DURABILITY_SYNC, NULL));
    EXPECT(wrong == NULL);
    wrong = expect_bad_option(store, unsupported, "options.request_id",
                              NEW(PUT_OPTIONS, "request_id", pattern(16), NULL));
    EXPECT(wrong == NULL);
    LarderRpcFence *fence = NEW(FENCE, "lease", "lease", "token", (gint64)1, NULL);
    wrong = expect_bad_option(store, unsupported, "options.fence",
                              NEW(PUT_OPTIONS, "fence", fence, NULL));
    EXPECT(wrong == NULL);
    LarderRpcExpiry *never = NEW(EXPIRY, "ttl_ms", (gint64)0, NULL);
    wrong = expect_bad_option(store, LARDER_RPC_INVALID_CODE_BAD_ARGUMENT, "options.expiry.ttl_ms",
                              NEW(PUT_OPTIONS, "expiry", never, NULL));
    EXPECT(wrong == NULL);
    return NULL;
}

/* Leaves a check when the method is served. */
#define EXPECT_UNSERVED(method, result, ...)                                 \
    do {                                                                     \
        EXPECT(!CALL(store, method, store, result, __VA_ARGS__));            \
        EXPECT(thrown.invalid != NULL);                                      \
        EXPECT(thrown.invalid->code == LARDER_RPC_INVALID_CODE_UNSUPPORTED); \
        EXPECT(g_str_has_prefix(thrown.invalid->message, #method));          \
    } while (0)

static const char *
check_methods_that_are_not_served(LarderRpcStoreIf *store)
{
    LarderRpcLeaseResult *lease = NEW(LEASE_RESULT, NULL);
    LarderRpcLeaseGetResult *holder = NEW(LEASE_GET_RESULT, NULL);
    LarderRpcLeaseListResult *leases = NEW(LEASE_LIST_RESULT, NULL);
    LarderRpcLeaseOptions *lease_options = NEW(LEASE_OPTIONS, NULL);
    EXPECT_UNSERVED(lease_acquire, lease, S, "lease", "me", 1000, lease_options);
    EXPECT_UNSERVED(lease_renew, lease, S, "lease", 1, lease_options);
    EXPECT_UNSERVED(lease_release, lease, S, "lease", 1, lease_options);
    EXPECT_UNSERVED(lease_get, holder, S, "lease", lease_options);
    EXPECT_UNSERVED(lease_list, leases, S, "", lease_options);

    LarderRpcSnapshotResult *snapshot = NEW(SNAPSHOT_RESULT, NULL);
    LarderRpcSnapshotListResult *snapshots = NEW(SNAPSHOT_LIST_RESULT, NULL);
    LarderRpcSnapshotOptions *snapshot_options = NEW(SNAPSHOT_OPTIONS, NULL);
    EXPECT_UNSERVED(snapshot_open, snapshot, S, 1000, snapshot_options);
    EXPECT_UNSERVED(snapshot_renew, snapshot, S, 1, 1000, snapshot_options);
    EXPECT_UNSERVED(snapshot_close, snapshot, S, 1, snapshot_options);
    EXPECT_UNSERVED(snapshot_list, snapshots, S, snapshot_options);

    LarderRpcChangesResult *changes = NEW(CHANGES_RESULT, NULL);
    LarderRpcTopologyResult *topology = NEW(TOPOLOGY_RESULT, NULL);
    LarderRpcLocateResult *located = NEW(LOCATE_RESULT, NULL);
    LarderRpcAuthenticateResult *identity = NEW(AUTHENTICATE_RESULT, NULL);
    EXPECT_UNSERVED(changes, changes, S, 0, NEW(CHANGES_OPTIONS, NULL));
    EXPECT_UNSERVED(topology, topology, NEW(TOPOLOGY_OPTIONS, NULL));
    EXPECT_UNSERVED(locate, located, S, text("k"), NEW(TOPOLOGY_OPTIONS, NULL));
    EXPECT_UNSERVED(authenticate, identity, "id", BYTES("\x00secret"));
    return NULL;
}

static const char *
check_an_unknown_method(LarderRpcStoreIf *store)
{
    (void)store;
    ThriftProtocol *protocol = protocol_open("DATA");
    LarderRpcObserveIf *stranger = g_object_new(LARDER_RPC_TYPE_OBSERVE_CLIENT, "input_protocol",
                                                protocol, "output_protocol", protocol, NULL);
    LarderRpcHealthResult *health = NEW(HEALTH_RESULT, NULL);
    EXPECT(!CALL(observe, health, stranger, health, NEW(OBSERVE_OPTIONS, NULL)));
    EXPECT(thrown_is_application(THRIFT_APPLICATION_EXCEPTION_ERROR_UNKNOWN_METHOD));
    LarderRpcStoreIf *client = g_object_new(LARDER_RPC_TYPE_STORE_CLIENT, "input_protocol",
                                            protocol, "output_protocol", protocol, NULL);
    LarderRpcPingResult *still = ping(client, text("still"));
    EXPECT(still != NULL && is_text(still->payload, "still"));
    return NULL;
}

const Check refused_checks[] = {
    {27, "InvalidRequest", check_invalid_request},
    {28, "names in other scripts", check_names_in_other_scripts},
    {29, "bad arguments", check_bad_arguments},
    {30, "methods that are not served", check_methods_that_are_not_served},
    {31, "an unknown method", check_an_unknown_method},
    {0, NULL, NULL},
};
