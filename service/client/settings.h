/*
 * settings.h: LarderClientOptions, checked, with their defaults, and copied.
 *
 * Threading: read-only once made.
 */
#ifndef LARDER_SERVICE_CLIENT_SETTINGS_H
#define LARDER_SERVICE_CLIENT_SETTINGS_H

#include "service/client/address.h"
#include "service/client/retry.h"
#include "service/wire/format.h"

#include <larder/client.h>

typedef struct ClientSettings {
    char *address_text; /* as it was given */
    ClientAddress address;
    WireFormat format;
    WireLimits limits; /* of a reply */
    int64_t connect_timeout_us;
    int64_t timeout_us;
    size_t connections_max;
    size_t pipeline_max;
    size_t reply_bytes_max;
    char *name; /* NULL: none */
    ClientRetryPolicy retry;
    void (*trace)(void *context, const LarderTrace *trace); /* NULL: none */
    void *trace_context;
} ClientSettings;

/* False: *ret_problem (may be NULL) says why, and there is nothing to clear. */
bool client_settings_init(ClientSettings *settings, const LarderClientOptions *options,
                          LarderProblem *ret_problem);

/* Says in *ret_problem (may be NULL) that there is no memory. */
void client_settings_no_memory(LarderProblem *ret_problem);

/* Frees what it holds. */
void client_settings_clear(ClientSettings *settings);

#endif
