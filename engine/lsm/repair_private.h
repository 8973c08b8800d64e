/*
 * repair_private.h: a repair under way, for the files that share it: repair.c, triage.c, assembly.c
 * and salvage of the log in repair_log.c.
 *
 * Threading: one thread.
 */
#ifndef LARDER_ENGINE_LSM_REPAIR_PRIVATE_H
#define LARDER_ENGINE_LSM_REPAIR_PRIVATE_H

#include "engine/lsm/facts.h"
#include "engine/lsm/inspection.h"
#include "engine/lsm/quarantine.h"
#include "engine/lsm/recovery.h"
#include "engine/lsm/rescue.h"

typedef struct LsmRepair {
    LsmInspection inspection;
    LsmInventory inventory;
    TableBlockCache *cache;
    LsmTables *tables;   /* owns those of `levels` */
    LsmLevels *levels;   /* as they come out so far */
    LsmFacts facts;      /* if they were needed */
    LsmRecoveryArgs how; /* new tables are made */
    LsmQuarantine quarantine;
    int64_t first_file; /* numbers from here on are the repair's own */
    int64_t next_file;
    int64_t version; /* the highest of any commit that was seen */
    int64_t stamp_ms;
    uint64_t clean_segment; /* where the log ends, if the store was closed; 0: it was not */
    uint64_t clean_len;
    bool known;     /* the levels are those of the store; else put together from its tables */
    bool changed;   /* there is something to write */
    bool log_moved; /* the commits of the log are in tables now */
} LsmRepair;

/* ------------------------------------------------------------------------------------ levels -- */

/* Applies edits to the levels. BASE_CORRUPTION: they break a rule; `message` (256 bytes) says. */
BaseStatus lsm_repair_apply(LsmRepair *repair, BaseSlice edits, char *message);

/* Notes versions and stamps that are in use. */
void lsm_repair_see(LsmRepair *repair, int64_t version, int64_t stamp_ms);

/* ------------------------------------------------------------------------------------ triage -- */

typedef enum LsmVerdict {
    LSM_TABLE_INTACT,
    LSM_TABLE_RESCUED, /* a new table has what was left of it */
    LSM_TABLE_LOST,
} LsmVerdict;

typedef struct LsmTriage {
    LsmVerdict verdict;
    FormatTable info; /* of the table, or of the new one; level 0 and no order if nothing else is
                         known. Its keys lie in `keys` */
    BaseBuf keys;
} LsmTriage;

/*
 * Looks at a table that should be there, and saves what it can. `info`: what the manifest says of
 * it; NULL: nothing. Errors: BASE_NO_MEMORY, and those of writing.
 */
BaseStatus lsm_triage_table(LsmRepair *repair, uint64_t number, const FormatTable *info,
                            LsmTriage *ret_triage);

void lsm_triage_clear(LsmTriage *triage);

/* Drops blob files that are lost from the levels. Before tables are looked at. */
BaseStatus lsm_triage_blobs(LsmRepair *repair);

/* Replaces and drops tables of the levels by what is left of them. */
BaseStatus lsm_triage_levels(LsmRepair *repair);

/* ---------------------------------------------------------------------------------- assembly -- */

/* Puts levels together from the tables of the directory: all of them in level 0. */
BaseStatus lsm_assembly_begin(LsmRepair *repair);

/* Merges everything if the order of level 0 cannot be right. */
BaseStatus lsm_assembly_settle(LsmRepair *repair);

/* --------------------------------------------------------------------------------------- log -- */

/* Looks at the log, and puts its commits into tables if it is damaged, or its place unknown. */
BaseStatus lsm_repair_log(LsmRepair *repair);

#endif
