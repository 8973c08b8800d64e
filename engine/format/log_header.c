/*
 * log_header.c: writes and reads the head of a segment or manifest. See log_header.h.
 */
#include "engine/format/log_header.h"

#include "engine/format/checksum.h"
#include "engine/format/decode.h"
#include "engine/format/encode.h"

#define SEGMENT_MAGIC  UINT32_C(0x4c41574c) /* "LWAL" */
#define MANIFEST_MAGIC UINT32_C(0x4e414d4c) /* "LMAN" */

enum { CHECKED_BYTES = 64 };

static uint32_t
magic_of(FormatLogKind kind)
{
    return kind == FORMAT_LOG_SEGMENT ? SEGMENT_MAGIC : MANIFEST_MAGIC;
}

bool
format_log_header_encode(BaseBuf *into, const FormatLogHeader *header)
{
    if (!base_buf_reserve(into, FORMAT_LOG_HEADER_BYTES)) {
        return false;
    }
    const uint8_t *start = into->data + into->len;
    format_encode_u32(into, magic_of(header->kind));
    format_encode_u32(into, FORMAT_LOG_VERSION);
    format_encode_u64(into, header->id);
    format_encode_u64(into, header->number);
    format_encode_u64(into, header->start);
    format_encode_u64(into, header->previous);
    format_encode_u64(into, header->previous_len);
    format_encode_u64(into, (uint64_t)header->version_base);
    format_encode_u64(into, (uint64_t)header->made_at_ms);
    format_encode_u32(into, format_checksum(base_slice(start, CHECKED_BYTES), header->id, 0));
    format_encode_u32(into, 0);
    return true;
}

static bool
makes_sense(const FormatLogHeader *header)
{
    if (header->number == 0 || header->version_base < 0 || header->made_at_ms < 0) {
        return false;
    }
    if (header->kind == FORMAT_LOG_MANIFEST) {
        return (header->start | header->previous | header->previous_len) == 0 &&
               header->version_base == 0;
    }
    bool first = header->previous == 0;
    return header->previous < header->number && first == (header->previous_len == 0);
}

BaseStatus
format_log_header_decode(BaseSlice bytes, FormatLogKind kind, FormatLogHeader *ret_header)
{
    if (bytes.len < FORMAT_LOG_HEADER_BYTES) {
        return format_corrupt("the header of a log is too short");
    }
    FormatDecoder decoder = format_decode(base_slice(bytes.data, FORMAT_LOG_HEADER_BYTES));
    FormatLogHeader header = {.kind = kind};
    uint32_t magic = format_decode_u32(&decoder);
    uint32_t version = format_decode_u32(&decoder);
    header.id = format_decode_u64(&decoder);
    header.number = format_decode_u64(&decoder);
    header.start = format_decode_u64(&decoder);
    header.previous = format_decode_u64(&decoder);
    header.previous_len = format_decode_u64(&decoder);
    header.version_base = (int64_t)format_decode_u64(&decoder);
    header.made_at_ms = (int64_t)format_decode_u64(&decoder);
    uint32_t check = format_decode_u32(&decoder);
    format_decode_zeros(&decoder, sizeof(uint32_t));
    if (magic != magic_of(kind)) {
        return format_corrupt("a file does not begin like a log of this kind");
    }
    if (version != FORMAT_LOG_VERSION) {
        return base_error(BASE_UNSUPPORTED, "a log of another format");
    }
    if (decoder.bad ||
        check != format_checksum(base_slice(bytes.data, CHECKED_BYTES), header.id, 0)) {
        return format_corrupt("the check of a log's header does not fit");
    }
    if (!makes_sense(&header)) {
        return format_corrupt("the header of a log makes no sense");
    }
    *ret_header = header;
    return base_ok();
}
