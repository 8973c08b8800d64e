/*
 * read.c: point reads. See read.h.
 */
#include "engine/plugin/read.h"

#include "engine/plugin/key.h"
#include "engine/plugin/store.h"

#include <stdlib.h>

typedef struct Snapshot {
    EngineSnapshot base; /* first: it is one */
    void *view;
} Snapshot;

/* What a section holds on to beyond its first pin. */
typedef struct Held {
    struct Held *next;
    void (*let_go)(PluginPeer *peer, void *what);
    void *what;
} Held;

enum { WORD_VIEW = 0, WORD_PIN = 1, WORD_MORE = 2 };

/* -------------------------------------------------------------------------------- snapshots -- */

void *
plugin_read_view(const EngineSnapshot *snapshot)
{
    return snapshot == NULL ? NULL : ((const Snapshot *)snapshot)->view;
}

BaseStatus
plugin_read_snapshot_new(Engine *engine, EngineSnapshot **ret_snapshot)
{
    PluginStore *store = plugin_store_of(engine);
    Snapshot *snapshot = malloc(sizeof *snapshot);
    if (snapshot == NULL) {
        return base_error(BASE_NO_MEMORY, "no memory for a snapshot");
    }
    PluginMoment moment;
    BaseStatus status = plugin_store_take(store, true, &moment);
    if (!base_is_ok(status)) {
        free(snapshot);
        return status;
    }
    *snapshot = (Snapshot){{engine, moment.version, moment.stamp_ms}, moment.view};
    (void)atomic_fetch_add(&store->open_snapshots, 1);
    *ret_snapshot = &snapshot->base;
    return status;
}

void
plugin_read_snapshot_free(EngineSnapshot *base)
{
    PluginStore *store = plugin_store_of(base->engine);
    store->peer->ops->view_free(store->peer, plugin_read_view(base));
    (void)atomic_fetch_sub(&store->open_snapshots, 1);
    free(base);
}

/* --------------------------------------------------------------------------------- sections -- */

BaseStatus
plugin_read_begin(EngineRead *read)
{
    PluginStore *store = plugin_store_of(read->engine);
    PluginPeer *peer = store->peer;
    void *view = NULL;
    BaseStatus status = base_ok();
    if (read->snapshot == NULL && peer->reads_in_views) {
        status = peer->ops->view_new(peer, false, &view);
    }
    read->now_ms =
        read->snapshot != NULL ? read->snapshot->stamp_ms : commit_stamp_now(&store->stamps);
    read->engine_private[WORD_VIEW] = (uintptr_t)view;
    read->engine_private[WORD_PIN] = 0;
    read->engine_private[WORD_MORE] = 0;
    return status;
}

void
plugin_read_end(EngineRead *read)
{
    PluginPeer *peer = plugin_store_of(read->engine)->peer;
    if (read->engine_private[WORD_PIN] != 0) {
        peer->ops->unpin(peer, (void *)read->engine_private[WORD_PIN]);
    }
    Held *held = (Held *)read->engine_private[WORD_MORE];
    while (held != NULL) {
        Held *next = held->next;
        held->let_go(peer, held->what);
        free(held);
        held = next;
    }
    if (read->engine_private[WORD_VIEW] != 0) {
        peer->ops->view_free(peer, (void *)read->engine_private[WORD_VIEW]);
    }
}

/* Keeps something until the section ends. On failure it is let go. */
static BaseStatus
hold(EngineRead *read, void (*let_go)(PluginPeer *peer, void *what), void *what)
{
    Held *held = malloc(sizeof *held);
    if (held == NULL) {
        let_go(plugin_store_of(read->engine)->peer, what);
        return base_error(BASE_NO_MEMORY, "no memory to keep what was read");
    }
    *held = (Held){(Held *)read->engine_private[WORD_MORE], let_go, what};
    read->engine_private[WORD_MORE] = (uintptr_t)held;
    return base_ok();
}

static BaseStatus
hold_pin(EngineRead *read, void *handle)
{
    if (handle == NULL) {
        return base_ok();
    }
    if (read->engine_private[WORD_PIN] == 0) {
        read->engine_private[WORD_PIN] = (uintptr_t)handle;
        return base_ok();
    }
    return hold(read, plugin_store_of(read->engine)->peer->ops->unpin, handle);
}

static BaseStatus
get_in_view(EngineRead *read, void *view, EngineKeyspace keyspace, BaseSlice bytes,
            EngineLookup *ret_lookup)
{
    PluginPeer *peer = plugin_store_of(read->engine)->peer;
    PluginKey key;
    ret_lookup->found = false;
    if (peer->key_max != 0 && bytes.len + PLUGIN_RECORD_KEY_HEAD > peer->key_max) {
        return base_ok(); /* nothing like it was ever stored */
    }
    if (!plugin_key_init(&key, keyspace, bytes)) {
        return base_error(BASE_NO_MEMORY, "no memory for a key");
    }
    PluginPin pin = {.found = false};
    bool cached_only = (read->flags & ENGINE_READ_CACHED_ONLY) != 0;
    BaseStatus status = peer->ops->get(peer, view, key.bytes, cached_only, &pin);
    plugin_key_clear(&key);
    if (!base_is_ok(status) || !pin.found) {
        return status;
    }
    status = hold_pin(read, pin.handle);
    if (base_is_ok(status)) {
        status = plugin_record_read(pin.value, &ret_lookup->record);
    }
    ret_lookup->found = base_is_ok(status) && (ret_lookup->record.expires_at_ms == 0 ||
                                               ret_lookup->record.expires_at_ms > read->now_ms);
    return status;
}

BaseStatus
plugin_read_get(EngineRead *read, EngineKeyspace keyspace, BaseSlice key, EngineLookup *ret_lookup)
{
    void *view = read->snapshot != NULL ? plugin_read_view(read->snapshot)
                                        : (void *)read->engine_private[WORD_VIEW];
    return get_in_view(read, view, keyspace, key, ret_lookup);
}

/* A view for several keys. Values may lie in it, so it stays until the section ends. */
static BaseStatus
hold_moment(EngineRead *read, PluginMoment *ret_moment)
{
    PluginStore *store = plugin_store_of(read->engine);
    if (read->snapshot != NULL) {
        *ret_moment = (PluginMoment){plugin_read_view(read->snapshot), read->snapshot->version,
                                     read->snapshot->stamp_ms};
        return base_ok();
    }
    BaseStatus status = plugin_store_take(store, false, ret_moment);
    return base_is_ok(status) ? hold(read, store->peer->ops->view_free, ret_moment->view) : status;
}

BaseStatus
plugin_read_multi_get(EngineRead *read, EngineKeyspace keyspace, const BaseSlice *keys,
                      size_t count, EngineLookup *ret_lookups, int64_t *ret_version)
{
    PluginMoment moment;
    BaseStatus status = hold_moment(read, &moment);
    if (!base_is_ok(status)) {
        return status;
    }
    read->now_ms = moment.stamp_ms;
    for (size_t i = 0; i < count && base_is_ok(status); i++) {
        status = get_in_view(read, moment.view, keyspace, keys[i], &ret_lookups[i]);
    }
    *ret_version = moment.version;
    return status;
}
