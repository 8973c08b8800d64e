/*
 * table_private.h: what an open table consists of, for the files of this folder.
 *
 * Threading: immutable but for the slots, which are the block cache's.
 */
#ifndef LARDER_ENGINE_TABLE_TABLE_PRIVATE_H
#define LARDER_ENGINE_TABLE_TABLE_PRIVATE_H

#include "engine/format/filter.h"
#include "engine/format/footer.h"
#include "engine/table/index.h"
#include "engine/table/table.h"

struct Table {
    TableIndex index;
    TableSlot *slots;    /* one for each block of the index */
    FormatFilter filter; /* lines 0: none */
    TableBlockCache *cache;
    TableRanges ranges;
    int64_t version_override; /* 0: none */
    TableFile file;
    FormatDictionary *dictionary; /* NULL: none */
    FormatProperties properties;
    FormatFooter footer;
    uint64_t data_end; /* of the data blocks */
    uint8_t *filter_memory;
    uint8_t *properties_memory;
};

/*
 * Opens a table of which footer and index can be read, without the filter, and without other parts
 * that cannot be read. For salvage.c only: nobody may look for keys in it.
 */
BaseStatus table_open_damaged(const TableOptions *options, Table **ret_table,
                              bool *ret_ranges_lost);

/*
 * The data block of that ordinal. `window` may hold bytes that were read ahead; NULL: none.
 * REQUIRES: inside a read section.
 */
BaseStatus table_block_get(Table *table, uint32_t ordinal, unsigned flags,
                           const TableWindow *window, TableBlock **ret_block);

/*
 * Replaces a block whose stored bytes were read, and whose frame they are, by one with the unpacked
 * bytes.
 */
BaseStatus table_block_unpack(const FormatFrame *frame, const FormatDictionary *dictionary,
                              TableBlock **block);

/*
 * The version to look for, so that an overridden table shows its entries to readers of that version
 * and later ones. False: it shows nothing.
 */
static inline bool
table_translate_version(const Table *table, int64_t *version)
{
    if (table->version_override == 0) {
        return true;
    }
    bool shows = *version >= table->version_override;
    *version = INT64_MAX;
    return shows;
}

#endif
