/*
 * format_check.c: properties of the decoders of tables. See format_check.h.
 */
#include "tests/support/format_check.h"

#include "engine/base/check.h"
#include "engine/format/data_block.h"
#include "engine/format/filter.h"
#include "engine/format/footer.h"
#include "engine/format/index_block.h"
#include "engine/format/key.h"
#include "engine/format/properties.h"
#include "engine/format/range_block.h"

#include <stdlib.h>

void
format_check_damage(FormatCheck *check, BaseSlice bytes, bool open_ended)
{
    BASE_CHECK(check(bytes));
    for (size_t len = 0; len < bytes.len; len++) {
        /* In a block of its own, so that reading behind the end is seen. */
        uint8_t *part = malloc(len == 0 ? 1 : len);
        BASE_CHECK(part != NULL);
        memcpy(part, bytes.data, len);
        BASE_CHECK(!check(base_slice(part, len)) || open_ended);
        free(part);
    }
    uint8_t *copy = malloc(bytes.len);
    BASE_CHECK(copy != NULL);
    memcpy(copy, bytes.data, bytes.len);
    for (size_t bit = 0; bit < bytes.len * 8; bit++) {
        copy[bit / 8] ^= (uint8_t)(1u << (bit % 8));
        (void)check(base_slice(copy, bytes.len));
        copy[bit / 8] ^= (uint8_t)(1u << (bit % 8));
    }
    free(copy);
}

/* ------------------------------------------------------------------------------ data block -- */

/* Reads every entry from the last to the first; returns how many there were. */
static uint32_t
read_backward(FormatDataCursor *cursor)
{
    uint32_t count = 0;
    FormatStep step = format_data_cursor_last(cursor);
    while (step == FORMAT_STEP_ENTRY) {
        count++;
        step = format_data_cursor_prev(cursor);
    }
    BASE_CHECK(step == FORMAT_STEP_END || step == FORMAT_STEP_CORRUPT);
    return step == FORMAT_STEP_END ? count : 0;
}

/* Looks for the entry that a cursor stands on, in all ways. */
static void
look_for_current(const FormatDataBlock *block, const FormatEntry *entry, FormatDataCursor *second,
                 bool good)
{
    FormatEntry found;
    FormatFind find = format_data_block_find(block, entry->key, entry->version, &found);
    FormatStep step = format_data_cursor_seek(second, entry->key, entry->version);
    if (good) {
        BASE_CHECK(find == FORMAT_FIND_ENTRY && found.version == entry->version);
        BASE_CHECK(step == FORMAT_STEP_ENTRY && second->entry.version == entry->version);
        BASE_CHECK(found.value.data == entry->value.data && found.kind == entry->kind);
        BASE_CHECK(base_slice_equal(second->entry.key, entry->key));
    }
    (void)format_data_cursor_seek_before(second, entry->key, entry->version);
    (void)format_data_block_find(block, entry->key, entry->version - 1, &found);
}

/* Reads every entry forward and builds the block again; the bytes must be the same. */
static void
build_data_block_again(FormatDataCursor *cursor, FormatDataCursor *second, BaseSlice bytes)
{
    FormatDataBuilder builder = FORMAT_DATA_BUILDER_INIT;
    builder.interval = cursor->block.interval;
    BaseBuf last = BASE_BUF_INIT;
    BaseBuf again = BASE_BUF_INIT;
    while (format_data_cursor_next(cursor) == FORMAT_STEP_ENTRY) {
        size_t shared = format_key_shared(base_buf_slice(&last), cursor->entry.key);
        BASE_CHECK(format_data_builder_add(&builder, &cursor->entry, shared));
        base_buf_reset(&last);
        BASE_CHECK(base_buf_append_slice(&last, cursor->entry.key));
        look_for_current(&cursor->block, &cursor->entry, second, true);
    }
    BASE_CHECK(format_data_builder_finish(&builder, &again));
    BASE_CHECK(base_slice_equal(base_buf_slice(&again), bytes));
    format_data_builder_clear(&builder);
    base_buf_clear(&last);
    base_buf_clear(&again);
}

bool
format_check_data_block(BaseSlice bytes)
{
    FormatDataBlock block;
    if (!base_is_ok(format_data_block_open(bytes, &block))) {
        return false;
    }
    FormatDataCursor cursor = FORMAT_DATA_CURSOR_INIT;
    FormatDataCursor second = FORMAT_DATA_CURSOR_INIT;
    format_data_cursor_enter(&cursor, &block);
    format_data_cursor_enter(&second, &block);
    bool good = base_is_ok(format_data_block_verify(&block));
    if (good) {
        build_data_block_again(&cursor, &second, bytes);
        BASE_CHECK(read_backward(&cursor) == block.count);
    } else {
        /* What opens is also read when it is not in order: nothing bad may happen. */
        while (format_data_cursor_next(&cursor) == FORMAT_STEP_ENTRY) {
            look_for_current(&block, &cursor.entry, &second, false);
        }
        (void)read_backward(&cursor);
    }
    format_data_cursor_clear(&cursor);
    format_data_cursor_clear(&second);
    return good;
}

/* ----------------------------------------------------------------------------- other parts -- */

bool
format_check_index_block(BaseSlice bytes)
{
    FormatIndexReader reader;
    FormatIndexBuilder builder = FORMAT_INDEX_BUILDER_INIT;
    FormatIndexRecord record;
    BaseStatus status = format_index_reader_open(&reader, bytes);
    while (base_is_ok(status) && reader.left > 0) {
        status = format_index_reader_next(&reader, &record);
        if (base_is_ok(status)) {
            BASE_CHECK(format_index_builder_add(&builder, record.separator, record.handle.size,
                                                record.entries));
        }
    }
    if (base_is_ok(status)) {
        BaseBuf again = BASE_BUF_INIT;
        BASE_CHECK(format_index_builder_finish(&builder, &again));
        BASE_CHECK(base_slice_equal(base_buf_slice(&again), bytes));
        base_buf_clear(&again);
    }
    format_index_builder_clear(&builder);
    format_index_reader_clear(&reader);
    return base_is_ok(status);
}

bool
format_check_range_block(BaseSlice bytes)
{
    FormatRangeReader reader;
    FormatRangeBuilder builder = FORMAT_RANGE_BUILDER_INIT;
    FormatFragment fragment;
    BaseStatus status = format_range_reader_open(&reader, bytes);
    while (base_is_ok(status) && reader.left > 0) {
        status = format_range_reader_next(&reader, &fragment);
        if (base_is_ok(status)) {
            BASE_CHECK(base_slice_compare(fragment.start, fragment.stop) < 0);
            BASE_CHECK(format_range_builder_add(&builder, &fragment));
        }
    }
    if (base_is_ok(status)) {
        BaseBuf again = BASE_BUF_INIT;
        BASE_CHECK(format_range_builder_finish(&builder, &again));
        BASE_CHECK(base_slice_equal(base_buf_slice(&again), bytes));
        base_buf_clear(&again);
    }
    format_range_builder_clear(&builder);
    format_range_reader_clear(&reader);
    return base_is_ok(status);
}

/* Whether a properties block has ids that this reader does not know. */
static bool
has_unknown_ids(BaseSlice bytes)
{
    bool unknown = false;
    FormatDecoder decoder = format_decode(bytes);
    while (format_decode_left(&decoder) != 0) {
        unknown = format_decode_varint(&decoder) > 23 || unknown;
        (void)format_decode_bytes(&decoder);
    }
    return unknown;
}

bool
format_check_properties(BaseSlice bytes)
{
    FormatProperties properties;
    if (!base_is_ok(format_properties_decode(bytes, &properties))) {
        return false;
    }
    if (!has_unknown_ids(bytes)) {
        BaseBuf again = BASE_BUF_INIT;
        BASE_CHECK(format_properties_encode(&again, &properties));
        BASE_CHECK(base_slice_equal(base_buf_slice(&again), bytes));
        base_buf_clear(&again);
    }
    return true;
}

bool
format_check_footer(BaseSlice bytes)
{
    if (bytes.len < FORMAT_FOOTER_BYTES) {
        return false;
    }
    BaseSlice last = base_slice(bytes.data + bytes.len - FORMAT_FOOTER_BYTES, FORMAT_FOOTER_BYTES);
    FormatFooter footer;
    uint64_t data_end = 0;
    if (!base_is_ok(format_footer_decode(last, bytes.len, &footer, &data_end))) {
        return false;
    }
    BASE_CHECK(data_end < bytes.len);
    BaseBuf again = BASE_BUF_INIT;
    BASE_CHECK(format_footer_encode(&again, &footer));
    BASE_CHECK(base_slice_equal(base_buf_slice(&again), last));
    base_buf_clear(&again);
    return true;
}

bool
format_check_filter(BaseSlice bytes)
{
    FormatFilter filter;
    if (!base_is_ok(format_filter_open(bytes, &filter))) {
        return false;
    }
    for (uint64_t i = 0; i < 64; i++) {
        (void)format_filter_may_hold(&filter, i * UINT64_C(0x9e3779b97f4a7c15));
    }
    (void)format_filter_may_hold(&filter, UINT64_MAX);
    return true;
}
