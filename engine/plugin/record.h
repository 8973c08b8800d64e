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

/* Bytes before the key, and at most before the value. */
enum { PLUGIN_RECORD_KEY_HEAD = 1, PLUGIN_RECORD_HEAD_MAX = 17 };

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

/* Reads a stored value; the record's value is a view into it. */
BaseStatus plugin_record_read(BaseSlice stored, EngineRecord *ret_record);

void plugin_record_write_mark(const PluginMark *mark, uint8_t ret_bytes[PLUGIN_RECORD_MARK_BYTES]);

BaseStatus plugin_record_read_mark(BaseSlice stored, PluginMark *ret_mark);

#endif
