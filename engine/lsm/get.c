/*
 * get.c: asks sources from new to old. See get.h.
 *
 * Nearly all of the time of a get is waiting for memory. So before the first source is asked, what
 * memtables and the filters of all runs will be asked for is fetched at once; and many keys are
 * taken source by source, so that what they need of a source can be fetched for all of them before
 * any of them waits.
 */
#include "engine/lsm/get.h"

#include "engine/base/check.h"
#include "engine/lsm/tables.h"
#include "engine/lsm/value.h"

/* ----------------------------------------------------------------------------------- answers -- */

static void
answer_hidden(int64_t covering, LsmFound *found)
{
    *found = (LsmFound){.kind = LSM_FOUND_HIDDEN, .version = covering};
}

static void
answer_record(const LsmRecord *record, LsmFound *found)
{
    if (record->kind == LSM_RECORD_REMOVE) {
        *found = (LsmFound){.kind = LSM_FOUND_REMOVED, .version = record->version};
        return;
    }
    *found = (LsmFound){.kind = LSM_FOUND_VALUE,
                        .version = record->version,
                        .value = lsm_record_value(record),
                        .expires_at_ms = record->expires_at_ms};
}

static BaseStatus
answer_entry(const LsmPoint *point, const TableView *view, unsigned flags, LsmFound *found)
{
    const FormatEntry *entry = &view->entry;
    if (entry->kind == FORMAT_REMOVE) {
        *found = (LsmFound){.kind = LSM_FOUND_REMOVED, .version = entry->version};
        return base_ok();
    }
    BaseSlice value;
    TableBlock *block = view->block;
    BaseStatus status = lsm_value_open(entry, point->view->levels, flags, &block, &value);
    if (base_is_ok(status)) {
        *found = (LsmFound){.kind = LSM_FOUND_VALUE,
                            .version = entry->version,
                            .value = value,
                            .expires_at_ms = entry->expires_at_ms,
                            .block = block};
    }
    return status;
}

/* ----------------------------------------------------------------------------------- sources -- */

/* Whether a generation has the answer, which is then in *found. */
static bool
ask_generation(const LsmGeneration *generation, BaseSlice key, uint64_t hash, int64_t version,
               LsmFound *found)
{
    const LsmRecord *record = lsm_memtable_get(generation->memtable, key, hash, version);
    int64_t covering = 0;
    if (lsm_range_set_any(&generation->ranges)) {
        covering = lsm_range_set_covering(&generation->ranges, key, version);
    }
    if (record != NULL && record->version >= covering) {
        answer_record(record, found);
        return true;
    }
    if (covering != 0) {
        answer_hidden(covering, found);
        return true;
    }
    return false;
}

/* What a table's answer, and its removed ranges, say about a key. */
static BaseStatus
judge(const LsmPoint *point, const LsmTable *table, BaseSlice key, TableFound in_table,
      const TableView *view, unsigned flags, LsmLevelCounter *ret_outcome, LsmFound *found)
{
    int64_t covering = 0;
    if (table->info.fragments != 0) {
        covering = table_covering(lsm_table_reader(table), key, point->version);
    }
    if (in_table == TABLE_FOUND && view->entry.version >= covering) {
        *ret_outcome = LSM_LEVEL_FOUND;
        return answer_entry(point, view, flags, found);
    }
    if (covering != 0) {
        *ret_outcome = LSM_LEVEL_HIDDEN;
        answer_hidden(covering, found);
    } else {
        *ret_outcome = in_table == TABLE_FILTERED ? LSM_LEVEL_FILTERED : LSM_LEVEL_MISSED;
    }
    return base_ok();
}

/* ----------------------------------------------------------------------------------- one key -- */

enum { RUNS_AHEAD = 8 }; /* whose tables are found before the first of them is asked */

/* A key on its way through runs; tables[i] is the one to ask of the i-th run from `first` on. */
typedef struct Search {
    const LsmPoint *point;
    LsmReadCounters *counters;
    BaseSlice key;
    uint64_t hash; /* of filters */
    unsigned flags;
    size_t first;
    size_t count;
    LsmTable *tables[RUNS_AHEAD]; /* NULL: none has the key */
} Search;

/* Finds the tables of the next runs that may know the key, and fetches their filters. */
static void
find_tables(Search *search)
{
    const LsmLevels *levels = search->point->view->levels;
    search->first += search->count;
    size_t left = levels->run_count - search->first;
    search->count = left < RUNS_AHEAD ? left : RUNS_AHEAD;
    for (size_t i = 0; i < search->count; i++) {
        search->tables[i] = lsm_run_table(&levels->runs[search->first + i], search->key);
        if (search->tables[i] != NULL) {
            table_prefetch(lsm_table_reader(search->tables[i]), search->hash);
        }
    }
}

static BaseStatus
ask_table(const Search *search, size_t i, LsmFound *found)
{
    const LsmTable *table = search->tables[i];
    int level = search->point->view->levels->runs[search->first + i].level;
    TableFound in_table = TABLE_ABSENT;
    TableView view;
    LsmLevelCounter outcome = LSM_LEVEL_FAILED;
    unsigned flags = search->flags | lsm_counters_cache_group(level);
    BaseStatus status = table_get(lsm_table_reader(table), search->key, search->hash,
                                  search->point->version, flags, &in_table, &view);
    if (base_is_ok(status)) {
        status = judge(search->point, table, search->key, in_table, &view, flags, &outcome, found);
    }
    lsm_counters_level(search->counters, level, outcome, 1);
    return status;
}

/* Asks the runs; the tables of the first ones have been found. */
static BaseStatus
ask_runs(Search *search, LsmFound *found)
{
    for (; search->count != 0; find_tables(search)) {
        for (size_t i = 0; i < search->count; i++) {
            if (search->tables[i] == NULL) {
                continue;
            }
            BaseStatus status = ask_table(search, i, found);
            if (!base_is_ok(status) || found->kind != LSM_FOUND_NOTHING) {
                return status;
            }
        }
    }
    return base_ok();
}

static void
count_status(LsmReadCounters *counters, BaseStatus status)
{
    if (status.code == BASE_WOULD_BLOCK) {
        lsm_counters_get(counters, LSM_GET_WOULD_BLOCK, 1);
    }
}

/* Whether a generation has the answer. */
static bool
ask_generations(const LsmPoint *point, BaseSlice key, uint64_t hash, LsmFound *found)
{
    const LsmView *view = point->view;
    for (size_t i = 0; i < view->count; i++) {
        if (ask_generation(view->generations[i], key, hash, point->version, found)) {
            return true;
        }
    }
    return false;
}

BaseStatus
lsm_get(const LsmPoint *point, LsmReadCounters *counters, BaseSlice stored_key, unsigned flags,
        LsmFound *ret_found)
{
    const LsmView *view = point->view;
    LsmFound found = {.kind = LSM_FOUND_NOTHING};
    Search search = {.point = point, .counters = counters, .key = stored_key, .flags = flags};
    BaseStatus status = base_ok();
    uint64_t hash = lsm_key_index_hash(stored_key);
    for (size_t i = 0; i < view->count; i++) {
        lsm_memtable_prefetch(view->generations[i]->memtable, hash);
    }
    search.hash = format_key_hash(stored_key);
    find_tables(&search);
    lsm_counters_get(counters, LSM_GET_KEYS, 1);
    if (ask_generations(point, stored_key, hash, &found)) {
        lsm_counters_get(counters, LSM_GET_MEMORY, 1);
    } else {
        status = ask_runs(&search, &found);
    }
    if (!base_is_ok(status)) {
        count_status(counters, status);
        return status;
    }
    lsm_counters_get(counters, LSM_GET_FOUND, found.kind == LSM_FOUND_VALUE);
    *ret_found = found;
    return base_ok();
}

/* --------------------------------------------------------------------------------- many keys -- */

enum { BATCH = 32 }; /* keys that are taken at once */

/* Some keys on their way through the sources. */
typedef struct Batch {
    const LsmPoint *point;
    LsmReadCounters *counters;
    unsigned flags;
    const BaseSlice *keys;
    LsmFound *found;
    uint8_t open[BATCH]; /* indices of keys without an answer, by key */
    size_t open_count;
    uint64_t hashes[BATCH];
    TableLookup lookups[BATCH];
} Batch;

/* Opens all keys, in order of the keys: an insertion sort, which costs nothing if they are. */
static void
batch_open(Batch *batch, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t at = i;
        while (at > 0 && base_slice_compare(batch->keys[batch->open[at - 1]], batch->keys[i]) > 0) {
            batch->open[at] = batch->open[at - 1];
            at--;
        }
        batch->open[at] = (uint8_t)i;
        batch->found[i] = (LsmFound){.kind = LSM_FOUND_NOTHING};
    }
    batch->open_count = count;
}

/* Takes the keys off that have an answer. */
static void
batch_close_answered(Batch *batch)
{
    size_t kept = 0;
    for (size_t i = 0; i < batch->open_count; i++) {
        if (batch->found[batch->open[i]].kind == LSM_FOUND_NOTHING) {
            batch->open[kept++] = batch->open[i];
        }
    }
    batch->open_count = kept;
}

static void
batch_ask_generations(Batch *batch)
{
    const LsmView *view = batch->point->view;
    uint64_t *hashes = batch->hashes;
    for (size_t i = 0; i < batch->open_count; i++) {
        hashes[batch->open[i]] = lsm_key_index_hash(batch->keys[batch->open[i]]);
    }
    size_t before = batch->open_count;
    for (size_t g = 0; g < view->count && batch->open_count != 0; g++) {
        const LsmGeneration *generation = view->generations[g];
        for (size_t i = 0; i < batch->open_count; i++) {
            lsm_memtable_prefetch(generation->memtable, hashes[batch->open[i]]);
        }
        for (size_t i = 0; i < batch->open_count; i++) {
            size_t k = batch->open[i];
            (void)ask_generation(generation, batch->keys[k], hashes[k], batch->point->version,
                                 &batch->found[k]);
        }
        batch_close_answered(batch);
    }
    lsm_counters_get(batch->counters, LSM_GET_MEMORY, before - batch->open_count);
}

/* Whether the table that knows the key before may know this one, too. */
static bool
is_in_table(const LsmTable *table, BaseSlice key)
{
    return table != NULL && base_slice_compare(key, table->info.largest) < 0;
}

/* Finds the tables of a run to ask for the open keys; of which keys, is in `asked`. */
static size_t
batch_find_tables(Batch *batch, const LsmRun *run, LsmTable *tables[BATCH], uint8_t asked[BATCH])
{
    LsmTable *table = NULL;
    size_t count = 0;
    for (size_t i = 0; i < batch->open_count; i++) {
        size_t k = batch->open[i];
        table = is_in_table(table, batch->keys[k]) ? table : lsm_run_table(run, batch->keys[k]);
        if (table != NULL) {
            tables[count] = table;
            asked[count] = (uint8_t)k;
            batch->lookups[count++] = (TableLookup){
                .table = lsm_table_reader(table), .key = batch->keys[k], .hash = batch->hashes[k]};
        }
    }
    return count;
}

static BaseStatus
batch_ask_run(Batch *batch, const LsmRun *run)
{
    LsmTable *tables[BATCH];
    uint8_t asked[BATCH];
    size_t count = batch_find_tables(batch, run, tables, asked);
    unsigned flags = batch->flags | lsm_counters_cache_group(run->level);
    size_t done = 0;
    BaseStatus status = table_multi_get(batch->lookups, count, batch->point->version, flags, &done);
    for (size_t i = 0; i < done; i++) {
        const TableLookup *lookup = &batch->lookups[i];
        LsmLevelCounter outcome = LSM_LEVEL_FAILED;
        BaseStatus judged = judge(batch->point, tables[i], lookup->key, lookup->found,
                                  &lookup->view, flags, &outcome, &batch->found[asked[i]]);
        lsm_counters_level(batch->counters, run->level, outcome, 1);
        status = base_is_ok(judged) ? status : judged;
    }
    if (done < count) {
        lsm_counters_level(batch->counters, run->level, LSM_LEVEL_FAILED, 1);
    }
    return status;
}

static BaseStatus
batch_ask_runs(Batch *batch)
{
    const LsmLevels *levels = batch->point->view->levels;
    for (size_t i = 0; i < batch->open_count && levels->run_count != 0; i++) {
        batch->hashes[batch->open[i]] = format_key_hash(batch->keys[batch->open[i]]);
    }
    for (size_t r = 0; r < levels->run_count && batch->open_count != 0; r++) {
        BaseStatus status = batch_ask_run(batch, &levels->runs[r]);
        if (!base_is_ok(status)) {
            return status;
        }
        batch_close_answered(batch);
    }
    return base_ok();
}

static uint64_t
count_values(const LsmFound *found, size_t count)
{
    uint64_t values = 0;
    for (size_t i = 0; i < count; i++) {
        values += found[i].kind == LSM_FOUND_VALUE;
    }
    return values;
}

BaseStatus
lsm_multi_get(const LsmPoint *point, LsmReadCounters *counters, const BaseSlice *stored_keys,
              size_t count, unsigned flags, LsmFound *ret_found)
{
    Batch batch = {.point = point, .counters = counters, .flags = flags};
    lsm_counters_get(counters, LSM_GET_BATCHES, 1);
    lsm_counters_get(counters, LSM_GET_KEYS, count);
    for (size_t i = 0; i < count; i += BATCH) {
        size_t in_batch = count - i < BATCH ? count - i : BATCH;
        batch.keys = stored_keys + i;
        batch.found = ret_found + i;
        batch_open(&batch, in_batch);
        batch_ask_generations(&batch);
        BaseStatus status = batch_ask_runs(&batch);
        if (!base_is_ok(status)) {
            count_status(counters, status);
            return status;
        }
        lsm_counters_get(counters, LSM_GET_FOUND, count_values(batch.found, in_batch));
    }
    return base_ok();
}
