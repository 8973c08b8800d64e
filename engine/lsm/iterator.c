/*
 * iterator.c: what of the merged cursors is a record. See iterator.h.
 *
 * Every step of the cursors would have to be looked at from many sides: is the key in the range,
 * does another cursor stand on it, does a removed range hide it? So when the cursors have been
 * ranked, a fence is set at the first key for which one of these may be so, and steps up to there
 * compare with the fence alone.
 *
 * Removed ranges. The cover has a span around the current key. If nothing is hidden there, the end
 * of the span is a fence. If something is, every entry is compared with the version that hides; and
 * after PATIENCE keys that were hidden, cursors of older sources go to the end of the span by a
 * seek, because there may be millions. A seek forward does not begin where it would find hidden
 * keys only: cursors start behind the removed ranges of newer sources.
 */
#include "engine/lsm/iterator.h"

#include "engine/base/check.h"
#include "engine/base/epoch.h"
#include "engine/base/spare.h"
#include "engine/lsm/cover.h"
#include "engine/lsm/cursors.h"
#include "engine/lsm/stretch.h"
#include "engine/lsm/value.h"

#include <stdlib.h>

enum {
    PATIENCE = 8,          /* hidden keys of a span that are stepped over one by one */
    SPANS_AHEAD = 64,      /* removed ranges that a seek looks behind */
    LONG_SCAN = 4096,      /* entries; whoever wants more shall not drive others out of the cache */
    CURSORS_MIN = 8,       /* that an iterator has room for */
    CURSORS_KEPT_MAX = 64, /* of an iterator that is kept for reuse */
    KEYS_KEPT_MAX = 16384, /* bytes of its buffers for keys of the caller's */
    STRETCH_KEYS = 8192,   /* bytes of keys that a stretch in a table comes to at most */
};

typedef struct LsmIterator {
    EngineIterator base; /* first: it is one */
    LsmView *view;
    LsmReadCounters *counters;
    LsmCursorReader reader;
    LsmCursors cursors;
    LsmCover cover;
    LsmSpan range; /* stored keys, bounded; in `low` and `high` */
    BaseSlice fence;
    bool fenced;         /* `fence` counts; else every step ranks the cursors anew */
    bool at_second;      /* it is the key of the second cursor */
    unsigned impatience; /* hidden keys met in the span */
    unsigned dead;       /* keys that this move has passed, if that is bounded */
    uint64_t seeks;
    uint64_t hidden; /* keys */
    uint64_t skips;
    TableBlock *value; /* pinned: of the last large value that was shown; NULL: none is */
    BaseBuf low;
    BaseBuf high;
    BaseBuf target;     /* of a seek */
    BaseBuf keys;       /* of a stretch */
    LsmCursor **order;  /* of the cursors, as is `memory` */
    size_t capacity;    /* of both */
    LsmCursor memory[]; /* each is all zeros or was used */
} LsmIterator;

static LsmIterator *
iterator_of(EngineIterator *iterator)
{
    return (LsmIterator *)iterator;
}

/* ---------------------------------------------------------------------------- kept for reuse -- */

static void
destroy(void *object)
{
    LsmIterator *iterator = object;
    for (size_t i = 0; i < iterator->capacity; i++) {
        lsm_cursor_clear(&iterator->memory[i]);
    }
    base_buf_clear(&iterator->low);
    base_buf_clear(&iterator->high);
    base_buf_clear(&iterator->target);
    base_buf_clear(&iterator->keys);
    free(iterator);
}

static BaseSpare spares = BASE_SPARE_INIT(destroy);

/* An iterator with room for so many cursors: one that was kept, or a new one. NULL: no memory. */
static LsmIterator *
take(size_t cursors)
{
    LsmIterator *iterator = base_spare_take(&spares);
    if (iterator != NULL && iterator->capacity >= cursors) {
        return iterator;
    }
    if (iterator != NULL) {
        destroy(iterator);
    }
    size_t capacity = cursors < CURSORS_MIN ? CURSORS_MIN : cursors;
    size_t each = sizeof(LsmCursor) + sizeof(LsmCursor *);
    iterator = calloc(1, sizeof *iterator + capacity * each);
    if (iterator != NULL) {
        iterator->capacity = capacity;
        iterator->order = (LsmCursor **)(void *)&iterator->memory[capacity];
    }
    return iterator;
}

/* Gives up an iterator that holds nothing but memory; one of ordinary size is kept. */
static void
give_up(LsmIterator *iterator)
{
    size_t keys = iterator->low.capacity + iterator->high.capacity + iterator->target.capacity;
    if (keys > KEYS_KEPT_MAX || iterator->capacity > CURSORS_KEPT_MAX) {
        destroy(iterator);
    } else {
        base_spare_keep(&spares, iterator);
    }
}

/* -------------------------------------------------------------------------------------- life -- */

/* Puts a stored key together. False: no memory. */
static bool
set_key(BaseBuf *buf, unsigned keyspace, BaseSlice key)
{
    base_buf_reset(buf);
    return base_buf_append_byte(buf, (uint8_t)keyspace) && base_buf_append_slice(buf, key);
}

static bool
set_range(LsmIterator *iterator, const EngineIteratorOptions *options)
{
    const EngineRange *range = &options->range;
    unsigned keyspace = options->keyspace;
    bool fits = set_key(&iterator->low, keyspace, range->start) &&
                (range->unbounded ? set_key(&iterator->high, keyspace + 1, BASE_SLICE_EMPTY)
                                  : set_key(&iterator->high, keyspace, range->stop));
    iterator->range =
        (LsmSpan){.start = base_buf_slice(&iterator->low), .stop = base_buf_slice(&iterator->high)};
    return fits;
}

static unsigned
table_flags(const EngineIteratorOptions *options)
{
    unsigned flags = (options->flags & ENGINE_READ_CACHED_ONLY) != 0 ? TABLE_CACHE_ONLY : 0;
    return options->limit_hint > LONG_SCAN ? flags | TABLE_CACHE_COLD : flags;
}

/* A cursor on each source that may have something for the reader. */
static void
open_cursors(LsmIterator *iterator)
{
    const LsmView *view = iterator->view;
    const LsmLevels *levels = view->levels;
    LsmCursor *next = iterator->memory;
    for (size_t i = 0; i < view->count; i++) {
        const LsmGeneration *generation = view->generations[i];
        if (atomic_load_explicit(&generation->version_highest, memory_order_acquire) != 0) {
            lsm_cursor_open_generation(next++, &iterator->reader, i, generation);
        }
    }
    for (size_t i = 0; i < levels->run_count; i++) {
        lsm_cursor_open_run(next++, &iterator->reader, view->count + i, &levels->runs[i]);
    }
    iterator->cursors = (LsmCursors){.list = iterator->memory,
                                     .count = (size_t)(next - iterator->memory),
                                     .order = iterator->order};
}

BaseStatus
lsm_iterator_new(const LsmIteratorArgs *args, EngineIterator **ret_iterator)
{
    LsmIterator *iterator = take(args->view->count + args->view->levels->run_count);
    if (iterator == NULL) {
        return base_error(BASE_NO_MEMORY, "no memory for an iterator");
    }
    if (!set_range(iterator, args->options)) {
        give_up(iterator);
        return base_error(BASE_NO_MEMORY, "no memory for the range of an iterator");
    }
    iterator->base = (EngineIterator){.engine = args->engine,
                                      .read_version = args->version,
                                      .now_ms = args->now_ms,
                                      .status = base_ok()};
    iterator->view = args->view;
    iterator->counters = args->counters;
    iterator->reader = (LsmCursorReader){.version = args->version,
                                         .keyspace = args->options->keyspace,
                                         .flags = table_flags(args->options),
                                         .range = &iterator->range,
                                         .counters = args->counters};
    iterator->seeks = iterator->hidden = iterator->skips = 0;
    lsm_cover_init(&iterator->cover, args->view, args->version);
    open_cursors(iterator);
    *ret_iterator = &iterator->base;
    return base_ok();
}

static void
count(const LsmIterator *iterator)
{
    const EngineIteratorStats *stats = &iterator->base.stats;
    LsmReadCounters *counters = iterator->counters;
    lsm_counters_scan(counters, LSM_SCAN_OPENED, 1);
    lsm_counters_scan(counters, LSM_SCAN_SEEKS, iterator->seeks);
    lsm_counters_scan(counters, LSM_SCAN_EXAMINED, (uint64_t)stats->examined);
    lsm_counters_scan(counters, LSM_SCAN_TOMBSTONES, (uint64_t)stats->tombstones);
    lsm_counters_scan(counters, LSM_SCAN_EXPIRED, (uint64_t)stats->expired);
    lsm_counters_scan(counters, LSM_SCAN_HIDDEN, iterator->hidden);
    lsm_counters_scan(counters, LSM_SCAN_SKIPS, iterator->skips);
}

void
lsm_iterator_free(EngineIterator *base)
{
    LsmIterator *iterator = iterator_of(base);
    count(iterator);
    for (size_t i = 0; i < iterator->cursors.count; i++) {
        lsm_cursor_rest(&iterator->memory[i]);
    }
    table_block_unpin(iterator->value);
    iterator->value = NULL;
    lsm_view_unref(iterator->view);
    give_up(iterator);
}

/* ----------------------------------------------------------------------------------- records -- */

static void
fail(LsmIterator *iterator, BaseStatus status)
{
    iterator->base.valid = false;
    iterator->base.status = status;
}

/*
 * Whether a key is in the range, as far as the direction can leave it. An edge that is the border
 * of a keyspace, which is one byte, is told from the first byte of keys.
 */
static inline bool
is_before_edge(const LsmIterator *iterator, BaseSlice key, bool backward)
{
    BaseSlice edge = backward ? iterator->range.start : iterator->range.stop;
    if (edge.len == 1) {
        return backward ? key.data[0] >= edge.data[0] : key.data[0] < edge.data[0];
    }
    return backward ? base_slice_compare(key, edge) >= 0 : base_slice_compare(key, edge) < 0;
}

/* Sets the fence for the cursors as they are ranked and the cover as it is. */
static void
set_fence(LsmIterator *iterator)
{
    const LsmSpan *span = &iterator->cover.span;
    bool backward = iterator->cursors.backward;
    BaseSlice fence = backward ? iterator->range.start : iterator->range.stop;
    BaseSlice second;
    iterator->at_second = lsm_cursors_second(&iterator->cursors, &second) &&
                          is_before_edge(iterator, second, backward);
    if (iterator->at_second) {
        fence = second;
    }
    iterator->fenced = !iterator->cover.any || iterator->cover.hides == 0;
    if (iterator->cover.any && (backward || !span->unbounded)) {
        BaseSlice border = backward ? span->start : span->stop;
        if (lsm_cursors_compare(border, fence, backward) < 0) {
            fence = border;
            iterator->at_second = false;
        }
    }
    iterator->fence = fence;
}

/* After a key that is not shown: whether the move may go on; else the iterator fails. */
static bool
may_go_on(LsmIterator *iterator)
{
    if ((iterator->reader.flags & TABLE_CACHE_ONLY) == 0 ||
        ++iterator->dead <= LSM_ITERATOR_DEAD_MAX) {
        return true;
    }
    fail(iterator, base_error(BASE_WOULD_BLOCK, "an iterator has met many removed keys"));
    return false;
}

/* Finds the entry to look at. NULL: the range ends here, or an error; the iterator says so. */
static const FormatEntry *
choose(LsmIterator *iterator)
{
    LsmCursors *cursors = &iterator->cursors;
    BaseStatus status = lsm_cursors_choose(cursors);
    if (!base_is_ok(status)) {
        fail(iterator, status);
        return NULL;
    }
    if (cursors->at == NULL ||
        !is_before_edge(iterator, cursors->at->entry->key, cursors->backward)) {
        iterator->base.valid = false;
        return NULL;
    }
    LsmCover *cover = &iterator->cover;
    if (cover->any && !lsm_span_holds(&cover->span, cursors->at->entry->key)) {
        lsm_cover_find(cover, cursors->at->entry->key);
        iterator->impatience = 0;
    }
    set_fence(iterator);
    return cursors->at->entry;
}

/* Fetches the large value that an entry refers to, and keeps it until the next one is shown. */
static BaseStatus
fetch_value(LsmIterator *iterator, const FormatEntry *entry)
{
    TableBlock *block = NULL;
    if (!base_epoch_enter()) {
        return base_error(BASE_NO_MEMORY, "no memory for a read section");
    }
    BaseStatus status = lsm_value_fetch(entry, iterator->view->levels, iterator->reader.flags,
                                        &block, &iterator->base.record.value);
    if (base_is_ok(status)) {
        table_block_pin(block);
        table_block_unpin(iterator->value);
        iterator->value = block;
    }
    base_epoch_exit();
    return status;
}

/* Shows the record of the current entry, or the error that prevents it. */
static void
show(LsmIterator *iterator, const FormatEntry *entry)
{
    EngineIterator *base = &iterator->base;
    base->record.value = entry->value;
    if (__builtin_expect(entry->kind == FORMAT_BLOB, 0)) {
        BaseStatus status = fetch_value(iterator, entry);
        if (!base_is_ok(status)) {
            fail(iterator, status);
            return;
        }
    }
    base->key = base_slice(entry->key.data + 1, entry->key.len - 1);
    base->record.version = entry->version;
    base->record.expires_at_ms = entry->expires_at_ms;
    base->valid = true;
}

/* Looks at an entry that no removed range hides. False: there is no record; it was counted. */
static inline bool
look(LsmIterator *iterator, const FormatEntry *entry)
{
    EngineIterator *base = &iterator->base;
    base->stats.examined++;
    if (__builtin_expect(entry->kind == FORMAT_REMOVE, 0)) {
        base->stats.tombstones++;
        return false;
    }
    if (__builtin_expect(entry->expires_at_ms != 0 && entry->expires_at_ms <= base->now_ms, 0)) {
        base->stats.expired++;
        return false;
    }
    show(iterator, entry);
    return true;
}

/* Passes the current entry if a removed range hides it. */
static bool
pass_hidden(LsmIterator *iterator, const FormatEntry *entry)
{
    const LsmCover *cover = &iterator->cover;
    if (!cover->any || entry->version >= cover->hides) {
        return false;
    }
    iterator->base.stats.examined++;
    iterator->base.stats.tombstones++;
    iterator->hidden++;
    if (++iterator->impatience >= PATIENCE && iterator->cursors.at->rank > cover->rank) {
        iterator->skips++;
        lsm_cursors_skip(&iterator->cursors, &cover->span, cover->rank, iterator->range.stop);
    } else {
        lsm_cursors_pass(&iterator->cursors);
    }
    return true;
}

/* From where the cursors stand to the next record. */
static void
find(LsmIterator *iterator)
{
    const FormatEntry *entry;
    iterator->base.valid = false;
    while ((entry = choose(iterator)) != NULL) {
        if (!pass_hidden(iterator, entry)) {
            if (look(iterator, entry)) {
                return;
            }
            lsm_cursors_pass(&iterator->cursors);
        }
        if (!may_go_on(iterator)) {
            return;
        }
    }
}

/* Whether a cursor has moved to an entry before the fence. */
static inline bool
is_before_fence(LsmIterator *iterator, const LsmCursor *cursor, bool backward)
{
    if (cursor->entry == NULL || !iterator->fenced) {
        return false;
    }
    int order = lsm_cursors_compare(cursor->entry->key, iterator->fence, backward);
    iterator->cursors.passed = order > 0 && iterator->at_second;
    return order < 0;
}

/* Goes on in the direction of the last move. */
static inline void
step(LsmIterator *iterator, bool backward)
{
    LsmCursor *at = iterator->cursors.at;
    if (iterator->cursors.shared) {
        lsm_cursors_pass(&iterator->cursors);
        find(iterator);
        return;
    }
    do {
        lsm_cursors_step(&iterator->cursors, backward);
        if (!is_before_fence(iterator, at, backward)) {
            find(iterator);
            return;
        }
    } while (!look(iterator, at->entry) && may_go_on(iterator));
}

static inline void
move(EngineIterator *base, bool backward)
{
    BASE_CHECK(base->valid);
    LsmIterator *iterator = iterator_of(base);
    iterator->dead = 0;
    if (__builtin_expect(iterator->cursors.backward == backward, 1)) {
        step(iterator, backward);
    } else {
        lsm_cursors_turn(&iterator->cursors);
        find(iterator);
    }
}

void
lsm_iterator_next(EngineIterator *base)
{
    move(base, false);
}

void
lsm_iterator_prev(EngineIterator *base)
{
    move(base, true);
}

/* The entries of a stretch behind the current one; how many there are with it. */
static size_t
take_stretch(LsmIterator *iterator, EngineEntry *entries, size_t max)
{
    LsmCursor *at = iterator->cursors.at;
    LsmStretch stretch = {.fence = iterator->fence,
                          .backward = iterator->cursors.backward,
                          .now_ms = iterator->base.now_ms,
                          .max = max,
                          .keys = &iterator->keys,
                          .entries = entries,
                          .count = 1,
                          .bytes = at->entry->key.len + at->entry->value.len};
    base_buf_reset(&iterator->keys);
    if (!base_buf_reserve(&iterator->keys, STRETCH_KEYS)) {
        return 1;
    }
    lsm_stretch_take(&stretch, at);
    return stretch.count;
}

size_t
lsm_iterator_stretch(EngineIterator *base, EngineEntry *ret_entries, size_t max)
{
    BASE_CHECK(base->valid && max > 0);
    LsmIterator *iterator = iterator_of(base);
    const LsmCursors *cursors = &iterator->cursors;
    ret_entries[0] = (EngineEntry){.key = base->key, .record = base->record};
    if (max == 1 || !iterator->fenced || cursors->shared ||
        cursors->at->entry->kind != FORMAT_PUT) {
        return 1;
    }
    size_t count = take_stretch(iterator, ret_entries, max);
    const EngineEntry *last = &ret_entries[count - 1];
    base->key = last->key;
    base->record = last->record;
    base->stats.examined += (int64_t)count - 1;
    return count;
}

/* ------------------------------------------------------------------------------------- seeks -- */

/* Makes ready for a seek to `key`; NULL: to the edge. False: there is nothing to find. */
static bool
begin_seek(LsmIterator *iterator, const BaseSlice *key, BaseSlice edge, BaseSlice *ret_target)
{
    EngineIterator *base = &iterator->base;
    base->valid = false;
    base->status = base_ok();
    iterator->seeks++;
    iterator->impatience = 0;
    iterator->dead = 0;
    *ret_target = edge;
    if (key != NULL) {
        if (!set_key(&iterator->target, iterator->reader.keyspace, *key)) {
            fail(iterator, base_error(BASE_NO_MEMORY, "no memory for a key"));
            return false;
        }
        *ret_target = base_buf_slice(&iterator->target);
    }
    return base_slice_compare(iterator->range.start, iterator->range.stop) < 0;
}

/*
 * Sets the goals of cursors for a seek forward: `key`, and for those of older sources the end of
 * the removed ranges of newer ones that begin there.
 */
static void
set_goals(LsmIterator *iterator, BaseSlice key)
{
    LsmCover *cover = &iterator->cover;
    LsmCursor *cursor = iterator->memory;
    LsmCursor *end = cursor + iterator->cursors.count;
    for (int spans = 0; cover->any && spans < SPANS_AHEAD && cursor < end; spans++) {
        lsm_cover_find(cover, key);
        if (cover->hides == 0) {
            break;
        }
        for (; cursor < end && cursor->rank <= cover->rank; cursor++) {
            cursor->goal = key;
        }
        key = cover->span.unbounded ? iterator->range.stop : cover->span.stop;
    }
    for (; cursor < end; cursor++) {
        cursor->goal = key;
    }
}

/* Moves all cursors to their goals, and to the next record from there. */
static void
go(LsmIterator *iterator, bool backward)
{
    BaseStatus status = lsm_cursors_seek(&iterator->cursors, backward);
    if (base_is_ok(status)) {
        find(iterator);
    } else {
        fail(iterator, status);
    }
}

void
lsm_iterator_seek(EngineIterator *base, const BaseSlice *key)
{
    LsmIterator *iterator = iterator_of(base);
    BaseSlice target;
    if (!begin_seek(iterator, key, iterator->range.start, &target) ||
        base_slice_compare(target, iterator->range.stop) >= 0) {
        return;
    }
    if (base_slice_compare(target, iterator->range.start) < 0) {
        target = iterator->range.start;
    }
    set_goals(iterator, target);
    go(iterator, false);
}

void
lsm_iterator_seek_before(EngineIterator *base, const BaseSlice *key)
{
    LsmIterator *iterator = iterator_of(base);
    BaseSlice target;
    if (!begin_seek(iterator, key, iterator->range.stop, &target) ||
        base_slice_compare(target, iterator->range.start) <= 0) {
        return;
    }
    if (base_slice_compare(target, iterator->range.stop) > 0) {
        target = iterator->range.stop;
    }
    for (size_t i = 0; i < iterator->cursors.count; i++) {
        iterator->memory[i].goal = target;
    }
    go(iterator, true);
}
