/*
 * table_rig.h: tables in memory for tests: a file system, a block cache, what was reported.
 *
 * Whatever fails here that a test did not ask for aborts.
 */
#ifndef LARDER_TESTS_SUPPORT_TABLE_RIG_H
#define LARDER_TESTS_SUPPORT_TABLE_RIG_H

#include "engine/base/rand.h"
#include "engine/env/mem.h"
#include "engine/table/builder.h"
#include "engine/table/iterator.h"
#include "engine/table/table.h"

#define TABLE_RIG_PATH "/000001.sst"
#define TABLE_RIG_ID   UINT64_C(0x5eed0123456789ab)

typedef struct TableRig {
    Env *env;
    TableBlockCache *cache;
    unsigned faults; /* reported so far */
    BaseCode fault_code;
    uint64_t fault_offset; /* of the last one */
    bool fault_path_fits;
} TableRig;

void table_rig_init(TableRig *rig, size_t cache_bytes);
void table_rig_clear(TableRig *rig);

/* Options for small tables: everything but the codec. */
TableBuilderOptions table_rig_options(size_t block_bytes);

/* Writes TABLE_RIG_PATH anew, of entries and fragments (counts may be 0). */
TableSummary table_rig_build(TableRig *rig, const TableBuilderOptions *options,
                             const FormatEntry *entries, size_t count,
                             const FormatFragment *fragments, size_t fragment_count);

/* Opens TABLE_RIG_PATH, from which the result may fail. */
BaseStatus table_rig_try_open(TableRig *rig, int64_t version_override, Table **ret_table);

/* Opens it and expects no failure. */
Table *table_rig_open(TableRig *rig);

/* The bytes of TABLE_RIG_PATH; replaces them. */
void table_rig_read_file(TableRig *rig, BaseBuf *into);
void table_rig_write_file(TableRig *rig, BaseSlice bytes);

/* ---------------------------------------------------------------------------------- models -- */

/* Entries in entry order, with keys and values of their own. */
typedef struct TableModel {
    FormatEntry *entries;
    size_t count;
} TableModel;

typedef struct TableModelShape {
    size_t keys;         /* at most */
    size_t versions_max; /* of a key */
    size_t prefix;       /* bytes that all keys share */
    size_t key_max;      /* bytes behind it */
    size_t value_max;
    bool system; /* some keys are of the system keyspace */
} TableModelShape;

TableModel table_model_random(BaseRand *rng, const TableModelShape *shape);
void table_model_clear(TableModel *model);

/* The index of the first entry at or behind (key, version). */
size_t table_model_seek(const TableModel *model, BaseSlice key, int64_t version);

/* Whether two entries are the same in everything. */
bool table_model_same(const FormatEntry *a, const FormatEntry *b);

#endif
