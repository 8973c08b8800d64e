/*
 * collect.c: the figures of all stores as metrics.
 *
 * The text wants all samples of a metric together, so each store's figures are taken once, and then
 * written metric by metric.
 */
#include "service/admin/admin.h"
#include "service/store/set.h"

#include <stddef.h>

/* A member of EngineStats and the metric that shows it. */
typedef struct CollectColumn {
    ObsMetric metric;
    size_t offset; /* of an int64_t in EngineStats */
} CollectColumn;

static const CollectColumn columns[] = {
    {OBS_STORE_KEYS, offsetof(EngineStats, keys)},
    {OBS_STORE_DATA_BYTES, offsetof(EngineStats, data_bytes)},
    {OBS_STORE_MEMORY_BYTES, offsetof(EngineStats, memory_bytes)},
    {OBS_STORE_DISK_BYTES, offsetof(EngineStats, disk_bytes)},
    {OBS_STORE_VERSION, offsetof(EngineStats, version)},
    {OBS_STORE_SNAPSHOTS, offsetof(EngineStats, open_snapshots)},
};

/* Where a figure of an engine goes. */
typedef struct CollectTarget {
    ObsText *text;
    const char *store;
} CollectTarget;

static void
write_figure(void *user, const char *name, int64_t value)
{
    const CollectTarget *target = user;
    ObsLabel labels[] = {{"store", target->store}, {"figure", name}};
    obs_text_integer(target->text, OBS_ENGINE_FIGURE, labels, 2, value);
}

void
admin_collect_stores(void *user, ObsText *text)
{
    const AdminContext *context = user;
    EngineStats stats[STORE_SET_MAX] = {{0}};
    size_t count = 0;
    for (; store_set_at(context->stores, count) != NULL; count++) {
        engine_stats(store_engine(store_set_at(context->stores, count)), &stats[count]);
    }
    for (size_t column = 0; column < sizeof columns / sizeof columns[0]; column++) {
        for (size_t i = 0; i < count; i++) {
            ObsLabel label = {"store", store_name(store_set_at(context->stores, i))};
            int64_t value;
            memcpy(&value, (const char *)&stats[i] + columns[column].offset, sizeof value);
            obs_text_integer(text, columns[column].metric, &label, 1, value);
        }
    }
    for (size_t i = 0; i < count; i++) {
        Store *store = store_set_at(context->stores, i);
        CollectTarget target = {text, store_name(store)};
        engine_figures(store_engine(store), write_figure, &target);
    }
}
