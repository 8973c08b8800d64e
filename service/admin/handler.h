/*
 * handler.h: the two handler classes, for the files that bring their methods.
 *
 * The generated base classes are tables of methods. manage.c, maintain.c, observe.c, inspect.c
 * and unserved.c hold the methods as static functions and export functions that enter them, so that
 * the long generated signatures appear once.
 *
 * Threading: enter functions run once, in the main thread; methods in the thread of their lane.
 */
#ifndef LARDER_SERVICE_ADMIN_HANDLER_H
#define LARDER_SERVICE_ADMIN_HANDLER_H

#include "larder_rpc_admin.h"
#include "larder_rpc_observe.h"
#include "service/admin/admin.h"

typedef struct AdminHandler {
    LarderRpcAdminHandler parent;
    AdminContext *context;
    ObsCall *call;
} AdminHandler;

typedef struct AdminObserver {
    LarderRpcObserveHandler parent;
    AdminContext *context;
    ObsCall *call;
} AdminObserver;

static inline AdminHandler *
admin_handler_of(LarderRpcAdminIf *iface)
{
    return (AdminHandler *)(void *)iface;
}

static inline AdminObserver *
admin_observer_of(LarderRpcObserveIf *iface)
{
    return (AdminObserver *)(void *)iface;
}

/* Microseconds since the request arrived: server_us of every result. */
static inline int64_t
admin_elapsed_us(const AdminContext *context, const ObsCall *call)
{
    return base_clock_monotonic_us(context->clock) - call->arrival_us;
}

/* Each enters methods of its file. */
void admin_manage_enter(LarderRpcAdminHandlerClass *methods);
void admin_maintain_enter(LarderRpcAdminHandlerClass *methods);
void admin_observe_enter(LarderRpcObserveHandlerClass *methods);
void admin_inspect_enter(LarderRpcObserveHandlerClass *methods);
void admin_unserved_enter(LarderRpcAdminHandlerClass *methods);
void admin_unserved_enter_observe(LarderRpcObserveHandlerClass *methods);

#endif
