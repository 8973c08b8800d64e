/*
 * log_scan.c: one segment in memory at a time, in the order of their numbers.
 *
 * After the end is found the remaining bytes are only searched for proof that it is no end: every
 * multiple of 8 may begin a record. A segment that was made ready and never used has zeros for a
 * header and is passed over; nothing names it.
 */
#include "engine/lsm/log_scan.h"

#include "engine/format/file_name.h"
#include "engine/format/log_header.h"
#include "engine/format/log_record.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* No segment is longer: a memtable's arena is not. */
#define SEGMENT_BYTES_MAX ((size_t)34 << 30)

typedef struct Numbers {
    uint64_t *items;
    size_t count;
    size_t capacity;
    bool failed;
} Numbers;

typedef struct Scan {
    const LsmLogScanArgs *args;
    const Numbers *numbers;
    LsmLogEnd *end;
    bool ended;    /* behind the end: only proof is looked for */
    uint64_t file; /* the segment at hand */
    uint64_t end_file;
    uint64_t end_offset;
    FormatLogHeader header;
    BaseBuf bytes;
    size_t zeros_from; /* behind it there are only zeros: what was preallocated and never used */
} Scan;

/* --------------------------------------------------------------------------------- segments -- */

static bool
collect(void *user, const char *name)
{
    Numbers *numbers = user;
    FormatFileName file = format_file_name_read(name);
    if (file.kind != FORMAT_FILE_LOG) {
        return true;
    }
    if (numbers->count == numbers->capacity) {
        size_t capacity = numbers->capacity == 0 ? 16 : numbers->capacity * 2;
        uint64_t *items = realloc(numbers->items, capacity * sizeof(*items));
        if (items == NULL) {
            numbers->failed = true;
            return false;
        }
        numbers->items = items;
        numbers->capacity = capacity;
    }
    numbers->items[numbers->count++] = file.number;
    return true;
}

static int
compare_numbers(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a;
    uint64_t right = *(const uint64_t *)b;
    return (left > right) - (left < right);
}

static BaseStatus
list_segments(const LsmLogScanArgs *args, Numbers *ret_numbers)
{
    BaseStatus status = env_list(args->env, args->directory, collect, ret_numbers);
    if (status.code == BASE_OK && ret_numbers->failed) {
        status = base_error(BASE_NO_MEMORY, "no memory for the list of segments");
    }
    if (status.code == BASE_OK && ret_numbers->count > 1) {
        qsort(ret_numbers->items, ret_numbers->count, sizeof(*ret_numbers->items), compare_numbers);
    }
    return status;
}

/* The length of what is left when zeros at the end are taken away. */
static size_t
without_zeros(BaseSlice bytes)
{
    size_t len = bytes.len;
    uint64_t word = 0;
    while (len >= sizeof(word)) {
        memcpy(&word, bytes.data + len - sizeof(word), sizeof(word));
        if (word != 0) {
            break;
        }
        len -= sizeof(word);
    }
    while (len > 0 && bytes.data[len - 1] == 0) {
        len--;
    }
    return len;
}

static BaseStatus
load(Scan *scan, uint64_t number)
{
    char name[FORMAT_FILE_NAME_BYTES];
    char path[ENV_PATH_MAX];
    format_file_name_write((FormatFileName){FORMAT_FILE_LOG, number}, name);
    BaseStatus status = env_join(path, scan->args->directory, name);
    base_buf_reset(&scan->bytes);
    if (status.code == BASE_OK) {
        status = env_read_file(scan->args->env, path, SEGMENT_BYTES_MAX, &scan->bytes);
    }
    scan->zeros_from = without_zeros(base_buf_slice(&scan->bytes));
    scan->file = number;
    return status;
}

/* ---------------------------------------------------------------------------------- verdicts -- */

__attribute__((format(printf, 4, 5))) static BaseStatus
damage(Scan *scan, uint64_t file, uint64_t offset, const char *format, ...)
{
    char *message = scan->end->message;
    size_t space = sizeof(scan->end->message);
    scan->end->damaged = file;
    scan->end->damaged_at = offset;
    int len = snprintf(message, space, "%06" PRIu64 ".wal at byte %" PRIu64 ": ", file, offset);
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(message + len, space - (size_t)len, format, arguments);
    va_end(arguments);
    return base_error(BASE_CORRUPTION, "the write-ahead log is damaged");
}

static BaseStatus
proven(Scan *scan, uint64_t offset)
{
    return damage(scan, scan->end_file, scan->end_offset,
                  "no valid record, but %06" PRIu64 ".wal at byte %" PRIu64
                  " says that it had been durable",
                  scan->file, offset);
}

/* Looks for a record from `offset` on that says that the end had been durable. */
static BaseStatus
look_for_proof(Scan *scan, size_t offset)
{
    for (; offset < scan->zeros_from && offset + FORMAT_LOG_RECORD_HEAD_BYTES <= scan->bytes.len;
         offset += FORMAT_LOG_RECORD_ALIGNMENT) {
        BaseSlice rest = base_slice(scan->bytes.data + offset, scan->bytes.len - offset);
        if (format_log_record_proves(rest, scan->header.id, offset, scan->end->position,
                                     scan->header.start + offset)) {
            return proven(scan, offset);
        }
    }
    return base_ok();
}

/* Bytes from `offset` on that are not zero. */
static int64_t
count_not_zero(const Scan *scan, size_t offset)
{
    int64_t count = 0;
    for (; offset < scan->zeros_from; offset++) {
        count += scan->bytes.data[offset] != 0;
    }
    return count;
}

/* The log ends here, or is damaged here. */
static BaseStatus
end_at(Scan *scan, size_t offset)
{
    scan->end_file = scan->file;
    scan->end_offset = offset;
    scan->end->position = scan->header.start + offset;
    scan->end->len = offset;
    scan->end->torn_bytes += count_not_zero(scan, offset);
    if (scan->args->clean_segment == scan->file && scan->args->clean_len > offset) {
        return damage(scan, scan->file, offset,
                      "no valid record, but the store was closed with %" PRIu64 " bytes here",
                      scan->args->clean_len);
    }
    return look_for_proof(scan, offset);
}

/* ----------------------------------------------------------------------------------- records -- */

static BaseStatus
visit_payload(Scan *scan, size_t offset, BaseSlice payload)
{
    FormatLogReader reader = format_log_reader(payload);
    while (!format_log_reader_done(&reader)) {
        FormatLogCommit commit;
        BaseStatus status = format_log_reader_commit(&reader, &commit);
        if (status.code != BASE_OK || commit.version <= scan->end->version ||
            commit.stamp_ms < scan->end->stamp_ms) {
            return damage(scan, scan->file, offset, "a valid record with impossible commits");
        }
        status = scan->args->visit(scan->args->user, &commit, &reader);
        if (status.code == BASE_CORRUPTION) {
            return damage(scan, scan->file, offset, "a valid record with impossible operations");
        }
        if (status.code != BASE_OK) {
            return status;
        }
        scan->end->version = commit.version;
        scan->end->stamp_ms = commit.stamp_ms;
        scan->end->commits++;
    }
    return base_ok();
}

static BaseStatus
read_records(Scan *scan)
{
    size_t offset = FORMAT_LOG_HEADER_BYTES;
    for (;;) {
        FormatLogRecord record;
        BaseSlice rest = base_slice(scan->bytes.data + offset, scan->bytes.len - offset);
        if (rest.len == 0 ||
            format_log_record_read(rest, scan->header.id, offset, &record) != FORMAT_LOG_RECORD) {
            return end_at(scan, offset);
        }
        BaseStatus status = visit_payload(scan, offset, record.payload);
        if (status.code != BASE_OK) {
            return status;
        }
        offset += record.len;
    }
}

/* ------------------------------------------------------------------------------------- chain -- */

/*
 * A segment without a valid header. The header lies in one sector, so an interrupted write leaves
 * it whole or not there at all; anything else is damage.
 */
static BaseStatus
pass_over(Scan *scan, BaseStatus why)
{
    BaseSlice bytes = base_buf_slice(&scan->bytes);
    size_t header = bytes.len < FORMAT_LOG_HEADER_BYTES ? bytes.len : FORMAT_LOG_HEADER_BYTES;
    if (why.code == BASE_UNSUPPORTED) {
        return damage(scan, scan->file, 0, "a segment of another format");
    }
    if (scan->args->clean_segment == scan->file ||
        without_zeros(base_slice(bytes.data, header)) != 0) {
        return damage(scan, scan->file, 0, "the header is damaged");
    }
    scan->end->torn_bytes += count_not_zero(scan, 0);
    return base_ok();
}

/*
 * The first segment of the log has no valid header. Its name had to be durable before anything was
 * written to it, its header not: without a sync a system crash may lose that and leave what was
 * written behind it. Then the log ends before it began, unless something proves that it had been
 * durable.
 */
static BaseStatus
miss_first(Scan *scan)
{
    const FormatLogHeader *header = &scan->header;
    if (bsearch(&header->previous, scan->numbers->items, scan->numbers->count,
                sizeof(*scan->numbers->items), compare_numbers) == NULL) {
        return damage(scan, header->previous, 0, "the segment is missing");
    }
    if (scan->end_file == 0) {
        scan->end_file = header->previous;
        scan->end_offset = 0;
        scan->end->position = header->start - header->previous_len;
    }
    return base_ok();
}

/* Whether the segment at hand goes on where the log has come to. */
static BaseStatus
follow(Scan *scan, bool *ret_follows)
{
    const FormatLogHeader *header = &scan->header;
    const LsmLogEnd *end = scan->end;
    *ret_follows = true;
    if (end->segment == 0) {
        *ret_follows = header->previous < scan->args->floor || header->previous == 0;
        return *ret_follows ? base_ok() : miss_first(scan);
    }
    if (header->previous == end->segment && header->previous_len == end->len) {
        return base_ok();
    }
    if (header->previous < end->segment ||
        (header->previous == end->segment && header->previous_len < end->len)) {
        return damage(scan, scan->file, 0, "the segment does not follow the one before");
    }
    *ret_follows = false;
    return base_ok();
}

static BaseStatus
scan_segment(Scan *scan)
{
    BaseStatus status =
        format_log_header_decode(base_buf_slice(&scan->bytes), FORMAT_LOG_SEGMENT, &scan->header);
    if (status.code == BASE_OK && scan->header.number != scan->file) {
        return damage(scan, scan->file, 0, "the header is that of another segment");
    }
    if (status.code != BASE_OK) {
        return pass_over(scan, status);
    }
    bool follows = true;
    status = follow(scan, &follows);
    if (status.code != BASE_OK) {
        return status;
    }
    if (!follows) {
        scan->end->torn_bytes += count_not_zero(scan, 0);
        return look_for_proof(scan, FORMAT_LOG_HEADER_BYTES);
    }
    scan->end->segment = scan->file;
    if (scan->header.version_base > scan->end->version) {
        scan->end->version = scan->header.version_base;
    }
    return read_records(scan);
}

BaseStatus
lsm_log_scan(const LsmLogScanArgs *args, LsmLogEnd *ret_end)
{
    *ret_end = (LsmLogEnd){0};
    Numbers numbers = {0};
    Scan scan = {.args = args, .numbers = &numbers, .end = ret_end, .bytes = BASE_BUF_INIT};
    BaseStatus status = list_segments(args, &numbers);
    bool clean_seen = args->clean_segment == 0 || args->clean_segment < args->floor;
    for (size_t i = 0; i < numbers.count && status.code == BASE_OK; i++) {
        ret_end->highest = numbers.items[i];
        if (numbers.items[i] < args->floor) {
            continue;
        }
        clean_seen = clean_seen || numbers.items[i] == args->clean_segment;
        status = load(&scan, numbers.items[i]);
        if (status.code == BASE_OK) {
            status = scan_segment(&scan);
        }
    }
    if (status.code == BASE_OK && !clean_seen) {
        status = damage(&scan, args->clean_segment, 0, "the segment is missing");
    }
    base_buf_clear(&scan.bytes);
    free(numbers.items);
    return status;
}
