/*
 * value.h: the value of an entry, wherever it lies.
 *
 * Reads come here for every value, so this is the one place of theirs that knows that an entry of a
 * table may refer to a blob file. Such a value lies in a block of its own (table/blob_file.h), and
 * is good as long as that block: until the read section ends, or the pin goes.
 *
 * Threading: any thread, inside a read section. Any other value is good as long as the entry's.
 */
#ifndef LARDER_ENGINE_LSM_VALUE_H
#define LARDER_ENGINE_LSM_VALUE_H

#include "engine/base/status.h"
#include "engine/format/entry.h"
#include "engine/lsm/levels.h"
#include "engine/table/block_cache.h"

/*
 * The value that a blob reference of a table of `levels` stands for, and the block that it is in.
 * `flags`: TableCacheFlag bits. BASE_CORRUPTION: the reference, the file or the value is damaged.
 */
BaseStatus lsm_value_fetch(const FormatEntry *entry, const LsmLevels *levels, unsigned flags,
                           TableBlock **ret_block, BaseSlice *ret_value);

/* The value of a put or blob reference. *block changes when it is in another one than the entry. */
static inline BaseStatus
lsm_value_open(const FormatEntry *entry, const LsmLevels *levels, unsigned flags,
               TableBlock **block, BaseSlice *ret_value)
{
    if (__builtin_expect(entry->kind == FORMAT_BLOB, 0)) {
        return lsm_value_fetch(entry, levels, flags, block, ret_value);
    }
    *ret_value = entry->value;
    return base_ok();
}

#endif
