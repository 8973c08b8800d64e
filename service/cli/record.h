/*
 * record.h: a record as import and export move it, and its two formats.
 *
 * JSON Lines: one object per line.
 *
 *   {"key":{"text":"a"},"value":{"base64":"/w=="},"expires_at_ms":1893456000000,"version":17}
 *
 * `key` and `value` may also be plain strings; `expires_at_ms` and `version` are left out when they
 * are 0 (never; not kept). "length", which `scan --json` writes, is skipped; another member is an
 * error, so that a misspelt one is not lost.
 *
 * Raw: little-endian, lengths first. Checksums are 64-bit XXH3.
 *
 *   header    offset  size
 *             0       8     89 4c 41 52 0d 0a 1a 0a ("\x89LAR\r\n\x1a\n")
 *             8       4     version of the format: 1
 *             12      4     flags: 0
 *             16      8     checksum of the 16 bytes before, seed 0
 *
 *   record    0       4     length of the key, K: 1 to CLI_RECORD_KEY_MAX
 *             4       4     length of the value, V: 0 to CLI_RECORD_VALUE_MAX
 *             8       8     when it expires, ms since 1970; 0: never
 *             16      8     version; 0: not kept
 *             24      K     key
 *             24+K    V     value
 *             24+K+V  8     checksum of all before, seed: the number of records before it
 *
 *   trailer   0       4     ff ff ff ff
 *             4       4     0
 *             8       8     number of records
 *             16      8     bytes of keys and values
 *             24      8     checksum of the records as the method `checksum` folds them
 *             32      8     checksum of the 32 bytes before, seed: the number of records
 *
 * A raw file without a trailer is not complete; nothing follows a trailer.
 *
 * Threading: pure functions; a CliRecordSum has one owner at a time.
 */
#ifndef LARDER_SERVICE_CLI_RECORD_H
#define LARDER_SERVICE_CLI_RECORD_H

#include "engine/base/buf.h"
#include "engine/base/hash.h"
#include "service/cli/json_reader.h"

enum {
    CLI_RAW_HEADER_BYTES = 24,
    CLI_RAW_PRELUDE_BYTES = 24, /* of a record: what comes before its key */
    CLI_RAW_CHECKSUM_BYTES = 8,
    CLI_RAW_TRAILER_BYTES = 40,
    CLI_RECORD_KEY_MAX = 1 << 24,
    CLI_RECORD_VALUE_MAX = 1 << 30,
};

/* As --format counts them. */
typedef enum CliFormat { CLI_FORMAT_JSONL, CLI_FORMAT_RAW } CliFormat;

typedef struct CliRecord {
    BaseSlice key;
    BaseSlice value;
    int64_t expires_at_ms; /* 0: never */
    int64_t version;       /* 0: not kept */
} CliRecord;

/* Counts records and folds them like the method `checksum`. */
typedef struct CliRecordSum {
    BaseHashStream stream;
    uint64_t records;
    uint64_t bytes;
} CliRecordSum;

void cli_record_sum_init(CliRecordSum *sum);
void cli_record_sum_add(CliRecordSum *sum, const CliRecord *record);
uint64_t cli_record_sum_value(const CliRecordSum *sum);

/* Reads one line of JSON. What `record` points to lives as long as `reader` and the line. */
bool cli_record_read_json(CliJsonReader *reader, CliRecord *ret_record);

/* Appends a line with its newline. False: no memory. */
bool cli_record_write_json(const CliRecord *record, BaseBuf *into);

/* Whether bytes begin like a raw file: the first eight of them are enough. */
bool cli_record_is_raw(BaseSlice bytes);

/* Each appends a part of a raw file. False: no memory. */
bool cli_record_write_raw_header(BaseBuf *into);
bool cli_record_write_raw(const CliRecord *record, uint64_t index, BaseBuf *into);
bool cli_record_write_raw_trailer(const CliRecordSum *sum, BaseBuf *into);

/* NULL, or what is wrong with the CLI_RAW_HEADER_BYTES of a header. */
const char *cli_record_check_raw_header(BaseSlice header);

/*
 * How long the part is that begins with CLI_RAW_PRELUDE_BYTES bytes. False: it is none, see
 * *ret_problem.
 */
bool cli_record_raw_length(BaseSlice prelude, size_t *ret_length, bool *ret_is_trailer,
                           const char **ret_problem);

/* Reads a whole record, which is borrowed. NULL, or what is wrong. */
const char *cli_record_read_raw(BaseSlice bytes, uint64_t index, CliRecord *ret_record);

/* Compares a whole trailer with what was read before it. NULL, or what is wrong. */
const char *cli_record_check_raw_trailer(BaseSlice trailer, const CliRecordSum *sum);

#endif
