/*
 * record.c: records as stored values. See record.h.
 */
#include "engine/plugin/record.h"

enum {
    TAG_LASTING = 0x01,
    TAG_EXPIRING = 0x02,
    TAG_MARK = 0x11,
    LASTING_HEAD = 9,
};

static void
put64(uint8_t *at, int64_t value)
{
    for (int i = 0; i < 8; i++) {
        at[i] = (uint8_t)((uint64_t)value >> (8 * i));
    }
}

static int64_t
get64(const uint8_t *at)
{
    uint64_t value = 0;
    for (int i = 0; i < 8; i++) {
        value |= (uint64_t)at[i] << (8 * i);
    }
    return (int64_t)value;
}

size_t
plugin_record_write_head(int64_t version, int64_t expires_at_ms,
                         uint8_t ret_head[PLUGIN_RECORD_HEAD_MAX])
{
    put64(ret_head + 1, version);
    if (expires_at_ms == 0) {
        ret_head[0] = TAG_LASTING;
        return LASTING_HEAD;
    }
    ret_head[0] = TAG_EXPIRING;
    put64(ret_head + LASTING_HEAD, expires_at_ms);
    return PLUGIN_RECORD_HEAD_MAX;
}

BaseStatus
plugin_record_read(BaseSlice stored, EngineRecord *ret_record)
{
    size_t head =
        stored.len != 0 && stored.data[0] == TAG_EXPIRING ? PLUGIN_RECORD_HEAD_MAX : LASTING_HEAD;
    if (stored.len < head || (head == LASTING_HEAD && stored.data[0] != TAG_LASTING)) {
        return base_error(BASE_CORRUPTION, "a stored value is no record");
    }
    EngineRecord record = {
        .value = base_slice(stored.data + head, stored.len - head),
        .version = get64(stored.data + 1),
        .expires_at_ms = head == LASTING_HEAD ? 0 : get64(stored.data + LASTING_HEAD),
    };
    if (record.version <= 0 || record.expires_at_ms < (head == LASTING_HEAD ? 0 : 1)) {
        return base_error(BASE_CORRUPTION, "a record has an impossible version or expiry");
    }
    *ret_record = record;
    return base_ok();
}

void
plugin_record_write_mark(const PluginMark *mark, uint8_t ret_bytes[PLUGIN_RECORD_MARK_BYTES])
{
    ret_bytes[0] = TAG_MARK;
    put64(ret_bytes + 1, mark->version);
    put64(ret_bytes + LASTING_HEAD, mark->stamp_ms);
}

BaseStatus
plugin_record_read_mark(BaseSlice stored, PluginMark *ret_mark)
{
    if (stored.len != PLUGIN_RECORD_MARK_BYTES || stored.data[0] != TAG_MARK) {
        return base_error(BASE_CORRUPTION, "the mark of the store is damaged");
    }
    PluginMark mark = {get64(stored.data + 1), get64(stored.data + LASTING_HEAD)};
    if (mark.version <= 0 || mark.stamp_ms < 0) {
        return base_error(BASE_CORRUPTION, "the mark of the store has impossible numbers");
    }
    *ret_mark = mark;
    return base_ok();
}
