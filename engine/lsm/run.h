/*
 * run.h: what a reader asks one after the other: tables that do not overlap, as one sorted
 * sequence.
 *
 * Tables of level 0 that follow each other and do not overlap form a run, as the picker counts
 * them; every other level that holds tables is a run. Levels list their runs from new to old, so
 * the first entry of a key that a reader meets at or below its version is the newest one (L-2).
 *
 * A run finds the one table that may hold a key by a binary search over eight bytes of each table's
 * largest key, those behind what all of them share; only where these are equal are keys compared.
 *
 * Threading: immutable; any thread.
 */
#ifndef LARDER_ENGINE_LSM_RUN_H
#define LARDER_ENGINE_LSM_RUN_H

#include "engine/base/slice.h"
#include "engine/base/status.h"

#include <stddef.h>
#include <stdint.h>

struct LsmTable;
struct LsmLevels;

typedef struct LsmRun {
    int level;
    size_t count;             /* at least 1 */
    struct LsmTable **tables; /* by key; in the memory of `words` */
    size_t skip;              /* bytes that the largest keys of all tables share */
    uint64_t *words;          /* of each table's largest key: the eight bytes behind them */
    bool any_fragments;       /* some table has removed ranges */
} LsmRun;

/* The runs of levels, from new to old. BASE_NO_MEMORY: there are none. The caller clears them. */
BaseStatus lsm_runs_make(const struct LsmLevels *levels, LsmRun **ret_runs, size_t *ret_count);

/* Frees them. Takes NULL. */
void lsm_runs_clear(LsmRun *runs, size_t count);

/*
 * The index of the first table that ends at or behind `key`; count: none. A table whose largest key
 * is excluded ends before that key.
 */
size_t lsm_run_place(const LsmRun *run, BaseSlice key);

/* The table that may hold entries or fragments of `key`; NULL: none. */
struct LsmTable *lsm_run_table(const LsmRun *run, BaseSlice key);

#endif
