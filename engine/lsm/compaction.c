/*
 * compaction.c: see compaction.h.
 */
#include "engine/lsm/compaction.h"

#include "engine/format/trainer.h"
#include "engine/lsm/dictionary.h"
#include "engine/lsm/flush.h"

#include <stdlib.h>

/* The inputs, as sources: sorted sequences of tables that do not overlap. */
typedef struct Inputs {
    LsmTable **tables; /* of all sources, one source behind the other */
    size_t table_count;
    LsmSource *sources;
    size_t source_count;
    int64_t entries;
    int64_t dead_since_ms; /* 0: nothing was dead */
    int64_t order;         /* the highest */
} Inputs;

static BaseStatus
no_memory(void)
{
    return base_error(BASE_NO_MEMORY, "no memory for a compaction");
}

static LsmTable **
span_tables(const LsmLevels *levels, int level, LsmPickSpan span)
{
    return span.count == 0 ? NULL : levels->levels[level].tables + span.first;
}

void
lsm_compaction_mark(const LsmLevels *levels, const LsmPick *pick, bool busy)
{
    LsmTable **inputs = span_tables(levels, pick->level, pick->inputs);
    LsmTable **overlap = span_tables(levels, pick->output_level, pick->overlap);
    for (size_t i = 0; i < pick->inputs.count; i++) {
        inputs[i]->busy = busy;
    }
    for (size_t i = 0; i < pick->overlap.count; i++) {
        overlap[i]->busy = busy;
    }
}

/* ------------------------------------------------------------------------------------ inputs -- */

static int
compare_tables(const void *a, const void *b)
{
    const LsmTable *left = *(LsmTable *const *)a;
    const LsmTable *right = *(LsmTable *const *)b;
    return base_slice_compare(left->info.smallest, right->info.smallest);
}

static bool
ends_before(const FormatTable *left, const FormatTable *right)
{
    int order = base_slice_compare(left->largest, right->smallest);
    return order < 0 || (order == 0 && left->largest_excluded);
}

static bool
overlaps_any(LsmTable *const *tables, size_t count, const LsmTable *table)
{
    for (size_t i = 0; i < count; i++) {
        if (!ends_before(&tables[i]->info, &table->info) &&
            !ends_before(&table->info, &tables[i]->info)) {
            return true;
        }
    }
    return false;
}

static void
add_source(Inputs *inputs, LsmTable **tables, size_t count)
{
    lsm_source_init_tables(&inputs->sources[inputs->source_count++], tables, count,
                           TABLE_CACHE_PASS);
}

/* Each run of level 0 is a source. */
static void
add_runs(Inputs *inputs, LsmTable **tables, size_t count)
{
    while (count != 0) {
        size_t run = 1;
        while (run < count && !overlaps_any(tables, run, tables[run])) {
            run++;
        }
        qsort(tables, run, sizeof(LsmTable *), compare_tables);
        add_source(inputs, tables, run);
        tables += run;
        count -= run;
    }
}

static int64_t
earlier(int64_t a, int64_t b)
{
    return a == 0 || (b != 0 && b < a) ? b : a;
}

/* Takes note of a table: its removed ranges, and its part of the sums. */
static BaseStatus
note_table(LsmJob *job, Inputs *inputs, const LsmTable *table)
{
    const FormatTable *info = &table->info;
    const Table *reader = lsm_table_reader(table);
    int64_t override = info->version_override;
    if ((override != 0 ? override : info->version_max) > job->visible) {
        return base_error(BASE_BUSY, "a table has versions that are not visible yet");
    }
    inputs->entries += info->entries;
    inputs->dead_since_ms = earlier(inputs->dead_since_ms, info->oldest_remove_ms);
    if (info->expiry_min != 0 && info->expiry_min <= job->retention.time_ms) {
        inputs->dead_since_ms = earlier(inputs->dead_since_ms, info->expiry_min);
    }
    inputs->order = info->order > inputs->order ? info->order : inputs->order;
    job->figures.bytes_read += info->size;
    int64_t stamp = table_properties(reader)->stamp_max;
    job->stamp_max_ms = stamp > job->stamp_max_ms ? stamp : job->stamp_max_ms;
    const TableRanges *ranges = table_ranges(reader);
    for (size_t i = 0; i < ranges->count; i++) {
        const FormatFragment *fragment = &ranges->fragments[i];
        for (size_t k = 0; k < fragment->version_count; k++) {
            FormatRange range = {.start = fragment->start,
                                 .stop = fragment->stop,
                                 .version = override != 0 ? override : fragment->versions[k]};
            (void)lsm_job_add_range(job, &range);
        }
    }
    return job->ranges.failed ? no_memory() : base_ok();
}

static BaseStatus
gather(LsmJob *job, const LsmPick *pick, Inputs *inputs)
{
    const LsmLevels *levels = job->view->levels;
    size_t count = pick->inputs.count + pick->overlap.count;
    inputs->tables = malloc(count * sizeof(LsmTable *));
    inputs->sources = malloc((pick->inputs.count + 1) * sizeof(LsmSource));
    if (inputs->tables == NULL || inputs->sources == NULL) {
        return no_memory();
    }
    memcpy(inputs->tables, span_tables(levels, pick->level, pick->inputs),
           pick->inputs.count * sizeof(LsmTable *));
    LsmTable **overlap = inputs->tables + pick->inputs.count;
    if (pick->overlap.count != 0) {
        memcpy(overlap, span_tables(levels, pick->output_level, pick->overlap),
               pick->overlap.count * sizeof(LsmTable *));
    }
    inputs->table_count = count;
    if (pick->level == 0) {
        add_runs(inputs, inputs->tables, pick->inputs.count);
    } else {
        add_source(inputs, inputs->tables, pick->inputs.count);
    }
    if (pick->overlap.count != 0) {
        add_source(inputs, overlap, pick->overlap.count);
    }
    BaseStatus status = base_ok();
    for (size_t i = 0; i < count && status.code == BASE_OK; i++) {
        status = note_table(job, inputs, inputs->tables[i]);
        if (i + 1 == pick->inputs.count && pick->level != pick->output_level) {
            job->figures.bytes_arrived = job->figures.bytes_read;
        }
    }
    return status;
}

/* The table at which a source has failed; NULL: none has. */
static LsmTable *
find_damaged(const Inputs *inputs)
{
    for (size_t i = 0; i < inputs->source_count; i++) {
        const LsmSource *source = &inputs->sources[i];
        if (source->status.code == BASE_CORRUPTION) {
            return source->tables.tables[source->tables.at];
        }
    }
    return NULL;
}

static void
inputs_clear(Inputs *inputs)
{
    for (size_t i = 0; i < inputs->source_count; i++) {
        lsm_source_clear(&inputs->sources[i]);
    }
    free(inputs->sources);
    free(inputs->tables);
}

/* ------------------------------------------------------------------------------------- edits -- */

static bool
append_drops(const LsmLevels *levels, int level, LsmPickSpan span, BaseBuf *edits)
{
    LsmTable **tables = span_tables(levels, level, span);
    bool good = true;
    for (size_t i = 0; i < span.count && good; i++) {
        FormatEdit edit = {.tag = FORMAT_EDIT_DROP_TABLE};
        edit.drop_table.level = level;
        edit.drop_table.number = tables[i]->info.number;
        good = format_manifest_edit_encode(edits, &edit);
    }
    return good;
}

/* The inputs of a move, as tables of the output level. */
static bool
append_moved(const LsmLevels *levels, const LsmPick *pick, BaseBuf *edits)
{
    LsmTable **tables = span_tables(levels, pick->level, pick->inputs);
    bool good = true;
    for (size_t i = 0; i < pick->inputs.count && good; i++) {
        FormatEdit edit = {.tag = FORMAT_EDIT_ADD_TABLE, .add_table = tables[i]->info};
        edit.add_table.level = pick->output_level;
        good = format_manifest_edit_encode(edits, &edit);
    }
    return good;
}

/* Takes the inputs out and puts in what has become of them. `order`: of the first new table. */
static BaseStatus
install(LsmJob *job, const LsmPick *pick, int64_t order)
{
    const LsmLevels *levels = job->view->levels;
    BaseBuf edits = BASE_BUF_INIT;
    bool good = append_drops(levels, pick->level, pick->inputs, &edits) &&
                append_drops(levels, pick->output_level, pick->overlap, &edits) &&
                (!pick->move || append_moved(levels, pick, &edits)) &&
                lsm_job_describe(job, order, &edits);
    BaseStatus status = good ? lsm_catalog_install(job->place->catalog, base_buf_slice(&edits),
                                                   NULL, 0, job->message)
                             : no_memory();
    base_buf_clear(&edits);
    return status;
}

/* -------------------------------------------------------------------------------------- runs -- */

/* New tables of level 0 must come behind their inputs and before what is flushed later. */
static BaseStatus
check_orders(const LsmJob *job, const LsmPick *pick, int64_t order)
{
    int64_t room = LSM_FLUSH_ORDERS - order % LSM_FLUSH_ORDERS;
    return pick->output_level != 0 || (int64_t)job->made.count < room
               ? base_ok()
               : base_error(BASE_BUSY, "level 0 has no orders left for a merge");
}

/* Trains a dictionary where tables are packed for long, in small blocks. */
static void
train(LsmJob *job, const LsmPick *pick, const Inputs *inputs)
{
    TableBuilderOptions table = lsm_job_table_options(job->place, pick->output_level);
    if (table.pack && pick->output_level == LSM_LEVELS - 1 &&
        table.block_bytes <= FORMAT_TRAINER_BLOCK_MAX) {
        lsm_dictionary_make(inputs->tables, inputs->table_count, table.zstd_level,
                            &job->dictionary);
    }
}

static BaseStatus
merge(LsmJob *job, const LsmPick *pick, LsmTable **ret_damaged)
{
    Inputs inputs = {0};
    BaseStatus status = gather(job, pick, &inputs);
    if (status.code == BASE_OK) {
        train(job, pick, &inputs);
        status = lsm_job_rewrite(job, inputs.sources, inputs.source_count, pick->output_level,
                                 inputs.entries, inputs.dead_since_ms);
        *ret_damaged = status.code == BASE_CORRUPTION ? find_damaged(&inputs) : NULL;
    }
    if (status.code == BASE_OK) {
        status = check_orders(job, pick, inputs.order);
    }
    if (status.code == BASE_OK) {
        status = install(job, pick, inputs.order + 1);
    }
    inputs_clear(&inputs);
    return status;
}

BaseStatus
lsm_compaction_run(LsmJob *job, const LsmPick *pick, LsmTable **ret_damaged)
{
    *ret_damaged = NULL;
    if (!pick->move && !pick->drop) {
        return merge(job, pick, ret_damaged);
    }
    BaseStatus status = install(job, pick, 0);
    if (status.code == BASE_OK) {
        int64_t count = (int64_t)pick->inputs.count;
        *(pick->move ? &job->figures.tables_moved : &job->figures.tables_dropped) = count;
    }
    return status;
}
