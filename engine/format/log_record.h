/*
 * log_record.h: records of the write-ahead log and of the manifest.
 *
 *     length u32 | check u32 | durable u64 | payload | zeros to a multiple of 8
 *
 * A record lies at a multiple of 8 behind the header. Its check covers where it is, so what an
 * earlier use of the disk left behind is no record. `durable` says up to where the log was durable
 * when the record was written: by that a reader tells a torn end (nobody relied on it) from
 * corruption.
 *
 * Threading: pure functions.
 */
#ifndef LARDER_ENGINE_FORMAT_LOG_RECORD_H
#define LARDER_ENGINE_FORMAT_LOG_RECORD_H

#include "engine/base/slice.h"

enum {
    FORMAT_LOG_RECORD_HEAD_BYTES = 16,
    FORMAT_LOG_RECORD_ALIGNMENT = 8,
};

/* Longest payload. */
#define FORMAT_LOG_PAYLOAD_MAX (UINT32_C(1) << 30)

/* The length of a record, padding included. */
static inline size_t
format_log_record_len(size_t payload_len)
{
    size_t mask = FORMAT_LOG_RECORD_ALIGNMENT - 1;
    return (FORMAT_LOG_RECORD_HEAD_BYTES + payload_len + mask) & ~mask;
}

/*
 * Completes a record whose payload is already in its place, FORMAT_LOG_RECORD_HEAD_BYTES behind
 * `record`: writes the head before it and the padding behind it. `offset` is where the record will
 * lie in the file.
 */
void format_log_record_seal(uint8_t *record, size_t payload_len, uint64_t id, uint64_t offset,
                            uint64_t durable);

typedef struct FormatLogRecord {
    BaseSlice payload;
    uint64_t durable;
    size_t len; /* of the record, padding included */
} FormatLogRecord;

typedef enum FormatLogFound {
    FORMAT_LOG_RECORD,
    FORMAT_LOG_END,     /* the log ends here, by its own word */
    FORMAT_LOG_INVALID, /* no record, or a damaged one */
} FormatLogFound;

/* Reads the record at `offset`, where the rest of the file is `rest`. */
FormatLogFound format_log_record_read(BaseSlice rest, uint64_t id, uint64_t offset,
                                      FormatLogRecord *ret_record);

/*
 * Whether there is a valid record here with a durable position in (low, high]. Cheaper than reading
 * when there is none, so it may be tried at every place of a damaged log.
 */
bool format_log_record_proves(BaseSlice rest, uint64_t id, uint64_t offset, uint64_t low,
                              uint64_t high);

#endif
