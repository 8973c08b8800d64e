/*
 * lsm_rig.h: the lower half of a store in memory, for tests: a catalog with its tables and manifest
 * in "/store", and small tables to put into it.
 *
 * Keys are numbers, written with six digits behind the keyspace byte 0; the value of a key tells
 * key and version. Whatever fails here that a test did not ask for aborts.
 */
#ifndef LARDER_TESTS_SUPPORT_LSM_RIG_H
#define LARDER_TESTS_SUPPORT_LSM_RIG_H

#include "engine/env/mem.h"
#include "engine/format/file_name.h"
#include "engine/lsm/catalog.h"
#include "tests/support/fault_env.h"

#define LSM_RIG_DIRECTORY "/store"

typedef struct LsmRig {
    Env *memory;
    FaultEnv fault; /* around `memory`; the store goes through it */
    TableBlockCache *cache;
    const char *directory; /* LSM_RIG_DIRECTORY, or where the next opening is to look */
    LsmTables *tables;
    LsmCatalog *catalog;
    _Atomic unsigned faults; /* that tables reported */
} LsmRig;

typedef struct LsmRigKey {
    uint8_t bytes[8];
} LsmRigKey;

typedef struct LsmRigValue {
    char text[32];
} LsmRigValue;

BaseSlice lsm_rig_key(LsmRigKey *key, int number);
BaseSlice lsm_rig_value(LsmRigValue *value, int number, int64_t version);

/* An empty file system with an empty store in it, open. */
void lsm_rig_init(LsmRig *rig);

/* Closes the store, if it is open, and frees everything. */
void lsm_rig_clear(LsmRig *rig);

/* Opens the store from its manifest, with what a system crash would have kept if `crash`. */
void lsm_rig_reopen(LsmRig *rig, bool crash);

/* Closes the catalog and its tables. */
void lsm_rig_close(LsmRig *rig);

/* What a table holds: every `step`th key of [first, last]. */
typedef struct LsmRigTable {
    int level;
    int first;
    int last;
    int step; /* 0: 1 */
    int64_t version;
    bool
        ascending; /* each key but the last has one version less than the next; else all the same */
    bool remove;   /* the entries are removes */
    int range_stop; /* not 0: a range [first, range_stop) is removed, too, at version - 1 */
} LsmRigTable;

/*
 * Writes a table into the store's directory, synced with its name, and appends the edits that add
 * it (and make its version the last one). Returns its number.
 */
int64_t lsm_rig_build(LsmRig *rig, const LsmRigTable *table, BaseBuf *edits);

/* Builds a table and installs it. */
int64_t lsm_rig_add(LsmRig *rig, const LsmRigTable *table);

/* Appends the edit that drops a table. */
void lsm_rig_drop(BaseBuf *edits, int level, int64_t number);

/* The version of the newest entry of a key in the levels, by their runs; 0: there is none. */
int64_t lsm_rig_find(const LsmLevels *levels, int number);

/* Whether the store's directory has a file. */
bool lsm_rig_has(LsmRig *rig, FormatFileKind kind, int64_t number);

#endif
