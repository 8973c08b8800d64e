/*
 * figures.c: estimates by walking. See figures.h.
 *
 * A range is walked record by record, which gives exact figures. After every WALK_MAX records the
 * peer is asked how many bytes the part that was walked takes, and how many the rest; when it can
 * tell, the rest is estimated by that, and the walk ends. A peer that only knows how many keys it
 * has in all helps with the range of everything, and so with statistics. The estimate is as good as
 * the peer's answer: a few per cent for large tables, and off by twice and more for small ones and
 * for a RocksDB memtable, which counts by a few steps in its skip list. It is no higher than the
 * number of entries that the peer tells.
 *
 * Statistics are the estimate of all records. They are kept, and taken again only when the store
 * has seen a tenth as many further commits as it has records, or removed a range.
 */
#include "engine/plugin/figures.h"

#include "engine/plugin/iterator.h"
#include "engine/plugin/key.h"
#include "engine/plugin/store.h"

enum { WALK_MAX = 20000, SAMPLE_PART = 10 };

/* ------------------------------------------------------------------------------------ ranges -- */

/* Bytes on disk of [start, stop) of ENGINE_DATA; 0 if it cannot be told. */
static int64_t
range_bytes(PluginStore *store, BaseSlice start, const EngineRange *range)
{
    PluginKey first;
    PluginKey stop;
    int64_t bytes = 0;
    bool made = plugin_key_init(&first, ENGINE_DATA, start);
    if (made && plugin_key_init_stop(&stop, ENGINE_DATA, range)) {
        bytes = store->peer->ops->range_bytes(store->peer, first.bytes, stop.bytes);
        plugin_key_clear(&stop);
    }
    plugin_key_clear(&first);
    return bytes;
}

/* Adds what is behind the iterator's place to what it has walked over. False: nobody can tell. */
static bool
extrapolate(PluginStore *store, const EngineRange *range, const EngineIterator *iterator,
            EngineRangeEstimate *estimate)
{
    if (store->peer->ops->range_bytes == NULL) {
        return false;
    }
    int64_t whole = range_bytes(store, range->start, range);
    int64_t rest = range_bytes(store, iterator->key, range);
    if (whole <= rest) {
        return false;
    }
    double more = (double)rest / (double)(whole - rest);
    estimate->exact = false;
    estimate->keys += (int64_t)((double)estimate->keys * more);
    estimate->bytes += (int64_t)((double)estimate->bytes * more);
    return true;
}

/* The same for all records, by the number of them. */
static bool
extrapolate_all(PluginStore *store, const EngineRange *range, const EngineIterator *iterator,
                EngineRangeEstimate *estimate)
{
    const PluginPeerOps *ops = store->peer->ops;
    if (ops->entries == NULL || range->start.len != 0 || !range->unbounded) {
        return false;
    }
    double walked = (double)iterator->stats.examined;
    double all = (double)ops->entries(store->peer);
    if (all < walked) {
        return false;
    }
    estimate->exact = false;
    estimate->keys = (int64_t)((double)estimate->keys * all / walked);
    estimate->bytes = (int64_t)((double)estimate->bytes * all / walked);
    return true;
}

/* An estimate is no higher than what the peer says it stores at most. */
static void
clamp(PluginStore *store, EngineRangeEstimate *estimate)
{
    const PluginPeerOps *ops = store->peer->ops;
    int64_t most = estimate->exact || ops->entries == NULL ? 0 : ops->entries(store->peer);
    if (most > 0 && estimate->keys > most) {
        double part = (double)most / (double)estimate->keys;
        estimate->keys = most;
        estimate->bytes = (int64_t)((double)estimate->bytes * part);
    }
}

BaseStatus
plugin_figures_range_estimate(Engine *engine, const EngineRange *range,
                              EngineRangeEstimate *ret_estimate)
{
    PluginStore *store = plugin_store_of(engine);
    const EngineIteratorOptions options = {.keyspace = ENGINE_DATA, .range = *range};
    EngineIterator *iterator = NULL;
    BaseStatus status = plugin_iterator_new(engine, NULL, &options, &iterator);
    if (!base_is_ok(status)) {
        return status;
    }
    EngineRangeEstimate estimate = {.exact = true};
    plugin_iterator_seek(iterator, NULL);
    status = plugin_peer_go_on(store->peer);
    while (iterator->valid && base_is_ok(status)) {
        if (estimate.keys != 0 && estimate.keys % WALK_MAX == 0 &&
            (extrapolate(store, range, iterator, &estimate) ||
             extrapolate_all(store, range, iterator, &estimate))) {
            break;
        }
        estimate.keys++;
        estimate.bytes += (int64_t)(iterator->key.len + iterator->record.value.len);
        plugin_iterator_next(iterator);
        status = plugin_peer_go_on(store->peer);
    }
    clamp(store, &estimate);
    if (iterator->stats.examined != 0) {
        estimate.dead_ratio = (double)iterator->stats.expired / (double)iterator->stats.examined;
    }
    status = base_is_ok(status) ? iterator->status : status;
    plugin_iterator_free(iterator);
    *ret_estimate = estimate;
    return status;
}

BaseStatus
plugin_figures_range_split(Engine *engine, const EngineRange *range, int64_t part_bytes,
                           EngineSplitVisitor *visit, void *user)
{
    const EngineIteratorOptions options = {.keyspace = ENGINE_DATA, .range = *range};
    EngineIterator *iterator = NULL;
    BaseStatus status = plugin_iterator_new(engine, NULL, &options, &iterator);
    if (!base_is_ok(status)) {
        return status;
    }
    int64_t part = 0;
    PluginPeer *peer = plugin_store_of(engine)->peer;
    plugin_iterator_seek(iterator, NULL);
    status = plugin_peer_go_on(peer);
    while (iterator->valid && base_is_ok(status)) {
        if (part >= part_bytes) {
            part = 0;
            if (!visit(user, iterator->key)) {
                break;
            }
        }
        part += (int64_t)(iterator->key.len + iterator->record.value.len);
        plugin_iterator_next(iterator);
        status = plugin_peer_go_on(peer);
    }
    status = base_is_ok(status) ? iterator->status : status;
    plugin_iterator_free(iterator);
    return status;
}

/* -------------------------------------------------------------------------------- statistics -- */

static void
sample(PluginStore *store, int64_t version)
{
    PluginSample *kept = &store->sample;
    int64_t age = version - kept->version;
    int64_t ranges = atomic_load(&store->writer.ranges_removed);
    if (kept->taken && ranges == kept->ranges && age <= kept->keys / SAMPLE_PART) {
        return;
    }
    const EngineRange all = {.unbounded = true};
    EngineRangeEstimate estimate;
    if (base_is_ok(plugin_figures_range_estimate(&store->engine, &all, &estimate))) {
        kept->taken = true;
        kept->version = version;
        kept->ranges = ranges;
        kept->keys = estimate.keys;
        kept->bytes = estimate.bytes;
    }
}

void
plugin_figures_stats(Engine *engine, EngineStats *ret_stats)
{
    PluginStore *store = plugin_store_of(engine);
    PluginSizes sizes = {0};
    store->peer->ops->sizes(store->peer, &sizes);
    int64_t version = atomic_load(&store->writer.gate.version);
    (void)pthread_mutex_lock(&store->sample.mutex);
    sample(store, version);
    *ret_stats = (EngineStats){
        .keys = store->sample.keys,
        .data_bytes = store->sample.bytes,
        .memory_bytes = sizes.memory_bytes,
        .disk_bytes = sizes.disk_bytes,
        .version = version,
        .open_snapshots = atomic_load(&store->open_snapshots),
    };
    (void)pthread_mutex_unlock(&store->sample.mutex);
}

/* Passes figures on, and adds up those of bytes that were written. */
typedef struct Adder {
    EngineFigureVisitor *visit;
    void *user;
    int64_t written;
} Adder;

static void
pass_on(void *user, const char *name, int64_t value)
{
    static const char *const written[] = {"wal_bytes", "flush_bytes", "compaction_bytes"};
    Adder *adder = user;
    for (size_t i = 0; i < sizeof written / sizeof written[0]; i++) {
        adder->written += strcmp(name, written[i]) == 0 ? value : 0;
    }
    adder->visit(adder->user, name, value);
}

void
plugin_figures_visit(Engine *engine, EngineFigureVisitor *visit, void *user)
{
    PluginStore *store = plugin_store_of(engine);
    int64_t user_bytes = atomic_load(&store->writer.user_bytes);
    Adder adder = {visit, user, 0};
    visit(user, "user_bytes", user_bytes);
    visit(user, "expired_reclaimed", atomic_load(&store->writer.reclaimed));
    if (store->peer->ops->figures != NULL) {
        store->peer->ops->figures(store->peer, pass_on, &adder);
    }
    if (adder.written != 0 && user_bytes != 0) {
        visit(user, "write_amplification_percent",
              (int64_t)(100.0 * (double)adder.written / (double)user_bytes));
    }
}

/* ------------------------------------------------------------------------------------ verify -- */

/* Reads every record of a keyspace. */
static BaseStatus
verify_keyspace(PluginStore *store, EngineKeyspace keyspace)
{
    const EngineIteratorOptions options = {.keyspace = keyspace, .range.unbounded = true};
    EngineIterator *iterator = NULL;
    BaseStatus status = plugin_iterator_new(&store->engine, NULL, &options, &iterator);
    if (!base_is_ok(status)) {
        return status;
    }
    plugin_iterator_seek(iterator, NULL);
    status = plugin_peer_go_on(store->peer);
    while (iterator->valid && base_is_ok(status)) {
        plugin_iterator_next(iterator);
        status = plugin_peer_go_on(store->peer);
    }
    status = base_is_ok(status) ? iterator->status : status;
    plugin_iterator_free(iterator);
    return status;
}

BaseStatus
plugin_figures_verify(Engine *engine)
{
    PluginStore *store = plugin_store_of(engine);
    BaseStatus status = verify_keyspace(store, ENGINE_DATA);
    return base_is_ok(status) ? verify_keyspace(store, ENGINE_SYSTEM) : status;
}
