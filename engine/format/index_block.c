/*
 * index_block.c: writes and reads index blocks. See index_block.h.
 */
#include "engine/format/index_block.h"

#include "engine/base/check.h"
#include "engine/format/encode.h"
#include "engine/format/front.h"

/* Bytes that a record has at least: shared, unshared, size and entries. */
enum { RECORD_BYTES_MIN = 4 };

void
format_index_builder_clear(FormatIndexBuilder *builder)
{
    base_buf_clear(&builder->records);
    base_buf_clear(&builder->last);
    *builder = FORMAT_INDEX_BUILDER_INIT;
}

bool
format_index_builder_add(FormatIndexBuilder *builder, BaseSlice separator, uint32_t size,
                         uint64_t entries)
{
    format_front_encode(&builder->records, base_buf_slice(&builder->last), separator);
    format_encode_varint(&builder->records, size);
    format_encode_varint(&builder->records, entries);
    base_buf_reset(&builder->last);
    builder->count++;
    return base_buf_append_slice(&builder->last, separator) && !builder->records.failed;
}

bool
format_index_builder_finish(FormatIndexBuilder *builder, BaseBuf *into)
{
    BASE_CHECK(builder->count > 0);
    format_encode_varint(into, builder->count);
    (void)base_buf_append_slice(into, base_buf_slice(&builder->records));
    return !into->failed;
}

BaseStatus
format_index_reader_open(FormatIndexReader *reader, BaseSlice bytes)
{
    *reader = (FormatIndexReader){.decoder = format_decode(bytes), .separator = BASE_BUF_INIT};
    reader->count = format_decode_within(&reader->decoder, 1, bytes.len / RECORD_BYTES_MIN);
    reader->left = reader->count;
    return reader->decoder.bad ? format_corrupt("the count of an index makes no sense") : base_ok();
}

BaseStatus
format_index_reader_next(FormatIndexReader *reader, FormatIndexRecord *ret_record)
{
    BASE_CHECK(reader->left > 0);
    FormatDecoder *decoder = &reader->decoder;
    bool fine = format_front_decode(decoder, &reader->separator, /* ascends= */ false);
    if (!fine && reader->separator.failed) {
        return base_error(BASE_NO_MEMORY, "no memory for a separator");
    }
    uint64_t size = format_decode_within(decoder, 1, UINT32_MAX - FORMAT_FRAME_TRAILER_BYTES);
    uint64_t entries = format_decode_within(decoder, 1, UINT32_MAX);
    reader->left--;
    if (decoder->bad || (reader->left == 0 && !format_decode_done(decoder))) {
        return format_corrupt("a record of an index makes no sense");
    }
    *ret_record = (FormatIndexRecord){.separator = base_buf_slice(&reader->separator),
                                      .handle = {.offset = reader->offset, .size = (uint32_t)size},
                                      .entries = entries};
    reader->offset += size + FORMAT_FRAME_TRAILER_BYTES;
    return base_ok();
}

void
format_index_reader_clear(FormatIndexReader *reader)
{
    base_buf_clear(&reader->separator);
}
