/*
 * iterator.c: cursors of a view merged by key. See iterator.h.
 *
 * The cursors stand on the first keys at or behind (backward: before) where the iterator is. `at`
 * is the one with the foremost key, of several the newest. A step forward moves all cursors that
 * stand on the current key, and chooses anew. That is seldom needed: as long as the key of `at`
 * stays before the fence, no other cursor is on it, it is in the range, and no removed range covers
 * it.
 *
 * Turning round moves every cursor but `at` to the other side of the current key.
 *
 * Removed ranges. The cover has a span around the current key. If nothing is hidden there, the end
 * of the span is a fence. If something is, every entry is compared with the version that hides; and
 * after PATIENCE keys that were hidden, cursors of older sources go to the end of the span by a
 * seek, because there may be millions. A seek forward does not begin where it would find hidden
 * keys only: cursors start behind the removed ranges of newer sources.
 */
#include "engine/lsm/iterator.h"

#include "engine/base/check.h"
#include "engine/base/spare.h"
#include "engine/lsm/cover.h"
#include "engine/lsm/cursor.h"
#include "engine/lsm/value.h"

#include <stdlib.h>

enum {
    PATIENCE = 8,          /* hidden keys of a span that are stepped over one by one */
    SPANS_AHEAD = 64,      /* removed ranges that a seek looks behind */
    LONG_SCAN = 4096,      /* entries; whoever wants more shall not drive others out of the cache */
    CURSORS_MIN = 8,       /* that an iterator has room for */
    CURSORS_KEPT_MAX = 64, /* of an iterator that is kept for reuse */
    KEYS_KEPT_MAX = 16384, /* bytes of its buffers */
};

typedef struct LsmIterator {
    EngineIterator base; /* first: it is one */
    LsmView *view;
    LsmReadCounters *counters;
    LsmCursorReader reader;
    LsmCover cover;
    LsmSpan range; /* stored keys, bounded; in `low` and `high` */
    BaseBuf low;
    BaseBuf high;
    BaseBuf target; /* of a seek */
    uint64_t seeks;
    uint64_t hidden; /* keys */
    uint64_t skips;
    bool backward;
    bool shared;         /* another cursor stands on the key of `at` */
    bool fenced;         /* `fence` is to be looked at; else every step chooses */
    unsigned impatience; /* hidden keys met in the span */
    BaseSlice fence;
    LsmCursor *at;
    size_t count;    /* cursors in use */
    size_t capacity; /* all of them are zeros or were used */
    LsmCursor cursors[];
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
        lsm_cursor_clear(&iterator->cursors[i]);
    }
    base_buf_clear(&iterator->low);
    base_buf_clear(&iterator->high);
    base_buf_clear(&iterator->target);
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
    iterator = calloc(1, sizeof *iterator + capacity * sizeof(LsmCursor));
    if (iterator != NULL) {
        iterator->capacity = capacity;
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
    iterator->count = 0;
    for (size_t i = 0; i < view->count; i++) {
        const LsmGeneration *generation = view->generations[i];
        if (atomic_load_explicit(&generation->version_highest, memory_order_acquire) != 0) {
            lsm_cursor_open_generation(&iterator->cursors[iterator->count++], &iterator->reader, i,
                                       generation);
        }
    }
    const LsmLevels *levels = view->levels;
    for (size_t i = 0; i < levels->run_count; i++) {
        lsm_cursor_open_run(&iterator->cursors[iterator->count++], &iterator->reader,
                            view->count + i, &levels->runs[i]);
    }
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
    iterator->at = NULL;
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
    for (size_t i = 0; i < iterator->count; i++) {
        lsm_cursor_rest(&iterator->cursors[i]);
    }
    lsm_view_unref(iterator->view);
    give_up(iterator);
}

/* ------------------------------------------------------------------------------------ choose -- */

static void
fail(LsmIterator *iterator, BaseStatus status)
{
    iterator->base.valid = false;
    iterator->base.status = status;
}

/* Less than, equal to or greater than 0, as `a` comes before, with or behind `b` on the way. */
static inline int
compare(BaseSlice a, BaseSlice b, bool backward)
{
    return backward ? base_slice_compare(b, a) : base_slice_compare(a, b);
}

/*
 * Finds the foremost cursor, and the next one. Those that wait at a border which is not behind the
 * foremost key have to go and look. False: an error; the iterator says so.
 */
static bool
rank_cursors(LsmIterator *iterator, LsmCursor **ret_first, LsmCursor **ret_second)
{
    bool backward = iterator->backward;
    LsmCursor *first = NULL;
    LsmCursor *second = NULL;
    for (size_t i = 0; i < iterator->count; i++) {
        LsmCursor *cursor = &iterator->cursors[i];
        if (cursor->entry == NULL && !cursor->waits) {
            if (!base_is_ok(cursor->status)) {
                fail(iterator, cursor->status);
                return false;
            }
            continue;
        }
        BaseSlice key = lsm_cursor_key(cursor);
        if (first == NULL || compare(key, lsm_cursor_key(first), backward) < 0) {
            second = first;
            first = cursor;
        } else if (second == NULL || compare(key, lsm_cursor_key(second), backward) < 0) {
            second = cursor;
        }
    }
    *ret_first = first;
    *ret_second = second;
    return true;
}

/* Whether some cursor had to go and look, so that the order may be another one. */
static bool
arrive(LsmIterator *iterator, BaseSlice key)
{
    bool any = false;
    for (size_t i = 0; i < iterator->count; i++) {
        LsmCursor *cursor = &iterator->cursors[i];
        if (cursor->waits && compare(cursor->border, key, iterator->backward) <= 0) {
            lsm_cursor_arrive(cursor, iterator->backward);
            any = true;
        }
    }
    return any;
}

/* What bounds the keys of `at` for which nothing has to be looked at. */
static void
set_fence(LsmIterator *iterator, const LsmCursor *second)
{
    bool backward = iterator->backward;
    BaseSlice fence = backward ? iterator->range.start : iterator->range.stop;
    if (second != NULL && compare(lsm_cursor_key(second), fence, backward) < 0) {
        fence = lsm_cursor_key(second);
    }
    iterator->fenced = true;
    if (iterator->cover.any) {
        const LsmSpan *span = &iterator->cover.span;
        iterator->fenced = iterator->cover.hides == 0;
        if (backward && base_slice_compare(span->start, fence) > 0) {
            fence = span->start;
        } else if (!backward && !span->unbounded && base_slice_compare(span->stop, fence) < 0) {
            fence = span->stop;
        }
    }
    iterator->fence = fence;
}

/*
 * Chooses the cursor to look at. False: there is none in the range, or an error; the iterator says
 * so.
 */
static bool
choose(LsmIterator *iterator)
{
    LsmCursor *first = NULL;
    LsmCursor *second = NULL;
    do {
        if (!rank_cursors(iterator, &first, &second)) {
            return false;
        }
    } while (first != NULL && arrive(iterator, lsm_cursor_key(first)));
    iterator->at = first;
    if (first == NULL || !lsm_span_holds(&iterator->range, first->entry->key)) {
        iterator->base.valid = false;
        return false;
    }
    BaseSlice key = first->entry->key;
    iterator->shared = second != NULL && base_slice_equal(lsm_cursor_key(second), key);
    if (iterator->cover.any && !lsm_span_holds(&iterator->cover.span, key)) {
        lsm_cover_find(&iterator->cover, key);
        iterator->impatience = 0;
    }
    set_fence(iterator, second);
    return true;
}

/* ------------------------------------------------------------------------------------- moves -- */

static inline void
move(LsmCursor *cursor, bool backward)
{
    if (backward) {
        lsm_cursor_prev(cursor);
    } else {
        lsm_cursor_next(cursor);
    }
}

/* Moves all cursors that stand on the current key; `at` last, because the key is its. */
static void
pass(LsmIterator *iterator)
{
    LsmCursor *at = iterator->at;
    for (size_t i = 0; iterator->shared && i < iterator->count; i++) {
        LsmCursor *cursor = &iterator->cursors[i];
        if (cursor != at && cursor->entry != NULL &&
            base_slice_equal(cursor->entry->key, at->entry->key)) {
            move(cursor, iterator->backward);
        }
    }
    move(at, iterator->backward);
}

/* Moves the cursors of sources behind `rank` that are in the cover's span to its end. */
static void
skip_span(LsmIterator *iterator)
{
    const LsmSpan span = iterator->cover.span;
    iterator->skips++;
    for (size_t i = 0; i < iterator->count; i++) {
        LsmCursor *cursor = &iterator->cursors[i];
        if (cursor->rank <= iterator->cover.rank || !lsm_cursor_stands(cursor) ||
            !lsm_span_holds(&span, lsm_cursor_key(cursor))) {
            continue;
        }
        if (iterator->backward) {
            lsm_cursor_seek_before(cursor, span.start);
        } else {
            lsm_cursor_seek(cursor, span.unbounded ? iterator->range.stop : span.stop);
        }
    }
}

/* Shows the record of the current entry, or the error that prevents it. */
static void
show(LsmIterator *iterator, const FormatEntry *entry)
{
    EngineIterator *base = &iterator->base;
    BaseStatus status = lsm_value_open(entry, &base->record.value);
    if (__builtin_expect(!base_is_ok(status), 0)) {
        fail(iterator, status);
        return;
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
pass_hidden(LsmIterator *iterator)
{
    const LsmCover *cover = &iterator->cover;
    if (!cover->any || iterator->at->entry->version >= cover->hides) {
        return false;
    }
    iterator->base.stats.examined++;
    iterator->base.stats.tombstones++;
    iterator->hidden++;
    if (++iterator->impatience >= PATIENCE && iterator->at->rank > cover->rank) {
        skip_span(iterator);
    } else {
        pass(iterator);
    }
    return true;
}

/* From where the cursors stand to the next record. */
static void
find(LsmIterator *iterator)
{
    iterator->base.valid = false;
    while (choose(iterator)) {
        if (pass_hidden(iterator)) {
            continue;
        }
        if (look(iterator, iterator->at->entry)) {
            return;
        }
        pass(iterator);
    }
}

/* Goes on in the direction of the last move. */
static inline void
step(LsmIterator *iterator, bool backward)
{
    LsmCursor *at = iterator->at;
    if (iterator->shared) {
        pass(iterator);
    } else {
        do {
            move(at, backward);
            if (at->entry == NULL || !iterator->fenced ||
                compare(at->entry->key, iterator->fence, backward) >= 0) {
                break;
            }
            if (look(iterator, at->entry)) {
                return;
            }
        } while (true);
    }
    find(iterator);
}

/* Moves all cursors to the other side of the current key. */
static void
turn(LsmIterator *iterator, bool backward)
{
    BaseSlice key = iterator->at->entry->key;
    for (size_t i = 0; i < iterator->count; i++) {
        LsmCursor *cursor = &iterator->cursors[i];
        if (cursor == iterator->at) {
            continue;
        }
        if (backward) {
            lsm_cursor_seek_before(cursor, key);
            continue;
        }
        lsm_cursor_seek(cursor, key);
        if (cursor->entry != NULL && base_slice_equal(cursor->entry->key, key)) {
            lsm_cursor_next(cursor);
        }
    }
    move(iterator->at, backward);
    iterator->backward = backward;
    find(iterator);
}

void
lsm_iterator_next(EngineIterator *base)
{
    BASE_CHECK(base->valid);
    LsmIterator *iterator = iterator_of(base);
    if (__builtin_expect(iterator->backward, 0)) {
        turn(iterator, false);
    } else {
        step(iterator, false);
    }
}

void
lsm_iterator_prev(EngineIterator *base)
{
    BASE_CHECK(base->valid);
    LsmIterator *iterator = iterator_of(base);
    if (__builtin_expect(!iterator->backward, 0)) {
        turn(iterator, true);
    } else {
        step(iterator, true);
    }
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
    size_t next = 0;
    for (int spans = 0; cover->any && spans < SPANS_AHEAD && next < iterator->count; spans++) {
        lsm_cover_find(cover, key);
        if (cover->hides == 0) {
            break;
        }
        while (next < iterator->count && iterator->cursors[next].rank <= cover->rank) {
            iterator->cursors[next++].goal = key;
        }
        key = cover->span.unbounded ? iterator->range.stop : cover->span.stop;
    }
    while (next < iterator->count) {
        iterator->cursors[next++].goal = key;
    }
}

/* Moves all cursors to their goals, and to the next record from there. */
static void
go(LsmIterator *iterator, bool backward)
{
    BaseStatus status = lsm_cursor_seek_many(iterator->cursors, iterator->count, backward);
    if (!base_is_ok(status)) {
        fail(iterator, status);
        return;
    }
    iterator->backward = backward;
    find(iterator);
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
    for (size_t i = 0; i < iterator->count; i++) {
        iterator->cursors[i].goal = target;
    }
    go(iterator, true);
}
