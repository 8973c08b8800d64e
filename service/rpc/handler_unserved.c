/*
 * handler_unserved.c: methods of the contract that are not served yet.
 *
 * The contract wants InvalidRequest UNSUPPORTED for a method that exists in it but not here, which
 * tells a caller more than the generated code would. Each function is nothing but its signature, so
 * a macro writes the body; when a method comes to be served its line moves to another file.
 */
#include "service/rpc/handler_class.h"

#include <string.h>

/* Every method that this file answers. */
#define UNSERVED_METHODS(X) \
    X(lease_acquire)        \
    X(lease_renew)          \
    X(lease_release)        \
    X(lease_get)            \
    X(lease_list)           \
    X(snapshot_open)        \
    X(snapshot_renew)       \
    X(snapshot_close)       \
    X(snapshot_list)        \
    X(changes)              \
    X(topology)             \
    X(locate)               \
    X(authenticate)

/* A signature has to name its parameters, and none of them is looked at. */
#pragma GCC diagnostic ignored "-Wunused-parameter"

#define UNSERVED(method, ...)                                                 \
    static gboolean method(LarderRpcStoreIf *iface, __VA_ARGS__, RPC_THROWS)  \
    {                                                                         \
        return rpc_error_unsupported(rpc_handler_of(iface)->call, RPC_CATCH); \
    }

UNSERVED(lease_acquire, LarderRpcLeaseResult **ret_result, const gchar *store, const gchar *name,
         const gchar *holder, const gint64 ttl_ms, const LarderRpcLeaseOptions *options)
UNSERVED(lease_renew, LarderRpcLeaseResult **ret_result, const gchar *store, const gchar *name,
         const gint64 token, const LarderRpcLeaseOptions *options)
UNSERVED(lease_release, LarderRpcLeaseResult **ret_result, const gchar *store, const gchar *name,
         const gint64 token, const LarderRpcLeaseOptions *options)
UNSERVED(lease_get, LarderRpcLeaseGetResult **ret_result, const gchar *store, const gchar *name,
         const LarderRpcLeaseOptions *options)
UNSERVED(lease_list, LarderRpcLeaseListResult **ret_result, const gchar *store, const gchar *prefix,
         const LarderRpcLeaseOptions *options)
UNSERVED(snapshot_open, LarderRpcSnapshotResult **ret_result, const gchar *store,
         const gint64 ttl_ms, const LarderRpcSnapshotOptions *options)
UNSERVED(snapshot_renew, LarderRpcSnapshotResult **ret_result, const gchar *store,
         const gint64 snapshot_id, const gint64 ttl_ms, const LarderRpcSnapshotOptions *options)
UNSERVED(snapshot_close, LarderRpcSnapshotResult **ret_result, const gchar *store,
         const gint64 snapshot_id, const LarderRpcSnapshotOptions *options)
UNSERVED(snapshot_list, LarderRpcSnapshotListResult **ret_result, const gchar *store,
         const LarderRpcSnapshotOptions *options)
UNSERVED(changes, LarderRpcChangesResult **ret_result, const gchar *store,
         const gint64 from_version, const LarderRpcChangesOptions *options)
UNSERVED(topology, LarderRpcTopologyResult **ret_result, const LarderRpcTopologyOptions *options)
UNSERVED(locate, LarderRpcLocateResult **ret_result, const gchar *store, const GByteArray *key,
         const LarderRpcTopologyOptions *options)
UNSERVED(authenticate, LarderRpcAuthenticateResult **ret_result, const gchar *token_id,
         const GByteArray *secret)

void
rpc_handler_unserved_enter(LarderRpcStoreHandlerClass *methods)
{
#define ENTER(method) methods->method = method;
    UNSERVED_METHODS(ENTER)
#undef ENTER
}

bool
rpc_handler_unserved_has(const char *method)
{
    static const char *const names[] = {
#define NAME(method) #method,
        UNSERVED_METHODS(NAME)
#undef NAME
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(names[i], method) == 0) {
            return true;
        }
    }
    return false;
}
