/*
 * registry.h: what the process counts, and the text in which it shows it.
 *
 * One registry per process. It holds a row of ObsSeries per method of the contract, such a series
 * for every store, the gauge of requests in execution, and a list of collectors: functions of other
 * parts that write further metrics when the text is made (net statistics, store figures).
 *
 * The last row of the methods (index obs_registry_other()) stands for requests that named no method
 * of the contract or were no request at all; its label is method="".
 *
 * Threading: obs_registry_new(), _add_collector() and _free() belong to the main thread, before the
 * first and after the last use by others. Everything else may be called from any thread; recording
 * is lock-free. obs_registry_write() may run in several threads at once, and so may collectors.
 */
#ifndef LARDER_SERVICE_OBS_REGISTRY_H
#define LARDER_SERVICE_OBS_REGISTRY_H

#include "engine/base/clock.h"
#include "engine/base/status.h"
#include "service/obs/series.h"
#include "service/obs/text.h"

typedef struct ObsRegistry ObsRegistry;

/* A method as the labels show it. */
typedef struct ObsMethod {
    const char *service; /* "Store" */
    const char *name;    /* "get" */
} ObsMethod;

/* Writes metrics of another part. Must not block on anything that requests can hold. */
typedef void ObsCollector(void *user, ObsText *text);

enum {
    OBS_COLLECTORS_MAX = 16,
    OBS_STORES_MAX = 256,
};

typedef struct ObsConfig {
    const char *version; /* of the program */
    int api_version;
    const ObsMethod *methods; /* constant; rows are numbered in this order */
    size_t method_count;
    const BaseClock *clock;
} ObsConfig;

/* BASE_NO_MEMORY. The config's pointers are kept: they must outlive the registry. */
BaseStatus obs_registry_new(const ObsConfig *config, ObsRegistry **ret_registry);

/* Takes NULL. */
void obs_registry_free(ObsRegistry *registry);

/* BASE_NO_MEMORY: OBS_COLLECTORS_MAX are there already. */
BaseStatus obs_registry_add_collector(ObsRegistry *registry, ObsCollector *collect, void *user);

/* The row for requests that are no method of the contract. */
size_t obs_registry_other(const ObsRegistry *registry);

/* Calls that ended alike. */
typedef struct ObsEnded {
    size_t row;
    ObsOutcome outcome;
    int64_t us;              /* that each of them took */
    ObsSeries *store_series; /* counts them for their store too, in the same row; may be NULL */
    uint64_t count;
    uint64_t begun; /* how many of them obs_registry_begin() was told of; the others took no time */
    uint64_t request_bytes; /* of all of them */
    uint64_t reply_bytes;
} ObsEnded;

/* Requests begin to be executed. */
void obs_registry_begin(ObsRegistry *registry, uint64_t count);

/* They ended. Many at once: run.h. */
void obs_registry_ended(ObsRegistry *registry, const ObsEnded *ended);

/* A request was answered without having begun: refused at the door, or malformed. */
void obs_registry_turned_away(ObsRegistry *registry, size_t row, ObsOutcome outcome, int64_t us);

/* Requests between begin and end. */
int64_t obs_registry_in_flight(const ObsRegistry *registry);

/*
 * The series of a store: a row per method, in the order of ObsConfig.methods. Made at the first
 * call for a name, then the same for ever. Call it only for stores that exist. NULL: no memory, or
 * more than OBS_STORES_MAX names; such a store goes uncounted.
 */
ObsSeries *obs_registry_store(ObsRegistry *registry, const char *store);

/* The name of the method in a row; "" for the last one. */
const char *obs_registry_method(const ObsRegistry *registry, size_t row);

/* Appends every metric to `out`. False: no memory, and the text is cut. */
bool obs_registry_write(ObsRegistry *registry, BaseBuf *out);

#endif
