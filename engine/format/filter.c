/*
 * filter.c: makes and opens filters. See filter.h.
 *
 * More probes are better until half of the bits are set: at 0.69 times the bits per key in an
 * unblocked filter, a little earlier here, because some lines are fuller than others.
 */
#include "engine/format/filter.h"

#include "engine/format/decode.h"
#include "engine/format/encode.h"

static uint32_t
choose_probes(unsigned bits_per_key)
{
    unsigned probes = (bits_per_key * 3 + 2) / 5;
    if (probes < 1) {
        return 1;
    }
    return probes > FORMAT_FILTER_PROBES_MAX ? FORMAT_FILTER_PROBES_MAX : probes;
}

static uint32_t
choose_lines(size_t count, unsigned bits_per_key)
{
    uint64_t line_bits = FORMAT_FILTER_LINE_BYTES * 8;
    uint64_t lines = ((uint64_t)count * bits_per_key + line_bits - 1) / line_bits;
    if (lines < 1) {
        return 1;
    }
    return lines > FORMAT_FILTER_LINES_MAX ? FORMAT_FILTER_LINES_MAX : (uint32_t)lines;
}

bool
format_filter_build(const uint64_t *hashes, size_t count, unsigned bits_per_key, BaseBuf *into)
{
    uint32_t lines = choose_lines(count, bits_per_key);
    uint32_t probes = choose_probes(bits_per_key);
    size_t bits_bytes = (size_t)lines * FORMAT_FILTER_LINE_BYTES;
    if (!base_buf_reserve(into, FORMAT_FILTER_HEAD_BYTES + bits_bytes)) {
        return false;
    }
    format_encode_u8(into, FORMAT_FILTER_KIND);
    format_encode_u8(into, (uint8_t)probes);
    format_encode_u16(into, 0);
    format_encode_u32(into, lines);
    uint8_t *bits = into->data + into->len;
    format_encode_zeros(into, bits_bytes);
    for (size_t i = 0; i < count; i++) {
        uint8_t *line = bits + ((hashes[i] >> 32) * lines >> 32) * FORMAT_FILTER_LINE_BYTES;
        uint32_t x = (uint32_t)hashes[i];
        for (uint32_t probe = 0; probe < probes; probe++) {
            uint32_t bit = format_filter_bit(&x);
            line[bit / 8] |= (uint8_t)(1u << (bit % 8));
        }
    }
    return true;
}

BaseStatus
format_filter_open(BaseSlice bytes, FormatFilter *ret_filter)
{
    FormatDecoder decoder = format_decode(bytes);
    uint8_t kind = format_decode_u8(&decoder);
    uint8_t probes = format_decode_u8(&decoder);
    format_decode_zeros(&decoder, sizeof(uint16_t));
    uint32_t lines = format_decode_u32(&decoder);
    if (decoder.bad || kind != FORMAT_FILTER_KIND || probes == 0 ||
        probes > FORMAT_FILTER_PROBES_MAX || lines == 0 ||
        format_decode_left(&decoder) != (uint64_t)lines * FORMAT_FILTER_LINE_BYTES) {
        return format_corrupt("a filter makes no sense");
    }
    *ret_filter = (FormatFilter){.bits = decoder.at, .lines = lines, .probes = probes};
    return base_ok();
}
