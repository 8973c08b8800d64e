/*
 * frame.c: stored blocks. See frame.h.
 */
#include "engine/format/frame.h"

#include "engine/format/checksum.h"
#include "engine/format/decode.h"
#include "engine/format/encode.h"

bool
format_frame_append(BaseBuf *into, FormatPacker *packer, BaseSlice raw, uint64_t id,
                    uint64_t offset, uint32_t *ret_size)
{
    if (raw.len > UINT32_MAX - FORMAT_FRAME_TRAILER_BYTES) {
        return false;
    }
    size_t start = into->len;
    FormatCodec codec = FORMAT_CODEC_NONE;
    if (packer != NULL) {
        codec = format_packer_pack(packer, raw, into);
    }
    if (codec == FORMAT_CODEC_NONE) {
        (void)base_buf_append_slice(into, raw);
    }
    format_encode_u8(into, (uint8_t)codec);
    if (!base_buf_reserve(into, sizeof(uint32_t)) || into->failed) {
        return false;
    }
    BaseSlice checked = base_slice(into->data + start, into->len - start);
    format_encode_u32(into, format_checksum(checked, id, offset));
    *ret_size = (uint32_t)(checked.len - 1);
    return true;
}

BaseStatus
format_frame_open(BaseSlice stored, uint64_t id, uint64_t offset, FormatFrame *ret_frame)
{
    if (stored.len < FORMAT_FRAME_TRAILER_BYTES) {
        return format_corrupt("a stored block is too short");
    }
    size_t len = stored.len - FORMAT_FRAME_TRAILER_BYTES;
    const uint8_t *trailer = stored.data + len;
    if (format_fixed_get32(trailer + 1) !=
        format_checksum(base_slice(stored.data, len + 1), id, offset)) {
        return format_corrupt("the check of a stored block does not fit");
    }
    FormatFrame frame = {base_slice(stored.data, len), len, (FormatCodec)trailer[0]};
    if (trailer[0] > FORMAT_CODEC_ZSTD_DICTIONARY) {
        return format_corrupt("a stored block has an unknown codec");
    }
    if (frame.codec != FORMAT_CODEC_NONE) {
        BaseStatus status = format_unpacker_size(frame.payload, &frame.raw_len);
        if (!base_is_ok(status)) {
            return status;
        }
    }
    *ret_frame = frame;
    return base_ok();
}

BaseStatus
format_frame_unpack(const FormatFrame *frame, const FormatDictionary *dictionary, uint8_t *raw)
{
    switch (frame->codec) {
    case FORMAT_CODEC_NONE:
        memcpy(raw, frame->payload.data, frame->payload.len);
        return base_ok();
    case FORMAT_CODEC_ZSTD:
        return format_unpacker_unpack(frame->payload, NULL, raw, frame->raw_len);
    case FORMAT_CODEC_ZSTD_DICTIONARY:
    default:
        if (dictionary == NULL) {
            return format_corrupt("a stored block needs a dictionary that is not there");
        }
        return format_unpacker_unpack(frame->payload, dictionary, raw, frame->raw_len);
    }
}
