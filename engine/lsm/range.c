/*
 * range.c: sums over indexes and properties. See range.h.
 *
 * An estimate adds up what each source has in the range: a table as many entries as its index says,
 * to one block, and of everything else the same share of what its properties say; a memtable its
 * keys, which are counted, and the average of its records. Every remove is taken to have one older
 * entry below it. What removed ranges hide is taken off: for as many of their spans as are worth
 * the time, the entries of all older sources.
 *
 * Splitting puts a mark at every few blocks of every source, with the bytes before it, and sorts
 * all marks; where enough bytes have come together, there is a key that splits.
 */
#include "engine/lsm/range.h"

#include "engine/lsm/cover.h"
#include "engine/lsm/iterator.h"
#include "engine/lsm/stored.h"
#include "engine/lsm/table_info.h"
#include "engine/lsm/tables.h"

#include <stdlib.h>

enum {
    COUNTED_MAX = 1000, /* entries of a range that is counted, if they are in memory */
    SPANS_MAX = 256,    /* of removed ranges that are looked at */
    MARKS_PER_PART = 8, /* of each source */
    MARKS_MAX = 65536,  /* of each source, about */
};

/* ------------------------------------------------------------------------------------ bounds -- */

/* A range of ENGINE_DATA in stored keys. */
typedef struct Bounds {
    LsmStored start;
    LsmStored stop;
    LsmSpan span;
} Bounds;

static BaseStatus
bounds_init(Bounds *bounds, const EngineRange *range)
{
    BaseStatus status = lsm_stored_init(&bounds->start, ENGINE_DATA, range->start);
    if (!base_is_ok(status)) {
        return status;
    }
    status = range->unbounded ? lsm_stored_init(&bounds->stop, ENGINE_DATA + 1, BASE_SLICE_EMPTY)
                              : lsm_stored_init(&bounds->stop, ENGINE_DATA, range->stop);
    if (!base_is_ok(status)) {
        lsm_stored_clear(&bounds->start);
        return status;
    }
    bounds->span = (LsmSpan){.start = bounds->start.key, .stop = bounds->stop.key};
    return base_ok();
}

static void
bounds_clear(Bounds *bounds)
{
    lsm_stored_clear(&bounds->start);
    lsm_stored_clear(&bounds->stop);
}

static bool
is_empty(const LsmSpan *span)
{
    return base_slice_compare(span->start, span->stop) >= 0;
}

/* ---------------------------------------------------------------------------------- estimate -- */

/* What some sources have, about. */
typedef struct Tally {
    double entries;
    double removes;
    double expired;
    double bytes;
} Tally;

/* The part of a table's expiring entries whose time has come, if they are spread evenly. */
static double
expired_part(const FormatTable *info, int64_t now_ms)
{
    if (info->expiring == 0 || now_ms < info->expiry_min) {
        return 0;
    }
    if (now_ms >= info->expiry_max) {
        return 1;
    }
    return (double)(now_ms - info->expiry_min) / (double)(info->expiry_max - info->expiry_min);
}

static void
add_table(Tally *tally, const LsmTable *table, const LsmSpan *span, int64_t now_ms)
{
    const FormatTable *info = &table->info;
    const Table *reader = lsm_table_reader(table);
    uint64_t before = table_entries_before(reader, span->start);
    bool to_the_end = base_slice_compare(info->largest, span->stop) < 0;
    uint64_t until =
        to_the_end ? (uint64_t)info->entries : table_entries_before(reader, span->stop);
    if (until <= before || info->entries == 0) {
        return;
    }
    double entries = (double)(until - before);
    double share = entries / (double)info->entries;
    tally->entries += entries;
    tally->removes += share * (double)info->removes;
    tally->expired += share * (double)info->expiring * expired_part(info, now_ms);
    /* The byte of the keyspace is not the user's. */
    tally->bytes += share * (double)(lsm_table_info_data_bytes(info) - info->entries);
}

static void
add_run(Tally *tally, const LsmRun *run, const LsmSpan *span, int64_t now_ms)
{
    for (size_t i = lsm_run_place(run, span->start); i < run->count; i++) {
        if (base_slice_compare(run->tables[i]->info.smallest, span->stop) >= 0) {
            return;
        }
        add_table(tally, run->tables[i], span, now_ms);
    }
}

static void
add_generation(Tally *tally, const LsmGeneration *generation, const LsmSpan *span)
{
    LsmMemtableStats stats;
    LsmMemtableCursor cursor;
    double keys = 0;
    lsm_memtable_stats(generation->memtable, &stats);
    if (stats.keys == 0) {
        return;
    }
    lsm_memtable_cursor_init(&cursor, generation->memtable, ENGINE_DATA);
    for (lsm_tree_cursor_seek(&cursor.place, span->start);
         lsm_memtable_cursor_valid(&cursor) &&
         base_slice_compare(lsm_memtable_cursor_key(&cursor), span->stop) < 0;
         lsm_tree_cursor_next(&cursor.place)) {
        keys++;
    }
    tally->entries += keys;
    tally->removes += keys * (double)stats.removes / (double)stats.entries;
    tally->bytes += keys * (double)(stats.data_bytes - stats.entries) / (double)stats.entries;
}

/* What sources from a rank on have between two keys. */
static Tally
sum_up(const LsmView *view, size_t rank, const LsmSpan *span, int64_t now_ms)
{
    Tally tally = {0};
    for (size_t i = rank; i < view->count; i++) {
        add_generation(&tally, view->generations[i], span);
    }
    const LsmLevels *levels = view->levels;
    for (size_t i = rank < view->count ? 0 : rank - view->count; i < levels->run_count; i++) {
        add_run(&tally, &levels->runs[i], span, now_ms);
    }
    return tally;
}

/* What removed ranges hide. */
static Tally
sum_hidden(const LsmPoint *point, const LsmSpan *span, int64_t now_ms)
{
    Tally hidden = {0};
    LsmCover cover;
    LsmSpan rest = *span;
    lsm_cover_init(&cover, point->view, point->version);
    for (int i = 0; cover.any && i < SPANS_MAX && !is_empty(&rest); i++) {
        lsm_cover_find(&cover, rest.start);
        LsmSpan part = rest;
        if (!cover.span.unbounded) {
            lsm_span_lower_stop(&part, cover.span.stop);
        }
        if (cover.hides != 0) {
            Tally tally = sum_up(point->view, cover.rank + 1, &part, now_ms);
            hidden.entries += tally.entries;
            hidden.removes += tally.removes;
            hidden.expired += tally.expired;
            hidden.bytes += tally.bytes;
        }
        rest.start = part.stop;
    }
    return hidden;
}

static double
at_least_nothing(double figure)
{
    return figure > 0 ? figure : 0;
}

/* What is hidden is an estimate too, and may come out higher than what there is. */
static void
estimate(const LsmPoint *point, const LsmSpan *span, int64_t now_ms,
         EngineRangeEstimate *ret_estimate)
{
    Tally all = sum_up(point->view, 0, span, now_ms);
    Tally hidden = sum_hidden(point, span, now_ms);
    double shown = at_least_nothing(all.entries - hidden.entries);
    double removes = at_least_nothing(all.removes - hidden.removes);
    double expired = at_least_nothing(all.expired - hidden.expired);
    double bytes = at_least_nothing(all.bytes - hidden.bytes);
    double keys = shown - 2 * removes - expired;
    *ret_estimate = (EngineRangeEstimate){.keys = 0};
    if (keys > 0) {
        ret_estimate->keys = (int64_t)(keys + 0.5);
        ret_estimate->bytes = (int64_t)(bytes * keys / (shown - removes));
    }
    if (all.entries > 0) {
        double dead = (hidden.entries + removes + expired) / all.entries;
        ret_estimate->dead_ratio = dead < 1 ? dead : 1;
    }
}

/* ---------------------------------------------------------------------------------- counting -- */

/* Counts the records of a range, if that needs few steps and no disk. */
static bool
count_records(EngineIterator *iterator, EngineRangeEstimate *ret_estimate)
{
    EngineRangeEstimate counted = {.exact = true};
    lsm_iterator_seek(iterator, NULL);
    for (; iterator->valid && iterator->stats.examined < COUNTED_MAX; lsm_iterator_next(iterator)) {
        counted.keys++;
        counted.bytes += (int64_t)(iterator->key.len + iterator->record.value.len);
    }
    if (iterator->valid || !base_is_ok(iterator->status)) {
        return false;
    }
    int64_t dead = iterator->stats.tombstones + iterator->stats.expired;
    if (iterator->stats.examined != 0) {
        counted.dead_ratio = (double)dead / (double)iterator->stats.examined;
    }
    *ret_estimate = counted;
    return true;
}

/* A reference to the view of a point, which is the catalog's as long as the section lasts. */
static LsmView *
hold(const LsmPoint *point)
{
    return lsm_view_ref((LsmView *)(uintptr_t)point->view);
}

BaseStatus
lsm_range_estimate(const LsmPoint *point, LsmReadCounters *counters, int64_t now_ms,
                   const EngineRange *range, EngineRangeEstimate *ret_estimate)
{
    EngineIteratorOptions options = {
        .keyspace = ENGINE_DATA, .range = *range, .flags = ENGINE_READ_CACHED_ONLY};
    LsmIteratorArgs args = {.view = hold(point),
                            .version = point->version,
                            .now_ms = now_ms,
                            .options = &options,
                            .counters = counters};
    EngineIterator *iterator = NULL;
    BaseStatus status = lsm_iterator_new(&args, &iterator);
    if (!base_is_ok(status)) {
        lsm_view_unref(args.view);
        return status;
    }
    bool counted = count_records(iterator, ret_estimate);
    lsm_iterator_free(iterator);
    if (counted) {
        return base_ok();
    }
    Bounds bounds;
    status = bounds_init(&bounds, range);
    if (base_is_ok(status)) {
        estimate(point, &bounds.span, now_ms, ret_estimate);
        bounds_clear(&bounds);
    }
    return status;
}

/* ------------------------------------------------------------------------------------- split -- */

/* So many bytes of a source lie between the mark before and this one. */
typedef struct Mark {
    BaseSlice key; /* borrowed from the view */
    double bytes;
} Mark;

typedef struct Marks {
    const LsmSpan *span;
    BaseBuf list; /* Mark */
    double bytes; /* of each mark of the source at hand */
} Marks;

static bool
add_mark(void *user, BaseSlice key)
{
    Marks *marks = user;
    if (base_slice_compare(key, marks->span->start) <= 0) {
        return true;
    }
    if (base_slice_compare(key, marks->span->stop) >= 0) {
        return false;
    }
    Mark mark = {key, marks->bytes};
    return base_buf_append(&marks->list, &mark, sizeof mark);
}

static void
mark_table(Marks *marks, const LsmTable *table, double step)
{
    const FormatTable *info = &table->info;
    const Table *reader = lsm_table_reader(table);
    double data = (double)(info->key_bytes + info->value_bytes);
    double stored = (double)table_size(reader);
    if (data <= 0) {
        return;
    }
    step = step < data / MARKS_MAX ? data / MARKS_MAX : step;
    uint64_t step_stored = (uint64_t)(step * stored / data);
    marks->bytes = step;
    table_split(reader, step_stored, add_mark, marks);
    /* What lies behind the last mark counts at the end of the table, or about so. */
    marks->bytes = step / 2;
    (void)add_mark(marks, info->largest);
}

static void
mark_generation(Marks *marks, const LsmGeneration *generation, double step)
{
    LsmMemtableStats stats;
    LsmMemtableCursor cursor;
    lsm_memtable_stats(generation->memtable, &stats);
    if (stats.keys == 0) {
        return;
    }
    double bytes = (double)stats.data_bytes / (double)stats.keys;
    double passed = 0;
    lsm_memtable_cursor_init(&cursor, generation->memtable, ENGINE_DATA);
    for (lsm_tree_cursor_seek(&cursor.place, marks->span->start);
         lsm_memtable_cursor_valid(&cursor); lsm_tree_cursor_next(&cursor.place)) {
        passed += bytes;
        if (passed >= step) {
            marks->bytes = passed;
            passed = 0;
            if (!add_mark(marks, lsm_memtable_cursor_key(&cursor))) {
                return;
            }
        }
    }
}

static int
compare_marks(const void *a, const void *b)
{
    return base_slice_compare(((const Mark *)a)->key, ((const Mark *)b)->key);
}

/* Visits a key wherever a part's bytes have come together. */
static void
visit_parts(Marks *marks, double part_bytes, EngineSplitVisitor *visit, void *user)
{
    Mark *list = (Mark *)(void *)marks->list.data;
    size_t count = marks->list.len / sizeof *list;
    double passed = 0;
    if (count == 0) {
        return;
    }
    qsort(list, count, sizeof *list, compare_marks);
    for (size_t i = 0; i < count; i++) {
        passed += list[i].bytes;
        bool last_of_key = i + 1 == count || !base_slice_equal(list[i].key, list[i + 1].key);
        if (passed < part_bytes || !last_of_key) {
            continue;
        }
        passed = 0;
        if (!visit(user, lsm_stored_user_key(list[i].key))) {
            return;
        }
    }
}

BaseStatus
lsm_range_split(const LsmPoint *point, const EngineRange *range, int64_t part_bytes,
                EngineSplitVisitor *visit, void *user)
{
    const LsmView *view = point->view;
    const LsmLevels *levels = view->levels;
    Bounds bounds;
    BaseStatus status = bounds_init(&bounds, range);
    if (!base_is_ok(status)) {
        return status;
    }
    double part = part_bytes < 1 ? 1 : (double)part_bytes;
    Marks marks = {.span = &bounds.span, .list = BASE_BUF_INIT};
    for (size_t i = 0; i < view->count; i++) {
        mark_generation(&marks, view->generations[i], part / MARKS_PER_PART);
    }
    for (size_t i = 0; i < levels->run_count; i++) {
        const LsmRun *run = &levels->runs[i];
        for (size_t t = lsm_run_place(run, bounds.span.start); t < run->count; t++) {
            mark_table(&marks, run->tables[t], part / MARKS_PER_PART);
        }
    }
    if (marks.list.failed) {
        status = base_error(BASE_NO_MEMORY, "no memory for splitting a range");
    } else {
        visit_parts(&marks, part, visit, user);
    }
    base_buf_clear(&marks.list);
    bounds_clear(&bounds);
    return status;
}
