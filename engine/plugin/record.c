/*
 * record.c: records as stored values. See record.h.
 */
#include "engine/plugin/record.h"

enum { TAG_MARK = 0x11 };

static void
put64(uint8_t *at, int64_t value)
{
    uint64_t stored = htole64((uint64_t)value);
    memcpy(at, &stored, sizeof stored);
}

size_t
plugin_record_write_head(int64_t version, int64_t expires_at_ms,
                         uint8_t ret_head[PLUGIN_RECORD_HEAD_MAX])
{
    put64(ret_head + 1, version);
    if (expires_at_ms == 0) {
        ret_head[0] = PLUGIN_RECORD_LASTING;
        return PLUGIN_RECORD_LASTING_HEAD;
    }
    ret_head[0] = PLUGIN_RECORD_EXPIRING;
    put64(ret_head + PLUGIN_RECORD_LASTING_HEAD, expires_at_ms);
    return PLUGIN_RECORD_HEAD_MAX;
}

void
plugin_record_write_mark(const PluginMark *mark, uint8_t ret_bytes[PLUGIN_RECORD_MARK_BYTES])
{
    ret_bytes[0] = TAG_MARK;
    put64(ret_bytes + 1, mark->version);
    put64(ret_bytes + PLUGIN_RECORD_LASTING_HEAD, mark->stamp_ms);
}

BaseStatus
plugin_record_read_mark(BaseSlice stored, PluginMark *ret_mark)
{
    if (stored.len != PLUGIN_RECORD_MARK_BYTES || stored.data[0] != TAG_MARK) {
        return base_error(BASE_CORRUPTION, "the mark of the store is damaged");
    }
    PluginMark mark = {plugin_record_get64(stored.data + 1),
                       plugin_record_get64(stored.data + PLUGIN_RECORD_LASTING_HEAD)};
    if (mark.version <= 0 || mark.stamp_ms < 0) {
        return base_error(BASE_CORRUPTION, "the mark of the store has impossible numbers");
    }
    *ret_mark = mark;
    return base_ok();
}
