/*
 * admin_rig.h: Admin and Observe through the generated processors and stock clients, for tests.
 *
 * Client and processor share two buffers in memory: what the client sends, the processor reads, and
 * the other way round. A call is: the client's send function, serve(), its recv function.
 */
#ifndef LARDER_TESTS_UNIT_ADMIN_RIG_H
#define LARDER_TESTS_UNIT_ADMIN_RIG_H

#include "engine/env/mem.h"
#include "engine/hashmap/hashmap.h"
#include "larder_rpc_admin.h"
#include "larder_rpc_observe.h"
#include "service/admin/admin.h"
#include "service/store/set.h"

#include <thrift/c_glib/protocol/thrift_binary_protocol.h>
#include <thrift/c_glib/transport/thrift_memory_buffer.h>

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

static const ObsMethod methods[] = {{"Store", "get"}, {"Store", "put"}};

/* What the hooks are asked for and answer. */
typedef struct World {
    bool listening;
    int drains;
    int looks;
    int64_t busy_looks; /* in_flight is 2 for so many looks, then 0 */
    int64_t connections;
} World;

typedef struct Rig {
    World world;
    BaseFakeClock fake;
    Env *env;
    StoreLimits limits;
    StoreSet *stores;
    ObsRegistry *obs;
    AdminContext context;
    ObsCall call;
    ThriftProcessor *admin;
    ThriftProcessor *observe;
    ThriftProtocol *to_server;
    ThriftProtocol *to_client;
    LarderRpcAdminIf *admin_client;
    LarderRpcObserveIf *observe_client;
    LarderRpcAdminOptions *no_admin_options;
    LarderRpcObserveOptions *no_options;
} Rig;

static inline void
hook_health(void *user, AdminHealth *health)
{
    const World *world = user;
    admin_health_check(health, "listeners", world->listening,
                       world->listening ? "2 of 2" : "none is open");
}

static inline void
hook_drain(void *user)
{
    World *world = user;
    world->drains++;
}

static inline void
hook_load(void *user, AdminLoad *ret_load)
{
    World *world = user;
    world->looks++;
    ret_load->in_flight = world->looks <= world->busy_looks ? 2 : 0;
    ret_load->connections = world->connections;
}

static inline void
rig_open(Rig *rig, const char *name, const EngineClass *engine_class, const char *directory)
{
    StoreSpec spec = {.name = name, .engine_class = engine_class, .directory = directory};
    Store *store;
    StoreError error;
    ck_assert_msg(store_set_open(rig->stores, &spec, &store, &error), "%s", error.message);
}

/* Buffers of the stock class leak when they are dropped, so the program has two and keeps them. */
static ThriftTransport *requests;
static ThriftTransport *replies;

static inline void
make_clients(Rig *rig)
{
    if (requests == NULL) {
        requests = g_object_new(THRIFT_TYPE_MEMORY_BUFFER, NULL);
        replies = g_object_new(THRIFT_TYPE_MEMORY_BUFFER, NULL);
    }
    rig->to_server = g_object_new(THRIFT_TYPE_BINARY_PROTOCOL, "transport", requests, NULL);
    rig->to_client = g_object_new(THRIFT_TYPE_BINARY_PROTOCOL, "transport", replies, NULL);
    rig->admin_client = g_object_new(LARDER_RPC_TYPE_ADMIN_CLIENT, "input_protocol", rig->to_client,
                                     "output_protocol", rig->to_server, NULL);
    rig->observe_client = g_object_new(LARDER_RPC_TYPE_OBSERVE_CLIENT, "input_protocol",
                                       rig->to_client, "output_protocol", rig->to_server, NULL);
    rig->no_admin_options = g_object_new(LARDER_RPC_TYPE_ADMIN_OPTIONS, NULL);
    rig->no_options = g_object_new(LARDER_RPC_TYPE_OBSERVE_OPTIONS, NULL);
}

static inline Rig *
rig_new(void)
{
    Rig *rig = calloc(1, sizeof *rig);
    base_fake_clock_init(&rig->fake, 1500000000000);
    rig->world.listening = true;
    rig->env = env_mem_new();
    rig->limits = STORE_LIMITS_PRESET;
    rig->stores = store_set_new(rig->env, &rig->fake.clock, &rig->limits);
    rig_open(rig, "default", &hashmap_class, "/default");
    rig_open(rig, "second", &hashmap_class, "/second");
    ObsConfig config = {
        .version = "0.1.0",
        .api_version = 1,
        .methods = methods,
        .method_count = 2,
        .clock = &rig->fake.clock,
    };
    ck_assert(base_is_ok(obs_registry_new(&config, &rig->obs)));
    rig->context = (AdminContext){
        .stores = rig->stores,
        .obs = rig->obs,
        .jobs = admin_jobs_new(&rig->fake.clock),
        .clock = base_clock_real(),
        .hooks = {&rig->world, hook_health, hook_drain, hook_load},
    };
    ck_assert(
        base_is_ok(obs_registry_add_collector(rig->obs, admin_collect_stores, &rig->context)));
    admin_init();
    rig->admin = admin_processor_new(&rig->context, &rig->call);
    rig->observe = admin_observe_processor_new(&rig->context, &rig->call);
    make_clients(rig);
    return rig;
}

static inline void
rig_free(Rig *rig)
{
    g_object_unref(rig->no_options);
    g_object_unref(rig->no_admin_options);
    g_object_unref(rig->observe_client);
    g_object_unref(rig->admin_client);
    g_object_unref(rig->to_client);
    g_object_unref(rig->to_server);
    g_object_unref(rig->observe);
    g_object_unref(rig->admin);
    admin_jobs_end(rig->context.jobs);
    admin_jobs_free(rig->context.jobs);
    store_set_close(rig->stores);
    obs_registry_free(rig->obs);
    env_mem_free(rig->env);
    free(rig);
}

/* Lets a processor answer what the client has sent. */
static inline void
serve(Rig *rig, ThriftProcessor *processor, const char *method)
{
    GError *error = NULL;
    rig->call = (ObsCall){
        .method = method,
        .peer = "test",
        .arrival_us = base_clock_monotonic_us(rig->context.clock),
    };
    gboolean done = thrift_processor_process(processor, rig->to_server, rig->to_client, &error);
    ck_assert_msg(done, "%s", error == NULL ? "no error" : error->message);
}

/* What a call threw. */
typedef struct Thrown {
    LarderRpcInvalidRequest *invalid;
    LarderRpcNotHere *elsewhere;
    LarderRpcRefused *refused;
    LarderRpcIndeterminate *indeterminate;
    LarderRpcFailed *failed;
    GError *error;
} Thrown;

#define INTO(thrown)                                                                        \
    &(thrown)->invalid, &(thrown)->elsewhere, &(thrown)->refused, &(thrown)->indeterminate, \
        &(thrown)->failed, &(thrown)->error

static inline void
thrown_clear(Thrown *thrown)
{
    g_clear_object(&thrown->invalid);
    g_clear_object(&thrown->elsewhere);
    g_clear_object(&thrown->refused);
    g_clear_object(&thrown->indeterminate);
    g_clear_object(&thrown->failed);
    g_clear_error(&thrown->error);
}

#endif
