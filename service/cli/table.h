/*
 * table.h: columns for people.
 *
 * Cells are added row by row and kept until the end, when the widths are known. A column whose name
 * begins with '>' is aligned to the right. Names are printed above, except when there are no rows.
 *
 * Threading: one owner at a time.
 */
#ifndef LARDER_SERVICE_CLI_TABLE_H
#define LARDER_SERVICE_CLI_TABLE_H

#include "service/cli/call.h"

enum { CLI_TABLE_COLUMNS_MAX = 10 };

typedef struct CliTable {
    CliCall *call;
    const char *const *names;
    size_t columns;
    size_t cells;
    size_t widths[CLI_TABLE_COLUMNS_MAX];
    BaseBuf text; /* the cells, each followed by a NUL */
} CliTable;

CliTable cli_table_begin(CliCall *call, const char *const *names, size_t columns);

/* Each adds the next cell. */
void cli_table_text(CliTable *table, BaseSlice text);
void cli_table_number(CliTable *table, int64_t number, bool (*print)(int64_t, BaseBuf *));

/* Appends the table to the output, and frees it. */
void cli_table_end(CliTable *table);

#endif
