/*
 * writer.c: writes a file in large pieces. See writer.h.
 */
#include "engine/table/writer.h"

enum { BUFFER_BYTES = 1 << 20 };

BaseStatus
table_writer_open(const Env *env, const char *path, TableWriter *ret_writer)
{
    TableWriter writer = {.buffer = BASE_BUF_INIT, .status = base_ok()};
    BaseStatus status = env_open_file(
        env, path, ENV_OPEN_WRITE | ENV_OPEN_CREATE | ENV_OPEN_EXCLUSIVE, &writer.file);
    if (!base_is_ok(status)) {
        return status;
    }
    *ret_writer = writer;
    return base_ok();
}

static BaseStatus
flush(TableWriter *writer)
{
    if (writer->buffer.failed && base_is_ok(writer->status)) {
        writer->status = base_error(BASE_NO_MEMORY, "no memory for writing a file");
    }
    if (base_is_ok(writer->status) && writer->buffer.len != 0) {
        writer->status = env_file_write_at(writer->file, (int64_t)writer->offset,
                                           writer->buffer.data, writer->buffer.len);
    }
    writer->offset += writer->buffer.len;
    base_buf_reset(&writer->buffer);
    return writer->status;
}

BaseStatus
table_writer_flush_full(TableWriter *writer)
{
    if (writer->buffer.len < BUFFER_BYTES && !writer->buffer.failed) {
        return writer->status;
    }
    return flush(writer);
}

BaseStatus
table_writer_finish(TableWriter *writer)
{
    BaseStatus status = flush(writer);
    if (base_is_ok(status)) {
        status = env_file_sync(writer->file);
        writer->status = status;
    }
    return status;
}

void
table_writer_close(TableWriter *writer)
{
    env_file_close(writer->file);
    base_buf_clear(&writer->buffer);
    writer->file = NULL;
}
