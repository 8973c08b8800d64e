/*
 * index.h: the index of a table in memory: which data block may hold a key, and where it lies.
 *
 * Separators are compared by the eight bytes that follow the prefix which they all share; those
 * words lie in one array, so a search touches few cache lines and no separators, but for ties. The
 * two keyspaces share no prefix, so each has a section with a prefix of its own.
 *
 * Costs about 30 bytes and a separator for each data block.
 *
 * Threading: immutable once it is open; any thread.
 */
#ifndef LARDER_ENGINE_TABLE_INDEX_H
#define LARDER_ENGINE_TABLE_INDEX_H

#include "engine/format/index_block.h"

/* Blocks whose separators begin with the same byte of keyspace. */
typedef struct TableIndexSection {
    uint32_t first;
    uint32_t stop;
    BaseSlice prefix; /* that all its separators share */
} TableIndexSection;

typedef struct TableIndex {
    uint32_t count;                /* of blocks */
    uint64_t *words;               /* of the separators */
    uint64_t *offsets;             /* count + 1: where blocks begin, and where the last ends */
    uint64_t *entries_before;      /* count + 1 */
    uint32_t *separator_starts;    /* count + 1, in `separators` */
    uint8_t *separators;           /* one behind the other */
    TableIndexSection sections[2]; /* data, system */
} TableIndex;

/* Reads an index block. Blocks must end at `data_end`. */
BaseStatus table_index_open(BaseSlice bytes, uint64_t data_end, TableIndex *ret_index);

/* Frees what it holds. */
void table_index_clear(TableIndex *index);

/* The first block whose separator is at or behind `key`, which is not empty; count: none. */
uint32_t table_index_find(const TableIndex *index, BaseSlice key);

static inline BaseSlice
table_index_separator(const TableIndex *index, uint32_t block)
{
    uint32_t start = index->separator_starts[block];
    return base_slice(index->separators + start, index->separator_starts[block + 1] - start);
}

static inline FormatHandle
table_index_handle(const TableIndex *index, uint32_t block)
{
    uint64_t stored = index->offsets[block + 1] - index->offsets[block];
    return (FormatHandle){index->offsets[block], (uint32_t)(stored - FORMAT_FRAME_TRAILER_BYTES)};
}

static inline uint64_t
table_index_entries(const TableIndex *index, uint32_t block)
{
    return index->entries_before[block + 1] - index->entries_before[block];
}

#endif
