/*
 * server_state.h: what the files of a server share. For server*.c alone.
 *
 * Threading: `draining`, `stopping` and the published limits are atomic; the rest is set up
 * before there are other threads and is the main thread's.
 */
#ifndef LARDER_SERVICE_SERVER_STATE_H
#define LARDER_SERVICE_SERVER_STATE_H

#include "service/admin/admin.h"
#include "service/endpoint.h"
#include "service/server.h"
#include "service/store/set.h"
#include "service/trace.h"

#include <pthread.h>
#include <stdatomic.h>

/* Workers of the data endpoint, however few processors there are. */
enum { SERVER_WORKERS_LEAST = 4 };

/* Limits as the lanes see them. Never changed, and kept until the lanes are gone. */
typedef struct ServerLimits {
    RpcLimits rpc; /* points at the two below */
    WireLimits wire;
    RpcLimit table[LIMITS_COUNT];
    struct ServerLimits *older;
} ServerLimits;

struct Server {
    Config *config;
    const BaseClock *clock;
    const Env *env;
    EnvLock *lock; /* of the data directory */
    char stores_path[ENV_PATH_MAX];
    StoreLimits store_limits;
    StoreSet *stores;
    ObsRegistry *obs;
    ServerLimits *limits; /* newest first */
    RpcContext rpc;
    AdminContext admin;
    Endpoint *data_endpoint;
    Endpoint *admin_endpoint;  /* NULL: not served */
    GPtrArray *data_addresses; /* of char *, listened on */
    GPtrArray *admin_addresses;
    Trace *trace;
    _Atomic bool draining; /* no new data requests */
    _Atomic bool stopping; /* the end has begun; nothing waits for anything any more */

    pthread_t housekeeper;
    bool housekeeping; /* the thread runs */
    pthread_mutex_t housekeeper_lock;
    pthread_cond_t housekeeper_wake;
    bool housekeeper_ends; /* guarded by its lock */
};

/* Publishes the limits of the configuration to the lanes. False: no memory. In server_reload.c. */
bool server_publish_limits(Server *server);

/* Traces what the configuration says; the log tells if it cannot. In server_reload.c. */
void server_set_trace(Server *server);

/* Opens a store of the configuration. False: *ret_fault says why. In server.c. */
bool server_open_store(Server *server, const ConfigStore *store, ServerFault *ret_fault);

/* Fills in a fault; always false. In server.c. */
bool server_fault(ServerFault *ret_fault, int exit_status, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

/* Threads for a setting that may be 0 for "by the number of processors". In server.c. */
unsigned server_threads(int64_t setting, unsigned per_processor, unsigned least);

/* What management asks (AdminHooks), and what the server adds to the metrics. In server_watch.c. */
void server_watch_health(void *user, AdminHealth *health);
void server_watch_drain(void *user);
void server_watch_load(void *user, AdminLoad *ret_load);
void server_watch_collect(void *user, ObsText *text);

#endif
