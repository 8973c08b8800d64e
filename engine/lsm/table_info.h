/*
 * table_info.h: what the manifest should know of a table, by what the table says of itself.
 *
 * Threading: pure.
 */
#ifndef LARDER_ENGINE_LSM_TABLE_INFO_H
#define LARDER_ENGINE_LSM_TABLE_INFO_H

#include "engine/format/manifest_edit.h"
#include "engine/table/table.h"

/*
 * Number, level, order, override and the stamp of the oldest remove, which a table does not know,
 * are not set. Slices are borrowed from the table.
 */
FormatTable lsm_table_info(const Table *table);

/*
 * Bytes of the keys and values of a table, those of its values in blob files as they are stored.
 */
int64_t lsm_table_info_data_bytes(const FormatTable *info);

/* What of `info` does not fit the table, for people; NULL: all fits. */
const char *lsm_table_info_differs(const FormatTable *info, const Table *table);

#endif
