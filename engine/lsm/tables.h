/*
 * tables.h: the open files of a store, and what becomes of those that are not needed any more.
 *
 * Every live table is open: its index and filter are in memory, so a read never waits for more than
 * data blocks. So is every blob file. One that no levels list any more is closed when no read
 * section can see it; if an edit has dropped it, its file is removed then. Closing and removing
 * happen in sweep(), in the thread of whoever does the housekeeping, never in a reader's.
 *
 * Threading: any thread.
 */
#ifndef LARDER_ENGINE_LSM_TABLES_H
#define LARDER_ENGINE_LSM_TABLES_H

#include "engine/lsm/levels.h"
#include "engine/table/blob_file.h"
#include "engine/table/table.h"

typedef struct LsmTables LsmTables;

/* Borrowed, and must outlive it, but for `directory`, which is copied. */
typedef struct LsmTablesArgs {
    const Env *env;
    const char *directory;
    TableBlockCache *cache;
    TableReporter reporter; /* hears of damage */
} LsmTablesArgs;

BaseStatus lsm_tables_new(const LsmTablesArgs *args, LsmTables **ret_tables);

/* REQUIRES: no levels are left. Sweeps first. Takes NULL. */
void lsm_tables_free(LsmTables *tables);

/* What levels are made with. */
const LsmTableOwner *lsm_tables_owner(LsmTables *tables);

/*
 * Opens every table and blob file of the levels that is not open yet; `reader` of each is then its
 * Table or TableBlobFile. On failure `message` (384 bytes) names the file; what was opened stays
 * open.
 */
BaseStatus lsm_tables_open(LsmTables *tables, LsmLevels *levels, char *message);

/*
 * Closes what no read section sees any more, and removes the files of what was dropped. Returns how
 * many files still wait.
 */
size_t lsm_tables_sweep(LsmTables *tables);

/* Bytes of memory of indexes, filters and ranges of the open tables. */
int64_t lsm_tables_memory(LsmTables *tables);

static inline Table *
lsm_table_reader(const LsmTable *table)
{
    return table->reader;
}

static inline TableBlobFile *
lsm_blob_reader(const LsmBlobFile *file)
{
    return file->hold->reader;
}

#endif
