/*
 * rpc_rig.h: a lane with a store behind it, and stock Thrift clients in front of it, for tests.
 *
 * Requests go in as bytes (rig_raw) or through the generated client over the stock protocols of
 * c_glib: RigTransport gathers what the client writes, frames it if it is asked to, hands it to the
 * lane when the client flushes, and gives back the reply. So what is tested is what a stock client
 * would see, without sockets.
 */
#ifndef LARDER_TESTS_UNIT_RPC_RIG_H
#define LARDER_TESTS_UNIT_RPC_RIG_H

#include "engine/env/mem.h"
#include "engine/hashmap/hashmap.h"
#include "larder_rpc_store.h"
#include "service/rpc/handler.h"
#include "service/rpc/lane.h"
#include "service/rpc/methods.h"
#include "service/rpc/types.h"
#include "service/store/set.h"
#include "service/wire/reply.h"

#include <thrift/c_glib/protocol/thrift_binary_protocol.h>
#include <thrift/c_glib/protocol/thrift_compact_protocol.h>
#include <thrift/c_glib/transport/thrift_transport.h>

#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { RIG_WALL_MS = 1500000000 };

typedef struct Rig {
    BaseFakeClock clock;
    Env *env;
    StoreLimits store_limits;
    StoreSet *stores;
    Store *store; /* "default" */
    ObsRegistry *obs;
    WireLimits wire;
    RpcLimit table[2];
    RpcLimits limits;
    RpcContext context;
    RpcLane *lane;
    BaseBuf reply;
    RpcVerdict verdict; /* of the last request */
} Rig;

/* Opens `engine_class` (NULL: hashmap) as store "default" and makes a lane. */
static inline Rig *
rig_new_with(const EngineClass *engine_class)
{
    Rig *rig = calloc(1, sizeof *rig);
    StoreError error;
    rpc_types_init();
    base_fake_clock_init(&rig->clock, RIG_WALL_MS);
    rig->env = env_mem_new();
    rig->store_limits = STORE_LIMITS_PRESET;
    rig->stores = store_set_new(rig->env, &rig->clock.clock, &rig->store_limits);
    StoreSpec spec = {
        .name = "default",
        .engine_class = engine_class == NULL ? &hashmap_class : engine_class,
        .directory = "/default",
    };
    ck_assert_msg(store_set_open(rig->stores, &spec, &rig->store, &error), "%s", error.message);
    ObsConfig obs = {
        .version = "0.1.0",
        .api_version = 1,
        .methods = rpc_methods_labels(),
        .method_count = rpc_methods_count(),
        .clock = &rig->clock.clock,
    };
    ck_assert(base_is_ok(obs_registry_new(&obs, &rig->obs)));
    rig->wire = WIRE_LIMITS_DEFAULT;
    rig->table[0] = (RpcLimit){"key_bytes", 1024, "bytes", "longest key"};
    rig->table[1] = (RpcLimit){"ping_bytes", 1024, "bytes", "payload of a ping"};
    rig->limits = (RpcLimits){
        .table = rig->table,
        .count = 2,
        .wire = &rig->wire,
        .reply_bytes_max = 32u * 1024 * 1024,
        .ping_bytes_max = 1024,
        .client_bytes_max = 64,
    };
    rig->context = (RpcContext){
        .stores = rig->stores,
        .version = "0.1.0",
        .clock = &rig->clock.clock,
        .obs = rig->obs,
        .started_us = base_clock_monotonic_us(&rig->clock.clock),
    };
    atomic_init(&rig->context.limits, &rig->limits);
    RpcService service = rpc_handler_service(&rig->context);
    ck_assert(base_is_ok(rpc_lane_new(&rig->context, &service, 1, &rig->lane)));
    return rig;
}

static inline Rig *
rig_new(void)
{
    return rig_new_with(NULL);
}

static inline void
rig_free(Rig *rig)
{
    rpc_lane_free(rig->lane);
    store_set_close(rig->stores);
    obs_registry_free(rig->obs);
    env_mem_free(rig->env);
    base_buf_clear(&rig->reply);
    free(rig);
}

/* Executes one request. The reply is in rig->reply until the next one. */
static inline RpcVerdict
rig_raw(Rig *rig, BaseSlice request)
{
    RpcCall call = {
        .input = request,
        .arrival_us = base_clock_monotonic_us(&rig->clock.clock),
        .peer = "test",
    };
    base_buf_reset(&rig->reply);
    rig->verdict = rpc_lane_call(rig->lane, &call, &rig->reply);
    return rig->verdict;
}

/* The outcome that the metrics have counted how often for a method. */
static inline uint64_t
rig_counted(const Rig *rig, const char *method, ObsOutcome outcome)
{
    BaseBuf text = BASE_BUF_INIT;
    char line[160];
    uint64_t count = 0;
    ck_assert(obs_registry_write(rig->obs, &text) && base_buf_append_byte(&text, 0));
    snprintf(line, sizeof line, "method=\"%s\",outcome=\"%s\"} ", method,
             obs_outcome_name(outcome));
    const char *found = strstr((const char *)text.data, line);
    if (found != NULL) {
        count = strtoull(found + strlen(line), NULL, 10);
    }
    base_buf_clear(&text);
    return count;
}

/* ----------------------------------------------------------------------- the stock transport -- */

typedef struct RigTransport {
    ThriftTransport parent;
    Rig *rig; /* NULL: keep what is written */
    bool framed;
    BaseBuf *request;
    size_t taken; /* of the reply */
} RigTransport;

enum { RIG_HEADER = 4 }; /* of a frame */

typedef ThriftTransportClass RigTransportClass;

GType rig_transport_get_type(void);

G_DEFINE_TYPE(RigTransport, rig_transport, THRIFT_TYPE_TRANSPORT)

static gboolean
rig_transport_is_open(ThriftTransport *transport)
{
    (void)transport;
    return TRUE;
}

static gboolean
rig_transport_nothing(ThriftTransport *transport, GError **error)
{
    (void)transport;
    (void)error;
    return TRUE;
}

static gint32
rig_transport_read(ThriftTransport *transport, gpointer buffer, guint32 len, GError **error)
{
    RigTransport *self = (RigTransport *)(void *)transport;
    size_t left = self->rig->reply.len - self->taken;
    if (left < len) {
        g_set_error_literal(error, THRIFT_TRANSPORT_ERROR, THRIFT_TRANSPORT_ERROR_RECEIVE, "end");
        return -1;
    }
    memcpy(buffer, self->rig->reply.data + self->taken, len);
    self->taken += len;
    return (gint32)len;
}

static gboolean
rig_transport_write(ThriftTransport *transport, const gpointer data, const guint32 len,
                    GError **error)
{
    RigTransport *self = (RigTransport *)(void *)transport;
    (void)error;
    if (self->framed && self->request->len == 0) {
        base_buf_append(self->request, "\0\0\0\0", RIG_HEADER);
    }
    return base_buf_append(self->request, data, len);
}

static inline uint32_t
rig_frame_length(const uint8_t *header)
{
    return (uint32_t)header[0] << 24 | (uint32_t)header[1] << 16 | (uint32_t)header[2] << 8 |
           header[3];
}

static gboolean
rig_transport_flush(ThriftTransport *transport, GError **error)
{
    RigTransport *self = (RigTransport *)(void *)transport;
    (void)error;
    if (self->framed) {
        uint32_t len = (uint32_t)self->request->len - RIG_HEADER;
        for (unsigned i = 0; i < RIG_HEADER; i++) {
            self->request->data[i] = (uint8_t)(len >> 8 * (RIG_HEADER - 1 - i));
        }
    }
    if (self->rig != NULL) {
        const BaseBuf *reply = &self->rig->reply;
        rig_raw(self->rig, base_buf_slice(self->request));
        base_buf_reset(self->request);
        ck_assert(!self->framed || rig_frame_length(reply->data) == reply->len - RIG_HEADER);
    }
    self->taken = self->framed ? RIG_HEADER : 0;
    return TRUE;
}

static void
rig_transport_class_init(RigTransportClass *transport_class)
{
    transport_class->is_open = rig_transport_is_open;
    transport_class->peek = rig_transport_nothing;
    transport_class->open = rig_transport_nothing;
    transport_class->close = rig_transport_nothing;
    transport_class->read = rig_transport_read;
    transport_class->read_end = rig_transport_nothing;
    transport_class->write = rig_transport_write;
    transport_class->write_end = rig_transport_nothing;
    transport_class->flush = rig_transport_flush;
}

static void
rig_transport_init(RigTransport *self)
{
    self->request = calloc(1, sizeof *self->request);
}

/* -------------------------------------------------------------------------- the stock client -- */

typedef struct RigClient {
    RigTransport *transport;
    ThriftProtocol *protocol;
    LarderRpcStoreIf *store;
} RigClient;

/* Ways of speaking, to be counted through: both protocols, unframed and framed. */
enum { RIG_WAYS = 4 };

static inline bool
rig_way_is_compact(int way)
{
    return (way & 1) != 0;
}

static inline bool
rig_way_is_framed(int way)
{
    return (way & 2) != 0;
}

/* A generated client; `rig` NULL: it only gathers requests. */
static inline RigClient
rig_client(Rig *rig, int way)
{
    RigClient client = {.transport = g_object_new(rig_transport_get_type(), NULL)};
    client.transport->rig = rig;
    client.transport->framed = rig_way_is_framed(way);
    client.protocol = g_object_new(rig_way_is_compact(way) ? THRIFT_TYPE_COMPACT_PROTOCOL
                                                           : THRIFT_TYPE_BINARY_PROTOCOL,
                                   "transport", client.transport, NULL);
    client.store = g_object_new(LARDER_RPC_TYPE_STORE_CLIENT, "input_protocol", client.protocol,
                                "output_protocol", client.protocol, NULL);
    return client;
}

static inline void
rig_client_clear(RigClient *client)
{
    g_object_unref(client->store);
    g_object_unref(client->protocol);
    base_buf_clear(client->transport->request);
    free(client->transport->request);
    g_object_unref(client->transport);
}

/* What a call threw. */
typedef struct RigThrown {
    LarderRpcInvalidRequest *invalid;
    LarderRpcNotHere *elsewhere;
    LarderRpcRefused *refused;
    LarderRpcIndeterminate *indeterminate;
    LarderRpcFailed *failed;
    GError *error;
} RigThrown;

/* The last six arguments of a client's method. */
#define RIG_INTO(thrown)                                                                    \
    &(thrown)->invalid, &(thrown)->elsewhere, &(thrown)->refused, &(thrown)->indeterminate, \
        &(thrown)->failed, &(thrown)->error

static inline void
rig_thrown_clear(RigThrown *thrown)
{
    g_clear_object(&thrown->invalid);
    g_clear_object(&thrown->elsewhere);
    g_clear_object(&thrown->refused);
    g_clear_object(&thrown->indeterminate);
    g_clear_object(&thrown->failed);
    g_clear_error(&thrown->error);
}

/* A text as bytes; free it with g_byte_array_unref(). */
static inline GByteArray *
rig_bytes(BaseSlice bytes)
{
    GByteArray *array = g_byte_array_new();
    g_byte_array_append(array, bytes.data, (guint)bytes.len);
    return array;
}

static inline GByteArray *
rig_text(const char *text)
{
    return rig_bytes(base_slice_text(text));
}

/* Whether an array holds this text. */
static inline bool
rig_is(const GByteArray *array, const char *text)
{
    return array != NULL &&
           base_slice_equal(base_slice(array->data, array->len), base_slice_text(text));
}

/* ---------------------------------------------------------------------------------- programs -- */

/*
 * Runs the one test case of a program; its exit status.
 *
 * GLib hands memory from thread to thread in its slice allocator, with locks that thread sanitizer
 * does not know. Malloc it knows, so the program starts itself anew with slices switched off, which
 * GLib decides before main.
 */
static inline int
rig_run(const char *name, TCase *cases)
{
    if (getenv("G_SLICE") == NULL) {
        setenv("G_SLICE", "always-malloc", 1);
        execl("/proc/self/exe", program_invocation_name, (char *)NULL);
    }
    Suite *suite = suite_create(name);
    tcase_set_timeout(cases, 120);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#endif
