/*
 * table.h: an open table: point reads, removed ranges, estimates, verification.
 *
 * Opening reads footer, properties, index, filter and removed ranges, which stay in memory; data
 * blocks come and go through the block cache. All checks of what is read are made on every read.
 *
 * A point read is: filter, index, slot of the block, block. It finds the newest entry of a key at
 * or below a version; whether a removed range hides that entry is asked separately, because ranges
 * of one table hide entries of others.
 *
 * Ingested tables. With a version_override every entry and fragment counts as having that version;
 * such a table has one entry a key.
 *
 * Errors: those of env.h; BASE_CORRUPTION, with file and offset to the reporter; BASE_UNSUPPORTED
 * for later formats; BASE_NO_MEMORY; BASE_WOULD_BLOCK where it is asked for.
 *
 * Threading: an open table is immutable; any thread. Reads happen inside a read section
 * (engine/base/epoch.h), and what they return is good until it ends, unless it is pinned. Freeing
 * requires that nobody can reach the table, so it is retired through an epoch limbo, too, and that
 * no pins and no iterators are left.
 */
#ifndef LARDER_ENGINE_TABLE_TABLE_H
#define LARDER_ENGINE_TABLE_TABLE_H

#include "engine/format/key.h"
#include "engine/format/properties.h"
#include "engine/table/block_cache.h"
#include "engine/table/file.h"
#include "engine/table/ranges.h"

typedef struct Table Table;

typedef struct TableOptions {
    const Env *env;
    const char *path;
    bool expect; /* the file must have this size and id */
    uint64_t size;
    uint64_t id;
    int64_t version_override; /* 0: none */
    TableBlockCache *cache;   /* must outlive the table */
    TableReporter reporter;
} TableOptions;

BaseStatus table_open(const TableOptions *options, Table **ret_table);

/* Takes NULL. */
void table_free(Table *table);

/* Slices are borrowed from the table. */
const FormatProperties *table_properties(const Table *table);

/* The id and the size of the file. */
uint64_t table_id(const Table *table);
uint64_t table_size(const Table *table);

/* Whether the largest key of the properties is a stop. */
bool table_largest_excluded(const Table *table);

/* Bytes in memory, besides cached blocks. */
size_t table_memory(const Table *table);

/* ----------------------------------------------------------------------------- point reads -- */

/* An entry, and the block that it is in. */
typedef struct TableView {
    FormatEntry entry; /* its key is the caller's */
    TableBlock *block; /* pin it to keep the value beyond the read section */
} TableView;

typedef enum TableFound {
    TABLE_FOUND,
    TABLE_FILTERED, /* the filter says that the key is not here */
    TABLE_ABSENT,   /* no such entry, though the filter let it pass */
} TableFound;

/*
 * The newest entry of `key` at or below `version`. `hash` is format_key_hash(key). With `flags`
 * TABLE_CACHE_ONLY nothing is read from disk.
 */
BaseStatus table_get(Table *table, BaseSlice key, uint64_t hash, int64_t version, unsigned flags,
                     TableFound *ret_found, TableView *ret_view);

/* Fetches from memory what table_get() looks at first. A hint. */
void table_prefetch(const Table *table, uint64_t hash);

/* One of the keys of table_multi_get(). */
typedef struct TableLookup {
    Table *table;
    BaseSlice key;
    uint64_t hash;
    TableFound found; /* the answer */
    TableView view;
} TableLookup;

/*
 * As table_get() for many keys, in one or several tables, best in order of tables and keys:
 * neighbours share what they can. An error ends it; *ret_done lookups have their answers.
 */
BaseStatus table_multi_get(TableLookup *lookups, size_t count, int64_t version, unsigned flags,
                           size_t *ret_done);

/* -------------------------------------------------------------------------- removed ranges -- */

/* The fragments; they live as long as the table. */
const TableRanges *table_ranges(const Table *table);

/*
 * The version of the newest remove at or below `version` that covers `key`; 0: none. It hides every
 * entry of the key with a lower version.
 */
int64_t table_covering(const Table *table, BaseSlice key, int64_t version);

/* ------------------------------------------------------------------------------- estimates -- */

/* About how many bytes of the file, and entries, are before `key`: exact to one block. */
uint64_t table_bytes_before(const Table *table, BaseSlice key);
uint64_t table_entries_before(const Table *table, BaseSlice key);

/*
 * Keys that cut the data blocks into parts of about `part_bytes` each (at least a block), in order.
 * The visitor's key is borrowed from the table; false stops.
 */
typedef bool TableSplitVisitor(void *user, BaseSlice key);
void table_split(const Table *table, uint64_t part_bytes, TableSplitVisitor *visit, void *user);

/*
 * Reads everything and proves that it fits together: every block, the order of all entries, index,
 * filter, properties. Blocks do not enter the cache. Not inside a read section: it takes long.
 */
BaseStatus table_verify(Table *table);

#endif
