/*
 * range_block.c: writes and reads range blocks. See range_block.h.
 */
#include "engine/format/range_block.h"

#include "engine/base/check.h"
#include "engine/format/encode.h"
#include "engine/format/front.h"

/* What belongs to one fragment of what a builder has collected. */
typedef struct Note {
    size_t piece_len;
    size_t version_count;
} Note;

/* Bytes that a fragment has at least: two lengths for start and stop, a byte, two versions. */
enum { FRAGMENT_BYTES_MIN = 7 };

void
format_range_builder_clear(FormatRangeBuilder *builder)
{
    base_buf_clear(&builder->pieces);
    base_buf_clear(&builder->notes);
    base_buf_clear(&builder->versions);
    base_buf_clear(&builder->last_stop);
    *builder = FORMAT_RANGE_BUILDER_INIT;
}

bool
format_range_builder_add(FormatRangeBuilder *builder, const FormatFragment *fragment)
{
    BASE_CHECK(fragment->version_count > 0);
    size_t before = builder->pieces.len;
    format_front_encode(&builder->pieces, base_buf_slice(&builder->last_stop), fragment->start);
    format_front_encode(&builder->pieces, fragment->start, fragment->stop);
    Note note = {builder->pieces.len - before, fragment->version_count};
    (void)base_buf_append(&builder->notes, &note, sizeof note);
    (void)base_buf_append(&builder->versions, fragment->versions,
                          fragment->version_count * sizeof *fragment->versions);
    int64_t oldest = fragment->versions[fragment->version_count - 1];
    if (builder->count == 0 || oldest < builder->version_min) {
        builder->version_min = oldest;
    }
    base_buf_reset(&builder->last_stop);
    (void)base_buf_append_slice(&builder->last_stop, fragment->stop);
    builder->count++;
    return !builder->pieces.failed && !builder->notes.failed && !builder->versions.failed &&
           !builder->last_stop.failed;
}

static void
encode_versions(BaseBuf *into, const int64_t *versions, size_t count, int64_t base)
{
    format_encode_varint(into, count);
    format_encode_count(into, versions[0] - base);
    for (size_t i = 1; i < count; i++) {
        format_encode_count(into, versions[i - 1] - versions[i]);
    }
}

bool
format_range_builder_finish(FormatRangeBuilder *builder, BaseBuf *into)
{
    BASE_CHECK(builder->count > 0);
    const Note *notes = (const Note *)(const void *)builder->notes.data;
    const int64_t *versions = (const int64_t *)(const void *)builder->versions.data;
    const uint8_t *piece = builder->pieces.data;
    format_encode_u64(into, (uint64_t)builder->version_min);
    format_encode_varint(into, builder->count);
    for (uint64_t i = 0; i < builder->count; i++) {
        (void)base_buf_append(into, piece, notes[i].piece_len);
        encode_versions(into, versions, notes[i].version_count, builder->version_min);
        piece += notes[i].piece_len;
        versions += notes[i].version_count;
    }
    return !into->failed;
}

BaseStatus
format_range_reader_open(FormatRangeReader *reader, BaseSlice bytes)
{
    *reader = (FormatRangeReader){.decoder = format_decode(bytes), .version_min = INT64_MAX};
    uint64_t base = format_decode_u64(&reader->decoder);
    reader->count = format_decode_within(&reader->decoder, 1, bytes.len / FRAGMENT_BYTES_MIN);
    reader->left = reader->count;
    reader->version_base = (int64_t)base;
    if (reader->decoder.bad || base == 0 || base > INT64_MAX) {
        return format_corrupt("the head of a range block makes no sense");
    }
    return base_ok();
}

/* Reads the versions of a fragment. False: no memory. */
static bool
decode_versions(FormatRangeReader *reader)
{
    FormatDecoder *decoder = &reader->decoder;
    uint64_t count = format_decode_within(decoder, 1, format_decode_left(decoder));
    uint64_t span = (uint64_t)(INT64_MAX - reader->version_base);
    int64_t version = 0;
    base_buf_reset(&reader->versions);
    for (uint64_t i = 0; i < count && !decoder->bad; i++) {
        if (i == 0) {
            version = reader->version_base + (int64_t)format_decode_within(decoder, 0, span);
        } else {
            uint64_t most = (uint64_t)(version - reader->version_base);
            version -= (int64_t)format_decode_within(decoder, 1, most);
        }
        if (!base_buf_append(&reader->versions, &version, sizeof version)) {
            return false;
        }
    }
    reader->version_min = version < reader->version_min ? version : reader->version_min;
    return true;
}

BaseStatus
format_range_reader_next(FormatRangeReader *reader, FormatFragment *ret_fragment)
{
    BASE_CHECK(reader->left > 0);
    FormatDecoder *decoder = &reader->decoder;
    /* `stop` still is that of the fragment before, which the start is coded against. */
    base_buf_reset(&reader->start);
    bool memory = base_buf_append_slice(&reader->start, base_buf_slice(&reader->stop));
    memory =
        memory && (format_front_decode(decoder, &reader->start, false) || !reader->start.failed);
    base_buf_reset(&reader->stop);
    memory = memory && base_buf_append_slice(&reader->stop, base_buf_slice(&reader->start));
    memory = memory && (format_front_decode(decoder, &reader->stop, true) || !reader->stop.failed);
    memory = memory && decode_versions(reader);
    if (!memory) {
        return base_error(BASE_NO_MEMORY, "no memory for a fragment");
    }
    reader->left--;
    bool last_is_wrong = reader->left == 0 && (!format_decode_done(decoder) ||
                                               reader->version_min != reader->version_base);
    if (decoder->bad || last_is_wrong) {
        return format_corrupt("a fragment of a range block makes no sense");
    }
    *ret_fragment = (FormatFragment){base_buf_slice(&reader->start), base_buf_slice(&reader->stop),
                                     (const int64_t *)(const void *)reader->versions.data,
                                     reader->versions.len / sizeof(int64_t)};
    return base_ok();
}

void
format_range_reader_clear(FormatRangeReader *reader)
{
    base_buf_clear(&reader->start);
    base_buf_clear(&reader->stop);
    base_buf_clear(&reader->versions);
}
