/*
 * stretch.c: the loops over a leaf and over a block. See stretch.h.
 *
 * A walk through a memtable goes through the arena at random. All keys of a stretch are fetched
 * from memory at once, and then all their records, so that it waits for memory twice, and not as
 * often as it has entries.
 */
#include "engine/lsm/stretch.h"

#include "engine/format/data_peek.h"

/* Whether an entry of so many bytes that expires at `expires_at_ms` may be taken. */
static inline bool
may_take(const LsmStretch *stretch, size_t bytes, int64_t expires_at_ms)
{
    return stretch->bytes + bytes <= ENGINE_STRETCH_BYTES &&
           (expires_at_ms == 0 || expires_at_ms > stretch->now_ms);
}

/* Appends an entry, of whose key the first byte is the keyspace. */
static inline void
append(LsmStretch *stretch, BaseSlice key, EngineRecord record)
{
    stretch->entries[stretch->count++] =
        (EngineEntry){.key = base_slice(key.data + 1, key.len - 1), .record = record};
    stretch->bytes += key.len + record.value.len;
}

/* Where nothing else ends a walk, the fence is the border of a keyspace, which is one byte. */
static inline bool
is_border(const LsmStretch *stretch)
{
    return stretch->fence.len == 1;
}

static inline bool
is_before_fence(const LsmStretch *stretch, BaseSlice key)
{
    BaseSlice fence = stretch->fence;
    int order;
    if (is_border(stretch)) {
        order = key.data[0] != fence.data[0] ? key.data[0] - fence.data[0] : key.len > 1;
    } else {
        order = base_slice_compare(key, fence);
    }
    return stretch->backward ? order > 0 : order < 0;
}

/* --------------------------------------------------------------------------------- memtables -- */

/* How many keys of the leaf are left to take. */
static uint32_t
left_in_leaf(const LsmStretch *stretch, const LsmTreeCursor *place)
{
    uint32_t left = stretch->backward ? place->position : place->count - place->position - 1;
    size_t wanted = stretch->max - stretch->count;
    return left < wanted ? left : (uint32_t)wanted;
}

/* The i-th key from the one at hand on. */
static inline const LsmTreeKey *
key_at(const LsmStretch *stretch, const LsmTreeCursor *place, uint32_t i)
{
    uint32_t position = stretch->backward ? place->position - i : place->position + i;
    return lsm_arena_at(place->tree->arena, place->keys[position]);
}

static void
fetch(const LsmStretch *stretch, const LsmTreeCursor *place, uint32_t left)
{
    enum { LINE = 64, LINES = 3 };
    for (uint32_t i = 1; i <= left; i++) {
        __builtin_prefetch(key_at(stretch, place, i));
    }
    for (uint32_t i = 1; i <= left; i++) {
        LsmRef newest =
            atomic_load_explicit(&key_at(stretch, place, i)->newest, memory_order_relaxed);
        const uint8_t *record = lsm_arena_at(place->tree->arena, newest);
        for (int line = 0; line < LINES; line++) {
            __builtin_prefetch(record + (ptrdiff_t)line * LINE);
        }
    }
}

static void
take_from_leaf(LsmStretch *stretch, LsmCursor *cursor)
{
    LsmTreeCursor *place = &cursor->memory.place;
    uint32_t left = left_in_leaf(stretch, place);
    if (left == 0) {
        return;
    }
    fetch(stretch, place, left);
    BaseSlice last = lsm_tree_key_bytes(key_at(stretch, place, left));
    bool all = is_before_fence(stretch, last);
    uint32_t taken = 0;
    while (taken < left) {
        const LsmTreeKey *node = key_at(stretch, place, taken + 1);
        const LsmRecord *record =
            lsm_memtable_key_record(place->tree->arena, node, cursor->reader->version);
        BaseSlice key = lsm_tree_key_bytes(node);
        if (record == NULL || record->kind != LSM_RECORD_PUT ||
            !may_take(stretch, key.len + record->value_size, record->expires_at_ms) ||
            (!all && !is_before_fence(stretch, key))) {
            break;
        }
        append(stretch, key,
               (EngineRecord){.value = lsm_record_value(record),
                              .version = record->version,
                              .expires_at_ms = record->expires_at_ms});
        taken++;
    }
    if (taken != 0) {
        place->position += stretch->backward ? -taken : taken;
        lsm_cursor_show_again(cursor);
    }
}

/* ------------------------------------------------------------------------------------ tables -- */

/* Keeps a key: its first bytes from the key before, the rest from a block. NULL: no room. */
static const uint8_t *
keep_key(BaseBuf *keys, BaseSlice before, size_t shared, BaseSlice rest)
{
    if (keys->capacity - keys->len < shared + rest.len) {
        return NULL;
    }
    uint8_t *key = keys->data + keys->len;
    memcpy(key, before.data, shared);
    if (rest.len != 0) {
        memcpy(key + shared, rest.data, rest.len);
    }
    keys->len += shared + rest.len;
    return key;
}

/*
 * Takes entries of the block. Older ones of a key that was taken are passed. Where one is not taken
 * the cursor stays on the last that was, whatever it has passed behind it.
 */
static void
take_from_block(LsmStretch *stretch, LsmCursor *cursor)
{
    TableIterator *iterator = &cursor->iterator;
    /* The end of the block is asked for in vain where its entries tell as fast. */
    bool all = !is_border(stretch) && is_before_fence(stretch, table_iterator_block_end(iterator));
    FormatDataPeek peek = format_data_peek(&iterator->cursor);
    BaseSlice before = iterator->cursor.entry.key;
    size_t longest = iterator->cursor.key.capacity;
    const uint8_t *last_at = NULL;
    const uint8_t *key = keep_key(stretch->keys, before, before.len, BASE_SLICE_EMPTY);
    if (key == NULL) {
        return;
    }
    stretch->entries[0].key = base_slice(key + 1, before.len - 1);
    while (stretch->count < stretch->max && format_data_peek_next(&peek, before)) {
        if (peek.repeats) {
            continue;
        }
        const FormatEntryHead *head = &peek.head;
        size_t len = head->shared + head->unshared;
        int64_t version = table_iterator_version(iterator, head->version_delta);
        if (head->kind != FORMAT_PUT || version > cursor->reader->version || len > longest ||
            !may_take(stretch, len + head->value_len, head->expires_at_ms)) {
            break;
        }
        key =
            keep_key(stretch->keys, before, head->shared, base_slice(head->suffix, head->unshared));
        if (key == NULL || (!all && !is_before_fence(stretch, base_slice(key, len)))) {
            break;
        }
        before = base_slice(key, len);
        last_at = peek.at;
        append(stretch, before,
               (EngineRecord){.value = base_slice(head->value, head->value_len),
                              .version = version,
                              .expires_at_ms = head->expires_at_ms});
    }
    if (last_at != NULL) {
        table_iterator_stand(iterator, last_at, before);
    }
}

/* Whether an entry that was read before is older than one of its key that the reader sees. */
static inline bool
is_passed(const LsmCursor *cursor, const FormatBackEntry *read)
{
    const TableIterator *iterator = &cursor->iterator;
    return read->repeats &&
           table_iterator_version_of(iterator, &read[-1].entry) <= cursor->reader->version;
}

/*
 * Takes entries before the current one, of those that the block's cursor has read already. The
 * first of them is left where it may be an older one of a key.
 */
static void
take_from_block_back(LsmStretch *stretch, LsmCursor *cursor)
{
    TableIterator *iterator = &cursor->iterator;
    size_t left = 0;
    const FormatBackEntry *read = format_data_cursor_back(&iterator->cursor, &left);
    size_t stop = left != 0 && table_iterator_is_newest(iterator, &read[0]) ? 0 : 1;
    if (left <= stop) {
        return;
    }
    BaseSlice first = iterator->cursor.entry.key;
    const uint8_t *key = keep_key(stretch->keys, first, first.len, BASE_SLICE_EMPTY);
    if (key == NULL) {
        return;
    }
    bool all = is_before_fence(stretch, read[stop].entry.key);
    size_t last = left;
    while (left > stop && stretch->count < stretch->max) {
        const FormatBackEntry *at = &read[--left];
        const FormatEntry *entry = &at->entry;
        int64_t version = table_iterator_version_of(iterator, entry);
        if (is_passed(cursor, at)) {
            continue;
        }
        if (at->repeats || entry->kind != FORMAT_PUT || version > cursor->reader->version ||
            !may_take(stretch, entry->key.len + entry->value.len, entry->expires_at_ms) ||
            (!all && !is_before_fence(stretch, entry->key))) {
            break;
        }
        last = left;
        append(stretch, entry->key,
               (EngineRecord){.value = entry->value,
                              .version = version,
                              .expires_at_ms = entry->expires_at_ms});
    }
    if (stretch->count > 1) {
        stretch->entries[0].key = base_slice(key + 1, first.len - 1);
        table_iterator_go_back(iterator, last);
    }
}

void
lsm_stretch_take(LsmStretch *stretch, LsmCursor *cursor)
{
    if (cursor->run == NULL) {
        take_from_leaf(stretch, cursor);
    } else if (stretch->backward) {
        take_from_block_back(stretch, cursor);
    } else {
        take_from_block(stretch, cursor);
    }
}
