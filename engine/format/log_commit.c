/*
 * log_commit.c: writes and reads commits of the log. See log_commit.h.
 */
#include "engine/format/log_commit.h"

#include "engine/base/check.h"
#include "engine/format/encode.h"

enum {
    KIND_MASK = 3,
    EXPIRES = 1 << 2,
    UNBOUNDED = 1 << 3,
    SYSTEM = 1 << 4,
    ALL_BITS = (1 << 5) - 1,
    OPERATION_BYTES_MIN = 2,
};

void
format_log_commit_begin(FormatLogWriter *writer, BaseBuf *into, const FormatLogCommit *commit)
{
    BASE_CHECK(commit->version > writer->version && commit->operations > 0);
    BASE_CHECK(commit->stamp_ms >= writer->stamp_ms);
    if (!base_buf_reserve(into, 3 * FORMAT_VARINT_MAX)) {
        return; /* as add() will say */
    }
    uint8_t *at = into->data + into->len;
    at = format_varint_put(at, (uint64_t)(commit->version - writer->version));
    at = format_varint_put(at, (uint64_t)(commit->stamp_ms - writer->stamp_ms));
    at = format_varint_put(at, commit->operations);
    into->len = (size_t)(at - into->data);
    writer->version = commit->version;
    writer->stamp_ms = commit->stamp_ms;
}

static bool
has_value(const FormatLogOperation *operation)
{
    return operation->kind == FORMAT_LOG_PUT ||
           (operation->kind == FORMAT_LOG_REMOVE_RANGE && !operation->unbounded);
}

size_t
format_log_commit_size(const FormatLogOperation *operation)
{
    return 1 + 3 * FORMAT_VARINT_MAX + operation->key.len + operation->value.len;
}

bool
format_log_commit_add(BaseBuf *into, const FormatLogOperation *operation)
{
    if (!base_buf_reserve(into, format_log_commit_size(operation)) || into->failed) {
        return false;
    }
    uint8_t *at = into->data + into->len;
    *at++ = (uint8_t)((unsigned)operation->kind | (operation->expires_at_ms != 0 ? EXPIRES : 0) |
                      (operation->unbounded ? UNBOUNDED : 0) | (operation->system ? SYSTEM : 0));
    at = format_varint_put(at, operation->key.len);
    if (operation->key.len != 0) {
        memcpy(at, operation->key.data, operation->key.len);
        at += operation->key.len;
    }
    if (has_value(operation)) {
        at = format_varint_put(at, operation->value.len);
        if (operation->value.len != 0) {
            memcpy(at, operation->value.data, operation->value.len);
            at += operation->value.len;
        }
    }
    if (operation->expires_at_ms != 0) {
        at = format_varint_put(at, (uint64_t)operation->expires_at_ms);
    }
    into->len = (size_t)(at - into->data);
    return true;
}

FormatLogReader
format_log_reader(BaseSlice payload)
{
    return (FormatLogReader){.decoder = format_decode(payload)};
}

bool
format_log_reader_done(const FormatLogReader *reader)
{
    return reader->left == 0 && format_decode_done(&reader->decoder);
}

BaseStatus
format_log_reader_commit(FormatLogReader *reader, FormatLogCommit *ret_commit)
{
    BASE_CHECK(reader->left == 0);
    FormatDecoder *decoder = &reader->decoder;
    FormatLogCommit *commit = &reader->commit;
    uint64_t version_step =
        format_decode_within(decoder, 1, (uint64_t)(INT64_MAX - commit->version));
    uint64_t stamp_step =
        format_decode_within(decoder, 0, (uint64_t)(INT64_MAX - commit->stamp_ms));
    uint64_t operations =
        format_decode_within(decoder, 1, format_decode_left(decoder) / OPERATION_BYTES_MIN);
    if (decoder->bad) {
        return format_corrupt("a commit of the log makes no sense");
    }
    commit->version += (int64_t)version_step;
    commit->stamp_ms += (int64_t)stamp_step;
    commit->operations = operations;
    reader->left = operations;
    *ret_commit = *commit;
    return base_ok();
}

/* Whether the bits of an operation go together. */
static bool
bits_fit(unsigned bits)
{
    unsigned kind = bits & KIND_MASK;
    return (bits & ~(unsigned)ALL_BITS) == 0 && kind <= FORMAT_LOG_REMOVE_RANGE &&
           ((bits & EXPIRES) == 0 || kind == FORMAT_LOG_PUT) &&
           ((bits & UNBOUNDED) == 0 || kind == FORMAT_LOG_REMOVE_RANGE);
}

BaseStatus
format_log_reader_operation(FormatLogReader *reader, FormatLogOperation *ret_operation)
{
    BASE_CHECK(reader->left > 0);
    FormatDecoder *decoder = &reader->decoder;
    unsigned bits = format_decode_u8(decoder);
    FormatLogOperation operation = {.kind = (FormatLogOperationKind)(bits & KIND_MASK),
                                    .system = (bits & SYSTEM) != 0,
                                    .unbounded = (bits & UNBOUNDED) != 0,
                                    .key = format_decode_bytes(decoder)};
    if (has_value(&operation)) {
        operation.value = format_decode_bytes(decoder);
    }
    if ((bits & EXPIRES) != 0) {
        operation.expires_at_ms = (int64_t)format_decode_within(decoder, 1, INT64_MAX);
    }
    if (decoder->bad || !bits_fit(bits)) {
        decoder->bad = true;
        return format_corrupt("an operation of the log makes no sense");
    }
    reader->left--;
    *ret_operation = operation;
    return base_ok();
}
