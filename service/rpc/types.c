/*
 * types.c: asks for every class once.
 *
 * An object of each argument and result struct is made and dropped: that registers its class and
 * those of the structs that it holds. What is held by lists and what is thrown is not made then, so
 * those classes are named here; test_rpc_types.c proves that the list is complete.
 */
#include "service/rpc/types.h"

#include "larder_methods.h"
#include "larder_rpc_admin.h"
#include "larder_rpc_observe.h"
#include "service/rpc/handler_class.h"
#include "service/wire/bridge.h"

#include <thrift/c_glib/thrift_application_exception.h>

/* Structs that are elements of lists. */
#define ELEMENTS(X)     \
    X(mutation)         \
    X(guard)            \
    X(key_range)        \
    X(store_info)       \
    X(limit_info)       \
    X(get_item)         \
    X(bulk_item)        \
    X(scan_item)        \
    X(range_info)       \
    X(lease_info)       \
    X(snapshot_info)    \
    X(change_entry)     \
    X(node_info)        \
    X(shard_info)       \
    X(store_state)      \
    X(config_change)    \
    X(job_info)         \
    X(backup_info)      \
    X(health_check)     \
    X(operation_stats)  \
    X(level_info)       \
    X(file_info)        \
    X(histogram_info)   \
    X(histogram_bucket) \
    X(hot_item)         \
    X(event_info)       \
    X(slow_call)        \
    X(finding)

#define EXCEPTIONS(X)  \
    X(invalid_request) \
    X(not_here)        \
    X(refused)         \
    X(indeterminate)   \
    X(failed)

/* Makes an object of the class and keeps the class for ever. */
static void
use(GType type)
{
    g_type_class_ref(type);
    g_object_unref(g_object_new(type, NULL));
}

static void
use_structs(void)
{
#define USE(name) use(larder_rpc_##name##_get_type());
    ELEMENTS(USE)
    EXCEPTIONS(USE)
#undef USE
}

static void
use_methods(void)
{
#define METHOD(Service, service, name)                    \
    use(larder_rpc_##service##_##name##_args_get_type()); \
    use(larder_rpc_##service##_##name##_result_get_type());
#define ARGUMENT(id, name, type, presence)
#define END()
    LARDER_METHODS(METHOD, ARGUMENT, END)
#undef METHOD
#undef ARGUMENT
#undef END
}

void
rpc_types_init(void)
{
    use_structs();
    use_methods();
    /* Never made: an object of this class leaks what GObject keeps for it, once it is dropped. */
    g_type_class_ref(THRIFT_TYPE_APPLICATION_EXCEPTION);
    use(rpc_handler_get_type());
    use(LARDER_RPC_TYPE_STORE_PROCESSOR);
    use(LARDER_RPC_TYPE_ADMIN_PROCESSOR);
    use(LARDER_RPC_TYPE_OBSERVE_PROCESSOR);
    g_object_unref(wire_bridge_new());
}
