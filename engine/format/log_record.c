/*
 * log_record.c: writes and reads records of logs. See log_record.h.
 */
#include "engine/format/log_record.h"

#include "engine/base/check.h"
#include "engine/format/checksum.h"
#include "engine/format/fixed.h"

enum {
    CHECK_AT = 4,
    DURABLE_AT = 8, /* the check covers everything from here on */
};

void
format_log_record_seal(uint8_t *record, size_t payload_len, uint64_t id, uint64_t offset,
                       uint64_t durable)
{
    BASE_CHECK(payload_len > 0 && payload_len <= FORMAT_LOG_PAYLOAD_MAX);
    size_t used = FORMAT_LOG_RECORD_HEAD_BYTES + payload_len;
    memset(record + used, 0, format_log_record_len(payload_len) - used);
    format_fixed_put32(record, (uint32_t)payload_len);
    format_fixed_put64(record + DURABLE_AT, durable);
    BaseSlice checked = base_slice(record + DURABLE_AT, used - DURABLE_AT);
    format_fixed_put32(record + CHECK_AT, format_checksum(checked, id, offset));
}

static bool
is_zero(BaseSlice bytes)
{
    for (size_t i = 0; i < bytes.len; i++) {
        if (bytes.data[i] != 0) {
            return false;
        }
    }
    return true;
}

FormatLogFound
format_log_record_read(BaseSlice rest, uint64_t id, uint64_t offset, FormatLogRecord *ret_record)
{
    if (rest.len < FORMAT_LOG_RECORD_HEAD_BYTES) {
        return is_zero(rest) ? FORMAT_LOG_END : FORMAT_LOG_INVALID;
    }
    uint32_t payload_len = format_fixed_get32(rest.data);
    if (payload_len == 0) {
        return FORMAT_LOG_END;
    }
    if (payload_len > FORMAT_LOG_PAYLOAD_MAX || format_log_record_len(payload_len) > rest.len) {
        return FORMAT_LOG_INVALID;
    }
    size_t used = FORMAT_LOG_RECORD_HEAD_BYTES + (size_t)payload_len;
    size_t len = format_log_record_len(payload_len);
    BaseSlice checked = base_slice(rest.data + DURABLE_AT, used - DURABLE_AT);
    if (format_fixed_get32(rest.data + CHECK_AT) != format_checksum(checked, id, offset) ||
        !is_zero(base_slice(rest.data + used, len - used))) {
        return FORMAT_LOG_INVALID;
    }
    *ret_record = (FormatLogRecord){
        .payload = base_slice(rest.data + FORMAT_LOG_RECORD_HEAD_BYTES, payload_len),
        .durable = format_fixed_get64(rest.data + DURABLE_AT),
        .len = len,
    };
    return FORMAT_LOG_RECORD;
}

bool
format_log_record_proves(BaseSlice rest, uint64_t id, uint64_t offset, uint64_t low, uint64_t high)
{
    if (rest.len < FORMAT_LOG_RECORD_HEAD_BYTES) {
        return false;
    }
    uint64_t durable = format_fixed_get64(rest.data + DURABLE_AT);
    FormatLogRecord record;
    return durable > low && durable <= high &&
           format_log_record_read(rest, id, offset, &record) == FORMAT_LOG_RECORD;
}
