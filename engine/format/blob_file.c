/*
 * blob_file.c: writes and reads the parts of blob files. See blob_file.h.
 */
#include "engine/format/blob_file.h"

#include "engine/format/checksum.h"
#include "engine/format/encode.h"
#include "engine/format/key.h"

#define HEADER_MAGIC UINT32_C(0x424c424c) /* "LBLB" */
#define FOOTER_MAGIC UINT32_C(0x454c424c) /* "LBLE" */

enum {
    HEADER_CHECKED_BYTES = 28,
    FOOTER_CHECKED_BYTES = 24,
    ITEM_BYTES_MIN = 5,
};

static const uint64_t SIZE_MAX_OF_HANDLE = UINT32_MAX - FORMAT_FRAME_TRAILER_BYTES;

void
format_blob_reference_encode(BaseBuf *into, const FormatBlobReference *reference)
{
    format_encode_varint(into, reference->number);
    format_encode_varint(into, reference->handle.offset);
    format_encode_varint(into, reference->handle.size);
    format_encode_varint(into, reference->value_len);
}

BaseStatus
format_blob_reference_decode(BaseSlice bytes, FormatBlobReference *ret_reference)
{
    FormatDecoder decoder = format_decode(bytes);
    FormatBlobReference reference;
    reference.number = format_decode_within(&decoder, 1, INT64_MAX);
    reference.handle.offset =
        format_decode_within(&decoder, FORMAT_BLOB_HEADER_BYTES, INT64_MAX / 2);
    reference.handle.size = (uint32_t)format_decode_within(&decoder, 0, SIZE_MAX_OF_HANDLE);
    reference.value_len = format_decode_within(&decoder, 0, SIZE_MAX_OF_HANDLE);
    if (!format_decode_done(&decoder)) {
        return format_corrupt("a blob reference makes no sense");
    }
    *ret_reference = reference;
    return base_ok();
}

bool
format_blob_header_encode(BaseBuf *into, const FormatBlobHeader *header)
{
    if (!base_buf_reserve(into, FORMAT_BLOB_HEADER_BYTES)) {
        return false;
    }
    const uint8_t *start = into->data + into->len;
    format_encode_u32(into, HEADER_MAGIC);
    format_encode_u32(into, FORMAT_BLOB_VERSION);
    format_encode_u64(into, header->id);
    format_encode_u64(into, header->number);
    format_encode_u32(into, 0);
    format_encode_u32(into,
                      format_checksum(base_slice(start, HEADER_CHECKED_BYTES), header->id, 0));
    return true;
}

BaseStatus
format_blob_header_decode(BaseSlice bytes, FormatBlobHeader *ret_header)
{
    FormatDecoder decoder = format_decode(bytes);
    FormatBlobHeader header;
    uint32_t magic = format_decode_u32(&decoder);
    uint32_t version = format_decode_u32(&decoder);
    header.id = format_decode_u64(&decoder);
    header.number = format_decode_u64(&decoder);
    format_decode_zeros(&decoder, sizeof(uint32_t));
    uint32_t check = format_decode_u32(&decoder);
    if (magic != HEADER_MAGIC) {
        return format_corrupt("a file does not begin like a blob file");
    }
    if (version != FORMAT_BLOB_VERSION) {
        return base_error(BASE_UNSUPPORTED, "a blob file of another format");
    }
    if (!format_decode_done(&decoder) ||
        check != format_checksum(base_slice(bytes.data, HEADER_CHECKED_BYTES), header.id, 0)) {
        return format_corrupt("the check of a blob file's header does not fit");
    }
    *ret_header = header;
    return base_ok();
}

bool
format_blob_footer_encode(BaseBuf *into, FormatHandle tail, uint64_t id)
{
    if (!base_buf_reserve(into, FORMAT_BLOB_FOOTER_BYTES)) {
        return false;
    }
    const uint8_t *start = into->data + into->len;
    format_encode_u64(into, tail.offset);
    format_encode_u32(into, tail.size);
    format_encode_u32(into, 0);
    format_encode_u64(into, id);
    format_encode_u32(into, format_checksum(base_slice(start, FOOTER_CHECKED_BYTES), id, 0));
    format_encode_u32(into, FOOTER_MAGIC);
    return true;
}

BaseStatus
format_blob_footer_decode(BaseSlice bytes, uint64_t file_size, uint64_t id, FormatHandle *ret_tail)
{
    FormatDecoder decoder = format_decode(bytes);
    FormatHandle tail;
    tail.offset = format_decode_u64(&decoder);
    tail.size = format_decode_u32(&decoder);
    format_decode_zeros(&decoder, sizeof(uint32_t));
    uint64_t own_id = format_decode_u64(&decoder);
    uint32_t check = format_decode_u32(&decoder);
    uint32_t magic = format_decode_u32(&decoder);
    if (!format_decode_done(&decoder) || magic != FOOTER_MAGIC || own_id != id ||
        check != format_checksum(base_slice(bytes.data, FOOTER_CHECKED_BYTES), id, 0)) {
        return format_corrupt("a file does not end like a blob file");
    }
    uint64_t around = (uint64_t)tail.size + FORMAT_FRAME_TRAILER_BYTES + FORMAT_BLOB_FOOTER_BYTES;
    if (file_size < around || tail.offset != file_size - around ||
        tail.offset < FORMAT_BLOB_HEADER_BYTES) {
        return format_corrupt("the tail of a blob file is not where it belongs");
    }
    *ret_tail = tail;
    return base_ok();
}

void
format_blob_tail_add(BaseBuf *items, const FormatBlobItem *item)
{
    format_encode_varint(items, item->handle.offset);
    format_encode_varint(items, item->handle.size);
    format_encode_bytes(items, item->key);
    format_encode_count(items, item->version);
}

BaseStatus
format_blob_tail_open(BaseSlice bytes, FormatDecoder *ret_items, uint64_t *ret_count)
{
    FormatDecoder items = format_decode(bytes);
    uint64_t count = format_decode_within(&items, 0, bytes.len / ITEM_BYTES_MIN);
    if (items.bad || (count == 0 && !format_decode_done(&items))) {
        return format_corrupt("the tail of a blob file makes no sense");
    }
    *ret_items = items;
    *ret_count = count;
    return base_ok();
}

BaseStatus
format_blob_tail_next(FormatDecoder *items, uint64_t left, FormatBlobItem *ret_item)
{
    FormatBlobItem item;
    item.handle.offset = format_decode_within(items, FORMAT_BLOB_HEADER_BYTES, INT64_MAX / 2);
    item.handle.size = (uint32_t)format_decode_within(items, 0, SIZE_MAX_OF_HANDLE);
    item.key = format_decode_bytes(items);
    item.version = (int64_t)format_decode_within(items, 1, INT64_MAX);
    if (items->bad || item.key.len == 0 || item.key.len > FORMAT_KEY_BYTES_MAX ||
        (left == 1 && !format_decode_done(items))) {
        return format_corrupt("the tail of a blob file makes no sense");
    }
    *ret_item = item;
    return base_ok();
}
