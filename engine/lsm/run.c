/*
 * run.c: sorted tables beside their words. See run.h.
 *
 * The tables of a run lie by key, whatever order level 0 has them in. A run of level 0 is found
 * from the oldest table on, each table being put at its place as long as it overlaps none of those
 * that are there; so n tables cost n binary searches, and ascending flushes cost nothing at all.
 */
#include "engine/lsm/run.h"

#include "engine/format/key.h"
#include "engine/lsm/levels.h"

#include <stdlib.h>

/* Whether all keys of a table are before `key`. */
static bool
ends_before(const LsmTable *table, BaseSlice key)
{
    int order = base_slice_compare(table->info.largest, key);
    return order < 0 || (order == 0 && table->info.largest_excluded);
}

/* ------------------------------------------------------------------------------------ making -- */

static BaseStatus
no_memory(void)
{
    return base_error(BASE_NO_MEMORY, "no memory for the runs of a store");
}

/* The index of the first of `count` tables that does not end before `key`. */
static size_t
first_behind(LsmTable *const *tables, size_t count, BaseSlice key)
{
    size_t low = 0;
    size_t high = count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (ends_before(tables[middle], key)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* Puts a table at its place among `count` others; false: it overlaps one of them. */
static bool
insert(LsmTable **tables, size_t count, LsmTable *table)
{
    size_t place = first_behind(tables, count, table->info.smallest);
    if (place < count && !ends_before(table, tables[place]->info.smallest)) {
        return false;
    }
    memmove(&tables[place + 1], &tables[place], (count - place) * sizeof(LsmTable *));
    tables[place] = table;
    return true;
}

/* Completes a run whose tables are `tables`, which are copied. */
static bool
run_make(int level, LsmTable *const *tables, size_t count, LsmRun *ret_run)
{
    uint64_t *words = malloc(count * (sizeof(uint64_t) + sizeof(LsmTable *)));
    if (words == NULL) {
        return false;
    }
    LsmRun run = {.level = level, .count = count, .words = words};
    run.tables = (LsmTable **)(words + count);
    run.skip = format_key_shared(tables[0]->info.largest, tables[count - 1]->info.largest);
    for (size_t i = 0; i < count; i++) {
        run.tables[i] = tables[i];
        run.words[i] = format_key_word(tables[i]->info.largest, run.skip);
        run.any_fragments = run.any_fragments || tables[i]->info.fragments != 0;
    }
    *ret_run = run;
    return true;
}

/* Appends the runs of level 0, from old to new. `sorted` has room for all its tables. */
static bool
add_runs_of_first_level(const LsmLevel *level, LsmTable **sorted, LsmRun *runs, size_t *count)
{
    for (size_t at = 0; at < level->count; (*count)++) {
        size_t len = 0;
        while (at < level->count && insert(sorted, len, level->tables[at])) {
            at++;
            len++;
        }
        if (!run_make(0, sorted, len, &runs[*count])) {
            return false;
        }
    }
    return true;
}

static void
reverse(LsmRun *runs, size_t count)
{
    for (size_t i = 0; i < count / 2; i++) {
        LsmRun run = runs[i];
        runs[i] = runs[count - 1 - i];
        runs[count - 1 - i] = run;
    }
}

static bool
make_all(const LsmLevels *levels, LsmTable **sorted, LsmRun *runs, size_t *count)
{
    if (!add_runs_of_first_level(&levels->levels[0], sorted, runs, count)) {
        return false;
    }
    reverse(runs, *count);
    for (int level = 1; level < LSM_LEVELS; level++) {
        const LsmLevel *tables = &levels->levels[level];
        if (tables->count != 0) {
            if (!run_make(level, tables->tables, tables->count, &runs[*count])) {
                return false;
            }
            (*count)++;
        }
    }
    return true;
}

BaseStatus
lsm_runs_make(const LsmLevels *levels, LsmRun **ret_runs, size_t *ret_count)
{
    size_t flushed = levels->levels[0].count;
    LsmRun *runs = calloc(flushed + LSM_LEVELS, sizeof(*runs));
    LsmTable **sorted = calloc(flushed + 1, sizeof(LsmTable *));
    size_t count = 0;
    bool made = runs != NULL && sorted != NULL && make_all(levels, sorted, runs, &count);
    free(sorted);
    if (!made) {
        lsm_runs_clear(runs, count);
        return no_memory();
    }
    *ret_runs = runs;
    *ret_count = count;
    return base_ok();
}

void
lsm_runs_clear(LsmRun *runs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(runs[i].words);
    }
    free(runs);
}

/* ----------------------------------------------------------------------------------- finding -- */

/* How `key` compares to the bytes that all largest keys share. */
static int
compare_shared(const LsmRun *run, BaseSlice key)
{
    size_t len = key.len < run->skip ? key.len : run->skip;
    int order = len == 0 ? 0 : memcmp(key.data, run->tables[0]->info.largest.data, len);
    return order != 0 ? order : -(key.len < run->skip);
}

size_t
lsm_run_place(const LsmRun *run, BaseSlice key)
{
    int order = compare_shared(run, key);
    if (order != 0) {
        return order < 0 ? 0 : run->count;
    }
    uint64_t word = format_key_word(key, run->skip);
    size_t low = 0;
    size_t high = run->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        bool before = run->words[middle] != word ? run->words[middle] < word
                                                 : ends_before(run->tables[middle], key);
        if (before) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

LsmTable *
lsm_run_table(const LsmRun *run, BaseSlice key)
{
    size_t place = lsm_run_place(run, key);
    if (place == run->count || base_slice_compare(run->tables[place]->info.smallest, key) > 0) {
        return NULL;
    }
    return run->tables[place];
}
