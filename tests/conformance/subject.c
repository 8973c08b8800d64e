/*
 * subject.c: an engine in this process, or a server, behind the stock client. See subject.h.
 */
#include "tests/conformance/subject.h"

#include "engine/env/mem.h"
#include "engine/option.h"
#include "service/rpc/handler.h"
#include "service/rpc/lane.h"
#include "service/rpc/methods.h"
#include "service/rpc/types.h"
#include "service/store/set.h"
#include "service/wire/format.h"
#include "tests/conformance/loop_transport.h"

#include <thrift/c_glib/protocol/thrift_binary_protocol.h>
#include <thrift/c_glib/transport/thrift_framed_transport.h>
#include <thrift/c_glib/transport/thrift_socket.h>

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>

enum { START_WALL_MS = 1700000000, OPTIONS_MAX = 64 };

struct Subject {
    Target target;
    const EngineClass *engine_class;
    ThriftTransport *transport;
    ThriftTransport *socket; /* under it; NULL when embedded */
    ThriftProtocol *protocol;

    bool embedded;
    BaseFakeClock clock;
    Env *memory; /* files of an engine that is built in, like the next one; or NULL */
    char *home;  /* the folder of one that is not */
    StoreLimits store_limits;
    WireLimits wire_limits;
    RpcLimits rpc_limits;
    RpcContext context;
    RpcLane *lane;
};

_Noreturn static void
give_up(const char *what, const char *why)
{
    (void)fprintf(stderr, "conformance: %s: %s\n", what, why);
    exit(EXIT_FAILURE);
}

static void
must(BaseStatus status, const char *what)
{
    if (!base_is_ok(status)) {
        give_up(what, status.what);
    }
}

/* ------------------------------------------------------------------------------------- embedded */

/* Reads "NAME=VALUE" into the values of the class. */
static void
read_option(const EngineClass *engine_class, const char *text, int64_t *values)
{
    size_t len = strcspn(text, "=");
    for (size_t i = 0; i < engine_class->option_count; i++) {
        const EngineOption *option = &engine_class->options[i];
        if (strlen(option->name) != len || memcmp(option->name, text, len) != 0) {
            continue;
        }
        if (text[len] != '=' || !engine_option_parse(option, text + len + 1, &values[i])) {
            give_up(text, "no value of this option");
        }
        return;
    }
    give_up(text, "the engine has no such option");
}

static void
read_options(const EngineClass *engine_class, const SubjectArgs *args, int64_t values[OPTIONS_MAX])
{
    if (engine_class->option_count > OPTIONS_MAX) {
        give_up(args->engine, "too many options");
    }
    for (size_t i = 0; i < engine_class->option_count; i++) {
        values[i] = engine_class->options[i].preset;
    }
    for (size_t i = 0; i < args->option_count; i++) {
        read_option(engine_class, args->options[i], values);
    }
}

/* A folder for the files of an engine that needs real ones. */
static char *
make_home(void)
{
    g_autoptr(GError) error = NULL;
    char *home = g_dir_make_tmp("larder-conformance-XXXXXX", &error);
    if (home == NULL) {
        give_up("no temporary folder", error->message);
    }
    return home;
}

static int
remove_one(const char *path, const struct stat *status, int kind, struct FTW *place)
{
    (void)status;
    (void)kind;
    (void)place;
    return remove(path);
}

static void
remove_home(char *home)
{
    if (home != NULL) {
        (void)nftw(home, remove_one, 16, FTW_DEPTH | FTW_PHYS);
        g_free(home);
    }
}

static void
open_embedded(Subject *subject, const SubjectArgs *args)
{
    int64_t options[OPTIONS_MAX];
    read_options(subject->engine_class, args, options);
    subject->embedded = true;
    base_fake_clock_init(&subject->clock, (int64_t)START_WALL_MS * 1000);
    const BaseClock *clock = &subject->clock.clock;
    bool on_disk = engine_class_file(subject->engine_class) != NULL;
    subject->home = on_disk ? make_home() : NULL;
    g_autofree char *directory = g_build_filename(on_disk ? subject->home : "/", "store", NULL);
    subject->memory = on_disk ? NULL : env_mem_new();
    subject->store_limits = STORE_LIMITS_PRESET;
    subject->wire_limits = WIRE_LIMITS_DEFAULT;
    subject->rpc_limits = (RpcLimits){.wire = &subject->wire_limits,
                                      .reply_bytes_max = 64u << 20,
                                      .ping_bytes_max = 1024,
                                      .client_bytes_max = 64};
    subject->context.stores =
        store_set_new(on_disk ? env_posix() : subject->memory, clock, &subject->store_limits);
    subject->context.version = "conformance";
    subject->context.clock = clock;
    atomic_store(&subject->context.limits, &subject->rpc_limits);

    StoreSpec spec = {.name = args->store_name,
                      .engine_class = subject->engine_class,
                      .options = options,
                      .directory = directory};
    Store *store = NULL;
    StoreError error;
    if (!store_set_open(subject->context.stores, &spec, &store, &error)) {
        give_up("the store does not open", error.message);
    }
    ObsConfig obs = {.version = "conformance",
                     .api_version = 1,
                     .methods = rpc_methods_labels(),
                     .method_count = rpc_methods_count(),
                     .clock = clock};
    must(obs_registry_new(&obs, &subject->context.obs), "metrics");
    rpc_types_init();
    RpcService service = rpc_handler_service(&subject->context);
    must(rpc_lane_new(&subject->context, &service, 1, &subject->lane), "lane");
    subject->transport = loop_transport_new(subject->lane, clock);
}

static void
close_embedded(Subject *subject)
{
    rpc_lane_free(subject->lane);
    store_set_close(subject->context.stores);
    obs_registry_free(subject->context.obs);
    env_mem_free(subject->memory);
    remove_home(subject->home);
}

/* --------------------------------------------------------------------------------------- server */

static void
open_server(Subject *subject, const char *address)
{
    gchar **parts = g_strsplit(address, ":", 3);
    if (g_strv_length(parts) != 3 || strcmp(parts[0], "tcp") != 0) {
        give_up(address, "expected embedded or tcp:HOST:PORT");
    }
    ThriftSocket *plain = g_object_new(THRIFT_TYPE_SOCKET, "hostname", parts[1], "port",
                                       (int)strtol(parts[2], NULL, 10), NULL);
    subject->transport = g_object_new(THRIFT_TYPE_FRAMED_TRANSPORT, "transport", plain, NULL);
    GError *error = NULL;
    if (!thrift_transport_open(subject->transport, &error)) {
        give_up(address, error->message);
    }
    subject->socket = THRIFT_TRANSPORT(plain); /* the framed transport takes no reference */
    g_strfreev(parts);
}

/* ---------------------------------------------------------------------------------------- both */

Subject *
subject_open(const SubjectArgs *args)
{
    Subject *subject = g_new0(Subject, 1);
    char why[512];
    if (!base_is_ok(engine_class_load(args->engine, NULL, why, &subject->engine_class))) {
        give_up(args->engine, why);
    }
    if (strcmp(args->address, "embedded") == 0) {
        open_embedded(subject, args);
    } else {
        open_server(subject, args->address);
    }
    subject->protocol =
        g_object_new(THRIFT_TYPE_BINARY_PROTOCOL, "transport", subject->transport, NULL);
    subject->target.store =
        g_object_new(LARDER_RPC_TYPE_STORE_CLIENT, "input_protocol", subject->protocol,
                     "output_protocol", subject->protocol, NULL);
    subject->target.store_name = args->store_name;
    return subject;
}

void
subject_close(Subject *subject)
{
    if (!subject->embedded) {
        (void)thrift_transport_close(subject->transport, NULL);
    }
    g_object_unref(subject->target.store);
    g_object_unref(subject->protocol);
    g_object_unref(subject->transport);
    g_clear_object(&subject->socket);
    if (subject->embedded) {
        close_embedded(subject);
    }
    g_free(subject);
}

static void
pass_ms(void *user, int64_t ms)
{
    Subject *subject = user;
    if (subject->embedded) {
        base_fake_clock_advance_ms(&subject->clock, ms);
    } else {
        g_usleep((gulong)ms * 1000);
    }
}

static int64_t
now_ms(void *user)
{
    Subject *subject = user;
    return base_clock_wall_ms(subject->embedded ? &subject->clock.clock : base_clock_real());
}

Trial
subject_trial(Subject *subject)
{
    const EngineClass *engine_class = subject->engine_class;
    bool any_key = engine_class->key_max == 0 || engine_class->key_max >= 1024;
    return (Trial){.target = &subject->target,
                   .capabilities =
                       engine_class->capabilities | (any_key ? TRIAL_NEEDS_LONG_KEYS : 0),
                   .pass_ms = pass_ms,
                   .now_ms = now_ms,
                   .user = subject};
}
