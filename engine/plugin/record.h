/*
 * record.h: how a record lies in a store that knows only keys and values.
 *
 * Stored key
 *     0x00 key         a record of ENGINE_DATA
 *     0x01 key         a record of ENGINE_SYSTEM
 *     0x02             the mark: one value about the whole store
 * Value of a record, numbers little-endian
 *     0x01 version:8 value                  never expires
 *     0x02 version:8 expires_at_ms:8 value
 * Value of the mark
 *     0x11 version:8 stamp_ms:8             of the last commit whose stamp was new
 *
 * Limits: versions are 1 or more; an expiry is 1 or more; a stamp is 0 or more. Anything else, a
 * value that is too short and an unknown first byte are damage, and reading says BASE_CORRUPTION.
 * There is one way to write a record: what reads back, writes back to the same bytes.
 *
 * Threading: pure.
 */
#ifndef LARDER_ENGINE_PLUGIN_RECORD_H
#define LARDER_ENGINE_PLUGIN_RECORD_H

#include "engine/engine.h"

#include <endian.h>

/* Bytes before the key, before a value that never expires, and at most before a value. */
enum { PLUGIN_RECORD_KEY_HEAD = 1, PLUGIN_RECORD_LASTING_HEAD = 9, PLUGIN_RECORD_HEAD_MAX = 17 };

/* First bytes of values. */
enum { PLUGIN_RECORD_LASTING = 0x01, PLUGIN_RECORD_EXPIRING = 0x02 };

/* First bytes of stored keys. */
enum { PLUGIN_RECORD_MARK = ENGINE_KEYSPACE_COUNT };

/* The value of the mark. */
typedef struct PluginMark {
    int64_t version;
    int64_t stamp_ms;
} PluginMark;

enum { PLUGIN_RECORD_MARK_BYTES = 17 };

/* Writes what comes before the value; how many bytes. REQUIRES: within the limits. */
size_t plugin_record_write_head(int64_t version, int64_t expires_at_ms,
                                uint8_t ret_head[PLUGIN_RECORD_HEAD_MAX]);

/* A number as it is stored. */
static inline int64_t
plugin_record_get64(const uint8_t *at)
{
    uint64_t stored;
    memcpy(&stored, at, sizeof stored);
    return (int64_t)le64toh(stored);
}

/*
 * Reads a stored value; the record's value is a view into it. Walks do it for every entry, and it
 * is inline for them.
 */
static inline BaseStatus
plugin_record_read(BaseSlice stored, EngineRecord *ret_record)
{
    bool lasts = stored.len != 0 && stored.data[0] == PLUGIN_RECORD_LASTING;
    size_t head = lasts ? PLUGIN_RECORD_LASTING_HEAD : PLUGIN_RECORD_HEAD_MAX;
    if (stored.len < head || (!lasts && stored.data[0] != PLUGIN_RECORD_EXPIRING)) {
        return base_error(BASE_CORRUPTION, "a stored value is no record");
    }
    int64_t version = plugin_record_get64(stored.data + 1);
    int64_t expires_at_ms =
        lasts ? 0 : plugin_record_get64(stored.data + PLUGIN_RECORD_LASTING_HEAD);
    if (version <= 0 || expires_at_ms < (lasts ? 0 : 1)) {
        return base_error(BASE_CORRUPTION, "a record has an impossible version or expiry");
    }
    ret_record->value = base_slice(stored.data + head, stored.len - head);
    ret_record->version = version;
    ret_record->expires_at_ms = expires_at_ms;
    return base_ok();
}

void plugin_record_write_mark(const PluginMark *mark, uint8_t ret_bytes[PLUGIN_RECORD_MARK_BYTES]);

BaseStatus plugin_record_read_mark(BaseSlice stored, PluginMark *ret_mark);

#endif
