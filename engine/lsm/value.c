/*
 * value.c: from a reference to its blob file. See value.h.
 *
 * Levels list every blob file that their tables refer to (L-13), and hold it open; so whoever may
 * read a table may read the values that it refers to.
 */
#include "engine/lsm/value.h"

#include "engine/format/blob_file.h"
#include "engine/lsm/tables.h"

BaseStatus
lsm_value_fetch(const FormatEntry *entry, const LsmLevels *levels, unsigned flags,
                TableBlock **ret_block, BaseSlice *ret_value)
{
    FormatBlobReference reference;
    BaseStatus status = format_blob_reference_decode(entry->value, &reference);
    if (!base_is_ok(status)) {
        return status;
    }
    const LsmBlobFile *file = lsm_levels_blob(levels, reference.number);
    if (file == NULL || file->hold->reader == NULL) {
        return base_error(BASE_CORRUPTION, "a large value is in a blob file that is not there");
    }
    return table_blob_file_get(lsm_blob_reader(file), &reference, flags, ret_block, ret_value);
}
