/*
 * blob_uses.c: which blob files a table refers to. See blob_uses.h.
 */
#include "engine/format/blob_uses.h"

#include "engine/format/encode.h"

enum { RECORD_BYTES_MIN = 3 };

void
format_blob_uses_add(BaseBuf *records, const FormatBlobUse *use)
{
    format_encode_varint(records, use->number);
    format_encode_varint(records, use->entries);
    format_encode_varint(records, use->bytes);
}

void
format_blob_uses_encode(BaseBuf *into, const FormatBlobUses *uses)
{
    format_encode_varint(into, uses->count);
    (void)base_buf_append_slice(into, uses->bytes);
}

bool
format_blob_uses_next(FormatDecoder *decoder, FormatBlobUse *ret_use)
{
    if (decoder->bad || format_decode_left(decoder) == 0) {
        return false;
    }
    FormatBlobUse use;
    use.number = format_decode_within(decoder, 1, INT64_MAX);
    use.entries = format_decode_within(decoder, 1, INT64_MAX);
    use.bytes = format_decode_within(decoder, 0, INT64_MAX);
    if (decoder->bad) {
        return false;
    }
    *ret_use = use;
    return true;
}

FormatBlobUses
format_blob_uses_decode(FormatDecoder *decoder)
{
    uint64_t count =
        format_decode_within(decoder, 0, format_decode_left(decoder) / RECORD_BYTES_MIN);
    const uint8_t *start = decoder->at;
    uint64_t last = 0;
    for (uint64_t i = 0; i < count; i++) {
        FormatBlobUse use;
        if (!format_blob_uses_next(decoder, &use) || use.number <= last) {
            decoder->bad = true;
            return (FormatBlobUses){BASE_SLICE_EMPTY, 0};
        }
        last = use.number;
    }
    return (FormatBlobUses){base_slice(start, (size_t)(decoder->at - start)), (size_t)count};
}
