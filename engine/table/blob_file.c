/*
 * blob_file.c: an open file of large values. See blob_file.h.
 */
#include "engine/table/blob_file.h"

#include "engine/table/table_private.h"

#include <stdlib.h>

enum { NO_VALUE = 0 }; /* no value begins there: the header does */

/* Slots of values by their offsets: open addressing, a power of two of them. */
typedef struct Places {
    size_t count;
    _Atomic uint64_t *offsets; /* NO_VALUE: free */
    TableSlot slots[];
} Places;

struct TableBlobFile {
    TableFile file;
    uint64_t number;
    uint64_t values;
    TableBlockCache *cache;
    _Atomic(Places *) places; /* NULL until get() needs them */
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
    blob->values = options->values;
    blob->cache = options->cache;
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
        Places *places = atomic_load_explicit(&file->places, memory_order_acquire);
        if (places != NULL) {
            table_block_cache_drop(file->cache, places->slots, places->count);
            free(places);
        }
        table_file_close(&file->file);
        free(file);
    }
}

uint64_t
table_blob_file_id(const TableBlobFile *file)
{
    return file->file.id;
}

uint64_t
table_blob_file_size(const TableBlobFile *file)
{
    return file->file.size;
}

/* --------------------------------------------------------------------------------- reading -- */

static BaseStatus
fault_at(const TableBlobFile *file, FormatHandle handle, const char *what)
{
    return table_file_fault(&file->file, handle.offset, handle.size, format_corrupt(what));
}

BaseStatus
table_blob_file_read(const TableBlobFile *file, const FormatBlobReference *reference,
                     TableBlobValue *ret_value)
{
    FormatHandle handle = reference->handle;
    uint8_t *memory = NULL;
    size_t len = 0;
    if (reference->number != file->number) {
        return fault_at(file, handle, "a value should lie in another blob file");
    }
    BaseStatus status = table_file_read_block(&file->file, handle, 0, NULL, &memory, &len);
    if (!base_is_ok(status)) {
        return status;
    }
    if (len != reference->value_len) {
        free(memory);
        return fault_at(file, handle, "a value does not have its length");
    }
    *ret_value = (TableBlobValue){memory, base_slice(memory, len)};
    return base_ok();
}

/* ---------------------------------------------------------------------------------- places -- */

static Places *
places_new(uint64_t values)
{
    size_t count = 2;
    while (count < values + values / 4 + 1) {
        count *= 2;
    }
    Places *places =
        calloc(1, sizeof *places + count * (sizeof(TableSlot) + sizeof(_Atomic uint64_t)));
    if (places != NULL) {
        places->count = count;
        places->offsets = (_Atomic uint64_t *)(void *)(places->slots + count);
    }
    return places;
}

/* The places of a file, made when they are first needed. NULL: no memory. */
static Places *
places_of(TableBlobFile *file)
{
    Places *places = atomic_load_explicit(&file->places, memory_order_acquire);
    if (places != NULL) {
        return places;
    }
    Places *made = places_new(file->values);
    if (made != NULL &&
        !atomic_compare_exchange_strong_explicit(&file->places, &places, made, memory_order_acq_rel,
                                                 memory_order_acquire)) {
        free(made); /* another thread was first */
        return places;
    }
    return made;
}

/* The slot of the value at an offset. NULL: there are not so many values. */
static TableSlot *
find_slot(Places *places, uint64_t offset)
{
    uint64_t at = (offset * UINT64_C(0x9E3779B97F4A7C15)) >> 20;
    for (size_t tried = 0; tried < places->count; tried++, at++) {
        size_t i = at & (places->count - 1);
        uint64_t found = atomic_load_explicit(&places->offsets[i], memory_order_relaxed);
        if (found == NO_VALUE &&
            atomic_compare_exchange_strong_explicit(&places->offsets[i], &found, offset,
                                                    memory_order_relaxed, memory_order_relaxed)) {
            found = offset;
        }
        if (found == offset) {
            return &places->slots[i];
        }
    }
    return NULL;
}

/* What loading a value needs to know. */
typedef struct Load {
    const TableBlobFile *file;
    FormatHandle handle;
} Load;

/* Reads a value into a block, checks and unpacks it. */
static BaseStatus
fill_block(const Load *load, TableBlock **block)
{
    const TableFile *file = &load->file->file;
    size_t stored_len = (size_t)load->handle.size + FORMAT_FRAME_TRAILER_BYTES;
    FormatFrame frame;
    BaseStatus status = table_file_read(file, load->handle.offset, (*block)->memory, stored_len);
    if (!base_is_ok(status)) {
        return status;
    }
    status = format_frame_open(base_slice((*block)->memory, stored_len), file->id,
                               load->handle.offset, &frame);
    if (base_is_ok(status) && frame.codec != FORMAT_CODEC_NONE) {
        status = table_block_unpack(&frame, NULL, block);
    }
    if (base_is_ok(status)) {
        (*block)->data.count = (uint32_t)frame.raw_len;
        return status;
    }
    return status.code == BASE_NO_MEMORY
               ? status
               : table_file_fault(file, load->handle.offset, stored_len, status);
}

static BaseStatus
load_value(void *user, TableBlock **ret_block)
{
    const Load *load = user;
    TableBlock *block = table_block_new((size_t)load->handle.size + FORMAT_FRAME_TRAILER_BYTES);
    if (block == NULL) {
        return base_error(BASE_NO_MEMORY, "no memory for a large value");
    }
    BaseStatus status = fill_block(load, &block);
    if (!base_is_ok(status)) {
        table_block_free(block);
        return status;
    }
    *ret_block = block;
    return base_ok();
}

BaseStatus
table_blob_file_get(TableBlobFile *file, const FormatBlobReference *reference, unsigned flags,
                    TableBlock **ret_block, BaseSlice *ret_value)
{
    FormatHandle handle = reference->handle;
    uint64_t end = handle.offset + handle.size + FORMAT_FRAME_TRAILER_BYTES;
    if (reference->number != file->number || handle.offset > file->file.size ||
        end > file->file.size) {
        return fault_at(file, handle, "a value should lie in another blob file");
    }
    Places *places = places_of(file);
    if (places == NULL) {
        return base_error(BASE_NO_MEMORY, "no memory for the values of a blob file");
    }
    TableSlot *slot = find_slot(places, handle.offset);
    if (slot == NULL) {
        return fault_at(file, handle, "a blob file has fewer values than are referred to");
    }
    Load load = {file, handle};
    TableBlock *block = NULL;
    BaseStatus status = table_block_cache_get(file->cache, slot, flags | TABLE_CACHE_COLD,
                                              load_value, &load, &block);
    if (!base_is_ok(status)) {
        return status;
    }
    if (block->data.count != reference->value_len) {
        return fault_at(file, handle, "a value does not have its length");
    }
    *ret_block = block;
    *ret_value = base_slice(block->memory, (size_t)reference->value_len);
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
