/*
 * fuzz_plugin_record.c: any bytes as the stored value of a record, and as the mark of a store.
 *
 * What can be read must write back to the same bytes; the rest must be called damage.
 */
#include "engine/base/check.h"
#include "engine/plugin/record.h"
#include "tests/fuzz/fuzz.h"

static void
try_record(BaseSlice bytes)
{
    EngineRecord record;
    BaseStatus status = plugin_record_read(bytes, &record);
    if (!base_is_ok(status)) {
        BASE_CHECK(status.code == BASE_CORRUPTION);
        return;
    }
    uint8_t head[PLUGIN_RECORD_HEAD_MAX];
    size_t len = plugin_record_write_head(record.version, record.expires_at_ms, head);
    BASE_CHECK(len + record.value.len == bytes.len);
    BASE_CHECK(memcmp(head, bytes.data, len) == 0);
    BASE_CHECK(record.value.data == bytes.data + len);
}

static void
try_mark(BaseSlice bytes)
{
    PluginMark mark;
    BaseStatus status = plugin_record_read_mark(bytes, &mark);
    if (!base_is_ok(status)) {
        BASE_CHECK(status.code == BASE_CORRUPTION);
        return;
    }
    uint8_t again[PLUGIN_RECORD_MARK_BYTES];
    plugin_record_write_mark(&mark, again);
    BASE_CHECK(bytes.len == sizeof again && memcmp(again, bytes.data, sizeof again) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    try_record(base_slice(data, size));
    try_mark(base_slice(data, size));
    return 0;
}
