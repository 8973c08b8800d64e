/*
 * blob_file.c: an open file of large values. See blob_file.h.
 */
#include "engine/table/blob_file.h"

#include <stdlib.h>

struct TableBlobFile {
    TableFile file;
    uint64_t number;
};

static BaseStatus
read_header(TableBlobFile *blob, const TableBlobFileOptions *options)
{
    uint8_t bytes[FORMAT_BLOB_HEADER_BYTES];
    BaseStatus status = table_file_read(&blob->file, 0, bytes, sizeof bytes);
    if (!base_is_ok(status)) {
        return status;
    }
    FormatBlobHeader header;
    status = format_blob_header_decode(base_slice(bytes, sizeof bytes), &header);
    if (base_is_ok(status) &&
        (header.number != options->number ||
         (options->expect && (header.id != options->id || blob->file.size != options->size)))) {
        status = format_corrupt("a blob file is another one than it should be");
    }
    if (!base_is_ok(status)) {
        return table_file_fault(&blob->file, 0, sizeof bytes, status);
    }
    blob->file.id = header.id;
    blob->number = header.number;
    return base_ok();
}

BaseStatus
table_blob_file_open(const TableBlobFileOptions *options, TableBlobFile **ret_file)
{
    TableBlobFile *blob = calloc(1, sizeof *blob);
    if (blob == NULL) {
        return base_error(BASE_NO_MEMORY, "no memory for a blob file");
    }
    BaseStatus status =
        table_file_open(options->env, options->path, options->reporter, &blob->file);
    if (!base_is_ok(status)) {
        free(blob);
        return status;
    }
    status = read_header(blob, options);
    if (!base_is_ok(status)) {
        table_blob_file_free(blob);
        return status;
    }
    *ret_file = blob;
    return base_ok();
}

void
table_blob_file_free(TableBlobFile *file)
{
    if (file != NULL) {
        table_file_close(&file->file);
        free(file);
    }
}

BaseStatus
table_blob_file_read(const TableBlobFile *file, const FormatBlobReference *reference,
                     TableBlobValue *ret_value)
{
    FormatHandle handle = reference->handle;
    uint8_t *memory = NULL;
    size_t len = 0;
    if (reference->number != file->number) {
        return table_file_fault(&file->file, handle.offset, handle.size,
                                format_corrupt("a value should lie in another blob file"));
    }
    BaseStatus status = table_file_read_block(&file->file, handle, 0, NULL, &memory, &len);
    if (!base_is_ok(status)) {
        return status;
    }
    if (len != reference->value_len) {
        free(memory);
        return table_file_fault(&file->file, handle.offset, handle.size,
                                format_corrupt("a value does not have its length"));
    }
    *ret_value = (TableBlobValue){memory, base_slice(memory, len)};
    return base_ok();
}

/* ------------------------------------------------------------------------------------ tail -- */

static BaseStatus
read_footer(const TableBlobFile *file, FormatHandle *ret_tail)
{
    uint8_t bytes[FORMAT_BLOB_FOOTER_BYTES];
    uint64_t size = file->file.size;
    uint64_t at = size < sizeof bytes ? 0 : size - sizeof bytes;
    BaseStatus status = table_file_read(&file->file, at, bytes, sizeof bytes);
    if (!base_is_ok(status)) {
        return status;
    }
    status =
        format_blob_footer_decode(base_slice(bytes, sizeof bytes), size, file->file.id, ret_tail);
    return base_is_ok(status) ? status : table_file_fault(&file->file, at, sizeof bytes, status);
}

static BaseStatus
visit_tail(BaseSlice tail, TableBlobVisitor *visit, void *user)
{
    FormatDecoder items;
    uint64_t count = 0;
    BaseStatus status = format_blob_tail_open(tail, &items, &count);
    for (uint64_t left = count; base_is_ok(status) && left > 0; left--) {
        FormatBlobItem item;
        status = format_blob_tail_next(&items, left, &item);
        if (base_is_ok(status) && !visit(user, &item)) {
            break;
        }
    }
    return status;
}

BaseStatus
table_blob_file_visit(const TableBlobFile *file, TableBlobVisitor *visit, void *user)
{
    FormatHandle tail;
    uint8_t *memory = NULL;
    size_t len = 0;
    BaseStatus status = read_footer(file, &tail);
    if (base_is_ok(status)) {
        status = table_file_read_block(&file->file, tail, 0, NULL, &memory, &len);
    }
    if (!base_is_ok(status)) {
        return status;
    }
    status = visit_tail(base_slice(memory, len), visit, user);
    free(memory);
    return base_is_ok(status) ? status
                              : table_file_fault(&file->file, tail.offset, tail.size, status);
}

/* What is checked of the values, one behind the other. */
typedef struct Proof {
    const TableBlobFile *file;
    uint64_t offset; /* where the next value must begin */
    BaseStatus status;
} Proof;

static bool
prove_item(void *user, const FormatBlobItem *item)
{
    Proof *proof = user;
    const TableFile *file = &proof->file->file;
    if (item->handle.offset != proof->offset) {
        proof->status = table_file_fault(file, item->handle.offset, item->handle.size,
                                         format_corrupt("values of a blob file leave a gap"));
        return false;
    }
    uint8_t *memory = NULL;
    size_t len = 0;
    proof->status = table_file_read_block(file, item->handle, 0, NULL, &memory, &len);
    free(memory);
    proof->offset += (uint64_t)item->handle.size + FORMAT_FRAME_TRAILER_BYTES;
    return base_is_ok(proof->status);
}

BaseStatus
table_blob_file_verify(const TableBlobFile *file)
{
    Proof proof = {file, FORMAT_BLOB_HEADER_BYTES, base_ok()};
    FormatHandle tail;
    BaseStatus status = read_footer(file, &tail);
    if (base_is_ok(status)) {
        status = table_blob_file_visit(file, prove_item, &proof);
    }
    if (!base_is_ok(status) || !base_is_ok(proof.status)) {
        return base_is_ok(status) ? proof.status : status;
    }
    if (proof.offset != tail.offset) {
        return table_file_fault(&file->file, tail.offset, tail.size,
                                format_corrupt("values of a blob file leave a gap"));
    }
    return base_ok();
}
