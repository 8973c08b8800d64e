/*
 * file.c: reads stored blocks from a file. See file.h.
 */
#include "engine/table/file.h"

#include "engine/format/decode.h"

#include <stdlib.h>
#include <string.h>

enum { ALIGNMENT = 64 };

BaseStatus
table_file_open(const Env *env, const char *path, TableReporter reporter, TableFile *ret_file)
{
    TableFile file = {.reporter = reporter, .path = strdup(path)};
    if (file.path == NULL) {
        return base_error(BASE_NO_MEMORY, "no memory for a file");
    }
    BaseStatus status = env_open_file(env, path, ENV_OPEN_READ, &file.file);
    if (!base_is_ok(status)) {
        (void)table_file_fault(&file, 0, 0, status);
        free(file.path);
        return status;
    }
    int64_t size = 0;
    status = env_file_size(file.file, &size);
    if (!base_is_ok(status)) {
        (void)table_file_fault(&file, 0, 0, status);
        table_file_close(&file);
        return status;
    }
    file.size = (uint64_t)size;
    *ret_file = file;
    return base_ok();
}

void
table_file_close(TableFile *file)
{
    env_file_close(file->file);
    free(file->path);
    *file = (TableFile){.file = NULL};
}

BaseStatus
table_file_fault(const TableFile *file, uint64_t offset, uint64_t len, BaseStatus status)
{
    if (file->reporter.report != NULL) {
        TableFault fault = {file->path, offset, len, status};
        file->reporter.report(file->reporter.user, &fault);
    }
    return status;
}

BaseStatus
table_file_read(const TableFile *file, uint64_t offset, uint8_t *data, size_t len)
{
    size_t got = 0;
    BaseStatus status = env_file_read_at(file->file, (int64_t)offset, data, len, &got);
    if (base_is_ok(status) && got != len) {
        status = format_corrupt("a file is shorter than it was");
    }
    return base_is_ok(status) ? status : table_file_fault(file, offset, len, status);
}

BaseStatus
table_file_read_window(const TableFile *file, uint64_t offset, size_t len, TableWindow *window)
{
    window->len = 0;
    if (len > window->capacity) {
        uint8_t *data = realloc(window->data, len);
        if (data == NULL) {
            return base_error(BASE_NO_MEMORY, "no memory for reading ahead");
        }
        window->data = data;
        window->capacity = len;
    }
    size_t got = 0;
    BaseStatus status = env_file_read_at(file->file, (int64_t)offset, window->data, len, &got);
    if (!base_is_ok(status)) {
        return table_file_fault(file, offset, len, status);
    }
    window->offset = offset;
    window->len = got;
    return base_ok();
}

void
table_window_clear(TableWindow *window)
{
    free(window->data);
    *window = (TableWindow){.data = NULL};
}

BaseStatus
table_file_read_through(const TableFile *file, const TableWindow *window, uint64_t offset,
                        uint8_t *data, size_t len)
{
    if (window != NULL && offset >= window->offset && window->len >= len &&
        offset - window->offset <= window->len - len) {
        memcpy(data, window->data + (offset - window->offset), len);
        return base_ok();
    }
    return table_file_read(file, offset, data, len);
}

/* Memory for `len` bytes, aligned. */
static uint8_t *
allocate(size_t len)
{
    size_t mask = ALIGNMENT - 1;
    return len > SIZE_MAX - mask ? NULL : aligned_alloc(ALIGNMENT, (len + mask) & ~mask);
}

/* Unpacks a block that was read to `memory` + `lead` into memory of its own. */
static BaseStatus
unpack(const FormatFrame *frame, size_t lead, const FormatDictionary *dictionary, uint8_t **memory)
{
    uint8_t *raw = allocate(lead + frame->raw_len);
    if (raw == NULL) {
        return base_error(BASE_NO_MEMORY, "no memory for a block");
    }
    BaseStatus status = format_frame_unpack(frame, dictionary, raw + lead);
    if (!base_is_ok(status)) {
        free(raw);
        return status;
    }
    free(*memory);
    *memory = raw;
    return base_ok();
}

BaseStatus
table_file_read_block(const TableFile *file, FormatHandle handle, size_t lead,
                      const FormatDictionary *dictionary, uint8_t **ret_memory, size_t *ret_raw_len)
{
    size_t stored_len = (size_t)handle.size + FORMAT_FRAME_TRAILER_BYTES;
    if (handle.offset > file->size || stored_len > file->size - handle.offset) {
        return table_file_fault(file, handle.offset, stored_len,
                                format_corrupt("a block lies behind the end of its file"));
    }
    uint8_t *memory = allocate(lead + stored_len);
    if (memory == NULL) {
        return base_error(BASE_NO_MEMORY, "no memory for a block");
    }
    BaseStatus status = table_file_read(file, handle.offset, memory + lead, stored_len);
    if (!base_is_ok(status)) {
        free(memory);
        return status;
    }
    FormatFrame frame;
    status =
        format_frame_open(base_slice(memory + lead, stored_len), file->id, handle.offset, &frame);
    if (base_is_ok(status) && frame.codec != FORMAT_CODEC_NONE) {
        status = unpack(&frame, lead, dictionary, &memory);
    }
    if (!base_is_ok(status)) {
        free(memory);
        return table_file_fault(file, handle.offset, stored_len, status);
    }
    *ret_memory = memory;
    *ret_raw_len = frame.raw_len;
    return base_ok();
}
