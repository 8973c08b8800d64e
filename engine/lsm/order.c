/*
 * order.c: one pass over a merge of all runs, and one over the removed ranges. See order.h.
 */
#include "engine/lsm/order.h"

#include "engine/lsm/merge.h"
#include "engine/lsm/tables.h"

#include <stdlib.h>

typedef struct Order {
    const LsmLevels *levels;
    LsmOrderVisitor *visit;
    void *user;
    LsmSource *sources; /* of each run */
    BaseBuf key;        /* of the entry before */
    int64_t version;
    size_t run;
} Order;

static BaseStatus
no_memory(void)
{
    return base_error(BASE_NO_MEMORY, "no memory to check the order of a store");
}

/* ------------------------------------------------------------------------------------ ranges -- */

/* The fragment of a run that covers a key, and its table; NULL: there is none. */
static const FormatFragment *
find_fragment(const LsmRun *run, BaseSlice key, const LsmTable **ret_table)
{
    *ret_table = lsm_run_table(run, key);
    if (*ret_table == NULL) {
        return NULL;
    }
    const TableRanges *ranges = table_ranges(lsm_table_reader(*ret_table));
    size_t place = table_ranges_find(ranges, key);
    bool covers =
        place < ranges->count && base_slice_compare(ranges->fragments[place].start, key) <= 0;
    return covers ? &ranges->fragments[place] : NULL;
}

static int64_t
newest_of(const LsmTable *table, const FormatFragment *fragment)
{
    int64_t override = table->info.version_override;
    return override != 0 ? override : fragment->versions[0];
}

static int64_t
oldest_of(const LsmTable *table, const FormatFragment *fragment)
{
    int64_t override = table->info.version_override;
    return override != 0 ? override : fragment->versions[fragment->version_count - 1];
}

/* Compares an entry of a run with the removed ranges of the others. */
static void
check_against_ranges(const Order *order, const FormatEntry *entry, size_t run)
{
    for (size_t other = 0; other < order->levels->run_count; other++) {
        const LsmTable *table;
        const FormatFragment *fragment = NULL;
        if (other != run && order->levels->runs[other].any_fragments) {
            fragment = find_fragment(&order->levels->runs[other], entry->key, &table);
        }
        if (fragment == NULL) {
            continue;
        }
        bool good = other < run ? oldest_of(table, fragment) > entry->version
                                : newest_of(table, fragment) <= entry->version;
        if (!good) {
            order->visit(order->user, table,
                         other < run ? "a removed range is older than an entry of a lower level"
                                     : "a removed range is newer than an entry of a higher level");
        }
    }
}

/* Compares a removed range with those of an older run that it meets. */
static void
check_range(const Order *order, const LsmTable *table, const FormatFragment *fragment,
            const LsmRun *older)
{
    for (size_t t = lsm_run_place(older, fragment->start); t < older->count; t++) {
        const LsmTable *other = older->tables[t];
        const TableRanges *ranges = table_ranges(lsm_table_reader(other));
        if (base_slice_compare(other->info.smallest, fragment->stop) >= 0) {
            return;
        }
        for (size_t i = table_ranges_find(ranges, fragment->start);
             i < ranges->count &&
             base_slice_compare(ranges->fragments[i].start, fragment->stop) < 0;
             i++) {
            if (newest_of(other, &ranges->fragments[i]) > oldest_of(table, fragment)) {
                order->visit(order->user, other,
                             "a removed range is newer than one of a higher level");
            }
        }
    }
}

static void
check_ranges(const Order *order)
{
    for (size_t run = 0; run < order->levels->run_count; run++) {
        const LsmRun *newer = &order->levels->runs[run];
        for (size_t t = 0; t < newer->count && newer->any_fragments; t++) {
            const LsmTable *table = newer->tables[t];
            const TableRanges *ranges = table_ranges(lsm_table_reader(table));
            for (size_t i = 0; i < ranges->count; i++) {
                for (size_t other = run + 1; other < order->levels->run_count; other++) {
                    check_range(order, table, &ranges->fragments[i], &order->levels->runs[other]);
                }
            }
        }
    }
}

/* ----------------------------------------------------------------------------------- entries -- */

static const LsmTable *
table_of(const LsmSource *source)
{
    return source->tables.tables[source->tables.at];
}

static BaseStatus
check_entry(Order *order, const LsmMerge *merge)
{
    const FormatEntry *entry = lsm_merge_entry(merge);
    size_t run = (size_t)(merge->at - merge->sources);
    if (base_slice_equal(entry->key, base_buf_slice(&order->key))) {
        if (entry->version == order->version) {
            order->visit(order->user, table_of(merge->at), "a key has two entries of one version");
        } else if (run < order->run) {
            order->visit(order->user, table_of(merge->at),
                         "an entry is older than one of a lower level");
        }
    } else {
        base_buf_reset(&order->key);
        if (!base_buf_append_slice(&order->key, entry->key)) {
            return no_memory();
        }
    }
    check_against_ranges(order, entry, run);
    order->version = entry->version;
    order->run = run;
    return base_ok();
}

static BaseStatus
check_entries(Order *order)
{
    LsmMerge merge;
    BaseStatus status = base_ok();
    lsm_merge_init(&merge, order->sources, order->levels->run_count);
    lsm_merge_first(&merge);
    while (merge.valid && status.code == BASE_OK) {
        status = check_entry(order, &merge);
        if (status.code == BASE_OK) {
            lsm_merge_next(&merge);
        }
    }
    return status.code == BASE_OK ? merge.status : status;
}

BaseStatus
lsm_order_check(const LsmLevels *levels, LsmOrderVisitor *visit, void *user)
{
    Order order = {.levels = levels, .visit = visit, .user = user, .key = BASE_BUF_INIT};
    if (levels->run_count < 2) {
        return base_ok(); /* within a run, tables prove their order themselves */
    }
    order.sources = calloc(levels->run_count, sizeof(*order.sources));
    if (order.sources == NULL) {
        return no_memory();
    }
    for (size_t i = 0; i < levels->run_count; i++) {
        lsm_source_init_tables(&order.sources[i], levels->runs[i].tables, levels->runs[i].count,
                               TABLE_CACHE_PASS);
    }
    check_ranges(&order);
    BaseStatus status = check_entries(&order);
    for (size_t i = 0; i < levels->run_count; i++) {
        lsm_source_clear(&order.sources[i]);
    }
    free(order.sources);
    base_buf_clear(&order.key);
    return status;
}
