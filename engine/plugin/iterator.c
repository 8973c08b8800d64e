/*
 * iterator.c: walks. See iterator.h.
 */
#include "engine/plugin/iterator.h"

#include "engine/plugin/key.h"
#include "engine/plugin/read.h"
#include "engine/plugin/store.h"

#include <stdlib.h>

typedef struct Iterator {
    EngineIterator base; /* first: it is one */
    PluginStore *store;
    PluginCursor *cursor;
    PluginMoment moment;
    bool owns_moment;
    EngineKeyspace keyspace;
    PluginKey start; /* the range as stored keys */
    PluginKey stop;
} Iterator;

static BaseStatus
open_cursor(Iterator *iterator, const EngineSnapshot *snapshot,
            const EngineIteratorOptions *options)
{
    PluginStore *store = iterator->store;
    BaseStatus status = base_ok();
    if (!plugin_key_init(&iterator->start, options->keyspace, options->range.start) ||
        !plugin_key_init_stop(&iterator->stop, options->keyspace, &options->range)) {
        return base_error(BASE_NO_MEMORY, "no memory for an iterator");
    }
    if (snapshot != NULL) {
        iterator->moment =
            (PluginMoment){plugin_read_view(snapshot), snapshot->version, snapshot->stamp_ms};
    } else {
        status = plugin_store_take(store, &iterator->moment);
        iterator->owns_moment = base_is_ok(status);
    }
    if (base_is_ok(status)) {
        status = store->peer->ops->cursor_new(store->peer, iterator->moment.view,
                                              (options->flags & ENGINE_READ_CACHED_ONLY) != 0,
                                              &iterator->cursor);
    }
    iterator->base.read_version = iterator->moment.version;
    iterator->base.now_ms = iterator->moment.stamp_ms;
    return status;
}

BaseStatus
plugin_iterator_new(Engine *engine, const EngineSnapshot *snapshot,
                    const EngineIteratorOptions *options, EngineIterator **ret_iterator)
{
    Iterator *iterator = calloc(1, sizeof *iterator);
    if (iterator == NULL) {
        return base_error(BASE_NO_MEMORY, "no memory for an iterator");
    }
    iterator->base.engine = engine;
    iterator->base.status = base_ok();
    iterator->store = plugin_store_of(engine);
    iterator->keyspace = options->keyspace;
    BaseStatus status = open_cursor(iterator, snapshot, options);
    if (!base_is_ok(status)) {
        plugin_iterator_free(&iterator->base);
        return status;
    }
    *ret_iterator = &iterator->base;
    return status;
}

void
plugin_iterator_free(EngineIterator *base)
{
    Iterator *iterator = (Iterator *)base;
    if (iterator->cursor != NULL) {
        iterator->store->peer->ops->cursor_free(iterator->cursor);
    }
    if (iterator->owns_moment) {
        plugin_store_let_go(iterator->store, &iterator->moment);
    }
    plugin_key_clear(&iterator->start);
    plugin_key_clear(&iterator->stop);
    free(iterator);
}

static void
move(Iterator *iterator, bool back)
{
    const PluginPeerOps *ops = iterator->cursor->peer->ops;
    if (back) {
        ops->cursor_prev(iterator->cursor);
    } else {
        ops->cursor_next(iterator->cursor);
    }
}

static void
end(Iterator *iterator, BaseStatus status)
{
    iterator->base.valid = false;
    iterator->base.status = status;
}

/* Whether the cursor, which has come from within the range, is still there. */
static bool
is_within(const Iterator *iterator, bool back)
{
    BaseSlice key = iterator->cursor->key;
    return back ? base_slice_compare(key, iterator->start.bytes) >= 0
                : base_slice_compare(key, iterator->stop.bytes) < 0;
}

/* Shows where the cursor is; steps over what has expired, in the direction that it has come. */
static void
settle(Iterator *iterator, bool back)
{
    EngineIterator *base = &iterator->base;
    PluginCursor *cursor = iterator->cursor;
    while (cursor->valid && is_within(iterator, back)) {
        BaseStatus status = plugin_record_read(cursor->value, &base->record);
        if (!base_is_ok(status)) {
            end(iterator, status);
            return;
        }
        base->stats.examined++;
        if (base->record.expires_at_ms == 0 || base->record.expires_at_ms > base->now_ms) {
            base->key = base_slice(cursor->key.data + PLUGIN_RECORD_KEY_HEAD,
                                   cursor->key.len - PLUGIN_RECORD_KEY_HEAD);
            base->valid = true;
            base->status = base_ok();
            return;
        }
        base->stats.expired++;
        move(iterator, back);
    }
    end(iterator, cursor->valid ? base_ok() : cursor->status);
}

void
plugin_iterator_seek(EngineIterator *base, const BaseSlice *wanted)
{
    Iterator *iterator = (Iterator *)base;
    const PluginPeerOps *ops = iterator->store->peer->ops;
    PluginKey key;
    if (!plugin_key_init(&key, iterator->keyspace, wanted == NULL ? BASE_SLICE_EMPTY : *wanted)) {
        end(iterator, base_error(BASE_NO_MEMORY, "no memory for a key"));
        return;
    }
    bool before = base_slice_compare(key.bytes, iterator->start.bytes) < 0;
    ops->cursor_seek(iterator->cursor, before ? iterator->start.bytes : key.bytes);
    plugin_key_clear(&key);
    settle(iterator, false);
}

void
plugin_iterator_seek_before(EngineIterator *base, const BaseSlice *wanted)
{
    Iterator *iterator = (Iterator *)base;
    const PluginPeerOps *ops = iterator->store->peer->ops;
    PluginKey key;
    const EngineRange range = {.stop = wanted == NULL ? BASE_SLICE_EMPTY : *wanted,
                               .unbounded = wanted == NULL};
    if (!plugin_key_init_stop(&key, iterator->keyspace, &range)) {
        end(iterator, base_error(BASE_NO_MEMORY, "no memory for a key"));
        return;
    }
    bool behind = base_slice_compare(key.bytes, iterator->stop.bytes) > 0;
    ops->cursor_seek_before(iterator->cursor, behind ? iterator->stop.bytes : key.bytes);
    plugin_key_clear(&key);
    settle(iterator, true);
}

void
plugin_iterator_next(EngineIterator *base)
{
    Iterator *iterator = (Iterator *)base;
    move(iterator, false);
    settle(iterator, false);
}

void
plugin_iterator_prev(EngineIterator *base)
{
    Iterator *iterator = (Iterator *)base;
    move(iterator, true);
    settle(iterator, true);
}
