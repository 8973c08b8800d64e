/*
 * rescue.h: a damaged table becomes a new one with all that can be read of it.
 *
 * The new table has the readable entries and removed ranges, with their versions as they count (an
 * override is written out), and filter, index and properties of its own. So it takes the place of
 * the damaged one: same level, same order, a range of keys within its range.
 *
 * Threading: one thread.
 */
#ifndef LARDER_ENGINE_LSM_RESCUE_H
#define LARDER_ENGINE_LSM_RESCUE_H

#include "engine/lsm/levels.h"
#include "engine/table/builder.h"
#include "engine/table/salvage.h"

typedef struct LsmRescueArgs {
    const Env *env;
    const char *directory;
    const FormatTable *info; /* of the damaged table; NULL: nothing is known of it */
    uint64_t number;         /* of the damaged table's file */
    int64_t new_number;
    TableBuilderOptions table; /* of the new one, but for id, number and level */
    TableBlockCache *cache;
    TableReporter reporter;   /* hears of the damage */
    const LsmLevels *without; /* entries whose large value is in a blob file that these levels do
                                 not have are left out; NULL: none is */
} LsmRescueArgs;

typedef struct LsmRescue {
    FormatTable info; /* of the new table, with level and order of the old one; its keys are its
                         own; only if made */
    bool made;        /* there is a new table, synced, but not its name */
    BaseStatus read;  /* not OK: why nothing of the old table can be read */
    TableSalvage salvage;
    int64_t values_lost; /* entries that were left out with their blob file */
} LsmRescue;

/* Errors are those of writing the new table, and BASE_NO_MEMORY; then there is nothing to clear. */
BaseStatus lsm_rescue_run(const LsmRescueArgs *args, LsmRescue *ret_rescue);

/* Frees what it holds. */
void lsm_rescue_clear(LsmRescue *rescue);

#endif
