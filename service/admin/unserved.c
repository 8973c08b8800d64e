/*
 * unserved.c: methods of Admin and Observe that are not served yet.
 *
 * They answer InvalidRequest UNSUPPORTED, as the contract wants it for a method that exists in it
 * but not here. Each function is nothing but its signature, so a macro writes the body; when a
 * method comes to be served its line moves to another file.
 */
#include "service/admin/error.h"
#include "service/admin/handler.h"

/* Every method that this file answers. */
#define ADMIN_METHODS(X) \
    X(store_create)      \
    X(store_alter)       \
    X(store_drop)        \
    X(store_recall)      \
    X(store_rename)      \
    X(config_plan)       \
    X(config_apply)      \
    X(config_export)     \
    X(backup_create)     \
    X(backup_list)       \
    X(backup_verify)     \
    X(backup_restore)    \
    X(job_cancel)        \
    X(mode_set)          \
    X(shutdown)

#define OBSERVE_METHODS(X) \
    X(hot_keys)            \
    X(hot_prefixes)        \
    X(events)              \
    X(slow_log)            \
    X(explain)             \
    X(doctor)

/* A signature has to name its parameters, and none of them is looked at. */
#pragma GCC diagnostic ignored "-Wunused-parameter"

#define UNSERVED_ADMIN(method, ...)                                             \
    static gboolean method(LarderRpcAdminIf *iface, __VA_ARGS__, ADMIN_THROWS)  \
    {                                                                           \
        return admin_error_unsupported(admin_handler_of(iface)->call, invalid); \
    }

#define UNSERVED_OBSERVE(method, ...)                                            \
    static gboolean method(LarderRpcObserveIf *iface, __VA_ARGS__, ADMIN_THROWS) \
    {                                                                            \
        return admin_error_unsupported(admin_observer_of(iface)->call, invalid); \
    }

UNSERVED_ADMIN(store_create, LarderRpcAdminResult **ret_result, const LarderRpcStoreSpec *spec,
               const LarderRpcAdminOptions *options)
UNSERVED_ADMIN(store_alter, LarderRpcAdminResult **ret_result, const gchar *store,
               const GHashTable *settings, const LarderRpcAdminOptions *options)
UNSERVED_ADMIN(store_drop, LarderRpcAdminResult **ret_result, const gchar *store,
               const gint64 retain_ms, const LarderRpcAdminOptions *options)
UNSERVED_ADMIN(store_recall, LarderRpcAdminResult **ret_result, const gchar *store,
               const gchar *new_name, const LarderRpcAdminOptions *options)
UNSERVED_ADMIN(store_rename, LarderRpcAdminResult **ret_result, const gchar *store,
               const gchar *new_name, const LarderRpcAdminOptions *options)
UNSERVED_ADMIN(config_plan, LarderRpcConfigPlan **ret_result, const gchar *document,
               const LarderRpcAdminOptions *options)
UNSERVED_ADMIN(config_apply, LarderRpcAdminResult **ret_result, const gchar *document,
               const gchar *plan_id, const LarderRpcAdminOptions *options)
UNSERVED_ADMIN(config_export, LarderRpcConfigDocument **ret_result,
               const LarderRpcAdminOptions *options)
UNSERVED_ADMIN(backup_create, LarderRpcAdminResult **ret_result, const gchar *store,
               const gchar *destination, const gint64 base_id, const LarderRpcAdminOptions *options)
UNSERVED_ADMIN(backup_list, LarderRpcBackupListResult **ret_result, const gchar *store,
               const LarderRpcAdminOptions *options)
UNSERVED_ADMIN(backup_verify, LarderRpcAdminResult **ret_result, const gint64 backup_id,
               const LarderRpcAdminOptions *options)
UNSERVED_ADMIN(backup_restore, LarderRpcAdminResult **ret_result, const gint64 backup_id,
               const gchar *new_name, const LarderRpcAdminOptions *options)
UNSERVED_ADMIN(job_cancel, LarderRpcAdminResult **ret_result, const gint64 job_id,
               const LarderRpcAdminOptions *options)
UNSERVED_ADMIN(mode_set, LarderRpcAdminResult **ret_result, const gchar *store,
               const LarderRpcStoreMode mode, const LarderRpcAdminOptions *options)
UNSERVED_ADMIN(shutdown, LarderRpcAdminResult **ret_result, const LarderRpcAdminOptions *options)

UNSERVED_OBSERVE(hot_keys, LarderRpcHotResult **ret_result, const gchar *store,
                 const LarderRpcHotDimension dimension, const LarderRpcObserveOptions *options)
UNSERVED_OBSERVE(hot_prefixes, LarderRpcHotResult **ret_result, const gchar *store,
                 const LarderRpcHotDimension dimension, const LarderRpcObserveOptions *options)
UNSERVED_OBSERVE(events, LarderRpcEventsResult **ret_result, const gint64 since,
                 const LarderRpcObserveOptions *options)
UNSERVED_OBSERVE(slow_log, LarderRpcSlowLogResult **ret_result, const gint64 min_us,
                 const LarderRpcObserveOptions *options)
UNSERVED_OBSERVE(explain, LarderRpcExplainResult **ret_result, const gchar *store,
                 const GByteArray *key, const LarderRpcObserveOptions *options)
UNSERVED_OBSERVE(doctor, LarderRpcDoctorResult **ret_result, const LarderRpcObserveOptions *options)

#define ENTER(method) methods->method = method;

void
admin_unserved_enter(LarderRpcAdminHandlerClass *methods)
{
    ADMIN_METHODS(ENTER)
}

void
admin_unserved_enter_observe(LarderRpcObserveHandlerClass *methods)
{
    OBSERVE_METHODS(ENTER)
}
