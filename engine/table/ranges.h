/*
 * ranges.h: the removed ranges of a table in memory.
 *
 * Threading: immutable once they are open; any thread.
 */
#ifndef LARDER_ENGINE_TABLE_RANGES_H
#define LARDER_ENGINE_TABLE_RANGES_H

#include "engine/format/range_block.h"

typedef struct TableRanges {
    FormatFragment *fragments; /* in order; their bytes are in `keys` and `versions` */
    size_t count;
    BaseBuf keys;
    BaseBuf versions; /* int64_t */
} TableRanges;

/* Reads a range block. */
BaseStatus table_ranges_open(BaseSlice bytes, TableRanges *ret_ranges);

/* Frees what they hold. */
void table_ranges_clear(TableRanges *ranges);

/* The index of the first fragment whose stop is behind `key`; count: none. */
size_t table_ranges_find(const TableRanges *ranges, BaseSlice key);

/* The newest version at or below `version` of a remove that covers `key`; 0: none. */
int64_t table_ranges_covering(const TableRanges *ranges, BaseSlice key, int64_t version);

#endif
