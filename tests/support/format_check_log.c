/*
 * format_check_log.c: properties of the decoders of logs, manifests, blob files and names. See
 * format_check.h.
 */
#include "engine/base/check.h"
#include "engine/format/blob_file.h"
#include "engine/format/current.h"
#include "engine/format/file_name.h"
#include "engine/format/frame.h"
#include "engine/format/log_commit.h"
#include "engine/format/log_header.h"
#include "engine/format/log_record.h"
#include "engine/format/manifest_edit.h"
#include "tests/support/format_check.h"

#include <stdlib.h>

static void
expect_same(BaseBuf *again, BaseSlice bytes)
{
    BASE_CHECK(!again->failed && base_slice_equal(base_buf_slice(again), bytes));
    base_buf_clear(again);
}

/* Copies one commit from a reader to a payload. False: it is none. */
static bool
copy_commit(FormatLogReader *reader, FormatLogWriter *writer, BaseBuf *into)
{
    FormatLogCommit commit;
    if (!base_is_ok(format_log_reader_commit(reader, &commit))) {
        return false;
    }
    format_log_commit_begin(writer, into, &commit);
    while (reader->left > 0) {
        FormatLogOperation operation;
        if (!base_is_ok(format_log_reader_operation(reader, &operation))) {
            return false;
        }
        size_t before = into->len;
        BASE_CHECK(format_log_commit_add(into, &operation));
        BASE_CHECK(into->len - before <= format_log_commit_size(&operation));
    }
    return true;
}

bool
format_check_commits(BaseSlice bytes)
{
    FormatLogReader reader = format_log_reader(bytes);
    FormatLogWriter writer = {0};
    BaseBuf again = BASE_BUF_INIT;
    bool good = bytes.len != 0;
    while (good && !format_log_reader_done(&reader)) {
        good = copy_commit(&reader, &writer, &again);
    }
    if (good) {
        expect_same(&again, bytes);
    }
    base_buf_clear(&again);
    return good;
}

bool
format_check_edits(BaseSlice bytes)
{
    FormatDecoder decoder = format_decode(bytes);
    BaseBuf again = BASE_BUF_INIT;
    bool good = bytes.len != 0;
    while (good && format_decode_left(&decoder) != 0) {
        FormatEdit edit;
        good = base_is_ok(format_manifest_edit_decode(&decoder, &edit));
        if (good) {
            BASE_CHECK(format_manifest_edit_encode(&again, &edit));
        }
    }
    if (good) {
        expect_same(&again, bytes);
    }
    base_buf_clear(&again);
    return good;
}

/* Reads records to the end and writes each again. */
static bool
check_records(BaseSlice bytes, uint64_t id, FormatCheck *check_payload)
{
    FormatLogFound found = FORMAT_LOG_RECORD;
    size_t at = FORMAT_LOG_HEADER_BYTES;
    while (found == FORMAT_LOG_RECORD) {
        FormatLogRecord record;
        BaseSlice rest = base_slice(bytes.data + at, bytes.len - at);
        found = format_log_record_read(rest, id, at, &record);
        if (found != FORMAT_LOG_RECORD) {
            break;
        }
        uint64_t below = record.durable - 1;
        BASE_CHECK(record.durable == 0 ||
                   format_log_record_proves(rest, id, at, below, record.durable));
        BASE_CHECK(!format_log_record_proves(rest, id, at, record.durable, UINT64_MAX));
        uint8_t *again = malloc(record.len);
        BASE_CHECK(again != NULL);
        memcpy(again + FORMAT_LOG_RECORD_HEAD_BYTES, record.payload.data, record.payload.len);
        format_log_record_seal(again, record.payload.len, id, at, record.durable);
        BASE_CHECK(memcmp(again, rest.data, record.len) == 0);
        free(again);
        (void)check_payload(record.payload);
        at += record.len;
    }
    return found == FORMAT_LOG_END;
}

bool
format_check_log(BaseSlice bytes)
{
    for (FormatLogKind kind = FORMAT_LOG_SEGMENT; kind <= FORMAT_LOG_MANIFEST; kind++) {
        FormatLogHeader header;
        if (!base_is_ok(format_log_header_decode(bytes, kind, &header))) {
            continue;
        }
        BaseBuf again = BASE_BUF_INIT;
        BASE_CHECK(format_log_header_encode(&again, &header));
        expect_same(&again, base_slice(bytes.data, FORMAT_LOG_HEADER_BYTES));
        return check_records(bytes, header.id,
                             kind == FORMAT_LOG_SEGMENT ? format_check_commits
                                                        : format_check_edits);
    }
    return false;
}

static bool
check_tail(BaseSlice bytes)
{
    FormatDecoder items;
    uint64_t count = 0;
    if (!base_is_ok(format_blob_tail_open(bytes, &items, &count))) {
        return false;
    }
    BaseBuf again = BASE_BUF_INIT;
    uint8_t head[FORMAT_VARINT_MAX];
    BASE_CHECK(base_buf_append(&again, head, (size_t)(format_varint_put(head, count) - head)));
    for (uint64_t left = count; left > 0; left--) {
        FormatBlobItem item;
        if (!base_is_ok(format_blob_tail_next(&items, left, &item))) {
            base_buf_clear(&again);
            return false;
        }
        format_blob_tail_add(&again, &item);
    }
    expect_same(&again, bytes);
    return true;
}

bool
format_check_blob(BaseSlice bytes)
{
    BaseBuf again = BASE_BUF_INIT;
    FormatBlobReference reference;
    if (base_is_ok(format_blob_reference_decode(bytes, &reference))) {
        format_blob_reference_encode(&again, &reference);
        expect_same(&again, bytes);
    }
    FormatBlobHeader header;
    bool is_header = base_is_ok(format_blob_header_decode(bytes, &header));
    if (is_header) {
        BASE_CHECK(format_blob_header_encode(&again, &header));
        expect_same(&again, bytes);
    }
    FormatHandle tail;
    if (bytes.len >= FORMAT_BLOB_FOOTER_BYTES) {
        BaseSlice last =
            base_slice(bytes.data + bytes.len - FORMAT_BLOB_FOOTER_BYTES, FORMAT_BLOB_FOOTER_BYTES);
        uint64_t id = format_fixed_get64(last.data + 16);
        if (base_is_ok(format_blob_footer_decode(last, bytes.len, id, &tail))) {
            BASE_CHECK(format_blob_footer_encode(&again, tail, id));
            expect_same(&again, last);
        }
    }
    return check_tail(bytes) || is_header;
}

bool
format_check_frame(BaseSlice bytes)
{
    FormatFrame frame;
    if (!base_is_ok(format_frame_open(bytes, 0, 0, &frame)) || frame.raw_len > 1 << 20) {
        return false;
    }
    uint8_t *raw = malloc(frame.raw_len == 0 ? 1 : frame.raw_len);
    BASE_CHECK(raw != NULL);
    bool good = base_is_ok(format_frame_unpack(&frame, NULL, raw));
    if (good && frame.codec == FORMAT_CODEC_NONE) {
        BaseBuf again = BASE_BUF_INIT;
        uint32_t size = 0;
        BASE_CHECK(format_frame_append(&again, NULL, base_slice(raw, frame.raw_len), 0, 0, &size));
        expect_same(&again, bytes);
    }
    free(raw);
    return good;
}

bool
format_check_names(BaseSlice bytes)
{
    char name[64] = {0};
    memcpy(name, bytes.data, bytes.len < sizeof name ? bytes.len : sizeof name - 1);
    FormatFileName file = format_file_name_read(name);
    if (file.kind >= FORMAT_FILE_MANIFEST && file.kind <= FORMAT_FILE_BLOB) {
        char again[FORMAT_FILE_NAME_BYTES];
        format_file_name_write(file, again);
        BASE_CHECK(strcmp(again, name) == 0);
    }
    uint64_t manifest = 0;
    if (!base_is_ok(format_current_decode(bytes, &manifest))) {
        return false;
    }
    BaseBuf again = BASE_BUF_INIT;
    BASE_CHECK(format_current_encode(&again, manifest));
    expect_same(&again, bytes);
    return true;
}
