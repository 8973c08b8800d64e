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
    bool has_start; /* it is not that of the keyspace */
    bool has_stop;
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
        status = plugin_store_take(store, false, &iterator->moment);
        iterator->owns_moment = base_is_ok(status);
    }
    if (base_is_ok(status)) {
        status = store->peer->ops->cursor_new(store->peer, iterator->moment.view,
                                              (options->flags & ENGINE_READ_CACHED_ONLY) != 0,
                                              options->limit_hint, &iterator->cursor);
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
    iterator->has_start = options->range.start.len != 0;
    iterator->has_stop = !options->range.unbounded;
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
end(Iterator *iterator, BaseStatus status)
{
    iterator->base.valid = false;
    iterator->base.status = status;
}

/* Whether a stored key, to which the walk has come from within the range, is still there. */
static inline bool
is_within(const Iterator *iterator, BaseSlice key, bool back)
{
    if (back ? iterator->has_start : iterator->has_stop) {
        return back ? base_slice_compare(key, iterator->start.bytes) >= 0
                    : base_slice_compare(key, iterator->stop.bytes) < 0;
    }
    return key.len != 0 && key.data[0] == (uint8_t)iterator->keyspace;
}

static inline bool
has_expired(const EngineRecord *record, int64_t now_ms)
{
    return record->expires_at_ms != 0 && record->expires_at_ms <= now_ms;
}

static inline BaseSlice
user_key(BaseSlice stored)
{
    return base_slice(stored.data + PLUGIN_RECORD_KEY_HEAD, stored.len - PLUGIN_RECORD_KEY_HEAD);
}

/* Shows where the cursor is; steps over what has expired, in the direction that it has come. */
static inline void
settle(Iterator *iterator, bool back)
{
    EngineIterator *base = &iterator->base;
    PluginCursor *cursor = iterator->cursor;
    while (cursor->valid && is_within(iterator, cursor->key, back)) {
        BaseStatus status = plugin_record_read(cursor->value, &base->record);
        if (!base_is_ok(status)) {
            end(iterator, status);
            return;
        }
        base->stats.examined++;
        if (!has_expired(&base->record, base->now_ms)) {
            base->key = user_key(cursor->key);
            base->valid = true;
            return;
        }
        base->stats.expired++;
        plugin_cursor_move(cursor, back);
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
    base->status = base_ok();
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
    base->status = base_ok();
    settle(iterator, true);
}

void
plugin_iterator_next(EngineIterator *base)
{
    Iterator *iterator = (Iterator *)base;
    plugin_cursor_move(iterator->cursor, false);
    settle(iterator, false);
}

void
plugin_iterator_prev(EngineIterator *base)
{
    Iterator *iterator = (Iterator *)base;
    plugin_cursor_move(iterator->cursor, true);
    settle(iterator, true);
}

size_t
plugin_iterator_stretch(EngineIterator *base, EngineEntry *ret_entries, size_t max)
{
    Iterator *iterator = (Iterator *)base;
    PluginCursor *cursor = iterator->cursor;
    size_t count = 1;
    size_t bytes = base->key.len + base->record.value.len;
    ret_entries[0] = (EngineEntry){.key = base->key, .record = base->record};
    while (count < max && cursor->ahead_count != 0) {
        const PluginEntry *ahead = cursor->ahead;
        EngineEntry *entry = &ret_entries[count];
        if (!is_within(iterator, ahead->key, cursor->back) ||
            !base_is_ok(plugin_record_read(ahead->value, &entry->record)) ||
            has_expired(&entry->record, base->now_ms)) {
            break;
        }
        entry->key = user_key(ahead->key);
        bytes += entry->key.len + entry->record.value.len;
        if (bytes > ENGINE_STRETCH_BYTES) {
            break;
        }
        plugin_cursor_move(cursor, cursor->back);
        count++;
    }
    base->stats.examined += (int64_t)count - 1;
    base->key = ret_entries[count - 1].key;
    base->record = ret_entries[count - 1].record;
    return count;
}
