/*
 * admin.h: the services Admin and Observe.
 *
 * Both are served on one listener by lanes of service/rpc; this folder brings the processors with
 * their handlers. Served for real: health, metrics, store_stats, levels, files, histograms;
 * store_list, flush, compact, verify, job_get, job_list, drain. All other methods answer
 * InvalidRequest UNSUPPORTED and name themselves.
 *
 * How the server plugs them in:
 *
 *     RpcService services[] = {
 *         {RPC_ADMIN, admin_processor_new, &context},
 *         {RPC_OBSERVE, admin_observe_processor_new, &context},
 *     };
 *
 * drain waits inside its own call, so the admin listener needs at least two workers: one can wait
 * for the drain while the others answer health. What takes longer is a job (jobs.h).
 *
 * Threading: admin_init() once in the main thread, before the first lane. Hooks are called from any
 * worker of the admin listener, several at once.
 */
#ifndef LARDER_SERVICE_ADMIN_ADMIN_H
#define LARDER_SERVICE_ADMIN_ADMIN_H

#include "engine/base/clock.h"
#include "service/admin/jobs.h"
#include "service/obs/call.h"
#include "service/obs/registry.h"

#include <stdbool.h>
#include <thrift/c_glib/processor/thrift_processor.h>

struct StoreSet; /* service/store */

/* Collects the checks of one health call. */
typedef struct AdminHealth AdminHealth;

/* Work that a drain waits for. */
typedef struct AdminLoad {
    int64_t in_flight;   /* data requests that were read and not answered */
    int64_t connections; /* open data connections */
} AdminLoad;

/* What the server does for these services. No hook may be NULL; none may block. */
typedef struct AdminHooks {
    void *user;
    /*
     * Reports checks of the server with admin_health_check(): "listeners", "draining", ... The
     * server is ready when every check passed. Stores are checked already, as "store:NAME".
     */
    void (*health)(void *user, AdminHealth *health);
    /* Stops taking new data connections and requests. Again and again is fine. */
    void (*drain_begin)(void *user);
    /* What is under way now. */
    void (*load)(void *user, AdminLoad *ret_load);
} AdminHooks;

/* Shared by all admin lanes; must outlive them. */
typedef struct AdminContext {
    struct StoreSet *stores;
    ObsRegistry *obs;
    AdminJobs *jobs;
    const BaseClock *clock; /* monotonic time must move by itself while a drain waits */
    AdminHooks hooks;
} AdminContext;

/* Longest time that drain waits, ms. */
enum { ADMIN_DRAIN_WAIT_MAX_MS = 60000 };

/* Registers the classes that these services use; rpc_types_init() comes before it. */
void admin_init(void);

/* A processor with its handler; `user` is the AdminContext. The caller unrefs it. */
ThriftProcessor *admin_processor_new(void *user, ObsCall *call);
ThriftProcessor *admin_observe_processor_new(void *user, ObsCall *call);

/* Adds one check to a health answer. `message` says why not, or what was seen; both are copied. */
void admin_health_check(AdminHealth *health, const char *name, bool passed, const char *message);

/* Writes the figures of every store; an ObsCollector, `user` is the AdminContext. */
void admin_collect_stores(void *user, ObsText *text);

#endif
