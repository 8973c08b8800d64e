/*
 * salvage.h: what can still be read of a damaged table.
 *
 * Each data block has a check of its own, so a damaged one costs its entries and no others. The
 * filter and the properties say nothing that the entries do not say. Removed ranges are in one
 * block; without it they are lost, and what they hid is not hidden any more. Footer, index, and the
 * dictionary of a table that has one are needed: without them nothing can be read.
 *
 * Entries are visited in order; a block whose entries do not fit the order of those before counts
 * as damaged. Every fault is told to the reporter.
 *
 * Threading: one thread.
 */
#ifndef LARDER_ENGINE_TABLE_SALVAGE_H
#define LARDER_ENGINE_TABLE_SALVAGE_H

#include "engine/table/table.h"

/* Receives what is readable, borrowed during the call: first all fragments, then all entries. */
typedef struct TableSalvageVisitor {
    BaseStatus (*fragment)(void *user, const FormatFragment *fragment);
    BaseStatus (*entry)(void *user, const FormatEntry *entry);
    void *user;
} TableSalvageVisitor;

typedef struct TableSalvage {
    int64_t entries;      /* visited */
    int64_t entries_lost; /* in damaged blocks, by the index */
    int64_t blocks_lost;
    bool ranges_lost;
} TableSalvage;

/*
 * Reads the table of `options`; versions are overridden as the options say. An error of the visitor
 * ends it. Other errors: nothing can be read; BASE_NO_MEMORY.
 */
BaseStatus table_salvage(const TableOptions *options, const TableSalvageVisitor *visitor,
                         TableSalvage *ret_salvage);

#endif
