/*
 * footer.c: writes and reads the footer of a table. See footer.h.
 */
#include "engine/format/footer.h"

#include "engine/format/checksum.h"
#include "engine/format/decode.h"
#include "engine/format/encode.h"

enum {
    CHECKED_BYTES = 116,
    RESERVED_BYTES = 44,
};

static void
encode_handle(BaseBuf *into, FormatHandle handle)
{
    format_encode_u64(into, handle.offset);
    format_encode_u32(into, handle.size);
}

bool
format_footer_encode(BaseBuf *into, const FormatFooter *footer)
{
    if (!base_buf_reserve(into, FORMAT_FOOTER_BYTES)) {
        return false;
    }
    const uint8_t *start = into->data + into->len;
    encode_handle(into, footer->index);
    encode_handle(into, footer->filter);
    encode_handle(into, footer->ranges);
    encode_handle(into, footer->properties);
    encode_handle(into, footer->dictionary);
    format_encode_u64(into, footer->id);
    format_encode_u32(into, footer->flags);
    format_encode_zeros(into, RESERVED_BYTES);
    format_encode_u32(into, format_checksum(base_slice(start, CHECKED_BYTES), footer->id, 0));
    format_encode_u32(into, FORMAT_TABLE_VERSION);
    format_encode_u32(into, FORMAT_TABLE_MAGIC);
    return true;
}

static FormatHandle
decode_handle(FormatDecoder *decoder)
{
    uint64_t offset = format_decode_u64(decoder);
    return (FormatHandle){offset, format_decode_u32(decoder)};
}

/* Whether a part ends at *end, which moves to where it begins. One that is missing has no place. */
static bool
ends_at(FormatHandle handle, uint64_t *end, bool may_miss)
{
    if (handle.size == 0) {
        return may_miss && handle.offset == 0;
    }
    uint64_t stored = (uint64_t)handle.size + FORMAT_FRAME_TRAILER_BYTES;
    if (*end < stored || handle.offset != *end - stored) {
        return false;
    }
    *end = handle.offset;
    return true;
}

BaseStatus
format_footer_decode(BaseSlice bytes, uint64_t file_size, FormatFooter *ret_footer,
                     uint64_t *ret_data_end)
{
    if (bytes.len != FORMAT_FOOTER_BYTES || file_size < FORMAT_FOOTER_BYTES) {
        return format_corrupt("a file is too short for a table");
    }
    FormatDecoder decoder = format_decode(bytes);
    FormatFooter footer;
    footer.index = decode_handle(&decoder);
    footer.filter = decode_handle(&decoder);
    footer.ranges = decode_handle(&decoder);
    footer.properties = decode_handle(&decoder);
    footer.dictionary = decode_handle(&decoder);
    footer.id = format_decode_u64(&decoder);
    footer.flags = format_decode_u32(&decoder);
    format_decode_zeros(&decoder, RESERVED_BYTES);
    uint32_t check = format_decode_u32(&decoder);
    uint32_t version = format_decode_u32(&decoder);
    if (format_decode_u32(&decoder) != FORMAT_TABLE_MAGIC) {
        return format_corrupt("a file does not end like a table");
    }
    if (version != FORMAT_TABLE_VERSION) {
        return base_error(BASE_UNSUPPORTED, "a table of another format");
    }
    if (check != format_checksum(base_slice(bytes.data, CHECKED_BYTES), footer.id, 0)) {
        return format_corrupt("the check of a table's footer does not fit");
    }
    uint64_t end = file_size - FORMAT_FOOTER_BYTES;
    if (decoder.bad || (footer.flags & ~(uint32_t)FORMAT_FOOTER_LARGEST_EXCLUDED) != 0 ||
        !ends_at(footer.properties, &end, false) || !ends_at(footer.index, &end, true) ||
        !ends_at(footer.filter, &end, true) || !ends_at(footer.ranges, &end, true) ||
        !ends_at(footer.dictionary, &end, true)) {
        return format_corrupt("the parts of a table are not where they belong");
    }
    *ret_footer = footer;
    *ret_data_end = end;
    return base_ok();
}
