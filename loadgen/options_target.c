/*
 * options_target.c: what --target says. See options_target.h.
 */
#include "loadgen/options_target.h"

static char *
wrong_target(const char *target, const char *why)
{
    return g_strdup_printf("--target=%s: must be tcp:HOST:PORT, unix:PATH, embedded:ENGINE, null, "
                           "redis:tcp:HOST:PORT, redis:unix:PATH or memcached:... alike: %s",
                           target, why);
}

/* Several servers of Larder: each has the records of some of the threads. */
static char *
read_several(LoadOptions *options)
{
    unsigned count = g_strv_length(options->targets);
    if (count > LOAD_TARGETS_MAX) {
        return g_strdup_printf("--target: is given %u times; at most %d", count, LOAD_TARGETS_MAX);
    }
    options->addresses = g_new0(ClientAddress, count);
    for (unsigned i = 0; i < count; i++) {
        const char *target = options->targets[i];
        BaseStatus status = client_address_parse(target, &options->addresses[i]);
        if (!base_is_ok(status)) {
            return count == 1 ? wrong_target(target, status.what)
                              : g_strdup_printf("--target=%s: several targets must all be "
                                                "tcp:HOST:PORT or unix:PATH: %s",
                                                target, status.what);
        }
    }
    options->address_count = count;
    options->address = options->addresses[0];
    return NULL;
}

/* A server of another kind, of which there can be one. */
static char *
read_peer(LoadOptions *options, LoadTargetKind kind, const char *address)
{
    options->target_kind = kind;
    BaseStatus status = client_address_parse(address, &options->address);
    return base_is_ok(status) ? NULL : wrong_target(options->target, status.what);
}

static char *
read_one(LoadOptions *options)
{
    const char *target = options->target;
    if (g_str_has_prefix(target, "embedded:")) {
        options->target_kind = LOAD_TARGET_EMBEDDED;
        options->engine = target + strlen("embedded:");
        return *options->engine != '\0'
                   ? NULL
                   : g_strdup("--target=embedded: needs an engine, as in embedded:hashmap");
    }
    if (options->engine_options != NULL) {
        return g_strdup("--engine-option: goes with --target=embedded:ENGINE only");
    }
    if (g_str_equal(target, "null")) {
        options->target_kind = LOAD_TARGET_NULL;
        return NULL;
    }
    if (g_str_has_prefix(target, "redis:")) {
        return read_peer(options, LOAD_TARGET_REDIS, target + strlen("redis:"));
    }
    if (g_str_has_prefix(target, "memcached:")) {
        return read_peer(options, LOAD_TARGET_MEMCACHED, target + strlen("memcached:"));
    }
    return read_several(options);
}

char *
load_options_target(LoadOptions *options)
{
    options->target_kind = LOAD_TARGET_SOCKET;
    if (options->targets == NULL) {
        const char *preset[] = {"tcp:127.0.0.1:7400", NULL};
        options->targets = g_strdupv((char **)preset);
    }
    options->target = g_strjoinv(" ", options->targets);
    return options->targets[1] == NULL ? read_one(options) : read_several(options);
}
