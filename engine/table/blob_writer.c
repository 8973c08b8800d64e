/*
 * blob_writer.c: writes a file of large values. See blob_writer.h.
 */
#include "engine/table/blob_writer.h"

#include "engine/format/encode.h"
#include "engine/format/entry.h"
#include "engine/format/key.h"
#include "engine/table/writer.h"

#include <stdlib.h>

struct TableBlobWriter {
    TableWriter writer;
    TableBlobWriterOptions options;
    FormatPacker *packer; /* NULL: nothing is packed */
    BaseBuf items;        /* of the tail */
    uint64_t values;
    uint64_t bytes;
    BaseStatus status; /* the first failure */
};

static const char NO_MEMORY[] = "no memory for writing a blob file";

static BaseStatus
fail(TableBlobWriter *writer, BaseStatus status)
{
    if (base_is_ok(writer->status)) {
        writer->status = status;
    }
    return writer->status;
}

BaseStatus
table_blob_writer_new(const Env *env, const char *path, const TableBlobWriterOptions *options,
                      TableBlobWriter **ret_writer)
{
    TableBlobWriter *writer = calloc(1, sizeof *writer);
    if (writer == NULL) {
        return base_error(BASE_NO_MEMORY, NO_MEMORY);
    }
    writer->options = *options;
    writer->status = base_ok();
    if (options->pack) {
        writer->packer = format_packer_new(options->zstd_level, BASE_SLICE_EMPTY);
    }
    BaseStatus status = !options->pack || writer->packer != NULL
                            ? table_writer_open(env, path, &writer->writer)
                            : base_error(BASE_NO_MEMORY, NO_MEMORY);
    if (!base_is_ok(status)) {
        table_blob_writer_free(writer);
        return status;
    }
    FormatBlobHeader header = {options->id, options->number};
    if (!format_blob_header_encode(&writer->writer.buffer, &header)) {
        (void)fail(writer, base_error(BASE_NO_MEMORY, NO_MEMORY));
    }
    *ret_writer = writer;
    return base_ok();
}

void
table_blob_writer_free(TableBlobWriter *writer)
{
    if (writer != NULL) {
        table_writer_close(&writer->writer);
        format_packer_free(writer->packer);
        base_buf_clear(&writer->items);
        free(writer);
    }
}

/* Stores `raw` at the end of the file. */
static BaseStatus
store(TableBlobWriter *writer, FormatPacker *packer, BaseSlice raw, FormatHandle *ret_handle)
{
    FormatHandle handle = {.offset = table_writer_offset(&writer->writer)};
    if (!format_frame_append(&writer->writer.buffer, packer, raw, writer->options.id, handle.offset,
                             &handle.size)) {
        return fail(writer, base_error(BASE_NO_MEMORY, NO_MEMORY));
    }
    BaseStatus status = table_writer_flush_full(&writer->writer);
    if (!base_is_ok(status)) {
        return fail(writer, status);
    }
    *ret_handle = handle;
    return base_ok();
}

BaseStatus
table_blob_writer_add(TableBlobWriter *writer, BaseSlice key, int64_t version, BaseSlice value,
                      FormatBlobReference *ret_reference)
{
    if (!base_is_ok(writer->status)) {
        return writer->status;
    }
    if (key.len == 0 || key.len > FORMAT_KEY_BYTES_MAX || version <= 0 ||
        value.len > FORMAT_VALUE_BYTES_MAX) {
        return fail(writer, base_error(BASE_INVALID, "a key or value is no one for a blob file"));
    }
    FormatHandle handle;
    BaseStatus status = store(writer, writer->packer, value, &handle);
    if (!base_is_ok(status)) {
        return status;
    }
    FormatBlobItem item = {handle, key, version};
    format_blob_tail_add(&writer->items, &item);
    if (writer->items.failed) {
        return fail(writer, base_error(BASE_NO_MEMORY, NO_MEMORY));
    }
    writer->values++;
    writer->bytes += (uint64_t)handle.size + FORMAT_FRAME_TRAILER_BYTES;
    *ret_reference = (FormatBlobReference){writer->options.number, handle, value.len};
    return base_ok();
}

uint64_t
table_blob_writer_size(const TableBlobWriter *writer)
{
    return table_writer_offset(&writer->writer) + writer->items.len + FORMAT_BLOB_FOOTER_BYTES;
}

/* The tail: the count of the items, then they. */
static BaseStatus
store_tail(TableBlobWriter *writer, FormatHandle *ret_handle)
{
    BaseBuf tail = BASE_BUF_INIT;
    format_encode_varint(&tail, writer->values);
    (void)base_buf_append_slice(&tail, base_buf_slice(&writer->items));
    BaseStatus status = tail.failed ? fail(writer, base_error(BASE_NO_MEMORY, NO_MEMORY))
                                    : store(writer, NULL, base_buf_slice(&tail), ret_handle);
    base_buf_clear(&tail);
    return status;
}

BaseStatus
table_blob_writer_finish(TableBlobWriter *writer, TableBlobSummary *ret_summary)
{
    if (!base_is_ok(writer->status)) {
        return writer->status;
    }
    FormatHandle tail;
    BaseStatus status = store_tail(writer, &tail);
    if (!base_is_ok(status)) {
        return status;
    }
    if (!format_blob_footer_encode(&writer->writer.buffer, tail, writer->options.id)) {
        return fail(writer, base_error(BASE_NO_MEMORY, NO_MEMORY));
    }
    status = table_writer_finish(&writer->writer);
    if (!base_is_ok(status)) {
        return fail(writer, status);
    }
    *ret_summary =
        (TableBlobSummary){writer->options.id, writer->options.number,
                           table_writer_offset(&writer->writer), writer->values, writer->bytes};
    return base_ok();
}
