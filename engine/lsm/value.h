/*
 * value.h: the value of an entry, wherever it lies.
 *
 * Reads come here for every value, so this is the one place that knows that an entry of a table may
 * refer to a blob file. Values in blob files are not written yet; a reference is refused.
 *
 * Threading: any thread; the value is good as long as the entry's.
 */
#ifndef LARDER_ENGINE_LSM_VALUE_H
#define LARDER_ENGINE_LSM_VALUE_H

#include "engine/base/status.h"
#include "engine/format/entry.h"

/* The value of a put or blob reference. BASE_UNSUPPORTED: it lies in a blob file. */
static inline BaseStatus
lsm_value_open(const FormatEntry *entry, BaseSlice *ret_value)
{
    if (__builtin_expect(entry->kind == FORMAT_BLOB, 0)) {
        return base_error(BASE_UNSUPPORTED,
                          "a value lies in a blob file, which this version does not read");
    }
    *ret_value = entry->value;
    return base_ok();
}

#endif
