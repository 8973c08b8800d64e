/*
 * vitals.c: asks an engine in this process, or the admin address of a server. See vitals.h.
 *
 * A server gets ANSWER_MS and no second try: a figure that comes late is of no use, and the next is
 * asked for soon.
 */
#include "loadgen/vitals.h"

#include "loadgen/embedded_target.h"

#include <larder/calls.h>
#include <larder/client.h>

#include <glib.h>
#include <stdio.h>

enum { ANSWER_MS = 1000 };

struct LoadVitals {
    Engine *engine;       /* embedded; else NULL */
    LarderClient *client; /* of the admin address; else NULL */
    const char *store;
    char problem[256];
};

LoadVitals *
load_vitals_open(const LoadOptions *options, LoadTarget *target)
{
    LoadVitals *vitals = g_new0(LoadVitals, 1);
    vitals->store = options->store;
    if (options->target_kind == LOAD_TARGET_EMBEDDED) {
        vitals->engine = ((LoadEmbeddedTarget *)target)->engine;
    } else if (options->admin != NULL) {
        LarderClientOptions client = {.address = options->admin,
                                      .connect_timeout_ms = ANSWER_MS,
                                      .timeout_ms = ANSWER_MS,
                                      .connections_max = 1,
                                      .name = "larder-load",
                                      .retry = {.attempts_max = 1}};
        vitals->client = larder_client_new(&client, NULL);
    }
    if (vitals->engine == NULL && vitals->client == NULL) {
        g_free(vitals);
        return NULL;
    }
    return vitals;
}

void
load_vitals_close(LoadVitals *vitals)
{
    if (vitals != NULL) {
        larder_client_free(vitals->client);
        g_free(vitals);
    }
}

static void
tell(EngineFigureVisitor *visit, void *user, const EngineStats *stats)
{
    visit(user, "keys", stats->keys);
    visit(user, "data_bytes", stats->data_bytes);
    visit(user, "memory_bytes", stats->memory_bytes);
    visit(user, "disk_bytes", stats->disk_bytes);
    visit(user, "version", stats->version);
    visit(user, "open_snapshots", stats->open_snapshots);
}

static bool
read_engine(LoadVitals *vitals, EngineFigureVisitor *visit, void *user)
{
    EngineStats stats = {.keys = 0};
    engine_stats(vitals->engine, &stats);
    tell(visit, user, &stats);
    engine_figures(vitals->engine, visit, user);
    return true;
}

static bool
read_server(LoadVitals *vitals, EngineFigureVisitor *visit, void *user)
{
    LarderReply *reply = larder_store_stats(vitals->client, larder_text(vitals->store), NULL);
    bool answered = reply->outcome == LARDER_OK;
    if (answered) {
        const LarderStoreStats *told = reply->as.store_stats;
        EngineStats stats = {told->keys,       told->data_bytes, told->memory_bytes,
                             told->disk_bytes, told->version,    told->open_snapshots};
        tell(visit, user, &stats);
        for (size_t i = 0; i < told->engine_figures.count; i++) {
            const LarderFigure *figure = &told->engine_figures.items[i];
            visit(user, (const char *)figure->name.data, figure->value);
        }
    } else {
        (void)snprintf(vitals->problem, sizeof vitals->problem, "%s: %.200s",
                       larder_outcome_name(reply->outcome), (const char *)reply->message.data);
    }
    larder_reply_free(reply);
    return answered;
}

bool
load_vitals_read(LoadVitals *vitals, EngineFigureVisitor *visit, void *user)
{
    return vitals->engine != NULL ? read_engine(vitals, visit, user)
                                  : read_server(vitals, visit, user);
}

const char *
load_vitals_problem(const LoadVitals *vitals)
{
    return vitals->problem;
}
