/*
 * cover.c: spans out of the removed ranges of generations and runs. See cover.h.
 *
 * Each source narrows the span to keys for which its own answer is the same; the first one that
 * covers the key decides, and the others are not asked.
 */
#include "engine/lsm/cover.h"

#include "engine/lsm/tables.h"

void
lsm_cover_init(LsmCover *cover, const LsmView *view, int64_t version)
{
    *cover = (LsmCover){.view = view, .version = version};
    for (size_t i = 0; i < view->count && !cover->any; i++) {
        cover->any = lsm_range_set_any(&view->generations[i]->ranges);
    }
    for (size_t i = 0; i < view->levels->run_count && !cover->any; i++) {
        cover->any = view->levels->runs[i].any_fragments;
    }
}

/* Narrows a span within a table, and answers for `key`. */
static int64_t
table_span(const Table *table, BaseSlice key, int64_t version, LsmSpan *span)
{
    const TableRanges *ranges = table_ranges(table);
    size_t at = table_ranges_find(ranges, key);
    if (at != 0) {
        lsm_span_raise_start(span, ranges->fragments[at - 1].stop);
    }
    if (at == ranges->count) {
        return 0;
    }
    const FormatFragment *fragment = &ranges->fragments[at];
    if (base_slice_compare(fragment->start, key) > 0) {
        lsm_span_lower_stop(span, fragment->start);
        return 0;
    }
    lsm_span_raise_start(span, fragment->start);
    lsm_span_lower_stop(span, fragment->stop);
    return table_covering(table, key, version);
}

/* Narrows a span to keys that the same table of a run answers for, and answers for `key`. */
static int64_t
run_span(const LsmRun *run, BaseSlice key, int64_t version, LsmSpan *span)
{
    if (!run->any_fragments) {
        return 0;
    }
    size_t place = lsm_run_place(run, key);
    if (place != 0) {
        lsm_span_raise_start(span, run->tables[place - 1]->info.largest);
    }
    if (place == run->count) {
        return 0;
    }
    const FormatTable *info = &run->tables[place]->info;
    if (base_slice_compare(info->smallest, key) > 0) {
        lsm_span_lower_stop(span, info->smallest);
        return 0;
    }
    lsm_span_raise_start(span, info->smallest);
    if (place + 1 < run->count) {
        lsm_span_lower_stop(span, run->tables[place + 1]->info.smallest);
    }
    return info->fragments == 0
               ? 0
               : table_span(lsm_table_reader(run->tables[place]), key, version, span);
}

void
lsm_cover_find(LsmCover *cover, BaseSlice key)
{
    const LsmView *view = cover->view;
    const LsmLevels *levels = view->levels;
    cover->span = LSM_SPAN_ALL;
    cover->hides = 0;
    for (size_t i = 0; i < view->count && cover->hides == 0; i++) {
        cover->rank = i;
        cover->hides =
            lsm_range_set_span(&view->generations[i]->ranges, key, cover->version, &cover->span);
    }
    for (size_t i = 0; i < levels->run_count && cover->hides == 0; i++) {
        cover->rank = view->count + i;
        cover->hides = run_span(&levels->runs[i], key, cover->version, &cover->span);
    }
}
