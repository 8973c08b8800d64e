/*
 * admin.c: registers the handler classes of Admin and Observe and makes processors for lanes.
 *
 * The class initialisers prove that every method of the contract was entered, so that one that is
 * added to it cannot be forgotten.
 */
#include "service/admin/admin.h"

#include "engine/base/check.h"
#include "service/admin/handler.h"

#include <string.h>

typedef struct AdminHandlerClass {
    LarderRpcAdminHandlerClass parent;
} AdminHandlerClass;

typedef struct AdminObserverClass {
    LarderRpcObserveHandlerClass parent;
} AdminObserverClass;

GType admin_handler_get_type(void);
GType admin_observer_get_type(void);

G_DEFINE_TYPE(AdminHandler, admin_handler, LARDER_RPC_TYPE_ADMIN_HANDLER)
G_DEFINE_TYPE(AdminObserver, admin_observer, LARDER_RPC_TYPE_OBSERVE_HANDLER)

/* Checks the pointers that follow the GObjectClass in a class of `size` bytes. */
static void
check_complete(const void *class_struct, size_t size)
{
    const char *bytes = class_struct;
    for (size_t at = sizeof(GObjectClass); at < size; at += sizeof(void *)) {
        void *method;
        memcpy(&method, bytes + at, sizeof method);
        BASE_CHECK(method != NULL);
    }
}

static void
admin_handler_class_init(AdminHandlerClass *handler_class)
{
    admin_manage_enter(&handler_class->parent);
    admin_maintain_enter(&handler_class->parent);
    admin_unserved_enter(&handler_class->parent);
    check_complete(&handler_class->parent, sizeof handler_class->parent);
}

static void
admin_observer_class_init(AdminObserverClass *observer_class)
{
    admin_observe_enter(&observer_class->parent);
    admin_inspect_enter(&observer_class->parent);
    admin_unserved_enter_observe(&observer_class->parent);
    check_complete(&observer_class->parent, sizeof observer_class->parent);
}

static void
admin_handler_init(AdminHandler *self)
{
    (void)self;
}

static void
admin_observer_init(AdminObserver *self)
{
    (void)self;
}

void
admin_init(void)
{
    g_type_class_ref(admin_handler_get_type());
    g_type_class_ref(admin_observer_get_type());
}

ThriftProcessor *
admin_processor_new(void *user, ObsCall *call)
{
    AdminHandler *handler = g_object_new(admin_handler_get_type(), NULL);
    handler->context = user;
    handler->call = call;
    ThriftProcessor *processor =
        g_object_new(LARDER_RPC_TYPE_ADMIN_PROCESSOR, "handler", handler, NULL);
    g_object_unref(handler);
    return processor;
}

ThriftProcessor *
admin_observe_processor_new(void *user, ObsCall *call)
{
    AdminObserver *observer = g_object_new(admin_observer_get_type(), NULL);
    observer->context = user;
    observer->call = call;
    ThriftProcessor *processor =
        g_object_new(LARDER_RPC_TYPE_OBSERVE_PROCESSOR, "handler", observer, NULL);
    g_object_unref(observer);
    return processor;
}
